//! The patient list and its search.

use super::identity::{demographics, identity, session};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::patient::{Patient, PersonName};
use record::{Query, Term};
use std::collections::BTreeMap;
use web::view::{PatientListRow, PatientListView};

/// Patients listed on one page.
const PATIENTS_LISTED_MAX: u32 = 100;
/// Words of a name that are searched for; nobody has more.
const NAME_WORDS_MAX: usize = 16;

/// The patients whose name holds every word of `query`, or whose identifier it is. The record
/// searches, so that nobody is missed however many there are.
pub(crate) fn patient_list(
    app: &App,
    caller: &Caller,
    query: &str,
) -> Result<PatientListView, Error> {
    let mut found: BTreeMap<String, Patient> = BTreeMap::new();
    let mut more = false;
    for terms in searches(query) {
        let asked = Query {
            resource_type: "Patient".to_owned(),
            terms,
            count: PATIENTS_LISTED_MAX,
            cursor: None,
        };
        let page = app.record().search(&caller.access, &asked)?;
        more |= page.next.is_some();
        for stored in &page.entries {
            found.insert(stored.reference.id.clone(), demographics(stored)?);
        }
    }
    let mut patients: Vec<Patient> = found.into_values().collect();
    patients.sort_by_key(|patient| patient.names.first().map(PersonName::banner));
    more |= patients.len() > PATIENTS_LISTED_MAX as usize;
    patients.truncate(PATIENTS_LISTED_MAX as usize);
    Ok(PatientListView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        query: query.to_owned(),
        patients: patients
            .iter()
            .map(|patient| PatientListRow { id: patient.id.clone(), identity: identity(patient) })
            .collect(),
        more,
    })
}

/// One patient as the list shows it.
///
/// # Errors
/// When there is none whom the caller sees, or the record fails.
pub(crate) fn patient_row(app: &App, caller: &Caller, id: &str) -> Result<PatientListRow, Error> {
    let stored = app.record().read(&caller.access, "Patient", id)?.ok_or_else(Error::not_found)?;
    let patient = demographics(&stored)?;
    Ok(PatientListRow { id: patient.id.clone(), identity: identity(&patient) })
}

/// One search by name and one by identifier; all patients if nothing is asked for. A banner,
/// `EXAMPLE, Ana`, is a name, too.
fn searches(query: &str) -> Vec<Vec<Term>> {
    let number = query.trim();
    if number.is_empty() {
        return vec![Vec::new()];
    }
    let words = number.split(|c: char| c == ',' || c.is_whitespace());
    let name: Vec<Term> = words
        .filter(|word| !word.is_empty())
        .take(NAME_WORDS_MAX)
        .map(|word| term("name", Some("contains"), vec![escape(word)]))
        .collect();
    let mut spellings =
        vec![escape(number), escape(&number.to_uppercase()), escape(&number.to_lowercase())];
    spellings.dedup();
    let identifier = vec![term("identifier", None, spellings)];
    // Commas alone are no name, and no name would be everybody.
    if name.is_empty() { vec![identifier] } else { vec![name, identifier] }
}

fn term(parameter: &str, modifier: Option<&str>, values: Vec<String>) -> Term {
    Term { parameter: parameter.to_owned(), modifier: modifier.map(str::to_owned), values }
}

/// The signs that mean something in a search value (FHIR R4 §3.1.1.4.0.1).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '\\' | '|' | ',' | '$') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_name_or_a_number() {
        let shown = |query: &str| -> Vec<Vec<String>> {
            let text = |term: &Term| format!("{}={}", term.parameter, term.values.join(","));
            searches(query).iter().map(|terms| terms.iter().map(text).collect()).collect()
        };
        for (query, expected) in [
            ("  ", vec![vec![]]),
            (
                "EXAMPLE, Ana",
                vec![
                    vec!["name=EXAMPLE", "name=Ana"],
                    vec!["identifier=EXAMPLE\\, Ana,EXAMPLE\\, ANA,example\\, ana"],
                ],
            ),
            ("100001", vec![vec!["name=100001"], vec!["identifier=100001"]]),
            ("a|b", vec![vec!["name=a\\|b"], vec!["identifier=a\\|b,A\\|B,a\\|b"]]),
            (",", vec![vec!["identifier=\\,"]]),
        ] {
            assert_eq!(shown(query), expected, "{query}");
        }
    }
}
