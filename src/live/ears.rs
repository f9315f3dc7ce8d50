//! What is heard through: the sockets of a play and its doors, read where the play is driven, with
//! neither a task nor a queue between.
//!
//! Whoever has something to be read gets in line, and is read until there is nothing more, so that
//! things are heard in the order in which the kernel tells of them.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::ErrorKind::Unsupported;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::{Duration, Instant};

use super::Alarm;
use super::doors::{Call, Came, NOBODY, accept};
use super::inbox::Heard;
use super::segment::Segment;
use super::sockets::{Watched, forget_errors, receive};
use super::stream::Stream;
use crate::ladder::{Aside, LinkId, Suite};
use crate::play::{FlowId, Input};

/// How long a door that cannot be read is left alone, for lack of open files mostly.
const JAMMED: Duration = Duration::from_millis(20);
/// How often somebody is read before the next one in line, if he always has something.
const TURN: u32 = 64;

/// Everything that is heard through.
pub(super) struct Ears {
    ears: Vec<(EarId, Ear)>,
    count: EarId,
    line: Arc<Line>,
    /// What is known without being read.
    known: VecDeque<Heard>,
    /// Whether our half of a stream may be left to be closed.
    closes: bool,
}

/// An ear, numbered in the order in which they came.
pub(super) type EarId = usize;

struct Ear {
    socket: Socket,
    place: Arc<Place>,
    waker: Waker,
    /// How often it was read in this turn.
    read: u32,
    /// For a door that cannot be read.
    jammed: Option<Alarm>,
}

/// What an ear hears.
enum Socket {
    /// Datagrams of a flow that has a socket of its own.
    Own(Own),
    /// Datagrams that the other end of a flow, which is on that host, sends to where we are not
    /// expected.
    Aside(FlowId, IpAddr, Rc<Watched>),
    /// A stream.
    Stream(Box<Stream>),
    /// Datagrams of whoever calls.
    Datagrams(LinkId, Rc<Watched>),
    /// Whoever opens a stream.
    Streams(LinkId, Watched),
    /// All frames on the segment.
    Frames(Rc<Segment>, Arc<Suite>),
}

/// A datagram socket that is a flow's own.
pub(super) struct Own {
    pub(super) flow: FlowId,
    pub(super) link: LinkId,
    pub(super) socket: Rc<Watched>,
    /// Where the other end is.
    pub(super) other: Rc<Cell<SocketAddr>>,
    pub(super) end: OtherEnd,
    /// Why something that was said did not get there, which is not told yet.
    pub(super) lost: Option<std::io::Error>,
}

/// What is known of the other end of a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherEnd {
    /// It was asked, and answers from where it was.
    Asked,
    /// It was asked, and may answer from another port, where it stays then.
    Moves,
    /// It has called us.
    Called,
}

impl Ears {
    pub(super) fn new() -> Self {
        let (line, known) = (Arc::default(), VecDeque::new());
        Self { ears: Vec::new(), count: 0, line, known, closes: false }
    }

    /// Hears the datagrams of a flow.
    pub(super) fn own(&mut self, own: Own) {
        self.add(Socket::Own(own));
    }

    /// Something that was said on a flow did not get there.
    pub(super) fn lost(&mut self, flow: FlowId, error: std::io::Error) {
        for (_, ear) in &mut self.ears {
            if let Socket::Own(own) = &mut ear.socket
                && own.flow == flow
            {
                own.lost = Some(error);
                return ear.waker.wake_by_ref();
            }
        }
    }

    /// Hears what the other end of a flow answers to somewhere else.
    pub(super) fn aside(&mut self, flow: FlowId, other: IpAddr, socket: Rc<Watched>) {
        self.add(Socket::Aside(flow, other, socket));
    }

    /// Takes a stream.
    pub(super) fn stream(&mut self, flow: FlowId, stream: Watched) -> EarId {
        self.add(Socket::Stream(Box::new(Stream::accepted(flow, stream))))
    }

    /// Opens a stream. Whether it is open or refused is heard.
    pub(super) fn call(&mut self, flow: FlowId, to: SocketAddr, aside: Option<Aside>) -> EarId {
        match Stream::call(flow, to, aside) {
            Ok(stream) => {
                if !stream.is_called() {
                    self.known(Input::Established(flow));
                }
                self.add(Socket::Stream(Box::new(stream)))
            }
            Err(error) => {
                self.known(match error.kind() {
                    Unsupported => {
                        Input::Unable(format!("no stream leaves from another place here: {error}"))
                    }
                    _ => Input::Refused(flow, format!("{to}: {error}")),
                });
                // A number that is nobody's.
                self.count += 1;
                self.count - 1
            }
        }
    }

