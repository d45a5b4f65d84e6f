//! One walk over a resource for each profile that it is checked against.

use super::super::check::PROBLEMS_MAX;
use super::super::check::table::{elements_of, find as element_of};
use super::reference::{self, Known};
use super::table::{Found, Node, Rule, Wanted, find, table};
use crate::fhir::access;
use model::Problem;
use serde_json::{Map, Value};

/// Extensions hold extensions; deeper ones than the reader allows do not come here.
const EXTENSION: &str = "Extension";

pub(super) fn check(resource: &Value, asked: &[&str]) -> Vec<Problem> {
    let known = reference::known(resource);
    let mut walk = Walk { known, resource, profile: "", problems: Vec::new() };
    let place = access::resource_type(resource).unwrap_or("Resource").to_owned();
    for canonical in asked {
        walk.against(canonical, "profile", &place, true);
    }
    walk.resource(resource, &place, asked);
    walk.problems
}

/// One value of an element, with its datatype and its place.
struct Item<'v> {
    value: &'v Value,
    kind: &'static str,
    /// Where its own elements stand in the table of R4.
    path: &'static str,
    place: String,
}

struct Walk<'v> {
    known: Known<'v>,
    /// The resource that is looked at, for what it contains.
    resource: &'v Value,
    /// The profile that is asked.
    profile: &'static str,
    problems: Vec<Problem>,
}

impl<'v> Walk<'v> {
    fn say(&mut self, problem: Problem) {
        // Two profiles of one base say the same.
        let is_new = !self.problems.contains(&problem);
        match self.problems.len() {
            count if count < PROBLEMS_MAX && is_new => self.problems.push(problem),
            PROBLEMS_MAX if is_new => {
                let text = "more problems were found than are listed";
                self.problems.push(Problem::note("more-problems", problem.place, text));
            }
            _ => {}
        }
    }

    fn error(&mut self, code: &str, place: &str, text: &str) {
        let text = format!("`{}` {text}", self.profile);
        self.say(Problem::error(code, place, text));
    }

    /// A resource by the profiles that it claims, then what is inside it.
    fn resource(&mut self, resource: &'v Value, place: &str, asked: &[&str]) {
        self.resource = resource;
        for (at, canonical) in access::texts(resource, "meta.profile").into_iter().enumerate() {
            if !asked.contains(&canonical) {
                let said = format!("{place}.meta.profile[{at}]");
                self.against(canonical, &said, place, false);
            }
        }
        let Some(object) = resource.as_object() else { return };
        self.extensions(object, place);
        for (name, inside) in [("contained", ""), ("entry", "resource"), ("parameter", "resource")]
        {
            let items = object.get(name).and_then(Value::as_array).into_iter().flatten();
            for (at, item) in items.enumerate() {
                if inside.is_empty() {
                    self.resource(item, &format!("{place}.{name}[{at}]"), &[]);
                } else if let Some(held) = item.get(inside) {
                    self.resource(held, &format!("{place}.{name}[{at}].{inside}"), &[]);
                }
            }
        }
    }

    /// Checks the resource against a profile by its canonical, which was told at a place.
    fn against(&mut self, canonical: &str, said: &str, place: &str, is_asked: bool) {
        let profile = match find(canonical) {
            Found::Known(profile) => profile,
            Found::OtherVersion(profile, version) => {
                let text = format!("`{canonical}` was checked as of version {version}");
                self.say(Problem::warning("not-supported", said, text));
                profile
            }
            Found::Unknown => {
                let text = format!("the profile `{canonical}` is not known and was not checked");
                let severity = if is_asked { Problem::error } else { Problem::warning };
                return self.say(severity("not-supported", said.to_owned(), text));
            }
        };
        let own = access::resource_type(self.resource).unwrap_or_default();
        self.profile = profile.name;
        match self.resource.as_object() {
            Some(object) if own == profile.kind => {
                self.object(object, &profile.root, profile.kind, place);
            }
            _ => self.error("wrong-type", place, &format!("is a profile of {}", profile.kind)),
        }
    }

