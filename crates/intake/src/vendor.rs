//! From a laboratory's own report file to FHIR resources, by the way that result messages go.
//!
//! Ids are derived from the report's number, so an amended version becomes the next version of the
//! same resources. What the signed part of a report does not carry is filed as preliminary, which
//! keeps it out of decision support, and a person is told. The laboratory's therapies and trials
//! are quoted in the report's conclusion.

mod finding;
mod names;
mod words;

use crate::difference::Read;
use crate::dropped::is_document;
use crate::failure::Failure;
use crate::feed::Feed;
use crate::matching::Claimed;
use crate::oru::{ATTACHMENT_BYTES_MAX, Context, Filing, reference_to};
use crate::part_id::PartIds;
use crate::receive::{bounded, feed_access};
use crate::work::{Outcome, Settled, Whose, settle};
use finding::{Made, key, observations};
use formats::fhir::build::{
    Agent, Attachment, Document, Head, ReportParts, TumorMeasure, TumorStudy, add_study,
    diagnostic_report, document_reference, gene_result, provenance, specimen, tumor_measure,
};
use formats::fhir::codes;
use formats::vendor::{self, Listed, Notation, VendorReport};
use model::code::system;
use model::patient::Identifier;
use model::problem::first_error;
use model::reported::{Report, ResultStatus};
use model::specimen::Specimen;
use model::{CodeableConcept, Coding, PartialDate, PatientId, Problem};
use names::named;
use record::{RawMessage, RawState, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Media types that laboratories' own reports are archived under.
const XML: &str = "application/xml";
const JSON: &str = "application/json";
const TABLE: &str = "text/csv";
/// Tables of specimens that name no patient: whose they are is kept beside them.
const SPECIMENS: &str = "text/tab-separated-values";

/// Whether a media type is one that laboratories' own reports are archived under.
pub(crate) fn is_report(media_type: &str) -> bool {
    [XML, JSON, TABLE, SPECIMENS].contains(&media_type)
}

/// The media type that a report is archived under; `None` if it is in no format that is read.
pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    Notation::of(bytes).map(|notation| match notation {
        Notation::Xml => XML,
        Notation::Json => JSON,
        Notation::Table => TABLE,
        Notation::Specimens => SPECIMENS,
    })
}

/// What whoever handed in a table of specimens, or a document, said of it, archived beside it so
/// that it can be filed again from the archive alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    /// Whose specimen it is.
    pub(crate) patient: PatientId,
    /// Which one, of several; of a document its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sample: Option<String>,
    /// The day on which somebody answered for what the table says. Without it, it is preliminary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed_on: Option<PartialDate>,
}

impl Named {
    pub(crate) fn of(raw: &RawMessage) -> Option<Self> {
        let summary = &raw.summary;
        let is_named = summary.media_type == SPECIMENS || is_document(&summary.media_type);
        let key = summary.message_key.as_deref().filter(|_| is_named)?;
        serde_json::from_str(key).ok()
    }
}

/// Reads and matches one report, and finds out what is to be filed of it.
///
/// # Errors
/// When the record fails.
pub(crate) fn settle_report(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
) -> Result<Settled, Failure> {
    let (report, problems) = match read(raw) {
        Ok(read) => read,
        Err(problems) => {
            let access = feed_access(feed);
            let problems = bounded(problems);
            record.set_raw_state(&access, &raw.summary.id, RawState::ParseError, &problems)?;
            return Ok(Settled::Done(Outcome::Unreadable));
        }
    };
    let whose = whose(feed, raw, &report);
    let build = |context: &Context<'_>| vec![filing(&report, context)];
    settle(record, feed, raw, (&whose, None), problems, &build)
}

