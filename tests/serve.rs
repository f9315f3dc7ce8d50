//! `serve` and `score --soak`: parties played over real sockets, right and wrong.
#![cfg(feature = "live")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stepladder::diag::Source;
use stepladder::ladder::{Projection, Suite};
use stepladder::live::Traffic;
use stepladder::play::{Cast, FlowId, Input, Output as Act, Play};
use stepladder::record::{Report, Verdict};
use stepladder::suite::Common;
use stepladder::{sim, suite};

const PROGRAM: &str = env!("CARGO_BIN_EXE_stepladder");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs the program in the project's folder.
fn stepladder(words: &[&str]) -> Output {
    Command::new(PROGRAM).args(words).current_dir(ROOT).output().expect("it runs")
}

fn told(output: &Output) -> String {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// A party that is served, until its handle goes away.
struct Served {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Served {
    fn begin(words: &[&str]) -> Self {
        Self::complaining(words, Stdio::inherit())
    }

    /// One whose standard error goes there.
    fn complaining(words: &[&str], to: Stdio) -> Self {
        let mut child = Command::new(PROGRAM)
            .arg("serve")
            .args(words)
            .current_dir(ROOT)
            .stdout(Stdio::piped())
            .stderr(to)
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("it says where");
        let address = line.trim().rsplit(' ').next().and_then(|a| a.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{line}"));
        Self { child, lines, address }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it tells");
        assert!(line.ends_with('\n'), "it ended after `{line}`");
        line
    }

    /// Asks it to end, as a service manager would; what it still told.
    fn end(mut self) -> String {
        self.signal("-TERM");
        self.ended()
    }

    fn signal(&self, which: &str) {
        let kill = Command::new("kill").args([which, &self.child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits for its end; what it still told.
    fn ended(&mut self) -> String {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).expect("readable");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0), "{rest}");
        rest
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn load(file: &str) -> Arc<Suite> {
    let (suite, problems) = suite::load(&PathBuf::from(ROOT).join("suites").join(file));
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}

/// The cast of everybody but one party.
fn testing(suite: &Arc<Suite>, exchange: &str, tested: &str, seed: u64) -> Cast {
    let exchange = suite.exchange(exchange).expect("it is there");
    let projection = Projection::testing(suite, &[suite.party(tested).expect("it is there")]);
    let margin = Duration::ZERO;
    Cast { seed, margin, ..Cast::new(suite, exchange, projection) }
}

/// What a caller talks over.
enum Wire {
    Datagrams(UdpSocket),
    Stream(TcpStream),
}

/// A caller: a play of the library on one plain socket that stays open, turn by turn.
struct Caller {
    play: Play,
    wire: Wire,
    flow: FlowId,
    epoch: Instant,
    /// Whether it hangs up and calls again at once, before there is anything more to say.
    redials: bool,
}

impl Caller {
    fn new(cast: Cast, wire: Wire) -> Self {
        let (play, epoch) = (Play::new(cast), Instant::now());
        let mut caller = Self { play, wire, flow: 0, epoch, redials: false };
        caller.play.start(Duration::ZERO);
        caller
    }

    fn datagrams(cast: Cast, socket: &UdpSocket) -> Self {
        Self::new(cast, Wire::Datagrams(socket.try_clone().expect("a socket")))
    }

    fn stream(cast: Cast, to: SocketAddr) -> Self {
        Self::new(cast, Wire::Stream(TcpStream::connect(to).expect("it is not refused")))
    }

    /// Says what there is to say.
    fn say(&mut self) {
        while let Some(act) = self.play.next_output() {
            match (act, &mut self.wire) {
                (Act::Open { flow, .. }, _) => {
                    self.flow = flow;
                    self.play.take(self.epoch.elapsed(), Input::Established(flow));
                }
                (Act::Close(_), Wire::Stream(stream)) if self.redials => {
                    self.redials = false;
                    let to = stream.peer_addr().expect("an address");
                    *stream = TcpStream::connect(to).expect("it is not refused");
                }
                (Act::Send(_, octets), Wire::Datagrams(socket)) => {
                    socket.send(&octets).expect("sent");
                }
                (Act::Send(_, octets), Wire::Stream(stream)) => {
                    stream.write_all(&octets).expect("sent");
                }
                _ => {}
            }
        }
    }

    /// Hears something, or waits for as long as the play waits.
    fn hear(&mut self) {
        let Some(wake) = self.play.wake_at().filter(|_| !self.play.is_over()) else { return };
        let patience = wake.saturating_sub(self.epoch.elapsed()).max(Duration::from_millis(1));
        let mut octets = vec![0; 4096];
        let heard = match &mut self.wire {
            Wire::Datagrams(socket) => {
                socket.set_read_timeout(Some(patience)).expect("a limit");
                socket.recv(&mut octets)
            }
            Wire::Stream(stream) => {
                stream.set_read_timeout(Some(patience)).expect("a limit");
                stream.read(&mut octets)
            }
        };
        let input = match heard {
            Ok(0) => Input::Closed(self.flow),
            Ok(length) => Input::Received(self.flow, octets[..length].to_vec()),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Input::Tick
            }
            Err(e) => panic!("{e}"),
        };
        self.play.take(self.epoch.elapsed(), input);
    }

    fn finish(mut self) -> Report {
        self.say();
        while !self.play.is_over() {
            self.hear();
            self.say();
        }
        self.play.into_report()
    }
}

fn passed(report: &Report) -> bool {
    report.steps.iter().all(|step| step.verdict == Verdict::Pass)
}

/// A socket that talks to one address.
fn socket(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(to).expect("an address");
    socket
}

const RECORDS: &str = "radius-accounting/records::unknown-attribute[private]";

#[test]
fn a_server_is_right_unless_it_is_told_otherwise() {
    let suite = load("radius-accounting/records.yaml");
    let cast = |seed| testing(&suite, "unknown-attribute[private]", "server", seed);
    let mut right = Served::begin(&[RECORDS, "--as", "server", "--count", "2"]);
    // One socket for both: an exchange that has ended does not stand in the way of the next one.
    let ours = socket(right.address);
    for number in 1..=2 {
        assert!(passed(&Caller::datagrams(cast(number), &ours).finish()));
        let caller = ours.local_addr().expect("an address");
        assert_eq!(right.line(), format!("{number} {caller} right: done\n"));
    }
    assert_eq!(right.ended(), "");

    let id = "0:authenticator:wrong";
    for id in [id.to_owned(), format!("{RECORDS}::server::{id}")] {
        let mut wrong = Served::begin(&[RECORDS, "--as", "server", "--mutant", &id]);
        let report = Caller::datagrams(cast(3), &socket(wrong.address)).finish();
        assert_eq!(report.steps[0].verdict, Verdict::Fail);
        assert_eq!(report.steps[0].failures[0].differences[0].path, "authenticator");
        let line = wrong.line();
        assert!(line.contains(" 0:authenticator:wrong, the last bit of `authenticator`"), "{line}");
        assert!(line.ends_with(" is turned: done\n"), "{line}");
        assert_eq!(wrong.end(), "");
    }
}

#[test]
fn a_caller_who_breaks_a_rule_is_told_of() {
    let text = "\
suite: try/unsigned
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: testing123, password: hello}}
exchanges:
  accept:
    steps:
      - step: accepted
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob, User-Password: hello, NAS-IP-Address: 192.0.2.1, NAS-Port: 7}}}
          - server -> nas: access-accept
