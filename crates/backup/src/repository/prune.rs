//! Letting go of old snapshots, and of the chunks that no kept one needs.

use super::Repository;
use super::SNAPSHOTS;
use super::mark::{Mark, Work};
use super::seal::ChunkId;
use super::snapshot::SnapshotId;
use crate::Failure;
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const HOUR_MICROS: i64 = 3600 * 1_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;
/// 1970-01-01 was a Thursday.
const DAYS_TO_MONDAY: i64 = 3;
/// Where a directory has objects that are not whole yet.
const UNFINISHED: &str = "unfinished/";
/// Name of every chunk begins with it.
const CHUNKS: &str = "chunks/";

/// What is kept: the newest snapshots, and the newest one of each of the latest hours, days, weeks,
/// months and years in which there is one (UTC). The newest of all is always kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Newest snapshots.
    pub last: usize,
    /// Hours.
    pub hourly: usize,
    /// Days.
    pub daily: usize,
    /// Weeks from Monday.
    pub weekly: usize,
    /// Months.
    pub monthly: usize,
    /// Years.
    pub yearly: usize,
}

impl Keep {
    /// Which of some snapshots are kept.
    pub fn choose(&self, all: &[SnapshotId]) -> BTreeSet<SnapshotId> {
        let mut newest_first = all.to_vec();
        newest_first.sort();
        newest_first.reverse();
        let mut kept: BTreeSet<SnapshotId> =
            newest_first.iter().take(self.last.max(1)).cloned().collect();
        let micros = |id: &SnapshotId| id.time().micros();
        let days = |id: &SnapshotId| micros(id).div_euclid(DAY_MICROS);
        let mut by = |count: usize, period: &dyn Fn(&SnapshotId) -> i64| {
            let mut newest: BTreeMap<i64, &SnapshotId> = BTreeMap::new();
            for id in &newest_first {
                newest.entry(period(id)).or_insert(id);
            }
            kept.extend(newest.into_iter().rev().take(count).map(|(_, id)| id.clone()));
        };
        by(self.hourly, &|id| micros(id).div_euclid(HOUR_MICROS));
        by(self.daily, &days);
        by(self.weekly, &|id| (days(id) + DAYS_TO_MONDAY).div_euclid(7));
        by(self.monthly, &|id| {
            let day = id.time().day();
            i64::from(day.year) * 12 + i64::from(day.month.unwrap_or_default())
        });
        by(self.yearly, &|id| i64::from(id.time().day().year));
        kept
    }
}

/// What was removed, and what is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Snapshots that are kept, the earliest first.
    pub kept: Vec<SnapshotId>,
    /// Snapshots that were removed, the earliest first.
    pub removed: Vec<SnapshotId>,
    /// Chunks that were removed.
    pub chunks: u64,
    /// Their bytes, sealed.
    pub bytes: u64,
}

impl Repository {
    /// Removes the snapshots that are not to be kept, and then every chunk that no snapshot needs.
    /// Nothing is removed if a kept snapshot cannot be read: what it needs would not be known.
    /// [`Failure::Busy`] while a backup is taken. `clock` says whether it takes too long.
    pub fn prune(
        &self,
        keep: &Keep,
        id: &str,
        clock: &dyn Fn() -> Timestamp,
    ) -> Result<Pruned, Failure> {
        let mark = Mark::set(self, Work::Pruning, id, clock())?;
        let all = self.list()?;
        let kept = keep.choose(&all);
        let mut needed = HashSet::new();
        for id in &kept {
            self.need(id, &mut needed)?;
        }
        let mut pruned = Pruned::default();
        for id in all {
            if kept.contains(&id) {
                pruned.kept.push(id);
                continue;
            }
            mark.require(clock())?;
            self.destination.remove(&format!("{SNAPSHOTS}{id}"))?;
            pruned.removed.push(id);
        }
        // A snapshot is gone for good before anything that it needs is.
        self.destination.settle()?;
        for object in self.destination.list(CHUNKS)? {
            let is_needed = ChunkId::of_object(&object.name).is_none_or(|id| needed.contains(&id));
            if !is_needed {
                mark.require(clock())?;
                self.destination.remove(&object.name)?;
                pruned.chunks += 1;
                pruned.bytes += object.bytes;
            }
        }
        for object in self.destination.list(UNFINISHED)? {
            self.destination.remove(&object.name)?;
        }
        Ok(pruned)
    }

    /// Adds everything that a snapshot needs.
    fn need(&self, id: &SnapshotId, needed: &mut HashSet<ChunkId>) -> Result<(), Failure> {
        for file in &self.snapshot(id)?.files {
            for leaf in Self::leaves_of(file)? {
                // What a leaf lists is in already, if the leaf is.
                if !needed.contains(&leaf) {
                    let pieces = self.leaf(&file.path, &leaf)?;
                    needed.extend(pieces.iter().map(|piece| piece.id));
                    needed.insert(leaf);
                }
            }
        }
        Ok(())
    }
}
