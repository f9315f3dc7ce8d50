//! Plays cases at once, on one thread; trials wait on a board for what they came to.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Condvar};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore, watch};

use super::judge::{self, Result as Found};
use super::peer::{MARGIN, against_peer};
use super::plan::{Case, Options, Plan};
use super::shared::{Claim, Shared};
use crate::ladder::{LinkId, PartyId};
use crate::live::{self, Doors, Gate, Scene, Trigger, Watcher};
use crate::play::{Cast, Ended, Look, Seen, Sight, seed_for};
use crate::record::{Report, Verdict};
use crate::report::{Journal, Mask};
use crate::sim;
use crate::target::{self, Folder, Places, Running, Target};

/// Where cases write what they came to, and trials wait for it.
#[derive(Debug)]
pub struct Board {
    found: std::sync::Mutex<Vec<Option<Arc<Found>>>>,
    came: Condvar,
}

impl Board {
    /// A board with a place for each case.
    pub fn new(cases: usize) -> Self {
        Self { found: std::sync::Mutex::new(vec![None; cases]), came: Condvar::new() }
    }

    /// Writes what a case came to; the first writing stays.
    pub fn write(&self, case: usize, found: Found) {
        let mut all = match self.found.lock() {
            Ok(all) => all,
            Err(poisoned) => poisoned.into_inner(),
        };
        all[case].get_or_insert_with(|| Arc::new(found));
        self.came.notify_all();
    }

    /// Waits for what a case came to.
    pub fn read(&self, case: usize) -> Arc<Found> {
        let mut all = match self.found.lock() {
            Ok(all) => all,
            Err(poisoned) => poisoned.into_inner(),
        };
        loop {
            if let Some(found) = &all[case] {
                return found.clone();
            }
            all = match self.came.wait(all) {
                Ok(all) => all,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
    }
}

/// Fills in a case that ends without having written: no trial waits for ever.
struct Promise<'b> {
    board: &'b Board,
    case: usize,
    otherwise: Found,
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.board.write(self.case, std::mem::take(&mut self.otherwise));
    }
}

/// What is to be played: a case and its last wanted step.
pub type Wanted = Vec<(usize, usize)>;

/// Everything that a run shares.
pub struct Run {
    /// What could be played.
    pub plan: Arc<Plan>,
    /// What the user asked for.
    pub options: Options,
    /// Where results go.
    pub board: Arc<Board>,
    /// The record, where one is asked for.
    pub journal: Option<Arc<Journal>>,
    /// For everything that is drawn.
    pub seed: u64,
}

impl Run {
    /// Plays what is wanted; returns when all of it is on the board and every child has ended.
    pub fn perform(self, wanted: Wanted) {
        let run = Rc::new(self);
        let Err(error) = live::block_on(run.clone().all(wanted.clone())) else { return };
        for (case, _) in wanted {
            let text = format!("no runtime: {error}");
            run.board.write(case, judge::all(&run.plan.cases[case], Verdict::Error, &text));
        }
    }

