//! Telnet: a terminal session as a stream of text with commands in between.
//!
//! RFC 854 (protocol), RFC 855 (options). TCP, port 23.
//!
//! ```text
//! text   any octets; 255 is doubled, a line ends with CR LF, a bare CR is CR NUL
//! IAC    255, then a command octet; WILL, WONT, DO, DONT and SB are followed by an option
//! SB     IAC SB option ... IAC SE
//! ```

use crate::wire::*;

/// Telnet.
pub static PROTOCOL: Protocol = Protocol {
    name: "telnet",
    title: "Telnet",
    sources: &["RFC 854", "RFC 855", "RFC 857", "RFC 1143"],
    transport: Transport::Tcp,
    port: 23,
    parameters: &[],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Text(frame),
    conversation: Conversation::PLAIN,
};

// Code lists.

const IAC: u8 = 255;
const SB: u8 = 250;
const SE: u8 = 240;

/// RFC 854, page 14; those below 240 are of RFC 1184 and RFC 885.
const COMMANDS: Codes = Codes {
    name: "commands",
    closed: "",
    list: &[
        (236, "end-of-file"),
        (237, "suspend"),
        (238, "abort"),
        (239, "end-of-record"),
        (240, "se"),
        (241, "nop"),
        (242, "data-mark"),
        (243, "break"),
        (244, "interrupt-process"),
        (245, "abort-output"),
        (246, "are-you-there"),
        (247, "erase-character"),
        (248, "erase-line"),
        (249, "go-ahead"),
        (250, "sb"),
        (251, "will"),
        (252, "wont"),
        (253, "do"),
        (254, "dont"),
        (255, "iac"),
    ],
};

/// The options that RFCs define, under the names of their RFCs.
const OPTIONS: Codes = Codes {
    name: "options",
    closed: "",
    list: &[
        (0, "transmit-binary"),
        (1, "echo"),
        (3, "suppress-go-ahead"),
        (5, "status"),
        (6, "timing-mark"),
        (7, "remote-controlled-transmission-and-echo"),
        (10, "carriage-return-disposition"),
        (11, "horizontal-tab-stops"),
        (12, "horizontal-tab-disposition"),
        (13, "formfeed-disposition"),
        (14, "vertical-tab-stops"),
        (15, "vertical-tab-disposition"),
        (16, "linefeed-disposition"),
        (17, "extended-ascii"),
        (18, "logout"),
        (19, "byte-macro"),
        (20, "data-entry-terminal"),
        (21, "supdup"),
        (22, "supdup-output"),
        (23, "send-location"),
        (24, "terminal-type"),
        (25, "end-of-record"),
        (26, "tacacs-user-identification"),
        (27, "output-marking"),
        (28, "terminal-location-number"),
        (29, "3270-regime"),
        (30, "x.3-pad"),
        (31, "window-size"),
        (32, "terminal-speed"),
        (33, "remote-flow-control"),
        (34, "linemode"),
        (35, "x-display-location"),
        (36, "environment"),
        (37, "authentication"),
        (38, "encryption"),
        (39, "new-environment"),
        (40, "tn3270e"),
        (42, "charset"),
        (44, "com-port-control"),
        (47, "kermit"),
        (255, "extended-options-list"),
    ],
};

// Layouts.

const HEAD: Layout = layout("telnet", "RFC 854", &[uint("iac", 8), code("command", 8, &COMMANDS)]);

const NEGOTIATION: Layout = layout(
    "telnet",
    "RFC 854",
    &[
        uint("iac", 8).auto(Auto::Always(255)),
        code("command", 8, &COMMANDS),
        code("option", 8, &OPTIONS),
    ],
);

const SUBNEGOTIATION: Layout = layout(
    "telnet",
    "RFC 855",
    &[
        uint("iac", 8).auto(Auto::Always(255)),
        code("command", 8, &COMMANDS),
        code("option", 8, &OPTIONS),
        field(
            "parameters",
            Kind::Custom(&Codec {
                about: "octets up to IAC SE, with 255 doubled",
                write: |octets| [escape(octets).as_slice(), &[IAC, SE]].concat(),
                read: |octets| match octets.strip_suffix(&[IAC, SE]) {
                    Some(inside) => Ok(unescape(inside)),
                    None => Err("IAC SE at the end"),
                },
            }),
        ),
    ],
);

const COMMAND: Layout = layout(
    "telnet",
    "RFC 854",
    &[uint("iac", 8).auto(Auto::Always(255)), code("command", 8, &COMMANDS)],
);

