//! XML as a tree, for files of laboratories: read whole, within limits, each node with its place.
//!
//! There are no document types and no entities beyond the five of XML 1.0 and character references:
//! nothing is fetched and nothing grows. Namespaces are resolved; comments and processing
//! instructions are passed over. Rules: XML 1.0 (fifth edition), Namespaces in XML 1.0.

mod read;

use model::Problem;
use std::ops::Range;

/// How much of a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole document.
    pub bytes_max: usize,
    /// Levels of elements.
    pub depth_max: usize,
    /// Elements.
    pub elements_max: usize,
    /// Attributes of one element.
    pub attributes_max: usize,
    /// Bytes of the text, or of an attribute's value, of one element.
    pub text_bytes_max: usize,
}

/// Largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Levels of elements.
pub const DEPTH_MAX: usize = 64;
/// Elements of a document.
pub const ELEMENTS_MAX: usize = 500_000;
/// Attributes of an element.
pub const ATTRIBUTES_MAX: usize = 128;
/// Text of an element, in bytes; a report's PDF stands in one.
pub const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: DOCUMENT_BYTES_MAX,
            depth_max: DEPTH_MAX,
            elements_max: ELEMENTS_MAX,
            attributes_max: ATTRIBUTES_MAX,
            text_bytes_max: TEXT_BYTES_MAX,
        }
    }
}

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// In the order of their start tags; the root first.
    elements: Vec<Element>,
    /// Distinct namespaces.
    namespaces: Vec<Box<str>>,
}

/// Names and values.
type Attributes = Box<[(Box<str>, Box<str>)]>;

#[derive(Clone, Debug)]
struct Element {
    parent: usize,
    name: Box<str>,
    namespace: Option<usize>,
    attributes: Attributes,
    text: String,
    children: Vec<usize>,
    span: Range<usize>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// One problem with its place, for what is not well-formed, has a document type or an unknown
    /// entity, is in no encoding that is known, or is over a limit.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Box<Problem>> {
        read::document(bytes, limits).map_err(Box::new)
    }

    /// The outermost element. A document has one, or it was not read.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, at: 0 }
    }
}

/// One element of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document,
    at: usize,
}

impl<'d> Node<'d> {
    fn element(self) -> Option<&'d Element> {
        self.document.elements.get(self.at)
    }

    /// The name without prefix.
    pub fn name(self) -> &'d str {
        self.element().map_or("", |element| &element.name)
    }

    /// The namespace, if it is in one.
    pub fn namespace(self) -> Option<&'d str> {
        let at = self.element()?.namespace?;
        self.document.namespaces.get(at).map(|name| &**name)
    }

    /// An attribute by its name without prefix, blanks around its value left out.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All attributes but declarations of namespaces, in the order written.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let attributes = self.element().map(|element| &*element.attributes).unwrap_or_default();
        attributes.iter().map(|(name, value)| (&**name, value.trim()))
    }

    /// The element's own text, blanks around it left out.
    pub fn text(self) -> &'d str {
        self.element().map_or("", |element| element.text.trim())
    }

    /// The elements inside it.
    pub fn children(self) -> impl Iterator<Item = Node<'d>> {
        let children = self.element().map(|element| element.children.as_slice());
        children.unwrap_or_default().iter().map(move |at| Node { at: *at, ..self })
    }

    /// Every element at a path of names below this one, `Genes/Gene`.
    pub fn all(self, path: &str) -> Vec<Node<'d>> {
        let mut found = vec![self];
        for name in path.split('/') {
            found = found
                .into_iter()
                .flat_map(|node| node.children().filter(|child| child.name() == name))
                .collect();
        }
        found
    }

    /// The first element at a path of names.
    pub fn first(self, path: &str) -> Option<Node<'d>> {
        self.all(path).into_iter().next()
    }

    /// The text of the first element at a path that has some.
    pub fn text_at(self, path: &str) -> Option<&'d str> {
        self.all(path).into_iter().map(Node::text).find(|text| !text.is_empty())
    }

    /// Where it is: names from the root, with the number among its equals where there are several,
    /// `/report/variants/variant[3]`.
    pub fn path(self) -> String {
        let mut names = Vec::new();
        let mut node = self;
        while let Some(element) = node.element() {
            if node.at == 0 {
                names.push(node.name().to_owned());
                break;
            }
            let parent = Node { at: element.parent, ..node };
            let equals: Vec<usize> = parent
                .children()
                .filter(|child| child.name() == node.name())
                .map(|child| child.at)
                .collect();
            let number = equals.iter().position(|at| *at == node.at).unwrap_or_default() + 1;
            names.push(match equals.len() {
                1 => node.name().to_owned(),
                _ => format!("{}[{number}]", node.name()),
            });
            node = parent;
        }
        names.push(String::new());
        names.reverse();
        names.join("/")
    }

    /// Where its text begins and ends, in bytes of the document as UTF-8.
    pub fn span(self) -> Range<usize> {
        self.element().map(|element| element.span.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
