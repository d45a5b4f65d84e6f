//! Which panel each sample was tested by, and what panels look at.

use super::Study;
use super::table::{Open, Row};
use model::Problem;
use model::tumor::ReportedClass;
use serde_json::Value;
use std::io::BufRead;

/// Genes of a panel: NCBI Gene number, where there is one, and symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panel {
    /// Its name.
    pub name: String,
    /// Its genes.
    pub genes: Vec<(Option<u32>, String)>,
}

/// Most genes of a panel.
const GENES_MAX: usize = 100_000;

/// Columns of the matrix with the class each tells of.
const CLASSES: [(&[&str], ReportedClass); 3] = [
    (&["mutations"], ReportedClass::Short),
    (&["cna", "gistic", "log2CNA"], ReportedClass::Copy),
    (&["structural_variants", "fusion"], ReportedClass::Rearrangement),
];

/// Words for the exome or genome in place of a panel.
const WHOLE: [&str; 4] = ["WES", "WXS", "WGS", "WHOLE-EXOME"];

/// The matrix of samples and panels.
pub(super) fn matrix(study: &mut Study, place: &str, source: impl BufRead) {
    let Some(mut table) = Open::new(study, place, source, &[&["SAMPLE_ID"]]) else { return };
    let sample = table.columns.place(&["SAMPLE_ID"]);
    let columns = CLASSES.map(|(names, class)| (table.columns.place(names), class));
    study.matrix = true;
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let Some(tumor) = study.sample(row.cell(sample)) else {
            study.nobody(place, line);
            continue;
        };
        for (column, class) in columns {
            match row.cell(column) {
                "" => {}
                whole if WHOLE.contains(&whole.to_ascii_uppercase().as_str()) => {
                    tumor.tested.everywhere.push(class);
                }
                panel => tumor.tested.panels.push((panel.to_owned(), class)),
            }
        }
    }
}

/// Reads panels: JSON as cBioPortal's interface gives it (one, or a list), or a
/// `data_gene_panel_*.txt`.
pub fn panels(bytes: &[u8], place: &str) -> (Vec<Panel>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with(['[', '{']) {
        return match serde_json::from_str::<Value>(&text) {
            Ok(Value::Array(list)) => of_json(&list, place),
            Ok(one) => of_json(&[one], place),
            Err(error) => (Vec::new(), vec![Problem::error("not-json", place, error.to_string())]),
        };
    }
    let mut panel = Panel::default();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        match key.trim() {
            "stable_id" => value.trim().clone_into(&mut panel.name),
            "gene_list" => {
                let genes = value.split(['\t', ' ']).map(str::trim).filter(|gene| !gene.is_empty());
                panel.genes = genes.take(GENES_MAX).map(|gene| (None, gene.to_owned())).collect();
            }
            _ => {}
        }
    }
    if panel.name.is_empty() || panel.genes.is_empty() {
        let text = "no `stable_id` or no `gene_list`";
        return (Vec::new(), vec![Problem::error("panel-not-read", place, text)]);
    }
    (vec![panel], Vec::new())
}

fn of_json(list: &[Value], place: &str) -> (Vec<Panel>, Vec<Problem>) {
    let (mut panels, mut problems) = (Vec::new(), Vec::new());
    for (at, item) in list.iter().enumerate() {
        let name = item.get("genePanelId").and_then(Value::as_str);
        let genes = item.get("genes").and_then(Value::as_array);
        let (Some(name), Some(genes)) = (name, genes) else {
            let text = "no `genePanelId` or no `genes`";
            problems.push(Problem::warning("panel-not-read", format!("{place} [{at}]"), text));
            continue;
        };
        let gene = |gene: &Value| {
            let number = gene.get("entrezGeneId").and_then(Value::as_u64);
            let symbol = gene.get("hugoGeneSymbol").and_then(Value::as_str);
            (number.and_then(|number| u32::try_from(number).ok()), symbol.unwrap_or("").to_owned())
        };
        let genes = genes.iter().take(GENES_MAX).map(gene).collect();
        panels.push(Panel { name: name.to_owned(), genes });
    }
    (panels, problems)
}
