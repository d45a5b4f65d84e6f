//! The master key in a PKCS#11 token: SoftHSM stands for one.

use crate::terminal::{Ran, cognate};
use std::path::Path;
use std::process::Command;

/// Where distributions put the library.
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];
const TOKEN: &str = "cognate-test";
const PIN: &str = "482915";

/// A token in a directory; `None`, with the reason printed, where there is no SoftHSM. The settings
/// are found through the environment of this process, which runs one test.
struct Token<'t> {
    at: &'t Path,
    module: &'static str,
    settings: String,
}

impl<'t> Token<'t> {
    #[expect(clippy::print_stdout, reason = "a test that is skipped says why")]
    fn new(at: &'t Path) -> Option<Self> {
        let Some(module) = MODULES.into_iter().find(|path| Path::new(path).exists()) else {
            println!("skipped: SoftHSM is not installed (Debian: softhsm2)");
            return None;
        };
        let tokens = at.join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        let settings = at.join("softhsm2.conf").to_str().unwrap().to_owned();
        let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        std::fs::write(&settings, text).unwrap();
        std::fs::write(at.join("pin"), format!("{PIN}\n")).unwrap();
        let token = Self { at, module, settings };
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "914283"])
            .env("SOFTHSM2_CONF", &token.settings)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(token)
    }

    /// A command on the store; with the token's arguments.
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_pin(arguments, "pin")
    }

    fn run_with_pin(&self, arguments: &[&str], pin: &str) -> Ran {
        let (data, pin) = (self.at.join("data"), self.at.join(pin));
        let all = [
            arguments,
            &["--directory", data.to_str().unwrap(), "--pkcs11-module", self.module],
            &["--pkcs11-token", TOKEN, "--pkcs11-pin-file", pin.to_str().unwrap()],
        ];
        crate::terminal::cognate_in(&all.concat(), &[("SOFTHSM2_CONF", &self.settings)])
    }
}

#[test]
fn a_store_under_a_key_that_never_leaves_its_token() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let Some(token) = Token::new(at) else { return };
    let made = token.run(&["init", "--pkcs11-key", "first"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!at.join("data").join("master.key").exists());
    let bundle = crate::terminal::demo("fhir/patients.transaction.json");
    let filed = token.run(&["ingest", bundle.to_str().unwrap(), "--pkcs11-key", "first"]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    let rotated = token.run(&["keys", "rotate", "--patients", "--pkcs11-key", "first"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);

    // Another key of the token takes its place, and the former one is refused.
    let keys = ["--pkcs11-key", "first", "--new-pkcs11-key", "second"];
    let rotated = token.run(&[&["keys", "rotate"], &keys[..]].concat());
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    assert!(rotated.stderr.contains("--pkcs11-key second"), "{}", rotated.stderr);
    assert_eq!(token.run(&["doctor", "--pkcs11-key", "second"]).code, 0);
    let refused = token.run(&["keys", "show", "--pkcs11-key", "first"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("is sealed by the master key"), "{}", refused.stderr);

    // What cannot be had is said.
    let none = token.run(&["doctor", "--pkcs11-key", "third"]);
    assert!(none.code != 0 && (none.stdout + &none.stderr).contains("no AES key `third`"));
    std::fs::write(at.join("wrong"), "000000").unwrap();
    let wrong = token.run_with_pin(&["doctor", "--pkcs11-key", "second"], "wrong");
    assert!(wrong.code != 0 && (wrong.stdout + &wrong.stderr).contains("refuses the PIN"));
    let nameless = cognate(&["doctor", "--pkcs11-key", "second"]);
    assert_eq!(nameless.code, 2, "the module and the token have to be named");
}

#[test]
fn a_store_under_a_key_file_moves_to_a_token_and_back() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let Some(token) = Token::new(at) else { return };
    assert_eq!(token.run(&["init"]).code, 0);
    let moved = token.run(&["keys", "rotate", "--new-pkcs11-key", "k"]);
    assert_eq!(moved.code, 0, "{}", moved.stderr);
    assert_eq!(token.run(&["doctor", "--pkcs11-key", "k"]).code, 0);
    assert_ne!(token.run(&["doctor"]).code, 0);
    let file = at.join("back.key");
    let file = file.to_str().unwrap();
    let back = ["keys", "rotate", "--pkcs11-key", "k", "--new-master-key-file", file];
    assert_eq!(token.run(&back).code, 0);
    assert_eq!(token.run(&["doctor", "--master-key-file", file]).code, 0);
}
