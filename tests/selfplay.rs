//! Every suite plays itself, in memory, from the side of every party that it can test.

use std::path::PathBuf;
use std::sync::Arc;

use stepladder::ladder::Projection;
use stepladder::play::Cast;
use stepladder::record::Verdict;
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
