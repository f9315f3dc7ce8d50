//! Work that is done on all processors, with its results in order.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// Does something with each item, several at once where there are several; the results stand in the
/// order of the items.
///
/// A panic of the work is the caller's.
pub fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = match items.len() {
        0 | 1 => 1,
        most => thread::available_parallelism().map_or(1, usize::from).min(most),
    };
    if threads == 1 {
        return items.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(items.into_iter().enumerate());
    // Nothing panics while it takes the next one.
    let next = || waiting.lock().ok()?.next();
    let some = || -> Vec<(usize, R)> {
        std::iter::from_fn(next).map(|(place, item)| (place, work(item))).collect()
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_their_items() {
        let slow_first = |n: u64| {
            thread::sleep(std::time::Duration::from_micros(500 - n));
            n * 2
        };
        let doubled: Vec<u64> = (0..500).map(|n| n * 2).collect();
        assert_eq!(map((0..500).collect(), slow_first), doubled);
    }

    #[test]
    fn a_panic_is_the_callers() {
        let caught = std::panic::catch_unwind(|| map(vec![1, 2, 3], |n| assert_ne!(n, 2)));
        assert!(caught.is_err());
    }
}
