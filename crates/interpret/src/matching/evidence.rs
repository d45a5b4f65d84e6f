//! What evidence says of findings and therapies, noted when it changes: because the patient did, or
//! because there is other evidence, or other rules.

use super::follow::Matched;
use super::matcher::{Matcher, PATIENTS_TOGETHER};
use crate::follow::Failure;
use crate::therapies::Therapies;
use model::PatientId;
use record::{EVIDENCE, PutTo, PutToTrials, TrialStanding, TrialWatch};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use trials::Patient;
use tumor::oncogenicity::Oncogenicity;
use tumor::therapy::{Interpretation, RULES_VERSION};

/// Name of the place where it is kept which evidence everybody was looked at with.
const CURSOR: &str = "evidence";

impl Matcher {
    /// What is to be noted of what evidence says of a patient's tumour; without evidence in use
    /// nothing is, and what was noted before stands as what was said then.
    pub(super) fn put_to_evidence(
        &self,
        patient: &PatientId,
        facts: Option<&Patient>,
        cause: &str,
    ) -> Option<PutToTrials> {
        let therapies = self.therapies.as_ref()?;
        let standings = facts.map(|facts| standings(&therapies.interpret_patient(facts), facts));
        Some(PutToTrials {
            patient: patient.clone(),
            put_to: PutTo::One(EVIDENCE.to_owned()),
            standings: standings.unwrap_or_default(),
            cause: cause.to_owned(),
            engine: basis(therapies),
            watch: TrialWatch::Keep,
        })
    }

    /// Looks at everybody with a tumour again, if the evidence or the rules are others than those
    /// that everybody was looked at with before.
    pub(super) fn other_evidence(&self, matched: &mut Matched) -> Result<(), Failure> {
        let Some(therapies) = &self.therapies else { return Ok(()) };
        let number = number(&basis(therapies));
        if self.record.cursor(&self.engine, CURSOR)? == number {
            return Ok(());
        }
        let pack = therapies.reference();
        let cause = format!("evidence {} {} of {}", pack.pack, pack.version, pack.date);
        let mut after: Option<PatientId> = None;
        loop {
            let page =
                self.record.watched_for_trials(&self.engine, after.as_ref(), PATIENTS_TOGETHER)?;
            let Some(last) = page.last().cloned() else { break };
            let (known, read) = self.known(&page, self.today())?;
            let puts = page.iter().zip(&known);
            let puts =
                puts.filter_map(|(of, one)| self.put_to_evidence(of, one.as_deref(), &cause));
            matched.patients += page.len() as u64;
            matched.read += read;
            let puts = puts.collect();
            matched.noted += u64::from(self.record.put_trial_standings(&self.engine, puts)?);
            after = Some(last);
        }
        // Only after all of them: a crash before this repeats work, and repeating it notes nothing.
        Ok(self.record.set_cursor(&self.engine, CURSOR, number)?)
    }
}

/// Evidence and rules in words: `evidence civic 0.1.0 of 2026-11-01 (9f…), rules of 2026-11-26`.
fn basis(therapies: &Therapies) -> String {
    let pack = therapies.reference();
    format!(
        "evidence {} {} of {} ({}), rules of {RULES_VERSION}",
        pack.pack, pack.version, pack.date, pack.digest
    )
}

/// Evidence and rules as one number: another one, and everybody is looked at again.
fn number(basis: &str) -> u64 {
    let mut bytes = [0_u8; 8];
    bytes.iter_mut().zip(Sha256::digest(basis.as_bytes())).for_each(|(byte, from)| *byte = from);
    // A place of the feed is a positive number of 63 bits; 0 is that nobody was looked at.
    (u64::from_be_bytes(bytes) >> 1).max(1)
}

/// Each finding and each therapy with its tier; what two reports say alike stands once.
fn standings(found: &Interpretation, facts: &Patient) -> Vec<TrialStanding> {
    let mut standings: BTreeMap<String, (String, String)> = BTreeMap::new();
    for variant in &found.variants {
        let event = facts.tumor.events.get(variant.event);
        let Some(event) = event else { continue };
        let class = variant.oncogenicity.as_ref().map(Oncogenicity::words);
        let status: Vec<&str> = [variant.tier.code()].into_iter().chain(class).collect();
        let path = format!("Finding {}", event.reported);
        standings.insert(format!("finding {}", event.reported), (path, status.join(", ")));
    }
    for option in &found.options {
        let mut names: Vec<String> =
            option.therapies.iter().map(|one| one.to_lowercase()).collect();
        names.sort();
        let path = format!("{}: {}", option.therapies.join(" + "), option.effect.words());
        let key = format!("{} {}", option.effect.words(), names.join("+"));
        standings.insert(key, (path, option.tier.code().to_owned()));
    }
    let standing = |(cohort, (path, status)): (String, (String, String))| TrialStanding {
        trial: EVIDENCE.to_owned(),
        version: 0,
        cohort,
        path,
        status,
    };
    standings.into_iter().map(standing).collect()
}
