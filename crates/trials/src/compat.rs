//! Matching as matchengine-V2 does it, for sites that migrate: two-valued and closed-world.
//!
//! What is not in a document is taken for "no"; only open levels of open trials run, each level by
//! itself; whoever has no reason to show is not reported. It says what the old system says and is
//! no basis for new decisions. The rules are those that V2's documentation and answers show; one
//! defect is left out on purpose: V2 loses an "or" on some nested trees and then reports too many.

mod alternatives;
mod clause;
mod clinical;
mod convert;
mod document;
mod field;
mod genomic;
mod migrate;
mod names;
mod run;
mod structural;

pub use document::{Match, SortKey};
pub use field::{Record, load};
pub use migrate::{Cause, Difference, Migrated, Sides, migrate};
pub use names::NameMap;
pub use run::{Matched, Options, run};
