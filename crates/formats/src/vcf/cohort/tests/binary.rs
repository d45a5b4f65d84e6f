//! BCF for tests: written here from the specification (VCF 4.5 §6), and by noodles.

use super::*;
use noodles_vcf::variant::io::Write as _;

/// Names in the order of their numbers: `PASS`, then as in [`DEFINITIONS`].
const STRINGS: [&str; 11] =
    ["PASS", "q10", "END", "GT", "PS", "GQ", "RGQ", "DP", "MIN_DP", "FT", "AD"];
/// Ends a vector before its time, and stands for `.`, by bytes of an element.
const END: [i32; 3] = [-127, -32_767, i32::MIN + 1];
const MISSING: [i32; 3] = [-128, -32_768, i32::MIN];

fn number(name: &str) -> u8 {
    u8::try_from(STRINGS.iter().position(|known| *known == name).unwrap()).unwrap()
}

fn descriptor(kind: u8, length: usize, out: &mut Vec<u8>) {
    let short = u8::try_from(length.min(15)).unwrap();
    out.push(short << 4 | kind);
    if short == 15 {
        out.push(0x13);
        out.extend(u32::try_from(length).unwrap().to_le_bytes());
    }
}

fn words(text: &str, out: &mut Vec<u8>) {
    descriptor(7, text.len(), out);
    out.extend(text.as_bytes());
}

/// Vectors of integers, one a sample, as elements of 1, 2 or 4 bytes.
fn integers(vectors: &[Vec<Option<i32>>], width: usize, out: &mut Vec<u8>) {
    let longest = vectors.iter().map(Vec::len).max().unwrap();
    descriptor(u8::try_from(width).unwrap(), longest, out);
    for vector in vectors {
        let padded = vector.iter().map(|value| value.unwrap_or(MISSING[width - 1]));
        let padded = padded.chain(std::iter::repeat(END[width - 1])).take(longest);
        for value in padded {
            out.extend(&value.to_le_bytes()[..[1, 2, 4][width - 1]]);
        }
    }
}

fn genotype(text: &str) -> Vec<Option<i32>> {
    let mut phased = 0;
    let mut values = Vec::new();
    for part in text.split_inclusive(['/', '|']) {
        let allele = part.trim_end_matches(['/', '|']);
        let allele = if allele == "." { 0 } else { allele.parse::<i32>().unwrap() + 1 };
        values.push(Some(allele << 1 | phased));
        phased = i32::from(part.ends_with('|'));
    }
    values
}

fn record(line: &str, width: usize) -> Vec<u8> {
    let columns: Vec<&str> = line.split('\t').collect();
    let contig = ["chr10", "chr12"].iter().position(|name| *name == columns[0]).unwrap();
    let position: i32 = columns[1].parse().unwrap();
    let end = columns[7].strip_prefix("END=").map(|end| end.parse::<i32>().unwrap());
    let length = end.map_or(columns[3].len(), |end| usize::try_from(end - position + 1).unwrap());
    let alternates: Vec<&str> =
        columns[4].split(',').filter(|alternate| *alternate != ".").collect();
    let keys: Vec<&str> = columns[8].split(':').collect();
    let samples: Vec<Vec<&str>> =
        columns[9..].iter().map(|text| text.split(':').collect()).collect();
    let mut shared = Vec::new();
    for word in [i32::try_from(contig).unwrap(), position - 1, i32::try_from(length).unwrap()] {
        shared.extend(word.to_le_bytes());
    }
    shared.extend(0x7f80_0001_u32.to_le_bytes());
    let alleles = u32::try_from(alternates.len() + 1).unwrap();
    shared.extend((alleles << 16 | u32::from(end.is_some())).to_le_bytes());
    let formats = u32::try_from(keys.len()).unwrap();
    shared.extend((formats << 24 | u32::try_from(samples.len()).unwrap()).to_le_bytes());
    words("", &mut shared);
    words(columns[3], &mut shared);
    for alternate in &alternates {
        words(alternate, &mut shared);
    }
    match columns[6] {
        "." => shared.push(0),
        filter => shared.extend([0x11, number(filter)]),
    }
    if let Some(end) = end {
        shared.extend([0x11, number("END")]);
        integers(&[vec![Some(end)]], 3, &mut shared);
    }
    let mut own = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        own.extend([0x11, number(key)]);
        let texts: Vec<&str> = samples.iter().map(|sample| sample[place]).collect();
        if *key == "FT" {
            descriptor(7, 4, &mut own);
            for text in texts {
                own.extend(format!("{text:\0<4}").as_bytes());
            }
            continue;
        }
        let split = |text: &&str| -> Vec<Option<i32>> {
            match *key {
                "GT" => genotype(text),
                _ => text.split(',').map(|value| value.parse().ok()).collect(),
            }
        };
        // Phase sets and qualities are too large for fewer bytes.
        let width = if matches!(*key, "GT" | "AD") { width } else { 3 };
        integers(&texts.iter().map(split).collect::<Vec<_>>(), width, &mut own);
    }
    let mut bytes = u32::try_from(shared.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(u32::try_from(own.len()).unwrap().to_le_bytes());
    bytes.extend(shared);
    bytes.extend(own);
    bytes
}

