//! From lines to proposals.
//!
//! A text is a finding only if it is one from its first to its last word: prose, however much it
//! looks like one, never is. What stands under a heading that states no findings is not looked at.

mod alteration;
mod below;
mod denied;
mod genotype;
mod measure;
mod merge;
mod table;
mod value;

pub use value::value;

use crate::reading::{Denial, Field, FieldName, Proposal, ProposalKind};
use crate::rows::{Cell, Line};
use crate::section::{Section, heading, is_negated, is_untested};
use model::Problem;
use table::Columns;
use tumor::gene::{Gene, Genes, NameKind};

/// Proposals of a document.
pub const PROPOSALS_MAX: usize = 500;
/// Cells below one another that are read as one text.
const STACK_CELLS_MAX: usize = 4;
/// Distance of two lines of one text, in letter sizes.
const STACK_GAP_SIZES: f32 = 1.7;
/// Distance of the left edges of one column, in points.
const COLUMN_POINTS: f32 = 3.0;

/// What is written of a field that its part's heading states.
pub(crate) const BY_HEADING: &str = "by its heading";

/// What the parts of a text came to: which field, the value if it makes one, as written.
type Parts = Vec<(FieldName, Option<String>, String)>;

struct Finder<'l> {
    genes: &'l Genes,
    lines: &'l [Line],
    section: Section,
    found: Vec<Proposal>,
    denied: Vec<Denial>,
    problems: Vec<Problem>,
    negated: usize,
    untested: usize,
    /// The line that says of the one above it that it is not there; it says nothing else.
    answered: Option<usize>,
}

/// Whether any line is the heading of a part that states findings.
pub(crate) fn has_findings_heading(genes: &Genes, lines: &[Line]) -> bool {
    lines.iter().any(|line| heading_of(genes, line).is_some_and(Section::states_findings))
}

/// The part that a line is the heading of: what stands behind its first cell is none, and what
/// begins with a gene speaks of that gene (`KRAS G12C | Not detected`).
fn heading_of(genes: &Genes, line: &Line) -> Option<Section> {
    let first = line.cells.first()?;
    let word = first.text.split_whitespace().next()?;
    heading(&first.text).filter(|_| !alteration::is_gene(genes, word))
}

/// What lines may say.
pub(crate) struct Found {
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) denied: Vec<Denial>,
    pub(crate) problems: Vec<Problem>,
}

/// Everything that lines may say.
pub(crate) fn of(genes: &Genes, lines: &[Line]) -> Found {
    let mut finder = Finder {
        genes,
        lines,
        section: Section::default(),
        found: Vec::new(),
        denied: Vec::new(),
        problems: Vec::new(),
        negated: 0,
        untested: 0,
        answered: None,
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += finder.line(at, line);
        if finder.found.len() >= PROPOSALS_MAX {
            let text = format!("only the first {PROPOSALS_MAX} findings are proposed");
            finder.problems.push(Problem::warning("too-many", "document", text));
            break;
        }
    }
    if finder.negated > 0 {
        let text = format!("{} lines say that something is not there", finder.negated);
        finder.problems.push(Problem::note("negated", "document", text));
    }
    if finder.untested > 0 {
        let text = format!(
            "{} lines say that something was not tested, or that nobody knows",
            finder.untested
        );
        finder.problems.push(Problem::note("untested-lines", "document", text));
    }
    let denied = finder.denied;
    let (proposals, problems) = merge::merged(finder.found, finder.problems);
    Found { proposals, denied, problems }
}

impl<'l> Finder<'l> {
    /// Reads a line, and those that belong to it; how many these are.
    fn line(&mut self, at: usize, line: &Line) -> usize {
        if self.answered == Some(at) {
            return 1;
        }
        let columns = Columns::of(line);
        if let Some(columns) = columns.filter(|_| self.is_read() || self.section == Section::Head) {
            return 1 + self.table(at + 1, &columns);
        }
        if let Some(section) = heading_of(self.genes, line).filter(|_| line.cells.len() <= 2) {
            self.section = section;
        }
        if self.section == Section::Negative {
            self.deny_line(line);
        }
        if !self.is_read() {
            return 1;
        }
        if self.is_denied(&line.text()) {
            self.deny_line(line);
            return 1;
        }
        if !self.whole_line(at, line) {
            for cell in &line.cells {
                self.cell(at, cell);
            }
        }
        1
    }

    fn is_read(&self) -> bool {
        self.section.states_findings()
    }

    /// Whether a text says that something is not there, or that nobody knows; it is counted.
    fn is_denied(&mut self, text: &str) -> bool {
        if is_untested(text) {
            self.untested += 1;
        } else if is_negated(text) {
            self.negated += 1;
        } else {
            return false;
        }
        true
    }

    /// A line that is one finding over all of its cells.
    fn whole_line(&mut self, at: usize, line: &Line) -> bool {
        let cells: Vec<&Cell> = line.cells.iter().collect();
        if let Some(fields) = genotype::of_cells(self.genes, &line.cells) {
            if !self.is_denied_below(at, &cells) {
                self.propose(ProposalKind::Genotype, fields);
            }
            return true;
        }
        line.cells.len() > 1 && self.text(at, &cells)
    }

