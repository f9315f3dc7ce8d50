//! What holds for every message of every protocol: any octets can be decoded, what is encoded
//! decodes to the same, what others made is built again to the octet, and damage never panics.
//!
//! Knows no protocol by name: a new one is covered when its file is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use stepladder::proto::PROTOCOLS;
use stepladder::wire::*;

// Messages that others made.

/// A file of `fixtures/messages`: its keys, and the octets of its messages one after another.
struct Fixture {
    file: String,
    keys: BTreeMap<String, String>,
    octets: Vec<u8>,
}

impl Fixture {
    fn key(&self, name: &str) -> &str {
        let file = &self.file;
        self.keys.get(name).unwrap_or_else(|| panic!("{file}: the key `{name}` is missing"))
    }

    fn protocol(&self) -> &'static Protocol {
        let name = self.key("protocol");
        stepladder::proto::by_name(name).unwrap_or_else(|| panic!("{}: `{name}`", self.file))
    }

    fn is_of_initiator(&self) -> bool {
        match self.key("from") {
            "initiator" => true,
            "responder" => false,
            other => panic!("{}: from `{other}`", self.file),
        }
    }

    fn parameters(&self) -> Parameters {
        let known = self.protocol().parameters.iter();
        let value = |p: &Parameter| self.keys.get(p.name).map(|v| (p.name, v.clone().into_bytes()));
        Parameters(known.filter_map(value).collect())
    }

    /// The message that the first one of this file follows.
    fn previous(&self) -> Option<Message> {
        let name = self.keys.get("follows")?;
        let (folder, _) = self.file.rsplit_once('/').expect("fixtures lie in folders");
        let path = format!("{folder}/{name}.hex");
        let before = fixtures().iter().find(|f| f.file == path).unwrap_or_else(|| panic!("{path}"));
        before.messages().pop()
    }

    /// Cuts the octets where the protocol says, and decodes every piece.
    fn messages(&self) -> Vec<Message> {
        let protocol = self.protocol();
        let parameters = self.parameters();
        let mut previous = self.previous();
        let mut rest = self.octets.as_slice();
        let mut messages = Vec::new();
        for name in self.key("messages").split_whitespace() {
            let octets = match protocol.framing {
                Framing::Datagram | Framing::Frame(_) | Framing::UntilClosed => rest.len(),
                Framing::Stream(frame) | Framing::Text(frame) => match frame(rest) {
                    Frame::Whole(octets) => octets,
                    other => panic!("{}: `{name}` is {other:?}", self.file),
                },
            };
            let (piece, after) = rest.split_at(octets);
            rest = after;
            let wanted = protocol.message(name).unwrap_or_else(|| panic!("no type `{name}`"));
            let head = protocol.head(piece);
            let from_initiator = self.is_of_initiator();
            let opening = previous.is_none();
            // Text has no marks, so which type it is depends on what is waited for.
            let hint = (wanted.flow != Flow::Framed).then_some(wanted);
            let kind =
                protocol.classify_after(&head, from_initiator, opening, hint, previous.as_ref());
            assert_eq!(kind.name, name, "{}", self.file);
            let context =
                Context { parameters: &parameters, previous: previous.as_ref(), from_initiator };
            let message = decode(kind, &context, piece);
            previous = Some(message.clone());
            messages.push(message);
        }
        assert!(rest.is_empty(), "{}: {} octets more than `messages` names", self.file, rest.len());
        messages
    }

    /// Every message with the one that it follows.
    fn in_context(&self, mut check: impl FnMut(&Message, &Context<'_>)) {
        let parameters = self.parameters();
        let mut previous = self.previous();
        for message in self.messages() {
            let context = Context {
                parameters: &parameters,
                previous: previous.as_ref(),
                from_initiator: self.is_of_initiator(),
            };
            check(&message, &context);
            previous = Some(message);
        }
    }
}

fn fixtures() -> &'static [Fixture] {
    static ALL: OnceLock<Vec<Fixture>> = OnceLock::new();
    ALL.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/messages");
        let mut all = Vec::new();
        for folder in fs::read_dir(root).expect("there are fixtures") {
            let folder = folder.expect("the folder can be read").path();
            if !folder.is_dir() {
                continue;
            }
            for file in fs::read_dir(&folder).expect("the folder can be read") {
                let path = file.expect("the folder can be read").path();
                let text = fs::read_to_string(&path).expect("a fixture is text");
                let (mut keys, mut hex) = (BTreeMap::new(), String::new());
                for line in text.lines() {
                    match line.strip_prefix("# ") {
                        // Prose has blanks before its colon, if it has one.
                        Some(line) => match line.split_once(": ") {
                            Some((key, value)) if !key.contains(' ') => {
                                keys.insert(key.to_owned(), value.to_owned());
                            }
                            _ => {}
                        },
                        None => hex.push_str(line),
                    }
                }
                let octets = parse_octets(&hex).expect("the rest of a fixture is hexadecimal");
                all.push(Fixture { file: path.display().to_string(), keys, octets });
            }
        }
        all.sort_by(|a, b| a.file.cmp(&b.file));
        all
    })
}

