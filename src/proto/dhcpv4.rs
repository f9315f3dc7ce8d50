//! Dynamic Host Configuration Protocol, DHCP, for IPv4: addresses that are lent, and what else a host
//! must know.
//!
//! RFC 2131 (messages), RFC 2132 (options), RFC 3396 (long options), RFC 951 and RFC 1542 (BOOTP and
//! relays), RFC 3046 (relay agent information), RFC 3203 (DHCPFORCERENEW), RFC 4388 (leasequery), RFC 6842
//! (the client identifier comes back). UDP, servers and relays on port 67, clients on port 68; network
//! order; times in seconds.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |
//! +---------------+---------------+---------------+---------------+
//! |                            xid (4)                            |
//! +-------------------------------+-------------------------------+
//! |           secs (2)            |B|         flags (2)           |
//! +-------------------------------+-------------------------------+
//! |  ciaddr (4)  yiaddr (4)  siaddr (4)  giaddr (4)               |
//! +---------------------------------------------------------------+
//! |  chaddr (16: a MAC address and 10 octets behind it)           |
//! +---------------------------------------------------------------+
//! |  sname (64)  file (128): texts, or more options               |
//! +---------------------------------------------------------------+
//! |  options: cookie 99.130.83.99; each code (1), length (1), value;
//! |  pad (0) and end (255) are single octets
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
//! ```
//!
//! The fields stand in macros, so that a protocol file that puts other headers in front of them has the
//! same message types.

use std::time::Duration;

use crate::wire::*;

/// DHCP between a relay and a server, or over any other link that carries datagrams.
pub static PROTOCOL: Protocol = Protocol {
    name: "dhcpv4",
    title: "Dynamic Host Configuration Protocol for IPv4",
    sources: &["RFC 2131", "RFC 2132", "RFC 3046", "RFC 3396", "RFC 6842"],
    transport: Transport::Udp,
    port: 67,
    parameters: &[],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Datagram,
    conversation: CONVERSATION,
};

/// What belongs together: one transaction has one number.
pub(super) const CONVERSATION: Conversation = Conversation {
    key: &["xid"],
    // A request that names a server answers its offer, and has the number of that.
    opens: |head| {
        let kind = find(head, "options.DHCP-Message-Type").map(|n| &n.value);
        kind != Some(&Value::Uint(3)) || find(head, "options.Server-Identifier").is_none()
    },
    closes: |_, _| false,
    repeats: "RFC 2131 section 4.1",
    ports: "",
    may_close: "",
    patience: Duration::from_secs(5),
    ..Conversation::PLAIN
};

// Code lists.

/// RFC 2131 section 2, figure 1.
const OPS: Codes = Codes {
    name: "op",
    closed: "RFC 2131 section 2",
    list: &[(1, "BOOTREQUEST"), (2, "BOOTREPLY")],
};

/// The hardware types of ARP, RFC 2131 section 2.
const HARDWARE: Codes = Codes {
    name: "hardware types",
    closed: "",
    list: &[(1, "Ethernet"), (6, "IEEE-802"), (7, "ARCNET"), (20, "serial"), (32, "InfiniBand")],
};

/// RFC 2131 section 3: the first four octets of the options.
const COOKIES: Codes =
    Codes { name: "cookies", closed: "", list: &[(COOKIE_NUMBER, "99.130.83.99")] };

const COOKIE_NUMBER: u64 = 0x6382_5363;

/// RFC 2132 section 9.6, and those that came after.
const MESSAGE_TYPES: Codes = Codes {
    name: "DHCP message types",
    closed: "",
    list: &[
        (1, "DHCPDISCOVER"),
        (2, "DHCPOFFER"),
        (3, "DHCPREQUEST"),
        (4, "DHCPDECLINE"),
        (5, "DHCPACK"),
        (6, "DHCPNAK"),
        (7, "DHCPRELEASE"),
        (8, "DHCPINFORM"),
        (9, "DHCPFORCERENEW"),
        (10, "DHCPLEASEQUERY"),
        (11, "DHCPLEASEUNASSIGNED"),
        (12, "DHCPLEASEUNKNOWN"),
        (13, "DHCPLEASEACTIVE"),
        (14, "DHCPBULKLEASEQUERY"),
        (15, "DHCPLEASEQUERYDONE"),
        (16, "DHCPACTIVELEASEQUERY"),
        (17, "DHCPLEASEQUERYSTATUS"),
        (18, "DHCPTLS"),
    ],
};

/// RFC 2132 section 4.1 and others: something is switched on or off.
const SWITCH: Codes =
    Codes { name: "switch", closed: "RFC 2132 section 4.1", list: &[(0, "off"), (1, "on")] };

/// RFC 2132 section 8.7.
const NODE_TYPES: Codes = Codes {
    name: "node types",
    closed: "RFC 2132 section 8.7",
    list: &[(1, "B-node"), (2, "P-node"), (4, "M-node"), (8, "H-node")],
};

/// RFC 2132 section 9.3.
const OVERLOAD: Codes = Codes {
    name: "overloaded fields",
    closed: "RFC 2132 section 9.3",
    list: &[(1, "file"), (2, "sname"), (3, "both")],
};

/// RFC 2563 section 2.
const AUTO_CONFIGURE: Codes = Codes {
    name: "Auto-Configure",
    closed: "RFC 2563 section 2",
    list: &[(0, "DoNotAutoConfigure"), (1, "AutoConfigure")],
};

// What is inside of options.

/// Values of one form, one behind the other.
const fn values(noun: &'static str, value: &'static [Field]) -> List {
    List {
        noun,
        count: "",
        until: None,
        item: field(noun, Kind::Group(value)),
        order: "",
        distinct: None,
    }
}

static ADDRESSES: List = values("host", &[field("address", Kind::Ipv4)]);
static NUMBERS: List = values("number", &[uint("number", 16)]);
static ALGORITHMS: List = values("algorithm", &[uint("algorithm", 8)]);
static REQUESTED: List = values("requested option", &[code("option", 8, &OPTION_CODES)]);
static NAMES: List = values("name", &[field("name", Kind::Name { pointers: true })]);
static FILTERS: List = values("filter", &[field("address", Kind::Ipv4), field("mask", Kind::Ipv4)]);
static ROUTES: List = values(
    "route",
    &[field("destination", Kind::Ipv4).must(&NO_DEFAULT), field("router", Kind::Ipv4)],
);
static CLASSES: List = values(
    "user class",
    &[uint("len", 8).auto(Auto::LengthOf("class")), octets("class", Len::Field("len"))],
);
static VENDORS: List = values(
    "vendor's part",
    &[
        uint("enterprise", 32),
        uint("len", 8).auto(Auto::LengthOf("data")),
        octets("data", Len::Field("len")),
    ],
);

/// RFC 3442: of the destination only the octets that the width makes significant.
static CLASSLESS: List = values(
    "classless route",
    &[
        uint("width", 8).auto(Auto::Chooses(0)).must(&WIDTH),
        field("significant octets", Kind::Choice(&DESTINATION)),
        field("router", Kind::Ipv4),
    ],
);

