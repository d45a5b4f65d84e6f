//! Bytes to a tree.

use super::{Attributes, Document, Element, Limits};
use encoding_rs::Encoding;
use model::Problem;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::borrow::Cow;

/// Namespaces that are in force at one time.
const NAMESPACES_MAX: usize = 64;
/// First bytes in which an encoding is declared.
const DECLARATION_BYTES_MAX: usize = 256;

fn fault(code: &str, at: usize, text: impl Into<String>) -> Problem {
    Problem::error(code, format!("byte {at}"), text)
}

fn too_much(what: &str, at: usize) -> Problem {
    fault("too-long", at, format!("the document has too much: {what}"))
}

pub(super) fn document(bytes: &[u8], limits: &Limits) -> Result<Document, Problem> {
    if bytes.len() > limits.bytes_max {
        return Err(too_much("bytes", limits.bytes_max));
    }
    let text = decode(bytes)?;
    if text.len() > limits.bytes_max {
        return Err(too_much("bytes", limits.bytes_max));
    }
    let mut reader = NsReader::from_str(&text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = true;
    config.allow_dangling_amp = false;
    reader.resolver_mut().set_max_namespace_bindings(NAMESPACES_MAX);
    let mut builder = Builder {
        document: Document { elements: Vec::new(), namespaces: Vec::new() },
        open: Vec::new(),
        limits,
    };
    loop {
        let before = place(reader.buffer_position());
        let (namespace, event) = reader.read_resolved_event().map_err(|error| {
            // The reader does not say where the error is: it is behind what was read before.
            fault("not-well-formed", before, error.to_string())
        })?;
        match event {
            Event::Start(start) => {
                let namespace = match namespace {
                    ResolveResult::Bound(name) => Some(name.into_inner().to_owned()),
                    ResolveResult::Unbound => None,
                    ResolveResult::Unknown(prefix) => {
                        let text = format!("the prefix `{prefix}` stands for no namespace");
                        return Err(fault("not-well-formed", before, text));
                    }
                };
                builder.start(&start, namespace.as_deref(), before)?;
            }
            Event::End(_) => {
                let end = place(reader.buffer_position());
                builder.end(end);
            }
            Event::Text(text) => builder.text(&text.xml10_content(), before)?,
            Event::CData(text) => builder.text(&text.xml10_content(), before)?,
            Event::GeneralRef(reference) => {
                let text = resolve(&reference, before)?;
                builder.text(&text, before)?;
            }
            Event::DocType(_) => {
                let text = "documents with a document type are not read";
                return Err(fault("document-type", before, text));
            }
            Event::Eof => return builder.finish(before),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn place(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// The text as UTF-8: by its byte order mark, else as declared, else as UTF-8.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let (encoding, skip) = match Encoding::for_bom(bytes) {
        Some(found) => found,
        None => (declared(bytes)?, 0),
    };
    let rest = bytes.get(skip..).unwrap_or_default();
    encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or_else(|| {
        fault("encoding", 0, format!("the document is not in {}, as it says", encoding.name()))
    })
}

fn declared(bytes: &[u8]) -> Result<&'static Encoding, Problem> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES_MAX)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let declaration =
        head.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let stated = declaration.and_then(|(inside, _)| {
        let (_, after) = inside.split_once("encoding")?;
        let after = after.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        after.split(quote).nth(1)
    });
    let Some(label) = stated else { return Ok(encoding_rs::UTF_8) };
    // A declaration in bytes of one unit cannot be in UTF-16.
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding.is_ascii_compatible() => Ok(encoding),
        _ => Err(fault("encoding", 0, "the document is in an encoding that is not read")),
    }
}

/// A character reference, or one of the five entities.
fn resolve(reference: &BytesRef<'_>, at: usize) -> Result<String, Problem> {
    let character = reference
        .resolve_char_ref()
        .map_err(|error| fault("not-well-formed", at, error.to_string()))?;
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    resolve_xml_entity(reference)
        .map(str::to_owned)
        .ok_or_else(|| fault("entity", at, "an entity is used that is not one of the five of XML"))
}

struct Builder<'l> {
    document: Document,
    open: Vec<usize>,
    limits: &'l Limits,
}

impl Builder<'_> {
    fn start(
        &mut self,
        start: &BytesStart<'_>,
        namespace: Option<&str>,
        at: usize,
    ) -> Result<(), Problem> {
        let number = self.document.elements.len();
        if number >= self.limits.elements_max {
            return Err(too_much("elements", at));
        }
        if self.open.len() >= self.limits.depth_max {
            return Err(too_much("levels of elements", at));
        }
        if self.open.is_empty() && number > 0 {
            return Err(fault("not-well-formed", at, "there is a second outermost element"));
        }
        let attributes = self.attributes(start, at)?;
        let namespace = namespace.map(|name| self.namespace(name));
        let parent = self.open.last().copied().unwrap_or_default();
        if number > 0
            && let Some(parent) = self.document.elements.get_mut(parent)
        {
            parent.children.push(number);
        }
        self.document.elements.push(Element {
            parent,
            name: start.local_name().into_inner().into(),
            namespace,
            attributes,
            text: String::new(),
            children: Vec::new(),
            span: at..at,
        });
        self.open.push(number);
        Ok(())
    }

    fn attributes(&self, start: &BytesStart<'_>, at: usize) -> Result<Attributes, Problem> {
        let mut found = Vec::new();
        for (number, attribute) in start.attributes().enumerate() {
            let bad = |error: String| fault("not-well-formed", at, error);
            if number >= self.limits.attributes_max {
                return Err(too_much("attributes of an element", at));
            }
            let attribute = attribute.map_err(|error| bad(error.to_string()))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| bad(error.to_string()))?;
            if value.len() > self.limits.text_bytes_max {
                return Err(too_much("bytes of an attribute", at));
            }
            found.push((attribute.key.local_name().into_inner().into(), (*value).into()));
        }
        Ok(found.into())
    }

    fn namespace(&mut self, name: &str) -> usize {
        let names = &mut self.document.namespaces;
        names.iter().position(|known| **known == *name).unwrap_or_else(|| {
            names.push(name.into());
            names.len() - 1
        })
    }

    fn text(&mut self, text: &str, at: usize) -> Result<(), Problem> {
        let Some(element) = self.open.last().and_then(|at| self.document.elements.get_mut(*at))
        else {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err(fault("not-well-formed", at, "there is text outside of the elements"))
            };
        };
        if element.text.len() + text.len() > self.limits.text_bytes_max {
            return Err(too_much("bytes of an element's text", at));
        }
        // Blanks between elements are no text.
        if !(text.trim().is_empty() && element.text.is_empty()) {
            element.text.push_str(text);
        }
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let closed = self.open.pop();
        if let Some(element) = closed.and_then(|at| self.document.elements.get_mut(at)) {
            element.span.end = end;
        }
    }

    fn finish(self, at: usize) -> Result<Document, Problem> {
        if self.document.elements.is_empty() {
            return Err(fault("not-well-formed", at, "there is no element"));
        }
        if !self.open.is_empty() {
            return Err(fault("not-well-formed", at, "the document ends inside an element"));
        }
        Ok(self.document)
    }
}
