//! The action rules against the guidance tables they were worded from.

use crate::shared::upstream;
use knowledge::Pack;
use knowledge::pgx::{ActionRule, PgxKnowledge};
use model::score::ActivityScore;
use model::statement::{Action, Outcome, Strength};
use serde_json::Value;
use std::collections::BTreeMap;

/// Day of the tables; rows of another day come from elsewhere.
const DAY: &str = "2022-09-15";

/// The drug of the tables that the pack leaves out: it has no ATC code.
const LEFT_OUT: &str = "toluidine blue";

fn population(upstream: &str) -> &str {
    match upstream.trim() {
        "CVI ACS PCI" => "acs-pci",
        "CVI non-ACS non-PCI" => "cardiovascular-other",
        "NVI" => "neurovascular",
        "adults" => "adult",
        "pediatrics" => "child",
        "child >40kg_adult" => "adult-or-over-40-kg",
        "<= 1g per day" => "up-to-1-g-a-day",
        "CBZ naive" | "PHT naive" | "OXC naive" => "naive",
        "CBZ-no alternatives" => "naive-no-alternative",
        "CBZ use >3mos" | "PHT use >3mos" | "OXC use >3 mos" => "tolerated-3-months",
        "standard dose" => "daily-14-days",
        "medium dose" => "weekly-8-weeks",
        "single low dose" => "single-low-dose",
        "general" | "population general" => "general",
        other => panic!("unknown population {other}"),
    }
}

fn strength(upstream: &str) -> Strength {
    match upstream {
        "Strong" => Strength::Strong,
        "Moderate" => Strength::Moderate,
        "Optional" => Strength::Optional,
        "No Recommendation" | "n/a" => Strength::None,
        other => panic!("unknown classification {other}"),
    }
}

/// What the look-up key of a row says of a gene.
fn outcome(pgx: &PgxKnowledge, gene: &str, value: &str) -> Option<Outcome> {
    let score = ActivityScore::parse(value);
    let phenotype = match (value, score) {
        ("No Result", _) => return None,
        ("n/a", _) => "Indeterminate",
        (_, Some(score)) => &pgx.gene(gene).unwrap().score_rule(score).unwrap().phenotype,
        (phenotype, None) => phenotype,
    };
    Some(Outcome {
        phenotype: Some(phenotype.to_owned()),
        activity_score: score.map(|score| score.to_string()),
        ..Outcome::default()
    })
}

fn fits(pgx: &PgxKnowledge, rule: &ActionRule, row: &Value) -> bool {
    rule.key.iter().all(|(gene, values)| {
        let asked = row["lookupkey"][gene].as_str().unwrap_or("No Result");
        let outcome = outcome(pgx, gene, asked);
        values.iter().any(|value| value.holds(outcome.as_ref()))
    })
}

/// Day of each action row, by the rule's id.
fn days(pack: &Pack) -> BTreeMap<String, String> {
    let text = std::str::from_utf8(&pack.files["actions.tsv"]).unwrap();
    let day = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[..4].join("/"), cells[12].to_owned())
    };
    text.lines().skip(1).map(day).collect()
}

/// Every row of the source has one rule of ours: a newer one, or one of the source's day with the
/// same strength, citing one of the source's publications at the source's address; and every rule
/// of that day answers a row, or combines what single genes say.
#[test]
fn every_row_of_the_guidance_has_its_rule() {
    let Some(upstream) = upstream() else { return };
    let json = std::fs::read(upstream.join("older/drugs.2022-09-15.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&json).unwrap();
    let pack = Pack::built_in().unwrap();
    let (pgx, days) = (&pack.pgx, days(&pack));
    let (mut checked, mut newer) = (0, 0);
    for entry in &entries {
        let name = entry["drugname"].as_str().unwrap();
        let Some(rows) = entry["recommendations"].as_array() else { continue };
        let Some(drug) = pgx.drugs.iter().find(|drug| drug.name == name) else {
            assert_eq!(name, LEFT_OUT, "is not in the pack");
            continue;
        };
        // Some have an ATC code there.
        if let Some(code) = entry["drugid"].as_str().unwrap().strip_prefix("RxNorm:") {
            assert_eq!(code, drug.rxnorm, "{name}");
        }
        for row in rows {
            let population = population(row["population"].as_str().unwrap());
            let mut rules = pgx.actions.iter().filter(|rule| {
                rule.rxnorm == drug.rxnorm
                    && rule.source == "CPIC"
                    && rule.population == population
                    && fits(pgx, rule, row)
            });
            let place = format!("{name} {population} {}", row["lookupkey"]);
            let rule = rules.next().unwrap_or_else(|| panic!("no rule for {place}"));
            assert_eq!(rules.next(), None, "{place}");
            if days[&rule.id] == DAY {
                agrees(rule, entry, row, &place);
                checked += 1;
            } else {
                newer += 1;
            }
        }
    }
    // All rows of the tables but those of the drug left out.
    assert_eq!((checked, newer), (1968, 25));
}

fn agrees(rule: &ActionRule, entry: &Value, row: &Value, place: &str) {
    let expected = strength(row["classification"].as_str().unwrap());
    let ours = if rule.action == Action::NoRecommendation { Strength::None } else { expected };
    assert_eq!(rule.strength, ours, "{place}");
    assert_eq!(entry["url"], *rule.citation.url, "{place}");
    let ours = rule.citation.pmid.as_deref().unwrap();
    let citations = entry["citations"].as_array().unwrap();
    // That of G6PD had just been published and is not in the tables yet.
    let missing = citations.iter().all(Value::is_null);
    assert!(missing || citations.iter().any(|one| one["pmid"] == *ours), "{place}: {ours}");
    let sentence = row["drugrecommendation"].as_str().unwrap();
    for own in rule.text.split(['.', ';', ':']).filter(|part| part.len() > 40) {
        assert!(!sentence.contains(own.trim()), "{place}: copied `{own}`");
    }
    says_the_same(rule, sentence, place);
}

/// The coded action agrees with marks in the source's sentence.
fn says_the_same(rule: &ActionRule, sentence: &str, place: &str) {
    let sentence = sentence.to_lowercase();
    let marks: &[&str] = match rule.action {
        Action::Avoid => {
            &["avoid", "alternative statin", "not recommended", "contraindicated", "not use"]
        }
        Action::Alternative => &["alternative", "consider hormonal therapy"],
        Action::Reduce { .. } => {
            &["reduc", "≤", "10 mg/m2/day", "lowest", "decreased dose", "less"]
        }
        Action::Increase { .. } => &["increase"],
        Action::Monitor => &[
            "monitor",
            "50% reduction",
            "possible increased risk",
            "no response",
            "no clinical response",
            "cautiously consider",
            "clinical findings",
        ],
        Action::Standard => &[
            "standard",
            "starting dose",
            "label",
            "no reason to",
            "no need to",
            "initiate with a dose",
        ],
        Action::NoRecommendation => &["no recommendation", "n/a", "insufficient evidence"],
        Action::TestFirst => &["must be measured"],
        Action::LoadingOnly => panic!("{place}: not in this source"),
    };
    assert!(marks.iter().any(|mark| sentence.contains(mark)), "{place}: {sentence}");
    if let Action::Reduce { percent: Some((low, high)) } = rule.action {
        let named = [
            format!("{}%", 100 - high),
            format!("{low}% reduction"),
            format!("{low}% less"),
            format!("{}-{}%", 100 - high, 100 - low),
        ];
        let named = named.iter().any(|form| sentence.contains(form))
            || (low == 90 && sentence.contains("10-fold"));
        assert!(named, "{place}: {low}-{high}: {sentence}");
    }
}
