//! ClinicalTrials.gov, API version 2: who runs a trial, where it is open, age and sex.
//!
//! Eligibility is text there; it is kept for people to read. Source of the form: the API's own
//! description of `protocolSection`.

use crate::criteria::{AgeAsked, Comparison, Criterion, Leaf, Node, Sex};
use crate::trial::{Cohort, Finding, Site, Status, Trial};
use serde_json::{Map, Value};

/// Most sites that are taken over.
const SITES_MAX: usize = 5_000;
/// Longest text of eligibility that is kept, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Reads a study. Anything that is a JSON object gives a trial; what is wrong is a finding.
pub fn import(document: &Map<String, Value>) -> Trial {
    let section = Section(document.get("protocolSection").unwrap_or(&Value::Null));
    let nct = section.text("/identificationModule/nctId");
    let mut trial = Trial::new(nct);
    trial.nct = Some(nct.to_owned()).filter(|nct| !nct.is_empty());
    if nct.is_empty() {
        find(&mut trial, "no-identity", "/protocolSection", "no `nctId`");
    }
    section.text("/identificationModule/briefTitle").clone_into(&mut trial.title);
    trial.phase = texts(section.at("/designModule/phases")).join(", ");
    section.text("/statusModule/overallStatus").clone_into(&mut trial.status_stated);
    trial.status = Status::parse(&trial.status_stated);
    if trial.status == Status::Unknown {
        let text = format!("status `{}` is not known", trial.status_stated);
        find(&mut trial, "unknown-status", "/protocolSection/statusModule/overallStatus", &text);
    }
    sites(&section, &mut trial);
    let mut criteria = Vec::new();
    for (field, comparison) in
        [("minimumAge", Comparison::AtLeast), ("maximumAge", Comparison::AtMost)]
    {
        let pointer = format!("/protocolSection/eligibilityModule/{field}");
        match section.text(&format!("/eligibilityModule/{field}")) {
            "" | "N/A" => {}
            text => criteria.push(age(text, comparison, &pointer, &mut trial)),
        }
    }
    sex(&section, &mut criteria, &mut trial);
    words(&section, &mut criteria, &mut trial);
    trial.criteria = Node::All(criteria);
    trial.cohorts = vec![Cohort::whole(&trial)];
    trial.imported_from = "clinicaltrials.gov".into();
    trial.document = Some(Value::Object(document.clone()));
    trial
}

/// The part of a study that is read.
struct Section<'a>(&'a Value);

impl<'a> Section<'a> {
    fn at(&self, pointer: &str) -> Option<&'a Value> {
        self.0.pointer(pointer)
    }

    fn text(&self, pointer: &str) -> &'a str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

fn find(trial: &mut Trial, code: &str, pointer: &str, text: &str) {
    trial.findings.push(Finding::new(code, pointer, text));
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn sites(section: &Section<'_>, trial: &mut Trial) {
    let pointer = "/contactsLocationsModule/locations";
    let list = section.at(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if list.len() > SITES_MAX {
        let text = format!("more than {SITES_MAX} sites; the rest is not read");
        find(trial, "too-many-sites", &format!("/protocolSection{pointer}"), &text);
    }
    for site in list.iter().take(SITES_MAX) {
        let text = |name: &str| site.get(name).and_then(Value::as_str).unwrap_or_default();
        let place: Vec<&str> = ["city", "state", "country"]
            .iter()
            .map(|name| text(name))
            .filter(|text| !text.is_empty())
            .collect();
        let degrees = |name: &str| site.get("geoPoint")?.get(name)?.as_f64();
        trial.sites.push(Site {
            name: text("facility").to_owned(),
            place: place.join(", "),
            // A site without a status of its own has the trial's.
            status: match text("status") {
                "" => trial.status,
                status => Status::parse(status),
            },
            point: degrees("lat").zip(degrees("lon")),
        });
    }
}

/// `18 Years`, `6 Months`, `0 Days`.
fn age(text: &str, comparison: Comparison, pointer: &str, trial: &mut Trial) -> Node {
    let read = text.split_once(' ').and_then(|(number, unit)| {
        let number: u16 = number.parse().ok()?;
        match unit.trim_end_matches('s') {
            "Year" => Some((number, 0)),
            "Month" => Some((number / 12, u8::try_from(number % 12).ok()?)),
            _ if number == 0 => Some((0, 0)),
            _ => None,
        }
    });
    let Some((years, months)) = read else {
        find(trial, "age-not-read", pointer, &format!("`{text}` is no age in years or months"));
        return Node::leaf(Criterion::Text(format!("age limit {text}")), pointer);
    };
    // "At most 75 years" lasts to the day before the 76th birthday.
    let (comparison, years) = match (comparison, months) {
        (Comparison::AtMost, 0) => (Comparison::Less, years.saturating_add(1)),
        (comparison, _) => (comparison, years),
    };
    let mut leaf = Leaf::new(Criterion::Age(AgeAsked { comparison, years, months }), pointer);
    leaf.recoverable = comparison == Comparison::AtLeast;
    Node::Leaf(Box::new(leaf))
}

fn sex(section: &Section<'_>, criteria: &mut Vec<Node>, trial: &mut Trial) {
    let pointer = "/protocolSection/eligibilityModule/sex";
    let sex = match section.text("/eligibilityModule/sex") {
        "" | "ALL" => return,
        "FEMALE" => Sex::Female,
        "MALE" => Sex::Male,
        other => return find(trial, "unknown-word", pointer, &format!("`{other}` is no sex")),
    };
    criteria.push(Node::leaf(Criterion::Sex(sex), pointer));
}

/// The text of eligibility, and conditions: for a person to read.
fn words(section: &Section<'_>, criteria: &mut Vec<Node>, trial: &mut Trial) {
    let pointer = "/protocolSection/eligibilityModule/eligibilityCriteria";
    let text = section.text("/eligibilityModule/eligibilityCriteria");
    let end = text.char_indices().find(|(at, _)| *at >= TEXT_BYTES_MAX).map_or(text.len(), |c| c.0);
    let kept = text.get(..end).unwrap_or_default();
    if kept.len() < text.len() {
        find(trial, "text-cut", pointer, "the text is too long and is kept in part");
    }
    if kept.is_empty() {
        find(trial, "no-criteria", pointer, "the study states no eligibility");
    }
    criteria.push(Node::leaf(Criterion::Text(kept.to_owned()), pointer));
    let conditions = texts(section.at("/conditionsModule/conditions"));
    if !conditions.is_empty() {
        let text = format!("conditions: {}", conditions.join("; "));
        criteria.push(Node::leaf(
            Criterion::Text(text),
            "/protocolSection/conditionsModule/conditions",
        ));
    }
}
