//! Made-up views, for the tests and for the preview. Facts of genes and drugs as CPIC states them:
//! CYP2C19 and clopidogrel (PMID 35034351), SLCO1B1 and statins (PMID 35152405), TPMT and
//! thiopurines (PMID 30447069), DPYD and fluoropyrimidines (PMID 29152729). Names are invented.

use model::absence::Absence;
use model::id::{PatientId, RawId, ResourceRef, StatementId};
use model::lifestyle::{Answer, Finding, SaidBy, Topic};
use model::patient::{Identifier, PersonName, Sex};
use model::problem::Problem;
use model::provenance::Door;
use model::reported::ResultStatus;
use model::statement::{Capsule, EngineRef, InputRef, KnowledgeRef};
use model::time::{PartialDate, Timestamp};
use web::view::{
    BearingRow, Candidate, CourseRow, CourseSpan, ErrorView, ExplainView, Identity, Known,
    LifestyleView, LoginView, PatientListRow, PatientListView, PatientView, PreventionRow,
    ReportRow, ResultSource, ReviewListView, ReviewRow, ScaleFigure, ScaleRow, Session, Subject,
    ValueSeries,
};

// The paths are said, because the preview takes this file in from another folder.
#[path = "sample/clinical.rs"]
mod clinical;
#[path = "sample/drug.rs"]
mod drug;
#[path = "sample/gene.rs"]
mod gene;

pub(crate) fn day(year: i16, month: u8, day: u8) -> PartialDate {
    PartialDate { year, month: Some(month), day: Some(day) }
}

fn at(rfc3339: &str) -> Timestamp {
    Timestamp::parse(rfc3339).unwrap_or(Timestamp::from_micros(0))
}

pub(crate) fn today() -> PartialDate {
    day(2026, 11, 22)
}

pub(crate) fn session() -> Session {
    Session {
        name: "Dr. Paula Prescriber".into(),
        role: "prescriber".into(),
        csrf: "csrf-of-the-session".into(),
        lists_patients: true,
        privacy_waiting: None,
        reviews_waiting: Some(2),
        sees_trials: false,
        sees_console: false,
        administers: false,
        sees_policies: false,
    }
}

pub(crate) fn ana() -> Identity {
    identity("Example", "Ana", Sex::Female, Some(day(1961, 4, 2)), "MRN-0001")
}

fn identity(family: &str, given: &str, sex: Sex, born: Option<PartialDate>, mrn: &str) -> Identity {
    Identity {
        name: Some(PersonName { family: family.into(), given: vec![given.into()] }),
        sex,
        born,
        mrn: Some(Identifier { authority: "urn:demo:mrn".into(), value: mrn.into() }),
    }
}

fn sha256(seed: &str) -> String {
    seed.repeat(16).chars().take(64).collect()
}

fn capsule(rule: &str, gaps: &[&str]) -> Capsule {
    let input = |kind: &str, id: &str, version, digest: &str| InputRef {
        resource: ResourceRef { resource_type: kind.into(), id: id.into(), version },
        sha256: sha256(digest),
    };
    Capsule {
        inputs: vec![
            input("DocumentReference", "genotypes-0001", 1, "3f2a9c41"),
            input("Observation", "cyp2c19-0001", 2, "b07d55e2"),
        ],
        knowledge: KnowledgeRef {
            pack: "pgx".into(),
            version: "0.1.0".into(),
            date: "2026-11-22".into(),
            digest: sha256("91c4e7aa"),
        },
        rule: rule.into(),
        engine: EngineRef { name: "pgx".into(), version: "0.1.0".into() },
        gaps: gaps.iter().map(|&gap| gap.to_owned()).collect(),
    }
}

fn statement_id(number: u32) -> StatementId {
    StatementId::new(format!("0190b2f0-7a4e-7c3e-8f00-{number:012}"))
}

fn laboratory() -> Vec<ResultSource> {
    vec![ResultSource {
        laboratory: Some("Labor Beispiel".into()),
        date: Some(day(2026, 5, 12)),
        status: ResultStatus::Final,
    }]
}

