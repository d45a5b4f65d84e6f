//! A strict reader of FHIR JSON (FHIR R4, "JSON Representation of Resources").
//!
//! Two parsers that disagree about a body may see two patients, so what is ambiguous is refused:
//! duplicate keys, `null` outside arrays of primitives, empty objects and arrays, arrays in
//! arrays, invalid UTF-8, deep nesting.

mod literal;

use literal::Numbers;
use model::Problem;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Depth of objects and arrays a body may have; the root object is 1.
pub const DEPTH_MAX: usize = 64;

/// Bytes that one resource may have.
pub const RESOURCE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A body, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The root object.
    pub value: Value,
    /// Numbers that a [`Value`] cannot carry as they were written.
    pub literals: Literals,
}

/// Numbers whose written form a [`Value`] cannot carry, by their path below the root
/// (`valueQuantity.value`): `1.10` is not `1.1` (FHIR R4, datatype `decimal`).
///
/// They stand beside the value because the alternative, serde_json's `arbitrary_precision`, is
/// switched on for a whole program, and with it no decimal can be read into a flattened field or
/// an internally tagged or untagged enum.
pub type Literals = BTreeMap<String, String>;

/// Reads one JSON object of at most `bytes_max` bytes.
///
/// # Errors
/// One [`Problem`] of severity error. Its place is a FHIRPath-like path
/// (`Bundle.entry[2].resource.status`), or `line 3 column 7` where the text is no JSON.
pub fn read(bytes: &[u8], bytes_max: usize) -> Result<Document, Problem> {
    parse(bytes, bytes_max, Rules::Resource)
}

/// Reads one JSON object that is a message around resources, such as a CDS Hooks request, where
/// `null` and what is empty say something (CDS Hooks 2.0: a prefetch key that is `null`). What is
/// ambiguous is refused as in [`read`].
///
/// # Errors
/// As [`read`]; places have no root (`context.draftOrders.entry[0]`).
pub fn read_message(bytes: &[u8], bytes_max: usize) -> Result<Value, Problem> {
    read_message_document(bytes, bytes_max).map(|document| document.value)
}

/// As [`read_message`], with the numbers as they were written.
pub(super) fn read_message_document(bytes: &[u8], bytes_max: usize) -> Result<Document, Problem> {
    parse(bytes, bytes_max, Rules::Message).map_err(|mut problem| {
        if let Some(place) = problem.place.strip_prefix('.') {
            problem.place = place.to_owned();
        }
        problem
    })
}

/// What a body has to keep to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// FHIR's JSON representation.
    Resource,
    /// JSON without ambiguities.
    Message,
}

fn parse(bytes: &[u8], bytes_max: usize, rules: Rules) -> Result<Document, Problem> {
    if bytes.len() > bytes_max {
        let text = format!("the body has more than {bytes_max} bytes");
        return Err(Problem::error("too-long", "body", text));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let place = format!("byte {}", error.valid_up_to());
        Problem::error("bad-utf-8", place, "the body is not UTF-8")
    })?;
    let mut state = State {
        path: Vec::new(),
        depth: 0,
        numbers: Numbers::new(text),
        lost: Literals::new(),
        failed: None,
        rules,
    };
    let mut parser = serde_json::Deserializer::from_str(text);
    let outcome = Node { state: &mut state }.deserialize(&mut parser).and_then(|value| {
        parser.end()?;
        Ok(value)
    });
    let root = || match rules {
        Rules::Resource => root_of(text),
        Rules::Message => String::new(),
    };
    match (outcome, state.failed) {
        (_, Some(mut problem)) => {
            problem.place = format!("{}{}", root(), problem.place);
            Err(problem)
        }
        (Err(error), None) => {
            let place = format!("line {} column {}", error.line(), error.column());
            Err(Problem::error("bad-json", place, "the text is not JSON"))
        }
        (Ok(value), None) if !value.is_object() => {
            Err(Problem::error("not-an-object", "body", "the body is not a JSON object"))
        }
        (Ok(value), None) => Ok(Document { value, literals: state.lost }),
    }
}

