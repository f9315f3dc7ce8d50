//! A suite file: parties, links, settings, exchanges, rules.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::judgement::Judgement;
use super::pattern::{self, Names};
use super::rung::{Scene, rungs};
use crate::diag::{Diagnostic, Pos, Source};
use crate::ladder::{
    Act, Blob, Catalogue, Exchange, Level, Link, LinkId, Party, PartyId, Responder, Say, Setting,
    Step, Suite,
};
use crate::threads;
use crate::wire::{Protocol, Transport};
use crate::yaml::{Entry, Kind, Node, Reader};

const SUITE_KEYS: &[&str] = &[
    "suite",
    "about",
    "sources",
    "parties",
    "links",
    "settings",
    "alive",
    "preamble",
    "postamble",
    "responders",
    "exchanges",
    "rules",
    "free",
    "quiet",
];
const EXCHANGE_KEYS: &[&str] = &[
    "about",
    "requirements",
    "profile",
    "unless-profile",
    "needs",
    "each",
    "with",
    "tests",
    "preamble",
    "postamble",
    "responders",
    "steps",
];
const STEP_KEYS: &[&str] = &["step", "about", "requirements", "level", "ladder"];

/// So many exchanges are worth a thread's attention.
pub(super) const SOME_EXCHANGES: usize = 64;

/// What the suites of a folder have in common.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// The catalogue of requirements.
    pub requirements: Arc<Catalogue>,
    /// Rules, freedoms and the quiet at the end.
    pub rules: Option<Arc<Source>>,
}

/// Reads a suite; gives it only where nothing in it is wrong.
pub fn suite_from_source(
    source: &Arc<Source>,
    common: Common,
    problems: &mut Vec<Diagnostic>,
) -> Option<Suite> {
    read(source, common, None, problems)
}

