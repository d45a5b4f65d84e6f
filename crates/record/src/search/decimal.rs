//! Decimals as texts that sort as the numbers do, whatever their digits: nothing passes through
//! binary fractions.
//!
//! A key is `1` for zero; `2`, the place of the point and the digits for what is above; `0` and
//! the complements of both for what is below. Its last character tells the number itself from
//! what lies just below or above it, so that an open end of a range is not the number.

/// Digits of a number in a search that is calculated with.
const DIGITS_MAX: usize = 30;
/// Powers of ten beyond which a text is no number that is searched.
const POWER_MAX: i64 = 40_000;
/// Makes powers positive.
const POWER_SHIFT: i64 = 50_000;

/// Less than every key.
pub(crate) const LOWEST: &str = "";
/// Greater than every key.
pub(crate) const HIGHEST: &str = "~";

/// Where a bound stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Just below the number.
    Below,
    /// At it.
    At,
    /// Just above it.
    Above,
}

impl Side {
    /// These come before every digit, in this order.
    fn mark(self) -> char {
        match self {
            Self::Below => '-',
            Self::At => '.',
            Self::Above => '/',
        }
    }
}

/// A decimal as written (FHIR R4 `decimal`): digits and a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: String,
    power: i64,
}

impl Decimal {
    /// Reads `-12.50` or `1e-3`; `None` if that is no decimal.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (number, ""),
        };
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let power = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let digits = format!("{whole}{fraction}");
        let length = i64::try_from(digits.len()).ok()?;
        let fits = power.abs() <= POWER_MAX && power.saturating_add(length).abs() <= POWER_MAX;
        fits.then_some(Self { is_negative, digits, power })
    }

    /// The text that sorts as the number does.
    pub(crate) fn key(&self, side: Side) -> String {
        let mark = side.mark();
        let digits = self.digits.trim_start_matches('0');
        if digits.is_empty() {
            return format!("1{mark}");
        }
        let point = POWER_SHIFT + self.power + i64::try_from(digits.len()).unwrap_or(0);
        let digits = digits.trim_end_matches('0');
        if !self.is_negative {
            return format!("2{point:05}{digits}{mark}");
        }
        let point = 99_999 - point;
        let complement = |digit: u8| char::from(b'0' + (b'9' - digit));
        let digits: String = digits.bytes().map(complement).collect();
        format!("0{point:05}{digits}~{mark}")
    }

    /// The range that a number stands for by its precision, its end not included: `100` is
    /// 99.5 to 100.5, `1e2` is 50 to 150 (FHIR R4 §3.1.1.4.5).
    pub(crate) fn range(&self) -> Option<(Self, Self)> {
        let number = self.number()?.checked_mul(10)?;
        let power = self.power - 1;
        Some((Self::of(number.checked_sub(5)?, power), Self::of(number.checked_add(5)?, power)))
    }

    /// A tenth less and a tenth more, the smaller one first.
    pub(crate) fn about(&self) -> Option<(Self, Self)> {
        let number = self.number()?;
        let power = self.power - 1;
        let (a, b) = (number.checked_mul(9)?, number.checked_mul(11)?);
        Some((Self::of(a.min(b), power), Self::of(a.max(b), power)))
    }

    fn number(&self) -> Option<i128> {
        if self.digits.len() > DIGITS_MAX {
            return None;
        }
        let number: i128 = self.digits.parse().ok()?;
        Some(if self.is_negative { -number } else { number })
    }

    fn of(number: i128, power: i64) -> Self {
        Self { is_negative: number < 0, digits: number.unsigned_abs().to_string(), power }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        Decimal::parse(text).unwrap().key(Side::At)
    }

    #[test]
    fn equal_numbers_have_one_key_however_they_are_written() {
        for (a, b) in [("1.10", "1.1"), ("100", "1e2"), ("-0", "0.000"), ("0.05", "5E-2")] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        for bad in ["", "-", "1.", ".5", "1,5", "+1", "1e", "0x1", "1e99999", "--1", "1.5.5"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_number_stands_for_a_range_by_its_precision() {
        // FHIR R4 §3.1.1.4.5
        for (text, low, high) in [
            ("100", "99.5", "100.5"),
            ("100.00", "99.995", "100.005"),
            ("1e2", "50", "150"),
            ("5.40e-3", "0.005395", "0.005405"),
            ("-1", "-1.5", "-0.5"),
            ("0", "-0.5", "0.5"),
        ] {
            let (found_low, found_high) = Decimal::parse(text).unwrap().range().unwrap();
            assert_eq!(found_low.key(Side::At), key(low), "{text}");
            assert_eq!(found_high.key(Side::At), key(high), "{text}");
        }
    }

    proptest! {
        /// Keys sort as numbers do, and what lies beside a number is nearest to it.
        #[test]
        fn keys_sort_as_numbers(a in -9999_i64..9999, b in -9999_i64..9999, scale in 0_u32..5) {
            let write = |number: i64| Decimal::of(i128::from(number), -i64::from(scale));
            let (first, second) = (write(a), write(b));
            prop_assert_eq!(first.key(Side::At).cmp(&second.key(Side::At)), a.cmp(&b));
            let (below, above) = (first.key(Side::Below), first.key(Side::Above));
            prop_assert!(below < first.key(Side::At) && first.key(Side::At) < above);
            if a != b {
                prop_assert_eq!(below.cmp(&second.key(Side::At)), a.cmp(&b));
                prop_assert_eq!(above.cmp(&second.key(Side::At)), a.cmp(&b));
            }
            prop_assert!(LOWEST < below.as_str() && above.as_str() < HIGHEST);
        }
    }
}
