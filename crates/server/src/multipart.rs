//! Forms with a file (RFC 7578): the parts of a body that is in memory already.

use axum::http::{HeaderMap, header};

/// Parts of one form.
const PARTS_MAX: usize = 16;

/// A part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'b> {
    /// The name of its field.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) body: &'b [u8],
}

/// The parts; `None` if it is no such form or is broken.
pub(crate) fn parts<'b>(headers: &HeaderMap, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = media_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|one| one.trim().strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"');
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let mut rest = body.strip_prefix(format!("--{boundary}").as_bytes())?;
    let line = format!("\r\n--{boundary}");
    let mut found = Vec::new();
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        let end = find(after, line.as_bytes())?;
        found.push(part(after.get(..end)?)?);
        if found.len() > PARTS_MAX {
            return None;
        }
        rest = after.get(end + line.len()..)?;
    }
    rest.starts_with(b"--").then_some(found)
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let said = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = said.split(';').find_map(|one| one.trim().strip_prefix("name=\""))?;
    let name = name.strip_suffix('"')?.to_owned();
    Some(Part { name, body: bytes.get(end + 4..)? })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn of(media_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))])
    }

    const FORM: &str = "multipart/form-data; boundary=XX";

    #[test]
    fn a_form_is_its_parts_and_a_broken_one_is_none() {
        let body =
            b"--XX\r\nContent-Disposition: form-data; name=\"feed\"\r\n\r\nnorth\r\n--XX\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a\"\r\nX: y\r\n\r\nM\r\nS\r\n\
            --XX--\r\n";
        let parts_of = |body: &[u8]| -> Option<Vec<(String, Vec<u8>)>> {
            let found = parts(&of(FORM), body)?;
            Some(found.into_iter().map(|part| (part.name, part.body.to_vec())).collect())
        };
        let whole =
            vec![("feed".to_owned(), b"north".to_vec()), ("file".to_owned(), b"M\r\nS".to_vec())];
        assert_eq!(parts_of(body), Some(whole));
        assert_eq!(parts_of(b"--XX--"), Some(Vec::new()));
        for broken in [&b""[..], b"--XX", b"--YY--", &body[..body.len() - 6], b"--XX\r\nx--XX--"] {
            assert_eq!(parts_of(broken), None, "{broken:?}");
        }
        let many =
            "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--XX".repeat(PARTS_MAX + 1);
        assert_eq!(parts_of(format!("--XX{many}--").as_bytes()), None);
        for other in ["text/plain; boundary=XX", "multipart/form-data; boundary=", "x"] {
            assert!(parts(&of(other), body).is_none(), "{other}");
        }
    }
}
