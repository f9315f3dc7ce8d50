//! A stream of a play: octets go out in the order in which they were said, and what comes is heard.

use std::collections::VecDeque;
use std::io::ErrorKind::WouldBlock;
use std::net::{Shutdown, SocketAddr};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use rustix::io::Errno;
use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::inbox::Heard;
use super::sockets::{address_of, with_buffer};
use crate::ladder::Aside;
use crate::play::{FlowId, Input};

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
    socket: TcpStream,
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
    pub(super) fn accepted(flow: FlowId, socket: TcpStream) -> Self {
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
        // On the loopback a stream is open or refused as soon as it was asked for, which the second
        // time tells.
        let first = socket.connect(&to.into());
        let came = first.or_else(|error| match Errno::from_io_error(&error) {
            Some(Errno::INPROGRESS) => socket.connect(&to.into()),
            _ => Err(error),
        });
        let waits = match came {
            Ok(()) => false,
            Err(error) => match Errno::from_io_error(&error) {
                Some(Errno::ISCONN) => false,
                Some(Errno::INPROGRESS | Errno::ALREADY) => true,
                _ => return Err(error),
            },
        };
        let mut stream = Self::new(flow, TcpStream::from_std(socket.into())?);
        match waits {
            true => stream.calls = Some(to),
            false => stream.opened(),
        }
        Ok(stream)
    }

    fn new(flow: FlowId, socket: TcpStream) -> Self {
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

    fn opened(&mut self) {
        self.calls = None;
        // Urgent octets stand among the others.
        let _ = SockRef::from(&self.socket).set_out_of_band_inline(true);
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
            let _ = SockRef::from(&self.socket).shutdown(Shutdown::Write);
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
            let ready = ready!(self.socket.poll_write_ready(context));
            let error = ready.and_then(|()| self.socket.take_error());
            return Poll::Ready(match error {
                Ok(None) => {
                    self.opened();
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
        // A read ends at urgent octets although more is there, so that one which brings little says
        // nothing about what is left: each is tried until nothing comes.
        loop {
            let ready = ready!(self.socket.poll_read_ready(context));
            let read = ready.and_then(|()| {
                with_buffer(|buffer| {
                    let octets = self.socket.try_read(&mut buffer[..READ])?;
                    Ok(buffer[..octets].to_vec())
                })
            });
            return Poll::Ready(match read {
                Err(error) if error.kind() == WouldBlock => continue,
                Ok(octets) if !octets.is_empty() => self.told(Input::Received(self.flow, octets)),
                end => {
                    self.hears = false;
                    self.speaks &= end.is_ok();
                    self.told(Input::Closed(self.flow))
                }
            });
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
        let socket = SockRef::from(&self.socket);
        while self.speaks
            && let Some(words) = self.words.front()
        {
            let left = &words.octets[self.written..];
            // What we say is judged by when it is said: nothing waits for more. What is said first and
            // is no more than one packet does not wait anyway.
            if !self.hurries && (self.spoke || left.len() > PACKET) {
                self.hurries = true;
                let _ = self.socket.set_nodelay(true);
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
                    let _ = self.socket.try_io(Interest::WRITABLE, || Err::<(), _>(error));
                    return;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => self.speaks = false,
            }
            if self.written == words.octets.len() {
                self.words.pop_front();
                self.written = 0;
            }
        }
    }
}
