//! Data keys of one transaction, and the scope as a part of its queries.

use crate::access::EVERYBODY;
use crate::grant::{Columns, lower};
use crate::key::{DataKey, Keys, Opened, Packed};
use crate::sql::record::{DATA_KEY_GET, DATA_KEY_PUT};
use crate::store::{Executor, Value, values};
use crate::{Access, Failure, Scope};
use aws_lc_rs::digest;
use model::Timestamp;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Data keys by owner, unwrapped once for each transaction. Both databases have the same table.
pub(crate) struct Vault<'a> {
    executor: &'a dyn Executor,
    keys: &'a Keys,
    tenant: &'a str,
    unwrapped: RefCell<HashMap<String, Rc<DataKey>>>,
}

impl<'a> Vault<'a> {
    pub(crate) fn new(executor: &'a dyn Executor, keys: &'a Keys, tenant: &'a str) -> Self {
        Self { executor, keys, tenant, unwrapped: RefCell::default() }
    }

    /// The key of an owner; one that is not there was destroyed.
    fn key(&self, owner: &str) -> Result<Option<Rc<DataKey>>, Failure> {
        if let Some(key) = self.unwrapped.borrow().get(owner) {
            return Ok(Some(Rc::clone(key)));
        }
        let Some(row) = self.executor.first(DATA_KEY_GET, values![self.tenant, owner])? else {
            return Ok(None);
        };
        let key = self.keys.data_key([self.tenant, owner], row.bytes(0)?)?;
        Ok(Some(self.keep(owner, key)))
    }

    fn keep(&self, owner: &str, key: DataKey) -> Rc<DataKey> {
        let key = Rc::new(key);
        self.unwrapped.borrow_mut().insert(owner.to_owned(), Rc::clone(&key));
        key
    }

    /// Seals a body for its place, `[type, id, version]`, making the owner's key if need be.
    pub(crate) fn seal(
        &self,
        owner: &str,
        place: &[&str],
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, Failure> {
        self.seal_packed(owner, place, &Packed::of(body), now)
    }

    /// The same of a body that was packed beforehand.
    pub(crate) fn seal_packed(
        &self,
        owner: &str,
        place: &[&str],
        body: &Packed,
        now: Timestamp,
    ) -> Result<Vec<u8>, Failure> {
        let key = if let Some(key) = self.key(owner)? {
            key
        } else {
            let (key, wrapped) = self.keys.new_data_key([self.tenant, owner], now)?;
            let row = values![self.tenant, owner, wrapped, now.micros()];
            self.executor.execute(DATA_KEY_PUT, row)?;
            self.keep(owner, key)
        };
        key.seal(&self.place(owner, place), body)
    }

    /// Opens a body of exactly its place.
    pub(crate) fn open(
        &self,
        owner: &str,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        match self.open_with_gaps(owner, place, sealed)? {
            Opened { body, gaps: None } => Ok(body),
            Opened { gaps: Some(_), .. } => Err(Failure::Sealed { place: place.join("/") }),
        }
    }

    /// Opens a body of exactly its place, which something may be missing in.
    pub(crate) fn open_with_gaps(
        &self,
        owner: &str,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<Opened, Failure> {
        let key = self.key(owner)?;
        let key = key.ok_or_else(|| Failure::Sealed { place: place.join("/") })?;
        key.open(&self.place(owner, place), sealed)
    }

    fn place<'b>(&'b self, owner: &'b str, place: &[&'b str]) -> Vec<&'b str> {
        [self.tenant, owner].into_iter().chain(place.iter().copied()).collect()
    }
}

/// SHA-256 as lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

/// A query under construction: its values are numbered in the order in which they appear.
pub(crate) struct Builder {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Builder {
    /// A text whose `$1` … are these values.
    pub(crate) fn new(sql: &str, values: &[Value]) -> Self {
        Self { sql: sql.to_owned(), values: values.to_vec() }
    }

    /// Adds text that binds nothing.
    pub(crate) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Appends parameters parted by commas; both databases take an empty list as one that holds
    /// nothing only in this form.
    pub(crate) fn bind_list<'v>(&mut self, values: impl Iterator<Item = &'v str>) {
        self.push("NULL");
        for value in values {
            self.push(", ");
            self.bind(value);
        }
    }

    /// Adds the next `$n`.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    /// Adds what an access may know of the rows of resources, versions, facts or changes: its
    /// scope, and what the policies leave. An access that was not granted sees nothing.
    pub(crate) fn scope(&mut self, access: &Access, columns: Columns<'_>) {
        let alias = columns.alias();
        self.scope_of_patients(access, &format!("{alias}.patient"));
        self.push(" AND ");
        match access.lens() {
            Some(lens) => lower(self, access, lens, columns),
            None => self.push("(1 = 0)"),
        }
    }

    /// Adds the patients of an access alone, where the policies were asked beforehand.
    pub(crate) fn scope_of_patients(&mut self, access: &Access, column: &str) {
        let Scope::Patients(patients) = access.scope() else { return };
        self.push(&format!(" AND {column} IN ("));
        self.bind(EVERYBODY);
        for patient in patients {
            self.push(", ");
            self.bind(patient.as_str());
        }
        self.push(")");
    }
}
