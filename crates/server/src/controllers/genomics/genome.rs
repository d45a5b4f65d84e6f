//! Filed genomes beside the observations: only the blocks that a question is about are read.
//!
//! A genome counts as long as the analysis that names it does: one that was deleted or entered in
//! error takes its genome with it.

use super::ask::refused;
use crate::app::App;
use crate::error::Error;
use ::genomics::answer::Fault;
use ::genomics::asked::{Asked, Operation};
use ::genomics::finding::{Dossier, SourceClass, Study};
use ::genomics::genome::{
    BadBlock, Call, Run, add_coverage, begin_coverage, decode_calls_where, decode_coverage,
    finding, run_of,
};
use ::genomics::operation::{Reach, Tools, reach};
use ::genomics::range::Range;
use ::genomics::sequence::known;
use ::genomics::vrs;
use formats::fhir::build::{GenomeVariant, Head, genome_variant};
use formats::fhir::codes;
use formats::vcf::BlockKind;
use intake::variants::{Coverage, GenomeManifest};
use model::PatientId;
use model::reported::ResultStatus;
use model::specimen::Origin;
use record::{Access, Genome, GenomeBlock, GenomeRange, Record, derived_id};
use serde_json::Value;
use std::collections::BTreeMap;

/// Calls that one question may read; a whole chromosome has some hundred thousand.
const CALLS_MAX: usize = 100_000;
/// Calls and runs of a genome that is small.
const SMALL_ENTRIES_MAX: u64 = 2_000;
/// Runs of coverage that one question may read.
const RUNS_MAX: usize = 4_000_000;

/// The sequences that genomes have, with the class of their test.
type Sequences = Vec<(Option<SourceClass>, String)>;

/// What is asked, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) operation: &'q Operation,
    pub(crate) asked: &'q Asked,
    pub(crate) tools: Tools<'q>,
}

/// A call that an answer may name.
struct Held {
    call: Call,
    sequence: String,
    build: model::variant::GenomeBuild,
    analysis: Option<String>,
    date: Option<String>,
}

/// The calls that were read, by the reference of their observation.
#[derive(Default)]
pub(super) struct Genomes(BTreeMap<String, Held>);

/// A genome that counts, with what is asked of it.
struct Part {
    genome: String,
    manifest: GenomeManifest,
    study: usize,
    reach: Reach,
}

impl Genomes {
    /// Reads what a question asks of a patient's genomes, and adds it to what is known: calls as
    /// findings, coverage as the regions of the test.
    pub(super) fn read(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        question: Question<'_>,
        dossier: &mut Dossier,
    ) -> Result<Self, Error> {
        let mut parts: Vec<Part> = Vec::new();
        let is_named = |study: &Study| study.labels.iter().any(|l| l.system == codes::GENOME);
        if !dossier.studies.iter().any(is_named) {
            return Ok(Self::default());
        }
        let mut choose = |genomes: &[Genome]| {
            parts = chosen(genomes, question, dossier)?;
            Ok::<_, Error>(parts.iter().flat_map(ranges).collect())
        };
        let (_, blocks) = record.read_genomes(access, patient, &mut choose)?;
        let mut found = Self::default();
        for part in &parts {
            found.add(part, &blocks, dossier)?;
        }
        Ok(found)
    }

    /// Reads all of a patient's genomes, if they are small and nothing is open about them, and
    /// gives the sequences they have with the class of their test. `None` where a question has to
    /// look into them each time.
    pub(super) fn read_small(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        dossier: &mut Dossier,
    ) -> Result<Option<Sequences>, Error> {
        let labels = dossier.studies.iter().flat_map(|study| &study.labels);
        let named: Vec<String> =
            labels.filter(|l| l.system == codes::GENOME).map(|l| l.value.clone()).collect();
        if named.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let genomes = record.genomes(access, patient)?;
        // One that is not filed yet may come without a change of the record.
        if !named.iter().all(|name| genomes.iter().any(|genome| genome.id == *name)) {
            return Ok(None);
        }
        let (mut parts, mut sequences) = (Vec::new(), Vec::new());
        for genome in &genomes {
            let Some(study) = study_of(genome, dossier) else { continue };
            let manifest = manifest(genome)?;
            let is_small = manifest.calls + manifest.runs <= SMALL_ENTRIES_MAX;
            if !is_small || manifest.structural > 0 {
                return Ok(None);
            }
            let class = dossier.studies.get(study).and_then(|study| study.source_class);
            sequences.extend(manifest.sequences.iter().map(|held| (class, held.clone())));
            let whole = |sequence: &String| {
                Range::new(sequence, 0, known(sequence).map_or(u64::MAX >> 1, |k| k.length))
            };
            let ranges = manifest.sequences.iter().map(whole).collect();
            let reach = Reach { ranges, needs_calls: true };
            parts.push(Part { genome: genome.id.clone(), manifest, study, reach });
        }
        let mut choose = |_: &[Genome]| Ok::<_, Error>(parts.iter().flat_map(ranges).collect());
        let (_, blocks) = record.read_genomes(access, patient, &mut choose)?;
        let mut found = Self::default();
        for part in &parts {
            found.add(part, &blocks, dossier)?;
        }
        Ok(Some(sequences))
    }

