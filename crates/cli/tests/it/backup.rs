//! Backups as an operator takes and restores them, beside a server that goes on.

use crate::postgres::Server;
use crate::terminal::{cognate, demo, write};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

struct Site {
    directory: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self { directory: tempfile::tempdir().unwrap() };
        assert_eq!(cognate(&["init", "--directory", &site.at("data")]).code, 0);
        let bundle = demo("fhir/patients.transaction.json");
        let bundle = bundle.to_str().unwrap();
        let filed = cognate(&["ingest", bundle, "--directory", &site.at("data")]);
        assert_eq!(filed.code, 0, "{}", filed.stderr);
        site
    }

    fn at(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    fn client(&self, id: &str, role: &str) -> String {
        let directory = self.at("data");
        let add = ["client", "add", id, "--role", role, "--name", id, "--directory", &directory];
        let ran = cognate(&add);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// Runs a command on the backups with the key that is kept apart from them.
    fn from(&self, arguments: &[&str]) -> crate::terminal::Ran {
        let (backups, key) = (self.at("backups"), self.at("data/master.key"));
        let more = ["--from", backups.as_str(), "--master-key-file", key.as_str()];
        cognate(&[arguments, &more].concat())
    }
}

fn observation(number: usize) -> Value {
    json!({"resourceType": "Observation", "status": "final",
        "subject": {"reference": "Patient/ana-example"}, "valueString": format!("n{number}"),
        "code": {"coding": [{"system": "http://loinc.org", "code": "79716-7"}]}})
}

#[test]
fn a_backup_is_taken_listed_verified_restored_drilled_and_let_go() {
    let site = Site::new();
    let (data, backups) = (site.at("data"), site.at("backups"));
    let take = || cognate(&["backup", "--to", &backups, "--directory", &data, "--json"]);
    let first = take();
    assert_eq!(first.code, 0, "{}", first.stderr);
    let vcf = demo("vcf/ben-sample.vcf");
    let vcf = vcf.to_str().unwrap();
    let ingest = ["ingest", vcf, "--patient", "ben-sample", "--directory", &data];
    assert_eq!(cognate(&ingest).code, 0);
    let second = take();
    let (first, second) = (first.json(), second.json());
    assert_eq!(second["previous"], first["snapshot"]);
    let (before, after) = (&first["resourceVersions"], &second["resourceVersions"]);
    assert!(after.as_u64() > before.as_u64());

    let listed = site.from(&["backup", "list", "--json"]);
    assert_eq!(listed.json().as_array().unwrap().len(), 2, "{}", listed.stderr);
    let verified = site.from(&["backup", "verify", "--json"]);
    assert_eq!((verified.code, verified.json()["whole"] == true), (0, true));

    // The newest, and the one of a time.
    let restored = site.at("restored");
    let ran = site.from(&["restore", &restored, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        (&ran.json()["resourceSha256"], &ran.json()["opened"]),
        (&second["resourceSha256"], &json!(true))
    );
    assert!(!Path::new(&restored).join("master.key").exists(), "the key is not in backups");
    std::fs::copy(site.at("data/master.key"), site.at("restored/master.key")).unwrap();
    let doctor = cognate(&["doctor", "--directory", &restored]);
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    let again = site.from(&["restore", &restored]);
    assert_eq!(again.code, 1, "{}", again.stdout);
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
    let time = first["time"].as_str().unwrap();
    let later = time.replace('Z', "999Z");
    let ran = site.from(&["restore", &site.at("earlier"), "--at", &later, "--json"]);
    assert_eq!(ran.json()["snapshot"], first["snapshot"], "{}", ran.stderr);
    let none = site.from(&["restore", &site.at("none"), "--at", "2020-01-01T00:00:00Z"]);
    assert_eq!((none.code, Path::new(&site.at("none")).exists()), (3, false));

    let report = site.at("report.json");
    let drill = site.from(&["drill", "--report", &report, "--reads", "50"]);
    assert_eq!(drill.code, 0, "{}{}", drill.stdout, drill.stderr);
    assert!(drill.stdout.contains("Restore drill: GOOD"), "{}", drill.stdout);
    let signed = std::fs::read_to_string(&report).unwrap();
    let signed: Value = serde_json::from_str(&signed).unwrap();
    assert!(drill.stderr.contains(signed["key"].as_str().unwrap()));
    assert_eq!(std::fs::read_to_string(site.at("report.txt")).unwrap(), drill.stdout);

    let keep_one = ["--keep-hourly", "0", "--keep-daily", "0", "--keep-monthly", "0"];
    let prune = [&["backup", "prune", "--keep-yearly", "0", "--json"][..], &keep_one].concat();
    let pruned = site.from(&prune);
    assert_eq!(pruned.json()["removed"], json!([first["snapshot"]]), "{}", pruned.stderr);
    assert_eq!(site.from(&["backup", "verify"]).code, 0);

    // Another key, no key, a place without backups, a damaged chunk.
    let other = write(site.directory.path(), "other.key", &"5a".repeat(32));
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let list = ["backup", "list", "--from", &backups];
    let refused = cognate(&[&list[..], &["--master-key-file", &other]].concat());
    assert!(refused.stderr.contains("another master key"), "{}", refused.stderr);
    assert!(cognate(&list).stderr.contains("--master-key-file"));
    let nowhere = ["backup", "list", "--from", &data, "--master-key-file", &other];
    assert!(cognate(&nowhere).stderr.contains("no backups here"));
    let folders = std::fs::read_dir(site.at("backups/chunks")).unwrap();
    let mut chunks = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    let chunk = chunks.next().unwrap().unwrap();
    std::fs::write(chunk.path(), "x").unwrap();
    let name = chunk.file_name().to_str().unwrap().to_owned();
    let verified = site.from(&["backup", "verify"]);
    assert_eq!(verified.code, 1);
    assert!(verified.stdout.contains(&name), "{}", verified.stdout);
    let drill = site.from(&["drill"]);
    assert_eq!(drill.code, 1);
    assert!(drill.stdout.contains("NOT GOOD") && drill.stdout.contains(&name));
    let mended = cognate(&["backup", "--to", &backups, "--directory", &data, "--full"]);
    assert_eq!(mended.code, 0, "{}", mended.stderr);
    assert_eq!(site.from(&["drill"]).code, 0);
}

#[test]
fn a_server_ships_what_it_answers_and_a_restore_has_it() {
    let site = Site::new();
    let (data, backups) = (site.at("data"), site.at("backups"));
    let writer = site.client("ehr", "interface");
    let shipping = ["--directory", &data, "--backup-to", &backups, "--backup-every", "1"];
    let server = Server::start(&shipping);
    let mut number = 0;
    let mut file = |server: &Server| {
        let (status, _, made) =
            server.ask("/fhir/Observation", &writer, Some(&observation(number)));
        assert_eq!(status, 201, "{made}");
        number += 1;
    };
    for _ in 0..20 {
        file(&server);
    }
    let ready = || server.ask("/readyz", "", None).2["backup"].clone();
    let filed = Instant::now();
    let now = ready();
    assert_eq!((&now["set"], &now["failed"]), (&json!(true), &json!(false)));
    // Another process opens and closes the files: it must not take itself for the last one.
    assert_eq!(cognate(&["doctor", "--directory", &data]).code, 0);
    let until = now["until"].clone();
    while ready()["until"] == until || ready()["until"].is_null() {
        assert!(filed.elapsed() < Duration::from_mins(1), "{}", ready());
        std::thread::sleep(Duration::from_millis(50));
    }
    let first = ready()["until"].clone();
    while ready()["until"] == first {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(filed.elapsed() < Duration::from_mins(1), "at most a minute is lost");
    assert_eq!(cognate(&["doctor", "--directory", &data]).code, 0);
    file(&server);
    assert_eq!(cognate(&["backup", "--to", &backups, "--directory", &data]).code, 0);
    // The server is killed: nothing that was answered is lost, there or in the backup.
    drop(server);
    assert_eq!(cognate(&["doctor", "--directory", &data]).code, 0);
    let restored = site.from(&["restore", &site.at("restored"), "--json"]);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    std::fs::copy(site.at("data/master.key"), site.at("restored/master.key")).unwrap();
    for directory in [&data, &site.at("restored")] {
        let definition = json!({"resourceType": "ViewDefinition", "resource": "Observation",
            "status": "active", "select": [{"column": [{"name": "value",
            "path": "value.ofType(string)"}]}]});
        let view = write(site.directory.path(), "view.json", &definition.to_string());
        let rows = cognate(&["view", "run", &view, "--directory", directory, "--format", "ndjson"]);
        assert_eq!(rows.code, 0, "{}", rows.stderr);
        for number in 0..21 {
            assert!(rows.stdout.contains(&format!("\"n{number}\"")), "{number}: {}", rows.stdout);
        }
    }
}

#[test]
fn without_a_place_the_server_says_that_nothing_is_backed_up() {
    let site = Site::new();
    let data = site.at("data");
    let server = Server::start(&["--directory", &data]);
    assert!(server.said.contains("no backups are taken"), "{}", server.said);
    assert_eq!(server.ask("/readyz", "", None).2["backup"]["set"], false);
    drop(server);
    // A place that cannot be written to is told, and the server goes on.
    let blocked = write(site.directory.path(), "a-file", "");
    let server = Server::start(&["--directory", &data, "--backup-to", &blocked]);
    let begun = Instant::now();
    while server.ask("/readyz", "", None).2["backup"]["failed"] != true {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(server);
    let bucket = ["backup", "--to", "s3://vault/main", "--directory", &data];
    assert!(cognate(&bucket).stderr.contains("--s3-endpoint"));
    let keys = write(site.directory.path(), "keys", "id\nsecret\n");
    let open = ["--s3-endpoint", "https://s3.example", "--s3-credentials-file", &keys];
    let refused = cognate(&[&bucket[..], &open].concat());
    assert!(refused.stderr.contains("can be read by others"), "{}", refused.stderr);
}
