//! What changed from one pack to another, fact by fact.

mod summary;

pub use summary::{Changed, DrugChange, GeneChange, Summary};

use crate::pack::{MANIFEST_FILE, Pack};
use serde::Serialize;
use std::collections::BTreeSet;

/// The facts of one table that came and went. A changed fact is among both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableChange {
    /// The table's file name.
    pub file: String,
    /// Rows that only the newer pack has, as written, in alphabetical order.
    pub added: Vec<String>,
    /// Rows that only the older pack has, as written, in alphabetical order.
    pub removed: Vec<String>,
}

/// Compares two packs table by table; tables without a change are left out. The order of rows
/// means nothing; the header counts as a row, so a changed layout shows.
pub fn diff(older: &Pack, newer: &Pack) -> Vec<TableChange> {
    let names: BTreeSet<&String> = older.files.keys().chain(newer.files.keys()).collect();
    let changes = names.into_iter().filter(|name| *name != MANIFEST_FILE).map(|name| {
        let (before, after) = (rows(older, name), rows(newer, name));
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        TableChange {
            file: name.clone(),
            added: only(&after, &before),
            removed: only(&before, &after),
        }
    });
    changes.filter(|change| !change.added.is_empty() || !change.removed.is_empty()).collect()
}

fn rows(pack: &Pack, file: &str) -> BTreeSet<String> {
    let bytes = pack.files.get(file).map(Vec::as_slice).unwrap_or_default();
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_facts_are_named_and_order_is_not() {
        let older = Pack::built_in().unwrap();
        assert_eq!(diff(&older, &older), []);

        let mut newer = older.clone();
        let text = String::from_utf8(newer.files["functions.tsv"].clone()).unwrap();
        let row = "CYP2C19\t*9\tDecreased function\t\tclinpgx\t2025-11-05";
        let new_row = row.replace("Decreased", "No");
        let mut lines: Vec<&str> = text.lines().filter(|line| *line != row).collect();
        lines.push(&new_row);
        lines.reverse();
        newer.files.insert("functions.tsv".into(), lines.join("\n").into_bytes());
        newer.files.remove("products.tsv");

        let changes = diff(&older, &newer);
        let files: Vec<&str> = changes.iter().map(|change| change.file.as_str()).collect();
        assert_eq!(files, ["functions.tsv", "products.tsv"]);
        assert_eq!(changes[0].added, [new_row]);
        assert_eq!(changes[0].removed, [row]);
        assert_eq!(changes[1].removed.len(), older.pgx.products.len() + 1);
    }
}
