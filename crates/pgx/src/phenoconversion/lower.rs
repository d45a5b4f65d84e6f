//! One possibility of a gene result, as an inhibitor leaves it.

use knowledge::pgx::{EffectStrength, Gene, ScoreRule};
use model::score::ActivityScore;
use model::statement::Outcome;

/// The metabolizer ladder, from least activity to most.
const LADDER: [&str; 5] = [
    "Poor Metabolizer",
    "Intermediate Metabolizer",
    "Normal Metabolizer",
    "Rapid Metabolizer",
    "Ultrarapid Metabolizer",
];

/// Ten-thousandths of a score in one hundredth.
const TEN_THOUSANDTHS: u32 = 100;

/// How much lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lowering {
    /// The activity score times this share.
    Score {
        /// In percent.
        percent: u8,
    },
    /// To poor, whatever it was.
    Poor,
    /// One step down the ladder.
    StepDown,
    /// Not at all.
    Unchanged,
}

impl Lowering {
    /// Of a gene, by the strongest inhibitor and the factor agreed for it.
    pub(super) fn of(gene: &Gene, strength: EffectStrength, factor_percent: Option<u8>) -> Self {
        match (factor_percent, strength) {
            (Some(100), _) => Self::Unchanged,
            (Some(percent), _) if gene.has_scores() => Self::Score { percent },
            (_, EffectStrength::Strong) => Self::Poor,
            (_, EffectStrength::Moderate) => Self::StepDown,
            (_, EffectStrength::Weak) => Self::Unchanged,
        }
    }
}

/// Everything that one possibility may become; several where a score is open or not given.
pub(super) fn outcomes(
    gene: &Gene,
    lowering: Lowering,
    outcome: &Outcome,
    notes: &mut Vec<String>,
) -> Vec<Outcome> {
    match lowering {
        Lowering::Unchanged => vec![outcome.clone()],
        Lowering::Score { percent } => by_score(gene, percent, outcome, notes),
        Lowering::Poor => vec![with_phenotype(gene, outcome, poor(gene))],
        Lowering::StepDown => {
            let lower = outcome.phenotype.as_deref().and_then(|name| step_down(gene, name));
            if lower.is_none() {
                let name = outcome.phenotype.as_deref().unwrap_or("no phenotype");
                push(notes, format!("{name}: a moderate inhibitor's step down is not defined"));
            }
            vec![with_phenotype(gene, outcome, lower)]
        }
    }
}

/// The outcome with another phenotype. Its score is left out: the convention speaks of phenotypes,
/// so any score of the new one may be meant.
fn with_phenotype(gene: &Gene, outcome: &Outcome, phenotype: Option<String>) -> Outcome {
    match phenotype {
        Some(phenotype) if outcome.phenotype.as_ref() != Some(&phenotype) => Outcome {
            diplotype: outcome.diplotype.clone(),
            activity_score: zero_score(gene, &phenotype),
            phenotype: Some(phenotype),
        },
        _ => outcome.clone(),
    }
}

/// Only a phenotype that stands for one score has it.
fn zero_score(gene: &Gene, phenotype: &str) -> Option<String> {
    match gene.scores_of(phenotype).as_slice() {
        [only] => Some(only.to_string()),
        _ => None,
    }
}

fn poor(gene: &Gene) -> Option<String> {
    let [poor, ..] = LADDER;
    gene.phenotype_names().contains(&poor).then(|| poor.to_owned())
}

/// The next lower phenotype that the gene has: `Likely Intermediate` goes to `Likely Poor` where
/// there is such a one, else to `Poor`. The lowest stays.
fn step_down(gene: &Gene, phenotype: &str) -> Option<String> {
    let names = gene.phenotype_names();
    let word = ["Likely ", "Possible "].into_iter().find(|word| phenotype.starts_with(word));
    let word = word.unwrap_or_default();
    let place = LADDER.iter().position(|name| phenotype.strip_prefix(word) == Some(name))?;
    let below = LADDER.iter().take(place).rev().find(|name| names.contains(name));
    // The lowest of all stays what it is.
    let below = below.or_else(|| LADDER.get(place))?;
    let hedged = format!("{word}{below}");
    let name = if names.contains(&hedged.as_str()) { hedged } else { (*below).to_owned() };
    Some(name)
}

