//! Headers of a channel. Their values are secrets: they are kept sealed, and wherever the resource
//! is shown there is a word in their place.

use super::Wanted;
use formats::fhir::access::all;
use model::Problem;
use serde_json::{Value, json};

/// What stands in the place of a header's value.
pub const SEALED: &str = "(sealed)";

/// Headers of one channel.
const HEADERS_MAX: usize = 16;
/// Bytes of one header.
const HEADER_BYTES_MAX: usize = 8 * 1024;
/// Headers that the delivery itself has to write.
const OWN: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "te",
    "upgrade",
    "expect",
];

/// Reads `channel.header`. A value that comes back sealed is the one that is kept.
pub(super) fn read(
    resource: &Value,
    former: Option<&Wanted>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, String)> {
    let written = all(resource, "channel.header");
    let mut headers: Vec<(String, String)> = Vec::new();
    if written.len() > HEADERS_MAX {
        let text = format!("has more than {HEADERS_MAX} headers");
        problems.push(Problem::error("too-much", "Subscription.channel.header", text));
        return headers;
    }
    for (at, header) in written.into_iter().enumerate() {
        match one(header.as_str().unwrap_or_default(), former) {
            Ok((name, _)) if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) => {
                problems.push(fault(at, "is named twice"));
            }
            Ok(header) => headers.push(header),
            Err(wrong) => problems.push(fault(at, wrong)),
        }
    }
    headers
}

fn fault(at: usize, text: &str) -> Problem {
    Problem::error("bad-value", format!("Subscription.channel.header[{at}]"), text)
}

fn one(header: &str, former: Option<&Wanted>) -> Result<(String, String), &'static str> {
    let (name, value) = header.split_once(':').ok_or("is not `Name: value`")?;
    let value = value.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err("has a name that is none of HTTP's");
    }
    if OWN.contains(&name.to_ascii_lowercase().as_str()) {
        return Err("is written by the delivery itself");
    }
    if header.len() > HEADER_BYTES_MAX || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err("has a value that is too long or not plain text");
    }
    if value == SEALED {
        let kept = former.into_iter().flat_map(|former| &former.headers);
        let kept = kept.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        return kept.cloned().ok_or("comes sealed, and no such header is kept here");
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Puts the word in the place of every value.
pub(super) fn seal(resource: &mut Value) {
    let Some(Value::Array(headers)) = resource.pointer_mut("/channel/header") else { return };
    for header in headers {
        let text = header.as_str().unwrap_or_default();
        let name = text.split(':').next().unwrap_or_default().to_owned();
        *header = json!(format!("{name}: {SEALED}"));
    }
}