    /// Hears whoever calls a door for datagrams.
    pub(super) fn datagrams(&mut self, link: LinkId, door: Rc<Watched>) {
        self.add(Socket::Datagrams(link, door));
    }

    /// Hears whoever calls a door for streams.
    pub(super) fn streams(&mut self, link: LinkId, door: Watched) {
        self.add(Socket::Streams(link, door));
    }

    /// Hears the frames on a segment that are of a protocol of the suite.
    pub(super) fn frames(&mut self, segment: Rc<Segment>, suite: Arc<Suite>) {
        self.add(Socket::Frames(segment, suite));
    }

    /// Closes the doors of a link.
    pub(super) fn shut(&mut self, link: LinkId) {
        self.ears.retain(|(_, ear)| match &ear.socket {
            Socket::Datagrams(at, _) | Socket::Streams(at, _) => *at != link,
            _ => true,
        });
    }

    /// Something is known without being read.
    pub(super) fn known(&mut self, input: Input) {
        self.known.push_back(Heard::Input(Instant::now(), input));
    }

    /// Says something on a stream, unless it is over.
    pub(super) fn say(&mut self, ear: EarId, octets: Vec<u8>, urgent: bool) {
        self.with_stream(ear, |stream| stream.say(octets, urgent));
    }

    /// Closes our half of a stream, as soon as something else is done or waited for.
    pub(super) fn close(&mut self, ear: EarId) {
        self.with_stream(ear, Stream::close);
        self.closes = true;
    }

    /// Closes our halves of streams that are to be closed, before something else is done or something
    /// is waited for that is not heard here.
    pub(super) fn shut_streams(&mut self) {
        if !std::mem::take(&mut self.closes) {
            return;
        }
        for (_, ear) in &mut self.ears {
            if let Socket::Stream(stream) = &mut ear.socket {
                stream.shut();
            }
        }
        self.ears.retain(|(_, ear)| !ear.is_over());
    }

    /// Whether a stream is there.
    pub(super) fn has(&self, ear: EarId) -> bool {
        self.at(ear).is_ok()
    }

    /// What is said last still goes out.
    pub(super) fn farewell(&mut self) {
        for (_, ear) in &mut self.ears {
            if let Socket::Stream(stream) = &mut ear.socket {
                stream.farewell();
            }
        }
    }

    /// What is heard next.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        self.line.wakes(context.waker());
        match self.next_now() {
            Some(heard) => Poll::Ready(heard),
            None => Poll::Pending,
        }
    }

    /// What is there to be heard.
    pub(super) fn next_now(&mut self) -> Option<Heard> {
        if let Some(known) = self.known.pop_front() {
            return Some(known);
        }
        // Whoever gets in line meanwhile is read the next time.
        for _ in 0..self.line.length() {
            let first = self.line.first()?;
            let Ok(at) = self.at(first) else { continue };
            let ear = &mut self.ears[at].1;
            ear.place.in_line.store(false, Relaxed);
            let heard = ear.poll(&mut self.known);
            if ear.is_over() {
                self.ears.remove(at);
            } else if heard.is_ready() {
                ear.stays();
            } else {
                ear.read = 0;
            }
            if let Poll::Ready(heard) = heard {
                return Some(heard);
            }
        }
        None
    }

    fn add(&mut self, socket: Socket) -> EarId {
        let ear = self.count;
        self.count += 1;
        let place = Arc::new(Place { ear, in_line: false.into(), line: self.line.clone() });
        let waker = Waker::from(place.clone());
        // It may have something already.
        waker.wake_by_ref();
        self.ears.push((ear, Ear { socket, place, waker, read: 0, jammed: None }));
        ear
    }

    fn at(&self, ear: EarId) -> Result<usize, usize> {
        self.ears.binary_search_by_key(&ear, |(ear, _)| *ear)
    }

    fn with_stream(&mut self, ear: EarId, does: impl FnOnce(&mut Stream)) {
        let Ok(at) = self.at(ear) else { return };
        let ear = &mut self.ears[at].1;
        let Socket::Stream(stream) = &mut ear.socket else { return };
        does(stream);
        if ear.is_over() {
            self.ears.remove(at);
        } else if ear.is_behind() {
            ear.waker.wake_by_ref();
        }
    }
}

