use super::*;
use genomics::genome::{Alternate, Band, Call, Run, decode_calls, decode_coverage};
use genomics::range::Range;
use std::convert::Infallible;
use testkit::vcf::{GRCH37, GRCH38, vcf as file};

struct Read {
    summary: Option<GenomeSummary>,
    problems: Vec<Problem>,
    calls: Vec<Call>,
    structural: Vec<Call>,
    runs: Vec<(String, Run)>,
}

fn read(text: &str, settings: &GenomeSettings<'_>) -> Read {
    let mut blocks = Vec::new();
    let mut take = |block: GenomeBlock| -> Result<(), Infallible> {
        blocks.push(block);
        Ok(())
    };
    let (summary, problems) = read_genome(text.as_bytes(), settings, &mut take).unwrap();
    let mut read = Read { summary, problems, calls: vec![], structural: vec![], runs: vec![] };
    for block in blocks {
        let count = match block.kind {
            BlockKind::Coverage => {
                let runs = decode_coverage(&block.body).unwrap();
                assert!(runs.iter().all(|r| block.first <= r.start && r.end <= block.last));
                let runs = runs.into_iter().map(|run| (block.sequence.clone(), run));
                let before = read.runs.len();
                read.runs.extend(runs);
                read.runs.len() - before
            }
            kind => {
                let calls = decode_calls(&block.body).unwrap();
                let count = calls.len();
                for call in &calls {
                    let (start, end) = call.extent();
                    assert!(block.first <= start && end <= block.last);
                }
                let into = match kind {
                    BlockKind::Call => &mut read.calls,
                    _ => &mut read.structural,
                };
                into.extend(calls);
                count
            }
        };
        assert_eq!(count, block.count);
    }
    read
}

fn plain(rows: &[&str]) -> Read {
    read(&file(GRCH38, rows), &GenomeSettings::default())
}

/// `start:deleted>inserted`
fn short(call: &Call) -> String {
    match &call.alternate {
        Alternate::Bases { deleted, inserted, .. } => {
            format!("{}:{deleted}>{inserted}", call.start)
        }
        Alternate::Structural(held) => {
            format!("{}-{}:{}", call.start, call.end, held.alternate)
        }
    }
}

fn shorts(calls: &[Call]) -> Vec<String> {
    calls.iter().map(short).collect()
}

#[test]
fn each_alternate_allele_of_the_genotype_is_a_call() {
    let read = plain(&[
        "chr7 100 . A G,T . PASS . GT:AD:DP:GQ:PS 1|2:1,10,12:23:50:77",
        "chr7 200 . ACG A . . . GT 1/1",
        "chr7 300 . A C,<NON_REF> . . . GT:DP:GQ 0/1:9:30",
        "chr7 310 . A C,* . . . GT 1/2",
        "chr7 320 . A C . q10 . GT ./1",
        "chr7 330 . A C . . . GT 0/0",
    ]);
    assert_eq!(read.problems, []);
    assert_eq!(
        shorts(&read.calls),
        ["99:A>G", "99:A>T", "200:CG>", "299:A>C", "309:A>C", "319:A>C"]
    );
    let [first, second, deletion, _, _, filtered] = &read.calls[..] else { panic!() };
    assert_eq!((first.number, first.allele_depths), (1, Some((1, 10))));
    assert_eq!((second.number, second.allele_depths), (2, Some((1, 12))));
    assert_eq!((first.phase_set, first.quality, first.depth), (Some(77), Some(50), Some(23)));
    assert_eq!(first.genotype.alleles, [Some(1), Some(2)]);
    assert!(first.genotype.is_phased);
    assert_eq!(deletion.copies(), 2);
    // Nobody knows the repeat without the reference.
    assert!(matches!(deletion.alternate, Alternate::Bases { repeat: None, .. }));
    assert_eq!(filtered.filter.as_deref(), Some("q10"));
    let summary = read.summary.unwrap();
    assert_eq!((summary.calls, summary.structural), (6, 0));
    assert_eq!(summary.build_proof, "GRCh38 by lengths of 1 contigs");
    assert!(!summary.is_normalised);
}

