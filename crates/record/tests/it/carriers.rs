//! Sets of carriers: what was kept is what is read, of one tenant, in one state.

use crate::support::{access, commit, fixture, narrowed, observation, put};
use model::{PatientId, TenantId};
use proptest::prelude::*;
use record::{
    Access, Carriers, Failure, MarkedPatient, NewMark, Purpose, Record, ResourceChange, Role, Scope,
};
use std::collections::{BTreeMap, BTreeSet};

fn mark(text: &str) -> NewMark {
    // Those of a kind are listed.
    let kind = text.starts_with('l').then_some("letter");
    NewMark { text: text.to_owned(), kind }
}

fn marked(patient: &str, marks: Option<&[&str]>) -> MarkedPatient {
    let marks = marks.map(|marks| marks.iter().map(|text| mark(text)).collect());
    MarkedPatient { patient: PatientId::new(patient), marks }
}

fn keep(record: &Record, from: u64, to: u64, patients: Vec<MarkedPatient>) -> bool {
    record.keep_carriers(&access(Role::Interface), "1", (from, to), patients).unwrap()
}

fn read<T>(
    record: &Record,
    work: impl FnOnce(&Carriers<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    record.read_carriers(&access(Role::Geneticist), "1", work)
}

/// The patients of a set.
fn holders(carriers: &Carriers<'_>, marks: &[&str]) -> Result<BTreeSet<String>, Failure> {
    let words = carriers.holders(marks.iter().copied())?;
    let numbers: Vec<u64> = (0..words.len() as u64 * 64)
        .filter(|number| words[usize::try_from(number / 64).unwrap()] >> (number % 64) & 1 == 1)
        .collect();
    let patients = carriers.patients(&numbers)?;
    assert_eq!(patients.len(), numbers.len(), "a number without a patient");
    for (number, patient) in numbers.iter().zip(&patients) {
        assert_eq!(carriers.number(patient)?, Some(*number));
    }
    Ok(patients.iter().map(|patient| patient.as_str().to_owned()).collect())
}

fn set(patients: &[&str]) -> BTreeSet<String> {
    patients.iter().map(|patient| (*patient).to_owned()).collect()
}

#[test]
fn sets_go_with_what_they_were_made_from() {
    let fixture = fixture();
    let record = &fixture.record;
    assert_eq!(read(record, |_| Ok(())).unwrap(), None);
    assert_eq!(record.carriers_at(&access(Role::Interface), "1").unwrap(), 0);
    // Nothing is there to go on from.
    assert!(!keep(record, 3, 5, vec![]));
    let first = vec![marked("p1", Some(&["a", "l"])), marked("p2", Some(&["a"]))];
    assert!(keep(record, 0, 5, first));
    // Somebody else went on from there.
    assert!(!keep(record, 4, 6, vec![marked("p1", None)]));
    let told = read(record, |carriers| {
        assert_eq!(holders(carriers, &["a"])?, set(&["p1", "p2"]));
        assert_eq!(holders(carriers, &["l", "nothing"])?, set(&["p1"]));
        assert_eq!(carriers.listed("letter")?, ["l"]);
        assert_eq!(carriers.open()?, []);
        assert_eq!(carriers.number(&PatientId::new("p3"))?, None);
        Ok(carriers.sequence())
    });
    assert_eq!(told.unwrap(), Some(5));
    let second = vec![marked("p1", Some(&["b"])), marked("p2", None), marked("p3", Some(&["a"]))];
    assert!(keep(record, 5, 9, second));
    let told = read(record, |carriers| {
        assert_eq!(holders(carriers, &["a"])?, set(&["p3"]));
        assert_eq!(holders(carriers, &["b"])?, set(&["p1"]));
        // What nobody has is listed no more.
        assert_eq!(carriers.listed("letter")?, [""; 0]);
        let open = carriers.open()?;
        Ok(open.into_iter().map(|(_, patient)| patient.as_str().to_owned()).collect())
    });
    assert_eq!(told.unwrap(), Some(vec!["p2".to_owned()]));
    // Those of other settings are none, and begin anew.
    let (interface, reader) = (access(Role::Interface), access(Role::Geneticist));
    assert_eq!(record.carriers_at(&interface, "2").unwrap(), 0);
    assert!(record.read_carriers(&reader, "2", |_| Ok::<_, Failure>(())).unwrap().is_none());
    let anew = vec![marked("p9", Some(&["a"]))];
    assert!(record.keep_carriers(&interface, "2", (0, 2), anew).unwrap());
    assert_eq!(read(record, |_| Ok(())).unwrap(), None);
    let told = record.read_carriers(&reader, "2", |carriers| holders(carriers, &["a", "b"]));
    assert_eq!(told.unwrap(), Some(set(&["p9"])));
}

#[test]
fn sets_are_of_one_tenant_and_not_for_a_narrowed_access() {
    let fixture = fixture();
    let record = &fixture.record;
    assert!(keep(record, 0, 1, vec![marked("p1", Some(&["a", "l"]))]));
    let tenant = TenantId::new("other");
    let other = |role, purpose| Access::new(tenant.clone(), "x", role, purpose, Scope::Tenant);
    let (interface, reader) =
        (other(Role::Interface, Purpose::Operations), other(Role::Geneticist, Purpose::Treatment));
    assert!(record.read_carriers(&reader, "1", |_| Ok::<_, Failure>(())).unwrap().is_none());
    let theirs = vec![marked("q1", Some(&["a"]))];
    assert!(record.keep_carriers(&interface, "1", (0, 1), theirs).unwrap());
    let told = record.read_carriers(&reader, "1", |carriers| {
        assert_eq!(carriers.listed("letter")?, [""; 0]);
        holders(carriers, &["a", "l"])
    });
    assert_eq!(told.unwrap(), Some(set(&["q1"])));
    let told = read(record, |carriers| holders(carriers, &["a"]));
    assert_eq!(told.unwrap(), Some(set(&["p1"])));
    let narrow = narrowed(Role::Geneticist, &["p1"]);
    assert!(record.read_carriers(&narrow, "1", |_| Ok::<_, Failure>(())).unwrap().is_none());
}

#[test]
fn who_was_changed_is_told_from_the_feed() {
    let fixture = fixture();
    let record = &fixture.record;
    let reader = access(Role::Geneticist);
    let changed = |after, most| {
        let found = record.changed_patients(&reader, &["Observation"], after, most).unwrap();
        let ids = found.patients.iter().map(|patient| patient.as_str().to_owned());
        (ids.collect::<Vec<_>>(), found.until, found.is_end())
    };
    let start = changed(0, u64::MAX).1;
    commit(record, vec![put(observation("o1", "p1", "x")), put(observation("o2", "p2", "x"))])
        .unwrap();
    assert_eq!(changed(start, 100), (vec!["p1".into(), "p2".into()], start + 2, true));
    assert_eq!(changed(start, 1), (vec!["p1".into()], start + 1, false));
    assert_eq!(changed(start + 2, 1), (vec![], start + 2, true));
    // Who is left by a resource was changed, and who lost one.
    commit(record, vec![put(observation("o1", "p3", "x"))]).unwrap();
    assert_eq!(changed(start + 2, 100).0, ["p1", "p3"]);
    let at = changed(start, 100).1;
    let (resource_type, id) = ("Observation".to_owned(), "o2".to_owned());
    let condition = record::Condition::Any;
    commit(record, vec![ResourceChange::Delete { resource_type, id, condition }]).unwrap();
    assert_eq!(changed(at, 100).0, ["p2"]);
    let narrow = narrowed(Role::Geneticist, &["p3"]);
    let seen = record.changed_patients(&narrow, &["Observation"], start, 100).unwrap();
    assert_eq!(seen.patients, [PatientId::new("p3")]);
}

fn some_marks() -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set("[a-e]|l[a-c]", 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_was_kept_is_what_is_read(
        steps in proptest::collection::vec(
            proptest::collection::btree_map(
                0_u32..40,
                proptest::option::weighted(0.9, some_marks()),
                0..12,
            ),
            1..6,
        ),
    ) {
        let fixture = fixture();
        let record = &fixture.record;
        let mut model: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
        for (at, step) in (0_u64..).zip(steps) {
            let mut patients = Vec::new();
            for (patient, marks) in step {
                let patient = format!("p{patient}");
                let held = marks.as_ref().map(|m| m.iter().map(|text| mark(text)).collect());
                patients.push(MarkedPatient { patient: PatientId::new(&patient), marks: held });
                model.insert(patient, marks);
            }
            prop_assert!(keep(record, at, at + 1, patients));
            let told = read(record, |carriers| {
                for text in ["a", "b", "c", "d", "e", "la", "lb", "lc"] {
                    let has = |marks: &Option<BTreeSet<String>>| {
                        marks.as_ref().is_some_and(|marks| marks.contains(text))
                    };
                    let expected: BTreeSet<String> =
                        model.iter().filter(|(_, m)| has(m)).map(|(p, _)| p.clone()).collect();
                    let listed = carriers.listed("letter")?;
                    let is_listed = text.starts_with('l') && !expected.is_empty();
                    assert_eq!(listed.iter().any(|held| held == text), is_listed, "{text}");
                    assert_eq!(holders(carriers, &[text])?, expected, "{text}");
                }
                let open: BTreeSet<String> =
                    carriers.open()?.into_iter().map(|(_, p)| p.as_str().to_owned()).collect();
                let expected: BTreeSet<String> =
                    model.iter().filter(|(_, m)| m.is_none()).map(|(p, _)| p.clone()).collect();
                assert_eq!(open, expected);
                Ok(())
            });
            prop_assert_eq!(told.unwrap(), Some(()));
        }
    }
}
