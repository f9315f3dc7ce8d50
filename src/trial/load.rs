//! An exchange as load: played again and again, many at once, every reply judged by the same play.
//!
//! With a rate, plays begin when they are due, whether or not earlier ones have ended (an open loop);
//! what was late in beginning is part of what its first reply took. Without one, a new play begins
//! whenever one has ended (a closed loop). Each play has sockets of its own: the kernel hands out the
//! ports, and no identifier of a protocol runs out.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::against::{Around, Server};
use super::judge::{self, Result as Found};
use super::paper;
use super::peer::against_peer;
use super::plan::{Case, Options, Plan};
use super::progress::Progress;
use super::run::{Board, Run, starting_at_once};
use crate::diag::{Diagnostic, counted};
use crate::ladder::Role;
use crate::live::{self, Alarm, Hall, Nobody};
use crate::play::{Cast, rule_in_force, seed_for};
use crate::record::{Event, Happening, Report, Verdict};
use crate::report::{Bucket, Distribution, LoadEntry, Mask};
use crate::target::{Absent, Target};

/// Failing plays that are kept with their whole ladder.
const KEPT: usize = 10;
/// A host that begins plays later than this, of which one in a hundred, does not keep the rate.
const LATE: Duration = Duration::from_millis(10);
/// So much of the rate has to be begun for it to be kept.
const ENOUGH: f64 = 0.98;

/// How an exchange is to be played as load.
#[derive(Clone, Debug)]
pub struct Demand {
    /// The suite's name and the exchange's.
    pub exchange: (String, String),
    /// The last step to be played; all of them where none is named.
    pub until: Option<String>,
    /// Plays a second; none for as many as come to an end.
    pub rate: Option<f64>,
    /// Plays at once at most; none for as many as suit the exchange: 64, or with a rate 4096, and of
    /// programs that are started for each play as many as start well at once.
    pub concurrency: Option<usize>,
    /// How long plays begin.
    pub duration: Option<Duration>,
    /// How many plays begin.
    pub count: Option<u64>,
}

impl Demand {
    /// How many plays are due from the beginning to the end, where there is a rate.
    fn due_in_all(&self) -> u64 {
        let most = self.count.unwrap_or(u64::MAX);
        let Some((rate, duration)) = self.rate.zip(self.duration) else { return most };
        // The last one is due before the end; a product may be a little more than it should.
        let due = (rate * duration.as_secs_f64() - 1e-6).ceil();
        most.min(due as u64)
    }
}

/// What a load came to.
#[derive(Debug)]
pub struct Load {
    /// Everything that can be counted.
    pub entry: LoadEntry,
    /// The first plays that did not go as they should, as a run would show them.
    pub told: Vec<String>,
    /// How many plays failed, and how many of them by our fault or the environment's.
    pub failed: (u64, u64),
    /// What else there is to say.
    pub remarks: Vec<String>,
}

/// Plays an exchange as load. Writes the record where the options ask for one.
///
/// Fails with everything that is wrong with words, suites, targets and environment.
pub fn load(options: &Options, demand: &Demand) -> Result<Load, Vec<Diagnostic>> {
    let plain = |text: String| vec![Diagnostic::plain(text)];
    let plan = Arc::new(Plan::make(options, None)?);
    let unwritable = |folder: &Path, error| {
        plain(format!("the report in {} cannot be written: {error}", folder.display()))
    };
    // Before anything is played for it.
    if let Some(folder) = &options.report {
        std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    }
    let at = chosen(&plan, demand).map_err(|problem| vec![problem])?;
    let case = plan.cases[at].clone();
    let last_step = last_step(&case, demand).map_err(|problem| vec![problem])?;
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    let run = Run {
        plan: plan.clone(),
        options: options.clone(),
        board: Arc::new(Board::new(plan.cases.len())),
        journal: None,
        seed,
        progress: Progress::new(false),
    };
    let loader = Rc::new(Loader::new(run, case, last_step, demand.clone()));
    let ended = live::block_on(loader.clone().perform(at))
        .map_err(|error| plain(format!("no play can be started: {error}")))?;
    let (tally, lasted) = ended.map_err(plain)?;
    let entry = tally.entry(&loader, lasted);
    let told = tally.kept.iter().map(|kept| kept.text(&loader.case)).collect();
    if let Some(folder) = &options.report {
        let kept = tally.kept.into_iter().map(|kept| (kept.number, kept.report, kept.found));
        paper::of_load(options, &plan, &loader.case, seed, &entry, kept.collect())
            .map_err(|error| unwritable(folder, error))?;
    }
    let remarks = loader.run.board.remarks();
    Ok(Load { entry, told, failed: (tally.failed, tally.broken), remarks })
}

