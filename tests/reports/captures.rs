//! An independent dissector reads captures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::folder::{Folder, is_there, stepladder, told};

/// A packet as tshark shows it.
struct Frame {
    /// From the outermost, parted by colons.
    protocols: String,
    comment: String,
    is_malformed: bool,
    /// Whether every checksum there is, is right.
    sums: bool,
    /// 1 inbound, 2 outbound, as written in the file.
    flags: String,
    /// What tshark holds against the numbers of a stream.
    oddities: String,
}

fn frames(capture: &Path, options: &[&str]) -> Vec<Frame> {
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(capture).args(["-T", "fields", "-E", "separator=/t"]);
    for protocol in ["ip", "udp", "tcp"] {
        tshark.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    let fields = [
        "frame.protocols",
        "frame.comment",
        "_ws.malformed",
        "ip.checksum.status",
        "udp.checksum.status",
        "tcp.checksum.status",
        "frame.packet_flags",
        "tcp.analysis.flags",
    ];
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.args(options).output().expect("tshark has started before");
    assert!(output.status.success(), "{}: {}", capture.display(), told(&output));
    let text = String::from_utf8(output.stdout).expect("text");
    let frame = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        // What tshark quotes may hold line endings.
        assert_eq!(cells.len(), fields.len(), "{}: {line}", capture.display());
        Frame {
            protocols: cells[0].to_owned(),
            comment: cells[1].to_owned(),
            is_malformed: !cells[2].is_empty(),
            sums: cells[3..6].iter().all(|sum| matches!(*sum, "" | "1")),
            flags: cells[6].to_owned(),
            oddities: cells[7].to_owned(),
        }
    };
    text.lines().map(frame).collect()
}

fn captures(folder: &Folder) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.0.join("captures")).expect("there are captures");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    files.sort();
    files
}

/// The name of a file of a case, for cases without other letters than those that files may have.
fn file(case: &str) -> String {
    case.replace("::", ".").replace(['/', '[', ']', '@'], "_") + ".pcapng"
}

/// Words of a run, and the protocols that must be seen in its captures.
const SEEN: &[(&[&str], &[&str])] = &[
    (&["suites/tacacs/telnet-login.yaml"], &["tacplus", "telnet", "tcp"]),
    (&["suites/radius/chap.yaml"], &["radius"]),
    (&["suites/dns/stub.yaml"], &["dns", "tcp"]),
    (&["suites/tftp/read.yaml", "--", "options"], &["tftp"]),
    (&["suites/ftp/session.yaml", "--", "session::l"], &["ftp", "tcp"]),
    (&["suites/dhcpv4/link-local.yaml"], &["arp"]),
    (&["suites/dhcpv4/client.yaml", "--", "client::o"], &["dhcp"]),
    (&["suites/dhcpv4/relay-leases.yaml", "--", "leases::o"], &["dhcp"]),
    (&["suites/arp/host.yaml"], &["arp"]),
];

#[test]
fn an_independent_dissector_reads_every_capture() {
    if !is_there("tshark") {
        return;
    }
    for (words, protocols) in SEEN {
        let folder = Folder::of(words);
        let mut wrong_on_purpose = BTreeSet::new();
        let mut messages: BTreeMap<String, usize> = BTreeMap::new();
        for line in folder.record() {
            let Some(message) = line.get("message") else { continue };
            let case = file(line["case"].as_str().expect("a case"));
            *messages.entry(case.clone()).or_default() += 1;
            if message.get("faults").is_some() {
                wrong_on_purpose.insert(case);
            }
        }
        let mut seen = BTreeSet::new();
        let files = captures(&folder);
        assert!(!files.is_empty(), "{words:?}");
        for capture in files {
            let name = capture.file_name().expect("a name").to_string_lossy().into_owned();
            let frames = frames(&capture, &[]);
            let is_wrong = wrong_on_purpose.contains(&name);
            let mut carry = 0;
            for frame in &frames {
                assert!(is_wrong || frame.sums, "{name}: a checksum is wrong");
                assert!(frame.oddities.is_empty(), "{name}: {}", frame.oddities);
                assert!(is_wrong || !frame.is_malformed, "{name}: {}", frame.protocols);
                let innermost = frame.protocols.split(':').next_back().unwrap_or_default();
                carry += usize::from(innermost != "tcp");
                seen.insert(innermost.to_owned());
            }
            assert_eq!(carry, messages.get(&name).copied().unwrap_or_default(), "{name}");
            let comments = frames.iter().filter(|frame| frame.comment.contains(": pass (suites/"));
            assert!(frames.is_empty() || comments.count() > 0, "{name} says nothing of steps");
            let summary = Command::new("capinfos").arg(&capture).output().expect("it starts");
            let text = told(&summary);
            assert!(summary.status.success() && text.contains("stepladder"), "{text}");
            assert!(text.contains("verdict: pass"), "{text}");
        }
        for protocol in *protocols {
            assert!(seen.contains(*protocol), "{words:?}: {protocol} among {seen:?}");
        }
    }
}

