//! From the archived file to the genotypes of the pharmacogenes and a genome in the record.

use super::archive::Source;
use super::{GenomeManifest, Tools, VariantFile};
use crate::failure::Failure;
use formats::vcf::{GenomeBlock, GenomeSettings, ReadSettings, Site, read_genome, read_genotypes};
use genomics::range::Range;
use model::assay::AbsentPosition;
use model::genotype::GenotypeSet;
use model::problem::first_error;
use model::variant::GenomeBuild;
use model::{Problem, RawId};
use record::{Access, GenomeFiling, NewGenomeBlock, Record, derived_id};
use serde_json::Value;

/// Problems that keep a genome from being filed and leave the pharmacogenes as they are: the file
/// is good, only not in a form of which a genome is made.
const GENOME_ONLY: [&str; 2] = ["not-sorted", "binary-genome"];
/// What REF at the pharmacogenes may prove, where the header does not.
const BUILD_UNPROVEN: &str = "build-unproven";

/// A genome in the record.
pub(super) struct Genome {
    pub(super) id: String,
    pub(super) manifest: GenomeManifest,
}

/// What a file is read from and with.
pub(super) struct Reading<'f> {
    pub(super) record: &'f Record,
    pub(super) access: &'f Access,
    pub(super) tools: Tools<'f>,
    pub(super) about: &'f VariantFile,
    pub(super) source: &'f Source<'f>,
    pub(super) sites: &'f [Site],
}

/// What a file came to. With an error among the problems it is nothing.
pub(super) struct Readings {
    pub(super) set: Option<GenotypeSet>,
    pub(super) genome: Option<Genome>,
    pub(super) problems: Vec<Problem>,
}

/// A way to a genome that is not in the record yet.
struct Begun {
    filing: GenomeFiling,
    ranges: Option<Vec<u8>>,
}

