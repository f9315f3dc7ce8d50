//! What tshark shows of DNS, over UDP and over TCP.

use super::{Case, Cases};

pub const UDP: Cases = Cases {
    protocol: "dns",
    options: &[],
    dissector: "dns",
    parameters: &[],
    remarks: &[],
    cases: &[
        Case { kind: "query", fields: QUERY, shows: QUERY_SHOWN },
        Case { kind: "response", fields: RESPONSE, shows: RESPONSE_SHOWN },
        Case { kind: "query", fields: &[("question.0.name", "x.test.")], shows: &[] },
        Case { kind: "response", fields: MORE, shows: MORE_SHOWN },
        Case {
            kind: "message",
            fields: &[("octets", "0x424210000000000000000000")],
            shows: &[("dns.id", "0x4242"), ("dns.flags.opcode", "2")],
        },
    ],
};

pub const TCP: Cases = Cases {
    protocol: "dns-tcp",
    options: &[],
    dissector: "dns",
    parameters: &[],
    remarks: &[],
    cases: &[
        Case { kind: "tcp-query", fields: QUERY, shows: QUERY_SHOWN },
        Case { kind: "tcp-response", fields: RESPONSE, shows: RESPONSE_SHOWN },
        Case {
            kind: "tcp-message",
            fields: &[("octets", "0x000c424210000000000000000000")],
            shows: &[("dns.id", "0x4242"), ("dns.flags.opcode", "2")],
        },
    ],
};

const QUERY: &[(&str, &str)] = &[
    ("id", "4711"),
    ("flags.rd", "true"),
    ("flags.ad", "true"),
    ("question.0.name", "www.example.test."),
    ("question.0.type", "MX"),
    ("additional.0.name", "."),
    ("additional.0.udp_size", "1400"),
    ("additional.0.do", "true"),
    ("additional.0.opt.0.code", "NSID"),
];

const QUERY_SHOWN: &[(&str, &str)] = &[
    ("dns.id", "0x1267"),
    ("dns.flags.response", "0"),
    ("dns.flags.recdesired", "1"),
    ("dns.flags.authenticated", "1"),
    ("dns.qry.name", "www.example.test"),
    ("dns.qry.type", "15"),
    ("dns.count.add_rr", "1"),
    ("dns.rr.udp_payload_size", "1400"),
    ("dns.opt.code", "3"),
];

/// Types of RFC 1035, whose names point to earlier ones.
const RESPONSE: &[(&str, &str)] = &[
    ("flags.aa", "true"),
    ("flags.ra", "true"),
    ("answer.0.name", "www.example.test."),
    ("answer.0.cname", "mail.example.test."),
    ("answer.1.name", "mail.example.test."),
    ("answer.1.ttl", "77"),
    ("answer.1.a", "192.0.2.10"),
    ("answer.2.name", "mail.example.test."),
    ("answer.2.mx.preference", "10"),
    ("answer.2.mx.exchange", "in.mail.example.test."),
    ("answer.3.name", "mail.example.test."),
    ("answer.3.txt.0.text", "one"),
    ("answer.3.txt.1.text", "two"),
    ("answer.4.name", "mail.example.test."),
    ("answer.4.aaaa", "2001:db8::1"),
    ("answer.5.name", "1.test."),
    ("answer.5.ptr", "www.example.test."),
    ("authority.0.name", "example.test."),
    ("authority.0.ns", "ns.example.test."),
    ("authority.1.name", "example.test."),
    ("authority.1.soa.mname", "ns.example.test."),
    ("authority.1.soa.rname", "root.example.test."),
    ("authority.1.soa.serial", "2024"),
    ("authority.1.soa.minimum", "60"),
];

const RESPONSE_SHOWN: &[(&str, &str)] = &[
    ("dns.id", "0x1267"),
    ("dns.flags.response", "1"),
    ("dns.flags.authoritative", "1"),
    ("dns.flags.recavail", "1"),
    ("dns.qry.name", "www.example.test"),
    ("dns.count.answers", "6"),
    ("dns.count.auth_rr", "2"),
    (
        "dns.resp.name",
        "www.example.test|mail.example.test|mail.example.test|mail.example.test|mail.example.test|\
         1.test|example.test|example.test",
    ),
    ("dns.cname", "mail.example.test"),
    ("dns.a", "192.0.2.10"),
    ("dns.aaaa", "2001:db8::1"),
    ("dns.mx.preference", "10"),
    ("dns.mx.mail_exchange", "in.mail.example.test"),
    ("dns.txt", "one|two"),
    ("dns.ptr.domain_name", "www.example.test"),
    ("dns.ns", "ns.example.test"),
    ("dns.soa.mname", "ns.example.test"),
    ("dns.soa.rname", "root.example.test"),
    ("dns.soa.serial_number", "2024"),
    ("dns.soa.minimum_ttl", "60"),
];

/// Types that came later, whose names are whole.
const MORE: &[(&str, &str)] = &[
    ("rcode", "NXDOMAIN"),
    ("answer.0.name", "_sip._udp.example.test."),
    ("answer.0.srv.priority", "1"),
    ("answer.0.srv.weight", "2"),
    ("answer.0.srv.port", "5060"),
    ("answer.0.srv.target", "www.example.test."),
    ("answer.1.name", "4.example.test."),
    ("answer.1.naptr.order", "100"),
    ("answer.1.naptr.flags", "u"),
    ("answer.1.naptr.services", "E2U+sip"),
    ("answer.1.naptr.regexp", "!x!y!"),
    ("answer.1.naptr.replacement", "."),
    ("answer.2.name", "example.test."),
    ("answer.2.caa.tag", "issue"),
    ("answer.2.caa.value", "ca.test"),
    ("answer.3.name", "example.test."),
    ("answer.3.ds.key_tag", "7"),
    ("answer.3.ds.algorithm", "8"),
    ("answer.3.ds.digest_type", "2"),
    ("answer.3.ds.digest", "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    ("answer.4.name", "example.test."),
    ("answer.4.dname", "other.test."),
    ("answer.5.name", "example.test."),
    ("answer.5.type", "65280"),
    ("answer.5.rdata", "0x0102"),
    ("additional.0.name", "."),
    ("additional.0.extended_rcode", "1"),
    ("additional.0.version", "0"),
    ("additional.0.opt.0.code", "extended-error"),
    ("additional.0.opt.0.data", "0x0012"),
];

const MORE_SHOWN: &[(&str, &str)] = &[
    // Nobody has assigned this number.
    (
        "_ws.expert.message",
        "Dissector for DNS Type (65280) code not implemented, Contact Wireshark developers if you \
         want this supported",
    ),
    ("dns.flags.rcode", "3"),
    ("dns.srv.priority", "1"),
    ("dns.srv.weight", "2"),
    ("dns.srv.port", "5060"),
    ("dns.srv.target", "www.example.test"),
    ("dns.naptr.order", "100"),
    ("dns.naptr.flags", "u"),
    ("dns.naptr.service", "E2U+sip"),
    ("dns.naptr.regex", "!x!y!"),
    ("dns.ds.key_id", "0x0007"),
    ("dns.ds.algorithm", "8"),
    ("dns.dname", "other.test"),
    ("dns.resp.ext_rcode", "0x01"),
    ("dns.opt.code", "15"),
];
