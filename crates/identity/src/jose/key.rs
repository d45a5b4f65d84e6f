//! Public keys and sets of them (RFC 7517, 7518).

use super::{decode, encode, object};
use crate::Refusal;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use model::Problem;
use serde_json::{Value, json};

/// Bytes of a set of keys.
pub(super) const KEY_SET_BYTES_MAX: usize = 64 * 1024;
/// Keys of a set.
pub(super) const KEYS_MAX: usize = 16;
/// Bytes of the modulus of an RSA key, at least (2048 bits) and at most (8192 bits).
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// Bytes of the public exponent of an RSA key.
const EXPONENT_BYTES_MAX: usize = 4;

/// The algorithms that exist here. Which of them a token may have is said where it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// ECDSA on P-256 with SHA-256: of external providers.
    Es256,
    /// RSA PKCS #1 v1.5 with SHA-256: of external providers.
    Rs256,
}

impl Algorithm {
    /// What SMART App Launch 2.2.0 has clients sign with.
    pub const SMART: &'static [Self] = &[Self::Es384, Self::Rs384];

    /// Its name in JOSE.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Es384 => "ES384",
            Self::Rs384 => "RS384",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    /// Reads its name; case matters.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Es384, Self::Rs384, Self::Es256, Self::Rs256]
            .into_iter()
            .find(|algorithm| algorithm.word() == word)
    }
}

/// What a key is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    /// A point, uncompressed (SEC 1 §2.3.3).
    Point { algorithm: Algorithm, point: Vec<u8> },
    /// An RSA key; it has no algorithm of its own unless it says so.
    Rsa { algorithm: Option<Algorithm>, modulus: Vec<u8>, exponent: Vec<u8> },
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in its set.
    pub id: String,
    material: Material,
}

/// A key that was chosen for an algorithm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen<'k> {
    key: &'k Key,
    algorithm: Algorithm,
}

impl Key {
    /// The point of an ECDSA key on P-384, as it stands in a set.
    pub(super) fn es384(id: &str, point: &[u8]) -> Self {
        let material = Material::Point { algorithm: Algorithm::Es384, point: point.to_vec() };
        Self { id: id.to_owned(), material }
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        match &self.material {
            Material::Point { algorithm: own, .. } => *own == algorithm,
            Material::Rsa { algorithm: own, .. } => {
                matches!(algorithm, Algorithm::Rs256 | Algorithm::Rs384)
                    && own.is_none_or(|own| own == algorithm)
            }
        }
    }

    fn read(value: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let bytes = |name: &str| {
            text(name).and_then(|text| decode(text).ok()).ok_or("a number of the key is missing")
        };
        if ["d", "p", "q", "k"].iter().any(|name| value.get(*name).is_some()) {
            return Err("holds a private or symmetric key");
        }
        if value.get("use").is_some_and(|purpose| purpose != "sig") {
            return Err("is not a key for signatures");
        }
        let id = text("kid").filter(|id| !id.is_empty()).ok_or("has no `kid`")?.to_owned();
        let stated = match value.get("alg") {
            None => None,
            Some(word) => {
                let known = word.as_str().and_then(Algorithm::from_word);
                Some(known.ok_or("is for an algorithm that is not taken")?)
            }
        };
        let material = match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-384")) => point(Algorithm::Es384, 48, &bytes("x")?, &bytes("y")?),
            (Some("EC"), Some("P-256")) => point(Algorithm::Es256, 32, &bytes("x")?, &bytes("y")?),
            (Some("RSA"), None) => rsa(stated, bytes("n")?, bytes("e")?),
            _ => Err("is of a kind that is not taken"),
        }?;
        let key = Self { id, material };
        if stated.is_some_and(|stated| !key.fits(stated)) {
            return Err("does not fit its algorithm");
        }
        Ok(key)
    }
}

fn point(
    algorithm: Algorithm,
    length: usize,
    x: &[u8],
    y: &[u8],
) -> Result<Material, &'static str> {
    if x.len() != length || y.len() != length {
        return Err("a coordinate has not the length of its curve");
    }
    Ok(Material::Point { algorithm, point: [&[4_u8], x, y].concat() })
}

