//! Filing a genome: blocks in transactions of bounded size, then the manifest.

use super::leftover;
use crate::audit::Touched;
use crate::limit::{self, DOCUMENT_BYTES_MAX, GENOME_BLOCK_BYTES_MAX, GENOME_BLOCKS_MAX, within};
use crate::record::uuid_at;
use crate::sql::genome as sql;
use crate::store::{Claim, Executor, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, RawId};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes of blocks after which a transaction is made of them.
const TRANSACTION_BYTES: usize = 1024 * 1024;

/// A block to file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGenomeBlock {
    /// What it holds, one word.
    pub kind: String,
    /// The sequence it lies on.
    pub sequence: String,
    /// First base of anything in it, from 0.
    pub first: u64,
    /// One past the last base of anything in it.
    pub last: u64,
    /// Its content.
    pub body: Vec<u8>,
}

/// A genome that is being filed. Nobody sees it before it is published; dropped before, what was
/// written of it is taken away, and so it is at the next opening after a crash.
#[derive(Debug)]
pub struct GenomeFiling {
    record: Record,
    access: Access,
    genome: String,
    patient: PatientId,
    filing: String,
    numbers: HashMap<(String, String), u64>,
    waiting: Vec<(u64, NewGenomeBlock)>,
    waiting_bytes: usize,
    blocks: usize,
    bytes: u64,
    is_published: bool,
    /// Held as long as something is being filed: who opens the store meanwhile takes nothing away.
    _claim: Claim,
}

impl Record {
    /// Begins to file a genome under an id of the caller's; `None` if it is there already.
    pub fn begin_genome(
        &self,
        access: &Access,
        genome: &str,
        patient: &PatientId,
    ) -> Result<Option<GenomeFiling>, Failure> {
        self.permit(access, Action::Commit)?;
        limit::text("genome", genome)?;
        if !model::id::is_fhir_id(patient.as_str()) || !access.sees(patient.as_str()) {
            return Err(Failure::NotFound);
        }
        let claim = self.inner.claims.shared()?;
        let tenant = access.tenant().as_str();
        let known = self
            .inner
            .genome
            .read(|executor| executor.first(sql::GENOME_GET, values![tenant, genome]))?;
        if known.is_some() {
            return Ok(None);
        }
        let filing = uuid_at(self.now());
        let row = values![tenant, &filing, self.now().micros()].to_vec();
        self.inner
            .genome_writer
            .write(move |executor| executor.execute(sql::FILING_PUT, &row).map(|_| ()))?;
        Ok(Some(GenomeFiling {
            record: self.clone(),
            access: access.clone(),
            genome: genome.to_owned(),
            patient: patient.clone(),
            filing,
            numbers: HashMap::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            blocks: 0,
            bytes: 0,
            is_published: false,
            _claim: claim,
        }))
    }
}

/// A claim that was lost with its connection may have been followed by a clearing up: half a genome
/// is none.
fn require_filing(executor: &dyn Executor, tenant: &str, filing: &str) -> Result<(), Failure> {
    match executor.first(sql::FILING_GET, values![tenant, filing])? {
        Some(_) => Ok(()),
        None => Err(Failure::Storage("what was filed of the genome was taken away".to_owned())),
    }
}

impl GenomeFiling {
    /// Takes a block; those that wait are written when there are enough of them.
    pub fn put(&mut self, block: NewGenomeBlock) -> Result<(), Failure> {
        within("block", block.body.len(), GENOME_BLOCK_BYTES_MAX, "bytes")?;
        self.blocks += 1;
        within("blocks", self.blocks, GENOME_BLOCKS_MAX, "blocks")?;
        limit::text("kind", &block.kind)?;
        limit::text("sequence", &block.sequence)?;
        let key = (block.kind.clone(), block.sequence.clone());
        let number = self.numbers.entry(key).or_default();
        *number += 1;
        self.waiting_bytes += block.body.len();
        self.bytes += block.body.len() as u64;
        self.waiting.push((*number, block));
        if self.waiting_bytes >= TRANSACTION_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Failure> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let (keys, now) = (Arc::clone(&self.record.inner.keys), self.record.now());
        let tenant = self.access.tenant().as_str().to_owned();
        let (filing, owner) = (self.filing.clone(), self.patient.as_str().to_owned());
        self.record.inner.genome_writer.write(move |executor| {
            require_filing(executor, &tenant, &filing)?;
            let vault = Vault::new(executor, &keys, &tenant);
            for (number, block) in waiting {
                let NewGenomeBlock { kind, sequence, first, last, body } = block;
                let at = number.to_string();
                let place = ["genome-block", &filing, &kind, &sequence, &at];
                let sealed = vault.seal(&owner, &place, &body, now)?;
                let row = values![&tenant, &filing, kind, sequence, number, first, last, sealed];
                executor.execute(sql::BLOCK_PUT, row)?;
            }
            Ok(())
        })
    }

    /// Publishes the genome with what is to be known of it, in one transaction; `false` if another
    /// filing has published it meanwhile: then this one is taken away.
    pub fn publish(mut self, raw: &RawId, body: &Value) -> Result<bool, Failure> {
        self.write()?;
        let body = serde_json::to_vec(body).map_err(|e| Failure::Storage(e.to_string()))?;
        within("genome", body.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        let mut touched = Touched::default();
        touched.patient(self.patient.as_str());
        touched.entities.push(format!("genome/{}", self.genome));
        self.record.note(&self.access, Action::Commit, &touched)?;
        let (keys, now) = (Arc::clone(&self.record.inner.keys), self.record.now());
        let tenant = self.access.tenant().as_str().to_owned();
        let (genome, filing) = (self.genome.clone(), self.filing.clone());
        let (owner, raw) = (self.patient.as_str().to_owned(), raw.as_str().to_owned());
        let (blocks, bytes) = (self.blocks as u64, self.bytes);
        let is_new = self.record.inner.genome_writer.write(move |executor| {
            require_filing(executor, &tenant, &filing)?;
            let vault = Vault::new(executor, &keys, &tenant);
            let sealed = vault.seal(&owner, &["genome", &genome, &filing], &body, now)?;
            let micros = now.micros();
            let row = values![&tenant, genome, &filing, owner, raw, micros, blocks, bytes, sealed];
            if executor.execute(sql::GENOME_PUT, row)? == 0 {
                return Ok(false);
            }
            executor.execute(sql::FILING_DROP, values![&tenant, &filing])?;
            Ok(true)
        })?;
        self.is_published = is_new;
        Ok(is_new)
    }
}

impl Drop for GenomeFiling {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        let (tenant, filing) = (self.access.tenant().as_str().to_owned(), self.filing.clone());
        // What stays is taken away at the next opening.
        let _ = self
            .record
            .inner
            .genome_writer
            .write(move |executor| leftover::drop_filing(executor, &tenant, &filing));
    }
}
