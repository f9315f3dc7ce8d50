//! `serve`: a party played over sockets for whoever calls, right or wrong on purpose.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::exchange::{Found, named, wrong};
use super::lines::Lines;
use super::words::ServeWords;
use crate::diag::{Diagnostic, clean, counted, nearest};
use crate::ladder::{Act, Exchange, LinkId, PartyId, Projection, Setting, Suite, walk};
use crate::live::{self, Host, Service, Traffic};
use crate::mutate::{Baseline, Mutant};
use crate::play::{Cast, Wrong, rule_in_force, seed_for};
use crate::record::{Report, Verdict};
use crate::report::Mask;
use crate::sim;

/// Serves an exchange.
pub fn serve(words: &ServeWords) -> ExitCode {
    match begin(words) {
        Ok(code) => code,
        Err(problems) => {
            problems.iter().for_each(super::refuse_with);
            ExitCode::from(super::BROKEN)
        }
    }
}

fn begin(words: &ServeWords) -> Found<ExitCode> {
    let (suite, exchange) = named(&words.exchange, &words.suites)?;
    let baseline = baseline(words, &suite, &exchange)?;
    let mutants = match (&words.mutant, words.list || words.every.is_some()) {
        (Some(id), _) => vec![chosen(id, words, &baseline)?],
        (None, true) => mutants(words, &baseline)?,
        (None, false) => Vec::new(),
    };
    if words.list {
        super::print(&listed(&mutants));
        return Ok(ExitCode::SUCCESS);
    }
    let cast = Cast {
        shown: true,
        // Nobody measures our silences as finely as we keep them.
        margin: Duration::ZERO,
        seed: words.seed.unwrap_or_else(|| fastrand::u64(..)),
        ..sim::peer(&baseline.cast)
    };
    let traffic = Traffic::of(&cast);
    let Addresses { listen, reach, interface } = addresses(words, &cast, &traffic)?;
    let count = words.count.or(traffic.ours_first.then_some(1));
    let mut shop = Shop {
        suite: &suite,
        exchange: &exchange,
        mask: Mask::new(cast.secrets()),
        every: words.every.unwrap_or(1),
        mutants,
        wrong: BTreeMap::new(),
        lines: Lines::new(),
    };
    if let Some(interface) = &interface {
        let links = cast.suite.links.iter().filter(|link| link.is_segment());
        links.for_each(|link| shop.lines.print(&format!("link {} on {interface}", link.name)));
    }
    let away = live::serve(Service { cast, listen, reach, interface, count }, &mut shop)
        .map_err(|why| vec![Diagnostic::plain(why)])?;
    if away > 0 {
        let away = counted(away, "caller");
        shop.lines.print(&format!("turned away: {away}, too many called at once"));
    }
    let left_out = shop.lines.finish();
    if left_out > 0 {
        super::warn(&format!("{} left out, which nobody read", counted(left_out, "line")));
    }
    Ok(ExitCode::SUCCESS)
}

/// The exchange played against itself, the served parties standing in for those under test.
fn baseline(words: &ServeWords, suite: &Arc<Suite>, exchange: &Arc<Exchange>) -> Found<Baseline> {
    let mut served: Vec<PartyId> = Vec::new();
    for name in &words.play_as {
        let Some(party) = suite.party(name) else {
            let known = suite.parties.iter().map(|p| p.name.as_str());
            let title = format!("`{}` has no party `{name}`", suite.name);
            return wrong(Diagnostic::plain(title).suggest(name, known));
        };
        served.push(party);
    }
    let mut settings = BTreeMap::new();
    for (name, value) in super::pairs("--set", &words.set).map_err(|why| vec![why])? {
        if !suite.settings.contains_key(&name) {
            let known = suite.settings.keys().map(String::as_str);
            let title = format!("`{}` has no setting `{name}`", suite.name);
            return wrong(Diagnostic::plain(title).suggest(&name, known));
        }
        settings.insert(name, Setting { value, secret: false });
    }
    // The seed is that of `score`, so that mutants have the names that it gives them.
    let seed = seed_for(words.seed.unwrap_or(1), &exchange.name);
    let projection = Projection::testing(suite, &served);
    Ok(Baseline::play(Cast { settings, seed, ..Cast::new(suite, exchange, projection) }))
}

