//! Facts of stored versions.