";
    let source = Arc::new(Source { path: "unsigned.yaml".into(), text: text.into() });
    let mut problems = Vec::new();
    let unsigned = suite::suite_from_source(&source, Common::default(), &mut problems);
    let unsigned = Arc::new(unsigned.unwrap_or_else(|| panic!("{problems:?}")));
    let mut served = Served::begin(&["radius/pap::accept", "--as", "server", "--count", "1"]);
    let cast = testing(&unsigned, "accept", "server", 1);
    assert!(passed(&Caller::datagrams(cast, &socket(served.address)).finish()));
    let line = served.line();
    let rule = "rule request-signed: `nas` said access-request that breaks this rule";
    assert!(line.ends_with(&format!(" right: done, but {rule}\n")), "{line}");
    assert_eq!(served.ended(), "");
}

#[test]
fn every_second_exchange_is_wrong_in_another_way() {
    let suite = load("radius-accounting/records.yaml");
    let mut served = Served::begin(&[RECORDS, "--as", "server", "--every", "2", "--count", "6"]);
    let mut ways = Vec::new();
    for number in 1..=6 {
        let cast = testing(&suite, "unknown-attribute[private]", "server", number);
        let report = Caller::datagrams(cast, &socket(served.address)).finish();
        assert_eq!(passed(&report), number % 2 == 1, "exchange {number}");
        let line = served.line();
        assert_eq!(line.contains(" right: "), number % 2 == 1, "{line}");
        ways.extend(line.split(' ').nth(2).filter(|_| number % 2 == 0).map(str::to_owned));
    }
    assert_eq!(ways, ["0:code:other,", "0:code:illegal,", "0:code:zero,"]);
    assert_eq!(served.ended(), "");
}

