//! How well reports are read, field by field.

use pdf::FieldName;
use pdf::accuracy::{Counts, Expected, of};
use testkit::pdf::report;

const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");

fn counts(findings: &str) -> Vec<(FieldName, [usize; 4])> {
    let texts = [
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "BRAF p.Val600Glu"),
        (40.0, 180.0, "KRAS p.Gly12Asp"),
        (40.0, 220.0, "KRAS p.Gly13Asp"),
    ];
    let reading = pdf::read(&report(PERSON, &texts), &super::genes()).unwrap();
    assert_eq!(reading.proposals.len(), 3);
    let text = format!("{{\"template\": \"north\", \"findings\": {findings}}}");
    let expected: Expected = serde_json::from_str(&text).unwrap();
    let four = |count: Counts| [count.right, count.wrong, count.missed, count.extra];
    of(&reading, &expected).into_iter().map(|(name, count)| (name, four(count))).collect()
}

#[test]
fn each_field_is_right_wrong_missed_or_not_stated() {
    use FieldName::{Gene, Protein, Significance};
    let kras = r#"{"gene": "KRAS", "protein": "p.Gly13Asp"},
        {"gene": "KRAS", "protein": "p.Gly12Asp"}"#;
    let braf = r#"{"gene": "BRAF", "protein": "p.Val600Glu"}"#;
    // In any order, each proposal is taken once.
    let all = counts(&format!("[{kras}, {braf}]"));
    assert_eq!(all, [(Gene, [3, 0, 0, 0]), (Protein, [3, 0, 0, 0])]);
    let other = braf.replace("Val600Glu", "Val600Lys");
    let all = counts(&format!("[{kras}, {other}]"));
    assert_eq!(all, [(Gene, [3, 0, 0, 0]), (Protein, [2, 1, 0, 0])]);
    let blank = braf.replace('}', r#", "significance": "Pathogenic"}"#);
    let all = counts(&format!("[{kras}, {blank}]"));
    assert_eq!(all, [(Gene, [3, 0, 0, 0]), (Protein, [3, 0, 0, 0]), (Significance, [0, 0, 1, 0])]);
    let missed = braf.replace("BRAF", "NRAS");
    let all = counts(&format!("[{kras}, {missed}]"));
    assert_eq!(all, [(Gene, [2, 0, 1, 1]), (Protein, [2, 0, 1, 1])]);
    assert_eq!(counts("[]"), [(Gene, [0, 0, 0, 3]), (Protein, [0, 0, 0, 3])]);
}
