//! How long files and functions may be, with a list of exceptions that may only shrink.

mod functions;
mod ratchet;

use std::collections::BTreeMap;

use crate::{Finding, workspace::SourceFile};

pub use functions::{Function, functions};
pub use ratchet::{Entry, Kind, RATCHET, read};

/// The longest file, in lines, inline tests included.
pub const FILE_LINES_MAX: usize = 500;

/// The longest function outside tests, in lines from `fn` to its closing brace.
pub const FUNCTION_LINES_MAX: usize = 70;

/// Checks Rust files and functions against the limits and the exceptions of [`RATCHET`].
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let listed = files.iter().find(|file| file.path == RATCHET);
    let (entries, mut findings) = read(listed.and_then(|f| f.text.as_deref()).unwrap_or_default());
    let mut exceptions: BTreeMap<(Kind, String), Entry> =
        entries.into_iter().map(|entry| ((entry.kind, entry.name.clone()), entry)).collect();
    for (kind, name, at, lines) in measured(files) {
        let limit = limit_of(kind);
        let exception = exceptions.remove(&(kind, name.clone()));
        let path = name.split("::").next().unwrap_or_default().to_owned();
        match exception {
            None if lines > limit => {
                let message = format!("{} has {lines} lines, at most {limit}", kind.noun());
                findings.push(Finding::line(path, at, message));
            }
            Some(entry) if lines > entry.lines && lines > limit => {
                let message = format!(
                    "{} grew to {lines} lines; its exception allows {}",
                    kind.noun(),
                    entry.lines
                );
                findings.push(Finding::line(path, at, message));
            }
            Some(entry) if lines <= limit => {
                let message = format!("`{name}` is within the limit now: remove its exception");
                findings.push(Finding::line(RATCHET, entry.at, message));
            }
            Some(entry) if lines < entry.lines => {
                let message = format!("`{name}` shrank to {lines} lines: lower its exception");
                findings.push(Finding::line(RATCHET, entry.at, message));
            }
            _ => {}
        }
    }
    for ((_, name), entry) in exceptions {
        let message = format!("`{name}` is not there any more: remove its exception");
        findings.push(Finding::line(RATCHET, entry.at, message));
    }
    findings
}

const fn limit_of(kind: Kind) -> usize {
    match kind {
        Kind::File => FILE_LINES_MAX,
        Kind::Function => FUNCTION_LINES_MAX,
    }
}

/// Every file and function: kind, name (`path` or `path::function`), line from 1, length in lines.
fn measured(files: &[SourceFile]) -> Vec<(Kind, String, usize, usize)> {
    let mut all = Vec::new();
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let lines = file.text.as_deref().unwrap_or_default().lines().count();
        all.push((Kind::File, file.path.clone(), 1, lines));
        let mut longest: BTreeMap<String, Function> = BTreeMap::new();
        for function in functions(file.lines_outside_tests()) {
            // Two functions of one name in a file (two impls): the longer one counts.
            let kept = longest.entry(function.name.clone()).or_insert_with(|| function.clone());
            if function.lines > kept.lines {
                *kept = function;
            }
        }
        all.extend(longest.into_values().map(|function| {
            let name = format!("{}::{}", file.path, function.name);
            (Kind::Function, name, function.at, function.lines)
        }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    work();\n".repeat(lines - 2))
    }

    fn messages(source: &str, ratchet: &str) -> Vec<String> {
        let files =
            [SourceFile::text("crates/a/src/b.rs", source), SourceFile::text(RATCHET, ratchet)];
        check(&files).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn holds_files_and_functions_at_their_limits() {
        assert!(messages(&"//\n".repeat(FILE_LINES_MAX), "").is_empty());
        assert_eq!(
            messages(&"//\n".repeat(FILE_LINES_MAX + 1), ""),
            ["the file has 501 lines, at most 500"]
        );
        assert!(messages(&function_of(FUNCTION_LINES_MAX), "").is_empty());
        assert_eq!(
            messages(&function_of(FUNCTION_LINES_MAX + 1), ""),
            ["the function has 71 lines, at most 70"]
        );
    }

    #[test]
    fn exceptions_only_shrink() {
        let long = function_of(90);
        let row = |lines| format!("function\tcrates/a/src/b.rs::long\t{lines}\twhy\n");
        assert!(messages(&long, &row(90)).is_empty());
        for (source, ratchet, expected) in [
            (&long, row(89), "grew to 90 lines; its exception allows 89"),
            (&long, row(91), "shrank to 90 lines: lower its exception"),
            (&function_of(70), row(90), "within the limit now: remove its exception"),
            (&String::from("fn other() {}\n"), row(90), "not there any more"),
        ] {
            let found = messages(source, &ratchet);
            assert!(matches!(found.as_slice(), [one] if one.contains(expected)), "{found:?}");
        }
    }
}
