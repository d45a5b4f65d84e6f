//! YAML as values of JSON, for trials that are kept so.
//!
//! Source: YAML 1.2.2, core schema. What YAML 1.1 and 1.2 read differently (`yes`, `017`) stays
//! text, and so does what is no number of JSON. A tag of one's own, a key that stands twice and a
//! key that is no word end the reading: nothing is guessed. Aliases are followed up to a limit of
//! nodes, so that a few lines cannot become a billion.

use model::Problem;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Largest text, in bytes.
pub(crate) const YAML_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most nodes of a text, those that aliases repeat included.
pub(crate) const NODES_MAX: usize = 500_000;
/// Deepest nesting.
pub(crate) const DEPTH_MAX: usize = 128;

/// A list or an object that is being read.
enum Open {
    List(Vec<Value>),
    /// With the key whose value comes next.
    Object(Map<String, Value>, Option<String>),
}

/// One that is being read, with its anchor and how many nodes there were before it.
struct Level {
    open: Open,
    anchor: usize,
    before: usize,
}

/// The documents of a text, or why it cannot be read.
pub(crate) fn read(text: &str) -> Result<Vec<Value>, Problem> {
    if text.len() > YAML_BYTES_MAX {
        let text = format!("more than {YAML_BYTES_MAX} bytes of YAML");
        return Err(Problem::error("too-large", "", text));
    }
    let mut reader = Reader::default();
    for event in Parser::<StrInput<'_>>::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let place = format!("line {}", error.marker().line());
            Problem::error("not-yaml", place, error.info().to_owned())
        })?;
        reader.take(event).map_err(|(code, text)| Problem::error(code, place(&span), text))?;
    }
    Ok(reader.documents)
}

fn place(span: &Span) -> String {
    format!("line {}", span.start.line())
}

/// The code of a problem, and what it says.
type Refused = (&'static str, String);

#[derive(Default)]
struct Reader {
    documents: Vec<Value>,
    open: Vec<Level>,
    /// What an alias stands for, with its nodes.
    anchors: BTreeMap<usize, (Value, usize)>,
    nodes: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), Refused> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text, style, tag.as_deref())?;
                self.count(1)?;
                self.keep(anchor, &value, 1);
                self.value(value)
            }
            Event::SequenceStart(anchor, tag) => {
                own_tag(tag.as_deref())?;
                self.begin(Open::List(Vec::new()), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                own_tag(tag.as_deref())?;
                self.begin(Open::Object(Map::new(), None), anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some((value, nodes)) = self.anchors.get(&anchor) else {
                    return Err(("alias-of-itself", "an alias stands inside what it names".into()));
                };
                let (value, nodes) = (value.clone(), *nodes);
                self.count(nodes)?;
                self.value(value)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), Refused> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES_MAX {
            return Err((
                "too-many-nodes",
                format!("more than {NODES_MAX} nodes, aliases counted"),
            ));
        }
        Ok(())
    }

    fn begin(&mut self, open: Open, anchor: usize) -> Result<(), Refused> {
        if self.open.len() >= DEPTH_MAX {
            return Err(("too-deep", format!("nested more than {DEPTH_MAX} deep")));
        }
        let before = self.nodes;
        self.count(1)?;
        self.open.push(Level { open, anchor, before });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Refused> {
        let Some(level) = self.open.pop() else { return Ok(()) };
        let value = match level.open {
            Open::List(items) => Value::Array(items),
            Open::Object(fields, _) => Value::Object(fields),
        };
        self.keep(level.anchor, &value, self.nodes.saturating_sub(level.before));
        self.value(value)
    }

    fn keep(&mut self, anchor: usize, value: &Value, nodes: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), nodes));
        }
    }

    /// Puts a value where it belongs.
    fn value(&mut self, value: Value) -> Result<(), Refused> {
        match self.open.last_mut().map(|level| &mut level.open) {
            None => self.documents.push(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object(fields, key)) => match key.take() {
                None => *key = Some(named(value, fields)?),
                Some(key) => drop(fields.insert(key, value)),
            },
        }
        Ok(())
    }
}

/// A key of an object: a word that is not there yet.
fn named(value: Value, fields: &Map<String, Value>) -> Result<String, Refused> {
    let key = match value {
        Value::String(key) => key,
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(("key-not-read", format!("`{value}` is no name of a field")));
        }
    };
    match key.as_str() {
        "<<" => Err(("merge-key", "`<<` is of YAML 1.1; write out what it takes over".into())),
        _ if fields.contains_key(&key) => Err(("key-twice", format!("`{key}` stands twice"))),
        _ => Ok(key),
    }
}