#[test]
fn callers_at_once_get_a_play_each() {
    let suite = load("tacacs/authentication.yaml");
    let mut served =
        Served::begin(&["tacacs/authentication::ascii", "--as", "server", "--count", "2"]);
    let cast = |seed| testing(&suite, "ascii", "server", seed);
    let (mut one, mut other) =
        (Caller::stream(cast(1), served.address), Caller::stream(cast(2), served.address));
    // Turn by turn: the one is never done before the other has begun.
    while !(one.play.is_over() && other.play.is_over()) {
        one.say();
        other.say();
        other.hear();
        one.hear();
    }
    assert!(passed(&one.play.into_report()) && passed(&other.play.into_report()));
    let lines = [served.line(), served.line()];
    assert!(lines.iter().all(|line| line.ends_with(" right: done\n")), "{lines:?}");
    assert_eq!(served.ended(), "");
}

#[test]
fn an_exchange_may_take_several_streams_and_several_parties() {
    let login = "tacacs/telnet-login::login";
    let mut server = Served::begin(&[login, "--as", "server", "--count", "1"]);
    let aaa = format!("aaa={}", server.address);
    let mut nas = Served::begin(&[login, "--as", "nas", "--reach", &aaa, "--count", "1"]);
    let session = format!("session={}", nas.address);
    let user = stepladder(&["serve", login, "--as", "user", "--reach", &session]);
    assert_eq!(user.status.code(), Some(0), "{}", told(&user));
    assert!(told(&user).ends_with(" right: done\n"), "{}", told(&user));
    assert!(nas.line().ends_with(" right: done\n"));
    assert!(server.line().ends_with(" right: done\n"));
    assert_eq!((nas.ended(), server.ended()), (String::new(), String::new()));
}

/// A line of the control connection that begins with this code.
fn reply(lines: &mut BufReader<TcpStream>, code: &str) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).expect("it answers");
    assert!(line.starts_with(code), "{line} is no {code}");
    line
}

/// Fetches a file from a server that tells where its data comes from.
fn fetched(from: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(from).expect("it listens");
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut say = |line: &str| write!(stream, "{line}\r\n").expect("it hears");
    reply(&mut lines, "220");
    for (line, code) in [("USER bob", "331"), ("PASS s3cret", "230"), ("TYPE I", "200")] {
        say(line);
        reply(&mut lines, code);
    }
    say("EPSV");
    let told = reply(&mut lines, "229");
    let port = told.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port");
    say("RETR size-1200.bin");
    let mut data = TcpStream::connect((from.ip(), port)).expect("it listens there too");
    reply(&mut lines, "150");
    let mut octets = Vec::new();
    data.read_to_end(&mut octets).expect("it sends");
    drop(data);
    reply(&mut lines, "226");
    say("QUIT");
    reply(&mut lines, "221");
    octets
}

