//! Reading and writing sockets: what comes is told, what is asked for goes out.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Instant;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use super::Heard;
use super::doors::{Call, Came, near};
use crate::ladder::{Aside, LinkId};
use crate::play::{FlowId, Input};

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

/// Reads a datagram socket of our own.
pub(super) async fn datagrams(flow: FlowId, socket: Rc<UdpSocket>, inbox: mpsc::Sender<Heard>) {
    let mut buffer = vec![0; 65_536];
    loop {
        let input = match socket.recv(&mut buffer).await {
            Ok(octets) => Input::Received(flow, buffer[..octets].to_vec()),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Input::Refused(flow, "nobody listens there (connection refused)".into())
            }
            Err(error) => Input::Refused(flow, error.to_string()),
        };
        if inbox.send(Heard::Input(Instant::now(), input)).await.is_err() {
            return;
        }
    }
}

/// Reads a datagram socket whose other end may answer from another port than was asked, once.
pub(super) async fn loose_datagrams(
    (flow, link): (FlowId, LinkId),
    socket: Rc<UdpSocket>,
    other: Rc<Cell<SocketAddr>>,
    mut known: bool,
    inbox: mpsc::Sender<Heard>,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let Ok((octets, from)) = socket.recv_from(&mut buffer).await else {
            // An error of an earlier datagram: it did not come through, and is not answered.
            continue;
        };
        let (at, octets) = (Instant::now(), buffer[..octets].to_vec());
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
    let mut buffer = vec![0; READ];
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
                let read = ready.and_then(|()| reading.try_read(&mut buffer));
                if read.as_ref().is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock) {
                    continue;
                }
                open &= read.is_ok();
                let input = match read {
                    Ok(0) | Err(_) => Input::Closed(flow),
                    Ok(octets) => Input::Received(flow, buffer[..octets].to_vec()),
                };
                hears = !matches!(input, Input::Closed(_));
                if inbox.send(Heard::Input(Instant::now(), input)).await.is_err() {
                    return;
                }
            }
        }
    }
}
