//! The pharmacogenomic part of a pack, as the engines use it.
//!
//! Facts from CPIC/ClinPGx allele definitions, allele functions, phenotypes and guidance,
//! re-expressed as tables (`knowledge/pgx/*.tsv`).

mod key;
pub(crate) mod load;
mod lookup;

pub use key::{KeyValue, STATUS_SEPARATOR, Values};
pub use lookup::{NO_RESULT, SINGLE, UNASSIGNED};
pub use model::conversion::{Effect, EffectStrength};

use model::score::ActivityScore;
use model::statement::{Action, Citation, Strength};

/// Everything the caller and the drug adviser need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PgxKnowledge {
    /// Genes, by symbol order.
    pub genes: Vec<Gene>,
    /// Drugs with rules, by name order.
    pub drugs: Vec<Drug>,
    /// Products and what they contain, for orders coded as products.
    pub products: Vec<Product>,
    /// Recommendations.
    pub actions: Vec<ActionRule>,
    /// What to say while a gene is not known.
    pub alerts: Vec<PreTestRule>,
    /// What the population codes of the rules mean.
    pub populations: Vec<Population>,
    /// Drugs that change how an enzyme works, for phenoconversion.
    pub inhibitors: Vec<Inhibitor>,
}

impl PgxKnowledge {
    /// The gene of that symbol.
    pub fn gene(&self, symbol: &str) -> Option<&Gene> {
        self.genes.iter().find(|gene| gene.symbol == symbol)
    }

    /// The name of a population of a drug: `Acute coronary syndrome or PCI`.
    pub fn population(&self, rxnorm: &str, code: &str) -> Option<&str> {
        let is_meant = |known: &&Population| known.rxnorm == rxnorm && known.code == code;
        self.populations.iter().find(is_meant).map(|known| known.name.as_str())
    }

    /// The drug with that RxNorm ingredient code.
    pub fn drug(&self, rxnorm: &str) -> Option<&Drug> {
        self.drugs.iter().find(|drug| drug.rxnorm == rxnorm)
    }
}

/// A gene: where its alleles are defined and what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gene {
    /// HGNC symbol.
    pub symbol: String,
    /// HGNC id, `HGNC:2621`.
    pub hgnc: String,
    /// Chromosome, `chr10`.
    pub chromosome: String,
    /// Versioned accession of the chromosome, `NC_000010.11`.
    pub refseq: String,
    /// How a call is made.
    pub method: Method,
    /// How many copies of the gene a person has.
    pub copies: Copies,
    /// What an ALT that no allele uses does to the call.
    pub undocumented: Undocumented,
    /// Positions in ascending order; an allele's cells follow this order.
    pub positions: Vec<Position>,
    /// Named alleles in natural order; exactly one is the reference row.
    pub alleles: Vec<Allele>,
    /// Function pair to phenotype; total over all pairs of functions in use.
    pub phenotypes: Vec<PhenotypeRule>,
    /// Activity score to phenotype, for genes whose alleles have activity values.
    pub scores: Vec<ScoreRule>,
    /// One position whose genotype stands in when no pair fits (SLCO1B1 rs4149056).
    pub fallback: Option<Fallback>,
    /// Positions that no allele is defined by and that are reported all the same (rs12777823).
    pub extra_positions: Vec<Position>,
    /// Which of several equally good diplotypes of unphased data stands (NAT2).
    pub priorities: Vec<Priority>,
    /// One position that stands in for another (DPYD HapB3).
    pub proxy: Option<Proxy>,
    /// Alleles that are either there or not, for genes that are read so (HLA).
    pub statuses: Vec<Status>,
}

/// An allele that is either there or not, and how that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `*57:01`.
    pub allele: String,
    /// `*57:01 positive`.
    pub positive: String,
    /// `*57:01 negative`.
    pub negative: String,
}

impl Status {
    /// Of an allele.
    pub fn of(allele: &str) -> Self {
        Self {
            allele: allele.to_owned(),
            positive: format!("{allele} positive"),
            negative: format!("{allele} negative"),
        }
    }
}

/// How a gene is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Pairs of named alleles are laid on the genotypes.
    #[default]
    Pairs,
    /// Variants are listed and the two of lowest function decide (DPYD, RYR1).
    LowestFunction,
    /// As pairs, but for research only: the genotypes cannot show what matters (CYP2D6 has
    /// deletions, copies and hybrids).
    Research,
    /// Only a laboratory's own call counts (HLA, MT-RNR1).
    Reported,
}

/// How many copies of a gene a person has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Two, on an autosome.
    #[default]
    Two,
    /// One or two, on the X chromosome.
    BySex,
    /// One, in the mitochondria.
    One,
}

/// Phenotype of an activity score, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreRule {
    /// Lowest score.
    pub from: ActivityScore,
    /// Highest score; `None` = no upper end.
    pub to: Option<ActivityScore>,
    /// `Poor Metabolizer`.
    pub phenotype: String,
    /// As in [`PhenotypeRule`].
    pub ehr_priority: String,
}

/// A set of diplotypes that unphased data cannot tell apart, and the one that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Names of the alleles of every diplotype of the set, each in natural order.
    pub diplotypes: Vec<(String, String)>,
    /// The one that is far more frequent in phased data.
    pub pick: (String, String),
}

/// A position whose base is known to travel with another one's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Index of the position that decides (rs75017182).
    pub deciding: usize,
    /// Index of the position that stands in for it (rs56038477).
    pub tag: usize,
    /// Allele that has both.
    pub both: String,
    /// Allele that has the deciding one alone.
    pub deciding_only: String,
}

