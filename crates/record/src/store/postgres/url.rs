//! The address of a PostgreSQL store. It may hold a password, so it is never printed as written.

use crate::Failure;
use std::fmt::{Debug, Display, Formatter};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Whether a connection is sealed on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// TLS, but plain on this machine.
    ByPlace,
    /// Plain; refused beyond this machine.
    Plain,
    /// TLS, on this machine too.
    Tls,
}

/// Where a PostgreSQL database is and how it is reached:
/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE`, or
/// `postgres:///DATABASE?host=/DIRECTORY/OF/SOCKET&user=USER`. Several hosts are tried in turn.
#[derive(Clone)]
pub struct PostgresUrl {
    config: Arc<Config>,
    pub(super) transport: Transport,
    pub(super) roots: Option<PathBuf>,
}

impl PostgresUrl {
    /// The same with another password, read from where secrets are kept.
    pub fn with_password(mut self, password: &str) -> Self {
        Arc::make_mut(&mut self.config).password(password);
        self
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Hosts with their ports, in the order in which they are tried.
    pub(super) fn hosts(&self) -> Vec<(Host, u16)> {
        let ports = self.config.get_ports();
        let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let hosts = self.config.get_hosts().iter().enumerate();
        hosts.map(|(place, host)| (host.clone(), port(place))).collect()
    }
}

/// Without user and password.
impl Display for PostgresUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let host = |(host, port): &(Host, u16)| match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(directory) => format!("{}:{port}", directory.display()),
        };
        let hosts: Vec<String> = self.hosts().iter().map(host).collect();
        let database = self.config.get_dbname().unwrap_or_default();
        write!(f, "postgres://{}/{database}", hosts.join(","))
    }
}

impl Debug for PostgresUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

fn invalid(text: &str) -> Failure {
    Failure::Invalid { place: "store".to_owned(), text: text.to_owned() }
}

impl FromStr for PostgresUrl {
    type Err = Failure;

    /// Reads an address; [`Failure::Invalid`] says what is wrong and repeats nothing of it.
    fn from_str(text: &str) -> Result<Self, Failure> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(invalid("does not begin with `postgres://`"));
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut transport, mut roots, mut others) = (Transport::ByPlace, None, Vec::new());
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", mode)) => transport = transport_of(mode)?,
                Some(("sslrootcert", path)) => roots = Some(PathBuf::from(decoded(path)?)),
                _ => others.push(option),
            }
        }
        let config: Config = format!("{address}?{}", others.join("&"))
            .parse()
            .map_err(|error: tokio_postgres::Error| invalid(&causes(&error)))?;
        if config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty() {
            return Err(invalid(
                "name the server by `host`, a name or the directory of its socket",
            ));
        }
        let is_odd = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
        if config.get_hosts().iter().any(is_odd) {
            return Err(invalid("an `@` in the password has to be written `%40`"));
        }
        if ![0, 1, config.get_hosts().len()].contains(&config.get_ports().len()) {
            return Err(invalid("there are more ports than hosts, or fewer"));
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(invalid("names no database"));
        }
        Ok(Self { config: Arc::new(config), transport, roots })
    }
}

/// The modes of libpq. There is no way to have TLS without checking whom one speaks to.
fn transport_of(mode: &str) -> Result<Transport, Failure> {
    match mode {
        "disable" => Ok(Transport::Plain),
        "allow" | "prefer" => Ok(Transport::ByPlace),
        "require" | "verify-ca" | "verify-full" => Ok(Transport::Tls),
        _ => Err(invalid("`sslmode` is none of disable, prefer, require, verify-full")),
    }
}

fn causes(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Percent-encoding taken off.
fn decoded(text: &str) -> Result<String, Failure> {
    let bad = || invalid("a `%` is not followed by two hexadecimal digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next().ok_or_else(bad)?, rest.next().ok_or_else(bad)?];
        bytes.extend(hex::decode(digits).map_err(|_| bad())?);
    }
    String::from_utf8(bytes).map_err(|_| invalid("a file name is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_secrets() {
        let cases = [
            ("postgres://u:secret@db.example:6000/cognate", "db.example:6000", Transport::ByPlace),
            (
                "postgresql://u:secret@db.example/cognate?sslmode=require",
                "db.example:5432",
                Transport::Tls,
            ),
            (
                "postgres://u@a,b:7000/cognate?sslmode=verify-full&connect_timeout=3",
                "a:5432,b:7000",
                Transport::Tls,
            ),
            (
                "postgres:///cognate?host=/run/pg&user=u&password=secret",
                "/run/pg:5432",
                Transport::ByPlace,
            ),
            (
                "postgres://u:secret@127.0.0.1/cognate?sslmode=disable",
                "127.0.0.1:5432",
                Transport::Plain,
            ),
        ];
        for (text, host, transport) in cases {
            let url: PostgresUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), format!("postgres://{host}/cognate"), "{text}");
            assert_eq!(url.transport, transport, "{text}");
            assert!(!format!("{url:?}").contains("secret"), "{url:?}");
        }
        let url: PostgresUrl = "postgres://a/b?sslrootcert=/etc/a%20b.pem".parse().unwrap();
        assert_eq!(url.roots.as_deref(), Some(std::path::Path::new("/etc/a b.pem")));
        let url = url.with_password("other");
        assert_eq!(url.config().get_password(), Some(&b"other"[..]));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_address() {
        for (text, words) in [
            ("sqlite://secret", "begin with"),
            ("postgres://u:secret@host", "no database"),
            ("postgres:///cognate?user=u&password=secret", "`host`"),
            ("postgres://u:secret@host/cognate?sslmode=secret", "sslmode"),
            ("postgres://u:secret@host:secret/cognate", "port"),
            ("postgres://u:se@cret@host/cognate", "%40"),
            ("postgres://u:secret@host:1,host:2:3/cognate", "port"),
            ("postgres://h/cognate?sslrootcert=%4", "%"),
            ("postgres://u:secret@host/cognate?nonsense=1", "nonsense"),
        ] {
            let refused = text.parse::<PostgresUrl>().unwrap_err().to_string();
            assert!(refused.contains(words), "{text}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
