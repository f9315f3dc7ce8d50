//! How a failure gets into the outcome of the step, and the words that all failures use.

use std::sync::Arc;
use std::time::Duration;

use super::script::Stop;
use super::stage::Stage;
use crate::diag::Pos;
use crate::ladder::{Level, Say};
use crate::record::{Failure, Verdict};
use crate::wire::Side;

/// A message in words: `the access-accept of server`.
pub(super) fn said(stage: &Stage, say: &Say) -> String {
    let link = &stage.cast.suite.links[say.ends.link];
    match (say.kind.from, link.initiator == say.ends.from) {
        (Side::Either, _) => format!("the {} of `{}`", say.kind.name, stage.party(say.ends.from)),
        _ => format!("the {}", say.kind.name),
    }
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
    use crate::play::{Cast, Input, Output, Play};
    use crate::suite::{Common, suite_from_source};

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
