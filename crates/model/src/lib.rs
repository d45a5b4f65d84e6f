//! Plain types of the domain: who, what was tested, what was found, what it means.
//!
//! For: the one vocabulary that every other crate speaks.
//! Never: tokio, SQL, FHIR JSON, HTTP, files, the clock or random numbers.
//! Rules come from `docs/ARCHITECTURE.md` §2 (raw first, three states, capsules, determinism).

pub mod absence;
pub mod assay;
pub mod code;
pub mod conversion;
pub mod fact;
pub mod genotype;
pub mod id;
pub mod lifestyle;
pub mod medication;
pub mod patient;
pub mod problem;
pub mod provenance;
pub mod reported;
pub mod request;
pub mod resource_type;
pub mod score;
pub mod specimen;
pub mod statement;
pub mod time;
pub mod tumor;
pub mod variant;
pub mod words;

pub use code::{CodeableConcept, Coding};
pub use fact::Fact;
pub use id::{PatientId, RawId, ResourceRef, StatementId, TenantId};
pub use problem::{Problem, Severity};
pub use statement::Statement;
pub use time::{PartialDate, Timestamp};
