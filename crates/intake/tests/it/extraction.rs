//! A report as PDF: a document at once, proposals beside the record, results when people have
//! confirmed them.

use crate::support::{Fixture, engine, fixture, tenant};
use base64::Engine as _;
use intake::Failure;
use intake::extraction::{Decision, Follower, Objection, Origin, ReadDocument, file};
use model::{PartialDate, Timestamp, specimen};
use pdf::child::{InProcess, ReadDocuments, ReadFailure};
use pdf::{Class, FieldName};
use record::{Access, Extraction, ExtractionState, Purpose, Role, Scope};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use testkit::pdf::{Text, report};
use tumor::gene::Genes;

const PERSON: (&str, &str, &str) = ("Ana Example", "1961-04-02", "MRN-1");
const TEXTS: &[Text<'static>] = &[
    (40.0, 100.0, "Results"),
    (40.0, 120.0, "CYP2C19 *2/*2 Poor Metabolizer"),
    (40.0, 160.0, "CYP2D6 *1/*1 Normal Metabolizer"),
    (40.0, 200.0, "Methods"),
    (40.0, 220.0, "CYP2C9 *3/*3 Poor Metabolizer"),
];

pub(crate) fn genes() -> Genes {
    Genes::new(&knowledge::oncology::OncologyNames::built_in().unwrap())
}

pub(crate) fn follower(fixture: &Fixture) -> Follower {
    static READER: OnceLock<Arc<InProcess>> = OnceLock::new();
    let reader = READER.get_or_init(|| Arc::new(InProcess(genes())));
    Follower::new(fixture.record.clone(), Arc::clone(reader) as _, &tenant())
}

pub(crate) fn reviewer(name: &str) -> Access {
    Access::new(tenant(), name, Role::LaboratoryReviewer, Purpose::Treatment, Scope::Tenant)
}

fn commit(fixture: &Fixture, change: record::ResourceChange) {
    let commit = record::Commit { changes: vec![change], ..record::Commit::default() };
    fixture.record.commit(&fixture.access(), commit).unwrap();
}

fn put(fixture: &Fixture, (id, patient): (&str, &str), bytes: &[u8]) {
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    let resource = json!({"resourceType": "DocumentReference", "id": id, "status": "current",
        "subject": {"reference": format!("Patient/{patient}")},
        "content": [{"attachment": {"contentType": "application/pdf", "data": data}}]});
    commit(fixture, record::ResourceChange::put(resource, Vec::new(), record::Condition::Any));
}

/// Files a document for Ana, and reads it.
fn filed(fixture: &Fixture, bytes: &[u8]) -> Extraction {
    put(fixture, ("d1", "ana-example"), bytes);
    assert_eq!(follower(fixture).work_off().unwrap(), 1);
    let open = fixture.record.extractions(&reviewer("r1"), true, 10).unwrap();
    let done = fixture.record.extractions(&reviewer("r1"), false, 10).unwrap();
    open.into_iter().chain(done).next().unwrap()
}

/// Confirms a proposal as it was read.
pub(crate) fn confirm(document: &mut ReadDocument, at: usize, who: &str) -> Result<(), Objection> {
    let reading = document.reading.clone().unwrap();
    let fields = reading.proposals[at].fields.iter();
    let values = fields.filter_map(|field| Some((field.name, field.value.clone()?)));
    let decision = Decision::Confirm(values.collect());
    document.decide(at, decision, (who, Timestamp::from_micros(1)))
}

pub(crate) fn keep(fixture: &Fixture, kept: &Extraction, document: &ReadDocument) -> Extraction {
    let (access, body) = (reviewer("r1"), document.body().unwrap());
    fixture.record.decide_extraction(&access, kept, ExtractionState::Open, body).unwrap();
    fixture.record.extraction(&access, &kept.id).unwrap().unwrap()
}

