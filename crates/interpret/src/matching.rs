//! Trials of the record, and the patients they are for.
//!
//! For: keeping trials as they were curated, putting patients of the record to them, and noting
//! what changed for whom.
//! Never: a fact that is hidden from who asks; an unknown fact taken for a yes or a no.

mod book;
mod evidence;
mod facts;
mod follow;
mod matcher;
mod offer;
mod remember;
mod study;

pub use book::{KeptTrial, keep_trial, kept_trial, kept_trials};
pub use facts::{PatientFacts, Seen, World};
pub use follow::Matched;
pub use matcher::Matcher;
pub use offer::{GeneTested, Offer, Offers, RANKING};
pub use study::{file_study, research_study, study_id};
pub use trials::explain::{Explanation, LeafReason, Reason};
pub use trials::lint::lint as findings;
pub use trials::patient::{Source, Sources};
pub use trials::{Cohort, Site, Status, Trial};
pub use tumor::event::{Certainty, CopyChange, EventOrigin, ShortVariant};
pub use tumor::normalise::Panels;
pub use tumor::protein::ProteinChange;
pub use tumor::{
    Alteration, AlterationClass, Arm, Consequence, CopyClass, CoveredGenes, Cytoband, Event, Gene,
    Genes, Hgnc, TumorProfile, TumorView,
};
