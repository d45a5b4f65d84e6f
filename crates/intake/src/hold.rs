//! Results that are kept from decisions because a document beside them says something else, or was
//! not read yet.
//!
//! A held result is preliminary, which every engine leaves out. What its laboratory called it, why
//! it is held, and what people said of that stand in an extension of the same resource, so that
//! whoever reads it sees all of it, and a correction by the laboratory, which has no such
//! extension, is looked at anew.

use formats::fhir::access::{extensions, text};
use formats::fhir::facts::facts_of;
use model::{Fact, RawId};
use serde_json::{Value, json};

/// Extension of a resource that is held, or was.
const HELD: &str = "urn:cognate:extension:held";
/// Why what came with a document is held that nobody has read yet.
const UNREAD: &str = "unread";
/// The status by which results are held.
const PRELIMINARY: &str = "preliminary";

/// Why a result is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What its laboratory called it: `final`.
    pub status: String,
    /// Id of what was read from the document; while nothing was, the resource that holds it, or
    /// nothing for the documents of a message.
    pub document: String,
    /// Stable word: `phenotype`, `unread`.
    pub word: String,
    /// What the result says.
    pub stated: String,
    /// What the document says.
    pub read: String,
    /// What a person said of it.
    pub verdict: Option<Verdict>,
    /// Where the facts of the result were read: the archived message, and the place in it.
    pub source: (Option<String>, String),
}

/// What a person said of a disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the result holds; if not, its laboratory has to correct it.
    pub is_released: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

impl Hold {
    /// Whether it keeps the result from decisions.
    pub fn is_open(&self) -> bool {
        !self.verdict.as_ref().is_some_and(|verdict| verdict.is_released)
    }

    /// Whether it is about the same as another one.
    pub fn is_about(&self, other: &Self) -> bool {
        (&self.document, &self.word, &self.stated, &self.read)
            == (&other.document, &other.word, &other.stated, &other.read)
    }

    fn of(extension: &Value) -> Self {
        let part = |name: &str| {
            let found = extensions(extension, name).into_iter().next();
            found.and_then(|part| text(part, "valueString")).map(str::to_owned)
        };
        let word = |name: &str| part(name).unwrap_or_default();
        let verdict = part("verdict").map(|verdict| Verdict {
            is_released: verdict == "released",
            by: word("by"),
            at: word("at"),
            reason: word("reason"),
        });
        Self {
            status: word("status"),
            document: word("document"),
            word: word("why"),
            stated: word("stated"),
            read: word("read"),
            verdict,
            source: (part("raw"), word("place")),
        }
    }

    fn extension(&self) -> Value {
        let mut parts = vec![
            ("status", self.status.as_str()),
            ("document", &self.document),
            ("why", &self.word),
            ("stated", &self.stated),
            ("read", &self.read),
            ("raw", self.source.0.as_deref().unwrap_or_default()),
            ("place", &self.source.1),
        ];
        if let Some(verdict) = &self.verdict {
            let word = if verdict.is_released { "released" } else { "to-be-corrected" };
            parts.extend([
                ("verdict", word),
                ("by", verdict.by.as_str()),
                ("at", &verdict.at),
                ("reason", &verdict.reason),
            ]);
        }
        let parts = parts.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let parts: Vec<Value> =
            parts.map(|(name, text)| json!({"url": name, "valueString": text})).collect();
        json!({"url": HELD, "extension": parts})
    }
}

/// Why a resource is held, and why it was.
pub fn holds(resource: &Value) -> Vec<Hold> {
    extensions(resource, HELD).into_iter().map(Hold::of).collect()
}

/// Whether a status is one of a result that decisions may rest on.
pub(crate) fn is_final(status: &str) -> bool {
    matches!(status, "final" | "corrected" | "amended" | "appended")
}

/// What its laboratory called a resource.
pub(crate) fn status(resource: &Value) -> String {
    let own = text(resource, "status").unwrap_or_default();
    let held = holds(resource).into_iter().map(|hold| hold.status);
    // A later word of anybody stands before what was kept.
    let kept = held.into_iter().find(|status| own == PRELIMINARY && !status.is_empty());
    kept.unwrap_or_else(|| own.to_owned())
}

