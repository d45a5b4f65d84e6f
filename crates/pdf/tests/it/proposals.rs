//! What is proposed of a report, and what never is.

use pdf::{Class, FieldName, ProposalKind, Reading};
use testkit::pdf::{Text, document, report};

const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");

fn read(texts: &[Text<'_>]) -> Reading {
    pdf::read(&report(PERSON, texts), &super::genes()).unwrap()
}

/// Gene and what was found, of every proposal.
fn found(reading: &Reading) -> Vec<String> {
    use FieldName::{Change, Coding, Diplotype, Gene, Measure, Partner, Protein};
    let names = [Gene, Partner, Coding, Protein, Change, Diplotype, Measure];
    let one = |proposal: &pdf::Proposal| {
        let values = names.iter().filter_map(|name| proposal.value(*name));
        values.collect::<Vec<_>>().join(" ")
    };
    reading.proposals.iter().map(one).collect()
}

/// Lines below one another, under a heading.
fn under<'t>(heading: &'t str, lines: &[&'t str]) -> Vec<Text<'t>> {
    let mut top = 100.0;
    let mut texts = vec![(40.0, top, heading)];
    for line in lines {
        top += 40.0;
        texts.push((40.0, top, *line));
    }
    texts
}

#[test]
fn findings_in_lines_are_proposed_with_their_place() {
    let reading = read(&under(
        "Genomic Alterations Identified",
        &[
            "BRAF p.Val600Glu",
            "EGFR NM_005228.5:c.2573T>G (p.Leu858Arg) Tier I 42.5%",
            "EML4-ALK fusion",
            "ERBB2 amplification - equivocal",
            "TP53 c.524G>A p.R175H Likely pathogenic",
            "TMB: 12.5 mut/Mb (High)",
            "Microsatellite status: MSS",
        ],
    ));
    assert_eq!(reading.class, Class::Report);
    assert_eq!(
        found(&reading),
        [
            "BRAF p.Val600Glu",
            "EGFR c.2573T>G p.Leu858Arg",
            "EML4 ALK fusion",
            "ERBB2 amplification",
            "TP53 c.524G>A p.R175H",
            "tmb",
            "msi",
        ]
    );
    let egfr = &reading.proposals[1];
    assert_eq!(egfr.value(FieldName::Significance), Some("Tier I"));
    assert_eq!(egfr.value(FieldName::AlleleFraction), Some("0.425"));
    assert_eq!(egfr.value(FieldName::Transcript), Some("NM_005228.5"));
    let gene = egfr.field(FieldName::Gene).unwrap();
    assert_eq!(gene.page, 1);
    assert!(gene.area.left >= 39.0 && gene.area.top > 160.0 && gene.area.bottom < 190.0);
    assert_eq!(reading.proposals[3].value(FieldName::Equivocal), Some("yes"));
}

#[test]
fn what_is_not_stated_as_found_is_never_proposed() {
    for heading in [
        "Methods",
        "Genes tested",
        "Limitations",
        "References",
        "Pertinent Negatives",
        "Interpretation",
        "Clinical Trials",
    ] {
        let mut texts = under("Results", &["KRAS G12D"]);
        texts.push((40.0, 300.0, heading));
        texts.push((40.0, 320.0, "BRAF p.Val600Glu"));
        texts.push((40.0, 340.0, "EGFR amplification"));
        assert_eq!(found(&read(&texts)), ["KRAS p.G12D"], "{heading}");
    }
    let reading = read(&under(
        "Results",
        &[
            "BRAF p.Val600Glu was NOT detected",
            "EGFR L858R: not detected",
            "No pathogenic variants in TP53",
            "KRAS wild type",
            "BRAF V600E confers sensitivity to vemurafenib",
            "The assay can see BRAF V600E",
            "EGFR T790M is a known cause of resistance",
            "EGFR amplification correlates with overexpression",
            "Tested: BRAF V600E",
            "MSI-High tumors respond to pembrolizumab",
        ],
    ));
    assert_eq!(reading.class, Class::Report);
    assert_eq!(found(&reading), [""; 0]);
}

#[test]
fn tables_are_read_by_their_headings_with_rows_of_several_lines() {
    let reading = read(&[
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "Gene"),
        (120.0, 120.0, "cDNA change"),
        (250.0, 120.0, "Protein change"),
        (360.0, 120.0, "Classification"),
        (480.0, 120.0, "VAF"),
        (40.0, 140.0, "TP53"),
        (120.0, 140.0, "c.524G>A"),
        (250.0, 140.0, "p.Arg175His"),
        (360.0, 140.0, "Pathogenic"),
        (480.0, 140.0, "31%"),
        (40.0, 160.0, "EGFR"),
        (120.0, 160.0, "c.2235_2249del"),
        (250.0, 160.0, "p.Glu746_"),
        (360.0, 160.0, "Tier I"),
        (480.0, 160.0, "0.12"),
        (250.0, 172.0, "Ala750del"),
        (40.0, 192.0, "KRAS"),
        (120.0, 192.0, "c.35G to A"),
        (250.0, 192.0, "p.Gly12Asp"),
        (360.0, 192.0, "Class 5, see text"),
        (480.0, 192.0, "31"),
        (40.0, 212.0, "NRAS"),
        (120.0, 212.0, "not detected"),
    ]);
    assert_eq!(
        found(&reading),
        ["TP53 c.524G>A p.Arg175His", "EGFR c.2235_2249del p.Glu746_Ala750del", "KRAS p.Gly12Asp"]
    );
    let value = |at: usize, name| reading.proposals[at].value(name);
    assert_eq!(value(0, FieldName::AlleleFraction), Some("0.31"));
    assert_eq!(value(1, FieldName::AlleleFraction), Some("0.12"));
    // Left blank, with what is written: no notation, no known word, and perhaps percent.
    for name in [FieldName::Coding, FieldName::Significance, FieldName::AlleleFraction] {
        let field = reading.proposals[2].field(name).unwrap();
        assert_eq!(field.value, None, "{}", field.written);
        assert!(!field.written.is_empty());
    }
}

#[test]
fn genotypes_come_out_of_tables_and_of_rows() {
    let table = [
        (40.0, 100.0, "Pharmacogenomic Results"),
        (40.0, 120.0, "Gene"),
        (140.0, 120.0, "Genotype"),
        (260.0, 120.0, "Phenotype"),
        (40.0, 140.0, "CYP2C19"),
        (140.0, 140.0, "*2/*2"),
        (260.0, 140.0, "Poor Metabolizer"),
        (40.0, 160.0, "CYP2D6"),
        (140.0, 160.0, "*1/*4"),
        (260.0, 160.0, "Intermediate"),
        (260.0, 172.0, "Metabolizer"),
        (40.0, 192.0, "VKORC1"),
        (140.0, 192.0, "-1639 A/A"),
        (260.0, 192.0, "High sensitivity"),
    ];
    let rows = [
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "CYP2C19"),
        (140.0, 140.0, "*2/*2"),
        (260.0, 140.0, "Poor Metabolizer"),
    ];
    let reading = read(&table);
    assert_eq!(found(&reading), ["CYP2C19 *2/*2", "CYP2D6 *1/*4", "VKORC1"]);
    assert!(reading.proposals.iter().all(|one| one.kind == ProposalKind::Genotype));
    let phenotype = |at: usize| reading.proposals[at].value(FieldName::Phenotype);
    assert_eq!(phenotype(0), Some("Poor Metabolizer"));
    assert_eq!(phenotype(1), Some("Intermediate Metabolizer"));
    assert_eq!(phenotype(2), None);
    assert_eq!(found(&read(&rows)), ["CYP2C19 *2/*2"]);
}

