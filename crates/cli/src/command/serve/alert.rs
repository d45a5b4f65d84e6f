//! Who is told of emergencies and findings while the server runs.

use super::sender;
use crate::arguments::AlertArguments;
use crate::backups::private_text;
use crate::command::say;
use notify::{AlertDestination, Alerter};
use record::Record;
use server::App;

/// What tells of emergencies and findings, if there is somebody to be told.
pub(super) fn alerter(
    arguments: &AlertArguments,
    record: &Record,
    app: &App,
) -> anyhow::Result<Option<Alerter>> {
    let AlertArguments { alert_endpoint, alert_secret_file, alert_authorities } = arguments;
    let (Some(endpoint), Some(secret)) = (alert_endpoint, alert_secret_file) else {
        say("WARNING: nobody is told of emergencies; `--alert-endpoint` names an address");
        return Ok(None);
    };
    let destination = AlertDestination::new(endpoint, &private_text(secret)?)?;
    let sender = sender(alert_authorities.as_deref())?;
    let settings = app.settings();
    let page = format!("{}/privacy", settings.base_url);
    Ok(Some(Alerter::new(record.clone(), &settings.tenant, destination, sender, &page)))
}
