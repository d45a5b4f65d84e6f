//! Counts by the sets of carriers are those of asking everybody, whatever happens meanwhile.

use super::genome::{take, with};
use super::{ask, file, filed, outline, parameters, variant};
use crate::app::{BASE, CLIENT, INTERFACE, TestApp, Who, tenant};
use genomics::allele::Reference;
use genomics::range::Range;
use genomics::reference::{ReferenceFile, References};
use serde_json::{Value, json};
use server::{App, Carriers, Genomics, Settings};
use std::sync::Arc;
use testkit::vcf::{GRCH37, GRCH38, vcf};

/// A reference without a base: sets are kept under other settings, and answers are the same.
#[derive(Debug)]
struct Nothing;

impl Reference for Nothing {
    fn bases(&self, _: &Range) -> Option<String> {
        None
    }
}

impl ReferenceFile for Nothing {
    fn sequences(&self) -> Vec<String> {
        Vec::new()
    }
}

const ASKED: &[(&str, &[(&str, &str)])] = &[
    (
        "find-population-specific-variants",
        &[("variants", "NC_000010.11:g.94781859G>A,NC_000010.11:94761899:C:T")],
    ),
    (
        "find-population-specific-variants",
        &[
            ("variants", "NC_000010.11:94781858:G:A"),
            ("variants", "NC_000010.11:94761899:C:T,NC_000007.14:999:A:T"),
            ("includePatientList", "true"),
        ],
    ),
    (
        "find-population-specific-variants",
        &[("variants", "NC_000010.11:94761899:C:T"), ("genomicSourceClass", "germline")],
    ),
    (
        "find-population-specific-variants",
        &[
            ("variants", "NC_000007.14:999:A:T,NC_000007.14:1199:A:G,NC_000007.14:500:A:C"),
            ("includePatientList", "true"),
        ],
    ),
    ("find-population-specific-variants", &[("variants", "NM_000769.4:c.680C>T")]),
    ("find-population-specific-variants", &[("variants", "NC_000017.11:43000000:A:T")]),
    (
        "find-population-structural-intersecting-variants",
        &[("ranges", "NC_000022.11:42129000-42140000"), ("includePatientList", "true")],
    ),
    (
        "find-population-structural-subsuming-variants",
        &[("ranges", "NC_000022.11:42129000-42140000,NC_000022.11:42126000-42126001")],
    ),
    (
        "find-population-specific-haplotypes",
        &[("haplotypes", "CYP2C19 *1,*7"), ("includePatientList", "true")],
    ),
    ("find-population-molecular-consequences", &[("featureConsequences", "SO:0001629")]),
];

struct Two {
    by_marks: TestApp,
    one_by_one: axum::Router,
    carriers: Carriers,
}

impl Two {
    fn new(by_marks: TestApp) -> Self {
        let settings =
            Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies: false };
        let app = |genomics| {
            let (record, interpreter) = (by_marks.record.clone(), by_marks.interpreter.clone());
            App::with_genomics(record, interpreter, settings.clone(), genomics)
        };
        let references = References(vec![Arc::new(Nothing)]);
        let other = app(Genomics { references, ..Genomics::default() });
        let carriers = Carriers::new(&app(Genomics::default()));
        Self { carriers, one_by_one: server::router(other), by_marks }
    }

    fn catch_up(&self) -> u64 {
        self.carriers.catch_up(&|| false).unwrap()
    }

    /// Asks everything both ways.
    async fn compare(&mut self, when: &str) {
        for (name, given) in ASKED {
            let found = ask(&self.by_marks, name, given).await;
            std::mem::swap(&mut self.by_marks.router, &mut self.one_by_one);
            let expected = ask(&self.by_marks, name, given).await;
            std::mem::swap(&mut self.by_marks.router, &mut self.one_by_one);
            assert_eq!(found.status, expected.status, "{when}: {name} {given:?}");
            if expected.status == 200 {
                assert_eq!(found.json(), expected.json(), "{when}: {name} {given:?}");
            }
        }
    }
}

/// Of how many the answer of the first item is known.
fn known(answer: &[Value]) -> u64 {
    let denominator = &answer[0]["part"][2];
    assert_eq!(denominator["name"], "denominator");
    let extension = &denominator["extension"][0];
    assert_eq!(extension["url"], "urn:cognate:extension:known");
    extension["valueQuantity"]["value"].as_u64().unwrap()
}

