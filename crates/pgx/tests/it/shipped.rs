//! The pack that ships and the sites it needs, for the other tests.

use formats::vcf::Site;
use knowledge::Pack;
use knowledge::pgx::{Gene, PgxKnowledge};

/// The pack that ships.
pub(crate) fn knowledge() -> PgxKnowledge {
    Pack::built_in().unwrap().pgx
}

/// The sites a reader must look at for a pack.
pub(crate) fn sites(knowledge: &PgxKnowledge) -> Vec<Site> {
    let of_gene = |gene: &Gene| -> Vec<Site> {
        gene.positions
            .iter()
            .map(|position| Site {
                chromosome: gene.chromosome.clone(),
                position: position.position,
                reference: position.reference.clone(),
                alternates: position.alternates.clone(),
                span_end: pgx::span_end(position),
            })
            .collect()
    };
    knowledge.genes.iter().flat_map(of_gene).collect()
}
