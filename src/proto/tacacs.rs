//! Terminal Access Controller Access-Control System Plus, TACACS+: authentication, authorization,
//! accounting.
//!
//! RFC 8907. TCP, port 49; network order; lengths in octets. The body travels obfuscated.
//!
//! ```text
//!  1 2 3 4 5 6 7 8  1 2 3 4 5 6 7 8  1 2 3 4 5 6 7 8  1 2 3 4 5 6 7 8
//! +----------------+----------------+----------------+----------------+
//! |major  | minor  |                |                |                |
//! |version| version|      type      |     seq_no     |   flags        |
//! +----------------+----------------+----------------+----------------+
//! |                            session_id                             |
//! +----------------+----------------+----------------+----------------+
//! |                              length                               |
//! +----------------+----------------+----------------+----------------+
//! |  body: one of seven, by type, direction and place in the session
//! ```

use std::ops::Range;
use std::time::Duration;

use md5::{Digest as _, Md5};

use crate::wire::*;

/// TACACS+.
pub static PROTOCOL: Protocol = Protocol {
    name: "tacacs+",
    title: "Terminal Access Controller Access-Control System Plus",
    sources: &["RFC 8907"],
    transport: Transport::Tcp,
    port: 49,
    parameters: &[
        Parameter {
            name: "key",
            about: "the secret that client and server share; without it bodies travel in the clear",
            required: false,
        },
        Parameter {
            name: "password",
            about: "the password of CHAP users; with it their responses are verified",
            required: false,
        },
    ],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Stream(frame),
    conversation: Conversation {
        key: &["session_id"],
        // RFC 8907 section 4.1: the first packet of a session has the sequence number 1.
        opens: |head| find(head, "seq_no").is_some_and(|n| n.value == Value::Uint(1)),
        closes,
        repeats: "",
        ports: "",
        may_close: "",
        patience: Duration::from_secs(5),
        ..Conversation::PLAIN
    },
};

// Code lists.

/// Values that the document does not list are answered with an error.
const ENUMERATED: &str = "RFC 8907 section 3.6";

/// RFC 8907 section 4.1. A packet of another type is one of the last message type.
const TYPE: Codes =
    Codes { name: "type", closed: "", list: &[(1, "authen"), (2, "author"), (3, "acct")] };

/// RFC 8907 section 5.1.
const ACTION: Codes = Codes {
    name: "action",
    closed: ENUMERATED,
    list: &[(1, "login"), (2, "chpass"), (4, "sendauth")],
};

/// RFC 8907 sections 5.1 and 6.1; 0 is only for authorization and accounting.
const AUTHEN_TYPE: Codes = Codes {
    name: "authen_type",
    closed: ENUMERATED,
    list: &[(0, "not_set"), (1, "ascii"), (2, "pap"), (3, "chap"), (5, "mschap"), (6, "mschapv2")],
};

/// RFC 8907 section 5.1.
const AUTHEN_SERVICE: Codes = Codes {
    name: "authen_service",
    closed: ENUMERATED,
    list: &[
        (0, "none"),
        (1, "login"),
        (2, "enable"),
        (3, "ppp"),
        (5, "pt"),
        (6, "rcmd"),
        (7, "x25"),
        (8, "nasi"),
        (9, "fwproxy"),
    ],
};

/// RFC 8907 section 5.1.
const PRIV_LVL: Codes =
    Codes { name: "priv_lvl", closed: "", list: &[(0, "min"), (1, "user"), (15, "max")] };

/// RFC 8907 section 5.2.
const AUTHEN_STATUS: Codes = Codes {
    name: "status",
    closed: ENUMERATED,
    list: &[
        (1, "pass"),
        (2, "fail"),
        (3, "getdata"),
        (4, "getuser"),
        (5, "getpass"),
        (6, "restart"),
        (7, "error"),
        (0x21, "follow"),
    ],
};

/// RFC 8907 section 6.1.
const AUTHEN_METHOD: Codes = Codes {
    name: "authen_method",
    closed: ENUMERATED,
    list: &[
        (0, "not_set"),
        (1, "none"),
        (2, "krb5"),
        (3, "line"),
        (4, "enable"),
        (5, "local"),
        (6, "tacacsplus"),
        (8, "guest"),
        (16, "radius"),
        (17, "krb4"),
        (32, "rcmd"),
    ],
};

/// RFC 8907 section 6.2.
const AUTHOR_STATUS: Codes = Codes {
    name: "status",
    closed: ENUMERATED,
    list: &[(1, "pass_add"), (2, "pass_repl"), (0x10, "fail"), (0x11, "error"), (0x21, "follow")],
};

/// RFC 8907 section 7.2.
const ACCT_STATUS: Codes = Codes {
    name: "status",
    closed: ENUMERATED,
    list: &[(1, "success"), (2, "error"), (0x21, "follow")],
};

// What every value must be.

/// RFC 8907 section 3.7.
const PRINTABLE: Check = Check {
    about: "printable US-ASCII",
    source: "RFC 8907 section 3.7",
    holds: |value| value.octets().is_none_or(|o| o.iter().all(|b| (0x20..0x7f).contains(b))),
};

