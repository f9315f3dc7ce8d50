//! What is said of suites with mistakes: at which place, and in which words.

use std::sync::Arc;

use stepladder::diag::{Diagnostic, Source};
use stepladder::suite::{Common, lint, suite_from_source};

/// A suite without a mistake.
const GOOD: &str = "\
suite: try/good
parties: {nas: the client, server: the server, user: somebody}
links:
  auth: {nas -> server: radius, secret: $secret}
  login: {user -> nas: telnet}
settings:
  secret: {secret: testing123}
  name: bob
exchanges:
  accepted:
    about: Whoever is known gets in.
    responders:
      - hear: {nas -> server: status-server}
        say: [server -> nas: access-accept]
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}
            as: question
          - either:
              - server -> nas: access-accept
                within: 2s
              - - server -> nas: access-challenge
                - inconclusive: It asks for more.
          - nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}
      - step: quiet
        ladder:
          - silent: server -> nas
            for: 1s
          - repeat:
              - nas -> server: {access-request: {attributes: {User-Name: $name}}}
              - server -> nas: access-accept
            count: 2
  each:
    about: The same with others.
    each:
      one: {code: access-accept}
      two: {code: access-reject}
    steps:
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $name}}}
          - server -> nas: $code
rules:
  signed:
    about: Each request has an authenticator.
    every: {nas -> server: access-request}
    hear: {authenticator: {length: 16}}
";

/// Everything that is said of a suite.
fn said_of(text: &str) -> Vec<Diagnostic> {
    let source = Arc::new(Source { path: "bad.yaml".into(), text: text.into() });
    let mut problems = Vec::new();
    if let Some(suite) = suite_from_source(&source, Common::default(), &mut problems) {
        problems.extend(lint(&suite));
    }
    problems
}

