//! `testResults`: one alteration, negative or measurement each.

use super::marker;
use crate::vendor::field::Field;
use crate::vendor::finding::{
    CopyNumber, Finding, FindingContent, Listed, Rearrangement, ShortVariant,
};
use crate::vendor::notation;
use crate::vendor::report::{QuoteKind, Quoted, VendorReport};
use crate::vendor::value::{self, Scale, add, finding, number, share};
use model::Problem;
use model::specimen::Origin;
use model::tumor::ReportedClass;

/// Fields that are read, or passed over on purpose. Any other is told.
pub(super) const KNOWN: &[&str] = &[
    "testDetails",
    "labReportID",
    "labReportId",
    "reportID",
    "reportVersion",
    "version",
    "orderID",
    "externalOrderID",
    "orderedDate",
    "receivedDate",
    "approvalInformation",
    "approvedDate",
    "approvedBy",
    "reportDate",
    "reportType",
    "reportStatus",
    "testName",
    "profileName",
    "testCode",
    "labName",
    "healthcareOrganization",
    "organizationID",
    "organizationName",
    "physicianInformation",
    "pathologistInformation",
    "fullName",
    "patientInformation",
    "mrn",
    "MRN",
    "medicalRecordNumber",
    "firstName",
    "middleName",
    "lastName",
    "dob",
    "dateOfBirth",
    "gender",
    "sex",
    "pathologicDiagnosis",
    "diagnosis",
    "primarySite",
    "lineage",
    "icd_code",
    "specimenInformation",
    "tissueSpecimenInformation",
    "liquidSpecimenInformation",
    "specimenID",
    "specimenId",
    "accessionID",
    "specimenType",
    "specimenFormat",
    "specimenSite",
    "specimenCollectionDate",
    "collectionDate",
    "specimenReceivedDate",
    "tumorPercentage",
    "percentTumor",
    "reportPDF",
    "reportDocument",
    "tests",
    "test",
    "testMethodology",
    "platformTechnology",
    "clinicalGenes",
    "testResults",
    "testResult",
    "genomicAlteration",
    "copyNumberAlteration",
    "translocation",
    "tumorMutationBurden",
    "microsatelliteInstability",
    "lossOfHeterozygosity",
    "genomicLevelHeterozygosity",
    "expressionAlteration",
    "biomarkerName",
    "gene",
    "gene1",
    "gene2",
    "result",
    "result_group",
    "resultGroup",
    "hgvsCodingChange",
    "hgvsProteinChange",
    "hgvsGenomicChange",
    "molecularConsequence",
    "interpretation",
    "genomeBuild",
    "transcriptID",
    "chromosome",
    "genomicCoordinates",
    "position",
    "referenceNucleotide",
    "observedNucleotide",
    "exon",
    "exon1",
    "exon2",
    "genomicSource",
    "alterationDetails",
    "transcriptAlterationDetails",
    "alleleFrequencyInformation",
    "alleleFrequency",
    "readInformation",
    "readDepth",
    "copyNumber",
    "copyNumberType",
    "fusionISOForm",
    "genomicBreakpoint",
    "supportingReads",
    "mutationBurdenScore",
    "mutationBurdenCall",
    "msiCall",
    "LOHpercentage",
    "lohPercentage",
    "expressionType",
    "stainPercent",
    "intensity",
    "threshold",
];

/// Fields whose insides are quoted or literature.
pub(super) const WHOLE: &[&str] = &["therapies", "references", "clinicalTrials"];

/// Reads every result; whether there was one.
pub(super) fn read(
    root: &Field<'_>,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) -> bool {
    let mut any = false;
    let tests: Vec<Field<'_>> = each(root, "tests", "test");
    for test in &tests {
        let method = test.text_at(&["testMethodology"]);
        if let Some(acid) = method.as_deref().and_then(acid) {
            let acids = &mut report.run.nucleic_acids;
            if !acids.iter().any(|known| known == acid) {
                acids.push(acid.to_owned());
            }
        }
        for result in each(test, "testResults", "testResult") {
            for content in result.children() {
                any = true;
                one(&content, method.as_deref(), report, problems);
            }
        }
    }
    any
}

