//! Exact decimals that keep their digits: `1.10` is written as `1.10` and equals `1.1`.

use std::cmp::Ordering;
use std::fmt;

/// Digits of a decimal; FHIR asks for 18, FHIRPath for 28.
const DIGITS_MAX: u32 = 34;
/// Digits behind the point that a quotient is worked out to (FHIRPath N1 §6.6.2: at least 8).
const QUOTIENT_SCALE: u32 = 12;

/// An exact decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits, as one integer.
    units: i128,
    /// How many of them stand behind the point.
    scale: u32,
}

impl Decimal {
    fn new(units: i128, scale: u32) -> Option<Self> {
        let limit = 10_i128.checked_pow(DIGITS_MAX)?;
        (units.unsigned_abs() < limit.unsigned_abs() && scale <= DIGITS_MAX)
            .then_some(Self { units, scale })
    }

    /// A number as JSON or FHIRPath writes it, exponent and all; `None` when it is none, or has
    /// more digits than are kept.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (is_negative, number) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || !digits.clone().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut units: i128 = 0;
        for digit in digits {
            units = units.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale < 0 {
            let power = 10_i128.checked_pow(scale.unsigned_abs())?;
            units = units.checked_mul(power)?;
        }
        Self::new(if is_negative { -units } else { units }, scale.max(0).unsigned_abs())
    }

    /// Digits behind the point.
    pub fn scale(self) -> u32 {
        self.scale
    }

    /// The integer of the same value, if there is one.
    pub fn integer(self) -> Option<i64> {
        let power = 10_i128.checked_pow(self.scale)?;
        (self.units % power == 0).then(|| i64::try_from(self.units / power).ok()).flatten()
    }

    /// Both at the larger scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        Some((self.units_at(scale)?, other.units_at(scale)?, scale))
    }

    fn units_at(self, scale: u32) -> Option<i128> {
        self.units.checked_mul(10_i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    /// Compares values; digits that are zeros at the end say nothing.
    pub fn compare(self, other: Self) -> Ordering {
        match self.aligned(other) {
            Some((left, right, _)) => left.cmp(&right),
            // Only numbers of very different size cannot be aligned: the longer one is decided
            // by what stands before the point.
            None => self.whole().cmp(&other.whole()),
        }
    }

    fn whole(self) -> i128 {
        10_i128.checked_pow(self.scale).map_or(0, |power| self.units / power)
    }

    /// Sum; `None` past the limit.
    pub fn sum(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::new(left.checked_add(right)?, scale)
    }

    /// The same with the other sign.
    pub fn negative(self) -> Self {
        Self { units: -self.units, ..self }
    }

    /// Product; `None` past the limit.
    pub fn multiply(self, other: Self) -> Option<Self> {
        Self::new(self.units.checked_mul(other.units)?, self.scale.checked_add(other.scale)?)
    }

    /// Quotient to 12 digits behind the point, without zeros at the end; `None` for a divisor of
    /// zero and past the limit.
    pub fn divide(self, other: Self) -> Option<Self> {
        let divisor = other.units_at(self.scale.max(other.scale))?;
        let dividend = self.units_at(self.scale.max(other.scale))?;
        let dividend = dividend.checked_mul(10_i128.checked_pow(QUOTIENT_SCALE)?)?;
        let quotient = dividend.checked_div(divisor)?;
        let rest = dividend.checked_rem(divisor)?;
        let is_up = rest.unsigned_abs().checked_mul(2)? >= divisor.unsigned_abs();
        let sign = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
        let (mut units, mut scale) = (quotient + if is_up { sign } else { 0 }, QUOTIENT_SCALE);
        while scale > 1 && units % 10 == 0 {
            (units, scale) = (units / 10, scale - 1);
        }
        Self::new(units, scale)
    }

    /// The least or greatest value that is written like this one (FHIRPath `lowBoundary`,
    /// `highBoundary`), to `precision` digits behind the point.
    pub fn boundary(self, is_low: bool, precision: u32) -> Option<Self> {
        // Half of the last digit's worth: at one more digit it is 5.
        let scale = self.scale.checked_add(1)?;
        let half = if is_low { -5 } else { 5 };
        let units = self.units_at(scale)?.checked_add(half)?;
        if precision >= scale {
            let power = 10_i128.checked_pow(precision - scale)?;
            return Self::new(units.checked_mul(power)?, precision);
        }
        let power = 10_i128.checked_pow(scale - precision)?;
        let floor = units.div_euclid(power);
        let up = i128::from(!is_low && units.rem_euclid(power) != 0);
        Self::new(floor.checked_add(up)?, precision)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { units: i128::from(value), scale: 0 }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.units.unsigned_abs().to_string();
        let scale = self.scale as usize;
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at_checked(digits.len() - scale).unwrap_or_default();
        let sign = if self.units < 0 { "-" } else { "" };
        let point = if scale == 0 { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}
