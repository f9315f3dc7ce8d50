//! A target's folder: `target.yaml` and the files that it copies.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use super::names::{Named, Sort};
use super::network::Wiring;
use crate::diag::{Diagnostic, Pos, Source};
use crate::ladder::{Blob, Setting, Suite};
use crate::yaml::{Kind, Node, Reader};

/// An implementation under test.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its file.
    pub source: Arc<Source>,
    /// The party of a suite that it stands for.
    pub takes: String,
    /// Names of suites that it can be held against; `*` at the end stands for anything.
    pub suites: Vec<String>,
    /// Programs that must be on the path.
    pub programs: Vec<String>,
    /// Files that must exist.
    pub needs_files: Vec<PathBuf>,
    /// A command that succeeds where it is installed, for what is neither program nor file.
    pub present: Vec<String>,
    /// How it says which version it is.
    pub version: Option<Version>,
    /// How to get what is missing.
    pub install: String,
    /// Values for the suites' settings.
    pub settings: BTreeMap<String, Setting>,
    /// Where it listens, by link name.
    pub links: BTreeMap<String, String>,
    /// Where we listen for it, by link name; elsewhere the kernel chooses.
    pub listen: BTreeMap<String, String>,
    /// The wire that it sits at the other end of, where it has a network of its own.
    pub network: Option<Wiring>,
    /// How it is started; a device that runs by itself has nothing here.
    pub start: Option<Start>,
    /// How it is made to act, by trigger name.
    pub triggers: BTreeMap<String, Command>,
    /// What can be seen of it beside its messages, by name.
    pub observations: BTreeMap<String, Observation>,
    /// Features that exchanges need and it lacks.
    pub lacks: Vec<String>,
    /// Whether the program of a trigger is all there is of it: when it has ended, nothing more comes.
    pub one_shot: bool,
    /// Whether exchanges with it must not overlap.
    pub exclusive: bool,
    /// What it is known to do wrong.
    pub deviations: Vec<Deviation>,
    /// The names in its file that suites give their meaning.
    pub names: Vec<Named>,
}

/// How an implementation says which version it is.
#[derive(Clone, Debug)]
pub struct Version {
    /// A program that prints it.
    pub command: Command,
    /// What stands before it; it ends with the word. Empty where it is all that is printed.
    pub after: String,
}

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program and its words.
    pub command: Command,
    /// What it prints when it is ready; without it, it is ready when it runs.
    pub ready: Option<(String, Duration)>,
    /// How long it may take to stop.
    pub stop: Duration,
    /// Whether each exchange has one of its own, which is told where we listen in that exchange.
    pub per_exchange: bool,
}

/// A program to run.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// The program and its words, with placeholders.
    pub words: Vec<String>,
    /// What it reads, with placeholders.
    pub stdin: String,
    /// Variables of its environment, with placeholders.
    pub env: Vec<(String, String)>,
    /// Files of the target's folder that are copied into its private one, placeholders replaced.
    pub files: Vec<String>,
    /// Files that are made in the private folder: name and octets.
    pub make: Vec<(String, Made)>,
    /// What an operator is asked to do, where no program can.
    pub prompt: Option<String>,
}

/// What is in a file that is made.
#[derive(Clone, Debug)]
pub enum Made {
    /// Octets that look like noise.
    Blob(Blob),
    /// This text, with placeholders.
    Text(String),
}

/// How something is seen that no message shows.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Where to look.
    pub place: Place,
    /// The exit status that the program of the last trigger must have.
    pub status: Option<i32>,
    /// Whether it must be the octets of the file that the suite asks about, no more and no fewer.
    pub same: bool,
    /// What must stand in a line, with placeholders; `{of}` is what the suite asks about.
    pub contains: Option<String>,
    /// In how many lines it must stand.
    pub times: RangeInclusive<u64>,
}

/// Where something is seen.
#[derive(Clone, Debug)]
pub enum Place {
    /// In what the program of the last trigger printed.
    Printed,
    /// In a file, its path with placeholders.
    File(String),
    /// In what a command prints.
    Command(Command),
}

