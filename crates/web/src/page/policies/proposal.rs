//! One proposal: what differs, what looks wrong, what it would have decided otherwise.

use super::super::frame::{Frame, document};
use super::{name, signatures};
use crate::path;
use crate::view::{PolicyChange, ProposalView, ShadowView};
use maud::{Markup, html};

/// One proposal.
pub fn proposal(view: &ProposalView) -> String {
    let row = &view.proposal;
    let at = path::policy_proposal(&row.id);
    document(Frame {
        title: "Proposed policies",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Proposed policies" }
            p { a href=(path::POLICIES) { "The policies in use" } }
            dl.capsule {
                div { dt { "Proposal" } dd { (name(row)) span.line { code { (row.id) } } } }
                div { dt { "Digest" } dd { code { (row.digest) } } }
                div { dt { "Signatures" } dd { (signatures(&row.signatures)) } }
            }
            h2.part { "What differs" }
            (changes(&view.changes))
            h2.part { "What looks wrong" }
            @match &view.remarks {
                None => p { a href={ (at) "?look=lint" } { "Put every question to the proposal" } },
                Some(found) if found.is_empty() => p.empty { "Nothing looks wrong." },
                Some(found) => ul { @for line in found { li { (line) } } },
            }
            h2.part { "What it would have decided otherwise" }
            @match &view.shadow {
                None => p {
                    a href={ (at) "?look=shadow" } { "Put the questions of the last week to it" }
                },
                Some(shadow) => (shadowed(shadow)),
            }
            h2.part { "Putting it into use" }
            (adopt(view))
        },
    })
}

fn changes(rows: &[PolicyChange]) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "Every policy is the same." } }
        @for row in rows {
            article.card {
                h3 {
                    code { (row.id) }
                    @match (&row.before, &row.after) {
                        (None, _) => " – new",
                        (_, None) => " – taken away",
                        _ => " – changed",
                    }
                }
                @if let Some(text) = &row.before { p { "In use" } pre tabindex="0" { (text) } }
                @if let Some(text) = &row.after { p { "Proposed" } pre tabindex="0" { (text) } }
            }
        }
    }
}

fn shadowed(shadow: &ShadowView) -> Markup {
    let ShadowView { days, events, questions, changes } = shadow;
    html! {
        p.intro {
            (events) " events of the last " (days) " days with " (questions)
            " different questions, as things stand now."
        }
        @if changes.is_empty() { p.empty { "All of them are decided as they are now." } } @else {
            table.reports {
                caption { "Questions that are decided otherwise" }
                thead {
                    tr {
                        th scope="col" { "Question" }
                        th scope="col" { "Then" }
                        th scope="col" { "Times" }
                        th scope="col" { "Decided by" }
                    }
                }
                tbody {
                    @for row in changes {
                        tr {
                            th scope="row" data-label="Question" { (row.question) }
                            td data-label="Then" {
                                @if row.would_be_permitted { "Permitted" } @else { b { "Refused" } }
                            }
                            td data-label="Times" { (row.times) }
                            td data-label="Decided by" { code { (row.policies) } }
                        }
                    }
                }
            }
        }
    }
}

fn adopt(view: &ProposalView) -> Markup {
    html! {
        @if view.proposal.is_own {
            p { "You proposed it: somebody else puts it into use." }
        } @else if view.may_adopt {
            p.intro {
                "You sign as the second person. It holds from the next request on, for everybody."
            }
            form.stacked method="post" action=(path::POLICIES) {
                input type="hidden" name="csrf" value=(view.session.csrf);
                input type="hidden" name="proposal" value=(view.proposal.id);
                input type="hidden" name="digest" value=(view.proposal.digest);
                button type="submit" name="do" value="adopt" { "Put it into use" }
            }
        } @else {
            p { "A privacy officer puts it into use." }
        }
    }
}
