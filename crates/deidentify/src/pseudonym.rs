//! Pseudonyms: keyed hashes of ids, under a key of each project.
//!
//! The same resource has the same pseudonym in all exports of a project and another one in every
//! other project, so that two projects' data cannot be joined by them. Nobody without the key can
//! make one from an id, as 45 CFR 164.514(c) asks of a code for re-identification.

use aws_lc_rs::hmac;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Hexadecimal digits of a pseudonym: 128 bits.
pub const WORDS_OF_PSEUDONYM: usize = 32;

/// The key of a project and of one version of it. The caller derives it from a secret.
#[derive(Clone)]
pub struct ProjectKey(hmac::Key);

impl std::fmt::Debug for ProjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProjectKey(..)")
    }
}

impl ProjectKey {
    /// A key of 256 bits that were derived for this project alone.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The pseudonym of a resource, in hexadecimal: a valid FHIR id.
    pub fn pseudonym(&self, resource_type: &str, id: &str) -> String {
        let mut text = hex::encode(self.sign("pseudonym", &[resource_type, id]));
        text.truncate(WORDS_OF_PSEUDONYM);
        text
    }

    /// A number for a person, for the ledger of counts.
    pub fn person(&self, patient: &str) -> u64 {
        self.number("person", &[patient])
    }

    /// A number that looks random and is the same each time.
    pub(crate) fn number(&self, purpose: &str, parts: &[&str]) -> u64 {
        let tag = self.sign(purpose, parts);
        tag.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn sign(&self, purpose: &str, parts: &[&str]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [purpose].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_stable_in_a_project_and_strange_to_every_other() {
        let (one, other) = (ProjectKey::new(&[1; 32]), ProjectKey::new(&[2; 32]));
        assert_eq!(one.pseudonym("Patient", "p1"), one.pseudonym("Patient", "p1"));
        assert_ne!(one.pseudonym("Patient", "p1"), other.pseudonym("Patient", "p1"));
        assert_ne!(one.pseudonym("Patient", "p1"), one.pseudonym("Specimen", "p1"));
        // Where one part ends and the next begins is part of what is hashed.
        assert_ne!(one.pseudonym("Patient", "1a"), one.pseudonym("Patient1", "a"));
        assert_eq!(one.pseudonym("Patient", "p1").len(), WORDS_OF_PSEUDONYM);
        assert!(!format!("{one:?}").contains('1'));
    }
}
