//! Words of the title block and of the states; dates as clinical systems write them.

pub(crate) use model::words::{born, date, date_text, sex, state};

/// `1` drug, `2` drugs.
pub(crate) fn drugs(number: usize) -> &'static str {
    if number == 1 { "drug" } else { "drugs" }
}
