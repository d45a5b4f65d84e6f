//! Evidence to therapies.

use super::Library;
use crate::Truth;
use crate::evidence::{EvidenceItem, Subject};
use crate::oncotree::Node;
use crate::tier::{AmpTier, Escat};
use knowledge::evidence::{Direction, EvidenceKind, EvidenceLevel, Interaction, Significance};
use std::collections::{BTreeMap, BTreeSet};

/// Most therapies that are listed as open.
pub const OPEN_MAX: usize = 100;

/// What a therapy does, by the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The tumour answers.
    Benefit,
    /// It does not answer, or less.
    LessBenefit,
    /// The therapy does harm.
    Harm,
}

impl Effect {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Benefit => "benefit",
            Self::LessBenefit => "resistance or less benefit",
            Self::Harm => "harm",
        }
    }

    fn of(significance: Significance) -> Option<Self> {
        match significance {
            Significance::Sensitivity => Some(Self::Benefit),
            Significance::Resistance | Significance::ReducedSensitivity => Some(Self::LessBenefit),
            Significance::AdverseResponse => Some(Self::Harm),
            _ => None,
        }
    }
}

/// A piece of evidence for this patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// Identifier of the evidence.
    pub id: String,
    /// Its place in the catalogue.
    pub item: usize,
    /// What it comes to for this type of tumour.
    pub tier: AmpTier,
    /// The same by ESCAT.
    pub escat: Escat,
    /// Whether it is of the patient's type of tumour.
    pub same_type: Truth,
}

/// A therapy, and what is known of it for this tumour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TherapyOption {
    /// Its medicines; several are given together or one after the other.
    pub therapies: Vec<String>,
    /// What it does.
    pub effect: Effect,
    /// The strongest tier.
    pub tier: AmpTier,
    /// The strongest tier by ESCAT.
    pub escat: Escat,
    /// The events that the evidence rests on, by place.
    pub events: BTreeSet<usize>,
    /// The evidence, strongest first.
    pub evidence: Vec<Cited>,
    /// Evidence that says otherwise of the same medicines, strongest first.
    pub against: Vec<Cited>,
}

/// A therapy that a test might open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOption {
    /// Its medicines.
    pub therapies: Vec<String>,
    /// What is not known, in words: what to order.
    pub missing: BTreeSet<String>,
    /// The evidence.
    pub evidence: Vec<Cited>,
}

/// An item and the answer to it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) cited: Cited,
    pub(super) kind: EvidenceKind,
    pub(super) direction: Direction,
    pub(super) truth: Truth,
    pub(super) events: BTreeSet<usize>,
    effect: Option<Effect>,
}

/// Asks every item that may concern this tumour; those that are a sure no are left out.
pub(super) fn judge_all(
    subject: &Subject<'_>,
    diagnoses: &[Node],
    library: &Library,
) -> Vec<Judged> {
    let items = library.catalogue.items.iter().zip(&library.publications).enumerate();
    let judged = items.filter_map(|(place, (item, many))| {
        let origin = item.row.origin;
        let truth = item.asked.judge(subject, origin);
        if truth == Truth::No {
            return None;
        }
        let same_type = item.tumor_types.judge(diagnoses, &library.tree);
        let level = item.row.level;
        Some(Judged {
            cited: Cited {
                id: item.row.id.clone(),
                item: place,
                tier: AmpTier::of(level, same_type, *many),
                escat: Escat::of(level, same_type),
                same_type,
            },
            kind: item.row.kind,
            direction: item.row.direction,
            truth,
            events: item.asked.met_by(subject, origin),
            effect: Effect::of(item.row.significance),
        })
    });
    judged.collect()
}

/// What evidence is about, so that two that say the same have the same key.
fn key(item: &EvidenceItem) -> (EvidenceKind, Option<Effect>, String) {
    let row = &item.row;
    let medicines = row.therapies.join("|").to_lowercase();
    let about = format!("{}\t{:?}\t{medicines}", row.profile, item.tumor_types);
    (row.kind, Effect::of(row.significance), about)
}

/// For each item, how many publications say the same of the same medicines for the same type of
/// tumour; at least itself.
pub(super) fn publications(items: &[EvidenceItem]) -> Vec<usize> {
    let mut cited: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.row.direction == Direction::Supports) {
        cited.entry(key(item)).or_default().insert(&item.row.citation);
    }
    let many = |item| cited.get(&key(item)).map_or(1, BTreeSet::len);
    items.iter().map(many).collect()
}

/// The regimens of a row: medicines that can replace each other are one each.
fn regimens(item: &EvidenceItem) -> Vec<Vec<String>> {
    let therapies = &item.row.therapies;
    match item.row.interaction {
        Interaction::Substitutes => therapies.iter().map(|one| vec![one.clone()]).collect(),
        _ if therapies.is_empty() => Vec::new(),
        _ => vec![therapies.clone()],
    }
}

