//! Suites and targets into cases.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::{Diagnostic, Severity, counted};
use crate::ladder::{Act, Exchange, PartyId, Projection, Setting, Suite, walk};
use crate::play::Cast;
use crate::report::Mask;
use crate::suite;
use crate::target::{self, Target};
use crate::threads;

/// How many warnings about a file are told before a run.
const MOST_WARNINGS: usize = 20;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Suite files and folders.
    pub paths: Vec<PathBuf>,
    /// Names or folders of targets; without any, the built-in peer.
    pub targets: Vec<String>,
    /// The folder that holds targets by name.
    pub target_root: PathBuf,
    /// The parties that we play; without any, all but the one under test.
    pub play_as: Vec<String>,
    /// Every party that an exchange can test is tested, not only the last-named one.
    pub every_side: bool,
    /// Settings.
    pub set: BTreeMap<String, String>,
    /// The profile.
    pub profile: Option<String>,
    /// A broken SHOULD is a failure.
    pub strict: bool,
    /// Exchanges at once.
    pub jobs: usize,
    /// Only this part of the exchanges, counted from 1, of so many.
    pub shard: Option<(usize, usize)>,
    /// For everything that is drawn; drawn itself where nobody gives it.
    pub seed: Option<u64>,
    /// Stretches the time that peers are given.
    pub timeout_scale: f64,
    /// In memory, under a clock that jumps.
    pub sim: bool,
    /// Where the record and the reports go.
    pub report: Option<PathBuf>,
    /// Each exchange is drawn as text while it runs.
    pub ladder: bool,
    /// Whether records and reports show secrets.
    pub show_secrets: bool,
    /// Whether a missing program is a failure rather than a reason to ignore.
    pub all_must_be_there: bool,
}

impl Options {
    /// Masks these texts in everything that is shown, unless secrets are to be shown.
    pub fn mask(&self, secrets: impl IntoIterator<Item = String>) -> Mask {
        if self.show_secrets { Mask::default() } else { Mask::new(secrets) }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            paths: vec![PathBuf::from("suites")],
            targets: Vec::new(),
            target_root: PathBuf::from("fixtures/targets"),
            play_as: Vec::new(),
            every_side: false,
            set: BTreeMap::new(),
            profile: None,
            strict: false,
            // Waiting costs nothing but sockets, of which a process usually has 1024.
            jobs: 256,
            shard: None,
            seed: None,
            timeout_scale: 1.0,
            sim: false,
            report: None,
            ladder: false,
            show_secrets: false,
            all_must_be_there: std::env::var_os("CI").is_some_and(|v| v == "true"),
        }
    }
}

/// Everything that could be played.
#[derive(Debug, Default)]
pub struct Plan {
    /// Cases, in the order of the suites.
    pub cases: Vec<Case>,
    /// Groups of cases that rules look at together.
    pub groups: Vec<Group>,
    /// What the linter warns of, and known deviations that cover nothing.
    pub warnings: Vec<Diagnostic>,
}

/// One exchange against one implementation, or against the built-in peer.
#[derive(Clone, Debug)]
pub struct Case {
    /// `suite::exchange::party`.
    pub name: String,
    /// The suite.
    pub suite: Arc<Suite>,
    /// The exchange.
    pub exchange: Arc<Exchange>,
    /// Who is played.
    pub projection: Projection,
    /// The implementation; `None` for the built-in peer.
    pub target: Option<Arc<Target>>,
    /// Why it cannot be played here.
    pub skip: Option<String>,
}

/// The cases of one suite against one implementation.
#[derive(Clone, Debug)]
pub struct Group {
    /// The suite.
    pub suite: Arc<Suite>,
    /// The party under test, as it stands in trial names.
    pub label: String,
    /// Who is under test.
    pub tested: Vec<PartyId>,
    /// The implementation.
    pub target: Option<Arc<Target>>,
    /// Indices of its cases.
    pub cases: Vec<usize>,
}

/// What the suites of a run know of settings and profiles.
#[derive(Default)]
struct Words {
    settings: BTreeSet<String>,
    profiles: BTreeSet<String>,
}

