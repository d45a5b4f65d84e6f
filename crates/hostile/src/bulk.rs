//! NDJSON in bulk: every line is filed or refused, and counted once; a second import of the same
//! file files nothing.

use crate::bed::{Beds, access};
use intake::ndjson::{self, Digest};
use record::Role;
use std::collections::BTreeSet;

static BEDS: Beds = Beds::new();

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let record = BEDS.record(|_| {});
    let access = access(Role::Interface);
    let mut digest = Digest::default();
    digest.update(bytes);
    let name = digest.finish();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines = lines.count() as u64;
    let first = ndjson::import(&record, &access, &name, bytes, |_| {}).expect("it is taken in");
    if first.lines_done_before == 0 {
        assert_eq!(first.filed + first.refused, lines, "each line is filed or refused");
        let told: BTreeSet<&str> =
            first.problems.iter().filter_map(|one| one.place.split(':').next()).collect();
        assert!(told.len() as u64 >= first.refused.min(1), "{first:?}");
    }
    let again = ndjson::import(&record, &access, &name, bytes, |_| {}).expect("it is known");
    assert_eq!((again.filed, again.refused), (0, 0), "nothing is filed twice");
}
