//! What a field holds, and how it is written in suites and reports.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::layout::{Codes, Kind};
use super::name;
use super::octets::Octets;
use crate::diag::counted;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// An unsigned integer of at most 64 bits; a flag is 0 or 1.
    Uint(u64),
    /// Octets: text, addresses and opaque data alike; the field's kind tells how they are shown.
    Octets(Octets),
    /// A field that holds others.
    Group,
}

impl From<&[u8]> for Value {
    fn from(octets: &[u8]) -> Self {
        Self::Octets(octets.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(octets: Vec<u8>) -> Self {
        Self::Octets(octets.into())
    }
}

impl Value {
    /// The number of an integer.
    pub fn uint(&self) -> Option<u64> {
        match self {
            Self::Uint(n) => Some(*n),
            _ => None,
        }
    }

    /// The octets of an octet string.
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Octets(octets) => Some(octets),
            _ => None,
        }
    }
}

impl Kind {
    /// Reads a value as a suite spells it: a code's name or number, `0x..` octets, text, an address.
    ///
    /// Fails with what was expected instead.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Uint { bits, names } => parse_uint(text, *bits, *names).map(Value::Uint),
            Self::Flag => match text {
                "true" | "1" => Ok(Value::Uint(1)),
                "false" | "0" => Ok(Value::Uint(0)),
                _ => Err("expected true or false".into()),
            },
            Self::Text(_) => Ok(text.as_bytes().into()),
            Self::Octets(_) | Self::Hidden { .. } | Self::Custom(_) => {
                match text.strip_prefix("0x") {
                    Some(hex) => parse_octets(hex).map(Value::from),
                    None => Ok(text.as_bytes().into()),
                }
            }
            Self::Ipv4 => text
                .parse::<Ipv4Addr>()
                .map(|a| a.octets().as_slice().into())
                .map_err(|_| "expected an IPv4 address such as 192.0.2.7".into()),
            Self::Ipv6 => text
                .parse::<Ipv6Addr>()
                .map(|a| a.octets().as_slice().into())
                .map_err(|_| "expected an IPv6 address such as 2001:db8::7".into()),
            Self::Mac => parse_mac(text)
                .map(|a| a.as_slice().into())
                .ok_or_else(|| "expected a MAC address such as 02:00:00:00:00:01".into()),
            Self::Spelled(spelling) => spelling.of.parse(text),
            Self::Mark(_) | Self::Maybe(_) => Ok(text.as_bytes().into()),
            Self::Lengths { .. } => parse_octets(text.trim_start_matches("0x")).map(Value::from),
            Self::Name { .. } => name::parse(text).map(Value::from),
            // The octets of several values of one kind.
            Self::List(list) => match list.only_field().map(|field| &field.kind) {
                None => Err("expected fields, not text".into()),
                Some(kind) => {
                    let values = text.split(',').map(|one| match (kind, kind.parse(one.trim())?) {
                        (_, Value::Octets(octets)) => Ok(octets.to_vec()),
                        (Self::Uint { bits, .. }, Value::Uint(number)) => {
                            let octets = usize::from(bits.div_ceil(8)).min(8);
                            Ok(number.to_be_bytes()[8 - octets..].to_vec())
                        }
                        _ => Err(String::from("expected fields, not text")),
                    });
                    values.collect::<Result<Vec<_>, _>>().map(|v| v.concat().into())
                }
            },
            Self::Items(_)
            | Self::Choice(_)
            | Self::Pairs { .. }
            | Self::ZeroPairs
            | Self::Group(_)
            | Self::Sealed { .. } => Err("expected fields, not text".into()),
        }
    }

    /// The value as a suite would spell it, without anything a terminal would obey.
    pub fn show(&self, value: &Value) -> String {
        match (self.plain(), value) {
            (_, Value::Group) => String::from("(fields)"),
            (Self::Flag, Value::Uint(n)) => String::from(if *n == 0 { "false" } else { "true" }),
            (Self::Uint { names: Some(codes), .. }, Value::Uint(n)) => match codes.name(*n) {
                Some(name) => format!("{name} ({n})"),
                None => format!("{n}"),
            },
            (_, Value::Uint(n)) => format!("{n}"),
            (Self::Ipv4, Value::Octets(o)) => match <[u8; 4]>::try_from(&**o) {
                Ok(o) => Ipv4Addr::from(o).to_string(),
                Err(_) => show_octets(o),
            },
            (Self::Ipv6, Value::Octets(o)) => match <[u8; 16]>::try_from(&**o) {
                Ok(o) => Ipv6Addr::from(o).to_string(),
                Err(_) => show_octets(o),
            },
            (Self::Mac, Value::Octets(o)) => match <[u8; 6]>::try_from(&**o) {
                Ok(o) => o.map(|octet| format!("{octet:02x}")).join(":"),
                Err(_) => show_octets(o),
            },
            (
                Self::Text(_)
                | Self::Hidden { .. }
                | Self::Custom(_)
                | Self::Mark(_)
                | Self::Maybe(_),
                Value::Octets(o),
            ) => show_text(o),
            (Self::Name { .. }, Value::Octets(o)) => {
                name::show(o).map_or_else(|| show_octets(o), |name| crate::diag::clean(&name))
            }
            (_, Value::Octets(o)) => show_octets(o),
        }
    }

    /// Whether two values of such a field are the same.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        match (self.plain(), one, other) {
            (Self::Name { .. }, Value::Octets(one), Value::Octets(other)) => {
                one.eq_ignore_ascii_case(other)
            }
            _ => one == other,
        }
    }

    /// Whether the value is made of named parts rather than being one value.
    pub fn has_fields(&self) -> bool {
        matches!(
            self,
            Self::Items(_)
                | Self::List(_)
                | Self::Choice(_)
                | Self::Pairs { .. }
                | Self::ZeroPairs
                | Self::Group(_)
                | Self::Sealed { .. }
        )
    }
}

