//! The files of PharmVar as variations of haplotypes.

use super::core;
use crate::import::{IMPORT_BYTES_MAX, within};
use crate::pgx::{Gene, PgxKnowledge};
use model::Problem;
use std::collections::BTreeMap;

/// Most rows of one file.
const ROWS_MAX: usize = 200_000;

/// Variations by the name of the haplotype, `*2.001`.
pub(super) type Haplotypes = BTreeMap<String, Vec<Variation>>;

/// A variation of a haplotype, where it was read, and not more than was read. Two are the same if
/// they are the same change, wherever they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Variation {
    pub(super) is_reference: bool,
    pub(super) rsid: Option<String>,
    /// First and last base on the chromosome; an insertion is between the two.
    pub(super) place: Option<(u64, u64)>,
    pub(super) reference: String,
    pub(super) variant: String,
    /// Whether it is written as VCF does: one position, and an anchor base before an indel.
    pub(super) as_vcf: bool,
    /// File and line.
    pub(super) source: String,
}

impl Variation {
    fn key(&self) -> (Option<(u64, u64)>, &str, &str) {
        (self.place, &self.reference, &self.variant)
    }
}

impl PartialEq for Variation {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Variation {}
impl PartialOrd for Variation {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Variation {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A line of a VCF file: POS, REF and one ALT.
pub(super) type Record = (u64, String, String);

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) version: String,
    pub(super) genes: BTreeMap<String, Haplotypes>,
    records: BTreeMap<String, Vec<Record>>,
}

impl Found {
    /// Indels of the VCF files of a gene.
    pub(super) fn records(&self, gene: &str) -> Vec<Record> {
        let mut records = self.records.get(gene).cloned().unwrap_or_default();
        records.retain(|(_, reference, alternate)| reference.len() != alternate.len());
        records.sort();
        records.dedup();
        records
    }
}

pub(super) fn read(
    files: &BTreeMap<String, Vec<u8>>,
    pgx: &PgxKnowledge,
    problems: &mut Vec<Problem>,
) -> Found {
    let mut found = Found::default();
    let is_table = |path: &str| path.ends_with(".haplotypes.tsv");
    let is_vcf = |path: &str| path.rsplit('.').next() == Some("vcf");
    // Tables first: they speak for the haplotypes that they have.
    let tables = files.iter().filter(|(path, _)| is_table(path));
    for (path, bytes) in tables.chain(files.iter().filter(|(path, _)| is_vcf(path))) {
        let table = is_table(path);
        let told = match text(bytes) {
            Err(problem) => vec![problem],
            Ok(text) if table => haplotypes(path, text, pgx, &mut found),
            Ok(text) => records(path, text, pgx, &mut found),
        };
        problems.extend(told.into_iter().map(|problem| within(path, problem)));
    }
    found
}

fn text(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.len() > IMPORT_BYTES_MAX {
        let text = format!("{} bytes are more than the limit of {IMPORT_BYTES_MAX}", bytes.len());
        return Err(Problem::error("too-large", "file", text));
    }
    std::str::from_utf8(bytes).map_err(|_| Problem::error("not-utf8", "file", "is not UTF-8"))
}

const COLUMNS: [&str; 8] = [
    "Haplotype Name",
    "Gene",
    "rsID",
    "ReferenceSequence",
    "Variant Start",
    "Variant Stop",
    "Reference Allele",
    "Variant Allele",
];

fn haplotypes(path: &str, text: &str, pgx: &PgxKnowledge, found: &mut Found) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut order: Option<[usize; 8]> = None;
    for (line, row) in (1..).zip(text.lines()) {
        let place = format!("line {line}");
        if line > ROWS_MAX {
            problems.push(Problem::error("too-many-rows", place, format!("over {ROWS_MAX}")));
            break;
        }
        if let Some(comment) = row.strip_prefix('#') {
            if let Some(version) = comment.trim().strip_prefix("version=") {
                version.trim().clone_into(&mut found.version);
            }
            continue;
        }
        if row.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
        let Some(columns) = order else {
            order = column_order(&cells);
            if order.is_none() {
                let text = format!("the header must have the columns {}", COLUMNS.join(", "));
                problems.push(Problem::error("bad-header", place, text));
                break;
            }
            continue;
        };
        match variation(&cells, &columns, pgx, format!("{path}: {place}")) {
            Ok((gene, name, variation)) => {
                found.genes.entry(gene).or_default().entry(name).or_default().push(variation);
            }
            Err((code, text)) => problems.push(Problem::warning(code, place, text)),
        }
    }
    problems
}

fn column_order(header: &[&str]) -> Option<[usize; 8]> {
    let mut order = [0; 8];
    for (wanted, at) in COLUMNS.iter().zip(order.iter_mut()) {
        *at = header.iter().position(|name| name.eq_ignore_ascii_case(wanted))?;
    }
    Some(order)
}

