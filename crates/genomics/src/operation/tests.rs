use super::*;
use crate::allele::NoReference;
use crate::answer::{Coverage, FaultKind, Value};
use crate::asked::{Given, operation as named};
use crate::finding::{Content, Finding, Presence, Regions, Study, Variant};
use crate::lift::Lifted;
use crate::range::Range;
use crate::token::Label;
use crate::{hgvs, spdi};

const CHR7: &str = "NC_000007.14";

fn variant(id: &str, spelling: &str) -> Finding {
    let read = hgvs::parse(spelling);
    let change = spdi::parse(spelling).or_else(|| match read.clone()?.place {
        hgvs::Place::Change(change) => Some(change),
        _ => None,
    });
    let name = read.map_or(spelling.to_owned(), |read| read.name);
    let alleles = change.map(|change| change.canonical(&NoReference).unwrap());
    let variant = Variant {
        presence: Presence::Present,
        is_reference: alleles.as_ref().is_some_and(crate::allele::Allele::is_reference),
        names: vec![name],
        alleles: alleles.into_iter().collect(),
        possible: vec![],
        exact: vec![],
        inner: vec![],
        outer: vec![],
        is_symbolic: false,
    };
    finding(id, Content::Variant(variant))
}

fn finding(id: &str, content: Content) -> Finding {
    Finding {
        reference: format!("Observation/{id}"),
        is_standing: true,
        source_class: None,
        date: None,
        tests: vec![],
        specimens: vec![],
        derived_from: vec![],
        genes: vec![],
        content,
    }
}

fn study(studied: &[(u64, u64)], uncallable: &[(u64, u64)]) -> Study {
    let regions = |ranges: &[(u64, u64)]| Regions {
        ranges: ranges.iter().map(|(start, end)| Range::new(CHR7, *start, *end)).collect(),
        has_more: false,
    };
    Study {
        labels: vec![Label::plain("t")],
        studied: regions(studied),
        uncallable: regions(uncallable),
        ..Study::default()
    }
}

fn ask(
    name: &str,
    given: &[(&str, &str)],
    dossier: &Dossier,
    lift_over: Option<&dyn LiftOver>,
) -> Result<Vec<Part>, Fault> {
    let operation = named(name).unwrap();
    let mut all = vec![("subject".to_owned(), Given::Text("p".into()))];
    all.extend(given.iter().map(|(n, v)| ((*n).to_owned(), Given::Text((*v).to_owned()))));
    let tools = Tools { lift_over, contract: Contract::Guide };
    let asked = Asked::read(operation, Contract::Guide, &all, &NoReference)?;
    answer(operation, &asked, dossier, tools)
}

