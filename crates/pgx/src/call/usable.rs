//! From observations to what the pair test can use.

use crate::call::count;
use crate::observe::{self, Known, Observation, Phase, Why};
use crate::pairs::{Block, Site, Sites};
use crate::plan::{GenePlan, Strand};
use crate::table::{DELETED, REFERENCE, Table};
use crate::{Settings, Sex};
use knowledge::pgx::{Copies, Gene, Undocumented};
use model::assay::AbsentPosition;
use model::genotype::GenotypeCell;
use model::statement::{Callability, GeneState};

/// What the records give a gene.
#[derive(Debug, Default)]
pub(crate) struct Usable {
    pub(crate) sites: Sites,
    /// Bases that no allele has: position, what is there, and whether both strands have it.
    pub(crate) undocumented: Vec<(usize, Strand, bool)>,
    /// Insertion or deletion loci whose reference rests on the anchor base.
    pub(crate) assumed: Vec<usize>,
    pub(crate) missing: Vec<usize>,
    filtered: Vec<usize>,
    from_block: u32,
    /// Why the gene cannot be called, if so.
    obstacles: Vec<(usize, Obstacle)>,
}

/// Why a position forbids a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    Genotype(Why),
    Undocumented,
    HeterozygousSingle,
}

impl Obstacle {
    fn words(self) -> &'static str {
        match self {
            Self::Genotype(why) => why.words(),
            Self::Undocumented => "it carries a variant that no known allele has",
            Self::HeterozygousSingle => {
                "it is heterozygous, though there is one copy of the chromosome"
            }
        }
    }
}

impl Usable {
    pub(crate) fn of(
        gene: &Gene,
        table: &Table,
        plan: &GenePlan,
        cells: &[GenotypeCell],
        settings: Settings,
        absent: AbsentPosition,
    ) -> Self {
        let mut usable = Self::default();
        usable.sites.usable.reset(gene.positions.len());
        usable.sites.reference.reset(gene.positions.len());
        let look = |position| observe::observe(position, cells, absent);
        usable.sites.haploid = match (gene.copies, settings.sex) {
            (Copies::Two, _) | (Copies::BySex, Some(Sex::Female)) => false,
            (Copies::One, _) | (Copies::BySex, Some(Sex::Male)) => true,
            (Copies::BySex, None) => observe::has_single_strand(plan, cells),
        };
        let mut phase_sets: Vec<u32> = Vec::new();
        for index in usable.sites.take_plain_reference(&plan.alone, cells) {
            let Some(position) = plan.positions.get(index) else { continue };
            match look(position) {
                Observation::Missing => usable.missing.push(index),
                Observation::Filtered => usable.filtered.push(index),
                Observation::Unusable(why) => {
                    usable.missing.push(index);
                    usable.obstacles.push((index, Obstacle::Genotype(why)));
                }
                Observation::Half(strand) => {
                    usable.missing.push(index);
                    usable.bit(gene, table, index, strand, Strand::Reference);
                }
                Observation::Known(known) => {
                    usable.take(gene, table, index, known, &mut phase_sets);
                }
            }
        }
        usable.sites.blocks = phase_sets.len();
        usable.sites.unknown = usable.unknown().collect();
        usable
    }

    /// Adds a genotype.
    fn take(
        &mut self,
        gene: &Gene,
        table: &Table,
        index: usize,
        known: Known,
        phase_sets: &mut Vec<u32>,
    ) {
        let (first, second) = known.strands;
        if self.sites.haploid && first != second {
            self.missing.push(index);
            self.obstacles.push((index, Obstacle::HeterozygousSingle));
            return;
        }
        if known.single && !self.sites.haploid {
            // One strand on a chromosome that comes in pairs: the other is not known.
            self.missing.push(index);
            if first != Strand::Reference {
                self.obstacles.push((index, Obstacle::Genotype(Why::Ploidy)));
            }
            return;
        }
        self.from_block += u32::from(known.from_block);
        if known.assumed {
            self.assumed.push(index);
        }
        self.sites.usable.set(index);
        if known.strands == (Strand::Reference, Strand::Reference) {
            self.sites.reference.set(index);
            return;
        }
        let strands = (
            self.bit(gene, table, index, first, Strand::Reference),
            self.bit(gene, table, index, second, first),
        );
        if strands == (REFERENCE, REFERENCE) {
            self.sites.reference.set(index);
            return;
        }
        let block = match known.phase {
            _ if strands.0 == strands.1 => Block::Homozygous,
            Phase::Unphased => Block::Own,
            Phase::Phased(set) => {
                let place = phase_sets.iter().position(|known| *known == set);
                Block::Shared(place.unwrap_or_else(|| {
                    phase_sets.push(set);
                    phase_sets.len() - 1
                }))
            }
        };
        self.sites.varying.push(Site { index, strands, block });
    }

