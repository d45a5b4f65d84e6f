//! Reports in laboratories' own formats: what is filed, what waits for a person, what replaces
//! what.

use crate::support::{Fixture, empty};
use formats::fhir::tumor::{TYPES, reported_tumors};
use intake::Failure;
use intake::file::{FileSettings, Filed, ingest};
use model::PatientId;
use model::tumor::{ReportedKind, ReportedTumor};
use record::RawState;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

pub(crate) const REPORT: &str = include_str!("../../../formats/tests/data/vendor/foundation.xml");
pub(crate) const AUTHORITY: &str = "urn:oid:2.999.7";

/// A record with Mira, whom the report is about.
pub(crate) fn fixture() -> Fixture {
    let fixture = empty();
    let mira = person("mira", "200001", "Example", "Mira", "1958-11-30", "female");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [mira]});
    let bytes = bundle.to_string().into_bytes();
    let access = fixture.access();
    intake::fhir::transaction(&fixture.record, &access, "", &intake::fhir::no_look, &bytes)
        .unwrap();
    fixture
}

fn person(id: &str, number: &str, family: &str, given: &str, born: &str, gender: &str) -> Value {
    json!({"request": {"method": "PUT", "url": format!("Patient/{id}")}, "resource": {
        "resourceType": "Patient", "id": id, "birthDate": born, "gender": gender,
        "identifier": [{"system": AUTHORITY, "value": number}],
        "name": [{"family": family, "given": [given]}]}})
}

pub(crate) fn take(fixture: &Fixture, text: &str) -> Result<Filed, Failure> {
    let authorities = BTreeMap::from([("4711".to_owned(), AUTHORITY.to_owned())]);
    let settings = FileSettings { authorities, ..FileSettings::default() };
    let pack = crate::support::pack();
    let bytes = text.as_bytes().to_vec();
    ingest(&fixture.record, &fixture.access(), &pack, "report.xml", bytes, &settings)
}

/// The current resources of the types that a tumour's profile is made of.
pub(crate) fn resources(fixture: &Fixture) -> Vec<Value> {
    let mut found = BTreeMap::new();
    for change in fixture.changes(0) {
        let key = (change.resource_type.clone(), change.id.clone());
        if change.deleted {
            found.remove(&key);
        } else if TYPES.contains(&change.resource_type.as_str()) {
            found.insert(key, fixture.read(&change.resource_type, &change.id));
        }
    }
    found.into_values().collect()
}

pub(crate) fn tumor(fixture: &Fixture) -> (ReportedTumor, Vec<String>) {
    let (mut tumors, problems) = reported_tumors(&resources(fixture));
    assert_eq!(tumors.len(), 1, "{tumors:?}");
    (tumors.remove(0), problems.into_iter().map(|problem| problem.code).collect())
}

