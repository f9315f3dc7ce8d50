//! The sockets on which parties that we play are called, and what comes there.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use rustix::net::{SocketFlags, acceptfrom_with};
use socket2::{Domain, Socket, Type};
use tokio::io::Interest;

use super::ears::Ears;
use super::hall::{Across, Hall, Side};
use super::inbox::Inbox;
use super::segment::Segment;
use super::sockets::{Watched, let_be_cut, tell_errors, watched};
use super::stream;
use crate::ladder::{LinkId, PartyId, Suite};
use crate::play::Cast;
use crate::wire::Transport;

/// Where frames come from: they have no address of this kind.
pub(super) const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The sockets on which a cast is called upon, bound before anybody is told their addresses.
#[derive(Default)]
pub struct Doors {
    udp: BTreeMap<LinkId, Watched>,
    tcp: BTreeMap<LinkId, Watched>,
    /// The suite whose frames are heard, and where.
    frames: Option<(Arc<Suite>, Rc<Segment>)>,
    /// What is told of what comes in a hall.
    pub(super) inbox: Inbox,
    /// Where each of them is.
    pub addresses: BTreeMap<LinkId, SocketAddr>,
    /// From where parties that we play call others, where that is not the kernel's choice.
    pub(super) origins: BTreeMap<LinkId, SocketAddr>,
}

impl Doors {
    /// Doors in a hall, for whoever sits across.
    pub fn across(hall: &Hall) -> (Self, Across) {
        let doors = Self::default();
        let across = hall.across(doors.inbox.tell());
        (doors, across)
    }

    /// Binds a socket for every link on which somebody under test calls a party that we play.
    ///
    /// `wanted` gives addresses; elsewhere the kernel chooses a port of the loopback interface.
    /// An address for a link on which we call is the one that datagrams go out from. Frames are said
    /// and heard on `interface`.
    pub fn open(
        cast: &Cast,
        wanted: &BTreeMap<LinkId, SocketAddr>,
        interface: Option<&str>,
    ) -> Result<Self, String> {
        let mut doors = Self::default();
        let played = |party: PartyId| cast.projection.played[party];
        let mut links = cast.suite.links.iter();
        let framed = links.find(|l| l.is_segment() && played(l.initiator) != played(l.responder));
        if let Some(link) = framed {
            let Some(interface) = interface else {
                return Err(format!("nobody has said on which interface link `{}` is", link.name));
            };
            doors.frames = Some((cast.suite.clone(), Rc::new(Segment::open(interface)?)));
        }
        for (id, link) in cast.suite.links.iter().enumerate() {
            if played(link.initiator)
                && !played(link.responder)
                && link.protocol.transport == Transport::Udp
                && let Some(origin) = wanted.get(&id)
            {
                doors.origins.insert(id, *origin);
            }
            if link.is_segment()
                || !played(link.responder)
                || played(link.initiator)
                || link.at.is_some()
            {
                continue;
            }
            if doors.addresses.contains_key(&id) {
                continue;
            }
            let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
            let twin = cast.suite.links.iter().enumerate().skip(id + 1).find(|(_, other)| {
                let ends = (other.initiator, other.responder);
                ends == (link.initiator, link.responder)
                    && other.protocol.transport != link.protocol.transport
                    && !other.is_segment()
            });
            if let Some((twin, _)) =
                twin.filter(|(t, _)| ![id, *t].iter().any(|l| wanted.contains_key(l)))
            {
                let (udp, tcp) = match link.protocol.transport {
                    Transport::Tcp => (twin, id),
                    _ => (id, twin),
                };
                doors.both(anywhere, udp, tcp).map_err(|e| {
                    format!("cannot listen on {anywhere} for link `{}`: {e}", link.name)
                })?;
                continue;
            }
            let address = wanted.get(&id).copied().unwrap_or(anywhere);
            let failed = |e: std::io::Error| {
                format!("cannot listen on {address} for link `{}`: {e}", link.name)
            };
            let bound = match link.protocol.transport {
                Transport::Ethernet => continue,
                Transport::Udp => {
                    let socket = datagram_socket(address).map_err(failed)?;
                    let bound = place_of(&socket).map_err(failed)?;
                    doors.udp.insert(id, socket);
                    bound
                }
                Transport::Tcp => {
                    let listener = listen(address).map_err(failed)?;
                    let bound = place_of(&listener).map_err(failed)?;
                    doors.tcp.insert(id, listener);
                    bound
                }
            };
            doors.addresses.insert(id, bound);
        }
        Ok(doors)
    }

    /// Binds datagrams and streams to one port: who cannot get on with the one turns to the other.
    fn both(&mut self, at: SocketAddr, udp: LinkId, tcp: LinkId) -> std::io::Result<()> {
        // The port that the kernel chooses for the one may be taken for the other.
        const TRIES: usize = 16;
        let mut found = Err(std::io::ErrorKind::AddrInUse.into());
        for _ in 0..TRIES {
            let socket = datagram_socket(at)?;
            let address = place_of(&socket)?;
            found = listen(address);
            if let Ok(listener) = found {
                self.udp.insert(udp, socket);
                self.tcp.insert(tcp, listener);
                self.addresses.extend([(udp, address), (tcp, address)]);
                return Ok(());
            }
        }
        found.map(|_| ())
    }