/// A report as a feed reads it, with nothing done yet.
pub(crate) fn readable(feed: &Feed, raw: &RawMessage) -> Result<Read, Vec<Problem>> {
    let (report, problems) = read(raw)?;
    let whose = whose(feed, raw, &report);
    let build = Box::new(move |context: &Context<'_>| vec![filing(&report, context)]);
    Ok(Read { whose, problems, build, lookups: None })
}

fn whose(feed: &Feed, raw: &RawMessage, report: &VendorReport) -> Whose {
    match Named::of(raw) {
        Some(named) => Whose::Named(named.patient),
        None => Whose::Claimed(claimed(feed, report)),
    }
}

/// The report of an archived file.
fn read(raw: &RawMessage) -> Result<(VendorReport, Vec<Problem>), Vec<Problem>> {
    let named = Named::of(raw);
    let sample = named.as_ref().and_then(|named| named.sample.as_deref());
    let (mut report, problems) = vendor::read(&raw.body, sample);
    if let (Some(report), Some(named)) = (&mut report, &named) {
        report.signed_on = named.signed_on;
        report.status = match named.signed_on {
            Some(_) => ResultStatus::Final,
            None => ResultStatus::Preliminary,
        };
    }
    match (report, first_error(&problems)) {
        (Some(report), None) if report.number.is_some() => Ok((report, problems)),
        (Some(_), None) => {
            let text = "the report has no number; it could not be told from another";
            Err([problems, vec![Problem::error("no-number", "report", text)]].concat())
        }
        _ => Err(problems),
    }
}

/// Whom an archived report says it is about.
pub(crate) fn stated(feed: &Feed, raw: &RawMessage) -> Option<Claimed> {
    read(raw).ok().map(|(report, _)| claimed(feed, &report))
}

fn claimed(feed: &Feed, report: &VendorReport) -> Claimed {
    let patient = &report.patient;
    let numbers = patient.identifiers.iter();
    Claimed {
        identifiers: numbers.filter_map(|(of, number)| feed.identifier(of, number)).collect(),
        names: patient.names.clone(),
        birth_date: patient.birth_date,
        sex: patient.sex,
    }
}

/// The resources of a report.
pub(crate) fn filing(report: &VendorReport, context: &Context<'_>) -> Filing {
    Builder::new(report, context).build()
}

struct Builder<'b> {
    report: &'b VendorReport,
    context: &'b Context<'b>,
    /// From the laboratory, the report's number and the patient.
    ids: PartIds,
    subject: String,
    filing: Filing,
}

impl<'b> Builder<'b> {
    fn new(report: &'b VendorReport, context: &'b Context<'b>) -> Self {
        let identity = [
            context.tenant.as_str(),
            context.feed,
            context.patient.as_str(),
            report.laboratory.namespace(),
            report.number.as_deref().unwrap_or_default(),
        ];
        let ids = PartIds::new(identity.map(str::to_owned).to_vec(), context.former);
        let filing = Filing {
            issued: report.issued,
            former_id: Some(ids.former("report")),
            version: report.version,
            status: report.status,
            filler: Some(number_of(report, report.number.as_deref().unwrap_or_default())),
            ..Filing::default()
        };
        Self { report, context, ids, subject: format!("Patient/{}", context.patient), filing }
    }

    fn build(mut self) -> Filing {
        let specimen = self.specimen();
        let mut results = self.findings(&specimen);
        results.extend(self.measures(&specimen));
        results.extend(self.genotypes(&specimen));
        let documents = self.documents();
        self.diagnostic_report(&specimen, &results, &documents);
        self.provenance();
        self.filing
    }

    fn id(&self, part: &str) -> String {
        self.ids.of(part)
    }

    fn add(&mut self, resource: Value, place: impl Into<String>) {
        self.filing.resources.push((resource, place.into()));
    }

    fn specimen(&mut self) -> String {
        let stated = &self.report.specimen;
        let taken = Specimen {
            identifiers: stated.number.iter().map(|text| number_of(self.report, text)).collect(),
            kind: CodeableConcept { coding: Vec::new(), text: stated.format.clone() },
            collected: stated.collected,
            origin: stated.origin,
        };
        let id = self.id("specimen");
        let mut resource = specimen(&taken, &id, &self.subject);
        if let Some(object) = resource.as_object_mut() {
            if let Some(site) = &stated.site {
                let collection = object.entry("collection").or_insert_with(|| json!({}));
                if let Some(collection) = collection.as_object_mut() {
                    collection.insert("bodySite".into(), json!({"text": site}));
                }
            }
            if let Some(day) = stated.received {
                object.insert("receivedTime".into(), json!(day.to_string()));
            }
            let notes = words::of_specimen(stated);
            if !notes.is_empty() {
                object.insert("note".into(), json!(notes));
            }
        }
        self.add(resource, stated.raw_path.clone());
        format!("Specimen/{id}")
    }

