//! Wrong routers: TACACS+ clients with telnet users.

use crate::harness::{WRONG, Wrong};

pub const ROUTERS: &[Wrong] = &[
    Wrong {
        name: "start-before-connect",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::01-access-requested"],
        says: &["was to be silent", "authen-start", "tacacs.step01-start-only-on-user-request"],
        ..WRONG
    },
    Wrong {
        name: "continue-before-typed",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::02-user-name-asked"],
        says: &["was to be silent", "authen-continue", "tacacs.step02-client-waits-for-the-user"],
        ..WRONG
    },
    Wrong {
        name: "session-id-changed",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::03-user-name-sent"],
        says: &["field `session_id`", "the session's id", "tacacs.session-id-kept"],
        ..WRONG
    },
    Wrong {
        name: "sequence-number-wrong",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::03-user-name-sent"],
        says: &[
            "field `seq_no`",
            "one more than the packet before",
            "tacacs.sequence-number-counts",
        ],
        ..WRONG
    },
    Wrong {
        name: "unencrypted",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::bodies-obfuscated"],
        says: &["header_flags.unencrypted", "tacacs.body-obfuscated"],
        ..WRONG
    },
    Wrong {
        name: "session-id-used-again",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::session-ids-drawn"],
        says: &["session_id", "tacacs.session-id-drawn"],
        ..WRONG
    },
    Wrong {
        name: "echoes-password",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::password-is-not-echoed"],
        says: &["\n  text\n", "containing $password", "tacacs.password-not-echoed"],
        ..WRONG
    },
    Wrong {
        name: "shell-before-authorization",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::07-authorization-requested"],
        says: &[
            "`nas` was to be silent towards `user`",
            "tacacs.step09-no-shell-without-authorization",
        ],
        ..WRONG
    },
    Wrong {
        name: "other-task-id-in-stop",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::12-user-quits"],
        says: &["field `args.task_id`", "tacacs.step12-client-sends-accounting-stop"],
        ..WRONG
    },
    Wrong {
        name: "no-stop-record",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::12-user-quits"],
        says: &["acct-request did not come", "tacacs.step12-client-sends-accounting-stop"],
        scale: "0.4",
        ..WRONG
    },
];
