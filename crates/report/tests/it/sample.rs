//! A made-up person with one finding of each kind.

#[path = "sample/drug.rs"]
mod drug;
#[path = "sample/gene.rs"]
mod gene;

pub(crate) use drug::{drugs, unusual_drugs};
pub(crate) use gene::{genes, unusual};

use model::patient::{Identifier, Sex};
use model::reported::ResultStatus;
use model::statement::{AdviceState, DrugStatement, EngineRef, GeneStatement, KnowledgeRef};
use model::time::PartialDate;
use report::pgx::{Clinical, ClinicalUse, Head, Material, Medicine, Person, PgxReport, Source};

pub(crate) fn day(text: &str) -> PartialDate {
    PartialDate::parse(text).unwrap_or(PartialDate { year: 1, month: None, day: None })
}

pub(crate) fn person() -> Head {
    Head {
        patient: Some(Person {
            name: Some("EXAMPLE, Ana Łucja".into()),
            identifiers: vec![
                Identifier { authority: "urn:example:mrn".into(), value: "MRN-00123".into() },
                Identifier { authority: "urn:example:national".into(), value: "610402-77".into() },
            ],
            born: Some(day("1961-04-02")),
            sex: Sex::Female,
        }),
        sample: Some("S-2026-0815".into()),
        sources: vec![Source {
            title: "Pharmacogenetic panel".into(),
            laboratory: Some("Labor Beispiel, Musterstadt".into()),
            number: Some("L-4711".into()),
            date: Some(day("2026-05-12")),
            status: Some(ResultStatus::Amended),
            change: Some("NUDT15 was called before; the call is withdrawn".into()),
            sha256: None,
        }],
        printed: day("2026-11-22"),
    }
}

pub(crate) fn file() -> Head {
    Head {
        patient: None,
        sample: Some("NA00001".into()),
        sources: vec![Source {
            title: "NA00001.g.vcf.gz".into(),
            laboratory: None,
            number: None,
            date: Some(day("2026-11-20")),
            status: None,
            change: None,
            sha256: Some("5f".repeat(32)),
        }],
        printed: day("2026-11-22"),
    }
}

pub(crate) fn knowledge() -> KnowledgeRef {
    KnowledgeRef {
        pack: "pgx".into(),
        version: "0.7.3".into(),
        date: "2026-10-01".into(),
        digest: "a1b2c3d4".repeat(8),
    }
}

pub(crate) fn engine() -> EngineRef {
    EngineRef { name: "pgx".into(), version: "0.1.0".into() }
}

pub(crate) fn medicines() -> Vec<Medicine> {
    let medicine = |code: Option<&str>, words: &str| Medicine {
        rxnorm: code.map(Into::into),
        words: Some(words.into()),
    };
    vec![
        medicine(Some("8150"), "Paroxetine 20 mg tablet, 1 tablet in the morning"),
        medicine(Some("36567"), "Simvastatin 40 mg tablet, 1 tablet in the evening"),
        medicine(Some("32968"), "Clopidogrel 75 mg tablet, 1 tablet once a day"),
        medicine(Some("1256"), "Azathioprine 50 mg tablet, 2 tablets once a day"),
        medicine(Some("6809"), "Metformin 500 mg tablet, 1 tablet twice a day"),
        medicine(None, "Tea of St John's wort"),
    ]
}

pub(crate) fn report_of(
    head: Head,
    genes: &[GeneStatement],
    drugs: &[DrugStatement],
    current: Option<&[Medicine]>,
) -> PgxReport {
    with_clinical(head, genes, drugs, current, &clinical())
}

/// A person with medicines and this layer over them.
pub(crate) fn converted(clinical: &Clinical) -> PgxReport {
    with_clinical(person(), &genes(), &drugs(), Some(&medicines()), clinical)
}

fn with_clinical(
    head: Head,
    genes: &[GeneStatement],
    drugs: &[DrugStatement],
    current: Option<&[Medicine]>,
    clinical: &Clinical,
) -> PgxReport {
    PgxReport::from_statements(&Material {
        head,
        genes,
        drugs,
        current,
        clinical,
        knowledge: &knowledge(),
        engine: &engine(),
    })
}

/// What the other medicines make of the results.
pub(crate) fn clinical() -> Clinical {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|&(name, words)| (name.into(), words.into())).collect()
    };
    let converted = "Poor Metabolizer with paroxetine (since 02-Apr-2026)";
    let atomoxetine = ClinicalUse {
        genes: pairs(&[("CYP2D6", converted)]),
        words: Some("start low and raise the dose slowly while paroxetine is taken".into()),
        state: Some(AdviceState::Adjust),
    };
    Clinical {
        genes: pairs(&[("CYP2D6", converted)]),
        drugs: [("38400".into(), atomoxetine)].into(),
    }
}

/// A person with medicines and one finding of each kind.
pub(crate) fn full() -> PgxReport {
    report_of(person(), &genes(), &drugs(), Some(&medicines()))
}

/// A person with results of the less usual kinds.
pub(crate) fn rare() -> PgxReport {
    let list = [Medicine {
        rxnorm: Some("4492".into()),
        words: Some("Fluorouracil 500 mg vial, by infusion".into()),
    }];
    report_of(person(), &unusual(), &unusual_drugs(), Some(&list))
}

/// A sample of a file: no person, no list of medicines.
pub(crate) fn of_file() -> PgxReport {
    report_of(file(), &genes(), &drugs(), None)
}
