//! A record in a directory of its own with the people of `demo/`, and short ways to fill it.

use intake::receive::{Receipt, feed_access, receive};
use intake::work::Worker;
use intake::{Feed, fhir};
use knowledge::Pack;
use model::fact::{FactContent, FiledFact};
use model::{PatientId, TenantId, Timestamp};
use record::{
    Access, Change, Clock, MasterKey, Purpose, RawSummary, Record, Role, Scope, Settings,
};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use testkit::oru::Oru;
use testkit::patients::ana_example;

/// Ana, Ben and Carla, with Carla's TPMT result and everybody's medication.
pub(crate) const PATIENTS: &[u8] =
    include_bytes!("../../../../demo/fhir/patients.transaction.json");
/// Ana's CYP2C19 result as the demonstration sends it.
pub(crate) const ANA: &str = include_str!("../../../../demo/messages/oru-pgx-ana.hl7");
/// Ben's variant file.
pub(crate) const BEN: &[u8] = include_bytes!("../../../../demo/vcf/ben-sample.vcf");

/// 2026-01-12T09:30:00Z.
const START_MICROS: i64 = 1_768_210_200_000_000;

pub(crate) struct Fixture {
    pub(crate) record: Record,
    pub(crate) feed: Feed,
    _directory: tempfile::TempDir,
}

/// A clock that moves on by a millisecond each time it is read.
pub(crate) fn clock() -> Clock {
    let ticks = AtomicI64::new(0);
    Arc::new(move || {
        Timestamp::from_micros(START_MICROS + ticks.fetch_add(1000, Ordering::Relaxed))
    })
}

pub(crate) fn open_at(directory: &Path, clock: Clock) -> Record {
    let key = directory.join("master.key");
    let master_key = if key.exists() {
        MasterKey::from_file(&key).unwrap()
    } else {
        MasterKey::create_file(&key).unwrap()
    };
    let settings = Settings { directory: directory.join("data"), master_key, readers: 4 };
    Record::open(settings, clock).unwrap()
}

/// The real pack; loading it takes a while.
pub(crate) fn pack() -> Arc<Pack> {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    Arc::clone(PACK.get_or_init(|| Arc::new(Pack::built_in().unwrap())))
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("t1")
}

pub(crate) fn empty() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let record = open_at(directory.path(), clock());
    Fixture { record, feed: Feed::production("north", &tenant()), _directory: directory }
}

pub(crate) fn fixture() -> Fixture {
    let fixture = empty();
    fhir::transaction(&fixture.record, &fixture.access(), "", &intake::fhir::no_look, PATIENTS)
        .unwrap();
    fixture
}

pub(crate) fn engine() -> Access {
    Access::new(tenant(), "test", Role::Engine, Purpose::Treatment, Scope::Tenant)
}

impl Fixture {
    pub(crate) fn access(&self) -> Access {
        feed_access(&self.feed)
    }

    pub(crate) fn receive(&self, message: &str) -> Receipt {
        receive(&self.record, &self.feed, "127.0.0.1:9", message.as_bytes().to_vec()).unwrap()
    }

    /// Receives and files; the summary of the message afterwards.
    pub(crate) fn file(&self, message: &str) -> RawSummary {
        let receipt = self.receive(message);
        self.work_off();
        self.record.raw(&self.access(), &receipt.raw).unwrap().unwrap().summary
    }

    pub(crate) fn worker(&self) -> Worker {
        Worker::new(self.record.clone(), pack(), vec![self.feed.clone()], &tenant())
    }

    pub(crate) fn work_off(&self) -> usize {
        self.worker().work_off().unwrap()
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.record.health().last_sequence
    }

    pub(crate) fn changes(&self, after: u64) -> Vec<Change> {
        changes(&self.record, after)
    }

    /// `Observation 1`, `Observation 2 deleted`, sorted.
    pub(crate) fn changed(&self, after: u64) -> Vec<String> {
        let mut lines: Vec<String> = self
            .changes(after)
            .iter()
            .map(|change| {
                let gone = if change.deleted { " deleted" } else { "" };
                format!("{} {}{gone}", change.resource_type, change.version)
            })
            .collect();
        lines.sort();
        lines
    }

