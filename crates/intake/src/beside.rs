//! Work on several things beside each other, while each waits for the disk.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What is worked on at a time: what becomes durable at one time does so with one wait.
pub(crate) const THREADS_MAX: usize = 8;
/// Longest message that is read beside others, in bytes: what one takes of memory, several take
/// several times.
pub(crate) const BYTES_MAX: usize = 1024 * 1024;

/// Does the same with each of some things; what comes of each, in their order.
pub(crate) fn each<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    each_by(THREADS_MAX, items, work)
}

/// As [`each`], by fewer threads.
pub(crate) fn each_by<I: Sync, T: Send>(
    threads_max: usize,
    items: &[I],
    work: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    if let [item] = items {
        return vec![work(item)];
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return done };
            done.push((place, work(item)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..items.len().min(threads_max)).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_order_and_each_thing_is_done_once() {
        for count in [0, 1, 2, THREADS_MAX, 100] {
            let items: Vec<usize> = (0..count).collect();
            let done = AtomicUsize::new(0);
            let squares = each(&items, |item| {
                done.fetch_add(1, Ordering::Relaxed);
                // The later ones are ready first.
                std::thread::sleep(Duration::from_micros((count - item) as u64));
                item * item
            });
            assert_eq!(squares, items.iter().map(|item| item * item).collect::<Vec<_>>());
            assert_eq!(done.into_inner(), count);
        }
    }
}
