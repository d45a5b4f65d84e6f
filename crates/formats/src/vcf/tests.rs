//! Files as laboratories send them, and worse.

use super::*;
use model::Severity;
use model::genotype::{Evidence, GenotypeCall};
use proptest::prelude::*;
use std::io::Write;

const GRCH38: &str = "##contig=<ID=chr1,length=248956422>\n";
const GRCH37: &str = "##contig=<ID=1,length=249250621>\n";

fn site(chromosome: &str, position: u64, reference: &str, alternate: &str) -> Site {
    Site {
        chromosome: chromosome.into(),
        position,
        reference: reference.into(),
        alternates: vec![alternate.into()],
        span_end: position + reference.len() as u64 - 1,
    }
}

/// CYP2C19 rs12248560 and rs4244285, SLCO1B1 rs4149056, and the TPMT insertion rs759836180
/// (definitions of CPIC on GRCh38).
fn sites() -> Vec<Site> {
    vec![
        site("chr10", 94_761_900, "C", "T"),
        site("chr10", 94_781_859, "G", "A"),
        site("chr12", 21_178_615, "T", "C"),
        site("chr6", 18_149_032, "C", "CT"),
    ]
}

fn file(meta: &str, samples: &[&str], records: &[&str]) -> String {
    let mut text = format!("##fileformat=VCFv4.2\n{meta}");
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    if !samples.is_empty() {
        text.push_str("\tFORMAT");
    }
    for sample in samples {
        text.push('\t');
        text.push_str(sample);
    }
    text.push('\n');
    for record in records {
        text.push_str(&record.replace(' ', "\t"));
        text.push('\n');
    }
    text
}

fn read_with(text: &str, settings: &ReadSettings) -> (Option<GenotypeSet>, Vec<Problem>) {
    read_genotypes(text.as_bytes(), &sites(), settings)
}

fn read_text(text: &str) -> (Option<GenotypeSet>, Vec<Problem>) {
    read_with(text, &ReadSettings::default())
}

/// The one call of a file with one record.
fn one(record: &str) -> GenotypeCall {
    let (set, problems) = read_text(&file(GRCH38, &["S"], &[record]));
    let set = set.unwrap_or_else(|| panic!("{record}: {problems:?}"));
    assert_eq!(set.calls.len(), 1, "{record}");
    set.calls.into_iter().next().unwrap()
}

/// Code and place of the error that forbids the file.
fn refused(text: &str) -> (String, String) {
    refused_with(text, &ReadSettings::default())
}

fn refused_with(text: &str, settings: &ReadSettings) -> (String, String) {
    let (set, problems) = read_with(text, settings);
    assert!(set.is_none(), "{text}");
    let error = model::problem::first_error(&problems).unwrap_or_else(|| panic!("{text}"));
    (error.code.clone(), error.place.clone())
}

#[test]
fn a_record_is_read_as_written() {
    let call = one("10 94781859 rs4244285 g a,t 50 PASS . GT:GQ:DP:PS 1|0:99:31:94781859");
    assert_eq!(
        call,
        GenotypeCall {
            chromosome: "chr10".into(),
            position: 94_781_859,
            reference: "G".into(),
            alternates: vec!["A".into(), "T".into()],
            alleles: vec![Some(1), Some(0)],
            phased: true,
            phase_set: Some(94_781_859),
            evidence: Evidence::Called,
            genotype_quality: Some(99),
            depth: Some(31),
            line: 4,
        }
    );
}

#[test]
fn genotypes_of_every_shape() {
    for (genotype, alleles, phased) in [
        ("0/1", vec![Some(0), Some(1)], false),
        ("1|0", vec![Some(1), Some(0)], true),
        ("|0|1", vec![Some(0), Some(1)], true),
        ("/0|1", vec![Some(0), Some(1)], false),
        ("./.", vec![None, None], false),
        ("0/.", vec![Some(0), None], false),
        ("./1", vec![None, Some(1)], false),
        ("1", vec![Some(1)], false),
        (".", vec![None], false),
        ("0/0/1", vec![Some(0), Some(0), Some(1)], false),
        ("0|0/1", vec![Some(0), Some(0), Some(1)], false),
    ] {
        let call = one(&format!("chr10 94781859 . G A . . . GT {genotype}"));
        assert_eq!((call.alleles, call.phased), (alleles, phased), "{genotype}");
    }
}

