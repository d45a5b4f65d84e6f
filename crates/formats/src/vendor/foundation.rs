//! Foundation Medicine's XML: `ResultsReport/ResultsPayload` with the signed `FinalReport`, the
//! `variant-report` of all calls (versions 2.x), and the report as PDF.
//!
//! The signed part decides what is reported: a call that it does not carry is kept and marked, and
//! a known or likely one among these is for a person to look at. Positions are of GRCh37, which the
//! format does not say (its documentation does); transcripts have no version. A run that is only
//! qualified says nothing by its silence. Source of the element names: the schema locations
//! `ResultsReport.2.0`, `ClinicalReport.1.1`, `variant-report-external-2.2`.

mod call;
mod known;
mod signed;

use super::finding::{Finding, FindingContent, Measure};
use super::notation;
use super::report::{Laboratory, VendorReport};
use super::value::{self, day, number, owned};
use crate::xml::{Document, Node};
use model::Problem;
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::variant::GenomeBuild;
use model::{PartialDate, tumor::ReportedClass};
use signed::Signed;

/// Namespace of the outermost element.
const NAMESPACE: &str = "http://integration.foundationmedicine.com/reporting";

/// Whether a document is in this format.
pub fn is_foundation(document: &Document) -> bool {
    let root = document.root();
    root.name() == "ResultsReport" && root.namespace() == Some(NAMESPACE)
}

/// Reads a report. `None` if it has neither a signed part nor calls.
pub fn read(document: &Document) -> (Option<VendorReport>, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = document.root();
    let payload = root.first("ResultsPayload");
    let signed = payload.and_then(|payload| payload.first("FinalReport"));
    let data = payload.and_then(|payload| payload.first("variant-report"));
    if signed.is_none() && data.is_none() {
        let text = "the file has neither a signed report nor calls";
        problems.push(Problem::error("no-report", root.path(), text));
        return (None, problems);
    }
    known::note_unread(root, &mut problems);
    let mut report = VendorReport {
        laboratory: Laboratory::FoundationMedicine,
        raw_path: signed.or(data).map(Node::path).unwrap_or_default(),
        ..VendorReport::default()
    };
    head(&mut report, root, signed, data, &mut problems);
    patient(&mut report, root, signed, data);
    specimen(&mut report, signed, data, &mut problems);
    run(&mut report, signed, data);
    let listing = signed.map(|signed| Signed::read(signed, &mut report, &mut problems));
    if let Some(data) = data {
        call::read(data, &mut report, &mut problems);
    }
    if let Some(listing) = listing {
        listing.compare(&mut report, &mut problems);
    }
    documents(&mut report, payload, &mut problems);
    (Some(report), problems)
}

/// Numbers, versions and signatures.
fn head(
    report: &mut VendorReport,
    root: Node<'_>,
    signed: Option<Node<'_>>,
    data: Option<Node<'_>>,
    problems: &mut Vec<Problem>,
) {
    let at = |path: &str| signed.and_then(|signed| signed.text_at(path));
    let requested = data.and_then(|data| data.attribute("test-request"));
    report.number = owned(at("ReportId").or(requested));
    report.order = owned(root.text_at("CustomerInformation/ReferenceID"));
    report.version = at("Version").and_then(|version| version.parse().ok());
    if let Some(text) = at("Version").filter(|_| report.version.is_none()) {
        let text = format!("version `{text}` is no number");
        problems.push(Problem::warning("bad-version", &report.raw_path, text));
    }
    let signatures = signed.map(|signed| signed.all("Signatures/Signature")).unwrap_or_default();
    for signature in &signatures {
        report.signed_by.extend(owned(signature.text_at("Text").or(signature.text_at("OpName"))));
        // The last signature is that of this version.
        report.signed_on = day(signature.text_at("ServerTime")).or(report.signed_on);
    }
    if let Some(signed) = signed {
        signed::amendments(signed, report);
    }
    report.status = match (signatures.is_empty(), report.amendments.is_empty()) {
        (true, _) => ResultStatus::Preliminary,
        (false, true) if report.version.is_none_or(|version| version <= 1) => ResultStatus::Final,
        (false, _) => ResultStatus::Amended,
    };
}

/// Whom it is about. The facility is the authority of its record number.
fn patient(
    report: &mut VendorReport,
    root: Node<'_>,
    signed: Option<Node<'_>>,
    data: Option<Node<'_>>,
) {
    let person = signed.and_then(|signed| signed.first("PMI"));
    let at = |path: &str| person.and_then(|person| person.text_at(path));
    let facility = at("MedFacilID").or(at("MedFacilName")).unwrap_or_default();
    let numbers = [at("MRN"), root.text_at("CustomerInformation/MRN")];
    for number in numbers.into_iter().flatten() {
        let number = (facility.to_owned(), number.to_owned());
        if !report.patient.identifiers.contains(&number) {
            report.patient.identifiers.push(number);
        }
    }
    if let Some(family) = at("LastName") {
        let given = at("FirstName").into_iter();
        let given = given.flat_map(str::split_whitespace).map(str::to_owned).collect();
        report.patient.names.push(PersonName { family: family.to_owned(), given });
    }
    report.patient.birth_date = at("DOB").and_then(PartialDate::parse);
    let sex = at("Gender").or(data.and_then(|data| data.attribute("gender")));
    report.patient.sex = value::sex(sex);
    report.patient.raw_path = person.map(Node::path).unwrap_or_default();
}