    async fn all(self: Rc<Self>, wanted: Wanted) {
        let (stopping, stop) = watch::channel(false);
        let end = live::asked_to_end();
        let signals = tokio::task::spawn_local(async move {
            end.await;
            let _ = stopping.send(true);
            // Kept, so that the channel stays open.
            std::future::pending::<()>().await;
        });
        let started = self.start_targets(&wanted, stop.clone()).await;
        let started = Rc::new(started);
        let slots = Rc::new(Semaphore::new(self.options.jobs.max(1)));
        let around: Rc<BTreeMap<String, Around>> =
            Rc::new(started.keys().map(|name| (name.clone(), Around::default())).collect());
        let clients = Rc::new(Semaphore::new(clients_at_once()));
        let turn = Rc::new(Mutex::new(()));
        let seen = Seen::default();
        let shared = Rc::new(Shared::of_this_run());
        let mut plays = tokio::task::JoinSet::new();
        for (case, last) in wanted {
            let (run, started) = (self.clone(), started.clone());
            let (slots, around, clients) = (slots.clone(), around.clone(), clients.clone());
            let turn = turn.clone();
            let (seen, shared, stop) = (seen.clone(), shared.clone(), stop.clone());
            plays.spawn_local(async move {
                let one = &run.plan.cases[case];
                let otherwise = judge::all(one, Verdict::Error, "the play ended without a verdict");
                let _promise = Promise { board: &run.board, case, otherwise };
                if let Some(why) = &one.skip {
                    run.board.write(case, judge::all(one, Verdict::Skipped, why));
                    return;
                }
                let Ok(_slot) = slots.acquire().await else { return };
                let around = one.target.as_ref().and_then(|t| around.get(&t.name));
                let _alone =
                    match around.filter(|_| one.target.as_ref().is_some_and(|t| t.exclusive)) {
                        Some(around) => around.alone.acquire().await.ok(),
                        None => None,
                    };
                let _client = match one.starts_a_client() {
                    true => clients.acquire().await.ok(),
                    false => None,
                };
                // On a thread of its own: whoever holds the lock may be waiting for one of ours.
                let claimed = shared.as_ref().as_ref().map(|shared| {
                    let (shared, name) = (shared.clone(), one.name.clone());
                    tokio::task::spawn_blocking(move || shared.claim(&name))
                });
                let mut claim = match claimed {
                    Some(claimed) => claimed.await.ok().flatten(),
                    None => None,
                };
                // A process of a shared run plays for all others, so it plays to the end.
                let last = if claim.is_some() { usize::MAX } else { last };
                let found = match claim.as_mut().and_then(Claim::found) {
                    Some(found) => found,
                    None => {
                        while_in_time(&turn).await;
                        let found = run.play(one, last, &started, around, seen, stop).await;
                        if let Some(claim) = &mut claim {
                            claim.keep(&found);
                        }
                        found
                    }
                };
                run.board.write(case, found);
            });
        }
        // A play that panics has its promise kept for it, and is told of by the panic itself.
        while plays.join_next().await.is_some() {}
        signals.abort();
        if let Ok(started) = Rc::try_unwrap(started) {
            for (_, target) in started {
                if let Ok((Some(running), _)) = target {
                    running.stop().await;
                }
            }
        }
    }

    /// Starts every target that something wanted is played against.
    async fn start_targets(&self, wanted: &Wanted, mut stop: watch::Receiver<bool>) -> Started {
        let mut targets: BTreeMap<String, Arc<Target>> = BTreeMap::new();
        for (case, _) in wanted {
            let case = &self.plan.cases[*case];
            if let (Some(target), None) = (&case.target, &case.skip) {
                targets.entry(target.name.clone()).or_insert_with(|| target.clone());
            }
        }
        let mut started = Started::new();
        for (name, target) in targets {
            if let Some(missing) = target.missing() {
                started.insert(name, Err(Absent::Missing(missing)));
                continue;
            }
            if target.start.as_ref().is_some_and(|start| start.per_exchange) {
                started.insert(name, Ok((None, Links::new())));
                continue;
            }
            let settings = plain(&target, &self.options);
            let places = Places { settings, ..Places::default() };
            let came = tokio::select! {
                came = target::start(&target, places) => came,
                _ = stop.wait_for(|stop| *stop) => Err("the run was stopped".into()),
            };
            started.insert(name, came.map_err(Absent::Broken));
        }
        started
    }

    async fn play(
        &self,
        case: &Case,
        last_step: usize,
        started: &Started,
        around: Option<&Around>,
        seen: Seen,
        stop: watch::Receiver<bool>,
    ) -> Found {
        let settings = case.settings(&self.options);
        let cast = Cast {
            settings,
            last_step: last_step.min(case.exchange.steps.len().saturating_sub(1)),
            seed: seed_for(self.seed, &case.name),
            timeout_scale: self.options.timeout_scale,
            margin: if case.target.is_none() { MARGIN } else { Duration::ZERO },
            profile: self.options.profile.clone(),
            seen,
            ..Cast::new(&case.suite, &case.exchange, case.projection.clone())
        };
        let mask = Mask::new(cast.secrets());
        let (report, peer) = match &case.target {
            None if self.options.sim => {
                let (report, peer) = sim::self_play(&cast);
                if let Some(journal) = &self.journal {
                    for event in &report.events {
                        journal.event(&case.name, &case.suite, &case.exchange, event, &mask);
                    }
                }
                (report, Some(peer))
            }
            None => match against_peer(cast, None, self.observer(case, &mask), &stop).await {
                Ok((report, peer)) => (report, Some(peer)),
                Err(why) => return judge::all(case, Verdict::Error, &why),
            },
            Some(target) => match started.get(&target.name) {
                Some(Ok(server)) => {
                    let around = around.cloned().unwrap_or_default();
                    let played = match case.has_its_own_server() {
                        true => self.against_its_own(case, cast, target, &mask, stop).await,
                        false => {
                            self.against(case, cast, (target, server, &around), &mask, stop).await
                        }
                    };
                    match played {
                        Ok(report) => (report, None),
                        Err(why) => return judge::all(case, Verdict::Error, &why),
                    }
                }
                Some(Err(Absent::Missing(why))) => {
                    let verdict = match self.options.all_must_be_there {
                        true => Verdict::Error,
                        false => Verdict::Skipped,
                    };
                    return judge::all(case, verdict, why);
                }
                Some(Err(Absent::Broken(why))) => {
                    let text = format!("{} could not be started: {why}", target.name);
                    return judge::all(case, Verdict::Error, &text);
                }
                None => return judge::all(case, Verdict::Error, "the target was not started"),
            },
        };
        let found = judge::judge(case, &report, peer.as_ref(), &mask);
        if let Some(journal) = &self.journal {
            for (index, (step, judged)) in case.exchange.steps.iter().zip(&found.steps).enumerate()
            {
                let failures: Vec<_> = report
                    .steps
                    .get(index)
                    .map(|o| {
                        o.failures
                            .iter()
                            .map(|f| crate::report::failure_json(f, &case.suite, &mask))
                            .collect()
                    })
                    .unwrap_or_default();
                journal.write(&serde_json::json!({
                    "event": "step", "case": case.name, "step": step.name,
                    "verdict": judged.verdict, "level": judged.level,
                    "requirements": step.requirements, "line": step.pos.line,
                    "lasted_us": judged.lasted.as_micros() as u64,
                    "failures": failures, "text": judged.text,
                }));
            }
        }
        found
    }

