//! Backups: encrypted, incremental snapshots of a record in a directory or an S3-compatible
//! store, and the way back.
//!
//! For: taking snapshots of a record that goes on being written to, checking them, letting go of
//! old ones, and restoring one whole or not at all.
//! Never: plain data at the destination; half a snapshot that can be seen; a chunk removed that a
//! kept snapshot needs; a restore into what is not empty.
//! Rules come from 45 CFR 164.308(a)(7) (contingency plan), NIST SP 800-38D (AES-GCM), RFC 5869
//! (HKDF) and the documentation of AWS Signature Version 4.
//!
//! Every call blocks.

mod destination;
mod drill;
mod failure;
pub mod limit;
mod repository;
mod restore;
mod restore_tables;
mod ship;
mod take;
mod upgrade;

pub use destination::{Destination, Directory, Object, S3, S3Settings};
pub use drill::{DRILL_READS, DrillReport, SignedReport, drill};
pub use failure::{Failure, Wrong};
pub use repository::{
    AuditAt, Cutting, FileEntry, Keep, Pruned, Repository, ResourcesAt, SegmentAt, Sent, Snapshot,
    SnapshotId, Stamp, Verified, Writer,
};
pub use restore::{Restored, Restoring, restore};
pub use restore_tables::restore_tables;
pub use ship::{Shipper, Shipping};
pub use take::{Taken, Taking, take};
pub use upgrade::{BEFORE_UPGRADE, before_upgrade};
