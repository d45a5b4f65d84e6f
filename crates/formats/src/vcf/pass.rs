//! One pass over the records, for one sample or for many.

use super::build::{self, Agreement, BuildEvidence};
use super::cohort::CohortLimits;
use super::header::Header;
use super::record::{Columns, Head};
use super::sample::Texts;
use super::selection::Selection;
use super::sites::Sites;
use super::source::Source;
use super::{MISMATCHES_MAX, canonical_chromosome, line_problem, place};
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::GenotypeRecord;
use std::io::BufRead;
use std::ops::ControlFlow;

/// What becomes of a record that overlaps a site.
pub(super) trait Sink {
    /// Takes a record in. The text of an error is about its line.
    fn take(
        &mut self,
        head: Head,
        texts: Texts<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem>;
}

/// What stays the same from record to record.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) header: &'a Header,
    pub(super) index: &'a Sites<'a>,
    pub(super) limits: &'a CohortLimits,
    pub(super) selection: &'a Selection,
    pub(super) absent_position: AbsentPosition,
    /// The name last seen and what it is, since most records share it with the one before.
    pub(super) last_name: Option<(String, Option<String>)>,
    /// What was seen so far.
    pub(super) seen: Seen,
}

/// What was seen so far, against the limits.
#[derive(Debug, Default)]
pub(super) struct Seen {
    records: u64,
    kept: usize,
    bases: usize,
    mismatches: usize,
}

impl Pass<'_> {
    /// Reads to the end, or until too many records disagree with the reference.
    pub(super) fn run<R: BufRead>(
        &mut self,
        source: &mut Source<R>,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
        sink: &mut impl Sink,
    ) -> Result<(), Problem> {
        let limits = self.limits;
        loop {
            let number = source.number() + 1;
            let fail = |failure| line_problem(&failure, number, limits.line_bytes);
            let Some(line) = source.next(self.header, self.index).map_err(fail)? else { break };
            if self.line(line, number, evidence, problems, sink)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Takes in one line; it breaks off when too many records disagree with the reference.
    pub(super) fn line(
        &mut self,
        line: &[u8],
        number: u64,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
        sink: &mut impl Sink,
    ) -> Result<ControlFlow<()>, Problem> {
        let limits = self.limits;
        let limit = |text: String| Problem::error("limit", place(number), text);
        self.seen.records += 1;
        if self.seen.records > limits.records {
            let text = format!("the file has more than {} records", limits.records);
            return Err(limit(text));
        }
        if line.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let Some((head, texts)) = self.head(line, number, evidence)? else {
            return Ok(ControlFlow::Continue(()));
        };
        self.seen.mismatches += self.check_reference(&head.record, evidence, problems);
        if self.seen.mismatches >= MISMATCHES_MAX {
            return Ok(ControlFlow::Break(()));
        }
        self.seen.kept += 1;
        if self.seen.kept > limits.kept {
            let text = format!("more than {} records lie on known positions", limits.kept);
            return Err(limit(text));
        }
        let alternates = &head.record.alternates;
        if alternates.len() > limits.alternates {
            let text = format!("the record has more than {} ALT alleles", limits.alternates);
            return Err(limit(text));
        }
        self.seen.bases +=
            head.record.reference.len() + alternates.iter().map(String::len).sum::<usize>();
        if self.seen.bases > limits.allele_bytes {
            let text = format!("REF and ALT have more than {} bytes", limits.allele_bytes);
            return Err(limit(text));
        }
        sink.take(head, texts, problems)?;
        Ok(ControlFlow::Continue(()))
    }

    /// The record of a line, if it overlaps a site.
    fn head<'l>(
        &mut self,
        line: &'l [u8],
        number: u64,
        evidence: &mut BuildEvidence,
    ) -> Result<Option<(Head, Texts<'l>)>, Problem> {
        let malformed = |text: String| Problem::error("malformed-record", place(number), text);
        let columns = Columns::of(line).map_err(malformed)?;
        let (end, lengths_differ) = columns.end(self.selection).map_err(malformed)?;
        if self.last_name.as_ref().is_none_or(|(name, _)| name != columns.chromosome) {
            let canonical = canonical_chromosome(columns.chromosome);
            if canonical.is_some() {
                evidence.see_accession(columns.chromosome, number)?;
            }
            self.last_name = Some((columns.chromosome.to_owned(), canonical));
        }
        let Some((_, Some(chromosome))) = &self.last_name else { return Ok(None) };
        if !self.index.overlaps(chromosome, columns.start, end) {
            return Ok(None);
        }
        if lengths_differ && self.absent_position == AbsentPosition::Reference {
            // The block ends at the lowest LEN; what another sample's block says of the positions
            // behind it is lost, and must not come back as reference.
            return Err(Problem::error(
                "length-differs",
                place(number),
                "LEN differs between samples, which cannot be read with absent positions as \
                 reference",
            ));
        }
        let head = columns.head(chromosome, end, number).map_err(malformed)?;
        Ok(Some((head, columns.texts())))
    }

    /// Compares REF with every site the record overlaps; gives the number of disagreements.
    fn check_reference(
        &self,
        record: &GenotypeRecord,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
    ) -> usize {
        let mut mismatches = 0;
        let end = record.position + record.reference.len() as u64 - 1;
        for site in self.index.overlapping(&record.chromosome, record.position, end) {
            match build::compare(record, site) {
                Agreement::Unknown => {}
                Agreement::Agrees { alternate } => evidence.agree(site, alternate),
                Agreement::Disagrees => {
                    mismatches += 1;
                    problems.push(Problem::error(
                        "reference-mismatch",
                        place(record.line),
                        format!(
                            "REF is not the GRCh38 base at {}:{}",
                            site.chromosome, site.position
                        ),
                    ));
                }
            }
        }
        mismatches
    }
}
