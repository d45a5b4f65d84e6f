//! Answers in fewer bytes (gzip, RFC 1952), where their length tells nobody anything.
//!
//! Whoever sees how long a compressed answer is, and can have a browser ask again and again with
//! text of its own choice in it, can find out what else is in it (BREACH, CVE-2013-3587). So an
//! answer is compressed only if no other site made the browser ask for it, and a page only if
//! nothing in it was chosen by the request. `docs/decisions/0009-compression.md` has the reasons.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;
use http_body_util::channel::{Channel, Sender};
use std::io::Write as _;

/// Shorter answers stay as they are.
const BYTES_MIN: u64 = 1024;
/// Longer ones are compressed while they are sent.
const WHOLE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// What is compressed before others have their turn.
const PIECE_BYTES: usize = 64 * 1024;
/// Compressed pieces that wait for a slow client.
const PIECES_WAITING_MAX: usize = 2;
/// What is compressed: texts.
const MEDIA_TYPES: [&str; 9] = [
    HTML,
    "text/css",
    "text/csv",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/fhir+json",
    "application/fhir+ndjson",
    "application/x-ndjson",
];
const HTML: &str = "text/html";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");

/// What a request lets be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    pages: bool,
    data: bool,
    is_head: bool,
}

impl Allowed {
    fn by(request: &Request) -> Self {
        let headers = request.headers();
        let is_head = request.method() == Method::HEAD;
        let is_whole = takes_gzip(headers) && !headers.contains_key(header::RANGE);
        let is_public = request.uri().path().starts_with(web::path::ASSETS);
        let data = is_whole && (is_public || is_of_nobody_else(headers));
        // A query, or a form that came back, stands on the page beside what is secret.
        let is_read = is_head || request.method() == Method::GET;
        let pages = data && is_read && request.uri().query().is_none();
        Self { pages, data, is_head }
    }
}

/// Whether no other site made the browser ask. A browser too old to say so has its session's
/// cookie with it; a service has none.
fn is_of_nobody_else(headers: &HeaderMap) -> bool {
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => site == "same-origin" || site == "none",
        None => !headers.contains_key(header::COOKIE),
    }
}

/// RFC 9110 §12.5.3.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_gzip && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
    })
}

/// Compresses the answer where that is allowed.
pub(crate) async fn where_allowed(request: Request, next: Next) -> Response {
    let allowed = Allowed::by(&request);
    let mut response = next.run(request).await;
    let Some(is_page) = is_page(&response) else { return response };
    response.headers_mut().append(header::VARY, ACCEPT_ENCODING);
    let is_allowed = if is_page { allowed.pages } else { allowed.data };
    if !is_allowed || length(&response).is_some_and(|bytes| bytes < BYTES_MIN) {
        return response;
    }
    compressed(response, allowed.is_head).await
}

/// Whether it is a page; nothing if it is not what is compressed.
fn is_page(response: &Response) -> Option<bool> {
    let headers = response.headers();
    let is_plain = response.status() == StatusCode::OK
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::ACCEPT_RANGES);
    let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media_type = media_type.split(';').next()?.trim();
    (is_plain && MEDIA_TYPES.contains(&media_type)).then_some(media_type == HTML)
}

/// How long it is, if that is known. What answers HEAD has its length in a header alone.
fn length(response: &Response) -> Option<u64> {
    let named = response.headers().get(header::CONTENT_LENGTH);
    let named = named.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    named.or_else(|| response.body().size_hint().exact())
}

async fn compressed(response: Response, is_head: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, GZIP);
    // The same resource in other bytes: only the weak form may name both (RFC 9110 §8.8.1).
    let strong = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if let Some(strong) = strong.filter(|tag| !tag.starts_with("W/"))
        && let Ok(weak) = HeaderValue::from_str(&format!("W/{strong}"))
    {
        parts.headers.insert(header::ETAG, weak);
    }
    let whole = body.size_hint().exact().filter(|bytes| *bytes <= WHOLE_BYTES_MAX);
    let body = match whole {
        _ if is_head => Body::new(Channel::<Bytes, axum::Error>::new(PIECES_WAITING_MAX).1),
        Some(_) => match at_once(body).await {
            Ok(bytes) => Body::from(bytes),
            Err(error) => {
                tracing::error!(%error, "an answer could not be compressed");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
        None => {
            let (sender, compressed) = Channel::<Bytes, axum::Error>::new(PIECES_WAITING_MAX);
            tokio::spawn(while_sent(body, sender));
            Body::new(compressed)
        }
    };
    Response::from_parts(parts, body)
}

/// The whole of what is in memory anyway, off the async threads.
async fn at_once(body: Body) -> Result<Vec<u8>, axum::Error> {
    let bytes = body.collect().await?.to_bytes();
    let work = move || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes)?;
        encoder.finish()
    };
    tokio::task::spawn_blocking(work).await.map_err(axum::Error::new)?.map_err(axum::Error::new)
}

/// Piece by piece, as fast as the client takes them. What is cut is cut here as well: without the
/// end of the stream no reader takes it for whole.
async fn while_sent(mut body: Body, mut sender: Sender<Bytes, axum::Error>) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    while let Some(frame) = body.frame().await {
        let data = match frame.map(|frame| frame.into_data().unwrap_or_default()) {
            Ok(data) => data,
            Err(error) => return sender.abort(error),
        };
        for piece in data.chunks(PIECE_BYTES) {
            if let Err(error) = encoder.write_all(piece) {
                return sender.abort(axum::Error::new(error));
            }
            let ready = std::mem::take(encoder.get_mut());
            if !ready.is_empty() && sender.send_data(ready.into()).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
    match encoder.finish() {
        // Nobody is there any more: nobody misses it.
        Ok(rest) => drop(sender.send_data(rest.into()).await),
        Err(error) => sender.abort(axum::Error::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use std::io::Read as _;
    use tower::ServiceExt as _;

    #[test]
    fn a_coding_that_is_not_wanted_is_not_used() {
        for (value, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("br", false),
            ("gzipped", false),
            ("*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(takes_gzip(&headers), expected, "{value}");
        }
    }

    /// What is sent through the layer by who gives two pieces and then perhaps fails.
    async fn streamed(is_cut: bool) -> Result<Vec<u8>, axum::Error> {
        let piece = |byte: u8| Bytes::from(vec![byte; PIECE_BYTES * 3]);
        let answer = move || async move {
            let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(1);
            tokio::spawn(async move {
                for byte in [b'a', b'b'] {
                    sender.send_data(piece(byte)).await.unwrap();
                }
                if is_cut {
                    sender.abort(std::io::Error::other("cut"));
                }
            });
            ([(header::CONTENT_TYPE, "application/fhir+ndjson")], Body::new(body))
        };
        let router = Router::new().route("/", get(answer)).layer(from_fn(where_allowed));
        let request = Request::builder().header(header::ACCEPT_ENCODING, "gzip").uri("/");
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
        Ok(response.into_body().collect().await?.to_bytes().to_vec())
    }

    #[tokio::test]
    async fn what_is_streamed_is_whole_or_seen_to_be_cut() {
        let sent = streamed(false).await.unwrap();
        let mut read = Vec::new();
        GzDecoder::new(sent.as_slice()).read_to_end(&mut read).unwrap();
        assert_eq!(read, [vec![b'a'; PIECE_BYTES * 3], vec![b'b'; PIECE_BYTES * 3]].concat());
        assert!(streamed(true).await.is_err(), "the connection is cut");
    }
}
