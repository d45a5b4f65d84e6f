//! The form that takes answers: every state can be given without a script, what was typed stays,
//! and nothing of it is markup.

use crate::sample;
use model::PatientId;
use model::lifestyle::{SaidBy, Topic};
use web::view::{LifestyleFormView, LifestyleQuestion, QuestionKind};

const HOSTILE: &str = "\"><script>alert(1)</script>";

fn question(link_id: &str, kind: QuestionKind, value: &str) -> LifestyleQuestion {
    LifestyleQuestion {
        link_id: link_id.to_owned(),
        topic: Topic::Exposure,
        asked: format!("Asked of {link_id}"),
        kind,
        value: value.to_owned(),
        is_not_known: false,
        fault: None,
    }
}

fn yes_no() -> QuestionKind {
    let pair = |code: &str, words: &str| (code.to_owned(), words.to_owned());
    QuestionKind::Choice(vec![
        pair("LA33-6", "Yes"),
        pair("LA32-8", "No"),
        pair("LA14072-5", "Asked, not known"),
    ])
}

pub(crate) fn form(text: &str, fault: Option<&str>) -> LifestyleFormView {
    let mut years = question("pack-years", QuestionKind::Number("pack-years".into()), text);
    years.fault = fault.map(str::to_owned);
    let mut drinks = question("drinks", QuestionKind::Number("drinks a week".into()), "");
    drinks.is_not_known = true;
    LifestyleFormView {
        session: sample::session(),
        today: sample::today(),
        id: PatientId::new("ana"),
        identity: sample::ana(),
        on: text.to_owned(),
        said_by: SaidBy::Related,
        opened: (text.to_owned(), 3),
        notice: fault.map(str::to_owned),
        day_fault: fault.map(str::to_owned),
        questions: vec![
            question("radon", yes_no(), "LA32-8"),
            question("asbestos", yes_no(), ""),
            years,
            drinks,
            question("occupation", QuestionKind::Words, text),
            question("quit-date", QuestionKind::Day, ""),
        ],
    }
}

fn checked(html: &str, name: &str) -> Vec<String> {
    let inputs = html.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let of = inputs.filter(|one| one.contains(&format!("name=\"{name}\"")));
    let of = of.filter(|one| one.contains("checked"));
    of.map(|one| one.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn not_asked_asked_in_vain_and_no_are_three_things() {
    let html = web::lifestyle_form(&form("12.5", None));
    assert_eq!(checked(&html, "radon"), ["LA32-8"]);
    assert_eq!(checked(&html, "asbestos"), [""], "not asked");
    assert_eq!(checked(&html, "drinks-not-known"), ["yes"]);
    assert_eq!(checked(&html, "pack-years-not-known"), Vec::<String>::new());
    assert_eq!(checked(&html, "said-by"), ["related"]);
    assert!(html.contains("value=\"12.5\"") && html.contains("name=\"version\" value=\"3\""));
    assert!(!html.contains("Error:") && !html.contains("aria-invalid"));
    for (word, speaker) in [
        ("patient", Some(SaidBy::Patient)),
        ("clinician", Some(SaidBy::Clinician)),
        ("area", None),
        ("", None),
    ] {
        assert_eq!(web::speaker(word), speaker, "{word}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_what_was_typed_is_still_there() {
    let html = web::lifestyle_form(&form("many", Some("give a number from 0 to 500, as 12.5")));
    assert!(html.contains("<title>Error: "), "{html}");
    assert!(html.contains("Nothing was kept yet. What you typed is still here."));
    assert_eq!(html.matches("value=\"many\"").count(), 4, "fields, and the day as it was");
    for said in [
        "<a href=\"#pack-years\">Asked of pack-years: give a number",
        "aria-describedby=\"pack-years-fault\"",
        "id=\"pack-years-fault\"",
        "<a href=\"#on\">",
        "role=\"alert\"",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let plain = web::lifestyle_form(&form("plain", Some("plain")));
    let hostile = web::lifestyle_form(&form(HOSTILE, Some(HOSTILE)));
    assert_eq!(plain.matches('<').count(), hostile.matches('<').count());
    assert!(!hostile.contains("<script"));
}
