//! Pages about trials: nothing that was not tested is absent, nothing of the data is markup.

use crate::sample;
use model::absence::Presence;
use model::time::PartialDate;
use model::{PatientId, Timestamp};
use web::view::{
    AlterationRow, BinRow, BriefOffer, EvidenceLine, GeneTestedRow, Known, LaboratoryLine,
    MissingRow, MissingView, OncogenicityView, OpenTherapyRow, ReasonView, RefusedForm,
    ReinterpretedRow, SourceLine, Sourced, StandingRow, TaskRow, TherapiesView, TherapyRow,
    TrialDecisionRow, TrialHead, TrialOffer, TrialOptionsView, TrialPatientRow, TrialView,
    TrialWorkView, TrialsView, TumorProfileView, TumorReportRow, ValueSeries,
};

const HOSTILE: &str = "<script>alert(1)</script> & \"x\"";

fn sourced(words: &str) -> Sourced {
    let source = SourceLine { resource: "Observation/o/_history/1".into(), date: None };
    Sourced { words: words.to_owned(), sources: vec![source] }
}

fn leaf(outcome: &str, expected: &str, found: &str, missing: Option<&str>) -> ReasonView {
    ReasonView::Leaf {
        outcome: outcome.to_owned(),
        expected: expected.to_owned(),
        found: sourced(found),
        missing: missing.map(str::to_owned),
        asked_at: "/match/0".to_owned(),
    }
}

pub(crate) fn head(id: &str, title: &str) -> TrialHead {
    TrialHead {
        id: id.to_owned(),
        registry: Some("NCT00000001".to_owned()),
        title: title.to_owned(),
        phase: "2".to_owned(),
        status: "open".to_owned(),
        version: 3,
        recorded: Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
        open_sites: vec!["North Hospital".to_owned()],
        sites: 2,
    }
}

fn offer(status: &str, title: &str, reasons: Vec<ReasonView>) -> TrialOffer {
    TrialOffer {
        trial: head("10-001", title),
        cohort: "arm 1 (A)".to_owned(),
        path: "arm 1".to_owned(),
        slots: Some(1),
        status: status.to_owned(),
        counts: [1, 1, 0],
        missing: vec!["a test of ALK for rearrangements".to_owned()],
        reasons,
        decided: None,
    }
}

fn decision(text: &str) -> TrialDecisionRow {
    TrialDecisionRow {
        patient: PatientId::new("ana"),
        identity: Some(sample::ana()),
        code: "screening".to_owned(),
        words: "Being screened".to_owned(),
        cohort: Some("arm 1".to_owned()),
        note: Some(text.to_owned()),
        by: Some(text.to_owned()),
        at: Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
        answer: Some("needs-data".to_owned()),
        trial_version: Some(2),
        version: 4,
    }
}

fn task(text: &str) -> TaskRow {
    TaskRow {
        id: "t1".to_owned(),
        version: 2,
        patient: PatientId::new("ana"),
        identity: Some(sample::ana()),
        trial: "10-001".to_owned(),
        fact: text.to_owned(),
        state: "Asked for".to_owned(),
        is_open: true,
        is_answered: true,
        owner: Some(text.to_owned()),
        due: PartialDate::parse("2020-01-01"),
        asked_by: Some(text.to_owned()),
        note: Some(text.to_owned()),
        at: Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
    }
}

fn work(text: &str) -> TrialWorkView {
    TrialWorkView {
        session: sample::session(),
        today: sample::today(),
        id: PatientId::new("ana"),
        identity: sample::ana(),
        allergies: Known::Value(vec![text.to_owned()]),
        trial: head("10-001", text),
        offers: vec![TrialOffer { path: "arm 1".to_owned(), ..offer("eligible", text, vec![]) }],
        cohorts: vec!["arm 1".to_owned(), text.to_owned()],
        decision: Some(decision(text)),
        beside: vec![TrialDecisionRow { patient: PatientId::new("gone"), ..decision(text) }],
        choices: vec![("screening".to_owned(), "Being screened".to_owned())],
        tasks: vec![task(text)],
        unasked: vec![text.to_owned()],
        may_decide: true,
        refused: Some(RefusedForm {
            error: text.to_owned(),
            typed: vec![("note".to_owned(), text.to_owned())],
        }),
    }
}

