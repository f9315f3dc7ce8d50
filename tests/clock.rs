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
  quiet-first:
    steps:
      - step: quiet
        ladder:
          - silent: nas -> server
            for: 1s
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

/// The request of the client, as the harness itself makes it.
fn request(suite: &Arc<Suite>) -> Vec<u8> {
    let projection = Projection::testing(suite, &[1]);
    let mut client = Play::new(Cast::new(suite, &suite.exchanges[0], projection));
    client.start(Duration::ZERO);
    loop {
        match client.next_output() {
            Some(Output::Send(_, octets)) => return octets,
            Some(_) => {}
            None => client.take(client.wake_at().expect("it waits"), Input::Tick),
        }
    }
}

/// What the server makes of a request at a time, told of it without having been told the time.
fn asked_at(at: Duration) -> Vec<Verdict> {
    let suite = suite();
    let projection = Projection::testing(&suite, &[0]);
    let mut server = Play::new(Cast::new(&suite, &suite.exchanges[0], projection));
    server.start(Duration::ZERO);
    let flow = server.accept(at, 0);
    server.take(at, Input::Received(flow, request(&suite)));
    while !server.is_over() {
        server.take(server.wake_at().expect("it waits"), Input::Tick);
    }
    server.into_report().steps.iter().map(|step| step.verdict).collect()
}

#[test]
fn what_comes_after_a_silence_does_not_break_it_however_late_the_clock_is_looked_at() {
    use Verdict::{Fail, NotReached, Pass};
    assert_eq!(asked_at(Duration::from_millis(999)), [Fail, NotReached]);
    assert_eq!(asked_at(Duration::from_millis(1000)), [Pass, Pass]);
    assert_eq!(asked_at(Duration::from_millis(1100)), [Pass, Pass]);
}
