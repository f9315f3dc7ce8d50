//! Hearing a message: which of the arrivals it is, and what it means that it is another one or none.
//!
//! An arrival is, in this order: what is waited for; what a standing answer serves; something that
//! may come at any time; a repetition where the protocol allows it; or a failure.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::blame::{MarkName, add, came, is_again, said, seconds, soften, trouble};
use super::compare::Comparison;
use super::script::{Player, Stop};
use super::stage::{Arrival, Binding, Flow, FlowState, Stage, wait};
use crate::diag::{Pos, counted};
use crate::ladder::{Ends, Pattern, Role, Rung, Say, Step, Term};
use crate::record::{Difference, Happening, Verdict};
use crate::wire::Flow as TextFlow;

impl Player {
    /// Waits for one of several messages and takes it; which one it was.
    pub(super) async fn hear(&self, rung: &Rung, wanted: &[Arc<Say>]) -> Result<usize, Stop> {
        self.await_one(rung, wanted, true).await?.ok_or(Stop)
    }

    /// Waits for one of several messages. With `must`, anything else is a failure and so is
    /// nothing; without, both give `None` and nothing is taken.
    pub(super) async fn await_one(
        &self,
        rung: &Rung,
        wanted: &[Arc<Say>],
        must: bool,
    ) -> Result<Option<usize>, Stop> {
        let from = self.stage.borrow().mark;
        let deadline = from + self.patience(rung, wanted[0].ends);
        wanted.clone_into(&mut self.stage.borrow_mut().waiting);
        loop {
            let look = |stage: &mut Stage| match stage.trouble.is_some() {
                true => Some(Found::Trouble),
                false => look(stage, wanted),
            };
            // What was found takes no room while something is waited for.
            let answer = match self.unless_watched(wait(&self.stage, Some(deadline), look).await)? {
                Some(Found::Trouble) => {
                    let mut stage = self.stage.borrow_mut();
                    trouble(&mut stage, rung.pos)?;
                    continue;
                }
                Some(Found::Wanted { which, arrival, comparison }) => {
                    return self
                        .taken(rung, &wanted[which], arrival, comparison, from)
                        .map(|()| Some(which));
                }
                Some(Found::Standing { responder, arrival }) => {
                    Box::pin(self.answer(responder, arrival))
                }
                Some(Found::Other { arrival, .. }) if !must => {
                    // It is not the optional one: what comes next may be waiting for it.
                    self.stage.borrow_mut().arrivals.push_front(arrival);
                    return Ok(None);
                }
                Some(Found::Gone(_)) | None if !must => return Ok(None),
                Some(Found::Other { arrival, differences, which, others }) => {
                    let why = (which, differences, others);
                    return Err(self.not_wanted(rung, wanted, arrival, why));
                }
                Some(Found::Gone(why)) => {
                    let mut stage = self.stage.borrow_mut();
                    let stage = &mut *stage;
                    let who = stage.party(wanted[0].ends.from).to_owned();
                    let title = format!("{} did not come: {why}", said(stage, &wanted[0]));
                    let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
                    failure.party = Some(wanted[0].ends.from);
                    failure.remark = format!("`{who}` was to say this");
                    failure.after = Some((stage.now.saturating_sub(from), stage.mark_words()));
                    return Err(add(stage, failure));
                }
                None => return Err(self.nothing_came(rung, wanted, deadline.saturating_sub(from))),
            };
            answer.await?;
        }
    }

    /// What was found, unless somebody spoke who was to be silent.
    fn unless_watched(&self, found: Option<Found>) -> Result<Option<Found>, Stop> {
        self.watched().map(|()| found)
    }

