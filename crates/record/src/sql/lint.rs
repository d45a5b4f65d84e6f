//! The lint over every statement and migration: what it refuses would work on one database only,
//! or cross tenants.

use super::{
    archive, care, erasure, extraction, finding, genome, identity, label, outbox, policy, record,
    research, schema, trial,
};
use std::collections::BTreeSet;

/// Words outside the shared subset.
const FORBIDDEN: &[&str] = &[
    "OFFSET",
    "JSON",
    "JSONB",
    "ARRAY",
    "ENUM",
    "SERIAL",
    "SEQUENCE_",
    "TRIGGER",
    "PROCEDURE",
    "BIGINT",
    "BOOLEAN",
    "ROWID",
    "AUTOINCREMENT",
    "REPLACE",
    "PRAGMA",
    "GLOB",
    "IIF",
    "IFNULL",
    "DATETIME",
    "STRFTIME",
    "NOW()",
    "ILIKE",
    // Of integers it is a decimal in PostgreSQL.
    "SUM(",
    "AVG(",
    "::",
    "?",
];

/// Statements that are about the store as a whole.
const WHOLE_STORE: &[&str] = &[
    "SEQUENCE_NEXT",
    "SEQUENCE_LAST",
    "RAW_STATES",
    "REVIEWS_COUNT",
    "INDEX_VERSION_GET",
    "INDEX_VERSION_PUT",
    "RESOURCES_AFTER",
    "CARE_READING_GET",
    "CARE_READING_PUT",
    "CARE_SOURCES_AFTER",
    "LINKED_AFTER",
    "NAMED_AFTER",
    "STATEMENT_VERSIONS_AFTER",
    "LABEL_LIST_GET",
    "LABEL_LIST_PUT",
    "VERSIONS_AFTER",
    "SEQUENCE_TAKE",
    "SEQUENCE_PUT",
    "CONCEPT_TAKE",
    "CONCEPT_LAST_PUT",
    "SEARCH_CURSORS_CLEAR",
    "CONCEPT_REMOVALS_GET",
    "CONCEPT_REMOVED",
    "CONCEPTS_CLEAR",
    "TOKENS_CLEAR",
    "TOKENS_OF_CLEAR",
    "LABELS_CLEAR",
    "POSTINGS_CLEAR",
    "POSTINGS_OF_CLEAR",
    "STRINGS_CLEAR",
    "DATES_CLEAR",
    "QUANTITIES_CLEAR",
    "FILINGS",
    "OUTBOX_STANDS",
];

/// What is wrong with a text whose values are `$n`.
pub(crate) fn problems(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let upper = text.to_uppercase();
    for word in FORBIDDEN {
        if upper.contains(word) {
            found.push(format!("holds `{word}`"));
        }
    }
    let mut highest = 0;
    for number in parameters(text) {
        if number > highest + 1 {
            found.push(format!("${number} appears before ${}", highest + 1));
        }
        highest = highest.max(number);
    }
    let starts_well = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    if !starts_well.iter().any(|start| text.starts_with(start)) {
        found.push("is no known kind of statement".to_owned());
    }
    found
}

/// How many values a text takes.
pub(crate) fn parameters(text: &str) -> Vec<usize> {
    let numbers = text.split('$').skip(1);
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
    numbers.map(|part| digits(part).parse().unwrap()).collect()
}

/// Whether a text keeps to one tenant: an equality on the first value, or an insertion led by it.
pub(crate) fn keeps_to_tenant(text: &str) -> bool {
    match text.strip_prefix("INSERT INTO ") {
        Some(rest) => rest.split_once('(').unwrap().1.starts_with("tenant,"),
        None if text.starts_with("UPDATE") => text.contains("WHERE tenant = $"),
        None => text.contains("tenant = $1"),
    }
}

