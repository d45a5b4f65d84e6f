//! Words that a program of the operator recognises in the picture of a page (OCR): what it answers,
//! and how its words come to stand beside those of the file.
//!
//! Never trusted: letters and digits are taken for others (`l`, `I`, `1`; `o`, `0`), so what was
//! recognised is marked, is proposed only from a confidence on, and takes two people. Form: the TSV
//! of tesseract (levels page, block, paragraph, line, word), boxes in pixels.

use crate::page::{Area, Page, Word};
use crate::reading::Proposal;
use model::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Confidence of a word, of 100, below which no finding is proposed from it.
pub const CONFIDENCE_MIN: u8 = 80;
/// Dots of an inch that a page is drawn with for recognition.
pub const DOTS_PER_INCH: f32 = 300.0;
/// Dots of one page: a larger one is drawn with fewer of an inch.
pub const DOTS_MAX: f32 = 12_000_000.0;
/// Pages of one document in which words are recognised.
pub const PAGES_MAX: usize = 60;
/// Words of one page.
pub const WORDS_MAX: usize = 20_000;
/// Bytes of one word.
const WORD_BYTES_MAX: usize = 200;
/// Points of an inch.
const POINTS_PER_INCH: f32 = 72.0;

/// A page as dots, each a byte: 0 is black.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raster {
    /// Dots in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Dots of a point.
    pub scale: f32,
    /// The dots from the upper left, in Base64.
    pub dots: String,
}

impl Raster {
    /// How many dots of a point a page of this size is drawn with.
    pub(crate) fn scale_of(width: f32, height: f32) -> f32 {
        let wanted = DOTS_PER_INCH / POINTS_PER_INCH;
        let most = (DOTS_MAX / (width * height).max(1.0)).sqrt();
        // A side has to fit in the renderer's numbers.
        let longest = f32::from(u16::MAX) / width.max(height).max(1.0);
        wanted.min(most).min(longest)
    }

    /// The page as a picture that recognisers read (PGM).
    ///
    /// # Errors
    /// When it has not as many dots as it says.
    pub fn picture(&self) -> Result<Vec<u8>, NoTable> {
        use base64::Engine;
        let dots = base64::engine::general_purpose::STANDARD.decode(&self.dots);
        let dots = dots.map_err(|_| NoTable)?;
        let count = u64::from(self.width) * u64::from(self.height);
        if dots.len() as u64 != count || count == 0 {
            return Err(NoTable);
        }
        let mut picture = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        picture.extend(dots);
        Ok(picture)
    }

    /// Dots of an inch.
    pub fn dots_per_inch(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "70 to 300")]
        let dots = (self.scale * POINTS_PER_INCH).round().clamp(70.0, 300.0) as u32;
        dots
    }
}

/// What comes back is not what a recogniser answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no table of words")]
pub struct NoTable;

/// A word that was recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// Its characters.
    pub text: String,
    /// Where it stands, in points.
    pub area: Area,
    /// The line it stands on, in points from the top.
    pub baseline: f32,
    /// Size of the letters of its line, in points.
    pub size: f32,
    /// How sure the recogniser is of it, of 100.
    pub confidence: u8,
}

/// The words of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecognisedPage {
    /// Its number, from 1.
    pub page: u32,
    /// Its words.
    pub words: Vec<Recognised>,
}

/// The columns of a table of words.
const COLUMNS: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\t\
                       height\tconf\ttext";

/// The words of a table that a recogniser wrote for a page of which a point has `scale` dots.
///
/// # Errors
/// When it is no such table.
pub fn words_of_table(table: &[u8], scale: f32) -> Result<Vec<Recognised>, NoTable> {
    let table = std::str::from_utf8(table).map_err(|_| NoTable)?;
    let mut rows = table.lines();
    if rows.next().map(str::trim_end) != Some(COLUMNS) || !(scale.is_finite() && scale > 0.0) {
        return Err(NoTable);
    }
    let mut lines = BTreeMap::<[u32; 3], Vec<Recognised>>::new();
    for row in rows.filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let [level, _, block, paragraph, line, _, left, top, width, height, conf, text] =
            cells.as_slice()
        else {
            // Rows that are no words may end before their empty text.
            if cells.first().is_some_and(|level| matches!(*level, "1" | "2" | "3" | "4")) {
                continue;
            }
            return Err(NoTable);
        };
        let number = |text: &str| text.parse::<u32>().map_err(|_| NoTable);
        let points = |text: &str| {
            let dots = text.parse::<f32>().ok().filter(|dots| dots.is_finite()).ok_or(NoTable)?;
            Ok(dots / scale)
        };
        if *level != "5" || text.trim().is_empty() {
            continue;
        }
        let (left, top) = (points(left)?, points(top)?);
        let (right, bottom) = (left + points(width)?, top + points(height)?);
        let confidence = conf.parse::<f32>().ok().filter(|conf| conf.is_finite()).ok_or(NoTable)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let confidence = confidence.clamp(0.0, 100.0) as u8;
        let text = text.trim();
        lines.entry([number(block)?, number(paragraph)?, number(line)?]).or_default().push(
            Recognised {
                text: text.get(..text.floor_char_boundary(WORD_BYTES_MAX)).unwrap_or("").to_owned(),
                area: Area { left, top, right, bottom },
                baseline: bottom,
                size: bottom - top,
                confidence,
            },
        );
    }
    let words = lines.into_values().flat_map(levelled).take(WORDS_MAX).collect();
    Ok(words)
}