const TEXT: Layout = layout(
    "telnet",
    "RFC 854",
    &[field(
        "text",
        Kind::Custom(&Codec {
            about: "text as it stands on the screen, with 255 doubled",
            write: escape,
            read: |octets| Ok(unescape(octets)),
        }),
    )],
);

const LINE: Layout = layout(
    "telnet",
    "RFC 854",
    &[field(
        "line",
        Kind::Custom(&Codec {
            about: "a typed line without its ending, which is CR LF or CR NUL",
            write: |octets| [escape(octets).as_slice(), b"\r\n"].concat(),
            // A lone LF or CR ends a line too: clients that are not quite telnet send them.
            read: |octets| {
                const ENDINGS: [&[u8]; 4] = [b"\r\n", b"\r\0", b"\n", b"\r"];
                match ENDINGS.iter().find_map(|end| octets.strip_suffix(*end)) {
                    Some(line) if !ENDINGS.iter().any(|end| line.ends_with(end)) => {
                        Ok(unescape(line))
                    }
                    _ => Err("a line with one ending, CR LF or CR NUL"),
                }
            },
        }),
    )],
);

static MESSAGES: &[MessageType] = &[
    negotiation("will", &[("iac", 255), ("command", 251)], "the sender wants to do this"),
    negotiation("wont", &[("iac", 255), ("command", 252)], "the sender will not do this"),
    negotiation("do", &[("iac", 255), ("command", 253)], "the receiver shall do this"),
    negotiation("dont", &[("iac", 255), ("command", 254)], "the receiver shall not do this"),
    MessageType {
        layout: &SUBNEGOTIATION,
        ..negotiation(
            "subnegotiation",
            &[("iac", 255), ("command", 250)],
            "parameters of an option",
        )
    },
    // Two octets 255 are no command: text may begin with them.
    MessageType {
        layout: &TEXT,
        flow: Flow::Growing,
        background: false,
        ..negotiation(
            "escaped-text",
            &[("iac", 255), ("command", 255)],
            "text that begins with an octet 255",
        )
    },
    MessageType {
        layout: &COMMAND,
        ..negotiation("command", &[("iac", 255)], "any other command")
    },
    MessageType {
        layout: &LINE,
        flow: Flow::Line,
        background: false,
        ..negotiation("line", &[], "a line that somebody typed")
    },
    MessageType {
        layout: &TEXT,
        flow: Flow::Growing,
        background: false,
        ..negotiation("text", &[], "text that somebody is shown, in any number of pieces")
    },
];

const fn negotiation(
    name: &'static str,
    when: &'static [(&'static str, u64)],
    about: &'static str,
) -> MessageType {
    MessageType {
        name,
        about,
        from: Side::Either,
        when,
        opens: true,
        layout: &NEGOTIATION,
        background: true,
        flow: Flow::Framed,
        answers: &[],
        urgent: false,
    }
}

// Framing.

/// The longest subnegotiation that is taken.
const MOST: usize = 0x10000;

fn frame(bytes: &[u8]) -> Frame {
    match bytes {
        [IAC] => Frame::Partial,
        [IAC, 251..=254, rest @ ..] => {
            if rest.is_empty() {
                Frame::Partial
            } else {
                Frame::Whole(3)
            }
        }
        [IAC, SB, ..] => {
            let mut at = 2;
            while let Some(pair) = bytes.get(at..at + 2) {
                match pair {
                    [IAC, SE] => return Frame::Whole(at + 2),
                    [IAC, _] => at += 2,
                    _ => at += 1,
                }
            }
            if bytes.len() > MOST {
                return Frame::Broken("a subnegotiation of more than 65,536 octets");
            }
            Frame::Partial
        }
        [IAC, command, ..] if *command != IAC => Frame::Whole(2),
        [] => Frame::Partial,
        _ => {
            let mut at = 0;
            loop {
                match bytes.get(at..) {
                    Some([IAC, IAC, ..]) => at += 2,
                    Some([IAC, ..]) | Some([]) | None => return Frame::Whole(at.min(bytes.len())),
                    Some(_) => at += 1,
                }
            }
        }
    }
}

fn escape(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    for octet in octets {
        out.push(*octet);
        if *octet == IAC {
            out.push(IAC);
        }
    }
    out
}

