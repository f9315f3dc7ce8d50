//! Octets of a value. Most values are short, and a message has dozens of them: a short one has its
//! octets where it stands, a long one has them elsewhere.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// The most octets that have room in the value itself: with them it is as large as a `Vec`.
const ROOM: usize = 22;

/// An owned string of octets, of a number that is not changed.
#[derive(Clone)]
pub struct Octets(Form);

#[derive(Clone)]
enum Form {
    Short(u8, [u8; ROOM]),
    Long(Box<[u8]>),
}

impl Octets {
    /// So many zero octets.
    pub fn zeros(number: usize) -> Self {
        match number {
            0..=ROOM => Self(Form::Short(number as u8, [0; ROOM])),
            _ => Self(Form::Long(vec![0; number].into())),
        }
    }
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            // The number is at most the room, which the compiler cannot know.
            Form::Short(octets, room) => room.get(..usize::from(*octets)).unwrap_or(room),
            Form::Long(octets) => octets,
        }
    }
}

impl DerefMut for Octets {
    fn deref_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Form::Short(octets, room) => {
                let octets = usize::from(*octets).min(ROOM);
                &mut room[..octets]
            }
            Form::Long(octets) => octets,
        }
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Octets {
    fn default() -> Self {
        Self(Form::Short(0, [0; ROOM]))
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Self {
        match octets.len() {
            number @ 0..=ROOM => {
                let mut room = [0; ROOM];
                room[..number].copy_from_slice(octets);
                Self(Form::Short(number as u8, room))
            }
            _ => Self(Form::Long(octets.into())),
        }
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        match octets.len() {
            0..=ROOM => octets.as_slice().into(),
            _ => Self(Form::Long(octets.into_boxed_slice())),
        }
    }
}

impl<const N: usize> From<[u8; N]> for Octets {
    fn from(octets: [u8; N]) -> Self {
        octets.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Octets {
    fn from(octets: &[u8; N]) -> Self {
        octets.as_slice().into()
    }
}

impl From<&str> for Octets {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl FromIterator<u8> for Octets {
    fn from_iter<I: IntoIterator<Item = u8>>(octets: I) -> Self {
        octets.into_iter().collect::<Vec<u8>>().into()
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Octets {}

impl Hash for Octets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialOrd for Octets {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Octets {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_the_same_however_many_they_are() {
        assert_eq!(size_of::<Octets>(), size_of::<Vec<u8>>());
        for number in [0, 1, ROOM - 1, ROOM, ROOM + 1, 300] {
            let plain: Vec<u8> = (0..number).map(|octet| octet as u8).collect();
            let mut octets = Octets::from(plain.clone());
            assert_eq!(*octets, *plain);
            assert_eq!(octets, plain.iter().copied().collect());
            assert_eq!(octets, Octets::from(plain.as_slice()));
            if let Some(last) = octets.last_mut() {
                *last ^= 1;
                assert_ne!(octets, plain.into());
            }
        }
    }
}