pub(crate) fn reports() -> Vec<ReportRow> {
    let report = |title: &str, status, received: &str| ReportRow {
        resource: Some(ResourceRef {
            resource_type: "DiagnosticReport".into(),
            id: "report-0001".into(),
            version: 1,
        }),
        title: title.into(),
        laboratory: Some("Labor Beispiel".into()),
        number: Some("L-2026-0815".into()),
        collected: Some(day(2026, 5, 10)),
        issued: Some(at("2026-05-12T14:05:00Z")),
        received: Some(at(received)),
        door: Some(Door::Mllp),
        raw: Some(RawId::new("0190b2f0-0000-7000-8000-000000000001")),
        owner: None,
        status,
        change: None,
        problems: Vec::new(),
    };
    let mut amended =
        report("Pharmacogenetic panel", ResultStatus::Amended, "2026-05-12T14:06:10Z");
    amended.change = Some("TPMT *1/*1 instead of *1/*3A".into());
    amended.problems = vec![
        Problem::note("local-code", "OBX[4]-3", "A local code stands beside the LOINC code"),
        Problem::warning("bad-escape", "OBX[7]-5", "An escape sequence is not closed; kept as is"),
    ];
    let mut file = report("ana-example.vcf.gz", ResultStatus::Final, "2026-05-13T08:00:00Z");
    file.door = Some(Door::File);
    file.resource = None;
    file.laboratory = None;
    file.number = None;
    file.collected = None;
    file.issued = None;
    let mut preliminary =
        report("DPYD genotyping", ResultStatus::Preliminary, "2026-11-21T16:20:00Z");
    preliminary.door = Some(Door::Fhir);
    preliminary.issued = Some(at("2026-11-21T16:00:00Z"));
    preliminary.collected = Some(day(2026, 11, 18));
    vec![preliminary, file, amended]
}

/// A patient with every state, a preliminary report and gaps.
pub(crate) fn patient() -> PatientView {
    PatientView {
        session: session(),
        today: today(),
        id: PatientId::new("ana"),
        identity: ana(),
        allergies: Known::Absent(Absence::NotRecorded),
        drug_query: String::new(),
        merged: model::patient::Links::default(),
        drugs: drug::drugs(),
        genes: gene::genes(),
        trials: vec![],
        course: course(),
        course_undated: vec!["stable disease <b> (preliminary)".into()],
        fractions: vec![ValueSeries {
            name: "EGFR p.L858R".into(),
            values_thousandths: vec![(day(2026, 1, 12), 31_000), (day(2026, 3, 2), 4_500)],
        }],
        lifestyle: lifestyle(),
        old_knowledge: None,
        may_issue: true,
        reinterpreted: vec![],
        reports: reports(),
    }
}

/// A therapy that goes on, and a report of long before.
fn course() -> Vec<CourseRow> {
    let row = |label: &str, is_bars, from, until| CourseRow {
        label: label.into(),
        is_bars,
        spans: vec![CourseSpan { words: "as it was sent".into(), from, until }],
    };
    let reported = day(2018, 5, 4);
    vec![
        row("Clopidogrel 75 mg", true, day(2026, 3, 1), None),
        row("Reports", false, reported, Some(reported)),
    ]
}

/// Smokes, has never met asbestos, and takes something that smoke bears on; the rest was not asked.
fn lifestyle() -> LifestyleView {
    let answer = |topic, asked: &str, finding, words: &str| Answer {
        topic,
        asked: asked.into(),
        finding,
        words: words.into(),
        smoking: None,
        on: Some(day(2026, 11, 2)),
        said_by: SaidBy::Patient,
        source: "QuestionnaireResponse/q/_history/1".into(),
    };
    LifestyleView {
        answers: vec![
            answer(Topic::Tobacco, "Smoking status", Finding::Present, "Every day"),
            Answer {
                on: Some(day(2019, 3, 1)),
                ..answer(Topic::Tobacco, "Pack-years smoked", Finding::Present, "20 pack-years")
            },
            answer(Topic::Exposure, "Asbestos", Finding::Absent, "no"),
            answer(Topic::Family, "Mother", Finding::Present, "breast cancer at 42 years"),
        ],
        bearings: vec![BearingRow {
            medicine: "Clozapine 100 mg tablet".into(),
            known: "smokes".into(),
            words: "Concentrations may be too low in a smoker.".into(),
            why: "tobacco smoke induces CYP1A2".into(),
            source: "Clozapine, prescribing information".into(),
        }],
        prevention: vec![PreventionRow {
            title: "Yearly low-dose CT to screen for lung cancer".into(),
            standing: "Not known".into(),
            basis: vec!["65 years old (asked: 50 to 80)".into()],
            needs: vec!["whether the patient smokes now".into()],
            figures: vec![
                figure("Age", ScaleFigure::Known(65_000, 65_000), "65 years"),
                figure("Years since smoking stopped", ScaleFigure::NotKnown, "not asked"),
            ],
            validity: "For adults without signs of lung cancer.".into(),
            source: "US Preventive Services Task Force, 2021, PMID 33687470".into(),
        }],
        figures: vec![figure("AUDIT-C score", ScaleFigure::Known(0, 0), "0 {score}")],
        may_enter: true,
        entered: vec!["2026-11-02".into()],
        problems: Vec::new(),
    }
}

