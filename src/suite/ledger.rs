//! The ledger: for each requirement of a catalogue which step or rule covers it, or why none does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::ladder::{
    Act, Catalogue, Exchange, Level, PartyId, Projection, Requirement, Step, Suite, walk,
};

/// Where a requirement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A step or rule cites it.
    Covered,
    /// None does, and the catalogue says why.
    Excused,
    /// None does.
    Missing,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Excused => "excused",
            Self::Missing => "missing",
        }
    }
}

/// A requirement and what became of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The requirement.
    pub requirement: Requirement,
    /// Where it stands.
    pub status: Status,
    /// The side of those that it binds which no case looks at; empty where all are.
    pub unseen: &'static str,
    /// The steps and rules that cite it: `suite::exchange::step`, `suite::rules::rule`. Rows of a
    /// table count once.
    pub cases: Vec<String>,
    /// Its catalogue.
    pub catalogue: Arc<Catalogue>,
}

impl Entry {
    /// Whether a suite without it would be a lie: it binds, and nobody looks nor says why.
    pub fn is_hole(&self) -> bool {
        self.status == Status::Missing
            && self.requirement.binding() == Level::Must
            && self.requirement.level != "model"
    }

    /// What to tell of a hole.
    pub fn problem(&self) -> Diagnostic {
        let title = match self.unseen {
            "" => format!("no step or rule covers `{}`", self.requirement.id),
            side => format!(
                "nothing that cites `{}` hears a {side}, which it binds as well",
                self.requirement.id
            ),
        };
        let remark = format!("{}: {}", self.requirement.level, self.requirement.statement);
        match &self.catalogue.source {
            Some(source) => Diagnostic::error(source, self.requirement.pos, title),
            None => Diagnostic::plain(title),
        }
        .remark(remark)
        .help("cite it in a step or rule, or say `excused:` with the reason")
    }
}

/// The ledger of all catalogues that some suites have beside them, by catalogue and id.
pub fn ledger(suites: &[Arc<Suite>]) -> Vec<Entry> {
    let mut cases: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut sides: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut cite = |ids: &'_ [String], case: String, seen: &BTreeSet<&'static str>| {
        for id in ids {
            let known = suites.iter().find_map(|s| s.requirements.by_id.get_key_value(id));
            let Some((id, _)) = known else { continue };
            sides.entry(id).or_default().extend(seen);
            let all = cases.entry(id).or_default();
            if !all.contains(&case) {
                all.push(case.clone());
            }
        }
    };
    for suite in suites {
        for exchange in &suite.exchanges {
            // Rows of a table differ in their brackets.
            let name = exchange.name.split('[').next().unwrap_or_default();
            for step in &exchange.steps {
                let seen = seen_by(suite, exchange, step);
                let case = format!("{}::{name}::{}", suite.name, step.name);
                cite(&step.requirements, case, &seen);
            }
        }
        for rule in &suite.rules {
            let seen = suite.sides(rule.from);
            cite(&rule.requirements, format!("{}::rules::{}", suite.name, rule.name), &seen);
        }
    }
    let mut catalogues: BTreeMap<&str, &Arc<Catalogue>> = BTreeMap::new();
    for suite in suites {
        if let Some(source) = &suite.requirements.source {
            catalogues.entry(&source.path).or_insert(&suite.requirements);
        }
    }
    let mut entries = Vec::new();
    for catalogue in catalogues.values() {
        for requirement in catalogue.by_id.values() {
            let cases = cases.get(requirement.id.as_str()).cloned().unwrap_or_default();
            let seen = sides.get(requirement.id.as_str());
            let sees = |side: &str| seen.is_some_and(|seen| seen.contains(side));
            let bound = match requirement.iut.as_str() {
                "client" => &["client"][..],
                "server" => &["server"],
                _ => &["client", "server"],
            };
            let unseen = match cases.is_empty() {
                true => "",
                false => bound.iter().find(|side| !sees(side)).copied().unwrap_or_default(),
            };
            let uncovered = cases.is_empty() || !unseen.is_empty();
            let status = match (uncovered, requirement.excused.is_empty()) {
                (false, _) => Status::Covered,
                (true, false) => Status::Excused,
                (true, true) => Status::Missing,
            };
            let (requirement, catalogue) = (requirement.clone(), Arc::clone(catalogue));
            entries.push(Entry { requirement, status, unseen, cases, catalogue });
        }
    }
    entries
}

/// The sides of which something is heard in a step: only what is heard can break a requirement.
fn seen_by(suite: &Suite, exchange: &Exchange, step: &Step) -> BTreeSet<&'static str> {
    let mut heard = BTreeSet::new();
    walk(&step.rungs, &mut |rung| match &rung.act {
        Act::Message(say) => drop(heard.insert(say.ends.from)),
        Act::Silent(silence) => drop(heard.insert(silence.ends.from)),
        Act::Connect(ends, _) | Act::Close(ends) => drop(heard.insert(ends.from)),
        Act::Refuse(ends) => drop(heard.insert(ends.to)),
        Act::Observe(what) => drop(heard.insert(what.party)),
        Act::Alive { party, .. } => drop(heard.insert(*party)),
        _ => {}
    });
    let tested = |party: &PartyId| {
        exchange.cannot_test(suite, &Projection::testing(suite, &[*party])).is_none()
    };
    heard.iter().filter(|party| tested(party)).flat_map(|p| suite.sides(*p)).collect()
}
