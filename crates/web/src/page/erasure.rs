//! Erasing a patient, and what became of it.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{ErasedView, ErasureFormView};
use maud::html;

/// The form that erases a patient. It says what will happen before it happens.
pub fn erasure(view: &ErasureFormView) -> String {
    let described = view.error.as_ref().map(|_| "error");
    document(Frame {
        title: if view.error.is_some() { "Error: erase a patient" } else { "Erase a patient" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            div.login {
                h1 { "Erase a patient for good" }
                p.intro {
                    "The keys of everything that is known of the patient are destroyed. Nobody can "
                    "take that back, by no backup either. The audit log keeps the ids. You get a "
                    "signed certificate that says what was erased and what remains."
                }
                @if let Some(error) = &view.error {
                    p.error-summary id="error" role="alert" { (words::sentence(error)) }
                }
                @if view.is_offered {
                    form method="post" action=(path::ERASURE) {
                        input type="hidden" name="csrf" value=(view.session.csrf);
                        label for="patient" { "Id of the patient" }
                        input id="patient" name="patient" type="text" value=(view.patient) required
                            maxlength="64" autocapitalize="none" spellcheck="false"
                            aria-describedby=[described];
                        label for="again" { "The same id, again" }
                        input id="again" name="again" type="text" required maxlength="64"
                            autocomplete="off" autocapitalize="none" spellcheck="false"
                            aria-describedby=[described];
                        label for="reason" { "Reason, for the certificate" }
                        input id="reason" name="reason" type="text" value=(view.reason) required
                            maxlength="1000" aria-describedby=[described];
                        button type="submit" { "Erase the patient" }
                    }
                } @else {
                    p.card role="status" {
                        "This server has no place for certificates: its operator names one, or "
                        "erases by the command."
                    }
                }
                p { a href=(path::PRIVACY) { "What waits for you" } }
            }
        },
    })
}

/// A patient that was erased, with the certificate.
pub fn erased(view: &ErasedView) -> String {
    document(Frame {
        title: "Erased",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Patient " code { (view.patient) } " is erased" }
            p.intro { (words::count(view.keys, "key was", "keys were")) " destroyed." }
            h2.part { "What was taken away" }
            dl.capsule {
                @for (what, count) in &view.removed { div { dt { (what) } dd { (count) } } }
            }
            h2.part { "What remains" }
            dl.capsule {
                @for (what, until) in &view.remains {
                    div { dt { (what) } dd { "until " (until) } }
                }
            }
            h2.part { "Certificate" }
            p { "It is kept by the operator as " code { (view.file) } "." }
            pre tabindex="0" { (view.signed) }
            p { a href=(path::PRIVACY) { "What waits for you" } }
        },
    })
}