/// Reads a suite, or what of it has to do with the exchange of a name.
pub(super) fn read(
    source: &Arc<Source>,
    common: Common,
    only: Option<&str>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Suite> {
    let root = match crate::yaml::parse_mapping(source) {
        Ok(root) => root,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let before = problems.len();
    let mut reader = Reader { source: source.clone(), problems };
    let suite = suite(&mut reader, root, common, only);
    let broken =
        reader.problems[before..].iter().any(|p| p.severity == crate::diag::Severity::Error);
    if broken { None } else { suite }
}

fn suite(
    reader: &mut Reader<'_>,
    mut root: Node<'_>,
    common: Common,
    only: Option<&str>,
) -> Option<Suite> {
    let requirements = common.requirements;
    reader.keys(&root, SUITE_KEYS);
    let name = reader.text_of(&root, "suite");
    if !is_name(&name) {
        let pos = root.get("suite").map_or(root.pos, |n| n.pos);
        reader.error(pos, "a suite needs a name such as `radius/authentication`").help =
            Some("begin the file with `suite: folder/name`".into());
    }
    let parties = parties(reader, &root);
    let (settings, names) = settings(reader, &root);
    let links = links(reader, &root, &parties);
    let alive = alive(reader, &root, &parties);
    let top = Top { parties: &parties, links: &links, names: &names, alive: &alive };
    let mut of_exchanges = root.take("exchanges").map(Node::into_entries).unwrap_or_default();
    if of_exchanges.is_empty() {
        reader.error(root.pos, "a suite needs `exchanges`, a mapping of one or more");
    }
    of_exchanges.retain(|(key, _)| only.is_none_or(|name| key.text() == Some(name)));
    let exchanges = top.exchanges(reader, &root, of_exchanges, &requirements);
    let mut own = Judgement::default();
    top.judgement(reader, &root, &requirements, &mut own);
    if let Some(source) = &common.rules {
        match crate::yaml::parse(source) {
            Ok(shared) => {
                let mut reader = Reader { source: source.clone(), problems: reader.problems };
                reader.keys(&shared, &["rules", "free", "quiet"]);
                let mut common = Judgement::default();
                top.judgement(&mut reader, &shared, &requirements, &mut common);
                own.join(&mut reader, common, &exchanges);
            }
            Err(problem) => reader.problems.push(problem),
        }
    }
    Some(Suite {
        name,
        source: reader.source.clone(),
        about: reader.text_of(&root, "about"),
        sources: reader.texts_of(&root, "sources").into_iter().map(|(t, _)| t).collect(),
        parties,
        links,
        settings,
        exchanges,
        rules: own.rules,
        free: own.free,
        quiet: own.quiet.unwrap_or_default(),
        requirements,
    })
}

/// Names become parts of trial names and of file names.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 120
        && !name.contains("::")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+".contains(c))
        && !name.split('/').any(|part| part.is_empty() || part.starts_with('.'))
}

pub(super) fn check_name(reader: &mut Reader<'_>, name: &str, pos: Pos, what: &str) {
    if !is_name(name) {
        reader.error(pos, format!("`{name}` cannot name a {what}")).help =
            Some("use letters, digits, `-`, `_`, `.` and `+`".into());
    }
}

fn parties(reader: &mut Reader<'_>, root: &Node) -> Vec<Party> {
    let mut parties = Vec::new();
    for (key, value) in reader.entries_of(root, "parties") {
        let name = key.text().unwrap_or_default().to_owned();
        check_name(reader, &name, key.pos, "party");
        let (about, testable) = match &value.kind {
            Kind::Map(_) => {
                reader.keys(value, &["about", "played"]);
                let played = reader.text_of(value, "played");
                if !matches!(played.as_str(), "" | "always") {
                    reader.error(value.pos, "a party is `played: always`, or may be under test");
                }
                (reader.text_of(value, "about"), played.is_empty())
            }
            _ => (reader.text(value).unwrap_or_default(), true),
        };
        parties.push(Party { name, about, testable });
    }
    if parties.len() < 2 {
        let pos = root.get("parties").map_or(root.pos, |n| n.pos);
        reader.error(pos, "a suite needs two `parties` or more");
    }
    parties
}

fn settings(reader: &mut Reader<'_>, root: &Node) -> (BTreeMap<String, Setting>, Names<'static>) {
    let mut settings = BTreeMap::new();
    let mut names = Names::default();
    for (key, value) in reader.entries_of(root, "settings") {
        let name = key.text().unwrap_or_default().to_owned();
        check_name(reader, &name, key.pos, "setting");
        if value.get("say").is_some() {
            names.said_only.to_mut().insert(name.clone());
        }
        if let Some(setting) = setting(reader, value) {
            settings.insert(name, setting);
        }
    }
    (settings, names)
}

/// `text`, `{secret: text}`, `{say: text}`, or `{octets: 70000, seed: 7}` for a file of so many.
fn setting(reader: &mut Reader<'_>, node: &Node) -> Option<Setting> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Some(Setting { value: reader.text(node)?, secret: false });
    }
    if let Some(octets) = node.get("octets") {
        reader.keys(node, &["octets", "seed"]);
        let seed = node.get("seed").and_then(|n| reader.number(n)).unwrap_or(0);
        let number = usize::try_from(reader.number(octets)?).unwrap_or(usize::MAX);
        if number > Blob::MOST {
            reader.error(octets.pos, format!("a file has at most {} octets", Blob::MOST));
            return None;
        }
        return Some(Setting { value: Blob { octets: number, seed }.text(), secret: false });
    }
    reader.keys(node, &["secret", "say"]);
    match (node.get("secret"), node.get("say")) {
        (Some(secret), None) => Some(Setting { value: reader.text(secret)?, secret: true }),
        (None, Some(say)) => Some(Setting { value: reader.text(say)?, secret: false }),
        _ => {
            reader.error(node.pos, "a setting is a text, {secret: text} or {say: text}");
            None
        }
    }
}

