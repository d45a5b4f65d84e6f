//! Our own call and the laboratories' calls become one statement.

use crate::call::{compare_diplotypes, empty};
use knowledge::pgx::Gene;
use model::statement::{GeneState, GeneStatement};

/// How the note begins of reports that do not agree.
const REPORTS_DIFFER: &str = "laboratories report different calls: ";
/// How the note begins of a report that our own call does not agree with.
const OWN_CALL_DIFFERS: &str =
    "the laboratory's call is used; our own call from the genotypes differs: ";

/// Whether a note of a statement says that tests of the gene do not agree.
pub fn is_difference(note: &str) -> bool {
    note.starts_with(REPORTS_DIFFER) || note.starts_with(OWN_CALL_DIFFERS)
}

/// The statement that look-ups use.
///
/// A laboratory's call goes before ours: it may have seen what our positions cannot show. Whatever
/// disagrees is noted. Several different reported calls stay several, as an ambiguous call.
pub fn combine(
    gene: &Gene,
    own: Option<GeneStatement>,
    reported: &[GeneStatement],
) -> GeneStatement {
    let is_called = |statement: &&GeneStatement| statement.state == GeneState::Called;
    let mut called: Vec<&GeneStatement> = reported.iter().filter(is_called).collect();
    // A report of a phenotype alone adds nothing to one that also gives the diplotype.
    called.sort_by_key(|statement| statement.diplotypes.is_empty());
    let mut different: Vec<&GeneStatement> = Vec::new();
    for statement in called {
        let same = |other: &&GeneStatement| {
            other.phenotypes == statement.phenotypes
                && (statement.diplotypes.is_empty() || other.diplotypes == statement.diplotypes)
        };
        if !different.iter().any(same) {
            different.push(statement);
        }
    }
    let Some((first, others)) = different.split_first() else {
        return without_reported_call(gene, own, reported);
    };
    let mut combined = (*first).clone();
    if !others.is_empty() {
        for other in others {
            join(gene, &mut combined, other);
        }
        let calls: Vec<String> = different.iter().map(|statement| words(statement)).collect();
        combined.notes.push(format!("{REPORTS_DIFFER}{}", calls.join("; ")));
    }
    if let Some(own) = own
        && own.state == GeneState::Called
        && !agrees(&combined, &own)
    {
        combined.notes.push(format!("{OWN_CALL_DIFFERS}{}", words(&own)));
    }
    combined
}

/// Our own call, else the best reason there is for having none.
fn without_reported_call(
    gene: &Gene,
    own: Option<GeneStatement>,
    reported: &[GeneStatement],
) -> GeneStatement {
    let refused = reported.iter().find(|s| matches!(s.state, GeneState::NotCalled { .. }));
    match (own, refused) {
        (Some(mut own), Some(refused)) if own.state != GeneState::NotTested => {
            if let GeneState::NotCalled { why } = &refused.state {
                own.notes.push(format!("a laboratory report gives no call: {why}"));
            }
            own
        }
        (_, Some(refused)) => refused.clone(),
        (Some(own), None) => own,
        (None, None) => empty(gene),
    }
}

/// Adds what another report says; the phenotype only stays where both agree.
fn join(gene: &Gene, combined: &mut GeneStatement, other: &GeneStatement) {
    combined.diplotypes.extend(other.diplotypes.iter().cloned());
    combined.diplotypes.sort_by(|a, b| compare_diplotypes(gene, a, b));
    combined.diplotypes.dedup();
    if combined.phenotype != other.phenotype {
        combined.phenotype = None;
    }
    combined.phenotypes.extend(other.phenotypes.iter().cloned());
    combined.phenotypes.sort();
    combined.phenotypes.dedup();
    if combined.activity_score != other.activity_score {
        combined.activity_score = None;
    }
    for note in &other.notes {
        if !combined.notes.contains(note) {
            combined.notes.push(note.clone());
        }
    }
}

