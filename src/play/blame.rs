//! How a failure gets into the outcome of the step, and the words that all failures use.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::script::Stop;
use super::stage::{Arrival, Stage};
use crate::diag::Pos;
use crate::ladder::{Level, Role, Say};
use crate::record::{Failure, Happening, Verdict};
use crate::wire::{Side, Transport};

/// A message in words: `the access-accept of server`.
pub(super) fn said(stage: &Stage, say: &Say) -> String {
    let link = &stage.cast.suite.links[say.ends.link];
    match (say.kind.from, link.initiator == say.ends.from) {
        (Side::Either, _) => format!("the {} of `{}`", say.kind.name, stage.party(say.ends.from)),
        _ => format!("the {}", say.kind.name),
    }
}

/// A message that came, in words: `access-reject`, `the same access-reject again`, and of a type that its
/// protocol does not know the numbers that tell types apart, `packet with code 77`.
pub(super) fn came(stage: &Stage, arrival: &Arrival) -> String {
    let message = &arrival.message;
    let name = message.kind.name;
    if is_again(stage, arrival) {
        return format!("the same {name} again");
    }
    let mut words = name.to_owned();
    if message.kind.when.is_empty() {
        let all = stage.cast.suite.links[arrival.ends.link].protocol.messages;
        let marks: BTreeSet<&str> =
            all.iter().flat_map(|kind| kind.when).map(|(field, _)| *field).collect();
        for (n, (mark, node)) in
            marks.iter().filter_map(|mark| Some((mark, message.find(mark)?))).enumerate()
        {
            let and = if n == 0 { "with" } else { "and" };
            let _ = write!(words, " {and} {mark} {}", node.show());
        }
    }
    words
}

/// Whether the same datagram has come before. On a stream the same may well be said again.
pub(super) fn is_again(stage: &Stage, arrival: &Arrival) -> bool {
    let link = &stage.cast.suite.links[arrival.ends.link];
    link.protocol.transport == Transport::Udp
        && stage.report.events[..arrival.event].iter().any(|event| match &event.what {
            Happening::Message { ends, role: Role::Hear, message: earlier, .. } => {
                *ends == arrival.ends
                    && event.flow == Some(arrival.flow)
                    && earlier.bytes == arrival.message.bytes
            }
            _ => false,
        })
}

/// The rung that ended last.
#[derive(Clone, Debug)]
pub(super) enum MarkName {
    Start,
    Said(Arc<Say>),
    Silence(Duration),
    Triggered(String),
    Connection,
}

impl MarkName {
    pub(super) fn words(&self, stage: &Stage) -> String {
        match self {
            Self::Start => "the start".into(),
            Self::Said(say) => said(stage, say),
            Self::Silence(lasting) => format!("the silence of {}", seconds(*lasting)),
            Self::Triggered(name) => format!("`{name}` was triggered"),
            Self::Connection => "the connection".into(),
        }
    }
}

impl Stage {
    /// What times are counted from, in words.
    pub(super) fn mark_words(&self) -> String {
        self.mark_name.words(self)
    }
}

