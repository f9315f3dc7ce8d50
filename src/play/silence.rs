//! Silence: kept by us, or watched while something else is waited for.

use std::sync::Arc;
use std::time::Duration;

use super::blame::{MarkName, add, seconds, trouble};
use super::hear::{Found, is_repeat, standing, would_answer};
use super::script::{Player, Stop};
use super::stage::{Arrival, Stage, Watch, wait};
use super::wrong::Deed;
use crate::ladder::{Role, Rung, Silence};
use crate::record::{Difference, Happening, Verdict};
use crate::wire::Message;

impl Player {
    pub(super) async fn silence(&self, rung: &Rung, silence: &Arc<Silence>) -> Result<(), Stop> {
        let role = {
            let stage = self.stage.borrow();
            stage.cast.projection.role(silence.ends.from, silence.ends.to)
        };
        if role == Role::Say {
            let speaks = self.stage.borrow_mut().deed_at(rung.pos) == Some(Deed::Speak);
            if speaks {
                // Late enough that it cannot have crossed what was said before.
                let late = silence.lasting.unwrap_or(2 * CROSSING) / 2;
                Box::pin(self.pause(late)).await?;
                Box::pin(self.speak(rung.pos, silence.ends)).await?;
            }
        }
        let Some(lasting) = silence.lasting else {
            if role == Role::Hear {
                self.stage.borrow_mut().watch(silence, rung.pos);
            }
            return Ok(());
        };
        // From where the rung before ended, and not from now: a margin that we kept there, or a
        // late look at the clock, is no time of the other end's.
        let (mark, margin) = {
            let stage = self.stage.borrow();
            (stage.mark, stage.cast.margin)
        };
        let mut until = mark + lasting;
        match role {
            Role::Unseen => return Ok(()),
            Role::Hear => {
                let number = {
                    let mut stage = self.stage.borrow_mut();
                    stage.waiting.clear();
                    stage.watch(silence, rung.pos)
                };
                let paused = self.pause_until(until).await;
                self.stage.borrow_mut().watches.retain(|w| w.number != number);
                paused?;
            }
            Role::Say => self.pause_until(until + margin).await?,
            // Both are ours: nothing would be said.
            Role::Internal => until = self.stage.borrow().now,
        }
        let mut stage = self.stage.borrow_mut();
        stage.happened(Happening::Silence(silence.ends, lasting));
        stage.mark = until;
        stage.mark_name = MarkName::Silence(lasting);
        Ok(())
    }

    /// Lets time go by; standing answers are given meanwhile, and silences are watched.
    pub(super) async fn pause(&self, time: Duration) -> Result<(), Stop> {
        let until = self.stage.borrow().now + time;
        self.pause_until(until).await
    }

    async fn pause_until(&self, until: Duration) -> Result<(), Stop> {
        loop {
            let look = |stage: &mut Stage| {
                if stage.trouble.is_some() {
                    return Some(Found::Trouble);
                }
                if broken_silence(stage).is_some() {
                    return Some(Found::Gone("a silence was broken".into()));
                }
                standing(stage)
            };
            // What was found takes no room while something is waited for.
            let answer = match wait(&self.stage, Some(until), look).await {
                None => return self.watched(),
                Some(Found::Standing { responder, arrival }) => {
                    Box::pin(self.answer(responder, arrival))
                }
                Some(Found::Trouble) => {
                    let mut stage = self.stage.borrow_mut();
                    let pos = stage.pos;
                    trouble(&mut stage, pos)?;
                    continue;
                }
                Some(_) => {
                    self.watched()?;
                    continue;
                }
            };
            answer.await?;
        }
    }

    /// Lets the time go by that must pass before something of ours.
    pub(super) async fn before_ours(&self, rung: &Rung) -> Result<(), Stop> {
        let (mark, margin, hurries) = {
            let stage = self.stage.borrow();
            (stage.mark, stage.cast.margin, stage.hurries())
        };
        match rung.timing.after.filter(|_| !hurries) {
            Some(after) => Box::pin(self.pause_until(mark + after + margin)).await,
            None => Ok(()),
        }
    }

