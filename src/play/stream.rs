//! Streams: opened, closed, refused.

use super::Output;
use super::blame::{MarkName, add, seconds, soften, trouble};
use super::script::{Player, Stop};
use super::stage::{Flow, FlowState, wait};
use super::wrong::Deed;
use crate::ladder::{Aside, Ends, Role, Rung};
use crate::record::Verdict;

impl Player {
    pub(super) async fn connect(
        &self,
        rung: &Rung,
        ends: Ends,
        aside: Option<Aside>,
    ) -> Result<(), Stop> {
        let role = self.stage.borrow().cast.projection.role(ends.from, ends.to);
        match role {
            Role::Unseen => Ok(()),
            Role::Internal | Role::Say => {
                self.before_ours(rung).await?;
                let flow = self.stage.borrow_mut().open_from(ends, aside);
                self.stage.borrow_mut().mark_name = MarkName::Connection;
                self.established(rung.pos, flow).await
            }
            Role::Hear => {
                let from = self.stage.borrow().mark;
                let known = |f: &Flow| {
                    f.link == ends.link && !f.ours && !f.awaited && f.history.all().is_empty()
                };
                let deadline = from + self.patience(rung, ends);
                let came = wait(&self.stage, Some(deadline), |stage| {
                    (stage.flows.iter().any(known) || stage.trouble.is_some()).then_some(())
                })
                .await;
                let mut stage = self.stage.borrow_mut();
                let stage = &mut *stage;
                trouble(stage, rung.pos)?;
                stage.mark_name = MarkName::Connection;
                if came.is_some() {
                    // The next one that is waited for is another one.
                    if let Some(flow) = stage.flows.iter_mut().find(|f| known(f)) {
                        flow.awaited = true;
                    }
                    return Ok(());
                }
                let who = stage.party(ends.from).to_owned();
                let waited = seconds(deadline.saturating_sub(from));
                let title = format!("`{who}` did not connect within {waited}");
                let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
                failure.party = Some(ends.from);
                Err(add(stage, failure))
            }
        }
    }

    pub(super) async fn close(&self, rung: &Rung, ends: Ends) -> Result<(), Stop> {
        let role = self.stage.borrow().cast.projection.role(ends.from, ends.to);
        let on_link = |f: &Flow| f.link == ends.link;
        match role {
            Role::Unseen => Ok(()),
            Role::Internal | Role::Say => {
                let mut stage = self.stage.borrow_mut();
                if stage.deed_at(rung.pos) == Some(Deed::StayOpen) {
                    // Where its protocol has closed it already there is nothing to keep open.
                    let open = |f: &Flow| on_link(f) && f.state == FlowState::Open;
                    stage.report.deviated = stage.flows.iter().any(open);
                    return Ok(());
                }
                if let Some(flow) = stage.flows.iter().rposition(on_link) {
                    stage.flows[flow].retired = true;
                    stage.close(flow);
                }
                Ok(())
            }
            Role::Hear => {
                let from = self.stage.borrow().mark;
                let deadline = from + self.patience(rung, ends);
                let open = |f: &Flow| on_link(f) && f.state == FlowState::Open;
                let closed = wait(&self.stage, Some(deadline), |stage| {
                    (!stage.flows.iter().any(open) || stage.trouble.is_some()).then_some(())
                })
                .await;
                let mut stage = self.stage.borrow_mut();
                let stage = &mut *stage;
                trouble(stage, rung.pos)?;
                // Whoever says something else first does more than hang up.
                let said = stage.arrivals.iter().position(|a| {
                    a.ends.link == ends.link
                        && a.ends.from == ends.from
                        && !a.message.kind.background
                });
                if let Some(arrival) = said.and_then(|at| stage.arrivals.remove(at)) {
                    let (who, kind) = (stage.party(ends.from), arrival.message.kind.name);
                    let title = format!("`{who}` was to close the connection and said {kind}");
                    let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
                    failure.party = Some(ends.from);
                    failure.message = Some(arrival.message);
                    return soften(stage, failure);
                }
                if closed.is_some() {
                    return Ok(());
                }
                let who = stage.party(ends.from).to_owned();
                let waited = seconds(deadline.saturating_sub(from));
                let title = format!("`{who}` did not close the connection within {waited}");
                let mut failure = stage.failure(Verdict::Fail, title, rung.pos);
                failure.party = Some(ends.from);
                failure.after = Some((deadline.saturating_sub(from), stage.mark_words()));
                soften(stage, failure)
            }
        }
    }

    /// `to` does not let `from` connect.
    pub(super) async fn refuse(&self, rung: &Rung, ends: Ends) -> Result<(), Stop> {
        let (played_from, played_to) = {
            let stage = self.stage.borrow();
            (stage.cast.projection.played[ends.from], stage.cast.projection.played[ends.to])
        };
        if played_to && !played_from {
            let mut stage = self.stage.borrow_mut();
            if stage.deed_at(rung.pos) != Some(Deed::StayOpen) {
                stage.out.push_back(Output::Refuse(ends.link));
            }
            return Ok(());
        }
        if !played_from || played_to {
            return Ok(());
        }
        let flow = self.stage.borrow_mut().open(ends);
        let deadline = self.deadline(rung.pos, rung.timing.within, flow);
        let refused = wait(&self.stage, Some(deadline), |stage| match stage.flows[flow].state {
            FlowState::Refused(_) | FlowState::ClosedByPeer => Some(()),
            _ => None,
        })
        .await;
        let mut stage = self.stage.borrow_mut();
        let stage = &mut *stage;
        stage.flows[flow].retired = true;
        if refused.is_some() {
            return Ok(());
        }
        stage.close(flow);
        let who = stage.party(ends.to).to_owned();
        let failure = stage.failure(
            Verdict::Fail,
            format!("`{who}` took a connection that it was to refuse"),
            rung.pos,
        );
        soften(stage, failure)
    }
}
