//! What a play is told while it runs.

use std::time::Instant;

use tokio::sync::mpsc;

use super::doors::Call;
use crate::play::{FlowId, Input};

/// Inputs that may wait for a play; a peer that sends faster waits for the play, not in our memory.
pub(super) const WAITING: usize = 256;

/// Where a play is told of what comes. It is there before the play, and after it.
pub(super) struct Inbox {
    pub(super) tell: mpsc::Sender<Heard>,
    pub(super) heard: mpsc::Receiver<Heard>,
    /// Calls that came when the play was over.
    pub(super) late: Vec<Call>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        let (tell, heard) = mpsc::channel(WAITING);
        Self { tell, heard, late: Vec::new() }
    }

    /// The calls that the play did not get to. No more come in.
    pub(super) fn late(mut self) -> Vec<Call> {
        self.heard.close();
        while let Ok(heard) = self.heard.try_recv() {
            if let Heard::Call(call) = heard {
                self.late.push(call);
            }
        }
        self.late
    }
}

/// What the sockets and processes of a play tell it.
pub(super) enum Heard {
    /// Something about a flow that the play knows.
    Input(Instant, Input),
    /// Somebody at a door.
    Call(Call),
    /// Somebody at the socket of a flow who is not its other end.
    Stray(FlowId, Call),
}

impl From<Call> for Heard {
    fn from(call: Call) -> Self {
        Self::Call(call)
    }
}