#[test]
fn every_protocol_has_messages_that_others_made() {
    for protocol in PROTOCOLS {
        assert!(fixtures().iter().any(|f| f.key("protocol") == protocol.name), "{}", protocol.name);
    }
}

#[test]
fn what_others_made_has_no_fault() {
    for fixture in fixtures() {
        for message in fixture.messages() {
            let broken: Vec<&str> = message.faults.iter().map(|f| f.path.as_str()).collect();
            let known: Vec<&str> =
                fixture.keys.get("breaks").map(String::as_str).into_iter().collect();
            assert_eq!(broken, known, "{}: {:#?}", fixture.file, message.nodes);
            assert_sound(&message);
        }
    }
}

#[test]
fn what_others_made_is_built_again_to_the_octet() {
    for fixture in fixtures() {
        fixture.in_context(|message, context| {
            for computed in [false, true] {
                let draft = Draft { fields: entries(&message.nodes, computed), ..Draft::default() };
                let again = encode(message.kind, context, &draft, &mut |_, n| vec![0; n])
                    .unwrap_or_else(|e| panic!("{}: {e}", fixture.file));
                // A line may end in more than one way, and a name may point to more than one place;
                // we write one of them.
                if message.kind.flow == Flow::Line || fixture.keys.contains_key("pointers") {
                    let again = decode(message.kind, context, &again.bytes);
                    let values = |m: &Message| m.nodes.iter().map(|n| n.value.clone()).collect();
                    let (a, b): (Vec<Value>, Vec<Value>) = (values(&again), values(message));
                    assert_eq!(a, b, "{}", fixture.file);
                    continue;
                }
                assert_eq!(
                    hex::encode(&again.bytes),
                    hex::encode(&message.bytes),
                    "{}, computed fields {}",
                    fixture.file,
                    if computed { "left to us" } else { "as they came" },
                );
            }
        });
    }
}

#[test]
fn an_edit_that_changes_nothing_changes_nothing() {
    for fixture in fixtures() {
        fixture.in_context(|message, context| {
            // A line may end in more than one way, and a name may point to more than one place.
            if message.kind.flow != Flow::Line && !fixture.keys.contains_key("pointers") {
                let same = message.edited(context, &Edit::None);
                let same = same.unwrap_or_else(|e| panic!("{}: {e}", fixture.file));
                assert_eq!(hex::encode(same), hex::encode(&message.bytes), "{}", fixture.file);
            }
        });
    }
}

/// Whether any field tells how many octets or items there are.
fn tells_its_length(fields: &[Field]) -> bool {
    fields.iter().any(|field| match (&field.auto, &field.kind) {
        (Auto::LengthOfMessage | Auto::LengthOf(_) | Auto::CountOf(_), _) => true,
        // Or where it ends.
        (_, Kind::Mark(_)) => true,
        (_, Kind::Group(inner) | Kind::Sealed { fields: inner, .. }) => tells_its_length(inner),
        (_, Kind::Items(items)) => items.ended.is_some(),
        _ => false,
    })
}

#[test]
fn a_message_cut_short_is_noticed_at_every_length() {
    for fixture in fixtures() {
        fixture.in_context(|whole, context| {
            for octets in 0..whole.bytes.len() {
                let cut = decode(whole.kind, context, &whole.bytes[..octets]);
                assert_sound(&cut);
                // What only fills the message may be less.
                let filler = whole.nodes.iter().find(|n| matches!(n.field.auto, Auto::FillTo(_)));
                if filler.is_some_and(|n| n.octets().start <= octets) {
                    continue;
                }
                // Text has no length, and a line may end in more than one way; and a message
                // that ends with its datagram, without any length inside, is whole at any length.
                assert!(
                    !cut.faults.is_empty()
                        || cut.nodes.len() < whole.nodes.len()
                        || whole.kind.flow != Flow::Framed
                        || !tells_its_length(whole.kind.layout.fields),
                    "{}: nobody notices that only {octets} octets came",
                    fixture.file,
                );
            }
        });
    }
}

