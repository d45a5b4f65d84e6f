//! All patients and all cohorts at once: sets of patients instead of pairs.
//!
//! Patients stand in shards of 65,536, in the order of their diagnoses. Every distinct leaf is an
//! atom and has, in a shard, the set of those who meet it and of those who may; a tree is evaluated
//! with two set operations a node, and only among those whom nothing before it has ruled out.
//! A set is one block of 8 kB that stays in the processor's cache, or a short list, so that no
//! compressed bitmaps are needed. What comes out is what [`crate::answer`] says, pair by pair.

mod bits;
mod evaluate;
mod found;
mod genes;
mod members;
mod plan;
mod shard;
mod single;
mod ways;

pub use bits::{Bits, SHARD_PATIENTS};
pub use evaluate::{Evaluator, Sets};
pub use plan::Plan;
pub use shard::{Shard, ShardBuilder};