/// The case that is asked for.
fn chosen(plan: &Plan, demand: &Demand) -> Result<usize, Diagnostic> {
    let (suite, exchange) = &demand.exchange;
    let fits = |case: &Case| case.suite.name == *suite && case.exchange.name == *exchange;
    let Some(at) = plan.cases.iter().position(fits) else {
        let known = plan.cases.iter().filter(|case| case.suite.name == *suite);
        let known: Vec<&str> = known.map(|case| case.exchange.name.as_str()).collect();
        let title = format!("`{suite}::{exchange}` cannot be played like this");
        return Err(Diagnostic::plain(title).suggest(exchange, known));
    };
    let case = &plan.cases[at];
    let why = match &case.skip {
        Some(why) => why.clone(),
        None if case.is_on_segment() => "it goes over a segment, which is one wire".into(),
        None if case.has_its_own_server() => "it needs a server of its own for each play".into(),
        None if case.target.as_ref().is_some_and(|target| target.network.is_some()) => {
            "the target needs a network of its own for each play".into()
        }
        None if case.is_alone() => "the target takes one exchange at a time".into(),
        None => return Ok(at),
    };
    Err(Diagnostic::plain(format!("`{suite}::{exchange}` cannot be played as load: {why}")))
}

fn last_step(case: &Case, demand: &Demand) -> Result<usize, Diagnostic> {
    let steps = &case.exchange.steps;
    let Some(name) = &demand.until else { return Ok(steps.len().saturating_sub(1)) };
    steps.iter().position(|step| step.name == *name).ok_or_else(|| {
        let title = format!("`{}` has no step `{name}`", case.exchange.name);
        Diagnostic::plain(title).suggest(name, steps.iter().map(|step| step.name.as_str()))
    })
}

/// Who is played against, and what all plays against him share.
type Opposite = (Arc<Target>, Rc<Server>, Around);

struct Loader {
    run: Run,
    case: Case,
    /// What every play is but for what it draws.
    cast: Cast,
    last_step: usize,
    demand: Demand,
}

/// A play that has ended.
struct Ended {
    number: u64,
    /// Since it was due, and since it began.
    late: Duration,
    took: Duration,
    came: Result<(Report, Option<Report>), String>,
}

impl Loader {
    fn new(run: Run, case: Case, last_step: usize, demand: Demand) -> Self {
        let options = &run.options;
        let cast = Cast {
            settings: case.settings(options),
            last_step,
            timeout_scale: options.timeout_scale,
            margin: match case.target {
                None => super::peer::MARGIN,
                Some(_) => Duration::ZERO,
            },
            profile: options.profile.clone(),
            ..Cast::new(&case.suite, &case.exchange, case.projection.clone())
        };
        Self { run, case, cast, last_step, demand }
    }

    /// Starts the target, plays, stops the target.
    async fn perform(self: Rc<Self>, at: usize) -> Result<(Tally, Duration), String> {
        let (stopping, stop) = watch::channel(false);
        let mut started = self.run.start_targets(&vec![(at, self.last_step)], stop.clone()).await;
        let server = match &self.case.target {
            None => None,
            Some(target) => match started.remove(&target.name) {
                // Load is as much as was asked for: nothing waits at a gate.
                Some(Ok(server)) => Some((target.clone(), Rc::new(server), Around::open())),
                Some(Err(Absent::Missing(why) | Absent::Broken(why))) => {
                    return Err(format!("{} could not be started: {why}", target.name));
                }
                None => return Err(format!("{} was not started", target.name)),
            },
        };
        let ended = self.clone().all(server.clone(), stopping, stop).await;
        if let Some((target, server, _)) = server
            && let Ok((Some(running), _)) = Rc::try_unwrap(server)
        {
            self.run.stop(&target.name, running).await;
        }
        Ok(ended)
    }

