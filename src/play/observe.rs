//! Looking at what no message shows: what a client told its user, what a server wrote down.

use std::time::Duration;

use super::blame::{add, trouble};
use super::hear::{Found, standing};
use super::script::{Player, Stop};
use super::stage::wait;
use super::{Look, Output, Sight};
use crate::ladder::{Observation, Rung};
use crate::record::{Difference, Happening, Verdict};

/// How long something may take to show where the suite gives no time.
const USUAL: Duration = Duration::from_secs(5);
/// How much later than asked for whoever looks may tell what he sees.
const GRACE: Duration = Duration::from_secs(2);

impl Player {
    /// Looks at a party under test.
    pub(super) async fn observe(&self, rung: &Rung, what: &Observation) -> Result<(), Stop> {
        let within = {
            let mut stage = self.stage.borrow_mut();
            let stage = &mut *stage;
            let of = what.of.as_ref().and_then(|term| stage.text_of(term)).unwrap_or_default();
            let within = stage.scaled(rung.timing.within.unwrap_or(USUAL));
            stage.sight = None;
            stage.waiting.clear();
            let look = Look { party: what.party, name: what.name.clone(), of, within };
            stage.out.push_back(Output::Observe(look));
            within
        };
        let deadline = self.stage.borrow().now + within + GRACE;
        let sight = loop {
            let woken = wait(&self.stage, Some(deadline), |stage| {
                if stage.trouble.is_some() {
                    return Some(Woken::Saw(Sight::Blind));
                }
                let saw = stage.sight.take().map(Woken::Saw);
                saw.or_else(|| standing(stage).map(Woken::Asked))
            })
            .await;
            match woken {
                Some(Woken::Saw(sight)) => break Some(sight),
                // Whoever is looked at may still have something to ask.
                Some(Woken::Asked(Found::Standing { responder, arrival })) => {
                    self.answer(responder, arrival).await?;
                }
                Some(Woken::Asked(_)) => {}
                None => break None,
            }
        };
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        trouble(stage, rung.pos)?;
        let who = stage.party(what.party).to_owned();
        let got = match sight {
            Some(Sight::Seen) => {
                stage.happened(Happening::Observed(what.party, what.name.clone()));
                return Ok(());
            }
            Some(Sight::Blind) => {
                let note = format!("nobody can see whether `{who}` shows `{}`", what.name);
                stage.happened(Happening::Note(note));
                return Ok(());
            }
            Some(Sight::Hidden) => {
                let reason = format!("nobody can see here whether `{who}` shows `{}`", what.name);
                if let Some(outcome) = stage.outcome() {
                    outcome.verdict = outcome.verdict.max(Verdict::Skipped);
                    outcome.reason = reason;
                }
                return Ok(());
            }
            Some(Sight::Otherwise(got)) => got,
            None => "nothing: looking took too long".to_owned(),
        };
        let title = format!("`{who}` does not show `{}`", what.name);
        let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
        failure.party = Some(what.party);
        failure.differences.push(Difference {
            path: String::new(),
            expected: format!("`{}`, as its target describes it", what.name),
            got,
            bits: None,
            pos: None,
            source: "",
        });
        Err(add(stage, failure))
    }
}

/// What ended a wait for something to show.
enum Woken {
    /// Somebody looked.
    Saw(Sight),
    /// Something came that a standing answer serves.
    Asked(Found),
}
