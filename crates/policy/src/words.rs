//! What is asked, and about what.

use crate::policies::schema;
use std::collections::BTreeSet;

/// Sensitivity labels, in the words of the policies: `R` and `V` are of HL7 `v3-Confidentiality`,
/// the others of `v3-ActCode` (sensitivity), as DS4P 1.0.0 uses them; `SF` is our own word for a
/// secondary finding, a gene that the test was not about.
pub const LABELS: &[&str] = &["R", "V", "ETH", "GDIS", "HIV", "PSY", "SF"];

/// Who asks to do what, for what: all that is known before an item is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// Whose data.
    pub tenant: String,
    /// The id that the audit log names.
    pub actor: String,
    /// Word of the role.
    pub role: String,
    /// Word of the purpose.
    pub purpose: String,
    /// Word of the action.
    pub action: String,
}

/// Whose an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compartment {
    /// A patient's.
    Patient,
    /// Nobody's by its nature: an organisation.
    Everybody,
    /// It could not be told.
    Unknown,
}

impl Compartment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Everybody, Self::Unknown];

    /// The word of the policies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Everybody => "everybody",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compartment| compartment.word() == word)
    }
}

/// What is asked about, with what was looked up about it for the one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose data.
    pub tenant: String,
    /// Whose it is.
    pub compartment: Compartment,
    /// Words of [`LABELS`].
    pub labels: BTreeSet<String>,
    /// Whether a relationship of care is in force.
    pub in_care: bool,
    /// Whether the patient was opened in an emergency that is not over.
    pub emergency: bool,
    /// Purposes that a consent in force refuses.
    pub refused: BTreeSet<String>,
    /// Purposes that a consent in force gives.
    pub consented: BTreeSet<String>,
}

/// Words of the actions that the schema knows, in alphabetical order.
pub fn schema_actions() -> Vec<String> {
    let mut words: Vec<String> = schema()
        .iter()
        .flat_map(|schema| schema.actions())
        .map(|uid| uid.id().unescaped().to_owned())
        .collect();
    words.sort();
    words
}

/// Whether the schema knows a word as a role.
pub fn schema_roles(word: &str) -> bool {
    crate::prepared::is_role(word)
}