/// A time as people say it.
pub(super) fn seconds(time: Duration) -> String {
    match time.as_millis() {
        0 => format!("{} µs", time.as_micros()),
        ms @ 1..1000 => format!("{ms} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

/// Fails the step.
pub(super) fn add(stage: &mut Stage, failure: Failure) -> Stop {
    if let Some(outcome) = stage.outcome() {
        outcome.add(failure);
    }
    Stop
}

/// Fails the step, but goes on where only a recommendation is broken.
pub(super) fn soften(stage: &mut Stage, failure: Failure) -> Result<(), Stop> {
    let binding = stage.outcome().map(|o| o.level);
    let stop = add(stage, failure);
    if binding == Some(Level::Must) { Err(stop) } else { Ok(()) }
}

/// Ends the exchange without a verdict, and shows the message that led there.
pub(super) fn inconclusive(stage: &mut Stage, why: &str) -> Stop {
    let mut failure =
        stage.failure(Verdict::Inconclusive, format!("inconclusive: {why}"), stage.pos);
    let heard = stage.report.events.iter().rev().find_map(|event| match &event.what {
        Happening::Message { ends, message, role: Role::Hear, .. } => {
            Some((ends.from, message.clone()))
        }
        _ => None,
    });
    if let Some((from, message)) = heard {
        failure.party = Some(from);
        failure.message = Some(message);
    }
    add(stage, failure)
}

/// Fails the step where something happened that no message shows; leaves it out where it cannot be
/// played from here.
pub(super) fn trouble(stage: &mut Stage, pos: Pos) -> Result<(), Stop> {
    let Some((verdict, title)) = stage.trouble.as_deref().cloned() else { return Ok(()) };
    if verdict == Verdict::Skipped {
        if let Some(outcome) = stage.outcome() {
            outcome.verdict = outcome.verdict.max(verdict);
            outcome.reason = title;
        }
        return Err(Stop);
    }
    let failure = stage.failure(verdict, title, pos);
    Err(add(stage, failure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;
    use crate::ladder::Projection;
    use crate::play::{Cast, Input, Output, Play, Stray};
    use crate::suite::{Common, suite_from_source};

    /// A play that has asked a name server, and its flow; what it asked.
    fn asked() -> (Play, usize, Vec<u8>) {
        let text = "\
suite: try/asked
parties: {client: client, server: server}
links: {dns: {client -> server: dns}}
exchanges:
  twice:
    tests: server
    steps:
      - step: answered
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
      - step: answered-again
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: AAAA}}}
          - server -> client: {response: {rcode: NOERROR}}
";
        let source = Arc::new(Source { path: "asked.yaml".into(), text: text.into() });
        let mut problems = Vec::new();
        let suite = suite_from_source(&source, Common::default(), &mut problems);
        let suite = Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")));
        let twice = suite.exchange("twice").expect("it is there");
        let cast = Cast::new(&suite, twice, Projection::testing(&suite, &[1]));
        let mut play = Play::new(Cast { is_there: false, ..cast });
        play.start(Duration::ZERO);
        let (flow, octets) = sent(&mut play);
        (play, flow, octets)
    }

    /// What is said next, and where.
    fn sent(play: &mut Play) -> (usize, Vec<u8>) {
        let said = std::iter::from_fn(|| play.next_output()).find_map(|output| match output {
            Output::Send(flow, octets) => Some((flow, octets)),
            _ => None,
        });
        said.expect("something is said")
    }

    /// The answer to a question.
    fn answer(question: &[u8]) -> Vec<u8> {
        let mut octets = question.to_vec();
        octets[2] |= 0x80;
        octets
    }

    fn title(play: Play) -> String {
        let steps = play.into_report().steps;
        let mut failures = steps.into_iter().flat_map(|step| step.failures);
        failures.next().expect("something failed").title
    }

    #[test]
    fn what_is_said_once_more_is_told_as_that() {
        let (mut play, flow, question) = asked();
        for _ in 0..2 {
            play.take(Duration::ZERO, Input::Received(flow, answer(&question)));
        }
        let report = play.into_report();
        let failure = &report.steps[1].failures[0];
        assert_eq!(failure.title, "field `id` of the response of `server` is not as demanded");
        assert_eq!(failure.remark, "the same octets have come before");
    }

    #[test]
    fn an_answer_from_elsewhere_is_told_where_it_did_not_come() {
        let (mut play, flow, question) = asked();
        let stray = |octets: Vec<u8>| Stray {
            octets,
            due: "from 192.0.2.1:53".into(),
            came: "from 192.0.2.2:53".into(),
        };
        play.take(Duration::ZERO, Input::Elsewhere(flow, stray(answer(&question))));
        // A flow that is not there is nobody's.
        play.take(Duration::ZERO, Input::Elsewhere(flow + 9, stray(vec![1, 2])));
        for n in 0..100 {
            play.take(Duration::ZERO, Input::Elsewhere(flow, stray(vec![n; 3])));
        }
        let late = play.wake_at().expect("it is waited for");
        play.take(late, Input::Tick);
        assert!(play.is_over());
        let report = play.into_report();
        assert!(report.events.len() < 80, "{} events", report.events.len());
        let failure = &report.steps[0].failures[0];
        assert!(failure.title.ends_with(", but from elsewhere"), "{}", failure.title);
        let told = &failure.differences[0];
        assert_eq!(
            (told.expected.as_str(), told.got.as_str()),
            ("the response from 192.0.2.1:53", "it from 192.0.2.2:53")
        );
    }

    #[test]
    fn what_is_lost_is_our_trouble_until_somebody_was_heard() {
        let lost = |flow| Input::Lost(flow, "no route to host".into());
        let (mut play, flow, _) = asked();
        play.take(Duration::ZERO, lost(flow));
        assert_eq!(title(play), "`server` cannot be reached: no route to host");
        let (mut play, flow, question) = asked();
        play.take(Duration::ZERO, Input::Received(flow, answer(&question)));
        let (flow, question) = sent(&mut play);
        play.take(Duration::ZERO, lost(flow));
        play.take(Duration::ZERO, Input::Received(flow, answer(&question)));
        assert!(play.is_over());
        let verdicts = play.into_report().steps.into_iter().map(|step| step.verdict);
        assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Pass, Verdict::Pass]);
    }

    #[test]
    fn what_this_host_cannot_do_leaves_the_step_out_and_blames_nobody() {
        let text = "\
suite: try/elsewhere
parties: {nas: client, server: server}
links: {auth: {nas -> server: radius, secret: testing123}}
exchanges:
  stranger:
    tests: server
    steps:
      - step: dropped
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
            corrupt: {from: other-address}
          - silent: server -> nas
            for: 1s
      - step: goes-on
        ladder:
          - nas -> server: {access-request: {attributes: {User-Name: bob}}}
          - server -> nas: access-accept
";
        let source = Arc::new(Source { path: "elsewhere.yaml".into(), text: text.into() });
        let mut problems = Vec::new();
        let suite = suite_from_source(&source, Common::default(), &mut problems);
        let suite = Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")));
        let stranger = suite.exchange("stranger").expect("it is there");
        let mut play = Play::new(Cast::new(&suite, stranger, Projection::testing(&suite, &[1])));
        play.start(Duration::ZERO);
        let sent = std::iter::from_fn(|| play.next_output());
        assert!(sent.collect::<Vec<_>>().iter().any(|o| matches!(o, Output::SendAside(..))));
        play.take(Duration::ZERO, Input::Unable("there is one address".into()));
        assert!(play.is_over());
        let steps = play.into_report().steps;
        let came: Vec<_> = steps.iter().map(|s| (s.verdict, s.failures.len())).collect();
        assert_eq!(came, [(Verdict::Skipped, 0), (Verdict::NotReached, 0)]);
        assert_eq!(steps[0].reason, "there is one address");
    }
}
