//! Doors as stored.

use model::provenance::Door;

const ALL: [Door; 3] = [Door::Mllp, Door::Fhir, Door::File];

/// The stable word.
pub(super) fn word(door: Door) -> &'static str {
    door.word()
}

/// Reads the stable word back.
pub(super) fn from_word(text: &str) -> Option<Door> {
    ALL.into_iter().find(|door| door.word() == text)
}
