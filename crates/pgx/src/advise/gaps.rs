//! What was not tested must not end as plain standard use.

use super::keys::GeneView;
use knowledge::pgx::PgxKnowledge;
use model::statement::{AdviceState, Basis, GeneState};

/// Notes what is missing, and takes back "standard" where something decisive is.
pub(super) fn remark(
    knowledge: &PgxKnowledge,
    views: &[GeneView<'_>],
    state: &mut AdviceState,
    notes: &mut Vec<String>,
) {
    let mut decisive = Vec::new();
    for view in views {
        if !view.is_known() {
            notes.push(format!("{}: {}", view.gene, unknown_words(view)));
            decisive.push(view.gene.clone());
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
        if !lacking.is_empty() {
            decisive.push(format!("{} {}", view.gene, lacking.join(", ")));
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
