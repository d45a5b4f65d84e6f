//! What stands outside: the EHR, the laboratory, the operator, the order entry. Nothing here
//! touches the store; everything goes over a socket or through another process.

use super::setting::Setting;
use anyhow::{Context, bail, ensure};
use formats::hl7v2::Message;
use formats::mllp::{Event, Framer, Limits, frame};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use ureq::Agent;

/// How long any one step may take, in seconds.
const STEP_SECONDS_MAX: u64 = 30;

/// The world outside a running demonstration.
pub(crate) struct Outside<'s> {
    setting: &'s Setting,
    http: Agent,
}

impl<'s> Outside<'s> {
    /// The world outside this one.
    pub(crate) fn new(setting: &'s Setting) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(STEP_SECONDS_MAX)))
            .http_status_as_error(false)
            .build();
        Self { setting, http: config.into() }
    }

    /// Posts a FHIR transaction as the EHR; returns how many entries were answered.
    pub(crate) fn post_fhir(&self, bundle: &[u8]) -> anyhow::Result<usize> {
        let token = &self.setting.secrets.ehr_token;
        let answer = self.post("/fhir", "application/fhir+json", token, bundle)?;
        let entries = answer.get("entry").and_then(Value::as_array);
        entries.map(Vec::len).context("the answer is no Bundle")
    }

    /// Fires an order as the order entry; returns the cards.
    pub(crate) fn order(&self, request: &[u8]) -> anyhow::Result<Vec<Value>> {
        let token = &self.setting.secrets.order_entry_token;
        let path = "/cds-services/pgx-medication-safety";
        let answer = self.post(path, "application/json", token, request)?;
        let cards = answer.get("cards").and_then(Value::as_array);
        cards.cloned().context("the answer has no cards")
    }

    fn post(&self, path: &str, kind: &str, token: &str, body: &[u8]) -> anyhow::Result<Value> {
        let mut response = self
            .http
            .post(format!("http://{}{path}", self.setting.http))
            .header("content-type", kind)
            .header("authorization", format!("Bearer {token}"))
            .send(body)
            .with_context(|| format!("`{path}` did not answer"))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().context("the answer is no text")?;
        ensure!(status.is_success(), "`{path}` answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("`{path}` did not answer with JSON"))
    }

    /// Sends one HL7 v2 message as the laboratory; returns MSA-1 of the acknowledgement.
    pub(crate) fn send_message(&self, file: &[u8]) -> anyhow::Result<String> {
        // Files have line ends, messages have carriage returns (HL7 v2.5.1 §2.5.1).
        let text = String::from_utf8_lossy(file).replace("\r\n", "\r").replace('\n', "\r");
        let mut stream = TcpStream::connect(self.setting.mllp).context("MLLP does not answer")?;
        stream.set_read_timeout(Some(Duration::from_secs(STEP_SECONDS_MAX)))?;
        stream.write_all(&frame(text.as_bytes()))?;
        let mut framer = Framer::new(Limits::default());
        let mut buffer = [0_u8; 4096];
        loop {
            let length = stream.read(&mut buffer).context("no acknowledgement came")?;
            ensure!(length > 0, "the connection was closed without an acknowledgement");
            framer.push(buffer.get(..length).unwrap_or_default());
            if let Some(Event::Frame(answer)) = framer.next() {
                let (message, _) = Message::parse(answer.payload);
                let code = message.and_then(|message| message.value("MSA-1"));
                return code.context("the acknowledgement has no MSA-1");
            }
        }
    }

    /// Takes in a variant file as the operator, in a process of its own.
    pub(crate) fn ingest(&self, file: &Path, patient: &str) -> anyhow::Result<String> {
        let file = file.to_string_lossy();
        Ok(self.cognate(&["ingest", &file, "--patient", patient])?.trim().to_owned())
    }

    /// Runs this program again with the demonstration's store; returns what it printed.
    pub(crate) fn cognate(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let program = std::env::current_exe().context("this program cannot be found")?;
        let output = Command::new(program)
            .args(arguments)
            .arg("--directory")
            .arg(&self.setting.store.directory)
            .env_remove("COGNATE_STORE")
            .output()
            .context("this program cannot be run again")?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let name = arguments.first().copied().unwrap_or_default();
        ensure!(output.status.success(), "`cognate {name}` failed: {}", told.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Waits until nothing is left to file and the patient's report can be found.
    pub(crate) fn wait_for_statements(&self, patient: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(STEP_SECONDS_MAX);
        let path = format!("/fhir/DiagnosticReport?patient={patient}&_count=1");
        while Instant::now() < deadline {
            let waiting = self.get("/readyz", None)?;
            let received = waiting.pointer("/messages/received").and_then(Value::as_u64);
            let found = self.get(&path, Some(&self.setting.secrets.order_entry_token))?;
            let reports = found.get("total").and_then(Value::as_u64).unwrap_or(0);
            let settled = waiting.pointer("/interpretation/behind").and_then(Value::as_u64);
            if received.unwrap_or(0) == 0 && reports > 0 && settled == Some(0) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the laboratory's result was not filed and interpreted in time")
    }

    fn get(&self, path: &str, token: Option<&str>) -> anyhow::Result<Value> {
        let request = self.http.get(format!("http://{}{path}", self.setting.http));
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let mut response = request.call().with_context(|| format!("`{path}` did not answer"))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().context("the answer is no text")?;
        ensure!(status.is_success(), "`{path}` answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("`{path}` did not answer with JSON"))
    }
}

/// The id of the statement that a card's link leads to.
pub(crate) fn statement_of(card: &Value) -> Option<String> {
    let links = card.get("links")?.as_array()?;
    links.iter().find_map(|link| {
        let url = link.get("url")?.as_str()?;
        url.rsplit_once("/statements/").map(|(_, id)| id.to_owned())
    })
}
