//! Waiting for moments, to some microseconds: the runtime's own clock ticks in milliseconds.
//!
//! All alarms of a thread share one timer of the kernel's, which is set to the first of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

thread_local! {
    static CLOCK: RefCell<Clock> = const { RefCell::new(Clock::new()) };
}

/// The alarms of a thread.
struct Clock {
    /// Who is to be woken, by moment and number.
    set: BTreeMap<(Instant, u64), Waker>,
    count: u64,
    /// What the timer is set to.
    next: Option<Instant>,
    /// What sets the timer, and waits for it.
    bell: Option<Waker>,
}

impl Clock {
    const fn new() -> Self {
        Self { set: BTreeMap::new(), count: 0, next: None, bell: None }
    }

    fn first(&self) -> Option<Instant> {
        self.set.first_key_value().map(|((moment, _), _)| *moment)
    }

    /// Whether the timer has to be set to an earlier moment.
    fn is_behind(&self) -> bool {
        self.first().is_some_and(|first| self.next.is_none_or(|next| first < next))
    }

    /// Rings what is due; when the next one is.
    fn ring(&mut self, now: Instant) -> Option<Instant> {
        while let Some(first) = self.set.first_entry().filter(|first| first.key().0 <= now) {
            first.remove().wake();
        }
        self.next = self.first();
        self.next
    }
}

/// Waits for a moment.
#[derive(Debug, Default)]
pub struct Alarm {
    moment: Option<Instant>,
    /// Its number on the clock of this thread, from when on it is waited for.
    number: Option<u64>,
}

impl Alarm {
    /// An alarm that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets it to a moment, and no longer to an earlier one; or to none.
    pub fn set(&mut self, moment: Option<Instant>) {
        self.forget();
        self.moment = moment;
    }

    /// The moment that it is set to. One that has rung is not set.
    pub fn moment(&self) -> Option<Instant> {
        self.moment
    }

    /// Whether its moment has come; it is waited for in a task of [`block_on`](super::block_on).
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(moment) = self.moment else { return Poll::Pending };
        let now = Instant::now();
        if now >= moment {
            self.forget();
            return Poll::Ready(());
        }
        CLOCK.with_borrow_mut(|clock| {
            let number = *self.number.get_or_insert_with(|| {
                clock.count += 1;
                clock.count
            });
            match clock.set.get_mut(&(moment, number)) {
                Some(waker) => waker.clone_from(context.waker()),
                None => drop(clock.set.insert((moment, number), context.waker().clone())),
            }
            // Where much is going on, others are not to wait until it is the bell's turn.
            if clock.next.is_some_and(|next| next <= now) {
                clock.ring(now);
            }
            if clock.is_behind()
                && let Some(bell) = clock.bell.take()
            {
                bell.wake();
            }
        });
        Poll::Pending
    }

    /// Waits for a moment. One that has gone by is there at once, and so is none.
    pub async fn ring(&mut self, moment: Option<Instant>) {
        if moment.is_some() {
            self.set(moment);
            poll_fn(|context| self.poll(context)).await;
        }
    }

    fn forget(&mut self) {
        if let (Some(moment), Some(number)) = (self.moment.take(), self.number.take()) {
            CLOCK.with_borrow_mut(|clock| clock.set.remove(&(moment, number)));
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Rings the alarms of this thread, until it is dropped.
pub(super) async fn ring() {
    let timer = Timer::new();
    loop {
        let next = CLOCK.with_borrow_mut(|clock| clock.ring(Instant::now()));
        tokio::select! {
            biased;
            () = timer.ring(next) => {}
            () = poll_fn(earlier) => {}
        }
    }
}

/// Waits until an alarm is set to a moment before that which is waited for.
fn earlier(context: &mut Context<'_>) -> Poll<()> {
    CLOCK.with_borrow_mut(|clock| match clock.is_behind() {
        true => Poll::Ready(()),
        false => {
            clock.bell = Some(context.waker().clone());
            Poll::Pending
        }
    })
}

/// A timer of the kernel's; where there is none to be had, the runtime's clock has to do.
struct Timer(Option<AsyncFd<OwnedFd>>);

impl Timer {
    fn new() -> Self {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags).ok();
        Self(timer.and_then(watched))
    }

    /// Waits for a moment, or for ever.
    async fn ring(&self, moment: Option<Instant>) {
        let Some(moment) = moment else { return std::future::pending().await };
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        let nothing = Timespec { tv_sec: 0, tv_nsec: 0 };
        let time = Itimerspec {
            it_interval: nothing,
            it_value: Timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            },
        };
        let set = |timer: &AsyncFd<OwnedFd>| {
            timerfd_settime(timer, TimerfdTimerFlags::empty(), &time).is_ok()
        };
        let Some(timer) = self.0.as_ref().filter(|timer| set(timer)) else {
            return tokio::time::sleep_until(moment.into()).await;
        };
        // Setting it again makes what an earlier one left be forgotten.
        while Instant::now() < moment {
            let Ok(mut rung) = timer.readable().await else {
                return tokio::time::sleep_until(moment.into()).await;
            };
            let mut times = [0; 8];
            let _ = rustix::io::read(timer, &mut times);
            rung.clear_ready();
        }
    }
}

/// A timer whose readiness the runtime tells.
#[expect(unsafe_code, reason = "the runtime cannot know what a descriptor belongs to")]
fn watched(timer: OwnedFd) -> Option<AsyncFd<OwnedFd>> {
    // SAFETY: the timer keeps its descriptor open and unchanged as long as it lives.
    unsafe { AsyncFd::register(timer) }.ok()
}
