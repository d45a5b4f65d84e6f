//! Access policies in Cedar: a decision about one item, and the same policies as the filter that
//! a query carries.
//!
//! For: saying who may read what for which purpose, so that it can be read, changed, versioned and
//! explained without a change of code.
//! Never: I/O, a clock, a rule of its own. What the compiler does not know means no; an error in a
//! policy means no.
//! Rules come from 45 CFR 164.312(a), 164.502(b), 164.524, 42 CFR part 2, the Genetic Information
//! Nondiscrimination Act, HL7 DS4P 1.0.0 (labels) and the Cedar language's own definition of
//! evaluation.

mod compile;
mod decide;
mod filter;
pub mod lint;
mod policies;
mod prepared;
mod questions;
mod signed;
mod words;

pub use compile::Grant;
pub use decide::Decision;
pub use filter::{Fact, Filter};
pub use policies::{POLICIES_BYTES_MAX, POLICIES_MAX, Policies, Refusal, SHIPPED};
pub use words::{Asked, Compartment, Item, LABELS, schema_actions, schema_roles};
