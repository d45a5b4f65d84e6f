//! Tables of what every commit writes, in fewer places.

/// What every commit writes stands in one place instead of two: short rows are kept with their
/// key, and the order of versions is that of the change feed. Whose messages are is looked up both
/// ways.
pub(super) const LEAN: &[&str] = &[
    "CREATE TABLE change_kept (tenant {text} NOT NULL, sequence {int} NOT NULL,
        kind {text} NOT NULL, resource_type {text} NOT NULL, id {text} NOT NULL,
        version {int} NOT NULL, patient {text} NOT NULL, deleted {int} NOT NULL,
        PRIMARY KEY (tenant, sequence)) {index}",
    "INSERT INTO change_kept (tenant, sequence, kind, resource_type, id, version, patient, deleted)
        SELECT tenant, sequence, kind, resource_type, id, version, patient, deleted FROM change",
    "DROP TABLE change",
    "ALTER TABLE change_kept RENAME TO change",
    "CREATE TABLE raw_patient_kept (tenant {text} NOT NULL, raw {text} NOT NULL,
        patient {text} NOT NULL, PRIMARY KEY (tenant, raw, patient)) {index}",
    "INSERT INTO raw_patient_kept (tenant, raw, patient)
        SELECT tenant, raw, patient FROM raw_patient",
    "DROP TABLE raw_patient",
    "ALTER TABLE raw_patient_kept RENAME TO raw_patient",
    "CREATE INDEX raw_patient_patient ON raw_patient (tenant, patient, raw)",
    "CREATE TABLE raw_state_kept (tenant {text} NOT NULL, raw {text} NOT NULL,
        state {text} NOT NULL, problems {text} NOT NULL, changed {int} NOT NULL, reading {bytes},
        PRIMARY KEY (tenant, raw)) {index}",
    "INSERT INTO raw_state_kept (tenant, raw, state, problems, changed, reading)
        SELECT tenant, raw, state, problems, changed, reading FROM raw_state",
    "DROP TABLE raw_state",
    "ALTER TABLE raw_state_kept RENAME TO raw_state",
    "DROP INDEX version_sequence",
];
