//! The index of the audit log, by patient, actor, time and entity: a sealed file of its own that
//! is made from the segments and can be removed at any time.
//!
//! It is brought up to date when it is asked, so that writing an event costs nothing more. It is
//! for reading only; whether the log is whole is for the check of the segments to say.

use super::chain::{name, segments};
use super::line::Line;
use super::{AuditEvent, AuditPage, AuditQuery};
use crate::Failure;
use crate::key::Keys;
use crate::store::sqlite::Sqlite;
use crate::store::{Connection, Executor, Value, values};
use crate::vault::Builder;
use model::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Name of the file, in the directory of the segments.
const FILE: &str = "index.db";
/// The form of the tables; another one is made anew.
const FORM: i64 = 1;
/// Events that are taken in by one transaction.
const EVENTS_AT_ONCE: usize = 20_000;

const TABLES: &[&str] = &[
    "CREATE TABLE form (form INTEGER NOT NULL PRIMARY KEY) STRICT",
    "CREATE TABLE segment (name TEXT NOT NULL PRIMARY KEY, bytes INTEGER NOT NULL,
        lines INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE event (number INTEGER NOT NULL PRIMARY KEY, tenant TEXT NOT NULL,
        id TEXT NOT NULL, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        permitted INTEGER NOT NULL, disclosed INTEGER NOT NULL, body TEXT NOT NULL) STRICT",
    "CREATE UNIQUE INDEX event_id ON event (tenant, id)",
    "CREATE INDEX event_time ON event (tenant, time, number)",
    "CREATE INDEX event_actor ON event (tenant, actor, time, number)",
    "CREATE TABLE patient (tenant TEXT NOT NULL, patient TEXT NOT NULL, time INTEGER NOT NULL,
        number INTEGER NOT NULL, PRIMARY KEY (tenant, patient, time, number))
        STRICT, WITHOUT ROWID",
    "CREATE TABLE entity (tenant TEXT NOT NULL, entity TEXT NOT NULL, time INTEGER NOT NULL,
        number INTEGER NOT NULL, PRIMARY KEY (tenant, entity, time, number))
        STRICT, WITHOUT ROWID",
];

/// The opened index.
pub(super) struct Index(Sqlite);

impl Index {
    /// Opens the index; one of another form or one that cannot be read is made anew.
    pub(super) fn open(directory: &Path, keys: &Keys) -> Result<Self, Failure> {
        let path = directory.join(FILE);
        let io = |error: std::io::Error| Failure::Storage(error.to_string());
        std::fs::create_dir_all(directory).map_err(io)?;
        if let Ok(opened) = Self::open_as_it_is(&path, keys) {
            return Ok(opened);
        }
        remove(directory)?;
        Self::open_as_it_is(&path, keys)
    }

    fn open_as_it_is(path: &Path, keys: &Keys) -> Result<Self, Failure> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| Failure::Storage(error.to_string()))?;
        let database = Sqlite::open(path, &keys.database("audit index")?, true)?;
        let index = Self(database);
        index.written(|database| {
            let there = "SELECT name FROM sqlite_schema WHERE name = 'form'";
            if database.first(there, &[])?.is_none() {
                TABLES.iter().try_for_each(|text| database.execute(text, &[]).map(drop))?;
                database.execute("INSERT INTO form (form) VALUES ($1)", values![FORM])?;
            }
            match database.one("SELECT form FROM form", &[])?.int(0)? {
                FORM => Ok(()),
                _ => Err(Failure::Storage("the index has another form".to_owned())),
            }
        })?;
        Ok(index)
    }

    fn written<T>(&self, work: impl FnOnce(&Sqlite) -> Result<T, Failure>) -> Result<T, Failure> {
        self.0.begin_write()?;
        let done = work(&self.0).and_then(|done| self.0.commit().map(|()| done));
        self.0.leave();
        done
    }

    /// Takes in what the segments have more than the index.
    pub(super) fn bring_up_to_date(&self, directory: &Path) -> Result<(), Failure> {
        let io = |error: std::io::Error| Failure::Audit(error.to_string());
        for path in segments(directory).map_err(io)? {
            while self.written(|database| take_in(database, &path))? == EVENTS_AT_ONCE {}
        }
        Ok(())
    }

    /// Events that a query asks for, the latest first, with the number that follows them.
    pub(super) fn events(&self, tenant: &str, query: &AuditQuery) -> Result<AuditPage, Failure> {
        let (from, time) = match (&query.patient, &query.entity) {
            (Some(_), _) => ("patient x JOIN event e ON e.number = x.number", "x"),
            (None, Some(_)) => ("entity x JOIN event e ON e.number = x.number", "x"),
            (None, None) => ("event e", "e"),
        };
        let start =
            format!("SELECT e.number, e.time, e.id, e.body FROM {from} WHERE {time}.tenant");
        let mut text = Builder::new(&start, &[]);
        let mut condition = |words: &str, value: Value| {
            text.push(words);
            text.bind(value);
        };
        condition(" = ", Value::from(tenant));
        match (&query.patient, &query.entity) {
            (Some(patient), entity) => {
                condition(" AND x.patient = ", Value::from(patient));
                if let Some(entity) = entity {
                    let words = " AND EXISTS (SELECT 1 FROM entity n WHERE n.tenant = e.tenant
                        AND n.time = e.time AND n.number = e.number AND n.entity = ";
                    condition(words, Value::from(entity));
                    text.push(")");
                }
            }
            (None, Some(entity)) => condition(" AND x.entity = ", Value::from(entity)),
            (None, None) => {}
        }
        if let Some(actor) = &query.actor {
            text.push(" AND e.actor = ");
            text.bind(actor);
        }
        if let Some(permitted) = query.permitted {
            text.push(" AND e.permitted = ");
            text.bind(permitted);
        }
        if query.disclosures_only {
            text.push(" AND e.disclosed = 1");
        }
        if let Some(actions) = &query.actions {
            text.push(" AND e.action IN (");
            text.bind_list(actions.iter().map(|action| action.word()));
            text.push(")");
        }
        let bounds = [(" >= ", query.from), (" < ", query.until)];
        for (comparison, bound) in bounds.into_iter().filter_map(|(c, b)| Some((c, b?))) {
            text.push(&format!(" AND {time}.time{comparison}"));
            text.bind(bound.micros());
        }
        if let Some((at, number)) = query.before {
            text.push(&format!(" AND ({time}.time, {time}.number) < ("));
            text.bind(at.micros());
            text.push(", ");
            text.bind(number);
            text.push(")");
        }
        text.push(&format!(" ORDER BY {time}.time DESC, {time}.number DESC LIMIT "));
        text.bind(u64::from(query.count) + 1);
        let mut rows = self.0.query(&text.sql, &text.values)?;
        let more = rows.len() > query.count as usize;
        rows.truncate(query.count as usize);
        let place = |row: &crate::store::Row| {
            Ok::<_, Failure>((Timestamp::from_micros(row.int(1)?), row.count(0)?))
        };
        let next = rows.last().filter(|_| more).map(place).transpose()?;
        let events = rows.iter().map(|row| AuditEvent::read(row.text(2)?, row.text(3)?));
        Ok(AuditPage { events: events.collect::<Result<_, _>>()?, next })
    }

    /// One event.
    pub(super) fn event(&self, tenant: &str, id: &str) -> Result<Option<AuditEvent>, Failure> {
        let one = "SELECT id, body FROM event WHERE tenant = $1 AND id = $2";
        let row = self.0.first(one, values![tenant, id])?;
        row.map(|row| AuditEvent::read(row.text(0)?, row.text(1)?)).transpose()
    }
}

