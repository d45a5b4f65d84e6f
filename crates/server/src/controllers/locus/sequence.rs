//! The operator's reference as a browser of genomes reads it: one chromosome as a FASTA of one
//! line without a head, by ranges of bytes, and its index. No file is given away whole.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use ::genomics::allele::Reference as _;
use ::genomics::reference::BASES_MAX;
use ::genomics::sequence::known;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// `GET /reference/{name}`: `NC_000010.11.fa` by ranges, `NC_000010.11.fa.fai` whole.
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    _caller: Caller,
) -> Result<Response, Error> {
    let (stem, is_index) = match name.strip_suffix(".fai") {
        Some(stem) => (stem, true),
        None => (name.as_str(), false),
    };
    let accession = stem.strip_suffix(".fa").unwrap_or_default().to_owned();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let asked = asked.map(str::to_owned);
    app.blocking(move |app| {
        let held = known(&accession).ok_or_else(Error::not_found)?;
        let chromosome = format!("chr{}", held.chromosome);
        if is_index {
            bases(app, &accession, 0, 1).ok_or_else(Error::not_found)?;
            return Ok(index(&chromosome, held.length).into_response());
        }
        let asked = asked.as_deref().and_then(|asked| range(asked, held.length));
        let (start, end) = asked.ok_or_else(unsatisfied)?;
        let bases = bases(app, &accession, start, end).ok_or_else(Error::not_found)?;
        Ok(part(bases, (start, end), held.length))
    })
    .await
}

fn bases(app: &App, accession: &str, start: u64, end: u64) -> Option<Vec<u8>> {
    let mut bases = Vec::new();
    let references = &app.genomics().references;
    references.fill(accession, start, end, &mut bases).then_some(bases)
}

/// A FASTA index of one sequence on one line, without a head.
fn index(chromosome: &str, length: u64) -> String {
    format!("{chromosome}\t{length}\t0\t{length}\t{}\n", length + 1)
}

/// The bytes that are asked for, from first to one past the last; no more than one look-up reads.
fn range(asked: &str, length: u64) -> Option<(u64, u64)> {
    let (first, last) = asked.strip_prefix("bytes=")?.split_once('-')?;
    let start: u64 = first.trim().parse().ok()?;
    let last: u64 = match last.trim() {
        "" => length.checked_sub(1)?,
        last => last.parse().ok()?,
    };
    let end = last.min(length.checked_sub(1)?).checked_add(1)?;
    (start < end && end - start <= BASES_MAX).then_some((start, end))
}

const BYTES: HeaderValue = HeaderValue::from_static("text/plain; charset=us-ascii");
const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

fn part(bases: Vec<u8>, (start, end): (u64, u64), length: u64) -> Response {
    let said = format!("bytes {start}-{}/{length}", end.saturating_sub(1));
    let headers = [(header::CONTENT_TYPE, BYTES), NOSNIFF];
    let mut response = (StatusCode::PARTIAL_CONTENT, headers, bases).into_response();
    if let Ok(said) = HeaderValue::from_str(&said) {
        response.headers_mut().insert(header::CONTENT_RANGE, said);
    }
    response
}

fn unsatisfied() -> Error {
    let text = format!("ask for a range of at most {BASES_MAX} bytes of the sequence");
    Error::new(StatusCode::RANGE_NOT_SATISFIABLE, "bad-value", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_within_the_sequence_and_the_limit() {
        for (asked, expected) in [
            ("bytes=0-9", Some((0, 10))),
            ("bytes=5-", Some((5, 5_000))),
            ("bytes=4990-9999", Some((4_990, 5_000))),
            ("bytes=5000-5001", None),
            ("bytes=9-5", None),
            ("bytes=-5", None),
            ("bytes=0-1,5-6", None),
            ("bytes=0-18446744073709551615", Some((0, 5_000))),
            ("0-9", None),
            ("", None),
        ] {
            assert_eq!(range(asked, 5_000), expected, "{asked}");
        }
        assert_eq!(range("bytes=0-999999", 5_000_000), Some((0, BASES_MAX)));
        assert_eq!(range("bytes=0-1000000", 5_000_000), None, "more than one look-up reads");
        assert_eq!(range("bytes=0-0", 0), None);
    }
}
