//! `cognate demo`: the whole cycle through the doors that production uses.
//!
//! It starts the server like `cognate serve`, then acts from outside as the EHR (FHIR over HTTP),
//! the laboratory (HL7 v2 over MLLP), an operator (a second `cognate` process that ingests a VCF)
//! and the prescriber's order entry (CDS Hooks). Everything in it is synthetic.

mod outside;
mod setting;

use super::serve::{Beside, Running, stop_signal};
use super::{print, say};
use crate::arguments::{
    AlertArguments, DemoArguments, DoorArguments, EhrArguments, OcrArguments, PolicyTrust,
    ProfileArguments, ProviderArguments, ServeArguments, ShippingArguments, StoreArguments,
    TlsArguments, TokenArguments, WatchArguments,
};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail, ensure};
use outside::Outside;
use serde_json::Value;
use setting::Setting;
use std::path::{Path, PathBuf};

/// Nobody waits ten minutes for what a demonstration shows.
const AUDIT_REVIEW_SECONDS: u64 = 2;

/// Runs the demonstration.
pub(crate) fn run(arguments: &DemoArguments) -> anyhow::Result<Outcome> {
    super::serve::log_quietly();
    let directory = Directory::of(arguments)?;
    let at = StoreArguments {
        directory: directory.path.clone(),
        master_key_file: None,
        keyring: None,
        token: TokenArguments::default(),
        postgres: None,
        store_password_file: None,
        audit_checkpoints: None,
        audit_checkpoint_key: None,
        policy_trust: PolicyTrust::default(),
        upgrade_without_backup: false,
    };
    let record = store::create(&at).context("the demonstration needs a new directory")?;
    let secrets = setting::people_and_services(&record)?;
    let serve = serving(arguments, &at);
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    runtime.block_on(async {
        let clinic = record.clone();
        let beside = |base_url: &str| {
            let ehr = setting::launching_ehr(&clinic, base_url)?;
            let router = demo_ehr::router(setting::ehr(base_url, &secrets));
            Ok(Beside { router: Some(router), ehr: Some(ehr) })
        };
        let running = Running::start(record, &serve, beside).await?;
        let setting = Setting { http: running.http, mllp: running.mllp, store: at, secrets };
        let messages = arguments.messages.clone();
        let loaded = tokio::task::spawn_blocking(move || {
            let told = tell(&setting, &messages);
            (setting, told)
        });
        let (setting, told) = loaded.await?;
        // Whatever went wrong, the server is stopped in order first.
        let outcome = match told {
            Err(error) => Err(error),
            Ok(card) if arguments.check => {
                print(&format!("\nThe card:\n{}\n", serde_json::to_string_pretty(&card)?))?;
                Ok(Outcome::Done)
            }
            Ok(_) => stay(arguments, &setting).await,
        };
        running.stop().await;
        outcome
    })
}

/// The server of the demonstration: like any other, on its own store.
fn serving(arguments: &DemoArguments, at: &StoreArguments) -> ServeArguments {
    ServeArguments {
        store: at.clone(),
        http: arguments.http,
        mllp: arguments.mllp,
        tls: TlsArguments::default(),
        base_url: None,
        feed: "northside".to_owned(),
        doors: DoorArguments {
            profiles: ProfileArguments {
                feeds: Some(arguments.messages.join("feeds.toml")).filter(|file| file.is_file()),
            },
            watch_folder: Vec::new(),
            destinations: None,
        },
        ocr: OcrArguments::default(),
        lift_over: None,
        evidence: Some(arguments.messages.join("evidence")).filter(|pack| pack.is_dir()),
        silent_rule: Vec::new(),
        panels: Vec::new(),
        reference: arguments.reference.clone(),
        igv: arguments.igv.clone(),
        subscription_endpoint: arguments.subscription_endpoint.clone(),
        subscription_authorities: None,
        provider: ProviderArguments::default(),
        ehr: EhrArguments::default(),
        shipping: ShippingArguments::default(),
        watch: WatchArguments {
            audit_review_every: AUDIT_REVIEW_SECONDS,
            audit_review_rules: None,
            audit_review_people: None,
        },
        alerting: AlertArguments::default(),
        require_second_factor: false,
        erasure_certificates: None,
    }
}