fn links(reader: &mut Reader<'_>, root: &Node, parties: &[Party]) -> Vec<Link> {
    let mut links = Vec::new();
    for (key, value) in reader.entries_of(root, "links") {
        let name = key.text().unwrap_or_default().to_owned();
        check_name(reader, &name, key.pos, "link");
        let joined =
            value.entries().iter().find(|(k, _)| k.text().is_some_and(|t| t.contains("->")));
        let Some((who, protocol)) = joined else {
            reader.error(value.pos, format!("link `{name}` joins nobody")).help =
                Some("write {client -> server: protocol}".into());
            continue;
        };
        let mut party = |name: &str| -> Option<PartyId> {
            let found = parties.iter().position(|p| p.name == name);
            if found.is_none() {
                let known = parties.iter().map(|p| p.name.as_str());
                reader.unknown(who.pos, format!("unknown party `{name}`"), name, known);
            }
            found
        };
        let (a, b) = who.text().unwrap_or_default().split_once("->").unwrap_or_default();
        let (Some(initiator), Some(responder)) = (party(a.trim()), party(b.trim())) else {
            continue;
        };
        if initiator == responder {
            reader.error(who.pos, "a link joins two parties");
        }
        let Some(wanted) = reader.text(protocol) else { continue };
        let Some(known) = crate::proto::by_name(&wanted) else {
            let all = crate::proto::PROTOCOLS.iter().map(|p| p.name);
            reader.unknown(protocol.pos, format!("unknown protocol `{wanted}`"), &wanted, all);
            continue;
        };
        let mut parameters = Vec::new();
        for (key, value) in value.entries() {
            let text = key.text().unwrap_or_default();
            if text.contains("->") || text == "at" {
                continue;
            }
            match known.parameters.iter().find(|p| p.name == text) {
                Some(parameter) => {
                    let term = pattern::free_term(reader, value);
                    parameters.extend(term.map(|t| (parameter.name, t)));
                }
                None => {
                    let all = known.parameters.iter().map(|p| p.name);
                    let title = format!("{} knows no `{text}`", known.name);
                    reader.unknown(key.pos, title, text, all);
                }
            }
        }
        for missing in known.parameters.iter().filter(|p| p.required) {
            if !parameters.iter().any(|(name, _)| *name == missing.name) {
                let (link, what) = (&name, missing.name);
                reader.error(value.pos, format!("link `{link}` needs `{what}`")).remark =
                    missing.about.into();
            }
        }
        let at = value.get("at");
        let at = at.and_then(|node| at_link(reader, &links, node, (responder, known)));
        links.push(Link { name, initiator, responder, protocol: known, parameters, at });
    }
    if links.is_empty() {
        reader.error(root.pos, "a suite needs `links`: where its parties talk");
    }
    links
}

/// Reads the link whose conversation tells where the responder of another one is.
fn at_link(
    reader: &mut Reader<'_>,
    links: &[Link],
    node: &Node,
    (responder, protocol): (PartyId, &'static Protocol),
) -> Option<LinkId> {
    let name = reader.text(node)?;
    let Some(at) = links.iter().position(|link| link.name == name) else {
        let known = links.iter().map(|link| link.name.as_str());
        reader.unknown(node.pos, format!("there is no link `{name}` above"), &name, known);
        return None;
    };
    let link = &links[at];
    let takes_part = link.initiator == responder || link.responder == responder;
    // Of streams it is the messages of the other link that say where.
    let port = std::ptr::eq(link.protocol, protocol) || protocol.transport == Transport::Tcp;
    if !takes_part || !port || protocol.transport != link.protocol.transport {
        reader.error(node.pos, format!("nobody is called at link `{name}` there")).help = Some(
            "it joins the same party, over streams or in the same protocol over datagrams".into(),
        );
        return None;
    }
    Some(at)
}

fn alive<'n>(
    reader: &mut Reader<'_>,
    root: &Node<'n>,
    parties: &[Party],
) -> Vec<(PartyId, Node<'n>)> {
    let mut probes = Vec::new();
    for (key, value) in reader.entries_of(root, "alive") {
        let name = key.text().unwrap_or_default();
        match parties.iter().position(|p| p.name == name) {
            Some(party) => probes.push((party, value.clone())),
            None => {
                let known = parties.iter().map(|p| p.name.as_str());
                reader.unknown(key.pos, format!("unknown party `{name}`"), name, known);
            }
        }
    }
    probes
}

