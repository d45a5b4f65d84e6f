//! A document and the results that came with it: what agrees stands, what does not is held until a
//! person has said why it holds, or the laboratory has corrected it.

use crate::extraction::{confirm, follower, keep, origin, reviewer};
use crate::support::{Fixture, NORMAL, POOR, engine, fixture, result};
use crate::vendor;
use base64::Engine as _;
use intake::extraction::concordance::{Answer, Compared, WORD, answer, compared};
use intake::extraction::{ReadDocument, file};
use record::{Commit, Condition, Extraction, ExtractionState, ResourceChange};
use serde_json::{Value, json};
use testkit::oru::Oru;
use testkit::patients::ana_example;
use testkit::pdf::{Text, report};

const PERSON: (&str, &str, &str) = ("Ana Example", "1961-04-02", "100001");
const ISSUED: &str = "20260112092500+0000";

pub(crate) fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A document with one line below another under `Results`.
pub(crate) fn lines(lines: &[&str]) -> Vec<u8> {
    let tops = (0_u8..).map(|line| 140.0 + 40.0 * f32::from(line));
    let below = lines.iter().zip(tops).map(|(line, top)| (40.0, top, *line));
    let texts: Vec<Text<'_>> = std::iter::once((40.0, 100.0, "Results")).chain(below).collect();
    report(PERSON, &texts)
}

fn attachment(pdf: &[u8]) -> String {
    let text = encoded(pdf);
    format!("OBX|90|ED|51969-4^Report^LN||NSML^Application^PDF^Base64^{text}||||||F\r")
}

/// Files a message with a document, reads the document, and compares.
fn take(fixture: &Fixture, message: &str, pdf: &[u8]) {
    fixture.file(&(message.to_owned() + &attachment(pdf)));
    settle(fixture);
}

pub(crate) fn settle(fixture: &Fixture) {
    follower(fixture).work_off().unwrap();
    // What comparing changes is looked at again, and changes nothing.
    let before = fixture.sequence();
    follower(fixture).work_off().unwrap();
    assert_eq!(fixture.sequence(), before);
}

fn genes(control_id: &str, status: char, genes: &[(&str, &str, &str)]) -> String {
    result(control_id, "NS-1", ISSUED, status, genes)
}

fn coded(gene: &str) -> String {
    let number = if gene == "KRAS" { 6407 } else { 7989 };
    format!("HGNC:{number}^{gene}^HGNC")
}

/// A variant of a group of rows; empty values are left out.
fn variant(oru: Oru, group: &str, values: [&str; 4]) -> Oru {
    let [gene, protein, significance, assessment] = values;
    let gene = coded(gene);
    let rows = [
        ("CWE", "48018-6^Gene^LN", gene.as_str()),
        ("ST", "48005-3^p.^LN", protein),
        ("CWE", "53037-8^Significance^LN", significance),
        ("CWE", "69548-6^Assessment^LN", assessment),
    ];
    let rows = rows.into_iter().filter(|(_, _, value)| !value.is_empty());
    rows.fold(oru, |oru, (kind, code, value)| oru.observation(kind, code, group, value))
}

const PRESENT: &str = "LA9633-4^Present^LN";
const ABSENT: &str = "LA9634-2^Absent^LN";
const PATHOGENIC: &str = "LA6668-3^Pathogenic^LN";
const UNCERTAIN: &str = "LA26333-7^Uncertain significance^LN";

fn extraction(fixture: &Fixture) -> Extraction {
    let all = [true, false].map(|open| fixture.record.extractions(&reviewer("r1"), open, 10));
    let mut all = all.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>();
    all.sort_by_key(|kept| kept.created);
    all.pop().unwrap()
}

fn comparison(fixture: &Fixture) -> Compared {
    let kept = extraction(fixture);
    let document = ReadDocument::of(&kept).unwrap();
    compared(&fixture.record, &reviewer("r1"), &kept.patient, &document).unwrap()
}

fn disagreements(fixture: &Fixture) -> Vec<String> {
    let found = comparison(fixture).disagreements;
    found.iter().map(|one| format!("{}: {} | {}", one.word, one.stated, one.read)).collect()
}

