//! The headers that are made up around what was said: IPv4, and UDP or TCP.

use std::net::Ipv4Addr;

use pnet_packet::Packet;
use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet_packet::ipv4::{self, Ipv4Flags, MutableIpv4Packet};
use pnet_packet::tcp::{self, MutableTcpPacket, TcpFlags, TcpOption};
use pnet_packet::udp::{self, MutableUdpPacket};

/// The length of a header without options.
const IP: usize = 20;
const UDP: usize = 8;
const TCP: usize = 20;

/// The most octets that a datagram carries.
pub const DATAGRAM: usize = 65_535 - IP - UDP;

/// The most octets that we let a segment carry.
const SEGMENT: usize = 65_000;

/// The window is so many times two as wide as it says: nobody has to wait for acknowledgements.
const SCALE: u8 = 14;

/// An address and a port.
pub type Place = (Ipv4Addr, u16);

/// A datagram, as an IP packet; what is too long for one is cut.
pub fn datagram(from: Place, to: Place, octets: &[u8]) -> Vec<u8> {
    let octets = &octets[..octets.len().min(DATAGRAM)];
    let mut buffer = vec![0; UDP + octets.len()];
    if let Some(mut packet) = MutableUdpPacket::new(&mut buffer) {
        packet.set_source(from.1);
        packet.set_destination(to.1);
        packet.set_length((UDP + octets.len()) as u16);
        packet.set_payload(octets);
        // Zero would say that there is no checksum.
        let sum = match udp::ipv4_checksum(&packet.to_immutable(), &from.0, &to.0) {
            0 => u16::MAX,
            sum => sum,
        };
        packet.set_checksum(sum);
    }
    internet(from.0, to.0, IpNextHeaderProtocols::Udp, &buffer)
}

/// A stream: who is asked first, and how far each end has come.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The initiator and the responder.
    ends: [Place; 2],
    /// The number of the next octet of each.
    next: [u32; 2],
    /// Whether a stream was asked for.
    asked: bool,
}

impl Stream {
    /// A stream of which nothing was seen yet.
    pub fn new(initiator: Place, responder: Place) -> Self {
        Self { ends: [initiator, responder], next: [0, 0], asked: false }
    }

    /// It is asked for and granted.
    pub fn open(&mut self) -> Vec<Said> {
        if self.asked {
            return Vec::new();
        }
        let asked = self.ask();
        let granted = self.segment(false, TcpFlags::SYN | TcpFlags::ACK, &[]);
        self.next[1] = 1;
        vec![asked, granted, self.segment(true, TcpFlags::ACK, &[])]
    }

    /// It is asked for and refused, or broken off by the responder.
    pub fn refuse(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        if !self.asked {
            said.push(self.ask());
        }
        said.push(self.segment(false, TcpFlags::RST | TcpFlags::ACK, &[]));
        said
    }

    /// Octets of one end, in as many segments as they need.
    pub fn say(&mut self, initiator: bool, octets: &[u8]) -> Vec<Said> {
        self.begun();
        let mut said = Vec::new();
        let mut rest = octets;
        loop {
            let (piece, later) = rest.split_at(rest.len().min(SEGMENT));
            said.push(self.segment(initiator, TcpFlags::PSH | TcpFlags::ACK, piece));
            self.go_on(initiator, piece.len() as u32);
            rest = later;
            if rest.is_empty() {
                return said;
            }
        }
    }

    /// Octets of one end that nobody has kept.
    pub fn miss(&mut self, initiator: bool, octets: usize) {
        self.begun();
        self.go_on(initiator, octets as u32);
    }

    /// One end says that it says no more.
    pub fn close(&mut self, initiator: bool) -> Vec<Said> {
        self.begun();
        let end = self.segment(initiator, TcpFlags::FIN | TcpFlags::ACK, &[]);
        self.go_on(initiator, 1);
        vec![end, self.segment(!initiator, TcpFlags::ACK, &[])]
    }

    fn ask(&mut self) -> Said {
        let asked = self.segment(true, TcpFlags::SYN, &[]);
        self.asked = true;
        self.next[0] = 1;
        asked
    }

    /// A stream whose beginning was not seen is one behind its beginning.
    fn begun(&mut self) {
        if !self.asked {
            self.asked = true;
            self.next = [1, 1];
        }
    }

    fn go_on(&mut self, initiator: bool, octets: u32) {
        let next = &mut self.next[usize::from(!initiator)];
        *next = next.wrapping_add(octets);
    }

