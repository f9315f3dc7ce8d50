//! What is wrong with a suite although every part of it can be read: names that stand for nothing,
//! parties that say what they cannot know, expectations that expect nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::SOME_EXCHANGES;
use crate::diag::{Diagnostic, Pos, Source};
use crate::ladder::{
    Act, Exchange, FieldSpec, PartyId, Pattern, Reference, Rung, Say, Saying, Suite, Term,
};
use crate::threads;
use crate::wire::MessageType;

/// Looks a suite over.
pub fn lint(suite: &Suite) -> Vec<Diagnostic> {
    let linter = || Linter { suite, with: BTreeSet::new(), problems: Vec::new() };
    let parts = suite.exchanges.chunks(SOME_EXCHANGES).collect();
    let found = threads::map(parts, |exchanges| {
        let mut linter = linter();
        exchanges.iter().for_each(|exchange| linter.exchange(exchange));
        linter.problems
    });
    let mut linter = Linter { problems: found.into_iter().flatten().collect(), ..linter() };
    linter.rules();
    // What is both said and heard is looked at twice.
    let same = |one: &mut Diagnostic, other: &mut Diagnostic| {
        one.title == other.title
            && one.at.as_ref().map(|(_, p)| p) == other.at.as_ref().map(|(_, p)| p)
    };
    linter.problems.dedup_by(same);
    linter.problems
}

/// Who knows a name, and how often it is used.
struct Known {
    parties: Option<BTreeSet<PartyId>>,
    /// The first field that mentions a value nobody has bound yet.
    first: Option<Pos>,
    uses: u32,
    /// The types of the message, which may be another one in each branch.
    kinds: Vec<&'static MessageType>,
}

impl Known {
    /// A setting, or the place of a link.
    fn given() -> Self {
        Self { parties: None, first: None, uses: 2, kinds: Vec::new() }
    }
}

