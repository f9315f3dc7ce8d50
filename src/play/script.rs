//! The course of an exchange: what each kind of rung does, from the side of whoever is played.
//!
//! Reads from top to bottom like the ladder. It stands still only in `wait`; everything it knows is
//! on the stage.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::Output;
use super::blame::{MarkName, inconclusive, seconds, soften};
use super::stage::{Binding, FlowState, Stage};
use super::wrong::Deed;
use crate::ladder::{Act, Ends, Level, Repeat, Role, Rung, Say, Schedule, Step, Timing, walk};
use crate::record::{Difference, Happening, Outcome, Verdict};

/// The step cannot go on; its outcome says why.
pub(super) struct Stop;

type Course<'c> = Pin<Box<dyn Future<Output = Result<(), Stop>> + 'c>>;

/// The whole exchange.
pub async fn course(stage: Rc<RefCell<Stage>>) {
    let (exchange, last) = {
        let stage = stage.borrow();
        (stage.cast.exchange.clone(), stage.cast.last_step)
    };
    let player = Player { stage };
    let mut stopped = None;
    if !exchange.preamble.is_empty() {
        // The opening part belongs to no step: what goes wrong there keeps all of them from being
        // reached.
        player.begin(None, Level::Must);
        if player.rungs(&exchange.preamble).await.is_err() {
            stopped = Some("the opening part".to_owned());
        }
        let opening = player.stage.borrow_mut().report.steps.pop();
        if let (Some(_), Some(mut opening)) = (&stopped, opening) {
            if !matches!(opening.verdict, Verdict::Skipped | Verdict::Inconclusive) {
                opening.verdict = opening.verdict.max(Verdict::Fail);
            }
            player.stage.borrow_mut().report.steps.push(opening);
        }
    }
    let first = usize::from(stopped.is_some());
    for (index, step) in exchange.steps.iter().enumerate().skip(first) {
        if let Some(stopped) = &stopped {
            let reason = format!("{stopped} did not pass");
            let outcome = Outcome::because(Verdict::NotReached, step.level, reason);
            player.stage.borrow_mut().report.steps.push(outcome);
            continue;
        }
        if index > last {
            break;
        }
        if player.step(index, step, index == last).await.is_err() {
            stopped = Some(format!("step {}", step.name));
        }
    }
    // The closing part tidies up after a failure too; it is not judged.
    player.stage.borrow_mut().watches.clear();
    if !exchange.postamble.is_empty() {
        let kept = player.stage.borrow().report.steps.len();
        player.begin(None, Level::May);
        if player.rungs(&exchange.postamble).await.is_err() {
            let note = Happening::Note("the closing part could not be played".into());
            player.stage.borrow_mut().happened(note);
        }
        player.stage.borrow_mut().report.steps.truncate(kept);
    }
    let mut stage = player.stage.borrow_mut();
    stage.overhear();
    let stays = stage.cast.wrong.as_ref().is_some_and(|w| w.deed == Deed::StayOpen);
    for flow in 0..stage.flows.len() {
        if stage.flows[flow].state != FlowState::Internal && !(stays && stage.report.deviated) {
            stage.close(flow);
        }
    }
}

pub(super) struct Player {
    pub(super) stage: Rc<RefCell<Stage>>,
}

impl Player {
    pub(super) fn begin(&self, step: Option<usize>, level: Level) {
        let mut stage = self.stage.borrow_mut();
        stage.step = step;
        stage.report.steps.push(Outcome::pass(level));
    }

