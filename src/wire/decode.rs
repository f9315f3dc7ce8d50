//! Octets into a message. Never fails as a whole: what is wrong becomes a [`Fault`] beside
//! everything that could still be read.

mod items;

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use super::layout::{Auto, Choice, Field, Kind, Layout, Len, List, PAIR};
use super::message::{Fault, Label, Message, Node, find, name_of};
use super::name;
use super::octets::Octets;
use super::protocol::{Context, MessageType, Protocol};
use super::value::{Value, show_octets, show_text};
use crate::diag::counted;

/// The most nodes of one message; a datagram of 65,507 octets has fewer.
const MOST_NODES: usize = 100_000;

impl Protocol {
    /// Decodes the leading fields that all messages share; short input gives fewer nodes.
    pub fn head(&self, bytes: &[u8]) -> Vec<Node> {
        let nobody = super::protocol::Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator: true };
        let mut reader = Reader::new(bytes, &context, self.head, self.head.own);
        reader.fields(self.head.fields);
        reader.nodes
    }

    /// The type of a message whose head is `head`.
    ///
    /// `opening` tells whether it belongs to no conversation so far; where several types fit, those with
    /// the most marks are left, then that decides, then `wanted`, then their order in the table. The
    /// last type takes anything.
    pub fn classify(
        &self,
        head: &[Node],
        from_initiator: bool,
        opening: bool,
        wanted: Option<&'static MessageType>,
    ) -> &'static MessageType {
        self.classify_after(head, from_initiator, opening, wanted, None)
    }

    /// The same for a message that follows another one: some types have their form only behind
    /// messages of certain types.
    pub fn classify_after(
        &self,
        head: &[Node],
        from_initiator: bool,
        opening: bool,
        wanted: Option<&'static MessageType>,
        previous: Option<&Message>,
    ) -> &'static MessageType {
        let asked: Cell<Option<(&str, Option<u64>)>> = Cell::new(None);
        let fits = |m: &MessageType| {
            m.from.fits(from_initiator)
                && (m.answers.is_empty()
                    || previous.is_some_and(|p| m.answers.contains(&p.kind.name)))
                && m.when.iter().all(|(path, number)| {
                    // Most types have the same fields as marks.
                    let value = match asked.get() {
                        Some((known, value)) if known == *path => value,
                        _ => find(head, path).and_then(|n| n.value.uint()),
                    };
                    asked.set(Some((path, value)));
                    value == Some(*number)
                })
        };
        let last = self.messages.len() - 1;
        // Of those with the most marks, the first one, and the first that opens or not as asked for.
        let (mut marks, mut first, mut apt) = (0, None, None);
        for m in &self.messages[..last] {
            let more = m.when.len() > marks;
            if m.when.len() < marks || (first.is_some() && apt.is_some() && !more) || !fits(m) {
                continue;
            }
            if more {
                (marks, first, apt) = (m.when.len(), None, None);
            }
            first = first.or(Some(m));
            apt = apt.or(Some(m).filter(|m| m.opens == opening));
        }
        // Who waits for anything takes anything.
        let anything = |m: &MessageType| std::ptr::eq(m, &self.messages[last]);
        if let Some(wanted) = wanted
            && (wanted.when.len() == marks || anything(wanted))
            && (wanted.opens == opening || apt.is_none())
            && fits(wanted)
        {
            return wanted;
        }
        apt.or(first).unwrap_or(&self.messages[last])
    }
}

/// Decodes one message of a known type. All of `bytes` belongs to it.
pub fn decode<'b>(
    kind: &'static MessageType,
    context: &Context<'_>,
    bytes: impl Into<Cow<'b, [u8]>>,
) -> Message {
    decode_whole(kind, context, bytes.into().into_owned())
}

/// The most faults of reading a message that are told, and as many of the message as a whole: there are
/// as many places for them as octets.
const MOST_FAULTS: usize = 64;

