//! Chain files: how positions of one genome build lie on the other (UCSC Genome Browser, "Chain
//! Format").
//!
//! Which builds a file is between is proven by the lengths of its sequences, never believed from
//! its name. Chains between different chromosomes, and of sequences that are no chromosome, are
//! left out: a question is always about one chromosome on both builds.

use flate2::read::GzDecoder;
use genomics::lift::{LiftOver, Lifted};
use genomics::range::Range;
use genomics::sequence::{accession_of, known};
use model::Problem;
use model::variant::GenomeBuild;
use std::collections::BTreeMap;
use std::io::Read as _;

/// Bytes that a chain file may have, unpacked.
pub const CHAIN_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Problems that are kept.
const PROBLEMS_MAX: usize = 100;

/// A stretch without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    from: u64,
    to: u64,
    length: u64,
    is_reversed: bool,
    chain: u32,
}

/// The stretches of one sequence, by their start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stretches {
    blocks: Vec<Block>,
    longest: u64,
}

/// Chains, in both directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chains {
    by_sequence: BTreeMap<String, Stretches>,
}

/// The head of a chain.
struct Head {
    from: String,
    to: String,
    from_at: u64,
    to_at: u64,
    /// Length of the other sequence, where it is on the other strand.
    reversed_in: Option<u64>,
}

impl Chains {
    /// Whether there is no way at all.
    pub fn is_empty(&self) -> bool {
        self.by_sequence.is_empty()
    }

    fn keep(&mut self, sequence: &str, block: Block) {
        let held = self.by_sequence.entry(sequence.to_owned()).or_default();
        held.longest = held.longest.max(block.length);
        held.blocks.push(block);
    }
}

/// Reads a chain file, plain or gzip.
///
/// A file of which a line cannot be read is not used at all: half of a chain would bring positions
/// to wrong places without a word.
pub fn read(bytes: &[u8]) -> (Chains, Vec<Problem>) {
    let mut text = String::new();
    let unpacked = if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes).take(CHAIN_BYTES_MAX + 1).read_to_string(&mut text)
    } else {
        bytes.take(CHAIN_BYTES_MAX + 1).read_to_string(&mut text)
    };
    if unpacked.is_err() || text.len() as u64 > CHAIN_BYTES_MAX {
        let text = format!("the file is no text of at most {CHAIN_BYTES_MAX} bytes");
        return (Chains::default(), vec![Problem::error("bad-chain-file", "file", text)]);
    }
    let mut reader = Reader::default();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if reader.line(line).is_none() {
            let text = "the line is no part of a chain; the file is not used";
            let place = format!("line {}", at + 1);
            return (Chains::default(), vec![Problem::error("bad-chain-file", place, text)]);
        }
    }
    for stretches in reader.chains.by_sequence.values_mut() {
        stretches.blocks.sort_by_key(|block| (block.from, block.to));
    }
    let mut problems = Vec::new();
    for (names, count) in reader.left_out.into_iter().take(PROBLEMS_MAX) {
        let text = format!("{count} chains of {names} are not used");
        problems.push(Problem::note("chain-left-out", "file", text));
    }
    if reader.chains.is_empty() {
        let text = "no chain is between the two builds of one chromosome";
        problems.push(Problem::error("no-chain", "file", text));
    }
    (reader.chains, problems)
}

#[derive(Default)]
struct Reader {
    chains: Chains,
    left_out: BTreeMap<String, u64>,
    head: Option<Head>,
    /// Whether the lines that follow belong to a chain that is left out.
    is_passed_over: bool,
    number: u32,
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let ["chain", rest @ ..] = fields.as_slice() {
            return self.head(rest);
        }
        let numbers: Vec<u64> = fields.iter().map(|f| f.parse().ok()).collect::<Option<_>>()?;
        let (length, gap, other_gap) = match numbers.as_slice() {
            [length] => (*length, 0, 0),
            [length, gap, other_gap] => (*length, *gap, *other_gap),
            _ => return None,
        };
        if self.is_passed_over {
            return Some(());
        }
        let head = self.head.as_mut()?;
        // On the other strand positions are counted from the other end.
        let to = match head.reversed_in {
            None => head.to_at,
            Some(whole) => whole.checked_sub(head.to_at.checked_add(length)?)?,
        };
        let (is_reversed, chain) = (head.reversed_in.is_some(), self.number);
        let block = Block { from: head.from_at, to, length, is_reversed, chain };
        self.chains.keep(&head.from, block);
        let back = Block { from: to, to: head.from_at, ..block };
        self.chains.keep(&head.to, back);
        head.from_at = head.from_at.checked_add(length)?.checked_add(gap)?;
        head.to_at = head.to_at.checked_add(length)?.checked_add(other_gap)?;
        Some(())
    }

    fn head(&mut self, fields: &[&str]) -> Option<()> {
        let [_, from, size, "+", start, _, to, other_size, strand, other_start, ..] = fields else {
            return None;
        };
        let number = |text: &str| text.parse::<u64>().ok();
        let (size, start) = (number(size)?, number(start)?);
        let (other_size, other_start) = (number(other_size)?, number(other_start)?);
        let is_reversed = match *strand {
            "+" => false,
            "-" => true,
            _ => return None,
        };
        self.number = self.number.checked_add(1)?;
        let (held, other) = (proven(from, size), proven(to, other_size));
        let is_used = held.as_ref().zip(other.as_ref()).is_some_and(|(held, other)| {
            genomics::sequence::counterpart(held).as_ref() == Some(other)
        });
        self.is_passed_over = !is_used;
        if !is_used {
            *self.left_out.entry(format!("{from} and {to}")).or_default() += 1;
            return Some(());
        }
        let reversed_in = is_reversed.then_some(other_size);
        let (from_at, to_at) = (start, other_start);
        self.head = Some(Head { from: held?, to: other?, from_at, to_at, reversed_in });
        Some(())
    }
}