#[test]
fn callers_at_once_are_told_places_of_their_own() {
    let words = ["ftp/transfer::get-extended-passive[epsv]", "--as", "server", "--count", "8"];
    let mut served = Served::begin(&words);
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let address = served.address;
            std::thread::spawn(move || fetched(address))
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.join().expect("it fetches").len(), 1200);
    }
    let told = served.ended();
    assert_eq!(told.matches("right: done").count(), 8, "{told}");
}

#[test]
fn whoever_hangs_up_and_calls_again_at_once_is_still_the_same() {
    let suite = load("tacacs/authentication.yaml");
    let mut served = Served::begin(&["tacacs/authentication::aborted", "--as", "server"]);
    for number in 1..=3 {
        let cast = testing(&suite, "aborted", "server", number);
        let mut caller = Caller::stream(cast, served.address);
        caller.redials = true;
        caller.say();
        caller.hear();
        // The server gets to hear of everything at once: the last word, its end, the next call.
        served.signal("-STOP");
        caller.say();
        served.signal("-CONT");
        assert!(passed(&caller.finish()), "exchange {number}");
        let line = served.line();
        assert!(line.starts_with(&format!("{number} ")), "{line}");
        assert!(line.ends_with(" right: done\n"), "{line}");
    }
    assert_eq!(served.end(), "");
}

#[test]
fn whoever_calls_others_plays_so_many_rounds() {
    let reject = "radius/pap::reject";
    let mut server = Served::begin(&[reject, "--as", "server", "--every", "2", "--count", "4"]);
    let reach = format!("auth={}", server.address);
    let nas = stepladder(&["serve", reject, "--as", "nas", "--reach", &reach, "--count", "4"]);
    assert_eq!(nas.status.code(), Some(0), "{}", told(&nas));
    let told = told(&nas);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 4, "{told}");
    for (at, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("{} {} right: ", at + 1, server.address)), "{line}");
        assert_eq!(line.ends_with(": done"), at % 2 == 0, "{line}");
    }
    assert!(lines[1].contains("stopped at step rejected: `server` said"), "{told}");
    (0..4).for_each(|_| drop(server.line()));
    assert_eq!(server.ended(), "");
}

#[test]
fn nonsense_ends_its_own_play_only_and_reaches_no_terminal() {
    let suite = load("tacacs/authentication.yaml");
    let mut served = Served::begin(&["tacacs/authentication::ascii", "--as", "server"]);
    let mut hostile = TcpStream::connect(served.address).expect("it is not refused");
    hostile.write_all(b"\x1b]0;owned\x07\xc1\x01\r\n".repeat(9).as_slice()).expect("sent");
    let line = served.line();
    assert!(line.contains(" right: stopped at step name-asked: `nas` said "), "{line}");
    assert!(!line.trim_end().chars().any(char::is_control), "{line:?}");
    let report = Caller::stream(testing(&suite, "ascii", "server", 1), served.address).finish();
    assert!(passed(&report));
    assert!(served.line().starts_with("2 "));
    // One who has called and says nothing is told of, too.
    let mut idle = Caller::stream(testing(&suite, "ascii", "server", 2), served.address);
    idle.say();
    idle.hear();
    let rest = served.end();
    assert!(rest.contains("3 ") && rest.contains("the run was stopped"), "{rest}");
}

