//! Ids of a report and of its parts.
//!
//! They follow from what the report is known by, so that whoever reads its message again finds
//! what was there. Those of one report begin alike: each table of the record holds its rows in the
//! order of their ids, and those of a report are written, and read, at one place of it.

use crate::failure::Failure;
use crate::oru::{Context, Filing};
use record::{Access, Record, derived_id};
use std::collections::BTreeSet;

/// Characters of an id that all parts of a report have in common: six bytes, with the dash between
/// them.
const COMMON_CHARACTERS: usize = 13;

/// No report at all.
pub(crate) static NONE: BTreeSet<String> = BTreeSet::new();

/// What a report is known by, and how the ids of its parts are made.
#[derive(Clone, Debug)]
pub(crate) struct PartIds {
    identity: Vec<String>,
    /// What all of them begin with; nothing where they are made as they were before.
    common: String,
}

impl PartIds {
    /// Ids of the parts of a report; `former` are the reports that are known by their former ids.
    pub(crate) fn new(identity: Vec<String>, former: &BTreeSet<String>) -> Self {
        let mut ids = Self { identity, common: String::new() };
        if !former.contains(&ids.former("report")) {
            ids.common = derived_id(ids.identity.iter().map(String::as_str));
            ids.common.truncate(COMMON_CHARACTERS);
        }
        ids
    }

    /// The id of a part: a UUID of version 8.
    pub(crate) fn of(&self, part: &str) -> String {
        let own = self.former(part);
        format!("{}{}", self.common, own.get(self.common.len()..).unwrap_or_default())
    }

    /// The id that a part had before.
    pub(crate) fn former(&self, part: &str) -> String {
        derived_id(self.identity.iter().map(String::as_str).chain([part]))
    }
}

/// What a message comes to, with the ids that the record knows its reports by.
///
/// # Errors
/// When the record fails.
pub(crate) fn built(
    record: &Record,
    access: &Access,
    context: &Context<'_>,
    build: &dyn Fn(&Context<'_>) -> Vec<Filing>,
) -> Result<Vec<Filing>, Failure> {
    let filings = build(context);
    let former: Vec<(&str, &str)> = filings
        .iter()
        .filter_map(|filing| Some((filing.main(), filing.former_id.as_deref()?)))
        .collect();
    let heads = if former.is_empty() { Vec::new() } else { record.heads(access, &former)? };
    let known = former.iter().zip(heads).filter(|(_, head)| head.is_some());
    let known: BTreeSet<String> = known.map(|((_, id), _)| (*id).to_owned()).collect();
    if known.is_empty() {
        return Ok(filings);
    }
    Ok(build(&Context { former: &known, ..*context }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(number: &str, former: &BTreeSet<String>) -> PartIds {
        PartIds::new(vec!["t".to_owned(), number.to_owned()], former)
    }

    #[test]
    fn the_ids_of_a_report_begin_alike_and_are_each_its_own() {
        let (one, other) = (ids("1", &NONE), ids("2", &NONE));
        let parts = ["report", "finding:a:0", "finding:a:1", "provenance:r"];
        let all: BTreeSet<String> = parts.iter().map(|part| one.of(part)).collect();
        assert_eq!(all.len(), parts.len());
        assert!(all.iter().all(|id| id.get(..13) == one.of("report").get(..13)), "{all:?}");
        assert!(all.iter().all(|id| id.get(14..15) == Some("8") && id.len() == 36), "{all:?}");
        assert!(parts.iter().all(|part| !all.contains(&other.of(part))));
        // They stay what they are: whoever reads the message again finds what was there.
        assert_eq!(one.of("report"), "9cdd7892-725d-8825-91fc-3fbd1af6540e");
        assert_eq!(one.former("report"), "02a7992f-f59f-8825-91fc-3fbd1af6540e");
    }

    #[test]
    fn a_report_that_is_known_by_its_former_id_keeps_those_of_all_its_parts() {
        let of = |former: &BTreeSet<String>, number| ids(number, former).of("finding:a:0");
        let known = BTreeSet::from([ids("1", &NONE).former("report")]);
        assert_eq!(of(&known, "1"), derived_id(["t", "1", "finding:a:0"]));
        assert_eq!(of(&known, "2"), of(&NONE, "2"));
    }
}
