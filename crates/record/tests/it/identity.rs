//! Log-ins: sessions end by the clock, tickets are good once, secrets are sealed.

use crate::support::{Fixture, access, fixture};
use model::Timestamp;
use record::{
    Access, Credential, CredentialKind, Failure, LinkKind, Registration, Role, Session, Taken,
    Ticket, TicketKind,
};

const MINUTE_MICROS: i64 = 60_000_000;

fn door() -> Access {
    access(Role::Operator)
}

fn ticket(fixture: &Fixture, kind: TicketKind, sha256: &str) -> Ticket {
    Ticket {
        sha256: sha256.to_owned(),
        kind,
        family: "f1".to_owned(),
        client: "app".to_owned(),
        login: "ana".to_owned(),
        expires: Timestamp::from_micros(fixture.record.now().micros() + MINUTE_MICROS),
        body: "{}".to_owned(),
    }
}

fn is_there(fixture: &Fixture, kind: TicketKind, sha256: &str) -> bool {
    fixture.record.ticket(&door(), kind, sha256).unwrap().is_some()
}

#[test]
fn a_session_is_there_until_it_is_idle_or_over() {
    let fixture = fixture();
    let (record, now) = (&fixture.record, fixture.record.now().micros());
    let minutes = |minutes: i64| Timestamp::from_micros(now + minutes * MINUTE_MICROS);
    for (token, seen, expires, is_there) in [
        ("idle", minutes(-15), minutes(60), false),
        ("over", minutes(0), minutes(0), false),
        ("used", minutes(-14), minutes(60), true),
    ] {
        let mut session = Session::new(token, "ana", "password", minutes(-30), expires);
        session.seen = seen;
        record.put_session(&door(), session).unwrap();
        assert_eq!(record.session(&door(), token).unwrap().is_some(), is_there, "{token}");
    }
    let seen = record.session(&door(), "used").unwrap().unwrap();
    assert!(seen.seen.micros() >= now, "a use is noted");
    assert_eq!((seen.begun, seen.proven), (minutes(-30), minutes(-30)), "and is no new proof");
    record.put_ticket(&door(), ticket(&fixture, TicketKind::Access, "t")).unwrap();
    assert_eq!(record.end_sessions(&door(), "ana").unwrap(), 2);
    assert_eq!(record.session(&door(), "used").unwrap(), None);
    assert!(!is_there(&fixture, TicketKind::Access, "t"));
}

#[test]
fn a_ticket_is_taken_once_and_a_second_time_ends_its_family() {
    let fixture = fixture();
    let record = &fixture.record;
    let of = |kind, sha256: &str| ticket(&fixture, kind, sha256);
    assert!(record.put_ticket(&door(), of(TicketKind::Code, "c")).unwrap());
    assert!(!record.put_ticket(&door(), of(TicketKind::Code, "c")).unwrap(), "it is there");
    let take = |made| record.take_ticket(&door(), TicketKind::Code, "c", made).unwrap();
    assert!(matches!(take(vec![of(TicketKind::Access, "a")]), Taken::Fresh(_)));
    assert!(is_there(&fixture, TicketKind::Access, "a"));
    let mut other = of(TicketKind::Access, "other");
    other.family = "f2".to_owned();
    record.put_ticket(&door(), other).unwrap();
    assert!(matches!(take(vec![of(TicketKind::Access, "b")]), Taken::Used(_)));
    for gone in ["a", "b"] {
        assert!(!is_there(&fixture, TicketKind::Access, gone), "{gone}");
    }
    assert!(is_there(&fixture, TicketKind::Access, "other"), "another family is left alone");
    assert_eq!(take(vec![]), Taken::Absent);
}

