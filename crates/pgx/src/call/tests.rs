//! Calls of small genes whose answers can be seen by eye.

use super::*;
use crate::call_gene;
use crate::testing::{
    allele, block, filtered, gene as gene_of, indel_gene, others_reference, position, record,
    reference, set, snv_gene,
};
use knowledge::pgx::{Fallback, Undocumented};
use model::assay::AbsentPosition;
use proptest::prelude::*;

fn shown(statement: &GeneStatement) -> Vec<String> {
    statement.diplotypes.iter().map(ToString::to_string).collect()
}

fn why(statement: &GeneStatement) -> &str {
    match &statement.state {
        GeneState::NotCalled { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn complete_genotypes_give_the_best_pairs() {
    let gene = snv_gene();
    for (records, diplotypes, phenotype) in [
        (&[][..], &["*1/*1"][..], Some("Normal Metabolizer")),
        (&["100 A G 0/1"], &["*1/*2"], Some("Intermediate Metabolizer")),
        (&["100 A G 1/1"], &["*2/*2"], Some("Poor Metabolizer")),
        (&["100 A G 0/1", "500 A T 0/1"], &["*2/*17"], Some("Intermediate Metabolizer")),
        // As TPMT *3A: unphased, *1/*3 has more positions of its own than *4/*5.
        (&["200 C T 0/1", "300 G A 0/1"], &["*1/*3"], Some("Intermediate Metabolizer")),
        (&["200 C T 0|1", "300 G A 1|0"], &["*4/*5"], Some("Poor Metabolizer")),
        (&["200 C T 0|1", "300 G A 0|1"], &["*1/*3"], Some("Intermediate Metabolizer")),
        (&["200 C T 1|0", "300 G A 1|0"], &["*1/*3"], Some("Intermediate Metabolizer")),
        // Different phase sets say nothing about each other.
        (&["200 C T 0|1:7", "300 G A 1|0:8"], &["*1/*3"], Some("Intermediate Metabolizer")),
        (&["200 C T 0|1:7", "300 G A 1|0:7"], &["*4/*5"], Some("Poor Metabolizer")),
        // One phased and one unphased heterozygous position: not phased to each other.
        (&["200 C T 0|1", "300 G A 0/1"], &["*1/*3"], Some("Intermediate Metabolizer")),
        // A homozygous position belongs to every block.
        (&["200 C T 1/1", "300 G A 0|1"], &["*3/*4"], Some("Poor Metabolizer")),
        (&["400 T C,G 0/1"], &["*1/*6"], Some("Indeterminate")),
    ] {
        let statement = call_gene(&gene, &others_reference(&gene, records));
        assert_eq!(shown(&statement), diplotypes, "{records:?}");
        assert_eq!(statement.phenotype.as_deref(), phenotype, "{records:?}");
        assert_eq!(statement.state, GeneState::Called);
        let callability = statement.callability.unwrap();
        assert!(callability.is_complete());
        assert_eq!(callability.not_excluded, Vec::<String>::new());
    }
}

#[test]
fn a_function_that_is_not_assigned_is_said() {
    let gene = snv_gene();
    let statement = call_gene(&gene, &others_reference(&gene, &["400 T C 0/1"]));
    assert_eq!(statement.notes, ["GENE1*6: function not assigned"]);
}

#[test]
fn ties_are_all_given_and_a_phenotype_only_if_they_agree() {
    let mut gene = snv_gene();
    // *7 = p0 + p1 against *2/*4: the same four positions of the reference row and two own ones.
    gene.alleles.push(allele("*7", &[(0, "G"), (1, "T")], Some("Increased function")));
    gene.alleles[0].cells.clear();
    gene.alleles[0].cells.push((0, vec!["A".into()]));
    let statement =
        call_gene(&gene, &others_reference(&gene, &["100 A G 0/1", "200 C T 0/1", "300 G A 0/1"]));
    assert_eq!(shown(&statement), ["*2/*3", "*5/*7"]);
    assert_eq!(statement.phenotype, None);
    assert_eq!(statement.phenotypes, ["Intermediate Metabolizer", "Poor Metabolizer"]);
    assert!(statement.notes.contains(&"2 diplotypes fit equally well".to_owned()));
}

#[test]
fn a_variant_that_no_allele_has_is_never_defaulted() {
    let mut gene = snv_gene();
    for records in [["400 T A 0/1"], ["400 T <NON_REF> 0/1"], ["400 T * 0/1"]] {
        gene.undocumented = Undocumented::NotCalled;
        let statement = call_gene(&gene, &others_reference(&gene, &records));
        assert_eq!(why(&statement), "rs400: it carries a variant that no known allele has");
        assert_eq!((statement.diplotypes.len(), statement.phenotype), (0, None));
        gene.undocumented = Undocumented::ReferenceWithNote;
        let statement = call_gene(&gene, &others_reference(&gene, &records));
        assert_eq!(shown(&statement), ["*1/*1"]);
        let note = "a variant that no known allele has was counted as reference at rs400";
        assert_eq!(statement.notes, [note]);
    }
    // `G` is listed as ALT, but no allele has it: no pair fits.
    gene.undocumented = Undocumented::NotCalled;
    let statement = call_gene(&gene, &others_reference(&gene, &["400 T G 0/1"]));
    assert_eq!(why(&statement), "no pair of known alleles fits the genotypes");
}

#[test]
fn positions_that_nobody_looked_at_are_dropped_and_said() {
    let mut gene = snv_gene();
    gene.positions[0].tier1 = true;
    let records = vec![record("300 G A 0/1"), record("400 T C 0/0"), record("500 A T ./.")];
    let mut given = set(records);
    let statement = call_gene(&gene, &given);
    // *3 has lost rs200 and cannot be told from *5: both are given.
    assert_eq!(shown(&statement), ["*1/*3", "*1/*5"]);
    let callability = statement.callability.unwrap();
    assert_eq!(callability.words(), "2 of 5 positions tested");
    assert_eq!(callability.missing, ["rs100", "rs200", "rs500"]);
    assert_eq!(callability.not_excluded, ["*2", "*4", "*17"]);
    assert_eq!(callability.tier1_missing, ["rs100"]);
    let note = "positions that every test should cover were not tested: rs100";
    assert!(statement.notes.contains(&note.to_owned()));
    // The operator's statement about the source makes absence reference, but not a no-call.
    given.absent_position = AbsentPosition::Reference;
    let statement = call_gene(&gene, &given);
    assert_eq!(shown(&statement), ["*1/*5"]);
    let callability = statement.callability.unwrap();
    assert_eq!((callability.seen, callability.from_block), (4, 2));
    assert_eq!(callability.missing, ["rs500"]);
}

#[test]
fn three_states() {
    let mut gene = snv_gene();
    let statement = call_gene(&gene, &set(Vec::new()));
    assert_eq!(statement.state, GeneState::NotTested);
    assert_eq!(statement.callability.unwrap().missing.len(), 5);
    let statement = call_gene(&gene, &set(vec![record("100 A G ./.")]));
    assert_eq!(statement.state, GeneState::NotTested);
    let statement = call_gene(&gene, &set(vec![filtered("100 A G 0/1")]));
    assert_eq!(why(&statement), "every record of its positions failed a filter");
    assert_eq!(statement.callability.unwrap().filtered, ["rs100"]);
    gene.positions[1].required = true;
    let statement = call_gene(&gene, &set(vec![record("100 A G 0/1")]));
    assert_eq!(why(&statement), "required positions are not known: rs200");
    assert_eq!(statement.diplotypes, []);
}

#[test]
fn half_calls_odd_ploidy_and_contradictions() {
    let gene = snv_gene();
    let missing = |records: &[&str]| {
        let statement = call_gene(&gene, &others_reference(&gene, records));
        assert_eq!(statement.callability.unwrap().missing, ["rs100"], "{records:?}");
        statement.state
    };
    assert_eq!(missing(&["100 A G 0/."]), GeneState::Called);
    assert_eq!(missing(&["100 A G 0"]), GeneState::Called);
    for (records, text) in [
        (["100 A G ./1"], "rs100: only half of the genotype was called"),
        (["100 A G 1"], "rs100: its number of alleles does not fit the chromosome"),
        (["100 A G 0/0/1"], "rs100: its number of alleles does not fit the chromosome"),
    ] {
        let GeneState::NotCalled { why } = missing(&records) else { panic!("{records:?}") };
        assert_eq!(why, text);
    }
    let twice = set(vec![record("100 A G 1/1"), record("100 A T 0/1")]);
    let statement = call_gene(&gene, &twice);
    assert_eq!(why(&statement), "rs100: its records contradict each other");
}

#[test]
fn alleles_split_over_records_are_joined() {
    let mut gene = snv_gene();
    gene.alleles.push(allele("*8", &[(3, "G")], Some("No function")));
    for records in [
        ["400 T C 1|0", "400 T G 0|1"],
        ["400 T C 0/1", "400 T G 0/1"],
        ["400 T G,C 1/2", "400 T G,C 2/1"],
    ] {
        let statement = call_gene(&gene, &others_reference(&gene, &records));
        assert_eq!(shown(&statement), ["*6/*8"], "{records:?}");
    }
}

#[test]
fn filters_and_blocks_are_kept_apart() {
    let gene = snv_gene();
    let calls = vec![filtered("100 A G 0/1"), block(90, 450), record("500 A T 0/1")];
    let statement = call_gene(&gene, &set(calls));
    assert_eq!(shown(&statement), ["*1/*17"]);
    let callability = statement.callability.unwrap();
    assert_eq!(callability.filtered, ["rs100"]);
    assert_eq!((callability.seen, callability.from_block), (4, 3));
    assert_eq!(callability.not_excluded, ["*2"]);
}

#[test]
fn a_stated_policy_does_not_reach_into_what_a_record_speaks_of() {
    use model::genotype::Evidence;
    let gene = snv_gene();
    let over = |evidence: Evidence, genotype: &str| {
        let mut call = record(&format!("90 A <*> {genotype}"));
        call.evidence = evidence;
        let mut given = set(vec![call]);
        given.absent_position = AbsentPosition::Reference;
        call_gene(&gene, &given).callability.unwrap()
    };
    let failed = Evidence::Filtered { filter: "q10".into(), end: Some(250) };
    assert_eq!(over(failed, "0/0").filtered, ["rs100", "rs200"]);
    assert_eq!(over(Evidence::ReferenceBlock { end: 250 }, "./.").missing, ["rs100", "rs200"]);
    let mut deletion = record("90 A <DEL> 0/1");
    deletion.evidence = Evidence::Structural { end: 250 };
    let mut given = set(vec![deletion.clone()]);
    given.absent_position = AbsentPosition::Reference;
    let reason = "rs100: it carries a variant that no known allele has; \
                  rs200: it carries a variant that no known allele has";
    assert_eq!(why(&call_gene(&gene, &given)), reason);
    deletion.alleles = vec![Some(0), Some(0)];
    given.calls = vec![deletion];
    assert_eq!(shown(&call_gene(&gene, &given)), ["*1/*1"]);
}

#[test]
fn a_longer_record_speaks_for_the_bases_it_spans() {
    let gene = snv_gene();
    for (text, diplotypes) in [
        // Two neighbouring bases replaced as one.
        ("99 CA CG 0/1", vec!["*1/*2"]),
        ("99 CA TG 1/1", vec!["*2/*2"]),
        // A deletion beside the position leaves its base alone.
        ("97 GTC G 0/1", vec!["*1/*1"]),
        ("100 A AT 0/1", vec!["*1/*1"]),
    ] {
        let mut given = others_reference(&gene, &[text]);
        given.calls.retain(|call| call.position != 100 || call.alternates == ["AT"]);
        assert_eq!(shown(&call_gene(&gene, &given)), diplotypes, "{text}");
    }
    let mut given = others_reference(&gene, &["98 TCAG T 0/1"]);
    given.calls.retain(|call| call.position != 100);
    let statement = call_gene(&gene, &given);
    assert_eq!(why(&statement), "rs100: it carries a variant that no known allele has");
}

#[test]
fn a_known_deletion_explains_the_bases_it_takes() {
    // As in G6PD: a deletion of the table spans a single-base position.
    let positions = vec![position(98, "TCAG", &["T"]), position(100, "A", &["G"])];
    let alleles = vec![
        reference("*1", &positions),
        allele("*2", &[(0, "T")], Some("No function")),
        allele("*3", &[(1, "G")], Some("Increased function")),
    ];
    let gene = gene_of(positions, alleles);
    for (records, diplotypes) in [
        (vec!["98 TCAG T 1/1"], vec!["*2/*2"]),
        (vec!["98 TCAG T 1/1", "100 A * 1/1"], vec!["*2/*2"]),
        (vec!["98 TCAG T 0/1"], vec!["*1/*2"]),
        (vec!["98 TCAG T 0/1", "100 A G,* 1/2"], vec!["*2/*3"]),
    ] {
        let calls = records.iter().map(|text| record(text)).collect();
        assert_eq!(shown(&call_gene(&gene, &set(calls))), diplotypes, "{records:?}");
    }
}

#[test]
fn a_missing_base_belongs_to_the_allele_with_the_deletion() {
    // As G6PD A and Nara: *4 must not take the strand whose base is gone.
    let positions =
        vec![position(90, "A", &["G"]), position(98, "TCAG", &["T"]), position(100, "A", &["G"])];
    let alleles = vec![
        reference("*1", &positions),
        allele("*2", &[(1, "T")], Some("No function")),
        allele("*3", &[(0, "G")], Some("Normal function")),
        allele("*4", &[(0, "G"), (2, "G")], Some("No function")),
    ];
    let gene = gene_of(positions, alleles);
    let calls = vec![record("90 A G 0/1"), record("98 TCAG T 0/1"), record("100 A * 0/1")];
    assert_eq!(shown(&call_gene(&gene, &set(calls))), ["*2/*3"]);
    // `*` without the deletion's own record: that allele has nothing of its own left.
    let statement = call_gene(&gene, &set(vec![record("90 A G 0/0"), record("100 A * 0/1")]));
    assert_eq!(why(&statement), "no pair of known alleles fits the genotypes");
    assert_eq!(statement.callability.unwrap().not_excluded, ["*1", "*2"]);
}

#[test]
fn an_insertion_is_known_in_every_spelling() {
    let gene = indel_gene();
    for (text, diplotypes) in [
        ("100 C CT 0/1", ["*1/*2"]),
        ("100 C CT,CTT 1/2", ["*2/*3"]),
        ("101 T TT 0/1", ["*1/*2"]),
        ("103 T TT 1/1", ["*2/*2"]),
        ("104 A TA 0/1", ["*1/*2"]),
        ("100 CTTT CTTTTT 0/1", ["*1/*3"]),
        ("99 AC ACT 0/1", ["*1/*2"]),
        ("100 C CT 0/0", ["*1/*1"]),
        // A changed base at the anchor is not a change of length.
        ("100 C G 0/1", ["*1/*1"]),
    ] {
        let calls = vec![record(text), record("110 A G 0/0")];
        assert_eq!(shown(&call_gene(&gene, &set(calls))), diplotypes, "{text}");
    }
    for text in ["101 TT T 0/1", "100 C CA 0/1", "102 T TTTT 0/1"] {
        let calls = vec![record(text), record("110 A G 0/0")];
        let statement = call_gene(&gene, &set(calls));
        assert_eq!(why(&statement), "rs100: it carries a variant that no known allele has");
    }
}

#[test]
fn reference_at_an_insertion_needs_the_whole_repeat() {
    let gene = indel_gene();
    let call = |calls| call_gene(&gene, &set(calls));
    let whole = call(vec![block(90, 104), record("110 A G 0/0")]);
    assert_eq!(whole.callability.as_ref().unwrap().from_block, 1);
    assert_eq!((shown(&whole), whole.notes.len()), (vec!["*1/*1".to_owned()], 0));
    let joined = call(vec![block(90, 102), block(103, 120)]);
    assert_eq!(joined.callability.unwrap().from_block, 2);
    let partial = call(vec![block(90, 102), record("110 A G 0/0")]);
    assert_eq!(partial.callability.unwrap().missing, ["rs100"]);
    let anchor = call(vec![record("100 C . 0/0"), record("110 A G 0/0")]);
    assert_eq!(shown(&anchor), ["*1/*1"]);
    assert!(anchor.notes[0].starts_with("reference is assumed at rs100"), "{:?}", anchor.notes);
}

#[test]
fn without_a_fitting_pair_one_position_may_decide() {
    let mut gene = snv_gene();
    gene.fallback = Some(Fallback {
        position: 0,
        functions: vec![("A".into(), "Normal function".into()), ("G".into(), "No function".into())],
    });
    let given = others_reference(&gene, &["100 A G 0/1", "400 T G 0/1"]);
    let statement = call_gene(&gene, &given);
    assert_eq!(statement.basis, Basis::SinglePosition);
    assert_eq!((statement.state.clone(), shown(&statement).len()), (GeneState::Called, 0));
    assert_eq!(statement.phenotype.as_deref(), Some("Intermediate Metabolizer"));
    assert!(statement.notes[0].contains("rests on rs100 alone (A/G)"), "{:?}", statement.notes);
    let given = others_reference(&gene, &["100 A T,G 1/2", "400 T G 0/1"]);
    assert!(matches!(call_gene(&gene, &given).state, GeneState::NotCalled { .. }));
}

#[test]
fn one_x_chromosome_gives_one_allele() {
    let mut gene = snv_gene();
    gene.chromosome = "chrX".into();
    gene.copies = knowledge::pgx::Copies::BySex;
    gene.phenotypes.push(crate::testing::rule("No function", "-", "Poor Metabolizer"));
    let on_x = |records: &[&str]| {
        let mut given = others_reference(&gene, records);
        for call in &mut given.calls {
            call.chromosome = "chrX".into();
        }
        call_gene(&gene, &given)
    };
    let single = on_x(&["100 A G 1", "200 C T 0"]);
    assert_eq!(shown(&single), ["*2"]);
    assert_eq!(single.phenotype.as_deref(), Some("Poor Metabolizer"));
    assert_eq!(shown(&on_x(&["100 A G 0/1"])), ["*1/*2"]);
    let mixed = on_x(&["100 A G 1", "200 C T 0/1"]);
    assert!(matches!(mixed.state, GeneState::NotCalled { .. }));
}

/// `n` positions, one allele each, and every neighbouring pair of positions as one more allele:
/// with all positions heterozygous nothing is compatible with everything but the reference.
fn wide_gene(n: usize) -> Gene {
    let positions: Vec<_> = (0..n).map(|i| position(100 + i as u64, "A", &["G"])).collect();
    let mut alleles = vec![reference("*1", &positions)];
    for first in 0..n {
        alleles.push(allele(&format!("*{}", alleles.len() + 1), &[(first, "G")], None));
        for second in first + 1..n {
            let cells = [(first, "G"), (second, "G")];
            alleles.push(allele(&format!("*{}", alleles.len() + 1), &cells, None));
        }
    }
    gene_of(positions, alleles)
}

#[test]
fn thirty_unphased_heterozygous_positions_stay_polynomial() {
    let gene = wide_gene(30);
    let calls = (100..130).map(|at| record(&format!("{at} A G 0/1"))).collect();
    let statement = call_gene(&gene, &set(calls));
    assert_eq!(why(&statement), "no pair of known alleles fits the genotypes");
    // Two of 24 positions known: every allele of the other 22 cannot be excluded.
    let gene = wide_gene(24);
    let calls = vec![record("100 A G 0/1"), record("101 A G 0/1")];
    let statement = call_gene(&gene, &set(calls));
    assert_eq!(shown(&statement), ["*1/*3"]);
    assert_eq!(statement.callability.unwrap().not_excluded.len(), 24 * 25 / 2 - 3);
}

#[test]
fn listed_diplotypes_end_at_the_limit() {
    // n alleles that share one position and each have another, missing one: all pairs tie.
    let tied = |n: usize| {
        let positions: Vec<_> = (0..=n).map(|i| position(100 + i as u64, "A", &["G"])).collect();
        let mut alleles = vec![reference("*1", &positions)];
        for index in 1..=n {
            let cells = [(0, "G"), (index, "G")];
            alleles.push(allele(&format!("*{}", index + 1), &cells, None));
        }
        call_gene(&gene_of(positions, alleles), &set(vec![record("100 A G 1/1")]))
    };
    let statement = tied(44);
    assert_eq!(statement.diplotypes.len(), 44 * 45 / 2);
    let statement = tied(45);
    assert_eq!(statement.diplotypes.len(), DIPLOTYPES_MAX);
    assert!(statement.notes.contains(&"only the first 1000 diplotypes are listed".to_owned()));
    assert!(statement.notes.contains(&"1035 diplotypes fit equally well".to_owned()));
}

fn any_record() -> impl Strategy<Value = model::genotype::GenotypeCall> {
    let words = "(0|9[0-9]|10[0-9]|110|200|18446744073709551615) ([ACGT]{1,4}|-|N) \
                 ([ACGT]{1,4}(,[ACGT*]{1,3})?|[*]|<NON_REF>|-|[.]) [012.]([/|][0-3.]){0,2}(:7)?";
    (words, prop_oneof![Just(0_u64), Just(50), Just(u64::MAX)], 0..5_u8).prop_map(
        |(text, length, kind)| {
            use model::genotype::Evidence;
            let mut call = record(&text);
            let end = call.position.saturating_add(length);
            call.evidence = match kind {
                0 => Evidence::Filtered { filter: "q".into(), end: Some(end) },
                1 => Evidence::ReferenceBlock { end },
                2 => Evidence::Structural { end },
                _ => Evidence::Called,
            };
            call
        },
    )
}

proptest! {
    #[test]
    fn any_records_give_one_of_three_states(
        calls in proptest::collection::vec(any_record(), 0..8),
        on_x: bool,
    ) {
        for mut gene in [snv_gene(), indel_gene()] {
            let mut given = set(calls.clone());
            if on_x {
                gene.copies = knowledge::pgx::Copies::BySex;
                gene.chromosome = "chrX".into();
                given.calls.iter_mut().for_each(|call| call.chromosome = "chrX".into());
            }
            let statement = call_gene(&gene, &given);
            let callability = statement.callability.as_ref().unwrap();
            let known = callability.missing.len() + callability.filtered.len();
            prop_assert_eq!(callability.seen as usize + known, gene.positions.len());
            prop_assert_eq!(
                statement.state == GeneState::Called,
                !statement.diplotypes.is_empty()
            );
            if statement.state == GeneState::NotTested {
                prop_assert_eq!(callability.seen, 0);
            }
            if statement.phenotype.is_some() {
                prop_assert_eq!(statement.phenotypes.len(), 1);
            }
        }
    }
}

/// Research: what no pair explains is named by what is there, has no phenotype and is labelled.
#[test]
fn combinations_and_partial_alleles_are_research_only() {
    let gene = snv_gene();
    let research = Settings { research_combinations: true, ..Settings::default() };
    for (records, calls) in [
        // *2 and *17 on one strand.
        (&["100 A G 0|1", "500 A T 0|1"][..], &["*1/[*2 + *17]"][..]),
        // *2 with a base that no allele has.
        (&["100 A G 0/1", "400 T A 0/1"], &["*1/[*2 + g.400T>A]", "*2/[*1 + g.400T>A]"]),
        (&["100 A G 1/1", "500 A T 0/1"], &["*2/[*2 + *17]"]),
    ] {
        let given = others_reference(&gene, records);
        let plain = call_gene(&gene, &given);
        assert!(matches!(plain.state, GeneState::NotCalled { .. }), "{records:?}");
        let statement = crate::call_gene_with(&gene, &given, &research);
        assert_eq!(statement.state, GeneState::Called, "{records:?}");
        assert!(statement.research);
        assert_eq!((statement.phenotype.as_deref(), statement.phenotypes.len()), (None, 0));
        for call in calls {
            assert!(shown(&statement).contains(&(*call).to_owned()), "{:?}", shown(&statement));
        }
    }
    // Where a named pair fits, every one that does is given.
    let given = others_reference(&gene, &["200 C T 0/1", "300 G A 0/1"]);
    let statement = crate::call_gene_with(&gene, &given, &research);
    assert_eq!(shown(&statement), ["*1/*3", "*4/*5"]);
}
