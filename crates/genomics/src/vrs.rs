//! Computed identifiers of GA4GH VRS 2.0.
//!
//! An identifier names a sequence by the digest of its bases (refget), which only the bases give.
//! It is made for the sequences below, whose digests published identifiers prove; for all others
//! there is none rather than a guess. So it is with what is only inserted or deleted: its state in
//! VRS depends on the repeat around it.

use crate::allele::{Allele, Form, Inserted};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha512};

/// Accessions and the refget digests of their bases.
const DIGESTS: [(&str, &str); 2] = [
    ("NC_000007.14", "SQ.F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul"),
    ("NC_000019.10", "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl"),
];

/// Bytes of SHA-512 that a digest keeps.
const DIGEST_BYTES: usize = 24;

/// GA4GH's truncated digest: the first 24 bytes of SHA-512 as base64url.
pub fn sha512t24u(bytes: &[u8]) -> String {
    let digest = Sha512::digest(bytes);
    let kept: Vec<u8> = digest.iter().copied().take(DIGEST_BYTES).collect();
    URL_SAFE_NO_PAD.encode(kept)
}

/// The identifier of an allele, `ga4gh:VA.…`; `None` where it cannot be made for certain.
pub fn identifier(allele: &Allele) -> Option<String> {
    let change = &allele.change;
    let Inserted::Bases(inserted) = &change.inserted else { return None };
    if allele.form != Form::Justified || inserted.is_empty() || change.start == change.end {
        return None;
    }
    if change.deleted.as_ref().is_none_or(String::is_empty) {
        return None;
    }
    // A repeat that was widened has a state of its own kind.
    let is_indel = change
        .deleted
        .as_ref()
        .is_some_and(|d| d.starts_with(inserted.as_str()) || inserted.starts_with(d.as_str()));
    if is_indel && !allele.is_reference() {
        return None;
    }
    let (_, sequence) = DIGESTS.iter().find(|(accession, _)| *accession == change.sequence)?;
    // Canonical JSON: names in order, no blanks, nothing but what the digest is made of.
    let (start, end) = (change.start, change.end);
    let location = sha512t24u(
        format!(
            "{{\"end\":{end},\"sequenceReference\":{{\"refgetAccession\":\"{sequence}\",\
             \"type\":\"SequenceReference\"}},\"start\":{start},\"type\":\"SequenceLocation\"}}"
        )
        .as_bytes(),
    );
    let digest = sha512t24u(
        format!(
            "{{\"location\":\"{location}\",\"state\":{{\"sequence\":\"{inserted}\",\
             \"type\":\"LiteralSequenceExpression\"}},\"type\":\"Allele\"}}"
        )
        .as_bytes(),
    );
    Some(format!("ga4gh:VA.{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allele::NoReference;
    use crate::spdi;

    #[test]
    fn digests_are_those_of_the_standard() {
        // The digest of nothing and of `ACGT`, from the refget and VRS specifications.
        assert_eq!(sha512t24u(b""), "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc");
        assert_eq!(sha512t24u(b"ACGT"), "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2");
    }

    #[test]
    fn identifiers_are_the_published_ones() {
        for (text, identifier_of) in [
            // rs7412 and BRAF V600E.
            ("NC_000019.10:44908821:C:T", Some("ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt")),
            ("NC_000007.14:140753335:A:T", Some("ga4gh:VA.Otc5ovrw906Ack087o1fhegB4jDRqCAe")),
            ("NC_000007.14:140753334:CAG:CTG", Some("ga4gh:VA.Otc5ovrw906Ack087o1fhegB4jDRqCAe")),
            ("NC_000007.14:140753335:A:", None),
            ("NC_000007.13:140453135:A:T", None),
        ] {
            let allele = spdi::parse(text).unwrap().canonical(&NoReference).unwrap();
            assert_eq!(identifier(&allele).as_deref(), identifier_of, "{text}");
        }
    }
}
