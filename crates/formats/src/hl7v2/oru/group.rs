//! Rows into groups by OBX-4, groups into findings by their codes.
//!
//! The sub-ID is an opaque prefix tree: parted at `.`, and rows with the same sub-ID belong
//! together whatever their order. What a group is follows from its codes, never from its label.
//! Without sub-IDs the order of rows is all there is, so a code that may stand only once begins
//! a new group when it comes again.

use super::code::{self, Family, GENE, HAPLOTYPE, MEDICATION};
use super::finding::Finding;
use super::row::{Context, Row};
use super::{Observed, build};
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that belong together, in the order of the message.
pub(super) type Rows<'r, 'm> = Vec<&'r Row<'m>>;

/// Rows by their sub-ID.
type Tree<'r, 'm> = BTreeMap<&'r str, Rows<'r, 'm>>;

/// The findings of one order, by the place of their first rows, and rows that went into none.
pub(super) fn findings(
    rows: &[Row<'_>],
    context: &mut Context<'_>,
) -> (Vec<Finding>, Vec<Observed>) {
    let mut tree = Tree::new();
    let mut flat = Rows::new();
    for row in rows {
        match row.sub_id.as_str() {
            "" => flat.push(row),
            sub_id => tree.entry(sub_id).or_default().push(row),
        }
    }
    let mut sorter = Sorter::default();
    let mut repeated = BTreeSet::new();
    for (sub_id, rows) in &tree {
        for run in runs_of_node(rows, &mut repeated, context) {
            let group = Group::of_node(sub_id, run, &tree);
            sorter.sort(&group, context);
        }
    }
    for run in runs(&flat) {
        let group = Group { sub_id: "", rows: run, ..Group::default() };
        sorter.sort(&group, context);
    }
    for (top, rows) in std::mem::take(&mut sorter.overall) {
        sorter.found.push((first(&rows), build::overall(top, &rows, context)));
    }
    for (top, rows) in std::mem::take(&mut sorter.study) {
        sorter.found.push((first(&rows), build::study(top, &rows, context)));
    }
    sorter.found.sort_by_key(|(index, _)| *index);
    let found: Vec<Finding> = sorter.found.into_iter().map(|(_, finding)| finding).collect();
    let used: BTreeSet<&str> = found.iter().flat_map(|f| &f.places).map(String::as_str).collect();
    let unused = rows.iter().filter(|row| !used.contains(row.place.as_str()));
    let unused: Vec<&Row<'_>> = unused.filter(|row| !repeated.contains(&row.index)).collect();
    for row in &unused {
        let text = "belongs to no result of its group; kept as other";
        context.problems.push(Problem::warning("unused-row", row.place.clone(), text));
    }
    (found, unused.into_iter().map(Row::observed).collect())
}

fn first(rows: &[&Row<'_>]) -> usize {
    rows.iter().map(|row| row.index).min().unwrap_or_default()
}

/// What a group holds.
#[derive(Default)]
pub(super) struct Group<'r, 'm> {
    pub(super) sub_id: &'r str,
    pub(super) rows: Rows<'r, 'm>,
    /// Shared rows of the groups around it, of codes that it does not have itself.
    pub(super) inherited: Rows<'r, 'm>,
    /// Whether it is nested in a gene's result.
    in_gene: bool,
    /// Whether groups nested in it take over its shared rows.
    gives: bool,
}

impl<'r, 'm> Group<'r, 'm> {
    fn of_node(sub_id: &'r str, rows: Rows<'r, 'm>, tree: &Tree<'r, 'm>) -> Self {
        let mut group = Self { sub_id, rows, ..Self::default() };
        let mut around = sub_id;
        while let Some((parent, _)) = around.rsplit_once('.') {
            around = parent;
            let Some(rows) = tree.get(parent) else { continue };
            group.in_gene |= rows.iter().any(|row| row.family() == Some(Family::Gene));
            let new: Rows<'r, 'm> = rows
                .iter()
                .filter(|row| {
                    row.family() == Some(Family::Shared) && !group.has(row.loinc.as_deref())
                })
                .copied()
                .collect();
            group.inherited.extend(new);
        }
        let nested = format!("{sub_id}.");
        group.gives = tree
            .range(nested.as_str()..)
            .take_while(|(id, _)| id.starts_with(&nested))
            .any(|(_, rows)| rows.iter().any(|row| is_result(row)));
        group
    }

    fn has(&self, loinc: Option<&str>) -> bool {
        self.rows.iter().chain(&self.inherited).any(|row| row.loinc.as_deref() == loinc)
    }

    fn of(&self, family: Family) -> Rows<'r, 'm> {
        self.rows.iter().filter(|row| row.family() == Some(family)).copied().collect()
    }
}

fn is_result(row: &Row<'_>) -> bool {
    matches!(row.family(), Some(Family::Variant | Family::Gene | Family::Drug))
}

/// Splits rows where a code that stands once in a group comes again.
fn runs<'r, 'm>(rows: &[&'r Row<'m>]) -> Vec<Rows<'r, 'm>> {
    let mut runs: Vec<Rows<'r, 'm>> = Vec::new();
    for row in rows {
        let code = row.item().unwrap_or_default();
        let again = |run: &Rows<'_, '_>| {
            !code::repeats(code) && run.iter().any(|other| other.item() == Some(code))
        };
        match runs.last_mut() {
            Some(run) if !again(run) => run.push(row),
            _ => runs.push(vec![row]),
        }
    }
    runs
}

/// One group for a sub-ID; several if it holds contradictory rows, which is flagged.
fn runs_of_node<'r, 'm>(
    rows: &[&'r Row<'m>],
    repeated: &mut BTreeSet<usize>,
    context: &mut Context<'_>,
) -> Vec<Rows<'r, 'm>> {
    let mut kept: Rows<'r, 'm> = Vec::new();
    let mut contradicted = None;
    let of_result = rows.iter().any(|row| {
        matches!(row.family(), Some(Family::Variant | Family::Gene)) || is_haplotype(row)
    });
    for row in rows {
        let code = row.item().unwrap_or_default();
        let once = of_result && !code::repeats(code);
        let before = if once { kept.iter().find(|other| other.item() == Some(code)) } else { None };
        match before {
            Some(before) if before.text() == row.text() => {
                let text = "the same observation stands twice in its group; read once";
                context.problems.push(Problem::note("repeated-row", row.place.clone(), text));
                repeated.insert(row.index);
                continue;
            }
            Some(_) => contradicted = contradicted.or(Some(row)),
            None => {}
        }
        kept.push(row);
    }
    let Some(row) = contradicted else { return vec![kept] };
    let text = "one sub-ID holds several results; parted where an observation comes again";
    context.problems.push(Problem::warning("shared-sub-id", row.segment.place_of(4), text));
    runs(&kept)
}

fn is_haplotype(row: &Row<'_>) -> bool {
    row.loinc.as_deref() == Some(HAPLOTYPE)
}

#[derive(Default)]
struct Sorter<'r, 'm> {
    /// Findings with the index of their first row.
    found: Vec<(usize, Finding)>,
    /// Rows on the result as a whole, by the first token of their sub-ID.
    overall: BTreeMap<&'r str, Rows<'r, 'm>>,
    study: BTreeMap<&'r str, Rows<'r, 'm>>,
}

impl<'r, 'm> Sorter<'r, 'm> {
    fn sort(&mut self, group: &Group<'r, 'm>, context: &mut Context<'_>) {
        let top = group.sub_id.split('.').next().unwrap_or_default();
        self.overall_rows(top, group.of(Family::Overall));
        self.study_rows(top, group.of(Family::Study));
        let (shared, variant) = (group.of(Family::Shared), group.of(Family::Variant));
        let (gene, drug) = (group.of(Family::Gene), group.of(Family::Drug));
        let advice = drug.iter().any(|row| row.loinc.as_deref() != Some(MEDICATION));
        let of_study = !advice && gene.is_empty() && !group.in_gene;
        let with_haplotype = shared.iter().any(|row| is_haplotype(row));
        let is_gene = !gene.is_empty() || (with_haplotype && variant.is_empty());
        if of_study {
            self.study_rows(top, drug);
        } else {
            let drugs = build::drugs(group, &drug, context);
            self.found.extend(drugs);
        }
        if !variant.is_empty() {
            let used: Rows<'r, 'm> = shared
                .iter()
                .chain(&variant)
                .filter(|row| !(is_gene && is_haplotype(row)))
                .copied()
                .collect();
            self.found.push((first(&used), build::variant(group, &used, context)));
        }
        if is_gene {
            let used: Rows<'r, 'm> = shared.iter().chain(&gene).copied().collect();
            self.found.push((first(&used), build::gene(group, &used, context)));
        }
        let used_by_drug = !of_study && group.rows.iter().any(|r| r.loinc.as_deref() == Some(GENE));
        if variant.is_empty() && !is_gene && !group.gives {
            let is_gene_row = |row: &&Row<'_>| row.loinc.as_deref() == Some(GENE);
            let rest = shared.into_iter().filter(|row| !(used_by_drug && is_gene_row(row)));
            self.study_rows(top, rest.collect());
        }
    }

    fn overall_rows(&mut self, top: &'r str, rows: Rows<'r, 'm>) {
        if !rows.is_empty() {
            self.overall.entry(top).or_default().extend(rows);
        }
    }

    fn study_rows(&mut self, top: &'r str, rows: Rows<'r, 'm>) {
        if !rows.is_empty() {
            self.study.entry(top).or_default().extend(rows);
        }
    }
}
