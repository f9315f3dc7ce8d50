//! DNS clients that are wrong on purpose, and how each is caught.

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
