//! A session with the server: making one, setting it up, and running statements in it.

use super::in_order::in_order;
use super::many;
use super::socket::{Socket, Wire};
use super::tls::Tls;
use super::url::{PostgresUrl, Transport};
use super::value::Column;
use crate::Failure;
use crate::store::{Row, Value};
use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};

/// How long one server is waited for, if the address does not say.
const CONNECT: Duration = Duration::from_secs(10);
/// Prepared statements kept by one session.
const STATEMENTS_MAX: usize = 256;
/// Questions that are asked before the first answer is read.
const IN_FLIGHT_MAX: usize = 500;
/// The oldest server that is known to do what is asked of it.
const VERSION_MIN: i64 = 130_000;
/// Every session: a lock is waited for as long as in SQLite; a client that vanished does not keep
/// its transaction, and the lock with it, for longer than this; plans are short, so never compiled.
const SETTINGS: &str = "SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '300s';
    SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
    SET jit = off; SET client_min_messages = warning";
/// What is read back: version, encoding, durability, and whether it is a copy that takes no writes.
const ABOUT: &str = "SELECT current_setting('server_version_num'),
    current_setting('server_encoding'), current_setting('synchronous_commit'),
    pg_is_in_recovery(), current_setting('server_version')";

/// A session. The order of the fields is the order in which they are dropped.
pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    wire: Wire,
    version: String,
}

/// An error without values and without the message, which may quote them.
fn failed(error: &tokio_postgres::Error) -> Failure {
    Failure::Storage(match error.as_db_error() {
        Some(told) => {
            let place = told.constraint().or(told.column()).or(told.table());
            let place = place.map_or_else(String::new, |place| format!(" at {place}"));
            format!("PostgreSQL refuses with {}{place}", told.code().code())
        }
        None if error.is_closed() => "the connection to PostgreSQL was lost".to_owned(),
        None => "PostgreSQL gave an unexpected answer".to_owned(),
    })
}

/// The same while connecting, when there are no values yet: with the server's own words.
fn refused(error: &tokio_postgres::Error) -> String {
    let told = error.as_db_error().map(DbError::message).map(str::to_owned);
    let cause = || std::error::Error::source(error).map(ToString::to_string);
    told.or_else(cause).unwrap_or_else(|| error.to_string())
}

impl Session {
    /// Connects to the first host that answers and takes writes.
    pub(super) fn connect(url: &PostgresUrl, schema: Option<&str>) -> Result<Self, Failure> {
        let mut refusals = Vec::new();
        for (host, port) in url.hosts() {
            match Self::connect_to(url, &host, port).and_then(|mut session| {
                session.settle(schema)?;
                Ok(session)
            }) {
                Ok(session) => return Ok(session),
                Err(Failure::Storage(text)) => refusals.push(text),
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Storage(format!("{url}: {}", refusals.join("; "))))
    }

    fn connect_to(url: &PostgresUrl, host: &Host, port: u16) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::Storage(error.to_string());
        let timeout = url.config().get_connect_timeout().copied().unwrap_or(CONNECT);
        let mut config = url.config().clone();
        config.application_name("cognate");
        let (socket, tls) = match host {
            Host::Unix(directory) => {
                let path = directory.join(format!(".s.PGSQL.{port}"));
                (Socket::unix(&path).map_err(failed)?, None)
            }
            Host::Tcp(name) => {
                let (socket, address) = reach(name, port, timeout)?;
                (socket, tls(url, name, address)?)
            }
        };
        let end = Instant::now().checked_add(timeout);
        match tls {
            Some(tls) => Self::start(socket, tls, config.ssl_mode(SslMode::Require), end),
            None => Self::start(socket, NoTls, config.ssl_mode(SslMode::Disable), end),
        }
    }

