//! `KRAS G12C: not detected`: what a report says is not there. It is kept for comparing it with
//! what a laboratory sent beside the document; nobody confirms it, and it becomes no result.

use super::{Finder, alteration, gene, placed};
use crate::reading::Denial;
use crate::rows::{Cell, Line};
use crate::section::is_untested;

/// Denials of a document; more say nothing that the first ones do not.
const DENIALS_MAX: usize = 500;
/// Words of a denial that name nothing.
const WORDS: &[&str] = &[
    "not",
    "no",
    "none",
    "nothing",
    "detected",
    "identified",
    "found",
    "present",
    "negative",
    "absent",
    "wild",
    "type",
    "wild-type",
    "wildtype",
    "undetected",
    "without",
    "evidence",
    "of",
    "in",
    "the",
    "was",
    "were",
    "is",
    "are",
    "and",
    "or",
    "nor",
    "for",
    "a",
    "any",
    "mutation",
    "mutations",
    "variant",
    "variants",
    "alteration",
    "alterations",
    "reportable",
    "pathogenic",
    "likely",
    "clinically",
    "significant",
    "genomic",
    "somatic",
    "germline",
    "result",
    "results",
    "status",
    "gene",
    "genes",
];

impl Finder<'_> {
    /// Keeps what a line denies.
    pub(super) fn deny_line(&mut self, line: &Line) {
        if !is_untested(&line.text()) {
            self.deny_cells(&line.cells.iter().collect::<Vec<_>>());
        }
    }

    /// Keeps what cells deny: one change, or all of one gene or several. Anything else is told
    /// by its count alone.
    pub(super) fn deny_cells(&mut self, cells: &[&Cell]) {
        let Some(page) = cells.first().map(|cell| cell.page) else { return };
        let written = super::joined(cells);
        let words: Vec<&str> = written
            .split([' ', ',', ';', '|'])
            .map(|word| word.trim_end_matches([':', '.']))
            .filter(|word| !word.is_empty() && !WORDS.contains(&word.to_lowercase().as_str()))
            .collect();
        let plain = words.join(" ");
        let all: Option<Vec<String>> =
            words.iter().map(|word| gene(self.genes, word).and_then(|symbol| symbol.0)).collect();
        if let Some(genes) = all {
            for gene in genes {
                self.deny(Denial { gene, fields: Vec::new(), written: written.clone(), page });
            }
        } else if let Some((_, parts)) = alteration::of(self.genes, &plain) {
            let fields = placed(parts, cells);
            let gene = fields.iter().find(|field| field.name == crate::FieldName::Gene);
            if let Some(gene) = gene.and_then(|field| field.value.clone()) {
                self.deny(Denial { gene, fields, written, page });
            }
        }
    }

    fn deny(&mut self, mut denial: Denial) {
        let is_known = self.denied.iter().any(|known| {
            known.gene == denial.gene
                && known
                    .fields
                    .iter()
                    .map(|field| &field.value)
                    .eq(denial.fields.iter().map(|field| &field.value))
        });
        if is_known || self.denied.len() >= DENIALS_MAX {
            return;
        }
        let end = denial.written.floor_char_boundary(super::value::FIELD_BYTES_MAX);
        denial.written.truncate(end);
        self.denied.push(denial);
    }
}
