//! The key under which a card counts as "already shown", and ids derived from it.

use model::id::PatientId;
use sha2::{Digest, Sha256};

const UUID_LENGTH_BYTES: usize = 16;

/// What makes two cards the same alert: patient × order × drug × result × rule × knowledge ×
/// role, and the dose. Another drug, dose, result or pack makes another key.
#[derive(Clone, Debug)]
pub struct KeyParts<'a> {
    /// Whose order.
    pub patient: &'a PatientId,
    /// Which order, `MedicationRequest/103`.
    pub order: &'a str,
    /// RxNorm ingredient code.
    pub rxnorm: &'a str,
    /// The dosage in one canonical text; `None` = not given yet.
    pub dosage: Option<&'a str>,
    /// Gene and phenotype of everything the advice rests on, `CYP2C19=Poor Metabolizer`.
    pub result: &'a str,
    /// Row of the pack.
    pub rule: &'a str,
    /// Digest of the pack.
    pub pack_digest: &'a str,
    /// Who is told.
    pub role: &'a str,
}

impl KeyParts<'_> {
    /// The key: SHA-256 in lower-case hex. Each part is preceded by its length, so that no two
    /// different lists of parts give the same bytes.
    pub fn key(&self) -> String {
        let mut hash = Sha256::new();
        let parts = [
            "cognate-card-1",
            self.patient.as_str(),
            self.order,
            self.rxnorm,
            self.dosage.unwrap_or_default(),
            self.result,
            self.rule,
            self.pack_digest,
            self.role,
        ];
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// A UUID (RFC 9562 version 8) derived from a key and a purpose: the same input gives the same id.
pub fn uuid(key: &str, purpose: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(b"/");
    hash.update(purpose.as_bytes());
    let mut bytes: Vec<u8> = hash.finalize().iter().copied().take(UUID_LENGTH_BYTES).collect();
    if let [_, _, _, _, _, _, version, _, variant, ..] = bytes.as_mut_slice() {
        *version = (*version & 0x0f) | 0x80;
        *variant = (*variant & 0x3f) | 0x80;
    }
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&hex::encode([byte]));
    }
    text
}

/// Whether the text is a UUID in the usual form, any version.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_changes_the_key_and_nothing_else_does() {
        let patient = PatientId::new("100001");
        let other = PatientId::new("100002");
        let base = KeyParts {
            patient: &patient,
            order: "MedicationRequest/1",
            rxnorm: "32968",
            dosage: Some("75 mg"),
            result: "CYP2C19=Poor Metabolizer",
            rule: "actions:x",
            pack_digest: "d",
            role: "prescriber",
        };
        assert_eq!(base.key(), base.clone().key());
        assert_eq!(base.key().len(), 64);
        let changed = [
            KeyParts { patient: &other, ..base.clone() },
            KeyParts { order: "MedicationRequest/2", ..base.clone() },
            KeyParts { rxnorm: "36567", ..base.clone() },
            KeyParts { dosage: Some("150 mg"), ..base.clone() },
            KeyParts { dosage: None, ..base.clone() },
            KeyParts { result: "CYP2C19=Normal Metabolizer", ..base.clone() },
            KeyParts { rule: "actions:y", ..base.clone() },
            KeyParts { pack_digest: "e", ..base.clone() },
            KeyParts { role: "pharmacist", ..base.clone() },
            // The same characters, cut elsewhere.
            KeyParts { rule: "actions:xd", pack_digest: "", ..base.clone() },
        ];
        let mut keys: Vec<String> = changed.iter().map(KeyParts::key).collect();
        keys.push(base.key());
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), changed.len() + 1);
    }

    #[test]
    fn derived_uuids_have_version_8_and_the_rfc_variant() {
        let one = uuid("key", "card");
        assert!(is_uuid(&one), "{one}");
        assert_eq!(one, uuid("key", "card"));
        assert_ne!(one, uuid("key", "suggestion/0"));
        assert_eq!(one.chars().nth(14), Some('8'));
        assert!(matches!(one.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        assert!(!is_uuid("d1577c69-dfbe-44ad-ba6d"));
        assert!(!is_uuid("g1577c69-dfbe-44ad-ba6d-3e05e953b2ea"));
    }
}