fn decode_whole(kind: &'static MessageType, context: &Context<'_>, bytes: Vec<u8>) -> Message {
    // Fields of their own have some four octets, and items some nine.
    let own = kind.layout.own;
    let fields = own + (bytes.len().saturating_sub(4 * own) / 8).min(40);
    let mut reader = Reader::new(&bytes, context, kind.layout, fields);
    reader.fields(kind.layout.fields);
    reader.left_over();
    let Reader { clear, nodes, mut faults, .. } = reader;
    let opened = match clear {
        Cow::Owned(opened) => Some(opened),
        Cow::Borrowed(_) => None,
    };
    let mut message = Message { kind, bytes, opened, nodes, faults: Vec::new() };
    // What is wrong with it as a whole is told besides.
    let most = faults.len() + MOST_FAULTS;
    super::verify::verify(&message, context, &mut faults);
    faults.truncate(most);
    message.faults = faults;
    message
}

/// Reads fields off the front of what is left.
struct Reader<'c> {
    /// The octets, laid open as far as was read.
    clear: Cow<'c, [u8]>,
    context: &'c Context<'c>,
    nodes: Vec<Node>,
    faults: Vec<Fault>,
    /// The next bit, and one past the last bit of what may be read now.
    at: usize,
    end: usize,
    depth: u8,
    /// Where the first node stands: its depth, and the path of what it is in.
    base: u8,
    within: String,
    source: &'static str,
    /// Where the pointers of names count from.
    origin: usize,
    /// Set when nothing after this can be read.
    stuck: bool,
}

