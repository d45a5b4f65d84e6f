//! Signatures whose bodies follow.
use crate::*;
use model::fact::FiledFact;
use model::patient::{Identifier, Patient};
use model::statement::KnowledgeRef;
use model::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
type R<T> = Result<T, Failure>;
fn later<T>() -> R<T> {
    Err(Failure::Storage("not opened".into()))
}
impl MasterKey {
    pub fn create_file(path: impl AsRef<Path>) -> R<Self> {
        let _ = path;
        later()
    }
    pub fn from_file(path: impl AsRef<Path>) -> R<Self> {
        let _ = path;
        later()
    }
}
impl Record {
    pub fn open(settings: Settings, clock: Clock) -> R<Record> {
        let _ = settings;
        let _ = clock;
        later()
    }
    pub fn new_id(&self) -> String {
        String::new()
    }
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
    pub fn archive(&self, _: &Access, _raw: NewRaw) -> R<RawId> {
        later()
    }
    pub fn raw(&self, _: &Access, _id: &RawId) -> R<Option<RawMessage>> {
        later()
    }
    pub fn raw_waiting(&self, _: &Access, _limit: u32) -> R<Vec<RawMessage>> {
        later()
    }
    pub fn raw_list(
        &self,
        _: &Access,
        _state: Option<RawState>,
        _limit: u32,
    ) -> R<Vec<RawSummary>> {
        later()
    }
    pub fn raw_duplicate(
        &self,
        _: &Access,
        _feed: &str,
        _message_key: &str,
    ) -> R<Option<RawSummary>> {
        later()
    }
    pub fn set_raw_state(
        &self,
        _: &Access,
        _id: &RawId,
        _state: RawState,
        _note: &[Problem],
    ) -> R<()> {
        later()
    }
    pub fn set_acknowledgement(&self, _: &Access, _id: &RawId, _ack: &[u8]) -> R<()> {
        later()
    }
    pub fn commit(&self, _: &Access, _commit: Commit) -> R<Committed> {
        later()
    }
    pub fn read(&self, _: &Access, _resource_type: &str, _id: &str) -> R<Option<Stored>> {
        later()
    }
    pub fn vread(
        &self,
        _: &Access,
        _resource_type: &str,
        _id: &str,
        _version: u64,
    ) -> R<Option<Stored>> {
        later()
    }
    pub fn search(&self, _: &Access, _query: &Query) -> R<Page> {
        later()
    }
    pub fn facts(&self, _: &Access, _patient: &PatientId) -> R<Vec<FiledFact>> {
        later()
    }
    pub fn facts_of_version(&self, _: &Access, _reference: &ResourceRef) -> R<Vec<FiledFact>> {
        later()
    }
    pub fn find_patients(&self, _: &Access, _identifiers: &[Identifier]) -> R<Vec<Patient>> {
        later()
    }
    pub fn patients(&self, _: &Access, _limit: u32) -> R<Vec<Patient>> {
        later()
    }
    pub fn put_statements(
        &self,
        _: &Access,
        _patient: &PatientId,
        _statements: Vec<Statement>,
        _cursor: Option<(&str, u64)>,
    ) -> R<StatementsPut> {
        later()
    }
    pub fn statements(&self, _: &Access, _patient: &PatientId) -> R<Vec<StoredStatement>> {
        later()
    }
    pub fn statement(
        &self,
        _: &Access,
        _id: &StatementId,
        _version: Option<u64>,
    ) -> R<Option<StoredStatement>> {
        later()
    }
    pub fn changes(&self, _: &Access, _after: u64, _limit: u32) -> R<Vec<Change>> {
        later()
    }
    pub fn cursor(&self, _: &Access, _name: &str) -> R<u64> {
        later()
    }
    pub fn set_cursor(&self, _: &Access, _name: &str, _sequence: u64) -> R<()> {
        later()
    }
    pub fn wait_for_change(&self, after: u64, _timeout: Duration) -> u64 {
        after
    }
    pub fn reviews(&self, _: &Access, _open_only: bool) -> R<Vec<Review>> {
        later()
    }
    pub fn resolve_review(&self, _: &Access, _id: &str, _resolution: &str) -> R<()> {
        later()
    }
    pub fn put_account(&self, _: &Access, _account: Account) -> R<()> {
        later()
    }
    pub fn account(&self, _: &Access, _login: &str) -> R<Option<Account>> {
        later()
    }
    pub fn put_client(&self, _: &Access, _client: Client) -> R<()> {
        later()
    }
    pub fn client_by_token_hash(&self, _: &Access, _token_sha256: &str) -> R<Option<Client>> {
        later()
    }
    pub fn put_session(
        &self,
        _: &Access,
        _token_sha256: &str,
        _login: &str,
        _expires: Timestamp,
    ) -> R<()> {
        later()
    }
    pub fn session(&self, _: &Access, _token_sha256: &str) -> R<Option<Session>> {
        later()
    }
    pub fn delete_session(&self, _: &Access, _token_sha256: &str) -> R<()> {
        later()
    }
    pub fn put_shown(&self, _: &Access, _shown: Shown) -> R<()> {
        later()
    }
    pub fn shown(&self, _: &Access, _patient: &PatientId, _keys: &[String]) -> R<BTreeSet<String>> {
        later()
    }
    pub fn put_feedback(&self, _: &Access, _feedback: Feedback) -> R<bool> {
        later()
    }
    pub fn feedback(&self, _: &Access, _limit: u32) -> R<Vec<StoredFeedback>> {
        later()
    }
    pub fn keep_pack(
        &self,
        _: &Access,
        _pack: &KnowledgeRef,
        _files: &BTreeMap<String, Vec<u8>>,
    ) -> R<()> {
        later()
    }
    pub fn kept_pack(&self, _: &Access, _digest: &str) -> R<Option<BTreeMap<String, Vec<u8>>>> {
        later()
    }
    pub fn health(&self) -> Health {
        Health {
            writable: false,
            schema_version: 0,
            cipher_version: String::new(),
            last_sequence: 0,
            raw_states: BTreeMap::new(),
            reviews_open: 0,
            jobs_waiting: 0,
        }
    }
    pub fn verify_audit(&self) -> AuditVerification {
        AuditVerification::default()
    }
}