pub(crate) fn origin() -> Origin {
    let signed_on = PartialDate::parse("2026-01-12").unwrap();
    Origin { of: specimen::Origin::Germline, signed_on }
}

fn genotypes(fixture: &Fixture) -> Vec<String> {
    let found = fixture.findings("ana-example").into_iter();
    found.filter(|line| line.contains("CYP2")).collect()
}

#[test]
fn nothing_unconfirmed_is_a_result_and_a_grave_finding_takes_two_people() {
    let fixture = fixture();
    let kept = filed(&fixture, &report(PERSON, TEXTS));
    assert_eq!(kept.state, ExtractionState::Open);
    let mut document = ReadDocument::of(&kept).unwrap();
    assert_eq!(document.reading.as_ref().unwrap().proposals.len(), 2);
    let ana = model::PatientId::new("ana-example");
    let facts = |fixture: &Fixture| fixture.record.facts(&engine(), &ana).unwrap().len();
    let before = facts(&fixture);
    assert_eq!(genotypes(&fixture), [""; 0]);

    confirm(&mut document, 0, "r1").unwrap();
    confirm(&mut document, 1, "r1").unwrap();
    assert_eq!(confirm(&mut document, 0, "r1"), Err(Objection::SamePerson));
    assert_eq!(confirm(&mut document, 1, "r2"), Err(Objection::Confirmed));
    assert!(!document.is_decided());
    let kept = keep(&fixture, &kept, &document);
    assert!(file(&fixture.record, &reviewer("r1"), &kept, origin()).is_err());
    assert_eq!((genotypes(&fixture).len(), facts(&fixture)), (0, before));

    confirm(&mut document, 0, "r2").unwrap();
    let kept = keep(&fixture, &kept, &document);
    assert_eq!(genotypes(&fixture), [""; 0]);
    file(&fixture.record, &reviewer("r2"), &kept, origin()).unwrap();
    assert_eq!(
        genotypes(&fixture),
        [
            "Final Germline CYP2C19 *2/*2 Poor Metabolizer",
            "Final Germline CYP2D6 *1/*1 Normal Metabolizer",
        ]
    );
    // Every fact says which page of which document, and where on it.
    let places = fixture.facts("ana-example").into_iter().map(|filed| filed.fact.source.place);
    let of_document =
        places.filter(|place| place.starts_with("DocumentReference/d1 page 1 at 40,"));
    assert_eq!(of_document.count(), 2);
    let closed = fixture.record.extraction(&reviewer("r1"), &kept.id).unwrap().unwrap();
    assert_eq!(closed.state, ExtractionState::Filed);
    // What was filed is no document again.
    assert_eq!(follower(&fixture).work_off().unwrap(), 0);
}

#[test]
fn a_text_that_makes_no_value_and_another_value_of_a_second_person_do_not_confirm() {
    let fixture = fixture();
    let kept = filed(&fixture, &report(PERSON, TEXTS));
    let mut document = ReadDocument::of(&kept).unwrap();
    let with = |diplotype: &str| {
        Decision::Confirm(BTreeMap::from([
            (FieldName::Gene, "CYP2C19".to_owned()),
            (FieldName::Diplotype, diplotype.to_owned()),
            (FieldName::Phenotype, "Poor Metabolizer".to_owned()),
        ]))
    };
    let at = Timestamp::from_micros(1);
    let mut say = |decision, who| document.decide(0, decision, (who, at));
    assert_eq!(say(with("star two"), "r1"), Err(Objection::NoValue(FieldName::Diplotype)));
    let nothing = Decision::Confirm(BTreeMap::from([(FieldName::Gene, "CYP2C19".to_owned())]));
    assert_eq!(say(nothing, "r1"), Err(Objection::Missing(FieldName::Diplotype)));
    say(with("*2/*2"), "r1").unwrap();
    // Another value is another first confirmation.
    say(with("*2/*3"), "r2").unwrap();
    assert_eq!(document.answers[&0].second, None);
    assert!(!document.answers[&0].is_complete());
    assert_eq!(document.decide(9, Decision::Reject, ("r1", at)), Err(Objection::NoProposal));
}