static DESTINATION: Choice = Choice {
    by: "width",
    cases: &[
        (0, WIDTH_0),
        (1, WIDTH_8),
        (2, WIDTH_8),
        (3, WIDTH_8),
        (4, WIDTH_8),
        (5, WIDTH_8),
        (6, WIDTH_8),
        (7, WIDTH_8),
        (8, WIDTH_8),
        (9, WIDTH_16),
        (10, WIDTH_16),
        (11, WIDTH_16),
        (12, WIDTH_16),
        (13, WIDTH_16),
        (14, WIDTH_16),
        (15, WIDTH_16),
        (16, WIDTH_16),
        (17, WIDTH_24),
        (18, WIDTH_24),
        (19, WIDTH_24),
        (20, WIDTH_24),
        (21, WIDTH_24),
        (22, WIDTH_24),
        (23, WIDTH_24),
        (24, WIDTH_24),
        (25, WIDTH_32),
        (26, WIDTH_32),
        (27, WIDTH_32),
        (28, WIDTH_32),
        (29, WIDTH_32),
        (30, WIDTH_32),
        (31, WIDTH_32),
        (32, WIDTH_32),
    ],
    other: &[],
    length: "",
};

const WIDTH_0: &[Field] = &[octets("destination", Len::Fixed(0))];
const WIDTH_8: &[Field] = &[octets("destination", Len::Fixed(1))];
const WIDTH_16: &[Field] = &[octets("destination", Len::Fixed(2))];
const WIDTH_24: &[Field] = &[octets("destination", Len::Fixed(3))];
const WIDTH_32: &[Field] = &[octets("destination", Len::Fixed(4))];

const WIDTH: Check = Check {
    about: "0 to 32 bits",
    source: "RFC 3442",
    holds: |value| value.uint().is_none_or(|width| width <= 32),
};

const NO_DEFAULT: Check = Check {
    about: "a destination that is not the default route",
    source: "RFC 2132 section 5.8",
    holds: |value| value.octets() != Some(&[0; 4]),
};

const LEAST_SIZE: Check = Check {
    about: "576 or more",
    source: "RFC 2132 section 9.10",
    holds: |value| value.uint().is_none_or(|size| size >= 576),
};

/// RFC 4702 section 2.
const FQDN: &[Field] = &[
    uint("mbz", 4),
    flag("n").about("the server does no DNS updates"),
    flag("e").about("the name is made of labels rather than text"),
    flag("o").about("the server did otherwise than the client asked for"),
    flag("s").about("the server updates the address record"),
    uint("rcode1", 8),
    uint("rcode2", 8),
    octets("domain_name", Len::Rest),
];

/// RFC 3118 section 2.
const AUTHENTICATION: &[Field] = &[
    uint("protocol", 8),
    uint("algorithm", 8),
    uint("rdm", 8),
    uint("replay_detection", 64),
    octets("information", Len::Rest),
];

/// RFC 4578 section 2.2.
const INTERFACE: &[Field] = &[uint("kind", 8), uint("major", 8), uint("minor", 8)];

/// RFC 4578 section 2.3.
const MACHINE: &[Field] = &[uint("kind", 8), octets("identifier", Len::Rest)];

/// RFC 6926 section 6.2.2.
const STATUS: &[Field] = &[uint("code", 8), text("status_message", Len::Rest)];

/// RFC 3046 section 2.0, and the sub-options of those that came after.
static RELAY: Items = Items {
    noun: "sub-option",
    source: "RFC 3046 section 2.0",
    length_counts_header: false,
    types: &[
        option(1, octets("Circuit-ID", Len::Rest), (1, 255), "RFC 3046 section 3.1"),
        option(2, octets("Remote-ID", Len::Rest), (1, 255), "RFC 3046 section 3.2"),
        option(4, uint("DOCSIS-Device-Class", 32), (4, 4), "RFC 3256 section 2"),
        option(5, field("Link-Selection", Kind::Ipv4), (4, 4), "RFC 3527 section 3"),
        option(6, octets("Subscriber-ID", Len::Rest), (1, 255), "RFC 3993 section 3"),
        option(7, octets("RADIUS-Attributes", Len::Rest), (1, 255), "RFC 4014 section 3"),
        option(8, octets("Authentication", Len::Rest), (1, 255), "RFC 4030 section 4"),
        option(9, octets("Vendor-Specific-Information", Len::Rest), (5, 255), "RFC 4243 section 3"),
        option(10, uint("Relay-Agent-Flags", 8), (1, 1), "RFC 5010 section 3"),
        option(11, field("Server-Identifier-Override", Kind::Ipv4), (4, 4), "RFC 5107 section 4"),
        option(12, octets("Relay-Agent-Identifier", Len::Rest), (1, 255), "RFC 6925 section 4"),
        option(13, octets("Access-Technology-Type", Len::Rest), (2, 2), "RFC 7839 section 4.2"),
        option(19, octets("Relay-Source-Port", Len::Rest), (0, 0), "RFC 8357 section 4.1"),
        option(
            151,
            octets("Virtual-Subnet-Selection", Len::Rest),
            (1, 255),
            "RFC 6607 section 3.2",
        ),
        option(152, octets("VSS-Control", Len::Rest), (0, 0), "RFC 6607 section 3.3"),
    ],
    unknown_prefix: "Sub-Option-",
    order: "RFC 3046 section 2.0",
    occurrence: &[],
    ended: None,
};

// Options, in the order of their numbers.

/// As many octets as several instances hold, RFC 3396.
const MANY: usize = 65_535;

const fn option(
    number: u64,
    field: Field,
    octets: (usize, usize),
    source: &'static str,
) -> ItemType {
    ItemType { number, field: field.source(source), octets }
}

/// The options of RFC 2132 and of those that came after, as IANA lists them.
pub(super) static OPTIONS: Items = Items {
    noun: "option",
    source: "RFC 2132 section 2",
    length_counts_header: false,
    types: OPTION_TYPES,
    unknown_prefix: "Option-",
    order: "RFC 2131 section 4.1",
    occurrence: OCCURRENCE,
    ended: Some(&Ended {
        source: "RFC 2131 section 4.1",
        end: 255,
        pad: 0,
        joined: "RFC 3396 section 7",
        more: Some(&More {
            source: "RFC 2131 section 4.1",
            item: 52,
            fields: &[(1, "file"), (2, "sname")],
        }),
    }),
};

const NO: Occurs = Occurs::Never;
const MAY: Occurs = Occurs::AtMostOnce;
const MUST: Occurs = Occurs::Once;
const OPEN: Occurs = Occurs::Open;

