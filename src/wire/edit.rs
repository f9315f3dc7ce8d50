//! One change to a finished message. Everything that the change does not touch stays, octet for
//! octet; what is computed from it, lengths, seals and digests, is computed anew.

use std::borrow::Cow;
use std::ops::Range;

use super::damage::{flip, put};
use super::decode::SEPARATOR;
use super::encode::{Assignment, Corruption, Draft, Entry, encode};
use super::layout::{Auto, Kind};
use super::message::{Message, Node, inside};
use super::octets::Octets;
use super::protocol::{Context, Parameters};
use super::value::Value;

/// A change to a finished message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Nothing.
    None,
    /// Another value in a field at this path, which is no item.
    Value(String, Value),
    /// Another value in an item: the list's name, the item's place in it.
    Item(String, usize, Value),
    /// An item less.
    Drop(String, usize),
    /// An item twice, one behind the other.
    Double(String, usize),
    /// An item and the next one change places.
    Swap(String, usize),
    /// An item more, at the end.
    Add(String, String, Value),
    /// Another number in the bits of a field, computed ones and parts of items included. Only seals
    /// and digests follow.
    Number(String, u64),
    /// The last bit of a field turned over. Seals and digests follow, but for the field itself.
    Flip(String),
    /// The last bit of the second field turned over after the first one, a digest, was computed.
    Stale(String, String),
    /// Only so many octets are left.
    Truncate(usize),
    /// Octets at the end.
    Append(Vec<u8>),
    /// Sealed and digested with another value of this link parameter.
    Parameter(&'static str),
}

impl Message {
    /// The message as choices for a new one: every field that is not computed.
    ///
    /// Fields at a path in `except` are left out.
    pub fn draft(&self, except: &[String]) -> Vec<Entry> {
        self.entries(0..self.nodes.len(), "", except)
    }

    /// The nodes at `places` and what is in them, as entries of the group at `path`.
    fn entries(&self, places: Range<usize>, path: &str, except: &[String]) -> Vec<Entry> {
        let nodes = &self.nodes;
        let mut entries = Vec::new();
        let mut next = places.start;
        while next < places.end {
            let (at, node) = (next, &nodes[next]);
            next += 1;
            // What a seal wraps belongs to the message itself, and what is chosen to its group.
            if matches!(node.field.kind, Kind::Sealed { .. } | Kind::Choice(_)) {
                continue;
            }
            let held = inside(nodes, at).len();
            next += held;
            let full = match path {
                // Nobody asks for it.
                _ if except.is_empty() => String::new(),
                "" => node.name().to_owned(),
                path => format!("{path}.{}", node.name()),
            };
            if node.field.is_computed() || except.contains(&full) {
                continue;
            }
            let within = at + 1..at + 1 + held;
            let assignment = match (&node.value, &node.field.kind) {
                (Value::Group, Kind::Items(_) | Kind::Pairs { .. } | Kind::ZeroPairs) => {
                    Assignment::Fields(self.items(within, node.depth + 1, &full, except))
                }
                (Value::Group, _) => Assignment::Fields(self.entries(within, &full, except)),
                (value, _) => Assignment::Value(value.clone()),
            };
            entries.push(Entry::new(node.own_name(), assignment));
        }
        entries
    }

    /// What is in the group or list of a name, as choices for a new one.
    pub(super) fn group(&self, name: &str) -> Vec<Entry> {
        let group = self.nodes.iter().position(|n| n.depth == 0 && n.name() == name);
        let Some(at) = group else { return Vec::new() };
        self.entries(at + 1..at + 1 + inside(&self.nodes, at).len(), name, &[])
    }

    /// The items of a list.
    fn items(&self, within: Range<usize>, depth: u8, path: &str, except: &[String]) -> Vec<Entry> {
        let direct = within.filter(|at| self.nodes[*at].depth == depth);
        let kept = direct.filter(|at| {
            !except
                .iter()
                .any(|e| e.strip_prefix(path) == Some(&format!(".{}", self.nodes[*at].name())))
        });
        kept.map(|at| {
            let node = &self.nodes[at];
            let value = match &node.value {
                // Parts and all, behind type and length.
                Value::Group => Value::Octets(self.value_of(node).into()),
                // An empty one asks for the computed one.
                _ if matches!(node.field.auto, Auto::Digest(_)) => Value::Octets(Octets::default()),
                value => value.clone(),
            };
            let name = match separator(&self.nodes, at) {
                Some(separator) => format!("{}{separator}", node.name()).into(),
                None => node.own_name(),
            };
            Entry { field: Some(node.field), ..Entry::new(name, Assignment::Value(value)) }
        })
        .collect()
    }

