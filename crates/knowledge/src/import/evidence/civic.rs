//! CIViC: the nightly or monthly "clinical evidence summaries", a tab-separated file.
//!
//! Source: <https://civicdb.org/releases/main> and the data dictionary of
//! <https://civic.readthedocs.io>; CC0 1.0. Only accepted evidence is taken.

use super::sheet::{Line, Sheet};
use super::{plain, refused};
use crate::evidence::{
    Direction, EvidenceKind, EvidenceLevel, EvidenceRow, EvidenceTables, Interaction, Significance,
    VariantOrigin,
};
use crate::manifest::Source;
use model::Problem;
use std::collections::BTreeMap;

const NEEDED: [&str; 10] = [
    "molecular_profile",
    "disease",
    "therapies",
    "evidence_type",
    "evidence_direction",
    "evidence_level",
    "significance",
    "evidence_status",
    "evidence_id",
    "variant_origin",
];

/// Reads the evidence summaries.
pub fn civic(bytes: &[u8], date: &str) -> (EvidenceTables, Vec<Problem>) {
    let mut problems = Vec::new();
    let Some(sheet) = Sheet::read(bytes, &mut problems) else {
        return (EvidenceTables::default(), problems);
    };
    if let Some(column) = NEEDED.iter().find(|column| !sheet.has(column)) {
        return refused("not-civic", format!("no column `{column}`: no evidence summaries"));
    }
    let mut evidence = Vec::new();
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for line in sheet.lines() {
        let status = plain(line.cell("evidence_status"));
        if status != "accepted" {
            *left.entry(status).or_default() += 1;
            continue;
        }
        if matches!(line.cell("is_flagged"), "true" | "True" | "TRUE" | "1") {
            let text = "CIViC's editors have flagged it; left out";
            problems.push(Problem::warning("flagged", line.place(), text));
            continue;
        }
        match row(&line) {
            Ok(row) => evidence.push(row),
            Err(text) => problems.push(Problem::warning("row-left-out", line.place(), text)),
        }
    }
    for (status, count) in left {
        let text = format!("{count} rows are `{status}`, not accepted; left out");
        problems.push(Problem::note("not-accepted", "file", text));
    }
    (EvidenceTables { evidence, sources: vec![source(date)], ..Default::default() }, problems)
}

fn source(date: &str) -> Source {
    Source {
        id: "civic".into(),
        name: "CIViC".into(),
        version: date.into(),
        date: date.into(),
        licence: "CC0-1.0".into(),
        attribution: "CIViC, the McDonnell Genome Institute, Washington University".into(),
        url: "https://civicdb.org".into(),
        used_for: "evidence (accepted items)".into(),
    }
}

fn row(line: &Line<'_>) -> Result<EvidenceRow, String> {
    let unknown = |column: &str| format!("`{}` is no known {column}", line.cell(column));
    let id = line.cell("evidence_id").trim_start_matches("EID");
    if id.is_empty() || line.cell("molecular_profile").is_empty() {
        return Err("has no id or no molecular profile".into());
    }
    let doid = line.cell("doid").trim_start_matches("DOID:");
    let therapies = line.cell("therapies").split(',').map(str::trim);
    let citation = match (line.cell("source_type"), line.cell("citation_id")) {
        ("PubMed", id) if !id.is_empty() => format!("PMID {id}"),
        (kind, id) if !id.is_empty() => format!("{kind} {id}"),
        _ => line.cell("citation").to_owned(),
    };
    Ok(EvidenceRow {
        id: format!("civic:EID{id}"),
        source: "civic".into(),
        kind: kind(line.cell("evidence_type")).ok_or_else(|| unknown("evidence_type"))?,
        direction: direction(line.cell("evidence_direction"))
            .ok_or_else(|| unknown("evidence_direction"))?,
        level: level(line.cell("evidence_level")).ok_or_else(|| unknown("evidence_level"))?,
        source_level: line.cell("evidence_level").to_owned(),
        significance: significance(line.cell("significance"))
            .ok_or_else(|| unknown("significance"))?,
        profile: line.cell("molecular_profile").to_owned(),
        tumor_type: line.cell("disease").to_owned(),
        tumor_code: if doid.is_empty() { String::new() } else { format!("DOID:{doid}") },
        therapies: therapies.filter(|name| !name.is_empty()).map(clean_name).collect(),
        interaction: interaction(line.cell("therapy_interaction_type"))
            .ok_or_else(|| unknown("therapy_interaction_type"))?,
        origin: origin(line.cell("variant_origin")).ok_or_else(|| unknown("variant_origin"))?,
        rating: line.cell("rating").parse().ok().filter(|stars| (1..=5).contains(stars)),
        statement: line.cell("evidence_statement").to_owned(),
        citation,
        url: line.cell("evidence_civic_url").to_owned(),
        reviewed: line.cell("last_review_date").get(..10).unwrap_or_default().to_owned(),
    })
}

/// A name of a medicine as a cell can hold it: the separator of lists is no part of one.
fn clean_name(name: &str) -> String {
    name.replace('|', "/")
}

fn kind(word: &str) -> Option<EvidenceKind> {
    EvidenceKind::ALL.iter().copied().find(|kind| kind.word() == plain(word))
}

fn direction(word: &str) -> Option<Direction> {
    match plain(word).as_str() {
        "supports" => Some(Direction::Supports),
        "doesnotsupport" => Some(Direction::DoesNotSupport),
        _ => None,
    }
}

