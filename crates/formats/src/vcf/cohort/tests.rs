//! Cohorts as they come, and files made to hurt.

mod binary;
mod hostile;
mod properties;

use super::*;
use model::genotype::RecordKind;

const GRCH38: &str = "##contig=<ID=chr10,length=133797422>\n##contig=<ID=chr12,length=133275309>\n";

/// Definitions for a BCF, which wants them.
const DEFINITIONS: &str = "##FILTER=<ID=q10,Description=\"d\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"d\">\n\
    ##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=RGQ,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=FT,Number=1,Type=String,Description=\"d\">\n\
    ##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"d\">\n";

/// CYP2C19 rs12248560 and rs4244285, SLCO1B1 rs4149056 (definitions of CPIC on GRCh38).
fn sites() -> Vec<Site> {
    let site = |chromosome: &str, position: u64, reference: &str, alternate: &str| Site {
        chromosome: chromosome.into(),
        position,
        reference: reference.into(),
        alternates: vec![alternate.into()],
        span_end: position,
    };
    vec![
        site("chr10", 94_761_900, "C", "T"),
        site("chr10", 94_781_859, "G", "A"),
        site("chr12", 21_178_615, "T", "C"),
    ]
}

/// A file of samples `S0`, `S1`, …; blanks of the records stand for tabs.
fn file(samples: usize, records: &[&str]) -> String {
    let names: Vec<String> = (0..samples).map(|number| format!("\tS{number}")).collect();
    let names = names.concat();
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut text = format!("##fileformat=VCFv4.2\n{GRCH38}{DEFINITIONS}{columns}{names}\n");
    for record in records {
        text.push_str(&record.replace(' ', "\t"));
        text.push('\n');
    }
    text
}

fn read_with(bytes: &[u8], settings: &CohortSettings) -> (Option<Cohort>, Vec<Problem>) {
    read_cohort(bytes, &sites(), settings)
}

fn good(text: &str) -> Cohort {
    let (cohort, problems) = read_with(text.as_bytes(), &CohortSettings::default());
    cohort.unwrap_or_else(|| panic!("{problems:?}"))
}

/// Code and place of the error that forbids the file.
fn refused(bytes: &[u8], settings: &CohortSettings) -> (String, String) {
    let (cohort, problems) = read_with(bytes, settings);
    assert!(cohort.is_none());
    let error = model::problem::first_error(&problems).unwrap();
    (error.code.clone(), error.place.clone())
}

fn with(limits: CohortLimits) -> CohortSettings {
    CohortSettings { limits, ..CohortSettings::default() }
}

/// Every sample's cells.
fn columns(cohort: &Cohort) -> Vec<Vec<GenotypeCell>> {
    let mut columns = Vec::new();
    for chunk in cohort.chunks() {
        let chunk = chunk.unwrap();
        assert_eq!(chunk.first_sample(), columns.len());
        columns.extend(chunk.iter().map(|(_, cells)| cells.to_vec()));
    }
    columns
}

/// The cells of the only record.
fn cells(text: &str) -> Vec<GenotypeCell> {
    let cohort = good(text);
    assert_eq!(cohort.records.len(), 1);
    columns(&cohort).into_iter().map(|cells| cells[0]).collect()
}

fn cell(first: u8, second: u8, flags: u8) -> GenotypeCell {
    GenotypeCell { first, second, flags, phase_set: 0 }
}

const NONE: u8 = GenotypeCell::NO_CALL;

#[test]
fn samples_get_their_cells_in_the_order_of_records() {
    let text = file(
        3,
        &[
            "chr12 21178615 . T C . . . GT 0/1 1/1 0/0",
            "chr10 94761900 . C T . . . GT 0|1 1|0 .",
            "chr10 94761950 . C T . . . GT 1/1 1/1 1/1",
            "chr10 94781859 rs4244285 g a,t . PASS . GT:DP 0/2:5 0/0:0 ./.",
        ],
    );
    let cohort = good(&text);
    assert_eq!(cohort.samples, ["S0", "S1", "S2"]);
    assert_eq!(cohort.build_proof, "GRCh38 by lengths of 2 contigs and REF at 3 known positions");
    let places: Vec<(u64, u64)> =
        cohort.records.iter().map(|record| (record.position, record.line)).collect();
    assert_eq!(places, [(94_761_900, 16), (94_781_859, 18), (21_178_615, 15)]);
    let record = &cohort.records[1];
    assert_eq!(
        (record.reference.as_str(), &record.alternates[..]),
        ("G", &["A".into(), "T".into()][..])
    );
    assert_eq!(
        columns(&cohort),
        [
            [cell(0, 1, GenotypeCell::PHASED), cell(0, 2, 0), cell(0, 1, 0)],
            [cell(1, 0, GenotypeCell::PHASED), cell(NONE, NONE, 0), cell(1, 1, 0)],
            [cell(NONE, NONE, GenotypeCell::HAPLOID), cell(NONE, NONE, 0), cell(0, 0, 0)],
        ]
    );
}

