//! Filing what was confirmed, by the door that laboratories' own reports go through.

use super::concordance::{self, Compared};
use super::{Answer, ReadDocument};
use crate::failure::Failure;
use crate::oru::Context;
use crate::part_id;
use crate::vendor::filing;
use formats::fhir::facts::facts_of;
use formats::vendor::{
    CopyNumber, Finding, FindingContent, Laboratory, Measure, Rearrangement, ShortVariant,
    SpecimenStated, VendorReport,
};
use model::reported::{ReportedGeneResult, ResultStatus};
use model::specimen;
use model::{PartialDate, Problem, RawId};
use pdf::{FieldName, Proposal, ProposalKind};
use record::{Access, Commit, Condition, Extraction, Record, ResourceChange};
use std::collections::{BTreeMap, BTreeSet};

/// What no document says in a way that can be read, and a person therefore states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whose genome was tested.
    pub of: specimen::Origin,
    /// The day on which the laboratory signed.
    pub signed_on: PartialDate,
}

/// Files what was confirmed, and closes the document: both or neither.
///
/// # Errors
/// When not everything was decided by all whom it takes, the document is not there any more as it
/// was read or is another patient's, what was confirmed makes no report, somebody decided
/// meanwhile, or the record fails.
pub fn file(
    record: &Record,
    access: &Access,
    kept: &Extraction,
    origin: Origin,
) -> Result<(), Failure> {
    let document = ReadDocument::of(kept)?;
    let beside = concordance::compared(record, access, &kept.patient, &document)?;
    if !document.is_decided_beside(&beside) || !document.has_confirmed() {
        return refused("not-decided", "not everything was decided by all whom it takes");
    }
    if !document.is_as_read(record, access, kept)? {
        let text = "the document is not this patient's any more as it was read; file nothing of it";
        return refused("not-there", text);
    }
    let as_confirmed = document.as_confirmed();
    let confirmed = concordance::compared(record, access, &kept.patient, &as_confirmed)?;
    if disagrees(&document, &confirmed) {
        let text = "the result that came with the document says something else of what is \
                    confirmed; reject it, or have the laboratory correct its result";
        return refused("disagrees", text);
    }
    let report = report(&document, kept, origin);
    let raw = RawId::new(kept.id.as_str());
    let context = Context {
        tenant: access.tenant(),
        feed: "document",
        profile: None,
        patient: &kept.patient,
        raw: &raw,
        sha256: "",
        received: record.now(),
        former: &part_id::NONE,
    };
    let mut genes = BTreeSet::new();
    if let Some((twice, _)) = report.genotypes.iter().find(|(one, _)| !genes.insert(&one.gene)) {
        let text = format!("two genotypes of {} are confirmed; reject one of them", twice.gene);
        return refused("gene-twice", &text);
    }
    let build = |context: &Context<'_>| vec![filing(&report, context)];
    let built = part_id::built(record, access, &context, &build)?.pop().unwrap_or_default();
    if !built.problems.is_empty() {
        return Err(Failure::Refused(built.problems));
    }
    let change = |(resource, place): (serde_json::Value, String)| {
        let (facts, _) = facts_of(&resource, None, &place);
        ResourceChange::put(resource, facts, Condition::Any)
    };
    let changes = built.resources.into_iter().map(change).collect();
    let commit = Commit { changes, ..Commit::default() };
    record.file_extraction(access, (kept, document.body()?), commit)?;
    Ok(())
}

/// Whether anything that was confirmed is not what came with the document.
fn disagrees(document: &ReadDocument, confirmed: &Compared) -> bool {
    let of = |at: &usize| document.answers.get(at).is_some_and(|answer| answer.values.is_some());
    confirmed.disagreements.iter().any(|one| one.proposal.as_ref().is_some_and(of))
}

fn refused(code: &str, text: &str) -> Result<(), Failure> {
    Err(Failure::Refused(vec![Problem::error(code, "document", text)]))
}

fn report(document: &ReadDocument, kept: &Extraction, origin: Origin) -> VendorReport {
    let (kind, id) = &document.resource;
    let mut report = VendorReport {
        laboratory: Laboratory::Document,
        number: Some(kept.id.clone()),
        status: ResultStatus::Final,
        signed_on: Some(origin.signed_on),
        specimen: SpecimenStated { origin: origin.of, ..SpecimenStated::default() },
        raw_path: format!("{kind}/{id}"),
        ..VendorReport::default()
    };
    let proposals = document.reading.iter().flat_map(|reading| &reading.proposals);
    for (at, proposal) in proposals.enumerate() {
        if let Some(Answer { values: Some(values), .. }) = document.answers.get(&at) {
            add(&mut report, proposal, values);
        }
    }
    report
}

/// Page and area of a proposal, as where a fact was read from.
fn place(of: &str, proposal: &Proposal) -> String {
    let Some(field) = proposal.fields.first() else { return of.to_owned() };
    let area = field.area;
    let how = if proposal.confidence.is_some() { " by OCR" } else { "" };
    format!(
        "{of} page {} at {:.0},{:.0}-{:.0},{:.0}{how}",
        field.page, area.left, area.top, area.right, area.bottom
    )
}

fn add(report: &mut VendorReport, proposal: &Proposal, values: &BTreeMap<FieldName, String>) {
    let value = |name: FieldName| values.get(&name).cloned();
    let number = |name: FieldName| values.get(&name).and_then(|text| text.parse::<f64>().ok());
    let text = |name: FieldName| value(name).unwrap_or_default();
    let place = place(&report.raw_path, proposal);
    let content = match proposal.kind {
        ProposalKind::Variant => FindingContent::Short(ShortVariant {
            transcript: value(FieldName::Transcript),
            coding: value(FieldName::Coding),
            protein: value(FieldName::Protein),
            allele_fraction: number(FieldName::AlleleFraction),
            ..ShortVariant::default()
        }),
        ProposalKind::CopyNumber => FindingContent::Copy(CopyNumber {
            class: text(FieldName::Change),
            ..CopyNumber::default()
        }),
        ProposalKind::Rearrangement => FindingContent::Rearrangement(Rearrangement {
            partner: value(FieldName::Partner),
            kind: value(FieldName::Change),
            ..Rearrangement::default()
        }),
        ProposalKind::Genotype => {
            let result = ReportedGeneResult {
                gene: text(FieldName::Gene),
                diplotype: value(FieldName::Diplotype),
                phenotype: value(FieldName::Phenotype),
                activity_score: None,
            };
            report.genotypes.push((result, place));
            return;
        }
        ProposalKind::Measure => {
            report.measures.push(Measure {
                name: text(FieldName::Measure),
                value: number(FieldName::Value),
                unit: value(FieldName::Unit),
                level: value(FieldName::Level),
                raw_path: place,
                ..Measure::default()
            });
            return;
        }
    };
    report.findings.push(Finding {
        gene: text(FieldName::Gene),
        content,
        significance: value(FieldName::Significance),
        equivocal: values.contains_key(&FieldName::Equivocal),
        raw_path: place,
        ..Finding::default()
    });
}
