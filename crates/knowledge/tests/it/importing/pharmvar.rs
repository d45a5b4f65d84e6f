//! PharmVar's haplotype tables and VCF files.

use super::{DAY, Files, assembled, base, codes, iupac};
use knowledge::Summary;
use knowledge::import::{Imported, pharmvar};
use knowledge::pgx::{Gene, Position};
use model::problem::first_error;
use model::{Problem, Severity};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Genes with ambiguity codes, indels and several ALTs among them, without sub-alleles.
const GENES: [&str; 7] = ["CYP2C19", "CYP2B6", "CYP3A5", "DPYD", "NAT2", "NUDT15", "TPMT"];

/// A row of PharmVar's table for a cell: start, stop, reference and variant without the anchor.
fn pharmvar_cells(at: &Position, bases: &[String]) -> String {
    let reference = at.reference.as_str();
    let variant = if at.is_snv() { iupac(bases) } else { bases[0].clone() };
    let place = at.position;
    if at.is_substitution() {
        let stop = place + reference.len() as u64 - 1;
        return format!("{place}\t{stop}\t{reference}\t{variant}");
    }
    if let Some(inserted) = variant.strip_prefix(reference) {
        let start = place + reference.len() as u64 - 1;
        return format!("{start}\t{}\t-\t{inserted}", start + 1);
    }
    let deleted = reference.strip_prefix(variant.as_str()).unwrap();
    let start = place + variant.len() as u64;
    format!("{start}\t{}\t{deleted}\t-", start + deleted.len() as u64 - 1)
}

const HEADER: &str = "#version=pharmvar-6.9\nHaplotype Name\tGene\trsID\tReferenceSequence\t\
                      Variant Start\tVariant Stop\tReference Allele\tVariant Allele\tType\n";

fn pharmvar_table(gene: &Gene) -> String {
    let mut text = HEADER.to_owned();
    let symbol = &gene.symbol;
    for allele in gene.alleles.iter().filter(|allele| !allele.structural) {
        let name = if allele.name.starts_with('*') {
            format!("{symbol}{}", allele.name)
        } else {
            allele.name.clone()
        };
        if allele.reference {
            writeln!(text, "{name}\t{symbol}\tREFERENCE\t{}\t.\t.\t.\t.\t", gene.refseq).unwrap();
            continue;
        }
        for (index, bases) in &allele.cells {
            let at = &gene.positions[*index];
            let rsid = at.rsid.as_deref().unwrap_or("-");
            let cells = pharmvar_cells(at, bases);
            writeln!(text, "{name}\t{symbol}\t{rsid}\t{}\t{cells}\tx", gene.refseq).unwrap();
        }
    }
    text
}

#[test]
fn what_pharmvar_writes_of_the_bases_genes_comes_back_as_it_is() {
    let base = base();
    let files: Files = GENES
        .iter()
        .map(|symbol| {
            let gene = base.pgx.gene(symbol).unwrap();
            (format!("GRCh38/{symbol}.haplotypes.tsv"), pharmvar_table(gene).into_bytes())
        })
        .collect();
    let (imported, problems) = pharmvar(&files, &base, DAY);
    assert_eq!(codes(&problems), [""; 0], "{problems:#?}");
    let done = assembled(&base, &imported);
    assert_eq!(first_error(&done.problems), None);
    let pack = done.pack.unwrap();
    let changed = Summary::new(&base.pgx, &pack.pgx);
    assert!(changed.is_empty(), "{changed}");
    for symbol in GENES {
        assert_eq!(pack.pgx.gene(symbol), base.pgx.gene(symbol), "{symbol}");
    }
    assert_eq!((pack.manifest.version.as_str(), pack.manifest.date.as_str()), ("0.4.0", DAY));
    let source = pack.manifest.sources.iter().find(|source| source.id == "pharmvar").unwrap();
    assert_eq!(source.version, "pharmvar-6.9");
}

fn pharmvar_of(rows: &str, more: &[(&str, &str)]) -> (Imported, Vec<Problem>) {
    let mut files = Files::from([(
        "TPMT.haplotypes.tsv".to_owned(),
        format!("{HEADER}TPMT*1.001\tTPMT\tREFERENCE\tNC_000006.12\t.\t.\t.\t.\t\n{rows}")
            .into_bytes(),
    )]);
    for (name, text) in more {
        files.insert((*name).to_owned(), text.as_bytes().to_vec());
    }
    pharmvar(&files, &base(), DAY)
}

