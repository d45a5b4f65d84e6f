//! One finding of a report as Observations.

use super::names::named;
use formats::fhir::build::{Head, NamedGene, TumorVariant, tumor_variant};
use formats::vendor::{CopyNumber, Finding, FindingContent, Rearrangement, Run, ShortVariant};
use genomics::sequence::accession_of;
use model::Problem;
use model::specimen::Origin;
use model::tumor::ReportedClass;
use model::variant::ReportedVariant;
use serde_json::Value;

/// Answers of 69548-6.
const PRESENT: &str = "LA9633-4";
const ABSENT: &str = "LA9634-2";

/// What a finding becomes.
pub(super) enum Made {
    /// Resources of their own.
    Resources(Vec<Value>),
    /// It cannot stand as a result; a person has to look at it.
    Unusable(Box<Problem>),
}

/// What a finding is about, so that it is known again in another version of the report.
pub(super) fn key(found: &Finding) -> String {
    let gene = &found.gene;
    match &found.content {
        FindingContent::Short(short) => {
            let names = [&short.coding, &short.genomic, &short.protein, &short.written];
            let name = names.into_iter().flatten().next();
            format!("short:{gene}:{}", name.map_or("", String::as_str))
        }
        FindingContent::Copy(copies) => format!("copy:{gene}:{}", copies.class),
        FindingContent::Rearrangement(joined) => {
            let partner = joined.partner.as_deref().unwrap_or_default();
            format!("joined:{gene}:{partner}:{}", joined.breakpoints.join(","))
        }
        FindingContent::Negative(_) => format!("negative:{gene}"),
        FindingContent::Nothing => format!("nothing:{gene}"),
    }
}

pub(super) fn observations(found: &Finding, run: &Run, head: &Head<'_>) -> Made {
    if found.gene.trim().is_empty() {
        let text = "a finding names no gene";
        return Made::Unusable(Box::new(Problem::warning("no-gene", &found.raw_path, text)));
    }
    let head = Head { origin: origin(found, head.origin), ..head.clone() };
    let mut more: Vec<(&str, String)> = Vec::new();
    more.extend(found.significance.clone().map(|word| ("laboratory-status", word)));
    let genes = vec![named(&found.gene)];
    let base = Base { found, genes, more, head };
    match &found.content {
        FindingContent::Short(short) => Made::Resources(vec![base.short(short, run)]),
        FindingContent::Copy(copies) => Made::Resources(vec![base.copies(copies)]),
        FindingContent::Rearrangement(joined) => Made::Resources(vec![base.joined(joined)]),
        FindingContent::Negative(classes) => Made::Resources(base.negatives(classes)),
        FindingContent::Nothing => {
            let text = "what was found is not understood";
            Made::Unusable(Box::new(Problem::warning("not-understood", &found.raw_path, text)))
        }
    }
}

/// Whose genome a finding is of, where the report says so; the specimen's otherwise. What a test
/// of the tumour alone found may be inherited: it says nothing of where a change arose.
fn origin(found: &Finding, of_specimen: Origin) -> Origin {
    match found.origin.to_lowercase().as_str() {
        "germline" => Origin::Germline,
        "somatic" => Origin::Somatic,
        _ if of_specimen == Origin::CirculatingDna => Origin::Somatic,
        _ => of_specimen,
    }
}

struct Base<'f> {
    found: &'f Finding,
    genes: Vec<NamedGene>,
    more: Vec<(&'f str, String)>,
    head: Head<'f>,
}

