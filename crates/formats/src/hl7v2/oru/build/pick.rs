//! Picking typed values out of a group's rows. What cannot be used goes to `other`, with a word.

use super::super::answer::{self, is_missing};
use super::super::finding::Answer;
use super::{Coding, Context, Gene, Observed, Problem, Row, coding, concept, value};
use crate::hl7v2::{Content, Part};
use model::CodeableConcept;
use std::collections::BTreeSet;

pub(super) struct Pick<'p, 'r, 'm, 's> {
    rows: &'p [&'r Row<'m>],
    context: &'p mut Context<'s>,
    pub(super) other: Vec<Observed>,
}

impl<'p, 'r, 'm, 's> Pick<'p, 'r, 'm, 's> {
    pub(super) fn new(rows: &'p [&'r Row<'m>], context: &'p mut Context<'s>) -> Self {
        Self { rows, context, other: Vec::new() }
    }

    fn all(&self, item: &str) -> Vec<&'r Row<'m>> {
        self.rows.iter().filter(|row| row.item() == Some(item)).copied().collect()
    }

    /// The row of an item. Contradictory rows are none: all go to `other`.
    fn one(&mut self, item: &str) -> Option<&'r Row<'m>> {
        let all = self.all(item);
        let first = *all.first()?;
        if all.iter().all(|row| row.text() == first.text()) {
            return Some(first);
        }
        let text = "contradictory observations in one group; none is used";
        self.warn(item, "contradiction", text);
        self.other.extend(all.iter().map(|row| row.observed()));
        None
    }

    fn refuse(&mut self, row: &Row<'_>, code: &str, text: &str) {
        self.context.problems.push(Problem::warning(code, row.place_of_value(), text));
        self.other.push(row.observed());
    }

    /// A note at the first row of an item.
    pub(super) fn note(&mut self, item: &str, code: &str, text: &str) {
        let place = self.all(item).first().map(|row| row.place_of_value()).unwrap_or_default();
        self.context.problems.push(Problem::note(code, place, text));
    }

    /// A warning at the first row of an item.
    pub(super) fn warn(&mut self, item: &str, code: &str, text: &str) {
        let place = self.all(item).first().map(|row| row.place_of_value()).unwrap_or_default();
        self.context.problems.push(Problem::warning(code, place, text));
    }

    /// Rows as they came.
    pub(super) fn observed(&mut self, items: &[&str]) -> Vec<Observed> {
        items.iter().flat_map(|item| self.all(item)).map(Row::observed).collect()
    }

    /// One short text.
    pub(super) fn text(&mut self, item: &str) -> Option<String> {
        let row = self.one(item)?;
        let mut all = row.value().repetitions().filter_map(|part| short_text(row, &part));
        let first = all.next();
        if all.next().is_some() {
            drop(all);
            self.refuse(row, "repeated-value", "several values where one is meant; none is used");
            return None;
        }
        first
    }

    /// 84413-4: of a coded element the part that is written as star alleles.
    pub(super) fn genotype(&mut self) -> Option<String> {
        let row = self.one("84413-4")?;
        let parts = [1, 2].map(|number| row.value().component(number).value());
        let single = row.value().repetitions().count() == 1 && !row.is_plain_text();
        let starred = parts.into_iter().flatten().find(|text| text.starts_with('*'));
        starred.filter(|_| single).or_else(|| self.text("84413-4"))
    }

    /// All short texts of an item.
    pub(super) fn texts(&mut self, item: &str) -> Vec<String> {
        let texts = |row: &'r Row<'m>| {
            row.value().repetitions().filter_map(move |part| short_text(row, &part))
        };
        self.all(item).into_iter().flat_map(texts).collect()
    }

    /// All narratives of an item.
    pub(super) fn long_texts(&mut self, item: &str) -> Vec<String> {
        self.all(item).iter().map(|row| row.text()).filter(|text| !is_missing(text)).collect()
    }

    pub(super) fn answer(&mut self, item: &str) -> Option<Answer> {
        let row = self.one(item)?;
        if row.value().repetitions().count() > 1 && !row.is_plain_text() {
            self.refuse(row, "repeated-value", "several values where one is meant; none is used");
            return None;
        }
        self.read_answer(row, item, &row.value())
    }

    pub(super) fn answers(&mut self, item: &str) -> Vec<Answer> {
        let mut answers = Vec::new();
        for row in self.all(item) {
            for part in row.value().repetitions() {
                answers.extend(self.read_answer(row, item, &part));
            }
        }
        answers
    }

    fn read_answer(&mut self, row: &Row<'_>, item: &str, part: &Part<'_>) -> Option<Answer> {
        answer::read(row, item, part, self.context).unwrap_or_else(|()| {
            self.other.push(row.observed());
            None
        })
    }

