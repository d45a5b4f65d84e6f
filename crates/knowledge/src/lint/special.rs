//! What is special about a gene: priorities of unphased data, proxies, statuses, extra positions.

use super::expect;
use crate::import::natural_key;
use crate::pgx::{Allele, Gene, Method, Proxy};
use model::Problem;
use std::collections::{BTreeSet, HashMap};

pub(super) fn check(gene: &Gene, problems: &mut Vec<Problem>) {
    extra_positions(gene, problems);
    if let Some(own) = &gene.proxy {
        proxy(gene, own, problems);
    }
    statuses(gene, problems);
    if !gene.priorities.is_empty() {
        priorities(gene, problems);
    }
}

/// A position that is only reported defines no allele.
fn extra_positions(gene: &Gene, problems: &mut Vec<Problem>) {
    for at in &gene.extra_positions {
        let place = format!("positions {} {}", gene.symbol, at.position);
        let same = |other: &&crate::pgx::Position| {
            other.position == at.position && other.reference == at.reference
        };
        let both = gene.positions.iter().any(|other| same(&other));
        let twice = gene.extra_positions.iter().filter(same).count() > 1;
        expect(!both && !twice, problems, "extra-position", &place, || {
            "is there twice, or defines alleles as well".into()
        });
    }
}

/// The allele with both has an ALT at both positions, the other one at the deciding one alone.
fn proxy(gene: &Gene, proxy: &Proxy, problems: &mut Vec<Problem>) {
    let place = format!("proxies {}", gene.symbol);
    let in_range = proxy.deciding.max(proxy.tag) < gene.positions.len();
    expect(in_range && proxy.deciding != proxy.tag, problems, "proxy", &place, || {
        "must name two positions of the gene".into()
    });
    for (name, with_tag) in [(&proxy.both, true), (&proxy.deciding_only, false)] {
        let allele = gene.alleles.iter().find(|allele| allele.name == *name);
        let has = |index: usize| {
            let cell = allele.and_then(|a| a.cells.iter().find(|(at, _)| *at == index));
            let reference = gene.positions.get(index).map(|at| &at.reference);
            cell.is_some_and(|(_, bases)| !bases.iter().any(|base| Some(base) == reference))
        };
        let good = has(proxy.deciding) && has(proxy.tag) == with_tag;
        expect(good, problems, "proxy", &place, || {
            format!("{name} does not have the bases that its part asks for")
        });
    }
}

/// `*57:01`: two fields of a typing (HLA nomenclature), each once, of a gene that is reported.
fn statuses(gene: &Gene, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for status in &gene.statuses {
        let place = format!("statuses {} {}", gene.symbol, status.allele);
        let fields = status.allele.strip_prefix('*').and_then(|name| name.split_once(':'));
        let form = fields.is_some_and(|(group, protein)| {
            [group, protein].into_iter().all(|field| field.len() >= 2 && super::is_digits(field))
        });
        expect(form, problems, "status", &place, || "is not the form `*57:01`".into());
        expect(seen.insert(&status.allele), problems, "status", &place, || "is there twice".into());
        expect(gene.method == Method::Reported, problems, "status", &place, || {
            "belongs to a gene that is called from genotypes".into()
        });
    }
}

/// Each set is exactly the diplotypes of one unphased genotype: the caller compares whole sets.
fn priorities(gene: &Gene, problems: &mut Vec<Problem>) {
    let rows = rows(gene);
    let genotypes = rows.as_ref().map(diplotypes_by_genotype);
    let mut seen = BTreeSet::new();
    for priority in &gene.priorities {
        let (first, second) = &priority.pick;
        let place = format!("priorities {} {first}/{second}", gene.symbol);
        let set: BTreeSet<(&str, &str)> =
            priority.diplotypes.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let whole = set.len() == priority.diplotypes.len() && set.len() > 1;
        expect(whole && set.contains(&(first, second)), problems, "priority", &place, || {
            "must pick one of several different diplotypes".into()
        });
        expect(seen.insert(set.clone()), problems, "priority", &place, || {
            "repeats another set".into()
        });
        for (a, b) in &set {
            let defined = |name: &str| {
                gene.alleles.iter().any(|allele| allele.name == name && !allele.structural)
            };
            expect(defined(a) && defined(b), problems, "priority", &place, || {
                format!("{a}/{b} has an allele that is not defined")
            });
            let ordered = natural_key(a) <= natural_key(b);
            expect(ordered, problems, "priority", &place, || {
                format!("{a}/{b} is not in natural order")
            });
        }
        let (Some(rows), Some(genotypes)) = (&rows, &genotypes) else { continue };
        let key = rows.get(&**first).zip(rows.get(&**second)).map(|(a, b)| genotype(a, b));
        let real = key.and_then(|key| genotypes.get(&key));
        expect(real == Some(&set), problems, "priority", &place, || {
            let real = real.into_iter().flatten().map(|(a, b)| format!("{a}/{b}"));
            format!("unphased data give {}", real.collect::<Vec<_>>().join("|"))
        });
    }
}

/// For each defined allele the number of its base at every position, REF being 0. `None` if a
/// cell allows several bases: such sets are not compared.
fn rows(gene: &Gene) -> Option<HashMap<&str, Vec<u8>>> {
    let reference = gene.alleles.iter().find(|allele| allele.reference)?;
    let number = |(index, bases): &(usize, Vec<String>)| {
        let at = gene.positions.get(*index)?;
        let [base] = bases.as_slice() else { return None };
        let mut known = std::iter::once(&at.reference).chain(&at.alternates);
        let number = known.position(|own| own == base)?;
        Some((*index, u8::try_from(number).ok()?))
    };
    let fill = |row: &mut Vec<u8>, allele: &Allele| -> Option<()> {
        for cell in &allele.cells {
            let (index, number) = number(cell)?;
            *row.get_mut(index)? = number;
        }
        Some(())
    };
    let mut blank = vec![0; gene.positions.len()];
    fill(&mut blank, reference)?;
    let mut rows = HashMap::new();
    for allele in gene.alleles.iter().filter(|allele| !allele.structural) {
        let mut row = blank.clone();
        fill(&mut row, allele)?;
        rows.insert(allele.name.as_str(), row);
    }
    Some(rows)
}

/// Bases at every position by their numbers, the lower one first.
type Genotype = Vec<(u8, u8)>;
/// The diplotypes of each genotype.
type Ambiguities<'g> = HashMap<Genotype, BTreeSet<(&'g str, &'g str)>>;

/// The unphased genotype of two rows.
fn genotype(first: &[u8], second: &[u8]) -> Genotype {
    first.iter().zip(second).map(|(a, b)| (*a.min(b), *a.max(b))).collect()
}

/// The diplotypes of each genotype, alleles in natural order.
fn diplotypes_by_genotype<'g>(rows: &HashMap<&'g str, Vec<u8>>) -> Ambiguities<'g> {
    let mut alleles: Vec<(&'g str, &Vec<u8>)> =
        rows.iter().map(|(name, row)| (*name, row)).collect();
    alleles.sort_by_cached_key(|(name, _)| natural_key(name));
    let mut found = Ambiguities::new();
    for (place, (first, row)) in alleles.iter().enumerate() {
        for (second, other) in alleles.iter().skip(place) {
            found.entry(genotype(row, other)).or_default().insert((first, second));
        }
    }
    found
}
