//! Private implementations, right and wrong, written after the standards and apart from the harness
//! (`peers/*.py`). The right ones pass every step and rule; every wrong one breaks one requirement,
//! and is caught at the step or rule that names it, in words that name the field.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A wrong peer, and how it is caught.
struct Wrong {
    /// What it does wrong, as its script names it.
    name: &'static str,
    /// The suite that it is held against.
    suite: &'static str,
    /// The trials that fail. A single one is played alone, several in the whole suite.
    fails: &'static [&'static str],
    /// What is said about each of them.
    says: &'static [&'static str],
    /// More arguments of the script.
    more: &'static [&'static str],
    /// How many times the time is given; less where what never comes is waited for.
    scale: &'static str,
}

/// What most wrong peers have in common.
const WRONG: Wrong = Wrong { name: "", suite: "", fails: &[], says: &[], more: &[], scale: "1" };

const RADIUS_SERVERS: &[Wrong] = &[
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
    // Nobody says that a datagram came from elsewhere.
    Wrong {
        name: "reply-from-other-port",
        suite: "radius/pap",
        fails: &["radius/pap::accept::server::accepted"],
        says: &["access-accept did not come", "requirement radius."],
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
            "radius/pap::bad-attribute-length[zero]::server::not-accepted",
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
];

const RADIUS_CLIENTS: &[Wrong] = &[
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

const TACACS_SERVERS: &[Wrong] = &[
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

const ROUTERS: &[Wrong] = &[
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

#[test]
fn a_right_radius_server_passes_every_step_and_rule() {
    passes(radius_server, &[], &["radius", "radius-accounting"], &[]);
}

#[test]
fn wrong_radius_servers_are_caught_where_it_is_demanded() {
    are_caught(radius_server, RADIUS_SERVERS);
}

#[test]
fn a_right_radius_client_passes_every_step_and_rule() {
    passes(radius_client, &[], &["radius", "radius-accounting"], &[]);
}

#[test]
fn a_radius_client_that_tells_its_delay_passes_every_step_and_rule() {
    passes(radius_client, &["--delay-time"], &["radius-accounting"], &[]);
}

#[test]
fn wrong_radius_clients_are_caught_where_it_is_demanded() {
    are_caught(radius_client, RADIUS_CLIENTS);
}

#[test]
fn a_right_tacacs_server_passes_every_step_and_rule() {
    passes(tacacs_server, &[], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_hangs_up_on_what_is_invalid_passes_every_step_and_rule() {
    passes(tacacs_server, &["--hang-up"], &["tacacs"], &[]);
}

#[test]
fn wrong_tacacs_servers_are_caught_where_it_is_demanded() {
    are_caught(tacacs_server, TACACS_SERVERS);
}

#[test]
fn a_right_router_passes_all_thirteen_steps() {
    passes(router, &[], &["tacacs/telnet-login.yaml"], &[]);
}

#[test]
fn wrong_routers_are_caught_where_it_is_demanded() {
    are_caught(router, ROUTERS);
}

/// A script's target file, with more arguments for the script.
type Peer = fn(more: &[&str]) -> String;

const RADIUS_SETTINGS: &str = "settings: {secret: testing123, username: bob, password: hello, \
    otp_username: otp, otp_password: first-word, otp_code: '123456'}";
const TACACS_SETTINGS: &str = "settings: {key: testing123, username: alice, password: rabbit}";

fn radius_server(more: &[&str]) -> String {
    let start = command(
        "radius_server.py",
        "{port:auth} {port:acct} --secret {secret} --username {username} --password {password} \
         --otp-username {otp_username} --otp-code {otp_code}",
        more,
    );
    format!(
        "target: peer
takes: server
suites: [radius/*, radius-accounting/*]
{RADIUS_SETTINGS}
links: {{auth: '127.0.0.1:{{port:auth}}', acct: '127.0.0.1:{{port:acct}}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}}}
"
    )
}

fn radius_client(more: &[&str]) -> String {
    let mut text = format!(
        "target: peer
takes: nas
suites: [radius/*, radius-accounting/*]
{RADIUS_SETTINGS}
triggers:
"
    );
    for (link, actions) in [
        ("auth", "log-in-pap log-in-chap log-in-challenge"),
        ("acct", "start-session stop-session interim-update accounting-on accounting-off"),
    ] {
        for action in actions.split(' ') {
            let words = format!(
                "{{link:{link}}} {action} --secret {{secret}} --username {{username}} --password {{password}} \
                 --otp-username {{otp_username}} --otp-password {{otp_password}} --otp-code {{otp_code}}"
            );
            let command = command("radius_client.py", &words, more);
            text.push_str(&format!("  {action}: {{command: {command}}}\n"));
        }
    }
    text
}

fn tacacs_server(more: &[&str]) -> String {
    let start = command(
        "tacacs_server.py",
        "{port:aaa} --key {key} --username {username} --password {password}",
        more,
    );
    format!(
        "target: peer
takes: server
suites: [tacacs/*]
{TACACS_SETTINGS}
links: {{aaa: '127.0.0.1:{{port:aaa}}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}}}
"
    )
}

/// It is started before our doors open, so it is told where they will be.
fn router(more: &[&str]) -> String {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
    let aaa = free.expect("the loopback has a free port");
    let start = command("nas.py", &format!("{{port:telnet}} {aaa} --key {{key}}"), more);
    format!(
        "target: peer
takes: nas
suites: [tacacs/telnet-login]
exclusive: true
{TACACS_SETTINGS}
links: {{session: '127.0.0.1:{{port:telnet}}'}}
listen: {{aaa: '{aaa}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}}}
"
    )
}

/// A command that runs a script, as a list in YAML. No bytecode is left beside the scripts.
fn command(script: &str, words: &str, more: &[&str]) -> String {
    let script = here("tests/peers").join(script);
    let script = script.to_str().expect("a path in UTF-8");
    let all = ["python3", "-B", script].into_iter().chain(words.split(' '));
    let all: Vec<String> = all.chain(more.iter().copied()).map(|w| format!("{w:?}")).collect();
    format!("[{}]", all.join(", "))
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Holds a right peer against whole suites.
fn passes(peer: Peer, more: &[&str], suites: &[&str], skip: &[&str]) {
    if !python_starts() {
        return;
    }
    let suites: Vec<PathBuf> = suites.iter().map(|s| here("suites").join(s)).collect();
    let skip: Vec<&str> = skip.iter().flat_map(|s| ["--skip", *s]).collect();
    let came = play(&peer(more), &suites, "1", &skip);
    assert_eq!(came.code, Some(0), "{}", came.text);
    // Rules are shared by the suites of a folder, and not every suite has a message for each.
    let steps = came.text.lines().filter(|line| line.ends_with("... ignored"));
    let left_out: Vec<&str> = steps.filter(|line| !line.contains("::rules::")).collect();
    assert!(left_out.is_empty() && came.text.contains(" 0 failed"), "{}", came.text);
    assert!(!came.text.contains("running 0 tests"), "{}", came.text);
}

/// Holds wrong peers against their suites, and tells of all that are not caught as they should be.
fn are_caught(peer: Peer, table: &[Wrong]) {
    if !python_starts() {
        return;
    }
    let (next, missed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(wrong) = table.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = is_caught(peer, wrong) {
                        let why = format!("{} against {}: {why}", wrong.name, wrong.suite);
                        missed.lock().unwrap_or_else(PoisonError::into_inner).push(why);
                    }
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

fn is_caught(peer: Peer, wrong: &Wrong) -> Result<(), String> {
    let more = [&["--wrong", wrong.name], wrong.more].concat();
    let suite = here("suites").join(format!("{}.yaml", wrong.suite));
    let alone = match wrong.fails {
        [trial] => vec!["--exact", *trial],
        _ => Vec::new(),
    };
    let came = play(&peer(&more), &[suite], wrong.scale, &alone);
    if came.code != Some(1) {
        return Err(format!("it ended with {:?}, not with 1\n{}", came.code, came.text));
    }
    for trial in wrong.fails {
        let Some(told) = told(&came.text, trial) else {
            return Err(format!("{trial} did not fail\n{}", came.text));
        };
        if let Some(word) = wrong.says.iter().find(|word| !told.contains(**word)) {
            return Err(format!("{trial} does not say {word:?}\n{told}"));
        }
    }
    Ok(())
}

/// What is told of a trial that failed.
fn told<'t>(text: &'t str, trial: &str) -> Option<&'t str> {
    let failed = |line: &str| {
        line.strip_prefix("test ")
            .and_then(|l| l.strip_suffix("FAILED"))
            .is_some_and(|l| l.trim_end().trim_end_matches('.').trim_end() == trial)
    };
    text.lines().find(|line| failed(line))?;
    let (_, after) = text.split_once(&format!("---- {trial} ----\n"))?;
    let end = after.find("\n---- ").or_else(|| after.find("\nfailures:\n"));
    Some(&after[..end.unwrap_or(after.len())])
}

/// How many peers run at once, in all tests together.
const AT_ONCE: usize = 4;

static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// What a run came to.
struct Came {
    code: Option<i32>,
    text: String,
}

/// Runs the harness against a target, and sees to it that nothing is left of either.
fn play(target: &str, suites: &[PathBuf], scale: &str, libtest: &[&str]) -> Came {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let running = ENDED.wait_while(running, |running| *running >= AT_ONCE);
    *running.unwrap_or_else(PoisonError::into_inner) += 1;
    let _turn = Turn;
    let folder = Folder::new();
    let (peer, rest) = (folder.0.join("peer"), folder.0.join("rest"));
    for path in [&peer, &rest] {
        fs::create_dir(path).expect("the temporary folder can be written");
    }
    fs::write(peer.join("target.yaml"), target).expect("the temporary folder can be written");
    let mut harness = Command::new(env!("CARGO_BIN_EXE_stepladder"));
    harness.arg("run").args(suites).arg("--target").arg(&peer).arg("--strict");
    harness.args(["--timeout-scale", scale]).arg("--report").arg(folder.0.join("report"));
    harness.arg("--").args(libtest);
    // Its children live below this folder, where they are found if any is left.
    harness.env("TMPDIR", &rest).env_remove("NEXTEST_RUN_ID");
    let output = harness.output().expect("the harness starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(folder.0.join("report/junit.xml").is_file(), "no report was written\n{text}");
    nothing_is_left(&rest);
    Came { code: output.status.code(), text }
}

/// A place among those that run at once.
struct Turn;

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        ENDED.notify_one();
    }
}

/// No child of the harness is left, nor any of their folders. A child that was killed may take a
/// moment to go.
fn nothing_is_left(folder: &Path) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let files = fs::read_dir(folder).map_or(0, Iterator::count);
        let children = children_below(folder);
        if files == 0 && children.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{files} files and these processes are left: {children:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that work below a folder, where the system tells.
fn children_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
    processes
        .filter(|path| fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
        .collect()
}

/// Whether there is a Python; where there is none the test is skipped, and says so.
fn python_starts() -> bool {
    let Err(error) = Command::new("python3").arg("--version").output() else { return true };
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "python3 does not start: {error}");
    skip(&format!("python3 does not start: {error}"));
    false
}

#[expect(clippy::print_stderr, reason = "a skipped test tells so")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

/// A temporary folder that goes when the run ends, however it ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("stepladder-peers-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
