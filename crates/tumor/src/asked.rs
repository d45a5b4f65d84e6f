//! What is asked of the alterations of a tumour, and whether an alteration answers it.

use crate::event::{Certainty, CopyChange, Rearrangement, ShortVariant, Side};
use crate::protein::{AskedChange, ProteinChange};
use crate::{
    Alteration, AlterationClass, Consequence, CopyClass, Event, Function, Gene, Hgnc, Truth,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A gene by number; the symbol is for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GeneAsked {
    /// HGNC number.
    pub hgnc: Hgnc,
    /// Approved symbol.
    pub symbol: String,
}

/// A kind of alteration, as trials and evidence part them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Substitutions and small insertions and deletions.
    Short,
    /// Number of copies.
    Copy,
    /// Rearrangements.
    Rearrangement,
}

/// The other side of a rearrangement; the order of the two is not meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partner {
    /// This gene.
    Gene(GeneAsked),
    /// Some gene.
    AnyGene,
    /// None: between genes.
    Intergenic,
}

/// An alteration that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EventAsked {
    /// In which gene; any where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gene: Option<GeneAsked>,
    /// Of which kinds.
    pub kinds: BTreeSet<EventKind>,
    /// What it does to the protein.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<AskedChange>,
    /// Of which classes; any but silent ones where none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub consequences: BTreeSet<Consequence>,
    /// In which exon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exon: Option<u16>,
    /// With which number of copies; any but the usual one where none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub copies: BTreeSet<CopyClass>,
    /// Joined to what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Partner>,
    /// With which effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
}

/// Genes of histone H3 by HGNC number: `H3-3A`, `H3-3B`, `H3C1` to `H3C15`. Names of their changes
/// leave out the initiator methionine.
const HISTONE_H3: [u32; 15] =
    [4764, 4765, 4766, 4776, 4768, 4767, 4769, 4773, 4774, 4775, 4772, 4771, 20505, 20503, 25311];
/// Residues of H3 whose neighbour has another letter, so that the numbering shows.
const HISTONE_CLEAR: [u32; 2] = [27, 34];

impl EventAsked {
    /// Any alteration of these kinds in a gene.
    pub fn of(gene: GeneAsked, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        Self { gene: Some(gene), kinds: kinds.into_iter().collect(), ..Self::default() }
    }

    /// Whether an event is what is asked for; `Unknown` where the report does not say enough, or
    /// is not sure.
    pub fn judge(&self, event: &Event) -> Truth {
        let told = match &event.alteration {
            Alteration::Short(short) if self.kinds.contains(&EventKind::Short) => self.short(short),
            Alteration::Copy(copy) if self.kinds.contains(&EventKind::Copy) => self.copy(copy),
            Alteration::Rearrangement(joined) if self.kinds.contains(&EventKind::Rearrangement) => {
                self.rearrangement(joined)
            }
            _ => Truth::No,
        };
        if told == Truth::No {
            return Truth::No;
        }
        let function = match (self.function, event.function) {
            (None, _) => Truth::Yes,
            (Some(_), None) => Truth::Unknown,
            (Some(asked), Some(found)) => Truth::from(asked == found),
        };
        let sure = match event.certainty {
            Certainty::Definite => Truth::Yes,
            Certainty::Equivocal | Certainty::Conflicting => Truth::Unknown,
        };
        told.and(function).and(sure)
    }

    /// Classes that must all have been looked for before silence is a no, with the exon.
    pub fn classes(&self) -> Vec<(AlterationClass, Option<u16>)> {
        let mut classes = Vec::new();
        if self.kinds.contains(&EventKind::Short) {
            classes.push((AlterationClass::SmallVariant, self.exon));
        }
        if self.kinds.contains(&EventKind::Copy) {
            let all = self.copies.is_empty();
            let asked = |class: AlterationClass| {
                all || self.copies.iter().any(|copies| copies.class() == class)
            };
            let both = [AlterationClass::CopyNumberGain, AlterationClass::CopyNumberLoss];
            classes.extend(both.into_iter().filter(|class| asked(*class)).map(|one| (one, None)));
        }
        if self.kinds.contains(&EventKind::Rearrangement) {
            classes.push((AlterationClass::Rearrangement, None));
        }
        classes
    }

    /// Whether somebody looked at all that is asked, by a test of one gene and class. An assay of
    /// either partner sees a rearrangement.
    pub fn tested(&self, saw: impl Fn(Hgnc, AlterationClass, Option<u16>) -> bool) -> bool {
        let Some(gene) = &self.gene else { return false };
        let partner = match &self.partner {
            Some(Partner::Gene(partner)) => Some(partner.hgnc),
            _ => None,
        };
        let classes = self.classes();
        !classes.is_empty()
            && classes.into_iter().all(|(class, exon)| {
                saw(gene.hgnc, class, exon)
                    || (class == AlterationClass::Rearrangement
                        && partner.is_some_and(|partner| saw(partner, class, exon)))
            })
    }

    /// The one position at which an event that answers must start; `None` if there are several,
    /// or the numbering is not sure.
    pub fn position(&self) -> Option<u32> {
        let gene = self.gene.as_ref()?;
        let (from, to) = self.change.as_ref()?.starts()?;
        (from == to && !HISTONE_H3.contains(&gene.hgnc.0)).then_some(from)
    }