/// Every statement by its name.
pub(crate) fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let all = archive::ALL.iter().chain(record::ALL).chain(genome::ALL).chain(identity::ALL);
    let all = all.chain(erasure::ALL).chain(research::ALL).chain(trial::ALL).chain(care::ALL);
    let all = all.chain(label::ALL).chain(policy::ALL).chain(finding::ALL).chain(outbox::ALL);
    all.chain(extraction::ALL)
}

#[test]
fn every_statement_is_in_the_shared_subset() {
    for (name, text) in all() {
        assert_eq!(problems(text), Vec::<String>::new(), "{name}");
        assert_eq!(keeps_to_tenant(text), !WHOLE_STORE.contains(name), "{name}");
    }
}

#[test]
fn the_lint_finds_what_it_is_for() {
    for (text, part) in [
        ("SELECT $2, $1", "$2 appears before $1"),
        ("SELECT a FROM b OFFSET 3", "OFFSET"),
        ("SELECT a::text FROM b", "::"),
        ("VACUUM", "no known kind"),
    ] {
        assert!(problems(text).iter().any(|found| found.contains(part)), "{text}");
    }
    assert!(problems("SELECT $1, $2, $1").is_empty());
    assert!(!keeps_to_tenant("SELECT a FROM b WHERE id = $1"));
    assert!(!keeps_to_tenant("INSERT INTO b (id, tenant) VALUES ($1, $2)"));
}

#[test]
fn every_key_and_index_starts_with_the_tenant() {
    let mut tables = BTreeSet::new();
    for text in schema::ARCHIVE
        .iter()
        .chain(schema::RECORD)
        .chain(schema::DECISION)
        .chain(schema::GENOME)
        .flat_map(|texts| texts.iter())
    {
        if let Some(rest) = text.strip_prefix("CREATE TABLE ") {
            let (table, columns) = rest.split_once(" (").unwrap();
            assert!(text.ends_with("{strict}") || text.ends_with("{index}"), "{table}");
            assert!(!text.contains("INTEGER") && !text.contains("BLOB"), "{table}");
            if table != "position" {
                assert!(columns.starts_with("tenant {text} NOT NULL"), "{table}");
                assert!(columns.contains("PRIMARY KEY (tenant"), "{table}");
                tables.insert(table);
            }
        } else if let Some(index) = text.strip_prefix("DROP INDEX ") {
            // Only one that is made again.
            assert!(!index.contains(' '), "{text}");
        } else if text.contains("INDEX") {
            assert!(text.contains(" (tenant, "), "{text}");
        } else if let Some(table) = text.strip_prefix("DROP TABLE ") {
            // Only what is made again from the resources or by logging in, or has been copied.
            let is_made_again = table.starts_with("search_") || table == "session";
            let is_copied = ["resource", "change", "raw_patient", "raw_state"].contains(&table);
            assert!(is_made_again || is_copied, "{text}");
        } else if let Some(column) = text.strip_prefix("ALTER TABLE ") {
            // A new column may be empty in the rows that are there.
            let adds = column.contains(" ADD COLUMN ") && !column.contains("NOT NULL");
            let renames = column.split_once(" RENAME TO ").is_some_and(|(from, to)| {
                from == format!("{to}_kept") || (from, to) == ("resource_numbered", "resource")
            });
            assert!(adds || renames, "{text}");
        } else if let Some(rest) = text.strip_prefix("INSERT INTO resource_numbered (tenant, ") {
            assert!(rest.contains("SELECT r.tenant, "), "{text}");
        } else if let Some((_, rest)) = text.split_once("_kept (tenant, ") {
            assert!(text.starts_with("INSERT INTO ") && rest.contains("SELECT tenant, "), "{text}");
        } else if let Some(rest) = text.strip_prefix("INSERT INTO feed_cursor (tenant, ") {
            assert!(rest.contains("SELECT tenant, "), "{text}");
        } else {
            assert!(text.starts_with("INSERT INTO position"), "{text}");
        }
    }
    assert!(tables.len() > 20);
}
