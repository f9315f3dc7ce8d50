//! Saying a message: the flow that it goes on, its octets, and the names that it gives values to.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::Output;
use super::blame::{MarkName, add, trouble};
use super::compare::Comparison;
use super::script::{Player, Stop};
use super::stage::{Binding, Flow, FlowState, Stage, wait};
use super::wrong::Deed;
use crate::diag::Pos;
use crate::ladder::{Role, Rung, Say};
use crate::record::{Happening, Verdict};
use crate::wire::{
    Assignment, Context, Corruption, Draft, Entry, Flow as TextFlow, Message, decode, encode,
};

impl Player {
    pub(super) async fn message(&self, rung: &Rung, say: &Arc<Say>) -> Result<(), Stop> {
        let role = self.stage.borrow().cast.projection.role(say.ends.from, say.ends.to);
        match role {
            Role::Unseen => Ok(()),
            // Whoever does not sit where it is sent from does not hear it.
            Role::Hear if say.corrupt.as_ref().is_some_and(|c| c.from.is_some()) => Ok(()),
            Role::Hear => self.hear(rung, std::slice::from_ref(say)).await.map(|_| ()),
            Role::Say | Role::Internal => {
                self.before_ours(rung).await?;
                self.say(rung.pos, say).await
            }
        }
    }

    /// Says a message; where we play the receiver too, it is heard at once.
    pub(super) async fn say(&self, pos: Pos, say: &Arc<Say>) -> Result<(), Stop> {
        let role = self.stage.borrow().cast.projection.role(say.ends.from, say.ends.to);
        let deed = match role {
            Role::Say => self.stage.borrow_mut().deed_for_message(),
            _ => None,
        };
        if let Some(Deed::Late(time)) = &deed {
            // Boxed: a standing answer that is given meanwhile is said as well.
            Box::pin(self.pause(*time)).await?;
        }
        // What is rare is boxed, and takes no room in what is common.
        let told = self.stage.borrow().tells_of(say);
        if !told.is_empty() {
            Box::pin(self.listen_at(pos, told)).await?;
        }
        let flow = self.flow_for(pos, say, deed == Some(Deed::NewPort)).await?;
        self.speak_out(pos, say, flow, deed.as_ref())?;
        if !self.stage.borrow().pieces.is_empty() {
            Box::pin(self.other_pieces()).await?;
        }
        if let Some(Deed::Again(time)) = deed {
            Box::pin(self.pause(time)).await?;
            self.stage.borrow_mut().repeat_last(flow);
        }
        Ok(())
    }

    /// Says what is left of a message that goes out in pieces, each long enough behind the one before
    /// to be read by itself.
    async fn other_pieces(&self) -> Result<(), Stop> {
        const APART: Duration = Duration::from_millis(20);
        loop {
            if self.stage.borrow().pieces.is_empty() {
                return Ok(());
            }
            Box::pin(self.pause(APART)).await?;
            let mut stage = self.stage.borrow_mut();
            if let Some((flow, piece)) = stage.pieces.pop_front() {
                stage.out.push_back(Output::Send(flow, piece));
            }
        }
    }

    /// Says a message on a flow.
    fn speak_out(
        &self,
        pos: Pos,
        say: &Arc<Say>,
        flow: usize,
        deed: Option<&Deed>,
    ) -> Result<(), Stop> {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let message = compose(stage, say, flow, deed).map_err(|what| {
            // A deed that cannot be done is none.
            stage.report.deviated &= deed.is_none();
            let name = say.kind.name;
            let failure =
                stage.failure(Verdict::Error, format!("this {name} cannot be said: {what}"), pos);
            add(stage, failure)
        })?;
        let message = Arc::new(message);
        stage.flows[flow].said_at = Some(stage.now);
        stage.flows[flow].misled |= say.corrupt.is_some();
        let from_initiator = stage.cast.suite.links[say.ends.link].initiator == say.ends.from;
        stage.remember(flow, &message, from_initiator);
        let role = stage.cast.projection.role(say.ends.from, say.ends.to);
        let mut heard = message.clone();
        if role == Role::Internal {
            stage.happened_on(
                flow,
                Happening::Message { ends: say.ends, role, message: message.clone(), note: None },
            );
            let octets = message.bytes.clone();
            heard = Arc::new(stage.read(flow, octets, from_initiator, Some(say.kind)));
        } else {
            // That nobody listened there was about the datagram before.
            let streams = stage.cast.suite.links[say.ends.link].protocol.transport.has_streams();
            if let (false, FlowState::Refused(_)) = (streams, &stage.flows[flow].state) {
                stage.flows[flow].state = FlowState::Open;
            }
            let octets = (message.bytes.as_slice(), say.kind.urgent);
            stage.send(flow, octets, say.corrupt.as_deref(), deed);
            stage.happened_on(
                flow,
                Happening::Message { ends: say.ends, role, message: message.clone(), note: None },
            );
        }
        stage.keep_latest(say.ends.link, from_initiator, (flow, heard));
        // A name that the protocol chose a value for keeps that value.
        if say.fields.iter().any(|spec| stage.keeps(spec)) {
            let mut found = Comparison::default();
            stage.compare_fields(&say.fields, &message, &mut found);
            stage.keep(found);
        }
        bind(stage, say, &message, flow);
        stage.mark_name = MarkName::Said(say.clone());
        stage.settle(flow);
        Ok(())
    }

