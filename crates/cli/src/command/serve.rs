//! `cognate serve`

use super::say;
use crate::arguments::ServeArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, anyhow, bail};
use genomics::reference::References;
use intake::Feed;
use intake::work::Worker;
use interpret::Interpreter;
use notify::{Endpoints, Notifier, Sender, Trust};
use record::Record;
use server::{App, Carriers, Genomics, Settings, router};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Serves until interrupted.
pub(crate) fn run(arguments: &ServeArguments) -> anyhow::Result<Outcome> {
    log();
    let record = store::open(&arguments.store)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    runtime.block_on(async {
        let running = Running::start(record, arguments).await?;
        say(&format!("serving HTTP on http://{}", running.http));
        say(&format!("listening for HL7 v2 over MLLP on {}", running.mllp));
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

/// A running server: its addresses and what has to be stopped.
pub(crate) struct Running {
    /// Address of HTTP.
    pub(crate) http: SocketAddr,
    /// Address of MLLP.
    pub(crate) mllp: SocketAddr,
    stop: watch::Sender<bool>,
    flag: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts the listeners, the filing worker and the interpreter.
    pub(crate) async fn start(record: Record, arguments: &ServeArguments) -> anyhow::Result<Self> {
        loopback_only(arguments.http, "HTTP")?;
        loopback_only(arguments.mllp, "MLLP")?;
        let pack = store::pack_in_use(&record)?;
        for remark in store::pack_remarks(&record, &pack)? {
            say(&remark);
        }
        let references = store::references(&arguments.reference)?;
        let genomics = genomics(arguments.lift_over.as_deref(), references)?;
        let tenant = store::tenant();
        let interpreter = Interpreter::new(record.clone(), Arc::clone(&pack), &tenant)?;
        let http = bind(arguments.http, "HTTP").await?;
        let mllp = bind(arguments.mllp, "MLLP").await?;
        let (http_address, mllp_address) = (http.local_addr()?, mllp.local_addr()?);
        let base_url =
            arguments.base_url.clone().unwrap_or_else(|| format!("http://{http_address}"));
        let settings = Settings {
            secure_cookies: base_url.starts_with("https://"),
            base_url: base_url.trim_end_matches('/').to_owned(),
            tenant: tenant.clone(),
        };
        let (stop, stopped) = watch::channel(false);
        let flag = Arc::new(AtomicBool::new(false));
        let feed = Arc::new(Feed::production(&arguments.feed, &tenant));
        let worker =
            Worker::new(record.clone(), Arc::clone(&pack), vec![Feed::clone(&feed)], &tenant)
                .with_references(genomics.references.clone());
        let mut threads = vec![thread("filing", &flag, move |stop| worker.follow(stop))?, {
            let interpreter = interpreter.clone();
            thread("interpret", &flag, move |stop| interpreter.follow(stop))?
        }];
        let endpoints = Endpoints::new(&arguments.subscription_endpoint)
            .map_err(|wrong| anyhow!("--subscription-endpoint {wrong}"))?;
        let app = App::with_genomics(record.clone(), interpreter, settings, genomics)
            .with_endpoints(endpoints);
        let notifier = notifier(&app, arguments.subscription_authorities.as_deref())?;
        threads.push(thread("notify", &flag, move |stop| notifier.follow(stop))?);
        let carriers = Carriers::new(&app);
        threads.push(thread("carriers", &flag, move |stop| carriers.follow(stop))?);
        let tasks =
            vec![serve_http(http, app, stopped.clone()), serve_mllp(mllp, record, feed, stopped)];
        Ok(Self { http: http_address, mllp: mllp_address, stop, flag, tasks, threads })
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

/// What tells subscribers.
fn notifier(app: &App, authorities: Option<&Path>) -> anyhow::Result<Notifier> {
    let trust = match authorities {
        None => Trust::System,
        Some(path) => {
            let pem = std::fs::read(path);
            Trust::File(pem.with_context(|| format!("cannot read {}", path.display()))?)
        }
    };
    let sender = Sender::new(&trust)?;
    let (record, tenant) = (app.record().clone(), &app.settings().tenant);
    let endpoints = app.endpoints().clone();
    Ok(Notifier::new(record, tenant, app.creators(), endpoints, sender, &app.fhir_base()))
}

/// Until TLS is served here, plain text must not leave the machine.
fn loopback_only(address: SocketAddr, what: &str) -> anyhow::Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    bail!("plain {what} is served on loopback only, not on {address}; put a TLS proxy before it")
}

async fn bind(address: SocketAddr, what: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{what} cannot listen on {address}"))
}

fn thread(
    name: &str,
    flag: &Arc<AtomicBool>,
    work: impl FnOnce(&dyn Fn() -> bool) + Send + 'static,
) -> anyhow::Result<JoinHandle<()>> {
    let flag = Arc::clone(flag);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || work(&|| flag.load(Ordering::Relaxed)))
        .with_context(|| format!("the {name} thread cannot start"))
}

fn serve_http(
    listener: TcpListener,
    app: App,
    mut stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let stopped = async move {
            let _ = stop.changed().await;
        };
        let served = axum::serve(listener, router(app)).with_graceful_shutdown(stopped).await;
        if let Err(error) = served {
            tracing::error!(%error, "HTTP ended");
        }
    })
}

fn serve_mllp(
    listener: TcpListener,
    record: Record,
    feed: Arc<Feed>,
    stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = intake::mllp::serve(listener, record, feed, stop).await {
            tracing::error!(%error, "MLLP ended");
        }
    })
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