/// Loads the demonstration and fires the order; returns the card that came back.
fn tell(setting: &Setting, messages: &Path) -> anyhow::Result<Value> {
    let outside = Outside::new(setting);
    let read = |name: &str| {
        let path = messages.join(name);
        std::fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))
    };
    say("1  the EHR sends patients and medicines: FHIR transaction over HTTP");
    let answered = outside.post_fhir(&read("fhir/patients.transaction.json")?)?;
    say(&format!("   {answered} resources filed"));

    say("2  the laboratory sends a result: HL7 v2 ORU over MLLP");
    let code = outside.send_message(&read("messages/oru-pgx-ana.hl7")?)?;
    ensure!(code == "AA", "the laboratory was answered {code}");
    say("   acknowledged AA, archived before it was");

    say("3  an operator takes in a variant file: VCF by `cognate ingest`");
    let filed = outside.ingest(&messages.join("vcf/ben-sample.vcf"), "ben-sample")?;
    say(&format!("   {filed}"));

    say("4  waiting until the results are interpreted");
    outside.wait_for_statements("ana-example")?;

    say("5  a prescriber orders clopidogrel 75 mg for Ana: CDS Hooks order-sign");
    let cards = outside.order(&read("cds/order-sign-ana.json")?)?;
    let card = cards.first().cloned().context("no card came back")?;
    let text = |name: &str| card.get(name).and_then(Value::as_str).unwrap_or_default();
    say(&format!("   {}: {}", text("indicator"), text("summary")));
    check(&card)?;

    say("6  the statement behind the card explains and replays itself");
    let statement = outside::statement_of(&card).context("the card links to no statement")?;
    let explained = outside.cognate(&["explain", &statement])?;
    ensure!(explained.contains("Poor Metabolizer"), "the explanation lacks the phenotype");
    let replayed = outside.cognate(&["replay", &statement])?;
    ensure!(replayed.contains("the same"), "the replay differs: {replayed}");
    say(&format!("   {}", replayed.trim()));

    say("7  signing the same order again stays silent");
    let again = outside.order(&read("cds/order-sign-ana.json")?)?;
    ensure!(again.is_empty(), "the card was repeated");
    tell_of_trials(&outside, messages)?;
    Ok(card)
}

/// A patient with a lung tumour and two trials, by the same doors.
fn tell_of_trials(outside: &Outside<'_>, messages: &Path) -> anyhow::Result<()> {
    say("8  a curator keeps two trials, and the EHR sends a lung tumour and a smoker's history");
    let trials = messages.join("trials");
    outside.cognate(&["trials", "add", &trials.to_string_lossy()])?;
    for name in ["lung", "ctdna", "prevention"] {
        let name = format!("fhir/{name}.transaction.json");
        let bundle = messages.join(name);
        let read = std::fs::read(&bundle);
        let read = read.with_context(|| format!("`{}` cannot be read", bundle.display()))?;
        outside.post_fhir(&read)?;
    }
    let matched = outside.cognate(&["trials", "match", "--json", "--store"])?;
    ensure!(matched.contains("lena-demo"), "no trial is for the patient: {matched}");
    say("   Lena Demo has trial options: /patients/lena-demo/trials");
    Ok(())
}

/// What the card has to be. The demonstration fails if care would not have been changed.
fn check(card: &Value) -> anyhow::Result<()> {
    let text = |name: &str| card.get(name).and_then(Value::as_str).unwrap_or_default();
    let summary = text("summary");
    ensure!(text("indicator") == "critical", "the indicator is `{}`", text("indicator"));
    ensure!(summary.chars().count() < 140, "the summary has 140 characters or more");
    ensure!(summary.to_lowercase().contains("poor metabolizer"), "the summary is `{summary}`");
    let list = |name: &str| card.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    ensure!(list("suggestions") > 0, "the card suggests nothing");
    ensure!(list("overrideReasons") > 0, "the card has no override reasons");
    Ok(())
}

/// Prints where to go and waits for the end.
async fn stay(arguments: &DemoArguments, setting: &Setting) -> anyhow::Result<Outcome> {
    print(&setting.invitation(&arguments.messages)?)?;
    if let Some(file) = &arguments.ready_file {
        let ready = serde_json::to_string_pretty(&setting.ready())?;
        std::fs::write(file, ready)
            .with_context(|| format!("`{}` cannot be written", file.display()))?;
    }
    stop_signal().await;
    Ok(Outcome::Done)
}

/// The demonstration's directory; a temporary one is removed at the end.
struct Directory {
    path: PathBuf,
    temporary: bool,
}

impl Directory {
    fn of(arguments: &DemoArguments) -> anyhow::Result<Self> {
        match &arguments.directory {
            Some(path) if path.join("master.key").exists() => bail!(
                "`{}` holds a store already; the demonstration starts from nothing",
                path.display()
            ),
            Some(path) => Ok(Self { path: path.clone(), temporary: false }),
            None => {
                let name = format!("cognate-demo-{}", uuid::Uuid::now_v7());
                Ok(Self { path: std::env::temp_dir().join(name), temporary: true })
            }
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing depends on it; the system clears its temporary files in the end.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
