use super::*;
use crate::answer::FaultKind;

fn read(name: &str, given: &[(&str, &str)]) -> Result<Asked, Fault> {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Given::Text((*value).into()));
    let given: Vec<_> = given.iter().map(text).collect();
    Asked::read(operation(name).unwrap(), Contract::Guide, &given, &NoReference)
}

#[test]
fn there_are_seventeen_operations() {
    assert_eq!(Operation::ALL.len(), 17);
    let subjects = Operation::ALL.iter().filter(|o| o.subject == Subject::Patient);
    assert_eq!(subjects.count(), 10);
    for operation in Operation::ALL {
        let has_subject = operation.parameter("subject").is_some();
        assert_eq!(has_subject, operation.subject == Subject::Patient, "{}", operation.name);
    }
}

#[test]
fn a_fault_names_the_parameter_and_the_item() {
    let subject = ("subject", "a");
    let range = ("ranges", "NC_000001.11:1-2");
    for (name, given, place, text) in [
        ("find-subject-variants", vec![range], "subject", "is missing"),
        ("find-subject-variants", vec![subject], "ranges", "is missing"),
        (
            "find-subject-variants",
            vec![subject, range, ("variants", "x")],
            "variants",
            "is no parameter of this operation",
        ),
        ("find-subject-variants", vec![subject, subject, range], "subject", "more than once"),
        (
            "find-subject-variants",
            vec![subject, ("ranges", "NC_000001.11:1-2,NC_000001.11:5-5")],
            "ranges",
            "`NC_000001.11:5-5` does not start",
        ),
        (
            "find-subject-variants",
            vec![subject, range, ("genomicSourceClass", "both")],
            "genomicSourceClass",
            "`both`",
        ),
        (
            "find-subject-variants",
            vec![subject, range, ("testDateRange", "soon")],
            "testDateRange",
            "no date",
        ),
        (
            "find-subject-variants",
            vec![subject, range, ("includePhasing", "yes")],
            "includePhasing",
            "neither true nor false",
        ),
        (
            "find-subject-specific-variants",
            vec![subject, ("variants", "BRAF V600E")],
            "variants",
            "`BRAF V600E` is neither",
        ),
        ("find-subject-haplotypes", vec![subject, ("genes", "A,,B")], "genes", "empty item"),
    ] {
        let fault = read(name, &given).unwrap_err();
        assert_eq!((fault.kind, fault.place.as_str()), (FaultKind::Invalid, place), "{name}");
        assert!(fault.text.contains(text), "{fault}");
    }
}

#[test]
fn repeats_add_to_a_list_of_one_patient_and_are_and_for_many() {
    let (a, b) = ("NC_000001.11:1:A:T", "NC_000001.11:5:A:T,NC_000001.11:6:A:T");
    let given = [("variants", a), ("variants", b)];
    let asked = read("find-population-specific-variants", &given).unwrap();
    assert_eq!(asked.variants.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    let given = [("subject", "p"), given[0], given[1]];
    let asked = read("find-subject-specific-variants", &given).unwrap();
    assert_eq!(asked.variants.iter().map(Vec::len).collect::<Vec<_>>(), [3]);
}

#[test]
fn phasing_brings_the_variants_along() {
    let given = [("subject", "p"), ("ranges", "NC_000001.11:1-2"), ("includePhasing", "true")];
    assert!(read("find-subject-variants", &given).unwrap().include_variants);
    assert!(!read("find-subject-variants", &given[..2]).unwrap().include_variants);
}
