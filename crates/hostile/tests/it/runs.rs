//! Seeds that are mutated, for every check, on the stable toolchain: no panic, nothing that hangs,
//! no more memory than a limit. Each test is a process of its own under `cargo nextest`.

use hostile::{CHECKS, Check};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EXECUTIONS: u64 = 100_000;
const EXECUTIONS_ASSURED: u64 = 1_000_000;
/// CI stops here, after at least [`EXECUTIONS_MIN`]: it may share its machine.
const CI_TIME_MAX: Duration = Duration::from_secs(30);
const EXECUTIONS_MIN: u64 = 500;
const INPUT_BYTES_MAX: usize = 4096;
const ONE_TIME_MAX: Duration = Duration::from_secs(10);
const MEMORY_MB_MAX: u64 = 256;

/// What grammars are made of; joined in ways that nobody writes.
const TOKENS: &[&str] = &[
    "|",
    "^",
    "~",
    "\\",
    "&",
    "\r",
    "\n",
    "\t",
    "\0",
    "\u{0b}",
    "\u{1c}\r",
    "MSH|^~\\&",
    "OBX|",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e999",
    "9223372036854775808",
    "0.1",
    "\u{feff}",
    "\u{202e}",
    "ä",
    "(",
    ")",
    ".",
    "where(",
    "iif(",
    "%resource",
    "$this",
    "@2026-13-45",
    "'",
    "and",
    "or",
    "not",
    "repeat(",
    "..",
    "chr10",
    "0/1",
    "./.",
    "GT",
    "##",
    "#CHROM",
    "<DEL>",
    "*",
    "treatment_list",
    "\"match\"",
    "genomic",
    "clinical",
    "eyJhbGciOiJub25lIn0",
    ".e30.",
    "resourceType",
    "_include=",
    ":missing=",
    ":not-in=",
    "_has:",
    "%",
    "\\,",
    "$",
    "id",
    "Patient/p1",
    "<!DOCTYPE r [",
    "&a;",
    "<a>",
    "</a>",
    "<![CDATA[",
    "1 0 obj",
    "endobj",
    "<</Length 1/Filter/FlateDecode>>",
    "stream\n",
    "endstream",
    "xref\n0 1\n",
    "trailer",
    "startxref\n",
    "%%EOF",
    "/Encrypt",
];

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
    }

    fn span(&mut self, of: usize) -> std::ops::Range<usize> {
        let (one, other) = (self.below(of + 1), self.below(of + 1));
        one.min(other)..one.max(other)
    }
}

fn files(of: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(of).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Files of the demonstration and of the readers' tests, and one of each grammar written here.
fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut paths = Vec::new();
    for folder in ["demo", "crates/formats/tests/data", "crates/trials/tests/data"] {
        files(&root.join(folder), &mut paths);
    }
    let mut seeds: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .filter(|seed| !seed.is_empty())
        .collect();
    assert!(seeds.len() > 10, "{paths:?}");
    let written: [&[u8]; 10] = [
        b"name.where(use = 'official' and given.exists()).select(family & ' ' & given.first())",
        b"extension('http://e.example').value + 1.5 > @2026-01-02 or iif(active, 1, {}) | (2 | 3)",
        br#"{"trial_id":"t","treatment_list":{"step":[{"arm":[{"dose_level":[]}],"match":[{"and":[
            {"genomic":{"hugo_symbol":"EGFR"}},
            {"or":[{"clinical":{"age_numerical":">=18"}}]}]}]}]}}"#,
        br#"{"resourceType":"ResearchStudy","status":"active","id":"r"}
{"protocolSection":{"identificationModule":{"nctId":"NCT1"}}}"#,
        br#"{"keys":[{"kty":"EC","crv":"P-384","alg":"ES384","kid":"k","x":"AA","y":"AA"}]}
