//! A place of a patient's genome: what the page says of calls and of what was looked at, what the
//! browser is given, and that the reference comes in ranges.

use crate::app::{BASE, NOBODY, TestApp, Who, tenant};
use crate::genomics::genome::{blocks, take};
use genomics::reference::References;
use record::Role;
use server::{App, Genomics, Settings, Viewer};

const PRESCRIBER: Who = Who::Person(Role::Prescriber);
const ANYBODY: Who = Who::Token(NOBODY);
const PLACE: &str = "/patients/ana-example/locus?region=chr7:900-1300";

/// Ana with a gVCF: seen up to 2,000 but for a stretch, a call, and one that failed its filter.
fn with_genome() -> TestApp {
    let app = TestApp::new();
    take(&app, &blocks(), &References::default());
    app
}

/// The same with what an operator brings: a browser, and the mitochondrion as reference.
fn with_viewer(mut app: TestApp) -> (TestApp, Viewer) {
    let path = app.directory().join("m.fa");
    let bases = "ACGT".repeat(16_569 / 4 + 1);
    std::fs::write(&path, format!(">MT\n{}\n", bases.get(..16_569).unwrap())).unwrap();
    std::fs::write(app.directory().join("m.fa.fai"), "MT\t16569\t4\t16569\t16570\n").unwrap();
    let reference = formats::reference::open(&path).0.unwrap();
    let genomics = Genomics { references: References(vec![reference]), ..Genomics::default() };
    let settings = Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies: false };
    let (record, interpreter) = (app.record.clone(), app.interpreter.clone());
    let viewer = Viewer::new(b"globalThis.igv = { createBrowser() {} };".to_vec()).unwrap();
    let made = App::with_genomics(record, interpreter, settings, genomics);
    app.router = server::router(made.with_viewer(viewer.clone()));
    (app, viewer)
}

