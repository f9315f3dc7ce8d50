//! Wrong RADIUS servers, for authentication and for accounting.

use crate::harness::{WRONG, Wrong};

pub const RADIUS_SERVERS: &[Wrong] = &[
    Wrong {
        name: "response-authenticator",
        suite: "radius/pap",
        fails: &[
            "radius/pap::accept::server::accepted",
            "radius/pap::reject::server::rejected",
            "radius/pap::rules::server::response-authenticator",
        ],
        says: &["\n  authenticator\n", "MD5 over the reply"],
        ..WRONG
    },
    Wrong {
        name: "response-authenticator",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["field `authenticator`", "radius.response-authenticator-verifies"],
        ..WRONG
    },
    Wrong {
        name: "response-authenticator",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::server::response-authenticator"],
        says: &["\n  authenticator\n", "radius-acct.response-authenticator-computed"],
        ..WRONG
    },
    Wrong {
        name: "reply-message-authenticator",
        suite: "radius/pap",
        fails: &["radius/pap::message-authenticator::server::accepted"],
        says: &[
            "field `attributes.Message-Authenticator`",
            "radius.response-authenticator-verifies",
        ],
        ..WRONG
    },
    Wrong {
        name: "identifier-not-echoed",
        suite: "radius/pap",
        fails: &["radius/pap::identifier[last]::server::echoed"],
        says: &["field `identifier`", "radius.reply-copies-identifier"],
        ..WRONG
    },
    Wrong {
        name: "identifier-not-echoed",
        suite: "radius/pap",
        fails: &["radius/pap::rules::server::identifier-copied"],
        says: &["\n  identifier\n", "radius.reply-copies-identifier"],
        ..WRONG
    },
    Wrong {
        name: "identifier-not-echoed",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::server::response-identifier"],
        says: &["\n  identifier\n", "radius-acct.response-identifier-copied"],
        ..WRONG
    },
    Wrong {
        name: "answers-bad-request-authenticator",
        suite: "radius-accounting/discard",
        fails: &[
            "radius-accounting/discard::wrong-request-authenticator[one-bit]::server::silently-discarded",
            "radius-accounting/discard::wrong-request-authenticator[other-secret]::server::silently-discarded",
            "radius-accounting/discard::wrong-request-authenticator[all-zero]::server::silently-discarded",
        ],
        says: &["was to be silent", "radius-acct.server-discards-bad-request-authenticator"],
        ..WRONG
    },
    Wrong {
        name: "answers-short-packet",
        suite: "radius/pap",
        fails: &["radius/pap::discarded[length-above-datagram]::server::silently-discarded"],
        says: &["was to be silent", "radius.server-drops-invalid-packet"],
        ..WRONG
    },
    Wrong {
        name: "answers-short-packet",
        suite: "radius-accounting/discard",
        fails: &[
            "radius-accounting/discard::short-packet[length-above-datagram]::server::silently-discarded",
        ],
        says: &["was to be silent", "radius-acct.server-discards-short-packet"],
        ..WRONG
    },
    // Against radius/pap it fails too, where a right server may answer with a reject: the suite
    // demands silence, RFC 2865 section 5 says that an Access-Reject SHOULD be transmitted.
    Wrong {
        name: "answers-bad-attribute-length",
        suite: "radius-accounting/discard",
        fails: &[
            "radius-accounting/discard::bad-attribute-length[zero]::server::silently-discarded",
            "radius-accounting/discard::bad-attribute-length[one]::server::silently-discarded",
            "radius-accounting/discard::bad-attribute-length[past-the-end]::server::silently-discarded",
        ],
        says: &["was to be silent", "radius-acct.invalid-attribute-length-discards-request"],
        ..WRONG
    },
    Wrong {
        name: "answers-unknown-code",
        suite: "radius/pap",
        fails: &["radius/pap::discarded[code-unknown]::server::silently-discarded"],
        says: &["was to be silent", "radius.server-drops-invalid-packet"],
        ..WRONG
    },
    Wrong {
        name: "answers-unknown-code",
        suite: "radius-accounting/discard",
        fails: &[
            "radius-accounting/discard::unknown-code[unassigned]::server::silently-discarded",
            "radius-accounting/discard::unknown-code[reserved]::server::silently-discarded",
            "radius-accounting/discard::unknown-code[response]::server::silently-discarded",
        ],
        says: &["was to be silent", "radius-acct.server-discards-invalid-code"],
        ..WRONG
    },
    Wrong {
        name: "drops-padding",
        suite: "radius/pap",
        fails: &["radius/pap::padding-ignored::server::accepted"],
        says: &["access-accept did not come", "radius.length-covers-packet"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "drops-padding",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::padding::server::recorded"],
        says: &["accounting-response did not come", "radius-acct.server-ignores-padding"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "accepts-any-password",
        suite: "radius/pap",
        fails: &[
            "radius/pap::reject::server::rejected",
            "radius/pap::unknown-user::server::rejected",
            "radius/pap::long-password[almost-right]::server::rejected",
            "radius/pap::wrong-secret::server::rejected",
        ],
        says: &["said access-accept where access-reject was due", "requirement radius."],
        ..WRONG
    },
    Wrong {
        name: "accepts-any-password",
        suite: "radius/chap",
        fails: &["radius/chap::wrong-response::server::rejected"],
        says: &["said access-accept where access-reject was due", "radius.reject-on-failure"],
        ..WRONG
    },
    Wrong {
        name: "double-reply",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::nothing-more"],
        says: &["was to be silent", "access-accept", "radius.one-of-three-replies"],
        ..WRONG
    },
    Wrong {
        name: "reply-from-other-port",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["access-accept did not come", "but from elsewhere", "requirement radius."],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "wrong-code",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["said access-challenge where access-accept was due", "radius.accept-on-success"],
        ..WRONG
    },
    // No requirement is about duplicates: the words are those of the fields alone.
    Wrong {
        name: "duplicate-answered-differently",
        suite: "radius/pap",
        fails: &["radius/pap::duplicate-answered-alike::server::answered-again"],
        says: &["Reply-Message", "attributes.Reply-Message", "as in `reply`"],
        ..WRONG
    },
    Wrong {
        name: "duplicate-answered-differently",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::duplicate::server::answered-again"],
        says: &["Reply-Message", "attributes.Reply-Message", "as in `reply`"],
        ..WRONG
    },
    // A dead peer is silent, and passes no silence. It was there when the run began, so it has
    // failed: this is not 2, an error of ours.
    Wrong {
        name: "dies-on-bad-packet",
        suite: "radius/pap",
        fails: &[
            "radius/pap::discarded[nineteen-octets]::server::silently-discarded",
            "radius/pap::discarded[length-below-twenty]::server::silently-discarded",
            "radius/pap::discarded[length-above-datagram]::server::silently-discarded",
            "radius/pap::discarded[length-above-maximum]::server::silently-discarded",
            "radius/pap::bad-attribute-length[zero]::server::still-serving",
            "radius/pap::discarded[code-unknown]::server::silently-discarded",
            "radius/pap::discarded[not-radius]::server::silently-discarded",
        ],
        says: &["does not answer a good request any more", "radius.server-drops-invalid-packet"],
        ..WRONG
    },
    Wrong {
        name: "dies-on-bad-packet",
        suite: "radius-accounting/discard",
        fails: &[
            "radius-accounting/discard::length-out-of-bounds[nineteen]::server::silently-discarded",
        ],
        says: &["does not answer a good request any more", "radius-acct.length-below-20-discarded"],
        ..WRONG
    },
    Wrong {
        name: "flood",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::nothing-more"],
        says: &["was to be silent", "access-accept", "radius.one-of-three-replies"],
        ..WRONG
    },
    Wrong {
        name: "random-octets",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["where access-accept was due", "\n  authenticator\n", "\n  length\n"],
        ..WRONG
    },
    // What operators of the score make too.
    Wrong {
        name: "answers-again",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::nothing-more"],
        says: &["was to be silent", "access-accept", "radius.one-of-three-replies"],
        like: "radius/pap::accept::server::0:message:again",
        ..WRONG
    },
    Wrong {
        name: "answers-again",
        suite: "radius/pap",
        fails: &["radius/pap::duplicate-answered-alike::server::answered-again"],
        says: &["was to be silent", "access-accept"],
        like: "radius/pap::duplicate-answered-alike::server::0:message:again",
        ..WRONG
    },
    Wrong {
        name: "answers-again",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::duplicate::server::answered-again"],
        says: &["was to be silent", "accounting-response"],
        like: "radius-accounting/discard::duplicate::server::0:message:again",
        ..WRONG
    },
    Wrong {
        name: "length-one-more",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["\n  length\n", "since that many octets came"],
        like: "radius/pap::accept::server::0:length:one-more",
        ..WRONG
    },
    Wrong {
        name: "length-one-less",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["attributes.Reply-Message.length", "a length of 8 or less"],
        like: "radius/pap::accept::server::0:length:one-less",
        ..WRONG
    },
    Wrong {
        name: "cut-by-one",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["fields of the access-accept", "\n  length\n"],
        like: "radius/pap::accept::server::0:message:cut-by-one",
        ..WRONG
    },
    Wrong {
        name: "stale-authenticator",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::server::challenged"],
        says: &["\n  authenticator\n", "MD5 over the reply"],
        like: "radius/challenge::answered::server::0:authenticator:stale",
        ..WRONG
    },
    Wrong {
        name: "zero-message-authenticator",
        suite: "radius/pap",
        fails: &["radius/pap::message-authenticator::server::accepted"],
        says: &["field `attributes.Message-Authenticator`", "HMAC-MD5"],
        ..WRONG
    },
    Wrong {
        name: "service-in-reject",
        suite: "radius/pap",
        fails: &["radius/pap::reject::server::rejected"],
        says: &["field `attributes.Service-Type`"],
        like: "radius/pap::reject::server::0:attributes.Service-Type:added",
        ..WRONG
    },
    Wrong {
        name: "password-in-accept",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["field `attributes.User-Password`", "none of it in this message"],
        like: "radius/pap::accept::server::0:attributes.User-Password:added",
        ..WRONG
    },
    Wrong {
        name: "state-twice",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::server::challenged"],
        says: &["field `attributes.State`", "one of it at most"],
        like: "radius/challenge::answered::server::0:attributes.State:doubled",
        ..WRONG
    },
    Wrong {
        name: "empty-state",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::server::challenged"],
        says: &["field `attributes.State`", "1 to 253 octets"],
        like: "radius/challenge::answered::server::0:attributes.State:empty",
        ..WRONG
    },
    Wrong {
        name: "address-in-challenge",
        suite: "radius/challenge",
        fails: &[
            "radius/challenge::answered::server::challenged",
            "radius/challenge::rules::server::challenge-holds-what-it-may",
        ],
        says: &["attributes.Framed-IP-Address", "radius.challenge-permitted-attributes"],
        ..WRONG
    },
    // Later documents have put more into a challenge.
    Wrong { name: "error-cause-in-challenge", suite: "radius/challenge", ..WRONG },
    Wrong {
        name: "text-not-utf-8",
        suite: "radius/challenge",
        fails: &["radius/challenge::rules::server::texts-are-utf-8"],
        says: &["attributes.Reply-Message", "radius.texts-are-utf-8"],
        like: "radius/challenge::answered::server::0:attributes.Reply-Message:max",
        ..WRONG
    },
    Wrong {
        name: "proxy-state-twice",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::proxy-state::server::copied"],
        says: &["field `attributes.Proxy-State`", "radius-acct.same-type-order-preserved"],
        like: "radius-accounting/discard::proxy-state::server::0:attributes.Proxy-State:doubled",
        ..WRONG
    },
    Wrong {
        name: "proxy-state-twice",
        suite: "radius/pap",
        fails: &["radius/pap::proxy-state::server::in-accept"],
        says: &["field `attributes.Proxy-State`", "radius.proxy-state-copied"],
        like: "radius/pap::proxy-state::server::0:attributes.Proxy-State:doubled",
        ..WRONG
    },
    Wrong {
        name: "proxy-state-twice",
        suite: "radius/challenge",
        fails: &["radius/challenge::proxy-state::server::in-challenge"],
        says: &["field `attributes.Proxy-State`", "radius.proxy-state-copied"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-made-up",
        suite: "radius/pap",
        fails: &["radius/pap::proxy-state::server::none-in-accept"],
        says: &["field `attributes.Proxy-State`", "radius.proxy-state-copied"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-made-up",
        suite: "radius/challenge",
        fails: &["radius/challenge::proxy-state::server::none-in-challenge"],
        says: &["field `attributes.Proxy-State`", "radius.proxy-state-copied"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-made-up",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::proxy-state::server::none-made"],
        says: &["field `attributes.Proxy-State`", "radius-acct.response-attribute-set"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-backwards",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::proxy-state::server::copied"],
        says: &["attributes.Proxy-State", "radius-acct.same-type-order-preserved"],
        like: "radius-accounting/discard::proxy-state::server::0:attributes.Proxy-State:moved",
        ..WRONG
    },
    Wrong {
        name: "answers-nothing-twice",
        suite: "radius/pap",
        fails: &["radius/pap::duplicate-answered-alike::server::answered-again"],
        says: &["access-accept did not come"],
        scale: "0.4",
        like: "radius/pap::duplicate-answered-alike::server::1:message:withheld",
        ..WRONG
    },
    Wrong {
        name: "pads-replies",
        suite: "radius/pap",
        like: "radius/pap::accept::server::0:message:trailing",
        ..WRONG
    },
    Wrong {
        name: "pads-replies",
        suite: "radius-accounting/records",
        like: "radius-accounting/records::session-start::server::0:message:trailing",
        ..WRONG
    },
    // What no operator makes.
    Wrong {
        name: "address-twice",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["field `attributes.Framed-IP-Address`", "one of it at most"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-in-capitals",
        suite: "radius-accounting/discard",
        fails: &["radius-accounting/discard::proxy-state::server::copied"],
        says: &["attributes.Proxy-State", "radius-acct.response-attribute-set"],
        ..WRONG
    },
    Wrong {
        name: "class-in-accounting-response",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::rules::server::response-holds-little"],
        says: &["nothing else", "radius-acct.response-attribute-set"],
        ..WRONG
    },
    // Whoever is challenged gets the State that the first one got, which serves one answer only.
    Wrong {
        name: "state-of-the-first",
        suite: "radius/challenge",
        fails: &["radius/challenge::begun-anew::server::accepted"],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "forgets-answers-soon",
        suite: "radius/pap",
        fails: &["radius/pap::duplicate-answered-alike::server::answered-again"],
        says: &["field `attributes.Reply-Message`", "as in `reply`"],
        ..WRONG
    },
    Wrong {
        name: "takes-identifier-for-request",
        suite: "radius/pap",
        fails: &["radius/pap::identifier-used-again::server::rejected"],
        says: &[
            "said the same access-accept again where access-reject was due",
            "radius.new-authenticator-is-new-request",
        ],
        ..WRONG
    },
    Wrong {
        name: "once-right-always-right",
        suite: "radius/pap",
        fails: &["radius/pap::each-login-for-itself::server::wrong-rejected-again"],
        says: &["said access-accept where access-reject was due"],
        ..WRONG
    },
    Wrong {
        name: "once-wrong-always-wrong",
        suite: "radius/pap",
        fails: &["radius/pap::each-login-for-itself::server::right-accepted"],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "unhides-block-by-block",
        suite: "radius/challenge",
        fails: &["radius/challenge::answered::server::accepted"],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "unhides-block-by-block",
        suite: "radius/pap",
        fails: &[
            "radius/pap::long-password-right[two-blocks]::server::accepted",
            "radius/pap::long-password-right[three-blocks]::server::accepted",
        ],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "unhides-one-block",
        suite: "radius/pap",
        fails: &[
            "radius/pap::long-password-wrong[first-block-alone]::server::rejected",
            "radius/pap::long-password-wrong[second-block-off]::server::rejected",
            "radius/pap::long-password-wrong[third-block-off]::server::rejected",
        ],
        says: &["said access-accept where access-reject was due"],
        ..WRONG
    },
    Wrong {
        name: "chap-challenge-overlooked",
        suite: "radius/chap",
        fails: &["radius/chap::accept::server::accepted"],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "chap-challenge-demanded",
        suite: "radius/chap",
        fails: &["radius/chap::challenge-in-authenticator::server::accepted"],
        says: &["said access-reject where access-accept was due"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-not-in-reject",
        suite: "radius/pap",
        fails: &["radius/pap::proxy-state::server::in-reject"],
        says: &["attributes.Proxy-State", "radius.proxy-state-copied"],
        ..WRONG
    },
    Wrong {
        name: "proxy-state-backwards",
        suite: "radius/challenge",
        fails: &["radius/challenge::proxy-state::server::in-challenge"],
        says: &["attributes.Proxy-State", "radius.proxy-state-copied"],
        ..WRONG
    },
    Wrong {
        name: "forgery-empties-memory",
        suite: "radius/pap",
        fails: &["radius/pap::forged-duplicate::server::answer-kept"],
        says: &["attributes.Class", "radius.bad-signature-leaves-answers-alone"],
        ..WRONG
    },
    Wrong {
        name: "no-service-in-accept",
        suite: "radius/pap",
        fails: &["radius/pap::service::server::configured"],
        says: &["attributes.Service-Type", "radius.accept-carries-service-configuration"],
        ..WRONG
    },
    Wrong {
        name: "answers-unknown-client",
        suite: "radius/pap",
        fails: &["radius/pap::unknown-client::server::silently-discarded"],
        says: &["was to be silent", "radius.server-drops-unknown-client"],
        ..WRONG
    },
    Wrong {
        name: "answers-unsigned-status",
        suite: "radius/status",
        fails: &["radius/status::unsigned::server::silently-discarded"],
        says: &["was to be silent", "radius.status-signature-validated"],
        ..WRONG
    },
    Wrong {
        name: "answers-unsigned-status",
        suite: "radius-accounting/status",
        fails: &["radius-accounting/status::unsigned::server::silently-discarded"],
        says: &["was to be silent", "radius-acct.status-signature-validated"],
        ..WRONG
    },
    Wrong {
        name: "answers-badly-signed-status",
        suite: "radius/status",
        fails: &[
            "radius/status::badly-signed[one-bit]::server::silently-discarded",
            "radius/status::badly-signed[other-secret]::server::silently-discarded",
        ],
        says: &["was to be silent", "radius.status-signature-validated"],
        ..WRONG
    },
    Wrong {
        name: "drops-second-status",
        suite: "radius/status",
        fails: &["radius/status::asked-twice::server::both-answered"],
        says: &["did not come", "radius.status-not-dropped-as-recent"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "accepts-status-on-accounting-port",
        suite: "radius-accounting/status",
        fails: &["radius-accounting/status::alive::server::answered"],
        says: &["where accounting-response was due", "radius-acct.status-answered"],
        ..WRONG
    },
    Wrong {
        name: "service-in-status-answer",
        suite: "radius/status",
        fails: &["radius/status::rules::server::answer-holds-little"],
        says: &["nothing else", "radius.status-answer-holds-little"],
        ..WRONG
    },
    Wrong {
        name: "takes-unsigned-eap",
        suite: "radius/eap",
        fails: &["radius/eap::unsigned::server::silently-discarded"],
        says: &["was to be silent", "radius.eap-unsigned-request-discarded"],
        ..WRONG
    },
    Wrong {
        name: "takes-badly-signed-eap",
        suite: "radius/eap",
        fails: &["radius/eap::badly-signed[other-secret]::server::silently-discarded"],
        says: &["was to be silent", "radius.eap-badly-signed-request-discarded"],
        ..WRONG
    },
    Wrong {
        name: "first-eap-attribute-only",
        suite: "radius/eap",
        fails: &["radius/eap::response-in-two-attributes::server::accepted"],
        says: &["said access-reject where access-accept was due", "radius.eap-attributes-joined"],
        ..WRONG
    },
    Wrong {
        name: "success-in-reject",
        suite: "radius/eap",
        fails: &["radius/eap::wrong-response::server::rejected"],
        says: &["attributes.EAP-Message.code", "radius.eap-failure-in-reject"],
        ..WRONG
    },
    Wrong {
        name: "reject-without-eap",
        suite: "radius/eap",
        fails: &["radius/eap::nothing-else-wanted::server::rejected"],
        says: &["attributes.EAP-Message", "radius.eap-failure-in-reject"],
        ..WRONG
    },
    Wrong {
        name: "eap-not-negotiated",
        suite: "radius/eap",
        fails: &["radius/eap::accept::server::challenged"],
        says: &[
            "said access-reject where access-challenge was due",
            "radius.eap-answered-with-challenge",
        ],
        ..WRONG
    },
    Wrong {
        name: "text-beside-eap",
        suite: "radius/eap",
        fails: &["radius/eap::rules::server::no-text-beside-eap"],
        says: &["attributes.Reply-Message", "radius.eap-no-reply-message"],
        ..WRONG
    },
    Wrong {
        name: "eap-in-parted-attributes",
        suite: "radius/eap",
        fails: &["radius/eap::accept::server::challenged"],
        says: &["attributes.EAP-Message.packet_length", "RFC 3579 section 3.1"],
        ..WRONG
    },
    Wrong {
        name: "accepts-any-eap-response",
        suite: "radius/eap",
        fails: &["radius/eap::wrong-response::server::rejected"],
        says: &["said access-accept where access-reject was due", "radius.reject-on-failure"],
        ..WRONG
    },
    Wrong {
        name: "success-with-next-identifier",
        suite: "radius/eap",
        fails: &["radius/eap::accept::server::accepted"],
        says: &["attributes.EAP-Message.identifier"],
        ..WRONG
    },
    Wrong {
        name: "eap-reply-unsigned",
        suite: "radius/eap",
        fails: &["radius/eap::accept::server::challenged"],
        says: &["attributes.Message-Authenticator", "radius.eap-reply-signed"],
        ..WRONG
    },
    Wrong {
        name: "interim-updates-overlooked",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::interim-update::server::recorded"],
        says: &["accounting-response did not come", "radius-acct.keepalive-updates-session"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "answers-what-it-cannot-record",
        suite: "radius-accounting/recording",
        fails: &["radius-accounting/recording::cannot-record::server::silent"],
        says: &["accounting-response", "radius-acct.server-silent-when-not-recorded"],
        ..WRONG
    },
    Wrong {
        name: "records-duplicates",
        suite: "radius-accounting/recording",
        fails: &["radius-accounting/recording::duplicate-recorded-once::server::recorded-once"],
        says: &["stands in 2 lines, not in 1", "radius-acct.server-records-duplicate-once"],
        ..WRONG
    },
    Wrong {
        name: "drops-long-packets",
        suite: "radius-accounting/recording",
        fails: &[
            "radius-accounting/recording::largest[4095-octets]::server::recorded",
            "radius-accounting/recording::largest[4096-octets]::server::recorded",
        ],
        says: &["accounting-response did not come"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "drops-repeated-attributes",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::any-number[class]::server::recorded"],
        says: &["accounting-response did not come", "radius-acct.table-class-any-number"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "drops-long-strings",
        suite: "radius-accounting/records",
        fails: &["radius-accounting/records::string-lengths[all-253]::server::recorded"],
        says: &["accounting-response did not come", "radius-acct.string-attributes-0-to-253"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "records-forgeries",
        suite: "radius-accounting/recording",
        fails: &["radius-accounting/recording::forgery-not-recorded::server::recorded-once"],
        says: &["recorded-once", "radius-acct.silent-discard-has-no-effect"],
        ..WRONG
    },
];
