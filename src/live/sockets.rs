//! Reading and writing sockets: what comes is told, what is asked for goes out.

use std::cell::Cell;
use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use super::Heard;
use super::doors::{Call, Came, near};
use crate::ladder::{Aside, LinkId};
use crate::play::{FlowId, Input};

/// The most octets of a datagram.
pub(super) const MOST_OF_A_DATAGRAM: usize = 65_536;

/// The most octets that one read takes from a stream.
const READ: usize = 64 << 10;

/// Sends a datagram from a port, or from an address, that it is not expected from.
pub(super) fn send_aside(to: SocketAddr, octets: &[u8], aside: Aside) -> std::io::Result<()> {
    let socket = std::net::UdpSocket::bind((address_of(aside, to)?, 0))?;
    socket.send_to(octets, to).map(|_| ())
}

/// An address of this host from which a peer does not expect us, or, for another port, does.
fn address_of(aside: Aside, to: SocketAddr) -> std::io::Result<IpAddr> {
    match (aside, to) {
        (Aside::Port, _) => Ok(near(to)),
        // Every address that begins with 127 is this host's.
        (Aside::Address, SocketAddr::V4(v4)) if to.ip().is_loopback() => {
            let [first, second, third, last] = v4.ip().octets();
            Ok(Ipv4Addr::new(first, second, third, last.wrapping_add(1).max(2)).into())
        }
        (Aside::Address, _) => {
            Err(std::io::Error::other("this host has one address towards the peer"))
        }
    }
}