fn specimen(
    report: &mut VendorReport,
    signed: Option<Node<'_>>,
    data: Option<Node<'_>>,
    problems: &mut Vec<Problem>,
) {
    let at = |path: &str| signed.and_then(|signed| signed.text_at(path));
    let of = |name: &str| data.and_then(|data| data.attribute(name));
    let date = |path: &str| at(path).and_then(PartialDate::parse);
    let specimen = &mut report.specimen;
    specimen.number = owned(at("Sample/SampleId").or(of("specimen")));
    specimen.format = owned(at("Sample/SpecFormat"));
    specimen.site = owned(at("PMI/SpecSite").or(of("tissue-of-origin")));
    specimen.collected = date("PMI/CollDate");
    specimen.received = date("Sample/ReceivedDate").or_else(|| date("PMI/ReceivedDate"));
    let percent = of("purity-assessment").or(of("percent-tumor-nuclei"));
    specimen.tumor_percent = percent.and_then(number);
    specimen.diagnosis = owned(at("PMI/SubmittedDiagnosis").or(of("disease-ontology")));
    specimen.raw_path = signed
        .and_then(|signed| signed.first("Sample"))
        .or(data)
        .map(Node::path)
        .unwrap_or_default();
    let test = at("Sample/TestType").or(of("test-type")).unwrap_or_default().to_lowercase();
    let is_of_blood =
        ["liquid", "act"].iter().any(|word| test.split(' ').any(|part| part == *word));
    specimen.origin = if is_of_blood { Origin::CirculatingDna } else { Origin::Somatic };
    let (site, tissue) = (at("PMI/SpecSite").unwrap_or_default(), of("tissue-of-origin"));
    if let Some(tissue) = tissue.filter(|tissue| !site.is_empty() && !same(site, tissue)) {
        let text = format!("taken from `{site}` by one part and from `{tissue}` by another");
        problems.push(Problem::warning("specimen-contradiction", &specimen.raw_path, text));
    }
    let late = |day: Option<PartialDate>| {
        let collected = specimen.collected.map(|date| date.to_string());
        collected.zip(day.map(|date| date.to_string())).is_some_and(|(one, other)| one > other)
    };
    if late(specimen.received) || late(report.signed_on) {
        let text = "the specimen was taken after it was received or reported";
        problems.push(Problem::warning("time-contradiction", &specimen.raw_path, text));
    }
}

fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one.contains(&other) || other.contains(&one)
}

fn run(report: &mut VendorReport, signed: Option<Node<'_>>, data: Option<Node<'_>>) {
    let run = &mut report.run;
    let of = |name: &str| data.and_then(|data| data.attribute(name));
    run.test = owned(signed.and_then(|s| s.text_at("Sample/TestType")).or(of("test-type")));
    run.panel = owned(of("study"));
    run.pipeline = owned(of("pipeline-version"));
    run.build = Some(GenomeBuild::GRCh37);
    run.raw_path = data.or(signed).map(Node::path).unwrap_or_default();
    let samples = data.map(|data| data.all("samples/sample")).unwrap_or_default();
    for sample in samples {
        run.nucleic_acids.extend(owned(sample.attribute("nucleic-acid-type")));
        run.depth = run.depth.or(sample.attribute("mean-exon-depth").and_then(number));
        if let Some(bait) = owned(sample.attribute("bait-set")) {
            let panel = run.panel.take().unwrap_or_default();
            let panel = format!("{panel} {bait}");
            run.panel = Some(panel.trim().to_owned());
        }
    }
    let quality = data.and_then(|data| data.first("quality-control"));
    run.quality = owned(quality.and_then(|quality| quality.attribute("status")));
    let settings =
        signed.map(|signed| signed.all("Application/ApplicationSettings/ApplicationSetting"));
    for setting in settings.unwrap_or_default() {
        if setting.text_at("Name") == Some("Statement") {
            run.statements.extend(owned(setting.text_at("Value")));
        }
    }
}

/// The report as PDF.
fn documents(report: &mut VendorReport, payload: Option<Node<'_>>, problems: &mut Vec<Problem>) {
    for node in payload.map(|payload| payload.all("ReportPDF")).unwrap_or_default() {
        value::document(node.text(), node.path(), report, problems);
    }
}

/// A finding that says nothing but where it is.
fn finding(node: Node<'_>, gene: &str, content: FindingContent) -> Finding {
    value::finding(gene, content, node.path())
}

/// What pertinent negatives of this laboratory are sure to mean: no small variant. Which of its
/// panels look for copies and rearrangements in a gene, they do not say.
const NEGATIVE: [ReportedClass; 1] = [ReportedClass::Short];

fn measure(name: &str, node: Node<'_>) -> Measure {
    Measure { name: name.to_owned(), raw_path: node.path(), ..Measure::default() }
}

#[cfg(test)]
mod tests;
