//! Which crate may depend on which, and which library belongs to which crate.
//!
//! The rows are the picture of docs/ARCHITECTURE.md, bottom to top; the reasons are in
//! docs/decisions/0001-crate-arrows.md.

use cargo_metadata::{Dependency, DependencyKind, Metadata, Package};

use crate::Finding;

/// Every crate, lowest first, with the workspace crates its shipped code may depend on.
pub const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("transport", &[]),
    ("identity", &["model"]),
    ("genomics", &["model"]),
    ("formats", &["genomics", "model"]),
    ("knowledge", &["model"]),
    ("pgx", &["knowledge", "model"]),
    ("tumor", &["knowledge", "model"]),
    ("trials", &["knowledge", "model", "tumor"]),
    ("pdf", &["genomics", "model", "tumor"]),
    ("germline", &["knowledge", "model"]),
    ("guidance", &["knowledge", "model"]),
    ("policy", &[]),
    ("deidentify", &[]),
    ("record", &["deidentify", "model", "policy"]),
    ("backup", &["model", "record"]),
    (
        "intake",
        &["formats", "genomics", "knowledge", "model", "pdf", "record", "transport", "tumor"],
    ),
    (
        "interpret",
        &["formats", "germline", "knowledge", "model", "pgx", "record", "trials", "tumor"],
    ),
    ("notify", &["formats", "model", "record"]),
    ("cohort", &["formats", "knowledge", "model", "record"]),
    ("web", &["guidance", "model"]),
    ("report", &["guidance", "model"]),
    // The other side of the interfaces: it must know nothing of this one.
    ("demo-ehr", &[]),
    ("server", SERVER),
    ("cli", CLI),
    ("testkit", &["formats", "knowledge", "model", "record"]),
    ("hostile", HOSTILE),
    ("xtask", &[]),
];

/// Whatever reads what comes from outside.
const HOSTILE: &[&str] = &[
    "formats",
    "identity",
    "intake",
    "knowledge",
    "model",
    "pdf",
    "pgx",
    "record",
    "trials",
    "tumor",
];

/// The server uses every room but the engines: only `interpret` runs those.
const SERVER: &[&str] = &[
    "cohort",
    "deidentify",
    "formats",
    "genomics",
    "guidance",
    "identity",
    "intake",
    "interpret",
    "knowledge",
    "model",
    "notify",
    "pdf",
    "policy",
    "record",
    "report",
    "web",
];

/// The binary wires everything, and runs an engine by itself in `cognate pgx call`.
const CLI: &[&str] = &[
    "backup",
    "cohort",
    "deidentify",
    "demo-ehr",
    "formats",
    "genomics",
    "germline",
    "guidance",
    "identity",
    "intake",
    "interpret",
    "knowledge",
    "model",
    "notify",
    "pdf",
    "pgx",
    "policy",
    "record",
    "report",
    "server",
    "transport",
    "trials",
    "tumor",
    "web",
];

/// Crates that ship in no binary: others may name them as a dev-dependency only.
pub const DEVELOPMENT_ONLY: &[&str] = &["hostile", "testkit", "xtask"];

/// Crates that nobody depends on, not even to test.
const TOPS: &[&str] = &["cli", "xtask"];

/// Libraries that carry I/O or a way of life, with the crates that may use them.
pub const LIBRARIES: &[(&str, &[&str])] = &[
    ("anyhow", &["cli", "xtask"]),
    ("axum", &["cli", "demo-ehr", "server"]),
    ("clap", &["cli"]),
    ("hayro-interpret", &["pdf"]),
    ("hayro-svg", &["pdf"]),
    ("maud", &["demo-ehr", "report", "web"]),
    ("noodles-bcf", &["formats"]),
    ("noodles-bgzf", &["formats"]),
    ("noodles-vcf", &["formats"]),
    ("pdf-extract", &["pdf"]),
    ("quick-xml", &["formats"]),
    ("rand", &[]),
    ("reqwest", &[]),
    ("rustls", &["backup", "notify", "record", "transport"]),
    ("rusqlite", &["record"]),
    // The record has its traits of reading and writing only, and no runtime.
    ("tokio", &["cli", "demo-ehr", "intake", "record", "server", "transport"]),
    ("tokio-postgres", &["record"]),
    ("typst", &["report"]),
    ("typst-layout", &["report"]),
    ("typst-pdf", &["report"]),
    ("ureq", &["backup", "cli", "demo-ehr", "notify"]),
];

/// Checks the workspace members against [`ARROWS`] and [`LIBRARIES`].
pub fn check(metadata: &Metadata) -> Vec<Finding> {
    let members = metadata.workspace_packages();
    let names: Vec<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for (expected, _) in ARROWS {
        if !names.contains(expected) {
            findings.push(Finding::file("Cargo.toml", format!("crate `{expected}` is missing")));
        }
    }
    for package in &members {
        findings.extend(check_package(package, &names));
    }
    findings
}

