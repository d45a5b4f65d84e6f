//! One-time codes of an authenticator (RFC 6238 with HMAC-SHA-1, six digits, 30 seconds: what every
//! authenticator app does).

use aws_lc_rs::{constant_time, hmac};
use model::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Bytes of a shared secret (RFC 4226 §4: at least 128 bits, 160 recommended).
pub const SECRET_BYTES: usize = 20;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are taken, for clocks that differ.
const STEPS_AROUND: i64 = 1;

/// The step that a right code is of, if it is later than the last one that was used: a code that
/// was seen once, or an older one, is refused.
pub fn fits(secret: &[u8], code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = now.micros().div_euclid(STEP_SECONDS * 1_000_000);
    let around = (present - STEPS_AROUND)..=(present + STEPS_AROUND);
    let fits = |step: &i64| {
        let right = self::code(secret, *step);
        constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
    };
    around.filter(|step| *step > last_step).find(fits)
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or(0) & 0x0f);
    let mut word = [0_u8; 4];
    for (byte, from) in word.iter_mut().zip(bytes.iter().skip(offset)) {
        *byte = *from;
    }
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The address that an authenticator app reads (Key URI Format of Google Authenticator).
pub fn uri(secret: &[u8], issuer: &str, login: &str) -> String {
    let (issuer, login) = (escaped(issuer), escaped(login));
    let secret = base32(secret);
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&digits=6&period=30")
}

/// Base32 without padding (RFC 4648 §6).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut push = |five: u32| {
        let letter = LETTERS.get((five & 31) as usize).copied().unwrap_or(b'A');
        text.push(char::from(letter));
    };
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            push(bits >> held);
        }
    }
    if held > 0 {
        push(bits << (5 - held));
    }
    text
}

fn escaped(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret and the last six of its eight digits.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000_i64, "353130"),
        ] {
            let step = seconds / 30;
            assert_eq!(code(SECRET, step), expected, "{seconds}");
            let now = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(fits(SECRET, expected, now, 0), Some(step));
            assert_eq!(fits(SECRET, expected, now, step), None, "a code is good once");
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_around() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let right = code(SECRET, 100);
        for (seconds, is_good) in [(2_969, false), (2_970, true), (3_059, true), (3_060, false)] {
            assert_eq!(fits(SECRET, &right, at(seconds), 0).is_some(), is_good, "{seconds}");
        }
        for wrong in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(fits(SECRET, wrong, at(3_000), 0), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648 §10.
        for (text, expected) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(text.as_bytes()), expected);
        }
        let uri = uri(b"foo", "Cognate", "a b/c");
        let expected = "otpauth://totp/Cognate:a%20b%2Fc?secret=MZXW6&issuer=Cognate\
                        &digits=6&period=30";
        assert_eq!(uri, expected);
    }
}
