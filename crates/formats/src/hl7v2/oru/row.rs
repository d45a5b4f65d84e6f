//! One OBX, and what reading needs to know everywhere.

use super::code::{self, Family};
use super::{Observed, Settings, status};
use crate::hl7v2::{Part, Segment};
use model::code::{is_loinc, system};
use model::reported::ResultStatus;
use model::{CodeableConcept, Coding, Problem};
use std::collections::BTreeSet;

/// What reading carries along.
pub(super) struct Context<'s> {
    pub(super) settings: &'s Settings,
    pub(super) problems: Vec<Problem>,
    /// What was said once and need not be said again.
    said: BTreeSet<(&'static str, String)>,
}

impl<'s> Context<'s> {
    pub(super) fn new(settings: &'s Settings) -> Self {
        Self { settings, problems: Vec::new(), said: BTreeSet::new() }
    }

    /// A problem of the sender's habits: reported at its first place only.
    pub(super) fn once(&mut self, about: String, problem: impl FnOnce(&str) -> Problem) {
        let problem = problem(&about);
        let kind: &'static str = match problem.code.as_str() {
            "unknown-code" => "unknown-code",
            "unknown-answer" => "unknown-answer",
            "loinc-under-other-system" => "loinc-under-other-system",
            _ => "other",
        };
        if self.said.insert((kind, about)) {
            self.problems.push(problem);
        }
    }
}

/// An OBX with its continuation rows and notes.
pub(super) struct Row<'m> {
    pub(super) segment: Segment<'m>,
    pub(super) place: String,
    /// Place among all segments, for the order of findings.
    pub(super) index: usize,
    /// OBX-3 as a LOINC code that may be believed.
    pub(super) loinc: Option<String>,
    /// OBX-3 as sent.
    pub(super) code: Coding,
    family: Option<Family>,
    /// Whether its code is a gene's own phenotype code, known by its name.
    is_product: bool,
    /// OBX-4.
    pub(super) sub_id: String,
    pub(super) status: ResultStatus,
    pub(super) notes: Vec<String>,
    /// Values of rows without OBX-3 that followed.
    pub(super) continued: Vec<String>,
}

impl<'m> Row<'m> {
    pub(super) fn new(
        segment: Segment<'m>,
        index: usize,
        order_status: Option<ResultStatus>,
        context: &mut Context<'_>,
    ) -> Self {
        let place = segment.place();
        let own = segment.field(11).value().unwrap_or_default();
        let own_status = status::of_observation(&own);
        if own_status == Some(ResultStatus::Unknown) {
            let text = "the status is not one of table 0085; not taken as final";
            context.problems.push(Problem::warning("unknown-status", segment.place_of(11), text));
        }
        if own == "U" && segment.field(5).is_empty() {
            let text = "final now, with the value left out: the stored value is meant";
            context.problems.push(Problem::warning("value-not-resent", place.clone(), text));
        }
        let loinc = loinc(&segment, context);
        let code = coding(&segment.field(3), 1);
        let known = loinc.as_deref().and_then(code::family);
        let name = code.display.as_deref().filter(|_| loinc.is_some() && known.is_none());
        let is_product = name.is_some_and(|name| code::gene_of_product_code(name).is_some());
        Self {
            place,
            index,
            loinc,
            code,
            family: if is_product { Some(Family::Gene) } else { known },
            is_product,
            sub_id: segment.field(4).value().unwrap_or_default(),
            status: status::joined(own_status, order_status),
            notes: Vec::new(),
            continued: Vec::new(),
            segment,
        }
    }

    /// OBX-2.
    pub(super) fn value_type(&self) -> String {
        self.segment.field(2).value().unwrap_or_default()
    }

    /// Whether OBX-5 is text without components, whatever it looks like.
    pub(super) fn is_plain_text(&self) -> bool {
        matches!(self.value_type().as_str(), "ST" | "TX" | "FT")
    }

    /// Whether a row without OBX-3 after this one goes on with its text: not after a short value,
    /// where the rest would be lost.
    pub(super) fn may_continue(&self) -> bool {
        let narrative = ["51969-4", "53577-3", "81293-3"];
        let of_ours = self.family().is_some();
        self.is_plain_text()
            && (!of_ours || self.loinc.as_deref().is_some_and(|code| narrative.contains(&code)))
    }

    pub(super) fn is_named(&self) -> bool {
        !self.code.code.is_empty() || self.code.display.is_some()
    }

    pub(super) fn place_of_value(&self) -> String {
        self.segment.place_of(5)
    }

