//! Follows the record's change feed: new facts or new knowledge → engines → statements.
//!
//! For: keeping every patient's statements true to the facts and knowledge of the moment, each in
//! a capsule that can be replayed to the same bytes; asking a person where tests do not agree.
//! Never: HTTP; laboratory formats (FHIR resources of the record are read); facts that are not
//! final.
//! Rules: `docs/ARCHITECTURE.md` §2 (capsules), the action and phenotype rules live in the packs.

mod adopt;
mod clinical;
mod conclude;
mod differing;
mod follow;
mod identity;
pub mod matching;
mod person;
mod replay;
pub mod therapies;
mod tumor;

pub use adopt::{Adopted, Adopter, ChangeKind, PatientChanges, SubjectChange, compare};
pub use clinical::{clinical_advice, conversions};
pub use conclude::{Conclusion, conclude, conclude_one, conclude_with, is_relevant};
pub use differing::GENOTYPE_DIFFERS;
pub use follow::{Failure, Interpreter, Progress};
pub use identity::statement_id;
pub use replay::{Replay, Replayer, load_kept, replay};
pub use tumor::{TUMOR_RESOURCE_TYPES, tumor_profiles};
