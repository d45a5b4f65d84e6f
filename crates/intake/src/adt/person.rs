//! A `Patient` resource that is being changed.

use crate::matching::Claimed;
use formats::fhir::access::{authority_to_system, type_and_id};
use model::PatientId;
use model::patient::{Identifier, PersonName, Sex};
use serde_json::{Value, json};

/// Extension of an identifier: the record that it was taken over from.
const MERGED_FROM: &str = "urn:cognate:extension:merged-from";

pub(super) struct Person {
    pub(super) id: PatientId,
    before: Value,
    resource: Value,
}

impl Person {
    pub(super) fn new(id: PatientId, resource: Value) -> Self {
        Self { id, before: resource.clone(), resource }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.before != self.resource
    }

    pub(super) fn into_resource(self) -> Value {
        self.resource
    }

    fn list(&self, name: &str) -> Vec<Value> {
        let list = self.resource.get(name).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    }

    /// FHIR has no empty lists.
    fn set_list(&mut self, name: &str, list: Vec<Value>) {
        let Some(object) = self.resource.as_object_mut() else { return };
        if list.is_empty() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), Value::Array(list));
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(object) = self.resource.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    }

    /// Takes over what is stated; what is not, stays. The former name is kept as an old one.
    pub(super) fn describe(&mut self, claimed: &Claimed) {
        if let Some(name) = claimed.names.first().filter(|name| !name.family.is_empty()) {
            let mut names = self.list("name");
            let is_same = names.first().is_some_and(|known| same_name(known, name));
            if !is_same {
                if let Some(known) = names.first_mut().and_then(Value::as_object_mut) {
                    known.insert("use".to_owned(), json!("old"));
                }
                let mut new = json!({"use": "official", "family": name.family});
                if let (Some(object), false) = (new.as_object_mut(), name.given.is_empty()) {
                    object.insert("given".to_owned(), json!(name.given));
                }
                names.insert(0, new);
                self.set_list("name", names);
            }
        }
        if let Some(born) = claimed.birth_date {
            self.set("birthDate", json!(born.to_string()));
        }
        let gender = match claimed.sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Other => "other",
            Sex::Unknown => return,
        };
        self.set("gender", json!(gender));
    }

    /// Numbers that are in use from now on.
    pub(super) fn add_numbers(&mut self, numbers: &[Identifier]) {
        self.put_numbers(numbers, None);
    }

    /// Numbers that find the person still and are in use no longer.
    pub(super) fn add_old_numbers(&mut self, numbers: &[Identifier]) {
        self.put_numbers(numbers, Some("old"));
    }

    fn put_numbers(&mut self, numbers: &[Identifier], stated_use: Option<&str>) {
        let mut known = self.list("identifier");
        for number in numbers {
            let system = authority_to_system(&number.authority);
            let place = known.iter().position(|one| is_number(one, &system, &number.value));
            let at = place.unwrap_or_else(|| {
                known.push(json!({"system": system, "value": number.value}));
                known.len() - 1
            });
            let Some(one) = known.get_mut(at).and_then(Value::as_object_mut) else { continue };
            match stated_use {
                Some(word) => {
                    one.insert("use".to_owned(), json!(word));
                }
                None if one.get("use").and_then(Value::as_str) == Some("old") => {
                    one.remove("use");
                }
                None => {}
            }
        }
        self.set_list("identifier", known);
    }

    /// The other one stays and takes over the numbers of this one.
    pub(super) fn give_way_to(&mut self, stays: &mut Self) {
        let mut taken = stays.list("identifier");
        for number in self.list("identifier") {
            let text = |name: &str| number.get(name).and_then(Value::as_str).unwrap_or_default();
            if taken.iter().any(|known| is_number(known, text("system"), text("value"))) {
                continue;
            }
            let mut number = number.clone();
            if let Some(object) = number.as_object_mut() {
                let from = json!({"url": MERGED_FROM,
                    "valueReference": {"reference": format!("Patient/{}", self.id)}});
                let held = object.entry("extension").or_insert_with(|| json!([]));
                if let Some(held) = held.as_array_mut() {
                    held.push(from);
                }
            }
            taken.push(number);
        }
        stays.set_list("identifier", taken);
        self.set_list("identifier", Vec::new());
        self.set("active", json!(false));
        self.link(&stays.id.clone(), "replaced-by");
        stays.link(&self.id.clone(), "replaces");
    }

    /// Whom this one replaced, if one of the numbers is that one's.
    pub(super) fn replaced_with(&self, numbers: &[Identifier]) -> Option<PatientId> {
        self.list("identifier").iter().find_map(|known| {
            let is_named = numbers
                .iter()
                .any(|one| is_number(known, &authority_to_system(&one.authority), &one.value));
            let from = merged_from(known).filter(|_| is_named)?;
            Some(PatientId::new(from))
        })
    }

    /// Undoes [`Self::give_way_to`].
    pub(super) fn come_back_from(&mut self, stays: &mut Self) {
        let own = self.id.as_str().to_owned();
        let (mut back, mut kept) = (self.list("identifier"), Vec::new());
        for mut number in stays.list("identifier") {
            if merged_from(&number) != Some(own.as_str()) {
                kept.push(number);
                continue;
            }
            if let Some(object) = number.as_object_mut() {
                let others = object.get("extension").and_then(Value::as_array).cloned();
                let mut others = others.unwrap_or_default();
                others.retain(|one| one.get("url").and_then(Value::as_str) != Some(MERGED_FROM));
                object.remove("extension");
                if !others.is_empty() {
                    object.insert("extension".to_owned(), Value::Array(others));
                }
            }
            back.push(number);
        }
        stays.set_list("identifier", kept);
        self.set_list("identifier", back);
        self.set("active", json!(true));
        self.unlink(&stays.id.clone());
        stays.unlink(&self.id.clone());
    }

    fn link(&mut self, other: &PatientId, kind: &str) {
        let mut links = self.list("link");
        let reference = format!("Patient/{other}");
        links.push(json!({"other": {"reference": reference}, "type": kind}));
        self.set_list("link", links);
    }

    fn unlink(&mut self, other: &PatientId) {
        let mut links = self.list("link");
        let reference = format!("Patient/{other}");
        links.retain(|link| {
            link.pointer("/other/reference").and_then(Value::as_str) != Some(reference.as_str())
        });
        self.set_list("link", links);
    }
}

fn is_number(known: &Value, system: &str, value: &str) -> bool {
    let text = |name: &str| known.get(name).and_then(Value::as_str);
    text("system") == Some(system) && text("value") == Some(value)
}

fn merged_from(number: &Value) -> Option<&str> {
    let extensions = number.get("extension").and_then(Value::as_array)?;
    let from = extensions
        .iter()
        .find(|one| one.get("url").and_then(Value::as_str) == Some(MERGED_FROM))?;
    let reference = from.pointer("/valueReference/reference").and_then(Value::as_str)?;
    type_and_id(reference).map(|(_, id)| id)
}

fn same_name(known: &Value, name: &PersonName) -> bool {
    let given = known.get("given").and_then(Value::as_array).cloned().unwrap_or_default();
    let given: Vec<&str> = given.iter().filter_map(Value::as_str).collect();
    known.get("family").and_then(Value::as_str) == Some(name.family.as_str()) && given == name.given
}
