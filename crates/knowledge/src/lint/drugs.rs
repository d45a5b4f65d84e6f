//! Drugs, products, populations and citations: coded, and referring to what exists.

use super::{expect, is_digits};
use crate::pack::Pack;
use crate::pgx::Drug;
use model::Problem;
use model::statement::Citation;

pub(super) fn check(pack: &Pack, problems: &mut Vec<Problem>) {
    let pgx = &pack.pgx;
    for drug in &pgx.drugs {
        let place = format!("drugs {}", drug.name);
        codes(drug, &place, problems);
        expect(!drug.genes.is_empty(), problems, "drug-genes", &place, || "has no gene".into());
        for gene in &drug.genes {
            expect(pgx.gene(gene).is_some(), problems, "drug-genes", &place, || {
                format!("gene {gene} is not in the pack")
            });
        }
        let alerts = pgx.alerts.iter().filter(|alert| alert.rxnorm == drug.rxnorm);
        let alerts: Vec<_> = alerts.collect();
        let complete = alerts.len() == 1
            && alerts.iter().all(|alert| alert.genes.iter().all(|g| drug.genes.contains(g)));
        expect(complete, problems, "alert", &place, || {
            "must have one alert, for genes of the drug".into()
        });
    }
    for alert in &pgx.alerts {
        let known = pgx.drug(&alert.rxnorm).is_some();
        expect(known, problems, "alert", "alerts", || format!("{} is no drug", alert.rxnorm));
        citation(&alert.citation, &format!("alerts {}", alert.rxnorm), problems);
    }
    for product in &pgx.products {
        let place = format!("products {}", product.rxnorm);
        let coded = is_digits(&product.rxnorm) && product.ingredients.iter().all(|c| is_digits(c));
        expect(coded, problems, "product-code", &place, || "has a code that is none".into());
        let known = product.ingredients.iter().any(|code| pgx.drug(code).is_some());
        expect(known, problems, "product-drug", &place, || "contains no drug of the pack".into());
        let is_drug = pgx.drug(&product.rxnorm).is_some();
        expect(!is_drug, problems, "product-code", &place, || "is an ingredient code".into());
    }
    for population in &pack.pgx.populations {
        let place = format!("populations {}", population.code);
        let used = pgx
            .actions
            .iter()
            .any(|rule| rule.rxnorm == population.rxnorm && rule.population == population.code);
        expect(used, problems, "population-unused", &place, || "no rule uses it".into());
    }
}

fn codes(drug: &Drug, place: &str, problems: &mut Vec<Problem>) {
    expect(is_digits(&drug.rxnorm), problems, "drug-code", place, || {
        format!("`{}` is no RxNorm code", drug.rxnorm)
    });
    expect(!drug.atc.is_empty(), problems, "drug-code", place, || "has no ATC code".into());
    for atc in &drug.atc {
        expect(is_atc(atc), problems, "drug-code", place, || format!("`{atc}` is no ATC code"));
    }
    expect(drug.name == drug.name.to_lowercase(), problems, "drug-name", place, || {
        "must be lower case".into()
    });
}

/// ATC level 5: `B01AC04`.
pub(super) fn is_atc(code: &str) -> bool {
    let shape = |(index, byte): (usize, u8)| match index {
        0 | 3 | 4 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    };
    code.len() == 7 && code.bytes().enumerate().all(shape)
}

/// A citation must lead somewhere.
pub(super) fn citation(citation: &Citation, place: &str, problems: &mut Vec<Problem>) {
    let pmid = citation.pmid.as_deref().is_none_or(is_digits);
    expect(pmid, problems, "citation", place, || "the PMID is not a number".into());
    let url = citation.url.starts_with("https://");
    expect(url, problems, "citation", place, || "the URL is not https".into());
}
