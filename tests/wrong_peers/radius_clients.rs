//! Wrong RADIUS clients, for authentication and for accounting.

use crate::harness::{WRONG, Wrong};

pub const RADIUS_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "retransmits-with-new-identifier",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `identifier`", "as in `asked`"],
        ..WRONG
    },
    Wrong {
        name: "retransmits-with-new-identifier",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &["field `identifier`", "radius-acct.retransmit-keeps-identifier"],
        ..WRONG
    },
    Wrong {
        name: "delay-time-under-same-identifier",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &["\n  identifier", "radius-acct.delay-time-forces-new-identifier"],
        ..WRONG
    },
    Wrong {
        name: "retransmits-from-other-port",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `source`", "the address and port of `asked`"],
        ..WRONG
    },
    Wrong {
        name: "stale-delay-time",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-a-third-time"],
        says: &["Acct-Delay-Time", "requirement radius-acct."],
        ..WRONG
    },
    Wrong {
        name: "retransmits-from-other-port",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &["accounting-request", "radius-acct.retransmit-keeps-identifier"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "other-attributes-change",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `attributes.NAS-Port`", "as in `asked`"],
        ..WRONG
    },
    Wrong {
        name: "other-attributes-change",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &["field `attributes.NAS-Port`", "radius-acct.only-attribute-delay-time-changes"],
        more: &["--delay-time"],
        ..WRONG
    },
    Wrong {
        name: "ignores-wrong-authenticator",
        suite: "radius/pap",
        fails: &["radius/pap::bad-reply-ignored[authenticator-off-by-a-bit]::nas::asks-again"],
        says: &["access-request did not come", "radius.invalid-reply-is-discarded"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "ignores-wrong-authenticator",
        suite: "radius-accounting/retransmission",
        fails: &[
            "radius-accounting/retransmission::bad-response-ignored[other-secret]::nas::asks-again",
        ],
        says: &[
            "accounting-request did not come",
            "radius-acct.client-discards-bad-response-authenticator",
        ],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "random-request-authenticator",
        suite: "radius-accounting/records",
        fails: &[
            "radius-accounting/records::session-start::nas::reported",
            "radius-accounting/records::rules::nas::request-authenticator",
        ],
        says: &["\n  authenticator\n", "radius-acct.request-authenticator-computed"],
        ..WRONG
    },
    Wrong {
        name: "no-session-id",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::session-id-always"],
        says: &["\n  attributes.Acct-Session-Id\n", "table-acct-session-id-exactly-once"],
        ..WRONG
    },
    Wrong {
        name: "no-nas",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::request-names-nas"],
        says: &["attributes.NAS-IP-Address", "radius.access-request-must-name-nas"],
        ..WRONG
    },
    Wrong {
        name: "no-nas",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::nas-named"],
        says: &["attributes.NAS-IP-Address", "radius-acct.nas-address-or-identifier-required"],
        ..WRONG
    },
    Wrong {
        name: "state-not-returned",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::nas::answered"],
        says: &["field `attributes.State`", "radius.challenge-answer-returns-state"],
        ..WRONG
    },
    Wrong {
        name: "same-identifier-in-challenge-answer",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::nas::answered"],
        says: &["field `identifier`", "radius.challenge-answer-has-new-identifier"],
        ..WRONG
    },
    Wrong {
        name: "password-in-accounting",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::no-credentials"],
        says: &["\n  attributes.User-Password\n", "radius-acct.table-user-password-absent"],
        ..WRONG
    },
    Wrong {
        name: "keeps-sending-after-answer",
        suite: "radius/pap",
        fails: &["radius/pap::rejected-user-asks-no-more::nas::told-no"],
        says: &["was to be silent", "access-request", "radius.client-reports-reject"],
        ..WRONG
    },
    Wrong {
        name: "keeps-sending-after-answer",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::nothing-more"],
        says: &["was to be silent", "radius-acct.retry-until-acknowledged"],
        ..WRONG
    },
];
