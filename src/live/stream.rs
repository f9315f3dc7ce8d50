//! A stream of a play: octets go out in the order in which they were said, and what comes is heard.

use std::collections::VecDeque;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, Interrupted, WouldBlock};
use std::net::{Shutdown, SocketAddr};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use rustix::io::Errno;
use socket2::{Domain, Socket, Type};
use tokio::io::Interest;

use super::inbox::Heard;
use super::sockets::{Watched, address_of, watched, with_buffer};
use crate::ladder::Aside;
use crate::play::{FlowId, Input};

/// What a stream waits for: urgent octets too, before which a read ends although more is there.
pub(super) const INTEREST: Interest =
    Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY);
/// The most octets that one read takes from a stream.
const READ: usize = 64 << 10;
/// As many octets as every packet has room for.
const PACKET: usize = 500;
/// How often a stream that nobody listens to any more is read.
const LAST_READS: usize = 16;

/// A stream, from the call on. It is there until both ends have closed their half.
///
/// The play closes ours when it has nothing more to say; what it said before still goes out, so that
/// a peer that closes its half behind a request gets its answer.
pub(super) struct Stream {
    flow: FlowId,
    socket: Watched,
    /// Whom we call and who has not answered yet.
    calls: Option<SocketAddr>,
    /// What is still to be written, and how much of the first of it has been.
    words: VecDeque<Words>,
    written: usize,
    /// Whether nothing that we say waits for what was said before to have arrived.
    hurries: bool,
    /// Whether something was written.
    spoke: bool,
    /// Whether we close our half when all is written.
    closes: bool,
    /// Whether our half is open, and that of the other end.
    speaks: bool,
    hears: bool,
}

/// Octets that leave on a stream.
struct Words {
    octets: Vec<u8>,
    /// Whether the last of them is urgent.
    urgent: bool,
}

impl Stream {
    /// A stream that somebody has opened.
    pub(super) fn accepted(flow: FlowId, socket: Watched) -> Self {
        // The door has told it how to be.
        Self { hurries: true, ..Self::new(flow, socket) }
    }