    /// The question as far as it says who must have looked where: two with the same are tested by
    /// the same assays.
    pub fn untested(&self) -> Self {
        let mut bare = Self {
            change: None,
            consequences: BTreeSet::new(),
            function: None,
            partner: self.partner.clone().filter(|one| matches!(one, Partner::Gene(_))),
            ..self.clone()
        };
        // Of the copies only gain or loss matters.
        bare.copies = bare
            .copies
            .iter()
            .map(|copies| match copies.class() {
                AlterationClass::CopyNumberLoss => CopyClass::DeepLoss,
                _ => CopyClass::Amplification,
            })
            .collect();
        bare
    }

    /// The genes whose tests matter.
    pub fn genes(&self) -> impl Iterator<Item = Hgnc> {
        let partner = match &self.partner {
            Some(Partner::Gene(partner)) => Some(partner.hgnc),
            _ => None,
        };
        self.gene.as_ref().map(|gene| gene.hgnc).into_iter().chain(partner)
    }

    fn gene(&self, gene: &Gene) -> Truth {
        self.gene.as_ref().map_or(Truth::Yes, |asked| Truth::from(gene.is(asked.hgnc)))
    }

    fn short(&self, short: &ShortVariant) -> Truth {
        let gene = self.gene(&short.gene);
        if gene == Truth::No || self.partner.is_some() {
            return Truth::No;
        }
        let exon = match (self.exon, short.exon) {
            (None, _) => Truth::Yes,
            (Some(_), None) => Truth::Unknown,
            (Some(asked), Some(found)) => Truth::from(asked == found),
        };
        let told = gene.and(exon).and(self.changed(short));
        if told == Truth::No { told } else { told.and(self.consequence(short)) }
    }

    fn consequence(&self, short: &ShortVariant) -> Truth {
        let found = || short.each_consequence();
        if self.consequences.is_empty() {
            let mut first = found();
            // A silent change is none; outside the coding sequence nobody can tell by the class.
            return match (first.next(), first.next()) {
                (Some(Consequence::Silent), None) => Truth::No,
                (Some(Consequence::Noncoding), None) if self.change.is_none() => Truth::Unknown,
                _ => Truth::Yes,
            };
        }
        let (all, among) = found().fold((0_usize, 0_usize), |(all, among), one| {
            (all + 1, among + usize::from(self.consequences.contains(&one)))
        });
        match among {
            _ if all == 0 => Truth::Unknown,
            0 => Truth::No,
            among if among == all => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    fn changed(&self, short: &ShortVariant) -> Truth {
        let Some(asked) = &self.change else { return Truth::Yes };
        if short.changes.is_empty() {
            // Only the class is there, and may already speak against it.
            let told = match asked {
                AskedChange::Exact(change) => Consequence::of_change(change),
                AskedChange::Residue(_) => &[Consequence::Missense],
                AskedChange::DeletionWithin(..) => &[Consequence::InFrameDeletion],
                AskedChange::InsertionWithin(..) => &[Consequence::InFrameInsertion],
            };
            let against = short.consequence.is_some_and(|found| !told.contains(&found));
            return if against && !told.is_empty() { Truth::No } else { Truth::Unknown };
        }
        let histone = self.gene.as_ref().is_some_and(|gene| HISTONE_H3.contains(&gene.hgnc.0));
        Truth::any(short.changes.iter().map(|change| {
            let told = Truth::from(asked.answered_by(change));
            if histone { told.or(histone_answer(asked, change)) } else { told }
        }))
    }

    fn copy(&self, copy: &CopyChange) -> Truth {
        if self.change.is_some() || self.exon.is_some() || self.partner.is_some() {
            return Truth::No;
        }
        let class = if self.copies.is_empty() {
            copy.class != CopyClass::Neutral
        } else {
            self.copies.contains(&copy.class)
        };
        self.gene(&copy.gene).and(Truth::from(class))
    }

    fn rearrangement(&self, joined: &Rearrangement) -> Truth {
        if self.change.is_some() || self.exon.is_some() {
            return Truth::No;
        }
        let way = |one: &Side, other: &Side| self.side(one).and(self.partner(other));
        way(&joined.first, &joined.second).or(way(&joined.second, &joined.first))
    }

    fn side(&self, side: &Side) -> Truth {
        match (side, &self.gene) {
            (_, None) => Truth::Yes,
            (Side::Gene(gene), Some(_)) => self.gene(gene),
            // The gene that was not named may be this one, but nobody has said that it is.
            (Side::Intergenic | Side::NotStated, Some(_)) => Truth::No,
        }
    }

    fn partner(&self, side: &Side) -> Truth {
        match (&self.partner, side) {
            (None, _)
            | (Some(Partner::AnyGene), Side::Gene(_))
            | (Some(Partner::Intergenic), Side::Intergenic) => Truth::Yes,
            (Some(_), Side::NotStated) => Truth::Unknown,
            (Some(Partner::Gene(asked)), Side::Gene(gene)) => Truth::from(gene.is(asked.hgnc)),
            (Some(_), _) => Truth::No,
        }
    }
}

/// Whether it is the change in the numbering that counts the methionine.
fn histone_answer(asked: &AskedChange, change: &ProteinChange) -> Truth {
    let answer = Truth::from(asked.shifted().answered_by(change));
    let clear = asked.starts().is_some_and(|(start, _)| HISTONE_CLEAR.contains(&start));
    if clear { answer } else { answer.and(Truth::Unknown) }
}