    /// The guide's extensions wherever they stand; other resources inside are not looked into.
    fn extensions(&mut self, object: &'v Map<String, Value>, place: &str) {
        for (name, member) in object {
            if matches!(name.as_str(), "contained" | "resource") {
                continue;
            }
            let single = std::slice::from_ref(member);
            let items = member.as_array().map_or(single, Vec::as_slice);
            for (at, item) in items.iter().enumerate() {
                let Some(held) = item.as_object() else { continue };
                let index = if member.is_array() { format!("[{at}]") } else { String::new() };
                let here = format!("{place}.{name}{index}");
                if matches!(name.as_str(), "extension" | "modifierExtension") {
                    self.extension(held, &here);
                }
                self.extensions(held, &here);
            }
        }
    }

    fn extension(&mut self, extension: &'v Map<String, Value>, place: &str) {
        let url = extension.get("url").and_then(Value::as_str).unwrap_or_default();
        if let Found::Known(profile) | Found::OtherVersion(profile, _) = find(url)
            && profile.kind == EXTENSION
        {
            self.profile = profile.name;
            self.object(extension, &profile.root, EXTENSION, place);
        }
    }

    /// An object against the elements of a node; `path` is that of its elements in the table of R4.
    fn object(&mut self, object: &'v Map<String, Value>, node: &Node, path: &str, place: &str) {
        for child in &node.children {
            let items = items(object, child.name, path, place);
            let here = format!("{place}.{}", child.name);
            self.count(items.len(), &child.rule, &here, "this element", None);
            for item in &items {
                self.item(item, child);
            }
            for slice in &child.slices {
                let members: Vec<&Item<'v>> =
                    items.iter().filter(|item| is_member(item, slice, child.by)).collect();
                let what = format!("the slice `{}`", slice.name);
                let last = members.last().map_or(here.as_str(), |item| item.place.as_str());
                self.count(members.len(), &slice.rule, last, &what, told_by(slice, child.by));
                for item in members {
                    self.item(item, slice);
                }
            }
        }
    }

    fn count(
        &mut self,
        count: usize,
        rule: &Rule,
        place: &str,
        what: &str,
        told_by: Option<String>,
    ) {
        let told_by = told_by.map_or_else(String::new, |words| format!(", {words}"));
        if count < rule.min {
            let text = match rule.min {
                1 => format!("requires {what}{told_by}"),
                min => format!("requires {what} {min} times{told_by}"),
            };
            self.error("missing-element", place, &text);
        }
        if let Some(max) = rule.max.filter(|max| count > *max) {
            let text = match max {
                0 => format!("does not allow {what}{told_by}"),
                1 => format!("allows {what} only once{told_by}"),
                max => format!("allows {what} {max} times{told_by}"),
            };
            self.error("too-many", place, &text);
        }
    }

    fn item(&mut self, item: &Item<'v>, node: &Node) {
        // A primitive with a companion alone: there, without a value.
        if item.value.is_null() {
            return;
        }
        let rule = &node.rule;
        let of_kind = rule.types.iter().find(|one| one.code == item.kind);
        if of_kind.is_none() && !rule.types.is_empty() {
            let codes: Vec<&str> = rule.types.iter().map(|one| one.code).collect();
            let text = format!("allows {} here", codes.join(" or "));
            return self.error("wrong-type", &item.place, &text);
        }
        if let Some(wanted) = rule.value.as_ref().filter(|wanted| !wanted.fits(item.value)) {
            let text = format!("requires {} here", wanted.words());
            self.error("bad-value", &item.place, &text);
        }
        if !rule.set.is_empty() {
            self.binding(item, rule.set);
        }
        let names = of_kind.map_or(&[][..], |one| one.names.as_slice());
        if item.kind == "Reference" && !names.is_empty() {
            if !reference::fits(item.value, names, self.resource, &self.known) {
                let text = format!("wants a reference to {} here", names.join(" or "));
                self.error("bad-reference", &item.place, &text);
            }
        } else {
            self.datatype(item, names);
        }
        if let Some(object) = item.value.as_object() {
            self.object(object, node, item.path, &item.place);
        }
    }

