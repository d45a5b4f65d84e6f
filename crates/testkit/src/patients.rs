//! Three people who do not exist; the same as in `demo/`.

use model::id::PatientId;
use model::patient::{Identifier, Patient, PersonName, Sex};
use model::time::PartialDate;

/// Who assigns their record numbers.
pub const AUTHORITY: &str = "COGNATE-DEMO";

/// Ana Example, born 1961-04-02, female, record number 100001.
pub fn ana_example() -> Patient {
    patient("ana-example", "100001", "Example", "Ana", (1961, 4, 2), Sex::Female)
}

/// Ben Sample, born 1974-09-13, male, record number 100002.
pub fn ben_sample() -> Patient {
    patient("ben-sample", "100002", "Sample", "Ben", (1974, 9, 13), Sex::Male)
}

/// Carla Tester, born 1988-12-01, female, record number 100003.
pub fn carla_tester() -> Patient {
    patient("carla-tester", "100003", "Tester", "Carla", (1988, 12, 1), Sex::Female)
}

/// All of them, by record number.
pub fn everybody() -> Vec<Patient> {
    vec![ana_example(), ben_sample(), carla_tester()]
}

fn patient(
    id: &str,
    number: &str,
    family: &str,
    given: &str,
    born: (i16, u8, u8),
    sex: Sex,
) -> Patient {
    let (year, month, day) = born;
    Patient {
        id: PatientId::new(id),
        identifiers: vec![Identifier { authority: AUTHORITY.into(), value: number.into() }],
        names: vec![PersonName { family: family.into(), given: vec![given.into()] }],
        birth_date: Some(PartialDate { year, month: Some(month), day: Some(day) }),
        sex,
        links: model::patient::Links::default(),
    }
}
