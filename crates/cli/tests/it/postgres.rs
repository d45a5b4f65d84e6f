//! A whole server and the move on PostgreSQL, as an operator and a client see them.

use crate::databases::{is_without_server, psql, url};
use crate::store::statement_of;
use crate::terminal::{Ran, cognate, demo, write};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that is ended with the test.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// What it said before it served.
    pub(crate) said: String,
    talk: BufReader<std::process::ChildStderr>,
}

impl Server {
    pub(crate) fn start(store: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cognate"))
            .args(["serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0"])
            .args(store)
            .env_remove("COGNATE_STORE")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut said) = (String::new(), String::new());
        while !line.starts_with("serving HTTP on ") {
            said.push_str(&line);
            line.clear();
            assert!(talk.read_line(&mut line).unwrap() > 0, "the server ended");
        }
        let address = line.trim().trim_start_matches("serving HTTP on ").to_owned();
        Self { child, address, said, talk }
    }

    /// Where messages come in; asked once.
    pub(crate) fn mllp(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.talk.read_line(&mut line).unwrap() > 0, "the server ended");
            if let Some((_, address)) = line.trim().split_once("over MLLP on ") {
                return address.to_owned();
            }
        }
    }

    /// Status, `Content-Location` and body of an answer.
    pub(crate) fn ask(
        &self,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> (u16, String, Value) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.address)
        };
        let bearer = format!("Bearer {token}");
        let answer = match body {
            Some(body) => agent
                .post(url)
                .header("authorization", bearer)
                .header("content-type", "application/fhir+json")
                .send(body.to_string()),
            None => agent
                .get(url)
                .header("authorization", bearer)
                .header("prefer", "respond-async")
                .header("accept", "application/fhir+json")
                .call(),
        };
        let mut answer = answer.unwrap();
        let place = answer.headers().get("content-location");
        let place = place.map_or_else(String::new, |text| text.to_str().unwrap().to_owned());
        let text = answer.body_mut().read_to_string().unwrap();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
        (answer.status().as_u16(), place, value)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn with(store: &[&str], arguments: &[&str]) -> Ran {
    cognate(&[arguments, store].concat())
}

