//! Who calls whom in an exchange, as the played parties see it: what sockets have to be there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ladder::{Act, Ends, Exchange, Link, LinkId, Projection, Role, Rung, Suite};
use crate::play::Cast;
use crate::wire::{Flow, Transport};

/// Who calls whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Whether a played party speaks first; else the exchange begins with a call.
    pub ours_first: bool,
    /// How long everybody is silent before the first word or call.
    pub quiet: Duration,
    /// The links on which played parties are called: how many streams one exchange takes there,
    /// one after the other. A datagram link has one caller.
    pub called: BTreeMap<LinkId, usize>,
    /// The links on which played parties call.
    pub calling: BTreeSet<LinkId>,
    /// A link on which a played party does not let itself be called.
    pub refuses: Option<LinkId>,
}

impl Traffic {
    /// The traffic of a cast.
    pub fn of(cast: &Cast) -> Self {
        let exchange = &cast.exchange;
        let mut rungs = Vec::new();
        flat(&exchange.preamble, 1, &mut rungs);
        exchange.steps.iter().for_each(|step| flat(&step.rungs, 1, &mut rungs));
        flat(&exchange.postamble, 1, &mut rungs);
        let mut traffic = Self::default();
        traffic.beginning(cast, &rungs);
        for (rung, _) in &rungs {
            if let Act::Refuse(ends) = &rung.act
                && cast.projection.played[ends.to]
                && !cast.projection.played[ends.from]
            {
                traffic.refuses = Some(ends.link);
            }
        }
        // Where messages tell the place, each play has a socket of its own for it.
        let fixed = |(_, link): &(LinkId, &Link)| !link.is_told();
        for (id, link) in cast.suite.links.iter().enumerate().filter(fixed) {
            let used = rungs.iter().any(|(rung, _)| ends(rung).is_some_and(|e| e.link == id));
            match cast.projection.role(link.initiator, link.responder) {
                Role::Hear if used => {
                    let datagrams = !link.protocol.transport.has_streams();
                    let streams = if datagrams { 1 } else { streams(id, &rungs) };
                    traffic.called.insert(id, streams);
                }
                Role::Say if used => {
                    traffic.calling.insert(id);
                }
                _ => {}
            }
        }
        traffic
    }

    /// Looks for the first word that passes between a played party and another one.
    fn beginning(&mut self, cast: &Cast, rungs: &[(&Rung, usize)]) {
        for (rung, _) in rungs {
            if let Act::Silent(silence) = &rung.act {
                let lasting = silence.lasting.unwrap_or_default();
                self.quiet += match cast.projection.role(silence.ends.from, silence.ends.to) {
                    Role::Hear => lasting,
                    Role::Say => lasting + cast.margin,
                    Role::Internal | Role::Unseen => Duration::ZERO,
                };
            }
            let Some(ends) = ends(rung) else { continue };
            match cast.projection.role(ends.from, ends.to) {
                Role::Internal | Role::Unseen => {}
                Role::Say => {
                    self.ours_first = true;
                    return;
                }
                Role::Hear => {
                    self.quiet += rung.timing.after.unwrap_or_default();
                    return;
                }
            }
        }
    }
}

/// Whether an exchange is nothing but datagrams between two places that stay the same.
pub(super) fn is_plain(suite: &Suite, exchange: &Exchange, projection: &Projection) -> bool {
    let played = &projection.played;
    let mut between = suite.links.iter().filter(|l| played[l.initiator] != played[l.responder]);
    let plain = between.all(|link| {
        link.protocol.transport == Transport::Udp
            && !link.protocol.conversation.answers_anew
            && link.at.is_none()
    });
    let mut rungs = Vec::new();
    flat(&exchange.preamble, 1, &mut rungs);
    exchange.steps.iter().for_each(|step| flat(&step.rungs, 1, &mut rungs));
    flat(&exchange.postamble, 1, &mut rungs);
    let moves = |rung: &Rung| match &rung.act {
        Act::Message(say) => say.new_port.is_some(),
        Act::Connect(..) | Act::Refuse(_) => true,
        _ => false,
    };
    plain && !rungs.iter().any(|(rung, _)| moves(rung))
}

/// Rungs in order, each with how often it comes at most. What only a tester asks is left out.
fn flat<'r>(rungs: &'r [Rung], times: usize, found: &mut Vec<(&'r Rung, usize)>) {
    for rung in rungs {
        found.push((rung, times));
        match &rung.act {
            Act::Either(branches) | Act::AnyOrder(branches) => {
                branches.iter().for_each(|branch| flat(branch, times, found));
            }
            Act::Optional(rungs) => flat(rungs, times, found),
            Act::Repeat(repeat) => {
                let rounds = usize::try_from(*repeat.count.end()).unwrap_or(usize::MAX);
                flat(&repeat.rungs, times.saturating_mul(rounds), found);
            }
            _ => {}
        }
    }
}

/// Between whom something passes on a rung.
fn ends(rung: &Rung) -> Option<Ends> {
    match &rung.act {
        Act::Message(say) => Some(say.ends),
        Act::Connect(ends, _) => Some(*ends),
        _ => None,
    }
}

/// How many streams an exchange takes on a link: one for each session, and for each time that
/// somebody is told to connect.
fn streams(link: LinkId, rungs: &[(&Rung, usize)]) -> usize {
    let count = |counts: &dyn Fn(&Rung) -> bool| -> usize {
        let counted = rungs.iter().filter(|(rung, _)| counts(rung));
        counted.fold(0, |sum, (_, times)| sum.saturating_add(*times))
    };
    let sessions = count(&|rung| match &rung.act {
        Act::Message(say) => {
            say.ends.link == link && say.kind.opens && say.kind.flow == Flow::Framed
        }
        _ => false,
    });
    let connects = count(&|rung| matches!(&rung.act, Act::Connect(ends, _) if ends.link == link));
    sessions.max(connects).max(1)
}
