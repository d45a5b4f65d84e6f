//! What is known about a gene result, in labelled lines.

use crate::pgx::GeneEntry;
use crate::words;
use serde::Serialize;

/// A gene result with its lines.
#[derive(Debug, Serialize)]
pub(crate) struct GeneSheet<'a> {
    /// The result.
    #[serde(flatten)]
    pub(crate) entry: &'a GeneEntry,
    /// What the call rests on and what it leaves open.
    pub(crate) lines: Vec<Line>,
}

/// A line with its label.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) label: &'static str,
    pub(crate) text: String,
    /// How many names it lists.
    pub(crate) names: usize,
}

impl<'a> GeneSheet<'a> {
    pub(super) fn of(entry: &'a GeneEntry) -> Self {
        let mut lines = vec![Line { label: "Basis", text: basis(entry), names: 1 }];
        let mut listed = |label, names: &[String], join: &str| {
            if !names.is_empty() {
                lines.push(Line { label, text: names.join(join), names: names.len() });
            }
        };
        listed("Strands", entry.phase.as_slice(), "");
        listed("Also possible, by fewer named positions", &entry.also_possible, " or ");
        listed("Bases that no allele has", &entry.unexplained, ", ");
        listed("Recommended positions not tested", &entry.tier1_missing, ", ");
        listed("Positions not tested", &entry.missing, ", ");
        listed("Failed a filter", &entry.filtered, ", ");
        listed("Taken as reference from the base before alone", &entry.assumed, ", ");
        if !entry.not_excluded.is_empty() {
            lines.push(Line {
                label: "Alleles not excluded",
                text: words::excluded_words(&entry.not_excluded, &entry.would_be),
                names: entry.not_excluded.len(),
            });
        }
        Self { entry, lines }
    }
}

fn basis(entry: &GeneEntry) -> String {
    if entry.from_block == 0 {
        return entry.basis.clone();
    }
    let number = entry.from_block;
    format!("{}; {number} of the positions from reference blocks or a stated policy", entry.basis)
}
