//! Plays cases at once, on one thread; trials wait on a board for what they came to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Condvar};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

use super::against::{Around, Started, hide, plain};
use super::judge::{self, Result as Found};
use super::paper;
use super::peer::{MARGIN, against_peer};
use super::plan::{Case, Options, Plan};
use super::progress::Progress;
use super::shared::{Claim, Shared};
use crate::ladder::Act;
use crate::live::{self, Hall, Nobody, Onlooker};
use crate::play::{Cast, Play, Seen, seed_for};
use crate::record::{Event, Verdict};
use crate::report::{BegunEntry, Entry, Journal, Mask};
use crate::sim;
use crate::target::{self, Absent, Links, Places, Running, Target};

/// Where cases write what they came to, and trials wait for it.
#[derive(Debug)]
pub struct Board {
    found: std::sync::Mutex<Vec<Option<Arc<Found>>>>,
    came: Condvar,
    /// What else is to be said at the end.
    remarks: std::sync::Mutex<Vec<String>>,
}

impl Board {
    /// A board with a place for each case.
    pub fn new(cases: usize) -> Self {
        let found = std::sync::Mutex::new(vec![None; cases]);
        Self { found, came: Condvar::new(), remarks: std::sync::Mutex::default() }
    }

    /// Writes what is to be said at the end of the run.
    pub fn remark(&self, remark: String) {
        if let Ok(mut remarks) = self.remarks.lock() {
            remarks.push(remark);
        }
    }

    /// What is to be said at the end of the run.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.lock().map(|remarks| remarks.clone()).unwrap_or_default()
    }

    /// Writes what a case came to; the first writing stays.
    pub fn write(&self, case: usize, found: Found) {
        self.fill(case, || found);
    }

    /// Writes what a case came to where nothing is written yet.
    fn fill(&self, case: usize, found: impl FnOnce() -> Found) {
        let mut all = match self.found.lock() {
            Ok(all) => all,
            Err(poisoned) => poisoned.into_inner(),
        };
        all[case].get_or_insert_with(|| Arc::new(found()));
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
    of: &'b Case,
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.board.fill(self.case, || {
            judge::all(self.of, Verdict::Error, "the play ended without a verdict")
        });
    }
}

/// What is to be played: a case and its last wanted step.
pub type Wanted = Vec<(usize, usize)>;

