//! Parameters of a query or a form, each at most once (RFC 6749 §3.1, §3.2).

use axum::http::{HeaderMap, header};
use std::collections::BTreeMap;

/// Parameters of one request.
const PARAMETERS_MAX: usize = 64;
/// Bytes of a query or form.
pub(crate) const PARAMETERS_BYTES_MAX: usize = 32 * 1024;
/// What a form says it is.
const FORM: &str = "application/x-www-form-urlencoded";

/// Parameters; one that is empty is like one that is not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads a query; `None` when something stands twice, or there is too much of it.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > PARAMETERS_BYTES_MAX {
            return None;
        }
        let mut found = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes).into_owned() {
            if found.insert(name, value).is_some() || found.len() > PARAMETERS_MAX {
                return None;
            }
        }
        Some(Self(found))
    }

    /// Reads a form; `None` also when it does not say that it is one.
    pub(crate) fn of_form(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case(FORM).then(|| Self::read(body)).flatten()
    }

    /// A parameter that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_twice() {
        let read = Parameters::read(b"a=1&b=&c=x%20y").unwrap();
        assert_eq!((read.get("a"), read.get("b"), read.get("c")), (Some("1"), None, Some("x y")));
        for twice in ["a=1&a=1", "a=1&a=2", "a=&a=1", "a=1&%61=2"] {
            assert!(Parameters::read(twice.as_bytes()).is_none(), "{twice}");
        }
        let many: Vec<String> = (0..=PARAMETERS_MAX).map(|number| format!("p{number}=1")).collect();
        assert!(Parameters::read(many.join("&").as_bytes()).is_none());
        assert!(Parameters::read(&vec![b'a'; PARAMETERS_BYTES_MAX + 1]).is_none());
    }
}
