//! Large files in pieces, so that several threads read them.
//!
//! A piece begins at the line of a key: one of the mapping at the top, or one of a mapping right
//! below it. Whether such a line is what it looks like is not known before it was parsed. Where it
//! stands in quotes or brackets, the piece before it has no end, and what is no key for the whole
//! is none for its piece. So pieces that cannot be parsed, or do not fit together, say nothing: the
//! file is then parsed as a whole, and that says what is wrong with it.

use std::sync::Arc;

use super::{Builder, Entries, Entry, Kind, MAX_NODES, Node};
use crate::diag::{Pos, Source};
use crate::threads;

/// What is smaller is not worth another thread.
const OCTETS: usize = 1 << 15;

/// A part of a file, from the beginning of a line to the next key that a piece begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'s> {
    pub(super) text: &'s str,
    /// The place where it begins; its column is that of its first key.
    pub(super) at: Pos,
}

impl<'s> Piece<'s> {
    /// A file in one piece.
    pub(super) fn whole(text: &'s str) -> Self {
        Self { text, at: Pos { line: 1, column: 1, start: 0, end: 0 } }
    }
}

/// Parses a large file in pieces; nothing where it is to be parsed as a whole.
pub(super) fn parse(source: &Arc<Source>) -> Option<Node<'_>> {
    in_pieces_of(source, OCTETS)
}

fn in_pieces_of(source: &Arc<Source>, octets: usize) -> Option<Node<'_>> {
    let parsed = threads::map(cut(&source.text, octets)?, |piece| {
        let column = piece.at.column;
        Builder::new(source, piece).alone().filter(|node| is_block(source, node, column))
    });
    let whole = join(source, parsed.into_iter().collect::<Option<_>>()?)?;
    (whole.size <= MAX_NODES).then_some(whole)
}

/// Cuts a text into pieces of so many octets and a little more.
fn cut(text: &str, octets: usize) -> Option<Vec<Piece<'_>>> {
    // Lines are counted by their line feeds, and an anchor may be used in another piece.
    if text.len() < 2 * octets || text.contains('\r') {
        return None;
    }
    let mut begins = vec![Pos { line: 1, column: 1, start: 0, end: 0 }];
    // The indentation of the keys right below a key at the top.
    let mut below = None;
    let (mut line, mut start) = (0, 0);
    for text in text.split_inclusive('\n') {
        line += 1;
        let at = start;
        start += text.len();
        let inner = text.trim_start_matches(' ');
        if inner.trim_start().is_empty() || inner.starts_with('#') {
            continue;
        }
        let indent = text.len() - inner.len();
        match indent {
            0 => below = None,
            _ => _ = below.get_or_insert(indent),
        }
        let last = begins[begins.len() - 1];
        // A piece goes on as long as nothing is indented less than its first key.
        let ends = indent + 1 < last.column as usize;
        let is_long = at - last.start as usize >= octets && (indent == 0 || below == Some(indent));
        if ends || is_long {
            let is_key = inner.starts_with(|c: char| c.is_ascii_alphanumeric());
            if !is_key || (ends && indent > 0) {
                return None;
            }
            let column = u32::try_from(indent + 1).ok()?;
            begins.push(Pos { line, column, start: u32::try_from(at).ok()?, end: 0 });
        }
    }
    if begins.len() == 1 {
        return None;
    }
    // As a whole a text of several lines ends where the next key begins, behind its indentation.
    let key = |next: &Pos| (next.start + next.column - 1) as usize;
    let ends = begins.iter().skip(1).map(key).chain([text.len()]);
    let piece = |(at, end): (&Pos, usize)| Piece { text: &text[at.start as usize..end], at: *at };
    Some(begins.iter().zip(ends).map(piece).collect())
}