    fn add(
        &mut self,
        part: &Part,
        blocks: &[GenomeBlock],
        dossier: &mut Dossier,
    ) -> Result<(), Error> {
        let Some(study) = dossier.studies.get_mut(part.study) else { return Ok(()) };
        let by_word = |label: &&str| label.starts_with("Procedure/");
        let analysis = study.labels.iter().map(|l| l.value.as_str()).find(by_word);
        let analysis = analysis.map(str::to_owned);
        let mut runs: BTreeMap<&str, Vec<Run>> = BTreeMap::new();
        let own = blocks.iter().filter(|block| block.genome == part.genome);
        let mut findings = Vec::new();
        let mut read = 0;
        for block in own {
            if block.kind == BlockKind::Coverage.word() {
                let held = runs.entry(&block.sequence).or_default();
                held.extend(decode_coverage(&block.body).map_err(unread)?);
                read += 1;
                within(held.len(), RUNS_MAX)?;
                continue;
            }
            let here = part.reach.ranges.iter().filter(|range| range.sequence == block.sequence);
            let here: Vec<(u64, u64)> = here.map(Range::occupied).collect();
            let is_wanted = |start, end| here.iter().any(|asked| asked.0 < end && start < asked.1);
            for call in decode_calls_where(&block.body, is_wanted).map_err(unread)? {
                runs.entry(&block.sequence).or_default().extend(run_of(&call));
                let key = [part.genome.clone(), call.line.to_string(), call.number.to_string()];
                let id = derived_id(key.iter().map(String::as_str));
                let reference = format!("Observation/{id}");
                findings.push(finding(&call, &block.sequence, reference.clone(), study));
                let held = Held {
                    call,
                    sequence: block.sequence.clone(),
                    build: part.manifest.build,
                    analysis: analysis.clone(),
                    date: study.date.clone(),
                };
                self.0.insert(reference, held);
                within(self.0.len(), CALLS_MAX)?;
            }
        }
        tracing::debug!(blocks = read, calls = findings.len(), "read of a genome");
        begin_coverage(study, part.manifest.coverage != Coverage::Unknown);
        for range in &part.reach.ranges {
            let runs = runs.get(range.sequence.as_str()).map(Vec::as_slice).unwrap_or_default();
            add_coverage(study, range, runs);
        }
        dossier.findings.extend(findings);
        Ok(())
    }

    /// The observation of a call that an answer names.
    pub(super) fn observation(
        &self,
        app: &App,
        patient: &PatientId,
        reference: &str,
    ) -> Option<Value> {
        let held = self.0.get(reference)?;
        let allele = held.call.allele(&held.sequence);
        let identifier = allele.and_then(|allele| {
            let digest = app.sequence_digest(&held.sequence)?;
            vrs::identifier_on(&allele, &digest)
        });
        let found = GenomeVariant {
            call: &held.call,
            sequence: &held.sequence,
            build: held.build,
            identifier: identifier.as_deref(),
            analysis: held.analysis.as_deref(),
        };
        let subject = format!("Patient/{patient}");
        let head = Head {
            id: reference.strip_prefix("Observation/")?,
            subject: &subject,
            status: ResultStatus::Final,
            origin: Origin::Germline,
            effective: held.date.as_deref(),
            ..Head::default()
        };
        Some(genome_variant(&found, &head))
    }
}

/// The study that names a genome.
fn study_of(genome: &Genome, dossier: &Dossier) -> Option<usize> {
    let names = |study: &Study| {
        let mut labels = study.labels.iter();
        labels.any(|label| label.system == codes::GENOME && label.value == genome.id)
    };
    dossier.studies.iter().position(names)
}

fn manifest(genome: &Genome) -> Result<GenomeManifest, Error> {
    serde_json::from_value(genome.body.clone())
        .map_err(|error| Error::internal(format!("the manifest of a genome: {error}")))
}

/// The genomes that an analysis names, with what of them is asked for.
fn chosen(
    genomes: &[Genome],
    question: Question<'_>,
    dossier: &Dossier,
) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for genome in genomes {
        let Some(study) = study_of(genome, dossier) else { continue };
        let passes = |study: &Study| question.asked.filter.takes_study(study);
        if !dossier.studies.get(study).is_some_and(passes) {
            continue;
        }
        let manifest = manifest(genome)?;
        let has = |sequence: &str| manifest.sequences.iter().any(|held| held == sequence);
        let Question { operation, asked, tools } = question;
        let reach =
            reach(operation, asked, dossier, tools, manifest.build, &has).map_err(refused)?;
        parts.push(Part { genome: genome.id.clone(), manifest, study, reach });
    }
    Ok(parts)
}

/// The blocks that a part needs.
fn ranges(part: &Part) -> Vec<GenomeRange> {
    let kinds: &[BlockKind] = if part.reach.needs_calls {
        &[BlockKind::Call, BlockKind::Structural, BlockKind::Coverage]
    } else {
        &[BlockKind::Coverage]
    };
    let of = |range: &Range| {
        let one = |kind: &BlockKind| GenomeRange {
            genome: part.genome.clone(),
            kind: kind.word().to_owned(),
            sequence: range.sequence.clone(),
            // A place between two bases belongs to the base before it.
            start: range.start.saturating_sub(u64::from(range.start == range.end)),
            end: range.end,
        };
        kinds.iter().map(one).collect::<Vec<_>>()
    };
    part.reach.ranges.iter().flat_map(of).collect()
}

fn unread(bad: BadBlock) -> Error {
    Error::internal(bad.to_string())
}

fn within(count: usize, limit: usize) -> Result<(), Error> {
    if count <= limit {
        return Ok(());
    }
    let text = format!("asks for more than {limit} entries of a genome at once; ask for less");
    Err(refused(Fault::unprocessable("ranges", text)))
}
