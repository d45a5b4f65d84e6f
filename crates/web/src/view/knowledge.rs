//! Views of the knowledge in use: what it says of genes and drugs, about nobody.

use super::adopted::SubjectHistory;
use super::identity::Session;
use model::statement::{Action, Citation, KnowledgeRef, Strength};

/// Everything there is a page of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeView {
    /// Who is looking.
    pub session: Session,
    /// Which pack it is.
    pub reference: KnowledgeRef,
    /// Genes: symbol, alleles, drugs.
    pub genes: Vec<(String, usize, usize)>,
    /// Drugs: RxNorm code, name, genes.
    pub drugs: Vec<(String, String, Vec<String>)>,
}

/// What is known of a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneKnowledgeView {
    /// Who is looking.
    pub session: Session,
    /// Which pack it is.
    pub reference: KnowledgeRef,
    /// HGNC symbol.
    pub symbol: String,
    /// HGNC id.
    pub hgnc: String,
    /// Positions that alleles are defined by.
    pub positions: usize,
    /// Alleles: name, function, activity value.
    pub alleles: Vec<(String, Option<String>, Option<String>)>,
    /// Pairs of functions, or ranges of activity scores, and the phenotype.
    pub phenotypes: Vec<(String, String)>,
    /// Drugs whose rules ask for it: RxNorm code and name.
    pub drugs: Vec<(String, String)>,
    /// What packs said otherwise of it.
    pub history: SubjectHistory,
}

/// What is known of an allele.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlleleKnowledgeView {
    /// Who is looking.
    pub session: Session,
    /// Which pack it is.
    pub reference: KnowledgeRef,
    /// HGNC symbol of its gene.
    pub symbol: String,
    /// Its name: `*2`.
    pub name: String,
    /// What it is beside its bases: the reference, only known from outside calls, shown as another.
    pub remarks: Vec<String>,
    /// Function; none = none has been assigned, which is not normal.
    pub function: Option<String>,
    /// Activity value.
    pub activity: Option<String>,
    /// Where it has bases of its own; of the reference every position.
    pub positions: Vec<AllelePosition>,
    /// What it makes with a second copy: functions or score, and the phenotype.
    pub phenotypes: Vec<(String, String)>,
    /// Drugs whose rules ask for its gene: RxNorm code and name.
    pub drugs: Vec<(String, String)>,
    /// What packs said otherwise of it.
    pub history: SubjectHistory,
}

/// A position of an allele.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllelePosition {
    /// Name of the variant: its rsID, else its place.
    pub variant: String,
    /// On GRCh38: `chr10:94781859`.
    pub place: String,
    /// Genomic HGVS with its accession.
    pub hgvs: String,
    /// The reference base and those of the allele.
    pub bases: String,
}

/// What is known of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantKnowledgeView {
    /// Who is looking.
    pub session: Session,
    /// Which pack it is.
    pub reference: KnowledgeRef,
    /// Its name: an rsID, else its place.
    pub name: String,
    /// In each gene that has it.
    pub genes: Vec<VariantOfGene>,
}

/// A variant in a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantOfGene {
    /// HGNC symbol.
    pub symbol: String,
    /// On GRCh38: `chr10:94781859`.
    pub place: String,
    /// Genomic HGVS with its accession.
    pub hgvs: String,
    /// Reference base and alternatives in use.
    pub bases: String,
    /// What a test without it means: words, if there are any.
    pub remarks: Vec<String>,
    /// Alleles that are defined by it: name, bases, function.
    pub alleles: Vec<(String, String, Option<String>)>,
    /// What packs said otherwise of it.
    pub history: SubjectHistory,
}

/// What is known of a drug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrugKnowledgeView {
    /// Who is looking.
    pub session: Session,
    /// Which pack it is.
    pub reference: KnowledgeRef,
    /// Ingredient name.
    pub name: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// ATC codes.
    pub atc: Vec<String>,
    /// Genes that its rules ask for.
    pub genes: Vec<String>,
    /// Its rules.
    pub rules: Vec<RuleView>,
    /// What is said while a gene is not known: words and source.
    pub before_testing: Vec<(String, Citation)>,
    /// What smoking does to it: words and source.
    pub smoking: Option<(String, String)>,
    /// What packs said otherwise of it.
    pub history: SubjectHistory,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// Its row.
    pub id: String,
    /// Whose guidance it is.
    pub source: String,
    /// For whom.
    pub population: String,
    /// What has to hold of the genes, in words.
    pub holds: String,
    /// What to do.
    pub action: Action,
    /// How strong.
    pub strength: Strength,
    /// In our words.
    pub text: String,
    /// Why.
    pub implication: String,
    /// Where from.
    pub citation: Citation,
}