#[test]
fn of_several_at_a_time_one_takes_it() {
    let fixture = fixture();
    let mut code = ticket(&fixture, TicketKind::Code, "c");
    code.family = String::new();
    fixture.record.put_ticket(&door(), code).unwrap();
    let taken: Vec<bool> = std::thread::scope(|scope| {
        let take = || {
            let taken = fixture.record.take_ticket(&door(), TicketKind::Code, "c", vec![]);
            matches!(taken.unwrap(), Taken::Fresh(_))
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|fresh| **fresh).count(), 1);
}

#[test]
fn a_ticket_of_another_kind_or_time_is_like_none() {
    let fixture = fixture();
    let record = &fixture.record;
    record.put_ticket(&door(), ticket(&fixture, TicketKind::Refresh, "r")).unwrap();
    for kind in TicketKind::ALL {
        assert_eq!(is_there(&fixture, *kind, "r"), *kind == TicketKind::Refresh, "{kind:?}");
    }
    let taken = record.take_ticket(&door(), TicketKind::Code, "r", vec![]).unwrap();
    assert_eq!(taken, Taken::Absent);
    let mut old = ticket(&fixture, TicketKind::Code, "old");
    old.expires = record.now();
    record.put_ticket(&door(), old).unwrap();
    let taken = record.take_ticket(&door(), TicketKind::Code, "old", vec![]).unwrap();
    assert_eq!(taken, Taken::Absent);
}

#[test]
fn a_registration_is_replaced_only_as_it_was_read_and_does_not_come_back() {
    let fixture = fixture();
    let record = &fixture.record;
    let of = |key_set: &str| Registration {
        id: "service".to_owned(),
        key_set: Some(key_set.to_owned()),
        ..Registration::default()
    };
    record.put_registration(&door(), &of("a")).unwrap();
    record.replace_registration(&door(), &of("a"), &of("b")).unwrap();
    let late = record.replace_registration(&door(), &of("a"), &of("c"));
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    assert_eq!(record.registration(&door(), "service").unwrap(), Some(of("b")));
    assert!(record.delete_registration(&door(), "service").unwrap());
    let gone = record.replace_registration(&door(), &of("b"), &of("c"));
    assert_eq!(gone, Err(Failure::NotFound));
    assert_eq!(record.registration(&door(), "service").unwrap(), None);
}

#[test]
fn a_registration_that_changes_ends_what_it_was_given() {
    let fixture = fixture();
    let record = &fixture.record;
    let issuer = Some("https://ehr.example".to_owned());
    let app =
        Registration { id: "app".to_owned(), issuer: issuer.clone(), ..Registration::default() };
    record.put_registration(&door(), &app).unwrap();
    assert_eq!(record.registration(&door(), "app").unwrap(), Some(app.clone()));
    let found = record.registration_of_issuer(&door(), "https://ehr.example").unwrap();
    assert_eq!(found, Some(app.clone()));
    assert_eq!(record.registration_of_issuer(&door(), "").unwrap(), None, "of nobody");
    let thief = Registration { id: "thief".to_owned(), issuer, ..Registration::default() };
    assert!(record.put_registration(&door(), &thief).is_err(), "an issuer is one client's");
    record.put_ticket(&door(), ticket(&fixture, TicketKind::Access, "a")).unwrap();
    record.put_registration(&door(), &app).unwrap();
    assert!(!is_there(&fixture, TicketKind::Access, "a"));
    record.put_ticket(&door(), ticket(&fixture, TicketKind::Access, "a")).unwrap();
    assert!(record.delete_registration(&door(), "app").unwrap());
    assert!(!is_there(&fixture, TicketKind::Access, "a"));
    assert_eq!(record.registrations(&door()).unwrap(), vec![]);
}

#[test]
fn credentials_are_sealed_and_their_counters_only_grow() {
    let fixture = fixture();
    let record = &fixture.record;
    let credential = Credential {
        login: "ana".to_owned(),
        kind: CredentialKind::Totp,
        id: "1".to_owned(),
        counter: 5,
        created: record.now(),
        body: b"canary of a secret".to_vec(),
    };
    record.put_credential(&door(), credential.clone()).unwrap();
    let found = record.credentials(&door(), "ana", CredentialKind::Totp).unwrap();
    assert_eq!(found, vec![credential.clone()]);
    assert_eq!(format!("{credential:?}"), "Credential { kind: Totp, .. }");
    for (counter, is_taken) in [(5, false), (6, true), (6, false), (4, false), (7, true)] {
        assert_eq!(record.use_credential(&door(), &credential, counter).unwrap(), is_taken);
    }
    assert_eq!(record.credential(&door(), CredentialKind::Passkey, "1").unwrap(), None);
    let kind = CredentialKind::Totp;
    assert!(record.delete_credential(&door(), "ana", kind, "1").unwrap());
    assert!(!record.delete_credential(&door(), "ana", kind, "1").unwrap(), "once");
}

#[test]
fn an_account_has_one_link_of_a_kind() {
    let fixture = fixture();
    let record = &fixture.record;
    for value in ["Practitioner/1", "Practitioner/2"] {
        record.put_link(&door(), "ana", LinkKind::Resource, value).unwrap();
    }
    let link = record.link(&door(), "ana", LinkKind::Resource).unwrap();
    assert_eq!(link.as_deref(), Some("Practitioner/2"));
    let linked = |value| record.linked_account(&door(), LinkKind::Resource, value).unwrap();
    assert_eq!(linked("Practitioner/2").as_deref(), Some("ana"));
    assert_eq!(linked("Practitioner/1"), None);
    let drop_link = |login, kind| record.drop_link(&door(), login, kind).unwrap();
    assert!(!drop_link("ana", LinkKind::Provider), "the other kind is not touched");
    assert!(drop_link("ana", LinkKind::Resource) && !drop_link("ana", LinkKind::Resource));
    assert_eq!(linked("Practitioner/2"), None);
    record.put_link(&door(), "ana", LinkKind::Resource, "Practitioner/2").unwrap();
    assert_eq!(record.link(&door(), "ana", LinkKind::Provider).unwrap(), None);
}

#[test]
fn signing_keys_come_back_the_newest_first() {
    let fixture = fixture();
    let record = &fixture.record;
    for id in ["old", "new"] {
        record.put_signing_key(&door(), id, id.as_bytes()).unwrap();
    }
    let keys = record.signing_keys(&door()).unwrap();
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["new", "old"]);
    assert_eq!(*keys[0].pkcs8, b"new".to_vec());
    assert_eq!(record.drop_signing_keys(&door(), keys[0].created).unwrap(), 1);
    assert_eq!(record.signing_keys(&door()).unwrap().len(), 1);
}
