//! Proofs for a witness: that the log is what it was at an earlier checkpoint, with more behind it.
//!
//! Each segment is a tree of its own, so a proof has one part for each: the checkpoint that is
//! signed now and the hashes that lead to it from the one that the witness has. A witness needs
//! its own checkpoints, the proof and the public key; it sees no event.

use super::chain::{name, segments};
use super::checkpoint::{Checkpoint, LINES, Verifier, decode, encode, segment_of};
use super::line::Line;
use super::merkle::Hash;
use super::merkle::consistency::{Leaves, PROOF_HASHES_MAX, is_consistent};
use super::signing::CHECKPOINTS_ENDING;
use crate::Failure;
use crate::limit::within;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// What a proof says that it is.
const KIND: &str = "cognate audit log, consistency";
/// Segments of one proof.
const SEGMENTS_MAX: usize = 100_000;
const BUFFER_BYTES: usize = 1 << 20;

/// That a log is an earlier one with more at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditProof {
    /// What this is.
    pub proof: String,
    /// Every segment that there is, by name.
    pub segments: Vec<SegmentProof>,
}

/// The part of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SegmentProof {
    /// File name.
    pub segment: String,
    /// How many events the earlier checkpoint had; 0 where there was none.
    pub from: u64,
    /// The checkpoint that is signed now.
    pub checkpoint: String,
    /// Hashes from the one to the other, base64 (RFC 6962, section 2.1.2).
    pub path: Vec<String>,
}

/// The latest checkpoint of each segment, with its text.
type Latest = BTreeMap<String, (Checkpoint, String)>;

fn refuse<T>(segment: &str, text: &str) -> Result<T, Failure> {
    Err(Failure::Audit(format!("{segment}: {text}")))
}

/// Reads checkpoints, one after the other as files of checkpoints hold them; the largest of each
/// segment counts.
fn read(text: &str, verifiers: &[Verifier], latest: &mut Latest) -> Result<(), Failure> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for note in lines.chunks(LINES) {
        // A crash may leave half a checkpoint at the end of a file.
        if note.len() < LINES || !note.last().is_some_and(|line| line.ends_with('\n')) {
            break;
        }
        let note = note.concat();
        let segment = segment_of(&note).unwrap_or_default().to_owned();
        let found = verifiers.iter().find_map(|key| Checkpoint::read(&note, &segment, key));
        let Some(found) = found else {
            return refuse(&segment, "the checkpoint is not signed by the key, or was altered");
        };
        if latest.get(&segment).is_none_or(|(known, _)| known.size <= found.size) {
            latest.insert(segment, (found, note));
        }
        within("checkpoints", latest.len(), SEGMENTS_MAX, "segments")?;
    }
    Ok(())
}

/// The latest checkpoints of a directory.
fn of_directory(directory: &Path, verifiers: &[Verifier]) -> Result<Latest, Failure> {
    let failed = |error: std::io::Error| {
        Failure::Audit(format!("checkpoints in {}: {error}", directory.display()))
    };
    let mut latest = Latest::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == CHECKPOINTS_ENDING) {
            let text = std::fs::read(&path).map_err(failed)?;
            read(&String::from_utf8_lossy(&text), verifiers, &mut latest)?;
        }
    }
    Ok(latest)
}

fn leaves(path: &Path) -> std::io::Result<Leaves> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
    let (mut leaves, mut text) = (Leaves::default(), Vec::new());
    while reader.read_until(b'\n', &mut text)? > 0 && text.last() == Some(&b'\n') {
        let Some(line) = Line::read(&text) else { break };
        leaves.add(&line.digest());
        text.clear();
    }
    Ok(leaves)
}

