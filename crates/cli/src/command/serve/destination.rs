//! What is sent onward while the server runs, each destination by itself.

use super::thread;
use crate::command::destination::destinations;
use crate::command::say;
use crate::store;
use anyhow::anyhow;
use notify::{Chance, Deliverer};
use record::{Record, random_bytes};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

/// A thread for each destination of a directory.
pub(super) fn deliverers(
    directory: Option<&Path>,
    record: &Record,
    flag: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let Some(directory) = directory else { return Ok(Vec::new()) };
    let mut threads = Vec::new();
    for destination in destinations(directory)? {
        let id = destination.id.clone();
        // Where there is no chance everybody waits for the whole time.
        let chance = Chance::new(|| {
            random_bytes().ok().and_then(|bytes| bytes.first().copied()).unwrap_or(u8::MAX)
        });
        let deliverer = Deliverer::new(record.clone(), &store::tenant(), destination, chance)
            .map_err(|failure| anyhow!("the destination `{id}` cannot be used: {failure}"))?;
        say(&format!("results go on to `{id}`"));
        threads.push(thread("destination", flag, move |stop| deliverer.follow(stop))?);
    }
    Ok(threads)
}
