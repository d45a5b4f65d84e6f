//! The knowledge in use, as pages: about nobody, with its sources.

use crate::app::{PRESCRIBER, TestApp, Who, access, pack, tenant};
use crate::pages::between;
use interpret::Adopter;
use knowledge::{MANIFEST_FILE, Pack, sha256_hex};
use record::Role;
use std::sync::Arc;

#[tokio::test]
async fn genes_and_drugs_say_what_follows_from_what_and_by_whom() {
    let app = TestApp::empty();
    let list = app.get(PRESCRIBER, "/knowledge").await;
    assert_eq!(list.status, 200, "{}", list.text());
    let digest = app.interpreter.pack().reference().digest;
    assert!(list.text().contains(digest.get(..12).unwrap()));
    assert!(list.text().contains("href=\"/knowledge/genes/CYP2C19\""));
    let gene = app.get(PRESCRIBER, "/knowledge/genes/CYP2C19").await.text();
    for part in ["*17", "No function", "Poor Metabolizer", "/knowledge/drugs/32968"] {
        assert!(gene.contains(part), "{part}");
    }
    let drug = app.get(PRESCRIBER, "/knowledge/drugs/32968").await.text();
    for part in ["Clopidogrel", "CYP2C19: Poor Metabolizer", "CPIC", "35034351", "strong"] {
        assert!(drug.contains(part), "{part}");
    }
    for nothing in ["/knowledge/genes/NOSUCH", "/knowledge/drugs/0"] {
        assert_eq!(app.get(PRESCRIBER, nothing).await.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn alleles_and_variants_say_where_they_are_and_what_they_define() {
    let app = TestApp::empty();
    let gene = app.get(PRESCRIBER, "/knowledge/genes/CYP2C19").await.text();
    assert!(gene.contains("href=\"/knowledge/genes/CYP2C19/alleles/%2A2\""), "{gene}");
    for (page, parts) in [
        (
            "/knowledge/genes/CYP2C19/alleles/*2",
            &[
                "No function",
                "href=\"/knowledge/variants/rs4244285\"",
                "chr10:94781859",
                "NC_000010.11:g.94781859G&gt;A",
                "No function and No function",
                "clopidogrel",
            ][..],
        ),
        ("/knowledge/genes/CYP2C19/alleles/*38", &["the reference: what is found where no other"]),
        ("/knowledge/genes/CYP2D6/alleles/*5", &["known from outside calls only"]),
        (
            "/knowledge/variants/rs4244285",
            &[
                "CYP2C19",
                "chr10:94781859 (GRCh38)",
                "/knowledge/genes/CYP2C19/alleles/%2A2",
                "G → A",
            ],
        ),
        ("/knowledge/variants/chr10:94781859", &["/knowledge/genes/CYP2C19/alleles/%2A2"]),
    ] {
        let answer = app.get(PRESCRIBER, page).await;
        assert_eq!(answer.status, 200, "{page}");
        for part in parts {
            assert!(answer.text().contains(part), "{page} {part}: {}", answer.text());
        }
    }
    for nothing in [
        "/knowledge/genes/CYP2C19/alleles/*2000",
        "/knowledge/genes/NOSUCH/alleles/*2",
        "/knowledge/variants/rs1",
        "/knowledge/variants/%3Cscript%3E",
    ] {
        assert_eq!(app.get(PRESCRIBER, nothing).await.status, 404, "{nothing}");
    }
}

/// The real pack with a text of a table replaced, its digest brought up to date.
fn edited(file: &str, from: &str, to: &str) -> Arc<Pack> {
    let mut files = pack().files.clone();
    let table = String::from_utf8(files[file].clone()).unwrap();
    assert!(table.contains(from), "{file} has no `{from}`");
    let table = table.replace(from, to).into_bytes();
    let digest = |bytes: &[u8]| sha256_hex(bytes);
    let manifest = String::from_utf8(files[MANIFEST_FILE].clone()).unwrap();
    let manifest = manifest.replace(&digest(&files[file]), &digest(&table));
    files.insert(file.to_owned(), table);
    files.insert(MANIFEST_FILE.to_owned(), manifest.into_bytes());
    Arc::new(Pack::from_files(files).unwrap())
}

#[tokio::test]
async fn what_another_pack_says_otherwise_and_of_whom_is_told_to_who_may_know() {
    let app = TestApp::with_result();
    crate::pages::order(&app, "m-1", "309362", "Clopidogrel 75 mg tablet").await;
    let engine = access(Role::Engine);
    app.record.activate_pack(&engine, &pack().reference().digest).unwrap();
    let key = "CYP2C19=Poor Metabolizer|Likely Poor Metabolizer";
    let rule =
        |strength: &str| format!("clopidogrel\tCPIC\tacs-pci\tPM\t{key}\tavoid\t\t{strength}\t");
    let other = edited("actions.tsv", &rule("strong"), &rule("moderate"));
    Adopter::new(app.record.clone(), &tenant(), "ana").adopt(&other).unwrap();

    let list = app.get(PRESCRIBER, "/knowledge/versions").await;
    assert_eq!(list.status, 200, "{}", list.text());
    let text = list.text();
    assert!(text.contains("none: it was the first"), "{text}");
    let (_, link) = text.split_once("href=\"/knowledge/versions/").unwrap();
    let page = format!("/knowledge/versions/{}", link.split_once('"').unwrap().0);
    let whole = app.get(PRESCRIBER, &page).await.text();
    let differences = between(&whole, "id=\"differences\"", "</section>");
    for said in
        ["Clopidogrel: 1 difference", "Advice: clopidogrel/CPIC/acs-pci/PM", "Strong", "Moderate"]
    {
        assert!(differences.contains(said), "{said}: {differences}");
    }
    let affected = between(&whole, "id=\"affected\"", "</section>");
    for said in [
        "EXAMPLE, Ana",
        "href=\"/patients/ana-example\"",
        "(CPIC, acs-pci, strong)",
        "(CPIC, acs-pci, moderate)",
        "href=\"/statements/",
        "a medicine taken now is concerned",
    ] {
        assert!(affected.contains(said), "{said}: {affected}");
    }
    assert!(!affected.contains("SAMPLE"), "Ben has no result: {affected}");

    // The same on the page of the drug, with a way to whom it concerns; a gene has no part in it.
    let drug = app.get(PRESCRIBER, "/knowledge/drugs/32968").await.text();
    let changes = between(&drug, "id=\"changes\"", "</section>");
    for said in ["Advice: clopidogrel/CPIC/acs-pci/PM", "Moderate", "?about=clopidogrel\""] {
        assert!(changes.contains(said), "{said}: {changes}");
    }
    for page in ["/knowledge/genes/CYP2C19", "/knowledge/variants/rs4244285"] {
        let other = app.get(PRESCRIBER, page).await.text();
        assert!(other.contains("Nothing else is said."), "{other}");
    }
    for (about, is_named) in [("clopidogrel", true), ("CYP2C19", false), ("nobody", false)] {
        let asked = app.get(PRESCRIBER, &format!("{page}?about={about}")).await.text();
        let affected = between(&asked, "id=\"affected\"", "</section>");
        assert_eq!(affected.contains("EXAMPLE, Ana"), is_named, "{about}: {affected}");
    }

    // A person of single patients is not told of others, not even how many there are.
    let narrow = app.get(Who::Narrow, &page).await.text();
    assert!(narrow.contains("told to those who see every patient"), "{narrow}");
    assert!(!narrow.contains("EXAMPLE, Ana") && narrow.contains("acs-pci/PM"), "{narrow}");
    assert_eq!(app.get(PRESCRIBER, "/knowledge/versions/none").await.status, 404);
    let operator = app.get(Who::Person(Role::Operator), &page).await.text();
    assert!(!operator.contains("EXAMPLE, Ana"), "{operator}");
}