fn level(word: &str) -> Option<EvidenceLevel> {
    EvidenceLevel::ALL.iter().copied().find(|level| level.word() == plain(word))
}

fn significance(word: &str) -> Option<Significance> {
    use Significance as S;
    Some(match plain(word).as_str() {
        "sensitivityresponse" | "sensitivity" => S::Sensitivity,
        "resistance" => S::Resistance,
        "reducedsensitivity" => S::ReducedSensitivity,
        "adverseresponse" => S::AdverseResponse,
        "positive" => S::Positive,
        "negative" => S::Negative,
        "betteroutcome" => S::BetterOutcome,
        "pooroutcome" => S::PoorOutcome,
        "predisposition" | "pathogenic" | "likelypathogenic" | "uncertainsignificance" => {
            S::Predisposition
        }
        "protectiveness" => S::Protectiveness,
        "oncogenicity" | "oncogenic" | "likelyoncogenic" => S::Oncogenicity,
        "gainoffunction" => S::GainOfFunction,
        "lossoffunction" => S::LossOfFunction,
        "unalteredfunction" => S::UnalteredFunction,
        "neomorphic" => S::Neomorphic,
        "dominantnegative" => S::DominantNegative,
        "" | "na" | "unknown" => S::NotStated,
        _ => return None,
    })
}

fn interaction(word: &str) -> Option<Interaction> {
    match plain(word).as_str() {
        "combination" => Some(Interaction::Combination),
        "sequential" => Some(Interaction::Sequential),
        "substitutes" => Some(Interaction::Substitutes),
        "" | "na" => Some(Interaction::NotStated),
        _ => None,
    }
}

fn origin(word: &str) -> Option<VariantOrigin> {
    match plain(word).as_str() {
        "somatic" => Some(VariantOrigin::Somatic),
        "raregermline" | "commongermline" | "germline" => Some(VariantOrigin::Germline),
        "" | "na" | "unknown" | "combined" | "mixed" => Some(VariantOrigin::Any),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "molecular_profile\tmolecular_profile_id\tdisease\tdoid\tphenotypes\t\
        therapies\ttherapy_interaction_type\tevidence_type\tevidence_direction\tevidence_level\t\
        significance\tevidence_statement\tcitation_id\tsource_type\tasco_abstract_id\tcitation\t\
        nct_ids\trating\tevidence_status\tevidence_id\tvariant_origin\tlast_review_date\t\
        evidence_civic_url\tmolecular_profile_civic_url\tis_flagged\n";

    fn line(profile: &str, kind: &str, significance: &str, status: &str, id: &str) -> String {
        format!(
            "{profile}\t1\tMelanoma\t1909\t\tDabrafenib,Trametinib\tCombination\t{kind}\tSupports\t\
             A\t{significance}\tA sentence \"with\" marks.\t25399551\tPubMed\t\tSomebody, 2014\t\t\
             5\t{status}\t{id}\tSomatic\t2023-01-09 21:47:04 UTC\thttps://civicdb.org/links/e\t\
             https://civicdb.org/links/m\tfalse\n"
        )
    }

    #[test]
    fn accepted_rows_are_read_and_others_are_told() {
        let file = [
            HEADER.to_owned(),
            line("BRAF V600E", "Predictive", "Sensitivity/Response", "accepted", "3017"),
            line("BRAF V600E", "Predictive", "Sensitivity/Response", "submitted", "2"),
            line("BRAF V600E", "Predictive", "Something New", "accepted", "3"),
            line("BRAF V600E", "PROGNOSTIC", "POOROUTCOME", "accepted", "EID4"),
            "too\tmany".to_owned() + &"\tcells".repeat(30),
        ]
        .concat();
        let (tables, problems) = civic(file.as_bytes(), "2026-11-01");
        let [one, two] = tables.evidence.as_slice() else { panic!("{:?}", tables.evidence) };
        assert_eq!((one.id.as_str(), one.level), ("civic:EID3017", EvidenceLevel::A));
        assert_eq!(one.therapies, ["Dabrafenib", "Trametinib"]);
        assert_eq!((one.interaction, one.rating), (Interaction::Combination, Some(5)));
        assert_eq!(
            (one.tumor_code.as_str(), one.citation.as_str()),
            ("DOID:1909", "PMID 25399551")
        );
        assert_eq!((one.reviewed.as_str(), one.origin), ("2023-01-09", VariantOrigin::Somatic));
        assert_eq!(
            (two.kind, two.significance),
            (EvidenceKind::Prognostic, Significance::PoorOutcome)
        );
        let told: Vec<(&str, &str)> =
            problems.iter().map(|one| (one.code.as_str(), one.place.as_str())).collect();
        assert_eq!(
            told,
            [("row-left-out", "line 6"), ("row-left-out", "line 4"), ("not-accepted", "file")]
        );
        assert!(problems.iter().any(|one| one.text.contains("`Something New`")));
    }

    #[test]
    fn another_file_is_refused() {
        let (tables, problems) = civic(b"gene\tvariant\nBRAF\tV600E\n", "2026-11-01");
        assert!(tables.evidence.is_empty());
        assert_eq!(problems[0].code, "not-civic");
        assert_eq!(civic(b"\xff\xfe", "2026-11-01").1[0].code, "not-utf8");
    }
}