/// The same, but for the line ends that prompts and banners have everywhere.
const MESSAGE: Check = Check {
    about: "printable US-ASCII and line ends",
    source: "RFC 8907 section 3.7",
    holds: |value| {
        let fits = |b: &u8| matches!(b, b'\t' | b'\r' | b'\n' | 0x20..0x7f);
        value.octets().is_none_or(|o| o.iter().all(fits))
    },
};

/// Names are prepared as RFC 8265 section 3.4 tells: UTF-8, no control characters.
const USERNAME: Check = Check {
    about: "UTF-8 without control characters",
    source: "RFC 8907 section 3.7",
    holds: |value| {
        let text = std::str::from_utf8(value.octets().unwrap_or_default());
        text.is_ok_and(|text| !text.chars().any(char::is_control))
    },
};

const SIXTEEN_LEVELS: Check = Check {
    about: "0 to 15",
    source: "RFC 8907 section 9",
    holds: |value| value.uint().is_none_or(|n| n <= 15),
};

const TWO_VERSIONS: Check = Check {
    about: "0 or 1",
    source: "RFC 8907 section 4.1",
    holds: |value| value.uint().is_none_or(|n| n <= 1),
};

/// The number after 255 would be the first one again: the session ends before that.
const NEVER_ZERO: Check = Check {
    about: "1 to 255",
    source: "RFC 8907 section 4.1",
    holds: |value| value.uint() != Some(0),
};

// Layouts.

/// RFC 8907 section 4.1, as far as it tells what a packet is and what it belongs to.
const HEAD: Layout = layout(
    "tacacs+",
    "RFC 8907 section 4.1",
    &[
        uint("version", 8),
        code("type", 8, &TYPE),
        uint("seq_no", 8),
        uint("header_flags", 8),
        uint("session_id", 32),
    ],
);

const MAJOR: Field = uint("major_version", 4).auto(Auto::Always(0xc));
const MINOR: Field = uint("minor_version", 4)
    .auto(Auto::Follows(&Follows {
        about: "the minor version of the packet before",
        source: "RFC 8907 section 5.4.1",
        value: |context| Some(echo(context.previous, "minor_version").unwrap_or(Value::Uint(0))),
    }))
    .must(&TWO_VERSIONS)
    .about("1 for PAP, CHAP and MS-CHAP logins, else 0");
/// The first packet of a session chooses it.
const FIRST_MINOR: Field = uint("minor_version", 4)
    .must(&TWO_VERSIONS)
    .about("1 for PAP, CHAP and MS-CHAP logins, else 0");
const KIND: Field = code("type", 8, &TYPE);
const SEQ_NO: Field = uint("seq_no", 8)
    .auto(Auto::Follows(&Follows {
        about: "one more than the packet before, 1 at the start of a session",
        source: "RFC 8907 section 4.1",
        value: |context| match context.previous.map(|m| m.find("seq_no").map(|n| &n.value)) {
            None => Some(Value::Uint(1)),
            Some(Some(Value::Uint(number))) => Some(Value::Uint((number + 1) & 0xff)),
            Some(_) => None,
        },
    }))
    .must(&NEVER_ZERO)
    .about("odd from the client, even from the server");
const HEADER_FLAGS: Field = field(
    "header_flags",
    Kind::Group(&[
        uint("reserved", 5),
        flag("single_connect")
            .free("RFC 8907 section 4.3")
            .about("several sessions may share the connection"),
        uint("reserved_low", 1),
        flag("unencrypted")
            .auto(Auto::Follows(&Follows {
                about: "set where the link has no key",
                source: "",
                value: |context| {
                    Some(Value::Uint(u64::from(context.parameters.octets("key").is_none())))
                },
            }))
            .about("the body travels in the clear"),
    ]),
);
const SESSION_ID: Field = uint("session_id", 32)
    .auto(Auto::Follows(&Follows {
        about: "the session's id",
        source: "RFC 8907 section 4.1",
        value: |context| echo(context.previous, "session_id"),
    }))
    .free("RFC 8907 section 4.1")
    .about("random, the same throughout the session");
const LENGTH: Field = uint("length", 32).auto(Auto::LengthOf("body")).about("octets of the body");

const ACTION_FIELD: Field = code("action", 8, &ACTION).auto(Auto::Default(1));
const PRIVILEGE: Field = code("priv_lvl", 8, &PRIV_LVL)
    .auto(Auto::Default(1))
    .free("RFC 8907 section 5.1")
    .must(&SIXTEEN_LEVELS);
const AUTHEN_TYPE_FIELD: Field = code("authen_type", 8, &AUTHEN_TYPE).auto(Auto::Default(1));
/// How the user was authenticated before, as only the client knows.
const AUTHENTICATED_TYPE: Field =
    code("authen_type", 8, &AUTHEN_TYPE).auto(Auto::Default(1)).free("RFC 8907 section 6.1");
const SERVICE: Field =
    code("authen_service", 8, &AUTHEN_SERVICE).auto(Auto::Default(1)).free("RFC 8907 section 5.1");
const METHOD: Field =
    code("authen_method", 8, &AUTHEN_METHOD).auto(Auto::Default(6)).free("RFC 8907 section 6.1");
