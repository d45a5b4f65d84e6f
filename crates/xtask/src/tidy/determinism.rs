//! Engines and views are functions of their arguments: no clock, no chance, no I/O.

use crate::{Finding, workspace::SourceFile};

/// Crates whose output must be the same bytes for the same input and knowledge.
pub const PURE: &[&str] = &[
    "deidentify",
    "genomics",
    "germline",
    "guidance",
    "model",
    "pgx",
    "policy",
    "report",
    "trials",
    "tumor",
    "web",
];

/// Crates that take the instant and the identifiers as parameters, though they may do I/O.
pub const CLOCKLESS: &[&str] = &["formats", "interpret", "knowledge", "record"];

/// Ways to read the time of day or to make an identifier from it.
const CLOCK: &[&str] = &["SystemTime::now", "Timestamp::now", "Zoned::now", "now_v7", "new_v4"];

/// Chance, stopwatches, and ways to reach outside the process. Keys and nonces need chance and a
/// wait needs a stopwatch, so `record` may; neither reaches what is derived.
const OUTSIDE: &[&str] = &[
    "Instant::now",
    "rand::",
    "thread_rng",
    "RandomState",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io::stdin",
];

/// Checks the shipped code of [`PURE`] and [`CLOCKLESS`] crates.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let Some(name) = file.crate_name() else { continue };
        let pure = PURE.contains(&name);
        if !pure && !CLOCKLESS.contains(&name) {
            continue;
        }
        for (at, line) in file.lines_outside_tests().filter(|(_, line)| !is_comment(line)) {
            let banned = CLOCK.iter().chain(if pure { OUTSIDE } else { &[] });
            for word in banned.filter(|word| contains_path(line, word)) {
                let message = format!("`{word}` in `{name}`: take it as a parameter");
                findings.push(Finding::line(&file.path, at, message));
            }
        }
    }
    findings
}

/// Whether the path stands in the line, not as the end of a longer name (`Strand::Forward`).
fn contains_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&[SourceFile::text(path, text)]).len()
    }

    #[test]
    fn finds_clocks_and_files_in_pure_crates_only() {
        let clock = "let now = SystemTime::now();\n";
        let file = "use std::fs;\n";
        for (path, text, expected) in [
            ("crates/pgx/src/caller.rs", clock, 1),
            ("crates/pgx/src/caller.rs", file, 1),
            ("crates/record/src/store.rs", clock, 1),
            ("crates/record/src/store.rs", file, 0),
            ("crates/record/src/key.rs", "rand::fill(&mut key)?;\n", 0),
            ("crates/record/src/feed.rs", "let end = Instant::now();\n", 0),
            ("crates/pgx/src/caller.rs", "let end = Instant::now();\n", 1),
            ("crates/pgx/src/caller.rs", "Strand::Forward\n", 0),
            ("crates/tumor/src/tier.rs", "let x = rand::random();\n", 1),
            ("crates/cli/src/main.rs", clock, 0),
            ("crates/pgx/tests/it/main.rs", file, 0),
            ("crates/pgx/src/caller.rs", "// SystemTime::now is not for us\n", 0),
            ("crates/pgx/src/caller.rs", "fn a() {}\n#[cfg(test)]\nuse std::fs;\n", 0),
        ] {
            assert_eq!(count(path, text), expected, "{path}: {text}");
        }
    }
}
