//! DHCP for IPv4 on an Ethernet segment, between a client and a server that hear each other.
//!
//! RFC 2131 sections 2 and 4.1 (who is spoken to, and where), RFC 791 (IPv4), RFC 768 (UDP), IEEE 802.3.
//! Ethernet, type 0x0800; UDP, servers on port 67, clients on port 68. The messages are those of
//! `dhcpv4.rs`; in front of them stand the headers that carry them, each field of which can be chosen.
//! Frames with a VLAN tag, IPv4 options and fragments are not taken for DHCP.
//!
//! ```text
//! ethernet   destination (6)   source (6)   type 0x0800 (2)
//! ipv4       version 4 (4 bits)  ihl 5 (4 bits)  dscp, ecn (1)  total_length (2)
//!            identification (2)  flags, fragment_offset (2)
//!            ttl (1)  protocol 17 (1)  header_checksum (2)  source (4)  destination (4)
//! udp        source_port (2)  destination_port (2)  length (2)  checksum (2)
//! dhcp       as in dhcpv4.rs
//! ```

use std::ops::Range;

use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::util;

use super::arp::{ETHERTYPES, MACS, ONE_STATION, OWN_MAC};
use super::dhcpv4::*;
use crate::wire::*;

/// DHCP on a segment.
pub static PROTOCOL: Protocol = Protocol {
    name: "dhcpv4-ethernet",
    title: "Dynamic Host Configuration Protocol for IPv4 on Ethernet",
    sources: &["RFC 2131", "RFC 2132", "RFC 3396", "RFC 6842"],
    transport: Transport::Ethernet,
    port: 67,
    parameters: &[
        MACS[0],
        MACS[1],
        Parameter {
            name: "responder-address",
            about: "the IPv4 address from which the server speaks",
            required: false,
        },
    ],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Frame(is_dhcp),
    conversation: CONVERSATION,
};

// Layouts.

const ETHERNET: Field = field(
    "ethernet",
    Kind::Group(&[
        field("destination", Kind::Mac)
            .auto(Auto::Digest(&TO_MAC))
            .about("who is to hear it; ff:ff:ff:ff:ff:ff is everybody"),
        field("source", Kind::Mac)
            .auto(Auto::Follows(&OWN_MAC))
            .must(&ONE_STATION)
            .about("who says it"),
        code("type", 16, &ETHERTYPES).auto(Auto::Always(0x0800)),
    ]),
)
.source("IEEE 802.3 section 3.1.1");

const IPV4: Field = field(
    "ipv4",
    Kind::Group(&[
        uint("version", 4).auto(Auto::Always(4)),
        uint("ihl", 4).auto(Auto::Always(5)).about("words of the header; options are not read"),
        uint("dscp", 6).free("RFC 2474 section 3"),
        uint("ecn", 2).free("RFC 3168 section 5"),
        uint("total_length", 16).auto(Auto::LengthOfRest(4)),
        uint("identification", 16).free("RFC 6864 section 4.1"),
        uint("reserved", 1).auto(Auto::Always(0)),
        flag("dont_fragment").free("RFC 791 section 3.1"),
        uint("more_fragments", 1).auto(Auto::Always(0)),
        uint("fragment_offset", 13).auto(Auto::Always(0)),
        uint("ttl", 8).auto(Auto::Default(64)).must(&ALIVE).free("RFC 791 section 3.1"),
        uint("protocol", 8).auto(Auto::Always(17)).about("UDP"),
        octets("header_checksum", Len::Fixed(2)).auto(Auto::Digest(&HEADER_CHECKSUM)),
        field("source", Kind::Ipv4).auto(Auto::Follows(&OWN_ADDRESS)),
        field("destination", Kind::Ipv4).auto(Auto::Digest(&TO_ADDRESS)),
    ]),
)
.source("RFC 791 section 3.1");

const UDP: Field = field(
    "udp",
    Kind::Group(&[
        uint("source_port", 16).auto(Auto::Follows(&OWN_PORT)).free("RFC 2131 section 4.1"),
        uint("destination_port", 16).auto(Auto::Follows(&TO_PORT)),
        uint("length", 16).auto(Auto::LengthOfRest(6)).free("RFC 768"),
        octets("checksum", Len::Fixed(2)).auto(Auto::Digest(&CHECKSUM)),
    ]),
)
.source("RFC 768");

// 300 octets of BOOTP, and 42 of headers in front of them.
message_types!([ETHERNET, IPV4, UDP], 342);

