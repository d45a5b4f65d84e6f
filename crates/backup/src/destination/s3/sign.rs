//! AWS Signature Version 4, as its documentation has it ("Create a signed AWS API request").

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use model::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";
/// Everything but the unreserved characters of RFC 3986 is written as `%XX`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for a path, whose parts `/` parts.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Who asks, for which region.
pub(super) struct Credentials {
    pub(super) region: String,
    pub(super) access_key: String,
    pub(super) secret_key: Zeroizing<String>,
    pub(super) session_token: Option<Zeroizing<String>>,
}

/// What is asked.
pub(super) struct Request<'r> {
    pub(super) method: &'r str,
    pub(super) host: &'r str,
    /// Encoded already.
    pub(super) path: &'r str,
    pub(super) query: &'r [(&'r str, &'r str)],
    pub(super) body: &'r [u8],
}

/// What has to be sent with it.
pub(super) struct Signed {
    /// With `?` before it; empty if there is none.
    pub(super) query: String,
    pub(super) headers: Vec<(&'static str, String)>,
}

/// The path of an object, or of the bucket where the key is empty.
pub(super) fn path(bucket: &str, key: &str) -> String {
    let encoded = |text| utf8_percent_encode(text, RESERVED_IN_PATH);
    if key.is_empty() {
        format!("/{}", encoded(bucket))
    } else {
        format!("/{}/{}", encoded(bucket), encoded(key))
    }
}

impl Credentials {
    /// Signs a request of this moment.
    pub(super) fn sign(&self, request: &Request<'_>, now: Timestamp) -> Signed {
        let time = basic(now);
        let day: String = time.chars().take(8).collect();
        let payload = hex::encode(digest(&SHA256, request.body));
        let mut headers = vec![
            ("host", request.host.to_owned()),
            ("x-amz-content-sha256", payload.clone()),
            ("x-amz-date", time.clone()),
        ];
        if let Some(token) = &self.session_token {
            headers.push(("x-amz-security-token", token.as_str().to_owned()));
        }
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let lines = lines.concat();
        let query = query(request.query);
        let canonical =
            format!("{}\n{}\n{query}\n{lines}\n{names}\n{payload}", request.method, request.path);
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let hash = hex::encode(digest(&SHA256, canonical.as_bytes()));
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{hash}");
        let signature = hex::encode(mac(&self.signing_key(&day), &text));
        let access_key = &self.access_key;
        let authorization = format!(
            "{ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={names}, \
             Signature={signature}"
        );
        // The library sends the host itself.
        headers.retain(|(name, _)| *name != "host");
        headers.push(("authorization", authorization));
        let query = if query.is_empty() { query } else { format!("?{query}") };
        Signed { query, headers }
    }

    fn signing_key(&self, day: &str) -> Vec<u8> {
        let secret = Zeroizing::new(format!("AWS4{}", self.secret_key.as_str()));
        [day, &self.region, SERVICE, "aws4_request"]
            .iter()
            .fold(secret.as_bytes().to_vec(), |key, text| mac(&key, text))
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// In the order of their names.
fn query(parts: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, RESERVED).to_string();
    let mut parts: Vec<(String, String)> =
        parts.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    parts.sort();
    parts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The basic form of ISO 8601, in seconds: `20130524T000000Z`.
fn basic(now: Timestamp) -> String {
    let text = now.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    let digits: String = seconds.chars().filter(|c| !matches!(c, '-' | ':' | 'Z')).collect();
    format!("{digits}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of "Signature Calculations for the Authorization Header: Transferring Payload
    /// in a Single Chunk" in the Amazon S3 API reference: GET Bucket Lifecycle and List Objects.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        let credentials = Credentials {
            region: "us-east-1".to_owned(),
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned().into(),
            session_token: None,
        };
        let now = Timestamp::parse("2013-05-24T00:00:00Z").unwrap();
        let cases: [(&[(&str, &str)], &str); 2] = [
            (
                &[("lifecycle", "")],
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                &[("prefix", "J"), ("max-keys", "2")],
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ];
        for (query, signature) in cases {
            let request = Request {
                method: "GET",
                host: "examplebucket.s3.amazonaws.com",
                path: "/",
                query,
                body: b"",
            };
            let signed = credentials.sign(&request, now);
            let (_, authorization) = signed.headers.last().unwrap();
            assert_eq!(
                authorization,
                &format!(
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/\
                     aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
                     Signature={signature}"
                )
            );
        }
    }

    #[test]
    fn names_are_encoded_as_the_signature_has_them() {
        assert_eq!(path("b", "a b/c+d~e"), "/b/a%20b/c%2Bd~e");
        assert_eq!(query(&[("prefix", "a/b="), ("list-type", "2")]), "list-type=2&prefix=a%2Fb%3D");
    }
}
