//! What was not tested must not end as plain standard use.

use super::keys::GeneView;
use knowledge::pgx::{Drug, PgxKnowledge};
use model::statement::{AdviceState, Basis, GeneState};

/// Notes what is missing, and takes back "standard" where something decisive is: about a gene that
/// the drug's alert names. A gene that only another source asks for is noted and takes nothing
/// back; a drug without an alert has no such genes.
pub(super) fn remark(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    views: &[GeneView<'_>],
    state: &mut AdviceState,
    notes: &mut Vec<String>,
) {
    let mut decisive = Vec::new();
    for view in views {
        let decides = decides(knowledge, drug, &view.gene);
        if !view.is_known() {
            notes.push(format!("{}: {}", view.gene, unknown_words(view)));
            if decides {
                decisive.push(view.gene.clone());
            }
            continue;
        }
        let Some(statement) = view.statement else { continue };
        if statement.basis == Basis::Reported {
            continue;
        }
        let Some(callability) = &statement.callability else { continue };
        if !callability.is_complete() {
            notes.push(format!("{}: {}", view.gene, callability.words()));
        }
        if statement.basis == Basis::SinglePosition {
            notes.push(format!("{}: no diplotype; one position stands in for it", view.gene));
        }
        let mut lacking = callability.tier1_missing.clone();
        if let Some(position) = deciding_position(knowledge, &view.gene)
            && (callability.missing.contains(&position) || callability.filtered.contains(&position))
            && !lacking.contains(&position)
        {
            lacking.push(position);
        }
        if !lacking.is_empty() && decides {
            decisive.push(format!("{} {}", view.gene, lacking.join(", ")));
        }
        let open = &callability.phenotypes_not_excluded;
        if !open.is_empty() {
            notes.push(format!("{}: not excluded: {}", view.gene, open.join(", ")));
            if decides && !has_list_of_positions(knowledge, &view.gene) {
                decisive.push(format!("{} {}", view.gene, open.join(", ")));
            }
        }
    }
    if *state == AdviceState::Standard && !decisive.is_empty() {
        *state = AdviceState::NotKnown;
        notes.push(format!(
            "standard use cannot be concluded, since this is not known: {}",
            decisive.join("; ")
        ));
    }
}

/// Whether a gene is one that the drug's alerts name; every gene where there is no alert.
fn decides(knowledge: &PgxKnowledge, drug: &Drug, gene: &str) -> bool {
    let mut alerts = knowledge.alerts.iter().filter(|alert| alert.rxnorm == drug.rxnorm).peekable();
    alerts.peek().is_none() || alerts.any(|alert| alert.genes.iter().any(|own| own == gene))
}

/// Whether somebody has said which positions a test must cover at least (AMP tier 1, or one that
/// stands in for the diplotype). Where nobody has, everything that is not excluded counts.
fn has_list_of_positions(knowledge: &PgxKnowledge, gene: &str) -> bool {
    knowledge.gene(gene).is_some_and(|gene| {
        gene.fallback.is_some() || gene.positions.iter().any(|position| position.tier1)
    })
}

fn unknown_words(view: &GeneView<'_>) -> String {
    match view.statement {
        Some(statement) if statement.state == GeneState::Called => {
            format!("{} has no phenotype", view.words())
        }
        _ => view.words(),
    }
}

/// The position whose genotype alone would decide (SLCO1B1 rs4149056).
fn deciding_position(knowledge: &PgxKnowledge, gene: &str) -> Option<String> {
    let gene = knowledge.gene(gene)?;
    let fallback = gene.fallback.as_ref()?;
    Some(gene.positions.get(fallback.position)?.name(&gene.chromosome))
}
