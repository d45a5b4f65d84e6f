//! The tables, as migrations. A migration that has been released is never changed.
//!
//! `{int}`, `{bytes}`, `{text}`, `{strict}` and `{index}` are the words in which databases differ.
//! A table of `{index}` is nothing but its key: short rows, which SQLite then keeps once.

mod intake;
mod lean;
mod outbox;

use intake::{EXTRACTIONS, READINGS};
use lean::LEAN;
use outbox::OUTBOX;

/// Words of SQLite; `STRICT` tables refuse a value of another type.
pub(crate) const SQLITE_WORDS: &[(&str, &str)] = &[
    ("{int}", "INTEGER"),
    ("{bytes}", "BLOB"),
    ("{text}", "TEXT"),
    ("{strict}", "STRICT"),
    ("{index}", "STRICT, WITHOUT ROWID"),
];

/// Words of PostgreSQL. Texts are ordered by their bytes, as in SQLite, whatever the database's
/// own order is.
pub(crate) const POSTGRES_WORDS: &[(&str, &str)] = &[
    ("{int}", "BIGINT"),
    ("{bytes}", "BYTEA"),
    ("{text}", "TEXT COLLATE \"C\""),
    ("{strict}", ""),
    ("{index}", ""),
];

/// Migrations of `archive.db`, the first one first.
pub(crate) const ARCHIVE: &[&[&str]] = &[
    &[
        "CREATE TABLE position (name {text} NOT NULL PRIMARY KEY, value {int} NOT NULL) {strict}",
        "INSERT INTO position (name, value) VALUES ('raw', 0)",
        "CREATE TABLE data_key (tenant {text} NOT NULL, owner {text} NOT NULL,
        wrapped {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant, owner)) {strict}",
        "CREATE TABLE raw (tenant {text} NOT NULL, id {text} NOT NULL, sequence {int} NOT NULL,
        feed {text} NOT NULL, door {text} NOT NULL, media_type {text} NOT NULL,
        message_key {text} NOT NULL, peer {text} NOT NULL, received {int} NOT NULL,
        state {text} NOT NULL, sha256 {text} NOT NULL, length_bytes {int} NOT NULL,
        acknowledgement {bytes}, body {bytes} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
        "CREATE UNIQUE INDEX raw_sequence ON raw (tenant, sequence)",
        "CREATE INDEX raw_state ON raw (tenant, state, sequence)",
        "CREATE INDEX raw_message_key ON raw (tenant, feed, message_key, sequence)",
    ],
    RAW_BODIES,
];

/// Bodies by themselves: a message that changes its state leaves its body where it is.
const RAW_BODIES: &[&str] = &["CREATE TABLE raw_body (tenant {text} NOT NULL, id {text} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, id)) {strict}"];

