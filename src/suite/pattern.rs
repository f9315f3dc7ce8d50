//! Fields of a message: what is said, and what is accepted when heard.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::diag::Pos;
use crate::ladder::{FieldSpec, Pattern, Reference, Saying, Spoken, Term};
use crate::wire::{
    Field, ITEM_LENGTH, ITEM_TYPE, Items, Kind, List, PAIR, Value, field_names, parse_octets,
};
use crate::yaml::{self, Node, Reader};

/// The words that say what is accepted, in the order in which they are explained.
pub const OPERATORS: &[&str] = &[
    "say",
    "hear",
    "equals",
    "octets",
    "one-of",
    "not",
    "differs-from",
    "range",
    "more-than",
    "less-than",
    "matches",
    "contains",
    "length",
    "times",
    "before",
    "present",
    "absent",
    "any",
    "fresh",
    "valid",
    "seconds-since",
    "tolerance",
    "next-of",
    "take",
];

/// What fields may refer to, and what was said of them so far.
#[derive(Default)]
pub struct Names<'s> {
    /// Settings whose value is only said: anything is accepted in their place.
    pub said_only: Cow<'s, BTreeSet<String>>,
    /// By the path of a field and the text that stood there: most of it stands there again.
    spoken: RefCell<HashMap<String, Arc<Spoken>>>,
}

impl<'s> Names<'s> {
    /// For a reader of his own, who knows these settings.
    pub fn of(said_only: &'s BTreeSet<String>) -> Self {
        Self { said_only: Cow::Borrowed(said_only), ..Self::default() }
    }

    /// What was said of a field before in the same words.
    fn spoken(
        &self,
        words: &str,
        field: &'static Field,
        name: &str,
        path: &str,
    ) -> Option<Arc<Spoken>> {
        let spoken = self.spoken.borrow();
        let known = spoken.get(words)?;
        let same = std::ptr::eq(known.field, field) && known.name == name && known.path == path;
        same.then(|| known.clone())
    }

    /// Keeps what was said in such words.
    fn keep(&self, words: String, what: Spoken) -> Arc<Spoken> {
        let what = Arc::new(what);
        self.spoken.borrow_mut().insert(words, what.clone());
        what
    }
}

/// Reads a mapping of fields.
pub fn fields(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    known: &'static [Field],
    path: &str,
    node: &Node,
) -> Vec<FieldSpec> {
    let mut specs = Vec::with_capacity(node.entries().len());
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        let found = crate::wire::find_field(known, name);
        match found {
            Some(field) if !name.contains('.') => {
                specs.push(field_spec(
                    reader,
                    names,
                    field,
                    name,
                    &join(path, name),
                    key.pos,
                    value,
                ));
            }
            _ => {
                let candidates = field_names(known);
                reader.unknown(key.pos, format!("unknown field `{name}`"), name, candidates);
            }
        }
    }
    FieldSpec::number(&mut specs);
    specs
}

/// Reads what is said of one field.
pub fn field_spec(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    field: &'static Field,
    name: &str,
    path: &str,
    pos: Pos,
    node: &Node,
) -> FieldSpec {
    let group = field.kind.has_fields();
    if !group || (is_operators(node) && !holds_one(field, node)) {
        return FieldSpec::new(spoken(reader, names, field, name, path, node), pos);
    }
    let words = [".", path].concat();
    let what = names.spoken(&words, field, name, path).unwrap_or_else(|| {
        let hear = match field.kind {
            Kind::Items(_) | Kind::Pairs { .. } | Kind::ZeroPairs => Pattern::Any,
            _ => Pattern::Present,
        };
        names.keep(words, Spoken { hear, ..silent(field, name, path) })
    });
    let mut spec = FieldSpec::new(what, pos);
    match &field.kind {
        Kind::Group(inner) | Kind::Sealed { fields: inner, .. } => {
            spec.fields = fields(reader, names, inner, path, node);
        }
        Kind::List(list) => structures(reader, names, list, &mut spec, node),
        Kind::Items(items) => {
            list(reader, &mut spec, node, |reader, key, value| {
                item(reader, names, items, path, key, value)
            });
        }
        Kind::Pairs { .. } | Kind::ZeroPairs => {
            list(reader, &mut spec, node, |reader, key, value| {
                let name = key.text().unwrap_or_default();
                let path = join(path, Spoken::heard_pair(name));
                Some(field_spec(reader, names, &PAIR, name, &path, key.pos, value))
            });
        }
        _ => {}
    }
    spec
}

