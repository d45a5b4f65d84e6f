//! Drug names among the words of an order, when no code helps.

use knowledge::pgx::PgxKnowledge;

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

/// RxNorm codes of the drugs whose whole name stands in the text, salts, strengths and forms
/// around it tolerated; longer names first, so that a part of one is not taken for another drug.
/// A text that is exactly the name of a product of the pack gives the product's ingredients.
pub(super) fn drugs_named<'k>(knowledge: &'k PgxKnowledge, text: &str) -> Vec<&'k str> {
    if text.chars().count() > NAME_LENGTH_MAX {
        return Vec::new();
    }
    let words = words(text);
    if words.is_empty() || words.iter().any(|word| REFUSALS.contains(&word.as_str())) {
        return Vec::new();
    }
    for product in &knowledge.products {
        if self::words(&product.name) == words {
            return product.ingredients.iter().map(String::as_str).collect();
        }
    }
    let mut names: Vec<(Vec<String>, &'k str)> = knowledge
        .drugs
        .iter()
        .map(|drug| (self::words(&drug.name), drug.rxnorm.as_str()))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut free = words;
    let mut found: Vec<&'k str> = Vec::new();
    for (name, rxnorm) in names {
        if take(&mut free, &name) {
            found.push(rxnorm);
        }
    }
    found.sort_unstable();
    found
}

/// Blanks out the name in the words, if it is there.
fn take(words: &mut [String], name: &[String]) -> bool {
    let Some(at) = words.windows(name.len()).position(|window| window == name) else {
        return false;
    };
    words.iter_mut().skip(at).take(name.len()).for_each(String::clear);
    true
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
