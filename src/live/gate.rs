//! How much is on its way to one implementation at once.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Alarm;
use crate::play::FlowId;

/// How much may be on its way to one implementation at once.
///
/// A socket holds some 190 small datagrams, and a door some dozens of streams that nobody has taken
/// yet; what comes beyond is dropped by the kernel, which would be our doing and look like the
/// implementation's silence. What is sent is on its way until its flow brings an answer, or for a
/// while.
#[derive(Clone, Debug)]
pub struct Gate {
    datagrams: Lane,
    streams: Lane,
}

/// One way through the gate: its places, and how long one is taken at most.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    places: Arc<Semaphore>,
    crossing: Duration,
}

impl Default for Gate {
    fn default() -> Self {
        let lane = |width, crossing| Lane { places: Arc::new(Semaphore::new(width)), crossing };
        Self {
            datagrams: lane(Self::DATAGRAMS, Duration::from_millis(20)),
            streams: lane(Self::STREAMS, Duration::from_millis(50)),
        }
    }
}

impl Gate {
    const DATAGRAMS: usize = 64;
    const STREAMS: usize = 16;

    /// For datagrams.
    pub(super) fn datagrams(&self) -> &Lane {
        &self.datagrams
    }

    /// For calls, each of which opens a stream.
    pub(super) fn streams(&self) -> &Lane {
        &self.streams
    }
}

/// What is on its way from one play: one thing on each flow, and until when it is taken to be.
#[derive(Debug, Default)]
pub(super) struct Crossing(Vec<(FlowId, Instant, OwnedSemaphorePermit)>);

impl Crossing {
    /// Takes a place for what is said on a flow, where there is one.
    pub(super) fn enter_now(&mut self, lane: &Lane, flow: FlowId) -> bool {
        let place = lane.places.clone().try_acquire_owned();
        place.is_ok_and(|place| {
            self.enters(flow, Instant::now() + lane.crossing, place);
            true
        })
    }

    /// Takes a place for what is said on a flow; how long that was waited for.
    pub(super) async fn enter(&mut self, lane: &Lane, flow: FlowId) -> Duration {
        let now = Instant::now();
        let mut place = pin!(lane.places.clone().acquire_owned());
        let mut alarm = Alarm::new();
        let place = loop {
            // Our own places may be those that are waited for.
            let Some(next) = self.next() else { break place.await };
            tokio::select! {
                place = &mut place => break place,
                () = alarm.ring(Some(next)) => self.leave(Instant::now()),
            }
        };
        let waited = now.elapsed();
        if let Ok(place) = place {
            self.enters(flow, now + waited + lane.crossing, place);
        }
        waited
    }

    fn enters(&mut self, flow: FlowId, until: Instant, place: OwnedSemaphorePermit) {
        self.answered(flow);
        self.0.push((flow, until, place));
    }

    /// A flow has brought an answer.
    pub(super) fn answered(&mut self, flow: FlowId) {
        self.0.retain(|(crossing, ..)| *crossing != flow);
    }

    /// Those whose time is over are on their way no more.
    pub(super) fn leave(&mut self, now: Instant) {
        self.0.retain(|(_, until, _)| *until > now);
    }

    /// When the first of them is on its way no more.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().map(|(_, until, _)| *until).min()
    }
}