/// Puts mappings together: each is a part of the one at the top, or of the last value in it.
fn join<'s>(source: &Source, pieces: Vec<Node<'s>>) -> Option<Node<'s>> {
    let at = pieces.first()?.pos;
    let mut top = Entries::default();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let mut entries = piece.into_entries();
        let (key, mut value) = entries.pop()?;
        top.extend(entries)?;
        if let Some(first) = pieces.peek().filter(|piece| piece.pos.column > 1) {
            let pos = value.pos;
            if !is_block(source, &value, first.pos.column) {
                return None;
            }
            let mut all = Entries::default();
            all.extend(value.into_entries())?;
            while let Some(more) = pieces.next_if(|piece| piece.pos.column > 1) {
                if more.pos.column != pos.column {
                    return None;
                }
                all.extend(more.into_entries())?;
            }
            value = Node::new(pos, Kind::Map(all.all.into()));
        }
        top.extend(vec![(key, value)])?;
    }
    Some(Node::new(at, Kind::Map(top.all.into())))
}

impl<'s> Entries<'s> {
    /// Adds entries; nothing where a key is there already.
    fn extend(&mut self, entries: Vec<Entry<'s>>) -> Option<()> {
        for (key, value) in entries {
            if self.key(key.text()?).is_some() {
                return None;
            }
            self.add(key, value);
        }
        Some(())
    }
}

/// Whether a node is a mapping that begins in this column and has no braces.
fn is_block(source: &Source, node: &Node<'_>, column: u32) -> bool {
    let brace = source.text.as_bytes().get(node.pos.start as usize) == Some(&b'{');
    matches!(node.kind, Kind::Map(_)) && node.pos.column == column && !brace
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Arc::new(Source { path: "t.yaml".into(), text: text.into() })
    }

    /// Whether a text is parsed in pieces of any size; where it is, as it is as a whole.
    fn in_pieces(text: &str) -> bool {
        let source = source(text);
        let whole = Builder::new(&source, Piece::whole(&source.text)).run();
        let mut some = false;
        for octets in 1..=text.len() / 2 {
            let Some(joined) = in_pieces_of(&source, octets) else { continue };
            let whole = whole.as_ref().expect("what cannot be parsed has no pieces either");
            assert_eq!(format!("{joined:?}"), format!("{whole:?}"), "{octets}: {text}");
            some = true;
        }
        some
    }

    #[test]
    fn pieces_come_to_the_same_as_the_whole() {
        for text in [
            "a: 1\nb:\n  c: 1\n  d: {e: f}\n  g:\n    - h\n    - i\n# j\nk:\n  l: m\n  n: o\n",
            "a:\n  b: |\n    text\n\n  c: >-\n    more\n   # d\n  e: one\n   two\n  f:\n",
            "---\na:\n  b:\n  - 1\n  -\n  c: \"x\n    y\"\n  d: 'z'\n",
            "a:\n  b: |+\n    c\n\n  d: >+\n    e\n  f: |-\n    g\n\n\n  i: >1\n    j\n  l:\n   -\n  m:",
            "a: x\nb: y\nc: z",
        ] {
            assert!(in_pieces(text), "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_key_and_is_none_is_parsed_as_a_whole() {
        for text in [
            "a:\n  b: \"text\n  c: 1\n  d: 2\"\n",
            "a:\n  b: {c: 1,\n  d: 2,\n  e: 3}\n",
            "a: |\n  b: 1\n  c: 1\n  d: 1\n",
            "a: {b: 1,\n  c: 2,\n  d: 3}\n",
            "a: &x\n  b: &y 1\n  c: 2\n  d: *y\n  e: *x\n",
            "a:\n  b: |\n\n  c: 1\n  d: 2\n",
            "a:\n  b: |+\n\n  c: 1\n  d: 2\n",
            "a: 1\n<<: {b: 1}\nc: 1\nd: 1\n",
            "a: &x {b: 1}\nc: {<<: *x}\nd: 1\n",
            "a:\n  b: 1\n  b: 1\n  c: 1\n",
            "a:\n  b: 1\n c: 1\n",
            "a: 1\n---\nb: 1\n",
            "a:\n  b\n  c: 1\n",
            "a:\n  b:\n    c: 1\n  d\n",
        ] {
            assert!(!in_pieces(text), "{text}");
        }
    }
}
