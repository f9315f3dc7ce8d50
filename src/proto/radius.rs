//! Remote Authentication Dial In User Service, RADIUS: authentication and accounting.
//!
//! RFC 2865 (authentication), RFC 2866 (accounting), RFC 2869 (extensions), RFC 3579 (EAP), RFC 5997
//! (Status-Server).
//! UDP, port 1812, accounting on 1813; network order; lengths in octets.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Code      |  Identifier   |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                   Authenticator (16 octets)                   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Attributes: Type (1), Length (1, counts both), Value ...
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-
//! ```

use std::ops::Range;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest as _, Md5};

use crate::wire::*;

/// RADIUS.
pub static PROTOCOL: Protocol = Protocol {
    name: "radius",
    title: "Remote Authentication Dial In User Service",
    sources: &["RFC 2865", "RFC 2866", "RFC 2869", "RFC 3579", "RFC 5997"],
    transport: Transport::Udp,
    port: 1812,
    parameters: &[
        Parameter {
            name: "secret",
            about: "the secret that client and server share",
            required: true,
        },
        Parameter {
            name: "password",
            about: "the user's password, with which CHAP responses are computed and verified",
            required: false,
        },
    ],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::Datagram,
    conversation: Conversation {
        key: &["identifier"],
        // The answer to a challenge goes on with what the challenge began.
        opens: |head| find(head, "code").is_none_or(|n| n.value != Value::Uint(1)),
        closes: |_, _| false,
        repeats: "RFC 2865 section 2.5",
        ports: "RFC 2865 section 3",
        may_close: "",
        patience: Duration::from_secs(5),
        ..Conversation::PLAIN
    },
};

// Code lists.

/// RFC 2865 section 3, RFC 2866 section 3, RFC 3575 appendix A, RFC 5997 section 3.
const CODES: Codes = Codes {
    name: "codes",
    closed: "",
    list: &[
        (1, "Access-Request"),
        (2, "Access-Accept"),
        (3, "Access-Reject"),
        (4, "Accounting-Request"),
        (5, "Accounting-Response"),
        (7, "Password-Request"),
        (11, "Access-Challenge"),
        (12, "Status-Server"),
        (13, "Status-Client"),
        (255, "Reserved"),
    ],
};

/// RFC 2865 section 5.6.
const SERVICE_TYPE: Codes = Codes {
    name: "Service-Type",
    closed: "",
    list: &[
        (1, "Login"),
        (2, "Framed"),
        (3, "Callback Login"),
        (4, "Callback Framed"),
        (5, "Outbound"),
        (6, "Administrative"),
        (7, "NAS Prompt"),
        (8, "Authenticate Only"),
        (9, "Callback NAS Prompt"),
        (10, "Call Check"),
        (11, "Callback Administrative"),
    ],
};

/// RFC 2865 section 5.7.
const FRAMED_PROTOCOL: Codes = Codes {
    name: "Framed-Protocol",
    closed: "",
    list: &[
        (1, "PPP"),
        (2, "SLIP"),
        (3, "ARAP"),
        (4, "Gandalf"),
        (5, "Xylogics"),
        (6, "X.75 Synchronous"),
    ],
};

/// RFC 2865 section 5.10.
const FRAMED_ROUTING: Codes = Codes {
    name: "Framed-Routing",
    closed: "",
    list: &[(0, "None"), (1, "Send"), (2, "Listen"), (3, "Send and Listen")],
};

/// RFC 2865 section 5.13.
const FRAMED_COMPRESSION: Codes = Codes {
    name: "Framed-Compression",
    closed: "",
    list: &[(0, "None"), (1, "VJ TCP/IP"), (2, "IPX"), (3, "Stac-LZS")],
};

/// RFC 2865 section 5.15.
const LOGIN_SERVICE: Codes = Codes {
    name: "Login-Service",
    closed: "",
    list: &[
        (0, "Telnet"),
        (1, "Rlogin"),
        (2, "TCP Clear"),
        (3, "PortMaster"),
        (4, "LAT"),
        (5, "X25-PAD"),
        (6, "X25-T3POS"),
        (8, "TCP Clear Quiet"),
    ],
};

/// RFC 2865 section 5.29.
const TERMINATION_ACTION: Codes = Codes {
    name: "Termination-Action",
    closed: "",
    list: &[(0, "Default"), (1, "RADIUS-Request")],
};

/// RFC 2865 section 5.41.
const NAS_PORT_TYPE: Codes = Codes {
    name: "NAS-Port-Type",
    closed: "",
    list: &[
        (0, "Async"),
        (1, "Sync"),
        (2, "ISDN Sync"),
        (3, "ISDN Async V.120"),
        (4, "ISDN Async V.110"),
        (5, "Virtual"),
        (6, "PIAFS"),
        (7, "HDLC Clear Channel"),
        (8, "X.25"),
        (9, "X.75"),
        (10, "G.3 Fax"),
        (11, "SDSL"),
        (12, "ADSL-CAP"),
        (13, "ADSL-DMT"),
        (14, "IDSL"),
        (15, "Ethernet"),
        (16, "xDSL"),
        (17, "Cable"),
        (18, "Wireless - Other"),
        (19, "Wireless - IEEE 802.11"),
    ],
};

/// RFC 2866 section 5.1.
const ACCT_STATUS_TYPE: Codes = Codes {
    name: "Acct-Status-Type",
    closed: "",
    list: &[
        (1, "Start"),
        (2, "Stop"),
        (3, "Interim-Update"),
        (7, "Accounting-On"),
        (8, "Accounting-Off"),
        (15, "Failed"),
    ],
};

/// RFC 2866 section 5.6.
const ACCT_AUTHENTIC: Codes = Codes {
    name: "Acct-Authentic",
    closed: "",
    list: &[(1, "RADIUS"), (2, "Local"), (3, "Remote")],
};

/// RFC 2866 section 5.10.
const ACCT_TERMINATE_CAUSE: Codes = Codes {
    name: "Acct-Terminate-Cause",
    closed: "",
    list: &[
        (1, "User Request"),
        (2, "Lost Carrier"),
        (3, "Lost Service"),
        (4, "Idle Timeout"),
        (5, "Session Timeout"),
        (6, "Admin Reset"),
        (7, "Admin Reboot"),
        (8, "Port Error"),
        (9, "NAS Error"),
        (10, "NAS Request"),
        (11, "NAS Reboot"),
        (12, "Port Unneeded"),
        (13, "Port Preempted"),
        (14, "Port Suspended"),
        (15, "Service Unavailable"),
        (16, "Callback"),
        (17, "User Error"),
        (18, "Host Request"),
    ],
};

/// RFC 2869 section 5.6.
const ARAP_ZONE_ACCESS: Codes = Codes {
    name: "ARAP-Zone-Access",
    closed: "",
    list: &[
        (1, "Only allow access to default zone"),
        (2, "Use zone filter inclusively"),
        (4, "Use zone filter exclusively"),
    ],
};

/// RFC 2869 section 5.10.
const PROMPT: Codes = Codes { name: "Prompt", closed: "", list: &[(0, "No Echo"), (1, "Echo")] };

// Attributes, in the order of their numbers.

/// A string of opaque octets.
const fn string(number: u64, name: &'static str, source: &'static str) -> ItemType {
    ItemType { number, field: octets(name, Len::Rest).source(source), octets: (1, 253) }
}

const UTF_8: Check = Check {
    about: "UTF-8 text",
    source: "RFC 2865 section 5",
    holds: |value| std::str::from_utf8(value.octets().unwrap_or_default()).is_ok(),
};

/// Text in whatever octets: that they are UTF-8 is recommended, which is for a suite to ask.
const fn words(number: u64, name: &'static str, source: &'static str) -> ItemType {
    ItemType { number, field: text(name, Len::Rest).source(source), octets: (1, 253) }
}

/// UTF-8 text.
const fn utf8(number: u64, name: &'static str, source: &'static str) -> ItemType {
    ItemType { number, field: text(name, Len::Rest).source(source).must(&UTF_8), octets: (1, 253) }
}

/// An IPv4 address.
const fn address(number: u64, name: &'static str, source: &'static str) -> ItemType {
    ItemType { number, field: field(name, Kind::Ipv4).source(source), octets: (4, 4) }
}

