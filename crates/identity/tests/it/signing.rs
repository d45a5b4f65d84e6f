//! Signed tokens for tests, made by hand, so that they can be wrong in every way.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A private key with a name.
#[derive(Debug)]
pub(crate) struct SigningKey {
    /// Its name.
    pub(crate) id: String,
    /// `ES384`, `ES256`, `RS384` or `RS256`.
    pub(crate) algorithm: &'static str,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// Bytes as base64url without padding.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// A new key.
    pub(crate) fn new(id: &str, algorithm: &'static str) -> Self {
        let ecdsa = |algorithm| Pair::Ecdsa(EcdsaKeyPair::generate(algorithm).unwrap());
        let pair = match algorithm {
            "ES384" => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES256" => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            "RS384" | "RS256" => {
                Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
            }
            other => panic!("{other} is not made here"),
        };
        Self { id: id.to_owned(), algorithm, pair }
    }

    /// The public half as a key of a set.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Ecdsa(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if self.algorithm == "ES384" { "P-384" } else { "P-256" };
                json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y),
                    "kid": self.id})
            }
            Pair::Rsa(pair) => {
                // RFC 8017 A.1.1: a sequence of modulus and exponent, which is 65537.
                let der = pair.public_key().as_ref();
                let modulus = &der[der.len() - 5 - 256..der.len() - 5];
                json!({"kty": "RSA", "n": base64url(modulus), "e": "AQAB", "kid": self.id})
            }
        }
    }

    /// A set with this key alone.
    pub(crate) fn set(&self) -> Value {
        json!({"keys": [self.jwk()]})
    }

    /// A token with the header of this key.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm, "kid": self.id, "typ": "JWT"});
        self.sign_texts(&header.to_string(), &claims.to_string())
    }

    /// A token of any header and claims, right or wrong, with a signature that fits them.
    pub(crate) fn sign_texts(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(claims));
        format!("{signed}.{}", base64url(self.signature(signed.as_bytes())))
    }

    fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => pair.sign(&random, signed).unwrap().as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let padding =
                    if self.algorithm == "RS384" { &RSA_PKCS1_SHA384 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, signed, &mut signature).unwrap();
                signature
            }
        }
    }
}
