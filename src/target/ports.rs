//! Ports for processes that are told where to listen, and cannot ask the kernel for a port
//! themselves.
//!
//! Between our choice and the process's bind anybody may come first. So the choice is made where
//! nobody else chooses: outside the range from which the kernel serves those who ask for any port,
//! and never twice at the same time among all harnesses of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use socket2::{Domain, Socket, Type};

/// A port that nobody else is given while this lives.
#[derive(Debug)]
pub struct Port {
    /// The number.
    pub number: u16,
    _mark: Mark,
}

/// Takes a port on which nobody listens now, for datagrams nor for streams.
pub fn take() -> std::io::Result<Port> {
    let range = outside(ephemeral());
    let span = u32::from(range.end() - range.start()) + 1;
    // Another start each time: a port just given back may still be held by a connection's end.
    let first = fastrand::u32(..span);
    for place in (0..span).map(|step| (first + step) % span) {
        let number = range.start() + u16::try_from(place).unwrap_or_default();
        let Some(mark) = mark(number) else { continue };
        if is_free(number) {
            return Ok(Port { number, _mark: mark });
        }
    }
    Err(std::io::Error::other("no port is free for both datagrams and streams"))
}

/// The ports the kernel gives to those who ask for any.
fn ephemeral() -> RangeInclusive<u16> {
    // What IANA names for it (RFC 6335 section 6), where the kernel does not say.
    const REGISTERED: RangeInclusive<u16> = 49152..=65535;
    let Ok(text) = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range") else {
        return REGISTERED;
    };
    let mut words = text.split_whitespace().map(str::parse);
    match (words.next(), words.next()) {
        (Some(Ok(low)), Some(Ok(high))) => low..=high,
        _ => REGISTERED,
    }
}

/// The wider of the two ranges that the kernel leaves alone; everything where it leaves too little.
fn outside(ephemeral: RangeInclusive<u16>) -> RangeInclusive<u16> {
    const LOWEST: u16 = 10_000;
    const ENOUGH: u16 = 1_000;
    let below = ephemeral.start().saturating_sub(1);
    let above = ephemeral.end().saturating_add(1);
    let (room_below, room_above) = (below.saturating_sub(LOWEST), u16::MAX - above);
    if room_below.max(room_above) < ENOUGH {
        LOWEST..=u16::MAX
    } else if room_below >= room_above {
        LOWEST..=below
    } else {
        above..=u16::MAX
    }
}

/// Whether a bind that does not share would succeed.
fn is_free(number: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, number)).into();
    [Type::STREAM, Type::DGRAM]
        .into_iter()
        .all(|kind| Socket::new(Domain::IPV4, kind, None).is_ok_and(|s| s.bind(&address).is_ok()))
}

/// What says that a port is taken. An abstract name lives in the network namespace, as ports do,
/// and goes with the process that holds it.
#[cfg(target_os = "linux")]
type Mark = std::os::unix::net::UnixDatagram;

#[cfg(target_os = "linux")]
fn mark(number: u16) -> Option<Mark> {
    use std::os::linux::net::SocketAddrExt;
    let name = format!("stepladder-port-{number}");
    let name = std::os::unix::net::SocketAddr::from_abstract_name(name).ok()?;
    Mark::bind_addr(&name).ok()
}

#[cfg(not(target_os = "linux"))]
type Mark = ();

#[cfg(not(target_os = "linux"))]
fn mark(_: u16) -> Option<Mark> {
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_once_and_never_one_of_the_kernels() {
        let ports: Vec<Port> = (0..64).map(|_| take().expect("a port")).collect();
        let numbers: std::collections::BTreeSet<u16> = ports.iter().map(|p| p.number).collect();
        assert_eq!(numbers.len(), 64);
        let ephemeral = ephemeral();
        if outside(ephemeral.clone()) != (10_000..=u16::MAX) {
            assert!(numbers.iter().all(|n| !ephemeral.contains(n)), "{numbers:?}");
        }
        assert!(mark(ports[0].number).is_none() || cfg!(not(target_os = "linux")));
    }

    #[test]
    fn the_wider_range_that_the_kernel_leaves_alone_is_ours() {
        assert_eq!(outside(32768..=60999), 10_000..=32767);
        assert_eq!(outside(10_000..=50_000), 50_001..=65535);
        assert_eq!(outside(1024..=65535), 10_000..=65535);
        assert_eq!(outside(0..=65535), 10_000..=65535);
    }
}