/// Migrations of `record.db`, the first one first.
pub(crate) const RECORD: &[&[&str]] = &[&[
    "CREATE TABLE position (name {text} NOT NULL PRIMARY KEY, value {int} NOT NULL) {strict}",
    "INSERT INTO position (name, value) VALUES ('change', 0)",
    "CREATE TABLE data_key (tenant {text} NOT NULL, owner {text} NOT NULL,
        wrapped {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant, owner)) {strict}",
    "CREATE TABLE resource (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, version {int} NOT NULL, patient {text} NOT NULL,
        recorded {int} NOT NULL, deleted {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id)) {strict}",
    "CREATE INDEX resource_patient ON resource (tenant, patient, resource_type, id)",
    "CREATE TABLE resource_version (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, version {int} NOT NULL, patient {text} NOT NULL,
        sequence {int} NOT NULL, recorded {int} NOT NULL, deleted {int} NOT NULL,
        sha256 {text} NOT NULL, raw {text} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id, version)) {strict}",
    "CREATE TABLE fact (tenant {text} NOT NULL, resource_type {text} NOT NULL, id {text} NOT NULL,
        version {int} NOT NULL, ordinal {int} NOT NULL, patient {text} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, resource_type, id, version, ordinal)) {strict}",
    "CREATE TABLE search_token (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, code {text} NOT NULL, system {text} NOT NULL,
        id {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, code, system, id)) {strict}",
    "CREATE INDEX search_token_id ON search_token (tenant, resource_type, id, parameter, code)",
    "CREATE TABLE search_string (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, folded {text} NOT NULL, exact {text} NOT NULL,
        id {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, folded, exact, id)) {strict}",
    "CREATE INDEX search_string_id ON search_string (tenant, resource_type, id, parameter)",
    "CREATE TABLE search_date (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, low {int} NOT NULL, high {int} NOT NULL, id {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, low, high, id)) {strict}",
    "CREATE INDEX search_date_id ON search_date (tenant, resource_type, id, parameter)",
    "CREATE TABLE search_reference (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, target {text} NOT NULL, target_type {text} NOT NULL,
        id {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, target, target_type, id)) {strict}",
    "CREATE INDEX search_reference_id ON search_reference (tenant, resource_type, id, parameter)",
    "CREATE TABLE statement (tenant {text} NOT NULL, id {text} NOT NULL, patient {text} NOT NULL,
        version {int} NOT NULL, withdrawn {int} NOT NULL, sha256 {text} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX statement_patient ON statement (tenant, patient, id)",
    "CREATE TABLE statement_version (tenant {text} NOT NULL, id {text} NOT NULL,
        version {int} NOT NULL, patient {text} NOT NULL, sequence {int} NOT NULL,
        recorded {int} NOT NULL, withdrawn {int} NOT NULL, sha256 {text} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, id, version)) {strict}",
    "CREATE TABLE change (tenant {text} NOT NULL, sequence {int} NOT NULL, kind {text} NOT NULL,
        resource_type {text} NOT NULL, id {text} NOT NULL, version {int} NOT NULL,
        patient {text} NOT NULL, deleted {int} NOT NULL, PRIMARY KEY (tenant, sequence)) {strict}",
    "CREATE TABLE feed_cursor (tenant {text} NOT NULL, name {text} NOT NULL,
        sequence {int} NOT NULL, PRIMARY KEY (tenant, name)) {strict}",
    "CREATE TABLE raw_state (tenant {text} NOT NULL, raw {text} NOT NULL, state {text} NOT NULL,
        problems {text} NOT NULL, changed {int} NOT NULL, PRIMARY KEY (tenant, raw)) {strict}",
    "CREATE TABLE raw_patient (tenant {text} NOT NULL, raw {text} NOT NULL,
        patient {text} NOT NULL, PRIMARY KEY (tenant, raw, patient)) {strict}",
    "CREATE TABLE review (tenant {text} NOT NULL, id {text} NOT NULL, created {int} NOT NULL,
        resolved {int} NOT NULL, body {bytes} NOT NULL, resolution {bytes},
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX review_open ON review (tenant, resolved, id)",
    "CREATE TABLE account (tenant {text} NOT NULL, login {text} NOT NULL,
        display_name {text} NOT NULL, role {text} NOT NULL, password_hash {text} NOT NULL,
        scope {text} NOT NULL, changed {int} NOT NULL, PRIMARY KEY (tenant, login)) {strict}",
    "CREATE TABLE client (tenant {text} NOT NULL, id {text} NOT NULL, name {text} NOT NULL,
        role {text} NOT NULL, token_sha256 {text} NOT NULL, changed {int} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE UNIQUE INDEX client_token ON client (tenant, token_sha256)",
    "CREATE TABLE session (tenant {text} NOT NULL, token_sha256 {text} NOT NULL,
        login {text} NOT NULL, expires {int} NOT NULL,
        PRIMARY KEY (tenant, token_sha256)) {strict}",
    "CREATE INDEX session_expires ON session (tenant, expires)",
    "CREATE TABLE pack (tenant {text} NOT NULL, digest {text} NOT NULL, pack {text} NOT NULL,
        version {text} NOT NULL, date {text} NOT NULL, kept {int} NOT NULL,
        PRIMARY KEY (tenant, digest)) {strict}",
    "CREATE TABLE pack_file (tenant {text} NOT NULL, digest {text} NOT NULL, path {text} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, digest, path)) {strict}",
], ADOPTIONS, HISTORY, EXPORTS, SEARCH, SCOPES, CONCEPTS, SUBSCRIPTIONS, OF_PATIENT, GUARD,
IDENTITY, SEARCHED, RESEARCH, TRIALS, CARE_SAID, LABEL_LINKS, SECONDARY, PROPOSALS, FINDINGS,
OUTBOX, EXTRACTIONS, READINGS, LEAN];

