//! YAML with positions: every value keeps its line, column and octet range, and its own spelling.
//!
//! Nothing is typed here. `0x00ff`, `on` and `1813` stay the text that the author wrote; the layout
//! of the field decides what it means. Aliases share their node, merge keys (`<<`) are resolved, a
//! duplicate key is an error at the second place.

mod pieces;
mod read;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Marker, Parser, ScalarStyle};

use crate::diag::{Diagnostic, Pos, Source};

use pieces::Piece;
pub use read::{Reader, duration};

/// A file larger than this is refused before it is parsed.
pub const MAX_OCTETS: usize = 32 << 20;
/// The most nodes that a file may stand for, aliases counted as often as they are used.
pub const MAX_NODES: u32 = 4_000_000;

/// One value of a YAML file. A clone shares what is inside.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    /// Where it stands.
    pub pos: Pos,
    /// What it is.
    pub kind: Kind<'s>,
    /// How many nodes it stands for, itself included, aliases counted in full.
    size: u32,
}

/// The three shapes of a YAML value.
#[derive(Clone, Debug)]
pub enum Kind<'s> {
    /// Text, which mostly stands in the file as it is, and whether it stood without quotes.
    Scalar(Cow<'s, str>, bool),
    /// A sequence.
    List(Arc<[Node<'s>]>),
    /// A mapping in the order of the file.
    Map(Arc<[Entry<'s>]>),
}

impl Default for Node<'_> {
    /// A text of no characters, at no place.
    fn default() -> Self {
        Self::new(Pos::default(), Kind::Scalar(Cow::default(), true))
    }
}

/// A key and its value.
pub type Entry<'s> = (Node<'s>, Node<'s>);

impl<'s> Node<'s> {
    /// A node, and how many it stands for.
    pub fn new(pos: Pos, kind: Kind<'s>) -> Self {
        let size = match &kind {
            Kind::Scalar(..) => 1,
            Kind::List(items) => items.iter().fold(1u32, |sum, n| sum.saturating_add(n.size)),
            Kind::Map(entries) => entries
                .iter()
                .fold(1u32, |sum, (k, v)| sum.saturating_add(k.size).saturating_add(v.size)),
        };
        Self { pos, kind, size }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether this is an unquoted scalar: `any` is a word, `"any"` is three characters.
    pub fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_, true))
    }

    /// Whether nothing stands there, or `null`.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(text, true) if matches!(&**text, "" | "~" | "null"))
    }

    /// The entries of a mapping, none for other shapes.
    pub fn entries(&self) -> &[Entry<'s>] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence, none for other shapes.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The value under `key` of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, v)| v)
    }

    /// Takes the value under `key` out of a mapping.
    pub fn take(&mut self, key: &str) -> Option<Self> {
        let Kind::Map(entries) = &mut self.kind else { return None };
        match Arc::get_mut(entries) {
            Some(entries) => {
                let mut entries = entries.iter_mut();
                entries.find(|(k, _)| k.text() == Some(key)).map(|(_, v)| std::mem::take(v))
            }
            // Somebody else has a share in it.
            None => self.get(key).cloned(),
        }
    }

    /// The entries of a mapping, each to be dropped when it was read; none for other shapes.
    pub fn into_entries(self) -> Vec<Entry<'s>> {
        let Kind::Map(mut entries) = self.kind else { return Vec::new() };
        match Arc::get_mut(&mut entries) {
            Some(entries) => entries.iter_mut().map(std::mem::take).collect(),
            None => entries.to_vec(),
        }
    }

    /// `a list`, `a mapping`, `text`: for messages.
    pub fn shape(&self) -> &'static str {
        match self.kind {
            Kind::Scalar(..) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

/// Parses one document that is a mapping, as suites and targets are.
///
/// Fails as [`parse`] does, and where it is something else.
pub fn parse_mapping(source: &Arc<Source>) -> Result<Node<'_>, Diagnostic> {
    let root = parse(source)?;
    match root.kind {
        Kind::Map(_) => Ok(root),
        _ => {
            let title = format!("expected a mapping, found {}", root.shape());
            Err(Diagnostic::error(source, root.pos, title))
        }
    }
}

/// Parses one document.
///
/// Fails with one diagnostic: not YAML, more than one document, a duplicate key, too large.
pub fn parse(source: &Arc<Source>) -> Result<Node<'_>, Diagnostic> {
    if source.text.len() > MAX_OCTETS {
        return Err(Diagnostic::plain(format!(
            "{} is {} octets long; the most is {MAX_OCTETS}",
            source.path,
            source.text.len()
        )));
    }
    pieces::parse(source).map_or_else(|| Builder::new(source, Piece::whole(&source.text)).run(), Ok)
}

/// A collection whose end has not come yet.
struct Open {
    pos: Pos,
    anchor: usize,
    is_map: bool,
    /// Where its nodes begin among those that wait for their collection.
    from: usize,
}