impl Words {
    fn learn(&mut self, suite: &Suite) {
        self.settings.extend(suite.settings.keys().cloned());
        let exchanges = suite.exchanges.iter().flat_map(|e| [&e.profile, &e.unless_profile]);
        let rules = suite.rules.iter().flat_map(|r| [&r.profile, &r.unless_profile]);
        self.profiles.extend(exchanges.chain(rules).flatten().cloned());
    }

    /// The settings and the profile that were asked for, and that nothing here has: no suite, nor a
    /// target of its own, for its commands and files.
    fn unknown(&self, options: &Options, targets: &[Arc<Target>]) -> Vec<Diagnostic> {
        let mut strange: Vec<&String> =
            options.set.keys().filter(|name| !self.settings.contains(*name)).collect();
        let mut known = self.settings.clone();
        // Files are read for it, so only where there is one left to be found in them.
        if !strange.is_empty() {
            let own = targets.iter().flat_map(|target| target.settings.keys().cloned());
            known.extend(own.chain(targets.iter().flat_map(|target| target.words())));
            strange.retain(|name| !known.contains(*name));
        }
        let who =
            if targets.is_empty() { "no suite here has" } else { "neither suite nor target has" };
        let settings = strange.into_iter().map(|name| {
            Diagnostic::plain(format!("{who} a setting `{name}`"))
                .suggest(name, known.iter().map(String::as_str))
        });
        let profile = options.profile.iter().filter(|name| !self.profiles.contains(*name));
        let profile = profile.map(|name| {
            Diagnostic::plain(format!("no exchange and no rule here has the profile `{name}`"))
                .suggest(name, self.profiles.iter().map(String::as_str))
        });
        settings.chain(profile).collect()
    }
}

/// All errors in a file, and the first warnings about it: each of thousands of exchanges may have one.
fn worth_telling(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_warning = |found: &Diagnostic| found.severity == Severity::Warning;
    let more = found.iter().filter(|found| is_warning(found)).count().saturating_sub(MOST_WARNINGS);
    if more == 0 {
        return found;
    }
    let mut warnings = 0;
    found.retain_mut(|found| {
        if !is_warning(found) {
            return true;
        }
        warnings += 1;
        if warnings == MOST_WARNINGS + 1 {
            found.title =
                format!("not told here: {} about this file", counted(more, "more warning"));
            found.remark = String::new();
            found.help = Some("`stepladder check` tells all of them".to_owned());
        }
        warnings <= MOST_WARNINGS + 1
    });
    found
}

impl Plan {
    /// Loads suites and targets and pairs them.
    ///
    /// `only` is the one trial that matters, where the caller knows it: then no other file than its
    /// suite's is read. Fails with everything that is wrong with what is read.
    pub fn make(options: &Options, only: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let (only, exchange) = match only {
            Some(trial) => (trial.split("::").next(), only_exchange(options, trial)),
            None => (None, None),
        };
        let mut plan = Self::default();
        let mut problems = Vec::new();
        let mut targets = Vec::new();
        let mut words = Words::default();
        let mut known = BTreeMap::new();
        let mut fitting: Vec<Vec<Arc<Suite>>> = Vec::new();
        for name in &options.targets {
            match target::find(name, &options.target_root)
                .map_err(|e| vec![e])
                .and_then(|folder| target::load(&folder))
            {
                Ok(target) => targets.push(Arc::new(target)),
                Err(more) => problems.extend(more),
            }
        }
        fitting.resize(targets.len(), Vec::new());
        let files = files(options, only).map_err(|e| vec![e])?;
        let read = threads::map(files, |path| {
            let (loaded, mut found) = suite::load_only(&path, exchange);
            found.extend(loaded.iter().flat_map(suite::lint));
            (loaded, worth_telling(found))
        });
        for (loaded, found) in read {
            problems.extend(found);
            let Some(loaded) = loaded.map(Arc::new) else { continue };
            let path = std::fs::canonicalize(&loaded.source.path)
                .unwrap_or_else(|_| loaded.source.path.clone().into());
            match known.entry(loaded.name.clone()) {
                Entry::Vacant(place) => drop(place.insert(path)),
                // It was named twice.
                Entry::Occupied(other) if *other.get() == path => continue,
                // Their trials would have the same names.
                Entry::Occupied(other) => {
                    let (name, here) = (&loaded.name, &loaded.source.path);
                    let title = format!("two suites are called `{name}`");
                    let where_they_are = format!("{} and {here}", other.get().display());
                    problems.push(Diagnostic::plain(title).help(where_they_are));
                    continue;
                }
            }
            words.learn(&loaded);
            if targets.is_empty() {
                plan.built_in(options, &loaded);
            }
            for (target, fitting) in targets.iter().zip(&mut fitting) {
                if target.fits(&loaded) {
                    fitting.push(loaded.clone());
                    if only.is_none() {
                        problems.extend(target.stray_deviations(&loaded));
                    }
                    plan.against(options, &loaded, target, targets.len() > 1);
                }
            }
        }
        let all = options.paths.iter().all(|path| path.is_dir());
        for (target, fitting) in targets.iter().zip(&fitting) {
            let suites: Vec<&Suite> = fitting.iter().map(Arc::as_ref).collect();
            problems.extend(target.portless(&suites));
            if only.is_none() && !suites.is_empty() {
                problems.extend(target.strange_names(&suites, all));
            }
        }
        // A suite that is read alone need not know what another one of its folder does.
        if only.is_none() {
            problems.extend(words.unknown(options, &targets));
        }
        let (errors, warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|p| p.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(errors);
        }
        plan.warnings = warnings;
        if let Some((part, parts)) = options.shard {
            plan.keep(|at| at % parts + 1 == part);
            return Ok(plan);
        }
        if plan.cases.is_empty() && only.is_none() {
            return Err(vec![plan.nothing(options, &targets)]);
        }
        Ok(plan)
    }