/// Every mutant of the served parties, named as `score` names them.
fn mutants(words: &ServeWords, baseline: &Baseline) -> Found<Vec<Mutant>> {
    let Cast { suite, exchange, projection, settings, .. } = &baseline.cast;
    let who = words.play_as.join(" and ");
    if let Some(why) = exchange.cannot_test(suite, projection) {
        let title = format!("{who} cannot be made wrong in `{}`: {why}", exchange.name);
        return wrong(Diagnostic::plain(title));
    }
    let failed = baseline.tester.steps.iter().position(|s| s.verdict > Verdict::NotReached);
    if let Some(step) = failed.and_then(|at| exchange.steps.get(at)) {
        let title = format!("step {} does not pass with nobody wrong", step.name);
        return wrong(Diagnostic::plain(title).help("`stepladder check` says why"));
    }
    // What other exchanges drew before could come again in this one.
    let before = suite.exchanges.iter().take_while(|other| other.name != exchange.name);
    let before: Vec<Baseline> = before
        .filter(|other| other.cannot_test(suite, projection).is_none())
        .map(|other| {
            let seed = seed_for(words.seed.unwrap_or(1), &other.name);
            let (projection, settings) = (projection.clone(), settings.clone());
            Baseline::play(Cast { settings, seed, ..Cast::new(suite, other, projection) })
        })
        .collect();
    let mut mutants = baseline.mutants(&before.iter().collect::<Vec<_>>());
    // Whoever calls does not ask, as a tester does, whether we are well: that is never answered.
    let mut unasked = Vec::new();
    exchange.rungs(&mut |rung| {
        if let Act::Alive { rungs, .. } = &rung.act {
            walk(rungs, &mut |rung| unasked.push(rung.pos.line));
        }
    });
    mutants.retain(|mutant| !unasked.contains(&mutant.line));
    match mutants.is_empty() {
        true => wrong(Diagnostic::plain(format!("{who} does nothing that could be wrong"))),
        false => Ok(mutants),
    }
}

/// The mutant of a name, which may be the full one that `score` prints.
fn chosen(id: &str, words: &ServeWords, baseline: &Baseline) -> Found<Mutant> {
    let Cast { suite, exchange, .. } = &baseline.cast;
    let full = format!("{}::{}::{}::", suite.name, exchange.name, words.play_as.join("+"));
    let short = id.strip_prefix(&full).unwrap_or(id);
    let mutants = mutants(words, baseline)?;
    if let Some(mutant) = mutants.iter().find(|m| m.id == short) {
        return Ok(mutant.clone());
    }
    let title = format!("no mutant of {} is called `{short}`", words.play_as.join(" and "));
    let help = match nearest(short, mutants.iter().map(|m| m.id.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "--list shows all of them".to_owned(),
    };
    wrong(Diagnostic::plain(title).help(help))
}

fn listed(mutants: &[Mutant]) -> String {
    let mut text = String::new();
    let width = mutants.iter().map(|m| m.id.len()).max().unwrap_or(0);
    for mutant in mutants {
        let free = mutant.free.as_ref().map(|f| format!(" (free by {f})")).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  {}{free}", mutant.id, clean(&mutant.about));
    }
    text
}

/// Where to listen and whom to reach, by link, and the interface for links of frames.
#[derive(Default)]
struct Addresses {
    listen: BTreeMap<LinkId, SocketAddr>,
    reach: BTreeMap<LinkId, SocketAddr>,
    interface: Option<String>,
}

/// Where to listen and whom to reach; there must be an address for everybody who is called.
fn addresses(words: &ServeWords, cast: &Cast, traffic: &Traffic) -> Found<Addresses> {
    let (suite, who) = (&cast.suite, words.play_as.join(" and "));
    let name = |link: &LinkId| suite.links[*link].name.as_str();
    let called: Vec<LinkId> = traffic.called.keys().copied().collect();
    let calling: Vec<LinkId> = traffic.calling.iter().copied().collect();
    if called.is_empty() && calling.is_empty() {
        let title = format!("nobody is left in `{}` for {who} to talk to", cast.exchange.name);
        return wrong(Diagnostic::plain(title).help("give fewer parties to play"));
    }
    if let Some(link) = &traffic.refuses {
        let title = format!(
            "{who} refuses a call on link `{}` in `{}`, which cannot be served: the socket is there for others too",
            name(link),
            cast.exchange.name
        );
        return wrong(Diagnostic::plain(title));
    }
    let mut interface = None;
    let mut read = |flag: &str, pairs: &[String], links: &[LinkId], what: &str| {
        let mut found = BTreeMap::new();
        for (key, text) in super::pairs(flag, pairs).map_err(|why| vec![why])? {
            let Some(link) = links.iter().find(|link| name(link) == key) else {
                let title = format!("{who} {what} no link `{key}` here");
                return wrong(Diagnostic::plain(title).suggest(&key, links.iter().map(name)));
            };
            if suite.links[*link].is_segment() {
                interface = Some(text);
                continue;
            }
            let Ok(address) = text.parse() else {
                let title = format!("{flag} {key}: `{text}` is no address");
                return wrong(Diagnostic::plain(title).help("such as 127.0.0.1:1812"));
            };
            found.insert(*link, address);
        }
        Ok(found)
    };
    let listen = read("--listen", &words.listen, &called, "is called on")?;
    let reach = read("--reach", &words.reach, &calling, "calls on")?;
    let framed = |link: &&LinkId| suite.links[**link].is_segment();
    if let Some(link) = called.iter().chain(&calling).find(framed)
        && interface.is_none()
    {
        let title = format!("nobody says on which interface link `{}` is", name(link));
        let help = format!("give --listen {}=INTERFACE", name(link));
        return wrong(Diagnostic::plain(title).help(help));
    }
    if let Some(link) = calling.iter().find(|l| !framed(l) && !reach.contains_key(l)) {
        let title = format!("{who} calls on link `{}`, and nobody says whom", name(link));
        let help = format!("give --reach {}=ADDRESS", name(link));
        return wrong(Diagnostic::plain(title).help(help));
    }
    Ok(Addresses { listen, reach, interface })
}

/// Tells what is played, line by line.
struct Shop<'s> {
    suite: &'s Suite,
    exchange: &'s Exchange,
    mask: Mask,
    /// Every so many plays are wrong, in one of these ways after the other.
    every: usize,
    mutants: Vec<Mutant>,
    /// The plays that are wrong and have not ended.
    wrong: BTreeMap<usize, Mutant>,
    /// Callers do not wait for whoever reads what is told.
    lines: Lines,
}