/// A failure about the second message of an exchange, and what the record says of that.
#[test]
fn a_failure_stands_at_its_message() {
    if !is_there("tshark") {
        return;
    }
    let folder = Folder::of(&["suites/radius/chap.yaml", "--", "--exact", ACCEPTED]);
    let record = folder.record();
    let heard = record.iter().find(|line| line["event"] == "heard").expect("it answers");
    let failure = json!({
        "title": "the answer is \u{1b}[31mred",
        "differences": [{"path": "code", "expected": "blue", "got": "red", "source": "RFC 1"}],
        "message": heard["message"],
        "events": 2,
    });
    folder.doctor(|line| {
        if line["event"] == "step" && line["step"] == "accepted" {
            line["verdict"] = "fail".into();
            line["failed"] = true.into();
            line["failures"] = Value::Array(vec![failure.clone()]);
        }
    });
    let frames = frames(&captures(&folder)[0], &[]);
    assert_eq!(frames.len(), 2);
    assert!(frames[0].comment.starts_with("step requested: pass"), "{}", frames[0].comment);
    assert!(!frames[0].comment.contains("red"), "{}", frames[0].comment);
    for part in
        ["step accepted: fail", r"the answer is \x1b[31mred", "code: expected blue, got red"]
    {
        // tshark shows a backslash as two.
        let comment = frames[1].comment.replace(r"\\", r"\");
        assert!(comment.contains(part), "{comment}");
    }
    assert_eq!([&*frames[0].flags, &*frames[1].flags], ["0x00000002", "0x00000001"]);
}

const ACCEPTED: &str = "radius/chap::accept::server::accepted";

#[test]
fn long_messages_are_cut_into_segments_and_datagrams_end() {
    if !is_there("tshark") {
        return;
    }
    for (suite, link, count) in
        [("suites/tacacs/telnet-login.yaml", "session", 3), ("suites/radius/chap.yaml", "auth", 1)]
    {
        let folder = Folder::of(&[suite]);
        let mut case = None;
        folder.doctor(|line| {
            if line["link"] == link && line["message"].is_object() && case.is_none() {
                case = Some(file(line["case"].as_str().expect("a case")));
                line["message"]["octets"] = "61".repeat(130_001).into();
            }
        });
        let capture = folder.0.join("captures").join(case.expect("a message"));
        let long = frames(&capture, &["-Y", "ip.len > 40000 || frame.comment contains \"cut:\""]);
        let ends = frames(&capture, &["-Y", "tcp.analysis.flags"]);
        assert_eq!(long.len(), if count == 3 { 2 } else { 1 }, "{suite}");
        assert!(long.iter().all(|frame| frame.sums), "{suite}");
        assert!(ends.is_empty(), "{suite}");
        assert_eq!(
            long[0].comment.contains("cut: a datagram cannot carry 130001 octets"),
            count == 1
        );
    }
}

#[test]
fn captures_of_an_earlier_run_go_and_those_of_others_stay() {
    let folder = Folder::of(&["suites/radius/chap.yaml"]);
    let foreign = folder.0.join("captures/mine.pcapng");
    std::fs::write(&foreign, "a file of somebody else").expect("writable");
    let before = captures(&folder).len();
    folder.run(&["suites/radius/chap.yaml", "--", "--exact", ACCEPTED]);
    let after = captures(&folder);
    assert!(before > 2 && after.len() == 2, "{before} {after:?}");
    assert!(foreign.exists());
}

#[test]
fn a_capture_that_cannot_be_written_keeps_nothing_else_from_being_written() {
    let folder = Folder::of(&["suites/radius/chap.yaml"]);
    let capture = captures(&folder).remove(0);
    std::fs::remove_file(&capture).expect("it is ours");
    std::fs::create_dir(&capture).expect("writable");
    for name in ["index.html", "junit.xml", "summary.md"] {
        std::fs::remove_file(folder.0.join(name)).expect("it was written");
    }
    stepladder::report::make(&folder.0).expect_err("a folder stands where the capture should");
    assert!(folder.text("index.html").trim_end().ends_with("</html>"));
    assert!(folder.text("junit.xml").trim_end().ends_with("</testsuites>"));
    assert!(!folder.text("summary.md").is_empty());
}

#[test]
fn secrets_stand_in_captures_only_where_they_are_asked_for() {
    let words = ["run", "--sim", "suites/radius/chap.yaml", "--report"];
    for more in [&[][..], &["--show-secrets"]] {
        let folder = Folder::new();
        let path = folder.path();
        let output = stepladder(&[&words[..], &[&path], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let octets = std::fs::read(&captures(&folder)[0]).expect("readable");
        let told = String::from_utf8_lossy(&octets).contains("link auth has secret = ");
        assert_eq!(told, !more.is_empty());
    }
}

/// Nobody may read a secret of the suite in what a run leaves behind, in whatever form.
#[test]
fn secrets_that_travel_in_the_clear_are_stars() {
    let secret = "s3cret";
    let folder = Folder::of(&["suites/ftp/session.yaml"]);
    let mut files = captures(&folder);
    files.extend(["record.jsonl", "junit.xml", "summary.md"].map(|name| folder.0.join(name)));
    for file in files {
        let octets = std::fs::read(&file).expect("readable");
        for form in [secret.to_owned(), hex::encode(secret)] {
            let found = octets.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "{form} in {}", file.display());
        }
    }
    let record = folder.record();
    let said = record.iter().find(|line| line["message"]["type"] == "pass").expect("a password");
    let octets = hex::encode("PASS ******\r\n");
    assert_eq!(said["message"]["octets"], octets.as_str());
    assert_eq!(said["message"].get("clear"), None, "nothing was sealed");
}
