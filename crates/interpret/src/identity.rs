//! The id of a statement: the same subject about the same patient keeps it over versions.

use model::{PatientId, StatementId, TenantId};
use sha2::{Digest, Sha256};

/// The id of what is said about `subject` (a gene symbol, an RxNorm ingredient) for a patient:
/// a version 8 UUID over the SHA-256 of its parts, so that any run of the engines agrees on it.
pub fn statement_id(
    tenant: &TenantId,
    patient: &PatientId,
    kind: &str,
    subject: &str,
) -> StatementId {
    let mut hash = Sha256::new();
    for part in [tenant.as_str(), patient.as_str(), kind, subject] {
        // The length first, so that no two lists of parts run together to the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    StatementId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_every_part_and_on_nothing_else() {
        let id = |tenant: &str, patient: &str, kind: &str, subject: &str| {
            statement_id(&TenantId::new(tenant), &PatientId::new(patient), kind, subject)
        };
        let one = id("t", "p", "gene", "CYP2C19");
        assert_eq!(one, id("t", "p", "gene", "CYP2C19"));
        assert_eq!(one.as_str().len(), 36);
        for other in [
            id("u", "p", "gene", "CYP2C19"),
            id("t", "q", "gene", "CYP2C19"),
            id("t", "p", "drug", "CYP2C19"),
            id("t", "p", "gene", "TPMT"),
            id("tp", "", "gene", "CYP2C19"),
        ] {
            assert_ne!(one, other);
        }
    }
}
