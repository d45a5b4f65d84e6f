//! Clinical leaves: each key is a question of its own, with its own `!`.

use super::words::{compared, negated, text};
use super::{Importer, escaped, excluded_node, one_or_all};
use crate::criteria::{
    AgeAsked, BiomarkerAsked, Bound, Comparison, Criterion, DiagnosisAsked, Group, Leaf, Node, Sex,
    TumorTypeAsked,
};
use serde_json::{Map, Value};
use tumor::oncotree::Found;
use tumor::{BiomarkerKind, Level, Node as TumorNode};

/// Keys of receptors, with what they measure.
const RECEPTORS: [(&str, BiomarkerKind); 3] = [
    ("her2_status", BiomarkerKind::Her2),
    ("er_status", BiomarkerKind::EstrogenReceptor),
    ("pr_status", BiomarkerKind::ProgesteroneReceptor),
];

impl Importer<'_> {
    /// A clinical leaf.
    pub(super) fn clinical(&mut self, keys: &Map<String, Value>, pointer: &str) -> Node {
        self.check_receptors(keys, pointer);
        let parts = keys.iter().map(|(key, value)| {
            let pointer = format!("{pointer}/{}", escaped(key));
            self.clinical_key(&key.to_ascii_lowercase(), value, &pointer)
        });
        one_or_all(parts.collect())
    }

    /// A diagnosis that is excluded beside a receptor: whether each is meant, or only both
    /// together, is for a curator.
    fn check_receptors(&mut self, keys: &Map<String, Value>, pointer: &str) {
        let excluded = keys.get("oncotree_primary_diagnosis").is_some_and(|value| negated(value).1);
        if excluded && RECEPTORS.iter().any(|(key, _)| keys.contains_key(*key)) {
            let text = "an excluded diagnosis beside a receptor: each of them, or not both?";
            self.find("ambiguous-exclusion", pointer, text);
        }
    }

    fn clinical_key(&mut self, key: &str, value: &Value, pointer: &str) -> Node {
        if let Some((_, kind)) = RECEPTORS.iter().find(|(name, _)| *name == key) {
            return self.level(*kind, value, pointer);
        }
        match key {
            "age_numerical" => self.age(value, pointer),
            "tmb_numerical" | "tmb" => self.burden(value, pointer),
            "gender" => self.sex(value, pointer),
            "oncotree_primary_diagnosis" => self.diagnosis(value, pointer),
            "disease_status" => Self::in_words(value, pointer),
            _ => match super::genomic::measured(key) {
                Some(kind) => self.level(kind, value, pointer),
                None => self.unresolved("unknown-key", pointer, value, "is not mapped"),
            },
        }
    }

    /// A measurement with a result in words.
    pub(super) fn level(&mut self, kind: BiomarkerKind, value: &Value, pointer: &str) -> Node {
        let words = text(value);
        let plain = words.trim();
        let (word, excluded) = match plain.strip_prefix('!') {
            Some(rest) => (rest.trim(), true),
            None => (plain, false),
        };
        let Some(level) = Level::parse(kind, word) else {
            return self.unresolved("unknown-word", pointer, value, "is no result that is known");
        };
        // Proficient repair goes with MSS and with MSI-L.
        let levels = match level {
            Level::Stable if word.to_ascii_uppercase().contains("MMR") => {
                vec![Level::Stable, Level::Low]
            }
            level => vec![level],
        };
        let asked = BiomarkerAsked { kind, levels, bound: None, methods: Vec::new() };
        let node = Node::leaf(Criterion::Biomarker(asked), pointer);
        if excluded { excluded_node(node) } else { node }
    }

    /// `>=18`; a fraction of a year is months (`0.083` is one).
    fn age(&mut self, value: &Value, pointer: &str) -> Node {
        let words = text(value);
        let Some((Some(comparison), number)) = compared(&words) else {
            let reason = "is no comparison with an age in years";
            return self.unresolved("age-not-read", pointer, value, reason);
        };
        if words.trim() != words || words.contains(' ') {
            self.find("blanks", pointer, format!("`{words}` has blanks; read all the same"));
        }
        let (years, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let fraction: f64 = format!("0.{fraction}").parse().unwrap_or(0.0);
        let months = crate::date::whole((fraction * 12.0).round_ties_even());
        let years = if years.is_empty() { "0" } else { years };
        let (Ok(years), Ok(months)) = (years.parse::<u16>(), u8::try_from(months)) else {
            return self.unresolved("age-not-read", pointer, value, "is no age");
        };
        let mut leaf = Leaf::new(Criterion::Age(AgeAsked { comparison, years, months }), pointer);
        // Who is too young grows older.
        leaf.recoverable = matches!(comparison, Comparison::AtLeast | Comparison::More);
        Node::Leaf(Box::new(leaf))
    }

    /// `>=10`, in mutations per megabase; without a comparison nobody knows which is meant.
    fn burden(&mut self, value: &Value, pointer: &str) -> Node {
        let words = text(value);
        match compared(&words) {
            Some((Some(comparison), number)) => {
                let value = number.parse().unwrap_or_default();
                let asked = BiomarkerAsked {
                    kind: BiomarkerKind::TumorMutationalBurden,
                    levels: Vec::new(),
                    bound: Some(Bound { comparison, value }),
                    methods: Vec::new(),
                };
                Node::leaf(Criterion::Biomarker(asked), pointer)
            }
            Some((None, _)) => {
                let reason = "is a number without a comparison";
                self.unresolved("no-comparison", pointer, value, reason)
            }
            None => self.unresolved("burden-not-read", pointer, value, "is no comparison"),
        }
    }

    fn sex(&mut self, value: &Value, pointer: &str) -> Node {
        let (word, excluded) = negated(value);
        let sex = match word.unwrap_or_default().to_ascii_lowercase().as_str() {
            "male" => Sex::Male,
            "female" => Sex::Female,
            _ => return self.unresolved("unknown-word", pointer, value, "is no sex"),
        };
        let node = Node::leaf(Criterion::Sex(sex), pointer);
        if excluded { excluded_node(node) } else { node }
    }

    fn diagnosis(&mut self, value: &Value, pointer: &str) -> Node {
        let (Some(name), excluded) = negated(value) else {
            return self.unresolved("diagnosis-not-read", pointer, value, "is no name");
        };
        let tree = self.names.tree;
        let group = match name {
            "_SOLID_" => Some(Group::Solid),
            "_LIQUID_" => Some(Group::Liquid),
            _ => None,
        };
        let found = match tree.by_name(name) {
            Found::None => tree.by_code(name),
            found => found,
        };
        let nodes = match (group, &found) {
            (Some(_), _) => Vec::new(),
            (None, Found::None) => {
                let reason = "is no type of OncoTree";
                return self.unresolved("unknown-diagnosis", pointer, value, reason);
            }
            (None, Found::One(node)) => vec![*node],
            (None, Found::Renamed(node)) => {
                let text = format!("`{name}` is now `{}`", tree.code(*node));
                self.find("renamed-diagnosis", pointer, text);
                vec![*node]
            }
            (None, Found::Several(nodes)) => {
                let text = format!("`{name}` stands in several places; all are taken");
                self.find("ambiguous-diagnosis", pointer, text);
                nodes.clone()
            }
        };
        let asked = |node: &TumorNode| TumorTypeAsked {
            code: tree.code(*node).to_owned(),
            name: tree.name(*node).to_owned(),
        };
        let any_of = nodes.iter().map(asked).collect();
        let criterion = DiagnosisAsked { any_of, group, tree: tree.version().to_owned() };
        let node = Node::leaf(Criterion::Diagnosis(criterion), pointer);
        if excluded { excluded_node(node) } else { node }
    }

    /// What a person has to read: one sentence, or any of several.
    fn in_words(value: &Value, pointer: &str) -> Node {
        let sentence = |text: String, pointer: String| Node::leaf(Criterion::Text(text), pointer);
        match value {
            Value::Array(items) if !items.is_empty() => Node::Any(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| sentence(text(item), format!("{pointer}/{at}")))
                    .collect(),
            ),
            other => sentence(text(other), pointer.to_owned()),
        }
    }
}
