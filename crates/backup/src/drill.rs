//! A drill: a snapshot is restored in a place of its own, looked through, timed and forgotten. The
//! report is signed, so that it can be shown.

mod report;

pub use report::{DrillReport, SignedReport};

use crate::repository::Snapshot;
use crate::restore::{Restoring, open, restore};
use crate::{Failure, Repository};
use record::{ReadBack, read_back};
use std::path::Path;

/// Versions of resources that a drill reads, unless it is told otherwise.
pub const DRILL_READS: usize = 1000;

/// Restores a snapshot below a directory for scratch files, checks all of it, opens the record, and
/// reads some resources, picked by a number. What fails is in the report, not a failure: only that
/// nothing could be tried is one. Nothing stays but the report.
pub fn drill(
    repository: &Repository,
    snapshot: &Snapshot,
    scratch: &Path,
    restoring: &Restoring<'_>,
    (reads, pick): (usize, u64),
) -> Result<DrillReport, Failure> {
    let clock = restoring.clock;
    let begun = clock();
    let place = Scratch(scratch.join(format!("drill-{}", crate::take::new_id()?)));
    let restored = restore(repository, snapshot, &place.0, restoring);
    let restored_at = clock();
    let looked = restored.and_then(|restored| {
        // In this place a schema may be brought up to date.
        open(&place.0, restoring)?;
        let read = read_back(&place.0, restoring.master_key, reads, pick)?;
        Ok((restored, read))
    });
    let finished = clock();
    let (problems, restored, read) = match looked {
        Ok((restored, read)) => {
            let problem =
                (!read.is_whole()).then(|| format!("of {} reads not all came back", read.read));
            (problem.into_iter().collect(), Some(restored), read)
        }
        Err(failure @ Failure::Destination { .. }) => return Err(failure),
        Err(failure) => (vec![failure.to_string()], None, ReadBack::default()),
    };
    Ok(DrillReport {
        repository: repository.place(),
        snapshot: snapshot.id().to_string(),
        of: snapshot.time(),
        program: snapshot.program.clone(),
        begun,
        restored: restored_at,
        finished,
        bytes: restored.as_ref().map_or(0, |restored| restored.bytes),
        resource_versions: restored.as_ref().map_or(0, |r| r.examined.resources.versions),
        resource_sha256: restored
            .as_ref()
            .map_or_else(String::new, |r| r.examined.resources.sha256.clone()),
        are_resources_compared: snapshot.resources.is_some(),
        audit_segments: restored.as_ref().map_or(0, |r| r.examined.audit.len() as u64),
        audit_events: restored
            .as_ref()
            .map_or(0, |r| r.examined.audit.iter().map(|segment| segment.lines).sum()),
        reads: read.read,
        reads_same: read.same,
        reads_destroyed: read.destroyed,
        problems,
    })
}

/// Removed at the end, whatever happened.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
