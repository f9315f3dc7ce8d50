//! A played party that is wrong on purpose, once, in a named way: for measuring how good a suite is,
//! and for showing others what their code does with such a peer.
//!
//! The party means what it did: what it said wrong is what it remembers having said, so that nothing
//! it does afterwards tells more than the one deed.

use std::sync::Arc;
use std::time::Duration;

use super::script::{Player, Stop};
use super::stage::{FlowState, Stage};
use super::{FlowId, Output};
use crate::diag::Pos;
use crate::ladder::{Act, Aside, Corrupt, Ends, Rung, Say, walk};
use crate::wire::Edit;

/// Something done wrong, and when.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The occasion.
    pub cue: Cue,
    /// What is done then.
    pub deed: Deed,
}

/// The occasion of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// The party is about to say its message of this number, counted from 0.
    Said(usize),
    /// The party has come to this rung of the suite.
    Rung(Pos),
}

/// What is done wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The message is changed.
    Edit(Edit),
    /// The message is not sent.
    Withhold,
    /// The message is sent twice.
    Twice,
    /// The message is sent again so much later.
    Again(Duration),
    /// The message is sent so much later.
    Late(Duration),
    /// The message is sent without the pause that must go before it.
    Early,
    /// The message is sent behind the next one.
    Swap,
    /// The message is sent to whoever is at the other end of another link or flow.
    Elsewhere,
    /// The message is sent from a port that was not used before.
    NewPort,
    /// The stream is closed in place of the message.
    CloseInstead,
    /// The stream is closed behind the message.
    CloseAfter,
    /// Our half of the stream is closed behind the message, and we go on listening.
    HalfClose,
    /// Something is said where silence is due: what would come next, or what came before.
    Speak,
    /// A stream that is to be closed stays open, or one that is to be refused is taken.
    StayOpen,
    /// So many rounds of a repetition more, or fewer.
    Rounds(i32),
    /// The pauses of a repetition are so many times as long.
    Pace(u32, u32),
}

impl Stage {
    /// The deed that is due for the message that is said now.
    pub(super) fn deed_for_message(&mut self) -> Option<Deed> {
        let number = self.said;
        self.said += 1;
        self.deed(|cue| cue == Cue::Said(number))
    }

    /// Whether a deed is due for the message that is said next, without doing it.
    pub(super) fn hurries(&self) -> bool {
        let Some(wrong) = &self.cast.wrong else { return false };
        wrong.cue == Cue::Said(self.said) && wrong.deed == Deed::Early
    }

    /// The deed that is due at a rung.
    pub(super) fn deed_at(&mut self, pos: Pos) -> Option<Deed> {
        self.deed(|cue| cue == Cue::Rung(pos))
    }

    fn deed(&mut self, due: impl Fn(Cue) -> bool) -> Option<Deed> {
        let wrong = self.cast.wrong.clone().filter(|wrong| due(wrong.cue))?;
        self.report.deviated = true;
        Some(wrong.deed.clone())
    }

    /// Sends the last octets of a flow again.
    pub(super) fn repeat_last(&mut self, flow: FlowId) {
        let from_initiator = self.flows[flow].ours;
        // Behind the end of a stream nothing can be said any more.
        if self.flows[flow].state == FlowState::ClosedByUs {
            self.report.deviated = false;
            return;
        }
        let mut said = self.flows[flow].history.all().iter().rev();
        if let Some((message, _)) = said.find(|(_, by)| *by == from_initiator) {
            self.out.push_back(Output::Send(flow, message.bytes.clone()));
        }
    }