    /// A datatype by its own profile. Extensions are checked wherever they stand, not here.
    fn datatype(&mut self, item: &Item<'v>, names: &[&'static str]) {
        let known = names.iter().find_map(|name| table().named(name));
        let known = known.filter(|profile| profile.kind == item.kind && item.kind != EXTENSION);
        if let (Some(profile), Some(object)) = (known, item.value.as_object()) {
            let before = std::mem::replace(&mut self.profile, profile.name);
            self.object(object, &profile.root, profile.kind, &item.place);
            self.profile = before;
        }
    }

    /// FHIR R4, "required": one of the codings has to be of the value set.
    fn binding(&mut self, item: &Item<'v>, set: &str) {
        let Some(systems) = table().set(set) else {
            let text = format!("the codes of `{set}` are not at hand; this code was not checked");
            return self.say(Problem::note("not-supported", item.place.clone(), text));
        };
        let holds = |system: Option<&str>, code: &str| {
            let known = systems.iter().find(|(known, _)| system.is_none_or(|one| one == *known));
            known.is_some_and(|(_, codes)| codes.is_empty() || codes.contains(&code))
        };
        let codings = access::codings(item.value, "coding");
        let is_in = match item.value.as_str() {
            Some(code) => holds(None, code),
            None => codings.iter().any(|one| holds(Some(&one.system), &one.code)),
        };
        if !is_in {
            self.error("bad-code", &item.place, &format!("requires a code of `{set}` here"));
        }
    }
}

/// The values of an element of an object; a choice is found by each of its names.
fn items<'v>(
    object: &'v Map<String, Value>,
    name: &'static str,
    path: &str,
    place: &str,
) -> Vec<Item<'v>> {
    let elements = elements_of(path);
    let mut items = Vec::new();
    for (key, value) in object {
        let own = key.strip_prefix('_').unwrap_or(key);
        let Some((element, kind)) = element_of(elements, own) else { continue };
        // A companion counts where the value itself is not there.
        if element.name != name || (own != key && object.contains_key(own)) {
            continue;
        }
        let value = if own == key { value } else { &Value::Null };
        let path = match kind {
            "BackboneElement" | "Element" => element.path.as_str(),
            other => other.strip_prefix('#').unwrap_or(other),
        };
        let item = |value, place| Item { value, kind, path, place };
        match value.as_array() {
            None => items.push(item(value, format!("{place}.{own}"))),
            Some(list) => {
                let all = list.iter().enumerate();
                items.extend(all.map(|(at, one)| item(one, format!("{place}.{own}[{at}]"))));
            }
        }
    }
    items
}

/// Whether an item belongs to a slice.
fn is_member(item: &Item<'_>, slice: &Node, by: &str) -> bool {
    if by == "$this" {
        return slice.rule.types.iter().any(|one| one.code == item.kind);
    }
    let held = item.value.get(by);
    if let Some(wanted) = slice.child(by).and_then(|child| child.rule.value.as_ref()) {
        let any = |held: &Value| match held.as_array() {
            Some(list) => list.iter().any(|one| wanted.fits(one)),
            None => wanted.fits(held),
        };
        return held.is_some_and(any);
    }
    let url = held.and_then(Value::as_str);
    let mut names = slice.rule.types.iter().flat_map(|one| &one.names);
    by == "url" && names.any(|name| url == Some(table().canonical(name).as_str()))
}

/// What tells a slice, in words.
fn told_by(slice: &Node, by: &str) -> Option<String> {
    let value = slice.child(by).and_then(|child| child.rule.value.as_ref());
    value.map(|wanted: &Wanted| format!("whose {by} is {}", wanted.words()))
}
