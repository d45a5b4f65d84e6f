//! An evidence pack's files out of its rows.

use super::{EVIDENCE_PACK, EvidencePack, EvidenceRow, Hotspot, load};
use crate::digest::sha256_hex;
use crate::import::{Rows, to_tsv};
use crate::manifest::{FileEntry, Manifest, SCHEMA, Source};
use crate::pack::MANIFEST_FILE;
use crate::table::CELL_BYTES_MAX;
use std::collections::BTreeMap;

/// What an import gives: rows, and where they are from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceTables {
    /// Evidence.
    pub evidence: Vec<EvidenceRow>,
    /// Hotspots.
    pub hotspots: Vec<Hotspot>,
    /// The sources.
    pub sources: Vec<Source>,
}

/// The files of a pack: what was imported, and of the base whatever is of another source. The
/// version is the base's next minor one, or the first.
///
/// # Errors
/// When the manifest cannot be written, or the base's version has no next one.
pub fn write(
    imported: &EvidenceTables,
    base: Option<(&EvidencePack, &BTreeMap<String, Vec<u8>>)>,
    date: &str,
    version: Option<&str>,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let renewed = |id: &str| imported.sources.iter().any(|source| source.id == id);
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut sources = imported.sources.clone();
    let mut evidence = imported.evidence.clone();
    let mut hotspots = imported.hotspots.clone();
    if let Some((pack, bytes)) = base {
        files.extend(bytes.iter().map(|(name, bytes)| (name.clone(), bytes.clone())));
        sources.extend(pack.manifest.sources.iter().filter(|one| !renewed(&one.id)).cloned());
        evidence.extend(pack.evidence.iter().filter(|row| !renewed(&row.source)).cloned());
        if hotspots.is_empty() {
            hotspots.clone_from(&pack.hotspots);
        }
    }
    sources.sort_by(|one, other| one.id.cmp(&other.id));
    put(&mut files, "evidence.tsv", load::EVIDENCE, &evidence.iter().map(row).collect());
    put(&mut files, "hotspots.tsv", load::HOTSPOTS, &hotspots.iter().map(hotspot).collect());
    files.remove(MANIFEST_FILE);
    let entry = |(name, bytes): (&String, &Vec<u8>)| FileEntry {
        name: name.clone(),
        sha256: sha256_hex(bytes),
    };
    let manifest = Manifest {
        id: EVIDENCE_PACK.into(),
        title: "Evidence about alterations of tumours".into(),
        version: match version {
            Some(version) => version.to_owned(),
            None => next(base.map(|(pack, _)| pack.manifest.version.as_str()))?,
        },
        date: date.to_owned(),
        schema: SCHEMA,
        sources,
        files: files.iter().map(entry).collect(),
    };
    let text = toml::to_string(&manifest).map_err(|error| error.to_string())?;
    files.insert(MANIFEST_FILE.into(), text.into_bytes());
    Ok(files)
}

fn next(version: Option<&str>) -> Result<String, String> {
    let Some(version) = version else { return Ok("0.1.0".into()) };
    let mut parsed = semver::Version::parse(version).map_err(|error| error.to_string())?;
    parsed.minor = parsed.minor.checked_add(1).ok_or("the base's version has no next one")?;
    parsed.patch = 0;
    Ok(parsed.to_string())
}

/// A table with rows; one without is left out.
fn put(files: &mut BTreeMap<String, Vec<u8>>, name: &str, columns: &[&str], rows: &Rows) {
    files.remove(name);
    if !rows.is_empty() {
        files.insert(name.to_owned(), to_tsv(columns, rows).into_bytes());
    }
}

fn row(row: &EvidenceRow) -> Vec<String> {
    [
        &row.id,
        &row.source,
        row.kind.word(),
        row.direction.word(),
        row.level.word(),
        &row.source_level,
        row.significance.word(),
        &row.profile,
        &row.tumor_type,
        &row.tumor_code,
        &row.therapies.join("|"),
        row.interaction.word(),
        row.origin.word(),
        &row.rating.map_or_else(String::new, |stars| stars.to_string()),
        &row.statement,
        &row.citation,
        &row.url,
        &row.reviewed,
    ]
    .map(cell)
    .to_vec()
}

fn hotspot(row: &Hotspot) -> Vec<String> {
    let changes = row.changes.iter().map(|(letter, count)| format!("{letter}:{count}"));
    vec![
        cell(&row.gene),
        row.position.to_string(),
        row.reference.map_or_else(String::new, String::from),
        row.samples.to_string(),
        changes.collect::<Vec<_>>().join(","),
    ]
}

/// What a table can hold: one line, no blanks at its ends; cut where it is too long.
pub(crate) fn cell(text: &str) -> String {
    let clean = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = clean.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.len() > CELL_BYTES_MAX {
        let end = (0..=CELL_BYTES_MAX - 4).rev().find(|at| line.is_char_boundary(*at));
        line.truncate(end.unwrap_or(0));
        // The mark has three bytes and a blank.
        line = format!("{} …", line.trim_end());
    }
    line
}