/// What must and must not be in each message. What a relay put in comes back in every reply (RFC 3046
/// section 2.2), whatever RFC 2131 says of other options; so does the client identifier (RFC 6842).
const OCCURRENCE: &[Occurrence] = &[
    occurrence(
        "RFC 2131 section 4.3.1, table 3",
        &["offer", "ack", "nak"],
        &[
            (50, &[NO, NO, NO]),
            // In a DHCPACK that answers a DHCPINFORM it must not be.
            (51, &[MUST, OPEN, NO]),
            (52, &[MAY, MAY, NO]),
            (53, &[MUST, MUST, MUST]),
            (54, &[MUST, MUST, MUST]),
            (55, &[NO, NO, NO]),
            (56, &[MAY, MAY, MAY]),
            (57, &[NO, NO, NO]),
            (60, &[MAY, MAY, MAY]),
            (61, &[MAY, MAY, MAY]),
            (82, &[MAY, MAY, MAY]),
            // RFC 3118 section 5.6.
            (90, &[MAY, MAY, MAY]),
        ],
        &[MAY, MAY, NO],
    ),
    occurrence(
        "RFC 2131 section 4.4.1, table 5",
        &["discover", "inform", "request", "decline", "release"],
        &[
            // Which state a DHCPREQUEST is of tells no single message.
            (50, &[MAY, NO, OPEN, MUST, NO]),
            (51, &[MAY, NO, MAY, NO, NO]),
            (52, &[MAY, MAY, MAY, MAY, MAY]),
            (53, &[MUST, MUST, MUST, MUST, MUST]),
            (54, &[NO, NO, OPEN, MUST, MUST]),
            (55, &[MAY, MAY, MAY, NO, NO]),
            (56, &[MAY, MAY, MAY, MAY, MAY]),
            (57, &[MAY, MAY, MAY, NO, NO]),
            (60, &[MAY, MAY, MAY, NO, NO]),
            (61, &[MAY, MAY, MAY, MAY, MAY]),
            (82, &[MAY, MAY, MAY, MAY, MAY]),
            (90, &[MAY, MAY, MAY, MAY, MAY]),
        ],
        &[MAY, MAY, MAY, NO, NO],
    ),
];

const U8: Kind = Kind::Uint { bits: 8, names: None };
const U16: Kind = Kind::Uint { bits: 16, names: None };
const U32: Kind = Kind::Uint { bits: 32, names: None };
const TEXT: Kind = Kind::Text(Len::Rest);
const OCTETS: Kind = Kind::Octets(Len::Rest);

const fn named(bits: u8, names: &'static Codes) -> Kind {
    Kind::Uint { bits, names: Some(names) }
}

/// One row for each option: number, name, what it holds, the least and most octets of it, where it is
/// defined; perhaps what it must be, and which section leaves the rest to whoever says it. The names are a code list too: clients ask for options by number.
macro_rules! options {
    ($($number:literal $name:literal $kind:expr, $octets:expr, $source:literal $(, must $check:ident)? $(, free $free:literal)?;)*) => {
        /// The options by name.
        static OPTION_CODES: Codes =
            Codes { name: "options", closed: "", list: &[$(($number, $name)),*] };

        const OPTION_TYPES: &[ItemType] =
            &[$(option($number, field($name, $kind)$(.must(&$check))?$(.free($free))?, $octets, $source)),*];
    };
}

