//! What one request does in the audit log and in the archive, each by itself and waited for once.

use crate::audit::{Audit, Place, Touched};
use crate::store::{Before, Urge, Writer};
use crate::{Access, Action, Failure, Record, archive};
use model::{RawId, Timestamp};
use std::pin::Pin;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

/// The reads whose events may wait for each other.
const READS: [Action; 5] = [
    Action::ReadClinical,
    Action::ReadFacts,
    Action::ReadStatements,
    Action::FindPatients,
    Action::ReadRaw,
];

/// What was begun and not waited for yet.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    /// Whether something is filed, and not only read.
    is_filing: bool,
    gathered: Mutex<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    /// The last event in each segment; a full disk begins a new one.
    places: Vec<Place>,
    /// Messages on their way into the archive.
    archived: Vec<(RawId, Receiver<Result<RawId, Failure>>)>,
    /// By which these are urged.
    urge: Option<Urge>,
    is_over: bool,
}

impl Gathered {
    /// Has all that was begun become durable soon, unless that was done. Once for each: others
    /// begin theirs meanwhile, which are not to be hurried.
    fn urge(&mut self) -> bool {
        let urge = self.urge.take();
        if let Some(urge) = &urge {
            urge.urge();
        }
        urge.is_some()
    }

    /// Waits for everything. What fails stays, so that nobody takes it for done.
    fn settle(&mut self, audit: &Audit) -> Result<(), Failure> {
        self.urge();
        for place in &self.places {
            audit.await_durable(*place)?;
        }
        self.places.clear();
        for (_, archived) in &self.archived {
            let ended = |_| Failure::Storage("the writer has ended".to_owned());
            archived.recv().map_err(ended)??;
        }
        self.archived.clear();
        Ok(())
    }
}

impl Gathering {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the event of an action may wait. That of a commit waits for the commit.
    pub(crate) fn gathers(&self, action: Action) -> bool {
        READS.contains(&action) || (self.is_filing && action == Action::Commit)
    }

    /// Hands a message to the archive, or gives it back where that is to be waited for.
    pub(crate) fn archive(
        &self,
        writer: &Writer,
        new: archive::New,
    ) -> Result<Result<RawId, archive::New>, Failure> {
        let mut gathered = self.lock();
        if !self.is_filing || gathered.is_over {
            return Ok(Err(new));
        }
        let id = RawId::new(new.id.clone());
        let archived = writer.post_for_later(move |executor| new.insert(executor))?;
        if gathered.urge.is_none() {
            gathered.urge = Some(writer.urge()?);
        }
        gathered.archived.push((id.clone(), archived));
        Ok(Ok(id))
    }

    /// Whether a message is on its way into the archive.
    pub(crate) fn archives(&self, id: &RawId) -> bool {
        self.lock().archived.iter().any(|(known, _)| known == id)
    }

    /// Notes an event; `false` if the gathering is over, and nothing was noted.
    pub(crate) fn note(
        &self,
        audit: &Audit,
        now: Timestamp,
        access: &Access,
        action: Action,
        touched: &Touched,
    ) -> Result<bool, Failure> {
        let mut gathered = self.lock();
        if gathered.is_over {
            return Ok(false);
        }
        let place = audit.append_event(now, access, action, true, touched)?;
        match gathered.places.last_mut() {
            Some(last) if last.segment == place.segment => *last = place,
            _ => gathered.places.push(place),
        }
        Ok(true)
    }
}

/// What a request has begun, which must be durable before its commit is. Nothing is added then.
pub(crate) struct Begun {
    pub(crate) gathering: Arc<Gathering>,
    pub(crate) audit: Arc<Audit>,
}

impl Before for Begun {
    fn urge(&self) -> bool {
        self.gathering.lock().urge()
    }

    fn settle(self) -> Result<(), Failure> {
        self.gathering.lock().settle(&self.audit)
    }
}

impl Record {
    /// Reads of resources, facts, statements, patients and messages whose audit events become
    /// durable together, before what they come to is given: one wait for the disk in place of one
    /// for each read. `work` gets a record of its own for them and must let nothing of what it read
    /// leave but in what it gives. Events of everything else that is done there are waited for as
    /// ever, and so are those of reads when `work` is over.
    ///
    /// # Errors
    /// What `work` gives; that the events cannot be made durable, whatever it gives.
    pub fn read_together<T, E: From<Failure>>(
        &self,
        work: impl FnOnce(&Record) -> Result<T, E>,
    ) -> Result<T, E> {
        self.gathered(Gathering::default(), work)
    }

    /// As [`Record::read_together`], but no thread waits for the disk: what `work` gives is in a
    /// future that is ready once the events are durable.
    pub fn read_ahead<T>(&self, work: impl FnOnce(&Record) -> T) -> ReadAhead<T> {
        let (record, gathering) = self.gathering(Gathering::default());
        let given = work(&record);
        let mut gathered = gathering.lock();
        gathered.is_over = true;
        let places = std::mem::take(&mut gathered.places);
        ReadAhead { given: Some(given), places, audit: Arc::clone(&self.inner.audit) }
    }

    /// As [`Record::read_together`], for what is filed: a message on its way into the archive and
    /// the event of a commit are not waited for where they are begun, but by the commit. It stands
    /// only once they are durable. Whatever was begun and is not followed by a commit is waited
    /// for when `work` is over.
    ///
    /// # Errors
    /// What `work` gives; that an event or a message cannot be made durable, whatever it gives.
    pub fn file_together<T, E: From<Failure>>(
        &self,
        work: impl FnOnce(&Record) -> Result<T, E>,
    ) -> Result<T, E> {
        self.gathered(Gathering { is_filing: true, ..Gathering::default() }, work)
    }

    fn gathered<T, E: From<Failure>>(
        &self,
        gathering: Gathering,
        work: impl FnOnce(&Record) -> Result<T, E>,
    ) -> Result<T, E> {
        let (record, gathering) = self.gathering(gathering);
        let given = work(&record);
        let mut gathered = gathering.lock();
        gathered.is_over = true;
        gathered.settle(&self.inner.audit)?;
        given
    }

    /// A record whose events are gathered.
    fn gathering(&self, gathering: Gathering) -> (Record, Arc<Gathering>) {
        let gathering = Arc::new(gathering);
        (Record { gathering: Some(Arc::clone(&gathering)), ..self.clone() }, gathering)
    }
}

/// What was read by [`Record::read_ahead`], and is given once its events are durable, or never:
/// then it is [`Failure::Audit`].
#[must_use = "nothing was read before its events are durable"]
pub struct ReadAhead<T> {
    given: Option<T>,
    places: Vec<Place>,
    audit: Arc<Audit>,
}

impl<T> std::fmt::Debug for ReadAhead<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadAhead").finish_non_exhaustive()
    }
}

impl<T> Unpin for ReadAhead<T> {}

impl<T> Future for ReadAhead<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        while let Some(place) = self.places.last() {
            ready!(self.audit.poll_durable(*place, context))?;
            self.places.pop();
        }
        let given = self.given.take();
        Poll::Ready(given.ok_or_else(|| Failure::Audit("this was given before".to_owned())))
    }
}

/// Who asked may have gone; that it was read is kept.
impl<T> Drop for ReadAhead<T> {
    fn drop(&mut self) {
        if !self.places.is_empty() {
            self.audit.make_durable_later();
        }
    }
}
