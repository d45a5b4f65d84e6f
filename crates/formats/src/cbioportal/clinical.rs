//! Tables of patients and samples.

use super::Study;
use super::table::{Columns, Open, Row};
use model::Problem;
use model::tumor::{ReportedBiomarker, ReportedTumor};
use std::io::BufRead;

/// What is known of a patient before the samples come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PatientRow {
    sex: Option<String>,
    age: Option<String>,
    vital: Option<String>,
    stage: Option<String>,
    birth: Option<String>,
}

const PATIENT: &[&str] = &["PATIENT_ID", "OTHER_PATIENT_ID"];
const SAMPLE: &[&str] = &["SAMPLE_ID"];

/// Columns of either table that tell of the patient.
struct Person {
    sex: Option<usize>,
    age: Option<usize>,
    vital: Option<usize>,
    stage: Option<usize>,
    birth: Option<usize>,
}

impl Person {
    fn of(columns: &Columns) -> Self {
        Self {
            sex: columns.place(&["SEX", "GENDER"]),
            age: columns.place(&["AGE", "AGE_AT_DIAGNOSIS", "AGE_AT_SEQ_REPORT", "CURRENT_AGE"]),
            vital: columns.place(&["VITAL_STATUS", "OS_STATUS"]),
            stage: columns.place(&[
                "STAGE",
                "TUMOR_STAGE",
                "CLINICAL_STAGE",
                "AJCC_PATHOLOGIC_TUMOR_STAGE",
                "STAGE_HIGHEST_RECORDED",
            ]),
            birth: columns.place(&["BIRTH_DATE", "DATE_OF_BIRTH"]),
        }
    }

    fn row(&self, row: &Row<'_>) -> PatientRow {
        PatientRow {
            sex: row.some(self.sex),
            age: row.some(self.age),
            vital: row.some(self.vital),
            stage: row.some(self.stage),
            birth: row.some(self.birth),
        }
    }
}

impl PatientRow {
    /// What this row says, else what the other does.
    fn or(self, other: Option<&Self>) -> Self {
        let other = other.cloned().unwrap_or_default();
        Self {
            sex: self.sex.or(other.sex),
            age: self.age.or(other.age),
            vital: self.vital.or(other.vital),
            stage: self.stage.or(other.stage),
            birth: self.birth.or(other.birth),
        }
    }
}

/// Patients. A table that comes after the samples adds to them.
pub(super) fn patients(study: &mut Study, place: &str, source: impl BufRead) {
    let Some(mut table) = Open::new(study, place, source, &[PATIENT]) else { return };
    let id = table.columns.place(PATIENT);
    let person = Person::of(&table.columns);
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let id = row.cell(id).to_owned();
        if id.is_empty() {
            let place = format!("{place} line {line}");
            study.problem(Problem::warning("no-identifier", place, "the row names no patient"));
            continue;
        }
        study.patients.insert(id, person.row(&row));
    }
}

/// Measurements by their columns.
const MEASURES: &[(&str, &[&str])] = &[
    ("tmb", &["TMB", "TMB_NONSYNONYMOUS", "TMB_SCORE", "CVR_TMB_SCORE"]),
    ("msi", &["MSI_TYPE", "MSI_STATUS", "MSI"]),
    ("mmr-ihc", &["MMR_STATUS", "MMR_IHC"]),
    ("her2", &["HER2_STATUS", "HER2", "IHC_HER2"]),
    ("er", &["ER_STATUS", "ER", "ER_STATUS_BY_IHC"]),
    ("pr", &["PR_STATUS", "PR", "PR_STATUS_BY_IHC"]),
];

/// Samples, each with what is known of its patient.
pub(super) fn samples(study: &mut Study, place: &str, source: impl BufRead) {
    let Some(mut table) = Open::new(study, place, source, &[SAMPLE]) else { return };
    let columns = table.columns.clone();
    let (sample, patient) = (columns.place(SAMPLE), columns.place(PATIENT));
    let code = columns.place(&["ONCOTREE_CODE"]);
    let name = columns.place(&["CANCER_TYPE_DETAILED", "CANCER_TYPE"]);
    let ecog = columns.place(&["ECOG", "ECOG_PS", "ECOG_PERFORMANCE_STATUS"]);
    let person = Person::of(&columns);
    let measures: Vec<(&str, Option<usize>)> =
        MEASURES.iter().map(|(name, columns_of)| (*name, columns.place(columns_of))).collect();
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let id = row.cell(sample).to_owned();
        let place = format!("{place} line {line}");
        if id.is_empty() {
            study.problem(Problem::warning("no-identifier", place, "the row names no sample"));
            continue;
        }
        let patient = row.some(patient).unwrap_or_else(|| id.clone());
        let known = person.row(&row).or(study.patients.get(&patient));
        let measure = |(name, at): &(&str, Option<usize>)| {
            let value = row.some(*at)?;
            Some(ReportedBiomarker::new(*name, value))
        };
        study.add(ReportedTumor {
            sample: id,
            patient,
            place,
            diagnosis_code: row.some(code),
            diagnosis_name: row.some(name),
            birth: known.birth.as_deref().and_then(model::PartialDate::parse),
            age_years: known.age,
            sex: known.sex,
            vital: known.vital,
            stage: known.stage,
            performance: row.some(ecog),
            biomarkers: measures.iter().filter_map(measure).collect(),
            ..ReportedTumor::default()
        });
    }
}
