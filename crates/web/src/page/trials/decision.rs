//! One trial and one patient: what is decided, what has to be found out, and the forms for both.

use super::option::option;
use super::{person_of, status};
use crate::page::banner::banner;
use crate::page::frame::{Frame, document};
use crate::page::words;
use crate::path;
use crate::view::{TaskRow, TrialDecisionRow, TrialWorkView};
use maud::{Markup, html};
use model::absence::Absence;
use model::time::PartialDate;

/// Characters of a remark, and of what is to be found out.
const TEXT_CHARS_MAX: usize = 500;

/// The page of one trial for one patient.
pub fn trial_work(view: &TrialWorkView) -> String {
    let name = words::name(&view.identity);
    let error = if view.refused.is_some() { "Error: " } else { "" };
    let title = format!("{error}{name}: trial {}", view.trial.id);
    document(Frame {
        title: &title,
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, true)),
        main: html! {
            p.more {
                a href=(path::trial_options(&view.id)) { "All trial options" } " · "
                a href=(path::trial(&view.trial.id)) { "All patients of the trial" }
            }
            h2.part {
                "Trial " (view.trial.id)
                @if !view.trial.title.is_empty() { ": " (view.trial.title) }
            }
            @if let Some(refused) = &view.refused {
                p.error-summary id="error" role="alert" { (words::sentence(&refused.error)) }
            }
            (decision(view))
            (tasks(view))
            section aria-labelledby="criteria" {
                h2 id="criteria" { "What the criteria say today" }
                @if view.offers.is_empty() {
                    p.empty { "No cohort is open, or nothing says that there is a tumour." }
                }
                ol.plain.options { @for offer in &view.offers { li { (option(offer, None)) } } }
            }
        },
    })
}

fn decision(view: &TrialWorkView) -> Markup {
    html! {
        section aria-labelledby="decision" {
            h2 id="decision" { "Decision" }
            @match &view.decision {
                Some(decision) => { (decided(decision, view)) },
                None => { p.empty { "Nobody has decided anything." } },
            }
            @for one in &view.beside {
                p.note {
                    "In " a href=(path::trial_work(&one.patient, &view.trial.id)) {
                        "record " (one.patient)
                    }
                    ", merged into this one: " b { (one.words) } ", "
                    (words::instant(one.at))
                    @if let Some(note) = &one.note { ": " (note) }
                }
            }
            @if view.may_decide { div { (decision_form(view)) } }
        }
    }
}

fn decided(decision: &TrialDecisionRow, view: &TrialWorkView) -> Markup {
    let now = view.offers.iter().find(|offer| match &decision.cohort {
        Some(cohort) => offer.path == *cohort,
        None => true,
    });
    let now = now.map(|offer| offer.status.as_str());
    html! {
        dl.capsule {
            div { dt { "Decided" } dd { b { (decision.words) } } }
            @if let Some(cohort) = &decision.cohort { div { dt { "Cohort" } dd { (cohort) } } }
            div {
                dt { "By" }
                dd {
                    @match &decision.by {
                        Some(name) => { (name) },
                        None => { "another system" },
                    }
                    ", " (words::instant(decision.at))
                }
            }
            @if let Some(note) = &decision.note { div { dt { "Remark" } dd { (note) } } }
            @if let Some(answer) = &decision.answer {
                div {
                    dt { "The criteria then" }
                    dd {
                        (status(answer))
                        @if let Some(version) = decision.trial_version {
                            ", version " (version)
                            @if version != view.trial.version {
                                "; the trial is at version " (view.trial.version) " now"
                            }
                        }
                    }
                }
                @if now != Some(answer.as_str()) {
                    div {
                        dt { "The criteria now" }
                        dd { b { (now.map_or("Not open to the patient", status)) } }
                    }
                }
            }
        }
    }
}

fn decision_form(view: &TrialWorkView) -> Markup {
    let typed = |field: &str| view.refused.as_ref().and_then(|refused| refused.typed(field));
    let kept = view.decision.as_ref();
    let chosen = typed("status").or(kept.map(|one| one.code.as_str()));
    let cohort = typed("cohort").or(kept.and_then(|one| one.cohort.as_deref()));
    let first = view.offers.first().map(|offer| offer.path.as_str());
    let cohort = cohort.or(first);
    html! {
        form.stacked method="post" action=(path::trial_work(&view.id, &view.trial.id)) {
            input type="hidden" name="csrf" value=(view.session.csrf);
            input type="hidden" name="version" value=(kept.map_or(0, |one| one.version));
            label for="status" { "Decide" }
            select id="status" name="status" required {
                @for (code, text) in &view.choices {
                    option value=(code) selected[chosen == Some(code.as_str())] { (text) }
                }
            }
            @if !view.cohorts.is_empty() {
                label for="cohort" { "Cohort" }
                select id="cohort" name="cohort" {
                    option value="" { "None in particular" }
                    @for path in &view.cohorts {
                        option value=(path) selected[cohort == Some(path.as_str())] { (path) }
                    }
                }
            }
            label for="note" { "Remark, such as the reason" }
            textarea id="note" name="note" rows="2" maxlength=(TEXT_CHARS_MAX) {
                (typed("note").unwrap_or_default())
            }
            p.note { "What the criteria say at this moment is kept with it." }
            button type="submit" { "Keep the decision" }
        }
    }
}

fn tasks(view: &TrialWorkView) -> Markup {
    html! {
        section aria-labelledby="tasks" {
            h2 id="tasks" { "To be found out" }
            @if view.tasks.is_empty() { p.empty { "Nobody was asked for anything." } }
            ol.reviews { @for task in &view.tasks { li { (task_card(task, view)) } } }
            @if view.may_decide { (ask_form(view)) }
        }
    }
}