    /// A server is under test that nobody else may be using.
    async fn against_its_own(
        &self,
        case: &Case,
        cast: Cast,
        target: &Arc<Target>,
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<Report, String> {
        // Our doors are open before it is told of them.
        let settings = plain(target, &self.options);
        let mut places = Places { settings, ..Places::default() };
        let doors = doors(&cast, target, &mut places).await?;
        places.links = addresses(&cast, &doors);
        let came = target::start(target, places).await;
        let server = came.map_err(|why| format!("{} could not be started: {why}", target.name))?;
        let around = Around::default();
        let report = self.behind(case, cast, doors, (target, &server, &around), mask, stop).await;
        if let (Some(running), _) = server {
            running.stop().await;
        }
        report
    }

    /// A real implementation is under test.
    async fn against(
        &self,
        case: &Case,
        cast: Cast,
        server: (&Arc<Target>, &Server, &Around),
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<Report, String> {
        let target = server.0;
        let mut places = Places { settings: plain(target, &self.options), ..Places::default() };
        let doors = doors(&cast, target, &mut places).await?;
        self.behind(case, cast, doors, server, mask, stop).await
    }

    /// A real implementation is under test, and our doors are open.
    async fn behind(
        &self,
        case: &Case,
        cast: Cast,
        doors: Doors,
        (target, (running, links), around): (&Arc<Target>, &Server, &Around),
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<Report, String> {
        let link = |name: &str| cast.suite.links.iter().position(|l| l.name == name);
        let reach: BTreeMap<LinkId, std::net::SocketAddr> =
            links.iter().filter_map(|(name, address)| Some((link(name)?, *address))).collect();
        let mut settings: BTreeMap<String, String> =
            cast.suite.settings.iter().map(|(n, s)| (n.clone(), s.value.clone())).collect();
        settings.extend(plain(target, &self.options));
        settings.extend(cast.exchange.with.iter().map(|(n, s)| (n.clone(), s.value.clone())));
        // What is done to a running server is done in its folder; a client has one for the exchange.
        let own = match running {
            Some(_) => None,
            None => Some(Folder::new()?),
        };
        let dir = own.as_ref().map(|own| own.path().to_owned());
        let places = Places {
            links: addresses(&cast, &doors),
            settings,
            ..running.as_ref().map(|running| running.places.clone()).unwrap_or_default()
        };
        let places = Places { dir: dir.unwrap_or_else(|| places.dir.clone()), ..places };
        let (trigger, watcher) = hands_and_eyes(target, places);
        let observe = self.observer(case, mask);
        let gate = Some(around.gate.clone());
        let scene = Scene { reach, trigger, watcher, observe, gate, ..Scene::new(stop) };
        Ok(live::perform(cast, doors, scene).await)
    }

    /// What writes events down as they happen.
    fn observer(&self, case: &Case, mask: &Mask) -> Box<dyn FnMut(&crate::record::Event)> {
        let Some(journal) = self.journal.clone() else { return Box::new(|_| {}) };
        let (case, mask) = (case.clone(), mask.clone());
        Box::new(move |event| journal.event(&case.name, &case.suite, &case.exchange, event, &mask))
    }
}

/// What all plays against one implementation share.
#[derive(Clone)]
struct Around {
    /// For implementations that can be in one exchange at a time only.
    alone: Arc<Semaphore>,
    gate: Gate,
}

impl Default for Around {
    fn default() -> Self {
        Self { alone: Arc::new(Semaphore::new(1)), gate: Gate::default() }
    }
}

/// Opens the doors on which a target calls us, where it wants them.
async fn doors(cast: &Cast, target: &Target, places: &mut Places) -> Result<Doors, String> {
    let mut wanted = BTreeMap::new();
    for (name, text) in &target.listen {
        if let Some(link) = cast.suite.links.iter().position(|l| l.name == *name) {
            let text = places.fill(text)?;
            let address = text.parse().map_err(|_| format!("`{text}` is no address"))?;
            wanted.insert(link, address);
        }
    }
    Doors::open(cast, &wanted).await
}

/// Where our doors are, by link name.
fn addresses(cast: &Cast, doors: &Doors) -> Links {
    let name = |id: LinkId| cast.suite.links[id].name.clone();
    doors.addresses.iter().map(|(id, address)| (name(*id), *address)).collect()
}

/// Waits until another play may begin: one after the other, and only while those that run get their
/// turn soon. What is late in reading a socket takes a peer for late.
async fn while_in_time(turn: &Mutex<()>) {
    const SOON: Duration = Duration::from_millis(2);
    let _turn = turn.lock().await;
    loop {
        // Behind everything that is ready to go on.
        let asked = Instant::now();
        tokio::task::yield_now().await;
        if asked.elapsed() < SOON {
            return;
        }
        tokio::time::sleep(SOON).await;
    }
}

/// How many client programs run at once: starting them takes the machine's time, and one that is
/// kept waiting for it looks slow.
fn clients_at_once() -> usize {
    std::thread::available_parallelism().map_or(8, |n| n.get() * 8)
}

/// How long the last words of a program that has ended may take to us.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What makes a target act, and what looks at it.
fn hands_and_eyes(target: &Arc<Target>, places: Places) -> (Trigger, Watcher) {
    let ended: Rc<RefCell<Option<target::Ended>>> = Rc::default();
    let begun = Rc::new(Cell::new(0u32));
    let (to_act, act_in, ends) = (target.clone(), places.clone(), ended.clone());
    let trigger: Trigger = Rc::new(move |_: PartyId, name: String| {
        let (target, places, ended) = (to_act.clone(), act_in.clone(), ends.clone());
        let (begun, number) = (begun.clone(), begun.get() + 1);
        begun.set(number);
        *ended.borrow_mut() = None;
        Box::pin(async move {
            let command = target.triggers.get(&name);
            let command = command.ok_or_else(|| format!("it cannot be made to {name}"))?;
            let came = target::run(command, &target.folder, places).await?;
            let printed = came.text.clone();
            // What is looked at is the program that was started last.
            if begun.get() == number {
                *ended.borrow_mut() = Some(came);
            }
            if target.one_shot {
                // What it said last may still be in our sockets.
                tokio::time::sleep(LAST_WORDS).await;
            }
            Ok(Ended { printed, left: target.one_shot })
        })
    });
    let target = target.clone();
    let watcher: Watcher = Rc::new(move |look: Look| {
        let (target, places, ended) = (target.clone(), places.clone(), ended.clone());
        Box::pin(async move {
            let Some(what) = target.observations.get(&look.name) else { return Sight::Hidden };
            let (of, within) = (&look.of, look.within);
            match target::observe(what, &target.folder, &places, of, &ended, within).await {
                Ok(()) => Sight::Seen,
                Err(got) => Sight::Otherwise(got),
            }
        })
    });
    (trigger, watcher)
}

/// The targets of a run: started, or why not.
type Started = BTreeMap<String, Result<Server, Absent>>;

/// A target that runs: what we started of it, and where it listens.
type Server = (Option<Running>, Links);

/// Where an implementation listens, by link name.
type Links = BTreeMap<String, std::net::SocketAddr>;

/// Why a target is not there.
enum Absent {
    /// A program is not installed.
    Missing(String),
    /// It did not start.
    Broken(String),
}

/// The settings of a target as plain text, the user's above them.
fn plain(target: &Target, options: &Options) -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> =
        target.settings.iter().map(|(n, s)| (n.clone(), s.value.clone())).collect();
    settings.extend(options.set.clone());
    settings
}
