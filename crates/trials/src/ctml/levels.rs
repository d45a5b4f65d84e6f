//! The levels of a trial: what it says of itself, and its steps, arms and dose levels.

use super::Importer;
use super::words::text;
use crate::criteria::Node;
use crate::trial::{COHORTS_MAX, Cohort, Site, Status, Trial};
use serde_json::{Map, Value};

/// Most sentences of prior treatment that are taken over.
const SENTENCES_MAX: usize = 500;

/// The trial with all of its levels.
pub(super) fn trial(document: &Map<String, Value>, importer: &mut Importer<'_>) -> Trial {
    let field = |name: &str| document.get(name).map(text).unwrap_or_default();
    let (protocol, nct) = (field("protocol_no"), field("nct_id"));
    let mut trial = Trial::new(if protocol.is_empty() { nct.clone() } else { protocol });
    if trial.id.is_empty() {
        importer.find("no-identity", "", "neither `protocol_no` nor `nct_id`");
    }
    trial.nct = Some(nct).filter(|nct| !nct.is_empty());
    trial.title = field("short_title");
    trial.phase = field("phase");
    status(document, &mut trial, importer);
    sites(document, &mut trial);
    if let Some(list) = document.get("match") {
        trial.criteria = Node::All(vec![importer.match_list(list, "/match")]);
    }
    sentences(document, &mut trial, importer);
    steps(document, &mut trial, importer);
    if trial.cohorts.iter().any(|cohort| asks(&cohort.criteria))
        && document.get("match").is_some_and(|list| list.as_array().is_some_and(|l| !l.is_empty()))
    {
        let text = "the trial and a level below it both have a `match`; both are asked for";
        importer.find("both-levels", "/match", text);
    }
    trial
}

fn asks(node: &Node) -> bool {
    !matches!(node, Node::All(children) if children.is_empty())
}

fn status(document: &Map<String, Value>, trial: &mut Trial, importer: &mut Importer<'_>) {
    let summary = document
        .get("_summary")
        .and_then(|summary| summary.get("status")?.get(0)?.get("value"))
        .map(|value| ("/_summary/status/0/value", value));
    let plain = document.get("status").map(|value| ("/status", value));
    let Some((pointer, value)) = summary.or(plain) else {
        trial.status = Status::Unknown;
        importer.find("no-status", "", "the trial has no status");
        return;
    };
    trial.status_stated = text(value);
    trial.status = Status::parse(&trial.status_stated);
    if trial.status == Status::Unknown {
        let text = format!("status `{}` is not known", trial.status_stated);
        importer.find("unknown-status", pointer, text);
    }
}

fn sites(document: &Map<String, Value>, trial: &mut Trial) {
    let list = document.get("site_list").and_then(|list| list.get("site")?.as_array());
    for site in list.into_iter().flatten() {
        let field = |name: &str| site.get(name).map(text).unwrap_or_default();
        let status = Status::parse(&field("site_status"));
        let site = Site { name: field("site_name"), place: String::new(), status, point: None };
        if !trial.sites.contains(&site) {
            trial.sites.push(site);
        }
    }
}

/// Lines of prior treatment: each is for a person to read.
fn sentences(document: &Map<String, Value>, trial: &mut Trial, importer: &mut Importer<'_>) {
    let Some(lines) = document.get("prior_treatment_requirements") else { return };
    let pointer = "/prior_treatment_requirements";
    let lines = match lines {
        Value::Array(lines) => lines.as_slice(),
        line @ Value::String(_) => std::slice::from_ref(line),
        _ => return importer.find("not-read", pointer, "is not a list of sentences"),
    };
    if lines.len() > SENTENCES_MAX {
        importer.find("not-read", pointer, format!("more than {SENTENCES_MAX} sentences"));
    }
    for (at, line) in lines.iter().enumerate().take(SENTENCES_MAX) {
        trial.ask_in_words(&text(line), &format!("{pointer}/{at}"));
    }
}

/// One level of a trial: the names of its fields, and of what is below.
struct Level {
    name: &'static str,
    list: &'static str,
    id: &'static str,
    code: &'static str,
    suspended: Option<&'static str>,
    below: Option<&'static Self>,
}

const DOSE: Level = Level {
    name: "dose level",
    list: "dose_level",
    id: "level_internal_id",
    code: "level_code",
    suspended: Some("level_suspended"),
    below: None,
};
const ARM: Level = Level {
    name: "arm",
    list: "arm",
    id: "arm_internal_id",
    code: "arm_code",
    suspended: Some("arm_suspended"),
    below: Some(&DOSE),
};
const STEP: Level = Level {
    name: "step",
    list: "step",
    id: "step_internal_id",
    code: "step_code",
    suspended: None,
    below: Some(&ARM),
};

fn steps(document: &Map<String, Value>, trial: &mut Trial, importer: &mut Importer<'_>) {
    let whole = Above {
        path: String::new(),
        pointer: "/treatment_list".into(),
        status: trial.status,
        criteria: Vec::new(),
    };
    if let Some(list) = document.get("treatment_list") {
        level(list, &STEP, &whole, trial, importer);
    }
    // Criteria of the trial alone are one cohort.
    if trial.cohorts.is_empty() && asks(&trial.criteria) {
        trial.cohorts.push(Cohort::whole(trial));
    }
}

/// What holds above a level.
struct Above {
    path: String,
    pointer: String,
    status: Status,
    criteria: Vec<Node>,
}

/// The items of a level, each a cohort if it or what is above asks something of its own.
fn level(
    parent: &Value,
    level: &Level,
    above: &Above,
    trial: &mut Trial,
    importer: &mut Importer<'_>,
) {
    let Some(items) = parent.get(level.list).and_then(Value::as_array) else { return };
    for (at, item) in items.iter().enumerate() {
        let pointer = format!("{}/{}/{at}", above.pointer, level.list);
        if trial.cohorts.len() >= COHORTS_MAX {
            return importer.find("too-many-cohorts", &pointer, "the rest is not read");
        }
        let field = |name: &str| item.get(name).map(text).unwrap_or_default();
        let number = at + 1;
        let path = match above.path.as_str() {
            "" => format!("{} {number}", level.name),
            above => format!("{above} / {} {number}", level.name),
        };
        let flag = level.suspended.map(field).unwrap_or_default();
        let suspended = flag.trim().eq_ignore_ascii_case("y");
        let status = match (above.status, suspended) {
            (Status::Open, true) => Status::Suspended,
            (status, _) => status,
        };
        let own =
            item.get("match").map(|list| importer.match_list(list, &format!("{pointer}/match")));
        let own = own.filter(asks);
        let asked = own.is_some();
        let mut criteria = above.criteria.clone();
        if asked && !criteria.is_empty() {
            let text = "this level and one above it both have a `match`; both are asked for";
            importer.find("both-levels", &format!("{pointer}/match"), text);
        }
        criteria.extend(own);
        if asked {
            let id = field(level.id);
            trial.cohorts.push(Cohort {
                id: if id.is_empty() { path.clone() } else { id },
                code: field(level.code),
                path: path.clone(),
                status,
                slots: None,
                criteria: Node::All(criteria.clone()),
            });
        }
        if let Some(below) = level.below {
            let above = Above { path, pointer, status, criteria };
            self::level(item, below, &above, trial, importer);
        }
    }
}