    pub(super) async fn step(&self, index: usize, step: &Step, is_last: bool) -> Result<(), Stop> {
        self.begin(Some(index), step.level);
        let began = self.stage.borrow().now;
        let asks = is_last && !self.stage.borrow().cast.exchange.responders.is_empty();
        let mut went = match asks {
            true => Box::pin(self.ask_what_must_be_asked()).await,
            false => Ok(()),
        };
        if went.is_ok() {
            went = self.rungs(&step.rungs).await;
        }
        if went.is_ok() && is_last {
            if let Some(quiet) = self.quiet(index) {
                went = Box::pin(self.pause(quiet)).await;
            }
            went = went.and_then(|()| self.nothing_left(step));
            if went.is_ok() && index + 1 == self.stage.borrow().cast.exchange.steps.len() {
                went = self.asked_often_enough(step);
            }
        }
        let mut stage = self.stage.borrow_mut();
        let lasted = stage.now.saturating_sub(began);
        if let Some(outcome) = stage.outcome() {
            outcome.lasted = lasted;
        }
        went
    }

    /// How long it is listened on after the last step, where the suite asks for that.
    fn quiet(&self, index: usize) -> Option<Duration> {
        let stage = self.stage.borrow();
        let whole = index + 1 == stage.cast.exchange.steps.len() && !stage.cast.stand_in;
        Some(stage.cast.suite.quiet).filter(|quiet| whole && !quiet.is_zero())
    }

    /// Boxed, since rungs hold rungs.
    pub(super) fn rungs<'c>(&'c self, rungs: &'c [Rung]) -> Course<'c> {
        if rungs.iter().any(Rung::is_silent) {
            return Box::pin(self.with_silences(rungs));
        }
        Box::pin(async move {
            for rung in rungs {
                self.rung(rung).await?;
            }
            Ok(())
        })
    }

    /// Rungs some of which are silences: there is no room for the others while nothing is said, as
    /// thousands of plays may be silent at once.
    async fn with_silences(&self, rungs: &[Rung]) -> Result<(), Stop> {
        for rungs in rungs.chunk_by(|one, next| !one.is_silent() && !next.is_silent()) {
            match rungs {
                [rung @ Rung { act: Act::Silent(silence), .. }] => {
                    self.stage.borrow_mut().pos = rung.pos;
                    self.silence(rung, silence).await?;
                }
                others => self.rungs(others).await?,
            }
        }
        Ok(())
    }

    pub(super) async fn rung(&self, rung: &Rung) -> Result<(), Stop> {
        self.stage.borrow_mut().pos = rung.pos;
        let born = self.stage.borrow().watches_begun;
        // What is done to a party of ours is nothing: it ends nothing, and no time counts from it.
        let done_to = match &rung.act {
            Act::Trigger { party, .. } => Some(*party),
            Act::Observe(observation) => Some(observation.party),
            _ => None,
        };
        if done_to.is_some_and(|party| self.stage.borrow().cast.projection.played[party]) {
            return Ok(());
        }
        match &rung.act {
            Act::Message(say) => self.message(rung, say).await?,
            Act::Silent(silence) => return Box::pin(self.silence(rung, silence)).await,
            // Boxed: what is rare takes no room in the rungs that are common.
            Act::Connect(ends, aside) => Box::pin(self.connect(rung, *ends, *aside)).await?,
            Act::Close(ends) => Box::pin(self.close(rung, *ends)).await?,
            Act::Refuse(ends) => Box::pin(self.refuse(rung, *ends)).await?,
            Act::Trigger { party, name } => self.trigger(*party, name),
            Act::Observe(observation) => Box::pin(self.observe(rung, observation)).await?,
            Act::Alive { party, rungs } => Box::pin(self.alive(*party, rungs)).await?,
            Act::Either(branches) => Box::pin(self.either(rung, branches)).await?,
            Act::AnyOrder(branches) => Box::pin(self.any_order(rung, branches)).await?,
            Act::Optional(rungs) => Box::pin(self.optional(rung, rungs)).await?,
            Act::Repeat(repeat) => Box::pin(self.repeat(rung, repeat)).await?,
            Act::Inconclusive(why) => return Err(inconclusive(&mut self.stage.borrow_mut(), why)),
        }
        self.watched()?;
        let mut stage = self.stage.borrow_mut();
        // Silences until the next rung end with it, but for those that it began itself.
        stage.watches.retain(|w| w.number >= born);
        stage.mark = stage.now;
        Ok(())
    }

