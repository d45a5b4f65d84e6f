//! A small checker of profiles, for tests: it evaluates cardinalities, fixed and pattern values,
//! choices of type, targets of references and required bindings of StructureDefinitions, with
//! slices as the Genomics Reporting guide uses them (components by code, categories by coding,
//! extensions by URL, references by the profile of their target). Definitions are read from the
//! data folder and never copied here.

use formats::fhir::access;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// LOINC answer lists with a required binding, which the guide only names.
const ANSWERS: &[(&str, &[&str])] = &[
    ("http://loinc.org/vs/LL1971-2", &["LA9633-4", "LA9634-2", "LA18198-4", "LA11884-6"]),
    ("http://loinc.org/vs/LL4049-4", &["LA26421-0", "LA26422-8", "LA26423-6"]),
];

/// The definitions of the guide.
pub(super) struct Guide {
    definitions: BTreeMap<String, Value>,
    /// Systems and codes of value sets; a system alone stands for all of its codes.
    sets: BTreeMap<String, BTreeSet<(String, Option<String>)>>,
    /// The other resources, by name.
    pub(super) examples: Vec<(String, Value)>,
}

/// What references lead to.
pub(super) type Known<'v> = BTreeMap<String, &'v Value>;

struct Element {
    id: String,
    steps: Vec<(String, Option<String>)>,
    rule: Value,
}

impl Guide {
    /// `None`, with a line that says so, if the data folder is not there.
    pub(super) fn load() -> Option<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
        let Ok(files) = std::fs::read_dir(&folder) else {
            println!("skipped: the Genomics Reporting guide is not at hand");
            return None;
        };
        let mut guide =
            Self { definitions: BTreeMap::new(), sets: BTreeMap::new(), examples: vec![] };
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let url = value["url"].as_str().unwrap_or_default().to_owned();
            match value["resourceType"].as_str().unwrap() {
                "StructureDefinition" => drop(guide.definitions.insert(url, value)),
                "ValueSet" => drop(guide.sets.insert(url, codes(&value))),
                _ => {
                    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                    guide.examples.push((name, value));
                }
            }
        }
        Some(guide)
    }

    /// Faults of a resource against every profile that it claims, and of its extensions.
    pub(super) fn faults(&self, resource: &Value, known: &Known<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        for url in access::texts(resource, "meta.profile") {
            match self.elements(url) {
                elements if elements.is_empty() => faults.push(format!("unknown profile {url}")),
                elements => self.evaluate(&elements, resource, known, &mut faults),
            }
        }
        self.extensions(resource, known, &mut faults);
        faults
    }

    fn extensions(&self, value: &Value, known: &Known<'_>, faults: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if name == "extension" || name == "modifierExtension" {
                        for extension in access::all(value, name) {
                            let url = access::text(extension, "url").unwrap_or_default();
                            let elements = self.elements(url);
                            self.evaluate(&elements, extension, known, faults);
                        }
                    }
                    self.extensions(member, known, faults);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.extensions(item, known, faults);
                }
            }
            _ => {}
        }
    }

    /// The elements of a definition and of those it is based on, as far as the guide has them.
    fn elements(&self, url: &str) -> Vec<Element> {
        let mut elements = Vec::new();
        let mut next = self.definitions.get(url);
        while let Some(definition) = next {
            for rule in access::all(definition, "differential.element") {
                let id = rule["id"].as_str().unwrap().to_owned();
                let step = |step: &str| match step.split_once(':') {
                    Some((name, slice)) => (name.to_owned(), Some(slice.to_owned())),
                    None => (step.to_owned(), None),
                };
                let steps = id.split('.').skip(1).map(step).collect();
                elements.push(Element { id, steps, rule: rule.clone() });
            }
            next = self.definitions.get(definition["baseDefinition"].as_str().unwrap());
        }
        elements
    }

    fn evaluate(
        &self,
        elements: &[Element],
        root: &Value,
        known: &Known<'_>,
        faults: &mut Vec<String>,
    ) {
        let scope = Scope { elements, known };
        for element in elements.iter().filter(|element| !element.steps.is_empty()) {
            let mut say = |what: &str| faults.push(format!("{}: {what}", element.id));
            for parent in scope.parents(root, element) {
                let depth = element.steps.len() - 1;
                let items = scope.items(parent, element, depth);
                let count = items.len() as u64;
                if count < element.rule["min"].as_u64().unwrap_or(0) {
                    say("too few");
                }
                let max = element.rule["max"].as_str().and_then(|max| max.parse::<u64>().ok());
                if max.is_some_and(|max| count > max) {
                    say("too many");
                }
                for (choice, item) in items {
                    if !wanted(&element.rule).is_none_or(|wanted| fits(wanted, item)) {
                        say("not the fixed value");
                    }
                    if !type_fits(&element.rule, choice) {
                        say("not a type of the choice");
                    }
                    if !target_fits(&element.rule, item, known) {
                        say("not a target of the reference");
                    }
                    if !self.binding_fits(&element.rule, item) {
                        say("not a code of the required value set");
                    }
                }
            }
        }
    }

    fn binding_fits(&self, rule: &Value, item: &Value) -> bool {
        let binding = &rule["binding"];
        if binding["strength"] != "required" {
            return true;
        }
        let url = binding["valueSet"].as_str().unwrap();
        let codings = access::codings(item, "coding");
        let answers = ANSWERS.iter().find(|(list, _)| *list == url);
        if let Some((_, answers)) = answers {
            return codings.iter().any(|c| answers.contains(&c.code.as_str()));
        }
        let Some(set) = self.sets.get(url) else { return true };
        codings.iter().any(|c| {
            set.contains(&(c.system.clone(), None))
                || set.contains(&(c.system.clone(), Some(c.code.clone())))
        })
    }
}

