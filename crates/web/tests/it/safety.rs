//! Rules that hold on every page: nothing foreign becomes markup, nothing absent looks normal,
//! no meaning by colour alone, no failure that looks like an answer.

use crate::{page, sample};
use model::absence::Absence;
use model::patient::{Identifier, PersonName};
use model::reported::ResultStatus;
use model::statement::{AdviceState, GeneState};
use web::{DrugRow, Known, PatientView};

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

#[test]
fn foreign_text_never_becomes_markup() {
    for html in hostile_pages() {
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"));
        for value in ["href", "action", "value", "id", "name"].map(|a| page::values(&html, a)) {
            assert!(value.iter().all(|v| !v.contains(['<', '>', '\'']) || v.contains("&lt;")));
        }
    }
}

fn hostile_pages() -> Vec<String> {
    let text = || HOSTILE.to_owned();
    let mut view = sample::patient();
    view.session.name = text();
    view.session.csrf = text();
    view.identity.name = Some(PersonName { family: text(), given: vec![text()] });
    view.identity.mrn = Some(Identifier { authority: text(), value: text() });
    view.allergies = Known::Value(vec![text()]);
    view.drug_query = text();
    view.id = model::PatientId::new(HOSTILE);
    for row in &mut view.drugs {
        row.drug = text();
        for medicine in &mut row.current {
            medicine.words = text();
            medicine.status = text();
        }
        if let Some(advice) = &mut row.advice {
            advice.id = model::StatementId::new(HOSTILE);
            advice.capsule.rule = text();
            advice.capsule.gaps = vec![text()];
            advice.capsule.knowledge.date = text();
            advice.content.notes = vec![text()];
            for one in &mut advice.content.recommendations {
                one.text = text();
                one.population = text();
                one.citation.title = text();
            }
        }
    }
    for row in &mut view.genes {
        row.gene.content.gene = text();
        row.gene.content.notes = vec![text()];
    }
    for report in &mut view.reports {
        report.title = text();
        report.change = Some(text());
    }
    let mut list = sample::patients();
    list.query = text();
    let mut login = sample::login(true);
    (login.login, login.error, login.next) = (text(), Some(text()), Some(text()));
    let mut failure = sample::failure();
    (failure.title, failure.log_id) = (text(), text());
    let mut reviews = sample::reviews();
    reviews.messages[0].reason = text();
    vec![
        web::patient(&view),
        web::patients(&list),
        web::login(&login),
        web::error(&failure),
        web::reviews(&reviews),
    ]
}

#[test]
fn only_web_addresses_become_links() {
    let mut view = sample::patient();
    for row in view.drugs.iter_mut().filter_map(|row| row.advice.as_mut()) {
        for one in &mut row.content.recommendations {
            one.citation.url = "javascript:alert(1)".into();
            one.citation.pmid = Some("1\" onclick=\"x".into());
        }
    }
    let html = web::patient(&view);
    assert!(!html.contains("javascript:") && !html.contains("onclick"));
    assert!(html.contains("CPIC CYP2C19 and clopidogrel, 2022 update"));
}

#[test]
fn pages_keep_to_the_content_security_policy() {
    for (name, html) in page::all() {
        for banned in ["<script", "<style", " style=", " onclick=", " onload=", "http-equiv"] {
            assert!(!html.contains(banned), "{name}: {banned}");
        }
        let fetched = page::values(&html, "src");
        assert!(fetched.is_empty(), "{name}: {fetched:?}");
        for address in page::values(&html, "href") {
            if let Some(asset) = address.strip_prefix("/assets/") {
                assert!(web::asset(asset).is_some(), "{name}: {asset}");
            }
        }
    }
}

#[test]
fn pages_can_be_walked_without_eyes() {
    for (name, html) in page::all() {
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{name}");
        for (part, times) in [("<h1", 1), ("<main", 1), ("class=\"skip-link\" href=\"#main\"", 1)] {
            assert_eq!(html.matches(part).count(), times, "{name}: {part}");
        }
        assert_eq!(html.matches("<table").count(), html.matches("<caption").count(), "{name}");
        assert_eq!(
            html.matches("<th ").count() + html.matches("<th>").count(),
            html.matches("scope=").count(),
            "{name}"
        );
        let mut ids = page::values(&html, "id");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id is there twice");
        for target in page::values(&html, "href").iter().filter_map(|h| h.strip_prefix('#')) {
            assert!(ids.contains(&target), "{name}: #{target} leads nowhere");
        }
    }
}

