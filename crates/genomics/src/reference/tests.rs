use super::*;
use crate::sequence::MITOCHONDRION;

const BASES: usize = 16_569;

/// A file in memory.
#[derive(Debug)]
struct Held(Vec<u8>);

impl Bytes for Held {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Option<()> {
        let from = usize::try_from(offset).ok()?;
        buffer.copy_from_slice(self.0.get(from..from.checked_add(buffer.len())?)?);
        Some(())
    }
}

/// A made-up mitochondrion: bases in either case, the first 7 and some in the middle unknown.
fn sequence() -> Vec<u8> {
    let base = |at: usize| match at {
        0..7 | 5_001..5_006 => b'N',
        _ => b"ACGTTgcaAc"[(at * 7 + at / 13) % 10],
    };
    (0..BASES).map(base).collect()
}

fn fasta(line: usize) -> Fasta<Held> {
    let mut file = b">chr9 other\nACGT\n>MT\n".to_vec();
    let offset = file.len();
    for part in sequence().chunks(line) {
        file.extend_from_slice(part);
        file.push(b'\n');
    }
    let index = format!("chr9\t4\t12\t4\t5\nMT\t{BASES}\t{offset}\t{line}\t{}\n", line + 1);
    Fasta::open(Held(file), &index).unwrap()
}

fn two_bit(is_swapped: bool, version: u32) -> Vec<u8> {
    let word = |value: u32| if is_swapped { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut file = Vec::new();
    for value in [0x1A41_2743, version, 1, 0] {
        file.extend(word(value));
    }
    file.extend([2, b'M', b'T']);
    let offset = u32::try_from(file.len()).unwrap() + if version == 1 { 8 } else { 4 };
    match (version, is_swapped) {
        (0, _) => file.extend(word(offset)),
        (_, false) => file.extend(u64::from(offset).to_le_bytes()),
        (_, true) => file.extend(u64::from(offset).to_be_bytes()),
    }
    for value in [16_569, 2, 0, 5_001, 7, 5, 1, 20, 10, 0] {
        file.extend(word(value));
    }
    for four in sequence().chunks(4) {
        let bits = |base: &u8| match base.to_ascii_uppercase() {
            b'C' => 1,
            b'A' => 2,
            b'G' => 3,
            _ => 0,
        };
        let byte = four.iter().enumerate().fold(0, |b, (at, base)| b | bits(base) << (6 - 2 * at));
        file.push(byte);
    }
    file
}

#[test]
fn both_kinds_of_file_give_the_same_bases() {
    let expected = String::from_utf8(sequence()).unwrap().to_ascii_uppercase();
    let files: [Box<dyn ReferenceFile>; 5] = [
        Box::new(fasta(60)),
        Box::new(fasta(BASES)),
        Box::new(TwoBit::open(Held(two_bit(false, 0))).unwrap()),
        Box::new(TwoBit::open(Held(two_bit(true, 0))).unwrap()),
        Box::new(TwoBit::open(Held(two_bit(false, 1))).unwrap()),
    ];
    for file in &files {
        assert_eq!(file.sequences(), [MITOCHONDRION]);
        for (start, end) in [(0, 1), (3, 9), (59, 61), (60, 60), (4_998, 5_010), (0, BASES)] {
            let range = Range::new(MITOCHONDRION, start as u64, end as u64);
            assert_eq!(file.bases(&range).as_deref(), expected.get(start..end), "{range}");
        }
        let end = BASES as u64;
        for (sequence, start, end) in [
            (MITOCHONDRION, end, end + 1),
            (MITOCHONDRION, 5, 4),
            ("NC_000009.12", 0, 1),
            (MITOCHONDRION, u64::MAX - 1, u64::MAX),
        ] {
            assert_eq!(file.bases(&Range::new(sequence, start, end)), None);
        }
    }
}

#[test]
fn a_file_that_is_none_is_refused() {
    // A name alone proves nothing: chr9 has another length, chrM of UCSC's hg19 16,571 bases.
    for index in ["chr9\t4\t6\t4\t5\n", "chrM\t16571\t6\t50\t51\n", "", "MT\t16569\t6\t0\t0\n", "x"]
    {
        assert!(Fasta::open(Held(vec![]), index).is_err(), "{index}");
    }
    let whole = two_bit(false, 0);
    for length in [0, 3, 10, 17, 21, 30, 50] {
        assert!(TwoBit::open(Held(whole[..length].to_vec())).is_err(), "{length}");
    }
    let cut = TwoBit::open(Held(whole[..whole.len() - 10].to_vec())).unwrap();
    let end = BASES as u64;
    assert_eq!(cut.bases(&Range::new(MITOCHONDRION, end - 4, end)), None);
    assert!(cut.bases(&Range::new(MITOCHONDRION, 0, 10)).is_some());
}

#[test]
fn the_file_that_has_the_sequence_answers() {
    let both = References(vec![Arc::new(fasta(60))]);
    assert!(both.bases(&Range::new(MITOCHONDRION, 0, 10)).is_some());
    assert!(References::default().bases(&Range::new(MITOCHONDRION, 0, 10)).is_none());
    // The mitochondrion is of both builds, and proves neither.
    assert!(!both.has(GenomeBuild::GRCh38));
}
