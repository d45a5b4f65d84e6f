//! Signed tokens in the compact form (RFC 7515, 7519), with algorithms that the reader names.
//!
//! What a token says is reached in two steps, and the type says which was taken: [`Unproven`] is
//! for finding out whose keys to use, [`Proven`] is what the keys have vouched for. There is no
//! `none`, no symmetric algorithm, and a key is good for one algorithm only (RFC 8725 §3.1).

mod key;
mod signer;

pub use key::{Algorithm, Key, KeySet};
pub use signer::Signer;

use crate::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Bytes of a token.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Header parameters that may stand in a token; `jku` is compared, never followed.
const HEADER_PARAMETERS: [&str; 6] = ["alg", "kid", "typ", "jku", "x5t", "x5t#S256"];
/// Types of tokens that are taken; the comparison ignores case (RFC 7515 §4.1.9).
const TYPES: [&str; 3] = ["JWT", "at+jwt", "client-authentication+jwt"];

/// A token that was read and not checked. Nothing that it says may be believed.
#[derive(Clone, Debug)]
pub struct Unproven {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: String,
    signature: Vec<u8>,
}

/// What a token says, signed by a key that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The claims, each name once.
    pub claims: Map<String, Value>,
}

impl Unproven {
    /// Reads a token.
    ///
    /// # Errors
    /// What is no compact JWS with two JSON objects, is larger than [`TOKEN_BYTES_MAX`], or names
    /// something twice; a header that asks for more than is understood.
    pub fn read(token: &str) -> Result<Self, Refusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refusal::Unreadable);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Unreadable)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Unreadable)?;
        if claims.contains('.') {
            return Err(Refusal::Unreadable);
        }
        let header = object(&decode(header)?)?;
        let is_known = |name: &String| HEADER_PARAMETERS.contains(&name.as_str());
        if !header.keys().all(is_known) || !is_of_known_type(&header) {
            return Err(Refusal::Header);
        }
        let claims = object(&decode(claims)?)?;
        Ok(Self { header, claims, signed: signed.to_owned(), signature: decode(signature)? })
    }

    /// Who it says has issued it.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Where it says its keys are. Only ever compared with what is known.
    ///
    /// # Errors
    /// When it is no text.
    pub fn key_set_url(&self) -> Result<Option<&str>, Refusal> {
        match self.header.get("jku") {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(Refusal::Header),
        }
    }

    /// The key that it says has signed it.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// What it says, if one of the keys has signed it with one of the algorithms.
    ///
    /// # Errors
    /// Another algorithm, no key of that name and algorithm, a signature that does not fit.
    pub fn prove(self, keys: &KeySet, algorithms: &[Algorithm]) -> Result<Proven, Refusal> {
        let algorithm = self.header.get("alg").and_then(Value::as_str);
        let algorithm = algorithm.and_then(Algorithm::from_word).ok_or(Refusal::Algorithm)?;
        if !algorithms.contains(&algorithm) {
            return Err(Refusal::Algorithm);
        }
        let key = match self.header.get("kid") {
            Some(Value::String(id)) => keys.named(id, algorithm),
            Some(_) => None,
            None => keys.only(algorithm),
        };
        key.ok_or(Refusal::Key)?.verify(self.signed.as_bytes(), &self.signature)?;
        Ok(Proven { claims: self.claims })
    }
}

fn is_of_known_type(header: &Map<String, Value>) -> bool {
    match header.get("typ") {
        None => true,
        Some(Value::String(word)) => TYPES.iter().any(|known| known.eq_ignore_ascii_case(word)),
        Some(_) => false,
    }
}

/// Bytes from base64url without padding.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Unreadable)
}

/// Bytes as base64url without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JSON object in which no name stands twice, at any depth: readers that differ in which one
/// they take would differ in what was signed.
///
/// # Errors
/// What is no such object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        _ => Err(Refusal::Unreadable),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a name twice")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(Value::Number(value.into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(Value::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Strict, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("no number"))?;
        Ok(Strict(Value::Number(number)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(Value::String(value.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Strict(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = items.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(Strict(Value::Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_twice_is_no_object() {
        assert!(object(br#"{"a":1,"b":[{"a":2}]}"#).is_ok());
        for text in [r#"{"a":1,"a":1}"#, r#"{"b":[{"a":1,"a":2}]}"#, "[]", "1", "", "{}x"] {
            assert_eq!(object(text.as_bytes()), Err(Refusal::Unreadable), "{text}");
        }
    }
}
