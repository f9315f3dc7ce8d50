//! File Transfer Protocol, FTP: the control connection.
//!
//! RFC 959 (protocol), RFC 1123 section 4.1 (repairs), RFC 2389 (FEAT, OPTS), RFC 2428 (EPRT, EPSV),
//! RFC 3659 (SIZE, MDTM, REST, MLST, MLSD), RFC 854 (telnet, whose rules the connection follows). TCP,
//! port 21. Files and lists travel over connections of their own, as plain octets.
//!
//! ```text
//! command   verb [ SP argument ] CR LF                  the case of the verb does not matter
//! reply     3 digits SP text CR LF
//!           3 digits - text CR LF lines .. the same 3 digits SP text CR LF
//! telnet    255 command [ option ]                      anywhere between them
//! ```

use std::time::Duration;

use crate::wire::*;

/// FTP.
pub static PROTOCOL: Protocol = Protocol {
    name: "ftp",
    title: "File Transfer Protocol",
    sources: &["RFC 959", "RFC 1123", "RFC 2389", "RFC 2428", "RFC 3659"],
    transport: Transport::Tcp,
    port: 21,
    parameters: &[],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Stream(frame),
    conversation: Conversation {
        in_turn: true,
        // A wrong password is answered late on purpose by many.
        patience: Duration::from_secs(10),
        ..Conversation::PLAIN
    },
};

// Code lists.

/// RFC 959 section 5.3, RFC 2389, RFC 2428, RFC 3659.
const VERBS: Codes = Codes {
    name: "verbs",
    closed: "",
    list: &[
        (1, "USER"),
        (2, "PASS"),
        (3, "ACCT"),
        (4, "CWD"),
        (5, "CDUP"),
        (6, "SMNT"),
        (7, "QUIT"),
        (8, "REIN"),
        (9, "PORT"),
        (10, "PASV"),
        (11, "TYPE"),
        (12, "STRU"),
        (13, "MODE"),
        (14, "RETR"),
        (15, "STOR"),
        (16, "STOU"),
        (17, "APPE"),
        (18, "ALLO"),
        (19, "REST"),
        (20, "RNFR"),
        (21, "RNTO"),
        (22, "ABOR"),
        (23, "DELE"),
        (24, "RMD"),
        (25, "MKD"),
        (26, "PWD"),
        (27, "LIST"),
        (28, "NLST"),
        (29, "SITE"),
        (30, "SYST"),
        (31, "STAT"),
        (32, "HELP"),
        (33, "NOOP"),
        (34, "FEAT"),
        (35, "OPTS"),
        (36, "EPRT"),
        (37, "EPSV"),
        (38, "SIZE"),
        (39, "MDTM"),
        (40, "MLST"),
        (41, "MLSD"),
    ],
};

/// RFC 959 section 3.1.1.
const TYPES: Codes = Codes {
    name: "types",
    closed: "RFC 959 section 5.3.2",
    list: &[(1, "A"), (2, "E"), (3, "I"), (4, "L")],
};

/// RFC 959 section 3.1.2.
const STRUCTURES: Codes = Codes {
    name: "structures",
    closed: "RFC 959 section 5.3.2",
    list: &[(1, "F"), (2, "R"), (3, "P")],
};

/// RFC 959 section 3.4.
const MODES: Codes =
    Codes { name: "modes", closed: "RFC 959 section 5.3.2", list: &[(1, "S"), (2, "B"), (3, "C")] };

/// RFC 2428 section 2.
const FAMILIES: Codes =
    Codes { name: "address families", closed: "", list: &[(1, "ipv4"), (2, "ipv6")] };

const IAC: u8 = 255;
const SB: u8 = 250;
const SE: u8 = 240;