/// Two names of one regimen: medicines in any order and capitals.
fn name(regimen: &[String]) -> String {
    let mut names: Vec<String> = regimen.iter().map(|one| one.to_lowercase()).collect();
    names.sort();
    names.join(" + ")
}

/// The therapies that evidence speaks for, ranked.
pub(super) fn options(judged: &[Judged], library: &Library) -> Vec<TherapyOption> {
    let mut found: BTreeMap<(Effect, String), TherapyOption> = BTreeMap::new();
    let mut denied: BTreeMap<(Effect, String), Vec<Cited>> = BTreeMap::new();
    let sure =
        judged.iter().filter(|one| one.truth == Truth::Yes && one.kind == EvidenceKind::Predictive);
    for one in sure {
        let Some((effect, item)) = one.effect.zip(library.catalogue.items.get(one.cited.item))
        else {
            continue;
        };
        for regimen in regimens(item) {
            let key = (effect, name(&regimen));
            if one.direction == Direction::DoesNotSupport {
                denied.entry(key).or_default().push(one.cited.clone());
                continue;
            }
            let option = found.entry(key).or_insert_with(|| TherapyOption {
                therapies: regimen,
                effect,
                tier: one.cited.tier,
                escat: one.cited.escat,
                events: BTreeSet::new(),
                evidence: Vec::new(),
                against: Vec::new(),
            });
            option.tier = option.tier.min(one.cited.tier);
            option.escat = option.escat.min(one.cited.escat);
            option.events.extend(&one.events);
            option.evidence.push(one.cited.clone());
        }
    }
    contradict(&mut found, &denied);
    ranked(found.into_values().collect(), library)
}

/// What says otherwise: evidence that the effect is not there, and evidence of the other effect.
fn contradict(
    found: &mut BTreeMap<(Effect, String), TherapyOption>,
    denied: &BTreeMap<(Effect, String), Vec<Cited>>,
) {
    let said: BTreeMap<(Effect, String), Vec<Cited>> =
        found.iter().map(|(key, option)| (key.clone(), option.evidence.clone())).collect();
    for ((effect, name), option) in found {
        let other = match effect {
            Effect::Benefit => Some(Effect::LessBenefit),
            Effect::LessBenefit => Some(Effect::Benefit),
            Effect::Harm => None,
        };
        let opposite = other.and_then(|other| said.get(&(other, name.clone())));
        let not_so = denied.get(&(*effect, name.clone()));
        option.against = opposite.into_iter().chain(not_so).flatten().cloned().collect();
        let strongest = |one: &Cited| (one.tier, one.item);
        option.against.sort_by_key(strongest);
        option.evidence.sort_by_key(strongest);
    }
}

/// By [`super::RANKING`].
fn ranked(mut options: Vec<TherapyOption>, library: &Library) -> Vec<TherapyOption> {
    let row = |cited: &Cited| library.catalogue.items.get(cited.item).map(|item| &item.row);
    options.sort_by_cached_key(|option| {
        let rows = || option.evidence.iter().filter_map(row);
        let citations: BTreeSet<&str> = rows().map(|row| row.citation.as_str()).collect();
        let stars = rows().filter_map(|row| row.rating).max().unwrap_or_default();
        let fewer = usize::MAX - citations.len();
        (option.effect, option.tier, fewer, u8::MAX - stars, name(&option.therapies))
    });
    options
}

/// Therapies of benefit with strong evidence in this type of tumour whose alterations nobody has
/// looked for, or not well enough.
pub(super) fn open(judged: &[Judged], subject: &Subject<'_>, library: &Library) -> Vec<OpenOption> {
    let mut found: BTreeMap<String, OpenOption> = BTreeMap::new();
    for one in judged {
        let Some(item) = library.catalogue.items.get(one.cited.item) else { continue };
        let strong = matches!(item.row.level, EvidenceLevel::A | EvidenceLevel::B);
        let wanted = one.truth == Truth::Unknown
            && one.cited.same_type == Truth::Yes
            && one.direction == Direction::Supports
            && one.effect == Some(Effect::Benefit)
            && strong;
        if !wanted {
            continue;
        }
        for regimen in regimens(item) {
            let option = found.entry(name(&regimen)).or_insert_with(|| OpenOption {
                therapies: regimen,
                missing: BTreeSet::new(),
                evidence: Vec::new(),
            });
            option.missing.extend(item.asked.open(subject, item.row.origin));
            option.evidence.push(one.cited.clone());
        }
    }
    let mut open: Vec<OpenOption> = found.into_values().collect();
    open.sort_by_key(|one| one.evidence.iter().map(|cited| cited.tier).min());
    open.truncate(OPEN_MAX);
    open
}
