//! The pages on which a person proves who it is, and says how.

use super::frame::{Frame, document};
use super::{passkey, words};
use crate::path;
use crate::view::{AccountView, CodeView, OfferView, RecoveryView, Session, StepUpView};
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Modules of quiet around a code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// The second factor of a log-in.
pub fn code(view: &CodeView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: code" } else { "Code" },
        session: None,
        banner: None,
        main: html! {
            div.login {
                h1 { "One-time code" }
                (wrong(view.error.as_deref()))
                form method="post" action=(path::LOGIN_CODE) {
                    input type="hidden" name="csrf" value=(view.csrf);
                    (code_field("Code of your authenticator, or a recovery code"))
                    button type="submit" { "Log in" }
                }
                p { a href=(path::LOGIN) { "Begin again" } }
            }
        },
    })
}

/// A new proof of a person who is logged in.
pub fn step_up(view: &StepUpView) -> String {
    page(
        "Confirm that it is you",
        &view.session,
        view.error.as_deref(),
        &html! {
            div.login {
                p.intro { "What you asked for needs a proof that is not older than a few minutes." }
                @if view.has_passkey { (passkey::proof(path::STEP_UP_PASSKEY, view)) }
                @if view.has_password {
                    form method="post" action=(path::STEP_UP) {
                        input type="hidden" name="csrf" value=(view.session.csrf);
                        input type="hidden" name="next" value=(view.next);
                        label for="password" { "Password" }
                        input id="password" name="password" type="password" required
                            autocomplete="current-password";
                        @if view.has_code { (code_field("One-time code")) }
                        button type="submit" { "Confirm" }
                    }
                }
            }
        },
    )
}

/// What an account has.
pub fn account(view: &AccountView) -> String {
    page(
        "Your account",
        &view.session,
        None,
        &html! {
            @if view.must_enrol {
                p.card role="status" {
                    "This site asks everybody for a second factor. Set up an authenticator or a "
                    "passkey to go on."
                }
            }
            section.card aria-labelledby="codes" {
                h2 id="codes" { "One-time codes" }
                @if view.has_code {
                    p {
                        "A code is asked for at each log-in. "
                        (words::count(view.recovery_codes, "recovery code", "recovery codes"))
                        " left."
                    }
                    (act("/account/totp", "Set up another authenticator", &view.session))
                    (act("/account/totp/remove", "Do not ask for codes any more", &view.session))
                } @else {
                    p { "A log-in of “" (view.login) "” needs the password alone." }
                    (act("/account/totp", "Set up an authenticator", &view.session))
                }
            }
            section.card aria-labelledby="passkeys" {
                h2 id="passkeys" { "Passkeys" }
                p { "A passkey is both: your device, and that it is you." }
                p { a href=(path::PASSKEYS) { "Passkeys" } }
            }
        },
    )
}

/// A secret for an authenticator, shown once.
pub fn offer(view: &OfferView) -> String {
    page(
        "Set up an authenticator",
        &view.session,
        view.error.as_deref(),
        &html! {
            section.card {
                p { "Scan the picture with your authenticator, or type the secret." }
                (picture(&view.uri))
                dl.capsule {
                    div { dt { "Secret" } dd { code { (view.secret) } } }
                    div { dt { "Address" } dd { code { (view.uri) } } }
                }
                form method="post" action="/account/totp/confirm" {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    (code_field("Code that it shows"))
                    button type="submit" { "Confirm" }
                }
            }
        },
    )
}

/// Recovery codes, shown once.
pub fn recovery(view: &RecoveryView) -> String {
    page(
        "Recovery codes",
        &view.session,
        None,
        &html! {
            section.card {
                p {
                    "Keep these where your authenticator is not. Each is good once in place of a "
                    "code. "
                    "They are not shown again."
                }
                ul { @for code in &view.codes { li { code { (code) } } } }
                p { a href=(path::ACCOUNT) { "Your account" } }
            }
        },
    )
}

fn page(title: &str, session: &Session, error: Option<&str>, main: &Markup) -> String {
    let error_title = format!("Error: {}", title.to_lowercase());
    document(Frame {
        title: if error.is_some() { &error_title } else { title },
        session: Some(session),
        banner: None,
        main: html! { h1 { (title) } (wrong(error)) (main) },
    })
}

fn wrong(error: Option<&str>) -> Markup {
    html! {
        @if let Some(error) = error {
            p.error-summary id="error" role="alert" { (words::sentence(error)) }
        }
    }
}

fn code_field(label: &str) -> Markup {
    html! {
        label for="code" { (label) }
        input id="code" name="code" type="text" required autocomplete="one-time-code"
            autocapitalize="none" spellcheck="false" maxlength="40";
    }
}

fn act(action: &str, label: &str, session: &Session) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf" value=(session.csrf);
            button type="submit" { (label) }
        }
    }
}

/// An address as a QR code. What does not fit into one is typed.
fn picture(text: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    html! {
        svg.qr role="img" aria-label="The secret as a QR code" width="240" height="240"
            viewBox=(format!("0 0 {side} {side}")) xmlns="http://www.w3.org/2000/svg" {
            rect width="100%" height="100%" fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