/// What every exchange and rule of a suite may speak of.
pub(super) struct Top<'t> {
    pub(super) parties: &'t [Party],
    pub(super) links: &'t [Link],
    pub(super) names: &'t Names<'t>,
    pub(super) alive: &'t [(PartyId, Node<'t>)],
}

impl<'t> Top<'t> {
    pub(super) fn scene(&self) -> Scene<'t> {
        Scene {
            parties: self.parties,
            links: self.links,
            names: self.names,
            alive: self.alive,
            kept: HashMap::new(),
        }
    }

    /// Reads exchanges, many of them on several threads. The YAML of each goes when it is read.
    fn exchanges(
        &self,
        reader: &mut Reader<'_>,
        root: &Node,
        entries: Vec<Entry<'_>>,
        catalogue: &Catalogue,
    ) -> Vec<Arc<Exchange>> {
        let mut entries = entries.into_iter();
        let some = || Some(entries.by_ref().take(SOME_EXCHANGES).collect());
        let parts = std::iter::from_fn(some).take_while(|part: &Vec<_>| !part.is_empty()).collect();
        let source = &reader.source;
        let Self { parties, links, alive, names } = *self;
        let said_only = &*names.said_only;
        let read = threads::map(parts, |part| {
            let (mut exchanges, mut problems) = (Vec::new(), Vec::new());
            let mut reader = Reader { source: source.clone(), problems: &mut problems };
            let names = Names::of(said_only);
            let top = Top { parties, links, alive, names: &names };
            for (key, value) in part {
                top.exchange(&mut reader, root, &key, &value, catalogue, &mut exchanges);
            }
            (exchanges, problems)
        });
        let mut exchanges = Vec::new();
        for (more, problems) in read {
            exchanges.extend(more);
            reader.problems.extend(problems);
        }
        exchanges
    }

    /// Reads an exchange, once for each row of its table.
    fn exchange(
        &self,
        reader: &mut Reader<'_>,
        root: &Node,
        key: &Node,
        node: &Node,
        catalogue: &Catalogue,
        out: &mut Vec<Arc<Exchange>>,
    ) {
        let name = key.text().unwrap_or_default().to_owned();
        check_name(reader, &name, key.pos, "exchange");
        if name.contains('[') {
            reader.error(key.pos, "brackets are for rows of a table");
        }
        reader.keys(node, EXCHANGE_KEYS);
        let Some(table) = node.get("each") else {
            out.extend(self.row(reader, root, name, key.pos, node, catalogue));
            return;
        };
        if table.entries().is_empty() {
            reader.error(table.pos, "`each` is a mapping of rows: {row: {name: value}}");
        }
        for (label, values) in table.entries() {
            let row = label.text().unwrap_or_default();
            check_name(reader, row, label.pos, "row");
            let mut used = Vec::new();
            let unfolded = substitute(node, values.entries(), &mut used);
            for (column, _) in values.entries() {
                let column = column.text().unwrap_or_default();
                if !used.iter().any(|u| u == column) {
                    reader.error(label.pos, format!("nothing in this exchange uses `${column}`"));
                }
            }
            let name = format!("{name}[{row}]");
            out.extend(self.row(reader, root, name, key.pos, &unfolded, catalogue));
        }
    }

    fn row(
        &self,
        reader: &mut Reader<'_>,
        root: &Node,
        name: String,
        pos: Pos,
        node: &Node,
        catalogue: &Catalogue,
    ) -> Option<Arc<Exchange>> {
        let mut scene = self.scene();
        let mut with = BTreeMap::new();
        for (key, value) in reader.entries_of(node, "with") {
            let name = key.text().unwrap_or_default().to_owned();
            with.extend(setting(reader, value).map(|s| (name, s)));
        }
        let tests = reader
            .texts_of(node, "tests")
            .into_iter()
            .filter_map(|(name, pos)| {
                let found = self.parties.iter().position(|p| p.name == name);
                if found.is_none() {
                    let known = self.parties.iter().map(|p| p.name.as_str());
                    reader.unknown(pos, format!("unknown party `{name}`"), &name, known);
                }
                found
            })
            .collect();
        // A part that is shared stands at the top of the suite; an exchange may have its own.
        let part = |key: &str| node.get(key).or_else(|| root.get(key));
        let preamble = part("preamble").map(|n| rungs(reader, &mut scene, n)).unwrap_or_default();
        let of = if node.get("responders").is_some() { node } else { root };
        let responders = self.responders(reader, &mut scene, of);
        let shared = self.requirements(reader, node, catalogue);
        let mut steps: Vec<Step> = Vec::new();
        match node.get("steps") {
            Some(list) if !list.items().is_empty() => {
                steps.reserve_exact(list.items().len());
                for item in list.items() {
                    steps.extend(self.step(reader, &mut scene, item, &shared, catalogue));
                }
            }
            _ => {
                reader.error(pos, format!("exchange `{name}` has no steps")).help =
                    Some("add `steps:`, a list of {step: name, ladder: [..]}".into());
            }
        }
        for (i, step) in steps.iter().enumerate() {
            if steps[..i].iter().any(|s| s.name == step.name) {
                reader
                    .error(step.pos, format!("the step `{}` stands here a second time", step.name));
            }
        }
        let postamble = part("postamble").map(|n| rungs(reader, &mut scene, n)).unwrap_or_default();
        Some(Arc::new(Exchange {
            name,
            about: reader.text_of(node, "about"),
            pos,
            profile: node.get("profile").and_then(|n| reader.text(n)),
            unless_profile: node.get("unless-profile").and_then(|n| reader.text(n)),
            needs: reader.texts_of(node, "needs").into_iter().map(|(t, _)| t).collect(),
            with,
            tests,
            preamble,
            steps,
            postamble,
            responders,
        }))
    }

    fn step(
        &self,
        reader: &mut Reader<'_>,
        scene: &mut Scene<'_>,
        node: &Node,
        shared: &[String],
        catalogue: &Catalogue,
    ) -> Option<Step> {
        reader.keys(node, STEP_KEYS);
        let name_node = node.get("step");
        let name = name_node.and_then(|n| reader.text(n)).unwrap_or_default();
        let pos = name_node.map_or(node.pos, |n| n.pos);
        if name.is_empty() {
            reader.error(node.pos, "a step needs a name: `step: asks-for-the-password`");
            return None;
        }
        check_name(reader, &name, pos, "step");
        let mut requirements = self.requirements(reader, node, catalogue);
        if requirements.is_empty() {
            requirements = shared.to_vec();
        }
        let rungs = match node.get("ladder") {
            Some(ladder) => rungs(reader, scene, ladder),
            None => {
                reader.error(pos, format!("step `{name}` has no `ladder`: nothing happens in it"));
                Vec::new()
            }
        };
        let level = self.level(reader, node, &requirements, catalogue);
        Some(Step { about: reader.text_of(node, "about"), name, pos, requirements, level, rungs })
    }

    /// The level that the author gives, or the most binding of the requirements.
    pub(super) fn level(
        &self,
        reader: &mut Reader<'_>,
        node: &Node,
        requirements: &[String],
        catalogue: &Catalogue,
    ) -> Level {
        match node.get("level").map(|n| (n.text().unwrap_or_default(), n.pos)) {
            Some(("MUST", _)) => Level::Must,
            Some(("SHOULD", _)) => Level::Should,
            Some(("MAY", _)) => Level::May,
            Some((other, pos)) => {
                let other = other.to_owned();
                reader.unknown(
                    pos,
                    format!("unknown level `{other}`"),
                    &other,
                    ["MUST", "SHOULD", "MAY"],
                );
                Level::Must
            }
            None => requirements
                .iter()
                .filter_map(|id| catalogue.by_id.get(id))
                .map(crate::ladder::Requirement::binding)
                .max()
                .unwrap_or(Level::Must),
        }
    }

    pub(super) fn requirements(
        &self,
        reader: &mut Reader<'_>,
        node: &Node,
        catalogue: &Catalogue,
    ) -> Vec<String> {
        let ids = reader.texts_of(node, "requirements");
        for (id, pos) in &ids {
            if !catalogue.by_id.contains_key(id) {
                let known = catalogue.by_id.keys().map(String::as_str);
                let title = format!("no requirement has the id `{id}`");
                let near = crate::diag::nearest(id, known);
                let help = match (near, &catalogue.source) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, Some(source)) => format!("add it to {}", source.path),
                    (None, None) => {
                        format!("put a {} with it beside the suite", super::REQUIREMENTS)
                    }
                };
                reader.error(*pos, title).help = Some(help);
            }
        }
        ids.into_iter().map(|(id, _)| id).collect()
    }

    fn responders(
        &self,
        reader: &mut Reader<'_>,
        scene: &mut Scene<'_>,
        node: &Node,
    ) -> Vec<Responder> {
        let mut responders = Vec::new();
        for item in reader.items_of(node, "responders") {
            reader.keys(item, &["hear", "say", "count"]);
            let (Some(hear), Some(say)) = (item.get("hear"), item.get("say")) else {
                reader.error(item.pos, "a standing answer has `hear` and `say`").help =
                    Some("write {hear: {a -> b: ..}, say: [{b -> a: ..}]}".into());
                continue;
            };
            let heard = answers(reader, scene, hear);
            let said = answers(reader, scene, say);
            let count = item.get("count").map_or(0..=u32::MAX, |n| reader.count(n));
            match <[Arc<Say>; 1]>::try_from(heard) {
                Ok([hear]) => {
                    responders.push(Responder { pos: item.pos, hear, say: said, count });
                }
                Err(_) => {
                    reader.error(item.pos, "`hear` is one message");
                }
            }
        }
        responders
    }
}

