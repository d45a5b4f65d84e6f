//! Outputs of other programs, and files made to hurt.

use formats::outside::{
    CELL_BYTES_MAX, OutsideCall, OutsideLimits, OutsideSettings, read_outside_calls,
};
use model::Problem;
use proptest::prelude::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../data/outside/", $name))
    };
}

const TABLE: &str = fixture!("table.tsv");
const CYRIUS: &str = fixture!("cyrius.tsv");
const STELLAR: &str = fixture!("stellarpgx.alleles");
const PYPGX: &str = fixture!("pypgx.data.tsv");
const STARPHASE: &str = fixture!("starphase.json");
const ALDY: &str = fixture!("two-solutions.aldy");

fn settings(gene: Option<&str>) -> OutsideSettings {
    OutsideSettings { gene: gene.map(str::to_owned), ..OutsideSettings::default() }
}

fn read(text: &str, gene: Option<&str>) -> (Vec<OutsideCall>, Vec<Problem>) {
    read_outside_calls(text.as_bytes(), &settings(gene))
}

/// Each call in one line: sample, gene, what was called, line, notes.
fn calls(text: &str, gene: Option<&str>) -> Vec<String> {
    let (calls, problems) = read(text, gene);
    assert_eq!(model::problem::first_error(&problems), None);
    let words = |call: &OutsideCall| {
        let result = &call.result;
        let given = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        format!(
            "{} {} {} | {} | {} @{} {}",
            given(&call.sample),
            result.gene,
            given(&result.diplotype),
            given(&result.phenotype),
            given(&result.activity_score),
            call.line,
            call.notes.join("; "),
        )
        .trim_end()
        .to_owned()
    };
    calls.iter().map(words).collect()
}

/// Code and place of the error that forbids the file.
fn refused(text: &str, gene: Option<&str>) -> (String, String) {
    refused_with(text, &settings(gene))
}

fn refused_with(text: &str, settings: &OutsideSettings) -> (String, String) {
    let (calls, problems) = read_outside_calls(text.as_bytes(), settings);
    assert_eq!(calls, [], "{text}");
    let error = model::problem::first_error(&problems).unwrap_or_else(|| panic!("{text}"));
    (error.code.clone(), error.place.clone())
}

#[test]
fn a_table_of_outside_calls() {
    assert_eq!(
        calls(TABLE, None),
        [
            "- CYP2D6 *1/*3 | - | 1.0 @2",
            "- HLA-B *15:02/*57:01 | - | - @4",
            "- MT-RNR1 1555A>G | - | - @5",
            "- CYP2C19 - | Poor Metabolizer | - @6",
            "- DPYD - | - | 1.5 @7",
            "- CYP2C9 - | - | - @8 not called",
            "- CYP2D6 *4/*10 | - | - @9",
        ]
    );
    let (calls, problems) = read(TABLE, None);
    assert!(calls.iter().all(|call| call.source == "outside call table"));
    let problems: Vec<String> =
        problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect();
    assert_eq!(problems, ["file outside-format", "line 10, column 1 not-a-gene"]);
    let heading = "\u{feff}Gene\tDiplotype\r\nTPMT\t*1/*1\r\n";
    assert_eq!(self::calls(heading, None), ["- TPMT *1/*1 | - | - @2"]);
}

#[test]
fn cyrius() {
    assert_eq!(
        calls(CYRIUS, None),
        [
            "S1 CYP2D6 *1/*2 | - | - @2",
            "S2 CYP2D6 *1/*2 | - | - @3 filter More_than_one_possible_genotype",
            "S2 CYP2D6 *3/*4 | - | - @3 filter More_than_one_possible_genotype",
            "S3 CYP2D6 - | - | - @4 filter None; not called",
            "S4 CYP2D6 - | - | - @5 filter Not_assigned_to_haplotypes; not used, given as *1_*2_*4",
            "S5 CYP2D6 *2x2/*4+*68 | - | - @6",
        ]
    );
}

#[test]
fn stellarpgx() {
    assert_eq!(
        calls(STELLAR, None),
        [
            "- CYP2D6 *1/*4 | Intermediate metaboliser (IM) | 1.0 @15",
            "- CYP2B6 - | - | - @32 not called; \
             Possible novel allele or suballele present: interpret with caution",
        ]
    );
    let several = STELLAR.replace("*1/*4\n", "*1/*4 or *2/*10\n");
    assert_eq!(
        calls(&several, None)[..2],
        ["- CYP2D6 *1/*4 | - | - @15", "- CYP2D6 *2/*10 | - | - @15"]
    );
    let nameless = STELLAR.replace("CYP2D6 Star", "Star");
    assert_eq!(refused(&nameless, None), ("gene-not-stated".into(), "line 15".into()));
    assert_eq!(calls(&nameless, Some("CYP2D6")), calls(STELLAR, None));
}

#[test]
fn pypgx() {
    assert_eq!(
        calls(PYPGX, Some("CYP2D6")),
        [
            "S1 CYP2D6 *1/*4 | Intermediate Metabolizer | - @2",
            "S2 CYP2D6 - | - | - @3 not called, given as Indeterminate",
            "S3 CYP2D6 *1/*68+*4 | - | - @4",
            "S4 CYP2D6 - | - | - @5 not called, given as nothing",
        ]
    );
    assert_eq!(refused(PYPGX, None), ("gene-not-stated".into(), "line 1".into()));
    assert_eq!(refused(PYPGX, Some("no gene")).0, "gene-not-stated");
}

