//! Statements: what the engines concluded, every version of it.

use crate::audit::Touched;
use crate::feed::{self, ChangeKind, Entry};
use crate::grant::Columns;
use crate::key::Keys;
use crate::label::{OfInputs, put_statement_labels};
use crate::limit::{self, STATEMENT_BODY_BYTES_MAX, STATEMENTS_MAX, within};
use crate::record::Clock;
use crate::sql::record as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Builder, Vault, sha256};
use crate::{Access, Action, Failure, Record};
use model::statement::Capsule;
use model::{PatientId, Statement, StatementId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// `resource_type` of a statement's changes.
pub(crate) const KIND: &str = "Statement";

/// What a call of `put_statements` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatementsPut {
    /// Statements with a new version.
    pub written: u32,
    /// Statements whose bytes are those of the current version.
    pub unchanged: u32,
    /// Statements that no longer hold.
    pub withdrawn: u32,
}

/// A stored version of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStatement {
    /// What it says; for a withdrawn one, what it last said.
    pub statement: Statement,
    /// Version, counted from 1.
    pub version: u64,
    /// When it was committed.
    pub recorded: Timestamp,
    /// Whether this version takes the statement back.
    pub withdrawn: bool,
    /// SHA-256 of its JSON, lower-case hex.
    pub sha256: String,
}

impl Record {
    /// Makes these the current statements of a patient, in one transaction with the cursor. One
    /// whose bytes are those of the current version is not written again; a current one that is
    /// not among them is withdrawn and stays in the history.
    #[expect(clippy::needless_pass_by_value, reason = "the list is handed over for good")]
    pub fn put_statements(
        &self,
        access: &Access,
        patient: &PatientId,
        statements: Vec<Statement>,
        cursor: Option<(&str, u64)>,
    ) -> Result<StatementsPut, Failure> {
        self.permit(access, Action::PutStatements)?;
        if !access.sees(patient.as_str()) {
            return Err(Failure::NotFound);
        }
        let statements = prepare(patient, &statements)?;
        if let Some((name, _)) = cursor {
            limit::text("cursor", name)?;
        }
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        self.note(access, Action::PutStatements, &touched)?;
        let put = Put {
            tenant: access.tenant().as_str().to_owned(),
            patient: patient.as_str().to_owned(),
            keys: Arc::clone(&self.inner.keys),
            clock: Arc::clone(&self.inner.clock),
        };
        let cursor = cursor.map(|(name, sequence)| (name.to_owned(), sequence));
        self.inner.record_writer.write(move |executor| {
            let done = put.run(executor, statements)?;
            if let Some((name, sequence)) = cursor {
                feed::move_cursor(executor, &put.tenant, &name, sequence)?;
            }
            Ok(done)
        })
    }

