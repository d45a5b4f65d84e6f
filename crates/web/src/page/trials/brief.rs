//! The way to the brief for a tumour board, and the form that issues one.

use crate::path;
use crate::view::TrialOptionsView;
use maud::{Markup, html};

/// Characters of a question to the board.
pub const QUESTION_CHARS_MAX: usize = 2_000;

/// Links to page and document, and the form for who may issue a version.
pub(super) fn section(view: &TrialOptionsView) -> Markup {
    let id = &view.id;
    html! {
        section aria-labelledby="brief" {
            h2 id="brief" { "Tumour-board brief" }
            p {
                a href=(path::board(id)) { "Brief as of today" } " · "
                a href=(path::board_pdf(id)) { "as PDF" }
                @if let Some(version) = view.brief.issued {
                    " · " a href=(path::version_of(&path::board(id), version)) {
                        "Version " (version) ", as issued"
                    }
                    " · " a href=(path::version_of(&path::board_pdf(id), version)) {
                        "as PDF" span.visually-hidden { ", version " (version) }
                    }
                }
            }
            @if view.brief.may_issue {
                details.fold {
                    summary { "Issue a version for the board" }
                    form.stacked method="post" action=(path::board(id)) {
                        input type="hidden" name="csrf" value=(view.session.csrf);
                        label for="question" { "Question to the board" }
                        textarea id="question" name="question" rows="3"
                            maxlength=(QUESTION_CHARS_MAX) { (view.brief.question) }
                        p.note {
                            "The brief is kept as it is now. A later version says what changed."
                        }
                        button type="submit" { "Issue the brief" }
                    }
                }
            }
        }
    }
}
