//! Every public method by every role: done or denied, as this table says. It is written out here
//! on its own, so that a slip in the record's table is seen.

mod archive;
mod guard;
mod identity;
mod outbox;
mod research;
mod trials;

use crate::support::{access, fixture, knowledge, patient, raw, statement};
use archive::archiving;
use guard::guarding;
use identity::identity;
use model::patient::Identifier;
use model::{PatientId, RawId, ResourceRef, StatementId, TenantId, Timestamp};
use outbox::sending_onward;
use record::Role::{
    Engine, Geneticist, Interface, InterfaceAnalyst, LaboratoryReviewer, Oncologist, Operator,
    Pharmacist, Prescriber, PrivacyOfficer, ServiceClient,
};
use record::{
    Access, Account, AuditQuery, Client, Commit, CompartmentQuery, Credential, CredentialKind,
    Disclosure, ExportJob, ExportLevel, ExportRequest, Extraction, ExtractionState, Failure,
    Feedback, HistoryQuery, LinkKind, NewReview, Purpose, Query, Record, Registration, ReviewWork,
    Role, Scope, Session, Shown, Subscription, SubscriptionStatus, Ticket, TicketKind,
};
use research::researching;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use trials::matching;

/// Ids of what the fixture holds.
struct Known {
    raw: RawId,
    review: String,
}

type Call = fn(&Record, &Access, &Known) -> Result<(), Failure>;

fn p1() -> PatientId {
    PatientId::new("p1")
}

fn export() -> ExportRequest {
    ExportRequest {
        level: ExportLevel::System,
        types: vec![],
        since: Some(Timestamp::from_micros(0)),
        until: None,
        url: String::new(),
        research: None,
    }
}

fn job() -> ExportJob {
    let started = Timestamp::from_micros(0);
    ExportJob { id: "x".into(), actor: "a".into(), started, sequence: 9, request: export() }
}

fn shown() -> Shown {
    Shown {
        key: "k".to_owned(),
        patient: p1(),
        card_id: "c".to_owned(),
        service: "order-sign".to_owned(),
        rule: "r".to_owned(),
        pack: "pgx 1".to_owned(),
        body: json!({}),
    }
}

fn extraction() -> Extraction {
    Extraction {
        id: "none".to_owned(),
        patient: p1(),
        created: Timestamp::from_micros(0),
        state: ExtractionState::Open,
        version: 1,
        body: Vec::new(),
    }
}

fn account() -> Account {
    Account {
        login: "ana".to_owned(),
        display_name: "Ana".to_owned(),
        role: Prescriber,
        password_hash: "$argon2id$".to_owned(),
        scope: Scope::Tenant,
    }
}

fn disclosure() -> Disclosure {
    Disclosure {
        recipient: "Health department".to_owned(),
        purpose: "notifiable disease".to_owned(),
        legal_basis: "45 CFR 164.512(b)".to_owned(),
        what: "one report".to_owned(),
    }
}

fn subscription() -> Subscription {
    Subscription {
        id: "s".to_owned(),
        actor: "a".to_owned(),
        status: SubscriptionStatus::Active,
        revision: 1,
        sequence: 0,
        events: 0,
        delivered: 0,
        failures: 0,
        retry_at: Timestamp::from_micros(0),
        sent_at: Timestamp::from_micros(0),
        settings: json!({}),
    }
}

const CLINICIANS: &[Role] = &[Prescriber, Pharmacist, Geneticist, Oncologist];

/// Clinicians and others.
fn with(others: &[Role]) -> Vec<Role> {
    CLINICIANS.iter().chain(others).copied().collect()
}