    /// The current statements of a patient, by id.
    pub fn statements(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Vec<StoredStatement>, Failure> {
        let access = &self.granted(access, Action::ReadStatements)?;
        self.audited_read(access, Action::ReadStatements, |executor, touched| {
            touched.patient(patient.as_str());
            let tenant = access.tenant().as_str();
            let key = values![tenant, patient.as_str()];
            let mut query = Builder::new(sql::STATEMENTS_OF_PATIENT, key);
            query.scope(access, Columns::Statement("s"));
            query.push(" ORDER BY v.id");
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(|row| stored(&vault, row)).collect()
        })
    }

    /// Those of a patient's current statements that have these ids: what one order needs, however
    /// many drugs the pack speaks of. [`Failure::NotFound`] for a patient who is not known, was
    /// deleted or may not be seen; statements that outlive a deletion are no answer.
    pub fn statements_by_id(
        &self,
        access: &Access,
        patient: &PatientId,
        ids: &[StatementId],
    ) -> Result<Vec<StoredStatement>, Failure> {
        within("ids", ids.len(), STATEMENTS_MAX, "ids")?;
        let access = &self.granted(access, Action::ReadStatements)?;
        self.audited_read(access, Action::ReadStatements, |executor, touched| {
            touched.patient(patient.as_str());
            let tenant = access.tenant().as_str();
            let head = values![tenant, "Patient", patient.as_str()];
            let known = match executor.first(sql::RESOURCE_GET, head)? {
                Some(row) => row.int(2)? == 0,
                None => false,
            };
            if !known || !access.sees(patient.as_str()) {
                return Err(Failure::NotFound);
            }
            let key = values![tenant, patient.as_str()];
            let mut query = Builder::new(sql::STATEMENTS_OF_PATIENT, key);
            query.scope(access, Columns::Statement("s"));
            query.push(" AND s.id IN (");
            query.bind_list(ids.iter().map(StatementId::as_str));
            query.push(") ORDER BY v.id");
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(|row| stored(&vault, row)).collect()
        })
    }

    /// One version of a statement; without a number the current one, withdrawn or not.
    pub fn statement(
        &self,
        access: &Access,
        id: &StatementId,
        version: Option<u64>,
    ) -> Result<Option<StoredStatement>, Failure> {
        let access = &self.granted(access, Action::ReadStatements)?;
        self.audited_read(access, Action::ReadStatements, |executor, touched| {
            let tenant = access.tenant().as_str();
            let mut query = match version {
                None => Builder::new(sql::STATEMENT_CURRENT, values![tenant, id.as_str()]),
                Some(version) => {
                    Builder::new(sql::STATEMENT_VERSION, values![tenant, id.as_str(), version])
                }
            };
            query.scope(access, Columns::Statement("v"));
            let Some(row) = executor.first(&query.sql, &query.values)? else { return Ok(None) };
            touched.patient(row.text(2)?);
            touched.entities.push(format!("{KIND}/{}", row.text(0)?));
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            stored(&vault, &row).map(Some)
        })
    }
}

/// A statement as it is stored.
pub(crate) struct Bytes {
    id: String,
    body: Vec<u8>,
    sha256: String,
    capsule: Capsule,
}

pub(crate) fn prepare(
    patient: &PatientId,
    statements: &[Statement],
) -> Result<Vec<Bytes>, Failure> {
    within("statements", statements.len(), STATEMENTS_MAX, "statements")?;
    let mut seen = BTreeSet::new();
    let one = |(place, statement): (usize, &Statement)| {
        let invalid = |text: &str| Failure::Invalid {
            place: format!("statement[{place}]"),
            text: text.to_owned(),
        };
        let id = statement.id.as_str();
        limit::text("statement id", id)?;
        if &statement.patient != patient {
            return Err(invalid("is about another patient"));
        }
        if id.is_empty() || !seen.insert(id.to_owned()) {
            return Err(invalid("has no id of its own"));
        }
        let body = serde_json::to_vec(statement).map_err(|error| invalid(&error.to_string()))?;
        within("statement", body.len(), STATEMENT_BODY_BYTES_MAX, "bytes")?;
        let capsule = statement.capsule.clone();
        Ok(Bytes { id: id.to_owned(), sha256: sha256(&body), body, capsule })
    };
    statements.iter().enumerate().map(one).collect()
}

pub(crate) struct Put {
    pub(crate) tenant: String,
    pub(crate) patient: String,
    pub(crate) keys: Arc<Keys>,
    pub(crate) clock: Clock,
}

impl Put {
    pub(crate) fn run(
        &self,
        executor: &dyn Executor,
        statements: Vec<Bytes>,
    ) -> Result<StatementsPut, Failure> {
        let vault = Vault::new(executor, &self.keys, &self.tenant);
        let now = (self.clock)();
        let key = values![&self.tenant, &self.patient];
        let mut left = BTreeMap::new();
        for row in executor.query(sql::STATEMENTS_CURRENT, key)? {
            left.insert(row.text(0)?.to_owned(), (row.count(1)?, row.text(2)?.to_owned()));
        }
        let mut done = StatementsPut::default();
        let mut inputs = OfInputs::default();
        let labels =
            |of: &Bytes, inputs: &mut OfInputs| inputs.of(executor, &self.tenant, &of.capsule);
        for statement in statements {
            if left.remove(&statement.id).is_some_and(|(_, sha256)| sha256 == statement.sha256) {
                done.unchanged += 1;
                continue;
            }
            let key = values![&self.tenant, &statement.id];
            let version = match executor.first(sql::STATEMENT_HEAD, key)? {
                None => 1,
                Some(row) if row.text(1)? != self.patient => {
                    return Err(Failure::Invalid {
                        place: "statement id".to_owned(),
                        text: "belongs to another patient".to_owned(),
                    });
                }
                Some(row) => row.count(0)? + 1,
            };
            self.write(executor, &vault, now, version, &statement, false)?;
            let (labels, place) = (labels(&statement, &mut inputs)?, (&*statement.id, version));
            put_statement_labels(executor, &self.tenant, &self.patient, place, &labels)?;
            done.written += 1;
        }
        for (id, (version, _)) in left {
            let key = values![&self.tenant, &id];
            let last = stored(&vault, &executor.one(sql::STATEMENT_CURRENT, key)?)?;
            let body = serde_json::to_vec(&last.statement)
                .map_err(|error| Failure::Storage(error.to_string()))?;
            let capsule = last.statement.capsule;
            let withdrawn = Bytes { id, sha256: sha256(&body), body, capsule };
            self.write(executor, &vault, now, version + 1, &withdrawn, true)?;
            let (labels, place) = (labels(&withdrawn, &mut inputs)?, (&*withdrawn.id, version + 1));
            put_statement_labels(executor, &self.tenant, &self.patient, place, &labels)?;
            done.withdrawn += 1;
        }
        Ok(done)
    }

