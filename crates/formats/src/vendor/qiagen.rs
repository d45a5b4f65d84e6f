//! QIAGEN Clinical Insight's XML: a `report` with one `variant` for each change.
//!
//! Shares of reads are in percent. An insertion may have an empty `reference`, a deletion an empty
//! `alternate`; an empty element says "none", a missing one says nothing. Whether the material was
//! a tumour is used only if the file says it. Element names: the product's report of interpreted
//! variants.

use super::field::Field;
use super::finding::{
    CopyNumber, Finding, FindingContent, Listed, Rearrangement, ShortVariant, TestedGene,
};
use super::notation;
use super::report::{Laboratory, QuoteKind, Quoted, VendorReport};
use super::value::{self, Scale, add, day, finding, number, share};
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::tumor::ReportedClass;
use model::{PartialDate, Problem, Timestamp};

/// Most genes that one list is read for.
const GENES_MAX: usize = 50_000;

/// Elements that are read, or passed over on purpose. Any other is told.
const KNOWN: &[&str] = &[
    "report",
    "accession",
    "version",
    "status",
    "reportDate",
    "signedDate",
    "signedBy",
    "orderNumber",
    "applicationType",
    "genomeBuild",
    "pipelineVersion",
    "genePanelName",
    "labTestedGenes",
    "labTestedCNVGenes",
    "sampleTestedNegativeGenes",
    "qualityControl",
    "patientName",
    "firstName",
    "lastName",
    "medicalRecordNumber",
    "dateOfBirth",
    "age",
    "sex",
    "ethnicity",
    "diagnosis",
    "primaryTumorSite",
    "orderingPhysicianName",
    "orderingPhysicianFacilityName",
    "pathologistName",
    "specimenId",
    "specimenType",
    "specimenCollectionDate",
    "specimenReceivedDate",
    "specimenTumorContent",
    "tumorMutationBurden",
    "microsatelliteStatus",
    "variant",
    "chromosome",
    "position",
    "reference",
    "alternate",
    "genotype",
    "assessment",
    "actionability",
    "origin",
    "gene",
    "gene5",
    "gene3",
    "function",
    "dbsnp",
    "allelefraction",
    "readdepth",
    "variation",
    "copynumber",
    "transcriptchange",
    "transcript",
    "change",
    "region",
    "exonNumber",
    "proteinchange",
    "protein",
    "translationimpact",
    "rationale",
    "reportsection",
];

/// Elements whose insides are quoted or literature.
const WHOLE: &[&str] = &["treatment", "trial", "reference-list", "references", "phenotype"];

/// Whether a file is in this format.
pub(super) fn is_qiagen(root: &Field<'_>) -> bool {
    root.name() == "report"
        && root.first("accession").is_some()
        && (root.first("variant/chromosome").is_some()
            || root.first("variant/gene").is_some()
            || root.first("genePanelName").is_some())
}

/// Reads a report.
pub(super) fn read(root: &Field<'_>) -> (Option<VendorReport>, Vec<Problem>) {
    let mut problems = Vec::new();
    root.note_unread(KNOWN, WHOLE, &mut problems);
    let mut report = VendorReport { laboratory: Laboratory::Qiagen, ..VendorReport::default() };
    head(&mut report, root);
    patient(&mut report, root);
    specimen(&mut report, root);
    run(&mut report, root, &mut problems);
    for row in root.all("variant") {
        variant(&row, &mut report, &mut problems);
    }
    tested(&mut report, root, &mut problems);
    (Some(report), problems)
}

fn head(report: &mut VendorReport, root: &Field<'_>) {
    let at = |name: &str| root.text_at(&[name]);
    report.number = at("accession");
    report.version = at("version").and_then(|text| text.parse().ok());
    report.order = at("orderNumber");
    let signed = at("signedDate").or_else(|| at("reportDate"));
    report.signed_on = day(signed.as_deref());
    report.issued = signed.as_deref().and_then(Timestamp::parse);
    report.signed_by.extend(at("signedBy").or_else(|| at("pathologistName")));
    let status = at("status").unwrap_or_default().to_lowercase();
    report.status = match status.as_str() {
        "final" | "signed" | "complete" | "completed" => match report.version {
            Some(version) if version > 1 => ResultStatus::Amended,
            _ => ResultStatus::Final,
        },
        "amended" | "corrected" | "revised" => ResultStatus::Amended,
        _ => ResultStatus::Preliminary,
    };
    report.raw_path = root.path();
}