/// The literals below an element, by their path below that element: those of
/// `entry[2].resource` are the ones that resource is written with.
pub fn literals_below(literals: &Literals, path: &str) -> Literals {
    let below = |(at, text): (&String, &String)| {
        let rest = at.strip_prefix(path)?.strip_prefix('.')?;
        Some((rest.to_owned(), text.clone()))
    };
    literals.iter().filter_map(below).collect()
}

/// The root's resource type, for places; it may stand anywhere in the object.
fn root_of(text: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "resourceType")]
        resource_type: Option<String>,
    }
    let head = serde_json::from_str::<Head>(text).ok().and_then(|head| head.resource_type);
    head.filter(|name| super::check::is_resource_type(name)).unwrap_or_else(|| "Resource".into())
}

struct State<'t> {
    path: Vec<Step>,
    depth: usize,
    numbers: Numbers<'t>,
    lost: Literals,
    failed: Option<Problem>,
    rules: Rules,
}

enum Step {
    Field(String),
    Index(usize),
}

impl State<'_> {
    fn place(&self) -> String {
        use fmt::Write as _;
        self.path.iter().fold(String::new(), |mut place, step| {
            // Writing to a string cannot fail.
            let _ = match step {
                Step::Field(name) => write!(place, ".{name}"),
                Step::Index(index) => write!(place, "[{index}]"),
            };
            place
        })
    }

    fn fail<E: de::Error>(&mut self, code: &str, text: impl Into<String>) -> E {
        self.failed = Some(Problem::error(code, self.place(), text));
        E::custom("refused")
    }

    fn enter<E: de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.fail("too-deep", format!("nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(())
    }

    fn number(&mut self, number: Number) -> Value {
        if let Some(text) = self.numbers.next()
            && number.to_string() != text
        {
            let place = self.place();
            let path = place.strip_prefix('.').unwrap_or(&place).to_owned();
            self.lost.insert(path, text.to_owned());
        }
        Value::Number(number)
    }

    /// Whether FHIR's rules on `null` and on what is empty hold.
    fn is_resource(&self) -> bool {
        self.rules == Rules::Resource
    }

    /// Whether the innermost field is the companion of a primitive, `_given`.
    fn in_companion(&self) -> bool {
        matches!(self.path.last(), Some(Step::Field(name)) if name.starts_with('_'))
    }
}

struct Node<'s, 't> {
    state: &'s mut State<'t>,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(self.state.number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(self.state.number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            Some(number) => Ok(self.state.number(number)),
            None => Err(self.state.fail("bad-number", "the number is out of range")),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let state = self.state;
        state.enter()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let is_repeated = super::access::member_of(&object, &key).is_some();
            state.path.push(Step::Field(key));
            if is_repeated {
                return Err(state.fail("duplicate-key", "the same key stands twice in an object"));
            }
            let value = entries.next_value_seed(Node { state: &mut *state })?;
            if value.is_null() && state.is_resource() {
                return Err(state.fail("null", "null may only stand in an array of primitives"));
            }
            if let Some(Step::Field(key)) = state.path.pop() {
                object.insert(key, value);
            }
        }
        if object.is_empty() && state.is_resource() {
            return Err(state.fail("empty-object", "an object may not be empty"));
        }
        state.depth -= 1;
        Ok(Value::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let state = self.state;
        state.enter()?;
        let (mut array, mut nulls, mut objects) = (Vec::new(), false, false);
        let companion = state.in_companion();
        loop {
            state.path.push(Step::Index(array.len()));
            let Some(value) = items.next_element_seed(Node { state: &mut *state })? else { break };
            nulls |= value.is_null();
            objects |= value.is_object();
            if value.is_array() && state.is_resource() {
                return Err(state.fail("nested-array", "an array may not hold an array"));
            }
            if nulls && objects && !companion && state.is_resource() {
                return Err(state.fail("null", "null may only stand in an array of primitives"));
            }
            state.path.pop();
            array.push(value);
        }
        state.path.pop();
        if array.is_empty() && state.is_resource() {
            return Err(state.fail("empty-array", "an array may not be empty"));
        }
        state.depth -= 1;
        Ok(Value::Array(array))
    }
}

#[cfg(test)]
mod tests;
