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

/// Processor time of recognising one page, in seconds.
pub const RECOGNISER_CPU_SECONDS_MAX: u64 = 30;
/// Files that the program that recognises has open: itself, its libraries, its data.
const RECOGNISER_FILES_MAX: u64 = 32;

/// Takes the limits.
///
/// # Errors
/// When the system does not set one of them: then nothing must be read.
pub fn confine() -> Result<(), Unconfined> {
    limit(CPU_SECONDS_MAX, FILES_MAX)
}

/// Takes the limits of another program that this process becomes: it opens files to read them, so
/// it is its network that is taken from it.
///
/// # Errors
/// When the system does not set one of them: then it must not be started.
pub(super) fn confine_recogniser() -> Result<(), Unconfined> {
    without_network()?;
    limit(RECOGNISER_CPU_SECONDS_MAX, RECOGNISER_FILES_MAX)
}

fn limit(cpu_seconds: u64, files: u64) -> Result<(), Unconfined> {
    for (resource, limit) in [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Cpu, cpu_seconds),
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Nofile, files),
    ] {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, limit).map_err(Unconfined)?;
    }
    set_no_new_privs(true).map_err(Unconfined)
}

/// Goes to a network in which there is nothing: as anybody where users have name spaces of their
/// own, or as one who may.
#[cfg(target_os = "linux")]
#[expect(deprecated, reason = "its doubt is about shared files, which are not parted here")]
fn without_network() -> Result<(), Unconfined> {
    use rustix::thread::{UnshareFlags, unshare};
    unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNET)
        .or_else(|_| unshare(UnshareFlags::NEWNET))
        .map_err(Unconfined)
}

#[cfg(not(target_os = "linux"))]
fn without_network() -> Result<(), Unconfined> {
    Err(Unconfined(rustix::io::Errno::NOSYS))
}
