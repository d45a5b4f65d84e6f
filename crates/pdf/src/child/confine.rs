//! Limits that a process takes upon itself; it cannot get rid of them again.

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::set_no_new_privs;

/// Processor time of one document, in seconds.
pub const CPU_SECONDS_MAX: u64 = 8;
/// Address space of the process, in bytes.
pub const MEMORY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Files that are open: in, out, and for messages. A socket would be one more.
const FILES_MAX: u64 = 3;

/// Why a process could not limit itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the process cannot limit itself: {0}")]
pub struct Unconfined(rustix::io::Errno);

/// Takes the limits.
///
/// # Errors
/// When the system does not set one of them: then nothing must be read.
pub fn confine() -> Result<(), Unconfined> {
    for (resource, limit) in [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Cpu, CPU_SECONDS_MAX),
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Nofile, FILES_MAX),
    ] {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, limit).map_err(Unconfined)?;
    }
    set_no_new_privs(true).map_err(Unconfined)
}