/// Something that a target is known to do wrong.
#[derive(Clone, Debug)]
pub struct Deviation {
    /// `suite::exchange`; `*` at the end stands for anything, the exchange `rules` for rules.
    pub exchange: String,
    /// The step or rule; empty for all.
    pub step: String,
    /// Why it is a deviation.
    pub because: String,
    /// The section that it breaks.
    pub source: String,
    /// Since which version.
    pub since: String,
    /// Whether it shows by chance, so that a pass says nothing.
    pub sometimes: bool,
    /// Its place in the file.
    pub pos: Pos,
}

impl Target {
    /// Whether it can be held against a suite.
    pub fn fits(&self, suite: &Suite) -> bool {
        suite.party(&self.takes).is_some() && self.suites.iter().any(|p| fits(p, &suite.name))
    }

    /// Whether it can be made to act, or something can be seen of it beside its messages.
    pub fn acts(&self) -> bool {
        !self.triggers.is_empty() || !self.observations.is_empty()
    }

    /// The known deviation that covers a step.
    pub fn deviation(&self, exchange: &str, step: &str) -> Option<&Deviation> {
        self.deviations
            .iter()
            .find(|d| fits(&d.exchange, exchange) && (d.step.is_empty() || d.step == step))
    }

    /// The known deviations that nothing in a suite answers to: its exchange or step has another name
    /// by now, or never had this one.
    pub fn stray_deviations(&self, suite: &Suite) -> Vec<Diagnostic> {
        let here = self.deviations.iter().filter_map(|deviation| {
            let (of, name) = deviation.exchange.split_once("::")?;
            (of == suite.name).then_some((deviation, name))
        });
        let stray = here.filter_map(|(deviation, name)| {
            let rules = || suite.rules.iter().map(|rule| rule.name.as_str());
            let fitting = || suite.exchanges.iter().filter(|exchange| fits(name, &exchange.name));
            let steps = || fitting().flat_map(|exchange| &exchange.steps).map(|s| s.name.as_str());
            let step_is = |name: &str| deviation.step.is_empty() || deviation.step == name;
            if fits(name, "rules") && (deviation.step.is_empty() || rules().any(step_is)) {
                return None;
            }
            let (title, word, known): (_, _, Vec<&str>) = match name {
                "rules" => {
                    let title = format!("`{}` has no rule `{}`", suite.name, deviation.step);
                    (title, &*deviation.step, rules().collect())
                }
                _ if fitting().next().is_none() => {
                    let title = format!("`{}` has no exchange `{name}`", suite.name);
                    (title, name, suite.exchanges.iter().map(|e| e.name.as_str()).collect())
                }
                _ if deviation.step.is_empty() || steps().any(step_is) => return None,
                _ => {
                    let title =
                        format!("`{}` has no step `{}`", deviation.exchange, deviation.step);
                    (title, &*deviation.step, steps().collect())
                }
            };
            let told = Diagnostic::warning(&self.source, deviation.pos, title);
            Some(told.remark("this deviation covers nothing").suggest(word, known))
        });
        stray.collect()
    }

    /// What keeps it from being called, if anything: a link's address is the placeholder of a setting
    /// that nobody has given. Such a target is run in a lab; here it is not missing.
    pub fn nowhere(&self, given: &BTreeMap<String, String>) -> Option<String> {
        self.links.iter().find_map(|(link, text)| {
            let name = text.strip_prefix('{')?.strip_suffix('}')?;
            let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            let known = self.settings.contains_key(name) || given.contains_key(name);
            (is_name && !known).then(|| {
                let name_of = &self.name;
                format!(
                    "nobody has said where {name_of} is: --set {name}=HOST:PORT for link `{link}`"
                )
            })
        })
    }

    /// What keeps it from being run here, if anything.
    pub fn missing(&self) -> Option<String> {
        let on_path = |program: &str| {
            let program = Path::new(program);
            if program.components().count() > 1 {
                return program.exists();
            }
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        };
        let mut missing: Vec<String> =
            self.programs.iter().filter(|p| !on_path(p)).cloned().collect();
        missing.extend(
            self.needs_files.iter().filter(|f| !f.exists()).map(|f| f.display().to_string()),
        );
        if missing.is_empty() && !self.is_present() {
            missing.push(format!("success of `{}`", self.present.join(" ")));
        }
        let how = match self.install.as_str() {
            "" => String::new(),
            how => format!(" ({how})"),
        };
        (!missing.is_empty())
            .then(|| format!("{} is not installed: no {}{how}", self.name, missing.join(", ")))
    }
}

