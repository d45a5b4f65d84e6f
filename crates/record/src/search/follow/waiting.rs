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
/// Resources of a tenant whose search values are kept in memory. Where taking in fails again and
/// again, those of others are found out anew.
const KEPT_MAX: usize = 10_000;
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
    /// Tenants in whose tables somebody has looked since something was filed.
    searched: HashSet<String>,
    /// Where taking in has failed: how many are to wait before it is tried again.
    failed: HashMap<String, usize>,
}

impl All {
    fn count(&self, tenant: &str) -> usize {
        [&self.filed, &self.being_filed]
            .iter()
            .filter_map(|all| all.get(tenant))
            .map(Vec::len)
            .sum()
    }

    /// Whether what waits of a tenant is taken in with what is being filed: so much of it waits,
    /// or somebody files and searches by turns, and would wait for a commit of its own.
    fn is_due(&self, tenant: &str) -> bool {
        match self.failed.get(tenant) {
            Some(count_min) => self.count(tenant) >= *count_min,
            None => self.searched.contains(tenant) || self.count(tenant) >= WAITING_MAX,
        }
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
        let all = &mut *self.lock();
        if let Some(filed) = all.filed.get_mut(tenant) {
            filed.retain(|fresh| fresh.sequence > until);
        }
        all.failed.remove(tenant);
    }

    /// Taking in has failed: it is tried again when as many more wait, and before a search.
    fn fail(&self, tenant: &str) {
        let all = &mut *self.lock();
        let count = all.count(tenant) + WAITING_MAX;
        all.failed.insert(tenant.to_owned(), count);
    }

    /// Has a tenant's changes taken in with the next transaction; whether nobody had asked yet.
    pub(crate) fn ask(&self, tenant: &str) -> bool {
        self.lock().asked.insert(tenant.to_owned())
    }

    /// Somebody looks into the tables of a tenant.
    pub(crate) fn search(&self, tenant: &str) {
        let searched = &mut self.lock().searched;
        if !searched.contains(tenant) {
            searched.insert(tenant.to_owned());
        }
    }

    /// Tenants whose changes are to be taken in by the transaction under way.
    fn due(&self) -> BTreeSet<String> {
        let all = self.lock();
        let due = all.being_filed.keys().filter(|tenant| all.is_due(tenant));
        due.chain(&all.asked).cloned().collect()
    }

    /// The transaction stands, or nothing of it does.
    fn over(&self, stands: bool) {
        let all = &mut *self.lock();
        let being_filed = std::mem::take(&mut all.being_filed);
        if stands {
            for (tenant, fresh) in being_filed {
                all.searched.remove(&tenant);
                let fails = all.failed.contains_key(&tenant);
                let filed = all.filed.entry(tenant.clone()).or_default();
                filed.extend(fresh);
                if fails && filed.len() > KEPT_MAX {
                    filed.clear();
                    all.failed.remove(&tenant);
                }
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
            let taken = take_in(executor, &self.keys, &tenant, &self.concepts, &fresh, changes);
            let taken = taken.inspect_err(|_| self.waiting.fail(&tenant))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(waiting: &Waiting, sequences: std::ops::Range<u64>) {
        let fresh = |sequence: u64| Fresh {
            name: ("Observation".to_owned(), sequence.to_string()),
            version: 1,
            sequence,
            number: sequence,
            entries: BTreeSet::new(),
        };
        waiting.file("t1", sequences.map(fresh).map(Arc::new));
    }

    /// Where taking in fails it is tried again from time to time, and does not fill the memory.
    #[test]
    fn what_cannot_be_taken_in_is_tried_again_and_not_kept_for_ever() {
        let waiting = Waiting::default();
        let most = u64::try_from(KEPT_MAX).unwrap();
        let (mut tries, mut kept_max) = (0, 0);
        for sequence in 0..3 * most {
            file(&waiting, sequence..sequence + 1);
            for tenant in waiting.due() {
                tries += 1;
                waiting.fail(&tenant);
            }
            waiting.over(true);
            kept_max = kept_max.max(waiting.all("t1").len());
        }
        assert!(kept_max <= KEPT_MAX, "{kept_max}");
        let expected = 3 * KEPT_MAX / WAITING_MAX;
        assert!((expected - 3..=expected).contains(&tries), "{tries}");
        // Once it succeeds, it is done as ever.
        waiting.forget("t1", 3 * most - 1);
        assert_eq!(waiting.all("t1").len(), 0);
        let few = u64::try_from(WAITING_MAX).unwrap() - 1;
        file(&waiting, 3 * most..3 * most + few);
        assert!(waiting.due().is_empty());
        file(&waiting, 3 * most + few..3 * most + few + 1);
        assert_eq!(waiting.due().len(), 1);
    }

    /// A search that finds the tables behind waits for a commit. Who files and searches by turns
    /// would wait for one each time.
    #[test]
    fn what_is_filed_behind_a_search_is_taken_in_with_the_commit_that_files_it() {
        let waiting = Waiting::default();
        waiting.search("t1");
        assert!(waiting.due().is_empty(), "there is nothing to take in");
        waiting.search("another");
        file(&waiting, 0..1);
        assert_eq!(waiting.due(), BTreeSet::from(["t1".to_owned()]));
        waiting.over(true);
        waiting.forget("t1", 0);
        file(&waiting, 1..2);
        assert!(waiting.due().is_empty(), "nobody has searched since");
        waiting.over(true);
        waiting.search("t1");
        assert!(waiting.due().is_empty(), "a search takes in itself what it misses");
        waiting.forget("t1", 1);
        file(&waiting, 2..3);
        assert_eq!(waiting.due().len(), 1, "what is filed behind that search");
        waiting.over(false);
        file(&waiting, 2..3);
        assert_eq!(waiting.due().len(), 1, "nothing stood of it");
        // Where taking in fails a search is no reason to try it with each commit.
        waiting.fail("t1");
        assert!(waiting.due().is_empty());
    }
}
