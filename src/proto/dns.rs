//! Domain Name System, DNS: questions, and records that answer them.
//!
//! RFC 1034 and RFC 1035 (names, messages, records), RFC 2181 (clarifications), RFC 2308 (negative
//! answers), RFC 3597 (unknown types), RFC 6891 (EDNS). UDP, port 53; network order. Over TCP two
//! octets of length stand in front: see `dns_tcp.rs`, which shares these tables.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |              ID               |Q| Opcode|A|T|R|R|Z|A|C| Rcode |
//! |                               |R|       |A|C|D|A| |D|D|       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      questions: QDCOUNT       |       answers: ANCOUNT        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      authority: NSCOUNT       |      additional: ARCOUNT      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  questions: name, type (2), class (2)
//! |  records: name, type (2), class (2), TTL (4), length (2), data
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-
//! ```
//!
//! In the record OPT class and TTL have another meaning: the size of UDP messages, and more of the
//! header (RFC 6891 section 6.1.2).

use std::time::Duration;

use crate::wire::*;

/// DNS over UDP.
pub static PROTOCOL: Protocol = Protocol {
    name: "dns",
    title: "Domain Name System",
    sources: &["RFC 1034", "RFC 1035", "RFC 2181", "RFC 2308", "RFC 3597", "RFC 6891"],
    transport: Transport::Udp,
    port: 53,
    parameters: PARAMETERS,
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Datagram,
    conversation: Conversation {
        key: &["id"],
        opens: |_| true,
        closes: |_, _| false,
        repeats: "RFC 1035 section 4.2.1",
        ports: "RFC 5452 section 9.2",
        may_close: "",
        patience: Duration::from_secs(5),
        ..Conversation::PLAIN
    },
};

pub(super) const PARAMETERS: &[Parameter] = &[Parameter {
    name: "compression",
    about: "whether we write names with pointers to earlier ones: not where it is `none`",
    required: false,
}];

// Code lists.

/// RFC 1035 section 4.1.1, RFC 1996 section 3, RFC 2136 section 2.2.
const OPCODES: Codes = Codes {
    name: "opcodes",
    closed: "",
    list: &[(0, "QUERY"), (1, "IQUERY"), (2, "STATUS"), (4, "NOTIFY"), (5, "UPDATE")],
};

/// RFC 1035 section 4.1.1, RFC 2136 section 2.2.
const RCODES: Codes = Codes {
    name: "rcodes",
    closed: "",
    list: &[
        (0, "NOERROR"),
        (1, "FORMERR"),
        (2, "SERVFAIL"),
        (3, "NXDOMAIN"),
        (4, "NOTIMP"),
        (5, "REFUSED"),
        (6, "YXDOMAIN"),
        (7, "YXRRSET"),
        (8, "NXRRSET"),
        (9, "NOTAUTH"),
        (10, "NOTZONE"),
    ],
};

/// RFC 1035 sections 3.2.2 and 3.2.3, and the registry of RFC 6895.
const TYPES: Codes = Codes {
    name: "types",
    closed: "",
    list: &[
        (1, "A"),
        (2, "NS"),
        (5, "CNAME"),
        (6, "SOA"),
        (10, "NULL"),
        (11, "WKS"),
        (12, "PTR"),
        (13, "HINFO"),
        (15, "MX"),
        (16, "TXT"),
        (17, "RP"),
        (28, "AAAA"),
        (29, "LOC"),
        (33, "SRV"),
        (35, "NAPTR"),
        (39, "DNAME"),
        (41, "OPT"),
        (43, "DS"),
        (44, "SSHFP"),
        (46, "RRSIG"),
        (47, "NSEC"),
        (48, "DNSKEY"),
        (50, "NSEC3"),
        (51, "NSEC3PARAM"),
        (52, "TLSA"),
        (64, "SVCB"),
        (65, "HTTPS"),
        (250, "TSIG"),
        (251, "IXFR"),
        (252, "AXFR"),
        (255, "ANY"),
        (257, "CAA"),
    ],
};

/// RFC 1035 sections 3.2.4 and 3.2.5, RFC 2136 section 2.4.
const CLASSES: Codes = Codes {
    name: "classes",
    closed: "",
    list: &[(1, "IN"), (3, "CH"), (4, "HS"), (254, "NONE"), (255, "ANY")],
};

