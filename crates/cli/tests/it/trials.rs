//! `cognate trials` as scripts use it: its JSON is a contract.

use crate::terminal::{cognate, run, write};
use serde_json::{Value, json};
use std::path::Path;

const SAMPLES: &str = "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tAGE\tSEX\tVITAL_STATUS\n\
    P1\tS1\tLUAD\t62\tFemale\talive\nP2\tS2\tLUAD\t62\tMale\talive\n\
    P3\tS3\tMEL\t62\tMale\talive\nP4\tS4\tLUAD\t62\tMale\tdead\nP5\tS5\tLUAD\t12\tMale\talive\n";
const MATRIX: &str = "SAMPLE_ID\tmutations\nS1\tQ\nS2\tNA\nS3\tQ\nS4\tQ\nS5\tQ\n";
const PANEL: &str = "stable_id: Q\ngene_list:\tKRAS\tEGFR\n";
const MUTATIONS: &str = "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\tHGVSp_Short\n\
    KRAS\tMissense_Mutation\tS1\tp.G12C\nKRAS\tMissense_Mutation\tS3\tp.G12C\n\
    KRAS\tMissense_Mutation\tS4\tp.G12C\nKRAS\tMissense_Mutation\tS5\tp.G12C\n";

fn study(folder: &Path) -> String {
    let study = folder.join("study");
    std::fs::create_dir_all(&study).unwrap();
    for (name, text) in [
        ("data_clinical_sample.txt", SAMPLES),
        ("data_gene_panel_matrix.txt", MATRIX),
        ("data_gene_panel_q.txt", PANEL),
        ("data_mutations.txt", MUTATIONS),
    ] {
        write(&study, name, text);
    }
    study.to_str().unwrap().to_owned()
}

fn trials(folder: &Path) -> String {
    let trial = json!({
        "protocol_no": "10-001", "nct_id": "NCT00000001",
        "_summary": {"status": [{"value": "Open to Accrual"}]},
        "treatment_list": {"step": [{"arm": [{
            "arm_internal_id": 11, "arm_code": "A", "arm_suspended": "N",
            "match": [{"and": [
                {"genomic": {"hugo_symbol": "KRAS", "protein_change": "p.G12C"}},
                {"clinical": {"oncotree_primary_diagnosis": "Non-Small Cell Lung Cancer",
                    "age_numerical": ">=18"}},
            ]}],
        }]}]},
    });
    let list = folder.join("trials");
    std::fs::create_dir_all(&list).unwrap();
    write(&list, "one.json", &trial.to_string());
    list.to_str().unwrap().to_owned()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_study_is_matched_in_both_semantics() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, study) = (trials(folder.path()), study(folder.path()));
    let common = ["trials", "match", "--trials", &trials, "--study", &study, "--json"];
    let day = ["--as-of", "2026-08-24"];
    let run = cognate(&[&common[..], &day].concat());
    let answers = lines(&run.stdout);
    let cohort = &answers[0]["cohorts"][0];
    assert_eq!((&answers[0]["trial"], &cohort["id"]), (&json!("10-001"), &json!("11")));
    assert_eq!(cohort["path"], "step 1 / arm 1");
    assert_eq!(cohort["eligible"], json!(["S1"]));
    // Not tested is not negative; another tumour and the dead are out; who was 12 on some day may
    // be of age by now.
    assert_eq!(cohort["needs_data"], json!(["S2", "S5"]));
    assert_eq!(cohort["near_miss"], json!([]));
    assert_eq!(answers[0]["findings"], json!([]));
    let run = cognate(&[&common[..], &day, &["--semantics", "ctml-compat"]].concat());
    let answers = lines(&run.stdout);
    assert_eq!(answers[0]["cohorts"][0]["eligible"], json!(["S1"]));
    let found = &answers[0]["matches"][0];
    for (name, value) in [
        ("sample", json!("S1")),
        ("match_level", json!("arm")),
        ("internal_id", json!("11")),
        ("reason_type", json!("genomic")),
        ("genomic_alteration", json!("KRAS p.G12C")),
        ("sort_order", json!([1, 99, 0, 99, 99, 99, 10_001])),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    let run = cognate(&["trials", "match", "--trials", &trials, "--study", &study]);
    assert!(run.stdout.contains("step 1 / arm 1 (A): 1 eligible, 2 needs data"), "{}", run.stdout);
}

