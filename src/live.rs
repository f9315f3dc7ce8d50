//! A play on real sockets, under tokio. So thin that it decides nothing: octets, time and closed
//! doors go in, and what the play asks for is carried out.
//!
//! Everything of one play runs on one thread (plays are not `Send`); many plays share it.
//!
//! | file | what |
//! |---|---|
//! | `act` | what a play asks for, carried out |
//! | `alarm` | waiting for moments, to some microseconds |
//! | `doors` | the sockets on which our parties are called |
//! | `ears` | what a play hears through: sockets and doors, read where it is driven |
//! | `few` | maps of a few entries |
//! | `gate` | how much is on its way to one implementation |
//! | `hall` | sockets that plays share whose other parties are played here too |
//! | `inbox` | what a play is told while it runs |
//! | `jitter` | what is said goes out some time later |
//! | `segment` | frames on an Ethernet interface |
//! | `runtime` | what a process is to many plays |
//! | `serve` | parties that are played for whoever calls |
//! | `sockets` | what sockets need beside being read and written |
//! | `stream` | octets that go out on a stream, and come |
//! | `traffic` | who calls whom in an exchange |

mod act;
mod alarm;
mod doors;
mod ears;
mod few;
mod gate;
mod hall;
mod inbox;
mod jitter;
mod runtime;
mod segment;
mod serve;
mod sockets;
mod stream;
mod traffic;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::ladder::{Aside, Link, LinkId, PartyId, Suite};
use crate::play::{Cast, Ended, FlowId, Input, Look, Output, Play, Sight, Stray};
use crate::record::{Event, Report};
use doors::{Call, Came, datagram_socket, near, place_of};
use ears::{EarId, Ears, OtherEnd, Own};
use few::Few;
use gate::Crossing;
use hall::Side;
use inbox::{Heard, Inbox, Tell};
use segment::Segment;
use sockets::Watched;

pub use alarm::Alarm;
pub use doors::Doors;
pub use gate::Gate;
pub use hall::{Across, Hall};
pub use jitter::Jitter;
pub use runtime::{asked_to_end, block_on, most_files};
pub use serve::{Host, Service, serve};
pub use traffic::Traffic;

/// What carries out triggers: given the party and the trigger's name, it ends with what the
/// implementation printed, or with why it could not be started. Dropping it ends the implementation.
pub type Trigger =
    Rc<dyn Fn(PartyId, String) -> Pin<Box<dyn Future<Output = Result<Ended, String>>>>>;

/// What looks at implementations, and tells what is seen no later than it is asked to.
pub type Watcher = Rc<dyn Fn(Look) -> Pin<Box<dyn Future<Output = Sight>>>>;

/// Somebody who is told of what happens in a play.
pub trait Onlooker {
    /// Something happened.
    fn happened(&mut self, event: &Event);

    /// The play has gone as far as it can, and waits.
    fn waits(&mut self, _play: &Play) {}
}

