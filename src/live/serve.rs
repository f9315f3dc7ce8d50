//! Parties that are played for whoever calls: a play for each caller, on sockets that stay open.
//!
//! A datagram belongs to the play of its address, a stream to the play that it began. Where an
//! exchange takes several streams, one after the other, the next stream from the same host belongs
//! to the oldest play that has none open and waits for more.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::doors::{Call, Came};
use super::ears::Ears;
use super::inbox::{Heard, Inbox, Tell};
use super::segment::Segment;
use super::{Doors, Driver, Scene, Traffic, asked_to_end, block_on};
use crate::ladder::LinkId;
use crate::play::{Cast, Wrong, seed_for};
use crate::record::{Event, Happening, Report};

/// Plays at once; who calls beyond that is turned away.
const MOST_PLAYS: usize = 1024;
/// How long a stream that a play left open on purpose stays open for its peer to see.
const LINGER: Duration = Duration::from_secs(30);

/// Who is played, where.
#[derive(Debug)]
pub struct Service {
    /// The exchange and the played parties, nobody being wrong.
    pub cast: Cast,
    /// Where to listen; on other links the kernel chooses a port of the loopback interface.
    pub listen: BTreeMap<LinkId, SocketAddr>,
    /// Where the parties are that we call.
    pub reach: BTreeMap<LinkId, SocketAddr>,
    /// The interface on which frames are said and heard.
    pub interface: Option<String>,
    /// How many plays; as many as are wanted where it is not given.
    pub count: Option<usize>,
}

/// Who has parties played.
pub trait Host {
    /// An address that is listened on from now on.
    fn listens(&mut self, link: LinkId, address: SocketAddr);
    /// What is done wrong in a play; plays are numbered from 1.
    fn wrong(&mut self, number: usize) -> Option<Arc<Wrong>>;
    /// A play has ended. The other end is the one that called, or that was called first.
    fn ended(&mut self, number: usize, other: Option<SocketAddr>, report: &Report);
}

/// Plays until enough is played or the process is asked to end; how many callers were turned away.
pub fn serve(service: Service, host: &mut dyn Host) -> Result<usize, String> {
    let served = block_on(Serving::of(service, host));
    served.map_err(|error| format!("no play can be started: {error}"))?
}

/// A play that runs.
struct Seat {
    tell: Tell,
    other: Option<SocketAddr>,
    /// The addresses whose datagrams are its own.
    addresses: Vec<(LinkId, SocketAddr)>,
    /// The callers that were handed to it, by link, and the streams that have been closed since.
    given: BTreeMap<LinkId, usize>,
    closed: Closed,
}

type Closed = Rc<RefCell<BTreeMap<LinkId, usize>>>;

/// A play that has ended: its number, its report, and the calls that came too late for it.
type Ended = (usize, Report, Vec<Call>);

struct Serving<'h> {
    service: Service,
    traffic: Traffic,
    host: &'h mut dyn Host,
    plays: JoinSet<Ended>,
    seats: BTreeMap<usize, Seat>,
    addresses: HashMap<(LinkId, SocketAddr), usize>,
    begun: usize,
    turned_away: usize,
    segment: Option<Rc<Segment>>,
    stop: watch::Receiver<bool>,
}

impl<'h> Serving<'h> {
    async fn of(service: Service, host: &'h mut dyn Host) -> Result<usize, String> {
        let doors = Doors::open(&service.cast, &service.listen, service.interface.as_deref())?;
        let (stopping, stop) = watch::channel(false);
        // Before anybody knows that we are there: then a signal ends us as it should.
        let end = asked_to_end();
        for (link, address) in &doors.addresses {
            host.listens(*link, *address);
        }
        let mut ears = Ears::new();
        let segment = doors.open_to(&mut ears);
        let mut serving = Serving {
            traffic: Traffic::of(&service.cast),
            service,
            host,
            plays: JoinSet::new(),
            seats: BTreeMap::new(),
            addresses: HashMap::new(),
            begun: 0,
            turned_away: 0,
            segment,
            stop,
        };
        tokio::select! {
            biased;
            () = end => {}
            done = serving.run(ears) => done?,
        }
        // A play that is stopped still has its end told.
        let _ = stopping.send(true);
        while let Some(ended) = serving.plays.join_next().await {
            serving.ended(ended)?;
        }
        Ok(serving.turned_away)
    }

    async fn run(&mut self, mut ears: Ears) -> Result<(), String> {
        loop {
            if self.plays.is_empty() {
                if !self.may_begin() {
                    return Ok(());
                }
                if self.traffic.ours_first {
                    self.begin(None);
                }
            }
            tokio::select! {
                biased;
                Some(ended) = self.plays.join_next() => {
                    for call in self.ended(ended)? {
                        self.call(call);
                    }
                }
                heard = poll_fn(|context| ears.poll(context)) => {
                    // Plays that have something to hear go on first: one may be about to hear that
                    // this caller has hung up, and waits for the next call.
                    tokio::task::yield_now().await;
                    // Doors bring nothing else.
                    if let Heard::Call(call) = heard {
                        self.call(call);
                    }
                }
            }
        }
    }

    fn may_begin(&self) -> bool {
        self.service.count.is_none_or(|count| self.begun < count)
    }