    /// Who decides what happens next among rungs: the one who says their first message.
    pub(super) fn chooser(&self, rungs: &[Rung]) -> Role {
        let stage = self.stage.borrow();
        first_ends(rungs).map_or(Role::Internal, |e| stage.cast.projection.role(e.from, e.to))
    }

    pub(super) fn trigger(&self, party: usize, name: &str) {
        let mut stage = self.stage.borrow_mut();
        stage.out.push_back(Output::Trigger(party, name.to_owned()));
        stage.happened(Happening::Triggered(party, name.to_owned()));
        stage.just_triggered = true;
        stage.left.remove(&party);
        *stage.programs.entry(party).or_default() += 1;
        stage.mark_name = MarkName::Triggered(name.to_owned());
    }

    /// Asks a party something that it answers when it is well. Only the tester asks, and only whom
    /// it tests.
    pub(super) async fn alive(&self, party: usize, rungs: &[Rung]) -> Result<(), Stop> {
        {
            let mut stage = self.stage.borrow_mut();
            if stage.cast.projection.played[party] != stage.cast.stand_in {
                return Ok(());
            }
            if stage.cast.shown {
                // Messages are numbered as if it had been asked: the numbers name what goes wrong.
                let mut left_out = 0;
                walk(rungs, &mut |rung| {
                    if let Act::Message(say) = &rung.act {
                        let role = stage.cast.projection.role(say.ends.from, say.ends.to);
                        left_out += usize::from(role == Role::Say);
                    }
                });
                stage.said += left_out;
                return Ok(());
            }
        }
        let failures = |stage: &mut Stage| stage.outcome().map_or(0, |o| o.failures.len());
        let before = failures(&mut self.stage.borrow_mut());
        let went = self.rungs(rungs).await;
        if went.is_err() {
            let mut stage = self.stage.borrow_mut();
            let name = stage.party(party).to_owned();
            if let Some(failure) = stage.outcome().and_then(|o| o.failures[before..].last_mut()) {
                failure.title = format!(
                    "`{name}` does not answer a good request any more, so its silence proves nothing: {}",
                    failure.title
                );
            }
        }
        went
    }

    pub(super) async fn either(&self, rung: &Rung, branches: &[Vec<Rung>]) -> Result<(), Stop> {
        let Some(first) = branches.first() else { return Ok(()) };
        if self.chooser(first) != Role::Hear {
            self.before_ours(rung).await?;
            return self.rungs(first).await;
        }
        let firsts: Vec<Arc<Say>> = branches.iter().filter_map(|b| opening(b)).collect();
        let timed = Rung { timing: widest(rung, branches), ..rung.clone() };
        let which = self.hear(&timed, &firsts).await?;
        self.after_opening(&branches[which]).await
    }

    pub(super) async fn any_order(&self, rung: &Rung, branches: &[Vec<Rung>]) -> Result<(), Stop> {
        let mut left: Vec<&Vec<Rung>> = branches.iter().collect();
        while !left.is_empty() {
            // What we say comes first: nobody waits for us then.
            if let Some(ours) = left.iter().position(|b| self.chooser(b) != Role::Hear) {
                self.rungs(left.remove(ours)).await?;
                continue;
            }
            let firsts: Vec<(usize, usize)> = (0..left.len())
                .flat_map(|branch| (0..openings(left[branch]).len()).map(move |at| (branch, at)))
                .collect();
            let wanted: Vec<Arc<Say>> = left.iter().flat_map(|branch| openings(branch)).collect();
            let (branch, which) = firsts[self.hear(rung, &wanted).await?];
            self.after_one_of(left.remove(branch), which).await?;
        }
        Ok(())
    }

    pub(super) async fn optional(&self, rung: &Rung, rungs: &[Rung]) -> Result<(), Stop> {
        if self.chooser(rungs) != Role::Hear {
            return self.rungs(rungs).await;
        }
        let firsts = openings(rungs);
        if firsts.is_empty() {
            return self.rungs(rungs).await;
        }
        let within = rung.timing.within.or(rungs.first().and_then(|r| r.timing.within));
        let timed = Rung {
            timing: Timing { within: Some(within.unwrap_or(SHORT_WAIT)), after: None },
            ..rung.clone()
        };
        match self.await_one(&timed, &firsts, false).await? {
            Some(which) => self.after_one_of(rungs, which).await,
            None => Ok(()),
        }
    }

