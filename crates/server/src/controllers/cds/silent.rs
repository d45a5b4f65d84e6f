//! What would have been shown but for a rule that is silent: noted, so that it can be judged before
//! anybody is interrupted by it.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use guidance::cds::SERVICE_ID;
use guidance::{Decision, SilenceReason, key};
use model::PatientId;
use record::{Shown, derived_id};
use serde_json::json;

/// Notes each once for an order and a role.
pub(super) fn note(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    decision: &Decision,
) -> Result<(), Error> {
    let role = super::known::role(caller).word();
    let pack = app.pack().reference().digest;
    let silent = decision.silences.iter().filter_map(|silence| {
        let rule = silence.rule.as_ref()?;
        (silence.reason == SilenceReason::RuleSilent).then_some((silence, rule))
    });
    let shown: Vec<Shown> = silent
        .map(|(silence, rule)| {
            let name = derived_id(["silent", patient.as_str(), &silence.order, rule, role]);
            Shown {
                card_id: key::uuid(&name, "silent"),
                key: name,
                patient: patient.clone(),
                service: SERVICE_ID.to_owned(),
                rule: rule.clone(),
                pack: pack.clone(),
                body: json!({"role": role, "silent": true, "order": silence.order}),
            }
        })
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    Ok(app.record().put_all_shown(&caller.access, shown)?)
}
