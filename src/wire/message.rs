//! A message with the place of every field, and what is wrong with it.

use std::borrow::Cow;
use std::ops::Range;

use super::layout::{Field, ITEM_LENGTH, ITEM_TYPE};
use super::protocol::MessageType;
use super::value::Value;

/// A name that is not its field's own: that of a structure in a list, of a pair, of an item whose type
/// no table knows.
pub type Label = Option<Box<str>>;

/// What a field goes by.
pub(super) fn name_of<'n>(field: &'static Field, label: &'n Label) -> &'n str {
    label.as_deref().unwrap_or(field.name)
}

/// What stands in front of an item's value: its type, and its length as it is told there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The type.
    pub number: u8,
    /// The length.
    pub length: u8,
}

/// One field of a message. Nodes stand in wire order, a group before what it holds. Type and length of
/// an item are no nodes of their own: half of a message would be those.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    label: Label,
    /// Its description.
    pub field: &'static Field,
    /// The first of its bits, and one past the last: no message has so many that they do not fit.
    bits: (u32, u32),
    /// How deep inside groups it stands, 0 at the top.
    pub depth: u8,
    /// Type and length, where it is an item that has them.
    pub head: Option<Head>,
    /// Whether its author chose the value, so that none is computed.
    pub(super) chosen: bool,
}

impl Node {
    /// A field at some bits of its message.
    pub(super) fn new(
        field: &'static Field,
        label: Label,
        depth: u8,
        bits: Range<usize>,
        value: Value,
    ) -> Self {
        let mut node = Self { value, label, field, bits: (0, 0), depth, head: None, chosen: false };
        node.place(bits);
        node
    }

    /// The name that is not its field's own.
    pub(super) fn label(&self) -> &Label {
        &self.label
    }

    /// The field's name, or its label.
    pub fn name(&self) -> &str {
        name_of(self.field, &self.label)
    }

    /// The same, to keep.
    pub fn own_name(&self) -> Cow<'static, str> {
        match &self.label {
            None => Cow::Borrowed(self.field.name),
            Some(label) => Cow::Owned(label.as_ref().to_owned()),
        }
    }

    /// Whether this field describes it.
    pub fn is(&self, field: &'static Field) -> bool {
        std::ptr::eq(self.field, field)
    }

    /// Whether it goes by the name of a field, or by another name that it is asked for by.
    pub fn goes_by(&self, field: &'static Field, name: &str) -> bool {
        match &self.label {
            None => self.is(field) || self.field.name == name,
            Some(label) => label.as_ref() == name,
        }
    }

    /// Its bits, counted from the start of the message.
    pub fn bits(&self) -> Range<usize> {
        self.bits.0 as usize..self.bits.1 as usize
    }

    /// Puts it at other bits.
    pub(super) fn place(&mut self, bits: Range<usize>) {
        let bit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.bits = (bit(bits.start), bit(bits.end));
    }

    /// Says where it ends.
    pub(super) fn end(&mut self, bit: usize) {
        self.place(self.bits.0 as usize..bit);
    }

    /// The bits of its value: those of an item without its type and length.
    pub(super) fn value_bits(&self) -> Range<usize> {
        let bits = self.bits();
        bits.start + if self.head.is_some() { 16 } else { 0 }..bits.end
    }

    /// Type and length of an item, as fields in it.
    fn heads(&self) -> Option<[Self; 2]> {
        let Head { number, length } = self.head?;
        let head = |field, octet: usize, value: u8| {
            let start = self.bits().start + octet * 8;
            let value = Value::Uint(value.into());
            Self::new(field, None, self.depth + 1, start..start + 8, value)
        };
        Some([head(&ITEM_TYPE, 0, number), head(&ITEM_LENGTH, 1, length)])
    }

    /// The octets that the field touches.
    pub fn octets(&self) -> Range<usize> {
        self.bits.0 as usize / 8..(self.bits.1 as usize).div_ceil(8)
    }

    /// The value as text.
    pub fn show(&self) -> String {
        self.field.kind.show(&self.value)
    }
}

/// What is wrong with a message, without any suite's help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's path; empty for the message as a whole.
    pub path: String,
    /// The bits that are wrong.
    pub bits: Range<usize>,
    /// What must be there.
    pub expected: String,
    /// What is there.
    pub got: String,
    /// Where it is demanded.
    pub source: &'static str,
    /// Whether the message is sound, and says something that the standard does not allow.
    pub chosen: bool,
}

