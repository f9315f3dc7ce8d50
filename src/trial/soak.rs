//! Self-plays by the thousand, on a network that jitters and a machine that is busy: what fails here
//! is a race of the harness, since nobody is wrong.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::apart::apart;
use super::judge;
use super::peer::{MARGIN, against_peer};
use super::plan::{Case, Options, Plan};
use crate::diag::Diagnostic;
use crate::live::{self, Hall, Nobody};
use crate::play::{Cast, rule_in_force, seed_for};
use crate::record::Verdict;
use crate::target::{Absent, Network};

/// The longest that anything is held back.
const JITTER: Duration = Duration::from_millis(20);
/// Failing plays that are kept with all that is to be said of them.
const TOLD: usize = 5;

/// What a soak came to.
#[derive(Debug, Default)]
pub struct Soak {
    /// The exchanges and sides that were selected.
    pub cases: usize,
    /// The plays that ended.
    pub plays: usize,
    /// Those of them that did not go as they should.
    pub failed: usize,
    /// The first of these, as a run would show them.
    pub told: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// Plays what the options select, from every side, so many times altogether.
///
/// Fails with everything that is wrong with suites and environment.
pub fn soak(options: &Options, plays: usize) -> Result<Soak, Vec<Diagnostic>> {
    let options = Options { every_side: options.play_as.is_empty(), ..options.clone() };
    let mut plan = Plan::make(&options, None)?;
    // With every message held back these would take half an hour each.
    plan.cases.retain(|case| !case.exchange.is_long());
    let order = order(plan.cases.len(), plays, options.seed.unwrap_or(1));
    let began = Instant::now();
    let busy = Busy::begin();
    let mut soak = live::block_on(run(&options, &plan, order))
        .map_err(|error| vec![Diagnostic::plain(format!("no play can be started: {error}"))])?;
    drop(busy);
    soak.took = began.elapsed();
    Ok(soak)
}

/// Which case is played when: all of them equally often, in an order that is drawn anew each round.
fn order(cases: usize, plays: usize, seed: u64) -> impl Iterator<Item = usize> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut round = Vec::new();
    std::iter::repeat_with(move || {
        if round.is_empty() {
            round = (0..cases).collect();
            rng.shuffle(&mut round);
        }
        round.pop().unwrap_or_default()
    })
    .take(plays)
}

async fn run(options: &Options, plan: &Plan, order: impl Iterator<Item = usize>) -> Soak {
    let mut soak = Soak { cases: plan.cases.len(), ..Soak::default() };
    let (stopping, stop) = watch::channel(false);
    let mut order = order.enumerate();
    let hall = Hall::new();
    let mut playing = JoinSet::new();
    let mut end = std::pin::pin!(live::asked_to_end());
    loop {
        while playing.len() < options.jobs.max(1) && !soak.stopped {
            let Some((number, case)) = order.next() else { break };
            let case = plan.cases[case].clone();
            let seed = seed_for(options.seed.unwrap_or(1), &format!("{} {number}", case.name));
            let (options, hall, stop) = (options.clone(), hall.clone(), stop.clone());
            playing.spawn_local(async move { play(&options, &case, seed, &hall, &stop).await });
            // Nobody begins before those that began have had their turn: hundreds of beginnings in
            // one go would keep everybody's clock from being looked at.
            tokio::task::yield_now().await;
        }
        tokio::select! {
            ended = playing.join_next() => {
                let wrong = match ended {
                    None => return soak,
                    Some(Ok(wrong)) => wrong,
                    Some(Err(error)) => Some(format!("a play panicked: {error}\n")),
                };
                // What a stopped play has to say is that it was stopped.
                if soak.stopped {
                    continue;
                }
                soak.plays += 1;
                soak.failed += usize::from(wrong.is_some());
                soak.told.extend(wrong.filter(|_| soak.told.len() < TOLD));
            }
            () = &mut end, if !soak.stopped => {
                soak.stopped = true;
                let _ = stopping.send(true);
            }
        }
    }
}

/// Plays a case once; what is wrong, where something is.
async fn play(
    options: &Options,
    case: &Case,
    seed: u64,
    hall: &Hall,
    stop: &watch::Receiver<bool>,
) -> Option<String> {
    let cast = Box::new(Cast {
        settings: case.settings(options),
        seed,
        timeout_scale: options.timeout_scale,
        margin: MARGIN,
        profile: options.profile.clone(),
        ..Cast::new(&case.suite, &case.exchange, case.projection.clone())
    });
    let mask = options.mask(cast.secrets());
    let came = match case.is_on_segment() {
        true => {
            let stop = stop.clone();
            let work = move |network: Rc<Network>| async move {
                let (ends, hall) = (Some(network.interfaces()), Hall::new());
                let observe = Box::new(Nobody);
                let played = against_peer(cast, ends, &hall, Some(JITTER), observe, &stop);
                Ok(played.map_err(Absent::Broken)?.await)
            };
            apart(Network::of_ours, work).await.map_err(|absent| absent.why().to_owned())
        }
        false => match against_peer(cast, None, hall, Some(JITTER), Box::new(Nobody), stop) {
            Ok(both) => Ok(both.await),
            Err(why) => Err(why),
        },
    };
    let (report, peer) = match came {
        Ok(reports) => reports,
        Err(why) => return Some(format!("---- {} ----\nerror: {why}\n", case.name)),
    };
    let found = judge::judge(case, &report, Some(&peer), &mask);
    let mut text = String::new();
    for (step, judged) in case.exchange.steps.iter().zip(&found.steps) {
        if judged.verdict != Verdict::Pass {
            text += &format!("---- {}::{} ----\n{}\n", case.name, step.name, judged.text);
        }
    }
    // What rules say of single messages; what they say of a whole run is said of no single play.
    for (rule, sight) in found.of_rules(&case.suite) {
        if rule_in_force(rule, options.profile.as_deref()) {
            for (failure, _) in &sight.failures {
                text += &format!("---- {}::rules::{} ----\n{failure}\n", case.name, rule.name);
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Keeps every processor busy until it is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        for _ in 0..threads {
            let over = over.clone();
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(over)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