    fn write(
        &self,
        executor: &dyn Executor,
        vault: &Vault<'_>,
        now: Timestamp,
        version: u64,
        statement: &Bytes,
        withdrawn: bool,
    ) -> Result<(), Failure> {
        let Bytes { id, body, sha256, .. } = statement;
        let place = [KIND, id.as_str(), &version.to_string()];
        let sealed = vault.seal(&self.patient, &place, body, now)?;
        let entry = Entry {
            kind: ChangeKind::Statement,
            resource_type: KIND,
            id,
            version,
            patient: &self.patient,
            deleted: withdrawn,
        };
        feed::append(executor, &self.tenant, &entry)?;
        let sequence = executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?;
        let micros = now.micros();
        let row = values![
            &self.tenant,
            id,
            version,
            &self.patient,
            sequence,
            micros,
            withdrawn,
            sha256,
            sealed
        ];
        executor.execute(sql::STATEMENT_VERSION_PUT, row)?;
        let row = values![&self.tenant, id, &self.patient, version, withdrawn, sha256];
        executor.execute(sql::STATEMENT_PUT, row).map(|_| ())
    }
}

/// Opens a statement from its row: id, version, patient, recorded, withdrawn, sha256, body.
pub(crate) fn stored(vault: &Vault<'_>, row: &Row) -> Result<StoredStatement, Failure> {
    let (id, version) = (row.text(0)?, row.count(1)?);
    let place = || Failure::Sealed { place: format!("{KIND}/{id}/{version}") };
    let body = vault.open(row.text(2)?, &[KIND, id, &version.to_string()], row.bytes(6)?)?;
    if sha256(&body) != row.text(5)? {
        return Err(place());
    }
    Ok(StoredStatement {
        statement: serde_json::from_slice(&body).map_err(|_| place())?,
        version,
        recorded: Timestamp::from_micros(row.int(3)?),
        withdrawn: row.flag(4)?,
        sha256: row.text(5)?.to_owned(),
    })
}
