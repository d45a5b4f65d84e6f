//! What an operator keeps running.

use super::session;
use crate::administration::mark_of;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::second_factor::Factors;
use model::Timestamp;
use record::{
    Account, Action, BackupState, Client, DispatchState, Health, OutboxStanding, RawState,
    Registration, Role,
};
use web::view::{AccountLine, AdministrationView, CheckRow, ClientProof, ClientRow, KeysView};

/// Hours after which a backup is an old one.
const BACKUP_HOURS_MAX: i64 = 26;
/// Changes that may be to be interpreted: more is not what a busy minute leaves.
const BEHIND_MAX: u64 = 10_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// The page of the operator.
///
/// # Errors
/// When the record fails.
pub(crate) fn administration(app: &App, caller: &Caller) -> Result<AdministrationView, Error> {
    let (record, access) = (app.record(), &caller.access);
    let mut clients: Vec<ClientRow> = record.clients(access)?.into_iter().map(client).collect();
    clients.extend(record.registrations(access)?.into_iter().map(registration));
    clients.sort_by(|one, other| one.id.cmp(&other.id));
    let accounts = record.accounts(access)?.into_iter().map(|one| account(app, one));
    let sees_keys = record.may(access, Action::ManageKeys)?;
    let keys = if sees_keys { Some(keys(app, caller)?) } else { None };
    Ok(AdministrationView {
        session: session(app, caller)?,
        error: None,
        secret: None,
        may_change: true,
        checks: checks(app)?,
        feeds: app.feeds().all().iter().map(|feed| feed.id.clone()).collect(),
        clients,
        accounts: accounts.collect::<Result<_, _>>()?,
        roles: Role::ALL.iter().map(|role| role.word().to_owned()).collect(),
        keys,
    })
}

fn account(app: &App, account: Account) -> Result<AccountLine, Error> {
    let factors = Factors::of(app, &account.login)?;
    Ok(AccountLine {
        role: words(account.role),
        has_code: factors.has_code,
        passkeys: factors.passkeys,
        is_disabled: account.is_disabled(),
        login: account.login,
        name: account.display_name,
    })
}

fn words(role: Role) -> String {
    role.word().replace('-', " ")
}

fn client(client: Client) -> ClientRow {
    ClientRow {
        is_disabled: client.is_disabled(),
        role: Some(words(client.role)),
        id: client.id,
        name: client.name,
        proof: ClientProof::Token,
        mark: mark_of(&client.token_sha256),
        scopes: client.scopes.unwrap_or_default(),
    }
}

fn registration(registration: Registration) -> ClientRow {
    let proof = match &registration {
        one if one.is_public() => ClientProof::Nothing,
        one if one.key_set.is_some() => ClientProof::Keys,
        _ => ClientProof::Secret,
    };
    ClientRow {
        is_disabled: false,
        role: registration.own_role().map(words),
        id: registration.id,
        name: registration.name,
        proof,
        mark: registration.secret_sha256.as_deref().map(mark_of).unwrap_or_default(),
        scopes: registration.scopes,
    }
}

fn keys(app: &App, caller: &Caller) -> Result<KeysView, Error> {
    let keyring = app.record().keyring(&caller.access)?;
    let own = caller.access.tenant().as_str();
    let of_tenant = keyring.tenants.into_iter().filter(|key| key.tenant == own);
    let mut tenant_keys: Vec<(u32, Timestamp)> =
        of_tenant.map(|key| (key.generation, key.created)).collect();
    tenant_keys.sort_unstable_by(|one, other| other.cmp(one));
    Ok(KeysView { master_key: keyring.master_key, tenant_keys, erasures: keyring.erasures })
}

