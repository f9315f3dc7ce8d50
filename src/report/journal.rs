//! `record.jsonl`: one line of JSON for each thing that happened, written when it happens, so that
//! a run that is killed leaves every whole line it had.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::mask::Mask;
use crate::ladder::{Exchange, Suite};
use crate::record::{Event, Failure, Happening};
use crate::wire::Message;

/// The record of a run, open for writing.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
}

impl Journal {
    /// Begins a record.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Self { file: Mutex::new(File::create(path)?) })
    }

    /// Writes one line. A full disk ends the record, not the run.
    pub fn write(&self, line: &Value) {
        let mut text = line.to_string();
        text.push('\n');
        if let Ok(mut file) = self.file.lock() {
            let _ = file.write_all(text.as_bytes());
        }
    }

    /// Writes an event of a play.
    pub fn event(
        &self,
        case: &str,
        suite: &Suite,
        exchange: &Exchange,
        event: &Event,
        mask: &Mask,
    ) {
        let mut line = what(suite, &event.what, mask);
        line["case"] = json!(case);
        line["at_us"] = json!(event.at.as_micros() as u64);
        line["step"] = json!(event.step.and_then(|s| exchange.steps.get(s)).map(|s| &s.name));
        line["line"] = json!(event.line);
        self.write(&line);
    }
}

fn what(suite: &Suite, what: &Happening, mask: &Mask) -> Value {
    let ends = |ends: &crate::ladder::Ends| {
        json!({
            "link": suite.links[ends.link].name,
            "from": suite.parties[ends.from].name,
            "to": suite.parties[ends.to].name,
        })
    };
    let mut line = match what {
        Happening::Message { ends: e, .. }
        | Happening::Opened(e)
        | Happening::Closed(e)
        | Happening::Refused(e, _)
        | Happening::Silence(e, _) => ends(e),
        Happening::Triggered(party, _) | Happening::Observed(party, _) => {
            json!({ "party": suite.parties[*party].name })
        }
        Happening::Note(_) => json!({}),
    };
    let event = match what {
        Happening::Message { role, message, note, .. } => {
            line["message"] = self::message(message, mask);
            if let Some(note) = note {
                line["note"] = json!(note);
            }
            role.word()
        }
        Happening::Opened(_) => "opened",
        Happening::Closed(_) => "closed",
        Happening::Refused(_, why) => {
            line["why"] = json!(mask.text(why));
            "refused"
        }
        Happening::Silence(_, lasting) => {
            line["lasting_us"] = json!(lasting.as_micros() as u64);
            "silence"
        }
        Happening::Observed(_, name) => {
            line["shows"] = json!(name);
            "observed"
        }
        Happening::Triggered(_, name) => {
            line["trigger"] = json!(name);
            "triggered"
        }
        Happening::Note(note) => {
            line["text"] = json!(mask.text(note));
            "note"
        }
    };
    line["event"] = json!(event);
    line
}

/// A message: its type, the octets as they travelled, and its fields with their bits.
fn message(message: &Message, mask: &Mask) -> Value {
    let (octets, opened) = mask.octets(message);
    let fields: Vec<Value> = message
        .paths()
        .map(|(path, node)| {
            json!({
                "path": crate::diag::clean(&path),
                "value": mask.text(&node.show()),
                "bits": [node.bits.start, node.bits.end],
            })
        })
        .collect();
    let mut value = json!({
        "type": message.kind.name,
        "octets": hex::encode(if opened { &message.bytes } else { &octets }),
        "fields": fields,
    });
    if opened {
        value["clear"] = json!(hex::encode(octets));
    }
    if !message.faults.is_empty() {
        let faults = message.faults.iter().map(|f| {
            json!({"path": f.path, "expected": mask.text(&f.expected), "got": mask.text(&f.got), "source": f.source})
        });
        value["faults"] = faults.collect();
    }
    value
}

/// A failure as part of a step's line.
pub fn failure(failure: &Failure, suite: &Suite, mask: &Mask) -> Value {
    let differences = failure.differences.iter().map(|d| {
        json!({
            "path": d.path,
            "expected": mask.text(&d.expected),
            "got": mask.text(&d.got),
            "bits": d.bits.as_ref().map(|b| [b.start, b.end]),
            "source": d.source,
        })
    });
    json!({
        "title": mask.text(&failure.title),
        "party": failure.party.map(|p| &suite.parties[p].name),
        "file": failure.source.as_ref().unwrap_or(&suite.source).path,
        "line": failure.pos.line,
        "column": failure.pos.column,
        "at_us": failure.at.as_micros() as u64,
        "differences": differences.collect::<Vec<_>>(),
        "message": failure.message.as_ref().map(|m| message(m, mask)),
    })
}
