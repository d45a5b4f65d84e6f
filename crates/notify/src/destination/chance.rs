//! Chance, for waits that do not all end at once. It comes in, so that tests choose it.

use std::fmt;
use std::sync::Arc;

/// Gives a number from 0 to 255.
#[derive(Clone)]
pub struct Chance(Arc<dyn Fn() -> u8 + Send + Sync>);

impl Chance {
    /// Of a function.
    pub fn new(of: impl Fn() -> u8 + Send + Sync + 'static) -> Self {
        Self(Arc::new(of))
    }

    /// The next number.
    pub(crate) fn next(&self) -> u8 {
        (self.0)()
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}
