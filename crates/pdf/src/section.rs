//! Which part of a report a line belongs to. A finding is only looked for where a laboratory states
//! findings: the same words stand in methods, in limitations, in lists of what a test can see, in
//! references, and behind "not detected".

use serde::{Deserialize, Serialize};

/// A part of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Before any heading.
    #[default]
    Head,
    /// What was found.
    Results,
    /// What was found, of unknown significance.
    Uncertain,
    /// What was looked for and not found.
    Negative,
    /// What it means.
    Interpretation,
    /// Medicines and trials.
    Options,
    /// What the test can see.
    Covered,
    /// How it was done.
    Methods,
    /// What it cannot say.
    Limitations,
    /// What was cited.
    References,
}

impl Section {
    /// Whether findings are looked for in it.
    pub fn states_findings(self) -> bool {
        matches!(self, Self::Results | Self::Uncertain)
    }
}

/// Words of a heading that may follow the phrase that makes it one.
const MORE_WORDS_MAX: usize = 5;
/// Letters of a heading.
const HEADING_BYTES_MAX: usize = 90;

/// Beginnings of headings, the longer ones first where one begins another.
const HEADINGS: &[(&str, Section)] = &[
    ("variants of uncertain", Section::Uncertain),
    ("variants of unknown", Section::Uncertain),
    ("variants of uncertain significance", Section::Uncertain),
    ("variant of uncertain significance", Section::Uncertain),
    ("vus", Section::Uncertain),
    ("pertinent negative", Section::Negative),
    ("negative findings", Section::Negative),
    ("negative results", Section::Negative),
    ("not detected", Section::Negative),
    ("no variants detected", Section::Negative),
    ("genes without", Section::Negative),
    ("variants not detected", Section::Negative),
    ("genomic alterations not detected", Section::Negative),
    ("results interpretation", Section::Interpretation),
    ("interpretation of results", Section::Interpretation),
    ("clinical interpretation", Section::Interpretation),
    ("variant interpretation", Section::Interpretation),
    ("interpretation", Section::Interpretation),
    ("comments", Section::Interpretation),
    ("variant details", Section::Interpretation),
    ("clinical trial", Section::Options),
    ("potential clinical trial", Section::Options),
    ("therapeutic implication", Section::Options),
    ("therapies", Section::Options),
    ("fda-approved therapies", Section::Options),
    ("treatment", Section::Options),
    ("medications", Section::Options),
    ("drug recommendations", Section::Options),
    ("dosing", Section::Options),
    ("genes assayed", Section::Covered),
    ("genes tested", Section::Covered),
    ("genes analyzed", Section::Covered),
    ("genes analysed", Section::Covered),
    ("genes covered", Section::Covered),
    ("gene list", Section::Covered),
    ("dna gene list", Section::Covered),
    ("rna gene list", Section::Covered),
    ("variants tested", Section::Covered),
    ("alleles tested", Section::Covered),
    ("tested alleles", Section::Covered),
    ("variants detectable", Section::Covered),
    ("what the test can detect", Section::Covered),
    ("reportable range", Section::Covered),
    ("method", Section::Methods),
    ("methodolog", Section::Methods),
    ("about the test", Section::Methods),
    ("test description", Section::Methods),
    ("test information", Section::Methods),
    ("assay description", Section::Methods),
    ("technical", Section::Methods),
    ("performance specification", Section::Methods),
    ("quality metrics", Section::Methods),
    ("indication", Section::Methods),
    ("reason for", Section::Methods),
    ("limitation", Section::Limitations),
    ("disclaimer", Section::Limitations),
    ("reference", Section::References),
    ("bibliography", Section::References),
    ("literature", Section::References),
    ("citations", Section::References),
    ("patient results", Section::Results),
    ("results", Section::Results),
    ("result", Section::Results),
    ("test results", Section::Results),
    ("summary of results", Section::Results),
    ("results summary", Section::Results),
    ("genomic alterations", Section::Results),
    ("genomic findings", Section::Results),
    ("genomic variants", Section::Results),
    ("variants detected", Section::Results),
    ("variants identified", Section::Results),
    ("reported variants", Section::Results),
    ("pathogenic", Section::Results),
    ("likely pathogenic", Section::Results),
    ("variants of strong clinical", Section::Results),
    ("variants of potential clinical", Section::Results),
    ("tier i variants", Section::Results),
    ("tier ii variants", Section::Results),
    ("tier iii variants", Section::Uncertain),
    ("somatic variants", Section::Results),
    ("germline variants", Section::Results),
    ("findings", Section::Results),
    ("biomarker findings", Section::Results),
    ("pharmacogenomic results", Section::Results),
    ("genotype results", Section::Results),
    ("genetic results", Section::Results),
];