#[test]
fn a_record_without_genotype_or_reads_is_no_call() {
    assert_eq!(one("chr10 94781859 . G A . . . GQ 12").alleles, [None]);
    for (record, known) in [
        ("chr10 94781859 . G A . . . GT:DP 0/0:0", false),
        ("chr10 94781859 . G A . . . GT:DP 0/0:1", true),
        ("chr10 94781859 . G A . . . GT:GQ 0/0:0", false),
        ("chr10 94781859 . G A . . . GT:GQ 0/0:1", true),
        ("chr10 94781859 . G . . . . GT:RGQ 0/0:19", false),
        ("chr10 94781859 . G . . . . GT:RGQ 0/0:20", true),
        ("chr10 94781000 . A <*> . . END=94782000 GT:GQ:MIN_DP 0/0:19:9", false),
        ("chr10 94781000 . A <*> . . END=94782000 GT:GQ:MIN_DP 0/0:20:9", true),
        ("chr10 94781000 . A <*> . . END=94782000 GT:DP:MIN_DP 0/0:9:0", false),
        ("chr10 94781859 . G A . . . GT:DP 0/1:0", true),
    ] {
        let alleles = one(record).alleles;
        assert_eq!(alleles.iter().all(Option::is_some), known, "{record}");
    }
}

#[test]
fn blocks_reach_to_their_end() {
    for (record, end) in [
        ("chr10 94781000 . A <NON_REF> . . END=94782000 GT:DP 0/0:30", 94_782_000),
        ("chr10 94781859 . G <*> . . END=94781859 GT 0/0", 94_781_859),
        ("chr10 94781859 . G <NON_REF> . . . GT 0/0", 94_781_859),
        ("chr10 94781000 . A . . . END=94782000 GT 0/0", 94_782_000),
        ("chr10 94781000 . A <*> . . . GT:LEN 0/0:1001", 94_782_000),
        // Not callable through there.
        ("chr10 94781000 . A <NON_REF> . . END=94782000 GT ./.", 94_782_000),
    ] {
        assert_eq!(one(record).evidence, Evidence::ReferenceBlock { end }, "{record}");
    }
    for record in [
        "chr10 94781859 . G A,<NON_REF> . . . GT 0/1",
        "chr10 94781859 . G A,<NON_REF> . . . GT 0/0",
        "chr10 94781859 . G . . . . GT 0/0",
    ] {
        assert_eq!(one(record).evidence, Evidence::Called, "{record}");
    }
    let deletion = one("chr10 94781000 . A <DEL> . . END=94782000;SVTYPE=DEL GT 0/1");
    assert_eq!(deletion.evidence, Evidence::Structural { end: 94_782_000 });
}

#[test]
fn filters_set_a_record_aside() {
    let filtered = |filter: &str| Evidence::Filtered { filter: filter.into(), end: None };
    let block = Evidence::Filtered { filter: "lowq".into(), end: Some(94_782_000) };
    for (record, evidence) in [
        ("chr10 94781859 . G A . PASS . GT 0/1", Evidence::Called),
        ("chr10 94781859 . G A . . . GT 0/1", Evidence::Called),
        ("chr10 94781859 . G A . q10;s50 . GT 0/1", filtered("q10;s50")),
        ("chr10 94781859 . G A . PASS . GT:FT 0/1:LowGQ", filtered("LowGQ")),
        ("chr10 94781000 . A <*> . lowq END=94782000 GT 0/0", block),
    ] {
        assert_eq!(one(record).evidence, evidence, "{record}");
    }
    let settings = ReadSettings { honour_filter: false, ..ReadSettings::default() };
    let text = file(GRCH38, &["S"], &["chr10 94781859 . G A . q10 . GT 0/1"]);
    let (set, _) = read_with(&text, &settings);
    assert_eq!(set.unwrap().calls[0].evidence, Evidence::Called);
}

#[test]
fn only_what_overlaps_a_site_is_kept_in_order() {
    let records = [
        "chr12 21178615 . T C . . . GT 0/1",
        "chr10 94781858 . A T . . . GT 0/1",
        "chr10 94781857 . CAG C . . . GT 0/1",
        "chr10 94781860 . A T . . . GT 0/1",
        "chrUn_KI270302v1 5 . A T . . . GT 0/1",
        "chr10 94761900 . C T . . . GT 1/1",
    ];
    let (set, problems) = read_text(&file(GRCH38, &["S"], &records));
    let positions: Vec<u64> = set.unwrap().calls.iter().map(|call| call.position).collect();
    assert_eq!(positions, [94_761_900, 94_781_857, 21_178_615]);
    assert_eq!(problems, []);
}