impl<F: FnMut(&Event)> Onlooker for F {
    fn happened(&mut self, event: &Event) {
        self(event);
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Onlooker for Nobody {
    fn happened(&mut self, _: &Event) {}
}

thread_local! {
    /// What acts where whoever is under test acts on its own, and what sees nothing of him.
    static ALONE: (Trigger, Watcher) = (
        Rc::new(|_, _| Box::pin(std::future::pending())),
        Rc::new(|_| Box::pin(std::future::ready(Sight::Blind))),
    );
}

/// Everything around one play.
pub struct Scene {
    /// Where the parties under test are reached, by link.
    pub reach: BTreeMap<LinkId, SocketAddr>,
    /// Who sits across in a hall, where all parties under test do.
    pub across: Option<Across>,
    /// From where we call, by link, where that is not the kernel's choice.
    pub origins: BTreeMap<LinkId, SocketAddr>,
    /// What carries out triggers.
    pub trigger: Trigger,
    /// What looks at implementations.
    pub watcher: Watcher,
    /// Is told of what happens.
    pub observe: Box<dyn Onlooker>,
    /// Becomes true when the run is to stop.
    pub stop: watch::Receiver<bool>,
    /// The moment that the play counts from.
    pub epoch: Instant,
    /// How long nothing had happened when the play was begun: for the play it goes by at once.
    pub gone: Duration,
    /// How long streams stay open that the play leaves open on purpose.
    pub linger: Duration,
    /// Shared by all plays against one implementation.
    pub gate: Option<Gate>,
    /// Holds back what the play does.
    pub jitter: Option<Box<Jitter>>,
}

impl Scene {
    /// Nobody to reach, to make act or to tell; the play counts from now.
    pub fn new(stop: watch::Receiver<bool>) -> Self {
        let (trigger, watcher) = ALONE.with(Clone::clone);
        Self {
            reach: BTreeMap::new(),
            across: None,
            origins: BTreeMap::new(),
            trigger,
            watcher,
            observe: Box::new(Nobody),
            stop,
            epoch: Instant::now(),
            gone: Duration::ZERO,
            linger: Duration::ZERO,
            gate: None,
            jitter: None,
        }
    }
}

/// Plays one cast to its end.
pub fn perform(cast: Cast, doors: Doors, scene: Scene) -> impl Future<Output = Report> {
    let scene = Scene { origins: doors.origins.clone(), ..scene };
    let mut doors = doors;
    let (mut inbox, mut ears) = (std::mem::take(&mut doors.inbox), Ears::new());
    let segment = doors.open_to(&mut ears);
    let driver = Driver::new(cast, &inbox, ears, segment, scene);
    async move { driver.play(&mut inbox).await }
}

/// What a play goes on with.
enum Next {
    Heard(Heard),
    Time,
    Stop,
}

/// What has to wait for its turn, and what was heard behind it.
type Blocked = (Output, Heard);

/// How octets leave on a flow.
enum Way {
    /// To the caller of a door.
    Caller(Rc<Watched>, SocketAddr),
    /// To who sits across in a hall.
    Across(Side),
    /// Over a datagram socket of its own, to wherever the other end is by now.
    Own(Rc<Watched>, Rc<Cell<SocketAddr>>),
    /// As a frame on the segment.
    Frame(Rc<Segment>),
    /// On a stream.
    Stream(EarId),
}

struct Driver {
    play: Play,
    suite: Arc<Suite>,
    /// Where what the play has asked for is told.
    tell: Tell,
    /// The sockets and doors of the play.
    ears: Ears,
    flows: Few<FlowId, Way>,
    /// From where else something was sent on a flow that we have opened.
    asides: Few<(FlowId, Aside), Rc<Watched>>,
    /// The link of each flow.
    links: Few<FlowId, LinkId>,
    /// Where the other end of the latest conversation of a link is.
    ends: Few<LinkId, Rc<Cell<SocketAddr>>>,
    /// Our own host in the latest stream of a link.
    near: Few<LinkId, IpAddr>,
    callers: Few<(LinkId, SocketAddr), FlowId>,
    /// Ended with the play.
    tasks: Vec<Task>,
    reach: BTreeMap<LinkId, SocketAddr>,
    across: Option<Across>,
    /// From where the first flow of a link goes out; the others have ports of their own.
    origins: BTreeMap<LinkId, SocketAddr>,
    trigger: Trigger,
    watcher: Watcher,
    gate: Option<Box<Gate>>,
    jitter: Option<Box<Jitter>>,
    segment: Option<Rc<Segment>>,
    /// The flow of each link on the segment.
    on_segment: Few<LinkId, FlowId>,
    /// What is on its way, by flow: it leaves the gate with its answer.
    crossing: Crossing,
    /// The moment that the play counts from. It moves on while the play waits at the gate: no time
    /// goes by for it there, so that no silence is shorter than it should be.
    epoch: Instant,
    observe: Box<dyn Onlooker>,
    stop: watch::Receiver<bool>,
    gone: Duration,
    linger: Duration,
}

/// Ends its task when it is dropped: no task outlives its play.
struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Driver {
    /// Everything around a play that has not begun. It lies on the heap: many of them wait at once,
    /// and a future would have room for it twice. Frames are said on a segment.
    fn new(
        cast: Cast,
        inbox: &Inbox,
        ears: Ears,
        segment: Option<Rc<Segment>>,
        scene: Scene,
    ) -> Box<Self> {
        Box::new(Self {
            suite: cast.suite.clone(),
            play: Play::new(cast),
            tell: inbox.tell(),
            ears,
            flows: Few::new(),
            asides: Few::new(),
            links: Few::new(),
            ends: Few::new(),
            near: Few::new(),
            callers: Few::new(),
            tasks: Vec::new(),
            reach: scene.reach,
            across: scene.across,
            origins: scene.origins,
            trigger: scene.trigger,
            watcher: scene.watcher,
            gate: scene.gate.map(Box::new),
            jitter: scene.jitter,
            segment,
            on_segment: Few::new(),
            crossing: Crossing::default(),
            epoch: scene.epoch,
            observe: scene.observe,
            stop: scene.stop,
            gone: scene.gone,
            linger: scene.linger,
        })
    }

    /// Plays to the end, with what is heard and what the inbox is told of.
    async fn play(mut self: Box<Self>, inbox: &mut Inbox) -> Report {
        let mut stop = self.stop.clone();
        let mut stopped = pin!(async move { drop(stop.wait_for(|stop| *stop).await) });
        let (mut told, mut alarm) = (0, Alarm::new());
        self.begin(self.gone);
        loop {
            self.carry_out().await;
            told = self.play.new_events(told, &mut |event| self.observe.happened(event));
            self.observe.waits(&self.play);
            if self.play.is_over() {
                break;
            }
            let wake = self.wake_at();
            // A time that moves on is looked at when the time before it has come: most never come.
            if wake.is_some_and(|at| alarm.moment().is_none_or(|set| at < set)) {
                alarm.set(wake);
            }
            // What was heard comes before what the clock says.
            let next = poll_fn(|context| {
                if let Poll::Ready(heard) = self.hear(inbox, context) {
                    return Poll::Ready(Next::Heard(heard));
                }
                if alarm.poll(context).is_ready() {
                    return Poll::Ready(Next::Time);
                }
                let stopped = stopped.as_mut().poll(context);
                if stopped.is_pending() {
                    self.play.rest();
                }
                stopped.map(|()| Next::Stop)
            });
            // What was heard is done with before anything is waited for: there is no room for it in
            // a play that waits.
            let mut blocked = match next.await {
                Next::Heard(heard) => self.heard_all(heard, inbox),
                Next::Time => {
                    let now = Instant::now();
                    self.crossing.leave(now);
                    if wake.is_some_and(|wake| wake <= now) {
                        self.play.take(self.epoch.elapsed(), Input::Tick);
                    }
                    None
                }
                Next::Stop => {
                    self.play.take(self.epoch.elapsed(), Input::Interrupted);
                    self.linger = Duration::ZERO;
                    break;
                }
            };
            while let Some(waits) = blocked {
                blocked = Box::pin(self.unblock(waits, inbox)).await;
            }
        }
        self.carry_out().await;
        self.play.new_events(told, &mut |event| self.observe.happened(event));
        // What most plays do not come to is boxed: none that waits has room for it.
        if self.jitter.is_some() {
            Box::pin(self.catch_up()).await;
        }
        if !self.linger.is_zero() {
            let lasts = Box::pin(tokio::time::sleep(self.linger));
            let linger = Box::pin(self.linger(inbox));
            tokio::select! {
                () = linger => {}
                () = lasts => {}
                () = stopped => {}
            }
        }
        self.farewell().await;
        self.play.into_report()
    }

    /// Begins the play; what had gone by before goes by at once.
    fn begin(&mut self, gone: Duration) {
        let began = self.epoch.elapsed().saturating_sub(gone);
        self.play.start(began);
        while let Some(wake) = self.play.wake_at().filter(|wake| *wake <= began + gone) {
            self.play.take(wake, Input::Tick);
        }
    }

    /// What is heard or told next.
    fn hear(&mut self, inbox: &mut Inbox, context: &mut Context<'_>) -> Poll<Heard> {
        match self.ears.poll(context) {
            Poll::Ready(heard) => Poll::Ready(heard),
            Poll::Pending => inbox.poll(context),
        }
    }

    /// Takes something that was heard, and what arrived together with it: it is judged together,
    /// before the clock is looked at again. Stops at what has to wait for its turn before something
    /// else is taken, and gives back both.
    fn heard_all(&mut self, heard: Heard, inbox: &mut Inbox) -> Option<Box<Blocked>> {
        let mut next = Some(heard);
        while let Some(heard) = next {
            self.heard(heard);
            next = match self.play.is_over() {
                true => None,
                false => self.ears.next_now().or_else(|| inbox.next_now()),
            };
            if next.is_some()
                && let Some(output) = self.carry_out_now()
            {
                return next.map(|heard| Box::new((output, heard)));
            }
        }
        None
    }

    /// Does what had to wait for its turn, and goes on with what was heard behind it.
    async fn unblock(&mut self, blocked: Box<Blocked>, inbox: &mut Inbox) -> Option<Box<Blocked>> {
        let (output, heard) = *blocked;
        self.act_in_turn(output).await;
        self.carry_out().await;
        self.heard_all(heard, inbox)
    }

    fn heard(&mut self, heard: Heard) {
        let epoch = self.epoch;
        match heard {
            Heard::Input(at, input) => {
                if let Input::Received(flow, _) | Input::Closed(flow) | Input::Refused(flow, _) =
                    &input
                {
                    self.crossing.answered(*flow);
                }
                self.play.take(at.saturating_duration_since(epoch), input);
            }
            Heard::Stray(flow, call) => {
                let now = call.at.saturating_duration_since(epoch);
                if let Some(input) = self.stray(flow, call) {
                    self.play.take(now, input);
                }
            }
            Heard::Call(Call { at, link, from, what }) => {
                let now = at.saturating_duration_since(epoch);
                let input = match what {
                    Came::Across(side, octets) => {
                        let flow = self.caller(now, link, from, Way::Across(side));
                        Input::Received(flow, octets)
                    }
                    Came::Datagram(socket, octets) => {
                        let way = || Way::Caller(socket.clone(), from);
                        let flow = self.caller(now, link, from, way());
                        match self.flows.get(flow) {
                            Some(Way::Own(..)) if self.play.begins_anew(flow, &octets) => {
                                self.callers.remove((link, from));
                                Input::Received(self.caller(now, link, from, way()), octets)
                            }
                            // The conversation has a port of its own by now.
                            Some(Way::Own(..)) => Input::Elsewhere(
                                flow,
                                Stray {
                                    octets,
                                    due: "to the port that answered".into(),
                                    came: format!("from {from} to the port that is asked first"),
                                },
                            ),
                            _ => Input::Received(flow, octets),
                        }
                    }
                    Came::Frame(octets) => {
                        let known = self.on_segment.get(link).copied();
                        let flow = known.unwrap_or_else(|| self.play.accept(now, link));
                        self.frame_flow(flow, link);
                        Input::Received(flow, octets)
                    }
                    Came::Stream(stream) => {
                        let flow = self.play.accept(now, link);
                        self.links.insert(flow, link);
                        self.found(link, from);
                        if let Ok(here) = place_of(&stream) {
                            self.near.insert(link, here.ip());
                        }
                        let ear = self.ears.stream(flow, stream);
                        self.flows.insert(flow, Way::Stream(ear));
                        Input::Tick
                    }
                };
                self.play.take(now, input);
            }
        }
    }

    /// A flow on the segment.
    fn frame_flow(&mut self, flow: FlowId, link: LinkId) {
        self.on_segment.insert(link, flow);
        if let Some(jitter) = &mut self.jitter {
            jitter.on_segment(flow);
        }
        self.links.insert(flow, link);
        if let Some(segment) = self.segment.clone() {
            self.flows.insert(flow, Way::Frame(segment));
        }
    }

    /// The flow of a caller, who may be new.
    fn caller(&mut self, now: Duration, link: LinkId, from: SocketAddr, way: Way) -> FlowId {
        if let Some(flow) = self.callers.get((link, from)) {
            return *flow;
        }
        let flow = self.play.accept(now, link);
        self.callers.insert((link, from), flow);
        self.links.insert(flow, link);
        self.found(link, from);
        self.flows.insert(flow, way);
        flow
    }

    /// Keeps where the other end of a link is, where another link is opened there.
    fn found(&mut self, link: LinkId, other: SocketAddr) {
        if self.suite.links.iter().any(|other| other.at == Some(link)) {
            self.ends.insert(link, Rc::new(Cell::new(other)));
        }
    }

    /// Somebody speaks to the socket of a flow who is not its other end: a party that is called there,
    /// or nobody that the suite knows of.
    fn stray(&mut self, flow: FlowId, call: Call) -> Option<Input> {
        let Came::Datagram(socket, octets) = call.what else { return None };
        let at = self.links.get(flow).copied();
        // Who is played here is no stranger here.
        let calls =
            |link: &Link| self.play.plays(link.responder) && !self.play.plays(link.initiator);
        let mut links = self.suite.links.iter();
        let called = links.position(|link| at.is_some() && link.at == at && calls(link));
        let now = call.at.saturating_duration_since(self.epoch);
        Some(match called {
            Some(link) => {
                let way = Way::Caller(socket, call.from);
                Input::Received(self.caller(now, link, call.from, way), octets)
            }
            None => {
                let due = match self.flows.get(flow) {
                    Some(Way::Own(_, other)) => format!("from {}", other.get()),
                    _ => "from its other end".into(),
                };
                let came = format!("from {}", call.from);
                Input::Elsewhere(flow, Stray { octets, due, came })
            }
        })
    }

    /// Gives a conversation a port of its own on our side, from which its answers come.
    fn move_out(&mut self, flow: FlowId) {
        let Some(Way::Caller(_, from)) = self.flows.get(flow) else { return };
        let Some(link) = self.links.get(flow).copied() else { return };
        if !self.moves(link) {
            return;
        }
        let from = *from;
        // Where no socket is to be had the answer comes from the door, and the peer says what it
        // thinks of that.
        let Ok(socket) = datagram_socket(SocketAddr::new(near(from), 0)) else { return };
        let other = self.own(flow, link, socket, from, OtherEnd::Called);
        self.ends.insert(link, other);
    }

    /// A flow over a datagram socket of its own; where its other end is by now.
    fn own(
        &mut self,
        flow: FlowId,
        link: LinkId,
        socket: Watched,
        other: SocketAddr,
        end: OtherEnd,
    ) -> Rc<Cell<SocketAddr>> {
        let (socket, other) = (Rc::new(socket), Rc::new(Cell::new(other)));
        self.flows.insert(flow, Way::Own(socket.clone(), other.clone()));
        self.ears.own(Own { flow, link, socket, other: other.clone(), end, lost: None });
        other
    }

    /// When there is something to do if nothing arrives before.
    fn wake_at(&self) -> Option<Instant> {
        let play = self.play.wake_at().map(|at| self.epoch + at);
        let held = self.jitter.as_ref().and_then(|jitter| jitter.next());
        play.into_iter().chain(held).chain(self.crossing.next()).min()
    }

    /// Keeps the streams that the play has not closed, as long as their peers keep them.
    async fn linger(&mut self, inbox: &mut Inbox) {
        let is_open = |way: &Way, ears: &Ears| matches!(way, Way::Stream(ear) if ears.has(*ear));
        while self.flows.values().any(|way| is_open(way, &self.ears)) {
            match poll_fn(|context| self.hear(inbox, context)).await {
                Heard::Input(_, Input::Closed(flow)) => {
                    if let Some(Way::Stream(ear)) = self.flows.remove(flow) {
                        self.ears.close(ear);
                    }
                }
                Heard::Call(call) => inbox.late.push(call),
                _ => {}
            }
        }
    }

    /// Lets what was said last go out: a moment, then everything is dropped.
    async fn farewell(&mut self) {
        self.ears.farewell();
        if self.tasks.is_empty() {
            return;
        }
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}