impl<'c> Reader<'c> {
    /// Reads octets, which hold some so many fields.
    fn new(
        octets: &'c [u8],
        context: &'c Context<'c>,
        layout: &'static Layout,
        fields: usize,
    ) -> Self {
        Self {
            clear: Cow::Borrowed(octets),
            context,
            nodes: Vec::with_capacity(fields),
            faults: Vec::new(),
            at: 0,
            end: octets.len() * 8,
            depth: 0,
            base: 0,
            within: String::new(),
            source: layout.source,
            origin: layout.origin,
            stuck: false,
        }
    }

    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields {
            if self.stuck {
                return;
            }
            self.field(field, None);
        }
    }

    fn field(&mut self, field: &'static Field, label: Label) {
        let from = self.at;
        match &field.kind {
            Kind::Uint { bits, .. } => {
                let bits = usize::from(*bits);
                let Some(number) = self.bits(bits, field, &label) else { return };
                self.push(field, label, from, Value::Uint(number));
                match field.auto {
                    Auto::LengthOfMessage => self.limit(field, number, 0, from),
                    Auto::LengthOfRest(before) => {
                        let begin = (self.at / 8).saturating_sub(before) as u64;
                        self.limit(field, number, begin, from);
                    }
                    _ => {}
                }
            }
            Kind::Group(fields) => self.group(field, label, |r| r.fields(fields)),
            Kind::Items(items) => self.group(field, label, |r| r.items(items)),
            Kind::List(list) => {
                let count = self.count_of(list);
                self.group(field, label, |r| r.list(list, count));
            }
            Kind::ZeroPairs => self.group(field, label, |r| r.zero_pairs(field)),
            Kind::Pairs { lengths, separators } => {
                let lengths = match find(&self.nodes, lengths).map(|n| &n.value) {
                    Some(Value::Octets(octets)) => octets.clone(),
                    _ => Octets::default(),
                };
                self.group(field, label, |r| r.pairs(&lengths, separators, field));
            }
            Kind::Sealed { seal, fields } => {
                let at = self.push(field, label, from, Value::Group);
                self.nodes[at].end(self.end);
                if !seal.unless.is_some_and(|unless| unless(&self.nodes)) {
                    let range = self.at / 8..self.end / 8;
                    (seal.open)(self.context, self.clear.to_mut(), range);
                }
                self.length_of(field.name, at);
                self.fields(fields);
            }
            Kind::Choice(choice) => self.choice(field, label, choice),
            Kind::Maybe(maybe) => {
                if self.starts_with(maybe.lead) {
                    self.at += maybe.lead.len() * 8;
                    self.push(field, label, from, Value::Octets(maybe.lead.into()));
                    self.fields(maybe.fields);
                }
            }
            _ => {
                if let Some(value) = self.value(field, &label) {
                    self.push(field, label, from, value);
                }
            }
        }
    }

    /// Reads a field that holds others.
    fn group(&mut self, field: &'static Field, label: Label, read: impl FnOnce(&mut Self)) {
        let at = self.push(field, label, self.at, Value::Group);
        self.inside(read);
        self.nodes[at].end(self.at);
    }

    /// Reads one value; `None` where there is none, with a fault that says why.
    fn value(&mut self, field: &'static Field, label: &Label) -> Option<Value> {
        let from = self.at;
        let octets = match &field.kind {
            Kind::Uint { bits, .. } => {
                return self.bits(usize::from(*bits), field, label).map(Value::Uint);
            }
            Kind::Flag => return self.bits(1, field, label).map(Value::Uint),
            Kind::Ipv4 => self.take(Len::Fixed(4), field, label),
            Kind::Ipv6 => self.take(Len::Fixed(16), field, label),
            Kind::Mac => self.take(Len::Fixed(6), field, label),
            Kind::Octets(len) | Kind::Text(len) => self.take(*len, field, label),
            Kind::Lengths { count, .. } => {
                let count = self.number(count);
                self.take(Len::Fixed(count), field, label)
            }
            Kind::Hidden { seal, block } => {
                let range = self.at / 8..self.end / 8;
                if range.is_empty() || !range.len().is_multiple_of(*block) {
                    let what = format!("a multiple of {}", counted(*block, "octet"));
                    let got = counted(range.len(), "octet");
                    let name = name_of(field, label);
                    self.fault(name, from..self.end, &what, got, field.source);
                }
                (seal.open)(self.context, self.clear.to_mut(), range.clone());
                let clear = &self.clear[range];
                let kept = clear.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
                let value = clear[..kept].into();
                self.at = self.end;
                value
            }
            Kind::Custom(codec) => {
                let octets = &self.clear[self.at / 8..self.end / 8];
                let value = match (codec.read)(octets) {
                    Ok(value) => value,
                    Err(what) => {
                        let octets = octets.to_vec();
                        let name = name_of(field, label);
                        self.fault(name, from..self.end, what, show_octets(&octets), field.source);
                        octets
                    }
                };
                self.at = self.end;
                value.into()
            }
            Kind::Name { pointers } => self.name(field, label, *pointers),
            Kind::Spelled(spelling) => {
                let left = &self.clear[self.at / 8..self.end / 8];
                let Some((value, octets)) = (spelling.read)(spelling, left) else {
                    return self.misspelled(field, label, spelling.about);
                };
                self.at = (self.at + octets * 8).min(self.end);
                return Some(value);
            }
            Kind::Mark(octets) => {
                if !self.starts_with(octets) {
                    return self.misspelled(field, label, &show_text(octets));
                }
                self.at += octets.len() * 8;
                (*octets).into()
            }
            Kind::Group(_)
            | Kind::Items(_)
            | Kind::List(_)
            | Kind::ZeroPairs
            | Kind::Pairs { .. }
            | Kind::Sealed { .. }
            | Kind::Choice(_)
            | Kind::Maybe(_) => return None,
        };
        Some(Value::Octets(octets))
    }

    fn starts_with(&self, octets: &[u8]) -> bool {
        self.clear[self.at / 8..self.end / 8].starts_with(octets)
    }

    /// Something else stands where a text must; what is left cannot be read.
    fn misspelled(
        &mut self,
        field: &'static Field,
        label: &Label,
        expected: &str,
    ) -> Option<Value> {
        let got = match &self.clear[self.at / 8..self.end / 8] {
            [] => "the end".to_owned(),
            octets => show_text(&octets[..octets.len().min(40)]),
        };
        let bits = self.at..self.end;
        self.fault(name_of(field, label), bits, expected, got, field.source);
        self.rest();
        None
    }

    /// The value of a length or count that was read before: beside what is read now, or at the top.
    fn number(&self, name: &str) -> usize {
        let number =
            self.beside(name).or_else(|| find(&self.nodes, name)).and_then(|n| n.value.uint());
        usize::try_from(number.unwrap_or(0)).unwrap_or(usize::MAX)
    }

    /// The field of a name that was read before, in the same group.
    fn beside(&self, name: &str) -> Option<&Node> {
        let group = self.nodes.iter().rev().take_while(|n| n.depth >= self.depth);
        group.into_iter().find(|n| n.depth == self.depth && n.name() == name)
    }

    fn name(&mut self, field: &'static Field, label: &Label, pointers: bool) -> Octets {
        let (from, at) = (self.at, self.at / 8);
        let (value, octets, wrong) = match name::read(&self.clear, at, self.end / 8, self.origin) {
            Ok(read) => {
                let wrong = (read.pointer && !pointers).then_some("a name without a pointer");
                (read.name, read.octets, wrong)
            }
            Err(name::Unreadable { expected, octets }) => {
                self.stuck = octets.is_none();
                let octets = octets.unwrap_or(self.end / 8 - at);
                (self.clear[at..at + octets].into(), octets, Some(expected))
            }
        };
        self.at += octets * 8;
        if let Some(expected) = wrong {
            let got = show_octets(&self.clear[at..at + octets]);
            let bits = from..self.at;
            self.fault(name_of(field, label), bits, expected, got, field.source);
        }
        value
    }

    /// How many structures a list has by the field that counts them: it stands beside the list.
    fn count_of(&self, list: &List) -> usize {
        if list.count.is_empty() { usize::MAX } else { self.number(list.count) }
    }

    fn list(&mut self, list: &'static List, count: usize) {
        for place in 0..count {
            let (from, nodes) = (self.at, self.nodes.len());
            let left = &self.clear[self.at / 8..self.end / 8];
            let ends = list.count.is_empty() && left.is_empty()
                || list.until.is_some_and(|until| until(left));
            if ends || self.stuck || nodes >= MOST_NODES {
                return;
            }
            self.field(&list.item, Some(place.to_string().into()));
            if self.at == from {
                return;
            }
        }
    }

    /// Reads the fields that a number chooses, beside the fields before them.
    fn choice(&mut self, field: &'static Field, label: Label, choice: &'static Choice) {
        let from = self.at;
        let number = self.beside(choice.by).and_then(|n| n.value.uint()).unwrap_or(0);
        let outer = self.end;
        if !choice.length.is_empty() {
            let octets = self.number(choice.length);
            if octets > (self.end - self.at) / 8 {
                let what = counted(octets, "octet");
                let got = counted((self.end - self.at) / 8, "octet");
                let name = name_of(field, &label);
                self.fault(name, from..self.end, &what, got, field.source);
                return self.rest();
            }
            self.end = from + octets * 8;
        }
        let at = self.push(field, label, from, Value::Group);
        self.fields(choice.fields(number));
        if !choice.length.is_empty() {
            if self.at < self.end && !self.stuck {
                let octets = (self.end - self.at) / 8;
                let (bits, got) = (self.at..self.end, counted(octets, "octet") + " more");
                self.fault("", bits, "the end of the data", got, field.source);
                self.left(&UNREADABLE);
            }
            // What stands behind can be read, whatever is wrong inside.
            (self.at, self.end, self.stuck) = (self.end, outer, false);
        }
        self.nodes[at].end(self.at);
    }

    /// Reads `bits` bits in network order; too few left is a fault and the end of reading.
    fn bits(&mut self, bits: usize, field: &'static Field, label: &Label) -> Option<u64> {
        if self.at + bits > self.end {
            self.short(field, name_of(field, label), bits.div_ceil(8));
            return None;
        }
        let place = self.at..self.at + bits;
        self.at += bits;
        // Whole octets at once.
        if place.start.is_multiple_of(8) && bits.is_multiple_of(8) {
            return Some(match &self.clear[place.start / 8..place.end / 8] {
                [octet] => u64::from(*octet),
                octets => octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)),
            });
        }
        // Within one octet.
        let before = place.start % 8;
        if (1..=8 - before).contains(&bits) {
            let octet = self.clear[place.start / 8] << before >> (8 - bits);
            return Some(octet.into());
        }
        let bit = |at: usize| u64::from(self.clear[at / 8] >> (7 - at % 8) & 1);
        Some(place.fold(0, |number, at| number << 1 | bit(at)))
    }

    /// Reads octets.
    fn take(&mut self, len: Len, field: &'static Field, label: &Label) -> Octets {
        let from = self.at;
        let wanted = match len {
            Len::Fixed(n) | Len::Padded(n) => n,
            Len::Field(length) => self.number(length),
            Len::Rest => (self.end - self.at) / 8,
            Len::Zero => return self.zero_ended(field, name_of(field, label)).into(),
            Len::Before(ends) => {
                let left = &self.clear[self.at / 8..self.end / 8];
                left.iter().position(|octet| ends.contains(octet)).unwrap_or(left.len())
            }
            Len::BeforeSame(name) => {
                let left = &self.clear[self.at / 8..self.end / 8];
                let end = self.beside(name).or_else(|| find(&self.nodes, name));
                let end = end.and_then(|n| n.value.octets()).filter(|end| !end.is_empty());
                let at = end.and_then(|end| left.windows(end.len()).position(|part| part == end));
                at.unwrap_or(left.len())
            }
        };
        let there = (self.end - self.at) / 8;
        let place = self.at / 8..self.at / 8 + wanted.min(there);
        if wanted > there {
            self.short(field, name_of(field, label), wanted);
        }
        self.at += place.len() * 8;
        let octets = &self.clear[place];
        if let (Len::Padded(_), true) = (len, wanted <= there) {
            match octets.iter().position(|octet| *octet == 0) {
                Some(end) => return octets[..end].into(),
                None => {
                    let (octets, got) = (octets.into(), show_octets(octets));
                    let (name, bits) = (name_of(field, label), from..self.at);
                    self.fault(name, bits, "a zero octet at its end", got, field.source);
                    return octets;
                }
            }
        }
        octets.into()
    }

    fn pairs(&mut self, lengths: &[u8], separators: &str, field: &'static Field) {
        // What has no length is not there: its sender has no use for it.
        for length in lengths.iter().filter(|length| **length > 0) {
            if self.stuck {
                return;
            }
            let (from, left) = (self.at, (self.end - self.at) / 8);
            let there = usize::from(*length).min(left);
            let octets = Octets::from(&self.clear[from / 8..from / 8 + there]);
            self.at += there * 8;
            let parted = octets.iter().position(|b| separators.as_bytes().contains(b));
            let (name, value) = match parted {
                Some(at) => (&octets[..at], &octets[at + 1..]),
                None => (&octets[..], &[][..]),
            };
            let name = told(name);
            if let Some(check) = field.must {
                let whole = Value::Octets(octets.clone());
                if !(check.holds)(&whole) {
                    let got = show_octets(&octets);
                    let told = self.faults.len();
                    self.fault(&name, from..self.at, check.about, got, check.source);
                    if let Some(fault) = self.faults.get_mut(told) {
                        fault.chosen = true;
                    }
                }
            }
            if there < usize::from(*length) {
                self.short(field, &name, usize::from(*length));
            } else if parted.is_none() {
                let what = format!("a name, one of `{separators}` and a value");
                self.fault(&name, from..self.at, &what, show_octets(&octets), field.source);
            }
            let at = self.push(&PAIR, Some(name.into()), from, Value::Octets(value.into()));
            if let Some(parted) = parted {
                let separator = Value::Octets([octets[parted]].into());
                let start = from + parted * 8;
                let (depth, bits) = (self.depth + 1, start..start + 8);
                self.nodes.push(Node::new(&SEPARATOR, None, depth, bits, separator));
            }
            self.nodes[at].end(self.at);
        }
    }

    /// Names and values in turn.
    fn zero_pairs(&mut self, field: &'static Field) {
        while self.at < self.end && !self.stuck && self.nodes.len() < MOST_NODES {
            let from = self.at;
            let name = self.zero_ended(field, field.name);
            let name = told(&name).to_ascii_lowercase();
            let value = self.zero_ended(&PAIR, &name);
            self.push(&PAIR, Some(name.into()), from, Value::Octets(value.into()));
        }
    }

    /// Octets up to the next zero octet, which is passed over.
    fn zero_ended(&mut self, field: &'static Field, name: &str) -> Vec<u8> {
        let left = &self.clear[self.at / 8..self.end / 8];
        let value = match left.iter().position(|octet| *octet == 0) {
            Some(at) => left[..at].to_vec(),
            None => {
                let (octets, bits) = (left.to_vec(), self.at..self.end);
                let got = show_octets(&octets);
                self.fault(name, bits, "a zero octet at its end", got, field.source);
                self.stuck = true;
                self.at = self.end;
                return octets;
            }
        };
        self.at += (value.len() + 1) * 8;
        value
    }

    /// Applies a length that counts the octets from `begin` to the end of the message.
    fn limit(&mut self, field: &'static Field, number: u64, begin: u64, from: usize) {
        let (read, there) = (self.at as u64 / 8 - begin, self.end as u64 / 8 - begin);
        let bits = from..self.at;
        if number > there {
            let what = format!("{there} or less, since that many octets came");
            self.fault(field.name, bits, &what, number.to_string(), field.source);
        } else if number < read {
            let what = format!("{read} or more");
            self.fault(field.name, bits, &what, number.to_string(), field.source);
        } else {
            self.end = (begin + number) as usize * 8;
        }
    }

    /// Faults the length field that measures the node at `at`, where it does not fit.
    fn length_of(&mut self, name: &str, at: usize) {
        let octets = self.nodes[at].octets().len() as u64;
        let wrong = self.nodes.iter().find(|n| {
            matches!(n.field.auto, Auto::LengthOf(of) if of == name)
                && n.value != Value::Uint(octets)
        });
        if let Some(node) = wrong {
            let (field, bits, got) = (node.field, node.bits(), node.show());
            let what = format!("{octets}, since that many octets came");
            self.fault(field.name, bits, &what, got, field.source);
        }
    }

    /// What is left after the last field: padding where a length says so, a fault otherwise.
    fn left_over(&mut self) {
        if self.at < self.end && !self.stuck {
            let octets = (self.end - self.at) / 8;
            let (bits, got) = (self.at..self.end, counted(octets, "octet") + " more");
            self.fault("", bits, "the end of the message", got, self.source);
            self.rest();
        }
        let total = self.clear.len() * 8;
        if self.depth == 0 && self.end < total {
            (self.at, self.end) = (self.end, total);
            self.left(&PADDING);
        }
    }

    /// Keeps what cannot be read as a node of its own.
    fn rest(&mut self) {
        self.left(&UNREADABLE);
        self.stuck = true;
    }

    /// Keeps what is left as a node.
    fn left(&mut self, field: &'static Field) {
        let from = self.at;
        let value = self.take(Len::Rest, field, &None);
        self.push(field, None, from, Value::Octets(value));
    }

    fn inside(&mut self, read: impl FnOnce(&mut Self)) {
        self.depth += 1;
        read(self);
        self.depth -= 1;
    }

    /// Adds a node that ends where reading stands; its index.
    fn push(&mut self, field: &'static Field, label: Label, from: usize, value: Value) -> usize {
        self.nodes.push(Node::new(field, label, self.depth, from..self.at, value));
        self.nodes.len() - 1
    }

    fn short(&mut self, field: &'static Field, name: &str, wanted: usize) {
        let there = (self.end - self.at) / 8;
        let what = counted(wanted, "octet");
        self.fault(name, self.at..self.end, &what, counted(there, "octet"), field.source);
        self.stuck = true;
    }

    fn fault(
        &mut self,
        name: &str,
        bits: Range<usize>,
        expected: &str,
        got: String,
        source: &'static str,
    ) {
        // A message that is wrong all over is wrong enough.
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        let mut path = self.path();
        if !path.is_empty() && !name.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        let source = if source.is_empty() { self.source } else { source };
        let expected = expected.into();
        self.faults.push(Fault { path, bits, expected, got, source, chosen: false });
    }

    /// The path of what is read into now: the last node at each depth above is open.
    fn path(&self) -> String {
        let mut open = Vec::new();
        let mut depth = self.depth;
        for node in self.nodes.iter().rev() {
            if depth > self.base && node.depth == depth - 1 {
                depth = node.depth;
                open.push(node.name());
            }
        }
        open.extend(Some(self.within.as_str()).filter(|within| !within.is_empty()));
        open.reverse();
        open.join(".")
    }
}

/// A name that came from a peer, as part of a path.
fn told(name: &[u8]) -> String {
    // Most names are plain.
    if let Ok(name) = std::str::from_utf8(name)
        && name.bytes().all(|octet| matches!(octet, b' '..=b'~') && octet != b'.')
    {
        return name.to_owned();
    }
    crate::diag::clean(String::from_utf8_lossy(name)).replace('.', "_")
}

/// Octets after the end that the message's own length gives.
static PADDING: Field = super::layout::octets("padding", Len::Rest);
/// Octets after the place where a fault ended the reading.
static UNREADABLE: Field = super::layout::octets("unreadable", Len::Rest);
/// The character between name and value of a pair.
pub(super) static SEPARATOR: Field = super::layout::text("separator", Len::Fixed(1));