fn row(name: &str, rest: &str) -> String {
    format!("TPMT{name}\tTPMT\trs1\tNC_000006.12\t{rest}\tsubstitution\n")
}

fn alleles(imported: &Imported) -> Vec<String> {
    let rows = imported.tables["alleles.tsv"].iter();
    rows.map(|row| format!("{} {} {}", row[1], row[2], row[4])).collect()
}

#[test]
fn sub_alleles_are_folded_into_what_they_share() {
    // *2 by its own row; *3 by what *3.001 and *3.002 share; *4 by its only sub-allele.
    let rows = [
        row("*2", "18143724\t18143724\tC\tG"),
        row("*2.001", "18143724\t18143724\tC\tG"),
        row("*2.001", "18143901\t18143901\tG\tC"),
        row("*3.001", "18130687\t18130687\tT\tC"),
        row("*3.001", "18138997\t18138997\tC\tT"),
        row("*3.002", "18130687\t18130687\tT\tC"),
        row("*4.001", "18130758\t18130758\tA\tR"),
        row("*5", "\t\t\t"),
    ];
    let (imported, problems) = pharmvar_of(&rows.concat(), &[]);
    assert_eq!(codes(&problems), [""; 0], "{problems:#?}");
    let expected = [
        "*1 reference ref",
        "*2 defined 18143724:G",
        "*3 defined 18130687:C",
        "*4 defined 18130758:A,G",
        "*5 structural ",
    ];
    assert_eq!(alleles(&imported), expected);
    let notes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(notes, ["folded", "structural"]);
}

#[test]
fn indels_are_found_by_what_they_do() {
    let base = base();
    let gene = base.pgx.gene("NUDT15").unwrap();
    // Three of GAGTCG at 48037784; the third is taken away by every spelling.
    let spelled = |rest: &str| {
        let text = format!(
            "{HEADER}NUDT15*1\tNUDT15\tREFERENCE\t{r}\t\t\t\t\t\n\
             NUDT15*9\tNUDT15\t-\t{r}\t{rest}\tx\n",
            r = gene.refseq
        );
        let files = Files::from([("NUDT15.haplotypes.tsv".to_owned(), text.into_bytes())]);
        let (imported, problems) = pharmvar(&files, &base, DAY);
        (alleles(&imported).pop().unwrap(), codes(&problems).join(","))
    };
    for rest in [
        "48037783\t48037788\tGGAGTC\t-",
        "48037784\t48037789\tGAGTCG\t-",
        "48037796\t48037801\tGAGTCG\t-",
    ] {
        assert_eq!(spelled(rest), ("*9 defined 48037782:A".to_owned(), String::new()), "{rest}");
    }
    assert_eq!(spelled("48037784\t48037789\tGAGTCC\t-").1, "indel-unknown,allele-left-out");
    assert_eq!(spelled("48037784\t48037785\t-\tTTT").1, "indel-unknown,allele-left-out");
    // A VCF file says how an insertion is written that the base does not know.
    let rest = "18149048\t18149049\t-\tGA";
    let table = format!("TPMT*9\tTPMT\trs9\tNC_000006.12\t{rest}\tinsertion\n");
    let vcf = "##reference=NC_000006.12\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n\
               NC_000006.12\t18149048\trs9\tC\tCGA\t.\t.\t.\n";
    assert_eq!(codes(&pharmvar_of(&table, &[]).1), ["indel-unknown", "allele-left-out"]);
    let (imported, problems) = pharmvar_of(&table, &[("TPMT_9.vcf", vcf)]);
    assert_eq!(codes(&problems), [""; 0], "{problems:#?}");
    assert_eq!(alleles(&imported)[1], "*9 defined 18149048:CGA");
    let positions = &imported.tables["positions.tsv"];
    let row = positions.iter().find(|row| row[1] == "18149048").unwrap();
    assert_eq!(row[5..], ["g.18149048_18149049insGA", "", "18149048", "C"]);
}

