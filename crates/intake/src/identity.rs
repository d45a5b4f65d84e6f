//! Ids that follow from what they name, so that filing again finds what was filed before.

use sha2::{Digest, Sha256};

/// A version 8 UUID over the SHA-256 of the parts.
pub(crate) fn uuid_of<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length first, so that no two lists of parts run together to the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::uuid_of;

    #[test]
    fn parts_do_not_run_together() {
        let id = |parts: &[&str]| uuid_of(parts.iter().copied());
        assert_eq!(id(&["a", "b"]), id(&["a", "b"]));
        assert_ne!(id(&["a", "b"]), id(&["ab", ""]));
        assert_ne!(id(&["a", "b"]), id(&["b", "a"]));
    }
}