    /// The octets with one change.
    ///
    /// Fails where the change does not fit the layout, or nothing of the kind can be changed.
    pub fn edited(&self, context: &Context<'_>, edit: &Edit) -> Result<Vec<u8>, String> {
        let mut fields = self.draft(&[]);
        let mut corruption = Corruption::default();
        let mut parameters = Parameters(context.parameters.0.clone());
        match edit {
            Edit::None => {}
            Edit::Value(path, value) => set(&mut fields, path, value.clone())?,
            Edit::Item(list, at, value) => {
                item(&mut fields, list, *at)?.assignment = Assignment::Value(value.clone());
            }
            Edit::Drop(list, at) => {
                item(&mut fields, list, *at)?;
                items(&mut fields, list)?.remove(*at);
            }
            Edit::Double(list, at) => {
                let twin = item(&mut fields, list, *at)?.clone();
                items(&mut fields, list)?.insert(*at, twin);
            }
            Edit::Swap(list, at) => {
                item(&mut fields, list, *at + 1)?;
                items(&mut fields, list)?.swap(*at, *at + 1);
            }
            Edit::Add(list, name, value) => {
                // Behind the item that ends the list it would be nothing.
                let ended = match self.find(list).map(|node| &node.field.kind) {
                    Some(Kind::Items(items)) => items.ended.and_then(|e| items.by_number(e.end)),
                    _ => None,
                };
                let all = items(&mut fields, list)?;
                let end = all.iter().rposition(|e| ended.is_some_and(|t| t.field.name == e.name));
                let assignment = Assignment::Value(value.clone());
                all.insert(end.unwrap_or(all.len()), Entry::new(name.clone(), assignment));
            }
            Edit::Number(path, number) => match self.part(path) {
                Some(part) => {
                    part.change(&mut fields, |octets, bits| put(octets, bits, *number))?
                }
                None => corruption.set.push((path.clone(), *number)),
            },
            Edit::Flip(path) => match self.part(path) {
                Some(part) => part.change(&mut fields, flip)?,
                None => corruption.flip.push(path.clone()),
            },
            Edit::Stale(digest, other) => {
                corruption.flip.push(other.clone());
                corruption.keep.push(digest.clone());
            }
            Edit::Truncate(octets) => {
                return Ok(self.bytes[..(*octets).min(self.bytes.len())].to_vec());
            }
            Edit::Append(octets) => return Ok([&self.bytes[..], octets].concat()),
            Edit::Parameter(name) => {
                let (_, octets) = parameters
                    .0
                    .iter_mut()
                    .find(|(n, _)| n == name)
                    .ok_or_else(|| format!("there is no parameter `{name}`"))?;
                octets.push(b'?');
            }
        }
        let context = Context { parameters: &parameters, ..*context };
        let written = |corruption: Corruption| {
            let draft = Draft { fields: fields.clone(), corruption: Some(corruption), whole: true };
            // Whatever was drawn stands in the draft already.
            encode(self.kind, &context, &draft, &mut |_, octets| vec![0; octets])
                .map(|m| m.bytes)
                .map_err(|e| e.to_string())
        };
        // Over what it does not cover no digest is stale.
        if matches!(edit, Edit::Stale(..)) {
            let fresh = Corruption { keep: Vec::new(), ..corruption.clone() };
            if written(fresh)? == written(corruption.clone())? {
                return Ok(self.bytes.clone());
            }
        }
        written(corruption)
    }
}

impl Message {
    /// The octets of an item that holds parts: those behind type and length, of each item where the
    /// value travels in several.
    fn value_of(&self, node: &Node) -> Vec<u8> {
        let octets = &self.clear()[node.octets()];
        let mut value = Vec::with_capacity(octets.len());
        let mut left = octets;
        while let [number, length, rest @ ..] = left {
            let length = usize::from(*length);
            if octets.first() != Some(number) || length > rest.len() {
                break;
            }
            value.extend_from_slice(&rest[..length]);
            left = &rest[length..];
        }
        // A length that counts type and length too never comes out even here.
        if left.is_empty() { value } else { octets.get(2..).unwrap_or_default().to_vec() }
    }

