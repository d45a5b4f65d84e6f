//! From lines to proposals.
//!
//! A text is a finding only if it is one from its first to its last word: prose, however much it
//! looks like one, never is. What stands under a heading that states no findings is not looked at.

mod alteration;
mod genotype;
mod measure;
mod table;
mod value;

pub use value::value;

use crate::reading::{Field, FieldName, Proposal, ProposalKind};
use crate::rows::{Cell, Line};
use crate::section::{Section, heading, is_negated};
use model::Problem;
use std::collections::BTreeMap;
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

/// What the parts of a text came to: which field, the value if it makes one, as written.
type Parts = Vec<(FieldName, Option<String>, String)>;

struct Finder<'l> {
    genes: &'l Genes,
    lines: &'l [Line],
    section: Section,
    found: Vec<Proposal>,
    problems: Vec<Problem>,
    negated: usize,
}

/// Whether any line is the heading of a part that states findings.
pub(crate) fn has_findings_heading(lines: &[Line]) -> bool {
    lines
        .iter()
        .flat_map(|line| &line.cells)
        .any(|cell| heading(&cell.text).is_some_and(Section::states_findings))
}

/// Everything that lines may say.
pub(crate) fn of(genes: &Genes, lines: &[Line]) -> (Vec<Proposal>, Vec<Problem>) {
    let mut finder = Finder {
        genes,
        lines,
        section: Section::default(),
        found: Vec::new(),
        problems: Vec::new(),
        negated: 0,
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
    merged(finder.found, finder.problems)
}

impl<'l> Finder<'l> {
    /// Reads a line, and those that belong to it; how many these are.
    fn line(&mut self, at: usize, line: &Line) -> usize {
        let headings: Vec<Section> =
            line.cells.iter().filter_map(|cell| heading(&cell.text)).collect();
        let columns = Columns::of(line);
        if let Some(columns) = columns.filter(|_| self.is_read() || self.section == Section::Head) {
            return 1 + self.table(at + 1, &columns);
        }
        if let (Some(section), true) = (headings.first(), line.cells.len() <= 2) {
            self.section = *section;
        }
        if !self.is_read() {
            return 1;
        }
        if is_negated(&line.text()) {
            self.negated += 1;
            return 1;
        }
        if !self.whole_line(line) {
            for cell in &line.cells {
                self.cell(at, cell);
            }
        }
        1
    }

    fn is_read(&self) -> bool {
        self.section.states_findings()
    }

    /// A line that is one finding over all of its cells.
    fn whole_line(&mut self, line: &Line) -> bool {
        if let Some(fields) = genotype::of_cells(self.genes, &line.cells) {
            self.propose(ProposalKind::Genotype, fields);
            return true;
        }
        let is_row = line.cells.len() > 1;
        is_row && self.text(&line.cells.iter().collect::<Vec<_>>())
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
            if let Some(cells) = longest.and_then(|end| stack.get(..end)) {
                self.text(cells);
            }
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
            if let Some((_, cells, parts)) = best {
                self.propose(ProposalKind::Measure, placed(parts, cells));
            }
            return;
        }
        self.text(&[cell]);
    }

    fn parse(&self, cells: &[&Cell]) -> Option<(ProposalKind, Parts)> {
        alteration::of(self.genes, &joined(cells))
    }

    fn text(&mut self, cells: &[&Cell]) -> bool {
        let Some((kind, parts)) = self.parse(cells) else { return false };
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
        let (rows, used) = table::rows(self.genes, lines, columns);
        for row in rows {
            if is_negated(&row.text()) {
                self.negated += 1;
            } else if let Some((kind, fields)) = row.proposal(self.genes) {
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
                    written: "by its heading".to_owned(),
                    ..first
                });
            }
        }
        self.found.push(Proposal { kind, section: self.section, fields, also_on: Vec::new() });
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

/// The gene of a name.
fn gene(genes: &Genes, name: &str) -> Option<Symbol> {
    let is_name = name.len() >= 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match genes.resolve(name) {
        _ if !is_name => None,
        (Gene::Known(gene), kind) if kind != NameKind::Capitals => {
            Some(Symbol(Some(genes.symbol(gene))))
        }
        (Gene::Ambiguous(_), _) => Some(Symbol(None)),
        _ => None,
    }
}

/// What stands twice is proposed once; what is said of it twice, and differently, is told.
fn merged(found: Vec<Proposal>, mut problems: Vec<Problem>) -> (Vec<Proposal>, Vec<Problem>) {
    let mut known = BTreeMap::<String, usize>::new();
    let mut kept: Vec<Proposal> = Vec::new();
    for next in found {
        let key = key(&next);
        let earlier = known.get(&key).and_then(|at| kept.get_mut(*at));
        let Some(earlier) = earlier else {
            known.insert(key, kept.len());
            kept.push(next);
            continue;
        };
        let page = next.fields.first().map_or(0, |field| field.page);
        for field in next.fields {
            match earlier.fields.iter().find(|known| known.name == field.name) {
                None => earlier.fields.push(field),
                Some(known) if known.value != field.value => {
                    let text = format!(
                        "`{}` is stated as `{}` on page {} and as `{}` here",
                        field.name.word(),
                        known.written,
                        known.page,
                        field.written
                    );
                    let place = format!("page {page}");
                    problems.push(Problem::warning("stated-differently", place, text));
                }
                Some(_) => {}
            }
        }
        let own = earlier.fields.first().map_or(0, |field| field.page);
        if page != own && !earlier.also_on.contains(&page) {
            earlier.also_on.push(page);
        }
    }
    (kept, problems)
}

/// What a proposal is about.
fn key(proposal: &Proposal) -> String {
    use FieldName::{Change, Coding, Diplotype, Gene, Measure, Partner, Protein};
    let text = |name| {
        let field = proposal.field(name);
        field.map(|field| field.value.as_deref().unwrap_or(&field.written)).unwrap_or_default()
    };
    let change = match proposal.kind {
        // The protein's change alone where there is one: not every table has the other.
        ProposalKind::Variant if !text(Protein).is_empty() => text(Protein),
        ProposalKind::Variant => text(Coding),
        ProposalKind::Genotype => text(Diplotype),
        ProposalKind::Measure => text(Measure),
        ProposalKind::CopyNumber | ProposalKind::Rearrangement => text(Change),
    };
    let of = [proposal.kind.word(), text(Gene), text(Partner), change];
    of.join("|")
}
