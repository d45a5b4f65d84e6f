//! The rules of the profiles of the HL7 Genomics Reporting guide, made from its
//! StructureDefinitions and committed: `$validate` needs none of them.
//!
//! What the table cannot say is an error here and never left out silently: a rule that is lost
//! would make a resource valid that is not.

mod rule;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::definitions::{list, text};

/// Where the table is kept.
pub const RULES: &str = "crates/formats/src/fhir/profile/rules.tsv";
/// What the canonicals of the guide's profiles begin with.
const GUIDE: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";
/// What the canonicals of R4 itself begin with.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";
const LOINC: &str = "http://loinc.org";

/// Answer lists of LOINC that the guide binds to and does not hold, from LOINC's genetic variant
/// reporting panel (81247-9): the answers of 69548-6 and of 82116-5.
const ANSWERS: &[(&str, &str)] = &[
    ("http://loinc.org/vs/LL1971-2", "LA9633-4 LA9634-2 LA18198-4 LA11884-6"),
    ("http://loinc.org/vs/LL4049-4", "LA26421-0 LA26422-8 LA26423-6 LA26424-4 LA26425-1"),
];

const HEAD: &str = "\
# Rules of the profiles of the HL7 Genomics Reporting guide.
# `>` begins a profile: name, type, what it is based on if that is a profile, too. Below it a line
# for each element with a rule: element, least, most, datatypes with profiles or targets, value (`~`
# at least, `=` exactly, as JSON), value set that is required, element that tells its slices apart.
# `$` is a value set: canonical, then system and codes in turns (`*`: all of the system).
# Source: HL7 Genomics Reporting, CC0, with LOINC codes. Made by `cargo xtask generate-profiles`.
";

/// The table, made from a folder with the guide's resources, one a file.
///
/// # Errors
/// A definition cannot be read, or has a rule that the table cannot say.
pub fn table(guide: &Path) -> Result<String> {
    let mut profiles = BTreeMap::new();
    let mut sets = BTreeMap::new();
    let mut systems = BTreeMap::new();
    let mut version = String::new();
    for file in fs::read_dir(guide).with_context(|| format!("no {}", guide.display()))? {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let resource: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| format!("{} is no JSON", path.display()))?;
        let url = text(&resource, "url").to_owned();
        match text(&resource, "resourceType") {
            "StructureDefinition" => drop(profiles.insert(url, resource)),
            "ValueSet" => drop(sets.insert(url, resource)),
            "CodeSystem" => drop(systems.insert(url, resource)),
            "ImplementationGuide" => text(&resource, "version").clone_into(&mut version),
            _ => {}
        }
    }
    ensure!(!profiles.is_empty(), "{} holds no StructureDefinition", guide.display());
    let mut table = HEAD.to_owned();
    ensure!(!version.is_empty(), "{} does not say its version", guide.display());
    // Writing to a string cannot fail.
    let _ = writeln!(table, "@\t{GUIDE}\t{version}");
    let mut required = Vec::new();
    for (url, definition) in &profiles {
        profile(url, definition, &mut table, &mut required)
            .with_context(|| format!("the profile `{url}`"))?;
    }
    table.push_str(">SimpleQuantity\tQuantity\t\ncomparator\t\t0\t\t\t\t\n");
    required.sort();
    required.dedup();
    for url in required {
        let codes = value_set(&url, &sets, &systems)?;
        if !codes.is_empty() {
            let _ = writeln!(table, "${url}\t{codes}");
        }
    }
    Ok(table)
}

/// The name of a profile in the table.
fn name(url: &str) -> &str {
    url.strip_prefix(GUIDE).or_else(|| url.strip_prefix(CORE)).unwrap_or(url)
}

fn profile(
    url: &str,
    definition: &Value,
    table: &mut String,
    required: &mut Vec<String>,
) -> Result<()> {
    ensure!(text(definition, "derivation") == "constraint", "no constraint of another");
    let own = url.strip_prefix(GUIDE).context("not of the guide")?;
    let base = text(definition, "baseDefinition");
    let base = base.strip_prefix(GUIDE).unwrap_or_default();
    let kind = text(definition, "type");
    let _ = writeln!(table, ">{own}\t{kind}\t{base}");
    let elements = list(definition.get("differential").context("no differential")?, "element");
    for element in elements {
        let id = text(element, "id");
        let line = rule::line(element, elements, required).with_context(|| id.to_owned())?;
        let Some(line) = line else { continue };
        let path = id.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
        let path = path.context("a rule for the whole")?;
        let _ = writeln!(table, "{path}\t{line}");
    }
    Ok(())
}

/// Systems and codes of a value set in turns; nothing where they are not at hand.
fn value_set(
    url: &str,
    sets: &BTreeMap<String, Value>,
    systems: &BTreeMap<String, Value>,
) -> Result<String> {
    if let Some((_, codes)) = ANSWERS.iter().find(|(known, _)| *known == url) {
        return Ok(format!("{LOINC}\t{codes}"));
    }
    let Some(set) = sets.get(url) else { return Ok(String::new()) };
    let compose = set.get("compose").context("no compose")?;
    ensure!(list(compose, "exclude").is_empty(), "`{url}` excludes something");
    let mut parts = Vec::new();
    for include in list(compose, "include") {
        ensure!(list(include, "filter").is_empty(), "`{url}` has a filter");
        ensure!(list(include, "valueSet").is_empty(), "`{url}` includes another");
        let system = text(include, "system");
        let listed = list(include, "concept");
        let all = systems.get(system).map_or(&[][..], |found| list(found, "concept"));
        let concepts = if listed.is_empty() { all } else { listed };
        if concepts.iter().any(|concept| !list(concept, "concept").is_empty()) {
            bail!("`{system}` is a hierarchy");
        }
        let codes: Vec<&str> = concepts.iter().map(|concept| text(concept, "code")).collect();
        let codes = if codes.is_empty() { "*".to_owned() } else { codes.join(" ") };
        parts.push(format!("{system}\t{codes}"));
    }
    Ok(parts.join("\t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_what_the_guide_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let guide = root.join("../shared/data/fhir/genomics-reporting/resources");
        if !guide.exists() {
            println!("skipped: the Genomics Reporting guide is not at hand");
            return;
        }
        let committed = fs::read_to_string(root.join(RULES)).unwrap();
        let made = table(&guide).unwrap();
        assert!(committed == made, "out of date: run `cargo xtask generate-profiles`");
    }
}
