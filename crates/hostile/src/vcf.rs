//! VCF: any bytes give calls, or an error; never both, never neither.

use crate::sites::sites;
use formats::vcf::{ReadSettings, read_genotypes};

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let (set, problems) = read_genotypes(bytes, &sites(), &ReadSettings::default());
    let failed = model::problem::first_error(&problems).is_some();
    assert_eq!(set.is_none(), failed, "calls and errors exclude each other: {problems:?}");
}
