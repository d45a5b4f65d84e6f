//! The files of a directory, by name.

use super::IMPORT_BYTES_MAX;
use crate::error::LoadError;
use std::collections::BTreeMap;
use std::path::Path;

/// Most files that one import reads.
pub const IMPORT_FILES_MAX: usize = 20_000;
/// Most bytes that one import reads, over all files.
pub const IMPORT_TOTAL_BYTES_MAX: usize = 512 * 1024 * 1024;
/// How deep directories are looked into.
const DEPTH_MAX: usize = 4;

/// Reads the files of a directory and of those in it, by path from there with `/`. Only names
/// with these endings are read; symbolic links are not followed.
///
/// # Errors
/// When something cannot be read, or is more than the limits.
pub fn directory(root: &Path, endings: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let mut files = BTreeMap::new();
    let mut total = 0;
    let mut waiting = vec![(root.to_path_buf(), String::new(), 0_usize)];
    while let Some((at, prefix, depth)) = waiting.pop() {
        let failed =
            |path: &Path, source| LoadError::Read { file: path.display().to_string(), source };
        for entry in std::fs::read_dir(&at).map_err(|error| failed(&at, error))? {
            let entry = entry.map_err(|error| failed(&at, error))?;
            let path = entry.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let name = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(|error| failed(&path, error))?;
            if kind.is_dir() && depth < DEPTH_MAX {
                waiting.push((path, format!("{name}/"), depth + 1));
                continue;
            }
            if !kind.is_file() || !endings.iter().any(|ending| name.ends_with(ending)) {
                continue;
            }
            let size = entry.metadata().map_err(|error| failed(&path, error))?.len();
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            total = size.saturating_add(total);
            if size > IMPORT_BYTES_MAX {
                return Err(LoadError::TooLarge {
                    file: name,
                    bytes: size,
                    limit: IMPORT_BYTES_MAX,
                });
            }
            if total > IMPORT_TOTAL_BYTES_MAX || files.len() == IMPORT_FILES_MAX {
                let (file, limit) = (root.display().to_string(), IMPORT_TOTAL_BYTES_MAX);
                return Err(LoadError::TooLarge { file, bytes: total, limit });
            }
            let bytes = std::fs::read(&path).map_err(|error| failed(&path, error))?;
            files.insert(name, bytes);
        }
    }
    Ok(files)
}