#[test]
fn samples_are_chosen_by_name() {
    let text = file(GRCH38, &["A", "B"], &["chr10 94781859 . G A . . . GT 0/0 1/1"]);
    let choose = |name: &str| ReadSettings { sample: Some(name.into()), ..Default::default() };
    let (set, _) = read_with(&text, &choose("B"));
    assert_eq!(set.unwrap().calls[0].alleles, [Some(1), Some(1)]);
    let (_, problems) = read_with(&text, &choose("C"));
    assert_eq!(problems[0].code, "unknown-sample");
    assert!(problems[0].text.contains("`A`, `B`"), "{}", problems[0].text);
    assert_eq!(refused(&text).0, "sample-not-chosen");
    assert_eq!(refused(&file(GRCH38, &[], &[])).0, "no-samples");
}

#[test]
fn the_build_is_proven_or_the_file_refused() {
    let good = "chr10 94781859 . G A . . . GT 0/1";
    let bases = [
        "chr10 94781859 . G . . . . GT 0/0",
        "chr12 21178615 . T . . . . GT 0/0",
        "chr10 94761900 . C . . . . GT 0/0",
    ];
    let by_name = "NC_000010.11 94781859 . G . . . . GT 0/0";
    for (meta, records, proof) in [
        (GRCH38, &[][..], "GRCh38 by lengths of 1 contigs"),
        ("", &[good][..], "GRCh38 by REF at 1 known positions"),
        ("", &bases[..], "GRCh38 by REF at 3 known positions"),
        ("", &[by_name][..], "GRCh38 by accessions of chromosomes and REF at 1 known positions"),
    ] {
        let (set, problems) = read_text(&file(meta, &["S"], records));
        assert_eq!(set.map(|set| set.build_proof).as_deref(), Some(proof), "{problems:?}");
    }
    let odd = "##contig=<ID=chr10,length=133758708>\n";
    for (meta, records, code, at) in [
        (GRCH37, &[good][..], "wrong-build", "line 2"),
        (odd, &[good][..], "wrong-build", "line 2"),
        (GRCH38, &["NC_000010.10 5 . G A . . . GT 0/1"][..], "wrong-build", "line 4"),
        ("", &[][..], "build-unproven", "file"),
        ("", &bases[..2], "build-unproven", "file"),
        ("", &["chr10 94781000 . A <*> . . END=94782000 GT 0/0"][..], "build-unproven", "file"),
        (GRCH38, &[good, "chr12 21178615 . A C . . . GT 0/1"][..], "reference-mismatch", "line 5"),
        ("", &["chr12 21178614 . AA C . . . GT 0/1"][..], "reference-mismatch", "line 3"),
    ] {
        let text = file(meta, &["S"], records);
        assert_eq!(refused(&text), (code.to_owned(), at.to_owned()), "{text}");
    }
}

#[test]
fn a_mismatch_names_the_site_and_a_claim_is_only_a_claim() {
    let text = file(GRCH38, &["S"], &["chr12 21178615 . A C . . . GT 0/1"]);
    let (_, problems) = read_text(&text);
    assert!(problems[0].text.contains("chr12:21178615"), "{}", problems[0].text);
    let text = file(&format!("##reference=hg19.fa\n{GRCH38}"), &["S"], &[]);
    let (set, problems) = read_text(&text);
    assert!(set.is_some());
    assert_eq!((problems[0].code.as_str(), problems[0].place.as_str()), ("build-claim", "line 2"));
}

#[test]
fn malformed_input_is_an_error_with_its_line() {
    let good = "chr10 94781859 . G A . . . GT 0/1";
    for (record, code) in [
        ("chr10 94781859 . G", "malformed-record"),
        ("chr10 x . G A . . . GT 0/1", "malformed-record"),
        ("chr10 0 . G A . . . GT 0/1", "malformed-record"),
        ("chr10 99999999999999999999 . G A . . . GT 0/1", "malformed-record"),
        ("chr10 94781859 . G A . . END=5 GT 0/1", "malformed-record"),
        ("chr10 94781859 . G A . . END=x GT 0/1", "malformed-record"),
        ("chr10 94781859 . G A . . . GT 0/2", "malformed-record"),
        ("chr10 94781859 . G <*> . . . GT:LEN 0/0:x", "malformed-record"),
        ("chr10 94781859 . G A . . . GT 0/x", "malformed-record"),
        ("chr10 94781859 . G A . . . GT 0/1 0/1", "malformed-record"),
        ("chr10 94781859 . G A . . . GT", "malformed-record"),
        ("chr10 94781859 . G A . . .", "malformed-record"),
        ("chr10 94781859 . G A,, . . . GT 0/1", "malformed-record"),
        ("chr10 94781859 . - A . . . GT 0/1", "malformed-record"),
    ] {
        let text = file(GRCH38, &["S"], &[good, record]);
        assert_eq!(refused(&text), (code.to_owned(), "line 5".to_owned()), "{record}");
    }
    for (text, line) in [
        ("", "line 1"),
        ("chr10\t1\t.\tG\tA\t.\t.\t.\n", "line 1"),
        ("##contig=<ID=chr1>\n", "line 1"),
        ("##fileformat=VCFv4.2\n", "line 2"),
        ("##fileformat=VCFv4.2\n#CHROM\tPOS\n", "line 2"),
        ("##fileformat=VCFv4.2\n##x=y\nchr10\t1\t.\tG\tA\t.\t.\t.\n", "line 3"),
    ] {
        assert_eq!(refused(text), ("malformed-header".to_owned(), line.to_owned()), "{text}");
    }
}

