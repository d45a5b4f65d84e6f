//! The id of a statement: the same subject about the same patient keeps it over versions.

use model::{PatientId, StatementId, TenantId};
use record::derived_id;

/// The id of what is said about `subject` (a gene symbol, an RxNorm ingredient) for a patient:
/// derived from its parts, so that any run of the engines agrees on it.
pub fn statement_id(
    tenant: &TenantId,
    patient: &PatientId,
    kind: &str,
    subject: &str,
) -> StatementId {
    StatementId::new(derived_id([tenant.as_str(), patient.as_str(), kind, subject]))
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
