//! A play: one exchange, some of its parties played. Sans-IO.
//!
//! A play never sleeps, reads a clock, opens a socket or spawns anything. It is told the time and
//! what arrived, and asked what to do:
//!
//! ```text
//! play.start(now)                          begin
//! play.take(now, Input::Received { .. })   something arrived
//! play.take(now, Input::Tick)              the time it asked for has come
//! while let Some(output) = play.next_output() { .. }   open, send, close, trigger
//! play.wake_at()                           when to come back if nothing arrives
//! play.is_over(), play.into_report()       the end
//! ```
//!
//! | file | what |
//! |---|---|
//! | `stage` | everything a play knows: time, flows, arrivals, names, events |
//! | `script` | the course of the exchange: steps, choice, order, repetition |
//! | `say`, `hear`, `silence`, `stream` | what the kinds of rungs do, from the side of whoever is played |
//! | `standing` | that standing answers are asked for as often as they must be |
//! | `observe` | looking at what no message shows |
//! | `history` | the messages of a flow, and which of them belong together |
//! | `place` | addresses that messages tell |
//! | `astray` | datagrams that came from elsewhere or did not get there |
//! | `blame` | how a failure gets into the outcome of its step |
//! | `compare` | a message against what was asked for; values of names |
//! | `again` | a message against an earlier one, octet for octet |
//! | `lists` | structures of a list against those that were asked for |
//! | `rules` | requirements over all messages |
//! | `wrong` | a played party that is wrong on purpose, once, in a named way |
//!
//! The course is written as a coroutine that waits on the stage (`script`), so that it reads from
//! top to bottom like the ladder it plays; it is polled by hand, with no runtime.

mod again;
mod astray;
mod blame;
mod compare;
mod hear;
mod history;
mod lists;
mod observe;
mod place;
mod rules;
mod say;
mod script;
mod silence;
mod stage;
mod standing;
mod stream;
mod wrong;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::ladder::{Aside, Exchange, LinkId, PartyId, Projection, Setting, Suite, Term};
use crate::record::Report;
use stage::Stage;

pub use rules::{conclude as conclude_rule, in_force as rule_in_force};
pub use wrong::{Cue, Deed, Wrong};

/// A stream or a pair of datagram addresses, numbered by the play.
pub type FlowId = usize;

/// What a play is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// The time it asked for has come.
    Tick,
    /// A stream that it opened is open.
    Established(FlowId),
    /// A stream that it opened could not be opened, or its datagrams cannot be delivered.
    Refused(FlowId, String),
    /// Octets arrived: one datagram, or a piece of a stream.
    Received(FlowId, Vec<u8>),
    /// The other end of a flow answers from another port than the one that was asked, and stays
    /// there.
    Moved(FlowId),
    /// A datagram came to a flow from somebody who is not its other end.
    Elsewhere(FlowId, Stray),
    /// A datagram on a flow did not get there, as far as the kernel knows; a later one may.
    Lost(FlowId, String),
    /// The peer closed a stream, or half of it.
    Closed(FlowId),
    /// A trigger could not be carried out.
    NotTriggered(PartyId, String),
    /// Something could not be done here, for a reason that lies with us.
    NotDone(String),
    /// Something cannot be done from this host at all.
    Unable(String),
    /// The program of a trigger ended.
    Ended(PartyId, Ended),
    /// What is seen of an implementation beside its messages.
    Observed(Sight),
    /// It is listened on a link whose place messages tell, at this address.
    Listening(LinkId, SocketAddr),
    /// The run is being stopped.
    Interrupted,
}

/// A datagram that is no part of a flow, since it came from elsewhere or to somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// What came.
    pub octets: Vec<u8>,
    /// How a message of the flow travels: `from 127.0.0.1:1812`.
    pub due: String,
    /// How this one did: `from 127.0.0.1:1813`.
    pub came: String,
}

/// The end of what a trigger started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What it printed.
    pub printed: String,
    /// Whether it was the whole implementation: then nothing more comes from there.
    pub left: bool,
}

/// What is seen of an implementation beside its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is as it should be.
    Seen,
    /// It is not, and what is seen instead.
    Otherwise(String),
    /// Nobody can look there: the built-in peer has neither users nor records.
    Blind,
    /// The implementation does not let it be seen.
    Hidden,
}