#[test]
fn a_stream_that_comes_in_pieces_is_cut_at_the_same_places() {
    for fixture in fixtures() {
        let Framing::Stream(frame) = fixture.protocol().framing else { continue };
        for message in fixture.messages() {
            for octets in 0..message.bytes.len() {
                assert_eq!(frame(&message.bytes[..octets]), Frame::Partial, "{}", fixture.file);
            }
            let more = [message.bytes.as_slice(), &fixture.octets].concat();
            assert_eq!(frame(&more), Frame::Whole(message.bytes.len()), "{}", fixture.file);
        }
    }
}

// Tables.

#[test]
fn items_stand_in_ascending_order_and_names_are_unique() {
    for protocol in PROTOCOLS {
        for kind in protocol.messages {
            check_names(protocol.name, kind.layout.fields);
        }
    }
}

fn check_names(place: &str, fields: &'static [Field]) {
    let mut names = field_names(fields);
    names.sort_unstable();
    assert!(names.windows(2).all(|w| w[0] != w[1]), "{place}: {names:?}");
    for field in fields {
        match &field.kind {
            Kind::Group(fields) => check_names(field.name, fields),
            Kind::List(list) => check_names(field.name, list.fields()),
            Kind::Maybe(maybe) => check_fields(field.name, maybe.fields),
            Kind::Choice(choice) => {
                assert!(choice.cases.windows(2).all(|w| w[0].0 < w[1].0), "{place}");
                choice.every().for_each(|fields| check_names(field.name, fields));
            }
            Kind::Sealed { fields, .. } => check_fields(field.name, fields),
            Kind::Items(items) => {
                // The engine finds an item's type by binary search.
                assert!(items.types.windows(2).all(|w| w[0].number < w[1].number), "{place}");
                let mut names: Vec<_> = items.types.iter().map(|t| t.field.name).collect();
                names.sort_unstable_by_key(|n| n.to_ascii_lowercase());
                assert!(names.windows(2).all(|w| !w[0].eq_ignore_ascii_case(w[1])), "{place}");
                for kind in items.types {
                    let header = if items.length_counts_header { 2 } else { 0 };
                    assert!(kind.octets.0 <= kind.octets.1, "{}", kind.field.name);
                    let joined = items.ended.is_some_and(|ended| !ended.joined.is_empty());
                    assert!(joined || kind.octets.1 + header <= 255, "{}", kind.field.name);
                    check_fields(place, std::slice::from_ref(&kind.field));
                }
            }
            _ => check_fields(place, std::slice::from_ref(field)),
        }
    }
}

/// Code lists: unique numbers and names, and numbers that fit into their field.
fn check_fields(place: &str, fields: &'static [Field]) {
    for field in fields {
        match field.kind.plain() {
            Kind::Group(fields) => check_names(field.name, fields),
            Kind::Maybe(maybe) => check_fields(place, maybe.fields),
            Kind::Uint { bits, names: Some(codes) } => {
                let list = codes.list;
                assert!(list.windows(2).all(|w| w[0].0 < w[1].0), "{place}.{}", codes.name);
                assert!(list.iter().all(|(n, _)| *bits >= 64 || n >> bits == 0), "{}", codes.name);
                let found = |(n, name): &(u64, &str)| codes.number(name) == Some(*n);
                assert!(list.iter().all(found), "{place}.{}", codes.name);
            }
            _ => {}
        }
    }
}

// Any octets.

/// What holds for a decoded message, whatever came.
fn assert_sound(message: &Message) {
    let bits = message.bytes.len() * 8;
    assert_eq!(message.clear().len(), message.bytes.len());
    let mut open: Vec<&Node> = Vec::new();
    for node in &message.nodes {
        assert!(
            node.bits().start <= node.bits().end && node.bits().end <= bits,
            "{node:?} of {bits}"
        );
        open.truncate(usize::from(node.depth));
        assert_eq!(open.len(), usize::from(node.depth), "{node:?} stands in nothing");
        if let Some(group) = open.last() {
            // A list that goes on in other fields has items outside of its own.
            let goes_on = matches!(group.field.kind, Kind::Items(items)
                if items.ended.is_some_and(|ended| ended.more.is_some()));
            let inside =
                group.bits().start <= node.bits().start && node.bits().end <= group.bits().end;
            let inside = inside || goes_on;
            assert!(inside, "{node:?} leaves {group:?}");
        }
        open.push(node);
        assert!(!node.show().chars().any(char::is_control), "{node:?}");
    }
    for fault in &message.faults {
        assert!(fault.bits.start <= fault.bits.end && fault.bits.end <= bits, "{fault:?}");
        assert!(!fault.source.is_empty(), "{fault:?} names no source");
        let octets = fault.bits.start / 8..fault.bits.end.div_ceil(8);
        hex_dump(&message.bytes, Some((octets, &fault.path)));
    }
}

