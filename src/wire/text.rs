//! Values that travel as text: numbers in digits, words of a list, addresses.
//!
//! A table of a text protocol is made of these, of text that ends at a delimiter
//! ([`Len::Before`](super::Len::Before)), of marks that always stand there, and of parts that a mark
//! begins ([`Kind::Maybe`]):
//!
//! ```
//! use stepladder::wire::*;
//!
//! const VERBS: Codes = Codes { name: "verbs", closed: "", list: &[(1, "GET"), (2, "PUT")] };
//! const VERB: Spelling = word(&VERBS);
//! const OCTETS: Spelling = decimal(32);
//! const REQUEST: Layout = layout("request", "RFC 0 section 0", &[
//!     spelled("verb", &VERB),
//!     mark("space", b" "),
//!     text("path", Len::Before(b" \r\n")),
//!     field("second space", Kind::Maybe(&Maybe {
//!         lead: b" ",
//!         fields: &[spelled("octets", &OCTETS)],
//!     })),
//!     mark("end", b"\r\n"),
//! ]);
//! ```

use std::net::{Ipv4Addr, Ipv6Addr};

use super::layout::{Codes, Field, Kind, field};
use super::value::Value;

/// How a value is written in text.
#[derive(Debug)]
pub struct Spelling {
    /// What is expected, for reports: `a number of 3 digits`.
    pub about: &'static str,
    /// What the value is.
    pub of: Kind,
    /// The fewest and the most digits of a number.
    pub digits: (usize, usize),
    /// The value as it travels.
    pub write: fn(&Spelling, &Value) -> Vec<u8>,
    /// The value that octets begin with, and how many of them it takes.
    pub read: fn(&Spelling, &[u8]) -> Option<Read>,
}

/// A value that was read, and how many octets it took.
pub type Read = (Value, usize);

/// A part that is there where its lead is.
#[derive(Debug)]
pub struct Maybe {
    /// What stands in front of it.
    pub lead: &'static [u8],
    /// The fields behind the lead. They belong to what the part stands in.
    pub fields: &'static [Field],
}

/// A field whose value is written in text.
pub const fn spelled(name: &'static str, spelling: &'static Spelling) -> Field {
    field(name, Kind::Spelled(spelling))
}

/// Octets that always stand there, such as a space or the end of a line.
pub const fn mark(name: &'static str, octets: &'static [u8]) -> Field {
    field(name, Kind::Mark(octets))
}

/// A decimal number that fits into so many bits, in any number of digits.
pub const fn decimal(bits: u8) -> Spelling {
    Spelling {
        about: "a decimal number",
        of: Kind::Uint { bits, names: None },
        digits: (1, 20),
        write: write_decimal,
        read: read_decimal,
    }
}

/// A decimal number whose values have names.
pub const fn decimal_code(bits: u8, names: &'static Codes) -> Spelling {
    Spelling { of: Kind::Uint { bits, names: Some(names) }, ..decimal(bits) }
}

/// A word of a list, in any case; said as the list spells it. It ends before the first octet that is
/// neither letter nor digit.
pub const fn word(names: &'static Codes) -> Spelling {
    Spelling {
        about: "a word of the list",
        of: Kind::Uint { bits: 16, names: Some(names) },
        digits: (0, 0),
        write: write_word,
        read: read_word,
    }
}

/// An IPv4 address with dots.
pub const DOTTED: Spelling = Spelling {
    about: "an IPv4 address such as 192.0.2.7",
    of: Kind::Ipv4,
    digits: (0, 0),
    write: write_address,
    read: read_address,
};

/// An IPv6 address with colons.
pub const COLONS: Spelling =
    Spelling { about: "an IPv6 address such as 2001:db8::7", of: Kind::Ipv6, ..DOTTED };

impl Spelling {
    /// Gives the number so many digits, no more and no fewer.
    pub const fn exactly(mut self, digits: usize, about: &'static str) -> Self {
        self.digits = (digits, digits);
        self.about = about;
        self
    }

    /// The octets of a value. Octets in place of a number stand for themselves: a wrong spelling, on
    /// purpose.
    pub fn octets(&self, value: &Value) -> Vec<u8> {
        match (&self.of, value) {
            (Kind::Uint { .. } | Kind::Flag, Value::Octets(octets)) => octets.to_vec(),
            _ => (self.write)(self, value),
        }
    }
}

fn write_decimal(spelling: &Spelling, value: &Value) -> Vec<u8> {
    let number = value.uint().unwrap_or_default();
    format!("{number:0width$}", width = spelling.digits.0).into_bytes()
}

