//! `explain`, `decode`, `schema` and `targets`: answers out of the layouts and target files.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::words::{DecodeWords, ExplainWords, TargetsWords};
use crate::diag::{counted, nearest};
use crate::proto;
use crate::wire::{
    Auto, Codes, Context, Field, Kind, Len, Message, MessageType, Parameters, Protocol, Side,
    Transport, Value, decode as decode_message, find_field, hex_dump, parse_octets, show_text,
};

/// Lists targets.
pub fn targets(words: &TargetsWords) -> ExitCode {
    let mut text = String::new();
    let mut code = ExitCode::SUCCESS;
    for folder in crate::target::all(&words.targets) {
        match crate::target::load(&folder) {
            Ok(target) => {
                let nowhere = || target.nowhere(&std::collections::BTreeMap::new());
                let state = target.missing().or_else(nowhere).unwrap_or_else(|| {
                    let asked = crate::live::block_on(crate::target::version(&target));
                    match asked.ok().flatten() {
                        Some(version) => format!("ready, version {version}"),
                        None => "ready".into(),
                    }
                });
                let _ = writeln!(
                    text,
                    "{:<22} {}\n{:22} takes {}, fits {}; {state}",
                    target.name,
                    target.about,
                    "",
                    target.takes,
                    target.suites.join(", ")
                );
            }
            Err(problems) => {
                problems.iter().for_each(|p| text.push_str(&p.render(false)));
                code = ExitCode::from(super::BROKEN);
            }
        }
    }
    if text.is_empty() {
        return super::refuse(&format!("there are no targets in {}", words.targets.display()));
    }
    super::print(&text);
    code
}

/// Explains.
pub fn explain(words: &ExplainWords) -> ExitCode {
    let Some(name) = &words.protocol else {
        let mut text = String::new();
        for protocol in proto::PROTOCOLS {
            let _ = writeln!(text, "{:<10} {}", protocol.name, protocol.title);
        }
        super::print(&text);
        return ExitCode::SUCCESS;
    };
    let Some(protocol) = proto::by_name(name) else {
        return unknown("protocol", name, proto::PROTOCOLS.iter().map(|p| p.name));
    };
    let Some(name) = &words.message else {
        super::print(&explain_protocol(protocol));
        return ExitCode::SUCCESS;
    };
    let Some(message) = protocol.message(name) else {
        return unknown("message", name, protocol.messages.iter().map(|m| m.name));
    };
    let Some(path) = &words.field else {
        super::print(&explain_message(message));
        return ExitCode::SUCCESS;
    };
    match find_field(message.layout.fields, path) {
        Some(field) => {
            super::print(&explain_field(path, field, message));
            ExitCode::SUCCESS
        }
        None => unknown("field", path, crate::wire::field_names(message.layout.fields)),
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> ExitCode {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => {
            super::refuse(&format!("no {what} is called `{name}`; did you mean `{near}`?"))
        }
        None => {
            super::refuse(&format!("no {what} is called `{name}`; there is {}", known.join(", ")))
        }
    }
}

fn explain_protocol(protocol: &Protocol) -> String {
    let mut text = String::new();
    let transport = match protocol.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Ethernet => "Ethernet",
    };
    let port = match protocol.port {
        0 => String::new(),
        port => format!(", port {port}"),
    };
    let _ = writeln!(text, "{}: {}", protocol.name, protocol.title);
    let _ = writeln!(text, "{}; {transport}{port}", protocol.sources.join(", "));
    if !protocol.parameters.is_empty() {
        text.push_str("\na link is told\n");
        for parameter in protocol.parameters {
            let need = if parameter.required { "" } else { " (may be left out)" };
            let _ = writeln!(text, "  {:<20} {}{need}", parameter.name, parameter.about);
        }
    }
    text.push_str("\nmessages\n");
    for message in protocol.messages {
        let from = match message.from {
            Side::Initiator => "->",
            Side::Responder => "<-",
            Side::Either => "<>",
        };
        let _ = writeln!(text, "  {from} {:<22} {}", message.name, message.about);
    }
    text
}

