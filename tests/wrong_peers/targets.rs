//! The target files of the private implementations.

use std::path::{Path, PathBuf};

use stepladder::target::take_port;

/// A script's target file, with more arguments for the script.
pub type Peer = fn(more: &[&str]) -> String;

const RADIUS_SETTINGS: &str = "settings: {secret: testing123, username: bob, password: hello, \
    otp_username: otp, otp_password: more-than-one-block, \
    otp_code: '123456 and again 123456', standby_secret: another-secret, \
    long_username: long, long_password: seventeen-octets-and-more, longer_username: longer, \
    longer_password: thirty-three-octets-and-more-so-that-there-are-three-blocks}";
const TACACS_SETTINGS: &str = "settings: {key: testing123, username: alice, password: rabbit}";

pub fn radius_server(more: &[&str]) -> String {
    let start = command(
        "radius_server.py",
        "{port:auth} {port:acct} --secret {secret} --username {username} --password {password} \
         --otp-username {otp_username} --otp-code {otp_code} \
         --more {long_username}={long_password} --more {longer_username}={longer_password}",
        more,
    );
    format!(
        "target: peer
takes: server
suites: [radius/*, radius-accounting/*]
{RADIUS_SETTINGS}
links: {{auth: '127.0.0.1:{{port:auth}}', acct: '127.0.0.1:{{port:acct}}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}}}
triggers:
  stop-recording: {{command: [sh, -c, 'rm -f accounting && mkdir accounting']}}
  resume-recording: {{command: [rmdir, accounting]}}
observations:
  recorded-once: {{file: '{{dir}}/accounting', contains: 'record of {{of}}', times: 1}}
"
    )
}

pub fn radius_client(more: &[&str]) -> String {
    let mut text = format!(
        "target: peer
takes: nas
suites: [radius/*, radius-accounting/*]
{RADIUS_SETTINGS}
one-shot: true
lacks: [round-robin]
observations:
  accepted: {{ended-with: 0}}
  refused: {{ended-with: 1}}
  recorded: {{ended-with: 0}}
  gave-up: {{ended-with: 2}}
triggers:
"
    );
    for (link, actions) in [
        (
            "auth",
            "log-in-pap log-in-chap log-in-challenge log-in-eap-md5 two-log-ins-at-once ask-status",
        ),
        ("acct", "ask-accounting-status"),
        ("acct", "start-session stop-session interim-update accounting-on accounting-off"),
        ("acct", "whole-session run-multilink-session session-of-two-seconds"),
        ("acct", "two-sessions-at-once two-multilink-sessions start-session-with-standby"),
        ("acct", "stop-because-user-request stop-because-lost-carrier stop-because-lost-service"),
        ("acct", "stop-because-idle-timeout stop-because-session-timeout stop-because-admin-reset"),
        ("acct", "stop-because-admin-reboot stop-because-port-error stop-because-nas-error"),
        ("acct", "stop-because-nas-request stop-because-nas-reboot stop-because-port-unneeded"),
        ("acct", "stop-because-port-preempted stop-because-port-suspended stop-because-callback"),
        ("acct", "stop-because-service-unavailable stop-because-user-error"),
        ("acct", "stop-because-host-request start-authenticated-by-radius"),
        ("acct", "start-authenticated-by-nas start-authenticated-elsewhere"),
    ] {
        for action in actions.split(' ') {
            let words = format!(
                "{{link:{link}}} {action} --secret {{secret}} --username {{username}} --password {{password}} \
                 --otp-username {{otp_username}} --otp-password {{otp_password}} --otp-code {{otp_code}}"
            );
            let standby = match action {
                "start-session-with-standby" => {
                    " --standby {link:standby} --standby-secret {standby_secret}"
                }
                _ => "",
            };
            let command = command("radius_client.py", &format!("{words}{standby}"), more);
            text.push_str(&format!("  {action}: {{command: {command}}}\n"));
        }
    }
    text
}

pub fn tacacs_server(more: &[&str]) -> String {
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

/// It keeps no password in the clear.
pub fn chapless_tacacs_server(more: &[&str]) -> String {
    let more = [&["--without-chap"], more].concat();
    format!("{}lacks: [chap]\n", tacacs_server(&more))
}

pub fn tacacs_client(more: &[&str]) -> String {
    let mut text = format!(
        "target: peer
takes: nas
suites: [tacacs/authentication, tacacs/authorization, tacacs/accounting, tacacs/single-connection, tacacs/verdict]
{TACACS_SETTINGS}
one-shot: true
observations:
  accepted: {{ended-with: 0}}
  refused: {{ended-with: 1}}
  undecided: {{ended-with: 2}}
  kept-out: {{contains: kept out}}
triggers:
"
    );
    let actions = "log-in-ascii log-in-ascii-named log-in-pap log-in-chap authorize-shell \
                   account-start account-stop account-watchdog account-update \
                   log-in-three-times";
    for action in actions.split(' ') {
        let words = format!(
            "{{link:aaa}} {action} --key {{key}} --username {{username}} --password {{password}}"
        );
        let command = command("tacacs_client.py", &words, more);
        text.push_str(&format!("  {action}: {{command: {command}}}\n"));
    }
    text
}

/// It is started before our doors open, so it is told where they will be. Nobody else may be given
/// that port before we open it, so it stays taken as long as the tests run.
pub fn router(more: &[&str]) -> String {
    let port = take_port().expect("the loopback has a free port");
    let aaa = format!("127.0.0.1:{}", port.number);
    std::mem::forget(port);
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

pub fn tftp_server(more: &[&str]) -> String {
    let start = command("tftp_server.py", "{port:tftp} {dir}", more);
    let sizes = [0, 511, 512, 513, 1200, 70000, 524_300];
    let files: String =
        sizes.iter().map(|n| format!("    size-{n}.bin: {{octets: {n}, seed: 7}}\n")).collect();
    format!(
        "target: peer
takes: server
suites: [tftp/*]
links: {{transfer: '127.0.0.1:{{port:tftp}}'}}
start:
  command: {start}
  ready: {{line: READY, within: 30s}}
  make:
{files}observations:
  holds-file: {{file: '{{dir}}/{{name}}', same-as: '{{of}}'}}
"
    )
}

/// RFC 1350, and nothing newer.
pub fn plain_tftp_server(more: &[&str]) -> String {
    let more = [&["--no-options"], more].concat();
    format!("{}lacks: [options]\n", tftp_server(&more))
}

pub fn tftp_client(more: &[&str]) -> String {
    let run = |words: &str| command("tftp_client.py", &format!("{{link:transfer}} {words}"), more);
    let mut triggers = format!(
        "  get: {{command: {}}}\n  get-with-options: {{command: {}}}\n  get-small-blocks: {{command: {}}}\n",
        run("get {name} got"),
        run("get {name} got --blksize 1024"),
        run("get {name} got --blksize 8")
    );
    let puts = [
        ("put", 1200, "size", ""),
        ("put-size-0", 0, "new", ""),
        ("put-size-512", 512, "new", ""),
        ("put-size-20000", 20_000, "new", ""),
        ("put-small-blocks", 524_300, "new", " --blksize 8"),
    ];
    let (get_text, put_text) =
        (run("get {name} got --text"), run("put file.bin new-text.txt --text"));
    triggers.push_str(&format!(
        "  get-text: {{command: {get_text}}}
  put-text: {{command: {put_text}, make: {{file.bin: {{octets: 0, seed: 9}}}}}}\n"
    ));
    for (name, octets, called, options) in puts {
        let put = run(&format!("put file.bin {called}-{octets}.bin{options}"));
        triggers.push_str(&format!(
            "  {name}: {{command: {put}, make: {{file.bin: {{octets: {octets}, seed: 9}}}}}}\n"
        ));
    }
    format!(
        "target: peer
takes: client
suites: [tftp/*]
one-shot: true
triggers:
{triggers}observations:
  got-file: {{file: '{{dir}}/got', same-as: '{{of}}'}}
  failed: {{ended-with: 1}}
"
    )
}

pub fn dns_server(more: &[&str]) -> String {
    let start = command("dns_server.py", "{port:ask}", more);
    format!(
        "target: peer
takes: server
suites: [dns/authoritative]
links: {{ask: '127.0.0.1:{{port:ask}}', stream: '127.0.0.1:{{port:ask}}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}}}
"
    )
}

/// It has never heard of DNSSEC.
pub fn plain_dns_server(more: &[&str]) -> String {
    let more = [&["--without-dnssec"], more].concat();
    format!("{}lacks: [dnssec]\n", dns_server(&more))
}

pub fn dns_client(more: &[&str]) -> String {
    let resolve = command("dns_client.py", "{link:ask} www.example.test.", more);
    format!(
        "target: peer
takes: client
suites: [dns/stub]
one-shot: true
triggers:
  resolve: {{command: {resolve}}}
observations:
  told: {{ended-with: 0, contains: 'address {{of}}'}}
  told-no-such-name: {{ended-with: 1, contains: no such name}}
  told-no-address: {{ended-with: 1, contains: no address}}
  did-not-tell: {{contains: 'address {{of}}', times: 0}}
  gave-up: {{ended-with: 1, contains: gave up}}
"
    )
}

pub fn dhcp_server(more: &[&str]) -> String {
    let start = command("dhcp_server.py", "{port:relayed} {port:answers}", more);
    format!(
        "target: peer
takes: server
suites: [dhcpv4/relay-*]
links: {{relayed: '127.0.0.1:{{port:relayed}}'}}
listen: {{relayed: '127.0.0.1:{{port:answers}}'}}
start: {{command: {start}, ready: {{line: READY, within: 30s}}, per-exchange: true}}
"
    )
}

/// It gives one address after the other, has never heard of relay agent information, and informs past
/// the relay.
pub fn modest_dhcp_server(more: &[&str]) -> String {
    let more = [&["--in-turn", "--plain", "--informs-clients"], more].concat();
    format!("{}lacks: [wishes, relay-information, inform-through-relays]\n", dhcp_server(&more))
}

pub fn dhcp_relay(more: &[&str]) -> String {
    let lease = command("dhcp_relay.py", "{link:relayed}", more);
    format!(
        "target: peer
takes: relay
suites: [dhcpv4/relay-*]
one-shot: true
triggers:
  lease: {{command: {lease}}}
"
    )
}

/// It sits on a segment of its own, and configures the host that it finds there.
pub fn dhcp_client(more: &[&str]) -> String {
    let run = |words: &str| command("dhcp_client.py", words, more);
    format!(
        "target: peer
takes: client
suites: [dhcpv4/client, dhcpv4/link-local]
network: {{mac: '{{client_mac}}'}}
triggers:
  boot: {{command: {}}}
  boot-broadcast: {{command: {}}}
  link-local: {{command: {}}}
  reach-inside: {{command: [ping, -c, '1', -W, '1', '{{inside}}']}}
  reach-outside: {{command: [ping, -c, '1', -W, '1', '{{outside}}']}}
observations:
  has-address: {{command: [ip, -4, -oneline, address, show, eth0], contains: 'inet {{of}}/'}}
  has-router: {{command: [ip, -4, route, show, default], contains: 'via {{of}} '}}
  has-no-address: {{command: [ip, -4, -oneline, address, show, eth0], contains: 'inet ', times: 0}}
",
        run("eth0"),
        run("eth0 --broadcast"),
        run("eth0 --no-server")
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

pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn ftp_server(more: &[&str]) -> String {
    let start = command("ftp_server.py", "{port:control} {dir}", more);
    format!(
        "target: peer
takes: server
suites: [ftp/session, ftp/transfer, ftp/files]
links: {{control: '127.0.0.1:{{port:control}}'}}
start:
  command: {start}
  ready: {{line: READY, within: 30s}}
  make:
    size-1200.bin: {{octets: 1200, seed: 7}}
    lines.txt: \"alpha\\nbeta\\ngamma\\n\"
"
    )
}

/// It has what RFC 1123 asks for.
pub fn old_ftp_server(more: &[&str]) -> String {
    let more = [&["--old", "--one-login"], more].concat();
    format!("{}lacks: [epsv, feat, size, mdtm, mlst, rest, stou]\n", ftp_server(&more))
}

pub fn ftp_client(more: &[&str]) -> String {
    let run = |words: &str| command("ftp_client.py", &format!("{{link:control}} {words}"), more);
    let made = [
        ("put", "put file.bin in/stored.bin", "file.bin: {octets: 1200, seed: 7}"),
        (
            "put-ascii",
            "put file.txt in/lines-put.txt --ascii",
            "file.txt: \"alpha\\nbeta\\ngamma\\n\"",
        ),
        ("resume", "get lines.txt got-lines --from 7", "got-lines: \"alpha\\r\\n\""),
    ];
    let plain = [
        ("get", "get {name} got"),
        ("get-epsv", "get {name} got"),
        ("get-pasv", "get {name} got --mode pasv"),
        ("get-port", "get {name} got --mode port"),
        ("get-eprt", "get {name} got --mode eprt"),
        ("get-missing", "get {missing} got"),
        ("get-ascii", "get lines.txt got-lines --ascii"),
        ("get-aloud", "get {name} got"),
        ("names", "names"),
        ("list", "list"),
        ("delete", "delete in/doomed.bin"),
        ("rename", "rename in/old.bin in/new.bin"),
    ];
    let mut triggers = String::new();
    for (name, words) in plain {
        triggers.push_str(&format!("  {name}: {{command: {}}}\n", run(words)));
    }
    for (name, words, file) in made {
        triggers.push_str(&format!("  {name}: {{command: {}, make: {{{file}}}}}\n", run(words)));
    }
    let same = |octets: &str| {
        format!(
            "{{command: [sh, -c, 'printf \"{octets}\" | cmp - got-lines && echo the same'], contains: the same}}"
        )
    };
    format!(
        "target: peer
takes: client
suites: [ftp/*]
one-shot: true
triggers:
{triggers}observations:
  got-file: {{file: '{{dir}}/got', same-as: '{{of}}'}}
  got-text: {}
  got-rest: {}
  failed: {{ended-with: 1}}
  shows: {{contains: '{{of}}'}}
",
        same(r"alpha\nbeta\ngamma\n"),
        same(r"alpha\r\nbeta\r\ngamma\r\n")
    )
}
