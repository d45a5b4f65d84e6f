//! The layer of medicines over statements: worked out when somebody looks, because it depends on
//! the day and on a list that is not the record's alone. It is never stored.

use knowledge::pgx::PgxKnowledge;
use model::conversion::{ClinicalAdvice, Conversion, Medicine};
use model::statement::{GeneStatement, Statement, StatementContent};
use model::time::PartialDate;

/// What the medicines make of the advice about each drug that there is a statement on.
/// `medicines`: `None` = the list could not be had.
pub fn clinical_advice(
    knowledge: &PgxKnowledge,
    statements: &[Statement],
    medicines: Option<&[Medicine]>,
    day: PartialDate,
) -> Vec<ClinicalAdvice> {
    let genes: Vec<&GeneStatement> = genes(statements).collect();
    let drugs = statements.iter().filter_map(|statement| match &statement.content {
        StatementContent::Drug(drug) => knowledge.drug(&drug.rxnorm),
        StatementContent::Gene(_) => None,
    });
    drugs
        .map(|drug| {
            let of_drug = genes.iter().filter(|gene| drug.genes.contains(&gene.gene));
            let of_drug: Vec<GeneStatement> = of_drug.map(|gene| (*gene).clone()).collect();
            pgx::advise_clinically(knowledge, drug, &of_drug, medicines, day)
        })
        .collect()
}

/// What the medicines make of each gene that they can change.
pub fn conversions(
    knowledge: &PgxKnowledge,
    statements: &[Statement],
    medicines: Option<&[Medicine]>,
    day: PartialDate,
) -> Vec<Conversion> {
    let convert = |gene| pgx::convert(knowledge, gene, medicines, day);
    genes(statements).filter_map(convert).collect()
}

fn genes(statements: &[Statement]) -> impl Iterator<Item = &GeneStatement> {
    statements.iter().filter_map(|statement| match &statement.content {
        StatementContent::Gene(gene) => Some(gene),
        StatementContent::Drug(_) => None,
    })
}