fn check_package(package: &Package, members: &[&str]) -> Vec<Finding> {
    let name = package.name.as_str();
    let path = format!("crates/{name}/Cargo.toml");
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        let message = format!("crate `{name}` has no row in the table of arrows");
        return vec![Finding::file(path, message)];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| {
            if members.contains(&dependency.name.as_str()) {
                broken_arrow(name, allowed, dependency)
            } else {
                borrowed_library(name, dependency)
            }
        })
        .map(|message| Finding::file(path.clone(), message))
        .collect()
}

/// What is wrong with a dependency on another crate of the workspace.
fn broken_arrow(name: &str, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let target = dependency.name.as_str();
    if TOPS.contains(&target) {
        return Some(format!("nothing may depend on `{target}`"));
    }
    if dependency.kind == DependencyKind::Development {
        return None;
    }
    if DEVELOPMENT_ONLY.contains(&target) {
        return Some(format!("`{target}` may only be a dev-dependency"));
    }
    (!allowed.contains(&target)).then(|| match allowed {
        [] => format!("`{name}` may not depend on `{target}`, nor on any crate of the workspace"),
        some => format!("`{name}` may not depend on `{target}` (allowed: {})", some.join(", ")),
    })
}

/// What is wrong with a dependency on a library from outside.
fn borrowed_library(name: &str, dependency: &Dependency) -> Option<String> {
    if dependency.kind == DependencyKind::Development {
        return None;
    }
    let (library, owners) = LIBRARIES.iter().find(|(known, _)| *known == dependency.name)?;
    (!owners.contains(&name)).then(|| match owners {
        [] => format!("`{library}` is used by no crate of ours"),
        some => format!("`{library}` belongs to {}", some.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each crate's row names only crates of rows above it: the picture has no cycle.
    #[test]
    fn arrows_point_down_only() {
        for (at, (name, allowed)) in ARROWS.iter().enumerate() {
            for target in *allowed {
                let place = ARROWS.iter().position(|(known, _)| known == target);
                assert!(place.is_some_and(|place| place < at), "{name} → {target}");
            }
        }
    }

    #[test]
    fn guidance_web_and_report_never_reach_the_record() {
        fn reaches(name: &str, target: &str) -> bool {
            let row = ARROWS.iter().find(|(known, _)| *known == name).map(|(_, allowed)| *allowed);
            row.unwrap_or_default().iter().any(|next| *next == target || reaches(next, target))
        }
        for name in ["guidance", "web", "report", "pgx", "tumor", "trials", "germline"] {
            assert!(!reaches(name, "record"), "{name} reaches record");
        }
        assert!(!reaches("record", "formats"));
        assert!(reaches("server", "record"));
    }

    #[test]
    fn names_every_kind_of_broken_arrow() {
        let metadata = metadata_of(&[
            ("pgx", r#"model = { path = "../model" }"#, ""),
            ("model", r#"pgx = { path = "../pgx" }"#, ""),
            ("web", r#"testkit = { path = "../testkit" }"#, ""),
            ("testkit", "", r#"cli = { path = "../cli" }"#),
            ("cli", "", r#"testkit = { path = "../testkit" }"#),
            ("surprise", "", ""),
        ]);
        let messages: Vec<String> =
            check(&metadata).iter().map(ToString::to_string).collect::<Vec<_>>();
        for expected in [
            "crates/model/Cargo.toml: `model` may not depend on `pgx`, nor on any crate",
            "crates/web/Cargo.toml: `testkit` may only be a dev-dependency",
            "crates/testkit/Cargo.toml: nothing may depend on `cli`",
            "crates/surprise/Cargo.toml: crate `surprise` has no row",
            "Cargo.toml: crate `record` is missing",
        ] {
            assert!(messages.iter().any(|m| m.starts_with(expected)), "{expected}: {messages:#?}");
        }
        assert!(!messages.iter().any(|message| message.starts_with("crates/pgx/")));
        assert!(!messages.iter().any(|message| message.starts_with("crates/cli/")));
    }

    /// A throw-away workspace on disk, read back by cargo itself.
    fn metadata_of(crates: &[(&str, &str, &str)]) -> Metadata {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";
        std::fs::write(root.join("Cargo.toml"), manifest).unwrap();
        for (name, normal, development) in crates {
            let home = root.join("crates").join(name);
            std::fs::create_dir_all(home.join("src")).unwrap();
            std::fs::write(home.join("src/lib.rs"), "").unwrap();
            let text = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [dependencies]\n{normal}\n[dev-dependencies]\n{development}\n"
            );
            std::fs::write(home.join("Cargo.toml"), text).unwrap();
        }
        cargo_metadata::MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .unwrap()
    }
}
