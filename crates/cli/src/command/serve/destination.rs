//! What is sent onward while the server runs, each destination by itself.

use super::thread;
use crate::command::destination::destinations;
use crate::command::say;
use crate::store;
use anyhow::{anyhow, bail};
use intake::Feed;
use notify::{Chance, Deliverer, Destination, DestinationKind};
use record::{Record, random_bytes};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

/// A thread for each destination of a directory.
pub(super) fn deliverers(
    directory: Option<&Path>,
    feeds: &[Arc<Feed>],
    record: &Record,
    flag: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let mut found = directory.map(destinations).transpose()?.unwrap_or_default();
    acknowledging(&mut found, feeds)?;
    let mut threads = Vec::new();
    for destination in found {
        let id = destination.id.clone();
        let is_acknowledging = is_of_acknowledgements(&destination);
        // Where there is no chance everybody waits for the whole time.
        let chance = Chance::new(|| {
            random_bytes().ok().and_then(|bytes| bytes.first().copied()).unwrap_or(u8::MAX)
        });
        let deliverer = Deliverer::new(record.clone(), &store::tenant(), destination, chance)
            .map_err(|failure| anyhow!("the destination `{id}` cannot be used: {failure}"))?;
        let what = if is_acknowledging { "acknowledgements go" } else { "results go on" };
        say(&format!("{what} to `{id}`"));
        threads.push(thread("destination", flag, move |stop| deliverer.follow(stop))?);
    }
    Ok(threads)
}

fn is_of_acknowledgements(destination: &Destination) -> bool {
    matches!(destination.kind, DestinationKind::Acknowledgements(_))
}

/// Gives each destination of acknowledgements the feeds whose profiles name it. A feed that names
/// none of them would leave its sender without an answer that it was promised.
fn acknowledging(found: &mut [Destination], feeds: &[Arc<Feed>]) -> anyhow::Result<()> {
    for feed in feeds {
        let Some(id) = &feed.acknowledge_to else { continue };
        let named = found.iter_mut().find(|one| one.id == *id && is_of_acknowledgements(one));
        let Some(named) = named else {
            let name = &feed.id;
            bail!("the feed `{name}` names `{id}`, which is no destination of acknowledgements");
        };
        named.feeds.push(feed.id.clone());
    }
    for one in found.iter().filter(|one| is_of_acknowledgements(one) && one.feeds.is_empty()) {
        say(&format!("no feed names `{}`: nothing is acknowledged there", one.id));
    }
    Ok(())
}