options! {
    0 "Pad" OCTETS, (0, 0), "RFC 2132 section 3.1";
    1 "Subnet-Mask" Kind::Ipv4, (4, 4), "RFC 2132 section 3.3";
    2 "Time-Offset" U32, (4, 4), "RFC 2132 section 3.4";
    3 "Router" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.5";
    4 "Time-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.6";
    5 "Name-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.7";
    6 "Domain-Name-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.8";
    7 "Log-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.9";
    8 "Cookie-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.10";
    9 "LPR-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.11";
    10 "Impress-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.12";
    11 "Resource-Location-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 3.13";
    12 "Host-Name" TEXT, (1, MANY), "RFC 2132 section 3.14";
    13 "Boot-File-Size" U16, (2, 2), "RFC 2132 section 3.15";
    14 "Merit-Dump-File" TEXT, (1, MANY), "RFC 2132 section 3.16";
    15 "Domain-Name" TEXT, (1, MANY), "RFC 2132 section 3.17";
    16 "Swap-Server" Kind::Ipv4, (4, 4), "RFC 2132 section 3.18";
    17 "Root-Path" TEXT, (1, MANY), "RFC 2132 section 3.19";
    18 "Extensions-Path" TEXT, (1, MANY), "RFC 2132 section 3.20";
    19 "IP-Forwarding" named(8, &SWITCH), (1, 1), "RFC 2132 section 4.1";
    20 "Non-Local-Source-Routing" named(8, &SWITCH), (1, 1), "RFC 2132 section 4.2";
    21 "Policy-Filter" Kind::List(&FILTERS), (8, MANY), "RFC 2132 section 4.3";
    22 "Maximum-Datagram-Reassembly-Size" U16, (2, 2), "RFC 2132 section 4.4";
    23 "Default-IP-Time-To-Live" U8, (1, 1), "RFC 2132 section 4.5";
    24 "Path-MTU-Aging-Timeout" U32, (4, 4), "RFC 2132 section 4.6";
    25 "Path-MTU-Plateau-Table" Kind::List(&NUMBERS), (2, MANY), "RFC 2132 section 4.7";
    26 "Interface-MTU" U16, (2, 2), "RFC 2132 section 5.1";
    27 "All-Subnets-Are-Local" named(8, &SWITCH), (1, 1), "RFC 2132 section 5.2";
    28 "Broadcast-Address" Kind::Ipv4, (4, 4), "RFC 2132 section 5.3";
    29 "Perform-Mask-Discovery" named(8, &SWITCH), (1, 1), "RFC 2132 section 5.4";
    30 "Mask-Supplier" named(8, &SWITCH), (1, 1), "RFC 2132 section 5.5";
    31 "Perform-Router-Discovery" named(8, &SWITCH), (1, 1), "RFC 2132 section 5.6";
    32 "Router-Solicitation-Address" Kind::Ipv4, (4, 4), "RFC 2132 section 5.7";
    33 "Static-Route" Kind::List(&ROUTES), (8, MANY), "RFC 2132 section 5.8";
    34 "Trailer-Encapsulation" named(8, &SWITCH), (1, 1), "RFC 2132 section 6.1";
    35 "ARP-Cache-Timeout" U32, (4, 4), "RFC 2132 section 6.2";
    36 "Ethernet-Encapsulation" named(8, &SWITCH), (1, 1), "RFC 2132 section 6.3";
    37 "TCP-Default-TTL" U8, (1, 1), "RFC 2132 section 7.1";
    38 "TCP-Keepalive-Interval" U32, (4, 4), "RFC 2132 section 7.2";
    39 "TCP-Keepalive-Garbage" named(8, &SWITCH), (1, 1), "RFC 2132 section 7.3";
    40 "NIS-Domain" TEXT, (1, MANY), "RFC 2132 section 8.1";
    41 "NIS-Servers" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.2";
    42 "NTP-Servers" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.3";
    43 "Vendor-Specific-Information" OCTETS, (1, MANY), "RFC 2132 section 8.4";
    44 "NetBIOS-Name-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.5";
    45 "NetBIOS-Datagram-Distribution-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.6";
    46 "NetBIOS-Node-Type" named(8, &NODE_TYPES), (1, 1), "RFC 2132 section 8.7";
    47 "NetBIOS-Scope" OCTETS, (1, MANY), "RFC 2132 section 8.8";
    48 "X-Window-Font-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.9";
    49 "X-Window-Display-Manager" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.10";
    50 "Requested-IP-Address" Kind::Ipv4, (4, 4), "RFC 2132 section 9.1";
    51 "IP-Address-Lease-Time" U32, (4, 4), "RFC 2132 section 9.2", free "RFC 2131 section 4.3.1";
    52 "Option-Overload" named(8, &OVERLOAD), (1, 1), "RFC 2132 section 9.3";
    53 "DHCP-Message-Type" named(8, &MESSAGE_TYPES), (1, 1), "RFC 2132 section 9.6";
    54 "Server-Identifier" Kind::Ipv4, (4, 4), "RFC 2132 section 9.7", must HOST, free "RFC 2131 section 4.1";
    55 "Parameter-Request-List" Kind::List(&REQUESTED), (1, MANY), "RFC 2132 section 9.8";
    56 "Message" TEXT, (1, MANY), "RFC 2132 section 9.9";
    57 "Maximum-DHCP-Message-Size" U16, (2, 2), "RFC 2132 section 9.10", must LEAST_SIZE, free "RFC 2132 section 9.10";
    58 "Renewal-Time-Value" U32, (4, 4), "RFC 2132 section 9.11", free "RFC 2131 section 4.4.5";
    59 "Rebinding-Time-Value" U32, (4, 4), "RFC 2132 section 9.12", free "RFC 2131 section 4.4.5";
    60 "Vendor-Class-Identifier" OCTETS, (1, MANY), "RFC 2132 section 9.13";
    61 "Client-Identifier" OCTETS, (2, MANY), "RFC 2132 section 9.14";
    62 "NetWare-IP-Domain" OCTETS, (1, MANY), "RFC 2242 section 2";
    63 "NetWare-IP-Information" OCTETS, (1, MANY), "RFC 2242 section 3";
    64 "NIS+-Domain" TEXT, (1, MANY), "RFC 2132 section 8.11";
    65 "NIS+-Servers" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.12";
    66 "TFTP-Server-Name" TEXT, (1, MANY), "RFC 2132 section 9.4";
    67 "Bootfile-Name" TEXT, (1, MANY), "RFC 2132 section 9.5";
    68 "Mobile-IP-Home-Agent" Kind::List(&ADDRESSES), (0, MANY), "RFC 2132 section 8.13";
    69 "SMTP-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.14";
    70 "POP3-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.15";
    71 "NNTP-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.16";
    72 "WWW-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.17";
    73 "Finger-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.18";
    74 "IRC-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.19";
    75 "StreetTalk-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.20";
    76 "STDA-Server" Kind::List(&ADDRESSES), (4, MANY), "RFC 2132 section 8.21";
    77 "User-Class" Kind::List(&CLASSES), (2, MANY), "RFC 3004 section 4";
    78 "SLP-Directory-Agent" OCTETS, (1, MANY), "RFC 2610 section 3";
    79 "SLP-Service-Scope" OCTETS, (1, MANY), "RFC 2610 section 4";
    80 "Rapid-Commit" OCTETS, (0, 0), "RFC 4039 section 4";
    81 "Client-FQDN" Kind::Group(FQDN), (3, MANY), "RFC 4702 section 2";
    82 "Relay-Agent-Information" Kind::Items(&RELAY), (2, MANY), "RFC 3046 section 2.0";
    83 "iSNS" OCTETS, (14, MANY), "RFC 4174 section 2";
    85 "NDS-Servers" Kind::List(&ADDRESSES), (4, MANY), "RFC 2241 section 2";
    86 "NDS-Tree-Name" OCTETS, (1, MANY), "RFC 2241 section 3";
    87 "NDS-Context" OCTETS, (1, MANY), "RFC 2241 section 4";
    88 "BCMCS-Domain-Names" OCTETS, (1, MANY), "RFC 4280 section 4.1";
    89 "BCMCS-Addresses" Kind::List(&ADDRESSES), (4, MANY), "RFC 4280 section 4.3";
    90 "Authentication" Kind::Group(AUTHENTICATION), (11, MANY), "RFC 3118 section 2";
    91 "Client-Last-Transaction-Time" U32, (4, 4), "RFC 4388 section 6.1";
    92 "Associated-IP" Kind::List(&ADDRESSES), (4, MANY), "RFC 4388 section 6.1";
    93 "Client-System-Architecture" Kind::List(&NUMBERS), (2, MANY), "RFC 4578 section 2.1";
    94 "Client-Network-Interface" Kind::Group(INTERFACE), (3, 3), "RFC 4578 section 2.2";
    95 "LDAP" OCTETS, (0, MANY), "RFC 3679 section 3.2";
    97 "Client-Machine-Identifier" Kind::Group(MACHINE), (1, MANY), "RFC 4578 section 2.3";
    98 "User-Authentication" TEXT, (1, MANY), "RFC 2485";
    99 "Civic-Location" OCTETS, (3, MANY), "RFC 4776 section 3.1";
    100 "TZ-POSIX" TEXT, (1, MANY), "RFC 4833 section 2";
    101 "TZ-Database" TEXT, (1, MANY), "RFC 4833 section 2";
    108 "IPv6-Only-Preferred" U32, (4, 4), "RFC 8925 section 3.1";
    109 "DHCP4o6-Source-Address" Kind::Ipv6, (16, 16), "RFC 8539 section 6.2";
    112 "NetInfo-Address" Kind::List(&ADDRESSES), (4, MANY), "RFC 3679 section 3.2";
    113 "NetInfo-Tag" TEXT, (1, MANY), "RFC 3679 section 3.2";
    114 "Captive-Portal" TEXT, (1, MANY), "RFC 8910 section 2.1";
    116 "Auto-Configure" named(8, &AUTO_CONFIGURE), (1, 1), "RFC 2563 section 2";
    117 "Name-Service-Search" Kind::List(&NUMBERS), (2, MANY), "RFC 2937";
    118 "Subnet-Selection" Kind::Ipv4, (4, 4), "RFC 3011 section 2";
    119 "Domain-Search" Kind::List(&NAMES), (1, MANY), "RFC 3397 section 2";
    120 "SIP-Servers" OCTETS, (2, MANY), "RFC 3361 section 3";
    121 "Classless-Static-Route" Kind::List(&CLASSLESS), (5, MANY), "RFC 3442";
    122 "CableLabs-Client-Configuration" OCTETS, (1, MANY), "RFC 3495 section 4";
    123 "GeoConf" OCTETS, (16, 16), "RFC 6225 section 2.2.1";
    124 "Vendor-Identifying-Vendor-Class" Kind::List(&VENDORS), (5, MANY), "RFC 3925 section 3";
    125 "Vendor-Identifying-Vendor-Specific-Information" Kind::List(&VENDORS), (5, MANY), "RFC 3925 section 4";
    128 "PXE-128" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    129 "PXE-129" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    130 "PXE-130" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    131 "PXE-131" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    132 "PXE-132" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    133 "PXE-133" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    134 "PXE-134" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    135 "PXE-135" OCTETS, (0, MANY), "RFC 4578 section 2.4";
    136 "PANA-Agent" Kind::List(&ADDRESSES), (4, MANY), "RFC 5192 section 4";
    137 "LoST-Server" Kind::List(&NAMES), (1, MANY), "RFC 5223 section 4";
    138 "CAPWAP-Access-Controller" Kind::List(&ADDRESSES), (4, MANY), "RFC 5417 section 2";
    139 "MoS-Addresses" OCTETS, (1, MANY), "RFC 5678 section 2";
    140 "MoS-Names" OCTETS, (1, MANY), "RFC 5678 section 3";
    141 "SIP-Configuration-Domains" OCTETS, (1, MANY), "RFC 6011 section 4.1";
    142 "ANDSF-Address" Kind::List(&ADDRESSES), (4, MANY), "RFC 6153 section 2";
    143 "SZTP-Redirect" OCTETS, (1, MANY), "RFC 8572 section 8.1";
    144 "GeoLoc" OCTETS, (16, 16), "RFC 6225 section 2.2.2";
    145 "Forcerenew-Nonce-Capable" Kind::List(&ALGORITHMS), (1, MANY), "RFC 6704 section 3.1.1";
    146 "RDNSS-Selection" OCTETS, (10, MANY), "RFC 6731 section 4.3";
    147 "DOTS-Reference-Identifier" OCTETS, (1, MANY), "RFC 8973 section 5.2.1";
    148 "DOTS-Address" Kind::List(&ADDRESSES), (4, MANY), "RFC 8973 section 5.2.2";
    150 "TFTP-Server-Address" Kind::List(&ADDRESSES), (4, MANY), "RFC 5859 section 3";
    151 "Status-Code" Kind::Group(STATUS), (1, MANY), "RFC 6926 section 6.2.2";
    152 "Base-Time" U32, (4, 4), "RFC 6926 section 6.2.3";
    153 "Start-Time-Of-State" U32, (4, 4), "RFC 6926 section 6.2.4";
    154 "Query-Start-Time" U32, (4, 4), "RFC 6926 section 6.2.5";
    155 "Query-End-Time" U32, (4, 4), "RFC 6926 section 6.2.6";
    156 "DHCP-State" U8, (1, 1), "RFC 6926 section 6.2.7";
    157 "Data-Source" U8, (1, 1), "RFC 6926 section 6.2.8";
    158 "PCP-Server" OCTETS, (5, MANY), "RFC 7291 section 4";
    159 "Port-Parameters" OCTETS, (4, 4), "RFC 7618 section 9";
    161 "MUD-URL" TEXT, (1, MANY), "RFC 8520 section 10";
    162 "DNR" OCTETS, (2, MANY), "RFC 9463 section 5.1";
    175 "Etherboot" OCTETS, (0, MANY), "RFC 3942";
    176 "IP-Telephone" OCTETS, (0, MANY), "RFC 3942";
    177 "PacketCable" OCTETS, (0, MANY), "RFC 3942";
    208 "PXELINUX-Magic" OCTETS, (4, 4), "RFC 5071 section 3";
    209 "Configuration-File" TEXT, (1, MANY), "RFC 5071 section 4";
    210 "Path-Prefix" TEXT, (1, MANY), "RFC 5071 section 5";
    211 "Reboot-Time" U32, (4, 4), "RFC 5071 section 6";
    212 "6RD" OCTETS, (22, MANY), "RFC 5969 section 7.1.1";
    213 "Access-Domain" Kind::List(&NAMES), (1, MANY), "RFC 5986 section 3.2";
    220 "Subnet-Allocation" OCTETS, (1, MANY), "RFC 6656 section 3";
    221 "Virtual-Subnet-Selection" OCTETS, (1, MANY), "RFC 6607 section 3.1";
    255 "End" OCTETS, (0, 0), "RFC 2132 section 3.2";
}

