//! Trials in the record: whoever changes is put to them again, and nobody else is; what the log
//! says is what a full evaluation says.

use crate::support::{Fixture, access, patient, tenant};
use interpret::matching::{Matched, Matcher, World, keep_trial};
use model::{PatientId, RawId, Timestamp};
use proptest::prelude::*;
use record::{
    Access, Commit, Condition, MasterKey, Purpose, Record, ResourceChange, Role, Scope, Settings,
    TrialChange, TrialStanding,
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use trials::Trial;

/// 2026-08-24T08:00:00Z.
const START_MICROS: i64 = 1_787_558_400_000_000;
const DAY_MICROS: i64 = 86_400_000_000;

fn world() -> Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    Arc::clone(WORLD.get_or_init(|| Arc::new(World::built_in().unwrap())))
}

/// A record whose clock stands until it is moved.
struct Place {
    fixture: Fixture,
    now: Arc<AtomicI64>,
    matcher: Matcher,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master_key = MasterKey::create_file(directory.path().join("master.key")).unwrap();
        let settings =
            Settings { directory: directory.path().join("data"), master_key, readers: 2 };
        let now = Arc::new(AtomicI64::new(START_MICROS));
        let ticking = Arc::clone(&now);
        let clock = move || Timestamp::from_micros(ticking.fetch_add(1, Ordering::Relaxed));
        let record = Record::open(settings, Arc::new(clock)).unwrap();
        let matcher = Matcher::new(record.clone(), world(), &tenant());
        Self { fixture: Fixture { record, directory }, now, matcher }
    }

    fn record(&self) -> &Record {
        &self.fixture.record
    }

    fn pass_days(&self, days: i64) {
        self.now.fetch_add(days * DAY_MICROS, Ordering::Relaxed);
    }

    fn put(&self, resources: Vec<Value>) {
        let put = |resource: Value| {
            let (facts, _) = formats::fhir::facts::facts_of(&resource, None, "entry[0]");
            ResourceChange::put(resource, facts, Condition::Any)
        };
        let changes = resources.into_iter().map(put).collect();
        let commit = Commit { changes, ..Commit::default() };
        self.record().commit(&access(Role::Interface), commit).unwrap();
    }

    fn delete(&self, resource_type: &str, id: &str) {
        let change = ResourceChange::Delete {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
            condition: Condition::Any,
        };
        let commit = Commit { changes: vec![change], ..Commit::default() };
        self.record().commit(&access(Role::Interface), commit).unwrap();
    }

    fn keep(&self, trial: &Value) {
        let trial = Trial::parse(trial.clone()).unwrap();
        keep_trial(self.record(), &operator(), &RawId::new("raw"), &trial).unwrap();
    }

    fn catch_up(&self) -> Matched {
        self.matcher.catch_up().unwrap()
    }

    fn log(&self) -> Vec<TrialChange> {
        let mut log = self.record().trial_changes(&access(Role::Engine), None, 1000).unwrap();
        log.reverse();
        log
    }

    /// `ana T/a needs-data > eligible: why`.
    fn words(&self) -> Vec<String> {
        let word = |change: TrialChange| {
            let TrialStanding { trial, cohort, status, .. } = &change.standing;
            let (of, former, cause) = (&change.patient, &change.former, &change.cause);
            format!("{of} {trial}/{cohort} {former} > {status}: {cause}")
        };
        self.log().into_iter().map(word).collect()
    }

    /// What the log says of a patient, and what a full evaluation says, by cohort.
    fn both(&self, of: &PatientId) -> [Vec<(String, String, String)>; 2] {
        let standing = self.record().trial_standings(&access(Role::Engine), of).unwrap();
        let logged = standing.into_iter().map(|change| change.standing).collect();
        [logged, self.matcher.whole(of).unwrap()].map(|standings: Vec<TrialStanding>| {
            let key = |one: TrialStanding| (one.trial, one.cohort, one.status);
            let mut keys: Vec<_> = standings.into_iter().map(key).collect();
            keys.sort();
            keys
        })
    }
}

fn operator() -> Access {
    Access::new(tenant(), "operator", Role::Operator, Purpose::Operations, Scope::Tenant)
}

fn person(id: &str, born: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "birthDate": born, "gender": "female"})
}

fn condition(of: &str, code: &str) -> Value {
    json!({"resourceType": "Condition", "id": format!("c-{of}"),
        "subject": {"reference": format!("Patient/{of}")},
        "code": {"coding": [{"system": "http://oncotree.mskcc.org", "code": code}]}})
}

fn ecog(of: &str, on: &str, grade: u8) -> Value {
    json!({"resourceType": "Observation", "id": format!("ecog-{of}"), "status": "final",
        "subject": {"reference": format!("Patient/{of}")}, "effectiveDateTime": on,
        "code": {"coding": [{"system": "http://loinc.org", "code": "89247-1"}]},
        "valueInteger": grade})
}

