//! `cognate feed documents`: how well the reports of a folder are read.

use crate::arguments::FeedDocumentsArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use anyhow::{Context, ensure};
use pdf::FieldName;
use pdf::accuracy::{Counts, Expected};
use pdf::child::Reader;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Largest file of what is expected, in bytes.
const EXPECTED_BYTES_MAX: u64 = 1024 * 1024;
/// Folders in one another.
const DEPTH_MAX: usize = 4;
/// Documents of a folder.
const DOCUMENTS_MAX: usize = 10_000;

/// By template, then by field.
type Templates = BTreeMap<String, (usize, BTreeMap<FieldName, Counts>)>;

pub(super) fn run(arguments: &FeedDocumentsArguments) -> anyhow::Result<Outcome> {
    let reader = Reader::new(std::env::current_exe()?, &["extract-pdf"]);
    let mut documents = Vec::new();
    find(&arguments.directory, 0, &mut documents)?;
    documents.sort();
    let (mut templates, mut is_unread) = (Templates::new(), false);
    for document in &documents {
        let beside = document.with_extension("expected.json");
        if !beside.is_file() {
            say(&format!("`{}` has no `{}` beside it", document.display(), named(&beside)));
            continue;
        }
        let expected = expected(&beside)?;
        let bytes = std::fs::read(document)
            .with_context(|| format!("`{}` cannot be read", document.display()))?;
        let (count, fields) = templates.entry(expected.template.clone()).or_default();
        *count += 1;
        // Nothing is read of it: everything of it is missed.
        let reading = reader.read(&bytes).unwrap_or_else(|failure| {
            say(&format!("`{}`: {failure}", document.display()));
            is_unread = true;
            pdf::of_nothing()
        });
        for (name, counts) in pdf::accuracy::of(&reading, &expected) {
            fields.entry(name).or_default().add(counts);
        }
    }
    ensure!(
        !templates.is_empty(),
        "`{}` has no `NAME.pdf` with a `NAME.expected.json`",
        arguments.directory.display()
    );
    tell(&templates, arguments.json)?;
    let mut all = templates.values().flat_map(|(_, fields)| fields.values());
    let is_perfect = all.all(Counts::is_perfect) && !is_unread;
    Ok(if is_perfect { Outcome::Done } else { Outcome::Problem })
}

fn tell(templates: &Templates, is_json: bool) -> anyhow::Result<()> {
    if is_json {
        let one = |(template, (documents, fields)): (&String, &(usize, BTreeMap<_, Counts>))| {
            let fields: BTreeMap<&str, &Counts> = fields
                .iter()
                .map(|(name, counts): (&FieldName, _)| (name.word(), counts))
                .collect();
            json!({"template": template, "documents": documents, "fields": fields})
        };
        let all: Vec<Value> = templates.iter().map(one).collect();
        return print_json(&json!({ "templates": all }));
    }
    for (template, (documents, fields)) in templates {
        print(&format!("{template}  documents {documents}\n"))?;
        for (name, counts) in fields {
            print(&format!(
                "  {}  right {}  wrong {}  missed {}  extra {}\n",
                name.word(),
                counts.right,
                counts.wrong,
                counts.missed,
                counts.extra
            ))?;
        }
    }
    Ok(())
}

fn named(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn expected(path: &Path) -> anyhow::Result<Expected> {
    let words = || format!("`{}` is not used", path.display());
    let size = std::fs::metadata(path).with_context(words)?.len();
    ensure!(size <= EXPECTED_BYTES_MAX, "`{}` is too large", path.display());
    let bytes = std::fs::read(path).with_context(words)?;
    serde_json::from_slice(&bytes).with_context(words)
}

/// The documents of a folder and of the folders in it; links are not followed.
fn find(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let words = || format!("`{}` cannot be read", directory.display());
    for entry in std::fs::read_dir(directory).with_context(words)? {
        let entry = entry.with_context(words)?;
        let (path, kind) = (entry.path(), entry.file_type().with_context(words)?);
        let is_document =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        if kind.is_dir() && depth < DEPTH_MAX {
            find(&path, depth + 1, found)?;
        } else if kind.is_file() && is_document {
            ensure!(found.len() < DOCUMENTS_MAX, "more than {DOCUMENTS_MAX} documents");
            found.push(path);
        }
    }
    Ok(())
}
