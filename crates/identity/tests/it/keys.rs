//! Sets of keys: what is taken in, what is named and left out, what makes a set of none.

use crate::signing::SigningKey;
use identity::jose::{KeySet, Signer};
use serde_json::{Value, json};

fn read(set: &Value) -> (KeySet, usize) {
    let (keys, problems) = KeySet::read(set.to_string().as_bytes());
    (keys, problems.len())
}

#[test]
fn keys_that_are_not_taken_are_named_and_left_out() {
    let right = SigningKey::new("k1", "ES384").jwk();
    let with = |name: &str, value: Value| {
        let mut key = right.clone();
        key["kid"] = json!("k2");
        key[name] = value;
        key
    };
    assert_eq!(read(&SigningKey::new("k1", "ES384").set()).1, 0);
    for (wrong, why) in [
        (json!({"kty": "oct", "k": "AAAA", "kid": "k2"}), "symmetric"),
        (with("d", json!("AAAA")), "private"),
        (with("use", json!("enc")), "for encryption"),
        (with("alg", json!("none")), "no algorithm"),
        (with("alg", json!("HS256")), "symmetric algorithm"),
        (with("alg", json!("ES256")), "another curve's algorithm"),
        (with("crv", json!("P-521")), "a curve that is not taken"),
        (with("x", json!("AAAA")), "a coordinate that is too short"),
        (with("x", json!("?")), "no base64url"),
        (with("kid", json!("")), "no name"),
        (with("kid", json!(7)), "a name that is none"),
        (json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "k2"}), "24 bits"),
        (json!("k2"), "no object"),
    ] {
        let (keys, problems) = read(&json!({"keys": [right, wrong]}));
        assert_eq!(problems, 1, "{why}");
        assert_eq!(keys.to_json()["keys"].as_array().unwrap().len(), 1, "{why}");
    }
}

#[test]
fn what_is_no_set_has_no_key() {
    let key = SigningKey::new("k1", "RS384").jwk();
    let twice = json!({"keys": [key, key]});
    let many = json!({"keys": vec![key.clone(); 17]});
    for wrong in [json!([]), json!({}), json!({"keys": key}), twice, many] {
        let (keys, problems) = read(&wrong);
        assert!(keys.is_empty() && problems == 1, "{wrong}");
    }
    let (keys, problems) = KeySet::read(&vec![b' '; 65 * 1024]);
    assert!(keys.is_empty() && problems.len() == 1);
}

#[test]
fn our_own_keys_are_published_without_their_private_half() {
    let one = Signer::from_pkcs8(&Signer::new_key().unwrap()).unwrap();
    let two = Signer::from_pkcs8(&Signer::new_key().unwrap()).unwrap();
    let set = Signer::key_set([&one, &two]).to_json();
    let (read, problems) = KeySet::read(set.to_string().as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(read, Signer::key_set([&one, &two]));
    for key in set["keys"].as_array().unwrap() {
        let mut names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
    assert!(Signer::from_pkcs8(b"no key").is_err());
}