    fn start<T>(
        socket: Socket,
        tls: T,
        config: &Config,
        end: Option<Instant>,
    ) -> Result<Self, Failure>
    where
        T: tokio_postgres::tls::TlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let lost = |error: std::io::Error| Failure::Storage(error.to_string());
        let mut wire = socket.wire().map_err(lost)?;
        let opened = wire.drive(config.connect_raw(socket, tls), end).map_err(lost)?;
        let (client, connection) = opened.map_err(|error| Failure::Storage(refused(&error)))?;
        wire.attach(connection);
        Ok(Self { client, wire, statements: HashMap::new(), version: String::new() })
    }

    fn settle(&mut self, schema: Option<&str>) -> Result<(), Failure> {
        let path = schema.map_or_else(String::new, |name| format!("; SET search_path = {name}"));
        self.run(&format!("{SETTINGS}{path}"))?;
        let about = self.ask(ABOUT)?;
        let [number, encoding, durability, copy, version] = about.as_slice() else {
            return Err(Failure::Storage("the server does not say what it is".to_owned()));
        };
        if number.parse::<i64>().unwrap_or(0) < VERSION_MIN {
            return Err(Failure::Storage(format!("PostgreSQL {version} is too old; 13 or later")));
        }
        if encoding != "UTF8" {
            let text = format!("the database's encoding is {encoding}; it has to be UTF8");
            return Err(Failure::Storage(text));
        }
        if copy == "t" {
            return Err(Failure::Storage("the server is a standby and takes no writes".to_owned()));
        }
        if durability == "off" {
            // What is answered as stored has to be.
            self.run("SET synchronous_commit = on")?;
        }
        version.clone_into(&mut self.version);
        Ok(())
    }

    /// `15.18`, with what the packager adds.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Whether nothing can be done with it any more.
    pub(super) fn is_lost(&self) -> bool {
        self.wire.has_ended()
    }

    /// Runs statements without values in one go.
    pub(super) fn run(&mut self, sql: &str) -> Result<(), Failure> {
        let done = self.wire.drive(self.client.batch_execute(sql), None).map_err(|e| broken(&e))?;
        done.map_err(|error| failed(&error))
    }

    /// The first row of a statement without values, as texts.
    fn ask(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        let told = self.wire.drive(self.client.simple_query(sql), None).map_err(|e| broken(&e))?;
        let told = told.map_err(|error| failed(&error))?;
        let row = told.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let text = |row: &tokio_postgres::SimpleQueryRow, place| {
            row.try_get(place).ok().flatten().unwrap_or_default().to_owned()
        };
        Ok(row.map_or_else(Vec::new, |row| (0..row.len()).map(|at| text(&row, at)).collect()))
    }

    /// Runs a statement that gives no rows.
    pub(super) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<usize, Failure> {
        let statement = self.prepare(sql)?;
        let values: Vec<_> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let work = self.client.execute(&statement, &values);
        let done = self.wire.drive(work, None).map_err(|error| broken(&error))?;
        let count = done.map_err(|error| self.forget(sql, &error))?;
        usize::try_from(count).map_err(|_| Failure::Storage("too many rows".to_owned()))
    }

    /// Runs a statement for each list of values, many rows a statement where it inserts, and
    /// without waiting for one answer before the next question: otherwise the way there and back
    /// is most of the time.
    pub(super) fn execute_all(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<(), Failure> {
        let mut statements = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let (sql, count) = many::widened(sql, rest);
            let (some, others) = rest.split_at(count);
            statements.push((self.prepare(&sql)?, some));
            rest = others;
        }
        for some in statements.chunks(IN_FLIGHT_MAX) {
            let client = &self.client;
            let all = some.iter().map(|(statement, rows)| {
                let values: Vec<&Value> = rows.iter().flatten().collect();
                Box::pin(async move { client.execute_raw(statement, values).await })
            });
            let done = self.wire.drive(in_order(all.collect()), None);
            done.map_err(|error| broken(&error))?.map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// Runs a statement and gives its rows.
    pub(super) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
        let statement = self.prepare(sql)?;
        let values: Vec<_> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let work = self.client.query(&statement, &values);
        let done = self.wire.drive(work, None).map_err(|error| broken(&error))?;
        let rows = done.map_err(|error| self.forget(sql, &error))?;
        let row = |row: tokio_postgres::Row| {
            let column = |place| row.try_get::<_, Column>(place).map(|column| column.0);
            (0..row.len()).map(column).collect::<Result<Vec<_>, _>>().map(Row)
        };
        rows.into_iter().map(row).collect::<Result<_, _>>().map_err(|error| failed(&error))
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, Failure> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let done = self.wire.drive(self.client.prepare(sql), None).map_err(|e| broken(&e))?;
        let statement = done.map_err(|error| failed(&error))?;
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// A statement that failed is prepared anew: the tables may have changed under it.
    fn forget(&mut self, sql: &str, error: &tokio_postgres::Error) -> Failure {
        if error.code() != Some(&SqlState::UNIQUE_VIOLATION) {
            self.statements.remove(sql);
        }
        failed(error)
    }
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::Storage(format!("the connection to PostgreSQL was lost: {error}"))
}

/// Connects to the first address of a name that answers.
fn reach(name: &str, port: u16, timeout: Duration) -> Result<(Socket, SocketAddr), Failure> {
    let failed = |error: std::io::Error| Failure::Storage(error.to_string());
    let mut last = Failure::Storage("the host has no address".to_owned());
    for address in (name, port).to_socket_addrs().map_err(failed)? {
        match Socket::tcp(address, timeout) {
            Ok(socket) => return Ok((socket, address)),
            Err(error) => last = failed(error),
        }
    }
    Err(last)
}

/// TLS where it is asked for, and beyond this machine always.
fn tls(url: &PostgresUrl, name: &str, address: SocketAddr) -> Result<Option<Tls>, Failure> {
    let is_here = address.ip().is_loopback();
    match url.transport {
        Transport::Plain if !is_here => Err(Failure::Storage(
            "without TLS PostgreSQL is reached on this machine only; use `sslmode=verify-full`"
                .to_owned(),
        )),
        Transport::Plain => Ok(None),
        Transport::ByPlace if is_here => Ok(None),
        Transport::ByPlace | Transport::Tls => Tls::new(name, url.roots.as_deref()).map(Some),
    }
}
