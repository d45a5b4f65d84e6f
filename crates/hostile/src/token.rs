//! Signed tokens and sets of keys: whatever they say, nothing is proven by a key that has not
//! signed it.

use identity::jose::{Algorithm, KeySet, Unproven};
use serde_json::Map;

const ALGORITHMS: &[Algorithm] =
    &[Algorithm::Es384, Algorithm::Rs384, Algorithm::Es256, Algorithm::Rs256];

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A set of keys and a token, parted by a line.
    let (set, token) = text.split_once('\n').unwrap_or(("", &text));
    let (mut keys, problems) = KeySet::read(set.as_bytes());
    let _ = problems;
    for _ in 0..2 {
        if let Ok(unproven) = Unproven::read(token) {
            let _ = (unproven.issuer().map(str::len), unproven.key_id().map(str::len));
            let _ = unproven.key_set_url();
            let proven = unproven.prove(&keys, ALGORITHMS);
            assert!(proven.is_err(), "a token of nobody was proven");
        }
        keys = KeySet::default();
    }
    let _ = identity::provider::values(&Map::default(), &text);
    let _ = identity::redirect::fault(&text);
    let _ = identity::pkce::is_challenge(&text);
    let _ = identity::passkey::challenge_of(bytes);
}