fn explain_message(message: &MessageType) -> String {
    let mut text = format!("{}: {}\n{}\n\n", message.name, message.about, message.layout.source);
    fields(&mut text, message.layout.fields, 1, message);
    text
}

fn fields(text: &mut String, all: &'static [Field], depth: usize, message: &MessageType) {
    for field in all {
        let indent = "  ".repeat(depth);
        let width = 26usize.saturating_sub(indent.len());
        let fixed = message.when.iter().find(|(path, _)| *path == field.name);
        let value = match fixed {
            Some((_, number)) => format!("is {}", field.kind.show(&Value::Uint(*number))),
            None => automatic(&field.auto),
        };
        let _ = writeln!(
            text,
            "{indent}{:<width$} {:<24} {}",
            field.name,
            kind(&field.kind),
            [value.as_str(), field.about]
                .iter()
                .filter(|s| !s.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join("; ")
        );
        parts(text, field, depth, message);
    }
}

/// What is inside a field.
fn parts(text: &mut String, field: &Field, depth: usize, message: &MessageType) {
    let indent = " ".repeat(depth * 2);
    {
        match &field.kind {
            Kind::Group(inner) => fields(text, inner, depth + 1, message),
            Kind::List(list) => fields(text, list.fields(), depth + 1, message),
            Kind::Choice(choice) => {
                for (number, inner) in choice.cases {
                    let _ = writeln!(text, "{indent}  ({} {number})", choice.by);
                    fields(text, inner, depth + 1, message);
                }
                let _ = writeln!(text, "{indent}  (any other {})", choice.by);
                fields(text, choice.other, depth + 1, message);
            }
            Kind::Maybe(maybe) => fields(text, maybe.fields, depth, message),
            Kind::Sealed { fields: inner, seal } => {
                let _ = writeln!(text, "{indent}  ({}, {})", seal.about, seal.source);
                fields(text, inner, depth, message);
            }
            Kind::Items(items) => {
                for item in items.types {
                    let _ = writeln!(
                        text,
                        "{indent}  {:>3} {:<24} {:<24} {}",
                        item.number,
                        item.field.name,
                        kind(&item.field.kind),
                        item.field.source
                    );
                    match &item.field.kind {
                        Kind::List(_) | Kind::Items(_) => {
                            parts(text, &item.field, depth + 3, message);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn explain_field(path: &str, field: &Field, message: &MessageType) -> String {
    let source = if field.source.is_empty() { message.layout.source } else { field.source };
    let mut text = format!("{path}: {}\n{source}\n", kind(&field.kind));
    for line in [field.about.to_owned(), automatic(&field.auto)] {
        if !line.is_empty() {
            let _ = writeln!(text, "{line}");
        }
    }
    if let Kind::Hidden { seal, .. } = &field.kind {
        let _ = writeln!(text, "{} ({})", seal.about, seal.source);
    }
    if let Kind::Uint { names: Some(Codes { list, .. }), .. } = field.kind.plain() {
        text.push('\n');
        for (number, name) in *list {
            let _ = writeln!(text, "  {number:>5}  {name}");
        }
    }
    text
}

fn kind(kind: &Kind) -> String {
    let octets = |len: &Len| match len {
        Len::Fixed(n) => counted(*n, "octet"),
        Len::Field(field) => format!("octets, as many as {field}"),
        Len::Zero => "octets up to a zero octet".into(),
        Len::Padded(n) => format!("{}, up to a zero octet", counted(*n, "octet")),
        Len::Before(ends) => format!("octets up to {}", show_text(ends)),
        Len::BeforeSame(name) => format!("octets up to another {name}"),
        Len::Rest => "octets".into(),
    };
    match kind {
        Kind::Uint { bits, names: None } => counted(*bits, "bit"),
        Kind::Uint { bits, names: Some(codes) } => {
            format!("{}, {}", counted(*bits, "bit"), counted(codes.list.len(), "name"))
        }
        Kind::Flag => "1 bit".into(),
        Kind::Octets(len) => octets(len),
        Kind::Text(len) => format!("text, {}", octets(len)),
        Kind::Ipv4 => "IPv4 address".into(),
        Kind::Ipv6 => "IPv6 address".into(),
        Kind::Mac => "MAC address".into(),
        Kind::Items(items) => format!("list of {}s", items.noun),
        Kind::Lengths { of, .. } => format!("lengths of {of}"),
        Kind::ZeroPairs => "list of name and value, each ended by a zero octet".into(),
        Kind::Pairs { .. } => "list of name and value".into(),
        Kind::Group(_) => "group".into(),
        Kind::Sealed { .. } => "sealed".into(),
        Kind::Hidden { block, .. } => format!("hidden, blocks of {}", counted(*block, "octet")),
        Kind::Custom(codec) => codec.about.into(),
        Kind::Name { pointers: true } => "name, may end in a pointer".into(),
        Kind::Name { pointers: false } => "name, without pointer".into(),
        Kind::List(list) if list.count.is_empty() => format!("{}s to the end", list.noun),
        Kind::List(list) => format!("{}s, as many as {}", list.noun, list.count),
        Kind::Choice(choice) => format!("fields as {} says", choice.by),
        Kind::Spelled(spelling) => spelling.about.into(),
        Kind::Mark(octets) => show_text(octets),
        Kind::Maybe(maybe) => format!("{}, if there is more", show_text(maybe.lead)),
    }
}

fn automatic(auto: &Auto) -> String {
    match auto {
        Auto::None => String::new(),
        Auto::Default(n) => format!("{n} unless said otherwise"),
        Auto::DefaultText(text) => format!("{text:?} unless said otherwise"),
        Auto::Always(n) => format!("always {n}"),
        Auto::LengthOfMessage => "the octets of the message".into(),
        Auto::LengthOf(of) => format!("the octets of {of}"),
        Auto::LengthOfRest(0) => "the octets behind it".into(),
        Auto::LengthOfRest(before) => format!("the octets behind it and {before} before them"),
        Auto::CountOf(of) => format!("the number of {of}"),
        Auto::Chooses(usual) => format!("follows from what is said behind it, else {usual}"),
        Auto::Copy(copied) => format!("is {}", copied.about),
        Auto::FillTo(octets) => format!("fills the message up to {octets} octets"),
        Auto::Fresh => "drawn, never the same twice".into(),
        Auto::SameAs(of) => format!("{of} again"),
        Auto::Follows(follows) => format!("is {}", follows.about),
        Auto::Digest(digest) | Auto::Proof(digest) => {
            format!("{} ({})", digest.about, digest.source)
        }
    }
}

/// Decodes.
pub fn decode(words: &DecodeWords) -> ExitCode {
    let Some(protocol) = proto::by_name(&words.protocol) else {
        return unknown("protocol", &words.protocol, proto::PROTOCOLS.iter().map(|p| p.name));
    };
    let text = match words.octets.as_str() {
        "-" => match std::io::read_to_string(std::io::stdin().lock()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return super::refuse("hexadecimal digits are expected, not the octets themselves");
            }
            Err(error) => return super::refuse(&format!("standard input cannot be read: {error}")),
        },
        text => text.to_owned(),
    };
    let octets =
        match parse_octets(text.trim_start_matches('\u{feff}').trim().trim_start_matches("0x")) {
            Ok(octets) => octets,
            Err(what) => return super::refuse(&what),
        };
    let mut parameters = Parameters::default();
    let set = match super::pairs("--set", &words.set) {
        Ok(set) => set,
        Err(problem) => {
            super::refuse_with(&problem);
            return ExitCode::from(super::BROKEN);
        }
    };
    for (name, value) in &set {
        match protocol.parameters.iter().find(|p| p.name == *name) {
            Some(parameter) => parameters.0.push((parameter.name, value.as_bytes().to_vec())),
            None => return unknown("parameter", name, protocol.parameters.iter().map(|p| p.name)),
        }
    }
    let from_initiator = words.from == "initiator";
    let answered = match words.answers.as_deref().map(parse_octets) {
        Some(Ok(octets)) => Some(read(protocol, &parameters, None, !from_initiator, &octets)),
        Some(Err(what)) => return super::refuse(&what),
        None => None,
    };
    let message = read(protocol, &parameters, answered.as_ref(), from_initiator, &octets);
    let shown = if words.yaml { as_yaml(&message) } else { Ok(as_text(&message)) };
    match shown {
        Ok(text) => {
            super::print(&text);
            ExitCode::SUCCESS
        }
        Err(what) => super::refuse(&what),
    }
}

fn read(
    protocol: &'static Protocol,
    parameters: &Parameters,
    previous: Option<&Message>,
    from_initiator: bool,
    octets: &[u8],
) -> Message {
    let head = protocol.head(octets);
    let opening = previous.is_none() && (protocol.conversation.opens)(&head);
    let kind = protocol.classify(&head, from_initiator, opening, None);
    decode_message(kind, &Context { parameters, previous, from_initiator }, octets)
}

fn as_text(message: &Message) -> String {
    let mut text = format!(
        "{}, {} ({})\n",
        message.kind.name,
        counted(message.bytes.len(), "octet"),
        message.kind.layout.source
    );
    for (path, node) in message.shown() {
        let depth = usize::from(node.depth);
        let name = path.rsplit('.').next().unwrap_or_default();
        let octets = node.octets();
        let _ = writeln!(
            text,
            "  {:>4}..{:<4} {}{:<width$} {}",
            octets.start,
            octets.end,
            "  ".repeat(depth),
            crate::diag::clean(name),
            node.show(),
            width = 26usize.saturating_sub(depth * 2),
        );
    }
    for fault in &message.faults {
        let path = if fault.path.is_empty() { "message" } else { &fault.path };
        let _ = writeln!(
            text,
            "fault: {}: expected {}, got {} ({})",
            crate::diag::clean(path),
            fault.expected,
            fault.got,
            fault.source
        );
    }
    text.push_str(&hex_dump(message.clear(), None));
    text
}

/// The fields as a suite would say them.
fn as_yaml(message: &Message) -> Result<String, String> {
    use serde_yaml::{Mapping, Value as Yaml};
    let mut fields = Mapping::new();
    let mut inner: Option<(String, Mapping)> = None;
    for node in &message.nodes {
        let computed = node.field.is_computed()
            || matches!(node.field.auto, Auto::Always(_))
            || matches!(node.field.kind, Kind::Sealed { .. });
        let value = Yaml::from(match (node.field.kind.plain(), &node.value) {
            (Kind::Uint { names: Some(codes), .. }, Value::Uint(n)) => {
                codes.name(*n).map_or_else(|| n.to_string(), str::to_owned)
            }
            (Kind::Text(_) | Kind::Custom(_) | Kind::Hidden { .. }, Value::Octets(o)) => {
                String::from_utf8_lossy(o).into_owned()
            }
            (Kind::Octets(_), Value::Octets(o))
                if !o.is_empty() && o.iter().all(|b| (0x20..0x7f).contains(b)) =>
            {
                String::from_utf8_lossy(o).into_owned()
            }
            (Kind::Octets(_) | Kind::Lengths { .. }, Value::Octets(o)) => {
                format!("0x{}", hex::encode(o))
            }
            (kind, value) => kind.show(value),
        });
        match node.depth {
            0 => {
                if let Some((name, map)) = inner.take() {
                    fields.insert(name.into(), map.into());
                }
                match node.value {
                    Value::Group if !computed => {
                        inner = Some((node.name().to_owned(), Mapping::new()))
                    }
                    _ if !computed => {
                        fields.insert(node.name().to_owned().into(), value);
                    }
                    _ => {}
                }
            }
            1 if node.value != Value::Group && !computed => {
                if let Some((_, map)) = &mut inner {
                    map.insert(node.name().to_owned().into(), value);
                }
            }
            _ => {}
        }
    }
    if let Some((name, map)) = inner.take() {
        fields.insert(name.into(), map.into());
    }
    let mut root = Mapping::new();
    root.insert(message.kind.name.into(), fields.into());
    serde_yaml::to_string(&root).map_err(|e| e.to_string())
}

/// Prints the schema.
pub fn schema() -> ExitCode {
    super::print(&crate::suite::schema());
    ExitCode::SUCCESS
}
