//! The score: what is noticed of a party under test that is wrong in every way there is.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use stepladder::diag::Source;
use stepladder::ladder::Suite;
use stepladder::mutate::{Baseline, Fate, Scored, score, sides};
use stepladder::play::Cast;
use stepladder::suite;

fn stepladder(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(words)
        .output()
        .expect("the program is there")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// An accept whose Class is said and not looked at, with more text behind the exchanges.
fn suite_with(more: &str) -> Arc<Suite> {
    let text = format!(
        "suite: try/one
parties: {{nas: client, server: server}}
links: {{auth: {{nas -> server: radius, secret: testing123}}}}
exchanges:
  one:
    tests: server
    steps:
      - step: answered
        ladder:
          - nas -> server: {{access-request: {{attributes: {{User-Name: bob}}}}}}
          - server -> nas: {{access-accept: {{attributes: {{Framed-MTU: {{say: 1500, hear: any}}}}}}}}
{more}"
    );
    let source = Arc::new(Source { path: "try.yaml".into(), text });
    let mut problems = Vec::new();
    let suite = suite::suite_from_source(&source, suite::Common::default(), &mut problems);
    let problems: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}

fn scored(suite: &Arc<Suite>) -> Vec<Scored> {
    let mut baselines = Vec::new();
    for exchange in &suite.exchanges {
        for (_, projection) in sides(suite, exchange) {
            baselines.push(Baseline::play(Cast::new(suite, exchange, projection)));
        }
    }
    score(&baselines, 2).into_iter().flatten().collect()
}

fn fate(all: &[Scored], id: &str) -> Fate {
    let found = all.iter().find(|s| s.mutant.id == id);
    found.unwrap_or_else(|| panic!("there is no mutant {id}")).fate.clone()
}

const OTHER_MTU: &str = "0:attributes.Framed-MTU:neighbour";

#[test]
fn what_a_suite_does_not_look_at_is_missed() {
    let all = scored(&suite_with(""));
    assert_eq!(fate(&all, OTHER_MTU), Fate::Missed);
    // The layout sees these without any help.
    for id in ["0:identifier:neighbour", "0:authenticator:stale", "0:length:one-less"] {
        assert!(matches!(fate(&all, id), Fate::Caught(_)), "{id}: {:?}", fate(&all, id));
    }
    // Nothing listens behind the last message.
    assert_eq!(fate(&all, "0:message:again"), Fate::Missed);
    assert!(matches!(fate(&all, "0:message:withheld"), Fate::Caught(_)));
}

#[test]
fn a_rule_catches_what_was_missed_and_is_named() {
    let all = scored(&suite_with(
        "rules:
  usual-size:
    every: {server -> nas: access-accept}
    hear: {attributes: {Framed-MTU: 1500}}
",
    ));
    let Fate::Caught(caught) = fate(&all, OTHER_MTU) else { panic!("{all:?}") };
    assert_eq!(caught.by, "rules::usual-size");
}

#[test]
fn a_quiet_end_catches_a_second_answer() {
    let all = scored(&suite_with("quiet: 300ms\n"));
    for id in ["0:message:again", "0:message:twice"] {
        let Fate::Caught(caught) = fate(&all, id) else { panic!("{id}: {:?}", fate(&all, id)) };
        assert_eq!(caught.by, "answered");
        assert!(caught.title.contains("nothing in the exchange asked for"), "{}", caught.title);
    }
}

#[test]
fn what_a_section_leaves_free_is_unviable_and_nothing_else_is() {
    let all = scored(&suite_with(
        "free:
  size:
    every: {server -> nas: access-accept}
    fields: attributes.Framed-MTU
    deeds: [neighbour, zero]
    because: RFC 2865 section 5.12 leaves it to the server
",
    ));
    let Fate::Unviable(because) = fate(&all, OTHER_MTU) else { panic!("{all:?}") };
    assert!(because.contains("section 5.12"), "{because}");
    assert_eq!(fate(&all, "0:attributes.Framed-MTU:max"), Fate::Missed);
}

#[test]
fn freedom_without_a_section_is_refused() {
    let text = "suite: try/one
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: x}}
exchanges: {one: {steps: [{step: a, ladder: [{nas -> server: access-request}, {server -> nas: access-accept}]}]}}
free: {all: {every: {server -> nas: any}, deeds: late, because: I like it}}
";
    let source = Arc::new(Source { path: "try.yaml".into(), text: text.into() });
    let mut problems = Vec::new();
    assert!(suite::suite_from_source(&source, suite::Common::default(), &mut problems).is_none());
    assert!(problems[0].render(false).contains("which section"), "{}", problems[0].render(false));
}

