//! Statements and context (order, role, what was already shown) to cards, worklist rows, silence.
//!
//! For: deciding what a prescriber is told at the moment of an order, what stays quiet, and what a
//! tumour board reads of a patient.
//! Never: I/O; FHIR types outside one mapping module (`cds`).
//! Rules come from CDS Hooks 2.0 (card, suggestion, feedback), the three branches of CPIC's
//! pre- and post-test alerts, and the alert policy of `docs/CLINICAL-SAFETY.md`: interrupt
//! rarely, once per order, with a concrete action, and never call the untested normal.

pub mod board;
pub mod card;
pub mod cds;
pub mod key;
pub mod lifestyle;
pub mod measure;
pub mod orders;
pub mod pending;
pub mod policy;
pub mod prevention;
pub mod worklist;

pub use card::{Card, Indicator};
pub use orders::{Needs, Order, Resolution, medicines, needs, resolve};
pub use pending::tests_under_way;
pub use policy::{Decision, Hook, Moment, Role, Settings, Silence, SilenceReason, decide};
pub use worklist::{WorkRow, worklist};