/// Removes the file: the index is made again when it is asked.
pub(super) fn remove(directory: &Path) -> Result<(), Failure> {
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(directory.join(format!("{FILE}{ending}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::Storage(error.to_string()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes in some lines of a segment; how many. A line that is none ends the segment: the check of
/// the log names it.
fn take_in(database: &Sqlite, path: &Path) -> Result<usize, Failure> {
    let io = |error: std::io::Error| Failure::Audit(error.to_string());
    let segment = name(path);
    let known = "SELECT bytes, lines FROM segment WHERE name = $1";
    let row = database.first(known, values![&segment])?;
    let (mut bytes, mut lines) = match &row {
        Some(row) => (row.count(0)?, row.count(1)?),
        None => (0, 0),
    };
    let mut file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() <= bytes {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(bytes)).map_err(io)?;
    let mut reader = BufReader::new(file);
    let last = "SELECT coalesce(max(number), 0) FROM event";
    let mut number = database.one(last, &[])?.count(0)?;
    let (mut taken, mut text) = (0, Vec::new());
    let stem = segment.strip_suffix(".log").unwrap_or(&segment);
    while taken < EVENTS_AT_ONCE && reader.read_until(b'\n', &mut text).map_err(io)? > 0 {
        let line = Line::read(&text).filter(|_| text.last() == Some(&b'\n'));
        let Some(line) = line else { break };
        lines += 1;
        if !line.is_thinned() {
            number += 1;
            if put(database, number, &format!("{stem}.{lines}"), &line.event).is_err() {
                break;
            }
        }
        bytes += text.len() as u64;
        taken += 1;
        text.clear();
    }
    let put = "INSERT INTO segment (name, bytes, lines) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, lines = excluded.lines";
    let lines = lines.min(row.map_or(Ok(0), |row| row.count(1))? + taken as u64);
    database.execute(put, values![segment, bytes, lines])?;
    Ok(taken)
}

fn put(database: &Sqlite, number: u64, id: &str, body: &str) -> Result<(), Failure> {
    let event = AuditEvent::read(id, body)?;
    let (tenant, time) = (event.tenant.as_str(), event.time.micros());
    let row = values![
        number,
        tenant,
        id,
        time,
        &event.actor,
        &event.action,
        event.permitted,
        event.disclosure.is_some(),
        body
    ];
    database.execute(
        "INSERT INTO event (number, tenant, id, time, actor, action, permitted, disclosed, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row,
    )?;
    let of = |table: &str| {
        format!(
            "INSERT INTO {table} (tenant, {table}, time, number) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING"
        )
    };
    for (sql, values) in [(of("patient"), &event.patients), (of("entity"), &event.entities)] {
        for value in values {
            database.execute(&sql, values![tenant, value, time, number])?;
        }
    }
    Ok(())
}
