//! Tokens: right ones are proven, and a table of wrong ones, each refused for its own reason.

use crate::signing::{SigningKey, base64url};
use identity::Refusal;
use identity::claims::{Checked, Expected, check};
use identity::jose::{Algorithm, KeySet, Signer, TOKEN_BYTES_MAX, Unproven};
use model::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::sync::LazyLock;

const NOW_SECONDS: i64 = 1_768_210_200;
const AUDIENCE: &str = "https://cognate.example/auth/token";

struct Keys {
    elliptic: SigningKey,
    rsa: SigningKey,
    p256: SigningKey,
    stranger: SigningKey,
    set: KeySet,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let elliptic = SigningKey::new("e", "ES384");
    let rsa = SigningKey::new("r", "RS384");
    let p256 = SigningKey::new("p", "ES256");
    let set = json!({"keys": [elliptic.jwk(), rsa.jwk(), p256.jwk()]});
    let (set, problems) = KeySet::read(set.to_string().as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    Keys { elliptic, rsa, p256, stranger: SigningKey::new("e", "ES384"), set }
});

fn claims() -> Value {
    json!({"iss": "app", "sub": "app", "aud": AUDIENCE, "iat": NOW_SECONDS,
        "exp": NOW_SECONDS + 300, "jti": "1"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn look(token: &str) -> Result<Checked, Refusal> {
    let proven = Unproven::read(token)?.prove(&KEYS.set, Algorithm::SMART)?;
    let expected = Expected {
        issuer: "app",
        subject: Some("app"),
        needs_subject: true,
        audience: &[AUDIENCE.to_owned()],
        now: Timestamp::from_micros(NOW_SECONDS * 1_000_000),
        skew_seconds: 60,
        lifetime_seconds_max: 300,
        needs_identifier: true,
        needs_issue: false,
    };
    check(&proven, &expected)
}

#[test]
fn right_tokens_are_proven() {
    for key in [&KEYS.elliptic, &KEYS.rsa] {
        let checked = look(&key.sign(&claims())).unwrap();
        assert_eq!(checked.subject.as_deref(), Some("app"));
        assert_eq!(checked.identifier.as_deref(), Some("1"));
        assert_eq!(checked.forget.micros(), (NOW_SECONDS + 360) * 1_000_000);
    }
    for right in [
        without("iat"),
        with("aud", json!(["https://other.example", AUDIENCE])),
        with("exp", json!(NOW_SECONDS as f64 + 0.5)),
        with("exp", json!(NOW_SECONDS - 59)),
        with("nbf", json!(NOW_SECONDS - 300)),
        with("nbf", json!(NOW_SECONDS + 59)),
        with("something", json!({"more": true})),
    ] {
        // What ended before it was issued is another matter.
        let mut right = right;
        if right["exp"].as_i64().is_some_and(|end| end < NOW_SECONDS) {
            right["iat"] = json!(NOW_SECONDS - 300);
        }
        assert!(look(&KEYS.elliptic.sign(&right)).is_ok(), "{right}");
    }
}

#[test]
fn claims_that_are_wrong_are_refused_each_for_its_reason() {
    use Refusal::{Audience, Early, Expired, Identifier, Issuer, Lifetime, Subject};
    for (claims, refusal) in [
        (without("iss"), Issuer),
        (with("iss", json!("other")), Issuer),
        (with("iss", json!(["app"])), Issuer),
        (with("iss", Value::Null), Issuer),
        (with("iss", json!("APP")), Issuer),
        (without("sub"), Subject),
        (with("sub", json!("other")), Subject),
        (with("sub", json!(1)), Subject),
        (without("aud"), Audience),
        (with("aud", json!("https://other.example/auth/token")), Audience),
        (with("aud", json!(format!("{AUDIENCE}/"))), Audience),
        (with("aud", json!([])), Audience),
        (with("aud", json!([AUDIENCE, 1])), Audience),
        (with("aud", json!({"a": AUDIENCE})), Audience),
        (with("aud", json!("*")), Audience),
        (without("exp"), Expired),
        (with("exp", json!("2099-01-01")), Expired),
        (with("exp", json!(NOW_SECONDS - 60)), Expired),
        (with("exp", json!(-1)), Expired),
        (with("exp", json!(1e300)), Expired),
        (with("exp", Value::Null), Expired),
        (with("exp", json!(NOW_SECONDS + 361)), Lifetime),
        (with("exp", json!(i64::MAX)), Lifetime),
        (with("nbf", json!(NOW_SECONDS + 61)), Early),
        (with("nbf", json!("now")), Early),
        (with("iat", json!(NOW_SECONDS + 61)), Early),
        (with("iat", json!({})), Early),
        (without("jti"), Identifier),
        (with("jti", json!("")), Identifier),
        (with("jti", json!(1)), Identifier),
        (with("jti", json!("x".repeat(257))), Identifier),
    ] {
        assert_eq!(look(&KEYS.elliptic.sign(&claims)), Err(refusal), "{claims}");
    }
}

#[test]
fn headers_that_are_wrong_are_refused() {
    use Refusal::{Algorithm, Header, Key, Signature, Unreadable};
    let claims = claims().to_string();
    for (header, refusal) in [
        (json!({"alg": "none"}), Algorithm),
        (json!({"alg": "None", "kid": "e"}), Algorithm),
        (json!({"alg": "HS256", "kid": "e"}), Algorithm),
        (json!({"alg": "HS384", "kid": "r"}), Algorithm),
        (json!({"alg": "PS384", "kid": "r"}), Algorithm),
        (json!({"alg": "RS256", "kid": "r"}), Algorithm),
        (json!({"alg": "ES256", "kid": "p"}), Algorithm),
        (json!({"alg": "es384", "kid": "e"}), Algorithm),
        (json!({"kid": "e"}), Algorithm),
        (json!({"alg": ["ES384"], "kid": "e"}), Algorithm),
        (json!({"alg": "ES384", "kid": "unknown"}), Key),
        (json!({"alg": "ES384", "kid": "p"}), Key),
        (json!({"alg": "ES384", "kid": "r"}), Key),
        (json!({"alg": "ES384", "kid": 1}), Key),
        (json!({"alg": "ES384", "kid": "../../e"}), Key),
        (json!({"alg": "RS384", "kid": "r"}), Signature),
        (json!({"alg": "ES384", "kid": "e", "crit": ["exp"]}), Header),
        (json!({"alg": "ES384", "kid": "e", "b64": false}), Header),
        (json!({"alg": "ES384", "kid": "e", "zip": "DEF"}), Header),
        (json!({"alg": "ES384", "kid": "e", "jwk": KEYS.stranger.jwk()}), Header),
        (json!({"alg": "ES384", "kid": "e", "x5u": "https://evil.example"}), Header),
        (json!({"alg": "ES384", "kid": "e", "typ": "JWE"}), Header),
        (json!({"alg": "ES384", "kid": "e", "typ": 1}), Header),
        (json!(["ES384"]), Unreadable),
    ] {
        let token = KEYS.elliptic.sign_texts(&header.to_string(), &claims);
        assert_eq!(look(&token), Err(refusal), "{header}");
    }
    let twice = KEYS.elliptic.sign_texts(r#"{"alg":"ES384","alg":"none","kid":"e"}"#, &claims);
    assert_eq!(look(&twice), Err(Unreadable));
}

#[test]
fn a_token_that_is_not_as_it_was_signed_is_refused() {
    let right = KEYS.elliptic.sign(&claims());
    let parts: Vec<&str> = right.split('.').collect();
    let [header, body, signature] = parts[..] else { panic!("three parts") };
    let altered = base64url(with("sub", json!("admin")).to_string());
    let none = base64url(r#"{"alg":"none"}"#);
    // HMAC with the public key as its secret is what confuses a library that takes any algorithm.
    let confused = KEYS.elliptic.sign_texts(r#"{"alg":"HS384","kid":"e"}"#, &claims().to_string());
    for (token, refusal) in [
        (format!("{header}.{altered}.{signature}"), Refusal::Signature),
        (KEYS.stranger.sign(&claims()), Refusal::Signature),
        (KEYS.p256.sign(&claims()), Refusal::Algorithm),
        (format!("{header}.{body}."), Refusal::Signature),
        (format!("{header}.{body}.{}", base64url([0; 96])), Refusal::Signature),
        (format!("{header}.{body}.{}", base64url([0; 95])), Refusal::Signature),
        (format!("{none}.{body}."), Refusal::Algorithm),
        (format!("{none}.{body}.{signature}"), Refusal::Algorithm),
        (confused, Refusal::Algorithm),
        (format!("{header}.{body}"), Refusal::Unreadable),
        (format!("{right}.{signature}"), Refusal::Unreadable),
        (format!("{right}="), Refusal::Unreadable),
        (format!(" {right}"), Refusal::Unreadable),
        (format!("{right}\n"), Refusal::Unreadable),
        (String::new(), Refusal::Unreadable),
        ("..".to_owned(), Refusal::Unreadable),
        (format!("{header}.{}.{signature}", base64url("[]")), Refusal::Unreadable),
        (format!("{header}.{}.{signature}", base64url("{}{}")), Refusal::Unreadable),
        (format!("{header}.{}.{signature}", base64url(b"\xff")), Refusal::Unreadable),
        (format!("{header}.{}.{signature}", "A".repeat(TOKEN_BYTES_MAX)), Refusal::Unreadable),
    ] {
        assert_eq!(look(&token), Err(refusal), "{token:.80}");
    }
    let twice = claims().to_string().replacen('{', "{\"sub\":\"admin\",", 1);
    let twice = KEYS.elliptic.sign_texts(r#"{"alg":"ES384","kid":"e"}"#, &twice);
    assert_eq!(look(&twice), Err(Refusal::Unreadable), "a claim twice, with a right signature");
}

#[test]
fn a_token_without_a_key_name_is_good_where_one_key_fits() {
    let token = KEYS.elliptic.sign_texts(r#"{"alg":"ES384"}"#, &claims().to_string());
    assert!(look(&token).is_ok());
    let two = json!({"keys": [KEYS.elliptic.jwk(), SigningKey::new("x", "ES384").jwk()]});
    let (two, _) = KeySet::read(two.to_string().as_bytes());
    let unclear = Unproven::read(&token).unwrap().prove(&two, Algorithm::SMART);
    assert_eq!(unclear.unwrap_err(), Refusal::Key);
}

#[test]
fn our_own_tokens_are_proven_by_our_own_set() {
    let signer = Signer::from_pkcs8(&Signer::new_key().unwrap()).unwrap();
    let Value::Object(claims) = claims() else { panic!("an object") };
    let token = signer.sign(&claims).unwrap();
    let (set, _) = KeySet::read(Signer::key_set([&signer]).to_json().to_string().as_bytes());
    let proven = Unproven::read(&token).unwrap().prove(&set, &[Algorithm::Es384]).unwrap();
    assert_eq!(proven.claims, claims);
}

/// One thing done to claims: a name left out, said otherwise or said twice.
fn altered() -> impl Strategy<Value = (String, Vec<(String, Value)>)> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        "[a-z*/. ]{0,12}".prop_map(Value::String),
        Just(json!(["app", AUDIENCE])),
        Just(json!({"app": AUDIENCE})),
    ];
    let name = prop::sample::select(vec!["iss", "sub", "aud", "exp", "jti", "iat", "nbf"]);
    let changes = prop::collection::vec((name.prop_map(str::to_owned), value), 1..4);
    ("(drop|set|twice)", changes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is done to the claims, a token that passes says what the full one says.
    #[test]
    fn altered_claims_never_say_more((how, changes) in altered()) {
        let mut object: Map<String, Value> = claims().as_object().unwrap().clone();
        let mut extra = String::new();
        for (name, value) in &changes {
            match how.as_str() {
                "drop" => drop(object.remove(name)),
                "set" => drop(object.insert(name.clone(), value.clone())),
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(extra, ",{}:{value}", json!(name));
                },
            }
        }
        let mut text = Value::Object(object.clone()).to_string();
        text.pop();
        if object.is_empty() && !extra.is_empty() {
            extra.remove(0);
        }
        let text = format!("{text}{extra}}}");
        let token = KEYS.elliptic.sign_texts(r#"{"alg":"ES384","kid":"e"}"#, &text);
        if let Ok(checked) = look(&token) {
            prop_assert_eq!(checked.subject.as_deref(), Some("app"));
            prop_assert!(checked.identifier.is_some());
            prop_assert!(checked.forget.micros() <= (NOW_SECONDS + 420) * 1_000_000);
        }
    }

    #[test]
    fn no_bytes_make_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        dots in 0..4_usize,
    ) {
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        text.push_str(&".".repeat(dots));
        let _ = Unproven::read(&text);
        let _ = KeySet::read(&bytes);
    }
}
