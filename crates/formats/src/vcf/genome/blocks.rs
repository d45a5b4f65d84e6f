//! Calls and runs gathered until a block of them is full.

use super::{BlockKind, GenomeBlock};
use genomics::genome::Band;
use genomics::genome::{
    Alternate, BLOCK_RUNS_MAX, Call, Run, encode_calls, encode_coverage, push_run,
};
use genomics::range::Range;

/// Calls of one block. A question about a gene reads one or two blocks, and decodes them whole.
const BLOCK_CALLS: usize = 2_048;
/// Bases after which a block of fewer calls is full.
const BLOCK_BASES: usize = 512 * 1024;

/// Calls on their way into a block.
#[derive(Default)]
struct Gathered {
    calls: Vec<Call>,
    bases: usize,
}

/// What is gathered on the sequence at hand, and who takes it.
pub(super) struct Blocks<'t, E> {
    take: &'t mut dyn FnMut(GenomeBlock) -> Result<(), E>,
    sequence: Option<String>,
    small: Gathered,
    large: Gathered,
    held: Vec<Run>,
    /// Whether the file states itself what was looked at.
    pub(super) states_coverage: bool,
    pub(super) calls: u64,
    pub(super) structural: u64,
    pub(super) runs: u64,
}

impl<'t, E> Blocks<'t, E> {
    pub(super) fn new(take: &'t mut dyn FnMut(GenomeBlock) -> Result<(), E>) -> Self {
        Self {
            take,
            sequence: None,
            small: Gathered::default(),
            large: Gathered::default(),
            held: Vec::new(),
            states_coverage: false,
            calls: 0,
            structural: 0,
            runs: 0,
        }
    }

    /// What follows is on another sequence.
    pub(super) fn enter(&mut self, sequence: Option<&str>) -> Result<(), E> {
        self.give_calls(BlockKind::Call)?;
        self.give_calls(BlockKind::Structural)?;
        self.give_runs()?;
        self.sequence = sequence.map(str::to_owned);
        Ok(())
    }

    pub(super) fn call(&mut self, call: Call) -> Result<(), E> {
        let (kind, bases) = match &call.alternate {
            Alternate::Bases { deleted, inserted, .. } => {
                self.calls += 1;
                (BlockKind::Call, deleted.len() + inserted.len())
            }
            Alternate::Structural(held) => {
                self.structural += 1;
                (BlockKind::Structural, held.alternate.len())
            }
        };
        let gathered = if kind == BlockKind::Call { &mut self.small } else { &mut self.large };
        gathered.calls.push(call);
        gathered.bases += bases;
        if gathered.calls.len() >= BLOCK_CALLS || gathered.bases >= BLOCK_BASES {
            self.give_calls(kind)?;
        }
        Ok(())
    }

    pub(super) fn run(&mut self, run: Run) -> Result<(), E> {
        // The last run stays: the next one may go on from it.
        if self.held.len() >= BLOCK_RUNS_MAX {
            let last = self.held.pop();
            self.give_runs()?;
            self.held.extend(last);
        }
        push_run(&mut self.held, run);
        Ok(())
    }

    /// Regions that somebody said were looked at, in any order.
    pub(super) fn studied(&mut self, ranges: &[Range]) -> Result<(), E> {
        let mut ranges: Vec<&Range> = ranges.iter().collect();
        ranges.sort();
        for range in ranges {
            if self.sequence.as_deref() != Some(range.sequence.as_str()) {
                self.enter(Some(&range.sequence))?;
            }
            self.run(Run { start: range.start, end: range.end, band: Band::Callable })?;
        }
        self.enter(None)
    }

    /// Gives the calls that are gathered, in order. Those of two blocks may overlap: shifting to
    /// the left may bring a call before one of the block before it.
    fn give_calls(&mut self, kind: BlockKind) -> Result<(), E> {
        let gathered = if kind == BlockKind::Call { &mut self.small } else { &mut self.large };
        let mut calls = std::mem::take(&mut gathered.calls);
        gathered.bases = 0;
        let (Some(sequence), false) = (self.sequence.clone(), calls.is_empty()) else {
            return Ok(());
        };
        calls.sort_by_key(|call| (call.start, call.end, call.line, call.number));
        let extents = || calls.iter().map(Call::extent);
        (self.take)(GenomeBlock {
            kind,
            sequence,
            first: extents().map(|(start, _)| start).min().unwrap_or(0),
            last: extents().map(|(_, end)| end).max().unwrap_or(0),
            count: calls.len(),
            body: encode_calls(&calls),
        })
    }

    fn give_runs(&mut self) -> Result<(), E> {
        let runs = std::mem::take(&mut self.held);
        self.runs += runs.len() as u64;
        let (Some(sequence), false) = (self.sequence.clone(), runs.is_empty()) else {
            return Ok(());
        };
        (self.take)(GenomeBlock {
            kind: BlockKind::Coverage,
            sequence,
            first: runs.iter().map(|run| run.start).min().unwrap_or(0),
            last: runs.iter().map(|run| run.end).max().unwrap_or(0),
            count: runs.len(),
            body: encode_coverage(&runs),
        })
    }
}
