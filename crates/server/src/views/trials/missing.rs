//! What is missing most often for the patients of a trial: which test would decide for how many.

use crate::app::App;
use crate::error::Error;
use interpret::matching::KeptTrial;
use model::PatientId;
use record::{Access, TrialChange};
use std::collections::{BTreeMap, BTreeSet};
use web::view::{MissingRow, MissingView};

/// Patients who are looked at for one page.
const PATIENTS_MAX: usize = 100;
/// Facts that are listed.
const FACTS_MAX: usize = 10;

/// Looks at patients with missing facts, as far as this access may know them.
pub(super) fn missing(
    app: &App,
    access: &Access,
    kept: &KeptTrial,
    standings: &[TrialChange],
) -> Result<MissingView, Error> {
    let waiting = standings.iter().filter(|change| change.standing.status == "needs-data");
    let patients: BTreeSet<&PatientId> = waiting.map(|change| &change.patient).collect();
    let looked_at: Vec<PatientId> = patients.iter().take(PATIENTS_MAX).copied().cloned().collect();
    let found = app.matcher()?.missing(app.record(), access, kept, &looked_at)?;
    let mut facts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for missing in found {
        let decides = missing.len() == 1;
        for fact in missing {
            let (patients, alone) = facts.entry(fact).or_default();
            *patients += 1;
            *alone += usize::from(decides);
        }
    }
    let row = |(fact, (patients, decides))| MissingRow { fact, patients, decides };
    let mut facts: Vec<MissingRow> = facts.into_iter().map(row).collect();
    facts.sort_by(|one, other| {
        (other.decides, other.patients, &one.fact).cmp(&(one.decides, one.patients, &other.fact))
    });
    facts.truncate(FACTS_MAX);
    Ok(MissingView { looked_at: looked_at.len(), of: patients.len(), facts })
}