fn read_decimal(spelling: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let (least, most) = spelling.digits;
    let digits = octets.iter().take(most).take_while(|octet| octet.is_ascii_digit()).count();
    if digits < least.max(1) {
        return None;
    }
    let text = std::str::from_utf8(&octets[..digits]).ok()?;
    let number: u64 = text.parse().ok()?;
    let fits = match spelling.of {
        Kind::Uint { bits, .. } => bits >= 64 || number >> bits == 0,
        _ => true,
    };
    fits.then_some((Value::Uint(number), digits))
}

fn names_of(spelling: &Spelling) -> Option<&'static Codes> {
    match spelling.of {
        Kind::Uint { names, .. } => names,
        _ => None,
    }
}

fn write_word(spelling: &Spelling, value: &Value) -> Vec<u8> {
    let number = value.uint().unwrap_or_default();
    match names_of(spelling).and_then(|names| names.name(number)) {
        Some(name) => name.as_bytes().to_vec(),
        // A number without a name is no word of the list, and is not read as one.
        None => format!("X{number}").into_bytes(),
    }
}

fn read_word(spelling: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let length = octets.iter().take_while(|octet| octet.is_ascii_alphanumeric()).count();
    let text = std::str::from_utf8(&octets[..length]).ok()?;
    let number = names_of(spelling)?.number(text)?;
    Some((Value::Uint(number), length))
}

fn write_address(_: &Spelling, value: &Value) -> Vec<u8> {
    let octets = value.octets().unwrap_or_default();
    let text = match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(four), _) => Ipv4Addr::from(four).to_string(),
        (_, Ok(sixteen)) => Ipv6Addr::from(sixteen).to_string(),
        _ => return octets.to_vec(),
    };
    text.into_bytes()
}

fn read_address(spelling: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let belongs = |octet: &&u8| octet.is_ascii_hexdigit() || matches!(octet, b'.' | b':');
    let length = octets.iter().take_while(belongs).count();
    let text = std::str::from_utf8(&octets[..length]).ok()?;
    let octets = match spelling.of {
        Kind::Ipv6 => text.parse::<Ipv6Addr>().ok()?.octets().to_vec(),
        _ => text.parse::<Ipv4Addr>().ok()?.octets().to_vec(),
    };
    Some((Value::from(octets), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERBS: Codes = Codes { name: "verbs", closed: "", list: &[(1, "GET"), (2, "PUT")] };
    static VERB: Spelling = word(&VERBS);
    static NUMBER: Spelling = decimal(16);
    static THREE: Spelling = decimal(16).exactly(3, "3 digits");

    fn read(spelling: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
        (spelling.read)(spelling, octets)
    }

    #[test]
    fn a_number_ends_where_its_digits_do() {
        assert_eq!(read(&NUMBER, b"65535 x"), Some((Value::Uint(65535), 5)));
        assert_eq!(read(&NUMBER, b"007"), Some((Value::Uint(7), 3)));
        assert_eq!(read(&NUMBER, b"65536"), None);
        assert_eq!(read(&NUMBER, b"99999999999999999999999"), None);
        assert_eq!(read(&NUMBER, b"-1"), None);
        assert_eq!(read(&THREE, b"2200"), Some((Value::Uint(220), 3)));
        assert_eq!(read(&THREE, b"22 "), None);
        assert_eq!(THREE.octets(&Value::Uint(7)), b"007");
    }

    #[test]
    fn a_word_is_read_in_any_case_and_said_in_one() {
        assert_eq!(read(&VERB, b"pUt x"), Some((Value::Uint(2), 3)));
        assert_eq!(read(&VERB, b"PUTS"), None);
        assert_eq!(read(&VERB, b""), None);
        assert_eq!(VERB.octets(&Value::Uint(1)), b"GET");
        assert_eq!(VERB.octets(&Value::from(b"get".to_vec())), b"get");
    }

    #[test]
    fn addresses_are_read_and_written() {
        let four = Value::from(vec![192, 0, 2, 7]);
        assert_eq!(read(&DOTTED, b"192.0.2.7|"), Some((four.clone(), 9)));
        assert_eq!(DOTTED.octets(&four), b"192.0.2.7");
        assert_eq!(read(&DOTTED, b"192.0.2|"), None);
        let (six, length) = read(&COLONS, b"2001:db8::7|").expect("it is an address");
        assert_eq!((COLONS.octets(&six), length), (b"2001:db8::7".to_vec(), 11));
    }
}
