//! DNS servers and clients that are wrong on purpose, and how each is caught.

use crate::harness::{WRONG, Wrong};

pub const DNS_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "asks-for-text",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["type"],
        ..WRONG
    },
    Wrong {
        name: "asks-another-name",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["name"],
        ..WRONG
    },
    Wrong {
        name: "no-recursion-desired",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["flags.rd"],
        ..WRONG
    },
    Wrong {
        name: "response-bit-set",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["flags.aa"],
        ..WRONG
    },
    Wrong {
        name: "two-questions",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["qdcount"],
        ..WRONG
    },
    Wrong {
        name: "class-of-chaos",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::asked"],
        says: &["class"],
        ..WRONG
    },
    Wrong {
        name: "reserved-bit-set",
        suite: "dns/stub",
        fails: &["dns/stub::rules::client::reserved-bit-clear-in-queries"],
        says: &["flags.z"],
        ..WRONG
    },
    Wrong {
        name: "counts-ids",
        suite: "dns/stub",
        fails: &["dns/stub::rules::client::ids-drawn"],
        says: &["id"],
        ..WRONG
    },
    Wrong {
        name: "asks-on",
        suite: "dns/stub",
        fails: &["dns/stub::resolve::client::content"],
        says: &["silent"],
        ..WRONG
    },
    Wrong {
        name: "first-address-alone",
        suite: "dns/stub",
        fails: &["dns/stub::several-addresses::client::last-told"],
        says: &["192.0.2.33"],
        ..WRONG
    },
    Wrong {
        name: "alias-not-followed",
        suite: "dns/stub",
        fails: &["dns/stub::alias::client::address-told"],
        says: &["dns.client-reports-resolved-addresses"],
        ..WRONG
    },
    Wrong {
        name: "case-matters",
        suite: "dns/stub",
        fails: &["dns/stub::case-of-answer::client::asked"],
        says: &["silent"],
        ..WRONG
    },
    Wrong {
        name: "no-such-name-is-silence",
        suite: "dns/stub",
        fails: &["dns/stub::no-such-name::client::asked"],
        says: &["silent"],
        ..WRONG
    },
    Wrong {
        name: "empty-is-success",
        suite: "dns/stub",
        fails: &["dns/stub::no-address[nothing]::client::told-so"],
        says: &["exit status 1"],
        ..WRONG
    },
    Wrong {
        name: "never-asks-again",
        suite: "dns/stub",
        fails: &["dns/stub::silence::client::asked-again"],
        says: &["dns.client-builds-query"],
        ..WRONG
    },
    Wrong {
        name: "asks-for-ever",
        suite: "dns/stub",
        fails: &["dns/stub::silence::client::given-up"],
        says: &["silent"],
        ..WRONG
    },
    Wrong {
        name: "any-id",
        suite: "dns/stub",
        fails: &["dns/stub::not-the-answer[other-id]::client::address-told"],
        says: &["192.0.2.10"],
        ..WRONG
    },
    Wrong {
        name: "any-question",
        suite: "dns/stub",
        fails: &["dns/stub::not-the-answer[other-name]::client::address-told"],
        says: &["192.0.2.10"],
        ..WRONG
    },
    Wrong {
        name: "any-direction",
        suite: "dns/stub",
        fails: &["dns/stub::not-the-answer[not-a-response]::client::address-told"],
        says: &["192.0.2.10"],
        ..WRONG
    },
    Wrong {
        name: "any-source",
        suite: "dns/stub",
        fails: &["dns/stub::not-the-answer[from-another-address]::client::address-told"],
        says: &["192.0.2.10"],
        ..WRONG
    },
    Wrong {
        name: "follows-pointers-for-ever",
        suite: "dns/stub",
        fails: &["dns/stub::broken-answer[name-points-to-itself]::client::not-believed"],
        says: &["192.0.2.66"],
        ..WRONG
    },
    Wrong {
        name: "counts-believed",
        suite: "dns/stub",
        fails: &["dns/stub::broken-answer[more-announced-than-there]::client::not-believed"],
        says: &["192.0.2.66"],
        ..WRONG
    },
    Wrong {
        name: "cut-answer-believed",
        suite: "dns/stub",
        fails: &["dns/stub::cut-answer::client::asked-over-tcp"],
        says: &["tcp-query"],
        ..WRONG
    },
    Wrong {
        name: "asks-elsewhere-for-the-whole",
        suite: "dns/stub",
        fails: &["dns/stub::cut-answer::client::asked-over-tcp"],
        says: &["dns.cut-answer-asked-over-tcp"],
        ..WRONG
    },
];

