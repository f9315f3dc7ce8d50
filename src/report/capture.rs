//! `captures/`: every exchange that was played, as a packet capture.
//!
//! What was said on sockets has no headers in the record, so addresses, ports and all that belongs
//! to a stream are made up. Frames are as they were.

mod packets;
mod pcapng;

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use self::packets::{Place, Said, Stream};
use self::pcapng::{APPLICATION_AT, Direction, LinkType, Packet, Pcapng};
use super::entry::{
    Carrier, FailureEntry, HappenedEntry, LinkEntry, MessageEntry, SuiteEntry, What,
};
use super::sheet::{Case, Sheet};
use crate::diag::counted;

/// The folder, beside the record.
pub(super) const FOLDER: &str = "captures";

/// What files are named with.
const ENDING: &str = ".pcapng";

/// What a capture says it was made by, before the version.
const APPLICATION: &str = "stepladder ";

/// The most characters of a file's name, without its ending.
const NAME: usize = 120;

/// The first port of an initiator, and how many there are: those of later flows are taken again.
const PORTS: (u16, usize) = (49_152, 16_000);

/// The ports of responders that have none by custom, counted down from here.
const NO_PORT: u16 = u16::MAX;

/// The most differences of a failure that a comment lists.
const DIFFERENCES: usize = 20;

/// The name of each case's capture within [`FOLDER`], by the case's place in the run; none where it
/// was not played. Letters, digits, `.`, `-` and `_`: any file system takes them, and those that do
/// not tell capitals from small letters still see different names.
pub(super) fn names(sheet: &Sheet) -> Vec<Option<String>> {
    let mut taken = HashSet::new();
    let name = |case: &Case| {
        if case.began_ms == 0 {
            return None;
        }
        let stem = stem(&case.plan.case);
        let mut name = stem.clone();
        let mut count = 1;
        while !taken.insert(name.to_lowercase()) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        Some(name + ENDING)
    };
    sheet.cases.iter().map(name).collect()
}

fn stem(case: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' };
    let stem: String = case.replace("::", ".").chars().map(plain).take(NAME).collect();
    // What begins otherwise may be hidden, a flag, or a device.
    let first = stem.split('.').next().unwrap_or_default().to_lowercase();
    let device = matches!(first.trim_end_matches(|c: char| c.is_ascii_digit()), "com" | "lpt")
        || matches!(first.as_str(), "con" | "prn" | "aux" | "nul");
    match stem.starts_with(|c: char| c.is_ascii_alphanumeric()) && !device {
        true => stem,
        false => format!("_{stem}"),
    }
}

/// The captures of a run while they are written.
pub(super) struct Captures<'s> {
    sheet: &'s Sheet,
    folder: PathBuf,
    names: Vec<Option<String>>,
}

impl<'s> Captures<'s> {
    /// Takes away the captures of another run that are not written anew. Where something was played
    /// there is a folder then.
    pub(super) fn begin(folder: &Path, sheet: &'s Sheet) -> io::Result<Self> {
        let (folder, names) = (folder.join(FOLDER), names(sheet));
        clear(&folder, &names)?;
        if names.iter().any(Option::is_some) {
            fs::create_dir_all(&folder)?;
        }
        Ok(Self { sheet, folder, names })
    }

    /// Writes an exchange, the `at`-th of the run, in which this happened.
    pub(super) fn write(&self, at: usize, events: &[HappenedEntry]) -> io::Result<()> {
        let Some(name) = &self.names[at] else { return Ok(()) };
        let mut octets = Vec::new();
        capture(self.sheet, &self.sheet.cases[at], events, &mut octets)?;
        fs::write(self.folder.join(name), octets)
    }
}

