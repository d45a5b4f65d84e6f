//! Restoring: a directory that was not there, whole and checked, or nothing.

use crate::repository::{FileEntry, Snapshot};
use crate::take::{new_id, resources_at, segment_at};
use crate::{Failure, Repository};
use record::{
    Clock, Examined, KEYRING_FILES, Loading, MasterKey, Record, Settings, examine, schema_versions,
};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

/// The kind of a snapshot of files.
pub(crate) const DIRECTORY: &str = "directory";

/// How a snapshot becomes a record again.
pub struct Restoring<'r> {
    /// The master key of the record.
    pub master_key: &'r MasterKey,
    /// Where the time is from.
    pub clock: &'r Clock,
}

impl std::fmt::Debug for Restoring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Restoring(..)")
    }
}

/// A snapshot that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Bytes of its files.
    pub bytes: u64,
    /// What was found in them.
    pub examined: Examined,
    /// Whether the record was opened, too; not where that would bring an older schema up to date.
    pub is_opened: bool,
}

/// Restores a snapshot into a directory that is not there, or empty. Every chunk is checked, then
/// every page and every line of the audit log, and all of it is compared with what the snapshot
/// says; only then the directory appears under its name.
pub fn restore(
    repository: &Repository,
    snapshot: &Snapshot,
    to: &Path,
    restoring: &Restoring<'_>,
) -> Result<Restored, Failure> {
    let unfinished = Unfinished::begin(snapshot, to)?;
    unfinished.write_keyring(repository, snapshot)?;
    if snapshot.store == DIRECTORY {
        for file in snapshot.files.iter().filter(|file| !is_keyring(file)) {
            unfinished.write(repository, file)?;
        }
    } else {
        let (key, clock) = (restoring.master_key, restoring.clock);
        let directory = &unfinished.directory;
        let mut loading = Loading::begin_files(directory, key, &snapshot.schemas, clock)?;
        load(repository, snapshot, &mut loading, &unfinished)?;
        loading.end()?;
        loading.commit()?;
    }
    let restored = check(snapshot, &unfinished.directory, restoring)?;
    unfinished.publish(to)?;
    Ok(restored)
}

/// Loads the tables of a snapshot and writes its other files.
pub(crate) fn load(
    repository: &Repository,
    snapshot: &Snapshot,
    loading: &mut Loading,
    unfinished: &Unfinished,
) -> Result<(), Failure> {
    for file in &snapshot.files {
        if loading.table(&file.path)? {
            repository.read(file, &mut |piece| Ok(loading.feed(piece)?))?;
        } else if !is_keyring(file) {
            unfinished.write(repository, file)?;
        }
    }
    Ok(())
}

/// Whether a file is written before all others.
fn is_keyring(file: &FileEntry) -> bool {
    KEYRING_FILES.contains(&file.path.as_str())
}

/// Compares what was restored with what the snapshot says.
fn check(
    snapshot: &Snapshot,
    directory: &Path,
    restoring: &Restoring<'_>,
) -> Result<Restored, Failure> {
    let examined = examine(directory, restoring.master_key)?;
    if let Some(problem) = examined.problems.first() {
        return Err(Failure::Restored { text: problem.to_string() });
    }
    let differs = |what: &str| Failure::Restored { text: format!("{what} is not as it was") };
    if examined.schemas != snapshot.schemas {
        return Err(differs("the schema"));
    }
    let segments: Vec<_> = examined.audit.iter().map(segment_at).collect();
    if segments != snapshot.audit.segments {
        return Err(differs("the audit log"));
    }
    let resources = resources_at(&examined.resources);
    if snapshot.resources.as_ref().is_some_and(|expected| *expected != resources) {
        return Err(differs("the resources"));
    }
    let is_opened = snapshot.schemas == schema_versions();
    if is_opened {
        open(directory, restoring)?;
    }
    Ok(Restored { bytes: snapshot.bytes(), examined, is_opened })
}