/// RFC 854.
const COMMANDS: Codes = Codes {
    name: "telnet commands",
    closed: "",
    list: &[
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

// Layouts.

/// What the first octets say, however they go on: each of these looks and takes nothing.
const HEAD: Layout = layout(
    "head",
    "RFC 959 section 4",
    &[
        spelled("iac", &IAC_AHEAD),
        spelled("command", &COMMAND_AHEAD),
        spelled("verb", &VERB_AHEAD),
        spelled("code", &CODE_AHEAD),
    ],
);

const VERB: Spelling = word(&VERBS);
const CODE: Spelling = decimal(16).exactly(3, "a code of 3 digits");
const IAC_AHEAD: Spelling = Spelling { read: iac_ahead, ..decimal(8) };
const COMMAND_AHEAD: Spelling = Spelling { read: command_ahead, ..decimal(8) };
const VERB_AHEAD: Spelling = Spelling { read: verb_ahead, ..word(&VERBS) };
const CODE_AHEAD: Spelling = Spelling { read: code_ahead, ..decimal(16) };

const SPACE: Field = mark("space", b" ");
const END: Field = mark("end", b"\r\n");

/// A number for an address: `h1,h2,h3,h4`.
const COMMAS: Spelling = Spelling {
    about: "an address as four decimal numbers with commas",
    of: Kind::Ipv4,
    digits: (0, 0),
    write: |_, value| {
        let octets = value.octets().unwrap_or_default().iter();
        octets.map(u8::to_string).collect::<Vec<_>>().join(",").into_bytes()
    },
    read: |_, octets| {
        let (numbers, length) = numbers(octets, 4)?;
        Some((Value::from(numbers), length))
    },
};

/// A port: `p1,p2`.
const COMMAS_PORT: Spelling = Spelling {
    about: "a port as two decimal numbers with a comma",
    of: Kind::Uint { bits: 16, names: None },
    digits: (0, 0),
    write: |_, value| {
        let port = value.uint().unwrap_or_default();
        format!("{},{}", port >> 8, port & 0xff).into_bytes()
    },
    read: |_, octets| {
        let (numbers, length) = numbers(octets, 2)?;
        let port = numbers.iter().fold(0, |port, n| port << 8 | u64::from(*n));
        Some((Value::Uint(port), length))
    },
};

/// A port alone in the form of RFC 2428: `(|||6446|)`.
const EXTENDED_PORT: Spelling = Spelling {
    about: "a port between four delimiters in parentheses, such as (|||6446|)",
    of: Kind::Uint { bits: 16, names: None },
    digits: (0, 0),
    write: |_, value| format!("(|||{}|)", value.uint().unwrap_or_default()).into_bytes(),
    read: |_, octets| {
        let (open, rest) = octets.split_first()?;
        let delimiter = *rest.first().filter(|d| (33..=126).contains(*d) && !d.is_ascii_digit())?;
        let inside = rest.strip_prefix(&[delimiter, delimiter, delimiter])?;
        let (port, digits) = (PORT_NUMBER.read)(&PORT_NUMBER, inside)?;
        let closed = inside.get(digits..)?.starts_with(&[delimiter, b')']);
        (*open == b'(' && closed).then_some((port, digits + 6))
    },
};

const PORT_NUMBER: Spelling = decimal(16);

/// A name in quotes; a quote in it is doubled.
const QUOTED: Spelling = Spelling {
    about: "a name in quotes",
    of: Kind::Text(Len::Rest),
    digits: (0, 0),
    write: |_, value| {
        let name = value.octets().unwrap_or_default();
        let mut out = vec![b'"'];
        for octet in nvt_octets(name) {
            out.push(octet);
            if octet == b'"' {
                out.push(octet);
            }
        }
        out.push(b'"');
        out
    },
    read: |_, octets| {
        let (mut name, mut at) = (Vec::new(), 1);
        octets.first().filter(|octet| **octet == b'"')?;
        loop {
            match octets.get(at..)? {
                [b'"', b'"', ..] => (name.push(b'"'), at += 2).0,
                [b'"', ..] => return Some((Value::from(nvt_text(&name).0), at + 1)),
                [b'\n', ..] | [] => return None,
                [octet, ..] => (name.push(*octet), at += 1).0,
            }
        }
    },
};

/// Text to the end of the line, by the rules of telnet: an octet 255 travels twice, a lone CR with a NUL
/// behind it.
const NVT: Spelling = Spelling {
    about: "text",
    of: Kind::Text(Len::Rest),
    digits: (0, 0),
    write: |_, value| nvt_octets(value.octets().unwrap_or_default()),
    read: |_, octets| {
        let (text, length) = nvt_text(octets);
        Some((Value::from(text), length))
    },
};

const fn nvt(name: &'static str) -> Field {
    spelled(name, &NVT)
}

/// Something, since the grammar has no empty names.
const NOT_EMPTY: Check = Check {
    about: "one character or more",
    source: "RFC 959 section 5.3.2",
    holds: |value| value.octets().is_none_or(|octets| !octets.is_empty()),
};

/// The first digit says how it went, the second what it is about.
const DIGITS: Check = Check {
    about: "1 to 5, then 0 to 5, then any digit",
    source: "RFC 959 section 4.2",
    holds: |value| value.uint().is_none_or(|n| matches!((n / 100, n / 10 % 10), (1..=5, 0..=5))),
};

/// RFC 3659 section 2.3.
const TIME: Check = Check {
    about: "14 digits, perhaps with a fraction behind a dot",
    source: "RFC 3659 section 2.3",
    holds: |value| {
        value.octets().is_none_or(|octets| {
            let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
            match octets.split_at_checked(14) {
                Some((whole, [])) => digits(whole),
                Some((whole, [b'.', fraction @ ..])) => digits(whole) && digits(fraction),
                _ => false,
            }
        })
    },
};

/// Else nobody sees where the port ends.
const APART: Check = Check {
    about: "no digit at its beginning",
    source: "RFC 959 section 4.1.2",
    holds: |value| {
        value.octets().is_none_or(|octets| !octets.first().is_some_and(u8::is_ascii_digit))
    },
};

const FOR_PEOPLE: &str = "RFC 959 section 4.2: the text is for people";

const VERB_FIELD: Field = spelled("verb", &VERB);

const CODE_FIELD: Field = spelled("code", &CODE).must(&DIGITS);

const BARE: Layout = layout("command", "RFC 959 section 5.3.1", &[VERB_FIELD, END]);

const USER: Layout = layout(
    "user",
    "RFC 959 section 4.1.1",
    &[VERB_FIELD, SPACE, nvt("name").must(&NOT_EMPTY).about("who wants in"), END],
);

const PASS: Layout =
    layout("pass", "RFC 959 section 4.1.1", &[VERB_FIELD, SPACE, nvt("password"), END]);

const ACCT: Layout = layout(
    "acct",
    "RFC 959 section 4.1.1",
    &[VERB_FIELD, SPACE, nvt("account").must(&NOT_EMPTY), END],
);

const PATH: Layout = layout(
    "path",
    "RFC 959 section 5.3.1",
    &[VERB_FIELD, SPACE, nvt("path").must(&NOT_EMPTY).about("as the server spells it"), END],
);

const MAYBE_PATH: Layout = layout(
    "listing",
    "RFC 959 section 5.3.1",
    &[
        VERB_FIELD,
        field(
            "space",
            Kind::Maybe(&Maybe {
                lead: b" ",
                fields: &[nvt("path").about("as the server spells it; without, where we are")],
            }),
        ),
        END,
    ],
);

const HELP: Layout = layout(
    "help",
    "RFC 959 section 4.1.3",
    &[VERB_FIELD, field("space", Kind::Maybe(&Maybe { lead: b" ", fields: &[nvt("topic")] })), END],
);

const WORDS: Layout = layout(
    "words",
    "RFC 959 section 4.1.3",
    &[
        VERB_FIELD,
        SPACE,
        nvt("command").must(&NOT_EMPTY).about("a command, and what it takes"),
        END,
    ],
);

const PORT: Layout = layout(
    "port",
    "RFC 959 section 4.1.2",
    &[
        VERB_FIELD,
        SPACE,
        spelled("host", &COMMAS).about("where the client listens"),
        mark("comma", b","),
        spelled("port", &COMMAS_PORT),
        END,
    ],
);

const EPRT: Layout = layout(
    "eprt",
    "RFC 2428 section 2",
    &[
        VERB_FIELD,
        SPACE,
        text("delimiter", Len::Fixed(1)).auto(Auto::DefaultText("|")).must(&Check {
            about: "a character from 33 to 126 that no address needs",
            source: "RFC 2428 section 2",
            holds: |value| {
                let parts = |o: &u8| (33..=126).contains(o) && !o.is_ascii_hexdigit();
                let apart = |o: &u8| parts(o) && !matches!(o, b'.' | b':');
                value.octets().is_none_or(|octets| octets.iter().all(apart))
            },
        }),
        spelled("family", &FAMILY).auto(Auto::Default(1)),
        text("delimiter_2", Len::Fixed(1)).auto(Auto::SameAs("delimiter")),
        text("host", Len::BeforeSame("delimiter"))
            .auto(Auto::DefaultText("0.0.0.0"))
            .must(&ADDRESS),
        text("delimiter_3", Len::Fixed(1)).auto(Auto::SameAs("delimiter")),
        spelled("port", &PORT_NUMBER),
        text("delimiter_4", Len::Fixed(1)).auto(Auto::SameAs("delimiter")),
        END,
    ],
);

const FAMILY: Spelling = decimal_code(16, &FAMILIES);

const ADDRESS: Check = Check {
    about: "an address",
    source: "RFC 2428 section 2",
    holds: |value| {
        value.octets().is_none_or(|octets| {
            let text = std::str::from_utf8(octets).unwrap_or_default();
            text.parse::<std::net::IpAddr>().is_ok()
        })
    },
};

const EPSV: Layout = layout(
    "epsv",
    "RFC 2428 section 3",
    &[
        VERB_FIELD,
        field(
            "space",
            Kind::Maybe(&Maybe {
                lead: b" ",
                fields: &[nvt("family").about("the number of an address family, or ALL")],
            }),
        ),
        END,
    ],
);

const TYPE: Layout = layout(
    "type",
    "RFC 959 section 4.1.2",
    &[
        VERB_FIELD,
        SPACE,
        spelled("type", &TYPE_WORD).auto(Auto::Default(1)),
        field(
            "second space",
            Kind::Maybe(&Maybe {
                lead: b" ",
                fields: &[nvt("form").about("N, T or C behind A and E; a byte size behind L")],
            }),
        ),
        END,
    ],
);

const TYPE_WORD: Spelling = word(&TYPES);
const STRU_WORD: Spelling = word(&STRUCTURES);
const MODE_WORD: Spelling = word(&MODES);

const STRU: Layout = layout(
    "stru",
    "RFC 959 section 4.1.2",
    &[VERB_FIELD, SPACE, spelled("structure", &STRU_WORD).auto(Auto::Default(1)), END],
);

const MODE: Layout = layout(
    "mode",
    "RFC 959 section 4.1.2",
    &[VERB_FIELD, SPACE, spelled("mode", &MODE_WORD).auto(Auto::Default(1)), END],
);

const OFFSET: Spelling = decimal(64);

const ALLO: Layout = layout(
    "allo",
    "RFC 959 section 4.1.3",
    &[
        VERB_FIELD,
        SPACE,
        spelled("octets", &OFFSET),
        field(
            "records follow",
            Kind::Maybe(&Maybe { lead: b" R ", fields: &[spelled("record", &OFFSET)] }),
        ),
        END,
    ],
);

const REST: Layout = layout(
    "rest",
    "RFC 3659 section 5",
    &[VERB_FIELD, SPACE, spelled("offset", &OFFSET).about("the octets that are passed over"), END],
);

const ANY_COMMAND: Layout = layout(
    "command",
    "RFC 959 section 5.3",
    &[
        text("verb", Len::Before(b" \r\n")).about("any word"),
        field("space", Kind::Maybe(&Maybe { lead: b" ", fields: &[nvt("argument")] })),
        END,
    ],
);

/// What begins with a number would look like the end of the reply, or like another one.
const PADDED: Check = Check {
    about: "no number of three digits at its beginning",
    source: "RFC 959 section 4.2",
    holds: |value| {
        value
            .octets()
            .and_then(|octets| octets.get(..3))
            .is_none_or(|first| !first.iter().all(u8::is_ascii_digit))
    },
};

/// Lines between the first and the last one of a reply.
const LINES: List = List {
    noun: "line of a reply",
    count: "",
    // The last line is the one behind which there is none.
    until: Some(|left| left.iter().position(|o| *o == b'\n').is_none_or(|at| at + 1 == left.len())),
    item: field("line", Kind::Group(&[nvt("line").must(&PADDED), END])),
    order: "RFC 959 section 4.2",
    distinct: None,
};

/// Any reply may be of several lines; what it has to say stands in the last one.
const SEVERAL_LINES: Field = field(
    "hyphen",
    Kind::Maybe(&Maybe {
        lead: b"-",
        fields: &[
            nvt("first").free(FOR_PEOPLE).about("the first line of several"),
            mark("end_of_first", b"\r\n"),
            field("lines", Kind::List(&LINES)).about("those between the first and the last"),
            spelled("last_code", &CODE).auto(Auto::SameAs("code")),
        ],
    }),
);

const REPLY: Layout = layout(
    "reply",
    "RFC 959 section 4.2",
    &[CODE_FIELD, SEVERAL_LINES, SPACE, nvt("text").free(FOR_PEOPLE).about("the last line"), END],
);

const PASSIVE: Layout = layout(
    "passive",
    "RFC 959 section 4.1.2",
    &[
        CODE_FIELD,
        SEVERAL_LINES,
        SPACE,
        text("intro", Len::Before(b"0123456789\r\n"))
            .auto(Auto::DefaultText("Entering Passive Mode ("))
            .free("RFC 1123 section 4.1.2.6: whoever reads it looks for the first digit"),
        spelled("host", &COMMAS).about("where the server listens"),
        mark("comma", b","),
        spelled("port", &COMMAS_PORT),
        nvt("text").auto(Auto::DefaultText(").")).free(FOR_PEOPLE).must(&APART),
        END,
    ],
);

const EXTENDED_PASSIVE: Layout = layout(
    "extended-passive",
    "RFC 2428 section 3",
    &[
        CODE_FIELD,
        SEVERAL_LINES,
        SPACE,
        text("intro", Len::Before(b"(\r\n"))
            .auto(Auto::DefaultText("Entering Extended Passive Mode "))
            .free("RFC 2428 section 3: text that says what is meant"),
        spelled("port", &EXTENDED_PORT).about("where the server listens"),
        nvt("text").free(FOR_PEOPLE),
        END,
    ],
);

const PATHNAME: Layout = layout(
    "pathname",
    "RFC 959 appendix II",
    &[
        CODE_FIELD,
        SEVERAL_LINES,
        SPACE,
        spelled("path", &QUOTED).auto(Auto::DefaultText("/")).about("a quote in it travels twice"),
        field(
            "second space",
            Kind::Maybe(&Maybe { lead: b" ", fields: &[nvt("text").free(FOR_PEOPLE)] }),
        ),
        END,
    ],
);

const SIZE: Layout = layout(
    "size-is",
    "RFC 3659 section 4",
    &[CODE_FIELD, SPACE, spelled("octets", &OFFSET).about("as they would travel"), END],
);

const MODIFIED: Layout = layout(
    "modified",
    "RFC 3659 section 3",
    &[CODE_FIELD, SPACE, nvt("time").must(&TIME).about("YYYYMMDDHHMMSS, and a fraction"), END],
);

const TELNET: Layout = layout(
    "telnet",
    "RFC 854",
    &[uint("iac", 8).auto(Auto::Always(255)), code("command", 8, &COMMANDS)],
);

const OPTION: Layout = layout(
    "option",
    "RFC 854",
    &[
        uint("iac", 8).auto(Auto::Always(255)),
        code("command", 8, &COMMANDS),
        uint("option", 8).about("which one; RFC 855"),
    ],
);

// Message types.

static MESSAGES: &[MessageType] = &[
    command("user", 1, &USER, "who wants in"),
    command("pass", 2, &PASS, "the password"),
    command("acct", 3, &ACCT, "the account"),
    command("cwd", 4, &PATH, "go there"),
    command("cdup", 5, &BARE, "go one up"),
    command("smnt", 6, &PATH, "mount another file system"),
    command("quit", 7, &BARE, "that is all"),
    command("rein", 8, &BARE, "begin anew, as after the greeting"),
    command("port", 9, &PORT, "connect to me there"),
    command("pasv", 10, &BARE, "where may I connect to you?"),
    command("type", 11, &TYPE, "how octets are meant"),
    command("stru", 12, &STRU, "the structure of files"),
    command("mode", 13, &MODE, "how data travels"),
    command("retr", 14, &PATH, "send me this file"),
    command("stor", 15, &PATH, "take this file"),
    command("stou", 16, &BARE, "take this file under a name of yours"),
    command("appe", 17, &PATH, "take this and put it behind what you have"),
    command("allo", 18, &ALLO, "so much is to come"),
    command("rest", 19, &REST, "begin there with the next transfer"),
    command("rnfr", 20, &PATH, "this file is to be renamed"),
    command("rnto", 21, &PATH, "and this is its new name"),
    command("abor", 22, &BARE, "stop the transfer"),
    command("dele", 23, &PATH, "delete this file"),
    command("rmd", 24, &PATH, "remove this directory"),
    command("mkd", 25, &PATH, "make this directory"),
    command("pwd", 26, &BARE, "where am I?"),
    command("list", 27, &MAYBE_PATH, "what is there? for people"),
    command("nlst", 28, &MAYBE_PATH, "what is there? names alone"),
    command("site", 29, &WORDS, "something that this server knows"),
    command("syst", 30, &BARE, "what are you?"),
    command("stat", 31, &MAYBE_PATH, "how does it go?"),
    command("help", 32, &HELP, "what do you know?"),
    command("noop", 33, &BARE, "nothing"),
    command("feat", 34, &BARE, "what more can you do?"),
    command("opts", 35, &WORDS, "how a command is to behave"),
    command("eprt", 36, &EPRT, "connect to me there, in any family of addresses"),
    command("epsv", 37, &EPSV, "on which port may I connect to you?"),
    command("size", 38, &PATH, "how much would travel?"),
    command("mdtm", 39, &PATH, "when was it changed?"),
    command("mlst", 40, &MAYBE_PATH, "what is this? for programs"),
    command("mlsd", 41, &MAYBE_PATH, "what is there? for programs"),
    negotiation("will", 251, "the sender wants to do this"),
    negotiation("wont", 252, "the sender will not do this"),
    negotiation("do", 253, "the receiver shall do this"),
    negotiation("dont", 254, "the receiver shall not do this"),
    MessageType {
        background: true,
        urgent: true,
        ..message(
            "synch",
            &[("iac", 255), ("command", 242)],
            Side::Either,
            &TELNET,
            "look here, whatever you are doing: a data mark, as urgent data",
        )
    },
    MessageType {
        background: true,
        ..message("telnet", &[("iac", 255)], Side::Either, &TELNET, "another command of telnet")
    },
    message("command", &[], Side::Initiator, &ANY_COMMAND, "any other line"),
    message("passive", &[("code", 227)], Side::Responder, &PASSIVE, "connect to me there"),
    message(
        "extended-passive",
        &[("code", 229)],
        Side::Responder,
        &EXTENDED_PASSIVE,
        "connect to me on this port",
    ),
    message("pathname", &[("code", 257)], Side::Responder, &PATHNAME, "a directory"),
    MessageType {
        answers: &["size"],
        ..message("size-is", &[("code", 213)], Side::Responder, &SIZE, "so many octets")
    },
    MessageType {
        answers: &["mdtm"],
        ..message("modified", &[("code", 213)], Side::Responder, &MODIFIED, "then, in UTC")
    },
    message("reply", &[], Side::Responder, &REPLY, "any other reply"),
];

const fn command(
    name: &'static str,
    verb: u64,
    layout: &'static Layout,
    about: &'static str,
) -> MessageType {
    MessageType { ..message(name, verb_is(verb), Side::Initiator, layout, about) }
}

const fn negotiation(name: &'static str, command: u64, about: &'static str) -> MessageType {
    let when: &'static [(&'static str, u64)] = match command {
        251 => &[("iac", 255), ("command", 251)],
        252 => &[("iac", 255), ("command", 252)],
        253 => &[("iac", 255), ("command", 253)],
        _ => &[("iac", 255), ("command", 254)],
    };
    MessageType { background: true, ..message(name, when, Side::Either, &OPTION, about) }
}