/// Values for every parameter of a protocol.
fn parameters(protocol: &Protocol) -> Parameters {
    Parameters(protocol.parameters.iter().map(|p| (p.name, b"wonderland".to_vec())).collect())
}

/// Some octets of a real message with damage, or any octets at all.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (
        any::<prop::sample::Index>(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        any::<prop::sample::Index>(),
        prop::collection::vec(any::<u8>(), 0..8),
    )
        .prop_map(|(which, damage, cut, more)| {
            let mut octets = which.get(fixtures()).octets.clone();
            for (at, octet) in damage {
                let at = at.index(octets.len());
                octets[at] = octet;
            }
            octets.truncate(cut.index(octets.len() * 4));
            octets.extend(more);
            octets
        });
    prop_oneof![damaged, prop::collection::vec(any::<u8>(), 0..300)]
}

/// The last message of a fixture, to be followed by anything.
fn followed(which: prop::sample::Index, protocol: &Protocol) -> Option<Message> {
    let mine: Vec<_> = fixtures().iter().filter(|f| f.key("protocol") == protocol.name).collect();
    (!mine.is_empty()).then(|| which.get(&mine).messages().pop()).flatten()
}

proptest! {
    #[test]
    fn any_octets_can_be_decoded_as_any_message(
        octets in octets(), which: prop::sample::Index, from_initiator: bool, follows: bool,
    ) {
        for protocol in PROTOCOLS {
            let parameters = parameters(protocol);
            let previous = if follows { followed(which, protocol) } else { None };
            let previous = previous.as_ref();
            let context = Context { parameters: &parameters, previous, from_initiator };
            for kind in protocol.messages {
                assert_sound(&decode(kind, &context, &octets));
            }
        }
    }

    #[test]
    fn any_octets_have_a_head_and_a_type(octets in octets(), from_initiator: bool, opening: bool) {
        for protocol in PROTOCOLS {
            let head = protocol.head(&octets);
            prop_assert!(head.iter().all(|n| n.bits().end <= octets.len() * 8));
            let hints = protocol.messages.iter().map(Some).chain([None]);
            for hint in hints {
                let kind = protocol.classify(&head, from_initiator, opening, hint);
                let last = protocol.messages.last().expect("a protocol has messages");
                prop_assert!(kind.from.fits(from_initiator) || std::ptr::eq(kind, last));
                // What was waited for is taken only where its marks are there.
                let fits = kind.when.iter().all(|(path, n)| {
                    find(&head, path).is_some_and(|node| node.value == Value::Uint(*n))
                });
                prop_assert!(fits, "{}", kind.name);
            }
            let _ = (protocol.conversation.opens)(&head);
        }
    }

    #[test]
    fn framing_makes_progress_and_claims_only_what_is_there(octets in octets()) {
        for protocol in PROTOCOLS {
            let (Framing::Stream(frame) | Framing::Text(frame)) = protocol.framing else { continue };
            prop_assert_eq!(frame(&[]), Frame::Partial);
            let mut rest = octets.as_slice();
            while !rest.is_empty() {
                let Frame::Whole(octets) = frame(rest) else { break };
                prop_assert!(octets > 0 && octets <= rest.len(), "{octets} of {}", rest.len());
                rest = &rest[octets..];
            }
            // What comes later does not move an end that was found, nor mend what is broken.
            if let Framing::Stream(frame) = protocol.framing {
                let found = frame(&octets);
                for cut in 0..octets.len() {
                    let early = frame(&octets[..cut]);
                    prop_assert!(early == Frame::Partial || early == found);
                }
            }
        }
    }
}

// Encode and decode.

/// The fields of decoded nodes as an author would write them; what is computed is left to the
/// engine where `computed` asks for that.
fn entries(nodes: &[Node], computed: bool) -> Vec<Entry> {
    let mut list = Vec::new();
    let mut rest = nodes;
    while let Some((node, after)) = rest.split_first() {
        let inner = after.iter().position(|n| n.depth <= node.depth).unwrap_or(after.len());
        let (children, after) = after.split_at(inner);
        rest = after;
        let is_item = node.head.is_some();
        let by_us = computed
            && match (&node.field.auto, &node.field.kind) {
                (Auto::LengthOf(_) | Auto::LengthOfMessage | Auto::CountOf(_), _) => true,
                (Auto::LengthOfRest(_), _) => true,
                (Auto::Digest(_) | Auto::Always(_) | Auto::SameAs(_), _) => true,
                (_, Kind::Lengths { .. } | Kind::Mark(_)) => true,
                (Auto::Follows(follows), _) => !follows.source.is_empty(),
                _ => false,
            };
        let (name, assignment) = match &node.field.kind {
            // The fields inside a seal stand beside it, and so do those of a choice.
            Kind::Sealed { .. } | Kind::Choice(_) | Kind::Maybe(_) => continue,
            kind if kind.has_fields() => {
                (node.name().to_string(), Assignment::Fields(entries(children, computed)))
            }
            _ if std::ptr::eq(node.field, &PAIR) => {
                let separator = children.first().and_then(|n| n.value.octets()).unwrap_or_default();
                let separator = String::from_utf8_lossy(separator);
                (format!("{}{separator}", node.name()), Assignment::Value(node.value.clone()))
            }
            // An empty value asks for the computed one.
            _ if by_us && is_item => {
                (node.name().to_string(), Assignment::Value(Value::from(Vec::new())))
            }
            // What decides how the rest is made is not worked out from the rest.
            _ if by_us && !matches!(&node.field.auto, Auto::Follows(_)) => continue,
            _ => (node.name().to_string(), Assignment::Value(node.value.clone())),
        };
        list.push(Entry::new(name, assignment));
    }
    list
}

