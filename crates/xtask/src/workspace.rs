//! The workspace as the checks see it: its root, its tracked files, cargo's metadata.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

/// Everything a check reads, collected once.
#[derive(Debug)]
pub struct Workspace {
    /// Absolute path of the directory that holds the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's view: members with their declared dependencies; no dependency resolution.
    pub metadata: Metadata,
    /// Files that git tracks or would track, sorted by path.
    pub files: Vec<SourceFile>,
}

/// One file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the root, with forward slashes.
    pub path: String,
    /// The contents, or nothing when the file is not UTF-8 text.
    pub text: Option<String>,
}

impl SourceFile {
    /// A text file, as the tests make them.
    pub fn text(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: Some(text.to_owned()) }
    }

    /// Whether the path ends with `.extension`.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// The name of the crate whose directory holds the file.
    pub fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split_once('/').map(|(name, _)| name)
    }

    /// Whether the file holds only test code or data, by its name or its folder's.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "benches")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("/testing.rs")
    }

    /// The numbered lines (from 1), or none when the file is not text.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.as_deref().unwrap_or_default().split('\n').enumerate().map(|(at, l)| (at + 1, l))
    }

    /// The numbered lines that are compiled outside tests: without `#[cfg(test)]` items at the
    /// left margin, whether `mod tests;` or `mod tests { … }`.
    pub fn lines_outside_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut item = if self.is_test() { TestItem::WholeFile } else { TestItem::None };
        self.lines().filter(move |(_, line)| item.step(line))
    }
}

/// Where a walk over a file stands with regard to test items at the left margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestItem {
    None,
    /// After `#[cfg(test)]`, before the end of the item's first line.
    Begun,
    /// In a block that ends with a brace at the left margin.
    Block,
    WholeFile,
}

impl TestItem {
    /// Takes the next line; true when it is compiled outside tests.
    fn step(&mut self, line: &str) -> bool {
        match self {
            Self::None if line == "#[cfg(test)]" => *self = Self::Begun,
            Self::None => return true,
            Self::Begun if line.ends_with('{') => *self = Self::Block,
            Self::Begun if line.ends_with([';', '}']) => *self = Self::None,
            Self::Block if line == "}" => *self = Self::None,
            Self::Begun | Self::Block | Self::WholeFile => {}
        }
        false
    }
}

impl Workspace {
    /// Loads the workspace this crate was built in.
    pub fn load() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).context("xtask lives in crates/xtask")?;
        Self::load_from(root)
    }

    /// Loads the workspace at `root`.
    ///
    /// # Errors
    /// `cargo metadata` or `git ls-files` fails; a listed file cannot be read.
    pub fn load_from(root: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cannot read `cargo metadata`")?;
        let mut files = Vec::new();
        for path in listed_files(root)? {
            let full = root.join(&path);
            // A deletion that is not committed yet is still listed.
            if full.is_file() {
                let bytes = fs::read(&full).with_context(|| format!("cannot read `{path}`"))?;
                files.push(SourceFile { path, text: String::from_utf8(bytes).ok() });
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files.dedup();
        Ok(Self { root: root.to_owned(), metadata, files })
    }

    /// The file at `path` from the root, if it is tracked.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()
            .and_then(|at| self.files.get(at))
    }

    /// The Rust files of the workspace.
    pub fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.has_extension("rs"))
    }
}

/// Tracked files, and untracked ones that are not ignored: a file is checked before it is added.
fn listed_files(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot run `git ls-files`")?;
    if !output.status.success() {
        bail!("`git ls-files` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let listing = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    Ok(listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_file_belongs() {
        let source =
            SourceFile::text("crates/pgx/src/caller.rs", "a\n#[cfg(test)]\nmod b {\n    c\n}\nd");
        assert_eq!(source.crate_name(), Some("pgx"));
        assert!(!source.is_test());
        assert_eq!(source.lines().count(), 6);
        let shipped: Vec<usize> = source.lines_outside_tests().map(|(at, _)| at).collect();
        assert_eq!(shipped, [1, 6]);
        let declared = SourceFile::text("crates/pgx/src/lib.rs", "#[cfg(test)]\nmod tests;\nb");
        assert_eq!(declared.lines_outside_tests().count(), 1);

        let test = SourceFile::text("crates/pgx/tests/it/main.rs", "a");
        assert!(test.is_test());
        assert_eq!(test.lines_outside_tests().count(), 0);
        assert_eq!(SourceFile::text("docs/CRATES.md", "").crate_name(), None);
    }
}
