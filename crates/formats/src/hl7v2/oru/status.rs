//! How final (HL7 v2.5.1 tables 0085 and 0123).

use model::reported::ResultStatus;

/// OBX-11, table 0085; `None` if it is empty.
pub(super) fn of_observation(text: &str) -> Option<ResultStatus> {
    Some(match text {
        "" => return None,
        // U: final now, values not sent again.
        "F" | "U" => ResultStatus::Final,
        "C" => ResultStatus::Corrected,
        "A" => ResultStatus::Amended,
        "P" | "R" => ResultStatus::Preliminary,
        "S" => ResultStatus::Partial,
        "I" | "O" | "N" => ResultStatus::Registered,
        // W: posted to the wrong patient.
        "D" | "W" => ResultStatus::EnteredInError,
        "X" => ResultStatus::Cancelled,
        _ => ResultStatus::Unknown,
    })
}

/// OBR-25, table 0123; `None` if it is empty.
pub(super) fn of_order(text: &str) -> Option<ResultStatus> {
    Some(match text {
        "" => return None,
        "F" => ResultStatus::Final,
        "C" => ResultStatus::Corrected,
        "P" | "R" | "M" => ResultStatus::Preliminary,
        "A" => ResultStatus::Partial,
        "I" | "O" | "S" | "N" => ResultStatus::Registered,
        "X" => ResultStatus::Cancelled,
        _ => ResultStatus::Unknown,
    })
}

/// The less final of two. Of the final ones the one that says that something changed.
pub fn less_final(a: ResultStatus, b: ResultStatus) -> ResultStatus {
    let rank = |status| match status {
        ResultStatus::EnteredInError => 0,
        ResultStatus::Cancelled => 1,
        ResultStatus::Unknown => 2,
        ResultStatus::Registered => 3,
        ResultStatus::Preliminary => 4,
        ResultStatus::Partial => 5,
        ResultStatus::Corrected => 6,
        ResultStatus::Amended => 7,
        ResultStatus::Final => 8,
    };
    if rank(a) <= rank(b) { a } else { b }
}

/// The least final of several; `Unknown` of none.
pub(super) fn least_final(all: impl IntoIterator<Item = ResultStatus>) -> ResultStatus {
    all.into_iter().reduce(less_final).unwrap_or_default()
}

/// OBX-11 and OBR-25 together: the one present, of two the less final, of none `Unknown`.
pub(super) fn joined(
    observation: Option<ResultStatus>,
    order: Option<ResultStatus>,
) -> ResultStatus {
    least_final([observation, order].into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_the_less_final_holds() {
        for (obx, obr, expected) in [
            ("F", "F", ResultStatus::Final),
            ("F", "P", ResultStatus::Preliminary),
            ("P", "F", ResultStatus::Preliminary),
            ("", "F", ResultStatus::Final),
            ("F", "", ResultStatus::Final),
            ("", "", ResultStatus::Unknown),
            ("F", "A", ResultStatus::Partial),
            ("C", "F", ResultStatus::Corrected),
            ("F", "C", ResultStatus::Corrected),
            ("W", "F", ResultStatus::EnteredInError),
            ("X", "F", ResultStatus::Cancelled),
            ("?", "F", ResultStatus::Unknown),
            ("F", "Z", ResultStatus::Unknown),
            ("R", "", ResultStatus::Preliminary),
        ] {
            let both = joined(of_observation(obx), of_order(obr));
            assert_eq!(both, expected, "{obx} {obr}");
        }
    }
}
