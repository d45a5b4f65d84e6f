//! A variant observation: its names, and its places as far as they are beyond doubt.

use super::super::codes::{self, loinc};
use super::place::{Counting, low};
use super::tests_done::build_of;
use super::{component, components, concept_value, parts};
use genomics::allele::{Allele, Change, Comparison, Inserted, Reference, is_bases};
use genomics::finding::{Presence, Variant};
use genomics::hgvs::{self, Place};
use genomics::range::Range;
use genomics::sequence::{accession_of, known};
use genomics::spdi;
use model::variant::GenomeBuild;
use model::{CodeableConcept, Problem};
use serde_json::Value;

/// Inner and outer start and end, chromosome, change type.
const INNER: &str = "81302-2";
const OUTER: &str = "81301-4";
const CHROMOSOME: &str = "48000-4";
const CHANGE_TYPE: &str = "48019-4";

/// Structural kinds of change: of the Sequence Ontology, and LOINC's older answers.
const STRUCTURAL: [&str; 13] = [
    "SO:0000159", // deletion
    "SO:1000035", // duplication
    "SO:1000173", // tandem duplication
    "SO:0001019", // copy number variation
    "SO:0001742", // copy number gain
    "SO:0001743", // copy number loss
    "SO:1000036", // inversion
    "SO:0000199", // translocation
    "SO:0001785", // structural alteration
    "SO:0000667", // insertion
    "LA6692-3",   // deletion
    "LA6686-5",   // duplication
    "LA6689-9",   // inversion
];
/// No change of the sequence, and insertion.
const UNCHANGED: &str = "SO:0002073";
const INSERTION: [&str; 2] = ["SO:0000667", "LA6687-3"];

/// Reads a variant.
pub(super) fn read(
    resource: &Value,
    place: &str,
    is_modified: bool,
    reference: &dyn Reference,
    problems: &mut Vec<Problem>,
) -> Variant {
    let mut reader = Reader {
        resource,
        place,
        reference,
        problems,
        variant: Variant {
            presence: if is_modified { Presence::Unknown } else { presence(resource) },
            is_reference: false,
            names: Vec::new(),
            alleles: Vec::new(),
            possible: Vec::new(),
            exact: Vec::new(),
            inner: Vec::new(),
            outer: Vec::new(),
            is_symbolic: false,
        },
    };
    reader.expressions();
    reader.positions();
    let mut variant = reader.variant;
    let kinds = components(resource, CHANGE_TYPE);
    let is_kind = |wanted: &[&str]| {
        kinds.iter().flat_map(|k| &k.coding).any(|coding| wanted.contains(&coding.code.as_str()))
    };
    let all_reference =
        !variant.alleles.is_empty() && variant.alleles.iter().all(Allele::is_reference);
    variant.is_reference |= all_reference || is_kind(&[UNCHANGED]);
    variant.is_symbolic =
        is_kind(&STRUCTURAL) && variant.alleles.is_empty() && variant.possible.is_empty();
    variant.names.sort();
    variant.names.dedup();
    variant
}

/// Whether it was found. Without an assessment nothing is known to be there.
fn presence(resource: &Value) -> Presence {
    let value = concept_value(resource).unwrap_or_default();
    if codes::is_contradiction(&value.coding, codes::ASSESSMENTS) {
        return Presence::Unknown;
    }
    let code = codes::answer_in(&value.coding, codes::ASSESSMENTS).map(|c| c.code.clone());
    let by_words = || codes::code_of(codes::ASSESSMENTS, value.words()?).map(str::to_owned);
    match code.or_else(by_words).as_deref() {
        Some("LA9633-4") => Presence::Present,
        Some("LA9634-2") => Presence::Absent,
        _ => Presence::Unknown,
    }
}

struct Reader<'r> {
    resource: &'r Value,
    place: &'r str,
    reference: &'r dyn Reference,
    problems: &'r mut Vec<Problem>,
    variant: Variant,
}