/// A variant of the tumour, or its absence (HL7 Genomics Reporting, variant).
fn egfr(of: &str, status: &str, presence: &str) -> Value {
    let concept = |system: &str, code: &str, display: &str| {
        let coding = json!({"system": system, "code": code, "display": display});
        json!({ "coding": [coding] })
    };
    let loinc = "http://loinc.org";
    json!({"resourceType": "Observation", "id": format!("v-{of}"), "status": status,
        "subject": {"reference": format!("Patient/{of}")}, "effectiveDateTime": "2026-08-01",
        "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category",
            "laboratory", "Laboratory")],
        "code": concept(loinc, "69548-6", "Genetic variant assessment"),
        "valueCodeableConcept": concept(loinc, presence, ""),
        "component": [
            {"code": concept(loinc, "48018-6", "Gene studied [ID]"),
             "valueCodeableConcept": concept("http://www.genenames.org", "HGNC:3236", "EGFR")},
            {"code": concept(loinc, "48005-3", "Amino acid change (pHGVS)"),
             "valueCodeableConcept": concept("http://varnomen.hgvs.org", "p.Leu858Arg",
                "p.Leu858Arg")},
            {"code": concept(loinc, "48002-0", "Genomic source class"),
             "valueCodeableConcept": concept(loinc, "LA6684-0", "Somatic")}]})
}

const PRESENT: &str = "LA9633-4";

fn all(leaves: &[Value]) -> Value {
    let leaf = |criterion: &Value| json!({"leaf": {"criterion": criterion}});
    json!({"all": leaves.iter().map(leaf).collect::<Vec<_>>()})
}

fn lung() -> Value {
    json!({"diagnosis": {"any-of": [{"code": "NSCLC", "name": "Non-Small Cell Lung Cancer"}]}})
}

fn l858r() -> Value {
    json!({"event": {"gene": {"hgnc": 3236, "symbol": "EGFR"}, "kinds": ["short"],
        "change": "p.L858R"}})
}

/// Adults with lung cancer; one cohort asks for the variant, the other for performance.
fn trial(id: &str, status: &str) -> Value {
    json!({"format": "cognate-trial/1", "id": id, "status": status, "title": "A trial",
        "criteria": all(&[lung(), json!({"age": {"comparison": ">=", "years": 18}})]),
        "cohorts": [
            {"id": "variant", "code": "A", "path": "arm 1", "status": "open",
             "criteria": all(&[l858r()])},
            {"id": "fit", "code": "B", "path": "arm 2", "status": "open",
             "criteria": all(&[json!({"performance": {"ecog-max": 1}})])}]})
}

#[test]
fn a_report_makes_a_patient_eligible_and_its_withdrawal_ends_it() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    place.put(vec![person("ana", "1961-04-02"), condition("ana", "LUAD")]);
    place.put(vec![person("ben", "1961-04-02"), condition("ben", "COAD")]);
    place.put(vec![person("eva", "1961-04-02")]);
    let first = place.catch_up();
    // Who has no tumour is put to no trial; who has another one leaves no trace.
    assert_eq!((first.patients, first.evaluations, first.noted), (3, 4, 2));
    place.put(vec![egfr("ana", "final", PRESENT)]);
    let second = place.catch_up();
    assert_eq!((second.patients, second.evaluations, second.noted), (1, 2, 1));
    place.put(vec![egfr("ana", "entered-in-error", PRESENT)]);
    assert_eq!(place.catch_up().noted, 1);
    let again = place.catch_up();
    assert_eq!((again.patients, again.evaluations, again.noted), (0, 0, 0));
    let seen = place.words();
    assert_eq!(seen[2], "ana T/variant needs-data > eligible: Observation/v-ana/_history/1");
    assert_eq!(seen[3], "ana T/variant eligible > needs-data: Observation/v-ana/_history/2");
    assert_eq!(seen.len(), 4);
    assert!(place.log().iter().all(|change| change.engine.starts_with("trials ")));
}