#[test]
fn starphase() {
    assert_eq!(
        calls(STARPHASE, None),
        [
            "- CYP2C19 *1/*2 | - | - @0",
            "- CYP2D6 *4.001 + *68/*1.001 | - | - @0",
            "- CYP2D6 *4.001/*68 + *1.001 | - | - @0",
            "- HLA-A *01:01:01:01/*31:01:02:01 | - | - @0",
            "- NUDT15 - | - | - @0 not called, given as NO_MATCH/NO_MATCH",
            "- TPMT - | - | - @0 not called",
        ]
    );
    for (text, place) in [
        ("{\"gene_details\": 5}", "gene_details"),
        ("{\"gene_details\": {\"TPMT\": {\"diplotypes\": 5}}}", "gene_details.TPMT.diplotypes"),
        (
            "{\"gene_details\": {\"TPMT\": {\"diplotypes\": [5]}}}",
            "gene_details.TPMT.diplotypes[0]",
        ),
        ("{\"gene_details\": {", "line 1, column 18"),
    ] {
        assert_eq!(refused(text, None), ("malformed".into(), place.into()), "{text}");
    }
    let deep = format!("{{\"gene_details\": {}", "[".repeat(100_000));
    assert_eq!(refused(&deep, None).0, "malformed");
}

#[test]
fn aldy() {
    assert_eq!(
        calls(ALDY, None),
        [
            "S1 CYP2D6 *1/*4.021 | - | - @3 solution 1",
            "S1 CYP2D6 *10/*4 | - | - @7 solution 2",
            "S2 CYP2D6 *1/*1 | - | - @10 solution 1",
        ]
    );
    let announced = format!("{ALDY}#Solution 2: *2, *3\n");
    let last = "S2 CYP2D6 - | - | - @11 not called, solution without rows: 2: *2, *3";
    assert_eq!(calls(&announced, None).last().map(String::as_str), Some(last));
    let cut: Vec<&str> = ALDY.lines().take(2).collect();
    assert_eq!(refused(&cut.join("\n"), None).0, "no-calls");
    assert_eq!(
        refused(&ALDY.replace("\tCYP2D6\t1\t*1/*1", "\t\t1\t*1/*1"), None).1,
        "line 10, column 2"
    );
}

#[test]
fn what_is_not_known_lists_what_is() {
    for text in ["", "\n\n", "##fileformat=VCFv4.2\n", "hello world\n", "{\"x\": 1}", "\t\t\n"] {
        assert_eq!(refused(text, None).0, "unknown-format", "{text}");
    }
    let (_, problems) = read("hello", None);
    for name in ["Cyrius", "StellarPGx", "PyPGx", "pb-StarPhase", "Aldy", "table"] {
        assert!(problems[0].text.contains(name), "{}", problems[0].text);
    }
    assert_eq!(refused("# only comments\n", None).0, "unknown-format");
}

#[test]
fn limits_hold_at_the_limit_and_break_one_past_it() {
    let text = "TPMT\t*1/*12\nDPYD\t*1/*1\n";
    let exact = OutsideLimits { file_bytes: text.len(), calls: 2, cell_bytes: 6 };
    let with = |limits| OutsideSettings { gene: None, limits };
    let (calls, problems) = read_outside_calls(text.as_bytes(), &with(exact));
    assert_eq!(calls.len(), 2, "{problems:?}");
    for (limits, place) in [
        (OutsideLimits { file_bytes: text.len() - 1, ..exact }, "file"),
        (OutsideLimits { calls: 1, ..exact }, "line 2"),
        (OutsideLimits { cell_bytes: 5, ..exact }, "line 1, column 2"),
    ] {
        assert_eq!(refused_with(text, &with(limits)), ("limit".into(), place.into()));
    }
    let long = format!("TPMT\t{}\n", "*".repeat(CELL_BYTES_MAX + 1));
    assert_eq!(refused(&long, None).0, "limit");
    // Cells that nobody looks at may be as long and as many as they like.
    let wide =
        format!("TPMT\t*1/*1\t\t\t{}{}\n", "x".repeat(CELL_BYTES_MAX + 1), "\t".repeat(9_999));
    assert_eq!(self::calls(&wide, None), ["- TPMT *1/*1 | - | - @1"]);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in [&b"TPMT\t*1\xff\n"[..], b"TPMT\t*1\0\n"] {
        let (calls, problems) = read_outside_calls(bytes, &OutsideSettings::default());
        assert_eq!(calls, []);
        assert_eq!(problems.last().unwrap().code, "malformed");
    }
}

proptest! {
    #[test]
    fn calls_or_an_error_whatever_comes(
        which in 0_usize..6,
        at: prop::sample::Index,
        junk in prop_oneof!["[\t\n:;/*#{}\\[\\]\"]{0,4}", "\\PC{0,8}"],
    ) {
        let text = [TABLE, CYRIUS, STELLAR, PYPGX, STARPHASE, ALDY][which];
        let mut index = at.index(text.len());
        while !text.is_char_boundary(index) {
            index -= 1;
        }
        let (head, tail) = text.split_at(index);
        let cut = [format!("{head}{junk}"), format!("{junk}{tail}")];
        for text in [&format!("{head}{junk}{tail}"), &cut[0], &cut[1]] {
            let (calls, problems) = read(text, Some("CYP2D6"));
            prop_assert_eq!(calls.is_empty(), model::problem::first_error(&problems).is_some());
            prop_assert!(calls.iter().all(|call| !call.result.gene.is_empty()));
        }
    }
}
