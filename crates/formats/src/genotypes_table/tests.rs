//! Tables as they come, and what must not be believed.

use super::*;
use proptest::prelude::*;

fn named(rsid: &str, chromosome: &str, position: u64, alleles: &str) -> NamedSite {
    let (reference, alternates) = alleles.split_once('>').unwrap();
    NamedSite {
        rsid: Some(rsid.to_owned()).filter(|rsid| !rsid.is_empty()),
        site: Site {
            chromosome: chromosome.into(),
            position,
            reference: reference.into(),
            alternates: alternates.split(',').map(str::to_owned).collect(),
            span_end: position + reference.len() as u64 - 1,
        },
    }
}

/// Definitions of CPIC on GRCh38; the last two are made up, for what they look like.
fn sites() -> Vec<NamedSite> {
    vec![
        named("rs12248560", "chr10", 94_761_900, "C>T"),
        named("rs4244285", "chr10", 94_781_859, "G>A"),
        named("rs4149056", "chr12", 21_178_615, "T>C"),
        named("rs1057910", "chr10", 94_981_296, "A>C"),
        named("rs9332131", "chr10", 94_949_282, "AA>A"),
        named("", "chr10", 94_762_706, "A>G"),
        named("rs1", "chr1", 1_000, "A>T"),
        named("rs2", "chrX", 2_000, "T>C,G"),
    ]
}

const TABLE: &str = "# an array\n# rsid\tchromosome\tposition\tgenotype\n\
    rs12248560\t10\t94761900\tCT\nrs4244285\t10\t94781859\tG/G\nrs4149056\t12\t21178615\t--\n\
    rs1057910\t10\t94981296\tCA\nrs9332131\t10\t94949283\tDI\ni1\t10\t94762706\tGG\n\
    rs1\t1\t1000\tAT\nrs999\t3\t5\tAA\n";

fn settings(build: StatedBuild) -> TableSettings {
    TableSettings::new("S", build)
}

fn read(text: &str, settings: &TableSettings) -> (Option<GenotypeSet>, Vec<String>) {
    let (set, problems) = read_genotype_table(text.as_bytes(), &sites(), settings);
    assert_eq!(set.is_none(), model::problem::first_error(&problems).is_some());
    (set, problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect())
}

/// Position and alleles of each call.
fn calls(set: Option<GenotypeSet>) -> Vec<(u64, Vec<Option<u16>>)> {
    set.unwrap().calls.into_iter().map(|call| (call.position, call.alleles)).collect()
}

fn known(alleles: &[u16]) -> Vec<Option<u16>> {
    alleles.iter().copied().map(Some).collect()
}

#[test]
fn a_table_on_grch38_reads_by_rsid_or_position() {
    let (set, problems) = read(TABLE, &settings(StatedBuild::GRCh38));
    let set = set.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!(set.build_proof, "stated as GRCh38, with 5 rsIDs at their positions");
    assert_eq!(problems, ["line 9 strand-ambiguous"]);
    assert_eq!(set.calls[0].line, 3);
    assert_eq!(
        calls(Some(set)),
        [
            (94_761_900, known(&[0, 1])),
            (94_762_706, known(&[1, 1])),
            (94_781_859, known(&[0, 0])),
            (94_949_282, known(&[1, 0])),
            (94_981_296, known(&[1, 0])),
            (21_178_615, vec![None, None]),
        ]
    );
    let plus = TableSettings { plus_strand: true, ..settings(StatedBuild::GRCh38) };
    let (set, problems) = read(TABLE, &plus);
    assert_eq!(problems, [""; 0]);
    assert_eq!(calls(set)[0], (1_000, known(&[0, 1])));
}

#[test]
fn other_layouts_say_the_same() {
    let expected = read(TABLE, &settings(StatedBuild::GRCh38)).0.map(|set| calls(Some(set)));
    let body: String = TABLE.split_inclusive('\n').skip(2).collect();
    let quoted = |line: &str| format!("\"{}\"\n", line.replace('\t', "\",\""));
    let reordered = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        format!("{}\t{}\t{}\t{}\n", cells[3], cells[0], cells[2], cells[1])
    };
    let two = |line: &str| {
        let (head, genotype) = line.rsplit_once('\t').unwrap();
        let letters: Vec<String> = genotype.replace('/', "").chars().map(String::from).collect();
        format!("{head}\t{}\n", letters.join("\t").replace('-', "0"))
    };
    for text in [
        body.clone(),
        body.replace('\n', "\r\n"),
        format!(
            "\u{feff}RSID,CHROMOSOME,POSITION,RESULT\n{}",
            body.lines().map(quoted).collect::<String>()
        ),
        format!(
            "Genotype\tSNP\tPosition\tChr\n{}",
            body.lines().map(reordered).collect::<String>()
        ),
        format!(
            "rsid\tchromosome\tposition\tallele1\tallele2\n{}",
            body.lines().map(two).collect::<String>()
        ),
        body.lines().map(two).collect::<String>(),
    ] {
        let (set, problems) = read(&text, &settings(StatedBuild::GRCh38));
        assert_eq!(set.map(|set| calls(Some(set))), expected, "{text}\n{problems:?}");
    }
}

