//! What the doors keep of messages and documents beside the archive.

/// By what a filed message was read, until anything of that is another: so that reading it again
/// may be spared.
pub(super) const READINGS: &[&str] = &["ALTER TABLE raw_state ADD COLUMN reading {bytes}"];

/// What was read from documents and waits for a person.
pub(super) const EXTRACTIONS: &[&str] = &[
    "CREATE TABLE extraction (tenant {text} NOT NULL, id {text} NOT NULL, patient {text} NOT NULL,
        created {int} NOT NULL, state {text} NOT NULL, version {int} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX extraction_state ON extraction (tenant, state, created, id)",
    "CREATE INDEX extraction_patient ON extraction (tenant, patient)",
];
