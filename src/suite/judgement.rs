//! What a suite, or its folder, asks of all messages: rules, what standards leave free, and the quiet
//! at the end of each exchange.

use std::sync::Arc;
use std::time::Duration;

use super::file::{Top, check_name};
use super::pattern;
use super::rung::ends;
use crate::diag::Pos;
use crate::ladder::{Act, Catalogue, Exchange, Free, PartyId, Rule, SetCheck};
use crate::wire::MessageType;
use crate::yaml::{Kind, Node, Reader};

const FREE_KEYS: &[&str] = &["every", "fields", "deeds", "because"];
const RULE_KEYS: &[&str] = &[
    "about",
    "requirements",
    "level",
    "profile",
    "unless-profile",
    "every",
    "when",
    "hear",
    "nowhere",
    "set",
];

/// What a suite, or its folder, asks of all messages.
#[derive(Default)]
pub(super) struct Judgement {
    pub(super) rules: Vec<Rule>,
    pub(super) free: Vec<Free>,
    pub(super) quiet: Option<Duration>,
}

impl Judgement {
    /// Adds what the folder shares, as far as any exchange has to do with it.
    pub(super) fn join(
        &mut self,
        reader: &mut Reader<'_>,
        common: Self,
        exchanges: &[Arc<Exchange>],
    ) {
        for rule in common.rules {
            if self.rules.iter().any(|r| r.name == rule.name) {
                let title = format!("there is a rule `{}` in a suite already", rule.name);
                reader.error(rule.pos, title);
            }
            if exchanges.iter().any(|exchange| exchange.may_meet(&rule)) {
                self.rules.push(rule);
            }
        }
        self.free.extend(common.free);
        self.quiet = self.quiet.or(common.quiet);
    }
}

impl Exchange {
    /// Whether a message of the exchange is one that a rule speaks of.
    fn may_meet(&self, rule: &Rule) -> bool {
        let mut met = false;
        self.rungs(&mut |rung| {
            let Act::Message(say) = &rung.act else { return };
            let kind = rule.kinds.is_empty()
                || rule.kinds.iter().any(|kind| std::ptr::eq(*kind, say.kind));
            met |= kind && say.ends.from == rule.from && say.ends.to == rule.to;
        });
        met
    }
}