/// A list whose items stand under its own name, or one level deeper.
fn each<'d>(of: &Field<'d>, list: &str, item: &str) -> Vec<Field<'d>> {
    let deeper = of.all(&format!("{list}/{item}"));
    if deeper.is_empty() { of.all(list) } else { deeper }
}

fn acid(method: &str) -> Option<&'static str> {
    let lower = method.to_lowercase();
    match () {
        () if lower.contains("rna") => Some("RNA"),
        () if lower.contains("seq") || lower.contains("dna") => Some("DNA"),
        () => None,
    }
}

fn one(
    result: &Field<'_>,
    method: Option<&str>,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    let class = match result.name() {
        "genomicAlteration" => ReportedClass::Short,
        "copyNumberAlteration" => ReportedClass::Copy,
        "translocation" => ReportedClass::Rearrangement,
        _ => return marker::read(result, method, report, problems),
    };
    let gene = result.text_at(&["gene", "gene1", "biomarkerName"]).unwrap_or_default();
    let said = result.text_at(&["result", "result_group", "resultGroup"]).unwrap_or_default();
    let group = result.text_at(&["result_group", "resultGroup"]).unwrap_or_default();
    match Said::of(&format!("{group} {said}")) {
        Said::NoResult => {
            let text = format!("`{said}` is no result: the gene counts as not tested");
            problems.push(Problem::warning("no-result", result.path(), text));
            report.run.statements.push(format!("{gene}: {said}"));
        }
        Said::Absent => {
            let content = FindingContent::Negative(vec![class]);
            let listed = Listed::Reported;
            add(Finding { listed, ..finding(&gene, content, result.path()) }, report, problems);
        }
        said_so => {
            let content = match class {
                ReportedClass::Short => short(result, report, problems),
                ReportedClass::Copy => copies(result, &said),
                ReportedClass::Rearrangement => joined(result, &said),
            };
            let lower = said.to_lowercase();
            let is_uncertain = ["uncertain", "unknown", "vus"].iter().any(|w| lower.contains(w));
            let found = Finding {
                origin: origin(result),
                significance: Some(said.clone()).filter(|text| !text.is_empty()),
                equivocal: said_so == Said::Equivocal,
                listed: if is_uncertain { Listed::Uncertain } else { Listed::Reported },
                ..finding(&gene, content, result.path())
            };
            if let Some(text) = result.text_at(&["interpretation"]) {
                report.quotes.push(Quoted {
                    kind: QuoteKind::Interpretation,
                    finding: format!("{gene} {said}"),
                    text,
                    tier: None,
                    left_out: false,
                    raw_path: result.path(),
                });
            }
            add(found, report, problems);
        }
    }
}

/// What the words of a result come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Present,
    Equivocal,
    Absent,
    NoResult,
}

impl Said {
    fn of(words: &str) -> Self {
        let lower = words.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        match () {
            () if says(&[
                "not performed",
                "not sufficient",
                "qns",
                "no result",
                "indeterminate",
                "technical",
                "failed",
                "not tested",
            ]) =>
            {
                Self::NoResult
            }
            () if says(&["wild", "not detected", "not amplified", "negative"]) => Self::Absent,
            () if says(&["equivocal", "intermediate"]) => Self::Equivocal,
            () if lower.trim().is_empty() => Self::NoResult,
            () => Self::Present,
        }
    }
}

fn origin(result: &Field<'_>) -> String {
    let source = result.text_at(&["genomicSource", "alterationDetails/genomicSource"]);
    match source.unwrap_or_default().to_lowercase().as_str() {
        "somatic" => "somatic".to_owned(),
        "germline" | "inherited" => "germline".to_owned(),
        _ => String::new(),
    }
}