impl Target {
    /// Whether the command that tells says that it is there.
    fn is_present(&self) -> bool {
        let Some((program, words)) = self.present.split_first() else { return true };
        let mut asked = std::process::Command::new(program);
        let asked = asked.args(words).stdin(Stdio::null()).stdout(Stdio::null());
        asked.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

/// Whether a name is covered by a pattern with an optional `*` at its end.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// The folder of a target: a path as it is, a name below `root`.
pub fn find(name: &str, root: &Path) -> Result<PathBuf, Diagnostic> {
    let given = Path::new(name);
    if given.join("target.yaml").is_file() {
        return Ok(given.to_owned());
    }
    if given.is_file() && given.file_name().is_some_and(|n| n == "target.yaml") {
        return Ok(given.parent().unwrap_or(Path::new(".")).to_owned());
    }
    let below = root.join(name);
    if below.join("target.yaml").is_file() {
        return Ok(below);
    }
    let known = all(root);
    let names = known.iter().filter_map(|p| p.file_name()?.to_str());
    if given.is_dir() {
        return Err(Diagnostic::plain(format!("there is no target.yaml in {name}"))
            .help("a target is a folder with a target.yaml; see docs/adding-a-target.md"));
    }
    let strange = Diagnostic::plain(format!("there is no target `{name}`"));
    let help = "give the name of one, or the path of its folder; see docs/adding-a-target.md";
    Err(match known.is_empty() || given.components().count() > 1 || given.exists() {
        true => strange.help(help),
        false => strange.suggest(name, names),
    })
}

/// The folders of all targets below `root`, sorted.
pub fn all(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.join("target.yaml").is_file())
        .collect();
    folders.sort();
    folders
}

/// Reads a target's file.
///
/// Fails with everything that is wrong with it.
pub fn load(folder: &Path) -> Result<Target, Vec<Diagnostic>> {
    let source = crate::suite::source(&folder.join("target.yaml")).map_err(|e| vec![e])?;
    let root = crate::yaml::parse_mapping(&source).map_err(|e| vec![e])?;
    let mut problems = Vec::new();
    let mut reader = Reader { source: source.clone(), problems: &mut problems };
    let target = read(&mut reader, &root, folder, source.clone());
    if problems.is_empty() { Ok(target) } else { Err(problems) }
}

const KEYS: &[&str] = &[
    "target",
    "about",
    "takes",
    "suites",
    "programs",
    "needs-files",
    "present",
    "version",
    "install",
    "settings",
    "links",
    "listen",
    "network",
    "start",
    "triggers",
    "observations",
    "lacks",
    "one-shot",
    "exclusive",
    "deviations",
];

fn read(reader: &mut Reader<'_>, root: &Node, folder: &Path, source: Arc<Source>) -> Target {
    reader.keys(root, KEYS);
    for key in ["target", "takes", "suites"] {
        if root.get(key).is_none() {
            reader.error(root.pos, format!("a target needs `{key}`"));
        }
    }
    let mut texts = |key: &str| -> Vec<String> {
        reader.texts_of(root, key).into_iter().map(|(text, _)| text).collect()
    };
    let (suites, programs, files, present) =
        (texts("suites"), texts("programs"), texts("needs-files"), texts("present"));
    let names = names(reader, root);
    let lacks = names.iter().filter(|named| named.sort == Sort::Feature);
    let lacks = lacks.map(|named| named.name.clone()).collect();
    let mut table =
        |key: &str| -> BTreeMap<String, String> { pairs(reader, root, key).into_iter().collect() };
    let (links, listen) = (table("links"), table("listen"));
    let mut settings = BTreeMap::new();
    for (key, value) in reader.entries_of(root, "settings") {
        let secret = value.get("secret").cloned();
        let text = reader.text(secret.as_ref().unwrap_or(value));
        if let (Some(name), Some(value)) = (key.text(), text) {
            settings.insert(name.to_owned(), Setting { value, secret: secret.is_some() });
        }
    }
    let network = root.get("network").map(|node| {
        reader.keys(node, &["interface", "mac", "addresses", "ours"]);
        let interface = match reader.text_of(node, "interface") {
            none if none.is_empty() => "eth0".to_owned(),
            interface => interface,
        };
        let mut texts =
            |key| reader.texts_of(node, key).into_iter().map(|(text, _)| text).collect();
        let (addresses, ours) = (texts("addresses"), texts("ours"));
        Wiring { interface, mac: reader.text_of(node, "mac"), addresses, ours }
    });
    let start = root.get("start").map(|node| {
        let keys = ["command", "files", "make", "env", "ready", "stop", "per-exchange"];
        reader.keys(node, &keys);
        let ready = node.get("ready").map(|ready| {
            reader.keys(ready, &["line", "within"]);
            let within = ready.get("within").and_then(|n| reader.time(n));
            (reader.text_of(ready, "line"), within.unwrap_or(Duration::from_secs(20)))
        });
        let stop = node.get("stop").and_then(|stop| {
            reader.keys(stop, &["within"]);
            stop.get("within").and_then(|n| reader.time(n))
        });
        let stop = stop.unwrap_or(Duration::from_secs(5));
        let per_exchange = node.get("per-exchange").cloned().is_some_and(|n| reader.truth(&n));
        Start { command: command(reader, node), ready, stop, per_exchange }
    });
    let version = root.get("version").map(|node| {
        reader.keys(node, &["command", "after"]);
        Version { command: command(reader, node), after: reader.text_of(node, "after") }
    });
    let mut triggers = BTreeMap::new();
    for (key, node) in reader.entries_of(root, "triggers") {
        reader.keys(node, &["command", "stdin", "files", "make", "env", "prompt"]);
        let read = command(reader, node);
        if read.words.is_empty() && read.prompt.is_none() {
            reader.error(node.pos, "a trigger has a `command`, or a `prompt` for the operator");
        }
        triggers.insert(key.text().unwrap_or_default().to_owned(), read);
    }
    let mut observations = BTreeMap::new();
    for (key, node) in reader.entries_of(root, "observations") {
        observations.insert(key.text().unwrap_or_default().to_owned(), observation(reader, node));
    }
    let mut deviations = Vec::new();
    for node in reader.items_of(root, "deviations") {
        reader.keys(node, &["exchange", "step", "because", "source", "since", "sometimes"]);
        let deviation = Deviation {
            exchange: reader.text_of(node, "exchange"),
            step: reader.text_of(node, "step"),
            because: reader.text_of(node, "because"),
            source: reader.text_of(node, "source"),
            since: reader.text_of(node, "since"),
            sometimes: node.get("sometimes").cloned().is_some_and(|n| reader.truth(&n)),
            pos: node.pos,
        };
        if deviation.exchange.is_empty()
            || deviation.because.is_empty()
            || deviation.source.is_empty()
        {
            reader.error(
                node.pos,
                "a deviation names its `exchange`, says `because`, and cites a `source`",
            );
        }
        deviations.push(deviation);
    }
    Target {
        name: reader.text_of(root, "target"),
        about: reader.text_of(root, "about"),
        folder: folder.to_owned(),
        source,
        takes: reader.text_of(root, "takes"),
        suites,
        programs,
        needs_files: files.into_iter().map(PathBuf::from).collect(),
        present,
        version,
        install: reader.text_of(root, "install"),
        settings,
        links,
        listen,
        network,
        start,
        triggers,
        observations,
        lacks,
        one_shot: root.get("one-shot").cloned().is_some_and(|n| reader.truth(&n)),
        exclusive: root.get("exclusive").cloned().is_some_and(|n| reader.truth(&n)),
        deviations,
        names,
    }
}

/// The names that suites give their meaning, with their places.
fn names(reader: &mut Reader<'_>, root: &Node) -> Vec<Named> {
    let mut names = Vec::new();
    for (key, sort) in [
        ("links", Sort::Link),
        ("listen", Sort::Listen),
        ("settings", Sort::Setting),
        ("triggers", Sort::Trigger),
        ("observations", Sort::Observation),
    ] {
        let Some(node) = root.get(key) else { continue };
        if !matches!(node.kind, Kind::Map(_)) {
            reader.error(node.pos, format!("expected a mapping, found {}", node.shape()));
        }
        for (key, _) in node.entries() {
            let name = key.text().unwrap_or_default().to_owned();
            names.push(Named { sort, name, pos: key.pos });
        }
    }
    let lacks = reader.texts_of(root, "lacks").into_iter();
    names.extend(lacks.map(|(name, pos)| Named { sort: Sort::Feature, name, pos }));
    names
}

/// Reads `make: {big.bin: {octets: 70000, seed: 7}, small.txt: text}`.
fn made(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, Made)> {
    let mut made = Vec::new();
    for (key, value) in reader.entries_of(node, "make") {
        let name = key.text().unwrap_or_default().to_owned();
        if name.is_empty() || name.split('/').any(|part| part == "..") || name.starts_with('/') {
            reader.error(key.pos, "a file that is made stands in the private folder");
            continue;
        }
        let Some(octets) = value.get("octets").cloned() else {
            made.extend(reader.text(value).map(|text| (name, Made::Text(text))));
            continue;
        };
        reader.keys(value, &["octets", "seed"]);
        let seed = value.get("seed").cloned().and_then(|n| reader.number(&n)).unwrap_or(0);
        match reader.number(&octets).and_then(|n| usize::try_from(n).ok()) {
            Some(octets) if octets <= Blob::MOST => {
                made.push((name, Made::Blob(Blob { octets, seed })));
            }
            _ => {
                reader.error(octets.pos, format!("a file has at most {} octets", Blob::MOST));
            }
        }
    }
    made
}

fn observation(reader: &mut Reader<'_>, node: &Node) -> Observation {
    reader.keys(
        node,
        &["file", "command", "files", "env", "ended-with", "contains", "times", "same-as"],
    );
    let (file, runs) = (reader.text_of(node, "file"), node.get("command").is_some());
    let status = node.get("ended-with").cloned().and_then(|n| reader.number(&n));
    let contains = node.get("contains").cloned().and_then(|n| reader.text(&n));
    let same = node.get("same-as").is_some_and(|n| n.text() == Some("{of}"));
    if contains.is_none() && status.is_none() && !same {
        reader.error(
            node.pos,
            "an observation says what must be seen, as `contains` or `ended-with`",
        );
    }
    if status.is_some() && (runs || !file.is_empty()) {
        reader.error(
            node.pos,
            "`ended-with` is about the program of a trigger, not a file or command",
        );
    }
    let times = node.get("times").cloned().map(|n| reader.count(&n));
    Observation {
        place: match runs {
            true => Place::Command(command(reader, node)),
            false if file.is_empty() => Place::Printed,
            false => Place::File(file),
        },
        status: status.and_then(|n| i32::try_from(n).ok()),
        contains,
        same,
        times: times.map_or(1..=u64::MAX, |t| u64::from(*t.start())..=u64::from(*t.end())),
    }
}

fn pairs(reader: &mut Reader<'_>, node: &Node, key: &str) -> Vec<(String, String)> {
    let entries = reader.entries_of(node, key);
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.text()?.to_owned(), reader.text(value)?)))
        .collect()
}

fn command(reader: &mut Reader<'_>, node: &Node) -> Command {
    let texts = |reader: &mut Reader<'_>, key: &str| -> Vec<String> {
        reader.texts_of(node, key).into_iter().map(|(text, _)| text).collect()
    };
    Command {
        words: texts(reader, "command"),
        stdin: reader.text_of(node, "stdin"),
        env: pairs(reader, node, "env"),
        files: texts(reader, "files"),
        make: made(reader, node),
        prompt: node.get("prompt").cloned().and_then(|n| reader.text(&n)),
    }
}