#[test]
fn forms_that_change_something_carry_the_token() {
    for (name, html) in page::all() {
        for form in html.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"csrf\" value=\"csrf-of-the-"), "{name}");
        }
    }
}

#[test]
fn each_state_has_shape_and_word() {
    for (state, shape, word) in [
        (AdviceState::Avoid, "<rect ", "Avoid"),
        (AdviceState::Adjust, "<path d=\"M8 1.5 15 14.5H1Z\">", "Adjust"),
        (AdviceState::Standard, "<circle cx=", "Standard"),
        (AdviceState::NotKnown, "<circle class=\"hollow\"", "Not known"),
    ] {
        let html = web::patient(&one_drug(state, false));
        let (_, chip) = html.split_once("class=\"state ").unwrap();
        let (chip, _) = chip.split_once("</span>").unwrap();
        assert!(chip.contains(shape), "{chip}");
        assert!(chip.ends_with(&format!("</svg>{word}")), "{chip}");
    }
}

/// A patient with one drug of a state and nothing else.
fn one_drug(state: AdviceState, current: bool) -> PatientView {
    let mut drug = sample::patient().drugs.into_iter().find(|d| d.drug == "clopidogrel").unwrap();
    drug.advice.as_mut().unwrap().content.state = state;
    if !current {
        drug.current.clear();
    }
    PatientView { drugs: vec![drug], ..sample::empty_patient() }
}

#[test]
fn needs_action_is_there_only_when_something_does() {
    let shown = |view: &PatientView| web::patient(view).contains("Needs action");
    assert!(!shown(&sample::empty_patient()));
    for (state, current, due) in [
        (AdviceState::Avoid, true, true),
        (AdviceState::Avoid, false, false),
        (AdviceState::Adjust, true, true),
        (AdviceState::Standard, true, false),
        (AdviceState::NotKnown, true, false),
    ] {
        assert_eq!(shown(&one_drug(state, current)), due, "{state:?} {current}");
    }
    for (status, due) in [
        (ResultStatus::Registered, true),
        (ResultStatus::Partial, true),
        (ResultStatus::Preliminary, true),
        (ResultStatus::Final, false),
        (ResultStatus::Amended, false),
        (ResultStatus::EnteredInError, false),
        (ResultStatus::Unknown, false),
    ] {
        let mut report = sample::reports().remove(0);
        report.status = status;
        let view = PatientView { reports: vec![report], ..sample::empty_patient() };
        assert_eq!(shown(&view), due, "{status:?}");
    }
}

#[test]
fn what_nobody_asked_is_never_a_no() {
    let cell = |html: &str, topic: &str| {
        let (_, row) = html.split_once(&format!("data-label=\"Topic\">{topic}")).unwrap();
        row.split_once("</tr>").unwrap().0.to_owned()
    };
    let empty = web::patient(&sample::empty_patient());
    let topics = model::lifestyle::Topic::ALL.into_iter();
    for topic in topics.filter(|topic| *topic != model::lifestyle::Topic::Other) {
        let row = cell(&empty, topic.words());
        assert!(row.contains("Not asked") && !row.contains("No:"), "{row}");
    }
    let asked = web::patient(&sample::patient());
    assert!(cell(&asked, "Exposures").contains("data-label=\"Answer\">No</td>"));
    assert!(cell(&asked, "Alcohol").contains("Not asked"));
    let old = cell(&asked, "Tobacco<span class=\"line muted\">Pack-years smoked");
    assert!(old.contains("<b> old</b>"), "{old}");
}

