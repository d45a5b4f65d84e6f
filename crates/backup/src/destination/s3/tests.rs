//! A small look-alike of the service on loopback, which checks every signature by itself.

use super::*;
use crate::limit::OBJECT_BYTES_MAX;
use crate::repository::tests::{at, content, noise, secret, take};
use crate::{Keep, Repository};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use model::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const ACCESS_KEY: &str = "AKIDTEST";
const SECRET_KEY: &str = "the secret of the tests/+";
const NOW: &str = "2026-03-04T05:06:07Z";
/// Objects of one page of a listing.
const PAGE: usize = 3;

#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Requests that are answered with 503 first.
    busy: AtomicUsize,
    refused: AtomicUsize,
    asked: AtomicUsize,
}

/// Starts the service, which ends with the process.
fn service() -> (Arc<Bucket>, String) {
    let bucket = Arc::new(Bucket::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::clone(&bucket);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let bucket = Arc::clone(&shared);
            std::thread::spawn(move || while serve(&bucket, stream.as_ref().unwrap()) {});
        }
    });
    (bucket, address)
}

struct Asked {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn receive(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut parts = line.split(' ');
    let method = parts.next()?.to_owned();
    let target = parts.next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, query, headers, body })
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// What is wrong with the signature: made anew from what arrived, as the documentation has it.
fn wrong_signature(asked: &Asked) -> Option<&'static str> {
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let payload = hex::encode(digest(&SHA256, &asked.body));
    if header("x-amz-content-sha256") != payload {
        return Some("XAmzContentSHA256Mismatch");
    }
    let authorization = header("authorization");
    let part = |name: &str| {
        let (_, after) = authorization.split_once(&format!("{name}=")).unwrap_or_default();
        after.split(',').next().unwrap_or_default().to_owned()
    };
    let signed = part("SignedHeaders");
    for needed in ["host", "x-amz-content-sha256", "x-amz-date"] {
        if !signed.split(';').any(|name| name == needed) {
            return Some("AccessDenied");
        }
    }
    let time = header("x-amz-date");
    if time != "20260304T050607Z" {
        return Some("RequestTimeTooSkewed");
    }
    let scope = "20260304/eu-test-1/s3/aws4_request";
    if part("Credential") != format!("{ACCESS_KEY}/{scope}") {
        return Some("InvalidAccessKeyId");
    }
    let mut query: Vec<&str> = asked.query.split('&').filter(|part| !part.is_empty()).collect();
    query.sort_unstable();
    let mut text = format!("{}\n{}\n{}\n", asked.method, asked.path, query.join("&"));
    for name in signed.split(';') {
        writeln!(text, "{name}:{}", header(name)).unwrap();
    }
    write!(text, "\n{signed}\n{payload}").unwrap();
    let hash = hex::encode(digest(&SHA256, text.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
    let key = mac(format!("AWS4{SECRET_KEY}").as_bytes(), "20260304");
    let key = mac(&mac(&mac(&key, "eu-test-1"), "s3"), "aws4_request");
    (part("Signature") != hex::encode(mac(&key, &text))).then_some("SignatureDoesNotMatch")
}

fn serve(bucket: &Bucket, mut stream: &TcpStream) -> bool {
    let Some(asked) = receive(stream) else { return false };
    bucket.asked.fetch_add(1, Ordering::SeqCst);
    let is_busy =
        bucket.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    let (status, body) = if is_busy.is_ok() {
        (503, b"<Error><Code>SlowDown</Code></Error>".to_vec())
    } else if let Some(code) = wrong_signature(&asked) {
        bucket.refused.fetch_add(1, Ordering::SeqCst);
        (403, format!("<Error><Code>{code}</Code></Error>").into_bytes())
    } else {
        answer(bucket, &asked)
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).is_ok()
}

fn answer(bucket: &Bucket, asked: &Asked) -> (u16, Vec<u8>) {
    let mut objects = bucket.objects.lock().unwrap();
    let Some(key) = asked.path.strip_prefix("/vault") else {
        return (404, b"<Error><Code>NoSuchBucket</Code></Error>".to_vec());
    };
    let key = key.trim_start_matches('/').to_owned();
    match (asked.method.as_str(), key.is_empty()) {
        ("PUT", false) => {
            objects.insert(key, asked.body.clone());
            (200, Vec::new())
        }
        ("DELETE", false) => {
            objects.remove(&key);
            (204, Vec::new())
        }
        ("GET", false) => match objects.get(&key) {
            Some(bytes) => (200, bytes.clone()),
            None => (404, b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
        },
        ("GET", true) => (200, listing(&objects, &asked.query).into_bytes()),
        _ => (405, Vec::new()),
    }
}

fn listing(objects: &BTreeMap<String, Vec<u8>>, query: &str) -> String {
    let value = |name: &str| {
        let parts = query.split('&').filter_map(|part| part.split_once('='));
        let found = parts.filter(|(key, _)| *key == name).map(|(_, value)| value).next();
        found.unwrap_or_default().replace("%2F", "/")
    };
    let (prefix, after) = (value("prefix"), value("continuation-token"));
    let keys: Vec<_> = objects
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix) && **key > after)
        .take(PAGE + 1)
        .collect();
    let mut text = format!("<ListBucketResult><IsTruncated>{}</IsTruncated>", keys.len() > PAGE);
    if keys.len() > PAGE {
        let token = keys[PAGE - 1].0;
        write!(text, "<NextContinuationToken>{token}</NextContinuationToken>").unwrap();
    }
    for (key, bytes) in keys.iter().take(PAGE) {
        let size = bytes.len();
        write!(text, "<Contents><Key>{key}</Key><Size>{size}</Size></Contents>").unwrap();
    }
    text + "</ListBucketResult>"
}

