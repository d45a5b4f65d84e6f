//! What a patient takes or is about to be given.

use crate::code::CodeableConcept;
use crate::time::{PartialDate, Timestamp};
use serde::{Deserialize, Serialize};

/// A medication order or statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medication {
    /// The product or ingredient, in every code that was sent.
    pub concept: CodeableConcept,
    /// Ingredients, where the product names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<CodeableConcept>,
    /// FHIR `medicationrequest-status`, as sent.
    pub status: String,
    /// When it was ordered or asserted.
    pub authored: Option<Timestamp>,
    /// Dosage in words, as sent.
    pub dosage: Option<String>,
    /// The first day it is to be taken, as far as that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<PartialDate>,
    /// The last day it is to be taken, as far as that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<PartialDate>,
}

/// Whether a medicine is taken on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taking {
    /// It is.
    Active,
    /// It is interrupted.
    OnHold,
    /// It begins later.
    NotYet,
    /// It was taken before.
    Ended,
    /// It never was, or nothing says so: a draft, a mistake, a status that is no answer.
    NotTaken,
}

impl Taking {
    /// From a FHIR status and the days sent with it. Dates that are not known do not make an
    /// active medicine inactive; an end before the day does, whatever the status.
    pub fn on(
        day: PartialDate,
        status: &str,
        start: Option<PartialDate>,
        end: Option<PartialDate>,
    ) -> Self {
        let is_over = end.is_some_and(|end| end.is_before(day));
        let is_later = start.is_some_and(|start| day.is_before(start));
        match status {
            "completed" | "stopped" | "ended" => Self::Ended,
            "active" | "on-hold" if is_over => Self::Ended,
            "active" | "on-hold" if is_later => Self::NotYet,
            "active" => Self::Active,
            "on-hold" => Self::OnHold,
            _ => Self::NotTaken,
        }
    }
}

impl Medication {
    /// Whether the patient is taking it now, as far as the status tells.
    pub fn is_current(&self) -> bool {
        matches!(self.status.as_str(), "active" | "on-hold")
    }

    /// Whether it is taken on that day.
    pub fn taking_on(&self, day: PartialDate) -> Taking {
        Taking::on(day, &self.status, self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_dates_decide_and_unknown_dates_do_not() {
        let date = |text: &str| PartialDate::parse(text);
        for (status, start, end, expected) in [
            ("active", "", "", Taking::Active),
            ("active", "2026-05-10", "2026-05-10", Taking::Active),
            ("active", "", "2026-05-09", Taking::Ended),
            ("active", "2026-05-11", "", Taking::NotYet),
            // A month or a year that the day lies in is neither over nor still to come.
            ("active", "2026-05", "2026-05", Taking::Active),
            ("active", "2026", "2026", Taking::Active),
            ("active", "", "2026-04", Taking::Ended),
            ("active", "2027", "", Taking::NotYet),
            ("on-hold", "", "", Taking::OnHold),
            ("on-hold", "", "2025", Taking::Ended),
            ("completed", "", "2027-01-01", Taking::Ended),
            ("stopped", "", "", Taking::Ended),
            ("draft", "", "", Taking::NotTaken),
            ("unknown", "", "", Taking::NotTaken),
            ("intended", "", "", Taking::NotTaken),
            ("entered-in-error", "", "", Taking::NotTaken),
        ] {
            let day = date("2026-05-10").unwrap();
            let taking = Taking::on(day, status, date(start), date(end));
            assert_eq!(taking, expected, "{status} {start} {end}");
        }
    }
}
