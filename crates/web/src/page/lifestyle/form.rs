//! The form that takes answers about lifestyle. Every question may stay unasked; that somebody
//! asked and came to no answer is an answer of its own.

use crate::page::banner::banner;
use crate::page::frame::{Frame, document};
use crate::page::words;
use crate::path;
use crate::view::{Known, LifestyleFormView, LifestyleQuestion, QuestionKind};
use maud::{Markup, html};
use model::absence::Absence;
use model::lifestyle::{SaidBy, Topic};

/// Answers of one choice that are shown side by side; more are a list.
const SIDE_BY_SIDE_MAX: usize = 4;
/// Who may give answers, each with its word in the form.
const SPEAKERS: [(SaidBy, &str, &str); 3] = [
    (SaidBy::Patient, "patient", "The patient"),
    (SaidBy::Related, "related", "A relative, or somebody who cares for the patient"),
    (SaidBy::Clinician, "clinician", "A clinician, from other records or by examination"),
];

/// The word of a speaker in the form, read back.
pub fn speaker(word: &str) -> Option<SaidBy> {
    SPEAKERS.iter().find(|(_, known, _)| *known == word).map(|(speaker, ..)| *speaker)
}

/// The form, as it was opened or as it was sent.
pub fn lifestyle_form(view: &LifestyleFormView) -> String {
    let name = words::name(&view.identity);
    let faults: Vec<&LifestyleQuestion> =
        view.questions.iter().filter(|question| question.fault.is_some()).collect();
    let is_wrong = !faults.is_empty() || view.notice.is_some() || view.day_fault.is_some();
    let error = if is_wrong { "Error: " } else { "" };
    let title = format!("{error}{name}: answers about lifestyle");
    let allergies = Known::Absent(Absence::NotRecorded);
    document(Frame {
        title: &title,
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &allergies, view.today, true)),
        main: html! {
            p.more { a href=(path::patient(&view.id)) { "Back to the patient page" } }
            section aria-labelledby="answers" {
                h2 id="answers" { "Answers about lifestyle, work, surroundings and relatives" }
                p {
                    "What nobody asked stays empty. Sending answers of the same day again corrects "
                    "them: the earlier version is kept."
                }
                @if is_wrong { (summary(view, &faults)) }
                form.questions method="post" action=(path::lifestyle(&view.id)) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    input type="hidden" name="opened-on" value=(view.opened.0);
                    input type="hidden" name="version" value=(view.opened.1);
                    (about(view))
                    @for topic in Topic::ALL { (of_topic(topic, view)) }
                    button type="submit" { "Keep the answers" }
                }
            }
        },
    })
}

fn summary(view: &LifestyleFormView, faults: &[&LifestyleQuestion]) -> Markup {
    html! {
        div.error-summary role="alert" {
            p { b { "Nothing was kept yet. What you typed is still here." } }
            ul.plain {
                @if let Some(notice) = &view.notice { li { (words::sentence(notice)) } }
                @if let Some(fault) = &view.day_fault {
                    li { a href="#on" { "Day of the answers: " (fault) } }
                }
                @for question in faults {
                    li {
                        a href={ "#" (question.link_id) } {
                            (question.asked) ": " (question.fault.as_deref().unwrap_or_default())
                        }
                    }
                }
            }
        }
    }
}

fn about(view: &LifestyleFormView) -> Markup {
    let described = view.day_fault.as_ref().map(|_| "on-fault");
    html! {
        div.question {
            label for="on" { "Day of the answers" }
            input id="on" name="on" type="text" value=(view.on) required maxlength="10"
                autocomplete="off" aria-describedby=[described]
                aria-invalid=[described.map(|_| "true")];
            span.muted { "As 2026-11-27" }
            @if let Some(fault) = &view.day_fault { span.fault id="on-fault" { (fault) } }
        }
        fieldset.question {
            legend { "Who gave them" }
            @for (speaker, word, words) in SPEAKERS {
                label.choice {
                    input type="radio" name="said-by" value=(word) required
                        checked[speaker == view.said_by];
                    " " (words)
                }
            }
        }
    }
}

fn of_topic(topic: Topic, view: &LifestyleFormView) -> Markup {
    let mut of = view.questions.iter().filter(|question| question.topic == topic).peekable();
    html! {
        @if of.peek().is_some() {
            h3.part { (topic.words()) }
            @for one in of { (question(one)) }
        }
    }
}

fn question(question: &LifestyleQuestion) -> Markup {
    let fault = question.fault.as_ref().map(|_| format!("{}-fault", question.link_id));
    let said = html! {
        @if let (Some(fault), Some(id)) = (&question.fault, &fault) {
            span.fault id=(id) { (words::sentence(fault)) }
        }
    };
    match &question.kind {
        QuestionKind::Choice(offered) if offered.len() < SIDE_BY_SIDE_MAX => {
            radios(question, offered, fault.as_deref(), &said)
        }
        QuestionKind::Choice(offered) => list(question, offered, fault.as_deref(), &said),
        QuestionKind::Number(unit) => typed(question, ("decimal", unit), fault.as_deref(), &said),
        QuestionKind::Day => {
            let hint = "as 2012-05-31, 2012-05 or 2012";
            typed(question, ("text", hint), fault.as_deref(), &said)
        }
        QuestionKind::Words => typed(question, ("text", ""), fault.as_deref(), &said),
    }
}

fn radios(
    question: &LifestyleQuestion,
    offered: &[(String, String)],
    fault: Option<&str>,
    said: &Markup,
) -> Markup {
    let choice = |code: &str, words: &str, id: Option<&str>| {
        html! {
            label.choice {
                input id=[id] type="radio" name=(question.link_id) value=(code)
                    checked[question.value == code];
                " " (words)
            }
        }
    };
    html! {
        fieldset.question aria-describedby=[fault] {
            legend { (question.asked) }
            (choice("", &words::sentence(Absence::NotAsked.words()), Some(&question.link_id)))
            @for (code, words) in offered { (choice(code, words, None)) }
            (said)
        }
    }
}

fn list(
    question: &LifestyleQuestion,
    offered: &[(String, String)],
    fault: Option<&str>,
    said: &Markup,
) -> Markup {
    html! {
        div.question {
            label for=(question.link_id) { (question.asked) }
            select id=(question.link_id) name=(question.link_id) aria-describedby=[fault] {
                option value="" { (words::sentence(Absence::NotAsked.words())) }
                @for (code, words) in offered {
                    option value=(code) selected[question.value == *code] { (words) }
                }
            }
            (said)
        }
    }
}

fn typed(
    question: &LifestyleQuestion,
    (mode, hint): (&str, &str),
    fault: Option<&str>,
    said: &Markup,
) -> Markup {
    let id = &question.link_id;
    html! {
        div.question {
            label for=(id) { (question.asked) }
            input id=(id) name=(id) type="text" inputmode=(mode) value=(question.value)
                maxlength="1000" autocomplete="off" aria-describedby=[fault]
                aria-invalid=[fault.map(|_| "true")];
            @if !hint.is_empty() { span.muted { (hint) } }
            label.choice {
                input type="checkbox" name={ (id) "-not-known" } value="yes"
                    checked[question.is_not_known];
                " Asked, not known"
                span.visually-hidden { ": " (question.asked) }
            }
            (said)
        }
    }
}
