//! Commands on a store: taking in, explaining, replaying, looking for faults.

use crate::terminal::{Ran, cognate, cognate_with, demo, write};
use std::path::Path;

struct Store {
    directory: tempfile::TempDir,
}

impl Store {
    /// A store with the demonstration's patients.
    fn with_patients() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Self { directory };
        assert_eq!(store.run(&["init"]).code, 0);
        let bundle = demo("fhir/patients.transaction.json");
        let filed = store.run(&["ingest", bundle.to_str().unwrap()]);
        assert_eq!(filed.code, 0, "{}", filed.stderr);
        store
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let at = self.path().join("data");
        let mut all = arguments.to_vec();
        all.extend(["--directory", at.to_str().unwrap()]);
        cognate(&all)
    }
}

#[test]
fn a_variant_file_becomes_statements_that_explain_and_replay() {
    let store = Store::with_patients();
    let file = demo("vcf/ben-sample.vcf");
    let file = file.to_str().unwrap();
    let filed = store.run(&["ingest", file, "--patient", "ben-sample", "--json"]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    assert!(filed.json()["statementsWritten"].as_u64().unwrap() > 0);

    let again = store.run(&["ingest", file, "--patient", "ben-sample", "--json"]);
    assert_eq!(again.json()["statementsWritten"], 0, "the same file changes nothing");

    let id = statement_of("ben-sample", "drug", "36567");
    let explained = store.run(&["explain", &id]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    for words in ["simvastatin", "Avoid", "Poor Function", "Knowledge  pgx", "Engine     pgx"] {
        assert!(explained.stdout.contains(words), "{words} is not in {}", explained.stdout);
    }
    let replayed = store.run(&["replay", &id, "--json"]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert_eq!(replayed.json()["same"], true);
}

/// The id that the interpreter gives: it follows from tenant, patient, kind and subject.
pub(crate) fn statement_of(patient: &str, kind: &str, subject: &str) -> String {
    let tenant = model::TenantId::new("default");
    interpret::statement_id(&tenant, &model::PatientId::new(patient), kind, subject).to_string()
}

#[test]
fn what_is_not_there_ends_with_three() {
    let store = Store::with_patients();
    let none = statement_of("nobody", "gene", "CYP2C19");
    for command in ["explain", "replay"] {
        let ran = store.run(&[command, &none]);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{command}");
    }
}

#[test]
fn a_file_for_the_wrong_use_is_refused_before_anything_is_filed() {
    let store = Store::with_patients();
    let vcf = demo("vcf/ben-sample.vcf");
    let bundle = demo("fhir/patients.transaction.json");
    let text = write(store.path(), "letter.txt", "Dear colleague,\n");
    let cases = [
        (vec!["ingest", vcf.to_str().unwrap()], "--patient"),
        (vec!["ingest", bundle.to_str().unwrap(), "--patient", "ana-example"], "its own patient"),
        (vec!["ingest", text.as_str()], "neither VCF, HL7 v2, FHIR"),
        (vec!["ingest", vcf.to_str().unwrap(), "--patient", "nobody"], "nobody"),
    ];
    for (arguments, words) in cases {
        let ran = store.run(&arguments);
        assert_eq!(ran.code, 1, "{arguments:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(words), "{words} is not in {said}");
    }
}

#[test]
fn a_file_on_the_wrong_build_is_quarantined() {
    let store = Store::with_patients();
    let good = std::fs::read_to_string(demo("vcf/ben-sample.vcf")).unwrap();
    let older = good.replace("length=133797422", "length=135534747");
    let file = write(store.path(), "older.vcf", &older);
    let ran = store.run(&["ingest", &file, "--patient", "ben-sample"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("quarantined") && ran.stdout.contains("wrong-build"));
    let doctor = store.run(&["doctor"]);
    assert!(doctor.stdout.contains("1 quarantined"), "{}", doctor.stdout);
}

#[test]
fn a_message_for_an_unknown_patient_waits_for_a_person() {
    let store = Store::with_patients();
    let message = std::fs::read_to_string(demo("messages/oru-pgx-ana.hl7")).unwrap();
    let file = write(store.path(), "other.hl7", &message.replace("|100001^", "|999999^"));
    let ran = store.run(&["ingest", &file]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("waits for a person"), "{}", ran.stdout);
    let broken = write(store.path(), "broken.hl7", &message.replace("\nOBX|3|", "\nO?X|3|"));
    let ran = store.run(&["ingest", &broken]);
    assert!(ran.stdout.contains("O?X") || ran.stdout.contains("segment"), "{}", ran.stdout);
}

#[test]
fn doctor_finds_a_missing_store_and_a_whole_one() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("none");
    let missing = cognate(&["doctor", "--directory", at.to_str().unwrap()]);
    assert_eq!(missing.code, 1);
    assert!(missing.stdout.contains("cognate init"), "{}", missing.stdout);
    let store = Store::with_patients();
    let whole = store.run(&["doctor", "--json"]);
    assert_eq!(whole.code, 0, "{}", whole.stdout);
    assert!(whole.json().as_array().unwrap().iter().all(|finding| finding["fine"] == true));
}

#[test]
fn a_second_init_keeps_the_key() {
    let store = Store::with_patients();
    let again = store.run(&["init"]);
    assert_eq!(again.code, 1);
    assert_eq!(store.run(&["doctor"]).code, 0, "the store still opens");
}

#[test]
fn a_genome_is_filed_with_the_regions_that_were_looked_at() {
    let store = Store::with_patients();
    let text = "##fileformat=VCFv4.2\n##contig=<ID=chr7,length=159345973>\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n\
        chr7\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\n";
    let file = write(store.path(), "genome.vcf", text);
    let regions = write(store.path(), "panel.bed", "chr7\t50\t200\n");
    let ingest = |more: &[&str]| {
        let mut all = vec!["ingest", &file, "--patient", "ben-sample", "--json"];
        all.extend(more);
        store.run(&all)
    };
    let filed = ingest(&["--regions", &regions]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    assert!(filed.stdout.contains("filed for patient ben-sample"), "{}", filed.stdout);
    // Regions that cannot be read, and a reference that is none, are errors: somebody counts on
    // them.
    let bad = write(store.path(), "bad.bed", "chr7\t50\n");
    let refused = ingest(&["--regions", &bad]);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains("regions, line 1"), "{}", refused.stdout);
    let refused = ingest(&["--reference", &regions]);
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.contains("cannot be used"), "{}", refused.stderr);
}

#[test]
fn an_application_is_registered_only_with_what_cannot_be_misused() {
    let store = Store::with_patients();
    let base = ["client", "register", "app", "--name", "App", "--scopes", "launch/patient"];
    let run = |more: &[&str]| store.run(&[&base[..], more].concat());
    let symmetric = r#"{"keys": [{"kty": "oct", "k": "AAAA", "kid": "1"}]}"#;
    let path = &*write(store.path(), "keys.json", symmetric);
    for (more, words) in [
        (vec![], "needs `--redirect-uri`"),
        (vec!["--redirect-uri", "http://app.example/cb"], "plain HTTP"),
        (vec!["--redirect-uri", "https://app.example/#x"], "fragment"),
        (vec!["--redirect-uri", "javascript:alert(1)"], "scheme that browsers run"),
        (vec!["--key-set", path], "no key that is taken"),
        (vec!["--redirect-uri", "https://a.example", "--scopes", "patient/*.sr"], "no SMART"),
    ] {
        let more: Vec<&str> = more;
        let ran = if more.contains(&"--scopes") {
            let rest = ["client", "register", "app", "--name", "App"];
            store.run(&[&rest[..], &more].concat())
        } else {
            run(&more)
        };
        assert_ne!(ran.code, 0, "{more:?}");
        assert!(ran.stderr.contains(words), "{more:?}: {}", ran.stderr);
    }
    let made = run(&["--redirect-uri", "https://app.example/cb", "--secret"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(made.stdout.trim().len(), 64, "the secret, once");
    let listed = store.run(&["client", "list", "--json"]);
    assert_eq!(listed.json()[0]["kind"], "secret");
    assert!(!listed.stdout.contains(made.stdout.trim()));
    assert_eq!(store.run(&["client", "remove", "app"]).code, 0);
    assert_ne!(store.run(&["client", "remove", "app"]).code, 0, "it is gone");
    let linked = store.run(&["account", "link", "nobody", "Practitioner/1"]);
    assert!(linked.stderr.contains("no account"), "{}", linked.stderr);
    let linked = store.run(&["account", "link", "nobody", "Observation/1"]);
    assert!(linked.stderr.contains("no person"), "{}", linked.stderr);
}

#[test]
fn the_master_key_may_be_a_credential() {
    let directory = tempfile::tempdir().unwrap();
    let credentials = directory.path().join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    let key = write(&credentials, "cognate-master-key", &"5a".repeat(32));
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
    let data = directory.path().join("data");
    let run = |command: &str, credentials: Option<&Path>| {
        cognate_with(&[command, "--directory", data.to_str().unwrap()], credentials)
    };
    assert_eq!(run("init", Some(&credentials)).code, 0);
    assert!(!data.join("master.key").exists());
    assert_eq!(run("doctor", Some(&credentials)).code, 0);
    assert_eq!(run("doctor", None).code, 1, "the key is in the credential only");
    // A file that is named goes before.
    let other = write(directory.path(), "other.key", &"00".repeat(32));
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let at = data.to_str().unwrap();
    let named = ["doctor", "--directory", at, "--master-key-file", other.as_str()];
    let refused = cognate_with(&named, Some(&credentials));
    assert!(refused.code == 1 && refused.stdout.contains("does not open"), "{}", refused.stdout);
}

#[test]
fn accounts_and_services_are_listed_disabled_and_given_another_token() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let run = |arguments: &[&str]| crate::project::run(at, arguments);
    assert_eq!(run(&["init"]).code, 0);
    crate::project::account(at, "ana", "prescriber");
    crate::project::account(at, "otto", "operator");
    let listed = |login: &str| {
        let list = run(&["account", "list", "--json"]);
        assert!(!list.stdout.contains("argon2"), "{}", list.stdout);
        let list = list.json();
        let found = list.as_array().unwrap().iter().find(|one| one["login"] == login).cloned();
        found.unwrap()["disabled"].as_bool().unwrap()
    };
    for (word, is_disabled) in [("disable", true), ("disable", true), ("enable", false)] {
        assert_eq!(run(&["account", word, "ana"]).code, 0);
        assert_eq!(listed("ana"), is_disabled);
    }
    assert_eq!(run(&["account", "disable", "nobody"]).code, 1);
    let last = run(&["account", "disable", "otto"]);
    assert!(last.code == 1 && last.stderr.contains("last operator"), "{}", last.stderr);
    let lost = run(&["account", "reset-factors", "ana"]);
    assert!(lost.stderr.contains("0 second factors"), "{}", lost.stderr);
    let made = run(&["client", "add", "ehr", "--role", "service-client", "--name", "EHR"]);
    assert_eq!(run(&["client", "disable", "ehr"]).code, 0);
    let renewed = run(&["client", "renew", "ehr"]);
    assert!(renewed.code == 0 && renewed.stdout.len() > 60, "{}", renewed.stderr);
    assert_ne!(renewed.stdout, made.stdout);
    assert_eq!(run(&["client", "renew", "nobody"]).code, 1);
}

#[test]
fn accounts_are_linked_to_a_person_at_the_provider_and_unlinked() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let run = |arguments: &[&str]| crate::project::run(at, arguments);
    assert_eq!(run(&["init"]).code, 0);
    for login in ["ana", "bob"] {
        crate::project::account(at, login, "prescriber");
    }
    let link = |login: &str, subject: &str| {
        run(&["account", "link-provider", login, "https://login.example", subject])
    };
    assert_eq!(link("nobody", "1").code, 1);
    assert_eq!(link("ana", "").code, 1);
    assert_eq!(link("ana", "1").code, 0);
    assert_eq!(link("bob", "1").code, 1, "this person is somebody else");
    let unlink = |kind: &str| run(&["account", "unlink", "ana", kind]).code;
    assert_eq!([unlink("person"), unlink("resource")], [1, 3]);
    assert_eq!([unlink("provider"), unlink("provider")], [0, 3]);
    assert_eq!(link("bob", "1").code, 0);
}

#[test]
fn another_key_signs_id_tokens() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| crate::project::run(directory.path(), arguments);
    assert_eq!(run(&["init"]).code, 0);
    let renew = |more: &[&str]| run(&[&["keys", "renew-id-tokens"], more].concat());
    let (first, second) = (renew(&[]), renew(&[]));
    assert_eq!((first.code, second.code), (0, 0), "{}", first.stderr);
    assert_ne!(first.stdout, second.stdout);
    // The new one is not among those that are dropped.
    let third = renew(&["--drop-after-days", "0"]);
    assert!(third.stderr.contains("2 former keys dropped"), "{}", third.stderr);
    let fourth = renew(&["--drop-after-days", "1"]);
    assert!(fourth.stderr.contains("0 former keys dropped"), "{}", fourth.stderr);
}

/// A patient without a tumour has a brief that says so, in each form; nobody else has one.
#[test]
fn a_brief_is_a_page_or_json_and_who_is_not_there_has_none() {
    let place = Store::with_patients();
    let brief = place.run(&["tumor", "brief", "ben-sample", "--json"]);
    assert_eq!(brief.code, 0, "{}", brief.stderr);
    let sections = brief.json()["sections"].to_string();
    assert!(sections.contains("Nothing in the record says that there is a tumour."), "{sections}");
    let page = place.run(&["tumor", "brief", "ben-sample", "--html"]);
    assert!(page.stdout.starts_with("<!DOCTYPE html>"), "{}", page.stdout);
    assert!(page.stdout.contains("Draft: nobody has issued it"), "{}", page.stdout);
    for (arguments, code) in [
        (&["tumor", "brief", "nobody", "--json"][..], 3),
        (&["tumor", "brief", "ben-sample", "--json", "--issued", "1"][..], 3),
        (&["tumor", "brief", "ben-sample"][..], 2),
    ] {
        assert_eq!(place.run(arguments).code, code, "{arguments:?}");
    }
}