/// The mark of a verb: a slice of a table, since a constant function makes no slice of its own.
const fn verb_is(verb: u64) -> &'static [(&'static str, u64)] {
    const NUMBERS: [(&str, u64); 42] = {
        let mut all = [("verb", 0); 42];
        let mut at = 0;
        while at < all.len() {
            all[at] = ("verb", at as u64);
            at += 1;
        }
        all
    };
    const TABLE: &[(&str, u64)] = &NUMBERS;
    TABLE.split_at(verb as usize).1.split_at(1).0
}

// Framing.

/// The longest line and the longest reply that are taken.
const MOST: usize = 0x10_0000;

fn frame(bytes: &[u8]) -> Frame {
    match bytes {
        [] | [IAC] => return Frame::Partial,
        [IAC, 251..=254, rest @ ..] => {
            return if rest.is_empty() { Frame::Partial } else { Frame::Whole(3) };
        }
        [IAC, SB, rest @ ..] => {
            let end = rest.windows(2).position(|pair| pair == [IAC, SE]);
            return match end {
                Some(at) => Frame::Whole(at + 4),
                None if bytes.len() > MOST => Frame::Broken("a subnegotiation without end"),
                None => Frame::Partial,
            };
        }
        [IAC, command, ..] if *command != IAC => return Frame::Whole(2),
        _ => {}
    }
    let lines = bytes.split_inclusive(|octet| *octet == b'\n');
    let mut octets = 0;
    let mut several: Option<&[u8]> = None;
    for line in lines.take_while(|line| line.ends_with(b"\n")) {
        octets += line.len();
        match several {
            None => match line {
                [a, b, c, b'-', ..] if [a, b, c].iter().all(|o| o.is_ascii_digit()) => {
                    several = Some(&line[..3]);
                }
                _ => return Frame::Whole(octets),
            },
            Some(code) => {
                if line.strip_prefix(code).is_some_and(|rest| rest.starts_with(b" ")) {
                    return Frame::Whole(octets);
                }
            }
        }
    }
    match bytes.len() > MOST {
        true => Frame::Broken("a line or reply of more than 1 MiB"),
        false => Frame::Partial,
    }
}

