//! Limits of a repository, each with its unit.

/// Bytes of a chunk of a file that changes in place or grows at its end: 32 pages of 4 KiB.
pub const CHUNK_BYTES: usize = 128 * 1024;
/// Smallest chunk that is cut by content, in bytes, but the last one of a file.
pub const CONTENT_CHUNK_BYTES_MIN: usize = 32 * 1024;
/// Largest chunk that is cut by content, in bytes.
pub const CONTENT_CHUNK_BYTES_MAX: usize = 512 * 1024;
/// Chunks that one leaf lists.
pub const LEAF_CHUNKS_MAX: usize = 1024;
/// Bytes of an object that is read from a destination.
pub const OBJECT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Sealed chunks that are sent at once.
pub const BATCH_CHUNKS: usize = 32;
/// Threads that send or fetch.
pub const TRANSFERS: usize = 4;
/// Longest a backup takes, in microseconds: after that its mark is not believed any more.
pub const WRITING_MICROS_MAX: i64 = 12 * 3600 * 1_000_000;
/// Longest a removal of old snapshots takes, in microseconds.
pub const PRUNING_MICROS_MAX: i64 = 12 * 3600 * 1_000_000;
/// Problems that a verification lists.
pub const PROBLEMS_MAX: usize = 1000;