fn codes(set: &Value) -> BTreeSet<(String, Option<String>)> {
    let mut found = BTreeSet::new();
    for include in access::all(set, "compose.include") {
        let system = access::text(include, "system").unwrap_or_default().to_owned();
        let listed = access::texts(include, "concept.code");
        if listed.is_empty() {
            found.insert((system.clone(), None));
        }
        found.extend(listed.into_iter().map(|code| (system.clone(), Some(code.to_owned()))));
    }
    found
}

struct Scope<'e> {
    elements: &'e [Element],
    known: &'e Known<'e>,
}

impl Scope<'_> {
    /// What the element is a part of.
    fn parents<'v>(&self, root: &'v Value, element: &Element) -> Vec<&'v Value> {
        let mut parents = vec![root];
        for depth in 0..element.steps.len() - 1 {
            parents = parents
                .into_iter()
                .flat_map(|parent| self.items(parent, element, depth))
                .map(|(_, item)| item)
                .collect();
        }
        parents
    }

    /// The items of a step, with the type of a choice.
    fn items<'v>(
        &self,
        parent: &'v Value,
        element: &Element,
        depth: usize,
    ) -> Vec<(Option<&'v str>, &'v Value)> {
        let (name, slice) = &element.steps[depth];
        if let Some(stem) = name.strip_suffix("[x]") {
            let found = access::choice(parent, stem).into_iter();
            let sliced = |kind: &str| slice.as_ref().is_none_or(|s| *s == format!("{stem}{kind}"));
            return found
                .filter(|(kind, _)| sliced(kind))
                .map(|(kind, value)| (Some(kind), value))
                .collect();
        }
        let prefix: Vec<&str> = element.id.split('.').take(depth + 2).collect();
        let prefix = prefix.join(".");
        let all = access::all(parent, name).into_iter();
        all.filter(|item| slice.is_none() || self.is_member(&prefix, name, item))
            .map(|item| (None, item))
            .collect()
    }

    fn is_member(&self, slice: &str, name: &str, item: &Value) -> bool {
        let rule = |id: &str| self.elements.iter().find(|e| e.id == id).map(|e| &e.rule);
        let pattern = |part: &str| rule(&format!("{slice}.{part}")).and_then(wanted);
        match name {
            "extension" => {
                let own = rule(slice).and_then(|rule| access::text(rule, "type.profile"));
                let fixed = pattern("url").and_then(Value::as_str);
                own.or(fixed) == access::text(item, "url")
            }
            "component" => pattern("code").is_some_and(|code| fits(code, &item["code"])),
            "category" => pattern("coding")
                .is_some_and(|coding| access::all(item, "coding").iter().any(|c| fits(coding, c))),
            _ => {
                let targets = rule(slice).map(|rule| access::texts(rule, "type.targetProfile"));
                let target = access::reference_of(item).and_then(|url| self.known.get(url));
                let claimed = target.map(|target| access::texts(target, "meta.profile"));
                let (targets, claimed) = (targets.unwrap_or_default(), claimed.unwrap_or_default());
                claimed.iter().any(|profile| targets.contains(profile))
            }
        }
    }
}

/// The fixed or pattern value of an element.
fn wanted(rule: &Value) -> Option<&Value> {
    let is = |name: &str| name.starts_with("fixed") || name.starts_with("pattern");
    rule.as_object()?.iter().find(|(name, _)| is(name)).map(|(_, value)| value)
}

/// Whether an item has at least what the pattern has.
fn fits(pattern: &Value, item: &Value) -> bool {
    match (pattern, item) {
        (Value::Object(wanted), Value::Object(held)) => {
            wanted.iter().all(|(name, value)| held.get(name).is_some_and(|held| fits(value, held)))
        }
        (Value::Array(wanted), Value::Array(held)) => {
            wanted.iter().all(|value| held.iter().any(|held| fits(value, held)))
        }
        _ => pattern == item,
    }
}

fn type_fits(rule: &Value, choice: Option<&str>) -> bool {
    let types = access::texts(rule, "type.code");
    let Some(choice) = choice else { return true };
    types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(choice))
}

/// Whether a reference that can be followed leads to one of the targets.
fn target_fits(rule: &Value, item: &Value, known: &Known<'_>) -> bool {
    let targets = access::texts(rule, "type.targetProfile");
    let target = access::reference_of(item).and_then(|url| known.get(url));
    let Some(target) = target.filter(|_| !targets.is_empty()) else { return true };
    let claimed = access::texts(target, "meta.profile");
    let kind = access::resource_type(target).unwrap_or_default();
    let core = format!("http://hl7.org/fhir/StructureDefinition/{kind}");
    let any = "http://hl7.org/fhir/StructureDefinition/Resource";
    targets.iter().any(|url| [any, core.as_str()].contains(url) || claimed.contains(url))
}
