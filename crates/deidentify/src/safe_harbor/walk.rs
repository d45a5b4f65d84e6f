//! Going through a resource beside its table.

use super::element::{Element, Form};
use super::year::{POOLED_YEARS, units_of_a_year, year};
use super::{Report, Settings, code, place, table};
use serde_json::{Map, Number, Value, json};

/// Items of one list; more are cut, and counted as removed.
const ITEMS_MAX: usize = 10_000;
/// Bases of one allele.
const BASES_MAX: usize = 1_000;
/// The extension that says that a year of birth is not told for the age.
pub(super) const POOLED_AGE: &str = "urn:cognate:extension:age-90-or-older";

/// Whether an element anywhere says that another one changes its meaning.
pub(super) fn has_modifier(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.contains_key("modifierExtension")
                || members.contains_key("implicitRules")
                || members.values().any(has_modifier)
        }
        Value::Array(items) => items.iter().any(has_modifier),
        _ => false,
    }
}

pub(super) struct Walk<'w> {
    settings: &'w Settings<'w>,
    report: &'w mut Report,
    name: &'static str,
    /// Whether the resource tells an age.
    tells_age: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        name: &'static str,
        resource: &Value,
        settings: &'w Settings<'w>,
        report: &'w mut Report,
    ) -> Self {
        Self { settings, report, name, tells_age: tells_age(resource) }
    }

    /// The members that the table knows, in the form in which they pass.
    pub(super) fn parts(
        &mut self,
        members: &Map<String, Value>,
        elements: &'static [Element],
        path: &str,
    ) -> Map<String, Value> {
        let path = if path.is_empty() { self.name.to_owned() } else { path.to_owned() };
        let mut kept = Map::new();
        for (name, value) in members {
            let at_top = path == self.name;
            if at_top && matches!(name.as_str(), "resourceType" | "id") {
                continue;
            }
            let Some((name, form)) = elements.iter().find(|(known, _)| known == name) else {
                self.report.removed(&path, name);
                continue;
            };
            let below = format!("{path}.{name}");
            let passed = match value {
                Value::Array(items) => {
                    let passed = items.iter().take(ITEMS_MAX);
                    let passed: Vec<Value> =
                        passed.filter_map(|item| self.form(item, *form, &below)).collect();
                    (!passed.is_empty()).then_some(Value::Array(passed))
                }
                single => self.form(single, *form, &below),
            };
            match passed {
                Some(passed) if matches!(form, Form::BirthYear) && passed.is_object() => {
                    kept.insert(format!("_{name}"), passed);
                }
                Some(passed) => {
                    kept.insert((*name).to_owned(), passed);
                }
                None => self.report.removed(&path, name),
            }
        }
        kept
    }

    fn form(&mut self, value: &Value, form: Form, path: &str) -> Option<Value> {
        match form {
            Form::Words(words) => {
                let text = value.as_str()?;
                words.iter().find(|word| **word == text).map(|word| json!(word))
            }
            Form::Flag => value.as_bool().map(Value::Bool),
            Form::Integer => {
                let number = value.as_i64()?;
                let is_great_age = self.tells_age && number >= i64::from(POOLED_YEARS);
                (!is_great_age).then(|| json!(number))
            }
            Form::Year => self.year(value, path),
            Form::BirthYear => Some(self.year(value, path).unwrap_or_else(
                || json!({"extension": [{"url": POOLED_AGE, "valueBoolean": true}]}),
            ))
            .filter(|_| is_date(value)),
            Form::Bases => {
                let text = value.as_str().filter(|_| self.settings.passes_genotypes())?;
                let are_bases = text.len() <= BASES_MAX && !text.is_empty();
                let are_bases = are_bases && text.bytes().all(|base| b"ACGTN".contains(&base));
                are_bases.then(|| json!(text))
            }
            Form::Reference => self.reference(value, path),
            Form::Concept => self.concept(value, path),
            Form::Coding => self.coding(value, path),
            Form::Quantity => self.quantity(value, path),
            Form::Range => self.each(value, &["low", "high"], path, Self::quantity),
            Form::Ratio => self.each(value, &["numerator", "denominator"], path, Self::quantity),
            Form::Period => self.each(value, &["start", "end"], path, Self::year),
            Form::Address => self.address(value, path),
            Form::Parts(elements) => {
                let kept = self.parts(value.as_object()?, elements, path);
                (!kept.is_empty()).then_some(Value::Object(kept))
            }
        }
    }

    /// Members of these names, each in the same form.
    fn each(
        &mut self,
        value: &Value,
        names: &[&str],
        path: &str,
        form: fn(&mut Self, &Value, &str) -> Option<Value>,
    ) -> Option<Value> {
        let mut kept = Map::new();
        for (name, value) in value.as_object()? {
            match names.iter().find(|known| *known == name) {
                Some(known) => match form(self, value, path) {
                    Some(passed) => {
                        kept.insert((*known).to_owned(), passed);
                    }
                    None => self.report.removed(path, known),
                },
                None => self.report.removed(path, name),
            }
        }
        (!kept.is_empty()).then_some(Value::Object(kept))
    }

    fn year(&mut self, value: &Value, path: &str) -> Option<Value> {
        let text = value.as_str()?;
        let year = year(text, self.settings.year)?;
        if year.len() < text.len() {
            self.report.generalised(path);
        }
        Some(json!(year))
    }

    /// `Type/id` becomes `Type/pseudonym`; every other form of a reference goes.
    fn reference(&mut self, value: &Value, path: &str) -> Option<Value> {
        for name in value.as_object()?.keys().filter(|name| *name != "reference") {
            self.report.removed(path, name);
        }
        let mut parts = value.get("reference")?.as_str()?.split('/');
        let (named, id) = (parts.next()?, parts.next()?);
        let shape = table::shape(named).filter(|_| !id.is_empty())?;
        let is_versioned = matches!((parts.next(), parts.next()), (Some("_history"), Some(_)));
        let is_plain = value.get("reference")?.as_str()?.split('/').count() == 2;
        if parts.next().is_some() || !(is_plain || is_versioned) {
            return None;
        }
        let pseudonym = self.settings.key.pseudonym(shape.name, id);
        self.report.generalised(path);
        Some(json!({"reference": format!("{}/{pseudonym}", shape.name)}))
    }

    fn concept(&mut self, value: &Value, path: &str) -> Option<Value> {
        let members = value.as_object()?;
        for name in members.keys().filter(|name| *name != "coding") {
            self.report.removed(path, name);
        }
        let codings = members.get("coding")?.as_array()?.iter().take(ITEMS_MAX);
        let passed: Vec<Value> = codings.filter_map(|one| self.coding(one, path)).collect();
        (!passed.is_empty()).then(|| json!({"coding": passed}))
    }

    fn coding(&mut self, value: &Value, path: &str) -> Option<Value> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let passes = self.settings.passes_genotypes();
        let known = match (text("system"), text("code")) {
            (Some(system), Some(code)) => {
                code::known(system, code, passes).map(|system| (system, code))
            }
            _ => None,
        };
        for name in value.as_object()?.keys() {
            if known.is_none() || !matches!(name.as_str(), "system" | "code") {
                self.report.removed(path, name);
            }
        }
        known.map(|(system, code)| json!({"system": system, "code": code}))
    }

    fn quantity(&mut self, value: &Value, path: &str) -> Option<Value> {
        let members = value.as_object()?;
        let number = members.get("value")?.as_number()?.clone();
        let comparator = members.get("comparator").and_then(Value::as_str);
        let known = ["<", "<=", ">=", ">"];
        let comparator = match comparator {
            None => None,
            // A number without its comparator would be another number.
            Some(text) => Some(*known.iter().find(|one| **one == text)?),
        };
        let system = members.get("system").and_then(Value::as_str);
        let unit = members.get("code").and_then(Value::as_str);
        let unit = unit.filter(|unit| system == Some(code::UCUM) && code::is_unit(unit));
        // A number without its unit means nothing, and may be anything.
        let has_unit = members.contains_key("unit") || members.contains_key("code");
        if has_unit && unit.is_none() {
            return None;
        }
        for name in members.keys() {
            if !matches!(name.as_str(), "value" | "comparator" | "system" | "code") {
                self.report.removed(path, name);
            }
        }
        let is_great = number.as_f64().is_none_or(|number| number >= f64::from(POOLED_YEARS));
        if self.tells_age && unit.is_none() && is_great {
            return None;
        }
        let (number, comparator) = self.pooled(number, comparator, unit, path);
        let mut kept = Map::new();
        kept.insert("value".to_owned(), Value::Number(number));
        if let Some(comparator) = comparator {
            kept.insert("comparator".to_owned(), json!(comparator));
        }
        if let Some(unit) = unit {
            kept.insert("system".to_owned(), json!(code::UCUM));
            kept.insert("code".to_owned(), json!(unit));
        }
        Some(Value::Object(kept))
    }

    /// Times of 90 years and more are one class: they may be ages.
    fn pooled<'t>(
        &mut self,
        number: Number,
        comparator: Option<&'t str>,
        unit: Option<&str>,
        path: &str,
    ) -> (Number, Option<&'t str>) {
        let Some(of_a_year) = unit.and_then(units_of_a_year) else { return (number, comparator) };
        let least = f64::from(POOLED_YEARS) * of_a_year;
        if number.as_f64().is_some_and(|value| value < least) {
            return (number, comparator);
        }
        self.report.generalised(path);
        #[expect(clippy::cast_possible_truncation, reason = "a product of small constants")]
        (Number::from(least as i64), Some(">="))
    }

    fn address(&mut self, value: &Value, path: &str) -> Option<Value> {
        let mut kept = Map::new();
        let members = value.as_object()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let is_here = text("country").is_none_or(place::is_united_states);
        if let Some(state) = text("state").and_then(place::state).filter(|_| is_here) {
            kept.insert("state".to_owned(), json!(state));
        }
        if let Some(zip) = text("postalCode").and_then(place::zip).filter(|_| is_here) {
            self.report.generalised(&format!("{path}.postalCode"));
            kept.insert("postalCode".to_owned(), json!(zip));
        }
        for name in members.keys().filter(|name| !kept.contains_key(*name)) {
            self.report.removed(path, name);
        }
        (!kept.is_empty()).then_some(Value::Object(kept))
    }
}

/// LOINC codes of ages.
const AGES: &[&str] =
    &["30525-0", "21611-9", "21612-7", "29553-5", "63900-5", "46251-5", "39016-1", "35659-2"];

fn tells_age(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            let code = members.get("code").and_then(Value::as_str);
            code.is_some_and(|code| AGES.contains(&code)) || members.values().any(tells_age)
        }
        Value::Array(items) => items.iter().any(tells_age),
        _ => false,
    }
}

/// Whether it is a date at all, however long ago.
fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| year(text, 0).is_some())
}
