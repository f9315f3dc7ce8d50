//! ARP: who has an IPv4 address, asked of everybody on an Ethernet segment.
//!
//! RFC 826 (protocol), RFC 5227 (probes, announcements, defence), RFC 3927 (link-local addresses), RFC
//! 1112 and IEEE 802.3 (frames). Ethernet, type 0x0806. A probe is a request whose `spa` is 0.0.0.0, an
//! announcement one whose `spa` and `tpa` are the same.
//!
//! ```text
//! destination (6)   source (6)   type 0x0806 (2)
//! hrd 1 (2)         pro 0x0800 (2)               hln 6 (1)   pln 4 (1)   op (2)
//! sha (6)           spa (4)                      tha (6)     tpa (4)
//! ```

use crate::wire::*;

/// ARP.
pub static PROTOCOL: Protocol = Protocol {
    name: "arp",
    title: "Address Resolution Protocol",
    sources: &["RFC 826", "RFC 5227", "RFC 3927"],
    transport: Transport::Ethernet,
    port: 0,
    parameters: MACS,
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Frame(|frame| frame.get(12..14) == Some(&[0x08, 0x06])),
    conversation: Conversation { in_turn: true, ..Conversation::PLAIN },
};

/// The addresses from which the parties of a link on a segment speak.
pub(super) const MACS: &[Parameter] = &[
    Parameter {
        name: "initiator-mac",
        about: "the MAC address of the party that opens, such as 02:00:00:00:00:01",
        required: false,
    },
    Parameter {
        name: "responder-mac",
        about: "the MAC address of the party that is asked",
        required: false,
    },
];

// Code lists.

/// The types of frames that matter here (RFC 7042 appendix B).
pub(super) const ETHERTYPES: Codes = Codes {
    name: "frame types",
    closed: "",
    list: &[(0x0800, "ipv4"), (0x0806, "arp"), (0x8100, "vlan"), (0x86dd, "ipv6")],
};

/// RFC 826, RFC 903, RFC 2390.
const OPERATIONS: Codes = Codes {
    name: "operations",
    closed: "",
    list: &[
        (1, "request"),
        (2, "reply"),
        (3, "request-reverse"),
        (4, "reply-reverse"),
        (8, "inarp-request"),
        (9, "inarp-reply"),
    ],
};

// Layouts.

/// A station has an address of its own, which no group has.
pub(super) const ONE_STATION: Check = Check {
    about: "the address of one station: its first octet is even",
    source: "IEEE 802.3 section 3.2.3",
    holds: |value| value.octets().is_none_or(|o| o.first().is_none_or(|first| first & 1 == 0)),
};

const ETHERNET: &[Field] = &[
    field("destination", Kind::Mac)
        .auto(Auto::Follows(&TO_ASKER))
        .about("who is to hear it; ff:ff:ff:ff:ff:ff is everybody"),
    field("source", Kind::Mac)
        .auto(Auto::Follows(&OWN_MAC))
        .must(&ONE_STATION)
        .about("who says it"),
    code("type", 16, &ETHERTYPES).auto(Auto::Always(0x0806)),
];

const HEAD: Layout = layout(
    "head",
    "RFC 826",
    &[
        field("ethernet", Kind::Group(ETHERNET)).source("IEEE 802.3 section 3.1.1"),
        uint("hrd", 16),
        uint("pro", 16),
        uint("hln", 8),
        uint("pln", 8),
        code("op", 16, &OPERATIONS),
    ],
);

const PACKET: Layout = layout(
    "packet",
    "RFC 826",
    &[
        field("ethernet", Kind::Group(ETHERNET)).source("IEEE 802.3 section 3.1.1"),
        uint("hrd", 16).auto(Auto::Always(1)).about("the hardware: Ethernet"),
        code("pro", 16, &ETHERTYPES).auto(Auto::Always(0x0800)).about("the protocol: IPv4"),
        uint("hln", 8).auto(Auto::Always(6)).about("octets of a hardware address"),
        uint("pln", 8).auto(Auto::Always(4)).about("octets of a protocol address"),
        code("op", 16, &OPERATIONS),
        field("sha", Kind::Mac)
            .auto(Auto::Follows(&OWN_MAC))
            .about("the hardware address of the sender"),
        field("spa", Kind::Ipv4)
            .auto(Auto::Follows(&ASKED_FOR))
            .about("the IPv4 address of the sender; 0.0.0.0 in a probe"),
        field("tha", Kind::Mac)
            .auto(Auto::Follows(&ASKER))
            .free("RFC 826, Packet Generation")
            .about("the hardware address of the target; of a request it is what is asked for"),
        field("tpa", Kind::Ipv4)
            .auto(Auto::Follows(&ASKER_ADDRESS))
            .about("the IPv4 address of the target"),
        octets("padding", Len::Rest)
            .free("IEEE 802.3 section 3.2.8")
            .about("what fills a frame up to 60 octets"),
    ],
);