/// What a play asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Open a stream, or a datagram socket of its own.
    Open {
        /// Its number from now on.
        flow: FlowId,
        /// Where.
        link: LinkId,
        /// Who opens it.
        from: PartyId,
        /// To whom.
        to: PartyId,
        /// What messages told of where that is, on a link of which they do.
        place: Option<Place>,
        /// The place where it is opened from, if not the usual one.
        aside: Option<Aside>,
    },
    /// Listen on a link whose place messages tell, at an address that nobody was told before.
    Listen(LinkId),
    /// Send octets.
    Send(FlowId, Vec<u8>),
    /// Send octets the last of which is urgent.
    SendUrgent(FlowId, Vec<u8>),
    /// Send a datagram from another place than the flow's.
    SendAside(FlowId, Vec<u8>, Aside),
    /// Close a stream.
    Close(FlowId),
    /// Stop taking connections, so that the next one is refused.
    Refuse(LinkId),
    /// Make an implementation act.
    Trigger(PartyId, String),
    /// Look at an implementation.
    Observe(Look),
}

/// Where somebody listens, as a message told it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The host; where none was told, the one that told it.
    pub host: Option<IpAddr>,
    /// The port.
    pub port: u16,
}

/// Something about an implementation that no message shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whose.
    pub party: PartyId,
    /// What the target calls it.
    pub name: String,
    /// What it is about; empty where that needs no word.
    pub of: String,
    /// How long it may take to show.
    pub within: Duration,
}

/// The values of fields that were seen in a run, by path.
pub type Seen = Arc<Mutex<HashSet<(String, Vec<u8>)>>>;

/// What a play is made of.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The suite.
    pub suite: Arc<Suite>,
    /// The exchange.
    pub exchange: Arc<Exchange>,
    /// Who is played.
    pub projection: Projection,
    /// Settings that stand in for those of the suite.
    pub settings: BTreeMap<String, Setting>,
    /// Steps after this one are not played.
    pub last_step: usize,
    /// For everything that is drawn.
    pub seed: u64,
    /// Stretches every time that the suite or the protocol allows a peer.
    pub timeout_scale: f64,
    /// Whether we stand in for what is tested, and the other end is the tester.
    pub stand_in: bool,
    /// Whether the other end knows nothing of the exchange: then nobody is asked if he is well, and
    /// nobody asks.
    pub shown: bool,
    /// Whether the party under test is known to be there: that it can no longer be reached is its own
    /// doing then.
    pub is_there: bool,
    /// How much longer we are silent than asked for, where the listener measures as finely as we.
    pub margin: Duration,
    /// The profile under which rules and steps are chosen.
    pub profile: Option<String>,
    /// Values that were seen in this run, for `fresh`.
    pub seen: Seen,
    /// What one of the played parties does wrong on purpose.
    pub wrong: Option<Arc<Wrong>>,
}

impl Cast {
    /// Whether rules are judged here: beside a tester nobody asks what his stand-in found.
    pub fn judges(&self) -> bool {
        !self.stand_in || self.shown
    }

    /// Everything but who is played as it is where nobody says otherwise.
    pub fn new(suite: &Arc<Suite>, exchange: &Arc<Exchange>, projection: Projection) -> Self {
        Self {
            suite: suite.clone(),
            exchange: exchange.clone(),
            projection,
            settings: BTreeMap::new(),
            last_step: exchange.steps.len().saturating_sub(1),
            seed: seed_for(1, &exchange.name),
            timeout_scale: 1.0,
            stand_in: false,
            shown: false,
            is_there: true,
            margin: Duration::from_millis(1),
            profile: exchange.profile.clone(),
            seen: Arc::default(),
            wrong: None,
        }
    }

    /// The settings in force: the suite's, above them those of the lab, above all the exchange's own.
    pub fn settings_in_force(&self) -> Cow<'_, BTreeMap<String, Setting>> {
        if self.settings.is_empty() && self.exchange.with.is_empty() {
            return Cow::Borrowed(&self.suite.settings);
        }
        let mut settings = self.suite.settings.clone();
        for (name, value) in &self.settings {
            // A lab gives values; whether they are secret is the suite's to say.
            let secret = value.secret || settings.get(name).is_some_and(|s| s.secret);
            settings.insert(name.clone(), Setting { value: value.value.clone(), secret });
        }
        for (name, value) in &self.exchange.with {
            // What the exchange says of itself stands above what the lab says; but a lab's value
            // may be referred to.
            let value = match value.value.strip_prefix('$').and_then(|n| settings.get(n)) {
                Some(other) => other.clone(),
                None => value.clone(),
            };
            settings.insert(name.clone(), value);
        }
        Cow::Owned(settings)
    }

    /// What the links are told: link, parameter and value.
    pub fn parameters(&self) -> Vec<(String, String, String)> {
        let settings = self.settings_in_force();
        let value = |term: &Term| match term {
            Term::Text(text) => Some(text.clone()),
            Term::Octets(octets) => Some(format!("0x{}", hex::encode(octets))),
            // Parameters are no fields.
            Term::Value(_) => None,
            Term::Ref(reference) => settings.get(&reference.name).map(|s| s.value.clone()),
        };
        let links = self.suite.links.iter();
        let all = links.flat_map(|link| link.parameters.iter().map(move |p| (&link.name, p)));
        all.filter_map(|(link, (name, term))| {
            Some((link.clone(), (*name).to_owned(), value(term)?))
        })
        .collect()
    }

    /// The values of what the suite and the exchange call secret.
    pub fn secrets(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, setting) in &self.suite.settings {
            if setting.secret {
                all.push(setting.value.clone());
                all.extend(self.settings.get(name).map(|s| s.value.clone()));
            }
        }
        let others = self.exchange.with.values().chain(self.settings.values());
        all.extend(others.filter(|s| s.secret).map(|s| s.value.clone()));
        all
    }
}

