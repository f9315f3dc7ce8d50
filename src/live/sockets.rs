//! What sockets need beside being read and written.

use std::cell::RefCell;
use std::io::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::AsRawFd as _;

use rustix::net::{RecvFlags, recvfrom};
use socket2::Socket;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::doors::near;
use crate::ladder::Aside;

/// The most octets that one read brings: a datagram, or a frame behind the kernel's note.
pub(super) const MOST_OF_A_READ: usize = (64 << 10) + 16;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; MOST_OF_A_READ]);
}

/// Lends the buffer that everything on this thread is read into.
pub(super) fn with_buffer<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    BUFFER.with_borrow_mut(|buffer| read(buffer))
}

/// A socket whose readiness the runtime tells.
pub(super) type Watched = AsyncFd<Socket>;

/// Has the runtime tell what a socket is ready for.
#[expect(unsafe_code, reason = "the runtime cannot know what a descriptor belongs to")]
pub(super) fn watched(socket: Socket, interest: Interest) -> std::io::Result<Watched> {
    // SAFETY: the socket keeps its descriptor open and unchanged as long as it lives.
    Ok(unsafe { AsyncFd::register_with_interest(socket, interest)? })
}

/// A datagram that has come, and where it is from. Where the kernel knows of one that was sent before
/// that it did not get there, an error.
pub(super) fn receive(socket: &Socket) -> std::io::Result<(Vec<u8>, SocketAddr)> {
    with_buffer(|buffer| {
        let (octets, _, from) = recvfrom(socket, &mut *buffer, RecvFlags::DONTWAIT)?;
        let from = from.ok_or(std::io::ErrorKind::AddrNotAvailable)?;
        Ok((buffer[..octets].to_vec(), SocketAddr::try_from(from)?))
    })
}

/// Has the kernel tell of datagrams that did not get there on a socket that has no one other end.
pub(super) fn tell_errors(socket: &Socket, like: SocketAddr) -> std::io::Result<()> {
    if like.is_ipv6() {
        set(socket, libc::SOL_IPV6, libc::IPV6_RECVERR, 1)?;
    }
    // Through a socket of IPv6 a host of IPv4 may be asked, too.
    set(socket, libc::SOL_IP, libc::IP_RECVERR, 1)
}

/// Lets datagrams be cut up on their way: else the first one is lost that is too large for a network
/// behind the next one, and nobody says it again.
pub(super) fn let_be_cut(socket: &Socket, like: SocketAddr) -> std::io::Result<()> {
    match like {
        _ if like.ip().is_loopback() => Ok(()),
        SocketAddr::V4(_) => {
            set(socket, libc::SOL_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_DONT)
        }
        SocketAddr::V6(_) => {
            set(socket, libc::SOL_IPV6, libc::IPV6_MTU_DISCOVER, libc::IP_PMTUDISC_DONT)
        }
    }
}

/// Drops what the kernel keeps of such datagrams beside the error that it has told.
pub(super) fn forget_errors(socket: &Watched) {
    let next = |buffer: &mut [u8]| {
        let flags = RecvFlags::DONTWAIT | RecvFlags::ERRQUEUE;
        recvfrom(socket, buffer, flags).is_ok()
    };
    while with_buffer(next) {}
}

/// Sets an option to a number.
#[expect(unsafe_code, reason = "no crate sets these options")]
pub(super) fn set(
    socket: &Socket,
    level: libc::c_int,
    option: libc::c_int,
    value: libc::c_int,
) -> std::io::Result<()> {
    let length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the descriptor is open, and the kernel reads one integer that outlives the call.
    let set = unsafe {
        libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), length)
    };
    if set == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}

/// Sends a datagram from a port, or from an address, that it is not expected from.
pub(super) fn send_aside(to: SocketAddr, octets: &[u8], aside: Aside) -> std::io::Result<()> {
    let socket = std::net::UdpSocket::bind((address_of(aside, to)?, 0))?;
    socket.send_to(octets, to).map(|_| ())
}

/// An address of this host from which a peer does not expect us, or, for another port, does.
/// Unsupported where this host has no other one.
pub(super) fn address_of(aside: Aside, to: SocketAddr) -> std::io::Result<IpAddr> {
    match (aside, to) {
        (Aside::Port, _) => Ok(near(to)),
        // Every address that begins with 127 is this host's.
        (Aside::Address, SocketAddr::V4(v4)) if to.ip().is_loopback() => {
            let [first, second, third, last] = v4.ip().octets();
            Ok(Ipv4Addr::new(first, second, third, last.wrapping_add(1).max(2)).into())
        }
        (Aside::Address, _) => Err(Error::new(
            std::io::ErrorKind::Unsupported,
            "this host has one address towards the peer",
        )),
    }
}