/// Takes away captures of ours but for these; what others have put into the folder stays.
fn clear(folder: &Path, kept: &[Option<String>]) -> io::Result<()> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let kept: HashSet<&OsStr> = kept.iter().flatten().map(OsStr::new).collect();
    for file in files {
        let file = file?;
        if kept.contains(&*file.file_name()) {
            continue;
        }
        let path = file.path();
        let mut head = [0; APPLICATION_AT + APPLICATION.len()];
        let ours = path.extension().is_some_and(|ending| ending == &ENDING[1..])
            && File::open(&path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok())
            && head[APPLICATION_AT..] == *APPLICATION.as_bytes();
        if ours {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Writes one exchange.
fn capture(
    sheet: &Sheet,
    case: &Case,
    events: &[HappenedEntry],
    out: impl Write,
) -> io::Result<()> {
    let nothing = SuiteEntry::default();
    let suite = sheet.suites.get(&case.plan.suite).unwrap_or(&nothing);
    let (remarks, left) = remarks(case, events);
    let application = format!("{APPLICATION}{}", sheet.run.version);
    let mut capture = Pcapng::begin(out, &application, &about(sheet, case, suite, &left))?;
    for link in &suite.links {
        let (kind, carrier) = match link.transport {
            Carrier::Udp => (LinkType::Raw, "UDP"),
            Carrier::Tcp => (LinkType::Raw, "TCP"),
            Carrier::Ethernet => (LinkType::Ethernet, "Ethernet"),
        };
        let about = format!("{} over {carrier}, {} to {}", link.protocol, link.from, link.to);
        capture.interface(kind, &link.name, &about)?;
    }
    let mut scene = Scene { suite, case, streams: HashMap::new() };
    for (at, event) in events.iter().enumerate() {
        let Some(wire) = scene.wire(event) else { continue };
        let mut comments = comments(case, suite, event);
        comments.extend(remarks.get(&at).into_iter().flatten().cloned());
        let micros = case.began_ms.saturating_mul(1000).saturating_add(event.at_us);
        for (packet, direction) in scene.packets(&wire, event, &mut comments) {
            capture.packet(&Packet {
                interface: wire.place,
                time: micros.saturating_mul(1000),
                direction,
                octets: packet,
                comments: std::mem::take(&mut comments),
            })?;
        }
    }
    capture.end()
}

/// What there is to say of a whole exchange.
fn about(sheet: &Sheet, case: &Case, suite: &SuiteEntry, left: &[String]) -> String {
    let mut lines = vec![case.plan.case.clone()];
    if !case.plan.about.is_empty() {
        lines.push(case.plan.about.clone());
    }
    lines.push(format!("suite: {}:{}", suite.file, case.plan.line));
    lines.push(match &case.plan.target {
        None => "target: the built-in peer".to_owned(),
        Some(name) => {
            let target = sheet.targets.get(name);
            let version = target.and_then(|target| target.version.as_deref());
            format!("target: {name}{}", version.map(|v| format!(" ({v})")).unwrap_or_default())
        }
    });
    lines.push(format!("verdict: {}", case.worst().word()));
    if suite.links.iter().any(|link| link.transport != Carrier::Ethernet) {
        lines.push(
            "IP, UDP and TCP headers are made up. The responder's port is the one by custom, not \
             the one that was used."
                .to_owned(),
        );
        for (at, party) in suite.parties.iter().enumerate() {
            let tested = case.plan.tested.contains(&party.name);
            let tested = if tested { ", under test" } else { "" };
            lines.push(format!("{} is {}{tested}", address(at), party.name));
        }
    }
    if sheet.run.shows_secrets {
        let told = case.parameters.iter();
        lines.extend(told.map(|(link, name, value)| format!("link {link} has {name} = {value}")));
    }
    lines.extend(left.iter().cloned());
    crate::diag::clean(lines.join("\n"))
}

/// What failures say of messages, by the place of the event; and those that are about none.
fn remarks(case: &Case, events: &[HappenedEntry]) -> (HashMap<usize, Vec<String>>, Vec<String>) {
    let mut found: HashMap<usize, Vec<String>> = HashMap::new();
    let mut left = Vec::new();
    for (step, judged) in case.plan.steps.iter().zip(&case.steps) {
        for failure in judged.iter().flat_map(|judged| &judged.failures) {
            let text = remark(failure);
            match failure.message.as_ref().and_then(|message| place(events, failure, message)) {
                Some(at) => found.entry(at).or_default().push(text),
                None => left.push(format!("step {}: {text}", step.step)),
            }
        }
    }
    (found, left)
}

/// Where the message of a failure stands among the events: the last one of those octets that had
/// come when the failure was noticed.
fn place(
    events: &[HappenedEntry],
    failure: &FailureEntry,
    message: &MessageEntry,
) -> Option<usize> {
    let is_it = |event: &HappenedEntry| {
        event
            .message
            .as_ref()
            .is_some_and(|m| m.octets == message.octets && m.r#type == message.r#type)
    };
    let known = events.len().min(failure.events.saturating_add(1));
    events[..known].iter().rposition(is_it).or_else(|| events.iter().position(is_it))
}

fn remark(failure: &FailureEntry) -> String {
    let mut lines = vec![failure.title.clone()];
    if !failure.remark.is_empty() {
        lines.push(failure.remark.clone());
    }
    for difference in failure.differences.iter().take(DIFFERENCES) {
        let path = if difference.path.is_empty() { "message" } else { &difference.path };
        let mut line = format!("{path}: expected {}, got {}", difference.expected, difference.got);
        if !difference.source.is_empty() {
            line += &format!(" ({})", difference.source);
        }
        lines.push(line);
    }
    let more = failure.differences.len().saturating_sub(DIFFERENCES);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    crate::diag::clean(lines.join("\n"))
}

/// What there is to say of an event: which step it belongs to and what that came to.
fn comments(case: &Case, suite: &SuiteEntry, event: &HappenedEntry) -> Vec<String> {
    let mut comments = Vec::new();
    if let Some(name) = &event.step {
        let at = case.plan.steps.iter().position(|step| step.step == *name);
        let verdict = at.map_or("", |at| case.came(at).verdict.word());
        let place = match event.line {
            0 => String::new(),
            line => format!(" ({}:{line})", suite.file),
        };
        comments.push(crate::diag::clean(format!("step {name}: {verdict}{place}")));
    }
    comments.extend(event.text.as_deref().map(crate::diag::clean));
    comments
}

/// The address that is made up for a party.
fn address(party: usize) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, (party % 254) as u8 + 1)
}

/// The exchange while it is written.
struct Scene<'s> {
    suite: &'s SuiteEntry,
    case: &'s Case,
    /// Streams by link and flow.
    streams: HashMap<(usize, usize), Stream>,
}

