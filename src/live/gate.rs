//! How many datagrams are on their way to one implementation at once.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::play::FlowId;

/// How many datagrams may be on their way to one implementation at once.
///
/// A socket holds some 190 small datagrams; what comes beyond is dropped by the kernel, which would
/// be our doing and look like the implementation's silence. A datagram is on its way until its flow
/// brings an answer, or for [`Gate::CROSSING`].
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(Self::WIDTH)))
    }
}

impl Gate {
    const WIDTH: usize = 64;
    const CROSSING: Duration = Duration::from_millis(20);
}

/// The datagrams of one play that are on their way, by flow, and until when they are taken to be.
#[derive(Debug, Default)]
pub(super) struct Crossing(BTreeMap<FlowId, (Instant, OwnedSemaphorePermit)>);

impl Crossing {
    /// Takes a place for a datagram; how long that was waited for.
    pub(super) async fn enter(&mut self, gate: &Gate, flow: FlowId) -> Duration {
        let now = Instant::now();
        if let Ok(place) = gate.0.clone().try_acquire_owned() {
            self.0.insert(flow, (now + Gate::CROSSING, place));
            return Duration::ZERO;
        }
        let mut place = pin!(gate.0.clone().acquire_owned());
        let place = loop {
            // Our own places may be those that are waited for.
            let Some(next) = self.next() else { break place.await };
            tokio::select! {
                place = &mut place => break place,
                () = tokio::time::sleep_until(next.into()) => self.leave(Instant::now()),
            }
        };
        let waited = now.elapsed();
        self.0.extend(place.ok().map(|place| (flow, (now + waited + Gate::CROSSING, place))));
        waited
    }

    /// A flow has brought an answer.
    pub(super) fn answered(&mut self, flow: FlowId) {
        self.0.remove(&flow);
    }

    /// Those whose time is over are on their way no more.
    pub(super) fn leave(&mut self, now: Instant) {
        self.0.retain(|_, (until, _)| *until > now);
    }

    /// When the first of them is on its way no more.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.values().map(|(until, _)| *until).min()
    }
}