#[test]
fn the_same_seed_gives_the_same_score_on_any_number_of_threads() {
    let words = ["score", "suites/radius/challenge.yaml", "suites/tacacs/accounting.yaml"];
    let score = |more: &[&str]| {
        let output = stepladder(&[&words[..], &["--all"], more].concat());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let once = score(&["--threads", "1"]);
    assert_eq!(once, score(&["--threads", "3"]));
    assert!(once.contains("caught radius/challenge::"), "{once}");
    // What is noticed does not hang on what was drawn.
    let table = |text: String| text.lines().rev().take(6).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(table(once), table(score(&["--seed", "77"])));
}

#[test]
fn every_suite_notices_nineteen_of_twenty_and_the_page_tells_so() {
    let output = stepladder(&["score", "--format", "markdown", "--least", "0.95"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/scores.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let made = told(&output);
    let differs = page.lines().zip(made.lines()).find(|(a, b)| a != b);
    assert!(
        page == made,
        "docs/scores.md is not what the suites score now; first at {differs:?}.\n\
         Look at `stepladder score`, then make the page again: \
         cargo run --release -- score --format markdown > docs/scores.md"
    );
}

#[test]
fn a_score_below_what_was_asked_for_fails() {
    let words = ["score", "suites/tacacs/authentication.yaml", "--least", "0.9999"];
    let output = stepladder(&words);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let text = told(&output);
    assert!(text.contains("missed tacacs/authentication::"), "{text}");
}

#[test]
fn json_tells_of_each_suite_and_each_missed_mutant() {
    let output = stepladder(&["score", "suites/tacacs/accounting.yaml", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let suite = &all[0];
    assert_eq!(suite["suite"], "tacacs/accounting");
    let number = |key: &str| suite[key].as_u64().unwrap_or_else(|| panic!("{key} in {suite}"));
    let sum = number("caught") + number("missed") + number("unviable") + number("timed_out");
    assert_eq!(number("mutants"), sum);
    assert!(suite["score"].as_f64().is_some_and(|score| score > 0.9), "{suite}");
    let missed = suite["missed_mutants"].as_array().expect("a list");
    assert_eq!(missed.len() as u64, number("missed"));
    for mutant in missed {
        for key in ["id", "operator", "about", "message", "field", "step", "line", "requirements"] {
            assert!(!mutant[key].is_null(), "{key} in {mutant}");
        }
    }
}

#[test]
fn a_side_that_nobody_can_test_is_said() {
    let output = stepladder(&["score", "suites/tacacs/telnet-login.yaml", "--as", "nas,server"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("nothing was selected"), "{}", told(&output));
}

/// Two sessions on a connection that both ends want to share.
fn sharing_with(second: &str) -> Arc<Suite> {
    let flag = "header_flags: {single_connect: true}";
    let text = format!(
        "suite: try/two
parties: {{nas: client, server: server}}
links: {{aaa: {{nas -> server: tacacs+, key: testing123}}}}
exchanges:
  two:
    tests: nas
    steps:
      - step: first
        ladder:
          - nas -> server: {{authen-start: {{{flag}, user: bob}}}}
          - server -> nas: {{authen-reply: {{{flag}, status: pass}}}}
      - step: second
        ladder:
          - nas -> server: {{authen-start: {{user: bob}}}}
{second}
          - server -> nas: {{authen-reply: {{status: pass}}}}
"
    );
    let source = Arc::new(Source { path: "try.yaml".into(), text });
    let mut problems = Vec::new();
    let suite = suite::suite_from_source(&source, suite::Common::default(), &mut problems);
    let problems: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}

#[test]
fn a_message_that_is_to_keep_to_its_connection_and_does_not_is_caught() {
    const ASIDE: &str = "1:message:new-port";
    assert_eq!(fate(&scored(&sharing_with("")), ASIDE), Fate::Missed);
    let all = scored(&sharing_with("            new-port: false"));
    let Fate::Caught(caught) = fate(&all, ASIDE) else { panic!("{all:?}") };
    assert!(caught.title.contains("source"), "{}", caught.title);
    // The first message of a connection has nothing to keep to.
    assert!(!all.iter().any(|scored| scored.mutant.id == "0:message:new-port"));
}