fn patient(report: &mut VendorReport, root: &Field<'_>) {
    let at = |name: &str| root.text_at(&[name, &format!("patientName/{name}")]);
    let facility = at("orderingPhysicianFacilityName").unwrap_or_default();
    let number = at("medicalRecordNumber").map(|number| (facility, number));
    report.patient.identifiers.extend(number);
    let given = at("firstName").unwrap_or_default();
    let given = given.split_whitespace().map(str::to_owned).collect();
    report.patient.names.extend(at("lastName").map(|family| PersonName { family, given }));
    report.patient.birth_date = at("dateOfBirth").as_deref().and_then(PartialDate::parse);
    report.patient.sex = value::sex(at("sex").as_deref());
    report.patient.raw_path = root.path();
}

fn specimen(report: &mut VendorReport, root: &Field<'_>) {
    let at = |name: &str| root.text_at(&[name]);
    let stated = &mut report.specimen;
    stated.number = at("specimenId");
    stated.format = at("specimenType");
    stated.site = at("primaryTumorSite");
    stated.collected = day(at("specimenCollectionDate").as_deref());
    stated.received = day(at("specimenReceivedDate").as_deref());
    let percent = at("specimenTumorContent");
    stated.tumor_percent = percent.and_then(|text| number(text.trim_end_matches('%')));
    stated.diagnosis = at("diagnosis");
    stated.origin = match at("applicationType").unwrap_or_default().to_lowercase().as_str() {
        "somatic" | "oncology" | "somatic cancer" => Origin::Somatic,
        "hereditary" | "germline" | "hereditary cancer" => Origin::Germline,
        _ => Origin::Unknown,
    };
    let words = stated.format.as_deref().unwrap_or_default().to_lowercase();
    if stated.origin == Origin::Somatic && (words.contains("plasma") || words.contains("cfdna")) {
        stated.origin = Origin::CirculatingDna;
    }
    stated.raw_path = root.path();
}

fn run(report: &mut VendorReport, root: &Field<'_>, problems: &mut Vec<Problem>) {
    let at = |name: &str| root.text_at(&[name]);
    report.run.test = at("genePanelName");
    report.run.pipeline = at("pipelineVersion");
    report.run.quality = at("qualityControl");
    report.run.build = at("genomeBuild").as_deref().and_then(value::build);
    report.run.raw_path = root.path();
    if report.run.build.is_none() {
        let text = "the file names no build that is known; positions are not used";
        problems.push(Problem::note("no-build", root.path(), text));
    }
    for (name, path) in [("tmb", "tumorMutationBurden"), ("msi", "microsatelliteStatus")] {
        let Some(field) = root.first(path).filter(|field| !field.text().is_empty()) else {
            continue;
        };
        let text = field.text();
        let found = value::leading_number(&text).filter(|_| name == "tmb");
        report.measures.push(super::finding::Measure {
            name: name.to_owned(),
            value: found.as_ref().map(|(value, _)| *value),
            unit: found.as_ref().map(|_| "mutations/Mb".to_owned()),
            level: found.is_none().then_some(text),
            raw_path: field.path(),
            ..super::finding::Measure::default()
        });
    }
}

fn variant(row: &Field<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    let at = |paths: &[&str]| row.text_at(paths);
    let content = content(row, report, problems);
    let gene = match &content {
        FindingContent::Rearrangement(_) => at(&["gene5", "gene3", "gene"]),
        _ => at(&["gene"]),
    };
    let gene = gene.unwrap_or_default();
    let assessment = at(&["assessment"]);
    let lower = assessment.as_deref().unwrap_or_default().to_lowercase();
    let found = Finding {
        origin: at(&["origin"]).unwrap_or_default().to_lowercase(),
        significance: assessment,
        listed: match lower.as_str() {
            "" => Listed::NotTold,
            _ if lower.contains("uncertain") => Listed::Uncertain,
            _ => Listed::Reported,
        },
        ..finding(&gene, content, row.path())
    };
    let change = at(&["proteinchange/change", "transcriptchange/change"]).unwrap_or_default();
    let named = format!("{gene} {change}").trim().to_owned();
    let quoted = |kind, text: String, tier, raw_path| Quoted {
        kind,
        finding: named.clone(),
        text,
        tier,
        left_out: false,
        raw_path,
    };
    report.quotes.extend(
        at(&["rationale"]).map(|text| {
            quoted(QuoteKind::Interpretation, text, at(&["actionability"]), row.path())
        }),
    );
    for field in row.all("treatment") {
        let text = match field.text() {
            text if text.is_empty() => field.text_at(&["name", "drug"]).unwrap_or_default(),
            text => text,
        };
        report.quotes.push(quoted(
            QuoteKind::Therapy,
            text,
            field.text_at(&["tier"]),
            field.path(),
        ));
    }
    add(found, report, problems);
}