// Layouts.

/// An address that is not given.
const NONE: &[u8] = &[0; 4];

const NO_ADDRESS_OF_CLIENT: Check = Check {
    about: "0.0.0.0",
    source: "RFC 2131 section 4.4.1, table 5",
    holds: |value| value.octets() == Some(NONE),
};

const NO_ADDRESS_OF_SERVER: Check = Check {
    about: "0.0.0.0",
    source: "RFC 2131 section 4.3.1, table 3",
    holds: |value| value.octets() == Some(NONE),
};

const OWN_ADDRESS: Check = Check {
    about: "the client's address",
    source: "RFC 2131 section 4.4.1, table 5",
    holds: |value| value.octets() != Some(NONE),
};

const GIVEN_ADDRESS: Check = Check {
    about: "an address for the client",
    source: "RFC 2131 section 4.3.1, table 3",
    holds: |value| value.octets() != Some(NONE),
};

const HOST_OR_NONE: Check = Check {
    about: "the address of a host, or 0.0.0.0",
    source: "RFC 2131 section 4.3.1, table 3",
    holds: |value| value.octets() != Some(&[255; 4]),
};

const HOST: Check = Check {
    about: "an address of the server",
    source: "RFC 2131 section 4.1",
    holds: |value| !matches!(value.octets(), Some(&[0, 0, 0, 0] | &[255, 255, 255, 255])),
};

/// What a reply repeats of the message that it answers.
const TABLE_3: &str = "RFC 2131 section 4.3.1, table 3";

pub(super) const OP: Field = code("op", 8, &OPS);
pub(super) const HOPS: Field = uint("hops", 8).about("the relays that it came through");
pub(super) const SECS: Field = uint("secs", 16)
    .free("RFC 2131 section 4.4.1, table 5")
    .about("seconds since the client began");
pub(super) const CHADDR_PADDING: Field =
    octets("chaddr_padding", Len::Fixed(10)).free("RFC 2131 section 2");
pub(super) const SNAME: Field = text("sname", Len::Padded(64))
    .free("RFC 2131 section 2")
    .about("the name of a server, or more options");
pub(super) const FILE: Field =
    text("file", Len::Padded(128)).free("RFC 2131 section 2").about("a boot file, or more options");
pub(super) const MAGIC_COOKIE: Field = code("magic_cookie", 32, &COOKIES)
    .auto(Auto::Always(COOKIE_NUMBER))
    .source("RFC 2131 section 3");
pub(super) const OPTION_LIST: Field =
    field("options", Kind::Items(&OPTIONS)).source("RFC 2132 section 2");

/// What fills a message up to the 300 octets that BOOTP has.
pub(super) const fn padding(least: usize) -> Field {
    octets("padding", Len::Rest)
        .auto(Auto::FillTo(least))
        .source("RFC 2132 section 3.2")
        .free("RFC 2131 section 4.1")
}

// Of clients, as they come to a server, perhaps through relays.

pub(super) const HTYPE: Field = code("htype", 8, &HARDWARE).auto(Auto::Default(1));
pub(super) const HLEN: Field = uint("hlen", 8).auto(Auto::Default(6));
pub(super) const XID: Field = uint("xid", 32)
    .auto(Auto::Follows(&Follows {
        about: "that of the offer which is answered",
        source: "RFC 2131 section 4.4.1, table 5",
        value: |context| echo(context.previous.filter(|m| m.kind.name == "offer"), "xid"),
    }))
    .free("RFC 2131 section 4.4.1");