#[test]
fn a_trial_that_changes_is_put_to_those_with_a_tumour_alone() {
    let place = Place::new();
    place.put(vec![person("ana", "1961-04-02"), condition("ana", "LUAD")]);
    place.put(vec![person("ben", "1961-04-02"), condition("ben", "COAD")]);
    place.put(vec![person("eva", "1961-04-02")]);
    place.catch_up();
    place.keep(&trial("T", "open"));
    let opened = place.catch_up();
    assert_eq!((opened.patients, opened.evaluations, opened.noted), (2, 4, 2));
    place.keep(&trial("U", "open"));
    assert_eq!(opened.read, 0, "what was read of them has not changed");
    let other = place.catch_up();
    // The other trial is not asked again.
    assert_eq!((other.patients, other.evaluations, other.noted), (2, 4, 2));
    place.keep(&trial("T", "suspended"));
    assert_eq!(place.catch_up().noted, 2);
    place.keep(&trial("T", "open"));
    assert_eq!(place.catch_up().noted, 2);
    place.record().retire_trial(&operator(), "T").unwrap();
    assert_eq!(place.catch_up().noted, 2);
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!(logged.len(), 2, "the other trial stands");
    assert_eq!(logged, whole);
    assert!(place.words()[4].ends_with("needs-data > not-eligible: trial T version 2"));
}

#[test]
fn a_day_is_enough_to_come_of_age_and_to_be_out_of_date() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    place.put(vec![person("ana", "2008-08-26"), condition("ana", "LUAD")]);
    place.put(vec![ecog("ana", "2026-06-01", 1)]);
    // Too young; age is not the trial's only question.
    assert_eq!(place.catch_up().noted, 0);
    place.pass_days(1);
    assert_eq!(place.catch_up().patients, 0, "nobody is looked at without a reason");
    place.pass_days(1);
    let of_age = place.catch_up();
    assert_eq!((of_age.patients, of_age.noted), (1, 2));
    // The performance status counts for three months.
    place.pass_days(7);
    assert_eq!(place.catch_up().noted, 1);
    let cause = "a birthday, or a fact that counts no more";
    assert_eq!(
        place.words(),
        [
            format!("ana T/variant not-eligible > needs-data: {cause}"),
            format!("ana T/fit not-eligible > eligible: {cause}"),
            format!("ana T/fit eligible > needs-data: {cause}"),
        ]
    );
}

/// What is remembered of a patient counts while it is what the matcher may see.
#[test]
fn what_is_remembered_is_what_may_still_be_seen() {
    let place = Place::new();
    place.put(vec![person("ana", "1961-04-02"), condition("ana", "LUAD")]);
    place.put(vec![ecog("ana", "2026-08-01", 1)]);
    place.catch_up();
    place.keep(&trial("T", "open"));
    let known = place.catch_up();
    assert_eq!((known.read, known.noted), (0, 2));
    // It counts no more after three months, and the trial that changes then must not know it.
    place.pass_days(90);
    place.keep(&trial("U", "open"));
    place.catch_up();
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!(logged, whole);
    assert!(logged.iter().all(|(_, _, status)| status == "needs-data"), "{logged:?}");
    // Refused to systems from now on: of a change that names nobody else, she is not known.
    place.put(vec![json!({"resourceType": "Consent", "id": "no", "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]}, "category": [{"text": "privacy"}],
        "patient": {"reference": "Patient/ana"}, "provision": {"type": "deny"}})]);
    place.keep(&trial("V", "open"));
    place.catch_up();
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!((logged, whole), (vec![], vec![]));
}

/// A patient who is due for one trial stays due when another one changes on that day.
#[test]
fn a_trial_that_changes_postpones_no_day() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    place.put(vec![person("ana", "2008-08-26"), condition("ana", "LUAD")]);
    assert_eq!(place.catch_up().noted, 0);
    place.pass_days(2);
    place.keep(&trial("U", "open"));
    place.catch_up();
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!((logged.len(), &logged), (4, &whole));
}

#[test]
fn a_trial_that_changes_on_a_birthday_does_not_hide_it() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    place.keep(&trial("U", "open"));
    place.put(vec![person("ana", "2008-08-26"), condition("ana", "LUAD")]);
    assert_eq!(place.catch_up().noted, 0, "too young");
    place.pass_days(30);
    // She is put to this one alone, and is still due for the other.
    place.record().retire_trial(&operator(), "U").unwrap();
    place.catch_up();
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!(logged, whole);
    assert_eq!(logged.len(), 2);
}

#[test]
fn another_matcher_begins_where_the_first_one_ended() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    place.put(vec![person("ana", "1961-04-02"), condition("ana", "LUAD")]);
    place.catch_up();
    let other = Matcher::new(place.record().clone(), world(), &tenant());
    assert_eq!(other.catch_up().unwrap(), Matched::default());
    assert_eq!(place.log().len(), 2);
}