fn task_card(task: &TaskRow, view: &TrialWorkView) -> Markup {
    let remark = format!("remark-{}", task.id);
    html! {
        article.card {
            h3 { (task.fact) }
            p {
                (task.state) " · " (owner(task)) " · " (due(task, view.today))
                @if let Some(name) = &task.asked_by { " · asked by " (name) }
                " · " (words::instant(task.at))
            }
            @if let Some(note) = &task.note { p { b { "Remark: " } (note) } }
            @if task.is_open && task.is_answered {
                p { "The criteria do not miss this any more." }
            }
            @if task.is_open && view.may_decide {
                form.stacked method="post"
                    action=(path::trial_task(&task.patient, &view.trial.id, &task.id)) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    input type="hidden" name="version" value=(task.version);
                    label for=(remark) { "What was found, or why not" }
                    input id=(remark) name="note" type="text" maxlength=(TEXT_CHARS_MAX);
                    p {
                        button type="submit" name="status" value="completed" {
                            "Found out" span.visually-hidden { ": " (task.fact) }
                        }
                        " "
                        button.quiet type="submit" name="status" value="cancelled" {
                            "Not needed" span.visually-hidden { ": " (task.fact) }
                        }
                    }
                }
            }
        }
    }
}

fn owner(task: &TaskRow) -> &str {
    task.owner.as_deref().unwrap_or("nobody in particular")
}

fn due(task: &TaskRow, today: PartialDate) -> Markup {
    html! {
        @match task.due {
            Some(day) => {
                "by " (words::date(day))
                @if task.is_open && day.is_before(today) { " " b { "Overdue" } }
            },
            None => { "no day named" },
        }
    }
}

fn ask_form(view: &TrialWorkView) -> Markup {
    let typed = |field: &str| {
        view.refused.as_ref().and_then(|refused| refused.typed(field)).unwrap_or_default()
    };
    html! {
        details.fold open[!typed("other").is_empty() || !typed("fact").is_empty()] {
            summary { "Ask for something" }
            form.stacked method="post" action=(path::trial_tasks(&view.id, &view.trial.id)) {
                input type="hidden" name="csrf" value=(view.session.csrf);
                label for="fact" { "What the criteria miss" }
                select id="fact" name="fact" {
                    @for fact in &view.unasked {
                        option value=(fact) selected[typed("fact") == fact] { (fact) }
                    }
                    option value="" { "Something else, named below" }
                }
                label for="other" { "Something else" }
                input id="other" name="other" type="text" maxlength=(TEXT_CHARS_MAX)
                    value=(typed("other"));
                label for="owner" { "Who finds it out" }
                input id="owner" name="owner" type="text" maxlength=(TEXT_CHARS_MAX)
                    value=(typed("owner"));
                label for="due" { "By which day" }
                input id="due" name="due" type="date" value=(typed("due"));
                button type="submit" { "Ask for it" }
            }
        }
    }
}

/// Everybody about whom something was decided for a trial.
pub(super) fn decisions(
    rows: &[TrialDecisionRow],
    is_more: bool,
    today: PartialDate,
    trial: &str,
) -> Markup {
    html! {
        section aria-labelledby="decisions" {
            h2 id="decisions" { "Decisions" }
            @if rows.is_empty() { p.empty { "Nobody has decided anything." } } @else {
                table.trials {
                    caption { "What was decided for whom" }
                    thead {
                        tr {
                            th scope="col" { "Patient" }
                            th scope="col" { "Decision" }
                            th scope="col" { "Cohort" }
                            th scope="col" { "Since" }
                        }
                    }
                    tbody { @for row in rows { (decision_row(row, today, trial)) } }
                }
            }
            @if is_more { p.note { "There are more than are listed." } }
        }
    }
}

fn decision_row(row: &TrialDecisionRow, today: PartialDate, trial: &str) -> Markup {
    let way = path::trial_work(&row.patient, trial);
    html! {
        tr {
            td data-label="Patient" {
                (person_of(&row.patient, row.identity.as_ref(), today, &way))
            }
            td data-label="Decision" {
                (row.words)
                @if let Some(note) = &row.note { span.line.note { (note) } }
            }
            td data-label="Cohort" {
                @match &row.cohort {
                    Some(cohort) => { (cohort) },
                    None => { (Absence::NotRecorded.words()) },
                }
            }
            td data-label="Since" {
                (words::instant(row.at))
                @if let Some(name) = &row.by { span.line.note { (name) } }
            }
        }
    }
}

/// What is open for all patients and trials: what is due first.
pub(super) fn open_tasks(rows: &[TaskRow], is_more: bool, today: PartialDate) -> Markup {
    html! {
        section aria-labelledby="open-tasks" {
            h2 id="open-tasks" { "To be found out" }
            @if rows.is_empty() { p.empty { "Nobody was asked for anything." } } @else {
                table.trials {
                    caption { "What is due first" }
                    thead {
                        tr {
                            th scope="col" { "Patient" }
                            th scope="col" { "To be found out" }
                            th scope="col" { "Trial" }
                            th scope="col" { "Who, and by when" }
                        }
                    }
                    tbody { @for row in rows { (task_row(row, today)) } }
                }
            }
            @if is_more { p.note { "There is more than is listed." } }
        }
    }
}

fn task_row(row: &TaskRow, today: PartialDate) -> Markup {
    let way = path::trial_work(&row.patient, &row.trial);
    html! {
        tr {
            td data-label="Patient" {
                (person_of(&row.patient, row.identity.as_ref(), today, &way))
            }
            td data-label="To be found out" { (row.fact) }
            td data-label="Trial" { a href=(path::trial(&row.trial)) { (row.trial) } }
            td data-label="Who, and by when" {
                (owner(row)) span.line.note { (due(row, today)) }
            }
        }
    }
}
