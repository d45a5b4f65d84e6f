//! A record in a directory of its own, and short ways to fill it.

use model::fact::FactContent;
use model::patient::{Identifier, Patient, PersonName, Sex};
use model::provenance::{Door, Source};
use model::reported::{ReportedGeneResult, ResultStatus};
use model::specimen::Origin;
use model::statement::{Basis, Capsule, EngineRef, GeneStatement, KnowledgeRef, StatementContent};
use model::{Fact, PatientId, Statement, StatementId, TenantId, Timestamp};
use record::{
    Access, Clock, Commit, Committed, Condition, MasterKey, NewRaw, Purpose, RawState, Record,
    ResourceChange, Role, Scope, Settings, Store,
};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-01-01T00:00:00Z.
const START_MICROS: i64 = 1_767_225_600_000_000;

/// A clock that moves on by a millisecond each time it is read.
pub(crate) fn clock() -> Clock {
    let ticks = AtomicI64::new(0);
    Arc::new(move || {
        Timestamp::from_micros(START_MICROS + ticks.fetch_add(1000, Ordering::Relaxed))
    })
}

pub(crate) fn open_at(directory: &Path) -> Result<Record, record::Failure> {
    let key = directory.join("master.key");
    let master_key =
        if key.exists() { MasterKey::from_file(&key)? } else { MasterKey::create_file(&key)? };
    open_with(directory, master_key, 2)
}

/// The record of a directory, under a key, in the store that the tests run on.
pub(crate) fn open_with(
    directory: &Path,
    master_key: MasterKey,
    readers: usize,
) -> Result<Record, record::Failure> {
    let settings = Settings { directory: directory.join("data"), master_key, readers };
    let store = match crate::store::url(directory) {
        Some(url) => Store::Postgres(url.parse()?),
        None => Store::Directory,
    };
    Record::open_in(settings, &store, clock())
}

pub(crate) struct Fixture {
    pub(crate) record: Record,
    pub(crate) directory: tempfile::TempDir,
    _database: crate::store::Database,
}

pub(crate) fn fixture() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let record = open_at(directory.path()).unwrap();
    let database = crate::store::Database::of(directory.path());
    Fixture { record, directory, _database: database }
}

pub(crate) fn access(role: Role) -> Access {
    let purpose = match role {
        Role::Patient => Purpose::PatientRequest,
        Role::Operator | Role::InterfaceAnalyst | Role::PrivacyOfficer => Purpose::Operations,
        _ => Purpose::Treatment,
    };
    Access::new(TenantId::new("t1"), role.word(), role, purpose, Scope::Tenant)
}

pub(crate) fn narrowed(role: Role, patients: &[&str]) -> Access {
    let scope = Scope::Patients(patients.iter().map(|id| PatientId::new(*id)).collect());
    let wide = access(role);
    Access::new(wide.tenant().clone(), wide.actor(), role, wide.purpose(), scope)
}

pub(crate) fn raw(key: &str, body: &[u8]) -> NewRaw {
    NewRaw {
        feed: "lab".to_owned(),
        door: Door::Mllp,
        media_type: "x-application/hl7-v2+er7".to_owned(),
        message_key: Some(key.to_owned()),
        peer: "127.0.0.1".to_owned(),
        body: body.to_vec(),
        state: RawState::Received,
    }
}

pub(crate) fn fact(content: FactContent) -> Fact {
    Fact {
        status: ResultStatus::Final,
        origin: Origin::Germline,
        source: Source { raw: None, place: "entry[0]".to_owned() },
        content,
    }
}

pub(crate) fn patient_fact(id: &str, family: &str, identifier: &str) -> Fact {
    fact(FactContent::Patient(Patient {
        id: PatientId::new(id),
        identifiers: vec![Identifier {
            authority: "urn:example:mrn".to_owned(),
            value: identifier.to_owned(),
        }],
        names: vec![PersonName { family: family.to_owned(), given: vec!["Ana".to_owned()] }],
        birth_date: None,
        sex: Sex::Female,
        links: model::patient::Links::default(),
    }))
}

pub(crate) fn patient(id: &str, family: &str, identifier: &str) -> ResourceChange {
    ResourceChange::Put {
        literals: record::Literals::new(),
        resource: json!({
            "resourceType": "Patient",
            "id": id,
            "identifier": [{"system": "urn:example:mrn", "value": identifier}],
            "name": [{"family": family, "given": ["Ana"]}],
            "birthDate": "1961-04-02",
            "gender": "female",
        }),
        facts: vec![patient_fact(id, family, identifier)],
        condition: Condition::Any,
    }
}

pub(crate) fn observation(id: &str, patient: &str, code: &str) -> Value {
    json!({
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "subject": {"reference": format!("Patient/{patient}")},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2026-01-02",
    })
}

pub(crate) fn put(resource: Value) -> ResourceChange {
    ResourceChange::put(resource, vec![], Condition::Any)
}

pub(crate) fn commit(
    record: &Record,
    changes: Vec<ResourceChange>,
) -> Result<Committed, record::Failure> {
    record.commit(&access(Role::Interface), Commit { changes, ..Commit::default() })
}

pub(crate) fn gene_fact(gene: &str) -> Fact {
    fact(FactContent::GeneResult(ReportedGeneResult {
        gene: gene.to_owned(),
        diplotype: Some("*1/*2".to_owned()),
        ..ReportedGeneResult::default()
    }))
}

pub(crate) fn statement(id: &str, patient: &str, note: &str) -> Statement {
    Statement {
        id: StatementId::new(id),
        patient: PatientId::new(patient),
        content: StatementContent::Gene(GeneStatement {
            gene: "CYP2C19".to_owned(),
            hgnc: "HGNC:2621".to_owned(),
            basis: Basis::Reported,
            notes: vec![note.to_owned()],
            ..GeneStatement::default()
        }),
        capsule: Capsule {
            inputs: vec![],
            knowledge: knowledge("d1"),
            rule: "gene:CYP2C19".to_owned(),
            engine: EngineRef { name: "pgx".to_owned(), version: "1".to_owned() },
            gaps: vec![],
        },
    }
}

pub(crate) fn knowledge(digest: &str) -> KnowledgeRef {
    KnowledgeRef {
        pack: "pgx".to_owned(),
        version: "1.0.0".to_owned(),
        date: "2026-01-01".to_owned(),
        digest: digest.to_owned(),
    }
}
