//! Made-up gene results.

use model::statement::{Basis, Callability, Diplotype, GeneState, GeneStatement};

fn gene(symbol: &str, state: GeneState, callability: Option<Callability>) -> GeneStatement {
    GeneStatement {
        gene: symbol.into(),
        hgnc: "HGNC:2621".into(),
        state,
        callability,
        ..GeneStatement::default()
    }
}

fn called(
    symbol: &str,
    pairs: &[(&str, &str)],
    phenotypes: &[&str],
    callability: Option<Callability>,
) -> GeneStatement {
    let mut statement = gene(symbol, GeneState::Called, callability);
    let pair = |&(first, second): &(&str, &str)| Diplotype {
        first: first.into(),
        second: Some(second.into()),
    };
    statement.diplotypes = pairs.iter().map(pair).collect();
    statement.phased = pairs.iter().all(|(first, second)| first == second);
    statement.phenotypes = phenotypes.iter().map(|&text| text.into()).collect();
    statement.phenotype = match phenotypes {
        [only] => Some((*only).into()),
        _ => None,
    };
    statement
}

fn seen(positions: u32, seen: u32) -> Callability {
    Callability { positions, seen, ..Callability::default() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.into()).collect()
}

/// One result of each kind, in no order.
pub(crate) fn genes() -> Vec<GeneStatement> {
    let array = Callability {
        missing: names(&["rs1800462", "rs1800584", "rs56161402", "chr6:18130762", "rs79901429"]),
        filtered: names(&["rs1142345"]),
        not_excluded: names(&["*2", "*4", "*6", "*7", "*8", "*9", "*10", "*11", "*12", "*13"]),
        tier1_missing: names(&["rs1800462"]),
        ..seen(43, 6)
    };
    let untested: Vec<String> = (0..83).map(|at| format!("chr1:{}", 97_000_000 + at)).collect();
    let untested = Callability { missing: untested, ..seen(83, 0) };
    let blocks = Callability { from_block: 33, ..seen(35, 35) };
    let why = GeneState::NotCalled {
        why: "chr13:48037798 has a base that no allele of the table has".into(),
    };
    let mut reported = called("CYP2D6", &[("*1", "*4")], &["Normal Metabolizer"], None);
    reported.basis = Basis::Reported;
    reported.activity_score = Some("1.25".into());
    let mut single = called("SLCO1B1", &[], &["Decreased Function"], Some(seen(34, 1)));
    single.basis = Basis::SinglePosition;
    let two = ["Normal Metabolizer", "Intermediate Metabolizer"];
    let mut tied = called("CYP2C9", &[("*1", "*2"), ("*1", "*35")], &two, Some(seen(60, 60)));
    tied.notes = vec!["2 diplotypes fit equally well".into()];
    vec![
        gene("DPYD", GeneState::NotTested, Some(untested)),
        called("TPMT", &[("*1", "*1")], &["Normal Metabolizer"], Some(array)),
        gene("NUDT15", why, Some(seen(18, 17))),
        called("CYP2C19", &[("*2", "*2")], &["Poor Metabolizer"], Some(blocks)),
        single,
        reported,
        tied,
        research("CYP2B6", ("*1", "*4 + *9"), "Intermediate Metabolizer"),
    ]
}

/// A call from a combination that no table has: research only.
fn research(symbol: &str, pair: (&str, &str), phenotype: &str) -> GeneStatement {
    let mut statement = called(symbol, &[pair], &[phenotype], Some(seen(34, 34)));
    statement.research = true;
    statement
}

/// Results of the less usual kinds, in no order.
pub(crate) fn unusual() -> Vec<GeneStatement> {
    let mut typed = called(
        "HLA-B",
        &[("*07:02", "*57:01")],
        &["*15:02 negative; *57:01 positive; *58:01 negative"],
        None,
    );
    typed.basis = Basis::Reported;

    let mut variants = called("DPYD", &[], &["Intermediate Metabolizer"], Some(seen(83, 83)));
    variants.variants = names(&["c.1129-5923C>G, c.1236G>A (HapB3)", "c.2846A>T"]);
    variants.activity_score = Some("1.0".into());
    variants.phased = false;

    let two = ["Intermediate Metabolizer", "Poor Metabolizer"];
    let mut ambiguous = called("CYP2C9", &[("*1", "*3"), ("*1", "*18")], &two, Some(seen(60, 59)));
    ambiguous.activity_scores = names(&["1.0", "0.5"]);
    ambiguous.also_possible = vec![Diplotype { first: "*3".into(), second: Some("*59".into()) }];
    ambiguous.unexplained = names(&["rs9332239 C>G"]);

    let open = Callability {
        missing: names(&["rs116855232"]),
        not_excluded: names(&["*3C"]),
        phenotypes_not_excluded: names(&["Intermediate Metabolizer"]),
        assumed: names(&["rs746071566"]),
        ..seen(18, 17)
    };
    let partly = called("NUDT15", &[("*1", "*1")], &["Normal Metabolizer"], Some(open));

    let mut one = called("G6PD", &[], &["Deficient"], Some(seen(180, 180)));
    one.diplotypes = vec![Diplotype { first: "A- 202A_376G".into(), second: None }];
    one.notes = vec!["read as one X chromosome: male".into()];

    let cyp2d6 = research("CYP2D6", ("*1", "*4"), "Intermediate Metabolizer");
    vec![typed, variants, ambiguous, partly, one, cyp2d6]
}