#[test]
fn a_stream_that_is_left_open_on_purpose_is_seen_to_be_open() {
    let login = "tacacs/telnet-login::login";
    let server = Served::begin(&[login, "--as", "server"]);
    let aaa = format!("aaa={}", server.address);
    let listed = stepladder(&["serve", login, "--as", "nas", "--list"]);
    let told = told(&listed);
    let id =
        told.lines().find_map(|line| line.split(' ').next().filter(|w| w.ends_with("left-open")));
    let mutant = id.unwrap_or_else(|| panic!("{told}"));
    let mut nas =
        Served::begin(&[login, "--as", "nas", "--reach", &aaa, "--mutant", mutant, "--count", "1"]);
    let suite = load("tacacs/telnet-login.yaml");
    let exchange = &suite.exchanges[0];
    let user = Projection { played: suite.parties.iter().map(|p| p.name == "user").collect() };
    let report = Caller::stream(Cast::new(&suite, exchange, user), nas.address).finish();
    let last = report.steps.last().expect("steps");
    assert_eq!(last.verdict, Verdict::Fail);
    assert!(last.failures[0].title.contains("did not close the connection"), "{last:?}");
    assert!(nas.line().contains(" line-"));
    assert_eq!(nas.ended(), "");
}

#[test]
fn the_ways_of_being_wrong_are_listed_as_score_names_them() {
    let output = stepladder(&["serve", RECORDS, "--as", "server", "--list"]);
    let listed = told(&output);
    assert_eq!(output.status.code(), Some(0), "{listed}");
    let all = ["score", "suites/radius-accounting/records.yaml", "--as", "nas", "--all", "--only"];
    let scored = told(&stepladder(&[&all[..], &[RECORDS]].concat()));
    let mut found = 0;
    for line in listed.lines() {
        let (id, about) = line.split_once("  ").expect("a name and what is done");
        assert!(!about.trim().is_empty(), "{line}");
        found += usize::from(scored.contains(&format!("{RECORDS}::server::{id}\n")));
    }
    // What cannot be done over two plays in memory is not scored.
    assert!(found > 10 && found + 3 > listed.lines().count(), "{listed}\n{scored}");
}

#[test]
fn what_is_wrong_with_the_words_is_one_message_and_exit_2() {
    for (words, expected) in [
        (&["radius/pap", "--as", "server"][..], "is no SUITE::EXCHANGE"),
        (&["radius/pp::accept", "--as", "server"], "did you mean `radius/pap`?"),
        (&["radius/pap::acept", "--as", "server"], "did you mean `accept`?"),
        (&["radius/pap::accept", "--as", "sever"], "did you mean `server`?"),
        (&["radius/pap::accept", "--as", "nas"], "give --reach auth=ADDRESS"),
        (&["radius/pap::accept", "--as", "nas", "--reach", "auth=here"], "`here` is no address"),
        (&["radius/pap::accept", "--as", "nas", "--reach", "auht=x"], "did you mean `auth`?"),
        (&["radius/pap::accept", "--as", "server", "--listen", "auth"], "takes KEY=VALUE"),
        (&["radius/pap::accept", "--as", "nas,server"], "nobody is left"),
        (&["radius/pap::accept", "--as", "server", "--set", "sekret=x"], "did you mean `secret`?"),
        (&["radius/pap::reject", "--as", "nas", "--list"], "it does not test `nas`"),
        (
            &["radius/pap::accept", "--as", "server", "--mutant", "0:cod:other"],
            "did you mean `0:code:other`?",
        ),
        (&["radius/pap::accept", "--as", "server", "--every", "0"], "a number from 1"),
        (&["radius/pap::accept", "--as", "server", "--suites", "nowhere"], "there is no nowhere"),
        (&["radius/pap::accept"], "--as"),
        (
            &["radius/pap::accept", "--as", "server", "--listen", "auth=192.0.2.1:1"],
            "cannot listen on 192.0.2.1:1",
        ),
    ] {
        let output = stepladder(&[&["serve"], words].concat());
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {text}");
        assert!(text.contains(expected), "{words:?}: {text}");
        assert!(!text.contains("panicked"), "{words:?}: {text}");
    }
}