fn rsa(
    algorithm: Option<Algorithm>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
) -> Result<Material, &'static str> {
    if !MODULUS_BYTES.contains(&modulus.len()) || exponent.len() > EXPONENT_BYTES_MAX {
        return Err("has fewer than 2048 bits, or more than 8192");
    }
    Ok(Material::Rsa { algorithm, modulus, exponent })
}

impl Chosen<'_> {
    /// Checks a signature.
    pub(super) fn verify(self, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = match (&self.key.material, self.algorithm) {
            (Material::Point { point, .. }, Algorithm::Es384) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(signed, signature)
            }
            (Material::Point { point, .. }, Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
            }
            (Material::Rsa { modulus, exponent, .. }, algorithm) => {
                let parameters: &RsaParameters = match algorithm {
                    Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::Es256 | Algorithm::Es384 => return Err(Refusal::Key),
                };
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(parameters, signed, signature)
            }
            (Material::Point { .. }, _) => return Err(Refusal::Key),
        };
        verified.map_err(|_| Refusal::Signature)
    }
}

/// Keys of one issuer or client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// A set of keys of ours.
    pub fn of(keys: Vec<Key>) -> Self {
        Self(keys)
    }

    /// Reads a JWKS. Keys that are not taken are named and left out; what is no set, or has two
    /// keys of one name, has none.
    pub fn read(bytes: &[u8]) -> (Self, Vec<Problem>) {
        let nothing = |text: &str| {
            (Self::default(), vec![Problem::error("key-set", String::new(), text.to_owned())])
        };
        if bytes.len() > KEY_SET_BYTES_MAX {
            return nothing("the set of keys is too large");
        }
        let Ok(set) = object(bytes) else { return nothing("this is no JSON Web Key Set") };
        let Some(list) = set.get("keys").and_then(Value::as_array) else {
            return nothing("this is no JSON Web Key Set");
        };
        if list.len() > KEYS_MAX {
            return nothing("the set has too many keys");
        }
        let (mut keys, mut problems): (Vec<Key>, Vec<Problem>) = (Vec::new(), Vec::new());
        for (number, value) in list.iter().enumerate() {
            match Key::read(value) {
                Ok(key) if keys.iter().any(|known| known.id == key.id) => {
                    return nothing("two keys have one `kid`");
                }
                Ok(key) => keys.push(key),
                Err(text) => {
                    problems.push(Problem::warning("key", format!("keys[{number}]"), text));
                }
            }
        }
        (Self(keys), problems)
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of a name, for an algorithm.
    pub(super) fn named(&self, id: &str, algorithm: Algorithm) -> Option<Chosen<'_>> {
        let key = self.0.iter().find(|key| key.id == id && key.fits(algorithm))?;
        Some(Chosen { key, algorithm })
    }

    /// The one key for an algorithm, for a token that names none.
    pub(super) fn only(&self, algorithm: Algorithm) -> Option<Chosen<'_>> {
        let mut fitting = self.0.iter().filter(|key| key.fits(algorithm));
        let key = fitting.next()?;
        fitting.next().is_none().then_some(Chosen { key, algorithm })
    }

    /// The set as JSON, with nothing but what is public.
    pub fn to_json(&self) -> Value {
        let keys: Vec<Value> = self.0.iter().map(key_json).collect();
        json!({ "keys": keys })
    }
}

fn key_json(key: &Key) -> Value {
    match &key.material {
        Material::Point { algorithm, point } => {
            let length = point.len() / 2;
            let (x, y) = point.get(1..).unwrap_or_default().split_at(length.min(point.len()));
            let curve = if *algorithm == Algorithm::Es384 { "P-384" } else { "P-256" };
            json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y), "kid": key.id,
                "use": "sig", "alg": algorithm.word()})
        }
        Material::Rsa { algorithm, modulus, exponent } => {
            let mut value = json!({"kty": "RSA", "n": encode(modulus), "e": encode(exponent),
                "kid": key.id, "use": "sig"});
            if let (Some(algorithm), Some(object)) = (algorithm, value.as_object_mut()) {
                object.insert("alg".to_owned(), json!(algorithm.word()));
            }
            value
        }
    }
}