/// The registry of RFC 6891 section 9.
const OPTIONS: Codes = Codes {
    name: "options",
    closed: "",
    list: &[
        (3, "NSID"),
        (8, "client-subnet"),
        (9, "expire"),
        (10, "cookie"),
        (11, "tcp-keepalive"),
        (12, "padding"),
        (15, "extended-error"),
    ],
};

// Data of records, in the order of their types.

const NAME: Kind = Kind::Name { pointers: true };

/// Only the types of RFC 1035 may have pointers in their data.
const WHOLE_NAME: Kind = Kind::Name { pointers: false };

/// The octet that says how long a text behind it is, RFC 1035 section 3.3.
const fn length_of(text: &'static str, name: &'static str) -> Field {
    uint(name, 8).auto(Auto::LengthOf(text))
}

const SOA: &[Field] = &[
    field("mname", NAME).about("the primary server"),
    field("rname", NAME).about("the mailbox of whoever is responsible"),
    uint("serial", 32),
    uint("refresh", 32),
    uint("retry", 32),
    uint("expire", 32),
    uint("minimum", 32).about("RFC 2308 section 4: how long negative answers hold"),
];

const MX: &[Field] = &[uint("preference", 16), field("exchange", NAME)];

const STRING: &[Field] = &[length_of("text", "len"), text("text", Len::Field("len"))];

static STRINGS: List = List {
    noun: "character-string",
    count: "",
    until: None,
    item: field("character-string", Kind::Group(STRING)),
    order: "",
    distinct: None,
};

const SRV: &[Field] = &[
    uint("priority", 16),
    uint("weight", 16),
    uint("port", 16),
    field("target", WHOLE_NAME).source("RFC 2782"),
];

const NAPTR: &[Field] = &[
    uint("order", 16),
    uint("preference", 16),
    length_of("flags", "flags_len"),
    text("flags", Len::Field("flags_len")),
    length_of("services", "services_len"),
    text("services", Len::Field("services_len")),
    length_of("regexp", "regexp_len"),
    text("regexp", Len::Field("regexp_len")),
    field("replacement", WHOLE_NAME),
];

static OPT_OPTIONS: List = List {
    noun: "EDNS option",
    count: "",
    until: None,
    item: field(
        "option",
        Kind::Group(&[
            code("code", 16, &OPTIONS),
            uint("len", 16).auto(Auto::LengthOf("data")),
            octets("data", Len::Field("len")),
        ]),
    ),
    order: "RFC 6891 section 6.1.2",
    distinct: None,
};

const DS: &[Field] = &[
    uint("key_tag", 16),
    uint("algorithm", 8),
    uint("digest_type", 8),
    octets("digest", Len::Rest),
];

const RRSIG: &[Field] = &[
    code("type_covered", 16, &TYPES),
    uint("algorithm", 8),
    uint("labels", 8),
    uint("original_ttl", 32),
    uint("expiration", 32),
    uint("inception", 32),
    uint("key_tag", 16),
    field("signer", WHOLE_NAME),
    octets("signature", Len::Rest),
];

const NSEC: &[Field] = &[field("next", WHOLE_NAME), octets("types", Len::Rest)];

const DNSKEY: &[Field] = &[
    uint("key_flags", 16),
    uint("protocol", 8),
    uint("algorithm", 8),
    octets("public_key", Len::Rest),
];

const CAA: &[Field] = &[
    uint("caa_flags", 8),
    length_of("tag", "tag_len"),
    text("tag", Len::Field("tag_len")),
    text("value", Len::Rest),
];