pub(super) const FLAGS: Field = field(
    "flags",
    Kind::Group(&[
        flag("broadcast")
            .free("RFC 2131 section 4.1")
            .about("the client takes no unicast before it has an address"),
        uint("mbz", 15).auto(Auto::Always(0)).source("RFC 2131 section 2"),
    ]),
);
pub(super) const CIADDR: Field =
    field("ciaddr", Kind::Ipv4).about("the address that the client has");
pub(super) const NO_CIADDR: Field = CIADDR.must(&NO_ADDRESS_OF_CLIENT);
pub(super) const OWN_CIADDR: Field = CIADDR.must(&OWN_ADDRESS);
pub(super) const NO_YIADDR: Field = field("yiaddr", Kind::Ipv4).must(&NO_ADDRESS_OF_CLIENT);
pub(super) const NO_SIADDR: Field = field("siaddr", Kind::Ipv4).must(&NO_ADDRESS_OF_CLIENT);
pub(super) const GIADDR: Field = field("giaddr", Kind::Ipv4)
    .auto(Auto::Follows(&Follows {
        about: "the relay's address",
        source: "",
        value: |context| {
            let before = context.previous.filter(|m| m.find("op").is_some());
            echo(before, "giaddr").or(Some(Value::from(NONE.to_vec())))
        },
    }))
    .about("the address of the relay");
pub(super) const CHADDR: Field = field("chaddr", Kind::Mac)
    .auto(Auto::Follows(&Follows {
        about: "the client's hardware address",
        source: "",
        value: |context| echo(context.previous, "chaddr"),
    }))
    .about("the client's hardware address");

// Of servers.

/// A field that comes back as it was.
const fn returned(name: &'static str, kind: Kind, follows: &'static Follows) -> Field {
    field(name, kind).auto(Auto::Follows(follows))
}

pub(super) const REPLY_HTYPE: Field = returned(
    "htype",
    Kind::Uint { bits: 8, names: Some(&HARDWARE) },
    &Follows {
        about: "that of the client",
        source: TABLE_3,
        value: |context| echo(context.previous, "htype"),
    },
);
pub(super) const REPLY_HLEN: Field = returned(
    "hlen",
    Kind::Uint { bits: 8, names: None },
    &Follows {
        about: "that of the client",
        source: TABLE_3,
        value: |context| echo(context.previous, "hlen"),
    },
);
pub(super) const REPLY_XID: Field = returned(
    "xid",
    Kind::Uint { bits: 32, names: None },
    &Follows {
        about: "that of the client's message",
        source: TABLE_3,
        value: |context| echo(context.previous, "xid"),
    },
);
pub(super) const REPLY_SECS: Field = uint("secs", 16);
pub(super) const REPLY_FLAGS: Field = field(
    "flags",
    Kind::Group(&[
        flag("broadcast").auto(Auto::Follows(&Follows {
            about: "that of the client's message",
            source: TABLE_3,
            value: |context| echo(context.previous, "flags.broadcast"),
        })),
        // What servers must ignore may come back.
        uint("mbz", 15).auto(Auto::Follows(&Follows {
            about: "those of the client's message",
            source: "",
            value: |_| Some(Value::Uint(0)),
        })),
    ]),
);
pub(super) const NAK_FLAGS: Field = field(
    "flags",
    Kind::Group(&[
        flag("broadcast").auto(Auto::Follows(&Follows {
            about: "set for a relay, else that of the client's message",
            // Where no relay is on the way it is broadcast in any case, and the flag means nothing.
            source: "",
            value: |context| match echo(context.previous, "giaddr") {
                Some(Value::Octets(relay)) if relay[..] != *NONE => Some(Value::Uint(1)),
                _ => echo(context.previous, "flags.broadcast").or(Some(Value::Uint(0))),
            },
        })),
        uint("mbz", 15).auto(Auto::Follows(&Follows {
            about: "those of the client's message",
            source: "",
            value: |_| Some(Value::Uint(0)),
        })),
    ]),
);
pub(super) const OFFER_CIADDR: Field = CIADDR.must(&NO_ADDRESS_OF_SERVER);
pub(super) const YIADDR: Field =
    field("yiaddr", Kind::Ipv4).about("the address that the client gets");
pub(super) const GIVEN_YIADDR: Field = YIADDR.must(&GIVEN_ADDRESS).free("RFC 2131 section 4.3.1");
pub(super) const NAK_YIADDR: Field = YIADDR.must(&NO_ADDRESS_OF_SERVER);
pub(super) const SIADDR: Field = field("siaddr", Kind::Ipv4)
    .must(&HOST_OR_NONE)
    .free("RFC 2131 section 4.3.1, table 3")
    .about("the server of the next step of booting");
pub(super) const NAK_SIADDR: Field = field("siaddr", Kind::Ipv4).must(&NO_ADDRESS_OF_SERVER);
pub(super) const REPLY_GIADDR: Field = returned(
    "giaddr",
    Kind::Ipv4,
    &Follows {
        about: "that of the client's message",
        source: TABLE_3,
        value: |context| echo(context.previous, "giaddr"),
    },
);
pub(super) const REPLY_CHADDR: Field = returned(
    "chaddr",
    Kind::Mac,
    &Follows {
        about: "that of the client's message",
        source: TABLE_3,
        value: |context| echo(context.previous, "chaddr"),
    },
);

/// The fields of a client's message behind others that stand in front.
macro_rules! client_fields {
    ([$($front:expr),*], $least:expr, $ciaddr:expr) => {
        &[
            $($front,)* OP, HTYPE, HLEN, HOPS, XID, SECS, FLAGS, $ciaddr, NO_YIADDR, NO_SIADDR,
            GIADDR, CHADDR, CHADDR_PADDING, SNAME, FILE, MAGIC_COOKIE, OPTION_LIST,
            padding($least),
        ]
    };
}

/// The fields of a server's message behind others that stand in front.
macro_rules! server_fields {
    ([$($front:expr),*], $least:expr, $flags:expr, $ciaddr:expr, $yiaddr:expr, $siaddr:expr) => {
        &[
            $($front,)* OP, REPLY_HTYPE, REPLY_HLEN, HOPS, REPLY_XID, REPLY_SECS, $flags, $ciaddr,
            $yiaddr, $siaddr, REPLY_GIADDR, REPLY_CHADDR, CHADDR_PADDING, SNAME, FILE,
            MAGIC_COOKIE, OPTION_LIST, padding($least),
        ]
    };
}

/// The fields of what is told of a lease: its client's hardware, not the questioner's (RFC 4388 section 6.4.2).
macro_rules! lease_fields {
    ([$($front:expr),*], $least:expr) => {
        &[
            $($front,)* OP, HTYPE, HLEN, HOPS, REPLY_XID, REPLY_SECS, REPLY_FLAGS, CIADDR, YIADDR,
            SIADDR, REPLY_GIADDR, CHADDR, CHADDR_PADDING, SNAME, FILE, MAGIC_COOKIE, OPTION_LIST,
            padding($least),
        ]
    };
}