/// A supply of choices that proptest can make smaller; where it ends, zeros follow.
struct Choices<'c>(&'c [u8]);

impl Choices<'_> {
    fn octet(&mut self) -> u8 {
        match self.0.split_first() {
            Some((octet, rest)) => {
                self.0 = rest;
                *octet
            }
            None => 0,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        (usize::from(self.octet()) << 8 | usize::from(self.octet())) % bound.max(1)
    }

    fn octets(&mut self, least: usize, most: usize) -> Vec<u8> {
        let octets = least + self.below(most.min(least + 40) - least + 1);
        (0..octets).map(|_| self.octet()).collect()
    }

    /// Octets that stand for themselves in text; 255 is a command there, so it comes often.
    fn text(&mut self, most: usize) -> Vec<u8> {
        let letter = |octet| if octet > 0xf0 { 0xff } else { octet % 0x5f + 0x20 };
        self.octets(0, most).into_iter().map(letter).collect()
    }

    fn draft(&mut self, kind: &MessageType) -> Draft {
        Draft { fields: self.fields(kind.layout.fields, kind.when, ""), ..Draft::default() }
    }

    fn fields(&mut self, fields: &'static [Field], when: &[(&str, u64)], path: &str) -> Vec<Entry> {
        let mut list = Vec::new();
        let mut chooser = 0;
        for field in fields {
            if let Kind::Sealed { fields, .. } = &field.kind {
                list.extend(self.fields(fields, when, path));
                continue;
            }
            if let Kind::Choice(choice) = &field.kind {
                list.extend(self.fields(choice.fields(chooser), when, path));
                continue;
            }
            if let Kind::Maybe(maybe) = &field.kind {
                if self.octet() & 1 == 1 {
                    list.extend(self.fields(maybe.fields, when, path));
                }
                continue;
            }
            if let Auto::Chooses(_) = field.auto {
                let cases = fields.iter().flat_map(|field| match &field.kind {
                    Kind::Choice(choice) => choice.cases.iter().map(|(n, _)| *n).collect(),
                    _ => Vec::new(),
                });
                let cases: Vec<u64> = cases.collect();
                let other = u64::from(self.octet());
                chooser = cases.get(self.below(cases.len() + 1)).copied().unwrap_or(other);
                let value = Assignment::Value(Value::Uint(chooser));
                list.push(Entry::new(field.name, value));
                continue;
            }
            let here = format!("{path}{}", field.name);
            let computed = match (&field.auto, &field.kind) {
                (Auto::LengthOf(_) | Auto::LengthOfMessage | Auto::CountOf(_), _) => true,
                (Auto::Always(_) | Auto::Digest(_) | Auto::Follows(_), _) => true,
                (Auto::LengthOfRest(_) | Auto::Copy(_) | Auto::SameAs(_), _) => true,
                (_, Kind::Lengths { .. } | Kind::Mark(_)) => true,
                _ => when.iter().any(|(path, _)| *path == here),
            };
            if computed || self.octet() < 40 {
                continue;
            }
            let assignment = match &field.kind {
                Kind::Group(fields) => {
                    Assignment::Fields(self.fields(fields, when, &format!("{here}.")))
                }
                Kind::Items(items) => {
                    let count = self.below(7);
                    let mut list: Vec<Entry> = Vec::new();
                    for _ in 0..count {
                        let item = self.item(items);
                        // What would end the list, go on elsewhere or be a part of one value.
                        let number = items.number(&item.name);
                        let marks =
                            when.iter().any(|(path, _)| *path == format!("{here}.{}", item.name));
                        let special = items.ended.is_some_and(|ended| {
                            Some(ended.end) == number
                                || ended.more.is_some_and(|more| Some(more.item) == number)
                                || list
                                    .iter()
                                    .any(|e| e.name == item.name && Some(ended.pad) != number)
                        });
                        if special || marks {
                            continue;
                        }
                        // Two digests over one message would each have to cover the other.
                        let again = list.iter().any(|e| e.name == item.name);
                        let field = items.field(&item.name).expect("we took it from there");
                        if !again || !matches!(field.auto, Auto::Digest(_)) {
                            list.push(item);
                        }
                    }
                    Assignment::Fields(list)
                }
                Kind::List(list) => {
                    let ones = 0..self.below(5);
                    let ones = ones.map(|place| Entry {
                        field: None,
                        name: place.to_string().into(),
                        assignment: Assignment::Fields(self.fields(list.fields(), &[], "")),
                    });
                    Assignment::Fields(ones.collect())
                }
                Kind::Pairs { separators, .. } => {
                    let count = self.below(5);
                    Assignment::Fields((0..count).map(|_| self.pair(separators)).collect())
                }
                Kind::ZeroPairs => {
                    let count = self.below(5);
                    let option = |at| Entry {
                        field: None,
                        name: format!("option-{at}").into(),
                        assignment: Assignment::Value(Value::from(self.text(40))),
                    };
                    Assignment::Fields((0..count).map(option).collect())
                }
                kind => {
                    let value = self.value(kind, (0, 200));
                    // How the rest is to be read may depend on what it must be.
                    if field.must.is_some_and(|check| !(check.holds)(&value)) {
                        continue;
                    }
                    Assignment::Value(value)
                }
            };
            list.push(Entry::new(field.name, assignment));
        }
        list
    }

    fn value(&mut self, kind: &Kind, (least, most): (usize, usize)) -> Value {
        match kind {
            Kind::Flag => Value::Uint(u64::from(self.octet() & 1)),
            Kind::Uint { bits, .. } => {
                let number = (0..8).fold(0u64, |n, _| n << 8 | u64::from(self.octet()));
                Value::Uint(if *bits < 64 { number & ((1 << bits) - 1) } else { number })
            }
            Kind::Ipv4 => Value::from(self.octets(4, 4)),
            Kind::Ipv6 => Value::from(self.octets(16, 16)),
            Kind::Mac => Value::from(self.octets(6, 6)),
            Kind::Octets(Len::Fixed(n)) | Kind::Text(Len::Fixed(n)) => {
                Value::from(self.octets(*n, *n))
            }
            // A zero octet ends it.
            Kind::Octets(Len::Zero | Len::Padded(_)) | Kind::Text(Len::Zero | Len::Padded(_)) => {
                Value::from(self.text(60))
            }
            Kind::Octets(Len::Before(ends)) | Kind::Text(Len::Before(ends)) => {
                let octets = self.text(60);
                Value::Octets(octets.into_iter().filter(|o| !ends.contains(o)).collect())
            }
            Kind::Octets(_) | Kind::Text(_) => Value::from(self.octets(least, most)),
            // Not every value of the kind can be spelled.
            Kind::Spelled(spelling) => {
                let value = self.value(&spelling.of, (0, 60));
                let octets = spelling.octets(&value);
                match ((spelling.read)(spelling, &octets), &spelling.of) {
                    (Some((read, whole)), _) if read == value && whole == octets.len() => value,
                    (_, Kind::Uint { names: Some(codes), .. }) => {
                        Value::Uint(codes.list[self.below(codes.list.len())].0)
                    }
                    (_, Kind::Uint { .. }) => Value::Uint(100),
                    _ => Value::from(b"x".to_vec()),
                }
            }
            // The zeros at the end of a hidden value cannot be told from what fills it up.
            Kind::Hidden { .. } => {
                let mut octets = self.octets(0, most);
                while octets.last() == Some(&0) {
                    octets.pop();
                }
                Value::from(octets)
            }
            Kind::Custom(_) => Value::from(self.text(60)),
            // Few labels, so that they come again.
            Kind::Name { .. } => {
                let labels = [&b"\x01a"[..], b"\x04test", b"\x02B.", b"\x03www"];
                let count = self.below(5);
                let name = (0..count).flat_map(|_| labels[self.below(4)].to_vec());
                Value::Octets(name.chain([0]).collect())
            }
            Kind::Group(_)
            | Kind::List(_)
            | Kind::Choice(_)
            | Kind::Mark(_)
            | Kind::Maybe(_)
            | Kind::Items(_)
            | Kind::Pairs { .. }
            | Kind::ZeroPairs
            | Kind::Sealed { .. }
            | Kind::Lengths { .. } => unreachable!("made of fields"),
        }
    }

    fn item(&mut self, items: &'static Items) -> Entry {
        let number = u64::from(self.octet());
        let Some(known) = items.by_number(number) else {
            let name = format!("{}{number}", items.unknown_prefix);
            return Entry {
                field: None,
                name: name.into(),
                assignment: Assignment::Value(Value::from(self.octets(0, 253))),
            };
        };
        let most = known.octets.1.min(253);
        let assignment = match (&known.field.kind, &known.field.auto) {
            // A single octet without a value.
            _ if items.is_bare(number) => Assignment::Value(Value::from(Vec::new())),
            (Kind::List(list), _) => {
                let least = usize::from(known.octets.0 > 0);
                let ones = 0..least + self.below(4);
                let ones = ones.map(|place| {
                    let mut fields = self.fields(list.fields(), &[], "");
                    // What has a length has an octet at least.
                    for field in list.fields() {
                        let there = fields.iter().any(|entry| {
                            let empty = Assignment::Value(Value::from(Vec::new()));
                            entry.name == field.name && entry.assignment != empty
                        });
                        if !there && matches!(field.kind, Kind::Octets(Len::Field(_))) {
                            fields.retain(|entry| entry.name != field.name);
                            let value = Assignment::Value(Value::from(vec![7]));
                            fields.push(Entry::new(field.name, value));
                        }
                    }
                    Entry::new(place.to_string(), Assignment::Fields(fields))
                });
                Assignment::Fields(ones.collect())
            }
            (Kind::Items(inner), _) => {
                let mut list: Vec<Entry> = Vec::new();
                for _ in 0..1 + self.below(3) {
                    let item = self.item(inner);
                    if !list.iter().any(|e| e.name == item.name) {
                        list.push(item);
                    }
                }
                Assignment::Fields(list)
            }
            (Kind::Group(fields), _) => {
                let mut fields = self.fields(fields, &[], "");
                // What has no length of its own takes what the item leaves; the item may want some.
                if known.octets.0 != known.octets.1
                    && let Some(rest) = rest_of(&known.field)
                    && !fields.iter().any(|e| e.name == rest)
                {
                    let value = Assignment::Value(Value::from(Vec::new()));
                    fields.push(Entry::new(rest, value));
                }
                for entry in &mut fields {
                    if let Assignment::Value(Value::Octets(octets)) = &mut entry.assignment
                        && octets.is_empty()
                    {
                        *octets = [octets, &[7][..]].concat().into();
                    }
                }
                Assignment::Fields(fields)
            }
            (_, Auto::Digest(_)) => Assignment::Value(Value::from(Vec::new())),
            (kind, _) => Assignment::Value(self.value(kind, (known.octets.0, most))),
        };
        Entry::new(known.field.name, assignment)
    }

    fn pair(&mut self, separators: &str) -> Entry {
        let at = self.below(separators.len());
        let separator = &separators[at..=at];
        let name: String = self.octets(0, 20).iter().map(|o| char::from(o % 26 + b'a')).collect();
        let value = Value::from(self.octets(0, 60));
        Entry::new(format!("{name}{separator}"), Assignment::Value(value))
    }
}

