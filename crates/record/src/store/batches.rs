//! Work over a whole store at its opening, in transactions of their own.

use super::Connection;
use crate::Failure;

/// Does batch after batch, each with the place where the one before ended, until one gives no
/// place. What is half done when the process ends is done again at the next opening.
pub(crate) fn in_batches<P>(
    connection: &dyn Connection,
    mut batch: impl FnMut(Option<&P>) -> Result<Option<P>, Failure>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        connection.begin_write()?;
        let done = batch(after.as_ref()).and_then(|last| connection.commit().map(|()| last));
        match done {
            Ok(None) => return Ok(()),
            Ok(last) => after = last,
            Err(failure) => {
                connection.leave();
                return Err(failure);
            }
        }
    }
}
