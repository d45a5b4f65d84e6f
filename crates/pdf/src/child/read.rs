//! Whatever reads documents.

use super::ask::{ReadFailure, Reader};
use crate::Failure;
use crate::reading::Reading;
use crate::second;
use std::fmt;
use tumor::gene::Genes;

/// Reads documents.
pub trait ReadDocuments: fmt::Debug + Send + Sync {
    /// What a document may say.
    ///
    /// # Errors
    /// Why nothing is known of it.
    fn read(&self, bytes: &[u8]) -> Result<Reading, ReadFailure>;

    /// A page of a document as a picture (SVG).
    ///
    /// # Errors
    /// Why there is none.
    fn picture(&self, bytes: &[u8], page: u32) -> Result<String, ReadFailure>;
}

impl ReadDocuments for Reader {
    fn read(&self, bytes: &[u8]) -> Result<Reading, ReadFailure> {
        Self::read(self, bytes)
    }

    fn picture(&self, bytes: &[u8], page: u32) -> Result<String, ReadFailure> {
        Self::picture(self, bytes, page)
    }
}

/// Reads in the process that asks, without its limits: for tests and their own documents, never
/// for those of others.
#[derive(Debug)]
pub struct InProcess(pub Genes);

fn refused(failure: &Failure) -> ReadFailure {
    ReadFailure::Refused { word: failure.word().to_owned(), text: failure.to_string() }
}

impl ReadDocuments for InProcess {
    fn read(&self, bytes: &[u8]) -> Result<Reading, ReadFailure> {
        let mut reading = crate::read(bytes, &self.0).map_err(|failure| refused(&failure))?;
        if !reading.proposals.is_empty() {
            let texts = second::texts(bytes).map_err(|failure| refused(&failure));
            second::compare(&mut reading, texts);
        }
        Ok(reading)
    }

    fn picture(&self, bytes: &[u8], page: u32) -> Result<String, ReadFailure> {
        crate::picture(bytes, page).map_err(|failure| refused(&failure))
    }
}
