//! What each crate must say about itself, and how long the front documents may grow.

use crate::{Finding, workspace::SourceFile};

/// Documents that a newcomer reads whole, with their limit in lines.
pub const DOCUMENT_LINES_MAX: &[(&str, usize)] =
    &[("README.md", 300), ("docs/ARCHITECTURE.md", 300)];

/// Checks crate heads, module files and the length of the front documents.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        if file.path.ends_with("/mod.rs") {
            let message = "name the module's file `thing.rs` beside `thing/`, not `mod.rs`";
            findings.push(Finding::file(&file.path, message));
        }
        if let Some(finding) = too_long(file) {
            findings.push(finding);
        }
        if is_crate_root(&file.path) {
            findings.extend(check_crate_head(file));
        }
    }
    findings
}

fn too_long(file: &SourceFile) -> Option<Finding> {
    let (_, limit) = DOCUMENT_LINES_MAX.iter().find(|(path, _)| *path == file.path)?;
    let lines = file.text.as_deref().unwrap_or_default().lines().count();
    (lines > *limit)
        .then(|| Finding::file(&file.path, format!("{lines} lines, at most {limit} are read")))
}

/// `crates/NAME/src/lib.rs`, or `main.rs` of a crate that is only a binary.
fn is_crate_root(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("crates")
        && parts.next().is_some()
        && parts.next() == Some("src")
        && matches!(parts.next(), Some("lib.rs" | "main.rs"))
        && parts.next().is_none()
}

fn check_crate_head(file: &SourceFile) -> Vec<Finding> {
    let head: Vec<&str> = file
        .lines()
        .map(|(_, line)| line)
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.trim_start_matches("//!").trim())
        .collect();
    let mut findings = Vec::new();
    let purpose = head.first().copied().unwrap_or_default();
    if purpose.split_whitespace().count() < 3 {
        let message = "the crate's `//!` must begin with its purpose in one line";
        findings.push(Finding::line(&file.path, 1, message));
    }
    let never = head.iter().find_map(|line| line.strip_prefix("Never:"));
    if never.is_none_or(|rest| rest.trim().is_empty()) {
        let message = "the crate's `//!` needs a line that starts `//! Never:`";
        findings.push(Finding::line(&file.path, 1, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&[SourceFile::text(path, text)]).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn asks_each_crate_for_purpose_and_never() {
        let good = "//! Plain types of the domain.\n//!\n//! Never: SQL.\n\npub mod a;\n";
        assert!(messages("crates/model/src/lib.rs", good).is_empty());
        for (bad, expected) in [
            ("//! placeholder\n", 2),
            ("fn main() {}\n", 2),
            ("//! Plain types of the domain.\n", 1),
            ("//! Plain types of the domain.\n//! Never:\n", 1),
            ("//! Plain types of the domain.\npub mod a;\n//! Never: SQL.\n", 1),
        ] {
            assert_eq!(messages("crates/model/src/lib.rs", bad).len(), expected, "{bad}");
        }
        assert!(messages("crates/model/src/lib/inner.rs", "").is_empty());
        assert!(messages("crates/model/src/time.rs", "").is_empty());
    }

    #[test]
    fn refuses_mod_rs() {
        assert_eq!(messages("crates/model/src/time/mod.rs", "").len(), 1);
        assert!(messages("crates/model/src/model.rs", "").is_empty());
    }

    #[test]
    fn holds_the_front_documents_at_their_limit() {
        assert!(messages("docs/ARCHITECTURE.md", &"line\n".repeat(300)).is_empty());
        assert_eq!(messages("docs/ARCHITECTURE.md", &"line\n".repeat(301)).len(), 1);
        assert!(messages("docs/OPERATING.md", &"line\n".repeat(301)).is_empty());
    }
}
