//! Which store the tests run on: files, or with `COGNATE_TEST_STORE` a PostgreSQL server, where
//! every directory gets a database of its own. `tools/postgres.sh` starts a server for that.

use std::path::Path;
use std::process::Command;

/// Address of the database `postgres` of a server, as a role that may make databases.
const SERVER: &str = "COGNATE_TEST_STORE";
/// What stands before the name of the database in it is followed by a question mark.
const DATABASE: &str = "/postgres?";

fn server() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}

/// Whether a test that is about files has nothing to do here; it says so.
pub(crate) fn is_without_files(reason: &str) -> bool {
    let without = server().is_some();
    if without {
        println!("skipped on PostgreSQL: {reason}");
    }
    without
}

/// Whether a test that is about PostgreSQL has nothing to do here; it says so.
pub(crate) fn is_without_server() -> bool {
    let without = server().is_none();
    if without {
        println!("skipped: `{SERVER}` names no server");
    }
    without
}

/// Runs SQL by PostgreSQL's own client; what it prints, without headings.
pub(crate) fn psql(url: &str, sql: &str) -> String {
    let options = ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, url];
    let ran = Command::new("psql").args(options).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Address of the database of a directory, made when it is first asked for.
pub(crate) fn url(directory: &Path) -> Option<String> {
    let server = server()?;
    assert!(server.contains(DATABASE), "{SERVER} has to name the database `postgres`");
    let name = name(directory);
    let made = directory.join("database");
    if !made.exists() {
        psql(&server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        std::fs::write(made, &name).unwrap();
    }
    Some(server.replacen(DATABASE, &format!("/{name}?"), 1))
}

/// The database of a directory, which ends with this.
pub(crate) struct Database(String);

impl Database {
    pub(crate) fn of(directory: &Path) -> Self {
        Self(name(directory))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What is left over ends with the server.
        if let Some(server) = server().filter(|_| !std::thread::panicking()) {
            psql(&server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.0));
        }
    }
}

/// Directories of tests differ in their last part, in upper and lower case.
fn name(directory: &Path) -> String {
    let last = directory.file_name().unwrap().to_string_lossy();
    let letters: Vec<String> = last.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("test_{}", letters.concat())
}
