//! Adopting a pack: the list of whom it concerns, made once, through crashes.

use crate::support::{
    Fixture, access, clopidogrel, drug, edited, everything, fixture, gene, genotypes, open_at,
    other_pack, pack, reported, tenant, words,
};
use interpret::{Adopted, Adopter, ChangeKind, Failure, PatientChanges, Replayer, replay};
use knowledge::Pack;
use model::StatementId;
use model::statement::KnowledgeRef;
use record::{Record, Role, StoredStatement};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// *17 is no longer more than normal, and abacavir's advice is only moderate.
fn changed_pack() -> Arc<Pack> {
    let of = |function: &str| format!("CYP2C19\t*17\t{function}\t\tclinpgx");
    let rule = |strength: &str| {
        format!("abacavir\tCPIC\tgeneral\tpositive\tHLA-B=*57:01 positive\tavoid\t\t{strength}")
    };
    edited(&[
        ("functions.tsv", &of("Increased function"), &of("Normal function")),
        ("actions.tsv", &rule("strong"), &rule("moderate")),
    ])
}

fn adopter(record: &Record) -> Adopter {
    Adopter::new(record.clone(), &tenant(), "ana")
}

fn dry_run(record: &Record, pack: &Pack) -> (Adopted, Vec<PatientChanges>) {
    let mut list = Vec::new();
    let adopted = adopter(record).dry_run(pack, &mut |changes| list.push(changes.clone())).unwrap();
    (adopted, list)
}

/// The list that the latest adoption left.
fn list(record: &Record) -> Vec<PatientChanges> {
    let pharmacist = access(Role::Pharmacist);
    let latest = record.adoptions(&pharmacist, 1).unwrap().remove(0);
    let found = record.pack_changes(&pharmacist, &latest.id, None, 1000).unwrap();
    let changes = |change: record::PatientChange| {
        let changes: PatientChanges = serde_json::from_value(change.body).unwrap();
        assert_eq!(changes.current_medicine(), change.current_medicine);
        changes
    };
    found.into_iter().map(changes).collect()
}

/// `CYP2C19 phenotype: before → after`, `*` for a medicine that is taken.
fn lines(changes: &PatientChanges) -> Vec<String> {
    let line = |change: &interpret::SubjectChange| {
        let side = |text: &Option<String>| text.clone().unwrap_or("not in the pack".to_owned());
        let (before, after) = (side(&change.before), side(&change.after));
        let mark = if change.current_medicine { "*" } else { "" };
        format!("{}{mark} {:?}: {before} → {after}", change.name, change.kind)
    };
    changes.changes.iter().map(line).collect()
}

/// Ana: *1/*17 and takes clopidogrel. Ben: *1/*2. Carla: HLA-B*57:01. Dana: TPMT.
fn filled() -> Fixture {
    let fixture = fixture();
    fixture.put("o-1", "ana", vec![reported("CYP2C19", "*1/*17", ""), clopidogrel()]);
    fixture.put("o-2", "ben", vec![genotypes(&[("CYP2C19", "*1", "*2")])]);
    fixture.put("o-3", "carla", vec![reported("HLA-B", "*57:01/*44:02", "*57:01 positive")]);
    fixture.put("o-4", "dana", vec![reported("TPMT", "*1/*3A", "")]);
    fixture.interpreter().catch_up().unwrap();
    let engine = access(Role::Engine);
    fixture.record.activate_pack(&engine, &pack().reference().digest).unwrap();
    fixture
}

const EVERYBODY: [&str; 4] = ["ana", "ben", "carla", "dana"];

fn all(fixture: &Fixture) -> Vec<StoredStatement> {
    EVERYBODY.iter().flat_map(|about| fixture.stored(about)).collect()
}

fn active(record: &Record) -> Option<KnowledgeRef> {
    record.active_pack(&access(Role::Engine)).unwrap()
}

#[test]
fn a_dry_run_tells_the_list_and_changes_nothing() {
    let fixture = filled();
    let before = all(&fixture);
    let changed = changed_pack();
    let (told, list) = dry_run(&fixture.record, &changed);
    assert_eq!((told.patients, told.changed, told.current_medicine), (4, 2, 1));
    assert_eq!((told.former.as_ref(), told.behind), (Some(&pack().reference()), 0));
    let who: Vec<&str> = list.iter().map(|changes| changes.patient.as_str()).collect();
    assert_eq!(who, ["ana", "carla"]);
    let of_ana = lines(&list[0]);
    assert_eq!(
        of_ana[0],
        "CYP2C19* Phenotype: *1/*17: Rapid Metabolizer → *1/*17: Normal Metabolizer"
    );
    assert!(of_ana.iter().skip(1).all(|line| !line.contains("Phenotype")), "{of_ana:?}");
    let drugs: Vec<&str> =
        list[0].changes.iter().skip(1).map(|change| change.name.as_str()).collect();
    assert!(drugs.contains(&"omeprazole") && drugs.contains(&"voriconazole"), "{drugs:?}");
    // Clopidogrel is standard for both.
    assert!(!drugs.contains(&"abacavir"), "{drugs:?}");
    assert_eq!(
        lines(&list[1])[0],
        "abacavir Advice: avoid (CPIC, strong); avoid (DPWG, strong); avoid (FDA, strong) → \
         avoid (CPIC, moderate); avoid (DPWG, strong); avoid (FDA, strong)"
    );
    assert_eq!(all(&fixture), before);
    assert_eq!(active(&fixture.record), Some(pack().reference()));
    let engine = access(Role::Engine);
    assert_eq!(fixture.record.kept_pack(&engine, &changed.reference().digest).unwrap(), None);
}