    /// The part of an item's value at a path, where it is one: the item is written as octets.
    fn part(&self, path: &str) -> Option<Part> {
        let (list, item) = path.match_indices('.').find_map(|(dot, _)| {
            let list = self.find(&path[..dot])?;
            let end = path[dot + 1..].find('.')? + dot + 1;
            matches!(list.field.kind, Kind::Items(_)).then_some((&path[..dot], &path[..end]))
        })?;
        let (part, whole) = (self.field(path)?, self.find(item)?);
        let head = matches!(path.strip_prefix(item), Some(".type" | ".length"));
        if whole.value != Value::Group || head {
            return None;
        }
        let places = self.children(list).iter().filter(|n| n.depth == whole.depth);
        let value = whole.bits().start + 16;
        Some(Part {
            list: list.to_owned(),
            at: places.clone().position(|n| std::ptr::eq(n, whole))?,
            octets: self.clear().get(value / 8..whole.bits().end / 8)?.to_vec(),
            bits: part.bits().start.checked_sub(value)?..part.bits().end.checked_sub(value)?,
        })
    }
}

/// A part of the value of an item.
struct Part {
    list: String,
    at: usize,
    octets: Vec<u8>,
    bits: Range<usize>,
}

impl Part {
    /// Writes the item with this part changed.
    fn change(
        mut self,
        fields: &mut [Entry],
        change: impl FnOnce(&mut [u8], Range<usize>),
    ) -> Result<(), String> {
        change(&mut self.octets, self.bits);
        item(fields, &self.list, self.at)?.assignment = Assignment::Value(Value::from(self.octets));
        Ok(())
    }
}

/// The separator of the pair at `at`; none for an item of another form.
fn separator(nodes: &[Node], at: usize) -> Option<Cow<'_, str>> {
    let octets = nodes.get(at + 1).filter(|s| s.is(&SEPARATOR))?.value.octets()?;
    Some(String::from_utf8_lossy(octets))
}

fn set(entries: &mut Vec<Entry>, path: &str, value: Value) -> Result<(), String> {
    let missing = || format!("there is no field `{path}`");
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let at = entries.iter().position(|e| e.name == head);
    match (at, rest) {
        (Some(at), None) => entries[at].assignment = Assignment::Value(value),
        // A computed field: what is chosen wins.
        (None, None) => {
            entries.push(Entry::new(head.to_owned(), Assignment::Value(value)));
        }
        (Some(at), Some(rest)) => match &mut entries[at].assignment {
            Assignment::Fields(inner) => set(inner, rest, value)?,
            Assignment::Value(_) => return Err(missing()),
        },
        (None, Some(_)) => return Err(missing()),
    }
    Ok(())
}

fn items<'e>(entries: &'e mut [Entry], list: &str) -> Result<&'e mut Vec<Entry>, String> {
    if let Some((head, rest)) = list.split_once('.') {
        return items(items(entries, head)?, rest);
    }
    match entries.iter_mut().find(|e| e.name == list).map(|e| &mut e.assignment) {
        Some(Assignment::Fields(items)) => Ok(items),
        _ => Err(format!("there is no list `{list}`")),
    }
}

