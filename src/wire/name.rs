//! Names made of labels (RFC 1035 section 3.1), and their pointers to earlier ones (section 4.1.4).
//!
//! In memory a name is its octets written in full: each label behind its length, an empty one at
//! the end. As text, labels are parted by dots, with one at the end; a dot or backslash inside a
//! label has a backslash before it, and what does not print is a backslash and three digits.

use std::fmt::Write as _;

use super::octets::Octets;

/// The most octets of a name, RFC 1035 section 3.1.
const MOST: usize = 255;
/// The most octets of a label; the two bits above say that it is a pointer.
const MOST_LABEL: usize = 63;
/// The most pointers on the way through one name: it has no more labels.
const MOST_POINTERS: usize = 127;
/// The most ends of names that later ones may point to: each is looked at for each label, and there may
/// be thousands.
const MOST_ENDS: usize = 512;
/// The two bits of a pointer.
const POINTER: u8 = 0xc0;

/// What was read of a name.
pub struct Read {
    /// The name in full.
    pub name: Octets,
    /// The octets that it takes where it stands.
    pub octets: usize,
    /// Whether it ends in a pointer.
    pub pointer: bool,
}

/// Why a name cannot be read.
pub struct Unreadable {
    /// What would have been right.
    pub expected: &'static str,
    /// The octets that it takes where it stands, where its end can be found all the same.
    pub octets: Option<usize>,
}

/// Reads the name at `at`, which ends before `end`. Pointers count from `origin`.
///
/// Every pointer must lead further to the front than the one before: that is what an earlier name
/// means, and no loop can come of it.
pub fn read(bytes: &[u8], at: usize, end: usize, origin: usize) -> Result<Read, Unreadable> {
    // What was read before a pointer was followed, and where the labels behind it begin.
    let (mut name, mut chunk) = (Vec::new(), at);
    let (mut octets, mut here, mut limit, mut pointers) = (None, at, end, 0);
    loop {
        let wrong = |expected| Err(Unreadable { expected, octets });
        let Some(length) = bytes.get(here).copied().filter(|_| here < limit) else {
            return wrong("a name that ends");
        };
        match length & POINTER {
            0 => {
                let next = here + 1 + usize::from(length);
                if next > limit {
                    return wrong("a name that ends");
                }
                here = next;
                if length == 0 {
                    break;
                }
                if name.len() + here - chunk >= MOST && octets.is_some() {
                    return wrong("a name of 255 octets or less");
                }
            }
            POINTER => {
                let Some(low) = bytes.get(here + 1).copied().filter(|_| here + 1 < limit) else {
                    return wrong("a pointer of two octets");
                };
                let octets = *octets.get_or_insert_with(|| here + 2 - at);
                let to = origin + (usize::from(length & !POINTER) << 8 | usize::from(low));
                pointers += 1;
                if to >= chunk || pointers > MOST_POINTERS {
                    let expected = "a pointer to a name before it";
                    return Err(Unreadable { expected, octets: Some(octets) });
                }
                name.extend_from_slice(&bytes[chunk..here]);
                (here, chunk, limit) = (to, to, bytes.len());
            }
            _ => return wrong("a label of 63 octets or less, or a pointer"),
        }
    }
    let pointer = octets.is_some();
    let octets = octets.unwrap_or_else(|| here - at);
    if name.len() + here - chunk > MOST {
        return Err(Unreadable { expected: "a name of 255 octets or less", octets: Some(octets) });
    }
    let labels = &bytes[chunk..here];
    let name = match name.as_slice() {
        [] => labels.into(),
        before => [before, labels].concat().into(),
    };
    Ok(Read { name, octets, pointer })
}

/// Names that were written, with the places of their ends.
#[derive(Default)]
pub struct Written {
    /// One behind the other.
    names: Vec<u8>,
    /// The ends of names: where they stand among these, their octets, and where in the message.
    ends: Vec<(usize, usize, u16)>,
}

impl Written {
    /// How a name is to be written at `at`, counted as pointers count: so many of its octets, and
    /// behind them a pointer where there is one. Keeps where it stands.
    ///
    /// What is no name in full stays as it is.
    pub fn write(&mut self, name: &[u8], at: usize) -> (usize, Option<[u8; 2]>) {
        if !is_whole(name) {
            return (name.len(), None);
        }
        let (kept, known) = (self.names.len(), self.ends.len());
        self.names.extend_from_slice(name);
        let mut from = 0;
        while name[from] != 0 {
            let end = &name[from..];
            let mut before = self.ends[..known].iter();
            let same = |(start, octets, _): &&(usize, usize, u16)| {
                *octets == end.len() && self.names[*start..*start + octets] == *end
            };
            if let Some((.., place)) = before.find(same) {
                return (from, Some((0xc000 | place).to_be_bytes()));
            }
            if let Some(place) = u16::try_from(at + from).ok().filter(|place| *place < 0x4000)
                && self.ends.len() < MOST_ENDS
            {
                self.ends.push((kept + from, end.len(), place));
            }
            from += 1 + usize::from(name[from]);
        }
        (name.len(), None)
    }
}

/// Whether octets are a name in full.
fn is_whole(name: &[u8]) -> bool {
    let mut at = 0;
    while let Some(length @ 1..=63) = name.get(at) {
        at += 1 + usize::from(*length);
    }
    name.len() <= MOST && name.get(at) == Some(&0) && at + 1 == name.len()
}

