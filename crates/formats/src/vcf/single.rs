//! One sample's calls.

use super::build::BuildEvidence;
use super::chromosome::karyotype_order;
use super::cohort::CohortLimits;
use super::header::Header;
use super::pass::{Pass, Seen, Sink};
use super::record::Head;
use super::sample::{Sample, Texts, WEAK};
use super::selection::Selection;
use super::sites::Sites;
use super::{Limits, REMARKS_MAX, ReadSettings, Site, place, source};
use model::Problem;
use model::genotype::{Evidence, GenotypeCall, GenotypeRecord, GenotypeSet};
use model::variant::GenomeBuild;
use std::io::Read;
use std::ops::ControlFlow;

/// The bounds of a reader of one sample, as those of one that could read more.
pub(super) fn limits(limits: &Limits) -> CohortLimits {
    CohortLimits {
        records: limits.records,
        line_bytes: limits.line_bytes,
        header_lines: limits.header_lines,
        kept: limits.calls,
        samples: usize::MAX,
        alternates: usize::MAX,
        allele_bytes: usize::MAX,
        ..CohortLimits::default()
    }
}

pub(super) fn read(
    reader: impl Read,
    sites: &[Site],
    settings: &ReadSettings,
    problems: &mut Vec<Problem>,
) -> Result<GenotypeSet, Problem> {
    let limits = limits(&settings.limits);
    let (header, mut source) = source::open(reader, &limits, problems)?;
    let column = header.choose_sample(settings.sample.as_deref())?;
    let selection = Selection::of(header.samples.len(), vec![column]);
    let index = Sites::new(sites);
    let file = File { header: &header, index: &index, limits: &limits, selection: &selection };
    let mut single = Single::begin(file, column, settings)?;
    single.pass.run(&mut source, &mut single.evidence, problems, &mut single.calls)?;
    single.finish(problems)
}

/// What a file is read with.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) header: &'a Header,
    pub(super) index: &'a Sites<'a>,
    pub(super) limits: &'a CohortLimits,
    pub(super) selection: &'a Selection,
}

/// The reading of one sample, line by line.
pub(super) struct Single<'a> {
    pass: Pass<'a>,
    evidence: BuildEvidence,
    calls: Calls,
}

impl<'a> Single<'a> {
    /// Begins behind the header; an error if that is of another build.
    pub(super) fn begin(
        file: File<'a>,
        column: usize,
        settings: &ReadSettings,
    ) -> Result<Self, Problem> {
        let File { header, index, limits, selection } = file;
        let evidence = BuildEvidence::from_header(header)?;
        let columns = header.samples.len();
        let honour_filter = settings.honour_filter;
        let calls = Calls { column, columns, honour_filter, found: Vec::new() };
        let absent_position = settings.absent_position;
        let pass = Pass {
            header,
            index,
            limits,
            selection,
            absent_position,
            last_name: None,
            seen: Seen::default(),
        };
        Ok(Self { pass, evidence, calls })
    }

    /// Takes in one line; it breaks off when too many records disagree with the reference.
    pub(super) fn line(
        &mut self,
        line: &[u8],
        number: u64,
        problems: &mut Vec<Problem>,
    ) -> Result<ControlFlow<()>, Problem> {
        self.pass.line(line, number, &mut self.evidence, problems, &mut self.calls)
    }

    /// The set, behind the last line.
    pub(super) fn finish(mut self, problems: &mut Vec<Problem>) -> Result<GenotypeSet, Problem> {
        if model::problem::first_error(problems).is_some() {
            // The mismatches already listed forbid the file; the caller drops the set.
            self.evidence.give_up();
        }
        let build_proof = self.evidence.proof(problems)?;
        let mut calls = self.calls.found;
        calls.sort_by(|a, b| {
            let order = |call: &GenotypeCall| karyotype_order(&call.chromosome);
            (order(a), a.position, a.line).cmp(&(order(b), b.position, b.line))
        });
        let sample = self.pass.header.samples.get(self.calls.column).cloned();
        Ok(GenotypeSet {
            build: GenomeBuild::GRCh38,
            build_proof,
            sample: sample.unwrap_or_default(),
            absent_position: self.pass.absent_position,
            calls,
        })
    }
}

/// The calls of one column.
struct Calls {
    column: usize,
    columns: usize,
    honour_filter: bool,
    found: Vec<GenotypeCall>,
}

impl Sink for Calls {
    fn take(
        &mut self,
        head: Head,
        mut texts: Texts<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let line = head.record.line;
        let malformed = |text: String| Problem::error("malformed-record", place(line), text);
        let columns = texts.clone().count();
        if columns != self.columns {
            return Err(malformed(wrong_columns(columns, self.columns)));
        }
        let text = texts.nth(self.column).unwrap_or_default();
        let sample = Sample::of(text, &head).map_err(malformed)?;
        if sample.weak && problems.len() < REMARKS_MAX {
            problems.push(Problem::note("weak-reference", place(line), WEAK));
        }
        self.found.push(call(head, &sample, self.honour_filter));
        Ok(())
    }
}

/// Said of a record with too many or too few columns.
pub(super) fn wrong_columns(columns: usize, expected: usize) -> String {
    format!("the record has {columns} sample columns, but the header names {expected}")
}

fn call(head: Head, sample: &Sample<'_>, honour_filter: bool) -> GenotypeCall {
    let alleles = sample.genotype.alleles().to_vec();
    let evidence = evidence(&head, sample, honour_filter);
    let GenotypeRecord { chromosome, position, reference, alternates, line, .. } = head.record;
    GenotypeCall {
        chromosome,
        position,
        reference,
        alternates,
        alleles,
        phased: sample.genotype.phased,
        phase_set: sample.phase_set(),
        evidence,
        genotype_quality: sample.quality(),
        depth: sample.depth(),
        line,
    }
}

fn evidence(head: &Head, sample: &Sample<'_>, honour_filter: bool) -> Evidence {
    let failed: Vec<&str> = head.filter.as_deref().into_iter().chain(sample.filter()).collect();
    if honour_filter && !failed.is_empty() {
        return Evidence::Filtered { filter: failed.join(";"), end: head.beyond };
    }
    let no_variant =
        sample.genotype.alleles().iter().all(|allele| allele.is_none_or(|number| number == 0));
    match head.beyond {
        _ if no_variant && let Some(end) = head.block_end() => Evidence::ReferenceBlock { end },
        Some(end) => Evidence::Structural { end },
        None => Evidence::Called,
    }
}
