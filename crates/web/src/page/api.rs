//! The HTTP interfaces, made from the same description as `/openapi.json`, without any script.

use super::frame::{Frame, document};
use super::words;
use crate::view::{ApiGroup, ApiOperation, ApiView};
use maud::{Markup, html};

/// Where machines read the same.
const DESCRIPTIONS: [(&str, &str); 4] = [
    ("/openapi.json", "OpenAPI 3.1"),
    ("/fhir/metadata", "CapabilityStatement: what each FHIR type is searched by"),
    ("/cds-services", "CDS Hooks: services, hooks and prefetch"),
    ("/fhir/.well-known/smart-configuration", "SMART: scopes and addresses"),
];

/// The page of the interfaces.
pub fn api(view: &ApiView) -> String {
    document(Frame {
        title: "Interfaces",
        session: None,
        banner: None,
        main: html! {
            h1 { "Interfaces" }
            p.intro {
                "Cognate " (view.version) " at " code { (view.base_url) } ". What a caller may "
                "read is decided by role, purpose, consent and scopes at every request."
            }
            section aria-labelledby="machines" {
                h2 id="machines" { "For machines" }
                ul {
                    @for (address, words) in DESCRIPTIONS {
                        li { a href=(address) { code { (address) } } " " (words) }
                    }
                }
            }
            nav aria-label="Groups" {
                ul {
                    @for one in &view.groups {
                        li { a href={ "#" (anchor(one)) } { (one.name) } }
                    }
                }
            }
            @for one in &view.groups { (group(one)) }
        },
    })
}

fn anchor(group: &ApiGroup) -> String {
    group.name.to_lowercase().replace(' ', "-")
}

fn group(group: &ApiGroup) -> Markup {
    html! {
        section aria-labelledby=(anchor(group)) {
            h2 id=(anchor(group)) { (group.name) }
            p.intro { (words::count(group.operations.len(), "operation", "operations")) }
            @for one in &group.operations { (operation(one)) }
        }
    }
}

fn operation(one: &ApiOperation) -> Markup {
    html! {
        details.fold id=(one.id) {
            summary {
                code { b { (one.method) } " " (one.path) } " " span.muted { (one.summary) }
            }
            p { "For: " (one.caller) "." }
            @if !one.takes.is_empty() { p { "Takes: " code { (one.takes.join(", ")) } } }
            @if !one.parameters.is_empty() {
                table {
                    caption { "Parameters of " (one.method) " " (one.path) }
                    thead {
                        tr {
                            th scope="col" { "Name" }
                            th scope="col" { "Where" }
                            th scope="col" { "Needed" }
                        }
                    }
                    tbody {
                        @for (name, place, is_required) in &one.parameters {
                            tr {
                                th scope="row" data-label="Name" { code { (name) } }
                                td data-label="Where" { (place) }
                                td data-label="Needed" { @if *is_required { "yes" } @else { "no" } }
                            }
                        }
                    }
                }
            }
            table {
                caption { "Answers of " (one.method) " " (one.path) }
                thead { tr { th scope="col" { "Status" } th scope="col" { "What comes with it" } } }
                tbody {
                    @for (status, words) in &one.answers {
                        tr {
                            th scope="row" data-label="Status" { (status) }
                            td data-label="What comes with it" { (words) }
                        }
                    }
                }
            }
        }
    }
}
