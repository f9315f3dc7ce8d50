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
    // wrong-minor-version is not caught yet: a reply of any minor version passes every suite.
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
        fails: &["tacacs/authentication::ascii-named::server::password-asked"],
        says: &["field `flags.noecho`", "tacacs.server-answers-password-prompt-request"],
        ..WRONG
    },
    Wrong {
        name: "noecho-missing",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::04-password-asked"],
        says: &["field `flags.noecho`", "tacacs.step04-server-asks-for-password"],
        ..WRONG
    },
    Wrong {
        name: "empty-prompt",
        suite: "tacacs/authentication",
        fails: &["tacacs/authentication::ascii::server::name-asked"],
        says: &["field `server_msg`", "tacacs.server-answers-username-prompt-request"],
        ..WRONG
    },
    Wrong {
        name: "empty-prompt",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::server::02-user-name-asked"],
        says: &["field `server_msg`", "tacacs.step02-server-asks-for-username"],
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
];
