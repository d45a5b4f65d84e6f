//! NDJSON of invented patients with genomic findings; the same bytes for the same settings.

use std::{
    fs,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::arguments::Arguments;

/// Findings of one patient.
const OBSERVATIONS_PER_PATIENT: u32 = 19;
/// Genes that findings are in, with their HGNC numbers.
const GENES: [(&str, &str, &str); 6] = [
    ("CYP2C19", "HGNC:2621", "NC_000010.11"),
    ("CYP2D6", "HGNC:2625", "NC_000022.11"),
    ("DPYD", "HGNC:3012", "NC_000001.11"),
    ("TPMT", "HGNC:12014", "NC_000006.12"),
    ("BRCA1", "HGNC:1100", "NC_000017.11"),
    ("EGFR", "HGNC:3236", "NC_000007.14"),
];

/// System of categories of observations.
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

/// What to write.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Number of patients; each has 19 observations.
    pub patients: u32,
    /// Where to write.
    pub out: PathBuf,
}

impl Settings {
    /// Reads them from the command line.
    pub fn from(arguments: &Arguments) -> Result<Self> {
        let out = arguments.get("out").context("`--out FILE` is missing")?;
        Ok(Self { patients: arguments.parsed_or("patients", 5_000)?, out: PathBuf::from(out) })
    }
}

/// Writes them; one sentence of what was written.
pub fn run(settings: &Settings) -> Result<String> {
    let file = fs::File::create(&settings.out)
        .with_context(|| format!("`{}` cannot be written", settings.out.display()))?;
    let mut out = BufWriter::new(file);
    let mut written = 0_u64;
    for number in 0..settings.patients {
        writeln!(out, "{}", patient(number))?;
        for finding in 0..OBSERVATIONS_PER_PATIENT {
            writeln!(out, "{}", observation(number, finding))?;
        }
        written += 1 + u64::from(OBSERVATIONS_PER_PATIENT);
    }
    out.flush()?;
    Ok(format!("{written} resources"))
}

pub(super) fn patient(number: u32) -> Value {
    let (year, month, day) = (1940 + number % 70, 1 + number % 12, 1 + number % 28);
    let born = format!("{year}-{month:02}-{day:02}");
    json!({
        "resourceType": "Patient", "id": format!("bench-{number}"),
        "identifier": [{"system": "urn:oid:2.999.1", "value": format!("MRN{number:07}")}],
        "name": [{"family": format!("Bench{}", number % 977), "given": ["Invented"]}],
        "gender": if number.is_multiple_of(2) { "female" } else { "male" },
        "birthDate": born,
    })
}

/// A variant as the Genomics Reporting guide writes one, about 1.5 kB.
pub(super) fn observation(patient: u32, finding: u32) -> Value {
    let mixed = patient.wrapping_mul(2_654_435_761).wrapping_add(finding.wrapping_mul(40_503));
    let genes = GENES.iter().cycle().skip((mixed % 6) as usize);
    let (gene, hgnc, sequence) = genes.copied().next().unwrap_or_default();
    let position = 1_000_000 + mixed % 50_000;
    let concept = |system: &str, code: &str, display: &str| {
        let coding = json!({"system": system, "code": code, "display": display});
        json!({"coding": [coding]})
    };
    let loinc = |code: &str, display: &str| concept("http://loinc.org", code, display);
    let component = |code: &str, display: &str, value: Value| {
        let code = loinc(code, display);
        json!({"code": code, "valueCodeableConcept": value})
    };
    let hgvs = format!("{sequence}:g.{position}G>A");
    json!({
        "resourceType": "Observation", "id": format!("bench-{patient}-{finding}"),
        "status": "final",
        "category": [concept(CATEGORY, "laboratory", "Laboratory")],
        "code": loinc("69548-6", "Genetic variant assessment"),
        "subject": {"reference": format!("Patient/bench-{patient}")},
        "effectiveDateTime": format!("20{:02}-{:02}-15", 10 + mixed % 16, 1 + mixed % 12),
        "valueCodeableConcept": loinc("LA9633-4", "Present"),
        "component": [
            component("48018-6", "Gene studied [ID]",
                concept("http://www.genenames.org/geneId", hgnc, gene)),
            component("81290-9", "Genomic DNA change (gHGVS)",
                concept("http://varnomen.hgvs.org", &hgvs, &hgvs)),
            component("48002-0", "Genomic source class", loinc("LA6683-2", "Germline")),
            component("53034-5", "Allelic state", loinc("LA6706-1", "Heterozygous")),
            component("62374-4", "Human reference sequence assembly version",
                loinc("LA26806-2", "GRCh38")),
            component("48013-7", "Genomic reference sequence",
                concept("http://www.ncbi.nlm.nih.gov/nuccore", sequence, sequence)),
        ]
    })
}