fn content(row: &Field<'_>, report: &VendorReport, problems: &mut Vec<Problem>) -> FindingContent {
    let at = |paths: &[&str]| row.text_at(paths);
    let kind = at(&["variation"]).unwrap_or_default();
    let lower = kind.to_lowercase();
    let copies = at(&["copynumber"]);
    if copies.is_some() || lower.contains("copy") || lower.contains("cnv") {
        return FindingContent::Copy(CopyNumber {
            class: kind,
            copies: copies.as_deref().and_then(number),
            ..CopyNumber::default()
        });
    }
    let (first, second) = (at(&["gene5"]), at(&["gene3"]));
    if lower.contains("fusion") || first.is_some() || second.is_some() {
        return FindingContent::Rearrangement(Rearrangement {
            ordered: first.is_some() && second.is_some(),
            partner: second.filter(|_| first.is_some()),
            kind: Some(kind).filter(|text| !text.is_empty()),
            ..Rearrangement::default()
        });
    }
    short(row, report, problems)
}

fn short(row: &Field<'_>, report: &VendorReport, problems: &mut Vec<Problem>) -> FindingContent {
    let at = |paths: &[&str]| row.text_at(paths);
    // An element that is there and empty says that there is no base.
    let bases = |name: &str| row.first(name).map(|field| field.text().to_ascii_uppercase());
    let (reference, alternate) = (bases("reference"), bases("alternate"));
    let chromosome = at(&["chromosome"]).as_deref().and_then(notation::chromosome);
    let position: Option<u64> = at(&["position"]).and_then(|text| text.parse().ok());
    if row.first("position").is_some() && (position.is_none() || chromosome.is_none()) {
        let text = "chromosome and position are not understood";
        problems.push(Problem::warning("bad-position", row.path(), text));
    }
    let alleles = reference.as_deref().zip(alternate.as_deref());
    let genomic = position.zip(alleles).filter(|_| report.run.build.is_some());
    let genomic = genomic.and_then(|(at, (from, to))| notation::of_alleles(at, from, to));
    let coding = at(&["transcriptchange/change"]);
    let protein = at(&["proteinchange/change"]);
    if coding.is_none() && protein.is_none() && (position.is_none() || alleles.is_none()) {
        return FindingContent::Nothing;
    }
    let fraction = row.first("allelefraction").filter(|field| !field.text().is_empty());
    let scale = match report.specimen.origin {
        Origin::CirculatingDna => Scale::SmallPercent,
        _ => Scale::Percent,
    };
    let written = chromosome.as_deref().zip(position).zip(alleles);
    FindingContent::Short(ShortVariant {
        transcript: at(&["transcriptchange/transcript"]),
        coding: coding.as_deref().and_then(notation::coding),
        protein: protein.as_deref().and_then(notation::protein),
        genomic,
        written: written.map(|((name, at), (from, to))| format!("{name}:{at} `{from}`>`{to}`")),
        chromosome: chromosome.clone(),
        position,
        reference: reference.clone(),
        alternate: alternate.clone(),
        effect: at(&["proteinchange/translationimpact"]),
        exon: at(&["transcriptchange/exonNumber"]),
        allele_fraction: fraction
            .and_then(|field| share(&field.text(), scale, &field.path(), problems)),
        depth: at(&["readdepth"]).and_then(|text| text.parse().ok()),
        zygosity: at(&["genotype"]),
        ..ShortVariant::default()
    })
}

/// Genes that were looked at, and those without a finding.
fn tested(report: &mut VendorReport, root: &Field<'_>, problems: &mut Vec<Problem>) {
    let lists =
        [("labTestedGenes", ReportedClass::Short), ("labTestedCNVGenes", ReportedClass::Copy)];
    for (name, class) in lists {
        for field in root.all(name) {
            let raw_path = field.path();
            report.tested.extend(genes(&field).into_iter().map(|gene| TestedGene {
                gene,
                class,
                raw_path: raw_path.clone(),
            }));
        }
    }
    for field in root.all("sampleTestedNegativeGenes") {
        for gene in genes(&field) {
            let content = FindingContent::Negative(vec![ReportedClass::Short]);
            let found = finding(&gene, content, field.path());
            add(Finding { listed: Listed::Reported, ..found }, report, problems);
        }
    }
}

/// Genes of a list in one text, or each in an element.
fn genes(field: &Field<'_>) -> Vec<String> {
    let inside: Vec<String> = field.all("gene").iter().map(Field::text).collect();
    let text = if inside.is_empty() { field.text() } else { inside.join(",") };
    let names = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|gene| !gene.is_empty());
    names.take(GENES_MAX).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