/// The search tables have a place of their own in the change feed. So far they held everything.
const SEARCHED: &[&str] = &["INSERT INTO feed_cursor (tenant, name, sequence)
    SELECT tenant, 'search', max(sequence) FROM change GROUP BY tenant"];

/// Trials as they were curated; what changed in what they say to whom, under keyed hashes of
/// trial and cohort; and who is looked at again, when at the latest.
const TRIALS: &[&str] = &[
    "CREATE TABLE trial (tenant {text} NOT NULL, id {text} NOT NULL, version {int} NOT NULL,
        registry {text} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX trial_registry ON trial (tenant, registry)",
    "CREATE TABLE trial_version (tenant {text} NOT NULL, id {text} NOT NULL,
        version {int} NOT NULL, registry {text} NOT NULL, retired {int} NOT NULL,
        sha256 {text} NOT NULL, raw {text} NOT NULL, actor {text} NOT NULL,
        recorded {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id, version)) {strict}",
    "CREATE TABLE trial_status (tenant {text} NOT NULL, number {int} NOT NULL,
        patient {text} NOT NULL, trial {text} NOT NULL, cohort {text} NOT NULL,
        is_out {int} NOT NULL, recorded {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, number)) {strict}",
    "CREATE INDEX trial_status_patient ON trial_status (tenant, patient, cohort, number)",
    "CREATE INDEX trial_status_trial ON trial_status (tenant, trial, number)",
    "CREATE TABLE trial_watch (tenant {text} NOT NULL, patient {text} NOT NULL,
        due {int} NOT NULL, PRIMARY KEY (tenant, patient)) {strict}",
    "CREATE INDEX trial_watch_due ON trial_watch (tenant, due, patient)",
];

/// Projects of research, the questions that they asked, and who received data of whom.
const RESEARCH: &[&str] = &[
    "CREATE TABLE project (tenant {text} NOT NULL, id {text} NOT NULL, owner {text} NOT NULL,
        created {int} NOT NULL, ends {int} NOT NULL, ended {int} NOT NULL,
        key_version {int} NOT NULL, secret {bytes} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX project_owner ON project (tenant, owner, id)",
    "CREATE TABLE count_question (tenant {text} NOT NULL, project {text} NOT NULL,
        number {int} NOT NULL, actor {text} NOT NULL, asked {int} NOT NULL, digest {text} NOT NULL,
        told {text} NOT NULL, own {int} NOT NULL, sketch {bytes} NOT NULL,
        PRIMARY KEY (tenant, project, number)) {strict}",
    "CREATE TABLE count_budget (tenant {text} NOT NULL, project {text} NOT NULL,
        person {text} NOT NULL, spent {int} NOT NULL,
        PRIMARY KEY (tenant, project, person)) {strict}",
    "CREATE TABLE export_person (tenant {text} NOT NULL, recipient {text} NOT NULL,
        kind {text} NOT NULL, patient {text} NOT NULL, first {int} NOT NULL,
        project {text} NOT NULL, PRIMARY KEY (tenant, recipient, kind, patient)) {index}",
    "CREATE TABLE export_clearance (tenant {text} NOT NULL, recipient {text} NOT NULL,
        number {int} NOT NULL, kind {text} NOT NULL, persons {int} NOT NULL, actor {text} NOT NULL,
        noted {int} NOT NULL, document {text} NOT NULL,
        PRIMARY KEY (tenant, recipient, number)) {strict}",
];