    /// Opens a stream, from an unexpected place where one is given.
    pub(super) fn call(
        flow: FlowId,
        to: SocketAddr,
        aside: Option<Aside>,
    ) -> std::io::Result<Self> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM.nonblocking(), None)?;
        if let Some(aside) = aside {
            socket.bind(&SocketAddr::new(address_of(aside, to)?, 0).into())?;
        }
        // Urgent octets stand among the others.
        socket.set_out_of_band_inline(true)?;
        let waits = match socket.connect(&to.into()) {
            Ok(()) => false,
            Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => true,
            Err(error) => return Err(error),
        };
        let mut stream = Self::new(flow, watched(socket, INTEREST)?);
        stream.calls = waits.then_some(to);
        Ok(stream)
    }

    fn new(flow: FlowId, socket: Watched) -> Self {
        Self {
            flow,
            socket,
            calls: None,
            words: VecDeque::new(),
            written: 0,
            hurries: false,
            spoke: false,
            closes: false,
            speaks: true,
            hears: true,
        }
    }

    /// Whether the other end has not answered yet.
    pub(super) fn is_called(&self) -> bool {
        self.calls.is_some()
    }

    /// Whether both halves are closed.
    pub(super) fn is_over(&self) -> bool {
        !self.speaks && !self.hears
    }

    /// Whether something waits to be written, or our half to be closed.
    pub(super) fn is_behind(&self) -> bool {
        self.speaks && (self.closes || !self.words.is_empty())
    }

    /// Says something, now or as soon as the socket takes it.
    pub(super) fn say(&mut self, octets: Vec<u8>, urgent: bool) {
        if self.speaks && !self.closes && !octets.is_empty() {
            self.words.push_back(Words { octets, urgent });
            self.write();
        }
    }

    /// Closes our half behind what was said, as soon as the play has nothing else to do: a stream that
    /// goes with its play, or whose other half is closed, is closed as a whole.
    pub(super) fn close(&mut self) {
        self.closes = true;
        self.write();
        if !self.hears && self.words.is_empty() {
            self.speaks = false;
        }
    }

    /// Closes our half now, if it is to be closed and all is written.
    pub(super) fn shut(&mut self) {
        if self.closes && self.speaks && self.words.is_empty() && self.calls.is_none() {
            let _ = self.socket.get_ref().shutdown(Shutdown::Write);
            self.speaks = false;
        }
    }

    /// Says what can be said at once, and hears what is there: a socket that is closed with
    /// something unread takes back what was said.
    pub(super) fn farewell(&mut self) {
        self.write();
        if !self.hears {
            return;
        }
        for _ in 0..LAST_READS {
            let read = with_buffer(|buffer| {
                rustix::io::retry_on_intr(|| rustix::io::read(&self.socket, &mut buffer[..READ]))
            });
            if !matches!(read, Ok(1..)) {
                return;
            }
        }
    }

    /// What comes next. The end of the other half is told once.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        if let Some(to) = self.calls {
            let error = match ready!(self.socket.poll_write_ready(context)) {
                Ok(ready) if !ready.ready().is_write_closed() => Ok(None),
                // Who refuses has closed this half; so has who took it and broke off again, of whom
                // something may be left to be read.
                Ok(_) => match self.socket.get_ref().take_error() {
                    Ok(Some(error)) if matches!(error.kind(), ConnectionReset | BrokenPipe) => {
                        Ok(None)
                    }
                    error => error,
                },
                Err(error) => Err(error),
            };
            return Poll::Ready(match error {
                Ok(None) => {
                    self.calls = None;
                    self.write();
                    self.shut();
                    self.told(Input::Established(self.flow))
                }
                Ok(Some(error)) | Err(error) => {
                    (self.speaks, self.hears) = (false, false);
                    self.told(Input::Refused(self.flow, format!("{to}: {error}")))
                }
            });
        }
        while self.speaks
            && !self.words.is_empty()
            && self.socket.poll_write_ready(context).is_ready()
        {
            self.write();
        }
        self.shut();
        if !self.hears {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(self.read(context)) {
            Ok(octets) if !octets.is_empty() => self.told(Input::Received(self.flow, octets)),
            end => {
                self.hears = false;
                self.speaks &= end.is_ok();
                self.told(Input::Closed(self.flow))
            }
        })
    }

    /// Reads what is there; nothing at the end of the other half.
    fn read(&self, context: &mut Context<'_>) -> Poll<std::io::Result<Vec<u8>>> {
        loop {
            let mut ready = ready!(self.socket.poll_read_ready(context))?;
            // Known before the read. What comes after it, the runtime tells anew.
            let mut urgent = false;
            let _ = self.socket.try_io(Interest::PRIORITY, |_| {
                urgent = true;
                Err::<(), _>(WouldBlock.into())
            });
            let read: Result<_, Errno> = with_buffer(|buffer| {
                let octets = rustix::io::read(ready.get_inner(), &mut buffer[..READ])?;
                Ok(buffer[..octets].to_vec())
            });
            match &read {
                Err(error) if *error == Errno::INTR => continue,
                Err(error) if *error == Errno::WOULDBLOCK => {
                    ready.clear_ready();
                    continue;
                }
                // A read that brings less than there was room for has brought all, but for one that
                // ends before urgent octets.
                Ok(octets) if octets.len() < READ && !urgent => ready.clear_ready(),
                _ => {}
            }
            return Poll::Ready(read.map_err(std::io::Error::from));
        }
    }

    fn told(&self, input: Input) -> Heard {
        Heard::Input(Instant::now(), input)
    }

    /// Writes what the socket takes.
    ///
    /// Past tokio, which would first have to be told that a new socket can be written to.
    fn write(&mut self) {
        if self.calls.is_some() {
            return;
        }
        let socket = self.socket.get_ref();
        while self.speaks
            && let Some(words) = self.words.front()
        {
            let left = &words.octets[self.written..];
            // What we say is judged by when it is said: nothing waits for more. What is said first and
            // is no more than one packet does not wait anyway.
            if !self.hurries && (self.spoke || left.len() > PACKET) {
                self.hurries = true;
                let _ = socket.set_tcp_nodelay(true);
            }
            self.spoke = true;
            let sent = match left {
                [last] if words.urgent => socket.send_out_of_band(&[*last]),
                [before @ .., _] if words.urgent => socket.send(before),
                all => socket.send(all),
            };
            match sent {
                Ok(octets) => self.written += octets,
                Err(error) if error.kind() == WouldBlock => {
                    // So that the runtime waits for it.
                    let _ = self.socket.try_io(Interest::WRITABLE, |_| Err::<(), _>(error));
                    return;
                }
                Err(error) if error.kind() == Interrupted => {}
                Err(_) => self.speaks = false,
            }
            if self.written == words.octets.len() {
                self.words.pop_front();
                self.written = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;
    use crate::live::block_on;

    /// A socket that has a place, and where that is.
    fn bound() -> (Socket, SocketAddr) {
        let door = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        door.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let at = door.local_addr().unwrap().as_socket().unwrap();
        (door, at)
    }

    /// A stream that we have opened, and its other end.
    async fn pair() -> (Stream, Socket) {
        let (door, to) = bound();
        door.listen(1).unwrap();
        let mut stream = Stream::call(0, to, None).unwrap();
        if stream.is_called() {
            let heard = poll_fn(|context| stream.poll(context)).await;
            assert!(matches!(heard, Heard::Input(_, Input::Established(0))));
        }
        (stream, door.accept().unwrap().0)
    }

    /// Hears so many octets, or what comes until nothing comes any more.
    async fn hear(stream: &mut Stream, octets: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), async {
            while all.len() < octets {
                if let Heard::Input(_, Input::Received(_, more)) =
                    poll_fn(|context| stream.poll(context)).await
                {
                    all.extend(more);
                }
            }
        })
        .await;
        all
    }

    #[test]
    fn what_is_urgent_is_heard_where_it_stands() {
        for (before, behind) in [("before", "behind"), ("before", ""), ("", "behind"), ("", "")] {
            let heard = block_on(async {
                let (mut stream, peer) = pair().await;
                peer.send(before.as_bytes()).unwrap();
                peer.send_out_of_band(b"!").unwrap();
                peer.send(behind.as_bytes()).unwrap();
                hear(&mut stream, before.len() + 1 + behind.len()).await
            });
            assert_eq!(heard.unwrap(), format!("{before}!{behind}").into_bytes());
        }
    }

    #[test]
    fn what_becomes_urgent_after_the_runtime_was_asked_is_heard() {
        let heard = block_on(async {
            let (mut stream, peer) = pair().await;
            peer.send(b"before").unwrap();
            stream.socket.readable().await.unwrap().retain_ready();
            peer.send_out_of_band(b"!").unwrap();
            hear(&mut stream, 7).await
        });
        assert_eq!(heard.unwrap(), b"before!");
    }

    #[test]
    fn what_was_said_before_the_end_is_heard_before_it() {
        block_on(async {
            let (mut stream, peer) = pair().await;
            peer.send(b"last words").unwrap();
            drop(peer);
            assert_eq!(hear(&mut stream, 10).await, b"last words");
            let end = poll_fn(|context| stream.poll(context));
            let end = tokio::time::timeout(Duration::from_secs(5), end).await;
            assert!(matches!(end, Ok(Heard::Input(_, Input::Closed(0)))));
        })
        .unwrap();
    }

    #[test]
    fn who_takes_a_call_and_breaks_off_at_once_has_taken_it() {
        block_on(async {
            let (door, to) = bound();
            door.listen(1).unwrap();
            let mut stream = Stream::call(0, to, None).unwrap();
            let (peer, _) = door.accept().unwrap();
            peer.send(b"go away").unwrap();
            // What is closed so is reset.
            peer.set_linger(Some(Duration::ZERO)).unwrap();
            drop(peer);
            let mut heard = Vec::new();
            for _ in 0..3 {
                let next = poll_fn(|context| stream.poll(context));
                match tokio::time::timeout(Duration::from_secs(5), next).await {
                    Ok(Heard::Input(_, input)) => heard.push(input),
                    _ => panic!("nothing after {heard:?}"),
                }
                if matches!(heard.last(), Some(Input::Closed(_))) {
                    break;
                }
            }
            let words = b"go away".to_vec();
            let all = [Input::Established(0), Input::Received(0, words), Input::Closed(0)];
            assert_eq!(format!("{heard:?}"), format!("{all:?}"));
        })
        .unwrap();
    }

    #[test]
    fn a_call_that_nobody_takes_is_refused() {
        block_on(async {
            let (_door, to) = bound();
            let why = match Stream::call(0, to, None) {
                Ok(mut stream) => match poll_fn(|context| stream.poll(context)).await {
                    Heard::Input(_, Input::Refused(0, why)) => why,
                    _ => panic!("it was taken"),
                },
                Err(why) => why.to_string(),
            };
            assert!(why.contains("refused"), "{why}");
        })
        .unwrap();
    }
}