const USER_LEN: Field = uint("user_len", 8).auto(Auto::LengthOf("user"));
const PORT_LEN: Field = uint("port_len", 8).auto(Auto::LengthOf("port"));
const REM_ADDR_LEN: Field = uint("rem_addr_len", 8).auto(Auto::LengthOf("rem_addr"));
const DATA_LEN: Field = uint("data_len", 16).auto(Auto::LengthOf("data"));
const SERVER_MSG_LEN: Field = uint("server_msg_len", 16).auto(Auto::LengthOf("server_msg"));
const ARG_CNT: Field = uint("arg_cnt", 8).auto(Auto::CountOf("args"));
const ARG_LENS: Field = field("arg_lens", Kind::Lengths { count: "arg_cnt", of: "args" });
const USER: Field = text("user", Len::Field("user_len")).must(&USERNAME);
const PORT: Field = text("port", Len::Field("port_len"))
    .free("RFC 8907 section 5.1")
    .must(&PRINTABLE)
    .about("the line on which the user is");
const REM_ADDR: Field = text("rem_addr", Len::Field("rem_addr_len"))
    .free("RFC 8907 section 5.1")
    .must(&PRINTABLE)
    .about("where the user connected from");
const DATA: Field = octets("data", Len::Field("data_len"));
/// For the client's processing or log, not for the user.
const REPLY_DATA: Field =
    octets("data", Len::Field("data_len")).free("RFC 8907 sections 5.2, 6.2 and 7.2");
const SERVER_MSG: Field = text("server_msg", Len::Field("server_msg_len"))
    .free("RFC 8907 section 5.2")
    .must(&MESSAGE)
    .about("text to be shown to the user");
const ARGS: Field = field("args", Kind::Pairs { lengths: "arg_lens", separators: "=*" })
    .source("RFC 8907 section 6.1")
    .must(&PRINTABLE)
    .about("name=value is mandatory, name*value optional");

/// The seven bodies behind the header.
macro_rules! body {
    ($source:literal, $body:expr) => {
        body!($source, MINOR, $body)
    };
    ($source:literal, $minor:expr, $body:expr) => {
        &layout(
            "tacacs+",
            $source,
            &[
                MAJOR,
                $minor,
                KIND,
                SEQ_NO,
                HEADER_FLAGS,
                SESSION_ID,
                LENGTH,
                field("body", Kind::Sealed { seal: &OBFUSCATION, fields: &$body }),
            ],
        )
    };
}

static MESSAGES: &[MessageType] = &[
    MessageType {
        opens: true,
        ..client(
            "authen-start",
            1,
            "may this user in?",
            body!(
                "RFC 8907 section 5.1",
                FIRST_MINOR,
                [
                    ACTION_FIELD,
                    PRIVILEGE,
                    AUTHEN_TYPE_FIELD,
                    SERVICE,
                    USER_LEN,
                    PORT_LEN,
                    REM_ADDR_LEN,
                    uint("data_len", 8).auto(Auto::LengthOf("data")),
                    USER,
                    PORT,
                    REM_ADDR,
                    octets("data", Len::Field("data_len")).auto(Auto::Proof(&CHAP_RESPONSE)),
                ]
            ),
        )
    },
    client(
        "authen-continue",
        1,
        "what the user typed",
        body!(
            "RFC 8907 section 5.3",
            [
                uint("user_msg_len", 16).auto(Auto::LengthOf("user_msg")),
                DATA_LEN,
                field(
                    "flags",
                    Kind::Group(&[
                        uint("reserved", 7),
                        flag("abort").about("the client gives the session up"),
                    ])
                ),
                text("user_msg", Len::Field("user_msg_len")),
                DATA,
            ]
        ),
    ),
    server(
        "authen-reply",
        1,
        "yes, no, or ask the user",
        body!(
            "RFC 8907 section 5.2",
            [
                code("status", 8, &AUTHEN_STATUS),
                field(
                    "flags",
                    Kind::Group(&[
                        uint("reserved", 7),
                        flag("noecho")
                            .free("RFC 8907 section 5.4")
                            .about("what the user types is not to be shown"),
                    ])
                ),
                SERVER_MSG_LEN,
                DATA_LEN,
                SERVER_MSG,
                REPLY_DATA,
            ]
        ),
    ),
    MessageType {
        opens: true,
        ..client(
            "author-request",
            2,
            "may this user do this?",
            body!(
                "RFC 8907 section 6.1",
                FIRST_MINOR,
                [
                    METHOD,
                    PRIVILEGE,
                    AUTHENTICATED_TYPE,
                    SERVICE,
                    USER_LEN,
                    PORT_LEN,
                    REM_ADDR_LEN,
                    ARG_CNT,
                    ARG_LENS,
                    USER,
                    PORT,
                    REM_ADDR,
                    ARGS,
                ]
            ),
        )
    },
    server(
        "author-response",
        2,
        "yes with these arguments, or no",
        body!(
            "RFC 8907 section 6.2",
            [
                code("status", 8, &AUTHOR_STATUS),
                ARG_CNT,
                SERVER_MSG_LEN,
                DATA_LEN,
                ARG_LENS,
                SERVER_MSG,
                REPLY_DATA,
                ARGS,
            ]
        ),
    ),
    MessageType {
        opens: true,
        ..client(
            "acct-request",
            3,
            "record this",
            body!(
                "RFC 8907 section 7.1",
                FIRST_MINOR,
                [
                    field(
                        "flags",
                        Kind::Group(&[
                            uint("reserved", 4).free("RFC 8907 section 7.2"),
                            flag("watchdog").about("an update of a record"),
                            flag("stop").about("a stop record"),
                            flag("start").about("a start record"),
                            uint("reserved_low", 1).free("RFC 8907 section 7.2"),
                        ])
                    ),
                    METHOD,
                    PRIVILEGE,
                    AUTHENTICATED_TYPE,
                    SERVICE,
                    USER_LEN,
                    PORT_LEN,
                    REM_ADDR_LEN,
                    ARG_CNT,
                    ARG_LENS,
                    USER,
                    PORT,
                    REM_ADDR,
                    ARGS,
                ]
            ),
        )
    },
    server(
        "acct-reply",
        3,
        "it is recorded, or not",
        body!(
            "RFC 8907 section 7.2",
            [SERVER_MSG_LEN, DATA_LEN, code("status", 8, &ACCT_STATUS), SERVER_MSG, REPLY_DATA,]
        ),
    ),
    MessageType {
        when: &[],
        from: Side::Either,
        ..client(
            "packet",
            0,
            "a packet of any other type",
            body!("RFC 8907 section 4.1", FIRST_MINOR, [octets("body_octets", Len::Rest),]),
        )
    },
];