    async fn all(
        self: Rc<Self>,
        server: Option<Opposite>,
        stopping: watch::Sender<bool>,
        stop: watch::Receiver<bool>,
    ) -> (Tally, Duration) {
        let demand = &self.demand;
        let mut tally = Tally::new(self.mask());
        let mut playing = JoinSet::new();
        let (tell, mut ended) = mpsc::unbounded_channel::<Ended>();
        let mut end = std::pin::pin!(live::asked_to_end());
        let began = Instant::now();
        let mut line = tokio::time::interval(Duration::from_millis(200));
        let mut alarm = Alarm::new();
        let hall = Hall::new();
        let (mut stopped, mut shut) = (false, false);
        loop {
            let (due, now) = (tally.due(began, demand), Instant::now());
            let until = demand.duration.map(|duration| began + duration);
            let full = playing.len() >= self.most();
            // What has had no place until the end is not begun any more, or a slow server would have
            // all of it to come. What is late by our doing is.
            shut |= until.is_some_and(|until| now >= until) && (full || tally.was_full);
            let more = !stopped
                && !shut
                && demand.count.is_none_or(|count| tally.begun < count)
                && until.is_none_or(|until| due.unwrap_or(now) < until);
            if !more && playing.is_empty() {
                break;
            }
            // A play that is due and has no place waits: its first reply is late by that.
            tally.waited +=
                u64::from(more && full && !tally.was_full && due.is_some_and(|due| due <= now));
            tally.was_full = full;
            tokio::select! {
                biased;
                Some(play) = ended.recv() => {
                    // What a stopped play has to say is that it was stopped.
                    let mut take = |play| if !stopped { tally.take(&self, play) };
                    take(play);
                    while let Ok(play) = ended.try_recv() {
                        take(play);
                    }
                    while let Some(over) = playing.try_join_next() {
                        tally.panics += u64::from(over.is_err());
                    }
                }
                // One that panicked has told nobody.
                Some(over) = playing.join_next(), if !playing.is_empty() => {
                    tally.panics += u64::from(over.is_err());
                }
                () = alarm.ring(due), if more && !full => {
                    let number = tally.begun;
                    tally.begun += 1;
                    tally.beginning = began.elapsed();
                    let loader = self.clone();
                    let (server, stop, tell) = (server.clone(), stop.clone(), tell.clone());
                    let hall = hall.clone();
                    playing.spawn_local(async move {
                        let start = Instant::now();
                        let late = due.map_or(Duration::ZERO, |due| start.saturating_duration_since(due));
                        let came = loader.play(number, server, hall, stop).await;
                        let took = start.elapsed();
                        let _ = tell.send(Ended { number, late, took, came });
                    });
                    tally.at_once = tally.at_once.max(playing.len());
                }
                _ = line.tick() => {
                    self.run.progress.show(&tally.line(began.elapsed(), playing.len()));
                }
                () = &mut end, if !stopped => {
                    stopped = true;
                    let _ = stopping.send(true);
                }
            }
        }
        self.run.progress.finish();
        if shut && !stopped {
            tally.left_out = demand.due_in_all().saturating_sub(tally.begun);
        }
        (tally, began.elapsed())
    }

    async fn play(
        &self,
        number: u64,
        server: Option<Opposite>,
        hall: Hall,
        stop: watch::Receiver<bool>,
    ) -> Result<(Report, Option<Report>), String> {
        let seed = seed_for(self.run.seed, &format!("{} {number}", self.case.name));
        let cast = Cast { seed, ..self.cast.clone() };
        let Some((target, server, around)) = server else {
            let both = against_peer(Box::new(cast), None, &hall, None, Box::new(Nobody), &stop)?;
            let (report, peer) = both.await;
            return Ok((report, Some(peer)));
        };
        let (server, mask) = ((&target, &*server, &around), Mask::default());
        let report = self.run.against(&self.case, cast, server, &mask, stop).await?;
        Ok((report, None))
    }

    /// Plays at once at most.
    fn most(&self) -> usize {
        let usual = match self.demand.rate {
            _ if self.case.starts_a_client() => starting_at_once(),
            Some(_) => 4096,
            None => 64,
        };
        self.demand.concurrency.unwrap_or(usual)
    }