#[test]
fn a_damaged_document_waits_for_a_person_and_one_that_is_no_report_does_not() {
    let whole = report(PERSON, TEXTS);
    let with_damage = fixture();
    let kept = filed(&with_damage, &whole[..whole.len() - 9]);
    let document = ReadDocument::of(&kept).unwrap();
    assert_eq!((kept.state, document.reading), (ExtractionState::Open, None));
    assert_eq!(document.refused.unwrap().0, "damaged");

    let with_letter = fixture();
    let letter = testkit::pdf::document(&[vec![(40.0, 40.0, "CYP2C19 *2/*2 Poor Metabolizer")]]);
    let kept = filed(&with_letter, &letter);
    let reading = ReadDocument::of(&kept).unwrap().reading.unwrap();
    assert_eq!((kept.state, reading.class), (ExtractionState::Nothing, Class::NotAReport));
}

#[test]
fn a_document_about_somebody_else_says_so() {
    let fixture = fixture();
    let other = ("Ben Other", "1980-01-01", "OTHER-9");
    let kept = filed(&fixture, &report(other, TEXTS));
    let document = ReadDocument::of(&kept).unwrap();
    let codes: Vec<&str> = document.differs.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["other-number", "other-birth-date"]);
}

/// A document all of which is confirmed by two people, and kept.
fn confirmed(fixture: &Fixture, texts: &[Text<'_>]) -> Extraction {
    let kept = filed(fixture, &report(PERSON, texts));
    let mut document = ReadDocument::of(&kept).unwrap();
    for at in 0..document.reading.as_ref().unwrap().proposals.len() {
        confirm(&mut document, at, "r1").unwrap();
        let _ = confirm(&mut document, at, "r2");
    }
    assert!(document.is_decided());
    keep(fixture, &kept, &document)
}

fn refusal(done: Result<(), Failure>) -> String {
    match done {
        Err(Failure::Refused(problems)) => problems[0].code.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_one_engine_reads_takes_two_people() {
    let fixture = fixture();
    let texts: &[Text<'_>] =
        &[(40.0, 100.0, "Results"), (40.0, 120.0, "CYP2D6 *1/*1 Normal Metabolizer")];
    let kept = filed(&fixture, &report(PERSON, texts));
    let mut agreed = ReadDocument::of(&kept).unwrap();
    let mut doubted = agreed.clone();
    doubted.reading.as_mut().unwrap().proposals[0].one_engine = vec![FieldName::Diplotype];
    confirm(&mut agreed, 0, "r1").unwrap();
    assert!(agreed.is_decided());
    confirm(&mut doubted, 0, "r1").unwrap();
    assert!(!doubted.is_decided());
    confirm(&mut doubted, 0, "r2").unwrap();
    assert!(doubted.is_decided());
}

#[test]
fn an_edit_does_not_make_a_grave_finding_a_matter_for_one() {
    let fixture = fixture();
    let texts: &[Text<'_>] = &[
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "CYP2C19 *2/*2 Poor Metabolizer"),
        (40.0, 160.0, "CYP2D6 *1/*1 Normal Metabolizer"),
        (40.0, 200.0, "CYP2C9 *1/*1"),
    ];
    let kept = filed(&fixture, &report(PERSON, texts));
    let at = Timestamp::from_micros(1);
    let genotype = |gene: &str, diplotype: &str, phenotype: &str| {
        Decision::Confirm(BTreeMap::from([
            (FieldName::Gene, gene.to_owned()),
            (FieldName::Diplotype, diplotype.to_owned()),
            (FieldName::Phenotype, phenotype.to_owned()),
        ]))
    };
    let normal = "Normal Metabolizer";
    // What was said, by the same person in turn, of which proposal, and whether that is all.
    for (proposal, said, is_complete) in [
        // Read as poor: blank and another word are two people's matter as well.
        (0, vec![genotype("CYP2C19", "*2/*2", "")], false),
        (0, vec![genotype("CYP2C19", "*1/*1", normal)], false),
        (1, vec![genotype("CYP2D6", "*1/*1", normal)], true),
        (1, vec![genotype("CYP2D6", "*1/*1", "")], false),
        // Said to be poor once, whatever follows.
        (
            1,
            vec![
                genotype("CYP2D6", "*4/*4", "Poor Metabolizer"),
                genotype("CYP2D6", "*1/*1", normal),
            ],
            false,
        ),
        (
            1,
            vec![
                genotype("CYP2D6", "*4/*4", "Poor Metabolizer"),
                Decision::Reject,
                genotype("CYP2D6", "*1/*1", normal),
            ],
            false,
        ),
        // Nothing was read of what it means.
        (2, vec![genotype("CYP2C9", "*1/*1", normal)], false),
        (2, vec![Decision::Reject], true),
    ] {
        let mut document = ReadDocument::of(&kept).unwrap();
        for one in &said {
            document.decide(proposal, one.clone(), ("r1", at)).unwrap();
        }
        assert_eq!(document.answers[&proposal].is_complete(), is_complete, "{said:?}");
        if !is_complete {
            document.decide(proposal, said.last().unwrap().clone(), ("r2", at)).unwrap();
            assert!(document.answers[&proposal].is_complete(), "{said:?}");
        }
    }
}

#[test]
fn a_confirmation_that_is_taken_back_meanwhile_files_nothing() {
    let fixture = fixture();
    let kept = confirmed(&fixture, TEXTS);
    let mut document = ReadDocument::of(&kept).unwrap();
    document.decide(0, Decision::Reject, ("r2", Timestamp::from_micros(2))).unwrap();
    keep(&fixture, &kept, &document);
    let done = file(&fixture.record, &reviewer("r1"), &kept, origin());
    let is_conflict = matches!(done, Err(Failure::Record(record::Failure::Conflict { .. })));
    assert!(is_conflict, "{done:?}");
    assert_eq!(genotypes(&fixture), [""; 0]);
}

/// What happens to a document.
type Happens<'h> = &'h dyn Fn(&Fixture);

#[test]
fn whatever_was_recognised_in_a_picture_takes_two_people() {
    let fixture = fixture();
    let kept = filed(&fixture, &report(PERSON, TEXTS));
    let mut document = ReadDocument::of(&kept).unwrap();
    // A normal metabolizer, which the file itself states, takes one.
    confirm(&mut document, 1, "r1").unwrap();
    assert!(document.answers[&1].is_complete());
    document.answers.clear();
    document.reading.as_mut().unwrap().proposals[1].confidence = Some(99);
    confirm(&mut document, 1, "r1").unwrap();
    assert!(!document.answers[&1].is_complete());
    assert_eq!(confirm(&mut document, 1, "r1"), Err(Objection::SamePerson));
    confirm(&mut document, 1, "r2").unwrap();
    assert!(document.answers[&1].is_complete());
}

#[test]
fn a_document_that_is_gone_or_somebody_elses_is_not_filed_and_waits_no_more() {
    let bytes = report(PERSON, TEXTS);
    let other = report(PERSON, &TEXTS[..2]);
    let gone = |fixture: &Fixture| {
        let condition = record::Condition::Any;
        let (resource_type, id) = ("DocumentReference".to_owned(), "d1".to_owned());
        commit(fixture, record::ResourceChange::Delete { resource_type, id, condition });
    };
    let moved = |fixture: &Fixture| put(fixture, ("d1", "ben-example"), &bytes);
    let replaced = |fixture: &Fixture| put(fixture, ("d1", "ana-example"), &other);
    let cases: [(&str, Happens, usize); 3] =
        [("gone", &gone, 0), ("moved", &moved, 1), ("replaced", &replaced, 1)];
    for (name, change, fresh) in cases {
        let fixture = fixture();
        let kept = confirmed(&fixture, TEXTS);
        change(&fixture);
        let done = file(&fixture.record, &reviewer("r2"), &kept, origin());
        assert_eq!(refusal(done), "not-there", "{name}");
        assert_eq!(genotypes(&fixture), [""; 0], "{name}");
        assert_eq!(follower(&fixture).work_off().unwrap(), fresh, "{name}");
        let closed = fixture.record.extraction(&reviewer("r1"), &kept.id).unwrap().unwrap();
        assert_eq!(closed.state, ExtractionState::Nothing, "{name}");
        let told = ReadDocument::of(&closed).unwrap().differs;
        assert_eq!(told.last().unwrap().code, "not-there", "{name}");
    }
    // Another version with the same document changes nothing.
    let fixture = fixture();
    let kept = confirmed(&fixture, TEXTS);
    put(&fixture, ("d1", "ana-example"), &bytes);
    assert_eq!(follower(&fixture).work_off().unwrap(), 0);
    file(&fixture.record, &reviewer("r2"), &kept, origin()).unwrap();
}

#[test]
fn two_genotypes_of_one_gene_are_not_filed() {
    let fixture = fixture();
    let texts: &[Text<'_>] = &[
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "CYP2C19 *1/*2 Intermediate Metabolizer"),
        (40.0, 160.0, "CYP2C19 *1/*1 Normal Metabolizer"),
    ];
    let kept = confirmed(&fixture, texts);
    let done = file(&fixture.record, &reviewer("r2"), &kept, origin());
    assert_eq!(refusal(done), "gene-twice");
    assert_eq!(genotypes(&fixture), [""; 0]);
}

#[test]
fn a_reading_without_proposals_or_with_something_unread_waits_for_a_person() {
    let empty = report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, "See the letter")]);
    let scan = testkit::pdf::document(&[Vec::new()]);
    for (bytes, class) in [(empty, Class::Report), (scan, Class::NotAReport)] {
        let fixture = fixture();
        let kept = filed(&fixture, &bytes);
        let reading = ReadDocument::of(&kept).unwrap().reading.unwrap();
        assert_eq!((reading.class, reading.proposals.len()), (class, 0));
        assert_eq!(kept.state, ExtractionState::Open, "{class:?}");
    }
}