    /// Fails where a party spoke that was to be silent.
    pub(super) fn watched(&self) -> Result<(), Stop> {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let Some((watch, broken)) = broken_silence(stage) else { return Ok(()) };
        let (ends, pos) = (watch.silence.ends, watch.pos);
        let who = stage.party(ends.from).to_owned();
        let to = stage.party(ends.to).to_owned();
        let (what, message, at) = match broken {
            Broken::Message(arrival, came) => {
                let kind = arrival.message.kind.name;
                let what = came.map_or(kind.to_owned(), |came| format!("{kind} {came}"));
                (what, Some(arrival.message), arrival.at)
            }
            Broken::Text(text, at) => {
                (format!("the text {}", crate::wire::show_text(&text)), None, at)
            }
        };
        let title = format!("`{who}` was to be silent towards `{to}` and said {what}");
        let mut failure = stage.failure(Verdict::Fail, title, pos);
        failure.party = Some(ends.from);
        failure.remark = match watch.silence.lasting {
            Some(lasting) => format!("silence of {} was due", seconds(lasting)),
            None => "silence was due until the next rung".into(),
        };
        failure.after = Some((at.saturating_sub(stage.mark), stage.mark_words()));
        failure.differences.push(Difference {
            path: String::new(),
            expected: "nothing".into(),
            got: what,
            bits: None,
            pos: None,
            source: "",
        });
        failure.message = message;
        stage.watches.clear();
        Err(add(stage, failure))
    }
}

enum Broken {
    /// A message, and how it came, where that is not the way that it should.
    Message(Arrival, Option<String>),
    /// Octets that are no whole message yet, and when they came.
    Text(Vec<u8>, Duration),
}

/// How long a repetition may have been on its way before our answer was read.
const CROSSING: Duration = Duration::from_millis(50);

/// Whether an arrival is a repetition that was sent before our answer was read: the two crossed, and
/// nobody spoke out of turn.
fn crossed(stage: &Stage, arrival: &Arrival) -> bool {
    let said = stage.flows[arrival.flow].said_at;
    let just_said = said.is_some_and(|said| arrival.at.saturating_sub(said) < CROSSING);
    just_said && is_repeat(stage, arrival) && answered(stage, arrival)
}

/// Whether we have said something since the octets of an arrival came for the first time. What came
/// twice before we said anything did not cross our answer: there was none.
fn answered(stage: &Stage, arrival: &Arrival) -> bool {
    let link = arrival.ends.link;
    let came = |what: &Happening| matches!(what, Happening::Message { ends, message, role: Role::Hear, .. } if *ends == arrival.ends && message.bytes == arrival.message.bytes);
    let said = |what: &Happening| matches!(what, Happening::Message { ends, role: Role::Say, .. } if ends.link == link);
    let since = stage.report.events[..arrival.event].iter().skip_while(|e| !came(&e.what));
    since.skip(1).any(|e| said(&e.what))
}

/// The first silence that somebody broke.
///
/// A play that is kept from looking at the clock may be told of what came after a silence before it
/// is told that the silence is over. So it is the time of the arrival that counts.
fn broken_silence(stage: &Stage) -> Option<(Watch, Broken)> {
    for watch in &stage.watches {
        let silence = &watch.silence;
        let breaks = |message: &Message| match &silence.containing {
            None => true,
            Some(pattern) => {
                let mut nodes = message.nodes.iter().filter(|node| node.depth == 0);
                nodes.any(|node| stage.accepts(pattern, node, message))
            }
        };
        let speaks = |arrival: &Arrival| {
            !watch.was_over(arrival.at)
                && !arrival.message.kind.background
                && would_answer(stage, arrival).is_none()
                && !crossed(stage, arrival)
                && breaks(&arrival.message)
        };
        for arrival in stage.arrivals.iter().filter(|arrival| arrival.ends == silence.ends) {
            if speaks(arrival) {
                return Some((watch.clone(), Broken::Message(arrival.clone(), None)));
            }
        }
        for (arrival, came) in stage.said_elsewhere(silence.ends) {
            // What came before that was missed where it was waited for.
            if arrival.at >= watch.since && speaks(&arrival) {
                return Some((watch.clone(), Broken::Message(arrival, Some(came.to_owned()))));
            }
        }
        let from_initiator =
            stage.cast.suite.links[silence.ends.link].initiator == silence.ends.from;
        for (flow, f) in stage.flows.iter().enumerate() {
            let here =
                f.link == silence.ends.link && f.ours != from_initiator && !f.text.is_empty();
            let before = silence.containing.is_none() && f.text_at < watch.since;
            if !here || before || watch.was_over(f.text_at) {
                continue;
            }
            let message = stage.read(flow, f.text.clone(), from_initiator, None);
            if breaks(&message) {
                return Some((watch.clone(), Broken::Text(f.text.clone(), f.text_at)));
            }
        }
    }
    None
}
