//! Wrong TACACS+ clients that do one thing at a time.

use crate::harness::{WRONG, Wrong};

pub const TACACS_CLIENTS: &[Wrong] = &[
    // What operators of the score make too.
    Wrong {
        name: "reserved-header-bits",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::undefined-bits-are-zero"],
        says: &["header_flags.reserved", "tacacs.undefined-header-flags-zero"],
        like: "tacacs/authentication::ascii::nas::0:header_flags.reserved:max",
        ..WRONG
    },
    Wrong {
        name: "reserved-continue-flags",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::undefined-continue-flags-are-zero"],
        says: &["flags.reserved", "tacacs.undefined-authentication-flags-zero"],
        like: "tacacs/authentication::ascii::nas::1:flags.reserved:neighbour",
        ..WRONG
    },
    Wrong {
        name: "minor-version-zero",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::pap::nas::requested"],
        says: &["field `minor_version`", "expected 1, got 0"],
        like: "tacacs/authentication::pap::nas::0:minor_version:zero",
        ..WRONG
    },
    Wrong {
        name: "minor-version-one",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::ascii-login-has-minor-version-0"],
        says: &["minor_version", "tacacs.minor-version-follows-authentication-type"],
        like: "tacacs/authentication::ascii::nas::0:minor_version:neighbour",
        ..WRONG
    },
    Wrong {
        name: "unencrypted",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::bodies-obfuscated"],
        says: &["header_flags.unencrypted", "tacacs.body-obfuscated"],
        like: "tacacs/authentication::ascii::nas::0:header_flags.unencrypted:turned",
        ..WRONG
    },
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::password-asked"],
        says: &["field `session_id`", "the session's id"],
        like: "tacacs/authentication::ascii::nas::1:session_id:max",
        ..WRONG
    },
    Wrong {
        name: "sequence-number-wrong",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::password-asked"],
        says: &["field `seq_no`", "one more than the packet before"],
        like: "tacacs/authentication::ascii::nas::1:seq_no:neighbour",
        ..WRONG
    },
    Wrong {
        name: "other-key",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::name-asked"],
        says: &["fields of the authen-start"],
        like: "tacacs/authentication::ascii::nas::0:message:key",
        ..WRONG
    },
    Wrong {
        name: "privilege-200",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::name-asked"],
        says: &["field `priv_lvl`", "0 to 15, got 200"],
        like: "tacacs/authentication::ascii::nas::0:priv_lvl:max",
        ..WRONG
    },
    Wrong {
        name: "unprintable-port",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::name-asked"],
        says: &["field `port`", "printable US-ASCII"],
        like: "tacacs/authentication::ascii::nas::0:port:zero",
        ..WRONG
    },
    Wrong {
        name: "data-length-one-more",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::name-asked"],
        says: &["field `data`", "expected 1 octet, got 0 octets"],
        like: "tacacs/authentication::ascii::nas::0:data_len:one-more",
        ..WRONG
    },
    Wrong {
        name: "service-enable",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::name-asked"],
        says: &["field `authen_service`"],
        like: "tacacs/authentication::ascii::nas::0:authen_service:other",
        ..WRONG
    },
    Wrong {
        name: "command-left-out",
        suite: "tacacs/authorization",
        fails: &["tacacs/authorization::shell::nas::requested"],
        says: &["field `args.cmd`", "got nothing"],
        like: "tacacs/authorization::shell::nas::0:args.cmd:dropped",
        ..WRONG
    },
    Wrong {
        name: "arguments-backwards",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::rules::nas::record-named-once"],
        says: &["args.task_id", "tacacs.accounting-arguments-first"],
        like: "tacacs/accounting::record[start]::nas::0:args.task_id:moved",
        ..WRONG
    },
    Wrong {
        name: "flags-left-out",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::record[start]::nas::reported"],
        says: &["field `flags.start`"],
        like: "tacacs/accounting::record[start]::nas::0:flags.start:turned",
        ..WRONG
    },
    Wrong {
        name: "half-closes",
        suite: "tacacs/authorization",
        like: "tacacs/authorization::shell::nas::0:message:half-closed",
        ..WRONG
    },
    Wrong {
        name: "half-closes",
        suite: "tacacs/accounting",
        like: "tacacs/accounting::record[start]::nas::0:message:half-closed",
        ..WRONG
    },
    Wrong {
        name: "chap-response-wrong",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::chap::nas::requested"],
        says: &["field `data`", "MD5 over id, password and challenge", "tacacs.chap-response"],
        like: "tacacs/authentication::chap::nas::0:data:other",
        ..WRONG
    },
    // What no operator makes.
    Wrong {
        name: "session-id-one",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::session-ids-drawn"],
        says: &["session_id", "tacacs.session-id-drawn"],
        ..WRONG
    },
    Wrong {
        name: "chap-response-short",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::chap::nas::requested"],
        says: &["field `data`", "18 to 255 octets"],
        ..WRONG
    },
    Wrong {
        name: "password-as-name",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::nas::password-asked"],
        says: &["field `user_msg`", "tacacs.step03-client-sends-username"],
        ..WRONG
    },
    Wrong {
        name: "goes-on-after-bad-reply",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::bad-reply-ends-session[session-id]::nas::no-password-for-it",
        ],
        says: &["was to be silent", "authen-continue", "tacacs.client-invalid-packet-ends-session"],
        ..WRONG
    },
    Wrong {
        name: "asks-again-after-fail",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::refused::nas::told-fail"],
        says: &["was to be silent", "tacacs.client-reports-authentication-failure"],
        ..WRONG
    },
    Wrong {
        name: "takes-clear-reply",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::reply-in-the-clear::nas::no-password-for-it"],
        says: &["was to be silent", "authen-continue", "tacacs.clear-reply-ends-session"],
        ..WRONG
    },
    Wrong {
        name: "takes-longer-body",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::bad-reply-ends-session[body-longer-than-its-fields]::nas::no-password-for-it",
        ],
        says: &["was to be silent", "authen-continue"],
        ..WRONG
    },
    Wrong {
        name: "refuses-reserved-bits",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::reserved-bits-of-reply-ignored::nas::password-sent"],
        says: &["authen-continue", "tacacs.undefined-header-flags-ignored"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "nameless-pap",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::pap-and-chap-name-the-user"],
        says: &["user", "tacacs.pap-and-chap-name-the-user"],
        ..WRONG
    },
    Wrong {
        name: "goes-on-after-follow",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::sent-elsewhere::nas::told-follow"],
        says: &["was to be silent", "tacacs.follow-is-no-pass"],
        ..WRONG
    },
    Wrong {
        name: "goes-on-after-restart",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::restarted::nas::told-restart"],
        says: &["tacacs.restart-is-another-session"],
        ..WRONG
    },
    Wrong {
        name: "asks-again-after-bad-response",
        suite: "tacacs/authorization",
        fails: &["tacacs/authorization::bad-response-ends-session[session-id]::nas::nothing-more"],
        says: &["was to be silent", "author-request"],
        ..WRONG
    },
    Wrong {
        name: "records-again-after-bad-reply",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::bad-reply-ends-session[session-id]::nas::nothing-more"],
        says: &["was to be silent", "acct-request"],
        ..WRONG
    },
    Wrong {
        name: "own-connection-each-time",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::agreed::nas::second-session"],
        says: &["source", "the connection of the message before", "tacacs.single-connect-shared"],
        ..WRONG
    },
    Wrong {
        name: "stays-on-refused-connection",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::not-agreed::nas::another-connection"],
        says: &["tacacs.single-connect-refused"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "one-id-for-all",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::rules::nas::session-ids-drawn"],
        says: &["session_id", "tacacs.session-id-drawn"],
        ..WRONG
    },
    Wrong {
        name: "two-at-once",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::agreed::nas::asked-for"],
        says: &["was to be silent", "tacacs.single-connect-waits-for-agreement"],
        ..WRONG
    },
    Wrong {
        name: "gives-up-when-closed",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::closed-by-server::nas::opened-again"],
        says: &["authen-start did not come", "tacacs.single-connect-closed-accommodated"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::nas::packets-go-on-with-their-session"],
        says: &["session_id", "tacacs.session-id-kept"],
        ..WRONG
    },
    Wrong {
        name: "lets-everybody-in",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::failed::nas::user-kept-out"],
        says: &["does not show `refused`", "tacacs.client-reports-authentication-failure"],
        ..WRONG
    },
    Wrong {
        name: "lets-everybody-in",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::not-authorized[follow]::nas::shell-denied"],
        says: &["does not show `kept-out`", "tacacs.follow-is-no-pass"],
        ..WRONG
    },
    Wrong {
        name: "error-is-fail",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::error::nas::undecided"],
        says: &["does not show `undecided`", "tacacs.client-error-is-not-failure"],
        ..WRONG
    },
    Wrong {
        name: "error-is-fail",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::not-decided::nas::undecided"],
        says: &["does not show `undecided`", "tacacs.client-error-is-not-failure"],
        ..WRONG
    },
    Wrong {
        name: "lets-in-unless-failed",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::neither[follow]::nas::user-kept-out"],
        says: &["does not show `kept-out`", "tacacs.follow-is-no-pass"],
        ..WRONG
    },
    Wrong {
        name: "lets-in-unless-failed",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::neither[restart]::nas::user-kept-out"],
        says: &["does not show `kept-out`", "tacacs.restart-is-another-session"],
        ..WRONG
    },
    Wrong {
        name: "takes-clear-reply",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::not-believed[in-the-clear]::nas::user-kept-out"],
        says: &["does not show `kept-out`", "tacacs.clear-reply-ends-session"],
        ..WRONG
    },
    Wrong {
        name: "takes-longer-body",
        suite: "tacacs/verdict",
        fails: &["tacacs/verdict::not-believed[body-longer-than-its-fields]::nas::user-kept-out"],
        says: &["does not show `kept-out`"],
        ..WRONG
    },
    Wrong {
        name: "believes-any-pass",
        suite: "tacacs/verdict",
        fails: &[
            "tacacs/verdict::not-believed[session-id]::nas::user-kept-out",
            "tacacs/verdict::not-believed[sequence-number]::nas::user-kept-out",
            "tacacs/verdict::not-believed[sequence-number-again]::nas::user-kept-out",
            "tacacs/verdict::not-believed[other-type]::nas::user-kept-out",
        ],
        says: &["does not show `kept-out`", "tacacs.client-invalid-packet-ends-session"],
        ..WRONG
    },
];
