//! The service `trial-options`: tells once of each trial that has become an option.

use super::{bad_request, json_of};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use guidance::Hook;
use guidance::cds::{self, NewOption, TRIALS_SERVICE_ID};
use interpret::matching::kept_trial;
use model::{PatientId, Problem};
use record::limit::SHOWN_KEYS_MAX;
use record::{Shown, TrialChange};
use serde_json::Value;

/// What a status says in a card; a near miss is no option.
fn words(status: &str) -> Option<&'static str> {
    match status {
        "eligible" => Some("eligible by the criteria that are read"),
        "needs-review" => Some("only sentences are left to be read"),
        "needs-data" => Some("facts are missing"),
        _ => None,
    }
}

/// Answers the hook. An option counts as told when its card leaves: for each role by itself.
pub(super) fn answer(app: &App, caller: &Caller, body: &Value) -> Result<Value, Error> {
    let request = cds::read_request(body).map_err(bad_request)?;
    if request.hook != Hook::PatientView {
        let said = "the service answers `patient-view`";
        return Err(bad_request(vec![Problem::error("unknown-hook", "hook", said)]));
    }
    let patient = PatientId::new(request.patient_id);
    let stored = app.record().read(&caller.access, "Patient", patient.as_str())?;
    if stored.is_none_or(|stored| stored.deleted) {
        return Err(Error::not_found());
    }
    let standing = app.record().trial_standings(&caller.access, &patient)?;
    let mut options: Vec<(String, &TrialChange, &'static str)> = Vec::new();
    for change in &standing {
        if let Some(words) = words(&change.standing.status) {
            let key = format!("trial-option {} {}", change.number, caller.role.word());
            options.push((key, change, words));
        }
    }
    // The latest first, should there be more than one look-up takes.
    options.reverse();
    options.truncate(SHOWN_KEYS_MAX);
    let keys: Vec<String> = options.iter().map(|(key, ..)| key.clone()).collect();
    let told = app.record().shown(&caller.access, &patient, &keys)?;
    options.retain(|(key, ..)| !told.contains(key));
    let mut news = Vec::with_capacity(options.len());
    for (key, change, words) in &options {
        let trial = &change.standing.trial;
        let kept = kept_trial(app.record(), &caller.access, trial)?;
        let title = kept.map(|kept| kept.trial.title).unwrap_or_default();
        let words = (*words).to_owned();
        news.push(NewOption { key: key.clone(), trial: trial.clone(), title, words });
    }
    let shown = options.iter().map(|(key, change, words)| Shown {
        key: key.clone(),
        patient: patient.clone(),
        card_id: cds::option_card(options.first().map_or(key, |(first, ..)| first)),
        service: TRIALS_SERVICE_ID.to_owned(),
        rule: change.standing.trial.clone(),
        pack: change.engine.clone(),
        body: json_of(&change.standing, words, caller.role.word()),
    });
    let shown: Vec<Shown> = shown.collect();
    if !shown.is_empty() {
        app.record().put_all_shown(&caller.access, shown)?;
    }
    let page = format!("{}{}", app.settings().base_url, web::path::trial_options(&patient));
    Ok(cds::trial_answer(&news, &page))
}
