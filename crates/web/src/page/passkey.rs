//! The pages of passkeys. They are the only ones with a script, a file of ours: browsers offer
//! passkeys to scripts alone. Whatever they do can be done by password and code without it.

use super::frame::{Frame, document};
use crate::asset::asset_path;
use crate::path;
use crate::view::{PasskeyLoginView, PasskeysView, StepUpView};
use maud::{Markup, html};

/// Logging in by a passkey.
pub fn passkey_login(view: &PasskeyLoginView) -> String {
    document(Frame {
        title: "Log in with a passkey",
        session: None,
        banner: None,
        main: html! {
            div.login {
                h1 { "Log in with a passkey" }
                form method="post" action=(path::LOGIN_PASSKEY) data-passkey="get" {
                    input type="hidden" name="csrf" value=(view.csrf);
                    input type="hidden" name="next" value=(view.next);
                    button type="submit" { "Use a passkey" }
                }
                (answer())
                p { a href=(path::LOGIN) { "Use a password" } }
            }
        },
    })
}

/// The passkeys of an account.
pub fn passkeys(view: &PasskeysView) -> String {
    let session = &view.session;
    document(Frame {
        title: "Passkeys",
        session: Some(session),
        banner: None,
        main: html! {
            h1 { "Passkeys" }
            section.card {
                @if view.passkeys.is_empty() { p { "There is none yet." } }
                ul {
                    @for passkey in &view.passkeys {
                        li {
                            form method="post" action="/account/passkeys/remove" {
                                input type="hidden" name="csrf" value=(session.csrf);
                                input type="hidden" name="id" value=(passkey.id);
                                "Made on " (passkey.made) " "
                                button type="submit" { "Remove" }
                            }
                        }
                    }
                }
                form method="post" action=(path::PASSKEYS) data-passkey="add" {
                    input type="hidden" name="csrf" value=(session.csrf);
                    button type="submit" { "Add a passkey" }
                }
                (answer())
            }
            p { a href=(path::ACCOUNT) { "Your account" } }
        },
    })
}

/// The form by which a person who is logged in proves it anew.
pub(super) fn proof(action: &str, view: &StepUpView) -> Markup {
    html! {
        form method="post" action=(action) data-passkey="get" {
            input type="hidden" name="csrf" value=(view.session.csrf);
            input type="hidden" name="next" value=(view.next);
            button type="submit" { "Use a passkey" }
        }
        (answer())
    }
}

fn answer() -> Markup {
    html! {
        p id="passkey-answer" role="status" { noscript { "Passkeys need a script." } }
        script src=(asset_path("passkey.js")) defer {}
    }
}