fn short(
    result: &Field<'_>,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) -> FindingContent {
    let details = "alterationDetails/transcriptAlterationDetails";
    let deep = |name: &str| {
        result.text_at(&[name, &format!("alterationDetails/{name}"), &format!("{details}/{name}")])
    };
    let agrees = build(result, report, problems);
    let coding = deep("hgvsCodingChange");
    let protein = deep("hgvsProteinChange");
    let (named, change) = match coding.as_deref() {
        Some(text) => notation::with_transcript(text),
        None => (None, ""),
    };
    let change = notation::coding(change);
    let position = deep("position").or_else(|| deep("genomicCoordinates"));
    let chromosome = deep("chromosome").as_deref().and_then(notation::chromosome);
    let position = position.and_then(|text| {
        let digits = text.rsplit(':').next().unwrap_or_default().trim_start_matches("g.");
        digits.parse::<u64>().ok()
    });
    let (from, to) = (deep("referenceNucleotide"), deep("observedNucleotide"));
    let genomic = position.zip(from.as_deref().zip(to.as_deref())).filter(|_| agrees);
    let genomic = genomic.and_then(|(at, (from, to))| notation::of_alleles(at, from, to));
    if change.is_none() && protein.is_none() && genomic.is_none() {
        return FindingContent::Nothing;
    }
    let scale = match report.specimen.origin {
        Origin::CirculatingDna => Scale::SmallPercent,
        _ => Scale::Percent,
    };
    let fraction = result.first("alleleFrequencyInformation/alleleFrequency");
    let fraction = fraction.filter(|field| !field.text().is_empty());
    FindingContent::Short(ShortVariant {
        transcript: deep("transcriptID").or(named),
        coding: change,
        protein: protein.as_deref().and_then(notation::protein),
        genomic,
        chromosome,
        position,
        reference: from,
        alternate: to,
        effect: deep("molecularConsequence").map(|text| text.to_lowercase()),
        exon: deep("exon"),
        allele_fraction: fraction
            .and_then(|field| share(&field.text(), scale, &field.path(), problems)),
        depth: result.text_at(&["readInformation/readDepth"]).and_then(|text| text.parse().ok()),
        ..ShortVariant::default()
    })
}

/// Takes the build of a row for the report's; whether the row's positions are of it.
fn build(result: &Field<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) -> bool {
    let stated = result.text_at(&["genomeBuild", "alterationDetails/genomeBuild"]);
    let Some(stated) = stated else { return report.run.build.is_some() };
    let known = value::build(&stated);
    if known.is_none() || report.run.build.is_some_and(|build| Some(build) != known) {
        let text =
            format!("build `{stated}` is not that of the other rows; positions are not used");
        problems.push(Problem::warning("build-contradiction", result.path(), text));
        return false;
    }
    report.run.build = known;
    true
}

fn copies(result: &Field<'_>, said: &str) -> FindingContent {
    let class = result.text_at(&["copyNumberType"]).unwrap_or_else(|| said.to_owned());
    FindingContent::Copy(CopyNumber {
        // `Amplified` is an amplification.
        class: match class.to_lowercase().as_str() {
            "amplified" => "amplification".to_owned(),
            "deleted" => "deletion".to_owned(),
            _ => class,
        },
        copies: result.text_at(&["copyNumber"]).as_deref().and_then(number),
        region: result.text_at(&["genomicCoordinates"]).as_deref().and_then(notation::region),
        ..CopyNumber::default()
    })
}

fn joined(result: &Field<'_>, said: &str) -> FindingContent {
    let (first, second) = (result.text_at(&["gene1", "gene"]), result.text_at(&["gene2"]));
    let isoform = result.text_at(&["fusionISOForm"]).unwrap_or_default();
    // The isoform is written from 5' to 3'.
    let ordered = first.as_deref().zip(second.as_deref()).is_some_and(|(first, second)| {
        let mut parts = isoform.split([':', '-']);
        parts.next() == Some(first) && parts.next_back() == Some(second)
    });
    FindingContent::Rearrangement(Rearrangement {
        partner: second.filter(|_| first.is_some()),
        ordered,
        kind: Some(said.to_owned()).filter(|text| !text.is_empty()),
        breakpoints: result.text_at(&["genomicBreakpoint"]).into_iter().collect(),
        supporting_reads: result.text_at(&["supportingReads"]).and_then(|text| text.parse().ok()),
        ..Rearrangement::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_result() {
        for (words, expected) in [
            ("Mutated Pathogenic", Said::Present),
            ("Amplified Amplified", Said::Present),
            ("Wild Type Wild Type", Said::Absent),
            ("No Mutation Mutation Not Detected", Said::Absent),
            ("Indeterminate Indeterminate", Said::NoResult),
            ("No Result Quantity Not Sufficient", Said::NoResult),
            ("Test Not Performed", Said::NoResult),
            ("Intermediate", Said::Equivocal),
            (" ", Said::NoResult),
        ] {
            assert_eq!(Said::of(words), expected, "{words}");
        }
    }
}
