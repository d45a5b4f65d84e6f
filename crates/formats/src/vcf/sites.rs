//! The positions that matter, looked up by overlap.

use std::collections::BTreeMap;

/// A position of interest with its reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Chromosome with its `chr`, `chr10`.
    pub chromosome: String,
    /// VCF POS on GRCh38, counted from 1.
    pub position: u64,
    /// VCF REF on GRCh38, upper case.
    pub reference: String,
    /// VCF ALTs of interest, upper case.
    pub alternates: Vec<String>,
    /// Last position, included, where another spelling of the same variant can lie; at least the
    /// last base of `reference`.
    pub span_end: u64,
}

/// Sites by chromosome, sorted by position.
#[derive(Debug)]
pub(super) struct Sites<'a> {
    by_chromosome: BTreeMap<&'a str, Chromosome<'a>>,
}

#[derive(Debug, Default)]
struct Chromosome<'a> {
    sites: Vec<&'a Site>,
    /// Greatest end of the sites up to and including this one: sites may nest.
    end_max: Vec<u64>,
}

impl<'a> Sites<'a> {
    pub(super) fn new(sites: &'a [Site]) -> Self {
        let mut by_chromosome: BTreeMap<&str, Chromosome<'_>> = BTreeMap::new();
        for site in sites {
            by_chromosome.entry(&site.chromosome).or_default().sites.push(site);
        }
        for chromosome in by_chromosome.values_mut() {
            chromosome.sites.sort_by_key(|site| site.position);
            let mut end = 0;
            for site in &chromosome.sites {
                end = end.max(last(site));
                chromosome.end_max.push(end);
            }
        }
        Self { by_chromosome }
    }

    /// Whether `start..=end` touches a site.
    pub(super) fn overlaps(&self, chromosome: &str, start: u64, end: u64) -> bool {
        self.overlapping(chromosome, start, end).next().is_some()
    }

    /// Sites that `start..=end` touches.
    pub(super) fn overlapping(
        &self,
        chromosome: &str,
        start: u64,
        end: u64,
    ) -> impl Iterator<Item = &'a Site> {
        let sites = self.by_chromosome.get(chromosome).and_then(|found| {
            let from = found.end_max.partition_point(|end_max| *end_max < start);
            let to = found.sites.partition_point(|site| site.position <= end);
            found.sites.get(from..to)
        });
        sites
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(move |site| last(site) >= start && site.position <= end)
    }
}

fn last(site: &Site) -> u64 {
    let bases = site.reference.len().max(1) as u64;
    site.span_end.max(site.position.saturating_add(bases - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(position: u64, span_end: u64) -> Site {
        Site {
            chromosome: "chr1".into(),
            position,
            reference: "A".into(),
            alternates: vec!["G".into()],
            span_end,
        }
    }

    #[test]
    fn overlap_is_inclusive_and_sees_nested_sites() {
        let sites = [site(100, 200), site(120, 120), site(300, 300)];
        let index = Sites::new(&sites);
        for (start, end, positions) in [
            (1, 99, vec![]),
            (1, 100, vec![100]),
            (150, 150, vec![100]),
            (120, 120, vec![100, 120]),
            (200, 299, vec![100]),
            (201, 299, vec![]),
            (1, 1000, vec![100, 120, 300]),
            (301, 1000, vec![]),
        ] {
            let found: Vec<u64> =
                index.overlapping("chr1", start, end).map(|site| site.position).collect();
            assert_eq!(found, positions, "{start}..={end}");
        }
        assert!(!index.overlaps("chr2", 1, 1000));
    }
}