#[test]
fn what_was_not_tested_is_never_normal() {
    let mut view = sample::patient();
    view.genes.retain(|row| row.gene.content.state == GeneState::NotTested);
    assert!(!view.genes.is_empty());
    // Even where a sender left words behind, a gene without a call shows none of them.
    for row in &mut view.genes {
        row.gene.content.phenotype = Some("Normal Metabolizer".into());
        row.gene.content.activity_score = Some("2.0".into());
    }
    let unknown = |row: &DrugRow| {
        row.advice.as_ref().is_none_or(|a| {
            a.content.state == AdviceState::NotKnown
                && a.content.genes.iter().all(|g| g.phenotype.is_none())
        })
    };
    view.drugs.retain(unknown);
    assert!(view.drugs.len() >= 3);
    let html = web::patient(&view);
    assert!(!html.to_lowercase().contains("normal"), "{html}");
    assert!(!html.contains("class=\"state state-standard\""));
    let words = page::words(&html);
    assert!(words.contains("DPYD not tested") && words.contains("0 of 83 positions tested"));
}

#[test]
fn a_usual_phenotype_of_a_partial_test_says_so_at_the_drug() {
    let words = page::words(&web::patient(&sample::patient()));
    assert_eq!(words.matches("Normal Metabolizer 6 of 43 positions tested").count(), 3, "{words}");
}

/// Prasugrel suits after a stent and is contraindicated after a stroke (label; CPIC 2022).
#[test]
fn each_population_has_its_own_alternatives() {
    let words = page::words(&web::patient(&sample::patient()));
    let action = words.split("Show the row of clopidogrel").next().unwrap();
    for line in [
        "Instead, for ACS PCI: prasugrel or ticagrelor",
        "CPIC, neurovascular, moderate: Another drug; instead ticagrelor",
    ] {
        assert_eq!(action.lines().filter(|one| *one == line).count(), 1, "{action}");
        assert!(words.matches(line).count() >= 2, "{line}");
    }
}

#[test]
fn a_drug_nobody_knows_is_not_standard() {
    let view = page::searched("zolpidem");
    let words = page::words(&web::patient(&view));
    let answer = words.lines().find(|line| line.contains("“zolpidem”")).unwrap();
    assert!(answer.starts_with("[shape] Not known"), "{answer}");
    assert!(answer.contains("not the same as standard use"), "{answer}");
}

#[test]
fn a_search_moves_the_drug_to_the_top_and_shows_it_once() {
    for query in ["clopidogrel", " CLOPI ", "75 mg"] {
        let html = web::patient(&page::searched(query));
        let answer = html.split("class=\"answer\"").nth(1).unwrap();
        let answer = answer.split("</table>").next().unwrap();
        assert!(answer.contains("<span class=\"drug\">clopidogrel</span>"), "{query}");
        assert_eq!(html.matches("<th scope=\"row\"><span class=\"drug\">clopidogrel").count(), 1);
    }
}

#[test]
fn absence_has_its_fixed_words_and_never_a_question_mark() {
    let words = page::words(&web::patients(&sample::patients()));
    assert!(words.ends_with(
        "Name not recorded\nnot recorded\nnot recorded\nnot recorded\nInterfaces\n\
         Cognate shows what results and guidance say; the decision is the clinician’s. \
         Each statement opens to what it rests on."
    ));
    for (name, html) in page::all() {
        assert!(!page::words(&html).contains('?'), "{name}");
    }
    for (allergies, shown) in [
        (Known::Absent(Absence::NotAsked), "not asked"),
        (Known::Absent(Absence::HiddenByConsent), "hidden by consent"),
        (Known::Value(vec![]), "none known"),
        (Known::Value(vec!["penicillin".into(), "latex".into()]), "penicillin, latex"),
    ] {
        let html = web::patient(&PatientView { allergies, ..sample::empty_patient() });
        assert!(page::words(&html).contains(&format!("Allergies\n{shown}")), "{shown}");
    }
}

