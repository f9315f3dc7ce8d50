//! A message against what was asked for, and the values of names.

use std::borrow::Cow;
use std::time::Duration;

use super::place::Told;
use super::stage::{Binding, Stage};
use crate::diag::counted;
use crate::ladder::{Blob, FieldSpec, LinkId, Pattern, Reference, Say, Saying, Term};
use crate::record::Difference;
use crate::wire::{
    Assignment, Entry, Field, Kind, Message, Node, Transport, Value, count, find, inside,
    show_octets,
};

/// What a comparison found, and what would be bound if it is taken.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Whether there is any difference.
    pub differs: bool,
    /// The differences in words, where somebody asked for words.
    pub differences: Vec<Difference>,
    in_words: bool,
    kept: Vec<Kept>,
}

/// Something that is kept of a message when it is taken.
#[derive(Debug)]
enum Kept {
    /// A name and what it stands for.
    Value(String, Value, &'static Field),
    /// The path and the octets of a value that must not come again.
    Fresh(String, Vec<u8>),
    /// A file, and how far it has come.
    File(String, usize),
    /// What is told of the place of a link.
    Place(LinkId, Told),
}

/// The most differences of a message that are told, of each kind: a peer may say as many wrong things as
/// a message has octets.
const MOST_DIFFERENCES: usize = 64;

impl Comparison {
    /// One whose differences are put into words.
    pub fn in_words() -> Self {
        Self { in_words: true, ..Self::default() }
    }

    /// An empty one, in words where this one is.
    pub(super) fn another(&self) -> Self {
        Self { in_words: self.in_words, ..Self::default() }
    }

    /// Notes a difference.
    pub(super) fn differ(&mut self, difference: impl FnOnce() -> Difference) {
        self.differs = true;
        if self.in_words && self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference());
        }
    }

    /// Notes what another comparison found.
    pub(super) fn extend(&mut self, other: Self) {
        self.differs |= other.differs;
        let room = MOST_DIFFERENCES.saturating_sub(self.differences.len());
        self.differences.extend(other.differences.into_iter().take(room));
        self.kept.extend(other.kept);
    }
}

/// A field of a message that is held against what is asked of it.
#[derive(Clone, Copy)]
struct Heard<'m> {
    message: &'m Message,
    node: Option<&'m Node>,
    field: &'static Field,
    path: Path<'m>,
    /// Whether the layout finds it wrong.
    faulty: bool,
}

/// What specs are held against: the nodes of a message, or those in one of them.
#[derive(Clone, Copy)]
pub(super) struct Within<'m> {
    pub(super) message: &'m Message,
    pub(super) nodes: &'m [Node],
    /// What the specs' paths begin with, where it is something else here.
    pub(super) moved: Option<Moved<'m>>,
}

/// A structure of a list is asked for wherever it stands: the beginning of the specs' paths, and the
/// path of the list and the name of the structure that stand for it.
#[derive(Clone, Copy)]
pub(super) struct Moved<'m> {
    pub(super) from: &'m str,
    pub(super) list: &'m str,
    pub(super) name: &'m str,
}

impl<'m> Within<'m> {
    /// A message as a whole.
    fn whole(message: &'m Message) -> Self {
        Self { message, nodes: &message.nodes, moved: None }
    }

    /// The node that a spec speaks of, and what is in it.
    fn find(&self, spec: &FieldSpec) -> Option<(&'m Node, &'m [Node])> {
        let depth = self.nodes.first()?.depth;
        let name = spec.heard_name();
        let nodes = || self.nodes.iter().enumerate();
        let goes_by = |node: &Node| node.depth == depth && node.goes_by(spec.field, name);
        // Where the spec was made for this table, a look at the table is enough.
        let mut exact = nodes().filter(|(_, node)| node.is(spec.field) && goes_by(node));
        let mut named = nodes().filter(|(_, node)| goes_by(node));
        let (at, node) = exact.nth(spec.nth).or_else(|| named.nth(spec.nth))?;
        Some((node, inside(self.nodes, at)))
    }
}

/// The path of a field, put together where somebody wants to read it.
#[derive(Clone, Copy)]
struct Path<'p> {
    spec: &'p str,
    moved: Option<Moved<'p>>,
}

