//! Erasing a patient: nothing is left, nothing comes back, nobody else is touched.

mod asked;

use super::{access, open, open_with, queue_all};
use crate::audit::CheckpointKey;
use crate::store::{Executor, Pool, Store, Value, values};
use crate::{
    Access, Change, Commit, Condition, Failure, Feedback, MarkedPatient, MasterKey, NewGenomeBlock,
    NewMark, NewRaw, NewReview, Purpose, PutTo, PutToTrials, Query, RawState, Record,
    ResourceChange, Role, Scope, Shown, Term, TrialStanding, TrialWatch, read_certificate,
};
use model::fact::FactContent;
use model::patient::{Identifier, Patient, PersonName, Sex};
use model::provenance::{Door, Source};
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::statement::{Basis, Capsule, EngineRef, GeneStatement, KnowledgeRef, StatementContent};
use model::{Fact, PatientId, RawId, Statement, StatementId, TenantId};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::Path;

fn officer() -> Access {
    let (tenant, role) = (TenantId::new("t1"), Role::PrivacyOfficer);
    Access::new(tenant, "officer", role, Purpose::Operations, Scope::Tenant)
}

fn put(resource: Json) -> ResourceChange {
    ResourceChange::put(resource, vec![], Condition::Any)
}

fn commit(record: &Record, changes: Vec<ResourceChange>) {
    let commit = Commit { changes, ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
}

fn message(word: &str) -> NewRaw {
    NewRaw {
        feed: "lab".to_owned(),
        door: Door::Mllp,
        media_type: "x-application/hl7-v2+er7".to_owned(),
        message_key: Some(format!("control-{word}")),
        peer: "127.0.0.1".to_owned(),
        body: format!("MSH|{word}").into_bytes(),
        state: RawState::Received,
    }
}

fn observation(id: &str, patient: &str, word: &str) -> Json {
    json!({"resourceType": "Observation", "id": id, "status": "final",
        "subject": {"reference": format!("Patient/{patient}")},
        "identifier": [{"system": "urn:a", "value": format!("number-{word}")}],
        "code": {"coding": [{"system": "urn:codes", "code": format!("code-{word}"),
            "display": format!("display {word}")}], "text": format!("text {word}")},
        "valueQuantity": {"value": 3, "unit": format!("unit-{word}")},
        "note": [{"text": format!("note {word}")}]})
}

fn statement(patient: &str, word: &str) -> Statement {
    let reference = |text: &str| text.to_owned();
    Statement {
        id: StatementId::new(format!("s-{patient}")),
        patient: PatientId::new(patient),
        content: StatementContent::Gene(GeneStatement {
            gene: "CYP2C19".to_owned(),
            hgnc: "HGNC:2621".to_owned(),
            basis: Basis::Reported,
            notes: vec![word.to_owned()],
            ..GeneStatement::default()
        }),
        capsule: Capsule {
            inputs: vec![],
            knowledge: KnowledgeRef {
                pack: reference("pgx"),
                version: reference("1"),
                date: reference("2026-01-01"),
                digest: reference("d"),
            },
            rule: reference("gene:CYP2C19"),
            engine: EngineRef { name: reference("pgx"), version: reference("1") },
            gaps: vec![],
        },
    }
}

fn person(patient: &str, word: &str) -> ResourceChange {
    let resource = json!({"resourceType": "Patient", "id": patient,
        "identifier": [{"system": "urn:mrn", "value": word}],
        "name": [{"family": word, "given": ["Ana"]}], "birthDate": "1961-04-02"});
    let fact = Fact {
        status: ResultStatus::Final,
        origin: Origin::Germline,
        source: Source { raw: None, place: "entry[0]".to_owned() },
        content: FactContent::Patient(Patient {
            id: PatientId::new(patient),
            identifiers: vec![Identifier {
                authority: "urn:mrn".to_owned(),
                value: word.to_owned(),
            }],
            names: vec![PersonName { family: word.to_owned(), given: vec!["Ana".to_owned()] }],
            birth_date: None,
            sex: Sex::Female,
            links: model::patient::Links::default(),
        }),
    };
    ResourceChange::put(resource, vec![fact], Condition::Any)
}

/// Something of a patient in every place there is, each with a word of its own.
fn plant(record: &Record, patient: &str, word: &str) -> RawId {
    let interface = access(Role::Interface);
    let of = PatientId::new(patient);
    let raw = record.archive(&interface, message(word)).unwrap();
    record.set_acknowledgement(&interface, &raw, word.as_bytes()).unwrap();
    let review = NewReview {
        reason: "corrected".to_owned(),
        raw: Some(raw.clone()),
        patient: Some(of.clone()),
        text: format!("review {word}"),
        ..NewReview::default()
    };
    let changes = vec![
        person(patient, word),
        put(observation(&format!("o-{patient}"), patient, word)),
        put(json!({"resourceType": "Consent", "id": format!("c-{patient}"), "status": "active",
            "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"text": word}], "policyRule": {"text": word},
            "patient": {"reference": format!("Patient/{patient}")}})),
    ];
    let filed = Some((raw.clone(), RawState::Filed, vec![]));
    let filing = Commit { changes, raw: filed, reviews: vec![review], ..Commit::default() };
    record.commit(&interface, filing).unwrap();
    // An earlier version said something else, which nobody says any more.
    let earlier = observation(&format!("v-{patient}"), patient, &format!("early{word}"));
    commit(record, vec![put(earlier)]);
    commit(record, vec![put(observation(&format!("v-{patient}"), patient, word))]);
    let engine = access(Role::Engine);
    record.put_statements(&engine, &of, vec![statement(patient, word)], None).unwrap();
    let [trial, cohort, path, status, cause, by] = [word; 6].map(str::to_owned);
    let standings = vec![TrialStanding { trial, version: 1, cohort, path, status }];
    let (put_to, watch) = (PutTo::Every, TrialWatch::On(Some(20_260_901)));
    let put = PutToTrials { patient: of.clone(), put_to, standings, cause, engine: by, watch };
    record.put_trial_standings(&engine, vec![put]).unwrap();
    let prescriber = access(Role::Prescriber);
    let card = format!("card-{patient}");
    let shown = Shown {
        key: format!("key-{patient}"),
        patient: of.clone(),
        card_id: card.clone(),
        service: "s".to_owned(),
        rule: "r".to_owned(),
        pack: "pgx 1".to_owned(),
        body: json!({"summary": word}),
    };
    record.put_shown(&prescriber, shown).unwrap();
    let (service, outcome) = ("s".to_owned(), "overridden".to_owned());
    let feedback = Feedback { service, card, outcome, body: json!({"comment": word}) };
    record.put_feedback(&prescriber, feedback).unwrap();
    let mut genome =
        record.begin_genome(&interface, &format!("g-{patient}"), &of).unwrap().unwrap();
    let (kind, sequence) = ("call".to_owned(), "1".to_owned());
    let body = word.as_bytes().to_vec();
    genome.put(NewGenomeBlock { kind, sequence, first: 0, last: 9, body }).unwrap();
    let file = record.archive(&interface, message(&format!("vcf{word}"))).unwrap();
    assert!(genome.publish(&file, &json!({"sample": word})).unwrap());
    raw
}

fn carriers(record: &Record, patients: &[(&str, &str)]) {
    let mark = |text: &str| NewMark { text: text.to_owned(), kind: Some("letter") };
    let marked = patients.iter().map(|(patient, word)| MarkedPatient {
        patient: PatientId::new(*patient),
        marks: Some(vec![mark("shared"), mark(&format!("mark-{word}"))]),
    });
    let marked = marked.collect();
    assert!(record.keep_carriers(&access(Role::Interface), "1", (0, 5), marked).unwrap());
}

/// Every value of every table that holds one of these texts.
fn traces(record: &Record, texts: &[&str]) -> BTreeSet<String> {
    let inner = &record.inner;
    let pools: [(&str, &Pool); 4] = [
        ("record", &inner.record),
        ("archive", &inner.archive),
        ("decision", &inner.decision),
        ("genome", &inner.genome),
    ];
    let mut found = BTreeSet::new();
    for (name, pool) in pools {
        pool.read(|executor| {
            for table in tables(executor, &inner.store, name) {
                let names = columns(executor, &inner.store, name, &table).join(", ");
                for row in executor.query(&format!("SELECT {names} FROM {table}"), &[])? {
                    let values = (0..64).filter_map(|place| {
                        let text = row.optional_text(place).ok().flatten().map(str::to_owned);
                        let bytes = || row.optional_bytes(place).ok().flatten().map(<[u8]>::to_vec);
                        text.map(String::into_bytes).or_else(bytes)
                    });
                    let values: Vec<Vec<u8>> = values.collect();
                    let holds = |text: &&&str| {
                        let text = text.as_bytes();
                        values.iter().any(|value| value.windows(text.len()).any(|at| at == text))
                    };
                    found.extend(texts.iter().find(holds).map(|text| format!("{table}: {text}")));
                }
            }
            Ok(())
        })
        .unwrap();
    }
    found
}

fn tables(executor: &dyn Executor, store: &Store, name: &str) -> Vec<String> {
    let rows = match store {
        Store::Directory => executor.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            &[],
        ),
        Store::Postgres(_) => executor.query(
            "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $1",
            values![format!("cognate_{name}")],
        ),
    };
    rows.unwrap().iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

fn columns(executor: &dyn Executor, store: &Store, name: &str, table: &str) -> Vec<String> {
    let rows = match store {
        Store::Directory => {
            executor.query("SELECT name FROM pragma_table_info($1)", values![table])
        }
        Store::Postgres(_) => executor.query(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
                WHERE table_schema = $1 AND table_name = $2",
            values![format!("cognate_{name}"), table],
        ),
    };
    rows.unwrap().iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

fn finds(record: &Record, resource_type: &str, name: &str, value: &str) -> u64 {
    let (resource_type, terms) = (resource_type.to_owned(), vec![Term::parse(name, value)]);
    let query = Query { resource_type, terms, count: 5, cursor: None };
    record.search(&access(Role::Prescriber), &query).unwrap().total
}

/// What of a patient is found on each way.
fn ways(record: &Record, patient: &str, word: &str, raw: &RawId) -> Vec<bool> {
    let (reader, of) = (access(Role::Geneticist), PatientId::new(patient));
    let changes = record.changes(&access(Role::Engine), 0, 1000).unwrap();
    let is_of = |change: &Change| change.patient.as_ref() == Some(&of);
    let reviewer = access(Role::LaboratoryReviewer);
    vec![
        record.read(&reader, "Patient", patient).unwrap().is_some(),
        record.vread(&reader, "Patient", patient, 1).unwrap().is_some(),
        record.read(&reader, "Observation", &format!("o-{patient}")).unwrap().is_some(),
        finds(record, "Patient", "family", word) > 0,
        finds(record, "Observation", "code", &format!("code-{word}")) > 0,
        finds(record, "Observation", "subject", &format!("Patient/{patient}")) > 0,
        !record.statements(&reader, &of).unwrap().is_empty(),
        !record.genomes(&reader, &of).unwrap().is_empty(),
        record.raw(&reviewer, raw).unwrap().is_some(),
        record
            .reviews(&reviewer, false)
            .unwrap()
            .iter()
            .any(|it| it.entry.patient == Some(of.clone())),
        changes.iter().any(is_of),
        !record
            .shown(&access(Role::Prescriber), &of, &[format!("key-{patient}")])
            .unwrap()
            .is_empty(),
    ]
}

#[test]
fn an_erased_patient_was_never_there_and_nobody_else_is_touched() {
    let (record, _directory) = open();
    let raw = plant(&record, "p-gone", "Qzebra");
    let kept = plant(&record, "p-kept", "Wotter");
    carriers(&record, &[("p-gone", "Qzebra"), ("p-kept", "Wotter")]);
    queue_all(&record);
    // Said of both: it stays.
    commit(&record, vec![put(observation("both1", "p-gone", "common"))]);
    commit(&record, vec![put(observation("both2", "p-kept", "common"))]);
    assert_eq!(ways(&record, "p-gone", "Qzebra", &raw), [true; 12]);
    assert!(!traces(&record, &["qzebra", "code-Qzebra", "p-gone"]).is_empty());

    let erasure = record.erase_patient(&officer(), &PatientId::new("p-gone"), "asked for").unwrap();
    assert_eq!(ways(&record, "p-gone", "Qzebra", &raw), [false; 12]);
    let never = record.read(&access(Role::Prescriber), "Patient", "p-never").unwrap();
    assert_eq!(record.read(&access(Role::Prescriber), "Patient", "p-gone").unwrap(), never);
    let texts = ["Qzebra", "qzebra", "earlyQzebra", "p-gone", "card-p-gone", "control-Qz"];
    assert_eq!(traces(&record, &texts), BTreeSet::new());
    assert!(erasure.are_logs_empty, "a log was kept open");
    let databases: BTreeSet<&str> = erasure.keys.iter().map(|key| key.database.as_str()).collect();
    assert_eq!(databases, BTreeSet::from(["archive", "decision", "genome", "record"]));
    assert!(erasure.keys.iter().all(|key| key.id.len() == 32), "{:?}", erasure.keys);

    assert_eq!(ways(&record, "p-kept", "Wotter", &kept), [true; 12]);
    assert_eq!(finds(&record, "Observation", "code", "code-common"), 1);
    let listed = record.read_carriers(&access(Role::Geneticist), "1", |carriers| {
        Ok::<_, Failure>((carriers.listed("letter")?, carriers.number(&PatientId::new("p-gone"))?))
    });
    let (listed, number) = listed.unwrap().unwrap();
    assert_eq!(
        (listed.into_iter().collect::<BTreeSet<_>>(), number),
        (BTreeSet::from(["mark-Wotter".to_owned(), "shared".to_owned()]), None)
    );
    assert!(record.verify_audit().is_intact());
    let again = record.erase_patient(&officer(), &PatientId::new("p-gone"), "asked for");
    assert_eq!(again, Err(Failure::NotFound));
}

#[test]
fn what_is_said_again_after_an_erasure_is_found_again() {
    let (record, directory) = open();
    let key = MasterKey::from_file(directory.path().join("key")).unwrap();
    let other = open_with(directory.path(), key).unwrap();
    for patient in ["a", "b"] {
        commit(&record, vec![put(observation(&format!("o-{patient}"), patient, "rare"))]);
        commit(&other, vec![put(observation(&format!("x-{patient}"), patient, "rare"))]);
    }
    for patient in ["a", "b"] {
        record.erase_patient(&officer(), &PatientId::new(patient), "asked for").unwrap();
    }
    assert_eq!(finds(&record, "Observation", "code", "code-rare"), 0);
    // Both remember the number that the code had.
    for (number, record) in [&other, &record, &other].into_iter().enumerate() {
        commit(record, vec![put(observation(&format!("n{number}"), "c", "rare"))]);
        let total = number as u64 + 1;
        assert_eq!(finds(record, "Observation", "code", "code-rare"), total);
        assert_eq!(finds(record, "Observation", "code", "urn:codes|code-rare"), total);
        assert_eq!(finds(record, "Observation", "code:text", "display rare"), total);
        assert_eq!(finds(record, "Observation", "identifier", "urn:a|number-rare"), total);
    }
}

fn copy_databases(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in ["record.db", "archive.db", "decision.db", "genome.db"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn a_restored_backup_brings_nothing_back() {
    if super::store::is_without_files("a database is not copied by its files") {
        return;
    }
    let (record, directory) = open();
    let at = directory.path();
    let data = at.join("data");
    let reopen = || {
        let key = MasterKey::from_file(at.join("key")).unwrap();
        open_with(at, key)
    };
    let raw = plant(&record, "p-gone", "Qzebra");
    let kept = plant(&record, "p-kept", "Wotter");
    carriers(&record, &[("p-gone", "Qzebra"), ("p-kept", "Wotter")]);
    drop(record);
    let backup = at.join("backup");
    copy_databases(&data, &backup);
    let record = reopen().unwrap();
    record.erase_patient(&officer(), &PatientId::new("p-gone"), "asked for").unwrap();
    // The same id again is somebody new.
    commit(&record, vec![put(observation("new", "p-gone", "anew"))]);
    drop(record);
    let record = reopen().unwrap();
    assert!(record.read(&access(Role::Prescriber), "Observation", "new").unwrap().is_some());
    drop(record);

    for restored in [
        &["record.db"][..],
        &["archive.db", "genome.db"],
        &["record.db", "archive.db", "decision.db", "genome.db"],
    ] {
        for name in restored {
            for ending in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(data.join(format!("{name}{ending}")));
            }
            std::fs::copy(backup.join(name), data.join(name)).unwrap();
        }
        let record = reopen().unwrap();
        let texts = ["Qzebra", "qzebra", "earlyQzebra", "p-gone"];
        let left = traces(&record, &texts);
        // Only what came under the same id afterwards, in files that were not restored.
        let is_new = |trace: &String| trace.ends_with("p-gone") && !restored.contains(&"record.db");
        assert!(left.iter().all(is_new), "{restored:?}: {left:?}");
        assert_eq!(ways(&record, "p-kept", "Wotter", &kept), [true; 12], "{restored:?}");
        assert!(record.raw(&access(Role::LaboratoryReviewer), &raw).unwrap().is_none());
    }

    // The list cannot be cut or altered without being seen.
    let list = data.join("keyring.destroyed");
    let whole = std::fs::read(&list).unwrap();
    for cut in [0, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&list, &whole[..cut]).unwrap();
        assert!(reopen().unwrap_err().to_string().contains("was cut"), "{cut}");
    }
    let mut altered = whole.clone();
    altered[80] ^= 1;
    std::fs::write(&list, &altered).unwrap();
    assert!(reopen().unwrap_err().to_string().contains("altered"));
    // Half a line of an erasure that was never begun is no cut.
    std::fs::write(&list, [&whole[..], b"00ff {\"ten"].concat()).unwrap();
    let record = reopen().unwrap();
    record.erase_patient(&officer(), &PatientId::new("p-kept"), "asked for").unwrap();
    drop(record);
    assert!(reopen().is_ok());
}

#[test]
fn pieces_of_a_file_and_files_that_were_never_filed_go_too() {
    let (record, _directory) = open();
    plant(&record, "p1", "Qzebra");
    let interface = access(Role::Interface);
    let archive = |media_type: &str, key: Option<String>, body: String, state| {
        let (feed, peer) = ("file".to_owned(), "a".to_owned());
        let (media_type, body, door) = (media_type.to_owned(), body.into_bytes(), Door::File);
        let raw = NewRaw { feed, door, media_type, message_key: key, peer, body, state };
        record.archive(&interface, raw).unwrap()
    };
    let piece = || archive("application/octet-stream", None, "x".to_owned(), RawState::Piece);
    let key = |patient: &str, regions: &RawId| {
        json!({"name": "a.vcf", "patient": patient, "regions": regions.as_str()}).to_string()
    };
    let received = archive("text/plain", None, "x".to_owned(), RawState::Received);
    let [one, two, bed, other_bed, other] = [piece(), piece(), piece(), piece(), piece()];
    let list = json!({"pieces": [one.as_str(), two.as_str(), received.as_str()]}).to_string();
    let listed =
        archive("text/vcf;pieces=list", Some(key("p1", &bed)), list, RawState::Quarantined);
    let of_other =
        archive("text/vcf", Some(key("p2", &other_bed)), "x".to_owned(), RawState::Received);
    record.erase_patient(&officer(), &PatientId::new("p1"), "asked for").unwrap();
    let reader = access(Role::LaboratoryReviewer);
    let is_there = |raw: &RawId| record.raw(&reader, raw).unwrap().is_some();
    for gone in [&one, &two, &bed, &listed] {
        assert!(!is_there(gone));
    }
    // What a list names and is no piece is somebody's own message.
    for kept in [&received, &other_bed, &other, &of_other] {
        assert!(is_there(kept));
    }
}

#[test]
fn a_destroyed_key_that_came_back_opens_nothing() {
    let (record, _directory) = open();
    commit(&record, vec![put(observation("o1", "p1", "x"))]);
    let version = "SELECT wrapped FROM data_key WHERE tenant = $1 AND owner = $2";
    let key = values!["t1", "p1"];
    let wrapped = record.inner.record.read(|it| it.one(version, key)).unwrap();
    let wrapped = wrapped.bytes(0).unwrap().to_vec();
    record.erase_patient(&officer(), &PatientId::new("p1"), "asked for").unwrap();
    let row: Vec<Value> = values!["t1", "p1", wrapped, 0_i64].to_vec();
    let back = record
        .inner
        .record_writer
        .write(move |executor| executor.execute(crate::sql::record::DATA_KEY_PUT, &row));
    assert_eq!(back, Ok(1));
    let put = ResourceChange::put(observation("o2", "p1", "x"), vec![], Condition::Any);
    let refused = record
        .commit(&access(Role::Interface), Commit { changes: vec![put], ..Commit::default() })
        .unwrap_err();
    assert!(matches!(refused, Failure::Sealed { .. }), "{refused}");
}
