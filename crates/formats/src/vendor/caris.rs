//! Caris' profile, as JSON or as XML with the same names: `testDetails`, `patientInformation`,
//! `specimenInformation` and `tests`, each with its `testResults`.
//!
//! A row whose result is the wild type is an explicit negative. A row without a result (not
//! sufficient, indeterminate, not performed) is neither: it is told, and stands among the report's
//! statements. Each alteration names its own build; positions are used if all agree. Element names:
//! the laboratory's description of its discrete data.

mod call;
mod marker;

use super::field::Field;
use super::report::{Laboratory, VendorReport};
use super::value::{self, day, number};
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::{PartialDate, Problem, Timestamp};

/// Whether a file is in this format.
pub(super) fn is_caris(root: &Field<'_>) -> bool {
    root.first("tests").is_some()
        && (root.first("testDetails").is_some() || root.first("patientInformation").is_some())
}

/// Reads a report. `None` if it has no test.
pub(super) fn read(root: &Field<'_>) -> (Option<VendorReport>, Vec<Problem>) {
    let mut problems = Vec::new();
    root.note_unread(call::KNOWN, call::WHOLE, &mut problems);
    let mut report = VendorReport { laboratory: Laboratory::Caris, ..VendorReport::default() };
    head(&mut report, root);
    patient(&mut report, root);
    specimen(&mut report, root);
    let is_empty = !call::read(root, &mut report, &mut problems);
    if is_empty {
        problems.push(Problem::error("no-report", root.path(), "the file has no test results"));
        return (None, problems);
    }
    for field in root.all("reportPDF").iter().chain(&root.all("reportDocument")) {
        value::document(&field.text(), field.path(), &mut report, &mut problems);
    }
    (Some(report), problems)
}

/// Numbers, versions and signatures.
fn head(report: &mut VendorReport, root: &Field<'_>) {
    let Some(details) = root.first("testDetails") else { return };
    let at = |paths: &[&str]| details.text_at(paths);
    report.number = at(&["labReportID", "labReportId", "reportID"]);
    report.version = at(&["reportVersion", "version"]).and_then(|text| text.parse().ok());
    report.order = at(&["orderID", "externalOrderID"]);
    let approved = at(&["approvalInformation/approvedDate", "approvedDate", "reportDate"]);
    report.signed_on = day(approved.as_deref());
    report.issued = approved.as_deref().and_then(Timestamp::parse);
    report.signed_by.extend(at(&["approvalInformation/approvedBy", "approvedBy"]));
    let said = at(&["reportType", "reportStatus"]).unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let is_changed =
        says(&["amend", "correct", "addend"]) || report.version.is_some_and(|version| version > 1);
    report.status = match report.signed_on {
        _ if says(&["prelim", "draft"]) => ResultStatus::Preliminary,
        None => ResultStatus::Preliminary,
        Some(_) if is_changed => ResultStatus::Amended,
        Some(_) => ResultStatus::Final,
    };
    report.run.test = at(&["testName", "profileName"]);
    report.run.panel = at(&["testCode"]);
    report.run.raw_path = details.path();
    report.raw_path = details.path();
}

/// Whom it is about. The organisation that ordered is the authority of its record number.
fn patient(report: &mut VendorReport, root: &Field<'_>) {
    let facility = root.text_at(&[
        "healthcareOrganization/organizationID",
        "healthcareOrganization/organizationName",
        "physicianInformation/organizationName",
    ]);
    let Some(person) = root.first("patientInformation") else { return };
    let at = |paths: &[&str]| person.text_at(paths);
    let number = at(&["mrn", "MRN", "medicalRecordNumber"]);
    let number = number.map(|number| (facility.unwrap_or_default(), number));
    report.patient.identifiers.extend(number);
    let given = [at(&["firstName"]), at(&["middleName"])].into_iter().flatten();
    let given: Vec<String> = given
        .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    report.patient.names.extend(at(&["lastName"]).map(|family| PersonName { family, given }));
    report.patient.birth_date = at(&["dob", "dateOfBirth"]).as_deref().and_then(PartialDate::parse);
    report.patient.sex = value::sex(at(&["gender", "sex"]).as_deref());
    report.patient.raw_path = person.path();
    report.specimen.diagnosis = at(&["pathologicDiagnosis", "diagnosis"]);
    report.specimen.site = at(&["primarySite"]);
}

fn specimen(report: &mut VendorReport, root: &Field<'_>) {
    report.specimen.origin = Origin::Somatic;
    let taken = ["specimenInformation", "tissueSpecimenInformation", "liquidSpecimenInformation"];
    let Some(taken) = taken.iter().find_map(|name| root.first(name)) else { return };
    let at = |paths: &[&str]| taken.text_at(paths);
    let stated = &mut report.specimen;
    stated.number = at(&["specimenID", "specimenId", "accessionID"]);
    stated.format = at(&["specimenType", "specimenFormat"]);
    stated.site = at(&["specimenSite"]).or(stated.site.take());
    stated.collected = day(at(&["specimenCollectionDate", "collectionDate"]).as_deref());
    stated.received = day(at(&["specimenReceivedDate", "receivedDate"]).as_deref());
    let percent = at(&["tumorPercentage", "percentTumor"]);
    stated.tumor_percent = percent.and_then(|text| number(text.trim_end_matches('%')));
    let words = stated.format.as_deref().unwrap_or_default().to_lowercase();
    let is_of_blood = ["plasma", "blood", "liquid"].iter().any(|word| words.contains(word));
    if is_of_blood || taken.name() == "liquidSpecimenInformation" {
        stated.origin = Origin::CirculatingDna;
    }
    stated.raw_path = taken.path();
}

#[cfg(test)]
mod tests;
