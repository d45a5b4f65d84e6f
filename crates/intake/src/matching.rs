//! Whose result is it? An identifier with its authority must agree, and the name and birth date
//! must not speak against it. Anything less goes to a person: a wrong match is a wrong genome.

use model::PartialDate;
use model::patient::{Identifier, Patient, PersonName, Sex};

/// Who a message says it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// Identifiers with an authority.
    pub identifiers: Vec<Identifier>,
    /// Names.
    pub names: Vec<PersonName>,
    /// Birth date.
    pub birth_date: Option<PartialDate>,
    /// Sex.
    pub sex: Sex,
}

/// The outcome of matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Exactly one patient, and nothing speaks against it.
    Sure(Box<Patient>),
    /// A person must decide.
    Review {
        /// Why, in one sentence without the patient's data.
        reason: String,
        /// Ids of patients that might be meant, with what speaks against each.
        candidates: Vec<(String, Vec<String>)>,
    },
}

/// Matches a claim against the patients that carry one of its identifiers.
pub fn decide(claimed: &Claimed, with_identifier: &[Patient]) -> Match {
    let review = |reason: &str, patients: &[Patient]| Match::Review {
        reason: reason.to_owned(),
        candidates: patients
            .iter()
            .map(|patient| (patient.id.to_string(), objections(claimed, patient)))
            .collect(),
    };
    if claimed.identifiers.is_empty() {
        return review("no patient identifier with an assigning authority", &[]);
    }
    match with_identifier {
        [] => review("no patient with this identifier", &[]),
        [patient] => {
            let objections = objections(claimed, patient);
            if objections.is_empty() {
                return Match::Sure(Box::new(patient.clone()));
            }
            let reason = format!("the identifier agrees, but {}", objections.join(" and "));
            review(&reason, with_identifier)
        }
        _ => review("the identifiers belong to several patients", with_identifier),
    }
}

/// What speaks against a claim being about this patient. Name and birth date must be there on
/// both sides and agree; sex only objects when both sides state one.
pub(crate) fn objections(claimed: &Claimed, patient: &Patient) -> Vec<String> {
    let mut objections = Vec::new();
    match (claimed.birth_date, patient.birth_date) {
        (Some(one), Some(other)) if one == other => {}
        (Some(_), Some(_)) => objections.push("the birth date differs".to_owned()),
        (None, _) => objections.push("the message has no birth date".to_owned()),
        (_, None) => objections.push("the record has no birth date".to_owned()),
    }
    let agree =
        claimed.names.iter().any(|name| patient.names.iter().any(|known| same_name(name, known)));
    if !agree {
        objections.push("the name differs".to_owned());
    }
    let stated = |sex: Sex| sex != Sex::Unknown;
    if stated(claimed.sex) && stated(patient.sex) && claimed.sex != patient.sex {
        objections.push("the sex differs".to_owned());
    }
    objections
}

/// Family names equal but for case, blanks and hyphens; the first given names too, where an
/// initial stands for its name.
fn same_name(one: &PersonName, other: &PersonName) -> bool {
    let folded = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let family = folded(&one.family);
    if family.is_empty() || family != folded(&other.family) {
        return false;
    }
    match (one.given.first(), other.given.first()) {
        (Some(a), Some(b)) => {
            let (a, b) = (folded(a), folded(b));
            let initial =
                |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
            !a.is_empty() && (a == b || initial(&a, &b) || initial(&b, &a))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::PatientId;

    fn patient(id: &str, family: &str, given: &str, born: &str, sex: Sex) -> Patient {
        Patient {
            id: PatientId::new(id),
            identifiers: vec![Identifier { authority: "a".into(), value: "1".into() }],
            names: vec![PersonName { family: family.into(), given: vec![given.into()] }],
            birth_date: PartialDate::parse(born),
            sex,
            links: model::patient::Links::default(),
        }
    }

    fn claim(family: &str, given: &str, born: &str, sex: Sex) -> Claimed {
        let told = patient("", family, given, born, sex);
        Claimed {
            identifiers: told.identifiers,
            names: told.names,
            birth_date: told.birth_date,
            sex,
        }
    }

    #[test]
    fn identifier_name_and_birth_date_must_agree() {
        let ana = patient("ana", "Example", "Ana", "1961-04-02", Sex::Female);
        let cases = [
            (claim("EXAMPLE", "Ana", "1961-04-02", Sex::Female), None),
            (claim("Example", "A", "1961-04-02", Sex::Unknown), None),
            (claim("Example", "Ana", "1961-04-03", Sex::Female), Some("birth date differs")),
            (claim("Example", "Ana", "1961", Sex::Female), Some("birth date differs")),
            (claim("Example", "Ana", "", Sex::Female), Some("no birth date")),
            (claim("Exampel", "Ana", "1961-04-02", Sex::Female), Some("name differs")),
            (claim("Example", "Bea", "1961-04-02", Sex::Female), Some("name differs")),
            (claim("", "Ana", "1961-04-02", Sex::Female), Some("name differs")),
            (claim("Example", "Ana", "1961-04-02", Sex::Male), Some("sex differs")),
        ];
        for (claimed, objection) in cases {
            match (decide(&claimed, std::slice::from_ref(&ana)), objection) {
                (Match::Sure(found), None) => assert_eq!(found.id, ana.id),
                (Match::Review { reason, candidates }, Some(words)) => {
                    assert!(reason.contains(words), "{reason}");
                    assert_eq!(candidates.len(), 1);
                }
                (outcome, _) => panic!("{claimed:?} gave {outcome:?}"),
            }
        }
    }

    #[test]
    fn none_several_or_no_authority_go_to_a_person() {
        let ana = patient("ana", "Example", "Ana", "1961-04-02", Sex::Female);
        let told = claim("Example", "Ana", "1961-04-02", Sex::Female);
        let reason = |claimed: &Claimed, found: &[Patient]| match decide(claimed, found) {
            Match::Review { reason, .. } => reason,
            Match::Sure(_) => "sure".to_owned(),
        };
        assert!(reason(&told, &[]).contains("no patient"));
        assert!(reason(&told, &[ana.clone(), ana.clone()]).contains("several"));
        let without = Claimed { identifiers: Vec::new(), ..told };
        assert!(reason(&without, std::slice::from_ref(&ana)).contains("authority"));
    }
}
