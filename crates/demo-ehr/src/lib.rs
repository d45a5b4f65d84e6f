//! The record system of a clinic, small and invented: the other side of the interfaces.
//!
//! It lists patients, shows a chart, takes orders and asks decision support about them, as an EHR
//! would: it reads and writes FHIR R4, finds services by CDS Hooks' discovery, fills their
//! prefetch, shows the cards, applies suggestions, tells what became of each card, and launches a
//! SMART application. Beside everything it shows stands what was sent and answered.
//!
//! Never: a crate of the workspace, a real patient, a log-in of its own.
//!
//! It knows Cognate by its address and two tokens, and depends on no other crate of the workspace:
//! what works here works for any EHR. Orders that are not signed are kept in memory only. It is for
//! invented patients alone and asks nobody to log in.

mod chart;
mod client;
mod controller;
mod failure;
mod hooks;
mod lifestyle;
mod markdown;
mod order;
mod page;
mod setting;

pub use controller::router;
pub use setting::{PatientListed, Setting};
