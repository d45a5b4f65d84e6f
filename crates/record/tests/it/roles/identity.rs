//! Sessions, tickets, registrations and credentials.

use super::*;

fn ticket() -> Ticket {
    Ticket {
        sha256: "11".to_owned(),
        kind: TicketKind::Code,
        family: "f".to_owned(),
        client: "app".to_owned(),
        login: "ana".to_owned(),
        expires: Timestamp::from_micros(i64::MAX),
        body: "{}".to_owned(),
    }
}

fn credential() -> Credential {
    Credential {
        login: "ana".to_owned(),
        kind: CredentialKind::Totp,
        id: "1".to_owned(),
        counter: 0,
        created: Timestamp::from_micros(0),
        body: vec![1],
    }
}

pub(super) fn identity() -> Vec<Line> {
    let readers = || vec![Operator, PrivacyOfficer];
    vec![
        ("put_session", vec![Operator], |r, a, _| {
            let expires = Timestamp::from_micros(i64::MAX);
            r.put_session(a, Session::new("11", "ana", "password", r.now(), expires))
        }),
        ("session", readers(), |r, a, _| r.session(a, "11").map(drop)),
        ("delete_session", vec![Operator], |r, a, _| r.delete_session(a, "11")),
        ("end_sessions", vec![Operator], |r, a, _| r.end_sessions(a, "ana").map(drop)),
        ("put_ticket", vec![Operator], |r, a, _| r.put_ticket(a, ticket()).map(drop)),
        ("ticket", readers(), |r, a, _| r.ticket(a, TicketKind::Code, "11").map(drop)),
        ("take_ticket", vec![Operator], |r, a, _| {
            r.take_ticket(a, TicketKind::Code, "11", vec![]).map(drop)
        }),
        ("end_family", vec![Operator], |r, a, _| r.end_family(a, "f")),
        ("note_refusal", readers(), |r, a, _| r.note_refusal(a, vec!["refused/x".to_owned()])),
        ("put_registration", vec![Operator], |r, a, _| {
            let id = "app".to_owned();
            r.put_registration(a, &Registration { id, ..Registration::default() })
        }),
        ("replace_registration", vec![Operator], |r, a, _| {
            let none = Registration { id: "none".to_owned(), ..Registration::default() };
            done(r.replace_registration(a, &none, &none))
        }),
        ("registration", readers(), |r, a, _| r.registration(a, "app").map(drop)),
        ("registration_of_issuer", readers(), |r, a, _| {
            r.registration_of_issuer(a, "https://ehr.example").map(drop)
        }),
        ("registrations", readers(), |r, a, _| r.registrations(a).map(drop)),
        ("delete_registration", vec![Operator], |r, a, _| {
            r.delete_registration(a, "app").map(drop)
        }),
        ("put_link", vec![Operator], |r, a, _| {
            r.put_link(a, "ana", LinkKind::Resource, "Practitioner/1")
        }),
        ("drop_link", vec![Operator], |r, a, _| {
            r.drop_link(a, "nobody", LinkKind::Provider).map(drop)
        }),
        ("link", readers(), |r, a, _| r.link(a, "ana", LinkKind::Resource).map(drop)),
        ("linked_account", readers(), |r, a, _| {
            r.linked_account(a, LinkKind::Resource, "Practitioner/1").map(drop)
        }),
        ("put_credential", vec![Operator], |r, a, _| r.put_credential(a, credential())),
        ("credentials", readers(), |r, a, _| {
            r.credentials(a, "ana", CredentialKind::Totp).map(drop)
        }),
        ("credential", readers(), |r, a, _| r.credential(a, CredentialKind::Totp, "1").map(drop)),
        ("use_credential", vec![Operator], |r, a, _| {
            r.use_credential(a, &credential(), 1).map(drop)
        }),
        ("delete_credential", vec![Operator], |r, a, _| {
            r.delete_credential(a, "ana", CredentialKind::Totp, "1").map(drop)
        }),
        ("delete_credentials", vec![Operator], |r, a, _| {
            r.delete_credentials(a, "ana", CredentialKind::Totp).map(drop)
        }),
        ("put_signing_key", vec![Operator], |r, a, _| r.put_signing_key(a, "k", &[1])),
        ("signing_keys", readers(), |r, a, _| r.signing_keys(a).map(drop)),
        ("drop_signing_keys", vec![Operator], |r, a, _| {
            r.drop_signing_keys(a, Timestamp::from_micros(0)).map(drop)
        }),
    ]
}