// Text.

fn iac_ahead(_: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    Some((Value::Uint(octets.first().filter(|o| **o == IAC).map_or(0, |o| u64::from(*o))), 0))
}

fn command_ahead(_: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let command = octets.get(1).filter(|_| octets.first() == Some(&IAC));
    Some((Value::Uint(command.map_or(0, |o| u64::from(*o))), 0))
}

fn verb_ahead(_: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let verb = (VERB.read)(&VERB, octets);
    Some((verb.map_or(Value::Uint(0), |(verb, _)| verb), 0))
}

fn code_ahead(_: &Spelling, octets: &[u8]) -> Option<(Value, usize)> {
    let code = (CODE.read)(&CODE, octets);
    Some((code.map_or(Value::Uint(0), |(code, _)| code), 0))
}

/// So many decimal numbers of an octet each, with commas between them, and how long they are.
fn numbers(octets: &[u8], count: usize) -> Option<(Vec<u8>, usize)> {
    static NUMBER: Spelling = Spelling { digits: (1, 3), ..decimal(8) };
    let (mut found, mut at) = (Vec::new(), 0);
    for place in 0..count {
        if place > 0 {
            at += usize::from(*octets.get(at)? == b',');
            if octets.get(at - 1) != Some(&b',') {
                return None;
            }
        }
        let (number, digits) = (NUMBER.read)(&NUMBER, octets.get(at..)?)?;
        found.push(u8::try_from(number.uint()?).ok()?);
        at += digits;
    }
    Some((found, at))
}