impl<'p> Path<'p> {
    fn text(self) -> Cow<'p, str> {
        let moved = self.moved.and_then(|moved| Some((self.spec.strip_prefix(moved.from)?, moved)));
        match moved {
            None => Cow::Borrowed(self.spec),
            Some((rest, Moved { list, name, .. })) => Cow::Owned(format!("{list}.{name}{rest}")),
        }
    }
}

impl Stage {
    /// The octets that a term stands for, for a parameter of a link.
    pub fn octets_of(&self, term: &Term) -> Option<Vec<u8>> {
        match term {
            Term::Text(text) => Some(text.clone().into_bytes()),
            Term::Octets(octets) => Some(octets.clone()),
            Term::Value(value) => value.octets().map(<[u8]>::to_vec),
            Term::Ref(r) => match self.settings().get(&r.name) {
                Some(setting) => Some(setting.value.clone().into_bytes()),
                None if self.place_of(r).is_some() => self.place_text(r).map(String::into_bytes),
                None => match self.resolve(r)? {
                    (Value::Octets(octets), field) if !matches!(field.kind, Kind::Name { .. }) => {
                        Some(octets.to_vec())
                    }
                    (value, field) => Some(field.kind.show(&value).into_bytes()),
                },
            },
        }
    }

    /// A value in words, as a person spells it: an address, a name, a text.
    pub fn text_of(&self, term: &Term) -> Option<String> {
        if let Term::Ref(r) = term
            && let Some((Value::Octets(octets), field)) = self.resolve(r)
            && matches!(field.kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Mac)
        {
            return Some(field.kind.show(&Value::Octets(octets)));
        }
        self.octets_of(term).map(|octets| String::from_utf8_lossy(&octets).into_owned())
    }

    /// What a reference to a message or kept value stands for.
    fn resolve(&self, reference: &Reference) -> Option<(Value, &'static Field)> {
        match self.names.get(&reference.name)? {
            Binding::Value(value, field) => Some((value.clone(), *field)),
            Binding::Message { message, .. } => {
                let node = message.field(&reference.path)?;
                Some((node.value.clone(), node.field))
            }
        }
    }

    /// The value of a term for a field; fails with what is missing.
    pub fn value_of(&self, term: &Term, field: &Field) -> Result<Value, String> {
        match term {
            Term::Value(value) => Ok(value.clone()),
            Term::Text(text) => field.kind.parse(text),
            Term::Octets(octets) => Ok(octets.as_slice().into()),
            Term::Ref(r) => {
                if let Some(setting) = self.settings().get(&r.name) {
                    return field
                        .kind
                        .parse(&setting.value)
                        .map_err(|e| format!("setting `{}`: {e}", r.name));
                }
                if self.place_of(r).is_some() {
                    let text = self.place_text(r);
                    let text = text.ok_or_else(|| format!("nobody has told `${}`", r.text()))?;
                    return field.kind.parse(&text);
                }
                let (value, from) = self
                    .resolve(r)
                    .ok_or_else(|| format!("nothing is known of `${}`", r.text()))?;
                convert(value, from, field)
            }
        }
    }

    /// The octets of a file behind those that were said or heard.
    fn next_of(&self, file: &Reference, most: usize) -> Result<Vec<u8>, String> {
        let setting = self.settings().get(&file.name).map(|s| s.value.as_str()).unwrap_or_default();
        let blob = Blob::parse(setting)
            .ok_or_else(|| format!("${} is no file such as `1000 octets of noise 7`", file.name))?;
        Ok(blob.part(self.files.get(&file.name).copied().unwrap_or(0), most))
    }

    /// Whether a name stands for something by now.
    fn is_bound(&self, name: &str) -> bool {
        self.settings().contains_key(name)
            || self.names.contains_key(name)
            || self.cast.suite.links.iter().any(|link| link.name == name && link.is_told())
    }

