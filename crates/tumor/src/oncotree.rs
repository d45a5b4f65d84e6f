//! Tumour types by OncoTree code, with subtrees and former codes.
//!
//! A node is its place in pre-order, so that a subtree is an interval. Names are not unique and
//! codes are renamed; every look-up says whether it was sure.

use knowledge::oncology::OncologyNames;
use std::collections::BTreeMap;

/// A node of the tree: its place in pre-order, the root being 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u16);

/// What a code or a name led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This node.
    One(Node),
    /// This node, which had the code before.
    Renamed(Node),
    /// One of these: a name of several nodes, or a code that was split or withdrawn.
    Several(Vec<Node>),
    /// Nothing.
    None,
}

impl Found {
    /// Every node it may be.
    pub fn nodes(&self) -> Vec<Node> {
        match self {
            Self::One(node) | Self::Renamed(node) => vec![*node],
            Self::Several(nodes) => nodes.clone(),
            Self::None => Vec::new(),
        }
    }
}

/// How a patient's node lies to one that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is the node, or below it.
    Within,
    /// It is above: the patient's type is recorded less exactly.
    Above,
    /// It lies elsewhere.
    Elsewhere,
}

#[derive(Clone, Debug)]
struct Entry {
    code: Box<str>,
    name: Box<str>,
    tissue: Box<str>,
    parent: Option<Node>,
    /// The last node of the subtree.
    last: Node,
}

/// The tree.
#[derive(Clone, Debug)]
pub struct OncoTree {
    version: String,
    entries: Vec<Entry>,
    by_code: BTreeMap<Box<str>, Node>,
    by_name: BTreeMap<Box<str>, Vec<Node>>,
    former: BTreeMap<Box<str>, (Vec<Node>, bool)>,
}

impl OncoTree {
    /// Builds the tree from the tables.
    pub fn new(names: &OncologyNames) -> Self {
        let source = names.manifest.sources.iter().find(|source| source.id == "oncotree");
        let mut tree = Self {
            version: source.map(|source| source.version.clone()).unwrap_or_default(),
            entries: Vec::new(),
            by_code: BTreeMap::new(),
            by_name: BTreeMap::new(),
            former: BTreeMap::new(),
        };
        for (place, row) in (0_u16..).zip(&names.tumor_types) {
            let parent = row.parent.as_deref().and_then(|code| tree.by_code.get(code).copied());
            let node = Node(place);
            tree.by_code.insert(row.code.as_str().into(), node);
            tree.by_name.entry(key(&row.name)).or_default().push(node);
            tree.entries.push(Entry {
                code: row.code.as_str().into(),
                name: row.name.as_str().into(),
                tissue: row.tissue.as_deref().unwrap_or_default().into(),
                parent,
                last: node,
            });
            tree.lengthen(parent, node);
            for (codes, sure) in
                [(&row.history, true), (&row.precursors, true), (&row.revocations, false)]
            {
                for code in codes {
                    let former = tree.former.entry(code.as_str().into());
                    let (nodes, all_sure) = former.or_insert_with(|| (Vec::new(), true));
                    if !nodes.contains(&node) {
                        nodes.push(node);
                    }
                    *all_sure &= sure;
                }
            }
        }
        tree
    }

    /// The subtrees above a new node end with it.
    fn lengthen(&mut self, parent: Option<Node>, last: Node) {
        let mut above = parent;
        while let Some(entry) = above.and_then(|node| self.entries.get_mut(usize::from(node.0))) {
            entry.last = last;
            above = entry.parent;
        }
    }

