//! Exchanges as load, and runs in parts: what is counted, kept and put together.
#![cfg(feature = "live")]

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder that goes away with its handle.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("stepladder-load-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file of the report")
    }

    /// Lines of the record of one kind.
    fn entries(&self, event: &str) -> Vec<Value> {
        let text = self.text("record.jsonl");
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        all.filter(|line| line["event"] == event).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stepladder(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepladder"));
    command.args(words).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.output().expect("the binary starts")
}

fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

#[test]
fn every_play_of_a_load_is_judged() {
    let output = stepladder(&[
        "load",
        "radius/pap::accept",
        "--until",
        "accepted",
        "--count",
        "300",
        "--concurrency",
        "20",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let load: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(load["played"], 300, "{load}");
    assert_eq!(load["verdicts"], serde_json::json!({"pass": 300}), "{load}");
    assert_eq!(load["replies"]["count"], 300, "{load}");
    assert_eq!(load["exchanges"]["count"], 300, "{load}");
    let counted: u64 = load["replies"]["buckets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|bucket| bucket["count"].as_u64())
        .sum();
    assert_eq!(counted, 300, "{load}");
    assert!(load["at_once"].as_u64() <= Some(20), "{load}");
}

#[test]
#[expect(clippy::print_stderr, reason = "the reader of a test log has to know")]
fn a_client_is_started_for_each_play() {
    if Command::new("radclient").arg("-v").output().is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "radclient is not installed");
        return eprintln!("skipped: radclient is not installed");
    }
    let words = ["--until", "accepted", "--target", "radclient", "--count", "6"];
    let output =
        stepladder(&[&["load", "radius/pap::accept", "--format", "json"], &words[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let load: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(load["case"], "radius/pap::accept::nas", "{load}");
    assert_eq!(load["verdicts"], serde_json::json!({"pass": 6}), "{load}");
    // Its first word counts from when it was made to speak.
    assert_eq!(load["replies"]["count"], 6, "{load}");
    assert!(load["replies"]["min_us"].as_f64() > Some(100.0), "{load}");
}

#[test]
fn a_rate_is_begun_whether_or_not_plays_have_ended() {
    // Each play lasts for seconds of silence; they begin within a tenth of one.
    let output = stepladder(&[
        "load",
        "radius/pap::accept",
        "--rate",
        "500",
        "--count",
        "50",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let load: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(load["played"], 50, "{load}");
    assert_eq!(load["at_once"], 50, "{load}");
    assert_eq!(load["late"]["count"], 50, "{load}");
}

#[test]
fn a_place_that_is_missing_is_told() {
    let output = stepladder(&[
        "load",
        "radius/pap::accept",
        "--rate",
        "1000",
        "--count",
        "4",
        "--concurrency",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(
        told(&output).contains("warning: the rate of 1000/s was not kept"),
        "{}",
        told(&output)
    );
}

#[test]
fn what_has_no_place_until_the_end_of_the_duration_is_not_begun() {
    let folder = Folder::new("backlog");
    // Nobody answers, so each play takes as long as it may, and two at once have all places.
    let door = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = door.local_addr().expect("an address");
    let suite = "\
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
            within: 400ms
";
    std::fs::write(folder.0.join("one.yaml"), suite).expect("writable");
    let target =
        format!("target: mute\ntakes: server\nsuites: [try/one]\nlinks: {{auth: '{address}'}}\n");
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    let (exchange, target) = (format!("{}/one.yaml::one", folder.place()), folder.place());
    let words = ["--rate", "40", "--duration", "500ms", "--format", "json"];
    let load = |more: &[&str]| {
        let words = [&["load", exchange.as_str()], &words[..], more].concat();
        let output = stepladder(&words);
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{words:?}"))
    };
    let short = load(&["--target", &target, "--concurrency", "2"]);
    let played = short["played"].as_u64().expect("a number");
    assert!((2..=4).contains(&played), "{short}");
    let left_out = format!("and {} plays had none until the end", 20 - played);
    assert!(short["host"].as_str().is_some_and(|host| host.contains(&left_out)), "{short}");
    // With places for all what was due before the end is begun, and nothing else.
    assert_eq!(load(&["--target", &target])["played"], 20);
    assert_eq!(load(&[])["played"], 20);
}

/// A server that greets with a code which nobody expects.
fn wrong_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"250 hello\r\n");
        }
    });
    port
}

#[test]
fn the_first_failing_plays_are_kept_whole() {
    let folder = Folder::new("kept");
    let target = format!(
        "target: wrong\nabout: A server that greets wrongly.\ntakes: server\nsuites: ['ftp/*']\n\
         links: {{control: '127.0.0.1:{}'}}\n",
        wrong_server()
    );
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    let report = folder.0.join("report").display().to_string();
    let output = stepladder(&[
        "load",
        "ftp/session::greeting",
        "--target",
        &folder.place(),
        "--count",
        "25",
        "--report",
        &report,
    ]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("25 fail"), "{text}");
    assert!(text.contains("field `code` of the reply of `server`"), "{text}");
    assert!(text.contains("what went before:"), "{text}");
    let report = Folder(PathBuf::from(report));
    let [load] = report.entries("load").try_into().expect("one load");
    assert_eq!((&load["played"], &load["failed"]), (&25.into(), &25.into()));
    // Ten of them, each with its ladder.
    assert_eq!(report.entries("case").len(), 10);
    assert_eq!(report.entries("heard").len(), 10);
    let page = report.text("index.html");
    assert!(page.contains("25 of 25 plays failed"), "the headline tells");
    assert!(page.contains("field `code` of the reply"), "the ladder is there");
}

#[test]
fn a_server_that_has_answered_and_is_gone_has_failed() {
    let folder = Folder::new("gone");
    let suite = "\
suite: try/one
parties: {client: client, server: server}
links: {ask: {client -> server: dns}}
exchanges:
  one:
    steps:
      - step: answered
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
";
    std::fs::write(folder.0.join("one.yaml"), suite).expect("writable");
    let door = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = door.local_addr().expect("an address");
    let target =
        format!("target: brief\ntakes: server\nsuites: [try/one]\nlinks: {{ask: '{address}'}}\n");
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    // It answers once, and then nobody listens there any more.
    std::thread::spawn(move || {
        let mut query = [0; 512];
        let (octets, from) = door.recv_from(&mut query).expect("a query");
        query[2] |= 0x80;
        door.send_to(&query[..octets], from).expect("it is sent");
    });
    let (exchange, target) = (format!("{}/one.yaml::one", folder.place()), folder.place());
    let words = ["--target", &target, "--count", "3", "--concurrency", "1"];
    let output = stepladder(&[&["load", exchange.as_str()], &words[..]].concat());
    let text = told(&output);
    assert!(text.contains("2 fail, 1 pass"), "{text}");
    assert_eq!(output.status.code(), Some(1), "{text}");
}

#[test]
fn what_is_kept_shows_no_secret_of_the_target_whoever_gives_it() {
    let folder = Folder::new("secret");
    let suite = "\
suite: try/one
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: testing123}}
settings: {user: bob}
exchanges:
  one:
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $user}}}
          - server -> nas: access-accept
            within: 50ms