    /// Chosen values for a message that we say.
    pub fn chosen(&mut self, specs: &[FieldSpec]) -> Result<Vec<Entry>, String> {
        let mut entries = Vec::with_capacity(specs.len());
        for spec in specs {
            let assignment = if spec.field.kind.has_fields() && spec.say.is_none() {
                // What the protocol fills in, where the author does not care.
                if matches!((&spec.field.kind, &spec.hear), (Kind::List(_), Pattern::Any)) {
                    continue;
                }
                // A structure that must not be there.
                if matches!((&spec.field.kind, &spec.hear), (Kind::Group(_), Pattern::Absent)) {
                    continue;
                }
                // An item without parts of its own is left out unless the author wants it.
                if spec.fields.is_empty() && !matches!(spec.hear, Pattern::Any | Pattern::Present) {
                    continue;
                }
                Assignment::Fields(self.chosen(&spec.fields)?)
            } else {
                match &spec.say {
                    None => continue,
                    Some(Saying::Computed) => Assignment::Value(Value::from(Vec::new())),
                    Some(Saying::Fresh) => Assignment::Value(match spec.field.kind.plain() {
                        Kind::Uint { bits, .. } => {
                            let octets = self.draw_octets(usize::from(*bits).div_ceil(8));
                            let number = octets.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
                            Value::Uint(if *bits < 64 {
                                number & ((1 << bits) - 1)
                            } else {
                                number
                            })
                        }
                        Kind::Mac => Value::from(self.fresh_mac()),
                        _ => Value::from(self.fresh_text()),
                    }),
                    Some(Saying::NextOf(file, octets)) => {
                        let part = self.next_of(file, *octets)?;
                        *self.files.entry(file.name.clone()).or_default() += part.len();
                        Assignment::Value(Value::from(part))
                    }
                    Some(Saying::Filler(octets)) => {
                        let letters = (b'a'..=b'z').cycle();
                        Assignment::Value(Value::Octets(letters.take(*octets).collect()))
                    }
                    Some(Saying::Term(term)) => match term {
                        // A name that nobody has given a value yet: the protocol chooses, and the
                        // name keeps it.
                        Term::Ref(r) if !self.is_bound(&r.name) => continue,
                        _ => Assignment::Value(
                            self.value_of(term, spec.field)
                                .map_err(|e| format!("field `{}`: {e}", spec.path))?,
                        ),
                    },
                }
            };
            entries.push(Entry { name: spec.name.clone(), field: Some(spec.field), assignment });
        }
        Ok(entries)
    }

    /// Holds a message against the fields of a rung, those of an earlier message included.
    pub fn compare(&self, say: &Say, message: &Message, flow: super::FlowId) -> Comparison {
        let mut found = Comparison::in_words();
        if say.corrupt.is_some() {
            // Whatever wrong thing it is, it is what the suite wanted said.
            return found;
        }
        for fault in &message.faults {
            // Where the author asks whether a field is right, the answer stands at his words.
            if say.fields.iter().any(|spec| spec.asks_whether_right(&fault.path)) {
                continue;
            }
            // What is to be said once more is held against what it was, not against what went before.
            if say.again.as_ref().is_some_and(|again| !again.except.contains(&fault.path)) {
                continue;
            }
            found.differences.push(Difference {
                path: fault.path.clone(),
                expected: fault.expected.clone(),
                got: fault.got.clone(),
                bits: Some(fault.bits.clone()),
                pos: None,
                source: fault.source,
            });
        }
        found.differences.extend(self.answers_another(say, message));
        found.differences.extend(self.on_another_stream(say, flow));
        found.differences.extend(self.on_another_port(say, flow));
        if let Some(again) = &say.again {
            self.compare_again(&again.name, &again.except, message, flow, &mut found);
        }
        let faults = found.differences.len();
        self.compare_fields(&say.fields, message, &mut found);
        if !found.differs && faults == 0 {
            return found;
        }
        // What the author said of a field is told rather than what the layout says of it.
        let told: Vec<String> =
            found.differences[faults..].iter().map(|difference| difference.path.clone()).collect();
        let mut at = 0;
        found.differences.retain(|difference| {
            at += 1;
            at > faults || !told.contains(&difference.path)
        });
        found
    }

    /// Whether a reply belongs to another request than the one that is to be answered.
    fn answers_another(&self, say: &Say, message: &Message) -> Option<Difference> {
        let link = &self.cast.suite.links[say.ends.link];
        if link.initiator == say.ends.from || say.kind.opens {
            return None;
        }
        let named = say.follows.as_ref().and_then(|name| self.names.get(name));
        let asked = match named {
            Some(Binding::Message { message, .. }) => message,
            _ => self.latest(say.ends.link, true).map(|(_, message)| message)?,
        };
        link.protocol.conversation.key.iter().find_map(|path| {
            let (node, wanted) = (message.find(path)?, asked.find(path)?);
            // What is wrong whatever it answers has been said already.
            let told = message.faults.iter().any(|fault| fault.path == *path);
            (!node.field.kind.same(&node.value, &wanted.value) && !told).then(|| Difference {
                path: (*path).into(),
                expected: format!("{}, that of the {} it answers", wanted.show(), asked.kind.name),
                got: node.show(),
                bits: Some(node.bits()),
                pos: None,
                source: node.field.source,
            })
        })
    }