/// Opens the record and closes it again.
pub(crate) fn open(directory: &Path, restoring: &Restoring<'_>) -> Result<(), Failure> {
    let master_key = restoring.master_key.duplicate();
    let settings = Settings { directory: directory.to_owned(), master_key, readers: 1 };
    let record = Record::open(settings, std::sync::Arc::clone(restoring.clock))?;
    if record.health().writable {
        return Ok(());
    }
    Err(Failure::Restored { text: "the record takes no writes".to_owned() })
}

fn refuse_filled(to: &Path) -> Result<(), Failure> {
    let first = match std::fs::read_dir(to) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed(to, &error)),
        Ok(mut entries) => entries.next(),
    };
    let text = "is not empty; a restore writes over nothing".to_owned();
    match first {
        None => Ok(()),
        Some(_) => Err(Failure::Invalid { place: to.display().to_string(), text }),
    }
}

/// What this program could not open is not restored by it.
fn refuse_newer(snapshot: &Snapshot) -> Result<(), Failure> {
    let known = schema_versions();
    for (name, version) in &snapshot.schemas {
        let newest = known.get(name).copied().unwrap_or_default();
        if *version > newest {
            let text = format!(
                "the schema of `{name}` is version {version}, and this program knows {newest}: \
                 restore it by {} or a later one",
                snapshot.program
            );
            return Err(Failure::Restored { text });
        }
    }
    Ok(())
}

/// A path that stays in its directory.
fn plain(path: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(path);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if is_plain && path.components().next().is_some() {
        return Ok(path);
    }
    let place = path.display().to_string();
    Err(Failure::Invalid { place, text: "is no path in a data directory".to_owned() })
}

/// A directory beside the one that is to be; removed unless it was published.
pub(crate) struct Unfinished {
    pub(crate) directory: PathBuf,
    parent: PathBuf,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Unfinished {
    /// Refuses what is not empty, and snapshots that this program could not open.
    pub(crate) fn begin(snapshot: &Snapshot, to: &Path) -> Result<Self, Failure> {
        refuse_filled(to)?;
        refuse_newer(snapshot)?;
        let parent = to.parent().filter(|path| !path.as_os_str().is_empty());
        let parent = parent.unwrap_or_else(|| Path::new(".")).to_owned();
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let directory = parent.join(format!(".{name}.restoring-{}", new_id()?));
        make(&directory)?;
        Ok(Self { directory, parent })
    }

    /// Writes the keyring and the list of destroyed keys as the newest snapshot of the repository
    /// has them: what was erased since an older one was taken is erased again when the record is
    /// opened.
    pub(crate) fn write_keyring(
        &self,
        repository: &Repository,
        snapshot: &Snapshot,
    ) -> Result<(), Failure> {
        let newest = repository.latest(None)?;
        let newest = newest.map(|id| repository.snapshot(&id)).transpose()?;
        let has_keyring = |snapshot: &&Snapshot| snapshot.files.iter().any(is_keyring);
        let from = newest.as_ref().filter(has_keyring).unwrap_or(snapshot);
        let mut files = from.files.iter().filter(|file| is_keyring(file));
        files.try_for_each(|file| self.write(repository, file))
    }

    /// Writes a file, every chunk checked.
    pub(crate) fn write(&self, repository: &Repository, file: &FileEntry) -> Result<(), Failure> {
        let path = self.directory.join(plain(&file.path)?);
        if let Some(folder) = path.parent() {
            make(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut written = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| failed(&path, &error))?;
        repository.read(file, &mut |piece| {
            written.write_all(piece).map_err(|error| failed(&path, &error))
        })?;
        written.sync_all().map_err(|error| failed(&path, &error))
    }

    /// Gives it its name.
    pub(crate) fn publish(&self, to: &Path) -> Result<(), Failure> {
        sync(&self.directory.join("audit"))?;
        sync(&self.directory)?;
        match std::fs::remove_dir(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(to, &error)),
            _ => {}
        }
        std::fs::rename(&self.directory, to).map_err(|error| failed(to, &error))?;
        sync(&self.parent)
    }
}

fn make(directory: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| failed(directory, &error))
}

fn sync(directory: &Path) -> Result<(), Failure> {
    match File::open(directory).and_then(|opened| opened.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(directory, &error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File { place: path.display().to_string(), text: error.to_string() }
}