    /// Keeps the cases of these places.
    fn keep(&mut self, kept: impl Fn(usize) -> bool) {
        let mut places = Vec::new();
        let mut cases = Vec::new();
        for (at, case) in std::mem::take(&mut self.cases).into_iter().enumerate() {
            places.push(kept(at).then_some(cases.len()));
            cases.extend(kept(at).then_some(case));
        }
        self.cases = cases;
        for group in &mut self.groups {
            group.cases = group.cases.iter().filter_map(|at| places[*at]).collect();
        }
        self.groups.retain(|group| !group.cases.is_empty());
    }

    fn nothing(&self, options: &Options, targets: &[Arc<Target>]) -> Diagnostic {
        let names = |t: &Arc<Target>| t.name.clone();
        match (targets, options.play_as.as_slice()) {
            ([], []) => Diagnostic::plain("no exchange of these suites can be played"),
            ([], parties) => Diagnostic::plain(format!(
                "no exchange of these suites can be played as {}",
                parties.join(" and ")
            )),
            (targets, _) => {
                let names: Vec<String> = targets.iter().map(names).collect();
                let fits: Vec<String> = targets.iter().flat_map(|t| t.suites.clone()).collect();
                Diagnostic::plain(format!("no suite here fits {}", names.join(" or ")))
                    .help(format!("it takes {}", fits.join(", ")))
            }
        }
    }

    /// Pairs a suite with the built-in peer.
    fn built_in(&mut self, options: &Options, suite: &Arc<Suite>) {
        if !options.play_as.is_empty() {
            let played: Option<Vec<PartyId>> =
                options.play_as.iter().map(|name| suite.party(name)).collect();
            let Some(played) = played else { return };
            let tested: Vec<PartyId> =
                (0..suite.parties.len()).filter(|p| !played.contains(p)).collect();
            if tested.is_empty() {
                // Playing everybody is self-play: each is held against the others in turn.
                let all: Vec<PartyId> = (0..suite.parties.len()).collect();
                all.into_iter().for_each(|party| self.group(options, suite, &[party], None, None));
                return;
            }
            self.group(options, suite, &tested, None, None);
            return;
        }
        if options.every_side {
            for party in 0..suite.parties.len() {
                self.group(options, suite, &[party], None, None);
            }
            return;
        }
        // Each exchange tests the last-named party that it can test.
        let last = |exchange: &Exchange| {
            (0..suite.parties.len())
                .rev()
                .find(|p| exchange.cannot_test(suite, &Projection::testing(suite, &[*p])).is_none())
        };
        for party in 0..suite.parties.len() {
            let chosen = |exchange: &Exchange| last(exchange) == Some(party);
            self.group(options, suite, &[party], None, Some(&chosen));
        }
    }