fn unescape(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    let mut octets = octets.iter();
    while let Some(octet) = octets.next() {
        out.push(*octet);
        if *octet == IAC {
            octets.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The octets of messages that others made; their file tells who.
    macro_rules! fixture {
        ($name:literal) => {{
            let text = include_str!(concat!("../../fixtures/messages/telnet/", $name, ".hex"));
            let hex: String = text.lines().filter(|line| !line.starts_with('#')).collect();
            parse_octets(&hex).expect("a fixture is hexadecimal")
        }};
    }

    const NOBODY: Parameters = Parameters(Vec::new());
    const ALONE: Context<'_> =
        Context { parameters: &NOBODY, previous: None, from_initiator: true };

    fn kind(name: &str) -> &'static MessageType {
        PROTOCOL.message(name).expect("the tests name types that are there")
    }

    fn read(name: &str, octets: &[u8]) -> Message {
        decode(kind(name), &ALONE, octets)
    }

    /// Cuts a stream into its messages. Text is taken as `wanted`.
    fn cut(mut octets: &[u8], wanted: &str) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Frame::Whole(length) = frame(octets) {
            let (piece, rest) = octets.split_at(length);
            let head = PROTOCOL.head(piece);
            let marked = PROTOCOL.classify(&head, true, true, None);
            let kind = if marked.background { marked } else { kind(wanted) };
            messages.push(decode(kind, &ALONE, piece));
            octets = rest;
        }
        assert!(octets.is_empty(), "{octets:?} is left");
        messages
    }

    fn build(name: &str, values: &[(&'static str, &str)]) -> Vec<u8> {
        let entry = |(field, value): &(&'static str, &str)| {
            let known = kind(name).field(field).expect("the tests name fields that are there");
            let value = known.kind.parse(value).expect("the tests spell values that fit");
            Entry::new(*field, Assignment::Value(value))
        };
        let draft = Draft { fields: values.iter().map(entry).collect(), ..Draft::default() };
        encode(kind(name), &ALONE, &draft, &mut |_, n| vec![0; n])
            .expect("the tests choose values that fit")
            .bytes
    }

    fn show(message: &Message, path: &str) -> String {
        message.find(path).map(Node::show).unwrap_or_else(|| format!("no {path}"))
    }

    // What real programs made; tests/wire.rs reads and rebuilds every one of them.

    #[test]
    fn what_a_client_offers_is_read_and_built_again() {
        let octets = fixture!("client-opening");
        let offers: Vec<(&str, String)> =
            cut(&octets, "text").iter().map(|m| (m.kind.name, show(m, "option"))).collect();
        let expected = [
            ("do", "encryption (38)"),
            ("will", "encryption (38)"),
            ("do", "suppress-go-ahead (3)"),
            ("will", "terminal-type (24)"),
            ("will", "window-size (31)"),
            ("will", "terminal-speed (32)"),
            ("will", "remote-flow-control (33)"),
            ("will", "linemode (34)"),
            ("will", "new-environment (39)"),
            ("do", "status (5)"),
        ];
        let expected: Vec<(&str, String)> =
            expected.iter().map(|(verb, option)| (*verb, (*option).into())).collect();
        assert_eq!(offers, expected);
        let again: Vec<u8> = expected
            .iter()
            .flat_map(|(verb, option)| {
                let name = option.split(' ').next().unwrap_or_default();
                build(verb, &[("option", name)])
            })
            .collect();
        assert_eq!(again, octets);
    }

    #[test]
    fn a_window_of_255_columns_is_read_and_built_again() {
        let octets = fixture!("client-answers");
        let answers = cut(&octets, "text");
        let window = &answers[2];
        assert_eq!(window.kind.name, "subnegotiation");
        assert_eq!(show(window, "option"), "window-size (31)");
        let parameters = window.find("parameters").and_then(|n| n.value.octets());
        assert_eq!(parameters, Some(&[0, 255, 0, 24][..]), "255 travels twice and counts once");
        let again =
            build("subnegotiation", &[("option", "window-size"), ("parameters", "0x00ff0018")]);
        assert_eq!(again, window.bytes);
        assert_eq!(again[3..], [0, 255, 255, 0, 24, 255, 240]);
    }

    #[test]
    fn a_terminal_type_is_asked_for_and_told() {
        let asks = cut(&fixture!("server-asks"), "text");
        assert_eq!(show(&asks[1], "option"), "terminal-type (24)");
        assert_eq!(
            build("subnegotiation", &[("option", "24"), ("parameters", "0x01")]),
            asks[1].bytes
        );
        let told = cut(&fixture!("client-terminal-type"), "text");
        let parameters = told[0].find("parameters").and_then(|n| n.value.octets());
        assert_eq!(parameters, Some(&b"\0VT100"[..]));
    }

    #[test]
    fn a_typed_line_ends_before_the_commands_behind_it() {
        let heard = cut(&fixture!("client-line"), "line");
        let names: Vec<&str> = heard.iter().map(|m| m.kind.name).collect();
        assert_eq!(names, ["line", "command", "command"]);
        assert_eq!(show(&heard[0], "line"), "\"alice\"");
        assert_eq!(show(&heard[1], "command"), "are-you-there (246)");
        assert_eq!(show(&heard[2], "command"), "break (243)");
        assert!(heard.iter().all(|m| m.faults.is_empty()));
        assert_eq!(build("command", &[("command", "break")]), heard[2].bytes);
    }

    // Text.

    #[test]
    fn a_line_ends_in_one_way_of_several() {
        for octets in [&b"alice\r\n"[..], b"alice\r\0", b"alice\n", b"alice\r"] {
            let line = read("line", octets);
            assert_eq!((line.faults.len(), show(&line, "line")), (0, "\"alice\"".into()));
        }
        assert_eq!(show(&read("line", b"\r\n"), "line"), "\"\"");
        // NUL does nothing (RFC 854, page 11), so it may stand anywhere.
        assert_eq!(read("line", b"alice\0\r\n").faults, []);
        assert_eq!(build("line", &[("line", "alice")]), b"alice\r\n");
        for octets in [&b"alice"[..], b"", b"alice\r\n\r\n", b"\n\n"] {
            let line = read("line", octets);
            assert_eq!(line.faults.len(), 1, "{octets:?}");
            assert_eq!(line.faults[0].source, "RFC 854");
        }
    }

    #[test]
    fn an_octet_255_in_text_travels_twice() {
        let octets = build("text", &[("text", "0xff62ff")]);
        assert_eq!(octets, [255, 255, b'b', 255, 255]);
        assert_eq!(frame(&octets), Frame::Whole(5));
        let text = &cut(&octets[2..], "text")[0];
        assert_eq!(text.find("text").and_then(|n| n.value.octets()), Some(&b"b\xff"[..]));
        let text = &cut(&octets, "text")[0];
        assert_eq!(text.find("text").and_then(|n| n.value.octets()), Some(&b"\xffb\xff"[..]));
    }

    #[test]
    fn text_ends_where_a_command_begins() {
        let heard = cut(b"login: \xff\xfb\x01\xff\xf1more", "text");
        let names: Vec<&str> = heard.iter().map(|m| m.kind.name).collect();
        assert_eq!(names, ["text", "will", "command", "text"]);
        assert_eq!(show(&heard[0], "text"), "\"login: \"");
        assert_eq!(show(&heard[1], "option"), "echo (1)");
        // A lone IAC at the end may be the first half of anything.
        assert_eq!(frame(b"a\xff"), Frame::Whole(1));
        assert_eq!(frame(b"\xff"), Frame::Partial);
    }

    // Commands.

    #[test]
    fn a_command_cut_short_is_waited_for() {
        for octets in [&fixture!("client-terminal-type")[..], b"\xff\xfd\x18", b"\xff\xf6"] {
            for cut in 0..octets.len() {
                assert_eq!(frame(&octets[..cut]), Frame::Partial, "{cut} of {octets:?}");
            }
            assert_eq!(frame(octets), Frame::Whole(octets.len()));
        }
    }

    #[test]
    fn a_command_cut_at_any_length_is_a_fault() {
        for (name, octets) in [
            ("subnegotiation", fixture!("client-terminal-type")),
            ("do", b"\xff\xfd\x18".to_vec()),
            ("command", b"\xff\xf6".to_vec()),
        ] {
            for cut in 0..octets.len() {
                assert!(!read(name, &octets[..cut]).faults.is_empty(), "{name} {cut}");
            }
        }
    }

    #[test]
    fn a_subnegotiation_without_end_is_broken() {
        let mut octets = vec![IAC, SB, 24];
        octets.resize(MOST, b'x');
        assert_eq!(frame(&octets), Frame::Partial);
        octets.push(b'x');
        assert!(matches!(frame(&octets), Frame::Broken(_)));
    }

    #[test]
    fn command_numbers_are_those_of_rfc_854() {
        for (name, number) in [("se", 240), ("nop", 241), ("are-you-there", 246), ("go-ahead", 249)]
        {
            assert_eq!(COMMANDS.number(name), Some(number), "{name}");
            assert_eq!(build("command", &[("command", name)]), [255, number as u8]);
        }
        for (name, number) in [("will", 251), ("wont", 252), ("do", 253), ("dont", 254)] {
            assert_eq!(build(name, &[("option", "echo")]), [255, number, 1]);
        }
        for codes in [&COMMANDS, &OPTIONS] {
            assert!(codes.list.windows(2).all(|w| w[0].0 < w[1].0), "{}", codes.name);
        }
    }
}
