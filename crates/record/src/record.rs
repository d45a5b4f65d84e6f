//! The record itself: opening it, its clock and its ids.

use crate::{Failure, MasterKey};
use model::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the record takes the time from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where the record is and how it is opened.
#[derive(Debug)]
pub struct Settings {
    /// The directory of the databases and the audit log; made if it does not exist.
    pub directory: PathBuf,
    /// The key everything is sealed by.
    pub master_key: MasterKey,
    /// Read connections of each database, 1 to [`crate::limit::READERS_MAX`].
    pub readers: usize,
}

/// The longitudinal record. Clones share one store.
#[derive(Clone)]
pub struct Record {
    pub(crate) clock: Clock,
}
