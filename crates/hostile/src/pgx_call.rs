//! The caller behind the reader: whatever a file holds, every gene ends in one of three states, and
//! what was not seen is never called.

use formats::vcf::{CohortSettings, Site, read_cohort};
use knowledge::Pack;
use knowledge::pgx::{Gene, PgxKnowledge};
use model::assay::AbsentPosition;
use model::statement::GeneState;
use pgx::{Caller, Settings, Sex};
use std::sync::OnceLock;

static READY: OnceLock<(PgxKnowledge, Caller, Vec<Site>)> = OnceLock::new();

fn ready() -> &'static (PgxKnowledge, Caller, Vec<Site>) {
    READY.get_or_init(|| {
        let knowledge = Pack::built_in().expect("the pack loads").pgx;
        let of_gene = |gene: &Gene| -> Vec<Site> {
            let positions = gene.positions.iter();
            let site = |position: &knowledge::pgx::Position| Site {
                chromosome: gene.chromosome.clone(),
                position: position.position,
                reference: position.reference.clone(),
                alternates: position.alternates.clone(),
                span_end: pgx::span_end(position),
            };
            positions.map(site).collect()
        };
        let sites = knowledge.genes.iter().flat_map(of_gene).collect();
        let caller = Caller::new(&knowledge);
        (knowledge, caller, sites)
    })
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let (knowledge, caller, sites) = ready();
    let (Some(cohort), _) = read_cohort(bytes, sites, &CohortSettings::default()) else { return };
    let plan = caller.plan(knowledge, &cohort.records);
    for (sex, research) in [(None, false), (Some(Sex::Male), true)] {
        let settings = Settings { sex, research_combinations: research, research_cyp2d6: research };
        for chunk in cohort.chunks() {
            let chunk = chunk.expect("what was stored can be read");
            for (_, cells) in chunk.iter().take(4) {
                let absent = AbsentPosition::NotTested;
                for gene in caller.call_cells(knowledge, &plan, cells, &settings, absent) {
                    let seen = gene.callability.as_ref().map_or(0, |callability| callability.seen);
                    let called = gene.state == GeneState::Called;
                    assert!(!called || seen > 0, "{} is called from nothing", gene.gene);
                    assert!(gene.phenotype.is_none() || gene.phenotypes.len() == 1);
                }
            }
        }
    }
}
