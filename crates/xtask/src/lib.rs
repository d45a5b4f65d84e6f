//! Repository chores: tidy rules, offline advisories, generated files and the load generator.
//!
//! For: keeping by machine what the conventions say, so that review can look at meaning.
//! Never: a dependency of a crate that ships; a network address other than loopback.
//! Rules: CONTRIBUTING.md, and docs/decisions/0001-crate-arrows.md for the arrows.

pub mod advisories;
pub mod arguments;
pub mod bench;
pub mod definitions;
pub mod finding;
pub mod generate;
pub mod genes;
pub mod profiles;
pub mod tidy;
pub mod workspace;

pub use finding::Finding;
pub use workspace::Workspace;