/// Opens a stream, from an address of its own choice where it is to be unexpected.
async fn stream_from(aside: Option<Aside>, to: SocketAddr) -> std::io::Result<TcpStream> {
    let Some(aside) = aside else { return TcpStream::connect(to).await };
    let socket = match to {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.bind(SocketAddr::new(address_of(aside, to)?, 0))?;
    socket.connect(to).await
}

/// The connected datagram sockets of a play. They are read where the play is driven, without a task
/// and a queue between: there are few of them, and most plays have one.
#[derive(Default)]
pub(super) struct Datagrams {
    sockets: Vec<(FlowId, Rc<UdpSocket>)>,
    buffer: Vec<u8>,
}

impl Datagrams {
    pub(super) fn add(&mut self, flow: FlowId, socket: Rc<UdpSocket>) {
        self.sockets.push((flow, socket));
    }

    /// What one of them has brought already.
    pub(super) fn next_now(&mut self) -> Option<Heard> {
        let Self { sockets, buffer } = self;
        sockets.iter().find_map(|(flow, socket)| read(*flow, socket, buffer))
    }

    /// What one of them brings next, or what a task tells.
    pub(super) async fn next(&mut self, told: &mut mpsc::Receiver<Heard>) -> Option<Heard> {
        poll_fn(|context| match self.poll_next(context) {
            Poll::Ready(heard) => Poll::Ready(Some(heard)),
            Poll::Pending => told.poll_recv(context),
        })
        .await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        let Self { sockets, buffer } = self;
        for (flow, socket) in sockets {
            while let Poll::Ready(ready) = socket.poll_recv_ready(context) {
                let heard = match ready {
                    Ok(()) => read(*flow, socket, buffer),
                    Err(error) => Some(refused(*flow, &error)),
                };
                if let Some(heard) = heard {
                    return Poll::Ready(heard);
                }
            }
        }
        Poll::Pending
    }
}

/// Reads a datagram that is there.
fn read(flow: FlowId, socket: &UdpSocket, buffer: &mut Vec<u8>) -> Option<Heard> {
    buffer.clear();
    buffer.reserve(MOST_OF_A_DATAGRAM);
    match socket.try_recv_buf(buffer) {
        Ok(_) => {
            Some(Heard::Input(Instant::now(), Input::Received(flow, buffer.as_slice().to_vec())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => None,
        Err(error) => Some(refused(flow, &error)),
    }
}

fn refused(flow: FlowId, error: &std::io::Error) -> Heard {
    let why = match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "nobody listens there (connection refused)".into(),
        _ => error.to_string(),
    };
    Heard::Input(Instant::now(), Input::Refused(flow, why))
}

/// Reads a datagram socket whose other end may answer from another port than was asked, once.
pub(super) async fn loose_datagrams(
    (flow, link): (FlowId, LinkId),
    socket: Rc<UdpSocket>,
    other: Rc<Cell<SocketAddr>>,
    mut known: bool,
    inbox: mpsc::Sender<Heard>,
) {
    let mut buffer = Vec::with_capacity(MOST_OF_A_DATAGRAM);
    loop {
        buffer.clear();
        let Ok((_, from)) = socket.recv_buf_from(&mut buffer).await else {
            // An error of an earlier datagram: it did not come through, and is not answered.
            continue;
        };
        let (at, octets) = (Instant::now(), buffer.as_slice().to_vec());
        if !known && from.ip() == other.get().ip() {
            known = true;
            let moved = other.replace(from) != from;
            let told = Heard::Input(at, Input::Moved(flow));
            if moved && inbox.send(told).await.is_err() {
                return;
            }
        }
        let heard = match from == other.get() {
            true => Heard::Input(at, Input::Received(flow, octets)),
            false => {
                let what = Came::Datagram(socket.clone(), octets);
                Heard::Stray(flow, Call { at, link, from, what })
            }
        };
        if inbox.send(heard).await.is_err() {
            return;
        }
    }
}

/// Opens a stream, then reads and writes it.
pub(super) async fn connect(
    flow: FlowId,
    (address, aside): (SocketAddr, Option<Aside>),
    outgoing: mpsc::UnboundedReceiver<Words>,
    inbox: mpsc::Sender<Heard>,
) {
    let (input, stream) = match stream_from(aside, address).await {
        Ok(stream) => (Input::Established(flow), Some(stream)),
        Err(error) => (Input::Refused(flow, format!("{address}: {error}")), None),
    };
    let told = inbox.send(Heard::Input(Instant::now(), input)).await;
    if let (Ok(()), Some(stream)) = (told, stream) {
        pump(flow, stream, outgoing, inbox).await;
    }
}

/// Octets that leave on a stream.
pub(super) struct Words {
    pub(super) octets: Vec<u8>,
    /// Whether the last of them is urgent.
    pub(super) urgent: bool,
}

async fn write(writing: &mut OwnedWriteHalf, words: &Words) -> std::io::Result<()> {
    let (before, last) = match words.octets.split_last() {
        Some((last, before)) if words.urgent => (before, Some(*last)),
        _ => (words.octets.as_slice(), None),
    };
    writing.write_all(before).await?;
    let Some(last) = last else { return Ok(()) };
    loop {
        writing.writable().await?;
        let stream: &TcpStream = writing.as_ref();
        let sent = stream.try_io(tokio::io::Interest::WRITABLE, || {
            socket2::SockRef::from(stream).send_out_of_band(&[last])
        });
        match sent {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            sent => return sent.map(|_| ()),
        }
    }
}

/// Carries octets between a stream and the play until both have closed their half. The play closes
/// its own by dropping the sending end of `outgoing`; what it said before still goes out, so that a
/// peer that closes its half behind a request gets its answer.
pub(super) async fn pump(
    flow: FlowId,
    stream: TcpStream,
    mut outgoing: mpsc::UnboundedReceiver<Words>,
    inbox: mpsc::Sender<Heard>,
) {
    // What we say is judged by when it is said: nothing waits for more.
    let _ = stream.set_nodelay(true);
    // Urgent octets stand among the others.
    let _ = socket2::SockRef::from(&stream).set_out_of_band_inline(true);
    let (reading, mut writing) = stream.into_split();
    let mut buffer = Vec::with_capacity(READ);
    let (mut open, mut hears) = (true, true);
    while open || hears {
        tokio::select! {
            octets = outgoing.recv(), if open => match octets {
                Some(words) => open = write(&mut writing, &words).await.is_ok(),
                None => {
                    let _ = writing.shutdown().await;
                    open = false;
                }
            },
            // A read ends at urgent octets although more is there, so that one which brings little
            // says nothing about what is left: each is tried until nothing comes.
            ready = reading.readable(), if hears => {
                buffer.clear();
                let read = ready.and_then(|()| reading.try_read_buf(&mut buffer));
                if read.as_ref().is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock) {
                    continue;
                }
                open &= read.is_ok();
                let input = match read {
                    Ok(0) | Err(_) => Input::Closed(flow),
                    Ok(_) => Input::Received(flow, buffer.as_slice().to_vec()),
                };
                hears = !matches!(input, Input::Closed(_));
                if inbox.send(Heard::Input(Instant::now(), input)).await.is_err() {
                    return;
                }
            }
        }
    }
}
