//! Drugs that change how an enzyme works.

use super::drugs::{Citations, citation_of, owned};
use super::{Files, check_day, columns};
use crate::error::LoadError;
use crate::pgx::{Effect, EffectStrength, Inhibitor};
use crate::table::Row;

pub(super) fn inhibitors(
    files: &Files<'_>,
    citations: &Citations,
) -> Result<Vec<Inhibitor>, LoadError> {
    let mut inhibitors: Vec<Inhibitor> = Vec::new();
    for row in files.table("inhibitors.tsv", columns::INHIBITORS)?.rows() {
        check_day(&row, "date")?;
        let inhibitor = inhibitor(&row, citations)?;
        let twice = |other: &Inhibitor| {
            other.rxnorm == inhibitor.rxnorm
                && other.gene == inhibitor.gene
                && other.effect == inhibitor.effect
        };
        if inhibitors.iter().any(twice) {
            return Err(row.fault("drug", "is there twice for this gene"));
        }
        inhibitors.push(inhibitor);
    }
    Ok(inhibitors)
}

fn inhibitor(row: &Row<'_>, citations: &Citations) -> Result<Inhibitor, LoadError> {
    let no_value =
        |column: &'static str, value: &str| row.fault(column, &format!("has no value `{value}`"));
    let effect = match row.required("effect")? {
        "inhibitor" => Effect::Inhibitor,
        "inducer" => Effect::Inducer,
        other => return Err(no_value("effect", other)),
    };
    let strength = match row.required("strength")? {
        "weak" => EffectStrength::Weak,
        "moderate" => EffectStrength::Moderate,
        "strong" => EffectStrength::Strong,
        other => return Err(no_value("strength", other)),
    };
    let factor_percent = match row.optional("factor") {
        None => None,
        Some("0") => Some(0),
        Some("0.5") => Some(50),
        Some("1") => Some(100),
        Some(other) => return Err(no_value("factor", other)),
    };
    Ok(Inhibitor {
        name: row.required("drug")?.to_owned(),
        rxnorm: row.required("rxnorm")?.to_owned(),
        atc: owned(row.list("atc", ',')?),
        gene: row.required("gene")?.to_owned(),
        effect,
        strength,
        factor_percent,
        citation: citation_of(row, citations)?,
    })
}