impl Host for Shop<'_> {
    fn listens(&mut self, link: LinkId, address: SocketAddr) {
        self.lines.print(&format!("link {} at {address}", self.suite.links[link].name));
    }

    fn wrong(&mut self, number: usize) -> Option<Arc<Wrong>> {
        if !number.is_multiple_of(self.every) || self.mutants.is_empty() {
            return None;
        }
        let turn = (number / self.every - 1) % self.mutants.len();
        let mutant = self.mutants[turn].clone();
        let wrong = Arc::new(mutant.wrong.clone());
        self.wrong.insert(number, mutant);
        Some(wrong)
    }

    fn ended(&mut self, number: usize, other: Option<SocketAddr>, report: &Report) {
        let other = match other {
            None => "nobody".to_owned(),
            // Frames have no address of this kind.
            Some(other) if other.ip().is_unspecified() => "segment".to_owned(),
            Some(other) => other.to_string(),
        };
        let played = match self.wrong.remove(&number) {
            None => "right".to_owned(),
            Some(mutant) if report.deviated => format!("{}, {}", mutant.id, mutant.about),
            Some(mutant) => format!("right, it did not come to {}", mutant.id),
        };
        let line = self.mask.text(format!("{number} {other} {played}: {}", self.end(report)));
        // A line is a line, whatever stands in it.
        self.lines.print(&line.replace('\n', " "));
    }
}

impl Shop<'_> {
    /// How a play ended, as the played party saw it.
    fn end(&self, report: &Report) -> String {
        let steps = &self.exchange.steps;
        let unreached = report.steps.iter().any(|step| step.verdict == Verdict::NotReached);
        // A step that cannot be played from here ends the exchange as well.
        let failed = report.steps.iter().position(|step| {
            step.verdict == Verdict::Skipped || step.verdict > Verdict::NotReached
        });
        // What fails in the opening part stands in the place of the first step.
        if let Some((at, step)) = failed.and_then(|at| Some((at, steps.get(at)?))) {
            let came = &report.steps[at];
            let title = came.failures.first().map_or(came.reason.as_str(), |f| f.title.as_str());
            let stopped = unreached || at + 1 == report.steps.len();
            let what = if stopped { "stopped at" } else { "done, but" };
            return format!("{what} step {}: {title}", step.name);
        }
        if let Some(step) = steps.get(report.steps.len()) {
            return format!("stopped before step {}", step.name);
        }
        let profile = self.exchange.profile.as_deref();
        let rules = self.suite.rules.iter().zip(&report.rules);
        let mut broken = rules.filter(|(rule, _)| rule_in_force(rule, profile));
        match broken.find_map(|(rule, sight)| Some((rule, sight.failures.first()?))) {
            Some((rule, failure)) => format!("done, but rule {}: {}", rule.name, failure.title),
            None => "done".to_owned(),
        }
    }
}