    /// Pairs a suite with an implementation.
    fn against(
        &mut self,
        options: &Options,
        suite: &Arc<Suite>,
        target: &Arc<Target>,
        several: bool,
    ) {
        let Some(party) = suite.party(&target.takes) else { return };
        let before = self.groups.len();
        self.group(options, suite, &[party], Some(target), None);
        if several {
            for group in &mut self.groups[before..] {
                group.label = format!("{}@{}", group.label, target.name);
                for case in &group.cases {
                    let case = &mut self.cases[*case];
                    case.name = format!("{}@{}", case.name, target.name);
                }
            }
        }
    }

    fn group(
        &mut self,
        options: &Options,
        suite: &Arc<Suite>,
        tested: &[PartyId],
        target: Option<&Arc<Target>>,
        chosen: Option<&dyn Fn(&Exchange) -> bool>,
    ) {
        let projection = Projection::testing(suite, tested);
        let label: Vec<&str> = tested.iter().map(|p| suite.parties[*p].name.as_str()).collect();
        let label = label.join("+");
        let mut cases = Vec::new();
        for exchange in &suite.exchanges {
            let in_profile = (exchange.profile.is_none() || exchange.profile == options.profile)
                && (options.profile.is_none() || exchange.unless_profile != options.profile);
            let possible = exchange.cannot_test(suite, &projection).is_none();
            if !in_profile || !possible || chosen.is_some_and(|chosen| !chosen(exchange)) {
                continue;
            }
            let skip = target.and_then(|t| {
                t.nowhere(&options.set).or_else(|| keeps(suite, exchange, &projection, t))
            });
            cases.push(self.cases.len());
            self.cases.push(Case {
                name: format!("{}::{}::{label}", suite.name, exchange.name),
                suite: suite.clone(),
                exchange: exchange.clone(),
                projection: projection.clone(),
                target: target.cloned(),
                skip,
            });
        }
        if !cases.is_empty() {
            self.groups.push(Group {
                suite: suite.clone(),
                label,
                tested: tested.to_vec(),
                target: target.cloned(),
                cases,
            });
        }
    }
}

/// The exchange without which a trial is nothing, and which is all that it needs of its suite: a
/// rule looks at many, so do parts of a run, and a report tells of all.
fn only_exchange<'t>(options: &Options, trial: &'t str) -> Option<&'t str> {
    let exchange = trial.split("::").nth(1).filter(|word| *word != "rules")?;
    let whole = options.report.is_some() || options.shard.is_some();
    // Rows of a table differ in their brackets.
    (!whole).then(|| exchange.split('[').next().unwrap_or_default())
}

/// The files to be read.
fn files(options: &Options, only: Option<&str>) -> Result<Vec<PathBuf>, Diagnostic> {
    if let Some(name) = only {
        let direct: Vec<PathBuf> = options
            .paths
            .iter()
            .map(|path| path.join(format!("{name}.yaml")))
            .filter(|path| path.is_file())
            .collect();
        if !direct.is_empty() {
            return Ok(direct);
        }
    }
    suite::find(&options.paths)
}

/// What keeps an exchange from being played against an implementation.
fn keeps(
    suite: &Suite,
    exchange: &Exchange,
    projection: &Projection,
    target: &Target,
) -> Option<String> {
    if let Some(feature) = exchange.needs.iter().find(|f| target.lacks.contains(f)) {
        return Some(format!("{} does without {feature}", target.name));
    }
    let (mut triggered, mut missing) = (false, None);
    let (mut calls, mut unreachable) = (false, None);
    exchange.rungs(&mut |rung| match &rung.act {
        Act::Trigger { party, name } if !projection.played[*party] => {
            triggered = true;
            if !target.triggers.contains_key(name) {
                missing.get_or_insert_with(|| format!("{} cannot be made to {name}", target.name));
            }
        }
        Act::Message(say) => {
            let link = &suite.links[say.ends.link];
            let (ours, theirs) =
                (projection.played[link.initiator], projection.played[link.responder]);
            calls |= !ours && theirs;
            let on_wire = link.is_segment() && target.network.is_some();
            let known = on_wire || link.at.is_some() || target.links.contains_key(&link.name);
            if ours && !theirs && !known {
                let title = format!("{} has no address for link `{}`", target.name, link.name);
                unreachable.get_or_insert(title);
            }
        }
        _ => {}
    });
    if missing.is_some() || unreachable.is_some() {
        return missing.or(unreachable);
    }
    let first_is_theirs = opens(exchange, projection);
    (calls && first_is_theirs && !triggered && !target.triggers.is_empty())
        .then(|| format!("nothing in this exchange makes {} act", target.name))
}