static DATA: Choice = Choice {
    by: "type",
    cases: &[
        (1, &[field("a", Kind::Ipv4).source("RFC 1035 section 3.4.1")]),
        (2, &[field("ns", NAME).source("RFC 1035 section 3.3.11")]),
        (5, &[field("cname", NAME).source("RFC 1035 section 3.3.1")]),
        (6, &[field("soa", Kind::Group(SOA)).source("RFC 1035 section 3.3.13")]),
        (12, &[field("ptr", NAME).source("RFC 1035 section 3.3.12")]),
        (15, &[field("mx", Kind::Group(MX)).source("RFC 1035 section 3.3.9")]),
        (16, &[field("txt", Kind::List(&STRINGS)).source("RFC 1035 section 3.3.14")]),
        (28, &[field("aaaa", Kind::Ipv6).source("RFC 3596 section 2.2")]),
        (33, &[field("srv", Kind::Group(SRV)).source("RFC 2782")]),
        (35, &[field("naptr", Kind::Group(NAPTR)).source("RFC 3403 section 4.1")]),
        (39, &[field("dname", WHOLE_NAME).source("RFC 6672 section 2.1")]),
        (41, &[field("opt", Kind::List(&OPT_OPTIONS)).source("RFC 6891 section 6.1.2")]),
        (43, &[field("ds", Kind::Group(DS)).source("RFC 4034 section 5.1")]),
        (46, &[field("rrsig", Kind::Group(RRSIG)).source("RFC 4034 section 3.1")]),
        (47, &[field("nsec", Kind::Group(NSEC)).source("RFC 4034 section 4.1")]),
        (48, &[field("dnskey", Kind::Group(DNSKEY)).source("RFC 4034 section 2.1")]),
        (257, &[field("caa", Kind::Group(CAA)).source("RFC 8659 section 4.1")]),
    ],
    other: &[octets("rdata", Len::Rest).source("RFC 3597 section 4").about("data of any type")],
    length: "rdlength",
};

// Layouts.

/// RFC 2181 section 8: the highest bit is not used.
const TTL: Check = Check {
    about: "0 to 2147483647 seconds",
    source: "RFC 2181 section 8",
    holds: |value| value.uint().is_none_or(|ttl| ttl < 1 << 31),
};

/// Class and TTL, or what stands in their place.
static CLASS_AND_TTL: Choice = Choice {
    by: "type",
    cases: &[(
        41,
        &[
            uint("udp_size", 16)
                .auto(Auto::Default(1232))
                .source("RFC 6891 section 6.1.2")
                .free("RFC 6891 section 6.2.3")
                .about("the longest UDP message that can be taken"),
            uint("extended_rcode", 8)
                .source("RFC 6891 section 6.1.3")
                .about("the upper bits of the rcode"),
            uint("version", 8).source("RFC 6891 section 6.1.3"),
            flag("do").source("RFC 3225 section 3").about("DNSSEC records are wanted"),
            uint("edns_z", 15).source("RFC 6891 section 6.1.4"),
        ],
    )],
    other: &[
        code("class", 16, &CLASSES).auto(Auto::Default(1)).source("RFC 1035 section 3.2.4"),
        uint("ttl", 32).auto(Auto::Default(300)).must(&TTL).about("seconds that it may be kept"),
    ],
    length: "",
};

const RECORD: &[Field] = &[
    field("name", NAME).source("RFC 1035 section 3.2.1"),
    code("type", 16, &TYPES).auto(Auto::Chooses(1)).source("RFC 1035 section 3.2.2"),
    field("class and ttl", Kind::Choice(&CLASS_AND_TTL)),
    uint("rdlength", 16).auto(Auto::LengthOf("data")).source("RFC 1035 section 3.2.1"),
    field("data", Kind::Choice(&DATA)).source("RFC 1035 section 3.2.1"),
];

/// RFC 2181 section 5: no two records of a set are alike. That servers "should" see to it is no option (section 3).
const ALIKE: Option<(&str, &str)> = Some(("RFC 2181 section 5", "ttl"));

const fn records(count: &'static str) -> List {
    List {
        noun: "record",
        count,
        until: None,
        item: field("record", Kind::Group(RECORD)),
        order: "RFC 1034 section 3.6",
        distinct: ALIKE,
    }
}

static QUESTIONS: List = List {
    noun: "question",
    count: "qdcount",
    until: None,
    item: field(
        "question",
        Kind::Group(&[
            field("name", NAME).source("RFC 1035 section 4.1.2"),
            code("type", 16, &TYPES).auto(Auto::Default(1)).source("RFC 1035 section 3.2.3"),
            code("class", 16, &CLASSES).auto(Auto::Default(1)).source("RFC 1035 section 3.2.5"),
        ]),
    ),
    order: "",
    distinct: None,
};

static ANSWERS: List = records("ancount");
static AUTHORITIES: List = records("nscount");
static ADDITIONALS: List = records("arcount");

/// RFC 1035 section 4.1.1; a query that nobody can read or do may lose its question in the answer.
const QUESTION: Copied = Copied {
    about: "the question that was asked",
    source: "RFC 1035 section 4.1.2",
    may_lack: |nodes| find(nodes, "rcode").is_some_and(|n| matches!(n.value, Value::Uint(1 | 4))),
};