/// What the review of the audit log found. What it is about is sealed; a day and a rule have a
/// further finding where more came after the last one was answered.
const FINDINGS: &[&str] = &[
    "CREATE TABLE finding (tenant {text} NOT NULL, actor {text} NOT NULL, day {int} NOT NULL,
        rule {text} NOT NULL, number {int} NOT NULL, id {text} NOT NULL, found {int} NOT NULL,
        due {int} NOT NULL, answered {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, actor, day, rule, number)) {strict}",
    "CREATE UNIQUE INDEX finding_id ON finding (tenant, id)",
    "CREATE INDEX finding_due ON finding (tenant, answered, due, id)",
];

/// History is paged over the commit sequence.
const HISTORY: &[&str] = &[
    "CREATE UNIQUE INDEX version_sequence ON resource_version (tenant, sequence)",
    "CREATE INDEX version_type_sequence ON resource_version (tenant, resource_type, sequence)",
];

/// What a client's token may do beside its role.
const SCOPES: &[&str] = &["ALTER TABLE client ADD COLUMN scopes {text}"];

/// The index by patient with the id, in the order in which a patient's resources are asked for.
/// Without it SQLite goes through all resources of a type, whoever's they are, for one patient's.
const OF_PATIENT: &[&str] = &[
    "DROP INDEX resource_of_patient",
    "CREATE INDEX resource_of_patient ON resource (tenant, patient, resource_type, id)",
];

/// Who may launch, what people prove themselves with, and the keys that tokens are signed by.
/// Sessions are in `decision.db` from now on.
const IDENTITY: &[&str] = &[
    "CREATE TABLE registration (tenant {text} NOT NULL, id {text} NOT NULL, issuer {text} NOT NULL,
        changed {int} NOT NULL, body {text} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX registration_issuer ON registration (tenant, issuer)",
    "CREATE TABLE account_link (tenant {text} NOT NULL, kind {text} NOT NULL, value {text} NOT NULL,
        login {text} NOT NULL, PRIMARY KEY (tenant, kind, value)) {strict}",
    "CREATE INDEX account_link_login ON account_link (tenant, login, kind)",
    "CREATE TABLE credential (tenant {text} NOT NULL, login {text} NOT NULL, kind {text} NOT NULL,
        id {text} NOT NULL, counter {int} NOT NULL, created {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, login, kind, id)) {strict}",
    "CREATE INDEX credential_id ON credential (tenant, kind, id)",
    "CREATE TABLE signing_key (tenant {text} NOT NULL, id {text} NOT NULL, created {int} NOT NULL,
        body {bytes} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "DROP TABLE session",
];

/// Sessions, and what proves a right for a while. Both are written often.
const TICKETS: &[&str] = &[
    "CREATE TABLE session (tenant {text} NOT NULL, token_sha256 {text} NOT NULL,
        login {text} NOT NULL, begun {int} NOT NULL, seen {int} NOT NULL, proven {int} NOT NULL,
        factors {text} NOT NULL, expires {int} NOT NULL,
        PRIMARY KEY (tenant, token_sha256)) {strict}",
    "CREATE INDEX session_expires ON session (tenant, expires)",
    "CREATE INDEX session_login ON session (tenant, login)",
    "CREATE TABLE ticket (tenant {text} NOT NULL, sha256 {text} NOT NULL, kind {text} NOT NULL,
        family {text} NOT NULL, client {text} NOT NULL, login {text} NOT NULL, used {int} NOT NULL,
        expires {int} NOT NULL, body {text} NOT NULL, PRIMARY KEY (tenant, sha256)) {strict}",
    "CREATE INDEX ticket_family ON ticket (tenant, family)",
    "CREATE INDEX ticket_login ON ticket (tenant, login)",
    "CREATE INDEX ticket_client ON ticket (tenant, client)",
    "CREATE INDEX ticket_expires ON ticket (tenant, expires)",
];

