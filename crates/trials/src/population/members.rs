//! Who meets each of many questions, for a whole shard: a list while they are few.

use super::bits::Bits;
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest list; a block of bits takes as much room as four of these.
const LIST_MAX: usize = 1_024;

/// The patients of each question.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Where the list of a question begins; that of the next one is its end.
    starts: Vec<usize>,
    places: Vec<u16>,
    blocks: BTreeMap<usize, Bits>,
}

/// The patients of one question.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    /// In order.
    List(&'a [u16]),
    Block(&'a Bits),
}

/// Patients who stand together and meet a question, or one of them.
pub(super) type Note = (usize, Range<usize>);

impl Members {
    /// Of so many questions. The notes are read twice; those of a question come in order.
    pub(super) fn new<I: Iterator<Item = Note>>(questions: usize, notes: impl Fn() -> I) -> Self {
        let mut counts = vec![0_usize; questions];
        for (question, range) in notes() {
            if let Some(count) = counts.get_mut(question) {
                *count += range.len();
            }
        }
        let mut blocks = BTreeMap::new();
        let mut starts = Vec::with_capacity(questions + 1);
        let mut next = 0;
        for (question, count) in counts.iter().enumerate() {
            starts.push(next);
            if *count > LIST_MAX {
                blocks.insert(question, Bits::none());
            } else {
                next += count;
            }
        }
        starts.push(next);
        let mut places = vec![0_u16; next];
        let mut ends = starts.clone();
        for (question, range) in notes() {
            if counts.get(question).is_some_and(|count| *count > LIST_MAX) {
                if let Some(block) = blocks.get_mut(&question) {
                    block.insert_range(range);
                }
                continue;
            }
            let Some(end) = ends.get_mut(question) else { continue };
            for place in range {
                if let Some(free) = places.get_mut(*end) {
                    *free = u16::try_from(place).unwrap_or(u16::MAX);
                }
                *end += 1;
            }
        }
        Self { starts, places, blocks }
    }

    /// Who meets a question.
    pub(super) fn of(&self, question: usize) -> Who<'_> {
        let bounds = (self.starts.get(question), self.starts.get(question + 1));
        let list = match bounds {
            (Some(from), Some(to)) => self.places.get(*from..*to).unwrap_or_default(),
            _ => &[],
        };
        match self.blocks.get(&question).filter(|_| list.is_empty()) {
            Some(block) => Who::Block(block),
            None => Who::List(list),
        }
    }
}

impl Who<'_> {
    /// Adds those of them who are in another set.
    pub(super) fn add_to(self, bits: &mut Bits, among: &Bits) {
        match self {
            Self::List(list) => {
                for one in within(list, &among.span()) {
                    if among.contains(*one) {
                        bits.insert(*one);
                    }
                }
            }
            Self::Block(block) => bits.or_both(block, among),
        }
    }

    /// Takes them out.
    pub(super) fn take_from(self, bits: &mut Bits) {
        match self {
            Self::List(list) => {
                for one in within(list, &bits.span()) {
                    bits.remove(*one);
                }
            }
            Self::Block(block) => bits.minus(block),
        }
    }
}

/// The part of an ordered list that stands between two places.
fn within<'a>(list: &'a [u16], span: &Range<usize>) -> &'a [u16] {
    let from = list.partition_point(|one| usize::from(*one) < span.start);
    let to = list.partition_point(|one| usize::from(*one) < span.end);
    list.get(from..to).unwrap_or_default()
}