// Message types.

const MESSAGES: &[MessageType] = &[
    MessageType {
        opens: true,
        ..message("arp-request", &[("op", 1)], Side::Either, &PACKET, "who has this address?")
    },
    message("arp-reply", &[("op", 2)], Side::Either, &PACKET, "the sender has it"),
    message("arp-packet", &[], Side::Either, &PACKET, "any other operation"),
];

// Computed fields.

/// The MAC address that a link is told for who speaks.
pub(super) const OWN_MAC: Follows = Follows {
    about: "the address of who says it",
    source: "",
    value: |context| {
        let name = if context.from_initiator { "initiator-mac" } else { "responder-mac" };
        let text = std::str::from_utf8(context.parameters.octets(name)?).ok()?;
        Kind::Mac.parse(text).ok()
    },
};

/// Everybody on the segment.
fn everybody() -> Value {
    Value::from(vec![0xff; 6])
}

const TO_ASKER: Follows = Follows {
    about: "who asked, or everybody",
    source: "",
    value: |context| Some(echo(context.previous, "sha").unwrap_or_else(everybody)),
};

const ASKED_FOR: Follows = Follows {
    about: "the address that was asked for",
    source: "",
    value: |context| Some(echo(context.previous, "tpa").unwrap_or(Value::from(vec![0; 4]))),
};

const ASKER: Follows = Follows {
    about: "the hardware address of who asked",
    source: "",
    value: |context| Some(echo(context.previous, "sha").unwrap_or(Value::from(vec![0; 6]))),
};

const ASKER_ADDRESS: Follows = Follows {
    about: "the address of who asked",
    source: "",
    value: |context| Some(echo(context.previous, "spa").unwrap_or(Value::from(vec![0; 4]))),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// What a Linux 6.18 asked on a segment where nobody has 192.0.2.9.
    const ASKED: &str = "ffffffffffff02000000000a08060001080006040001\
                         02000000000ac0000201000000000000c0000209";

    fn octets(text: &str) -> Vec<u8> {
        hex::decode(text).expect("hex")
    }

    fn read(octets: &[u8]) -> Message {
        let nobody = Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator: true };
        let kind = PROTOCOL.classify(&PROTOCOL.head(octets), true, true, None);
        decode(kind, &context, octets)
    }

    #[test]
    fn a_request_is_read_and_so_is_one_that_fills_its_frame() {
        let message = read(&octets(&(ASKED.to_owned() + &"00".repeat(18))));
        assert_eq!(message.kind.name, "arp-request");
        assert!(message.faults.is_empty(), "{:?}", message.faults);
        let shown = |path: &str| message.find(path).map(Node::show).unwrap_or_default();
        assert_eq!(shown("ethernet.source"), "02:00:00:00:00:0a");
        assert_eq!(shown("spa"), "192.0.2.1");
        assert_eq!(shown("tpa"), "192.0.2.9");
    }

    #[test]
    fn a_reply_that_nobody_chose_anything_for_turns_the_request_around() {
        let asked = read(&octets(ASKED));
        let mac = b"02:00:00:00:00:02".to_vec();
        let parameters = Parameters(vec![("responder-mac", mac)]);
        let context =
            Context { parameters: &parameters, previous: Some(&asked), from_initiator: false };
        let reply = PROTOCOL.message("arp-reply").expect("a reply");
        let said = encode(reply, &context, &Draft::default(), &mut |_, _| Vec::new());
        let wanted = "02000000000a0200000000020806000108000604\
                      0002020000000002c000020902000000000ac0000201";
        assert_eq!(hex::encode(said.expect("it can be said").bytes), wanted);
    }

    #[test]
    fn what_is_not_ipv4_over_ethernet_and_a_group_that_speaks_are_faults() {
        let mut wrong = octets(ASKED);
        (wrong[6], wrong[15], wrong[18]) = (0x01, 6, 8);
        let paths: Vec<String> = read(&wrong).faults.into_iter().map(|f| f.path).collect();
        assert_eq!(paths, ["ethernet.source", "hrd", "hln"]);
    }
}
