//! Words that are the same in every report.

use crate::words::{TEST_FIRST, head as words};
use model::statement::AdviceState;
use serde::Serialize;

/// Words that are the same in every report.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Labels {
    pub(crate) report: &'static str,
    pub(crate) amended: &'static str,
    pub(crate) instead: &'static str,
    pub(crate) because: &'static str,
    pub(crate) test_first: &'static str,
    pub(crate) genotype: &'static str,
    pub(crate) clinical: &'static str,
    pub(crate) with_medicines: &'static str,
    pub(crate) drugs: &'static str,
    pub(crate) rests_on: &'static str,
    pub(crate) why: &'static str,
    pub(crate) gene: &'static str,
    pub(crate) call: &'static str,
    pub(crate) phenotype: &'static str,
    pub(crate) tested: &'static str,
    pub(crate) activity_score: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) left_open: &'static str,
    pub(crate) none: &'static str,
    pub(crate) nameless: &'static str,
    pub(crate) pmid: &'static str,
    pub(crate) states: States,
}

/// The words of the states, by state.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct States {
    avoid: &'static str,
    adjust: &'static str,
    standard: &'static str,
    not_known: &'static str,
}

pub(super) const LABELS: Labels = Labels {
    report: "Pharmacogenomic report",
    amended: "Amended",
    instead: "Instead",
    because: "Because",
    test_first: TEST_FIRST,
    genotype: "genotype",
    clinical: "clinical",
    with_medicines: "With other medicines",
    drugs: "Drugs",
    rests_on: "Rests on",
    why: "Why",
    gene: "Gene",
    call: "Call",
    phenotype: "Phenotype",
    tested: "Tested",
    activity_score: "Activity score",
    missing: "What is missing",
    left_open: "Drugs left without advice",
    none: "none",
    nameless: "Name not recorded",
    pmid: "PMID",
    states: States {
        avoid: words::state(AdviceState::Avoid),
        adjust: words::state(AdviceState::Adjust),
        standard: words::state(AdviceState::Standard),
        not_known: words::state(AdviceState::NotKnown),
    },
};
