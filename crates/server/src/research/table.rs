//! A search as research asks it, by a table: how many people by sex, by age and by what other
//! searches find, with complementary suppression and the ledger of the project.

use super::Teller;
use super::count::{Asker, BELOW, found, parted};
use crate::app::App;
use crate::error::Error;
use axum::http::StatusCode;
use deidentify::counts::{EmittedTable, Told};
use model::{PatientId, Timestamp};
use record::Access;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Name of the parameter that says across what a table is.
pub(crate) const ACROSS: &str = "_across";
/// Of how many things a table may be across.
const ACROSS_MAX: usize = 3;
/// Codes of `Patient.gender` (FHIR R4, administrative-gender).
const GENDERS: [&str; 4] = ["female", "male", "other", "unknown"];
/// Years of a band of ages.
const BAND_YEARS: i16 = 10;
/// The last band begins here: ages of 90 and more are one class (45 CFR 164.514(b)(2)(i)(C)).
const LAST_BAND_YEARS: i16 = 90;
/// Of whom nothing of it is said.
const NOT_SAID: &str = "not said";
/// Extension that says why there is no value (HL7 FHIR).
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// One thing that a table is across: its name, and who has which of its values.
struct Across {
    name: String,
    values: Vec<(String, BTreeSet<PatientId>)>,
}

/// A table of counts as it may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountTable {
    /// What it is across, the columns last; of one thing alone there is one row of everybody.
    pub across: Vec<String>,
    /// The values of each row, one of each thing but the last.
    pub rows: Vec<Vec<String>>,
    /// The value of each column.
    pub columns: Vec<String>,
    /// The counts.
    pub counts: EmittedTable,
}

/// Counts the people of whom a search finds something by a table, as far as a project may know:
/// the same as over HTTP. `across` are `gender`, `age`, or searches.
///
/// # Errors
/// What a count has, and a table across nothing, across more than three things, or of more lines
/// than are told.
pub fn count_table(
    app: &App,
    access: &Access,
    project: &str,
    search: &str,
    across: &[String],
) -> Result<CountTable, Error> {
    told(app, Asker::local(access), project, parted(search), across)
}

pub(super) fn told(
    app: &App,
    asker: Asker<'_>,
    project: &str,
    search: (String, Vec<(String, String)>),
    names: &[String],
) -> Result<CountTable, Error> {
    if names.is_empty() || names.len() > ACROSS_MAX {
        return Err(invalid(&format!("a table is across one to {ACROSS_MAX} things")));
    }
    let (people, mut question) = found(app, asker, search)?;
    let mut across = Vec::new();
    for name in names {
        if across.iter().any(|one: &Across| one.name == *name) {
            return Err(invalid(&format!("`{name}` is named twice")));
        }
        let (one, text) = values(app, asker, name)?;
        question = format!("{question} across {text}");
        across.push(one);
    }
    let Some(last) = across.pop() else { return Err(invalid("a table is across something")) };
    let mut rows = vec![(Vec::new(), people)];
    for one in &across {
        rows = rows.iter().flat_map(|(values, people)| split(one, values, people)).collect();
    }
    let cells: Vec<Vec<BTreeSet<PatientId>>> = rows
        .iter()
        .map(|(_, people)| split(&last, &[], people).into_iter().map(|(_, of)| of).collect())
        .collect();
    let counts =
        Teller::new(app, asker.access, project.to_owned()).tell_table(&question, &cells)?;
    Ok(CountTable {
        across: names.to_vec(),
        rows: rows.into_iter().map(|(values, _)| values).collect(),
        columns: split(&last, &[], &BTreeSet::new())
            .into_iter()
            .filter_map(|(of, _)| of.into_iter().next())
            .collect(),
        counts,
    })
}

/// People by the values of one thing. Nobody is in two parts: whoever has two values, as nobody
/// should, is with the first of them.
fn split(
    across: &Across,
    values: &[String],
    people: &BTreeSet<PatientId>,
) -> Vec<(Vec<String>, BTreeSet<PatientId>)> {
    let mut rest = people.clone();
    let mut parts = Vec::new();
    let value = |name: &str| values.iter().cloned().chain([name.to_owned()]).collect();
    for (name, of) in &across.values {
        let part: BTreeSet<PatientId> = rest.intersection(of).cloned().collect();
        rest.retain(|one| !part.contains(one));
        parts.push((value(name), part));
    }
    let is_search = across.values.len() == 1;
    parts.push((value(if is_search { "nothing found" } else { NOT_SAID }), rest));
    parts
}

