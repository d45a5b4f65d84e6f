//! Evidence imported, and tumours interpreted with it, as scripts do it.

use crate::terminal::{cognate, write};
use serde_json::Value;
use std::path::Path;

const SUMMARIES: &str = "molecular_profile\tdisease\tdoid\ttherapies\ttherapy_interaction_type\t\
    evidence_type\tevidence_direction\tevidence_level\tsignificance\tcitation_id\tsource_type\t\
    evidence_status\tevidence_id\tvariant_origin\n\
    BRAF V600E\tMelanoma\t1909\tVemurafenib\t\tPredictive\tSupports\tA\tSensitivity/Response\t\
    21639808\tPubMed\taccepted\t1\tSomatic\n\
    BRAF V600E\tColorectal Cancer\t9256\tVemurafenib\t\tPredictive\tDoes Not Support\tB\t\
    Sensitivity/Response\t26287849\tPubMed\taccepted\t2\tSomatic\n\
    BRAF Kinase Fold\tMelanoma\t1909\tVemurafenib\t\tPredictive\tSupports\tD\t\
    Sensitivity/Response\t1\tPubMed\taccepted\t3\tSomatic\n";
const HOTSPOTS: &str = "[{\"hugoSymbol\": \"BRAF\", \"residue\": \"V600\", \"tumorCount\": 897,\
    \"variantAminoAcid\": {\"E\": 833}}]";

fn study(folder: &Path) -> String {
    let study = folder.join("study");
    std::fs::create_dir_all(&study).unwrap();
    for (name, text) in [
        (
            "data_clinical_sample.txt",
            "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\nP1\tS1\tSKCM\nP2\tS2\tCOAD\n",
        ),
        ("data_gene_panel_matrix.txt", "SAMPLE_ID\tmutations\nS1\tQ\nS2\tQ\n"),
        ("data_gene_panel_q.txt", "stable_id: Q\ngene_list:\tBRAF\tKRAS\n"),
        (
            "data_mutations.txt",
            "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\tHGVSp_Short\n\
             BRAF\tMissense_Mutation\tS1\tp.V600E\nBRAF\tMissense_Mutation\tS2\tp.V600E\n",
        ),
    ] {
        write(&study, name, text);
    }
    study.to_str().unwrap().to_owned()
}

/// A pack of two sources, made one after the other.
fn pack(folder: &Path) -> String {
    write(folder, "summaries.tsv", SUMMARIES);
    write(folder, "hotspots.json", HOTSPOTS);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (first, second) = (path("first"), path("second"));
    let day = ["--date", "2026-11-01"];
    let summaries = path("summaries.tsv");
    let civic = ["knowledge", "import", "civic", &summaries, "--out", &first];
    let run = cognate(&[&civic[..], &day].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("3 rows, 0 hotspots"), "{}", run.stderr);
    let hotspots = path("hotspots.json");
    let more = ["knowledge", "import", "hotspots", &hotspots, "--base", &first, "--out", &second];
    let run = cognate(&[&more[..], &day].concat());
    assert!(
        run.stderr.contains("evidence 0.2.0 of 2026-11-01, 3 rows, 1 hotspots"),
        "{}",
        run.stderr
    );
    second
}

#[test]
fn evidence_of_two_sources_interprets_a_study() {
    let folder = tempfile::tempdir().unwrap();
    let (pack, study) = (pack(folder.path()), study(folder.path()));
    let lint = cognate(&["tumor", "lint", &pack]);
    assert_eq!(lint.code, 1);
    assert!(
        lint.stdout.contains("civic:EID3: `BRAF Kinase Fold` is not understood"),
        "{}",
        lint.stdout
    );

    let run = cognate(&["tumor", "interpret", "--evidence", &pack, "--study", &study, "--json"]);
    let found: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tiers: Vec<(&str, &str, &str, usize)> = found
        .iter()
        .map(|one| {
            let option = &one["therapies"][0];
            let against = option["against"].as_array().unwrap().len();
            (
                one["sample"].as_str().unwrap(),
                option["tier"].as_str().unwrap(),
                one["findings"][0]["oncogenicity"]["counted"][0].as_str().unwrap(),
                against,
            )
        })
        .collect();
    assert_eq!(tiers, [("S1", "I-A", "OS3", 1), ("S2", "II-C", "OS3", 1)]);
    assert_eq!(found[0]["therapies"][0]["evidence"][0]["citation"], "PMID 21639808");

    let text = cognate(&["tumor", "interpret", "S2", "--evidence", &pack, "--study", &study]);
    assert!(
        text.stdout.contains("II-C benefit: Vemurafenib [civic:EID1, PMID 21639808]"),
        "{}",
        text.stdout
    );
    assert_eq!(
        cognate(&["tumor", "interpret", "S9", "--evidence", &pack, "--study", &study]).code,
        3
    );
}