#[test]
fn a_cell_never_says_what_it_cannot_hold() {
    let (odd, phased) = (GenotypeCell::ODD, GenotypeCell::PHASED);
    let nothing = |flags| cell(NONE, NONE, flags);
    for (keys, text, expected) in [
        ("GT", "1", cell(1, NONE, GenotypeCell::HAPLOID)),
        ("GT", "./1", cell(NONE, 1, 0)),
        ("GT", "|0|1", cell(0, 1, phased)),
        ("GT", "0/0/1", nothing(odd)),
        ("GT", "0|0|1|1|0|0", nothing(odd | phased)),
        ("DP", "7", nothing(GenotypeCell::HAPLOID)),
        ("GT:PS", "0|1:0", nothing(odd | phased)),
        ("GT:PS", "0|1:4294967296", nothing(odd | phased)),
        ("GT:PS", "0|1:4294967295", GenotypeCell { phase_set: u32::MAX, ..cell(0, 1, phased) }),
        ("GT:PS", "0/1:17", cell(0, 1, 0)),
        ("GT:FT", "0/1:q10", cell(0, 1, GenotypeCell::FILTERED)),
        ("GT:FT", "0/1:PASS", cell(0, 1, 0)),
        ("GT:AD:DP", "0/1:1,2:3", cell(0, 1, 0)),
        ("AD:GT", "1,2:0/1", cell(0, 1, 0)),
        ("GT:DP:GQ", "0/0", cell(0, 0, 0)),
        ("GT:DP:GQ", "0/0:9:0", nothing(0)),
        ("GT:XX", "0/1:\u{e9}", cell(0, 1, 0)),
    ] {
        let record = format!("chr10 94781859 . G A . . . {keys} {text}");
        assert_eq!(cells(&file(1, &[&record])), [expected], "{keys} {text}");
    }
}

#[test]
fn high_allele_numbers_are_odd_above_what_a_cell_holds() {
    let alternates: Vec<String> = (1..=300).map(|length| "A".repeat(length + 1)).collect();
    let record =
        format!("chr10 94781859 . G {} . . . GT 0/10 254/0 255/0 300/9", alternates.join(","));
    let odd = cell(NONE, NONE, GenotypeCell::ODD);
    assert_eq!(cells(&file(4, &[&record])), [cell(0, 10, 0), cell(254, 0, 0), odd, odd]);
}

#[test]
fn blocks_and_filters_are_each_samples_own() {
    let filtered = GenotypeCell::FILTERED;
    let block = RecordKind::ReferenceBlock { end: 94_782_000 };
    let record = "chr10 94781000 . A <*> . . END=94782000 GT:FT 0/0 0/0:q10 ./. 0/1";
    let cohort = good(&file(4, &[record]));
    assert_eq!(cohort.records[0].kind, block);
    let nothing = cell(NONE, NONE, 0);
    assert_eq!(
        columns(&cohort).concat(),
        [cell(0, 0, 0), cell(0, 0, filtered), nothing, cell(NONE, NONE, GenotypeCell::ODD)]
    );
    let deletion = "chr10 94781000 . A <DEL> . q10 END=94782000 GT 0/0 0/1";
    let cohort = good(&file(2, &[deletion]));
    assert_eq!(cohort.records[0].kind, RecordKind::Structural { end: 94_782_000 });
    assert_eq!(columns(&cohort).concat(), [cell(0, 0, filtered), cell(0, 1, filtered)]);
    let settings = CohortSettings { honour_filter: false, ..CohortSettings::default() };
    let (cohort, _) = read_with(file(2, &[deletion]).as_bytes(), &settings);
    assert_eq!(columns(&cohort.unwrap()).concat(), [cell(0, 0, 0), cell(0, 1, 0)]);
}

