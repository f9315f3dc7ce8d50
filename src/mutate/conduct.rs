//! What can be wrong with when, where and how often something is said, from the ladder alone.

use std::time::Duration;

use super::fields::said;
use super::{Baseline, Mutant};
use crate::ladder::{Act, Repeat, Role, Rung};
use crate::play::{Cue, Deed, Wrong};
use crate::record::{Event, Happening};

/// Every mutant of conduct.
pub(super) fn mutants(baseline: &Baseline) -> Vec<Mutant> {
    let mut found = Vec::new();
    messages(baseline, &mut found);
    rungs(baseline, &mut found);
    found
}

/// Where TCP lets an end close its half, and go on hearing.
const HALF_CLOSE: &str = "RFC 9293 section 3.6";

/// How long nobody waits for anything in an exchange.
fn too_long(baseline: &Baseline) -> Duration {
    let mut longest = Duration::ZERO;
    let suite = &baseline.cast.suite;
    for link in &suite.links {
        longest = longest.max(link.protocol.conversation.patience);
    }
    baseline.cast.exchange.rungs(&mut |rung| {
        longest = longest.max(rung.timing.within.unwrap_or_default());
        if let Act::Repeat(repeat) = &rung.act
            && let Some(schedule) = &repeat.schedule
        {
            longest = longest.max(schedule.first.1.mul_f64(schedule.factor.max(1.0).powi(8)));
        }
    });
    // A client that had to be started first is waited for longer.
    longest * 3 + Duration::from_secs(60)
}

fn messages(baseline: &Baseline, found: &mut Vec<Mutant>) {
    let late = too_long(baseline);
    let suite = &baseline.cast.suite;
    let (mut pauses, mut optional) = (Vec::new(), Vec::new());
    baseline.cast.exchange.rungs(&mut |rung| {
        if rung.timing.after.is_some() {
            pauses.push(rung.pos.line);
        }
        if let Act::Optional(rungs) = &rung.act {
            optional.extend(rungs.first().map(|rung| rung.pos.line));
        }
    });
    let events = &baseline.peer.events;
    let place = |event: &Event| events.iter().position(|e| std::ptr::eq(e, event));
    let messages: Vec<_> = said(baseline).collect();
    for (at, (number, event, message)) in messages.iter().enumerate() {
        let Happening::Message { ends, .. } = &event.what else { continue };
        let link = &suite.links[ends.link];
        let datagrams = !link.protocol.transport.has_streams();
        let from_initiator = link.initiator == ends.from;
        let kind = message.kind.name;
        let mut add = |operator, about: String, deed, free: Option<&str>| {
            found.push(Mutant {
                id: format!("{number}:message:{operator}"),
                operator,
                about,
                message: kind,
                field: String::new(),
                step: event.step,
                line: event.line,
                ends: *ends,
                wrong: Wrong { cue: Cue::Said(*number), deed },
                free: free.filter(|f| !f.is_empty()).map(str::to_owned),
            });
        };
        let conversation = &link.protocol.conversation;
        let may_repeat = from_initiator || conversation.both_repeat;
        let repeats = if may_repeat { conversation.repeats } else { "" };
        // What may be left out may also be late.
        let due = !optional.contains(&event.line);
        if due {
            add("withheld", format!("{kind} is not sent"), Deed::Withhold, None);
            add("late", format!("{kind} comes {} s late", late.as_secs()), Deed::Late(late), None);
        }
        add("twice", format!("{kind} is sent twice"), Deed::Twice, Some(repeats));
        let soon = Duration::from_millis(150);
        add(
            "again",
            format!("{kind} is sent again 150 ms later"),
            Deed::Again(soon),
            Some(repeats),
        );
        if pauses.contains(&event.line) {
            add("early", format!("{kind} comes without the pause before it"), Deed::Early, None);
        }
        // With nothing heard in between, the next message could have come first.
        let here = place(event).unwrap_or_default();
        let next = messages.get(at + 1).filter(|(_, next, _)| {
            let between = &events[here..place(next).unwrap_or(here)];
            let other = matches!(&next.what, Happening::Message { message: m, .. } if m.bytes != message.bytes);
            other
                && next.at == event.at
                && !between.iter().any(|e| {
                    matches!(
                        e.what,
                        Happening::Message { role: Role::Hear, .. } | Happening::Silence(..)
                    )
                })
        });
        if let Some((_, _, next)) = next {
            let about = format!("{kind} comes behind the {} that follows it", next.kind.name);
            add("swapped", about, Deed::Swap, None);
        }
        let others = suite.links.iter().enumerate().any(|(other, l)| {
            other != ends.link && (l.initiator == ends.from || l.responder == ends.from)
        });
        // Everybody on a segment hears what is said there, whomever it is meant for.
        let is_segment = link.is_segment();
        if others && !is_segment {
            add("elsewhere", format!("{kind} is sent to the wrong party"), Deed::Elsewhere, None);
        }
        if datagrams && due && !is_segment {
            let fresh = if from_initiator { link.protocol.conversation.ports } else { "" };
            let about = format!("{kind} comes from another port");
            add("new-port", about, Deed::NewPort, Some(fresh));
        } else if !datagrams {
            // The stream has carried something before, and was not opened for this message.
            let before = at.checked_sub(1).and_then(|at| {
                messages[..=at].iter().rev().find(
                    |(_, e, _)| matches!(e.what, Happening::Message { ends: e, .. } if e == *ends),
                )
            });
            let reused = before.and_then(|(_, e, _)| place(e)).is_some_and(|from| {
                let opened =
                    |e: &Event| matches!(e.what, Happening::Opened(o) if o.link == ends.link);
                !events[from..here].iter().any(opened)
            });
            if from_initiator && message.kind.opens && reused {
                let about = format!("{kind} comes on a connection of its own");
                add("new-port", about, Deed::NewPort, None);
            }
            let closing = |e: &Event| matches!(e.what, Happening::Closed(c) if c.link == ends.link);
            let closes = events.get(here + 1).is_some_and(closing);
            if due || !closes {
                let about = format!("the connection is closed where {kind} is due");
                add("closed-instead", about, Deed::CloseInstead, None);
            }
            if !closes {
                let free = Some(link.protocol.conversation.may_close);
                let about = format!("the connection is closed behind {kind}");
                add("closed-after", about, Deed::CloseAfter, free);
                let about = format!("half of the connection is closed behind {kind}");
                add("half-closed", about, Deed::HalfClose, Some(HALF_CLOSE));
            }
        }
    }
}