fn item<'e>(entries: &'e mut [Entry], list: &str, at: usize) -> Result<&'e mut Entry, String> {
    items(entries, list)?.get_mut(at).ok_or_else(|| format!("`{list}` has no item {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::*;

    const INNER: &[Field] = &[uint("kind", 8), octets("rest", Len::Rest)];
    static ITEMS: Items = Items {
        noun: "option",
        source: "nowhere",
        length_counts_header: true,
        unknown_prefix: "Option-",
        order: "",
        occurrence: &[],
        ended: None,
        types: &[
            ItemType { number: 1, field: text("name", Len::Rest), octets: (0, 9) },
            ItemType { number: 2, field: field("pair", Kind::Group(INNER)), octets: (1, 9) },
        ],
    };
    const SUM: Digest = Digest {
        absent: "",
        about: "the sum of all other octets",
        source: "nowhere",
        phase: 1,
        compute: |_, bytes, range| {
            let others = bytes.iter().enumerate().filter(|(at, _)| !range.contains(at));
            Some([others.fold(0u8, |sum, (_, octet)| sum.wrapping_add(*octet))].into())
        },
    };
    const FIELDS: &[Field] = &[
        uint("length", 8).auto(Auto::LengthOfMessage),
        octets("sum", Len::Fixed(1)).auto(Auto::Digest(&SUM)),
        uint("number", 8),
        field("options", Kind::Items(&ITEMS)),
    ];
    static LAYOUT: Layout = layout("try", "nowhere", FIELDS);
    static KIND: MessageType = MessageType {
        name: "try",
        about: "",
        from: Side::Either,
        when: &[],
        opens: true,
        layout: &LAYOUT,
        background: false,
        flow: Flow::Framed,
        answers: &[],
        urgent: false,
    };

    fn edited(edit: &Edit) -> Result<Vec<u8>, String> {
        let nobody = Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator: true };
        let octets = [11, 0, 7, 1, 4, b'a', b'b', 2, 4, 5, 6];
        let sum = octets.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
        let octets = [&octets[..1], &[sum], &octets[2..]].concat();
        let message = decode(&KIND, &context, &octets);
        assert_eq!(message.faults, []);
        let edited = message.edited(&context, edit)?;
        // Whatever is computed follows, unless it is what was changed.
        let sum: u8 = edited.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
        let right = edited.get(1).is_some_and(|s| sum.wrapping_sub(*s) == *s);
        let meant = matches!(
            edit,
            Edit::Flip(path) | Edit::Stale(path, _) if path == "sum"
        );
        assert!(
            right != meant || matches!(edit, Edit::Truncate(_) | Edit::Append(_)),
            "{edited:?}"
        );
        Ok([&edited[..1], &edited[2..]].concat())
    }

    #[test]
    fn lengths_and_digests_follow_a_change() {
        let list = || "options".to_owned();
        let value = |text: &str| Value::from(text.as_bytes().to_vec());
        for (edit, expected) in [
            (Edit::None, &[11, 7, 1, 4, b'a', b'b', 2, 4, 5, 6][..]),
            (Edit::Value("number".into(), Value::Uint(9)), &[11, 9, 1, 4, b'a', b'b', 2, 4, 5, 6]),
            (Edit::Item(list(), 0, value("xyz")), &[12, 7, 1, 5, b'x', b'y', b'z', 2, 4, 5, 6]),
            (Edit::Drop(list(), 0), &[7, 7, 2, 4, 5, 6]),
            (Edit::Double(list(), 1), &[15, 7, 1, 4, b'a', b'b', 2, 4, 5, 6, 2, 4, 5, 6]),
            (Edit::Swap(list(), 0), &[11, 7, 2, 4, 5, 6, 1, 4, b'a', b'b']),
            (
                Edit::Add(list(), "name".into(), value("")),
                &[13, 7, 1, 4, b'a', b'b', 2, 4, 5, 6, 1, 2],
            ),
            (Edit::Number("length".into(), 3), &[3, 7, 1, 4, b'a', b'b', 2, 4, 5, 6]),
            (Edit::Number("options.pair.kind".into(), 8), &[11, 7, 1, 4, b'a', b'b', 2, 4, 8, 6]),
            (Edit::Flip("options.pair.rest".into()), &[11, 7, 1, 4, b'a', b'b', 2, 4, 5, 7]),
            (Edit::Flip("sum".into()), &[11, 7, 1, 4, b'a', b'b', 2, 4, 5, 6]),
            (Edit::Stale("sum".into(), "number".into()), &[11, 6, 1, 4, b'a', b'b', 2, 4, 5, 6]),
            (Edit::Truncate(3), &[11, 7]),
        ] {
            assert_eq!(edited(&edit).as_deref(), Ok(expected), "{edit:?}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_changed() {
        for edit in [
            Edit::Drop("options".into(), 2),
            Edit::Swap("options".into(), 1),
            Edit::Drop("number".into(), 0),
            Edit::Value("number.x".into(), Value::Uint(1)),
            Edit::Number("nothing".into(), 1),
            Edit::Parameter("secret"),
        ] {
            assert!(edited(&edit).is_err(), "{edit:?}");
        }
    }
}
