//! Wrong RADIUS clients, for authentication and for accounting.

use crate::harness::{WRONG, Wrong};

pub const RADIUS_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "retransmits-with-new-identifier",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `identifier`", "as in `asked`"],
        more: &["--unsigned"],
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
        more: &["--unsigned"],
        ..WRONG
    },
    Wrong {
        name: "other-attributes-change",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &["attributes.NAS-Port", "radius-acct.only-attribute-delay-time-changes"],
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
    // What operators of the score make too.
    Wrong {
        name: "nas-address-zero",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::nas-address-is-somebodys"],
        says: &[
            "attributes.NAS-IP-Address",
            "got 0.0.0.0",
            "radius.access-request-should-name-nas",
        ],
        like: "radius/pap::accept::nas::0:attributes.NAS-IP-Address:zero",
        ..WRONG
    },
    Wrong {
        name: "nas-address-zero",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::nas-address-is-somebodys"],
        says: &["attributes.NAS-IP-Address", "got 0.0.0.0"],
        like: "radius-accounting/records::session-start::nas::0:attributes.NAS-IP-Address:zero",
        ..WRONG
    },
    Wrong {
        name: "user-name-twice",
        suite: "radius/pap",
        fails: &["radius/pap::accept::nas::requested"],
        says: &["field `attributes.User-Name`", "one of it at most"],
        like: "radius/pap::accept::nas::0:attributes.User-Name:doubled",
        ..WRONG
    },
    Wrong {
        name: "reply-message-in-request",
        suite: "radius/pap",
        fails: &["radius/pap::accept::nas::requested"],
        says: &["field `attributes.Reply-Message`", "none of it in this message"],
        like: "radius/pap::accept::nas::0:attributes.Reply-Message:added",
        ..WRONG
    },
    Wrong {
        name: "length-one-more",
        suite: "radius/pap",
        fails: &["radius/pap::accept::nas::requested"],
        says: &["field `length`", "radius.header-layout"],
        more: &["--unsigned"],
        like: "radius/pap::accept::nas::0:length:one-more",
        ..WRONG
    },
    Wrong {
        name: "authenticator-zero",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::request-authenticator-not-repeated"],
        says: &["radius.request-authenticator-unpredictable"],
        like: "radius/pap::accept::nas::0:authenticator:zero",
        ..WRONG
    },
    Wrong {
        name: "authenticator-zero",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::reported"],
        says: &["field `authenticator`", "radius-acct.request-authenticator-computed"],
        like: "radius-accounting/records::session-start::nas::0:authenticator:zero",
        ..WRONG
    },
    Wrong {
        name: "authenticator-from-user",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::request-authenticator-not-repeated"],
        says: &["the same value twice", "radius.request-authenticator-unpredictable"],
        like: "radius/pap::rejected-user-asks-no-more::nas::0:authenticator:carried-over",
        ..WRONG
    },
    Wrong {
        name: "stale-authenticator",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::reported"],
        says: &["field `authenticator`", "radius-acct.request-authenticator-computed"],
        like: "radius-accounting/records::session-start::nas::0:authenticator:stale",
        ..WRONG
    },
    Wrong {
        name: "authenticator-drawn-again",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `authenticator`", "as in `asked`"],
        like: "radius/pap::reply-withheld::nas::1:authenticator:other",
        ..WRONG
    },
    Wrong {
        name: "status-type-left-out",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::reported"],
        says: &["field `attributes.Acct-Status-Type`", "got nothing"],
        like: "radius-accounting/records::session-start::nas::0:attributes.Acct-Status-Type:dropped",
        ..WRONG
    },
    Wrong {
        name: "session-id-twice",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::reported"],
        says: &["field `attributes.Acct-Session-Id`", "one of it at most"],
        like: "radius-accounting/records::session-start::nas::0:attributes.Acct-Session-Id:doubled",
        ..WRONG
    },
    Wrong {
        name: "pads-requests",
        suite: "radius/pap",
        like: "radius/pap::accept::nas::0:message:trailing",
        ..WRONG
    },
    Wrong {
        name: "pads-requests",
        suite: "radius-accounting/records",
        like: "radius-accounting/records::session-start::nas::0:message:trailing",
        ..WRONG
    },
    Wrong {
        name: "asks-twice-at-once",
        suite: "radius/pap",
        like: "radius/pap::accept::nas::0:message:twice",
        ..WRONG
    },
    Wrong {
        name: "asks-twice-at-once",
        suite: "radius-accounting/records",
        like: "radius-accounting/records::session-start::nas::0:message:twice",
        ..WRONG
    },
    Wrong {
        name: "identifier-always-zero",
        suite: "radius/pap",
        like: "radius/pap::accept::nas::0:identifier:zero",
        ..WRONG
    },
    // The port's attribute has become another one that may stand there, and is missed.
    Wrong {
        name: "service-type-for-port",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::port-named"],
        says: &["attributes.NAS-Port", "radius-acct.port-or-port-type-present"],
        like: "radius-accounting/records::session-start::nas::0:attributes.NAS-Port.type:one-more",
        ..WRONG
    },
    // What no operator makes.
    Wrong {
        name: "authenticator-of-answers-fixed",
        suite: "radius/challenge",
        fails: &["radius/challenge::rules::nas::request-authenticator-not-repeated"],
        says: &["the same value twice", "radius.request-authenticator-unpredictable"],
        ..WRONG
    },
    Wrong {
        name: "octet-changed-on-retransmission",
        suite: "radius/pap",
        fails: &["radius/pap::reply-withheld::nas::tries-again"],
        says: &["field `attributes.NAS-Port`", "as in `asked`"],
        more: &["--unsigned"],
        ..WRONG
    },
    Wrong {
        name: "octet-changed-on-retransmission",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::reply-withheld::nas::tries-again"],
        says: &[
            "attributes.User-Name",
            "authenticator",
            "radius-acct.only-attribute-delay-time-changes",
        ],
        ..WRONG
    },
    Wrong {
        name: "hides-block-by-block",
        suite: "radius/pap",
        fails: &[
            "radius/pap::long-password-asked[two-blocks]::nas::hidden",
            "radius/pap::long-password-asked[three-blocks]::nas::hidden",
        ],
        says: &["attributes.User-Password", "radius.user-password-is-hidden"],
        ..WRONG
    },
    Wrong {
        name: "hides-block-by-block",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::nas::requested"],
        says: &["field `attributes.User-Password`"],
        ..WRONG
    },
    Wrong {
        name: "user-name-in-capitals",
        suite: "radius/pap",
        fails: &["radius/pap::accept::nas::requested"],
        says: &["field `attributes.User-Name`"],
        ..WRONG
    },
    Wrong {
        name: "state-in-capitals",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::nas::answered"],
        says: &["field `attributes.State`", "radius.challenge-answer-returns-state"],
        ..WRONG
    },
    Wrong {
        name: "session-time-in-start",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::session-time-not-in-start"],
        says: &["attributes.Acct-Session-Time", "radius-acct.session-time-not-in-start"],
        ..WRONG
    },
    Wrong {
        name: "terminate-cause-in-update",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::terminate-cause-only-in-stop"],
        says: &["attributes.Acct-Terminate-Cause", "radius-acct.terminate-cause-only-in-stop"],
        ..WRONG
    },
    Wrong {
        name: "signs-nothing",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::request-signed"],
        says: &["attributes.Message-Authenticator", "radius.client-signs-access-request"],
        ..WRONG
    },
    Wrong {
        name: "no-port",
        suite: "radius/pap",
        fails: &["radius/pap::rules::nas::request-names-port"],
        says: &["attributes.NAS-Port", "radius.access-request-should-name-port"],
        ..WRONG
    },
    Wrong {
        name: "overlooks-message-authenticator",
        suite: "radius/pap",
        fails: &["radius/pap::badly-signed-reply-ignored::nas::asks-again"],
        says: &["access-request did not come", "radius.client-verifies-message-authenticator"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "status-unsigned",
        suite: "radius/status",
        fails: &["radius/status::alive::nas::asked"],
        says: &["attributes.Message-Authenticator", "radius.status-query-signed"],
        ..WRONG
    },
    Wrong {
        name: "status-repeated",
        suite: "radius/status",
        fails: &["radius/status::not-repeated::nas::asked-anew"],
        says: &["status-server did not come", "radius.status-query-not-repeated"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "status-with-user-name",
        suite: "radius-accounting/status",
        fails: &["radius-accounting/status::rules::nas::query-carries-nobody"],
        says: &["attributes", "radius-acct.status-query-carries-nobody"],
        ..WRONG
    },
    Wrong {
        name: "status-of-anybody",
        suite: "radius/status",
        fails: &["radius/status::bad-answer-ignored[other-secret]::nas::asked-anew"],
        says: &["status-server did not come", "radius.status-bad-answer-discarded"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "eap-unsigned",
        suite: "radius/eap",
        fails: &["radius/eap::accept::nas::identified"],
        says: &["attributes.Message-Authenticator", "radius.eap-request-signed"],
        ..WRONG
    },
    Wrong {
        name: "password-beside-eap",
        suite: "radius/eap",
        fails: &["radius/eap::rules::nas::eap-requests-signed"],
        says: &["attributes.User-Password", "radius.eap-one-kind-of-credential"],
        ..WRONG
    },
    Wrong {
        name: "other-name-beside-eap",
        suite: "radius/eap",
        fails: &["radius/eap::accept::nas::answered"],
        says: &["attributes.User-Name", "radius.eap-user-name-is-identity"],
        ..WRONG
    },
    Wrong {
        name: "eap-identifier-counts-on",
        suite: "radius/eap",
        fails: &["radius/eap::accept::nas::answered"],
        says: &["attributes.EAP-Message.identifier", "radius.eap-response-echoes-identifier"],
        ..WRONG
    },
    Wrong {
        name: "eap-state-not-returned",
        suite: "radius/eap",
        fails: &["radius/eap::accept::nas::answered"],
        says: &["attributes.State", "radius.eap-state-returned"],
        ..WRONG
    },
    Wrong {
        name: "takes-unsigned-eap-reply",
        suite: "radius/eap",
        fails: &["radius/eap::unsigned-challenge-ignored::nas::asks-again"],
        says: &["access-request", "radius.eap-unsigned-reply-discarded"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "nak-kept-back",
        suite: "radius/eap",
        fails: &["radius/eap::other-method-wanted::nas::nak"],
        says: &["access-request did not come", "radius.eap-nak-passed-on"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "first-eap-attribute-only",
        suite: "radius/eap",
        fails: &["radius/eap::request-in-two-attributes::nas::answered"],
        says: &["access-request did not come", "radius.eap-attributes-joined"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "eap-in-parted-attributes",
        suite: "radius/eap",
        fails: &["radius/eap::accept::nas::identified"],
        says: &["attributes.EAP-Message.packet_length", "RFC 3579 section 3.1"],
        ..WRONG
    },
    Wrong {
        name: "two-requests-under-one-identifier",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::session-start::nas::reported"],
        says: &["field `attributes.Acct-Status-Type`", "got Accounting-On"],
        ..WRONG
    },
    Wrong {
        name: "lets-everybody-in",
        suite: "radius/pap",
        fails: &["radius/pap::rejected-user-asks-no-more::nas::user-kept-out"],
        says: &["does not show `refused`", "exit status: 0", "radius.client-reports-reject"],
        ..WRONG
    },
    Wrong {
        name: "session-id-fixed",
        suite: "radius-accounting/sessions",
        fails: &["radius-accounting/sessions::one-after-the-other::nas::second"],
        says: &["attributes.Acct-Session-Id", "radius-acct.session-id-unique"],
        ..WRONG
    },
    Wrong {
        name: "session-time-made-up",
        suite: "radius-accounting/sessions",
        fails: &["radius-accounting/sessions::session-time::nas::counted"],
        says: &["attributes.Acct-Session-Time", "radius-acct.session-time-counts"],
        ..WRONG
    },
    Wrong {
        name: "one-bundle-for-all",
        suite: "radius-accounting/sessions",
        fails: &["radius-accounting/sessions::two-bundles::nas::second-bundle"],
        says: &["attributes.Acct-Multi-Session-Id", "radius-acct.multi-session-id-unique"],
        ..WRONG
    },
    Wrong {
        name: "first-secret-for-the-standby",
        suite: "radius-accounting/failover",
        fails: &["radius-accounting/failover::to-the-standby::nas::turns-to-the-standby"],
        says: &["field `authenticator`", "radius-acct.failover-after-tries"],
        ..WRONG
    },
    Wrong {
        name: "standby-never-asked",
        suite: "radius-accounting/failover",
        fails: &["radius-accounting/failover::to-the-standby::nas::turns-to-the-standby"],
        says: &["its program has ended"],
        ..WRONG
    },
    Wrong {
        name: "keeps-its-pace",
        suite: "radius-accounting/retransmission",
        fails: &["radius-accounting/retransmission::backs-off::nas::pauses-grow"],
        says: &["pause 2", "radius-acct.retry-backs-off"],
        ..WRONG
    },
    Wrong {
        name: "code-of-an-accept",
        suite: "radius/pap",
        fails: &["radius/pap::accept::nas::requested"],
        says: &["access-request", "radius.code-identifies-type"],
        ..WRONG
    },
    Wrong {
        name: "takes-what-it-cannot-read",
        suite: "radius/pap",
        fails: &["radius/pap::bad-reply-ignored[nineteen-octets]::nas::asks-again"],
        says: &["access-request did not come", "radius.client-drops-invalid-packet"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "takes-what-it-cannot-read",
        suite: "radius-accounting/retransmission",
        fails: &[
            "radius-accounting/retransmission::bad-response-ignored[length-below-twenty]::nas::asks-again",
        ],
        says: &[
            "accounting-request did not come",
            "radius-acct.length-below-20-discarded",
            "radius-acct.client-discards-invalid-response",
        ],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "stops-at-unknown-attribute",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::response-with-attributes[unknown-first]::nas::taken"],
        says: &["was to be silent", "radius-acct.mixed-type-order-is-free"],
        ..WRONG
    },
    Wrong {
        name: "takes-any-service",
        suite: "radius/verdict",
        fails: &["radius/verdict::service-unknown::nas::user-kept-out"],
        says: &["does not show `refused`", "radius.client-rejects-unknown-service-type"],
        ..WRONG
    },
    Wrong {
        name: "decides-by-eap",
        suite: "radius/verdict",
        fails: &["radius/verdict::eap-says-otherwise[accept-with-failure]::nas::decided-by-code"],
        says: &["does not show `accepted`", "radius.eap-decision-rests-on-code"],
        ..WRONG
    },
    Wrong {
        name: "decides-by-eap",
        suite: "radius/verdict",
        fails: &["radius/verdict::eap-says-otherwise[reject-with-success]::nas::decided-by-code"],
        says: &["does not show `refused`", "radius.eap-decision-rests-on-code"],
        ..WRONG
    },
    Wrong {
        name: "one-identifier-for-two",
        suite: "radius/verdict",
        fails: &["radius/verdict::two-at-once::nas::both-asked"],
        says: &["field `identifier`", "radius.client-keeps-identifier-until-answer"],
        ..WRONG
    },
    Wrong {
        name: "authentic-one-off",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::authentic[by-itself]::nas::told"],
        says: &["attributes.Acct-Authentic", "radius-acct.authentic-value-local"],
        ..WRONG
    },
    Wrong {
        name: "session-id-twice",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::nas::session-id-always"],
        says: &["attributes.Acct-Session-Id", "radius-acct.table-acct-session-id-exactly-once"],
        ..WRONG
    },
];
