//! The list of destroyed data keys: beside the keyring, appended to only, chained.
//!
//! It is kept apart from the data, so that a backup of the data that is restored does not bring
//! back what was erased: whoever opens the store destroys it again. A key on the list opens
//! nothing.

use super::file::{Locked, Stamp, Written, folder, with_ending};
use super::{Known, Ring, missing};
use crate::Failure;
use crate::key::seal::associated_data;
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::PoisonError;

/// Ending of the list's name.
const ENDING: &str = "destroyed";
/// Bytes of the list.
const BYTES_MAX: u64 = 1 << 30;

/// A data key that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyedKey {
    /// Which database it was in.
    pub database: String,
    /// What it sealed: a patient, a message, a review.
    pub owner: String,
    /// By what it is told from others.
    pub id: String,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destruction {
    pub(crate) tenant: String,
    pub(crate) patient: String,
    /// When, RFC 3339.
    pub(crate) at: String,
    pub(crate) keys: Vec<DestroyedKey>,
}

impl Ring {
    fn list(&self) -> PathBuf {
        with_ending(&self.path, ENDING)
    }

    fn failed(&self, text: &str) -> Failure {
        Failure::KeyFile { place: self.list().display().to_string(), text: text.to_owned() }
    }

    /// Reads the list. Half a line at the end is what a crash leaves of one on whose strength
    /// nothing was done; the bytes before it are given, too.
    fn read_list(&self) -> Result<(Vec<Destruction>, u64, String), Failure> {
        let mut bytes = Vec::new();
        match File::open(self.list()) {
            Ok(file) => {
                let read = file.take(BYTES_MAX + 1).read_to_end(&mut bytes);
                read.map_err(|error| self.failed(&error.to_string()))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.failed(&error.to_string())),
        }
        let altered = || self.failed("was altered");
        let (mut lines, mut whole, mut last) = (Vec::new(), 0, String::new());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let text = std::str::from_utf8(text).map_err(|_| altered())?;
            let (hash, json) = text.split_once(' ').ok_or_else(altered)?;
            let tag = hex::decode(hash).map_err(|_| altered())?;
            hmac::verify(&self.mac, &chained(&last, json), &tag).map_err(|_| altered())?;
            lines.push(serde_json::from_str(json).map_err(|_| altered())?);
            hash.clone_into(&mut last);
            whole += line.len() as u64;
        }
        Ok((lines, whole, last))
    }

    /// What was destroyed. Whoever goes through it opens the keys for the last time, and has them
    /// remembered then.
    pub(crate) fn destructions(&self) -> Result<Vec<Destruction>, Failure> {
        let (lines, _, _) = self.read_list()?;
        let written = Written::read(&self.path)?.ok_or_else(|| missing(&self.path))?;
        if (lines.len() as u64) < written.erasures {
            return Err(self.failed("was cut: keys that were destroyed are no longer on it"));
        }
        Ok(lines)
    }

    /// From now on these keys open nothing.
    pub(crate) fn remember(&self, lines: &[Destruction]) {
        let mut known = self.destroyed.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(lines.iter().flat_map(|line| &line.keys).map(|key| key.id.clone()));
    }

    /// Whether anything was destroyed.
    pub(crate) fn has_destroyed(&self) -> bool {
        !self.destroyed.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether a data key was destroyed.
    pub(crate) fn is_destroyed(&self, id: &str) -> bool {
        self.destroyed.read().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    /// Puts a destruction on the list, durably, before anything is destroyed.
    pub(crate) fn destroy(&self, destruction: &Destruction) -> Result<(), Failure> {
        let mut known = self.lock();
        self.append(&mut known, destruction)
    }

    fn append(&self, known: &mut Known, destruction: &Destruction) -> Result<(), Failure> {
        let locked = Locked::new(&self.path)?;
        let mut written = Written::read(&self.path)?.ok_or_else(|| missing(&self.path))?;
        written.require_whole(&self.path, &self.mac)?;
        let (lines, whole, last) = self.read_list()?;
        let json = serde_json::to_string(destruction).map_err(|_| self.failed("is no JSON"))?;
        let hash = hex::encode(hmac::sign(&self.mac, &chained(&last, &json)));
        let put = || {
            let mut options = OpenOptions::new();
            let path = self.list();
            let mut file =
                options.create(true).truncate(false).write(true).mode(0o600).open(&path)?;
            file.set_len(whole)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(format!("{hash} {json}\n").as_bytes())?;
            file.sync_all()?;
            File::open(folder(&path))?.sync_all()
        };
        put().map_err(|error: std::io::Error| self.failed(&error.to_string()))?;
        written.erasures = lines.len() as u64 + 1;
        written.write(&locked, &self.path, &self.mac)?;
        // Only the count has changed: what was known of the keys still holds.
        if written.master_key == self.held.id() {
            self.take_in(known, &written)?;
            known.stamp = Stamp::of(&self.path)?;
        }
        Ok(())
    }
}

fn chained(last: &str, json: &str) -> Vec<u8> {
    associated_data(&["destroyed", last, json])
}
