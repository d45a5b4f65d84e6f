//! Searches whose terms find many: the pages are the same as if everybody was asked.

use crate::support::{access, commit, fixture, patient_fact};
use record::{Condition, Query, ResourceChange, Role, Search, Term, Total};
use serde_json::json;

/// Patients of the fixture.
const PATIENTS: usize = 700;

/// Born after 1980, and of which family, by number.
fn is_young(number: usize) -> bool {
    number.is_multiple_of(3)
}

fn family(number: usize) -> &'static str {
    if number.is_multiple_of(5) { "Jones" } else { "Smith" }
}

#[test]
fn pages_of_many_candidates_follow_each_other_without_gaps() {
    let fixture = fixture();
    let patients = (0..PATIENTS).map(|number| {
        let (id, family) = (format!("p{number}"), format!("{}{number}", family(number)));
        let fact = patient_fact(&id, &family, &number.to_string());
        let resource = json!({
            "resourceType": "Patient", "id": id, "name": [{"family": family}],
            "birthDate": if is_young(number) { "1990-01-01" } else { "1970-01-01" },
            "gender": if number % 2 == 0 { "female" } else { "male" },
        });
        ResourceChange::put(resource, vec![fact], Condition::Any)
    });
    let patients: Vec<_> = patients.collect();
    for part in patients.chunks(100) {
        commit(&fixture.record, part.to_vec()).unwrap();
    }
    for (terms, expected) in [
        (
            vec![("family", "smith"), ("birthdate", "ge1980")],
            (0..PATIENTS).filter(|n| family(*n) == "Smith" && is_young(*n)).collect::<Vec<_>>(),
        ),
        (
            vec![("gender", "female"), ("family", "jones")],
            (0..PATIENTS).filter(|n| family(*n) == "Jones" && n % 2 == 0).collect(),
        ),
        (vec![("family", "jones")], (0..PATIENTS).filter(|n| family(*n) == "Jones").collect()),
        (vec![("family", "smith"), ("birthdate", "ge2000")], Vec::new()),
        (
            vec![("family", "smith"), ("birthdate:missing", "false"), ("gender:not", "male")],
            (0..PATIENTS).filter(|n| family(*n) == "Smith" && n % 2 == 0).collect(),
        ),
    ] {
        let terms: Vec<Term> = terms.iter().map(|(name, value)| Term::parse(name, value)).collect();
        for (count, total) in [(7, Total::IfCheap), (20, Total::Accurate), (64, Total::None)] {
            let mut cursor = None;
            let mut found = Vec::new();
            loop {
                let query = Query {
                    resource_type: "Patient".to_owned(),
                    terms: terms.clone(),
                    count,
                    cursor: cursor.take(),
                };
                let search = Search { query, sort: Vec::new(), includes: Vec::new(), total };
                let page = fixture.record.find(&access(Role::Geneticist), &search).unwrap();
                assert!(page.entries.len() <= count as usize);
                if total == Total::Accurate {
                    assert_eq!(page.total, Some(expected.len() as u64));
                }
                found.extend(page.entries.into_iter().map(|entry| entry.reference.id));
                match page.next {
                    Some(next) => cursor = Some(next),
                    None => break,
                }
            }
            let ids: Vec<String> = expected.iter().map(|number| format!("p{number}")).collect();
            assert_eq!(found, ids, "{terms:?} by {count}");
        }
    }
}