fn settings(endpoint: &str) -> S3Settings {
    S3Settings {
        endpoint: endpoint.to_owned(),
        region: "eu-test-1".to_owned(),
        bucket: "vault".to_owned(),
        prefix: "site a/main".to_owned(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned().into(),
        session_token: None,
        authorities: None,
    }
}

fn s3(settings: S3Settings) -> S3 {
    let now = Timestamp::parse(NOW).unwrap();
    S3::new(settings, Arc::new(move || now)).unwrap()
}

#[test]
fn a_repository_in_a_bucket_is_as_one_in_a_directory() {
    let (bucket, endpoint) = service();
    let plain = S3Settings { prefix: "main".to_owned(), ..settings(&endpoint) };
    let destination: Arc<dyn Destination> = Arc::new(s3(plain));
    let open = || Repository::open_or_create(Arc::clone(&destination), &secret(1), "r1").unwrap();
    let repository = open();
    let (first, second) = (noise(900_000, 1), noise(900_000, 2));
    take(&repository, 1, &[("a", &first)]);
    take(&repository, 2, &[("a", &second)]);
    let repository = open();
    assert_eq!(repository.list().unwrap().len(), 2);
    assert_eq!(content(&repository, "s1", "a").unwrap(), first);
    assert!(repository.verify(None).unwrap().is_whole());
    let pruned = repository.prune(&Keep::default(), "p", &|| at(5)).unwrap();
    assert_eq!((pruned.removed.len(), pruned.chunks), (1, 8));
    assert_eq!(content(&repository, "s2", "a").unwrap(), second);
    assert_eq!(bucket.refused.load(Ordering::SeqCst), 0);
    let names: Vec<String> = bucket.objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("main/")), "{names:?}");
    // Another prefix is another repository.
    let other = S3Settings { prefix: "mai".to_owned(), ..settings(&endpoint) };
    let other = Repository::open(Arc::new(s3(other)), &secret(1));
    assert!(matches!(other, Err(Failure::NoRepository { .. })));
}

