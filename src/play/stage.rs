//! Everything a play knows: time, flows, what arrived and was not yet asked for, names, events.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::astray::Astray;
use super::blame::MarkName;
use super::history::History;
use super::{Cast, FlowId, Input, Output, Place, Sight};
use crate::diag::Pos;
use crate::ladder::{Aside, Ends, LinkId, PartyId, Role, Say, Setting};
use crate::record::{Event, Failure, Happening, Outcome, Report, RuleSight, Verdict};
use crate::wire::{
    Context, Flow as TextFlow, Frame, Framing, Message, MessageType, Parameters, Side, Value,
    decode,
};

/// The most octets that one play takes from its peers: beyond, it is a flood.
const MOST_OCTETS: usize = 64 << 20;
/// The most events, beside the messages that the ladder counts to.
const MOST_MESSAGES: usize = 20_000;
/// A stream or a pair of datagram addresses.
#[derive(Debug)]
pub struct Flow {
    pub link: LinkId,
    /// Whether we opened it.
    pub ours: bool,
    pub state: FlowState,
    /// Octets of a message that is not all there.
    buffer: Vec<u8>,
    /// Text that nobody asked for yet, commands taken out, and when its last piece came.
    pub text: Vec<u8>,
    pub text_at: Duration,
    /// Every message on it.
    pub history: History,
    /// Its session has ended: the next one takes another flow.
    pub retired: bool,
    /// When we spoke on it last.
    pub said_at: Option<Duration>,
    /// We said something wrong on it on purpose. What follows may follow from that.
    pub misled: bool,
    /// A rung waited for it to be opened.
    pub awaited: bool,
    /// Its responder has taken another port for it than the one that was asked.
    pub moved: bool,
}

impl Flow {
    /// Takes the first message out of what has come, where it is all there.
    fn cut(&mut self, frame: fn(&[u8]) -> Frame) -> Option<Vec<u8>> {
        let whole = self.buffer.len();
        let octets = match frame(&self.buffer) {
            _ if whole == 0 => return None,
            Frame::Whole(length) => length.clamp(1, whole),
            Frame::Partial => return None,
            Frame::Broken(_) => whole,
        };
        Some(self.buffer.drain(..octets).collect())
    }