/// The part of a report that a text is the heading of, if it is one.
pub(crate) fn heading(text: &str) -> Option<Section> {
    let text = text.trim();
    if text.len() > HEADING_BYTES_MAX || text.ends_with(['.', ',', ';']) {
        return None;
    }
    let begins_large = text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    let plain = plain(text.split_once(':').map_or(text, |(head, _)| head));
    let mut best: Option<(usize, Section)> = None;
    for (phrase, section) in HEADINGS {
        let Some(rest) = plain.strip_prefix(phrase) else { continue };
        // `references` begins with `reference`, `resulting` with nothing that counts.
        let ending = rest.trim_start_matches(|c: char| c.is_alphabetic());
        let is_word = ["", "s", "es", "y", "al"]
            .iter()
            .any(|end| rest.strip_prefix(end).is_some_and(|behind| behind == ending));
        let is_short = ending.split_whitespace().count() <= MORE_WORDS_MAX;
        let is_longer = best.is_none_or(|(length, _)| phrase.len() > length);
        if begins_large && is_word && is_short && is_longer {
            best = Some((phrase.len(), *section));
        }
    }
    best.map(|(_, section)| section)
}

/// In small letters, without numbering and marks.
fn plain(text: &str) -> String {
    let is_mark = |c: char| !c.is_alphabetic();
    let text = text.trim_start_matches(is_mark).trim_end_matches(is_mark);
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that say so; a blank stands for the edge of a word.
const NEGATIONS: &[&str] = &[
    " not detected",
    " not identified",
    " not found",
    " not present",
    " no mutation",
    " no variant",
    " no pathogenic",
    " no alteration",
    " no reportable",
    " none detected",
    " none identified",
    " negative ",
    " absent ",
    " wild type",
    " wild-type",
    " wildtype",
    " undetected",
    " without ",
    " no evidence",
];

/// Words that say that nobody knows; that is not the same as that it is not there.
const UNTESTED: &[&str] = &[
    " not tested",
    " not assessed",
    " not performed",
    " not evaluated",
    " not evaluable",
    " not determined",
    " not covered",
    " cannot be determined",
    " could not be",
    " insufficient ",
    " inconclusive",
    " indeterminate",
    " failed ",
];

/// Whether a text says that something is not there.
pub(crate) fn is_negated(text: &str) -> bool {
    says(text, NEGATIONS)
}

/// Whether a text says that it is not known whether something is there.
pub(crate) fn is_untested(text: &str) -> bool {
    says(text, UNTESTED)
}

fn says(text: &str, words: &[&str]) -> bool {
    let text = format!(" {} ", plain(text));
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_told_from_sentences() {
        for (text, section) in [
            ("PATIENT RESULTS‖", Some(Section::Results)),
            ("Genomic Alterations Identified†", Some(Section::Results)),
            ("VARIANTS OF UNKNOWN SIGNIFICANCE", Some(Section::Uncertain)),
            ("Variants of Uncertain Significance (VUS)", Some(Section::Uncertain)),
            ("GENES ASSAYED IN FOUNDATIONONE HEME", Some(Section::Covered)),
            ("3. Methods", Some(Section::Methods)),
            ("Methodology:", Some(Section::Methods)),
            ("ABOUT THE TEST:", Some(Section::Methods)),
            ("References", Some(Section::References)),
            ("CLINICAL TRIALS TO CONSIDER (cont.)", Some(Section::Options)),
            ("Pertinent Negatives", Some(Section::Negative)),
            ("Genomic alterations not detected", Some(Section::Negative)),
            ("Results Interpretation", Some(Section::Interpretation)),
            ("Performance Specifications for details.", None),
            ("results of this test have to be seen with others", None),
            ("Resulting protein", None),
            ("CCND3 amplification", None),
            ("", None),
        ] {
            assert_eq!(heading(text), section, "{text}");
        }
    }

    #[test]
    fn a_negation_is_seen_wherever_it_stands() {
        for text in [
            "BRAF V600E was NOT detected",
            "KRAS: Wild-type",
            "No pathogenic variants in TP53",
            "EGFR L858R Negative",
            "Not Detected.",
        ] {
            assert!(is_negated(text), "{text}");
        }
        for text in ["TP53 not tested", "EGFR L858R: failed", "Indeterminate", "NOT ASSESSED"] {
            assert!(is_untested(text) && !is_negated(text), "{text}");
        }
        let found = "BRAF p.Val600Glu Pathogenic 42%";
        assert!(!is_negated(found) && !is_untested(found));
    }
}
