//! Order statistics of measured times.

use std::{fmt, time::Duration};

/// Durations, sorted.
#[derive(Debug, Clone)]
pub struct Summary {
    sorted: Vec<Duration>,
}

impl Summary {
    /// Sorts the measurements.
    pub fn new(mut measured: Vec<Duration>) -> Self {
        measured.sort();
        Self { sorted: measured }
    }

    /// How many measurements there are.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The nearest-rank percentile: the smallest value with at least `percent` of all at or below.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied().unwrap_or_default()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = [("min", 0), ("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)]
            .map(|(name, percent)| {
                format!("{name} {:.2} ms", self.percentile(percent).as_secs_f64() * 1000.0)
            })
            .join("  ");
        write!(formatter, "{cells}  ({} measurements)", self.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_nearest_rank() {
        let summary = Summary::new((1..=200).rev().map(Duration::from_millis).collect());
        for (percent, milliseconds) in [(0, 1), (50, 100), (90, 180), (99, 198), (100, 200)] {
            assert_eq!(summary.percentile(percent), Duration::from_millis(milliseconds));
        }
        assert_eq!(Summary::new(Vec::new()).percentile(50), Duration::ZERO);
        let one = Summary::new(vec![Duration::from_millis(7)]);
        assert_eq!(one.percentile(99), Duration::from_millis(7));
    }
}
