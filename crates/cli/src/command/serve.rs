//! `cognate serve`

mod alert;
mod audit_review;
mod destination;
mod document;
mod provider;
mod threads;
mod viewer;

use super::{panels, say};
use crate::arguments::{EhrArguments, ServeArguments, ShippingArguments, TlsArguments};
use crate::outcome::Outcome;
use crate::{backups, store};
use anyhow::{Context, anyhow, bail};
use axum::Router;
use axum::extract::{ConnectInfo, Request, connect_info::Connected};
use axum::middleware::map_request;
use axum::serve::IncomingStream;
use backup::{Shipper, Shipping};
use genomics::reference::References;
use intake::Feed;
use intake::extraction::Follower;
use intake::feed::Feeds;
use intake::folder::Folder;
use intake::work::Worker;
use interpret::Interpreter;
use interpret::therapies::Therapies;
use knowledge::Pack;
use model::TenantId;
use notify::{Endpoints, Notifier, Sender, Trust};
use record::{CheckpointKey, Record};
use server::{App, Carriers, Erasing, Genomics, PeerAddress, Settings, router};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use threads::{Ending, thread};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;
use transport::{Listener, Stream, Tls, TlsFiles};

/// Serves until interrupted.
pub(crate) fn run(arguments: &ServeArguments) -> anyhow::Result<Outcome> {
    log();
    let record = store::open(&arguments.store)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    runtime.block_on(async {
        let running = Running::start(record, arguments, |_| Ok(Beside::default())).await?;
        let (scheme, over) =
            if running.is_encrypted { ("https", " and TLS") } else { ("http", "") };
        say(&format!("serving HTTP on {scheme}://{}", running.http));
        say(&format!("listening for HL7 v2 over MLLP{over} on {}", running.mllp));
        stop_signal().await;
        say("stopping");
        running.stop().await;
        Ok(Outcome::Done)
    })
}

/// JSON lines on standard error, at `info` unless `COGNATE_LOG` says otherwise.
fn log() {
    log_from("info");
}

/// The same, warnings and errors only: for commands that talk to a person.
pub(crate) fn log_quietly() {
    log_from("warn");
}