/// The file as BCF, not compressed. Genotypes have elements of each width in turn.
pub(super) fn bcf(text: &str) -> Vec<u8> {
    let at = text.find("\nchr").map_or(text.len(), |at| at + 1);
    let (header, records) = text.split_at(at);
    let mut bytes = b"BCF\x02\x02".to_vec();
    bytes.extend(u32::try_from(header.len() + 1).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.push(0);
    for (number, line) in records.lines().enumerate() {
        bytes.extend(record(line, number % 3 + 1));
    }
    bytes
}

#[test]
fn a_bcf_of_another_writer_reads_as_its_vcf() {
    let text = file(
        3,
        &[
            "chr10 94761900 . C T . q10 . GT:AD:DP:GQ 0/1:1,2:3:99 0/0:9,0:9:0 1/1:0,5:5:12",
            "chr10 94781000 . A <NON_REF> . . END=94782000 GT:MIN_DP 0/0:30 ./.:. 0/0:0",
            "chr11 94781000 . A T . . . GT 0/1 0/1 0/1",
            "chr12 21178615 . T C,G . PASS . GT:PS 0|1:7 2|1:300 0/2:.",
        ],
    )
    .replace("##contig=<ID=chr12", "##contig=<ID=chr11,length=135086622>\n##contig=<ID=chr12");
    let mut reader = noodles_vcf::io::Reader::new(text.as_bytes());
    let header = reader.read_header().unwrap();
    let mut writer = noodles_bcf::io::Writer::new(Vec::new());
    writer.write_variant_header(&header).unwrap();
    for record in reader.record_bufs(&header) {
        writer.write_variant_record(&header, &record.unwrap()).unwrap();
    }
    let bytes = writer.into_inner().finish().unwrap();
    let (binary, problems) = read_with(&bytes, &CohortSettings::default());
    let (binary, plain) = (binary.unwrap_or_else(|| panic!("{problems:?}")), good(&text));
    assert_eq!(columns(&binary), columns(&plain));
    assert_eq!(plain.records.len(), 3);
    // noodles writes a line of PASS that the text has not.
    let without_line = |cohort: &Cohort| -> Vec<GenotypeRecord> {
        cohort.records.iter().map(|record| GenotypeRecord { line: 0, ..record.clone() }).collect()
    };
    assert_eq!(without_line(&binary), without_line(&plain));
}

#[test]
fn a_bcf_that_lies_about_lengths_is_an_error() {
    let text = file(2, &["chr10 94781859 . G A . . . GT 0/1 0/0"]);
    let whole = bcf(&text);
    let start = whole.len() - record(text.lines().last().unwrap(), 1).len();
    let settings = CohortSettings::default();
    for (at, value, code) in [
        (0, u32::MAX, "limit"),
        (4, u32::MAX, "limit"),
        (4, 64 * 1024 * 1024, "limit"),
        (4, 60 * 1024 * 1024, "unreadable"),
        (0, 4, "malformed-record"),
        (8, 7, "malformed-record"),
        (12, u32::MAX, "malformed-record"),
        (28, 0x0100_0003, "malformed-record"),
        (28, 0x0200_0002, "malformed-record"),
        (24, 0x0000_0000, "malformed-record"),
        (24, 0xffff_0000, "malformed-record"),
        (24, 0x0002_ffff, "malformed-record"),
    ] {
        let mut bytes = whole.clone();
        bytes[start + at..start + at + 4].copy_from_slice(&value.to_le_bytes());
        let expected = (code.to_owned(), "line 15".to_owned());
        assert_eq!(refused(&bytes, &settings), expected, "{value:#x} at {at}");
    }
    for (bytes, code) in [
        (&b"BCF\x01\x02"[..], "malformed-header"),
        (b"BAM\x01\0\0\0\0\0", "malformed-header"),
        (b"BCF", "unreadable"),
        (b"BCF\x02\x02\xff\xff\xff\xff##fileformat=VCFv4.2\n", "malformed-header"),
    ] {
        assert_eq!(refused(bytes, &settings).0, code);
    }
}

#[test]
fn from_4_4_on_the_first_allele_has_its_own_phase() {
    let text = file(2, &["chr10 94781859 . G A . . . GT 0|1 1|1"]);
    let phased = |text: &str| {
        let (cohort, _) = read_with(&bcf(text), &CohortSettings::default());
        let cells = columns(&cohort.unwrap()).concat();
        cells.iter().all(|cell| cell.has(GenotypeCell::PHASED))
    };
    assert!(phased(&text));
    assert!(!phased(&text.replace("VCFv4.2", "VCFv4.4")));
}
