//! What reading a report came to: proposals for a person, never results.

use crate::page::Area;
use crate::section::Section;
use model::Problem;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for it, stable.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

words! {
    /// What a proposal is about.
    ProposalKind {
        /// A small variant.
        Variant => "variant",
        /// Copies of a gene.
        CopyNumber => "copy-number",
        /// A gene broken, or joined to another.
        Rearrangement => "rearrangement",
        /// A gene's genotype with what it means for medicines.
        Genotype => "genotype",
        /// A measurement of the whole tumour.
        Measure => "measure",
    }
}

words! {
    /// What a field holds.
    FieldName {
        /// The gene, by its approved symbol.
        Gene => "gene",
        /// The other gene of a rearrangement.
        Partner => "partner",
        /// Accession of the transcript.
        Transcript => "transcript",
        /// Change of the coding sequence, with `c.`.
        Coding => "coding",
        /// Change of the protein, with `p.`.
        Protein => "protein",
        /// What happened to the gene, in a word: `amplification`.
        Change => "change",
        /// The laboratory's word for what it means.
        Significance => "significance",
        /// Share of reads, 0 to 1.
        AlleleFraction => "allele-fraction",
        /// Whether the laboratory is not sure of it.
        Equivocal => "equivocal",
        /// Two star alleles.
        Diplotype => "diplotype",
        /// What it means for a gene's enzyme.
        Phenotype => "phenotype",
        /// What was measured: `tmb`, `msi`.
        Measure => "measure",
        /// The number.
        Value => "value",
        /// Its unit.
        Unit => "unit",
        /// The laboratory's word for the number.
        Level => "level",
    }
}

words! {
    /// Whether a document is a report of a person.
    Class {
        /// It is.
        Report => "report",
        /// It is a paper, a specification, a brochure: nothing in it is about anybody.
        NotAReport => "not-a-report",
    }
}

/// One field of a proposal, and where it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What it holds.
    pub name: FieldName,
    /// The value in its normal form; `None` if what is written does not make one.
    pub value: Option<String>,
    /// As it is written.
    pub written: String,
    /// Page, from 1.
    pub page: u32,
    /// Where on the page.
    pub area: Area,
}

/// What a report may say, for a person to confirm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// About what.
    pub kind: ProposalKind,
    /// In which part of the report it stands.
    pub section: Section,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Where the same stands again: pages.
    pub also_on: Vec<u32>,
    /// Fields that the second engine does not read where the first one does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_engine: Vec<FieldName>,
    /// How sure a recogniser is of its least sure word, of 100; `None` if the file states all of
    /// it. What was recognised takes two people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
}

impl Proposal {
    /// The value of a field.
    pub fn value(&self, name: FieldName) -> Option<&str> {
        self.field(name)?.value.as_deref()
    }

    /// A field.
    pub fn field(&self, name: FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What a report says is not there: compared with what its laboratory sent beside it, and never a
/// result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Denial {
    /// The gene, by its approved symbol.
    pub gene: String,
    /// What of it is denied; all of the gene if nothing is named.
    pub fields: Vec<Field>,
    /// As it is written.
    pub written: String,
    /// Page, from 1.
    pub page: u32,
}

impl Denial {
    /// The value of a field.
    pub fn value(&self, name: FieldName) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name)?.value.as_deref()
    }
}

/// What a report says of whom it is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// The patient's name as written.
    pub name: Option<Place>,
    /// The date of birth as written.
    pub birth_date: Option<Place>,
    /// Numbers of the patient as written.
    pub numbers: Vec<Place>,
}

/// A text in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// As written.
    pub text: String,
    /// Page, from 1.
    pub page: u32,
    /// Where on the page.
    pub area: Area,
}

/// A page's size, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What reading came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What the document is.
    pub class: Class,
    /// Sizes of its pages, the first one first.
    pub pages: Vec<Size>,
    /// Whom it is about.
    pub stated: Stated,
    /// What it may say.
    pub proposals: Vec<Proposal>,
    /// What it says is not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<Denial>,
    /// What was noticed.
    pub problems: Vec<Problem>,
    /// Pages that have no text, and none that was recognised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_text: Vec<u32>,
    /// Pages that have text, and beside it a large picture, or shapes that may be letters, in which
    /// no word was recognised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with_pictures: Vec<u32>,
}

impl Reading {
    /// Pages in whose pictures words may be recognised, those without any text first.
    pub fn pictured(&self) -> Vec<u32> {
        [self.without_text.as_slice(), &self.with_pictures].concat()
    }
}