    /// Hears everything that comes; where frames are said.
    pub(super) fn open_to(self, ears: &mut Ears) -> Option<Rc<Segment>> {
        for (link, socket) in self.udp {
            ears.datagrams(link, Rc::new(socket));
        }
        for (link, listener) in self.tcp {
            ears.streams(link, listener);
        }
        let (suite, segment) = self.frames?;
        ears.frames(segment.clone(), suite);
        Some(segment)
    }
}

/// Somebody calls: a datagram at a door, or a stream.
pub(super) struct Call {
    pub(super) at: Instant,
    pub(super) link: LinkId,
    pub(super) from: SocketAddr,
    pub(super) what: Came,
}

/// What came at a door.
pub(super) enum Came {
    /// A datagram, and the socket that answers go out on.
    Datagram(Rc<Watched>, Vec<u8>),
    /// A datagram in a hall, and where answers go.
    Across(Side, Vec<u8>),
    Stream(Watched),
    /// A frame on the segment.
    Frame(Vec<u8>),
}

/// Listens for streams at an address.
pub(super) fn listen(at: SocketAddr) -> std::io::Result<Watched> {
    const WAITING: i32 = 1024;
    let socket = Socket::new(Domain::for_address(at), Type::STREAM.nonblocking(), None)?;
    socket.set_reuse_address(true)?;
    // Streams have it from their door: what we say waits for nothing, and urgent octets stand among the
    // others.
    socket.set_tcp_nodelay(true)?;
    socket.set_out_of_band_inline(true)?;
    socket.bind(&at.into())?;
    socket.listen(WAITING)?;
    watched(socket, Interest::READABLE)
}

/// Where a socket is.
pub(super) fn place_of(socket: &Watched) -> std::io::Result<SocketAddr> {
    let place = socket.get_ref().local_addr()?;
    place.as_socket().ok_or_else(|| std::io::ErrorKind::AddrNotAvailable.into())
}

/// The next stream that somebody opens, and where he is.
pub(super) fn accept(
    door: &Watched,
    context: &mut Context<'_>,
) -> Poll<std::io::Result<(Watched, SocketAddr)>> {
    loop {
        let mut ready = ready!(door.poll_read_ready(context))?;
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let Ok(came) = ready.try_io(|door| Ok(acceptfrom_with(door, flags)?)) else { continue };
        let (socket, from) = came?;
        let from = from.ok_or(std::io::ErrorKind::AddrNotAvailable)?;
        let stream = watched(socket.into(), stream::INTEREST)?;
        return Poll::Ready(Ok((stream, SocketAddr::try_from(from)?)));
    }
}

/// The address of this host from which another one is reached. Nothing is sent to find it.
pub(super) fn here_for(other: SocketAddr) -> std::io::Result<IpAddr> {
    let socket = std::net::UdpSocket::bind((near(other), 0))?;
    socket.connect(other)?;
    socket.local_addr().map(|here| here.ip())
}

/// A datagram socket whose buffer holds what a burst of our own making brings.
pub(super) fn datagram_socket(address: SocketAddr) -> std::io::Result<Watched> {
    let socket = unbound(address)?;
    socket.bind(&address.into())?;
    watched(socket, Interest::READABLE)
}

/// One for what goes to somebody else, from an address of somebody's choice or from the port that the
/// kernel chooses. It is not connected: what comes from elsewhere is heard, and told.
pub(super) fn socket_to(there: SocketAddr, here: Option<SocketAddr>) -> std::io::Result<Watched> {
    let socket = unbound(there)?;
    tell_errors(&socket, there)?;
    match here {
        Some(here) => socket.bind(&here.into())?,
        // To other addresses of the loopback the kernel would go from the first one.
        None if there.ip().is_loopback() && there.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) => {
            socket.bind(&SocketAddr::new(there.ip(), 0).into())?;
        }
        // It is bound when something leaves.
        None => {}
    }
    watched(socket, Interest::READABLE)
}

/// One that goes to one other end from a port of somebody's choice, which may be that of the peer at
/// another address: whoever listens on every address shares it with us if he allows that.
pub(super) fn shared_socket(here: SocketAddr, there: SocketAddr) -> std::io::Result<Watched> {
    let socket = unbound(here)?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.bind(&here.into())?;
    socket.connect(&there.into())?;
    watched(socket, Interest::READABLE)
}

fn unbound(like: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(like), Type::DGRAM.nonblocking(), None)?;
    // The kernel gives what it allows; a smaller buffer is no reason to stop.
    let _ = socket.set_recv_buffer_size(4 << 20);
    let_be_cut(&socket, like)?;
    Ok(socket)
}

/// Where somebody is of whom it is said that he is anywhere: on this host.
pub(super) fn reached(there: SocketAddr) -> SocketAddr {
    let ip = match there.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, there.port())
}

/// The address on which a socket of ours reaches another: loopback from loopback, else any.
pub(super) fn near(other: SocketAddr) -> IpAddr {
    match other {
        _ if other.ip().is_loopback() => other.ip(),
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
