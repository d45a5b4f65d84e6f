//! Tests and files that the documents of safety and of the intake name: a claim whose test is gone
//! is no claim.

use crate::{Finding, workspace::SourceFile};

/// Tables in which every row names a test.
const HAZARDS: &str = "docs/CLINICAL-SAFETY.md";
/// The same, of what is asked of the intake.
const INTAKE: &str = "docs/INTAKE.md";
/// Tables that name files, and tests where there are any.
const SECURITY: &str = "docs/SECURITY.md";

/// Checks what the tables of these documents name.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let checked = [HAZARDS, INTAKE, SECURITY];
    let documents = files.iter().filter(|file| checked.contains(&file.path.as_str()));
    documents.flat_map(|document| check_document(document, files)).collect()
}

fn check_document(document: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in document.lines().filter(|(_, line)| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").collect();
        let Some(last) = cells.last().filter(|_| cells.len() > 2) else { continue };
        if last.contains("---") || matches!(last.trim(), "test" | "where") {
            continue;
        }
        let named = tests(last);
        for (place, test) in &named {
            if !files.iter().any(|file| holds(file, place, test)) {
                let message = format!("there is no test `{test}` in `{place}`");
                findings.push(Finding::line(&document.path, at, message));
            }
        }
        if named.is_empty() && document.path != SECURITY {
            findings.push(Finding::line(&document.path, at, "the row names no test"));
        }
        for path in quoted(line).filter(|text| text.starts_with("crates/")) {
            let below = format!("{path}/");
            if !files.iter().any(|file| file.path == path || file.path.starts_with(&below)) {
                let message = format!("there is no `{path}`");
                findings.push(Finding::line(&document.path, at, message));
            }
        }
    }
    findings
}

/// `crate/module: NAME, NAME; …` with the names in backticks, as crate and name.
fn tests(cell: &str) -> Vec<(&str, &str)> {
    let mut named = Vec::new();
    for part in cell.split("; ") {
        let Some((place, _)) = part.split_once(": `") else { continue };
        let place = place.trim();
        let is_place = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_/".contains(c);
        if place.is_empty() || !place.chars().all(is_place) {
            continue;
        }
        let name = place.split('/').next().unwrap_or(place);
        named.extend(quoted(part).map(|test| (name, test)));
    }
    named
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether the file is one of the crate and holds the test.
fn holds(file: &SourceFile, name: &str, test: &str) -> bool {
    if file.crate_name() != Some(name) || !file.has_extension("rs") {
        return false;
    }
    let text = file.text.as_deref().unwrap_or_default();
    let head = format!("fn {test}(");
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().enumerate().any(|(at, line)| {
        let above = lines.get(..at).unwrap_or_default().iter().rev().map(|line| line.trim());
        let mut attributes =
            above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        line.contains(&head) && attributes.any(|line| line.contains("test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, row: &str) -> Vec<String> {
        let code =
            "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_holds() {}\n}\nfn other() {}\n";
        let table = format!("| a | b | test |\n|---|---|---|\n{row}\n");
        let files =
            [SourceFile::text(path, &table), SourceFile::text("crates/record/src/lib.rs", code)];
        check(&files).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn tests_that_are_named_are_there() {
        assert!(
            found(HAZARDS, "| a | b | record/part: `it_holds`; record: `it_holds` |").is_empty()
        );
        for (row, message) in [
            ("| a | b | record: `it_held` |", "there is no test `it_held` in `record`"),
            ("| a | b | record: `it_holds`, `gone` |", "there is no test `gone` in `record`"),
            ("| a | b | record: `other` |", "there is no test `other` in `record`"),
            ("| a | b | server: `it_holds` |", "there is no test `it_holds` in `server`"),
            ("| a | b | by eye |", "the row names no test"),
        ] {
            assert_eq!(found(HAZARDS, row), [message], "{row}");
            assert_eq!(found(INTAKE, row), [message], "{row}");
        }
    }

    #[test]
    fn files_that_are_named_are_there() {
        assert!(found(SECURITY, "| a | b | `crates/record/src`, `crates/record` |").is_empty());
        let gone = found(SECURITY, "| a | b | `crates/record/src/key.rs` |");
        assert_eq!(gone, ["there is no `crates/record/src/key.rs`"]);
        assert!(found(SECURITY, "| a | b | open: no second factor yet |").is_empty());
    }
}
