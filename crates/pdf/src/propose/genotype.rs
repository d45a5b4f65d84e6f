//! `CYP2C19 *2/*2 Poor Metabolizer`: a gene, two star alleles, and what they mean.

use super::gene;
use crate::reading::{Field, FieldName};
use crate::rows::Cell;
use tumor::gene::Genes;

/// Cells of a row.
const CELLS_MAX: usize = 12;

/// A row that states a genotype.
pub(super) fn of_cells(genes: &Genes, cells: &[Cell]) -> Option<Vec<Field>> {
    if cells.len() > CELLS_MAX {
        return None;
    }
    let first = cells.first()?;
    let mut words = first.text.split_whitespace();
    let name = words.next()?.trim_end_matches(':');
    let symbol = gene(genes, name)?;
    let place = |cell: &Cell, field, value, written: &str| Field {
        name: field,
        value,
        written: written.to_owned(),
        page: cell.page,
        area: cell.area,
    };
    let rest: Vec<&str> = words.collect();
    let pair =
        rest.first().and_then(|text| diplotype(text)).map(|pair| (first, pair)).or_else(|| {
            let behind = cells.get(1..)?.iter();
            behind.filter(|_| rest.is_empty()).find_map(|cell| Some((cell, diplotype(&cell.text)?)))
        });
    let (of_pair, pair) = pair?;
    let mut fields = vec![
        place(first, FieldName::Gene, symbol.0, name),
        place(of_pair, FieldName::Diplotype, Some(pair.clone()), &pair),
    ];
    let within = rest.get(1..).map(|words| words.join(" ")).unwrap_or_default();
    let said =
        phenotype(&within).map(|value| place(first, FieldName::Phenotype, Some(value), &within));
    let said = said.or_else(|| {
        let behind = cells.get(1..)?.iter();
        behind.into_iter().find_map(|cell| {
            let value = phenotype(&cell.text)?;
            Some(place(cell, FieldName::Phenotype, Some(value), &cell.text))
        })
    });
    fields.extend(said);
    Some(fields)
}

/// Two star alleles, `*1/*17`; copies may follow, `*1x2`, and a gene may stand before.
pub(super) fn diplotype(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.get(text.find('*')?..)?;
    let (first, second) = text.split_once('/')?;
    let second = second.get(second.find('*')?..)?;
    let is_allele = |allele: &str| {
        allele.strip_prefix('*').is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.len() <= 12
                && rest.chars().all(|c| {
                    c.is_ascii_alphanumeric() || matches!(c, '×' | '.' | '+' | '*' | ':' | '≥')
                })
        })
    };
    (is_allele(first) && is_allele(second)).then(|| format!("{first}/{second}"))
}

/// A phenotype in the terms that CPIC settled on (PMID 27441996).
pub(super) fn phenotype(text: &str) -> Option<String> {
    let lower =
        text.to_lowercase().replace("metaboliser", "metabolizer").replace("ultra-", "ultra");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let words = match words.as_slice() {
        [rest @ .., last] if last.starts_with('(') && last.ends_with(')') => rest,
        all => all,
    };
    let (doubt, words) = match words {
        ["likely", rest @ ..] => ("Likely ", rest),
        ["possible", rest @ ..] => ("Possible ", rest),
        all => ("", all),
    };
    let words = match words {
        [how, "metabolizer"] => {
            let how = match *how {
                "poor" => "Poor",
                "intermediate" => "Intermediate",
                "normal" => "Normal",
                "rapid" => "Rapid",
                "ultrarapid" => "Ultrarapid",
                _ => return None,
            };
            format!("{how} Metabolizer")
        }
        [how, "function"] => {
            let how = match *how {
                "poor" => "Poor",
                "decreased" => "Decreased",
                "normal" => "Normal",
                "increased" => "Increased",
                _ => return None,
            };
            format!("{how} Function")
        }
        _ => return None,
    };
    Some(format!("{doubt}{words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_alleles_are_told_from_everything_else() {
        for (text, value) in [
            ("*1/*17", Some("*1/*17")),
            ("CYP2D6 *4/*4", Some("*4/*4")),
            ("CYP2C19*2/CYP2C19*3", Some("*2/*3")),
            ("*1x2 / *4", Some("*1x2/*4")),
            ("*15:02/*15:02", Some("*15:02/*15:02")),
            ("*1", None),
            ("G/A", None),
            ("*/*", None),
            ("*1/not tested", None),
        ] {
            assert_eq!(diplotype(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn a_phenotype_that_is_not_known_stays_blank() {
        for (text, value) in [
            ("Poor Metabolizer", Some("Poor Metabolizer")),
            ("Ultra-rapid metaboliser (UM)", Some("Ultrarapid Metabolizer")),
            ("Likely intermediate metabolizer", Some("Likely Intermediate Metabolizer")),
            ("Decreased function", Some("Decreased Function")),
            // The former term, which some laboratories still use in another sense.
            ("Extensive Metabolizer", None),
            ("Poor Metabolizer of some drugs", None),
            ("", None),
        ] {
            assert_eq!(phenotype(text).as_deref(), value, "{text}");
        }
    }
}