    pub(super) fn concepts(&mut self, item: &str) -> Vec<CodeableConcept> {
        let mut concepts = Vec::new();
        for row in self.all(item) {
            let read = row.value().repetitions().filter_map(|part| concept(&part));
            concepts.extend(read.filter(|concept| !concept.words().is_some_and(is_missing)));
        }
        concepts
    }

    pub(super) fn codings(&mut self, items: &[&str]) -> Vec<Coding> {
        let rows = items.iter().flat_map(|item| self.all(item));
        let parts = rows.flat_map(|row| row.value().repetitions());
        parts
            .map(|part| coding(&part, 1))
            .filter(|coding| !coding.code.is_empty() || coding.display.is_some())
            .collect()
    }

    /// Genes of all rows, each once, without placeholders; and of codes of one gene's own.
    pub(super) fn genes(&mut self) -> Vec<Gene> {
        let mut genes: Vec<Gene> = Vec::new();
        let mut seen = BTreeSet::new();
        for row in self.all(super::super::code::GENE) {
            for part in row.value().repetitions().filter(|part| !part.is_null()) {
                let found = [1, 4].iter().find_map(|first| value::gene(&coding(&part, *first)));
                match found {
                    Some(gene) if !seen.insert(gene.clone()) => {}
                    Some(gene) => genes.push(gene),
                    None => {
                        let text = "no gene is named here; the rest of the finding stands";
                        let place = row.place_of_value();
                        self.context.problems.push(Problem::note("placeholder-gene", place, text));
                    }
                }
            }
        }
        genes
    }

    /// The gene of a result: exactly one, of its rows or of the name of its code.
    pub(super) fn gene(&mut self) -> Option<Gene> {
        let mut genes = self.genes();
        for symbol in self.rows.iter().filter_map(|row| row.product_gene()) {
            if !genes.iter().any(|gene| gene.symbol.as_deref() == Some(symbol)) {
                genes.push(Gene { id: None, symbol: Some(symbol.to_owned()) });
            }
        }
        if genes.len() > 1 {
            let item = super::super::code::GENE;
            self.warn(item, "several-genes", "several genes for one result; none is taken");
            let all = self.observed(&[item]);
            self.other.extend(all);
            return None;
        }
        genes.pop()
    }

    /// An allele; a value that was sent empty is an empty text.
    pub(super) fn allele(&mut self, item: &str) -> Option<String> {
        let row = self.one(item)?;
        match row.value().content() {
            Content::Absent => Some(String::new()),
            Content::Null => None,
            Content::Text(_) => short_text(row, &row.value()),
        }
    }

    pub(super) fn number(&mut self, item: &str) -> Option<f64> {
        let row = self.one(item)?;
        let text = short_text(row, &row.value())?;
        let number = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        if number.is_none() {
            self.refuse(row, "not-a-number", "not a number; kept as other");
        }
        number
    }

    /// A fraction. Percent by its unit, or by being over 1.
    pub(super) fn fraction(&mut self, item: &str) -> Option<f64> {
        let row = self.one(item)?;
        let number = self.number(item)?;
        let percent = row.segment.field(6).component(1).value().is_some_and(|unit| unit == "%");
        let fraction = if percent || number > 1.0 { number / 100.0 } else { number };
        if fraction > 1.0 {
            self.refuse(row, "impossible-fraction", "over 100 percent; kept as other");
            return None;
        }
        Some(fraction)
    }

    /// A range of positions: one number, or first and last.
    pub(super) fn range(&mut self, item: &str) -> Option<(u64, u64)> {
        let row = self.one(item)?;
        let part = row.value();
        let first = part.component(1).value()?;
        let last = part.component(2).value().unwrap_or_else(|| first.clone());
        let (first, last) = match first.split_once('-') {
            Some((first, last)) => (first.to_owned(), last.to_owned()),
            None => (first, last),
        };
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Some((first, last)),
            _ => {
                self.refuse(row, "not-a-range", "not a range of positions; kept as other");
                None
            }
        }
    }
}

/// The text of a short value: all of it for a text type; of a coded one its text if the code has
/// a system, else its first component.
fn short_text(row: &Row<'_>, part: &Part<'_>) -> Option<String> {
    let text = if row.is_plain_text() && !part.is_null() {
        Some(part.whole().trim().to_owned())
    } else {
        let (code, words) = (part.component(1).value(), part.component(2).value());
        let coded = part.component(3).value().is_some();
        if coded { words.or(code) } else { code.or(words) }
    };
    text.filter(|text| !is_missing(text))
}
