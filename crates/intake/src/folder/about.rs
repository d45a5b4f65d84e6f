//! What a sender says about a file that does not say it itself: `NAME.about.json` beside it.

use crate::feed::Feed;
use crate::file::FileSettings;
use model::assay::AbsentPosition;
use model::{PartialDate, PatientId, Problem};
use serde::Deserialize;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Largest such file, in bytes.
const BYTES_MAX: u64 = 64 * 1024;

/// Whose a file is, and how it is to be read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct About {
    /// Whose variants or specimen it is.
    patient: Option<String>,
    /// Which specimen, of several.
    sample: Option<String>,
    /// The day on which somebody answered for it.
    signed_on: Option<String>,
    /// Whether a position that the file does not mention is reference.
    #[serde(default)]
    absent_is_reference: bool,
}

impl About {
    /// Reads it; nothing is said where there is none.
    pub(super) fn beside(path: &Path) -> Result<Self, Box<Problem>> {
        let fault = |text: String| Box::new(Problem::error("bad-about", "about.json", text));
        let is_link = std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file());
        if is_link {
            return Err(fault("it is no plain file".to_owned()));
        }
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(fault(error.to_string())),
        };
        let mut bytes = Vec::new();
        let read = file.take(BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|error| fault(error.to_string()))?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(fault(format!("it has more than {BYTES_MAX} bytes")));
        }
        serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))
    }

    /// The settings that it comes to.
    pub(super) fn settings(self, feed: Feed) -> Result<FileSettings, Box<Problem>> {
        let signed_on = match self.signed_on.as_deref() {
            None => None,
            Some(text) => Some(PartialDate::parse(text).ok_or_else(|| {
                let text = format!("`{text}` is no day");
                Box::new(Problem::error("bad-about", "signedOn", text))
            })?),
        };
        let absent_position = if self.absent_is_reference {
            AbsentPosition::Reference
        } else {
            AbsentPosition::NotTested
        };
        Ok(FileSettings {
            patient: self.patient.map(PatientId::new),
            sample: self.sample,
            absent_position,
            signed_on,
            feed: Some(feed),
            ..FileSettings::default()
        })
    }
}
