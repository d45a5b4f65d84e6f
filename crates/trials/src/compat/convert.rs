//! Samples in MatchMiner's fields and in ours, one from the other.

use super::field::{Record, as_text};
use crate::date::{months_before, whole};
use crate::patient::Day;
use model::PartialDate;
use model::tumor::{
    ReportedAlteration, ReportedBiomarker, ReportedClass, ReportedKind, ReportedTumor,
};
use serde_json::{Map, Value};
use tumor::oncotree::{Found, OncoTree};

impl Record {
    /// The sample in our terms. A row without a category that says wild type is a negative; MMR
    /// is one field for instability and repair; what was tested is known from the rows only.
    pub fn reported(&self, place: &str) -> ReportedTumor {
        let clinical = &self.clinical;
        let text =
            |name: &str| clinical.get(name).map(as_text).filter(|text| !text.trim().is_empty());
        let mut tumor = ReportedTumor {
            sample: self.sample(),
            patient: text("MRN").unwrap_or_else(|| self.sample()),
            place: place.to_owned(),
            diagnosis_name: text("ONCOTREE_PRIMARY_DIAGNOSIS_NAME"),
            birth: text("BIRTH_DATE_INT")
                .or_else(|| text("BIRTH_DATE"))
                .as_deref()
                .and_then(PartialDate::parse),
            sex: text("GENDER"),
            vital: text("VITAL_STATUS"),
            reported_on: text("REPORT_DATE").as_deref().and_then(PartialDate::parse),
            ..ReportedTumor::default()
        };
        let measures = [
            ("tmb", "TUMOR_MUTATIONAL_BURDEN_PER_MEGABASE"),
            ("her2", "HER2_STATUS"),
            ("er", "ER_STATUS"),
            ("pr", "PR_STATUS"),
        ];
        for (name, field) in measures {
            let value = text(field);
            let measure = |value| ReportedBiomarker::new(name, value);
            tumor.biomarkers.extend(value.map(measure));
        }
        for (at, row) in self.genomic.iter().enumerate() {
            add(&mut tumor, row, &format!("{place} row {at}"));
        }
        tumor
    }

    /// A sample of ours in MatchMiner's fields. An age without a date is counted back from the
    /// day; the name of the diagnosis is the one of OncoTree.
    pub fn of_reported(reported: &ReportedTumor, tree: &OncoTree, as_of: Day) -> Self {
        let mut clinical = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                clinical.insert(name.to_owned(), value);
            }
        };
        put("_id", Some(reported.sample.clone().into()));
        put("SAMPLE_ID", Some(reported.sample.clone().into()));
        put("MRN", Some(reported.patient.clone().into()));
        let node = reported.diagnosis_code.as_deref().map(|code| tree.by_code(code));
        let name = match node {
            Some(Found::One(node) | Found::Renamed(node)) => Some(tree.name(node).to_owned()),
            _ => reported.diagnosis_name.clone(),
        };
        put("ONCOTREE_PRIMARY_DIAGNOSIS_NAME", name.map(Value::from));
        put("BIRTH_DATE_INT", birth(reported, as_of).map(Value::from));
        put("GENDER", reported.sex.as_deref().map(|sex| capitalised(sex).into()));
        put("VITAL_STATUS", reported.vital.as_deref().map(|vital| living(vital).into()));
        let number = |name: &str| {
            let found = reported.biomarkers.iter().find(|one| one.name == name)?;
            found.value.trim().parse::<f64>().ok()
        };
        put("TUMOR_MUTATIONAL_BURDEN_PER_MEGABASE", number("tmb").map(Value::from));
        put("REPORT_DATE", reported.reported_on.map(|day| day.to_string().into()));
        let mut genomic: Vec<Map<String, Value>> =
            reported.alterations.iter().filter_map(row_of).collect();
        if let Some(repair) = repair_row(reported) {
            genomic.push(repair);
        }
        // Fields, as newer reports have them: no comment is ever made here.
        if reported.reported_on.is_none() {
            let day = format!("{:04}-{:02}-{:02}", as_of / 10_000, as_of / 100 % 100, as_of % 100);
            clinical.insert("REPORT_DATE".to_owned(), day.into());
        }
        Self::new(clinical, genomic)
    }
}

/// `FEMALE` to `Female`.
fn capitalised(word: &str) -> String {
    let mut letters = word.trim().chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
}

fn living(vital: &str) -> &'static str {
    match vital.trim().to_ascii_lowercase().as_str() {
        "alive" | "living" | "0:living" | "0" | "0:alive" => "alive",
        _ => "deceased",
    }
}

fn birth(reported: &ReportedTumor, as_of: Day) -> Option<Day> {
    if let Some(birth) = reported.birth {
        return Some(crate::date::day(birth.year, birth.month?, birth.day?));
    }
    let years: f64 = reported.age_years.as_deref()?.trim().parse().ok()?;
    (0.0..=130.0).contains(&years).then(|| months_before(as_of, whole(years.floor() * 12.0)))
}

