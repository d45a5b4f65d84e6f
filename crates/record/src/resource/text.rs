//! The text of a version, made before the version has its number and its time: two gaps are left
//! for these, and filled wherever it is read.

use super::literal::{Literals, key, value};
use crate::Failure;
use crate::key::Packed;
use crate::limit::{RESOURCE_BODY_BYTES_MAX, within};
use model::Timestamp;
use serde_json::{Map, Value};

/// Room for what most resources take.
const TEXT_BYTES: usize = 2048;
/// Members of `meta` that a version sets.
const SET: [&str; 2] = ["versionId", "lastUpdated"];

/// A resource as JSON with empty `meta.versionId` and `meta.lastUpdated`.
pub(super) struct Text {
    text: Vec<u8>,
    /// Where these two stand.
    gaps: [u32; 2],
}

impl Text {
    pub(super) fn new(
        resource: &Map<String, Value>,
        literals: &Literals,
        place: &str,
    ) -> Result<Self, Failure> {
        let mut out = Vec::with_capacity(TEXT_BYTES);
        out.push(b'{');
        let none = Map::new();
        let meta = resource.get("meta").and_then(Value::as_object).unwrap_or(&none);
        for (name, held) in resource.iter().filter(|(name, _)| *name != "meta") {
            key(name, &mut out);
            value(held, literals, name, &mut out);
            out.push(b',');
        }
        out.extend_from_slice(b"\"meta\":{");
        for (name, held) in meta.iter().filter(|(name, _)| !SET.contains(&name.as_str())) {
            key(name, &mut out);
            value(held, literals, &format!("meta.{name}"), &mut out);
            out.push(b',');
        }
        let mut gaps = [0; 2];
        for ((name, gap), end) in SET.iter().zip(&mut gaps).zip([",", "}}"]) {
            key(name, &mut out);
            out.push(b'"');
            *gap = within_text(out.len(), place)?;
            out.push(b'"');
            out.extend_from_slice(end.as_bytes());
        }
        Ok(Self { text: out, gaps })
    }

    /// As it is sealed.
    pub(super) fn packed(&self, place: &str) -> Result<Packed, Failure> {
        Packed::with_gaps(&self.text, self.gaps).ok_or_else(|| too_long(place))
    }

    /// As it is read; no longer than a body may be.
    pub(super) fn filled(
        &self,
        version: u64,
        recorded: Timestamp,
        place: &str,
    ) -> Result<Vec<u8>, Failure> {
        // Its gaps are in it.
        let filled = fill(&self.text, self.gaps, version, recorded).unwrap_or_default();
        within(place, filled.len(), RESOURCE_BODY_BYTES_MAX, "bytes")?;
        Ok(filled)
    }
}

fn within_text(length: usize, place: &str) -> Result<u32, Failure> {
    u32::try_from(length).map_err(|_| too_long(place))
}

fn too_long(place: &str) -> Failure {
    let limit = format!("{RESOURCE_BODY_BYTES_MAX} bytes");
    Failure::TooMuch { place: place.to_owned(), limit }
}

/// A text with its gaps filled; `None` if they are not in it.
pub(super) fn fill(
    text: &[u8],
    gaps: [u32; 2],
    version: u64,
    recorded: Timestamp,
) -> Option<Vec<u8>> {
    let (version, recorded) = (version.to_string(), recorded.to_string());
    let [first, second] = gaps.map(|gap| usize::try_from(gap).unwrap_or(usize::MAX));
    let mut filled = Vec::with_capacity(text.len() + version.len() + recorded.len());
    filled.extend_from_slice(text.get(..first)?);
    filled.extend_from_slice(version.as_bytes());
    filled.extend_from_slice(text.get(first..second)?);
    filled.extend_from_slice(recorded.as_bytes());
    filled.extend_from_slice(text.get(second..)?);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_version_gets_its_number_and_time() {
        let recorded = Timestamp::from_micros(1_767_225_600_000_000);
        for (resource, meta) in [
            (json!({"id": "a"}), json!({})),
            (json!({"id": "a", "meta": {"versionId": "7", "lastUpdated": "x"}}), json!({})),
            (
                json!({"id": "\"versionId\":\"\"", "meta": {"profile": ["p"], "versionId": "7"}}),
                json!({"profile": ["p"]}),
            ),
        ] {
            let members = resource.as_object().unwrap();
            let text = Text::new(members, &Literals::new(), "A/a").unwrap();
            let mut expected = resource.clone();
            expected["meta"] = meta;
            expected["meta"]["versionId"] = json!("12");
            expected["meta"]["lastUpdated"] = json!(recorded.to_string());
            let filled: Value =
                serde_json::from_slice(&text.filled(12, recorded, "A/a").unwrap()).unwrap();
            assert_eq!(filled, expected);
        }
        assert_eq!(fill(b"short", [2, 9], 1, recorded), None);
        assert_eq!(fill(b"short", [3, 2], 1, recorded), None);
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        let literals = Literals::from([
            ("valueQuantity.value".to_owned(), "1.10".to_owned()),
            ("meta.extension[0].valueDecimal".to_owned(), "2.0".to_owned()),
        ]);
        let resource = json!({"meta": {"extension": [{"valueDecimal": 2.0}]},
            "valueQuantity": {"value": 1.1}});
        let text = Text::new(resource.as_object().unwrap(), &literals, "A/a").unwrap();
        let filled = text.filled(1, Timestamp::from_micros(0), "A/a").unwrap();
        let filled = String::from_utf8(filled).unwrap();
        assert!(filled.contains("\"value\":1.10}"), "{filled}");
        assert!(filled.contains("\"valueDecimal\":2.0}"), "{filled}");
    }
}
