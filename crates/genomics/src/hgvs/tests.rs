use super::*;
use crate::allele::{NoReference, Reference};
use proptest::prelude::*;

/// start, end, deleted, inserted.
type Expected = Option<(u64, u64, Option<&'static str>, Inserted)>;

fn bases(text: &str) -> Inserted {
    Inserted::Bases(text.to_owned())
}

#[test]
fn genomic_expressions_are_changes_of_their_sequence() {
    let cases: Vec<(&str, Expected)> = vec![
        // Examples of the HGVS nomenclature and of the Genomics Reporting guide.
        ("NC_000010.10:g.121551307G>A", Some((121_551_306, 121_551_307, Some("G"), bases("A")))),
        ("NC_000023.11:g.33344590del", Some((33_344_589, 33_344_590, None, bases("")))),
        ("NC_000023.11:g.10_12delACG", Some((9, 12, Some("ACG"), bases("")))),
        ("NC_000023.11:g.10_12del3", Some((9, 12, None, bases("")))),
        ("NC_000023.11:g.10_12delAC", None),
        (
            "NC_000003.11:g.142269071_142269072insTTACT",
            Some((142_269_071, 142_269_071, Some(""), bases("TTACT"))),
        ),
        ("NC_000003.11:g.10insT", None),
        ("NC_000003.11:g.10_12insT", None),
        ("NC_000001.11:g.1234_1235delinsAT", Some((1233, 1235, None, bases("AT")))),
        ("NC_000001.11:g.1234_1235delGGinsAT", Some((1233, 1235, Some("GG"), bases("AT")))),
        ("NC_000001.11:g.1234_1235dup", Some((1233, 1235, None, Inserted::Duplicated))),
        ("NC_000001.11:g.1234_1236inv", Some((1233, 1236, None, Inserted::Inverted))),
        ("NC_000001.11:g.1234=", Some((1233, 1234, None, Inserted::Unchanged))),
        ("NC_000001.11:g.1234C=", Some((1233, 1234, Some("C"), Inserted::Unchanged))),
        ("NC_012920.1:m.1555A>G", Some((1554, 1555, Some("A"), bases("G")))),
        ("NC_000001.11 : g.5A>g", Some((4, 5, Some("A"), bases("G")))),
        ("NC_000001.11:g.0A>G", None),
        ("NC_000001.11:g.6_5del", None),
        ("NC_000001.11:g.5A>", None),
        ("NC_000001.11:g.", None),
        ("NC_000001.11:g.5X>G", None),
        ("NC_000001:g.5A>G", None),
        ("chr1:g.5A>G", None),
        ("not hgvs", None),
    ];
    for (text, expected) in cases {
        let read = parse(text).map(|hgvs| match hgvs.place {
            Place::Change(c) => (c.start, c.end, c.deleted, c.inserted),
            other => panic!("{text}: {other:?}"),
        });
        let expected = expected.map(|(s, e, d, i)| (s, e, d.map(str::to_owned), i));
        assert_eq!(read, expected, "{text}");
    }
}

#[test]
fn what_cannot_be_placed_is_a_name() {
    for (text, name) in [
        ("NM_000251.3(MSH2):c.1832del", "NM_000251.3:c.1832del"),
        ("NM_001354609.2:c.1799T>A", "NM_001354609.2:c.1799T>A"),
        ("NM_001395543.1:c.-171T>C", "NM_001395543.1:c.-171T>C"),
        ("NM_000769.4:c.332-23A>G", "NM_000769.4:c.332-23A>G"),
        ("NM_004643.3:c.3GGC[14]", "NM_004643.3:c.3GGC[14]"),
        ("NM_000038.6:c.*12del", "NM_000038.6:c.*12del"),
        ("NR_002196.2:n.601G>T", "NR_002196.2:n.601G>T"),
        ("NP_003997.1:p.(Trp24Cys)", "NP_003997.1:p.(Trp24Cys)"),
        ("NC_000001.11:g.5_7[12]", "NC_000001.11:g.5_7[12]"),
        ("LRG_199t1:c.357+1G>A", "LRG_199t1:c.357+1G>A"),
        ("NM_000251:c.1832del", ""),
        ("NM_000251.3:c.", ""),
        ("NM_000251.3:c.1832", ""),
        ("NM_000251.3:x.1832del", ""),
        ("NM_000251.3(:c.1832del", ""),
    ] {
        match parse(text) {
            Some(read) => {
                assert_eq!((read.name.as_str(), read.place), (name, Place::Elsewhere), "{text}");
            }
            None => assert_eq!(name, "", "{text}"),
        }
    }
}

#[test]
fn uncertain_ends_are_bounds() {
    let range = |start, end| Some(Range::new("NC_000023.11", start, end));
    for (change, inner, outer) in [
        ("(10_20)_(30_40)del", range(19, 30), range(9, 40)),
        ("(?_20)_(30_?)dup", range(19, 30), None),
        ("(10_?)_(?_40)del", None, range(9, 40)),
        ("(10_20)_40del", range(19, 40), range(9, 40)),
        ("(10_40)del", None, range(9, 40)),
    ] {
        let read = parse(&format!("NC_000023.11:g.{change}")).unwrap();
        assert_eq!(read.place, Place::Bounds { inner, outer }, "{change}");
    }
    for bad in ["(10_20_(30_40)del", "(?_?)_(?_?)del", "(a_b)_(c_d)del", "()del"] {
        assert_eq!(parse(&format!("NC_000023.11:g.{bad}")), None, "{bad}");
    }
}

/// `AAACACACAG`, from 0.
struct Held;

impl Reference for Held {
    fn bases(&self, range: &Range) -> Option<String> {
        let bounds = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        "AAACACACAGT".get(bounds).map(str::to_owned)
    }
}

#[test]
fn expressions_are_written_by_the_rule_of_the_last_place() {
    for (text, bare, known) in [
        ("NC_000001.11:g.4C>T", "g.4C>T", "g.4C>T"),
        ("NC_000001.11:g.4_5del", "g.4_5del", "g.8_9del"),
        ("NC_000001.11:g.3_4insCA", "g.3_4insCA", "g.8_9dup"),
        ("NC_000001.11:g.4_5delinsTT", "g.4_5delinsTT", "g.4_5delinsTT"),
        ("NC_000001.11:g.4=", "g.4=", "g.4="),
        ("NC_000001.11:g.9_10insT", "g.9_10insT", "g.9_10insT"),
        ("NC_000001.11:g.4_5dup", "g.4_5dup", "g.8_9dup"),
        ("NC_000001.11:g.4_5inv", "g.4_5inv", "g.4_5delinsTG"),
    ] {
        let Place::Change(change) = parse(text).unwrap().place else { panic!("{text}") };
        let written = |reference: &dyn Reference| {
            let allele = change.clone().canonical(reference).unwrap();
            genomic(&allele).strip_prefix("NC_000001.11:").unwrap().to_owned()
        };
        assert_eq!(written(&NoReference), bare, "{text}");
        assert_eq!(written(&Held), known, "{text}");
    }
}

proptest! {
    #[test]
    fn writing_and_reading_are_inverse(start in 1u64..1_000_000, deleted in "[ACGT]{0,5}",
        inserted in "[ACGT]{0,5}") {
        prop_assume!(deleted != inserted);
        let text = format!("NC_000001.11:{start}:{deleted}:{inserted}");
        let allele = crate::spdi::parse(&text).unwrap().canonical(&NoReference).unwrap();
        let written = genomic(&allele);
        let Some(Hgvs { place: Place::Change(change), .. }) = parse(&written) else {
            return Err(TestCaseError::fail(written));
        };
        let again = change.canonical(&NoReference).unwrap();
        prop_assert_eq!(again.compare(&allele), crate::allele::Comparison::Same, "{}", written);
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "\\PC{0,60}",
        tail in "[0-9_()?delinsup>ACGT=\\[\\]]{0,20}") {
        let _ = parse(&text);
        let _ = parse(&format!("NC_000001.11:g.{tail}"));
        let _ = parse(&format!("NM_000251.3:c.{tail}"));
    }
}