impl Reader<'_> {
    fn warn(&mut self, code: &str, text: &str) {
        let place = format!("{}.component", self.place);
        self.problems.push(Problem::warning(code, place, text));
    }

    /// Names and places that expressions give: by their codes, since a display may name another
    /// version, and by their words only where there is no code.
    fn expressions(&mut self) {
        let fields =
            [loinc::HGVS_GENOMIC, loinc::HGVS_CODING, loinc::HGVS_PROTEIN, loinc::VARIATION_CODE];
        for concept in fields.iter().flat_map(|code| components(self.resource, code)) {
            for coding in &concept.coding {
                self.name(&coding.code);
                // ClinVar's code is a number; its display is the variant's name.
                if coding.system == codes::CLINVAR
                    && let Some(first) = coding.display.as_deref().and_then(|d| d.split(' ').next())
                    && hgvs::parse(first).is_some()
                {
                    self.name(first);
                }
            }
            if concept.coding.is_empty()
                && let Some(text) = &concept.text
            {
                self.name(text);
            }
        }
    }

    fn name(&mut self, text: &str) {
        if let Some(change) = spdi::parse(text) {
            self.variant.names.push(text.to_owned());
            self.allele(change);
            return;
        }
        let Some(read) = hgvs::parse(text) else {
            self.variant.names.push(text.to_owned());
            return;
        };
        self.variant.names.push(read.name);
        match read.place {
            Place::Change(change) => self.allele(change),
            Place::Bounds { inner, outer } => {
                self.variant.inner.extend(inner);
                self.variant.outer.extend(outer);
            }
            Place::Elsewhere => {}
        }
    }

    fn allele(&mut self, change: Change) {
        match change.canonical(self.reference) {
            Ok(allele) if !self.variant.alleles.contains(&allele) => {
                self.variant.alleles.push(allele);
            }
            Ok(_) => {}
            Err(_) => {
                self.warn("not-the-reference", "the reference sequence has other bases there");
            }
        }
    }

    /// The sequence that positions are on: its accession, else the chromosome of a stated build.
    fn sequence(&self) -> Option<String> {
        let accession = component(self.resource, loinc::SEQUENCE).and_then(concept_value);
        if let Some(concept) = accession {
            let coded = concept.coding.into_iter().next().map(|coding| coding.code);
            return coded.or(concept.text);
        }
        accession_of(self.build()?, &self.chromosome()?)
    }

    fn build(&self) -> Option<GenomeBuild> {
        build_of(&concept_value(component(self.resource, loinc::ASSEMBLY)?)?)
    }

    /// `Chromosome 7`, `chr7`, `7`.
    fn chromosome(&self) -> Option<String> {
        let concept: CodeableConcept = concept_value(component(self.resource, CHROMOSOME)?)?;
        let display = concept.coding.iter().find_map(|coding| coding.display.clone());
        let words = display.or(concept.text)?;
        words.split_whitespace().last().map(str::to_owned)
    }

    /// What the position components say.
    fn positions(&mut self) {
        let deleted = self.bases(loinc::REFERENCE_ALLELE);
        let inserted = self.bases(loinc::ALTERNATE_ALLELE);
        if deleted.is_some() && deleted == inserted {
            self.variant.is_reference = true;
        }
        let Some(sequence) = self.sequence() else { return };
        let counting = Counting::of(component(self.resource, loinc::COORDINATES));
        let replaced = deleted.as_ref().map_or(0, |bases| bases.len() as u64);
        let interval = |part: Option<&&Value>, replaced| {
            part.and_then(|part| counting.interval(&sequence, part, replaced))
        };
        let ranges = |code| parts(self.resource, code);
        let (exact, inner, outer) = (ranges(loinc::START_END), ranges(INNER), ranges(OUTER));
        let exact_range = interval(exact.first(), replaced);
        let (inner, outer) = (interval(inner.first(), 0), interval(outer.first(), 0));
        if counting == Counting::Unknown && (exact_range.is_some() || inner.is_some()) {
            self.warn("no-coordinate-system", "nothing says how the positions are counted");
        }
        if known(&sequence).is_none() {
            self.warn("not-a-chromosome", "the positions are on no chromosome of a known build");
        }
        self.variant.inner.extend(inner);
        self.variant.outer.extend(outer);
        let Some(range) = exact_range else { return };
        let start = exact.first().and_then(|part| low(part));
        let changes = changes(&sequence, counting, start, deleted, inserted, self.is_insertion());
        self.settle(range, changes);
    }

    /// Alleles, upper case; `-` is none at all. A symbolic one, `<DEL>`, is not known by bases.
    fn bases(&self, code: &str) -> Option<String> {
        let concept = concept_value(component(self.resource, code)?)?;
        let words = concept.words()?.trim();
        let bases = if words == "-" { "" } else { words };
        is_bases(bases).then(|| bases.to_ascii_uppercase())
    }

    fn is_insertion(&self) -> bool {
        let kinds = components(self.resource, CHANGE_TYPE);
        let mut codes = kinds.iter().flat_map(|kind| &kind.coding);
        codes.any(|coding| INSERTION.contains(&coding.code.as_str()))
    }

    /// Takes what the components may mean: beyond doubt if it is one thing and no expression on
    /// the same sequence says another.
    fn settle(&mut self, range: Range, changes: Vec<Change>) {
        let forms = changes.into_iter().filter_map(|c| c.canonical(self.reference).ok());
        let forms: Vec<Allele> = forms.collect();
        let said: Vec<&Allele> = self
            .variant
            .alleles
            .iter()
            .filter(|allele| allele.change.sequence == range.sequence)
            .collect();
        let agrees = |form: &&Allele| said.iter().any(|s| s.compare(form) == Comparison::Same);
        if said.is_empty() {
            match <[Allele; 1]>::try_from(forms) {
                Ok([form]) => self.variant.alleles.push(form),
                Err(forms) => self.variant.possible.extend(forms),
            }
            self.variant.exact.push(range);
        } else if forms.is_empty() || forms.iter().any(|form| agrees(&form)) {
            // The expression says it all.
        } else {
            let differ = said
                .iter()
                .any(|s| forms.iter().all(|form| s.compare(form) == Comparison::Different));
            self.variant.possible.extend(forms);
            self.variant.exact.push(range);
            if differ {
                // Neither is beyond doubt any more; by its name it is found all the same.
                let (on, off): (Vec<Allele>, Vec<Allele>) =
                    std::mem::take(&mut self.variant.alleles).into_iter().partition(|a| {
                        self.variant.exact.iter().any(|r| r.sequence == a.change.sequence)
                    });
                self.variant.exact.extend(on.iter().map(|allele| allele.change.range()));
                self.variant.possible.extend(on);
                self.variant.alleles = off;
                self.warn("contradicting-places", "position and alleles differ from the HGVS");
            }
        }
    }
}

