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