/// Reads a name from text.
pub fn parse(text: &str) -> Result<Vec<u8>, String> {
    const EXPECTED: &str = "expected a name with a dot at its end, such as www.example.test.";
    let (mut name, mut label) = (Vec::new(), Vec::new());
    if text == "." {
        return Ok(vec![0]);
    }
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        match octet {
            b'.' if label.is_empty() => return Err(EXPECTED.into()),
            b'.' => {
                if label.len() > MOST_LABEL {
                    return Err(format!("a label has {MOST_LABEL} octets at most"));
                }
                name.push(label.len() as u8);
                name.append(&mut label);
            }
            b'\\' => match octets.next() {
                Some(first) if first.is_ascii_digit() => {
                    let digits = [Some(first), octets.next(), octets.next()];
                    let digit = |d: &Option<u8>| d.and_then(|d| char::from(d).to_digit(10));
                    let number = digits.iter().try_fold(0, |n, d| Some(n * 10 + digit(d)?));
                    match number.map(u8::try_from) {
                        Some(Ok(octet)) => label.push(octet),
                        _ => return Err("expected three digits behind a backslash".into()),
                    }
                }
                Some(octet) => label.push(octet),
                None => return Err(EXPECTED.into()),
            },
            octet => label.push(octet),
        }
    }
    if name.is_empty() || !label.is_empty() {
        return Err(EXPECTED.into());
    }
    name.push(0);
    if name.len() > MOST {
        return Err(format!("a name has {MOST} octets at most"));
    }
    Ok(name)
}

/// A name in full as text, or nothing where it is none.
pub fn show(name: &[u8]) -> Option<String> {
    if !is_whole(name) {
        return None;
    }
    if name == [0] {
        return Some(".".into());
    }
    let (mut text, mut rest) = (String::new(), name);
    while let Some((&length @ 1.., after)) = rest.split_first() {
        let (label, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        for octet in label {
            match octet {
                b'.' | b'\\' => {
                    let _ = write!(text, "\\{}", char::from(*octet));
                }
                0x21..=0x7e => text.push(char::from(*octet)),
                octet => {
                    let _ = write!(text, "\\{octet:03}");
                }
            }
        }
        text.push('.');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Vec<u8> {
        parse(text).expect("a good name")
    }

    #[test]
    fn a_name_is_written_as_it_is_read() {
        for text in [".", "test.", "www.example.test.", "a\\.b.\\000\\255.", "A.b."] {
            assert_eq!(show(&name(text)).as_deref(), Some(text));
        }
        let long = format!("{}.", "a".repeat(64));
        let longer = "abcdefg.".repeat(32);
        for text in ["", "www", "a..b.", "..", "\\", "\\25.", "\\256.", &long, &longer] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_name_is_shared_with_earlier_ones() {
        let mut names = Written::default();
        let mut written = |name: &[u8], at| {
            let (octets, pointer) = names.write(name, at);
            [&name[..octets], pointer.as_slice().as_flattened()].concat()
        };
        assert_eq!(written(&name("a.test."), 12), b"\x01a\x04test\0");
        assert_eq!(written(&name("a.test."), 30), b"\xc0\x0c");
        assert_eq!(written(&name("b.test."), 40), b"\x01b\xc0\x0e");
        assert_eq!(written(&name("."), 50), b"\0");
        assert_eq!(written(&name("c.test."), 20_000), b"\x01c\xc0\x0e");
        assert_eq!(written(b"\xc0\x0c", 60), b"\xc0\x0c");
        // Of a name that is one label twice, the second is not the end of the first.
        assert_eq!(written(&name("x.x."), 70), b"\x01x\x01x\0");
    }

    #[test]
    fn a_pointer_leads_to_the_front() {
        let bytes = b"\x04test\0\x01a\xc0\x00\xc0\x06\xc0\x0c\xc0\x0d\x40";
        let at = |at| read(bytes, at, bytes.len(), 0);
        assert!(matches!(at(6), Ok(r) if *r.name == name("a.test.") && r.octets == 4 && r.pointer));
        assert!(matches!(at(10), Ok(r) if *r.name == name("a.test.") && r.octets == 2));
        // To itself, forward, and no label at all.
        for (place, octets) in [(12, Some(2)), (14, None), (16, None)] {
            let wrong = at(place).err().map(|e| e.octets);
            assert!(wrong.is_some(), "{place}");
            if place == 12 {
                assert_eq!(wrong, Some(octets));
            }
        }
        assert!(read(bytes, 0, 3, 0).is_err());
        // A chain of pointers that each lead back by two, and labels that add up to too much.
        let mut chain = vec![0, 0];
        for at in 0..8000u16 {
            chain.extend((0xc000 | (at * 2)).to_be_bytes());
        }
        assert!(read(&chain, 100, chain.len(), 0).is_ok());
        assert!(read(&chain, chain.len() - 2, chain.len(), 0).is_err());
        let mut labels = vec![0];
        for _ in 0..100 {
            let to = labels.len() as u16 - if labels.len() == 1 { 1 } else { 66 };
            labels.push(63);
            labels.extend([b'x'; 63]);
            labels.extend((0xc000 | to).to_be_bytes());
        }
        assert!(read(&labels, labels.len() - 66, labels.len(), 0).is_err());
    }
}
