//! The policies in use, and what is proposed in their place.

mod proposal;

pub use proposal::proposal;

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{PoliciesView, PolicySetRow, ProposalRow};
use maud::{Markup, html};

/// The policies in use, what is proposed, and what was in use before.
pub fn policies(view: &PoliciesView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: policies" } else { "Policies" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Policies" }
            @if let Some(error) = &view.error {
                p.error-summary id="error" role="alert" { (words::sentence(error)) }
            }
            h2.part { "In use" }
            (in_use(view))
            h2.part { "Proposed" }
            (proposed(view))
            @if view.may_adopt { (propose(view)) }
            h2.part { "In use before" }
            (former(&view.former))
        },
    })
}

fn in_use(view: &PoliciesView) -> Markup {
    html! {
        dl.capsule {
            div { dt { "Number" } dd { (view.in_use.number) } }
            div { dt { "Digest" } dd { code { (view.in_use.digest) } } }
            div {
                dt { "Put into use" }
                dd {
                    @match &view.in_use.adopted {
                        Some((actor, at)) => { code { (actor) } ", " (words::instant(*at)) }
                        None => "It came with the program",
                    }
                }
            }
            div { dt { "Signatures" } dd { (signatures(&view.signatures)) } }
            div {
                dt { "A change takes" }
                dd { @if view.needs_second_person { "Two persons" } @else { "One person" } }
            }
        }
        details.fold {
            summary { "Its " (words::count(view.policies.len(), "policy", "policies")) }
            @for (id, text) in &view.policies {
                h3 { code { (id) } }
                pre tabindex="0" { (text) }
            }
        }
    }
}

/// Signatures as they stand behind a text.
fn signatures(lines: &[String]) -> Markup {
    html! {
        @if lines.is_empty() { "None" } @else {
            @for line in lines { span.line { code { (line) } } }
        }
    }
}

fn proposed(view: &PoliciesView) -> Markup {
    html! {
        @if view.proposed.is_empty() {
            p.empty { "Nothing is proposed in place of these policies." }
        } @else {
            ol.reviews {
                @for row in &view.proposed {
                    li {
                        article.card {
                            h3 { a href=(path::policy_proposal(&row.id)) { (name(row)) } }
                            p { code { (row.digest) } }
                        }
                    }
                }
            }
        }
    }
}

fn name(row: &ProposalRow) -> String {
    let by = if row.is_own { "you" } else { &row.actor };
    format!("Proposed by {by}, {}", words::instant(row.proposed))
}

fn propose(view: &PoliciesView) -> Markup {
    html! {
        details.fold {
            summary { "Propose other policies" }
            form.stacked method="post" action=(path::POLICIES) {
                input type="hidden" name="csrf" value=(view.session.csrf);
                label for="policies" { "The whole text, with the signatures behind it" }
                textarea id="policies" name="policies" rows="12" required spellcheck="false" {}
                button type="submit" name="do" value="propose" { "Propose them" }
            }
        }
    }
}

fn former(rows: &[PolicySetRow]) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "No other set was in use." } } @else {
            table.reports {
                caption { "Sets, the last one first" }
                thead {
                    tr {
                        th scope="col" { "Number" }
                        th scope="col" { "Put into use" }
                        th scope="col" { "Digest" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" data-label="Number" { (row.number) }
                            td data-label="Put into use" {
                                @if let Some((actor, at)) = &row.adopted {
                                    code { (actor) } span.line { (words::instant(*at)) }
                                }
                            }
                            td data-label="Digest" { code { (row.digest) } }
                        }
                    }
                }
            }
        }
    }
}