/// Head, layouts and message types, all of which begin with the fields in brackets. `$least` is the octets
/// that a message is filled up to, those fields included. It makes `HEAD` and `MESSAGES`.
macro_rules! message_types {
    ([$($front:expr),*], $least:expr) => {
        /// All messages share their fields; option 53 tells their type.
        pub(super) const HEAD: Layout =
            layout("dhcp", "RFC 2131 section 2", client_fields!([$($front),*], $least, CIADDR));

        /// No address yet: DHCPDISCOVER, DHCPDECLINE.
        const WITHOUT_ADDRESS: Layout =
            layout("dhcp", "RFC 2131 section 2", client_fields!([$($front),*], $least, NO_CIADDR));

        /// An address of its own: DHCPRELEASE, DHCPINFORM.
        const WITH_ADDRESS: Layout =
            layout("dhcp", "RFC 2131 section 2", client_fields!([$($front),*], $least, OWN_CIADDR));

        /// Either: DHCPREQUEST, and what is no DHCP.
        const ASKING: Layout = HEAD;

        const OFFER: Layout = layout(
            "dhcp",
            "RFC 2131 section 2",
            server_fields!(
                [$($front),*], $least, REPLY_FLAGS, OFFER_CIADDR, GIVEN_YIADDR, SIADDR
            ),
        );

        const ACK: Layout = layout(
            "dhcp",
            "RFC 2131 section 2",
            server_fields!([$($front),*], $least, REPLY_FLAGS, CIADDR, YIADDR, SIADDR),
        );

        const NAK: Layout = layout(
            "dhcp",
            "RFC 2131 section 2",
            server_fields!(
                [$($front),*], $least, NAK_FLAGS, OFFER_CIADDR, NAK_YIADDR, NAK_SIADDR
            ),
        );

        /// RFC 4388 section 6.4.
        const LEASE: Layout =
            layout("dhcp", "RFC 4388 section 6.4", lease_fields!([$($front),*], $least));

        const ANY: Layout = layout(
            "dhcp",
            "RFC 2131 section 2",
            &[$($front,)* OP, octets("rest", Len::Rest)],
        );

        // Message types.

        pub(super) static MESSAGES: &[MessageType] = &[
            MessageType {
                opens: true,
                ..message("discover", DISCOVER, Side::Initiator, &WITHOUT_ADDRESS, "who has an address?")
            },
            message("offer", OFFERED, Side::Responder, &OFFER, "here is one"),
            message("request", REQUEST, Side::Initiator, &ASKING, "that one, or my old one again"),
            message("decline", DECLINE, Side::Initiator, &WITHOUT_ADDRESS, "somebody has it already"),
            message("ack", ACKED, Side::Responder, &ACK, "it is yours, and what else you must know"),
            message("nak", NAKED, Side::Responder, &NAK, "it cannot be yours"),
            message("release", RELEASE, Side::Initiator, &WITH_ADDRESS, "I need it no more"),
            MessageType {
                opens: true,
                ..message("inform", INFORM, Side::Initiator, &WITH_ADDRESS, "what must I know?")
            },
            message("forcerenew", FORCERENEW, Side::Responder, &ASKING, "renew what you have"),
            MessageType {
                opens: true,
                ..message("leasequery", LEASEQUERY, Side::Initiator, &ASKING, "who has this address?")
            },
            message("leaseunassigned", UNASSIGNED, Side::Responder, &LEASE, "nobody has it"),
            message("leaseunknown", UNKNOWN, Side::Responder, &LEASE, "it is none of mine"),
            message("leaseactive", ACTIVE, Side::Responder, &LEASE, "this one has it"),
            MessageType {
                opens: true,
                ..message("bootp-request", &[("op", 1)], Side::Initiator, &ASKING, "a request without type")
            },
            message("bootp-reply", &[("op", 2)], Side::Responder, &ACK, "a reply without type"),
            message("packet", &[], Side::Either, &ANY, "anything else"),
        ];
    };
}

pub(super) use {client_fields, lease_fields, message_types, server_fields};

pub(super) const DISCOVER: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 1)];
pub(super) const OFFERED: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 2)];
pub(super) const REQUEST: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 3)];
pub(super) const DECLINE: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 4)];
pub(super) const ACKED: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 5)];
pub(super) const NAKED: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 6)];
pub(super) const RELEASE: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 7)];
pub(super) const INFORM: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 8)];
pub(super) const FORCERENEW: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 9)];
pub(super) const LEASEQUERY: &[(&str, u64)] = &[("op", 1), ("options.DHCP-Message-Type", 10)];
pub(super) const UNASSIGNED: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 11)];
pub(super) const UNKNOWN: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 12)];
pub(super) const ACTIVE: &[(&str, u64)] = &[("op", 2), ("options.DHCP-Message-Type", 13)];

