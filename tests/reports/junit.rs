//! JUnit readers take `junit.xml`, whatever peers have said.

use std::process::Command;

use serde_json::{Value, json};

use super::folder::{Folder, is_there, told};

/// Everything that hurts: what a terminal obeys, what XML has no character for, what ends its
/// elements, and what makes a text read backwards.
pub const HOSTILE: &str =
    "\u{1b}[2J]]></failure> <!-- &amp; \u{0}\u{b}\u{ffff}\u{fffe}\t\u{202e}desrever\u{9b}31m \"'";

/// Puts hostile text into everything that peers, suites and targets can say.
fn poison(value: &mut Value, key: &str) {
    const WORDS: &[&str] = &["event", "verdict", "level", "transport", "octets", "clear"];
    match value {
        Value::String(text) if !WORDS.contains(&key) => text.push_str(HOSTILE),
        Value::Array(list) => list.iter_mut().for_each(|value| poison(value, key)),
        Value::Object(map) => map.iter_mut().for_each(|(key, value)| poison(value, key)),
        _ => {}
    }
}

fn is_valid(folder: &Folder) {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schema/junit.xsd");
    let mut xmllint = Command::new("xmllint");
    xmllint.args(["--noout", "--schema", schema]).arg(folder.0.join("junit.xml"));
    let output = xmllint.output().expect("it has started before");
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn readers_take_it_whatever_stands_in_it() {
    if !is_there("xmllint") {
        return;
    }
    let folder = Folder::of(&["suites/radius", "suites/tacacs"]);
    is_valid(&folder);
    let count = folder.text("junit.xml").matches("<testcase ").count();
    let mut verdicts = ["pass", "fail", "error", "skipped", "xfail", "not-reached"].iter().cycle();
    folder.doctor(|line| {
        if line["event"] == "step" {
            let verdict = verdicts.next().expect("for ever");
            line["verdict"] = (*verdict).into();
            line["failed"] = matches!(*verdict, "fail" | "error").into();
            line["failures"] = json!([{"title": "no", "file": "suites/x.yaml", "line": 3}]);
            line["known"] = "as ever".into();
        }
        poison(line, "");
    });
    is_valid(&folder);
    let text = folder.text("junit.xml");
    assert_eq!(text.matches("<testcase ").count(), count);
    let forbidden = |c: char| {
        matches!(c, '\u{1b}' | '\u{0}' | '\u{b}' | '\u{9b}' | '\u{202e}' | '\u{fffe}' | '\u{ffff}')
    };
    assert!(!text.contains(forbidden), "{:?}", text.find(forbidden));
}

#[test]
fn a_case_says_what_it_asks_for_and_where() {
    let folder = Folder::of(&["suites/radius/chap.yaml"]);
    folder.doctor(|line| {
        if line["case"] == "radius/chap::accept::server" && line["step"] == "accepted" {
            line["verdict"] = "fail".into();
            line["failed"] = true.into();
            line["text"] = "error: whole\n  text".into();
            line["failures"] = json!([{
                "title": "a title", "file": "suites/radius/chap.yaml", "line": 31,
                "differences": [{"path": "code", "expected": "blue", "got": "red"}],
            }]);
        }
        if line["event"] == "case" && line["case"] == "radius/chap::wrong-response::server" {
            line["skip"] = "the program is missing".into();
        }
    });
    // A case that was not played has not begun, and no step of it was judged.
    let record = folder.text("record.jsonl");
    let kept = record.lines().filter(|line| {
        !line.contains("wrong-response::server") || line.contains(r#""event":"case""#)
    });
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    std::fs::write(folder.0.join("record.jsonl"), kept).expect("writable");
    stepladder::report::make(&folder.0).expect("a record");
    let text = folder.text("junit.xml");
    for part in [
        r#"<testcase name="accepted" classname="radius/chap.accept::server" time="0.300" file="suites/radius/chap.yaml" line="31">"#,
        r#"<failure message="a title: expected blue, got red" type="fail">error: whole
  text</failure>"#,
        r#"<property name="requirement" value="radius."#,
        r#"<property name="level" value="MUST"/>"#,
        r#"<property name="target" value="the built-in peer"/>"#,
        r#"<property name="seed" value="7"/>"#,
        r#"<skipped message="the program is missing" type="skipped"/>"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let skipped = text.split("<testcase ").find(|case| case.contains("the program is missing"));
    assert!(skipped.is_some_and(|case| case.contains(r#"name="level" value="MUST""#)), "{text}");
}