#[test]
fn a_name_of_several_genes_stays_blank() {
    let reading = read(&under("Results", &["MLL2 p.Arg2099Ter"]));
    let gene = reading.proposals[0].field(FieldName::Gene).unwrap();
    assert_eq!((gene.value.as_deref(), gene.written.as_str()), (None, "MLL2"));
}

#[test]
fn missing_pages_and_pages_of_nobody_are_told() {
    let page = |foot: &'static str, name: &'static str| -> Vec<Text<'static>> {
        vec![
            (40.0, 40.0, name),
            (40.0, 54.0, "Date of Birth: 1970-03-04"),
            (40.0, 68.0, "Specimen Type: Block"),
            (300.0, 68.0, "Report Date: 2026-01-12"),
            (40.0, 100.0, "Results"),
            (40.0, 120.0, "BRAF p.Val600Glu"),
            (40.0, 760.0, foot),
        ]
    };
    let codes = |pages: &[Vec<Text<'_>>]| -> Vec<String> {
        let reading = pdf::read(&document(pages), &super::genes()).unwrap();
        reading.problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect()
    };
    let name = "Patient Name: Ana Example";
    let whole = [page("Page 1 of 2", name), page("Page 2 of 2", name)];
    assert_eq!(codes(&whole), [""; 0]);
    let cut = [page("Page 1 of 3", name), page("Page 3 of 3", name)];
    assert_eq!(codes(&cut), ["page 1 page-count", "page 2 page-count"]);
    let nobody = vec![(40.0, 120.0, "EGFR amplification"), (40.0, 760.0, "Page 2 of 2")];
    let mixed = [page("Page 1 of 2", name), nobody];
    assert_eq!(codes(&mixed), ["page 2 page-without-patient"]);
    let scan = [page("Page 1 of 2", name), Vec::new()];
    let noticed = codes(&scan);
    assert!(noticed.contains(&"page 2 no-text".to_owned()), "{noticed:?}");
}

