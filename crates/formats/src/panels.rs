//! A site's registry of panels: which genes each reads, for which alterations, in which exons.
//!
//! A table with tabs, so that it is kept and compared like any text: `panel`, `gene`, `classes`,
//! and, where they are needed, `exons` and `names`. A version of a panel is a panel of its own.
//!
//! ```text
//! panel        gene   classes         exons   names
//! Hotspots 2   EGFR   short           18-21   HS2|Hotspot panel v2
//! Hotspots 2   ALK    rearrangement
//! Exome 1      *      short
//! ```

use model::Problem;
use model::tumor::{PanelRow, ReportedClass};

/// Most rows of a registry.
pub const ROWS_MAX: usize = 2_000_000;
/// Highest exon of a gene; titin has 364.
const EXON_MAX: u16 = 500;
/// The columns.
const COLUMNS: [&str; 5] = ["panel", "gene", "classes", "exons", "names"];
/// The first of them, which have to be there.
const NEEDED: usize = 3;

/// Whether a text is such a table.
pub fn is_registry(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    let head = bytes.get(..end).unwrap_or_default();
    let mut cells = head.split(|byte| *byte == b'\t').map(<[u8]>::trim_ascii);
    COLUMNS.iter().take(NEEDED).all(|column| cells.next() == Some(column.as_bytes()))
}

/// Reads a registry. A row that is not understood is left out and told: what it lists is then not
/// tested, never absent.
pub fn read(bytes: &[u8], place: &str) -> (Vec<PanelRow>, Vec<Problem>) {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let Ok(text) = std::str::from_utf8(bytes) else {
        return (rows, vec![Problem::error("bad-utf-8", place, "the registry is not UTF-8")]);
    };
    if !is_registry(bytes) {
        let text = "the first line does not name the columns `panel`, `gene` and `classes`";
        return (rows, vec![Problem::error("panels-not-read", place, text)]);
    }
    let head: Vec<&str> = text.lines().next().unwrap_or_default().split('\t').collect();
    for unknown in head.iter().map(|name| name.trim()).filter(|name| !COLUMNS.contains(name)) {
        let text = format!("column `{unknown}` is not read");
        problems.push(Problem::warning("unknown-column", place, text));
    }
    let lines = (1_usize..).zip(text.lines()).skip(1);
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        if line.starts_with('#') {
            continue;
        }
        let place = format!("{place} line {number}");
        if rows.len() >= ROWS_MAX {
            let text = format!("more than {ROWS_MAX} rows; the rest is not read");
            problems.push(Problem::error("too-many", place, text));
            break;
        }
        match row(&head, line, &place) {
            Ok(row) => rows.push(row),
            Err(text) => problems.push(Problem::warning("panel-row-not-read", place, text)),
        }
    }
    (rows, problems)
}

fn row(head: &[&str], line: &str, place: &str) -> Result<PanelRow, String> {
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let cell = |name: &str| {
        let at = head.iter().position(|known| known.trim() == name);
        at.and_then(|at| cells.get(at)).copied().unwrap_or_default()
    };
    let listed = |name: &str, between: char| -> Vec<String> {
        let parts = cell(name).split(between).map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (panel, gene) = (cell("panel").to_owned(), cell("gene").to_owned());
    if panel.is_empty() || gene.is_empty() {
        return Err("no panel or no gene".to_owned());
    }
    let classes: Vec<ReportedClass> =
        listed("classes", ',').iter().map(|word| class(word)).collect::<Result<_, _>>()?;
    if classes.is_empty() {
        return Err("no class; write `short`, `copy` or `rearrangement`".to_owned());
    }
    let mut exons = Vec::new();
    for part in listed("exons", ',') {
        exons.extend(range(&part).ok_or_else(|| format!("`{part}` is no exon"))?);
    }
    Ok(PanelRow {
        panel,
        names: listed("names", '|'),
        gene,
        classes,
        exons,
        place: place.to_owned(),
    })
}

fn class(word: &str) -> Result<ReportedClass, String> {
    match word.to_ascii_lowercase().as_str() {
        "short" => Ok(ReportedClass::Short),
        "copy" => Ok(ReportedClass::Copy),
        "rearrangement" => Ok(ReportedClass::Rearrangement),
        _ => Err(format!("`{word}` is none of `short`, `copy`, `rearrangement`")),
    }
}

/// `19` or `18-21`.
fn range(text: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let exon =
        |text: &str| text.trim().parse::<u16>().ok().filter(|exon| (1..=EXON_MAX).contains(exon));
    let (from, to) = (exon(from)?, exon(to)?);
    (from <= to).then_some(from..=to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportedClass::{Copy, Rearrangement, Short};

    #[test]
    fn rows_are_genes_with_classes_and_exons() {
        let text = "panel\tgene\tclasses\texons\tnames\n# a remark\n\
            Hotspots 2\tEGFR\tshort\t18-19, 21\tHS2 | Hotspot panel\n\
            Hotspots 2\tALK\tRearrangement,copy\n\nExome\t*\tshort\n";
        let (rows, problems) = read(text.as_bytes(), "p.tsv");
        assert_eq!(problems, []);
        let found: Vec<_> = rows
            .iter()
            .map(|row| {
                (row.panel.as_str(), row.gene.as_str(), row.classes.clone(), row.exons.clone())
            })
            .collect();
        assert_eq!(
            found,
            [
                ("Hotspots 2", "EGFR", vec![Short], vec![18, 19, 21]),
                ("Hotspots 2", "ALK", vec![Rearrangement, Copy], vec![]),
                ("Exome", "*", vec![Short], vec![]),
            ]
        );
        assert_eq!(rows[0].names, ["HS2", "Hotspot panel"]);
        assert_eq!(rows[0].place, "p.tsv line 3");
    }

    #[test]
    fn what_is_not_understood_is_told_and_left_out() {
        for (row, text) in [
            ("P\tEGFR\tmutations", "`mutations` is none of"),
            ("P\tEGFR\t", "no class"),
            ("P\t\tshort", "no panel or no gene"),
            ("P\tEGFR\tshort\t21-18", "`21-18` is no exon"),
            ("P\tEGFR\tshort\t0", "`0` is no exon"),
            ("P\tEGFR\tshort\t501", "`501` is no exon"),
        ] {
            let whole = format!("panel\tgene\tclasses\texons\n{row}\nP\tKRAS\tshort\t1-500\n");
            let (rows, problems) = read(whole.as_bytes(), "p");
            assert_eq!((rows.len(), problems.len()), (1, 1), "{row}");
            assert_eq!((rows[0].gene.as_str(), rows[0].exons.len()), ("KRAS", 500));
            assert!(problems[0].text.contains(text) && problems[0].place == "p line 2", "{row}");
        }
        assert_eq!(read(b"panel,gene\n", "p").1[0].code, "panels-not-read");
        assert_eq!(read(b"panel\tgene\tclasses\tdepth\n", "p").1[0].code, "unknown-column");
    }
}
