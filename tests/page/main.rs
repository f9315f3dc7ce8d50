//! The HTML page in a real browser: what a reader sees, what opens, and that nothing which a peer said
//! becomes part of it.
#![cfg(feature = "live")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What `browser.py` exits with where there is no browser.
const NO_BROWSER: i32 = 77;

/// A folder that goes away with its handle.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("stepladder-page-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file of the report")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(words: &[&str], report: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepladder"));
    command.arg("run").args(words).arg("--report").arg(report);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.output().expect("the binary starts")
}

/// What a reader meets on a page; nothing where there is no browser.
fn look(page: &Path, picture: &str) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/browser.py");
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(picture);
    let mut command = Command::new("python3");
    command.arg(script).arg("look").arg(page).arg(&picture);
    let output = command.output().expect("python3 starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(NO_BROWSER) {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{errors}");
        skip(errors.trim());
        return None;
    }
    assert!(output.status.success(), "{errors}");
    assert!(std::fs::metadata(&picture).is_ok_and(|file| file.len() > 10_000), "an empty picture");
    Some(serde_json::from_slice(&output.stdout).expect("facts are JSON"))
}

/// Says why a test says nothing here.
#[expect(clippy::print_stderr, reason = "the reader of a test log has to know")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

/// What must hold on every page.
fn sound(facts: &Value) {
    assert_eq!(facts["complaints"], serde_json::json!([]), "{facts}");
    assert_eq!(facts["alien"], 0, "{facts}");
    assert_eq!(facts["pictures"], 0, "{facts}");
    assert_eq!(facts["shown_when_filtered"], 0, "{facts}");
    assert!(facts["opened_by_key"].as_i64() > Some(0), "{facts}");
    let rung = &facts["rung"];
    assert_eq!(rung["open"], true, "{facts}");
    // Field, value, meaning, octets.
    assert_eq!(rung["columns"], 4, "{facts}");
    assert!(rung["lines"].as_str().is_some_and(|lines| lines.contains("->")), "{facts}");
    let octets: Vec<usize> = rung["octets"]
        .as_str()
        .unwrap_or_default()
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    let marks = rung["marks"].as_array().map_or(&[][..], Vec::as_slice);
    let marked: usize =
        marks.iter().filter_map(Value::as_str).map(|mark| mark.split_whitespace().count()).sum();
    assert_eq!(octets.len(), 2, "{facts}");
    // A dump shows 512 octets at most.
    let length = octets[1] - octets[0];
    assert!(marked == length || (length > 256 && marked > 0), "{facts}");
}

#[test]
fn the_sample_names_its_deviation() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample/index.html");
    let Some(facts) = look(&page, "sample.png") else { return };
    sound(&facts);
    let text = |name: &str| facts[name].to_string();
    assert!(
        text("headline").contains("forgetful-server: 1 of 46 steps and rules failed"),
        "{facts}"
    );
    assert!(text("failures").contains("`flags.noecho` of the authen-reply of `server`"), "{facts}");
    assert!(text("requirements").contains("the server asks for the login password"), "{facts}");
    // What binds the other side alone is not held against it.
    assert!(!text("requirements").contains("the device asks the user"), "{facts}");
}

/// The sample was made by what makes reports today. If not: `reports/sample/refresh`.
#[test]
fn the_sample_is_what_its_record_makes() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample");
    let anew = Folder::new("sample");
    std::fs::copy(sample.join("record.jsonl"), anew.0.join("record.jsonl")).expect("a copy");
    stepladder::report::make(&anew.0).expect("a record that can be read");
    let mut compared = 0;
    for made in files(&anew.0) {
        let name = made.strip_prefix(&anew.0).expect("a file below");
        let old = std::fs::read(sample.join(name)).unwrap_or_default();
        let new = std::fs::read(&made).expect("a file that was just made");
        assert!(old == new, "reports/sample/{} is stale: reports/sample/refresh", name.display());
        compared += 1;
    }
    assert!(compared > 4, "{compared} files");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => all.extend(files(&path)),
            path => all.push(path),
        }
    }
    all
}