impl Top<'_> {
    /// Rules, freedoms and the quiet at the end. Those of parties that the suite does not have are
    /// for other suites of its folder.
    pub(super) fn judgement(
        &self,
        reader: &mut Reader<'_>,
        root: &Node,
        catalogue: &Catalogue,
        found: &mut Judgement,
    ) {
        let shared = root.get("suite").is_none();
        let ours = |node: &Node| {
            let every = node.get("every").and_then(|n| n.entries().first());
            let who = every.and_then(|(who, _)| who.text()).unwrap_or_default();
            let known = |name: &str| self.parties.iter().any(|p| p.name == name.trim());
            !shared || who.split("->").all(known) || every.is_none()
        };
        for (key, value) in reader.entries_of(root, "rules") {
            if !ours(value) {
                continue;
            }
            found.rules.extend(self.rule(reader, key, value, catalogue));
        }
        for (key, value) in reader.entries_of(root, "free") {
            if ours(value) {
                found.free.extend(self.free(reader, key, value));
            }
        }
        if found.quiet.is_none() {
            found.quiet = root.get("quiet").and_then(|n| reader.time(n));
        }
    }

    /// What a standard leaves to whoever says it.
    fn free(&self, reader: &mut Reader<'_>, key: &Node, node: &Node) -> Option<Free> {
        let name = key.text().unwrap_or_default().to_owned();
        reader.keys(node, FREE_KEYS);
        let (from, to, kinds, layout) = self.every(reader, &name, key, node)?;
        let fields = reader.texts_of(node, "fields");
        let known = |reader: &mut Reader<'_>, path: &str, pos| {
            pattern::path(reader, layout.layout.fields, path, pos).is_some()
        };
        let fields: Vec<String> =
            fields.into_iter().filter(|(p, pos)| known(reader, p, *pos)).map(|(p, _)| p).collect();
        let deeds: Vec<String> =
            reader.texts_of(node, "deeds").into_iter().map(|(text, _)| text).collect();
        if fields.is_empty() && deeds.is_empty() {
            reader.error(key.pos, format!("`{name}` frees nothing")).help =
                Some("add `fields:` or `deeds:`".into());
        }
        let because = reader.text_of(node, "because");
        if !because.contains("section") {
            reader
                .error(key.pos, format!("`{name}` does not say which section leaves it free"))
                .help = Some("add `because: RFC 0000 section 0: ...`".into());
        }
        Some(Free { name, from, to, kinds, fields, deeds, because })
    }

    /// The messages that a rule or a freedom speaks of, and the layout that its fields are of.
    fn every(
        &self,
        reader: &mut Reader<'_>,
        name: &str,
        key: &Node,
        node: &Node,
    ) -> Option<(PartyId, PartyId, Vec<&'static MessageType>, &'static MessageType)> {
        let Some((who, what)) = node.get("every").and_then(|n| n.entries().first()) else {
            reader.error(key.pos, format!("`{name}` speaks of no messages")).help =
                Some("add `every: {server -> nas: any}`".into());
            return None;
        };
        let kinds_wanted: Vec<(String, Pos)> = match &what.kind {
            Kind::List(items) => {
                items.iter().filter_map(|i| reader.text(i).map(|t| (t, i.pos))).collect()
            }
            _ => reader.text(what).map(|t| (t, what.pos)).into_iter().collect(),
        };
        let first = kinds_wanted.first().map(|(k, _)| k.as_str()).filter(|k| *k != "any");
        let scene = self.scene();
        let ends = ends(reader, &scene, who.text().unwrap_or_default(), who.pos, first, node)?;
        let protocol = self.links[ends.link].protocol;
        let from_initiator = self.links[ends.link].initiator == ends.from;
        let mut kinds: Vec<&'static MessageType> = Vec::new();
        for (kind, pos) in kinds_wanted.iter().filter(|(k, _)| k != "any") {
            match protocol.message(kind) {
                Some(kind) => kinds.push(kind),
                None => {
                    let known = protocol.messages.iter().map(|m| m.name);
                    reader.unknown(
                        *pos,
                        format!("{} has no message `{kind}`", protocol.name),
                        kind,
                        known,
                    );
                }
            }
        }
        // A rule over any message speaks of fields that all of them have.
        let layout = kinds
            .first()
            .copied()
            .or_else(|| protocol.messages.iter().find(|m| m.from.fits(from_initiator)))?;
        Some((ends.from, ends.to, kinds, layout))
    }

    fn rule(
        &self,
        reader: &mut Reader<'_>,
        key: &Node,
        node: &Node,
        catalogue: &Catalogue,
    ) -> Option<Rule> {
        let name = key.text().unwrap_or_default().to_owned();
        check_name(reader, &name, key.pos, "rule");
        reader.keys(node, RULE_KEYS);
        let (from, to, kinds, layout) = self.every(reader, &name, key, node)?;
        let mut fields =
            |n: &Node| pattern::fields(reader, self.names, layout.layout.fields, "", n);
        let when = node.get("when").map(&mut fields).unwrap_or_default();
        let hear = match node.get("hear") {
            Some(list) if !list.items().is_empty() => {
                list.items().iter().map(&mut fields).collect()
            }
            Some(one) => vec![fields(one)],
            None => Vec::new(),
        };
        let set = node.get("set").map(|n| set_checks(reader, layout, n));
        let nowhere = node.get("nowhere");
        let nowhere = nowhere.and_then(|node| pattern::free_term(reader, node));
        let requirements = self.requirements(reader, node, catalogue);
        let level = self.level(reader, node, &requirements, catalogue);
        Some(Rule {
            about: reader.text_of(node, "about"),
            source: reader.source.clone(),
            pos: key.pos,
            requirements,
            level,
            profile: node.get("profile").and_then(|n| reader.text(n)),
            unless_profile: node.get("unless-profile").and_then(|n| reader.text(n)),
            from,
            to,
            kinds,
            when,
            hear,
            nowhere,
            set: set.unwrap_or_default(),
            name,
        })
    }
}

fn set_checks(reader: &mut Reader<'_>, kind: &'static MessageType, node: &Node) -> Vec<SetCheck> {
    reader.keys(node, &["unique", "increasing", "unpredictable", "count"]);
    let mut checks = Vec::new();
    let mut paths = |key: &str| -> Vec<String> {
        let texts = reader.texts_of(node, key);
        texts
            .into_iter()
            .filter(|(p, pos)| pattern::path(reader, kind.layout.fields, p, *pos).is_some())
            .map(|(p, _)| p)
            .collect()
    };
    let unique = paths("unique");
    if !unique.is_empty() {
        checks.push(SetCheck::Unique(unique));
    }
    checks.extend(paths("increasing").into_iter().map(SetCheck::Increasing));
    checks.extend(paths("unpredictable").into_iter().map(SetCheck::Unpredictable));
    if let Some(count) = node.get("count") {
        checks.push(SetCheck::Count(reader.count(count)));
    }
    checks
}
