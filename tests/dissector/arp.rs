//! What tshark shows of ARP.

use super::{Case, Cases};

pub const ARP: Cases = Cases {
    protocol: "arp",
    options: &[],
    dissector: "arp",
    parameters: &[("initiator-mac", "02:00:00:00:00:01"), ("responder-mac", "02:00:00:00:00:02")],
    remarks: &[],
    cases: &[
        Case {
            kind: "arp-request",
            fields: &[("spa", "0.0.0.0"), ("tpa", "169.254.7.9")],
            shows: &[
                ("eth.dst", "ff:ff:ff:ff:ff:ff"),
                ("eth.src", "02:00:00:00:00:01"),
                ("arp.opcode", "1"),
                ("arp.isprobe", "1"),
                ("arp.src.hw_mac", "02:00:00:00:00:01"),
                ("arp.src.proto_ipv4", "0.0.0.0"),
                ("arp.dst.proto_ipv4", "169.254.7.9"),
            ],
        },
        Case {
            kind: "arp-request",
            fields: &[("spa", "169.254.7.9"), ("tpa", "169.254.7.9")],
            shows: &[("arp.isannouncement", "1"), ("arp.isgratuitous", "1")],
        },
        Case {
            kind: "arp-reply",
            fields: &[
                ("ethernet.destination", "02:00:00:00:00:01"),
                ("spa", "10.0.0.7"),
                ("tha", "02:00:00:00:00:01"),
                ("tpa", "10.0.0.9"),
            ],
            shows: &[
                ("eth.dst", "02:00:00:00:00:01"),
                ("arp.opcode", "2"),
                ("arp.src.proto_ipv4", "10.0.0.7"),
                ("arp.dst.hw_mac", "02:00:00:00:00:01"),
                ("arp.dst.proto_ipv4", "10.0.0.9"),
            ],
        },
        Case {
            kind: "arp-packet",
            fields: &[
                ("ethernet.destination", "02:00:00:00:00:01"),
                ("op", "8"),
                ("padding", "0x000000000000000000000000000000000000"),
            ],
            shows: &[("arp.opcode", "8"), ("eth.padding", "000000000000000000000000000000000000")],
        },
    ],
};