/// Who is told of what, how far, and the events of each.
const SUBSCRIPTIONS: &[&str] = &[
    "CREATE TABLE subscription (tenant {text} NOT NULL, id {text} NOT NULL, actor {text} NOT NULL,
        status {text} NOT NULL, revision {int} NOT NULL, sequence {int} NOT NULL,
        events {int} NOT NULL, delivered {int} NOT NULL, failures {int} NOT NULL,
        retry_at {int} NOT NULL, sent_at {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE TABLE subscription_event (tenant {text} NOT NULL, subscription {text} NOT NULL,
        number {int} NOT NULL, sequence {int} NOT NULL, recorded {int} NOT NULL,
        kind {text} NOT NULL, resource_type {text} NOT NULL, id {text} NOT NULL,
        version {int} NOT NULL, patient {text} NOT NULL, deleted {int} NOT NULL,
        PRIMARY KEY (tenant, subscription, number)) {strict}",
];

/// What the filter of a query asks: who cares for whom, labels of each version, what consents say,
/// emergencies; and the policies in use.
const GUARD: &[&str] = &[
    "CREATE TABLE care (tenant {text} NOT NULL, patient {text} NOT NULL, actor {text} NOT NULL,
        begins {int} NOT NULL, ends {int} NOT NULL, source {text} NOT NULL,
        PRIMARY KEY (tenant, patient, actor, begins)) {strict}",
    "CREATE INDEX care_actor ON care (tenant, actor, patient)",
    "CREATE TABLE actor_reference (tenant {text} NOT NULL, actor {text} NOT NULL,
        reference {text} NOT NULL, PRIMARY KEY (tenant, actor, reference)) {index}",
    "CREATE TABLE resource_label (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, version {int} NOT NULL, label {text} NOT NULL, patient {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id, version, label)) {index}",
    "CREATE INDEX resource_label_patient ON resource_label (tenant, label, patient)",
    "CREATE TABLE consent_rule (tenant {text} NOT NULL, patient {text} NOT NULL,
        consent {text} NOT NULL, place {text} NOT NULL, number {int} NOT NULL,
        version {int} NOT NULL, gives {int} NOT NULL, purpose {text} NOT NULL,
        actor {text} NOT NULL, label {text} NOT NULL, resource_type {text} NOT NULL,
        instance {text} NOT NULL, begins {int} NOT NULL, ends {int} NOT NULL,
        data_begins {int} NOT NULL, data_ends {int} NOT NULL,
        PRIMARY KEY (tenant, patient, consent, place, number)) {strict}",
    "CREATE INDEX consent_rule_consent ON consent_rule (tenant, consent)",
    "CREATE TABLE emergency (tenant {text} NOT NULL, id {text} NOT NULL, patient {text} NOT NULL,
        actor {text} NOT NULL, reason {text} NOT NULL, begins {int} NOT NULL, ends {int} NOT NULL,
        due {int} NOT NULL, reviewed {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX emergency_patient ON emergency (tenant, patient, actor, ends)",
    "CREATE INDEX emergency_due ON emergency (tenant, reviewed, due, id)",
    "CREATE TABLE policy_set (tenant {text} NOT NULL, number {int} NOT NULL, digest {text} NOT NULL,
        actor {text} NOT NULL, adopted {int} NOT NULL, body {text} NOT NULL,
        PRIMARY KEY (tenant, number)) {strict}",
];

/// Who cares for whom by what is filed: what visits, teams and patients call the people who do, and
/// who is a part of what they call so.
const CARE_SAID: &[&str] = &[
    "CREATE TABLE care_said (tenant {text} NOT NULL, patient {text} NOT NULL,
        reference {text} NOT NULL, resource_type {text} NOT NULL, id {text} NOT NULL,
        begins {int} NOT NULL, ends {int} NOT NULL,
        PRIMARY KEY (tenant, patient, reference, resource_type, id, begins)) {strict}",
    "CREATE INDEX care_said_source ON care_said (tenant, resource_type, id)",
    "CREATE TABLE care_member (tenant {text} NOT NULL, part {text} NOT NULL, whole {text} NOT NULL,
        resource_type {text} NOT NULL, id {text} NOT NULL, begins {int} NOT NULL,
        ends {int} NOT NULL,
        PRIMARY KEY (tenant, part, whole, resource_type, id, begins)) {strict}",
    "CREATE INDEX care_member_source ON care_member (tenant, resource_type, id)",
];

