//! Gene tests that are under way, from the facts of a record.

use crate::policy::PendingTest;
use knowledge::pgx::{Gene, PgxKnowledge};
use model::code::{CodeableConcept, system};
use model::fact::{FactContent, FiledFact};
use model::reported::ResultStatus;
use model::time::PartialDate;

/// After so many days without a result a test is no longer taken to be under way: the order is
/// more likely lost or never closed, and waiting for it would keep the next one from being made.
pub const PENDING_DAYS_MAX: i32 = 180;

/// The genes whose test is under way on a day: an active order, a report or a result that is not
/// final. Each gene once, since the earliest day. A gene is known by its HGNC code, or by its
/// symbol as a word; an order that names no gene, such as a panel, tells nothing about one.
pub fn tests_under_way(
    knowledge: &PgxKnowledge,
    facts: &[FiledFact],
    day: PartialDate,
) -> Vec<PendingTest> {
    let mut found: Vec<PendingTest> = Vec::new();
    for filed in facts {
        let (genes, since) = match &filed.fact.content {
            FactContent::TestOrder(order) if order.is_open() => {
                (genes_of(knowledge, &order.services), order.authored)
            }
            FactContent::Report(report) if is_waiting(report.status) => {
                let since = report.issued.map(model::Timestamp::day).or(report.collected);
                (genes_of(knowledge, std::slice::from_ref(&report.service)), since)
            }
            FactContent::GeneResult(result) if is_waiting(filed.fact.status) => {
                let is_it = |gene: &&Gene| gene.symbol.eq_ignore_ascii_case(&result.gene);
                (knowledge.genes.iter().filter(is_it).collect(), reported_on(facts, filed))
            }
            _ => continue,
        };
        let age = since.and_then(|since| since.days_until(day));
        if age.is_some_and(|days| days > PENDING_DAYS_MAX) {
            continue;
        }
        for gene in genes {
            add(&mut found, &gene.symbol, since);
        }
    }
    found.sort_by(|one, other| one.gene.cmp(&other.gene));
    found
}

fn is_waiting(status: ResultStatus) -> bool {
    matches!(status, ResultStatus::Registered | ResultStatus::Partial | ResultStatus::Preliminary)
}

fn add(found: &mut Vec<PendingTest>, gene: &str, since: Option<PartialDate>) {
    let Some(known) = found.iter_mut().find(|test| test.gene == gene) else {
        found.push(PendingTest { gene: gene.to_owned(), since });
        return;
    };
    known.since = match (known.since, since) {
        (Some(known), Some(since)) if since.is_before(known) => Some(since),
        (known, since) => known.or(since),
    };
}

/// The day of the report that came in the same message.
fn reported_on(facts: &[FiledFact], of: &FiledFact) -> Option<PartialDate> {
    let raw = of.fact.source.raw.as_ref()?;
    facts.iter().filter(|filed| filed.fact.source.raw.as_ref() == Some(raw)).find_map(|filed| {
        match &filed.fact.content {
            FactContent::Report(report) => {
                report.issued.map(model::Timestamp::day).or(report.collected)
            }
            _ => None,
        }
    })
}

fn genes_of<'k>(knowledge: &'k PgxKnowledge, services: &[CodeableConcept]) -> Vec<&'k Gene> {
    let named = |gene: &&Gene| services.iter().any(|service| names(service, gene));
    knowledge.genes.iter().filter(named).collect()
}

fn names(service: &CodeableConcept, gene: &Gene) -> bool {
    let is_coded = service.coding.iter().any(|coding| {
        [system::HGNC, system::HGNC_OLDER].contains(&coding.system.as_str())
            && coding.code == gene.hgnc
    });
    let displays = service.coding.iter().filter_map(|coding| coding.display.as_deref());
    let mut texts = service.text.as_deref().into_iter().chain(displays);
    is_coded || texts.any(|text| has_word(text, &gene.symbol))
}