#[test]
fn what_differs_between_the_semantics_is_reported_with_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, study) = (trials(folder.path()), study(folder.path()));
    let common = ["trials", "match", "--trials", &trials, "--study", &study];
    let both = ["--as-of", "2026-08-24", "--semantics", "both"];
    let run = cognate(&[&common[..], &both, &["--json"]].concat());
    let answers = lines(&run.stdout);
    let cohort = &answers[0]["cohorts"][0];
    assert_eq!(cohort["both"], json!(1));
    let differences = cohort["differences"].as_array().unwrap();
    let of = |sample: &str| {
        let has = |one: &&Value| one["samples"].as_array().unwrap().contains(&json!(sample));
        differences.iter().find(has).unwrap_or_else(|| panic!("{sample}: {cohort}"))
    };
    for sample in ["S2", "S5"] {
        assert_eq!(of(sample)["compat"], json!(false), "{sample}");
        assert_eq!(of(sample)["three_valued"], json!("needs-data"), "{sample}");
    }
    assert_eq!(of("S2")["causes"][0]["code"], json!("not-tested"), "{cohort}");
    let run = cognate(&[&common[..], &both].concat());
    assert!(run.stdout.contains("V2 not reported, ours needs-data"), "{}", run.stdout);
    assert!(run.stdout.contains("not-tested: KRAS"), "{}", run.stdout);
}

/// The same trial in YAML gives the same answers; what YAML would change silently is refused.
#[test]
fn trials_are_kept_in_yaml_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (list, study) = (folder.path().join("yaml"), study(folder.path()));
    std::fs::create_dir_all(&list).unwrap();
    let text = r#"
protocol_no: 10-001
nct_id: NCT00000001
_summary: {status: [{value: Open to Accrual}]}
treatment_list:
  step:
  - arm:
    - arm_internal_id: 11
      arm_code: A
      arm_suspended: N
      match:
      - and:
        - genomic: {hugo_symbol: KRAS, protein_change: p.G12C}
        - clinical: {oncotree_primary_diagnosis: Non-Small Cell Lung Cancer, age_numerical: ">=18"}
"#;
    write(&list, "one.yml", text);
    write(&list, "two.yaml", "protocol_no: 2\nmatch:\n- genomic: {hugo_symbol: !EGFR}\n");
    let list = list.to_str().unwrap();
    for semantics in ["three-valued", "ctml-compat"] {
        let common = ["trials", "match", "--trials", list, "--study", &study, "--json"];
        let run =
            cognate(&[&common[..], &["--as-of", "2026-08-24", "--semantics", semantics]].concat());
        let answers = lines(&run.stdout);
        assert_eq!(answers.len(), 1, "{}", run.stdout);
        assert_eq!(answers[0]["cohorts"][0]["eligible"], json!(["S1"]), "{semantics}");
        assert!(run.stderr.contains("has to stand in quotes"), "{}", run.stderr);
    }
}

/// Without a matrix of panels nobody knows what was tested: nothing is absent, and nothing is met
/// by silence.
#[test]
fn a_study_without_a_panel_matrix_knows_of_no_silence() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, study) = (trials(folder.path()), study(folder.path()));
    std::fs::remove_file(Path::new(&study).join("data_gene_panel_matrix.txt")).unwrap();
    let common = ["trials", "match", "--trials", &trials, "--study", &study, "--json"];
    let run = cognate(&[&common[..], &["--as-of", "2026-08-24"]].concat());
    let cohort = &lines(&run.stdout)[0]["cohorts"][0];
    assert_eq!(cohort["eligible"], json!(["S1"]), "what was found stands");
    let open = cohort["needs_data"].as_array().unwrap();
    assert!(open.contains(&json!("S2")), "{cohort}");
    assert!(run.stderr.contains("data_gene_panel_matrix.txt"), "{}", run.stderr);
}

