//! What every handler works with.

use crate::checked::Checked;
use crate::controllers::deliver::Door;
use crate::controllers::metrics::Figures;
use crate::erasing::Erasing;
use crate::error::Error;
use crate::limiter::Limiter;
use crate::provider::Provider;
use crate::viewer::Viewer;
use genomics::lift::LiftOver;
use genomics::reference::References;
use genomics::vrs;
use intake::Feed;
use intake::feed::Feeds;
use intake::work::Worker;
use interpret::Interpreter;
use interpret::matching::{Matcher, Panels, World};
use interpret::therapies::Therapies;
use knowledge::Pack;
use model::{PatientId, TenantId};
use notify::{Creators, Endpoints};
use pdf::child::ReadDocuments;
use record::Record;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::thread::available_parallelism;
use tokio::sync::Semaphore;

/// Reads at a time for each processor. They compute and wait for little: more of them would only
/// take the processor from each other.
const READS_PER_PROCESSOR: usize = 2;
/// Turns of those who read.
static READS: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(available_parallelism().map_or(1, usize::from) * READS_PER_PROCESSOR)
});

/// The application: the record, the interpreter and the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    record: Record,
    interpreter: Interpreter,
    settings: Settings,
    genomics: Genomics,
    /// Digests of sequences, made from the reference once.
    digests: Arc<Mutex<BTreeMap<String, Option<String>>>>,
    endpoints: Endpoints,
    limiter: Arc<Limiter>,
    /// What puts patients to trials, made at the first use.
    matcher: Arc<OnceLock<Matcher>>,
    provider: Option<Arc<Provider>>,
    /// The EHR that launches the patient page.
    ehr: Option<Arc<Provider>>,
    /// Origins whose frames may show pages about patients.
    frame_ancestors: Arc<[String]>,
    /// Rules that fire without being shown.
    silent_rules: Arc<BTreeSet<String>>,
    /// Panels that reports on tumours name.
    panels: Arc<Panels>,
    /// What evidence says of tumours.
    therapies: Option<Arc<Therapies>>,
    /// Whether people need a second factor for everything but setting one up.
    requires_second_factor: bool,
    /// Feeds that laboratories deliver to over HTTP.
    doors: Arc<BTreeMap<String, Door>>,
    /// The feeds in use, shared with what files.
    feeds: Feeds,
    /// Where certificates of erasures go.
    erasing: Option<Arc<Erasing>>,
    /// The figures for monitors as they were last counted.
    figures: Arc<Figures>,
    /// Orders that were checked since this server began, and cards that they brought.
    checked: Arc<Checked>,
    /// What shows pages of documents.
    documents: Option<Arc<dyn ReadDocuments>>,
    /// The browser of genomes that the operator brings.
    viewer: Option<Viewer>,
}

/// What the Genomics Operations are answered with.
#[derive(Clone, Debug, Default)]
pub struct Genomics {
    /// The way from one genome build to the other; without one a question that has to look at
    /// both is refused.
    pub lift_over: Option<Arc<dyn LiftOver>>,
    /// The operator's reference sequences; without them an insertion or deletion in a repeat has
    /// several forms that cannot be told from others.
    pub references: References,
    /// Below how many patients a count is not told, only that it is below. 0 tells every count: a
    /// caller counts nobody whom it may not read.
    pub count_min: u64,
}

/// Settings of the HTTP side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Address under which callers reach the server, without a trailing slash; links in cards
    /// and `fullUrl`s begin with it.
    pub base_url: String,
    /// Whose data this server serves.
    pub tenant: TenantId,
    /// Whether cookies are marked Secure and `__Host-`; off only for plain HTTP on loopback.
    pub secure_cookies: bool,
}

impl App {
    /// An application over an open record.
    pub fn new(record: Record, interpreter: Interpreter, settings: Settings) -> Self {
        Self::with_genomics(record, interpreter, settings, Genomics::default())
    }