    fn mask(&self) -> Mask {
        self.run.options.mask(self.cast.secrets())
    }
}

/// What was counted.
struct Tally {
    mask: Mask,
    begun: u64,
    /// How long plays were begun.
    beginning: Duration,
    played: u64,
    failed: u64,
    broken: u64,
    panics: u64,
    verdicts: BTreeMap<Verdict, u64>,
    at_once: usize,
    waited: u64,
    was_full: bool,
    /// Plays that were due and were not begun, since no place was free until the end.
    left_out: u64,
    replies: Histogram<u64>,
    exchanges: Histogram<u64>,
    late: Histogram<u64>,
    kept: Vec<Kept>,
}

/// A play that did not go as it should.
struct Kept {
    number: u64,
    report: Report,
    found: Found,
}

impl Tally {
    fn new(mask: Mask) -> Self {
        Self {
            mask,
            begun: 0,
            beginning: Duration::ZERO,
            played: 0,
            failed: 0,
            broken: 0,
            panics: 0,
            verdicts: BTreeMap::new(),
            at_once: 0,
            waited: 0,
            was_full: false,
            left_out: 0,
            replies: nanoseconds(),
            exchanges: nanoseconds(),
            late: nanoseconds(),
            kept: Vec::new(),
        }
    }

    /// When the next play is due; without a rate, as soon as it can begin.
    fn due(&self, began: Instant, demand: &Demand) -> Option<Instant> {
        let rate = demand.rate?;
        Some(began + Duration::from_secs_f64(self.begun as f64 / rate))
    }

    fn take(&mut self, loader: &Loader, play: Ended) {
        let (case, options) = (&loader.case, &loader.run.options);
        self.played += 1;
        note(&mut self.exchanges, play.late + play.took);
        note(&mut self.late, play.late);
        let (report, peer) = match play.came {
            Ok(came) => came,
            Err(why) => {
                let found = judge::all(case, Verdict::Error, &why);
                return self.count(case, options, play.number, Report::default(), found);
            }
        };
        let mut late = play.late;
        for (took, _) in replies(&report.events) {
            note(&mut self.replies, took + std::mem::take(&mut late));
        }
        let mut found = judge::judge(case, &report, peer.as_ref(), &self.mask);
        // What comes behind was not asked for.
        found.steps.truncate(loader.last_step + 1);
        self.count(case, options, play.number, report, found);
    }

    fn count(&mut self, case: &Case, options: &Options, number: u64, report: Report, found: Found) {
        let worst = found.steps.iter().map(|s| s.verdict).max().unwrap_or(Verdict::Pass);
        let broken = found.of_rules(&case.suite).any(|(rule, sight)| {
            rule_in_force(rule, options.profile.as_deref()) && !sight.failures.is_empty()
        });
        let worst = if broken { worst.max(Verdict::Fail) } else { worst };
        *self.verdicts.entry(worst).or_default() += 1;
        let failed = broken || found.steps.iter().any(|step| step.fails(options.strict));
        self.failed += u64::from(failed);
        self.broken += u64::from(worst == Verdict::Error);
        if failed && self.kept.len() < KEPT {
            self.kept.push(Kept { number, report, found });
        }
    }

    fn line(&self, lasted: Duration, playing: usize) -> String {
        let rate = self.played as f64 / lasted.as_secs_f64().max(0.001);
        let at = |quantile| self.replies.value_at_quantile(quantile) as f64 / 1e6;
        format!(
            "{} played, {} failed, {playing} at once, {rate:.0}/s, replies {:.2} ms p50, {:.2} ms p99",
            self.played,
            self.failed,
            at(0.5),
            at(0.99)
        )
    }

