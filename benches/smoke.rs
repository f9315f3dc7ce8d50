//! The hot paths, each a fixed number of times, for counting instructions.
//!
//! ```sh
//! smoke encode 100
//! ```
//!
//! The difference between many rounds and none is what the rounds cost; `.ci/run bench_smoke` says it
//! for each path.

use std::hint::black_box;

use common::{Real, cast, load, login, many, questions, repeated};
use stepladder::record::Verdict;
use stepladder::sim;

#[expect(dead_code, reason = "each bench uses what it needs")]
mod common;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    // Under `cargo bench` and `cargo test` without words there is nothing to count.
    let (Some(path), Some(rounds)) = (words.next(), words.next()) else { return };
    let rounds: usize = rounds.parse().expect("a number of rounds");
    match path.as_str() {
        "decode" => {
            let real = Real::read("radius/accounting-start-request");
            (0..rounds).for_each(|_| drop(black_box(real.decode())));
        }
        "encode" => {
            let real = Real::read("radius/accounting-start-request");
            let draft = real.draft();
            (0..rounds).for_each(|_| drop(black_box(real.encode(&draft))));
        }
        "exchange" => {
            let cast = cast(&load(many("bench/one", 1)), "case-00000", "server");
            (0..rounds).for_each(|_| passes(&cast));
        }
        // A round is one more exchange in the same play.
        "repeated" => {
            passes(&cast(&load(repeated("bench/all", rounds.max(1))), "all", "server"));
        }
        // The same with questions and answers, whose structures and names have parts.
        "questions" => {
            let text = questions("bench/dns", rounds.max(1), ["dns", "query", "response"]);
            passes(&cast(&load(text), "all", "server"));
        }
        "login" => {
            let cast = login();
            (0..rounds).for_each(|_| passes(&cast));
        }
        // A round is an exchange of the suite.
        "load" => {
            black_box(load(many("bench/many", rounds.max(1))));
        }
        other => panic!("no path is called {other}"),
    }
}

/// Plays a cast against itself.
fn passes(cast: &stepladder::play::Cast) {
    let (report, _) = sim::self_play(black_box(cast));
    assert!(report.steps.iter().all(|step| step.verdict == Verdict::Pass));
}