/// Answers with more than the record keeps.
#[derive(Debug)]
struct Verbose;

impl ReadDocuments for Verbose {
    fn read(&self, bytes: &[u8]) -> Result<pdf::Reading, ReadFailure> {
        let mut reading = InProcess(genes()).read(bytes)?;
        let field = reading.proposals[0].fields[0].clone();
        let written = "x".repeat(300);
        reading.proposals[0].fields = vec![pdf::Field { written, ..field }; 4000];
        Ok(reading)
    }

    fn picture(&self, _: &[u8], _: u32) -> Result<String, ReadFailure> {
        Err(ReadFailure::Ended)
    }
}

#[test]
fn a_reading_too_large_to_keep_stops_no_other() {
    let fixture = fixture();
    put(&fixture, ("d1", "ana-example"), &report(PERSON, TEXTS));
    let verbose = Follower::new(fixture.record.clone(), Arc::new(Verbose), &tenant());
    assert_eq!(verbose.work_off().unwrap(), 1);
    let open = fixture.record.extractions(&reviewer("r1"), true, 10).unwrap();
    let document = ReadDocument::of(&open[0]).unwrap();
    assert_eq!((document.refused.unwrap().0.as_str(), document.reading), ("too-much", None));
    put(&fixture, ("d2", "ana-example"), &report(PERSON, &TEXTS[..2]));
    assert_eq!(follower(&fixture).work_off().unwrap(), 1);
}