#[test]
fn an_odd_line_of_meta_information_costs_a_warning() {
    let (set, problems) = read_text(&file(&format!("{GRCH38}##INFO=<ID=>\n"), &["S"], &[]));
    assert!(set.is_some());
    assert_eq!(problems[0].severity, Severity::Warning);
    assert_eq!((problems[0].code.as_str(), problems[0].place.as_str()), ("header-line", "line 3"));
}

#[test]
fn limits_hold_at_the_limit_and_break_one_past_it() {
    let record = "chr10 94781859 . G A . . . GT 0/1";
    let text = file(GRCH38, &["S"], &[record, record]);
    let longest = text.lines().map(str::len).max().unwrap();
    let exact = Limits { records: 2, line_bytes: longest, header_lines: 3, calls: 2 };
    let with = |limits| ReadSettings { limits, ..ReadSettings::default() };
    assert!(read_with(&text, &with(exact)).0.is_some());
    for (limits, line) in [
        (Limits { records: 1, ..exact }, "line 5"),
        (Limits { line_bytes: longest - 1, ..exact }, "line 3"),
        (Limits { header_lines: 2, ..exact }, "line 3"),
        (Limits { calls: 1, ..exact }, "line 5"),
    ] {
        let expected = ("limit".to_owned(), line.to_owned());
        assert_eq!(refused_with(&text, &with(limits)), expected, "{limits:?}");
    }
}

#[test]
fn compressed_files_read_as_plain_ones() {
    let text = file(GRCH38, &["S"], &["chr10 94781859 . G A . . . GT 0/1"]);
    let plain = read_text(&text);
    assert!(plain.0.is_some());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut bgzf = noodles_bgzf::io::Writer::new(Vec::new());
    bgzf.write_all(text.as_bytes()).unwrap();
    let bgzf = bgzf.finish().unwrap();
    for bytes in [&gzip, &bgzf] {
        assert_eq!(read_genotypes(&bytes[..], &sites(), &ReadSettings::default()), plain);
        let cut = &bytes[..bytes.len() / 2];
        let (set, problems) = read_genotypes(cut, &sites(), &ReadSettings::default());
        assert!(set.is_none());
        assert_eq!(problems[0].code, "unreadable");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_give_a_set_or_an_error(bytes: Vec<u8>, prefix in 0_usize..4) {
        let head = file(GRCH38, &["S"], &[]);
        let prefixes: [&[u8]; 4] = [
            b"",
            head.as_bytes(),
            b"##fileformat=VCFv4.2\n",
            b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0",
        ];
        let whole = [prefixes[prefix], &bytes].concat();
        let (set, problems) = read_genotypes(&whole[..], &sites(), &ReadSettings::default());
        prop_assert_eq!(set.is_none(), model::problem::first_error(&problems).is_some());
    }

    #[test]
    fn arbitrary_columns_give_a_set_or_an_error(
        position in "9478185[0-9]|[0-9]{1,3}|\\PC{0,3}",
        reference in "[GgATN*<.]{0,4}",
        alternate in "[A,<NON_REF>*.é]{0,8}",
        info in "END=[0-9]{0,11}|[;=A-Z]{0,6}",
        keys in "GT(:(PS|DP|GQ|FT|LEN)){0,3}|\\PC{0,4}",
        sample in "[0-9./|:]{0,10}|\\PC{0,6}",
    ) {
        let head = file(GRCH38, &["S"], &[]);
        let text = format!(
            "{head}chr10\t{position}\t.\t{reference}\t{alternate}\t.\t.\t{info}\t{keys}\t{sample}\n"
        );
        let (set, problems) = read_text(&text);
        prop_assert_eq!(set.is_none(), model::problem::first_error(&problems).is_some());
    }
}