#[test]
fn traffic_tells_what_sockets_there_must_be() {
    let login = load("tacacs/telnet-login.yaml");
    let of = |party: &str| {
        let cast = testing(&login, "login", party, 1);
        Traffic::of(&Cast { margin: Duration::ZERO, ..sim::peer(&cast) })
    };
    let (session, aaa) = (0, 1);
    let server = of("server");
    assert!(!server.ours_first);
    assert_eq!(server.quiet, Duration::from_millis(500));
    assert_eq!(server.called.into_iter().collect::<Vec<_>>(), [(aaa, 4)]);
    let nas = of("nas");
    assert!(!nas.ours_first);
    assert_eq!(nas.called.into_iter().collect::<Vec<_>>(), [(session, 1)]);
    assert_eq!(nas.calling.into_iter().collect::<Vec<_>>(), [aaa]);
    let user = of("user");
    assert!(user.ours_first && user.called.is_empty());
}

#[test]
fn two_hundred_plays_on_a_busy_machine_go_as_they_should() {
    let output = stepladder(&["score", "--soak", "200", "--seed", "7"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("200 plays of ") && text.contains(": 0 failed"), "{text}");
}

#[test]
fn a_soak_tells_of_five_plays_that_fail() {
    let path = std::env::temp_dir().join(format!("stepladder-soak-{}.yaml", std::process::id()));
    let suite = "\
suite: try/contrary
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: $secret}}
settings: {secret: testing123}
exchanges:
  one:
    tests: server
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
          - server -> nas: {access-accept: {attributes: {Reply-Message: {say: yes, hear: no}}}}
";
    std::fs::write(&path, suite).expect("writable");
    let output = stepladder(&["score", "--soak", "8", &path.display().to_string()]);
    let text = told(&output);
    let _ = std::fs::remove_file(&path);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("8 plays of 1 exchanges and sides") && text.contains(": 8 failed"));
    assert_eq!(text.matches("---- try/contrary::one::server::asked ----").count(), 5, "{text}");
    assert_eq!(text.matches("what went before:").count(), 5, "{text}");
}

/// What a stream brings up to the end of a line that begins so.
fn line_of(stream: &mut BufReader<TcpStream>, beginning: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).expect("it is said") > 0, "no {beginning}");
        if line.starts_with(beginning) {
            return line;
        }
    }
}

#[test]
fn a_stream_has_ended_before_something_else_is_said() {
    const SUITE: &str = "\
suite: try/order
parties: {client: who fetches, server: who sends}
links:
  control: {client -> server: ftp}
  passive: {client -> server: octet-stream, at: control}
exchanges:
  order:
    steps:
      - step: sent
        ladder:
          - connect: client -> server
          - server -> client: {reply: {code: 220}}
          - client -> server: epsv
          - server -> client: {extended-passive: {port: $passive.port}}
          - connect: client -> server
            on: passive
          - server -> client: {data: {data: abc}}
            on: passive
          - close: server -> client
            on: passive
          - server -> client: {reply: {code: 226}}
";
    let file = std::env::temp_dir().join(format!("stepladder-order-{}.yaml", std::process::id()));
    std::fs::write(&file, SUITE).expect("writable");
    let exchange = format!("{}::order", file.display());
    let mut server = Served::begin(&[&exchange, "--as", "server", "--count", "20"]);
    for _ in 0..20 {
        let stream = TcpStream::connect(server.address).expect("it listens");
        let mut control = BufReader::new(stream.try_clone().expect("a second handle"));
        line_of(&mut control, "220");
        (&stream).write_all(b"EPSV\r\n").expect("it hears");
        let port = line_of(&mut control, "229");
        let port = port.split('|').nth(3).and_then(|port| port.parse().ok()).expect("a port");
        let mut data = TcpStream::connect((server.address.ip(), port)).expect("it listens");
        line_of(&mut control, "226");
        // Whatever came before it is there.
        data.set_nonblocking(true).expect("a socket");
        let mut octets = Vec::new();
        data.read_to_end(&mut octets).expect("it has ended");
        assert_eq!(octets, b"abc");
    }
    server.ended();
    let _ = std::fs::remove_file(file);
}