/// Whether the first message of an exchange is to come from the implementation.
fn opens(exchange: &Exchange, projection: &Projection) -> bool {
    let mut first = None;
    for step in &exchange.steps {
        walk(&step.rungs, &mut |rung| {
            let ends = match &rung.act {
                Act::Message(say) => say.ends,
                Act::Connect(ends, _) => *ends,
                _ => return,
            };
            first.get_or_insert(!projection.played[ends.from]);
        });
    }
    first.unwrap_or(false)
}

impl Case {
    /// Whether frames pass between us and whoever is under test.
    pub fn is_on_segment(&self) -> bool {
        let played = &self.projection.played;
        let mut links = self.suite.links.iter();
        links.any(|link| link.is_segment() && played[link.initiator] != played[link.responder])
    }

    /// Whether nothing else may be played against its target meanwhile: it says so, or everybody
    /// hears everybody where it is.
    pub fn is_alone(&self) -> bool {
        let shares = |t: &Target| t.network.is_none() && self.is_on_segment();
        self.target.as_ref().is_some_and(|t| t.exclusive || shares(t))
    }

    /// Whether a program or a network is made for this exchange alone.
    pub fn starts_a_client(&self) -> bool {
        let has_network =
            self.target.as_ref().map_or(self.is_on_segment(), |t| t.network.is_some());
        has_network
            || self.target.as_ref().is_some_and(|t| match &t.start {
                Some(start) => start.per_exchange,
                None => !t.triggers.is_empty(),
            })
    }

    /// Whether it has a server of its own: it does something to it, which others must not notice, or
    /// the server has to be told where we listen.
    pub fn has_its_own_server(&self) -> bool {
        let mut changes = false;
        self.exchange.rungs(&mut |rung| {
            changes |= matches!(&rung.act, Act::Trigger { party, .. }
                if !self.projection.played[*party]);
        });
        let start = self.target.as_ref().and_then(|t| t.start.as_ref());
        start.is_some_and(|start| changes || start.per_exchange)
    }

    /// The values that what is shown of it masks.
    pub fn secrets(&self, options: &Options) -> Vec<String> {
        secrets(&self.suite, &self.exchange, &self.projection, self.settings(options))
    }

    /// The settings that stand in for those of the suite: the target's, then the user's.
    pub fn settings(&self, options: &Options) -> BTreeMap<String, Setting> {
        settings(self.target.as_deref(), options)
    }
}

impl Group {
    /// Whether it is played against the target of this name.
    pub fn is_against(&self, name: &str) -> bool {
        self.target.as_ref().is_some_and(|target| target.name == name)
    }

    /// The values that what is shown of its suite masks, with exchanges that are not played.
    pub fn secrets(&self, options: &Options) -> BTreeSet<String> {
        let settings = settings(self.target.as_deref(), options);
        let projection = Projection::testing(&self.suite, &self.tested);
        let exchanges = self.suite.exchanges.iter();
        exchanges.flat_map(|e| secrets(&self.suite, e, &projection, settings.clone())).collect()
    }
}

fn secrets(
    suite: &Arc<Suite>,
    exchange: &Arc<Exchange>,
    projection: &Projection,
    settings: BTreeMap<String, Setting>,
) -> Vec<String> {
    Cast { settings, ..Cast::new(suite, exchange, projection.clone()) }.secrets()
}

/// The settings that stand in for those of a suite: the target's, then the user's.
fn settings(target: Option<&Target>, options: &Options) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    if let Some(target) = target {
        settings.extend(target.settings.clone());
    }
    for (name, value) in &options.set {
        // What a target calls secret stays so, whoever gives it.
        let secret = settings.get(name).is_some_and(|setting: &Setting| setting.secret);
        settings.insert(name.clone(), Setting { value: value.clone(), secret });
    }
    settings
}