const ID: Field = uint("id", 16).source("RFC 1035 section 4.1.1");

/// The id of a query is drawn, that of a response is the same.
const QUERY_ID: Field = ID.auto(Auto::Fresh).free("RFC 1035 section 4.1.1");
const RESPONSE_ID: Field = ID.auto(Auto::Follows(&Follows {
    about: "the id of the query",
    source: "RFC 1035 section 4.1.1",
    value: |context| echo(context.previous, "id"),
}));

const OPCODE: Field = code("opcode", 4, &OPCODES);
const RESPONSE_OPCODE: Field = OPCODE.auto(Auto::Follows(&Follows {
    about: "the opcode of the query",
    source: "RFC 1035 section 4.1.1",
    value: |context| echo(context.previous, "opcode"),
}));

const RD: Field = flag("rd").about("recursion is desired");
const RESPONSE_RD: Field = RD.auto(Auto::Follows(&Follows {
    about: "the bit of the query",
    source: "RFC 1035 section 4.1.1",
    value: |context| echo(context.previous, "flags.rd"),
}));

macro_rules! flags {
    ($rd:expr) => {
        field(
            "flags",
            Kind::Group(&[
                flag("aa").about("the answer is authoritative"),
                flag("tc").about("the message was cut short"),
                $rd,
                flag("ra").about("recursion is available"),
                uint("z", 1).auto(Auto::Always(0)).source("RFC 1035 section 4.1.1"),
                flag("ad").source("RFC 4035 section 3.1.6"),
                flag("cd").source("RFC 4035 section 3.2.2"),
            ]),
        )
    };
}

/// The fields of a message; over TCP a length stands in front.
macro_rules! message {
    ($id:expr, $opcode:expr, $rd:expr, $question:expr $(, $length:expr)?) => {
        &[
            $($length,)?
            $id,
            uint("qr", 1).about("0 asks, 1 answers"),
            $opcode,
            flags!($rd),
            code("rcode", 4, &RCODES),
            uint("qdcount", 16).auto(Auto::CountOf("question")),
            uint("ancount", 16).auto(Auto::CountOf("answer")),
            uint("nscount", 16).auto(Auto::CountOf("authority")),
            uint("arcount", 16).auto(Auto::CountOf("additional")),
            $question,
            field("answer", Kind::List(&ANSWERS)),
            field("authority", Kind::List(&AUTHORITIES)),
            field("additional", Kind::List(&ADDITIONALS)),
        ]
    };
}

const ASKED: Field = field("question", Kind::List(&QUESTIONS));
const ASKED_AGAIN: Field = ASKED.auto(Auto::Copy(&QUESTION));

const QUERY_FIELDS: &[Field] = message!(QUERY_ID, OPCODE, RD, ASKED);
const RESPONSE_FIELDS: &[Field] = message!(RESPONSE_ID, RESPONSE_OPCODE, RESPONSE_RD, ASKED_AGAIN);

const QUERY: Layout = layout("query", "RFC 1035 section 4.1", QUERY_FIELDS);
const RESPONSE: Layout = layout("response", "RFC 1035 section 4.1", RESPONSE_FIELDS);

/// As far as it tells what a message is and what it belongs to.
const HEAD: Layout = layout("header", "RFC 1035 section 4.1.1", &[ID, uint("qr", 1)]);
const ANY: Layout = layout(
    "message",
    "RFC 1035 section 4.1",
    &[octets("octets", Len::Rest).about("what is neither query nor response")],
);

// Over TCP, RFC 1035 section 4.2.2.

const LENGTH: Field = uint("length", 16)
    .auto(Auto::LengthOfRest(0))
    .source("RFC 1035 section 4.2.2")
    .about("the octets behind it");

const TCP_QUERY_FIELDS: &[Field] = message!(QUERY_ID, OPCODE, RD, ASKED, LENGTH);
const TCP_RESPONSE_FIELDS: &[Field] =
    message!(RESPONSE_ID, RESPONSE_OPCODE, RESPONSE_RD, ASKED_AGAIN, LENGTH);

const TCP_QUERY: Layout = layout("query", "RFC 1035 section 4.1", TCP_QUERY_FIELDS).origin(2);
const TCP_RESPONSE: Layout =
    layout("response", "RFC 1035 section 4.1", TCP_RESPONSE_FIELDS).origin(2);
