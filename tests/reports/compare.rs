//! `stepladder report`: files made again, and two records held against each other.

use serde_json::{Value, json};

use super::folder::{Folder, stepladder, told};
use super::junit::HOSTILE;

const SUITES: [&str; 1] = ["suites/radius/chap.yaml"];

/// Makes a step fail.
fn fail(line: &mut Value, title: &str, got: &str) {
    line["verdict"] = "fail".into();
    line["failed"] = true.into();
    line["failures"] = json!([{
        "title": title, "file": "suites/radius/chap.yaml", "line": 3,
        "differences": [{"path": "code", "expected": "blue", "got": got}],
    }]);
}

/// Changes one step of a record.
fn change(folder: &Folder, case: &str, step: &str, change: impl Fn(&mut Value)) {
    let case = format!("radius/chap::{case}::server");
    let mut changed = 0;
    folder.doctor(|line| {
        if line["event"] == "step" && line["case"] == case.as_str() && line["step"] == step {
            change(line);
            changed += 1;
        }
    });
    assert_eq!(changed, 1, "{case}::{step}");
}

/// The exit code, and the comparison.
fn compared(old: &Folder, new: &Folder) -> (Option<i32>, Value) {
    let words = ["report", "--format", "json", "--against", &old.path(), &new.path()];
    let output = stepladder(&words);
    let comparison = serde_json::from_slice(&output.stdout);
    (output.status.code(), comparison.unwrap_or_else(|e| panic!("{e}: {}", told(&output))))
}

/// Kind, the last word of the name, and whether it is worse.
fn changes(comparison: &Value) -> Vec<(String, String, bool)> {
    let list = comparison["changes"].as_array().expect("a list");
    let change = |change: &Value| {
        let name = change["name"].as_str().expect("a name").rsplit("::").next();
        let kind = change["kind"].as_str().expect("a kind").to_owned();
        (kind, name.unwrap_or_default().to_owned(), change["is_worse"] == true)
    };
    list.iter().map(change).collect()
}

#[test]
fn a_record_is_as_good_as_itself() {
    let (old, new) = (Folder::of(&SUITES), Folder::of(&SUITES));
    let (exit, comparison) = compared(&old, &new);
    assert_eq!((exit, changes(&comparison).len()), (Some(0), 0), "{comparison}");
    assert!(comparison["same"].as_u64() > Some(5), "{comparison}");
}

#[test]
fn what_got_worse_is_told_from_what_is_otherwise() {
    let changed = |case: &str, step: &str, before: Option<&str>, now: Option<&str>| {
        let (old, new) = (Folder::of(&SUITES), Folder::of(&SUITES));
        for (folder, how) in [(&old, before), (&new, now)] {
            change(folder, case, step, |line| match how {
                None => {}
                Some("warning") => {
                    fail(line, "no", "red");
                    line["failed"] = false.into();
                }
                Some(verdict) if verdict.starts_with("fail") => fail(line, verdict, "red"),
                Some(got) if got.starts_with("got") => fail(line, "fail", got),
                Some(verdict) => line["verdict"] = verdict.into(),
            });
        }
        let (exit, comparison) = compared(&old, &new);
        let list = changes(&comparison);
        assert!(list.len() < 2, "{comparison}");
        assert_eq!(exit, Some(i32::from(list.iter().any(|change| change.2))));
        list.into_iter().next().map(|(kind, _, worse)| (kind, worse))
    };
    let of = |before, now| changed("accept", "accepted", before, now);
    let is = |kind: &str, worse| Some((kind.to_owned(), worse));
    assert_eq!(of(None, Some("fail")), is("newly-failing", true));
    assert_eq!(of(Some("warning"), Some("fail")), is("newly-failing", true));
    assert_eq!(of(Some("fail"), None), is("newly-passing", false));
    assert_eq!(of(Some("fail"), Some("fail")), None);
    assert_eq!(of(Some("fail 1 ms"), Some("fail 2 ms")), None);
    assert_eq!(of(Some("fail"), Some("fail otherwise")), is("failing-otherwise", false));
    assert_eq!(of(Some("got red"), Some("got green")), is("failing-otherwise", false));
    assert_eq!(of(None, Some("warning")), is("changed", true));
    assert_eq!(of(None, Some("skipped")), is("changed", true));
    assert_eq!(of(None, Some("not-reached")), is("changed", true));
    assert_eq!(of(Some("skipped"), None), is("changed", false));
    assert_eq!(of(None, Some("xfail")), is("changed", false));
    assert_eq!(of(Some("fail"), Some("skipped")), is("changed", false));
}