/// Findings of Ana in their status.
fn findings(fixture: &Fixture, about: &str) -> Vec<String> {
    let all = fixture.findings("ana-example").into_iter();
    all.filter(|line| line.contains(about)).collect()
}

fn listed(fixture: &Fixture) -> usize {
    let open = fixture.record.reviews(&reviewer("r1"), true).unwrap();
    open.iter().filter(|review| review.entry.reason == WORD).count()
}

/// Says of the first disagreement whether the result holds.
fn say(fixture: &Fixture, is_released: bool, reason: &str) -> Result<(), intake::Failure> {
    let found = comparison(fixture).disagreements.remove(0);
    let about = (found.stated.as_str(), found.read.as_str());
    let said = Answer { about, is_released, reason };
    let done = answer(&fixture.record, &reviewer("r1"), &extraction(fixture), &said);
    settle(fixture);
    done
}

#[test]
fn what_both_say_takes_nobody() {
    let fixture = fixture();
    let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*1", POOR), ("CYP2D6", "*1/*1", NORMAL)]);
    // The order of alleles is nobody's statement.
    let pdf = lines(&["CYP2C19 *1/*2 Poor Metabolizer", "CYP2D6 *1/*1 Normal Metabolizer"]);
    take(&fixture, &sent, &pdf);
    assert_eq!(disagreements(&fixture), [""; 0]);
    assert_eq!(extraction(&fixture).state, ExtractionState::Nothing);
    assert_eq!(listed(&fixture), 0);
    assert!(findings(&fixture, "CYP2").iter().all(|line| line.starts_with("Final")));
}

#[test]
fn what_only_the_document_says_waits_for_people_and_the_rest_does_not() {
    let fixture = fixture();
    take(
        &fixture,
        &genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]),
        &lines(&["CYP2C19 *2/*2 Poor Metabolizer", "CYP2D6 *1/*1 Normal Metabolizer"]),
    );
    let kept = extraction(&fixture);
    assert_eq!((kept.state, listed(&fixture)), (ExtractionState::Open, 0));
    assert_eq!(comparison(&fixture).agreed.into_keys().collect::<Vec<_>>(), [0]);
    // Only the other one has to be decided, and it alone is filed.
    let mut document = ReadDocument::of(&kept).unwrap();
    confirm(&mut document, 1, "r1").unwrap();
    let kept = keep(&fixture, &kept, &document);
    file(&fixture.record, &reviewer("r1"), &kept, origin()).unwrap();
    assert_eq!(findings(&fixture, "CYP2C19").len(), 1);
    assert_eq!(findings(&fixture, "CYP2D6").len(), 1);
}

#[test]
fn another_genotype_or_phenotype_is_held_until_somebody_says_why_it_holds() {
    for (line, word) in [
        ("CYP2C19 *1/*2 Poor Metabolizer", "diplotype"),
        ("CYP2C19 *2/*2 Intermediate Metabolizer", "phenotype"),
    ] {
        let fixture = fixture();
        let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR), ("CYP2D6", "*1/*1", NORMAL)]);
        take(&fixture, &sent, &lines(&[line]));
        let [found] = &disagreements(&fixture)[..] else { panic!("{line}") };
        assert_eq!(*found, format!("{word}: CYP2C19 *2/*2 Poor Metabolizer | {line}"));
        // Only what is in doubt.
        assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"), "{line}");
        assert!(findings(&fixture, "CYP2D6")[0].starts_with("Final"), "{line}");
        assert_eq!((extraction(&fixture).state, listed(&fixture)), (ExtractionState::Open, 1));
        // What is held is not filed from the document either.
        let mut document = ReadDocument::of(&extraction(&fixture)).unwrap();
        confirm(&mut document, 0, "r1").unwrap();
        confirm(&mut document, 0, "r2").unwrap_or_default();
        let kept = keep(&fixture, &extraction(&fixture), &document);
        assert!(file(&fixture.record, &reviewer("r2"), &kept, origin()).is_err(), "{line}");

        assert!(say(&fixture, true, " ").is_err(), "a reason is needed");
        assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
        // The document is right: it stays held, and the laboratory has to correct it.
        say(&fixture, false, "the sequence shows the document's").unwrap();
        assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
        assert_eq!(listed(&fixture), 1);
        say(&fixture, true, "the document was set by hand").unwrap();
        assert!(findings(&fixture, "CYP2C19")[0].starts_with("Final"), "{line}");
        assert_eq!(listed(&fixture), 0);
        let facts = fixture.facts("ana-example");
        let of_gene = facts.iter().filter(|filed| filed.resource.resource_type == "Observation");
        // Each fact still says which part of which message it is from.
        assert!(of_gene.clone().count() >= 2);
        assert!(
            of_gene.into_iter().all(|filed| filed.fact.source.place.starts_with("OBX[")
                || filed.fact.source.raw.is_some())
        );
        // Sent again as it was, it stays released.
        fixture.file(&(sent.replace("M-1", "M-2") + &attachment(&lines(&[line]))));
        settle(&fixture);
        assert!(findings(&fixture, "CYP2C19")[0].starts_with("Final"), "{line}");
    }
}

#[test]
fn nothing_counts_before_its_document_was_read() {
    let fixture = fixture();
    let worker = fixture.worker().waiting_for_documents();
    let file = |message: &str, pdf: &[u8]| {
        fixture.receive(&(message.to_owned() + &attachment(pdf)));
        assert_eq!(worker.work_off().unwrap(), 1);
    };
    let standing = || findings(&fixture, "CYP2C19");
    let all = |word: &str| {
        let all = standing();
        assert!(!all.is_empty() && all.iter().all(|line| line.starts_with(word)), "{all:?}");
    };
    let poor = lines(&["CYP2C19 *2/*2 Poor Metabolizer"]);
    let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]);
    file(&sent, &poor);
    all("Preliminary");
    settle(&fixture);
    all("Final");
    assert_eq!(listed(&fixture), 0);
    let places = fixture.facts("ana-example").into_iter().map(|filed| filed.fact.source);
    let of_message = places.filter(|source| source.place.starts_with("OBX["));
    assert!(of_message.into_iter().all(|source| source.raw.is_some()));
    // The same file with another result waits, too, and is let go though it was read before.
    let again = sent.replace("M-1", "M-2").replace("NS-1^", "NS-2^");
    file(&again, &poor);
    assert_eq!(standing().iter().filter(|line| line.starts_with("Preliminary")).count(), 1);
    settle(&fixture);
    all("Final");
    // What the new document contradicts is held from the first moment on.
    let other = lines(&["CYP2C19 *1/*1 Normal Metabolizer"]);
    file(&sent.replace("M-1", "M-3").replace("NS-1^", "NS-3^"), &other);
    settle(&fixture);
    assert_eq!(standing().iter().filter(|line| line.starts_with("Preliminary")).count(), 1);
    assert_eq!(listed(&fixture), 1);
    // A document that cannot be read keeps nothing waiting: it waits itself.
    file(&sent.replace("M-1", "M-4").replace("NS-1^", "NS-4^"), b"%PDF-1.4 cut");
    assert_eq!(standing().iter().filter(|line| line.starts_with("Preliminary")).count(), 2);
    settle(&fixture);
    assert_eq!(standing().iter().filter(|line| line.starts_with("Preliminary")).count(), 1);
    // A later version takes the place of one that waits, and an earlier one does not.
    file(&genes("M-5", 'C', &[("CYP2C19", "*1/*2", POOR)]), &poor);
    let early = fixture.receive(&sent.replace("M-1", "M-6"));
    worker.work_off().unwrap();
    let kept = fixture.record.raw(&fixture.access(), &early.raw).unwrap().unwrap();
    assert_eq!(kept.summary.state, record::RawState::Unmatched);
}

/// What no document would let go must not wait for one.
#[test]
fn results_beside_another_report_do_not_wait_for_its_document() {
    let fixture = fixture();
    let worker = fixture.worker().waiting_for_documents();
    let own = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]);
    let document = attachment(&lines(&["CYP2C19 *2/*2 Poor Metabolizer"]));
    let other = result("M-1", "NS-2", ISSUED, 'F', &[("CYP2D6", "*1/*1", NORMAL)]);
    let (_, order) = other.split_at(other.find("ORC|").unwrap());
    fixture.receive(&(own + &document + order));
    worker.work_off().unwrap();
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
    assert!(findings(&fixture, "CYP2D6")[0].starts_with("Final"));
    settle(&fixture);
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Final"));
    assert!(findings(&fixture, "CYP2D6")[0].starts_with("Final"));
}

#[test]
fn a_document_that_is_taken_away_unread_keeps_nothing_waiting() {
    let fixture = fixture();
    let worker = fixture.worker().waiting_for_documents();
    let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]);
    fixture.receive(&(sent + &attachment(&lines(&["CYP2C19 *2/*2 Poor Metabolizer"]))));
    worker.work_off().unwrap();
    let changes = fixture.record.changes(&engine(), 0, 200).unwrap();
    let is_document = |change: &&record::Change| change.resource_type == "DocumentReference";
    let document = changes.iter().find(is_document).unwrap();
    let gone = ResourceChange::Delete {
        resource_type: document.resource_type.clone(),
        id: document.id.clone(),
        condition: Condition::Any,
    };
    let commit = Commit { changes: vec![gone], ..Commit::default() };
    fixture.record.commit(&fixture.access(), commit).unwrap();
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
    settle(&fixture);
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Final"));
}

#[test]
fn the_record_tells_who_released_what_and_why() {
    let fixture = fixture();
    let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]);
    take(&fixture, &sent, &lines(&["CYP2C19 *1/*1 Normal Metabolizer"]));
    say(&fixture, true, "checked with the laboratory").unwrap();
    let found = comparison(&fixture).disagreements.remove(0);
    let (kind, id) = found.concerns.first().unwrap();
    let holds = intake::hold::holds(&fixture.read(kind, id));
    let verdict = holds[0].verdict.clone().unwrap();
    assert_eq!((verdict.by.as_str(), verdict.is_released), ("r1", true));
    assert_eq!(verdict.reason, "checked with the laboratory");
    assert!(verdict.at.starts_with("2026-01-12T"));
}

#[test]
fn a_correction_is_compared_anew() {
    let fixture = fixture();
    let line = ["CYP2C19 *2/*2 Poor Metabolizer"];
    take(&fixture, &genes("M-1", 'F', &[("CYP2C19", "*1/*1", NORMAL)]), &lines(&line));
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
    // As it was: it stays held, though it comes as final again.
    fixture
        .file(&(genes("M-2", 'F', &[("CYP2C19", "*1/*1", NORMAL)]) + &attachment(&lines(&line))));
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
    // Corrected to something else that is not what the document says: held again.
    take(&fixture, &genes("M-3", 'C', &[("CYP2C19", "*1/*17", NORMAL)]), &lines(&line));
    assert!(findings(&fixture, "CYP2C19 *1/*17")[0].starts_with("Preliminary"));
    assert_eq!(listed(&fixture), 1);
    // Corrected to what the document says: it stands, and nobody is asked any more.
    take(&fixture, &genes("M-4", 'C', &[("CYP2C19", "*2/*2", POOR)]), &lines(&line));
    assert!(findings(&fixture, "CYP2C19 *2/*2")[0].starts_with("Corrected"));
    assert_eq!((disagreements(&fixture).len(), listed(&fixture)), (0, 0));
    // A new document that says something else is compared as well.
    let other = lines(&["CYP2C19 *3/*3 Poor Metabolizer"]);
    take(&fixture, &genes("M-5", 'C', &[("CYP2C19", "*2/*2", POOR)]), &other);
    assert!(findings(&fixture, "CYP2C19 *2/*2")[0].starts_with("Preliminary"));
    // And one that agrees lets the result go.
    take(&fixture, &genes("M-6", 'C', &[("CYP2C19", "*2/*2", POOR)]), &lines(&line));
    assert!(findings(&fixture, "CYP2C19 *2/*2")[0].starts_with("Corrected"));
    assert_eq!(listed(&fixture), 0);
}

#[test]
fn variants_are_compared_by_change_significance_and_denial() {
    let both: &[&str] = &["Observation", "DiagnosticReport"];
    for (values, read, expected, held) in [
        // Three letters and one letter say the same.
        (["KRAS", "p.Gly12Cys", PATHOGENIC, PRESENT], "KRAS G12C pathogenic", None, &[][..]),
        (
            ["KRAS", "p.Gly12Cys", UNCERTAIN, PRESENT],
            "KRAS G12C pathogenic",
            Some("significance"),
            both,
        ),
        (["KRAS", "p.Gly12Asp", PATHOGENIC, PRESENT], "KRAS G12C pathogenic", Some("change"), both),
        (["KRAS", "p.Gly12Cys", "", ABSENT], "KRAS G12C", Some("denied-by-result"), both),
        (["KRAS", "", "", ABSENT], "KRAS G12C pathogenic", Some("denied-by-result"), both),
        (
            ["KRAS", "p.Gly12Cys", PATHOGENIC, PRESENT],
            "KRAS G12C not detected",
            Some("denied-by-document"),
            both,
        ),
        (
            ["KRAS", "p.Gly12Cys", PATHOGENIC, PRESENT],
            "KRAS: wild-type",
            Some("denied-by-document"),
            both,
        ),
        // Of nothing known is no contradiction of what does not state it.
        (["KRAS", "", "", ABSENT], "KRAS G12C VUS", None, &[]),
        (["KRAS", "p.Gly12Cys", UNCERTAIN, PRESENT], "No pathogenic variants in KRAS", None, &[]),
        // What is not known to be there is not held, and is no agreement.
        (["KRAS", "p.Gly12Cys", PATHOGENIC, "LA18198-4^No call^LN"], "KRAS G12C", None, &[]),
        (["NRAS", "p.Gly12Cys", PATHOGENIC, PRESENT], "KRAS G12C", None, &[]),
    ] {
        let fixture = fixture();
        let sent = variant(Oru::new(&ana_example(), "M-1"), "2a", values).text();
        take(&fixture, &sent, &lines(&[read, "EGFR L858R"]));
        let found = comparison(&fixture).disagreements;
        let words: Vec<&str> = found.iter().map(|one| one.word).collect();
        assert_eq!(words, expected.into_iter().collect::<Vec<_>>(), "{values:?} {read}");
        let mut types: Vec<String> =
            found.iter().flat_map(|one| &one.concerns).map(|(kind, _)| kind.clone()).collect();
        types.reverse();
        assert_eq!(types, held, "{values:?} {read}");
        let open = found.iter().flat_map(|one| &one.concerns);
        for (kind, id) in open {
            assert_eq!(fixture.read(kind, id)["status"], "preliminary", "{values:?} {read}");
        }
    }
}

#[test]
fn what_was_tested_and_not_stated_does_not_count_as_not_there() {
    let gene = coded("KRAS");
    let study = |code: &str| {
        Oru::new(&ana_example(), "M-1")
            .observation("CWE", "48018-6^Gene studied^LN", "1a", &gene)
            .observation("CWE", "51968-6^Overall^LN", "1", code)
            .text()
    };
    for (overall, line, expected) in [
        ("LA6576-8^Positive^LN", "KRAS G12C", Some("KRAS tested, nothing reported")),
        ("LA6577-6^Negative^LN", "NRAS Q61K pathogenic", Some("overall: negative")),
        ("LA6576-8^Positive^LN", "NRAS Q61K", None),
        ("LA6577-6^Negative^LN", "NRAS Q61K VUS", None),
    ] {
        let fixture = fixture();
        let before = fixture.sequence();
        take(&fixture, &study(overall), &lines(&[line]));
        let found = comparison(&fixture).disagreements;
        let stated: Vec<&str> = found.iter().map(|one| one.stated.as_str()).collect();
        assert_eq!(stated, expected.into_iter().collect::<Vec<_>>(), "{line}");
        let report = fixture.resource("DiagnosticReport", before);
        let status = if expected.is_some() { "preliminary" } else { "final" };
        assert_eq!(report["status"], status, "{line}");
    }
}

#[test]
fn a_document_under_an_order_of_its_own_is_compared_with_the_results_beside_it() {
    let fixture = fixture();
    let order = "ORC|RE|PL-2^COGNATE-DEMO|NS-2^NSML||CM\rOBR|2|PL-2^COGNATE-DEMO|NS-2^NSML|\
                 51969-4^Report^LN|||20260107081500+0000|||||||||||||||20260112092500+0000||GE|F\r";
    let sent = genes("M-1", 'F', &[("CYP2C19", "*2/*2", POOR)]) + order;
    take(&fixture, &sent, &lines(&["CYP2C19 *1/*1 Normal Metabolizer"]));
    assert_eq!(comparison(&fixture).disagreements.len(), 1);
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Preliminary"));
    say(&fixture, true, "another specimen").unwrap();
    assert!(findings(&fixture, "CYP2C19")[0].starts_with("Final"));
}

#[test]
fn a_fhir_report_is_compared_with_the_form_that_it_presents() {
    let fixture = fixture();
    let put = |url: &str, resource: Value| {
        let request = json!({"method": "PUT", "url": url});
        json!({"request": request, "resource": resource})
    };
    let subject = json!({"reference": "Patient/ana-example"});
    let loinc = |code: &str| json!({"coding": [{"system": "http://loinc.org", "code": code}]});
    let observation = json!({"resourceType": "Observation", "id": "o1", "status": "final",
        "subject": subject, "code": loinc("84413-4"), "valueCodeableConcept": {"text": "*1/*1"},
        "component": [{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [{
            "system": "http://www.genenames.org/geneId", "code": "HGNC:2621",
            "display": "CYP2C19"}]}}]});
    let report = json!({"resourceType": "DiagnosticReport", "id": "r1", "status": "final",
        "subject": subject, "code": loinc("51969-4"), "result": [{"reference": "Observation/o1"}],
        "presentedForm": [{"contentType": "application/pdf",
            "data": encoded(&lines(&["CYP2C19 *2/*2 Poor Metabolizer"]))}]});
    let entries = [put("Observation/o1", observation.clone()), put("DiagnosticReport/r1", report)];
    let send = |entries: Vec<Value>| {
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let (access, bytes) = (fixture.access(), bundle.to_string().into_bytes());
        let none = &intake::fhir::no_look;
        intake::fhir::transaction(&fixture.record, &access, "", none, &bytes).unwrap();
        settle(&fixture);
    };
    send(entries.to_vec());
    assert_eq!(fixture.read("Observation", "o1")["status"], "preliminary");
    assert_eq!(listed(&fixture), 1);
    // Its client says final once more: it is held again.
    send(vec![put("Observation/o1", observation.clone())]);
    assert_eq!(fixture.read("Observation", "o1")["status"], "preliminary");
    let mut corrected = observation;
    corrected["status"] = json!("corrected");
    corrected["valueCodeableConcept"]["text"] = json!("*2/*2");
    send(vec![put("Observation/o1", corrected)]);
    assert_eq!(fixture.read("Observation", "o1")["status"], "corrected");
    assert_eq!(listed(&fixture), 0);
}

#[test]
fn a_laboratorys_own_file_is_compared_with_the_report_in_it() {
    let with = |fixture: &Fixture, pdf: &[u8]| {
        let text = vendor::REPORT.replace("JVBERi0xLjQ=", &encoded(pdf));
        vendor::take(fixture, &text).unwrap();
        settle(fixture);
    };
    let count = |fixture: &Fixture| vendor::tumor(fixture).0.alterations.len();
    let mira = ("Mira Example", "1958-11-30", "200001");
    let written = |lines: &[&'static str]| {
        let tops = (0_u8..).map(|line| 140.0 + 40.0 * f32::from(line));
        let below = lines.iter().zip(tops).map(|(line, top)| (40.0, top, *line));
        let texts: Vec<Text<'_>> = std::iter::once((40.0, 100.0, "Results")).chain(below).collect();
        report(mira, &texts)
    };
    let fixture = vendor::fixture();
    with(&fixture, &written(&["BRAF V600E", "MET amplification - equivocal"]));
    assert_eq!(disagreements(&fixture), [""; 0]);
    assert_eq!(extraction(&fixture).state, ExtractionState::Nothing);
    assert!(count(&fixture) > 0);
    // A report of which one variant is in doubt does not count: what it does not state would count
    // as not there.
    let fixture = vendor::fixture();
    with(&fixture, &written(&["BRAF V600K", "MET amplification - equivocal"]));
    assert_eq!(disagreements(&fixture).len(), 1, "{:?}", disagreements(&fixture));
    let all = vendor::resources(&fixture);
    assert_eq!(formats::fhir::tumor::reported_tumors(&all).0, []);
    say(&fixture, true, "a slip of the pen").unwrap();
    assert!(count(&fixture) > 0);
}