/// The presence of the first item.
fn presence(parts: &[Part]) -> (bool, Coverage) {
    let part = parts[0].parts.iter().find(|part| part.name == "presence").unwrap();
    match &part.value {
        Value::Presence(is_there, coverage) => (*is_there, coverage.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn not_studied_is_never_an_absence() {
    let range = |start, end| Range::new(CHR7, start, end);
    let none = Dossier::default();
    let elsewhere = variant("v", "NC_000007.14:5000:A:T");
    let unplaced = variant("u", "NM_004333.6:c.1799T>A");
    let with = |findings: &[&Finding], studies: &[Study]| Dossier {
        findings: findings.iter().map(|f| (*f).clone()).collect(),
        studies: studies.to_vec(),
    };
    let mut by_gene = study(&[], &[]);
    by_gene.studied.has_more = true;
    for (dossier, expected) in [
        (none, Coverage::NotStudied),
        (with(&[&elsewhere], &[]), Coverage::Unknown),
        (with(&[], &[study(&[(0, 1000)], &[])]), Coverage::Studied),
        (with(&[], &[study(&[(0, 150), (150, 1000)], &[])]), Coverage::Studied),
        (with(&[], &[study(&[(300, 1000)], &[])]), Coverage::NotStudied),
        (with(&[], &[study(&[(0, 150)], &[])]), Coverage::Partly(vec![range(150, 200)])),
        (with(&[], &[study(&[(0, 1000)], &[(120, 130)])]), Coverage::Partly(vec![range(120, 130)])),
        (with(&[], &[by_gene]), Coverage::Unknown),
        // A variant that may be anywhere.
        (with(&[&unplaced], &[study(&[(0, 1000)], &[])]), Coverage::Unknown),
    ] {
        let given = [("ranges", "NC_000007.14:100-200")];
        let found = ask("find-subject-variants", &given, &dossier, None).unwrap();
        assert_eq!(presence(&found), (false, expected));
    }
}

#[test]
fn a_variant_is_found_by_every_spelling() {
    let dossier = Dossier {
        findings: vec![
            variant("s", "NC_000007.14:140753335:A:T"),
            variant("c", "NM_004333.6:c.1799T>A"),
            variant("d", "NC_000007.14:g.100_102del"),
        ],
        studies: vec![study(&[(0, 159_345_973)], &[])],
    };
    for (asked, expected) in [
        ("NC_000007.14:g.140753336A>T", Ok((true, Coverage::Studied))),
        ("NC_000007.14:140753335:1:T", Ok((true, Coverage::Studied))),
        ("NC_000007.14:140753334:CAG:CTG", Ok((true, Coverage::Studied))),
        ("NM_004333.6(BRAF):c.1799T>A", Ok((true, Coverage::Studied))),
        ("NC_000007.14:g.140753336A>G", Ok((false, Coverage::Studied))),
        // Three bases less, in what may be the same repeat.
        ("NC_000007.14:g.103_105del", Ok((false, Coverage::Unknown))),
        ("NC_000007.14:g.100_103del", Ok((false, Coverage::Studied))),
        // No transcript to place it with.
        ("NM_004333.6:c.1801A>G", Err(FaultKind::Unprocessable)),
        ("NM_004333.5:c.1799T>A", Err(FaultKind::Unprocessable)),
        // On the other build only a chain file would tell.
        ("NC_000007.13:g.140453136A>T", Err(FaultKind::Unprocessable)),
        ("NC_000008.10:g.140453136A>T", Ok((false, Coverage::NotStudied))),
    ] {
        let found = ask("find-subject-specific-variants", &[("variants", asked)], &dossier, None);
        let found = found.map(|parts| presence(&parts)).map_err(|fault| fault.kind);
        assert_eq!(found, expected, "{asked}");
    }
}

#[test]
fn what_was_reported_as_reference_or_absent_is_no_presence() {
    let mut absent = variant("a", "NC_000007.14:300:G:A");
    if let Content::Variant(held) = &mut absent.content {
        held.presence = Presence::Absent;
    }
    let mut wrong = variant("w", "NC_000007.14:500:G:A");
    wrong.is_standing = false;
    let dossier = Dossier {
        findings: vec![absent, variant("r", "NC_000007.14:400:C:C"), wrong],
        studies: vec![],
    };
    for (asked, expected) in [
        ("NC_000007.14:300:G:A", Coverage::Studied),
        ("NC_000007.14:400:C:T", Coverage::Studied),
        ("NC_000007.14:500:G:A", Coverage::Unknown),
    ] {
        let given = [("variants", asked)];
        let found = ask("find-subject-specific-variants", &given, &dossier, None).unwrap();
        assert_eq!(presence(&found), (false, expected), "{asked}");
    }
}

/// 37 to 38 and back on chromosome 7: 1,000 bases further.
#[derive(Debug)]
struct Shift;

impl LiftOver for Shift {
    fn lift(&self, range: &Range, to: &str) -> Vec<Lifted> {
        let by = |at: u64| if to == CHR7 { Some(at + 1_000) } else { at.checked_sub(1_000) };
        let range = by(range.start).zip(by(range.end)).map(|(s, e)| Range::new(to, s, e));
        range.map(|range| Lifted { range, is_reversed: false }).into_iter().collect()
    }
}

#[test]
fn results_of_the_other_build_are_found_through_a_chain_file() {
    let dossier =
        Dossier { findings: vec![variant("o", "NC_000007.13:140453135:A:T")], studies: vec![] };
    let asked = [("ranges", "NC_000007.14:140454135-140454136")];
    let fault = ask("find-subject-variants", &asked, &dossier, None).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unprocessable);
    assert!(fault.text.contains("Failed LiftOver"), "{fault}");
    let found = ask("find-subject-variants", &asked, &dossier, Some(&Shift)).unwrap();
    assert!(presence(&found).0);
    let beside = [("ranges", "NC_000007.14:140454136-140454137")];
    assert!(!presence(&ask("find-subject-variants", &beside, &dossier, Some(&Shift)).unwrap()).0);
    let asked = [("variants", "NC_000007.14:g.140454136A>T")];
    let found = ask("find-subject-specific-variants", &asked, &dossier, Some(&Shift)).unwrap();
    assert!(presence(&found).0);
    // Another chromosome needs no way over.
    let other = [("ranges", "NC_000008.11:1-5")];
    assert!(!presence(&ask("find-subject-variants", &other, &dossier, None).unwrap()).0);
}

#[test]
fn structural_questions_take_the_widest_bounds_that_are_known() {
    let mut bounded = variant("b", "NM_1.1:c.1_2del");
    if let Content::Variant(held) = &mut bounded.content {
        held.inner = vec![Range::new(CHR7, 150, 200)];
        held.outer = vec![Range::new(CHR7, 100, 300)];
    }
    let long = variant("l", "NC_000007.14:g.1001_1060del");
    let short = variant("s", "NC_000007.14:g.2001_2010del");
    let dossier = Dossier { findings: vec![bounded, long, short], studies: vec![] };
    for (range, intersecting, subsuming) in [
        ("100-300", true, true),
        ("99-101", true, false),
        ("290-310", true, false),
        ("300-310", false, false),
        ("1010-1020", true, true),
        ("1050-1070", true, false),
        ("2001-2005", false, false),
    ] {
        let asked = [("ranges", format!("{CHR7}:{range}"))];
        let asked = asked.map(|(name, range)| (name, range.leak() as &str));
        for (name, expected) in [("intersecting", intersecting), ("subsuming", subsuming)] {
            let name = format!("find-subject-structural-{name}-variants");
            let found = ask(&name, &asked, &dossier, None).unwrap();
            assert_eq!(presence(&found).0, expected, "{name} {range}");
        }
        // Bounds that are not exact answer no question about simple variants.
        let simple = ask("find-subject-variants", &asked, &dossier, None).unwrap();
        let expected = ["1010-1020", "1050-1070", "2001-2005"].contains(&range);
        assert_eq!(presence(&simple).0, expected, "{range}");
    }
}