#[test]
fn steps_come_and_go() {
    let (all, one) = (Folder::of(&SUITES), Folder::of(&SUITES));
    let exact = "radius/chap::accept::server::accepted";
    assert_eq!(one.run(&[SUITES[0], "--", "--exact", exact]).status.code(), Some(0));
    let (exit, fewer) = compared(&all, &one);
    assert_eq!(exit, Some(1), "{fewer}");
    // A rule that nothing spoke of was no pass.
    let gone = changes(&fewer);
    assert!(gone.iter().all(|change| change.0 == "gone") && gone.iter().any(|c| !c.2), "{fewer}");
    let (exit, more) = compared(&one, &all);
    assert_eq!(exit, Some(0), "{more}");
    assert!(changes(&more).iter().all(|change| change.0 == "new" && !change.2), "{more}");
    // Nobody has vouched for a step that is new, but that it fails is no loss.
    change(&all, "wrong-response", "rejected", |line| fail(line, "no", "red"));
    assert_eq!(compared(&one, &all).0, Some(0));
}

#[test]
fn values_that_were_drawn_are_not_compared() {
    let old = Folder::new();
    let path = old.path();
    let words = ["run", "--sim", "--seed", "8", "--report", &path, SUITES[0]];
    assert_eq!(stepladder(&words).status.code(), Some(0));
    let new = Folder::of(&SUITES);
    change(&old, "accept", "accepted", |line| fail(line, "no", "0x01"));
    change(&new, "accept", "accepted", |line| fail(line, "no", "0x02"));
    let (exit, comparison) = compared(&old, &new);
    assert_eq!((exit, changes(&comparison).len()), (Some(0), 0), "{comparison}");
}

#[test]
fn a_comparison_reads_well_and_hurts_nobody() {
    let (old, new) = (Folder::of(&SUITES), Folder::of(&SUITES));
    change(&new, "accept", "accepted", |line| fail(line, "a title", "red"));
    let shown = |format: &str| {
        let words = ["report", "--against", &old.path(), &new.path(), "--format", format];
        let output = stepladder(&words);
        assert_eq!(output.status.code(), Some(1));
        told(&output)
    };
    let same = compared(&old, &new).1["same"].clone();
    let text = format!(
        "old  against the built-in peer, by stepladder {version}
new  against the built-in peer, by stepladder {version}

newly failing (1)
  radius/chap::accept::server::accepted
    worse: pass -> fail  suites/radius/chap.yaml:3
    a title: expected blue, got red

1 got worse, 0 otherwise, {same} as before
",
        version = env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(shown("text"), text);
    let row = "| `radius/chap::accept::server::accepted` | `pass -> fail` | `suites/radius/chap.yaml:3` \
               | `a title: expected blue, got red` |";
    assert!(shown("markdown").contains(row), "{}", shown("markdown"));
    change(&new, "accept", "accepted", |line| fail(line, &format!("a|b{HOSTILE}"), HOSTILE));
    for format in ["text", "json", "markdown"] {
        let text = shown(format);
        let forbidden = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(forbidden), "{format}: {text}");
    }
    assert!(shown("markdown").contains(r"a\|b"), "{}", shown("markdown"));
}

