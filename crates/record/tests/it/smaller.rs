//! Reviews, accounts, clients, shown cards, feedback, packs.

use crate::support::{access, commit, fixture, knowledge, narrowed, patient, raw};
use model::{PatientId, Problem};
use record::{
    Access, Account, AuditEvent, AuditQuery, Client, Commit, Failure, Feedback, NewReview, Purpose,
    RawState, Role, Scope, Shown,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_review_is_open_until_it_is_resolved_once() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let reviewer = access(Role::LaboratoryReviewer);
    let raw_id = record.archive(&interface, raw("k", b"x")).unwrap();
    let entry = NewReview {
        reason: "patient-not-found".to_owned(),
        raw: Some(raw_id.clone()),
        patient: None,
        candidates: vec![PatientId::new("p1"), PatientId::new("p2")],
        text: "no patient has this identifier".to_owned(),
        problems: vec![Problem::warning("unknown", "PID[1]-3", "not known")],
    };
    let commit = Commit {
        raw: Some((raw_id, RawState::Unmatched, vec![])),
        reviews: vec![entry.clone()],
        ..Commit::default()
    };
    let ids = record.commit(&interface, commit).unwrap().reviews;
    let open = record.reviews(&reviewer, true).unwrap();
    assert_eq!((open.len(), &open[0].id, &open[0].entry), (1, &ids[0], &entry));
    assert_eq!(record.health().reviews_open, 1);
    record.resolve_review(&reviewer, &ids[0], "filed by hand").unwrap();
    let again = record.resolve_review(&reviewer, &ids[0], "again");
    assert!(matches!(again, Err(Failure::Conflict { .. })));
    assert_eq!(record.resolve_review(&reviewer, "none", "x"), Err(Failure::NotFound));
    assert!(record.reviews(&reviewer, true).unwrap().is_empty());
    let all = record.reviews(&reviewer, false).unwrap();
    let resolution = all[0].resolved.clone().unwrap();
    assert_eq!(
        (resolution.actor.as_str(), resolution.text.as_str()),
        ("laboratory-reviewer", "filed by hand")
    );
}

#[test]
fn accounts_keep_role_and_scope() {
    let fixture = fixture();
    let operator = access(Role::Operator);
    let narrow = Scope::Patients(BTreeSet::from([PatientId::new("p1"), PatientId::new("p2")]));
    for scope in [Scope::Tenant, narrow, Scope::Patients(BTreeSet::new())] {
        for role in Role::ALL {
            let account = Account {
                login: "ana".to_owned(),
                display_name: "Ana Example".to_owned(),
                role: *role,
                password_hash: "$argon2id$x".to_owned(),
                scope: scope.clone(),
            };
            fixture.record.put_account(&operator, account.clone()).unwrap();
            assert_eq!(fixture.record.account(&operator, "ana").unwrap(), Some(account));
        }
    }
    assert_eq!(fixture.record.account(&operator, "nobody").unwrap(), None);
}

#[test]
fn an_account_is_replaced_only_as_it_was_read() {
    let fixture = fixture();
    let (record, operator) = (&fixture.record, access(Role::Operator));
    let account = |name: &str| Account {
        login: "ana".to_owned(),
        display_name: name.to_owned(),
        role: Role::Pharmacist,
        password_hash: "!".to_owned(),
        scope: Scope::Tenant,
    };
    let (first, second) = (account("Ana"), account("Ana Example"));
    let gone = record.replace_account(&operator, Some(&first), second.clone());
    assert_eq!(gone, Err(Failure::NotFound));
    record.replace_account(&operator, None, first.clone()).unwrap();
    let twice = record.replace_account(&operator, None, second.clone());
    assert!(matches!(twice, Err(Failure::Conflict { .. })), "{twice:?}");
    assert_eq!(record.account(&operator, "ana").unwrap(), Some(first.clone()));
    record.replace_account(&operator, Some(&first), second.clone()).unwrap();
    // Who was disabled between is not let in again by what was read before.
    record.set_account_disabled(&operator, "ana", true).unwrap();
    let late = record.replace_account(&operator, Some(&second), first);
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    assert_eq!(record.active_account(&operator, "ana").unwrap(), None);
}

