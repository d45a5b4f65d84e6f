//! `docs/sbom.cdx.json`: what the program is made of, as CycloneDX 1.6 (ECMA-424). Read from
//! `cargo metadata` and the lock file: no network, no clock, the same bytes each time.

use std::fmt::Write as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The package that is shipped, and the platform that it is shipped for.
const SHIPPED: &str = "cli";
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// The part of `Cargo.lock` that is read here.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The document.
///
/// # Errors
/// `cargo metadata` fails, the lock file cannot be read, or the shipped package is not there.
pub(super) fn json(root: &Path) -> Result<String> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(["--locked", "--filter-platform", PLATFORM].map(str::to_owned))
        .exec()
        .context("cannot read `cargo metadata` with dependencies")?;
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("no `Cargo.lock`")?;
    let lock: Lock = toml::from_str(&lock).context("`Cargo.lock` cannot be read")?;
    let checksums: BTreeMap<(String, String), String> = lock
        .package
        .into_iter()
        .filter_map(|locked| Some(((locked.name, locked.version), locked.checksum?)))
        .collect();
    document(&metadata, &checksums)
}

/// What the shipped package is built from: everything but what only tests need.
fn edges(metadata: &Metadata) -> Result<BTreeMap<&PackageId, BTreeSet<&PackageId>>> {
    let resolve = metadata.resolve.as_ref().context("nothing is resolved")?;
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let shipped = metadata.workspace_packages().into_iter().find(|one| *one.name == SHIPPED);
    let shipped = shipped.with_context(|| format!("there is no package `{SHIPPED}`"))?;
    let mut edges = BTreeMap::new();
    let mut waiting = vec![&shipped.id];
    while let Some(id) = waiting.pop() {
        if edges.contains_key(id) {
            continue;
        }
        let node = nodes.get(id).context("a package is not resolved")?;
        let is_built = |dependency: &&cargo_metadata::NodeDep| {
            dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        };
        let needed: BTreeSet<_> = node.deps.iter().filter(is_built).map(|one| &one.pkg).collect();
        waiting.extend(&needed);
        edges.insert(id, needed);
    }
    Ok(edges)
}

fn document(metadata: &Metadata, checksums: &BTreeMap<(String, String), String>) -> Result<String> {
    let edges = edges(metadata)?;
    let packages: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let (mut components, mut dependencies) = (BTreeMap::new(), BTreeMap::new());
    let mut subject = Value::Null;
    for (id, needed) in &edges {
        let package = packages.get(id).context("a package is not described")?;
        let own = component(package, checksums);
        let names: BTreeSet<String> =
            needed.iter().filter_map(|id| packages.get(id)).map(|package| purl(package)).collect();
        dependencies.insert(purl(package), names);
        if *package.name == SHIPPED {
            subject = own;
        } else {
            components.insert(purl(package), own);
        }
    }
    if let Some(subject) = subject.as_object_mut() {
        subject.insert("type".to_owned(), json!("application"));
        subject.insert("name".to_owned(), json!("cognate"));
    }
    let dependencies: Vec<Value> = dependencies
        .into_iter()
        .map(|(reference, names)| json!({"ref": reference, "dependsOn": names}))
        .collect();
    let components: Vec<Value> = components.into_values().collect();
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": subject,
            "properties": [{"name": "cargo:target", "value": PLATFORM}],
        },
        "components": components,
        "dependencies": dependencies,
    });
    let digest = Sha256::digest(document.to_string());
    if let Some(fields) = document.as_object_mut() {
        fields.insert("serialNumber".to_owned(), json!(serial(&digest)));
    }
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn component(package: &Package, checksums: &BTreeMap<(String, String), String>) -> Value {
    let (name, version) = (package.name.to_string(), package.version.to_string());
    let mut own = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": name,
        "version": version,
    });
    let mut put = |field: &str, value: Value| {
        if let Some(fields) = own.as_object_mut() {
            fields.insert(field.to_owned(), value);
        }
    };
    if package.source.is_some() {
        put("purl", json!(purl(package)));
    }
    if let Some(license) = &package.license {
        // The form of before the expressions of SPDX.
        put("licenses", json!([{"expression": license.replace('/', " OR ")}]));
    }
    if let Some(checksum) = checksums.get(&(name, version)) {
        put("hashes", json!([{"alg": "SHA-256", "content": checksum}]));
    }
    own
}

/// The package URL; of our own crates too, as the name that the document refers to them by.
fn purl(package: &Package) -> String {
    // `+` means a blank in some readers.
    let version = package.version.to_string().replace('+', "%2B");
    format!("pkg:cargo/{}@{version}", package.name)
}

/// A UUID that follows from the contents (RFC 9562 §5.8).
fn serial(digest: &[u8]) -> String {
    let mut hex = String::new();
    for (at, byte) in digest.iter().take(16).enumerate() {
        let byte = match at {
            6 => (byte & 0x0f) | 0x80,
            8 => (byte & 0x3f) | 0x80,
            _ => *byte,
        };
        if [4, 6, 8, 10].contains(&at) {
            hex.push('-');
        }
        let _ = write!(hex, "{byte:02x}");
    }
    format!("urn:uuid:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_whole_and_the_same_each_time() {
        let workspace = crate::Workspace::load().unwrap();
        let text = json(&workspace.root).unwrap();
        assert_eq!(text, json(&workspace.root).unwrap());
        let document: Value = serde_json::from_str(&text).unwrap();
        let list = |name: &str| document[name].as_array().unwrap().clone();
        let known: BTreeSet<String> = list("components")
            .iter()
            .chain([&document["metadata"]["component"]])
            .map(|one| one["bom-ref"].as_str().unwrap().to_owned())
            .collect();
        for dependency in list("dependencies") {
            for needed in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(needed.as_str().unwrap()), "{needed}");
            }
        }
        assert_eq!(list("dependencies").len(), known.len());
        // Whatever comes from a registry has a licence and a digest; ours have no digest.
        for one in list("components") {
            let is_foreign = one.get("purl").is_some();
            assert_eq!(one.get("hashes").is_some(), is_foreign, "{one}");
            assert!(one.get("licenses").is_some(), "{one}");
        }
        let has = |name: &str| list("components").iter().any(|one| one["name"] == name);
        assert!(has("rustls") && has("record") && !has("proptest"));
    }

    #[test]
    fn a_serial_number_is_a_uuid() {
        assert_eq!(serial(&[0xff; 32]), "urn:uuid:ffffffff-ffff-8fff-bfff-ffffffffffff");
    }
}
