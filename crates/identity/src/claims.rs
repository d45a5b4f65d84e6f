//! What the claims of a proven token have to say (RFC 7519 §4.1, RFC 8725 §3.8 to 3.10).

use crate::Refusal;
use crate::jose::Proven;
use model::Timestamp;
use serde_json::Value;

/// Characters of an identifier of a token.
pub const IDENTIFIER_BYTES_MAX: usize = 256;
/// The latest time that can be said in seconds without leaving the range of microseconds.
const SECONDS_MAX: f64 = 9_000_000_000_000.0;

/// What is expected of a token. Every part is checked: there is none that can be left out.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// Who must have issued it.
    pub issuer: &'a str,
    /// Whom it must be about; `None` = whoever it says, but it must say somebody where
    /// [`Expected::needs_subject`] is set.
    pub subject: Option<&'a str>,
    /// Whether it must say whom it is about.
    pub needs_subject: bool,
    /// For whom it may be; one of them is enough.
    pub audience: &'a [String],
    /// The time.
    pub now: Timestamp,
    /// How far clocks may differ, in seconds.
    pub skew_seconds: i64,
    /// How far its end may be from now, in seconds, the skew not counted.
    pub lifetime_seconds_max: i64,
    /// Whether it must have an identifier (`jti`).
    pub needs_identifier: bool,
    /// Whether it must say when it was issued (`iat`).
    pub needs_issue: bool,
}

/// What a token says that met the expectations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whom it is about.
    pub subject: Option<String>,
    /// Its identifier.
    pub identifier: Option<String>,
    /// From when on it need not be remembered any more: its end and the skew.
    pub forget: Timestamp,
}

/// Checks claims.
///
/// # Errors
/// The first expectation that they do not meet. A claim of another type than its own is a claim
/// that is not met, also where it would not be needed.
pub fn check(proven: &Proven, expected: &Expected<'_>) -> Result<Checked, Refusal> {
    if text(proven, "iss", Refusal::Issuer)? != Some(expected.issuer) {
        return Err(Refusal::Issuer);
    }
    let subject = text(proven, "sub", Refusal::Subject)?;
    let is_missing = expected.needs_subject && subject.is_none_or(str::is_empty);
    if is_missing || expected.subject.is_some_and(|wanted| subject != Some(wanted)) {
        return Err(Refusal::Subject);
    }
    audience(proven, expected.audience)?;
    let forget = times(proven, expected)?;
    let identifier = text(proven, "jti", Refusal::Identifier)?;
    if identifier.is_some_and(|id| id.is_empty() || id.len() > IDENTIFIER_BYTES_MAX)
        || (expected.needs_identifier && identifier.is_none())
    {
        return Err(Refusal::Identifier);
    }
    let (subject, identifier) = (subject.map(str::to_owned), identifier.map(str::to_owned));
    Ok(Checked { subject, identifier, forget })
}

fn text<'p>(proven: &'p Proven, name: &str, refusal: Refusal) -> Result<Option<&'p str>, Refusal> {
    match proven.claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(refusal),
    }
}

fn audience(proven: &Proven, audience: &[String]) -> Result<(), Refusal> {
    let is_ours =
        |value: &Value| value.as_str().is_some_and(|one| audience.iter().any(|a| a == one));
    let fits = match proven.claims.get("aud") {
        Some(value @ Value::String(_)) => is_ours(value),
        Some(Value::Array(list)) => list.iter().all(Value::is_string) && list.iter().any(is_ours),
        _ => false,
    };
    if fits { Ok(()) } else { Err(Refusal::Audience) }
}

/// Checks the times; gives when the token need not be remembered any more.
fn times(proven: &Proven, expected: &Expected<'_>) -> Result<Timestamp, Refusal> {
    let now = expected.now.micros();
    let skew = micros(expected.skew_seconds);
    let end = time(proven, "exp", Refusal::Expired)?.ok_or(Refusal::Expired)?;
    if end.saturating_add(skew) <= now {
        return Err(Refusal::Expired);
    }
    let latest = now.saturating_add(micros(expected.lifetime_seconds_max)).saturating_add(skew);
    if end > latest {
        return Err(Refusal::Lifetime);
    }
    let issued = time(proven, "iat", Refusal::Early)?;
    let begins = time(proven, "nbf", Refusal::Early)?;
    let is_early = [issued, begins].into_iter().flatten().any(|at| at > now.saturating_add(skew));
    if is_early || (expected.needs_issue && issued.is_none()) {
        return Err(Refusal::Early);
    }
    if issued.or(begins).is_some_and(|from| from > end) {
        return Err(Refusal::Lifetime);
    }
    Ok(Timestamp::from_micros(end.saturating_add(skew)))
}

fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000)
}

/// A time in seconds, maybe with a fraction (RFC 7519 §2), as microseconds.
fn time(proven: &Proven, name: &str, refusal: Refusal) -> Result<Option<i64>, Refusal> {
    let Some(value) = proven.claims.get(name) else { return Ok(None) };
    if let Some(seconds) = value.as_i64().filter(|seconds| *seconds >= 0) {
        return Ok(Some(micros(seconds)));
    }
    let seconds = value.as_f64().filter(|seconds| (0.0..SECONDS_MAX).contains(seconds));
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    seconds.map(|seconds| Some((seconds * 1e6) as i64)).ok_or(refusal)
}
