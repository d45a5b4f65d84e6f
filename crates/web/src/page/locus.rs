//! A place of a patient's genome: what was found, and what was looked at.

use super::banner::banner;
use super::frame::{Frame, document};
use super::words;
use crate::asset::asset_path;
use crate::chart;
use crate::chart::locus::{grouped, words as seen_words};
use crate::path;
use crate::view::{LocusCall, LocusPlace, LocusView, LocusViewer};
use maud::{Markup, html};

/// The page.
pub fn locus(view: &LocusView) -> String {
    let name = words::name(&view.identity);
    let error = if view.fault.is_some() { "Error: " } else { "" };
    document(Frame {
        title: &format!("{error}{name}: a place of the genome"),
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, true)),
        main: html! {
            p.more { a href=(path::patient(&view.id)) { "Back to the patient page" } }
            section aria-labelledby="locus" {
                h2 id="locus" { "A place of the genome" }
                @if let Some(fault) = &view.fault {
                    div.error-summary role="alert" { p { (words::sentence(fault)) } }
                }
                (form(view))
            }
            @if let Some(place) = &view.place { (found(view, place)) }
        },
    })
}

fn form(view: &LocusView) -> Markup {
    html! {
        form.locus-form method="get" action=(path::locus(&view.id)) {
            label { "Gene" input name="gene" value=(view.gene) autocomplete="off"; }
            label {
                "or region, as chr10:94,761,001-94,800,000"
                input name="region" value=(view.region) autocomplete="off";
            }
            label {
                "Build"
                select name="build" {
                    @for build in &view.builds {
                        option value=(build) selected[*build == view.build] { (build) }
                    }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

fn found(view: &LocusView, place: &LocusPlace) -> Markup {
    let heading = format!(
        "{}:{}–{} ({})",
        place.chromosome,
        grouped(place.start),
        grouped(place.end),
        view.build
    );
    html! {
        section aria-labelledby="place" {
            h2 id="place" { (heading) }
            @if let Some(about) = &place.about { p.note { (about) } }
            ul.plain {
                @for of in &place.coverage {
                    li { b { (of.about) } ": " (seen_words(&of.seen)) "." }
                }
            }
            (chart::locus(place))
            (calls(place))
            @if !place.unplaced.is_empty() { (unplaced(place)) }
            p.note {
                "Results that a laboratory reports as genotypes or star alleles have no place: "
                "they are on the patient page."
            }
            @if place.viewer == LocusViewer::WithoutReference {
                p.note { "No reference sequence of this build is set up for a browser." }
            }
        }
        @if let LocusViewer::Here { script, sequence, features, build } = &place.viewer {
            section aria-labelledby="viewer" {
                h2 id="viewer" { "In detail" }
                div id="locus-viewer" data-sequence=(sequence) data-features=(features)
                    data-build=(build)
                    data-locus={ (place.chromosome) ":" (place.start) "-" (place.end) } {
                    p { "The browser needs a script; the tables above say the same without it." }
                }
                script src=(script) defer {}
                script src=(asset_path("locus.js")) defer {}
            }
        }
    }
}

fn calls(place: &LocusPlace) -> Markup {
    html! {
        @if place.calls.is_empty() {
            p { "No call is recorded here. Whether that is an absence is said above." }
        } @else {
            (table("Calls", &place.calls))
            @if place.more_calls > 0 {
                p.note {
                    (words::count(place.more_calls, "more call is", "more calls are"))
                    " not listed; ask for a smaller region."
                }
            }
        }
    }
}

fn unplaced(place: &LocusPlace) -> Markup {
    let more = place.more_unplaced;
    html! {
        (table("Reported without a place on a chromosome: they may lie here", &place.unplaced))
        @if more > 0 {
            p.note {
                (words::count(more, "more such variant is", "more such variants are"))
                " not listed."
            }
        }
    }
}

fn table(caption: &str, calls: &[LocusCall]) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "Variant" }
                    th scope="col" { "Position" }
                    th scope="col" { "State" }
                    th scope="col" { "Genome" }
                    th scope="col" { "Source" }
                }
            }
            tbody { @for call in calls { (row(call)) } }
        }
    }
}

fn row(call: &LocusCall) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Variant" {
                (call.name)
                @if !call.genes.is_empty() { span.line.muted { (call.genes.join(", ")) } }
            }
            td data-label="Position" {
                @match call.place {
                    Some((first, last)) if first == last => (grouped(first)),
                    Some((first, last)) => { (grouped(first)) "–" (grouped(last)) }
                    None => "not given here",
                }
            }
            td data-label="State" {
                b { (call.state.words()) }
                @if let Some(zygosity) = &call.zygosity { span.line { (zygosity) } }
            }
            td data-label="Genome" { (call.about) }
            td data-label="Source" {
                (call.test.as_deref().unwrap_or("Test not recorded"))
                span.line.muted { (call.resource) }
            }
        }
    }
}