/// Refuses a tag that YAML itself does not define: `!EGFR` without quotes is one.
fn own_tag(tag: Option<&Tag>) -> Result<(), Refused> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() && !tag.suffix.is_empty() => {
            let text = format!("`{tag}` is a tag in YAML; an exclusion has to stand in quotes");
            Err(("yaml-tag", text))
        }
        _ => Ok(()),
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, Refused> {
    own_tag(tag)?;
    if style != ScalarStyle::Plain || tag.is_some() {
        return Ok(Value::String(text.into_owned()));
    }
    Ok(match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        plain => number(plain).unwrap_or_else(|| Value::String(plain.to_owned())),
    })
}

/// A number of JSON, which both versions of YAML read alike.
fn number(plain: &str) -> Option<Value> {
    let is_number =
        plain.bytes().next().is_some_and(|first| first == b'-' || first.is_ascii_digit());
    let number = is_number.then(|| serde_json::from_str::<Value>(plain).ok()).flatten()?;
    number.is_number().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_are_what_both_versions_of_yaml_read() {
        for (text, value) in [
            ("a: 15", json!({"a": 15})),
            ("a: 0.083", json!({"a": 0.083})),
            ("a: true", json!({"a": true})),
            ("a: ~", json!({"a": null})),
            ("a:", json!({"a": null})),
            // YAML 1.1 has true, eight and 450 for these.
            ("a: yes\nb: 010\nc: 7:30", json!({"a": "yes", "b": "010", "c": "7:30"})),
            ("a: N", json!({"a": "N"})),
            ("a: '15'", json!({"a": "15"})),
            ("a: !!str 15", json!({"a": "15"})),
            ("a: '!EGFR'", json!({"a": "!EGFR"})),
            ("a: '>=18'", json!({"a": ">=18"})),
            ("a: p.V600E", json!({"a": "p.V600E"})),
            ("a: .inf", json!({"a": ".inf"})),
            ("15: b", json!({"15": "b"})),
            ("- a\n- {b: [c]}", json!(["a", {"b": ["c"]}])),
            ("a: &x {b: 1}\nc: *x", json!({"a": {"b": 1}, "c": {"b": 1}})),
            ("a: |\n  one\n  two\n", json!({"a": "one\ntwo\n"})),
        ] {
            assert_eq!(read(text), Ok(vec![value]), "{text}");
        }
        assert_eq!(read("a: 1\n---\nb: 2\n"), Ok(vec![json!({"a": 1}), json!({"b": 2})]));
    }

    #[test]
    fn what_would_have_to_be_guessed_is_refused_with_its_place() {
        for (text, code, place) in [
            ("a: 1\nb: !EGFR\n", "yaml-tag", "line 2"),
            ("a: !own {b: 1}\n", "yaml-tag", "line 1"),
            ("a: 1\na: 2\n", "key-twice", "line 2"),
            ("[a]: 2\n", "key-not-read", "line 1"),
            ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge-key", "line 3"),
            ("a: &x [*x]\n", "alias-of-itself", "line 1"),
            ("a: [1\nb", "not-yaml", "line 3"),
            ("age_numerical: >=18", "not-yaml", "line 1"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!((problem.code.as_str(), problem.place.as_str()), (code, place), "{text}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(4_000))]

        /// Whatever the text is, it is read or refused.
        #[test]
        fn no_text_is_too_odd(
            text in r#"[-ab1:{}\[\],&*!|>'"\#?%@` \n\t\r~<.\u{feff}\u{85}\\]{0,60}"#,
        ) {
            let _ = read(&text);
        }
    }

    #[test]
    fn a_few_lines_do_not_become_a_billion() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let below = format!("*a{}", level - 1);
            let all = vec![below; 10].join(", ");
            text = [text, format!("a{level}: &a{level} [{all}]\n")].concat();
        }
        assert_eq!(read(&text).unwrap_err().code, "too-many-nodes");
        // At the limit, and one above it.
        let list = |count: usize| format!("- {}", vec!["[]"; count].join("\n- "));
        assert_eq!(read(&list(1_000)).map(|all| all.len()), Ok(1));
        for (depth, code) in [(DEPTH_MAX, None), (DEPTH_MAX + 1, Some("too-deep"))] {
            let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let told = read(&nested).err().map(|problem| problem.code);
            assert_eq!(told.as_deref(), code, "{depth}");
        }
    }
}
