//! A record with results of a few patients, and a deliverer whose clock the test moves.

use crate::receiver::Receiver;
use formats::fhir::facts::facts_of;
use model::{TenantId, Timestamp};
use notify::{Chance, Deliverer, Delivering, DeliveryPace, Destination, destinations};
use record::{
    Access, Clock, Commit, Condition, Dispatch, DispatchState, MasterKey, Purpose, Record,
    ResourceChange, Role, Scope, Settings,
};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// For how long the deliverer waits for an answer.
pub(crate) const ANSWER_TIME: Duration = Duration::from_secs(1);
/// 2026-01-12T09:30:00Z.
const START_MICROS: i64 = 1_768_210_200_000_000;

/// A record, and a clock that stands but for a millisecond each time it is read.
pub(crate) struct Fixture {
    pub(crate) record: Record,
    pub(crate) directory: tempfile::TempDir,
    ticks: Arc<AtomicI64>,
}

fn open(directory: &Path, ticks: &Arc<AtomicI64>) -> Record {
    let key = directory.join("master.key");
    let master_key = if key.exists() {
        MasterKey::from_file(&key).unwrap()
    } else {
        MasterKey::create_file(&key).unwrap()
    };
    let ticks = Arc::clone(ticks);
    let clock: Clock = Arc::new(move || {
        Timestamp::from_micros(START_MICROS + ticks.fetch_add(1_000, Ordering::Relaxed))
    });
    let settings = Settings { directory: directory.join("data"), master_key, readers: 2 };
    Record::open(settings, clock).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("t1")
}

pub(crate) fn access(role: Role, purpose: Purpose) -> Access {
    Access::new(tenant(), role.word(), role, purpose, Scope::Tenant)
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ticks = Arc::new(AtomicI64::new(0));
        let record = open(directory.path(), &ticks);
        let fixture = Self { record, directory, ticks };
        let people = ["p1", "p2", "p3"].map(|id| {
            json!({"resourceType": "Patient", "id": id, "birthDate": "1961-04-02",
                "name": [{"family": "Example", "given": ["Ana"]}], "gender": "female",
                "identifier": [{"system": "urn:mrn", "value": id}]})
        });
        fixture.file(&people);
        fixture
    }

    /// The same record opened again, as after a crash or a restart.
    pub(crate) fn reopened(self) -> Self {
        let Self { record, directory, ticks } = self;
        drop(record);
        let record = open(directory.path(), &ticks);
        Self { record, directory, ticks }
    }

    /// The record of another directory, at the same time.
    pub(crate) fn at(self, directory: tempfile::TempDir) -> Self {
        let record = open(directory.path(), &self.ticks);
        Self { record, directory, ticks: self.ticks }
    }

    pub(crate) fn file(&self, resources: &[Value]) {
        let put = |one: &Value| {
            let facts = facts_of(one, None, "test").0;
            ResourceChange::put(one.clone(), facts, Condition::Any)
        };
        let changes = resources.iter().map(put).collect();
        let interface = access(Role::Interface, Purpose::Treatment);
        self.record.commit(&interface, Commit { changes, ..Commit::default() }).unwrap();
    }

    /// A report of one gene, and its next versions under the same number.
    pub(crate) fn result(&self, number: &str, patient: &str, diplotype: &str, status: &str) {
        self.file(&result(number, patient, diplotype, status));
    }

    pub(crate) fn later(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.ticks.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn in_state(&self, state: DispatchState) -> Vec<Dispatch> {
        self.of_in_state("ehr", state)
    }

    pub(crate) fn of_in_state(&self, id: &str, state: DispatchState) -> Vec<Dispatch> {
        let operator = access(Role::Operator, Purpose::Operations);
        self.record.dispatches(&operator, id, state, 0, 1_000).unwrap()
    }
}

pub(crate) fn result(number: &str, patient: &str, diplotype: &str, status: &str) -> [Value; 2] {
    let subject = json!({"reference": format!("Patient/{patient}")});
    let coded = |code: &str| json!({"coding": [{"system": "http://loinc.org", "code": code}]});
    [
        json!({"resourceType": "Observation", "id": format!("o-{number}"), "status": status,
            "subject": subject, "code": coded("84413-4"),
            "valueCodeableConcept": {"text": diplotype},
            "component": [{"code": coded("48018-6"), "valueCodeableConcept": {"coding": [
                {"system": "http://www.genenames.org/geneId", "code": "HGNC:2621",
                    "display": "CYP2C19"}]}}]}),
        json!({"resourceType": "DiagnosticReport", "id": format!("r-{number}"), "status": status,
            "subject": subject, "code": coded("51969-4"),
            "identifier": [{"type": {"coding": [{"code": "FILL"}]}, "system": "urn:lab",
                "value": number}],
            "category": [{"coding": [{"code": "GE"}]}], "performer": [{"display": "North"}],
            "issued": "2026-01-11T08:00:00Z", "conclusion": format!("Result {number}: {status}"),
            "result": [{"reference": format!("Observation/o-{number}")}]}),
    ]
}

/// The destination of a receiver, with more lines of its file.
pub(crate) fn destination(port: u16, more: &str) -> Destination {
    destination_of("ehr", "hl7v2", port, more)
}

/// One of another name and kind that messages go to.
pub(crate) fn destination_of(id: &str, kind: &str, port: u16, more: &str) -> Destination {
    let directory = tempfile::tempdir().unwrap();
    let seconds = ANSWER_TIME.as_secs();
    let file = format!(
        "version = \"1\"\n[[destination]]\nid = \"{id}\"\nkind = \"{kind}\"\ntls = false\n\
         address = \"127.0.0.1:{port}\"\ntimeout_seconds = {seconds}\n{more}\n"
    );
    std::fs::write(directory.path().join("d.toml"), file).unwrap();
    let (mut found, problems) = destinations(directory.path()).unwrap();
    assert_eq!(problems, []);
    found.remove(0)
}

pub(crate) fn deliverer(fixture: &Fixture, destination: Destination) -> Deliverer {
    let chance = Chance::new(|| 255);
    let made = Deliverer::new(fixture.record.clone(), &tenant(), destination, chance).unwrap();
    made.at_pace(DeliveryPace { look: Duration::from_millis(5), ..DeliveryPace::default() })
}

pub(crate) fn to(fixture: &Fixture, receiver: &Receiver) -> Deliverer {
    deliverer(fixture, destination(receiver.port, ""))
}

pub(crate) fn pass(deliverer: &Deliverer) -> Delivering {
    deliverer.pass(&|| false).unwrap()
}

/// Passes until nothing waits, each after the longest time that anything may have to wait.
pub(crate) fn until_settled(fixture: &Fixture, deliverer: &Deliverer) {
    for _ in 0..200 {
        pass(deliverer);
        if fixture.in_state(DispatchState::Queued).is_empty() {
            return;
        }
        fixture.later(Duration::from_mins(6));
    }
    panic!("something still waits");
}
