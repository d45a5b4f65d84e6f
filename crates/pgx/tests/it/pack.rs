//! Every allele pair of the pack, written as genotypes and called again.

use crate::shipped::knowledge;
use knowledge::pgx::{Allele, Gene, Method, PgxKnowledge};
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, GenotypeRecord, RecordKind};
use model::statement::{Diplotype, GeneState, GeneStatement};
use pgx::{Caller, Plan, Settings};
use std::collections::{BTreeMap, BTreeSet};

/// One gene with a record at every position.
pub(crate) struct Scene {
    pub(crate) knowledge: PgxKnowledge,
    caller: Caller,
    plan: Plan,
}

impl Scene {
    pub(crate) fn new(gene: &Gene) -> Self {
        let knowledge = PgxKnowledge { genes: vec![gene.clone()], ..PgxKnowledge::default() };
        let caller = Caller::new(&knowledge);
        let record = |position: &knowledge::pgx::Position| GenotypeRecord {
            chromosome: gene.chromosome.clone(),
            position: position.position,
            reference: position.reference.clone(),
            alternates: position.alternates.clone(),
            kind: RecordKind::Variant,
            line: 1,
        };
        let records: Vec<GenotypeRecord> = gene.positions.iter().map(record).collect();
        let plan = caller.plan(&knowledge, &records);
        Self { knowledge, caller, plan }
    }

    fn gene(&self) -> &Gene {
        &self.knowledge.genes[0]
    }

    pub(crate) fn call(&self, cells: &[GenotypeCell]) -> GeneStatement {
        let settings = Settings { research_cyp2d6: true, ..Settings::default() };
        self.caller
            .call_cell(&self.knowledge, &self.plan, 0, cells, &settings, AbsentPosition::NotTested)
            .unwrap()
    }

    /// One cell per position with the two rows as strands.
    pub(crate) fn cells(first: &[u8], second: &[u8], phased: bool) -> Vec<GenotypeCell> {
        let flags = if phased { GenotypeCell::PHASED } else { 0 };
        let strands = first.iter().zip(second);
        strands
            .map(|(first, second)| GenotypeCell {
                first: *first,
                second: *second,
                flags,
                phase_set: 0,
            })
            .collect()
    }

    /// Allele numbers of an allele, position by position; `choice` picks among several allowed
    /// bases.
    pub(crate) fn row(&self, allele: &Allele, choice: usize) -> Vec<u8> {
        let gene = self.gene();
        let reference = gene.alleles.iter().find(|allele| allele.reference).unwrap();
        gene.positions
            .iter()
            .enumerate()
            .map(|(index, position)| {
                let cell = |allele: &Allele| {
                    let found = allele.cells.iter().find(|(at, _)| *at == index);
                    found.map(|(_, bases)| bases[choice % bases.len()].clone())
                };
                let base = cell(allele).or_else(|| cell(reference)).unwrap();
                if base == position.reference {
                    return 0;
                }
                let place = position.alternates.iter().position(|other| *other == base).unwrap();
                u8::try_from(place + 1).unwrap()
            })
            .collect()
    }
}

fn shown(allele: &Allele) -> &str {
    allele.core.as_deref().unwrap_or(&allele.name)
}

fn shown_pair(first: &Allele, second: &Allele) -> BTreeSet<String> {
    [shown(first), shown(second)].into_iter().map(str::to_owned).collect()
}

fn alleles_of(diplotype: &Diplotype) -> BTreeSet<String> {
    [diplotype.first.clone(), diplotype.second.clone().unwrap()].into_iter().collect()
}

pub(crate) fn defined(gene: &Gene) -> Vec<&Allele> {
    gene.alleles.iter().filter(|allele| !allele.structural).collect()
}

fn called_genes(knowledge: &PgxKnowledge) -> impl Iterator<Item = &Gene> {
    knowledge.genes.iter().filter(|gene| gene.method != Method::Reported)
}

fn pairs_called(statement: &GeneStatement) -> Vec<BTreeSet<String>> {
    statement.diplotypes.iter().map(alleles_of).collect()
}

/// Pairs to try: all of them, and for the largest genes every allele with its neighbours and with
/// the reference.
fn pairs(gene: &Gene) -> Vec<(&Allele, &Allele)> {
    let alleles = defined(gene);
    let all = alleles.len() <= 120;
    let mut pairs = Vec::new();
    for (place, first) in alleles.iter().enumerate() {
        for (other, second) in alleles.iter().enumerate().skip(place) {
            if all || other - place < 3 || first.reference || second.reference || other % 17 == 0 {
                pairs.push((*first, *second));
            }
        }
    }
    pairs
}

