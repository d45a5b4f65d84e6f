//! The people and services of the demonstration, and where they find it.

use crate::arguments::{EhrArguments, StoreArguments};
use crate::command::access::{put_account, put_client, scope_of};
use crate::store;
use record::{LinkKind, Record, Registration, Role};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// Who logs in: login, name, role, and the patient whom a patient is.
const PEOPLE: [(&str, &str, Role, Option<&str>); 8] = [
    ("paula", "Dr Paula Prescriber", Role::Prescriber, None),
    ("philip", "Philip Pharmacist", Role::Pharmacist, None),
    ("lena", "Lena Laboratory", Role::LaboratoryReviewer, None),
    ("oscar", "Oscar Operator", Role::Operator, None),
    ("olga", "Olga Officer", Role::PrivacyOfficer, None),
    ("tom", "Dr Tom Tester", Role::Geneticist, None),
    ("ana", "Ana Example", Role::Patient, Some("ana-example")),
    ("ira", "Ira Interface", Role::InterfaceAnalyst, None),
];

/// What the patient page is at the clinic's authorization server.
const APPLICATION: &str = "cognate-page";

/// Whom the EHR lists, and what each shows.
const PATIENTS: [(&str, &str); 4] = [
    ("ana-example", "Gene results before the order: draft clopidogrel, and take the alternative."),
    ("lena-demo", "A lung tumour whose profile finds trials: opening the chart tells of them."),
    (
        "petra-prevention",
        "Exposures and habits: say that she smokes, then draft theophylline or clozapine.",
    ),
    ("ben-sample", "Results out of a variant file: draft simvastatin, and read what is known."),
];

/// What was made up for this run.
pub(crate) struct Secrets {
    /// Everybody's password.
    pub(crate) password: String,
    /// Token of the EHR, for FHIR.
    pub(crate) ehr_token: String,
    /// Token of the order entry, for CDS Hooks.
    pub(crate) order_entry_token: String,
}

/// A running demonstration.
pub(crate) struct Setting {
    /// Address of HTTP.
    pub(crate) http: SocketAddr,
    /// Address of MLLP.
    pub(crate) mllp: SocketAddr,
    /// Its store.
    pub(crate) store: StoreArguments,
    /// Its logins and tokens.
    pub(crate) secrets: Secrets,
}

/// Creates accounts with one random password, and services with a random token each.
pub(crate) fn people_and_services(record: &Record) -> anyhow::Result<Secrets> {
    let password: String = server::random_token()?.chars().take(16).collect();
    for (login, name, role, patient) in PEOPLE {
        put_account(record, login, name, (role, scope_of(patient)), &password)?;
    }
    let ehr_token = put_client(record, "demo-ehr", "Demonstration EHR", Role::Interface, None)?;
    let order_entry_token =
        put_client(record, "demo-orders", "Demonstration order entry", Role::ServiceClient, None)?;
    Ok(Secrets { password, ehr_token, order_entry_token })
}

/// The clinic's EHR, served beside Cognate and talking to it over HTTP.
pub(crate) fn ehr(base_url: &str, secrets: &Secrets) -> demo_ehr::Setting {
    let listed = |(id, shows): &(&str, &str)| demo_ehr::PatientListed {
        id: (*id).to_owned(),
        shows: (*shows).to_owned(),
    };
    demo_ehr::Setting {
        base_url: base_url.to_owned(),
        filing_token: secrets.ehr_token.clone(),
        order_entry_token: secrets.order_entry_token.clone(),
        application: APPLICATION.to_owned(),
        practitioner: "paula-prescriber".to_owned(),
        practitioner_name: "Dr Paula Prescriber".to_owned(),
        patients: PATIENTS.iter().map(listed).collect(),
    }
}

/// The clinic's side of launching the patient page. In the demonstration its authorization server
/// is Cognate's own, where the page is registered like any other application.
pub(crate) fn launching_ehr(record: &Record, base_url: &str) -> anyhow::Result<EhrArguments> {
    let page = Registration {
        id: APPLICATION.to_owned(),
        name: "Cognate’s patient page".to_owned(),
        scopes: "openid fhirUser launch launch/patient patient/Patient.r".to_owned(),
        redirect_uris: vec![format!("{base_url}/smart/callback")],
        key_set: None,
        secret_sha256: None,
        issuer: None,
        key_set_url: None,
        role: None,
    };
    record.put_registration(&store::operator(), &page)?;
    for (login, ..) in PEOPLE {
        let link = format!("{base_url} {login}");
        record.put_link(&store::operator(), login, LinkKind::Provider, &link)?;
    }
    Ok(EhrArguments {
        ehr_iss: Some(format!("{base_url}/fhir")),
        ehr_client_id: Some(APPLICATION.to_owned()),
        ehr_algorithm: vec!["ES384".to_owned()],
        ..EhrArguments::default()
    })
}

impl Setting {
    /// What is printed when everything is loaded.
    pub(crate) fn invitation(&self, messages: &Path) -> anyhow::Result<String> {
        let mut text = String::new();
        writeln!(text, "\nThe demonstration is ready: http://{}\n\nLogins", self.http)?;
        for (login, name, role, _) in PEOPLE {
            let (password, role) = (&self.secrets.password, role.word());
            writeln!(text, "  {login:<8} {password}   {name}, {role}")?;
        }
        let order = messages.join("cds/order-sign-ana-again.json");
        write!(
            text,
            "\nAn order that gets a card (once; give it another `id` to ask again)\n  \
             curl -s http://{}/cds-services/pgx-medication-safety \\\n    \
             -H 'Authorization: Bearer {}' \\\n    \
             -H 'Content-Type: application/json' \\\n    --data @{}\n\n\
             HL7 v2 over MLLP is taken on {}. Ctrl-C ends the demonstration.\n",
            self.http,
            self.secrets.order_entry_token,
            order.display(),
            self.mllp,
        )?;
        Ok(text)
    }

    /// The same for scripts.
    pub(crate) fn ready(&self) -> Value {
        json!({
            "url": format!("http://{}", self.http),
            "mllp": self.mllp.to_string(),
            "directory": self.store.directory,
            "login": PEOPLE.first().map(|person| person.0),
            "pharmacist": PEOPLE.get(1).map(|person| person.0),
            "reviewer": PEOPLE.get(2).map(|person| person.0),
            "operator": PEOPLE.get(3).map(|person| person.0),
            "officer": PEOPLE.get(4).map(|person| person.0),
            "namesake": PEOPLE.get(5).map(|person| person.0),
            "patient": PEOPLE.get(6).map(|person| person.0),
            "analyst": PEOPLE.get(7).map(|person| person.0),
            "password": self.secrets.password,
            "orderEntryToken": self.secrets.order_entry_token,
            "ehrToken": self.secrets.ehr_token,
        })
    }
}