/// A method, who may call it, and a call of it.
type Line = (&'static str, Vec<Role>, Call);

fn table() -> Vec<Line> {
    let parts = [archiving(), filing(), interpreting(), subscribing(), guarding(), identity()];
    [parts.concat(), sending_onward(), researching(), matching(), others()].concat()
}

fn filing() -> Vec<Line> {
    let clinical = || with(&[ServiceClient, LaboratoryReviewer, Interface, Role::Patient]);
    let lists_patients = || with(&[ServiceClient, LaboratoryReviewer, Interface]);
    vec![
        ("source", clinical(), |r, a, k| r.source(a, &p1(), &k.raw).map(drop)),
        ("commit", vec![Interface, LaboratoryReviewer], |r, a, _| {
            let changes = vec![patient("p1", "Example", "1")];
            r.commit(a, Commit { changes, ..Commit::default() }).map(drop)
        }),
        ("ready", vec![Interface, LaboratoryReviewer], |r, a, _| {
            let changes = vec![patient("p1", "Example", "1")];
            r.ready(a, Commit { changes, ..Commit::default() }).map(drop)
        }),
        ("begin_genome", vec![Interface, LaboratoryReviewer], |r, a, _| {
            r.begin_genome(a, "g", &p1()).map(drop)
        }),
        ("genomes", clinical(), |r, a, _| r.genomes(a, &p1()).map(drop)),
        ("read_genomes", clinical(), |r, a, _| {
            r.read_genomes(a, &p1(), &mut |_| Ok::<_, Failure>(vec![])).map(drop)
        }),
        ("carriers_at", vec![Interface], |r, a, _| r.carriers_at(a, "1").map(drop)),
        ("keep_carriers", vec![Interface], |r, a, _| {
            r.keep_carriers(a, "1", (0, 1), vec![]).map(drop)
        }),
        ("read_carriers", lists_patients(), |r, a, _| {
            r.read_carriers(a, "1", |_| Ok::<_, Failure>(())).map(drop)
        }),
        ("changed_patients", lists_patients(), |r, a, _| {
            r.changed_patients(a, &["Observation"], 0, 5).map(drop)
        }),
        ("read", clinical(), |r, a, _| r.read(a, "Patient", "p1").map(drop)),
        ("heads", clinical(), |r, a, _| r.heads(a, &[("Patient", "p1")]).map(drop)),
        ("vread", clinical(), |r, a, _| r.vread(a, "Patient", "p1", 1).map(drop)),
        ("history", clinical(), |r, a, _| {
            r.history(a, &HistoryQuery { count: 5, ..HistoryQuery::default() }).map(drop)
        }),
        ("compartment", clinical(), |r, a, _| {
            let query = CompartmentQuery { count: 5, ..CompartmentQuery::default() };
            r.compartment(a, &PatientId::new("p1"), &query).map(drop)
        }),
        ("compartment_versions", clinical(), |r, a, _| {
            r.compartment_versions(a, &[p1()], &["Observation"]).map(drop)
        }),
        ("begin_export", vec![ServiceClient], |r, a, _| r.begin_export(a, export()).map(drop)),
        ("export_job", vec![ServiceClient], |r, a, _| r.export_job(a, "x").map(drop)),
        ("end_export", vec![ServiceClient], |r, a, _| r.end_export(a, "x").map(drop)),
        ("export_types", vec![ServiceClient], |r, a, _| r.export_types(a, &job()).map(drop)),
        ("export_page", vec![ServiceClient], |r, a, _| {
            r.export_page(a, &job(), "Patient", "", 5).map(drop)
        }),
        ("export_deleted", vec![ServiceClient], |r, a, _| {
            r.export_deleted(a, &job(), 0, 5).map(drop)
        }),
        ("search", clinical(), |r, a, _| {
            let resource_type = "Patient".to_owned();
            r.search(a, &Query { resource_type, terms: vec![], count: 5, cursor: None }).map(drop)
        }),
    ]
}

fn interpreting() -> Vec<Line> {
    vec![
        ("facts", with(&[ServiceClient, Engine]), |r, a, _| r.facts(a, &p1()).map(drop)),
        ("facts_of_person", with(&[ServiceClient, Engine]), |r, a, _| {
            r.facts_of_person(a, &p1()).map(drop)
        }),
        (
            "records_of_person",
            with(&[ServiceClient, Engine, LaboratoryReviewer, Interface, Role::Patient]),
            |r, a, _| r.records_of_person(a, &p1()).map(drop),
        ),
        (
            "links_of_patient",
            with(&[ServiceClient, Engine, LaboratoryReviewer, Interface, Role::Patient]),
            |r, a, _| r.links_of_patient(a, &p1()).map(drop),
        ),
        ("facts_of_types", with(&[ServiceClient, Engine]), |r, a, _| {
            r.facts_of_types(a, &p1(), &["Patient"]).map(drop)
        }),
        ("facts_of_version", with(&[ServiceClient, Engine]), |r, a, _| {
            let (resource_type, id) = ("Patient".to_owned(), "p1".to_owned());
            r.facts_of_version(a, &ResourceRef { resource_type, id, version: 1 }).map(drop)
        }),
        (
            "find_patients",
            with(&[ServiceClient, Engine, LaboratoryReviewer, Interface]),
            |r, a, _| {
                let (authority, value) = ("urn:a".to_owned(), "1".to_owned());
                r.find_patients(a, &[Identifier { authority, value }]).map(drop)
            },
        ),
        ("patients", with(&[ServiceClient, Engine, LaboratoryReviewer, Interface]), |r, a, _| {
            r.patients(a, 5).map(drop)
        }),
        ("put_statements", vec![Engine], |r, a, _| {
            r.put_statements(a, &p1(), vec![statement("s1", "p1", "x")], None).map(drop)
        }),
        ("statements", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.statements(a, &p1()).map(drop)
        }),
        ("statements_by_id", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            // The patient of this table is never filed, which is another answer than a denial.
            match r.statements_by_id(a, &p1(), &[StatementId::new("s1")]) {
                Err(Failure::NotFound) => Ok(()),
                other => other.map(drop),
            }
        }),
        ("statement", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.statement(a, &StatementId::new("s1"), None).map(drop)
        }),
        ("changes", vec![Engine], |r, a, _| r.changes(a, 0, 5).map(drop)),
        ("cursor", vec![Interface, Engine, Operator], |r, a, _| r.cursor(a, "c").map(drop)),
        ("cursor_and_last", vec![Interface, Engine, Operator], |r, a, _| {
            r.cursor_and_last(a, "c").map(drop)
        }),
        ("set_cursor", vec![Interface, Engine, Operator], |r, a, _| r.set_cursor(a, "c", 1)),
    ]
}