#[test]
fn an_adopted_pack_is_in_use_and_leaves_the_same_list() {
    let fixture = filled();
    let before = all(&fixture);
    let changed = changed_pack();
    let (_, expected) = dry_run(&fixture.record, &changed);
    let adopted = adopter(&fixture.record).adopt(&changed).unwrap();
    assert_eq!((adopted.patients, adopted.changed, adopted.current_medicine), (4, 2, 1));
    assert_eq!(adopted.former_unusable, None);
    assert_eq!(list(&fixture.record), expected);
    assert_eq!(active(&fixture.record), Some(changed.reference()));
    let after = all(&fixture);
    assert_eq!(after.len(), 4 * everything(&changed));
    assert!(after.iter().all(|stored| stored.statement.capsule.knowledge == changed.reference()));
    // What is started with it finds nothing to do, and what is filed is seen.
    let interpreter = fixture.with(Arc::clone(&changed));
    assert_eq!(interpreter.catch_up().unwrap().patients, 0);
    fixture.put("o-2", "ben", vec![reported("CYP2C19", "*17/*17", "")]);
    assert_eq!(interpreter.catch_up().unwrap().patients, 1);
    let ben = fixture.statements("ben");
    assert!(words(gene(&ben, "CYP2C19")).contains("Normal Metabolizer"));
    // Statements of the former pack are made again with it.
    let (engine, tenant) = (access(Role::Engine), tenant());
    let mut replayer = Replayer::new(&fixture.record, &engine, &tenant);
    for stored in before.iter().step_by(7) {
        assert!(replayer.replay(&stored.statement).unwrap().is_same());
    }
    // Once more is nothing; going back lists the same people.
    let again = adopter(&fixture.record).adopt(&changed).unwrap();
    assert!(again.in_use_already);
    assert_eq!(list(&fixture.record), expected);
    fixture.put("o-2", "ben", vec![genotypes(&[("CYP2C19", "*1", "*2")])]);
    let back = adopter(&fixture.record).adopt(&pack()).unwrap();
    assert_eq!((back.changed, back.former), (2, Some(changed.reference())));
    assert_eq!(active(&fixture.record), Some(pack().reference()));
}

#[test]
fn other_words_are_told_apart_from_other_advice() {
    let fixture = fixture();
    fixture.put("o-1", "ana", vec![reported("CYP2C19", "*2/*2", ""), clopidogrel()]);
    fixture.interpreter().catch_up().unwrap();
    let adopted = adopter(&fixture.record).adopt(&other_pack()).unwrap();
    assert_eq!((adopted.former, adopted.changed), (None, 1));
    let list = list(&fixture.record);
    let [change] = list[0].changes.as_slice() else { panic!("{list:?}") };
    assert_eq!((change.kind, change.name.as_str()), (ChangeKind::Wording, "clopidogrel"));
    assert!(change.current_medicine);
    assert!(change.after.as_ref().unwrap().contains("if it can be helped"));
    let statements = fixture.stored("ana");
    assert!(statements.iter().any(|stored| stored.statement.id == change.statement));
}

#[test]
fn what_was_filed_before_is_not_blamed_on_the_pack() {
    let fixture = filled();
    // Not interpreted yet when the adoption begins.
    fixture.put("o-4", "dana", vec![reported("TPMT", "*3A/*3A", "")]);
    fixture.put("o-5", "emil", vec![reported("CYP2C19", "*17/*17", "")]);
    assert_eq!(dry_run(&fixture.record, &changed_pack()).0.behind, 2);
    let adopted = adopter(&fixture.record).adopt(&changed_pack()).unwrap();
    assert_eq!(adopted.patients, 5);
    let who: Vec<String> =
        list(&fixture.record).iter().map(|changes| changes.patient.to_string()).collect();
    assert_eq!(who, ["ana", "carla", "emil"]);
    assert!(words(gene(&fixture.statements("dana"), "TPMT")).contains("Poor Metabolizer"));
}

