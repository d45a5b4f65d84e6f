//! What a call rests on: as components of the gene's result, and as a part of the study.

use super::value::{gene, own, own_words};
use crate::fhir::build::Object;
use crate::fhir::codes;
use model::statement::{Basis, Callability, GeneState, GeneStatement};
use serde_json::{Value, json};

/// The counts and lists of a gene: code, words for people, positions or alleles.
fn lists(callability: &Callability) -> [(&'static str, &'static str, &[String]); 5] {
    [
        ("positions-missing", "Positions without a result", &callability.missing),
        ("positions-filtered", "Positions whose record failed a filter", &callability.filtered),
        ("alleles-not-excluded", "Alleles not excluded", &callability.not_excluded),
        ("tier1-missing", "Missing positions of AMP tier 1", &callability.tier1_missing),
        (
            "positions-assumed",
            "Insertion or deletion loci known by the base before them alone",
            &callability.assumed,
        ),
    ]
}

fn counts(callability: &Callability) -> [(&'static str, &'static str, u32); 3] {
    [
        ("positions-defined", "Positions that define alleles", callability.positions),
        ("positions-seen", "Positions with a result", callability.seen),
        (
            "positions-from-block",
            "Positions known from a reference block or by the stated policy",
            callability.from_block,
        ),
    ]
}

/// FHIR integers have 31 bits and a sign.
fn integer(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The components of a gene's result; lists that are empty are left out.
pub(super) fn components(callability: &Callability) -> Vec<Value> {
    let counts = counts(callability).into_iter();
    let counts = counts.map(|(code, display, count)| {
        json!({"code": own(code, display), "valueInteger": integer(count)})
    });
    let lists = lists(callability).into_iter().filter(|(_, _, items)| !items.is_empty());
    let lists = lists.map(|(code, display, items)| own_words(code, display, &items.join("; ")));
    counts.chain(lists).collect()
}

/// The extension of the study's analysis: every list item by item.
pub(super) fn extension(statement: &GeneStatement) -> Option<Value> {
    let callability = statement.callability.as_ref()?;
    let symbol = gene(&statement.gene, &statement.hgnc);
    let mut parts = vec![json!({"url": "gene", "valueCodeableConcept": symbol})];
    parts.extend(
        counts(callability)
            .into_iter()
            .map(|(code, _, count)| json!({"url": code, "valueInteger": integer(count)})),
    );
    for (code, _, items) in lists(callability) {
        parts.extend(items.iter().map(|item| json!({"url": code, "valueString": item})));
    }
    Some(json!({"url": codes::GENE_CALLABILITY, "extension": parts}))
}

/// `CYP2C19: 33 of 35 positions tested; missing: rs1, rs2`; nothing is left out.
pub(super) fn words(statement: &GeneStatement) -> String {
    let Some(callability) = &statement.callability else {
        let basis = match statement.basis {
            Basis::Reported => "reported by a laboratory, positions not stated",
            Basis::Genotypes | Basis::SinglePosition => "positions not stated",
        };
        return format!("{}: {basis}", statement.gene);
    };
    let mut parts = vec![format!("{}: {}", statement.gene, callability.words())];
    if callability.from_block > 0 {
        parts.push(format!("{} of them from a block or by policy", callability.from_block));
    }
    for (what, items) in [
        ("missing", &callability.missing),
        ("filtered", &callability.filtered),
        ("assumed", &callability.assumed),
        ("alleles not excluded", &callability.not_excluded),
    ] {
        if !items.is_empty() {
            parts.push(format!("{what}: {}", items.join(", ")));
        }
    }
    parts.join("; ")
}

/// The standard extension of what was studied: `studied` has every gene we looked at, `called`
/// those with a call of alleles and every position seen, `uncalled` those without a call.
/// A gene that only a laboratory reported was not studied here.
pub(super) fn regions(genes: &[GeneStatement]) -> Value {
    let mut parts = Vec::new();
    let all: Vec<String> = genes.iter().map(words).collect();
    parts.extend(
        (!all.is_empty()).then(|| json!({"url": "description", "valueString": all.join("\n")})),
    );
    for statement in genes.iter().filter(|statement| statement.basis != Basis::Reported) {
        let seen = statement.callability.as_ref().is_none_or(|c| c.seen > 0);
        let whole = statement.callability.as_ref().is_some_and(Callability::is_complete)
            && statement.basis == Basis::Genotypes;
        let is_called = statement.state == GeneState::Called && !statement.research;
        let is_tested = statement.state != GeneState::NotTested && seen;
        for (url, holds) in
            [("studied", is_tested), ("called", is_called && whole), ("uncalled", !is_called)]
        {
            if holds {
                let concept = gene(&statement.gene, &statement.hgnc);
                parts.push(json!({"url": url, "valueCodeableConcept": concept}));
            }
        }
    }
    Object::default()
        .with("url", format!("{}genomic-study-analysis-regions", codes::PROFILES))
        .list("extension", parts)
        .build()
}
