//! What a report says is not there, kept for comparing it with what its laboratory sent beside it.

use pdf::{FieldName, Reading};
use testkit::pdf::{Text, report};

fn denied(texts: &[Text<'_>]) -> Vec<String> {
    let person = ("Ana Example", "1970-03-04", "100");
    let reading: Reading = pdf::read(&report(person, texts), &super::genes()).unwrap();
    let one = |denial: &pdf::Denial| {
        use FieldName::{Change, Coding, Protein};
        let values = [Coding, Protein, Change].into_iter().filter_map(|name| denial.value(name));
        [denial.gene.as_str()].into_iter().chain(values).collect::<Vec<_>>().join(" ")
    };
    reading.denied.iter().map(one).collect()
}

#[test]
fn a_denial_names_a_change_or_all_of_a_gene() {
    for (line, expected) in [
        ("KRAS G12C not detected", &["KRAS p.G12C"][..]),
        ("BRAF c.1799T>A p.Val600Glu: Not detected.", &["BRAF c.1799T>A p.Val600Glu"]),
        ("ERBB2 amplification not detected", &["ERBB2 amplification"]),
        ("KRAS: wild-type", &["KRAS"]),
        ("No pathogenic variants in TP53, KRAS and NRAS", &["TP53", "KRAS", "NRAS"]),
        // Nobody knows: that is no denial.
        ("KRAS not tested", &[]),
        ("EGFR L858R: failed, not detected", &[]),
        // Prose says more than that something is not there.
        ("KRAS variants were not detected above 5 % in this specimen", &[]),
        ("BRAF V600E", &[]),
    ] {
        let texts = [(40.0, 100.0, "Results"), (40.0, 140.0, line), (40.0, 200.0, "EGFR L858R")];
        assert_eq!(denied(&texts), expected, "{line}");
    }
}

#[test]
fn tables_lines_below_and_a_part_of_negatives_deny() {
    let table = [
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "Gene"),
        (140.0, 120.0, "Protein change"),
        (260.0, 120.0, "Remark"),
        (40.0, 140.0, "BRAF"),
        (140.0, 140.0, "p.Val600Glu"),
        (260.0, 140.0, "Not detected"),
    ];
    assert_eq!(denied(&table), ["BRAF p.Val600Glu"]);
    let below = [
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "BRAF V600E"),
        (40.0, 154.0, "Not detected"),
        (40.0, 190.0, "KRAS G12D"),
    ];
    assert_eq!(denied(&below), ["BRAF p.V600E"]);
    let negatives = [
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "KRAS G12D"),
        (40.0, 180.0, "Pertinent negatives"),
        (40.0, 220.0, "BRAF V600E"),
        (40.0, 260.0, "EGFR"),
        (40.0, 300.0, "Methods"),
        (40.0, 340.0, "NRAS"),
    ];
    assert_eq!(denied(&negatives), ["BRAF p.V600E", "EGFR"]);
}
