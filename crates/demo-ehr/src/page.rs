//! The EHR's pages: forms and links only, no script.

mod cards;
mod said;

use crate::chart::Chart;
use crate::controller::ROOT;
use crate::failure::Failure;
use crate::lifestyle::SMOKING;
use crate::order::{self, FORMULARY};
use crate::setting::Setting;
use cards::cards;
use maud::{DOCTYPE, Markup, html};
use said::said;
use serde_json::Value;

/// What the chart shows of what Cognate holds.
pub(crate) struct Seen {
    pub(crate) patient: Value,
    pub(crate) conditions: Vec<Value>,
    pub(crate) medicines: Vec<Value>,
    pub(crate) reports: Vec<Value>,
}

fn document(title: &str, who: &str, main: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – demonstration EHR" }
                link rel="stylesheet" href={ (ROOT) "/style.css" };
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.name href=(ROOT) { "Northside Clinic" }
                    span.what { "demonstration EHR · invented patients only" }
                    @if !who.is_empty() { span.who { (who) } }
                }
                main id="main" tabindex="-1" { (main) }
            }
        }
    }
    .into_string()
}

/// The list of patients.
pub(crate) fn list(setting: &Setting) -> String {
    let main = html! {
        h1 { "Patients" }
        p {
            "This is another program’s side of Cognate’s interfaces: FHIR R4 and CDS Hooks "
            "2.0, each request and answer shown beside the page that made it."
        }
        ul.patients {
            @for patient in &setting.patients {
                li {
                    a href={ (ROOT) "/patients/" (patient.id) } { (patient.id) }
                    p { (patient.shows) }
                }
            }
        }
        (tour(setting))
    };
    document("Patients", &setting.practitioner_name, &main)
}

/// What to look at, in the order of a result's way into care.
fn tour(setting: &Setting) -> Markup {
    let cognate = |path: &str| format!("{}{path}", setting.base_url);
    html! {
        section.tour aria-labelledby="tour" {
            h2 id="tour" { "A tour in five minutes" }
            ol {
                li {
                    "Open ana-example, draft clopidogrel and read the card: the laboratory’s "
                    "result came in as HL7 v2, the advice is CPIC’s. Order the alternative, set "
                    "its dose, sign."
                }
                li {
                    "Open “What the two systems said”: discovery, prefetch, cards and feedback, "
                    "as any record system would send them."
                }
                li {
                    "“Open the patient in Cognate”: a SMART launch. Log in as the command line "
                    "says, and open “Why” at any statement."
                }
                li {
                    "Open lena-demo: the chart tells of trial options. Their reasons, the tumour’s "
                    "profile and the course of its variant are a click away."
                }
                li {
                    "Open petra-prevention, say that she smokes, and draft theophylline."
                }
                li {
                    "In Cognate: " a href=(cognate("/cards")) { "what cards came to" } ", "
                    a href=(cognate("/knowledge")) { "the knowledge behind them" } ", "
                    a href=(cognate("/trials")) { "what changed for whom" } ", "
                    a href=(cognate("/api")) { "the interfaces" } "."
                }
            }
        }
    }
}

/// A patient who is not on the list.
pub(crate) fn unknown() -> String {
    let main = html! {
        h1 { "No such patient" }
        p { a href=(ROOT) { "The patients of this clinic" } }
    };
    document("No such patient", "", &main)
}

/// A patient's chart.
pub(crate) fn chart(
    setting: &Setting,
    id: &str,
    seen: &Result<Seen, Failure>,
    chart: &Chart,
) -> String {
    let name = seen.as_ref().map_or_else(|_| id.to_owned(), |seen| name(&seen.patient));
    let main = html! {
        @if let Some(problem) = &chart.problem {
            div.problem role="alert" { strong { "That did not work. " } (problem) }
        }
        @if let Some(notice) = &chart.notice { div.notice role="status" { (notice) } }
        div.columns {
            div.desk {
                @match seen {
                    Ok(seen) => (facts(id, seen)),
                    Err(failure) => {
                        h1 { (id) }
                        div.problem role="alert" {
                            strong { "The chart cannot be read. " } (failure)
                        }
                    }
                }
                (cards(id, &chart.cards))
                (orders(id, chart))
                (lifestyle(id))
            }
            (said(&chart.exchanges))
        }
    };
    document(&name, &setting.practitioner_name, &main)
}