#[tokio::test]
async fn sets_answer_as_asking_everybody_does() {
    let mut two = Two::new(filed().await);
    two.compare("without sets").await;
    let first = two.catch_up();
    assert!(first > 0 && two.catch_up() == first);
    two.compare("with sets").await;

    let of_ben = |id: &str, hgvs: &str, class: &str| {
        let mut held = variant(id, hgvs, class);
        held["subject"] = json!({"reference": "Patient/ben-sample"});
        held
    };
    let ben = [
        of_ben("ben-one", "NC_000010.11:g.94781859G>A", "LA6683-2"),
        of_ben("ben-two", "NM_000769.4:c.680C>T", "LA6683-2"),
    ];
    file(&two.by_marks, &ben).await;
    two.compare("with news").await;
    two.catch_up();
    two.compare("caught up").await;

    // An amendment and a deletion count at once, before the sets have them and after.
    let mut amended = of_ben("ben-one", "NC_000010.11:g.94781859G>A", "LA6683-2");
    amended["status"] = json!("entered-in-error");
    file(&two.by_marks, &[amended]).await;
    let gone = two.by_marks.call("DELETE", "/fhir/Observation/one").by(INTERFACE).send().await;
    assert!(gone.status.is_success(), "{}", gone.text());
    let given = [("variants", "NC_000010.11:94781858:G:A")];
    for _ in 0..2 {
        two.compare("after an amendment").await;
        let answer = ask(&two.by_marks, "find-population-specific-variants", &given).await;
        let shown = outline(&parameters(&answer));
        assert!(shown.contains("numerator=0"), "{shown}");
        two.catch_up();
    }

    // Genomes: a small one is in the sets, a GRCh37 one and one with a structural variant are
    // looked into each time.
    let rows = [
        "chr7 1 . A <NON_REF> . . END=999 GT:GQ 0/0:60",
        "chr7 1000 . A T,<NON_REF> . . . GT:AD:DP:GQ 0/1:10,11,0:21:99",
        "chr7 1001 . A <NON_REF> . . END=1199 GT:GQ 0/0:60",
        "chr7 1200 . A G,<NON_REF> . LowQual . GT:GQ 0/1:5",
        "chr7 1201 . A <NON_REF> . . END=20000 GT:GQ 0/0:60",
    ];
    take(&two.by_marks, &vcf(GRCH38, &rows), &References::default());
    two.compare("with a new genome").await;
    two.catch_up();
    two.compare("with a genome in the sets").await;
    let given = [("variants", "NC_000007.14:999:A:T")];
    let answer = ask(&two.by_marks, "find-population-specific-variants", &given).await;
    assert!(outline(&parameters(&answer)).contains("numerator=1"));
    assert_eq!(known(&parameters(&answer)), 1);
    // Studied, and not there; studied, and in doubt beside a call that failed; not studied.
    for (variant, expected) in
        [("NC_000007.14:15000:A:C", 1), ("NC_000007.14:1250:A:C", 0), ("NC_000007.14:50000:A:C", 0)]
    {
        let given = [("variants", variant)];
        let answer = ask(&two.by_marks, "find-population-specific-variants", &given).await;
        assert!(outline(&parameters(&answer)).contains("numerator=0"), "{variant}");
        assert_eq!(known(&parameters(&answer)), expected, "{variant}");
    }
    let large = ["chr7 9000 . A <DEL> . . END=9999;SVTYPE=DEL GT 0/1"];
    take(&two.by_marks, &vcf(GRCH38, &large), &References::default());
    two.catch_up();
    two.compare("with a genome that is looked into").await;
    take(&two.by_marks, &vcf(GRCH37, &["7 5000 . A T . . . GT 1/1"]), &References::default());
    two.compare("with news of the other build").await;
    two.catch_up();
    two.compare("with both builds").await;
    // Without a chain file that is refused, not counted as nobody.
    let answer = ask(&two.by_marks, "find-population-specific-variants", &given).await;
    assert!(answer.outcome(422).to_string().contains("Failed LiftOver"));
}

#[tokio::test]
async fn sets_tell_nobody_of_whom_he_may_not_see() {
    let app = filed().await;
    let two = Two::new(app);
    two.catch_up();
    let uri = "/fhir/$find-population-specific-variants?includePatientList=true\
               &variants=NC_000010.11:94781858:G:A";
    let before = two.by_marks.record.verify_audit().events;
    let wide = two.by_marks.get(CLIENT, uri).await;
    assert!(outline(&parameters(&wide)).contains("numerator=1"), "{}", wide.text());
    assert!(wide.text().contains("ana-example"));
    let found = two.by_marks.record.verify_audit();
    assert!(found.is_intact() && found.events > before, "{found:?}");
    let narrow = two.by_marks.get(Who::Narrow, uri).await;
    let shown = outline(&parameters(&narrow));
    assert!(shown.contains("numerator=0") && !narrow.text().contains("ana-example"), "{shown}");
    let role = Who::Client(record::Role::PrivacyOfficer);
    assert_eq!(two.by_marks.get(role, uri).await.outcome(403)["code"], "forbidden");
}

#[tokio::test]
async fn sets_of_other_settings_are_made_anew() {
    let app = filed().await;
    let two = Two::new(app);
    let end = two.catch_up();
    let access = crate::app::access(record::Role::Interface);
    assert_eq!(two.by_marks.record.carriers_at(&access, "1").unwrap(), end);
    let references = References(vec![Arc::new(Nothing)]);
    let app = with(two.by_marks, Genomics { references, ..Genomics::default() });
    // Counts of a server with other settings do not use them.
    assert_eq!(app.record.carriers_at(&access, "1 :0").unwrap(), 0);
    let given = [("variants", "NC_000010.11:94781858:G:A")];
    let answer = ask(&app, "find-population-specific-variants", &given).await;
    assert!(outline(&parameters(&answer)).contains("numerator=1"));
}
