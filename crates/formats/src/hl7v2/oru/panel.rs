//! Rows of panel 81247-9 as plain values: what a finding came from, and what is sent onward.
//!
//! Reading a message made of [`rows`] gives the finding back: the order of rows and labels of
//! groups mean nothing, codes and values everything.

use super::Observed;
use super::finding::{
    Answer, DrugFinding, Finding, FindingContent, Gene, GeneFinding, OverallFinding, StudyFinding,
    VariantFinding,
};
use model::code::system;
use model::reported::ResultStatus;
use model::{CodeableConcept, Coding};

/// The value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelValue {
    /// A coded element (CWE).
    Coded(CodeableConcept),
    /// Text (ST, TX); an empty one was sent as such.
    Text(String),
    /// A number with its unit (NM, OBX-6).
    Number(f64, Option<String>),
    /// First and last position (NR).
    Range(u64, u64),
}

/// One observation of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelRow {
    /// OBX-4: rows with the same label belong together.
    pub group: String,
    /// OBX-3.
    pub code: Coding,
    /// OBX-5.
    pub value: PanelValue,
    /// OBX-11.
    pub status: ResultStatus,
    /// NTE after it.
    pub notes: Vec<String>,
}

/// Short names of the codes that are written, beside LOINC's numbers.
const NAMES: &[(&str, &str)] = &[
    ("36908-2", "Mutations tested for"),
    ("48000-4", "Chromosome"),
    ("48001-2", "Cytogenetic location"),
    ("48002-0", "Genomic source class"),
    ("48004-6", "DNA change (c.HGVS)"),
    ("48005-3", "Amino acid change (p.HGVS)"),
    ("48006-1", "Amino acid change type"),
    ("48013-7", "Genomic reference sequence"),
    ("48018-6", "Gene studied"),
    ("48019-4", "DNA change type"),
    ("51958-7", "Transcript reference sequence"),
    ("51959-5", "DNA region of interest"),
    ("51961-1", "Drug efficacy"),
    ("51963-7", "Medication assessed"),
    ("51967-8", "Genetic disease assessed"),
    ("51968-6", "Overall interpretation"),
    ("51969-4", "Genetic analysis report"),
    ("53034-5", "Allelic state"),
    ("53037-8", "Clinical significance"),
    ("53040-2", "Drug metabolism"),
    ("53577-3", "Reason for study"),
    ("62374-4", "Reference assembly"),
    ("69547-8", "Reference allele"),
    ("69548-6", "Variant assessment"),
    ("69551-0", "Alternate allele"),
    ("81252-9", "Variant identifier"),
    ("81254-5", "Variant start-end"),
    ("81255-2", "dbSNP identifier"),
    ("81258-6", "Allele fraction"),
    ("81259-4", "Associated phenotype"),
    ("81260-2", "Complex variant identifier"),
    ("81262-8", "Complex variant (HGVS)"),
    ("81263-6", "Complex variant type"),
    ("81290-9", "Genomic DNA change (g.HGVS)"),
    ("81291-7", "ISCN name"),
    ("81293-3", "Regions examined"),
    ("81300-6", "Structural variant length"),
    ("81301-4", "Structural variant outer start-end"),
    ("81302-2", "Structural variant inner start-end"),
    ("81304-8", "Analysis method"),
    ("82116-5", "Medication usage suggestion"),
    ("82120-7", "Allelic phase"),
    ("82121-5", "Read depth"),
    ("82155-3", "Copy number"),
    ("82309-6", "Basis of the phase"),
    ("83005-9", "Variant category"),
    ("83006-7", "Deletion-duplication overall"),
    ("83009-1", "High-risk allele"),
    ("83010-9", "Medication usage text"),
    ("84413-4", "Genotype"),
    ("84414-2", "Haplotype"),
    ("92822-6", "Coordinate system"),
    ("47998-0", "Variant display name"),
];

