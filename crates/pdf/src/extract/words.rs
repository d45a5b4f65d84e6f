//! Letters to words, by where they stand alone: the order in which a file draws means nothing.

use super::letters::Letter;
use crate::page::{Area, Word};

/// Share of a letter's size that two letters of a line may differ in height.
const BASELINE_SHARE: f64 = 0.15;
/// Share of a letter's size from which on a gap parts two words.
const GAP_SHARE: f64 = 0.18;

/// Words of letters.
pub(super) fn of(mut letters: Vec<Letter>) -> Vec<Word> {
    letters.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut words = Vec::new();
    let mut line: Vec<Letter> = Vec::new();
    for letter in letters {
        let is_same = line.first().is_none_or(|first| {
            letter.baseline - first.baseline <= BASELINE_SHARE * first.size.min(letter.size)
        });
        if !is_same {
            words.extend(of_line(std::mem::take(&mut line)));
        }
        line.push(letter);
    }
    words.extend(of_line(line));
    words
}

fn of_line(mut line: Vec<Letter>) -> Vec<Word> {
    line.sort_by(|a, b| a.left.total_cmp(&b.left));
    let (mut words, mut word) = (Vec::new(), Vec::<Letter>::new());
    for letter in line {
        let is_blank = letter.text.trim().is_empty();
        let is_apart = word
            .last()
            .is_some_and(|last| letter.left - last.right > GAP_SHARE * last.size.max(letter.size));
        if is_blank || is_apart {
            words.extend(joined(&std::mem::take(&mut word)));
        }
        if !is_blank {
            // Shadows: the same letter in nearly the same place.
            let is_again = word.last().is_some_and(|last| {
                last.text == letter.text && letter.left - last.left < GAP_SHARE * letter.size
            });
            if !is_again {
                word.push(letter);
            }
        }
    }
    words.extend(joined(&word));
    words
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
fn joined(letters: &[Letter]) -> Option<Word> {
    let (first, last) = (letters.first()?, letters.last()?);
    let size = letters.iter().map(|letter| letter.size).fold(0.0, f64::max);
    let area = Area {
        left: first.left as f32,
        top: (first.baseline - 0.8 * size) as f32,
        right: last.right as f32,
        bottom: (first.baseline + 0.25 * size) as f32,
    };
    let text = letters.iter().map(|letter| spelt(&letter.text)).collect();
    Some(Word { text, area, baseline: first.baseline as f32, size: size as f32, confidence: None })
}

/// Letters that a font draws as one, and dashes and blanks of print, as they are typed.
pub(crate) fn spelt(letter: &str) -> String {
    let plain = |c: char| match c {
        'ﬀ' => "ff".to_owned(),
        'ﬁ' => "fi".to_owned(),
        'ﬂ' => "fl".to_owned(),
        'ﬃ' => "ffi".to_owned(),
        'ﬄ' => "ffl".to_owned(),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => "-".to_owned(),
        '\u{AD}' | '\u{200B}' => String::new(),
        other => other.to_string(),
    };
    letter.chars().map(plain).collect()
}