/// Whether the symbol stands in the text as a word of its own: `HLA-B` is not in `HLA-B27`.
fn has_word(text: &str, symbol: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    text.split(|c: char| !is_part(c)).any(|word| {
        let word = word.trim_matches('-');
        word.eq_ignore_ascii_case(symbol)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::fact::Fact;
    use model::id::{RawId, ResourceRef};
    use model::provenance::Source;
    use model::reported::{Report, ReportedGeneResult};
    use model::request::TestOrder;
    use model::specimen::Origin;
    use model::{Coding, Timestamp};
    use testkit::pgx::small_knowledge;

    fn filed(status: ResultStatus, content: FactContent) -> FiledFact {
        let source = Source { raw: Some(RawId::new("r")), place: "x".into() };
        FiledFact {
            resource: ResourceRef { resource_type: "X".into(), id: "1".into(), version: 1 },
            sha256: String::new(),
            ordinal: 0,
            fact: Fact { status, origin: Origin::Unknown, source, content },
        }
    }

    fn service(text: &str) -> CodeableConcept {
        CodeableConcept { coding: vec![], text: Some(text.into()) }
    }

    fn ordered(services: Vec<CodeableConcept>, status: &str, authored: &str) -> FiledFact {
        let order = TestOrder {
            services,
            status: status.into(),
            intent: "order".into(),
            authored: PartialDate::parse(authored),
        };
        filed(ResultStatus::Registered, FactContent::TestOrder(order))
    }

    fn shown(facts: &[FiledFact]) -> String {
        let day = PartialDate::parse("2026-05-10").unwrap();
        let tests = tests_under_way(&small_knowledge(), facts, day);
        let words = tests.iter().map(|test| {
            let since = test.since.map_or_else(|| "-".to_owned(), |since| since.to_string());
            format!("{} {since}", test.gene)
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn orders_and_results_that_are_not_final_are_under_way() {
        let hgnc = CodeableConcept {
            coding: vec![Coding::new(system::HGNC, testkit::pgx::hgnc("TPMT"))],
            text: None,
        };
        let report = |status| {
            let report = Report {
                service: service("CYP2C19 genotype"),
                issued: Timestamp::parse("2026-05-02T10:00:00Z"),
                status,
                ..Report::default()
            };
            filed(status, FactContent::Report(report))
        };
        let gene = |status| {
            let result = ReportedGeneResult { gene: "SLCO1B1".into(), ..Default::default() };
            filed(status, FactContent::GeneResult(result))
        };
        let one = |text: &str, status: &str, on: &str| ordered(vec![service(text)], status, on);
        for (facts, expected) in [
            (vec![], ""),
            (vec![one("TPMT/NUDT15 test", "active", "2026-05-01")], "TPMT 2026-05-01"),
            (vec![ordered(vec![service("Gene test"), hgnc], "active", "")], "TPMT -"),
            (vec![one("TPMT test", "completed", "2026-05-01")], ""),
            (vec![one("TPMT test", "active", "2025-05-01")], ""),
            (vec![one("Full blood count", "active", "2026-05-01")], ""),
            (vec![one("ATPMT-9 assay", "active", "2026-05-01")], ""),
            (
                vec![
                    one("TPMT", "active", "2026-05-01"),
                    one("tpmt", "active", "2026-04-01"),
                    one("TPMT", "active", ""),
                ],
                "TPMT 2026-04-01",
            ),
            (vec![report(ResultStatus::Preliminary)], "CYP2C19 2026-05-02"),
            (vec![report(ResultStatus::Final)], ""),
            (vec![gene(ResultStatus::Partial)], "SLCO1B1 -"),
            (vec![gene(ResultStatus::Final)], ""),
            (
                vec![gene(ResultStatus::Registered), report(ResultStatus::Final)],
                "SLCO1B1 2026-05-02",
            ),
        ] {
            assert_eq!(shown(&facts), expected, "{facts:?}");
        }
    }
}
