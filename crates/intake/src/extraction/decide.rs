//! What a person says of a proposal.

use super::concordance::Compared;
use super::{Answer, ReadDocument};
use knowledge::oncology::OncologyNames;
use model::Timestamp;
use pdf::{Field, FieldName, Proposal, ProposalKind};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tumor::gene::Genes;

/// The shipped tables are in the binary, and a test loads them; without them nothing is a value.
static GENES: LazyLock<Option<Genes>> =
    LazyLock::new(|| OncologyNames::built_in().ok().map(|names| Genes::new(&names)));

/// The normal form of a text in a field.
pub(super) fn normal(name: FieldName, text: &str) -> Option<String> {
    GENES.as_ref().and_then(|genes| pdf::value(name, text, genes))
}

/// What somebody says of one proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It holds, with these texts in its fields; an empty one is left out.
    Confirm(BTreeMap<FieldName, String>),
    /// It does not hold.
    Reject,
}

/// Why a decision is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// There is no such proposal.
    #[error("the document has no such proposal")]
    NoProposal,
    /// A text makes no value.
    #[error("`{}` is not understood", .0.word())]
    NoValue(FieldName),
    /// Something is missing.
    #[error("`{}` is missing", .0.word())]
    Missing(FieldName),
    /// It takes somebody else.
    #[error("this takes a second person: somebody else has to confirm it")]
    SamePerson,
    /// It was confirmed by all it takes.
    #[error("this is confirmed already; a rejection takes it back")]
    Confirmed,
}

/// Whether values take two people: (likely) pathogenic, a poor or ultrarapid metabolizer, the
/// first tier.
pub fn needs_two(values: &BTreeMap<FieldName, String>) -> bool {
    let significance = values.get(&FieldName::Significance).map(String::as_str);
    let is_grave = matches!(
        significance,
        Some("Pathogenic" | "Likely pathogenic" | "Tier I" | "Oncogenic" | "Likely oncogenic")
    );
    let phenotype = values.get(&FieldName::Phenotype).map(String::as_str).unwrap_or_default();
    is_grave || phenotype.contains("Poor") || phenotype.contains("Ultrarapid")
}

/// Whether what was read takes two people, whatever somebody makes of it: it is grave as read, or
/// what it means was not understood, and so may be, or only one engine reads it so, or its words
/// were recognised in a picture.
fn reads_as_two(proposal: &Proposal) -> bool {
    let fields = proposal.fields.iter();
    let read = fields.filter_map(|field| Some((field.name, field.value.clone()?))).collect();
    let is_blank = |name| proposal.field(name).is_some_and(|field| field.value.is_none());
    let has_no_phenotype =
        proposal.kind == ProposalKind::Genotype && proposal.value(FieldName::Phenotype).is_none();
    let is_doubted = !proposal.one_engine.is_empty() || proposal.confidence.is_some();
    needs_two(&read) || has_no_phenotype || is_doubted || is_blank(FieldName::Significance)
}

impl Answer {
    /// Whether all have confirmed it whom it takes.
    pub fn is_complete(&self) -> bool {
        match &self.values {
            None => true,
            Some(values) => self.second.is_some() || !(self.needs_two || needs_two(values)),
        }
    }
}

impl ReadDocument {
    /// Takes a decision.
    ///
    /// # Errors
    /// Why it is not taken; nothing has changed then.
    pub fn decide(
        &mut self,
        at: usize,
        decision: Decision,
        (actor, when): (&str, Timestamp),
    ) -> Result<(), Objection> {
        let reading = self.reading.as_ref().ok_or(Objection::NoProposal)?;
        let proposal = reading.proposals.get(at).ok_or(Objection::NoProposal)?;
        let kind = proposal.kind;
        // An edit takes nothing back of what made it a matter for two.
        let before = self.answers.get(&at);
        let mut takes_two = reads_as_two(proposal) || before.is_some_and(|known| known.needs_two);
        let first = (actor.to_owned(), when);
        let values = match decision {
            Decision::Reject => {
                let answer = Answer { values: None, first, second: None, needs_two: takes_two };
                self.answers.insert(at, answer);
                return Ok(());
            }
            Decision::Confirm(texts) => checked(kind, &texts)?,
        };
        if let Some(known) = self.answers.get_mut(&at)
            && known.values.as_ref() == Some(&values)
        {
            if known.is_complete() {
                return Err(Objection::Confirmed);
            }
            if known.first.0 == actor {
                return Err(Objection::SamePerson);
            }
            known.second = Some(first);
            return Ok(());
        }
        // Other values than before: whoever says so is the first.
        takes_two |= needs_two(&values)
            || kind == ProposalKind::Genotype && !values.contains_key(&FieldName::Phenotype);
        let answer = Answer { values: Some(values), first, second: None, needs_two: takes_two };
        self.answers.insert(at, answer);
        Ok(())
    }

