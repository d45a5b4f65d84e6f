//! From a laboratory's result message to FHIR resources.
//!
//! Ids are derived from the result's identity (filler number with its namespace, service,
//! specimen), so a correction becomes the next version of the same resources, and reading the
//! same message twice changes nothing. Facts are read from the resources by the same function
//! that serves the FHIR door.

mod finding;
mod identity;

use crate::feed::Profile;
use crate::part_id::PartIds;
use finding::{Built, observation};
use formats::fhir::build::{
    Agent, Attachment, Document, Head, ReportParts, diagnostic_report, document_reference,
    provenance, specimen,
};
use formats::fhir::panel::{self, Reported};
use formats::hl7v2::oru::{
    Finding, FindingContent, OrderGroup, Oru, PanelRow, PanelValue, StudyFinding, TextResult,
    panel_rows,
};
use identity::ResultIdentity;
use model::assay::{Assay, Coverage};
use model::patient::Identifier;
use model::reported::{Report, ResultStatus};
use model::specimen::Origin;
use model::{CodeableConcept, PatientId, Problem, RawId, TenantId, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Largest attachment that is held by a resource, in bytes; base64 and a copy in the report must
/// fit a resource of the record (8 MiB). A larger one stays in the archive and is pointed at.
pub const ATTACHMENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The resources of one order of a message, and where in the message each came from.
#[derive(Clone, Debug, Default)]
pub struct Filing {
    /// Type of the resource that the rest belongs to; empty for a `DiagnosticReport`.
    pub main: &'static str,
    /// Id of that resource, for finding what an earlier version held.
    pub report_id: String,
    /// The id that it would have had before the ids of a report's parts began alike.
    pub former_id: Option<String>,
    /// When the laboratory released it (OBR-22), else when it sent it (MSH-7): by this the versions
    /// of a result are put in order.
    pub issued: Option<Timestamp>,
    /// How final it is.
    pub status: ResultStatus,
    /// The laboratory's number for it.
    pub filler: Option<Identifier>,
    /// References to results that the message takes back without repeating their values.
    pub taken_back: Vec<String>,
    /// Resources with their places, in the order to file them.
    pub resources: Vec<(Value, String)>,
    /// Resources of others that change with it, such as the order that it answers.
    pub beside: Vec<(Value, String)>,
    /// What could not become a resource of its own.
    pub problems: Vec<Problem>,
    /// The laboratory's number of the version, where it gives one: before times, versions follow
    /// each other by it.
    pub version: Option<u32>,
    /// Where what was sent disagrees with itself, so that a person must look although it is filed.
    pub discordant: Vec<Problem>,
}

impl Filing {
    /// Type of the resource that the rest belongs to.
    pub(crate) fn main(&self) -> &'static str {
        if self.main.is_empty() { "DiagnosticReport" } else { self.main }
    }
}

/// Who files, and what is filed from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// Whose data it is.
    pub tenant: &'c TenantId,
    /// The feed's name.
    pub feed: &'c str,
    /// The version of the feed's profile that it is read by.
    pub profile: Option<&'c Profile>,
    /// The matched patient.
    pub patient: &'c PatientId,
    /// The archived message.
    pub raw: &'c RawId,
    /// Its digest, by which an attachment that is too large for a resource is pointed at.
    pub sha256: &'c str,
    /// When it was received.
    pub received: Timestamp,
    /// Reports that the record knows by their former ids.
    pub former: &'c BTreeSet<String>,
}

impl Context<'_> {
    /// The feed, as provenance names it.
    pub(crate) fn words(&self) -> String {
        match self.profile {
            Some(profile) => format!("feed {}, profile {profile}", self.feed),
            None => format!("feed {}", self.feed),
        }
    }
}

/// Builds the resources of every order of a message.
pub fn filings(oru: &Oru, context: &Context<'_>) -> Vec<Filing> {
    let mut seen: BTreeMap<ResultIdentity, usize> = BTreeMap::new();
    let mut orders = Vec::new();
    for (place, order) in oru.orders.iter().enumerate() {
        let identity = ResultIdentity::of(oru, order, place, context);
        let before = seen.entry(identity.clone()).or_default();
        let identity = identity.repeated(*before);
        *before += 1;
        orders.push((order, identity.ids(context)));
    }
    let with_findings = orders.iter().filter(|(order, _)| !order.findings.is_empty());
    let others: Vec<String> =
        with_findings.map(|(_, ids)| format!("DiagnosticReport/{}", ids.of("report"))).collect();
    let build = |(order, ids): (_, PartIds)| {
        Builder { others: &others, ..Builder::new(oru, order, ids, context) }.build()
    };
    orders.into_iter().map(build).collect()
}

