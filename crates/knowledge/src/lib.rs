//! Knowledge packs: load, lint, version, diff and index.
//!
//! For: turning reviewable tables into what engines look up, and proving which tables they were.
//! Never: the network at run time; upstream sentences (facts only, in our own words).
//! Rules come from `knowledge/pgx/README.md`; facts from the sources each `pack.toml` names.
//!
//! A pack is a directory: `pack.toml` (who, when, from where, digest of each table) and one
//! tab-separated table per kind of fact. It is loaded whole or refused whole.

mod diff;
mod digest;
mod error;
pub mod evidence;
pub mod import;
mod lint;
mod manifest;
pub mod oncology;
mod pack;
pub mod pgx;
mod signature;
pub mod table;

pub use diff::{Changed, DrugChange, GeneChange, Summary, TableChange, diff};
pub use digest::{sha256_hex, write_manifest_digests};
pub use error::LoadError;
pub use lint::lint;
pub use manifest::{FileEntry, Manifest, Source};
pub use pack::{MANIFEST_FILE, PACK_BYTES_MAX, Pack};
pub use signature::{
    BadKey, PublicKey, SIGNATURE_BYTES_MAX, SIGNATURE_FILE, SIGNATURES_MAX, SigningKey,
    sign_directory, signer_of, verify,
};