/// What resources are made of, so that they carry the labels of that.
const LABEL_LINKS: &[&str] = &[
    "CREATE TABLE label_link (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, target_type {text} NOT NULL, target_id {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id, target_type, target_id)) {index}",
    "CREATE INDEX label_link_target ON label_link (tenant, target_type, target_id)",
];

/// What a test was about, and which genes of the list its results name.
const SECONDARY: &[&str] = &[
    "CREATE TABLE label_gene (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, gene {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id, gene)) {index}",
    "CREATE TABLE label_order (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        id {text} NOT NULL, request {text} NOT NULL,
        PRIMARY KEY (tenant, resource_type, id, request)) {index}",
    "CREATE INDEX label_order_request ON label_order (tenant, request)",
];

/// Policies that one person wants, and another one may put into use.
const PROPOSALS: &[&str] = &[
    "CREATE TABLE policy_proposal (tenant {text} NOT NULL, id {text} NOT NULL,
        former {int} NOT NULL, digest {text} NOT NULL, actor {text} NOT NULL,
        proposed {int} NOT NULL, body {text} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX policy_proposal_former ON policy_proposal (tenant, former, id)",
];

/// Jobs of bulk export: a place in the sequence and a request, no data.
const EXPORTS: &[&str] =
    &["CREATE TABLE export_job (tenant {text} NOT NULL, id {text} NOT NULL, actor {text} NOT NULL,
        started {int} NOT NULL, sequence {int} NOT NULL, request {text} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}"];

/// Which packs were adopted, and what that changed for whom.
const ADOPTIONS: &[&str] = &[
    "CREATE TABLE pack_adoption (tenant {text} NOT NULL, id {text} NOT NULL,
        number {int} NOT NULL, digest {text} NOT NULL, former {text} NOT NULL,
        actor {text} NOT NULL, started {int} NOT NULL, finished {int} NOT NULL,
        patients {int} NOT NULL, place {text} NOT NULL, PRIMARY KEY (tenant, id)) {strict}",
    "CREATE TABLE pack_change (tenant {text} NOT NULL, adoption {text} NOT NULL,
        patient {text} NOT NULL, current {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, adoption, patient)) {strict}",
];

/// The search tables with what composites, quantities and their units need. They are filled again
/// from the resources at the opening.
const SEARCH: &[&str] = &[
    "DROP TABLE search_token",
    "DROP TABLE search_string",
    "DROP TABLE search_date",
    "DROP TABLE search_reference",
    "CREATE TABLE search_token (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, code {text} NOT NULL, system {text} NOT NULL,
        id {text} NOT NULL, element {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, code, system, id, element)) {index}",
    "CREATE INDEX search_token_id ON search_token (tenant, resource_type, id, parameter, code)",
    "CREATE TABLE search_string (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, folded {text} NOT NULL, exact {text} NOT NULL,
        id {text} NOT NULL, element {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, folded, exact, id, element)) {index}",
    "CREATE INDEX search_string_id ON search_string (tenant, resource_type, id, parameter)",
    "CREATE TABLE search_date (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, low {int} NOT NULL, high {int} NOT NULL, id {text} NOT NULL,
        element {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, low, high, id, element)) {index}",
    "CREATE INDEX search_date_id ON search_date (tenant, resource_type, id, parameter)",
    "CREATE TABLE search_quantity (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, low {text} NOT NULL, high {text} NOT NULL,
        code {text} NOT NULL, system {text} NOT NULL, unit {text} NOT NULL, id {text} NOT NULL,
        element {int} NOT NULL, PRIMARY KEY (tenant, resource_type, parameter, low, high, code,
        system, unit, id, element)) {index}",
    "CREATE INDEX search_quantity_id ON search_quantity (tenant, resource_type, id, parameter)",
    "CREATE TABLE search_reference (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        parameter {text} NOT NULL, target {text} NOT NULL, target_type {text} NOT NULL,
        id {text} NOT NULL, element {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, parameter, target, target_type, id, element)) {index}",
    "CREATE INDEX search_reference_id ON search_reference (tenant, resource_type, id, parameter)",
];