    /// What observations of this report have in common. Without a day of collection they are of
    /// the day of signing.
    fn head<'h>(&'h self, id: &'h str, specimen: &'h str, effective: Option<&'h str>) -> Head<'h> {
        Head {
            id,
            subject: &self.subject,
            specimen: Some(specimen),
            status: self.report.status,
            origin: self.report.specimen.origin,
            effective,
            issued: None,
            performer: Some(self.report.laboratory.name()),
            derived_from: &[],
        }
    }

    fn day(&self) -> Option<String> {
        let day = self.report.specimen.collected.or(self.report.signed_on);
        day.map(|day| day.to_string())
    }

    fn findings(&mut self, specimen: &str) -> Vec<String> {
        let (mut results, mut seen) = (Vec::new(), BTreeMap::<String, usize>::new());
        let day = self.day();
        for found in &self.report.findings {
            let key = key(found);
            let number = seen.entry(key.clone()).or_default();
            let id = self.id(&format!("finding:{key}:{number}"));
            *number += 1;
            let made = {
                let mut head = self.head(&id, specimen, day.as_deref());
                if found.listed == Listed::DataOnly && head.status.is_final() {
                    head.status = ResultStatus::Preliminary;
                }
                observations(found, &self.report.run, &head)
            };
            match made {
                Made::Resources(resources) => {
                    for resource in resources {
                        results.extend(reference_to(&resource));
                        self.add(resource, found.raw_path.clone());
                    }
                }
                Made::Unusable(problem) => self.filing.problems.push(*problem),
            }
            let is_sure = matches!(found.significance.as_deref(), Some("known" | "likely"));
            if found.listed == Listed::DataOnly && is_sure {
                let text = "the laboratory's data has a known or likely finding that its signed \
                            report does not carry";
                let problem = Problem::warning("not-signed", &found.raw_path, text);
                self.filing.discordant.push(problem);
            }
        }
        results
    }

    fn measures(&mut self, specimen: &str) -> Vec<String> {
        let mut results = Vec::new();
        let day = self.day();
        for (number, stated) in self.report.measures.iter().enumerate() {
            let before = self.report.measures.iter().take(number);
            let same = before.filter(|one| one.name == stated.name).count();
            let id = self.id(&format!("measure:{}:{same}", stated.name));
            let measure = TumorMeasure {
                name: &stated.name,
                value: stated.value,
                unit: stated.unit.as_deref(),
                level: stated.level.as_deref(),
                method: stated.method.as_deref(),
                cut_off: stated.cut_off.as_deref(),
            };
            let resource = tumor_measure(&measure, &self.head(&id, specimen, day.as_deref()));
            results.push(format!("Observation/{id}"));
            self.add(resource, stated.raw_path.clone());
        }
        results
    }

    fn genotypes(&mut self, specimen: &str) -> Vec<String> {
        let mut results = Vec::new();
        let day = self.day();
        for (stated, place) in &self.report.genotypes {
            let id = self.id(&format!("genotype:{}", stated.gene));
            let resource = gene_result(stated, &self.head(&id, specimen, day.as_deref()));
            results.push(format!("Observation/{id}"));
            self.add(resource, place.clone());
        }
        results
    }

    /// Every document is filed at once, a damaged one too; one that is too large for a resource
    /// stays in the archive and is pointed at.
    fn documents(&mut self) -> Vec<Attachment> {
        let mut forms = Vec::new();
        for (number, document) in self.report.documents.iter().enumerate() {
            let fits = document.bytes.len() <= ATTACHMENT_BYTES_MAX && !document.bytes.is_empty();
            let damaged = if document.damaged { " (damaged as received)" } else { "" };
            let archived = || format!("urn:cognate:raw:sha256:{}", self.context.sha256);
            let attachment = Attachment {
                content_type: document.media_type.clone(),
                data: fits.then(|| document.bytes.clone()),
                url: (!fits).then(archived),
                title: Some(format!("Report of {}{damaged}", self.report.laboratory.name())),
            };
            let id = self.id(&format!("document:{number}"));
            let related = [format!("DiagnosticReport/{}", self.id("report"))];
            let filed = Document {
                kind: report_code(None),
                date: Some(self.context.received),
                author: Some(self.report.laboratory.name()),
                contents: std::slice::from_ref(&attachment),
                related: &related,
            };
            let resource = document_reference(&filed, &id, &self.subject);
            self.add(resource, document.raw_path.clone());
            forms.push(attachment);
        }
        forms
    }