#[test]
fn what_is_said_twice_and_differently_is_told() {
    let reading =
        read(&under("Results", &["BRAF p.Val600Glu Pathogenic", "BRAF p.Val600Glu Benign"]));
    assert_eq!(reading.proposals.len(), 1);
    assert!(reading.problems.iter().any(|problem| problem.code == "stated-differently"));
}

#[test]
fn a_page_is_a_picture_without_its_words() {
    let bytes = report(PERSON, &[(40.0, 100.0, "<script>alert(1)</script>")]);
    let picture = pdf::picture(&bytes, 1).unwrap();
    assert!(picture.starts_with("<svg") && !picture.contains("script"));
    assert!(pdf::picture(&bytes, 0).is_err() && pdf::picture(&bytes, 2).is_err());
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_cell_of_a_row_is_no_heading() {
    // Each row is followed by a finding that must not be lost.
    for (first, second, is_found) in [
        ("KRAS G12C", "Not detected", false),
        ("BRCA2 p.Lys3326Ter", "VUS", true),
        ("MET amplification", "Pathogenic", true),
    ] {
        let reading = read(&[
            (40.0, 100.0, "Results"),
            (40.0, 140.0, first),
            (300.0, 140.0, second),
            (40.0, 180.0, "BRAF p.Val600Glu"),
        ]);
        let found = found(&reading);
        assert_eq!(found.len(), 1 + usize::from(is_found), "{first}: {found:?}");
        assert_eq!(found.last().unwrap(), "BRAF p.Val600Glu");
        let last = reading.proposals.last().unwrap();
        assert_eq!(last.value(FieldName::Significance), None, "{first} is no heading");
    }
    let reading = read(&[
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "EGFR p.Leu858Arg"),
        (40.0, 180.0, "Methods"),
        (40.0, 220.0, "Controls seen in the run"),
        (300.0, 220.0, "Pathogenic"),
        (40.0, 260.0, "BRCA1 p.Cys61Gly"),
        (300.0, 260.0, "Pathogenic"),
        (40.0, 300.0, "BRAF p.Val600Glu"),
    ]);
    assert_eq!(found(&reading), ["EGFR p.Leu858Arg"]);
}