fn client(store: &[&str], id: &str, role: &str) -> String {
    let ran = with(store, &["client", "add", id, "--role", role, "--name", id]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}

#[test]
fn a_server_writes_reads_searches_and_exports() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let url = url(directory.path()).unwrap();
    let data = directory.path().join("data");
    let store = ["--directory", data.to_str().unwrap(), "--store", &url];
    let made = with(&store, &["init"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!data.join("record.db").exists(), "the record is in the database");
    let (writer, reader) =
        (client(&store, "ehr", "interface"), client(&store, "app", "service-client"));
    let server = Server::start(&store);

    let bundle = std::fs::read_to_string(demo("fhir/patients.transaction.json")).unwrap();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    assert_eq!(server.ask("/fhir", &writer, Some(&bundle)).0, 200);
    let observation = json!({"resourceType": "Observation", "status": "final",
        "subject": {"reference": "Patient/ana-example"}, "valueString": "first",
        "code": {"coding": [{"system": "http://loinc.org", "code": "79716-7"}]}});
    let (status, _, made) = server.ask("/fhir/Observation", &writer, Some(&observation));
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();

    let (status, _, read) = server.ask(&format!("/fhir/Observation/{id}"), &reader, None);
    assert_eq!((status, &read["valueString"]), (200, &json!("first")));
    let search = "/fhir/Observation?patient=ana-example&code=http://loinc.org|79716-7";
    assert_eq!(server.ask(search, &reader, None).2["total"], 1);
    let (_, _, history) = server.ask(&format!("/fhir/Observation/{id}/_history"), &reader, None);
    assert_eq!(history["total"], 1);

    let (status, place, _) = server.ask("/fhir/$export?_type=Observation", &reader, None);
    assert_eq!(status, 202);
    let (status, _, manifest) = server.ask(&place, &reader, None);
    assert_eq!(status, 200, "{manifest}");
    let file = manifest["output"][0]["url"].as_str().unwrap();
    let (status, _, lines) = server.ask(file, &reader, None);
    assert_eq!(status, 200);
    assert!(lines.to_string().contains(id), "{lines}");

    // A command beside the server: another process, another set of connections.
    let vcf = demo("vcf/ben-sample.vcf");
    let filed = with(&store, &["ingest", vcf.to_str().unwrap(), "--patient", "ben-sample"]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    let explained = with(&store, &["explain", &statement_of("ben-sample", "drug", "36567")]);
    assert!(explained.stdout.contains("simvastatin"), "{}", explained.stderr);
    let ready = server.ask("/readyz", &reader, None).2;
    assert!(ready["store"].as_str().unwrap().starts_with("PostgreSQL "), "{ready}");
    drop(server);
    let doctor = with(&store, &["doctor"]);
    assert!(doctor.code == 0 && doctor.stdout.contains("PostgreSQL"), "{}", doctor.stdout);
}

#[test]
fn a_record_moves_and_the_directory_knows() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let url = url(directory.path()).unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let (files, database) = (["--directory", data], ["--directory", data, "--store", &url]);
    assert_eq!(with(&files, &["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(with(&files, &["ingest", bundle.to_str().unwrap()]).code, 0);

    // A table that keeps something else is told and nothing is kept.
    let made = directory.path().join("other");
    std::fs::create_dir_all(&made).unwrap();
    for name in ["master.key", "keyring"] {
        std::fs::copy(Path::new(data).join(name), made.join(name)).unwrap();
    }
    let other = ["--directory", made.to_str().unwrap(), "--store", &url];
    assert_eq!(with(&other, &["doctor"]).code, 0);
    psql(
        &url,
        "CREATE FUNCTION cognate_record.meddle() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN NEW.deleted := 1; RETURN NEW; END $$;
        CREATE TRIGGER meddle BEFORE INSERT ON cognate_record.resource FOR EACH ROW
            EXECUTE FUNCTION cognate_record.meddle()",
    );
    let copy = ["store", "copy", "--from", data, "--to", &url];
    let ran = cognate(&copy);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("DIFFERENT") && ran.stdout.contains("nothing was kept"));
    assert_eq!(with(&files, &["doctor"]).code, 0, "the files go on");
    psql(&url, "DROP TRIGGER meddle ON cognate_record.resource");

    let ran = cognate(&[&copy[..], &["--json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["same"], true);
    let tables = ran.json()["tables"].as_array().unwrap().clone();
    let resources = tables.iter().find(|table| table["table"] == "cognate_record.resource");
    assert!(resources.unwrap()["rows"].as_u64().unwrap() > 0);
    assert_eq!(with(&database, &["doctor"]).code, 0);
    let left = with(&files, &["doctor"]);
    assert!(left.code == 1 && left.stdout.contains("was moved to"), "{}", left.stdout);
    assert_eq!(cognate(&copy).code, 1);
}

#[test]
fn an_address_is_read_and_its_password_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("data");
    let at = ["--directory", at.to_str().unwrap()];
    assert_eq!(with(&at, &["init"]).code, 0);
    std::fs::remove_file(directory.path().join("data/record.db")).unwrap();
    let secret = write(directory.path(), "password", "hunter2-in-a-file\n");
    for (url, words) in [
        ("postgres://u:hunter2@127.0.0.1:1/cognate", "127.0.0.1:1"),
        ("postgres://u:hunter2@127.0.0.1:1", "names no database"),
        ("mysql://u:hunter2@127.0.0.1/cognate", "postgres://"),
        ("postgres://u:hunter2@/cognate?host=/nowhere", "/nowhere"),
    ] {
        let given = ["--store", url, "--store-password-file", &secret];
        for command in [&["doctor"][..], &["serve", "--http", "127.0.0.1:0"]] {
            let ran = cognate(&[command, &at, &given].concat());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.code, 1, "{said}");
            assert!(said.contains(words), "{words} is not in {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
    let none = directory.path().join("none");
    let copy = ["store", "copy", "--from", none.to_str().unwrap(), "--to", "postgres://h/d"];
    assert_eq!(cognate(&copy).code, 1);
}

#[test]
fn a_store_in_a_database_is_backed_up_and_restored_and_files_go_there() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let others = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let from = url(directory.path()).unwrap();
    let [to, moved] = [url(others[0].path()).unwrap(), url(others[1].path()).unwrap()];
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (data, backups, key) = (path("data"), path("backups"), path("data/master.key"));
    let store = ["--directory", data.as_str(), "--store", &from];
    assert_eq!(with(&store, &["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(with(&store, &["ingest", bundle.to_str().unwrap()]).code, 0);
    let take = || {
        let ran = with(&store, &["backup", "--to", &backups, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.json()
    };
    let first = take();
    assert_eq!(first["store"], "postgres");
    let vcf = demo("vcf/ben-sample.vcf");
    let vcf = ["ingest", vcf.to_str().unwrap(), "--patient", "ben-sample"];
    assert_eq!(with(&store, &vcf).code, 0);
    // While a server has it open.
    let writer = client(&store, "ehr", "interface");
    let server = Server::start(&store);
    let observation = json!({"resourceType": "Observation", "status": "final",
        "subject": {"reference": "Patient/ana-example"}, "valueString": "last",
        "code": {"coding": [{"system": "http://loinc.org", "code": "79716-7"}]}});
    assert_eq!(server.ask("/fhir/Observation", &writer, Some(&observation)).0, 201);
    let second = take();
    assert_eq!(second["previous"], first["snapshot"]);
    drop(server);

    let restored = path("restored");
    let restore = ["restore", &restored, "--from", &backups, "--master-key-file", &key];
    // Into files, too.
    let as_files = path("as-files");
    let ran = cognate(&["restore", &as_files, "--from", &backups, "--master-key-file", &key]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let named = ["--directory", as_files.as_str(), "--master-key-file", &key];
    let doctor = with(&named, &["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.stdout, doctor.stderr);
    let explained = with(&named, &["explain", &statement_of("ben-sample", "drug", "36567")]);
    assert!(explained.stdout.contains("simvastatin"), "{}", explained.stderr);
    // A store that holds something is left alone.
    let filled = cognate(&[&restore[..], &["--store", &from]].concat());
    assert!(filled.code == 1 && filled.stderr.contains("an empty store"), "{}", filled.stderr);
    assert!(!Path::new(&restored).exists());
    let ran = cognate(&[&restore[..], &["--store", &to, "--json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["resourceSha256"], second["resourceSha256"]);
    let named = ["--directory", restored.as_str(), "--store", &to, "--master-key-file", &key];
    let doctor = with(&named, &["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.stdout, doctor.stderr);
    let explained = with(&named, &["explain", &statement_of("ben-sample", "drug", "36567")]);
    assert!(explained.stdout.contains("simvastatin"), "{}", explained.stderr);

    // A snapshot of files, moved on the way.
    let (files, of_files) = (path("files"), path("of-files"));
    assert_eq!(cognate(&["init", "--directory", &files]).code, 0);
    let filed = cognate(&["ingest", bundle.to_str().unwrap(), "--directory", &files]);
    assert_eq!(filed.code, 0);
    let taken = cognate(&["backup", "--to", &of_files, "--directory", &files]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let (there, key) = (path("there"), path("files/master.key"));
    let ran = cognate(&[
        "restore",
        &there,
        "--from",
        &of_files,
        "--master-key-file",
        &key,
        "--store",
        &moved,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let named = ["--directory", there.as_str(), "--store", &moved, "--master-key-file", &key];
    assert_eq!(with(&named, &["doctor"]).code, 0);
    for directory in others {
        drop(crate::databases::Database::of(directory.path()));
    }
}
