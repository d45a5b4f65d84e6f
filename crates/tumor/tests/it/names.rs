//! The tables of names say what their sources say.

use knowledge::oncology::OncologyNames;
use std::io::Read as _;
use tumor::{Genes, Hgnc};

const REFERENCE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/oncology/reference");

fn nodes(node: &serde_json::Value, out: &mut Vec<[String; 6]>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default().trim().to_owned();
    let list = |name: &str| {
        let items = node[name].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(",")
    };
    out.push([
        text("code"),
        text("name"),
        text("parent"),
        list("precursors"),
        list("revocations"),
        list("history"),
    ]);
    for child in node["children"].as_object().unwrap().values() {
        nodes(child, out);
    }
}

#[test]
fn the_tree_is_the_published_one() {
    let Ok(bytes) = std::fs::read(format!("{REFERENCE}/oncotree_2025_10_03.json")) else {
        println!("skipped: no reference files at ../shared/data/oncology");
        return;
    };
    let published: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let mut expected = Vec::new();
    nodes(&published["TISSUE"], &mut expected);
    let names = OncologyNames::built_in().unwrap();
    let row = |node: &knowledge::oncology::TumorType| {
        [
            node.code.clone(),
            node.name.clone(),
            node.parent.clone().unwrap_or_default(),
            node.precursors.join(","),
            node.revocations.join(","),
            node.history.join(","),
        ]
    };
    let mut shipped: Vec<[String; 6]> = names.tumor_types.iter().map(row).collect();
    expected.sort();
    shipped.sort();
    assert_eq!(shipped, expected);
}

/// MANE v1.5 is younger than the table; a handful of symbols were renamed between them.
#[test]
fn genes_agree_with_mane() {
    let path = format!("{REFERENCE}/MANE.GRCh38.v1.5.summary.txt.gz");
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: no reference files at ../shared/data/oncology");
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let genes = Genes::new(&OncologyNames::built_in().unwrap());
    let (mut rows, mut unlike) = (0, Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let ncbi = cells[0].strip_prefix("GeneID:").unwrap().parse().unwrap();
        let Some(hgnc) = cells[2].strip_prefix("HGNC:").and_then(|text| text.parse().ok()) else {
            continue;
        };
        rows += 1;
        if genes.by_ncbi(ncbi) != Some(Hgnc(hgnc)) || genes.symbol(Hgnc(hgnc)) != cells[3] {
            unlike.push(cells[3].to_owned());
        }
    }
    assert!(rows > 19_000, "{rows}");
    assert!(unlike.len() * 200 < rows, "{} of {rows}: {unlike:?}", unlike.len());
}
