//! `cognate tumor changes`

use super::library;
use crate::arguments::TumorChangesArguments;
use crate::command::trials::{Cohort, World};
use crate::command::{print, say};
use crate::outcome::Outcome;
use serde_json::{Value, json};
use tumor::therapy::{Change, changes, interpret};
use tumor::tier::AmpTier;

/// Interprets each tumour with both packs, and says what one says otherwise than the other.
pub(super) fn run(arguments: &TumorChangesArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let (before, _) = library(&arguments.before, &world)?;
    let (after, _) = library(&arguments.after, &world)?;
    let cohort = Cohort::read(&arguments.patients, &world)?;
    let (mut patients, mut all) = (0, 0);
    for patient in cohort.patients(&world) {
        all += 1;
        let of = |library| interpret(&patient.tumor, &patient.diagnoses, library);
        let found = changes(&of(&before), &of(&after));
        if found.is_empty() {
            continue;
        }
        patients += 1;
        if arguments.json {
            let changes: Vec<Value> = found.iter().map(value).collect();
            print(&format!("{}\n", json!({ "id": patient.id, "changes": changes })))?;
        } else {
            for change in &found {
                print(&format!("{}\t{}\n", patient.id, line(change)))?;
            }
        }
    }
    say(&format!("{patients} of {all} tumours are interpreted otherwise"));
    Ok(Outcome::Done)
}

fn tier(tier: Option<AmpTier>) -> &'static str {
    tier.map_or("not listed", AmpTier::code)
}

/// `Osimertinib: benefit`, `II-C > I-A`, `+civic:EID1 -civic:EID2`, with tabs between.
fn line(change: &Change) -> String {
    let came = change.came.iter().map(|id| format!("+{id}"));
    let evidence: Vec<String> = came.chain(change.went.iter().map(|id| format!("-{id}"))).collect();
    format!(
        "{}: {}\t{} > {}\t{}",
        change.therapies.join(" + "),
        change.effect.words(),
        tier(change.before),
        tier(change.after),
        evidence.join(" ")
    )
}

fn value(change: &Change) -> Value {
    json!({
        "therapies": change.therapies,
        "effect": change.effect.words(),
        "before": change.before.map(AmpTier::code),
        "after": change.after.map(AmpTier::code),
        "came": change.came,
        "went": change.went,
    })
}