/// A LOINC code with its short name.
pub fn loinc(code: &str) -> Coding {
    let name = NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| (*name).to_owned());
    Coding { system: system::LOINC.to_owned(), code: code.to_owned(), display: name }
}

/// The rows that say what a finding says. Rows that could not be used are not among them.
pub fn rows(finding: &Finding) -> Vec<PanelRow> {
    let mut writer = Writer { finding, rows: Vec::new() };
    match &finding.content {
        FindingContent::Variant(content) => writer.variant(content),
        FindingContent::Gene(content) => writer.gene_result(content),
        FindingContent::Drug(content) => writer.drug(content),
        FindingContent::Overall(content) => writer.overall(content),
        FindingContent::Study(content) => writer.study(content),
    }
    if let Some(first) = writer.rows.first_mut() {
        first.notes.clone_from(&finding.notes);
    }
    writer.rows
}

/// An answer as a coded element: the code with its own words, and the words as sent.
pub fn answer_concept(answer: &Answer) -> CodeableConcept {
    let coding = answer.code.iter().map(|code| Coding {
        system: system::LOINC.to_owned(),
        code: code.clone(),
        display: Some(answer.words.clone()),
    });
    let text = if answer.code.is_some() { None } else { Some(answer.words.clone()) };
    CodeableConcept { coding: coding.collect(), text }
}

/// A gene as a coded element; a symbol alone is its own code.
fn gene_concept(gene: &Gene) -> Option<CodeableConcept> {
    let coding = match (&gene.id, &gene.symbol) {
        (Some(id), symbol) => {
            Coding { system: system::HGNC.to_owned(), code: id.clone(), display: symbol.clone() }
        }
        (None, Some(symbol)) => {
            Coding { system: String::new(), code: symbol.clone(), display: None }
        }
        (None, None) => return None,
    };
    Some(CodeableConcept { coding: vec![coding], text: None })
}

struct Writer<'f> {
    finding: &'f Finding,
    rows: Vec<PanelRow>,
}

