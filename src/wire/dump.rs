//! Octets as people read them.

use std::fmt::Write as _;
use std::ops::Range;

use crate::diag::counted;

/// The most octets that a dump shows around its mark.
const MOST: usize = 512;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A hex dump, 16 octets a line; the octets in `marked` are underlined and `label` names them.
///
/// A long message is cut to the neighbourhood of the mark, and says so.
pub fn hex_dump(octets: &[u8], marked: Option<(Range<usize>, &str)>) -> String {
    let mut out = String::new();
    let first = match &marked {
        Some((range, _)) if octets.len() > MOST => {
            (range.start.min(octets.len()).saturating_sub(64) / 16) * 16
        }
        _ => 0,
    };
    let last = octets.len().min(first + MOST);
    if first > 0 {
        let _ = writeln!(out, "   .. {} before", counted(first, "octet"));
    }
    let mut labelled = false;
    for (row, line) in octets[first..last].chunks(16).enumerate() {
        let at = first + row * 16;
        let _ = write!(out, "{at:04x}  ");
        for i in 0..16 {
            match line.get(i) {
                Some(octet) => {
                    for digit in [octet >> 4, octet & 0xf] {
                        out.push(char::from(DIGITS[usize::from(digit)]));
                    }
                    out.push(' ');
                }
                None => out.push_str("   "),
            }
            if i == 7 {
                out.push(' ');
            }
        }
        out.push(' ');
        for octet in line {
            out.push(if (0x20..0x7f).contains(octet) { char::from(*octet) } else { '.' });
        }
        while out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
        let Some((range, label)) = &marked else { continue };
        let (from, to) = (range.start.max(at), range.end.min(at + line.len()));
        if from < to {
            let column = |i: usize| 6 + (i - at) * 3 + usize::from(i - at >= 8);
            let (a, b) = (column(from), column(to - 1) + 2);
            let _ = write!(out, "{}{}", " ".repeat(a), "^".repeat(b - a));
            if !labelled {
                let _ = write!(out, " {label}");
                labelled = true;
            }
            out.push('\n');
        }
    }
    if last < octets.len() {
        let _ = writeln!(out, "   .. {} more", counted(octets.len() - last, "octet"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_its_octets() {
        let text = hex_dump(&[0x0a; 20], Some((7..9, "id")));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "0000  0a 0a 0a 0a 0a 0a 0a 0a  0a 0a 0a 0a 0a 0a 0a 0a  ................"
        );
        assert_eq!(lines[1], "                           ^^^^^^ id");
    }

    #[test]
    fn a_range_past_the_end_is_cut() {
        assert!(!hex_dump(&[1, 2, 3], Some((9..12, "gone"))).contains('^'));
    }
}
