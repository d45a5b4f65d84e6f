//! What one drug of one order calls for.

use super::{Context, PendingTest, Role, SilenceReason, Subject};
use model::conversion::ClinicalAdvice;
use model::statement::{
    Action, AdviceState, Citation, DrugStatement, GeneKey, GeneState, Recommendation, Strength,
};

/// What is known of a gene that a drug's rules ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A phenotype that rests on a sufficient call.
    Known,
    /// Called, but a position that any test should cover (AMP tier 1) was not seen.
    Incomplete,
    /// Called, but the phenotype is indeterminate or ambiguous.
    Indeterminate,
    /// Tested, and no call could be made.
    NotCallable,
    /// Nothing was tested.
    NotTested,
}

impl Standing {
    /// The words shown to people; those of `model::absence` where it has them.
    pub fn words(self) -> &'static str {
        use model::absence::Absence;
        match self {
            Self::Known => "known",
            Self::Incomplete => "tested in part",
            Self::Indeterminate => "indeterminate",
            Self::NotCallable => Absence::NotCallable.words(),
            Self::NotTested => Absence::NotTested.words(),
        }
    }
}

/// A test that guidance asks for before the first dose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test<'a> {
    pub(crate) rule_genes: &'a [String],
    pub(crate) text: &'a str,
    pub(crate) citation: &'a Citation,
}

