//! The login page.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::LoginView;
use maud::html;

/// The login form. Pasting and password managers work: nothing is to be remembered or retyped.
pub fn login(view: &LoginView) -> String {
    let title = if view.error.is_some() { "Error: log in" } else { "Log in" };
    let described = view.error.as_ref().map(|_| "login-error");
    document(Frame {
        title,
        session: None,
        banner: None,
        main: html! {
            div.login {
                h1 { "Log in" }
                @if let Some(notice) = &view.notice { p.intro { (notice) } }
                @if let Some(error) = &view.error {
                    p.error-summary id="login-error" role="alert" { (words::sentence(error)) }
                }
                form method="post" action=(path::LOGIN) {
                    input type="hidden" name="csrf" value=(view.csrf);
                    @if let Some(next) = &view.next {
                        input type="hidden" name="next" value=(next);
                    }
                    label for="login" { "Login name" }
                    input id="login" name="login" type="text" value=(view.login) required
                        autocomplete="username" autocapitalize="none" spellcheck="false"
                        aria-describedby=[described];
                    label for="password" { "Password" }
                    input id="password" name="password" type="password" required
                        autocomplete="current-password" aria-describedby=[described];
                    button type="submit" { "Log in" }
                }
                @if let Some(provider) = &view.provider {
                    p {
                        a href=(path::login_provider(view.next.as_deref())) {
                            "Log in at " (provider)
                        }
                    }
                }
                p { a href=(path::LOGIN_PASSKEY) { "Log in with a passkey" } }
            }
        },
    })
}
