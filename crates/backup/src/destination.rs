//! Where backups are kept: a place with named objects that are written whole or not at all.

mod directory;
mod s3;

pub use directory::Directory;
pub use s3::{S3, S3Settings};

use crate::Failure;

/// An object at a destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its name, parts parted by `/`.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A place for objects. Names are made of `a-z`, `0-9`, `-` and `/` alone.
pub trait Destination: Send + Sync + std::fmt::Debug {
    /// Where it is, for people, without credentials.
    fn place(&self) -> String;

    /// Writes an object whole, in place of one that is there. A crash leaves the one before, or
    /// none.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure>;

    /// Reads an object; `None` if it is not there.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failure>;

    /// The objects whose name begins with a prefix that ends with `/`, by name.
    fn list(&self, prefix: &str) -> Result<Vec<Object>, Failure>;

    /// Removes an object; one that is not there is no failure.
    fn remove(&self, name: &str) -> Result<(), Failure>;

    /// Returns when everything that was put would be there after a loss of power.
    fn settle(&self) -> Result<(), Failure>;
}
