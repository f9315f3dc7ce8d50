//! The program as its users meet it: words, exit codes, and one clear message for what is wrong.
#![cfg(feature = "live")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Runs the program in the project's folder.
fn stepladder(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it runs")
}

fn told(output: &Output) -> String {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// A folder that goes away with its handle.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stepladder-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("writable");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("writable");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SUITE: &str = "\
suite: try/one
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: $secret}}
settings: {secret: testing123, user: bob}
exchanges:
  one:
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $user}}}
          - server -> nas: access-accept
";

#[test]
fn a_setting_may_be_one_of_the_target_alone() {
    let folder = Folder::new("own-settings");
    let suite = folder.write("one.yaml", SUITE);
    folder.write("conf", "slow: {pace}\n");
    folder.write(
        "target.yaml",
        "target: lab
takes: server
suites: [try/*]
settings: {banner: hello}
links: {auth: '{place}:{port:auth}'}
start: {command: [run-it, '{mood}'], files: [conf]}
",
    );
    let target = folder.0.display().to_string();
    let list = |set: &str| {
        let output = stepladder(&["list", &suite, "--target", &target, "--set", set]);
        (output.status.code(), told(&output))
    };
    // Of a suite, of the target, and in braces in an address, a command and a file.
    for set in ["user=x", "banner=x", "place=127.0.0.1", "mood=x", "pace=x"] {
        assert_eq!(list(set).0, Some(0), "{set}: {}", list(set).1);
    }
    for (set, near) in [("usr=x", "user"), ("baner=x", "banner"), ("pase=x", "pace")] {
        let (code, text) = list(set);
        assert_eq!(code, Some(2), "{set}: {text}");
        assert!(text.contains(&format!("did you mean `{near}`?")), "{set}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_place_of_a_file_is_told_and_not_waited_for() {
    let folder = Folder::new("pipe");
    let suites = folder.0.join("suites");
    std::fs::create_dir(&suites).expect("writable");
    for pipe in [folder.0.join("pipe"), suites.join("one.yaml"), suites.join("record.jsonl")] {
        assert!(Command::new("mkfifo").arg(pipe).status().expect("it runs").success());
    }
    let pipe = folder.0.join("pipe").display().to_string();
    let (suites, exchange) = (suites.display().to_string(), format!("{pipe}::one"));
    let is_neither = "is neither a file nor a folder";
    for (words, expected) in [
        (&["run", &pipe][..], is_neither),
        (&["run", &suites], is_neither),
        (&["run", "/dev/null"], is_neither),
        (&["check", &pipe], is_neither),
        (&["score", &pipe], is_neither),
        (&["requirements", &suites], is_neither),
        (&["serve", &exchange, "--as", "server"], is_neither),
        (&["load", &exchange], is_neither),
        (&["run", "suites/arp", "--target", &pipe], "there is no target"),
        (&["report", &pipe], "this is no file"),
        (&["report", &suites, "--merge", &pipe], "this is no file"),
        (&["report", "--against", "/dev/zero", &pipe], "this is no file"),
        (&["run", "suites/arp", "--sim", "--report", &suites], "this is no file"),
    ] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_stepladder"))
            .args(words)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        let began = Instant::now();
        while run.try_wait().expect("it can be asked").is_none() {
            if began.elapsed() > Duration::from_secs(20) {
                run.kill().expect("it runs");
                panic!("{words:?} waits");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = run.wait_with_output().expect("it has ended");
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {text}");
        assert!(text.contains(expected), "{words:?}: {text}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_one_message() {
    let folder = Folder::new("files");
    for name in ["suites", "lab", "dir.yaml"] {
        std::fs::create_dir_all(folder.0.join(name)).expect("writable");
    }
    let place = |name: &str| folder.0.join(name).display().to_string();
    let write = |name: &str, octets: &[u8]| {
        std::fs::write(folder.0.join(name), octets).expect("writable");
    };
    let broken: [(&[u8], &str); 6] = [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"just a text\n", "expected a mapping, found text"),
        (b"- a\n- b\n", "expected a mapping, found a list"),
        (b"a: 1\nb: \xff\n", ":2: this is no text in UTF-8, from octet 8 on"),
        (b"\xff\xfea\0:\0", ":1: this is no text in UTF-8, from octet 0 on"),
    ];
    let one_message = |words: &[&str], expected: &str| {
        let output = stepladder(words);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {text}");
        assert_eq!(text.matches("error: ").count(), 1, "{words:?}: {text}");
        assert!(text.contains(expected), "{words:?}: {text}");
    };
    let (file, good, lab) = (place("suites/one.yaml"), place("suites/good.yaml"), place("lab"));
    let exchange = format!("{file}::one");
    for (octets, expected) in broken {
        write("suites/one.yaml", octets);
        for words in [
            &["run", &file][..],
            &["check", &file],
            &["score", &file],
            &["serve", &exchange, "--as", "server"],
            &["load", &exchange],
        ] {
            one_message(words, expected);
        }
        write("suites/good.yaml", SUITE.as_bytes());
        write("lab/target.yaml", octets);
        one_message(&["run", &good, "--target", &lab], expected);
    }
    let unwritable = format!("the report in {good} cannot be written");
    for (words, expected) in [
        (&["serve", "nowhere.yaml::one", "--as", "server"][..], "nowhere.yaml cannot be read"),
        (&["load", &format!("{}::one", place("dir.yaml"))], "cannot be read: Is a directory"),
        (&["run", &good, "--target", &good], "the path of its folder"),
        (&["run", &good, "--target", "nowhere/target.yaml"], "the path of its folder"),
        (&["targets", "--targets", "nowhere"], "there are no targets in nowhere"),
        (&["report", "nowhere"], "nowhere cannot be read: No such file"),
        (&["report", &good], "is no record of a run"),
        (&["report", &place("whole"), "--merge", "nowhere"], "nowhere cannot be read"),
        (&["load", &format!("{good}::one"), "--report", &good], &unwritable),
        (&["decode", "radius", "0g0"], "`g` is no digit of any"),
        (&["decode", "radius", "00", "--set", "secret"], "KEY=VALUE"),
    ] {
        one_message(words, expected);
    }
    assert!(!folder.0.join("whole").exists(), "what came of nothing");
    // A mark in front and lines that end otherwise are no trouble.
    for text in [format!("\u{feff}{SUITE}"), SUITE.replace('\n', "\r\n")] {
        write("suites/good.yaml", text.as_bytes());
        assert_eq!(stepladder(&["run", "--sim", &good]).status.code(), Some(0));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_nobody_can_be_told_of_is_the_same_error() {
    for words in
        [&["run", "nowhere"][..], &["run", "suites/arp", "--sim", "--", "no-such"], &["load", "x"]]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
        let mut run = Command::new(env!("CARGO_BIN_EXE_stepladder"));
        let run = run.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
        let status = run.stdout(std::process::Stdio::null()).stderr(full).status();
        assert_eq!(status.expect("it runs").code(), Some(2), "{words:?}");
    }
}

#[test]
fn one_is_one_and_help_says_what_was_called() {
    let folder = Folder::new("one");
    let path = folder.write("one.yaml", SUITE);
    let text = told(&stepladder(&["check", &path]));
    assert!(
        text.ends_with("1 suite, 2 plays against themselves, 0 errors, 0 warnings\n"),
        "{text}"
    );
    let text = told(&stepladder(&["decode", "octet-stream", "2a"]));
    assert!(text.contains(", 1 octet ("), "{text}");
    let text = told(&stepladder(&["run", "--", "--help"]));
    assert!(text.contains("Usage: stepladder run -- [OPTIONS]"), "{text}");
}

#[test]
fn a_target_whose_address_nobody_has_given_is_ignored_with_the_reason() {
    let folder = Folder::new("nowhere");
    let suite = folder.write("one.yaml", SUITE);
    folder.write(
        "target.yaml",
        "target: lab
takes: server
suites: [try/*]
links: {auth: '{lab}'}
",
    );
    let target = folder.0.display().to_string();
    let run = |more: &[&str]| {
        let words = [&["run", &suite, "--target", &target], more].concat();
        Command::new(env!("CARGO_BIN_EXE_stepladder"))
            .args(words)
            .env("CI", "true")
            .output()
            .expect("it runs")
    };
    // It is not there, and it is nobody's fault: also where nothing that is started may be missing.
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("1 ignored"), "{}", told(&output));
    let why = "nothing was judged: nobody has said where lab is: --set lab=HOST:PORT";
    assert!(told(&output).contains(why), "{}", told(&output));
    let listed = told(&stepladder(&["targets"]));
    assert!(listed.contains("--set tac_plus=HOST:PORT"), "{listed}");
    // Given, it is called, where nobody is.
    let output = run(&["--set", "lab=127.0.0.1:1", "--timeout-scale", "0.1"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("cannot be reached"), "{}", told(&output));
}

#[test]
fn why_trials_are_ignored_is_told_once_and_a_run_of_nothing_else_is_no_success() {
    let folder = Folder::new("ignored");
    // The first exchange can be played; two need what the target lacks, one what it cannot be made to.
    let (top, steps) = SUITE.split_once("  one:\n").expect("it is there");
    let more = |name: &str, word: &str, rung: &str| {
        let steps = steps.replace("ladder:\n", &format!("ladder:\n{rung}"));
        format!("  {name}:\n{word}{steps}")
    };
    let exchanges = [
        format!("  one:\n{steps}"),
        more("two", "    needs: [haste]\n", ""),
        more("three", "    needs: [haste]\n", ""),
        more("four", "", "          - trigger: server hurry\n"),
    ];
    let suite = folder.write("one.yaml", &(top.to_owned() + &exchanges.concat()));
    // Somebody who answers nothing.
    let door = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = door.local_addr().expect("a port");
    folder.write(
        "target.yaml",
        &format!(
            "target: lab\ntakes: server\nsuites: [try/*]\nlinks: {{auth: '{port}'}}\nlacks: [haste]\n"
        ),
    );
    let target = folder.0.display().to_string();
    let run = |more: &[&str]| {
        let words = ["run", &suite, "--target", &target, "--timeout-scale", "0.01"];
        stepladder(&[&words[..], more].concat())
    };
    let output = run(&[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert_eq!(text.matches("2 ignored: lab does without haste\n").count(), 1, "{text}");
    assert_eq!(text.matches("1 ignored: lab cannot be made to hurry\n").count(), 1, "{text}");
    assert!(!text.contains("nothing was judged"), "{text}");
    // One line, also where programs read the rest.
    let words = ["--", "--skip", "::one::", "-Z", "unstable-options", "--format", "json"];
    let output = run(&words);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    let text = String::from_utf8_lossy(&output.stderr);
    let line = "error: nothing was judged: lab does without haste; lab cannot be made to hurry\n";
    assert_eq!(text, line);
    // What was asked for although it is ignored is ignored all the same.
    assert_eq!(run(&["--", "::two::", "--ignored"]).status.code(), Some(2));
    // A part may have nothing else, and so may a test program, which is handed any filter.
    assert_eq!(run(&["--shard", "2/4"]).status.code(), Some(0));
    // The only part is no part.
    assert_eq!(run(&["--shard", "1/1", "--", "::two::"]).status.code(), Some(2));
    let others = folder.write("two.yaml", &(top.to_owned() + &exchanges[1..].concat()));
    let options = stepladder::trial::Options {
        paths: vec![others.into()],
        targets: vec![target.clone()],
        ..Default::default()
    };
    let code = stepladder::trial::main_libtest(options);
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
}

#[test]
fn a_deviation_of_what_is_not_there_is_told_with_its_place() {
    let folder = Folder::new("stray");
    let suite = folder.write("one.yaml", SUITE);
    let known = |exchange: &str, step: &str| {
        format!(
            "  - {{exchange: '{exchange}', step: '{step}', because: it is so, source: RFC 0}}\n"
        )
    };
    let deviations = [
        known("try/one::one", ""),
        known("try/one::o*", "asked"),
        known("try/one::won", ""),
        known("try/one::one", "askd"),
        known("try/one::rules", "politeness"),
        known("try/another::one", "asked"),
    ];
    folder.write(
        "target.yaml",
        &format!(
            "target: lab\ntakes: server\nsuites: [try/*]\nlinks: {{auth: '{{lab}}'}}\ndeviations:\n{}",
            deviations.concat()
        ),
    );
    let target = folder.0.display().to_string();
    let output = stepladder(&["run", &suite, "--target", &target, "--", "--list"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let text = String::from_utf8_lossy(&output.stderr);
    for (line, title) in [
        (8, "`try/one` has no exchange `won`"),
        (9, "`try/one::one` has no step `askd`"),
        (10, "`try/one` has no rule `politeness`"),
    ] {
        assert!(text.contains(&format!("warning: {title}")), "{text}");
        assert!(text.contains(&format!("target.yaml:{line}:")), "{text}");
    }
    assert!(text.contains("did you mean `asked`?"), "{text}");
    assert_eq!(text.matches("warning:").count(), 3, "{text}");
}

#[test]
fn an_exchange_may_belong_to_a_profile_or_stay_out_of_it() {
    let folder = Folder::new("profile");
    let twice = |word: &str| {
        let one = SUITE.replace("  one:\n", &format!("  one:\n    {word}: dialect\n"));
        folder.write(&format!("{word}.yaml"), &one)
    };
    for (word, usual, dialect) in [("profile", false, true), ("unless-profile", true, false)] {
        let path = twice(word);
        for (more, there) in [(&[][..], usual), (&["--profile", "dialect"][..], dialect)] {
            let words = [&["run", "--sim", &path], more].concat();
            assert_eq!(told(&stepladder(&words)).contains("::asked"), there, "{word} {more:?}");
        }
    }
}

#[test]
fn the_thirteen_steps_are_thirteen_test_cases() {
    let output = stepladder(&["run", "suites/tacacs/telnet-login.yaml"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    // Steps stand in their order, before the rules that every message is held against.
    let steps = text.lines().filter(|line| line.contains("::login::") && line.ends_with("... ok"));
    let steps: Vec<&str> = steps.filter_map(|l| l.split("::").last()?.split(' ').next()).collect();
    assert_eq!(steps.len(), 13, "{text}");
    assert!(steps.iter().zip(1..).all(|(step, n)| step.starts_with(&format!("{n:02}-"))), "{text}");
    assert!(text.contains("tacacs/telnet-login::login::server::13-stop-recorded"), "{text}");
}

#[test]
fn a_step_alone_plays_its_exchange_up_to_it() {
    let name = "tacacs/telnet-login::login::server::04-password-asked";
    let folder = Folder::new("alone");
    let report = folder.0.display().to_string();
    let output = stepladder(&["run", "suites/tacacs", "--report", &report, "--", "--exact", name]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("1 passed"), "{}", told(&output));
    let record = std::fs::read_to_string(folder.0.join("record.jsonl")).expect("written");
    assert!(record.contains("\"step\":\"04-password-asked\""), "{record}");
    assert!(!record.contains("\"step\":\"05-password-sent\",\"verdict\":\"pass\""), "{record}");
}

#[test]
fn filters_skips_and_lists_are_those_of_libtest() {
    let names = |words: &[&str]| {
        let output = stepladder(words);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        told(&output).lines().filter(|l| l.ends_with(": test")).count()
    };
    let all = names(&["list", "suites/radius/chap.yaml"]);
    let some = names(&["list", "suites/radius/chap.yaml", "--", "accept"]);
    let rest = names(&["list", "suites/radius/chap.yaml", "--", "--skip", "accept"]);
    assert!(some > 0 && rest > 0);
    assert_eq!(all, some + rest);
    assert_eq!(
        names(&["list", "suites/radius/chap.yaml", "--", "accept", "wrong-response"]),
        some + 1
    );
}

#[test]
fn json_and_terse_are_understood() {
    let output = stepladder(&[
        "run",
        "--sim",
        "suites/radius/chap.yaml",
        "--",
        "-Z",
        "unstable-options",
        "--format",
        "json",
    ]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for line in text.lines().filter(|l| !l.is_empty()) {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(value.get("type").is_some(), "{line}");
    }
}

#[test]
fn what_is_wrong_with_the_words_is_one_message_and_exit_2() {
    for (words, expected) in [
        (&["run", "suites/nowhere"][..], "there is no suites/nowhere"),
        (&["run", "suites/radius", "--target", "freradius"], "did you mean `freeradius`?"),
        (&["run", "suites/radius", "--", "no-such-trial"], "nothing is selected"),
        (&["run", "suites/radius", "--", "--test-threads", "0"], "0 is not in 1"),
        (&["run", "suites/radius", "--timeout-scale", "0"], "--timeout-scale"),
        (&["run", "suites/radius", "--set", "secret"], "KEY=VALUE"),
        (&["run", "suites/radius/pap.yaml", "--set", "sekret=x"], "did you mean `secret`?"),
        (&["run", "suites/radius", "--timeout-scale", "nan"], "a number above 0, at most 1000"),
        (&["score", "suites/arp", "--least", "nan"], "a score from 0 to 1"),
        (&["score", "suites/arp", "--least", "inf"], "a score from 0 to 1"),
        (&["score", "suites/arp", "--least=-0.1"], "a score from 0 to 1"),
        (&["score", "suites/arp", "--least", "1.01"], "a score from 0 to 1"),
        (&["score", "suites/arp", "--threads", "0"], "a number from 1 to 1024"),
        (&["score", "suites/arp", "--threads", "1025"], "a number from 1 to 1024"),
        (&["run", "suites/tacacs", "--target", "freeradius"], "no suite here fits freeradius"),
        (&["run", "suites/radius", "--as", "nobody"], "can be played as nobody"),
        (&["explain", "radis"], "did you mean `radius`?"),
        (&["decode", "radius", "xyz"], "hexadecimal"),
        (&["fly"], "unrecognized subcommand"),
    ] {
        let output = stepladder(words);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {text}");
        assert!(text.contains(expected), "{words:?}: {text}");
        assert!(!text.contains("panicked"), "{words:?}: {text}");
    }
}

#[test]
fn what_is_wrong_with_a_suite_is_told_with_its_place() {
    let folder = Folder::new("suites");
    for (from, to, expected) in [
        ("steps:", "stepz:", "7:5"),
        ("steps:", "stepz:", "did you mean `steps`?"),
        ("User-Name: $user", "User-Nam: $user", "did you mean `User-Name`?"),
        ("User-Name: $user", "User-Name: $usr", "did you mean `$user`?"),
        ("User-Name: $user", "NAS-Port: many", "does not fit field `NAS-Port`"),
        ("access-accept", "access-acept", "did you mean `access-accept`?"),
        ("server -> nas: access-accept", "sever -> nas: access-accept", "did you mean `server`?"),
        ("secret: $secret", "sekret: $secret", "did you mean `secret`?"),
        (", secret: $secret", "", "needs `secret`"),
        ("radius,", "radios,", "did you mean `radius`?"),
        ("access-accept", "access-request", "is not said by the party that is asked"),
        ("access-accept", "{access-accept: {identifier: {range: 0..}}}", "checks nothing"),
        ("User-Name: $user", "User-Name: $later.identifier", "no message is kept as `later`"),
        ("- step: asked", "- step: a::b", "cannot name a step"),
        ("exchanges:", "exchanges: [", "this is not YAML"),
        ("parties:", "suite: again\nparties:", "a second time"),
        (
            "    steps:",
            "    requirements: [radius.nothing]\n    steps:",
            "no requirement has the id",
        ),
    ] {
        let path = folder.write("one.yaml", &SUITE.replacen(from, to, 1));
        let output = stepladder(&["check", &path]);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{to}: {text}");
        assert!(text.contains(expected), "{to}: {text}");
        assert!(text.contains("one.yaml:") && text.contains('^'), "{to}: {text}");
        assert!(!text.contains("panicked"), "{to}: {text}");
    }
    let path = folder.write("one.yaml", SUITE);
    assert_eq!(stepladder(&["check", &path]).status.code(), Some(0));
}

#[test]
fn of_many_warnings_a_run_tells_the_first_and_how_many_there_are() {
    let folder = Folder::new("warnings");
    let (top, _) = SUITE.split_once("  one:").expect("it is there");
    let exchange = |number: u32| {
        format!(
            "  silent-{number}:\n    steps:\n      - step: quiet\n        ladder:\n          \
             - silent: server -> nas\n            for: 1ms\n"
        )
    };
    let warnings = |words: &[&str]| {
        let text = told(&stepladder(words));
        let warnings = text.lines().filter(|line| line.starts_with("warning: ")).count();
        (warnings, text)
    };
    for (exchanges, told) in [(20, 20), (21, 21), (50, 21)] {
        let path = folder.write(
            "one.yaml",
            &(top.to_owned() + &(0..exchanges).map(exchange).collect::<String>()),
        );
        let (run, text) = warnings(&["run", &path]);
        assert_eq!(run, told, "{text}");
        let more = match exchanges {
            21 => "not told here: 1 more warning about".to_owned(),
            _ => format!("not told here: {} more warnings about", exchanges.saturating_sub(20)),
        };
        assert_eq!(text.contains(&more), exchanges > 20, "{text}");
        assert_eq!(warnings(&["check", &path]).0, exchanges as usize);
    }
}

#[test]
fn a_party_cannot_say_what_it_neither_said_nor_heard() {
    let folder = Folder::new("knowledge");
    let suite = SUITE
        .replace("server: server}", "server: server, third: another}")
        .replace(
            "links: {auth: {nas -> server: radius, secret: $secret}}",
            "links: {auth: {nas -> server: radius, secret: $secret}, \
             far: {third -> server: radius, secret: $secret}}",
        )
        .replace(
            "          - server -> nas: access-accept\n",
            "            as: asked\n          - server -> nas: access-accept\n          \
             - third -> server: {access-request: {identifier: $asked.identifier}}\n",
        );
    let path = folder.write("one.yaml", &suite);
    let output = stepladder(&["check", &path]);
    assert!(told(&output).contains("`third` cannot know `$asked.identifier`"), "{}", told(&output));
}

#[test]
fn a_hundred_thousand_nodes_are_no_trouble() {
    let folder = Folder::new("large");
    let mut suite = SUITE.split("  one:").next().expect("a head").to_owned();
    for i in 0..5_000 {
        suite.push_str(&format!(
            "  e{i}:\n    steps:\n      - step: asked\n        ladder:\n          \
             - nas -> server: {{access-request: {{attributes: {{User-Name: $user}}}}}}\n          \
             - server -> nas: access-accept\n"
        ));
    }
    let path = folder.write("large.yaml", &suite);
    let began = Instant::now();
    let output = stepladder(&["list", &path]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(told(&output).lines().filter(|l| l.ends_with(": test")).count(), 5_000);
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_suite_that_unfolds_without_end_is_refused() {
    let folder = Folder::new("bomb");
    let mut suite = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..30 {
        suite.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", ")));
    }
    let path = folder.write("bomb.yaml", &suite);
    let output = stepladder(&["check", &path]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("aliases counted"), "{}", told(&output));
}

#[test]
fn a_server_that_is_not_there_is_our_trouble_and_not_its_fault() {
    let folder = Folder::new("absent");
    // A port that was free a moment ago, and that nobody listens on.
    let port =
        std::net::UdpSocket::bind("127.0.0.1:0").and_then(|s| s.local_addr()).expect("a port");
    folder.write(
        "target.yaml",
        &format!("target: gone\ntakes: server\nsuites: [radius/*, tacacs/*, tftp/*]\nlinks: {{auth: '{port}', aaa: '127.0.0.1:{}', transfer: '{port}'}}\n", port.port()),
    );
    let target = folder.0.display().to_string();
    // A server that answers from a new port is asked at one all the same.
    let suites =
        ["suites/tacacs/accounting.yaml", "suites/radius/pap.yaml", "suites/tftp/read.yaml"];
    for suite in suites {
        let output = stepladder(&["run", suite, "--target", &target]);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("cannot be reached") && text.contains("refused"), "{text}");
        assert!(!text.contains("did not come") && !text.contains("a dead"), "{text}");
    }
}

#[test]
fn a_server_that_ends_by_itself_is_told_of_and_not_excused() {
    let folder = Folder::new("dies");
    let suite_text = SUITE.replace(
        "          - server -> nas: access-accept\n",
        "          - server -> nas: access-accept\n            within: 300ms\n",
    );
    let suite = folder.write("one.yaml", &suite_text);
    let run = |script: &str, more: &[&str]| {
        folder.write(
            "target.yaml",
            &format!(
                "target: frail\ntakes: server\nsuites: [try/one]\n\
                 links: {{auth: '127.0.0.1:{{port:auth}}'}}\nsettings: {{secret: {{secret: pssst}}}}\n\
                 start:\n  command: [/bin/sh, -c, \"{script}\"]\n  ready: {{line: ready}}\n"
            ),
        );
        let target = folder.0.display().to_string();
        let output = stepladder(&[&["run", &suite, "--target", &target], more].concat());
        (output.status.code(), told(&output))
    };
    // It says more than is told, in an escape and with a secret, and is gone.
    let last =
        "for i in $(seq 9999); do echo line $i; done; printf '\\\\033[31mpssst\\\\n'; exit 3";
    let report = folder.0.join("report").display().to_string();
    let (code, text) = run(&format!("echo ready; {last}"), &["--report", &report]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the access-accept did not come"), "{text}");
    assert!(text.contains("; its program has ended\n"), "{text}");
    assert_eq!(text.matches("exit status: 3, 0.").count(), 2, "{text}");
    assert_eq!(text.matches("s after its start; it printed last:").count(), 2, "{text}");
    assert!(text.contains("warning: frail ended during the run: exit status: 3"), "{text}");
    assert_eq!(text.matches("line 9999").count(), 2, "{text}");
    assert!(
        !text.contains("line 9980") && !text.contains('\x1b') && !text.contains("pssst"),
        "{text}"
    );
    let junit = std::fs::read_to_string(folder.0.join("report/junit.xml")).expect("written");
    assert!(junit.contains("its program has ended"), "{junit}");
    // A signal is one, and a load says so too.
    let (code, text) = run("echo ready; kill -9 $$", &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("signal: 9 (SIGKILL)"), "{text}");
    let target = folder.0.display().to_string();
    let exchange = format!("{suite}::one");
    let output = stepladder(&["load", &exchange, "--target", &target, "--count", "2"]);
    assert!(told(&output).contains("warning: frail ended during the run"), "{}", told(&output));
    // One that lives on in a child of its own is there, and so is one that is asked to end.
    for script in ["sleep 60 & echo ready", "echo ready; exec sleep 60"] {
        let (code, text) = run(script, &[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(!text.contains("has ended") && !text.contains("ended during"), "{text}");
    }
    // Who ends before he is ready has never been there.
    let (code, text) = run("echo no pssst; exit 4", &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("ended before it was ready: exit status: 4, 0."), "{text}");
    assert!(text.contains("no ********") && !text.contains("pssst"), "{text}");
    // What is too long to be told is not cut through a secret.
    let (code, text) = run("echo ready; printf 'key=pssst%01997d' 0; exit 3", &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("*000") && !text.contains("st000"), "{text}");
    // The secrets of all suites that it takes are its own.
    let hidden = suite_text.replace("secret: testing123", "secret: {secret: testing123}");
    let suite = folder.write("one.yaml", &hidden);
    let other = hidden.replace("try/one", "try/two").replace("testing123", "hushhush");
    let other = folder.write("two.yaml", &other);
    let target = "target: frail\ntakes: server\nsuites: [try/*]\n\
                  links: {auth: '127.0.0.1:{port:auth}'}\nstart:\n  \
                  command: [/bin/sh, -c, 'echo ready; echo testing123 hushhush; exit 3']\n  \
                  ready: {line: ready}\n";
    folder.write("target.yaml", target);
    let place = folder.0.display().to_string();
    let output = stepladder(&["run", &suite, &other, "--target", &place, "--jobs", "1"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("******** ********").count(), 3, "{text}");
    assert!(!text.contains("testing123") && !text.contains("hushhush"), "{text}");
}

#[test]
fn two_suites_of_one_name_are_not_played_as_one() {
    let folder = Folder::new("namesakes");
    let paths = [folder.write("a.yaml", SUITE), folder.write("b.yaml", SUITE)];
    let output = stepladder(&["run", &paths[0], &paths[1], "--sim"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("two suites are called `try/one`"), "{}", told(&output));
    // The same file twice is one.
    let output = stepladder(&["run", &paths[0], &paths[0], "--sim"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn a_name_in_a_target_that_no_suite_knows_is_told_with_its_place() {
    let folder = Folder::new("strangers");
    let suites = folder.0.join("suites");
    std::fs::create_dir_all(&suites).expect("writable");
    let suite = SUITE.replace("    steps:\n", "    needs: [haste]\n    steps:\n").replace(
        "        ladder:\n",
        "        ladder:\n          - trigger: server hurry\n          - observe: server well\n",
    );
    let path = folder.write("suites/one.yaml", &suite);
    let target = |listed: &str| {
        folder.write(
            "target.yaml",
            &format!(
                "\
target: lab
takes: server
suites: {listed}
links:
  auth: '{{lab}}'
  acct: '127.0.0.1:{{own}}'
listen:
  ath: '127.0.0.1:9'
settings:
  own: '7'
  usr: carol
triggers:
  hury: {{command: [echo]}}
observations:
  wel: {{contains: x}}
lacks: [hast]
"
            ),
        );
    };
    let strange = [
        ("6:3", "has a link `acct`", ""),
        ("8:3", "has a link `ath`", "did you mean `auth`?"),
        ("11:3", "has a setting `usr`", "did you mean `user`?"),
        ("13:3", "has a trigger `hury`", "did you mean `hurry`?"),
        ("15:3", "observes `wel`", "did you mean `well`?"),
        ("16:9", "needs `hast`", "did you mean `haste`?"),
    ];
    let list = |path: &str| {
        let output = stepladder(&["list", path, "--target", &folder.0.display().to_string()]);
        (output.status.code(), told(&output))
    };
    // All suites of the target are known: they are mistakes. Another suite may know them: told all the
    // same where all of a folder is played.
    let all = suites.display().to_string();
    for (listed, code, sort, who) in [
        ("[try/one]", 2, "error", "that this target takes"),
        ("[try/*]", 0, "warning", "of this run"),
    ] {
        target(listed);
        let (came, text) = list(&all);
        assert_eq!(came, Some(code), "{text}");
        for (place, what, help) in strange {
            assert!(text.contains(&format!("{sort}: no suite {who} {what}")), "{what}: {text}");
            assert!(text.contains(&format!("target.yaml:{place}")), "{place}: {text}");
            assert!(text.contains(help), "{help}: {text}");
        }
        assert_eq!(text.matches(&format!("{sort}: no suite")).count(), 6, "{text}");
    }
    // Of one suite of several those that look like what it needs.
    let (came, text) = list(&path);
    assert_eq!(came, Some(0), "{text}");
    assert_eq!(text.matches("warning: no suite of this run").count(), 2, "{text}");
    // What is no mapping is not passed over either.
    let broken = "target: lab\ntakes: server\nsuites: [try/*]\nlinks: [auth]\n";
    folder.write("target.yaml", broken);
    assert!(list(&path).1.contains("expected a mapping, found a list"), "{}", list(&path).1);
}

#[test]
fn an_address_has_a_port() {
    let folder = Folder::new("portless");
    let target =
        "target: portless\ntakes: server\nsuites: [radius/*]\nlinks: {auth: '127.0.0.1'}\n";
    folder.write("target.yaml", target);
    let target = folder.0.display().to_string();
    let output = stepladder(&["run", "suites/radius/pap.yaml", "--target", &target]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("link `auth` has no port"), "{}", told(&output));
    assert!(told(&output).contains("target.yaml:4:9"), "{}", told(&output));
}

#[test]
fn what_cannot_be_seen_excuses_no_later_step_that_was_not_reached() {
    let folder = Folder::new("unseen");
    let suite = "\
suite: try/unseen
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: testing123}}
exchanges:
  one:
    steps:
      - step: unseen
        ladder: [{observe: server well}]
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
          - server -> nas: access-accept
            within: 100ms
      - step: after
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
          - server -> nas: access-accept
";
    let path = folder.write("one.yaml", suite);
    // Somebody who answers nothing.
    let door = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = door.local_addr().expect("a port");
    let target =
        format!("target: mute\ntakes: server\nsuites: [try/*]\nlinks: {{auth: '{port}'}}\n");
    folder.write("target.yaml", &target);
    let step = |name: &str| {
        let name = format!("try/unseen::one::server::{name}");
        let folder = folder.0.display().to_string();
        // As nextest runs each test: alone, and what is ignored counts as passed.
        let output = Command::new(env!("CARGO_BIN_EXE_stepladder"))
            .args(["run", &path, "--target", &folder, "--", "--exact", &name])
            .env("NEXTEST", "1")
            .output()
            .expect("it runs");
        (output.status.code(), told(&output))
    };
    for (name, code) in [("unseen", 2), ("asked", 1), ("after", 1)] {
        let (came, text) = step(name);
        assert_eq!(came, Some(code), "{name}: {text}");
    }
}

#[test]
fn two_hundred_silences_take_as_long_as_one() {
    let server = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = server.local_addr().expect("an address");
    server.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    // Swallows everything, and counts: what does not arrive here was lost by our own doing.
    let counting = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut count = 0;
        while count < 200 && server.recv(&mut buffer).is_ok() {
            count += 1;
        }
        count
    });
    let folder = Folder::new("silent");
    let rows: String = (0..200).map(|i| format!("      r{i}: {{n: {}}}\n", i % 256)).collect();
    let suite = SUITE.replace(
        "    steps:\n      - step: asked\n        ladder:\n          - nas -> server: {access-request: {attributes: {User-Name: $user}}}\n          - server -> nas: access-accept\n",
        &format!(
            "    tests: server\n    each:\n{rows}    steps:\n      - step: asked\n        ladder:\n          \
             - nas -> server: {{access-request: {{identifier: $n}}}}\n          \
             - silent: server -> nas\n            for: 2s\n"
        ),
    );
    let path = folder.write("silent.yaml", &suite);
    folder.write(
        "target.yaml",
        &format!("target: hole\ntakes: server\nsuites: [try/*]\nlinks: {{auth: '{address}'}}\n"),
    );
    let target = folder.0.display().to_string();
    let began = Instant::now();
    let output = stepladder(&["run", &path, "--target", &target]);
    let took = began.elapsed();
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("200 passed"), "{text}");
    assert!(took < Duration::from_secs(3), "it took {took:?}");
    assert_eq!(counting.join().expect("counted"), 200);
}

#[test]
fn a_run_that_is_stopped_leaves_a_record_and_no_child() {
    let folder = Folder::new("stopped");
    let report = folder.0.join("report");
    let mark = folder.0.join("child").display().to_string();
    // A server that is a shell with a child of its own: both must go.
    folder.write(
        "target.yaml",
        &format!(
            "target: sleeper\ntakes: server\nsuites: [radius/*]\nlinks: {{auth: '127.0.0.1:{{port:auth}}'}}\n\
             start:\n  command: [/bin/sh, -c, 'sleep 300 & echo $! > {mark}; echo ready; wait']\n  \
             ready: {{line: ready, within: 10s}}\n  stop: {{within: 1s}}\n"
        ),
    );
    let mut run = Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(["run", "suites/radius/pap.yaml", "--target", &folder.0.display().to_string()])
        .args(["--report", &report.display().to_string()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    let wait_for = |path: &Path| {
        let began = Instant::now();
        while !std::fs::read_to_string(path).is_ok_and(|t| t.lines().count() > 0) {
            assert!(began.elapsed() < Duration::from_secs(20), "{} does not come", path.display());
            std::thread::yield_now();
        }
    };
    wait_for(Path::new(&mark));
    wait_for(&report.join("record.jsonl"));
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill runs");
    let status = run.wait().expect("it ends");
    assert_eq!(status.code(), Some(2));
    let child = std::fs::read_to_string(&mark).expect("written");
    let gone = || match std::fs::read_to_string(format!("/proc/{}/stat", child.trim())) {
        // A killed child whose new parent has not looked yet is gone all the same.
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    let began = Instant::now();
    while !gone() {
        assert!(began.elapsed() < Duration::from_secs(5), "process {child} lives");
        std::thread::yield_now();
    }
    for line in std::fs::read_to_string(report.join("record.jsonl")).expect("written").lines() {
        let _: serde_json::Value = serde_json::from_str(line).expect("a whole line of JSON");
    }
}

#[test]
fn what_cannot_be_written_down_is_told_and_ends_the_run() {
    let run = |logfile| stepladder(&["run", "suites/arp", "--sim", "--", "--logfile", logfile]);
    let output = run("/no/such/folder/log");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("error: /no/such/folder/log cannot be written"));
    let output = run("/dev/full");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("error: what came of it could not be shown to its end"));
}

#[test]
fn a_caller_may_have_a_runtime_of_his_own() {
    let folder = Folder::new("runtime");
    let paths = vec![folder.write("one.yaml", SUITE).into()];
    let options = stepladder::trial::Options { paths, ..Default::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let code = runtime.block_on(async { stepladder::trial::main_libtest(options) });
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
}

#[test]
fn a_reader_who_goes_away_does_not_stop_the_run() {
    use std::io::Read;
    let mut run = Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(["run", "--sim", "suites"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut first = [0; 10];
    run.stdout.take().expect("piped").read_exact(&mut first).expect("it speaks");
    assert_eq!(run.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_layouts_answer() {
    let text =
        told(&stepladder(&["explain", "radius", "access-request", "attributes.Service-Type"]));
    assert!(text.contains("RFC 2865 section 5.6") && text.contains("Administrative"), "{text}");
    let text = told(&stepladder(&["explain", "tacacs+", "authen-reply"]));
    assert!(text.contains("noecho") && text.contains("obfuscated"), "{text}");
    // RFC 2865 section 7.1.
    let packet = "010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003";
    let text = told(&stepladder(&["decode", "radius", packet, "--set", "secret=xyzzy5461"]));
    assert!(text.contains("arctangent") && !text.contains("fault"), "{text}");
    let text =
        told(&stepladder(&["decode", "radius", packet, "--yaml", "--set", "secret=xyzzy5461"]));
    assert!(text.contains("User-Name: nemo"), "{text}");
}
