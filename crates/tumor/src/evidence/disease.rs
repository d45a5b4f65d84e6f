//! Names of diseases as sources write them, to tumour types.

use crate::Truth;
use crate::oncotree::{Found, Node, OncoTree, Relation};
use knowledge::oncology::OncologyNames;
use std::collections::BTreeMap;

/// Of which tumours something is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TumorTypes {
    /// Of all.
    Any,
    /// Of those that are neither of blood nor of lymph.
    Solid,
    /// Of those of blood and lymph.
    Liquid,
    /// Of these and what stands below them.
    Nodes(Vec<Node>),
    /// The source names none.
    NotStated,
    /// The name is not known.
    Unresolved(String),
}

impl TumorTypes {
    /// Whether a tumour with these diagnoses is one of them; `Unknown` where a diagnosis is less
    /// exact, where there is none, or where the name is not known.
    pub fn judge(&self, diagnoses: &[Node], tree: &OncoTree) -> Truth {
        let liquid = |wanted: bool| {
            Truth::any(diagnoses.iter().map(|node| {
                let open = tree.parent(*node).is_none() || tree.is_lymphoma_of_organ(*node);
                if open { Truth::Unknown } else { Truth::from(tree.is_liquid(*node) == wanted) }
            }))
        };
        match self {
            Self::Any => Truth::Yes,
            Self::NotStated | Self::Unresolved(_) => Truth::Unknown,
            _ if diagnoses.is_empty() => Truth::Unknown,
            Self::Solid => liquid(false),
            Self::Liquid => liquid(true),
            Self::Nodes(nodes) => {
                let pairs =
                    diagnoses.iter().flat_map(|one| nodes.iter().map(move |node| (one, node)));
                Truth::any(pairs.map(|(patient, asked)| match tree.relation(*patient, *asked) {
                    Relation::Within => Truth::Yes,
                    Relation::Above => Truth::Unknown,
                    Relation::Elsewhere => Truth::No,
                }))
            }
        }
    }
}

/// Names of diseases that are none of OncoTree's.
#[derive(Clone, Debug)]
pub struct Diseases {
    by_name: BTreeMap<String, Vec<String>>,
}

impl Diseases {
    /// The built-in names.
    pub fn new(names: &OncologyNames) -> Self {
        let row = |row: &knowledge::oncology::DiseaseName| (key(&row.name), row.codes.clone());
        Self { by_name: names.diseases.iter().map(row).collect() }
    }

    /// The types of a code (`ONCOTREE:MEL`) or a name; a list of names, parted by commas, where
    /// each of them is known.
    pub fn resolve(&self, code: &str, name: &str, tree: &OncoTree) -> TumorTypes {
        if let Some(code) = code.strip_prefix("ONCOTREE:")
            && let Found::One(node) | Found::Renamed(node) = tree.by_code(code)
        {
            return TumorTypes::Nodes(vec![node]);
        }
        if name.trim().is_empty() {
            return TumorTypes::NotStated;
        }
        if let Some(types) = self.one(name, tree) {
            return types;
        }
        let parts: Option<Vec<TumorTypes>> =
            name.split(',').map(|part| self.one(part, tree)).collect();
        let nodes = |types: Vec<TumorTypes>| {
            let each = types.into_iter().map(|one| match one {
                TumorTypes::Nodes(nodes) => Some(nodes),
                _ => None,
            });
            each.collect::<Option<Vec<_>>>().map(|all| all.concat())
        };
        match parts.and_then(nodes) {
            Some(nodes) => TumorTypes::Nodes(nodes),
            None => TumorTypes::Unresolved(name.to_owned()),
        }
    }

    fn one(&self, name: &str, tree: &OncoTree) -> Option<TumorTypes> {
        let Some(codes) = self.by_name.get(&key(name)) else {
            // A name of OncoTree that several nodes have stands for all of them.
            return match tree.by_name(name) {
                Found::None => None,
                found => Some(TumorTypes::Nodes(found.nodes().clone())),
            };
        };
        match codes.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["_ALL_"] => Some(TumorTypes::Any),
            ["_SOLID_"] => Some(TumorTypes::Solid),
            ["_LIQUID_"] => Some(TumorTypes::Liquid),
            codes => {
                let nodes = codes.iter().flat_map(|code| tree.by_code(code).nodes().clone());
                Some(TumorTypes::Nodes(nodes.collect()))
            }
        }
    }
}

fn key(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_diseases_lead_to_types_or_are_told() {
        let names = OncologyNames::built_in().unwrap();
        let (tree, diseases) = (OncoTree::new(&names), Diseases::new(&names));
        for row in &names.diseases {
            assert!(diseases.one(&row.name, &tree).is_some(), "{}", row.name);
            for code in row.codes.iter().filter(|code| !code.starts_with('_')) {
                assert!(matches!(tree.by_code(code), Found::One(_)), "{code} of {}", row.name);
            }
        }
        let codes = |code: &str, name: &str| match diseases.resolve(code, name, &tree) {
            TumorTypes::Nodes(nodes) => {
                nodes.iter().map(|node| tree.code(*node)).collect::<Vec<_>>().join(" ")
            }
            other => format!("{other:?}"),
        };
        for (code, name, expected) in [
            ("DOID:3908", "Lung Non-small Cell Carcinoma", "NSCLC"),
            ("", "lung adenocarcinoma", "LUAD"),
            ("ONCOTREE:MEL", "whatever", "MEL"),
            ("ONCOTREE:NOSUCH", "Melanoma", "MEL"),
            ("DOID:162", "Cancer", "Any"),
            ("", "All Solid Tumors", "Solid"),
            ("", "Melanoma, Non-small Cell Lung Cancer", "MEL NSCLC"),
            ("", "", "NotStated"),
            ("", "Melanoma (excluding uveal)", "Unresolved(\"Melanoma (excluding uveal)\")"),
        ] {
            assert_eq!(codes(code, name), expected, "{name}");
        }
    }

    #[test]
    fn a_less_exact_diagnosis_is_not_known_to_be_another() {
        let names = OncologyNames::built_in().unwrap();
        let (tree, diseases) = (OncoTree::new(&names), Diseases::new(&names));
        let node = |code: &str| tree.by_code(code).nodes()[0];
        for (asked, diagnosis, answer) in [
            ("Lung Non-small Cell Carcinoma", Some("LUAD"), Truth::Yes),
            ("Lung Adenocarcinoma", Some("NSCLC"), Truth::Unknown),
            ("Lung Adenocarcinoma", Some("COAD"), Truth::No),
            ("Lung Adenocarcinoma", None, Truth::Unknown),
            ("Cancer", None, Truth::Yes),
            ("Solid Tumors", Some("COAD"), Truth::Yes),
            ("Solid Tumors", Some("PCM"), Truth::No),
            ("Nobody Knows", Some("COAD"), Truth::Unknown),
        ] {
            let diagnoses: Vec<Node> = diagnosis.into_iter().map(node).collect();
            let types = diseases.resolve("", asked, &tree);
            assert_eq!(types.judge(&diagnoses, &tree), answer, "{asked} {diagnosis:?}");
        }
    }
}
