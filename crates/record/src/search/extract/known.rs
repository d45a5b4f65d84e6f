//! Concepts of codes that were met lately. Most of what is filed says the same few things.

use crate::search::concept::Concept;
use crate::search::path::member;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Concepts that are remembered; some 8 MB.
const CONCEPTS_MAX: usize = 8_192;
/// Bytes of all that is said of one that is remembered.
const SAID_BYTES_MAX: usize = 400;

/// Concepts by all that they were made of.
type Known = HashMap<Box<[u8]>, Arc<Concept>>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// The concept of a code, a Coding or a CodeableConcept, made only if it is not remembered.
pub(super) fn concept(tenant: &str, value: &Json, made: impl FnOnce() -> Concept) -> Arc<Concept> {
    let Some(said) = said(tenant, value) else { return Arc::new(made()) };
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(said.as_slice()) {
        return Arc::clone(known);
    }
    let concept = Arc::new(made());
    let mut known = lock();
    if known.len() >= CONCEPTS_MAX {
        known.clear();
    }
    known.insert(said.into_boxed_slice(), Arc::clone(&concept));
    concept
}

/// Forgets all: what somebody said whose data is erased is not to stay in memory.
pub(in crate::search) fn forget_all() {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// All that the concept is made of; `None` where that is long. Each part has its length before it,
/// so no two concepts are written alike.
fn said(tenant: &str, value: &Json) -> Option<Vec<u8>> {
    let mut said = Vec::with_capacity(SAID_BYTES_MAX);
    part(&mut said, Some(tenant));
    match value {
        Json::String(code) => part(&mut said, Some(code)),
        Json::Object(_) => {
            let codings = member(value, "coding").and_then(Json::as_array);
            for coding in codings.into_iter().flatten().chain([value]) {
                for name in ["system", "code", "display"] {
                    part(&mut said, member(coding, name).and_then(Json::as_str));
                }
            }
            part(&mut said, member(value, "text").and_then(Json::as_str));
        }
        _ => return None,
    }
    (said.len() <= SAID_BYTES_MAX).then_some(said)
}

/// What is not there differs from what is empty.
fn part(said: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    said.extend_from_slice(&length.to_le_bytes());
    said.extend_from_slice(text.unwrap_or_default().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_forgotten_is_made_anew() {
        let value = json!({"system": "urn:forgotten", "code": "a"});
        let made = || Concept::new("t", Vec::new(), vec!["a".to_owned()], true);
        let first = concept("t", &value, made);
        forget_all();
        assert!(!Arc::ptr_eq(&first, &concept("t", &value, made)));
        assert_eq!(Arc::strong_count(&first), 1);
    }

    #[test]
    fn what_differs_in_anything_is_another_concept() {
        let coding = |system: &str, code: &str| json!({"system": system, "code": code});
        let all = [
            json!("a"),
            json!({"code": "a"}),
            json!({"system": "", "code": "a"}),
            coding("s", "a"),
            coding("sa", ""),
            json!({"coding": [coding("s", "a")]}),
            json!({"coding": [coding("s", "a")], "text": ""}),
            json!({"coding": [coding("s", "a")], "text": "t"}),
            json!({"coding": [coding("s", "a"), coding("s", "b")]}),
            json!({"coding": [{"system": "s", "code": "a", "display": "t"}]}),
        ];
        for (place, one) in all.iter().enumerate() {
            for other in all.iter().skip(place + 1) {
                assert_ne!(said("t", one), said("t", other), "{one} {other}");
            }
            assert_ne!(said("t", one), said("u", one), "{one}");
        }
        assert_eq!(said("t", &json!(true)), None);
        assert_eq!(said("t", &json!("a".repeat(SAID_BYTES_MAX))), None);
    }
}