    /// The flow on which a message is to be said, opened where there is none.
    pub(super) async fn flow_for(&self, pos: Pos, say: &Say, anew: bool) -> Result<usize, Stop> {
        let (flow, opened) = {
            let mut stage = self.stage.borrow_mut();
            let stage = &mut *stage;
            let link = &stage.cast.suite.links[say.ends.link];
            let from_initiator = link.initiator == say.ends.from;
            let named = say.follows.as_ref().or(say.again.as_ref().map(|a| &a.name));
            let followed = match named.and_then(|name| stage.names.get(name)) {
                Some(Binding::Message { flow, .. }) => Some(*flow),
                _ if say.kind.opens => None,
                _ => stage.latest(say.ends.link, !from_initiator).map(|(flow, _)| *flow),
            };
            // A session that begins needs a stream that is open; what goes on in one does not find
            // another, and whoever was to be heard on it says that it is gone.
            let begins = say.kind.opens && say.kind.flow == TextFlow::Framed;
            let usable = |f: &Flow| {
                let gone = match f.state {
                    FlowState::ClosedByUs | FlowState::Refused(_) => true,
                    FlowState::ClosedByPeer => begins,
                    _ => false,
                };
                f.link == say.ends.link && !f.retired && !gone
            };
            let latest = || stage.flows.iter().rposition(usable);
            match followed.or_else(latest) {
                Some(flow) if !(from_initiator && (say.new_port == Some(true) || anew)) => {
                    (flow, false)
                }
                // What is to keep to its connection does not begin another one.
                _ if from_initiator
                    && !anew
                    && say.new_port == Some(false)
                    && stage.flows.iter().any(|f| f.link == say.ends.link) =>
                {
                    let (from, to) = (stage.party(say.ends.from), stage.party(say.ends.to));
                    let title =
                        format!("`{from}` was to go on where it is, but `{to}` has hung up");
                    let mut failure = stage.failure(Verdict::Fail, title, pos);
                    failure.party = Some(say.ends.to);
                    return Err(add(stage, failure));
                }
                _ if from_initiator || link.is_segment() => (stage.open(say.ends), true),
                _ => {
                    let (from, to) = (stage.party(say.ends.from), stage.party(say.ends.to));
                    let title = format!("`{from}` cannot speak: `{to}` has not connected to it");
                    let failure = stage.failure(Verdict::Fail, title, pos);
                    return Err(add(stage, failure));
                }
            }
        };
        if opened && self.stage.borrow().flows[flow].state == FlowState::Opening {
            Box::pin(self.established(pos, flow)).await?;
        }
        Ok(flow)
    }

    /// Waits for a stream that we opened.
    pub(super) async fn established(&self, pos: Pos, flow: usize) -> Result<(), Stop> {
        let deadline = self.deadline(pos, None, flow);
        let state = wait(&self.stage, Some(deadline), |stage| match &stage.flows[flow].state {
            FlowState::Opening if stage.trouble.is_none() => None,
            state => Some(state.clone()),
        })
        .await;
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        trouble(stage, pos)?;
        let ends = stage.ends(flow, true);
        let verdict = if stage.was_there() { Verdict::Fail } else { Verdict::Error };
        let title = match state {
            Some(FlowState::Refused(why)) => stage.unreachable(ends.to, &why),
            None => format!("`{}` did not take the connection in time", stage.party(ends.to)),
            _ => return Ok(()),
        };
        let failure = stage.failure(verdict, title, pos);
        Err(add(stage, failure))
    }
}