#[test]
fn what_is_labelled_is_not_known_to_the_log() {
    let place = Place::new();
    place.keep(&trial("T", "open"));
    let mut hidden = ecog("ana", "2026-08-01", 1);
    hidden["meta"] = json!({"security": [{
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}]});
    place.put(vec![person("ana", "1961-04-02"), condition("ana", "LUAD"), hidden]);
    place.catch_up();
    let [logged, whole] = place.both(&patient("ana"));
    assert_eq!(logged, whole);
    assert_eq!(logged[0].2, "needs-data", "{logged:?}");
}

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Born(usize, i64),
    Diagnosed(usize, &'static str),
    Undiagnosed(usize),
    Performs(usize, u8, i64),
    Reported(usize, bool),
    Withdrawn(usize),
    Dies(usize),
    Deleted(usize),
    Trial(&'static str, &'static str),
    Retired(&'static str),
    Days(i64),
}

const PEOPLE: [&str; 3] = ["ana", "ben", "eva"];

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    let trial = prop::sample::select(vec!["T", "U"]);
    let status = prop::sample::select(vec!["open", "suspended", "closed"]);
    let code = prop::sample::select(vec!["LUAD", "NSCLC", "LUNG", "COAD"]);
    prop_oneof![
        (who.clone(), -3_i64..40).prop_map(|(of, days)| Step::Born(of, days)),
        (who.clone(), code).prop_map(|(of, code)| Step::Diagnosed(of, code)),
        who.clone().prop_map(Step::Undiagnosed),
        (who.clone(), 0_u8..4, 0_i64..120)
            .prop_map(|(of, grade, ago)| Step::Performs(of, grade, ago)),
        (who.clone(), any::<bool>()).prop_map(|(of, found)| Step::Reported(of, found)),
        who.clone().prop_map(Step::Withdrawn),
        who.clone().prop_map(Step::Dies),
        who.prop_map(Step::Deleted),
        (trial.clone(), status).prop_map(|(trial, status)| Step::Trial(trial, status)),
        trial.prop_map(Step::Retired),
        (0_i64..60).prop_map(Step::Days),
    ]
}

/// The day so many days before one.
fn day(now: i64, days_before: i64) -> String {
    Timestamp::from_micros(now - days_before * DAY_MICROS).day().to_string()
}

fn take(place: &Place, step: &Step) {
    let now = place.now.load(Ordering::Relaxed);
    match step {
        // About to come of age.
        Step::Born(of, days) => {
            let born = day(now, 18 * 365 + 5 - days);
            place.put(vec![person(PEOPLE[*of], &born)]);
        }
        Step::Diagnosed(of, code) => place.put(vec![condition(PEOPLE[*of], code)]),
        Step::Undiagnosed(of) => place.delete("Condition", &format!("c-{}", PEOPLE[*of])),
        Step::Performs(of, grade, ago) => {
            place.put(vec![ecog(PEOPLE[*of], &day(now, *ago), *grade)]);
        }
        Step::Reported(of, found) => {
            let presence = if *found { PRESENT } else { "LA9634-2" };
            place.put(vec![egfr(PEOPLE[*of], "final", presence)]);
        }
        Step::Withdrawn(of) => place.put(vec![egfr(PEOPLE[*of], "entered-in-error", PRESENT)]),
        Step::Dies(of) => {
            let mut person = person(PEOPLE[*of], "1961-04-02");
            person["deceasedBoolean"] = json!(true);
            place.put(vec![person]);
        }
        Step::Deleted(of) => place.delete("Patient", PEOPLE[*of]),
        Step::Trial(id, status) => place.keep(&trial(id, status)),
        Step::Retired(id) => drop(place.record().retire_trial(&operator(), id)),
        Step::Days(days) => place.pass_days(*days),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Amended, withdrawn, died, come of age, suspended, opened again, in any order and with the
    /// log kept up now and then: it says what a full evaluation says.
    #[test]
    fn the_log_says_what_a_full_evaluation_says(
        steps in prop::collection::vec((step(), any::<bool>()), 1..24),
    ) {
        let place = Place::new();
        place.keep(&trial("T", "open"));
        place.put(PEOPLE.iter().map(|of| person(of, "1961-04-02")).collect());
        place.put(PEOPLE.iter().map(|of| condition(of, "LUAD")).collect());
        for (step, looks) in &steps {
            take(&place, step);
            if *looks {
                place.catch_up();
            }
        }
        place.catch_up();
        for of in PEOPLE {
            let [logged, whole] = place.both(&patient(of));
            prop_assert_eq!(logged, whole, "{} after {:?}", of, steps);
        }
        // Each change begins where the one before it ended, and nothing is noted that is none.
        let mut standing = std::collections::BTreeMap::new();
        for change in place.log() {
            let TrialStanding { trial, cohort, status, .. } = change.standing;
            let key = (change.patient, trial, cohort);
            let former = standing.insert(key, status.clone());
            let former = former.unwrap_or_else(|| record::TRIAL_STATUS_OUT.to_owned());
            prop_assert_eq!(&former, &change.former);
            prop_assert_ne!(&former, &status);
        }
        prop_assert_eq!(place.catch_up(), Matched::default());
    }
}
