//! The certificate of an erasure: what was destroyed, by whom, and what remains until when.
//!
//! A `signed-note` of C2SP, as checkpoints of the audit log are, signed by the same key; its text
//! is JSON.

use super::Erasure;
use crate::audit::{CheckpointKey, Verifier};
use crate::key::DestroyedKey;
use crate::{Access, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the certificate is, for whoever reads the file.
const KIND: &str = "cognate certificate of erasure 1";

/// What remains after every erasure.
const REMAINS: [(&str, &str); 4] = [
    (
        "events of the audit log, which name the patient's id and never what was read",
        "as long as the audit log is kept: 6 years by 45 CFR 164.316(b)(2)",
    ),
    (
        "backups made before: what they hold of the patient is destroyed when one is restored and \
         opened with the list of destroyed keys",
        "until the backup is deleted, or the former keys of the tenant are forgotten",
    ),
    (
        "messages and entries of the review list that could not be told to be this patient's",
        "until a person has worked them off, or they are deleted by the retention of the archive",
    ),
    (
        "what was sent to others before: exports, subscriptions, destinations, printed reports",
        "by the rules of those who received it",
    ),
];

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCertificate {
    /// What this is.
    pub certificate: String,
    /// Whose record.
    pub tenant: String,
    /// Who was erased.
    pub patient: String,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// The data keys that were destroyed.
    pub keys: Vec<DestroyedKey>,
    /// Rows that were taken away, by what they held.
    pub removed: BTreeMap<String, u64>,
    /// Whether the logs of the databases were emptied.
    pub logs_emptied: bool,
    /// What remains.
    pub remains: Vec<Remainder>,
}

/// Something that an erasure does not reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remainder {
    /// What.
    pub what: String,
    /// Until when.
    pub until: String,
}

impl ErasureCertificate {
    /// Of an erasure by an access.
    pub fn new(access: &Access, erasure: &Erasure) -> Self {
        let mut remains: Vec<Remainder> = REMAINS
            .iter()
            .map(|(what, until)| Remainder { what: (*what).into(), until: (*until).into() })
            .collect();
        if !erasure.are_logs_empty {
            remains.push(Remainder {
                what: "sealed rows in the logs of the databases, whose keys are destroyed".into(),
                until: "the logs are written anew; on PostgreSQL, until it reuses the space".into(),
            });
        }
        Self {
            certificate: KIND.to_owned(),
            tenant: access.tenant().as_str().to_owned(),
            patient: erasure.patient.as_str().to_owned(),
            actor: erasure.actor.clone(),
            reason: erasure.reason.clone(),
            at: erasure.at.to_string(),
            keys: erasure.keys.clone(),
            removed: erasure.removed.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect(),
            logs_emptied: erasure.are_logs_empty,
            remains,
        }
    }

    /// The certificate, signed: JSON, an empty line, the signature.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn signed(&self, key: &CheckpointKey) -> Result<String, Failure> {
        let json = serde_json::to_string_pretty(self);
        let json = json.map_err(|error| Failure::Storage(error.to_string()))?;
        Ok(key.note(&format!("{json}\n")))
    }
}

/// Reads a certificate that one of the keys has signed; `None` if none has, or it was altered.
pub fn read_certificate(note: &str, verifiers: &[Verifier]) -> Option<ErasureCertificate> {
    let text = verifiers.iter().find_map(|verifier| verifier.opens(note))?;
    let read: ErasureCertificate = serde_json::from_str(text).ok()?;
    (read.certificate == KIND).then_some(read)
}
