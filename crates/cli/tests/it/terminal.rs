//! Running the binary and looking at what it says.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// The same over the data directory in a place.
pub(crate) fn run(at: &Path, arguments: &[&str]) -> Ran {
    let data = at.join("data");
    let mut all = arguments.to_vec();
    all.extend(["--directory", data.to_str().unwrap()]);
    cognate(&all)
}

/// Runs `cognate`, without whatever the environment says of a store.
pub(crate) fn cognate(arguments: &[&str]) -> Ran {
    cognate_with(arguments, None)
}

/// The same as a service of systemd that was given credentials.
pub(crate) fn cognate_with(arguments: &[&str], credentials: Option<&Path>) -> Ran {
    let directory = credentials.map(|directory| directory.to_str().unwrap());
    let given: Vec<_> = directory.map(|it| ("CREDENTIALS_DIRECTORY", it)).into_iter().collect();
    cognate_in(arguments, &given)
}

/// The same in an environment of its own.
pub(crate) fn cognate_in(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(arguments)
        .env_remove("CREDENTIALS_DIRECTORY")
        .env_remove("COGNATE_DIRECTORY")
        .env_remove("COGNATE_MASTER_KEY_FILE")
        .env_remove("COGNATE_KEYRING")
        .env_remove("COGNATE_PKCS11_KEY")
        .env_remove("COGNATE_STORE")
        .env_remove("COGNATE_STORE_PASSWORD_FILE")
        .env_remove("COGNATE_TRUSTED_KEYS")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of the demonstration.
pub(crate) fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(name)
}

/// A new file with these contents in a directory.
pub(crate) fn write(directory: &Path, name: &str, contents: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, contents).unwrap();
    path.to_str().unwrap().to_owned()
}
