//! Where genes lie, made from NCBI's and EMBL-EBI's summary of MANE and committed.

use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where the table is kept.
pub const GENES: &str = "crates/genomics/src/gene.tsv";
/// What begins the accession of a chromosome.
const CHROMOSOME: &str = "NC_0000";

const HEAD: &str = "\
# Where genes lie on GRCh38: symbol, chromosome, first and last base (from 1) of the MANE Select
# transcript. Source: MANE v1.5, NCBI and EMBL-EBI, public domain. Genes that the primary assembly
# does not have are left out. Made by `cargo xtask generate-genes`.
";

/// The table, made from the unpacked `MANE.GRCh38.v….summary.txt`.
///
/// # Errors
/// A line without the columns, or two places for one gene.
pub fn table(summary: &str) -> Result<String> {
    let mut lines = summary.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        head.iter().position(|held| *held == name).with_context(|| format!("no column {name}"))
    };
    let [symbol, status, sequence] =
        [column("symbol")?, column("MANE_status")?, column("GRCh38_chr")?];
    let [start, end] = [column("chr_start")?, column("chr_end")?];
    let mut genes = BTreeMap::new();
    for (number, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| {
            cells.get(at).copied().with_context(|| format!("line {} is short", number + 2))
        };
        if cell(status)? != "MANE Select" || !cell(sequence)?.starts_with(CHROMOSOME) {
            continue;
        }
        let digits = cell(sequence)?.split('.').next().unwrap_or_default();
        let chromosome = match digits.trim_start_matches("NC_").trim_start_matches('0') {
            "23" => "X",
            "24" => "Y",
            number => number,
        };
        let [start, end]: [u64; 2] = [cell(start)?.parse()?, cell(end)?.parse()?];
        ensure!(start <= end, "line {}: it ends before it begins", number + 2);
        let place = format!("{chromosome}\t{start}\t{end}");
        let before = genes.insert(cell(symbol)?.to_owned(), place);
        ensure!(before.is_none(), "line {}: {} is there already", number + 2, cell(symbol)?);
    }
    let mut table = HEAD.to_owned();
    for (symbol, place) in genes {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{symbol}\t{place}");
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "#NCBI_GeneID\tsymbol\tMANE_status\tGRCh38_chr\tchr_start\tchr_end
1\tZED\tMANE Select\tNC_000023.11\t5\t9
2\tABC\tMANE Select\tNC_000007.14\t100\t200
2\tABC\tMANE Plus Clinical\tNC_000007.14\t1\t2
3\tALT\tMANE Select\tNT_187633.1\t1\t2
";

    #[test]
    fn one_line_a_gene_of_the_primary_assembly_in_order() {
        let made = table(LINES).unwrap();
        let rows: Vec<&str> = made.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows, ["ABC\t7\t100\t200", "ZED\tX\t5\t9"]);
        for bad in [
            "symbol\tMANE_status\n",
            &LINES.replace("\t9\n", "\t4\n"),
            &LINES.replace("Plus Clinical", "Select"),
            &LINES.replace("\t200", "\t?"),
        ] {
            assert!(table(bad).is_err(), "{bad}");
        }
    }
}
