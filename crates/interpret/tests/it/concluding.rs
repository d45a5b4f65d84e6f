//! What facts lead to, by kind of fact.

use crate::support::{
    clopidogrel, drug, everything, fact, fixture, gene, genotypes, pack, patient, reported, tenant,
    words,
};
use interpret::{conclude, statement_id};
use model::fact::{FactContent, FiledFact};
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::statement::{AdviceState, StatementContent};
use model::variant::ReportedVariant;
use model::{Fact, ResourceRef};
use proptest::prelude::*;

struct Case {
    name: &'static str,
    facts: Vec<Fact>,
    /// CYP2C19.
    gene: &'static str,
    /// Clopidogrel.
    advice: AdviceState,
    /// Words of a note on the gene.
    note: &'static str,
}

fn with(mut fact: Fact, status: ResultStatus, origin: Origin) -> Fact {
    (fact.status, fact.origin) = (status, origin);
    fact
}

fn poor() -> Fact {
    reported("CYP2C19", "*2/*2", "Poor Metabolizer")
}

fn cases() -> Vec<Case> {
    use Origin::{CirculatingDna, Donor, Germline, Somatic, Unknown};
    use ResultStatus as Status;
    let pairs = [("CYP2C19", "*2", "*2")];
    let called = "called *2/*2 Poor Metabolizer by Genotypes";
    let told = "called *2/*2 Poor Metabolizer by Reported";
    let case = |name, facts, gene, advice, note| Case { name, facts, gene, advice, note };
    let (avoid, unknown) = (AdviceState::Avoid, AdviceState::NotKnown);
    let unused = |name, status, origin| {
        case(name, vec![with(poor(), status, origin)], "not tested", unknown, "")
    };
    vec![
        case("nothing known", vec![], "not tested", unknown, ""),
        case("a drug only", vec![clopidogrel()], "not tested", unknown, ""),
        case("genotypes only", vec![genotypes(&pairs)], called, avoid, ""),
        case("reported only", vec![poor()], told, avoid, ""),
        case("origin not said", vec![with(poor(), Status::Final, Unknown)], told, avoid, ""),
        case("corrected", vec![with(poor(), Status::Corrected, Germline)], told, avoid, ""),
        case("both agree", vec![genotypes(&pairs), poor()], told, avoid, ""),
        case(
            "they disagree",
            vec![genotypes(&[("CYP2C19", "*1", "*1")]), poor()],
            told,
            avoid,
            "our own call from the genotypes differs: *1/*1",
        ),
        case(
            "two files disagree",
            vec![genotypes(&[("CYP2C19", "*1", "*2")]), genotypes(&pairs)],
            called,
            avoid,
            "another file of this patient was called *1/*2",
        ),
        unused("preliminary", Status::Preliminary, Germline),
        unused("partial", Status::Partial, Germline),
        unused("no status", Status::Unknown, Germline),
        unused("entered in error", Status::EnteredInError, Germline),
        unused("cancelled", Status::Cancelled, Germline),
        unused("a tumour's", Status::Final, Somatic),
        unused("circulating DNA", Status::Final, CirculatingDna),
        unused("a donor's", Status::Final, Donor),
        case(
            "a tumour's genotypes",
            vec![with(genotypes(&pairs), Status::Final, Somatic)],
            "not tested",
            unknown,
            "",
        ),
        case(
            "a preliminary result beside a final one",
            vec![with(reported("CYP2C19", "*1/*1", ""), Status::Preliminary, Germline), poor()],
            told,
            avoid,
            "",
        ),
        case(
            "a variant as reported",
            vec![fact(FactContent::Variant(ReportedVariant {
                gene: Some("CYP2C19".to_owned()),
                hgvs_coding: Some("NM_000769.4:c.681G>A".to_owned()),
                ..ReportedVariant::default()
            }))],
            "not tested",
            unknown,
            "",
        ),
        case("another gene", vec![reported("TPMT", "*1/*1", "")], "not tested", unknown, ""),
    ]
}

#[test]
fn facts_lead_to_statements() {
    for Case { name, facts, gene: expected, advice, note } in cases() {
        let fixture = fixture();
        for (number, fact) in facts.into_iter().enumerate() {
            fixture.put(&format!("o-{number}"), "ana", vec![fact]);
        }
        let interpreter = fixture.interpreter();
        // An order asks: there is a statement in any case.
        let written = interpreter.interpret_always(&patient("ana")).unwrap();
        assert_eq!(written, everything(&pack()) as u64, "{name}");
        let statements = fixture.statements("ana");
        let cyp2c19 = gene(&statements, "CYP2C19");
        assert_eq!(words(cyp2c19), expected, "{name}");
        assert_eq!(drug(&statements, "clopidogrel").state, advice, "{name}");
        match note {
            "" => assert_eq!(cyp2c19.notes, [""; 0], "{name}"),
            note => assert!(cyp2c19.notes.iter().any(|n| n.contains(note)), "{:?}", cyp2c19.notes),
        }
        // What is said rests on something, and what is not known is a gap.
        for statement in &statements {
            let StatementContent::Gene(gene) = &statement.content else { continue };
            let tested = words(gene) != "not tested";
            assert!(!tested || !statement.capsule.inputs.is_empty(), "{name}: {}", gene.gene);
            assert_eq!(
                !tested,
                statement.capsule.gaps.iter().any(|gap| gap.contains("not tested"))
            );
        }
    }
}