fn subscribing() -> Vec<Line> {
    let clients = || vec![ServiceClient, Interface];
    vec![
        ("put_subscription", clients(), |r, a, _| {
            done(r.put_subscription(a, "s", SubscriptionStatus::Requested, &json!({})))
        }),
        ("subscription", clients(), |r, a, _| r.subscription(a, "s").map(drop)),
        ("subscriptions", clients(), |r, a, _| r.subscriptions(a).map(drop)),
        ("delete_subscription", clients(), |r, a, _| r.delete_subscription(a, "s").map(drop)),
        ("subscription_events", clients(), |r, a, _| {
            done(r.subscription_events(a, "s", (1, 9), 5))
        }),
        ("served_subscriptions", vec![Engine], |r, a, _| r.served_subscriptions(a).map(drop)),
        ("set_subscription", vec![Engine], |r, a, _| {
            r.set_subscription(a, &subscription()).map(drop)
        }),
        ("note_subscription_events", vec![Engine], |r, a, _| {
            r.note_subscription_events(a, &subscription(), 1, vec![]).map(drop)
        }),
        ("events_to_send", vec![Engine], |r, a, _| r.events_to_send(a, "s", (1, 9), 5).map(drop)),
    ]
}

fn others() -> Vec<Line> {
    vec![
        ("reviews", vec![LaboratoryReviewer, InterfaceAnalyst, Interface], |r, a, _| {
            r.reviews(a, true).map(drop)
        }),
        ("review", vec![LaboratoryReviewer, InterfaceAnalyst, Interface], |r, a, k| {
            r.review(a, &k.review).map(drop)
        }),
        ("open_review", vec![LaboratoryReviewer, InterfaceAnalyst], |r, a, k| {
            let raw = Some(k.raw.clone());
            r.open_review(a, NewReview { raw, ..NewReview::default() }).map(drop)
        }),
        ("work_review", vec![LaboratoryReviewer, InterfaceAnalyst], |r, a, k| {
            r.work_review(a, &k.review, ReviewWork::Note("looked at".to_owned()))
        }),
        ("resolve_review", vec![LaboratoryReviewer, InterfaceAnalyst], |r, a, k| {
            r.resolve_review(a, &k.review, "done")
        }),
        ("put_extraction", vec![LaboratoryReviewer, Interface], |r, a, _| {
            r.put_extraction(a, "e", &p1(), ExtractionState::Open, b"{}".to_vec()).map(drop)
        }),
        ("has_extraction", vec![LaboratoryReviewer, Interface], |r, a, _| {
            r.has_extraction(a, "e").and_then(|_| r.has_extractions(a, &p1())).map(drop)
        }),
        ("extractions", vec![LaboratoryReviewer, InterfaceAnalyst, Interface], |r, a, _| {
            r.extractions(a, true, 5).map(drop)
        }),
        ("extraction", vec![LaboratoryReviewer, InterfaceAnalyst, Interface], |r, a, _| {
            r.extraction(a, "e").map(drop)
        }),
        ("extractions_of", vec![LaboratoryReviewer, InterfaceAnalyst, Interface], |r, a, _| {
            r.extractions_of(a, &p1()).map(drop)
        }),
        ("file_extraction", vec![LaboratoryReviewer], |r, a, _| {
            let of = (&extraction(), b"{}".to_vec());
            done(r.file_extraction(a, of, Commit::default()).map(drop))
        }),
        ("withdraw_extraction", vec![LaboratoryReviewer, Interface], |r, a, _| {
            done(r.withdraw_extraction(a, &extraction(), b"{}".to_vec()))
        }),
        ("decide_extraction", vec![LaboratoryReviewer], |r, a, _| {
            done(r.decide_extraction(a, &extraction(), ExtractionState::Filed, b"{}".to_vec()))
        }),
        ("put_account", vec![Operator], |r, a, _| r.put_account(a, account())),
        ("replace_account", vec![Operator], |r, a, _| {
            let new = Account { login: "new".into(), ..account() };
            done(r.replace_account(a, Some(&account()), new))
        }),
        ("account", vec![Operator, PrivacyOfficer], |r, a, _| r.account(a, "ana").map(drop)),
        ("active_account", vec![Operator, PrivacyOfficer], |r, a, _| {
            r.active_account(a, "ana").map(drop)
        }),
        ("accounts", vec![Operator, PrivacyOfficer], |r, a, _| r.accounts(a).map(drop)),
        ("set_account_disabled", vec![Operator], |r, a, _| {
            done(r.set_account_disabled(a, "none", true))
        }),
        ("clients", vec![Operator, PrivacyOfficer], |r, a, _| r.clients(a).map(drop)),
        ("put_client", vec![Operator], |r, a, _| {
            let (id, name) = ("ehr".to_owned(), "EHR".to_owned());
            let token_sha256 = "00".to_owned();
            r.put_client(a, Client { id, name, role: ServiceClient, token_sha256, scopes: None })
        }),
        ("renew_client", vec![Operator], |r, a, _| {
            let (id, name) = ("none".to_owned(), "None".to_owned());
            let token_sha256 = "00".to_owned();
            let none = Client { id, name, role: ServiceClient, token_sha256, scopes: None };
            done(r.renew_client(a, &none, "11".to_owned()))
        }),
        ("client_by_token_hash", vec![Operator, PrivacyOfficer], |r, a, _| {
            r.client_by_token_hash(a, "00").map(drop)
        }),
        ("disable_client", vec![Operator], |r, a, _| done(r.disable_client(a, "none"))),
        ("client", vec![Operator, PrivacyOfficer], |r, a, _| r.client(a, "ehr").map(drop)),
        ("put_all_shown", with(&[ServiceClient]), |r, a, _| r.put_all_shown(a, vec![shown()])),
        ("put_shown", with(&[ServiceClient]), |r, a, _| r.put_shown(a, shown())),
        ("shown", with(&[ServiceClient]), |r, a, _| r.shown(a, &p1(), &["k".to_owned()]).map(drop)),
        ("answered", with(&[ServiceClient]), |r, a, _| {
            r.answered(a, &p1(), ("s", "overridden"), &["c".to_owned()]).map(drop)
        }),
        ("put_feedback", with(&[ServiceClient]), |r, a, _| {
            let (service, card) = ("s".to_owned(), "c".to_owned());
            let outcome = "accepted".to_owned();
            r.put_feedback(a, Feedback { service, card, outcome, body: json!({}) }).map(drop)
        }),
        ("keep_pack", vec![Engine, Operator], |r, a, _| {
            r.keep_pack(a, &knowledge("d1"), &BTreeMap::new())
        }),
        ("kept_pack", with(&[ServiceClient, Engine, Operator]), |r, a, _| {
            r.kept_pack(a, "d1").map(drop)
        }),
        ("active_pack", with(&[ServiceClient, Engine, Operator]), |r, a, _| {
            r.active_pack(a).map(drop)
        }),
        ("adoptions", with(&[ServiceClient, Engine, Operator]), |r, a, _| {
            r.adoptions(a, 5).map(drop)
        }),
        ("begin_adoption", vec![Engine], |r, a, _| done(r.begin_adoption(a, "none"))),
        ("activate_pack", vec![Engine], |r, a, _| done(r.activate_pack(a, "none"))),
        ("patients_with_statements", vec![Engine], |r, a, _| {
            r.patients_with_statements(a, None, 5).map(drop)
        }),
        ("adopt_patient", vec![Engine], |r, a, _| {
            r.adopt_patient(a, "none", None, &p1(), &[statement("s1", "p1", "x")]).map(drop)
        }),
        ("advance_adoption", vec![Engine], |r, a, _| r.advance_adoption(a, "none", &p1(), 1)),
        ("finish_adoption", vec![Engine], |r, a, _| done(r.finish_adoption(a, "none"))),
        ("adoption_counts", with(&[Engine]), |r, a, _| r.adoption_counts(a, "none").map(drop)),
        ("pack_changes", with(&[Engine]), |r, a, _| r.pack_changes(a, "none", None, 5).map(drop)),
        ("audit_events", vec![PrivacyOfficer, Role::Patient], |r, a, _| {
            r.audit_events(a, &AuditQuery { count: 5, ..AuditQuery::default() }).map(drop)
        }),
        ("audit_event", vec![PrivacyOfficer, Role::Patient], |r, a, _| {
            r.audit_event(a, "x.1").map(drop)
        }),
        ("note_disclosure", vec![PrivacyOfficer], |r, a, _| {
            r.note_disclosure(a, &p1(), &disclosure())
        }),
        // For another purpose than `access` takes: nobody in this column.
        ("feedback", vec![], |r, a, _| r.feedback(a, 5).map(drop)),
        ("cards_since", vec![], |r, a, _| r.cards_since(a, Timestamp::from_micros(0), 5).map(drop)),
    ]
}

