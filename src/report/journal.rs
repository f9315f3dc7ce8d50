//! `record.jsonl`: one line of JSON for each thing that happened, written when it happens, so that
//! a run that is killed leaves every whole line it had.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use super::console::{cut, defined_in, gist};
use super::entry::{
    Carrier, DifferenceEntry, Entry, FailureEntry, FieldEntry, FileEntry, HappenedEntry, LinkEntry,
    MessageEntry, PartyEntry, ShownField, SuiteEntry, What,
};
use super::mask::Mask;
use super::sheet::{general, no_pipe};
use crate::diag::Source;
use crate::ladder::{Ends, Exchange, Role, Suite};
use crate::record::{Difference, Event, Failure, Happening};
use crate::wire::{Message, Node, Transport};

/// The most characters of a field's value: what is longer stands among the octets.
const VALUE: usize = 300;
/// The most octets of a message: a peer that talks without end does not fill the disk.
const OCTETS: usize = 128 << 10;
/// The most fields of a message, for the same reason.
const FIELDS: usize = 4_000;

/// The record of a run, open for writing.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
    explained: Mutex<Explained>,
}

/// What was explained already.
#[derive(Debug, Default)]
struct Explained {
    /// Messages of which everything was, by what they are made of.
    shapes: HashSet<u64>,
    /// Paths in types of messages, by the type's address.
    paths: HashMap<usize, HashSet<String>>,
}

impl Journal {
    /// Begins a record.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        no_pipe(path)?;
        Ok(Self { file: Mutex::new(File::create(path)?), explained: Mutex::default() })
    }

    /// Writes one line. A full disk ends the record, not the run.
    pub fn write(&self, entry: &Entry) {
        let mut text = entry.write();
        text.push('\n');
        if let Ok(mut file) = self.file.lock() {
            let _ = file.write_all(text.as_bytes());
        }
    }

    /// Writes an event of a play, and before it what its fields mean, where that was never written.
    pub fn event(
        &self,
        case: &str,
        suite: &Suite,
        exchange: &Exchange,
        event: &Event,
        mask: &Mask,
    ) {
        if let Happening::Message { ends, message, .. } = &event.what {
            self.explain(suite.links[ends.link].protocol.name, message);
        }
        let step = event.step.and_then(|step| exchange.steps.get(step));
        self.write(&Entry::Happened(HappenedEntry {
            case: case.to_owned(),
            at_us: event.at.as_micros() as u64,
            step: step.map(|step| step.name.clone()),
            line: event.line,
            flow: event.flow,
            ..what(suite, &event.what, mask)
        }));
    }

    /// Writes what the fields of a message mean, where that was never written.
    fn explain(&self, protocol: &str, message: &Message) {
        let kind = std::ptr::from_ref(message.kind).addr();
        let mut new = Vec::new();
        if let Ok(mut explained) = self.explained.lock() {
            if !explained.shapes.insert(shape(message)) {
                return;
            }
            let paths = explained.paths.entry(kind).or_default();
            for (path, node) in message.shown() {
                let path = general(&path);
                if !paths.contains(&*path) {
                    paths.insert(path.clone().into_owned());
                    new.push(field(protocol, message, path.into_owned(), &node));
                }
            }
        }
        for field in new {
            self.write(&Entry::Field(field));
        }
    }
}

/// A number that messages have in common whose fields have the same paths.
fn shape(message: &Message) -> u64 {
    let mut shape = DefaultHasher::new();
    std::ptr::from_ref(message.kind).hash(&mut shape);
    for node in &message.nodes {
        std::ptr::from_ref(node.field).hash(&mut shape);
        general(node.name()).hash(&mut shape);
        (node.depth, node.head.is_some()).hash(&mut shape);
    }
    shape.finish()
}

fn field(protocol: &str, message: &Message, path: String, node: &Node) -> FieldEntry {
    let source = match node.field.source {
        "" => message.kind.layout.source,
        source => source,
    };
    FieldEntry {
        protocol: protocol.to_owned(),
        r#type: message.kind.name.to_owned(),
        path: crate::diag::clean(&path),
        about: node.field.about.to_owned(),
        source: source.to_owned(),
    }
}

/// A suite, without what is only known while it is played.
pub fn suite_entry(suite: &Suite, mask: &Mask) -> SuiteEntry {
    let party = |at: usize| suite.parties[at].name.clone();
    let links = suite.links.iter().map(|link| LinkEntry {
        name: link.name.clone(),
        from: party(link.initiator),
        to: party(link.responder),
        protocol: link.protocol.name.to_owned(),
        transport: match link.protocol.transport {
            Transport::Udp => Carrier::Udp,
            Transport::Tcp => Carrier::Tcp,
            Transport::Ethernet => Carrier::Ethernet,
        },
        port: link.protocol.port,
    });
    SuiteEntry {
        name: suite.name.clone(),
        file: suite.source.path.clone(),
        about: mask.text(&suite.about),
        sources: suite.sources.clone(),
        parties: suite
            .parties
            .iter()
            .enumerate()
            .map(|(at, party)| PartyEntry {
                name: party.name.clone(),
                about: party.about.clone(),
                sides: suite.sides(at).into_iter().map(str::to_owned).collect(),
            })
            .collect(),
        links: links.collect(),
    }
}

