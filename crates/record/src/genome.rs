//! Genomes: blocks of calls and coverage of one sample, in a file of their own, and the manifest
//! that says whose they are.
//!
//! The record knows no variants: a block is bytes with a place, sealed under its patient's key for
//! exactly that place. A genome is there from the moment its manifest is, and not before.

mod filing;
mod leftover;
#[cfg(test)]
mod tests;

pub use filing::{GenomeFiling, NewGenomeBlock};
pub(crate) use leftover::remove_leftovers;

use crate::limit::{GENOME_BYTES_MAX, GENOME_RANGES_MAX, PAGE_ROWS_MAX, within};
use crate::resource::patient_of;
use crate::sql::genome as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::{PatientId, RawId, Timestamp};
use serde_json::Value;

/// What a genome is, as its manifest has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Genome {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub patient: PatientId,
    /// The archived file that it was made from.
    pub raw: RawId,
    /// When it was filed.
    pub recorded: Timestamp,
    /// Blocks that it has.
    pub blocks: u64,
    /// Bytes of them, before they were sealed.
    pub bytes: u64,
    /// What whoever filed it says of it; sealed.
    pub body: Value,
    filing: String,
}

/// A part of a genome that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenomeRange {
    /// Id of the genome.
    pub genome: String,
    /// Kind of the blocks, as they were filed.
    pub kind: String,
    /// Sequence of the blocks, as they were filed.
    pub sequence: String,
    /// First base, from 0.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
}

/// A block that overlaps a part asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenomeBlock {
    /// Id of the genome.
    pub genome: String,
    /// Its kind.
    pub kind: String,
    /// Its sequence.
    pub sequence: String,
    /// Its number among those of its kind and sequence.
    pub number: u64,
    /// What was filed.
    pub body: Vec<u8>,
}

/// Asks for ranges of the genomes that there are.
pub type ChooseRanges<'c, E> = dyn FnMut(&[Genome]) -> Result<Vec<GenomeRange>, E> + 'c;

impl Record {
    /// The genomes of a patient, by id, without their blocks.
    pub fn genomes(&self, access: &Access, patient: &PatientId) -> Result<Vec<Genome>, Failure> {
        let mut none = |_: &[Genome]| Ok::<_, Failure>(Vec::new());
        self.read_genomes(access, patient, &mut none).map(|(genomes, _)| genomes)
    }

    /// The genomes of a patient with the blocks that overlap the ranges which `choose` asks for,
    /// each block once, in one audited read of one state. No other block is opened, and none is
    /// left out: more bytes than [`GENOME_BYTES_MAX`] are [`Failure::TooMuch`].
    ///
    /// # Errors
    /// As any read has, and what `choose` gives.
    pub fn read_genomes<E: From<Failure>>(
        &self,
        access: &Access,
        patient: &PatientId,
        choose: &mut ChooseRanges<'_, E>,
    ) -> Result<(Vec<Genome>, Vec<GenomeBlock>), E> {
        let access = &self.granted(access, Action::ReadClinical)?;
        let mut touched = crate::audit::Touched::default();
        touched.patient(patient.as_str());
        // The file of genomes has no consents and relationships; a genome says of everything in it.
        let is_admitted = self.admits(access, patient.as_str(), &["GDIS"])?;
        let read = self.inner.genome.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let genomes = if is_admitted {
                manifests(executor, &vault, access, patient)?
            } else {
                Vec::new()
            };
            let named = genomes.iter().map(|genome| format!("genome/{}", genome.id));
            touched.entities.extend(named);
            let blocks = match choose(&genomes) {
                Ok(ranges) => blocks(executor, &vault, access, &genomes, &ranges)?,
                Err(error) => return Ok(Err(error)),
            };
            Ok(Ok((genomes, blocks)))
        });
        // A failed read returns nothing, but that it was tried is kept.
        self.note(access, Action::ReadClinical, &touched)?;
        read?
    }
}

fn manifests(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    access: &Access,
    patient: &PatientId,
) -> Result<Vec<Genome>, Failure> {
    let key = values![access.tenant().as_str(), patient.as_str()];
    let mut query = Builder::new(sql::GENOMES_OF_PATIENT, key);
    query.scope_of_patients(access, "patient");
    // Not bound: SQLite compiles a statement anew for each LIMIT that is.
    query.push(&format!(" ORDER BY id LIMIT {}", PAGE_ROWS_MAX + 1));
    let rows = executor.query(&query.sql, &query.values)?;
    within("genomes of one patient", rows.len(), PAGE_ROWS_MAX as usize, "genomes")?;
    rows.iter().map(|row| manifest(vault, row)).collect()
}

/// Reads a manifest: id, filing, patient, raw, recorded, blocks, bytes, body.
fn manifest(vault: &Vault<'_>, row: &Row) -> Result<Genome, Failure> {
    let (id, filing, owner) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let body = vault.open(owner, &["genome", id, filing], row.bytes(7)?)?;
    let sealed = || Failure::Sealed { place: format!("genome/{id}") };
    Ok(Genome {
        id: id.to_owned(),
        patient: patient_of(owner).ok_or_else(sealed)?,
        raw: RawId::new(row.text(3)?),
        recorded: Timestamp::from_micros(row.int(4)?),
        blocks: row.count(5)?,
        bytes: row.count(6)?,
        body: serde_json::from_slice(&body).map_err(|_| sealed())?,
        filing: filing.to_owned(),
    })
}

fn blocks(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    access: &Access,
    genomes: &[Genome],
    ranges: &[GenomeRange],
) -> Result<Vec<GenomeBlock>, Failure> {
    within("ranges", ranges.len(), GENOME_RANGES_MAX, "ranges")?;
    let (mut found, mut bytes): (Vec<GenomeBlock>, usize) = (Vec::new(), 0);
    for range in ranges {
        // Only of a genome that this read has given, so only of one that the caller sees.
        let Some(genome) = genomes.iter().find(|genome| genome.id == range.genome) else {
            return Err(Failure::NotFound);
        };
        let tenant = access.tenant().as_str();
        let GenomeRange { kind, sequence, start, end, .. } = range;
        let key = values![tenant, &genome.filing, kind, sequence, *start, *end];
        let numbers = executor.query(sql::BLOCKS_OVERLAPPING, key)?;
        for row in numbers {
            let number = row.count(0)?;
            let is_known = found.iter().any(|block| {
                block.number == number
                    && block.genome == genome.id
                    && block.kind == *kind
                    && block.sequence == *sequence
            });
            if is_known {
                continue;
            }
            let key = values![tenant, &genome.filing, kind, sequence, number];
            let row = executor.one(sql::BLOCK_GET, key)?;
            let (owner, at) = (genome.patient.as_str(), number.to_string());
            let place = ["genome-block", &genome.filing, kind, sequence, &at];
            let body = vault.open(owner, &place, row.bytes(0)?)?;
            bytes += body.len();
            within("blocks of a genome", bytes, GENOME_BYTES_MAX, "bytes")?;
            found.push(GenomeBlock {
                genome: genome.id.clone(),
                kind: kind.clone(),
                sequence: sequence.clone(),
                number,
                body,
            });
        }
    }
    Ok(found)
}