#[test]
fn a_client_is_renewed_only_as_it_was_read_and_its_end_is_an_event_of_its_own() {
    let fixture = fixture();
    let (record, operator) = (&fixture.record, access(Role::Operator));
    let client = Client {
        id: "ehr".to_owned(),
        name: "EHR".to_owned(),
        role: Role::ServiceClient,
        token_sha256: "aa".to_owned(),
        scopes: Some("system/*.rs".to_owned()),
    };
    let gone = record.renew_client(&operator, &client, "bb".to_owned());
    assert_eq!(gone, Err(Failure::NotFound));
    record.put_client(&operator, client.clone()).unwrap();
    record.renew_client(&operator, &client, "bb".to_owned()).unwrap();
    let twice = record.renew_client(&operator, &client, "cc".to_owned());
    assert!(matches!(twice, Err(Failure::Conflict { .. })), "{twice:?}");
    let renewed = Client { token_sha256: "bb".to_owned(), ..client };
    assert_eq!(record.client(&operator, "ehr").unwrap(), Some(renewed.clone()));
    assert_eq!(record.disable_client(&operator, "ehr"), Ok(true));
    assert_eq!(record.disable_client(&operator, "ehr"), Ok(false));
    assert_eq!(record.disable_client(&operator, "none"), Err(Failure::NotFound));
    let disabled = record.client(&operator, "ehr").unwrap().unwrap();
    assert!(disabled.is_disabled());
    assert_eq!((disabled.scopes, disabled.role), (renewed.scopes, renewed.role));
    let entity = Some("client/ehr".to_owned());
    let query = AuditQuery { entity, count: 100, ..AuditQuery::default() };
    let found = record.audit_events(&access(Role::PrivacyOfficer), &query).unwrap();
    let is_end = |event: &AuditEvent| event.entities.contains(&"disabled".to_owned());
    let ends = found.events.iter().filter(|event| is_end(event)).count();
    assert!(ends > 0 && ends < found.events.len(), "{found:?}");
}

#[test]
fn a_client_is_found_by_the_digest_of_its_token_alone() {
    let fixture = fixture();
    let record = &fixture.record;
    let operator = access(Role::Operator);
    let client = |id: &str, token: &str| Client {
        id: id.to_owned(),
        name: "EHR".to_owned(),
        role: Role::ServiceClient,
        token_sha256: token.to_owned(),
        scopes: None,
    };
    record.put_client(&operator, client("ehr", "aa")).unwrap();
    assert_eq!(record.client_by_token_hash(&operator, "aa").unwrap(), Some(client("ehr", "aa")));
    // A new token replaces the old one; nobody else can have it.
    record.put_client(&operator, client("ehr", "bb")).unwrap();
    assert_eq!(record.client_by_token_hash(&operator, "aa").unwrap(), None);
    assert!(record.put_client(&operator, client("other", "bb")).is_err());
}

fn shown(key: &str, patient: &str) -> Shown {
    Shown {
        key: key.to_owned(),
        patient: PatientId::new(patient),
        card_id: format!("card-{key}"),
        service: "order-sign".to_owned(),
        rule: "actions:clopidogrel".to_owned(),
        pack: "pgx 1.0.0".to_owned(),
        body: json!({"summary": "CYP2C19"}),
    }
}

#[test]
fn shown_cards_are_known_by_key_and_patient() {
    let fixture = fixture();
    let record = &fixture.record;
    let client = access(Role::ServiceClient);
    record.put_shown(&client, shown("a", "p1")).unwrap();
    record.put_shown(&client, shown("a", "p1")).unwrap();
    record.put_shown(&client, shown("b", "p2")).unwrap();
    let keys = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let of = |access: &Access, patient: &str| {
        record
            .shown(access, &PatientId::new(patient), &keys)
            .unwrap()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&client, "p1"), ["a"]);
    assert_eq!(of(&client, "p2"), ["b"]);
    let narrow = narrowed(Role::Prescriber, &["p1"]);
    assert!(of(&narrow, "p2").is_empty());
    assert_eq!(record.put_shown(&narrow, shown("c", "p2")), Err(Failure::NotFound));
    assert!(record.shown(&client, &PatientId::new("p1"), &[]).unwrap().is_empty());
}

