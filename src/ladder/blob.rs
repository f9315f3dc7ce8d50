//! Octets that are made rather than written down: files of any size for tests.

/// So many octets that look like noise, the same for the same seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// How many.
    pub octets: usize,
    /// Which of them.
    pub seed: u64,
}

impl Blob {
    /// The most that one may have.
    pub const MOST: usize = 64 << 20;

    /// As a setting holds it, such as `70000 octets of noise 7`.
    pub fn text(self) -> String {
        format!("{} octets of noise {}", self.octets, self.seed)
    }

    /// Reads what [`Blob::text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (octets, seed) = text.split_once(" octets of noise ")?;
        let octets = octets.trim().parse().ok().filter(|n| *n <= Self::MOST)?;
        Some(Self { octets, seed: seed.trim().parse().ok()? })
    }

    /// Up to so many octets from a place on; fewer at the end.
    pub fn part(self, from: usize, most: usize) -> Vec<u8> {
        (from..self.octets.min(from.saturating_add(most))).map(|at| self.octet(at)).collect()
    }

    /// One octet, of any place without those before it.
    fn octet(self, at: usize) -> u8 {
        // The mixing function of splitmix64 over the number of the eight octets.
        let place = (at / 8) as u64;
        let mut x =
            self.seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)).to_be_bytes()[at % 8]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        let blob = Blob { octets: 1000, seed: 7 };
        let parts: Vec<u8> = (0..3).flat_map(|n| blob.part(n * 400, 400)).collect();
        assert_eq!(parts, blob.part(0, 1000));
        assert!(blob.part(1000, 400).is_empty());
        assert_eq!(Blob::parse(&blob.text()), Some(blob));
        assert_eq!(Blob::parse("1000 octets"), None);
        assert_ne!(blob.part(0, 99), Blob { seed: 8, ..blob }.part(0, 99));
    }
}