/// `BRAF` with what was found in it, sorted.
pub(crate) fn outline(tumor: &ReportedTumor) -> Vec<String> {
    let mut lines: Vec<String> = tumor
        .alterations
        .iter()
        .map(|row| {
            let what = match &row.kind {
                ReportedKind::Short { protein, cdna, allele_fraction, .. } => {
                    format!("{protein} {cdna} {allele_fraction:?}")
                }
                ReportedKind::Copy(class) => format!("{class} {:?}", row.copies),
                ReportedKind::Rearrangement { partner, ordered, .. } => {
                    format!("joined to `{partner}` {ordered}")
                }
                ReportedKind::Negative(class) => format!("no {class:?}"),
                ReportedKind::Nothing => "nothing".to_owned(),
            };
            let equivocal = if row.equivocal { " equivocal" } else { "" };
            let subclonal = if row.subclonal { " subclonal" } else { "" };
            format!("{:?} {} {what}{equivocal}{subclonal}", row.hgnc, row.gene)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn what_is_signed_counts_and_the_rest_waits() {
    let fixture = fixture();
    let filed = take(&fixture, REPORT).unwrap();
    assert!(filed.done, "{filed:?}");
    let (tumor, noticed) = tumor(&fixture);
    assert_eq!(
        outline(&tumor),
        [
            "Some(1097) BRAF p.V600E NM_004333:c.1799T>A Some(0.3868) subclonal",
            // Named KMT2C today.
            "Some(13726) MLL3 p.N2092I NM_170606:c.6275A>T Some(0.5)",
            "Some(427) ALK joined to `HGNC:1316` false",
            "Some(6407) KRAS no Short",
            "Some(7029) MET amplification Some(6.0) equivocal",
        ]
    );
    // Not in the signed part: TP53, SUZ12 and NF1 are there, and do not count.
    assert_eq!(noticed, ["not-final"; 3]);
    let mut measured: Vec<_> = tumor
        .biomarkers
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_str(), one.level.as_deref()))
        .collect();
    measured.sort_unstable();
    assert_eq!(
        measured,
        [("ebv", "positive", None), ("msi", "stable", None), ("tmb", "24.1", Some("high"))]
    );
    assert_eq!(tumor.quality.as_deref(), Some("Pass"));
    assert_eq!(tumor.reported_on.unwrap().to_string(), "2024-03-15");
    assert_eq!(tumor.tested.title.as_deref(), Some("FoundationOne, CLINICAL-T7 T7"));
    // A person is told of the likely call that nobody signed, once.
    let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
    let [review] = reviews.as_slice() else { panic!("{reviews:?}") };
    assert_eq!(review.entry.reason, "discordant");
    assert_eq!(review.entry.patient, Some(PatientId::new("mira")));
    assert!(review.entry.problems[0].place.ends_with("short-variant[4]"), "{review:?}");
    let raw = fixture.record.raw(&fixture.access(), &filed.raw.unwrap()).unwrap().unwrap();
    assert_eq!((raw.summary.state, raw.body), (RawState::Filed, REPORT.as_bytes().to_vec()));
    assert!(filed.problems.iter().any(|problem| problem.code == "not-read"));
}

#[test]
fn the_resources_have_the_guides_shapes() {
    let fixture = fixture();
    take(&fixture, REPORT).unwrap();
    let all = resources(&fixture);
    for resource in &all {
        let problems = formats::fhir::profile::check(resource, &[]);
        let wrong: Vec<_> =
            problems.iter().filter(|one| one.severity == model::Severity::Error).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {resource}");
    }
    let braf = all.iter().find(|one| one.to_string().contains("p.V600E")).unwrap();
    let text = braf.to_string();
    for held in [
        "NC_000007.13:g.140453136A>T",
        "\"HGNC:1097\"",
        "\"81258-6\"",
        "\"LA14029-5\"",
        "\"NM_004333\"",
        "laboratory-status",
    ] {
        assert!(text.contains(held), "{held} in {text}");
    }
    let report = all.iter().find(|one| one["resourceType"] == "DiagnosticReport").unwrap();
    assert_eq!(report["code"]["coding"][0]["code"], "51969-4");
    let conclusion = report["conclusion"].as_str().unwrap();
    assert!(conclusion.contains("Laboratory on BRAF V600E, therapy: Dabrafenib (sensitizing)"));
    // What the laboratory left out of its report is not quoted.
    assert!(!conclusion.contains("Other (sensitizing)"));
    assert!(report["presentedForm"][0]["data"].is_string());
    // The variant facts stay out of decision support: none is normalised.
    let facts = fixture.facts("mira");
    let variants = facts.iter().filter_map(|filed| match &filed.fact.content {
        model::fact::FactContent::Variant(variant) => Some(variant),
        _ => None,
    });
    assert!(variants.clone().count() >= 8 && variants.clone().all(|one| one.canonical.is_none()));
}

#[test]
fn the_same_file_again_changes_nothing() {
    let fixture = fixture();
    take(&fixture, REPORT).unwrap();
    let before = fixture.sequence();
    assert!(take(&fixture, REPORT).unwrap().done);
    assert_eq!(fixture.sequence(), before);
    assert_eq!(fixture.record.reviews(&fixture.access(), true).unwrap().len(), 1);
}

#[test]
fn an_amendment_replaces_and_an_old_version_does_not() {
    let fixture = fixture();
    take(&fixture, REPORT).unwrap();
    let second = REPORT
        .replace("<Version>1<", "<Version>2<")
        .replace("<Amendmends/>", "<Amendmends><Amendmend comment=\"share\"/></Amendmends>")
        .replace("allele-fraction=\"0.3868\" percent-reads=\"38.68\"", "allele-fraction=\"0.25\"");
    let before = fixture.sequence();
    assert!(take(&fixture, &second).unwrap().done);
    let changed = fixture.changed(before);
    assert!(changed.contains(&"DiagnosticReport 2".to_owned()), "{changed:?}");
    let (tumor, _) = tumor(&fixture);
    assert!(outline(&tumor)[0].contains("Some(0.25)"), "{tumor:?}");
    // The first version in another file: a later one stands.
    let before = fixture.sequence();
    let old = take(&fixture, &REPORT.replace("A trial", "The trial")).unwrap();
    assert!(!old.done && old.text.contains("later version"), "{old:?}");
    assert_eq!(fixture.sequence(), before);
}

#[test]
fn what_is_not_proven_to_be_the_patients_goes_to_a_person() {
    for (from, to, reason) in [
        ("<LastName>Example<", "<LastName>Exampel<", "the name differs"),
        ("<DOB>1958-11-30<", "<DOB>1958-11-03<", "the birth date differs"),
        ("<Gender>Female<", "<Gender>Male<", "the sex differs"),
        ("<MRN>200001</MRN>\n        <First", "<MRN>200009</MRN>\n        <First", ""),
        ("<MedFacilID>4711<", "<MedFacilID>4712<", "no patient with this identifier"),
        ("<MedFacilID>4711<", "<MedFacilID><", "no patient"),
    ] {
        let fixture = fixture();
        let before = fixture.sequence();
        let other = person("other", "200009", "Other", "Olga", "1970-01-01", "female");
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [other]});
        let (access, bytes) = (fixture.access(), bundle.to_string().into_bytes());
        intake::fhir::transaction(&fixture.record, &access, "", &intake::fhir::no_look, &bytes)
            .unwrap();
        let filed = take(&fixture, &REPORT.replace(from, to)).unwrap();
        assert!(!filed.done && filed.text.contains(reason), "{to}: {filed:?}");
        assert!(!fixture.changed(before).iter().any(|line| line.starts_with("Observation")));
        assert_eq!(fixture.record.reviews(&fixture.access(), true).unwrap().len(), 1, "{to}");
    }
}