fn facts(id: &str, seen: &Seen) -> Markup {
    let text = |pointer: &str| seen.patient.pointer(pointer).and_then(Value::as_str);
    html! {
        h1 { (name(&seen.patient)) }
        p.who-line {
            (text("/gender").unwrap_or("sex not recorded"))
            " · born " (text("/birthDate").unwrap_or("on a day not recorded"))
            @if let Some(number) = text("/identifier/0/value") { " · MRN " (number) }
        }
        form method="post" action={ (ROOT) "/patients/" (id) "/launch" } {
            button type="submit" { "Open the patient in Cognate" }
            " " span.hint { "SMART launch, with this patient" }
        }
        section.facts aria-label="Chart" {
            (titled("Problems", &seen.conditions, "/code"))
            (titled("Medicines", &seen.medicines, "/medicationCodeableConcept"))
            (titled("Reports", &seen.reports, "/code"))
        }
    }
}

fn titled(title: &str, resources: &[Value], concept: &str) -> Markup {
    html! {
        div {
            h2 { (title) }
            @if resources.is_empty() { p { "None recorded" } }
            @else {
                ul { @for one in resources { li { (words(one.pointer(concept))) } } }
            }
        }
    }
}

fn words(concept: Option<&Value>) -> &str {
    let text = |pointer: &str| concept?.pointer(pointer).and_then(Value::as_str);
    text("/text")
        .or(text("/coding/0/display"))
        .or(text("/coding/0/code"))
        .unwrap_or("without words")
}

fn name(patient: &Value) -> String {
    let part = |pointer: &str| patient.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (family, given) = (part("/name/0/family"), part("/name/0/given/0"));
    format!("{}, {given}", family.to_uppercase())
}

fn orders(id: &str, chart: &Chart) -> Markup {
    let at = format!("{ROOT}/patients/{id}");
    html! {
        section id="orders" aria-labelledby="orders-title" {
            h2 id="orders-title" { "Orders" }
            @if chart.drafts.is_empty() { p { "Nothing is drafted." } }
            @for draft in &chart.drafts {
                div.draft {
                    p {
                        strong { (order::title(draft)) }
                        " · " (order::dosage(draft).unwrap_or(if order::is_medication(draft) {
                            "no dose yet"
                        } else {
                            "a test"
                        }))
                    }
                    @if order::is_medication(draft) && order::dosage(draft).is_none() {
                        (dose_form(&at, order::id(draft)))
                    }
                    form method="post" action={ (at) "/orders/" (order::id(draft)) "/remove" } {
                        button.quiet type="submit" { "Remove " (order::title(draft)) }
                    }
                }
            }
            @if !chart.drafts.is_empty() {
                form method="post" action={ (at) "/sign" } {
                    button.main type="submit" { "Sign the orders" }
                }
            }
            (order_form(&at))
            @if !chart.signed.is_empty() {
                h3 { "Signed in this demonstration" }
                ul { @for words in &chart.signed { li { (words) } } }
            }
        }
    }
}

fn dose_form(at: &str, order: &str) -> Markup {
    html! {
        form.row method="post" action={ (at) "/orders/" (order) "/dose" } {
            label { "Dose in mg" input name="dose_mg" inputmode="decimal" required size="6"; }
            label { "Times a day" input name="times_a_day" inputmode="numeric" value="1" size="3"; }
            button type="submit" { "Set the dose" }
        }
    }
}

fn order_form(at: &str) -> Markup {
    html! {
        form.row.new method="post" action={ (at) "/orders" } aria-label="New order" {
            label {
                "Drug"
                select name="drug" required {
                    option value="" { "Choose a drug" }
                    @for drug in FORMULARY {
                        option value=(drug.rxnorm) { (drug.name) ", usually " (drug.dose_mg) " mg" }
                    }
                }
            }
            label {
                "Dose in mg"
                input name="dose_mg" inputmode="decimal" size="6" placeholder="usual";
            }
            label { "Times a day" input name="times_a_day" inputmode="numeric" value="1" size="3"; }
            button type="submit" { "Draft the order" }
        }
    }
}

/// What the clinic asks; what stays empty was not asked.
fn lifestyle(id: &str) -> Markup {
    html! {
        section aria-labelledby="lifestyle-title" {
            h2 id="lifestyle-title" { "Lifestyle" }
            form.row method="post" action={ (ROOT) "/patients/" (id) "/lifestyle" }
                aria-label="Lifestyle" {
                label {
                    "Smoking"
                    select name="smoking" {
                        option value="" { "Not asked" }
                        @for (code, words) in SMOKING { option value=(code) { (words) } }
                    }
                }
                label { "Drinks a week" input name="drinks" inputmode="decimal" size="4"; }
                label {
                    "Asbestos"
                    select name="asbestos" {
                        option value="" { "Not asked" }
                        option value="yes" { "Yes" }
                        option value="no" { "No" }
                    }
                }
                label { "Usual occupation" input name="occupation" maxlength="100"; }
                button type="submit" { "File the answers" }
            }
        }
    }
}