/// Silences, closings and repetitions that are the peer's.
fn rungs(baseline: &Baseline, found: &mut Vec<Mutant>) {
    let exchange = &baseline.cast.exchange;
    let ours = |rung: &Rung| match &rung.act {
        Act::Silent(silence) => Some(silence.ends),
        Act::Close(ends) => Some(*ends),
        // The one who refuses is the second one.
        Act::Refuse(ends) => Some(crate::ladder::Ends { from: ends.to, to: ends.from, ..*ends }),
        Act::Repeat(repeat) => repeat.rungs.iter().find_map(|rung| match &rung.act {
            Act::Message(say) => Some(say.ends),
            _ => None,
        }),
        _ => None,
    };
    for (index, step) in exchange.steps.iter().enumerate() {
        crate::ladder::walk(&step.rungs, &mut |rung| {
            let Some(ends) = ours(rung) else { return };
            let role = baseline.cast.projection.role(ends.from, ends.to);
            if role != Role::Hear {
                return;
            }
            let who = &baseline.cast.suite.parties[ends.from].name;
            let mut add = |operator, about: String, deed| {
                found.push(Mutant {
                    id: format!("line-{}:{operator}", rung.pos.line),
                    operator,
                    about,
                    message: "",
                    field: String::new(),
                    step: Some(index),
                    line: rung.pos.line,
                    ends,
                    wrong: Wrong { cue: Cue::Rung(rung.pos), deed },
                    free: None,
                });
            };
            match &rung.act {
                Act::Silent(_) => {
                    add("spoken", format!("`{who}` speaks where it is to be silent"), Deed::Speak);
                }
                Act::Close(_) => {
                    add(
                        "left-open",
                        format!("`{who}` does not close the connection"),
                        Deed::StayOpen,
                    );
                }
                Act::Refuse(_) => {
                    add(
                        "taken",
                        format!("`{who}` takes the connection that it is to refuse"),
                        Deed::StayOpen,
                    );
                }
                // How often is not the speaker's to say where something else ends it.
                Act::Repeat(repeat) if repeat.count == Repeat::UNTIL => {}
                Act::Repeat(repeat) => {
                    let count = &repeat.count;
                    add("too-often", format!("`{who}` goes one round too many"), Deed::Rounds(1));
                    let rounds = *count.end() - count.start().saturating_sub(1).min(*count.end());
                    let fewer = -i32::try_from(rounds).unwrap_or(i32::MAX);
                    add("too-seldom", format!("`{who}` goes a round too few"), Deed::Rounds(fewer));
                    if repeat.schedule.is_some() {
                        add(
                            "too-soon",
                            format!("`{who}` pauses for a tenth of the time"),
                            Deed::Pace(1, 10),
                        );
                        add(
                            "too-late",
                            format!("`{who}` pauses ten times as long"),
                            Deed::Pace(10, 1),
                        );
                    }
                }
                _ => {}
            }
        });
    }
}