const fn client(
    name: &'static str,
    kind: u64,
    about: &'static str,
    layout: &'static Layout,
) -> MessageType {
    MessageType {
        name,
        about,
        from: Side::Initiator,
        when: by_type(kind),
        opens: false,
        layout,
        background: false,
        flow: Flow::Framed,
        answers: &[],
        urgent: false,
    }
}

const fn server(
    name: &'static str,
    kind: u64,
    about: &'static str,
    layout: &'static Layout,
) -> MessageType {
    let mut message = client(name, kind, about, layout);
    message.from = Side::Responder;
    message
}

const fn by_type(kind: u64) -> &'static [(&'static str, u64)] {
    match kind {
        1 => &[("type", 1)],
        2 => &[("type", 2)],
        3 => &[("type", 3)],
        _ => &[],
    }
}

// Framing, and what belongs together.

/// The longest body that is taken. What the lengths of a body can add up to is less: 196,356 octets
/// in an authorization response (RFC 8907 section 4.1 asks implementations to bound it).
const MOST: usize = 0x30000;

fn frame(bytes: &[u8]) -> Frame {
    let Some(length) = bytes.get(8..12) else { return Frame::Partial };
    let length = length.iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
    if length > MOST {
        return Frame::Broken("the header announces a body of more than 196,608 octets");
    }
    if bytes.len() < 12 + length { Frame::Partial } else { Frame::Whole(12 + length) }
}

/// RFC 8907 section 4.3: unless both ends set the single-connect flag in the first two packets of
/// the connection, it is closed when its session ends.
fn closes(first: [Option<&Message>; 2], last: &Message) -> bool {
    let number = |m: &Message, path: &str| m.find(path).and_then(|n| n.value.uint()).unwrap_or(0);
    let ended = match last.kind.name {
        // GETDATA, GETUSER and GETPASS ask for more (RFC 8907 section 5.2).
        "authen-reply" => !(3..=5).contains(&number(last, "status")),
        "authen-continue" => number(last, "flags.abort") == 1,
        "author-response" | "acct-reply" => true,
        _ => false,
    };
    let single =
        |m: Option<&Message>| m.is_some_and(|m| number(m, "header_flags.single_connect") == 1);
    ended && !first.into_iter().all(single)
}

// Computed fields.

/// What the user proves his password with, behind the PPP id and the challenge.
const CHAP_RESPONSE: Digest = Digest {
    absent: "",
    about: "the PPP id, the challenge, and MD5 over id, password and challenge",
    source: "RFC 8907 section 5.4.2.3",
    phase: 0,
    compute: |context, clear, range| {
        // Behind the header stand action, privilege level and type; 3 is CHAP.
        let chap = clear.get(14) == Some(&3);
        let password = context.parameters.octets("password").filter(|_| chap)?;
        let data = clear.get(range)?;
        // Too short for an id, a challenge and a response: nothing can be made of it.
        let (ident, challenge) = match data.split_at_checked(data.len().checked_sub(16)?)? {
            ([ident, challenge @ ..], _) if !challenge.is_empty() => (ident, challenge),
            _ => return None,
        };
        let mut md5 = Md5::new();
        md5.update([*ident]);
        md5.update(password);
        md5.update(challenge);
        Some([&[*ident], challenge, md5.finalize().as_slice()].concat().into())
    },
};

/// RFC 8907 section 4.5.
const OBFUSCATION: Seal = Seal {
    about: "obfuscated with a pad of MD5 digests over session id, key, version and sequence number",
    source: "RFC 8907 section 4.5",
    unless: Some(|nodes| {
        find(nodes, "header_flags.unencrypted").is_some_and(|n| n.value == Value::Uint(1))
    }),
    close: obfuscate,
    open: obfuscate,
};

