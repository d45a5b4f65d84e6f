//! Other systems, and what is done with them.

use super::words;
use crate::path;
use crate::view::{AdministrationView, ClientProof, ClientRow};
use maud::{Markup, html};

/// The systems by their ids.
pub(super) fn list(view: &AdministrationView) -> Markup {
    html! {
        @if view.clients.is_empty() {
            p.empty {
                "There is none. " code { "cognate client add" } " and " code { "client register" }
                " make some."
            }
        } @else {
            table.reports {
                caption { "Services and applications" }
                thead {
                    tr {
                        th scope="col" { "System" }
                        th scope="col" { "Proof" }
                        th scope="col" { "May do" }
                        th scope="col" { "State" }
                        @if view.may_change { th scope="col" { "Change" } }
                    }
                }
                tbody {
                    @for row in &view.clients {
                        tr {
                            th scope="row" data-label="System" {
                                (row.name) span.line { code { (row.id) } }
                            }
                            td data-label="Proof" { (proof(row.proof)) }
                            td data-label="May do" {
                                @if let Some(role) = &row.role { (words::sentence(role)) }
                                @if !row.scopes.is_empty() { span.line { code { (row.scopes) } } }
                            }
                            td data-label="State" {
                                @if row.is_disabled { b { "Disabled" } } @else { "Enabled" }
                            }
                            @if view.may_change { td data-label="Change" { (change(view, row)) } }
                        }
                    }
                }
            }
        }
    }
}

fn proof(proof: ClientProof) -> &'static str {
    match proof {
        ClientProof::Token => "Token",
        ClientProof::Secret => "Secret",
        ClientProof::Keys => "Keys of its own",
        ClientProof::Nothing => "None",
    }
}

fn change(view: &AdministrationView, row: &ClientRow) -> Markup {
    let button = |word: &str, text: &str| {
        html! {
            button.quiet type="submit" name="do" value=(word)
                aria-label={ (text) ": " (row.id) } { (text) }
        }
    };
    html! {
        form.stacked method="post" action=(path::ADMINISTRATION_CLIENTS) {
            input type="hidden" name="csrf" value=(view.session.csrf);
            input type="hidden" name="id" value=(row.id);
            input type="hidden" name="was" value=(row.mark);
            @match row.proof {
                ClientProof::Token => {
                    (button("token", "New token"))
                    @if !row.is_disabled { (button("disable", "Disable")) }
                }
                ClientProof::Secret => {
                    (button("secret", "New secret"))
                    (button("remove", "Remove"))
                }
                ClientProof::Keys | ClientProof::Nothing => (button("remove", "Remove")),
            }
        }
        @if row.proof == ClientProof::Keys {
            details.fold {
                summary { "New keys of " (row.id) }
                form.stacked method="post" action=(path::ADMINISTRATION_CLIENTS) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    input type="hidden" name="id" value=(row.id);
                    label for={ "keys-" (row.id) } { "Its public keys, a JSON Web Key Set" }
                    textarea id={ "keys-" (row.id) } name="keys" rows="4" required {}
                    (button("keys", "Take these keys"))
                }
            }
        }
    }
}
