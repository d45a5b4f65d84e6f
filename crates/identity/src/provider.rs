//! ID tokens of an external provider (OpenID Connect Core 1.0 §3.1.3.7).

use crate::Refusal;
use crate::claims::{Expected, check};
use crate::jose::{Algorithm, KeySet, Unproven};
use model::Timestamp;
use serde_json::{Map, Value};

/// How far clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 60;
/// How far the end of an ID token may be, in seconds: a day.
const LIFETIME_SECONDS_MAX: i64 = 24 * 3_600;
/// Characters of a subject (§2: at most 255 ASCII characters).
const SUBJECT_BYTES_MAX: usize = 255;

/// What an ID token has to say.
#[derive(Clone, Debug)]
pub struct Awaited<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// What we are there.
    pub client: &'a str,
    /// What was sent along with the person.
    pub nonce: &'a str,
    /// The algorithms that the operator has pinned.
    pub algorithms: &'a [Algorithm],
    /// The time.
    pub now: Timestamp,
}

/// Who has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person at the provider, for ever.
    pub subject: String,
    /// All claims.
    pub claims: Map<String, Value>,
}

/// Proves an ID token.
///
/// # Errors
/// The first thing that does not hold.
pub fn prove(token: &str, keys: &KeySet, awaited: &Awaited<'_>) -> Result<Person, Refusal> {
    let proven = Unproven::read(token)?.prove(keys, awaited.algorithms)?;
    let audience = [awaited.client.to_owned()];
    let expected = Expected {
        issuer: awaited.issuer,
        subject: None,
        needs_subject: true,
        audience: &audience,
        now: awaited.now,
        skew_seconds: SKEW_SECONDS,
        lifetime_seconds_max: LIFETIME_SECONDS_MAX,
        needs_identifier: false,
        needs_issue: true,
    };
    let checked = check(&proven, &expected)?;
    let claim = |name: &str| proven.claims.get(name);
    if claim("nonce").and_then(Value::as_str) != Some(awaited.nonce) {
        return Err(Refusal::Challenge);
    }
    // A token for several has to say which of them asked for it.
    let is_for_several = claim("aud").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
    match claim("azp") {
        None if !is_for_several => {}
        Some(Value::String(party)) if party == awaited.client => {}
        _ => return Err(Refusal::Audience),
    }
    let subject = checked.subject.filter(|subject| subject.len() <= SUBJECT_BYTES_MAX);
    let subject = subject.ok_or(Refusal::Subject)?;
    Ok(Person { subject, claims: proven.claims })
}

/// The values of a claim that is a text or a list of texts; a path of names parted by dots leads
/// into objects, as `realm_access.roles`.
pub fn values(claims: &Map<String, Value>, path: &str) -> Vec<String> {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| claims.get(name));
    let found = names.fold(first, |value, name| value.and_then(|value| value.get(name)));
    match found {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_claim_is_a_text_or_a_list_of_texts() {
        let claims = json!({"role": "doctor", "roles": ["a", "b"], "mixed": ["a", 1], "n": 1,
            "realm": {"roles": ["c"]}});
        let Value::Object(claims) = claims else { panic!("an object") };
        for (path, expected) in [
            ("role", vec!["doctor"]),
            ("roles", vec!["a", "b"]),
            ("realm.roles", vec!["c"]),
            ("mixed", vec![]),
            ("n", vec![]),
            ("none", vec![]),
            ("role.x", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(values(&claims, path), expected, "{path}");
        }
    }
}