/// What stands in the good suite, what stands there in its place, the words in which that is told, and
/// how the line begins at which it is.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("suite: try/good", "sweet: try/good", "unknown key `sweet`", "sweet:"),
    (
        "suite: try/good",
        "suite: Try Good",
        "a suite needs a name such as `radius/authentication`",
        "suite:",
    ),
    (
        "parties: {nas: the client, server: the server, user: somebody}",
        "parties: {nas: the client}",
        "a suite needs two `parties` or more",
        "parties:",
    ),
    (
        "auth: {nas -> server: radius, secret: $secret}",
        "auth: {nas -> server: radios, secret: $secret}",
        "unknown protocol `radios`",
        "auth:",
    ),
    (
        "auth: {nas -> server: radius, secret: $secret}",
        "auth: {nas -> server: radius}",
        "link `auth` needs `secret`",
        "auth:",
    ),
    (
        "auth: {nas -> server: radius, secret: $secret}",
        "auth: {nas -> server: radius, secret: $sekret}",
        "there is no setting `sekret`",
        "auth:",
    ),
    (
        "auth: {nas -> server: radius, secret: $secret}",
        "auth: {nas -> sever: radius, secret: $secret}",
        "unknown party `sever`",
        "auth:",
    ),
    (
        "auth: {nas -> server: radius, secret: $secret}",
        "auth: {secret: $secret}",
        "link `auth` joins nobody",
        "auth:",
    ),
    (
        "secret: {secret: testing123}",
        "secret: {sekret: testing123}",
        "a setting is a text, {secret: text} or {say: text}",
        "secret:",
    ),
    (
        "about: Whoever is known gets in.",
        "abuot: Whoever is known gets in.",
        "unknown key `abuot`",
        "abuot:",
    ),
    (
        "- hear: {nas -> server: status-server}",
        "- heer: {nas -> server: status-server}",
        "unknown key `heer`",
        "- heer:",
    ),
    (
        "- hear: {nas -> server: status-server}",
        "- hear: [{nas -> server: status-server}, {nas -> server: access-request}]",
        "`hear` is one message",
        "- hear:",
    ),
    (
        "say: [server -> nas: access-accept]",
        "say: [{silent: server -> nas, for: 1s}]",
        "a standing answer is made of messages alone",
        "say:",
    ),
    (
        "say: [server -> nas: access-accept]",
        "say: [{server -> nas: access-accept, after: 1s}]",
        "a standing answer has no time of its own",
        "say:",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-requst: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "radius has no message `access-requst`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Nme: $name, NAS-Port: 7}}}",
        "unknown attribute `User-Nme`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: seven}}}",
        "`seven` does not fit field `NAS-Port`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7, Class: $known}}}",
        "nothing is known of `$known`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: {matches: '(a'}, NAS-Port: 7}}}",
        "this is not a regular expression",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: {matches: '.*'}, NAS-Port: 7}}}",
        "this expectation checks nothing",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: {not: any}, NAS-Port: 7}}}",
        "nothing can fit `not: any`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: {range: 9..7}}}}",
        "`9..7` is not a range",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: {one-of: bob}, NAS-Port: 7}}}",
        "`one-of` needs a list of values",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-accept: {attributes: {NAS-Port: 7}}}",
        "access-accept is not said by the party that opens the link",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {attributes: [User-Name]}}",
        "expected a mapping, found text",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: [access-request, access-request]",
        "expected one message, found a list",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas -> server: {access-request: {}, access-accept: {}}",
        "expected one message",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- nas to server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "unknown word `nas to server` in a rung",
        "- nas to",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- user -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "no link joins `user` and `server`",
        "- user",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "- connect: nas -> server\n          - nas -> server: {access-request: {attributes: {User-Name: $name, NAS-Port: 7}}}",
        "radius has no connections",
        "- connect",
    ),
    ("as: question", "as: name", "`name` is a setting already", "- nas"),
    (
        "as: question",
        "as: question\n            for: 3s",
        "`for` does not go with a message",
        "for:",
    ),
    ("as: question", "as: question\n            after: 3", "`3` is not a span of time", "after:"),
    (
        "as: question",
        "as: question\n            silent: server -> nas",
        "a rung is one thing that happens",
        "silent:",
    ),
    (
        "as: question",
        "as: question\n            corrupt: {flip: attributes.User-Nam}",
        "there is no field `attributes.User-Nam`",
        "corrupt:",
    ),
    ("within: 2s", "within: 2 fortnights", "is not a time", "within:"),
    ("within: 2s", "follows: nothing", "no message is kept as `nothing`", "- server"),
    (
        "- - server -> nas: access-challenge",
        "- - silent: server -> nas\n                  for: 1s",
        "a branch begins with the message by which it is known",
        "- - silent",
    ),
    (
        "- inconclusive: It asks for more.",
        "- inconclusive: ''",
        "why is it not what was needed?",
        "- inconclusive",
    ),
    (
        "- inconclusive: It asks for more.",
        "- inconclusive: It asks for more.\n                - nas -> server: {access-request: {attributes: {User-Name: $name}}}",
        "the exchange ends here: nothing happens behind it",
        "- inconclusive",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- inconclusive: Nobody knows.",
        "the exchange would never come to a verdict",
        "- inconclusive",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- optional: [{inconclusive: Nobody knows.}]",
        "the exchange would never come to a verdict",
        "- optional",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Nam}}}",
        "there is no field `attributes.User-Nam`",
        "- nas",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- user -> nas: {line: {line: $question.attributes.User-Name}}",
        "`user` cannot know `$question.attributes.User-Name`",
        "- user",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- trigger: nas",
        "what is it made to do?",
        "- trigger",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- alive: nas",
        "the suite does not say how `nas` shows that it is alive",
        "- alive",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- either: [{server -> nas: access-accept}]",
        "a choice needs two branches or more",
        "- either",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- either: {server -> nas: access-accept}",
        "expected a list of branches, found a mapping",
        "- either",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- {}",
        "this rung says nothing that happens",
        "- {}",
    ),
    (
        "- nas -> server: {access-request: {attributes: {User-Name: $question.attributes.User-Name}}}",
        "- access-request",
        "expected a rung, found text",
        "- access-request",
    ),
    ("for: 1s", "for: ever", "`ever` is not a time", "for:"),
    ("for: 1s", "within: 1s", "how long is this silence?", "- silent"),
    ("count: 2", "count: two", "`two` is not a range", "count:"),
    ("count: 2", "within: 1s", "how often is this repeated?", "- nas"),
    ("count: 2", "until: {last: 3}", "nothing is kept as `last`", "until:"),
    (
        "count: 2",
        "count: 2\n            schedule: {factor: 2}",
        "a schedule needs its `first` pause",
        "schedule:",
    ),
    (
        "- server -> nas: access-accept\n            count: 2",
        "- silent: server -> nas\n                for: 1s\n            count: 2",
        "a dead `server` would pass this silence",
        "- silent: server -> nas",
    ),
    (
        "one: {code: access-accept}",
        "one: {code: access-accept, why: this}",
        "nothing in this exchange uses `$why`",
        "one:",
    ),
    (
        "- server -> nas: $code",
        "- server -> nas: access-accept",
        "nothing in this exchange uses `$code`",
        "one:",
    ),
    (
        "- step: quiet",
        "- step: asked",
        "the step `asked` stands here a second time",
        "- step: asked",
    ),
    ("- step: quiet", "- stepp: quiet", "unknown key `stepp`", "- stepp"),
    (
        "hear: {authenticator: {length: 16}}",
        "level: MUST",
        "rule `signed` checks nothing",
        "signed:",
    ),
    (
        "hear: {authenticator: {length: 16}}",
        "hear: {authenticator: {length: 0..}}",
        "this expectation checks nothing",
        "hear:",
    ),
    (
        "hear: {authenticator: {length: 16}}",
        "hear: {authenticatr: {length: 16}}",
        "unknown field `authenticatr`",
        "hear:",
    ),
    (
        "hear: {authenticator: {length: 16}}",
        "hear: {authenticator: {length: 16}}\n    level: WILL",
        "unknown level `WILL`",
        "level:",
    ),
    (
        "every: {nas -> server: access-request}",
        "evry: {nas -> server: access-request}",
        "unknown key `evry`",
        "evry:",
    ),
    (
        "rules:\n  signed:",
        "rules:\n  - rule: signed",
        "expected a mapping under `rules`, found a list",
        "- rule",
    ),
    (
        "settings:\n  secret: {secret: testing123}\n  name: bob",
        "settings: [secret, name]",
        "expected a mapping under `settings`, found a list",
        "settings:",
    ),
    (
        "responders:\n      - hear: {nas -> server: status-server}\n        say:",
        "responders:\n        hear: {nas -> server: status-server}\n        say:",
        "expected a list under `responders`, found a mapping",
        "hear:",
    ),
];