/// Makes the octets of a message that we say.
pub(super) fn compose(
    stage: &mut Stage,
    say: &Say,
    flow: usize,
    deed: Option<&Deed>,
) -> Result<Message, String> {
    let link = say.ends.link;
    let from_initiator = stage.cast.suite.links[link].initiator == say.ends.from;
    let followed = match say.follows.as_ref().and_then(|name| stage.names.get(name)) {
        Some(Binding::Message { message, .. }) => Some(message.clone()),
        _ if say.kind.opens => None,
        _ => stage.latest(link, !from_initiator).map(|(_, m)| m.clone()),
    };
    let mut entries = stage.chosen(&say.fields)?;
    let mut verbatim = None;
    if let Some(again) = &say.again {
        let Some(Binding::Message { message, .. }) = stage.names.get(&again.name) else {
            return Err(format!("nothing is kept under `{}`", again.name));
        };
        let changed = !entries.is_empty() || say.corrupt.is_some();
        if !changed && !again.except.iter().any(|e| message.find(e).is_some()) {
            verbatim = Some(message.clone());
        } else {
            entries = repeated(message, &again.except, entries);
        }
    }
    let mut parameters = stage.parameters[link].clone();
    let mut corruption = None;
    if let Some(corrupt) = &say.corrupt {
        for (name, term) in &corrupt.parameters {
            let octets = stage.octets_of(term).ok_or("a parameter has no value")?;
            let parameters = Rc::make_mut(&mut parameters);
            parameters.0.retain(|(n, _)| n != name);
            parameters.0.push((name, octets));
        }
        corruption = Some(Corruption {
            octets: corrupt.octets.clone(),
            set: corrupt.set.clone(),
            flip: corrupt.flip.clone(),
            truncate: corrupt.truncate,
            append: corrupt.append.clone(),
            keep: corrupt.keep.clone(),
        });
    }
    let context =
        Context { parameters: &parameters, previous: followed.as_deref(), from_initiator };
    let draft = Draft { fields: entries, corruption, whole: false };
    let mut message = match verbatim {
        Some(message) => {
            let mut same = (*message).clone();
            same.faults.clear();
            same
        }
        None => encode(say.kind, &context, &draft, &mut |_, octets| stage.draw(flow, octets))
            .map_err(|e| e.to_string())?,
    };
    if let Some(Deed::Edit(edit)) = deed {
        let octets = message.edited(&context, edit)?;
        // A change without effect is none.
        stage.report.deviated &= octets != message.bytes;
        message.bytes = octets;
    } else if say.corrupt.is_none() {
        return Ok(message);
    }
    // What the other end follows is what it was told, not what we had meant to say.
    let context = Context {
        parameters: &stage.parameters[link],
        previous: followed.as_deref(),
        from_initiator,
    };
    Ok(decode(say.kind, &context, message.bytes))
}

/// The fields of an earlier message, but for the excepted ones, as choices for a new one.
fn repeated(message: &Message, except: &[String], chosen: Vec<Entry>) -> Vec<Entry> {
    let mut entries = message.draft(except);
    for entry in chosen {
        match (entries.iter_mut().find(|e| e.name == entry.name), entry.assignment) {
            (Some(Entry { assignment: Assignment::Fields(old), .. }), Assignment::Fields(new)) => {
                for item in new {
                    match old.iter_mut().find(|o| o.name == item.name) {
                        Some(there) => there.assignment = item.assignment,
                        None => old.push(item),
                    }
                }
            }
            (Some(there), assignment) => there.assignment = assignment,
            (None, assignment) => entries.push(Entry::new(entry.name, assignment)),
        }
    }
    entries
}

pub(super) fn bind(stage: &mut Stage, say: &Say, message: &Arc<Message>, flow: usize) {
    if let Some(name) = &say.bind {
        let binding = Binding::Message { message: message.clone(), flow, at: stage.now };
        stage.names.insert(name.clone(), binding);
    }
}
