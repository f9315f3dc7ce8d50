//! TFTP: a file, block by block.
//!
//! RFC 1350 (protocol), RFC 2347 (options), RFC 2348 (blksize), RFC 2349 (timeout, tsize), RFC 7440
//! (windowsize), RFC 1123 section 4.2 (repairs). UDP; port 69 takes requests, and each transfer has a port
//! at either end, its transfer ids.
//!
//! ```text
//! RRQ, WRQ   opcode 1, 2   filename 0 mode 0 { option 0 value 0 }
//! DATA       opcode 3      block   0 to blksize octets; fewer than blksize end the transfer
//! ACK        opcode 4      block
//! ERROR      opcode 5      code    message 0
//! OACK       opcode 6      { option 0 value 0 }
//! ```

use std::time::Duration;

use crate::wire::*;

/// TFTP.
pub static PROTOCOL: Protocol = Protocol {
    name: "tftp",
    title: "Trivial File Transfer Protocol",
    sources: &["RFC 1350", "RFC 2347", "RFC 2348", "RFC 2349", "RFC 7440", "RFC 1123"],
    transport: Transport::Udp,
    port: 69,
    parameters: &[],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Datagram,
    conversation: Conversation {
        repeats: "RFC 1350 section 2",
        ports: "RFC 1350 section 4",
        both_repeat: true,
        in_turn: true,
        answers_anew: true,
        patience: Duration::from_secs(10),
        ..Conversation::PLAIN
    },
};

// Code lists.

/// RFC 1350 section 5, RFC 2347.
const OPCODES: Codes = Codes {
    name: "opcodes",
    closed: "RFC 1350 section 5",
    list: &[(1, "RRQ"), (2, "WRQ"), (3, "DATA"), (4, "ACK"), (5, "ERROR"), (6, "OACK")],
};

/// RFC 1350 appendix I, RFC 2347.
const ERRORS: Codes = Codes {
    name: "error codes",
    closed: "RFC 1350 appendix I",
    list: &[
        (0, "not-defined"),
        (1, "file-not-found"),
        (2, "access-violation"),
        (3, "disk-full"),
        (4, "illegal-operation"),
        (5, "unknown-transfer-id"),
        (6, "file-exists"),
        (7, "no-such-user"),
        (8, "option-refused"),
    ],
};

// Layouts.

/// Text that a netascii terminal shows (RFC 764: printing characters and format effectors). It is 8-bit ASCII, and
/// nothing says what its upper half is.
const NETASCII: Check = Check {
    about: "netascii text",
    source: "RFC 1350 section 1",
    holds: |value| {
        let shown = |octet: &u8| matches!(octet, 0x20..=0x7e | 0x07..=0x0d | 0x80..);
        value.octets().is_none_or(|octets| octets.iter().all(shown))
    },
};

/// The modes of RFC 1350 section 1; mail is obsolete.
const MODE: Check = Check {
    about: "netascii, octet or mail, in any case",
    source: "RFC 1350 section 1",
    holds: |value| {
        let is = |mode: &[u8]| value.octets().is_some_and(|o| o.eq_ignore_ascii_case(mode));
        is(b"netascii") || is(b"octet") || is(b"mail")
    },
};

const HEAD: Layout = layout("head", "RFC 1350 section 5", &[code("opcode", 16, &OPCODES)]);

const OPTIONS: Field = field("options", Kind::ZeroPairs)
    .source("RFC 2347")
    .about("names of any case and values, each at most once");

const REQUEST: Layout = layout(
    "request",
    "RFC 1350 section 5",
    &[
        code("opcode", 16, &OPCODES),
        text("filename", Len::Zero)
            .must(&NETASCII)
            .about("the name of the file, as the server spells it"),
        text("mode", Len::Zero)
            .auto(Auto::DefaultText("octet"))
            .must(&MODE)
            .about("netascii or octet"),
        OPTIONS,
    ],
);

const DATA: Layout = layout(
    "data",
    "RFC 1350 section 5",
    &[
        code("opcode", 16, &OPCODES),
        uint("block", 16).auto(Auto::Follows(&NEXT_BLOCK)).about("counts from 1"),
        octets("data", Len::Rest).about("fewer octets than a block holds are the end of the file"),
    ],
);

const ACK: Layout = layout(
    "ack",
    "RFC 1350 section 5",
    &[
        code("opcode", 16, &OPCODES),
        uint("block", 16)
            .auto(Auto::Follows(&SAME_BLOCK))
            .about("of the DATA that came; 0 for a request"),
    ],
);

