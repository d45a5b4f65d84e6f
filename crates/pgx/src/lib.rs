//! Genotype to star alleles, to phenotype, to drug action.
//!
//! For: concluding a gene's diplotypes from genotypes or from a laboratory's call, and what they
//! mean for a drug, each with what the conclusion rests on.
//! Never: I/O, the clock, randomness, a position taken as reference because nobody looked, one of
//! several equally good calls picked silently.
//! Rules come from CPIC allele definition, function and phenotype tables and the pair test over
//! them; guidance from the pack's rules, each with its citation.

mod advise;
mod bits;
mod call;
mod caller;
mod combine;
mod memo;
mod natural;
mod normal_form;
mod observe;
mod pairs;
mod phenoconversion;
mod phenotype;
mod plan;
mod reported;
mod self_call;
mod table;

pub use advise::advise;
pub use caller::{Caller, Plan, Settings, Sex, call, call_gene, call_gene_with};
pub use combine::{combine, is_difference};
pub use memo::{Memo, Remembered};
pub use normal_form::span_end;
pub use pairs::DIPLOTYPES_MAX;
pub use phenoconversion::{advise_clinically, convert};
pub use reported::from_reported;
pub use self_call::lint_self_calls;

use model::statement::EngineRef;

/// Name of the engine in capsules.
pub const ENGINE_NAME: &str = "pgx";
/// Version of the engine in capsules.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// This engine, for capsules.
pub fn engine() -> EngineRef {
    EngineRef { name: ENGINE_NAME.to_owned(), version: ENGINE_VERSION.to_owned() }
}

#[cfg(test)]
mod testing;
