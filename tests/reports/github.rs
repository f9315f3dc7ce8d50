//! The summary of a job and the annotations, whatever peers have said.

use std::process::Command;

use serde_json::json;

use super::folder::{Folder, told};
use super::junit::HOSTILE;

/// What a peer says to be taken for somebody else.
const INJECTED: &str = "``` <script> @all https://example.org/ [x](y) ![z](w)\n# title\n::error::mine\r::set-output name=x::y\n````\n|a|b|";

/// What stands outside of code.
fn outside(markdown: &str) -> String {
    let mut kept = String::new();
    let mut fence: Option<usize> = None;
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(length) => {
                if ticks >= length && line.trim_start_matches('`').trim().is_empty() {
                    fence = None;
                }
            }
            None if ticks >= 3 && !line[ticks..].contains('`') => fence = Some(ticks),
            None => kept += &(without_spans(line) + "\n"),
        }
    }
    assert_eq!(fence, None, "a block is open at the end");
    kept
}

/// A line without its code spans: from some backticks to as many others.
fn without_spans(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        kept += &rest[..at];
        rest = &rest[at..];
        let inside = rest.trim_start_matches('`');
        let ticks = rest.len() - inside.len();
        let mut runs = inside.match_indices('`').map(|(at, _)| at).filter(|at| {
            let run = inside[*at..].len() - inside[*at..].trim_start_matches('`').len();
            run == ticks && !inside[..*at].ends_with('`')
        });
        let end = runs.next().unwrap_or_else(|| panic!("a span is open: {line}"));
        rest = &inside[end + ticks..];
    }
    kept + rest
}

/// A run of which every step failed with hostile words, and every rule is a warning.
fn hostile() -> Folder {
    let folder = Folder::of(&["suites/radius", "suites/tacacs"]);
    let failures = |file: &str| {
        json!([{
            "title": format!("title {INJECTED}{HOSTILE}"), "remark": INJECTED,
            "file": file, "line": 7,
            "differences": [{"path": INJECTED, "expected": INJECTED, "got": HOSTILE}],
        }])
    };
    folder.doctor(|line| match line["event"].as_str() {
        Some("step" | "rule") => {
            line["verdict"] = "fail".into();
            line["failed"] = (line["event"] == "step").into();
            line["failures"] = failures("suites/a,b:c%.yaml");
            line["text"] = INJECTED.into();
        }
        Some("requirement") => line["statement"] = INJECTED.into(),
        _ => {}
    });
    folder
}

#[test]
fn nobody_breaks_out_of_the_summary() {
    let folder = hostile();
    let text = folder.text("summary.md");
    assert!(text.len() < 512 << 10, "{}", text.len());
    assert_eq!(text.matches("\n#### ").count(), 20);
    let count = folder.text("junit.xml").matches("<failure ").count();
    assert!(count > 120 && text.contains(&format!("And {} more:", count - 20)), "{count}");
    assert!(text.starts_with(&format!("## Stepladder: {count} failed\n")), "{text}");
    let outside = outside(&text);
    for part in ["<", "@", "http", "](", "script", "title", "::", "\u{1b}", "\u{202e}"] {
        let line = outside.lines().find(|line| line.contains(part));
        assert_eq!(line, None, "{part:?}");
    }
}

#[test]
fn annotations_are_a_line_each_and_no_more_than_are_shown() {
    let folder = hostile();
    let sheet = stepladder::report::Sheet::read(&folder.0).expect("a record");
    let text = stepladder::report::annotations(&sheet);
    let begin = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    let place = "file=suites/a%2Cb%3Ac%25.yaml,line=7,title=";
    assert_eq!(begin(&format!("::error {place}")), 10, "{text}");
    assert_eq!(begin(&format!("::warning {place}")), 10, "{text}");
    assert_eq!(begin("::"), 20);
    assert_eq!(text.lines().filter(|line| !line.starts_with("::")).count(), 2, "{text}");
    assert!(!text.contains('\r') && text.contains("%0A::error::mine"), "{text}");
}

#[test]
fn a_job_of_github_is_told_and_nobody_else() {
    let folder = Folder::new();
    let suite = folder.0.join("one.yaml");
    let text = "\
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
    std::fs::write(&suite, text).expect("writable");
    // Somebody who answers nothing.
    let mute = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("a port");
    let target =
        format!("target: mute\ntakes: server\nsuites: [try/*]\nlinks: {{auth: '{port}'}}\n");
    std::fs::write(folder.0.join("target.yaml"), target).expect("writable");
    let page = folder.0.join("page.md");
    std::fs::write(&page, "before\n").expect("writable");
    let run = |actions: &str, more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_stepladder"))
            .arg("run")
            .arg(&suite)
            .args(["--target", &folder.path(), "--report", &folder.path()])
            .args(["--timeout-scale", "0.1"])
            .args(more)
            .env("GITHUB_ACTIONS", actions)
            .env("GITHUB_STEP_SUMMARY", &page)
            .output()
            .expect("it runs")
    };
    let output = run("true", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let line = format!("::error file={},line=", suite.display());
    let title = ",title=try/one%3A%3Aone%3A%3Aserver%3A%3Aasked::";
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.lines().any(|l| l.starts_with(&line) && l.contains(title)), "{stdout}");
    // What peers have said is printed where no command is obeyed.
    let word = stdout.lines().next().and_then(|l| l.strip_prefix("::stop-commands::"));
    let again = format!("\n::{}::\n", word.expect("the first line"));
    assert!(stdout.find(&again) < stdout.find(&line), "{stdout}");
    assert!(stdout.find("test result:") < stdout.find(&again), "{stdout}");
    let text = folder.text("page.md");
    assert!(text.starts_with("before\n## Stepladder: 1 failed\n"), "{text}");
    assert_eq!(text["before\n".len()..], folder.text("summary.md"));
    // What a program reads stays what it was.
    let output = run("true", &["--", "--format", "json"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("::error file"), "{}", told(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&line), "{}", told(&output));
    let before = folder.text("page.md");
    let output = run("false", &[]);
    assert!(!told(&output).contains("::error file"), "{}", told(&output));
    assert_eq!(folder.text("page.md"), before);
}
