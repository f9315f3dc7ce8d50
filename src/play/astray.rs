//! Datagrams that go astray: what comes from elsewhere, and what did not get where it was sent.
//!
//! Nothing of that is a message of the ladder. It is noted, and tells why a message did not come, or that
//! a party was not silent.

use std::sync::Arc;
use std::time::Duration;

use super::stage::{Arrival, Flow, Stage};
use super::{FlowId, Stray};
use crate::diag::counted;
use crate::ladder::{Ends, Say};
use crate::record::{Difference, Happening, Verdict};

/// The most datagrams of strangers that one play keeps, half of them the first and half the latest ones.
const MOST_STRAYS: usize = 8;
/// The most events of one play that tell of datagrams that came from elsewhere or did not get there.
const MOST_ASTRAY: usize = 64;

/// What went astray in a play.
#[derive(Debug, Default)]
pub struct Astray {
    /// What came from elsewhere, when and to which flow: it may be what did not come.
    strays: Vec<(FlowId, Duration, Stray)>,
    /// How many events tell of it.
    events: usize,
}

impl Stage {
    /// What comes from elsewhere is nobody's in the ladder: whoever waits for a message waits on. Where
    /// it does not come it is told what came instead.
    pub(super) fn elsewhere(&mut self, flow: FlowId, stray: Stray) {
        if flow >= self.flows.len() {
            return;
        }
        let octets = counted(stray.octets.len(), "octet");
        let note = format!("passed over: {octets} {}", stray.came);
        self.goes_astray(flow, Happening::Note(note));
        let (now, strays) = (self.now, &mut self.astray.strays);
        if strays.len() == MOST_STRAYS {
            strays.remove(MOST_STRAYS / 2);
        }
        strays.push((flow, now, stray));
    }

    /// A datagram did not get there, which need not stay so: a host may be looked for anew, or a way be
    /// found. Only of whom nothing was ever heard nobody is known to be there.
    pub(super) fn lost(&mut self, flow: FlowId, why: &str) {
        if flow >= self.flows.len() {
            return;
        }
        self.nobody_there(flow, why);
        self.goes_astray(flow, Happening::Note(format!("a datagram did not get there: {why}")));
    }

    /// The run cannot blame a party that was never there.
    pub(super) fn nobody_there(&mut self, flow: FlowId, why: &str) {
        if !self.was_there() {
            let title = self.unreachable(self.ends(flow, true).to, why);
            self.trouble.get_or_insert_with(|| Box::new((Verdict::Error, title)));
        }
    }

    /// Notes what became of a datagram, unless there are too many such notes.
    pub(super) fn goes_astray(&mut self, flow: FlowId, what: Happening) {
        if self.astray.events < MOST_ASTRAY {
            self.astray.events += 1;
            self.happened_on(flow, what);
        }
    }

    /// What did not come may have come from where nobody takes it. Whether it did, and how that is told.
    pub(super) fn came_from_elsewhere(&self, wanted: &[Arc<Say>]) -> (bool, Vec<Difference>) {
        let (mut came, mut told) = (false, Vec::new());
        for (flow, at, stray) in &self.astray.strays {
            // What came before this was waited for is something else.
            if *at < self.mark {
                continue;
            }
            let Flow { link, ours, .. } = self.flows[*flow];
            let here = || wanted.iter().filter(|say| say.ends.link == link);
            let Some(first) = here().next() else { continue };
            let message = self.read(*flow, stray.octets.clone(), !ours, None);
            let found = here().find(|say| {
                std::ptr::eq(say.kind, message.kind)
                    && self.compare(say, &message, *flow).differences.is_empty()
            });
            came |= found.is_some();
            told.push(Difference {
                path: "source".into(),
                expected: format!("the {} {}", found.unwrap_or(first).kind.name, stray.due),
                got: match found {
                    Some(_) => format!("it {}", stray.came),
                    None => {
                        let octets = counted(stray.octets.len(), "octet");
                        format!("{} of {octets} {}", message.kind.name, stray.came)
                    }
                },
                bits: None,
                pos: None,
                source: "",
            });
        }
        (came, told)
    }

    /// What came from elsewhere and is a message between these parties all the same, without a fault, and
    /// how it travelled. Strangers cannot know what it answers. Where answers may come from new ports
    /// nobody can tell whose they are.
    pub(super) fn said_elsewhere(&self, ends: Ends) -> impl Iterator<Item = (Arrival, &str)> {
        self.astray.strays.iter().filter_map(move |(flow, at, stray)| {
            let Flow { link, ours, .. } = self.flows[*flow];
            let protocol = self.cast.suite.links[link].protocol;
            if self.ends(*flow, !ours) != ends || protocol.conversation.answers_anew {
                return None;
            }
            let message = self.read(*flow, stray.octets.clone(), !ours, None);
            let event = self.report.events.partition_point(|event| event.at < *at);
            // The last type of a protocol takes anything.
            let anything = protocol.messages.last().is_some_and(|m| std::ptr::eq(m, message.kind));
            let said = !anything && message.faults.is_empty();
            said.then(|| {
                let message = Arc::new(message);
                (Arrival { flow: *flow, ends, message, at: *at, event }, stray.came.as_str())
            })
        })
    }
}