    /// The only current resource of that type that changed after a place in the feed.
    pub(crate) fn resource(&self, resource_type: &str, after: u64) -> Value {
        let changes = self.changes(after);
        let change = changes.iter().find(|c| c.resource_type == resource_type).unwrap();
        self.read(resource_type, &change.id)
    }

    pub(crate) fn read(&self, resource_type: &str, id: &str) -> Value {
        let stored = self.record.read(&self.access(), resource_type, id).unwrap().unwrap();
        serde_json::from_slice(&stored.body).unwrap()
    }

    pub(crate) fn facts(&self, patient: &str) -> Vec<FiledFact> {
        self.record.facts(&engine(), &PatientId::new(patient)).unwrap()
    }

    /// What is known of a patient's genome, one line a fact, sorted.
    pub(crate) fn findings(&self, patient: &str) -> Vec<String> {
        let mut lines: Vec<String> =
            self.facts(patient).iter().filter_map(|filed| words(&filed.fact)).collect();
        lines.sort();
        lines
    }
}

pub(crate) fn changes(record: &Record, after: u64) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    loop {
        let place = all.last().map_or(after, |change| change.sequence);
        let more = record.changes(&engine(), place, 1000).unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn words(fact: &model::Fact) -> Option<String> {
    let text = match &fact.content {
        FactContent::GeneResult(result) => format!(
            "{} {} {}",
            result.gene,
            result.diplotype.as_deref().unwrap_or("-"),
            result.phenotype.as_deref().unwrap_or("-")
        ),
        FactContent::Report(report) => {
            let filler = report.filler.as_ref().map_or("-", |filler| filler.value.as_str());
            format!("report {filler}")
        }
        FactContent::Assay(assay) => format!(
            "assay {} [{}]",
            assay.coverage.genes.join(","),
            assay.panel.as_deref().unwrap_or("-")
        ),
        FactContent::Specimen(specimen) => {
            let number = specimen.identifiers.first().map_or("-", |number| number.value.as_str());
            format!("specimen {number}")
        }
        FactContent::Genotypes(set) => format!("genotypes {} {}", set.sample, set.calls.len()),
        FactContent::Variant(variant) => {
            format!("variant {}", variant.hgvs_coding.as_deref().unwrap_or("-"))
        }
        FactContent::Patient(_) | FactContent::Medication(_) | FactContent::TestOrder(_) => {
            return None;
        }
    };
    Some(format!("{:?} {:?} {text}", fact.status, fact.origin))
}

/// A result about Ana: control id, filler number, time of release (OBR-22), status and genes.
pub(crate) fn result(
    control_id: &str,
    filler: &str,
    issued: &str,
    status: char,
    genes: &[(&str, &str, &str)],
) -> String {
    let oru = Oru::new(&ana_example(), control_id).result_status(status);
    let oru = genes
        .iter()
        .fold(oru, |oru, (gene, genotype, phenotype)| oru.gene(gene, genotype, phenotype));
    // It is sent when it is released: a release after the message would be an impossible time.
    let sent = if issued.is_empty() { "20260112093000+0000" } else { issued };
    oru.text()
        .replace("NS-1^NSML", &format!("{filler}^NSML"))
        .replace("20260112093000+0000", sent)
        .replace("20260112092500+0000", issued)
}

pub(crate) const POOR: &str = "LA9657-3^Poor metabolizer";
pub(crate) const INTERMEDIATE: &str = "LA10317-8^Intermediate metabolizer";
pub(crate) const NORMAL: &str = "LA25391-6^Normal metabolizer";

/// The same with the genotype under a code of the sender's own.
pub(crate) fn locally_coded(message: &str) -> String {
    let text = message.replace("84413-4^", "GT^");
    let local = |line: &str| {
        if line.contains("GT^") { line.replacen("^LN|", "^NORTH|", 1) } else { line.to_owned() }
    };
    text.split_inclusive(['\r', '\n']).map(local).collect()
}
