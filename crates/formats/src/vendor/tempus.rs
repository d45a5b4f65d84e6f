//! Tempus' JSON: `report`, `order`, `patient`, `specimens` and `results`.
//!
//! Findings stand in lists by what the laboratory makes of them (potentially actionable,
//! biologically relevant, of unknown significance) and by where they arose: what begins with
//! `inherited` is of the patient's own genome. Shares of reads are in percent. A change's position
//! is used only if the file names the build it is of. Element names: the laboratory's description
//! of its structured results, schema 1.

mod call;

use super::field::Field;
use super::finding::Measure;
use super::report::{Laboratory, VendorReport};
use super::value::{self, day, number};
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::{PartialDate, Problem, Timestamp};

/// Namespace of the laboratory's own numbers of patients.
const NUMBERS: &str = "tempus";

/// The lists that make a file one of this laboratory.
const MARKS: [&str; 4] = [
    "somaticPotentiallyActionableMutations",
    "somaticBiologicallyRelevantVariants",
    "somaticVariantsOfUnknownSignificance",
    "inheritedRelevantVariants",
];

/// Whether a file is in this format.
pub(super) fn is_tempus(root: &Field<'_>) -> bool {
    root.first("results")
        .is_some_and(|results| MARKS.iter().any(|mark| results.first(mark).is_some()))
        || root.first("patient/tempusId").is_some()
}

/// Reads a report. `None` if it has no results.
pub(super) fn read(root: &Field<'_>) -> (Option<VendorReport>, Vec<Problem>) {
    let mut problems = Vec::new();
    let Some(results) = root.first("results") else {
        problems.push(Problem::error("no-report", "/results", "the file has no results"));
        return (None, problems);
    };
    root.note_unread(call::KNOWN, call::WHOLE, &mut problems);
    let mut report = VendorReport { laboratory: Laboratory::Tempus, ..VendorReport::default() };
    head(&mut report, root);
    patient(&mut report, root);
    specimen(&mut report, root);
    run(&mut report, root, &results, &mut problems);
    call::read(&results, &mut report, &mut problems);
    measures(&results, &mut report, &mut problems);
    for node in root.all("report/document").iter().chain(&root.all("report/pdf")) {
        value::document(&node.text(), node.path(), &mut report, &mut problems);
    }
    (Some(report), problems)
}

/// Numbers, versions and signatures.
fn head(report: &mut VendorReport, root: &Field<'_>) {
    report.number = root.text_at(&["report/reportId", "order/accessionId"]);
    let version = root.text_at(&["report/version", "report/reportVersion"]);
    report.version = version.and_then(|version| version.parse().ok());
    report.order =
        root.text_at(&["order/emrOrderId", "order/tempusOrderId", "order/tempusOrder_id"]);
    let signed = root.text_at(&["report/signoutDate", "report/signout_date"]);
    report.signed_on = day(signed.as_deref());
    report.issued =
        signed.as_deref().and_then(|text| Timestamp::parse(&text.replacen(' ', "T", 1)));
    let signers = ["report/signingPathologist", "report/signing_pathologist", "report/signedBy"];
    report.signed_by.extend(root.text_at(&signers));
    let said = root.text_at(&["report/reportStatus", "report/status", "report/workflow/details"]);
    let said = said.unwrap_or_default().to_lowercase();
    let is_changed = ["amend", "correct", "revis"].iter().any(|word| said.contains(word))
        || report.version.is_some_and(|version| version > 1);
    report.status = match report.signed_on {
        None => ResultStatus::Preliminary,
        Some(_) if is_changed => ResultStatus::Amended,
        Some(_) => ResultStatus::Final,
    };
    report.raw_path = root.first("report").map(|field| field.path()).unwrap_or_default();
}

/// Whom it is about. The institution is the authority of its record number.
fn patient(report: &mut VendorReport, root: &Field<'_>) {
    let at = |paths: &[&str]| root.text_at(paths);
    let facility = at(&["order/institution"]).unwrap_or_default();
    let numbers = [
        (facility, at(&["patient/emrId", "patient/emr_id", "patient/mrn"])),
        (NUMBERS.to_owned(), at(&["patient/tempusId"])),
    ];
    report.patient.identifiers =
        numbers.into_iter().filter_map(|(of, number)| Some((of, number?))).collect();
    let given = at(&["patient/firstName"]).unwrap_or_default();
    let given = given.split_whitespace().map(str::to_owned).collect();
    report
        .patient
        .names
        .extend(at(&["patient/lastName"]).map(|family| PersonName { family, given }));
    let born = at(&["patient/DoB", "patient/dateOfBirth", "patient/dob"]);
    report.patient.birth_date = born.as_deref().and_then(PartialDate::parse);
    report.patient.sex = value::sex(at(&["patient/sex"]).as_deref());
    report.patient.raw_path = root.first("patient").map(|field| field.path()).unwrap_or_default();
}