/// A suite of one exchange; its exchange by name.
fn small_suite(folder: &Path) -> String {
    std::fs::create_dir_all(folder).expect("writable");
    let suite = folder.join("one.yaml");
    const SUITE: &str = "\
suite: try/one
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: testing123}}
exchanges:
  one:
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
          - server -> nas: access-accept
";
    std::fs::write(&suite, SUITE).expect("writable");
    format!("{}::one", suite.display())
}

/// Calls a server of the small suite so many times.
fn call(folder: &Path, address: SocketAddr, count: &str) {
    let target =
        format!("target: ours\ntakes: server\nsuites: [try/one]\nlinks: {{auth: '{address}'}}\n");
    std::fs::write(folder.join("target.yaml"), target).expect("writable");
    let (exchange, target) = (small_suite(folder), folder.display().to_string());
    let words = ["--target", &target, "--count", count, "--concurrency", "16"];
    let output = stepladder(&[&["load", exchange.as_str()], &words[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn callers_do_not_wait_for_whoever_reads_what_is_told() {
    let folder = std::env::temp_dir().join(format!("stepladder-unread-{}", std::process::id()));
    let mut server = Served::begin(&[&small_suite(&folder), "--as", "server"]);
    let address = server.address;
    let call = |count: &str| call(&folder, address, count);
    // More than a pipe holds, and more than is kept for a reader.
    call("9000");
    // Who reads again is told what he has missed.
    assert!(server.line().starts_with("1 "), "the first line");
    let missed = |line: &str| line.ends_with(" left out, which nobody read)\n");
    call("100");
    let mut lines = 0;
    while !missed(&server.line()) {
        lines += 1;
        if lines > 5000 {
            call("1");
        }
        assert!(lines < 9000, "nothing was left out");
    }
    // Nor is it of interest to callers that nobody is there to read.
    let mut other = Command::new("true").stdout(Stdio::piped()).spawn().expect("it runs");
    server.lines = BufReader::new(other.stdout.take().expect("piped"));
    other.wait().expect("it ends");
    call("2000");
    assert!(server.child.try_wait().expect("it can be asked").is_none(), "it has ended");
    assert_eq!(server.end(), "");
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_slow_reader_is_told_all_of_it_and_what_nobody_reads_is_counted() {
    let folder = std::env::temp_dir().join(format!("stepladder-slow-{}", std::process::id()));
    let exchange = small_suite(&folder);
    let begin = || Served::complaining(&[&exchange, "--as", "server"], Stdio::piped());
    // More than a pipe holds, and less than is kept.
    let calls = 3500;
    let mut server = begin();
    call(&folder, server.address, &calls.to_string());
    server.signal("-TERM");
    let mut lines = 0;
    for pause in 0..4 {
        std::thread::sleep(Duration::from_millis(if pause > 0 { 500 } else { 0 }));
        for _ in 0..500 {
            server.line();
            lines += 1;
        }
    }
    let rest = server.ended();
    assert_eq!(lines + rest.lines().count(), calls, "{rest}");
    let mut said = String::new();
    let complaints = |server: &mut Served| server.child.stderr.take().expect("piped");
    complaints(&mut server).read_to_string(&mut said).expect("readable");
    assert_eq!(said, "");
    // Nobody reads.
    let mut server = begin();
    call(&folder, server.address, &calls.to_string());
    server.signal("-TERM");
    complaints(&mut server).read_to_string(&mut said).expect("readable");
    let left_out: usize = said
        .strip_prefix("warning: ")
        .and_then(|said| said.strip_suffix(" lines left out, which nobody read\n"))
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{said}"));
    // One may be written in part.
    let read = server.ended().lines().count();
    assert!((calls..=calls + 1).contains(&(read + left_out)), "{read} and {left_out}");
    let _ = std::fs::remove_dir_all(folder);
}
