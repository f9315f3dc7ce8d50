//! TFTP servers and clients that are wrong on purpose, and how each is caught.

use crate::harness::{WRONG, Wrong};

pub const TFTP_SERVERS: &[Wrong] = &[
    Wrong {
        name: "sorcerers-apprentice",
        suite: "tftp/read",
        fails: &["tftp/read::doubled-acknowledgement::server::once-only"],
        says: &["and said data", "tftp.no-sorcerers-apprentice"],
        ..WRONG
    },
    Wrong {
        name: "never-repeats",
        suite: "tftp/read",
        fails: &["tftp/read::acknowledgement-withheld::server::repeated"],
        says: &["data of `server` did not come", "tftp.sender-repeats"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "sends-ahead",
        suite: "tftp/read",
        fails: &["tftp/read::acknowledgement-withheld::server::repeated"],
        says: &["  block\n", "tftp.sender-waits-for-ack"],
        ..WRONG
    },
    Wrong {
        name: "full-block-ends-file",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[one-block]::server::every-block"],
        says: &["data of `server` did not come"],
        scale: "0.2",
        ..WRONG
    },
    Wrong {
        name: "takes-anybodys-acknowledgement",
        suite: "tftp/read",
        fails: &["tftp/read::stranger-at-the-server[acknowledges]::server::undisturbed"],
        says: &["and said data", "tftp.wrong-transfer-id"],
        ..WRONG
    },
    Wrong {
        name: "goes-on-after-error",
        suite: "tftp/read",
        fails: &["tftp/read::client-gives-up::server::over"],
        says: &["and said data", "tftp.error-packet-ends-session"],
        ..WRONG
    },
    Wrong {
        name: "answers-errors",
        suite: "tftp/read",
        fails: &["tftp/read::client-gives-up::server::over"],
        says: &["and said error"],
        ..WRONG
    },
    Wrong {
        name: "blocks-from-zero",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::server::every-block"],
        says: &["block", "expected 1"],
        ..WRONG
    },
    Wrong {
        name: "write-granted-with-block-1",
        suite: "tftp/write",
        fails: &["tftp/write::whole-file[one-block]::server::granted"],
        says: &["block", "tftp.block-zero-acknowledges-write"],
        ..WRONG
    },
    Wrong {
        name: "stores-twice",
        suite: "tftp/write",
        fails: &["tftp/write::doubled-block::server::stored-once"],
        says: &["does not show `holds-file`", "1712 octets where 1200 are due"],
        ..WRONG
    },
    Wrong {
        name: "acknowledges-other-block",
        suite: "tftp/write",
        fails: &["tftp/write::whole-file[one-block]::server::every-block"],
        says: &["block"],
        ..WRONG
    },
    Wrong {
        name: "unknown-option-granted",
        suite: "tftp/read",
        fails: &["tftp/read::unknown-option::server::passed-over"],
        says: &["x-unheard-of"],
        ..WRONG
    },
    Wrong {
        name: "larger-blocks-than-asked",
        suite: "tftp/read",
        fails: &["tftp/read::block-size::server::granted"],
        says: &["options.blksize", "tftp.blksize-granted"],
        ..WRONG
    },
    Wrong {
        name: "tsize-made-up",
        suite: "tftp/read",
        fails: &["tftp/read::block-size::server::granted"],
        says: &["options.tsize", "tftp.tsize-told"],
        ..WRONG
    },
    Wrong {
        name: "wrong-code-for-missing-file",
        suite: "tftp/read",
        fails: &["tftp/read::missing-file::server::told-so"],
        says: &["field `code`", "file-exists"],
        ..WRONG
    },
    Wrong {
        name: "message-without-end",
        suite: "tftp/read",
        fails: &["tftp/read::missing-file::server::told-so"],
        says: &["a zero octet at its end"],
        ..WRONG
    },
    Wrong {
        name: "mode-in-small-letters-only",
        suite: "tftp/read",
        fails: &["tftp/read::mode-in-capitals[capitals]::server::served"],
        says: &["said error where data was due", "tftp.mode-in-any-case"],
        ..WRONG
    },
    Wrong {
        name: "starts-on-data",
        suite: "tftp/read",
        fails: &["tftp/read::nothing-to-begin-with[data]::server::begins-nothing"],
        says: &["ack"],
        ..WRONG
    },
    Wrong {
        name: "one-octet-changed",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::server::every-block"],
        says: &["octets of $file from 512 on"],
        ..WRONG
    },
    Wrong {
        name: "numbers-in-fifteen-bits",
        suite: "tftp/read",
        fails: &["tftp/read::more-blocks-than-numbers::server::every-number"],
        says: &["block", "expected 32768"],
        ..WRONG
    },
    Wrong {
        name: "numbers-in-fifteen-bits",
        suite: "tftp/write",
        fails: &["tftp/write::more-blocks-than-numbers::server::every-number"],
        says: &["block", "32768", "tftp.receiver-counts-blocks"],
        ..WRONG
    },
    Wrong {
        name: "text-sent-as-it-is",
        suite: "tftp/read",
        fails: &["tftp/read::text::server::translated"],
        says: &["field `data`", "tftp.netascii-on-the-way"],
        ..WRONG
    },
    Wrong {
        name: "bare-cr-sent-bare",
        suite: "tftp/read",
        fails: &["tftp/read::text::server::translated"],
        says: &["field `data`"],
        ..WRONG
    },
    Wrong {
        name: "text-kept-as-it-came",
        suite: "tftp/write",
        fails: &["tftp/write::text::server::written"],
        says: &["does not show `holds-file`", "tftp.netascii-kept-as-text"],
        ..WRONG
    },
    Wrong {
        name: "answers-from-the-door",
        suite: "tftp/read",
        fails: &["tftp/read::answered-from-a-port-of-its-own::server::answered"],
        says: &["a port of its own", "tftp.answer-from-new-port"],
        ..WRONG
    },
    Wrong {
        name: "second-packet-from-other-port",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::server::every-block"],
        says: &["but from elsewhere"],
        scale: "0.3",
        ..WRONG
    },
];

pub const TFTP_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "acknowledges-errors",
        suite: "tftp/read",
        fails: &["tftp/read::missing-file::client::over"],
        says: &["and said ack", "tftp.error-not-answered"],
        ..WRONG
    },
    Wrong {
        name: "mode-left-out",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[one-block]::client::asked"],
        says: &["field `mode`"],
        ..WRONG
    },
    Wrong {
        name: "mode-made-up",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[one-block]::client::asked"],
        says: &["mode", "tftp.request-names-file-and-mode"],
        ..WRONG
    },
    Wrong {
        name: "stays-at-the-first-port",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::client::every-block"],
        says: &["to the port that is asked first", "tftp.transfer-ids-kept"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "from-another-port",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::client::every-block"],
        says: &["but from elsewhere", "tftp.transfer-ids-kept"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "takes-strangers",
        suite: "tftp/read",
        fails: &["tftp/read::stranger-at-the-client::client::turned-away"],
        says: &["tftp.wrong-transfer-id"],
        ..WRONG
    },
    Wrong {
        name: "keeps-duplicates",
        suite: "tftp/read",
        fails: &["tftp/read::doubled-block::client::stored-once"],
        says: &["does not show `got-file`"],
        ..WRONG
    },
    // It says its last acknowledgement again when its own time is up, and nobody can tell why.
    Wrong { name: "silent-on-duplicates", suite: "tftp/read", ..WRONG },
    Wrong {
        name: "acknowledges-next-block",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[one-block]::client::every-block"],
        says: &["block"],
        ..WRONG
    },
    Wrong {
        name: "gone-after-last-block",
        suite: "tftp/read",
        fails: &["tftp/read::last-block-again::client::acknowledged-again"],
        says: &["its program has ended", "tftp.receiver-lingers-after-last-block"],
        ..WRONG
    },
    Wrong {
        name: "never-repeats",
        suite: "tftp/write",
        fails: &["tftp/write::acknowledgement-withheld::client::repeated"],
        says: &["tftp.sender-repeats"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "sends-ahead",
        suite: "tftp/write",
        fails: &["tftp/write::acknowledgement-withheld::client::repeated"],
        says: &["tftp.sender-waits-for-ack"],
        ..WRONG
    },
    Wrong {
        name: "sorcerers-apprentice",
        suite: "tftp/write",
        fails: &["tftp/write::doubled-acknowledgement::client::once-only"],
        says: &["and said data", "tftp.no-sorcerers-apprentice"],
        ..WRONG
    },
    Wrong {
        name: "short-blocks",
        suite: "tftp/write",
        fails: &["tftp/write::whole-file[many-blocks]::client::every-block"],
        says: &["octets of $file"],
        ..WRONG
    },
    Wrong {
        name: "lets-refusals-pass",
        suite: "tftp/write",
        fails: &["tftp/write::refused::client::user-told"],
        says: &["does not show `failed`", "exit status: 0"],
        ..WRONG
    },
    Wrong {
        name: "oack-with-block-1",
        suite: "tftp/read",
        fails: &["tftp/read::options-granted::client::acknowledged"],
        says: &["block", "tftp.oack-acknowledged-with-block-0"],
        ..WRONG
    },
    Wrong {
        name: "numbers-in-fifteen-bits",
        suite: "tftp/read",
        fails: &["tftp/read::more-blocks-than-numbers::client::every-number"],
        says: &["block", "32768", "tftp.receiver-counts-blocks"],
        ..WRONG
    },
    Wrong {
        name: "text-sent-as-it-is",
        suite: "tftp/write",
        fails: &["tftp/write::text::client::translated"],
        says: &["field `data`"],
        ..WRONG
    },
    Wrong {
        name: "text-kept-as-it-came",
        suite: "tftp/read",
        fails: &["tftp/read::text::client::written"],
        says: &["does not show `got-file`"],
        ..WRONG
    },
    Wrong {
        name: "last-block-left-out",
        suite: "tftp/read",
        fails: &["tftp/read::whole-file[many-blocks]::client::written"],
        says: &["does not show `got-file`", "69632 octets where 70000 are due"],
        ..WRONG
    },
];
