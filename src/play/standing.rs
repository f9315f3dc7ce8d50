//! That standing answers are asked for as often as they must be: whoever is to ask does so, and
//! whoever answers counts.

use super::blame::add;
use super::script::{Player, Stop};
use crate::diag::counted;
use crate::ladder::{Act, Responder, Role, Rung, Step, Timing};
use crate::record::Verdict;

impl Player {
    /// Asks what must be asked, where we are the one who asks. No rung says when: the last step is as
    /// good as any.
    pub(super) async fn ask_what_must_be_asked(&self) -> Result<(), Stop> {
        let exchange = self.stage.borrow().cast.exchange.clone();
        for responder in &exchange.responders {
            let asks = {
                let stage = self.stage.borrow();
                let projection = &stage.cast.projection;
                let role = projection.role(responder.hear.ends.from, responder.hear.ends.to);
                role == Role::Say
                    && responder
                        .say
                        .iter()
                        .all(|say| projection.role(say.ends.from, say.ends.to) == Role::Hear)
            };
            for _ in 0..if asks { *responder.count.start() } else { 0 } {
                self.say(responder.pos, &responder.hear).await?;
                for say in &responder.say {
                    let act = Act::Message(say.clone());
                    let rung = Rung { pos: responder.pos, act, timing: Timing::default() };
                    self.hear(&rung, std::slice::from_ref(say)).await?;
                }
            }
        }
        Ok(())
    }

    /// Fails where somebody asked less often than a standing answer must be used.
    pub(super) fn asked_often_enough(&self, step: &Step) -> Result<(), Stop> {
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        let exchange = stage.cast.exchange.clone();
        let seldom = |(at, responder): &(usize, &Responder)| {
            let projection = &stage.cast.projection;
            let ends = responder.hear.ends;
            projection.role(ends.from, ends.to) == Role::Hear
                && responder.say.iter().all(|say| projection.played[say.ends.from])
                && stage.answered[*at] < *responder.count.start()
        };
        let Some((at, responder)) = exchange.responders.iter().enumerate().find(seldom) else {
            return Ok(());
        };
        let (who, kind) = (stage.party(responder.hear.ends.from), responder.hear.kind.name);
        let (times, due) = (stage.answered[at], responder.count.start());
        let title = format!(
            "`{who}` said this {kind} {}, and {due} or more were due",
            counted(times, "time")
        );
        let mut failure = stage.failure(Verdict::Fail, title, responder.pos);
        failure.party = Some(responder.hear.ends.from);
        failure.remark = format!("it was to be said by the end of step `{}`", step.name);
        Err(add(stage, failure))
    }
}
