//! How long is waited, and when a destination is left alone.

use std::time::Duration;

/// How patient a deliverer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryPace {
    /// Wait before the second attempt; it doubles with each that fails.
    pub retry_first: Duration,
    /// The longest wait.
    pub retry_max: Duration,
    /// How often something due is looked for while nothing happens.
    pub look: Duration,
    /// For how long one deliverer keeps a destination to itself, the last answer not counted.
    pub hold: Duration,
}

impl Default for DeliveryPace {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_mins(5),
            look: Duration::from_millis(500),
            hold: Duration::from_secs(30),
        }
    }
}

impl DeliveryPace {
    /// The wait after so many failures, of which chance takes away up to a half.
    pub(super) fn wait(&self, failures: u32, chance: u8) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = self.retry_first.saturating_mul(doubled).min(self.retry_max);
        // Of 512 parts between 256 and 511.
        whole.saturating_mul(u32::from(chance) + 256) / 511
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_lose_up_to_a_half() {
        let pace = DeliveryPace::default();
        let seconds = |failures, chance| pace.wait(failures, chance).as_secs_f64();
        for (failures, whole) in [(1, 1.0), (2, 2.0), (5, 16.0), (9, 256.0), (10, 300.0)] {
            assert!((seconds(failures, 255) - whole).abs() < 0.001, "{failures}");
            assert!((seconds(failures, 0) - whole / 2.0).abs() < whole / 100.0, "{failures}");
        }
        assert_eq!(pace.wait(u32::MAX, 255), pace.retry_max);
    }
}