/// A drug that changes how much an enzyme does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibitor {
    /// Ingredient name, lower case.
    pub name: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// ATC codes.
    pub atc: Vec<String>,
    /// HGNC symbol of the enzyme's gene.
    pub gene: String,
    /// Which way.
    pub effect: Effect,
    /// How strongly.
    pub strength: EffectStrength,
    /// What the activity score is multiplied by, in hundredths; `None` = no convention.
    pub factor_percent: Option<u8>,
    /// Where from.
    pub citation: Citation,
}

/// What a base that no allele of the table uses does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undocumented {
    /// The gene is not called.
    #[default]
    NotCalled,
    /// It counts as reference, with a visible note (TPMT and others, see `notes`).
    ReferenceWithNote,
}

/// A position that alleles are defined by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// VCF POS on GRCh38, counted from 1.
    pub position: u64,
    /// VCF REF.
    pub reference: String,
    /// VCF ALTs in use.
    pub alternates: Vec<String>,
    /// dbSNP id.
    pub rsid: Option<String>,
    /// Genomic HGVS without accession, `g.94781859G>A`.
    pub hgvs: String,
    /// A missing one forbids a call.
    pub required: bool,
    /// AMP tier-1: a missing one warns.
    pub tier1: bool,
    /// For indels: what equivalent spellings look like.
    pub indel: Option<IndelContext>,
}

impl Position {
    /// The rsID, else `chr:pos`.
    pub fn name(&self, chromosome: &str) -> String {
        self.rsid.clone().unwrap_or_else(|| format!("{chromosome}:{}", self.position))
    }

    /// Whether every allele is as long as REF.
    pub fn is_substitution(&self) -> bool {
        self.alternates.iter().all(|alternate| alternate.len() == self.reference.len())
    }

    /// Whether every allele is one base.
    pub fn is_snv(&self) -> bool {
        self.reference.len() == 1 && self.alternates.iter().all(|alt| alt.len() == 1)
    }
}

/// The reference sequence around an indel: enough to compare spellings without a FASTA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndelContext {
    /// First position of `sequence`, counted from 1.
    pub start: u64,
    /// Reference bases known from the definitions around the site.
    pub sequence: String,
}

/// A named allele.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allele {
    /// `*2`.
    pub name: String,
    /// The reference row.
    pub reference: bool,
    /// Only known from outside calls (deletions, hybrids).
    pub structural: bool,
    /// Core allele to show in its place (`*45` for `*45.001`).
    pub core: Option<String>,
    /// Own cells: (index into `positions`, bases allowed there as VCF alleles). A position that is
    /// not listed has the reference row's base: blank is not a wildcard. The reference row lists
    /// every position.
    pub cells: Vec<(usize, Vec<String>)>,
    /// `No function` …; `None` = no function has been assigned, which is never normal.
    pub function: Option<String>,
    /// Activity value, for genes that have them; `None` = none assigned, or `n/a`.
    pub activity: Option<ActivityScore>,
}

/// Phenotype of an unordered pair of functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhenotypeRule {
    /// One function; `*` = any.
    pub first: String,
    /// The other; `*` = any, `-` = there is only one copy of the gene.
    pub second: String,
    /// `Poor Metabolizer`.
    pub phenotype: String,
    /// `Abnormal/Priority/High Risk`, `Normal/Routine/Low Risk` or `none` (CPIC EHR priority).
    pub ehr_priority: String,
}

/// One position standing in for the diplotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Index into `positions`.
    pub position: usize,
    /// Function of each base: (VCF allele, function).
    pub functions: Vec<(String, String)>,
}

/// A drug that has rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drug {
    /// Ingredient name, lower case.
    pub name: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// ATC codes.
    pub atc: Vec<String>,
    /// Genes its rules ask for, in order.
    pub genes: Vec<String>,
}

/// A prescribable product (RxNorm SCD, SBD …) and its ingredients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// RxNorm code of the product.
    pub rxnorm: String,
    /// Name of the product.
    pub name: String,
    /// RxNorm ingredient codes.
    pub ingredients: Vec<String>,
}

/// A recommendation of one source for one population and set of phenotypes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRule {
    /// Id of the row, `clopidogrel/CPIC/acs-pci/PM`.
    pub id: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// `CPIC`, `DPWG`, `FDA`.
    pub source: String,
    /// Population code; `general` = everybody.
    pub population: String,
    /// Gene and the values that satisfy it; all must hold.
    pub key: Vec<(String, Vec<KeyValue>)>,
    /// What to do.
    pub action: Action,
    /// How strong.
    pub strength: Strength,
    /// In our words.
    pub text: String,
    /// Why, in our words.
    pub implication: String,
    /// RxNorm ingredients to use instead, with names.
    pub alternatives: Vec<(String, String)>,
    /// Where from.
    pub citation: Citation,
}

/// What to say about a drug while a gene is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreTestRule {
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// Genes.
    pub genes: Vec<String>,
    /// Whether guidance asks for the test before the first dose; otherwise it is a quiet line.
    pub recommended: bool,
    /// In our words.
    pub text: String,
    /// Where from.
    pub citation: Citation,
}

/// What a population code of the rules means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// RxNorm ingredient code of the drug whose rules use it.
    pub rxnorm: String,
    /// Code, `acs-pci`.
    pub code: String,
    /// For people: `Acute coronary syndrome or PCI`.
    pub name: String,
}