fn add(tumor: &mut ReportedTumor, row: &Map<String, Value>, place: &str) {
    let text = |name: &str| row.get(name).map(as_text).unwrap_or_default();
    let gene = text("TRUE_HUGO_SYMBOL");
    let mut push = |gene: String, kind: ReportedKind| {
        let place = place.to_owned();
        tumor.alterations.push(ReportedAlteration {
            place,
            gene,
            kind,
            ..ReportedAlteration::default()
        });
    };
    match text("VARIANT_CATEGORY").to_ascii_uppercase().as_str() {
        _ if row.get("WILDTYPE") == Some(&Value::Bool(true)) => {
            push(gene, ReportedKind::Negative(ReportedClass::Short));
        }
        "CNV" => push(gene, ReportedKind::Copy(text("CNV_CALL"))),
        "SV" => {
            let (left, right) = (text("LEFT_PARTNER_GENE"), text("RIGHT_PARTNER_GENE"));
            let (first, partner) = match (left.as_str(), right.as_str()) {
                ("", "") => (gene, String::new()),
                ("", _) => (right, String::new()),
                _ => (left, right),
            };
            let from_text = false;
            if !first.is_empty() {
                push(first, ReportedKind::Rearrangement { partner, ordered: false, from_text });
            }
        }
        "SIGNATURE" => {}
        _ if gene.is_empty() => {}
        _ => push(
            gene,
            ReportedKind::Short {
                protein: text("TRUE_PROTEIN_CHANGE"),
                cdna: text("TRUE_CDNA_CHANGE"),
                classification: text("TRUE_VARIANT_CLASSIFICATION"),
                exon: text("TRUE_TRANSCRIPT_EXON"),
                allele_fraction: None,
                origin: String::new(),
            },
        ),
    }
    let statuses = [
        ("msi-mmr", "MMR_STATUS"),
        ("apobec", "APOBEC_STATUS"),
        ("pole", "POLE_STATUS"),
        ("uva", "UVA_STATUS"),
        ("tobacco", "TABACCO_STATUS"),
        ("temozolomide", "TEMOZOLOMIDE_STATUS"),
    ];
    for (name, field) in statuses {
        let value = text(field);
        if !value.is_empty() {
            tumor.biomarkers.push(ReportedBiomarker::new(name, value));
        }
    }
}

/// A row of MatchMiner's; `None` for what it has no row for.
fn row_of(alteration: &ReportedAlteration) -> Option<Map<String, Value>> {
    let gene = alteration.gene.as_str();
    let mut row = Map::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            row.insert(name.to_owned(), value.into());
        }
    };
    match &alteration.kind {
        ReportedKind::Short { protein, classification, exon, .. } => {
            put("TRUE_HUGO_SYMBOL", gene);
            put("VARIANT_CATEGORY", "MUTATION");
            put("TRUE_PROTEIN_CHANGE", protein);
            put("TRUE_VARIANT_CLASSIFICATION", classification);
            let number = exon.split(['/', '-']).next().unwrap_or_default();
            if let Ok(number) = number.trim().parse::<u32>() {
                row.insert("TRUE_TRANSCRIPT_EXON".to_owned(), number.into());
            }
            row.insert("WILDTYPE".to_owned(), false.into());
        }
        ReportedKind::Copy(call) => {
            let call = match call.trim() {
                "2" => "High level amplification",
                "1" => "Gain",
                "-1" => "Heterozygous deletion",
                "-2" | "-1.5" => "Homozygous deletion",
                other => other,
            };
            put("TRUE_HUGO_SYMBOL", gene);
            put("VARIANT_CATEGORY", "CNV");
            put("CNV_CALL", call);
        }
        ReportedKind::Rearrangement { partner, .. } => {
            put("VARIANT_CATEGORY", "SV");
            put("LEFT_PARTNER_GENE", gene);
            put("RIGHT_PARTNER_GENE", partner);
        }
        ReportedKind::Negative(ReportedClass::Short) => {
            put("TRUE_HUGO_SYMBOL", gene);
            row.insert("WILDTYPE".to_owned(), true.into());
        }
        ReportedKind::Negative(_) | ReportedKind::Nothing => return None,
    }
    Some(row)
}

/// The row that tells of mismatch repair, where it is known.
fn repair_row(reported: &ReportedTumor) -> Option<Map<String, Value>> {
    use tumor::{BiomarkerKind, Level};
    let level = reported
        .biomarkers
        .iter()
        .filter(|one| matches!(one.name.as_str(), "msi" | "ms" | "mmr" | "msi-mmr" | "mmr-ihc"))
        .find_map(|one| Level::parse(BiomarkerKind::InstabilityOrRepair, &one.value))?;
    let status = match level {
        Level::High | Level::Positive => "Deficient (MMR-D / MSI-H)",
        _ => "Proficient (MMR-P / MSS)",
    };
    Some(Map::from_iter([
        ("VARIANT_CATEGORY".to_owned(), "SIGNATURE".into()),
        ("MMR_STATUS".to_owned(), status.into()),
    ]))
}
