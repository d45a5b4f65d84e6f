//! From observations to what the pair test can use.

use crate::call::count;
use crate::observe::{Known, Observation, Phase, Strand};
use crate::pairs::{Block, Site};
use crate::table::{DELETED, REFERENCE, Table};
use knowledge::pgx::{Gene, Undocumented};
use model::statement::{Callability, GeneState};

/// Chromosomes that some people have one of.
const MAYBE_SINGLE: [&str; 3] = ["chrX", "chrY", "chrM"];

/// What the records give a gene.
#[derive(Debug, Default)]
pub(crate) struct Usable {
    /// Usable positions in ascending order.
    pub(crate) sites: Vec<Site>,
    /// Number of phase blocks.
    pub(crate) blocks: usize,
    /// One strand only.
    pub(crate) haploid: bool,
    /// Positions where undocumented variation was counted as reference.
    pub(crate) undocumented: Vec<usize>,
    /// Insertion or deletion loci whose reference rests on the anchor base.
    pub(crate) assumed: Vec<usize>,
    from_block: u32,
    missing: Vec<usize>,
    filtered: Vec<usize>,
    /// Why the gene cannot be called, if so.
    obstacles: Vec<(usize, String)>,
}

impl Usable {
    pub(crate) fn of(gene: &Gene, table: &Table<'_>, observations: Vec<Observation>) -> Self {
        let single = MAYBE_SINGLE.contains(&gene.chromosome.as_str());
        let has_one_strand = |observation: &Observation| match observation {
            Observation::Known(known) => known.strands.len() == 1,
            _ => false,
        };
        let haploid = single && observations.iter().any(has_one_strand);
        let mut usable = Self { haploid, ..Self::default() };
        let mut phase_sets: Vec<Option<u64>> = Vec::new();
        for (index, observation) in observations.into_iter().enumerate() {
            match observation {
                Observation::Missing => usable.missing.push(index),
                Observation::Filtered => usable.filtered.push(index),
                Observation::Unusable(why) => {
                    usable.missing.push(index);
                    usable.obstacles.push((index, why));
                }
                Observation::Known(known) => {
                    usable.take(gene, table, index, &known, &mut phase_sets);
                }
            }
        }
        usable.blocks = phase_sets.len();
        usable
    }

    /// Adds a genotype.
    fn take(
        &mut self,
        gene: &Gene,
        table: &Table<'_>,
        index: usize,
        known: &Known,
        phase_sets: &mut Vec<Option<u64>>,
    ) {
        let (first, second) = match (known.strands.as_slice(), self.haploid) {
            ([one], true) => (one, one),
            ([one, other], true) if one == other => (one, one),
            ([one, other], false) => (one, other),
            (strands, _) => {
                // One strand on a chromosome that comes in pairs, or more than two: the rest is
                // not known.
                self.missing.push(index);
                if strands.iter().any(|strand| *strand != Strand::Reference) || strands.len() > 1 {
                    let why = "its number of alleles does not fit the chromosome".to_owned();
                    self.obstacles.push((index, why));
                }
                return;
            }
        };
        let mut explained = true;
        let mut bits = |strand: &Strand| {
            bit(table, index, strand).unwrap_or_else(|| {
                explained = false;
                REFERENCE
            })
        };
        let strands = (bits(first), bits(second));
        if !explained {
            match gene.undocumented {
                Undocumented::NotCalled => {
                    let why = "it carries a variant that no known allele has".to_owned();
                    self.obstacles.push((index, why));
                }
                Undocumented::ReferenceWithNote => self.undocumented.push(index),
            }
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
        self.from_block += u32::from(known.from_block);
        if known.assumed {
            self.assumed.push(index);
        }
        self.sites.push(Site { index, strands, block });
    }

    /// Why the gene has no call, if that is clear before any pair is tried.
    pub(crate) fn obstacle(&self, gene: &Gene) -> Option<GeneState> {
        let not_called = |why: String| Some(GeneState::NotCalled { why });
        if !self.obstacles.is_empty() {
            let all: Vec<String> = self
                .obstacles
                .iter()
                .map(|(index, why)| format!("{}: {why}", name(gene, *index)))
                .collect();
            return not_called(all.join("; "));
        }
        if self.sites.is_empty() {
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

    /// Missing and filtered positions, in order.
    fn unknown(&self) -> impl Iterator<Item = usize> {
        let mut all: Vec<usize> = self.missing.iter().chain(&self.filtered).copied().collect();
        all.sort_unstable();
        all.into_iter()
    }

    pub(crate) fn callability(&self, gene: &Gene) -> Callability {
        let names = |indices: &[usize]| indices.iter().map(|index| name(gene, *index)).collect();
        Callability {
            positions: count(gene.positions.len()),
            seen: count(self.sites.len()),
            from_block: self.from_block,
            missing: names(&self.missing),
            filtered: names(&self.filtered),
            not_excluded: Vec::new(),
            assumed: names(&self.assumed),
            tier1_missing: self
                .unknown()
                .filter(|index| gene.positions.get(*index).is_some_and(|known| known.tier1))
                .map(|index| name(gene, index))
                .collect(),
        }
    }

    /// The two bases of a usable single-base position.
    pub(crate) fn bases<'g>(&self, gene: &'g Gene, index: usize) -> Option<[&'g str; 2]> {
        let site = self.sites.iter().find(|site| site.index == index)?;
        let position = gene.positions.get(index)?;
        let base = |bits: u64| {
            // More than one bit, or one beyond the ALTs, is no single base.
            match usize::try_from(bits.trailing_zeros()).ok()? {
                _ if bits.count_ones() != 1 => None,
                0 => Some(position.reference.as_str()),
                place => position.alternates.get(place - 1).map(String::as_str),
            }
        };
        Some([base(site.strands.0)?, base(site.strands.1)?])
    }
}

/// The position's name.
pub(crate) fn name(gene: &Gene, index: usize) -> String {
    gene.positions.get(index).map_or_else(String::new, |known| known.name(&gene.chromosome))
}

/// Bit of a strand; `None` if no allele of the table explains it.
fn bit(table: &Table<'_>, index: usize, strand: &Strand) -> Option<u64> {
    match strand {
        Strand::Reference => Some(REFERENCE),
        Strand::Bases(bases) => table.bit(index, bases),
        Strand::Deleted if table.is_in_deletion(index) => Some(DELETED),
        Strand::Deleted | Strand::Other(_) => None,
    }
}