/// Everything that a run shares.
#[derive(Clone)]
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
    /// What a person at a terminal sees meanwhile.
    pub progress: Progress,
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

    async fn all(self: Rc<Self>, mut wanted: Wanted) {
        // What lasts longest begins first, so that nothing is waited for at the end but that. One
        // after the other they stay in the order of their suites.
        if self.options.jobs > 1 {
            wanted.sort_by_cached_key(|(case, _)| Reverse(length(&self.plan.cases[*case])));
        }
        let (stopping, stop) = watch::channel(false);
        let end = live::asked_to_end();
        let signals = tokio::task::spawn_local(async move {
            end.await;
            let _ = stopping.send(true);
            // Kept, so that the channel stays open.
            std::future::pending::<()>().await;
        });
        let started = self.start_targets(&wanted, stop.clone()).await;
        let slots = Arc::new(Semaphore::new(self.options.jobs.max(1)));
        let floor = Rc::new(Floor {
            around: started.keys().map(|name| (name.clone(), Around::default())).collect(),
            started,
            clients: Semaphore::new(clients_at_once()),
            starting: Arc::new(Semaphore::new(starting_at_once())),
            turn: Mutex::new(()),
            sockets: Semaphore::new(sockets_at_once()),
            hall: Hall::new(),
            seen: Seen::default(),
            shared: Shared::of_this_run(),
            stop,
            run: self,
        });
        let mut plays = tokio::task::JoinSet::new();
        for (case, last) in wanted {
            // What has no slot yet takes no room either.
            let Ok(slot) = slots.clone().acquire_owned().await else { break };
            while plays.try_join_next().is_some() {}
            let floor = floor.clone();
            plays.spawn_local(async move {
                floor.take(case, last).await;
                drop(slot);
            });
        }
        // A play that panics has its promise kept for it, and is told of by the panic itself.
        while plays.join_next().await.is_some() {}
        signals.abort();
        if let Some(floor) = Rc::into_inner(floor) {
            for (name, target) in floor.started {
                if let Ok((Some(running), _)) = target {
                    floor.run.stop(&name, running).await;
                }
            }
        }
    }

    /// Starts every target that something wanted is played against.
    pub(super) async fn start_targets(
        &self,
        wanted: &Wanted,
        mut stop: watch::Receiver<bool>,
    ) -> Started {
        let mut targets: BTreeMap<String, Arc<Target>> = BTreeMap::new();
        for (case, _) in wanted {
            let case = &self.plan.cases[*case];
            if let (Some(target), None) = (&case.target, &case.skip) {
                targets.entry(target.name.clone()).or_insert_with(|| target.clone());
            }
        }
        let mut started = Started::new();
        for (name, target) in targets {
            self.introduce(&target);
            if let Some(missing) = target.missing() {
                started.insert(name, Err(Absent::Missing(missing)));
                continue;
            }
            let per_exchange = target.start.as_ref().is_some_and(|start| start.per_exchange);
            if per_exchange || target.network.is_some() {
                started.insert(name, Ok((None, Links::default())));
                continue;
            }
            let settings = plain(&target, &self.options);
            let places = Places { settings, ..Places::default() };
            // Whatever is played against it, it knows the secrets of all suites that it takes.
            let its = self.plan.groups.iter().filter(|group| group.is_against(&name));
            let secrets: BTreeSet<String> = its.flat_map(|g| g.secrets(&self.options)).collect();
            let hide = hide(self.options.mask(secrets));
            let came = tokio::select! {
                came = target::start(&target, places, hide) => came,
                _ = stop.wait_for(|stop| *stop) => Err("the run was stopped".into()),
            };
            started.insert(name, came.map_err(Absent::Broken));
        }
        started
    }

    /// Stops a target; notes it where that has ended by itself.
    pub(super) async fn stop(&self, name: &str, running: Running) {
        if let Some(gone) = running.gone(Duration::ZERO).await {
            self.board.remark(format!("{name} ended during the run: {}", gone.text));
        }
        running.stop().await;
    }

    /// Writes down who is under test, as soon as it has told its version.
    fn introduce(&self, target: &Arc<Target>) {
        let Some(journal) = self.journal.clone() else { return };
        let target = target.clone();
        tokio::task::spawn_local(async move {
            let version = target::version(&target).await;
            journal.write(&Entry::Target(paper::target_entry(&target, version)));
        });
    }

    async fn play(
        &self,
        case: &Case,
        last_step: usize,
        floor: &Floor,
        starting: Option<OwnedSemaphorePermit>,
    ) -> Found {
        let Floor { started, hall, .. } = floor;
        let (seen, stop) = (floor.seen.clone(), floor.stop.clone());
        // On the heap, where it is no more when the play has it.
        let cast = Box::new(Cast {
            settings: case.settings(&self.options),
            last_step: last_step.min(case.exchange.steps.len().saturating_sub(1)),
            seed: seed_for(self.seed, &case.name),
            timeout_scale: self.options.timeout_scale,
            margin: if case.target.is_none() { MARGIN } else { Duration::ZERO },
            profile: self.options.profile.clone(),
            seen,
            ..Cast::new(&case.suite, &case.exchange, case.projection.clone())
        });
        // Not kept while it is played: most plays have nothing to mask before they are over.
        let mask = || self.options.mask(case.secrets(&self.options));
        if let Some(journal) = &self.journal {
            journal.write(&Entry::Begun(BegunEntry {
                case: case.name.clone(),
                began_ms: paper::now_ms(),
                parameters: match self.options.show_secrets {
                    true => cast.parameters(),
                    false => Vec::new(),
                },
            }));
        }
        // What a waiting case needs room for is the play alone.
        let (report, peer) = match &case.target {
            None if self.options.sim => {
                let (report, peer) = sim::self_play(&cast);
                let mut observe = self.observer(case, mask);
                report.events.iter().for_each(|event| observe.happened(event));
                (report, Some(peer))
            }
            None if case.is_on_segment() => {
                match Box::pin(self.in_a_network(case, *cast, &mask(), stop)).await {
                    Ok(reports) => reports,
                    Err(absent) => return self.absent(case, &absent),
                }
            }
            None => {
                let observe = self.observer(case, mask);
                let both = match against_peer(cast, None, hall, None, observe, &stop) {
                    Ok(both) => Box::pin(both),
                    Err(why) => return judge::all(case, Verdict::Error, &why),
                };
                let (report, peer) = both.await;
                (report, Some(peer))
            }
            Some(target) => match started.get(&target.name) {
                Some(Ok(_)) if target.network.is_some() => {
                    match Box::pin(self.in_a_network(case, *cast, &mask(), stop)).await {
                        Ok(reports) => reports,
                        Err(absent) => return self.absent(case, &absent),
                    }
                }
                Some(Ok(server)) => {
                    let around = floor.around.get(&target.name).cloned();
                    let around = around.unwrap_or_default().starting(starting);
                    let mask = mask();
                    let played = match case.has_its_own_server() {
                        true => {
                            let played =
                                self.against_its_own(case, *cast, target, None, &mask, stop);
                            Box::pin(played).await
                        }
                        false => {
                            let server = (target, server, &around);
                            Box::pin(self.against(case, *cast, server, &mask, stop)).await
                        }
                    };
                    match played {
                        Ok(report) => (report, None),
                        Err(why) => return judge::all(case, Verdict::Error, &why),
                    }
                }
                Some(Err(absent)) => return self.absent(case, absent),
                None => return judge::all(case, Verdict::Error, "the target was not started"),
            },
        };
        let found = judge::judge(case, &report, peer.as_ref(), &mask());
        self.progress.judged(case, &found);
        if let Some(journal) = &self.journal {
            paper::steps(journal, case, &found, self.options.strict);
        }
        found
    }

    /// What a case comes to that cannot be played here.
    fn absent(&self, case: &Case, absent: &Absent) -> Found {
        match absent {
            Absent::Missing(why) if self.options.all_must_be_there => {
                judge::all(case, Verdict::Error, why)
            }
            Absent::Missing(why) => judge::all(case, Verdict::Skipped, why),
            Absent::Broken(why) => {
                let who = case.target.as_ref().map_or("the built-in peer", |t| t.name.as_str());
                judge::all(case, Verdict::Error, &format!("{who} could not be started: {why}"))
            }
        }
    }

    /// Who writes events down as they happen, and shows them to whoever looks on.
    pub(super) fn observer(&self, case: &Case, mask: impl FnOnce() -> Mask) -> Box<dyn Onlooker> {
        if self.journal.is_none() && !self.progress.is_wanted() {
            return Box::new(Nobody);
        }
        Box::new(Scribe {
            journal: self.journal.clone(),
            progress: self.progress.clone(),
            case: case.clone(),
            mask: mask(),
        })
    }
}

