//! A play against a real implementation: what is started for it, how it acts, what is seen of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::apart::apart;
use super::peer::against_peer;
use super::plan::{Case, Options};
use super::run::Run;
use crate::ladder::{LinkId, PartyId, Role};
use crate::live::{self, Doors, Gate, Hall, Onlooker, Scene, Trigger, Watcher};
use crate::play::{Cast, Ended, Look, Play, Sight};
use crate::record::{Event, Happening, Report, Verdict};
use crate::report::Mask;
use crate::target::{self, Absent, Folder, Hide, Links, Network, Places, Running, Target};

impl Run {
    /// Plays in a network that is made for this exchange: against a target, or against the built-in
    /// peer, whose report stands beside ours.
    pub(super) async fn in_a_network(
        &self,
        case: &Case,
        cast: Cast,
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<(Report, Option<Report>), Absent> {
        let (run, case, mask) = (self.clone(), case.clone(), mask.clone());
        let Some(target) = case.target.clone() else {
            let work = move |network: Rc<Network>| async move {
                let (ends, observe) = (network.interfaces(), run.observer(&case, || mask));
                let cast = Box::new(cast);
                let both = against_peer(cast, Some(ends), &Hall::new(), None, observe, &stop);
                let (report, peer) = both.map_err(Absent::Broken)?.await;
                Ok((report, Some(peer)))
            };
            return apart(Network::of_ours, work).await;
        };
        let Some(wiring) = &target.network else {
            return Err(Absent::Broken("it has no network of its own".into()));
        };
        let mut places =
            Places { settings: settings(&cast, &target, &run.options), ..Places::default() };
        let wiring = wiring.filled(&mut places).map_err(Absent::Broken)?;
        let make = move || Network::to(&wiring);
        apart(make, move |network| async move {
            let played = run.against_its_own(&case, cast, &target, Some(network), &mask, stop);
            Ok((played.await.map_err(Absent::Broken)?, None))
        })
        .await
    }

    /// A server is under test that nobody else may be using.
    pub(super) async fn against_its_own(
        &self,
        case: &Case,
        cast: Cast,
        target: &Arc<Target>,
        inside: Option<Rc<Network>>,
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<Report, String> {
        // Our doors are open before it is told of them.
        let settings = settings(&cast, target, &self.options);
        let mut places = Places { settings, inside, ..Places::default() };
        let interface = match &places.inside {
            Some(network) => Some(network.interfaces()[0].to_owned()),
            None => target::addresses(target, &mut places.clone())?.interface,
        };
        let doors = doors(&cast, target, &mut places, interface.as_deref())?;
        places.links = addresses(&cast, &doors);
        let inside = places.inside.clone();
        let came = target::start(target, places, hide(mask.clone())).await;
        let server = came.map_err(|why| format!("{} could not be started: {why}", target.name))?;
        let around = Around::default();
        let report =
            self.behind(case, cast, doors, (target, &server, &around), inside, (mask, stop));
        let report = report.await;
        if let (Some(running), _) = server {
            running.stop().await;
        }
        report
    }

    /// A real implementation is under test.
    pub(super) async fn against(
        &self,
        case: &Case,
        cast: Cast,
        server: (&Arc<Target>, &Server, &Around),
        mask: &Mask,
        stop: watch::Receiver<bool>,
    ) -> Result<Report, String> {
        let target = server.0;
        let mut places = match target.listen.is_empty() {
            true => Places::default(),
            false => {
                let settings = settings(&cast, target, &self.options);
                Places { settings, ..Places::default() }
            }
        };
        let interface = server.1.1.interface.as_deref();
        let doors = doors(&cast, target, &mut places, interface)?;
        self.behind(case, cast, doors, server, None, (mask, stop)).await
    }

    /// A real implementation is under test, and our doors are open.
    async fn behind(
        &self,
        case: &Case,
        cast: Cast,
        doors: Doors,
        (target, (running, links), around): (&Arc<Target>, &Server, &Around),
        inside: Option<Rc<Network>>,
        (mask, stop): (&Mask, watch::Receiver<bool>),
    ) -> Result<Report, String> {
        let link = |name: &str| cast.suite.links.iter().position(|l| l.name == name);
        let known = links.addresses.iter();
        let reach: BTreeMap<LinkId, std::net::SocketAddr> =
            known.filter_map(|(name, address)| Some((link(name)?, *address))).collect();
        // What is done to a running server is done in its folder; a client has one for the exchange.
        let own = match running {
            None if target.acts() => Some(Folder::new()?),
            _ => None,
        };
        let places = || {
            let known = running.as_ref().map(|running| running.places.clone());
            let known = known.unwrap_or_default();
            let dir = own.as_ref().map(|own| own.path().to_owned());
            Places {
                dir: dir.unwrap_or(known.dir),
                links: addresses(&cast, &doors),
                settings: settings(&cast, target, &self.options),
                inside,
                ..known
            }
        };
        let (trigger, watcher) = match target.acts() {
            true => hands_and_eyes(target, places()),
            false => neither_hands_nor_eyes(),
        };
        let observe = self.observer(case, || mask.clone());
        let observe = Box::new(Starting {
            observe,
            place: around.starting.take(),
            heard: around.heard.clone(),
        });
        let gate = around.gate.clone();
        let scene = Scene { reach, trigger, watcher, observe, gate, ..Scene::new(stop) };
        // What was started was ready, and what has spoken was there.
        let cast = Cast { is_there: running.is_some() || around.heard.get(), ..cast };
        let began = Instant::now();
        let mut report = live::perform(cast, doors, scene).await;
        if let Some(running) = running {
            tell_of_its_end(&mut report, began, running).await;
        }
        Ok(report)
    }
}

/// Tells, with whatever failed since, that the server under test has ended. It is no excuse.
async fn tell_of_its_end(report: &mut Report, began: Instant, running: &Running) {
    let failed = report.steps.iter_mut().flat_map(|step| &mut step.failures);
    let failed: Vec<_> = failed.filter(|failure| failure.verdict >= Verdict::Fail).collect();
    if failed.is_empty() {
        return;
    }
    // Its sockets are closed before its parent hears of its end.
    let broke = |event: &Event| matches!(event.what, Happening::Refused(..) | Happening::Closed(_));
    let within = if report.events.iter().any(broke) { SOON } else { Duration::ZERO };
    let Some(gone) = running.gone(within).await else { return };
    for failure in failed {
        if began + failure.at + SOON >= gone.at {
            failure.title += "; its program has ended";
            failure.printed = Some(gone.text.clone());
        }
    }
}

/// What all plays against one implementation share.
#[derive(Clone)]
pub(super) struct Around {
    /// For implementations that can be in one exchange at a time only.
    pub(super) alone: Arc<Semaphore>,
    gate: Option<Gate>,
    /// For a program that is about to start.
    starting: Rc<Cell<Option<OwnedSemaphorePermit>>>,
    /// Whether anything was heard of it.
    heard: Rc<Cell<bool>>,
}

impl Around {
    /// The same around one play, which starts a program: its place is free when the program speaks.
    pub(super) fn starting(self, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { starting: Rc::new(Cell::new(place)), ..self }
    }

    /// Nothing is held back.
    pub(super) fn open() -> Self {
        Self { gate: None, ..Self::default() }
    }
}

impl Default for Around {
    fn default() -> Self {
        Self {
            alone: Arc::new(Semaphore::new(1)),
            gate: Some(Gate::default()),
            starting: Rc::default(),
            heard: Rc::default(),
        }
    }
}

/// Holds the place of a program that starts until it has said something, and notes that it has.
struct Starting {
    observe: Box<dyn Onlooker>,
    place: Option<OwnedSemaphorePermit>,
    heard: Rc<Cell<bool>>,
}

impl Onlooker for Starting {
    fn happened(&mut self, event: &Event) {
        if let Happening::Message { role: Role::Hear, .. } = &event.what {
            self.place = None;
            self.heard.set(true);
        }
        self.observe.happened(event);
    }

    fn waits(&mut self, play: &Play) {
        self.observe.waits(play);
    }
}

/// Opens the doors on which a target calls us, where it wants them.
fn doors(
    cast: &Cast,
    target: &Target,
    places: &mut Places,
    interface: Option<&str>,
) -> Result<Doors, String> {
    let mut wanted = BTreeMap::new();
    for (name, text) in &target.listen {
        if let Some(link) = cast.suite.links.iter().position(|l| l.name == *name) {
            let text = places.fill(text)?;
            let address = text.parse().map_err(|_| format!("`{text}` is no address"))?;
            wanted.insert(link, address);
        }
    }
    Doors::open(cast, &wanted, interface)
}

/// Where our doors are, by link name.
fn addresses(cast: &Cast, doors: &Doors) -> BTreeMap<String, std::net::SocketAddr> {
    let name = |id: LinkId| cast.suite.links[id].name.clone();
    doors.addresses.iter().map(|(id, address)| (name(*id), *address)).collect()
}

/// How long it takes at most until the end of a server is known whose sockets are closed.
const SOON: Duration = Duration::from_millis(100);
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
            let command = command.ok_or_else(|| cannot(&name))?;
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

/// The same of a target that cannot be made to act, and of which nothing can be seen.
fn neither_hands_nor_eyes() -> (Trigger, Watcher) {
    let trigger: Trigger = Rc::new(|_, name| Box::pin(ready(Err(cannot(&name)))));
    (trigger, Rc::new(|_| Box::pin(ready(Sight::Hidden))))
}

fn cannot(act: &str) -> String {
    format!("it cannot be made to {act}")
}

/// The targets of a run: started, or why not.
pub(super) type Started = BTreeMap<String, Result<Server, Absent>>;

/// A target that runs: what we started of it, and where it listens.
pub(super) type Server = (Option<Running>, Links);

/// What hides the secrets in what a server prints.
pub(super) fn hide(mask: Mask) -> Hide {
    Rc::new(move |text| mask.text(text))
}

/// The settings of a target as plain text, the user's above them.
pub(super) fn plain(target: &Target, options: &Options) -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> =
        target.settings.iter().map(|(n, s)| (n.clone(), s.value.clone())).collect();
    settings.extend(options.set.clone());
    settings
}

/// The settings of a suite, those of the target above them, those of the exchange above all.
fn settings(cast: &Cast, target: &Target, options: &Options) -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> =
        cast.suite.settings.iter().map(|(n, s)| (n.clone(), s.value.clone())).collect();
    settings.extend(plain(target, options));
    settings.extend(cast.exchange.with.iter().map(|(n, s)| (n.clone(), s.value.clone())));
    settings
}
