//! Paths into a resource: all that the expressions of search parameters come down to.

mod tree;

pub(crate) use tree::Tree;

use super::extract::reference;
use serde_json::Value as Json;

/// A path with the data type of what it leads to, `telecom?system=phone:ContactPoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    steps: Vec<&'static str>,
    filter: Filter,
    /// FHIR data type of the values.
    pub(crate) data_type: &'static str,
    /// Its number in the search tables; even, the odd one after it is that of the identifiers of
    /// references. Given by the table.
    pub(crate) number: u32,
    /// Whether a composite pairs its values: they say of which list item they are.
    pub(crate) by_element: bool,
}

/// Which of the values count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// All.
    All,
    /// A reference to a type.
    Is(&'static str),
    /// Those whose `system` is this.
    System(&'static str),
    /// Whether there is any but `false`, instead of the value.
    Present,
}

impl Path {
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (path, data_type) = text.rsplit_once(':')?;
        let (path, filter) = path.split_once('?').unwrap_or((path, ""));
        let filter = match filter.split_once('=') {
            None if filter.is_empty() => Filter::All,
            None if filter == "present" => Filter::Present,
            Some(("is", resource_type)) => Filter::Is(resource_type),
            Some(("system", system)) => Filter::System(system),
            _ => return None,
        };
        let steps = path.split('.').collect();
        Some(Self { steps, filter, data_type, number: 0, by_element: false })
    }

    /// Whether it leads to the same values as another path.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.steps, self.filter, self.data_type) == (&other.steps, other.filter, other.data_type)
    }

    /// Whether it leads into an element of the resource, not just to one.
    pub(crate) fn has_steps(&self) -> bool {
        self.steps.len() > 1
    }

    /// `patient` never means another type, whatever the element allows.
    pub(crate) fn only_patients(&mut self) {
        self.filter = Filter::Is("Patient");
    }

    /// Whether the path asks only if there is a value.
    pub(crate) fn is_presence(&self) -> bool {
        self.filter == Filter::Present
    }

    /// Whether a value that the path leads to counts.
    pub(super) fn holds(&self, value: &Json) -> bool {
        let text = |name: &str| member(value, name).and_then(Json::as_str);
        match self.filter {
            Filter::All | Filter::Present => !value.is_null(),
            Filter::System(system) => text("system") == Some(system),
            Filter::Is(expected) => {
                let named = text("reference").and_then(target_type);
                named.or(text("type")) == Some(expected)
            }
        }
    }
}

/// The type that a reference names, also in an absolute URL. Nothing is fetched to find out.
fn target_type(text: &str) -> Option<&str> {
    if let Some((target_type, _)) = reference(text) {
        return Some(target_type);
    }
    let text = text.split_once("/_history/").map_or(text, |(before, _)| before);
    let mut parts = text.rsplit('/');
    parts.next()?;
    parts.next().filter(|part| part.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Members of an object up to which looking at each is faster than hashing a name.
const MEMBERS_MAX: usize = 16;

/// A member of an object; resources have few, and are asked for many.
pub(crate) fn member<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    let members = value.as_object()?;
    if members.len() > MEMBERS_MAX {
        return members.get(name);
    }
    members.iter().find(|(known, _)| known.as_str() == name).map(|(_, held)| held)
}

fn walk<'a>(value: &'a Json, steps: &[&str], element: u32, found: &mut Vec<(u32, &'a Json)>) {
    match (value, steps.split_first()) {
        (Json::Array(items), Some(_)) => {
            for (number, item) in (1..).zip(items) {
                walk(item, steps, if element == 0 { number } else { element }, found);
            }
        }
        (Json::Array(items), None) => found.extend(items.iter().map(|item| (element, item))),
        (one, None) => found.push((element, one)),
        (one, Some((first, rest))) => {
            if let Some(member) = member(one, first) {
                walk(member, rest, element, found);
            }
        }
    }
}

/// Follows a path of plain names; lists are walked through.
pub(crate) fn values_at<'a>(value: &'a Json, path: &[&str]) -> Vec<&'a Json> {
    let mut found = Vec::new();
    walk(value, path, 0, &mut found);
    found.into_iter().map(|(_, value)| value).collect()
}

/// One path by itself: what a tree of them is compared with.
#[cfg(test)]
impl Path {
    /// The names on the way.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.steps.clone()
    }

    /// The values in a resource, each with the number, from 1, of the list item that it is in; 0
    /// outside lists.
    pub(crate) fn values<'a>(&self, resource: &'a Json) -> Vec<(u32, &'a Json)> {
        let mut found = Vec::new();
        walk(resource, &self.steps, 0, &mut found);
        found.retain(|(_, value)| self.holds(value));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_to_values_and_say_in_which_item_they_are() {
        let resource = json!({
            "component": [{"code": {"text": "a"}}, {"code": {"text": "b"}}, {}],
            "telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2"}],
            "subject": {"reference": "Group/g"}, "deceasedBoolean": false,
            "target": [{"reference": "https://example.org/fhir/Patient/p/_history/2"},
                {"type": "Patient", "display": "somebody"}, {"reference": "Patient/p"}],
        });
        for (path, expected) in [
            ("component.code.text:string", vec![(1, json!("a")), (2, json!("b"))]),
            (
                "telecom?system=email:ContactPoint",
                vec![(0, json!({"system": "email", "value": "2"}))],
            ),
            ("subject?is=Patient:Reference", vec![]),
            ("subject?is=Group:Reference", vec![(0, json!({"reference": "Group/g"}))]),
            ("deceasedBoolean?present:boolean", vec![(0, json!(false))]),
            ("none.at.all:string", vec![]),
        ] {
            let path = Path::parse(path).unwrap();
            let found = path.values(&resource);
            let found: Vec<_> = found.into_iter().map(|(at, value)| (at, value.clone())).collect();
            assert_eq!(found, expected, "{path:?}");
        }
        let targets = Path::parse("target?is=Patient:Reference").unwrap();
        assert_eq!(targets.values(&resource).len(), 3);
        for bad in ["a", "a?b:c", "a?x=y:c"] {
            assert_eq!(Path::parse(bad), None, "{bad}");
        }
    }
}
