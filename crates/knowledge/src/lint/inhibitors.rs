//! Drugs that change enzymes: coded, about a known enzyme, with a factor only where there are
//! scores to multiply.

use super::drugs::{citation, is_atc};
use super::{expect, is_digits};
use crate::pgx::{Effect, EffectStrength, Inhibitor, PgxKnowledge};
use model::Problem;

/// Enzymes of the FDA's table of inhibitors and inducers that a row may be about although the
/// pack has no such gene.
const ENZYMES: &[&str] = &["CYP1A2", "CYP2A6", "CYP2C8", "CYP2E1"];

pub(super) fn check(pgx: &PgxKnowledge, problems: &mut Vec<Problem>) {
    for inhibitor in &pgx.inhibitors {
        let place = format!("inhibitors {} {}", inhibitor.name, inhibitor.gene);
        codes(inhibitor, &place, problems);
        let gene = pgx.gene(&inhibitor.gene);
        let known = gene.is_some() || ENZYMES.contains(&inhibitor.gene.as_str());
        expect(known, problems, "inhibitor-gene", &place, || "is about no known enzyme".into());
        let scored = gene.is_some_and(crate::pgx::Gene::has_scores);
        // Less activity than there is: an inducer has no factor, and a strong one leaves none.
        let fits = match inhibitor.factor_percent {
            None => true,
            Some(factor) => {
                let usual = match inhibitor.strength {
                    EffectStrength::Strong => 0,
                    EffectStrength::Moderate => 50,
                    EffectStrength::Weak => 100,
                };
                scored && inhibitor.effect == Effect::Inhibitor && factor == usual
            }
        };
        expect(fits, problems, "inhibitor-factor", &place, || {
            "has a factor that its strength, its effect or the gene does not allow".into()
        });
        citation(&inhibitor.citation, &place, problems);
    }
}

fn codes(inhibitor: &Inhibitor, place: &str, problems: &mut Vec<Problem>) {
    let rxnorm = is_digits(&inhibitor.rxnorm);
    expect(rxnorm, problems, "inhibitor-code", place, || {
        format!("`{}` is no RxNorm code", inhibitor.rxnorm)
    });
    let atc = !inhibitor.atc.is_empty() && inhibitor.atc.iter().all(|code| is_atc(code));
    expect(atc, problems, "inhibitor-code", place, || "has no or a wrong ATC code".into());
    let lower = inhibitor.name == inhibitor.name.to_lowercase();
    expect(lower, problems, "drug-name", place, || "must be lower case".into());
}