message_types!([], 300);

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Parameters = Parameters(Vec::new());

    fn kind(name: &str) -> &'static MessageType {
        PROTOCOL.message(name).expect("the tests name types that are there")
    }

    /// A message with these options, and what is in `sname` and `file`.
    fn message(options: &[u8], sname: &[u8], file: &[u8]) -> Vec<u8> {
        let mut octets = vec![0; 236];
        octets[..4].copy_from_slice(&[1, 1, 6, 0]);
        octets[44..44 + sname.len()].copy_from_slice(sname);
        octets[108..108 + file.len()].copy_from_slice(file);
        octets.extend([99, 130, 83, 99]);
        octets.extend(options);
        octets
    }

    fn read(octets: &[u8]) -> Message {
        let context = Context { parameters: &NOBODY, previous: None, from_initiator: true };
        decode(kind("bootp-request"), &context, octets)
    }

    fn show(message: &Message, path: &str) -> String {
        message.find(path).map_or_else(String::new, Node::show)
    }

    fn faults(message: &Message) -> Vec<&str> {
        message.faults.iter().map(|f| f.path.as_str()).collect()
    }

    #[test]
    fn pads_and_the_end_are_single_octets() {
        let heard = read(&message(&[0, 0, 12, 1, b'x', 0, 255, 0, 7], b"", b""));
        assert_eq!(faults(&heard), [""; 0]);
        assert_eq!(show(&heard, "options.Host-Name"), "\"x\"");
        // What stands behind the end is no option.
        assert_eq!(show(&heard, "padding"), "0x0007");
        for (options, path) in [
            (&[12u8, 1, b'x'][..], "options.End"),
            (&[12, 2, b'x'], "options.Host-Name.length"),
            (&[12], "options.Host-Name"),
            (&[], "options.End"),
        ] {
            assert_eq!(faults(&read(&message(options, b"", b""))), [path], "{options:?}");
        }
    }

    #[test]
    fn options_go_on_in_file_and_then_in_sname() {
        let overload = |number| [52, 1, number, 255];
        let both = read(&message(&overload(3), &[3, 4, 192, 0, 2, 1, 255], &[12, 1, b'x', 255]));
        assert_eq!(faults(&both), [""; 0]);
        assert_eq!(show(&both, "options.Host-Name"), "\"x\"");
        assert_eq!(show(&both, "options.Router.0.address"), "192.0.2.1");
        assert_eq!((show(&both, "file"), show(&both, "sname")), ("\"\"".into(), "\"\"".into()));
        let names: Vec<&str> =
            both.children("options").iter().filter(|n| n.depth == 1).map(|n| n.name()).collect();
        assert_eq!(names, ["Option-Overload", "End", "Host-Name", "End", "Router", "End"]);
        // Where nobody says so it is a text.
        let text = read(&message(&[255], b"server", &[12, 1, b'x', 0]));
        assert_eq!((faults(&text), show(&text, "sname")), (vec![], "\"server\"".into()));
        assert_eq!(show(&text, "options.Host-Name"), "");
        // Each part has an end of its own, and only pads behind it.
        for file in [&[12u8, 1, b'x'][..], &[12, 1, b'x', 255, 7], &[12, 200, b'x']] {
            assert_eq!(read(&message(&overload(1), b"", file)).faults.len(), 1, "{file:?}");
        }
    }

    #[test]
    fn the_parts_of_a_value_are_put_together() {
        // RFC 3396 section 7: in the order in which they stand, wherever that is.
        let heard = read(&message(
            &[6, 6, 192, 0, 2, 1, 192, 0, 12, 1, b'x', 52, 1, 1, 255],
            b"",
            &[6, 2, 2, 2, 255],
        ));
        assert_eq!(faults(&heard), [""; 0]);
        assert_eq!(show(&heard, "options.Domain-Name-Server.0.address"), "192.0.2.1");
        assert_eq!(show(&heard, "options.Domain-Name-Server.1.address"), "192.0.2.2");
        let short = read(&message(&[6, 3, 192, 0, 2, 6, 2, 1, 7, 255], b"", b""));
        assert_eq!(faults(&short), ["options.Domain-Name-Server.1.address"]);
    }

    #[test]
    fn a_long_value_is_said_in_parts() {
        let context = Context { parameters: &NOBODY, previous: None, from_initiator: true };
        let path: Vec<u8> = (b'a'..=b'z').cycle().take(600).collect();
        let option = |name: &'static str, value| Entry {
            field: None,
            name: name.into(),
            assignment: Assignment::Value(value),
        };
        let draft = Draft {
            fields: vec![Entry {
                field: None,
                name: "options".into(),
                assignment: Assignment::Fields(vec![
                    option("Root-Path", Value::from(path.clone())),
                    option("IP-Forwarding", Value::Uint(1)),
                ]),
            }],
            ..Draft::default()
        };
        let said = encode(kind("discover"), &context, &draft, &mut |_, n| vec![2; n]);
        let said = said.expect("it can be said");
        assert_eq!(said.bytes[240..245], [53, 1, 1, 17, 255]);
        assert_eq!(said.bytes[243 + 257..243 + 259], [17, 255]);
        assert_eq!(said.bytes[243 + 514..243 + 516], [17, 90]);
        let heard = decode(kind("discover"), &context, &said.bytes);
        assert_eq!(faults(&heard), [""; 0]);
        let root = heard.find("options.Root-Path").map(|n| &n.value);
        assert_eq!(root, Some(&Value::from(path)));
        assert_eq!(show(&heard, "options.IP-Forwarding"), "on (1)");
        assert_eq!(heard.edited(&context, &Edit::None), Ok(said.bytes));
    }

    #[test]
    fn routes_have_as_many_octets_as_their_width_makes_significant() {
        // RFC 3442: 10.27.129.0/24 by way of 10.0.0.1, and the default route.
        let routes = [121, 13, 24, 10, 27, 129, 10, 0, 0, 1, 0, 10, 0, 0, 2, 255];
        let heard = read(&message(&routes, b"", b""));
        assert_eq!(faults(&heard), [""; 0]);
        let route = |path: &str| show(&heard, &format!("options.Classless-Static-Route.{path}"));
        assert_eq!(
            (route("0.destination"), route("0.router")),
            ("0x0a1b81".into(), "10.0.0.1".into())
        );
        assert_eq!((route("1.width"), route("1.router")), ("0".into(), "10.0.0.2".into()));
        let wide = read(&message(&[121, 5, 33, 10, 0, 0, 1, 255], b"", b""));
        assert_eq!(faults(&wide), ["options.Classless-Static-Route.0.width"]);
    }

    #[test]
    fn a_reply_repeats_what_it_answers() {
        let before = Context { parameters: &NOBODY, previous: None, from_initiator: true };
        let mut asked = message(&[53, 1, 1, 255], b"", b"");
        asked[4..8].copy_from_slice(&[1, 2, 3, 4]);
        asked[10] = 0x80;
        asked[24..34].copy_from_slice(&[192, 0, 2, 2, 2, 0, 0, 0, 0, 9]);
        let asked = decode(kind("discover"), &before, &asked);
        assert_eq!(asked.faults, []);
        let options = [53, 1, 2, 54, 4, 192, 0, 2, 1, 51, 4, 0, 0, 2, 88, 255];
        let mut offer = message(&options, b"", b"");
        offer[..36].copy_from_slice(&asked.bytes[..36]);
        offer[0] = 2;
        offer[16..20].copy_from_slice(&[192, 0, 2, 100]);
        let after = Context { parameters: &NOBODY, previous: Some(&asked), from_initiator: false };
        assert_eq!(decode(kind("offer"), &after, &offer).faults, []);
        for (at, path) in [
            (1, "htype"),
            (2, "hlen"),
            (7, "xid"),
            (10, "flags.broadcast"),
            (27, "giaddr"),
            (33, "chaddr"),
        ] {
            let mut other = offer.clone();
            other[at] ^= 0x81;
            assert_eq!(faults(&decode(kind("offer"), &after, &other)), [path]);
        }
    }

    #[test]
    fn each_message_has_its_options() {
        let context = Context { parameters: &NOBODY, previous: None, from_initiator: true };
        let release = |options: &[u8]| {
            let mut octets = message(options, b"", b"");
            octets[12..16].copy_from_slice(&[192, 0, 2, 100]);
            decode(kind("release"), &context, &octets)
        };
        assert_eq!(release(&[53, 1, 7, 54, 4, 192, 0, 2, 1, 255]).faults, []);
        assert_eq!(faults(&release(&[53, 1, 7, 255])), ["options.Server-Identifier"]);
        // RFC 2131 section 4.4.1, table 5: all others must not be there.
        for (code, name) in [(12, "Host-Name"), (55, "Parameter-Request-List"), (224, "Option-224")]
        {
            let heard = release(&[53, 1, 7, 54, 4, 192, 0, 2, 1, code, 1, 1, 255]);
            assert_eq!(faults(&heard), [format!("options.{name}")]);
        }
    }

    #[test]
    fn a_type_is_found_wherever_it_stands() {
        let of = |octets: &[u8]| PROTOCOL.classify(&PROTOCOL.head(octets), true, true, None).name;
        assert_eq!(of(&message(&[12, 1, b'x', 53, 1, 3, 255], b"", b"")), "request");
        assert_eq!(of(&message(&[52, 1, 1, 255], b"", &[53, 1, 8, 255])), "inform");
        assert_eq!(of(&message(&[255], b"", b"")), "bootp-request");
        assert_eq!(of(&message(&[53, 1, 200, 255], b"", b"")), "bootp-request");
        assert_eq!(of(&[7]), "packet");
    }
}