/// Search values as numbers: each thing that is said is kept once, as a concept, and resources
/// hold its number under the number of the path where it stands. The current resources are led by
/// a number of their own, that of the commit they came with. The search tables are filled again
/// from the resources at the opening.
const CONCEPTS: &[&str] = &[
    "DROP TABLE search_token",
    "DROP TABLE search_string",
    "DROP TABLE search_date",
    "DROP TABLE search_quantity",
    "DROP TABLE search_reference",
    "INSERT INTO position (name, value) VALUES ('concept', 0)",
    "CREATE TABLE search_concept (tenant {text} NOT NULL, digest {bytes} NOT NULL,
        concept {int} NOT NULL, PRIMARY KEY (tenant, digest)) {index}",
    "CREATE TABLE search_token (tenant {text} NOT NULL, code {text} NOT NULL,
        system {int} NOT NULL, concept {int} NOT NULL,
        PRIMARY KEY (tenant, code, system, concept)) {index}",
    "CREATE TABLE search_token_of (tenant {text} NOT NULL, concept {int} NOT NULL,
        code {text} NOT NULL, PRIMARY KEY (tenant, concept, code)) {index}",
    "CREATE TABLE search_label (tenant {text} NOT NULL, folded {text} NOT NULL,
        concept {int} NOT NULL, PRIMARY KEY (tenant, folded, concept)) {index}",
    "CREATE TABLE search_posting (tenant {text} NOT NULL, path {int} NOT NULL,
        concept {int} NOT NULL, number {int} NOT NULL, element {int} NOT NULL,
        PRIMARY KEY (tenant, path, concept, number, element)) {index}",
    "CREATE TABLE search_posting_of (tenant {text} NOT NULL, number {int} NOT NULL,
        path {int} NOT NULL, concept {int} NOT NULL,
        PRIMARY KEY (tenant, number, path, concept)) {index}",
    "CREATE TABLE search_string (tenant {text} NOT NULL, number {int} NOT NULL,
        path {int} NOT NULL, folded {text} NOT NULL, exact {text} NOT NULL,
        element {int} NOT NULL,
        PRIMARY KEY (tenant, number, path, folded, exact, element)) {index}",
    "CREATE INDEX search_string_path ON search_string (tenant, path, folded)",
    "CREATE TABLE search_date (tenant {text} NOT NULL, number {int} NOT NULL,
        path {int} NOT NULL, low {int} NOT NULL, high {int} NOT NULL, element {int} NOT NULL,
        PRIMARY KEY (tenant, number, path, low, high, element)) {index}",
    "CREATE INDEX search_date_path ON search_date (tenant, path, high, low)",
    "CREATE TABLE search_quantity (tenant {text} NOT NULL, number {int} NOT NULL,
        path {int} NOT NULL, low {text} NOT NULL, high {text} NOT NULL, concept {int} NOT NULL,
        element {int} NOT NULL,
        PRIMARY KEY (tenant, number, path, low, high, concept, element)) {index}",
    "CREATE INDEX search_quantity_path ON search_quantity (tenant, path, high, low)",
    "CREATE TABLE resource_numbered (tenant {text} NOT NULL, resource_type {text} NOT NULL,
        number {int} NOT NULL, id {text} NOT NULL, version {int} NOT NULL,
        patient {text} NOT NULL, recorded {int} NOT NULL, deleted {int} NOT NULL,
        PRIMARY KEY (tenant, resource_type, number)) {index}",
    "INSERT INTO resource_numbered (tenant, resource_type, number, id, version, patient, recorded,
        deleted) SELECT r.tenant, r.resource_type, (SELECT min(v.sequence) FROM resource_version v
        WHERE v.tenant = r.tenant AND v.resource_type = r.resource_type AND v.id = r.id), r.id,
        r.version, r.patient, r.recorded, r.deleted FROM resource r",
    "DROP TABLE resource",
    "ALTER TABLE resource_numbered RENAME TO resource",
    "CREATE UNIQUE INDEX resource_id ON resource (tenant, resource_type, id)",
    "CREATE INDEX resource_of_patient ON resource (tenant, patient, resource_type)",
];