    /// Sends a message, or what a deed makes of it.
    pub(super) fn send(
        &mut self,
        flow: FlowId,
        (octets, urgent): (&[u8], bool),
        corrupt: Option<&Corrupt>,
        deed: Option<&Deed>,
    ) {
        let held = self.held.take();
        if corrupt.is_none() && deed.is_none() && held.is_none() && !urgent {
            return self.out.push_back(Output::Send(flow, octets.to_vec()));
        }
        let aside = corrupt.and_then(|corrupt| corrupt.from);
        let pieces = corrupt.map_or(1, |corrupt| corrupt.pieces).clamp(1, octets.len().max(1));
        let mut pieces = octets.chunks(octets.len().div_ceil(pieces).max(1)).map(<[u8]>::to_vec);
        let first = pieces.next().unwrap_or_default();
        let rest: Vec<Vec<u8>> = pieces.collect();
        let mut send = |flow| {
            let piece = first.clone();
            self.out.push_back(match aside {
                Some(aside) => Output::SendAside(flow, piece, aside),
                None if urgent => Output::SendUrgent(flow, piece),
                None => Output::Send(flow, piece),
            });
            self.pieces.extend(rest.iter().map(|piece| (flow, piece.clone())));
        };
        match deed {
            Some(Deed::Withhold) => {}
            Some(Deed::Twice) => {
                send(flow);
                send(flow);
            }
            Some(Deed::Swap) => self.held = Some(Box::new((flow, octets.to_vec()))),
            Some(Deed::Elsewhere) => {
                let open = |f: &&usize| **f != flow && self.flows[**f].state == FlowState::Open;
                let others: Vec<usize> = (0..self.flows.len()).collect();
                match others.iter().rev().find(open) {
                    Some(other) => self.out.push_back(Output::Send(*other, octets.to_vec())),
                    None => self.report.deviated = false,
                }
            }
            Some(Deed::NewPort) if !self.flows[flow].ours => {
                self.out.push_back(Output::SendAside(flow, octets.to_vec(), Aside::Port));
            }
            Some(Deed::CloseInstead) => self.close(flow),
            Some(Deed::CloseAfter) => {
                send(flow);
                self.close(flow);
            }
            Some(Deed::HalfClose) => {
                send(flow);
                self.out.push_back(Output::Close(flow));
            }
            _ => send(flow),
        }
        if let Some((flow, octets)) = held.map(|held| *held) {
            self.out.push_back(Output::Send(flow, octets));
        }
    }
}

impl Player {
    /// Says what would come next, or what came before, in place of silence.
    pub(super) async fn speak(&self, pos: Pos, ends: Ends) -> Result<(), Stop> {
        let next = next_said(&self.stage.borrow(), pos, ends);
        if let Some(say) = next {
            return self.say(pos, &say).await;
        }
        let (last, from_initiator) = {
            let stage = self.stage.borrow();
            let from_initiator = stage.cast.suite.links[ends.link].initiator == ends.from;
            (last_said(&stage, ends, from_initiator), from_initiator)
        };
        let Some((flow, octets)) = last else {
            self.stage.borrow_mut().report.deviated = false;
            return Ok(());
        };
        let closed = self.stage.borrow().flows[flow].state == FlowState::ClosedByUs;
        let flow = match (closed, from_initiator) {
            (false, _) => flow,
            // Over a stream of its own, since the one before has ended.
            (true, true) => {
                let flow = self.stage.borrow_mut().open(ends);
                self.established(pos, flow).await?;
                flow
            }
            (true, false) => {
                self.stage.borrow_mut().report.deviated = false;
                return Ok(());
            }
        };
        self.stage.borrow_mut().out.push_back(Output::Send(flow, octets));
        Ok(())
    }
}

/// The last octets that were said to a party, and the flow on which.
fn last_said(stage: &Stage, ends: Ends, from_initiator: bool) -> Option<(FlowId, Vec<u8>)> {
    stage.flows.iter().enumerate().rev().find_map(|(flow, f)| {
        let mut said = f.history.all().iter().rev().filter(|(_, by)| *by == from_initiator);
        (f.link == ends.link).then(|| said.next())?.map(|(m, _)| (flow, m.bytes.clone()))
    })
}

/// The next message after a rung that the same party says to the same one.
fn next_said(stage: &Stage, pos: Pos, ends: Ends) -> Option<Arc<Say>> {
    let (mut passed, mut found) = (false, None);
    let mut visit = |rung: &Rung| {
        passed |= rung.pos == pos;
        if let (true, None, Act::Message(say)) = (passed, &found, &rung.act)
            && say.ends == ends
        {
            found = Some(say.clone());
        }
    };
    for step in &stage.cast.exchange.steps {
        walk(&step.rungs, &mut visit);
    }
    found
}
