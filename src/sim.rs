//! Plays against each other in memory, under a clock that jumps: a minute of silence takes no time.
//!
//! The tester plays its parties, the peer all others; what one sends the other receives at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::ladder::{LinkId, Projection, Suite};
use crate::play::{Cast, FlowId, Input, Output, Place, Play, Sight};
use crate::record::Report;

/// The most deliveries of one run, beside the messages that its ladders count to; plays that talk
/// more than this talk for ever.
const MOST_DELIVERIES: usize = 200_000;

/// The first port that is given to whoever listens where messages tell it.
const FIRST_PORT: u16 = 40_001;

/// Plays an exchange against itself: the report of the tester, and of the peer that stood in for
/// the parties under test.
pub fn self_play(cast: &Cast) -> (Report, Report) {
    let mut reports = run(vec![cast.clone(), peer(cast)]);
    let peer = reports.pop().unwrap_or_default();
    (reports.pop().unwrap_or_default(), peer)
}

/// The cast of the built-in peer: it plays whoever is under test, and keeps names and seeds of its
/// own.
pub fn peer(cast: &Cast) -> Cast {
    let played = cast.projection.played.iter().map(|p| !p).collect();
    Cast {
        projection: Projection { played },
        stand_in: !cast.stand_in,
        seed: cast.seed.wrapping_add(0x9e37_79b9_7f4a_7c15),
        seen: Arc::default(),
        ..cast.clone()
    }
}

/// Runs plays against each other until all are over; their reports in the same order.
pub fn run(casts: Vec<Cast>) -> Vec<Report> {
    let suites = casts.iter().map(|c| c.suite.clone()).collect();
    let exchanges: Vec<_> = casts.iter().map(|c| c.exchange.clone()).collect();
    let mut sim = Sim {
        suites,
        plays: casts.into_iter().map(Play::new).collect(),
        wires: BTreeMap::new(),
        segment: BTreeSet::new(),
        asked: BTreeSet::new(),
        ended: BTreeSet::new(),
        queue: VecDeque::new(),
        listeners: BTreeMap::new(),
        ports: 0,
        now: Duration::ZERO,
    };
    sim.start();
    // Few exchanges are so long that it matters what they count to.
    if !sim.run(MOST_DELIVERIES) {
        sim.run(exchanges.iter().map(|exchange| exchange.counted()).sum());
    }
    sim.plays.into_iter().map(Play::into_report).collect()
}

struct Sim {
    plays: Vec<Play>,
    suites: Vec<Arc<Suite>>,
    /// The other end of a play's flow.
    wires: BTreeMap<(usize, FlowId), (usize, FlowId)>,
    /// What a play says on the segment, by its flows there.
    segment: BTreeSet<(usize, FlowId)>,
    /// The flows whose responder is yet to answer from a port of its own.
    asked: BTreeSet<(usize, FlowId)>,
    /// The ends of flows that their play has closed.
    ended: BTreeSet<(usize, FlowId)>,
    queue: VecDeque<(usize, Input)>,
    /// The plays that listen where messages tell it, and on which link, by port.
    listeners: BTreeMap<u16, (usize, LinkId)>,
    /// How many ports were taken.
    ports: u16,
    now: Duration,
}

impl Sim {
    fn start(&mut self) {
        for at in 0..self.plays.len() {
            self.plays[at].start(self.now);
            self.collect(at);
        }
    }

    /// Delivers so many messages at most; whether there were no more.
    fn run(&mut self, most: usize) -> bool {
        for _ in 0..most {
            if let Some((to, input)) = self.queue.pop_front() {
                self.plays[to].take(self.now, input);
                self.collect(to);
                continue;
            }
            // The tester's end is everybody's end: a peer that still waits has nobody to wait for.
            if self.plays.first().is_none_or(Play::is_over) {
                return true;
            }
            let next = self.plays.iter().filter(|p| !p.is_over()).filter_map(Play::wake_at).min();
            let Some(next) = next else { return true };
            self.now = self.now.max(next);
            for at in 0..self.plays.len() {
                if self.plays[at].wake_at().is_some_and(|wake| wake <= self.now) {
                    self.plays[at].take(self.now, Input::Tick);
                    self.collect(at);
                }
            }
        }
        false
    }

