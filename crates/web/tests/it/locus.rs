//! The page of a place of the genome: whatever a laboratory wrote is text, what has no place is
//! told, and a browser is there only where one is set up.

use crate::sample;
use model::PatientId;
use model::absence::Absence;
use web::view::{
    Known, LocusCall, LocusCoverage, LocusPlace, LocusSeen, LocusState, LocusView, LocusViewer,
};

const HOSTILE: &str = "\"><script>alert(1)</script>";

fn view(text: &str, viewer: LocusViewer) -> LocusView {
    let call = |place| LocusCall {
        name: text.to_owned(),
        place,
        state: LocusState::Found,
        zygosity: Some(text.to_owned()),
        about: "Tumour".to_owned(),
        genes: vec![text.to_owned()],
        test: Some(text.to_owned()),
        resource: "Observation/o".to_owned(),
    };
    LocusView {
        session: sample::session(),
        today: sample::today(),
        id: PatientId::new("ana"),
        identity: sample::ana(),
        allergies: Known::Absent(Absence::NotRecorded),
        gene: text.to_owned(),
        region: text.to_owned(),
        build: "GRCh38".to_owned(),
        builds: vec!["GRCh38".to_owned()],
        fault: Some(text.to_owned()),
        place: Some(LocusPlace {
            chromosome: "chr7".to_owned(),
            start: 55_174_722,
            end: 55_174_820,
            about: Some(text.to_owned()),
            coverage: vec![LocusCoverage { about: "Tumour".into(), seen: LocusSeen::NotKnown }],
            calls: vec![call(Some((55_174_722, 55_174_730))), call(None)],
            more_calls: 3,
            unplaced: vec![call(None)],
            more_unplaced: 1,
            viewer,
        }),
    }
}

#[test]
fn whatever_a_laboratory_wrote_is_text() {
    let plain = web::locus(&view("plain", LocusViewer::None));
    let hostile = web::locus(&view(HOSTILE, LocusViewer::None));
    assert_eq!(plain.matches('<').count(), hostile.matches('<').count());
    assert!(!hostile.contains("<script"));
}

#[test]
fn what_is_not_listed_and_what_has_no_place_is_told() {
    let page = web::locus(&view("plain", LocusViewer::None));
    for said in [
        "55,174,722–55,174,730",
        "not given here",
        "3 more calls are not listed",
        "they may lie here",
        "1 more such variant is not listed",
        "not known what was tested",
        "star alleles have no place",
        "<title>Error: ",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let mut empty = view("plain", LocusViewer::None);
    empty.place = empty.place.map(|place| LocusPlace { calls: Vec::new(), ..place });
    assert!(web::locus(&empty).contains("Whether that is an absence is said above."));
}

#[test]
fn a_browser_is_there_where_one_is_set_up() {
    let script = "/assets/igv.0123456789ab.js".to_owned();
    let here = LocusViewer::Here {
        script: script.clone(),
        sequence: web::path::reference("NC_000007.14"),
        features: web::path::locus_features(&PatientId::new("ana"), "chr7:1-9", "GRCh38"),
        build: "GRCh38".to_owned(),
    };
    let page = web::locus(&view("plain", here));
    assert!(page.contains(&format!("<script src=\"{script}\" defer></script>")), "{page}");
    let features = "/patients/ana/locus/features?region=chr7%3A1-9&amp;build=GRCh38";
    assert!(page.contains(&format!("data-features=\"{features}\"")), "{page}");
    assert!(page.contains("data-locus=\"chr7:55174722-55174820\""));
    for viewer in [LocusViewer::None, LocusViewer::WithoutReference] {
        let is_said = viewer == LocusViewer::WithoutReference;
        let page = web::locus(&view("plain", viewer));
        assert!(!page.contains("<script") && !page.contains("locus-viewer"));
        assert_eq!(page.contains("No reference sequence of this build"), is_said);
    }
}