    /// Whether a message of the initiator came on a new stream or port where it was to keep to the
    /// one that was used last, or the other way round.
    fn on_another_stream(&self, say: &Say, flow: super::FlowId) -> Option<Difference> {
        let link = &self.cast.suite.links[say.ends.link];
        let anew = say.new_port.filter(|_| link.initiator == say.ends.from)?;
        let (last, _) = self.latest(say.ends.link, true)?;
        let name = |anew: bool| match (link.protocol.transport, anew) {
            (Transport::Tcp, true) => "a new connection",
            (Transport::Tcp, false) => "the connection of the message before",
            (Transport::Udp, true) => "a new port",
            (Transport::Udp, false) => "the port of the message before",
            (Transport::Ethernet, _) => "the segment",
        };
        ((flow != *last) != anew).then(|| Difference {
            path: "source".into(),
            expected: name(anew).into(),
            got: name(!anew).into(),
            bits: None,
            pos: None,
            source: "",
        })
    }

    /// Whether a responder that may take a port of its own for a conversation did not where it was
    /// to, or the other way round.
    fn on_another_port(&self, say: &Say, flow: super::FlowId) -> Option<Difference> {
        let link = &self.cast.suite.links[say.ends.link];
        let may = link.protocol.conversation.answers_anew && link.at.is_none();
        let anew = say.new_port.filter(|_| may && link.responder == say.ends.from)?;
        let name = |anew: bool| match anew {
            true => "a port of its own for this conversation",
            false => "the port that was asked",
        };
        (self.flows[flow].moved != anew).then(|| Difference {
            path: "source".into(),
            expected: name(anew).into(),
            got: name(!anew).into(),
            bits: None,
            pos: None,
            source: link.protocol.conversation.ports,
        })
    }

    /// Holds fields against their specs; several items of one name are taken in order.
    pub fn compare_fields(&self, specs: &[FieldSpec], message: &Message, found: &mut Comparison) {
        self.compare_within(specs, Within::whole(message), found);
    }

    /// Whether fields are as their specs ask, where nothing is kept of them.
    pub fn fits(&self, specs: &[FieldSpec], message: &Message) -> bool {
        let mut found = Comparison::default();
        specs.is_empty()
            || specs.iter().all(|spec| {
                self.compare_fields(std::slice::from_ref(spec), message, &mut found);
                !found.differs
            })
    }

    /// Holds the fields in something against their specs.
    pub(super) fn compare_within(
        &self,
        specs: &[FieldSpec],
        within: Within<'_>,
        found: &mut Comparison,
    ) {
        for spec in specs {
            // Of some nothing is asked.
            if !matches!(spec.hear, Pattern::Any) || !spec.fields.is_empty() || spec.only {
                self.compare_field(spec, within, found);
            }
        }
    }