#[test]
fn files_are_made_again() {
    let folder = Folder::of(&SUITES);
    let files = ["junit.xml", "summary.md"].map(|name| (name, folder.text(name)));
    let capture = folder.0.join("captures/radius_chap.accept.server.pcapng");
    let captured = std::fs::read(&capture).expect("a capture");
    for (name, _) in &files {
        std::fs::remove_file(folder.0.join(name)).expect("it was there");
    }
    std::fs::remove_file(&capture).expect("it was there");
    // The folder, or the record itself.
    for name in [folder.path(), folder.path() + "/record.jsonl"] {
        let output = stepladder(&["report", &name]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        for (name, text) in &files {
            assert_eq!(folder.text(name), *text);
        }
        assert_eq!(std::fs::read(&capture).expect("a capture"), captured);
    }
}

#[test]
fn a_record_that_is_cut_says_so() {
    let (old, folder) = (Folder::of(&SUITES), Folder::of(&SUITES));
    let record = folder.text("record.jsonl");
    // Killed in the middle of a line, while the second exchange was played.
    let begun = record.match_indices(r#""event":"begun""#).nth(1).expect("two exchanges").0;
    std::fs::write(folder.0.join("record.jsonl"), &record[..begun + 20]).expect("writable");
    let output = stepladder(&["report", &folder.path()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let told = told(&output);
    assert!(told.contains("the record is cut: the run did not come to its end"), "{told}");
    assert!(told.contains("lines that could not be read: 1"), "{told}");
    assert!(folder.text("summary.md").contains("**The record is cut"));
    let (exit, comparison) = compared(&old, &folder);
    assert_eq!(exit, Some(1));
    assert_eq!(comparison["new"]["is_cut"], true);
    assert_eq!(comparison["old"]["is_cut"], false);
}

#[test]
fn what_is_no_record_is_told_once() {
    let (folder, good) = (Folder::new(), Folder::of(&SUITES));
    let nowhere = folder.path() + "/nowhere";
    let bad = folder.0.join("record.jsonl");
    for (name, content) in [
        (nowhere.as_str(), None),
        (&folder.path(), None),
        (&folder.path(), Some(&b""[..])),
        (&folder.path(), Some(b"{\"event\":\"note\"}\n")),
        (&folder.path(), Some(b"\xff\xfe\0")),
    ] {
        if let Some(content) = content {
            std::fs::write(&bad, content).expect("writable");
        }
        for words in
            [vec!["report", name], vec!["report", "--against", name, &good.0.to_string_lossy()]]
        {
            let output = stepladder(&words);
            assert_eq!(output.status.code(), Some(2), "{}", told(&output));
            assert!(output.stdout.is_empty(), "{}", told(&output));
            let told = told(&output);
            assert!(told.starts_with("error: ") && told.lines().count() == 1, "{told}");
        }
    }
}

/// A record that somebody else wrote is read like any other.
#[test]
fn odd_numbers_and_names_hurt_nobody() {
    let folder = Folder::of(&["suites/tacacs/telnet-login.yaml"]);
    let odd = |value: &mut Value, names: &[&str], number: Value| {
        for name in names {
            if let Some(value) = value.get_mut(*name).filter(|value| value.is_u64()) {
                *value = number.clone();
            }
        }
    };
    folder.doctor(|line| {
        let times = ["at_us", "began_ms", "ended_ms", "lasted_us", "flow", "seed"];
        odd(line, &times, u64::MAX.into());
        odd(line, &["line"], u32::MAX.into());
        match line["event"].as_str() {
            Some("step") => {
                fail(line, "no", "red");
                line["failures"][0]["events"] = u64::MAX.into();
                line["failures"][0]["message"] = json!({"type": "", "octets": "0"});
            }
            // Messages of no octets, of half of one, and on a link that nobody knows.
            Some("said") => line["message"]["octets"] = "".into(),
            Some("heard") => line["message"]["octets"] = "0".into(),
            Some("carried") => line["link"] = "nowhere".into(),
            _ => {}
        }
    });
    let output = stepladder(&["report", &folder.path()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let text = folder.text("record.jsonl").replace("tacacs/telnet-login::", "../../..\\\\::");
    std::fs::write(folder.0.join("record.jsonl"), text).expect("writable");
    let output = stepladder(&["report", &folder.path()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let files = std::fs::read_dir(folder.0.join("captures")).expect("captures");
    assert!(files.count() > 1);
}