    /// OBX-5.
    pub(super) fn value(&self) -> Part<'m> {
        self.segment.field(5)
    }

    /// The kind of finding it belongs to; `None`: a code that is not ours, or none.
    pub(super) fn family(&self) -> Option<Family> {
        self.family
    }

    /// The code by which its value is read: a gene's own phenotype code is read as 53040-2.
    pub(super) fn item(&self) -> Option<&str> {
        let loinc = self.loinc.as_deref()?;
        Some(if self.is_product { code::PHENOTYPE } else { loinc })
    }

    /// The gene in the name of a gene's own phenotype code.
    pub(super) fn product_gene(&self) -> Option<&str> {
        let name = self.code.display.as_deref().filter(|_| self.is_product)?;
        code::gene_of_product_code(name)
    }

    /// OBX-5 as text: repetitions are lines, and continuation rows follow.
    pub(super) fn text(&self) -> String {
        let text = |part: Part<'_>| {
            if part.is_null() { String::new() } else { part.whole().trim_end().to_owned() }
        };
        let own = self.value().repetitions().map(text);
        let lines: Vec<String> = own.chain(self.continued.iter().cloned()).collect();
        lines.join("\n").trim_matches('\n').to_owned()
    }

    /// The row as it came.
    pub(super) fn observed(&self) -> Observed {
        Observed {
            code: self.code.clone(),
            value: self.text(),
            status: self.status,
            place: self.place.clone(),
        }
    }
}

/// The LOINC code of OBX-3, in its first or its alternate triple.
fn loinc(segment: &Segment<'_>, context: &mut Context<'_>) -> Option<String> {
    let field = segment.field(3);
    let mut elsewhere = None;
    for first in [1, 4] {
        let code = field.component(first).value().unwrap_or_default();
        let name = field.component(first + 2).value().unwrap_or_default();
        if code.is_empty() {
            continue;
        }
        // What the feed's profile says of a code comes first.
        if let Some(mapped) = context.settings.mapped(&name, &code) {
            return Some(mapped.clone());
        }
        if is_loinc_system(&name) {
            if is_loinc(&code) {
                return Some(code);
            }
            let text = "the LOINC code's check digit is wrong; the row is kept as other";
            context.problems.push(Problem::warning("bad-check-digit", segment.place_of(3), text));
        } else if is_loinc(&code) {
            if context.settings.accept_loinc_under.contains(&name) {
                return Some(code);
            }
            elsewhere = elsewhere.or(Some(name));
        }
    }
    if let Some(name) = elsewhere {
        let place = segment.place_of(3);
        context.once(name, |name| {
            let text = format!(
                "codes that look like LOINC stand under `{name}`; this feed is not set to accept \
                 them"
            );
            Problem::warning("loinc-under-other-system", place, text)
        });
    }
    None
}

fn is_loinc_system(name: &str) -> bool {
    matches!(name, "LN" | "LOINC" | "http://loinc.org")
}

/// One triple of code, text and system, the first component of which has the given number.
pub(super) fn coding(part: &Part<'_>, first: usize) -> Coding {
    let value = |number| part.component(number).value();
    Coding {
        system: system_uri(value(first + 2).unwrap_or_default()),
        code: value(first).unwrap_or_default(),
        display: value(first + 1),
    }
}

/// URIs for the names of HL7 table 0396 that we use; other names stay as sent.
fn system_uri(name: String) -> String {
    let uri = match name.as_str() {
        "LN" | "LOINC" => system::LOINC,
        "RxNorm" | "RXNORM" | "RxN" => system::RXNORM,
        "HGNC" => system::HGNC,
        "SCT" => system::SNOMED,
        "UCUM" => system::UCUM,
        "ATC" | "WC" => system::ATC,
        _ => return name,
    };
    uri.to_owned()
}

/// A coded element (CWE, CE): both triples, and the words.
pub(super) fn concept(part: &Part<'_>) -> Option<CodeableConcept> {
    let value = |number| part.component(number).value();
    let triples = [coding(part, 1), coding(part, 4)];
    let coded: Vec<Coding> =
        triples.into_iter().filter(|c| !c.code.is_empty() && !c.system.is_empty()).collect();
    let words = value(9).or_else(|| value(2)).or_else(|| value(5));
    // A code of no system is no more than text.
    let text = words.or_else(|| if coded.is_empty() { value(1) } else { None });
    if coded.is_empty() && text.is_none() {
        return None;
    }
    Some(CodeableConcept { coding: coded, text })
}
