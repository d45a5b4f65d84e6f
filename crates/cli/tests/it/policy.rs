//! `cognate policy`: what the policies say, to whom, and what others would say.

use crate::project::account;
use crate::terminal::{Ran, cognate, demo, write};
use std::path::Path;

fn run(directory: &Path, arguments: &[&str]) -> Ran {
    let at = directory.join("data");
    let mut all = arguments.to_vec();
    all.extend(["--directory", at.to_str().unwrap()]);
    cognate(&all)
}

#[test]
fn policies_are_shown_adopted_explained_and_compared() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(directory.path(), arguments);
    assert_eq!(run(&["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(run(&["ingest", bundle.to_str().unwrap()]).code, 0);
    let client = ["client", "add", "ehr", "--role", "service-client", "--name", "EHR"];
    assert_eq!(run(&client).code, 0);

    let ask = |actor: &str, role: &str| {
        let asked = ["policy", "explain", "--actor", actor, "--role", role, "--json"];
        run(&[&asked[..], &["--resource", "Patient/ana-example"]].concat())
    };
    let explained = ask("account:ana", "prescriber");
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert_eq!(explained.json()["resource"]["permitted"], true);
    let decided = explained.json()["resource"]["policies"].to_string();
    assert!(decided.contains("clinician-reads"), "{decided}");
    let unknown = ["--resource", "Patient/nobody"];
    let asked = ["policy", "explain", "--actor", "a", "--role", "prescriber"];
    assert_eq!(run(&[&asked[..], &unknown].concat()).code, 3);
    let no_role = ["policy", "explain", "--actor", "a", "--role", "king"];
    assert_eq!(run(&no_role).code, 1);

    let seers = run(&["policy", "who-can-see", "ana-example", "--json"]);
    assert_eq!(seers.json()[0]["actor"], "client:ehr", "{}", seers.stdout);
    assert_eq!(seers.json()[0]["resources"], seers.json()[0]["of"]);

    // A set that closes what the interface does shows what it would close.
    let shown = run(&["policy", "show"]).stdout;
    let forbid =
        "@id(\"closed\") forbid (principal in Cognate::Role::\"interface\", action, resource);";
    let closed = format!("{shown}\n{forbid}");
    let closed = &write(directory.path(), "closed.cedar", &closed);
    let shadow = run(&["policy", "shadow", closed, "--json"]);
    assert_eq!(shadow.code, 0, "{}", shadow.stderr);
    let differences = shadow.json()["differences"].as_array().unwrap().clone();
    assert!(!differences.is_empty(), "{}", shadow.stdout);
    assert!(differences.iter().all(|one| one["role"] == "interface"));
    assert!(differences.iter().all(|one| one["policies"][0] == "closed"));
    let same = run(&["policy", "shadow", "standard", "--json"]);
    assert_eq!(same.json()["differences"], serde_json::json!([]));

    // By care teams only: nobody cares for Ana yet.
    assert_eq!(run(&["policy", "adopt", "care-team"]).code, 0);
    assert_eq!(ask("account:ana", "prescriber").json()["resource"]["permitted"], false);
    let care = ["policy", "care", "ana-example", "--actor", "account:ana"];
    assert_eq!(run(&care).code, 0);
    assert_eq!(ask("account:ana", "prescriber").json()["resource"]["permitted"], true);
    assert_eq!(ask("account:bob", "prescriber").json()["resource"]["permitted"], false);
}

#[test]
fn what_does_not_fit_is_told_with_its_policy() {
    let directory = tempfile::tempdir().unwrap();
    let lint = |text: &str| {
        let file = write(directory.path(), "policies.cedar", text);
        cognate(&["policy", "lint", &file])
    };
    assert_eq!(cognate(&["policy", "lint", "standard"]).code, 0);
    assert_eq!(cognate(&["policy", "lint", "care-team"]).code, 0);
    let bad = lint("@id(\"mine\") permit (principal, action, resource) when { resource.label };");
    assert_eq!(bad.code, 1);
    assert!(bad.stderr.contains("mine"), "{}", bad.stderr);
    let odd = "@id(\"odd\") permit (principal, action, resource) when \
               { resource.labels.contains(\"XX\") };";
    let odd = lint(odd);
    assert_eq!(odd.code, 1);
    assert!(odd.stdout.contains("odd: `XX` is no label"), "{}", odd.stdout);
}

#[test]
fn two_persons_change_policies_where_the_set_asks_for_two() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let run = |arguments: &[&str]| run(at, arguments);
    assert_eq!(run(&["init"]).code, 0);
    for (login, role) in
        [("olga", "privacy-officer"), ("per", "privacy-officer"), ("ana", "prescriber")]
    {
        account(at, login, role);
    }
    let standard = run(&["policy", "show", "standard"]).stdout;
    let first = "@id(\"clinician-reads\")";
    let by_two = standard.replacen(first, &format!("{first} @second_person(\"required\")"), 1);
    let by_two = write(at, "by-two.cedar", &by_two);
    assert_eq!(run(&["policy", "adopt", &by_two]).code, 0);
    let refused = run(&["policy", "adopt", "standard"]);
    assert!(refused.code == 1 && refused.stderr.contains("two persons"), "{}", refused.stderr);
    let propose = |by: &str| run(&["policy", "propose", "standard", "--by", by]);
    assert_eq!(propose("account:ana").code, 1, "no privacy officer");
    let proposed = propose("account:olga");
    assert_eq!(proposed.code, 0, "{}", proposed.stderr);
    let id = proposed.stdout.trim();
    assert!(run(&["policy", "proposed"]).stdout.starts_with(id));
    let adopt = |by: &str| run(&["policy", "adopt", "--proposal", id, "--by", by]);
    assert_eq!(adopt("account:olga").code, 1, "whoever proposed it");
    assert_eq!(adopt("account:per").code, 0);
    assert_eq!(run(&["policy", "show"]).stdout, standard);
    assert_eq!(run(&["policy", "proposed"]).stdout, "");
}

#[test]
fn policies_that_nobody_trusted_has_signed_are_in_use_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(directory.path(), arguments);
    assert_eq!(run(&["init"]).code, 0);
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let key = |name: &str| cognate(&["knowledge", "key", "--out", &at(name)]).stdout;
    let (ours, other) = (key("ours"), key("other"));
    let trusting =
        |arguments: &[&str]| run(&[arguments, &["--trusted-policy-key", ours.trim_end()]].concat());
    // What comes with the program is not asked about.
    assert_eq!(trusting(&["policy", "who-can-see", "p1"]).code, 0);
    let text = cognate(&["policy", "show", "care-team"]).stdout;
    let plain = &write(directory.path(), "plain.cedar", &text);
    let refused = trusting(&["policy", "adopt", plain]);
    assert!(refused.code != 0 && refused.stderr.contains("trusted"), "{}", refused.stderr);
    let sign = |file: &str, key: &str| {
        let ran = cognate(&["policy", "sign", file, "--key", &at(key)]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let foreign = &write(directory.path(), "foreign.cedar", &sign(plain, "other"));
    assert_ne!(trusting(&["policy", "adopt", foreign]).code, 0);
    assert_ne!(trusting(&["policy", "propose", foreign, "--by", "account:olga"]).code, 0);
    let signed = sign(foreign, "ours");
    let altered = signed.replacen("@id(\"", "@id(\"x", 1);
    assert_ne!(altered, signed);
    let altered = &write(directory.path(), "altered.cedar", &altered);
    assert_ne!(trusting(&["policy", "adopt", altered]).code, 0);
    let signed = &write(directory.path(), "signed.cedar", &signed);
    assert_eq!(trusting(&["policy", "adopt", signed]).code, 0);
    assert_eq!(trusting(&["policy", "who-can-see", "p1"]).code, 0);
    // One that is in use is asked about, too, whoever has put it there.
    assert_eq!(run(&["policy", "adopt", foreign]).code, 0);
    let locked = trusting(&["policy", "who-can-see", "p1"]);
    assert!(locked.code != 0 && locked.stderr.contains("trusted"), "{}", locked.stderr);
    // Whichever command reads the record.
    for reading in [
        &["trials", "match"][..],
        &["knowledge", "changes"],
        &["tumor", "changes"],
        &["account", "end-sessions", "ana"],
    ] {
        let store: &[&str] = if reading[0] == "trials" { &["--store"] } else { &[] };
        let ran = trusting(&[reading, store].concat());
        assert!(ran.code != 0 && ran.stderr.contains("trusted"), "{reading:?}: {}", ran.stderr);
    }
    let theirs = ["policy", "who-can-see", "p1", "--trusted-policy-key", other.trim_end()];
    assert_eq!(run(&theirs).code, 0);
}
