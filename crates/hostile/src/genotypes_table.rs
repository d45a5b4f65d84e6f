//! Tables of arrays: any bytes give genotypes, or an error; never both, never neither.

use crate::sites;
use formats::genotypes_table::{NamedSite, StatedBuild, TableSettings, read_genotype_table};

fn site(rsid: &str, position: u64, reference: &str, alternate: &str) -> NamedSite {
    NamedSite {
        rsid: Some(rsid.to_owned()),
        site: sites::site("chr10", position, reference, alternate),
    }
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    // CYP2C19 *17 and *2, CYP2C9 *3 and *6: positions on GRCh38 as CPIC gives them.
    let sites = [
        site("rs12248560", 94_761_900, "C", "T"),
        site("rs4244285", 94_781_859, "G", "A"),
        site("rs1057910", 94_981_296, "A", "C"),
        site("rs9332131", 94_949_281, "GA", "G"),
    ];
    let Some((old, bytes)) = bytes.split_first() else { return };
    let build = if old % 2 == 1 { StatedBuild::GRCh37 } else { StatedBuild::GRCh38 };
    let (set, problems) = read_genotype_table(bytes, &sites, &TableSettings::new("S", build));
    let failed = model::problem::first_error(&problems).is_some();
    assert_eq!(set.is_none(), failed, "genotypes and errors exclude each other: {problems:?}");
}