/// What the plays of a run share.
struct Floor {
    run: Rc<Run>,
    started: Started,
    /// By target.
    around: BTreeMap<String, Around>,
    /// For client programs that run, and for those that start.
    clients: Semaphore,
    starting: Arc<Semaphore>,
    /// For whoever begins next.
    turn: Mutex<()>,
    /// For whoever has sockets of his own.
    sockets: Semaphore,
    hall: Hall,
    seen: Seen,
    shared: Option<Shared>,
    stop: watch::Receiver<bool>,
}

impl Floor {
    /// Plays a case as soon as it may be played, and writes what it came to.
    async fn take(&self, case: usize, last: usize) {
        let run = &*self.run;
        let one = &run.plan.cases[case];
        let _promise = Promise { board: &run.board, case, of: one };
        if let Some(why) = &one.skip {
            run.board.write(case, judge::all(one, Verdict::Skipped, why));
            return;
        }
        let around = one.target.as_ref().and_then(|t| self.around.get(&t.name));
        let _alone = match around.filter(|_| one.is_alone()) {
            Some(around) => around.alone.acquire().await.ok(),
            None => None,
        };
        let (_client, starting) = match one.starts_a_client() {
            true => {
                let client = self.clients.acquire().await.ok();
                (client, self.starting.clone().acquire_owned().await.ok())
            }
            false => (None, None),
        };
        let _sockets = match one.has_sockets() && !run.options.sim {
            true => self.sockets.acquire().await.ok(),
            false => None,
        };
        // On a thread of its own: whoever holds the lock may be waiting for one of ours.
        let claimed = self.shared.clone().map(|shared| {
            let name = one.name.clone();
            tokio::task::spawn_blocking(move || shared.claim(&name))
        });
        let mut claim = match claimed {
            Some(claimed) => claimed.await.ok().flatten(),
            None => None,
        };
        // A process of a shared run plays for all others, so it plays to the end.
        let last = if claim.is_some() { usize::MAX } else { last };
        if let Some(found) = claim.as_mut().and_then(Claim::found) {
            return run.board.write(case, found);
        }
        while_in_time(&self.turn).await;
        run.progress.begins(&one.name);
        let found = run.play(one, last, self, starting).await;
        run.progress.ends(&one.name);
        if let Some(claim) = &mut claim {
            claim.keep(&found);
        }
        run.board.write(case, found);
    }
}