    /// How many octets of a message came that is not all there.
    pub fn begun(&self) -> usize {
        self.buffer.len()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowState {
    Opening,
    Open,
    /// Carried in memory: we play both ends.
    Internal,
    Refused(String),
    ClosedByPeer,
    ClosedByUs,
}

/// A message that nobody asked for yet.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub flow: FlowId,
    pub ends: Ends,
    pub message: Arc<Message>,
    pub at: Duration,
    /// Its place among the events.
    pub event: usize,
}

/// A message, and the flow that it was on.
pub type Latest = (FlowId, Arc<Message>);

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Binding {
    Message { message: Arc<Message>, flow: FlowId, at: Duration },
    Value(Value, &'static crate::wire::Field),
}

/// A silence that is listened to.
#[derive(Clone, Debug)]
pub struct Watch {
    /// They are counted as they begin.
    pub number: u64,
    pub silence: Arc<crate::ladder::Silence>,
    pub pos: Pos,
    pub since: Duration,
    /// When it is over; `None` where it lasts until the next rung has happened.
    pub until: Option<Duration>,
}

impl Watch {
    /// Whether the silence was over by a time.
    pub fn was_over(&self, at: Duration) -> bool {
        self.until.is_some_and(|until| at >= until)
    }
}

pub struct Stage {
    pub cast: Cast,
    /// The settings in force, where they are not the suite's.
    settings: Option<BTreeMap<String, Setting>>,
    pub parameters: Vec<Rc<Parameters>>,
    pub now: Duration,
    pub wake: Option<Duration>,
    /// The messages that are waited for; empty where it is something else.
    pub waiting: Vec<Arc<Say>>,
    pub over: bool,
    pub out: VecDeque<Output>,
    pub flows: Vec<Flow>,
    pub arrivals: VecDeque<Arrival>,
    /// Datagrams that came from elsewhere or did not get there.
    pub astray: Astray,
    pub names: BTreeMap<String, Binding>,
    /// The latest message that was asked for or said on each link: the responder's, the initiator's.
    latest: Vec<[Option<Latest>; 2]>,
    pub step: Option<usize>,
    pub pos: Pos,
    /// When the rung before ended, and what it was.
    pub mark: Duration,
    pub mark_name: MarkName,
    /// An implementation was made to act and has said nothing yet.
    pub just_triggered: bool,
    pub watches: Vec<Watch>,
    pub watches_begun: u64,
    pub answered: Vec<u32>,
    pub report: Report,
    /// What cannot be blamed on a message: a flood, a trigger that failed.
    pub trouble: Option<Box<(Verdict, String)>>,
    pub printed: Option<String>,
    /// How many programs of triggers run, by party.
    pub programs: BTreeMap<PartyId, u32>,
    /// Who has ended: nothing more comes from there.
    pub left: BTreeSet<PartyId>,
    /// What was seen when we looked, until the course takes it.
    pub sight: Option<Sight>,
    /// How many messages were said to the other side.
    pub said: usize,
    /// How far each file has been said or heard.
    pub files: BTreeMap<String, usize>,
    /// Whether there is a link of which messages tell where somebody listens.
    pub tells: bool,
    /// Where somebody listens, on links of which messages tell that.
    pub places: BTreeMap<LinkId, Place>,
    /// What is left of a message that is sent in pieces.
    pub pieces: VecDeque<(FlowId, Vec<u8>)>,
    /// Octets that a deed keeps back until the next message.
    pub held: Option<Box<(FlowId, Vec<u8>)>>,
    octets: usize,
    rng: fastrand::Rng,
    /// The latest number of one octet that was drawn, by link.
    small: Vec<(LinkId, u8)>,
}

impl Stage {
    pub fn new(cast: Cast) -> Self {
        let settings = match cast.settings_in_force() {
            Cow::Borrowed(_) => None,
            Cow::Owned(settings) => Some(settings),
        };
        let rules = if cast.judges() { cast.suite.rules.as_slice() } else { &[] };
        let rules = rules.iter().map(|rule| RuleSight {
            values: vec![Vec::new(); rule.set.len()],
            ..RuleSight::default()
        });
        let steps = Vec::with_capacity(cast.exchange.steps.len());
        let report = Report { rules: rules.collect(), steps, ..Report::default() };
        let rng = fastrand::Rng::with_seed(cast.seed);
        let answered = vec![0; cast.exchange.responders.len()];
        let mut stage = Self {
            settings,
            parameters: Vec::new(),
            now: Duration::ZERO,
            wake: None,
            waiting: Vec::new(),
            over: false,
            out: VecDeque::new(),
            flows: Vec::new(),
            arrivals: VecDeque::new(),
            astray: Astray::default(),
            names: BTreeMap::new(),
            latest: vec![[None, None]; cast.suite.links.len()],
            step: None,
            pos: Pos::default(),
            mark: Duration::ZERO,
            mark_name: MarkName::Start,
            just_triggered: false,
            watches: Vec::new(),
            watches_begun: 0,
            answered,
            report,
            trouble: None,
            printed: None,
            programs: BTreeMap::new(),
            left: BTreeSet::new(),
            sight: None,
            said: 0,
            pieces: VecDeque::new(),
            held: None,
            files: BTreeMap::new(),
            places: BTreeMap::new(),
            tells: cast.suite.links.iter().any(|link| link.is_told()),
            octets: 0,
            rng,
            small: Vec::new(),
            cast,
        };
        let links = stage.cast.suite.links.iter().map(|link| {
            let all = link.parameters.iter();
            let mut known = Vec::with_capacity(all.len());
            known.extend(all.filter_map(|(name, term)| Some((*name, stage.octets_of(term)?))));
            Rc::new(Parameters(known))
        });
        stage.parameters = links.collect();
        stage
    }

    /// The settings in force.
    pub fn settings(&self) -> &BTreeMap<String, Setting> {
        self.settings.as_ref().unwrap_or(&self.cast.suite.settings)
    }

    /// Gives back the room that is for nothing while something is waited for: thousands of plays may
    /// wait at once.
    pub fn rest(&mut self) {
        if self.out.is_empty() {
            self.out = VecDeque::new();
        }
        if self.arrivals.is_empty() {
            self.arrivals = VecDeque::new();
        }
    }

    pub fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }

    /// A peer opened a flow to us, or spoke on a segment.
    pub fn accept(&mut self, link: LinkId) -> FlowId {
        let l = &self.cast.suite.links[link];
        let (is_segment, ours) = (l.is_segment(), self.cast.projection.played[l.initiator]);
        let streams = l.protocol.transport.has_streams();
        // A segment has no beginning: who speaks first there opens nothing.
        if let Some(flow) = self.flows.iter().position(|f| is_segment && f.link == link) {
            return flow;
        }
        let flow = self.add_flow(link, is_segment && ours, FlowState::Open);
        if streams {
            let ends = self.ends(flow, true);
            self.happened_on(flow, Happening::Opened(ends));
        }
        flow
    }

    pub fn add_flow(&mut self, link: LinkId, ours: bool, state: FlowState) -> FlowId {
        room(&mut self.flows);
        self.flows.push(Flow {
            link,
            ours,
            state,
            buffer: Vec::new(),
            text: Vec::new(),
            text_at: Duration::ZERO,
            history: History::default(),
            retired: false,
            said_at: None,
            misled: false,
            awaited: false,
            moved: false,
        });
        self.flows.len() - 1
    }

    /// Opens a flow of ours.
    pub fn open(&mut self, ends: Ends) -> FlowId {
        self.open_from(ends, None)
    }

    /// Opens a flow of ours from a place where it is not expected.
    pub fn open_from(&mut self, ends: Ends, aside: Option<Aside>) -> FlowId {
        let role = self.cast.projection.role(ends.from, ends.to);
        let link = &self.cast.suite.links[ends.link];
        let datagrams = !link.protocol.transport.has_streams();
        let ours = link.initiator == ends.from;
        let state = match role {
            Role::Internal => FlowState::Internal,
            _ if datagrams => FlowState::Open,
            _ => FlowState::Opening,
        };
        let flow = self.add_flow(ends.link, ours, state);
        if role != Role::Internal {
            self.out.push_back(Output::Open {
                flow,
                link: ends.link,
                from: ends.from,
                to: ends.to,
                place: self.places.get(&ends.link).copied(),
                aside,
            });
        }
        if role == Role::Internal && !datagrams {
            self.happened_on(flow, Happening::Opened(ends));
        }
        flow
    }

    /// Who speaks to whom on a flow.
    pub fn ends(&self, flow: FlowId, from_initiator: bool) -> Ends {
        let link = self.flows[flow].link;
        let l = &self.cast.suite.links[link];
        match from_initiator {
            true => Ends { link, from: l.initiator, to: l.responder },
            false => Ends { link, from: l.responder, to: l.initiator },
        }
    }

    pub fn happened(&mut self, what: Happening) -> usize {
        self.note_down(None, what)
    }

    /// What happened on a flow.
    pub fn happened_on(&mut self, flow: FlowId, what: Happening) -> usize {
        self.note_down(Some(flow), what)
    }

    fn note_down(&mut self, flow: Option<FlowId>, what: Happening) -> usize {
        let (at, step, line) = (self.now, self.step, self.pos.line);
        room(&mut self.report.events);
        self.report.events.push(Event { at, step, line, flow, what });
        self.report.events.len() - 1
    }

    /// Whether anybody was there: a peer that never was is the environment's fault, one that went away
    /// is its own.
    pub fn was_there(&self) -> bool {
        let heard = |event: &Event| {
            matches!(
                &event.what,
                Happening::Message { role: Role::Hear, .. } | Happening::Opened(_)
            )
        };
        self.cast.is_there || self.report.events.iter().any(heard)
    }

    /// What there is to say of a party that is not there.
    pub fn unreachable(&self, party: PartyId, why: &str) -> String {
        format!("`{}` cannot be reached: {why}", self.party(party))
    }

    pub fn input(&mut self, input: Input) {
        match input {
            Input::Tick => {}
            Input::Established(flow) => {
                if let Some(f) = self.flows.get_mut(flow)
                    && f.state == FlowState::Opening
                {
                    f.state = FlowState::Open;
                    let ends = self.ends(flow, true);
                    self.happened_on(flow, Happening::Opened(ends));
                }
            }
            Input::Refused(flow, why) => {
                if flow < self.flows.len() {
                    let ends = self.ends(flow, true);
                    let protocol = self.cast.suite.links[ends.link].protocol;
                    self.flows[flow].state = FlowState::Refused(why.clone());
                    // Whoever opens a stream waits for it, and sees; nobody waits for datagrams.
                    if protocol.transport.has_streams() {
                        self.happened_on(flow, Happening::Refused(ends, why));
                    } else {
                        self.nobody_there(flow, &why);
                        self.goes_astray(flow, Happening::Refused(ends, why));
                    }
                }
            }
            Input::Received(flow, octets) => self.received(flow, octets),
            Input::Moved(flow) => {
                if let Some(flow) = self.flows.get_mut(flow) {
                    flow.moved = true;
                }
            }
            Input::Elsewhere(flow, stray) => self.elsewhere(flow, stray),
            Input::Lost(flow, why) => self.lost(flow, &why),
            Input::Closed(flow) => {
                if self.flows.get(flow).is_some_and(|f| f.state == FlowState::Open) {
                    self.flush(flow);
                    self.flows[flow].state = FlowState::ClosedByPeer;
                    let ends = self.ends(flow, !self.flows[flow].ours);
                    self.happened_on(flow, Happening::Closed(ends));
                    // Whoever has heard all that there was to hear hangs up as well.
                    let protocol = self.cast.suite.links[self.flows[flow].link].protocol;
                    if matches!(protocol.framing, Framing::UntilClosed) {
                        self.close(flow);
                    }
                }
            }
            Input::NotTriggered(party, why) => {
                let name = self.cast.suite.parties[party].name.clone();
                self.fails_us(format!("`{name}` could not be started: {why}"));
            }
            Input::Ended(party, super::Ended { printed, left }) => {
                let programs = self.programs.entry(party).or_default();
                *programs = programs.saturating_sub(1);
                if left && *programs == 0 {
                    self.left.insert(party);
                } else {
                    self.left.remove(&party);
                }
                let name = &self.cast.suite.parties[party].name;
                let note =
                    format!("`{name}` ended: {}", printed.lines().next().unwrap_or_default());
                self.printed = Some(printed);
                self.happened(Happening::Note(note));
            }
            Input::NotDone(why) => self.fails_us(why),
            Input::Unable(why) => self.trouble = Some(Box::new((Verdict::Skipped, why))),
            Input::Observed(sight) => self.sight = Some(sight),
            Input::Listening(link, at) => {
                let place = Place { host: Some(at.ip()), port: at.port() };
                self.places.insert(link, place);
            }
            Input::Interrupted => self.fails_us("the run was stopped".into()),
        }
    }

    /// Something went wrong that lies with us.
    fn fails_us(&mut self, why: String) {
        self.trouble = Some(Box::new((Verdict::Error, why)));
    }

    fn received(&mut self, flow: FlowId, octets: Vec<u8>) {
        let Some(f) = self.flows.get_mut(flow) else { return };
        self.octets += octets.len();
        let events = self.report.events.len();
        // Few exchanges are so long that it matters what they count to.
        if self.octets > MOST_OCTETS || events > MOST_MESSAGES {
            let most = MOST_MESSAGES + self.cast.exchange.counted();
            if self.octets > MOST_OCTETS || events > most {
                let title = format!(
                    "a flood: more than {MOST_OCTETS} octets or {most} messages in one exchange"
                );
                self.trouble.get_or_insert(Box::new((Verdict::Fail, title)));
                return;
            }
        }
        if f.state == FlowState::Opening {
            f.state = FlowState::Open;
        }
        let protocol = self.cast.suite.links[f.link].protocol;
        match protocol.framing {
            Framing::Datagram | Framing::Frame(_) => self.arrived(flow, octets, None),
            Framing::Stream(frame) => {
                // Most of what comes is one whole message.
                let first = f.buffer.is_empty() && !octets.is_empty();
                if first && frame(&octets) == Frame::Whole(octets.len()) {
                    return self.arrived(flow, octets, None);
                }
                f.buffer.extend_from_slice(&octets);
                while let Some(octets) = self.flows[flow].cut(frame) {
                    self.arrived(flow, octets, None);
                }
            }
            Framing::UntilClosed => f.buffer.extend_from_slice(&octets),
            Framing::Text(frame) => {
                f.buffer.extend_from_slice(&octets);
                while let Some(octets) = self.flows[flow].cut(frame) {
                    let head = protocol.head(&octets);
                    let kind = protocol.classify(&head, !self.flows[flow].ours, true, None);
                    if kind.background {
                        self.arrived(flow, octets, None);
                    } else {
                        let now = self.now;
                        let f = &mut self.flows[flow];
                        f.text.extend_from_slice(&octets);
                        f.text_at = now;
                    }
                }
            }
        }
    }

    /// What is left in the buffer when a stream closes is a message that was never whole.
    fn flush(&mut self, flow: FlowId) {
        let octets = std::mem::take(&mut self.flows[flow].buffer);
        if !octets.is_empty() {
            self.arrived(flow, octets, None);
        }
    }

    /// Decodes a message and keeps it until somebody asks for it.
    pub fn arrived(&mut self, flow: FlowId, octets: Vec<u8>, wanted: Option<&'static MessageType>) {
        let from_initiator = !self.flows[flow].ours;
        let mut message = self.read(flow, octets, from_initiator, wanted);
        // It is kept for the report.
        message.nodes.shrink_to_fit();
        let message = Arc::new(message);
        let ends = self.ends(flow, from_initiator);
        self.remember(flow, &message, from_initiator);
        let event = self.happened_on(
            flow,
            Happening::Message { ends, role: Role::Hear, message: message.clone(), note: None },
        );
        if !self.flows[flow].misled {
            super::rules::observe(self, ends, &message);
        }
        if self.arrivals.is_empty() {
            self.arrivals.reserve_exact(1);
        }
        self.arrivals.push_back(Arrival { flow, ends, message, at: self.now, event });
        self.settle(flow);
    }

    /// Takes text that no rung asked for as one last message of its flow: nobody has to ask for what
    /// a terminal shows, but it is told, and rules look at it.
    pub fn overhear(&mut self) {
        for flow in 0..self.flows.len() {
            let octets = std::mem::take(&mut self.flows[flow].text);
            let from_initiator = !self.flows[flow].ours;
            let mut kinds = self.cast.suite.links[self.flows[flow].link].protocol.messages.iter();
            let text = kinds.find(|kind| {
                kind.flow == TextFlow::Growing
                    && kind.when.is_empty()
                    && kind.from.fits(from_initiator)
            });
            if !octets.is_empty() && text.is_some() {
                self.arrived(flow, octets, text);
            }
        }
    }

    /// Reads a message in the light of what went before on its flow.
    pub fn read(
        &self,
        flow: FlowId,
        octets: Vec<u8>,
        from_initiator: bool,
        wanted: Option<&'static MessageType>,
    ) -> Message {
        let f = &self.flows[flow];
        let protocol = self.cast.suite.links[f.link].protocol;
        let head = protocol.head(&octets);
        let (history, key) = (f.history.all(), protocol.conversation.key);
        let known = || f.history.of(&head, key, false);
        let asked = || {
            let asked = f.history.of(&head, key, true);
            asked.or_else(|| history.iter().rev().find(|(_, initiator)| *initiator))
        };
        let continues = protocol.messages.iter().any(|m| m.from == Side::Initiator && !m.opens);
        let (opening, previous) = match from_initiator {
            _ if protocol.conversation.in_turn => {
                let mut latest = history.iter().rev();
                let latest = latest.find(|(_, initiator)| *initiator != from_initiator);
                (history.is_empty(), latest)
            }
            _ if key.is_empty() => (true, None),
            true if !continues => (true, None),
            true => match known() {
                Some(known) => (false, Some(known)),
                None if (protocol.conversation.opens)(&head) => (true, None),
                None => (history.is_empty(), history.last()),
            },
            false => (false, asked()),
        };
        let previous = previous.map(|(m, _)| m.as_ref());
        let kind = protocol.classify_after(&head, from_initiator, opening, wanted, previous);
        let context = Context { parameters: &self.parameters[f.link], previous, from_initiator };
        decode(kind, &context, octets)
    }

    /// Whether octets of the initiator begin another conversation than that of a flow.
    pub fn begins_anew(&self, flow: FlowId, octets: &[u8]) -> bool {
        let Some(f) = self.flows.get(flow) else { return false };
        let protocol = self.cast.suite.links[f.link].protocol;
        let said = |(message, by_initiator): &(Arc<Message>, bool)| {
            *by_initiator && message.bytes == octets
        };
        protocol.classify(&protocol.head(octets), true, true, None).opens
            && !f.history.all().iter().any(said)
    }

    /// Keeps a message of a flow.
    pub fn remember(&mut self, flow: FlowId, message: &Arc<Message>, by_initiator: bool) {
        let f = &mut self.flows[flow];
        let key = self.cast.suite.links[f.link].protocol.conversation.key;
        f.history.keep(message.clone(), by_initiator, key);
    }

    /// The latest message that was asked for or said on a link, by the initiator or not.
    pub fn latest(&self, link: LinkId, initiator: bool) -> Option<&Latest> {
        self.latest[link][usize::from(initiator)].as_ref()
    }

    /// Keeps a message as the latest one.
    pub fn keep_latest(&mut self, link: LinkId, initiator: bool, message: Latest) {
        self.latest[link][usize::from(initiator)] = Some(message);
    }

    /// Begins to watch a silence; its number.
    pub fn watch(&mut self, silence: &Arc<crate::ladder::Silence>, pos: Pos) -> u64 {
        let number = self.watches_begun;
        self.watches_begun += 1;
        let since = self.mark;
        let until = silence.lasting.map(|lasting| since + lasting);
        room(&mut self.watches);
        self.watches.push(Watch { number, silence: silence.clone(), pos, since, until });
        number
    }

    /// Closes a flow whose session has ended, where its protocol says so.
    pub fn settle(&mut self, flow: FlowId) {
        let f = &self.flows[flow];
        let protocol = self.cast.suite.links[f.link].protocol;
        let message = |at: usize| f.history.all().get(at).map(|(m, _)| m.as_ref());
        let Some((latest, _)) = f.history.all().last() else { return };
        if !(protocol.conversation.closes)([message(0), message(1)], latest) {
            return;
        }
        self.flows[flow].retired = true;
        self.close(flow);
    }

    /// Closes a flow from our side.
    pub fn close(&mut self, flow: FlowId) {
        match self.flows[flow].state {
            FlowState::Open | FlowState::Opening => {
                self.flows[flow].state = FlowState::ClosedByUs;
                self.out.push_back(Output::Close(flow));
                // Of datagrams nobody learns that no more will come.
                let link = &self.cast.suite.links[self.flows[flow].link];
                if link.protocol.transport.has_streams() {
                    let ends = self.ends(flow, self.flows[flow].ours);
                    self.happened_on(flow, Happening::Closed(ends));
                }
            }
            // It has closed its half, and may have heard on until now.
            FlowState::ClosedByPeer => {
                self.flows[flow].state = FlowState::ClosedByUs;
                self.out.push_back(Output::Close(flow));
            }
            FlowState::Internal => self.flows[flow].state = FlowState::ClosedByUs,
            _ => {}
        }
    }

    /// Octets for a field that is chosen at random. One octet counts up, so that it does not
    /// repeat soon; more are drawn.
    pub fn draw(&mut self, flow: FlowId, octets: usize) -> Vec<u8> {
        if octets == 1 {
            let first = self.rng.u8(..);
            let link = self.flows[flow].link;
            let at = self.small.iter().position(|(of, _)| *of == link).unwrap_or_else(|| {
                room(&mut self.small);
                self.small.push((link, first));
                self.small.len() - 1
            });
            let next = &mut self.small[at].1;
            *next = next.wrapping_add(1);
            return vec![*next];
        }
        let mut drawn = vec![0; octets];
        self.rng.fill(&mut drawn);
        drawn
    }

    /// A text that is used for the first time.
    pub fn fresh_text(&mut self) -> Vec<u8> {
        format!("{:016x}", self.rng.u64(..)).into_bytes()
    }

    /// The address of a single station, of no maker's, that is used for the first time.
    pub fn fresh_mac(&mut self) -> Vec<u8> {
        let mut octets = vec![0; 6];
        self.rng.fill(&mut octets);
        octets[0] = octets[0] & 0xfc | 2;
        octets
    }

    /// A number from a range of times, for jitter.
    pub fn choose(&mut self, from: Duration, to: Duration) -> Duration {
        from + to.saturating_sub(from).mul_f64(self.rng.f64())
    }

    pub fn scaled(&self, time: Duration) -> Duration {
        time.mul_f64(self.cast.timeout_scale)
    }

    pub fn party(&self, party: PartyId) -> &str {
        &self.cast.suite.parties[party].name
    }

    /// A failure at the present moment.
    pub fn failure(&self, verdict: Verdict, title: impl Into<String>, pos: Pos) -> Failure {
        Failure {
            verdict,
            title: title.into(),
            party: None,
            source: None,
            pos,
            remark: String::new(),
            differences: Vec::new(),
            message: None,
            at: self.now,
            after: None,
            events: self.report.events.len(),
            printed: self.printed.clone(),
        }
    }

    pub fn outcome(&mut self) -> Option<&mut Outcome> {
        self.report.steps.last_mut()
    }

    pub fn into_report(mut self) -> Report {
        self.report.lasted = self.now;
        self.report
    }
}

/// Makes room for one more, and for no others while there are few: thousands of plays may wait at
/// once, and most of them have one or two of everything.
fn room<T>(all: &mut Vec<T>) {
    const FEW: usize = 4;
    if all.len() < FEW {
        all.reserve_exact(1);
    }
}

/// Waits until `look` finds something, or the deadline has passed. The only place where a play
/// stands still.
///
/// No `async fn`, which would keep what it is given twice.
pub fn wait<T>(
    stage: &Rc<RefCell<Stage>>,
    deadline: Option<Duration>,
    mut look: impl FnMut(&mut Stage) -> Option<T>,
) -> impl Future<Output = Option<T>> {
    poll_fn(move |_| {
        let mut stage = stage.borrow_mut();
        if let Some(found) = look(&mut stage) {
            return Poll::Ready(Some(found));
        }
        match deadline {
            Some(deadline) if stage.now >= deadline => Poll::Ready(None),
            _ => {
                stage.wake = deadline;
                Poll::Pending
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;
    use crate::ladder::Projection;
    use crate::play::Play;
    use crate::suite::{Common, suite_from_source};

    #[test]
    fn another_request_begins_another_conversation_and_the_same_one_does_not() {
        let text = "\
suite: try/anew
parties: {client: client, server: server}
links: {transfer: {client -> server: tftp}}
exchanges:
  two:
    tests: client
    steps:
      - step: asked
        ladder:
          - client -> server: {rrq: {filename: a, mode: octet}}
          - server -> client: {error: {code: file-not-found}}
";
        let source = Arc::new(Source { path: "anew.yaml".into(), text: text.into() });
        let mut problems = Vec::new();
        let suite = suite_from_source(&source, Common::default(), &mut problems);
        let suite = Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")));
        let two = suite.exchange("two").expect("it is there");
        let mut play = Play::new(Cast::new(&suite, two, Projection::testing(&suite, &[0])));
        play.start(Duration::ZERO);
        let flow = play.accept(Duration::ZERO, 0);
        let asks = |file: &str| format!("\0\u{1}{file}\0octet\0").into_bytes();
        play.take(Duration::ZERO, Input::Received(flow, asks("a")));
        assert!(play.begins_anew(flow, &asks("b")));
        assert!(!play.begins_anew(flow, &asks("a")), "it is said once more");
        assert!(!play.begins_anew(flow, &[0, 4, 0, 1]), "it acknowledges a block");
        assert!(!play.begins_anew(flow, &[]) && !play.begins_anew(flow + 1, &asks("b")));
    }
}