#[test]
fn a_block_ends_at_the_lowest_length() {
    let record = "chr10 94781000 . A <*> . . . GT:LEN 0/0:1001 0/0:860 0/1:2000";
    let text = file(3, &[record]);
    let block = |end| RecordKind::ReferenceBlock { end };
    assert_eq!(good(&text).records[0].kind, block(94_781_859));
    let choose = |names: &[&str], absent_position| CohortSettings {
        samples: Some(names.iter().map(|&name| name.into()).collect()),
        absent_position,
        ..CohortSettings::default()
    };
    // A sample that is not chosen has no say.
    let first = choose(&["S0"], AbsentPosition::Reference);
    let (cohort, _) = read_with(text.as_bytes(), &first);
    assert_eq!(cohort.unwrap().records[0].kind, block(94_782_000));
    // What lies behind the lowest length would come back as reference.
    let two = choose(&["S0", "S1"], AbsentPosition::Reference);
    assert_eq!(refused(text.as_bytes(), &two), ("length-differs".into(), "line 15".into()));
    // A sample without LEN is at the length of REF, off the site.
    let record = "chr10 94781000 . A <*> . . . GT:LEN 0/0:1001 0/0";
    assert!(good(&file(2, &[record])).records.is_empty());
}

#[test]
fn samples_are_chosen_by_name_and_come_in_the_order_of_the_file() {
    let text = file(4, &["chr10 94781859 . G A . . . GT:DP 0/0:1 0/1:1 1/1:1 bad"]);
    let choose = |names: &[&str]| CohortSettings {
        samples: Some(names.iter().map(|&name| name.into()).collect()),
        ..CohortSettings::default()
    };
    let (cohort, problems) = read_with(text.as_bytes(), &choose(&["S2", "S0", "S2"]));
    let cohort = cohort.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!(cohort.samples, ["S0", "S2"]);
    assert_eq!(columns(&cohort).concat(), [cell(0, 0, 0), cell(1, 1, 0)]);
    let (_, problems) = read_with(text.as_bytes(), &choose(&["S1", "S9"]));
    assert_eq!(problems[0].code, "unknown-sample");
    assert!(problems[0].text.contains("`S9`"), "{}", problems[0].text);
    assert_eq!(refused(text.as_bytes(), &choose(&[])).0, "sample-not-chosen");
    assert_eq!(refused(text.as_bytes(), &CohortSettings::default()).0, "malformed-record");
}

#[test]
fn weak_references_are_counted_by_record() {
    let record = "chr10 94781859 . G A . . . GT:GQ 0/0:0 0/0:0 0/0:1";
    let text = file(3, &[record]);
    let (_, problems) = read_with(text.as_bytes(), &CohortSettings::default());
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].code.as_str(), problems[0].place.as_str()),
        ("weak-reference", "line 15")
    );
    assert!(problems[0].text.ends_with("for 2 samples"), "{}", problems[0].text);
}

#[test]
fn records_at_one_position_are_all_kept() {
    let text = file(
        1,
        &[
            "chr10 94781859 . G A . . . GT 0/1",
            "chr10 94761900 . C T . . . GT 0/0",
            "chr10 94781859 . G A . . . GT 0/0",
        ],
    );
    let cohort = good(&text);
    let lines: Vec<u64> = cohort.records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [16, 15, 17]);
    assert_eq!(columns(&cohort), [[cell(0, 0, 0), cell(0, 1, 0), cell(0, 0, 0)]]);
}

#[test]
fn the_same_comes_from_memory_and_from_the_temporary_file() {
    let samples = 5_000;
    let genotypes = ["0/0", "0|1", "1/1", "./.", "1", "0/1/1"];
    let records: Vec<String> =
        ["chr12 21178615 . T C", "chr10 94781859 . G A", "chr10 94761900 . C T"]
            .iter()
            .enumerate()
            .map(|(row, head)| {
                let sample = |column: usize| genotypes[(column * 7 + row) % genotypes.len()];
                let texts: Vec<&str> = (0..samples).map(sample).collect();
                format!("{head} . . . GT {}", texts.join(" "))
            })
            .collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let text = file(samples, &records);
    let in_memory = good(&text);
    assert_eq!((in_memory.stored_bytes(), in_memory.chunk_count()), (0, 3));
    let row_bytes = (samples * CELL_BYTES) as u64;
    for limit in [0, row_bytes, 2 * row_bytes] {
        let limits = CohortLimits { cell_bytes_in_memory: limit, ..CohortLimits::default() };
        let (stored, _) = read_with(text.as_bytes(), &with(limits));
        let stored = stored.unwrap();
        assert_eq!(stored.stored_bytes(), 3 * row_bytes);
        assert_eq!(columns(&stored), columns(&in_memory));
    }
    assert!(in_memory.chunk(3).is_err());
    let limits = CohortLimits { cell_bytes_in_memory: 0, ..CohortLimits::default() };
    let settings =
        CohortSettings { temporary_folder: Some("/dev/null/none".into()), ..with(limits) };
    assert_eq!(refused(text.as_bytes(), &settings).0, "storage");
}

#[test]
fn a_cohort_without_records_still_has_its_samples() {
    let cohort = good(&file(3, &[]));
    assert_eq!(columns(&cohort), [[], [], []]);
}
