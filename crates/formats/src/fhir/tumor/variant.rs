//! One variant observation: a small variant, copies of a gene, genes joined, or a gene that has
//! none of these.
//!
//! Codes: LOINC panel 81247-9, the Sequence Ontology, and the guide's own. The laboratory's word
//! for a class of copies stands in the text of the change type (48019-4); a code alone says more or
//! fewer, and how many more is then not known.

use super::judgement;
use crate::fhir::access::{self, text};
use crate::fhir::codes::{self, loinc};
use crate::fhir::genomics::{component, components, concept_value, parts};
use model::tumor::{ReportedAlteration, ReportedClass, ReportedKind};
use model::{CodeableConcept, Problem};
use serde_json::Value;

/// Changes by code, with the class of assays that sees them: the Sequence Ontology, the answers of
/// 48019-4, and the guide's kinds of change.
const CHANGES: &[(&str, ReportedClass)] = &[
    ("SO:0001483", ReportedClass::Short), // SNV
    ("SO:0002007", ReportedClass::Short), // MNV
    ("SO:1000002", ReportedClass::Short), // substitution
    ("SO:1000032", ReportedClass::Short), // delins
    ("SO:0000667", ReportedClass::Short), // insertion
    ("SO:0000159", ReportedClass::Short), // deletion
    ("SO:1000035", ReportedClass::Short), // duplication
    ("LA6690-7", ReportedClass::Short),
    ("LA6692-3", ReportedClass::Short),
    ("LA6686-5", ReportedClass::Short),
    ("LA6687-3", ReportedClass::Short),
    ("LA6688-1", ReportedClass::Short),
    ("SO:0001019", ReportedClass::Copy), // copy number variation
    ("SO:0001742", ReportedClass::Copy), // gain
    ("SO:0001743", ReportedClass::Copy), // loss
    ("LA14033-7", ReportedClass::Copy),
    ("LA14034-5", ReportedClass::Copy),
    ("CNV", ReportedClass::Copy),
    ("SO:0001565", ReportedClass::Rearrangement), // gene fusion
    ("SO:0001886", ReportedClass::Rearrangement), // transcript fusion
    ("SO:0000199", ReportedClass::Rearrangement), // translocation
    ("SO:1000044", ReportedClass::Rearrangement), // chromosomal translocation
    ("SO:0001785", ReportedClass::Rearrangement), // structural alteration
    ("LA26327-9", ReportedClass::Rearrangement),
    ("LA26328-7", ReportedClass::Rearrangement),
    ("LA26331-1", ReportedClass::Rearrangement),
];

/// Consequences by code, in the words of variant files.
const CONSEQUENCES: &[(&str, &str)] = &[
    ("SO:0001583", "missense"),
    ("SO:0001587", "stop_gained"),
    ("SO:0001589", "frameshift"),
    ("SO:0001821", "in_frame_insertion"),
    ("SO:0001822", "in_frame_deletion"),
    ("SO:0001574", "splice_acceptor"),
    ("SO:0001575", "splice_donor"),
    ("SO:0001629", "splice_site"),
    ("SO:0001630", "splice_region"),
    ("SO:0001578", "stop_lost"),
    ("SO:0002012", "start_lost"),
    ("SO:0001819", "synonymous"),
    ("SO:0001627", "intron"),
    ("LA6698-0", "missense"),
    ("LA6699-8", "stop_gained"),
    ("LA6694-9", "frameshift"),
    ("LA6700-4", "silent"),
    ("LA6695-6", "start_lost"),
];

/// The class of assays that sees a change of that code.
pub(super) fn class_of_change(code: &str) -> Option<ReportedClass> {
    CHANGES.iter().find(|(known, _)| *known == code).map(|(_, class)| *class)
}

/// Whether an observation is a variant (69548-6).
pub(super) fn is_variant(observation: &Value) -> bool {
    let code = access::concept(observation, "code").unwrap_or_default();
    code.coding.iter().any(|coding| codes::is_loinc(&coding.system, &coding.code, loinc::VARIANT))
}

