//! Dates as the spans of time that they leave open, and conditions on them (FHIR R4 §3.1.1.4.7).

use model::{PartialDate, Timestamp};

const DAY_MICROS: i64 = 86_400_000_000;

/// A span of time in microseconds since 1970: from `low` to before `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First microsecond.
    pub low: i64,
    /// One past the last one.
    pub high: i64,
}

impl Span {
    /// The span of a FHIR date, dateTime or instant by its precision, days counted in UTC. `None`
    /// if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains('T') {
            let at = Timestamp::parse(text)?.micros();
            let is_whole = !text.contains('.');
            return Some(Self { low: at, high: at + if is_whole { 1_000_000 } else { 1_000 } });
        }
        let is_date = text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date = PartialDate::parse(text).filter(|_| is_date)?;
        let low = first_of(date.year, date.month.unwrap_or(1), date.day.unwrap_or(1))?;
        let high = match (date.month, date.day) {
            (Some(_), Some(_)) => low + DAY_MICROS,
            (Some(12), None) | (None, _) => first_of(date.year.checked_add(1)?, 1, 1)?,
            (Some(month), None) => first_of(date.year, month + 1, 1)?,
        };
        Some(Self { low, high })
    }

    /// The span from the start of one date to the end of another; what is not given is open.
    pub fn period(start: Option<&str>, end: Option<&str>) -> Option<Self> {
        let at = |text: Option<&str>| match text {
            Some(text) => Self::parse(text).map(Some),
            None => Some(None),
        };
        let (start, end) = (at(start)?, at(end)?);
        if start.is_none() && end.is_none() {
            return None;
        }
        let low = start.map_or(i64::MIN, |span| span.low);
        let high = end.map_or(i64::MAX, |span| span.high);
        (low < high).then_some(Self { low, high })
    }
}

fn first_of(year: i16, month: u8, day: u8) -> Option<i64> {
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    Timestamp::parse(&text).map(Timestamp::micros)
}

/// One condition on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    prefix: Prefix,
    asked: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    StartsAfter,
    EndsBefore,
}

impl Condition {
    /// Reads `ge2020-06-01`; without a prefix the date itself is meant. `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let prefixes = [
            ("eq", Prefix::Equal),
            ("ne", Prefix::NotEqual),
            ("lt", Prefix::Less),
            ("le", Prefix::LessOrEqual),
            ("gt", Prefix::Greater),
            ("ge", Prefix::GreaterOrEqual),
            ("sa", Prefix::StartsAfter),
            ("eb", Prefix::EndsBefore),
        ];
        let with = prefixes
            .into_iter()
            .find_map(|(word, prefix)| text.strip_prefix(word).map(|rest| (prefix, rest)));
        let (prefix, date) = with.unwrap_or((Prefix::Equal, text));
        Span::parse(date).map(|asked| Self { prefix, asked })
    }

    /// The condition that something lies, at least in part, in a period.
    pub fn within(period: Span) -> Vec<Self> {
        let from = Self { prefix: Prefix::GreaterOrEqual, asked: period };
        let to = Self { prefix: Prefix::LessOrEqual, asked: period };
        vec![from, to]
    }

    /// Whether a span meets it.
    pub fn holds(self, span: Span) -> bool {
        let asked = self.asked;
        let within = asked.low <= span.low && span.high <= asked.high;
        match self.prefix {
            Prefix::Equal => within,
            Prefix::NotEqual => !within,
            Prefix::Less => span.low < asked.low,
            Prefix::LessOrEqual => span.low < asked.high,
            Prefix::Greater => span.high > asked.high,
            Prefix::GreaterOrEqual => span.high > asked.low,
            Prefix::StartsAfter => span.low >= asked.high,
            Prefix::EndsBefore => span.high <= asked.low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_by_precision() {
        for (condition, date, expected) in [
            ("ge2020-06-01", "2020-06-01", true),
            ("ge2020-06-01", "2020-05-31", false),
            ("ge2020-06-01", "2020", true),
            ("le2020-08-01", "2020-08-01T10:00:00Z", true),
            ("le2020-08-01", "2020-08-02", false),
            ("2020-06", "2020-06-30", true),
            ("2020-06", "2020-07-01", false),
            ("eq2020", "2020-12-31", true),
            ("ne2020", "2020-12-31", false),
            ("gt2020-06-01", "2020-06-01", false),
            ("gt2020-06-01", "2020-06", true),
            ("lt2020-06-15", "2020-06", true),
            // `sa` and `eb`: wholly after, wholly before.
            ("sa2020-06-15", "2020-06", false),
            ("sa2020-05-31", "2020-06", true),
            ("eb2020-06-15", "2020-06", false),
            ("eb2020-07-01", "2020-06", true),
        ] {
            let condition_of = Condition::parse(condition).unwrap();
            let span = Span::parse(date).unwrap();
            assert_eq!(condition_of.holds(span), expected, "{condition} {date}");
        }
        for bad in ["", "ge", "yesterday", "2020-13-01", "xx2020", "2020-06-01T10:00:00"] {
            assert_eq!(Condition::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn periods_may_be_open() {
        let period = Span::period(Some("2020-06-01"), None).unwrap();
        let conditions = Condition::within(period);
        let holds = |date: &str| conditions.iter().all(|c| c.holds(Span::parse(date).unwrap()));
        assert!(holds("2020-06-01") && holds("2031") && !holds("2020-05-31"));
        assert_eq!(Span::period(Some("2020-06-02"), Some("2020-06-01")), None);
        assert_eq!(Span::period(None, None), None);
    }
}
