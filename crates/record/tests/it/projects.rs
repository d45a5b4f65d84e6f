//! Projects of research: the only way to de-identified data and counts, and its gate.

use crate::support::{Fixture, access, commit, fixture, observation, patient, put};
use deidentify::Tier;
use deidentify::bulk::BulkKind;
use deidentify::counts::{Answer, Kind, Rule, TableAnswer, Told};
use model::{PatientId, Timestamp};
use record::{
    Access, AuditQuery, ExpertDetermination, ExportForResearch, ExportLevel, ExportRequest,
    Failure, NewProject, Project, Purpose, Query, Record, ResourceChange, Role, Scope, Term,
    Transfer,
};
use serde_json::json;
use std::collections::BTreeSet;

const OWNER: &str = "account:rita";

fn researcher(actor: &str) -> Access {
    let tenant = access(Role::Researcher).tenant().clone();
    Access::new(tenant, actor, Role::Researcher, Purpose::Research, Scope::Tenant)
}

fn officer(actor: &str) -> Access {
    let tenant = access(Role::PrivacyOfficer).tenant().clone();
    Access::new(tenant, actor, Role::PrivacyOfficer, Purpose::Operations, Scope::Tenant)
}

fn new_project(tier: Tier) -> NewProject {
    let determination = ExpertDetermination {
        expert: "Dr. Determiner".to_owned(),
        date: "2025-12-01".to_owned(),
        document: "DET-7".to_owned(),
    };
    NewProject {
        title: "Clopidogrel".to_owned(),
        owner: OWNER.to_owned(),
        tier,
        expert_determination: (tier == Tier::Controlled).then_some(determination),
        recipients: vec!["University".to_owned(), "Registry".to_owned()],
        ends: Timestamp::from_micros(4_000_000_000_000_000),
    }
}

fn project(record: &Record, tier: Tier) -> Project {
    record.create_project(&officer("account:olga"), new_project(tier)).unwrap()
}