    fn compare_field(&self, spec: &FieldSpec, within: Within<'_>, found: &mut Comparison) {
        let Within { message, moved, .. } = within;
        let path = Path { spec: &spec.path, moved };
        let there = within.find(spec);
        let node = there.map(|(node, _)| node);
        // A list is right where everything in it is.
        let fault = match message.faults.as_slice() {
            [] => None,
            faults => {
                let path = path.text();
                faults.iter().find(|fault| {
                    let inside = fault.path.strip_prefix(path.as_ref());
                    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
            }
        };
        let heard = Heard { message, node, field: spec.field, path, faulty: fault.is_some() };
        if let Some(wanted) = self.mismatch(&spec.hear, heard, found) {
            found.differ(|| {
                let expected = match fault {
                    Some(fault) if matches!(spec.hear, Pattern::Valid) => fault.expected.clone(),
                    _ => self.describe(wanted, spec.field),
                };
                let path = path.text().into_owned();
                let within = fault.filter(|f| f.path != path);
                Difference {
                    path: within.map_or(path, |f| f.path.clone()),
                    expected,
                    got: match (within, node) {
                        (Some(fault), _) => fault.got.clone(),
                        (None, Some(node)) => node.show(),
                        (None, None) => "nothing".into(),
                    },
                    bits: within.map(|f| f.bits.clone()).or(node.map(|n| n.bits())),
                    pos: Some(spec.pos),
                    source: fault.map_or(spec.field.source, |f| f.source),
                }
            });
            return;
        }
        let Some((node, inside)) = there else { return };
        let within = Within { nodes: inside, ..within };
        if let Kind::List(list) = &spec.field.kind {
            return self.compare_list(spec, list, (node, &path.text()), within, found);
        }
        self.compare_within(&spec.fields, within, found);
        if !spec.only {
            return;
        }
        for stray in inside.iter().filter(|stray| stray.depth == node.depth + 1) {
            // What ends a list is nothing in it.
            let bare = matches!(spec.field.kind, Kind::Items(items)
                    if items.number(stray.name()).is_some_and(|number| items.is_bare(number)));
            if !bare && !spec.fields.iter().any(|f| f.heard_name() == stray.name()) {
                found.differ(|| Difference {
                    path: format!("{}.{}", path.text(), stray.name()),
                    expected: "nothing else in this list".into(),
                    got: stray.show(),
                    bits: Some(stray.bits()),
                    pos: Some(spec.pos),
                    source: spec.field.source,
                });
            }
        }
    }

    /// Whether a pattern holds for a field that is there.
    pub(super) fn accepts(&self, pattern: &Pattern, node: &Node, message: &Message) -> bool {
        let path = Path { spec: node.name(), moved: None };
        let heard = Heard { message, node: Some(node), field: node.field, path, faulty: false };
        self.mismatch(pattern, heard, &mut Comparison::default()).is_none()
    }

    /// What was wanted, where a field is not it.
    fn mismatch<'p>(
        &self,
        pattern: &'p Pattern,
        heard: Heard<'_>,
        found: &mut Comparison,
    ) -> Option<&'p Pattern> {
        let Heard { message, node, path, faulty, .. } = heard;
        let wanted = |matched: bool| (!matched).then_some(pattern);
        match pattern {
            Pattern::Any => None,
            Pattern::Present => wanted(node.is_some()),
            Pattern::Absent => wanted(node.is_none()),
            Pattern::Valid => wanted(!faulty && node.is_some()),
            Pattern::All(parts) => parts.iter().find_map(|part| self.mismatch(part, heard, found)),
            Pattern::OneOf(parts) => {
                let mut scratch = Comparison::default();
                let fits = parts.iter().any(|p| self.mismatch(p, heard, &mut scratch).is_none());
                wanted(fits)
            }
            Pattern::Not(inner) => {
                let mut scratch = Comparison::default();
                wanted(node.is_none() || self.mismatch(inner, heard, &mut scratch).is_some())
            }
            Pattern::Times(from, to) => {
                let times = count(&message.nodes, &path.text());
                wanted((*from..=*to).contains(&(times as u64)))
            }
            Pattern::Before(name) => {
                let place = |wanted: &str| {
                    let node = find(&message.nodes, wanted)?;
                    message.nodes.iter().position(|n| std::ptr::eq(n, node))
                };
                let path = path.text();
                let ours = place(&path);
                let group = path.rsplit_once('.').map_or("", |(group, _)| group);
                let other = ours.and_then(|_| place(&format!("{group}.{name}")));
                wanted(ours.zip(other).is_none_or(|(ours, other)| ours < other))
            }
            // A place is wherever it is said to be.
            Pattern::Equals(Term::Ref(r)) if self.place_of(r).is_some() => {
                let Some(node) = node else { return wanted(false) };
                match self.told(r, node) {
                    Some((link, told)) => found.kept.push(Kept::Place(link, told)),
                    None => return wanted(false),
                }
                None
            }
            // What no party of ours has seen cannot be held against anything, and a name that stands
            // for nothing yet takes what comes.
            Pattern::Equals(Term::Ref(r)) if !self.is_bound(&r.name) => {
                if !r.path.is_empty() {
                    return None;
                }
                let Some(node) = node else { return wanted(false) };
                found.kept.push(Kept::Value(r.name.clone(), node.value.clone(), node.field));
                None
            }
            _ => {
                let Some(node) = node else { return wanted(false) };
                wanted(self.holds(pattern, node, heard, found))
            }
        }
    }

