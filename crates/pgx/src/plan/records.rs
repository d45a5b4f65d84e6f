//! One sample's calls as records and cells.

use model::genotype::{Evidence, GenotypeCall, GenotypeCell, GenotypeRecord, RecordKind};

/// Splits calls into records, in their order, and the sample's cells.
pub(crate) fn split(calls: &[GenotypeCall]) -> (Vec<GenotypeRecord>, Vec<GenotypeCell>) {
    calls.iter().map(|call| (record(call), cell(call))).unzip()
}

fn record(call: &GenotypeCall) -> GenotypeRecord {
    let kind = match &call.evidence {
        Evidence::Called | Evidence::Filtered { end: None, .. } => RecordKind::Variant,
        Evidence::ReferenceBlock { end } => RecordKind::ReferenceBlock { end: *end },
        Evidence::Structural { end } | Evidence::Filtered { end: Some(end), .. } => {
            RecordKind::Structural { end: *end }
        }
    };
    GenotypeRecord {
        chromosome: call.chromosome.clone(),
        position: call.position,
        reference: call.reference.clone(),
        alternates: call.alternates.clone(),
        kind,
        line: call.line,
    }
}

fn cell(call: &GenotypeCall) -> GenotypeCell {
    let number = |allele: &Option<u16>| match allele {
        None => Some(GenotypeCell::NO_CALL),
        Some(number) if *number <= GenotypeCell::ALLELE_MAX => u8::try_from(*number).ok(),
        Some(_) => None,
    };
    let mut flags = 0;
    if call.phased {
        flags |= GenotypeCell::PHASED;
    }
    if matches!(call.evidence, Evidence::Filtered { .. }) {
        flags |= GenotypeCell::FILTERED;
    }
    // A phase set beyond 32 bits cannot be held: its order then means nothing.
    let phase_set = match call.phase_set {
        None => Some(0),
        Some(set) => u32::try_from(set).ok().filter(|set| *set != 0),
    };
    let phase_set = phase_set.unwrap_or_else(|| {
        flags &= !GenotypeCell::PHASED;
        0
    });
    let odd = GenotypeCell { flags: flags | GenotypeCell::ODD, ..GenotypeCell::no_call() };
    if call.alleles.iter().all(Option::is_none) {
        return GenotypeCell { flags, phase_set, ..GenotypeCell::no_call() };
    }
    match call.alleles.as_slice() {
        [one] => number(one).map_or(odd, |first| GenotypeCell {
            first,
            second: first,
            flags: flags | GenotypeCell::HAPLOID,
            phase_set,
        }),
        [one, other] => match (number(one), number(other)) {
            (Some(first), Some(second)) => GenotypeCell { first, second, flags, phase_set },
            _ => odd,
        },
        _ => odd,
    }
}