/// A file.
pub fn file_entry(source: &Source, mask: &Mask) -> FileEntry {
    FileEntry { path: source.path.clone(), text: mask.text(&source.text) }
}

fn what(suite: &Suite, what: &Happening, mask: &Mask) -> HappenedEntry {
    let party = |party: usize| Some(suite.parties[party].name.clone());
    let on = |ends: &Ends, event: What| HappenedEntry {
        event,
        link: Some(suite.links[ends.link].name.clone()),
        from: party(ends.from),
        to: party(ends.to),
        ..HappenedEntry::default()
    };
    match what {
        Happening::Message { ends, role, message, note } => HappenedEntry {
            message: Some(self::message(message, mask)),
            text: note.map(str::to_owned),
            ..on(
                ends,
                match role {
                    Role::Internal => What::Carried,
                    Role::Say => What::Said,
                    Role::Hear => What::Heard,
                    Role::Unseen => What::Unseen,
                },
            )
        },
        Happening::Opened(ends) => on(ends, What::Opened),
        Happening::Closed(ends) => on(ends, What::Closed),
        Happening::Refused(ends, why) => {
            HappenedEntry { text: Some(mask.text(why)), ..on(ends, What::Refused) }
        }
        Happening::Silence(ends, lasting) => HappenedEntry {
            lasting_us: Some(lasting.as_micros() as u64),
            ..on(ends, What::Silence)
        },
        Happening::Observed(who, name) => HappenedEntry {
            event: What::Observed,
            party: party(*who),
            text: Some(mask.text(name)),
            ..HappenedEntry::default()
        },
        Happening::Triggered(who, name) => HappenedEntry {
            event: What::Triggered,
            party: party(*who),
            text: Some(name.clone()),
            ..HappenedEntry::default()
        },
        Happening::Note(note) => HappenedEntry {
            event: What::Note,
            text: Some(mask.text(note)),
            ..HappenedEntry::default()
        },
    }
}

/// A message: its type, the octets as they travelled, and its fields with their bits.
fn message(message: &Message, mask: &Mask) -> MessageEntry {
    let octets = mask.travelled(message);
    let clear = mask.opened(message, &octets);
    let mut shown = message.shown();
    let fields = shown.by_ref().take(FIELDS).map(|(path, node)| ShownField {
        path: crate::diag::clean(path),
        value: cut(mask.text(node.show()), VALUE),
        bits: [node.bits().start, node.bits().end],
    });
    let fields: Vec<ShownField> = fields.collect();
    let faults = message.faults.iter().map(|fault| DifferenceEntry {
        path: crate::diag::clean(&fault.path),
        expected: mask.text(&fault.expected),
        got: mask.text(&fault.got),
        bits: Some([fault.bits.start, fault.bits.end]),
        line: 0,
        source: fault.source.to_owned(),
    });
    let written = octets.len().min(OCTETS);
    MessageEntry {
        r#type: message.kind.name.to_owned(),
        octets: hex::encode(&octets[..written]),
        left_out: octets.len() - written,
        clear: clear.map(|clear| hex::encode(&clear[..written])),
        fields,
        fields_left_out: shown.count(),
        gist: gist(message, mask),
        faults: faults.collect(),
    }
}

/// A failure, part by part.
pub fn failure(failure: &Failure, suite: &Suite, mask: &Mask) -> FailureEntry {
    let difference = |difference: &Difference| DifferenceEntry {
        path: crate::diag::clean(&difference.path),
        expected: mask.text(&difference.expected),
        got: mask.text(&difference.got),
        bits: difference.bits.as_ref().map(|bits| [bits.start, bits.end]),
        line: difference.pos.map_or(0, |pos| pos.line),
        source: defined_in(difference, failure.message.as_deref()).to_owned(),
    };
    let place = failure.differences.iter().find_map(|d| d.pos).unwrap_or(failure.pos);
    FailureEntry {
        title: mask.text(&failure.title),
        remark: mask.text(&failure.remark),
        party: failure.party.map(|party| suite.parties[party].name.clone()),
        file: failure.source.as_ref().unwrap_or(&suite.source).path.clone(),
        line: place.line,
        column: place.column,
        at_us: failure.at.as_micros() as u64,
        after: failure
            .after
            .as_ref()
            .map(|(time, what)| (time.as_micros() as u64, mask.text(what))),
        events: failure.events,
        differences: failure.differences.iter().map(difference).collect(),
        message: failure.message.as_ref().map(|m| message(m, mask)),
        printed: failure.printed.as_ref().map(|printed| mask.text(printed)),
    }
}