/// What a panel reads, by class, decides what its silence says.
#[test]
fn a_registry_says_what_panels_read() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, study) = (trials(folder.path()), study(folder.path()));
    write(Path::new(&study), "data_gene_panel_matrix.txt", &MATRIX.replace("S2\tNA", "S2\tR2"));
    let common = ["trials", "match", "--trials", &trials, "--study", &study, "--json"];
    for (row, open) in [
        ("Panel R\tKRAS\tshort\t\tR2", false),
        // Read for copies alone, in another exon, or not at all.
        ("R2\tKRAS\tcopy", true),
        ("R2\tKRAS\tshort\t5\t", true),
        ("R2\tEGFR\tshort", true),
        ("R2\t*\tshort", false),
    ] {
        let table = format!("panel\tgene\tclasses\texons\tnames\n{row}\n");
        let file = write(folder.path(), "panels.tsv", &table);
        let day = ["--as-of", "2026-08-24", "--panels", &file];
        let run = cognate(&[&common[..], &day].concat());
        let cohort = &lines(&run.stdout)[0]["cohorts"][0];
        let needs_data = cohort["needs_data"].as_array().unwrap();
        assert_eq!(needs_data.contains(&json!("S2")), open, "{row}: {cohort}");
    }
}

#[test]
fn documents_of_matchminer_are_matched() {
    let folder = tempfile::tempdir().unwrap();
    let trials = trials(folder.path());
    let clinical = json!([{"_id": "a", "SAMPLE_ID": "M1", "VITAL_STATUS": "alive",
        "ONCOTREE_PRIMARY_DIAGNOSIS_NAME": "Lung Adenocarcinoma", "BIRTH_DATE_INT": 19_640_302}]);
    let genomic = json!({"SAMPLE_ID": "M1", "TRUE_HUGO_SYMBOL": "KRAS",
        "VARIANT_CATEGORY": "MUTATION", "TRUE_PROTEIN_CHANGE": "p.G12C"});
    let clinical = write(folder.path(), "CLINICAL.json", &clinical.to_string());
    let genomic = write(folder.path(), "GENOMIC.json", &format!("{genomic}\n"));
    for semantics in ["three-valued", "ctml-compat"] {
        let run = cognate(&[
            "trials",
            "match",
            "--trials",
            &trials,
            "--matchminer",
            &clinical,
            &genomic,
            "--semantics",
            semantics,
            "--json",
        ]);
        assert_eq!(lines(&run.stdout)[0]["cohorts"][0]["eligible"], json!(["M1"]), "{semantics}");
    }
}

#[test]
fn a_pair_is_explained_and_a_trial_is_imported_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (trials, study) = (trials(folder.path()), study(folder.path()));
    let told = cognate(&[
        "trials",
        "explain",
        "S2",
        "NCT00000001",
        "--trials",
        &trials,
        "--study",
        &study,
        "--json",
    ])
    .json();
    let cohort = &told["cohorts"][0];
    assert_eq!(cohort["outcome"], "needs-data");
    assert_eq!(cohort["missing"], json!(["KRAS: a test of small variants"]));
    let imported = cognate(&["trials", "import", &trials]);
    let own = lines(&imported.stdout);
    assert_eq!(
        (&own[0]["format"], &own[0]["nct"]),
        (&json!("cognate-trial/1"), &json!("NCT00000001"))
    );
    let file = write(folder.path(), "own.json", &own[0].to_string());
    let run = cognate(&["trials", "match", "--trials", &file, "--study", &study, "--json"]);
    assert_eq!(lines(&run.stdout)[0]["cohorts"][0]["eligible"], json!(["S1"]));
    let checked = cognate(&["trials", "lint", &trials, "--json"]);
    assert_eq!(lines(&checked.stdout), [json!({"trial": "10-001", "findings": []})]);
}

