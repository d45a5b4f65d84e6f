//! What was filed and is not in the search tables yet, and how the writer takes it in.

use super::{CHANGES_AT_ONCE, Taken, take_in};
use crate::Failure;
use crate::key::Keys;
use crate::record::Changed;
use crate::search::concept::Remembered;
use crate::search::extract::Entry;
use crate::store::{Beside, Executor};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Resources that wait before they are taken in without anybody searching.
const WAITING_MAX: usize = 128;
/// Changes that one transaction takes in at most: the more at once, the more of them are
/// neighbours.
const MANY_CHANGES_AT_ONCE: u32 = 5_000;

/// The search values of a version that was filed, so that they need not be found out again.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) name: (String, String),
    pub(crate) version: u64,
    /// Number of its change.
    pub(crate) sequence: u64,
    /// Number of its resource.
    pub(crate) number: u64,
    pub(crate) entries: BTreeSet<Entry>,
}

/// What this process has filed and not yet taken in, by tenant.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<All>);

#[derive(Default)]
struct All {
    /// What stands.
    filed: HashMap<String, Vec<Arc<Fresh>>>,
    /// What the transaction under way has filed.
    being_filed: HashMap<String, Vec<Arc<Fresh>>>,
    /// Tenants of whom more is to be taken in, whether much of it waits or not.
    asked: HashSet<String>,
}

impl All {
    fn count(&self, tenant: &str) -> usize {
        [&self.filed, &self.being_filed]
            .iter()
            .filter_map(|all| all.get(tenant))
            .map(Vec::len)
            .sum()
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits of a tenant, as the writer sees it.
    pub(crate) fn all(&self, tenant: &str) -> Vec<Arc<Fresh>> {
        let all = self.lock();
        let of_tenant = [&all.filed, &all.being_filed].map(|all| all.get(tenant));
        of_tenant.into_iter().flatten().flatten().cloned().collect()
    }

    /// Adds what the transaction under way has filed. Only the transaction as a whole can undo it:
    /// it is the last that a job does.
    pub(crate) fn file(&self, tenant: &str, fresh: impl IntoIterator<Item = Arc<Fresh>>) {
        self.lock().being_filed.entry(tenant.to_owned()).or_default().extend(fresh);
    }

    /// Forgets what was taken in, by whomever.
    pub(crate) fn forget(&self, tenant: &str, until: u64) {
        if let Some(filed) = self.lock().filed.get_mut(tenant) {
            filed.retain(|fresh| fresh.sequence > until);
        }
    }

    /// Has a tenant's changes taken in with the next transaction; whether nobody had asked yet.
    pub(crate) fn ask(&self, tenant: &str) -> bool {
        self.lock().asked.insert(tenant.to_owned())
    }

    /// Tenants whose changes are to be taken in by the transaction under way.
    fn due(&self) -> BTreeSet<String> {
        let all = self.lock();
        let is_full = |tenant: &&String| all.count(tenant) >= WAITING_MAX;
        let full = all.being_filed.keys().filter(is_full);
        full.chain(&all.asked).cloned().collect()
    }

    /// The transaction stands, or nothing of it does.
    fn over(&self, stands: bool) {
        let all = &mut *self.lock();
        let being_filed = std::mem::take(&mut all.being_filed);
        if stands {
            for (tenant, fresh) in being_filed {
                all.filed.entry(tenant).or_default().extend(fresh);
            }
            all.asked.clear();
        }
    }
}

/// What the record's writer does beside its jobs: when much was filed, the search tables take it
/// in with the transaction that filed it, so that one commit is enough and many values are written
/// in the order of their keys.
pub(crate) struct Follower {
    keys: Arc<Keys>,
    concepts: Arc<Remembered>,
    waiting: Arc<Waiting>,
    changed: Arc<Changed>,
    /// What the transaction under way has taken in, by tenant.
    taken: Vec<(String, Taken)>,
}

impl Follower {
    pub(crate) fn new(
        keys: &Arc<Keys>,
        concepts: &Arc<Remembered>,
        waiting: &Arc<Waiting>,
        changed: &Arc<Changed>,
    ) -> Self {
        Self {
            keys: Arc::clone(keys),
            concepts: Arc::clone(concepts),
            waiting: Arc::clone(waiting),
            changed: Arc::clone(changed),
            taken: Vec::new(),
        }
    }
}

impl Beside for Follower {
    fn is_due(&self) -> bool {
        !self.waiting.due().is_empty()
    }

    /// What cannot be taken in now is an error for whoever searches, not for who files.
    fn run(&mut self, executor: &dyn Executor) -> Result<(), Failure> {
        let take = |tenant: String| {
            let fresh = self.waiting.all(&tenant);
            // There are changes of other things between them.
            let changes = u32::try_from(2 * fresh.len()).unwrap_or(MANY_CHANGES_AT_ONCE);
            let changes = changes.clamp(CHANGES_AT_ONCE, MANY_CHANGES_AT_ONCE);
            let taken = take_in(executor, &self.keys, &tenant, &self.concepts, &fresh, changes)?;
            Ok((tenant, taken))
        };
        self.taken = self.waiting.due().into_iter().map(take).collect::<Result<_, Failure>>()?;
        Ok(())
    }

    fn over(&mut self, stands: bool) {
        self.waiting.over(stands);
        let taken = std::mem::take(&mut self.taken);
        if !stands {
            return;
        }
        for (tenant, Taken { numbers, until, .. }) in taken {
            self.concepts.keep(numbers);
            self.waiting.forget(&tenant, until);
        }
        self.changed.ring();
    }
}