/// The changes that position and alleles may mean: one, or several if nobody said how positions
/// are counted.
fn changes(
    sequence: &str,
    counting: Counting,
    start: Option<u64>,
    deleted: Option<String>,
    inserted: Option<String>,
    is_insertion: bool,
) -> Vec<Change> {
    let (Some(position), Some(inserted)) = (start, inserted) else { return Vec::new() };
    let change = |start: u64, deleted: String| {
        let end = start.checked_add(deleted.len() as u64)?;
        let (sequence, deleted) = (sequence.to_owned(), Some(deleted));
        let inserted = Inserted::Bases(inserted.clone());
        Some(Change { sequence, start, end, deleted, inserted })
    };
    let starts = counting.starts(position);
    match deleted {
        Some(deleted) if !deleted.is_empty() => {
            starts.into_iter().filter_map(|start| change(start, deleted.clone())).collect()
        }
        // Inserted behind the base that is named, or at the place between two.
        Some(_) | None if is_insertion => {
            let places = match counting {
                Counting::Interbase | Counting::FromOne => vec![position],
                Counting::FromZero => vec![position + 1],
                Counting::Unknown => vec![position, position + 1],
            };
            places.into_iter().filter_map(|place| change(place, String::new())).collect()
        }
        _ => Vec::new(),
    }
}