/// The entries of a mapping, found by key: few by looking through them, many by an index.
#[derive(Default)]
struct Entries<'s> {
    all: Vec<Entry<'s>>,
    index: HashMap<Cow<'s, str>, Pos>,
}

impl<'s> Entries<'s> {
    const FEW: usize = 16;

    fn of(capacity: usize) -> Self {
        Self { all: Vec::with_capacity(capacity), index: HashMap::new() }
    }

    /// Where a key stands.
    fn key(&self, name: &str) -> Option<Pos> {
        if self.all.len() > Self::FEW {
            return self.index.get(name).copied();
        }
        self.all.iter().find(|(key, _)| key.text() == Some(name)).map(|(key, _)| key.pos)
    }

    fn add(&mut self, key: Node<'s>, value: Node<'s>) {
        let named = |key: &Node<'s>| match &key.kind {
            Kind::Scalar(text, _) => (text.clone(), key.pos),
            _ => (Cow::default(), key.pos),
        };
        if self.all.len() == Self::FEW {
            self.index.extend(self.all.iter().map(|(key, _)| named(key)));
        }
        if self.all.len() >= Self::FEW {
            self.index.extend([named(&key)]);
        }
        self.all.push((key, value));
    }
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    /// What of it is parsed.
    piece: Piece<'s>,
    open: Vec<Open>,
    /// Nodes whose collections have not come to their end, those of the innermost last.
    nodes: Vec<Node<'s>>,
    /// Nodes by anchor number, as the parser counts them.
    anchors: Vec<Option<Node<'s>>>,
    /// Whether something in the piece is read with an eye to what stands outside of it.
    depends: bool,
}

impl<'s> Builder<'s> {
    fn new(source: &'s Arc<Source>, piece: Piece<'s>) -> Self {
        Self {
            source,
            piece,
            open: Vec::new(),
            nodes: Vec::new(),
            anchors: Vec::new(),
            depends: false,
        }
    }

