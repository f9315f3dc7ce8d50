//! A socket on an Ethernet interface: whole frames, whomever they are meant for.

use std::io::{Error, ErrorKind, Read, Write};
use std::os::fd::{IntoRawFd, OwnedFd};
use std::task::{Context, Poll, ready};

use pnet_datalink::{Channel, Config, NetworkInterface};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;

use super::sockets::{Watched, set, watched, with_buffer};

/// The octets that the kernel puts in front of a frame: `struct virtio_net_hdr`.
const NOTE: usize = 10;

/// An interface on which frames are said and heard. Ours are not heard.
#[derive(Debug)]
pub struct Segment {
    socket: Watched,
}

impl Segment {
    /// A socket on the interface of a name, in the network namespace of this thread.
    ///
    /// Fails where there is no such interface, and without the right to raw sockets.
    pub fn open(name: &str) -> Result<Self, String> {
        let mut interfaces = pnet_datalink::interfaces().into_iter();
        let Some(interface) = interfaces.find(|interface| interface.name == name) else {
            return Err(format!("there is no interface `{name}` here"));
        };
        let failed = |error: Error| match error.kind() {
            ErrorKind::PermissionDenied => format!(
                "frames on `{name}` need the right to raw sockets (CAP_NET_RAW): run it as root"
            ),
            _ => format!("no frames can be sent on `{name}`: {error}"),
        };
        // Of protocol 0, so that nothing is queued before the socket knows its interface.
        let socket = Socket::new(Domain::PACKET, Type::RAW.nonblocking(), Some(Protocol::from(0)))
            .map_err(failed)?;
        prepare(&socket).and_then(|()| listen(&socket, &interface)).map_err(failed)?;
        // The kernel gives what it allows; a smaller buffer is no reason to stop.
        let _ = socket.set_recv_buffer_size(4 << 20);
        Ok(Self { socket: watched(socket, Interest::READABLE).map_err(failed)? })
    }

    /// Sends a frame, from its destination address on.
    pub(super) fn send(&self, frame: &[u8]) -> std::io::Result<()> {
        let mut noted = vec![0; NOTE];
        noted.extend_from_slice(frame);
        self.socket.get_ref().write_all(&noted)
    }

    /// The next frame of somebody else.
    pub(super) fn poll(&self, context: &mut Context<'_>) -> Poll<std::io::Result<Vec<u8>>> {
        loop {
            let mut ready = ready!(self.socket.poll_read_ready(context))?;
            let read = with_buffer(|buffer| {
                let octets = ready.try_io(|socket| socket.get_ref().read(buffer));
                octets.map(|octets| octets.map(|octets| framed(&buffer[..octets])))
            });
            if let Ok(read) = read {
                return Poll::Ready(read);
            }
        }
    }
}

/// A frame without its note.
fn framed(noted: &[u8]) -> Vec<u8> {
    let (note, frame) = noted.split_at(NOTE.min(noted.len()));
    let mut frame = frame.to_vec();
    complete(note, &mut frame);
    frame
}

/// Asks for a note in front of each frame, and for none of the frames that this host sends.
fn prepare(socket: &Socket) -> std::io::Result<()> {
    for option in [libc::PACKET_VNET_HDR, libc::PACKET_IGNORE_OUTGOING] {
        set(socket, libc::SOL_PACKET, option, 1)?;
    }
    Ok(())
}

/// Has a socket hear everything on an interface, whatever address it is for.
fn listen(socket: &Socket, interface: &NetworkInterface) -> std::io::Result<()> {
    // What is done to the twin is done to the socket; it is closed again, whatever comes of it.
    let twin = OwnedFd::from(socket.try_clone()?).into_raw_fd();
    let config = Config { promiscuous: true, socket_fd: Some(twin), ..Config::default() };
    match pnet_datalink::channel(interface, config)? {
        Channel::Ethernet(..) => Ok(()),
        _ => Err(Error::other("it is no Ethernet interface")),
    }
}

/// Computes the checksum that the sender has left to a network card which is not there: between
/// interfaces of one host there is only the kernel's note that it is missing.
fn complete(note: &[u8], frame: &mut [u8]) {
    const NEEDS_CHECKSUM: u8 = 1;
    let number = |at: usize| match note.get(at..at + 2) {
        Some(&[a, b]) => usize::from(u16::from_ne_bytes([a, b])),
        _ => 0,
    };
    if note.len() < NOTE || note[0] & NEEDS_CHECKSUM == 0 {
        return;
    }
    let (from, place) = (number(6), number(6) + number(8));
    let Some(covered) = frame.get(from..).filter(|_| place + 2 <= frame.len()) else { return };
    // The sum of the addresses stands in its place already.
    let sum = match pnet_packet::util::checksum(covered, usize::MAX) {
        // RFC 768: zero would say that there is none.
        0 => u16::MAX,
        sum => sum,
    };
    frame[place..place + 2].copy_from_slice(&sum.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_that_was_left_to_the_card_is_computed() {
        // Two words are covered; the second is the checksum, with a sum in it already.
        let mut frame = [0xff, 0xff, 0x12, 0x34, 0x00, 0x01];
        let mut note = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        note[6..8].copy_from_slice(&2u16.to_ne_bytes());
        note[8..10].copy_from_slice(&2u16.to_ne_bytes());
        complete(&note, &mut frame);
        assert_eq!(frame, [0xff, 0xff, 0x12, 0x34, 0xed, 0xca]);
    }

    #[test]
    fn notes_that_lead_out_of_the_frame_change_nothing() {
        let before = [1, 2, 3, 4];
        for (start, offset) in [(2u16, 2u16), (9, 0), (u16::MAX, u16::MAX), (3, 0)] {
            let mut note = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            note[6..8].copy_from_slice(&start.to_ne_bytes());
            note[8..10].copy_from_slice(&offset.to_ne_bytes());
            let mut frame = before;
            complete(&note, &mut frame);
            assert_eq!(frame, before);
            complete(&note[..3], &mut frame);
            assert_eq!(frame, before);
        }
    }
}
