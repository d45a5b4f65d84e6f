//! The application under test: a record in a temporary directory, accounts and clients of every
//! role, the demonstration's patients, and a clock that moves when it is told to.

mod call;

pub(crate) use call::{Answer, Call, Who, escape};

use axum::Router;
use intake::Feed;
use intake::feed::Feeds;
use intake::work::Worker;
use interpret::Interpreter;
use interpret::therapies::Therapies;
use knowledge::Pack;
use model::{PatientId, TenantId, Timestamp};
use record::{Access, Account, Client, MasterKey, Purpose, Record, Role, Scope, Session};
use serde_json::Value;
use server::{App, Settings, password_hash, token_digest};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// Address that links begin with.
pub(crate) const BASE: &str = "https://cognate.example";
/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Login of a prescriber who may see Ben Sample only.
pub(crate) const NARROW: &str = "narrow";
/// Anything that is no id of a patient here.
pub(crate) const NOBODY: &str = "nobody-at-all";

/// Hashing is slow on purpose, so it is done once.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password_hash(PASSWORD).unwrap())
}

pub(crate) fn pack() -> Arc<Pack> {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    Arc::clone(PACK.get_or_init(|| Arc::new(Pack::built_in().unwrap())))
}

/// The application under test.
pub(crate) struct TestApp {
    pub(crate) record: Record,
    pub(crate) interpreter: Interpreter,
    pub(crate) router: Router,
    app: App,
    feeds: Feeds,
    clock: Arc<AtomicI64>,
    directory: TempDir,
}

impl TestApp {
    /// With accounts and clients, and nobody in the record.
    pub(crate) fn empty() -> Self {
        Self::with_cookies(false)
    }

