//! The master key and what is derived from it.

use crate::Failure;
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of the master key.
pub(crate) const KEY_BYTES: usize = 32;

/// The key that every other key is derived from or wrapped by. Losing it loses the record.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}
