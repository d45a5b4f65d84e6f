//! What the record of one patient says of the genome, in plain structs.

use crate::allele::Allele;
use crate::date::{Condition, Span};
use crate::range::Range;
use crate::token::{Label, Token};
use model::{CodeableConcept, Coding};
use std::collections::BTreeMap;

/// Whose genome a finding speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceClass {
    /// The inherited one.
    Germline,
    /// That of a tumour.
    Somatic,
}

/// One genomic observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `Observation/1`: what an answer gives back unchanged.
    pub reference: String,
    /// Whether it counts: not cancelled, not entered in error, not without a status.
    pub is_standing: bool,
    /// Whose genome, if it is said; what does not say it is never left out for it.
    pub source_class: Option<SourceClass>,
    /// When the result was made.
    pub date: Option<Span>,
    /// Tests it came from.
    pub tests: Vec<Label>,
    /// Specimens it came from.
    pub specimens: Vec<Label>,
    /// References to what it was derived from, `Observation/2`.
    pub derived_from: Vec<String>,
    /// Genes it names.
    pub genes: Vec<CodeableConcept>,
    /// What it says.
    pub content: Content,
}

/// What a finding says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A variant was looked for.
    Variant(Variant),
    /// A haplotype; none if there is no result.
    Haplotype(Option<CodeableConcept>),
    /// A genotype; none if there is no result.
    Genotype(Option<CodeableConcept>),
    /// How two variants lie to each other: `Cis`, `Trans` …
    Phase(Option<CodeableConcept>),
    /// What it means for treatment.
    Therapeutic(Implication),
    /// What it means for diagnosis.
    Diagnostic(Implication),
    /// What a variant does to a transcript or protein: consequences of the Sequence Ontology.
    Consequence(Vec<CodeableConcept>),
}

/// What a finding means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Implication {
    /// Medicines and other therapies.
    pub treatments: Vec<CodeableConcept>,
    /// Phenotypes and conditions.
    pub conditions: Vec<CodeableConcept>,
}

/// Whether a variant was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Present,
    /// It was looked for and is not there.
    Absent,
    /// No call, indeterminate, or nothing said.
    Unknown,
}

/// A variant, with all its spellings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Whether it was found.
    pub presence: Presence,
    /// Whether it is the reference itself that was found.
    pub is_reference: bool,
    /// Names: expressions without blanks and gene, codes of databases.
    pub names: Vec<String>,
    /// Its forms, beyond doubt, each on its own sequence.
    pub alleles: Vec<Allele>,
    /// What it may be, where the record does not say from where it counts.
    pub possible: Vec<Allele>,
    /// Where it is, exactly; a little more where the record does not say from where it counts.
    pub exact: Vec<Range>,
    /// What is changed in any case, of a variant without exact ends.
    pub inner: Vec<Range>,
    /// What may be changed at most, of a variant without exact ends.
    pub outer: Vec<Range>,
    /// Whether it is of a structural kind and has no bases written.
    pub is_symbolic: bool,
}

impl Variant {
    /// Whether the patient carries a change.
    pub fn is_carried(&self) -> bool {
        self.presence == Presence::Present && !self.is_reference
    }

    /// Where its exact ends are.
    pub fn exact_places(&self) -> Vec<Range> {
        let mut places: Vec<Range> = self.alleles.iter().map(|a| a.change.range()).collect();
        let named = |range: &&Range| !places.iter().any(|p| p.sequence == range.sequence);
        let more: Vec<Range> = self.exact.iter().filter(named).cloned().collect();
        places.extend(more);
        places
    }

    /// Where it is as a structural variant: its widest bounds that are known, and its exact ends
    /// if it is long or has no bases written.
    pub fn structural_places(&self) -> Vec<Range> {
        let bounded = if self.outer.is_empty() { &self.inner } else { &self.outer };
        let mut places = bounded.clone();
        if self.is_symbolic || self.alleles.iter().any(Allele::is_long) {
            places.extend(self.exact_places());
        }
        places
    }
}

/// Ranges that a test names, and whether that is all it named.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Regions {
    /// The ranges that could be read.
    pub ranges: Vec<Range>,
    /// Whether others are named that could not: genes, files elsewhere.
    pub has_more: bool,
}

/// A test that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Study {
    /// Its names, the one to show first.
    pub labels: Vec<Label>,
    /// Its date as sent.
    pub date: Option<String>,
    /// Its specimens' names, the one to show first.
    pub specimens: Vec<Label>,
    /// Build of its coordinates.
    pub build: Option<CodeableConcept>,
    /// Kinds of change it looked for.
    pub change_types: Vec<Coding>,
    /// Whose genome.
    pub source_class: Option<SourceClass>,
    /// What it looked at.
    pub studied: Regions,
    /// What of that it could not see.
    pub uncallable: Regions,
}

/// Which findings and tests a question is about. Empty lists ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Tests, any of them.
    pub tests: Vec<Token>,
    /// Conditions on the date, all of them.
    pub dates: Vec<Condition>,
    /// Specimens, any of them.
    pub specimens: Vec<Token>,
    /// Whose genome.
    pub source_class: Option<SourceClass>,
}

impl Filter {
    fn labels(asked: &[Token], held: &[Label]) -> bool {
        asked.is_empty() || held.iter().any(|label| asked.iter().any(|token| token.names(label)))
    }

    fn class(&self, held: Option<SourceClass>) -> bool {
        self.source_class.is_none() || held.is_none() || self.source_class == held
    }

    fn date(&self, held: Option<Span>) -> bool {
        let holds = |span| self.dates.iter().all(|condition| condition.holds(span));
        self.dates.is_empty() || held.is_some_and(holds)
    }

    /// Whether a finding passes. One without a date is in no range of dates.
    pub fn takes(&self, finding: &Finding) -> bool {
        self.class(finding.source_class)
            && self.date(finding.date)
            && Self::labels(&self.tests, &finding.tests)
            && Self::labels(&self.specimens, &finding.specimens)
    }

    /// Whether a test passes.
    pub fn takes_study(&self, study: &Study) -> bool {
        self.class(study.source_class)
            && self.date(study.date.as_deref().and_then(Span::parse))
            && Self::labels(&self.tests, &study.labels)
            && Self::labels(&self.specimens, &study.specimens)
    }
}

/// What is known of one patient's genome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dossier {
    /// The findings, by reference.
    pub findings: Vec<Finding>,
    /// The tests.
    pub studies: Vec<Study>,
}

impl Dossier {
    /// The findings by their reference.
    pub fn by_reference(&self) -> BTreeMap<&str, &Finding> {
        self.findings.iter().map(|finding| (finding.reference.as_str(), finding)).collect()
    }
}