struct Builder<'b> {
    oru: &'b Oru,
    order: &'b OrderGroup,
    context: &'b Context<'b>,
    ids: PartIds,
    /// The reports of the message that state findings.
    others: &'b [String],
    subject: String,
    filing: Filing,
    /// What stands in no resource of its own.
    reported: Reported,
    /// Whether a result is a part of another one, by its sub-ID.
    is_nested: bool,
    /// Sub-IDs under which a resource stands so far, and whether it is a gene's result.
    labelled: BTreeSet<(&'b str, bool)>,
}

impl<'b> Builder<'b> {
    fn new(oru: &'b Oru, order: &'b OrderGroup, ids: PartIds, context: &'b Context<'b>) -> Self {
        Self {
            oru,
            order,
            context,
            others: &[],
            subject: format!("Patient/{}", context.patient),
            reported: Reported::default(),
            is_nested: order.findings.iter().any(|finding| finding.sub_id.contains('.')),
            labelled: BTreeSet::new(),
            filing: Filing {
                issued: order.issued.or(oru.message_time),
                status: order.status,
                filler: order.filler.clone(),
                former_id: Some(ids.former("report")),
                ..Filing::default()
            },
            ids,
        }
    }

    fn build(mut self) -> Filing {
        let specimen = self.specimens();
        let results = self.observations(specimen.as_deref());
        let documents = self.documents();
        self.report(specimen.as_deref(), &results, &documents);
        self.provenance();
        self.filing
    }

    fn id(&self, part: &str) -> String {
        self.ids.of(part)
    }

    fn add(&mut self, resource: Value, place: impl Into<String>) {
        self.filing.resources.push((resource, place.into()));
    }

    /// Files the specimens; the first one is the report's.
    fn specimens(&mut self) -> Option<String> {
        let mut first = None;
        for (number, taken) in self.order.specimens.iter().enumerate() {
            let id = self.id(&format!("specimen:{number}"));
            let resource = specimen(taken, &id, &self.subject);
            self.add(resource, format!("SPM[{}]", number + 1));
            first = first.or(Some(format!("Specimen/{id}")));
        }
        first
    }

    fn observations(&mut self, specimen: Option<&str>) -> Vec<String> {
        let mut results = Vec::new();
        let (effective, issued) = (
            self.order.collected.map(|date| date.to_string()),
            self.order.issued.map(|at| at.to_string()),
        );
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut in_report = 0;
        for finding in &self.order.findings {
            let rows = self.rows(in_report, finding);
            let key = finding::key(finding);
            let number = seen.entry(key.clone()).or_default();
            let id = self.id(&format!("finding:{key}:{number}"));
            *number += 1;
            let head = Head {
                id: &id,
                subject: &self.subject,
                specimen,
                status: finding.status,
                origin: self.origin(&finding.content),
                effective: effective.as_deref(),
                issued: issued.as_deref(),
                performer: self.order.laboratory.as_deref(),
                derived_from: &[],
            };
            match observation(finding, &head) {
                Built::Resource(mut resource) => {
                    let reported = Reported { rows, ..Reported::default() };
                    let is_labelled = self.is_labelled(finding);
                    panel::keep(&mut resource, &reported, is_labelled);
                    results.push(format!("Observation/{id}"));
                    self.add(resource, finding.place.clone());
                }
                // It stands in the report itself.
                Built::InReport => {
                    self.reported.rows.extend(rows);
                    in_report += 1;
                }
                Built::Unusable(problem) => {
                    self.reported.rows.extend(rows);
                    in_report += 1;
                    let status = finding.status;
                    if matches!(status, ResultStatus::EnteredInError | ResultStatus::Cancelled) {
                        self.filing.taken_back.push(format!("Observation/{id}"));
                    }
                    self.filing.problems.push(*problem);
                }
            }
        }
        results
    }