/// A decoded or encoded message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its type.
    pub kind: &'static MessageType,
    /// The octets as they travel.
    pub bytes: Vec<u8>,
    /// The octets with everything that is sealed laid open, where something is.
    pub(super) opened: Option<Vec<u8>>,
    /// The fields.
    pub nodes: Vec<Node>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl Message {
    /// The octets with everything that is sealed laid open, at the same places.
    pub fn clear(&self) -> &[u8] {
        self.opened.as_ref().unwrap_or(&self.bytes)
    }

    /// The node at a path such as `attributes.User-Name` or `flags.noecho`.
    ///
    /// Of several items with one name it is the first. Type and length of an item are not found.
    pub fn find(&self, path: &str) -> Option<&Node> {
        find(&self.nodes, path)
    }

    /// The field at a path, be it the type or the length of an item.
    pub fn field(&self, path: &str) -> Option<Cow<'_, Node>> {
        let head = || {
            let (item, part) = path.rsplit_once('.')?;
            let which = [&ITEM_TYPE, &ITEM_LENGTH].iter().position(|head| head.name == part)?;
            let [number, length] = self.find(item)?.heads()?;
            Some(Cow::Owned(if which == 0 { number } else { length }))
        };
        head().or_else(|| self.find(path).map(Cow::Borrowed))
    }

    /// All nodes directly inside the node at `path`, at the top where it is empty.
    pub fn children(&self, path: &str) -> &[Node] {
        if path.is_empty() {
            return &self.nodes;
        }
        let found = self.find(path);
        match self.nodes.iter().position(|n| found.is_some_and(|f| std::ptr::eq(f, n))) {
            Some(at) => inside(&self.nodes, at),
            None => &[],
        }
    }

    /// Paths and nodes of every field, in wire order.
    pub fn fields(&self) -> impl Iterator<Item = (String, &Node)> {
        let mut stack: Vec<&str> = Vec::new();
        self.nodes.iter().map(move |node| {
            stack.truncate(usize::from(node.depth));
            stack.push(node.name());
            (stack.join("."), node)
        })
    }

    /// The same with the types and lengths of items, for those who show a message.
    pub fn shown(&self) -> impl Iterator<Item = (String, Cow<'_, Node>)> {
        self.fields().flat_map(|(path, node)| {
            let head = |head: Node| (format!("{path}.{}", head.name()), Cow::Owned(head));
            let heads: Vec<_> = node.heads().into_iter().flatten().map(head).collect();
            std::iter::once((path, Cow::Borrowed(node))).chain(heads)
        })
    }
}

/// The structures in a list, each with the nodes that are in it.
pub fn structures(within: &[Node]) -> impl Iterator<Item = (&Node, &[Node])> {
    let depth = within.first().map_or(0, |n| n.depth);
    let direct = within.iter().enumerate().filter(move |(_, n)| n.depth == depth);
    direct.map(|(at, node)| (node, inside(within, at)))
}

/// The path of the node at index `at`, as [`Message::fields`] gives it.
pub fn path_of(nodes: &[Node], at: usize) -> String {
    let mut names = vec![nodes[at].name()];
    let mut depth = nodes[at].depth;
    for node in nodes[..at].iter().rev() {
        if node.depth < depth {
            depth = node.depth;
            names.push(node.name());
        }
    }
    names.reverse();
    names.join(".")
}

/// The node at a path.
pub fn find<'n>(nodes: &'n [Node], path: &str) -> Option<&'n Node> {
    let (mut within, mut depth, mut rest) = (nodes, 0, path);
    loop {
        let at = within.iter().position(|n| n.depth == depth && leads(rest, n.name()))?;
        match rest.get(within[at].name().len() + 1..) {
            None => return Some(&within[at]),
            Some(inner) => (within, depth, rest) = (inside(within, at), depth + 1, inner),
        }
    }
}

/// Whether a path begins with a name, as a whole part of it.
fn leads(path: &str, name: &str) -> bool {
    match path.as_bytes().get(name.len()) {
        None => path == name,
        Some(b'.') => path.starts_with(name),
        Some(_) => false,
    }
}

/// How many nodes have this path.
pub fn count(nodes: &[Node], path: &str) -> usize {
    let Some(depth) = nodes.first().map(|node| node.depth) else { return 0 };
    let beside = nodes.iter().enumerate().filter(|(_, node)| node.depth == depth);
    beside
        .map(|(at, node)| match path.strip_prefix(node.name()) {
            Some("") => 1,
            Some(rest) => rest.strip_prefix('.').map_or(0, |rest| count(inside(nodes, at), rest)),
            None => 0,
        })
        .sum()
}

/// The nodes inside the node at index `at`, at every depth.
pub fn inside(nodes: &[Node], at: usize) -> &[Node] {
    let depth = nodes[at].depth;
    let rest = &nodes[at + 1..];
    let end = rest.iter().position(|n| n.depth <= depth).unwrap_or(rest.len());
    &rest[..end]
}