#[test]
fn work_on_a_trial_says_what_changed_since_and_forms_are_for_who_may() {
    let page = web::trial_work(&work("x"));
    for said in [
        "Being screened",
        "The criteria then</dt><dd>Facts missing, version 2; the trial is at version 3 now",
        "The criteria now</dt><dd><b>Eligible</b>",
        "Overdue",
        "The criteria do not miss this any more.",
        "action=\"/patients/ana/trials/10-001\"",
        "action=\"/patients/ana/trials/10-001/tasks/t1\"",
        "name=\"version\" value=\"4\"",
        "href=\"/patients/gone/trials/10-001\">record gone</a>, merged into this one: <b>Being",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // A form that was not taken keeps what was typed, and the title says that there is an error.
    assert!(page.contains("<title>Error: ") && page.contains("role=\"alert\""), "{page}");
    assert!(page.contains("maxlength=\"500\">x</textarea>"), "{page}");
    let reader = TrialWorkView { may_decide: false, refused: None, ..work("x") };
    let page = web::trial_work(&reader);
    assert!(!page.contains("method=\"post\" action=\"/patients/"), "{page}");
    let none = TrialWorkView { decision: None, tasks: vec![], ..work("x") };
    let page = web::trial_work(&none);
    assert!(page.contains("Nobody has decided anything."), "{page}");
    assert!(page.contains("Nobody was asked for anything."), "{page}");
}

/// Evidence, with `text` wherever a source has its own words.
fn therapies(text: &str) -> TherapiesView {
    let line = || EvidenceLine {
        id: text.to_owned(),
        words: text.to_owned(),
        tier: "I-A".to_owned(),
        tumor_type: "of this type of tumour".to_owned(),
        citation: text.to_owned(),
        url: format!("javascript:{text}"),
    };
    let row = |therapies: &str| TherapyRow {
        therapies: therapies.to_owned(),
        tier: "I-A".to_owned(),
        escat: "I".to_owned(),
        findings: vec![text.to_owned()],
        evidence: vec![line()],
        against: vec![line()],
    };
    let because = |code: &str| vec![(code.to_owned(), text.to_owned())];
    TherapiesView {
        basis: "Evidence 0.1.0 of 2026-11-01.".to_owned(),
        ranking: "First the tier.".to_owned(),
        findings: vec![AlterationRow {
            reported: text.to_owned(),
            marks: vec!["somatic".to_owned(), text.to_owned()],
            laboratory: vec![LaboratoryLine {
                words: format!("level of evidence: {text}"),
                system: text.to_owned(),
                comparison: "differs from ours".to_owned(),
                differs: true,
                source: "Observation/x/_history/1".to_owned(),
            }],
            tier: "I-A".to_owned(),
            oncogenicity: Some(OncogenicityView {
                class: "likely oncogenic".to_owned(),
                points: 8,
                counted: because("OVS1 +8"),
                others: because("OM2"),
                not_assessed: because("OS2"),
            }),
        }],
        benefit: vec![row("Osimertinib")],
        less: vec![row("Gefitinib")],
        harm: vec![row(text)],
        markers: vec![line()],
        open: vec![OpenTherapyRow {
            therapies: "Alectinib".to_owned(),
            missing: vec!["ALK: rearrangements not tested".to_owned()],
            evidence: vec![line()],
        }],
    }
}

pub(crate) fn options(text: &str) -> TrialOptionsView {
    let part = ReasonView::Part {
        of: "any".to_owned(),
        outcome: "not known".to_owned(),
        parts: vec![leaf("not known", "ALK rearrangement", "not tested", Some("a test of ALK"))],
    };
    TrialOptionsView {
        session: sample::session(),
        today: sample::today(),
        id: PatientId::new("ana"),
        identity: sample::ana(),
        allergies: Known::Value(vec![text.to_owned()]),
        reinterpreted: vec![ReinterpretedRow {
            about: text.to_owned(),
            former: Some("II-C".to_owned()),
            now: None,
            since: Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
            cause: text.to_owned(),
        }],
        brief: BriefOffer { issued: Some(2), may_issue: true, question: text.to_owned() },
        tumor: Some(TumorProfileView {
            diagnosis: Some(sourced("Lung Adenocarcinoma")),
            reports: vec![TumorReportRow {
                source: SourceLine { resource: "DiagnosticReport/r/_history/2".into(), date: None },
                panel: None,
                specimen: Some("tumour tissue".to_owned()),
                conclusion: Some(text.to_owned()),
                silence: Some("what it does not name is not known to be absent".to_owned()),
                events: vec![text.to_owned()],
                biomarkers: vec![],
            }],
            conflicts: vec![text.to_owned()],
            fractions: vec![ValueSeries {
                name: text.to_owned(),
                values_thousandths: vec![(sample::today(), 31_000), (sample::day(2025, 1, 2), 500)],
            }],
            genes: vec![GeneTestedRow {
                gene: "ALK".to_owned(),
                classes: vec![
                    ("small variants".to_owned(), Presence::AbsentTested),
                    ("rearrangements".to_owned(), Presence::NotTested),
                ],
            }],
            ..TumorProfileView::default()
        }),
        therapies: Some(therapies(text)),
        ranking: "Eligible first.".to_owned(),
        offers: vec![
            offer("needs-data", text, vec![leaf("met", "age >= 18 years", text, None), part]),
            offer("not-eligible", text, vec![leaf("failed", "stage IV", "IIIB", None)]),
        ],
        problems: vec![],
    }
}

fn row(text: &str) -> TrialPatientRow {
    TrialPatientRow {
        patient: PatientId::new("ana"),
        identity: Some(sample::ana()),
        former: "not-eligible".to_owned(),
        standing: StandingRow {
            trial: "10-001".to_owned(),
            path: text.to_owned(),
            status: "needs-data".to_owned(),
            since: Timestamp::parse("2026-01-02T03:04:05Z").unwrap(),
            cause: text.to_owned(),
            is_evidence: false,
        },
    }
}

#[test]
fn each_criterion_says_what_was_asked_found_and_is_missing() {
    let page = web::trial_options(&options("EGFR p.L858R"));
    for part in [
        "1 met · 1 not known · 0 failed",
        "To be found out: </b>a test of ALK for rearrangements",
        "Found: not tested",
        "Observation/o/_history/1",
        "date not recorded",
        "Criteria of version 3",
        "What was tested is not stated",
        "what it does not name is not known to be absent",
        "Stage</dt><dd>not recorded",
        "1 cohort not for this patient",
        "Fails: stage IV (found: IIIB)",
        "1 place left",
    ] {
        assert!(page.contains(part), "no `{part}` in {page}");
    }
    // Tested and not there is one thing, not tested another.
    let gene = page.split_once(">ALK</th>").unwrap().1;
    let (absent, rest) = gene.split_once("Not tested").unwrap();
    assert!(absent.contains("small variants") && !absent.contains("rearrangements"), "{absent}");
    assert!(rest.split_once("</tr>").unwrap().0.contains("rearrangements"), "{rest}");
}

#[test]
fn each_therapy_says_what_it_rests_on_and_what_speaks_against_it() {
    let page = web::trial_options(&options("EGFR p.L858R"));
    for part in [
        "Osimertinib",
        "ESCAT I",
        "1 source against",
        "of this type of tumour",
        "Likely oncogenic, 8 points",
        "1 criterion not assessed",
        "Resistance, or less benefit",
        "1 therapy with strong evidence",
        "ALK: rearrangements not tested",
        "Evidence 0.1.0 of 2026-11-01.",
    ] {
        assert!(page.contains(part), "no `{part}` in {page}");
    }
    // An address that is none of the web is no link.
    assert!(!page.contains("href=\"javascript"), "{page}");
    // No evidence in use is no finding, and an empty answer is not silence.
    let without = TrialOptionsView { therapies: None, ..options("x") };
    assert!(web::trial_options(&without).contains("No evidence is in use"));
    let nothing = Some(TherapiesView::default());
    let none = TrialOptionsView { therapies: nothing, ..options("x") };
    assert!(web::trial_options(&none).contains("No therapy is supported by the evidence"));
}

#[test]
fn no_text_of_the_data_is_markup_and_no_page_has_a_script() {
    let trial = TrialView {
        session: sample::session(),
        today: sample::today(),
        trial: head("<b>", HOSTILE),
        cohorts: vec![(HOSTILE.to_owned(), "open".to_owned())],
        findings: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        patients_total: 2,
        bins: vec![BinRow { status: "needs-data".to_owned(), patients: 2 }],
        is_counted_in_part: true,
        status: Some("needs-data".to_owned()),
        missing: MissingView {
            looked_at: 1,
            of: 2,
            facts: vec![MissingRow { fact: HOSTILE.to_owned(), patients: 2, decides: 1 }],
        },
        patients: vec![row(HOSTILE), TrialPatientRow { identity: None, ..row(HOSTILE) }],
        next: Some(7),
        decisions: vec![decision(HOSTILE)],
        has_more_decisions: true,
    };
    let trials = TrialsView {
        session: sample::session(),
        today: sample::today(),
        changes: vec![row(HOSTILE)],
        older: Some(7),
        tasks: vec![task(HOSTILE)],
        has_more_tasks: true,
        trials: vec![head("a/b?c", HOSTILE)],
    };
    let pages = [
        web::trial_options(&options(HOSTILE)),
        web::trial(&trial),
        web::trials(&trials),
        web::trial_work(&work(HOSTILE)),
    ];
    for page in &pages {
        assert!(!page.contains("<script") && !page.contains("style="), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
    assert!(pages[1].contains("/trials/%3Cb%3E?status=needs-data&amp;after=7"), "{}", pages[1]);
    assert!(pages[2].contains("/trials/a%2Fb%3Fc"), "{}", pages[2]);
    assert!(pages[2].contains("/trials?before=7"), "{}", pages[2]);
}

#[test]
fn nothing_is_said_in_words_where_there_is_nothing() {
    let nobody = TrialOptionsView { tumor: None, offers: vec![], ..options("") };
    let page = web::trial_options(&nobody);
    assert!(page.contains("Nothing in the record says that there is a tumour."), "{page}");
    let empty = TrialOptionsView { offers: vec![], ..options("") };
    assert!(web::trial_options(&empty).contains("No trial of this site is open."));
    let page = web::patient(&sample::patient());
    assert!(!page.contains("id=\"trials\""), "no section without options");
}

#[test]
fn the_laboratorys_tier_stands_beside_ours_and_a_difference_is_said() {
    let page = web::trial_options(&options("x"));
    let (_, section) = page.split_once("What was found, and what it comes to").unwrap();
    let (section, _) = section.split_once("</table>").unwrap();
    for said in ["level of evidence: x", "Differs from ours", "Observation/x/_history/1", "I-A"] {
        assert!(section.contains(said), "{said}: {section}");
    }
    let mut view = options("x");
    view.therapies.as_mut().unwrap().findings[0].laboratory.clear();
    let page = web::trial_options(&view);
    assert!(page.contains("no judgement reported") && !page.contains("Differs from ours"));
}

#[test]
fn the_brief_is_issued_only_by_who_may() {
    let page = web::trial_options(&options("x"));
    assert!(page.contains("action=\"/patients/ana/board\"") && page.contains("name=\"csrf\""));
    assert!(page.contains("/patients/ana/board?version=2"), "{page}");
    let reader = TrialOptionsView { brief: BriefOffer::default(), ..options("x") };
    let page = web::trial_options(&reader);
    assert!(page.contains("/patients/ana/board.pdf") && !page.contains("Issue the brief"));
    assert!(!page.contains("board?version"), "{page}");
}

#[test]
fn work_is_counted_by_status_and_what_would_decide_is_named() {
    let change = TrialPatientRow {
        former: "II-C".to_owned(),
        standing: StandingRow {
            path: "Osimertinib: benefit".to_owned(),
            status: "not-eligible".to_owned(),
            is_evidence: true,
            ..row("x").standing
        },
        ..row("x")
    };
    let view = TrialView {
        session: sample::session(),
        today: sample::today(),
        trial: head("T", "x"),
        cohorts: vec![],
        findings: vec![],
        patients_total: 6,
        bins: vec![
            BinRow { status: "eligible".to_owned(), patients: 3 },
            BinRow { status: "needs-data".to_owned(), patients: 4 },
        ],
        is_counted_in_part: false,
        status: Some("eligible".to_owned()),
        missing: MissingView {
            looked_at: 4,
            of: 4,
            facts: vec![MissingRow { fact: "ALK rearrangement".into(), patients: 4, decides: 3 }],
        },
        patients: vec![row("x")],
        next: None,
        decisions: vec![],
        has_more_decisions: false,
    };
    let page = web::trial(&view);
    for said in [
        "/trials/T?status=eligible\" aria-current=\"page\">Eligible <span class=\"badge\">3",
        "All <span class=\"badge\">6",
        "ALK rearrangement",
        ">4 patients</td>",
        ">3 patients</td>",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("There are more") && !page.contains("Of 4 of"), "{page}");
    let trials = TrialsView {
        session: sample::session(),
        today: sample::today(),
        changes: vec![change],
        older: None,
        tasks: vec![],
        has_more_tasks: false,
        trials: vec![],
    };
    let page = web::trials(&trials);
    assert!(page.contains("Osimertinib: benefit") && page.contains("by evidence"), "{page}");
    assert!(page.contains("not listed") && page.contains("before: II-C"), "{page}");
    assert!(!page.contains("/trials/10-001"), "{page}");
}