    fn segment(&self, initiator: bool, flags: u8, octets: &[u8]) -> Said {
        let (near, far) = if initiator { (0, 1) } else { (1, 0) };
        let (from, to) = (self.ends[near], self.ends[far]);
        let scales = flags & TcpFlags::SYN != 0;
        let header = TCP + if scales { 8 } else { 0 };
        let mut buffer = vec![0; header + octets.len()];
        if let Some(mut packet) = MutableTcpPacket::new(&mut buffer) {
            packet.set_source(from.1);
            packet.set_destination(to.1);
            packet.set_sequence(self.next[near]);
            if flags & TcpFlags::ACK != 0 {
                packet.set_acknowledgement(self.next[far]);
            }
            packet.set_data_offset((header / 4) as u8);
            packet.set_flags(flags);
            packet.set_window(u16::MAX);
            if scales {
                let longest = TcpOption::mss(SEGMENT as u16);
                packet.set_options(&[longest, TcpOption::nop(), TcpOption::wscale(SCALE)]);
            }
            packet.set_payload(octets);
            packet.set_checksum(tcp::ipv4_checksum(&packet.to_immutable(), &from.0, &to.0));
        }
        Said { initiator, packet: internet(from.0, to.0, IpNextHeaderProtocols::Tcp, &buffer) }
    }
}

/// A packet of a stream.
#[derive(Clone, Debug)]
pub struct Said {
    /// Whether the initiator said it.
    pub initiator: bool,
    /// The packet.
    pub packet: Vec<u8>,
}

fn internet(from: Ipv4Addr, to: Ipv4Addr, next: IpNextHeaderProtocol, octets: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; IP + octets.len()];
    if let Some(mut packet) = MutableIpv4Packet::new(&mut buffer) {
        packet.set_version(4);
        packet.set_header_length((IP / 4) as u8);
        packet.set_total_length((IP + octets.len()) as u16);
        packet.set_flags(Ipv4Flags::DontFragment);
        packet.set_ttl(64);
        packet.set_next_level_protocol(next);
        packet.set_source(from);
        packet.set_destination(to);
        packet.set_payload(octets);
        packet.set_checksum(ipv4::checksum(&packet.to_immutable()));
        return packet.packet().to_vec();
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnet_packet::ipv4::Ipv4Packet;
    use pnet_packet::tcp::TcpPacket;

    const HERE: Place = (Ipv4Addr::new(192, 0, 2, 1), 50_000);
    const THERE: Place = (Ipv4Addr::new(192, 0, 2, 2), 7);

    /// Sequence number, acknowledgement, flags and octets of each segment.
    fn seen(said: &[Said]) -> Vec<(u32, u32, u8, usize)> {
        said.iter()
            .map(|said| {
                let packet = Ipv4Packet::new(&said.packet).expect("whole");
                assert_eq!(usize::from(packet.get_total_length()), said.packet.len());
                let header = usize::from(packet.get_header_length()) * 4;
                let segment = TcpPacket::new(&said.packet[header..]).expect("whole");
                let (number, ack) = (segment.get_sequence(), segment.get_acknowledgement());
                (number, ack, segment.get_flags(), segment.payload().len())
            })
            .collect()
    }

    #[test]
    fn the_numbers_of_a_stream_add_up() {
        const PUSH: u8 = TcpFlags::PSH | TcpFlags::ACK;
        let mut stream = Stream::new(HERE, THERE);
        let opened = seen(&stream.open());
        let granted = TcpFlags::SYN | TcpFlags::ACK;
        assert_eq!(opened[..2], [(0, 0, TcpFlags::SYN, 0), (0, 1, granted, 0)]);
        assert_eq!(opened[2..], [(1, 1, TcpFlags::ACK, 0)]);
        assert!(stream.open().is_empty(), "a stream is opened once");
        let long = seen(&stream.say(true, &[1; 130_001]));
        assert_eq!(long, [(1, 1, PUSH, 65_000), (65_001, 1, PUSH, 65_000), (130_001, 1, PUSH, 1)]);
        assert_eq!(seen(&stream.say(false, b"ab")), [(1, 130_002, PUSH, 2)]);
        stream.miss(true, 8);
        let closed = seen(&stream.close(false));
        let end = TcpFlags::FIN | TcpFlags::ACK;
        assert_eq!(closed, [(3, 130_010, end, 0), (130_010, 4, TcpFlags::ACK, 0)]);
    }

    #[test]
    fn a_stream_that_is_refused_was_asked_for() {
        let refused = seen(&Stream::new(HERE, THERE).refuse());
        assert_eq!(refused, [(0, 0, TcpFlags::SYN, 0), (0, 1, TcpFlags::RST | TcpFlags::ACK, 0)]);
    }

    #[test]
    fn what_is_too_long_for_a_datagram_is_cut() {
        let packet = datagram(HERE, THERE, &vec![9; 70_000]);
        assert_eq!(packet.len(), 65_535);
        assert_eq!(ipv4::checksum(&Ipv4Packet::new(&packet).expect("whole")), {
            u16::from_be_bytes([packet[10], packet[11]])
        });
    }
}