type Refused = (&'static str, String);

fn variation(
    cells: &[&str],
    columns: &[usize; 8],
    pgx: &PgxKnowledge,
    source: String,
) -> Result<(String, String, Variation), Refused> {
    let [name, gene, rsid, sequence, start, stop, reference, variant] =
        columns.map(|at| cells.get(at).copied().unwrap_or_default());
    let name = name.strip_prefix(gene).unwrap_or(name).trim();
    if name.is_empty() || gene.is_empty() {
        return Err(("bad-row", "has no haplotype or no gene".to_owned()));
    }
    let mut variation = Variation { source, ..Variation::default() };
    if rsid.eq_ignore_ascii_case("REFERENCE") {
        variation.is_reference = true;
        return Ok((gene.to_owned(), name.to_owned(), variation));
    }
    let number = |cell: &str| match cell {
        "" | "-" | "." => Ok(None),
        cell => {
            cell.parse().map(Some).map_err(|_| ("bad-row", format!("`{cell}` is not a position")))
        }
    };
    if let (Some(start), stop) = (number(start)?, number(stop)?) {
        let known = pgx.gene(gene).map(|gene| gene.refseq.as_str());
        if known.is_some_and(|known| known != sequence) {
            let known = known.unwrap_or_default();
            let text = format!("is on {sequence}; the base has the gene on {known} (GRCh38)");
            return Err(("wrong-reference", text));
        }
        let stop = stop.unwrap_or(start);
        if stop < start {
            return Err(("bad-row", "stops before it starts".to_owned()));
        }
        variation.place = Some((start, stop));
    }
    variation.rsid = rsid.starts_with("rs").then(|| rsid.to_owned());
    let allele = |cell: &str| match cell {
        "-" | "." => String::new(),
        bases => bases.to_ascii_uppercase(),
    };
    (variation.reference, variation.variant) = (allele(reference), allele(variant));
    Ok((gene.to_owned(), name.to_owned(), variation))
}

/// `CYP2C19_2_001.vcf` is about `*2.001` of CYP2C19.
fn named(path: &str) -> Option<(&str, String)> {
    let file = path.rsplit('/').next().unwrap_or(path).strip_suffix(".vcf")?;
    let (gene, rest) = file.split_once('_')?;
    let digit = rest.starts_with(|character: char| character.is_ascii_digit());
    Some((gene, if digit { format!("*{}", rest.replace('_', ".")) } else { rest.to_owned() }))
}

fn records(path: &str, text: &str, pgx: &PgxKnowledge, found: &mut Found) -> Vec<Problem> {
    let Some((symbol, name)) = named(path) else {
        let text = "is not named `GENE_NAME.vcf`; it is left out";
        return vec![Problem::warning("bad-name", "file", text)];
    };
    let mut problems = Vec::new();
    let mut variations = Vec::new();
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.starts_with('#')) {
        let place = format!("line {line}");
        let cells: Vec<&str> = row.split('\t').collect();
        let [chromosome, position, id, reference, alternates, ..] = cells.as_slice() else {
            problems.push(Problem::warning("bad-row", place, "has not the columns of a VCF"));
            continue;
        };
        let gene = pgx.gene(symbol);
        if gene.is_some_and(|gene| !is_on(gene, chromosome, text)) {
            let text = format!("is on {chromosome}, which is not known to be GRCh38's");
            problems.push(Problem::warning("wrong-reference", place, text));
            continue;
        }
        let Ok(position) = position.parse::<u64>() else {
            problems.push(Problem::warning("bad-row", place, "POS is not a number"));
            continue;
        };
        for alternate in alternates.split(',').filter(|alternate| *alternate != ".") {
            let (reference, alternate) =
                (reference.to_ascii_uppercase(), alternate.to_ascii_uppercase());
            let record = (position, reference.clone(), alternate.clone());
            found.records.entry(symbol.to_owned()).or_default().push(record);
            let length = u64::try_from(reference.len()).unwrap_or(u64::MAX);
            variations.push(Variation {
                rsid: id.starts_with("rs").then(|| (*id).to_owned()),
                place: Some((position, position.saturating_add(length).saturating_sub(1))),
                reference,
                variant: alternate,
                as_vcf: true,
                source: format!("{path}: {place}"),
                ..Variation::default()
            });
        }
    }
    // The table speaks for a haplotype that it has, by itself or by its core.
    let haplotypes = found.genes.entry(symbol.to_owned()).or_default();
    let known = haplotypes.keys().any(|own| *own == name || core(own) == core(&name));
    if !known && !variations.is_empty() {
        haplotypes.insert(name, variations);
    }
    problems
}

/// By the accession, or by the chromosome's name in a file that names the accession or the build.
fn is_on(gene: &Gene, chromosome: &str, text: &str) -> bool {
    let number = gene.chromosome.trim_start_matches("chr");
    let named = chromosome.trim_start_matches("chr") == number;
    let headers = || text.lines().take_while(|row| row.starts_with("##"));
    let proved = || headers().any(|row| row.contains(&gene.refseq) || row.contains("GRCh38"));
    chromosome == gene.refseq || (named && proved())
}
