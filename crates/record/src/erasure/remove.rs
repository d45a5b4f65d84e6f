//! Taking away what there is of a patient, in one transaction for each database, and its keys.

use super::databases::Database;
use super::destroy_key;
use super::find::Found;
use crate::Failure;
use crate::carriers::forget;
use crate::key::Keys;
use crate::search::remove_orphans;
use crate::sql::{care, erasure as sql, extraction, genome, label, record};
use crate::statement::KIND;
use crate::store::{Executor, Value, values};
use model::Timestamp;
use std::collections::BTreeMap;

/// Rows that were taken away, by what they held.
pub(super) type Counts = BTreeMap<&'static str, u64>;

/// One transaction.
pub(super) struct Removal<'r> {
    pub(super) executor: &'r dyn Executor,
    pub(super) keys: &'r Keys,
    pub(super) tenant: &'r str,
    pub(super) patient: &'r str,
    pub(super) now: Timestamp,
}

impl Removal<'_> {
    pub(super) fn run(&self, database: Database, found: &Found) -> Result<Counts, Failure> {
        let mut counts = Counts::new();
        match database {
            Database::Record => self.record(found, &mut counts)?,
            Database::Archive => self.archive(found, &mut counts)?,
            Database::Decision => self.decision(&mut counts)?,
            Database::Genome => self.genome(&mut counts)?,
        }
        for owner in found.owners(database, self.patient) {
            if destroy_key(self.executor, self.tenant, &owner)? {
                *counts.entry("keys").or_default() += 1;
            }
        }
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }

    fn execute(
        &self,
        counts: &mut Counts,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<(), Failure> {
        *counts.entry(what).or_default() += self.executor.execute(sql, values)? as u64;
        Ok(())
    }

    fn record(&self, found: &Found, counts: &mut Counts) -> Result<(), Failure> {
        let (tenant, patient) = (self.tenant, self.patient);
        for (resource_type, number) in &found.resources {
            let search = [
                record::POSTINGS_DROP,
                record::POSTINGS_OF_DROP,
                record::STRINGS_DROP,
                record::DATES_DROP,
                record::QUANTITIES_DROP,
            ];
            for sql in search {
                self.execute(counts, "search values", sql, values![tenant, *number])?;
            }
            let key = values![tenant, resource_type, *number];
            self.execute(counts, "resources", sql::RESOURCE_DROP, key)?;
        }
        for (resource_type, id, version) in &found.versions {
            let source = values![tenant, resource_type, id];
            for sql in [label::LINKS_DROP, label::GENES_DROP, label::ORDERS_DROP] {
                self.execute(counts, "links of labels", sql, source)?;
            }
            self.execute(counts, "members of teams", care::MEMBERS_OF_SOURCE_DROP, source)?;
            let key = values![tenant, resource_type, id, *version];
            self.execute(counts, "facts", sql::FACTS_DROP, key)?;
            self.execute(counts, "labels", sql::LABELS_DROP, key)?;
            self.execute(counts, "versions", sql::VERSION_DROP, key)?;
        }
        for (id, version) in &found.statements {
            let key = values![tenant, id, *version];
            let labels = values![tenant, KIND, id, *version];
            self.execute(counts, "labels", sql::LABELS_DROP, labels)?;
            self.execute(counts, "statement versions", sql::STATEMENT_VERSION_DROP, key)?;
        }
        for sequence in &found.changes {
            let key = values![tenant, *sequence, patient];
            self.execute(counts, "changes", sql::CHANGE_DROP, key)?;
        }
        for raw in &found.raws {
            let key = values![tenant, raw];
            self.execute(counts, "message links", sql::RAW_PATIENTS_DROP, key)?;
            self.execute(counts, "message states", sql::RAW_STATE_DROP, key)?;
        }
        for review in &found.reviews {
            self.execute(counts, "reviews", sql::REVIEW_DROP, values![tenant, review])?;
        }
        let of_patient = [
            ("statements", sql::STATEMENTS_DROP),
            ("consent rules", sql::CONSENTS_DROP),
            ("relationships of care", sql::CARE_DROP),
            ("relationships of care by resources", care::SAID_OF_PATIENT_DROP),
            ("emergencies", sql::EMERGENCIES_DROP),
            ("differences of packs", sql::PACK_CHANGES_DROP),
            ("readings of documents", extraction::EXTRACTIONS_DROP),
            ("changes in trials", sql::TRIAL_STATUS_DROP),
            ("trial watches", sql::TRIAL_WATCH_DROP),
            ("events of subscriptions", sql::EVENTS_UNNAME),
            ("dispatches to destinations", sql::DISPATCHES_DROP),
        ];
        for (what, sql) in of_patient {
            self.execute(counts, what, sql, values![tenant, patient])?;
        }
        let concepts = remove_orphans(self.executor, tenant, &found.concepts)?;
        counts.insert("words of the search index", concepts);
        Ok(())
    }

    fn archive(&self, found: &Found, counts: &mut Counts) -> Result<(), Failure> {
        for raw in &found.raws {
            let key = values![self.tenant, raw];
            self.execute(counts, "message bodies", sql::RAW_BODY_DROP, key)?;
            self.execute(counts, "messages", sql::RAW_DROP, key)?;
        }
        Ok(())
    }

    fn decision(&self, counts: &mut Counts) -> Result<(), Failure> {
        let key = values![self.tenant, self.patient];
        self.execute(counts, "cards", sql::SHOWN_DROP, key)?;
        self.execute(counts, "answers to cards", sql::FEEDBACK_DROP, key)
    }

    fn genome(&self, counts: &mut Counts) -> Result<(), Failure> {
        let (executor, tenant) = (self.executor, self.tenant);
        let key = values![tenant, self.patient];
        for row in executor.query(sql::GENOME_FILINGS, key)? {
            let key = values![tenant, row.text(0)?];
            self.execute(counts, "genome blocks", genome::BLOCKS_DROP, key)?;
            executor.execute(genome::FILING_DROP, key)?;
        }
        self.execute(counts, "genomes", sql::GENOMES_DROP, key)?;
        let carried = forget(executor, self.keys, tenant, self.patient, self.now)?;
        counts.insert("marks of carriers", u64::from(carried));
        Ok(())
    }
}