    /// A cell that is a finding, alone or with what stands below it.
    fn cell(&mut self, at: usize, cell: &Cell) {
        let stack = self.stack(at, cell);
        if alteration::is_gene(self.genes, &cell.text) {
            // The longest text that still is one finding.
            let longest = (2..=stack.len())
                .take_while(|end| {
                    stack.get(..*end).is_some_and(|cells| self.parse(cells).is_some())
                })
                .last();
            match longest.and_then(|end| stack.get(..end)) {
                Some(cells) => self.text(at, cells),
                None => self.is_denied_below(at, &[cell]),
            };
            return;
        }
        if measure::begins(&cell.text) {
            let texts = (1..=stack.len()).filter_map(|end| stack.get(..end));
            let best = texts.filter_map(|cells| {
                let parts = measure::of(&joined(cells))?;
                Some((parts.iter().filter(|(_, value, _)| value.is_some()).count(), cells, parts))
            });
            // Of texts that say as much, the shortest.
            let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
            if let Some((_, cells, parts)) = best
                && !self.is_denied_below(at, cells)
            {
                self.propose(ProposalKind::Measure, placed(parts, cells));
            }
            return;
        }
        self.text(at, &[cell]);
    }

    fn parse(&self, cells: &[&Cell]) -> Option<(ProposalKind, Parts)> {
        alteration::of(self.genes, &joined(cells))
    }

    /// Whether cells are one finding; it is proposed unless what follows takes it back.
    fn text(&mut self, at: usize, cells: &[&Cell]) -> bool {
        let Some((kind, parts)) = self.parse(cells) else { return false };
        if self.is_denied_below(at, cells) {
            return true;
        }
        self.propose(kind, placed(parts, cells));
        true
    }

    /// Cells that stand below one another, from this one on.
    fn stack(&self, at: usize, cell: &Cell) -> Vec<&'l Cell> {
        let mut stack: Vec<&'l Cell> = Vec::new();
        let Some(lines) = self.lines.get(at..) else { return stack };
        for line in lines {
            let last = stack.last().copied();
            let same = line.cells.iter().find(|next| match last {
                None => *next == cell,
                Some(last) => {
                    next.page == last.page
                        && (next.area.left - cell.area.left).abs() <= COLUMN_POINTS
                        && next.baseline - last.baseline <= STACK_GAP_SIZES * last.size
                        && next.baseline > last.baseline
                }
            });
            let far = last.is_some_and(|last| {
                line.page != last.page
                    || line.baseline - last.baseline > STACK_GAP_SIZES * last.size
            });
            stack.extend(same);
            if far || stack.len() >= STACK_CELLS_MAX {
                break;
            }
        }
        stack
    }

    fn table(&mut self, from: usize, columns: &Columns) -> usize {
        let lines = self.lines.get(from..).unwrap_or_default();
        let (mut rows, used) = table::rows(self.genes, lines, columns);
        // What ends the table may take back its last row.
        let ends = used.checked_sub(1).map(|last| from + last);
        if let (Some(at), Some(row)) = (ends, rows.last())
            && self.is_denied_below(at, &row.cells())
        {
            rows.pop();
        }
        for row in rows {
            if self.is_denied(&row.text()) {
                self.deny_cells(&row.cells());
                continue;
            }
            if let Some((kind, fields)) = row.proposal(self.genes) {
                self.propose(kind, fields);
            }
        }
        used
    }

    fn propose(&mut self, kind: ProposalKind, mut fields: Vec<Field>) {
        let has = |name| fields.iter().any(|field: &Field| field.name == name);
        let is_finding = !matches!(kind, ProposalKind::Measure | ProposalKind::Genotype);
        if is_finding && self.section == Section::Uncertain && !has(FieldName::Significance) {
            // Its heading says so.
            if let Some(first) = fields.first().cloned() {
                fields.push(Field {
                    name: FieldName::Significance,
                    value: Some("Uncertain significance".to_owned()),
                    written: BY_HEADING.to_owned(),
                    ..first
                });
            }
        }
        let (also_on, one_engine) = (Vec::new(), Vec::new());
        let (section, confidence) = (self.section, None);
        self.found.push(Proposal { kind, section, fields, also_on, one_engine, confidence });
    }
}

fn joined(cells: &[&Cell]) -> String {
    let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
    texts.join(" ")
}

/// Parts in their places: in the cell that holds all of a part, else in all of the cells.
fn placed(parts: Parts, cells: &[&Cell]) -> Vec<Field> {
    let whole = crate::page::Area::around(cells.iter().map(|cell| cell.area));
    let page = cells.first().map_or(1, |cell| cell.page);
    let of = |(name, value, written): (FieldName, Option<String>, String)| {
        let cell = cells.iter().find(|cell| cell.text.contains(&written));
        let area = cell.map(|cell| cell.area).or(whole).unwrap_or_default();
        Field { name, value, written, page, area }
    };
    parts.into_iter().map(of).collect()
}

/// The approved symbol of a gene; `None` if its name may mean several.
struct Symbol(Option<String>);

/// The gene of a name. A word of prose is none, though some were given to genes once (`Not`).
fn gene(genes: &Genes, name: &str) -> Option<Symbol> {
    let is_name = name.len() >= 2
        && name.chars().skip(1).any(|c| !c.is_ascii_lowercase())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match genes.resolve(name) {
        _ if !is_name => None,
        (Gene::Known(gene), kind) if kind != NameKind::Capitals => {
            Some(Symbol(Some(genes.symbol(gene))))
        }
        (Gene::Ambiguous(_), kind) if kind != NameKind::Capitals => Some(Symbol(None)),
        _ => None,
    }
}
