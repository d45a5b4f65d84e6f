//! `cognate patient`

use super::{print, print_json, say};
use crate::arguments::{CertificateArguments, EraseArguments, PatientCommand};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use model::PatientId;
use record::{CheckpointKey, ErasureCertificate, Failure, Verifier, read_certificate};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

/// Runs one of the commands.
pub(crate) fn run(command: &PatientCommand) -> anyhow::Result<Outcome> {
    match command {
        PatientCommand::Erase(arguments) => erase(arguments),
        PatientCommand::Certificate(arguments) => certificate(arguments),
    }
}

/// Erases a patient. The file of the certificate is made first: what cannot be certified is not
/// begun.
fn erase(arguments: &EraseArguments) -> anyhow::Result<Outcome> {
    let key = arguments.store.audit_checkpoint_key.as_ref();
    let key = key.context("`--audit-checkpoint-key` names the key that signs the certificate")?;
    let key = CheckpointKey::open(key).context("the key of checkpoints cannot be used")?;
    let record = store::open(&arguments.store)?;
    let place = &arguments.certificate;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place)
        .with_context(|| format!("the certificate `{}` cannot be written", place.display()))?;
    let access = store::privacy_officer();
    let patient = PatientId::new(arguments.patient.as_str());
    let erasure = match record.erase_patient(&access, &patient, &arguments.reason) {
        Ok(erasure) => erasure,
        Err(failure) => {
            std::fs::remove_file(place)?;
            if failure == Failure::NotFound {
                say("there is no such patient");
                return Ok(Outcome::NotFound);
            }
            return Err(failure).context("the patient was not erased, or not wholly: do it again");
        }
    };
    let certificate = ErasureCertificate::new(&access, &erasure);
    let signed = certificate.signed(&key)?;
    file.write_all(signed.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("erased, but `{}` cannot be written", place.display()))?;
    if arguments.json {
        print_json(&certificate)?;
    } else {
        print(&told(&certificate))?;
    }
    say(&format!("the certificate is `{}`, signed by {}", place.display(), key.verifier()));
    Ok(Outcome::Done)
}

fn told(certificate: &ErasureCertificate) -> String {
    let mut text = format!(
        "patient {} erased at {}, {} keys destroyed\n",
        certificate.patient,
        certificate.at,
        certificate.keys.len()
    );
    let removed = certificate.removed.iter().map(|(what, count)| format!("{count:>8} {what}\n"));
    text.extend(removed);
    let remains = certificate.remains.iter();
    text.extend(remains.map(|rest| format!("remains: {}\n  until: {}\n", rest.what, rest.until)));
    text
}

/// Checks a certificate without a store.
fn certificate(arguments: &CertificateArguments) -> anyhow::Result<Outcome> {
    let file = &arguments.file;
    let note = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    let read = |text: &String| text.parse::<Verifier>().with_context(|| format!("`{text}`"));
    let verifiers = arguments.verifiers.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let Some(certificate) = read_certificate(&note, &verifiers) else {
        say("the certificate is not signed by one of the keys, or was altered");
        return Ok(Outcome::Problem);
    };
    print_json(&certificate)?;
    Ok(Outcome::Done)
}
