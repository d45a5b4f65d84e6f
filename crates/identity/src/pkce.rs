//! Proof Key for Code Exchange (RFC 7636), S256 only.

use crate::jose::encode;
use aws_lc_rs::{constant_time, digest};

/// Characters of a challenge: SHA-256 as base64url without padding.
const CHALLENGE_LENGTH: usize = 43;
/// Characters that a verifier may have (RFC 7636 §4.1).
const VERIFIER_LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// Whether a text can be a challenge of S256.
pub fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref())
}

/// Whether a verifier is the one of the challenge. A challenge is not its own verifier: `plain` is
/// refused here, too.
pub fn fits(kept: &str, verifier: &str) -> bool {
    let is_readable = VERIFIER_LENGTH.contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    is_readable
        && constant_time::verify_slices_are_equal(challenge(verifier).as_bytes(), kept.as_bytes())
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_fits_and_nothing_like_it() {
        assert!(is_challenge(CHALLENGE));
        assert!(fits(CHALLENGE, VERIFIER));
        let short = VERIFIER.get(..42).unwrap();
        for (kept, verifier) in [
            (CHALLENGE, CHALLENGE),
            (VERIFIER, VERIFIER),
            (CHALLENGE, ""),
            (CHALLENGE, &format!("{VERIFIER} ")),
            (&challenge(short), short),
            (&challenge("a b"), "a b"),
            ("", VERIFIER),
        ] {
            assert!(!fits(kept, verifier), "{kept} {verifier}");
        }
        for text in
            ["", "plain", CHALLENGE.get(..42).unwrap(), &format!("{CHALLENGE}="), &"+".repeat(43)]
        {
            assert!(!is_challenge(text), "{text}");
        }
    }
}