    /// Whether a pattern that needs a value holds for one.
    fn holds(
        &self,
        pattern: &Pattern,
        node: &Node,
        heard: Heard<'_>,
        found: &mut Comparison,
    ) -> bool {
        let number = || node.value.uint();
        let octets = || match &node.value {
            Value::Octets(octets) if !matches!(node.field.kind, Kind::Name { .. }) => {
                Cow::Borrowed(&**octets)
            }
            _ => Cow::Owned(node.show().into_bytes()),
        };
        let wanted = |term: &Term| self.value_of(term, heard.field).ok();
        match pattern {
            Pattern::Equals(term) => {
                if node.value == Value::Group {
                    return true;
                }
                let same = |wanted: &Value| node.field.kind.same(wanted, &node.value);
                match term {
                    Term::Value(value) => same(value),
                    term => wanted(term).is_some_and(|wanted| same(&wanted)),
                }
            }
            Pattern::Range(from, to) => number().is_some_and(|n| (*from..=*to).contains(&n)),
            Pattern::Between(from, to) => match (from, &node.value, to) {
                (Value::Octets(from), Value::Octets(it), Value::Octets(to)) => {
                    it.len() == from.len() && (from..=to).contains(&it)
                }
                _ => false,
            },
            Pattern::Matches(regex) => regex.is_match(&octets()),
            Pattern::Contains(term) => {
                let needle = self.octets_of(term).unwrap_or_default();
                contains(&octets(), &needle)
            }
            // Of what holds others, the octets that it takes in the message.
            Pattern::Length(from, to) if node.value == Value::Group => {
                (*from..=*to).contains(&node.octets().len())
            }
            Pattern::Length(from, to) => (*from..=*to).contains(&octets().len()),
            Pattern::NextOf(file, most) => {
                let next = self.next_of(file, *most).unwrap_or_default();
                let come = self.files.get(&file.name).copied().unwrap_or(0) + next.len();
                let is_next = *octets() == *next;
                found.kept.extend(is_next.then(|| Kept::File(file.name.clone(), come)));
                is_next
            }
            Pattern::Fresh => {
                let key = (heard.path.text().into_owned(), octets().into_owned());
                let seen = match self.cast.seen.lock() {
                    Ok(seen) => seen.contains(&key),
                    Err(_) => false,
                };
                found.kept.push(Kept::Fresh(key.0, key.1));
                !seen
            }
            Pattern::MoreThan(term) | Pattern::LessThan(term) => {
                let more = matches!(pattern, Pattern::MoreThan(_));
                match (number(), &node.value, wanted(term)) {
                    (Some(n), _, Some(Value::Uint(bound))) => (n > bound) == more && n != bound,
                    // Addresses of one kind stand in the order of their octets.
                    (_, Value::Octets(it), Some(Value::Octets(bound))) => {
                        it.len() == bound.len() && (*it > bound) == more && *it != bound
                    }
                    _ => false,
                }
            }
            Pattern::SecondsSince { name, tolerance } => {
                let Some(Binding::Message { at, .. }) = self.names.get(name) else { return false };
                let gone = self.now.saturating_sub(*at);
                number().is_some_and(|n| {
                    let said = Duration::from_secs(n.min(1 << 40));
                    said + *tolerance >= gone && said <= gone + *tolerance
                })
            }
            _ => true,
        }
    }

