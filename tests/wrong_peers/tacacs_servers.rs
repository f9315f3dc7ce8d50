//! Wrong TACACS+ servers.

use crate::harness::{WRONG, Wrong};

pub const TACACS_SERVERS: &[Wrong] = &[
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::session-id-kept"],
        says: &["\n  session_id\n", "the session's id", "tacacs.session-id-kept"],
        ..WRONG
    },
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::02-user-name-asked"],
        says: &["field `session_id`", "tacacs.session-id-kept"],
        ..WRONG
    },
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::rules::server::session-goes-on"],
        says: &["\n  session_id\n", "the session's id", "tacacs.session-id-kept"],
        ..WRONG
    },
    Wrong {
        name: "sequence-number-wrong",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::server-counts"],
        says: &["\n  seq_no\n", "one more than the packet before", "tacacs.sequence-number-counts"],
        ..WRONG
    },
    Wrong {
        name: "sequence-number-wrong",
        suite: "tacacs/authorization",
        fails: &["tacacs/authorization::shell::server::granted"],
        says: &["field `seq_no`", "requirement tacacs."],
        ..WRONG
    },
    Wrong {
        name: "wrong-version",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::pap::server::passed"],
        says: &["field `major_version`", "requirement tacacs."],
        ..WRONG
    },
    Wrong {
        name: "fails-right-password",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::ascii::server::passed",
            "tacacs/authentication::ascii-named::server::passed",
            "tacacs/authentication::pap::server::passed",
        ],
        says: &["field `status`", "expected  pass (1)", "tacacs.server-accepts-correct-password"],
        ..WRONG
    },
    Wrong {
        name: "fails-right-password",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::06-authenticated"],
        says: &["field `status`", "tacacs.step06-server-reports-pass"],
        ..WRONG
    },
    Wrong {
        name: "passes-wrong-password",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii-wrong-password::server::failed"],
        says: &["field `status`", "expected  fail (2)", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
    Wrong {
        name: "noecho-missing",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::passwords-not-shown"],
        says: &["flags.noecho", "tacacs.password-asked-without-echo"],
        ..WRONG
    },
    Wrong {
        name: "noecho-missing",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::server::passwords-not-shown"],
        says: &["flags.noecho", "tacacs.password-asked-without-echo"],
        ..WRONG
    },
    Wrong {
        name: "empty-prompt",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::prompts-told"],
        says: &["server_msg", "tacacs.prompt-provided"],
        ..WRONG
    },
    Wrong {
        name: "empty-prompt",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::server::prompts-told"],
        says: &["server_msg", "tacacs.prompt-provided"],
        ..WRONG
    },
    Wrong {
        name: "acct-error",
        suite: "tacacs/accounting",
        fails: &[
            "tacacs/accounting::record[start]::server::recorded",
            "tacacs/accounting::record[stop]::server::recorded",
            "tacacs/accounting::record[watchdog]::server::recorded",
        ],
        says: &["field `status`", "tacacs.step11-server-confirms-start"],
        ..WRONG
    },
    Wrong {
        name: "acct-error",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::11-start-recorded"],
        says: &["field `status`", "tacacs.step11-server-confirms-start"],
        ..WRONG
    },
    Wrong {
        name: "not-closing-after-garbage",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::wrong-key::server::not-served"],
        says: &["did not close the connection", "tacacs.server-signals-error-on-key-mismatch"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "not-closing-after-garbage",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::invalid-packet[lengths-do-not-add-up]::server::not-served",
        ],
        says: &["did not close the connection", "tacacs.server-signals-error-on-invalid-packet"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "fails-garbage",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::wrong-key::server::not-served"],
        says: &["was to close the connection", "tacacs.server-signals-error-on-key-mismatch"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "prompts-for-garbage",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::wrong-key::server::not-served"],
        says: &["was to close the connection", "tacacs.server-signals-error-on-key-mismatch"],
        scale: "0.4",
        ..WRONG
    },
    // Who never answers was there and took the connection, so it has failed: this is not 2 either.
    Wrong {
        name: "never-answers",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::02-user-name-asked"],
        says: &["authen-reply did not come", "tacacs.step02-server-asks-for-username"],
        scale: "0.4",
        ..WRONG
    },
    // What operators of the score make too.
    Wrong {
        name: "wrong-minor-version",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["field `minor_version`", "the minor version of the packet before"],
        like: "tacacs/authentication::ascii::server::0:minor_version:neighbour",
        ..WRONG
    },
    Wrong {
        name: "reserved-header-bits",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::undefined-bits-of-replies-are-zero"],
        says: &["header_flags.reserved", "tacacs.undefined-header-flags-zero"],
        like: "tacacs/authentication::ascii::server::0:header_flags.reserved:max",
        ..WRONG
    },
    Wrong {
        name: "reserved-reply-flags",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::undefined-reply-flags-are-zero"],
        says: &["flags.reserved", "tacacs.undefined-authentication-flags-zero"],
        like: "tacacs/authentication::ascii::server::0:flags.reserved:neighbour",
        ..WRONG
    },
    Wrong {
        name: "unencrypted",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::replies-obfuscated"],
        says: &["header_flags.unencrypted", "tacacs.body-obfuscated"],
        like: "tacacs/authentication::ascii::server::0:header_flags.unencrypted:turned",
        ..WRONG
    },
    Wrong {
        name: "session-id-zero",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["field `session_id`", "the session's id, got 0"],
        like: "tacacs/authentication::ascii::server::0:session_id:zero",
        ..WRONG
    },
    Wrong {
        name: "length-one-more",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["authen-reply did not come"],
        scale: "0.4",
        like: "tacacs/authentication::ascii::server::0:length:one-more",
        ..WRONG
    },
    Wrong {
        name: "message-length-one-more",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["field `server_msg`", "expected 11 octets, got 10 octets"],
        like: "tacacs/authentication::ascii::server::0:server_msg_len:one-more",
        ..WRONG
    },
    Wrong {
        name: "unprintable-prompt",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["field `server_msg`", "printable US-ASCII and line ends"],
        like: "tacacs/authentication::ascii::server::0:server_msg:max",
        ..WRONG
    },
    Wrong {
        name: "octets-behind",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["fields of the authen-reply"],
        like: "tacacs/authentication::ascii::server::0:message:trailing",
        ..WRONG
    },
    Wrong {
        name: "closes-in-login",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["closed"],
        like: "tacacs/authentication::ascii::server::0:message:closed-after",
        ..WRONG
    },
    Wrong {
        name: "half-closes-in-login",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["closed"],
        like: "tacacs/authentication::ascii::server::0:message:half-closed",
        ..WRONG
    },
    Wrong {
        name: "answers-again",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["fields of the authen-reply", "seq_no"],
        like: "tacacs/authentication::ascii::server::0:message:twice",
        ..WRONG
    },
    Wrong {
        name: "arguments-announced-only",
        suite: "tacacs/authorization",
        fails: &["tacacs/authorization::shell::server::granted"],
        says: &["field `arg_lens`"],
        like: "tacacs/authorization::shell::server::0:arg_cnt:one-more",
        ..WRONG
    },
    Wrong {
        name: "authorizes-anybody",
        suite: "tacacs/authorization",
        fails: &["tacacs/authorization::unknown-user::server::refused"],
        says: &["field `status`", "expected fail (16)"],
        ..WRONG
    },
    Wrong {
        name: "single-connect",
        suite: "tacacs/authentication",
        like: "tacacs/authentication::ascii::server::0:header_flags.single_connect:turned",
        ..WRONG
    },
    Wrong {
        name: "noecho-for-name",
        suite: "tacacs/authentication",
        like: "tacacs/authentication::ascii::server::0:flags.noecho:turned",
        ..WRONG
    },
    // What no operator makes.
    Wrong {
        name: "first-session-for-all",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::08-authorized"],
        says: &["field `session_id`", "the session's id"],
        ..WRONG
    },
    Wrong {
        name: "sequence-number-stands-still",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["field `seq_no`", "one more than the packet before"],
        ..WRONG
    },
    Wrong {
        name: "forgets-user-name",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::passed"],
        says: &["expected pass (1), got fail (2)", "tacacs.server-remembers-username"],
        ..WRONG
    },
    Wrong {
        name: "passes-without-password",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::password-asked"],
        says: &["field `status` of the authen-reply", "status"],
        ..WRONG
    },
    Wrong {
        name: "password-before-name",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["expected getuser (4), got getpass (5)"],
        ..WRONG
    },
    Wrong {
        name: "once-right-always-right",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::each-login-for-itself::server::wrong-failed-again"],
        says: &["expected fail (2), got pass (1)", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
    Wrong {
        name: "once-wrong-always-wrong",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::each-login-for-itself::server::right-passed"],
        says: &["expected pass (1), got fail (2)", "tacacs.server-accepts-correct-password"],
        ..WRONG
    },
    Wrong {
        name: "answers-aborted",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::aborted::server::given-up"],
        says: &["was to be silent", "authen-reply"],
        ..WRONG
    },
    Wrong {
        name: "chap-passes-anything",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::chap-wrong-response::server::failed"],
        says: &["expected  fail (2)", "tacacs.chap-response-checked"],
        ..WRONG
    },
    Wrong {
        name: "asks-name-for-ever",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::no-name-given::server::given-up"],
        says: &["status", "tacacs.name-asked-a-few-times"],
        ..WRONG
    },
    Wrong {
        name: "takes-data-for-password",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii-data-ignored::server::password-asked"],
        says: &["status", "tacacs.ascii-data-ignored"],
        ..WRONG
    },
    Wrong {
        name: "answers-last-number",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::last-number::server::not-answered"],
        says: &["was to close the connection", "tacacs.sequence-number-never-wraps"],
        ..WRONG
    },
    Wrong {
        name: "takes-any-number",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::bad-continue[sequence-number-too-far]::server::not-passed",
        ],
        says: &["was to close the connection", "authen-reply"],
        ..WRONG
    },
    Wrong {
        name: "serves-the-clear",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::unencrypted::server::not-recorded"],
        says: &["was to close the connection", "tacacs.clear-request-rejected"],
        ..WRONG
    },
    Wrong {
        name: "records-contradictions",
        suite: "tacacs/accounting",
        fails: &["tacacs/accounting::contradictory-flags[start-and-stop]::server::not-recorded"],
        says: &["was to close the connection", "tacacs.record-flags-refused"],
        ..WRONG
    },
    Wrong {
        name: "refuses-reserved-bits",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::reserved-bits-ignored::server::passed"],
        says: &["status", "tacacs.undefined-header-flags-ignored"],
        ..WRONG
    },
    Wrong {
        name: "follow-for-fail",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::logins-are-not-redirected"],
        says: &["status", "tacacs.no-redirection"],
        ..WRONG
    },
    Wrong {
        name: "asks-pap-users",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::rules::server::one-reply-to-pap-and-chap"],
        says: &["status", "tacacs.one-reply-to-pap-and-chap"],
        ..WRONG
    },
    Wrong {
        name: "waits-for-endless-packet",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::endless-packet::server::not-waited-on"],
        says: &["did not close the connection", "tacacs.packet-size-bounded"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "shares-one-session-only",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::agreed::server::second-session"],
        says: &["tacacs.single-connect-shared"],
        ..WRONG
    },
    Wrong {
        name: "looks-at-later-flags",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::agreed::server::third-session"],
        says: &["tacacs.single-connect-flag-only-at-first"],
        ..WRONG
    },
    Wrong {
        name: "one-session-at-a-time",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::interleaved::server::another-begins"],
        says: &["status", "tacacs.single-connect-interleaved"],
        ..WRONG
    },
    Wrong {
        name: "mixes-sessions",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::interleaved::server::first-goes-on"],
        says: &["status", "tacacs.single-connect-interleaved"],
        ..WRONG
    },
    Wrong {
        name: "keeps-sharing-after-other-key",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::other-key-later::server::closed"],
        says: &["did not close the connection", "tacacs.single-connect-ends-with-key-error"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "abort-ends-all",
        suite: "tacacs/single-connection",
        fails: &["tacacs/single-connection::one-aborted::server::still-shared"],
        says: &["tacacs.single-connect-shared"],
        ..WRONG
    },
    Wrong {
        name: "password-is-anybodys",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::somebody-else::server::failed"],
        says: &["status", "tacacs.server-remembers-username"],
        ..WRONG
    },
    Wrong {
        name: "passes-empty-password",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::almost-the-password[none]::server::asked-for-failed"],
        says: &["field `status`", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
    Wrong {
        name: "compares-what-was-typed",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::almost-the-password[shorter]::server::asked-for-failed"],
        says: &["field `status`", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
    Wrong {
        name: "compares-what-it-knows",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::almost-the-password[longer]::server::asked-for-failed"],
        says: &["field `status`", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
    Wrong {
        name: "passes-any-case",
        suite: "tacacs/authentication",
        fails: &[
            "tacacs/authentication::almost-the-password[other-case]::server::asked-for-failed",
        ],
        says: &["field `status`", "tacacs.server-rejects-wrong-password"],
        ..WRONG
    },
];