#[tokio::test]
async fn a_call_is_told_from_a_doubtful_one_and_both_from_what_was_not_tested() {
    let app = with_genome();
    let page = app.get(PRESCRIBER, PLACE).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for said in [
        "NC_000007.14:g.1000A&gt;T",
        "<b>Found</b>",
        "Heterozygous",
        "NC_000007.14:g.1200A&gt;G",
        "Not sure: neither found nor absent",
        "Inherited genome</b>: tested except for 1 gap of 101 bases in all",
        "not tested: 1,100–1,200",
        "Tumour</b>: not known what was tested",
        "is no absence",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<script"), "no browser is set up");
    for (region, said) in [
        ("chr7:100-200", "tested throughout: what is not listed was not seen"),
        ("chr7:5000-6000", "not tested: nothing is known of this place"),
        ("chr1:5000-6000", "not tested: nothing is known of this place"),
    ] {
        let at = format!("/patients/ana-example/locus?region={region}");
        let page = app.get(PRESCRIBER, &at).await.text();
        assert!(page.contains(said) && page.contains("No call is recorded here."), "{page}");
    }
    // Of somebody without any test nothing is known, wherever one looks.
    let page = TestApp::new().get(PRESCRIBER, PLACE).await.text();
    assert!(page.contains("Inherited genome</b>: not tested"), "{page}");
}

#[tokio::test]
async fn a_question_that_is_none_is_answered_in_words_with_what_was_typed() {
    let app = with_genome();
    for (query, said) in [
        ("region=%3Cscript%3E", "value=\"&lt;script&gt;\""),
        ("gene=NO-GENE", "give its approved symbol or a region"),
        ("gene=CYP2C19&region=chr7:1-2", "not both"),
        ("region=chr7:1-4000001", "at most 3000000 bases"),
    ] {
        let answer = app.get(PRESCRIBER, &format!("/patients/ana-example/locus?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        let page = answer.text();
        assert!(page.contains(said) && page.contains("role=\"alert\""), "{said}: {page}");
        assert!(!page.contains("<script"), "{page}");
    }
    let page = app.get(PRESCRIBER, "/patients/ana-example/locus").await;
    assert_eq!(page.status, 200, "the form alone");
    let page = app.get(PRESCRIBER, "/patients/ana-example/locus?gene=cyp2c19").await.text();
    assert!(page.contains("The gene may reach further."), "{page}");
}

#[tokio::test]
async fn the_browser_is_given_calls_and_gaps_and_its_script_comes_from_here() {
    let (app, viewer) = with_viewer(with_genome());
    let at = PLACE.replace("/locus?", "/locus/features?");
    let features = app.get(PRESCRIBER, &at).await;
    assert_eq!(features.header("cache-control"), "no-store");
    let features = features.json();
    let call = &features["calls"][0];
    assert_eq!(
        (&call["chr"], &call["start"], &call["end"]),
        (&"chr7".into(), &999.into(), &1000.into())
    );
    assert!(features["calls"][1]["name"].as_str().unwrap().contains("Not sure"), "{features}");
    let gaps = features["gaps"].as_array().unwrap();
    assert_eq!((&gaps[0]["start"], &gaps[0]["end"]), (&1_099.into(), &1_200.into()));
    assert_eq!(gaps[1]["name"], "Tumour: not known whether tested");
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example/locus/features").await.status, 400);
    // The reference that is set up has the mitochondrion alone.
    let page = app.get(PRESCRIBER, PLACE).await.text();
    assert!(page.contains("No reference sequence of this build") && !page.contains("<script"));
    let answer = app.get(PRESCRIBER, "/patients/ana-example/locus?region=chrM:1-600").await;
    assert!(answer.header("content-security-policy").contains("script-src 'self'"));
    let page = answer.text();
    let script = format!("/assets/igv.{}.js", viewer.sha256.get(..12).unwrap());
    for held in [
        format!("<script src=\"{script}\" defer></script>"),
        "data-sequence=\"/reference/NC_012920.1.fa\"".to_owned(),
        "data-locus=\"chrMT:1-600\"".to_owned(),
    ] {
        assert!(page.contains(&held), "{held}: {page}");
    }
    let served = app.get(ANYBODY, &script).await;
    assert_eq!((served.status.as_u16(), served.text().contains("createBrowser")), (200, true));
    assert!(served.header("content-type").starts_with("text/javascript"));
    assert_eq!(app.get(ANYBODY, "/assets/igv.000000000000.js").await.status, 404);
}

#[tokio::test]
async fn the_reference_comes_in_ranges_and_to_people_who_are_logged_in() {
    let (app, _) = with_viewer(TestApp::new());
    let fasta = "/reference/NC_012920.1.fa";
    let index = app.get(PRESCRIBER, &format!("{fasta}.fai")).await;
    assert_eq!(index.text(), "chrMT\t16569\t0\t16569\t16570\n");
    let ask = |range: &'static str| app.call("GET", fasta).by(PRESCRIBER).header("range", range);
    for (range, status, bases, said) in [
        ("bytes=0-5", 206, "ACGTAC", "bytes 0-5/16569"),
        ("bytes=16567-99999", 206, "TA", "bytes 16567-16568/16569"),
        ("bytes=16569-16570", 416, "", ""),
        ("bytes=x", 416, "", ""),
    ] {
        let answer = ask(range).send().await;
        assert_eq!((answer.status.as_u16(), answer.header("content-range")), (status, said));
        assert!(status == 416 || answer.text() == bases, "{range}: {}", answer.text());
    }
    assert_eq!(app.get(PRESCRIBER, fasta).await.status, 416, "never whole");
    for name in ["NC_000007.14.fa.fai", "NC_000007.14.fa", "..%2Fmaster.key", "m.fa"] {
        let answer = app.call("GET", &format!("/reference/{name}")).by(PRESCRIBER);
        assert_eq!(answer.header("range", "bytes=0-5").send().await.status, 404, "{name}");
    }
    assert_eq!(app.get(ANYBODY, fasta).await.status, 401);
}
