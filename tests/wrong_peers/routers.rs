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
    // What operators of the score make too.
    Wrong {
        name: "reserved-header-bits",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::undefined-bits-are-zero"],
        says: &["header_flags.reserved", "tacacs.undefined-header-flags-zero"],
        like: "tacacs/telnet-login::login::nas::0:header_flags.reserved:neighbour",
        ..WRONG
    },
    Wrong {
        name: "minor-version-one",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::ascii-login-has-minor-version-0"],
        says: &["minor_version", "tacacs.minor-version-follows-authentication-type"],
        like: "tacacs/telnet-login::login::nas::0:minor_version:neighbour",
        ..WRONG
    },
    Wrong {
        name: "session-id-zero",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::session-ids-drawn"],
        says: &["session_id", "tacacs.session-id-drawn"],
        like: "tacacs/telnet-login::login::nas::0:session_id:zero",
        ..WRONG
    },
    Wrong {
        name: "privilege-200",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::01-access-requested"],
        says: &["field `priv_lvl`", "0 to 15, got 200"],
        like: "tacacs/telnet-login::login::nas::0:priv_lvl:max",
        ..WRONG
    },
    Wrong {
        name: "unprintable-port",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::01-access-requested"],
        says: &["field `port`", "printable US-ASCII"],
        like: "tacacs/telnet-login::login::nas::0:port:max",
        ..WRONG
    },
    Wrong {
        name: "port-length-one-more",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::01-access-requested"],
        says: &["expected 9 octets, got 8 octets"],
        like: "tacacs/telnet-login::login::nas::0:port_len:one-more",
        ..WRONG
    },
    Wrong {
        name: "user-named-before-asked",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::01-access-requested"],
        says: &["field `user`"],
        like: "tacacs/telnet-login::login::nas::0:user:longer",
        ..WRONG
    },
    Wrong {
        name: "authorizes-somebody-else",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::07-authorization-requested"],
        says: &["field `user`", "root"],
        like: "tacacs/telnet-login::login::nas::5:user:other",
        ..WRONG
    },
    Wrong {
        name: "command-left-out",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::07-authorization-requested"],
        says: &["field `args.cmd`", "got nothing"],
        like: "tacacs/telnet-login::login::nas::5:args.cmd:dropped",
        ..WRONG
    },
    Wrong {
        name: "service-twice",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::service-named-once"],
        says: &["args.service", "tacacs.service-argument-included"],
        like: "tacacs/telnet-login::login::nas::5:args.service:doubled",
        ..WRONG
    },
    Wrong {
        name: "arguments-backwards",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::record-named-once"],
        says: &["args.task_id", "tacacs.accounting-arguments-first"],
        like: "tacacs/telnet-login::login::nas::7:args.task_id:moved",
        ..WRONG
    },
    Wrong {
        name: "task-id-twice",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::record-named-once"],
        says: &["args.task_id", "tacacs.start-and-stop-share-task"],
        like: "tacacs/telnet-login::login::nas::7:args.task_id:doubled",
        ..WRONG
    },
    Wrong {
        name: "start-and-stop-at-once",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::10-accounting-started"],
        says: &["field `flags.stop`"],
        like: "tacacs/telnet-login::login::nas::7:flags.stop:turned",
        ..WRONG
    },
    Wrong {
        name: "single-connect",
        suite: "tacacs/telnet-login",
        like: "tacacs/telnet-login::login::nas::0:header_flags.single_connect:turned",
        ..WRONG
    },
    Wrong {
        name: "record-before-prompt",
        suite: "tacacs/telnet-login",
        like: "tacacs/telnet-login::login::nas::6:message:swapped",
        ..WRONG
    },
    Wrong {
        name: "closes-behind-record",
        suite: "tacacs/telnet-login",
        like: "tacacs/telnet-login::login::nas::7:message:closed-after",
        ..WRONG
    },
    Wrong {
        name: "half-closes-behind-record",
        suite: "tacacs/telnet-login",
        like: "tacacs/telnet-login::login::nas::7:message:half-closed",
        ..WRONG
    },
    Wrong {
        name: "half-closes-behind-password",
        suite: "tacacs/telnet-login",
        like: "tacacs/telnet-login::login::nas::4:message:half-closed",
        ..WRONG
    },
    // What no operator makes. Who hangs up behind the password cannot know that it was right; the mutant
    // that does so goes on as if it knew.
    Wrong {
        name: "closes-behind-password",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::07-authorization-requested"],
        says: &["author-request did not come"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "hangs-up-when-asked",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::02-user-name-asked"],
        says: &["closed by the other end"],
        ..WRONG
    },
    Wrong {
        name: "session-ids-count-up",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::session-ids-drawn"],
        says: &["values that count up evenly", "tacacs.session-id-drawn"],
        ..WRONG
    },
    Wrong {
        name: "user-name-cut",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::03-user-name-sent"],
        says: &["field `user_msg`", "tacacs.step03-client-sends-username"],
        ..WRONG
    },
    Wrong {
        name: "user-name-in-capitals",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::03-user-name-sent"],
        says: &["field `user_msg`", "tacacs.step03-client-sends-username"],
        ..WRONG
    },
    Wrong {
        name: "prompt-in-capitals",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::02-user-name-asked"],
        says: &["text of `nas` did not come", "tacacs.step02-client-prompts-for-username"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "stop-record-twice",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::13-stop-recorded"],
        says: &["did not close the connection"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "password-told-later",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::rules::nas::password-is-not-echoed"],
        says: &["containing $password", "tacacs.password-not-echoed"],
        ..WRONG
    },
    Wrong {
        name: "shell-before-pass",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::06-authenticated"],
        says: &["was to be silent", "tacacs.step09-no-shell-without-authorization"],
        ..WRONG
    },
    Wrong {
        name: "authorizes-before-pass",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::06-authenticated"],
        says: &[
            "was to be silent",
            "author-request",
            "tacacs.step07-no-authorization-without-pass",
        ],
        ..WRONG
    },
    Wrong {
        name: "record-before-authorization",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::login::nas::07-authorization-requested"],
        says: &["acct-request where author-request was due"],
        ..WRONG
    },
    Wrong {
        name: "authorizes-refused-user",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::not-authenticated::nas::left-outside"],
        says: &["author-request", "tacacs.step07-no-authorization-without-pass"],
        ..WRONG
    },
    Wrong {
        name: "shell-without-authorization",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::not-authorized::nas::left-outside"],
        says: &["was to be silent", "tacacs.refused-authorization-is-denied"],
        ..WRONG
    },
    Wrong {
        name: "records-refused-session",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::not-authorized::nas::left-outside"],
        says: &["acct-request", "tacacs.no-record-without-session"],
        ..WRONG
    },
    Wrong {
        name: "takes-unknown-argument",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::unknown-argument::nas::left-outside"],
        says: &["was to be silent", "tacacs.mandatory-argument-handled-or-denied"],
        ..WRONG
    },
    Wrong {
        name: "answers-getdata-itself",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::more-asked::nas::asked-and-answered"],
        says: &["was to be silent", "tacacs.getdata-asks-the-user"],
        ..WRONG
    },
    Wrong {
        name: "no-stop-for-who-hangs-up",
        suite: "tacacs/telnet-login",
        fails: &["tacacs/telnet-login::user-hangs-up::nas::end-reported"],
        says: &["acct-request did not come", "tacacs.step12-client-sends-accounting-stop"],
        scale: "0.4",
        ..WRONG
    },
];
