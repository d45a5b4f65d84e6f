//! Passwords: argon2id with 19 MiB and two passes (OWASP password storage, 2025).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Bytes of a password; more is not looked at.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// A hash to compare with when there is no such account, so that both cases take as long.
pub const NO_ACCOUNT_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG5vYm9keQ$\
                                   Zm9yIG5vYm9keSBhdCBhbGwsIG5ldmVyIG1hdGNoZXM";

/// The argon2id hash of a password, with a new salt; `None` when the system has no randomness.
pub fn hash(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

/// Whether a password fits an argon2id hash; a hash that cannot be read fits nothing.
pub fn is_right(stored: &str, password: &str) -> bool {
    password.len() <= PASSWORD_BYTES_MAX
        && PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_can_be_read_and_fits_nothing() {
        assert!(PasswordHash::new(NO_ACCOUNT_HASH).is_ok());
        assert!(!is_right(NO_ACCOUNT_HASH, ""));
        assert!(!is_right("no hash", "secret"));
    }

    #[test]
    fn a_hash_fits_its_password_alone() {
        let stored = hash("correct horse").unwrap();
        assert!(is_right(&stored, "correct horse"));
        assert!(!is_right(&stored, "correct horse "));
        let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
        assert!(!is_right(&hash(&long).unwrap(), &long), "more than is looked at");
    }
}