struct Linter<'s> {
    suite: &'s Suite,
    /// The settings of the exchange alone.
    with: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Linter<'_> {
    fn error(&mut self, pos: Pos, title: impl Into<String>) -> &mut Diagnostic {
        self.error_in(&self.suite.source.clone(), pos, title)
    }

    fn error_in(
        &mut self,
        source: &Arc<Source>,
        pos: Pos,
        title: impl Into<String>,
    ) -> &mut Diagnostic {
        self.problems.push(Diagnostic::error(source, pos, title));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn exchange(&mut self, exchange: &Exchange) {
        self.with = exchange.with.keys().cloned().collect();
        let mut names: BTreeMap<String, Known> = BTreeMap::new();
        let settings = self.suite.settings.keys().chain(exchange.with.keys());
        for name in settings {
            names.insert(name.clone(), Known::given());
        }
        for link in self.suite.links.iter().filter(|link| link.is_told()) {
            names.entry(link.name.clone()).or_insert_with(Known::given);
        }
        for link in &self.suite.links {
            for (_, term) in &link.parameters {
                if let Term::Ref(r) = term
                    && !names.contains_key(&r.name)
                {
                    let known: Vec<&str> = names.keys().map(String::as_str).collect();
                    let near = crate::diag::nearest(&r.name, known).map(str::to_owned);
                    let problem = self.error(r.pos, format!("there is no setting `{}`", r.name));
                    problem.help = near.map(|n| format!("did you mean `${n}`?"));
                }
            }
        }
        self.rungs(&exchange.preamble, &mut names);
        for responder in &exchange.responders {
            let mut own: BTreeMap<String, Known> = BTreeMap::new();
            for (name, known) in &names {
                own.insert(
                    name.clone(),
                    Known {
                        parties: known.parties.clone(),
                        kinds: known.kinds.clone(),
                        ..Known::given()
                    },
                );
            }
            self.say(responder.pos, &responder.hear, &mut own);
            for say in &responder.say {
                self.say(responder.pos, say, &mut own);
            }
            self.lonely(&own);
        }
        for step in &exchange.steps {
            if step.rungs.is_empty() {
                self.error(step.pos, format!("nothing happens in step `{}`", step.name));
            }
            self.rungs(&step.rungs, &mut names);
        }
        self.rungs(&exchange.postamble, &mut names);
        let steps = exchange.steps.iter().map(|step| step.rungs.as_slice());
        for rungs in [&*exchange.preamble, &*exchange.postamble].into_iter().chain(steps) {
            self.ends(rungs, false);
        }
        self.lonely(&names);
        self.silences(exchange);
    }

    /// A name that only one field mentions keeps a value that nobody uses: it is mistyped.
    fn lonely(&mut self, names: &BTreeMap<String, Known>) {
        let lonely: Vec<(String, Pos)> = names
            .iter()
            .filter(|(_, known)| known.uses < 2)
            .filter_map(|(name, known)| known.first.map(|pos| (name.clone(), pos)))
            .collect();
        for (name, pos) in lonely {
            let others = names.keys().map(String::as_str).filter(|n| *n != name);
            let near = crate::diag::nearest(&name, others).map(str::to_owned);
            let problem = self.error(pos, format!("nothing is known of `${name}`"));
            problem.help = Some(match near {
                Some(near) => format!("did you mean `${near}`?"),
                None => "it is no setting and no kept message, and nothing else uses it; write \
                         `any` if any value will do"
                    .into(),
            });
        }
    }

    fn rungs(&mut self, rungs: &[Rung], names: &mut BTreeMap<String, Known>) {
        for rung in rungs {
            match &rung.act {
                Act::Message(say) => self.say(rung.pos, say, names),
                Act::Silent(silence) => {
                    if let Some(pattern) = &silence.containing {
                        self.hollow(&self.suite.source, pattern, rung.pos);
                    }
                }
                Act::Either(branches) | Act::AnyOrder(branches) => {
                    if branches.len() < 2 {
                        self.error(rung.pos, "a choice needs two branches or more");
                    }
                    for branch in branches {
                        self.rungs(branch, names);
                    }
                }
                Act::Optional(rungs) | Act::Alive { rungs, .. } => self.rungs(rungs, names),
                Act::Observe(observation) => {
                    if let Some(Term::Ref(r)) = &observation.of {
                        self.known_to(r, None, names);
                    }
                }
                Act::Repeat(repeat) => self.rungs(&repeat.rungs, names),
                _ => {}
            }
        }
    }

    /// Only where whoever is under test chose may an exchange end without a verdict: we take the first
    /// branch of a choice, and what is optional.
    fn ends(&mut self, rungs: &[Rung], chosen: bool) {
        for (at, rung) in rungs.iter().enumerate() {
            match &rung.act {
                Act::Inconclusive(_) if !chosen => {
                    self.error(rung.pos, "the exchange would never come to a verdict").help = Some(
                        "`inconclusive` stands in a branch of `either`, and not in the first one"
                            .into(),
                    );
                }
                Act::Inconclusive(_) if at + 1 < rungs.len() => {
                    self.error(rung.pos, "the exchange ends here: nothing happens behind it");
                }
                Act::Either(branches) => {
                    for (at, branch) in branches.iter().enumerate() {
                        self.ends(branch, chosen || at > 0);
                    }
                }
                Act::AnyOrder(branches) => {
                    branches.iter().for_each(|branch| self.ends(branch, chosen));
                }
                Act::Optional(rungs) | Act::Alive { rungs, .. } => self.ends(rungs, chosen),
                Act::Repeat(repeat) => self.ends(&repeat.rungs, chosen),
                _ => {}
            }
        }
    }

    fn say(&mut self, pos: Pos, say: &Arc<Say>, names: &mut BTreeMap<String, Known>) {
        let (from, to) = (say.ends.from, say.ends.to);
        for spec in &say.fields {
            self.field(spec, from, names);
        }
        if let Some(follows) = &say.follows
            && !names.contains_key(follows)
        {
            self.error(pos, format!("no message is kept as `{follows}`"));
        }
        if let Some(bind) = &say.bind {
            // A name means one thing: a setting would hide the message.
            if self.suite.settings.contains_key(bind) || self.with.contains(bind) {
                let title = format!("`{bind}` is a setting already; `as:` needs another name");
                self.error(pos, title);
            }
            let parties = Some(BTreeSet::from([from, to]));
            let mut kinds = names.remove(bind).map(|known| known.kinds).unwrap_or_default();
            kinds.push(say.kind);
            names.insert(bind.clone(), Known { parties, kinds, ..Known::given() });
        }
    }

    fn field(&mut self, spec: &FieldSpec, from: PartyId, names: &mut BTreeMap<String, Known>) {
        if let Some(Saying::Term(Term::Ref(r))) = &spec.say {
            self.known_to(r, Some(from), names);
        }
        // Whoever hears may be held against anything: the harness sees all that its parties see.
        let mut references = Vec::new();
        refs(&spec.hear, &mut references);
        for r in &references {
            self.known_to(r, None, names);
        }
        let twice = matches!((&spec.say, &spec.hear), (Some(Saying::Term(a)), Pattern::Equals(b)) if a == b);
        if twice && let Pattern::Equals(Term::Ref(r)) = &spec.hear {
            // One mention, read both ways.
            if let Some(known) = names.get_mut(&r.name) {
                known.uses = known.uses.saturating_sub(1);
            }
        }
        self.hollow(&self.suite.source, &spec.hear, spec.pos);
        for inner in &spec.fields {
            self.field(inner, from, names);
        }
    }

    /// A party can only speak of what it said or heard itself.
    fn known_to(
        &mut self,
        r: &Reference,
        party: Option<PartyId>,
        names: &mut BTreeMap<String, Known>,
    ) {
        let Some(known) = names.get_mut(&r.name) else {
            if r.path.is_empty() {
                let known = Known { first: Some(r.pos), uses: 1, ..Known::given() };
                names.insert(r.name.clone(), known);
                return;
            }
            let candidates: Vec<&str> = names.keys().map(String::as_str).collect();
            let near = crate::diag::nearest(&r.name, candidates).map(str::to_owned);
            let problem = self.error(r.pos, format!("no message is kept as `{}`", r.name));
            problem.help = Some(match near {
                Some(near) => format!("did you mean `${near}.{}`?", r.path),
                None => format!("keep it where it happens, with `as: {}`", r.name),
            });
            return;
        };
        known.uses += 1;
        let kinds = std::mem::take(&mut known.kinds);
        self.part(r, &kinds);
        known.kinds = kinds;
        self.place(r, party);
        let Some(known) = names.get_mut(&r.name) else { return };
        if let Some(party) = party
            && known.parties.as_ref().is_some_and(|p| !p.contains(&party))
        {
            let who = &self.suite.parties[party].name;
            let title =
                format!("`{who}` cannot know `${}`: it neither said nor heard it", r.text());
            let pos = r.pos;
            self.error(pos, title);
        }
    }

    /// A kept message has the fields of its type.
    fn part(&mut self, r: &Reference, kinds: &[&'static MessageType]) {
        let has = |kind: &&MessageType| super::pattern::is_part(kind.layout.fields, &r.path);
        let Some(kind) = kinds.last().filter(|_| !r.path.is_empty()) else { return };
        if !kinds.iter().any(has) {
            let title = format!("there is no field `{}` in the {}", r.path, kind.name);
            let fields = super::pattern::part_names(kind.layout.fields);
            let last = r.path.rsplit('.').next().unwrap_or_default();
            let problem = Diagnostic::error(&self.suite.source, r.pos, title);
            self.problems.push(problem.suggest(last, fields));
        }
    }

    /// Of the place of a link there is a host and a port, and whoever listens there tells them.
    fn place(&mut self, r: &Reference, party: Option<PartyId>) {
        let suite = self.suite;
        let mut links = suite.links.iter().filter(|link| link.is_told());
        let Some(link) = links.find(|link| link.name == r.name) else { return };
        if suite.settings.contains_key(&r.name) || self.with.contains(&r.name) {
            return;
        }
        if !matches!(r.path.as_str(), "host" | "port") {
            let title = format!("`${}` is no part of the place of a link", r.text());
            self.error(r.pos, title).help =
                Some(format!("write ${0}.host or ${0}.port", link.name));
        } else if let Some(party) = party.filter(|party| *party != link.responder) {
            let who = &suite.parties[party].name;
            let title = format!("`{who}` does not listen on link `{}`", link.name);
            self.error(r.pos, title).help =
                Some(format!("`{}` does", suite.parties[link.responder].name));
        }
    }

    /// An expectation that nothing can fail is a mistake.
    fn hollow(&mut self, source: &Arc<Source>, pattern: &Pattern, pos: Pos) {
        let empty = match pattern {
            Pattern::Matches(regex) => regex.is_match(b"") && regex.is_match(b"\x00any\xfftext"),
            Pattern::Contains(Term::Text(text)) => text.is_empty(),
            Pattern::Length(0, usize::MAX) | Pattern::Range(0, u64::MAX) => true,
            Pattern::Not(inner) if inner.is_any() => {
                self.error_in(source, pos, "nothing can fit `not: any`");
                false
            }
            Pattern::OneOf(parts) => {
                parts.iter().for_each(|p| self.hollow(source, p, pos));
                parts.iter().any(Pattern::is_any)
            }
            Pattern::All(parts) => {
                parts.iter().for_each(|p| self.hollow(source, p, pos));
                false
            }
            _ => false,
        };
        if empty {
            self.error_in(source, pos, "this expectation checks nothing: every value fits it")
                .help = Some("write `any` if any value will do".into());
        }
    }

    /// A dead peer is silent too: after a silence something must be heard of the same party.
    fn silences(&mut self, exchange: &Exchange) {
        let mut open: BTreeMap<PartyId, Pos> = BTreeMap::new();
        exchange.rungs(&mut |rung| match &rung.act {
            Act::Silent(silence) if silence.lasting.is_some() => {
                open.insert(silence.ends.from, rung.pos);
            }
            Act::Message(say) => {
                open.remove(&say.ends.from);
            }
            Act::Close(ends) | Act::Connect(ends, _) => {
                open.remove(&ends.from);
            }
            _ => {}
        });
        for (party, pos) in open {
            let link_initiator = self.suite.links.iter().any(|l| l.initiator == party);
            let name = self.suite.parties[party].name.clone();
            // A client that has nothing more to say cannot be made to prove that it is well.
            if link_initiator || exchange.cannot_test_party(party) {
                continue;
            }
            let source = self.suite.source.clone();
            self.problems.push(
                Diagnostic::warning(
                    &source,
                    pos,
                    format!("a dead `{name}` would pass this silence"),
                )
                .help(format!("end it with `alive: {name}`")),
            );
        }
    }

    fn rules(&mut self) {
        for rule in &self.suite.rules {
            if rule.hear.is_empty() && rule.set.is_empty() && rule.nowhere.is_none() {
                let title = format!("rule `{}` checks nothing", rule.name);
                self.error_in(&rule.source, rule.pos, title).help =
                    Some("add `hear:`, `nowhere:` or `set:`".into());
            }
            let mut references = Vec::new();
            if let Some(Term::Ref(r)) = &rule.nowhere {
                references.push((**r).clone());
            }
            let mut stack: Vec<&FieldSpec> =
                rule.when.iter().chain(rule.hear.iter().flatten()).collect();
            while let Some(spec) = stack.pop() {
                refs(&spec.hear, &mut references);
                self.hollow(&rule.source, &spec.hear, spec.pos);
                stack.extend(&spec.fields);
            }
            for r in references {
                if !self.suite.settings.contains_key(&r.name) {
                    let known = self.suite.settings.keys().map(String::as_str);
                    let near = crate::diag::nearest(&r.name, known).map(str::to_owned);
                    let title =
                        format!("a rule can speak of settings only, and `{}` is none", r.name);
                    self.error_in(&rule.source, r.pos, title).help =
                        near.map(|n| format!("did you mean `${n}`?"));
                }
            }
            let hollow = |specs: &Vec<FieldSpec>| {
                specs.iter().all(|f| f.hear.is_any() && f.fields.is_empty())
            };
            if rule.hear.iter().any(hollow) && !rule.hear.is_empty() && rule.set.is_empty() {
                let title = format!("rule `{}` checks nothing: every message fits it", rule.name);
                self.error_in(&rule.source, rule.pos, title);
            }
        }
    }
}

impl Exchange {
    /// Whether the exchange says that it does not test a party.
    fn cannot_test_party(&self, party: PartyId) -> bool {
        !self.tests.is_empty() && !self.tests.contains(&party)
    }
}

/// Everything that a pattern refers to.
fn refs(pattern: &Pattern, out: &mut Vec<Reference>) {
    let mut term = |t: &Term| {
        if let Term::Ref(r) = t {
            out.push((**r).clone());
        }
    };
    match pattern {
        Pattern::Equals(t) | Pattern::Contains(t) | Pattern::MoreThan(t) | Pattern::LessThan(t) => {
            term(t)
        }
        Pattern::OneOf(parts) | Pattern::All(parts) => parts.iter().for_each(|p| refs(p, out)),
        Pattern::Not(inner) => refs(inner, out),
        Pattern::NextOf(file, _) => out.push((**file).clone()),
        _ => {}
    }
}