#[test]
fn a_good_suite_is_left_alone() {
    let said: Vec<String> = said_of(GOOD).iter().map(|problem| problem.render(false)).collect();
    assert!(said.is_empty(), "{}", said.concat());
}

#[test]
fn nothing_may_stand_where_a_mapping_or_a_list_is_due() {
    for nothing in ["", " ~", " null", " # nothing"] {
        let text = GOOD.replace("    responders:\n      - hear: {nas -> server: status-server}\n        say: [server -> nas: access-accept]\n", &format!("    responders:{nothing}\n    with:{nothing}\n"));
        assert_ne!(text, GOOD);
        let said: Vec<String> = said_of(&text).iter().map(|p| p.render(false)).collect();
        assert!(said.is_empty(), "`{nothing}`: {}", said.concat());
    }
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let mut wrong = Vec::new();
    for (good, bad, title, begins) in MISTAKES {
        assert_eq!(GOOD.matches(good).count(), 1, "`{good}` stands there once");
        let text = GOOD.replace(good, bad);
        let said = said_of(&text);
        let fits = |problem: &Diagnostic| {
            let at = problem.at.as_ref().map_or(0, |(_, pos)| pos.line as usize);
            let line = text.lines().nth(at.saturating_sub(1)).unwrap_or_default();
            problem.title.contains(title) && line.trim_start().starts_with(begins)
        };
        if !said.iter().any(fits) {
            let said: String = said.iter().map(|problem| problem.render(false)).collect();
            wrong.push(format!(
                "`{bad}` in place of `{good}`: `{title}` was due at `{begins}`\n{said}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