    /// The same, with a setting of the Genomics Operations.
    pub fn with_genomics(
        record: Record,
        interpreter: Interpreter,
        settings: Settings,
        genomics: Genomics,
    ) -> Self {
        let (digests, endpoints, limiter) = (Arc::default(), Endpoints::default(), Arc::default());
        let (provider, ehr, matcher, therapies) = (None, None, Arc::default(), None);
        let (frame_ancestors, silent_rules) = (Arc::from([]), Arc::default());
        let panels = Arc::default();
        let checked = Arc::new(Checked::new(record.now()));
        let inner = Inner {
            record,
            interpreter,
            settings,
            genomics,
            digests,
            endpoints,
            limiter,
            matcher,
            provider,
            ehr,
            frame_ancestors,
            silent_rules,
            panels,
            therapies,
            requires_second_factor: false,
            doors: Arc::default(),
            feeds: Feeds::default(),
            erasing: None,
            figures: Arc::default(),
            checked,
            documents: None,
            viewer: None,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The figures for monitors as they were last counted.
    pub(crate) fn figures(&self) -> &Figures {
        &self.inner.figures
    }

    /// Orders that were checked, and cards that they brought.
    pub(crate) fn checked(&self) -> &Checked {
        &self.inner.checked
    }

    /// The same, with feeds that laboratories may deliver to over HTTP.
    pub fn with_feeds(&self, feeds: impl Into<Feeds>) -> Self {
        let feeds = feeds.into();
        let door = |feed: Arc<Feed>| (feed.id.clone(), Door::new(feed));
        let doors = feeds.all().into_iter().map(door).collect();
        let inner = Inner { doors: Arc::new(doors), feeds, ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The feeds in use.
    pub fn feeds(&self) -> &Feeds {
        &self.inner.feeds
    }

    /// A feed as its messages are read: one that is not known like a production feed.
    pub(crate) fn feed(&self, id: &str) -> Arc<Feed> {
        let plain = || Arc::new(Feed::production(id, &self.settings().tenant));
        self.feeds().get(id).unwrap_or_else(plain)
    }

    /// What files archived messages, by the feeds in use.
    pub(crate) fn worker(&self) -> Worker {
        let (record, pack) = (self.record().clone(), Arc::clone(self.pack()));
        Worker::new(record, pack, self.feeds().clone(), &self.settings().tenant)
            .with_references(self.genomics().references.clone())
    }

    /// A feed's door, if there is one.
    pub(crate) fn door(&self, feed: &str) -> Option<Door> {
        self.inner.doors.get(feed).cloned()
    }

    /// The same, with endpoints that subscribers may be notified at. Without any, nobody can
    /// subscribe.
    pub fn with_endpoints(&self, endpoints: Endpoints) -> Self {
        let inner = Inner { endpoints, ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with an external identity provider beside local accounts.
    pub fn with_provider(&self, provider: Provider) -> Self {
        let inner = Inner { provider: Some(Arc::new(provider)), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with an EHR that launches the patient page.
    pub fn with_ehr(&self, ehr: Provider) -> Self {
        let inner = Inner { ehr: Some(Arc::new(ehr)), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with origins of EHRs whose frames may show pages about patients,
    /// `https://ehr.example`.
    ///
    /// # Errors
    /// What is no origin.
    pub fn with_frame_ancestors(&self, origins: &[String]) -> Result<Self, String> {
        for origin in origins {
            let is_origin = identity::redirect::origin(origin).as_ref() == Some(origin);
            if !is_origin || identity::redirect::fault(origin).is_some() {
                return Err(format!("`{origin}` is no origin such as https://ehr.example"));
            }
        }
        let inner = Inner { frame_ancestors: Arc::from(origins), ..Inner::clone(&self.inner) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same, with rules that fire without being shown: they are counted only.
    pub fn with_silent_rules(&self, rules: BTreeSet<String>) -> Self {
        let inner = Inner { silent_rules: Arc::new(rules), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Rules that fire without being shown.
    pub(crate) fn silent_rules(&self) -> &BTreeSet<String> {
        &self.inner.silent_rules
    }

    /// Origins whose frames may show pages about patients.
    pub(crate) fn frame_ancestors(&self) -> &[String] {
        &self.inner.frame_ancestors
    }

    /// The EHR that launches the patient page, if there is one.
    pub(crate) fn ehr(&self) -> Option<&Provider> {
        self.inner.ehr.as_deref()
    }

    /// The external identity provider, if there is one.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.inner.provider.as_deref()
    }

    /// The same, with panels that reports on tumours name. To be said before anybody is put to
    /// trials.
    pub fn with_panels(&self, panels: Panels) -> Self {
        let (panels, matcher) = (Arc::new(panels), Arc::default());
        let inner = Inner { matcher, panels, ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with evidence about tumours.
    pub fn with_therapies(&self, therapies: Therapies) -> Self {
        let therapies = Some(Arc::new(therapies));
        // What puts patients to trials notes what this evidence says: it is made anew.
        let inner = Inner { therapies, matcher: Arc::default(), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Evidence about tumours, if there is any.
    pub(crate) fn therapies(&self) -> Option<&Therapies> {
        self.inner.therapies.as_deref()
    }

    /// The same, with a place for certificates of erasures, so that there is a page for them.
    pub fn with_erasing(&self, erasing: Erasing) -> Self {
        let inner = Inner { erasing: Some(Arc::new(erasing)), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with what shows pages of documents.
    pub fn with_documents(&self, reader: Arc<dyn ReadDocuments>) -> Self {
        let inner = Inner { documents: Some(reader), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same, with a browser of genomes.
    pub fn with_viewer(&self, viewer: Viewer) -> Self {
        let inner = Inner { viewer: Some(viewer), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The browser of genomes, if the operator brings one.
    pub(crate) fn viewer(&self) -> Option<&Viewer> {
        self.inner.viewer.as_ref()
    }

    /// What shows pages of documents, if anything does.
    pub(crate) fn documents(&self) -> Option<&dyn ReadDocuments> {
        self.inner.documents.as_deref()
    }

    /// Where certificates of erasures go, if there is such a place.
    pub(crate) fn erasing(&self) -> Option<&Erasing> {
        self.inner.erasing.as_deref()
    }

    /// The same, where nobody does anything by a password alone but set up a second factor.
    pub fn with_second_factor_required(&self) -> Self {
        let inner = Inner { requires_second_factor: true, ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Whether people need a second factor for everything but setting one up.
    pub(crate) fn requires_second_factor(&self) -> bool {
        self.inner.requires_second_factor
    }

    /// How often somebody may be wrong.
    pub(crate) fn limiter(&self) -> &Limiter {
        &self.inner.limiter
    }

    /// Where subscribers may be notified.
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// Who makes subscriptions, and what they may do now: for the notifier.
    pub fn creators(&self) -> Arc<dyn Creators> {
        let (record, tenant) = (self.record().clone(), self.settings().tenant.clone());
        Arc::new(crate::controllers::fhir::Makers { record, tenant })
    }

    /// What the Genomics Operations are answered with.
    pub fn genomics(&self) -> &Genomics {
        &self.inner.genomics
    }

    /// The refget digest of a chromosome, by which GA4GH names it; `None` where neither a published
    /// identifier nor the operator's reference proves it. The first call for a sequence reads it.
    pub(crate) fn sequence_digest(&self, accession: &str) -> Option<String> {
        if let Some(digest) = vrs::known_digest(accession) {
            return Some(digest.to_owned());
        }
        let mut digests = self.inner.digests.lock().unwrap_or_else(PoisonError::into_inner);
        let references = &self.inner.genomics.references;
        let make = || vrs::sequence_digest(accession, references);
        digests.entry(accession.to_owned()).or_insert_with(make).clone()
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.inner.record
    }

    /// The interpreter.
    pub fn interpreter(&self) -> &Interpreter {
        &self.inner.interpreter
    }

    /// What puts patients to trials.
    ///
    /// # Errors
    /// When the names inside the program cannot be read.
    pub fn matcher(&self) -> Result<Matcher, Error> {
        if let Some(matcher) = self.inner.matcher.get() {
            return Ok(matcher.clone());
        }
        let panels = Panels::clone(&self.inner.panels);
        let world = Arc::new(World::built_in()?.with_panels(panels));
        let made = Matcher::new(self.record().clone(), world, &self.settings().tenant)
            .with_therapies(self.inner.therapies.clone());
        Ok(self.inner.matcher.get_or_init(|| made).clone())
    }

    /// The knowledge pack in use.
    pub fn pack(&self) -> &Arc<Pack> {
        self.inner.interpreter.pack()
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Address of the FHIR base.
    pub fn fhir_base(&self) -> String {
        format!("{}/fhir", self.inner.settings.base_url)
    }

    /// Interprets what was filed about a patient and is not interpreted yet; whether there was
    /// anything. A result that is in the record must not be answered with "not tested". Only for a
    /// patient whom the caller sees.
    ///
    /// # Errors
    /// When the record or the interpretation fails; then there is no answer, not an old one.
    pub(crate) fn interpret_news(&self, patient: &PatientId) -> Result<bool, Error> {
        let is_behind = !self.interpreter().is_current(patient)?;
        if is_behind {
            self.interpreter().interpret(patient)?;
        }
        Ok(is_behind)
    }

    /// Runs store work off the async threads.
    ///
    /// # Errors
    /// What `work` gives, or an internal error when it did not finish.
    pub async fn blocking<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, Error> + Send + 'static,
    {
        let app = self.clone();
        off_async(move || work(&app)).await?
    }

    /// As [`App::blocking`], for work that reads with the record it is given: no thread waits until
    /// the events of that are durable; what `work` gives comes after. See [`Record::read_ahead`].
    ///
    /// # Errors
    /// As [`App::blocking`]; that the events cannot be made durable.
    pub async fn reading<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&App, &Record) -> Result<T, Error> + Send + 'static,
    {
        let app = self.clone();
        let turn = READS.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        let read = move || {
            let given = app.record().read_ahead(|record| work(&app, record));
            drop(turn);
            given
        };
        off_async(read).await?.await?
    }
}

async fn off_async<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let ended = |error| Error::internal(format!("the work did not finish: {error}"));
    tokio::task::spawn_blocking(work).await.map_err(ended)
}
