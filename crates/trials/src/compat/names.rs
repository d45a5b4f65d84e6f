//! The map of diagnoses: a name and every name that counts as it.
//!
//! The built-in one is OncoTree's legacy tree 1.1 as V2 ships it, made of the current tree without
//! blood and lymph, and of what stood elsewhere then. A site may bring its own.

use knowledge::oncology::OncologyNames;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Name to the names it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameMap(BTreeMap<String, BTreeSet<String>>);

/// A node of the legacy tree: a current code, or a name that the current tree lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Code(String),
    Name(String),
}

impl NameMap {
    /// Names that count as `name`; `None` if the map does not have it.
    pub fn get(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.0.get(name)
    }

    /// A site's own map: names to lists of names.
    pub fn from_json(map: &Map<String, Value>) -> Option<Self> {
        let names = map.iter().map(|(name, list)| {
            let list = list.as_array()?.iter().map(|one| one.as_str().map(str::to_owned));
            Some((name.clone(), list.collect::<Option<BTreeSet<String>>>()?))
        });
        names.collect::<Option<BTreeMap<_, _>>>().map(Self)
    }

    /// The built-in one.
    pub fn legacy(names: &OncologyNames) -> Self {
        let mut tree = Tree::current(names);
        tree.change(names);
        tree.map()
    }
}

#[derive(Default)]
struct Tree {
    name: BTreeMap<Key, String>,
    parent: BTreeMap<Key, Option<Key>>,
}

impl Tree {
    /// The current tree without blood and lymph.
    fn current(names: &OncologyNames) -> Self {
        let mut tree = Self::default();
        for node in &names.tumor_types {
            let liquid = matches!(node.tissue.as_deref(), Some("Lymphoid" | "Myeloid"));
            let Some(parent) = node.parent.as_ref().filter(|_| !liquid) else { continue };
            let key = Key::Code(node.code.clone());
            tree.name.insert(key.clone(), node.name.clone());
            let parent = Key::Code(parent.clone());
            let parent = Some(parent).filter(|parent| tree.name.contains_key(parent));
            tree.parent.insert(key, parent);
        }
        tree
    }

    /// What stood elsewhere, or is not there any more.
    fn change(&mut self, names: &OncologyNames) {
        for row in &names.legacy {
            let parent = row.parent.as_deref().map(|parent| match parent.strip_prefix('@') {
                Some(code) => Key::Code(code.to_owned()),
                None => Key::Name(parent.to_owned()),
            });
            if let Some(code) = &row.moved {
                let key = Key::Code(code.clone());
                self.name.insert(key.clone(), row.name.clone());
                self.parent.insert(key, parent);
                continue;
            }
            let key = Key::Name(row.name.clone());
            self.name.insert(key.clone(), row.name.clone());
            self.parent.insert(key, parent);
        }
    }

    /// Each node's name with those below it; nodes of one name are one.
    fn map(&self) -> NameMap {
        let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut groups: [BTreeSet<String>; 2] = [BTreeSet::new(), BTreeSet::new()];
        for (key, name) in &self.name {
            let mut above = Some(key);
            let mut top = key;
            let mut steps = 0;
            while let Some(node) = above.filter(|_| steps <= self.name.len()) {
                if let Some(above_name) = self.name.get(node) {
                    below.entry(above_name.clone()).or_default().insert(name.clone());
                }
                top = node;
                above = self.parent.get(node).and_then(Option::as_ref);
                steps += 1;
            }
            let blood = matches!(top, Key::Name(top) if top == "Blood" || top == "Lymph");
            let [solid, liquid] = &mut groups;
            if blood { liquid } else { solid }.insert(name.clone());
        }
        // Nodes of one name are one: whatever holds the name holds all that is below any of them.
        loop {
            let grown: Vec<(String, BTreeSet<String>)> = below
                .iter()
                .map(|(name, held)| {
                    let all = held.iter().filter_map(|one| below.get(one)).flatten();
                    (name.clone(), all.cloned().collect())
                })
                .collect();
            let grown: BTreeMap<String, BTreeSet<String>> = grown.into_iter().collect();
            if grown == below {
                break;
            }
            below = grown;
        }
        let [mut solid, liquid] = groups;
        solid.insert("No OncoTree Node Found".to_owned());
        below.insert("_SOLID_".to_owned(), solid);
        below.insert("_LIQUID_".to_owned(), liquid);
        NameMap(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legacy_tree_has_its_own_places() {
        let map = NameMap::legacy(&OncologyNames::built_in().unwrap());
        let holds = |name: &str, one: &str| map.get(name).is_some_and(|all| all.contains(one));
        for (name, one, held) in [
            ("Non-Small Cell Lung Cancer", "Lung Adenocarcinoma", true),
            ("Lung", "Lung Adenocarcinoma", true),
            ("Lung Adenocarcinoma", "Lung Adenocarcinoma", true),
            ("Lung Adenocarcinoma", "Lung", false),
            ("Leukemia", "Acute Myeloid Leukemia", true),
            ("Blood", "B-Cell Acute Lymphoid Leukemia", true),
            ("Non-Hodgkin Lymphoma", "Mycosis Fungoides", true),
            ("Glioblastoma", "Gliosarcoma", true),
            ("Diffuse Glioma", "Glioblastoma Multiforme", true),
            // Moved.
            ("Embryonal Tumor", "Neuroblastoma", true),
            ("Peripheral Nervous System", "Neuroblastoma", false),
            ("Breast Sarcoma", "Malignant Phyllodes Tumor of the Breast", true),
            ("Testis", "Sex Cord Stromal Tumor", false),
            ("Ovary/Fallopian Tube", "Sex Cord Stromal Tumor", true),
            ("_SOLID_", "Lung Adenocarcinoma", true),
            ("_SOLID_", "No OncoTree Node Found", true),
            ("_SOLID_", "Multiple Myeloma", false),
            ("_LIQUID_", "Multiple Myeloma", true),
            // Blood and lymph of today are not the legacy tree's.
            ("Plasma Cell Myeloma", "Plasma Cell Myeloma", false),
        ] {
            assert_eq!(holds(name, one), held, "{name} {one}");
        }
    }
}
