//! Identifiers. Ids are text; our own are lower-case UUIDs, a client's are kept as given.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One organisation's data; the first column of every key.
    TenantId
}
text_id! {
    /// The id of a `Patient` resource.
    PatientId
}
text_id! {
    /// One received message or file in the raw archive.
    RawId
}
text_id! {
    /// One statement; the same subject about the same patient keeps its id over versions.
    StatementId
}

/// Bytes an id may have (FHIR R4 datatype `id`: `[A-Za-z0-9\-\.]{1,64}`).
pub const FHIR_ID_LENGTH_MAX: usize = 64;

/// Whether the text is a valid FHIR id.
pub fn is_fhir_id(text: &str) -> bool {
    (1..=FHIR_ID_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// A resource, and the version of it that was used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceRef {
    /// FHIR resource type, `Observation`.
    pub resource_type: String,
    /// Logical id.
    pub id: String,
    /// Version, counted from 1.
    pub version: u64,
}

impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/_history/{}", self.resource_type, self.id, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fhir_ids_follow_the_r4_datatype() {
        for good in ["a", "A-1.b", "0190b2f0-7a4e-7c3e-8f00-000000000001", &"x".repeat(64)] {
            assert!(is_fhir_id(good), "{good}");
        }
        for bad in ["", "a/b", "a b", "ä", &"x".repeat(65), "a_b"] {
            assert!(!is_fhir_id(bad), "{bad}");
        }
    }
}