    /// A message that was waited for has come.
    pub(super) fn taken(
        &self,
        rung: &Rung,
        say: &Arc<Say>,
        arrival: Arrival,
        comparison: Comparison,
        from: Duration,
    ) -> Result<(), Stop> {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        stage.just_triggered = false;
        stage.keep(comparison);
        let from_initiator = stage.cast.suite.links[say.ends.link].initiator == say.ends.from;
        stage.keep_latest(say.ends.link, from_initiator, (arrival.flow, arrival.message.clone()));
        if let Some(name) = &say.bind {
            let binding = Binding::Message {
                message: arrival.message.clone(),
                flow: arrival.flow,
                at: arrival.at,
            };
            stage.names.insert(name.clone(), binding);
        }
        let gone = arrival.at.saturating_sub(from);
        let after = rung.timing.after.unwrap_or_default();
        let before = std::mem::replace(&mut stage.mark_name, MarkName::Said(say.clone()));
        // Whoever is wrong on purpose judges nobody's time: its own is not what it should be.
        if gone + TIMER_GRAIN < after && stage.cast.wrong.is_none() {
            let before = before.words(stage);
            let mut failure = stage.failure(
                Verdict::Fail,
                format!("{} came too early", said(stage, say)),
                rung.pos,
            );
            failure.party = Some(say.ends.from);
            failure.differences.push(Difference {
                path: "time".into(),
                expected: format!("{} or more after {before}", seconds(after)),
                got: seconds(gone),
                bits: None,
                pos: None,
                source: "",
            });
            failure.message = Some(arrival.message);
            failure.after = Some((gone, before));
            return soften(stage, failure);
        }
        Ok(())
    }

    /// Something else came.
    pub(super) fn not_wanted(
        &self,
        rung: &Rung,
        wanted: &[Arc<Say>],
        arrival: Arrival,
        (which, differences, others): (usize, Vec<Difference>, Vec<Difference>),
    ) -> Stop {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let say = &wanted[which];
        let who = stage.party(arrival.ends.from).to_owned();
        let got = arrival.message.kind.name;
        let title = if !std::ptr::eq(arrival.message.kind, say.kind) {
            let due = wanted.iter().filter(|say| !say.no_help);
            let mut names: Vec<&str> = due.map(|say| say.kind.name).collect();
            names.dedup();
            if names.is_empty() {
                names.extend(wanted.iter().map(|say| say.kind.name));
            }
            format!("`{who}` said {} where {} was due", came(stage, &arrival), names.join(" or "))
        } else if let [only] = differences.as_slice() {
            match only.path.as_str() {
                "" => format!("the {got} of `{who}` is not as demanded"),
                path => format!("field `{path}` of the {got} of `{who}` is not as demanded"),
            }
        } else {
            format!("{} fields of the {got} of `{who}` are not as demanded", differences.len())
        };
        let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
        failure.party = Some(arrival.ends.from);
        failure.differences = differences;
        failure.differences.extend(others);
        if is_again(stage, &arrival) {
            failure.remark = "the same octets have come before".into();
        }
        failure.after = Some((arrival.at.saturating_sub(stage.mark), stage.mark_words()));
        failure.message = Some(arrival.message);
        add(stage, failure)
    }

    pub(super) fn nothing_came(&self, rung: &Rung, wanted: &[Arc<Say>], waited: Duration) -> Stop {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let say = &wanted[0];
        let who = stage.party(say.ends.from).to_owned();
        let (is_there, elsewhere) = stage.came_from_elsewhere(wanted);
        let but = if is_there { ", but from elsewhere" } else { "" };
        let title = format!("{} did not come within {}{but}", said(stage, say), seconds(waited));
        let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
        failure.party = Some(say.ends.from);
        failure.remark = format!("`{who}` was to say this");
        failure.after = Some((waited, stage.mark_words()));
        let begun = stage.flows.iter().filter(|f| f.link == say.ends.link).map(Flow::begun).sum();
        failure.differences.extend(elsewhere);
        if let octets @ 1usize.. = begun {
            failure.differences.push(Difference {
                path: String::new(),
                expected: format!("a whole {}", say.kind.name),
                got: format!("{}, no whole message", counted(octets, "octet")),
                bits: None,
                pos: None,
                source: "",
            });
        }
        if say.kind.flow != TextFlow::Framed {
            let text: Vec<u8> = stage
                .flows
                .iter()
                .filter(|f| f.link == say.ends.link)
                .flat_map(|f| f.text.clone())
                .collect();
            failure.differences.push(Difference {
                path: say.kind.name.into(),
                expected: say
                    .fields
                    .iter()
                    .map(|f| stage.describe(&f.hear, f.field))
                    .collect::<Vec<_>>()
                    .join(", "),
                got: if text.is_empty() { "nothing".into() } else { crate::wire::show_text(&text) },
                bits: None,
                pos: say.fields.first().map(|f| f.pos),
                source: "",
            });
        }
        add(stage, failure)
    }

