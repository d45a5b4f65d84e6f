//! The report of a drill, for people and for machines, signed by Ed25519 (RFC 8032) with a key
//! that is derived from the key of backups.

use crate::Failure;
use aws_lc_rs::hkdf;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
const MICROS: i64 = 1_000_000;

/// What a drill found. It holds nothing of a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DrillReport {
    /// Where the backups are.
    pub repository: String,
    /// Which snapshot.
    pub snapshot: String,
    /// The moment that it is of, in microseconds since 1970.
    pub of: Timestamp,
    /// Version of the program that took it.
    pub program: String,
    /// When the drill began.
    pub begun: Timestamp,
    /// When the snapshot was restored and checked.
    pub restored: Timestamp,
    /// When everything was looked at.
    pub finished: Timestamp,
    /// Bytes of the files.
    pub bytes: u64,
    /// Versions of resources.
    pub resource_versions: u64,
    /// SHA-256 over them.
    pub resource_sha256: String,
    /// Whether the snapshot says what that has to be; it is the same then.
    pub are_resources_compared: bool,
    /// Segments of the audit log: chains hold, roots are those of the snapshot.
    pub audit_segments: u64,
    /// Events in them.
    pub audit_events: u64,
    /// Versions of resources that were read.
    pub reads: u64,
    /// Of these, as their digest says.
    pub reads_same: u64,
    /// Of these, under a key that was destroyed.
    pub reads_destroyed: u64,
    /// What went wrong; empty if the backup is good.
    pub problems: Vec<String>,
}

impl DrillReport {
    /// Whether the backup is good.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let seconds = |from: Timestamp, to: Timestamp| {
            let micros = to.micros() - from.micros();
            format!("{}.{:01} s", micros / MICROS, micros % MICROS / (MICROS / 10))
        };
        let verdict = if self.is_good() { "GOOD" } else { "NOT GOOD" };
        let compared =
            if self.are_resources_compared { "as in the snapshot" } else { "not compared" };
        let mut text = format!("Restore drill: {verdict}\n\n");
        let lines = [
            ("backups", self.repository.clone()),
            ("snapshot", format!("{}, of {}, by {}", self.snapshot, self.of, self.program)),
            ("begun", self.begun.to_string()),
            (
                "restored",
                format!("in {}, {} bytes", seconds(self.begun, self.restored), self.bytes),
            ),
            ("resources", format!("{} versions, {compared}", self.resource_versions)),
            ("digest", self.resource_sha256.clone()),
            (
                "audit log",
                format!("{} events in {} segments, whole", self.audit_events, self.audit_segments),
            ),
            (
                "reads",
                format!(
                    "{} of {} as their digest says, {} under a destroyed key",
                    self.reads_same, self.reads, self.reads_destroyed
                ),
            ),
            ("finished", format!("after {}", seconds(self.begun, self.finished))),
        ];
        // After something went wrong the rest was not looked at.
        let told = if self.is_good() { lines.len() } else { 3 };
        for (name, value) in lines.iter().take(told) {
            let _ = writeln!(text, "{name:<10} {value}");
        }
        for problem in &self.problems {
            let _ = writeln!(text, "{:<10} {problem}", "PROBLEM");
        }
        text
    }
}

/// A report with its signature over the very bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedReport {
    /// The report as JSON.
    pub report: String,
    /// The public key, 64 hexadecimal digits.
    pub key: String,
    /// The signature, hexadecimal.
    pub signature: String,
}

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

fn pair(secret: &Zeroizing<[u8; KEY_BYTES]>) -> Result<Ed25519KeyPair, Failure> {
    let mut seed = Zeroizing::new([0; KEY_BYTES]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate backup 1")
        .extract(&**secret)
        .expand(&[b"sign drill reports"], Length)
        .and_then(|okm| okm.fill(&mut *seed))
        .map_err(|_| Failure::Sealing)?;
    Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| Failure::Sealing)
}

impl SignedReport {
    /// Signs a report by the key of backups.
    pub fn new(report: &DrillReport, secret: &Zeroizing<[u8; KEY_BYTES]>) -> Result<Self, Failure> {
        let pair = pair(secret)?;
        let report = serde_json::to_string(report).map_err(|_| Failure::Sealing)?;
        let signature = hex::encode(pair.sign(report.as_bytes()));
        Ok(Self { report, key: hex::encode(pair.public_key()), signature })
    }

    /// The report, if it was signed by a public key that the reader knows otherwise.
    pub fn verified(&self, key: &str) -> Option<DrillReport> {
        let public = hex::decode(key).ok()?;
        let signature = hex::decode(&self.signature).ok()?;
        let key = UnparsedPublicKey::new(&ED25519, public);
        key.verify(self.report.as_bytes(), &signature).ok()?;
        serde_json::from_str(&self.report).ok()
    }
}
