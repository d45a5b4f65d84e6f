//! `cognate audit`: whether the log is whole, and where it is not.

use crate::terminal::{Ran, cognate};
use std::path::{Path, PathBuf};

fn run(at: &Path, arguments: &[&str]) -> Ran {
    let (data, checkpoints) = (at.join("data"), at.join("checkpoints"));
    let key = at.join("checkpoint.key");
    let mut all = arguments.to_vec();
    let places = [&data, &checkpoints, &key].map(|path| path.to_str().unwrap());
    all.extend(["--directory", places[0], "--audit-checkpoints", places[1]]);
    all.extend(["--audit-checkpoint-key", places[2]]);
    cognate(&all)
}

fn segments(at: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(at.join("data/audit")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_log_is_whole_until_somebody_alters_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    // Something that is refused, and leaves its events.
    assert_ne!(run(at, &["explain", "none"]).code, 0);
    let whole = run(at, &["audit", "verify", "--json"]);
    assert_eq!(whole.code, 0, "{}{}", whole.stdout, whole.stderr);
    let told = whole.json();
    assert_eq!(told["intact"], true);
    assert!(told["events"].as_u64().unwrap() > 0 && told["checkpoints"].as_u64().unwrap() > 0);
    assert_eq!(told["tails"].as_array().unwrap().len(), 0, "{told}");
    let key = std::fs::read_to_string(at.join("checkpoints/verifier")).unwrap();
    let key = key.trim_end();
    assert_eq!(run(at, &["audit", "verify", "--verifier", key]).code, 0);
    let slip = run(at, &["audit", "verify", "--verifier", &key.replacen('+', "-", 1)]);
    assert!(slip.code == 1 && slip.stderr.contains("verifier"), "{}", slip.stderr);

    let path = segments(at).pop().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"number\":1", "\"number\":2", 1)).unwrap();
    let altered = run(at, &["audit", "verify"]);
    assert_eq!(altered.code, 1);
    let name = path.file_name().unwrap().to_str().unwrap();
    let place = format!("{name} line 1: the chain is broken");
    assert!(altered.stdout.contains(&place), "{}", altered.stdout);
    std::fs::remove_file(&path).unwrap();
    let removed = run(at, &["audit", "verify"]);
    assert!(removed.code == 1 && removed.stdout.contains("missing"), "{}", removed.stdout);
}

#[test]
fn a_witness_with_checkpoints_and_proofs_alone_finds_another_past() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    assert_ne!(run(at, &["explain", "none"]).code, 0);
    let key = std::fs::read_to_string(at.join("checkpoints/verifier")).unwrap();
    let key = key.trim_end();
    let place = |name: &str| at.join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| std::fs::write(at.join(name), text).unwrap();
    let witness = |proof: &str, since: &[&str]| {
        let proof = place(proof);
        cognate(&[&["audit", "witness", &proof, "--verifier", key], since].concat())
    };
    let first = run(at, &["audit", "prove"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    write("first.json", &first.stdout);
    let kept = witness("first.json", &[]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    write("kept", &kept.stdout);
    // More events, in more segments.
    for _ in 0..2 {
        assert_ne!(run(at, &["explain", "none"]).code, 0);
    }
    let since = place("kept");
    let since = ["--since", since.as_str()];
    let second = run(at, &[&["audit", "prove"][..], &since].concat());
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert!(!second.stdout.contains("Statement") && !second.stdout.contains("none"));
    write("second.json", &second.stdout);
    assert_eq!(witness("second.json", &since).code, 0);
    let verify = |since: &[&str]| run(at, &[&["audit", "verify"][..], since].concat());
    assert_eq!(verify(&since).code, 0);
    // An old proof says nothing of what is known, another key has signed nothing.
    write("newer", &witness("second.json", &since).stdout);
    let newer = place("newer");
    let newer = ["--since", newer.as_str()];
    assert_eq!(witness("first.json", &newer).code, 1);
    // Whoever holds everything, both keys included, writes another past: a segment less.
    let gone = segments(at).into_iter().min().unwrap();
    let name = gone.file_name().unwrap().to_str().unwrap().to_owned();
    std::fs::remove_file(&gone).unwrap();
    std::fs::remove_file(at.join(format!("checkpoints/{name}.checkpoints"))).unwrap();
    let third = run(at, &[&["audit", "prove"][..], &newer].concat());
    assert_eq!(third.code, 1, "{}", third.stdout);
    assert!(third.stderr.contains(&name), "{}", third.stderr);
    assert_eq!(verify(&newer).code, 1);
    let anew = run(at, &["audit", "prove"]);
    write("third.json", &anew.stdout);
    let refused = witness("third.json", &newer);
    assert!(refused.code == 1 && refused.stderr.contains("NOT PROVEN"), "{}", refused.stderr);
}
