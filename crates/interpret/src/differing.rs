//! Tests of one person that do not agree: one of the specimens may be somebody else's. A person is
//! asked, once for each difference; until then the statement says what each test found.

use model::problem::Problem;
use model::statement::{GeneState, GeneStatement, Statement, StatementContent};
use model::{PatientId, TenantId};
use record::{Access, Commit, Failure, NewReview, Purpose, Record, Role, Scope};
use std::collections::BTreeSet;

/// Why an entry of the review list asks about tests that do not agree.
pub const GENOTYPE_DIFFERS: &str = "genotype-differs";

/// Who lists what a person has to look at.
pub(crate) fn access(tenant: &TenantId) -> Access {
    let (role, purpose) = (Role::Interface, Purpose::Treatment);
    Access::new(tenant.clone(), "interpret", role, purpose, Scope::Tenant)
}

/// Puts what tests of a patient say differently on the review list, if it was not so before. To be
/// called before the statements are written, so that a crash in between forgets nothing.
pub(crate) fn list(
    record: &Record,
    (engine, door): (&Access, &Access),
    patient: &PatientId,
    statements: &[Statement],
) -> Result<(), Failure> {
    let mut differences: Vec<(&str, &str)> = differences(statements).collect();
    if differences.is_empty() {
        return Ok(());
    }
    let before = record.statements(engine, patient)?;
    let before = before.iter().filter(|stored| !stored.withdrawn).map(|stored| &stored.statement);
    let known: BTreeSet<(&str, &str)> = self::differences(before).collect();
    differences.retain(|difference| !known.contains(difference));
    let Some(review) = review(patient, &differences, agreeing(statements)) else { return Ok(()) };
    let open = record.reviews(door, true)?;
    if !open.iter().any(|other| other.entry == review) {
        record.commit(door, Commit { reviews: vec![review], ..Commit::default() })?;
    }
    Ok(())
}

fn genes<'s>(
    statements: impl IntoIterator<Item = &'s Statement>,
) -> impl Iterator<Item = (&'s Statement, &'s GeneStatement)> {
    statements.into_iter().filter_map(|statement| match &statement.content {
        StatementContent::Gene(gene) => Some((statement, gene)),
        StatementContent::Drug(_) => None,
    })
}

/// Genes, each with what is said of a difference.
fn differences<'s>(
    statements: impl IntoIterator<Item = &'s Statement>,
) -> impl Iterator<Item = (&'s str, &'s str)> {
    genes(statements).flat_map(|(_, gene)| {
        let notes = gene.notes.iter().filter(|note| is_difference(note));
        notes.map(|note| (gene.gene.as_str(), note.as_str()))
    })
}

fn is_difference(note: &str) -> bool {
    pgx::is_difference(note) || note.starts_with(crate::conclude::OTHER_FILE)
}

/// How many genes more than one test has called alike.
fn agreeing(statements: &[Statement]) -> usize {
    let is_agreed = |(statement, gene): &(&Statement, &GeneStatement)| {
        let tests = statement.capsule.inputs.iter();
        let tests = tests.filter(|input| input.resource.resource_type != "Patient").count();
        let differs = gene.notes.iter().any(|note| is_difference(note));
        gene.state == GeneState::Called && tests > 1 && !differs
    };
    genes(statements).filter(is_agreed).count()
}

fn review(patient: &PatientId, differences: &[(&str, &str)], agreeing: usize) -> Option<NewReview> {
    if differences.is_empty() {
        return None;
    }
    let alike = match agreeing {
        0 => "about no other gene can they be compared",
        1 => "about one other gene they agree",
        _ => "about other genes they agree",
    };
    let problem = |(gene, note): &(&str, &str)| Problem::warning(GENOTYPE_DIFFERS, *gene, *note);
    Some(NewReview {
        reason: GENOTYPE_DIFFERS.to_owned(),
        patient: Some(patient.clone()),
        text: format!(
            "tests of this person do not agree, and {alike}: a specimen may be somebody else's, \
             there may have been a transplant, or the tests look at different alleles"
        ),
        problems: differences.iter().map(problem).collect(),
        ..NewReview::default()
    })
}