fn log_from(level: &str) {
    let filter = EnvFilter::try_from_env("COGNATE_LOG").unwrap_or_else(|_| level.into());
    // A second call finds a logger in place, which is fine.
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

/// The evidence pack, kept in the record so that what it said can be made again.
fn therapies(directory: &Path, record: &Record, tenant: &TenantId) -> anyhow::Result<Therapies> {
    let therapies = Therapies::from_directory(directory)?;
    therapies.keep(record, tenant)?;
    if !therapies.problems.is_empty() {
        say(&format!(
            "{} names of the evidence are not understood and match nobody: `cognate tumor lint {}`",
            therapies.problems.len(),
            directory.display()
        ));
    }
    Ok(therapies)
}

/// What a server also serves, once its address is known.
#[derive(Default)]
pub(crate) struct Beside {
    /// More routes.
    pub(crate) router: Option<Router>,
    /// The EHR that launches the patient page, in place of the one in the arguments.
    pub(crate) ehr: Option<EhrArguments>,
}

/// The application with what the operator names for it.
fn furnished(
    app: App,
    arguments: &ServeArguments,
    record: &Record,
    tenant: &TenantId,
) -> anyhow::Result<App> {
    let app = guarded(app, arguments)?;
    let app = match &arguments.evidence {
        Some(directory) => app.with_therapies(therapies(directory, record, tenant)?),
        None => app,
    };
    let app = match &arguments.igv {
        Some(path) => app.with_viewer(viewer::viewer(path)?),
        None => app,
    };
    let app = app
        .with_frame_ancestors(&arguments.ehr.frame_ancestor)
        .map_err(|wrong| anyhow!("--frame-ancestor {wrong}"))?
        .with_silent_rules(arguments.silent_rule.iter().cloned().collect());
    Ok(match arguments.panels.as_slice() {
        [] => app,
        files => app.with_panels(panels::built_in(files)?),
    })
}

/// How callers reach the server.
fn settings(
    arguments: &ServeArguments,
    scheme: &str,
    http: SocketAddr,
    tenant: &TenantId,
) -> anyhow::Result<Settings> {
    let base_url = match &arguments.base_url {
        Some(named) => named.clone(),
        None if http.ip().is_unspecified() => {
            bail!("name the address under which callers reach {http}: --base-url")
        }
        None => format!("{scheme}://{http}"),
    };
    Ok(Settings {
        secure_cookies: base_url.starts_with("https://"),
        base_url: base_url.trim_end_matches('/').to_owned(),
        tenant: tenant.clone(),
    })
}

/// What follows the record while the server runs.
fn followers(
    app: &App,
    arguments: &ServeArguments,
    record: &Record,
    flag: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let notifier = notifier(app, arguments.subscription_authorities.as_deref())?;
    let matcher = app.matcher().map_err(|error| anyhow!("{error}"))?;
    let carriers = Carriers::new(app);
    let watch = audit_review::Watch::new(&arguments.watch, record.clone())?;
    let mut threads = vec![
        thread("notify", flag, move |stop| notifier.follow(stop))?,
        thread("trials", flag, move |stop| matcher.follow(stop))?,
        thread("carriers", flag, move |stop| carriers.follow(stop))?,
        thread("audit review", flag, move |stop| watch.follow(stop))?,
    ];
    if let Some(alerter) = alert::alerter(&arguments.alerting, record, app)? {
        threads.push(thread("alerts", flag, move |stop| alerter.follow(stop))?);
    }
    let destinations = arguments.doors.destinations.as_deref();
    threads.extend(destination::deliverers(destinations, &app.feeds().all(), record, flag)?);
    threads.extend(shipping(arguments, record, flag)?);
    Ok(threads)
}

/// A running server: its addresses and what has to be stopped.
pub(crate) struct Running {
    /// Address of HTTP.
    pub(crate) http: SocketAddr,
    /// Address of MLLP.
    pub(crate) mllp: SocketAddr,
    /// Whether both are served by TLS.
    pub(crate) is_encrypted: bool,
    stop: watch::Sender<bool>,
    flag: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts the listeners, the filing worker and the interpreter. `beside` may serve more at the
    /// address that it hears.
    pub(crate) async fn start(
        record: Record,
        arguments: &ServeArguments,
        beside: impl FnOnce(&str) -> anyhow::Result<Beside>,
    ) -> anyhow::Result<Self> {
        let (http, mllp) = listeners(arguments).await?;
        let pack = store::pack_in_use(&record)?;
        for remark in store::pack_remarks(&record, &pack)? {
            say(&remark);
        }
        let references = store::references(&arguments.reference)?;
        let genomics = genomics(arguments.lift_over.as_deref(), references)?;
        let tenant = store::tenant();
        let interpreter = Interpreter::new(record.clone(), Arc::clone(&pack), &tenant)?;
        let (http_address, mllp_address) = (http.address(), mllp.address());
        let is_encrypted = http.is_encrypted();
        let scheme = if is_encrypted { "https" } else { "http" };
        let settings = settings(arguments, scheme, http_address, &tenant)?;
        let beside = beside(&settings.base_url)?;
        let (stop, stopped) = watch::channel(false);
        let flag = Arc::new(AtomicBool::new(false));
        let ending = Ending::new(&flag);
        let (feeds, feed) = feeds(arguments, &record)?;
        let worker = Worker::new(record.clone(), Arc::clone(&pack), feeds.clone(), &tenant)
            .with_references(genomics.references.clone())
            .waiting_for_documents();
        let mut threads = vec![thread("filing", &flag, move |stop| worker.follow(stop))?, {
            let interpreter = interpreter.clone();
            thread("interpret", &flag, move |stop| interpreter.follow(stop))?
        }];
        threads.extend(folders(arguments, &feeds, &record, &pack, &genomics.references, &flag)?);
        let endpoints = Endpoints::new(&arguments.subscription_endpoint)
            .map_err(|wrong| anyhow!("--subscription-endpoint {wrong}"))?;
        let app = App::with_genomics(record.clone(), interpreter, settings, genomics)
            .with_endpoints(endpoints)
            .with_feeds(feeds);
        let app = furnished(app, arguments, &record, &tenant)?;
        let app = match provider::ehr(beside.ehr.as_ref().unwrap_or(&arguments.ehr))? {
            Some(ehr) => app.with_ehr(ehr),
            None => app,
        };
        let reader = Arc::new(document::reader(&arguments.ocr, &flag)?);
        let documents = Follower::new(record.clone(), Arc::clone(&reader) as _, &tenant);
        threads.push(thread("documents", &flag, move |stop| documents.follow(stop))?);
        let app = app.with_documents(reader);
        threads.extend(followers(&app, arguments, &record, &flag)?);
        let router = match beside.router {
            Some(beside) => router(app).merge(beside),
            None => router(app),
        };
        let tasks = vec![
            serve_http(http, router, stopped.clone()),
            serve_mllp(mllp, record, feed, stopped),
        ];
        ending.goes_on();
        Ok(Self {
            http: http_address,
            mllp: mllp_address,
            is_encrypted,
            stop,
            flag,
            tasks,
            threads,
        })
    }

    /// Stops listening, lets what is in hand finish, and waits for it.
    pub(crate) async fn stop(self) {
        self.flag.store(true, Ordering::Relaxed);
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
        for thread in self.threads {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

/// The feeds in use, and the one behind the MLLP listener. A feed that the file of profiles does
/// not have is a production feed with no exceptions.
fn feeds(arguments: &ServeArguments, record: &Record) -> anyhow::Result<(Feeds, Arc<Feed>)> {
    let feeds = super::feed::in_use(&arguments.doors.profiles, record)?;
    let feed = feeds.get(&arguments.feed).unwrap_or_else(|| {
        let feed = Feed::production(&arguments.feed, &store::tenant());
        feeds.add(feed.clone());
        Arc::new(feed)
    });
    Ok((feeds, feed))
}

/// What watches the folders, each `FEED=DIR`.
fn folders(
    arguments: &ServeArguments,
    feeds: &Feeds,
    record: &Record,
    pack: &Arc<Pack>,
    references: &References,
    flag: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let open = |named: &String| {
        let (name, directory) =
            named.split_once('=').with_context(|| format!("`{named}` is not FEED=DIR"))?;
        let feed = feeds.get(name);
        let feed = feed.with_context(|| format!("no feed `{name}` for a folder; see `--feeds`"))?;
        let (feed, feeds) = (Feed::clone(&feed), feeds.clone());
        let (record, pack, references) = (record.clone(), Arc::clone(pack), references.clone());
        let mut folder = Folder::open(record, pack, references, feed, Path::new(directory))
            .with_context(|| format!("the folder `{directory}` cannot be used"))?
            .following(feeds)
            .waiting_for_documents();
        thread("folder", flag, move |stop| folder.follow(stop))
    };
    arguments.doors.watch_folder.iter().map(open).collect()
}

/// What the Genomics Operations are answered with. A chain file that cannot be used is an error:
/// the operator counts on it.
fn genomics(lift_over: Option<&Path>, references: References) -> anyhow::Result<Genomics> {
    let without = Genomics { references, ..Genomics::default() };
    let Some(path) = lift_over else { return Ok(without) };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (chains, problems) = formats::chain::read(&bytes);
    if let Some(problem) = model::problem::first_error(&problems) {
        bail!("{}: {problem}", path.display());
    }
    Ok(Genomics { lift_over: Some(Arc::new(chains)), ..without })
}

/// With what is asked of people and where they log in, and with the page that erases patients,
/// where there is a place for the certificates.
fn guarded(app: App, arguments: &ServeArguments) -> anyhow::Result<App> {
    let app = if arguments.require_second_factor { app.with_second_factor_required() } else { app };
    let app = match provider::provider(&arguments.provider)? {
        Some(provider) => app.with_provider(provider),
        None => app,
    };
    let key = arguments.store.audit_checkpoint_key.as_deref();
    let (Some(directory), Some(key)) = (&arguments.erasure_certificates, key) else {
        return Ok(app);
    };
    if !directory.is_dir() {
        bail!("the directory of certificates `{}` is not there", directory.display());
    }
    let key = CheckpointKey::open(key).context("the key of checkpoints cannot be used")?;
    Ok(app.with_erasing(Erasing::new(directory, key)))
}

/// What takes snapshots while the server runs.
fn shipping(
    arguments: &ServeArguments,
    record: &Record,
    flag: &Arc<AtomicBool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let ShippingArguments { backup_to, backup_every, backup_keep_all, bucket } =
        &arguments.shipping;
    let Some(to) = backup_to else {
        say("WARNING: no backups are taken; `--backup-to` names a place for them");
        return Ok(None);
    };
    let shipping = Shipping {
        directory: arguments.store.directory.clone(),
        store: store::kind(&arguments.store)?,
        master_key: store::master_key(&arguments.store)?,
        clock: store::clock(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        destination: backups::destination(to, bucket)?,
        every_seconds: *backup_every,
        keeps_all: *backup_keep_all,
    };
    let shipper = Shipper::new(shipping, record.clone());
    let told = |taken: &Result<backup::Taken, backup::Failure>| match taken {
        Ok(taken) => {
            let (snapshot, sent) = (taken.snapshot.id().to_string(), taken.sent);
            tracing::debug!(snapshot, chunks = sent.chunks, bytes = sent.bytes, "backed up");
        }
        Err(failure) => tracing::error!(%failure, "no backup was taken"),
    };
    thread("backup", flag, move |stop| shipper.follow(stop, &told)).map(Some)
}

/// What tells subscribers.
fn notifier(app: &App, authorities: Option<&Path>) -> anyhow::Result<Notifier> {
    let sender = sender(authorities)?;
    let (record, tenant) = (app.record().clone(), &app.settings().tenant);
    let endpoints = app.endpoints().clone();
    Ok(Notifier::new(record, tenant, app.creators(), endpoints, sender, &app.fhir_base()))
}

/// What calls out, believing these authorities or those of the machine.
fn sender(authorities: Option<&Path>) -> anyhow::Result<Sender> {
    let trust = match authorities {
        None => Trust::System,
        Some(path) => {
            let pem = std::fs::read(path);
            Trust::File(pem.with_context(|| format!("cannot read {}", path.display()))?)
        }
    };
    Ok(Sender::new(&trust)?)
}

/// The listeners of HTTP and MLLP. Plain text must not leave the machine.
async fn listeners(arguments: &ServeArguments) -> anyhow::Result<(Listener, Listener)> {
    let TlsArguments { tls_certificate, tls_key, mllp_client_authorities } = &arguments.tls;
    let files = tls_certificate.as_ref().zip(tls_key.as_ref()).map(|(certificate, key)| TlsFiles {
        certificate: certificate.clone(),
        key: key.clone(),
        client_authorities: None,
    });
    let for_http = files.as_ref().map(Tls::http).transpose()?;
    let for_mllp = files.map(|files| {
        let client_authorities = mllp_client_authorities.clone();
        Tls::load(&TlsFiles { client_authorities, ..files })
    });
    let for_mllp = for_mllp.transpose()?;
    let http = Listener::bind(arguments.http, for_http.as_ref()).await.context("HTTP")?;
    let mllp = Listener::bind(arguments.mllp, for_mllp.as_ref()).await.context("MLLP")?;
    Ok((http, mllp))
}

/// A listener as the HTTP server takes it.
struct HttpListener(Listener);

impl axum::serve::Listener for HttpListener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (stream, peer) = self.0.accept().await;
        (stream, peer.address)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.0.address())
    }
}

/// Where a connection came from.
#[derive(Clone, Copy)]
struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, HttpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, HttpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Tells the server, which counts wrong log-ins by it.
async fn with_peer(ConnectInfo(Peer(peer)): ConnectInfo<Peer>, mut request: Request) -> Request {
    request.extensions_mut().insert(PeerAddress(peer.ip()));
    request
}

fn serve_http(
    listener: Listener,
    router: Router,
    mut stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let stopped = async move {
            let _ = stop.changed().await;
        };
        let service =
            router.layer(map_request(with_peer)).into_make_service_with_connect_info::<Peer>();
        let served =
            axum::serve(HttpListener(listener), service).with_graceful_shutdown(stopped).await;
        if let Err(error) = served {
            tracing::error!(%error, "HTTP ended");
        }
    })
}

fn serve_mllp(
    listener: Listener,
    record: Record,
    feed: Arc<Feed>,
    stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(intake::mllp::serve(listener, record, feed, stop))
}

/// Waits for an interrupt or, as service managers send it, a termination signal.
pub(crate) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