/// Who has which value of one thing, and its normal form.
fn values(app: &App, asker: Asker<'_>, name: &str) -> Result<(Across, String), Error> {
    let of_patient = |terms: &[(&str, String)]| {
        let pairs = terms.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Ok::<_, Error>(found(app, asker, ("Patient".to_owned(), pairs.collect()))?.0)
    };
    let mut values = Vec::new();
    let text = match name {
        "gender" => {
            for code in GENDERS {
                values.push((code.to_owned(), of_patient(&[("gender", code.to_owned())])?));
            }
            name.to_owned()
        }
        // The age that is reached in this year: a year of birth is all that some dates say, and
        // nobody moves to another band on the own birthday.
        "age" => {
            let year = super::year(app.record().now())?;
            for from in (0..LAST_BAND_YEARS).step_by(BAND_YEARS.unsigned_abs().into()) {
                let (oldest, youngest) = (from + BAND_YEARS - 1, from);
                let born = [("ge", year - oldest), ("le", year - youngest)];
                let born = born.map(|(prefix, year)| ("birthdate", format!("{prefix}{year:04}")));
                values.push((format!("{youngest} to {oldest}"), of_patient(&born)?));
            }
            let born = format!("le{:04}", year - LAST_BAND_YEARS);
            values
                .push((format!("{LAST_BAND_YEARS} and over"), of_patient(&[("birthdate", born)])?));
            format!("{name} in {year}")
        }
        search if search.contains('?') => {
            let (people, text) = found(app, asker, parted(search))?;
            values.push(("found".to_owned(), people));
            text
        }
        _ => {
            let text = "a table is across `gender`, `age` or a search as `Observation?code=…`";
            return Err(invalid(text));
        }
    };
    Ok((Across { name: name.to_owned(), values }, text))
}

fn some(values: &[String]) -> Vec<Option<&str>> {
    values.iter().map(|one| Some(one.as_str())).collect()
}

fn invalid(text: &str) -> Error {
    Error::new(StatusCode::BAD_REQUEST, "invalid", text)
}

impl CountTable {
    /// Every cell with its values, then the totals, whose other values are `None`.
    pub fn lines(&self) -> Vec<(Vec<Option<&str>>, Told)> {
        let width = self.across.len();
        let none = |count: usize| vec![None::<&str>; count];
        let mut lines: Vec<(Vec<Option<&str>>, Told)> = Vec::new();
        for (row, told) in self.rows.iter().zip(&self.counts.cells) {
            for (column, told) in self.columns.iter().zip(told) {
                lines.push(([some(row), vec![Some(column.as_str())]].concat(), *told));
            }
        }
        if width > 1 {
            for (row, told) in self.rows.iter().zip(&self.counts.row_totals) {
                lines.push(([some(row), none(1)].concat(), *told));
            }
            for (column, told) in self.columns.iter().zip(&self.counts.column_totals) {
                lines.push(([none(width - 1), vec![Some(column.as_str())]].concat(), *told));
            }
        }
        lines.push((none(width), self.counts.total));
        lines
    }

    /// The table as FHIR says how many there are of something: a `MeasureReport` with a stratum a
    /// line. What is withheld has `data-absent-reason` masked.
    pub(crate) fn measure_report(&self, now: Timestamp) -> Value {
        let stratum = |(values, told): (Vec<Option<&str>>, Told)| {
            let component = |(name, value): (&String, Option<&str>)| {
                value.map(|value| json!({"code": {"text": name}, "value": {"text": value}}))
            };
            let components: Vec<Value> =
                self.across.iter().zip(values).filter_map(component).collect();
            json!({"component": components, "population": [population(told)]})
        };
        let mut lines = self.lines();
        lines.pop();
        let strata: Vec<Value> = lines.into_iter().map(stratum).collect();
        let codes: Vec<Value> = self.across.iter().map(|name| json!({"text": name})).collect();
        json!({
            "resourceType": "MeasureReport",
            "status": "complete",
            "type": "summary",
            "measure": "urn:cognate:measure:people",
            "date": now.to_string(),
            "period": {"end": now.to_string()},
            "group": [{
                "population": [population(self.counts.total)],
                "stratifier": [{"code": codes, "stratum": strata}],
            }],
        })
    }
}

fn population(told: Told) -> Value {
    let code = json!({"coding": [{"code": "initial-population",
        "system": "http://terminology.hl7.org/CodeSystem/measure-population"}]});
    match told {
        Told::Below(bound) => {
            let quantity = json!({"value": bound, "comparator": "<"});
            let extension = json!([{"url": BELOW, "valueQuantity": quantity}]);
            json!({"code": code, "_count": {"extension": extension}})
        }
        Told::Withheld => {
            let extension = json!([{"url": ABSENT, "valueCode": "masked"}]);
            json!({"code": code, "_count": {"extension": extension}})
        }
        told => json!({"code": code, "count": told.number().map(|(number, _)| number)}),
    }
}