#[test]
fn what_was_looked_at_is_what_the_file_says_and_no_more() {
    let run = |start, end, band| ("NC_000007.14".to_owned(), Run { start, end, band });
    // Variants only: a base without a record is not known.
    let read = plain(&["chr7 100 . A G . . . GT 0/1", "chr7 110 . A G . . . GT 0/0"]);
    assert_eq!(read.summary.unwrap().coverage, CoverageSource::Unknown);
    assert_eq!(read.runs, [run(109, 110, Band::Callable)]);
    // Blocks, joined by band; a variant is a part of what was seen.
    let read = plain(&[
        "chr7 1 . A <NON_REF> . . END=50 GT:DP:GQ 0/0:30:60",
        "chr7 51 . A <NON_REF> . . END=60 GT:DP:GQ 0/0:30:40",
        "chr7 61 . A G,<NON_REF> . . . GT:DP:GQ 0/1:30:40",
        "chr7 62 . A <NON_REF> . . END=70 GT:DP:GQ 0/0:30:19",
        "chr7 71 . A <NON_REF> . . END=80 GT:DP:GQ 0/0:0:0",
        "chr7 81 . A <NON_REF> . . END=90 GT:DP:GQ ./.:0:0",
        "chr7 91 . A <NON_REF> . q10 END=95 GT:DP:GQ 0/0:30:60",
    ]);
    assert_eq!(read.summary.unwrap().coverage, CoverageSource::Blocks);
    assert_eq!(
        read.runs,
        [
            run(0, 61, Band::Callable),
            run(61, 70, Band::Low),
            run(70, 90, Band::NoCall),
            run(90, 95, Band::Low),
        ]
    );
    assert_eq!(shorts(&read.calls), ["60:A>G"]);
    // A variant that failed, a genotype that misses an allele, a base nobody knows.
    let read = plain(&[
        "chr7 10 . AT G . LowQual . GT 0/1",
        "chr7 20 . A G . . . GT ./1",
        "chr7 30 . A <NON_REF> . . . GT 0/1",
        "chr7 40 . A <DEL> . . END=90 GT 0/0",
    ]);
    assert_eq!(
        read.runs,
        [run(9, 11, Band::Low), run(19, 20, Band::NoCall), run(29, 30, Band::NoCall)]
    );
}

#[test]
fn regions_and_statements_of_the_operator_are_what_was_looked_at() {
    let range = |start, end| Range::new("NC_000007.14", start, end);
    let regions = [range(500, 600), range(50, 200), range(150, 210)];
    let settings = GenomeSettings { regions: Some(&regions), ..GenomeSettings::default() };
    let text = file(GRCH38, &["chr7 100 . A G . LowQual . GT 0/1"]);
    let found = read(&text, &settings);
    assert_eq!(found.summary.unwrap().coverage, CoverageSource::Regions);
    let runs: Vec<Run> = found.runs.into_iter().map(|(_, run)| run).collect();
    let seen = genomics::genome::seen(&range(0, 1_000), &runs);
    assert_eq!(seen.studied, [range(50, 210), range(500, 600)]);
    assert_eq!(seen.uncallable, [range(99, 100)]);
    // Where the file's blocks say it, they know better.
    let blocks = file(GRCH38, &["chr7 1 . A <*> . . END=120 GT:GQ 0/0:50"]);
    let found = read(&blocks, &settings);
    assert_eq!(found.summary.unwrap().coverage, CoverageSource::Blocks);
    assert_eq!(found.runs.len(), 1);
    let absent_position = AbsentPosition::Reference;
    let settings = GenomeSettings { absent_position, ..GenomeSettings::default() };
    let found = read(&text, &settings);
    assert_eq!(found.summary.unwrap().coverage, CoverageSource::Stated);
    let last = found.runs.last().unwrap().1;
    assert_eq!((last.start, last.end, last.band), (0, 159_345_973, Band::Callable));
}