/// That nothing is found is another answer than a denial.
fn done<T>(result: Result<T, Failure>) -> Result<(), Failure> {
    match result {
        Ok(_) | Err(Failure::NotFound) => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn filled(record: &Record) -> Known {
    let interface = access(Interface);
    let raw = record.archive(&interface, raw("k", b"x")).unwrap();
    let reviews = vec![NewReview::default()];
    let done = record.commit(&interface, Commit { reviews, ..Commit::default() }).unwrap();
    Known { raw, review: done.reviews[0].clone() }
}

#[test]
fn every_method_by_every_role() {
    let mut calls = 0;
    for (name, permitted, call) in table() {
        let fixture = fixture();
        for role in Role::ALL {
            // A patient's access is narrowed to the patient.
            let access = match role {
                Role::Patient => crate::support::narrowed(Role::Patient, &["p1"]),
                _ => access(*role),
            };
            let known = filled(&fixture.record);
            let result = call(&fixture.record, &access, &known);
            if permitted.contains(role) {
                assert_eq!(result, Ok(()), "{name} by {}", role.word());
            } else {
                let denied = matches!(result, Err(Failure::Denied { .. }));
                assert!(denied, "{name} by {}: {result:?}", role.word());
            }
            calls += 1;
        }
    }
    assert_eq!(calls, 204 * Role::ALL.len());
}

#[test]
fn the_purpose_decides_too() {
    let fixture = fixture();
    let read = |role, purpose, scope| {
        let access = Access::new(TenantId::new("t1"), "a", role, purpose, scope);
        fixture.record.read(&access, "Patient", "p1").is_ok()
    };
    for role in Role::ALL {
        let may = *role == Role::Researcher;
        assert_eq!(read(*role, Purpose::Research, Scope::Tenant), may, "{}", role.word());
    }
    assert!(!read(Prescriber, Purpose::Operations, Scope::Tenant));
    let own = || Scope::Patients(BTreeSet::from([p1()]));
    assert!(read(Role::Patient, Purpose::PatientRequest, own()));
    assert!(!read(Role::Patient, Purpose::Treatment, own()));
    // A patient's access that lost its patient sees nobody, not everybody.
    assert!(!read(Role::Patient, Purpose::PatientRequest, Scope::Tenant));
    for role in CLINICIANS {
        let access =
            Access::new(TenantId::new("t1"), "a", *role, Purpose::Operations, Scope::Tenant);
        assert!(fixture.record.feedback(&access, 5).is_ok());
    }
}

#[test]
fn what_concerns_everybody_is_denied_to_a_narrowed_access() {
    let fixture = fixture();
    let record = &fixture.record;
    for role in Role::ALL {
        let narrow = crate::support::narrowed(*role, &["p1"]);
        let results = [
            record.archive(&narrow, raw("k", b"x")).map(drop),
            record.raw_list(&narrow, None, 5).map(drop),
            record.changes(&narrow, 0, 5).map(drop),
            record.reviews(&narrow, true).map(drop),
            record.account(&narrow, "ana").map(drop),
            record.pack_changes(&narrow, "a", None, 5).map(drop),
        ];
        for result in results {
            assert!(matches!(result, Err(Failure::Denied { .. })), "{}: {result:?}", role.word());
        }
    }
}

#[test]
fn an_access_names_its_tenant_and_actor() {
    let fixture = fixture();
    for (tenant, actor) in [("", "a"), ("t1", ""), ("t1", "a\u{0}"), ("t\u{0}", "a")] {
        let access = Access::new(
            TenantId::new(tenant),
            actor,
            Prescriber,
            Purpose::Treatment,
            Scope::Tenant,
        );
        let result = fixture.record.read(&access, "Patient", "p1");
        assert!(matches!(result, Err(Failure::Invalid { .. })), "{tenant:?} {actor:?}");
    }
}