    /// The rungs behind the opening that was taken already: that message of `openings`.
    pub(super) async fn after_one_of(&self, rungs: &[Rung], which: usize) -> Result<(), Stop> {
        let Some((Rung { act: Act::Either(branches), .. }, rest)) = rungs.split_first() else {
            return self.after_opening(rungs).await;
        };
        Box::pin(self.after_opening(&branches[which])).await?;
        self.rungs(rest).await
    }

    /// The rungs behind the one that was taken already.
    pub(super) async fn after_opening(&self, rungs: &[Rung]) -> Result<(), Stop> {
        let at = rungs.iter().position(|r| matches!(r.act, Act::Message(_))).map_or(0, |i| i + 1);
        {
            let mut stage = self.stage.borrow_mut();
            stage.mark = stage.now;
        }
        self.rungs(&rungs[at..]).await
    }

    pub(super) async fn repeat(&self, rung: &Rung, repeat: &Repeat) -> Result<(), Stop> {
        let ours = self.chooser(&repeat.rungs) != Role::Hear;
        let deed = if ours { self.stage.borrow_mut().deed_at(rung.pos) } else { None };
        let (rounds, pace) = match deed {
            Some(Deed::Rounds(more)) => (repeat.count.end().saturating_add_signed(more), 1.0),
            Some(Deed::Pace(times, of)) => (*repeat.count.end(), f64::from(times) / f64::from(of)),
            _ => (*repeat.count.end(), 1.0),
        };
        let mut gaps: Vec<Duration> = Vec::new();
        let mut due = repeat.schedule.as_ref().map(|s| {
            let mut stage = self.stage.borrow_mut();
            // Nobody waits longer than need be: what is drawn lies near the lower end.
            stage.choose(s.first.0, s.first.1.min(s.first.0 * 2)).mul_f64(pace)
        });
        for round in 0..rounds {
            let began = self.stage.borrow().mark;
            if ours && let (Some(schedule), Some(pause)) = (&repeat.schedule, due) {
                self.pause(pause).await?;
                due = Some(pause.mul_f64(schedule.factor));
            }
            if !ours && round >= *repeat.count.start() {
                // Enough came; more may.
                let firsts = openings(&repeat.rungs);
                if firsts.is_empty() {
                    break;
                }
                let Some(which) = self.await_one(rung, &firsts, false).await? else { break };
                self.after_one_of(&repeat.rungs, which).await?;
            } else {
                let timed = self.allow_for(repeat, &gaps);
                let said = repeat.rungs.iter().position(|r| matches!(r.act, Act::Message(_)));
                match (timed, said) {
                    (Some(within), Some(at)) if !ours => {
                        let first = &repeat.rungs[at];
                        let timing = Timing { within: Some(within), ..first.timing };
                        self.rungs(&repeat.rungs[..at]).await?;
                        Box::pin(self.rung(&Rung { timing, ..first.clone() })).await?;
                        self.rungs(&repeat.rungs[at + 1..]).await?;
                    }
                    _ => self.rungs(&repeat.rungs).await?,
                }
            }
            let mut stage = self.stage.borrow_mut();
            let stage = &mut *stage;
            gaps.push(stage.now.saturating_sub(began));
            if !ours
                && let Some(schedule) = &repeat.schedule
                && let Some(wrong) = off_schedule(schedule, &gaps)
            {
                let mut failure =
                    stage.failure(Verdict::Fail, "the pauses are not as demanded", rung.pos);
                failure.differences.push(wrong);
                return soften(stage, failure);
            }
            if let Some((reference, pattern)) = &repeat.until
                && let Some(Binding::Message { message, .. }) = stage.names.get(&reference.name)
            {
                let node = message.field(&reference.path);
                if node.is_some_and(|node| stage.accepts(pattern, &node, message)) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// How long the next message of a repetition may take under its schedule.
    pub(super) fn allow_for(&self, repeat: &Repeat, gaps: &[Duration]) -> Option<Duration> {
        let schedule = repeat.schedule.as_ref()?;
        if schedule.growing && !gaps.is_empty() {
            // Growth has no bound of its own: three times the pause before is generous.
            return gaps.last().map(|g| *g * 3 + Duration::from_secs(1));
        }
        Some(upper(schedule, gaps.len()))
    }
}

/// How long something optional is waited for where the suite gives no time.
pub(super) const SHORT_WAIT: Duration = Duration::from_millis(200);

/// Between whom the first rung goes on that says so.
fn first_ends(rungs: &[Rung]) -> Option<Ends> {
    rungs.iter().find_map(|rung| match &rung.act {
        Act::Message(say) => Some(say.ends),
        Act::Connect(ends, _) | Act::Close(ends) | Act::Refuse(ends) => Some(*ends),
        Act::Either(branches) => branches.first().and_then(|branch| first_ends(branch)),
        _ => None,
    })
}

/// The first message of rungs.
pub(super) fn opening(rungs: &[Rung]) -> Option<Arc<Say>> {
    rungs.iter().find_map(|rung| match &rung.act {
        Act::Message(say) => Some(say.clone()),
        _ => None,
    })
}

/// The messages with which rungs may begin: several where a choice stands first.
pub(super) fn openings(rungs: &[Rung]) -> Vec<Arc<Say>> {
    match rungs.first().map(|r| &r.act) {
        Some(Act::Either(branches)) => branches.iter().filter_map(|b| opening(b)).collect(),
        _ => opening(rungs).into_iter().collect(),
    }
}

/// The widest window that any branch gives its first message.
pub(super) fn widest(rung: &Rung, branches: &[Vec<Rung>]) -> Timing {
    let firsts = || {
        branches
            .iter()
            .filter_map(|b| b.iter().find(|r| matches!(r.act, Act::Message(_))))
            .map(|r| r.timing)
    };
    Timing {
        within: rung.timing.within.or_else(|| firsts().filter_map(|t| t.within).max()),
        after: rung.timing.after.or_else(|| firsts().map(|t| t.after).min().flatten()),
    }
}

/// The most that the pause of a round may last.
pub(super) fn upper(schedule: &Schedule, round: usize) -> Duration {
    let growth = schedule.factor.powi(i32::try_from(round).unwrap_or(i32::MAX));
    schedule
        .first
        .1
        .mul_f64((growth * (1.0 + schedule.jitter) * (1.0 + schedule.tolerance)).min(1e6))
}

/// What is wrong with the latest pause.
pub(super) fn off_schedule(schedule: &Schedule, gaps: &[Duration]) -> Option<Difference> {
    let round = gaps.len() - 1;
    let gap = gaps[round];
    let expected = if schedule.growing && round > 0 {
        let least =
            gaps[round - 1].mul_f64((schedule.factor * (1.0 - schedule.tolerance)).min(1e6));
        if gap >= least {
            return None;
        }
        format!(
            "{} or more, {} times the pause before it, give or take {:.0} %",
            seconds(least),
            schedule.factor,
            schedule.tolerance * 100.0
        )
    } else {
        let growth = schedule.factor.powi(i32::try_from(round).unwrap_or(i32::MAX));
        let least = schedule.first.0.mul_f64(
            (growth * (1.0 - schedule.jitter) * (1.0 - schedule.tolerance)).clamp(0.0, 1e6),
        );
        let most = upper(schedule, round);
        if (least..=most).contains(&gap) {
            return None;
        }
        format!("{} to {}", seconds(least), seconds(most))
    };
    Some(Difference {
        path: format!("pause {}", round + 1),
        expected,
        got: seconds(gap),
        bits: None,
        pos: None,
        source: "",
    })
}