#[test]
fn signatures_that_are_wrong_are_refused_and_said_so() {
    let (bucket, endpoint) = service();
    let cases = [
        (
            "SignatureDoesNotMatch",
            S3Settings { secret_key: "another".to_owned().into(), ..settings(&endpoint) },
        ),
        (
            "InvalidAccessKeyId",
            S3Settings { access_key: "AKIDOTHER".to_owned(), ..settings(&endpoint) },
        ),
        (
            "InvalidAccessKeyId",
            S3Settings { region: "eu-test-2".to_owned(), ..settings(&endpoint) },
        ),
    ];
    for (code, settings) in cases {
        let failure = s3(settings).put("repository", b"x").unwrap_err().to_string();
        assert!(failure.contains(code), "{failure}");
        assert!(!failure.contains("another") && !failure.contains(SECRET_KEY), "{failure}");
    }
    let late = S3::new(settings(&endpoint), Arc::new(|| at(0))).unwrap();
    let failure = late.get("repository").unwrap_err().to_string();
    assert!(failure.contains("RequestTimeTooSkewed"), "{failure}");
    assert!(bucket.objects.lock().unwrap().is_empty());
    // Names that have to be encoded, and a token, are signed as they are sent.
    let token = Some("token of a session".to_owned().into());
    let right = s3(S3Settings { session_token: token, ..settings(&endpoint) });
    right.put("chunks/aa/b", b"bytes").unwrap();
    assert_eq!(right.get("chunks/aa/b").unwrap().as_deref(), Some(&b"bytes"[..]));
    assert!(format!("{right:?}").contains("vault") && !format!("{right:?}").contains("secret"));
    right.remove("chunks/aa/b").unwrap();
    right.remove("chunks/aa/b").unwrap();
    assert_eq!(right.get("chunks/aa/b").unwrap(), None);
}

#[test]
fn a_service_that_is_busy_is_asked_again_and_one_that_is_away_is_told() {
    let (bucket, endpoint) = service();
    let s3_here = s3(settings(&endpoint));
    bucket.busy.store(2, Ordering::SeqCst);
    s3_here.put("a", b"a").unwrap();
    assert_eq!(bucket.asked.load(Ordering::SeqCst), 3);
    bucket.busy.store(100, Ordering::SeqCst);
    let failure = s3_here.get("a").unwrap_err().to_string();
    assert!(failure.contains("answered 503 SlowDown"), "{failure}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let failure = s3(settings(&endpoint)).list("snapshots/").unwrap_err();
    assert!(matches!(failure, Failure::Destination { .. }), "{failure}");
    let other = S3Settings { bucket: "none".to_owned(), ..settings(&service().1) };
    let failure = s3(other).get("a").unwrap_err().to_string();
    assert!(failure.contains("NoSuchBucket"), "{failure}");
}

#[test]
fn settings_that_cannot_be_safe_are_refused() {
    let right = "https://s3.example";
    let cases = [
        ("plain HTTP", S3Settings { endpoint: "http://s3.example".to_owned(), ..settings(right) }),
        ("no address", S3Settings { endpoint: "s3 example".to_owned(), ..settings(right) }),
        (
            "more than a host",
            S3Settings { endpoint: "https://s3.example/vault".to_owned(), ..settings(right) },
        ),
        (
            "more than a host",
            S3Settings { endpoint: "https://user:word@s3.example".to_owned(), ..settings(right) },
        ),
        ("bucket", S3Settings { bucket: "a/b".to_owned(), ..settings(right) }),
        ("bucket", S3Settings { bucket: String::new(), ..settings(right) }),
        ("authorities", S3Settings { authorities: Some(b"none".to_vec()), ..settings(right) }),
    ];
    let clock: Clock = Arc::new(|| at(0));
    for (words, settings) in cases {
        let failure = S3::new(settings, Arc::clone(&clock)).unwrap_err().to_string();
        assert!(failure.contains(words), "{words}: {failure}");
    }
    assert!(S3::new(settings(right), clock).is_ok());
    const { assert!(OBJECT_BYTES_MAX > 1 << 20) };
}
