//! Every suite plays itself, in memory, from the side of every party that it can test.

use std::path::PathBuf;
use std::sync::Arc;

use stepladder::diag::Source;
use stepladder::ladder::{Projection, Suite};
use stepladder::mutate::sides;
use stepladder::play::{Cast, Cue, Deed, Wrong};
use stepladder::record::{Report, Verdict};
use stepladder::wire::Edit;
use stepladder::{sim, suite};

#[test]
fn every_suite_plays_itself() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suites");
    let mut played = 0;
    let mut wrong = Vec::new();
    for path in suite::find(&[root]).expect("there are suites") {
        let (loaded, problems) = suite::load(&path);
        for problem in &problems {
            wrong.push(problem.render(false));
        }
        let Some(loaded) = loaded else { continue };
        wrong.extend(suite::lint(&loaded).iter().map(|p| p.render(false)));
        let loaded = Arc::new(loaded);
        for exchange in &loaded.exchanges {
            for party in 0..loaded.parties.len() {
                let projection = Projection::testing(&loaded, &[party]);
                if exchange.cannot_test(&loaded, &projection).is_some() {
                    continue;
                }
                let cast = Cast { seed: 7, ..Cast::new(&loaded, exchange, projection) };
                played += 1;
                let (tester, peer) = sim::self_play(&cast);
                for (who, report) in [("tester", tester), ("peer", peer)] {
                    for (step, outcome) in exchange.steps.iter().zip(&report.steps) {
                        if outcome.verdict != Verdict::Pass {
                            wrong.push(format!(
                                "{}::{}::{} {} ({who}): {:?} {:#?}",
                                loaded.name,
                                exchange.name,
                                loaded.parties[party].name,
                                step.name,
                                outcome.verdict,
                                outcome.failures,
                            ));
                        }
                    }
                    assert_eq!(report.steps.len(), exchange.steps.len());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(played > 0);
}

/// A transfer of blocks that are one octet long, played against itself, with how many of them there
/// are as a suite says it; what the tester says, and from how many sides it would be scored.
fn blocks(how_many: &str) -> (Report, usize) {
    let text = format!(
        "suite: try/blocks
parties: {{client: who asks, server: who answers}}
links: {{transfer: {{client -> server: tftp}}}}
exchanges:
  blocks:
    steps:
      - step: all-of-them
        ladder:
          - client -> server: {{rrq: {{filename: letters}}}}
          - repeat:
              - server -> client: {{data: {{data: a}}}}
                as: block
              - client -> server: {{ack: {{block: $block.block}}}}
            {how_many}
"
    );
    let suite = suite_from(text);
    let exchange = &suite.exchanges[0];
    let (tester, _) =
        sim::self_play(&Cast::new(&suite, exchange, Projection::testing(&suite, &[1])));
    (tester, sides(&suite, exchange).count())
}

#[test]
fn as_many_messages_as_a_ladder_counts_to_are_no_flood() {
    let (tester, scored) = blocks("count: 15000");
    assert_eq!(tester.steps[0].verdict, Verdict::Pass, "{:?}", tester.steps[0].failures);
    assert_eq!(scored, 0);
}

#[test]
fn more_messages_than_a_ladder_counts_to_are_a_flood() {
    let (tester, scored) = blocks("until: {block.block: 15000}");
    assert_eq!(tester.steps[0].verdict, Verdict::Fail);
    assert!(
        tester.steps[0].failures[0].title.contains("a flood"),
        "{:?}",
        tester.steps[0].failures
    );
    assert_eq!(scored, 2);
}

#[test]
fn a_question_that_is_asked_again_with_another_type_is_not_the_same() {
    let suite = suite_from(
        "suite: try/again
parties: {client: who asks, server: who answers}
links: {ask: {client -> server: dns}}
exchanges:
  again:
    steps:
      - step: asked-twice
        ladder:
          - client -> server: {query: {question: [{name: www.example.test., type: A}]}}
            as: asked
          - client -> server: {again: asked}
"
        .into(),
    );
    let cast = Cast::new(&suite, &suite.exchanges[0], Projection::testing(&suite, &[0]));
    let aaaa = Edit::Number("question.0.type".into(), 28);
    for (edit, verdict) in [(Edit::None, Verdict::Pass), (aaaa, Verdict::Fail)] {
        let wrong = Wrong { cue: Cue::Said(1), deed: Deed::Edit(edit) };
        let client = Cast { wrong: Some(Arc::new(wrong)), ..sim::peer(&cast) };
        let heard = &sim::run(vec![cast.clone(), client])[0].steps[0];
        assert_eq!(heard.verdict, verdict, "{:?}", heard.failures);
    }
}

#[test]
fn what_may_come_or_not_may_be_one_of_several() {
    let ladder = |rungs: &str| {
        suite_from(format!(
            "suite: try/choice
parties: {{client: who asks, server: who answers}}
links: {{ask: {{client -> server: dns}}}}
exchanges:
  choice:
    steps:
      - step: answered-or-not
        ladder:
          - client -> server: {{query: {{question: [{{name: www.example.test., type: A}}]}}}}
{rungs}
"
        ))
    };
    let said = |rcode: &str| format!("server -> client: {{response: {{rcode: {rcode}}}}}");
    let choice = format!("either: [{}, {}]", said("NXDOMAIN"), said("REFUSED"));
    let optional = format!("          - optional: [{{{choice}}}]\n            within: 1s");
    let twice = format!("          - repeat: [{{{choice}}}]\n            count: 0..2");
    for may_come in [optional, twice.clone()] {
        let tester = ladder(&may_come);
        for (rungs, verdict) in [
            (said("NXDOMAIN"), Verdict::Pass),
            (said("REFUSED"), Verdict::Pass),
            (said("SERVFAIL"), Verdict::Fail),
            ("silent: server -> client\n            for: 1s".into(), Verdict::Pass),
        ] {
            let peer = ladder(&format!("          - {rungs}"));
            let [tester, peer] = [&tester, &peer].map(|suite| {
                Cast::new(suite, &suite.exchanges[0], Projection::testing(suite, &[1]))
            });
            let heard = &sim::run(vec![tester, sim::peer(&peer)])[0].steps[0];
            assert_eq!(heard.verdict, verdict, "{may_come}, {rungs}: {:?}", heard.failures);
        }
        let exchange = &tester.exchanges[0];
        let cast = Cast::new(&tester, exchange, Projection::testing(&tester, &[1]));
        let (heard, peer) = sim::self_play(&cast);
        let verdicts = [heard.steps[0].verdict, peer.steps[0].verdict];
        assert_eq!(verdicts, [Verdict::Pass; 2], "{may_come}");
    }
}

#[test]
fn one_of_several_may_come_in_any_order_with_others() {
    let ladder = |rungs: &str| {
        suite_from(format!(
            "suite: try/order
parties: {{client: who asks, server: who answers}}
links: {{ask: {{client -> server: ftp}}}}
exchanges:
  order:
    steps:
      - step: both
        ladder:
          - connect: client -> server
{rungs}
"
        ))
    };
    let asked = |verb: &str| {
        format!("[{{client -> server: {verb}}}, {{server -> client: {{reply: {{code: 200}}}}}}]")
    };
    let (syst, noop, pwd) = (asked("syst"), asked("noop"), asked("pwd"));
    let tester = ladder(&format!("          - any-order: [{syst}, [{{either: [{noop}, {pwd}]}}]]"));
    for (said, verdict) in [
        ([&syst, &noop], Verdict::Pass),
        ([&pwd, &syst], Verdict::Pass),
        ([&noop, &pwd], Verdict::Fail),
    ] {
        let rungs: String = said
            .iter()
            .map(|rungs| rungs.trim_matches(['[', ']']).replace("}, {", "}\n          - {"))
            .map(|rungs| format!("          - {rungs}\n"))
            .collect();
        let peer = ladder(&rungs);
        let [tester, peer] = [&tester, &peer]
            .map(|suite| Cast::new(suite, &suite.exchanges[0], Projection::testing(suite, &[0])));
        let heard = &sim::run(vec![tester, sim::peer(&peer)])[0].steps[0];
        assert_eq!(heard.verdict, verdict, "{rungs}: {:?}", heard.failures);
    }
}

fn suite_from(text: String) -> Arc<Suite> {
    let source = Arc::new(Source { path: "try.yaml".into(), text });
    let mut problems = Vec::new();
    let suite = suite::suite_from_source(&source, suite::Common::default(), &mut problems);
    let problems: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}
