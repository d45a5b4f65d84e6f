//! What works beside the listeners.

use anyhow::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a start that failed waits for what it had begun.
const END_SECONDS_MAX: u64 = 10;
/// How often it looks, in milliseconds.
const LOOK_MILLISECONDS: u64 = 5;

/// Starts something that works until the flag is up.
pub(super) fn thread(
    name: &str,
    flag: &Arc<AtomicBool>,
    work: impl FnOnce(&dyn Fn() -> bool) + Send + 'static,
) -> anyhow::Result<JoinHandle<()>> {
    let flag = Arc::clone(flag);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || work(&|| flag.load(Ordering::Relaxed)))
        .with_context(|| format!("the {name} thread cannot start"))
}

/// Ends what was begun when a start fails: a process that ends while others of its threads use the
/// store is ended by a signal, and its reason looks like a crash.
pub(super) struct Ending {
    flag: Arc<AtomicBool>,
    is_begun: bool,
}

impl Ending {
    pub(super) fn new(flag: &Arc<AtomicBool>) -> Self {
        Self { flag: Arc::clone(flag), is_begun: false }
    }

    /// The start came to its end: whoever stops the server ends the threads.
    pub(super) fn goes_on(mut self) {
        self.is_begun = true;
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.is_begun {
            return;
        }
        self.flag.store(true, Ordering::Relaxed);
        let until = Instant::now() + Duration::from_secs(END_SECONDS_MAX);
        // Each thread holds the flag as long as it runs, and so does the start itself.
        while Arc::strong_count(&self.flag) > 2 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(LOOK_MILLISECONDS));
        }
    }
}
