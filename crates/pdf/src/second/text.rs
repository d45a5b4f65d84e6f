//! A page's text, in which words are found whole wherever an engine puts its blanks.

use crate::extract::spelt;

/// Share of a word, in tenths, that another begins with to be the nearest one.
const NEAR_TENTHS: usize = 3;
/// What stands around a word and is none of it.
const AROUND: &[char] = &['(', ')', '[', ']', ',', ';'];
/// Letters of the nearest word.
const NEAR_LETTERS_MAX: usize = 100;

/// Letters of a page without its blanks.
#[derive(Debug)]
pub(super) struct Text {
    letters: Vec<char>,
    /// Whether a blank stands before a letter.
    is_first: Vec<bool>,
    words: Vec<String>,
}

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let words: Vec<String> = text.split_whitespace().map(spelt).collect();
        let (mut letters, mut is_first) = (Vec::new(), Vec::new());
        for word in &words {
            for (at, letter) in word.chars().enumerate() {
                letters.push(letter);
                is_first.push(at == 0);
            }
        }
        Self { letters, is_first, words }
    }

    /// Whether a word stands here, with no letter or digit against its ends: `V600` is not in
    /// `V600E`.
    pub(super) fn has(&self, word: &str, is_any_case: bool) -> bool {
        let word: Vec<char> = word.chars().collect();
        let is_same = |(a, b): (&char, &char)| a == b || is_any_case && a.eq_ignore_ascii_case(b);
        let is_word = |(at, found): (usize, &[char])| {
            found.iter().zip(&word).all(is_same)
                && self.is_edge(at)
                && self.is_edge(at + word.len())
        };
        word.is_empty() || self.letters.windows(word.len()).enumerate().any(is_word)
    }

    /// Whether a word may begin or end before a letter.
    fn is_edge(&self, at: usize) -> bool {
        let joins = |at: usize| self.letters.get(at).is_some_and(|c| c.is_alphanumeric());
        let is_inside = at.checked_sub(1).is_some_and(joins) && joins(at);
        !is_inside || self.is_first.get(at).copied().unwrap_or(true)
    }

    /// The word that begins most like this one.
    pub(super) fn nearest(&self, word: &str) -> Option<String> {
        let word = word.trim_matches(AROUND);
        let alike = |other: &str| {
            word.chars().zip(other.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        };
        let words = self.words.iter().map(|other| other.trim_matches(AROUND));
        let (alike, nearest) =
            words.map(|other| (alike(other), other)).max_by_key(|(alike, _)| *alike)?;
        (alike * 10 >= word.chars().count() * NEAR_TENTHS)
            .then(|| nearest.chars().take(NEAR_LETTERS_MAX).collect())
    }
}
