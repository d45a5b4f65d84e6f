//! The action rules against the guidance tables they were worded from.

use crate::shared::upstream;
use knowledge::Pack;
use knowledge::pgx::ActionRule;
use model::statement::{Action, Outcome, Strength};
use serde_json::Value;

fn population(upstream: &str) -> &str {
    match upstream.trim() {
        "CVI ACS PCI" => "acs-pci",
        "CVI non-ACS non-PCI" => "cardiovascular-other",
        "NVI" => "neurovascular",
        "adults" => "adult",
        "pediatrics" => "child",
        "general" | "population general" => "general",
        other => panic!("unknown population {other}"),
    }
}

fn strength(upstream: &str) -> Strength {
    match upstream {
        "Strong" => Strength::Strong,
        "Moderate" => Strength::Moderate,
        "Optional" => Strength::Optional,
        "No Recommendation" => Strength::None,
        other => panic!("unknown classification {other}"),
    }
}

fn fits(rule: &ActionRule, row: &Value) -> bool {
    rule.key.iter().all(|(gene, phenotypes)| {
        let value = row["lookupkey"][gene].as_str().unwrap();
        let outcome = (value != "No Result")
            .then(|| Outcome { phenotype: Some(value.to_owned()), ..Outcome::default() });
        phenotypes.iter().any(|phenotype| phenotype.holds(outcome.as_ref()))
    })
}

/// Every row of the source has one rule of ours with the same strength, citing one of the
/// source's publications at the source's address; and the numbers of rows agree.
#[test]
fn every_row_of_the_guidance_has_its_rule() {
    let Some(upstream) = upstream() else { return };
    let json = std::fs::read(upstream.join("older/drugs.2022-09-15.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&json).unwrap();
    let pgx = Pack::built_in().unwrap().pgx;
    let mut rows_checked = 0;
    for drug in &pgx.drugs {
        let id = format!("RxNorm:{}", drug.rxnorm);
        let entry = entries.iter().find(|entry| entry["drugid"] == *id).unwrap();
        assert_eq!(entry["drugname"], *drug.name);
        let publications: Vec<&str> = entry["citations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|citation| citation["pmid"].as_str().unwrap())
            .collect();
        for row in entry["recommendations"].as_array().unwrap() {
            let population = population(row["population"].as_str().unwrap());
            let mut rules = pgx.actions.iter().filter(|rule| {
                rule.rxnorm == drug.rxnorm && rule.population == population && fits(rule, row)
            });
            let place = format!("{} {population} {}", drug.name, row["lookupkey"]);
            let rule = rules.next().unwrap_or_else(|| panic!("no rule for {place}"));
            assert_eq!(rules.next(), None, "{place}");
            assert_eq!(rule.strength, strength(row["classification"].as_str().unwrap()), "{place}");
            assert_eq!(entry["url"], *rule.citation.url, "{place}");
            assert!(publications.contains(&rule.citation.pmid.as_deref().unwrap()), "{place}");
            says_the_same(rule, row["drugrecommendation"].as_str().unwrap(), &place);
            rows_checked += 1;
        }
    }
    // 24 clopidogrel, 16 voriconazole, 7 × 8 CYP2C19, 5 × 6 SLCO1B1, 3 × 35 thiopurines.
    assert_eq!(rows_checked, 24 + 16 + 56 + 30 + 105);
}

/// The coded action agrees with marks in the source's sentence, and no sentence was taken over.
fn says_the_same(rule: &ActionRule, sentence: &str, place: &str) {
    let marks: &[&str] = match rule.action {
        Action::Avoid => &["Avoid", "alternative statin"],
        Action::Alternative => &["lternative"],
        Action::Reduce { .. } => &["reduce", "Reduce", "50% reduction", "≤", "10 mg/m2/day"],
        Action::Increase { percent: Some((100, 100)) } => &["Increase starting daily dose by 100%"],
        Action::Monitor => {
            &["onitor", "50% reduction", "possible increased risk", "drug monitoring"]
        }
        Action::Standard => &[
            "standard",
            "recommended starting dose",
            "desired starting dose",
            "normal starting dose",
        ],
        Action::NoRecommendation => &["No recommendation"],
        Action::Increase { .. } | Action::TestFirst | Action::LoadingOnly => {
            panic!("{place}: not in this source")
        }
    };
    assert!(marks.iter().any(|mark| sentence.contains(mark)), "{place}: {sentence}");
    if let Action::Reduce { percent: Some((low, high)) } = rule.action {
        let kept = format!("{}%", 100 - high);
        let named = sentence.contains(&kept)
            || sentence.contains(&format!("{low}% reduction"))
            || (low == 90 && sentence.contains("10-fold"));
        assert!(named, "{place}: {low}-{high}: {sentence}");
    }
    for own in rule.text.split(['.', ';', ':']).filter(|part| part.len() > 40) {
        assert!(!sentence.contains(own.trim()), "{place}: copied `{own}`");
    }
}
