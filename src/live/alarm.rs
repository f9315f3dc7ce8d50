//! Waiting for a moment, to some microseconds: the runtime's own clock ticks in milliseconds.

use std::os::fd::OwnedFd;
use std::time::Instant;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// A timer of the kernel's; where there is none to be had, the runtime's clock has to do.
#[derive(Debug)]
pub struct Alarm(Option<AsyncFd<OwnedFd>>);

impl Alarm {
    /// A timer that is not set.
    pub fn new() -> Self {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags).ok();
        Self(timer.and_then(watched))
    }

    /// Waits for a moment. One that has gone by is there at once, and so is none.
    pub async fn ring(&mut self, moment: Option<Instant>) {
        let Some(moment) = moment else { return };
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

impl Default for Alarm {
    fn default() -> Self {
        Self::new()
    }
}