/// The words of a line on one line: letters that hang below it do not lower a word.
fn levelled(mut words: Vec<Recognised>) -> Vec<Recognised> {
    let mut bottoms: Vec<f32> = words.iter().map(|word| word.area.bottom).collect();
    bottoms.sort_by(f32::total_cmp);
    let baseline = bottoms.get(bottoms.len() / 2).copied().unwrap_or_default();
    let size = words.iter().map(|word| word.size).fold(0.0, f32::max);
    for word in &mut words {
        (word.baseline, word.size) = (baseline, size);
    }
    words
}

/// Puts words where the file has none: on pages without any, and in pictures beside its own.
pub(crate) fn put(pages: &mut [Page], recognised: &[RecognisedPage]) {
    for page in pages {
        let is_bare = page.words.is_empty();
        let is_new = |area: Area| {
            let mut places = page.pictures.iter().chain(&page.shapes);
            let is_in_picture = places.any(|place| place.holds(area));
            is_bare || is_in_picture && !page.words.iter().any(|own| own.area.touches(area))
        };
        let own = recognised.iter().filter(|own| own.page == page.number);
        let words = own.flat_map(|own| &own.words).filter(|word| is_new(word.area));
        let words = words.take(WORDS_MAX).map(|word| Word {
            text: crate::extract::spelt(&word.text),
            area: word.area,
            baseline: word.baseline,
            size: word.size,
            confidence: Some(word.confidence.min(100)),
        });
        let words: Vec<Word> = words.collect();
        page.words.extend(words);
    }
}

/// How sure the least sure of the words is that a proposal was read from; `None` if all of them
/// are the file's own.
fn confidence(proposal: &Proposal, pages: &[Page]) -> Option<u8> {
    let fields = proposal.fields.iter();
    let of_field = fields.filter_map(|field| {
        let page = pages.iter().find(|page| page.number == field.page)?;
        let words = page.words.iter().filter(|word| word.area.touches(field.area));
        words.filter_map(|word| word.confidence).min()
    });
    of_field.min()
}

/// Marks what was recognised, and takes out what nobody is sure of; what became of it is told.
pub(crate) fn mark(proposals: &mut Vec<Proposal>, pages: &[Page]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for proposal in proposals.iter_mut() {
        proposal.confidence = confidence(proposal, pages);
    }
    proposals.retain(|proposal| {
        let Some(confidence) = proposal.confidence.filter(|sure| *sure < CONFIDENCE_MIN) else {
            return true;
        };
        let page = proposal.fields.first().map_or(1, |field| field.page);
        let text = format!(
            "a finding was recognised with a confidence of {confidence} of 100, which is too \
             little to propose it: look at the page"
        );
        problems.push(Problem::warning("low-confidence", format!("page {page}"), text));
        false
    });
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Vec<u8> {
        format!("{COLUMNS}\n{rows}").into_bytes()
    }

    #[test]
    fn words_of_a_line_stand_on_one_line_in_points() {
        let words = words_of_table(
            &table(
                "1\t1\t0\t0\t0\t0\t0\t0\t800\t400\t-1\t\n\
                 5\t1\t1\t1\t1\t1\t100\t40\t60\t30\t96.5\tBRAF\n\
                 5\t1\t1\t1\t1\t2\t180\t40\t120\t38\t91.0\tp.Val600Glu\n\
                 5\t1\t1\t1\t1\t3\t320\t41\t20\t29\t12\tx\n\
                 5\t1\t1\t1\t2\t1\t100\t90\t60\t30\t-1\t \n",
            ),
            2.0,
        )
        .unwrap();
        let texts: Vec<(&str, u8)> =
            words.iter().map(|word| (word.text.as_str(), word.confidence)).collect();
        assert_eq!(texts, [("BRAF", 96), ("p.Val600Glu", 91), ("x", 12)]);
        assert!(words.iter().all(|word| word.baseline.total_cmp(&35.0).is_eq()));
        assert_eq!(words[1].area, Area { left: 90.0, top: 20.0, right: 150.0, bottom: 39.0 });
    }

    #[test]
    fn what_is_no_table_gives_no_words() {
        for bytes in [
            b"".to_vec(),
            b"hello".to_vec(),
            table("5\t1\t1"),
            table("5\t1\t1\t1\t1\t1\tx\t40\t60\t30\t96\tBRAF"),
            table("5\t1\t1\t1\t1\t1\tNaN\t40\t60\t30\t96\tBRAF"),
            table("5\t1\t1\t1\t1\t1\t1\t40\t60\t30\tsure\tBRAF"),
            [COLUMNS.as_bytes(), b"\n5\t\xff"].concat(),
        ] {
            assert_eq!(words_of_table(&bytes, 2.0), Err(NoTable));
        }
        assert_eq!(words_of_table(&table(""), 0.0), Err(NoTable));
    }

    #[test]
    fn a_page_is_drawn_with_fewer_dots_if_it_is_large() {
        let letter = Raster::scale_of(612.0, 792.0);
        assert!((letter - 300.0 / 72.0).abs() < 1e-4);
        for (width, height) in [(2000.0, 3000.0), (14_400.0, 10.0), (14_400.0, 14_400.0)] {
            let scale = Raster::scale_of(width, height);
            assert!(width * height * scale * scale <= DOTS_MAX * 1.001);
            assert!(width.max(height) * scale <= 65_535.5);
        }
        let wrong = Raster { width: 2, height: 2, scale: 1.0, dots: "AAAA".to_owned() };
        assert_eq!(wrong.picture(), Err(NoTable));
    }
}