    /// A standing answer serves a request.
    pub(super) async fn answer(&self, responder: usize, arrival: Arrival) -> Result<(), Stop> {
        let (exchange, pos) = {
            let mut stage = self.stage.borrow_mut();
            stage.answered[responder] += 1;
            let exchange = stage.cast.exchange.clone();
            let hear = &exchange.responders[responder].hear;
            let from_initiator = stage.cast.suite.links[hear.ends.link].initiator == hear.ends.from;
            let latest = (arrival.flow, arrival.message.clone());
            stage.keep_latest(hear.ends.link, from_initiator, latest);
            let comparison = stage.compare(hear, &arrival.message, arrival.flow);
            stage.keep(comparison);
            if let Some(name) = &hear.bind {
                let binding = Binding::Message {
                    message: arrival.message.clone(),
                    flow: arrival.flow,
                    at: arrival.at,
                };
                stage.names.insert(name.clone(), binding);
            }
            if let Happening::Message { note, .. } = &mut stage.report.events[arrival.event].what {
                *note = Some("standing answer");
            }
            let pos = exchange.responders[responder].pos;
            (exchange, pos)
        };
        for say in &exchange.responders[responder].say {
            // A name that the answer keeps from this request alone is forgotten afterwards.
            self.say(pos, say).await?;
        }
        let mut stage = self.stage.borrow_mut();
        for spec in &exchange.responders[responder].hear.fields {
            if let Pattern::Equals(Term::Ref(r)) = &spec.hear {
                stage.names.remove(&r.name);
            }
        }
        Ok(())
    }

    /// How long something of the other side is waited for.
    pub(super) fn patience(&self, rung: &Rung, ends: Ends) -> Duration {
        let stage = self.stage.borrow();
        let usual = stage.cast.suite.links[ends.link].protocol.conversation.patience;
        let usual = if stage.just_triggered { usual.max(STARTING) } else { usual };
        stage.scaled(rung.timing.within.unwrap_or(usual))
    }

    pub(super) fn deadline(&self, _pos: Pos, within: Option<Duration>, flow: usize) -> Duration {
        let stage = self.stage.borrow();
        let protocol = stage.cast.suite.links[stage.flows[flow].link].protocol;
        stage.now + stage.scaled(within.unwrap_or(protocol.conversation.patience))
    }

    /// Fails where a message came on a link of the ladder that no rung asked for.
    pub(super) fn nothing_left(&self, step: &Step) -> Result<(), Stop> {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let stray = stage.arrivals.iter().find(|a| {
            !a.message.kind.background && !is_repeat(stage, a) && would_answer(stage, a).is_none()
        });
        let Some(stray) = stray.cloned() else { return nothing_begun(stage, step) };
        let who = stage.party(stray.ends.from).to_owned();
        let what = came(stage, &stray);
        let title = format!("`{who}` said {what}, which nothing in the exchange asked for");
        let mut failure = stage.failure(Verdict::Fail, title, step.pos);
        failure.party = Some(stray.ends.from);
        failure.after = Some((stray.at.saturating_sub(stage.mark), stage.mark_words()));
        failure.message = Some(stray.message);
        Err(add(stage, failure))
    }
}

/// Fails where octets came that are no whole message.
fn nothing_begun(stage: &mut Stage, step: &Step) -> Result<(), Stop> {
    let begun = (0..stage.flows.len()).find(|flow| stage.flows[*flow].begun() > 0);
    let Some(flow) = begun else { return Ok(()) };
    let ends = stage.ends(flow, !stage.flows[flow].ours);
    let (who, octets) = (stage.party(ends.from), stage.flows[flow].begun());
    let title = format!("`{who}` said {} more, no whole message", counted(octets, "octet"));
    let mut failure = stage.failure(Verdict::Fail, title, step.pos);
    failure.party = Some(ends.from);
    Err(add(stage, failure))
}

