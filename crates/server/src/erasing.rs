//! Erasing patients by a page: only where the operator has named a place for the certificates and
//! the key that signs them. The file is made first: what cannot be certified is not begun.

use crate::error::Error;
use record::{Access, CheckpointKey, ErasureCertificate, Record};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where certificates go, and what signs them.
#[derive(Debug)]
pub struct Erasing {
    directory: PathBuf,
    key: CheckpointKey,
}

/// What became of an erasure.
pub(crate) struct Erased {
    /// The certificate.
    pub(crate) certificate: ErasureCertificate,
    /// The same, signed, as it stands in the file.
    pub(crate) signed: String,
    /// The file.
    pub(crate) file: String,
}

impl Erasing {
    /// Certificates in a directory that is there.
    pub fn new(directory: &Path, key: CheckpointKey) -> Self {
        Self { directory: directory.to_owned(), key }
    }

    /// Erases a patient, and writes the certificate.
    ///
    /// # Errors
    /// 404 for nobody, 400 without a reason; an internal error when the certificate cannot be
    /// written, which says whether the patient is erased all the same.
    pub(crate) fn erase(
        &self,
        record: &Record,
        access: &Access,
        patient: &model::PatientId,
        reason: &str,
    ) -> Result<Erased, Error> {
        let file = format!("erasure-{}.certificate", record.new_id());
        let path = self.directory.join(&file);
        let failed = |error: std::io::Error| {
            Error::internal(format!("the certificate {file} cannot be written: {error}"))
        };
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).mode(0o600).open(&path);
        let mut open = opened.map_err(failed)?;
        let erasure = match record.erase_patient(access, patient, reason) {
            Ok(erasure) => erasure,
            Err(failure) => {
                std::fs::remove_file(&path).map_err(failed)?;
                return Err(failure.into());
            }
        };
        let certificate = ErasureCertificate::new(access, &erasure);
        let signed = certificate.signed(&self.key)?;
        open.write_all(signed.as_bytes())
            .and_then(|()| open.sync_all())
            .and_then(|()| File::open(&self.directory)?.sync_all())
            .map_err(|error| {
                Error::internal(format!("erased, but {file} cannot be written: {error}"))
            })?;
        Ok(Erased { certificate, signed, file })
    }
}