    /// Whether a finding goes on under the sender's label: where labels nest results, and only one
    /// of its kind, for another one under the same label would be taken for the same result.
    fn is_labelled(&mut self, finding: &'b Finding) -> bool {
        let is_gene = matches!(finding.content, FindingContent::Gene(_));
        self.is_nested
            && !finding.sub_id.is_empty()
            && self.labelled.insert((&finding.sub_id, is_gene))
    }

    /// The rows of a finding, for sending them onward. Labels are the sender's where they nest
    /// results, else each finding of the report itself has its own.
    fn rows(&self, place: usize, finding: &Finding) -> Vec<PanelRow> {
        let mut rows = panel_rows(finding);
        if !self.is_nested || finding.sub_id.is_empty() {
            let label = self.own_label(place);
            for row in &mut rows {
                row.group.clone_from(&label);
            }
        }
        rows
    }

    /// A label that is none of those of the sender that are kept.
    fn own_label(&self, place: usize) -> String {
        let mut label = (place + 1).to_string();
        let top = |finding: &Finding| finding.sub_id.split('.').next().map(str::to_owned);
        while self.is_nested
            && self.order.findings.iter().any(|one| top(one).as_ref() == Some(&label))
        {
            label.insert(0, '0');
        }
        label
    }

    /// What the finding says of its source, else what the specimen says.
    fn origin(&self, content: &FindingContent) -> Origin {
        let class = match content {
            FindingContent::Variant(variant) => variant.source_class.as_ref(),
            FindingContent::Gene(gene) => gene.source_class.as_ref(),
            FindingContent::Study(study) => study.source_class.as_ref(),
            FindingContent::Drug(_) | FindingContent::Overall(_) => None,
        };
        let of_specimen = self.order.specimens.first().map_or(Origin::Unknown, |s| s.origin);
        finding::origin_of(class).unwrap_or(of_specimen)
    }

    /// Every attachment is filed as a document at once, a damaged one too: it is what was sent.
    fn documents(&mut self) -> Vec<Attachment> {
        let mut forms = Vec::new();
        for (number, document) in self.order.documents.iter().enumerate() {
            let fits = document.bytes.len() <= ATTACHMENT_BYTES_MAX;
            let archived = || format!("urn:cognate:raw:sha256:{}", self.context.sha256);
            let attachment = Attachment {
                content_type: document.media_type.clone(),
                data: (fits && !document.bytes.is_empty()).then(|| document.bytes.clone()),
                url: if fits { document.pointer.clone() } else { Some(archived()) },
                title: Some(title(document.damaged, document.code.display.as_deref())),
            };
            let id = self.id(&format!("document:{number}"));
            let contents = std::slice::from_ref(&attachment);
            let mut related = vec![format!("DiagnosticReport/{}", self.id("report"))];
            if self.order.findings.is_empty() {
                // The findings that a document by itself is about stand beside it.
                related.extend_from_slice(self.others);
            }
            let filed = Document {
                kind: CodeableConcept { coding: vec![document.code.clone()], text: None },
                date: Some(self.context.received),
                author: self.order.laboratory.as_deref(),
                contents,
                related: &related,
            };
            self.add(document_reference(&filed, &id, &self.subject), document.place.clone());
            forms.push(attachment);
        }
        forms
    }

    fn report(&mut self, specimen: Option<&str>, results: &[String], documents: &[Attachment]) {
        let order = self.order;
        let report = Report {
            filler: order.filler.clone(),
            placer: order.placer.clone(),
            service: order.service.clone(),
            laboratory: order.laboratory.clone(),
            issued: order.issued,
            collected: order.collected,
            status: order.status,
        };
        let assay = assay(order);
        let conclusion = conclusion(order);
        let pointer = |attachment: &&Attachment| attachment.data.is_some();
        let parts = ReportParts {
            results,
            specimen,
            assay: assay.as_ref(),
            presented_form: documents.iter().find(pointer),
            conclusion: conclusion.as_deref(),
        };
        let id = self.id("report");
        let mut resource = diagnostic_report(&report, &id, &self.subject, &parts);
        self.keep_the_rest();
        panel::keep(&mut resource, &self.reported, false);
        let place = order.place.clone();
        self.add(resource, place);
        self.filing.report_id = id;
    }