/// Terminal escapes, markup, XML's forbidden characters, octets that are no UTF-8, letters that turn
/// the direction of writing, commands of CI systems.
const EVIL: &[u8] = b"\x1b[2J\x1b]0;pwn\x07<script>alert(1)</script><img src=x onerror=alert(2)>\
    ]]>&amp;`|*_[x](javascript:1)\x00\x08\xff\xfe\xe2\x80\xae</noscript></pre>::error::x%0A";

/// A server that greets with all of that and ten megabytes, and answers everything with it.
fn hostile_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

fn serve(mut stream: std::net::TcpStream) {
    let line = [b"220-", EVIL, b"\r\n"].concat();
    let banner =
        [line.as_slice(), b"220-", &vec![b'A'; 10 << 20], b"\r\n220 ", EVIL, b"\r\n"].concat();
    let answer = [b"500 ", EVIL, b"\r\n"].concat();
    let mut heard = [0; 1024];
    let mut said = stream.write_all(&banner);
    while said.is_ok() && stream.read(&mut heard).is_ok_and(|octets| octets > 0) {
        said = stream.write_all(&answer);
    }
}

#[test]
fn a_hostile_peer_spoils_nothing() {
    let port = hostile_server();
    let folder = Folder::new("hostile");
    let target = format!(
        "target: hostile\nabout: A server that says anything.\ntakes: server\nsuites: ['ftp/*']\n\
         links: {{control: '127.0.0.1:{port}'}}\n"
    );
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    let place = folder.0.display().to_string();
    let report = folder.0.join("report");
    let output = run(&["suites/ftp/session.yaml", "--target", &place], &report);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report = Folder(report);
    let mut printed = output.stdout;
    printed.extend(output.stderr);
    let mut all = vec![("what is printed".to_owned(), printed)];
    for name in ["record.jsonl", "index.html", "junit.xml", "summary.md"] {
        all.push((name.to_owned(), report.text(name).into_bytes()));
    }
    for (name, octets) in &all {
        let text = std::str::from_utf8(octets).unwrap_or_else(|e| panic!("{name}: {e}"));
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        assert!(!text.contains(control), "{name} has control characters");
        assert!(!text.contains('\u{202e}'), "{name} turns the direction of writing");
        let longest = text.lines().map(str::len).max().unwrap_or_default();
        // A line of the record holds all octets of a message that are kept.
        assert!(longest < 1 << 20, "{name} has a line of {longest} octets");
    }
    let page = report.text("index.html");
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "markup of the peer's");
    assert!(page.contains("&lt;script&gt;alert(1)"), "what it said is there");
    assert!(page.len() < 4 << 20, "{} octets", page.len());
    let Some(facts) = look(&report.0.join("index.html"), "hostile.png") else { return };
    sound(&facts);
}

/// A page of ten thousand steps stays small enough to open at once.
#[test]
fn ten_thousand_steps_are_one_page() {
    let folder = Folder::new("many");
    let source = Folder::new("few");
    let output = run(&["suites/tacacs/telnet-login.yaml", "--sim", "--seed", "7"], &source.0);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let record = source.text("record.jsonl");
    let mut many = std::io::BufWriter::new(
        std::fs::File::create(folder.0.join("record.jsonl")).expect("writable"),
    );
    let steps = record.lines().filter(|line| line.starts_with("{\"event\":\"step\"")).count();
    let once = |line: &&str| {
        ["run", "file", "suite", "requirement", "field", "end"]
            .iter()
            .any(|event| line.starts_with(&format!("{{\"event\":\"{event}\"")))
    };
    for copy in 0..10_000usize.div_ceil(steps) {
        for line in record.lines().filter(|line| copy == 0 || !once(line)) {
            let line = line.replace("telnet-login::", &format!("telnet-login::{copy}-"));
            writeln!(many, "{line}").expect("writable");
        }
    }
    many.into_inner().expect("writable");
    stepladder::report::make(&folder.0).expect("a record that can be read");
    let page = folder.text("index.html");
    assert!(page.len() < 40 << 20, "{} octets", page.len());
    assert!(
        page.matches("<details class=\"case").count() > 10_000 / steps,
        "every exchange is there"
    );
    let Some(facts) = look(&folder.0.join("index.html"), "many.png") else { return };
    sound(&facts);
}
