//! Drug names among the words of an order, when no code helps.

use super::vocabulary::Vocabulary;

/// Characters of an order's text that are read; a longer one is not an order's name.
pub(super) const NAME_LENGTH_MAX: usize = 400;

/// Words that turn a mention into its opposite. A text with one of them is left alone.
const REFUSALS: [&str; 10] = [
    "allergic",
    "allergy",
    "avoid",
    "discontinue",
    "instead",
    "intolerance",
    "no",
    "not",
    "stop",
    "without",
];

/// Words that name no further drug: strengths, forms, routes, times and salts.
const NEUTRAL: [&str; 70] = [
    "acetate",
    "besylate",
    "bid",
    "bisulfate",
    "calcium",
    "cap",
    "caps",
    "capsule",
    "capsules",
    "chewable",
    "citrate",
    "coated",
    "daily",
    "day",
    "delayed",
    "disintegrating",
    "dr",
    "ec",
    "enteric",
    "er",
    "every",
    "extended",
    "film",
    "for",
    "fumarate",
    "g",
    "gastro",
    "hcl",
    "hour",
    "hours",
    "hr",
    "hydrobromide",
    "hydrochloride",
    "hydrogen",
    "injection",
    "iv",
    "magnesium",
    "maleate",
    "mcg",
    "mesylate",
    "mg",
    "ml",
    "night",
    "nightly",
    "nocte",
    "od",
    "once",
    "oral",
    "oxalate",
    "phosphate",
    "po",
    "potassium",
    "powder",
    "release",
    "resistant",
    "sodium",
    "solution",
    "sulfate",
    "sulphate",
    "suspension",
    "tab",
    "tablet",
    "tablets",
    "tabs",
    "tartrate",
    "tds",
    "twice",
    "unit",
    "units",
    "xr",
];

/// Drugs named in a text.
#[derive(Debug, Default)]
pub(super) struct Named<'k> {
    /// RxNorm ingredient codes.
    pub(super) drugs: Vec<&'k str>,
    /// The text has further words that may be another drug.
    pub(super) may_hold_more: bool,
}

/// The drugs whose whole name stands in the text, whatever salts, strengths and forms are around
/// it; longer names first, so that a part of one is not taken for another drug. A text that is
/// exactly the name of a product of the pack gives the product's ingredients.
pub(super) fn drugs_named<'k>(known: &Vocabulary<'k>, text: &str) -> Named<'k> {
    if text.chars().count() > NAME_LENGTH_MAX {
        return Named::default();
    }
    let words = words(text);
    if words.is_empty() || words.iter().any(|word| REFUSALS.contains(&word.as_str())) {
        return Named::default();
    }
    for product in known.products {
        if self::words(&product.name) == words {
            let drugs = product.ingredients.iter().map(String::as_str).collect();
            return Named { drugs, may_hold_more: false };
        }
    }
    let mut free = words;
    let mut drugs: Vec<&'k str> = Vec::new();
    for (name, rxnorm) in known.names() {
        if take(&mut free, name) {
            drugs.push(*rxnorm);
        }
    }
    drugs.sort_unstable();
    let further = |word: &String| {
        let number = word.bytes().any(|byte| byte.is_ascii_digit());
        !word.is_empty() && !number && !NEUTRAL.contains(&word.as_str())
    };
    let may_hold_more = !drugs.is_empty() && free.iter().any(further);
    Named { drugs, may_hold_more }
}

/// Blanks out the name in the words, if it is there.
fn take(words: &mut [String], name: &[String]) -> bool {
    let Some(at) = words.windows(name.len()).position(|window| window == name) else {
        return false;
    };
    words.iter_mut().skip(at).take(name.len()).for_each(String::clear);
    true
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