fn figure(asked: &str, figure: ScaleFigure, words: &str) -> ScaleRow {
    ScaleRow {
        asked: asked.into(),
        figure,
        words: words.into(),
        end: 100_000,
        thresholds: vec![(50_000, "from 50".into())],
        asked_for: Some((50_000, 80_000)),
        source: "US Preventive Services Task Force, 2021".into(),
    }
}

/// A patient of whom nothing is recorded but the name.
pub(crate) fn empty_patient() -> PatientView {
    PatientView {
        drugs: Vec::new(),
        genes: Vec::new(),
        course: Vec::new(),
        course_undated: Vec::new(),
        fractions: Vec::new(),
        lifestyle: LifestyleView::default(),
        reports: Vec::new(),
        ..patient()
    }
}

/// The list, with one patient of whom little is known.
pub(crate) fn patients() -> PatientListView {
    let row = |id: &str, identity| PatientListRow { id: PatientId::new(id), identity };
    let stranger = Identity { name: None, sex: Sex::Unknown, born: None, mrn: None };
    PatientListView {
        session: session(),
        today: today(),
        query: String::new(),
        patients: vec![
            row("ana", ana()),
            row("ben", identity("Muster", "Ben", Sex::Male, Some(day(1948, 9, 30)), "MRN-0002")),
            row(
                "chi",
                identity(
                    "Nguyễn-Öztürk",
                    "Chi",
                    Sex::Other,
                    Some(PartialDate { year: 1990, month: Some(12), day: None }),
                    "MRN-0003",
                ),
            ),
            row("x", stranger),
        ],
        more: false,
    }
}

/// A drug statement in full.
pub(crate) fn explain_drug() -> ExplainView {
    ExplainView {
        session: session(),
        today: today(),
        patient: PatientId::new("ana"),
        identity: ana(),
        allergies: Known::Absent(Absence::NotRecorded),
        subject: Subject::Drug(Box::new(drug::clopidogrel())),
        genes: vec![gene::cyp2c19()],
    }
}

/// A gene statement in full.
pub(crate) fn explain_gene() -> ExplainView {
    let tpmt = gene::genes().into_iter().find(|row| row.gene.content.gene == "TPMT");
    let subject = Subject::Gene(Box::new(tpmt.unwrap_or_else(gene::cyp2c19)));
    ExplainView { subject, genes: Vec::new(), ..explain_drug() }
}

/// Two messages, one with a candidate.
pub(crate) fn reviews() -> ReviewListView {
    let message = |raw: &str, reason: &str| ReviewRow {
        raw: RawId::new(raw),
        received: at("2026-11-22T07:31:00Z"),
        door: Door::Mllp,
        sender: Some("LIS Labor Beispiel".into()),
        reason: reason.into(),
        stated: Some(identity("Exampel", "Ana", Sex::Female, Some(day(1961, 4, 2)), "MRN-0001")),
        candidates: vec![Candidate {
            id: PatientId::new("ana"),
            identity: ana(),
            agrees: vec!["MRN".into(), "birth date".into(), "sex".into()],
            differs: vec!["family name".into()],
        }],
        problems: Vec::new(),
    };
    let mut unknown = message("0190b2f0-0000-7000-8000-000000000002", "No patient has this MRN");
    unknown.candidates.clear();
    unknown.stated = Some(identity("Nobody", "Nils", Sex::Male, Some(day(1970, 1, 1)), "MRN-9999"));
    let first = message(
        "0190b2f0-0000-7000-8000-000000000003",
        "The MRN is known, but the family name differs",
    );
    ReviewListView { session: session(), today: today(), messages: vec![first, unknown] }
}

/// The login page after a wrong password.
pub(crate) fn login(error: bool) -> LoginView {
    LoginView {
        error: error.then(|| "The login name or the password is wrong".to_owned()),
        csrf: "csrf-of-the-form".into(),
        next: Some("/patients/ana".into()),
        login: if error { "prescriber".into() } else { String::new() },
        notice: Some("Demonstration with made-up patients".into()),
        provider: None,
    }
}

/// A failure.
pub(crate) fn failure() -> ErrorView {
    ErrorView {
        session: Some(session()),
        status: 503,
        title: "The page could not be made".into(),
        text: "The record did not answer; try again in a minute".into(),
        log_id: "0190b2f0-7a4e-7c3e-8f00-00000000beef".into(),
        typed: None,
    }
}