/// `somatic`, `germline` or nothing, for an answer of 48002-0.
pub(super) fn origin(class: &CodeableConcept) -> &'static str {
    let answer = codes::answer_in(&class.coding, codes::SOURCE_CLASSES);
    let words = answer.and_then(|answer| codes::words_of(codes::SOURCE_CLASSES, &answer.code));
    match words.or(class.words()).unwrap_or_default().to_ascii_lowercase().as_str() {
        "somatic" | "likely somatic" => "somatic",
        "germline" | "likely germline" | "de novo" => "germline",
        _ => "",
    }
}

/// A gene's name and HGNC number.
pub(super) fn gene_name(concept: &CodeableConcept) -> Option<(String, Option<u32>)> {
    let hgnc = concept.coding.iter().find_map(|coding| {
        let number = coding.code.strip_prefix("HGNC:");
        let is_hgnc = coding.system.contains("genenames.org");
        number.or(is_hgnc.then_some(coding.code.as_str()))?.trim().parse::<u32>().ok()
    });
    let name = concept.words().map(str::to_owned);
    let name = name.or_else(|| Some(concept.coding.first()?.code.clone()))?;
    (hgnc != Some(0) && !codes::is_nothing(&name)).then_some((name, hgnc))
}

/// What the observation states about its variant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stated {
    Present,
    Absent,
    Unclear,
}

fn stated(observation: &Value) -> Stated {
    let is_modified = observation.get("modifierExtension").is_some()
        || !access::all(observation, "component.modifierExtension").is_empty();
    let value = concept_value(observation).unwrap_or_default();
    let coded = codes::answer_in(&value.coding, codes::ASSESSMENTS).map(|c| c.code.as_str());
    let worded = || codes::code_of(codes::ASSESSMENTS, value.words()?);
    match coded.or_else(worded) {
        _ if is_modified || codes::is_contradiction(&value.coding, codes::ASSESSMENTS) => {
            Stated::Unclear
        }
        Some("LA9633-4") => Stated::Present,
        Some("LA9634-2") => Stated::Absent,
        _ => Stated::Unclear,
    }
}

/// Reads a variant observation, with what was derived from it.
pub(super) fn read(
    observation: &Value,
    derived: &[&Value],
    place: &str,
    problems: &mut Vec<Problem>,
) -> Vec<ReportedAlteration> {
    let genes: Vec<_> = components(observation, loinc::GENE).iter().filter_map(gene_name).collect();
    let Some((gene, hgnc)) = genes.first().cloned() else {
        let text = "the variant names no gene; it is not compared with criteria";
        problems.push(Problem::warning("no-gene", place, text));
        return Vec::new();
    };
    let reader = Reader { observation, derived, genes };
    let class = reader.class();
    let stated = stated(observation);
    let confidence = concept_of(observation, "variant-confidence-status").unwrap_or_default();
    let sure = !confidence.coding.iter().any(|one| ["intermediate", "low"].contains(&&*one.code));
    let row = ReportedAlteration {
        place: place.to_owned(),
        gene,
        hgnc,
        equivocal: stated != Stated::Present || !sure,
        subclonal: reader.is_subclonal(),
        copies: quantity(observation, loinc::COPIES).map(|(value, _)| value),
        judgements: judgement::read(observation, derived, place),
        source: Some(place.to_owned()),
        ..ReportedAlteration::default()
    };
    if stated == Stated::Unclear {
        let text = "whether the variant is there is not certain";
        problems.push(Problem::note("not-certain", place, text));
    }
    if stated == Stated::Absent {
        if reader.is_specific() {
            let text = "one variant is absent; that says nothing of the rest of its gene";
            problems.push(Problem::note("one-variant-absent", place, text));
            return Vec::new();
        }
        let kind = ReportedKind::Negative(class);
        return vec![ReportedAlteration { kind, equivocal: false, ..row }];
    }
    match class {
        ReportedClass::Short => vec![ReportedAlteration { kind: reader.short(), ..row }],
        ReportedClass::Rearrangement => vec![ReportedAlteration { kind: reader.joined(), ..row }],
        ReportedClass::Copy => reader.copies(&row),
    }
}

struct Reader<'r> {
    observation: &'r Value,
    derived: &'r [&'r Value],
    genes: Vec<(String, Option<u32>)>,
}