    /// Whether everything was decided by all whom it takes.
    pub fn is_decided(&self) -> bool {
        self.is_decided_beside(&Compared::default())
    }

    /// The same, where what a result beside the document says as well takes nobody.
    pub fn is_decided_beside(&self, beside: &Compared) -> bool {
        let proposals = self.reading.as_ref().map_or(0, |reading| reading.proposals.len());
        (0..proposals).all(|at| match self.answers.get(&at) {
            Some(answer) => answer.is_complete(),
            None => beside.agreed.contains_key(&at),
        })
    }

    /// The document as people have read it: with their values, and without what they rejected.
    pub(super) fn as_confirmed(&self) -> Self {
        let mut read = self.clone();
        let proposals = read.reading.iter_mut().flat_map(|reading| &mut reading.proposals);
        for (at, proposal) in proposals.enumerate() {
            let values = self.answers.get(&at).and_then(|answer| answer.values.as_ref());
            let mut fields: Vec<Field> = Vec::new();
            for (name, value) in values.into_iter().flatten() {
                let place = proposal.field(*name).or_else(|| proposal.fields.first()).cloned();
                let value = Some(value.clone());
                fields.extend(place.map(|place| Field { name: *name, value, ..place }));
            }
            proposal.fields = fields;
        }
        read
    }

    /// Whether anything was confirmed.
    pub fn has_confirmed(&self) -> bool {
        self.answers.values().any(|answer| answer.values.is_some())
    }
}

/// What a finding of a kind has to have: what it is about, and at least one of the others.
fn needed(kind: ProposalKind) -> (FieldName, &'static [FieldName]) {
    match kind {
        ProposalKind::Variant => (FieldName::Gene, &[FieldName::Protein, FieldName::Coding]),
        ProposalKind::CopyNumber | ProposalKind::Rearrangement => {
            (FieldName::Gene, &[FieldName::Change])
        }
        ProposalKind::Genotype => (FieldName::Gene, &[FieldName::Diplotype, FieldName::Phenotype]),
        ProposalKind::Measure => (FieldName::Measure, &[FieldName::Value, FieldName::Level]),
    }
}

/// The fields that a finding of its kind has and that were not read: a person may know them.
pub fn unread(proposal: &Proposal) -> impl Iterator<Item = FieldName> {
    let (subject, one_of) = needed(proposal.kind);
    let all = std::iter::once(subject).chain(one_of.iter().copied());
    all.filter(|name| proposal.field(*name).is_none())
}

/// The values of texts, each in its normal form, and all that a finding needs among them.
fn checked(
    kind: ProposalKind,
    texts: &BTreeMap<FieldName, String>,
) -> Result<BTreeMap<FieldName, String>, Objection> {
    let mut values = BTreeMap::new();
    for (name, text) in texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let value = normal(*name, text).ok_or(Objection::NoValue(*name))?;
        values.insert(*name, value);
    }
    let (subject, one_of) = needed(kind);
    if !values.contains_key(&subject) {
        return Err(Objection::Missing(subject));
    }
    match one_of.first() {
        Some(name) if !one_of.iter().any(|name| values.contains_key(name)) => {
            Err(Objection::Missing(*name))
        }
        _ => Ok(values),
    }
}
