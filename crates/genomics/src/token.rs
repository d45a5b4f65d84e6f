//! Tokens of a request against codes and words of a record.

use model::CodeableConcept;
use model::code::system::{HGNC, HGNC_OLDER};

/// A token: bare text, `system|code`, `|code` or `system|`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token as the caller wrote it.
    pub text: String,
    system: Option<String>,
    code: String,
}

impl Token {
    /// Reads a token; `\|`, `\,`, `\$` and `\\` are escapes (FHIR R4 §3.1.1.4). `None` without
    /// content.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (system, code) = match unescaped_bar(text) {
            Some(at) => {
                let (system, code) = text.split_at_checked(at)?;
                (Some(unescape(system)), unescape(code.strip_prefix('|')?))
            }
            None => (None, unescape(text)),
        };
        let is_empty = code.is_empty() && system.as_ref().is_none_or(String::is_empty);
        (!is_empty).then(|| Self { text: text.to_owned(), system, code })
    }

    /// The system that is named, if one is.
    pub fn system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    /// The code, or the bare text.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether a concept is meant. Bare text is searched in codes, displays, systems and the text,
    /// whatever its case; a hit that ends in a digit must not go on with one, so that `*1` does
    /// not find `*17`. With a system, system and code are exactly those.
    pub fn matches(&self, concept: &CodeableConcept) -> bool {
        let Some(system) = &self.system else {
            let words = concept.coding.iter().flat_map(|coding| {
                [Some(coding.code.as_str()), coding.display.as_deref(), Some(&coding.system)]
            });
            return words.chain([concept.text.as_deref()]).flatten().any(|w| holds(w, &self.code));
        };
        concept.coding.iter().any(|coding| {
            is_system(system, &coding.system) && (self.code.is_empty() || self.code == coding.code)
        })
    }

    /// Whether an identifier is meant: by its value, or by system and value, exactly.
    pub fn names(&self, label: &Label) -> bool {
        match &self.system {
            None => self.code == label.value,
            Some(system) => {
                *system == label.system && (self.code.is_empty() || self.code == label.value)
            }
        }
    }
}

/// A name that something is known under: an identifier, or its id or reference without a system.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// System of the identifier; empty for ids and references.
    pub system: String,
    /// Its value.
    pub value: String,
}

impl Label {
    /// An id or reference.
    pub fn plain(value: impl Into<String>) -> Self {
        Self { system: String::new(), value: value.into() }
    }
}

/// The same system; that of HGNC has two names.
fn is_system(asked: &str, held: &str) -> bool {
    let hgnc = |system: &str| system == HGNC || system == HGNC_OLDER;
    asked == held || hgnc(asked) && hgnc(held)
}

/// Whether words hold a text, not counting case.
fn holds(words: &str, text: &str) -> bool {
    let (words, text) = (words.to_lowercase(), text.to_lowercase());
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let ends_in_digit = is_digit(text.chars().next_back());
    words.match_indices(&text).any(|(at, hit)| {
        let rest = words.get(at + hit.len()..).unwrap_or_default();
        !ends_in_digit || !is_digit(rest.chars().next())
    })
}

/// The place of the first `|` that is not escaped.
fn unescaped_bar(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_bar = c == '|' && !escaped;
        escaped = c == '\\' && !escaped;
        is_bar.then_some(at)
    })
}

/// Parts a list at the commas that are not escaped; the parts keep their escapes.
pub fn split_list(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if c == ',' && !escaped {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(part);
    parts
}

/// The text without its escapes.
pub fn unescape(text: &str) -> String {
    let (mut plain, mut escaped) = (String::new(), false);
    for c in text.chars() {
        if escaped && !",|$\\".contains(c) {
            plain.push('\\');
        }
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        plain.push(c);
        escaped = false;
    }
    if escaped {
        plain.push('\\');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Coding;

    fn concept(system: &str, code: &str, display: &str) -> CodeableConcept {
        let coding = Coding::new(system, code).shown_as(display);
        CodeableConcept { coding: vec![coding], text: None }
    }

    #[test]
    fn bare_text_is_searched_and_codes_are_exact() {
        let star = |name: &str| concept("http://www.pharmvar.org", "PV1", name);
        let gl = concept("http://glstring.org", "hla#3.31.0#HLA-A*23:30+HLA-A*24:02", "");
        for (token, held, expected) in [
            ("*1", star("CYP2C19*17"), false),
            ("*1", star("CYP2C19*1/*17"), true),
            ("cyp2c19*17", star("CYP2C19*17"), true),
            ("HLA-A*23", gl.clone(), true),
            ("HLA-A*2", gl.clone(), false),
            ("HLA-A*23:30", gl, true),
            ("pharmvar", star("x"), true),
            ("http://www.pharmvar.org|PV1", star("x"), true),
            ("http://www.pharmvar.org|pv1", star("x"), false),
            ("http://www.pharmvar.org|PV", star("x"), false),
            ("http://www.pharmvar.org|", star("x"), true),
            ("|PV1", star("x"), false),
            ("http://www.genenames.org/geneId|HGNC:2621", concept(HGNC, "HGNC:2621", ""), true),
            ("http://www.genenames.org|HGNC:2621", concept(HGNC_OLDER, "HGNC:2621", ""), true),
            ("http://www.genenames.org|HGNC:262", concept(HGNC, "HGNC:2621", ""), false),
            ("HGNC:262", concept(HGNC, "HGNC:2621", ""), false),
            ("a\\|b", concept("s", "a|b", ""), true),
        ] {
            assert_eq!(Token::parse(token).unwrap().matches(&held), expected, "{token}");
        }
        for nothing in ["", " ", "|"] {
            assert_eq!(Token::parse(nothing), None);
        }
    }

    #[test]
    fn identifiers_are_exact() {
        let label = Label { system: "urn:lab".into(), value: "T-1".into() };
        for (token, expected) in [
            ("T-1", true),
            ("t-1", false),
            ("T", false),
            ("urn:lab|T-1", true),
            ("urn:l|T-1", false),
        ] {
            assert_eq!(Token::parse(token).unwrap().names(&label), expected, "{token}");
        }
    }

    #[test]
    fn lists_are_parted_at_bare_commas() {
        assert_eq!(split_list("a,b\\,c,"), ["a", "b\\,c", ""]);
        assert_eq!(unescape("b\\,c\\\\d\\x\\"), "b,c\\d\\x\\");
    }
}