/// Proves that the audit log of a data directory is the one of earlier checkpoints with more at its
/// end: `since` holds these, one after the other, none at first. The log has to be what its own
/// latest checkpoints say, too.
///
/// # Errors
/// [`Failure::Audit`] names the segment for which there is no such proof, and why.
pub fn prove_audit_log(
    directory: &Path,
    checkpoints: &Path,
    verifiers: &[Verifier],
    since: &str,
) -> Result<AuditProof, Failure> {
    let mut known = Latest::new();
    read(since, verifiers, &mut known)?;
    let mut parts = Vec::new();
    for (segment, (now, checkpoint)) in of_directory(checkpoints, verifiers)? {
        let path = directory.join("audit").join(&segment);
        let leaves = match leaves(&path) {
            Ok(leaves) => leaves,
            Err(error) => return refuse(&segment, &error.to_string()),
        };
        if leaves.root(now.size) != Some(now.root) {
            let text = format!("its {} events are not what was signed", leaves.size());
            return refuse(&segment, &text);
        }
        let former = known.remove(&segment).map(|(former, _)| former);
        let from = former.as_ref().map_or(0, |former| former.size);
        let path = match &former {
            None => Vec::new(),
            Some(former) if leaves.root(from) != Some(former.root) => {
                return refuse(&segment, "is not what it was: another past, or it was cut");
            }
            Some(_) => leaves.proof(from, now.size).unwrap_or_default(),
        };
        let path = path.iter().map(|hash| encode(hash)).collect();
        parts.push(SegmentProof { segment, from, checkpoint, path });
    }
    match known.into_keys().next() {
        Some(gone) => refuse(&gone, "nothing is signed of it any more"),
        None => Ok(AuditProof { proof: KIND.to_owned(), segments: parts }),
    }
}

/// Checks a proof by the checkpoints that a witness has, and gives those to keep from now on.
///
/// # Errors
/// [`Failure::Audit`] names the segment that is not proven, and why.
pub fn check_audit_proof(
    since: &str,
    proof: &AuditProof,
    verifiers: &[Verifier],
) -> Result<String, Failure> {
    if proof.proof != KIND {
        return Err(Failure::Audit("this is no proof about an audit log".to_owned()));
    }
    within("segments", proof.segments.len(), SEGMENTS_MAX, "segments")?;
    let mut known = Latest::new();
    read(since, verifiers, &mut known)?;
    let mut kept = String::new();
    let mut seen = Latest::new();
    for part in &proof.segments {
        let segment = &part.segment;
        let mut now = Latest::new();
        read(&part.checkpoint, verifiers, &mut now)?;
        let (Some((now, _)), true) = (now.remove(segment), now.is_empty()) else {
            return refuse(segment, "its checkpoint is of another segment, or is none");
        };
        within("path", part.path.len(), PROOF_HASHES_MAX, "hashes")?;
        let hash = |text: &String| decode(text).and_then(|hash| Hash::try_from(hash).ok());
        let path: Option<Vec<Hash>> = part.path.iter().map(hash).collect();
        let Some(path) = path else { return refuse(segment, "a hash cannot be read") };
        let holds = match known.remove(segment) {
            None => part.from == 0 && path.is_empty(),
            Some((former, _)) => {
                let (was, is) = ((former.size, &former.root), (now.size, &now.root));
                part.from == former.size && is_consistent(was, is, &path)
            }
        };
        if !holds || seen.insert(segment.clone(), (now, String::new())).is_some() {
            return refuse(segment, "is not proven to be what it was, with more at its end");
        }
        kept.push_str(&part.checkpoint);
    }
    match known.into_keys().next() {
        Some(gone) => refuse(&gone, "the proof says nothing of it"),
        None => Ok(kept),
    }
}

/// Segments of a data directory that no checkpoint is of: what they hold can be proven to nobody.
///
/// # Errors
/// [`Failure::Audit`] if they cannot be listed.
pub fn unsigned_audit_segments(
    directory: &Path,
    proof: &AuditProof,
) -> Result<Vec<String>, Failure> {
    let failed = |error: std::io::Error| Failure::Audit(error.to_string());
    let names = segments(&directory.join("audit")).map_err(failed)?;
    let names = names.iter().map(|path| name(path));
    let is_signed = |name: &String| proof.segments.iter().any(|part| part.segment == *name);
    Ok(names.filter(|name| !is_signed(name)).collect())
}