/// What to do about one drug.
#[derive(Clone, Debug)]
pub(crate) enum Verdict<'a> {
    /// Act on a known result, led by the most serious recommendation.
    Act { advice: &'a DrugStatement, lead: &'a Recommendation },
    /// Act on what the medicines make of a result: more care than the result asks for by itself.
    Convert { clinical: &'a ClinicalAdvice, advice: &'a DrugStatement, lead: &'a Recommendation },
    /// Tell that there is no advice for what the medicines make of a result.
    Unadvised { clinical: &'a ClinicalAdvice },
    /// Order the test guidance asks for; genes with what is known of each.
    Test { test: Test<'a>, genes: Vec<(&'a str, Standing)> },
    /// Wait for a test under way.
    Pending { tests: Vec<&'a PendingTest> },
    /// Tell that the result does not answer the question.
    Unclear { genes: Vec<(&'a str, Standing)> },
    /// Say nothing.
    Silent { reason: SilenceReason, rule: Option<String> },
}

/// The row state an action belongs to.
pub(crate) fn advice_state(action: Action) -> AdviceState {
    match action {
        Action::Standard => AdviceState::Standard,
        Action::NoRecommendation => AdviceState::NotKnown,
        Action::Reduce { .. } | Action::Increase { .. } | Action::Monitor | Action::TestFirst => {
            AdviceState::Adjust
        }
        Action::Avoid | Action::Alternative | Action::LoadingOnly => AdviceState::Avoid,
    }
}

fn calls_for_action(recommendation: &Recommendation) -> bool {
    advice_state(recommendation.action) >= AdviceState::Adjust
}

/// The most serious first: state, then strength, then `Avoid` before `Alternative`.
fn rank(recommendation: &Recommendation) -> (AdviceState, Strength, bool) {
    let avoid = recommendation.action == Action::Avoid;
    (advice_state(recommendation.action), recommendation.strength, avoid)
}

/// Judges one drug of one order.
pub(crate) fn judge<'a>(context: Context<'a>, subject: Subject<'a>) -> Verdict<'a> {
    if let Some(verdict) = judge_clinically(context, subject) {
        return verdict;
    }
    if let Some((_, advice)) = subject.advice {
        match lead_of(context, advice) {
            (Some(lead), _) => return Verdict::Act { advice, lead },
            (None, Some(rule)) => {
                let rule = Some(rule.rule.clone());
                return Verdict::Silent { reason: SilenceReason::RuleSilent, rule };
            }
            (None, None) => {}
        }
    }
    judge_without_action(context, subject)
}

type Lead<'a> = (Option<&'a Recommendation>, Option<&'a Recommendation>);

/// The most serious recommendation that calls for action, and one that is held back.
fn lead_of<'a>(context: Context<'a>, advice: &'a DrugStatement) -> Lead<'a> {
    let silent_rules = &context.moment.settings.silent_rules;
    let rules = advice.recommendations.iter().filter(|rule| calls_for_action(rule));
    let (held_back, audible): (Vec<_>, Vec<_>) =
        rules.partition(|rule| silent_rules.contains(&rule.rule));
    let mut lead: Option<&Recommendation> = None;
    for rule in audible {
        // Of equals the first stands: the pack's order.
        if lead.is_none_or(|best| rank(rule) > rank(best)) {
            lead = Some(rule);
        }
    }
    (lead, held_back.first().copied())
}

/// Whether the medicines ask for more care than the genotype does. Where they do and no advice is
/// known for it, the pharmacist is told: the genotype alone would be read as an answer.
fn judge_clinically<'a>(context: Context<'a>, subject: Subject<'a>) -> Option<Verdict<'a>> {
    let clinical = context.clinical(&subject.drug.rxnorm)?;
    let advice = clinical.advice.as_ref().filter(|_| clinical.more_cautious)?;
    if let (Some(lead), _) = lead_of(context, advice) {
        return Some(Verdict::Convert { clinical, advice, lead });
    }
    let by_genotype = subject.advice.map_or(AdviceState::NotKnown, |(_, advice)| advice.state);
    let is_open = advice.state == AdviceState::NotKnown && by_genotype == AdviceState::Standard;
    (is_open && clinical.changed().next().is_some() && context.moment.role == Role::Pharmacist)
        .then_some(Verdict::Unadvised { clinical })
}

fn judge_without_action<'a>(context: Context<'a>, subject: Subject<'a>) -> Verdict<'a> {
    let drug = subject.drug;
    let open: Vec<(&str, Standing)> = drug
        .genes
        .iter()
        .map(|gene| (gene.as_str(), standing(context, subject, gene)))
        .filter(|(_, standing)| *standing != Standing::Known)
        .collect();
    let tests: Vec<&PendingTest> = context
        .moment
        .pending
        .iter()
        .filter(|test| open.iter().any(|(gene, _)| *gene == test.gene))
        .collect();
    if !tests.is_empty() {
        return Verdict::Pending { tests };
    }
    if let Some((test, genes)) = open_tests(context, subject) {
        let rule = crate::card::test_rule(drug);
        if context.moment.settings.silent_rules.contains(&rule) {
            return Verdict::Silent { reason: SilenceReason::RuleSilent, rule: Some(rule) };
        }
        return Verdict::Test { test, genes };
    }
    let state = subject.advice.map_or(AdviceState::NotKnown, |(_, advice)| advice.state);
    let incomplete = open.iter().any(|(_, standing)| *standing == Standing::Incomplete);
    if state == AdviceState::Standard && !incomplete {
        return Verdict::Silent { reason: SilenceReason::Standard, rule: None };
    }
    let tested = open.iter().any(|(_, standing)| *standing != Standing::NotTested);
    // A row that calls for action without a rule to show is never silent.
    let contradictory = state >= AdviceState::Adjust;
    if contradictory || (tested && context.moment.role == Role::Pharmacist) {
        return Verdict::Unclear { genes: open };
    }
    Verdict::Silent { reason: SilenceReason::NotKnown, rule: None }
}

/// The test asked for before the first dose, and those of its genes that are not known.
pub(crate) fn open_tests<'a>(
    context: Context<'a>,
    subject: Subject<'a>,
) -> Option<(Test<'a>, Vec<(&'a str, Standing)>)> {
    let test = recommended_test(context, subject)?;
    let genes: Vec<(&str, Standing)> = test
        .rule_genes
        .iter()
        .map(|gene| (gene.as_str(), standing(context, subject, gene)))
        .filter(|(_, standing)| *standing != Standing::Known)
        .collect();
    (!genes.is_empty()).then_some((test, genes))
}

/// The test asked for before the first dose: by the pack, else by the statement where the pack
/// has no word about the drug.
fn recommended_test<'a>(context: Context<'a>, subject: Subject<'a>) -> Option<Test<'a>> {
    let rxnorm = &subject.drug.rxnorm;
    let mut rules = context.knowledge.alerts.iter().filter(|rule| rule.rxnorm == *rxnorm);
    if let Some(rule) = rules.clone().find(|rule| rule.recommended) {
        let (rule_genes, text, citation) = (&*rule.genes, &*rule.text, &rule.citation);
        return Some(Test { rule_genes, text, citation });
    }
    if rules.next().is_some() {
        return None;
    }
    let test = subject.advice.and_then(|(_, advice)| advice.pre_test.as_ref())?;
    Some(Test { rule_genes: &test.genes, text: &test.text, citation: &test.citation })
}

/// Whether a phenotype says that the result does not answer.
pub fn is_indeterminate(phenotype: &str) -> bool {
    let phenotype = phenotype.to_lowercase();
    ["indeterminate", "uncertain", "unknown"].iter().any(|word| phenotype.contains(word))
}

/// What is known of one gene: the advice's own look-up, held against the gene's callability.
pub(crate) fn standing(context: Context, subject: Subject, gene: &str) -> Standing {
    let statement = context.gene(gene).map(|(_, statement)| statement);
    let keys = subject.advice.map_or(&[][..], |(_, advice)| &advice.genes);
    let phenotype = keys.iter().find(|key| key.gene == gene).and_then(|key| key.phenotype.as_ref());
    // The adviser takes "standard" back where a decisive position is missing; then any gap counts.
    let taken_back =
        subject.advice.is_some_and(|(_, advice)| advice.state == AdviceState::NotKnown);
    let incomplete = statement
        .and_then(|gene| gene.callability.as_ref())
        .is_some_and(|seen| !seen.tier1_missing.is_empty() || (taken_back && !seen.is_complete()));
    match (phenotype, statement.map(|gene| &gene.state)) {
        (Some(phenotype), _) if is_indeterminate(phenotype) => Standing::Indeterminate,
        (_, Some(GeneState::Called)) if incomplete => Standing::Incomplete,
        (Some(_), _) => Standing::Known,
        // What is for research only is as good as no test.
        (None, Some(GeneState::Called)) if statement.is_some_and(|gene| gene.research) => {
            Standing::NotTested
        }
        (None, Some(GeneState::Called)) if is_read_by_alleles(context, gene) => Standing::Known,
        (None, Some(GeneState::Called)) => Standing::Indeterminate,
        (None, Some(GeneState::NotCalled { .. })) => Standing::NotCallable,
        (None, Some(GeneState::NotTested) | None) => Standing::NotTested,
    }
}

/// Whether rules read the gene by its alleles, since no phenotype is defined for it (CYP4F2).
fn is_read_by_alleles(context: Context, gene: &str) -> bool {
    context.knowledge.gene(gene).is_some_and(|gene| gene.phenotype_names().is_empty())
}

/// The result of a gene in words: its phenotype, every phenotype an ambiguous call leaves open,
/// or the words for its absence.
pub(crate) fn result_words(context: Context, key: &GeneKey) -> String {
    if let Some(phenotype) = &key.phenotype {
        return phenotype.clone();
    }
    match context.gene(&key.gene).map(|(_, gene)| (&gene.state, &gene.phenotypes)) {
        Some((GeneState::Called, phenotypes)) if !phenotypes.is_empty() => phenotypes.join(" or "),
        Some((GeneState::Called, _)) if is_read_by_alleles(context, &key.gene) => {
            "genotype known".to_owned()
        }
        Some((GeneState::Called, _)) => Standing::Indeterminate.words().to_owned(),
        Some((GeneState::NotCalled { .. }, _)) => Standing::NotCallable.words().to_owned(),
        Some((GeneState::NotTested, _)) | None => Standing::NotTested.words().to_owned(),
    }
}