pub const DNS_SERVERS: &[Wrong] = &[
    Wrong {
        name: "other-id",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `id`", "the id of the query"],
        ..WRONG
    },
    Wrong {
        name: "other-question",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `question`", "mail.example.test."],
        ..WRONG
    },
    Wrong {
        name: "question-left-out",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `question`", "got       nothing"],
        ..WRONG
    },
    Wrong {
        name: "question-in-small-letters",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::case-of-names::server::case-kept"],
        says: &["field `question.0.name`", "dns.question-case-kept"],
        ..WRONG
    },
    Wrong {
        name: "pointer-to-itself",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `answer.0.name`", "0xc022"],
        ..WRONG
    },
    Wrong {
        name: "pointer-past-the-end",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `answer.0.name`", "0xffff"],
        ..WRONG
    },
    Wrong {
        name: "no-authority",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `flags.aa`", "dns.aa-tells-authority"],
        ..WRONG
    },
    Wrong {
        name: "cut-though-whole",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `flags.tc`"],
        ..WRONG
    },
    Wrong {
        name: "never-cut",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::long-answer::server::cut"],
        says: &["flags.tc", "dns.long-answer-truncated"],
        ..WRONG
    },
    Wrong {
        name: "never-cut",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::long-answer-fits::server::cut"],
        says: &["flags.tc", "dns.edns-size-kept"],
        ..WRONG
    },
    Wrong {
        name: "case-told-apart",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::case-of-names::server::found"],
        says: &["NXDOMAIN", "dns.names-without-case"],
        ..WRONG
    },
    Wrong {
        name: "recursion-offered",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `flags.ra`"],
        ..WRONG
    },
    Wrong {
        name: "recursion-wish-forgotten",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::recursion-desired::server::answered"],
        says: &["field `flags.rd`", "dns.response-copies-header"],
        ..WRONG
    },
    Wrong {
        name: "reserved-bit-set",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `flags.z`"],
        ..WRONG
    },
    Wrong {
        name: "other-lifetime",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `answer.0.ttl`", "dns.server-uses-ttl-of-record"],
        ..WRONG
    },
    Wrong {
        name: "record-left-out",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::whole-set::server::answered"],
        says: &["192.0.2.33", "dns.server-success-holds-all-answers"],
        ..WRONG
    },
    Wrong {
        name: "record-twice",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::whole-set::server::answered"],
        says: &["answer.3", "nothing else in this list"],
        ..WRONG
    },
    Wrong {
        name: "count-one-more",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::whole-set::server::answered"],
        says: &["answer.3.name", "a name that ends"],
        ..WRONG
    },
    Wrong {
        name: "data-one-less",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::address::server::answered"],
        says: &["field `answer.0.a`", "0xc00002"],
        ..WRONG
    },
    Wrong {
        name: "name-error-without-soa",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::no-such-name[label]::server::name-error"],
        says: &["field `authority`", "dns.name-error-is-told"],
        ..WRONG
    },
    Wrong {
        name: "name-error-for-names-above-names",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::no-data[nothing-but-names-below]::server::told"],
        says: &["field `rcode`", "dns.names-above-names-exist"],
        ..WRONG
    },
    Wrong {
        name: "alias-not-followed",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::alias::server::followed"],
        says: &["field `answer`", "dns.search-follows-cname"],
        ..WRONG
    },
    Wrong {
        name: "wildcard-covers-what-is-there",
        suite: "dns/authoritative",
        fails: &[
            "dns/authoritative::wildcard-does-not-reach[the-name-itself]::server::not-synthesized",
        ],
        says: &["192.0.2.99", "dns.wildcard-synthesizes"],
        ..WRONG
    },
    Wrong {
        name: "referral-with-authority",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::referral[below-the-cut]::server::referred"],
        says: &["field `flags.aa`", "dns.aa-tells-authority"],
        ..WRONG
    },
    Wrong {
        name: "glue-left-out",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::referral[below-the-cut]::server::referred"],
        says: &["field `additional`", "dns.referral-names-servers"],
        ..WRONG
    },
    Wrong {
        name: "foreign-zone-answered",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::foreign-zone[other-zone]::server::not-answered"],
        says: &["field `rcode`", "dns.foreign-zone-is-not-answered"],
        ..WRONG
    },
    Wrong {
        name: "responses-answered",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::ignored[a-response]::server::silence"],
        says: &["was to be silent", "dns.responses-are-not-answered"],
        ..WRONG
    },
    Wrong {
        name: "unknown-opcode-served",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::unknown-opcode[inverse-query]::server::not-implemented"],
        says: &["rcode", "dns.unknown-opcode-not-implemented"],
        ..WRONG
    },
    Wrong {
        name: "silent-after-what-cannot-be-read",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::cannot-be-read[name-points-to-itself]::server::format-error"],
        says: &["does not answer a good request any more"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "opt-unasked",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::without-edns::server::answered"],
        says: &["field `additional.0`", "dns.edns-answered-in-kind"],
        ..WRONG
    },
    Wrong {
        name: "opt-left-out",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::edns[plain]::server::answered"],
        says: &["field `additional`", "dns.edns-answered-in-kind"],
        ..WRONG
    },
    Wrong {
        name: "edns-version-passed-over",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::edns-version[next]::server::bad-version"],
        says: &["dns.edns-bad-version"],
        ..WRONG
    },
    Wrong {
        name: "one-query-per-connection",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::several-over-one-connection::server::all-answered"],
        says: &["closed by the other end", "dns.tcp-connection-serves-several"],
        ..WRONG
    },
    Wrong {
        name: "length-one-more",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::long-answer::server::whole"],
        says: &["octets, no whole message", "dns.tcp-served"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "wildcard-for-its-type-alone",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::no-data[wildcard-of-other-types]::server::told"],
        says: &["field `rcode`"],
        ..WRONG
    },
    Wrong {
        name: "classes-mixed",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::other-class::server::nothing-of-ours"],
        says: &["dns.classes-kept-apart"],
        ..WRONG
    },
    Wrong {
        name: "reads-once",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::in-pieces::server::answered"],
        says: &["dns.tcp-served"],
        ..WRONG
    },
    Wrong {
        name: "alias-without-data-unproved",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::alias-without-data::server::no-data"],
        says: &["dns.no-data-is-told"],
        ..WRONG
    },
    Wrong {
        name: "alias-without-data-is-nowhere",
        suite: "dns/authoritative",
        fails: &["dns/authoritative::alias-without-data::server::no-data"],
        says: &["dns.no-data-is-told"],
        ..WRONG
    },
];