#[test]
fn trials_are_kept_in_versions_listed_and_retired() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert_eq!(run(at, &["init"]).code, 0);
    let directory = trials(at);
    write(Path::new(&directory), "notes.json", "{\"no\": \"trial\"}");
    let added = run(at, &["trials", "add", &directory, "--json"]);
    // What is no trial is told; the rest is kept.
    assert_eq!(added.code, 1, "{}", added.stderr);
    let added = added.json();
    assert_eq!((&added[0]["trial"], &added[0]["version"]), (&json!("10-001"), &json!(1)));
    let file = Path::new(&directory).join("one.json");
    let file = file.to_str().unwrap();
    assert_eq!(run(at, &["trials", "add", file, "--json"]).json()[0]["version"], 1);
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("Open to Accrual", "Suspended")).unwrap();
    assert_eq!(run(at, &["trials", "add", file, "--json"]).json()[0]["version"], 2);
    let listed = run(at, &["trials", "list", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["status"], &listed[0]["retired"]), (&json!("suspended"), &json!(false)));
    assert_eq!(listed[0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(run(at, &["trials", "retire", "NCT00000001"]).code, 0);
    assert_eq!(run(at, &["trials", "retire", "none"]).code, 3);
    let versions = run(at, &["trials", "list", "10-001", "--json"]).json();
    let seen: Vec<_> = versions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(seen, ["suspended", "suspended", "open"]);
    assert_eq!(versions[0]["retired"], true);
    // The archived documents are the ones that were read.
    assert_eq!(versions[0]["raw"], versions[1]["raw"]);
    assert_ne!(versions[1]["raw"], versions[2]["raw"]);
    assert_eq!(run(at, &["trials", "list", "none"]).code, 3);
}

/// A Bundle with a patient, a diagnosis and a performance status.
fn bundle(born: &str, on: &str) -> String {
    let put = |resource: Value| {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap().to_owned();
        let url = format!("{}/{}", text("resourceType"), text("id"));
        json!({"resource": resource, "request": {"method": "PUT", "url": url}})
    };
    let subject = json!({"reference": "Patient/ana"});
    let entries = [
        json!({"resourceType": "Patient", "id": "ana", "birthDate": born, "gender": "female"}),
        json!({"resourceType": "Condition", "id": "c", "subject": subject,
            "code": {"coding": [{"system": "http://oncotree.mskcc.org", "code": "LUAD"}]}}),
        json!({"resourceType": "Observation", "id": "e", "status": "final", "subject": subject,
            "effectiveDateTime": on, "valueInteger": 1,
            "code": {"coding": [{"system": "http://loinc.org", "code": "89247-1"}]}}),
    ];
    let entry: Vec<Value> = entries.into_iter().map(put).collect();
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entry}).to_string()
}

#[test]
fn the_record_is_matched_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert_eq!(run(at, &["init"]).code, 0);
    let directory = trials(at);
    let nothing = run(at, &["trials", "match", "--store"]);
    assert_eq!(nothing.code, 1, "{}", nothing.stderr);
    assert!(nothing.stderr.contains("no trials"), "{}", nothing.stderr);
    assert_eq!(run(at, &["trials", "add", &directory]).code, 0);
    write(at, "ana.json", &bundle("1961-04-02", "2026-08-01"));
    let file = at.join("ana.json");
    let ingested = run(at, &["ingest", file.to_str().unwrap()]);
    assert_eq!(ingested.code, 0, "{}", ingested.stderr);
    let common = ["--as-of", "2026-08-24", "--json", "--store"];
    let matched = run(at, &[&["trials", "match"], &common[..]].concat());
    let answers = lines(&matched.stdout);
    let cohort = &answers[0]["cohorts"][0];
    // Nobody has looked at the gene.
    assert_eq!((&cohort["eligible"], &cohort["needs_data"]), (&json!([]), &json!(["ana"])));
    // Trials of files are put to the same patients.
    let files = ["trials", "match", "--trials", &directory];
    assert_eq!(lines(&run(at, &[&files[..], &common[..]].concat()).stdout), answers);
    let told = run(at, &[&["trials", "explain", "ana", "10-001"], &common[..]].concat()).json();
    assert_eq!(told["cohorts"][0]["outcome"], "needs-data");
    let leaves = told["cohorts"][0]["parts"].as_array().unwrap();
    let lung = leaves.iter().find(|part| part["leaf"]["found"] == "Lung Adenocarcinoma").unwrap();
    assert_eq!(lung["leaf"]["sources"][0]["resource"], "Condition/c/_history/1");
    let missing = told["cohorts"][0]["missing"].to_string();
    assert!(missing.contains("KRAS"), "{missing}");
    let words = run(at, &["trials", "explain", "ana", "10-001", "--store"]).stdout;
    assert!(words.contains("(Condition/c/_history/1)"), "{words}");
    assert_eq!(run(at, &["trials", "explain", "eva", "10-001", "--store"]).code, 3);
    let compat = ["trials", "match", "--semantics", "ctml-compat", "--store"];
    assert_eq!(run(at, &compat).code, 1);
    assert_eq!(run(at, &["trials", "retire", "10-001"]).code, 0);
    assert_eq!(run(at, &["trials", "match", "--store"]).code, 1);
}