";
    std::fs::write(folder.0.join("one.yaml"), suite).expect("writable");
    let door = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = door.local_addr().expect("an address");
    let target = format!(
        "target: mute\ntakes: server\nsuites: [try/one]\nlinks: {{auth: '{address}'}}\n\
         settings: {{user: {{secret: shrouded}}}}\n"
    );
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    let (exchange, target) = (format!("{}/one.yaml::one", folder.place()), folder.place());
    let report = Folder(folder.0.join("report"));
    let (place, paths) = (report.place(), [report.0.clone(), report.0.join("captures")]);
    let words = ["--target", &target, "--set", "user=veiled", "--count", "1", "--report", &place];
    let output = stepladder(&[&["load", exchange.as_str()], &words[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(!told(&output).contains("veiled"), "{}", told(&output));
    let mut looked_at = 0;
    for entry in paths.iter().flat_map(|path| std::fs::read_dir(path).expect("a folder")) {
        let path = entry.expect("a file").path();
        let Ok(octets) = std::fs::read(&path) else { continue };
        looked_at += 1;
        let text = String::from_utf8_lossy(&octets);
        let shows = ["veiled", "7665696c6564"].iter().any(|secret| text.contains(secret));
        assert!(!shows, "{}", path.display());
    }
    assert!(looked_at >= 4, "{looked_at} files");
}

#[test]
fn what_cannot_be_load_is_refused() {
    for (words, says) in [
        (["dhcpv4/client::lease", "--count=1"], "it goes over a segment"),
        (["radius/pap::no-such", "--count=1"], "has no exchange `no-such`"),
        (["radius/pap::accept", "--until=acepted"], "did you mean `accepted`?"),
        (["radius/pap::accept", "--rate=0"], "a number up to 1000000"),
        (["radius/pap::accept", "--duration=5"], "a time such as 500ms"),
    ] {
        let output = stepladder(&["load", words[0], words[1]]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(says), "{words:?}: {}", told(&output));
    }
}

/// The verdicts of a record's steps and rules, by name.
fn verdicts(folder: &Folder) -> Vec<(String, Value)> {
    let step = |line: &Value| {
        let name = format!("{}::{}", line["case"], line["step"]).replace('"', "");
        (name, line["verdict"].clone())
    };
    let rule = |line: &Value| (line["name"].to_string().replace('"', ""), line["verdict"].clone());
    let mut all: Vec<_> = folder.entries("step").iter().map(step).collect();
    all.extend(folder.entries("rule").iter().map(rule));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn the_parts_of_a_run_make_the_whole() {
    let (whole, one, two, all) =
        (Folder::new("whole"), Folder::new("one"), Folder::new("two"), Folder::new("all"));
    let run = |more: &[&str], folder: &Folder| {
        let place = folder.place();
        let mut words = vec!["run", "suites/radius", "--sim", "--seed", "7", "--report", &place];
        words.extend(more);
        let output = stepladder(&words);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    };
    run(&[], &whole);
    run(&["--shard", "1/2"], &one);
    run(&["--shard", "2/2"], &two);
    assert!(!one.entries("case").is_empty() && !two.entries("case").is_empty());
    let output = stepladder(&["report", &all.place(), "--merge", &one.place(), &two.place()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(verdicts(&all), verdicts(&whole));
    let [end] = all.entries("end").try_into().expect("one end");
    let [wanted] = whole.entries("end").try_into().expect("one end");
    assert_eq!(end["verdicts"], wanted["verdicts"]);
    let compared = stepladder(&["report", &all.place(), "--against", &whole.place()]);
    assert_eq!(compared.status.code(), Some(0), "{}", told(&compared));
    // More parts than exchanges: some have nothing to do, which is no error.
    let output = stepladder(&["run", "suites/radius/chap.yaml", "--sim", "--shard", "99/99"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    // A part that was not brought is told, and so is one that was brought twice.
    for (parts, amiss) in [
        (vec![one.place()], "part 2 of 2 is missing"),
        (vec![one.place(), two.place(), one.place()], "part 1 of 2 is there more than once"),
    ] {
        let words = ["report".to_owned(), all.place(), "--merge".to_owned()];
        let words: Vec<String> = words.into_iter().chain(parts).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = stepladder(&words);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(amiss), "{}", told(&output));
    }
    // The part that is missing is told.
    let output = stepladder(&["report", &all.place(), "--merge", &one.place(), "/nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}
