//! Accounts of people, and what is done with them.

use super::words;
use crate::path;
use crate::view::{AccountLine, AdministrationView};
use maud::{Markup, html};

/// The accounts, and the form that makes one.
pub(super) fn list(view: &AdministrationView) -> Markup {
    html! {
        table.reports {
            caption { "Accounts" }
            thead {
                tr {
                    th scope="col" { "Person" }
                    th scope="col" { "Role" }
                    th scope="col" { "Second factor" }
                    th scope="col" { "State" }
                    @if view.may_change { th scope="col" { "Change" } }
                }
            }
            tbody {
                @for row in &view.accounts {
                    tr {
                        th scope="row" data-label="Person" {
                            (row.name) span.line { code { (row.login) } }
                        }
                        td data-label="Role" { (words::sentence(&row.role)) }
                        td data-label="Second factor" { (factors(row)) }
                        td data-label="State" {
                            @if row.is_disabled { b { "Disabled" } } @else { "Enabled" }
                        }
                        @if view.may_change { td data-label="Change" { (change(view, row)) } }
                    }
                }
            }
        }
        @if view.may_change { (new(view)) }
    }
}

fn factors(row: &AccountLine) -> String {
    match (row.has_code, row.passkeys) {
        (false, 0) => "None".to_owned(),
        (true, 0) => "One-time codes".to_owned(),
        (false, some) => words::count(some, "passkey", "passkeys"),
        (true, some) => {
            format!("One-time codes, {}", words::count(some, "passkey", "passkeys"))
        }
    }
}

fn change(view: &AdministrationView, row: &AccountLine) -> Markup {
    let (word, text) = if row.is_disabled { ("enable", "Enable") } else { ("disable", "Disable") };
    html! {
        form.stacked method="post" action=(path::ADMINISTRATION_ACCOUNTS) {
            input type="hidden" name="csrf" value=(view.session.csrf);
            input type="hidden" name="login" value=(row.login);
            button.quiet type="submit" name="do" value=(word)
                aria-label={ (text) " " (row.login) } { (text) }
            @if row.has_code || row.passkeys > 0 {
                button.quiet type="submit" name="do" value="reset"
                    aria-label={ "Reset the second factor of " (row.login) } {
                    "Reset second factor"
                }
            }
        }
    }
}

fn new(view: &AdministrationView) -> Markup {
    html! {
        details.fold {
            summary { "A new account" }
            div.login { form method="post" action=(path::ADMINISTRATION_ACCOUNTS) {
                input type="hidden" name="csrf" value=(view.session.csrf);
                label for="login" { "Log-in name" }
                input id="login" name="login" type="text" required maxlength="100"
                    autocomplete="off";
                label for="name" { "Name shown on pages" }
                input id="name" name="name" type="text" required maxlength="100"
                    autocomplete="off";
                label for="role" { "Role" }
                select id="role" name="role" required {
                    @for role in &view.roles {
                        option value=(role) { (words::sentence(&role.replace('-', " "))) }
                    }
                }
                label for="patient" { "Id of the only patient whom it sees, for a patient" }
                input id="patient" name="patient" type="text" maxlength="64" autocomplete="off";
                label for="password" { "First password, of at least 12 characters" }
                input id="password" name="password" type="password" required minlength="12"
                    autocomplete="new-password";
                button type="submit" name="do" value="create" { "Make the account" }
            } }
        }
    }
}