#[test]
fn structural_variants_keep_place_bounds_and_text() {
    let read = plain(&[
        "chr7 1000 . N <DEL> . . END=2000;SVLEN=-1000;CIPOS=-10,20;CIEND=-5,5 GT 0/1",
        "chr7 1000 . N <DUP:TANDEM>,<DEL> . . SVLEN=300,-40 GT 1/2",
        "chr7 1100 . N <INS> . . END=1100;SVLEN=320 GT 0/1",
        "chr7 1200 . G G]chr9:5000] . . SVTYPE=BND GT 0/1",
        "chr7 1300 . N <CNV> . . END=9000 GT:CN 0/1:3",
        "chr7 1400 . N <DEL> . . . GT 0/1",
    ]);
    assert_eq!(
        shorts(&read.structural),
        [
            "1000-1040:<DEL>",
            "1000-1300:<DUP:TANDEM>",
            "1000-2000:<DEL>",
            "1100-1100:<INS>",
            "1199-1200:G]chr9:5000]",
            "1300-9000:<CNV>",
            "1400-1400:<DEL>",
        ]
    );
    let held = |at: usize| match &read.structural[at].alternate {
        Alternate::Structural(held) => held.clone(),
        other @ Alternate::Bases { .. } => panic!("{other:?}"),
    };
    assert_eq!(held(2).start_bounds.zip(held(2).end_bounds), Some(((-10, 20), (-5, 5))));
    assert_eq!((held(2).length, held(5).copies), (Some(-1000), Some(3)));
    // An end that nobody gave is told.
    let [note] = &read.problems[..] else { panic!("{:?}", read.problems) };
    assert_eq!((note.code.as_str(), note.place.as_str()), ("open-end", "line 9"));
    assert_eq!(read.runs, []);
}

#[test]
fn the_build_is_proven_or_the_file_refused() {
    let row = "7 100 . A G . . . GT 0/1";
    let found = read(&file(GRCH37, &[row]), &GenomeSettings::default());
    let summary = found.summary.unwrap();
    assert_eq!(
        (summary.build, summary.sequences),
        (GenomeBuild::GRCh37, vec!["NC_000007.13".into()])
    );
    let accession = "NC_000007.13 100 . A G . . . GT 0/1";
    let found = read(&file("", &[accession]), &GenomeSettings::default());
    assert_eq!(found.summary.unwrap().build, GenomeBuild::GRCh37);
    let proven = Some((GenomeBuild::GRCh38, "GRCh38 by REF".to_owned()));
    let settings = GenomeSettings { proven, ..GenomeSettings::default() };
    assert_eq!(read(&file("", &[row]), &settings).summary.unwrap().build, GenomeBuild::GRCh38);
    let code = |text: &str| {
        let found = read(text, &GenomeSettings::default());
        assert!(found.summary.is_none());
        model::problem::first_error(&found.problems).unwrap().code.clone()
    };
    let mixed = format!("{GRCH38}##contig=<ID=chr1,length=249250621>\n");
    let neither = "##contig=<ID=chr7,length=158821424>\n";
    for (text, expected) in [
        (file("", &[row]), "build-unproven"),
        (file(&mixed, &[row]), "wrong-build"),
        (file(neither, &[row]), "wrong-build"),
        (file(GRCH38, &[accession]), "wrong-build"),
        (file("", &[accession, "NC_000008.11 1 . A G . . . GT 0/1"]), "wrong-build"),
        (file(GRCH38, &["chr7_random 1 . A G . . . GT 0/1"]), ""),
    ] {
        if expected.is_empty() {
            // Nothing of it is on a chromosome.
            let found = read(&text, &GenomeSettings::default());
            assert_eq!(found.summary.unwrap().calls, 0);
            assert_eq!(found.problems[0].code, "other-sequences");
        } else {
            assert_eq!(code(&text), expected, "{text}");
        }
    }
}

#[test]
fn the_other_mitochondrion_is_left_out() {
    let contigs = format!("{GRCH37}##contig=<ID=chrM,length=16571>\n");
    let rows = ["chrM 100 . A G . . . GT 0/1", "7 100 . A G . . . GT 0/1"];
    let found = read(&file(&contigs, &rows), &GenomeSettings::default());
    assert_eq!(found.problems[0].code, "other-mitochondrion");
    assert_eq!(found.summary.unwrap().sequences, ["NC_000007.13"]);
    let contigs = contigs.replace("16571", "16569");
    let found = read(&file(&contigs, &rows), &GenomeSettings::default());
    assert_eq!(found.summary.unwrap().sequences, ["NC_000007.13", MITOCHONDRION]);
}