    /// The value of a piece that can be read without knowing of others.
    fn alone(mut self) -> Option<Node<'s>> {
        self.run().ok().filter(|_| !self.depends)
    }

    fn run(&mut self) -> Result<Node<'s>, Diagnostic> {
        let mut documents = 0;
        for event in Parser::new_from_str(self.piece.text) {
            let (event, span) = event.map_err(|e| self.not_yaml(&e))?;
            let pos = self.position(&span.start, &span.end);
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.error(pos, "a second document begins here"));
                    }
                }
                Event::Scalar(text, style, anchor, _) => {
                    let plain = matches!(style, ScalarStyle::Plain);
                    // A block of no lines is placed where the next key is.
                    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                    self.depends |= block && text.trim_start_matches('\n').is_empty();
                    let node = Node::new(pos, Kind::Scalar(text, plain));
                    self.finish(node, anchor)?;
                }
                Event::SequenceStart(_, anchor, _) => {
                    self.begin(pos, anchor, false);
                }
                Event::MappingStart(_, anchor, _) => {
                    self.begin(pos, anchor, true);
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
                Event::Alias(id) => {
                    let node = self.anchors.get(id).cloned().flatten();
                    let node = node.ok_or_else(|| {
                        self.error(pos, "this alias stands inside the value that it names")
                    })?;
                    self.finish(node, 0)?;
                }
                _ => {}
            }
        }
        self.nodes.pop().ok_or_else(|| {
            Diagnostic::error(
                self.source,
                Pos { line: 1, column: 1, start: 0, end: 0 },
                "the file is empty",
            )
        })
    }

    fn begin(&mut self, pos: Pos, anchor: usize, is_map: bool) {
        self.open.push(Open { pos, anchor, is_map, from: self.nodes.len() });
    }

    fn close(&mut self) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let kind = match open.is_map {
            true => Kind::Map(self.map(open.from)?),
            false => Kind::List(self.nodes.drain(open.from..).collect()),
        };
        self.finish(Node::new(open.pos, kind), open.anchor)
    }

    /// Pairs up keys and values, resolves merge keys, refuses duplicates.
    fn map(&mut self, from: usize) -> Result<Arc<[Entry<'s>]>, Diagnostic> {
        let source = self.source;
        let mut nodes = self.nodes.drain(from..);
        let mut entries = Entries::of(nodes.len() / 2);
        let mut merged = Vec::new();
        while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
            let Some(name) = key.text() else {
                return Err(Diagnostic::error(source, key.pos, "a key must be text"));
            };
            if name == "<<" && key.is_plain() {
                self.depends = true;
                merged.push(value);
                continue;
            }
            if let Some(first) = entries.key(name) {
                return Err(Diagnostic::error(
                    source,
                    key.pos,
                    format!("the key `{name}` stands here a second time"),
                )
                .help(format!("the first is in line {}", first.line)));
            }
            entries.add(key, value);
        }
        for value in merged {
            let maps: &[Node] = match &value.kind {
                Kind::List(items) => items,
                _ => std::slice::from_ref(&value),
            };
            for map in maps {
                let Kind::Map(more) = &map.kind else {
                    return Err(Diagnostic::error(
                        source,
                        map.pos,
                        "only a mapping can be merged with `<<`",
                    ));
                };
                for (key, value) in more.iter() {
                    let name = key.text().unwrap_or_default();
                    if entries.key(name).is_none() {
                        entries.add(key.clone(), value.clone());
                    }
                }
            }
        }
        Ok(entries.all.into())
    }

    fn finish(&mut self, node: Node<'s>, anchor: usize) -> Result<(), Diagnostic> {
        if node.size > MAX_NODES {
            return Err(self.error(
                node.pos,
                format!("the file stands for more than {MAX_NODES} values, aliases counted"),
            ));
        }
        if anchor > 0 {
            self.depends = true;
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some(node.clone());
        }
        self.nodes.push(node);
        Ok(())
    }

    fn error(&self, pos: Pos, title: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.source, pos, title)
    }

    /// The place of a value in the whole file.
    fn position(&self, start: &Marker, end: &Marker) -> Pos {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let octets = |mark: &Marker| number(mark.byte_offset().unwrap_or_else(|| mark.index()));
        let before = self.piece.at;
        Pos {
            line: number(start.line()).saturating_add(before.line - 1),
            column: number(start.col()).saturating_add(1),
            start: octets(start).saturating_add(before.start),
            end: octets(end).saturating_add(before.start),
        }
    }

    fn not_yaml(&self, error: &granit_parser::ScanError) -> Diagnostic {
        let mark = error.marker();
        let text = &self.source.text;
        let start = mark.byte_offset().unwrap_or_else(|| {
            text.char_indices().nth(mark.index()).map_or(text.len(), |(i, _)| i)
        });
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let pos = Pos {
            line: u32::try_from(mark.line()).unwrap_or(u32::MAX),
            column: u32::try_from(mark.col()).unwrap_or(u32::MAX - 1) + 1,
            start,
            end: start,
        };
        self.error(pos, "this is not YAML").remark(error.info())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Arc::new(Source { path: "t.yaml".into(), text: text.into() })
    }

    #[test]
    fn a_value_keeps_its_spelling_and_its_place() {
        let source = source("a: {b: 0x00ff}\non: yes\n");
        let root = parse(&source).expect("valid");
        let value = root.get("a").and_then(|a| a.get("b")).expect("there");
        assert_eq!(value.text(), Some("0x00ff"));
        assert_eq!((value.pos.line, value.pos.column, value.pos.start), (1, 8, 7));
        assert_eq!(root.get("on").and_then(|n| n.text()), Some("yes"));
    }

    #[test]
    fn a_duplicate_among_many_keys_is_found() {
        for keys in [15, 16, 17, 40] {
            let mut text: String = (0..keys).map(|n| format!("key-{n}: {n}\n")).collect();
            let source = Arc::new(Source { path: "a.yaml".into(), text: text.clone() });
            assert_eq!(parse(&source).expect("no key comes twice").entries().len(), keys);
            text.push_str("key-3: again\n");
            let source = Arc::new(Source { path: "a.yaml".into(), text });
            let problem = parse(&source).expect_err("a key comes twice");
            assert_eq!(problem.help.as_deref(), Some("the first is in line 4"), "{keys}");
        }
    }

    #[test]
    fn a_duplicate_key_points_at_both_places() {
        let error = parse(&source("a: 1\nb: 2\na: 3\n")).expect_err("duplicate");
        assert_eq!(error.place().as_deref(), Some("t.yaml:3:1"));
        assert!(error.help.is_some_and(|h| h.contains("line 1")));
    }

    #[test]
    fn merge_keys_fill_in_what_is_missing() {
        let source = source("base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\n");
        let root = parse(&source).expect("valid");
        let used = root.get("use").expect("there");
        assert_eq!(used.get("x").and_then(|n| n.text()), Some("1"));
        assert_eq!(used.get("y").and_then(|n| n.text()), Some("3"));
    }

    #[test]
    fn an_alias_bomb_is_refused_without_being_unfolded() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let list = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{list}]\n"));
        }
        let error = parse(&source(&text)).expect_err("too large");
        assert!(error.title.contains("aliases counted"), "{error}");
    }

    #[test]
    fn what_is_not_yaml_is_told_with_its_place() {
        let error = parse(&source("a: [1, 2\nb: }\n")).expect_err("broken");
        assert!(error.place().is_some());
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        assert!(parse(&source(&"[".repeat(100_000))).is_err());
    }
}