fn obfuscate(context: &Context<'_>, bytes: &mut [u8], range: Range<usize>) {
    let Some(key) = context.parameters.octets("key") else { return };
    let Some((head, _)) = bytes.split_at_checked(12) else { return };
    let (version, seq_no, session_id) = (head[0], head[2], [head[4], head[5], head[6], head[7]]);
    let Some(body) = bytes.get_mut(range) else { return };
    let beginning = Md5::new().chain_update(session_id).chain_update(key);
    let beginning = beginning.chain_update([version, seq_no]);
    let mut before = None;
    for block in body.chunks_mut(16) {
        let mut md5 = beginning.clone();
        if let Some(before) = before {
            md5.update(before);
        }
        let pad = md5.finalize();
        for (octet, pad) in block.iter_mut().zip(&pad) {
            *octet ^= pad;
        }
        before = Some(pad);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The octets of a packet that others made; its file tells who.
    macro_rules! fixture {
        ($name:literal) => {{
            let text = include_str!(concat!("../../fixtures/messages/tacacs/", $name, ".hex"));
            let hex: String = text.lines().filter(|line| !line.starts_with('#')).collect();
            parse_octets(&hex).expect("a fixture is hexadecimal")
        }};
    }

    fn key(key: &str) -> Parameters {
        Parameters(vec![("key", key.as_bytes().to_vec())])
    }

    fn kind(name: &str) -> &'static MessageType {
        PROTOCOL.message(name).expect("the tests name types that are there")
    }

    fn read(name: &str, link: &Parameters, previous: Option<&Message>, octets: &[u8]) -> Message {
        let from_initiator = kind(name).from.fits(true);
        let context = Context { parameters: link, previous, from_initiator };
        decode(kind(name), &context, octets)
    }

    fn build(
        name: &str,
        link: &Parameters,
        previous: Option<&Message>,
        fields: Vec<Entry>,
    ) -> Message {
        let from_initiator = kind(name).from.fits(true);
        let context = Context { parameters: link, previous, from_initiator };
        let draft = Draft { fields, ..Draft::default() };
        encode(kind(name), &context, &draft, &mut |_, n| vec![0x5a; n])
            .expect("the tests choose values that fit")
    }

    /// A value as a suite would spell it.
    fn chosen(name: &str, field: &'static str, value: &str) -> Entry {
        let known = kind(name).field(field).expect("the tests name fields that are there");
        let value = known.kind.parse(value).expect("the tests spell values that fit");
        let (group, leaf) = field.split_once('.').unwrap_or(("", field));
        let entry = Entry::new(leaf, Assignment::Value(value));
        match group {
            "" => entry,
            group => Entry::new(group, Assignment::Fields(vec![entry])),
        }
    }

    fn chosen_all(name: &str, values: &[(&'static str, &str)]) -> Vec<Entry> {
        values.iter().map(|(field, value)| chosen(name, field, value)).collect()
    }

    fn args(list: &[(&'static str, &str)]) -> Entry {
        let pair = |(name, value): &(&'static str, &str)| Entry {
            field: None,
            name: (*name).into(),
            assignment: Assignment::Value(Value::from(value.as_bytes().to_vec())),
        };
        Entry {
            field: None,
            name: "args".into(),
            assignment: Assignment::Fields(list.iter().map(pair).collect()),
        }
    }

    fn show(message: &Message, path: &str) -> String {
        message.find(path).map(Node::show).unwrap_or_else(|| format!("no {path}"))
    }

    fn faults(message: &Message) -> Vec<&str> {
        message.faults.iter().map(|f| f.path.as_str()).collect()
    }

    // What real programs made; tests/wire.rs reads and rebuilds every one of them.

    #[test]
    fn an_ascii_login_is_read_and_built_again() {
        let link = key("testing123");
        let start = read("authen-start", &link, None, &fixture!("perl-ascii-1"));
        assert_eq!(start.faults, []);
        assert_eq!(show(&start, "authen_type"), "ascii (1)");
        assert_eq!(show(&start, "user"), "\"\"");
        assert_eq!(show(&start, "port"), "\"Virtual00\"");

        let octets = fixture!("perl-ascii-2");
        let asks = read("authen-reply", &link, Some(&start), &octets);
        assert_eq!(asks.faults, []);
        let values =
            chosen_all("authen-reply", &[("status", "getuser"), ("server_msg", "Username: ")]);
        assert_eq!(build("authen-reply", &link, Some(&start), values).bytes, octets);

        let octets = fixture!("perl-ascii-3");
        let answer = read("authen-continue", &link, Some(&asks), &octets);
        assert_eq!(answer.faults, []);
        assert_eq!(show(&answer, "user_msg"), "\"bob\"");
        let values = chosen_all("authen-continue", &[("user_msg", "bob")]);
        assert_eq!(build("authen-continue", &link, Some(&asks), values).bytes, octets);

        let octets = fixture!("perl-ascii-4");
        let asks = read("authen-reply", &link, Some(&answer), &octets);
        assert_eq!(asks.faults, []);
        assert_eq!(show(&asks, "flags.noecho"), "true");
        let values = chosen_all(
            "authen-reply",
            &[("status", "getpass"), ("flags.noecho", "true"), ("server_msg", "Password: ")],
        );
        assert_eq!(build("authen-reply", &link, Some(&answer), values).bytes, octets);

        let answer = read("authen-continue", &link, Some(&asks), &fixture!("perl-ascii-5"));
        assert_eq!(
            (show(&answer, "user_msg"), show(&answer, "seq_no")),
            ("\"hello\"".into(), "5".into())
        );
        let octets = fixture!("perl-ascii-6");
        let passes = read("authen-reply", &link, Some(&answer), &octets);
        assert_eq!((passes.faults.len(), show(&passes, "status")), (0, "pass (1)".into()));
        let values = chosen_all("authen-reply", &[("status", "pass")]);
        assert_eq!(build("authen-reply", &link, Some(&answer), values).bytes, octets);
    }

    #[test]
    fn pap_and_chap_carry_their_data_in_the_start() {
        let link = key("testing123");
        let pap = read("authen-start", &link, None, &fixture!("pap-1"));
        assert_eq!(pap.faults, []);
        assert_eq!(show(&pap, "minor_version"), "1");
        assert_eq!(show(&pap, "authen_type"), "pap (2)");
        assert_eq!(show(&pap, "data"), "\"hello\"");
        let chap = read("authen-start", &link, None, &fixture!("chap-1"));
        assert_eq!(chap.faults, []);
        assert_eq!(show(&chap, "authen_type"), "chap (3)");
        let data = chap.find("data").and_then(|n| n.value.octets()).unwrap_or_default();
        assert_eq!(
            data[..17],
            *b"7abcdefgh12345678",
            "identifier and challenge, then the response"
        );
        assert_eq!(data.len(), 1 + 16 + 16);
        let reply = build("authen-reply", &link, Some(&chap), Vec::new());
        assert_eq!(show(&reply, "minor_version"), "1", "a reply keeps the version of its session");
    }

    #[test]
    fn a_chap_response_is_verified_where_the_password_is_known() {
        let knows = |password: &str| {
            let mut link = key("testing123");
            link.0.push(("password", password.as_bytes().to_vec()));
            link
        };
        let octets = fixture!("chap-1");
        assert_eq!(read("authen-start", &knows("hello"), None, &octets).faults, []);
        let wrong = read("authen-start", &knows("goodbye"), None, &octets);
        assert_eq!(faults(&wrong), ["data"]);
        assert_eq!(wrong.faults[0].source, "RFC 8907 section 5.4.2.3");
        // A PAP password is no response.
        let pap = read("authen-start", &knows("goodbye"), None, &fixture!("pap-1"));
        assert_eq!(pap.faults, []);
    }

    #[test]
    fn the_number_after_the_last_is_no_number() {
        let link = key("testing123");
        let mut octets = fixture!("ascii-1");
        octets[2] = 255;
        let last = read("authen-continue", &link, None, &octets);
        let mut octets = fixture!("ascii-2");
        octets[2] = 0;
        let heard = read("authen-reply", &link, Some(&last), &octets);
        assert!(faults(&heard).contains(&"seq_no"));
    }

    #[test]
    fn an_authorization_is_read_and_built_again() {
        let link = key("testing123");
        let octets = fixture!("author-1");
        let asks = read("author-request", &link, None, &octets);
        assert_eq!(asks.faults, []);
        assert_eq!(show(&asks, "authen_method"), "tacacsplus (6)");
        assert_eq!(show(&asks, "arg_lens"), "0x0d080f");
        assert_eq!(show(&asks, "args.cmd"), "\"show\"");
        assert_eq!(show(&asks, "args.cmd-arg"), "\"version\"");
        let mut values = chosen_all(
            "author-request",
            &[
                ("session_id", "0x3c36accd"),
                ("priv_lvl", "min"),
                ("user", "bob"),
                ("port", "python_tty0"),
                ("rem_addr", "python_device"),
            ],
        );
        values.push(args(&[("service", "shell"), ("cmd", "show"), ("cmd-arg", "version")]));
        assert_eq!(build("author-request", &link, None, values).bytes, octets);

        let octets = fixture!("author-2");
        let answer = read("author-response", &link, Some(&asks), &octets);
        assert_eq!(answer.faults, []);
        assert_eq!(show(&answer, "status"), "pass_add (1)");
        assert_eq!(show(&answer, "args.idletime.separator"), "\"*\"");
        assert_eq!(show(&answer, "args.cmd-arg"), "\"a=b*c\"", "the first separator parts them");
        let mut values = chosen_all(
            "author-response",
            &[("status", "pass_add"), ("server_msg", "ok"), ("data", "log this")],
        );
        values.push(args(&[("priv-lvl", "15"), ("idletime*", "5"), ("cmd-arg=", "a=b*c")]));
        assert_eq!(build("author-response", &link, Some(&asks), values).bytes, octets);
    }

    /// RFC 8907 section 4.1: what has no length is treated as if it were not present.
    #[test]
    fn an_argument_without_length_is_not_there() {
        let link = key("testing123");
        let octets = fixture!("author-1");
        let asks = read("author-request", &link, None, &octets);
        let mut more = asks.clear().to_vec();
        // One more argument, and one more octet of body for its length.
        (more[11], more[19]) = (more[11] + 1, more[19] + 1);
        more.insert(21, 0);
        let body = 12..more.len();
        obfuscate(
            &Context { parameters: &link, previous: None, from_initiator: true },
            &mut more,
            body,
        );
        let again = read("author-request", &link, None, &more);
        assert_eq!(again.faults, []);
        assert_eq!(show(&again, "arg_cnt"), "4");
        let args = |message: &Message| {
            let all = message.fields().filter(|(path, _)| path.starts_with("args."));
            all.map(|(path, node)| (path, node.show())).collect::<Vec<_>>()
        };
        assert_eq!(args(&again), args(&asks));
    }

    #[test]
    fn accounting_flags_stand_where_the_standard_puts_them() {
        let link = key("testing123");
        for (octets, flag) in [
            (fixture!("acct-start-1"), "start"),
            (fixture!("acct-stop-1"), "stop"),
            (fixture!("acct-update-1"), "watchdog"),
        ] {
            let record = read("acct-request", &link, None, &octets);
            assert_eq!(record.faults, []);
            for each in ["start", "stop", "watchdog"] {
                assert_eq!(show(&record, &format!("flags.{each}")), (each == flag).to_string());
            }
        }
        let record = read("acct-request", &link, None, &fixture!("acct-stop-1"));
        assert_eq!(show(&record, "args.elapsed_time"), "\"9\"");
        let octets = fixture!("acct-stop-2");
        let reply = read("acct-reply", &link, Some(&record), &octets);
        assert_eq!((reply.faults.len(), show(&reply, "status")), (0, "success (1)".into()));
        let values = chosen_all(
            "acct-reply",
            &[("status", "success"), ("server_msg", "noted"), ("data", "x")],
        );
        assert_eq!(build("acct-reply", &link, Some(&record), values).bytes, octets);
    }

    // Header.

    #[test]
    fn reserved_bits_are_ignored() {
        let mut octets = fixture!("pap-1");
        octets[3] |= 0b1111_1010;
        let start = read("authen-start", &key("testing123"), None, &octets);
        assert_eq!(start.faults, []);
        assert_eq!(show(&start, "user"), "\"bob\"");
    }

    #[test]
    fn each_flag_stands_where_the_standard_puts_it() {
        let bits = |field: &'static str| {
            let values = chosen_all("authen-start", &[(field, "true")]);
            build("authen-start", &key("testing123"), None, values).bytes[3]
        };
        assert_eq!(bits("header_flags.unencrypted"), 0x01);
        assert_eq!(bits("header_flags.single_connect"), 0x04);
    }

    #[test]
    fn a_body_travels_in_the_clear_where_the_flag_says_so_or_there_is_no_key() {
        let values = || chosen_all("authen-start", &[("user", "alice"), ("port", "tty0")]);
        let mut flagged = values();
        flagged.push(chosen("authen-start", "header_flags.unencrypted", "true"));
        for (link, values) in [(key("testing123"), flagged), (Parameters::default(), values())] {
            let start = build("authen-start", &link, None, values);
            assert_eq!(start.bytes[3], 1, "the flag tells it to everybody else");
            assert_eq!(start.bytes[20..29], *b"alicetty0");
            assert_eq!(read("authen-start", &link, None, &start.bytes).faults, []);
        }
        let hidden = build("authen-start", &key("testing123"), None, values());
        assert_eq!(hidden.bytes[3], 0);
        assert_ne!(hidden.bytes[20..29], *b"alicetty0");
    }

    #[test]
    fn another_key_is_a_fault() {
        for octets in [fixture!("pap-1"), fixture!("ascii-1"), fixture!("chap-1")] {
            assert!(!read("authen-start", &key("other"), None, &octets).faults.is_empty());
        }
    }

    #[test]
    fn a_packet_out_of_its_place_is_a_fault() {
        let link = key("testing123");
        let start = read("authen-start", &link, None, &fixture!("ascii-1"));
        let mut octets = fixture!("ascii-2");
        let wrong_session = fixture!("ascii-fail-2");
        let heard = read("authen-reply", &link, Some(&start), &wrong_session);
        assert_eq!(faults(&heard), ["session_id"]);
        octets[0] = 0xd0;
        let heard = read("authen-reply", &link, Some(&start), &octets);
        assert!(faults(&heard).contains(&"major_version"));
        let heard = read("authen-reply", &link, Some(&start), &fixture!("ascii-4"));
        assert_eq!(faults(&heard), ["seq_no"]);
        assert_eq!(heard.faults[0].source, "RFC 8907 section 4.1");
    }

    // Bodies.

    #[test]
    fn a_field_of_every_kind_is_read_and_written() {
        let link = key("testing123");
        let mut values = chosen_all(
            "acct-request",
            &[
                ("session_id", "4294967295"),
                ("header_flags.single_connect", "true"),
                ("flags.stop", "true"),
                ("authen_method", "radius"),
                ("priv_lvl", "max"),
                ("user", "gr\u{fc}n"),
                ("port", ""),
                ("rem_addr", "2001:db8::1"),
            ],
        );
        values.push(args(&[("task_id", "7"), ("empty*", ""), ("", "nameless")]));
        let said = build("acct-request", &link, None, values);
        let heard = read("acct-request", &link, None, &said.bytes);
        assert_eq!(heard.faults, []);
        for (path, value) in [
            ("session_id", "4294967295"),
            ("header_flags.single_connect", "true"),
            ("flags.stop", "true"),
            ("authen_method", "radius (16)"),
            ("priv_lvl", "max (15)"),
            ("user", "\"gr\u{fc}n\""),
            ("user_len", "5"),
            ("port", "\"\""),
            ("arg_cnt", "3"),
            ("args.task_id", "\"7\""),
            ("args.empty", "\"\""),
        ] {
            assert_eq!(show(&heard, path), value, "{path}");
        }
        let user = heard.find("user").map(|n| n.octets()).unwrap_or_default();
        assert_eq!(heard.clear()[user], *"gr\u{fc}n".as_bytes());
    }

    #[test]
    fn lengths_that_do_not_add_up_are_a_fault() {
        let link = key("testing123");
        for (field, value, path) in [
            // The text runs into what follows it, which then comes short.
            ("server_msg_len", 3, "server_msg"),
            ("server_msg_len", 1, ""),
            ("length", 9, "length"),
        ] {
            let mut values = chosen_all("acct-reply", &[("server_msg", "ok")]);
            let length = Assignment::Value(Value::Uint(value));
            values.push(Entry::new(field, length));
            let said = build("acct-reply", &link, None, values);
            let heard = read("acct-reply", &link, None, &said.bytes);
            assert!(faults(&heard).contains(&path), "{field} {value}: {:?}", heard.faults);
        }
    }

    #[test]
    fn an_argument_without_separator_is_a_fault() {
        let link = key("testing123");
        let values = vec![args(&[("cmd", "show")])];
        let said = build("author-request", &link, None, values);
        let at = said.clear().iter().position(|b| *b == b'=').expect("it has one");
        let mut clear = said.clear().to_vec();
        clear[at] = b'_';
        let context = Context { parameters: &link, previous: None, from_initiator: true };
        obfuscate(&context, &mut clear, 12..said.bytes.len());
        let heard = read("author-request", &link, None, &clear);
        assert_eq!(faults(&heard), ["args.cmd_show"]);
        assert_eq!(heard.faults[0].source, "RFC 8907 section 6.1");
    }

    #[test]
    fn a_packet_cut_at_any_length_is_a_fault() {
        let link = key("testing123");
        for (name, octets) in [
            ("authen-start", fixture!("chap-1")),
            ("authen-reply", fixture!("ascii-2")),
            ("author-request", fixture!("author-1")),
            ("author-response", fixture!("author-2")),
            ("acct-request", fixture!("acct-stop-1")),
            ("acct-reply", fixture!("acct-stop-2")),
        ] {
            for cut in 0..octets.len() {
                assert_eq!(frame(&octets[..cut]), Frame::Partial, "{name} {cut}");
                let heard = read(name, &link, None, &octets[..cut]);
                assert!(!heard.faults.is_empty(), "{name} {cut}");
            }
        }
    }

    // Framing, and what belongs together.

    #[test]
    fn the_longest_legal_body_is_waited_for() {
        // An authorization response whose every length is at its limit.
        let longest = 6 + 255 + 65535 + 65535 + 255 * 255u32;
        let header =
            |length: u32| [&[0xc0, 2, 2, 0, 0, 0, 0, 1][..], &length.to_be_bytes()].concat();
        assert_eq!(frame(&header(longest)), Frame::Partial);
        assert!(matches!(frame(&header(0x30001)), Frame::Broken(_)));
        assert_eq!(frame(&header(0)), Frame::Whole(12));
    }

    #[test]
    fn the_first_sequence_number_opens_a_session() {
        let opens = PROTOCOL.conversation.opens;
        assert!(opens(&PROTOCOL.head(&fixture!("pap-1"))));
        assert!(!opens(&PROTOCOL.head(&fixture!("ascii-3"))));
        let head = PROTOCOL.head(&fixture!("ascii-1"));
        assert_eq!(PROTOCOL.classify(&head, true, true, None).name, "authen-start");
        assert_eq!(PROTOCOL.classify(&head, true, false, None).name, "authen-continue");
        assert_eq!(PROTOCOL.classify(&head, false, false, None).name, "authen-reply");
        let head = PROTOCOL.head(&[0xc0, 9, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(PROTOCOL.classify(&head, true, true, None).name, "packet");
    }

    #[test]
    fn a_session_that_ends_closes_the_connection_unless_both_ends_share_it() {
        let link = key("testing123");
        let start = read("authen-start", &link, None, &fixture!("ascii-1"));
        let asks = read("authen-reply", &link, Some(&start), &fixture!("ascii-2"));
        let first = [Some(&start), Some(&asks)];
        let passes = read("authen-reply", &link, Some(&start), &fixture!("ascii-4"));
        assert!(!closes(first, &start));
        assert!(!closes(first, &asks));
        assert!(closes(first, &passes));
        let shared = |name: &str, previous: Option<&Message>| {
            let flag = chosen(name, "header_flags.single_connect", "true");
            let status = Entry::new("status", Assignment::Value(Value::Uint(1)));
            let values = if previous.is_some() { vec![flag, status] } else { vec![flag] };
            build(name, &link, previous, values)
        };
        let start = shared("authen-start", None);
        let passes = shared("authen-reply", Some(&start));
        assert!(!closes([Some(&start), Some(&passes)], &passes));
        assert!(closes([Some(&start), Some(&asks)], &passes), "the server did not agree");
        let abort = chosen_all("authen-continue", &[("flags.abort", "true")]);
        let abort = build("authen-continue", &link, Some(&asks), abort);
        assert!(closes(first, &abort));
    }

    #[test]
    fn codes_stand_in_ascending_order() {
        for codes in [
            &TYPE,
            &ACTION,
            &AUTHEN_TYPE,
            &AUTHEN_SERVICE,
            &PRIV_LVL,
            &AUTHEN_STATUS,
            &AUTHEN_METHOD,
            &AUTHOR_STATUS,
            &ACCT_STATUS,
        ] {
            assert!(codes.list.windows(2).all(|w| w[0].0 < w[1].0), "{}", codes.name);
        }
    }
}
