//! Tumour profile, biomarkers, oncogenicity, tiers, therapies.
//!
//! For: what was found in a tumour, what the assays could have found, and what follows.
//! Never: I/O, the clock, randomness; an alteration called absent that no assay could see.
//! Rules come from the three states of `model::absence`, HGVS for protein changes, HGNC for genes
//! and OncoTree for tumour types; tiers (AMP/ASCO/CAP 2017) and oncogenicity (ClinGen/CGC/VICC
//! 2022) follow.

pub mod alteration;
pub mod asked;

pub mod biomarker;
pub mod consequence;
pub mod coverage;
pub mod cytoband;
pub mod event;
pub mod evidence;
pub mod gene;
pub mod normalise;
pub mod oncogenicity;
pub mod oncotree;
pub mod profile;
pub mod protein;
pub mod therapy;
pub mod tier;
pub mod truth;

pub use alteration::AlterationClass;
pub use asked::{EventAsked, EventKind, GeneAsked, Partner};
pub use biomarker::{Biomarker, BiomarkerKind, Level};
pub use consequence::Consequence;
pub use coverage::{CoveredGenes, Extent};
pub use cytoband::{Arm, Cytoband};
pub use event::{Alteration, CopyClass, Event, Function};
pub use gene::{Gene, Genes, Hgnc};
pub use oncotree::{Node, OncoTree};
pub use profile::{TumorProfile, TumorView};
pub use truth::Truth;
