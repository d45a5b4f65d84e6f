//! One element of a profile as a line of the table.

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use super::{CORE, GUIDE, name};
use crate::definitions::{list, text};

/// What an element of a differential may have. Anything else could be a rule.
const KNOWN: &[&str] = &[
    "alias",
    "binding",
    "comment",
    "definition",
    "fixedUri",
    "id",
    "isModifier",
    "mapping",
    "max",
    "min",
    "mustSupport",
    "path",
    "patternCode",
    "patternCodeableConcept",
    "patternCoding",
    "patternUri",
    "requirements",
    "short",
    "sliceName",
    "slicing",
    "type",
];

/// The columns behind the element; `None` where it has no rule that can be broken. Its required
/// value set is added to `required`.
pub(super) fn line(
    element: &Value,
    all: &[Value],
    required: &mut Vec<String>,
) -> Result<Option<String>> {
    for member in element.as_object().into_iter().flat_map(|members| members.keys()) {
        ensure!(KNOWN.contains(&member.as_str()), "`{member}` is not understood");
    }
    let min = element.get("min").and_then(Value::as_u64).unwrap_or(0);
    let min = if min == 0 { String::new() } else { min.to_string() };
    let max = Some(text(element, "max")).filter(|max| *max != "*").unwrap_or_default();
    let types = types(element)?;
    let value = value(element)?;
    let binding = element.get("binding").filter(|one| text(one, "strength") == "required");
    let set = binding.map_or("", |one| text(one, "valueSet"));
    let by = slicing(element)?;
    if let Some(slices) = sliced_by_profile(element, all)
        && slices
    {
        // Open slices of any number by what is referred to say nothing that could be broken.
        ensure!(min.is_empty() && max.is_empty(), "a counted slice by profile");
        return Ok(None);
    }
    // An extension in any number is a rule of its own definition only.
    let is_free = min.is_empty() && max.is_empty() && value.is_empty() && set.is_empty();
    if is_free && by.is_empty() && (types.is_empty() || is_extension(element)) {
        return Ok(None);
    }
    if !set.is_empty() {
        required.push(set.to_owned());
    }
    Ok(Some(format!("{min}\t{max}\t{types}\t{value}\t{set}\t{by}")))
}

fn is_extension(element: &Value) -> bool {
    list(element, "type").iter().all(|one| text(one, "code") == "Extension")
}

/// The datatypes: `CodeableConcept`, `Reference(variant|Procedure)`, `Extension(repeat-motif)`.
fn types(element: &Value) -> Result<String> {
    let mut types = Vec::new();
    for one in list(element, "type") {
        let of = |member: &str| -> Vec<&str> {
            list(one, member).iter().filter_map(Value::as_str).map(name).collect()
        };
        let (profiles, targets) = (of("profile"), of("targetProfile"));
        ensure!(profiles.is_empty() || targets.is_empty(), "a type with profiles and targets");
        let inside = if profiles.is_empty() { targets } else { profiles };
        let code = text(one, "code");
        types.push(match inside.as_slice() {
            [] => code.to_owned(),
            inside => format!("{code}({})", inside.join("|")),
        });
    }
    Ok(types.join(" "))
}

/// The value that is asked for, `~` at least or `=` exactly.
fn value(element: &Value) -> Result<String> {
    let mut found = String::new();
    for (member, value) in element.as_object().into_iter().flatten() {
        let sign = match member.as_str() {
            name if name.starts_with("pattern") => '~',
            name if name.starts_with("fixed") => '=',
            _ => continue,
        };
        ensure!(found.is_empty(), "two values");
        found = format!("{sign}{value}");
    }
    ensure!(!found.contains('\t'), "a tab in a value");
    Ok(found)
}

/// The element that tells the slices apart; nothing for those by profile.
fn slicing(element: &Value) -> Result<&str> {
    let Some(slicing) = element.get("slicing") else { return Ok("") };
    ensure!(text(slicing, "rules") == "open", "slices that are not open");
    ensure!(slicing.get("ordered") != Some(&Value::Bool(true)), "slices in order");
    let [by] = list(slicing, "discriminator") else { bail!("several discriminators") };
    match (text(by, "type"), text(by, "path")) {
        ("value", path) => Ok(path),
        ("type", "$this") => Ok("$this"),
        ("profile", "resolve()") => Ok(""),
        other => bail!("a discriminator `{other:?}`"),
    }
}

/// Whether a slice is told by the profile of what it refers to; `None` for what is no slice.
fn sliced_by_profile(element: &Value, all: &[Value]) -> Option<bool> {
    let (path, slice) = text(element, "id").rsplit_once(':')?;
    if slice.contains('.') {
        return None;
    }
    let sliced = all.iter().find(|other| text(other, "id") == path);
    let by = sliced.and_then(|other| other.get("slicing")).map(|by| list(by, "discriminator"));
    // Where the slicing is the base's, the slices refer to profiles of the guide.
    let inherited = || {
        let targets = list(element, "type").iter().flat_map(|one| list(one, "targetProfile"));
        let targets: Vec<&str> = targets.filter_map(Value::as_str).collect();
        !targets.is_empty()
            && targets.iter().all(|url| [GUIDE, CORE].iter().any(|of| url.starts_with(of)))
    };
    Some(by.map_or_else(inherited, |by| by.iter().any(|one| text(one, "type") == "profile")))
}
