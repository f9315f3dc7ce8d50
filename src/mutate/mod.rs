//! Who tests the tester: the party under test made wrong on purpose, in every way that layouts and
//! ladders tell of, and whether any step or rule notices.
//!
//! | file | what |
//! |---|---|
//! | `fields` | what can be wrong with the fields of one message |
//! | `conduct` | what can be wrong with when, where and how often it is said |
//! | `score` | plays every mutant in memory and counts what was caught |
//!
//! Knows no protocol by name. A mutant is data: an occasion and a deed (see `play::Wrong`), so that
//! what was scored in memory can be played to others over sockets too.

mod conduct;
mod fields;
mod score;

use std::collections::HashMap;
use std::sync::Arc;

use crate::ladder::{Ends, Exchange, Free, Projection, Suite};
use crate::play::{Cast, Wrong};
use crate::record::Report;
use crate::sim;

pub use score::{Caught, Fate, Scored, Tally, score};

/// One way of being wrong.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Its name within its exchange and party, such as `2:attributes.Class:dropped`.
    pub id: String,
    /// What kind of wrong it is: the last part of its name.
    pub operator: &'static str,
    /// What is done, in words.
    pub about: String,
    /// The message that is wrong; empty where it is no message.
    pub message: &'static str,
    /// The field that is wrong; empty where it is the whole message or no message.
    pub field: String,
    /// The step during which it happens; `None` in the opening and closing part.
    pub step: Option<usize>,
    /// The line of the suite.
    pub line: u32,
    /// Who is wrong towards whom.
    pub ends: Ends,
    /// Occasion and deed.
    pub wrong: Wrong,
    /// Why it may be that nobody notices: the section that leaves it free.
    pub free: Option<String>,
}

/// An exchange as seen from one side: what its mutants are made from.
#[derive(Debug)]
pub struct Baseline {
    /// The tester.
    pub cast: Cast,
    /// What the tester saw of the right peer.
    pub tester: Report,
    /// What the right peer did.
    pub peer: Report,
}

impl Baseline {
    /// Plays an exchange against itself, nobody being wrong.
    pub fn play(cast: Cast) -> Self {
        let (tester, peer) = sim::self_play(&cast);
        Self { cast, tester, peer }
    }

    /// Every way in which the peer can be wrong, in the order of what it does.
    ///
    /// `before` are other exchanges of the run, in which values were drawn that could come again.
    pub fn mutants(&self, before: &[&Baseline]) -> Vec<Mutant> {
        let mut mutants = fields::mutants(self, before);
        mutants.extend(conduct::mutants(self));
        // Items of one name have mutants of one name: the later ones get a number.
        let mut times: HashMap<String, usize> = HashMap::new();
        for mutant in &mut mutants {
            let times = times.entry(mutant.id.clone()).or_default();
            *times += 1;
            if *times > 1 {
                mutant.id = format!("{}#{times}", mutant.id);
            }
        }
        for mutant in mutants.iter_mut().filter(|m| m.free.is_none()) {
            let free = self.cast.suite.free.iter().find(|free| free.covers(mutant));
            mutant.free = free.map(|free| free.because.clone());
        }
        mutants
    }
}

impl Free {
    /// Whether it is this that the suite's author says is left free.
    fn covers(&self, mutant: &Mutant) -> bool {
        let kind = |k: &&crate::wire::MessageType| k.name == mutant.message;
        let field = |path: &String| {
            let rest = mutant.field.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.from == mutant.ends.from
            && self.to == mutant.ends.to
            && (self.kinds.is_empty() || self.kinds.iter().any(kind))
            && match self.fields.is_empty() {
                true => mutant.field.is_empty(),
                false => self.fields.iter().any(field),
            }
            && (self.deeds.is_empty() || self.deeds.iter().any(|d| d == mutant.operator))
    }
}

/// The sides of an exchange that can be scored: its name, and who is played. One that is long has
/// none: to play it once more for each of its mutants would take hours.
pub fn sides<'s>(
    suite: &'s Suite,
    exchange: &'s Arc<Exchange>,
) -> impl Iterator<Item = (String, Projection)> + 's {
    let parties = suite.parties.iter().enumerate().filter(|_| !exchange.is_long());
    parties.filter_map(|(id, party)| {
        let projection = Projection::testing(suite, &[id]);
        match exchange.cannot_test(suite, &projection) {
            Some(_) => None,
            None => Some((party.name.clone(), projection)),
        }
    })
}
