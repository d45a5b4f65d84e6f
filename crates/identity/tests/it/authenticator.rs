//! An authenticator for tests, made by hand, so that it can be wrong in every way.

use crate::signing::base64url;
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::json;

/// A passkey with its private half.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) id: Vec<u8>,
    pub(crate) host: &'static str,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

fn head(kind: u8, number: usize) -> Vec<u8> {
    match u8::try_from(number) {
        Ok(low) if low < 24 => vec![(kind << 5) | low],
        Ok(low) => vec![(kind << 5) | 0x18, low],
        Err(_) => [vec![(kind << 5) | 0x19], u16::try_from(number).unwrap().to_be_bytes().to_vec()]
            .concat(),
    }
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

impl Authenticator {
    /// One that has verified its person.
    pub(crate) fn new(id: &str, host: &'static str, elliptic: bool) -> Self {
        let pair = if elliptic {
            Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
        } else {
            Pair::Ed25519(Ed25519KeyPair::generate().unwrap())
        };
        Self { id: id.as_bytes().to_vec(), host, flags: 0x05, counter: 1, pair }
    }

    /// What a browser says.
    pub(crate) fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
        let challenge = base64url(challenge);
        let client = json!({"type": kind, "challenge": challenge, "origin": origin,
            "crossOrigin": false});
        client.to_string().into_bytes()
    }

    fn key(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let fixed = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
                [fixed, bytes(x), vec![0x22], bytes(y)].concat()
            }
            Pair::Ed25519(pair) => {
                let fixed = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21];
                [fixed, bytes(pair.public_key().as_ref())].concat()
            }
        }
    }

    /// What it says without a new key.
    pub(crate) fn data(&self) -> Vec<u8> {
        let host = digest::digest(&digest::SHA256, self.host.as_bytes());
        [host.as_ref(), &[self.flags], &self.counter.to_be_bytes()].concat()
    }

    /// An attestation object of a format.
    pub(crate) fn attestation(&self, format: &str) -> Vec<u8> {
        let mut data = self.data();
        data[32] |= 0x40;
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.key());
        let parts =
            [vec![0xa3], text("fmt"), text(format), text("attStmt"), vec![0xa0], text("authData")];
        [parts.concat(), bytes(&data)].concat()
    }

    /// Its signature over what it and the browser say.
    pub(crate) fn sign(&self, client_data: &[u8]) -> Vec<u8> {
        let client = digest::digest(&digest::SHA256, client_data);
        let signed = [self.data(), client.as_ref().to_vec()].concat();
        match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
        }
    }
}