impl Writer<'_> {
    fn push(&mut self, code: Coding, value: PanelValue) {
        let (group, status) = (self.finding.sub_id.clone(), self.finding.status);
        self.rows.push(PanelRow { group, code, value, status, notes: Vec::new() });
    }

    fn coded(&mut self, code: &str, values: impl IntoIterator<Item = CodeableConcept>) {
        for value in values {
            self.push(loinc(code), PanelValue::Coded(value));
        }
    }

    fn answers(&mut self, all: &[(&str, &Option<Answer>)]) {
        for (code, answer) in all {
            self.coded(code, answer.iter().map(answer_concept));
        }
    }

    fn texts<'t>(&mut self, code: &str, values: impl IntoIterator<Item = &'t String>) {
        for value in values {
            self.push(loinc(code), PanelValue::Text(value.clone()));
        }
    }

    fn numbers(&mut self, all: &[(&str, Option<f64>)]) {
        for (code, number) in all {
            if let Some(number) = number {
                self.push(loinc(code), PanelValue::Number(*number, None));
            }
        }
    }

    fn ranges(&mut self, all: &[(&str, Option<(u64, u64)>)]) {
        for (code, range) in all {
            if let Some((first, last)) = range {
                self.push(loinc(code), PanelValue::Range(*first, *last));
            }
        }
    }

    fn genes<'g>(&mut self, genes: impl IntoIterator<Item = &'g Gene>) {
        self.coded("48018-6", genes.into_iter().filter_map(gene_concept));
    }

    fn observed(&mut self, all: &[Observed]) {
        for Observed { code, value, .. } in all {
            self.push(code.clone(), PanelValue::Text(value.clone()));
        }
    }

    /// Those of dbSNP at the end have a code of their own; the order is that of reading.
    fn identifiers(&mut self, all: &[Coding], code: &str) {
        let is_dbsnp = |one: &Coding| {
            let number = one.code.strip_prefix("rs").unwrap_or_default();
            !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        };
        let others = all.iter().rposition(|one| !is_dbsnp(one)).map_or(0, |last| last + 1);
        for (place, one) in all.iter().enumerate() {
            let value = CodeableConcept { coding: vec![one.clone()], text: None };
            self.coded(if place < others { code } else { "81255-2" }, [value]);
        }
    }

    fn variant(&mut self, found: &VariantFinding) {
        self.genes(&found.gene);
        self.answers(&[("83005-9", &found.category)]);
        self.texts("47998-0", &found.name);
        let is_complex = found.complex_type.is_some();
        self.identifiers(&found.identifiers, if is_complex { "81260-2" } else { "81252-9" });
        let genomic = if is_complex { "81262-8" } else { "81290-9" };
        for (code, text) in [
            ("51958-7", &found.transcript),
            ("48013-7", &found.genomic_reference),
            ("48004-6", &found.hgvs_coding),
            // What stood in the place of HGVS is read again in that place.
            ("48004-6", &found.spdi),
            ("48005-3", &found.hgvs_protein),
            (genomic, &found.hgvs_genomic),
            ("48000-4", &found.chromosome),
            ("48001-2", &found.cytogenetic_location),
            ("69547-8", &found.reference_allele),
            ("69551-0", &found.alternate_allele),
        ] {
            self.texts(code, text);
        }
        self.texts("84414-2", &found.haplotypes);
        self.coded("81259-4", found.phenotypes.iter().cloned());
        self.answers(&[
            ("48019-4", &found.dna_change_type),
            ("48006-1", &found.amino_acid_change_type),
            ("92822-6", &found.coordinates),
            ("48002-0", &found.source_class),
            ("81304-8", &found.method),
            ("53037-8", &found.significance),
            ("69548-6", &found.assessment),
            ("53034-5", &found.allelic_state),
            ("82120-7", &found.phase),
            ("82309-6", &found.phase_basis),
            ("81263-6", &found.complex_type),
        ]);
        self.numbers(&[
            ("81258-6", found.allele_fraction),
            ("82121-5", found.read_depth),
            ("82155-3", found.copy_number),
            ("81300-6", found.length_bases),
        ]);
        self.ranges(&[
            ("81254-5", found.start_end),
            ("81301-4", found.outer_start_end),
            ("81302-2", found.inner_start_end),
        ]);
        self.observed(&found.more);
    }

    fn gene_result(&mut self, found: &GeneFinding) {
        self.genes(&found.gene);
        self.texts("84413-4", &found.genotype);
        self.texts("84414-2", &found.haplotypes);
        self.answers(&[
            ("53040-2", &found.phenotype),
            ("51961-1", &found.efficacy),
            ("83009-1", &found.high_risk),
            ("48002-0", &found.source_class),
            ("81304-8", &found.method),
        ]);
    }

    fn drug(&mut self, found: &DrugFinding) {
        self.genes(&found.gene);
        self.coded("51963-7", found.drug.clone());
        self.coded("82116-5", found.suggestions.iter().map(answer_concept));
        self.texts("83010-9", &found.texts);
    }

    fn overall(&mut self, found: &OverallFinding) {
        self.answers(&[
            ("51968-6", &found.interpretation),
            ("83006-7", &found.deletion_duplication),
        ]);
        self.texts("51969-4", &found.narratives);
        self.texts("53577-3", &found.reasons);
        self.coded("51967-8", found.diseases.iter().cloned());
        self.texts("81291-7", &found.iscn);
    }

    fn study(&mut self, found: &StudyFinding) {
        self.genes(&found.genes);
        self.coded("51963-7", found.medications.iter().cloned());
        self.texts("51959-5", &found.regions);
        self.texts("81293-3", &found.region_texts);
        self.texts("36908-2", &found.mutations_tested);
        self.answers(&[
            ("62374-4", &found.build),
            ("81304-8", &found.method),
            ("48002-0", &found.source_class),
        ]);
        self.observed(&found.versions);
    }
}