    /// The same, with cookies as they are set behind TLS.
    pub(crate) fn with_cookies(secure_cookies: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(testkit::clock::NOW.micros()));
        let ticking = Arc::clone(&clock);
        let settings = record::Settings {
            directory: directory.path().join("store"),
            master_key: MasterKey::create_file(directory.path().join("master.key")).unwrap(),
            readers: 2,
        };
        // Each look at the clock moves it by a millisecond, so that no two things coincide.
        let now = move || Timestamp::from_micros(ticking.fetch_add(1_000, Ordering::Relaxed));
        let record = Record::open(settings, Arc::new(now)).unwrap();
        let interpreter = Interpreter::new(record.clone(), pack(), &tenant()).unwrap();
        let settings = Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies };
        let app = App::new(record.clone(), interpreter.clone(), settings);
        let router = server::router(app.clone());
        let feeds = Feeds::default();
        let app = Self { record, interpreter, router, app, feeds, clock, directory };
        app.people();
        app
    }

    /// With the demonstration's patients.
    pub(crate) fn new() -> Self {
        let app = Self::empty();
        let interface = access(Role::Interface);
        let bundle = demo_patients().to_string();
        intake::fhir::transaction(
            &app.record,
            &interface,
            BASE,
            &intake::fhir::no_look,
            bundle.as_bytes(),
        )
        .unwrap();
        app
    }

    /// The same, with Ana Example's CYP2C19 *2/*2 filed and interpreted.
    pub(crate) fn with_result() -> Self {
        let app = Self::new();
        app.file_result("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer");
        app
    }

    /// Accounts, clients and sessions; once more where the sessions are over.
    pub(crate) fn people(&self) {
        let door = access(Role::Operator);
        let everybody = Scope::Tenant;
        for role in Role::ALL {
            let word = role.word();
            self.person(&door, word, *role, everybody.clone());
            let client = Client {
                id: word.to_owned(),
                name: word.to_owned(),
                role: *role,
                token_sha256: token_digest(&format!("token-{word}")),
                scopes: None,
            };
            self.record.put_client(&door, client).unwrap();
        }
        let ben = Scope::Patients(BTreeSet::from([PatientId::new("ben-sample")]));
        self.person(&door, NARROW, Role::Prescriber, ben);
    }

    fn person(&self, door: &Access, login: &str, role: Role, scope: Scope) {
        let account = Account {
            login: login.to_owned(),
            display_name: format!("Dr. {login}"),
            role,
            password_hash: hash().to_owned(),
            scope,
        };
        self.record.put_account(door, account).unwrap();
        let now = self.record.now();
        let expires = Timestamp::from_micros(now.micros() + 3_600_000_000);
        let token = token_digest(&format!("session-{login}"));
        let session = Session::new(token, login, "password", now, expires);
        self.record.put_session(door, session).unwrap();
    }

    /// Files a laboratory's result of Ana Example by HL7 v2 and interprets it.
    pub(crate) fn file_result(&self, gene: &str, genotype: &str, phenotype: &str) {
        let patient = testkit::patients::ana_example();
        let message = testkit::oru::Oru::new(&patient, "MSG-1").gene(gene, genotype, phenotype);
        self.file_message(&message.text());
        let statements =
            self.record.statements(&access(Role::Engine), &PatientId::new("ana-example"));
        assert!(!statements.unwrap().is_empty(), "the result must have been filed");
    }

    /// Receives, files and interprets a message.
    pub(crate) fn file_message(&self, message: &str) {
        self.only_file_message(message);
        self.interpreter.catch_up().unwrap();
    }

    /// Receives and files a message, and leaves it at that.
    pub(crate) fn only_file_message(&self, message: &str) {
        let feed = Feed::production("north", &tenant());
        let bytes = message.as_bytes().to_vec();
        intake::receive::receive(&self.record, &feed, "127.0.0.1", bytes).unwrap();
        let worker = Worker::new(self.record.clone(), pack(), vec![feed], &tenant());
        worker.work_off().unwrap();
    }

    /// The audit log as it stands on disk.
    pub(crate) fn audit_text(&self) -> String {
        let files = std::fs::read_dir(self.directory.path().join("store/audit")).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let segments = paths.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
        segments.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// Where everything of the application is.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Moves the clock on.
    pub(crate) fn wait_minutes(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    /// Moves the clock on.
    pub(crate) fn wait_hours(&self, hours: i64) {
        self.wait_minutes(hours * 60);
    }

    /// From now on with a second factor for everybody.
    pub(crate) fn require_second_factor(&mut self) {
        self.app = self.app.with_second_factor_required();
        self.router = server::router(self.app.clone());
    }

    /// From now on with these feeds.
    pub(crate) fn use_feeds(&mut self, feeds: impl Into<Feeds>) {
        self.feeds = feeds.into();
        self.app = self.app.with_feeds(self.feeds.clone());
        self.router = server::router(self.app.clone());
    }

    /// What files messages by these feeds.
    pub(crate) fn worker(&self) -> Worker {
        Worker::new(self.record.clone(), pack(), self.feeds.clone(), &tenant())
    }

    /// From now on with a page that erases patients.
    pub(crate) fn erase_to(&mut self, erasing: server::Erasing) {
        self.app = self.app.with_erasing(erasing);
        self.router = server::router(self.app.clone());
    }

    /// From now on with pages of documents.
    pub(crate) fn show_documents(&mut self, reader: Arc<dyn pdf::child::ReadDocuments>) {
        self.app = self.app.with_documents(reader);
        self.router = server::router(self.app.clone());
    }

    /// From now on with this evidence.
    pub(crate) fn use_therapies(&mut self, therapies: Therapies) {
        self.app = self.app.with_therapies(therapies);
        self.router = server::router(self.app.clone());
    }

    pub(crate) fn call(&self, method: &str, uri: &str) -> Call<'_> {
        Call::new(self, method, uri)
    }

    pub(crate) async fn get(&self, who: Who, uri: &str) -> Answer {
        self.call("GET", uri).by(who).send().await
    }

    pub(crate) async fn post(&self, who: Who, uri: &str, body: &Value) -> Answer {
        self.call("POST", uri).by(who).json(body).send().await
    }

    /// How many resources of a type a search finds, as the interface sees them.
    pub(crate) async fn total(&self, resource_type: &str) -> u64 {
        let uri = format!("/fhir/{resource_type}?_count=0");
        let answer = self.get(INTERFACE, &uri).await;
        answer.json()["total"].as_u64().unwrap()
    }
}

/// The machine that files.
pub(crate) const INTERFACE: Who = Who::Client(Role::Interface);
/// An order-entry screen.
pub(crate) const CLIENT: Who = Who::Client(Role::ServiceClient);
/// A person who orders.
pub(crate) const PRESCRIBER: Who = Who::Person(Role::Prescriber);

/// An access past the doors under test.
pub(crate) fn access(role: Role) -> Access {
    let purpose = match role {
        Role::Operator => Purpose::Operations,
        _ => Purpose::Treatment,
    };
    Access::new(tenant(), "test", role, purpose, Scope::Tenant)
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("default")
}

/// The transaction of the demonstration.
pub(crate) fn demo_patients() -> Value {
    let text = include_str!("../../../../demo/fhir/patients.transaction.json");
    serde_json::from_str(text).unwrap()
}

/// A path from the server's base in an absolute link.
#[track_caller]
pub(crate) fn local(link: &str) -> String {
    link.strip_prefix(BASE).unwrap_or_else(|| panic!("{link} is elsewhere")).to_owned()
}