    /// A pattern in words, with names replaced by what they stand for.
    pub fn describe(&self, pattern: &Pattern, field: &Field) -> String {
        let term = |term: &Term| match (term, self.value_of(term, field)) {
            (Term::Ref(r), Ok(value)) => format!("{} (${})", field.kind.show(&value), r.text()),
            (Term::Ref(r), Err(_)) => format!("${}", r.text()),
            (_, Ok(value)) => field.kind.show(&value),
            (Term::Text(text), Err(_)) => text.clone(),
            (Term::Octets(octets), Err(_)) => show_octets(octets),
            (Term::Value(value), Err(_)) => field.kind.show(value),
        };
        let plain = |t: &Term| match t {
            Term::Ref(r) => format!("${}", r.text()),
            Term::Text(text) => format!("{text:?}"),
            Term::Octets(octets) => show_octets(octets),
            Term::Value(value) => field.kind.show(value),
        };
        match pattern {
            Pattern::Any => "anything".into(),
            Pattern::Present => "something".into(),
            Pattern::Absent => "nothing".into(),
            Pattern::Valid => "a right value".into(),
            Pattern::Fresh => "a value not seen before".into(),
            Pattern::Times(from, to) if from == to => format!("{from} of it"),
            Pattern::Times(from, u64::MAX) => format!("{from} of it or more"),
            Pattern::Times(from, to) => format!("{from} to {to} of it"),
            Pattern::NextOf(file, most) => {
                let from = self.files.get(&file.name).copied().unwrap_or(0);
                let next = self.next_of(file, *most).unwrap_or_default();
                let shown = show_octets(&next[..next.len().min(16)]);
                format!("the {} octets of ${} from {from} on, {shown}..", next.len(), file.name)
            }
            Pattern::Before(name) => format!("a place before `{name}`"),
            Pattern::Equals(t) => term(t),
            Pattern::OneOf(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.describe(p, field)).collect();
                format!("one of {}", parts.join(", "))
            }
            Pattern::All(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.describe(p, field)).collect();
                parts.join(" and ")
            }
            Pattern::Not(inner) => format!("anything but {}", self.describe(inner, field)),
            Pattern::Range(from, to) if *to == u64::MAX => format!("{from} or more"),
            Pattern::Range(from, to) => format!("{from} to {to}"),
            Pattern::Between(from, to) => {
                format!("{} to {}", field.kind.show(from), field.kind.show(to))
            }
            Pattern::Matches(regex) => format!("a match of /{regex}/"),
            Pattern::Contains(t) => format!("something containing {}", plain(t)),
            Pattern::Length(from, usize::MAX) => format!("{from} octets or more"),
            Pattern::Length(from, to) if from == to => counted(*from, "octet"),
            Pattern::Length(from, to) => format!("{from} to {to} octets"),
            Pattern::MoreThan(t) => format!("more than {}", term(t)),
            Pattern::LessThan(t) => format!("less than {}", term(t)),
            Pattern::SecondsSince { name, tolerance } => {
                let gone = match self.names.get(name) {
                    Some(Binding::Message { at, .. }) => self.now.saturating_sub(*at),
                    _ => Duration::ZERO,
                };
                format!(
                    "the seconds since `{name}`, {:.1} give or take {:.1}",
                    gone.as_secs_f64(),
                    tolerance.as_secs_f64()
                )
            }
        }
    }

    /// Whether anything would be kept of a field: a value under a name, a place, how far a file has
    /// come.
    pub(super) fn keeps(&self, spec: &FieldSpec) -> bool {
        fn asks(stage: &Stage, pattern: &Pattern) -> bool {
            match pattern {
                Pattern::Equals(Term::Ref(r)) => !stage.settings().contains_key(&r.name),
                Pattern::Fresh | Pattern::NextOf(..) => true,
                Pattern::All(parts) | Pattern::OneOf(parts) => {
                    parts.iter().any(|part| asks(stage, part))
                }
                Pattern::Not(inner) => asks(stage, inner),
                _ => false,
            }
        }
        asks(self, &spec.hear) || spec.fields.iter().any(|field| self.keeps(field))
    }

    /// Keeps what a comparison bound.
    pub fn keep(&mut self, comparison: Comparison) {
        let mut places = Vec::new();
        for kept in comparison.kept {
            match kept {
                Kept::Value(name, value, field) => {
                    self.names.insert(name, Binding::Value(value, field));
                }
                Kept::Fresh(path, octets) => {
                    if let Ok(mut seen) = self.cast.seen.lock() {
                        seen.insert((path, octets));
                    }
                }
                Kept::File(name, come) => {
                    self.files.insert(name, come);
                }
                Kept::Place(link, told) => places.push((link, told)),
            }
        }
        self.keep_places(&places);
    }

    fn draw_octets(&mut self, octets: usize) -> Vec<u8> {
        let mut drawn = Vec::new();
        while drawn.len() < octets {
            drawn.extend(self.fresh_text());
        }
        drawn.truncate(octets);
        drawn
    }
}

/// A value of one field for another one.
fn convert(value: Value, from: &Field, to: &Field) -> Result<Value, String> {
    match (&value, to.kind.plain()) {
        (Value::Uint(_), Kind::Uint { .. } | Kind::Flag) => Ok(value),
        (Value::Uint(n), Kind::Text(_) | Kind::Custom(_)) => {
            Ok(Value::from(n.to_string().into_bytes()))
        }
        (Value::Octets(octets), Kind::Uint { .. } | Kind::Flag) => {
            to.kind.parse(&String::from_utf8_lossy(octets))
        }
        (Value::Octets(_), _) => Ok(value),
        _ => Err(format!("`{}` cannot be put into `{}`", from.name, to.name)),
    }
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || hay.windows(needle.len()).any(|w| w == needle)
}