    fn entry(&self, loader: &Loader, lasted: Duration) -> LoadEntry {
        let Loader { case, demand, .. } = loader;
        // After the last play began nothing else was due.
        let seconds = self.beginning.as_secs_f64();
        let begun = self.begun as f64 / seconds.max(0.001);
        let late = Duration::from_nanos(self.late.value_at_quantile(0.99));
        let host = match demand.rate {
            None => String::new(),
            Some(rate) if self.waited > 0 => {
                let (times, most) = (counted(self.waited, "time"), loader.most());
                let left_out = match self.left_out {
                    0 => String::new(),
                    plays => format!(", and {} had none until the end", counted(plays, "play")),
                };
                format!(
                    "the rate of {rate:.0}/s was not kept: {times} no place was free when a play was \
                     due, with {most} at once{left_out}; what waiting for one cost is part of the times"
                )
            }
            Some(rate) if late > LATE || begun < rate * ENOUGH && seconds > 1.0 => format!(
                "this host did not keep the rate of {rate:.0}/s: {begun:.0} a second began, and one \
                 in a hundred {:.1} ms late or more; that is part of the times, and no fault of what is \
                 tested",
                late.as_secs_f64() * 1e3
            ),
            Some(_) => String::new(),
        };
        LoadEntry {
            case: case.name.clone(),
            target: case.target.as_ref().map(|target| target.name.clone()),
            until: demand.until.clone(),
            rate: demand.rate,
            concurrency: loader.most(),
            played: self.played,
            failed: self.failed,
            panics: self.panics,
            lasted_ms: lasted.as_millis() as u64,
            at_once: self.at_once,
            verdicts: self.verdicts.iter().map(|(v, n)| (v.word().to_owned(), *n)).collect(),
            replies: distribution(&self.replies),
            exchanges: distribution(&self.exchanges),
            late: distribution(&self.late),
            host,
        }
    }
}

impl Kept {
    fn text(&self, case: &Case) -> String {
        let mut text = String::new();
        for (step, judged) in case.exchange.steps.iter().zip(&self.found.steps) {
            if judged.verdict > Verdict::NotReached {
                let name = format!("{} #{}::{}", case.name, self.number, step.name);
                text += &format!("---- {name} ----\n{}\n", judged.text.trim_end());
            }
        }
        for (rule, sight) in self.found.of_rules(&case.suite) {
            for (failure, _) in &sight.failures {
                let name = format!("{} #{}::rules::{}", case.name, self.number, rule.name);
                text += &format!("---- {name} ----\n{}\n", failure.trim_end());
            }
        }
        text
    }
}

/// How long each reply took: from what we said last on its flow, and the first word of a client from
/// when it was made to speak.
fn replies(events: &[Event]) -> impl Iterator<Item = (Duration, &Event)> {
    let mut said: BTreeMap<Option<usize>, Duration> = BTreeMap::new();
    let mut triggered = None;
    events.iter().filter_map(move |event| match &event.what {
        Happening::Triggered(..) => {
            triggered = Some(event.at);
            None
        }
        Happening::Message { role: Role::Say, .. } => {
            said.insert(event.flow, event.at);
            None
        }
        Happening::Message { role: Role::Hear, .. } => {
            let since = said.remove(&event.flow).or_else(|| triggered.take())?;
            Some((event.at.saturating_sub(since), event))
        }
        _ => None,
    })
}

/// A histogram of nanoseconds, exact to three digits.
fn nanoseconds() -> Histogram<u64> {
    // Its only failure is a number of digits above five.
    Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are allowed"))
}

fn note(histogram: &mut Histogram<u64>, time: Duration) {
    // It grows as far as numbers go.
    let _ = histogram.record(time.as_nanos().min(u128::from(u64::MAX >> 1)) as u64);
}

fn distribution(histogram: &Histogram<u64>) -> Distribution {
    let us = |ns: u64| ns as f64 / 1e3;
    let at = |quantile| us(histogram.value_at_quantile(quantile));
    if histogram.is_empty() {
        return Distribution::default();
    }
    let mut before = 0;
    let buckets = histogram.iter_log(1_000, 10f64.powf(0.1)).map(|step| {
        let (from_us, to_us) = (us(before), us(step.value_iterated_to()));
        before = step.value_iterated_to();
        Bucket { from_us, to_us, count: step.count_since_last_iteration() }
    });
    Distribution {
        count: histogram.len(),
        mean_us: histogram.mean() / 1e3,
        min_us: us(histogram.min()),
        p50_us: at(0.5),
        p90_us: at(0.9),
        p99_us: at(0.99),
        p999_us: at(0.999),
        max_us: us(histogram.max()),
        buckets: buckets.filter(|bucket| bucket.count > 0).collect(),
    }
}
