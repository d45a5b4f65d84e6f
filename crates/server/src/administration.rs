//! What an operator does with accounts and other systems, by the page as on the command line.

use crate::caller::token_digest;
use crate::controllers::login::{password_hash, random_token};
use crate::error::Error;
use axum::http::StatusCode;
use identity::jose::KeySet;
use record::{Access, Account, CredentialKind, Failure, Record, Registration, Role, Scope};

/// Characters a password has at least.
pub const PASSWORD_LENGTH_MIN: usize = 12;

/// What cannot be done as it was said.
fn unfit(text: impl Into<String>) -> Error {
    Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text.into())
}

/// Makes or replaces an account, with the argon2id hash of its password.
///
/// # Errors
/// A password that is too short, a patient who sees everybody, or a record that fails.
pub fn put_account(
    record: &Record,
    access: &Access,
    who: (&str, &str),
    what: (Role, Scope),
    password: &str,
) -> Result<(), Error> {
    Ok(record.put_account(access, account(who, what, password)?)?)
}

/// Makes an account as [`put_account`] does, of whom there is none yet.
///
/// # Errors
/// 409 for a log-in that somebody has, and as for [`put_account`].
pub fn add_account(
    record: &Record,
    access: &Access,
    who: (&str, &str),
    what: (Role, Scope),
    password: &str,
) -> Result<(), Error> {
    match record.replace_account(access, None, account(who, what, password)?) {
        Err(Failure::Conflict { .. }) => {
            let text = "there is an account of that name already; nothing of it was changed";
            Err(Error::new(StatusCode::CONFLICT, "duplicate", text))
        }
        other => Ok(other?),
    }
}

fn account(
    (login, name): (&str, &str),
    (role, scope): (Role, Scope),
    password: &str,
) -> Result<Account, Error> {
    if password.chars().count() < PASSWORD_LENGTH_MIN {
        return Err(unfit(format!("the password has fewer than {PASSWORD_LENGTH_MIN} characters")));
    }
    if role == Role::Patient && scope == Scope::Tenant {
        return Err(unfit("a patient's account sees one patient, who is named"));
    }
    Ok(Account {
        login: login.to_owned(),
        display_name: name.to_owned(),
        role,
        password_hash: password_hash(password)?,
        scope,
    })
}

/// Takes all second factors from an account and ends whatever was begun as it; how many factors
/// there were. The person logs in by the password and sets up others.
///
/// # Errors
/// 404 without the account, or a record that fails.
pub fn reset_second_factor(record: &Record, access: &Access, login: &str) -> Result<usize, Error> {
    record.account(access, login)?.ok_or_else(Error::not_found)?;
    let mut gone = 0;
    for kind in CredentialKind::ALL {
        gone += record.delete_credentials(access, login, *kind)?;
    }
    record.end_sessions(access, login)?;
    Ok(gone)
}

/// What stands in a form for the proof that the form would replace: nothing can be made of it, and
/// it is another one when the proof is.
pub(crate) fn mark_of(proof_sha256: &str) -> String {
    token_digest(&format!("was:{proof_sha256}"))
}

/// Refuses to replace another proof than whoever asks has seen.
fn require_mark(seen: Option<&str>, proof_sha256: &str) -> Result<(), Error> {
    if seen.is_none_or(|seen| seen == mark_of(proof_sha256)) { Ok(()) } else { Err(changed()) }
}

/// 409: somebody else, or the same form, was first.
fn changed() -> Error {
    let text = "it was changed since the page was shown; nothing of it was changed now";
    Error::new(StatusCode::CONFLICT, "conflict", text)
}

fn as_read(result: Result<(), Failure>) -> Result<(), Error> {
    match result {
        Err(Failure::Conflict { .. }) => Err(changed()),
        other => Ok(other?),
    }
}

/// Gives a client another token, which is returned; the one before is good for nothing any more.
/// A form says by `seen` which one it would replace, so that sent twice it makes one.
///
/// # Errors
/// 404 without the client, 409 if it has another token than was seen, or a record that fails.
pub fn renew_token(
    record: &Record,
    access: &Access,
    id: &str,
    seen: Option<&str>,
) -> Result<String, Error> {
    let client = record.client(access, id)?.ok_or_else(Error::not_found)?;
    require_mark(seen, &client.token_sha256)?;
    let token = random_token()?;
    as_read(record.renew_client(access, &client, token_digest(&token)))?;
    Ok(token)
}

/// Gives a registered application another secret, which is returned; what was given to it ends.
///
/// # Errors
/// 404 without an application that has a secret, 409 if it has another one than was seen, or a
/// record that fails.
pub fn renew_secret(
    record: &Record,
    access: &Access,
    id: &str,
    seen: Option<&str>,
) -> Result<String, Error> {
    let was = record.registration(access, id)?.ok_or_else(Error::not_found)?;
    let Some(proof) = &was.secret_sha256 else { return Err(Error::not_found()) };
    require_mark(seen, proof)?;
    let secret = random_token()?;
    let new = Registration { secret_sha256: Some(token_digest(&secret)), ..was.clone() };
    as_read(record.replace_registration(access, &was, &new))?;
    Ok(secret)
}

/// Takes other public keys of a registered service; what was given to it ends.
///
/// # Errors
/// 404 without a service that has keys, 409 if somebody else changes it now, 422 for what holds no
/// key that is taken, or a record that fails.
pub fn replace_keys(
    record: &Record,
    access: &Access,
    id: &str,
    key_set: &str,
) -> Result<(), Error> {
    let was = record.registration(access, id)?.ok_or_else(Error::not_found)?;
    if was.key_set.is_none() {
        return Err(Error::not_found());
    }
    let (keys, _) = KeySet::read(key_set.as_bytes());
    if keys.is_empty() {
        return Err(unfit("there is no public key in it that is taken: ES384 or RS384"));
    }
    // What was understood is kept, and nothing else.
    let new = Registration { key_set: Some(keys.to_json().to_string()), ..was.clone() };
    as_read(record.replace_registration(access, &was, &new))
}