/// Where an event happened.
struct Wire<'s> {
    /// The link's place in its suite.
    place: usize,
    link: &'s LinkEntry,
    /// Whether the initiator acts.
    initiator: bool,
    /// Addresses and ports of the initiator and the responder.
    ends: [Place; 2],
    flow: usize,
}

impl<'s> Scene<'s> {
    /// Where something happened; `None` for what happens on no link.
    fn wire(&self, event: &HappenedEntry) -> Option<Wire<'s>> {
        let name = event.link.as_deref()?;
        let place = self.suite.links.iter().position(|link| link.name == name)?;
        let link = &self.suite.links[place];
        let initiator = event.from.as_deref() == Some(link.from.as_str());
        let party = |name: &str| self.suite.parties.iter().position(|party| party.name == name);
        let flow = event.flow.unwrap_or_default();
        let own = PORTS.0 + (flow % PORTS.1) as u16;
        let custom = match link.port {
            0 => NO_PORT - (place % 100) as u16,
            port => port,
        };
        let ends = [(address(party(&link.from)?), own), (address(party(&link.to)?), custom)];
        Some(Wire { place, link, initiator, ends, flow })
    }

    /// The packets of an event, and which way each went.
    fn packets(
        &mut self,
        wire: &Wire<'_>,
        event: &HappenedEntry,
        comments: &mut Vec<String>,
    ) -> Vec<(Vec<u8>, Direction)> {
        let octets = match (&event.message, event.event) {
            (Some(message), _) => match hex::decode(&message.octets) {
                Ok(octets) => Some(octets),
                Err(_) => return Vec::new(),
            },
            (None, What::Opened | What::Closed | What::Refused) => None,
            (None, _) => return Vec::new(),
        };
        let direction = self.direction(wire, wire.initiator);
        let left_out = event.message.as_ref().map_or(0, |message| message.left_out);
        if left_out > 0 {
            comments
                .push(format!("cut: the record leaves out {} more", counted(left_out, "octet")));
        }
        match (wire.link.transport, octets) {
            (Carrier::Ethernet, Some(octets)) => vec![(octets, direction)],
            (Carrier::Udp, Some(octets)) => {
                if octets.len() > packets::DATAGRAM {
                    comments.push(format!("cut: a datagram cannot carry {} octets", octets.len()));
                }
                let (near, far) = if wire.initiator { (0, 1) } else { (1, 0) };
                vec![(packets::datagram(wire.ends[near], wire.ends[far], &octets), direction)]
            }
            (Carrier::Tcp, octets) => {
                let [initiator, responder] = wire.ends;
                let stream = self.streams.entry((wire.place, wire.flow));
                let stream = stream.or_insert_with(|| Stream::new(initiator, responder));
                let said = match (octets, event.event) {
                    (Some(octets), _) => stream.say(wire.initiator, &octets),
                    (None, What::Opened) => stream.open(),
                    (None, What::Closed) => stream.close(wire.initiator),
                    (None, _) => stream.refuse(),
                };
                if left_out > 0 {
                    stream.miss(wire.initiator, left_out);
                }
                said.into_iter()
                    .map(|Said { initiator, packet }| (packet, self.direction(wire, initiator)))
                    .collect()
            }
            (_, None) => Vec::new(),
        }
    }

    fn direction(&self, wire: &Wire<'_>, initiator: bool) -> Direction {
        let tested = |name: &String| self.case.plan.tested.contains(name);
        match (tested(&wire.link.from), tested(&wire.link.to)) {
            (first, second) if first == second => Direction::Neither,
            (first, _) if first == initiator => Direction::Inbound,
            _ => Direction::Outbound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::CaseEntry;
    use super::*;

    fn named(names: &[&str]) -> Vec<Option<String>> {
        let case = |name: &&str| Case {
            plan: CaseEntry { case: (*name).to_owned(), ..CaseEntry::default() },
            began_ms: u64::from(!name.is_empty()),
            ..Case::default()
        };
        super::names(&Sheet { cases: names.iter().map(case).collect(), ..Sheet::default() })
    }

    #[test]
    fn names_suit_any_file_system() {
        let long = format!("a::{}", "ä".repeat(500));
        let names = named(&[
            "lab/one::accept[a b]::server@x",
            "LAB/one::accept[a:b]::server@x",
            "",
            "../../etc::x",
            "con::x",
            "com1::x",
            &long,
            &long,
        ]);
        let names: Vec<&str> = names.iter().map(|name| name.as_deref().unwrap_or("-")).collect();
        assert_eq!(
            names[..6],
            [
                "lab_one.accept_a_b_.server_x.pcapng",
                "LAB_one.accept_a_b_.server_x_2.pcapng",
                "-",
                "_.._.._etc.x.pcapng",
                "_con.x.pcapng",
                "_com1.x.pcapng",
            ]
        );
        assert_eq!(names[6].len(), NAME + ENDING.len());
        assert_eq!(names[7], names[6].replace(ENDING, "_2.pcapng"));
    }
}
