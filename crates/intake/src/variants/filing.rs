//! From the archived file to a genome in the record.

use super::archive::Source;
use super::{GenomeManifest, Tools, VariantFile};
use crate::failure::Failure;
use formats::vcf::{GenomeBlock, GenomeSettings, read_genome};
use genomics::range::Range;
use model::assay::AbsentPosition;
use model::problem::first_error;
use model::variant::GenomeBuild;
use model::{Problem, RawId};
use record::{Access, NewGenomeBlock, Record, derived_id};
use serde_json::Value;

/// Problems that keep a genome from being filed and leave the pharmacogenes as they are: the file
/// is good, only not in a form of which a genome is made.
const GENOME_ONLY: [&str; 2] = ["not-sorted", "binary-genome"];

/// A genome in the record.
pub(super) struct Genome {
    pub(super) id: String,
    pub(super) manifest: GenomeManifest,
}

/// What a genome is filed from.
pub(super) struct Filing<'f> {
    pub(super) record: &'f Record,
    pub(super) access: &'f Access,
    pub(super) tools: Tools<'f>,
    pub(super) about: &'f VariantFile,
    pub(super) source: &'f Source<'f>,
}

impl Filing<'_> {
    /// The id of the genome: of one file read in one way.
    fn id(&self, regions: Option<&[u8]>) -> String {
        let references = &self.tools.references.0;
        let held = references.iter().flat_map(|reference| reference.sequences());
        let held = held.collect::<Vec<_>>().join(",");
        let regions = regions.map(String::from_utf8_lossy).unwrap_or_default();
        derived_id([
            "genome",
            self.access.tenant().as_str(),
            self.about.patient.as_str(),
            self.source.sha256(),
            self.about.sample.as_deref().unwrap_or_default(),
            if self.about.absent_position == AbsentPosition::Reference { "reference" } else { "" },
            &regions,
            &held,
        ])
    }

    /// Files the genome, unless it is there; none if the file is good for pharmacogenes only. An
    /// error among the problems is one of the whole file.
    pub(super) fn genome(
        &self,
        raw: &RawId,
        proven: Option<(GenomeBuild, String)>,
    ) -> Result<(Option<Genome>, Vec<Problem>), Failure> {
        let bed = self.about.regions.as_ref().map(|raw| self.source.regions(raw)).transpose()?;
        let id = self.id(bed.as_deref());
        let patient = &self.about.patient;
        if let Some(manifest) = self.known(&id)? {
            return Ok((Some(Genome { id, manifest }), Vec::new()));
        }
        let (ranges, problems) = match &bed {
            Some(bed) => regions(bed, proven.as_ref().map(|(build, _)| *build)),
            None => (None, Vec::new()),
        };
        if first_error(&problems).is_some() {
            return Ok((None, problems));
        }
        let Some(mut filing) = self.record.begin_genome(self.access, &id, patient)? else {
            let manifest = self.known(&id)?.ok_or(record::Failure::NotFound)?;
            return Ok((Some(Genome { id, manifest }), Vec::new()));
        };
        let settings = GenomeSettings {
            sample: self.about.sample.clone(),
            proven,
            absent_position: self.about.absent_position,
            regions: ranges.as_deref(),
            reference: (!self.tools.references.0.is_empty()).then_some(self.tools.references as _),
        };
        let mut take = |block: GenomeBlock| {
            filing.put(NewGenomeBlock {
                kind: block.kind.word().to_owned(),
                sequence: block.sequence,
                first: block.first,
                last: block.last,
                body: block.body,
            })
        };
        let (summary, mut problems) = read_genome(self.source.reader(), &settings, &mut take)?;
        self.source.failed()?;
        let Some(summary) = summary else {
            for problem in &mut problems {
                if GENOME_ONLY.contains(&problem.code.as_str()) {
                    let text = format!("no genome was filed: {}", problem.text);
                    let (code, place) = (problem.code.clone(), problem.place.clone());
                    *problem = Problem::warning(&code, place, text);
                }
            }
            return Ok((None, problems));
        };
        let manifest = GenomeManifest::of(&self.about.name, summary);
        let body = serde_json::to_value(&manifest).unwrap_or(Value::Null);
        // Another process may have published it meanwhile: then that one is the genome.
        filing.publish(raw, &body)?;
        Ok((Some(Genome { id, manifest }), problems))
    }

    fn known(&self, id: &str) -> Result<Option<GenomeManifest>, Failure> {
        let genomes = self.record.genomes(self.access, &self.about.patient)?;
        let Some(genome) = genomes.into_iter().find(|genome| genome.id == id) else {
            return Ok(None);
        };
        let read = serde_json::from_value(genome.body);
        let unread = |_| Failure::NotFound(format!("the manifest of the genome {id}"));
        read.map(Some).map_err(unread)
    }
}

/// The regions on the build that was proven. Where the pharmacogenes were not read, the file is
/// of GRCh37, or it will be refused.
fn regions(bed: &[u8], build: Option<GenomeBuild>) -> (Option<Vec<Range>>, Vec<Problem>) {
    let (ranges, mut problems) =
        formats::bed::read(bed, Some(build.unwrap_or(GenomeBuild::GRCh37)));
    for problem in &mut problems {
        problem.place = format!("regions, {}", problem.place);
    }
    (problems.is_empty().then_some(ranges), problems)
}