const ERROR: Layout = layout(
    "error",
    "RFC 1350 section 5",
    &[
        code("opcode", 16, &OPCODES),
        code("code", 16, &ERRORS),
        text("message", Len::Zero)
            .free("RFC 1350 section 5: it is meant for people")
            .about("for people"),
    ],
);

const OACK: Layout = layout("oack", "RFC 2347", &[code("opcode", 16, &OPCODES), OPTIONS]);

const OTHER: Layout = layout(
    "other",
    "RFC 1350 section 5",
    &[code("opcode", 16, &OPCODES), octets("rest", Len::Rest)],
);

// Message types.

const MESSAGES: &[MessageType] = &[
    opening("rrq", &[("opcode", 1)], "may I read this file?"),
    opening("wrq", &[("opcode", 2)], "may I write this file?"),
    message("data", &[("opcode", 3)], Side::Either, &DATA, "a block of the file"),
    message(
        "ack",
        &[("opcode", 4)],
        Side::Either,
        &ACK,
        "a block, or a request to write, has come",
    ),
    message("error", &[("opcode", 5)], Side::Either, &ERROR, "the transfer is over, and why"),
    message("oack", &[("opcode", 6)], Side::Responder, &OACK, "the options that are granted"),
    message("other", &[], Side::Either, &OTHER, "anything else"),
];

const fn opening(
    name: &'static str,
    when: &'static [(&'static str, u64)],
    about: &'static str,
) -> MessageType {
    MessageType { opens: true, ..message(name, when, Side::Initiator, &REQUEST, about) }
}

// What belongs together.

/// Lock step: each DATA follows an ACK, or the request or OACK at the beginning.
const NEXT_BLOCK: Follows = Follows {
    about: "one more than the block that was acknowledged",
    source: "RFC 1350 section 2",
    value: |context| {
        let before = echo(context.previous, "block").and_then(|v| v.uint()).unwrap_or(0);
        // What follows block 65,535 no document says; 0 is what the field makes of it.
        Some(Value::Uint((before + 1) & 0xffff))
    },
};

const SAME_BLOCK: Follows = Follows {
    about: "the block that came",
    source: "RFC 1350 section 2",
    value: |context| {
        let block = echo(context.previous, "block").and_then(|v| v.uint()).unwrap_or(0);
        Some(Value::Uint(block))
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8], from_initiator: bool) -> Message {
        let nobody = Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator };
        let kind = PROTOCOL.classify(&PROTOCOL.head(octets), from_initiator, true, None);
        decode(kind, &context, octets)
    }

    #[test]
    fn requests_have_a_name_a_mode_and_options() {
        let message = read(b"\0\x01big.bin\0OCTET\0BlkSize\x001428\0tsize\x000\0", true);
        assert_eq!(message.faults, []);
        assert_eq!(message.kind.name, "rrq");
        let text = |path: &str| message.find(path).map(Node::show);
        assert_eq!(text("filename").as_deref(), Some("\"big.bin\""));
        assert_eq!(text("mode").as_deref(), Some("\"OCTET\""));
        assert_eq!(text("options.blksize").as_deref(), Some("\"1428\""));
        assert_eq!(text("options.tsize").as_deref(), Some("\"0\""));
    }

    #[test]
    fn what_is_cut_short_is_told() {
        for octets in [&b"\0\x01big.bin"[..], b"\0\x01big.bin\0octet", b"\0\x01a\0octet\0blksize\0"]
        {
            let faults = read(octets, true).faults;
            assert!(faults.iter().any(|f| f.expected.contains("zero octet")), "{faults:?}");
        }
        assert!(!read(b"\0\x01a\0text\0", true).faults.is_empty());
        assert!(!read(b"\0\x05\0\x09what\0", false).faults.is_empty());
        assert!(!read(b"\0\x03\0", false).faults.is_empty());
    }

    #[test]
    fn blocks_follow_each_other() {
        let nobody = Parameters::default();
        let ack = read(b"\0\x04\xff\xff", true);
        let context = Context { parameters: &nobody, previous: Some(&ack), from_initiator: false };
        let kind = PROTOCOL.message("data").expect("it is there");
        assert_eq!(decode(kind, &context, b"\0\x03\0\0x").faults, []);
        assert_eq!(decode(kind, &context, b"\0\x03\0\x01x").faults.len(), 1);
    }
}