/// Whether our call allows what is reported: by diplotype where both have one, and by phenotype.
fn agrees(reported: &GeneStatement, own: &GeneStatement) -> bool {
    let diplotypes = reported.diplotypes.is_empty()
        || own.diplotypes.is_empty()
        || reported.diplotypes.iter().all(|diplotype| own.diplotypes.contains(diplotype));
    let phenotypes = reported.phenotypes.is_empty()
        || own.phenotypes.is_empty()
        || reported.phenotypes.iter().all(|phenotype| own.phenotypes.contains(phenotype));
    diplotypes && phenotypes
}

/// `*1/*2 (Intermediate Metabolizer)`.
fn words(statement: &GeneStatement) -> String {
    let diplotypes: Vec<String> = statement.diplotypes.iter().map(ToString::to_string).collect();
    let phenotypes = statement.phenotypes.join(" or ");
    match (diplotypes.is_empty(), phenotypes.is_empty()) {
        (true, _) => phenotypes,
        (false, true) => diplotypes.join(" or "),
        (false, false) => format!("{} ({phenotypes})", diplotypes.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{others_reference, set, snv_gene};
    use crate::{call_gene, from_reported};
    use model::reported::ReportedGeneResult;
    use model::statement::Basis;

    fn report(diplotype: &str, phenotype: &str) -> GeneStatement {
        let text = |text: &str| if text.is_empty() { None } else { Some(text.into()) };
        from_reported(
            &snv_gene(),
            &ReportedGeneResult {
                gene: "GENE1".into(),
                diplotype: text(diplotype),
                phenotype: text(phenotype),
                activity_score: None,
            },
        )
    }

    fn own(records: &[&str]) -> GeneStatement {
        call_gene(&snv_gene(), &others_reference(&snv_gene(), records))
    }

    #[test]
    fn a_reported_call_supersedes_ours_and_a_conflict_is_noted() {
        let gene = snv_gene();
        let ours = own(&["100 A G 0/1"]);
        let agreed = combine(&gene, Some(ours.clone()), &[report("*1/*2", "")]);
        assert_eq!(agreed.basis, Basis::Reported);
        assert_eq!(agreed.notes, Vec::<String>::new());
        let conflict = combine(&gene, Some(ours), &[report("*2/*2", "")]);
        assert_eq!(conflict.phenotype.as_deref(), Some("Poor Metabolizer"));
        let note = "the laboratory's call is used; our own call from the genotypes differs: \
                    *1/*2 (Intermediate Metabolizer)";
        assert_eq!(conflict.notes, [note]);
    }

    #[test]
    fn different_reports_are_an_ambiguous_call() {
        let reports =
            [report("", "IM"), report("*1/*2", ""), report("", "PM"), report("*1/*2", "")];
        let combined = combine(&snv_gene(), None, &reports);
        assert_eq!(combined.phenotype, None);
        assert_eq!(combined.phenotypes, ["Intermediate Metabolizer", "Poor Metabolizer"]);
        let note = "laboratories report different calls: *1/*2 (Intermediate Metabolizer); \
                    Poor Metabolizer";
        assert_eq!(combined.notes, [note]);
    }

    #[test]
    fn a_report_without_a_call_leaves_ours() {
        let gene = snv_gene();
        let combined = combine(&gene, Some(own(&[])), &[report(".", "")]);
        assert_eq!(combined.basis, Basis::Genotypes);
        assert_eq!(combined.diplotypes[0].to_string(), "*1/*1");
        assert_eq!(
            combined.notes,
            ["a laboratory report gives no call: the laboratory made no call"]
        );
        let untested = call_gene(&gene, &set(Vec::new()));
        let combined = combine(&gene, Some(untested), &[report(".", "")]);
        assert!(matches!(combined.state, GeneState::NotCalled { .. }));
        assert_eq!(combine(&gene, None, &[]).state, GeneState::NotTested);
    }
}