eyJhbGciOiJFUzM4NCIsImtpZCI6ImsifQ.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AAAA"#,
        b"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJhIn0.",
        b"Patient?name:exact=Ex\\,ample,Ana&birthdate=ge1961-04&_sort=-birthdate\
            &identifier=http://e|1",
        b"Observation?subject:Patient.name=Ana&code=http://loinc.org|79716-7&code:not=2\
            &value-quantity=ap1.5||mg&_include=Observation:subject\
            &_has:Observation:patient:code=1&date:missing=true",
        br#"{"resourceType":"Patient","id":"p1","name":[{"family":"Example"}]}
{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p1"},
{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"}}"#,
        b"<?xml version=\"1.0\"?><r xmlns=\"http://e\"><a b='&lt;&#x41;'><![CDATA[x]]></a></r>",
    ];
    seeds.extend(written.iter().map(|seed| seed.to_vec()));
    let person = ("Ana Example", "1970-03-04", "100");
    seeds.push(testkit::pdf::report(person, &[(40.0, 100.0, "Results")]));
    seeds
}

fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let seed = &seeds[chance.below(seeds.len())];
    // From somewhere on: large files would hide what stands behind their beginning.
    let start = if chance.below(2) == 0 { 0 } else { chance.below(seed.len()) };
    let mut bytes: Vec<u8> = seed[start..].iter().copied().take(INPUT_BYTES_MAX).collect();
    for _ in 0..chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(bytes.drain(chance.span(bytes.len()))),
            3 => {
                let token = TOKENS[chance.below(TOKENS.len())].as_bytes();
                bytes.splice(at..at, token.iter().copied());
            }
            4 => {
                let again = bytes[chance.span(bytes.len())].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let part = other[chance.span(other.len())].iter().copied().take(512);
                bytes.splice(at..at, part);
            }
            6 => {
                let token = TOKENS[chance.below(TOKENS.len())];
                let many = token.repeat(1 + chance.below(300));
                bytes.splice(at..at, many.bytes());
            }
            _ => bytes.truncate(at),
        }
        bytes.truncate(INPUT_BYTES_MAX);
    }
    bytes
}

/// The most memory that this process ever had, in MB.
fn memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

fn run(name: &str) {
    let (_, check): &(&str, Check) = CHECKS.iter().find(|(known, _)| *known == name).unwrap();
    let is_assured = std::env::var_os("COGNATE_ASSURE").is_some();
    let asked = std::env::var("COGNATE_FUZZ_EXECUTIONS").ok().map(|text| text.parse().unwrap());
    let most = asked.unwrap_or(if is_assured { EXECUTIONS_ASSURED } else { EXECUTIONS });
    let is_bounded = !is_assured && asked.is_none();
    let seeds = seeds();
    for seed in &seeds {
        check(seed);
    }
    let (mut chance, mut slowest) = (Chance(name.len() as u64 * 7_919), Duration::ZERO);
    let begun = Instant::now();
    let mut done = 0;
    let is_in_time = |done| done < EXECUTIONS_MIN || begun.elapsed() < CI_TIME_MAX;
    while done < most && (!is_bounded || is_in_time(done)) {
        let bytes = mutated(&seeds, &mut chance);
        let one = Instant::now();
        let held = std::panic::catch_unwind(|| check(&bytes));
        let taken = one.elapsed();
        assert!(held.is_ok(), "execution {done}: {:?}", String::from_utf8_lossy(&bytes));
        assert!(taken < ONE_TIME_MAX, "{taken:?}: {:?}", String::from_utf8_lossy(&bytes));
        slowest = slowest.max(taken);
        done += 1;
    }
    let memory = memory_mb();
    let told = memory.map_or_else(|| "not known".to_owned(), |mb| format!("{mb} MB"));
    let outcome = if done >= EXECUTIONS_ASSURED { "met" } else { "a part" };
    println!(
        "figure: fuzz {name} | 1,000,000 without panic, hang or > {MEMORY_MB_MAX} MB | {done}, \
         slowest {slowest:.1?}, {told} | {outcome}"
    );
    // Beside other tests in one process the figure is not this check's.
    let is_alone = std::env::var_os("NEXTEST").is_some();
    assert!(!is_alone || memory.is_none_or(|mb| mb <= MEMORY_MB_MAX), "{told}");
}

macro_rules! checks {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_check_is_run() {
            let run: Vec<&str> = vec![$(stringify!($name)),*];
            let known: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
            assert_eq!(run, known);
        }
    };
}

checks! {
    bulk fhir fhirpath genotypes_table hl7v2 mllp outside pdf pgx_call search token trial vcf
    vcf_cohort vendor
}
