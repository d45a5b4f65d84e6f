//! The elements that are read, or that are passed over on purpose. Any other is told.

use crate::xml::Node;
use model::Problem;

/// Unread elements that are named one by one.
const NAMED_MAX: usize = 50;

/// Elements of the signed part and the envelope. What stands inside one of `WHOLE` is looked at no
/// further: it is layout, or literature.
const KNOWN: &[&str] = &[
    "ResultsReport",
    "CustomerInformation",
    "ReferenceID",
    "CSN",
    "TRF",
    "MRN",
    "PhysicianId",
    "ResultsPayload",
    "FinalReport",
    "ReportPDF",
    "Application",
    "ApplicationSettings",
    "ApplicationSetting",
    "Name",
    "Value",
    "ReportId",
    "SampleName",
    "Version",
    "Sample",
    "FM_Id",
    "SampleId",
    "BlockId",
    "TRFNumber",
    "TestType",
    "SpecFormat",
    "ReceivedDate",
    "processSites",
    "processSite",
    "PMI",
    "FullName",
    "FirstName",
    "LastName",
    "SubmittedDiagnosis",
    "Gender",
    "DOB",
    "OrderingMD",
    "OrderingMDId",
    "Pathologist",
    "MedFacilName",
    "MedFacilID",
    "SpecSite",
    "CollDate",
    "CountryOfOrigin",
    "CopiedPhysician1",
    "CopiedPhysician2",
    "PertinentNegatives",
    "PertinentNegative",
    "Gene",
    "Summaries",
    "VariantProperties",
    "VariantProperty",
    "priorTests",
    "Genes",
    "Include",
    "Alterations",
    "Alteration",
    "AlterationProperties",
    "AlterationProperty",
    "Interpretation",
    "ClinicalTrialNote",
    "Therapies",
    "Therapy",
    "GenericName",
    "FDAApproved",
    "Rationale",
    "ApprovedUses",
    "Effect",
    "IncludeInSummary",
    "ClinicalTrialLinks",
    "ClinicalTrialLink",
    "Trials",
    "Trial",
    "Title",
    "StudyPhase",
    "Target",
    "Locations",
    "NCTID",
    "Note",
    "Signatures",
    "Signature",
    "ServerTime",
    "OpName",
    "Text",
    "reportProperties",
    "reportProperty",
    "value",
    "AAC",
    "Amendmends",
    "Amendmend",
    "Amendments",
    "Amendment",
    "variant-report",
    "samples",
    "sample",
    "quality-control",
    "short-variants",
    "short-variant",
    "dna-evidence",
    "rna-evidence",
    "copy-number-alterations",
    "copy-number-alteration",
    "rearrangements",
    "rearrangement",
    "biomarkers",
    "microsatellite-instability",
    "tumor-mutation-burden",
    "non-human-content",
    "non-human",
];

/// Elements whose insides are citations: kept with the file, and nothing of a patient.
const WHOLE: &[&str] = &["ReferenceLinks", "References"];

/// Names every element that is not read, with its place.
pub(super) fn note_unread(root: Node<'_>, problems: &mut Vec<Problem>) {
    let mut unread = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if WHOLE.contains(&node.name()) {
            continue;
        }
        if KNOWN.contains(&node.name()) {
            open.extend(node.children());
        } else {
            unread.push(node);
        }
    }
    unread.sort_by_key(|node| node.span().start);
    for node in unread.iter().take(NAMED_MAX) {
        let text = format!("`{}` is not read; it is kept with the file", node.name());
        problems.push(Problem::note("not-read", node.path(), text));
    }
    if unread.len() > NAMED_MAX {
        let text = format!("{} more elements are not read", unread.len() - NAMED_MAX);
        problems.push(Problem::note("not-read", root.path(), text));
    }
}