/// The accession of a sequence by its name and its length.
fn proven(name: &str, length: u64) -> Option<String> {
    if known(name).is_some_and(|known| known.length == length) {
        return Some(name.to_owned());
    }
    [GenomeBuild::GRCh37, GenomeBuild::GRCh38].into_iter().find_map(|build| {
        let accession = accession_of(build, name)?;
        known(&accession).filter(|known| known.length == length)?;
        Some(accession)
    })
}

impl LiftOver for Chains {
    fn lift(&self, range: &Range, to: &str) -> Vec<Lifted> {
        let is_other = genomics::sequence::counterpart(&range.sequence).as_deref() == Some(to);
        let Some(held) = self.by_sequence.get(&range.sequence).filter(|_| is_other) else {
            return Vec::new();
        };
        let first = held.blocks.partition_point(|b| b.from + held.longest <= range.start);
        let mut found: BTreeMap<(u32, bool), (u64, u64)> = BTreeMap::new();
        for block in held.blocks.iter().skip(first).take_while(|b| b.from < range.end) {
            let (start, end) =
                (range.start.max(block.from), range.end.min(block.from + block.length));
            if start >= end {
                continue;
            }
            let low = if block.is_reversed {
                block.to + (block.from + block.length - end)
            } else {
                block.to + (start - block.from)
            };
            let high = low + (end - start);
            let place = found.entry((block.chain, block.is_reversed)).or_insert((low, high));
            *place = (place.0.min(low), place.1.max(high));
        }
        let place = |((_, is_reversed), (low, high))| Lifted {
            range: Range::new(to, low, high),
            is_reversed,
        };
        found.into_iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "NC_000021.8";
    const NEW: &str = "NC_000021.9";

    /// 100 bases, 10 more that only the older build has, 50 bases with 5 more before them in the
    /// newer one; and a stretch on the other strand.
    const FILE: &str = "chain 900 chr21 48129895 + 1000 1160 chr21 46709983 + 5000 5155 1\n\
                        100 10 5\n50\n\n\
                        chain 100 chr21 48129895 + 9000 9010 chr21 46709983 - 100 110 2\n10\n\n\
                        chain 5 chr21 48129895 + 1 2 chr22 50818468 + 1 2 3\n1\n";

    fn lift(chains: &Chains, sequence: &str, start: u64, end: u64, to: &str) -> Vec<String> {
        let found = chains.lift(&Range::new(sequence, start, end), to);
        let sign = |lifted: &Lifted| if lifted.is_reversed { "-" } else { "" };
        found.iter().map(|l| format!("{}-{}{}", l.range.start, l.range.end, sign(l))).collect()
    }

    #[test]
    fn ranges_go_both_ways_and_over_gaps() {
        let (chains, problems) = read(FILE.as_bytes());
        assert_eq!(problems[0].code, "chain-left-out");
        let turned = 46_709_983 - 110;
        for (start, end, expected) in [
            (1000, 1001, vec!["5000-5001".to_owned()]),
            (1099, 1100, vec!["5099-5100".to_owned()]),
            (1100, 1110, vec![]),
            (1090, 1120, vec!["5090-5115".to_owned()]),
            (1159, 1200, vec!["5154-5155".to_owned()]),
            (9000, 9003, vec![format!("{}-{}-", turned + 7, turned + 10)]),
            (1, 2, vec![]),
        ] {
            assert_eq!(lift(&chains, OLD, start, end, NEW), expected, "{start}-{end}");
        }
        assert_eq!(lift(&chains, NEW, 5000, 5155, OLD), ["1000-1160"]);
        assert_eq!(lift(&chains, NEW, turned + 7, turned + 10, OLD), ["9000-9003-"]);
        assert_eq!(lift(&chains, OLD, 1000, 1001, "NC_000022.11"), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_used() {
        for (text, code) in [
            ("", "no-chain"),
            ("100 10 5\n", "bad-chain-file"),
            ("chain 1 chr21 48129895 - 0 1 chr21 46709983 + 0 1 1\n", "bad-chain-file"),
            ("chain 1 chr21 48129895 + 0 1 chr21 46709983 + 0 1 1\nx\n", "bad-chain-file"),
            // A length that is of neither build proves nothing.
            ("chain 1 chr21 48129896 + 0 1 chr21 46709983 + 0 1 1\n1\n", "no-chain"),
        ] {
            let (chains, problems) = read(text.as_bytes());
            assert!(chains.is_empty(), "{text}");
            assert!(problems.iter().any(|problem| problem.code == code), "{text}: {problems:?}");
        }
    }

    #[test]
    fn a_packed_file_is_unpacked() {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(FILE.as_bytes()).unwrap();
        let (chains, _) = read(&packed.finish().unwrap());
        assert_eq!(chains, read(FILE.as_bytes()).0);
    }
}
