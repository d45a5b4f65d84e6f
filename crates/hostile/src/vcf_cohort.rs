//! VCF and BCF of many samples: any bytes give a cohort, or an error; never both, never neither.

use crate::sites::sites;
use formats::vcf::{CohortLimits, CohortSettings, read_cohort};

/// Cells in memory before the temporary file: few, so that it is used as well.
const CELL_BYTES_IN_MEMORY: u64 = 64;

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let limits =
        CohortLimits { cell_bytes_in_memory: CELL_BYTES_IN_MEMORY, ..CohortLimits::default() };
    let settings = CohortSettings { limits, ..CohortSettings::default() };
    let (cohort, problems) = read_cohort(bytes, &sites(), &settings);
    let failed = model::problem::first_error(&problems).is_some();
    assert_eq!(cohort.is_none(), failed, "a cohort and errors exclude each other: {problems:?}");
    let Some(cohort) = cohort else { return };
    let mut samples = 0;
    for chunk in cohort.chunks() {
        let chunk = chunk.expect("what was stored can be read");
        for (sample, cells) in chunk.iter() {
            assert_eq!(sample, samples);
            assert_eq!(cells.len(), cohort.records.len());
            samples += 1;
        }
    }
    assert_eq!(samples, cohort.samples.len());
}