    /// Version of the tree.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many nodes there are, root included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&self, node: Node) -> Option<&Entry> {
        self.entries.get(usize::from(node.0))
    }

    /// The code of a node.
    pub fn code(&self, node: Node) -> &str {
        self.entry(node).map_or("", |entry| &entry.code)
    }

    /// The name of a node.
    pub fn name(&self, node: Node) -> &str {
        self.entry(node).map_or("", |entry| &entry.name)
    }

    /// The parent of a node.
    pub fn parent(&self, node: Node) -> Option<Node> {
        self.entry(node)?.parent
    }

    /// First and last node of a subtree.
    pub fn subtree(&self, node: Node) -> (Node, Node) {
        (node, self.entry(node).map_or(node, |entry| entry.last))
    }

    /// Whether a node stands under a liquid tissue.
    pub fn is_liquid(&self, node: Node) -> bool {
        self.entry(node).is_some_and(|entry| matches!(&*entry.tissue, "Lymphoid" | "Myeloid"))
    }

    /// Whether an organ's node is named as a lymphoma: neither solid nor liquid by its tissue
    /// alone.
    pub fn is_lymphoma_of_organ(&self, node: Node) -> bool {
        !self.is_liquid(node) && self.name(node).to_ascii_lowercase().contains("lymphoma")
    }

    /// The node of a code; former codes are followed.
    pub fn by_code(&self, code: &str) -> Found {
        let code = code.trim();
        let upper = code.to_ascii_uppercase();
        if let Some(node) = self.by_code.get(code).or_else(|| self.by_code.get(upper.as_str())) {
            return Found::One(*node);
        }
        let former = self.former.get(code).or_else(|| self.former.get(upper.as_str()));
        match former.map(|(nodes, sure)| (nodes.as_slice(), *sure)) {
            None => Found::None,
            Some(([node], true)) => Found::Renamed(*node),
            Some((nodes, _)) => Found::Several(nodes.to_vec()),
        }
    }

    /// The nodes of a name, in any capitals. A tissue is the subtree of its name.
    pub fn by_name(&self, name: &str) -> Found {
        match self.by_name.get(&key(name)).map(Vec::as_slice) {
            None | Some([]) => Found::None,
            Some([node]) => Found::One(*node),
            Some(nodes) => Found::Several(nodes.to_vec()),
        }
    }

    /// How a patient's node lies to the one asked for.
    pub fn relation(&self, patient: Node, asked: Node) -> Relation {
        let inside = |node: Node, (first, last): (Node, Node)| first <= node && node <= last;
        if inside(patient, self.subtree(asked)) {
            Relation::Within
        } else if inside(asked, self.subtree(patient)) {
            Relation::Above
        } else {
            Relation::Elsewhere
        }
    }
}

fn key(name: &str) -> Box<str> {
    name.trim().to_ascii_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> OncoTree {
        OncoTree::new(&OncologyNames::built_in().unwrap())
    }

    /// OncoTree 2025-10-03.
    #[test]
    fn codes_and_names_lead_to_nodes_or_say_why_not() {
        let tree = tree();
        let shown = |found: Found| {
            let codes: Vec<&str> = found.nodes().iter().map(|node| tree.code(*node)).collect();
            (matches!(found, Found::Renamed(_)), codes.join(" "))
        };
        for (code, renamed, nodes) in [
            ("LUAD", false, "LUAD"),
            ("luad", false, "LUAD"),
            // Renamed.
            ("DIPG", true, "DMG"),
            ("MM", true, "PCM"),
            ("NOSUCH", false, ""),
        ] {
            assert_eq!(shown(tree.by_code(code)), (renamed, nodes.to_owned()), "{code}");
        }
        for (name, nodes) in [
            ("Lung Adenocarcinoma", "LUAD"),
            ("lung adenocarcinoma", "LUAD"),
            ("Lung", "LUNG"),
            ("Sex Cord Stromal Tumor", "SCST TSCST"),
            ("Glioblastoma Multiforme", ""),
        ] {
            assert_eq!(shown(tree.by_name(name)).1, nodes, "{name}");
        }
        assert_eq!((tree.len(), tree.version()), (898, "oncotree_2025_10_03"));
    }

    #[test]
    fn a_subtree_is_an_interval_and_what_is_above_is_less_exact() {
        let tree = tree();
        let node = |code: &str| tree.by_code(code).nodes()[0];
        for (patient, asked, relation) in [
            ("LUAD", "NSCLC", Relation::Within),
            ("LUAD", "LUNG", Relation::Within),
            ("LUAD", "LUAD", Relation::Within),
            ("NSCLC", "LUAD", Relation::Above),
            ("LUAD", "SCLC", Relation::Elsewhere),
            ("COAD", "NSCLC", Relation::Elsewhere),
        ] {
            assert_eq!(tree.relation(node(patient), node(asked)), relation, "{patient} {asked}");
        }
        // The interval holds exactly the descendants.
        for place in 0..tree.len() {
            let asked = Node(u16::try_from(place).unwrap());
            let (first, last) = tree.subtree(asked);
            for other in 0..tree.len() {
                let other = Node(u16::try_from(other).unwrap());
                let mut above = Some(other);
                while above.is_some_and(|node| node != asked) {
                    above = tree.parent(above.unwrap());
                }
                assert_eq!(above.is_some(), first <= other && other <= last);
            }
        }
        assert!(tree.is_liquid(node("PCM")) && !tree.is_liquid(node("LUAD")));
    }
}