/// The tumour's specimen; the other one is the patient's own, for comparison.
fn specimen(report: &mut VendorReport, root: &Field<'_>) {
    let all = root.all("specimens");
    let of = |field: &Field<'_>| field.text_at(&["sampleCategory"]).unwrap_or_default();
    let is_normal = |field: &Field<'_>| of(field).to_lowercase().contains("normal");
    let normal = all.iter().find(|field| is_normal(field));
    let tumor = all.iter().find(|field| !is_normal(field));
    report.run.matched_normal = (!all.is_empty()).then(|| normal.is_some() && tumor.is_some());
    let code = root.text_at(&["order/test/code"]).unwrap_or_default().to_lowercase();
    let Some(taken) = tumor.or(normal) else { return };
    let kind = taken.text_at(&["sampleType"]);
    let words = kind.as_deref().unwrap_or_default().to_lowercase();
    let is_of_blood = code.starts_with("xf") || words.contains("plasma") || words.contains("cfdna");
    let stated = &mut report.specimen;
    stated.origin = match tumor {
        None => Origin::Germline,
        Some(_) if is_of_blood => Origin::CirculatingDna,
        Some(_) => Origin::Somatic,
    };
    stated.number = taken.text_at(&["tempusSampleId", "institutionData/caseId"]);
    stated.format = kind;
    stated.site = taken.text_at(&["sampleSite"]);
    stated.collected = day(taken.text_at(&["collectionDate"]).as_deref());
    stated.received = day(taken.text_at(&["receiptDate"]).as_deref());
    let percent = taken.text_at(&["tumorPercentage", "institutionData/tumorPercentage"]);
    stated.tumor_percent = percent.and_then(|text| number(text.trim_end_matches('%')));
    stated.diagnosis = root.text_at(&["patient/diagnosis"]);
    stated.raw_path = taken.path();
}

fn run(
    report: &mut VendorReport,
    root: &Field<'_>,
    results: &Field<'_>,
    problems: &mut Vec<Problem>,
) {
    let run = &mut report.run;
    run.test = root.text_at(&["order/test/name", "order/test/code"]);
    run.panel = root.text_at(&["order/test/code"]);
    let paths = ["report/bioInfPipeline", "report/bioinformaticsPipeline"];
    run.pipeline = root.text_at(&paths);
    let acid = root.text_at(&["report/workflow/reportType"]);
    run.nucleic_acids.extend(acid.filter(|text| ["DNA", "RNA"].contains(&text.as_str())));
    run.raw_path = root.first("order/test").map(|field| field.path()).unwrap_or_default();
    let stated = root.text_at(&["metadata/referenceGenome", "report/referenceGenome"]);
    let stated = stated.or_else(|| results.text_at(&["referenceGenome", "genomeBuild"]));
    run.build = match stated.as_deref().map(value::build) {
        Some(Some(build)) => Some(build),
        Some(None) => {
            let text = "the build that the file names is not known; positions are not used";
            problems.push(Problem::warning("unknown-build", &run.raw_path, text));
            None
        }
        None => {
            let text = "the file names no build; positions are not used";
            problems.push(Problem::note("no-build", &run.raw_path, text));
            None
        }
    };
    run.statements.extend(root.text_at(&["report/notes", "report/reportNotes"]));
    for field in
        results.all("lowCoverageAmplicons").iter().chain(&results.all("lowCoverageRegions"))
    {
        let words = match field.text() {
            text if text.is_empty() => field.text_at(&["gene", "name"]).unwrap_or_default(),
            text => text,
        };
        if !words.is_empty() {
            run.statements.push(format!("Low coverage: {words}"));
        }
    }
    let percentile = results.text_at(&["tumorMutationBurdenPercentile"]);
    run.statements.extend(
        percentile.map(|text| format!("Percentile of the tumour mutational burden: {text}")),
    );
}

fn measures(results: &Field<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    if let Some(field) = results.first("tumorMutationalBurden") {
        let text = field.text();
        let found = value::leading_number(&text);
        if found.is_none() && !text.is_empty() {
            let text = "the tumour mutational burden has no number";
            problems.push(Problem::warning("bad-number", field.path(), text));
        }
        report.measures.extend(found.map(|(value, unit)| Measure {
            name: "tmb".to_owned(),
            value: Some(value),
            unit: Some(if unit.is_empty() { "mutations/Mb".to_owned() } else { unit }),
            raw_path: field.path(),
            ..Measure::default()
        }));
    }
    let Some(field) = results.first("msiStatus") else { return };
    let level = Some(field.text()).filter(|text| !text.is_empty());
    report.measures.extend(level.map(|level| Measure {
        name: "msi".to_owned(),
        level: Some(level),
        raw_path: field.path(),
        ..Measure::default()
    }));
}

#[cfg(test)]
mod tests;