#[test]
fn genes_and_drugs_that_come_and_go_are_listed_where_something_was_said() {
    let fixture = filled();
    let files = [
        ("drugs.tsv", "abacavir\t190521\t", "abacavirum\t190521\t"),
        ("actions.tsv", "\nabacavir\t", "\nabacavirum\t"),
        ("alerts.tsv", "\nabacavir\t", "\nabacavirum\t"),
    ];
    // The same code under another name is the same drug.
    assert_eq!(dry_run(&fixture.record, &edited(&files)).0.changed, 0);
    let other_code = [("drugs.tsv", "abacavir\t190521\t", "abacavir\t999521\t")];
    let (_, list) = dry_run(&fixture.record, &edited(&other_code));
    let of_carla = lines(&list[0]);
    assert_eq!((list.len(), of_carla.len()), (1, 2), "{of_carla:?}");
    assert!(of_carla[0].starts_with("abacavir Advice: not in the pack → avoid"), "{of_carla:?}");
    assert!(of_carla[1].ends_with("→ not in the pack"), "{of_carla:?}");
}

#[test]
fn a_former_pack_that_cannot_be_loaded_is_said_and_replaced() {
    let fixture = filled();
    let engine = access(Role::Engine);
    let broken = KnowledgeRef {
        pack: "pgx".to_owned(),
        version: "0.1.0".to_owned(),
        date: "2026-01-01".to_owned(),
        digest: "b".repeat(64),
    };
    let manifest = String::from_utf8(pack().files["pack.toml"].clone()).unwrap();
    let manifest = manifest.replace("schema = 2", "schema = 1").into_bytes();
    let files = BTreeMap::from([("pack.toml".to_owned(), manifest)]);
    fixture.record.keep_pack(&engine, &broken, &files).unwrap();
    let adoption = fixture.record.begin_adoption(&engine, &broken.digest).unwrap();
    fixture.record.finish_adoption(&engine, &adoption.id).unwrap();
    let adopted = adopter(&fixture.record).adopt(&changed_pack()).unwrap();
    assert_eq!(adopted.changed, 2);
    let why = adopted.former_unusable.unwrap();
    assert!(why.contains("pgx 0.1.0") && why.contains("`schema` is 1"), "{why}");
    // And so it is for a statement that was made with it.
    let mut statement = fixture.statements("ana").remove(0);
    statement.capsule.knowledge = broken;
    statement.id = StatementId::new("old");
    let Err(Failure::Knowledge(why)) = replay(&fixture.record, &engine, &tenant(), &statement)
    else {
        panic!("replayed")
    };
    assert!(why.contains("`schema` is 1"), "{why}");
}

/// Set in the child, which then adopts instead of testing.
const DIRECTORY: &str = "INTERPRET_CRASH_TEST_DIRECTORY";
const PATIENTS: usize = 42;

/// Not a test by itself: the body of the child process.
#[test]
fn child_adopts_until_it_is_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    adopter(&open_at(Path::new(&directory))).adopt(&changed_pack()).unwrap();
}

fn child(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "adopting::child_adopts_until_it_is_killed", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_adoption_that_was_killed_goes_on_and_leaves_the_whole_list() {
    let fixture = fixture();
    for number in 0..PATIENTS {
        let diplotype = if number % 3 == 0 { "*1/*17" } else { "*1/*2" };
        let about = format!("p{number:03}");
        fixture.put(&format!("o-{number}"), &about, vec![reported("CYP2C19", diplotype, "")]);
    }
    fixture.interpreter().catch_up().unwrap();
    let engine = access(Role::Engine);
    fixture.record.activate_pack(&engine, &pack().reference().digest).unwrap();
    let (_, expected) = dry_run(&fixture.record, &changed_pack());
    assert_eq!(expected.len(), PATIENTS / 3);

    let mut child = child(fixture.directory.path());
    let begun = Instant::now();
    let latest = || fixture.record.adoptions(&engine, 1).unwrap().remove(0);
    while latest().patients == 0 || latest().pack == pack().reference() {
        assert!(begun.elapsed() < Duration::from_mins(2), "the child does not get on");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let broken = latest();
    assert_eq!(broken.finished, None);
    assert!(broken.patients < PATIENTS as u64);
    assert_eq!(active(&fixture.record), Some(pack().reference()));

    let adopted = adopter(&fixture.record).adopt(&changed_pack()).unwrap();
    assert_eq!(adopted.patients, PATIENTS as u64);
    assert_eq!(latest().id, broken.id);
    assert_eq!(list(&fixture.record), expected);
    assert_eq!(active(&fixture.record), Some(changed_pack().reference()));
    let statements = fixture.statements("p000");
    assert_eq!(
        drug(&statements, "clopidogrel").genes[0].phenotype.as_deref(),
        Some("Normal Metabolizer")
    );
    for number in 0..PATIENTS {
        let stored = fixture.stored(&format!("p{number:03}"));
        let reference = changed_pack().reference();
        assert!(stored.iter().all(|one| one.statement.capsule.knowledge == reference));
        assert!(stored.iter().all(|one| one.version == 2), "written once");
    }
}