/// A 32-bit number.
const fn integer(number: u64, name: &'static str, source: &'static str) -> ItemType {
    ItemType { number, field: uint(name, 32).source(source), octets: (4, 4) }
}

/// A 32-bit number whose values have names.
const fn value(number: u64, names: &'static Codes, source: &'static str) -> ItemType {
    ItemType { number, field: code(names.name, 32, names).source(source), octets: (4, 4) }
}

/// Octets of a fixed number, or between two.
const fn sized(
    number: u64,
    name: &'static str,
    source: &'static str,
    octets: (usize, usize),
) -> ItemType {
    ItemType { number, field: field(name, Kind::Octets(Len::Rest)).source(source), octets }
}

/// How often each attribute may stand in each packet.
const OCCURRENCE: &[Occurrence] = &[
    occurrence(
        "RFC 2865 section 5.44",
        &["access-request", "access-accept", "access-reject", "access-challenge"],
        // RFC 2548 section 2.1.5 puts Vendor-Specific into an Access-Reject.
        &[
            (1, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (2, &[ONE_AT_MOST, NO, NO, NO]),
            (3, &[ONE_AT_MOST, NO, NO, NO]),
            (4, &[ONE_AT_MOST, NO, NO, NO]),
            (5, &[ONE_AT_MOST, NO, NO, NO]),
            (6, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (7, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (8, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (9, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (10, &[NO, ONE_AT_MOST, NO, NO]),
            (11, &[NO, ANY, NO, NO]),
            (12, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (13, &[ANY, ANY, NO, NO]),
            (14, &[ANY, ANY, NO, NO]),
            (15, &[NO, ONE_AT_MOST, NO, NO]),
            (16, &[NO, ONE_AT_MOST, NO, NO]),
            (18, &[NO, ANY, ANY, ANY]),
            (19, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (20, &[NO, ONE_AT_MOST, NO, NO]),
            (22, &[NO, ANY, NO, NO]),
            (23, &[NO, ONE_AT_MOST, NO, NO]),
            (24, &[ONE_AT_MOST, ONE_AT_MOST, NO, ONE_AT_MOST]),
            (25, &[NO, ANY, NO, NO]),
            (26, &[ANY, ANY, OPEN, ANY]),
            (27, &[NO, ONE_AT_MOST, NO, ONE_AT_MOST]),
            (28, &[NO, ONE_AT_MOST, NO, ONE_AT_MOST]),
            (29, &[NO, ONE_AT_MOST, NO, NO]),
            (30, &[ONE_AT_MOST, NO, NO, NO]),
            (31, &[ONE_AT_MOST, NO, NO, NO]),
            (32, &[ONE_AT_MOST, NO, NO, NO]),
            (33, &[ANY, ANY, ANY, ANY]),
            (34, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (35, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (36, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (37, &[NO, ONE_AT_MOST, NO, NO]),
            (38, &[NO, ANY, NO, NO]),
            (39, &[NO, ONE_AT_MOST, NO, NO]),
            (60, &[ONE_AT_MOST, NO, NO, NO]),
            (61, &[ONE_AT_MOST, NO, NO, NO]),
            (62, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
            (63, &[ONE_AT_MOST, ONE_AT_MOST, NO, NO]),
        ],
        &[],
    ),
    occurrence(
        "RFC 2866 section 5.13",
        &["accounting-request"],
        &[
            (1, &[ONE_AT_MOST]),
            (2, &[NO]),
            (3, &[NO]),
            (4, &[ONE_AT_MOST]),
            (5, &[ONE_AT_MOST]),
            (6, &[ONE_AT_MOST]),
            (7, &[ONE_AT_MOST]),
            (8, &[ONE_AT_MOST]),
            (9, &[ONE_AT_MOST]),
            (10, &[ONE_AT_MOST]),
            (11, &[ANY]),
            (12, &[ONE_AT_MOST]),
            (13, &[ANY]),
            (14, &[ANY]),
            (15, &[ONE_AT_MOST]),
            (16, &[ONE_AT_MOST]),
            (18, &[NO]),
            (19, &[ONE_AT_MOST]),
            (20, &[ONE_AT_MOST]),
            (22, &[ANY]),
            (23, &[ONE_AT_MOST]),
            (24, &[NO]),
            (25, &[ANY]),
            (26, &[ANY]),
            (27, &[ONE_AT_MOST]),
            (28, &[ONE_AT_MOST]),
            (29, &[ONE_AT_MOST]),
            (30, &[ONE_AT_MOST]),
            (31, &[ONE_AT_MOST]),
            (32, &[ONE_AT_MOST]),
            (33, &[ANY]),
            (34, &[ONE_AT_MOST]),
            (35, &[ONE_AT_MOST]),
            (36, &[ONE_AT_MOST]),
            (37, &[ONE_AT_MOST]),
            (38, &[ONE_AT_MOST]),
            (39, &[ONE_AT_MOST]),
            (40, &[ONE]),
            (41, &[ONE_AT_MOST]),
            (42, &[ONE_AT_MOST]),
            (43, &[ONE_AT_MOST]),
            (44, &[ONE]),
            (45, &[ONE_AT_MOST]),
            (46, &[ONE_AT_MOST]),
            (47, &[ONE_AT_MOST]),
            (48, &[ONE_AT_MOST]),
            (49, &[ONE_AT_MOST]),
            (50, &[ANY]),
            (51, &[ANY]),
            (60, &[NO]),
            (61, &[ONE_AT_MOST]),
            (62, &[ONE_AT_MOST]),
            (63, &[ONE_AT_MOST]),
        ],
        &[],
    ),
    occurrence(
        "RFC 2869 section 5.19",
        &["access-request", "access-accept", "access-reject", "access-challenge"],
        &[
            (70, &[ONE_AT_MOST, NO, NO, NO]),
            (71, &[NO, ONE_AT_MOST, NO, ONE_AT_MOST]),
            (72, &[NO, ONE_AT_MOST, NO, NO]),
            (73, &[ONE_AT_MOST, NO, NO, ONE_AT_MOST]),
            (74, &[ANY, NO, NO, ANY]),
            // RFC 5080 section 2.6.1 has Password-Retry in an Access-Challenge; RFC 2869 has it in an Access-Reject.
            (75, &[NO, NO, ONE_AT_MOST, ONE_AT_MOST]),
            (76, &[NO, NO, NO, ONE_AT_MOST]),
            (77, &[ONE_AT_MOST, NO, NO, NO]),
            (78, &[NO, ANY, NO, NO]),
            (79, &[ANY, ANY, ANY, ANY]),
            (80, &[ONE_AT_MOST, ONE_AT_MOST, ONE_AT_MOST, ONE_AT_MOST]),
            (84, &[NO, ONE_AT_MOST, NO, ONE_AT_MOST]),
            (85, &[NO, ONE_AT_MOST, NO, NO]),
            (87, &[ONE_AT_MOST, NO, NO, NO]),
            (88, &[NO, ONE_AT_MOST, NO, NO]),
        ],
        &[],
    ),
    occurrence(
        "RFC 2869 section 5.19",
        &["accounting-request"],
        // Message-Authenticator, which the table forbids here, is in accounting packets of many
        // programs of today; it is left open.
        &[
            (52, &[ONE_AT_MOST]),
            (53, &[ONE_AT_MOST]),
            (55, &[ONE_AT_MOST]),
            (70, &[NO]),
            (71, &[NO]),
            (72, &[NO]),
            (73, &[NO]),
            (74, &[NO]),
            (75, &[NO]),
            (76, &[NO]),
            (77, &[ANY]),
            (78, &[NO]),
            (79, &[NO]),
            (84, &[NO]),
            (85, &[NO]),
            (87, &[ONE_AT_MOST]),
            (88, &[NO]),
        ],
        &[],
    ),
    occurrence(
        "RFC 5997 section 5",
        &["status-server"],
        &[
            (1, &[NO]),
            (2, &[NO]),
            (3, &[NO]),
            (4, &[ONE_AT_MOST]),
            (18, &[NO]),
            (32, &[ONE_AT_MOST]),
            (79, &[NO]),
            (80, &[ONE]),
        ],
        &[],
    ),
];

const NO: Occurs = Occurs::Never;
const ONE_AT_MOST: Occurs = Occurs::AtMostOnce;
const ANY: Occurs = Occurs::AnyNumber;
const ONE: Occurs = Occurs::Once;
const OPEN: Occurs = Occurs::Open;

static ATTRIBUTES: Items = Items {
    noun: "attribute",
    source: "RFC 2865 section 5",
    length_counts_header: true,
    unknown_prefix: "Attr-",
    order: "RFC 2865 section 5",
    occurrence: OCCURRENCE,
    ended: None,
    types: &[
        string(1, "User-Name", "RFC 2865 section 5.1"),
        ItemType {
            number: 2,
            field: field("User-Password", Kind::Hidden { seal: &USER_PASSWORD, block: 16 })
                .source("RFC 2865 section 5.2"),
            octets: (16, 128),
        },
        ItemType {
            number: 3,
            field: field("CHAP-Password", Kind::Group(CHAP_PASSWORD))
                .source("RFC 2865 section 5.3"),
            octets: (17, 17),
        },
        address(4, "NAS-IP-Address", "RFC 2865 section 5.4").free(),
        integer(5, "NAS-Port", "RFC 2865 section 5.5").free(),
        value(6, &SERVICE_TYPE, "RFC 2865 section 5.6"),
        value(7, &FRAMED_PROTOCOL, "RFC 2865 section 5.7"),
        address(8, "Framed-IP-Address", "RFC 2865 section 5.8"),
        address(9, "Framed-IP-Netmask", "RFC 2865 section 5.9"),
        value(10, &FRAMED_ROUTING, "RFC 2865 section 5.10"),
        words(11, "Filter-Id", "RFC 2865 section 5.11"),
        integer(12, "Framed-MTU", "RFC 2865 section 5.12"),
        value(13, &FRAMED_COMPRESSION, "RFC 2865 section 5.13"),
        address(14, "Login-IP-Host", "RFC 2865 section 5.14"),
        value(15, &LOGIN_SERVICE, "RFC 2865 section 5.15"),
        integer(16, "Login-TCP-Port", "RFC 2865 section 5.16"),
        words(18, "Reply-Message", "RFC 2865 section 5.18").free(),
        string(19, "Callback-Number", "RFC 2865 section 5.19"),
        string(20, "Callback-Id", "RFC 2865 section 5.20"),
        words(22, "Framed-Route", "RFC 2865 section 5.22"),
        integer(23, "Framed-IPX-Network", "RFC 2865 section 5.23"),
        string(24, "State", "RFC 2865 section 5.24").free(),
        string(25, "Class", "RFC 2865 section 5.25").free(),
        ItemType {
            number: 26,
            field: field("Vendor-Specific", Kind::Group(VENDOR_SPECIFIC))
                .source("RFC 2865 section 5.26"),
            octets: (5, 253),
        },
        integer(27, "Session-Timeout", "RFC 2865 section 5.27"),
        integer(28, "Idle-Timeout", "RFC 2865 section 5.28"),
        value(29, &TERMINATION_ACTION, "RFC 2865 section 5.29"),
        string(30, "Called-Station-Id", "RFC 2865 section 5.30").free(),
        string(31, "Calling-Station-Id", "RFC 2865 section 5.31").free(),
        string(32, "NAS-Identifier", "RFC 2865 section 5.32").free(),
        string(33, "Proxy-State", "RFC 2865 section 5.33"),
        string(34, "Login-LAT-Service", "RFC 2865 section 5.34"),
        string(35, "Login-LAT-Node", "RFC 2865 section 5.35"),
        sized(36, "Login-LAT-Group", "RFC 2865 section 5.36", (32, 32)),
        integer(37, "Framed-AppleTalk-Link", "RFC 2865 section 5.37"),
        integer(38, "Framed-AppleTalk-Network", "RFC 2865 section 5.38"),
        string(39, "Framed-AppleTalk-Zone", "RFC 2865 section 5.39"),
        value(40, &ACCT_STATUS_TYPE, "RFC 2866 section 5.1"),
        integer(41, "Acct-Delay-Time", "RFC 2866 section 5.2"),
        integer(42, "Acct-Input-Octets", "RFC 2866 section 5.3").free(),
        integer(43, "Acct-Output-Octets", "RFC 2866 section 5.4").free(),
        words(44, "Acct-Session-Id", "RFC 2866 section 5.5").free(),
        value(45, &ACCT_AUTHENTIC, "RFC 2866 section 5.6"),
        integer(46, "Acct-Session-Time", "RFC 2866 section 5.7").free(),
        integer(47, "Acct-Input-Packets", "RFC 2866 section 5.8").free(),
        integer(48, "Acct-Output-Packets", "RFC 2866 section 5.9").free(),
        value(49, &ACCT_TERMINATE_CAUSE, "RFC 2866 section 5.10").free(),
        words(50, "Acct-Multi-Session-Id", "RFC 2866 section 5.11").free(),
        integer(51, "Acct-Link-Count", "RFC 2866 section 5.12"),
        integer(52, "Acct-Input-Gigawords", "RFC 2869 section 5.1").free(),
        integer(53, "Acct-Output-Gigawords", "RFC 2869 section 5.2").free(),
        integer(55, "Event-Timestamp", "RFC 2869 section 5.3"),
        sized(60, "CHAP-Challenge", "RFC 2865 section 5.40", (5, 253)),
        value(61, &NAS_PORT_TYPE, "RFC 2865 section 5.41").free(),
        integer(62, "Port-Limit", "RFC 2865 section 5.42"),
        string(63, "Login-LAT-Port", "RFC 2865 section 5.43"),
        sized(70, "ARAP-Password", "RFC 2869 section 5.4", (16, 16)),
        sized(71, "ARAP-Features", "RFC 2869 section 5.5", (14, 14)),
        value(72, &ARAP_ZONE_ACCESS, "RFC 2869 section 5.6"),
        integer(73, "ARAP-Security", "RFC 2869 section 5.7"),
        string(74, "ARAP-Security-Data", "RFC 2869 section 5.8"),
        integer(75, "Password-Retry", "RFC 2869 section 5.9"),
        value(76, &PROMPT, "RFC 2869 section 5.10"),
        utf8(77, "Connect-Info", "RFC 2869 section 5.11").free(),
        string(78, "Configuration-Token", "RFC 2869 section 5.12"),
        // Without a value it is the EAP-Start of RFC 3579 section 2.1, and a packet that is too long
        // for one attribute goes on in the next one.
        ItemType {
            number: 79,
            field: field("EAP-Message", Kind::Group(EAP)).source("RFC 3579 section 3.1"),
            octets: (0, 253),
        },
        ItemType {
            number: 80,
            field: octets("Message-Authenticator", Len::Fixed(16))
                .auto(Auto::Digest(&MESSAGE_AUTHENTICATOR))
                .source("RFC 2869 section 5.14"),
            octets: (16, 16),
        },
        sized(84, "ARAP-Challenge-Response", "RFC 2869 section 5.15", (8, 8)),
        integer(85, "Acct-Interim-Interval", "RFC 2869 section 5.16"),
        utf8(87, "NAS-Port-Id", "RFC 2869 section 5.17").free(),
        string(88, "Framed-Pool", "RFC 2869 section 5.18"),
    ],
};

/// RFC 2865 section 5.3.
const CHAP_PASSWORD: &[Field] = &[
    uint("chap_ident", 8).auto(Auto::Fresh).about("the CHAP identifier of the user's response"),
    octets("response", Len::Fixed(16))
        .auto(Auto::Digest(&CHAP_RESPONSE))
        .about("the CHAP response; computed where the link knows the password"),
];

/// An EAP packet (RFC 3748 section 4), or what begins of it in this attribute.
const EAP: &[Field] = &[
    code("code", 8, &EAP_CODES),
    uint("identifier", 8)
        .auto(Auto::Follows(&Follows {
            about: "the identifier of the EAP packet that this one answers",
            // Of a new request it must be another one, and which of them it is the code tells.
            source: "",
            value: |context| {
                let asked = eap_packet(context.previous?)?;
                Some(Value::Uint(u64::from(*asked.get(1)?)))
            },
        }))
        .about("of a response, a success or a failure the one of what it answers"),
    octets("packet_length", Len::Fixed(2))
        .auto(Auto::Digest(&EAP_LENGTH))
        .about("octets of the EAP packet, in all attributes that follow one another"),
    field(
        "method",
        Kind::Sealed { seal: &EAP_MD5, fields: &[octets("data", Len::Rest).about(EAP_DATA)] },
    ),
];
const EAP_DATA: &str = "type and type data; the 16 octets of an MD5-Challenge response are told as \
                        their difference from the right ones, so that zeros are right";

/// RFC 3748 section 4.
const EAP_CODES: Codes = Codes {
    name: "EAP codes",
    closed: "",
    list: &[(1, "Request"), (2, "Response"), (3, "Success"), (4, "Failure")],
};

/// RFC 2865 section 5.26.
const VENDOR_SPECIFIC: &[Field] = &[
    uint("vendor_id", 32).about("the vendor's SMI network management private enterprise code"),
    octets("string", Len::Rest).about("what the vendor wants"),
];

// Layouts.

const HEAD: Layout =
    layout("radius", "RFC 2865 section 3", &[code("code", 8, &CODES), uint("identifier", 8)]);

const LENGTH: Field = uint("length", 16)
    .auto(Auto::LengthOfMessage)
    .free("RFC 2865 section 3")
    .must(&LENGTHS)
    .about("octets of the whole packet, 20 to 4096; what lies beyond is padding");
const LENGTHS: Check = Check {
    about: "20 to 4096",
    source: "RFC 2865 section 3",
    holds: |value| value.uint().is_none_or(|n| (20..=4096).contains(&n)),
};

const ATTRIBUTE_LIST: Field = field("attributes", Kind::Items(&ATTRIBUTES));

/// The request authenticator of an Access-Request is drawn (RFC 2865 section 3).
const DRAWN: Layout = layout(
    "radius",
    "RFC 2865 section 3",
    &[
        code("code", 8, &CODES),
        uint("identifier", 8).auto(Auto::Fresh).free("RFC 2865 section 3"),
        LENGTH,
        octets("authenticator", Len::Fixed(16))
            .auto(Auto::Fresh)
            .free("RFC 2865 section 3")
            .about("request authenticator: unpredictable, never used twice under one secret"),
        ATTRIBUTE_LIST,
    ],
);

/// The request authenticator of an Accounting-Request is computed (RFC 2866 section 3).
const COMPUTED: Layout = layout(
    "radius",
    "RFC 2866 section 3",
    &[
        code("code", 8, &CODES),
        uint("identifier", 8).auto(Auto::Fresh).free("RFC 2865 section 3"),
        LENGTH,
        octets("authenticator", Len::Fixed(16)).auto(Auto::Digest(&ACCOUNTING_AUTHENTICATOR)),
        ATTRIBUTE_LIST,
    ],
);

/// A reply echoes the identifier and signs with the request authenticator (RFC 2865 section 3).
const REPLY: Layout = layout(
    "radius",
    "RFC 2865 section 3",
    &[
        code("code", 8, &CODES),
        uint("identifier", 8).auto(Auto::Follows(&Follows {
            about: "the identifier of the request",
            source: "RFC 2865 section 3",
            value: |context| echo(context.previous, "identifier"),
        })),
        LENGTH,
        octets("authenticator", Len::Fixed(16)).auto(Auto::Digest(&RESPONSE_AUTHENTICATOR)),
        ATTRIBUTE_LIST,
    ],
);

/// A message type with its code.
const fn packet(
    name: &'static str,
    when: &'static [(&'static str, u64)],
    from: Side,
    layout: &'static Layout,
    about: &'static str,
) -> MessageType {
    let opens = matches!(from, Side::Initiator);
    MessageType {
        name,
        about,
        from,
        when,
        opens,
        layout,
        background: false,
        flow: Flow::Framed,
        answers: &[],
        urgent: false,
    }
}

static MESSAGES: &[MessageType] = &[
    packet(
        "access-request",
        &[("code", 1)],
        Side::Initiator,
        &DRAWN,
        "may this user in? (RFC 2865 section 4.1)",
    ),
    packet(
        "access-accept",
        &[("code", 2)],
        Side::Responder,
        &REPLY,
        "yes, with this service (RFC 2865 section 4.2)",
    ),
    packet("access-reject", &[("code", 3)], Side::Responder, &REPLY, "no (RFC 2865 section 4.3)"),
    packet(
        "access-challenge",
        &[("code", 11)],
        Side::Responder,
        &REPLY,
        "ask the user this (RFC 2865 section 4.4)",
    ),
    packet(
        "accounting-request",
        &[("code", 4)],
        Side::Initiator,
        &COMPUTED,
        "record this (RFC 2866 section 4.1)",
    ),
    packet(
        "accounting-response",
        &[("code", 5)],
        Side::Responder,
        &REPLY,
        "it is recorded (RFC 2866 section 4.2)",
    ),
    packet(
        "status-server",
        &[("code", 12)],
        Side::Initiator,
        &DRAWN,
        "are you alive? (RFC 5997 section 3)",
    ),
    packet(
        "status-client",
        &[("code", 13)],
        Side::Either,
        &DRAWN,
        "experimental (RFC 2865 section 3)",
    ),
    // A type that opens nothing: where a protocol has one, what a client says is read in the light of
    // what it was told. Answers to challenges need that.
    MessageType {
        opens: false,
        ..packet(
            "password-request",
            &[("code", 7)],
            Side::Initiator,
            &DRAWN,
            "another password, for some vendors (RFC 2882 section 4)",
        )
    },
    packet("request", &[], Side::Initiator, &DRAWN, "a request of any other code"),
    packet("packet", &[], Side::Responder, &REPLY, "a reply of any other code"),
];

// Computed fields.

/// The packet as its own length bounds it: what follows is padding (RFC 2865 section 3).
fn bounded(bytes: &[u8]) -> &[u8] {
    let length = match bytes {
        [_, _, a, b, ..] => usize::from(*a) << 8 | usize::from(*b),
        _ => 0,
    };
    &bytes[..if length < 20 { bytes.len() } else { length.min(bytes.len()) }]
}

/// MD5 over the packet with `authenticator` in its place, and the secret behind it.
fn keyed_md5(bytes: &[u8], authenticator: &[u8], secret: &[u8]) -> Option<Octets> {
    let packet = bounded(bytes);
    let mut md5 = Md5::new();
    md5.update(packet.get(..4)?);
    md5.update(authenticator);
    md5.update(packet.get(20..)?);
    md5.update(secret);
    Some(md5.finalize().as_slice().into())
}

fn request_authenticator<'m>(context: &Context<'m>) -> Option<&'m [u8]> {
    context.previous?.bytes.get(4..20)
}

/// Whether the authenticator of a packet is drawn: all others are computed over the attributes, so
/// that no attribute can depend on them.
fn drawn(context: &Context<'_>, packet: &[u8]) -> bool {
    context.from_initiator && packet.first() != Some(&4)
}

const ACCOUNTING_AUTHENTICATOR: Digest = Digest {
    absent: "",
    about: "MD5 over the request with a zero authenticator, and the secret",
    source: "RFC 2866 section 3",
    phase: 2,
    compute: |context, bytes, _| keyed_md5(bytes, &[0; 16], context.parameters.octets("secret")?),
};

const RESPONSE_AUTHENTICATOR: Digest = Digest {
    absent: "",
    about: "MD5 over the reply with the request authenticator in its place, and the secret",
    source: "RFC 2865 section 3",
    phase: 2,
    compute: |context, bytes, _| {
        let authenticator = request_authenticator(context)?;
        keyed_md5(bytes, authenticator, context.parameters.octets("secret")?)
    },
};

const MESSAGE_AUTHENTICATOR: Digest = Digest {
    absent: "",
    about: "HMAC-MD5 over the packet with this value zero, keyed with the secret",
    source: "RFC 2869 section 5.14",
    phase: 1,
    compute: |context, bytes, range| {
        let mut packet = bounded(bytes).to_vec();
        // The value stands behind type and length of its attribute.
        let value = range.end.checked_sub(16)?..range.end;
        let present = Octets::from(packet.get(value.clone())?);
        packet.get_mut(value)?.fill(0);
        let secret = context.parameters.octets("secret")?;
        let sign = |authenticator: &[u8]| {
            let mut mac = Hmac::<Md5>::new_from_slice(secret).ok()?;
            mac.update(packet.get(..4)?);
            mac.update(authenticator);
            mac.update(packet.get(20..)?);
            Some(mac.finalize().into_bytes().as_slice().into())
        };
        let code = *packet.first()?;
        if context.from_initiator {
            // The authenticator of an Accounting-Request covers this value, so it is zero here.
            return if code == 4 { sign(&[0; 16]) } else { sign(packet.get(4..20)?) };
        }
        let request = context.previous?;
        let answer = sign(request.bytes.get(4..20)?)?;
        if code != 5 {
            return Some(answer);
        }
        // No RFC tells how to sign an Accounting-Response. FreeRADIUS and pyrad put zeros in the
        // place of the authenticator, other programs do as with Access-Accept: both are taken.
        let zero = sign(&[0; 16])?;
        let (usual, other) =
            if request.bytes.first() == Some(&4) { (zero, answer) } else { (answer, zero) };
        Some(if present == other { other } else { usual })
    },
};

const CHAP_RESPONSE: Digest = Digest {
    absent: "",
    about: "MD5 over the CHAP identifier, the password and the challenge",
    source: "RFC 2865 section 5.3",
    // Message-Authenticator may stand in front of it and covers it.
    phase: 0,
    compute: |context, bytes, range| {
        let packet = bounded(bytes);
        let ident = packet.get(range.start.checked_sub(1)?)?;
        let challenge = match attribute(packet, 60) {
            Some(challenge) => challenge,
            None if drawn(context, packet) => packet.get(4..20)?,
            None => return None,
        };
        let mut md5 = Md5::new();
        md5.update([*ident]);
        md5.update(context.parameters.octets("password")?);
        md5.update(challenge);
        Some(md5.finalize().as_slice().into())
    },
};

const EAP_LENGTH: Digest = Digest {
    absent: "",
    about: "the octets of the EAP packet, in all EAP-Message attributes that follow one another",
    source: "RFC 3579 section 3.1",
    phase: 0,
    compute: |_, bytes, range| {
        let packet = bounded(bytes);
        let at = range.start.checked_sub(4)?;
        let whole = eap_run(packet, at)?;
        Some(u16::try_from(whole.len()).ok()?.to_be_bytes().into())
    },
};

/// RFC 3748 section 5.4, RFC 1994 section 4.1: MD5 over identifier, password and challenge.
const EAP_MD5: Seal = Seal {
    about: "without what the password makes of the challenge",
    source: "RFC 3748 section 5.4",
    unless: None,
    close: eap_md5,
    open: eap_md5,
};

/// Puts the right response of an MD5-Challenge on top of what is there, and takes it off again.
fn eap_md5(context: &Context<'_>, bytes: &mut [u8], range: Range<usize>) {
    let response = || {
        let [2, _, _, _, MD5_CHALLENGE, 16, ..] = bytes.get(range.start.checked_sub(4)?..)? else {
            return None;
        };
        let asked = eap_packet(context.previous?)?;
        let [1, identifier, _, _, MD5_CHALLENGE, size, rest @ ..] = asked.as_slice() else {
            return None;
        };
        let mut md5 = Md5::new();
        md5.update([*identifier]);
        md5.update(context.parameters.octets("password")?);
        md5.update(rest.get(..usize::from(*size))?);
        Some(md5.finalize())
    };
    let Some(response) = response() else { return };
    let Some(value) = bytes.get_mut(range.start + 2..range.start + 18) else { return };
    for (octet, right) in value.iter_mut().zip(response) {
        *octet ^= right;
    }
}

/// RFC 3748 section 5.4.
const MD5_CHALLENGE: u8 = 4;

/// The EAP packet whose first attribute stands at an octet of a packet; none if it is a later one.
fn eap_run(packet: &[u8], wanted: usize) -> Option<Vec<u8>> {
    let (mut at, mut before) = (20, 0);
    while at <= wanted {
        let &[kind, length, ..] = packet.get(at..)? else { return None };
        if at == wanted {
            return (before != 79).then(|| eap_at(packet, at));
        }
        at += usize::from(length).max(2);
        before = kind;
    }
    None
}

/// The EAP packet of a message.
fn eap_packet(message: &Message) -> Option<Vec<u8>> {
    let packet = bounded(&message.bytes);
    let mut at = 20;
    while let &[kind, length, ..] = packet.get(at..)? {
        if kind == 79 {
            return Some(eap_at(packet, at));
        }
        at += usize::from(length).max(2);
    }
    None
}

/// What the EAP-Message attributes from an octet on hold together.
fn eap_at(packet: &[u8], mut at: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(&[79, length, ..]) = packet.get(at..) {
        let end = at + usize::from(length).max(2);
        whole.extend_from_slice(packet.get(at + 2..end).unwrap_or_default());
        at = end;
    }
    whole
}

/// The value of the first attribute of a type.
fn attribute(packet: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut rest = packet.get(20..)?;
    while let [kind, length, ..] = rest {
        let length = usize::from(*length);
        let item = rest.get(..length).filter(|_| length >= 2)?;
        if *kind == wanted {
            return item.get(2..);
        }
        rest = &rest[length..];
    }
    None
}

/// RFC 2865 section 5.2: each 16 octets are combined with MD5 over the secret and the 16 before.
const USER_PASSWORD: Seal = Seal {
    about: "hidden with the shared secret and the request authenticator",
    source: "RFC 2865 section 5.2",
    unless: None,
    close: |context, bytes, range| hide(context, bytes, range, true),
    open: |context, bytes, range| hide(context, bytes, range, false),
};

fn hide(context: &Context<'_>, bytes: &mut [u8], range: Range<usize>, closing: bool) {
    // The attribute belongs into an Access-Request; where it has no business it is left as it is,
    // unless it is in a reply, whose request has an authenticator.
    let authenticator = match context.from_initiator {
        true if drawn(context, bytes) => bytes.get(4..20),
        true => None,
        false => request_authenticator(context),
    };
    let Some(secret) = context.parameters.octets("secret") else { return };
    let Some(mut before) = authenticator.map(<[u8]>::to_vec) else { return };
    let Some(value) = bytes.get_mut(range) else { return };
    for block in value.chunks_mut(16) {
        let mut md5 = Md5::new();
        md5.update(secret);
        md5.update(&before);
        let sealed = (!closing).then(|| block.to_vec());
        for (octet, pad) in block.iter_mut().zip(md5.finalize()) {
            *octet ^= pad;
        }
        before = sealed.unwrap_or_else(|| block.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The octets of a message that others made; its file tells who.
    macro_rules! fixture {
        ($name:literal) => {{
            let text = include_str!(concat!("../../fixtures/messages/radius/", $name, ".hex"));
            let hex: String = text.lines().filter(|line| !line.starts_with('#')).collect();
            parse_octets(&hex).expect("a fixture is hexadecimal")
        }};
    }

    fn link(secret: &str) -> Parameters {
        Parameters(vec![("secret", secret.as_bytes().to_vec())])
    }

    fn kind(name: &str) -> &'static MessageType {
        PROTOCOL.message(name).expect("the tests name types that are there")
    }

    /// A request as its server reads it.
    fn request(name: &str, link: &Parameters, octets: &[u8]) -> Message {
        let context = Context { parameters: link, previous: None, from_initiator: true };
        decode(kind(name), &context, octets)
    }

    /// A reply as the client reads it that made the request.
    fn reply(name: &str, link: &Parameters, request: &Message, octets: &[u8]) -> Message {
        let context = Context { parameters: link, previous: Some(request), from_initiator: false };
        decode(kind(name), &context, octets)
    }

    fn show(message: &Message, path: &str) -> String {
        message.find(path).map(Node::show).unwrap_or_else(|| format!("no {path}"))
    }

    #[test]
    fn however_much_is_wrong_a_wrong_authenticator_is_told() {
        let link = link("xyzzy5461");
        let asked = request("access-request", &link, &fixture!("rfc2865-7-1-request"));
        // Attributes of no octets, and an authenticator that nobody computed.
        let wrong = |attributes: u16| {
            let length = 20 + 2 * attributes;
            let mut octets = vec![3, asked.bytes[1]];
            octets.extend(length.to_be_bytes());
            octets.extend([0; 16]);
            octets.extend([18, 2].repeat(attributes.into()));
            reply("access-reject", &link, &asked, &octets).faults
        };
        for attributes in [1, 3, 500, 2_000] {
            let faults = wrong(attributes);
            assert!(faults.iter().any(|fault| fault.path == "authenticator"), "{attributes}");
            assert!(faults.len() < 150, "{attributes}: {}", faults.len());
        }
    }

    fn attribute(name: &str) -> &'static ItemType {
        ATTRIBUTES.by_name(name).expect("the tests name attributes that are there")
    }

    /// A value for an attribute, as a suite would spell it.
    fn text(name: &'static str, value: &str) -> Entry {
        let field = ATTRIBUTES.field(name).expect("the tests name attributes that are there");
        let value = field.kind.parse(value).expect("the tests spell values that fit");
        Entry::new(name, Assignment::Value(value))
    }

    fn fields(name: &'static str, fields: Vec<Entry>) -> Entry {
        Entry::new(name, Assignment::Fields(fields))
    }

    fn value(name: &'static str, value: Value) -> Entry {
        Entry::new(name, Assignment::Value(value))
    }

    /// Encodes a message of these attributes; the authenticator of a request is all `a`.
    fn build(
        name: &str,
        link: &Parameters,
        previous: Option<&Message>,
        identifier: Option<u8>,
        attributes: Vec<Entry>,
    ) -> Message {
        let context = Context { parameters: link, previous, from_initiator: previous.is_none() };
        let mut list = vec![fields("attributes", attributes)];
        list.extend(identifier.map(|n| value("identifier", Value::Uint(n.into()))));
        let draft = Draft { fields: list, ..Draft::default() };
        encode(kind(name), &context, &draft, &mut |_, n| vec![b'a'; n])
            .expect("the tests choose values that fit")
    }

    fn faults(message: &Message) -> Vec<&str> {
        message.faults.iter().map(|f| f.path.as_str()).collect()
    }

    /// An Access-Request whose attributes are these octets.
    fn with_attributes(attributes: &[u8]) -> Message {
        let length = (20 + attributes.len()) as u16;
        let head = [&[1, 7][..], &length.to_be_bytes(), &[b'a'; 16]].concat();
        request("access-request", &link("testing123"), &[&head, attributes].concat())
    }

    // The examples of RFC 2865 section 7.

    #[test]
    fn the_telnet_user_of_rfc_2865_is_read_and_built_again() {
        let link = link("xyzzy5461");
        let octets = fixture!("rfc2865-7-1-request");
        let asked = request("access-request", &link, &octets);
        assert_eq!(asked.faults, []);
        assert_eq!(show(&asked, "attributes.User-Name"), "\"nemo\"");
        assert_eq!(show(&asked, "attributes.User-Password"), "\"arctangent\"");
        assert_eq!(show(&asked, "attributes.NAS-IP-Address"), "192.168.1.16");
        assert_eq!(show(&asked, "attributes.NAS-Port"), "3");

        let drawn = octets[4..20].to_vec();
        let draft = Draft {
            fields: vec![
                value("identifier", Value::Uint(0)),
                value("authenticator", Value::from(drawn)),
                fields(
                    "attributes",
                    vec![
                        text("User-Name", "nemo"),
                        text("User-Password", "arctangent"),
                        text("NAS-IP-Address", "192.168.1.16"),
                        text("NAS-Port", "3"),
                    ],
                ),
            ],
            ..Draft::default()
        };
        let context = Context { parameters: &link, previous: None, from_initiator: true };
        let again = encode(kind("access-request"), &context, &draft, &mut |_, n| vec![0; n])
            .expect("the values fit");
        assert_eq!(again.bytes, octets);

        let octets = fixture!("rfc2865-7-1-reply");
        let said = reply("access-accept", &link, &asked, &octets);
        assert_eq!(said.faults, []);
        let attributes = vec![
            text("Service-Type", "Login"),
            text("Login-Service", "Telnet"),
            text("Login-IP-Host", "192.168.1.3"),
        ];
        let again = build("access-accept", &link, Some(&asked), None, attributes);
        assert_eq!(again.bytes, octets, "identifier and authenticator follow from the request");
    }

    #[test]
    fn the_chap_user_of_rfc_2865_is_read_and_built_again() {
        // The RFC does not print the password; this one makes the response that it prints.
        let mut link = link("xyzzy5461");
        link.0.push(("password", b"arctangent".to_vec()));
        let octets = fixture!("rfc2865-7-2-request");
        let asked = request("access-request", &link, &octets);
        assert_eq!(asked.faults, []);
        assert_eq!(show(&asked, "attributes.CHAP-Password.chap_ident"), "22");
        assert_eq!(show(&asked, "attributes.Service-Type"), "Framed (2)");
        assert_eq!(show(&asked, "attributes.Framed-Protocol"), "PPP (1)");

        let octets = fixture!("rfc2865-7-2-reply");
        let said = reply("access-accept", &link, &asked, &octets);
        assert_eq!(said.faults, []);
        let attributes = vec![
            text("Service-Type", "Framed"),
            text("Framed-Protocol", "PPP"),
            text("Framed-IP-Address", "255.255.255.254"),
            text("Framed-Routing", "Listen"),
            text("Framed-Compression", "VJ TCP/IP"),
            text("Framed-MTU", "1500"),
        ];
        let again = build("access-accept", &link, Some(&asked), None, attributes);
        assert_eq!(again.bytes, octets);

        link.0[1].1 = b"another".to_vec();
        let asked = request("access-request", &link, &fixture!("rfc2865-7-2-request"));
        assert_eq!(faults(&asked), ["attributes.CHAP-Password.response"]);
    }

    #[test]
    fn the_challenged_user_of_rfc_2865_is_read_and_built_again() {
        let link = link("xyzzy5461");
        let asked = request("access-request", &link, &fixture!("rfc2865-7-3a-request"));
        assert_eq!(show(&asked, "attributes.User-Password"), "\"challenge\"");
        let octets = fixture!("rfc2865-7-3a-reply");
        let challenge = reply("access-challenge", &link, &asked, &octets);
        assert_eq!(challenge.faults, []);
        let prompt = "Challenge 32769430.  Enter response at prompt.";
        assert_eq!(show(&challenge, "attributes.Reply-Message"), format!("{prompt:?}"));
        let attributes = vec![text("Reply-Message", prompt), text("State", "32769430")];
        let again = build("access-challenge", &link, Some(&asked), None, attributes);
        assert_eq!(again.bytes, octets);

        let answer = request("access-request", &link, &fixture!("rfc2865-7-3b-request"));
        assert_eq!(answer.faults, []);
        assert_eq!(show(&answer, "attributes.User-Password"), "\"99101462\"");
        let octets = fixture!("rfc2865-7-3b-reply");
        assert_eq!(reply("access-reject", &link, &answer, &octets).faults, []);
        let again = build("access-reject", &link, Some(&answer), None, Vec::new());
        assert_eq!(again.bytes, octets);
    }

    // What real programs made; tests/wire.rs reads and rebuilds every one of them.

    #[test]
    fn a_password_of_several_blocks_is_read() {
        let octets = fixture!("long-password-request");
        let asked = request("access-request", &link("testing123"), &octets);
        assert_eq!(asked.faults, []);
        let password = "\"a password of forty octets, which is long\"";
        assert_eq!(show(&asked, "attributes.User-Password"), password);
        assert_eq!(
            show(&asked, "attributes.Attr-95"),
            "0x20010db8000000000000000000000001",
            "what no table knows is kept as octets"
        );
    }

    #[test]
    fn a_signed_request_is_built_again_whatever_the_order_of_its_attributes() {
        let mut link = link("testing123");
        link.0.push(("password", b"hello".to_vec()));
        let attributes = || {
            vec![
                text("User-Name", "bob"),
                fields("CHAP-Password", Vec::new()),
                text("CHAP-Challenge", "0x000102030405060708090a0b0c0d0e0f"),
            ]
        };
        for place in 0..=3 {
            let mut list = attributes();
            list.insert(place, text("Message-Authenticator", ""));
            let said = build("access-request", &link, None, Some(1), list);
            assert_eq!(request("access-request", &link, &said.bytes).faults, [], "{place}");
        }
    }

    #[test]
    fn a_changed_octet_in_a_reply_is_a_fault() {
        let link = link("testing123");
        let asked = request("access-request", &link, &fixture!("signed-chap-request"));
        let octets = fixture!("signed-chap-reply");
        let said = reply("access-accept", &link, &asked, &octets);
        assert_eq!(said.faults, []);
        assert_eq!(show(&said, "attributes.Filter-Id"), "\"std.ppp\"");
        assert_eq!(show(&said, "attributes.Vendor-Specific.vendor_id"), "9");
        // The code is left alone: it decides as which type the octets are read.
        for at in 1..octets.len() {
            let mut changed = octets.clone();
            changed[at] ^= 1;
            let said = reply("access-accept", &link, &asked, &changed);
            assert!(!said.faults.is_empty(), "octet {at}");
        }
    }

    #[test]
    fn a_reply_under_another_secret_is_a_fault() {
        let asked = request("access-request", &link("testing123"), &fixture!("pap-request"));
        let said = reply("access-accept", &link("other"), &asked, &fixture!("pap-reply"));
        assert_eq!(faults(&said), ["authenticator"]);
        let signed = request("access-request", &link("other"), &fixture!("radtest-request"));
        assert_eq!(faults(&signed), ["attributes.Message-Authenticator"]);
    }

    #[test]
    fn a_reply_to_another_request_is_a_fault() {
        let link = link("testing123");
        let other = request("access-request", &link, &fixture!("challenge-request"));
        let said = reply("access-accept", &link, &other, &fixture!("pap-reply"));
        assert_eq!(faults(&said), ["identifier", "authenticator"]);
    }

    #[test]
    fn an_accounting_request_is_signed_with_the_secret() {
        let octets = fixture!("accounting-start-request");
        let asked = request("accounting-request", &link("testing123"), &octets);
        assert_eq!(asked.faults, []);
        assert_eq!(show(&asked, "attributes.Acct-Status-Type"), "Start (1)");
        assert_eq!(show(&asked, "attributes.Event-Timestamp"), "1700000000");
        let asked = request("accounting-request", &link("other"), &octets);
        assert_eq!(faults(&asked), ["authenticator"]);
    }

    #[test]
    fn an_accounting_response_may_be_signed_in_two_ways() {
        let link = link("testing123");
        let octets = fixture!("accounting-stop-signed-request");
        let asked = request("accounting-request", &link, &octets);
        assert_eq!(asked.faults, []);
        // FreeRADIUS signs over a zero authenticator.
        let octets = fixture!("accounting-stop-signed-reply");
        assert_eq!(reply("accounting-response", &link, &asked, &octets).faults, []);
        let signed = || vec![text("Message-Authenticator", "")];
        let ours = build("accounting-response", &link, Some(&asked), None, signed());
        assert_eq!(ours.bytes, octets);
        // The other way is that of Access-Accept, over the request authenticator.
        let mut other = octets.clone();
        other[4..20].copy_from_slice(&asked.bytes[4..20]);
        other[22..38].fill(0);
        let mut mac = Hmac::<Md5>::new_from_slice(b"testing123").expect("any key will do");
        mac.update(&other);
        other[22..38].copy_from_slice(&mac.finalize().into_bytes());
        let authenticator = keyed_md5(&other, &asked.bytes[4..20], b"testing123");
        other[4..20].copy_from_slice(&authenticator.expect("it is long enough"));
        assert_eq!(reply("accounting-response", &link, &asked, &other).faults, []);
        // No third one.
        other[30] ^= 1;
        let said = reply("accounting-response", &link, &asked, &other);
        assert_eq!(faults(&said), ["authenticator", "attributes.Message-Authenticator"]);
    }

    #[test]
    fn a_password_has_no_business_in_a_packet_whose_authenticator_is_computed() {
        let link = link("testing123");
        let attributes = vec![text("User-Password", "hello")];
        let said = build("accounting-request", &link, None, Some(1), attributes);
        let heard = request("accounting-request", &link, &said.bytes);
        let wrong = ["User-Password", "Acct-Status-Type", "Acct-Session-Id"];
        assert_eq!(faults(&heard), wrong.map(|name| format!("attributes.{name}")));
        assert_eq!(show(&heard, "attributes.User-Password"), "\"hello\"");
    }

    // Attributes and their lengths.

    #[test]
    fn an_attribute_of_every_kind_is_read_and_written() {
        let link = link("testing123");
        let group = |name: &'static str,
                     first: &'static str,
                     number: u64,
                     second: &'static str,
                     octets: &[u8]| {
            let octets = Value::from(octets.to_vec());
            fields(name, vec![value(first, Value::Uint(number)), value(second, octets)])
        };
        let list = vec![
            text("User-Name", "bob"),
            text("User-Password", "hello"),
            group("CHAP-Password", "chap_ident", 9, "response", &[3; 16]),
            text("NAS-IP-Address", "192.0.2.1"),
            text("NAS-Port", "4294967295"),
            text("Service-Type", "Callback NAS Prompt"),
            text("Reply-Message", "gr\u{fc}\u{df}"),
            group("Vendor-Specific", "vendor_id", 9, "string", b"x"),
            text("Login-LAT-Group", &format!("0x{}", "5a".repeat(32))),
            text("Message-Authenticator", ""),
            text("Attr-200", "0x00ff"),
        ];
        let said = build("access-request", &link, None, Some(3), list);
        let heard = request("access-request", &link, &said.bytes);
        assert_eq!(faults(&heard), ["attributes.Reply-Message"], "it belongs into replies");
        let shown: Vec<String> = heard.children("attributes").iter().map(Node::show).collect();
        // Type and length stand in front of what each of them shows here.
        for expected in [
            "\"hello\"",
            "192.0.2.1",
            "4294967295",
            "Callback NAS Prompt (9)",
            "\"gr\u{fc}\u{df}\"",
            "0x00ff",
        ] {
            assert!(shown.iter().any(|s| s == expected), "{expected} in {shown:?}");
        }
        assert_eq!(
            show(&heard, "attributes.CHAP-Password.response"),
            format!("0x{}", "03".repeat(16))
        );
        assert_eq!(show(&heard, "attributes.Vendor-Specific.vendor_id"), "9");
        assert_eq!(heard.bytes[20..25], [1, 5, b'b', b'o', b'b']);
        assert_eq!(heard.find("attributes.User-Name").map(|n| n.bits().clone()), Some(160..200));
    }

    #[test]
    fn every_attribute_takes_the_lengths_that_it_may_have_and_no_other() {
        for known in ATTRIBUTES.types {
            let (least, most) = known.octets;
            let name = known.field.name;
            for octets in 0..=253 {
                let item = [&[known.number as u8, octets as u8 + 2][..], &vec![b'x'; octets]];
                let heard = with_attributes(&item.concat());
                let about_length =
                    heard.faults.iter().any(|f| f.expected.starts_with("a value of "));
                assert_eq!(about_length, !(least..=most).contains(&octets), "{name}: {octets}");
            }
        }
    }

    #[test]
    fn text_that_should_be_utf_8_is_no_fault_where_it_is_not() {
        // Connect-Info and NAS-Port-Id consist of UTF-8; for the ids of accounting it is a SHOULD.
        for (number, wrong) in [(44, false), (50, false), (77, true), (87, true)] {
            let heard = with_attributes(&[number, 4, b'a', 0xff]);
            assert_eq!(!heard.faults.is_empty(), wrong, "{number}: {:?}", heard.faults);
        }
    }

    #[test]
    fn text_and_strings_have_1_to_253_octets_and_numbers_4() {
        for name in ["User-Name", "Reply-Message", "State", "Class", "Acct-Session-Id"] {
            assert_eq!(attribute(name).octets, (1, 253), "{name}");
        }
        for name in ["NAS-Port", "Session-Timeout", "Service-Type", "Framed-IP-Address"] {
            assert_eq!(attribute(name).octets, (4, 4), "{name}");
        }
    }

    #[test]
    fn eap_start_has_no_value() {
        assert_eq!(with_attributes(&[79, 2]).faults, []);
    }

    /// An Access-Challenge with this EAP packet in it, and the request that it answers.
    fn challenged(link: &Parameters, eap: &[u8]) -> Message {
        let asked = build("access-request", link, None, Some(1), Vec::new());
        let packet = Assignment::Value(Value::from(eap.to_vec()));
        let eap = Entry::new("EAP-Message", packet);
        build("access-challenge", link, Some(&asked), None, vec![eap])
    }

    /// The answer to a challenge, as its server reads it.
    fn answered(link: &Parameters, challenge: &Message, attributes: Vec<Entry>) -> Message {
        let list = vec![fields("attributes", attributes)];
        let context = Context { parameters: link, previous: Some(challenge), from_initiator: true };
        let draft = Draft { fields: list, ..Draft::default() };
        let said = encode(kind("access-request"), &context, &draft, &mut |_, n| vec![b'b'; n])
            .expect("the tests choose values that fit");
        decode(kind("access-request"), &context, &said.bytes)
    }

    fn response(data: &[u8]) -> Entry {
        let data = Value::from(data.to_vec());
        fields("EAP-Message", vec![value("code", Value::Uint(2)), value("data", data)])
    }

    #[test]
    fn a_right_md5_response_reads_as_zeros() {
        let mut link = link("testing123");
        link.0.push(("password", b"hello".to_vec()));
        let asked = [&[1, 9, 0, 22, 4, 16][..], &[7; 16]].concat();
        let challenge = challenged(&link, &asked);
        let right = [&[4, 16][..], &[0; 16]].concat();
        let heard = answered(&link, &challenge, vec![response(&right)]);
        assert_eq!(heard.faults, []);
        assert_eq!(show(&heard, "attributes.EAP-Message.identifier"), "9");
        assert_eq!(show(&heard, "attributes.EAP-Message.packet_length"), "0x0016");
        let digest = Md5::digest([&[9][..], b"hello", &[7; 16]].concat());
        assert_eq!(heard.bytes[28..44], digest[..], "as RFC 1994 section 4.1 has it");
        assert_eq!(heard.clear()[28..44], [0; 16]);
        link.0[1].1 = b"another".to_vec();
        let context =
            Context { parameters: &link, previous: Some(&challenge), from_initiator: true };
        let other = decode(kind("access-request"), &context, &heard.bytes);
        assert_ne!(other.clear()[28..44], [0; 16]);
    }

    #[test]
    fn the_md5_response_of_eapol_test_is_right() {
        let mut link = link("testing123");
        link.0.push(("password", b"hello".to_vec()));
        let asked = request("access-request", &link, &fixture!("eap-identity-request"));
        assert_eq!(show(&asked, "attributes.EAP-Message.data"), "0x01626f62");
        let challenge = reply("access-challenge", &link, &asked, &fixture!("eap-identity-reply"));
        assert_eq!(challenge.faults, []);
        let context =
            Context { parameters: &link, previous: Some(&challenge), from_initiator: true };
        let answer = decode(kind("access-request"), &context, &fixture!("eap-md5-request"));
        assert_eq!(answer.faults, []);
        let right = format!("0x0410{}", "00".repeat(16));
        assert_eq!(show(&answer, "attributes.EAP-Message.data"), right);
        let accept = reply("access-accept", &link, &answer, &fixture!("eap-md5-reply"));
        assert_eq!(accept.faults, []);
        assert_eq!(show(&accept, "attributes.EAP-Message.code"), "Success (3)");
    }

    #[test]
    fn an_eap_packet_in_two_attributes_is_one() {
        let link = link("testing123");
        let challenge = challenged(&link, &[1, 9, 0, 5, 6]);
        let rest = |octets: &[u8]| Entry {
            field: None,
            name: "EAP-Message".into(),
            assignment: Assignment::Value(Value::from(octets.to_vec())),
        };
        for more in [&b"a"[..], b"abcd", b"a name of more octets"] {
            let both = vec![response(b"\x06hello"), rest(more)];
            let heard = answered(&link, &challenge, both);
            assert_eq!(heard.faults, [], "{more:?}");
            let length = u16::from_be_bytes([heard.bytes[24], heard.bytes[25]]);
            assert_eq!(usize::from(length), 10 + more.len());
        }
        let parted = vec![response(b"\x06hello"), text("User-Name", "bob"), rest(b"abcd")];
        let heard = answered(&link, &challenge, parted);
        assert!(!heard.faults.is_empty(), "another attribute stands between them");
    }

    #[test]
    fn an_eap_success_has_the_identifier_of_the_response() {
        let link = link("testing123");
        let challenge = challenged(&link, &[1, 9, 0, 5, 6]);
        let asked = answered(&link, &challenge, vec![response(b"\x06hello")]);
        let success = || fields("EAP-Message", vec![value("code", Value::Uint(3))]);
        let said = build("access-accept", &link, Some(&asked), None, vec![success()]);
        assert_eq!(said.bytes[20..], [79, 6, 3, 9, 0, 4]);
    }

    #[test]
    fn a_hidden_password_comes_in_blocks_of_16() {
        assert_eq!(faults(&with_attributes(&[&[2, 18][..], &[1; 16]].concat())), [""; 0]);
        let odd = with_attributes(&[&[2, 19][..], &[1; 17]].concat());
        assert_eq!(faults(&odd), ["attributes.User-Password"]);
        assert_eq!(odd.faults[0].source, "RFC 2865 section 5.2");
    }

    #[test]
    fn a_truncated_attribute_is_a_fault() {
        for (attributes, path) in [
            (&[1, 6, b'b', b'o'][..], "attributes.User-Name.length"),
            (&[1, 1], "attributes.User-Name.length"),
            (&[1, 0], "attributes.User-Name.length"),
            (&[1], "attributes.User-Name"),
            (&[1, 3, b'b', 200], "attributes.Attr-200"),
        ] {
            let heard = with_attributes(attributes);
            assert_eq!(faults(&heard), [path], "{attributes:?}");
            assert_eq!(heard.faults[0].source, "RFC 2865 section 5");
        }
    }

    #[test]
    fn a_message_cut_at_any_length_is_a_fault() {
        let link = link("testing123");
        let octets = fixture!("signed-chap-request");
        for cut in 0..octets.len() {
            let heard = request("access-request", &link, &octets[..cut]);
            assert!(!heard.faults.is_empty(), "{cut}");
        }
    }

    #[test]
    fn what_follows_the_length_is_padding() {
        let link = link("testing123");
        let padded = |octets: Vec<u8>| [octets, vec![0, 1, 2]].concat();
        let asked = request("access-request", &link, &padded(fixture!("radtest-request")));
        assert_eq!(asked.faults, []);
        assert_eq!(show(&asked, "padding"), "0x000102");
        let said = reply("access-accept", &link, &asked, &padded(fixture!("radtest-reply")));
        assert_eq!(said.faults, []);
    }

    #[test]
    fn a_type_is_chosen_by_code_and_direction() {
        for (code, from_initiator, name) in [
            (1, true, "access-request"),
            (2, false, "access-accept"),
            (5, false, "accounting-response"),
            (12, true, "status-server"),
            (2, true, "request"),
            (1, false, "packet"),
            (99, false, "packet"),
        ] {
            let head = PROTOCOL.head(&[code, 0]);
            let kind = PROTOCOL.classify(&head, from_initiator, from_initiator, None);
            assert_eq!(kind.name, name, "{code}");
        }
    }

    #[test]
    fn attributes_stand_in_ascending_order() {
        assert!(ATTRIBUTES.types.windows(2).all(|w| w[0].number < w[1].number));
        assert_eq!(ATTRIBUTES.by_number(80).map(|t| t.field.name), Some("Message-Authenticator"));
    }
}