/// Whether everything works, in words.
fn checks(app: &App) -> Result<Vec<CheckRow>, Error> {
    let (health, now) = (app.record().health(), app.record().now());
    let (pack, behind) = (app.pack().reference(), app.interpreter().behind()?);
    let row =
        |what: &str, is_fine: bool, text: String| CheckRow { what: what.to_owned(), is_fine, text };
    let store = if health.writable {
        format!("takes writes; {}, schema {}", health.store_version, health.schema_version)
    } else {
        "takes no writes; look at the log of the server".to_owned()
    };
    let checkpoints = match &health.checkpoint_failure {
        Some(failure) => format!("the last checkpoint was not written: {failure}"),
        None => "written as it should be".to_owned(),
    };
    let mut rows = vec![
        row("Store", health.writable, store),
        row("Audit log", health.checkpoint_failure.is_none(), checkpoints),
        backups(&health.backup, now),
        alerts(&health),
        messages(&health),
        knowledge(&format!("pack {} {} of {}", pack.pack, pack.version, pack.date), behind),
    ];
    rows.extend((!health.outbox.is_empty()).then(|| destinations(&health.outbox)));
    Ok(rows)
}

fn knowledge(pack: &str, behind: u64) -> CheckRow {
    CheckRow {
        what: "Knowledge".to_owned(),
        is_fine: behind <= BEHIND_MAX,
        text: format!("{pack}; {behind} changes to be interpreted"),
    }
}

/// What is held works for nobody until somebody has looked; what waits on the review list is the
/// work of every day.
fn messages(health: &Health) -> CheckRow {
    let count = |state: RawState| health.raw_states.get(&state).copied().unwrap_or_default();
    let (unread, untrusted) = (count(RawState::ParseError), count(RawState::Quarantined));
    let unmatched = count(RawState::Unmatched);
    CheckRow {
        what: "Messages".to_owned(),
        is_fine: unread == 0 && untrusted == 0 && unmatched == 0,
        text: format!(
            "{} to be read; held: {unread} that cannot be read, {untrusted} that are not trusted, \
             {unmatched} of nobody who is known; {} on the review list",
            count(RawState::Received),
            health.reviews_open
        ),
    }
}

fn destinations(outbox: &[OutboxStanding]) -> CheckRow {
    use DispatchState::{Held, Parked, Queued};
    let count = |state: DispatchState| outbox.iter().map(|one| one.count(state)).sum::<u64>();
    let failing: Vec<String> =
        outbox.iter().filter(|one| one.failures > 0).map(|one| format!("`{}`", one.id)).collect();
    let (parked, held) = (count(Parked), count(Held));
    let answers = if failing.is_empty() {
        "all answer".to_owned()
    } else {
        format!("not taken at the last attempt: {}", failing.join(", "))
    };
    CheckRow {
        what: "Destinations".to_owned(),
        is_fine: failing.is_empty() && parked == 0,
        text: format!(
            "{answers}; {} to be sent, {parked} parked until a person has looked, {held} behind",
            count(Queued)
        ),
    }
}

fn backups(state: &BackupState, now: Timestamp) -> CheckRow {
    let hours = state.until.map(|until| (now.micros() - until.micros()).max(0) / HOUR_MICROS);
    let text = match (state.is_set, state.until, hours) {
        (false, ..) => "no place is named for them: `serve --backup-to`".to_owned(),
        (true, Some(until), Some(hours)) => {
            format!("everything until {until} is kept, {hours} hours ago")
        }
        _ => "none was taken since the server was started".to_owned(),
    };
    let failed = state.failure.as_ref().map(|why| format!("; the last one failed: {why}"));
    CheckRow {
        what: "Backups".to_owned(),
        is_fine: state.is_set
            && state.failure.is_none()
            && hours.is_some_and(|hours| hours < BACKUP_HOURS_MAX),
        text: format!(
            "{text}{}; a restore is tried by `cognate drill`, which signs a report of it",
            failed.unwrap_or_default()
        ),
    }
}

fn alerts(health: &Health) -> CheckRow {
    let (is_set, failing) = (health.alerts.is_set, health.alerts.failing);
    let text = match (is_set, failing) {
        (false, _) => "nobody is told at once: `serve --alert-endpoint`".to_owned(),
        (true, 0) => "whatever there was to tell has arrived".to_owned(),
        (true, some) => format!("{some} could not be sent yet"),
    };
    CheckRow { what: "Alerts".to_owned(), is_fine: is_set && failing == 0, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knowledge_that_is_far_behind_is_not_fine() {
        for (behind, is_fine) in [(0, true), (BEHIND_MAX, true), (BEHIND_MAX + 1, false)] {
            assert_eq!(knowledge("pack pgx", behind).is_fine, is_fine, "{behind}");
        }
    }
}