/// Migrations of `decision.db`, the first one first. Cards are noted at every order; in a file of
/// their own they leave the pages that readers of the record have decrypted as they are.
pub(crate) const DECISION: &[&[&str]] = &[&[
    "CREATE TABLE data_key (tenant {text} NOT NULL, owner {text} NOT NULL,
        wrapped {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant, owner)) {strict}",
    "CREATE TABLE shown (tenant {text} NOT NULL, patient {text} NOT NULL, shown_key {text} NOT NULL,
        card {text} NOT NULL, service {text} NOT NULL, rule {text} NOT NULL, pack {text} NOT NULL,
        recorded {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, patient, shown_key)) {strict}",
    "CREATE INDEX shown_card ON shown (tenant, card)",
    "CREATE TABLE feedback (tenant {text} NOT NULL, id {text} NOT NULL, service {text} NOT NULL,
        card {text} NOT NULL, outcome {text} NOT NULL, patient {text} NOT NULL,
        recorded {int} NOT NULL, digest {text} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE UNIQUE INDEX feedback_once ON feedback (tenant, service, card, outcome, digest)",
], TICKETS];

/// Migrations of `genome.db`, the first one first. Genomes are large and rarely written; in a file
/// of their own they keep nobody waiting. A block's index has both its ends, so that what a range
/// overlaps is found without looking at a block.
pub(crate) const GENOME: &[&[&str]] = &[&[
    "CREATE TABLE data_key (tenant {text} NOT NULL, owner {text} NOT NULL,
        wrapped {bytes} NOT NULL, created {int} NOT NULL, PRIMARY KEY (tenant, owner)) {strict}",
    "CREATE TABLE genome_filing (tenant {text} NOT NULL, filing {text} NOT NULL,
        begun {int} NOT NULL, PRIMARY KEY (tenant, filing)) {strict}",
    "CREATE TABLE genome (tenant {text} NOT NULL, id {text} NOT NULL, filing {text} NOT NULL,
        patient {text} NOT NULL, raw {text} NOT NULL, recorded {int} NOT NULL,
        blocks {int} NOT NULL, bytes {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, id)) {strict}",
    "CREATE INDEX genome_patient ON genome (tenant, patient, id)",
    "CREATE TABLE genome_block (tenant {text} NOT NULL, filing {text} NOT NULL,
        kind {text} NOT NULL, sequence {text} NOT NULL, number {int} NOT NULL,
        first {int} NOT NULL, last {int} NOT NULL, body {bytes} NOT NULL,
        PRIMARY KEY (tenant, filing, kind, sequence, number)) {strict}",
    "CREATE INDEX genome_block_ends ON genome_block (tenant, filing, kind, sequence, last, first,
        number)",
], CARRIERS];

/// For each mark that patients may have, the set of those who have it, in chunks; where in the
/// change feed they were made. All of it is made again from resources and genomes.
const CARRIERS: &[&str] = &[
    "CREATE TABLE carrier_index (tenant {text} NOT NULL, settings {text} NOT NULL,
        sequence {int} NOT NULL, next {int} NOT NULL, PRIMARY KEY (tenant)) {strict}",
    "CREATE TABLE carrier (tenant {text} NOT NULL, number {int} NOT NULL, patient {text} NOT NULL,
        is_open {int} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (tenant, number)) {strict}",
    "CREATE UNIQUE INDEX carrier_patient ON carrier (tenant, patient)",
    "CREATE INDEX carrier_open ON carrier (tenant, is_open, number)",
    "CREATE TABLE carrier_set (tenant {text} NOT NULL, mark {bytes} NOT NULL,
        chunk {int} NOT NULL, holders {bytes} NOT NULL,
        PRIMARY KEY (tenant, mark, chunk)) {index}",
    "CREATE TABLE carrier_listed (tenant {text} NOT NULL, mark {bytes} NOT NULL,
        kind {text} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (tenant, mark)) {strict}",
    "CREATE INDEX carrier_listed_kind ON carrier_listed (tenant, kind, mark)",
];
