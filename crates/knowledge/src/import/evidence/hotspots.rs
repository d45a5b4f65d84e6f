//! Cancer Hotspots: residues that are changed in tumours more often than chance would.
//!
//! Source: <https://www.cancerhotspots.org>, version 2 (PMID 29247016): the JSON of its interface
//! (`hugoSymbol`, `residue`, `tumorCount`, `variantAminoAcid`) or the sheet of its download saved
//! as tab-separated text (`Hugo_Symbol`, `Amino_Acid_Position`, `Reference_Amino_Acid`,
//! `Variant_Amino_Acid`, `Mutation_Count`). ODbL: imported by a site, not shipped.

use super::sheet::Sheet;
use super::{refused, too_large};
use crate::evidence::{EvidenceTables, Hotspot, letter_of};
use crate::manifest::Source;
use model::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads hotspots, JSON or tab-separated.
pub fn hotspots(bytes: &[u8], date: &str) -> (EvidenceTables, Vec<Problem>) {
    if too_large(bytes) {
        return refused("too-large", "larger than what is read");
    }
    let mut problems = Vec::new();
    let found = if bytes.trim_ascii_start().first() == Some(&b'[') {
        of_json(bytes, &mut problems)
    } else {
        of_sheet(bytes, &mut problems)
    };
    let hotspots: Vec<Hotspot> = found.into_values().collect();
    let sources = if hotspots.is_empty() { Vec::new() } else { vec![source(date)] };
    (EvidenceTables { hotspots, sources, ..Default::default() }, problems)
}

fn source(date: &str) -> Source {
    Source {
        id: "cancerhotspots".into(),
        name: "Cancer Hotspots".into(),
        version: "2".into(),
        date: date.into(),
        licence: "ODbL-1.0".into(),
        attribution: "Cancer Hotspots, Memorial Sloan Kettering Cancer Center".into(),
        url: "https://www.cancerhotspots.org".into(),
        used_for: "hotspots".into(),
    }
}

type Found = BTreeMap<(String, u32), Hotspot>;

fn of_json(bytes: &[u8], problems: &mut Vec<Problem>) -> Found {
    let rows = match serde_json::from_slice::<Vec<Value>>(bytes) {
        Ok(rows) => rows,
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            problems.push(Problem::error("bad-json", place, error.to_string()));
            return Found::new();
        }
    };
    let mut found = Found::new();
    for (index, row) in rows.iter().enumerate() {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let gene = text("hugoSymbol");
        let Some((reference, position)) = residue(text("residue")).filter(|_| !gene.is_empty())
        else {
            let text = "no gene with one residue (a range, a splice site); left out";
            problems.push(Problem::note("row-left-out", format!("[{index}]"), text));
            continue;
        };
        let count = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        let changes = row.get("variantAminoAcid").and_then(Value::as_object);
        let changes = changes
            .into_iter()
            .flatten()
            .filter_map(|(letter, samples)| Some((letter_of(letter)?, count(samples)?)));
        let changes: BTreeMap<char, u32> = changes.collect();
        let Some(samples) = row.get("tumorCount").and_then(count) else {
            problems.push(Problem::warning("row-left-out", format!("[{index}]"), "no tumorCount"));
            continue;
        };
        let (gene, reference) = (gene.to_owned(), Some(reference));
        let hotspot = Hotspot { gene: gene.clone(), position, reference, samples, changes };
        if found.insert((gene, position), hotspot).is_some() {
            let text = "the residue stands twice; the later row counts";
            problems.push(Problem::warning("twice", format!("[{index}]"), text));
        }
    }
    found
}

/// `V600`.
fn residue(text: &str) -> Option<(char, u32)> {
    let letter = text.chars().next().filter(char::is_ascii_uppercase)?;
    Some((letter, text.get(1..)?.parse().ok()?))
}

/// One row a change of a residue: `Reference_Amino_Acid` is `V:897`, `Variant_Amino_Acid` `E:833`.
fn of_sheet(bytes: &[u8], problems: &mut Vec<Problem>) -> Found {
    let mut found = Found::new();
    let Some(sheet) = Sheet::read(bytes, problems) else { return found };
    let needed =
        ["Hugo_Symbol", "Amino_Acid_Position", "Reference_Amino_Acid", "Variant_Amino_Acid"];
    if let Some(column) = needed.iter().find(|column| !sheet.has(column)) {
        problems.push(Problem::error("not-hotspots", "file", format!("no column `{column}`")));
        return found;
    }
    for line in sheet.lines() {
        let counted = |column: &str| -> Option<(char, u32)> {
            // Several references of one row are joined by "|"; the first is the most frequent.
            let (letter, count) = line.cell(column).split('|').next()?.split_once(':')?;
            Some((letter_of(letter)?, count.parse().ok()?))
        };
        let position = line.cell("Amino_Acid_Position").parse::<u32>();
        let (Ok(position), Some((reference, of_reference)), Some((letter, samples))) =
            (position, counted("Reference_Amino_Acid"), counted("Variant_Amino_Acid"))
        else {
            let text = "no residue with counts (a range, a splice site); left out";
            problems.push(Problem::note("row-left-out", line.place(), text));
            continue;
        };
        let gene = line.cell("Hugo_Symbol").to_owned();
        let total = line.cell("Mutation_Count").parse().unwrap_or(of_reference);
        let entry = found.entry((gene.clone(), position)).or_insert_with(|| Hotspot {
            gene,
            position,
            reference: Some(reference),
            samples: total,
            changes: BTreeMap::new(),
        });
        *entry.changes.entry(letter).or_default() += samples;
        entry.samples = entry.samples.max(entry.changes.values().sum());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let json = br#"[
            {"hugoSymbol": "BRAF", "residue": "V600", "tumorCount": 897,
             "variantAminoAcid": {"E": 833, "K": 20}},
            {"hugoSymbol": "EGFR", "residue": "745-759", "tumorCount": 45},
            {"hugoSymbol": "TP53", "residue": "X307", "tumorCount": "many"}
        ]"#;
        let sheet = "Hugo_Symbol\tAmino_Acid_Position\tMutation_Count\tReference_Amino_Acid\t\
            Variant_Amino_Acid\nBRAF\t600\t897\tV:897\tE:833\nBRAF\t600\t897\tV:897\tK:20\n\
            TP53\tX307\t5\tX:5\tsp:5\n";
        let (of_json, problems) = hotspots(json, "2026-11-01");
        assert_eq!(problems.len(), 2, "{problems:?}");
        let (of_sheet, problems) = hotspots(sheet.as_bytes(), "2026-11-01");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(of_json, of_sheet);
        let [braf] = of_json.hotspots.as_slice() else { panic!() };
        assert_eq!((braf.samples, braf.changes[&'E'], braf.reference), (897, 833, Some('V')));
        assert_eq!(hotspots(b"[1", "2026-11-01").1[0].code, "bad-json");
        assert_eq!(hotspots(b"a\tb\n1\t2\n", "2026-11-01").1[0].code, "not-hotspots");
    }
}
