//! From the tables' bytes to rows.

use super::{
    CuratedCriterion, Direction, EvidenceKind, EvidenceLevel, EvidenceRow, GeneRole, GeneRoleRow,
    Hotspot, Interaction, PopulationFrequency, Significance, VariantOrigin,
};
use crate::error::LoadError;
use crate::manifest::Manifest;
use crate::table::{Row, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The tables an evidence pack may have.
pub(super) const TABLES: [&str; 5] =
    ["evidence.tsv", "hotspots.tsv", "curated.tsv", "frequencies.tsv", "roles.tsv"];

pub(super) const EVIDENCE: &[&str] = &[
    "id",
    "source",
    "kind",
    "direction",
    "level",
    "source_level",
    "significance",
    "profile",
    "tumor_type",
    "tumor_code",
    "therapies",
    "interaction",
    "origin",
    "rating",
    "statement",
    "citation",
    "url",
    "reviewed",
];
pub(super) const HOTSPOTS: &[&str] = &["gene", "position", "reference", "samples", "changes"];
const CURATED: &[&str] = &["gene", "change", "code", "met", "curator", "date", "citation"];
const FREQUENCIES: &[&str] = &["gene", "change", "frequency_max", "alleles"];
const ROLES: &[&str] = &["gene", "role", "citation"];

type Files = BTreeMap<String, Vec<u8>>;

/// The rows of a table; none where the pack does not have it.
fn rows<T>(
    files: &Files,
    name: &str,
    columns: &'static [&'static str],
    read: impl Fn(Row<'_>) -> Result<T, LoadError>,
) -> Result<Vec<T>, LoadError> {
    let Some(bytes) = files.get(name) else { return Ok(Vec::new()) };
    Table::parse(name, bytes, columns)?.rows().map(read).collect()
}

fn word<T>(row: &Row<'_>, column: &str, of: fn(&str) -> Option<T>) -> Result<T, LoadError> {
    of(row.required(column)?).ok_or_else(|| row.fault(column, "is no word of that column"))
}

pub(super) fn evidence(files: &Files, manifest: &Manifest) -> Result<Vec<EvidenceRow>, LoadError> {
    let found = rows(files, "evidence.tsv", EVIDENCE, |row| {
        let source = row.required("source")?;
        if !manifest.sources.iter().any(|known| known.id == source) {
            return Err(row.fault("source", "is none of the manifest"));
        }
        let rating = row.optional("rating").map(|text| match text.parse::<u8>() {
            Ok(stars @ 1..=5) => Ok(stars),
            _ => Err(row.fault("rating", "is not 1 to 5")),
        });
        let text = |column| row.cell(column).to_owned();
        Ok(EvidenceRow {
            id: row.required("id")?.to_owned(),
            source: source.to_owned(),
            kind: word(&row, "kind", EvidenceKind::of_word)?,
            direction: word(&row, "direction", Direction::of_word)?,
            level: word(&row, "level", EvidenceLevel::of_word)?,
            source_level: text("source_level"),
            significance: word(&row, "significance", Significance::of_word)?,
            profile: row.required("profile")?.to_owned(),
            tumor_type: text("tumor_type"),
            tumor_code: text("tumor_code"),
            therapies: row.list("therapies", '|')?.into_iter().map(str::to_owned).collect(),
            interaction: word(&row, "interaction", Interaction::of_word)?,
            origin: word(&row, "origin", VariantOrigin::of_word)?,
            rating: rating.transpose()?,
            statement: text("statement"),
            citation: text("citation"),
            url: text("url"),
            reviewed: text("reviewed"),
        })
    })?;
    let mut seen = BTreeSet::new();
    match found.iter().zip(2..).find(|(row, _)| !seen.insert(row.id.as_str())) {
        Some((row, line)) => {
            let text = format!("`{}` stands twice", row.id);
            Err(LoadError::syntax("evidence.tsv", line, 1, text))
        }
        None => Ok(found),
    }
}

pub(super) fn hotspots(files: &Files) -> Result<Vec<Hotspot>, LoadError> {
    rows(files, "hotspots.tsv", HOTSPOTS, |row| {
        let mut changes = BTreeMap::new();
        for item in row.list("changes", ',')? {
            let fault = || row.fault("changes", "is not like `E:833,K:12`");
            let (letter, count) = item.split_once(':').ok_or_else(fault)?;
            let letter = letter_of(letter).ok_or_else(fault)?;
            if changes.insert(letter, count.parse().map_err(|_| fault())?).is_some() {
                return Err(fault());
            }
        }
        let reference = row.optional("reference").map(|text| {
            letter_of(text).ok_or_else(|| row.fault("reference", "is no letter of a residue"))
        });
        Ok(Hotspot {
            gene: row.required("gene")?.to_owned(),
            position: small(&row, "position")?,
            reference: reference.transpose()?,
            samples: small(&row, "samples")?,
            changes,
        })
    })
}

/// A residue's letter, or `*`.
pub(crate) fn letter_of(text: &str) -> Option<char> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter == '*' || letter.is_ascii_uppercase() => Some(letter),
        _ => None,
    }
}

fn small(row: &Row<'_>, column: &str) -> Result<u32, LoadError> {
    u32::try_from(row.number(column)?).map_err(|_| row.fault(column, "is too large"))
}

pub(super) fn curated(files: &Files) -> Result<Vec<CuratedCriterion>, LoadError> {
    rows(files, "curated.tsv", CURATED, |row| {
        let text = |column| row.required(column).map(str::to_owned);
        Ok(CuratedCriterion {
            gene: text("gene")?,
            change: text("change")?,
            code: text("code")?,
            met: match row.required("met")? {
                "yes" => true,
                "no" => false,
                _ => return Err(row.fault("met", "is neither `yes` nor `no`")),
            },
            curator: text("curator")?,
            date: text("date")?,
            citation: text("citation")?,
        })
    })
}

pub(super) fn frequencies(files: &Files) -> Result<Vec<PopulationFrequency>, LoadError> {
    rows(files, "frequencies.tsv", FREQUENCIES, |row| {
        let frequency_max = row.required("frequency_max")?.parse::<f64>().ok();
        Ok(PopulationFrequency {
            gene: row.required("gene")?.to_owned(),
            change: row.required("change")?.to_owned(),
            frequency_max: frequency_max
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| row.fault("frequency_max", "is no share from 0 to 1"))?,
            alleles: small(&row, "alleles")?,
        })
    })
}

pub(super) fn roles(files: &Files) -> Result<Vec<GeneRoleRow>, LoadError> {
    files.get("roles.tsv").map_or(Ok(Vec::new()), |bytes| roles_of("roles.tsv", bytes))
}

/// Parts of genes, of a site or built in.
pub(crate) fn roles_of(name: &str, bytes: &[u8]) -> Result<Vec<GeneRoleRow>, LoadError> {
    let role = |row: Row<'_>| {
        Ok(GeneRoleRow {
            gene: row.required("gene")?.to_owned(),
            role: word(&row, "role", GeneRole::of_word)?,
            citation: row.required("citation")?.to_owned(),
        })
    };
    Table::parse(name, bytes, ROLES)?.rows().map(role).collect()
}