/// A curator's table is written by hand, listed and sealed.
#[test]
fn a_site_adds_its_own_decisions() {
    let folder = tempfile::tempdir().unwrap();
    let (pack, study) = (pack(folder.path()), study(folder.path()));
    let at = Path::new(&pack);
    let curated = "gene\tchange\tcode\tmet\tcurator\tdate\tcitation\n\
        BRAF\tp.V600E\tOS1\tyes\tA. Curator\t2026-10-01\tPMID 12068308\n";
    write(at, "curated.tsv", curated);
    let manifest = std::fs::read_to_string(at.join("pack.toml")).unwrap();
    let listed = format!("{manifest}\n[[files]]\nname = \"curated.tsv\"\nsha256 = \"\"\n");
    write(at, "pack.toml", &listed);
    let sealed = cognate(&["knowledge", "seal", &pack]);
    assert_eq!(sealed.code, 0, "{}", sealed.stderr);
    let run =
        cognate(&["tumor", "interpret", "S1", "--evidence", &pack, "--study", &study, "--json"]);
    let counted = &run.json()["findings"][0]["oncogenicity"]["counted"];
    // OS3 does not count beside OS1.
    assert_eq!(*counted, serde_json::json!(["OS1"]));
}

#[test]
fn a_file_of_another_source_makes_no_pack() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "other.tsv", "a\tb\n1\t2\n");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, out) = (path("other.tsv"), path("out"));
    for source in ["civic", "oncokb", "moalmanac", "hotspots"] {
        let run =
            cognate(&["knowledge", "import", source, &file, "--out", &out, "--date", "2026-11-01"]);
        assert_ne!(run.code, 0, "{source}");
        assert!(run.stderr.contains("other.tsv"), "{source}: {}", run.stderr);
        assert!(!Path::new(&out).exists());
    }
}

/// Another pack: what it says otherwise, for whom, and by which evidence.
#[test]
fn another_pack_is_compared_tumour_by_tumour() {
    let folder = tempfile::tempdir().unwrap();
    let (study, before) = (study(folder.path()), pack(folder.path()));
    let other =
        SUMMARIES.replace("Supports\tA\t", "Supports\tC\t").replace("\t1\tSomatic", "\t9\tSomatic");
    write(folder.path(), "other.tsv", &other);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rows, after) = (path("other.tsv"), path("after"));
    let made = ["knowledge", "import", "civic", &rows, "--out", &after, "--date", "2026-12-01"];
    assert_eq!(cognate(&made).code, 0);
    let of = |before: &str, after: &str| {
        cognate(&["tumor", "changes", "--before", before, "--after", after, "--study", &study])
    };
    let changed = of(&before, &after);
    assert_eq!(changed.code, 0, "{}", changed.stderr);
    let lines: Vec<&str> = changed.stdout.lines().collect();
    assert!(
        lines.iter().any(|line| line.starts_with("S1\tVemurafenib: benefit\tI-A > ")),
        "{lines:?}"
    );
    assert!(changed.stdout.contains("+civic:EID9 -civic:EID1"), "{lines:?}");
    let same = of(&before, &before);
    assert_eq!((same.stdout.as_str(), same.code), ("", 0));
    assert!(same.stderr.contains("0 of 2 tumours"), "{}", same.stderr);
}
