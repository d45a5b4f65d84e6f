//! Consequences of the Sequence Ontology: a term that is asked for means the narrower ones, too.
//!
//! The terms are those below `sequence_variant` in the release of 2016-10-28; a term that is not
//! among them means itself.

use crate::token::Token;
use model::CodeableConcept;
use std::collections::BTreeSet;

/// Each term's children, by their numbers.
const CHILDREN: &str = include_str!("consequence.tsv");
/// Systems that the ontology's codes are given under.
const SYSTEMS: [&str; 2] = ["http://www.sequenceontology.org", "http://sequenceontology.org"];

/// Whether a token means a consequence: by its words and codes, or as a broader term.
pub fn means(token: &Token, concept: &CodeableConcept) -> bool {
    if token.matches(concept) {
        return true;
    }
    let is_here = token.system().is_none_or(is_ontology);
    let Some(asked) = number(token.code()).filter(|_| is_here) else { return false };
    let mut codings = concept.coding.iter().filter(|coding| is_ontology(&coding.system));
    codings.any(|coding| number(&coding.code).is_some_and(|held| is_below(held, asked)))
}

fn is_ontology(system: &str) -> bool {
    SYSTEMS.contains(&system.trim_end_matches('/'))
}

/// The number of `SO:0001583`.
fn number(code: &str) -> Option<u32> {
    let digits = code.strip_prefix("SO:")?;
    let is_number = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Whether a term is another one or a kind of it.
fn is_below(term: u32, other: u32) -> bool {
    let (mut found, mut next) = (BTreeSet::from([other]), vec![other]);
    while let Some(parent) = next.pop() {
        next.extend(children(parent).filter(|child| found.insert(*child)));
    }
    found.contains(&term)
}

fn children(parent: u32) -> impl Iterator<Item = u32> {
    let line = CHILDREN.lines().find_map(|line| {
        let (term, children) = line.split_once('\t')?;
        (term.parse() == Ok(parent)).then_some(children)
    });
    line.unwrap_or_default().split(' ').filter_map(|child| child.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Coding;

    const SYSTEM: &str = "http://www.sequenceontology.org";

    #[test]
    fn a_term_means_the_narrower_ones() {
        for (asked, held, expected) in [
            // Missense is nonsynonymous, inframe, protein altering, and so on up to the top.
            ("SO:0001583", "SO:0001583", true),
            ("SO:0001992", "SO:0001583", true),
            ("SO:0001818", "SO:0001583", true),
            ("SO:0001580", "SO:0001583", true),
            ("SO:0001060", "SO:0001583", true),
            ("SO:0001583", "SO:0001992", false),
            ("SO:0001589", "SO:0001583", false),
            // A lost stop has three parents; a splice donor is in the intron.
            ("SO:0001590", "SO:0001578", true),
            ("SO:0001907", "SO:0001578", true),
            ("SO:0001627", "SO:0001575", true),
            ("SO:0001568", "SO:0001575", true),
            ("SO:0001791", "SO:0001575", false),
            ("http://www.sequenceontology.org|SO:0001818", "SO:0001583", true),
            ("http://sequenceontology.org/|SO:0001818", "SO:0001583", true),
            ("http://loinc.org|SO:0001818", "SO:0001583", false),
            // What is not in the table means itself.
            ("SO:9999999", "SO:9999999", true),
            ("SO:0001818", "SO:9999999", false),
            ("SO:1818", "SO:0001583", false),
        ] {
            let coding = vec![Coding::new(SYSTEM, held)];
            let concept = CodeableConcept { coding, text: None };
            let token = Token::parse(asked).unwrap();
            assert_eq!(means(&token, &concept), expected, "{asked} {held}");
        }
        let elsewhere = vec![Coding::new("urn:x", "SO:0001583")];
        let concept = CodeableConcept { coding: elsewhere, text: None };
        assert!(!means(&Token::parse("SO:0001818").unwrap(), &concept));
    }

    #[test]
    fn every_line_of_the_table_is_read_and_leads_to_the_top() {
        let lines: Vec<&str> = CHILDREN.lines().skip(2).collect();
        assert!(lines.len() > 60);
        for line in lines {
            let (parent, below) = line.split_once('\t').unwrap();
            let parent: u32 = parent.parse().unwrap();
            assert_eq!(children(parent).count(), below.split(' ').count(), "{line}");
            for child in children(parent) {
                assert!(is_below(child, 1060) && !is_below(parent, child), "{line}");
            }
        }
    }
}