impl<'f> Base<'f> {
    fn variant(&'f self) -> TumorVariant<'f> {
        TumorVariant {
            variant: ReportedVariant {
                assessment: Some(PRESENT.to_owned()),
                ..ReportedVariant::default()
            },
            genes: &self.genes,
            equivocal: self.found.equivocal,
            subclonal: self.found.subclonal,
            more: &self.more,
            ..TumorVariant::default()
        }
    }

    fn short(self, short: &ShortVariant, run: &Run) -> Value {
        let transcript = short.transcript.as_deref();
        let coding = short.coding.as_deref().map(|change| match transcript {
            Some(accession) => format!("{accession}:{change}"),
            None => change.to_owned(),
        });
        let accession = run.build.zip(short.chromosome.as_deref()).and_then(|(build, name)| {
            accession_of(build, name.strip_prefix("chr").unwrap_or(name))
        });
        let genomic = accession.zip(short.genomic.as_deref());
        let base = self.variant();
        let variant = ReportedVariant {
            build: run.build,
            transcript: short.transcript.clone(),
            hgvs_coding: coding,
            hgvs_protein: short.protein.clone(),
            allelic_state: short.zygosity.clone(),
            hgvs_genomic: genomic.map(|(accession, change)| format!("{accession}:g.{change}")),
            ..base.variant.clone()
        };
        let name = short.written.as_deref().map(|text| format!("{} {text}", self.found.gene));
        let exon = short.exon.as_deref().map(|text| text.split('/').next().unwrap_or(text));
        let found = TumorVariant {
            variant,
            allele_fraction: short.allele_fraction,
            depth: short.depth,
            exon,
            effect: short.effect.as_deref().and_then(effect),
            name: name.as_deref(),
            ..base
        };
        tumor_variant(&found, &self.head)
    }

    fn copies(mut self, copies: &CopyNumber) -> Value {
        self.more.extend(copies.ratio.map(|ratio| ("copy-ratio", ratio.to_string())));
        self.more.extend(copies.exons.clone().map(|text| ("exons-concerned", text)));
        self.more.extend(copies.region.clone().map(|text| ("region", text)));
        let lower = copies.class.to_lowercase();
        let change = if lower.contains("loss") || lower.contains("del") {
            "SO:0001743"
        } else if lower.contains("amplif") || lower.contains("gain") {
            "SO:0001742"
        } else {
            "SO:0001019"
        };
        // `loss` without a copy left is the loss of both, by definition.
        let none_left = copies.copies == Some(0.0) && lower == "loss";
        let words = if none_left { "homozygous deletion" } else { copies.class.as_str() };
        let found = TumorVariant {
            change: Some(change),
            change_words: Some(words),
            copies: copies.copies,
            ..self.variant()
        };
        tumor_variant(&found, &self.head)
    }

    fn joined(mut self, joined: &Rearrangement) -> Value {
        self.genes.extend(joined.partner.as_deref().map(named));
        self.more.extend(joined.in_frame.map(|kept| ("in-frame", kept.to_string())));
        self.more.extend(joined.breakpoints.iter().map(|text| ("breakpoint", text.clone())));
        let reads = joined.supporting_reads.map(|count| ("supporting-reads", count.to_string()));
        self.more.extend(reads);
        let name = match self.genes.as_slice() {
            [first, second] if joined.ordered => {
                let shown = |gene: &NamedGene| {
                    let approved = gene.approved.as_ref().map(|(_, symbol)| symbol.clone());
                    approved.unwrap_or_else(|| gene.written.clone())
                };
                format!("{}::{}", shown(first), shown(second))
            }
            [first, second] => format!("{} and {} joined", first.written, second.written),
            _ => format!("{} {}", self.found.gene, joined.kind.as_deref().unwrap_or("broken")),
        };
        let found = TumorVariant {
            change: Some("SO:0001565"),
            change_words: joined.kind.as_deref(),
            name: Some(&name),
            ..self.variant()
        };
        let broken = joined.partner.is_none();
        // A gene that is broken without a partner is no fusion.
        let found =
            if broken { TumorVariant { change: Some("SO:0001785"), ..found } } else { found };
        tumor_variant(&found, &self.head)
    }

    /// One for each class that was looked for.
    fn negatives(self, classes: &[ReportedClass]) -> Vec<Value> {
        let one = |class: &ReportedClass| {
            let change = match class {
                ReportedClass::Short => None,
                ReportedClass::Copy => Some("SO:0001019"),
                ReportedClass::Rearrangement => Some("SO:0001565"),
            };
            let base = self.variant();
            let variant = ReportedVariant {
                assessment: Some(ABSENT.to_owned()),
                ..ReportedVariant::default()
            };
            // Each has an id of its own.
            let id = match class {
                ReportedClass::Short => self.head.id.to_owned(),
                other => record::derived_id([self.head.id, &format!("{other:?}")]),
            };
            let head = Head { id: &id, ..self.head.clone() };
            tumor_variant(&TumorVariant { variant, change, ..base }, &head)
        };
        classes.iter().map(one).collect()
    }
}

/// The Sequence Ontology's code for a laboratory's word: letters alone, for some write blanks and
/// some underscores. Words of MAF stand beside those of reports.
fn effect(word: &str) -> Option<&'static str> {
    let plain: String =
        word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    Some(match plain.as_str() {
        "missense" | "missensevariant" | "missensemutation" => "SO:0001583",
        "nonsense" | "stopgained" | "stopgain" | "nonsensemutation" => "SO:0001587",
        "frameshift" | "frameshiftvariant" | "frameshiftdel" | "frameshiftins" => "SO:0001589",
        "splice" | "splicesite" => "SO:0001629",
        "spliceregion" | "spliceregionvariant" => "SO:0001630",
        "synonymous" | "silent" => "SO:0001819",
        "inframeinsertion" | "inframeins" => "SO:0001821",
        "inframedeletion" | "inframedel" => "SO:0001822",
        "startlost" | "startloss" | "translationstartsite" => "SO:0002012",
        "stoplost" | "stoploss" | "nonstopmutation" => "SO:0001578",
        "intron" => "SO:0001627",
        _ => return None,
    })
}