impl Reader<'_> {
    /// The class: by the change type, by copies, by genes joined; else a small variant.
    fn class(&self) -> ReportedClass {
        let types = components(self.observation, loinc::CHANGE_TYPE);
        let codings = types.iter().flat_map(|kind| &kind.coding);
        let coded: Vec<ReportedClass> =
            codings.filter_map(|coding| class_of_change(&coding.code)).collect();
        let derived = self.derived.iter().flat_map(|one| {
            let effects = components(one, "functional-effect").into_iter();
            effects.chain(components(one, "feature-consequence")).flat_map(|effect| effect.coding)
        });
        let fused = derived
            .filter_map(|coding| class_of_change(&coding.code))
            .any(|class| class == ReportedClass::Rearrangement);
        let has_copies = component(self.observation, loinc::COPIES).is_some();
        if fused || self.genes.len() > 1 || coded.contains(&ReportedClass::Rearrangement) {
            ReportedClass::Rearrangement
        } else if coded.contains(&ReportedClass::Copy) || (has_copies && !self.has_hgvs()) {
            ReportedClass::Copy
        } else if coded.is_empty() && !self.has_hgvs() && self.is_joined_in_words() {
            ReportedClass::Rearrangement
        } else {
            ReportedClass::Short
        }
    }

    /// Names of the variant as the report writes them.
    fn names(&self) -> Vec<String> {
        let concepts = components(self.observation, loinc::VARIATION_CODE).into_iter();
        concepts.filter_map(|concept| concept.words().map(str::to_owned)).collect()
    }

    fn is_joined_in_words(&self) -> bool {
        let joined = ["::", "fusion", "rearrangement", "translocation"];
        self.names().iter().any(|name| {
            let name = name.to_lowercase();
            joined.iter().any(|word| name.contains(word))
        })
    }

    fn has_hgvs(&self) -> bool {
        [loinc::HGVS_CODING, loinc::HGVS_PROTEIN, loinc::HGVS_GENOMIC]
            .iter()
            .any(|code| component(self.observation, code).is_some())
    }

    /// Whether it is about one variant, not about all of a class in its gene.
    fn is_specific(&self) -> bool {
        let named = [loinc::VARIATION_CODE, loinc::START_END, loinc::ALTERNATE_ALLELE];
        self.has_hgvs() || named.iter().any(|code| component(self.observation, code).is_some())
    }

    fn is_subclonal(&self) -> bool {
        let of_ours = |part: &&Value| {
            let codings = access::codings(part, "code.coding");
            codings.iter().any(|coding| coding.is(codes::OWN, "subclonal"))
        };
        let parts = access::all(self.observation, "component");
        let flag = parts.into_iter().find(of_ours).and_then(|part| part.get("valueBoolean"));
        flag.and_then(Value::as_bool).unwrap_or(false)
    }

    /// An expression of the variant; that of what was derived from it if all of these agree.
    fn expression(&self, code: &str) -> String {
        let own = component(self.observation, code).and_then(concept_value);
        let of = |concept: CodeableConcept| {
            let coded = concept.coding.first().map(|coding| coding.code.clone());
            coded.or(concept.text)
        };
        own.and_then(of)
            .or_else(|| self.agreed(|one| concept_of(one, code).and_then(of)))
            .unwrap_or_default()
    }

    /// What all derived observations that state it agree on.
    fn agreed(&self, read: impl Fn(&Value) -> Option<String>) -> Option<String> {
        let mut found = self.derived.iter().filter_map(|one| read(one));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn short(&self) -> ReportedKind {
        let protein = self.expression(loinc::HGVS_PROTEIN);
        let consequence = |one: &Value, code: &str| {
            let codings = components(one, code).into_iter().flat_map(|concept| concept.coding);
            let mut known = codings.filter_map(|coding| consequence_word(&coding.code));
            known.next().map(str::to_owned)
        };
        let own = consequence(self.observation, loinc::AMINO_ACID_CHANGE_TYPE)
            .or_else(|| consequence(self.observation, "feature-consequence"));
        let class = concept_of(self.observation, loinc::SOURCE_CLASS).unwrap_or_default();
        let exon = concept_of(self.observation, loinc::DNA_REGION).unwrap_or_default();
        let exon = exon.words().unwrap_or_default().to_lowercase();
        ReportedKind::Short {
            protein: protein.rsplit(':').next().unwrap_or_default().to_owned(),
            cdna: self.expression(loinc::HGVS_CODING),
            classification: own
                .or_else(|| self.agreed(|one| consequence(one, "feature-consequence")))
                .unwrap_or_default(),
            exon: exon.strip_prefix("exon").map(str::trim).unwrap_or_default().to_owned(),
            allele_fraction: quantity(self.observation, loinc::ALLELE_FRACTION)
                .and_then(|(value, unit)| fraction(value, unit.as_deref())),
            origin: origin(&class).to_owned(),
        }
    }

    /// Genes joined. `EML4::ALK` names the 5' gene first; two genes without it are in no order.
    fn joined(&self) -> ReportedKind {
        let (first, second) = (self.genes.first(), self.genes.get(1));
        let first = first.map(|(name, _)| name.clone()).unwrap_or_default();
        let partner = second.map(|(name, hgnc)| match hgnc {
            Some(number) => format!("HGNC:{number}"),
            None => name.clone(),
        });
        let second = second.map(|(name, _)| name.clone()).unwrap_or_default();
        let wanted = format!("{first}::{second}");
        let ordered = !second.is_empty() && self.names().iter().any(|name| name.trim() == wanted);
        let types = components(self.observation, loinc::CHANGE_TYPE);
        ReportedKind::Rearrangement {
            partner: partner.unwrap_or_default(),
            ordered,
            from_text: second.is_empty() && types.is_empty() && self.is_joined_in_words(),
        }
    }

    /// Copies of a gene. A code says more or fewer; what it leaves open stays open.
    fn copies(&self, row: &ReportedAlteration) -> Vec<ReportedAlteration> {
        let with = |word: &str, open: bool| ReportedAlteration {
            kind: ReportedKind::Copy(word.to_owned()),
            equivocal: row.equivocal || open,
            ..row.clone()
        };
        let types = components(self.observation, loinc::CHANGE_TYPE);
        if let Some(word) = types.iter().find_map(|kind| kind.text.as_deref()) {
            return vec![with(word, false)];
        }
        let is = |code: &str| types.iter().flat_map(|kind| &kind.coding).any(|c| c.code == code);
        let gain = is("SO:0001742") || is("LA14033-7");
        let loss = is("SO:0001743") || is("LA14034-5");
        match (gain, loss, row.copies) {
            (true, false, _) => vec![with("gain", false), with("amplification", true)],
            (false, true, Some(0.0)) => {
                vec![with("homozygous deletion", false)]
            }
            (false, true, _) => vec![with("loss", true), with("homozygous deletion", true)],
            (false, false, Some(copies)) if copies > 2.0 => {
                vec![with("gain", true), with("amplification", true)]
            }
            (false, false, Some(copies)) if copies < 2.0 => {
                vec![with("loss", true), with("homozygous deletion", true)]
            }
            (false, false, Some(_)) => vec![with("neutral", false)],
            _ => vec![with("copy number variation", true)],
        }
    }
}

fn consequence_word(code: &str) -> Option<&'static str> {
    CONSEQUENCES.iter().find(|(known, _)| *known == code).map(|(_, word)| *word)
}

fn concept_of(observation: &Value, code: &str) -> Option<CodeableConcept> {
    component(observation, code).and_then(concept_value)
}

/// The number and unit of a component.
pub(super) fn quantity(observation: &Value, code: &str) -> Option<(f64, Option<String>)> {
    let part = parts(observation, code).into_iter().next()?;
    let value = access::first(part, "valueQuantity.value").and_then(Value::as_f64);
    let whole = || part.get("valueInteger").and_then(Value::as_f64);
    let unit = text(part, "valueQuantity.unit").or_else(|| text(part, "valueQuantity.code"));
    let compared = text(part, "valueQuantity.comparator").is_some();
    (!compared).then_some((value.or_else(whole)?, unit.map(str::to_owned)))
}

/// A share between 0 and 1: percent by its unit, or because it is more than one.
fn fraction(value: f64, unit: Option<&str>) -> Option<f64> {
    let percent = unit == Some("%") || value > 1.0;
    let share = if percent { value / 100.0 } else { value };
    (0.0..=1.0).contains(&share).then_some(share)
}
