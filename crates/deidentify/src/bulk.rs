//! Bulk data of persons in the United States (28 CFR 202.205): how many distinct persons' data one
//! recipient has had, over all exports there ever were. De-identified, pseudonymised and encrypted
//! data count the same (28 CFR 202.206).

use thiserror::Error;

/// Kinds of data with a threshold of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BulkKind {
    /// Human genomic data.
    Genomic,
    /// Human epigenomic, proteomic or transcriptomic data.
    OtherOmic,
    /// Personal health data.
    Health,
}

impl BulkKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Genomic, Self::OtherOmic, Self::Health];

    /// More persons than this are bulk data.
    pub const fn persons_max(self) -> u64 {
        match self {
            Self::Genomic => 100,
            Self::OtherOmic => 1_000,
            Self::Health => 10_000,
        }
    }

    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Genomic => "genomic",
            Self::OtherOmic => "other-omic",
            Self::Health => "health",
        }
    }

    /// Reads the stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What there is that lets bulk data go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Persons up to whom a second account has approved, of this recipient and kind.
    pub approved_persons: u64,
    /// Whether the recipient's attestation is on record.
    pub is_attested: bool,
}

/// Why an export is held: the count and the rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "with this export `{recipient}` would have had {} data of {persons} persons; more than {} are \
     bulk data (28 CFR 202.205): {} missing", .kind.word(), .kind.persons_max(), .missing
)]
pub struct Held {
    /// Who would receive it.
    pub recipient: String,
    /// Of which kind.
    pub kind: BulkKind,
    /// Distinct persons, those of earlier exports included.
    pub persons: u64,
    /// What is missing, in words.
    pub missing: String,
}

/// Whether data of so many distinct persons may be with a recipient.
///
/// # Errors
/// [`Held`] names the count, the rule and what is missing.
pub fn clear(recipient: &str, kind: BulkKind, persons: u64, cleared: Cleared) -> Result<(), Held> {
    let lacks_approval = persons > cleared.approved_persons;
    let missing = match (lacks_approval, !cleared.is_attested) {
        _ if persons <= kind.persons_max() => return Ok(()),
        (false, false) => return Ok(()),
        (true, true) => "the approval of a second person and the attestation of the recipient are",
        (true, false) => "the approval of a second person for that many is",
        (false, true) => "the attestation of the recipient is",
    };
    let recipient = recipient.to_owned();
    Err(Held { recipient, kind, persons, missing: missing.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thresholds_are_those_of_the_rule() {
        // 28 CFR 202.205(a) to (f), 8 April 2025.
        for (kind, most) in
            [(BulkKind::Genomic, 100), (BulkKind::OtherOmic, 1_000), (BulkKind::Health, 10_000)]
        {
            assert!(clear("a", kind, most, Cleared::default()).is_ok(), "{kind:?}");
            let held = clear("a", kind, most + 1, Cleared::default()).unwrap_err();
            let text = held.to_string();
            for part in [&(most + 1).to_string(), &most.to_string(), "28 CFR 202", "`a`"] {
                assert!(text.contains(part), "{text}");
            }
            assert_eq!(BulkKind::from_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn more_needs_both_a_second_person_and_an_attestation() {
        for (approved_persons, is_attested, goes) in [
            (0, false, false),
            (500, false, false),
            (0, true, false),
            (100, true, false),
            (199, true, false),
            (200, true, true),
            (500, true, true),
        ] {
            let cleared = Cleared { approved_persons, is_attested };
            let found = clear("a", BulkKind::Genomic, 200, cleared);
            assert_eq!(found.is_ok(), goes, "{cleared:?}");
        }
    }
}
