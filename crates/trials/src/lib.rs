//! Eligibility trees, three-valued evaluation, bitmap matching, explanation.
//!
//! For: which trials a patient may join, which are ruled out, and what would have to be asked.
//! Never: I/O, the clock, randomness; an unknown fact taken for a yes or a no.
//! Rules come from Kleene's strong three-valued logic (S. C. Kleene, Introduction to
//! Metamathematics, 1952, §64); forms of trials from CTML, ClinicalTrials.gov and FHIR.

pub mod compat;
pub mod criteria;
pub mod ctml;
pub mod date;
pub mod due;
pub mod evaluate;
pub mod explain;
pub mod judge;
pub mod lint;
pub mod patient;
pub mod population;
pub mod registry;
pub mod research_study;
pub mod resources;
pub mod trial;

pub use evaluate::{Answer, Outcome, answer};
pub use explain::explain;
pub use judge::Context;
pub use patient::Patient;
pub use trial::{Cohort, Finding, Site, Status, Trial};
pub use tumor::Truth;