    fn diagnostic_report(&mut self, specimen: &str, results: &[String], forms: &[Attachment]) {
        let stated = self.report;
        let facility = stated.patient.identifiers.first().map(|(of, _)| of.clone());
        let facility = facility.filter(|of| !of.is_empty());
        let report = Report {
            filler: self.filing.filler.clone(),
            placer: facility
                .zip(stated.order.clone())
                .map(|(of, value)| Identifier { authority: of, value }),
            service: report_code(stated.run.test.clone()),
            laboratory: Some(stated.laboratory.name().to_owned()),
            issued: stated.issued,
            collected: stated.specimen.collected,
            status: stated.status,
        };
        let conclusion = words::conclusion(stated);
        let parts = ReportParts {
            results,
            specimen: Some(specimen),
            assay: None,
            presented_form: forms.iter().find(|form| form.data.is_some()),
            conclusion: conclusion.as_deref(),
        };
        let id = self.id("report");
        let mut resource = diagnostic_report(&report, &id, &self.subject, &parts);
        let named = [stated.run.test.as_deref(), stated.run.panel.as_deref()];
        let named: Vec<&str> = named.into_iter().flatten().collect();
        let title = named.join(", ");
        let tested: Vec<_> =
            stated.tested.iter().map(|one| (self::named(&one.gene), one.class)).collect();
        let study = TumorStudy {
            title: (!title.is_empty()).then_some(title.as_str()),
            laboratory: Some(stated.laboratory.name()),
            build: stated.run.build,
            tested: &tested,
            status: stated.status,
        };
        add_study(&mut resource, &study, &self.subject);
        let version = stated.version.map(
            |version| json!({"url": codes::REPORT_VERSION, "valueString": version.to_string()}),
        );
        let quality = stated.run.quality.as_deref();
        let quality = quality.map(|words| json!({"url": codes::RUN_QUALITY, "valueString": words}));
        let signed = stated.signed_on.filter(|_| stated.issued.is_none());
        let signed =
            signed.map(|day| json!({"url": codes::REPORT_DATE, "valueDate": day.to_string()}));
        if let Some(held) = resource.get_mut("extension").and_then(Value::as_array_mut) {
            held.extend([version, quality, signed].into_iter().flatten());
        }
        self.add(resource, stated.raw_path.clone());
        self.filing.report_id = id;
    }

    fn provenance(&mut self) {
        let resources = self.filing.resources.iter();
        let targets: Vec<String> =
            resources.filter_map(|(resource, _)| reference_to(resource)).collect();
        let agent =
            |kind: &str, name: String| Agent { kind: kind.to_owned(), name, reference: None };
        let agents = [
            agent("assembler", self.context.words()),
            agent("author", self.report.laboratory.name().to_owned()),
        ];
        let (received, raw) = (self.context.received, self.context.raw);
        let id = self.id(&format!("provenance:{raw}"));
        let resource = provenance(&id, &targets, received, &agents, Some(raw));
        self.add(resource, self.report.raw_path.clone());
    }
}

fn number_of(report: &VendorReport, value: &str) -> Identifier {
    Identifier { authority: report.laboratory.namespace().to_owned(), value: value.to_owned() }
}

/// A genetic analysis report (51969-4), in the test's name.
fn report_code(test: Option<String>) -> CodeableConcept {
    let coding = Coding {
        system: system::LOINC.to_owned(),
        code: codes::loinc::REPORT.to_owned(),
        display: Some("Genetic analysis report".to_owned()),
    };
    CodeableConcept { coding: vec![coding], text: test }
}
