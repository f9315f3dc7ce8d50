//! A message with the place of every field, and what is wrong with it.

use std::borrow::Cow;
use std::ops::Range;

use super::layout::{Field, ITEM_LENGTH, ITEM_TYPE};
use super::protocol::MessageType;
use super::value::Value;

/// One field of a message. Nodes stand in wire order, a group before what it holds.
#[derive(Clone, Debug)]
pub struct Node {
    /// The field's name; items of unknown type have a made-up one.
    pub name: Cow<'static, str>,
    /// How deep inside groups it stands, 0 at the top.
    pub depth: u8,
    /// Its bits, counted from the start of the message.
    pub bits: Range<usize>,
    /// What it holds.
    pub value: Value,
    /// Its description.
    pub field: &'static Field,
}

impl Node {
    /// The octets that the field touches.
    pub fn octets(&self) -> Range<usize> {
        self.bits.start / 8..self.bits.end.div_ceil(8)
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
    /// The octets with everything that is sealed laid open, at the same places.
    pub clear: Vec<u8>,
    /// The fields.
    pub nodes: Vec<Node>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl Message {
    /// The node at a path such as `attributes.User-Name` or `flags.noecho`.
    ///
    /// Of several items with one name it is the first.
    pub fn find(&self, path: &str) -> Option<&Node> {
        find(&self.nodes, path)
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
    pub fn paths(&self) -> impl Iterator<Item = (String, &Node)> {
        paths(&self.nodes, "")
    }

    /// The structures of the list at `path`, each with the nodes that are in it.
    pub fn structures(&self, path: &str) -> impl Iterator<Item = (&Node, &[Node])> {
        let nodes = self.children(path);
        let depth = nodes.first().map_or(0, |n| n.depth);
        // In an item its type and length stand before them.
        let head =
            |n: &Node| std::ptr::eq(n.field, &ITEM_TYPE) || std::ptr::eq(n.field, &ITEM_LENGTH);
        let direct = nodes.iter().enumerate().filter(move |(_, n)| n.depth == depth && !head(n));
        direct.map(|(at, node)| (node, inside(nodes, at)))
    }
}

/// Paths and nodes of fields that stand one behind the other in what is at the path `within`.
pub fn paths<'n>(nodes: &'n [Node], within: &str) -> impl Iterator<Item = (String, &'n Node)> {
    let mut stack: Vec<&str> = Vec::new();
    let (outer, first) = (within.to_owned(), nodes.first().map_or(0, |n| n.depth));
    nodes.iter().map(move |node| {
        stack.truncate(usize::from(node.depth - first));
        stack.push(&node.name);
        let path = stack.join(".");
        (if outer.is_empty() { path } else { format!("{outer}.{path}") }, node)
    })
}

/// The node at a path.
pub fn find<'n>(nodes: &'n [Node], path: &str) -> Option<&'n Node> {
    let mut from = 0;
    let mut to = nodes.len();
    let mut found = None;
    for (depth, name) in path.split('.').enumerate() {
        let at = (from..to)
            .find(|i| nodes[*i].depth as usize == depth && nodes[*i].name.as_ref() == name)?;
        found = Some(&nodes[at]);
        from = at + 1;
        to = at + 1 + inside(nodes, at).len();
    }
    found
}

/// The nodes inside the node at index `at`, at every depth.
pub fn inside(nodes: &[Node], at: usize) -> &[Node] {
    let depth = nodes[at].depth;
    let rest = &nodes[at + 1..];
    let end = rest.iter().position(|n| n.depth <= depth).unwrap_or(rest.len());
    &rest[..end]
}
