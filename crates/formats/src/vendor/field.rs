//! A file's fields as one tree, whether they stand in JSON or in XML.
//!
//! A field has a name, a text or fields inside it, and its place: a JSON pointer (RFC 6901) or the
//! path of names of an XML element. A list is its items, each under the list's name, as XML writes
//! lists anyway.

use crate::xml::Node;
use model::Problem;
use serde_json::Value;

/// Unread fields that are named one by one.
const NAMED_MAX: usize = 50;

/// One field.
#[derive(Clone, Debug)]
pub(super) struct Field<'d> {
    name: &'d str,
    content: Content<'d>,
}

#[derive(Clone, Debug)]
enum Content<'d> {
    Json(&'d Value, String),
    Xml(Node<'d>),
}

impl<'d> Field<'d> {
    /// The whole of a JSON text.
    pub(super) fn of_json(value: &'d Value) -> Self {
        Self { name: "", content: Content::Json(value, String::new()) }
    }

    /// An XML element.
    pub(super) fn of_xml(node: Node<'d>) -> Self {
        Self { name: node.name(), content: Content::Xml(node) }
    }

    /// Its name.
    pub(super) fn name(&self) -> &'d str {
        self.name
    }

    /// Where it is.
    pub(super) fn path(&self) -> String {
        match &self.content {
            Content::Json(_, path) => path.clone(),
            Content::Xml(node) => node.path(),
        }
    }

    /// Its own text without blanks around it; empty where it has none, or says `null`.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Content::Json(Value::String(text), _) => text.trim().to_owned(),
            Content::Json(Value::Number(number), _) => number.to_string(),
            Content::Json(Value::Bool(yes), _) => yes.to_string(),
            Content::Json(..) => String::new(),
            Content::Xml(node) => node.text().to_owned(),
        }
    }

    /// The fields inside it.
    pub(super) fn children(&self) -> Vec<Self> {
        match &self.content {
            Content::Json(Value::Object(fields), path) => {
                fields.iter().flat_map(|(name, value)| items(name, value, path)).collect()
            }
            Content::Json(..) => Vec::new(),
            Content::Xml(node) => node.children().map(Self::of_xml).collect(),
        }
    }

    /// Every field at a path of names below this one, `tests/testResults`.
    pub(super) fn all(&self, path: &str) -> Vec<Self> {
        let mut found = vec![self.clone()];
        for name in path.split('/') {
            found = found.iter().flat_map(|field| field.named(name)).collect();
        }
        found
    }

    fn named(&self, name: &str) -> Vec<Self> {
        match &self.content {
            Content::Json(Value::Object(fields), path) => fields
                .get_key_value(name)
                .map(|(name, value)| items(name, value, path))
                .unwrap_or_default(),
            Content::Json(..) => Vec::new(),
            Content::Xml(node) => {
                node.children().filter(|child| child.name() == name).map(Self::of_xml).collect()
            }
        }
    }

    /// The first field at a path of names.
    pub(super) fn first(&self, path: &str) -> Option<Self> {
        self.all(path).into_iter().next()
    }

    /// The text of the first field at one of these paths that has some.
    pub(super) fn text_at(&self, paths: &[&str]) -> Option<String> {
        let texts = paths.iter().flat_map(|path| self.all(path)).map(|field| field.text());
        texts.into_iter().find(|text| !text.is_empty())
    }

    /// Names every field below this one that is not in `known`, with its place. What stands inside
    /// one of `whole` is looked at no further.
    pub(super) fn note_unread(&self, known: &[&str], whole: &[&str], problems: &mut Vec<Problem>) {
        let mut unread = Vec::new();
        self.unread(known, whole, &mut unread);
        for field in unread.iter().take(NAMED_MAX) {
            let text = format!("`{}` is not read; it is kept with the file", field.name());
            problems.push(Problem::note("not-read", field.path(), text));
        }
        if unread.len() > NAMED_MAX {
            let text = format!("{} more fields are not read", unread.len() - NAMED_MAX);
            problems.push(Problem::note("not-read", self.path(), text));
        }
    }

    /// Goes no deeper than the readers of JSON and XML let a file be.
    fn unread(&self, known: &[&str], whole: &[&str], unread: &mut Vec<Self>) {
        for child in self.children() {
            if whole.contains(&child.name) {
                continue;
            }
            if known.contains(&child.name) {
                child.unread(known, whole, unread);
            } else if child.has_something() {
                unread.push(child);
            }
        }
    }

    /// JSON writes fields that say nothing; XML elements are told even if empty.
    fn has_something(&self) -> bool {
        match &self.content {
            Content::Json(Value::Null, _) => false,
            Content::Json(Value::String(text), _) => !text.trim().is_empty(),
            Content::Json(Value::Object(fields), _) => !fields.is_empty(),
            Content::Json(..) | Content::Xml(_) => true,
        }
    }
}

/// A value under its name; each item of a list.
fn items<'d>(name: &'d str, value: &'d Value, path: &str) -> Vec<Field<'d>> {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    let path = format!("{path}/{escaped}");
    match value {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(at, item)| Field { name, content: Content::Json(item, format!("{path}/{at}")) })
            .collect(),
        Value::Null => Vec::new(),
        one => vec![Field { name, content: Content::Json(one, path) }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Document, Limits};
    use serde_json::json;

    #[test]
    fn json_and_xml_are_read_alike_and_each_field_has_its_place() {
        let value = json!({"a": [{"b": "x"}, {"b": 2.50, "c/d": null}], "e": " y ", "n": []});
        let text = "<r><a><b>x</b></a><a><b>2.5</b></a><e> y </e></r>";
        let document = Document::read(text.as_bytes(), &Limits::default()).unwrap();
        let of_xml = Field::of_xml(document.root());
        let of_json = Field::of_json(&value);
        for field in [&of_json, &of_xml] {
            let found: Vec<String> = field.all("a/b").iter().map(Field::text).collect();
            assert_eq!(found, ["x", "2.5"]);
            assert_eq!(field.text_at(&["z", "e"]).as_deref(), Some("y"));
            assert!(field.first("n/x").is_none() && field.text_at(&["a"]).is_none());
        }
        assert_eq!(of_json.all("a/b")[1].path(), "/a/1/b");
        assert_eq!(of_xml.all("a/b")[1].path(), "/r/a[2]/b");
    }

    #[test]
    fn what_nobody_reads_is_told() {
        let value = json!({"a": {"b": 1, "n~/": "x", "empty": "", "gone": null}, "z": {"deep": 1}});
        let mut problems = Vec::new();
        Field::of_json(&value).note_unread(&["a", "b"], &[], &mut problems);
        let places: Vec<&str> = problems.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["/a/n~0~1", "/z"]);
        let many: serde_json::Map<String, Value> =
            (0..=NAMED_MAX).map(|number| (format!("f{number}"), json!(1))).collect();
        let (many, mut problems) = (Value::Object(many), Vec::new());
        Field::of_json(&many).note_unread(&[], &[], &mut problems);
        assert_eq!(problems.len(), NAMED_MAX + 1);
    }
}
