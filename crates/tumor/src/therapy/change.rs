//! What a new interpretation of the same tumour says otherwise.

use super::{Effect, Interpretation};
use crate::tier::AmpTier;
use std::collections::BTreeMap;

/// One difference between two interpretations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Medicines.
    pub therapies: Vec<String>,
    /// Which effect of theirs.
    pub effect: Effect,
    /// Its tier before; none where it was no option.
    pub before: Option<AmpTier>,
    /// Its tier now; none where it is none any more.
    pub after: Option<AmpTier>,
    /// Evidence that is there now and was not.
    pub came: Vec<String>,
    /// Evidence that was there and is not.
    pub went: Vec<String>,
}

/// The therapies whose tier or evidence changed. Why: `came` and `went` name the evidence; where
/// the evidence is the same, the tumour or its type changed.
pub fn changes(before: &Interpretation, after: &Interpretation) -> Vec<Change> {
    let keyed = |of: &Interpretation| -> BTreeMap<(Effect, Vec<String>), (AmpTier, Vec<String>)> {
        let options = of.options.iter().map(|option| {
            let ids = option.evidence.iter().map(|cited| cited.id.clone()).collect();
            ((option.effect, option.therapies.clone()), (option.tier, ids))
        });
        options.collect()
    };
    let (old, new) = (keyed(before), keyed(after));
    let mut keys: Vec<&(Effect, Vec<String>)> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let nothing = Vec::new();
    let changed = keys.into_iter().filter_map(|key| {
        let (was, is) = (old.get(key), new.get(key));
        if was == is {
            return None;
        }
        let ids = |side: Option<&(AmpTier, Vec<String>)>| {
            side.map_or_else(|| nothing.clone(), |(_, ids)| ids.clone())
        };
        let (had, has) = (ids(was), ids(is));
        Some(Change {
            therapies: key.1.clone(),
            effect: key.0,
            before: was.map(|(tier, _)| *tier),
            after: is.map(|(tier, _)| *tier),
            came: has.iter().filter(|id| !had.contains(id)).cloned().collect(),
            went: had.iter().filter(|id| !has.contains(id)).cloned().collect(),
        })
    });
    changed.collect()
}