#[test]
fn every_statement_opens_to_its_capsule() {
    let view = sample::patient();
    let html = web::patient(&view);
    let drugs = view.drugs.iter().filter_map(|row| Some((row, &row.advice.as_ref()?.id)));
    let drugs = drugs.map(|(row, id)| (!row.current.is_empty(), id));
    for (here, id) in drugs.chain(view.genes.iter().map(|row| (true, &row.gene.id))) {
        // Of what is not taken, the capsule is on the page of the statement.
        assert_eq!(html.contains(&format!("cognate explain {id}")), here, "{id}");
        assert!(html.contains(&format!("href=\"/statements/{id}\"")), "{id}");
    }
    let mut asked = sample::patient();
    let other = asked.drugs.iter().find(|row| row.current.is_empty() && row.advice.is_some());
    let other = other.unwrap().clone();
    asked.drug_query.clone_from(&other.drug);
    let id = &other.advice.unwrap().id;
    assert!(web::patient(&asked).contains(&format!("cognate explain {id}")), "asked about: {id}");
    for part in ["pgx 0.1.0", "22-Nov-2026", "91c4e7aa91c4…", "actions:clopidogrel/CPIC"] {
        assert!(page::words(&html).contains(part), "{part}");
    }
    let full = page::words(&web::explain(&sample::explain_drug()));
    assert!(full.contains(&"91c4e7aa".repeat(8)), "{full}");
    assert!(!page::words(&html).contains(&"91c4e7aa".repeat(8)));
}

#[test]
fn a_failure_is_a_failure() {
    let html = web::error(&sample::failure());
    let words = page::words(&html);
    assert!(words.contains("00000000beef") && words.contains("503"));
    for absence in ["not recorded", "not tested", "pending"] {
        assert!(!words.contains(absence));
    }
}

#[test]
fn both_phenotypes_are_shown_with_cause_and_date_and_neither_hides_the_other() {
    let words = page::words(&web::patient(&sample::patient()));
    for said in [
        "CYP2D6 *1/*1 Normal Metabolizer",
        "With paroxetine since 02-Mar-2026 Poor Metabolizer",
        "by genotype: Standard",
        "With paroxetine: Avoid",
        "By genotype alone: Standard",
        "Use the usual dose",
        "Do not use codeine: it will not work",
        "CYP2D6 and medicines: Normal Metabolizer by genotype; Poor Metabolizer with paroxetine \
         (by activity score)",
        "paroxetine since 02-Mar-2026: strong inhibitor",
        "sertraline: weak inhibitor, changes nothing here",
        "Activity score 2.0",
    ] {
        assert!(words.contains(said), "{said} in {words}");
    }
    // Less care by the medicines leads nothing: the genotype's advice stays on top.
    let mut view = sample::patient();
    for row in &mut view.drugs {
        if let Some(clinical) = &mut row.clinical {
            clinical.more_cautious = false;
        }
    }
    let words = page::words(&web::patient(&view));
    let (first, second) = ("By genotype alone: Standard", "With paroxetine: Avoid");
    assert!(words.find(first).unwrap() < words.find(second).unwrap());
    // Without a list nothing is concluded, and that is said.
    let mut view = sample::patient();
    for row in &mut view.genes {
        if let Some(conversion) = &mut row.conversion {
            conversion.assessed = false;
            conversion.clinical = conversion.genotype.clone();
            conversion.causes.clear();
        }
    }
    let words = page::words(&web::patient(&view));
    assert!(words.contains("Effect of medicines: not assessed, no list of medicines"), "{words}");
}

#[test]
fn genes_that_nobody_looked_at_are_one_line_that_opens() {
    let html = web::patient(&sample::patient());
    let words = page::words(&html);
    assert!(words.contains("1 gene not tested: DPYD"), "{words}");
    assert!(words.contains("Genes not tested"), "each has its row inside");
}

#[test]
fn a_test_under_way_is_pending_and_in_view() {
    let mut view = sample::patient();
    for row in &mut view.genes {
        if row.gene.content.state == GeneState::NotTested {
            let since = model::PartialDate::parse("2026-11-02");
            row.pending = Some(model::request::PendingTest { gene: "DPYD".into(), since });
        }
    }
    let words = page::words(&web::patient(&view));
    assert!(words.contains("Pending since 02-Nov-2026"), "{words}");
    assert!(!words.contains("1 gene not tested"), "it is not in the fold");
}