/// Text as it travels.
fn nvt_octets(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for octet in text {
        out.push(*octet);
        match octet {
            &IAC => out.push(IAC),
            b'\r' => out.push(0),
            _ => {}
        }
    }
    out
}

/// The text that a line begins with, and how many octets it takes.
fn nvt_text(octets: &[u8]) -> (Vec<u8>, usize) {
    let (mut text, mut at) = (Vec::new(), 0);
    loop {
        match octets.get(at..).unwrap_or_default() {
            [IAC, IAC, ..] => (text.push(IAC), at += 2).0,
            [b'\r', 0, ..] => (text.push(b'\r'), at += 2).0,
            [b'\r' | b'\n', ..] | [] => return (text, at),
            [octet, ..] => (text.push(*octet), at += 1).0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Parameters = Parameters(Vec::new());

    fn read(octets: &[u8], from_initiator: bool, previous: Option<&Message>) -> Message {
        let head = PROTOCOL.head(octets);
        let kind = PROTOCOL.classify_after(&head, from_initiator, false, None, previous);
        decode(kind, &Context { parameters: &NOBODY, previous, from_initiator }, octets)
    }

    fn command(octets: &[u8]) -> Message {
        read(octets, true, None)
    }

    fn reply(octets: &[u8]) -> Message {
        read(octets, false, None)
    }

    fn show(message: &Message, path: &str) -> String {
        message.find(path).map_or_else(|| format!("no {path}"), Node::show)
    }

    // Lines.

    #[test]
    fn verbs_are_known_in_any_case() {
        for octets in [&b"RETR a b\r\n"[..], b"retr a b\r\n", b"ReTr a b\r\n"] {
            let message = command(octets);
            assert_eq!((message.kind.name, message.faults.len()), ("retr", 0));
            assert_eq!(show(&message, "path"), "\"a b\"");
        }
        assert_eq!(command(b"RETRY a\r\n").kind.name, "command");
        assert_eq!(command(b"\r\n").kind.name, "command");
    }

    #[test]
    fn what_a_command_lacks_is_told() {
        let wrong: [&[u8]; 7] = [
            b"RETR\r\n",
            b"RETR \r\n",
            b"RETR a\n",
            b"PASV now\r\n",
            b"TYPE X\r\n",
            b"PORT 127,0,0,1,4\r\n",
            b"PORT 127,0,0,256,4,1\r\n",
        ];
        for octets in wrong {
            assert_eq!(command(octets).faults.len(), 1, "{:?}", String::from_utf8_lossy(octets));
        }
        assert_eq!(command(b"LIST\r\n").faults, []);
        assert_eq!(show(&command(b"LIST -l\r\n"), "path"), "\"-l\"");
    }

    #[test]
    fn an_octet_255_and_a_lone_cr_travel_as_telnet_has_it() {
        let message = command(b"DELE a\xff\xffb\r\0c\r\n");
        assert_eq!(message.faults, []);
        assert_eq!(message.find("path").and_then(|n| n.value.octets()), Some(&b"a\xffb\rc"[..]));
    }

    // Addresses.

    #[test]
    fn addresses_have_two_forms() {
        let port = command(b"PORT 192,0,2,7,19,137\r\n");
        assert_eq!((show(&port, "host"), show(&port, "port")), ("192.0.2.7".into(), "5001".into()));
        for octets in [&b"EPRT |2|2001:db8::7|5001|\r\n"[..], b"EPRT !2!2001:db8::7!5001!\r\n"] {
            let eprt = command(octets);
            assert_eq!(eprt.faults, []);
            assert_eq!(show(&eprt, "host"), "\"2001:db8::7\"");
            assert_eq!(show(&eprt, "port"), "5001");
        }
        let mixed = command(b"EPRT |1!127.0.0.1|5001|\r\n");
        assert!(!mixed.faults.is_empty());
        assert_eq!(command(b"EPRT |1|localhost|5001|\r\n").faults.len(), 1);
    }

    #[test]
    fn what_stands_around_a_passive_address_does_not_matter() {
        for octets in [
            &b"227 Entering Passive Mode (127,0,0,1,19,137).\r\n"[..],
            b"227 =127,0,0,1,19,137\r\n",
        ] {
            let passive = reply(octets);
            assert_eq!((passive.kind.name, passive.faults.len()), ("passive", 0));
            assert_eq!(show(&passive, "port"), "5001");
        }
        assert_eq!(reply(b"227 here\r\n").faults.len(), 1);
        assert_eq!(show(&reply(b"229 Go (|||5001|)\r\n"), "port"), "5001");
        assert_eq!(reply(b"229 Go (||5001|)\r\n").faults.len(), 1);
    }

    #[test]
    fn what_a_reply_has_to_say_stands_in_its_last_line() {
        let passive =
            reply(b"227-Mind the step\r\n 1,2,3,4,5,6\r\n227 Passive (127,0,0,1,19,137)\r\n");
        assert_eq!((passive.kind.name, passive.faults.len()), ("passive", 0));
        assert_eq!(show(&passive, "port"), "5001");
        let extended = reply(b"229-Mind the step\r\n229 Go (|||5001|)\r\n");
        assert_eq!((extended.kind.name, extended.faults.len()), ("extended-passive", 0));
        assert_eq!(show(&extended, "port"), "5001");
        let made = reply(b"257-Mind the step\r\n \"/no\"\r\n257 \"/a\" made\r\n");
        assert_eq!((show(&made, "path"), made.faults.len()), ("\"/a\"".into(), 0));
    }

    // Replies.

    #[test]
    fn a_reply_of_several_lines_ends_with_its_code() {
        let octets = b"211-Known:\r\n SIZE\r\n21\r\n 211 no end\r\n211 End\r\n";
        assert_eq!(frame(octets), Frame::Whole(octets.len()));
        assert_eq!(frame(&octets[..octets.len() - 1]), Frame::Partial);
        let message = reply(octets);
        assert_eq!(message.faults, []);
        assert_eq!(show(&message, "lines.0.line"), "\" SIZE\"");
        assert_eq!(show(&message, "lines.2.line"), "\" 211 no end\"");
        assert_eq!(show(&message, "text"), "\"End\"");
        let confusing = reply(b"211-Known:\r\n213 SIZE\r\n211 End\r\n");
        assert_eq!(confusing.faults.len(), 1);
    }

    #[test]
    fn a_code_has_three_digits_of_certain_kinds() {
        assert_eq!(reply(b"220 \r\n").faults, []);
        for octets in [&b"22 hello\r\n"[..], b"620 hello\r\n", b"290 hello\r\n", b"220hello\r\n"] {
            assert_eq!(reply(octets).faults.len(), 1, "{:?}", String::from_utf8_lossy(octets));
        }
    }

    #[test]
    fn what_a_213_says_depends_on_what_was_asked() {
        let size = command(b"SIZE a\r\n");
        assert_eq!(show(&read(b"213 70000\r\n", false, Some(&size)), "octets"), "70000");
        let mdtm = command(b"MDTM a\r\n");
        let modified = read(b"213 20260102030405.123\r\n", false, Some(&mdtm));
        assert_eq!((modified.kind.name, modified.faults.len()), ("modified", 0));
        assert_eq!(read(b"213 2026\r\n", false, Some(&mdtm)).faults.len(), 1);
        assert_eq!(read(b"213 20260102030405.\r\n", false, Some(&mdtm)).faults.len(), 1);
        assert_eq!(reply(b"213-Status\r\n213 End\r\n").kind.name, "reply");
    }

    #[test]
    fn a_quote_in_a_name_travels_twice() {
        let made = reply(b"257 \"/a\"\"b\" made\r\n");
        assert_eq!((show(&made, "path"), made.faults.len()), ("\"/a\\\"b\"".into(), 0));
        assert_eq!(reply(b"257 /a made\r\n").faults.len(), 1);
        assert_eq!(reply(b"257 \"/a\r\n").faults.len(), 1);
    }

    // Telnet.

    #[test]
    fn telnet_commands_stand_between_lines() {
        let mut octets = &b"\xff\xf4\xff\xf2ABOR\r\n\xff\xfd\x06"[..];
        let mut names = Vec::new();
        while let Frame::Whole(length) = frame(octets) {
            let (piece, rest) = octets.split_at(length);
            names.push(command(piece).kind.name);
            octets = rest;
        }
        assert_eq!((names, octets.len()), (vec!["telnet", "synch", "abor", "do"], 0));
    }
}