#[test]
fn the_same_feedback_again_changes_nothing() {
    let fixture = fixture();
    let record = &fixture.record;
    let client = access(Role::ServiceClient);
    commit(record, vec![patient("p1", "Example", "1")]).unwrap();
    record.put_shown(&client, shown("a", "p1")).unwrap();
    let feedback = |card: &str, outcome: &str, comment: &str| Feedback {
        service: "order-sign".to_owned(),
        card: card.to_owned(),
        outcome: outcome.to_owned(),
        body: json!({"comment": comment}),
    };
    for (given, new) in [
        (feedback("card-a", "overridden", "tolerated before"), true),
        (feedback("card-a", "overridden", "tolerated before"), false),
        (feedback("card-a", "overridden", "other"), true),
        (feedback("card-a", "accepted", "other"), true),
        (feedback("unknown", "accepted", "other"), true),
    ] {
        assert_eq!(record.put_feedback(&client, given.clone()).unwrap(), new, "{given:?}");
    }
    let answered = |access: &Access, patient: &str, outcome: &str| {
        let cards = ["card-a", "card-b", "unknown"].map(str::to_owned);
        let asked = ("order-sign", outcome);
        record.answered(access, &PatientId::new(patient), asked, &cards).unwrap()
    };
    let card = BTreeSet::from(["card-a".to_owned()]);
    assert_eq!(answered(&client, "p1", "overridden"), card);
    assert_eq!(answered(&client, "p1", "accepted"), card);
    assert!(answered(&client, "p2", "overridden").is_empty());
    let narrow = narrowed(Role::Prescriber, &["p2"]);
    assert!(answered(&narrow, "p1", "overridden").is_empty());
    let wide = access(Role::Pharmacist);
    let tenant = wide.tenant().clone();
    let pharmacist = Access::new(tenant, "a", Role::Pharmacist, Purpose::Operations, Scope::Tenant);
    let listed = record.feedback(&pharmacist, 10).unwrap();
    assert_eq!(listed.len(), 4);
    let of_card = listed.iter().filter(|one| one.patient == Some(PatientId::new("p1")));
    assert_eq!(of_card.count(), 3);
    let comments: BTreeSet<_> =
        listed.iter().map(|one| one.feedback.body["comment"].as_str().unwrap()).collect();
    assert_eq!(comments, BTreeSet::from(["other", "tolerated before"]));
}

#[test]
fn a_pack_is_kept_as_it_was() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let files = BTreeMap::from([
        ("pack.toml".to_owned(), b"id = 'pgx'".to_vec()),
        ("data/alleles.tsv".to_owned(), vec![0, 255, 10]),
    ]);
    record.keep_pack(&engine, &knowledge("d1"), &files).unwrap();
    record.keep_pack(&engine, &knowledge("d1"), &files).unwrap();
    assert_eq!(record.kept_pack(&engine, "d1").unwrap(), Some(files.clone()));
    assert_eq!(record.kept_pack(&engine, "d2").unwrap(), None);
    let mut other = files;
    other.remove("pack.toml");
    let refused = record.keep_pack(&engine, &knowledge("d1"), &other);
    assert!(matches!(refused, Err(Failure::Conflict { .. })));
}

#[test]
fn ids_are_of_the_clock_and_differ() {
    let fixture = fixture();
    let ids: BTreeSet<String> = (0..1000).map(|_| fixture.record.new_id()).collect();
    assert_eq!(ids.len(), 1000);
    for id in ids {
        // Milliseconds since 1970 lead (RFC 9562 §5.7): 2026-01-01 is 0x19b7_6d3b…
        assert!(id.starts_with("019b76") || id.starts_with("019b77"), "{id}");
        assert_eq!((id.len(), id.chars().nth(14)), (36, Some('7')));
        assert!(model::id::is_fhir_id(&id));
    }
}