/// The name of the part of a group that takes what is left.
fn rest_of(field: &'static Field) -> Option<&'static str> {
    let Kind::Group(fields) = &field.kind else { return None };
    let open = |f: &&Field| matches!(f.kind, Kind::Octets(Len::Rest) | Kind::Text(Len::Rest));
    fields.iter().find(open).map(|f| f.name)
}

/// Encodes what `choices` makes of every message type, each after a message from the other side.
fn for_every_type(
    choices: &[u8],
    mut check: impl FnMut(&Message, &Draft, &Context<'_>, &mut Choices<'_>),
) {
    for protocol in PROTOCOLS {
        let parameters = parameters(protocol);
        for kind in protocol.messages {
            let mut choices = Choices(choices);
            let from_initiator = kind.from.fits(true);
            let alone = Context { parameters: &parameters, previous: None, from_initiator };
            let before = protocol.messages.iter().find(|m| m.from.fits(!from_initiator));
            let before = before.filter(|_| !kind.opens || kind.from == Side::Either).map(|kind| {
                let context = Context { from_initiator: !from_initiator, ..alone };
                encode(kind, &context, &choices.draft(kind), &mut |_, n| vec![9; n])
                    .unwrap_or_else(|e| panic!("{}: {e}", kind.name))
            });
            let context = Context { previous: before.as_ref(), ..alone };
            let draft = choices.draft(kind);
            let message = encode(kind, &context, &draft, &mut |_, n| vec![5; n])
                .unwrap_or_else(|e| panic!("{}: {e} in {draft:?}", kind.name));
            check(&message, &draft, &context, &mut choices);
        }
    }
}

/// Name, depth, bits and value of every node.
fn outline(message: &Message) -> Vec<(String, u8, std::ops::Range<usize>, Value)> {
    let nodes = message.nodes.iter();
    nodes.map(|n| (n.name().to_string(), n.depth, n.bits(), n.value.clone())).collect()
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same_and_is_built_again(
        choices in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        for_every_type(&choices, |message, _, context, _| {
            let back = decode(message.kind, context, &message.bytes);
            let name = message.kind.name;
            // What a message may say is for its standard; here it says anything.
            let proves = |f: &Fault| {
                back.find(&f.path).is_some_and(|n| matches!(n.field.auto, Auto::Proof(_)))
            };
            let unsound: Vec<&Fault> =
                back.faults.iter().filter(|f| !f.chosen && !proves(f)).collect();
            assert!(unsound.is_empty(), "{name}: {unsound:?}: {}", hex::encode(&message.bytes));
            assert_sound(&back);
            assert_eq!(outline(&back), outline(message), "{name}");
            assert_eq!(back.clear(), message.clear(), "{name}");
            for computed in [false, true] {
                let draft = Draft { fields: entries(&back.nodes, computed), ..Draft::default() };
                let again = encode(message.kind, context, &draft, &mut |_, n| vec![0; n])
                    .unwrap_or_else(|e| panic!("{name}: {e}"));
                assert_eq!(hex::encode(&again.bytes), hex::encode(&message.bytes), "{name}");
            }
        });
    }

    #[test]
    fn damage_is_done_where_it_was_asked_for(
        choices in prop::collection::vec(any::<u8>(), 0..600),
        number: u64,
        truncate in prop::option::of(0usize..300),
        append in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        for_every_type(&choices, |message, draft, context, choices| {
            let paths: Vec<String> = message.shown().map(|(path, _)| path).collect();
            let some = |choices: &mut Choices<'_>, most| -> Vec<Place> {
                (0..choices.below(most)).map(|_| paths[choices.below(paths.len())].clone()).collect()
            };
            let corruption = Corruption {
                octets: (choices.octet() > 240).then(|| choices.octets(0, 40)),
                set: some(choices, 3).into_iter().map(|path| (path, number)).collect(),
                flip: some(choices, 3),
                truncate,
                append: append.clone(),
                keep: some(choices, 3),
            };
            let name = message.kind.name;
            let damaged = Draft { corruption: Some(corruption.clone()), ..draft.clone() };
            let damaged = encode(message.kind, context, &damaged, &mut |_, n| vec![5; n])
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            let octets = match (&corruption.octets, corruption.truncate) {
                (Some(octets), _) => octets.len(),
                (None, Some(cut)) => cut.min(message.bytes.len()) + append.len(),
                (None, None) => message.bytes.len() + append.len(),
            };
            assert_eq!(damaged.bytes.len(), octets, "{name}");
            assert_sound(&decode(message.kind, context, &damaged.bytes));

            // One number set in one field: that field has it, and nothing else in the clear
            // octets has changed but what is computed.
            let path = &paths[choices.below(paths.len())];
            let Some(node) = message.field(path) else { return };
            if !matches!(node.field.kind, Kind::Uint { .. } | Kind::Flag)
                || matches!(node.field.auto, Auto::Digest(_))
            {
                return;
            }
            let set = Corruption { set: vec![(path.clone(), number)], ..Corruption::default() };
            let set = Draft { corruption: Some(set), ..draft.clone() };
            let set = encode(message.kind, context, &set, &mut |_, n| vec![5; n])
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            let digests: Vec<_> = message
                .nodes
                .iter()
                .filter(|n| matches!(n.field.auto, Auto::Digest(_)))
                .map(Node::octets)
                .collect();
            let head = if node.head.is_some() { 16 } else { 0 };
            let value = node.bits().start + head..node.bits().end;
            let bit = |octets: &[u8], at: usize| octets[at / 8] >> (7 - at % 8) & 1;
            for at in 0..message.clear().len() * 8 {
                if value.contains(&at) {
                    let shift = value.end - 1 - at;
                    let wanted = if shift < 64 { (number >> shift & 1) as u8 } else { 0 };
                    assert_eq!(bit(set.clear(), at), wanted, "{name}: bit {at} of {path}");
                } else if !digests.iter().any(|d| d.contains(&(at / 8))) {
                    assert_eq!(
                        bit(set.clear(), at),
                        bit(message.clear(), at),
                        "{name}: bit {at} beside {path}"
                    );
                }
            }
        });
    }
}
