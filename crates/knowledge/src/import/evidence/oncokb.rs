//! OncoKB: the table of biomarkers and medicines that its licensees download.
//!
//! Source: <https://www.oncokb.org/actionable-genes> (`Level`, `Gene`, `Alterations`,
//! `Cancer Types`, `Drugs (for therapeutic implications only)`), or the older
//! `allActionableVariants.txt` (`Hugo Symbol`, `Alteration`, `Cancer Type`, `Level`, `Drugs(s)`).
//! Its terms are between the site and OncoKB; no sentence of it is in the file.

use super::sheet::{Line, Sheet};
use super::{plain, refused};
use crate::digest::sha256_hex;
use crate::evidence::{
    Direction, EvidenceKind, EvidenceLevel, EvidenceRow, EvidenceTables, Interaction, Significance,
    VariantOrigin,
};
use crate::manifest::Source;
use model::Problem;
use std::collections::BTreeSet;

/// Names of the columns: level, gene, alterations, tumour types, medicines.
type Columns = [&'static str; 5];
const CURRENT: Columns =
    ["Level", "Gene", "Alterations", "Cancer Types", "Drugs (for therapeutic implications only)"];
const OLDER: Columns = ["Level", "Hugo Symbol", "Alteration", "Cancer Type", "Drugs(s)"];

/// Reads the table.
pub fn oncokb(bytes: &[u8], date: &str) -> (EvidenceTables, Vec<Problem>) {
    let mut problems = Vec::new();
    let Some(sheet) = Sheet::read(bytes, &mut problems) else {
        return (EvidenceTables::default(), problems);
    };
    let fits = |columns: &&Columns| columns.iter().all(|column| sheet.has(column));
    let Some(columns) = [&CURRENT, &OLDER].into_iter().find(fits) else {
        return refused("not-oncokb", "has neither the columns of today nor those of before");
    };
    let mut evidence = Vec::new();
    let mut seen = BTreeSet::new();
    for line in sheet.lines() {
        match row(&line, columns) {
            Ok(row) if seen.insert(row.id.clone()) => evidence.push(row),
            Ok(_) => problems.push(Problem::note("twice", line.place(), "stands twice")),
            Err(text) => problems.push(Problem::warning("row-left-out", line.place(), text)),
        }
    }
    (EvidenceTables { evidence, sources: vec![source(date)], ..Default::default() }, problems)
}

fn source(date: &str) -> Source {
    Source {
        id: "oncokb".into(),
        name: "OncoKB".into(),
        version: date.into(),
        date: date.into(),
        licence: "OncoKB terms of use; licence of the site".into(),
        attribution: "OncoKB, Memorial Sloan Kettering Cancer Center".into(),
        url: "https://www.oncokb.org".into(),
        used_for: "evidence (levels of biomarkers and medicines)".into(),
    }
}

fn row(line: &Line<'_>, columns: &Columns) -> Result<EvidenceRow, String> {
    let [level, gene, alterations, tumor_types, drugs] = columns.map(|column| line.cell(column));
    let (kind, common, significance) =
        meaning(level).ok_or_else(|| format!("`{level}` is no known level"))?;
    if gene.is_empty() || alterations.is_empty() {
        return Err("names no gene or no alteration".into());
    }
    // `Other Biomarkers` stands where a gene would: MSI-H, TMB-H.
    let biomarker = gene.eq_ignore_ascii_case("other biomarkers");
    let profile: Vec<String> = list(alterations)
        .map(|name| if biomarker { name.to_owned() } else { format!("{gene} {name}") })
        .collect();
    // Medicines of one regimen are joined by "+"; by "," they are alternatives.
    let regimens: Vec<Vec<&str>> =
        list(drugs).map(|one| one.split(" + ").map(str::trim).collect()).collect();
    let (therapies, interaction) = match regimens.as_slice() {
        [] => (Vec::new(), Interaction::NotStated),
        [one] if one.len() > 1 => (one.clone(), Interaction::Combination),
        [one] => (one.clone(), Interaction::NotStated),
        several => {
            let joined = several.iter().flatten().copied().collect();
            if several.iter().any(|one| one.len() > 1) {
                return Err("alternatives of several medicines in one row".into());
            }
            (joined, Interaction::Substitutes)
        }
    };
    let names = [level, gene, alterations, tumor_types, drugs].join("\t");
    let digest = sha256_hex(names.as_bytes());
    Ok(EvidenceRow {
        id: format!("oncokb:{}", digest.get(..12).unwrap_or(&digest)),
        source: "oncokb".into(),
        kind,
        direction: Direction::Supports,
        level: common,
        source_level: level.to_owned(),
        significance,
        profile: profile.join(" OR "),
        tumor_type: tumor_types.to_owned(),
        tumor_code: String::new(),
        therapies: therapies
            .into_iter()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        interaction,
        origin: VariantOrigin::Any,
        rating: None,
        statement: String::new(),
        citation: format!("OncoKB level {level}"),
        url: format!("https://www.oncokb.org/gene/{gene}"),
        reviewed: String::new(),
    })
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|item| !item.is_empty())
}