fn parse_uint(text: &str, bits: u8, names: Option<&'static Codes>) -> Result<u64, String> {
    let number = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse::<u64>().ok(),
    };
    let named = || names.and_then(|codes| codes.number(text));
    match number.or_else(named) {
        Some(n) if bits >= 64 || n >> bits == 0 => Ok(n),
        Some(n) => Err(format!("{n} does not fit into {}", counted(bits, "bit"))),
        None => match names {
            None => Err(format!("expected a number of {}", counted(bits, "bit"))),
            Some(codes) => {
                let near = crate::diag::nearest(text, codes.list.iter().map(|(_, name)| *name));
                let some: Vec<&str> = codes.list.iter().take(8).map(|(_, name)| *name).collect();
                Err(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("expected a number or a name such as {}", some.join(", ")),
                })
            }
        },
    }
}

/// Octets as the address of a single station that no maker gave out.
pub(super) fn local(mut octets: Vec<u8>) -> Vec<u8> {
    if let Some(first) = octets.first_mut() {
        *first = *first & 0xfc | 2;
    }
    octets
}

/// Reads six octets, each of two hexadecimal digits, with colons between them.
fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let octet = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| two)
    };
    let octets: Option<Vec<u8>> = text.split(':').map(octet).collect();
    octets?.try_into().ok()
}

/// Reads octets from hexadecimal digits; spaces and colons between them are passed over.
pub fn parse_octets(text: &str) -> Result<Vec<u8>, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    hex::decode(&digits).map_err(|e| match digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        Some(other) => format!("expected hexadecimal octets, and `{other}` is no digit of any"),
        None => format!("expected hexadecimal octets: {e}"),
    })
}

/// Octets as `0x0102..`, or as quoted text where every one of them prints.
pub fn show_octets(octets: &[u8]) -> String {
    if octets.len() >= 2 && octets.iter().all(|b| (0x20..0x7f).contains(b)) {
        return show_text(octets);
    }
    let mut out = String::from("0x") + &hex::encode(&octets[..octets.len().min(64)]);
    if octets.len() > 64 {
        let _ = write!(out, ".. ({} octets)", octets.len());
    }
    out
}

/// Octets as quoted text; what is not printable is escaped.
pub fn show_text(octets: &[u8]) -> String {
    let (head, more) = octets.split_at(octets.len().min(256));
    let mut out = String::from("\"");
    for chunk in head.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                c if c.is_control() => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => out.push(c),
            }
        }
        for octet in chunk.invalid() {
            let _ = write!(out, "\\x{octet:02x}");
        }
    }
    out.push('"');
    if !more.is_empty() {
        let _ = write!(out, ".. ({} octets)", octets.len());
    }
    crate::diag::clean(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Len;

    const COLOURS: Codes = Codes { name: "colours", closed: "", list: &[(1, "red"), (2, "green")] };

    #[test]
    fn a_code_is_read_by_name_and_by_number() {
        let kind = Kind::Uint { bits: 8, names: Some(&COLOURS) };
        assert_eq!(kind.parse("green"), Ok(Value::Uint(2)));
        assert_eq!(kind.parse("0x10"), Ok(Value::Uint(16)));
        assert_eq!(kind.parse("256"), Err("256 does not fit into 8 bits".into()));
        assert_eq!(kind.parse("gren"), Err("did you mean `green`?".into()));
        assert_eq!(kind.show(&Value::Uint(1)), "red (1)");
    }

    #[test]
    fn a_mac_address_is_six_octets_with_colons() {
        let octets = Value::from(vec![2, 0, 0, 0, 0xab, 1]);
        assert_eq!(Kind::Mac.parse("02:00:00:00:aB:01"), Ok(octets.clone()));
        assert_eq!(Kind::Mac.show(&octets), "02:00:00:00:ab:01");
        for wrong in ["02:00:00:00:01", "2:0:0:0:0:1", "02-00-00-00-00-01", "02:00:00:00:00:+1"] {
            assert!(Kind::Mac.parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Kind::Mac.show(&vec![1, 2].into()), "0x0102");
    }

    #[test]
    fn octets_are_shown_as_a_suite_would_spell_them() {
        let kind = Kind::Octets(Len::Rest);
        assert_eq!(kind.show(&vec![1, 255].into()), "0x01ff");
        assert_eq!(kind.parse("0x01ff"), Ok(vec![1, 255].into()));
        assert_eq!(
            Kind::Text(Len::Rest).show(&b"a\x1b\"\xff".as_slice().into()),
            "\"a\\x1b\\\"\\xff\""
        );
    }
}