impl Ear {
    /// What it hears next; what else is known by that goes to `known`.
    fn poll(&mut self, known: &mut VecDeque<Heard>) -> Poll<Heard> {
        let mut context = Context::from_waker(&self.waker);
        if let Some(jammed) = &mut self.jammed {
            ready!(jammed.poll(&mut context));
            self.jammed = None;
        }
        let called = match &mut self.socket {
            Socket::Own(own) => return own.poll(&mut context, known),
            Socket::Aside(flow, other, socket) => loop {
                // Others are nobody's business here, nor is it that nobody may be there.
                match ready!(poll_datagram(socket, &mut context)) {
                    Ok((octets, from)) if from.ip() == *other => {
                        let input = Input::Received(*flow, octets);
                        return Poll::Ready(Heard::Input(Instant::now(), input));
                    }
                    _ => {}
                }
            },
            Socket::Stream(stream) => return stream.poll(&mut context),
            Socket::Datagrams(link, socket) => ready!(poll_datagram(socket, &mut context))
                .map(|(octets, from)| call(*link, from, Came::Datagram(socket.clone(), octets))),
            Socket::Streams(link, listener) => ready!(accept(listener, &mut context))
                .map(|(stream, from)| call(*link, from, Came::Stream(stream))),
            Socket::Frames(segment, suite) => loop {
                let frame = match ready!(segment.poll(&mut context)) {
                    Ok(frame) => frame,
                    // The interface is down, and may come back.
                    Err(error) => break Err(error),
                };
                if let Some(link) = suite.link_of_frame(&frame) {
                    break Ok(call(link, NOBODY, Came::Frame(frame)));
                }
            },
        };
        match called {
            Ok(call) => Poll::Ready(Heard::Call(call)),
            Err(_) => {
                let mut jammed = Alarm::new();
                jammed.set(Some(Instant::now() + JAMMED));
                self.jammed = Some(jammed);
                self.waker.wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// Whether it is a stream whose both halves are closed.
    fn is_over(&self) -> bool {
        matches!(&self.socket, Socket::Stream(stream) if stream.is_over())
    }

    /// Whether it is a stream on which something waits to be written.
    fn is_behind(&self) -> bool {
        matches!(&self.socket, Socket::Stream(stream) if stream.is_behind())
    }

    /// Stays in line, in front of all others until its turn is over.
    fn stays(&mut self) {
        self.read = (self.read + 1) % TURN;
        if !self.place.in_line.swap(true, Relaxed) {
            let mut queue = self.place.line.queue();
            match self.read {
                0 => queue.ears.push_back(self.place.ear),
                _ => queue.ears.push_front(self.place.ear),
            }
        }
    }
}

impl Own {
    fn poll(&mut self, context: &mut Context<'_>, known: &mut VecDeque<Heard>) -> Poll<Heard> {
        let (octets, from) = loop {
            match poll_own(&self.socket, context) {
                Poll::Ready(Ok(came)) => break came,
                // Who has called and is gone says nothing more; that shows by itself.
                Poll::Ready(Err(_)) if self.end == OtherEnd::Called => {}
                // What has come before it waits still, and is heard first.
                Poll::Ready(Err(error)) => {
                    if let Some(earlier) = self.lost.replace(error) {
                        return Poll::Ready(self.told(&earlier));
                    }
                }
                Poll::Pending => {
                    let Some(error) = self.lost.take() else { return Poll::Pending };
                    return Poll::Ready(self.told(&error));
                }
            }
        };
        let (at, flow, other) = (Instant::now(), self.flow, self.other.get());
        if from == other {
            if self.end == OtherEnd::Moves {
                self.end = OtherEnd::Asked;
            }
            return Poll::Ready(Heard::Input(at, Input::Received(flow, octets)));
        }
        if self.end == OtherEnd::Moves && from.ip() == other.ip() {
            self.end = OtherEnd::Asked;
            self.other.set(from);
            known.push_back(Heard::Input(at, Input::Received(flow, octets)));
            return Poll::Ready(Heard::Input(at, Input::Moved(flow)));
        }
        let what = Came::Datagram(self.socket.clone(), octets);
        Poll::Ready(Heard::Stray(flow, Call { at, link: self.link, from, what }))
    }

    /// What is heard where a datagram did not get there.
    fn told(&self, error: &std::io::Error) -> Heard {
        let input = match error.kind() {
            std::io::ErrorKind::ConnectionRefused => {
                Input::Refused(self.flow, "nobody listens there (connection refused)".into())
            }
            _ => Input::Lost(self.flow, error.to_string()),
        };
        Heard::Input(Instant::now(), input)
    }
}

/// The next datagram on a socket of a flow, and where it is from, or what the kernel knows of one that
/// was sent.
fn poll_own(
    socket: &Watched,
    context: &mut Context<'_>,
) -> Poll<std::io::Result<(Vec<u8>, SocketAddr)>> {
    if let Poll::Ready(came) = poll_datagram(socket, context) {
        return Poll::Ready(came.inspect_err(|_| forget_errors(socket)));
    }
    // That nobody listens there makes nothing readable. Nor is it watched whether something can be
    // written: what comes on that side is an error.
    loop {
        let mut ready = ready!(socket.poll_write_ready(context))?;
        let error = socket.get_ref().take_error()?;
        forget_errors(socket);
        if let Some(error) = error {
            return Poll::Ready(Err(error));
        }
        ready.clear_ready();
    }
}

/// The next datagram, and where it is from.
fn poll_datagram(
    socket: &Watched,
    context: &mut Context<'_>,
) -> Poll<std::io::Result<(Vec<u8>, SocketAddr)>> {
    loop {
        let mut ready = ready!(socket.poll_read_ready(context))?;
        if let Ok(came) = ready.try_io(|socket| receive(socket.get_ref())) {
            return Poll::Ready(came);
        }
    }
}

fn call(link: LinkId, from: SocketAddr, what: Came) -> Call {
    Call { at: Instant::now(), link, from, what }
}

/// Who has something to be read, in the order in which the kernel told of it.
#[derive(Default)]
struct Line(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    ears: VecDeque<EarId>,
    /// Whoever reads.
    reader: Option<Waker>,
}

impl Line {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whom to wake when somebody gets in line.
    fn wakes(&self, reader: &Waker) {
        match &mut self.queue().reader {
            Some(known) => known.clone_from(reader),
            none => *none = Some(reader.clone()),
        }
    }

    fn length(&self) -> usize {
        self.queue().ears.len()
    }

    fn first(&self) -> Option<EarId> {
        self.queue().ears.pop_front()
    }
}

/// The place of an ear in the line, and what the runtime wakes.
struct Place {
    ear: EarId,
    in_line: AtomicBool,
    line: Arc<Line>,
}

impl Wake for Place {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.in_line.swap(true, Relaxed) {
            let mut queue = self.line.queue();
            queue.ears.push_back(self.ear);
            if let Some(reader) = &queue.reader {
                reader.wake_by_ref();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use std::future::poll_fn;
    use std::net::UdpSocket;

    use super::*;
    use crate::live::block_on;
    use crate::live::doors::socket_to;

    #[test]
    fn what_came_before_a_refusal_is_heard_before_it() {
        let heard = block_on(async {
            let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
            let there = peer.local_addr().unwrap();
            let socket = Rc::new(socket_to(there, None).unwrap());
            let (flow, link, end, lost) = (0, 0, OtherEnd::Asked, None);
            let other = Rc::new(Cell::new(there));
            let mut ears = Ears::new();
            ears.own(Own { flow, link, socket: socket.clone(), other, end, lost });
            let say = || socket.get_ref().send_to(b"question", &there.into()).unwrap();
            say();
            let (_, here) = peer.recv_from(&mut [0; 16]).unwrap();
            peer.send_to(b"answer", here).unwrap();
            drop(peer);
            // On the loopback it is refused before this returns.
            say();
            let mut heard = Vec::new();
            for _ in 0..2 {
                heard.push(match poll_fn(|context| ears.poll(context)).await {
                    Heard::Input(_, input) => input,
                    _ => panic!("it is from the other end"),
                });
            }
            heard
        });
        let heard = heard.unwrap();
        let [Input::Received(0, octets), Input::Refused(0, _)] = heard.as_slice() else {
            panic!("{heard:?}");
        };
        assert_eq!(octets, b"answer");
    }
}