const ALIVE: Check = Check {
    about: "a time to live that is not over",
    source: "RFC 791 section 3.2",
    holds: |value| value.uint().is_none_or(|ttl| ttl > 0),
};

// Framing.

/// Whether a frame is a whole IPv4 packet from or to the ports of DHCP.
fn is_dhcp(frame: &[u8]) -> bool {
    let number = |at: usize| match frame.get(at..at + 2) {
        Some(&[high, low]) => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    let is_udp = number(12) == 0x0800 && frame.get(14) == Some(&0x45) && frame.get(23) == Some(&17);
    // More fragments, or not the first one.
    let is_whole = number(20) & 0x3fff == 0;
    is_udp && is_whole && matches!(number(36), 67 | 68)
}

// Computed fields.

const NOBODY: &[u8] = &[0; 4];

/// Where a reply goes, RFC 2131 section 4.1: its hardware address and its IPv4 address. A server that
/// cannot speak to one station alone may speak to everybody, so nothing is wrong with what is heard.
fn reply_goes_to(context: &Context<'_>, octets: &[u8]) -> Option<([u8; 6], [u8; 4])> {
    let asked = context.previous.filter(|_| !context.from_initiator)?;
    let refuses = is_nak(octets);
    let own = |path: &str| asked.find(path).and_then(|node| node.value.octets());
    let ciaddr = own("ciaddr").filter(|address| *address != NOBODY);
    let takes_unicast = asked.find("flags.broadcast").and_then(|n| n.value.uint()) == Some(0);
    // Behind 42 octets of headers, and 16 of DHCP.
    let yiaddr = octets.get(58..62).filter(|address| *address != NOBODY && takes_unicast);
    let address = ciaddr.or(yiaddr).filter(|_| !refuses)?;
    Some((own("chaddr")?.try_into().ok()?, address.try_into().ok()?))
}

/// Whether a message is a DHCPNAK; its type is said first.
fn is_nak(octets: &[u8]) -> bool {
    octets.get(282..285) == Some(&[53, 1, 6])
}

const TO_MAC: Digest = Digest {
    about: "the client, where it has an address or takes unicast, or everybody",
    source: "",
    absent: "",
    phase: 0,
    compute: |context, octets, _| {
        let to = reply_goes_to(context, octets);
        Some(to.map_or([0xff; 6].into(), |(mac, _)| mac.into()))
    },
};

const TO_ADDRESS: Digest = Digest {
    about: "the address that the client has or gets, or everybody",
    source: "",
    absent: "",
    phase: 0,
    compute: |context, octets, _| {
        let to = reply_goes_to(context, octets);
        Some(to.map_or([0xff; 4].into(), |(_, address)| address.into()))
    },
};

const OWN_ADDRESS: Follows = Follows {
    about: "the address of who says it",
    source: "",
    value: |context| {
        let of_server = || {
            let text = context.parameters.octets("responder-address")?;
            Kind::Ipv4.parse(std::str::from_utf8(text).ok()?).ok()
        };
        let own = if context.from_initiator { None } else { of_server() };
        Some(own.unwrap_or_else(|| Value::from(NOBODY.to_vec())))
    },
};

const OWN_PORT: Follows = Follows {
    about: "68 of a client, 67 of a server",
    source: "",
    value: |context| Some(Value::Uint(if context.from_initiator { 68 } else { 67 })),
};

const TO_PORT: Follows = Follows {
    about: "67 of a server, 68 of a client",
    source: "RFC 2131 section 4.1",
    value: |context| Some(Value::Uint(if context.from_initiator { 67 } else { 68 })),
};

const HEADER_CHECKSUM: Digest = Digest {
    about: "the checksum over the IPv4 header",
    source: "RFC 791 section 3.1",
    absent: "",
    phase: 1,
    compute: |_, octets, _| {
        let header = octets.get(14..34)?;
        // Its own sixth word counts as zero.
        Some(util::checksum(header, 5).to_be_bytes().into())
    },
};

const CHECKSUM: Digest = Digest {
    about: "the checksum over addresses, UDP header and data",
    source: "RFC 768",
    absent: "RFC 768: zero says that none was made",
    phase: 1,
    compute: udp_checksum,
};

fn udp_checksum(_: &Context<'_>, octets: &[u8], _: Range<usize>) -> Option<Octets> {
    let address = |from: usize| <[u8; 4]>::try_from(octets.get(from..from + 4)?).ok();
    let (source, destination) = (address(26)?.into(), address(30)?.into());
    let length = usize::from(u16::from_be_bytes([*octets.get(38)?, *octets.get(39)?]));
    let datagram = octets.get(34..34 + length).filter(|_| length >= 8)?;
    let udp = IpNextHeaderProtocols::Udp;
    let sum = match util::ipv4_checksum(datagram, 3, &[], &source, &destination, udp) {
        // Zero would say that there is none.
        0 => u16::MAX,
        sum => sum,
    };
    Some(sum.to_be_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        Parameters(vec![
            ("initiator-mac", b"02:00:00:00:00:02".to_vec()),
            ("responder-mac", b"02:00:00:00:00:01".to_vec()),
            ("responder-address", b"10.99.0.1".to_vec()),
        ])
    }

    fn said(kind: &str, fields: &[(&'static str, &str)], previous: Option<&Message>) -> Message {
        let kind = PROTOCOL.message(kind).expect("a type");
        let mut draft = Draft::default();
        for (name, text) in fields {
            let field = kind.field(name).expect("a field");
            let value = field.kind.parse(text).expect("a value");
            let assignment = Assignment::Value(value);
            draft.fields.push(Entry::new(*name, assignment));
        }
        let context = Context {
            parameters: &parameters(),
            previous,
            from_initiator: kind.from == Side::Initiator,
        };
        let message = encode(kind, &context, &draft, &mut |_, octets| vec![7; octets]);
        let message = message.expect("it can be said");
        decode(kind, &context, &message.bytes)
    }

    fn shown(message: &Message, path: &str) -> String {
        message.find(path).map(Node::show).unwrap_or_default()
    }

    #[test]
    fn a_client_speaks_to_everybody_and_a_server_to_the_client_that_takes_it() {
        let client = ("chaddr", "02:00:00:00:00:02");
        let discover = said("discover", &[client], None);
        assert_eq!(discover.faults, []);
        assert_eq!(shown(&discover, "ethernet.destination"), "ff:ff:ff:ff:ff:ff");
        assert_eq!(shown(&discover, "ipv4.source"), "0.0.0.0");
        assert_eq!(shown(&discover, "ipv4.destination"), "255.255.255.255");
        assert_eq!(shown(&discover, "udp.destination_port"), "67");
        assert!(is_dhcp(&discover.bytes));

        let inform = said("inform", &[client, ("ciaddr", "10.99.0.9")], None);
        let ack = said("ack", &[], Some(&inform));
        assert_eq!(shown(&ack, "ethernet.destination"), "02:00:00:00:00:02");
        assert_eq!(shown(&ack, "ethernet.source"), "02:00:00:00:00:01");
        assert_eq!(shown(&ack, "ipv4.source"), "10.99.0.1");
        assert_eq!(shown(&ack, "ipv4.destination"), "10.99.0.9");
        let offer = said("offer", &[("yiaddr", "10.99.0.7")], Some(&discover));
        assert_eq!(shown(&offer, "ethernet.destination"), "02:00:00:00:00:02");
        assert_eq!(shown(&offer, "ipv4.destination"), "10.99.0.7");
        let nak = said("nak", &[], Some(&discover));
        assert_eq!(shown(&nak, "ethernet.destination"), "ff:ff:ff:ff:ff:ff");
        assert_eq!(shown(&nak, "ipv4.destination"), "255.255.255.255");
    }

    #[test]
    fn a_wrong_checksum_is_a_fault_and_one_that_is_not_there_is_none() {
        let mut octets = said("discover", &[("chaddr", "02:00:00:00:00:02")], None).bytes;
        let read = |octets: &[u8]| {
            let kind = PROTOCOL.message("discover").expect("a type");
            let context =
                Context { parameters: &parameters(), previous: None, from_initiator: true };
            decode(kind, &context, octets).faults.into_iter().map(|f| f.path).collect::<Vec<_>>()
        };
        octets[40] ^= 1;
        assert_eq!(read(&octets), ["udp.checksum"]);
        octets[40..42].fill(0);
        assert_eq!(read(&octets), [""; 0]);
        octets[24] ^= 1;
        assert_eq!(read(&octets), ["ipv4.header_checksum"]);
    }

    #[test]
    fn frames_of_others_are_not_taken() {
        let good = said("discover", &[("chaddr", "02:00:00:00:00:02")], None).bytes;
        for (at, octet) in [(12, 0x86), (14, 0x46), (20, 0x20), (21, 1), (23, 6), (37, 69)] {
            let mut other = good.clone();
            other[at] = octet;
            assert!(!is_dhcp(&other), "octet {at}");
        }
        for octets in 0..38 {
            assert!(!is_dhcp(&good[..octets]));
        }
    }
}
