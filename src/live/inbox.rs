//! What a play is told while it runs, beside what it hears through its ears.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::doors::Call;
use crate::play::{FlowId, Input};

/// Calls and datagrams that may wait for a play.
const WAITING: usize = 256;

/// Where a play is told of what comes. It is there before the play, and after it.
#[derive(Default)]
pub(super) struct Inbox {
    tell: Tell,
    /// Calls that came when the play was over.
    pub(super) late: Vec<Call>,
}

/// Tells a play of what comes, on its own thread.
#[derive(Clone, Default)]
pub(super) struct Tell(Rc<RefCell<Told>>);

#[derive(Default)]
struct Told {
    heard: VecDeque<Heard>,
    is_over: bool,
    waiting: Option<Waker>,
}

impl Inbox {
    /// What tells it.
    pub(super) fn tell(&self) -> Tell {
        self.tell.clone()
    }

    /// What it was told of first, or will be.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        let mut told = self.tell.0.borrow_mut();
        if let Some(heard) = told.heard.pop_front() {
            return Poll::Ready(heard);
        }
        // Who waits has nothing to keep.
        told.heard = VecDeque::new();
        match &mut told.waiting {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    /// What it was told of first.
    pub(super) fn next_now(&mut self) -> Option<Heard> {
        self.tell.0.borrow_mut().heard.pop_front()
    }

    /// The calls that the play did not get to. No more come in.
    pub(super) fn late(mut self) -> Vec<Call> {
        self.tell.0.borrow_mut().is_over = true;
        while let Some(heard) = self.next_now() {
            if let Heard::Call(call) = heard {
                self.late.push(call);
            }
        }
        std::mem::take(&mut self.late)
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.tell.0.borrow_mut().is_over = true;
    }
}

impl Tell {
    /// Tells of something that the play has asked for.
    pub(super) fn tell(&self, input: Input) {
        self.push(Heard::Input(Instant::now(), input));
    }

    /// Hands over a call; gives it back where the play is over.
    pub(super) fn hand(&self, call: Call) -> Option<Call> {
        if self.is_over() {
            return Some(call);
        }
        self.offer(Heard::Call(call));
        None
    }

    /// Tells of something that came. What a play does not get to is lost, as it would be in a socket
    /// that is full.
    pub(super) fn offer(&self, heard: Heard) {
        let told = self.0.borrow();
        let has_room = !told.is_over && told.heard.len() < WAITING;
        drop(told);
        if has_room {
            self.push(heard);
        }
    }

    /// Whether nobody reads any more what is told.
    pub(super) fn is_over(&self) -> bool {
        self.0.borrow().is_over
    }

    fn push(&self, heard: Heard) {
        let mut told = self.0.borrow_mut();
        if told.heard.is_empty() {
            told.heard.reserve_exact(1);
        }
        told.heard.push_back(heard);
        if let Some(waiting) = &told.waiting {
            waiting.wake_by_ref();
        }
    }
}

/// What a play hears or is told.
pub(super) enum Heard {
    /// Something about a flow that the play knows.
    Input(Instant, Input),
    /// Somebody at a door.
    Call(Call),
    /// Somebody at the socket of a flow who is not its other end.
    Stray(FlowId, Call),
}
