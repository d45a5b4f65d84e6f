//! Every statement can be made again from its capsule, or it is said why not.

use crate::support::{
    Fixture, access, fixture, gene, genotypes, other_pack, pack, patient, reported, tenant, words,
};
use interpret::{Failure, Replay, Replayer, replay};
use model::Statement;
use record::{Role, StoredStatement};

fn again(fixture: &Fixture, statement: &Statement) -> Result<Replay, Failure> {
    replay(&fixture.record, &access(Role::Engine), &tenant(), statement)
}

fn all_the_same(fixture: &Fixture, stored: &[StoredStatement]) {
    assert!(!stored.is_empty());
    let (access, tenant) = (access(Role::Engine), tenant());
    let mut replayer = Replayer::new(&fixture.record, &access, &tenant);
    for stored in stored {
        let replay = replayer.replay(&stored.statement).unwrap();
        assert!(replay.is_same(), "{}", String::from_utf8_lossy(&replay.replayed));
        assert_eq!(record_digest(&replay.replayed), stored.sha256);
        assert_eq!(replay.other_engine, None);
    }
}

/// The digest that the record keeps of a statement's bytes.
fn record_digest(bytes: &[u8]) -> String {
    knowledge::sha256_hex(bytes)
}

fn filled() -> Fixture {
    let fixture = fixture();
    // Ana: two results and a file. Ben: a file. Carla: preliminary beside final. Dana: nothing.
    fixture.put("o-1", "ana", vec![reported("CYP2C19", "*2/*2", "Poor Metabolizer")]);
    fixture.put(
        "o-2",
        "ana",
        vec![reported("TPMT", "*1/*3A", ""), reported("NUDT15", "*1/*1", "")],
    );
    fixture.put("o-3", "ana", vec![genotypes(&[("CYP2C19", "*1", "*2"), ("SLCO1B1", "*1", "*5")])]);
    fixture.put("o-4", "ben", vec![genotypes(&[("CYP2C19", "*1", "*17"), ("TPMT", "*1", "*1")])]);
    let mut early = reported("TPMT", "*1/*1", "");
    early.status = model::reported::ResultStatus::Preliminary;
    fixture.put("o-5", "carla", vec![early]);
    fixture.put("o-6", "carla", vec![reported("TPMT", "*3A/*3A", "")]);
    fixture.interpreter().catch_up().unwrap();
    fixture.interpreter().interpret_always(&patient("dana")).unwrap();
    fixture
}

const EVERYBODY: [&str; 4] = ["ana", "ben", "carla", "dana"];

fn everything(fixture: &Fixture) -> Vec<StoredStatement> {
    EVERYBODY.iter().flat_map(|about| fixture.stored(about)).collect()
}

#[test]
fn every_statement_is_made_again_to_the_byte() {
    let fixture = filled();
    let stored = everything(&fixture);
    assert_eq!(stored.len(), 4 * crate::support::everything(&pack()));
    all_the_same(&fixture, &stored);
}

#[test]
fn old_versions_are_made_again_after_facts_and_pack_have_changed() {
    let fixture = filled();
    let first = everything(&fixture);
    fixture.put("o-1", "ana", vec![reported("CYP2C19", "*1/*1", "")]);
    fixture.put("o-4", "ben", vec![genotypes(&[("CYP2C19", "*2", "*2"), ("TPMT", "*1", "*1")])]);
    fixture.delete("o-6");
    fixture.interpreter().catch_up().unwrap();
    let second = everything(&fixture);
    fixture.with(other_pack()).catch_up().unwrap();
    let third = everything(&fixture);
    assert_ne!(words(of(&first, "ana")), words(of(&second, "ana")));
    for stored in [&first, &second, &third] {
        all_the_same(&fixture, stored);
    }
    // As the record gives them, too.
    for then in &first {
        let id = &then.statement.id;
        let kept = fixture.record.statement(&access(Role::Engine), id, Some(then.version));
        let kept = kept.unwrap().unwrap();
        assert_eq!(kept.statement, then.statement);
    }
}

fn of<'s>(stored: &'s [StoredStatement], about: &str) -> &'s model::statement::GeneStatement {
    let about = stored.iter().find(|s| {
        s.statement.patient == patient(about) && s.statement.content.subject() == "CYP2C19"
    });
    gene(std::slice::from_ref(&about.unwrap().statement), "CYP2C19")
}

fn anas_cyp2c19(fixture: &Fixture) -> Statement {
    let statements = fixture.statements("ana");
    statements.into_iter().find(|statement| statement.content.subject() == "CYP2C19").unwrap()
}

#[test]
fn an_input_that_is_not_what_it_was_is_named() {
    let fixture = filled();
    let good = anas_cyp2c19(&fixture);
    assert!(good.capsule.inputs.len() >= 2);
    let expect = |statement: &Statement, resource: &str, reason: &str| {
        let Err(Failure::Input { resource: named, reason: why }) = again(&fixture, statement)
        else {
            panic!("{resource} was taken");
        };
        assert_eq!(named, resource);
        assert!(why.contains(reason), "{why}");
    };
    let mut other_digest = good.clone();
    other_digest.capsule.inputs[0].sha256 = "0".repeat(64);
    let named = good.capsule.inputs[0].resource.to_string();
    expect(&other_digest, &named, "another digest");
    let mut missing = good.clone();
    missing.capsule.inputs[1].resource.version = 9;
    let named = missing.capsule.inputs[1].resource.to_string();
    expect(&missing, &named, "not in the record");
}

#[test]
fn a_pack_that_is_not_kept_is_named() {
    let fixture = filled();
    let mut statement = anas_cyp2c19(&fixture);
    statement.capsule.knowledge.digest = "0".repeat(64);
    let Err(Failure::Knowledge(text)) = again(&fixture, &statement) else { panic!("replayed") };
    assert!(text.contains("pgx") && text.contains("not kept"), "{text}");
    // The right digest under another name is no proof either.
    let mut statement = anas_cyp2c19(&fixture);
    statement.capsule.knowledge.version = "9.9.9".to_owned();
    let Err(Failure::Knowledge(text)) = again(&fixture, &statement) else { panic!("replayed") };
    assert!(text.contains("not the pack it was"), "{text}");
}

#[test]
fn an_altered_statement_is_noticed() {
    let fixture = filled();
    let good = anas_cyp2c19(&fixture);
    let mut altered = good.clone();
    let model::statement::StatementContent::Gene(gene) = &mut altered.content else { panic!() };
    gene.phenotype = Some("Normal Metabolizer".to_owned());
    assert!(!again(&fixture, &altered).unwrap().is_same());
    let mut dropped = good.clone();
    dropped.capsule.inputs.pop();
    assert!(!again(&fixture, &dropped).unwrap().is_same());
    let mut of_another = good.clone();
    of_another.id = model::StatementId::new("no-such-statement");
    let replay = again(&fixture, &of_another).unwrap();
    assert!(!replay.is_same() && replay.replayed.is_empty());
    let mut other_engine = good;
    other_engine.capsule.engine.version = "0.0.0".to_owned();
    let replay = again(&fixture, &other_engine).unwrap();
    assert_eq!(replay.other_engine.as_deref(), Some("pgx 0.0.0"));
}
