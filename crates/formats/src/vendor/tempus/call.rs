//! `results`: the lists of findings.

use crate::vendor::field::Field;
use crate::vendor::finding::{
    CopyNumber, Finding, FindingContent, Listed, Rearrangement, ShortVariant,
};
use crate::vendor::notation;
use crate::vendor::report::{QuoteKind, Quoted, VendorReport};
use crate::vendor::value::{self, Scale, add, finding, share};
use model::Problem;
use model::tumor::ReportedClass;

/// A list: its path, where its findings arose, the laboratory's word for what it makes of them, and
/// how they are listed.
type List = (&'static str, &'static str, Option<&'static str>, Listed);

/// Lists of findings, those first that say more of one that stands in two.
const LISTS: &[List] = &[
    (
        "somaticPotentiallyActionableMutations",
        "somatic",
        Some("potentially actionable"),
        Listed::Reported,
    ),
    (
        "somaticPotentiallyActionableCopyNumberVariants",
        "somatic",
        Some("potentially actionable"),
        Listed::Reported,
    ),
    (
        "somaticBiologicallyRelevantVariants",
        "somatic",
        Some("biologically relevant"),
        Listed::Reported,
    ),
    ("fusionVariants", "somatic", None, Listed::Reported),
    ("inheritedRelevantVariants/values", "germline", None, Listed::Reported),
    ("inheritedIncidentalFindings/values", "germline", None, Listed::Reported),
    ("somaticVariantsOfUnknownSignificance", "somatic", Some("unknown"), Listed::Uncertain),
    (
        "inheritedVariantsOfUnknownSignificance/values",
        "germline",
        Some("unknown"),
        Listed::Uncertain,
    ),
];

/// Fields that are read, or passed over on purpose. Any other is told.
pub(super) const KNOWN: &[&str] = &[
    "metadata",
    "schemaVersion",
    "referenceGenome",
    "genomeBuild",
    "report",
    "reportId",
    "version",
    "reportVersion",
    "signoutDate",
    "signout_date",
    "signingPathologist",
    "signing_pathologist",
    "signedBy",
    "reportStatus",
    "status",
    "workflow",
    "reportType",
    "details",
    "bioInfPipeline",
    "bioinformaticsPipeline",
    "notes",
    "reportNotes",
    "document",
    "pdf",
    "order",
    "accessionId",
    "emrOrderId",
    "tempusOrderId",
    "tempusOrder_id",
    "institution",
    "physician",
    "test",
    "code",
    "name",
    "description",
    "patient",
    "firstName",
    "lastName",
    "tempusId",
    "emrId",
    "emr_id",
    "mrn",
    "sex",
    "DoB",
    "dob",
    "dateOfBirth",
    "diagnosis",
    "diagnosisDate",
    "specimens",
    "tempusSampleId",
    "collectionDate",
    "receiptDate",
    "sampleCategory",
    "sampleSite",
    "sampleType",
    "tumorPercentage",
    "institutionData",
    "caseId",
    "blockId",
    "results",
    "tumorMutationalBurden",
    "tumorMutationBurdenPercentile",
    "msiStatus",
    "lowCoverageAmplicons",
    "lowCoverageRegions",
    "pertinentNegatives",
    "somaticPotentiallyActionableMutations",
    "somaticPotentiallyActionableCopyNumberVariants",
    "somaticBiologicallyRelevantVariants",
    "somaticVariantsOfUnknownSignificance",
    "fusionVariants",
    "inheritedRelevantVariants",
    "inheritedIncidentalFindings",
    "inheritedVariantsOfUnknownSignificance",
    "values",
    "note",
    "variants",
    "gene",
    "display",
    "hgncId",
    "entrezId",
    "gene5",
    "gene5hgncId",
    "gene5entrezId",
    "gene3",
    "gene3hgncId",
    "gene3entrezId",
    "fusionType",
    "structuralVariant",
    "readSupport",
    "mutationEffect",
    "HGVS.p",
    "HGVS.pFull",
    "HGVS.c",
    "transcript",
    "nucleotideAlteration",
    "chromosome",
    "position",
    "ref",
    "alt",
    "allelicFraction",
    "coverage",
    "variantDescription",
    "variantType",
    "copyNumber",
    "clinicalSignificance",
    "disease",
    "therapies",
];

/// Fields whose insides are quoted or literature.
pub(super) const WHOLE: &[&str] = &["therapies", "clinicalTrials", "references"];

pub(super) fn read(results: &Field<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    for list in LISTS {
        for row in results.all(list.0) {
            let inside = row.all("variants");
            // Some lists have the changes of a gene under it, some each on its own.
            let rows = if inside.is_empty() { vec![row.clone()] } else { inside };
            for one in rows {
                call(&row, &one, list, report, problems);
            }
        }
    }
    for trial in results.all("clinicalTrials") {
        let number = trial.text_at(&["nctId", "NCTID"]).unwrap_or_default();
        let title = trial.text_at(&["title", "trialTitle"]).unwrap_or_default();
        report.quotes.push(Quoted {
            kind: QuoteKind::Trial,
            finding: trial.text_at(&["gene", "biomarker"]).unwrap_or_default(),
            text: format!("{number} {title}").trim().to_owned(),
            tier: trial.text_at(&["phase"]),
            left_out: false,
            raw_path: trial.path(),
        });
    }
    for row in results.all("pertinentNegatives") {
        let gene = match row.text() {
            text if text.is_empty() => row.text_at(&["gene", "display"]).unwrap_or_default(),
            text => text,
        };
        let content = FindingContent::Negative(vec![ReportedClass::Short]);
        let listed = Listed::Reported;
        add(Finding { listed, ..finding(&gene, content, row.path()) }, report, problems);
    }
}

fn call(
    gene: &Field<'_>,
    row: &Field<'_>,
    list: &List,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    let (_, origin, word, listed) = list;
    let at = |paths: &[&str]| row.text_at(paths).or_else(|| gene.text_at(paths));
    let content = content(row, gene, report, problems);
    let symbol = match &content {
        FindingContent::Rearrangement(_) => at(&["gene5", "gene3", "gene", "display"]),
        _ => at(&["gene", "display"]),
    };
    let said = at(&["clinicalSignificance"]);
    let found = Finding {
        origin: (*origin).to_owned(),
        significance: said.or_else(|| word.map(str::to_owned)),
        listed: *listed,
        ..finding(&symbol.unwrap_or_default(), content, row.path())
    };
    quote(&found, row, report);
    // A list of unknown significance may have again what another list says more of.
    let before = report.findings.iter_mut().find(|known| {
        *listed == Listed::Uncertain
            && known.listed == Listed::Reported
            && (&known.gene, &known.content, &known.origin)
                == (&found.gene, &found.content, &found.origin)
    });
    match before {
        Some(known) => {
            let text =
                format!("of unknown significance here, and more is said at {}", known.raw_path);
            problems.push(Problem::warning("called-two-ways", &found.raw_path, text));
            known.also_at.push(found.raw_path);
        }
        None => add(found, report, problems),
    }
}

fn content(
    row: &Field<'_>,
    gene: &Field<'_>,
    report: &VendorReport,
    problems: &mut Vec<Problem>,
) -> FindingContent {
    let at = |paths: &[&str]| row.text_at(paths);
    let words = at(&["variantType", "variantDescription"]).unwrap_or_default();
    let described = at(&["variantDescription"]).unwrap_or_default().to_lowercase();
    let copies = at(&["copyNumber"]);
    if copies.is_some() || described.contains("copy number") {
        return FindingContent::Copy(CopyNumber {
            class: if words.is_empty() { described } else { words },
            copies: copies.as_deref().and_then(value::number),
            ..CopyNumber::default()
        });
    }
    let (first, second) = (gene.text_at(&["gene5"]), gene.text_at(&["gene3"]));
    if first.is_some() || second.is_some() {
        let ordered = first.is_some() && second.is_some();
        return FindingContent::Rearrangement(Rearrangement {
            partner: second.filter(|_| first.is_some()),
            ordered,
            kind: at(&["fusionType", "variantDescription"]),
            breakpoints: at(&["structuralVariant"]).into_iter().collect(),
            supporting_reads: at(&["readSupport"]).and_then(|text| text.parse().ok()),
            ..Rearrangement::default()
        });
    }
    short(row, report, problems)
}

fn short(row: &Field<'_>, report: &VendorReport, problems: &mut Vec<Problem>) -> FindingContent {
    let at = |paths: &[&str]| row.text_at(paths);
    let coding = at(&["HGVS.c"]);
    let protein = at(&["HGVS.pFull", "HGVS.p"]);
    let effect = at(&["mutationEffect"]);
    // It may be a change of the coding sequence, or words.
    let of_protein = effect.as_deref().filter(|text| text.starts_with("p."));
    let nothing = coding.is_none() && protein.is_none() && effect.is_none();
    let written = at(&["nucleotideAlteration"]);
    if nothing && written.is_none() {
        return FindingContent::Nothing;
    }
    let place = written.as_deref().and_then(|text| alleles(text, row, problems));
    let genomic = place.as_ref().filter(|_| report.run.build.is_some());
    let genomic = genomic.and_then(|(_, at, from, to)| notation::of_alleles(*at, from, to));
    let scale = match report.specimen.origin {
        model::specimen::Origin::CirculatingDna => Scale::SmallPercent,
        _ => Scale::Percent,
    };
    let fraction = row.first("allelicFraction").filter(|field| !field.text().is_empty());
    let (chromosome, position, reference, alternate) = match place {
        Some((name, at, from, to)) => (Some(name), Some(at), Some(from), Some(to)),
        None => (None, None, None, None),
    };
    FindingContent::Short(ShortVariant {
        transcript: at(&["transcript"]),
        coding: coding.as_deref().and_then(notation::coding),
        protein: protein.as_deref().or(of_protein).and_then(notation::protein),
        genomic,
        chromosome,
        position,
        reference,
        alternate,
        effect: at(&["variantDescription"]).map(|text| effect_word(&text)),
        allele_fraction: fraction
            .and_then(|field| share(&field.text(), scale, &field.path(), problems)),
        depth: at(&["coverage"]).and_then(|text| text.parse().ok()),
        written: effect.or(written),
        ..ShortVariant::default()
    })
}

/// `Missense variant (exon 2) - GOF`: its first words.
fn effect_word(text: &str) -> String {
    let lower = text.to_lowercase();
    let bare = lower.split(['(', '-']).next().unwrap_or(&lower).trim();
    bare.strip_suffix("variant").unwrap_or(bare).trim().to_owned()
}

/// Chromosome, position and both alleles of `12:25398284:C:T`.
fn alleles(
    written: &str,
    row: &Field<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(String, u64, String, String)> {
    let parts: Vec<&str> = written.split(':').collect();
    let read = match parts.as_slice() {
        [name, position, from, to] => notation::chromosome(name)
            .zip(position.parse().ok())
            .map(|(name, position)| (name, position, (*from).to_owned(), (*to).to_owned())),
        _ => None,
    };
    if read.is_none() {
        let text = format!("position `{written}` is not understood");
        problems.push(Problem::warning("bad-position", row.path(), text));
    }
    read
}

/// What the laboratory says of therapies.
fn quote(found: &Finding, row: &Field<'_>, report: &mut VendorReport) {
    let change = row.text_at(&["mutationEffect", "variantDescription"]).unwrap_or_default();
    for therapy in row.all("therapies") {
        let agent = therapy.text_at(&["agent", "drug", "drugClass"]).unwrap_or_default();
        let effect = therapy.text_at(&["association", "response"]);
        let effect = effect.map(|word| format!(" ({})", word.to_lowercase())).unwrap_or_default();
        report.quotes.push(Quoted {
            kind: QuoteKind::Therapy,
            finding: format!("{} {change}", found.gene).trim().to_owned(),
            text: format!("{agent}{effect}"),
            tier: therapy.text_at(&["evidenceType", "status"]),
            left_out: false,
            raw_path: therapy.path(),
        });
    }
}