#[test]
fn phased_every_pair_comes_back_as_itself() {
    let knowledge = knowledge();
    for gene in called_genes(&knowledge) {
        let scene = Scene::new(gene);
        for (first, second) in pairs(gene) {
            for choice in 0..2 {
                let (a, b) = (scene.row(first, choice), scene.row(second, choice));
                let wanted = vec![shown_pair(first, second)];
                // Turned round, it is the same pair.
                for (a, b) in [(&a, &b), (&b, &a)] {
                    let statement = scene.call(&Scene::cells(a, b, true));
                    let (first, second) = (&first.name, &second.name);
                    let case = format!("{} {first}/{second} {choice}", gene.symbol);
                    assert_eq!(pairs_called(&statement), wanted, "{case}: {:?}", statement.state);
                    assert!(statement.callability.unwrap().is_complete(), "{case}");
                }
            }
        }
    }
}

/// What complete unphased genotypes give for every pair: the pairs that do not come back as the
/// single best answer, with the answer.
fn ambiguous(gene: &Gene) -> Vec<(String, Vec<String>)> {
    let scene = Scene::new(gene);
    let alleles = defined(gene);
    let mut found = Vec::new();
    for (place, first) in alleles.iter().enumerate() {
        for second in &alleles[place..] {
            let (a, b) = (scene.row(first, 0), scene.row(second, 0));
            let statement = scene.call(&Scene::cells(&a, &b, false));
            let wanted = shown_pair(first, second);
            if pairs_called(&statement) != [wanted.clone()] {
                let shown = statement.diplotypes.iter().map(ToString::to_string).collect();
                let also = statement.also_possible.iter().map(alleles_of).any(|a| a == wanted);
                let given = pairs_called(&statement).contains(&wanted);
                assert!(also || given, "{} {}/{}", gene.symbol, first.name, second.name);
                found.push((format!("{}/{}", first.name, second.name), shown));
            }
        }
    }
    found
}

/// Counts over the CPIC tables of 2025-11-05, computed independently of this engine; NAT2 is
/// without its table of preferred pairs there.
#[test]
fn unphased_ambiguity_is_the_declared_one() {
    let knowledge = knowledge();
    for (symbol, declared) in [
        ("ABCG2", 0),
        ("CACNA1S", 0),
        ("CFTR", 1),
        ("CYP2B6", 12),
        ("CYP2C19", 4),
        ("CYP2C9", 2),
        ("CYP3A4", 4),
        ("CYP3A5", 0),
        ("CYP4F2", 1),
        ("G6PD", 19),
        ("IFNL3", 0),
        ("NAT2", 52),
        ("NUDT15", 1),
        ("SLCO1B1", 43),
        ("TPMT", 1),
        ("UGT1A1", 4),
        ("VKORC1", 0),
    ] {
        let mut gene = knowledge.gene(symbol).unwrap().clone();
        gene.priorities.clear();
        let found = ambiguous(&gene);
        assert_eq!(found.len(), declared, "{symbol}: {found:#?}");
        for (pair, answers) in found {
            assert!(!answers.is_empty(), "{symbol} {pair}");
        }
    }
    let tpmt = ambiguous(knowledge.gene("TPMT").unwrap());
    // PMID 29385237: *1/*3A and *3B/*3C cannot be told apart without phase.
    assert_eq!(tpmt, [("*3B/*3C".to_owned(), vec!["*1/*3A".to_owned()])]);
}

/// The priority table of NAT2 holds exactly the sets that unphased data cannot tell apart: each of
/// its diplotypes gives the preferred one alone, and phased data ignore it.
#[test]
fn nat2_gives_the_preferred_diplotype_of_every_set() {
    let knowledge = knowledge();
    let gene = knowledge.gene("NAT2").unwrap();
    let scene = Scene::new(gene);
    let mut checked = 0;
    for priority in &gene.priorities {
        for (first, second) in &priority.diplotypes {
            let rows = [first, second].map(|name| scene.row(gene.allele(name).unwrap(), 0));
            let unphased = scene.call(&Scene::cells(&rows[0], &rows[1], false));
            let pick = format!("{}/{}", priority.pick.0, priority.pick.1);
            let shown: Vec<String> = unphased.diplotypes.iter().map(ToString::to_string).collect();
            assert_eq!(shown, [pick], "{first}/{second}");
            assert_eq!(unphased.also_possible.len(), priority.diplotypes.len() - 1);
            let phased = scene.call(&Scene::cells(&rows[0], &rows[1], true));
            assert_eq!(phased.diplotypes[0].to_string(), format!("{first}/{second}"));
            checked += 1;
        }
    }
    assert_eq!((gene.priorities.len(), checked), (29, 62));
    assert_eq!(ambiguous(gene).len(), checked - gene.priorities.len());
}

/// Severity of a gene's phenotypes is not needed to see that none was lost: with a position fewer,
/// what was called before is called, also possible, or named as not excluded.
#[test]
fn dropping_a_position_never_hides_a_phenotype() {
    let knowledge = knowledge();
    for gene in called_genes(&knowledge) {
        let scene = Scene::new(gene);
        let step = if gene.positions.len() > 100 { 7 } else { 1 };
        for (place, (first, second)) in pairs(gene).into_iter().enumerate() {
            if gene.alleles.len() > 40 && place % 23 != 0 {
                continue;
            }
            let (a, b) = (scene.row(first, 0), scene.row(second, 0));
            for phased in [true, false] {
                let cells = Scene::cells(&a, &b, phased);
                let whole = scene.call(&cells);
                for skipped in (place % step..gene.positions.len()).step_by(step) {
                    let mut cells = cells.clone();
                    cells[skipped] = GenotypeCell::no_call();
                    let less = scene.call(&cells);
                    let case = format!("{} {}/{}", gene.symbol, first.name, second.name);
                    check_nothing_hidden(gene, &whole, &less, &format!("{case} -{skipped}"));
                }
            }
        }
    }
}