    /// Hands a call to the play that it belongs to, or begins one.
    fn call(&mut self, call: Call) {
        let call = match self.whose(&call) {
            // It comes back where the play has just ended.
            Some(number) => self.hand(number, call),
            None => Some(call),
        };
        // Frames of protocols that the exchange does not begin with are somebody else's.
        let begins = |call: &Call| match call.what {
            Came::Frame(_) => self.traffic.called.contains_key(&call.link),
            _ => true,
        };
        let may_begin = !self.traffic.ours_first && self.may_begin();
        let Some(call) = call.filter(|call| may_begin && begins(call)) else { return };
        match self.plays.len() < MOST_PLAYS {
            true => self.begin(Some(call)),
            false => self.turned_away += 1,
        }
    }

    /// Hands a call to a play; gives it back where the play has ended.
    fn hand(&mut self, number: usize, call: Call) -> Option<Call> {
        let Some(seat) = self.seats.get_mut(&number) else { return Some(call) };
        let key = (call.link, call.from);
        let datagram = matches!(call.what, Came::Datagram(..));
        let frame = matches!(call.what, Came::Frame(_));
        if let Some(call) = seat.tell.hand(call) {
            return Some(call);
        }
        if frame {
            return None;
        }
        if datagram && self.addresses.insert(key, number) == Some(number) {
            return None;
        }
        *seat.given.entry(key.0).or_default() += 1;
        if datagram {
            seat.addresses.push(key);
        }
        None
    }

    /// The play that a call belongs to.
    fn whose(&self, call: &Call) -> Option<usize> {
        let known = match &call.what {
            Came::Datagram(..) => self.addresses.get(&(call.link, call.from)).copied(),
            // Everybody on the segment is heard by the latest play.
            Came::Frame(_) => return self.seats.keys().next_back().copied(),
            Came::Stream(_) | Came::Across(..) => None,
        };
        let streams = self.traffic.called.get(&call.link).copied().unwrap_or_default();
        let waits = || self.seats.iter().find(|(_, seat)| seat.waits_for(call, streams));
        known.or_else(|| waits().map(|(number, _)| *number))
    }

    /// Begins a play, with a call or because it is ours to begin.
    fn begin(&mut self, call: Option<Call>) {
        self.begun += 1;
        let number = self.begun;
        let cast = Cast {
            // Other draws in each play, as one who plays them all would make.
            seed: seed_for(self.service.cast.seed, &number.to_string()),
            seen: Arc::default(),
            wrong: self.host.wrong(number),
            ..self.service.cast.clone()
        };
        // Until the first call all was silent, as it should be.
        let gone = if call.is_some() { self.traffic.quiet } else { Duration::ZERO };
        let came = call.as_ref().map_or_else(Instant::now, |call| call.at);
        let closed = Closed::default();
        let scene = Scene {
            reach: self.service.reach.clone(),
            observe: Box::new(counting(closed.clone())),
            epoch: came.checked_sub(gone).unwrap_or(came),
            gone,
            linger: LINGER,
            ..Scene::new(self.stop.clone())
        };
        let mut inbox = Inbox::default();
        let calling = self.traffic.calling.iter().next();
        let called = calling.and_then(|link| self.service.reach.get(link)).copied();
        let seat = Seat {
            tell: inbox.tell(),
            other: call.as_ref().map(|call| call.from).or(called),
            addresses: Vec::new(),
            given: BTreeMap::new(),
            closed,
        };
        self.seats.insert(number, seat);
        // An inbox that nobody has read yet takes it.
        call.and_then(|call| self.hand(number, call));
        let driver = Driver::new(cast, &inbox, Ears::new(), self.segment.clone(), scene);
        self.plays.spawn_local(async move {
            let report = driver.play(&mut inbox).await;
            (number, report, inbox.late())
        });
    }

    /// Takes leave of a play; what came too late for it.
    fn ended(&mut self, ended: Result<Ended, JoinError>) -> Result<Vec<Call>, String> {
        let (number, report, late) = ended
            .map_err(|error| format!("a play panicked; this is a fault of the harness: {error}"))?;
        let seat = self.seats.remove(&number);
        for key in seat.iter().flat_map(|seat| &seat.addresses) {
            // Its caller may have begun another play meanwhile.
            if self.addresses.get(key) == Some(&number) {
                self.addresses.remove(key);
            }
        }
        self.host.ended(number, seat.and_then(|seat| seat.other), &report);
        Ok(late)
    }
}

impl Seat {
    /// Whether this is the next caller of a play that takes so many on the link.
    fn waits_for(&self, call: &Call, streams: usize) -> bool {
        let given = self.given.get(&call.link).copied().unwrap_or_default();
        let closed = self.closed.borrow().get(&call.link).copied().unwrap_or_default();
        let same_host = self.other.is_none_or(|other| other.ip() == call.from.ip());
        same_host && given < streams && given <= closed
    }
}

/// Counts the streams that are closed.
fn counting(closed: Closed) -> impl FnMut(&Event) {
    move |event| {
        if let Happening::Closed(ends) = &event.what {
            *closed.borrow_mut().entry(ends.link).or_default() += 1;
        }
    }
}