/// What looking for a message found.
pub(super) enum Found {
    /// One of the wanted.
    Wanted { which: usize, arrival: Arrival, comparison: Comparison },
    /// Something else from the same party; the wanted one it is nearest to, and why it is none of
    /// the others.
    Other { arrival: Arrival, which: usize, differences: Vec<Difference>, others: Vec<Difference> },
    /// Something that a standing answer serves.
    Standing { responder: usize, arrival: Arrival },
    /// It cannot come any more.
    Gone(Cow<'static, str>),
    /// See `Stage::trouble`.
    Trouble,
}

/// Looks through what has arrived for one of the wanted messages.
pub(super) fn look(stage: &mut Stage, wanted: &[Arc<Say>]) -> Option<Found> {
    for say in wanted {
        cut_text(stage, say);
    }
    let mut at = 0;
    while let Some(arrival) = stage.arrivals.get(at).cloned() {
        let ends = arrival.ends;
        let here = || (0..wanted.len()).filter(move |i| wanted[*i].ends == ends);
        let mut nearest: Option<(usize, Comparison, bool)> = None;
        // Of several that would do, why it is none of them.
        let mut all = Vec::new();
        let several = here().nth(1).is_some();
        // Who waits for the same octets again is not served by calling them a repetition.
        let again = here().any(|i| wanted[i].again.is_some());
        for which in here() {
            let say = &wanted[which];
            let same = std::ptr::eq(say.kind, arrival.message.kind) || say.corrupt.is_some();
            let comparison = stage.compare(say, &arrival.message, arrival.flow);
            if same && comparison.differences.is_empty() {
                stage.arrivals.remove(at);
                return Some(Found::Wanted { which, arrival, comparison });
            }
            if several && same && !say.no_help {
                all.push((which, comparison.differences.clone()));
            }
            let nearer = nearest.as_ref().is_none_or(|(at, best, best_same)| {
                let distance = (say.no_help, !same, comparison.differences.len());
                distance < (wanted[*at].no_help, !best_same, best.differences.len())
            });
            if nearer {
                nearest = Some((which, comparison, same));
            }
        }
        if let Some(responder) = would_answer(stage, &arrival) {
            stage.arrivals.remove(at);
            return Some(Found::Standing { responder, arrival });
        }
        if let Some((which, comparison, same)) = nearest {
            if arrival.message.kind.background || (!again && is_repeat(stage, &arrival)) {
                let note = if arrival.message.kind.background { "passed over" } else { "repeated" };
                if let Happening::Message { note: n, .. } =
                    &mut stage.report.events[arrival.event].what
                {
                    *n = Some(note);
                }
                stage.arrivals.remove(at);
                continue;
            }
            let differences = match same {
                true => comparison.differences,
                // Of another type, only what is wrong with the message itself is of use.
                false => comparison
                    .differences
                    .into_iter()
                    .filter(|d| d.pos.is_none() && !d.source.is_empty())
                    .collect(),
            };
            stage.arrivals.remove(at);
            let others = all.into_iter().filter(|(other, _)| *other != which);
            let others = others.flat_map(|(other, differences)| {
                differences.into_iter().map(move |d| {
                    let path = if d.path.is_empty() { "message" } else { &d.path };
                    Difference { path: format!("{path} (or, in branch {})", other + 1), ..d }
                })
            });
            return Some(Found::Other { arrival, which, differences, others: others.collect() });
        }
        at += 1;
    }
    gone(stage, &wanted[0])
}

/// Cuts waited-for text out of what a stream brought.
pub(super) fn cut_text(stage: &mut Stage, say: &Arc<Say>) {
    if say.kind.flow == TextFlow::Framed {
        return;
    }
    let from_initiator = stage.cast.suite.links[say.ends.link].initiator == say.ends.from;
    for flow in 0..stage.flows.len() {
        let f = &stage.flows[flow];
        if f.link != say.ends.link || f.ours == from_initiator || f.text.is_empty() {
            continue;
        }
        let cut = match say.kind.flow {
            TextFlow::Line => line_end(&f.text),
            _ => {
                let message = stage.read(flow, f.text.clone(), from_initiator, Some(say.kind));
                stage.compare(say, &message, flow).differences.is_empty().then_some(f.text.len())
            }
        };
        let Some(cut) = cut else { continue };
        let octets: Vec<u8> = stage.flows[flow].text.drain(..cut).collect();
        stage.arrived(flow, octets, Some(say.kind));
        return;
    }
}

/// One past the end of the first line; a CR that may yet be followed by LF or NUL is waited for.
pub(super) fn line_end(text: &[u8]) -> Option<usize> {
    let at = text.iter().position(|b| matches!(b, b'\r' | b'\n'))?;
    match (text[at], text.get(at + 1)) {
        (b'\n', _) => Some(at + 1),
        (_, None) => None,
        (_, Some(b'\n' | 0)) => Some(at + 2),
        (_, Some(_)) => Some(at + 1),
    }
}

/// Whether a message cannot come any more: its stream is closed, or whoever says it has ended.
pub(super) fn gone(stage: &Stage, say: &Say) -> Option<Found> {
    if stage.left.contains(&say.ends.from) {
        return Some(Found::Gone("its program has ended".into()));
    }
    let link = &stage.cast.suite.links[say.ends.link];
    let from_initiator = link.initiator == say.ends.from;
    let flow = match stage.latest(say.ends.link, !from_initiator) {
        Some((flow, _)) if !say.kind.opens => *flow,
        _ => stage.flows.iter().rposition(|f| f.link == say.ends.link)?,
    };
    let datagrams = !link.protocol.transport.has_streams();
    // A new session may come on a new stream.
    let may_come_anew = from_initiator && say.kind.opens && say.kind.flow == TextFlow::Framed;
    match &stage.flows[flow].state {
        FlowState::Refused(why) if !from_initiator => Some(Found::Gone(why.clone().into())),
        FlowState::ClosedByPeer if !datagrams && !may_come_anew => {
            Some(Found::Gone("the connection was closed by the other end".into()))
        }
        _ => None,
    }
}

/// An arrival that a standing answer serves while nothing in particular is waited for.
pub(super) fn standing(stage: &mut Stage) -> Option<Found> {
    for at in 0..stage.arrivals.len() {
        let arrival = stage.arrivals[at].clone();
        if let Some(responder) = would_answer(stage, &arrival) {
            stage.arrivals.remove(at);
            return Some(Found::Standing { responder, arrival });
        }
    }
    None
}

/// The standing answer that serves an arrival.
pub(super) fn would_answer(stage: &Stage, arrival: &Arrival) -> Option<usize> {
    let exchange = &stage.cast.exchange;
    exchange.responders.iter().enumerate().position(|(i, r)| {
        r.hear.ends == arrival.ends
            && std::ptr::eq(r.hear.kind, arrival.message.kind)
            && stage.answered[i] < *r.count.end()
            && r.say.iter().all(|s| stage.cast.projection.played[s.ends.from])
            && stage.compare(&r.hear, &arrival.message, arrival.flow).differences.is_empty()
    })
}

/// Whether an arrival repeats the octets of an earlier message where its protocol lets that be.
pub(super) fn is_repeat(stage: &Stage, arrival: &Arrival) -> bool {
    let link = &stage.cast.suite.links[arrival.ends.link];
    !link.protocol.conversation.repeats.is_empty()
        && (link.initiator == arrival.ends.from || link.protocol.conversation.both_repeat)
        && stage.report.events[..arrival.event].iter().any(|e| match &e.what {
            Happening::Message { ends, message, role: Role::Hear, .. } => {
                *ends == arrival.ends && message.bytes == arrival.message.bytes
            }
            _ => false,
        })
}

/// How exactly arrivals can be timed.
pub(super) const TIMER_GRAIN: Duration = Duration::from_millis(2);

/// How long a triggered implementation may take to say its first word where the suite gives no
/// time: it has to be started first, on a machine that may be busy.
pub(super) const STARTING: Duration = Duration::from_secs(30);
