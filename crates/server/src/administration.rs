//! What an operator does with accounts and other systems, by the page as on the command line.

use crate::caller::token_digest;
use crate::controllers::login::{password_hash, random_token};
use crate::error::Error;
use axum::http::StatusCode;
use identity::jose::KeySet;
use record::{Access, Account, Client, CredentialKind, Record, Role, Scope};

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
    (login, name): (&str, &str),
    (role, scope): (Role, Scope),
    password: &str,
) -> Result<(), Error> {
    if password.chars().count() < PASSWORD_LENGTH_MIN {
        return Err(unfit(format!("the password has fewer than {PASSWORD_LENGTH_MIN} characters")));
    }
    if role == Role::Patient && scope == Scope::Tenant {
        return Err(unfit("a patient's account sees one patient, who is named"));
    }
    let account = Account {
        login: login.to_owned(),
        display_name: name.to_owned(),
        role,
        password_hash: password_hash(password)?,
        scope,
    };
    Ok(record.put_account(access, account)?)
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

/// Gives a client another token, which is returned; the one before is good for nothing any more.
///
/// # Errors
/// 404 without the client, or a record that fails.
pub fn renew_token(record: &Record, access: &Access, id: &str) -> Result<String, Error> {
    let client = record.client(access, id)?.ok_or_else(Error::not_found)?;
    let token = random_token()?;
    let token_sha256 = token_digest(&token);
    record.put_client(access, Client { token_sha256, ..client })?;
    Ok(token)
}

/// Gives a registered application another secret, which is returned; what was given to it ends.
///
/// # Errors
/// 404 without an application that has a secret, or a record that fails.
pub fn renew_secret(record: &Record, access: &Access, id: &str) -> Result<String, Error> {
    let mut registration = record.registration(access, id)?.ok_or_else(Error::not_found)?;
    if registration.secret_sha256.is_none() {
        return Err(Error::not_found());
    }
    let secret = random_token()?;
    registration.secret_sha256 = Some(token_digest(&secret));
    record.put_registration(access, &registration)?;
    Ok(secret)
}

/// Takes other public keys of a registered service; what was given to it ends.
///
/// # Errors
/// 404 without a service that has keys, 422 for what holds no key that is taken, or a record that
/// fails.
pub fn replace_keys(
    record: &Record,
    access: &Access,
    id: &str,
    key_set: &str,
) -> Result<(), Error> {
    let mut registration = record.registration(access, id)?.ok_or_else(Error::not_found)?;
    if registration.key_set.is_none() {
        return Err(Error::not_found());
    }
    let (keys, _) = KeySet::read(key_set.as_bytes());
    if keys.is_empty() {
        return Err(unfit("there is no public key in it that is taken: ES384 or RS384"));
    }
    // What was understood is kept, and nothing else.
    registration.key_set = Some(keys.to_json().to_string());
    Ok(record.put_registration(access, &registration)?)
}
