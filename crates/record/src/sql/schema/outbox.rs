//! Tables of what is to be sent onward.

/// Destinations with their place in the change feed, and what is to be sent to each, by number.
/// Neither holds anything of what is said: that is read when it is sent.
pub(super) const OUTBOX: &[&str] = &[
    "CREATE TABLE destination (tenant {text} NOT NULL, id {text} NOT NULL,
        sequence {int} NOT NULL, dispatches {int} NOT NULL, failures {int} NOT NULL,
        retry_at {int} NOT NULL, acknowledged {int} NOT NULL, failure {text} NOT NULL,
        holder {text} NOT NULL, held_until {int} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE TABLE dispatch (tenant {text} NOT NULL, destination {text} NOT NULL,
        number {int} NOT NULL, id {text} NOT NULL, event {text} NOT NULL, patient {text} NOT NULL,
        sequence {int} NOT NULL, kind {text} NOT NULL, resource_type {text} NOT NULL,
        resource {text} NOT NULL, version {int} NOT NULL, deleted {int} NOT NULL,
        recorded {int} NOT NULL, state {text} NOT NULL, attempts {int} NOT NULL,
        failed_since {int} NOT NULL, retry_at {int} NOT NULL, settled {int} NOT NULL,
        reason {text} NOT NULL, PRIMARY KEY (tenant, destination, number)) {strict}",
    "CREATE INDEX dispatch_state ON dispatch (tenant, destination, state, number)",
    "CREATE INDEX dispatch_patient ON dispatch (tenant, patient, destination, state, number)",
];
