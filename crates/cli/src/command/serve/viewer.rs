//! The browser of genomes that the operator brings.

use super::say;
use anyhow::{Context as _, anyhow};
use server::{VIEWER_BYTES_MAX, Viewer};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Reads the script; what it is stands in the log.
pub(super) fn viewer(path: &Path) -> anyhow::Result<Viewer> {
    let reading = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    let most = VIEWER_BYTES_MAX as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .with_context(reading)?;
    let viewer = Viewer::new(bytes).map_err(|wrong| anyhow!("{} {wrong}", path.display()))?;
    say(&format!("browser of genomes: {} (SHA-256 {})", path.display(), viewer.sha256));
    Ok(viewer)
}