/// The seed of one play among many: the same for the same name, apart for different ones.
pub fn seed_for(seed: u64, name: &str) -> u64 {
    name.bytes().fold(seed, |seed, octet| (seed ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3))
}

/// A running play.
pub struct Play {
    stage: Rc<RefCell<Stage>>,
    course: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Play {
    /// A play that has not begun.
    pub fn new(cast: Cast) -> Self {
        Self { stage: Rc::new(RefCell::new(Stage::new(cast))), course: None }
    }

    /// Begins.
    pub fn start(&mut self, now: Duration) {
        let stage = self.stage.clone();
        self.course = Some(Box::pin(script::course(stage)));
        self.take(now, Input::Tick);
    }

    /// A peer opened a stream to us, or sent a first datagram from a new address: its number.
    pub fn accept(&mut self, now: Duration, link: LinkId) -> FlowId {
        let mut stage = self.stage.borrow_mut();
        stage.advance(now);
        stage.accept(link)
    }

    /// Whether octets that came where conversations begin are the first of another one than that of a
    /// flow, and not the first of that one once more.
    pub fn begins_anew(&self, flow: FlowId, octets: &[u8]) -> bool {
        self.stage.borrow().begins_anew(flow, octets)
    }

    /// Takes input and goes on as far as possible.
    pub fn take(&mut self, now: Duration, input: Input) {
        {
            let mut stage = self.stage.borrow_mut();
            stage.advance(now);
            stage.input(input);
            stage.wake = None;
        }
        let Some(course) = &mut self.course else { return };
        let mut context = Context::from_waker(Waker::noop());
        if course.as_mut().poll(&mut context) == Poll::Ready(()) {
            self.course = None;
            self.stage.borrow_mut().over = true;
        }
    }

    /// The next thing to do.
    pub fn next_output(&mut self) -> Option<Output> {
        self.stage.borrow_mut().out.pop_front()
    }

    /// Takes no more room than it needs, while it is waited for something to take.
    pub fn rest(&mut self) {
        self.stage.borrow_mut().rest();
    }

    /// When to come back with a tick if nothing arrives before.
    pub fn wake_at(&self) -> Option<Duration> {
        self.stage.borrow().wake
    }

    /// Whether everything is decided.
    pub fn is_over(&self) -> bool {
        self.stage.borrow().over
    }

    /// Shows the events after the first `told`; how many there are now.
    pub fn new_events(&self, told: usize, show: &mut dyn FnMut(&crate::record::Event)) -> usize {
        let stage = self.stage.borrow();
        stage.report.events[told..].iter().for_each(show);
        stage.report.events.len()
    }

    /// Whether messages tell where the responder of a link is.
    pub fn is_told(&self, link: LinkId) -> bool {
        self.stage.borrow().cast.suite.links[link].is_told()
    }

    /// Whether we play a party.
    pub fn plays(&self, party: PartyId) -> bool {
        self.stage.borrow().cast.projection.played[party]
    }

    /// What is being waited for, for a line of progress.
    pub fn waiting_for(&self) -> String {
        let stage = self.stage.borrow();
        let names: Vec<String> = stage.waiting.iter().map(|say| blame::said(&stage, say)).collect();
        if names.is_empty() {
            format!("the rung in line {}", stage.pos.line)
        } else {
            names.join(" or ")
        }
    }

    /// What it came to.
    pub fn into_report(self) -> Report {
        drop(self.course);
        match Rc::try_unwrap(self.stage) {
            Ok(stage) => stage.into_inner().into_report(),
            // The course held the only other handle and is gone.
            Err(stage) => std::mem::take(&mut stage.borrow_mut().report),
        }
    }
}
