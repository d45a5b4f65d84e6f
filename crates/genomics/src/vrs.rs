//! Computed identifiers of GA4GH VRS 2.0.
//!
//! An identifier names a sequence by the digest of its bases (refget), which only the bases give.
//! It is known for the sequences below, whose digests published identifiers prove, and made from an
//! operator's reference; else there is none rather than a guess. So it is with an allele that is
//! not in its one form: its state in VRS depends on the repeat around it.

use crate::allele::{Allele, Form, Inserted, Reference};
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
    truncated(&Sha512::digest(bytes))
}

fn truncated(digest: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest.get(..DIGEST_BYTES).unwrap_or_default())
}

/// Bases that are read at a time for a digest.
const BASES_AT_ONCE: u64 = 100_000;

/// The refget digest of a chromosome, `SQ.…`, from its bases; `None` where they are not at hand.
/// It reads all of them: keep it.
pub fn sequence_digest(accession: &str, reference: &dyn Reference) -> Option<String> {
    let length = crate::sequence::known(accession)?.length;
    let (mut digest, mut at, mut bases) = (Sha512::new(), 0, Vec::new());
    while at < length {
        let to = length.min(at + BASES_AT_ONCE);
        reference.fill(accession, at, to, &mut bases).then_some(())?;
        digest.update(&bases);
        at = to;
    }
    Some(format!("SQ.{}", truncated(&digest.finalize())))
}

/// The refget digest of a sequence that published identifiers prove.
pub fn known_digest(accession: &str) -> Option<&'static str> {
    DIGESTS.iter().find(|(held, _)| *held == accession).map(|(_, digest)| *digest)
}

/// The identifier of an allele on a sequence that is known here, `ga4gh:VA.…`; `None` where it
/// cannot be made for certain.
pub fn identifier(allele: &Allele) -> Option<String> {
    identifier_on(allele, known_digest(&allele.change.sequence)?)
}

/// The identifier of an allele on the sequence of a digest, `SQ.…`; `None` while its form is not
/// the one of its variant.
pub fn identifier_on(allele: &Allele, sequence: &str) -> Option<String> {
    let change = &allele.change;
    let Inserted::Bases(inserted) = &change.inserted else { return None };
    if allele.form != Form::Justified {
        return None;
    }
    let state = state(change.deleted.as_deref()?, inserted);
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
        format!("{{\"location\":\"{location}\",\"state\":{state},\"type\":\"Allele\"}}").as_bytes(),
    );
    Some(format!("ga4gh:VA.{digest}"))
}

/// The state of a fully justified allele. What follows from the reference is told by its length
/// and that of the unit which repeats: a deletion, no change, and an insertion that goes on with
/// the repeat around it, by the largest part of it that does so.
fn state(deleted: &str, inserted: &str) -> String {
    let (taken, given) = (deleted.len(), inserted.len());
    let unit = if deleted == inserted {
        Some(given)
    } else if given < taken && deleted.starts_with(inserted) {
        Some(taken - given)
    } else if taken > 0 && inserted.starts_with(deleted) {
        let more = given - taken;
        let is_unit = |unit: &usize| {
            let cycle = inserted.bytes().take(*unit).cycle();
            more % unit == 0 && inserted.bytes().eq(cycle.take(given))
        };
        (1..=more.min(taken)).rev().find(is_unit)
    } else {
        None
    };
    match unit {
        Some(unit) => format!(
            "{{\"length\":{given},\"repeatSubunitLength\":{unit},\
             \"type\":\"ReferenceLengthExpression\"}}"
        ),
        None => {
            format!("{{\"sequence\":\"{inserted}\",\"type\":\"LiteralSequenceExpression\"}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allele::NoReference;
    use crate::range::Range;
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
            // Nobody knows the repeat around it without the reference.
            ("NC_000007.14:140753335:A:", None),
            ("NC_000007.13:140453135:A:T", None),
        ] {
            let allele = spdi::parse(text).unwrap().canonical(&NoReference).unwrap();
            assert_eq!(identifier(&allele).as_deref(), identifier_of, "{text}");
        }
    }

    /// `GGCACACATT` over and over, with the identifiers that the reference implementation
    /// (vrs-python 2.3.3) makes of it.
    #[derive(Debug)]
    struct Made;

    impl Reference for Made {
        fn bases(&self, range: &Range) -> Option<String> {
            let text = "GGCACACATT".repeat(20);
            let place = |at: u64| usize::try_from(at).ok();
            text.get(place(range.start)?..place(range.end)?).map(str::to_owned)
        }
    }

    #[test]
    fn insertions_and_deletions_are_told_by_the_repeat_around_them() {
        let sequence = "SQ.Lai5RcM4bmOBeN8uwkOfuuMTcZAfFtzn";
        assert_eq!(format!("SQ.{}", sha512t24u("GGCACACATT".repeat(20).as_bytes())), sequence);
        for (start, end, inserted, expected) in [
            (12, 14, "", "ga4gh:VA.ujtdpgXvFfcry3mba2P5QcJk7Gt0ib9V"),
            (16, 18, "", "ga4gh:VA.ujtdpgXvFfcry3mba2P5QcJk7Gt0ib9V"),
            (12, 16, "", "ga4gh:VA.C08dhA6zkpvpLiONR8rTh1Aj19T666Nj"),
            (15, 16, "", "ga4gh:VA.bpfgK7Jj2N_EU4zGnHZIipHWIqths58F"),
            (12, 12, "CA", "ga4gh:VA.wOkcjM14rG9kA65EhruinvTkl6ttWsm4"),
            (12, 12, "CACA", "ga4gh:VA.ouOzsBhKMMh8aNW8Ns0GBqqBb5WfueQa"),
            // Longer than the repeat: by the largest part that goes on with it.
            (12, 12, "CACACACA", "ga4gh:VA.Qjw8eEohZaTULJj790KXwyZbHTS4sKrt"),
            (12, 12, "CACACACACA", "ga4gh:VA.U8pQRW6GpaG_UPIjKWwy1N9_udnbSuU7"),
            (18, 18, "TTT", "ga4gh:VA.rYO0361iX3hTZGHJUOGf3MKv7FXY2z24"),
            (12, 12, "CAC", "ga4gh:VA.xk36OfogyMEQwM3sYmofRwwo01S1LmaP"),
            // No repeat, or none that it goes on with.
            (15, 15, "T", "ga4gh:VA.l-qyK-9_1KKwl4L6o_CajOSqhkkhb8xm"),
            (13, 13, "CAC", "ga4gh:VA.qoHqnva0iWPWxtwOBK7mikkPsGTK5oTl"),
            (12, 12, "ACA", "ga4gh:VA.wXAUlnlEX_l2KwU0K-A0uSGWHdO7GMai"),
            (15, 17, "G", "ga4gh:VA.gcXqlJJQb00JZl-fiF2tIGsrj2IDw1a0"),
            (14, 15, "C", "ga4gh:VA.WR7JBDCrDVGsEuSnb7LmvfTSMt2o2P5Z"),
        ] {
            let change = crate::allele::Change {
                sequence: "made".to_owned(),
                start,
                end,
                deleted: None,
                inserted: Inserted::Bases(inserted.to_owned()),
            };
            let allele = change.canonical(&Made).unwrap();
            let found = identifier_on(&allele, sequence);
            assert_eq!(found.as_deref(), Some(expected), "{start}-{end} {inserted}");
        }
    }
}
