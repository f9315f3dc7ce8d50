//! A network that is not always equally fast: what a play does on a flow happens some time later.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::play::{FlowId, Output};

/// Holds back what a play does, each time for another while.
///
/// Flows are held back apart from each other, so that what is said on one overtakes what was said
/// on another. On one flow the order stays: no stream changes it, and a datagram that overtakes
/// another one is a deviation that a suite may notice. All flows on a segment share its wire.
#[derive(Debug)]
pub struct Jitter {
    most: Duration,
    rng: fastrand::Rng,
    /// When the last thing on a flow happens.
    last: HashMap<Option<FlowId>, Instant>,
    /// The flows on the segment.
    segment: HashSet<FlowId>,
    /// What is held back, in the order in which it happens.
    held: BTreeMap<(Instant, u64), Output>,
    count: u64,
}

impl Jitter {
    /// Holds everything back for up to this long, drawn from the seed.
    pub fn new(most: Duration, seed: u64) -> Self {
        Self {
            most,
            rng: fastrand::Rng::with_seed(seed),
            last: HashMap::new(),
            segment: HashSet::new(),
            held: BTreeMap::new(),
            count: 0,
        }
    }

    /// Says that a flow is on the segment.
    pub(super) fn on_segment(&mut self, flow: FlowId) {
        self.segment.insert(flow);
    }

    /// Takes what is to be held back; gives back what goes over no flow.
    pub(super) fn hold(&mut self, now: Instant, output: Output) -> Option<Output> {
        let flow = match &output {
            Output::Open { flow, .. }
            | Output::Send(flow, _)
            | Output::SendUrgent(flow, _)
            | Output::SendAside(flow, ..)
            | Output::Close(flow) => *flow,
            Output::Listen(_) | Output::Refuse(_) | Output::Trigger(..) | Output::Observe(_) => {
                return Some(output);
            }
        };
        let drawn = now + self.most.mul_f64(self.rng.f64());
        let lane = Some(flow).filter(|flow| !self.segment.contains(flow));
        let last = self.last.entry(lane).or_insert(drawn);
        *last = drawn.max(*last);
        self.count += 1;
        self.held.insert((*last, self.count), output);
        None
    }

    /// Something that is to happen by now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Output> {
        let first = self.held.first_entry().filter(|held| held.key().0 <= now)?;
        Some(first.remove())
    }

    /// When something happens next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.held.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_overtake_each_other_but_nothing_overtakes_on_its_own_flow() {
        let now = Instant::now();
        let mut jitter = Jitter::new(Duration::from_millis(10), 7);
        for number in 0..200 {
            let output = Output::Send(usize::from(number % 4), vec![number]);
            assert_eq!(jitter.hold(now, output), None);
        }
        assert_eq!(jitter.due(now - Duration::from_millis(1)), None);
        let mut order = Vec::new();
        while let Some(output) = jitter.due(now + Duration::from_millis(10)) {
            let Output::Send(flow, octets) = output else { panic!("only sending was held") };
            order.push((flow, octets[0]));
        }
        assert_eq!(order.len(), 200);
        assert!(!order.is_sorted_by_key(|(_, number)| *number), "no flow overtakes another");
        for flow in 0..4 {
            assert!(order.iter().filter(|(f, _)| *f == flow).is_sorted_by_key(|(_, n)| *n));
        }
    }

    #[test]
    fn what_goes_over_no_flow_is_not_held_back() {
        let mut jitter = Jitter::new(Duration::from_millis(10), 7);
        let refuse = Output::Refuse(0);
        assert_eq!(jitter.hold(Instant::now(), refuse.clone()), Some(refuse));
        assert_eq!(jitter.next(), None);
    }

    #[test]
    fn nothing_overtakes_anything_on_a_segment() {
        let now = Instant::now();
        let mut jitter = Jitter::new(Duration::from_millis(10), 7);
        jitter.on_segment(0);
        jitter.on_segment(1);
        for number in 0..100 {
            jitter.hold(now, Output::Send(usize::from(number % 2), vec![number]));
        }
        for number in 0..100 {
            let due = jitter.due(now + Duration::from_millis(10));
            assert_eq!(due, Some(Output::Send(usize::from(number % 2), vec![number])));
        }
    }
}
