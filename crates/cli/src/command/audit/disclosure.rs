//! `cognate audit disclose` and `disclosures`

use super::all;
use crate::arguments::{AuditDiscloseArguments, AuditDisclosuresArguments};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use model::{PatientId, Timestamp};
use record::{AuditQuery, Disclosure};
use serde_json::{Value, json};

/// Notes one, for somebody who is in the record.
pub(super) fn note(arguments: &AuditDiscloseArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let id = arguments.patient.as_str();
    if record.read(&store::reader(), "Patient", id)?.is_none() {
        say(&format!("there is no patient `{id}`"));
        return Ok(Outcome::NotFound);
    }
    let disclosure = Disclosure {
        recipient: arguments.recipient.clone(),
        purpose: arguments.purpose.clone(),
        legal_basis: arguments.legal_basis.clone(),
        what: arguments.what.clone(),
    };
    record.note_disclosure(&store::privacy_officer(), &PatientId::new(id), &disclosure)?;
    print(&format!("noted for patient {id}\n"))?;
    Ok(Outcome::Done)
}

/// Lists those of the years that are asked for, the first one first.
pub(super) fn list(arguments: &AuditDisclosuresArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let from = years_before(record.now(), arguments.years).context("so many years")?;
    let query = AuditQuery {
        patient: Some(arguments.patient.clone()),
        disclosures_only: true,
        from: Some(from),
        ..AuditQuery::default()
    };
    let mut events = all(&record, &query)?;
    events.reverse();
    let noted = events.iter().filter_map(|event| event.disclosure.as_ref().map(|one| (event, one)));
    if arguments.json {
        let list: Vec<Value> = noted
            .map(|(event, one)| {
                json!({"noted": event.time.to_string(), "recipient": one.recipient,
                    "purpose": one.purpose, "legalBasis": one.legal_basis, "what": one.what,
                    "event": event.id})
            })
            .collect();
        print_json(&list)?;
    } else {
        print(&format!("{} disclosures since {}\n", events.len(), from.day()))?;
        for (event, one) in noted {
            let Disclosure { recipient, purpose, legal_basis, what } = one;
            let day = event.time.day();
            print(&format!("{day}  to {recipient}: {what}; for {purpose} ({legal_basis})\n"))?;
        }
    }
    Ok(Outcome::Done)
}

/// The same day of an earlier year; 1 March where that year has no 29 February.
fn years_before(now: Timestamp, years: u16) -> Option<Timestamp> {
    let text = now.to_string();
    let (year, rest) = text.split_once('-')?;
    let year = year.parse::<u16>().ok()?.checked_sub(years)?;
    Timestamp::parse(&format!("{year:04}-{rest}"))
        .or_else(|| Timestamp::parse(&format!("{year:04}-03-01T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_years_go_back_to_the_same_day() {
        for (now, before) in [
            ("2026-11-26T10:00:00Z", "2020-11-26T10:00:00Z"),
            ("2028-02-29T10:00:00Z", "2022-03-01T00:00:00Z"),
        ] {
            let now = Timestamp::parse(now).unwrap();
            assert_eq!(years_before(now, 6), Timestamp::parse(before));
        }
        assert_eq!(years_before(Timestamp::from_micros(0), 2000), None);
    }
}
