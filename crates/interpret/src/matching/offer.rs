//! The trial options of one patient, ranked and explained, as far as who asks may know.

use super::book::KeptTrial;
use super::facts::PatientFacts;
use super::matcher::{Matcher, open_cohorts, word};
use crate::follow::Failure;
use model::PatientId;
use model::absence::Presence;
use record::{Access, Record, TRIAL_STATUS_OUT};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trials::criteria::{Criterion, EventAsked};
use trials::explain::{Explanation, Reason, explain};
use trials::{Cohort, Patient, Status};
use tumor::{AlterationClass, Hgnc};

/// How options are ranked, in words.
pub const RANKING: &str = "Eligible first, then only sentences to be read, then facts missing \
    (the fewest first), then near misses; within these, trials with an open site first, then those \
    that ask for an alteration or a measurement of the tumour that is there, then by identifier.";

/// What one cohort says to a patient, and why.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The trial.
    pub trial: Arc<KeptTrial>,
    /// The cohort.
    pub cohort: Cohort,
    /// `eligible`, `needs-review`, `needs-data`, `near-miss` or `not-eligible`.
    pub status: &'static str,
    /// Why.
    pub explanation: Explanation,
    /// Leaves that are met, not known and failed.
    pub counts: [usize; 3],
}

impl Offer {
    /// Whether a site is known to be open; a trial that names no sites may have one.
    pub fn has_open_site(&self) -> bool {
        let sites = &self.trial.trial.sites;
        sites.is_empty() || sites.iter().any(|site| site.status == Status::Open)
    }

    fn rank(&self) -> (usize, usize, bool, bool, String, String) {
        let order = ["eligible", "needs-review", "needs-data", "near-miss", TRIAL_STATUS_OUT];
        let place = order.iter().position(|status| *status == self.status).unwrap_or(order.len());
        let molecular = self.explanation.parts.iter().any(rests_on_tumor);
        (
            place,
            self.explanation.missing.len(),
            !self.has_open_site(),
            !molecular,
            self.trial.trial.id.clone(),
            self.cohort.path.clone(),
        )
    }
}

/// All that trials say to a patient.
#[derive(Clone, Debug)]
pub struct Offers {
    /// What is known of the patient, and what could not be read.
    pub facts: PatientFacts,
    /// By rank; those who say "out" at the end.
    pub offers: Vec<Offer>,
    /// Genes that the trials ask for, by symbol.
    pub genes: Vec<GeneTested>,
}

/// What is known of a gene that trials ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneTested {
    /// Symbol.
    pub symbol: String,
    /// Each kind of alteration, with whether it is there, tested and absent, or not tested.
    pub classes: Vec<(&'static str, Presence)>,
}

/// The kinds of alterations that trials ask for.
const CLASSES: [AlterationClass; 4] = [
    AlterationClass::SmallVariant,
    AlterationClass::CopyNumberGain,
    AlterationClass::CopyNumberLoss,
    AlterationClass::Rearrangement,
];

/// Every gene that these trials ask for, with what is known of it.
fn genes(offers: &[Offer], patient: &Patient) -> Vec<GeneTested> {
    let mut asked = BTreeMap::new();
    for offer in offers {
        let nodes = [&offer.trial.trial.criteria, &offer.cohort.criteria];
        for leaf in nodes.into_iter().flat_map(|node| node.leaves()) {
            if let Criterion::Event(EventAsked { gene: Some(gene), .. }) = &leaf.criterion {
                asked.insert(gene.symbol.clone(), gene.hgnc);
            }
        }
    }
    let of = |(symbol, gene): (String, Hgnc)| {
        let class = |class: AlterationClass| (class.words(), patient.tumor.presence(gene, class));
        GeneTested { symbol, classes: CLASSES.into_iter().map(class).collect() }
    };
    asked.into_iter().map(of).collect()
}

impl Matcher {
    /// What the trials in use say to a patient today, with what this access may know; `None` for a
    /// patient who is not there for it.
    ///
    /// # Errors
    /// When the record fails.
    pub fn offers(
        &self,
        record: &Record,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Option<Offers>, Failure> {
        let today = self.today();
        let Some(facts) = PatientFacts::read(record, access, &self.world, patient, today)? else {
            return Ok(None);
        };
        self.offers_of(facts).map(Some)
    }

    /// What the trials in use say today to a patient of whom this is known; nothing is noted.
    ///
    /// # Errors
    /// When the trials cannot be read.
    pub fn offers_of(&self, facts: PatientFacts) -> Result<Offers, Failure> {
        let today = self.today();
        let mut offers = Vec::new();
        if facts.has_tumor() {
            let context = self.context(today);
            for kept in &self.ready()?.trials {
                for cohort in open_cohorts(kept) {
                    let told = explain(&kept.trial, cohort, &facts.patient, &context);
                    offers.push(Offer {
                        trial: Arc::clone(kept),
                        cohort: cohort.clone(),
                        status: word(told.answer),
                        counts: counts(&told.parts),
                        explanation: told,
                    });
                }
            }
        }
        offers.sort_by_cached_key(Offer::rank);
        let genes = genes(&offers, &facts.patient);
        Ok(Offers { facts, offers, genes })
    }
}

impl Matcher {
    /// For each of these patients for whom a trial misses facts: the facts, by the cohort that
    /// misses the fewest. Who is not there for this access is left out.
    ///
    /// # Errors
    /// When the record fails.
    pub fn missing(
        &self,
        record: &Record,
        access: &Access,
        kept: &KeptTrial,
        patients: &[PatientId],
    ) -> Result<Vec<BTreeSet<String>>, Failure> {
        let today = self.today();
        let context = self.context(today);
        let of = |record: &Record, patient: &PatientId| {
            let facts = PatientFacts::read(record, access, &self.world, patient, today)?;
            let Some(facts) = facts else { return Ok::<_, Failure>(None) };
            let told = open_cohorts(kept)
                .map(|cohort| explain(&kept.trial, cohort, &facts.patient, &context))
                .filter(|told| word(told.answer) == "needs-data");
            let missing = told.map(|told| told.missing.into_iter().collect::<BTreeSet<String>>());
            Ok(missing.min_by_key(BTreeSet::len))
        };
        let found: Result<Vec<_>, Failure> =
            record.read_together(|record| patients.iter().map(|one| of(record, one)).collect());
        Ok(found?.into_iter().flatten().collect())
    }
}

/// Leaves that are met, not known and failed.
fn counts(parts: &[Reason]) -> [usize; 3] {
    let mut counts = [0; 3];
    let mut waiting: Vec<&Reason> = parts.iter().collect();
    while let Some(reason) = waiting.pop() {
        match reason {
            Reason::Part { parts, .. } => waiting.extend(parts),
            Reason::Leaf(leaf) => {
                let place = ["met", "not known", "failed"];
                let at = place.iter().position(|word| *word == leaf.outcome);
                if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }
    counts
}

/// Whether something of a report on the tumour speaks for the patient.
fn rests_on_tumor(reason: &Reason) -> bool {
    match reason {
        Reason::Part { parts, outcome, .. } => {
            *outcome == "met" && parts.iter().any(rests_on_tumor)
        }
        Reason::Leaf(leaf) => leaf.outcome == "met" && leaf.is_of_tumor,
    }
}
