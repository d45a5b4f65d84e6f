//! Opening places of backups.

use crate::arguments::{BucketArguments, FromArguments, SnapshotArguments};
use crate::store;
use anyhow::{Context, bail};
use backup::{Destination, Directory, Repository, S3, S3Settings, SnapshotId};
use model::Timestamp;
use record::{MasterKey, backup_key};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// How a place in a bucket begins.
const BUCKET: &str = "s3://";
/// Bytes of a file of credentials.
const CREDENTIALS_BYTES_MAX: u64 = 16 * 1024;

/// A directory, or a bucket.
pub(crate) fn destination(
    place: &str,
    bucket: &BucketArguments,
) -> anyhow::Result<Arc<dyn Destination>> {
    let Some(named) = place.strip_prefix(BUCKET) else {
        if place.contains("://") {
            bail!("`{place}` is neither a directory nor `s3://BUCKET/PREFIX`");
        }
        return Ok(Arc::new(Directory::new(place)));
    };
    let (name, prefix) = named.split_once('/').unwrap_or((named, ""));
    let endpoint = bucket.endpoint.clone().context("a bucket needs `--s3-endpoint`")?;
    let file = bucket.credentials_file.as_deref();
    let file = file.context("a bucket needs `--s3-credentials-file`")?;
    let text = private_text(file)?;
    let mut lines = text.lines().map(str::trim);
    let (Some(access_key), Some(secret_key)) = (lines.next(), lines.next()) else {
        bail!("`{}` does not hold a key and a secret, one a line", file.display());
    };
    let authorities = bucket.authorities.as_deref().map(|path| {
        std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
    });
    let token = lines.next().filter(|token| !token.is_empty());
    let settings = S3Settings {
        endpoint,
        region: bucket.region.clone(),
        bucket: name.to_owned(),
        prefix: prefix.to_owned(),
        access_key: access_key.to_owned(),
        secret_key: secret_key.to_owned().into(),
        session_token: token.map(|token| token.to_owned().into()),
        authorities: authorities.transpose()?,
    };
    Ok(Arc::new(S3::new(settings, store::clock())?))
}

/// The text of a file that only its owner can read.
pub(crate) fn private_text(path: &Path) -> anyhow::Result<String> {
    let about =
        std::fs::metadata(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    if about.permissions().mode() & 0o077 != 0 {
        bail!("`{}` can be read by others; `chmod 600` it", path.display());
    }
    if about.len() > CREDENTIALS_BYTES_MAX {
        bail!("`{}` is too long to hold credentials", path.display());
    }
    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

/// The backups of a place and the key they are under.
pub(crate) fn open(from: &FromArguments) -> anyhow::Result<(Repository, MasterKey)> {
    let master_key = store::named_key(from.master_key_file.as_deref())?;
    let destination = destination(&from.from, &from.bucket)?;
    let repository = Repository::open(destination, &backup_key(&master_key)?)?;
    Ok((repository, master_key))
}

/// The snapshot that is meant; `None` if there is none.
pub(crate) fn which(
    repository: &Repository,
    which: &SnapshotArguments,
) -> anyhow::Result<Option<SnapshotId>> {
    if let Some(text) = &which.snapshot {
        return match repository.find(text) {
            Err(backup::Failure::NotFound(_)) => Ok(None),
            other => Ok(Some(other?)),
        };
    }
    let at = which.at.as_ref().map(|text| {
        Timestamp::parse(text).with_context(|| format!("`{text}` is no time, or has no offset"))
    });
    Ok(repository.latest(at.transpose()?)?)
}
