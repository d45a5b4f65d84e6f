//! A clock that stands still until it is told to move.

use model::time::Timestamp;

/// 2026-01-12T09:30:00Z, the moment the tests play at.
pub const NOW: Timestamp = Timestamp::from_micros(1_768_210_200_000_000);

/// A clock under the test's control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedClock {
    now: Timestamp,
}

impl Default for FixedClock {
    fn default() -> Self {
        Self { now: NOW }
    }
}

impl FixedClock {
    /// What it shows.
    pub fn now(self) -> Timestamp {
        self.now
    }

    /// Moves it on by whole seconds.
    pub fn advance_seconds(&mut self, seconds: i64) {
        let micros = seconds.saturating_mul(1_000_000);
        self.now = Timestamp::from_micros(self.now.micros().saturating_add(micros));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_until_told() {
        let mut clock = FixedClock::default();
        assert_eq!(clock.now().to_string(), "2026-01-12T09:30:00.000Z");
        assert_eq!(clock.now(), clock.now());
        clock.advance_seconds(90);
        assert_eq!(clock.now().to_string(), "2026-01-12T09:31:30.000Z");
    }
}
