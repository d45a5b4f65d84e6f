//! Packs from one hand to another: signed, compared, adopted.

use crate::terminal::{Ran, cognate, demo};
use std::path::{Path, PathBuf};

/// A copy of the shipped pack with texts of its tables replaced, and its digests brought up to
/// date.
fn pack(directory: &Path, name: &str, edits: &[(&str, &str, &str)]) -> String {
    let at: PathBuf = directory.join(name);
    std::fs::create_dir(&at).unwrap();
    for entry in std::fs::read_dir(demo("../knowledge/pgx")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, at.join(path.file_name().unwrap())).unwrap();
    }
    for (file, from, to) in edits {
        let text = std::fs::read_to_string(at.join(file)).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        std::fs::write(at.join(file), text.replace(from, to)).unwrap();
    }
    let path = at.to_str().unwrap().to_owned();
    assert_eq!(cognate(&["knowledge", "seal", &path]).code, 0);
    path
}

const CHANGED: &[(&str, &str, &str)] =
    &[("functions.tsv", "SLCO1B1\t*15\tNo function", "SLCO1B1\t*15\tNormal function")];

fn said(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn a_pack_is_signed_and_trusted_as_it_was_signed() {
    let directory = tempfile::tempdir().unwrap();
    let at = pack(directory.path(), "pack", &[]);
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (ours, others) = (file("ours.key"), file("others.key"));
    let key = |out: &str| {
        let made = cognate(&["knowledge", "key", "--out", out]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        made.stdout.trim().to_owned()
    };
    let (public, other) = (key(&ours), key(&others));
    assert_ne!(public, other);
    let again = cognate(&["knowledge", "key", "--out", &ours]);
    assert_eq!(again.code, 1, "a key is never overwritten");
    let secret = std::fs::read_to_string(&ours).unwrap();

    let lint = |keys: &[&str]| {
        let mut arguments = vec!["knowledge", "lint", at.as_str()];
        for key in keys {
            arguments.extend(["--trusted-key", key]);
        }
        cognate(&arguments)
    };
    assert_eq!(lint(&[]).code, 0);
    let unsigned = lint(&[&public]);
    assert_eq!(unsigned.code, 1);
    assert!(unsigned.stderr.contains("not signed"), "{}", unsigned.stderr);
    let signed = cognate(&["knowledge", "sign", &at, "--key", &ours]);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    assert!(!said(&signed).contains(secret.trim()));
    assert_eq!(lint(&[&public]).code, 0);
    assert_eq!(lint(&[&other, &public]).code, 0);
    assert!(lint(&[&other]).stderr.contains("no trusted key"));
    assert!(lint(&["nonsense"]).stderr.contains("no trusted key"));
    let vcf = file("empty.vcf");
    let header = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n";
    std::fs::write(
        &vcf,
        format!("##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n{header}"),
    )
    .unwrap();
    let call = |key| cognate(&["pgx", "call", &vcf, "--pack", &at, "--trusted-key", key, "--json"]);
    assert_eq!(call(public.as_str()).code, 0, "{}", call(public.as_str()).stderr);
    assert!(call(other.as_str()).stderr.contains("no trusted key"));
    // An edit that is sealed again is another pack.
    let title = std::fs::read_to_string(Path::new(&at).join("pack.toml")).unwrap();
    std::fs::write(Path::new(&at).join("pack.toml"), title + "# reviewed\n").unwrap();
    assert!(lint(&[&public]).stderr.contains("no trusted key"));
}

#[test]
fn a_pack_with_a_fault_is_neither_signed_nor_adopted() {
    let directory = tempfile::tempdir().unwrap();
    let fault = ("functions.tsv", "TPMT\t*2\tNo function", "TPMT\t*2\tOdd function");
    let at = pack(directory.path(), "pack", &[fault]);
    let key = directory.path().join("k");
    let key = key.to_str().unwrap();
    cognate(&["knowledge", "key", "--out", key]);
    let signed = cognate(&["knowledge", "sign", &at, "--key", key]);
    assert_eq!(signed.code, 1);
    assert!(signed.stderr.contains("Odd function"), "{}", signed.stderr);
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    assert_eq!(cognate(&["init", "--directory", data]).code, 0);
    let adopted = cognate(&["knowledge", "adopt", &at, "--directory", data]);
    assert_eq!(adopted.code, 1);
    assert!(adopted.stderr.contains("Odd function"), "{}", adopted.stderr);
}

#[test]
fn an_import_makes_a_new_pack_and_says_what_it_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let sources = directory.path().join("pharmvar");
    std::fs::create_dir(&sources).unwrap();
    let header = "Haplotype Name\tGene\trsID\tReferenceSequence\tVariant Start\tVariant Stop\t\
                  Reference Allele\tVariant Allele\tType\n";
    let row = |name: &str, rest: &str| format!("CYP3A5{name}\tCYP3A5\t{rest}\n");
    let rows = [
        row("*1", "REFERENCE\tNC_000007.14\t\t\t\t\t"),
        row("*3", "rs776746\tNC_000007.14\t99672916\t99672916\tT\tC\tsubstitution"),
        row("*7", "rs41303343\tNC_000007.14\t99652771\t99652772\t-\tA\tinsertion"),
        row("*8", "rs55817950\tNC_000007.14\t99676198\t99676198\tG\tA\tsubstitution"),
        row("*9", "rs28383479\tNC_000007.14\t99660516\t99660516\tC\tT\tsubstitution"),
        row("*99.001", "-\tNC_000007.14\t99672000\t99672000\tA\tG\tsubstitution"),
        row("*98", "-\tNC_000007.13\t99672000\t99672000\tA\tG\tsubstitution"),
    ];
    std::fs::write(sources.join("CYP3A5.haplotypes.tsv"), format!("{header}{}", rows.concat()))
        .unwrap();
    let out = directory.path().join("new");
    let (sources, out) = (sources.to_str().unwrap(), out.to_str().unwrap());
    let arguments =
        ["knowledge", "import", "pharmvar", sources, "--out", out, "--date", "2026-11-20"];
    let made = cognate(&arguments);
    assert_eq!(made.code, 0, "{}", made.stderr);
    for line in ["wrong-reference", "functions.tsv CYP3A5 *6", "CYP3A5 *99"] {
        assert!(made.stdout.contains(line), "{line}: {}", made.stdout);
    }
    let diff = cognate(&["knowledge", "diff", "built-in", out]).stdout;
    assert!(diff.contains("+ *99: 99672000:G") && diff.contains("- *6: "), "{diff}");
    let listed = cognate(&["knowledge", "list", out]).stdout;
    assert!(listed.contains("pgx 0.4.0 of 2026-11-20"), "{listed}");
    assert!(listed.contains("source PharmVar haplotypes"), "{listed}");
    // Nothing is ever written over, and nothing is made of nothing.
    assert_eq!(cognate(&arguments).code, 1);
    let other = directory.path().join("other");
    let mut none = arguments;
    none[2] = "cpic";
    none[5] = other.to_str().unwrap();
    let none = cognate(&none);
    assert_eq!(none.code, 1);
    assert!(none.stderr.contains("nothing of cpic"), "{}", none.stderr);
    let json = ["--json", "--version", "1.0.0"];
    let mut again: Vec<&str> = arguments.to_vec();
    again[5] = other.to_str().unwrap();
    again.extend(json);
    let told = cognate(&again).json();
    assert_eq!((&told["pack"]["version"], &told["genes"][0]), (&"1.0.0".into(), &"CYP3A5".into()));
}

#[test]
fn a_diff_says_what_changed_for_genes_and_drugs() {
    let directory = tempfile::tempdir().unwrap();
    let at = pack(directory.path(), "pack", CHANGED);
    let same = cognate(&["knowledge", "diff", "built-in", "built-in"]);
    assert_eq!((same.code, same.stdout.as_str()), (0, ""));
    let diff = cognate(&["knowledge", "diff", "built-in", &at, "--rows"]);
    assert_eq!(diff.code, 0, "{}", diff.stderr);
    for line in [
        "SLCO1B1 functions: 1 changed",
        "~ *15: No function → Normal function",
        "functions.tsv: 1 rows came, 1 went",
        "  - SLCO1B1\t*15\tNo function",
    ] {
        assert!(diff.stdout.contains(line), "{line}: {}", diff.stdout);
    }
    let json = cognate(&["knowledge", "diff", "built-in", &at, "--json"]).json();
    assert_eq!(json["genes"][0]["functions"][0]["what"], "*15");
    assert_eq!(json["rows"][0]["file"], "functions.tsv");
    assert_ne!(json["old"]["digest"], json["new"]["digest"]);
}

#[test]
fn an_adopted_pack_lists_whom_it_concerns_and_stays_in_use() {
    let directory = tempfile::tempdir().unwrap();
    let at = pack(directory.path(), "pack", CHANGED);
    let data = directory.path().join("data");
    let run = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--directory", data.to_str().unwrap()]);
        cognate(&all)
    };
    assert_eq!(run(&["init"]).code, 0);
    assert_eq!(run(&["knowledge", "changes"]).code, 3);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(run(&["ingest", bundle.to_str().unwrap()]).code, 0);
    let file = demo("vcf/ben-sample.vcf");
    let ingest = ["ingest", file.to_str().unwrap(), "--patient", "ben-sample", "--json"];
    assert_eq!(run(&ingest).code, 0);

    let dry = run(&["knowledge", "adopt", &at, "--dry-run", "--json"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    let told = dry.json();
    let patients = told["patients"].as_array().unwrap();
    assert_eq!(patients.len(), 1, "{told}");
    assert_eq!(patients[0]["patient"], "ben-sample");
    let change = &patients[0]["changes"][0];
    assert_eq!(
        (change["name"].as_str(), change["kind"].as_str()),
        (Some("SLCO1B1"), Some("phenotype"))
    );
    assert_eq!(change["before"], "*15/*15: Poor Function");
    assert!(run(&["doctor"]).stdout.contains("pack       pgx"));

    let adopted = run(&["knowledge", "adopt", &at]);
    assert_eq!(adopted.code, 0, "{}", adopted.stderr);
    assert!(adopted.stderr.contains("changed something for 1 of"), "{}", adopted.stderr);
    let changes = run(&["knowledge", "changes", "--json"]).json();
    assert_eq!(changes["patients"], told["patients"]);
    assert_eq!((&changes["changed"], changes["finished"].is_string()), (&1.into(), true));
    let people = run(&["knowledge", "changes"]).stdout;
    assert!(people.contains("ben-sample\n  SLCO1B1 phenotype"), "{people}");
    let again = run(&["knowledge", "adopt", &at, "--json"]);
    assert_eq!(again.json()["inUseAlready"], true);

    // What is taken in from now on is read with it, and doctor says that it is not the built-in.
    assert_eq!(run(&ingest).json()["statementsWritten"], 0);
    let doctor = run(&["doctor"]);
    assert!(doctor.stdout.contains("adopted pack"), "{}", doctor.stdout);
    let back = run(&["knowledge", "adopt", "built-in", "--json"]);
    assert_eq!(back.json()["changed"], 1);
    let id = change["statement"].as_str().unwrap();
    for version in ["1", "2", "3"] {
        let replayed = run(&["replay", id, "--version", version, "--json"]);
        assert_eq!(replayed.json()["same"], true, "{version}");
    }
}