#[test]
fn positions_of_grch37_are_refused_or_replaced_when_stated() {
    let old = TABLE
        .replace("94761900", "96521657")
        .replace("94781859", "96541616")
        .replace("21178615", "21331549")
        .replace("94981296", "96741053");
    let (_, problems) = read(&old, &settings(StatedBuild::GRCh38));
    assert_eq!(problems.last().unwrap(), "line 3 wrong-build");
    let (set, _) = read(&old, &settings(StatedBuild::GRCh37));
    let set = set.unwrap();
    assert!(set.build_proof.contains("were not used"), "{}", set.build_proof);
    // Without an rsID there is no position to put the row at.
    assert_eq!(calls(Some(set)).len(), 5);
    let (_, problems) = read(TABLE, &settings(StatedBuild::GRCh37));
    assert_eq!(problems.last().unwrap(), "file wrong-build");
}

#[test]
fn a_build_that_too_few_rows_prove_is_refused() {
    for (rows, proven) in [(2, false), (3, true)] {
        let text: String = TABLE.split_inclusive('\n').take(2 + rows).collect();
        let (set, _) = read(&text, &settings(StatedBuild::GRCh38));
        assert_eq!(set.is_some(), proven, "{rows}");
    }
    for text in ["", "# nothing\n", "rs999\t1\t5\tAA\n"] {
        for build in [StatedBuild::GRCh38, StatedBuild::GRCh37] {
            assert_eq!(read(text, &settings(build)).1, ["file build-unproven"]);
        }
    }
}

#[test]
fn genotypes_that_do_not_fit_are_left_out_and_many_refuse_the_table() {
    for (genotype, problem) in [
        ("AG", "allele-does-not-fit"),
        ("C/TT", "allele-does-not-fit"),
        ("DI", "allele-does-not-fit"),
        ("CTC", "malformed-row"),
        ("C?", "malformed-row"),
        ("C/T/C", "malformed-row"),
    ] {
        let text = TABLE.replace("94761900\tCT", &format!("94761900\t{genotype}"));
        let (set, problems) = read(&text, &settings(StatedBuild::GRCh38));
        assert_eq!(problems[0], format!("line 3 {problem}"), "{genotype}");
        assert_eq!(calls(set).len(), 5);
    }
    let minus =
        TABLE.replace("\tCT\n", "\tGA\n").replace("\tG/G\n", "\tC/C\n").replace("\tCA\n", "\tGT\n");
    let (_, problems) = read(&minus, &settings(StatedBuild::GRCh38));
    assert_eq!(problems.last().unwrap(), "file wrong-strand");
}

#[test]
fn strand_and_halves_and_copies() {
    let ambiguous = |site: &NamedSite| genotype::is_strand_ambiguous(&site.site);
    let sites = sites();
    assert_eq!(sites.iter().filter(|site| ambiguous(site)).count(), 2);
    let site = &sites[0].site;
    for (genotype, expected) in [
        ("T", Reading::Alleles(known(&[1]))),
        ("tc", Reading::Alleles(known(&[1, 0]))),
        ("T-", Reading::Alleles(vec![None, None])),
        ("0/0", Reading::Alleles(vec![None, None])),
        ("NC", Reading::Alleles(vec![None, None])),
        ("", Reading::Alleles(vec![None, None])),
    ] {
        assert_eq!(genotype::read(genotype, site), expected, "{genotype}");
    }
}

#[test]
fn rows_that_disagree_cancel_out() {
    let again = |genotype: &str| format!("{TABLE}rs12248560\t10\t94761900\t{genotype}\n");
    let (set, problems) = read(&again("TC"), &settings(StatedBuild::GRCh38));
    assert_eq!((problems.len(), calls(set)[0].clone()), (1, (94_761_900, known(&[0, 1]))));
    let (set, problems) = read(&again("TT"), &settings(StatedBuild::GRCh38));
    assert_eq!(problems[1], "line 11 contradiction");
    assert_eq!(calls(set)[0], (94_761_900, vec![None, None]));
}

#[test]
fn limits_hold_at_the_limit_and_break_one_past_it() {
    let lines = TABLE.lines().count() as u64;
    let longest = TABLE.lines().map(str::len).max().unwrap();
    let with = |lines_max, line_bytes_max| TableSettings {
        lines_max,
        line_bytes_max,
        ..settings(StatedBuild::GRCh38)
    };
    assert!(read(TABLE, &with(lines, longest)).0.is_some());
    assert_eq!(read(TABLE, &with(lines - 1, longest)).1.last().unwrap(), "line 10 limit");
    assert_eq!(read(TABLE, &with(lines, longest - 1)).1.last().unwrap(), "line 2 limit");
}

proptest! {
    #[test]
    fn a_set_or_an_error_whatever_comes(
        at: prop::sample::Index,
        junk in prop_oneof!["[\t\n,/#\"-]{0,4}", "\\PC{0,8}"],
        old: bool,
    ) {
        let (head, tail) = TABLE.split_at(at.index(TABLE.len()));
        let build = if old { StatedBuild::GRCh37 } else { StatedBuild::GRCh38 };
        let cut = [format!("{head}{junk}"), format!("{junk}{tail}")];
        for text in [&format!("{head}{junk}{tail}"), &cut[0], &cut[1]] {
            read(text, &settings(build));
        }
    }
}