/// A gene that no file and no report is about is never normal.
#[test]
fn not_tested_is_never_standard() {
    let conclusion = conclude(&tenant(), &patient("ana"), &pack(), &[]);
    assert_eq!(conclusion.statements.len(), everything(&pack()));
    for statement in conclusion.statements {
        match statement.content {
            StatementContent::Gene(gene) => assert_eq!(words(&gene), "not tested"),
            StatementContent::Drug(drug) => assert_eq!(drug.state, AdviceState::NotKnown),
        }
    }
}

#[test]
fn only_patients_with_something_to_say_get_statements() {
    let fixture = fixture();
    fixture.put("o-1", "ana", vec![clopidogrel()]);
    fixture.put("o-2", "ben", vec![]);
    let progress = fixture.interpreter().catch_up().unwrap();
    assert_eq!(progress.patients, 2);
    assert_eq!(fixture.statements("ana").len(), everything(&pack()));
    assert_eq!(words(gene(&fixture.statements("ana"), "CYP2C19")), "not tested");
    assert_eq!(fixture.statements("ben"), []);
}

fn filed(fact: Fact, id: &str) -> FiledFact {
    FiledFact {
        resource: ResourceRef {
            resource_type: "Observation".to_owned(),
            id: id.to_owned(),
            version: 1,
        },
        sha256: String::new(),
        ordinal: 0,
        fact,
    }
}

#[test]
fn what_was_left_out_is_said() {
    let facts = [
        filed(with(poor(), ResultStatus::Preliminary, Origin::Germline), "early"),
        filed(with(poor(), ResultStatus::Final, Origin::Somatic), "tumour"),
        filed(with(poor(), ResultStatus::Final, Origin::Donor), "donor"),
        filed(clopidogrel(), "drug"),
    ];
    let left_out = conclude(&tenant(), &patient("ana"), &pack(), &facts).left_out;
    let expected = [
        "Observation/early/_history/1 was left out: it is not final",
        "Observation/tumour/_history/1 was left out: it is a tumour's, not inherited",
        "Observation/donor/_history/1 was left out: it is a donor's genome",
    ];
    assert_eq!(left_out, expected);
}

/// Ids are part of links and of what was shown: they must never change. Computed apart from this
/// code: UUID version 8 (RFC 9562) over the SHA-256 of the parts, each after its length.
#[test]
fn the_ids_of_statements_are_stable() {
    let id = statement_id(&tenant(), &patient("ana-example"), "gene", "CYP2C19");
    assert_eq!(id.as_str(), "c2913593-8a7c-899c-bb40-0161676cb3c3");
    let id = statement_id(&tenant(), &patient("ana-example"), "drug", "32968");
    assert_eq!(id.as_str(), "acf33f10-6626-895d-906a-b19a105125c1");
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let gene = prop::sample::select(vec!["CYP2C19", "TPMT", "SLCO1B1", "NUDT15"]);
    let diplotype = prop::sample::select(vec!["*1/*1", "*1/*2", "*2/*2", "*1/*3", ""]);
    let phenotype = prop::sample::select(vec!["Poor Metabolizer", "Normal Metabolizer", ""]);
    let pair = prop::sample::select(vec![("*1", "*1"), ("*1", "*2"), ("*2", "*2")]);
    let content = prop_oneof![
        (gene, diplotype, phenotype).prop_map(|(g, d, p)| reported(g, d, p)),
        pair.prop_map(|(a, b)| genotypes(&[("CYP2C19", a, b), ("TPMT", "*1", "*1")])),
        Just(()).prop_map(|()| clopidogrel()),
    ];
    let status = prop::sample::select(vec![
        ResultStatus::Final,
        ResultStatus::Final,
        ResultStatus::Corrected,
        ResultStatus::Preliminary,
    ]);
    let origin = prop::sample::select(vec![Origin::Germline, Origin::Unknown, Origin::Somatic]);
    (content, status, origin).prop_map(|(fact, status, origin)| with(fact, status, origin))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_order_of_facts_does_not_matter(
        (facts, shuffled) in prop::collection::vec(any_fact(), 0..8).prop_flat_map(|facts| {
            let filed = |(number, fact): (usize, Fact)| FiledFact {
                resource: ResourceRef {
                    resource_type: "Observation".to_owned(),
                    id: format!("o-{}", number / 2),
                    version: 1,
                },
                sha256: format!("{}", number / 2),
                ordinal: u32::try_from(number % 2).unwrap(),
                fact,
            };
            let facts: Vec<FiledFact> = facts.into_iter().enumerate().map(filed).collect();
            (Just(facts.clone()), Just(facts).prop_shuffle())
        })
    ) {
        let (tenant, ana, pack) = (tenant(), patient("ana"), pack());
        let bytes = |facts: &[FiledFact]| {
            serde_json::to_vec(&conclude(&tenant, &ana, &pack, facts).statements).unwrap()
        };
        prop_assert_eq!(bytes(&facts), bytes(&shuffled));
    }
}

#[test]
fn one_statement_alone_is_the_one_among_all() {
    let facts = [
        filed(reported("CYP2C19", "*2/*2", "Poor Metabolizer"), "o-1"),
        filed(genotypes(&[("TPMT", "*1", "*3A")]), "o-2"),
    ];
    let (tenant, patient, pack) = (tenant(), patient("ana"), pack());
    let all = conclude(&tenant, &patient, &pack, &facts).statements;
    for statement in &all {
        let one = interpret::conclude_one(&tenant, &patient, &pack, &facts, &statement.id);
        assert_eq!(one.as_ref(), Some(statement));
    }
    let unknown = model::StatementId::new("no-such-statement");
    assert_eq!(interpret::conclude_one(&tenant, &patient, &pack, &facts, &unknown), None);
}