fn check_nothing_hidden(gene: &Gene, whole: &GeneStatement, less: &GeneStatement, case: &str) {
    let seen = less.callability.as_ref().unwrap();
    if whole.state != GeneState::Called || less.state != GeneState::Called {
        return;
    }
    let mut open: BTreeSet<&str> = less.phenotypes.iter().map(String::as_str).collect();
    open.extend(seen.phenotypes_not_excluded.iter().map(String::as_str));
    let also: Vec<Option<String>> = less
        .also_possible
        .iter()
        .map(|diplotype| {
            let reading = |name: &String| gene.allele(name).unwrap();
            let second = reading(diplotype.second.as_ref().unwrap());
            let first = reading(&diplotype.first);
            if gene.has_scores() {
                let score = first.activity.zip(second.activity).map(|(a, b)| a.plus(b));
                return Some(match score {
                    Some(score) => gene.score_rule(score).unwrap().phenotype.clone(),
                    None => "Indeterminate".to_owned(),
                });
            }
            let functions = (first.function.as_deref(), second.function.as_deref());
            gene.phenotype_rule(functions.0, functions.1).map(|rule| rule.phenotype.clone())
        })
        .collect();
    open.extend(also.iter().flatten().map(String::as_str));
    for phenotype in &whole.phenotypes {
        assert!(
            open.contains(phenotype.as_str()),
            "{case}: {phenotype} is hidden: {less:?} {whole:?}"
        );
    }
}

/// 20 and more unphased heterozygous positions in one gene: the cost is that of alleles, not of
/// permutations. The speed is measured by `cargo xtask bench`; here the answer counts.
#[test]
fn every_position_heterozygous_is_answered() {
    let knowledge = knowledge();
    for gene in called_genes(&knowledge) {
        let scene = Scene::new(gene);
        let reference = vec![0; gene.positions.len()];
        let statement = scene.call(&Scene::cells(&reference, &vec![1; reference.len()], false));
        match gene.method {
            Method::LowestFunction => assert_eq!(statement.diplotypes, [], "{}", gene.symbol),
            // SLCO1B1 falls back on one position.
            _ if gene.positions.len() > 2 && gene.fallback.is_none() => assert!(
                matches!(statement.state, GeneState::NotCalled { .. }),
                "{}: {:?}",
                gene.symbol,
                statement.state
            ),
            _ => {}
        }
    }
}

#[test]
fn with_any_one_position_missing_the_pair_is_called_or_not_excluded() {
    let knowledge = knowledge();
    for gene in called_genes(&knowledge) {
        if gene.method == Method::LowestFunction || gene.positions.len() == 1 {
            continue;
        }
        let scene = Scene::new(gene);
        let reference = gene.alleles.iter().find(|allele| allele.reference).unwrap();
        let step = if gene.positions.len() > 80 { 5 } else { 1 };
        for (place, allele) in defined(gene).into_iter().enumerate() {
            let (a, b) = (scene.row(reference, 0), scene.row(allele, 0));
            let whole = Scene::cells(&a, &b, true);
            for skipped in (place % step..gene.positions.len()).step_by(step) {
                let mut cells = whole.clone();
                cells[skipped] = GenotypeCell::no_call();
                let statement = scene.call(&cells);
                let callability = statement.callability.as_ref().unwrap();
                let case = format!("{} {} without {skipped}", gene.symbol, allele.name);
                assert_eq!(callability.missing.len(), 1, "{case}");
                if gene.positions[skipped].required {
                    assert!(matches!(statement.state, GeneState::NotCalled { .. }), "{case}");
                    continue;
                }
                let name = shown(allele).to_owned();
                let also = statement.also_possible.iter().map(alleles_of);
                let called =
                    pairs_called(&statement).into_iter().chain(also).any(|p| p.contains(&name));
                assert!(called || callability.not_excluded.contains(&name), "{case}");
            }
        }
    }
}

/// What a table says twice must not be there: allele names are unique in each gene.
#[test]
fn allele_counts_are_those_of_the_definitions() {
    let knowledge = knowledge();
    let counts: BTreeMap<&str, (usize, usize)> = called_genes(&knowledge)
        .map(|gene| (gene.symbol.as_str(), (defined(gene).len(), gene.positions.len())))
        .collect();
    for (symbol, count) in [
        ("CFTR", (104, 93)),
        ("CYP2D6", (171, 156)),
        ("DPYD", (84, 83)),
        ("G6PD", (185, 171)),
        ("NAT2", (59, 47)),
        ("RYR1", (339, 313)),
    ] {
        assert_eq!(counts[symbol], count, "{symbol}");
    }
}
