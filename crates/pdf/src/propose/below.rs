//! `BRAF V600E`, and `Not detected` on the line below.

use super::{Finder, STACK_CELLS_MAX, alteration};
use crate::page::Area;
use crate::rows::{Cell, Line};
use crate::section::{heading, is_negated, is_untested};
use model::Problem;

/// Distance of a line that may still speak of the one above it, in letter sizes.
const GAP_SIZES: f32 = 2.5;

impl Finder<'_> {
    /// Whether the line below says that what stands in cells, from a line on, is not there, or that
    /// nobody knows. It is counted, and told with its page: a person sees what the text means.
    pub(super) fn is_denied_below(&mut self, at: usize, cells: &[&Cell]) -> bool {
        let Some(area) = Area::around(cells.iter().map(|cell| cell.area)) else { return false };
        let holds = |line: &Line| line.cells.iter().any(|cell| cells.contains(&cell));
        let lines = self.lines.get(at..).unwrap_or_default().iter().take(STACK_CELLS_MAX);
        let Some(last) = lines.enumerate().rfind(|(_, line)| holds(line)) else { return false };
        let next = at + last.0 + 1;
        let Some(below) = self.lines.get(next) else { return false };
        let size = cells.iter().map(|cell| cell.size).fold(0.0, f32::max);
        let is_near = below.page == last.1.page
            && below.baseline - last.1.baseline <= GAP_SIZES * size.max(1.0);
        let denial = below.cells.iter().find(|cell| {
            let is_under = cell.area.left <= area.right && area.left <= cell.area.right;
            is_under && self.is_denial(&cell.text)
        });
        let Some(denial) = denial.filter(|_| is_near) else { return false };
        let (text, page) = (denial.text.clone(), denial.page);
        self.is_denied(&text);
        if !is_untested(&text) {
            self.deny_cells(cells);
        }
        let mut told = "a finding is not proposed, because the line below it denies it";
        if below.cells.len() == 1 {
            // Nearer to what follows than to what it follows, it may be a heading as well.
            let gap = self.lines.get(next + 1).map(|line| line.baseline - below.baseline);
            let gap = gap.filter(|gap| *gap > 0.0);
            let own = below.baseline - last.1.baseline;
            let is_heading = heading(&text).is_some() && gap.is_some_and(|gap| gap < 1.2 * own);
            if is_heading {
                told = "a line may deny the finding above it or be a heading; neither that finding \
                        nor what follows is proposed";
            } else {
                self.answered = Some(next);
            }
        }
        self.problems.push(Problem::warning("denied-below", format!("page {page}"), told));
        true
    }

    /// Whether a text denies, and names no gene of its own that it would speak of.
    fn is_denial(&self, text: &str) -> bool {
        let says = |text: &str| is_negated(text) || is_untested(text);
        // Of headings, one alone is an answer too, and so is `Result: not detected`.
        let is_answer = heading(text).is_none()
            || text.trim().len() <= "Not detected:".len()
            || text.split_once(':').is_some_and(|(_, answer)| says(answer));
        let mut words = text.split_whitespace();
        says(text) && is_answer && !words.any(|word| alteration::is_gene(self.genes, word))
    }
}
