//! FTP servers and clients that are wrong on purpose, and how each is caught.

use crate::harness::{WRONG, Wrong};

pub const FTP_SERVERS: &[Wrong] = &[
    Wrong {
        name: "one-place-for-all",
        suite: "ftp/session",
        fails: &["ftp/session::two-sessions::server::still-there"],
        says: &["field `path`", "ftp.directories"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "no-login-needed",
        suite: "ftp/session",
        fails: &["ftp/session::before-login[pwd]::server::refused"],
        says: &["ftp.login-comes-first"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "any-password",
        suite: "ftp/session",
        fails: &["ftp/session::wrong-password::server::refused"],
        says: &["field `code`", "ftp.bad-login-is-refused"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "closes-behind-bad-login",
        suite: "ftp/session",
        fails: &["ftp/session::wrong-password::server::nothing-granted"],
        says: &["ftp.bad-login-is-refused"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "password-without-name",
        suite: "ftp/session",
        fails: &["ftp/session::password-first::server::refused"],
        says: &["ftp.cmd-pass-out-of-order"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "name-keeps-login",
        suite: "ftp/session",
        fails: &["ftp/session::name-anew::server::begun-anew"],
        says: &["ftp.cmd-user-restarts-login"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "silent-on-empty-line",
        suite: "ftp/session",
        fails: &["ftp/session::malformed-line[empty]::server::syntax-error"],
        says: &["ftp.malformed-command-gets-500"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "verbs-in-capitals-only",
        suite: "ftp/session",
        fails: &["ftp/session::verbs-in-any-case[lower]::server::taken"],
        says: &["ftp.verbs-in-any-case"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "everything-is-known",
        suite: "ftp/session",
        fails: &["ftp/session::unknown-verb[made-up]::server::told-so"],
        says: &["field `code`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "rename-to-alone",
        suite: "ftp/session",
        fails: &["ftp/session::rename-out-of-order::server::refused"],
        says: &["expected 503"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "rename-remembers",
        suite: "ftp/session",
        fails: &["ftp/session::rename-out-of-order::server::something-between"],
        says: &["expected 503"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "quit-stays-open",
        suite: "ftp/session",
        fails: &["ftp/session::quit::server::closed"],
        says: &["did not close the connection"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "no-options-refused",
        suite: "ftp/session",
        fails: &["ftp/session::telnet-options[asked]::server::told-no"],
        says: &["the wont of `server` did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "telnet-in-verbs",
        suite: "ftp/session",
        fails: &["ftp/session::telnet-between::server::passed-over"],
        says: &["field `code`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "a-segment-is-a-command",
        suite: "ftp/session",
        fails: &["ftp/session::in-pieces[two]::server::answered-once"],
        says: &["ftp.no-read-boundaries"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "calls-anybody",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::foreign-host[port]::server::refused"],
        says: &["ftp.port-of-the-peer-alone"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "calls-low-ports",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::low-port[eprt]::server::refused"],
        says: &["ftp.no-low-ports"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "serves-strangers",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::stranger-connects::server::nothing-for-strangers"],
        says: &["ftp.data-from-the-peer-alone"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "tells-another-port",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-passive[pasv]::server::connected"],
        says: &["cannot be reached"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "tells-port-backwards",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-passive[pasv]::server::connected"],
        says: &["cannot be reached"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "tells-extended-port-without-bars",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::told-where"],
        says: &["RFC 2428 section 3"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "data-left-open",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::sent"],
        says: &["ftp.data-ends-with-close"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "never-done",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::sent"],
        says: &["reply did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "done-twice",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::over"],
        says: &["field `code`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "done-without-beginning",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::connected"],
        says: &["field `code`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "ascii-as-it-is",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::ascii::server::sent"],
        says: &["ftp.ascii-lines-end-with-crlf"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "image-as-text",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::server::sent"],
        says: &["ftp.image-is-exact"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "one-octet-changed",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-passive[pasv]::server::sent"],
        says: &["field `data`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "last-octet-missing",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::stored-and-fetched[many]::server::fetched"],
        says: &["field `data`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "append-replaces",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::appended::server::both-there"],
        says: &["ftp.appends"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "store-appends",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::replaced::server::only-the-second"],
        says: &["field `data`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "delete-does-nothing",
        suite: "ftp/files",
        fails: &["ftp/files::deleted-for-good::server::gone"],
        says: &["ftp.cmd-dele-existing"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "rename-copies",
        suite: "ftp/files",
        fails: &["ftp/files::found-under-its-new-name::server::old-name"],
        says: &["ftp.cmd-rnto-after-rnfr"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "rest-for-ever",
        suite: "ftp/files",
        fails: &["ftp/files::resumed::server::whole-again"],
        says: &["ftp.restart-is-for-the-next-transfer"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "rest-ignored",
        suite: "ftp/files",
        fails: &["ftp/files::resumed::server::from-there-on"],
        says: &["ftp.restart"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "size-of-the-file",
        suite: "ftp/files",
        fails: &["ftp/files::size::server::in-ascii"],
        says: &["expected 20", "got 17"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "time-of-another-zone",
        suite: "ftp/files",
        fails: &["ftp/files::modification-time::server::told"],
        says: &["ftp.modification-time"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "quote-once",
        suite: "ftp/files",
        fails: &["ftp/files::directory[with-a-quote]::server::made"],
        says: &["  path\n", "ftp.directories"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "names-with-path",
        suite: "ftp/files",
        fails: &["ftp/files::names::server::listed"],
        says: &["ftp.list-of-names"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "features-without-space",
        suite: "ftp/session",
        fails: &["ftp/session::features::server::listed"],
        says: &["ftp.feature-list-form"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "facts-without-space",
        suite: "ftp/files",
        fails: &["ftp/files::facts-of-one::server::told"],
        says: &["ftp.facts-of-one"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "abort-ignored",
        suite: "ftp/files",
        fails: &["ftp/files::aborted::server::aborted"],
        says: &["ftp.abort"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "families-not-told",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::extended-families[epsv]::server::refused"],
        says: &["field `text`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "all-forgotten",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::extended-alone[pasv]::server::refused"],
        says: &["ftp.epsv-all"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "unique-name-not-told",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::store-unique::server::named"],
        says: &["ftp.store-unique"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "noop-without-cr",
        suite: "ftp/session",
        fails: &["ftp/session::answers[noop]::server::answered"],
        says: &["RFC 959 section 4.2"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "noop-without-space",
        suite: "ftp/session",
        fails: &["ftp/session::answers[noop]::server::answered"],
        says: &["RFC 959 section 4.2"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "noop-with-two-digits",
        suite: "ftp/session",
        fails: &["ftp/session::answers[noop]::server::answered"],
        says: &["RFC 959 section 4.2"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "noop-in-lines-without-end",
        suite: "ftp/session",
        fails: &["ftp/session::answers[noop]::server::answered"],
        says: &["octets, no whole message"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "unknown-type-taken",
        suite: "ftp/session",
        fails: &["ftp/session::bad-parameter[type]::server::refused"],
        says: &["ftp.cmd-type-bad-parameter"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "missing-file-is-empty",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::missing-file::server::refused"],
        says: &["ftp.cmd-retr-missing"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "one-delimiter-alone",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::extended-port-delimiter::server::taken"],
        says: &["ftp.extended-port"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "stores-where-nobody-may",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::store-refused::server::refused"],
        says: &["ftp.cmd-stor-refused"],
        scale: "0.3",
        ..WRONG
    },
];

pub const FTP_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "password-unasked",
        suite: "ftp/client",
        fails: &["ftp/client::waits-for-every-reply::client::behind-the-name"],
        says: &["and said pass"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "speaks-first",
        suite: "ftp/client",
        fails: &["ftp/client::waits-for-the-greeting::client::silent"],
        says: &["and said user"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "hurries-behind-the-password",
        suite: "ftp/client",
        fails: &["ftp/client::waits-for-every-reply::client::behind-the-password"],
        says: &["and said type"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "takes-any-line",
        suite: "ftp/client",
        fails: &["ftp/client::no-valid-reply[no-code]::client::not-taken"],
        says: &["and said pass"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "takes-two-digits",
        suite: "ftp/client",
        fails: &["ftp/client::no-valid-reply[two-digits]::client::not-taken"],
        says: &["and said pass"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "every-line-is-a-reply",
        suite: "ftp/client",
        fails: &["ftp/client::several-lines::client::greeting"],
        says: &[],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "codes-by-heart",
        suite: "ftp/client",
        fails: &["ftp/client::first-digit-counts[name]::client::logs-in"],
        says: &["ftp.client-goes-by-first-digit"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "needs-parentheses",
        suite: "ftp/client",
        fails: &["ftp/client::address-without-parentheses[bare]::client::found"],
        says: &["ftp.client-scans-for-address"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "lines-without-cr",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::put-passive::client::logged-in"],
        says: &["RFC 959 section 4.1.1"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "verb-misspelled",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::connected"],
        says: &["the retr did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "two-spaces",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::logged-in"],
        says: &["field `name`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "ends-at-226",
        suite: "ftp/client",
        fails: &["ftp/client::done-before-the-end::client::written"],
        says: &["does not show `got-file`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "broken-off-is-fine",
        suite: "ftp/client",
        fails: &["ftp/client::transfer-breaks-off::client::user-told"],
        says: &["does not show `failed`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "refused-is-fine",
        suite: "ftp/client",
        fails: &["ftp/client::login-refused::client::user-told"],
        says: &["does not show `failed`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "goes-on-behind-530",
        suite: "ftp/client",
        fails: &["ftp/client::login-refused::client::asks-for-nothing"],
        says: &["ftp.user-and-password-login"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "stays-with-ascii",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::told-where"],
        says: &["said retr where type was due"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "listens-elsewhere",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-active[port]::client::connected"],
        says: &["cannot be reached"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "port-backwards",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-active[port]::client::connected"],
        says: &["cannot be reached"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "lines-as-they-are",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::ascii-put::client::sent"],
        says: &["ftp.ascii-lines-end-with-crlf"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "text-as-it-came",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::ascii::client::written"],
        says: &["does not show `got-text`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "an-octet-more",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-passive[pasv]::client::written"],
        says: &["1201 octets where 1200 are due"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "stores-half",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::put-passive::client::taken"],
        says: &["field `data`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "never-leaves",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::over"],
        says: &["quit did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "negotiates",
        suite: "ftp/client",
        fails: &["ftp/client::rules::client::negotiates-nothing"],
        says: &["ftp.client-does-not-negotiate"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "shows-nothing",
        suite: "ftp/client",
        fails: &["ftp/client::text-is-shown::client::shown"],
        says: &["does not show `shows`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "shows-one-line",
        suite: "ftp/client",
        fails: &["ftp/client::text-is-shown::client::shown"],
        says: &["does not show `shows`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "resumes-one-too-far",
        suite: "ftp/files",
        fails: &["ftp/files::resume::client::from-there-on"],
        says: &["field `offset`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "missing-is-fine",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::missing-file::client::user-told"],
        says: &["does not show `failed`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "renames-to-the-same",
        suite: "ftp/files",
        fails: &["ftp/files::renamed::client::to"],
        says: &["field `path`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "deletes-another",
        suite: "ftp/files",
        fails: &["ftp/files::deleted::client::deleted"],
        says: &["field `path`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "lists-for-names",
        suite: "ftp/files",
        fails: &["ftp/files::names::client::listed"],
        says: &["said list where nlst was due"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "asks-for-another-file",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::connected"],
        says: &["field `path`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "connects-elsewhere",
        suite: "ftp/transfer",
        fails: &["ftp/transfer::get-extended-passive[epsv]::client::connected"],
        says: &["the retr did not come"],
        scale: "0.3",
        ..WRONG
    },
];