    /// A frame of a play: everybody else on the segment hears it.
    fn broadcast(&mut self, at: usize, frame: &[u8]) {
        for other in (0..self.plays.len()).filter(|other| *other != at) {
            let Some(link) = self.suites[other].link_of_frame(frame) else { continue };
            let flow = self.plays[other].accept(self.now, link);
            self.segment.insert((other, flow));
            self.queue.push_back((other, Input::Received(flow, frame.to_vec())));
        }
    }

    /// The play that listens at a place.
    fn listener(&self, place: Option<Place>) -> Option<usize> {
        let place = place.filter(|p| p.host.is_none_or(|host| host == Ipv4Addr::LOCALHOST))?;
        self.listeners.get(&place.port).map(|(play, _)| *play)
    }

    /// Carries out what a play asks for.
    fn collect(&mut self, at: usize) {
        while let Some(output) = self.plays[at].next_output() {
            match output {
                Output::Open { flow, link, .. } if self.suites[at].links[link].is_segment() => {
                    self.segment.insert((at, flow));
                }
                Output::Open { flow, link, to, place, .. } => {
                    let other = match self.plays[at].is_told(link) {
                        true => self.listener(place),
                        false => (0..self.plays.len())
                            .find(|other| *other != at && self.plays[*other].plays(to)),
                    };
                    let Some(other) = other.filter(|o| !self.plays[*o].is_over()) else {
                        self.queue.push_back((at, Input::Refused(flow, "nobody is there".into())));
                        continue;
                    };
                    let theirs = self.plays[other].accept(self.now, link);
                    self.wires.insert((at, flow), (other, theirs));
                    self.wires.insert((other, theirs), (at, flow));
                    let link = &self.suites[at].links[link];
                    if link.protocol.conversation.answers_anew && link.at.is_none() {
                        self.asked.insert((other, theirs));
                    }
                    self.queue.push_back((other, Input::Tick));
                    self.queue.push_back((at, Input::Established(flow)));
                }
                // Behind the end of a stream nothing more goes out.
                Output::Send(flow, _) | Output::SendUrgent(flow, _)
                    if self.ended.contains(&(at, flow)) => {}
                Output::Send(flow, octets) if self.segment.contains(&(at, flow)) => {
                    self.broadcast(at, &octets);
                }
                Output::Send(flow, octets) | Output::SendUrgent(flow, octets) => {
                    if let Some((other, theirs)) = self.wires.get(&(at, flow)) {
                        if self.asked.remove(&(at, flow)) {
                            self.queue.push_back((*other, Input::Moved(*theirs)));
                        }
                        self.queue.push_back((*other, Input::Received(*theirs, octets)));
                    }
                }
                Output::Close(flow) => {
                    self.ended.insert((at, flow));
                    if let Some((other, theirs)) = self.wires.get(&(at, flow)) {
                        self.queue.push_back((*other, Input::Closed(*theirs)));
                    }
                }
                Output::Listen(link) => {
                    let port = FIRST_PORT.saturating_add(self.ports);
                    self.ports += 1;
                    self.listeners.retain(|_, listener| *listener != (at, link));
                    self.listeners.insert(port, (at, link));
                    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                    self.queue.push_back((at, Input::Listening(link, address)));
                }
                // On other links nobody is turned away.
                Output::Refuse(link) => {
                    self.listeners.retain(|_, listener| *listener != (at, link));
                }
                // It does not come from where the other end listens to.
                Output::SendAside(..) => {}
                Output::Observe(_) => self.queue.push_back((at, Input::Observed(Sight::Blind))),
                // Whoever is under test here acts on its own.
                Output::Trigger(..) => {}
            }
        }
    }
}
