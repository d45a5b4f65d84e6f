//! Patients out of files.

use super::files::{World, bytes, files, tell};
use crate::arguments::PatientOptions;
use crate::command::panels;
use anyhow::{Context as _, anyhow};
use formats::cbioportal::{self, Panel, Study, Table};
use formats::trial_documents;
use model::PartialDate;
use model::tumor::ReportedTumor;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use trials::compat::{self, Record};
use trials::patient::{Day, Reader};
use trials::{Patient, date};
use tumor::AlterationClass;
use tumor::normalise::{Panels, panel};

/// What files say of patients.
pub(in crate::command) struct Cohort {
    pub(in crate::command) reported: Vec<ReportedTumor>,
    /// The documents themselves, where MatchMiner wrote them.
    records: Option<Vec<Record>>,
    panels: Panels,
    pub(super) as_of: Day,
}

impl Cohort {
    /// Reads the files that the command names.
    pub(in crate::command) fn read(
        options: &PatientOptions,
        world: &World,
    ) -> anyhow::Result<Self> {
        let as_of = day(options.as_of.as_deref())?;
        let mut panels: Vec<Panel> = Vec::new();
        let named = panels::read(&options.panels, &world.genes)?;
        let (reported, records) = match (&options.files.study, &options.files.matchminer) {
            (Some(study), _) => (of_study(study, &mut panels)?, None),
            (None, Some(files)) => {
                let records = of_matchminer(files)?;
                let numbered = records.iter().enumerate();
                let reported = numbered.map(|(at, one)| one.reported(&format!("clinical[{at}]")));
                (reported.collect(), Some(records))
            }
            (None, None) => return Err(anyhow!("none of `--study`, `--matchminer`, `--store`")),
        };
        let mut panels = made(&panels, world);
        // What the study has of its own says of which classes it is.
        for (name, covered) in named {
            panels.entry(name).or_insert(covered);
        }
        Ok(Self { reported, records, panels, as_of })
    }

    /// The patients in the engine's terms.
    pub(in crate::command) fn patients(&self, world: &World) -> Vec<Patient> {
        let mut reader = Reader::new(&world.genes, &self.panels, &world.tree, self.as_of);
        let mut problems = Vec::new();
        let mut patients = Vec::with_capacity(self.reported.len());
        for one in &self.reported {
            let (patient, found) = reader.patient(one);
            patients.push(patient);
            problems.extend(found);
        }
        tell("patients", &problems);
        patients
    }

    /// The patients as V2 sees them.
    pub(super) fn records(self, world: &World) -> Vec<Record> {
        let of = |one: &ReportedTumor| Record::of_reported(one, &world.tree, self.as_of);
        self.records.unwrap_or_else(|| self.reported.iter().map(of).collect())
    }
}

/// A day as given, or today.
pub(super) fn day(text: Option<&str>) -> anyhow::Result<Day> {
    let day = match text {
        None => (crate::store::clock())().day(),
        Some(text) => PartialDate::parse(text)
            .filter(|day| day.day.is_some())
            .ok_or_else(|| anyhow!("`{text}` is no day (YYYY-MM-DD)"))?,
    };
    Ok(date::day(day.year, day.month.unwrap_or(1), day.day.unwrap_or(1)))
}

fn panels_of(file: &Path) -> anyhow::Result<Vec<Panel>> {
    let shown = file.display().to_string();
    let (panels, problems) = cbioportal::panels(&bytes(file)?, &shown);
    tell(&shown, &problems);
    Ok(panels)
}

/// A panel of a study says nothing of classes: it counts for whatever the matrix uses it for.
fn made(panels: &[Panel], world: &World) -> Panels {
    const ALL: [AlterationClass; 4] = [
        AlterationClass::SmallVariant,
        AlterationClass::CopyNumberGain,
        AlterationClass::CopyNumberLoss,
        AlterationClass::Rearrangement,
    ];
    let mut made = Panels::new();
    for one in panels {
        let (covered, problems) = panel(&one.name, &one.genes, &ALL, &world.genes);
        tell("panels", &problems);
        made.insert(one.name.clone(), covered.into());
    }
    made
}

/// A study: cBioPortal's tables by their names, or archives of TCGA by their ends.
fn of_study(directory: &Path, panels: &mut Vec<Panel>) -> anyhow::Result<Vec<ReportedTumor>> {
    let mut study = Study::default();
    let files = files(directory)?;
    let named = |file: &Path| {
        file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let mut tables: Vec<(Table, &Path)> = files
        .iter()
        .filter_map(|file| {
            let name = named(file);
            let plain = name.strip_suffix(".gz").unwrap_or(&name);
            Some((Table::of_name(plain)?, file.as_path()))
        })
        .collect();
    tables.sort();
    for (table, file) in tables {
        study.read(&named(file), table, opened(file)?);
    }
    let ends = |file: &Path, end: &str| {
        let name = named(file);
        name.strip_suffix(".gz").unwrap_or(&name).ends_with(end)
    };
    for file in files.iter().filter(|file| ends(file, ".clin.tsv")) {
        cbioportal::tcga_clinical(&mut study, &named(file), opened(file)?);
    }
    for file in files.iter().filter(|file| ends(file, ".mut.tsv")) {
        cbioportal::tcga_mutations(&mut study, &named(file), opened(file)?);
    }
    for file in files.iter().filter(|file| {
        let name = named(file);
        name.starts_with("data_gene_panel_") && !name.contains("matrix")
    }) {
        panels.extend(panels_of(file)?);
    }
    let (tumors, own, problems) = study.finish();
    panels.extend(own);
    tell(&directory.display().to_string(), &problems);
    if tumors.is_empty() {
        return Err(anyhow!("`{}` has no table of samples", directory.display()));
    }
    Ok(tumors)
}

fn opened(file: &Path) -> anyhow::Result<BufReader<Box<dyn std::io::Read>>> {
    let failed = || format!("`{}` cannot be read", file.display());
    let source = cbioportal::open(File::open(file).with_context(failed)?).with_context(failed)?;
    Ok(BufReader::with_capacity(1 << 18, source))
}

/// Clinical and genomic documents, joined.
fn of_matchminer(files: &[std::path::PathBuf]) -> anyhow::Result<Vec<Record>> {
    let mut lists: Vec<Vec<Map<String, Value>>> = Vec::new();
    for file in files {
        let (documents, problems) = trial_documents::read(&bytes(file)?);
        tell(&file.display().to_string(), &problems);
        if let Some(problem) = model::problem::first_error(&problems) {
            return Err(anyhow!("`{}` cannot be used: {problem}", file.display()));
        }
        lists.push(documents.into_iter().map(|document| document.fields).collect());
    }
    let genomic = lists.pop().unwrap_or_default();
    let clinical = lists.pop().unwrap_or_default();
    let (records, problems) = compat::load(clinical, genomic);
    tell("matchminer", &problems);
    Ok(records)
}