#[test]
fn what_cannot_be_read_is_kept_and_told() {
    let fixture = fixture();
    let cut = REPORT.get(..REPORT.len() - 30).unwrap();
    for (text, code) in [
        (cut, "not-well-formed"),
        ("<report/>", "unknown-format"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document-type"),
        (&REPORT.replace("ReportId", "OtherId").replace("test-request", "x"), "no-number"),
    ] {
        let filed = take(&fixture, text).unwrap();
        assert!(!filed.done);
        assert!(filed.problems.iter().any(|one| one.code == code), "{code}: {filed:?}");
        let raw = fixture.record.raw(&fixture.access(), &filed.raw.unwrap()).unwrap().unwrap();
        assert_eq!(raw.summary.state, RawState::ParseError);
    }
}

/// The laboratory's own sample, when it is at hand: 48 small variants of which one stands twice,
/// five changes of copies, one rearrangement.
#[test]
fn the_laboratorys_sample_is_filed_whole() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../../shared/data/labs/vendor/foundation-sample.xml.gz");
    let Ok(packed) = std::fs::read(path) else {
        println!("skipped: the laboratory's sample is not at hand");
        return;
    };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let fixture = empty();
    let entry = person("test", "12345678", "Patient", "Test", "2002-12-12", "male");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
    let (access, bytes) = (fixture.access(), bundle.to_string().into_bytes());
    intake::fhir::transaction(&fixture.record, &access, "", &intake::fhir::no_look, &bytes)
        .unwrap();
    let authorities = BTreeMap::from([("200313".to_owned(), AUTHORITY.to_owned())]);
    let settings = FileSettings { authorities, ..FileSettings::default() };
    let pack = crate::support::pack();
    let filed =
        ingest(&fixture.record, &access, &pack, "fmi.xml", text.into_bytes(), &settings).unwrap();
    assert!(filed.done, "{filed:?}");
    let all = resources(&fixture);
    let variants = all.iter().filter(|one| one["code"]["coding"][0]["code"] == "69548-6");
    assert_eq!(variants.count(), 47 + 5 + 1);
    let (tumor, _) = tumor(&fixture);
    assert_eq!(tumor.quality.as_deref(), Some("Qualified"));
    let lines = outline(&tumor);
    assert_eq!(lines.len(), 3 + 8, "{lines:?}");
    assert!(lines.iter().any(|line| line == "Some(1773) CDK4 amplification Some(44.0)"));
    assert_eq!(fixture.record.reviews(&access, true).unwrap().len(), 1);
}
