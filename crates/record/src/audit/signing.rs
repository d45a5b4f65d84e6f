//! Writing checkpoints, each second or every so many events, to a directory off the store.

use super::checkpoint::CheckpointKey;
use super::{Shared, merkle::Tree};
use crate::Failure;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The longest an event waits for its checkpoint.
const EVERY: Duration = Duration::from_secs(1);
/// Events after which a checkpoint is written at once.
pub(super) const EVENTS_MAX: u64 = 1000;
/// File name ending of the checkpoints of a segment.
pub(super) const CHECKPOINTS_ENDING: &str = "checkpoints";
/// File with the key that the checkpoints beside it are checked with, for whom it was not given
/// otherwise.
pub(super) const VERIFIER_FILE: &str = "verifier";

/// Where checkpoints go.
pub(super) struct Signing {
    directory: PathBuf,
    key: CheckpointKey,
}

/// A segment and how far it goes.
pub(super) type Reached = (String, Tree);

impl Signing {
    /// Makes the directory and says there which key signs.
    pub(super) fn new(directory: &Path, key: CheckpointKey) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            Failure::Audit(format!("checkpoints in {}: {error}", directory.display()))
        };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let verifier = format!("{}\n", key.verifier());
        let path = directory.join(VERIFIER_FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.lines().any(|line| line == verifier.trim_end()) => {}
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => append(&path, &verifier).map_err(failed)?,
        }
        Ok(Self { directory: directory.to_owned(), key })
    }

    fn write(&self, (segment, tree): &Reached) -> std::io::Result<()> {
        let path = self.directory.join(format!("{segment}.{CHECKPOINTS_ENDING}"));
        append(&path, &self.key.sign(segment, tree))
    }

    /// Starts to write, until the log is closed.
    pub(super) fn start(self, shared: Arc<Shared>) -> Result<JoinHandle<()>, Failure> {
        std::thread::Builder::new()
            .name("audit-checkpoints".to_owned())
            .spawn(move || self.follow(&shared))
            .map_err(|error| Failure::Audit(error.to_string()))
    }

    fn follow(&self, shared: &Shared) {
        let mut state = shared.lock();
        loop {
            let is_over = state.is_closing;
            let reached = state.take_unsigned();
            drop(state);
            let failed = reached.iter().find_map(|one| self.write(one).err());
            state = shared.lock();
            state.signed(reached, failed.map(|error| error.to_string()));
            if is_over {
                return;
            }
            let waiting = shared.due.wait_timeout_while(state, EVERY, |state| !state.is_due());
            state = waiting.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    if let Err(error) = file.write_all(text.as_bytes()) {
        // Half a checkpoint would make the next one unreadable.
        file.set_len(length)?;
        return Err(error);
    }
    file.sync_data()?;
    match path.parent().filter(|_| is_new) {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