/// A field of which nothing is said.
fn silent(field: &'static Field, name: &str, path: &str) -> Spoken {
    Spoken {
        // Mostly it is the table's, which is kept once.
        name: match name == field.name {
            true => Cow::Borrowed(field.name),
            false => Cow::Owned(name.to_owned()),
        },
        path: path.to_owned(),
        field,
        say: None,
        hear: Pattern::Any,
    }
}

/// Reads what is said of the value of a field, where the same was not said of it before.
fn spoken(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    field: &'static Field,
    name: &str,
    path: &str,
    node: &Node,
) -> Arc<Spoken> {
    // Where it is said by a name, or with words such as `one-of`, there are places in it.
    let words = match &node.kind {
        yaml::Kind::Scalar(text, is_plain) if !text.starts_with('$') => {
            Some([if *is_plain { "+" } else { "-" }, path, text].concat())
        }
        _ => None,
    };
    let known = words.as_ref().and_then(|words| names.spoken(words, field, name, path));
    if let Some(known) = known {
        return known;
    }
    let before = reader.problems.len();
    let (mut say, hear) = value(reader, names, field, node);
    if field.kind.has_fields() && matches!(say, Some(Saying::Computed)) {
        say = None;
    }
    let spoken = Spoken { say, hear, ..silent(field, name, path) };
    match words.filter(|_| reader.problems.len() == before) {
        Some(words) => names.keep(words, spoken),
        None => Arc::new(spoken),
    }
}

