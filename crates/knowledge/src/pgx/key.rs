//! What a rule asks of a gene, and whether a result gives it.

use super::NO_RESULT;
use model::score::ActivityScore;
use model::statement::Outcome;
use std::fmt;

/// The values of one gene that satisfy a rule; one of them must hold.
pub type Values = Vec<KeyValue>;

/// One value of a rule's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyValue {
    /// `-`: there is no result.
    NoResult,
    /// `+`: there is a result, whatever it says.
    AnyResult,
    /// A phenotype, or one of several allele statuses (`*57:01 positive`).
    Phenotype(String),
    /// `score 1-1.5`, `score 3+`: an activity score, both ends included.
    Score {
        /// Lowest.
        from: ActivityScore,
        /// Highest; `None` = no upper end.
        to: Option<ActivityScore>,
    },
    /// `score n/a`: a result without a score.
    NoScore,
    /// `has *3`: some allele of the diplotype is that one.
    Has(String),
    /// `lacks *3`: no allele of the diplotype is that one.
    Lacks(String),
    /// `diplotype *1/*2`, in natural order.
    Diplotype(String),
}

/// Between the statuses of a gene that is read by them: `*57:01 positive; *58:01 negative`.
pub const STATUS_SEPARATOR: &str = "; ";

impl KeyValue {
    /// Reads a value as the tables write it; `None` if a score is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text == NO_RESULT {
            return Some(Self::NoResult);
        }
        if text == "+" {
            return Some(Self::AnyResult);
        }
        if text == "score n/a" {
            return Some(Self::NoScore);
        }
        if let Some(range) = text.strip_prefix("score ") {
            return Self::score(range.trim());
        }
        let named = |prefix: &str| text.strip_prefix(prefix).map(|name| name.trim().to_owned());
        if let Some(name) = named("has ") {
            return Some(Self::Has(name));
        }
        if let Some(name) = named("lacks ") {
            return Some(Self::Lacks(name));
        }
        if let Some(name) = named("diplotype ") {
            return Some(Self::Diplotype(name));
        }
        (!text.is_empty()).then(|| Self::Phenotype(text.to_owned()))
    }

    fn score(range: &str) -> Option<Self> {
        if let Some(from) = range.strip_suffix('+') {
            return Some(Self::Score { from: ActivityScore::parse(from)?, to: None });
        }
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to) = (ActivityScore::parse(from)?, ActivityScore::parse(to)?);
        (from <= to).then_some(Self::Score { from, to: Some(to) })
    }

    /// Whether one possibility of a gene has this value; `None` = the gene has no result.
    ///
    /// An open score (`≥3.0`) only has a value that holds for every score it may be.
    pub fn holds(&self, outcome: Option<&Outcome>) -> bool {
        let Some(outcome) = outcome else { return *self == Self::NoResult };
        let score = || outcome.activity_score.as_deref().and_then(ActivityScore::parse);
        let alleles = || {
            outcome.diplotype.iter().flat_map(|diplotype| {
                std::iter::once(diplotype.first.as_str()).chain(diplotype.second.as_deref())
            })
        };
        match self {
            Self::NoResult => false,
            Self::AnyResult => true,
            Self::Phenotype(name) => outcome
                .phenotype
                .as_deref()
                .is_some_and(|own| own.split(STATUS_SEPARATOR).any(|part| part == name)),
            Self::Score { from, to } => score().is_some_and(|score| {
                let low = score.in_hundredths() >= from.in_hundredths();
                match to {
                    None => low,
                    Some(to) => {
                        low && !score.is_open() && score.in_hundredths() <= to.in_hundredths()
                    }
                }
            }),
            Self::NoScore => score().is_none(),
            Self::Has(name) => alleles().any(|allele| allele == name),
            Self::Lacks(name) => {
                outcome.diplotype.is_some() && !alleles().any(|allele| allele == name)
            }
            Self::Diplotype(name) => {
                outcome.diplotype.as_ref().is_some_and(|own| own.to_string() == *name)
            }
        }
    }
}

impl fmt::Display for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoResult => f.write_str(NO_RESULT),
            Self::AnyResult => f.write_str("+"),
            Self::Phenotype(name) => f.write_str(name),
            Self::Score { from, to: None } => write!(f, "score {from}+"),
            Self::Score { from, to: Some(to) } if from == to => write!(f, "score {from}"),
            Self::Score { from, to: Some(to) } => write!(f, "score {from}-{to}"),
            Self::NoScore => f.write_str("score n/a"),
            Self::Has(name) => write!(f, "has {name}"),
            Self::Lacks(name) => write!(f, "lacks {name}"),
            Self::Diplotype(name) => write!(f, "diplotype {name}"),
        }
    }
}

impl From<&str> for KeyValue {
    /// A phenotype, or `-`.
    fn from(text: &str) -> Self {
        if text == NO_RESULT { Self::NoResult } else { Self::Phenotype(text.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::statement::Diplotype;

    fn outcome(diplotype: &str, phenotype: &str, score: &str) -> Outcome {
        let (first, second) = diplotype.split_once('/').unwrap();
        Outcome {
            diplotype: Some(Diplotype { first: first.into(), second: Some(second.into()) }),
            phenotype: (!phenotype.is_empty()).then(|| phenotype.into()),
            activity_score: (!score.is_empty()).then(|| score.into()),
        }
    }

    #[test]
    fn values_hold_for_the_results_they_name() {
        let poor = outcome("*2/*3", "Poor Metabolizer", "0.5");
        let open = outcome("*1/*1x≥3", "Ultrarapid Metabolizer", "≥4.0");
        let unknown = outcome("*1/*77", "Indeterminate", "");
        let hla = outcome("*15:02/*57:01", "*15:02 positive; *57:01 positive; *58:01 negative", "");
        for (value, holds, fails) in [
            ("Poor Metabolizer", &poor, &open),
            ("score 0.5", &poor, &open),
            ("score 0-1", &poor, &open),
            ("score 2.5+", &open, &poor),
            ("score 4+", &open, &unknown),
            ("score n/a", &unknown, &poor),
            ("has *3", &poor, &open),
            ("lacks *3", &open, &poor),
            ("diplotype *2/*3", &poor, &open),
            ("*57:01 positive", &hla, &poor),
            ("*58:01 negative", &hla, &poor),
        ] {
            let parsed = KeyValue::parse(value).unwrap();
            assert!(parsed.holds(Some(holds)), "{value}");
            assert!(!parsed.holds(Some(fails)), "{value}");
            assert!(!parsed.holds(None), "{value}");
            assert_eq!(KeyValue::parse(&parsed.to_string()), Some(parsed), "{value}");
        }
        let closed = KeyValue::parse("score 3-6").unwrap();
        assert!(!closed.holds(Some(&open)), "what is at least 4 may be more than 6");
        assert!(KeyValue::parse("-").unwrap().holds(None));
        for bad in ["score", "score x", "score 2-1", "score 1-", ""] {
            let parsed = KeyValue::parse(bad);
            assert!(parsed.is_none() || bad == "score", "{bad}: {parsed:?}");
        }
    }
}