pub(super) const TCP_HEAD: Layout =
    layout("header", "RFC 1035 section 4.1.1", &[uint("length", 16), ID, uint("qr", 1)]);

// Message types.

static MESSAGES: &[MessageType] = &messages(["query", "response", "message"], &QUERY, &RESPONSE);

/// Where both are spoken, the name tells which is meant.
pub(super) static TCP_MESSAGES: &[MessageType] =
    &messages(["tcp-query", "tcp-response", "tcp-message"], &TCP_QUERY, &TCP_RESPONSE);

const fn messages(
    [asks, answers, other]: [&'static str; 3],
    query: &'static Layout,
    response: &'static Layout,
) -> [MessageType; 3] {
    [
        MessageType {
            opens: true,
            ..message(asks, &[("qr", 0)], Side::Initiator, query, "what is known of this name?")
        },
        message(answers, &[("qr", 1)], Side::Responder, response, "this, or why nothing"),
        message(other, &[], Side::Either, &ANY, "anything else"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Parameters = Parameters(Vec::new());

    fn read(octets: &[u8], previous: Option<&Message>) -> Message {
        let from_initiator = previous.is_none();
        let kind = PROTOCOL.message(if from_initiator { "query" } else { "response" });
        let context = Context { parameters: &NOBODY, previous, from_initiator };
        decode(kind.expect("it is there"), &context, octets)
    }

    /// What is wrong with a message, by path.
    fn wrong(message: &Message) -> Vec<&str> {
        message.faults.iter().map(|fault| fault.path.as_str()).collect()
    }

    /// A header with one question and so many answers, and octets behind it.
    fn message(qr: u8, answers: u8, rest: &[u8]) -> Vec<u8> {
        [&[0, 7, qr << 7, 0, 0, 1, 0, answers, 0, 0, 0, 0], rest].concat()
    }

    const ASKED: &[u8] = b"\x01a\x04test\0\0\x01\0\x01";
    const ADDRESS: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07";

    #[test]
    fn the_question_comes_back_whatever_the_case() {
        let query = read(&message(0, 0, ASKED), None);
        assert_eq!(query.faults, []);
        let answered = |asked: &[u8], rest: &[u8], answers| {
            let response = read(&message(1, answers, &[asked, rest].concat()), Some(&query));
            wrong(&response).iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()
        };
        assert!(answered(b"\x01A\x04tEst\0\0\x01\0\x01", ADDRESS, 1).is_empty());
        assert_eq!(answered(b"\x01b\x04test\0\0\x01\0\x01", ADDRESS, 1), ["question"]);
        assert_eq!(answered(ASKED, &[ADDRESS, ADDRESS].concat(), 2), ["answer.1"]);
    }

    #[test]
    fn names_of_newer_types_have_no_pointers() {
        let query = read(&message(0, 0, ASKED), None);
        let service = b"\xc0\x0c\0\x21\0\x01\0\0\0\x3c\0\x08\0\x01\0\x02\0\x03\xc0\x0c";
        let response = read(&message(1, 1, &[ASKED, service].concat()), Some(&query));
        assert_eq!(wrong(&response), ["answer.0.srv.target"]);
        assert_eq!(
            response.find("answer.0.srv.target").map(Node::show).as_deref(),
            Some("a.test.")
        );
    }

    #[test]
    fn data_ends_where_its_length_says() {
        let query = read(&message(0, 0, ASKED), None);
        let long = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x05\xc0\0\x02\x07\x09";
        let response = read(&message(1, 2, &[ASKED, long, ADDRESS].concat()), Some(&query));
        // The record behind it is read all the same.
        assert_eq!(wrong(&response)[0], "answer.0");
        assert!(response.find("answer.1.a").is_some());
        let short = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x63\xc0\0\x02\x07";
        let response = read(&message(1, 1, &[ASKED, short].concat()), Some(&query));
        assert_eq!(wrong(&response), ["answer.0.data"]);
    }

    #[test]
    fn what_is_announced_and_does_not_come_takes_no_room() {
        let mut octets = message(0, 0, b"\xc0\x0c\0\x01\0\x01");
        assert_eq!(wrong(&read(&octets, None)), ["question.0.name"]);
        octets.splice(4..12, [0xff; 8]);
        assert!(read(&octets, None).nodes.len() < 40);
    }
}
