//! Passkeys: registered and proven, and wrong in every way.

use crate::authenticator::Authenticator;
use identity::Refusal;
use identity::passkey::{Ceremony, Passkey, challenge_of, prove, register};
use proptest::prelude::*;

const ORIGIN: &str = "https://cognate.example";
const HOST: &str = "cognate.example";
const CHALLENGE: &[u8] = b"0123456789abcdef0123456789abcdef";

const CEREMONY: Ceremony<'_> =
    Ceremony { challenge: CHALLENGE, origin: ORIGIN, relying_party: HOST };

fn client(kind: &str) -> Vec<u8> {
    Authenticator::client_data(kind, CHALLENGE, ORIGIN)
}

fn registered(authenticator: &Authenticator) -> Result<Passkey, Refusal> {
    register(&CEREMONY, &client("webauthn.create"), &authenticator.attestation("none"))
}

fn proven(authenticator: &Authenticator, key: &[u8], client: &[u8]) -> Result<u32, Refusal> {
    prove(&CEREMONY, key, client, &authenticator.data(), &authenticator.sign(client))
}

#[test]
fn a_passkey_is_registered_and_proves_its_person() {
    for elliptic in [true, false] {
        let mut authenticator = Authenticator::new("one", HOST, elliptic);
        let passkey = registered(&authenticator).unwrap();
        assert_eq!((passkey.id.as_slice(), passkey.counter), (&b"one"[..], 1));
        authenticator.counter = 7;
        let client = client("webauthn.get");
        assert_eq!(challenge_of(&client).unwrap(), CHALLENGE);
        assert_eq!(proven(&authenticator, &passkey.key, &client), Ok(7));
    }
}

#[test]
fn what_is_wrong_is_refused_each_for_its_reason() {
    let right = Authenticator::new("one", HOST, true);
    let key = registered(&right).unwrap().key;
    let get = |challenge: &[u8], origin: &str| {
        Authenticator::client_data("webauthn.get", challenge, origin)
    };
    let crossed = String::from_utf8(client("webauthn.get")).unwrap().replace("false", "true");
    let twice = String::from_utf8(client("webauthn.get")).unwrap().replace('{', "{\"origin\":1,");
    for (client, refusal) in [
        (get(b"another", ORIGIN), Refusal::Challenge),
        (get(CHALLENGE, "https://evil.example"), Refusal::Origin),
        (get(CHALLENGE, "http://cognate.example"), Refusal::Origin),
        (get(CHALLENGE, "https://cognate.example:8443"), Refusal::Origin),
        (get(CHALLENGE, "https://cognate.example.evil.example"), Refusal::Origin),
        (crossed.into_bytes(), Refusal::Origin),
        (twice.into_bytes(), Refusal::Unreadable),
        (client("webauthn.create"), Refusal::Unreadable),
        (b"{}".to_vec(), Refusal::Unreadable),
    ] {
        assert_eq!(proven(&right, &key, &client), Err(refusal));
    }
    let client = client("webauthn.get");
    for (host, flags, refusal) in [
        ("evil.example", 0x05, Refusal::Origin),
        (HOST, 0x04, Refusal::Unverified),
        (HOST, 0x01, Refusal::Unverified),
        (HOST, 0x00, Refusal::Unverified),
        (HOST, 0x45, Refusal::Unreadable),
        (HOST, 0x85, Refusal::Unreadable),
        (HOST, 0x05, Refusal::Signature),
    ] {
        let mut other = Authenticator::new("one", host, true);
        other.flags = flags;
        assert_eq!(proven(&other, &key, &client), Err(refusal), "{host} {flags}");
    }
    let mut signature = right.sign(&client);
    signature[20] ^= 1;
    let altered = prove(&CEREMONY, &key, &client, &right.data(), &signature);
    assert_eq!(altered, Err(Refusal::Signature));
    let mut data = right.data();
    data[36] += 1;
    let counted = prove(&CEREMONY, &key, &client, &data, &right.sign(&client));
    assert_eq!(counted, Err(Refusal::Signature), "the counter is signed, too");
    let other = Authenticator::new("two", HOST, false);
    let of_other = registered(&other).unwrap().key;
    assert_eq!(proven(&right, &of_other, &client), Err(Refusal::Signature));
    assert_eq!(proven(&right, b"no key", &client), Err(Refusal::Unreadable));
}

#[test]
fn what_cannot_be_a_new_passkey_is_refused() {
    let right = Authenticator::new("one", HOST, true);
    let create = client("webauthn.create");
    for format in ["packed", "fido-u2f", "", "None"] {
        let attested = register(&CEREMONY, &create, &right.attestation(format));
        assert_eq!(attested, Err(Refusal::Unreadable), "{format}");
    }
    let get = client("webauthn.get");
    let other = register(&CEREMONY, &get, &right.attestation("none"));
    assert_eq!(other, Err(Refusal::Unreadable));
    let nameless = Authenticator::new("", HOST, true);
    assert_eq!(registered(&nameless), Err(Refusal::Unreadable));
    let mut unverified = Authenticator::new("one", HOST, true);
    unverified.flags = 0x01;
    assert_eq!(registered(&unverified), Err(Refusal::Unverified));
    let mut longer = right.attestation("none");
    longer.push(0);
    assert_eq!(register(&CEREMONY, &create, &longer), Err(Refusal::Unreadable));
}

proptest! {
    /// Cut or changed anywhere, an attestation is no other passkey with the same id, and no panic.
    #[test]
    fn no_bytes_make_a_panic(at in 0..400_usize, byte in any::<u8>(), cut in any::<bool>()) {
        let right = Authenticator::new("one", HOST, true);
        let mut bytes = right.attestation("none");
        if cut {
            bytes.truncate(at);
        } else if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        let _ = register(&CEREMONY, &client("webauthn.create"), &bytes);
        let _ = prove(&CEREMONY, &bytes, &client("webauthn.get"), &bytes, &bytes);
    }
}
