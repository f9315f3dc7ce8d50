//! Peers that mean no good: random and truncated octets on every link, streams that never close or
//! close at once, floods. A play never panics, never hangs, and always ends with a verdict.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stepladder::ladder::{Exchange, Projection, Suite};
use stepladder::play::{Cast, Input, Output, Play};
use stepladder::record::{Report, Verdict};
use stepladder::suite;

fn suites() -> Vec<Arc<Suite>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suites");
    let files = suite::find(&[root]).expect("there are suites");
    files.iter().map(|f| Arc::new(suite::load(f).0.expect("a good suite"))).collect()
}

fn cast(suite: &Arc<Suite>, exchange: &Arc<Exchange>, party: usize, seed: u64) -> Option<Cast> {
    let projection = Projection::testing(suite, &[party]);
    if exchange.cannot_test(suite, &projection).is_some() {
        return None;
    }
    Some(Cast { seed, margin: Duration::ZERO, ..Cast::new(suite, exchange, projection) })
}

/// What a peer does when it is its turn: inputs for the play, from what it was sent.
type Peer<'p> = &'p mut dyn FnMut(&mut fastrand::Rng, &Output) -> Vec<Input>;

/// Plays against a peer that is asked whenever the play has said something or waits; and that also
/// opens a flow on every link on which the play is called upon.
fn play(cast: Cast, rng: &mut fastrand::Rng, peer: Peer<'_>) -> Report {
    let callable: Vec<usize> = (0..cast.suite.links.len())
        .filter(|l| {
            let link = &cast.suite.links[*l];
            cast.projection.played[link.responder] && !cast.projection.played[link.initiator]
        })
        .collect();
    let mut play = Play::new(cast);
    let mut now = Duration::ZERO;
    play.start(now);
    let mut flows = Vec::new();
    for link in callable {
        flows.push(play.accept(now, link));
    }
    for _ in 0..10_000 {
        let mut inputs = Vec::new();
        while let Some(output) = play.next_output() {
            if let Output::Open { flow, .. } = output {
                flows.push(flow);
                inputs.push(Input::Established(flow));
            }
            inputs.extend(peer(rng, &output));
        }
        if play.is_over() {
            return play.into_report();
        }
        if inputs.is_empty() {
            match flows.as_slice() {
                [_, ..] if rng.u8(..) < 128 => {
                    let flow = flows[rng.usize(..flows.len())];
                    inputs.extend(peer(rng, &Output::Send(flow, Vec::new())));
                }
                _ => {}
            }
            now = play.wake_at().unwrap_or(now + Duration::from_secs(1)).max(now);
            inputs.push(Input::Tick);
        }
        for input in inputs {
            play.take(now, input);
        }
    }
    panic!("the play does not end: it waits for {}", play.waiting_for());
}

fn every_play(seed: u64, mut check: impl FnMut(Cast, &mut fastrand::Rng)) {
    let mut rng = fastrand::Rng::with_seed(seed);
    for suite in suites() {
        for exchange in &suite.exchanges {
            for party in 0..suite.parties.len() {
                if let Some(cast) = cast(&suite, exchange, party, rng.u64(..)) {
                    check(cast, &mut rng);
                }
            }
        }
    }
}

#[test]
fn random_octets_never_pass_and_never_panic() {
    every_play(1, |cast, rng| {
        let name = format!("{}::{}", cast.suite.name, cast.exchange.name);
        let speaks = cast.exchange.steps.iter().any(|s| !s.rungs.is_empty());
        let report = play(cast, rng, &mut |rng, output| match output {
            Output::Send(flow, _) => {
                let octets = (0..rng.usize(1..300)).map(|_| rng.u8(..)).collect();
                vec![Input::Received(*flow, octets)]
            }
            _ => Vec::new(),
        });
        let passed = report.steps.iter().all(|s| s.verdict == Verdict::Pass);
        assert!(speaks && !passed, "{name} passes against noise");
    });
}

#[test]
fn damaged_echoes_never_panic() {
    every_play(2, |cast, rng| {
        play(cast, rng, &mut |rng, output| match output {
            Output::Send(flow, sent) => {
                let mut octets = sent.clone();
                for _ in 0..rng.usize(0..4) {
                    if !octets.is_empty() {
                        let at = rng.usize(..octets.len());
                        octets[at] = rng.u8(..);
                    }
                }
                octets.truncate(rng.usize(0..=octets.len()));
                vec![Input::Received(*flow, octets)]
            }
            _ => Vec::new(),
        });
    });
}

#[test]
fn a_peer_that_closes_at_once_ends_every_play() {
    every_play(3, |cast, rng| {
        play(cast, rng, &mut |_, output| match output {
            Output::Open { flow, .. } | Output::Send(flow, _) => vec![Input::Closed(*flow)],
            _ => Vec::new(),
        });
    });
}

#[test]
fn a_peer_that_refuses_everything_ends_every_play() {
    every_play(4, |cast, rng| {
        play(cast, rng, &mut |_, output| match output {
            Output::Open { flow, .. } | Output::Send(flow, _) => {
                vec![Input::Refused(*flow, "\x1b[31mno\u{202e}".into())]
            }
            _ => Vec::new(),
        });
    });
}

#[test]
fn a_flood_is_a_failure_and_not_our_end() {
    let suites = suites();
    let suite = suites.iter().find(|s| s.name == "radius/pap").expect("it is there");
    let exchange = suite.exchange("accept").expect("it is there");
    let cast = cast(suite, exchange, suite.party("server").expect("there"), 1).expect("possible");
    let mut rng = fastrand::Rng::with_seed(5);
    let report = play(cast, &mut rng, &mut |_, output| match output {
        Output::Send(flow, _) => {
            (0..30_000u32).map(|i| Input::Received(*flow, i.to_be_bytes().repeat(10))).collect()
        }
        _ => Vec::new(),
    });
    assert!(report.events.len() < 25_000, "memory is bounded");
    assert!(report.steps.iter().any(|s| s.verdict == Verdict::Fail));
}