    /// Bit of a strand. A base that no allele of the table has is noted, once for both strands,
    /// and counts as reference.
    fn bit(
        &mut self,
        gene: &Gene,
        table: &Table,
        index: usize,
        strand: Strand,
        noted: Strand,
    ) -> u64 {
        match strand {
            Strand::Reference => return REFERENCE,
            Strand::Base(bit) => return bit,
            Strand::Deleted if table.is_in_deletion(index) => return DELETED,
            Strand::Deleted | Strand::Other(_) => {}
        }
        if strand != noted {
            self.undocumented.push((index, strand, false));
            if gene.undocumented == Undocumented::NotCalled {
                let known = (index, Obstacle::Undocumented);
                if !self.obstacles.contains(&known) {
                    self.obstacles.push(known);
                }
            }
        } else if let Some((_, _, both)) = self.undocumented.last_mut() {
            *both = true;
        }
        REFERENCE
    }

    /// Whether anything is usable.
    pub(crate) fn is_tested(&self) -> bool {
        self.sites.usable.count() > 0
    }

    /// Why the gene has no call, if that is clear before any pair is tried.
    pub(crate) fn obstacle(&self, gene: &Gene) -> Option<GeneState> {
        let not_called = |why: String| Some(GeneState::NotCalled { why });
        if !self.obstacles.is_empty() {
            let all: Vec<String> = self
                .obstacles
                .iter()
                .map(|(index, why)| format!("{}: {}", name(gene, *index), why.words()))
                .collect();
            return not_called(all.join("; "));
        }
        if !self.is_tested() {
            if self.filtered.is_empty() {
                return Some(GeneState::NotTested);
            }
            return not_called("every record of its positions failed a filter".into());
        }
        let lacking: Vec<String> = self
            .unknown()
            .filter(|index| gene.positions.get(*index).is_some_and(|position| position.required))
            .map(|index| name(gene, index))
            .collect();
        if lacking.is_empty() {
            return None;
        }
        not_called(format!("required positions are not known: {}", lacking.join(", ")))
    }

    /// Whether nothing but bases that no allele has forbids a call.
    pub(crate) fn only_undocumented(&self) -> bool {
        self.is_tested() && self.obstacles.iter().all(|(_, why)| *why == Obstacle::Undocumented)
    }

    /// Missing and filtered positions, in order.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = usize> {
        let mut all: Vec<usize> = self.missing.iter().chain(&self.filtered).copied().collect();
        all.sort_unstable();
        all.into_iter()
    }

    pub(crate) fn callability(&self, gene: &Gene) -> Callability {
        let names = |indices: &[usize]| indices.iter().map(|index| name(gene, *index)).collect();
        Callability {
            positions: count(gene.positions.len()),
            seen: count(self.sites.usable.count()),
            from_block: self.from_block,
            missing: names(&self.missing),
            filtered: names(&self.filtered),
            tier1_missing: self
                .unknown()
                .filter(|index| gene.positions.get(*index).is_some_and(|known| known.tier1))
                .map(|index| name(gene, index))
                .collect(),
            assumed: names(&self.assumed),
            ..Callability::default()
        }
    }

    /// The bits of a usable position's strands.
    pub(crate) fn strands(&self, index: usize) -> Option<(u64, u64)> {
        if self.sites.reference.has(index) {
            return Some((REFERENCE, REFERENCE));
        }
        self.sites.varying.iter().find(|site| site.index == index).map(|site| site.strands)
    }

    /// The two bases of a usable single-base position.
    pub(crate) fn bases<'t>(&self, table: &'t Table, index: usize) -> Option<[&'t str; 2]> {
        let (first, second) = self.strands(index)?;
        Some([table.base(index, first)?, table.base(index, second)?])
    }

    /// What no allele has, `rs1 A>C`.
    pub(crate) fn unexplained(&self, gene: &Gene, plan: &GenePlan) -> Vec<String> {
        let text = |(index, strand, _): &(usize, Strand, bool)| {
            let what = match strand {
                Strand::Other(number) => {
                    let texts = plan.positions.get(*index).map(|position| &position.texts);
                    texts.and_then(|texts| texts.get(usize::from(*number)))
                }
                _ => None,
            };
            let what = what.map_or("base deleted", String::as_str);
            format!("{} {what}", name(gene, *index))
        };
        self.undocumented.iter().map(text).collect()
    }
}

/// The position's name.
pub(crate) fn name(gene: &Gene, index: usize) -> String {
    gene.positions.get(index).map_or_else(String::new, |known| known.name(&gene.chromosome))
}