/// So many patients with an observation each, who have consented to research.
fn consenting(fixture: &Fixture, range: std::ops::Range<usize>) {
    let changes: Vec<ResourceChange> = range
        .flat_map(|number| {
            let id = format!("p{number}");
            let consent = json!({
                "resourceType": "Consent", "id": format!("c{number}"), "status": "active",
                "scope": {"coding": [{"code": "patient-privacy"}]},
                "category": [{"coding": [{"code": "IDSCL"}]}],
                "patient": {"reference": format!("Patient/{id}")},
                "provision": {"type": "permit", "purpose": [{"code": "HRESCH",
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason"}]},
            });
            [
                patient(&id, "Example", &id),
                put(observation(&format!("o{number}"), &id, "x")),
                put(consent),
            ]
        })
        .collect();
    for part in changes.chunks(300) {
        commit(&fixture.record, part.to_vec()).unwrap();
    }
}

fn request(project: &Project, recipient: &str, patients: &[String]) -> ExportRequest {
    ExportRequest {
        level: if patients.is_empty() {
            ExportLevel::Patients
        } else {
            ExportLevel::Listed(patients.to_vec())
        },
        types: vec!["Patient".to_owned(), "Observation".to_owned()],
        since: None,
        until: None,
        url: String::new(),
        research: Some(ExportForResearch {
            project: project.id.clone(),
            recipient: recipient.to_owned(),
        }),
    }
}

#[test]
fn a_project_is_its_owners_and_ends() {
    let fixture = fixture();
    let record = &fixture.record;
    let made = project(record, Tier::Registered);
    assert_eq!(record.projects(&officer("account:olga"), 5).unwrap(), std::slice::from_ref(&made));
    assert_eq!(record.projects(&researcher(OWNER), 5).unwrap(), std::slice::from_ref(&made));
    assert_eq!(record.projects(&researcher("account:rob"), 5).unwrap(), []);
    assert_eq!(record.project(&researcher("account:rob"), &made.id).unwrap(), None);
    assert!(record.open_project(&researcher(OWNER), &made.id).is_ok());
    for other in [researcher("account:rob"), researcher("account:rit")] {
        assert_eq!(record.open_project(&other, &made.id).unwrap_err(), Failure::NotFound);
    }
    assert!(record.end_project(&officer("account:olga"), &made.id).unwrap());
    assert!(!record.end_project(&officer("account:olga"), &made.id).unwrap());
    let over = record.open_project(&researcher(OWNER), &made.id);
    assert_eq!(over.unwrap_err(), Failure::NotFound);
    // One whose time is over is as one that was ended.
    let soon = record.now().micros() + 3_000;
    let new = NewProject { ends: Timestamp::from_micros(soon), ..new_project(Tier::Registered) };
    let short = record.create_project(&officer("account:olga"), new).unwrap();
    while record.now().micros() < soon {}
    let over = record.open_project(&researcher(OWNER), &short.id);
    assert_eq!(over.unwrap_err(), Failure::NotFound);
}

#[test]
fn a_project_says_everything_that_it_needs() {
    let fixture = fixture();
    let olga = officer("account:olga");
    let good = || new_project(Tier::Controlled);
    let determination = good().expert_determination;
    for (place, bad) in [
        ("project", NewProject { title: " ".to_owned(), ..good() }),
        ("project", NewProject { owner: String::new(), ..good() }),
        ("recipients", NewProject { recipients: vec![], ..good() }),
        ("term", NewProject { ends: Timestamp::from_micros(1), ..good() }),
        (
            "tier",
            NewProject { expert_determination: determination, ..new_project(Tier::Registered) },
        ),
    ] {
        let refused = fixture.record.create_project(&olga, bad).unwrap_err();
        assert!(matches!(&refused, Failure::Invalid { place: at, .. } if at == place), "{refused}");
    }
}

#[test]
fn two_projects_have_pseudonyms_that_do_not_join() {
    let fixture = fixture();
    let (one, other) =
        (project(&fixture.record, Tier::Registered), project(&fixture.record, Tier::Registered));
    let key = |of: &Project| fixture.record.open_project(&researcher(OWNER), &of.id).unwrap().1;
    let first = key(&one).pseudonym("Patient", "p1");
    assert_eq!(key(&one).pseudonym("Patient", "p1"), first);
    assert_ne!(key(&other).pseudonym("Patient", "p1"), first);
}

#[test]
fn an_export_holds_whom_research_may_read_and_is_noted_as_disclosed() {
    let fixture = fixture();
    let record = &fixture.record;
    consenting(&fixture, 0..3);
    commit(record, vec![patient("hidden", "Example", "h")]).unwrap();
    let made = project(record, Tier::Registered);
    let rita = researcher(OWNER);
    let asked = request(&made, "University", &[]);
    let job = record.begin_export(&rita, asked).unwrap();
    // Who consents after the job began was not counted, and is in no file of it.
    consenting(&fixture, 3..4);
    let page = record.export_page(&rita, &job, "Patient", "", 10).unwrap();
    let ids: Vec<&str> = page.entries.iter().map(|one| one.reference.id.as_str()).collect();
    assert_eq!(ids, ["p0", "p1", "p2"]);
    let events = record
        .audit_events(
            &access(Role::PrivacyOfficer),
            &AuditQuery { disclosures_only: true, count: 10, ..AuditQuery::default() },
        )
        .unwrap();
    let disclosure = events.events[0].disclosure.clone().unwrap();
    assert_eq!(disclosure.recipient, "University");
    assert!(disclosure.purpose.contains(&made.id), "{disclosure:?}");
    assert_eq!(events.events[0].patients, ["p0", "p1", "p2"]);
    // Another's project, a recipient that is none of it, everything at once: not begun.
    let rob = researcher("account:rob");
    let refused = record.begin_export(&rob, request(&made, "University", &[])).unwrap_err();
    assert_eq!(refused, Failure::NotFound);
    for bad in [
        request(&made, "Somebody", &[]),
        ExportRequest { level: ExportLevel::System, ..request(&made, "University", &[]) },
    ] {
        let refused = record.begin_export(&rita, bad).unwrap_err();
        assert!(matches!(refused, Failure::Invalid { .. }), "{refused}");
    }
    // Without a project there is no export for research.
    let plain = ExportRequest { research: None, ..request(&made, "University", &[]) };
    assert!(matches!(record.begin_export(&rita, plain), Err(Failure::Denied { .. })));
    // When the project is over, its files are, too.
    record.end_project(&officer("account:olga"), &made.id).unwrap();
    let over = record.export_page(&rita, &job, "Patient", "", 10).unwrap_err();
    assert_eq!(over, Failure::NotFound);
}

#[test]
fn more_than_a_hundred_genomes_need_a_second_person_even_in_a_slow_drain() {
    let fixture = fixture();
    let record = &fixture.record;
    consenting(&fixture, 0..130);
    let made = project(record, Tier::Controlled);
    let (rita, olga) = (researcher(OWNER), officer("account:olga"));
    // Ten a day, each export far below the threshold; some of them twice.
    let mut held = None;
    for day in 0..13 {
        let patients: Vec<String> =
            (day * 10..day * 10 + 10).chain(0..2).map(|number| format!("p{number}")).collect();
        match record.begin_export(&rita, request(&made, "University", &patients)) {
            Ok(_) => assert!(day < 10, "day {day}"),
            Err(Failure::Held(found)) => {
                held = Some((day, found));
                break;
            }
            Err(other) => panic!("{other}"),
        }
    }
    let (day, found) = held.unwrap();
    assert_eq!((day, found.persons, found.kind), (10, 110, BulkKind::Genomic));
    let text = found.to_string();
    assert!(text.contains("110") && text.contains("28 CFR 202"), "{text}");
    // Another project of the same recipient drains the same account; another recipient does not.
    let second = project(record, Tier::Controlled);
    let more: Vec<String> = (100..110).map(|number| format!("p{number}")).collect();
    let again = record.begin_export(&rita, request(&second, "University", &more));
    assert!(matches!(again, Err(Failure::Held(_))), "{again:?}");
    assert!(record.begin_export(&rita, request(&made, "Registry", &more)).is_ok());
    // Nobody who was refused was counted.
    let received = record.received(&olga, 10).unwrap();
    let of = |recipient: &str, kind: BulkKind| {
        let found = received.iter().find(|one| one.recipient == recipient && one.kind == kind);
        found.map(|one| one.persons)
    };
    assert_eq!(of("University", BulkKind::Genomic), Some(100));
    assert_eq!(of("Registry", BulkKind::Genomic), Some(10));
    // An approval alone, or for fewer, or an attestation alone is not enough.
    let export = || record.begin_export(&rita, request(&made, "University", &more));
    let approve = |persons| Transfer::Approval(BulkKind::Genomic, persons);
    record.note_clearance(&olga, "University", approve(105), "APP-1").unwrap();
    assert!(matches!(export(), Err(Failure::Held(_))));
    record.note_clearance(&olga, "University", Transfer::Attestation, "ATT-1").unwrap();
    let Err(Failure::Held(found)) = export() else { panic!("let go") };
    assert!(found.to_string().contains("second person"), "{found}");
    record.note_clearance(&olga, "University", approve(110), "APP-2").unwrap();
    assert!(export().is_ok());
    assert_eq!(record.clearances(&olga, "University").unwrap().len(), 3);
    // The refusals are in the log.
    let query = AuditQuery { permitted: Some(false), count: 50, ..AuditQuery::default() };
    let denied = record.audit_events(&access(Role::PrivacyOfficer), &query).unwrap();
    let refused = |event: &&record::AuditEvent| event.action == "export-deidentified";
    assert_eq!(denied.events.iter().filter(refused).count(), 4);
}

#[test]
fn nobody_is_the_second_person_of_an_own_export() {
    let fixture = fixture();
    let record = &fixture.record;
    consenting(&fixture, 0..101);
    // One account that is both: the role of the access changes, the actor does not.
    let made = project(record, Tier::Controlled);
    let both = officer(OWNER);
    let approval = Transfer::Approval(BulkKind::Genomic, 500);
    record.note_clearance(&both, "University", approval, "APP-1").unwrap();
    record.note_clearance(&both, "University", Transfer::Attestation, "ATT-1").unwrap();
    let export = || record.begin_export(&researcher(OWNER), request(&made, "University", &[]));
    assert!(matches!(export(), Err(Failure::Held(_))));
    record.note_clearance(&officer("account:olga"), "University", approval, "APP-2").unwrap();
    assert!(export().is_ok());
}

#[test]
fn counts_are_asked_for_a_project_and_written_down() {
    let fixture = fixture();
    let record = &fixture.record;
    consenting(&fixture, 0..45);
    commit(record, vec![patient("hidden", "Example", "h")]).unwrap();
    let made = project(record, Tier::Registered);
    let rita = researcher(OWNER);
    let query =
        |terms| Query { resource_type: "Patient".to_owned(), terms, count: 0, cursor: None };
    let all = record.counted_patients(&rita, &query(vec![])).unwrap();
    assert_eq!(all.len(), 45, "whoever has not consented is not counted");
    let tell = |question: &str, members: &BTreeSet<PatientId>| {
        let asked = (question, Kind::Plain);
        record.tell_count(&rita, &made.id, Rule::default(), asked, (members, 45)).unwrap()
    };
    assert_eq!(tell("all", &all), Answer::Told(Told::UpTo(60)));
    // Without one, and again after the store was opened anew: one answer.
    let without: BTreeSet<PatientId> = all.iter().skip(6).cloned().collect();
    assert_eq!(without.len(), 39);
    assert_eq!(tell("all but six", &without), Answer::Told(Told::UpTo(60)));
    assert_eq!(tell("none", &BTreeSet::new()), Answer::Told(Told::Zero));
    let few: BTreeSet<PatientId> = all.iter().take(3).cloned().collect();
    assert_eq!(tell("three", &few), Answer::Told(Told::Below(21)));
    let elsewhere = record.tell_count(
        &researcher("account:rob"),
        &made.id,
        Rule::default(),
        ("all", Kind::Plain),
        (&all, 45),
    );
    assert_eq!(elsewhere.unwrap_err(), Failure::NotFound);
    // A parameter that is not known would make it a count of something else.
    let unknown = vec![Term::parse("shoe-size", "44")];
    let refused = record.counted_patients(&rita, &query(unknown)).unwrap_err();
    assert!(matches!(refused, Failure::Invalid { .. }), "{refused}");
}

#[test]
fn a_table_is_told_by_the_ledger_and_written_down() {
    let fixture = fixture();
    let record = &fixture.record;
    let made = project(record, Tier::Registered);
    let rita = researcher(OWNER);
    let people = |from: usize, to: usize| -> BTreeSet<PatientId> {
        (from..to).map(|number| PatientId::new(format!("x{number}"))).collect()
    };
    let cells =
        vec![vec![people(0, 100), people(100, 105)], vec![people(200, 400), people(400, 550)]];
    let ask = |access: &Access| {
        record.tell_table(access, &made.id, Rule::default(), "sex by finding", &cells)
    };
    let Ok(TableAnswer::Told(table)) = ask(&rita) else { panic!() };
    assert_eq!(table.cells, [[Told::Withheld; 2]; 2]);
    assert_eq!(table.total, Told::UpTo(460));
    assert_eq!(ask(&rita), Ok(TableAnswer::Told(table)), "once more, the same");
    // What was withheld stays so, by whichever question; what was told is told.
    let tell = |question: &str, members: &BTreeSet<PatientId>| {
        let asked = (question, Kind::Plain);
        record.tell_count(&rita, &made.id, Rule::default(), asked, (members, 500)).unwrap()
    };
    assert_eq!(tell("women with it", &cells[0][0]), Answer::Told(Told::Withheld));
    let all: BTreeSet<PatientId> = cells.iter().flatten().flatten().cloned().collect();
    assert_eq!(tell("all", &all), Answer::Told(Told::UpTo(460)));
    assert_eq!(ask(&researcher("account:rob")).unwrap_err(), Failure::NotFound);
    let uneven = vec![vec![people(0, 1)], vec![]];
    let refused = record.tell_table(&rita, &made.id, Rule::default(), "uneven", &uneven);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
}

#[test]
fn the_budget_of_variants_is_kept_with_the_project() {
    let fixture = fixture();
    let record = &fixture.record;
    consenting(&fixture, 0..1);
    let made = project(record, Tier::Controlled);
    let rita = researcher(OWNER);
    let tell = |question: &str, from: usize, to: usize| {
        let members: BTreeSet<PatientId> =
            (from..to).map(|number| PatientId::new(format!("x{number}"))).collect();
        let asked = (question, Kind::Genotype);
        record.tell_count(&rita, &made.id, Rule::default(), asked, (&members, 100)).unwrap()
    };
    assert_eq!(tell("nobody", 0, 0), Answer::Told(Told::Below(21)));
    let mut answered = 0;
    while tell(&format!("v{answered}"), answered * 100, answered * 100 + 50) != Answer::Spent {
        answered += 1;
        assert!(answered < 100);
    }
    assert_eq!(answered, 7);
    assert_eq!(tell("v0", 0, 50), Answer::Told(Told::UpTo(60)), "what was answered stays");
}