/// The score times the share, in the gene's own ranges.
fn by_score(gene: &Gene, percent: u8, outcome: &Outcome, notes: &mut Vec<String>) -> Vec<Outcome> {
    if let Some(score) = outcome.activity_score.as_deref().and_then(ActivityScore::parse) {
        return times(gene, percent, score, outcome, notes);
    }
    // A phenotype that came without its score may stand on any score of its range.
    let name = outcome.phenotype.as_deref().unwrap_or_default();
    let scores = gene.scores_of(name);
    if scores.is_empty() {
        return without_score(gene, percent, outcome, notes);
    }
    push(notes, format!("activity score not given: every score of {name} is converted"));
    let mut all = Vec::new();
    for score in scores {
        for lowered in times(gene, percent, score, outcome, &mut Vec::new()) {
            if !all.contains(&lowered) {
                all.push(lowered);
            }
        }
    }
    all
}

/// Nothing times nought is something: an unknown score is poor with a strong inhibitor, and as
/// unknown as before with any other.
fn without_score(
    gene: &Gene,
    percent: u8,
    outcome: &Outcome,
    notes: &mut Vec<String>,
) -> Vec<Outcome> {
    if percent == 0 {
        return vec![with_phenotype(gene, outcome, poor(gene))];
    }
    push(notes, "without an activity score the inhibitor's effect cannot be counted".to_owned());
    vec![outcome.clone()]
}

fn times(
    gene: &Gene,
    percent: u8,
    score: ActivityScore,
    outcome: &Outcome,
    notes: &mut Vec<String>,
) -> Vec<Outcome> {
    let product = score.in_ten_thousandths_of(percent);
    let is_open = score.is_open() && percent > 0;
    let sign = if is_open { "≥" } else { "" };
    let share = ActivityScore::hundredths(u32::from(percent));
    push(notes, format!("activity score {score} × {share} = {sign}{}", shown(product)));
    let of = |rule: &ScoreRule, activity_score: Option<String>| Outcome {
        diplotype: outcome.diplotype.clone(),
        phenotype: Some(rule.phenotype.clone()),
        activity_score,
    };
    let Some(place) = range_of(gene, product) else { return vec![outcome.clone()] };
    if is_open {
        // It may be any higher score; each range from there on is possible.
        return gene.scores.iter().skip(place).map(|rule| of(rule, None)).collect();
    }
    // A score between those of the tables has no row of its own: any of its range is looked up.
    let is_exact = product.is_multiple_of(TEN_THOUSANDTHS);
    let exact = ActivityScore::hundredths(product / TEN_THOUSANDTHS);
    let rule = gene.scores.get(place);
    rule.map(|rule| of(rule, (is_exact && rule.holds(exact)).then(|| exact.to_string())))
        .into_iter()
        .collect()
}

/// The range that a score belongs to, rules in ascending order. Between two ranges (CPIC and DPWG,
/// PMID 31647186: 0 is poor, above 0 intermediate, from 1.25 on normal, above 2.25 ultrarapid) it
/// is the lower one, save next to nought and below the open end.
fn range_of(gene: &Gene, product: u32) -> Option<usize> {
    let rules = &gene.scores;
    let next = rules.iter().position(|rule| {
        let to = rule.to.map(|to| to.in_hundredths() * TEN_THOUSANDTHS);
        to.is_none_or(|to| product <= to)
    });
    let next = next.or_else(|| rules.len().checked_sub(1))?;
    let rule = rules.get(next)?;
    let is_inside = product >= rule.from.in_hundredths() * TEN_THOUSANDTHS;
    let before = next.checked_sub(1).and_then(|place| rules.get(place));
    let after_nought = before.is_none_or(|rule| rule.to.is_some_and(|to| to.in_hundredths() == 0));
    if is_inside || after_nought || rule.to.is_none() { Some(next) } else { next.checked_sub(1) }
}

/// Ten-thousandths as a number: `1.0`, `0.125`.
fn shown(product: u32) -> String {
    if product.is_multiple_of(TEN_THOUSANDTHS) {
        return ActivityScore::hundredths(product / TEN_THOUSANDTHS).to_string();
    }
    let text = format!("{}.{:04}", product / 10_000, product % 10_000);
    text.trim_end_matches('0').to_owned()
}

fn push(notes: &mut Vec<String>, note: String) {
    if !notes.contains(&note) {
        notes.push(note);
    }
}
