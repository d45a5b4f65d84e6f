//! Medicines whose labelling says what smoking does to them.
//!
//! Source of each row: the section of the U.S. prescribing information (DailyMed) that is named in
//! it. What is said is ours; whoever doses reads the label.

use crate::orders::Order;
use model::code::system::RXNORM;

/// The rules' version, part of the key of what was shown.
pub(super) const VERSION: &str = "lifestyle 1";

/// A medicine that smoking bears on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// RxNorm ingredient code.
    pub rxnorm: &'static str,
    /// Its name, lower case.
    pub drug: &'static str,
    /// What holds for somebody who smokes.
    pub smoker: &'static str,
    /// What happens when smoking stops.
    pub stopping: &'static str,
    /// By what.
    pub why: &'static str,
    /// Whether the label asks to change something before or while it is given.
    pub is_warning: bool,
    /// Where it says so.
    pub source: &'static str,
}

/// Where the labels are.
pub(super) const LABELS: &str = "https://dailymed.nlm.nih.gov/dailymed/";

const INDUCES: &str = "tobacco smoke induces CYP1A2, which clears the medicine";
const RISES: &str = "When smoking stops, exposure rises within days: look at the dose then.";

/// Every rule, by drug.
pub const RULES: [Rule; 8] = [
    Rule {
        rxnorm: "2626",
        drug: "clozapine",
        smoker: "Concentrations may be too low in a smoker.",
        stopping: "When smoking stops they rise and may be toxic: consider less, and measure.",
        why: INDUCES,
        is_warning: true,
        source: "Clozapine, prescribing information, sections 2 and 7 (CYP1A2 inducers)",
    },
    Rule {
        rxnorm: "72625",
        drug: "duloxetine",
        smoker: "Exposure is about a third lower in smokers; the label changes no dose for it.",
        stopping: RISES,
        why: INDUCES,
        is_warning: false,
        source: "Duloxetine, prescribing information, sections 8 and 12 (smoking)",
    },
    Rule {
        rxnorm: "337525",
        drug: "erlotinib",
        smoker: "Exposure is lower in smokers: advise to stop; the label raises the dose stepwise \
                 in those who go on.",
        stopping: "When smoking stops, go back to the usual dose at once.",
        why: INDUCES,
        is_warning: true,
        source: "Erlotinib, prescribing information, sections 2 and 7 (cigarette smoking)",
    },
    Rule {
        rxnorm: "61381",
        drug: "olanzapine",
        smoker: "Clearance is higher in smokers; the label changes no dose for it alone.",
        stopping: RISES,
        why: INDUCES,
        is_warning: false,
        source: "Olanzapine, prescribing information, section 12 (smoking)",
    },
    Rule {
        rxnorm: "1592254",
        drug: "pirfenidone",
        smoker: "Exposure is lower in smokers: the label asks to stop before treatment.",
        stopping: RISES,
        why: INDUCES,
        is_warning: true,
        source: "Pirfenidone, prescribing information, sections 7 and 8 (smoking)",
    },
    Rule {
        rxnorm: "1439816",
        drug: "riociguat",
        smoker: "Concentrations are lower in smokers; a higher dose may be needed.",
        stopping: "When smoking stops, a lower dose may be needed.",
        why: "tobacco smoke induces CYP1A1, which clears the medicine",
        is_warning: false,
        source: "Riociguat, prescribing information, sections 2 and 7 (smoking)",
    },
    Rule {
        rxnorm: "72302",
        drug: "ropinirole",
        smoker: "Concentrations are lower in smokers.",
        stopping: "When smoking stops or starts, the dose may have to change.",
        why: INDUCES,
        is_warning: false,
        source: "Ropinirole, prescribing information, section 7 (CYP1A2)",
    },
    Rule {
        rxnorm: "10438",
        drug: "theophylline",
        smoker: "Clearance is much higher in smokers: measure concentrations to find the dose.",
        stopping: "When smoking stops, concentrations rise: consider less, and measure.",
        why: INDUCES,
        is_warning: true,
        source: "Theophylline, prescribing information, clinical pharmacology (smoking)",
    },
];

/// The rule for an order: by the ingredient's code, or by its name as a word of the product.
pub fn rule_of(order: &Order) -> Option<&'static Rule> {
    let concepts = || order.ingredients.iter().chain([&order.concept]);
    let has_code = |rule: &&Rule| {
        let mut codings = concepts().flat_map(|concept| &concept.coding);
        codings.any(|one| one.system == RXNORM && one.code == rule.rxnorm)
    };
    let has_name = |rule: &&Rule| {
        let displays = concepts().flat_map(|concept| &concept.coding);
        let displays = displays.filter_map(|one| one.display.as_deref());
        let texts = concepts().filter_map(|concept| concept.text.as_deref());
        let mut words =
            displays.chain(texts).flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        words.any(|word| word.eq_ignore_ascii_case(rule.drug))
    };
    RULES.iter().find(has_code).or_else(|| RULES.iter().find(has_name))
}
