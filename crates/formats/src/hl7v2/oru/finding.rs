//! What the coded rows of a report come to.

use super::Observed;
use model::reported::ResultStatus;
use model::variant::GenomeBuild;
use model::{CodeableConcept, Coding};

/// One finding: the rows of one group and one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it says.
    pub content: FindingContent,
    /// OBX-4 of its rows; empty if the sender uses none.
    pub sub_id: String,
    /// The least final of its rows and the order.
    pub status: ResultStatus,
    /// Its first row, `OBX[4]`.
    pub place: String,
    /// All its rows.
    pub places: Vec<String>,
    /// NTE after its rows.
    pub notes: Vec<String>,
    /// Rows of its group that could not be used.
    pub other: Vec<Observed>,
}

/// The kinds, decided by the codes of the rows.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingContent {
    /// Panels 81250-3, 81297-4 and 81251-1.
    Variant(Box<VariantFinding>),
    /// Panel 82118-1, a gene's genotype and what it does.
    Gene(GeneFinding),
    /// Panel 82117-3, a drug and the laboratory's suggestion for it.
    Drug(DrugFinding),
    /// The result as a whole, of panel 81306-3.
    Overall(OverallFinding),
    /// What was looked at and how, of panel 81306-3.
    Study(StudyFinding),
}

/// A coded value. The code wins over the text beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// LOINC answer code, `LA9657-3`, sent or found by its exact text; `None`: words only.
    pub code: Option<String>,
    /// The answer's own words for a known code, else the words as sent.
    pub words: String,
    /// The words as sent.
    pub sent: Option<String>,
}

/// A gene. Placeholders (`HGNC:0000`) are read as no gene.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gene {
    /// `HGNC:2621`.
    pub id: Option<String>,
    /// `CYP2C19`, as sent.
    pub symbol: Option<String>,
}

/// A variant as reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantFinding {
    /// 83005-9, simple or structural.
    pub category: Option<Answer>,
    /// 47998-0, display name.
    pub name: Option<String>,
    /// 81252-9, 81260-2, 81255-2: identifiers in databases.
    pub identifiers: Vec<Coding>,
    /// 48018-6.
    pub gene: Option<Gene>,
    /// 51958-7, or a transcript sent as 48013-7.
    pub transcript: Option<String>,
    /// 48013-7.
    pub genomic_reference: Option<String>,
    /// 48004-6, as sent.
    pub hgvs_coding: Option<String>,
    /// 48005-3, as sent.
    pub hgvs_protein: Option<String>,
    /// 81290-9, 81262-8, or a `g.` expression sent as 48004-6.
    pub hgvs_genomic: Option<String>,
    /// An SPDI sent in place of HGVS, as sent; its position counts from 0.
    pub spdi: Option<String>,
    /// 48019-4.
    pub dna_change_type: Option<Answer>,
    /// 48006-1.
    pub amino_acid_change_type: Option<Answer>,
    /// 48000-4, `1` … `22`, `X`, `Y`.
    pub chromosome: Option<String>,
    /// 48001-2.
    pub cytogenetic_location: Option<String>,
    /// 81254-5: first and last position, counted from 1 unless `coordinates` says otherwise.
    pub start_end: Option<(u64, u64)>,
    /// 92822-6.
    pub coordinates: Option<Answer>,
    /// 69547-8; an empty text was sent as such (insertion).
    pub reference_allele: Option<String>,
    /// 69551-0; an empty text was sent as such (deletion).
    pub alternate_allele: Option<String>,
    /// 48002-0, germline or somatic.
    pub source_class: Option<Answer>,
    /// 81304-8.
    pub method: Option<Answer>,
    /// 53037-8.
    pub significance: Option<Answer>,
    /// 69548-6: present, absent, no call, indeterminate.
    pub assessment: Option<Answer>,
    /// 81259-4.
    pub phenotypes: Vec<CodeableConcept>,
    /// 53034-5.
    pub allelic_state: Option<Answer>,
    /// 81258-6, as a fraction from 0 to 1.
    pub allele_fraction: Option<f64>,
    /// 82121-5, reads.
    pub read_depth: Option<f64>,
    /// 82120-7.
    pub phase: Option<Answer>,
    /// 82309-6.
    pub phase_basis: Option<Answer>,
    /// 84414-2.
    pub haplotypes: Vec<String>,
    /// 82155-3, copies.
    pub copy_number: Option<f64>,
    /// 81300-6, bases.
    pub length_bases: Option<f64>,
    /// 81301-4: widest range, first and last base.
    pub outer_start_end: Option<(u64, u64)>,
    /// 81302-2: narrowest range, first and last base.
    pub inner_start_end: Option<(u64, u64)>,
    /// 81263-6, compound heterozygous, haplotype …
    pub complex_type: Option<Answer>,
    /// Items without a place of their own: 81257-8, 92821-8, 81299-0.
    pub more: Vec<Observed>,
}

/// A gene's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneFinding {
    /// 48018-6 of the group or the one it is nested in; `None` if there is none or several.
    pub gene: Option<Gene>,
    /// 84413-4, `*2/*2`.
    pub genotype: Option<String>,
    /// 84414-2, `*2`.
    pub haplotypes: Vec<String>,
    /// 53040-2, or a gene's own code for its product's activity: `Poor Metabolizer`.
    pub phenotype: Option<Answer>,
    /// 51961-1.
    pub efficacy: Option<Answer>,
    /// 83009-1.
    pub high_risk: Option<Answer>,
    /// 48002-0, germline or somatic.
    pub source_class: Option<Answer>,
    /// 81304-8.
    pub method: Option<Answer>,
}

/// The laboratory's own advice on a drug. It is quoted, never taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrugFinding {
    /// The gene of the group or the one it is nested in.
    pub gene: Option<Gene>,
    /// 51963-7.
    pub drug: Option<CodeableConcept>,
    /// 82116-5.
    pub suggestions: Vec<Answer>,
    /// 83010-9.
    pub texts: Vec<String>,
}

/// The result as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverallFinding {
    /// 51968-6: positive, negative, inconclusive, failure.
    pub interpretation: Option<Answer>,
    /// 83006-7.
    pub deletion_duplication: Option<Answer>,
    /// 51969-4.
    pub narratives: Vec<String>,
    /// 53577-3.
    pub reasons: Vec<String>,
    /// 51967-8.
    pub diseases: Vec<CodeableConcept>,
    /// 81291-7.
    pub iscn: Option<String>,
}

/// What was looked at and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StudyFinding {
    /// 48018-6.
    pub genes: Vec<Gene>,
    /// 51963-7.
    pub medications: Vec<CodeableConcept>,
    /// 51959-5 and 53041-0, as sent.
    pub regions: Vec<String>,
    /// 81293-3.
    pub region_texts: Vec<String>,
    /// 36908-2.
    pub mutations_tested: Vec<String>,
    /// 62374-4.
    pub build: Option<Answer>,
    /// 81303-0, 82115-7, 83007-5, 83008-3: versions of HGVS, dbSNP, COSMIC, ClinVar.
    pub versions: Vec<Observed>,
    /// 81304-8.
    pub method: Option<Answer>,
    /// 48002-0.
    pub source_class: Option<Answer>,
}

impl StudyFinding {
    /// The stated build, if it is one that can be used.
    pub fn genome_build(&self) -> Option<GenomeBuild> {
        match self.build.as_ref()?.code.as_deref()? {
            "LA14029-5" => Some(GenomeBuild::GRCh37),
            "LA26806-2" => Some(GenomeBuild::GRCh38),
            _ => None,
        }
    }
}