/// Levels of therapies, resistance, diagnosis and prognosis.
/// Source: <https://www.oncokb.org/levels>, V2.
fn meaning(level: &str) -> Option<(EvidenceKind, EvidenceLevel, Significance)> {
    use {EvidenceKind as K, EvidenceLevel as L, Significance as S};
    Some(match plain(level).trim_start_matches("level") {
        "1" | "2" | "2a" => (K::Predictive, L::A, S::Sensitivity),
        "3" | "3a" | "2b" | "3b" => (K::Predictive, L::B, S::Sensitivity),
        "4" => (K::Predictive, L::D, S::Sensitivity),
        "r1" => (K::Predictive, L::A, S::Resistance),
        "r2" => (K::Predictive, L::B, S::Resistance),
        "dx1" => (K::Diagnostic, L::A, S::Positive),
        "dx2" => (K::Diagnostic, L::B, S::Positive),
        "dx3" => (K::Diagnostic, L::C, S::Positive),
        // The table does not say whether the course is better or worse.
        "px1" => (K::Prognostic, L::A, S::NotStated),
        "px2" => (K::Prognostic, L::B, S::NotStated),
        "px3" => (K::Prognostic, L::C, S::NotStated),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_today_and_of_before() {
        use {EvidenceLevel as L, Interaction as I};
        let today = "Level\tGene\tAlterations\tCancer Types\t\
            Drugs (for therapeutic implications only)\n\
            1\tBRAF\tV600E\tMelanoma\tDabrafenib + Trametinib\n\
            2\tBRAF\tV600E, V600K\tMelanoma\tVemurafenib, Dabrafenib\n\
            R1\tEGFR\tT790M\tNon-Small Cell Lung Cancer\tErlotinib\n\
            1\tOther Biomarkers\tMSI-H\tAll Solid Tumors\tPembrolizumab\n\
            Px2\tTP53\tOncogenic Mutations\tMyelodysplastic Syndromes\t\n\
            9\tBRAF\tV600E\tMelanoma\tX\n";
        let (tables, problems) = oncokb(today.as_bytes(), "2026-11-01");
        let rows: Vec<(&str, &str, EvidenceLevel, Interaction, usize)> = tables
            .evidence
            .iter()
            .map(|row| {
                let level = row.source_level.as_str();
                (row.profile.as_str(), level, row.level, row.interaction, row.therapies.len())
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("BRAF V600E", "1", L::A, I::Combination, 2),
                ("BRAF V600E OR BRAF V600K", "2", L::A, I::Substitutes, 2),
                ("EGFR T790M", "R1", L::A, I::NotStated, 1),
                ("MSI-H", "1", L::A, I::NotStated, 1),
                ("TP53 Oncogenic Mutations", "Px2", L::B, I::NotStated, 0),
            ]
        );
        assert_eq!(tables.evidence[2].significance, Significance::Resistance);
        assert_eq!((problems.len(), problems[0].place.as_str()), (1, "line 7"));
        let before = "Hugo Symbol\tAlteration\tProtein Change\tCancer Type\tLevel\tDrugs(s)\n\
            KIT\tD816V\tD816V\tGastrointestinal Stromal Tumor\tR1\tImatinib\n";
        assert_eq!(oncokb(before.as_bytes(), "2026-11-01").0.evidence.len(), 1);
        assert_eq!(oncokb(b"a\tb\n", "2026-11-01").1[0].code, "not-oncokb");
    }
}
