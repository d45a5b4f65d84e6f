//! What a request gives, from its address or its body.

use super::BODY_BYTES_MAX;
use crate::error::Error;
use ::genomics::asked::Given;
use axum::http::StatusCode;
use formats::fhir::genomics::given;
use formats::fhir::json;
use model::Problem;

/// The pairs of a query string. `+` is itself, not a blank: HGVS has it
/// (`NM_000769.4:c.332+1G>A`), and no name or value of these operations needs a blank that way.
pub(super) fn of_query(query: &str) -> Result<Vec<(String, Given)>, Error> {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            let text = "an escape is no UTF-8 text";
            let problem = Problem::error("bad-url", "query", text);
            return Err(Error::problems(StatusCode::BAD_REQUEST, vec![problem]));
        };
        // Content negotiation: there is only JSON.
        if !matches!(name.as_str(), "_format" | "_pretty") {
            pairs.push((name, Given::Text(value)));
        }
    }
    Ok(pairs)
}

/// The text without its `%` escapes; what only looks like one stays (RFC 3986 §2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped = match (byte, after) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The parameters of a body.
pub(super) fn of_body(body: &[u8]) -> Result<Vec<(String, Given)>, Error> {
    let refused = |problems| Error::problems(StatusCode::BAD_REQUEST, problems);
    let document = json::read(body, BODY_BYTES_MAX).map_err(|problem| refused(vec![problem]))?;
    given(&document.value).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_no_blank_and_escapes_are_read() {
        for (query, value) in [
            ("variants=NM_000769.4:c.332+1G>A", "NM_000769.4:c.332+1G>A"),
            ("variants=NM_000769.4%3Ac.332%2B1G%3EA", "NM_000769.4:c.332+1G>A"),
            ("variants=NM_001354609.2:c.1802=", "NM_001354609.2:c.1802="),
            ("variants=NM_000038.6:c.*12del", "NM_000038.6:c.*12del"),
            ("variants=a%2", "a%2"),
            ("variants", ""),
        ] {
            let read = of_query(query).unwrap();
            assert_eq!(read, [("variants".to_owned(), Given::Text(value.to_owned()))], "{query}");
        }
        assert!(of_query("variants=%FF").is_err());
        assert_eq!(of_query("_format=json&").unwrap(), []);
    }
}
