//! Words to lines of cells: what stands side by side with a gap between is a table, whatever lines
//! were drawn around it.

use crate::page::{Area, Page, Word};
use std::collections::BTreeMap;

/// Share of a letter's size from which on a gap parts two cells.
const CELL_GAP_SHARE: f32 = 0.9;
/// Share of a letter's size that two words of a line may differ in height.
const LINE_SHARE: f32 = 0.3;
/// Share of the page at its top and at its foot that heads and feet stand in.
const FURNITURE_SHARE: f32 = 0.15;
/// Pages from which on what repeats is furniture.
const FURNITURE_PAGES_MIN: usize = 3;

/// What stands together on a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) page: u32,
    pub(crate) area: Area,
    pub(crate) baseline: f32,
    pub(crate) size: f32,
}

/// A line of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    pub(crate) page: u32,
    pub(crate) baseline: f32,
    pub(crate) cells: Vec<Cell>,
}

impl Line {
    pub(crate) fn text(&self) -> String {
        let cells: Vec<&str> = self.cells.iter().map(|cell| cell.text.as_str()).collect();
        cells.join(" ")
    }
}

/// The lines of a page from top to bottom.
pub(crate) fn lines(page: &Page) -> Vec<Line> {
    let mut words: Vec<&Word> = page.words.iter().collect();
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let (mut lines, mut line) = (Vec::new(), Vec::<&Word>::new());
    for word in words {
        let is_same = line.first().is_none_or(|first| {
            word.baseline - first.baseline <= LINE_SHARE * first.size.min(word.size)
        });
        if !is_same {
            lines.push(line_of(page.number, std::mem::take(&mut line)));
        }
        line.push(word);
    }
    if !line.is_empty() {
        lines.push(line_of(page.number, line));
    }
    lines
}

fn line_of(page: u32, mut words: Vec<&Word>) -> Line {
    words.sort_by(|a, b| a.area.left.total_cmp(&b.area.left));
    let mut line = Line { page, ..Line::default() };
    for word in words {
        line.baseline = word.baseline;
        match line.cells.last_mut() {
            Some(cell)
                if word.area.left - cell.area.right
                    <= CELL_GAP_SHARE * cell.size.max(word.size) =>
            {
                cell.text.push(' ');
                cell.text.push_str(&word.text);
                cell.area = cell.area.with(word.area);
                cell.size = cell.size.max(word.size);
            }
            _ => line.cells.push(Cell {
                text: word.text.clone(),
                page,
                area: word.area,
                baseline: word.baseline,
                size: word.size,
            }),
        }
    }
    line
}

/// The lines of all pages without the heads and feet that repeat on them.
pub(crate) fn body(pages: &[Page], lines: &[Vec<Line>]) -> Vec<Line> {
    let is_edge = |page: &Page, line: &Line| {
        line.baseline < page.height * FURNITURE_SHARE
            || line.baseline > page.height * (1.0 - FURNITURE_SHARE)
    };
    let mut seen = BTreeMap::<String, usize>::new();
    for (page, lines) in pages.iter().zip(lines) {
        for line in lines.iter().filter(|line| is_edge(page, line)) {
            *seen.entry(fixed(line)).or_default() += 1;
        }
    }
    let is_furniture = |page: &Page, line: &Line| {
        let count = seen.get(&fixed(line)).copied().unwrap_or_default();
        is_edge(page, line) && count >= FURNITURE_PAGES_MIN && count * 2 > pages.len()
    };
    let kept = pages.iter().zip(lines).flat_map(|(page, lines)| {
        lines.iter().filter(move |line| !is_furniture(page, line)).cloned()
    });
    kept.collect()
}

/// A line without what changes from page to page.
fn fixed(line: &Line) -> String {
    line.text().chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: f32, baseline: f32) -> Word {
        #[expect(clippy::cast_precision_loss, reason = "a few letters")]
        let right = left + 5.0 * text.len() as f32;
        let area = Area { left, top: baseline - 8.0, right, bottom: baseline + 2.0 };
        Word { text: text.to_owned(), area, baseline, size: 10.0, confidence: None }
    }

    #[test]
    fn a_gap_wider_than_a_blank_parts_cells() {
        let words = vec![
            word("p.Val600Glu", 200.0, 100.0),
            word("BRAF", 50.0, 101.0),
            word("(exon", 73.0, 100.0),
            word("next", 50.0, 114.0),
        ];
        let page = Page { number: 1, width: 600.0, height: 800.0, words, ..Page::default() };
        let lines = lines(&page);
        let texts: Vec<Vec<&str>> = lines
            .iter()
            .map(|line| line.cells.iter().map(|cell| cell.text.as_str()).collect())
            .collect();
        assert_eq!(texts, [vec!["BRAF (exon", "p.Val600Glu"], vec!["next"]]);
    }

    #[test]
    fn what_repeats_at_the_edges_is_no_part_of_the_text() {
        let page = |number: u32| Page {
            number,
            width: 600.0,
            height: 800.0,
            words: vec![
                word(&format!("page{number}"), 50.0, 780.0),
                word("same", 50.0, 400.0),
                word("head", 50.0, 20.0),
            ],
            ..Page::default()
        };
        let pages: Vec<Page> = (1..=4).map(page).collect();
        let all: Vec<Vec<Line>> = pages.iter().map(lines).collect();
        let body: Vec<String> = body(&pages, &all).iter().map(Line::text).collect();
        assert_eq!(body, ["same"; 4]);
    }
}