/// The resource as its laboratory sent it.
pub(crate) fn lifted(resource: &Value) -> Value {
    let mut plain = resource.clone();
    let status = status(resource);
    let Some(object) = plain.as_object_mut() else { return plain };
    if extensions(resource, HELD).is_empty() {
        return plain;
    }
    object.insert("status".to_owned(), json!(status));
    let rest = object.get_mut("extension").and_then(Value::as_array_mut).is_some_and(|all| {
        all.retain(|one| one.get("url").and_then(Value::as_str) != Some(HELD));
        !all.is_empty()
    });
    if !rest {
        object.remove("extension");
    }
    plain
}

/// The resource with these holds and no others: preliminary if one of them is open.
pub(crate) fn with(resource: &Value, holds: &[Hold]) -> Value {
    let mut held = lifted(resource);
    let Some(object) = held.as_object_mut().filter(|_| !holds.is_empty()) else { return held };
    if holds.iter().any(Hold::is_open) {
        object.insert("status".to_owned(), json!(PRELIMINARY));
    }
    let all = object.entry("extension").or_insert_with(|| json!([]));
    if let Some(all) = all.as_array_mut() {
        all.extend(holds.iter().map(Hold::extension));
    }
    held
}

/// A result or report as it stands until the document that came with it was read; `None` for what
/// no decision rests on.
pub(crate) fn until_read(resource: &Value, source: (Option<String>, String)) -> Option<Value> {
    let known = source;
    until_read_of(resource, &[String::new()], &known)
}

/// The same for documents that these resources hold, `DiagnosticReport/1`.
pub(crate) fn until_read_of(
    resource: &Value,
    holders: &[String],
    source: &(Option<String>, String),
) -> Option<Value> {
    let is_result = ["Observation", "DiagnosticReport"]
        .iter()
        .any(|kind| text(resource, "resourceType") == Some(kind));
    let status = status(resource);
    if !is_result || !is_final(&status) {
        return None;
    }
    let hold = |holder: &String| Hold {
        status: status.clone(),
        document: holder.clone(),
        word: UNREAD.to_owned(),
        stated: String::new(),
        read: String::new(),
        verdict: None,
        source: source.clone(),
    };
    Some(with(resource, &holders.iter().map(hold).collect::<Vec<_>>()))
}

/// The holds that stay when the document of a resource was read; `None` if nothing waits for that.
pub(crate) fn when_read(resource: &Value, (kind, id): (&str, &str)) -> Option<Vec<Hold>> {
    let holder = format!("{kind}/{id}");
    let is_of_it = |hold: &Hold| match hold.document.as_str() {
        "" => kind == "DocumentReference",
        document => document == holder,
    };
    let (unread, others): (Vec<Hold>, Vec<Hold>) =
        holds(resource).into_iter().partition(|hold| hold.word == UNREAD && is_of_it(hold));
    (!unread.is_empty()).then_some(others)
}

/// The facts of a resource, from where they were read at first.
pub(crate) fn facts(resource: &Value, (raw, place): &(Option<String>, String)) -> Vec<Fact> {
    facts_of(resource, raw.as_deref().map(RawId::new), place).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(verdict: Option<bool>) -> Hold {
        Hold {
            status: "final".to_owned(),
            document: "e1".to_owned(),
            word: "phenotype".to_owned(),
            stated: "CYP2C19 Poor".to_owned(),
            read: "CYP2C19 Normal".to_owned(),
            verdict: verdict.map(|is_released| Verdict {
                is_released,
                by: "r1".to_owned(),
                at: "2026-01-12T09:30:00Z".to_owned(),
                reason: "misread".to_owned(),
            }),
            source: (Some("m1".to_owned()), "OBX[1]".to_owned()),
        }
    }

    #[test]
    fn what_is_held_is_preliminary_and_comes_back_as_it_was() {
        for kept in [json!([{"url": "urn:other", "valueString": "x"}]), Value::Null] {
            let mut sent = json!({"resourceType": "Observation", "status": "final"});
            if !kept.is_null() {
                sent["extension"] = kept;
            }
            for (verdict, expected) in
                [(None, "preliminary"), (Some(false), "preliminary"), (Some(true), "final")]
            {
                let held = with(&sent, &[hold(verdict)]);
                assert_eq!(held["status"], expected);
                assert_eq!(holds(&held), [hold(verdict)]);
                assert_eq!(lifted(&held), sent);
                assert_eq!(with(&held, &[]), sent);
                assert_eq!(with(&held, &[hold(verdict)]), held);
            }
        }
    }

    #[test]
    fn what_the_laboratory_takes_back_stays_taken_back() {
        let mut held = with(&json!({"status": "final"}), &[hold(None)]);
        held["status"] = json!("entered-in-error");
        assert_eq!(status(&held), "entered-in-error");
    }
}
