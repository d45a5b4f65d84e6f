//! The laboratory's judgement beside our tier. Only tiers of AMP/ASCO/CAP that name themselves so
//! are compared; every other system stands as it came, and is translated into nothing.

use super::AmpTier;
use model::tumor::LaboratoryJudgement;

/// How a laboratory's judgement stands to our tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// The same tier and level.
    Same,
    /// The same tier; the laboratory states no level.
    SameTier,
    /// Another tier or level.
    Differs,
    /// Another system, or one that is not stated.
    NotCompared,
}

impl Comparison {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "the same as ours",
            Self::SameTier => "the same tier as ours, without a level",
            Self::Differs => "differs from ours",
            Self::NotCompared => "not a tier of AMP/ASCO/CAP by its name: not compared",
        }
    }

    /// Compares a judgement with our tier.
    pub fn of(judgement: &LaboratoryJudgement, ours: AmpTier) -> Self {
        if !names_amp(judgement) {
            return Self::NotCompared;
        }
        let Some(said) = code(&judgement.words) else { return Self::NotCompared };
        let own = ours.code().replace('-', "");
        match said {
            said if said == own => Self::Same,
            said if said == own.trim_end_matches(['A', 'B', 'C', 'D']) => Self::SameTier,
            _ => Self::Differs,
        }
    }
}

fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_ascii_uppercase)
}

/// Whether system or words name the guideline.
fn names_amp(judgement: &LaboratoryJudgement) -> bool {
    let system = judgement.system.as_deref().unwrap_or_default();
    [system, &judgement.words].into_iter().flat_map(tokens).any(|token| token == "AMP")
}

/// `IA`, `III` of `AMP/ASCO/CAP Tier I, Level A: strong`; `None` for words that say anything else.
fn code(words: &str) -> Option<String> {
    let head = words.split(':').next().unwrap_or_default();
    let is_name = |token: &String| ["AMP", "ASCO", "CAP", "TIER", "LEVEL"].contains(&&**token);
    let said: String = tokens(head).filter(|token| !is_name(token)).collect();
    let said = [("1", "I"), ("2", "II"), ("3", "III"), ("4", "IV")]
        .iter()
        .find_map(|(digit, roman)| Some(format!("{roman}{}", said.strip_prefix(digit)?)))
        .unwrap_or(said);
    let known = ["I", "IA", "IB", "II", "IIC", "IID", "III", "IV"];
    known.contains(&said.as_str()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spellings of the tiers of PMID 27993330 as reports have them.
    #[test]
    fn only_what_names_the_guideline_is_compared() {
        use Comparison::{Differs, NotCompared, Same, SameTier};
        for (system, words, ours, expected) in [
            ("", "AMP/ASCO/CAP Tier I-A", AmpTier::IA, Same),
            ("", "AMP Tier 1A", AmpTier::IA, Same),
            ("https://example.org/amp", "Tier I, Level A", AmpTier::IA, Same),
            ("", "AMP/ASCO/CAP Tier I: strong significance", AmpTier::IB, SameTier),
            ("", "AMP Tier II", AmpTier::IA, Differs),
            ("", "AMP Tier II-C", AmpTier::IID, Differs),
            ("", "AMP Tier III", AmpTier::III, Same),
            ("", "AMP Tier III", AmpTier::IIC, Differs),
            ("", "AMP Tier IV", AmpTier::III, Differs),
            // Its own words, another system, or nothing that is a tier.
            ("", "Tier I-A", AmpTier::IA, NotCompared),
            ("http://example.org/oncokb", "Level 1", AmpTier::IA, NotCompared),
            ("", "known", AmpTier::IA, NotCompared),
            ("", "AMP Tier V", AmpTier::IA, NotCompared),
            ("", "AMP: see the text", AmpTier::IA, NotCompared),
            ("", "example", AmpTier::IA, NotCompared),
        ] {
            let judgement = LaboratoryJudgement {
                system: Some(system.to_owned()).filter(|system| !system.is_empty()),
                words: words.to_owned(),
                ..LaboratoryJudgement::default()
            };
            assert_eq!(Comparison::of(&judgement, ours), expected, "{system} {words} {ours:?}");
        }
    }
}