    /// Texts, notes, and observations under codes of the sender's own.
    fn keep_the_rest(&mut self) {
        let order = self.order;
        self.reported.notes.clone_from(&order.notes);
        self.reported.texts.clone_from(&order.texts);
        self.reported.rows.extend(order.other.iter().map(|other| PanelRow {
            group: String::new(),
            code: other.code.clone(),
            value: PanelValue::Text(other.value.clone()),
            status: other.status,
            notes: Vec::new(),
        }));
    }

    fn provenance(&mut self) {
        let targets: Vec<String> = self
            .filing
            .resources
            .iter()
            .filter_map(|(resource, _)| reference_to(resource))
            .collect();
        let mut agents = vec![Agent {
            kind: "assembler".to_owned(),
            name: self.context.words(),
            reference: None,
        }];
        agents.extend(self.order.laboratory.iter().map(|laboratory| Agent {
            kind: "author".to_owned(),
            name: laboratory.clone(),
            reference: None,
        }));
        // One provenance a message: a correction has its own.
        let id = self.id(&format!("provenance:{}", self.context.raw));
        let (received, raw) = (self.context.received, Some(self.context.raw));
        let resource = provenance(&id, &targets, received, &agents, raw);
        let place = format!("message {}", self.oru.control_id);
        self.add(resource, place);
    }
}

/// `Type/id` of a resource.
pub(crate) fn reference_to(resource: &Value) -> Option<String> {
    let kind = formats::fhir::access::resource_type(resource)?;
    let id = formats::fhir::access::id(resource)?;
    Some(format!("{kind}/{id}"))
}

fn title(damaged: bool, words: Option<&str>) -> String {
    let words = words.unwrap_or("Document");
    if damaged { format!("{words} (damaged as received)") } else { words.to_owned() }
}

/// What was tested, over all study rows of the order.
fn assay(order: &OrderGroup) -> Option<Assay> {
    let studies: Vec<&StudyFinding> = order
        .findings
        .iter()
        .filter_map(|finding| match &finding.content {
            FindingContent::Study(study) => Some(study),
            _ => None,
        })
        .collect();
    if studies.is_empty() {
        return None;
    }
    let mut genes: Vec<String> = studies
        .iter()
        .flat_map(|study| &study.genes)
        .filter_map(|gene| gene.symbol.clone().or_else(|| gene.id.clone()))
        .collect();
    genes.sort();
    genes.dedup();
    let texts: Vec<&str> =
        studies.iter().flat_map(|study| &study.region_texts).map(String::as_str).collect();
    let method = studies.iter().find_map(|study| study.method.as_ref());
    Some(Assay {
        laboratory: order.laboratory.clone(),
        method: method.map(|answer| answer.words.clone()),
        panel: (!texts.is_empty()).then(|| texts.join("; ")),
        coverage: Coverage { genes, ..Coverage::default() },
    })
}

/// The laboratory's words on the whole: overall interpretation, narratives, its own drug advice,
/// notes. They are quoted; nothing is concluded from them. What is taken back within a result that
/// holds is left out, and what is less final than it says so.
fn conclusion(order: &OrderGroup) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for finding in &order.findings {
        let mut lines: Vec<String> = Vec::new();
        match &finding.content {
            FindingContent::Overall(overall) => {
                lines.extend(overall.interpretation.iter().map(|answer| answer.words.clone()));
                lines.extend(overall.narratives.iter().cloned());
            }
            FindingContent::Drug(drug) => lines.extend(finding::quoted_advice(drug)),
            _ => {}
        }
        lines.extend(finding.notes.iter().cloned());
        all.extend(lines.into_iter().filter_map(|line| quoted(line, finding.status, order.status)));
    }
    let text = |one: &TextResult| quoted(one.text.clone(), one.status, order.status);
    all.extend(order.texts.iter().filter_map(text));
    all.extend(order.notes.iter().cloned());
    (!all.is_empty()).then(|| all.join("\n"))
}

/// A line of a conclusion with how final it is, where the result as a whole is more final.
fn quoted(line: String, status: ResultStatus, of_order: ResultStatus) -> Option<String> {
    let is_back = |one| matches!(one, ResultStatus::EnteredInError | ResultStatus::Cancelled);
    match (is_back(status), is_back(of_order)) {
        (true, false) => None,
        _ if of_order.is_final() && !status.is_final() => {
            Some(format!("[{}] {line}", status.words()))
        }
        _ => Some(line),
    }
}
