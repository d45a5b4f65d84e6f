//! The patient list.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{PatientListRow, PatientListView};
use maud::{Markup, html};
use model::time::PartialDate;

/// The patient list with its search by name or record number.
pub fn patients(view: &PatientListView) -> String {
    document(Frame {
        title: "Patients",
        session: Some(&view.session),
        banner: None,
        main: html! {
            div.section-head {
                h1 { "Patients" }
                form.search role="search" aria-label="Patients" method="get"
                    action=(path::PATIENTS) {
                    label for="q" { "Name or MRN" }
                    input id="q" name="q" type="search" value=(view.query) maxlength="100"
                        autocomplete="off" spellcheck="false";
                    button type="submit" { "Search" }
                }
            }
            div.card { (list(view)) }
        },
    })
}

fn list(view: &PatientListView) -> Markup {
    let query = view.query.trim();
    html! {
        @if view.patients.is_empty() {
            p.empty {
                @if query.is_empty() { "There is no patient that you may see." } @else {
                    "No patient that you may see matches “" (query) "”. "
                    a href=(path::PATIENTS) { "Show all" }
                }
            }
        } @else {
            table.patients {
                caption {
                    (words::count(view.patients.len(), "patient", "patients"))
                    @if !query.is_empty() { " for “" (query) "”" }
                    @if view.more { ", and more: search to narrow the list" }
                }
                thead {
                    tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Sex" }
                        th scope="col" { "Born" }
                        th scope="col" { "MRN" }
                    }
                }
                tbody { @for patient in &view.patients { (row(patient, view.today)) } }
            }
        }
    }
}

fn row(patient: &PatientListRow, today: PartialDate) -> Markup {
    let identity = &patient.identity;
    html! {
        tr {
            th scope="row" { a href=(path::patient(&patient.id)) { (words::name(identity)) } }
            td data-label="Sex" { (words::sex(identity.sex)) }
            td data-label="Born" { (words::born(identity.born, today)) }
            td data-label="MRN" { (words::mrn(identity)) }
        }
    }
}