#[test]
fn what_the_line_below_denies_is_not_proposed() {
    for denial in ["Not detected", "Result: not detected", "Not tested", "was not identified"] {
        let reading = read(&[
            (40.0, 100.0, "Results"),
            (40.0, 140.0, "BRAF V600E"),
            (40.0, 154.0, denial),
            (40.0, 190.0, "KRAS G12D"),
        ]);
        assert_eq!(found(&reading), ["KRAS p.G12D"], "{denial}");
        assert!(codes(&reading).contains(&"denied-below"), "{denial}");
    }
    // It may be the heading of what follows, too: then neither is proposed, and that is told.
    let reading = read(&[
        (40.0, 100.0, "Results"),
        (40.0, 140.0, "BRAF V600E"),
        (40.0, 154.0, "Not detected"),
        (40.0, 168.0, "KRAS G12D"),
    ]);
    assert_eq!(found(&reading), [""; 0]);
    assert!(codes(&reading).contains(&"denied-below"));
    // What is denied of another gene, or farther below, says nothing of this one.
    for (below, text) in [(154.0, "EGFR L858R not detected"), (200.0, "Not detected")] {
        let reading =
            read(&[(40.0, 100.0, "Results"), (40.0, 140.0, "BRAF V600E"), (40.0, below, text)]);
        assert_eq!(found(&reading), ["BRAF p.V600E"], "{text}");
    }
    // The last row of a table, whose answer stands in the column of the gene.
    let reading = read(&[
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "Gene"),
        (140.0, 120.0, "Protein change"),
        (40.0, 140.0, "BRAF"),
        (140.0, 140.0, "p.Val600Glu"),
        (40.0, 152.0, "Not detected"),
    ]);
    assert_eq!(found(&reading), [""; 0]);
}

#[test]
fn what_was_not_tested_is_counted_apart_from_what_is_not_there() {
    let lines = ["BRAF V600E not detected", "EGFR L858R not tested", "KRAS G12C: failed"];
    let reading = read(&under("Results", &lines));
    assert_eq!(found(&reading), [""; 0]);
    let notes: Vec<(&str, &str)> = reading
        .problems
        .iter()
        .map(|one| (one.code.as_str(), one.text.split(' ').next().unwrap_or_default()))
        .collect();
    assert_eq!(notes, [("negated", "1"), ("untested-lines", "2")]);
}

#[test]
fn a_deletion_within_a_gene_is_no_loss_of_copies() {
    let lines = ["EGFR exon 19 deletion", "TP53 frameshift deletion", "CDKN2A deletion"];
    assert_eq!(found(&read(&under("Results", &lines))), ["CDKN2A loss"]);
    // In a table it is kept as written, for a person to say which change it is.
    let reading = read(&[
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "Gene"),
        (140.0, 120.0, "Alteration"),
        (40.0, 140.0, "EGFR"),
        (140.0, 140.0, "exon 19 deletion"),
    ]);
    let proposal = &reading.proposals[0];
    let change = proposal.field(FieldName::Change).unwrap();
    assert_eq!((proposal.kind, change.value.as_deref()), (ProposalKind::Variant, None));
    assert_eq!(change.written, "exon 19 deletion");
}

#[test]
fn a_column_of_percent_is_read_as_percent() {
    for (heading, written, value) in [
        ("VAF (%)", "0.8", Some("0.008")),
        ("VAF %", "31", Some("0.31")),
        ("VAF (%)", "31%", Some("0.31")),
        ("VAF (%)", "310", None),
        ("VAF", "0.8", Some("0.8")),
        ("VAF", "31", None),
    ] {
        let reading = read(&[
            (40.0, 100.0, "Results"),
            (40.0, 120.0, "Gene"),
            (140.0, 120.0, "Protein change"),
            (300.0, 120.0, heading),
            (40.0, 140.0, "TP53"),
            (140.0, 140.0, "p.Arg175His"),
            (300.0, 140.0, written),
        ]);
        let value_read = reading.proposals[0].value(FieldName::AlleleFraction);
        assert_eq!(value_read, value, "{heading}: {written}");
    }
}

#[test]
fn what_is_long_is_kept_in_part() {
    let long = "copies of a change that nobody can write down in a cell ".repeat(2);
    let mut texts = vec![
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "Gene"),
        (140.0, 120.0, "Alteration"),
        (40.0, 140.0, "EGFR"),
    ];
    for top in [140.0, 150.0, 160.0, 170.0] {
        texts.push((140.0, top, long.trim_end()));
    }
    let reading = read(&texts);
    let field = reading.proposals[0].field(FieldName::Change).unwrap();
    assert_eq!((field.value.as_deref(), field.written.len()), (None, 300));
    assert!(field.written.starts_with(long.get(..100).unwrap()), "{}", field.written);
}