#[test]
fn a_haplotype_may_come_from_its_vcf_alone() {
    let head = "##fileformat=VCFv4.1\n##reference=GRCh38\n#CHROM\tPOS\tID\tREF\tALT\n";
    let good = format!("{head}chr6\t18143724\trs1800462\tC\tG\n");
    let (imported, problems) = pharmvar_of("", &[("vcf/TPMT_2_001.vcf", &good)]);
    assert_eq!(codes(&problems), [""; 0]);
    assert_eq!(alleles(&imported)[1], "*2 defined 18143724:G");
    for (text, code) in [
        (good.replace("GRCh38", "GRCh37"), "wrong-reference"),
        (good.replace("chr6", "chr7"), "wrong-reference"),
        (good.replace("18143724", "x"), "bad-row"),
        (good.replace('\t', " "), "bad-row"),
        (good.replace("\tG\n", "\tCTT\n"), "indel-context"),
    ] {
        let (_, problems) = pharmvar_of("", &[("TPMT_2_001.vcf", &text)]);
        assert_eq!(codes(&problems)[0], code, "{text}");
        assert!(problems[0].place.starts_with("TPMT_2_001.vcf"), "{}", problems[0].place);
    }
    let (_, problems) = pharmvar_of("", &[("TPMT.vcf", &good)]);
    assert_eq!(codes(&problems), ["bad-name"]);
}

#[test]
fn what_cannot_be_taken_from_pharmvar_is_named_with_its_place() {
    for (rows, code, place) in [
        (row("*2", "18143724\t18143724\tC\tG").replace(".12", ".11"), "wrong-reference", "line 4"),
        (row("*2", "one\t18143724\tC\tG"), "bad-row", "line 4"),
        (row("*2", "18143724\t18143723\tC\tG"), "bad-row", "line 4"),
        (row("*2", "18143724\t18143725\tC\tG"), "bad-row", "line 4"),
        (row("*2", "18143724\t18143724\tC\tX"), "unknown-base", "line 4"),
        (row("*2", "18143724\t18143724\tN\tG"), "unknown-base", ""),
        (row("*2", "18143724\t18143725\tCA\tG"), "not-expressible", "line 4"),
        (row("*2", "18143724\t18143724\tA\tG"), "reference-mismatch", "18143724"),
        (row("*2", "18143724\t18143724\tC\tC"), "", ""),
        ("TPMT\n".to_owned(), "bad-row", "line 4"),
    ] {
        let (_, problems) = pharmvar_of(&rows, &[]);
        let told = problems.iter().find(|problem| problem.severity != Severity::Note);
        let Some(told) = told.filter(|_| !code.is_empty()) else { continue };
        assert_eq!(told.code, code, "{rows}");
        assert!(told.place.contains(place), "{rows}: {}", told.place);
    }
    let files = Files::from([
        ("A.haplotypes.tsv".to_owned(), b"Name\tGene\n".to_vec()),
        ("B.haplotypes.tsv".to_owned(), b"\xff".to_vec()),
        ("C.txt".to_owned(), b"\xff".to_vec()),
        (
            "D.haplotypes.tsv".to_owned(),
            format!("{HEADER}CYP9X9*2\tCYP9X9\t-\tNC_000001.11\t5\t5\tA\tC\tx\n").into_bytes(),
        ),
    ]);
    let base = base();
    let (imported, problems) = pharmvar(&files, &base, DAY);
    assert_eq!(codes(&problems), ["bad-header", "not-utf8"]);
    let done = assembled(&base, &imported);
    assert_eq!(codes(&done.problems), ["unknown-gene"]);
    assert!(Summary::new(&base.pgx, &done.pack.unwrap().pgx).is_empty());
}

#[test]
fn rows_about_alleles_that_are_gone_go_with_them_and_are_named() {
    let base = base();
    let text = pharmvar_table(base.pgx.gene("NAT2").unwrap());
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("NAT2*7\t"))
        .fold(String::new(), |all, line| all + line + "\n");
    assert_ne!(text, without);
    let files = Files::from([("NAT2.haplotypes.tsv".to_owned(), without.into_bytes())]);
    let (imported, _) = pharmvar(&files, &base, DAY);
    let done = assembled(&base, &imported);
    let orphans = done.problems.iter().filter(|problem| problem.code == "orphan");
    let places: BTreeSet<&str> = orphans.map(|problem| problem.place.as_str()).collect();
    assert!(places.contains("functions.tsv NAT2 *7"), "{places:?}");
    assert!(places.contains("priorities.tsv NAT2 *1/*7|*4/*40"), "{places:?}");
    let pack = done.pack.unwrap();
    assert_eq!(pack.pgx.gene("NAT2").unwrap().allele("*7"), None);
}
