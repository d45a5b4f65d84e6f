//! All paths of a type as one tree of names, so that a resource is walked once for all of them.

use super::Path;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Names that paths share from the beginning on.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Places, in the list that the tree was made of, of the paths that end here.
    ends: Vec<usize>,
    below: BTreeMap<&'static str, Tree>,
}

impl Tree {
    /// The tree of some paths.
    pub(crate) fn new<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let mut tree = Self::default();
        for (place, path) in paths.into_iter().enumerate() {
            let mut node = &mut tree;
            for step in &path.steps {
                node = node.below.entry(step).or_default();
            }
            node.ends.push(place);
        }
        tree
    }

    /// Gives what each path leads to, whatever its filter: the place of the path, the number of
    /// the list item that the value is in, as [`Path::values`] does, and the value.
    pub(crate) fn walk<'a>(
        &self,
        resource: &'a Json,
        found: &mut impl FnMut(usize, u32, &'a Json),
    ) {
        self.below(resource, 0, found);
    }

    fn at<'a>(&self, value: &'a Json, element: u32, found: &mut impl FnMut(usize, u32, &'a Json)) {
        for place in &self.ends {
            match value {
                Json::Array(items) => items.iter().for_each(|item| found(*place, element, item)),
                one => found(*place, element, one),
            }
        }
        if !self.below.is_empty() {
            self.below(value, element, found);
        }
    }

    fn below<'a>(
        &self,
        value: &'a Json,
        element: u32,
        found: &mut impl FnMut(usize, u32, &'a Json),
    ) {
        match value {
            Json::Array(items) => {
                for (number, item) in (1..).zip(items) {
                    self.below(item, if element == 0 { number } else { element }, found);
                }
            }
            Json::Object(members) => {
                for (name, held) in members {
                    if let Some(tree) = self.below.get(name.as_str()) {
                        tree.at(held, element, found);
                    }
                }
            }
            _ => {}
        }
    }
}