/// The messages of a standing answer, which is given whenever it is asked for, and at once.
fn answers(reader: &mut Reader<'_>, scene: &mut Scene<'_>, node: &Node) -> Vec<Arc<Say>> {
    let mut messages = Vec::new();
    for rung in rungs(reader, scene, node) {
        match rung.act {
            Act::Message(say) if rung.timing.is_any() => messages.push(say),
            Act::Message(_) => {
                reader.error(rung.pos, "a standing answer has no time of its own").help =
                    Some("take `within` and `after` away".into());
            }
            _ => {
                reader.error(rung.pos, "a standing answer is made of messages alone");
            }
        }
    }
    messages
}

/// The tree with `$name` replaced by the values of one row, wherever it is a whole scalar.
fn substitute<'n>(node: &Node<'n>, row: &[Entry<'n>], used: &mut Vec<String>) -> Node<'n> {
    let known = |name: &str| row.iter().find(|(k, _)| k.text() == Some(name)).map(|(_, v)| v);
    match &node.kind {
        Kind::Scalar(text, plain) => match text.strip_prefix('$').and_then(known) {
            Some(value) => {
                used.push(text[1..].to_owned());
                value.clone()
            }
            None => {
                // A word of several, as in `nas $what`.
                let mut words: Vec<&str> = text.split(' ').collect();
                for word in &mut words {
                    let value = word.strip_prefix('$').and_then(known).and_then(|v| v.text());
                    if let Some(value) = value {
                        used.push(word[1..].to_owned());
                        *word = value;
                    }
                }
                Node::new(node.pos, Kind::Scalar(words.join(" ").into(), *plain))
            }
        },
        Kind::List(items) => {
            let items = items.iter().map(|i| substitute(i, row, used)).collect();
            Node::new(node.pos, Kind::List(items))
        }
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| match key.text() {
                // The table itself is no use of its columns.
                Some("each") => (key.clone(), value.clone()),
                _ => (key.clone(), substitute(value, row, used)),
            });
            Node::new(node.pos, Kind::Map(entries.collect()))
        }
    }
}
