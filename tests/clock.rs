//! What a play makes of times, under a clock that the test makes up.

use std::sync::Arc;
use std::time::Duration;

use stepladder::diag::Source;
use stepladder::ladder::{Projection, Suite};
use stepladder::play::{Cast, Input, Output, Play};
use stepladder::record::Verdict;
use stepladder::suite::{Common, suite_from_source};

const SUITE: &str = "\
suite: try/clock
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: $secret}}
settings: {secret: testing123, user: bob}
exchanges:
  theirs:
    steps:
      - step: quiet
        ladder:
          - silent: nas -> server
            for: 1s
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $user}}}
          - server -> nas: access-accept
  ours-then-theirs:
    steps:
      - step: quiet
        ladder:
          - silent: server -> nas
            for: 300ms
          - silent: nas -> server
            for: 700ms
      - step: asked
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: $user}}}
          - server -> nas: access-accept
";

fn suite() -> Arc<Suite> {
    let source = Arc::new(Source { path: "clock.yaml".into(), text: SUITE.into() });
    let mut problems = Vec::new();
    let suite = suite_from_source(&source, Common::default(), &mut problems);
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}

/// The play of everybody but one party, who keeps silent 40 ms longer than asked for.
fn testing(suite: &Arc<Suite>, exchange: &str, party: usize) -> Play {
    let exchange = suite.exchange(exchange).expect("it is there");
    let projection = Projection::testing(suite, &[party]);
    let margin = Duration::from_millis(40);
    let mut play = Play::new(Cast { margin, ..Cast::new(suite, exchange, projection) });
    play.start(Duration::ZERO);
    play
}

/// The request of the client, as the harness itself makes it, and when.
fn request(suite: &Arc<Suite>, exchange: &str) -> (Duration, Vec<u8>) {
    let mut client = testing(suite, exchange, 1);
    let mut now = Duration::ZERO;
    loop {
        match client.next_output() {
            Some(Output::Send(_, octets)) => return (now, octets),
            Some(_) => {}
            None => {
                now = client.wake_at().expect("it waits");
                client.take(now, Input::Tick);
            }
        }
    }
}

/// What the server makes of a request that comes at a time. It looks at the clock so much too late.
fn asked_at(exchange: &str, at: u64, late: u64) -> Vec<Verdict> {
    let (at, late) = (Duration::from_millis(at), Duration::from_millis(late));
    let suite = suite();
    let mut server = testing(&suite, exchange, 0);
    while let Some(wake) = server.wake_at().filter(|wake| *wake + late <= at) {
        server.take(wake + late, Input::Tick);
    }
    let flow = server.accept(at, 0);
    server.take(at, Input::Received(flow, request(&suite, exchange).1));
    while !server.is_over() {
        server.take(server.wake_at().expect("it waits"), Input::Tick);
    }
    server.into_report().steps.iter().map(|step| step.verdict).collect()
}

use Verdict::{Fail, NotReached, Pass};

#[test]
fn what_comes_after_a_silence_does_not_break_it_however_late_the_clock_is_looked_at() {
    for late in [0, 90, 5_000] {
        assert_eq!(asked_at("theirs", 999, late), [Fail, NotReached]);
        assert_eq!(asked_at("theirs", 1_000, late), [Pass, Pass]);
        assert_eq!(asked_at("theirs", 1_100, late), [Pass, Pass]);
    }
}

#[test]
fn a_margin_of_ours_is_not_taken_from_the_silence_that_follows() {
    assert_eq!(request(&suite(), "ours-then-theirs").0, Duration::from_millis(1_040));
    for late in [0, 90] {
        assert_eq!(asked_at("ours-then-theirs", 999, late), [Fail, NotReached]);
        assert_eq!(asked_at("ours-then-theirs", 1_000, late), [Pass, Pass]);
        assert_eq!(asked_at("ours-then-theirs", 1_100, late), [Pass, Pass]);
    }
}