#[test]
fn what_is_out_of_order_or_malformed_is_refused_by_its_line() {
    let good = "chr7 100 . A G . . . GT 0/1";
    for (rows, code) in [
        (vec![good, "chr7 99 . A G . . . GT 0/1"], "not-sorted"),
        (vec![good, "chr7_r 1 . A G . . . GT 0/1", good], "not-sorted"),
        (vec![good, "chr7 159345974 . A G . . . GT 0/1"], "malformed-record"),
        (vec![good, "chr7 101 . A G . . . GT 0/2"], "malformed-record"),
        (vec![good, "chr7 101 . A G . . . GT 0/1 0/1"], "malformed-record"),
        (vec![good, "chr7 101 . A G . ."], "malformed-record"),
        (vec![good, "chr7 x . A G . . . GT 0/1"], "malformed-record"),
    ] {
        let found = plain(&rows);
        assert!(found.summary.is_none());
        let error = model::problem::first_error(&found.problems).unwrap();
        let line = format!("line {}", rows.len() + 3);
        assert_eq!((error.code.as_str(), &error.place), (code, &line), "{rows:?}");
    }
    // The same position again is in order.
    assert_eq!(plain(&[good, good]).calls.len(), 2);
}

/// A chromosome of `ACGT` with a repeat of `CA` at 1000.
#[derive(Debug)]
struct Made;

impl Reference for Made {
    fn bases(&self, range: &Range) -> Option<String> {
        if range.sequence != "NC_000007.14" {
            return None;
        }
        let base = |at: u64| match at {
            1_000..1_010 => b"CA"[usize::try_from(at % 2).unwrap()],
            _ => b"ACGT"[usize::try_from(at % 4).unwrap()],
        };
        Some((range.start..range.end).map(|at| char::from(base(at))).collect())
    }
}

#[test]
fn the_reference_checks_ref_and_shifts_to_the_left() {
    let settings = GenomeSettings { reference: Some(&Made), ..GenomeSettings::default() };
    // Written at the right end of the repeat.
    let text = file(GRCH38, &["chr7 1007 . CAC C . . . GT 0/1"]);
    let found = read(&text, &settings);
    assert_eq!(found.problems, []);
    assert_eq!(shorts(&found.calls), ["1000:CA>"]);
    let allele = found.calls[0].allele("NC_000007.14").unwrap();
    assert_eq!(allele.spdi().unwrap().to_string(), "NC_000007.14:1000:CACACACACA:CACACACA");
    assert!(found.summary.unwrap().is_normalised);
    // A base that the reference has not; `N` is no base to compare.
    let text = file(GRCH38, &["chr7 5 . N T . . . GT 0/1", "chr7 6 . G T . . . GT 0/1"]);
    let found = read(&text, &settings);
    assert!(found.summary.is_none());
    let error = model::problem::first_error(&found.problems).unwrap();
    assert_eq!((error.code.as_str(), error.place.as_str()), ("reference-mismatch", "line 5"));
    // A reference of the other build says nothing.
    let found = read(&file(GRCH37, &["7 6 . G T . . . GT 0/1"]), &settings);
    assert!(!found.summary.unwrap().is_normalised);
}

#[test]
fn many_calls_are_many_blocks() {
    let rows: Vec<String> = (1..=5_000).map(|at| format!("chr7 {at} . A G . . . GT 0/1")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let text = file(GRCH38, &rows);
    let mut sizes = Vec::new();
    let mut take = |block: GenomeBlock| -> Result<(), &'static str> {
        sizes.push((block.count, block.first, block.last));
        if sizes.len() > 3 { Err("full") } else { Ok(()) }
    };
    let settings = GenomeSettings::default();
    read_genome(text.as_bytes(), &settings, &mut take).unwrap();
    assert_eq!(sizes, [(2_048, 0, 2_048), (2_048, 2_048, 4_096), (904, 4_096, 5_000)]);
    // Who takes the blocks may stop it.
    let mut take = |_: GenomeBlock| Err("full");
    assert_eq!(read_genome(text.as_bytes(), &settings, &mut take).unwrap_err(), "full");
}
