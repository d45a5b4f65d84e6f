//! What was looked at, in three bands, as runs of bases.
//!
//! A base that no run has was not looked at, as far as the file tells: that is never reference.

use super::column::{BadBlock, Column, Reader, pack, unpack};
use crate::range::Range;

/// Runs of one block.
pub const BLOCK_RUNS_MAX: usize = 4_096;

/// Version of the layout; another one is refused.
const VERSION: u8 = 1;

/// How well bases were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Looked at, and nothing can be said.
    NoCall,
    /// Too little to say that nothing is there.
    Low,
    /// A variant would have been seen.
    Callable,
}

/// Bases in a row of one band, from 0, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First base.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
    /// How well they were seen.
    pub band: Band,
}

/// Adds a run, as a part of the last one where it goes on with the same band.
pub fn push_run(runs: &mut Vec<Run>, run: Run) {
    if run.start >= run.end {
        return;
    }
    if let Some(last) = runs.last_mut()
        && last.band == run.band
        && last.start <= run.start
        && run.start <= last.end
    {
        last.end = last.end.max(run.end);
        return;
    }
    runs.push(run);
}

/// Writes runs in the order of their starts, at most [`BLOCK_RUNS_MAX`].
pub fn encode_coverage(runs: &[Run]) -> Vec<u8> {
    let (mut starts, mut lengths) = (Column::default(), Column::default());
    let mut last = 0_i64;
    starts.number(runs.len() as u64);
    for run in runs {
        starts.signed(run.start.cast_signed().wrapping_sub(last));
        last = run.end.cast_signed();
        let band = match run.band {
            Band::NoCall => 0,
            Band::Low => 1,
            Band::Callable => 2,
        };
        lengths.number(run.end.saturating_sub(run.start).saturating_mul(4) + band);
    }
    pack(VERSION, &[starts, lengths])
}

/// Reads a block of runs.
///
/// # Errors
/// When the bytes are no such block, or one beyond the limits.
pub fn decode_coverage(packed: &[u8]) -> Result<Vec<Run>, BadBlock> {
    let plain = unpack(VERSION, packed)?;
    let mut all = Reader(&plain);
    let (mut starts, mut lengths) = (all.column()?, all.column()?);
    all.end()?;
    let count = starts.size()?;
    if count > BLOCK_RUNS_MAX {
        return Err(BadBlock("it has too many runs"));
    }
    let mut runs = Vec::with_capacity(count);
    let mut last = 0_i64;
    for _ in 0..count {
        let start = last.wrapping_add(starts.signed()?).cast_unsigned();
        let length = lengths.number()?;
        let band = match length % 4 {
            0 => Band::NoCall,
            1 => Band::Low,
            2 => Band::Callable,
            _ => return Err(BadBlock("a band is unknown")),
        };
        let end = start.checked_add(length / 4).ok_or(BadBlock("a run ends nowhere"))?;
        last = end.cast_signed();
        runs.push(Run { start, end, band });
    }
    starts.end()?;
    lengths.end()?;
    Ok(runs)
}

/// What runs come to within a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What was looked at, whatever was seen.
    pub studied: Vec<Range>,
    /// What of that could not be called.
    pub uncallable: Vec<Range>,
}

/// The runs within a range, joined. Where a base is in a run that can be called and in one that
/// cannot, it cannot.
pub fn seen(range: &Range, runs: &[Run]) -> Seen {
    let clip = |run: &Run| {
        let (start, end) = (run.start.max(range.start), run.end.min(range.end));
        (start < end).then_some((start, end))
    };
    let joined = |wanted: &dyn Fn(Band) -> bool| {
        let mut parts: Vec<(u64, u64)> =
            runs.iter().filter(|run| wanted(run.band)).filter_map(clip).collect();
        parts.sort_unstable();
        let mut found: Vec<Range> = Vec::new();
        for (start, end) in parts {
            match found.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => found.push(Range::new(&range.sequence, start, end)),
            }
        }
        found
    };
    Seen { studied: joined(&|_| true), uncallable: joined(&|band| band != Band::Callable) }
}