impl Reading<'_> {
    /// Reads the genotypes and files the genome, unless it is there; in one pass where the header
    /// proves the build.
    pub(super) fn all(&self, raw: &RawId) -> Result<Readings, Failure> {
        let bed = self.about.regions.as_ref().map(|raw| self.source.regions(raw)).transpose()?;
        let id = self.id(bed.as_deref());
        if let Some(manifest) = self.known(&id)? {
            return self.of_known(Genome { id, manifest });
        }
        let Some(filing) = self.record.begin_genome(self.access, &id, &self.about.patient)? else {
            let manifest = self.known(&id)?.ok_or(record::Failure::NotFound)?;
            return self.of_known(Genome { id, manifest });
        };
        let begun = Begun { filing, ranges: bed };
        let read = ReadSettings {
            sample: self.about.sample.clone(),
            absent_position: self.about.absent_position,
            ..ReadSettings::default()
        };
        let mut found = self.pass(begun, raw, &id, None, Some(&read))?;
        if let Some(genome) = &found.genome {
            if genome.manifest.build == GenomeBuild::GRCh37 {
                found.problems.push(no_pharmacogenes());
            }
            return Ok(found);
        }
        let error = first_error(&found.problems).map(|problem| problem.code.as_str());
        let is_other_way =
            error.is_some_and(|code| code == BUILD_UNPROVEN || GENOME_ONLY.contains(&code));
        if is_other_way { self.by_genotypes(raw, &id, found.problems) } else { Ok(found) }
    }

    /// The pharmacogenes first: they may prove the build, and they need no order of records.
    fn by_genotypes(
        &self,
        raw: &RawId,
        id: &str,
        of_genome: Vec<Problem>,
    ) -> Result<Readings, Failure> {
        let (set, mut problems) = self.genotypes()?;
        let Some(set) = set else { return Ok(Readings { set, genome: None, problems }) };
        let is_proven = first_error(&of_genome).is_some_and(|p| p.code == BUILD_UNPROVEN);
        let mut genome = None;
        let noticed = if is_proven {
            let proven = Some((set.build, set.build_proof.clone()));
            let bed =
                self.about.regions.as_ref().map(|raw| self.source.regions(raw)).transpose()?;
            let patient = &self.about.patient;
            match self.record.begin_genome(self.access, id, patient)? {
                Some(filing) => {
                    let begun = Begun { filing, ranges: bed };
                    let found = self.pass(begun, raw, id, proven, None)?;
                    genome = found.genome;
                    found.problems
                }
                None => Vec::new(),
            }
        } else {
            of_genome
        };
        problems.extend(noticed.into_iter().map(only_genome));
        Ok(Readings { set: Some(set), genome, problems })
    }

    /// A genome that was filed before: the pharmacogenes may be others today.
    fn of_known(&self, genome: Genome) -> Result<Readings, Failure> {
        let (set, problems) = if genome.manifest.build == GenomeBuild::GRCh37 {
            (None, vec![no_pharmacogenes()])
        } else {
            self.genotypes()?
        };
        Ok(Readings { set, genome: Some(genome), problems })
    }

    /// The genotypes at the pharmacogenes, which are read of GRCh38 only.
    fn genotypes(&self) -> Result<(Option<GenotypeSet>, Vec<Problem>), Failure> {
        let settings = ReadSettings {
            sample: self.about.sample.clone(),
            absent_position: self.about.absent_position,
            ..ReadSettings::default()
        };
        let read = read_genotypes(self.source.reader(), self.sites, &settings);
        self.source.failed()?;
        Ok(read)
    }

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

    /// One pass over the file; the genome is published at its end. None with an error among the
    /// problems: then what was written of it is taken away.
    fn pass(
        &self,
        begun: Begun,
        raw: &RawId,
        id: &str,
        proven: Option<(GenomeBuild, String)>,
        read: Option<&ReadSettings>,
    ) -> Result<Readings, Failure> {
        let Begun { mut filing, ranges } = begun;
        let (ranges, problems) = match &ranges {
            Some(bed) => self.regions(bed, proven.as_ref().map(|(build, _)| *build))?,
            None => (None, Vec::new()),
        };
        if first_error(&problems).is_some() {
            return Ok(Readings { set: None, genome: None, problems });
        }
        let settings = GenomeSettings {
            sample: self.about.sample.clone(),
            proven,
            absent_position: self.about.absent_position,
            regions: ranges.as_deref(),
            reference: (!self.tools.references.0.is_empty()).then_some(self.tools.references as _),
            genotypes: read.map(|read| (self.sites, read)),
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
        let (summary, problems) = read_genome(self.source.reader(), &settings, &mut take)?;
        self.source.failed()?;
        let Some(mut summary) = summary else {
            return Ok(Readings { set: None, genome: None, problems });
        };
        let set = summary.genotypes.take();
        let manifest = GenomeManifest::of(&self.about.name, summary);
        let body = serde_json::to_value(&manifest).unwrap_or(Value::Null);
        // Another process may have published it meanwhile: then that one is the genome.
        filing.publish(raw, &body)?;
        let genome = Some(Genome { id: id.to_owned(), manifest });
        Ok(Readings { set, genome, problems })
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

    /// The regions on the build that was proven, or that the header proves.
    fn regions(
        &self,
        bed: &[u8],
        proven: Option<GenomeBuild>,
    ) -> Result<(Option<Vec<Range>>, Vec<Problem>), Failure> {
        let build = proven.or_else(|| formats::vcf::build_of_header(self.source.reader()));
        self.source.failed()?;
        let (ranges, mut problems) = formats::bed::read(bed, build);
        for problem in &mut problems {
            problem.place = format!("regions, {}", problem.place);
        }
        Ok((problems.is_empty().then_some(ranges), problems))
    }
}

/// What only the genome has to do with is no error of the file.
fn only_genome(problem: Problem) -> Problem {
    if GENOME_ONLY.contains(&problem.code.as_str()) {
        let text = format!("no genome was filed: {}", problem.text);
        return Problem::warning(&problem.code, problem.place, text);
    }
    problem
}

/// That a file is not of GRCh38 is no error of one that is proven to be of GRCh37.
fn no_pharmacogenes() -> Problem {
    let text = "the coordinates are those of GRCh37: no pharmacogene is called from the file";
    Problem::warning("no-pharmacogenes", "file", text)
}
