//! Columns, white space and words that no tracked text may hold.

use crate::{Finding, workspace::SourceFile};

/// The widest line of a Rust file, in characters.
pub const COLUMNS_MAX: usize = 100;

/// Data whose bytes are the point (messages, snapshots, licences, vendored assets) are left alone.
const AS_IS: &[&str] = &["hl7", "snap", "vcf", "svg", "xml", "min.js", "min.css"];

/// Names and places that belong to one person's machine, with what to write instead.
/// Assembled, so that the table does not find itself.
const BANNED: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "finish it, or open an issue"),
    (concat!("FIX", "ME"), "finish it, or open an issue"),
    (concat!("XX", "X"), "finish it, or open an issue"),
    (concat!("crates", ".io"), "say `the crate registry`"),
    (concat!("pypi", ".org"), "say `the Python package index`"),
    (concat!("python", "hosted.org"), "say `the Python package index`"),
    (concat!("npm", "js.org"), "leave download addresses out of lock files"),
    (concat!("npm", "js.com"), "leave download addresses out of lock files"),
    (concat!("debian", ".org"), "say `Debian's packages`"),
    (concat!("/wo", "rk/"), "use a path from the workspace root"),
    (concat!("/ro", "ot/"), "use `$HOME` or a path from the workspace root"),
    (concat!("/ho", "me/"), "use `$HOME` or a path from the workspace root"),
];

/// Files that cannot do without a banned word: cargo writes its registry into the lock file.
const EXCEPTIONS: &[&str] = &["Cargo.lock", "docs/sbom.cdx.json", "fuzz/Cargo.lock"];

/// Checks every tracked text file.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.text.is_some()) {
        let as_is = AS_IS.iter().any(|end| file.path.ends_with(&format!(".{end}")))
            || file.path.contains("/tests/data/")
            || file.path == "LICENSE";
        let rust = file.has_extension("rs");
        for (at, line) in file.lines() {
            if rust {
                findings.extend(check_rust_line(&file.path, at, line));
            }
            // A last cell that is empty leaves a tab at the end of a table's row.
            let blank =
                if file.has_extension("tsv") { &[' ', '\r'][..] } else { &[' ', '\t', '\r'] };
            if !as_is && line.ends_with(blank) {
                findings.push(Finding::line(&file.path, at, "trailing white space"));
            }
            if !EXCEPTIONS.contains(&file.path.as_str()) {
                findings.extend(check_words(&file.path, at, line));
            }
        }
        if !as_is && file.text.as_deref().is_some_and(|text| !text.ends_with('\n')) {
            findings.push(Finding::file(&file.path, "no newline at the end"));
        }
    }
    findings
}

fn check_rust_line(path: &str, at: usize, line: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let columns = line.chars().count();
    if columns > COLUMNS_MAX {
        let message = format!("{columns} columns, at most {COLUMNS_MAX}");
        findings.push(Finding::line(path, at, message));
    }
    if line.contains('\t') {
        findings.push(Finding::line(path, at, "a tab; write `\\t` in a literal"));
    }
    findings
}

fn check_words(path: &str, at: usize, line: &str) -> Vec<Finding> {
    BANNED
        .iter()
        .filter(|(word, _)| contains_word(line, word))
        .map(|(word, instead)| Finding::line(path, at, format!("`{word}`: {instead}")))
        .collect()
}

/// Whether `word` stands in `line` with no letter, digit or dot right before it, nor a letter or
/// digit right after a word that ends in one: `a/home/b` in an address is no path of a machine.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        let after = line.get(start + word.len()..).and_then(|text| text.chars().next());
        let joined = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        if word.starts_with('/') {
            return !joined(before) && !matches!(before, Some('.' | '-' | '_' | '}' | ')' | '"'));
        }
        !joined(before) && !joined(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&[SourceFile::text(path, text)]).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn measures_columns_at_the_limit() {
        let fits = format!("{}\n", "é".repeat(COLUMNS_MAX));
        let wide = format!("{}\n", "é".repeat(COLUMNS_MAX + 1));
        assert!(messages("a.rs", &fits).is_empty());
        assert_eq!(messages("a.rs", &wide), ["101 columns, at most 100"]);
        assert!(messages("a.md", &wide).is_empty());
    }

    #[test]
    fn finds_white_space() {
        assert_eq!(messages("a.md", "end \n"), ["trailing white space"]);
        assert_eq!(messages("a.md", "end\r\n"), ["trailing white space"]);
        assert_eq!(messages("a.md", "end"), ["no newline at the end"]);
        assert_eq!(messages("a.rs", "\tlet\n"), ["a tab; write `\\t` in a literal"]);
        assert!(messages("a.tsv", "gene\t\n").is_empty());
        assert!(messages("demo/a.hl7", "MSH|\rPID|").is_empty());
    }

    #[test]
    fn finds_banned_words_as_words() {
        for (line, expected) in [
            (concat!("// TO", "DO: later"), 1),
            (concat!("mTO", "DOx"), 0),
            ("deny todo in clippy", 0),
            (concat!("see https://static.crates", ".io/x"), 1),
            (concat!("cd /ro", "ot/project"), 1),
            (concat!("path: /wo", "rk/main"), 1),
            (concat!("https://example.org/ho", "me/x"), 0),
            (concat!("$base/ho", "me/x"), 0),
        ] {
            let text = format!("{line}\n");
            assert_eq!(messages("a.md", &text).len(), expected, "{line}");
        }
        let lock = concat!("source = \"registry+https://crates", ".io\"\n");
        assert!(messages("Cargo.lock", lock).is_empty());
    }
}