/// Reads structures: a mapping for a single one, or a list of them. Where they have one field that is
/// not computed, its value may stand alone.
fn structures(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    list: &'static List,
    spec: &mut FieldSpec,
    node: &Node,
) {
    let ones: Vec<&Node> = match &node.kind {
        yaml::Kind::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    for one in ones {
        if let [(key, value)] = one.entries()
            && key.text() == Some("only")
        {
            spec.only = reader.truth(value);
            continue;
        }
        let place = spec.fields.len().to_string();
        let path = join(&spec.path, &place);
        let without = match one.entries() {
            [(key, value)] if key.text() == Some("without") => Some(value),
            _ => None,
        };
        let hear = if without.is_some() { Pattern::Absent } else { Pattern::Present };
        let one = without.unwrap_or(one);
        let inner = match (&one.kind, list.only_field()) {
            (yaml::Kind::Map(_), _) => fields(reader, names, list.fields(), &path, one),
            (yaml::Kind::Scalar(..), Some(field)) => {
                let path = join(&path, field.name);
                vec![field_spec(reader, names, field, field.name, &path, one.pos, one)]
            }
            _ => {
                reader.error(one.pos, format!("a {} is a mapping of its fields", list.noun));
                continue;
            }
        };
        let what = Spoken { hear, ..silent(&list.item, &place, &path) };
        spec.fields.push(FieldSpec { fields: inner, ..FieldSpec::new(what, one.pos) });
    }
}

/// Reads a list of items: a mapping by name, or a list of such mappings where a name comes twice.
fn list(
    reader: &mut Reader<'_>,
    spec: &mut FieldSpec,
    node: &Node,
    mut one: impl FnMut(&mut Reader<'_>, &Node, &Node) -> Option<FieldSpec>,
) {
    let maps: Vec<&Node> = match &node.kind {
        yaml::Kind::List(items) => items.iter().collect(),
        yaml::Kind::Map(_) => vec![node],
        yaml::Kind::Scalar(..) => {
            reader.error(node.pos, "expected a mapping of names, found text");
            return;
        }
    };
    for map in maps {
        if map.entries().is_empty() && !matches!(map.kind, yaml::Kind::Map(_)) {
            reader.error(map.pos, format!("expected a mapping, found {}", map.shape()));
        }
        spec.fields.reserve_exact(map.entries().len());
        for (key, value) in map.entries() {
            if key.text() == Some("only") {
                spec.only = reader.truth(value);
            } else if let Some(item) = one(reader, key, value) {
                spec.fields.push(item);
            }
        }
    }
    FieldSpec::number(&mut spec.fields);
}

fn item(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    items: &'static Items,
    path: &str,
    key: &Node,
    value: &Node,
) -> Option<FieldSpec> {
    let name = key.text().unwrap_or_default();
    let Some(field) = items.field(name) else {
        let known = items.types.iter().map(|t| t.field.name);
        reader.unknown(key.pos, format!("unknown {} `{name}`", items.noun), name, known);
        return None;
    };
    // Items are found by the spelling of their table.
    let name = items.by_name(name).map_or(name, |t| t.field.name);
    let mut spec = field_spec(reader, names, field, name, &join(path, name), key.pos, value);
    // A list that is an item must be there for its own items to be in it.
    if matches!(field.kind, Kind::Items(_)) && !spec.fields.is_empty() {
        Arc::make_mut(&mut spec.what).hear = Pattern::Present;
    }
    Some(spec)
}

/// Whether a text is the value of a single structure of a list.
fn holds_one(field: &Field, node: &Node) -> bool {
    match &field.kind {
        Kind::List(list) => list.only_field().is_some() && node.text().is_some_and(|t| t != "any"),
        _ => false,
    }
}

/// Whether a mapping holds operators rather than fields.
fn is_operators(node: &Node) -> bool {
    match &node.kind {
        yaml::Kind::Scalar(..) => true,
        yaml::Kind::List(_) => false,
        yaml::Kind::Map(entries) => {
            !entries.is_empty()
                && entries.iter().all(|(k, _)| k.text().is_some_and(|k| OPERATORS.contains(&k)))
        }
    }
}

/// Reads a value: what is said, and what is accepted.
pub fn value(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    field: &'static Field,
    node: &Node,
) -> (Option<Saying>, Pattern) {
    match &node.kind {
        yaml::Kind::Scalar(text, true) if text == "any" => (None, Pattern::Any),
        yaml::Kind::Scalar(..) => {
            let Some(term) = term(reader, field, node) else { return (None, Pattern::Any) };
            let said_only = matches!(&term, Term::Ref(r) if r.path.is_empty() && names.said_only.contains(&r.name));
            let hear = if said_only { Pattern::Any } else { Pattern::Equals(term.clone()) };
            (Some(Saying::Term(term)), hear)
        }
        yaml::Kind::List(_) => {
            reader
                .error(node.pos, format!("field `{}` has one value, not a list", field.name))
                .help = Some("write {one-of: [..]} where any of several is accepted".into());
            (None, Pattern::Any)
        }
        yaml::Kind::Map(entries) => {
            reader.keys(node, OPERATORS);
            let mut say = match node.get("say") {
                Some(said) if is_fresh(said) => Some(Saying::Fresh),
                Some(said) if said.get("length").is_some() => filler(reader, said),
                Some(said) => term(reader, field, said).map(Saying::Term),
                None => None,
            };
            let hear = match node.get("hear") {
                Some(heard) => pattern(reader, names, field, heard),
                None => operators(reader, names, field, node),
            };
            if let Some((first, _)) =
                entries.iter().find(|(k, _)| !matches!(k.text(), Some("say" | "hear")))
                && node.get("hear").is_some()
            {
                reader.error(first.pos, "what is accepted stands under `hear` already").help =
                    Some("put this word inside `hear`".into());
            }
            if say.is_none() {
                say = match &hear {
                    Pattern::Fresh => Some(Saying::Fresh),
                    // Beside other words, which a value never used before fits.
                    Pattern::All(parts) if parts.iter().any(|p| matches!(p, Pattern::Fresh)) => {
                        Some(Saying::Fresh)
                    }
                    Pattern::Present => Some(Saying::Computed),
                    Pattern::NextOf(file, octets) => Some(Saying::NextOf(file.clone(), *octets)),
                    Pattern::Equals(term) if node.get("hear").is_none() => {
                        Some(Saying::Term(term.clone()))
                    }
                    // Any of them will do: we say the first.
                    Pattern::OneOf(parts) => parts.iter().find_map(|p| match p {
                        Pattern::Equals(term) => Some(Saying::Term(term.clone())),
                        _ => None,
                    }),
                    _ => None,
                };
            }
            (say, hear)
        }
    }
}

fn is_fresh(node: &Node) -> bool {
    node.get("fresh").is_some_and(|n| n.text() == Some("true"))
}

/// Reads how many octets of filler are said.
fn filler(reader: &mut Reader<'_>, node: &Node) -> Option<Saying> {
    /// As much as any message of a datagram holds.
    const MOST: u64 = 65_535;
    reader.keys(node, &["length"]);
    let length = node.get("length").cloned()?;
    match reader.number(&length)? {
        octets @ 0..=MOST => usize::try_from(octets).ok().map(Saying::Filler),
        octets => {
            reader.error(length.pos, format!("{octets} octets are too many; {MOST} are the most"));
            None
        }
    }
}

/// Reads what is accepted.
pub fn pattern(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    field: &'static Field,
    node: &Node,
) -> Pattern {
    match &node.kind {
        yaml::Kind::Scalar(text, true) if text == "any" => Pattern::Any,
        yaml::Kind::Scalar(..) => term(reader, field, node).map_or(Pattern::Any, Pattern::Equals),
        yaml::Kind::Map(_) => {
            reader.keys(node, OPERATORS);
            operators(reader, names, field, node)
        }
        yaml::Kind::List(_) => {
            reader.error(node.pos, "expected a value or words such as one-of, found a list");
            Pattern::Any
        }
    }
}

fn operators(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    field: &'static Field,
    node: &Node,
) -> Pattern {
    let mut parts = Vec::new();
    for (key, value) in node.entries() {
        let part = match key.text().unwrap_or_default() {
            "equals" => pattern(reader, names, field, value),
            "octets" => {
                match reader.text(value).map(|t| parse_octets(t.trim_start_matches("0x"))) {
                    Some(Ok(octets)) => Pattern::Equals(Term::Octets(octets)),
                    Some(Err(what)) => {
                        reader.error(value.pos, what);
                        Pattern::Any
                    }
                    None => Pattern::Any,
                }
            }
            "one-of" => {
                if value.items().is_empty() {
                    reader.error(value.pos, "`one-of` needs a list of values");
                }
                let parts = value.items().iter().map(|v| pattern(reader, names, field, v));
                Pattern::OneOf(parts.collect())
            }
            "not" | "differs-from" => Pattern::Not(Box::new(pattern(reader, names, field, value))),
            "range" if matches!(field.kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Mac) => {
                addresses(reader, field, value)
            }
            "range" => reader.range(value).map_or(Pattern::Any, |(a, b)| Pattern::Range(a, b)),
            "length" => reader.range(value).map_or(Pattern::Any, |(a, b)| {
                let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
                Pattern::Length(small(a), small(b))
            }),
            "times" => reader.range(value).map_or(Pattern::Any, |(a, b)| Pattern::Times(a, b)),
            "before" => reader.text(value).map_or(Pattern::Any, Pattern::Before),
            "matches" => {
                let text = reader.text(value).unwrap_or_default();
                match regex::bytes::RegexBuilder::new(&text).size_limit(1 << 20).build() {
                    Ok(regex) => Pattern::Matches(regex),
                    Err(what) => {
                        let what = what.to_string();
                        let last = what.lines().last().unwrap_or_default().to_owned();
                        reader.error(value.pos, "this is not a regular expression").remark = last;
                        Pattern::Any
                    }
                }
            }
            "contains" => free_term(reader, value).map_or(Pattern::Any, Pattern::Contains),
            "more-than" => term(reader, field, value).map_or(Pattern::Any, Pattern::MoreThan),
            "less-than" => term(reader, field, value).map_or(Pattern::Any, Pattern::LessThan),
            word @ ("present" | "absent" | "any" | "fresh" | "valid") => {
                match (word, reader.truth(value)) {
                    ("present", true) | ("absent", false) => Pattern::Present,
                    ("absent", true) | ("present", false) => Pattern::Absent,
                    ("fresh", true) => Pattern::Fresh,
                    ("valid", true) => Pattern::Valid,
                    _ => Pattern::Any,
                }
            }
            "next-of" => {
                let take = node.get("take").cloned().and_then(|n| reader.number(&n));
                let Some(take) = take.and_then(|n| usize::try_from(n).ok()) else {
                    reader.error(value.pos, "how much of it? add `take: 512`");
                    continue;
                };
                match free_term(reader, value) {
                    Some(Term::Ref(file)) if file.path.is_empty() => Pattern::NextOf(file, take),
                    _ => {
                        reader.error(value.pos, "`next-of` needs a setting that is a file: $file");
                        continue;
                    }
                }
            }
            "seconds-since" => {
                let name = reader.text(value).unwrap_or_default();
                let tolerance = match node.get("tolerance") {
                    Some(tolerance) => reader.time(tolerance).unwrap_or_default(),
                    None => Duration::from_secs(1),
                };
                Pattern::SecondsSince { name: name.trim_start_matches('$').to_owned(), tolerance }
            }
            _ => continue,
        };
        parts.push(part);
    }
    if parts.len() == 1 { parts.remove(0) } else { Pattern::All(parts) }
}

/// Reads a range of addresses, such as `169.254.1.0..169.254.254.255`.
fn addresses(reader: &mut Reader<'_>, field: &'static Field, node: &Node) -> Pattern {
    let Some(text) = reader.text(node) else { return Pattern::Any };
    let ends = text.split_once("..").and_then(|(from, to)| {
        let (from, to) = (field.kind.parse(from).ok()?, field.kind.parse(to).ok()?);
        (from.octets() <= to.octets()).then_some((from, to))
    });
    if ends.is_none() {
        reader.error(node.pos, format!("`{text}` is not a range of addresses")).help =
            Some("write 192.0.2.1..192.0.2.9".into());
    }
    ends.map_or(Pattern::Any, |(from, to)| Pattern::Between(from, to))
}

/// Reads a value that the field's kind must be able to hold.
fn term(reader: &mut Reader<'_>, field: &'static Field, node: &Node) -> Option<Term> {
    let text = match free_term(reader, node)? {
        Term::Text(text) => text,
        term => return Some(term),
    };
    match field.kind.parse(&text) {
        Ok(value) => Some(Term::Value(value)),
        Err(what) => {
            let title = format!("`{text}` does not fit field `{}`", field.name);
            reader.error(node.pos, title).remark = what;
            None
        }
    }
}

/// Reads a value for any field.
pub fn free_term(reader: &mut Reader<'_>, node: &Node) -> Option<Term> {
    if let Some(octets) = node.get("octets") {
        let text = reader.text(octets)?;
        return match parse_octets(text.trim_start_matches("0x")) {
            Ok(octets) => Some(Term::Octets(octets)),
            Err(what) => {
                reader.error(octets.pos, what);
                None
            }
        };
    }
    let text = reader.text(node)?;
    match text.strip_prefix('$') {
        Some(rest) if rest.starts_with('$') => Some(Term::Text(rest.to_owned())),
        Some(rest) => reference(rest, node.pos).map(|r| Term::Ref(Box::new(r))).or_else(|| {
            reader.error(node.pos, format!("`{text}` is no name")).help = Some(
                "write $name or $message.field; a text that begins with a dollar has two".into(),
            );
            None
        }),
        None => Some(Term::Text(text)),
    }
}

/// `name` or `name.path`.
pub fn reference(text: &str, pos: Pos) -> Option<Reference> {
    let (name, path) = text.split_once('.').unwrap_or((text, ""));
    let good = |s: &str| s.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    (!name.is_empty() && good(name) && good(path)).then(|| Reference {
        name: name.into(),
        path: path.into(),
        pos,
    })
}

/// Reads the path of a field of a message, for `except`, `corrupt`, `unique` and the like.
pub fn path(
    reader: &mut Reader<'_>,
    known: &'static [Field],
    text: &str,
    pos: Pos,
) -> Option<&'static Field> {
    if let Some(field) = crate::wire::find_field(known, text) {
        return Some(field);
    }
    if matches!(text.rsplit_once('.'), Some((_, "type"))) {
        return Some(&ITEM_TYPE);
    }
    if matches!(text.rsplit_once('.'), Some((_, "length"))) {
        return Some(&ITEM_LENGTH);
    }
    let last = text.rsplit('.').next().unwrap_or_default();
    let candidates = part_names(known);
    reader.unknown(pos, format!("there is no field `{text}` in this message"), last, candidates);
    None
}

/// Whether a path names a field, or the type or length of an item.
pub fn is_part(known: &'static [Field], text: &str) -> bool {
    crate::wire::find_field(known, text).is_some()
        || matches!(text.rsplit_once('.'), Some((_, "type" | "length")))
}

/// What a path may end with.
pub fn part_names(known: &'static [Field]) -> Vec<&'static str> {
    let mut names = field_names(known);
    for field in known {
        if let Kind::Items(items) = &field.kind {
            names.extend(items.types.iter().map(|t| t.field.name));
        }
    }
    names
}

/// The number that a field gets, by name or digits.
pub fn number(reader: &mut Reader<'_>, field: &Field, node: &Node) -> Option<u64> {
    let text = reader.text(node)?;
    match field.kind.parse(&text) {
        Ok(Value::Uint(number)) => Some(number),
        _ => match text
            .strip_prefix("0x")
            .map(|h| u64::from_str_radix(h, 16))
            .unwrap_or(text.parse())
        {
            Ok(number) => Some(number),
            Err(_) => {
                reader.error(node.pos, format!("`{text}` is not a number for `{}`", field.name));
                None
            }
        },
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { [path, ".", name].concat() }
}