/// Writes the events of one play down, and shows them.
struct Scribe {
    journal: Option<Arc<Journal>>,
    progress: Progress,
    case: Case,
    mask: Mask,
}

impl Onlooker for Scribe {
    fn happened(&mut self, event: &Event) {
        let Case { name, suite, exchange, .. } = &self.case;
        if let Some(journal) = &self.journal {
            journal.event(name, suite, exchange, event, &self.mask);
        }
        self.progress.happened(&self.case, event, &self.mask);
    }

    fn waits(&mut self, play: &Play) {
        self.progress.waits(&self.case.name, play);
    }
}

impl Case {
    /// Whether sockets are opened for it alone.
    fn has_sockets(&self) -> bool {
        self.target.is_some() || !Hall::takes(&self.suite, &self.exchange, &self.projection)
    }
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

/// How many client programs run at once.
fn clients_at_once() -> usize {
    starting_at_once() * 4
}

/// How many client programs start at once, which they do until they say something: that takes the
/// machine's time, and one that is kept waiting for it looks slow.
pub(super) fn starting_at_once() -> usize {
    std::thread::available_parallelism().map_or(8, |n| n.get() * 8)
}

/// How long a case lasts at least, as far as its ladder tells.
fn length(case: &Case) -> Duration {
    let mut length = Duration::ZERO;
    case.exchange.rungs(&mut |rung| {
        length += rung.timing.after.unwrap_or_default();
        if let Act::Silent(silence) = &rung.act {
            length += silence.lasting.unwrap_or_default();
        }
    });
    length
}

/// How many plays may have sockets of their own at once, with what files may be open.
fn sockets_at_once() -> usize {
    /// The sockets that are shared, suites, reports and whatever else is open.
    const OTHERS: usize = 384;
    /// A door and a call at either end, and as many again for links whose place is told.
    const EACH: usize = 8;
    (live::most_files().saturating_sub(OTHERS) / EACH).clamp(1, Semaphore::MAX_PERMITS)
}
