//! One writer for one database: it takes every job that waits, runs each in a savepoint of its
//! own, commits once, and only then answers.

use super::{Connection, Executor};
use crate::Failure;
use crate::limit::GROUP_COMMIT_JOBS_MAX;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the writer waits for one more job, and for all of them: a commit costs the same for one
/// as for many.
const NEXT_JOB_WAIT: Duration = Duration::from_micros(400);
const JOBS_WAIT_MAX: Duration = Duration::from_millis(2);
/// How long a job waits that was handed over for later, if nobody urges.
const LATER_WAIT_MAX: Duration = Duration::from_millis(5);

/// What must be durable before the work of a job is.
pub(crate) trait Before: Send {
    /// Has it begun, so that little is left to wait for when the work was done; with it begins
    /// what was there before. Whether there was something to urge.
    fn urge(&self) -> bool;
    /// Waits for it.
    fn settle(self) -> Result<(), Failure>;
}

impl Before for () {
    fn urge(&self) -> bool {
        false
    }

    fn settle(self) -> Result<(), Failure> {
        Ok(())
    }
}

impl<B: Before> Before for Option<B> {
    fn urge(&self) -> bool {
        self.as_ref().is_some_and(B::urge)
    }

    fn settle(self) -> Result<(), Failure> {
        self.map_or(Ok(()), B::settle)
    }
}

/// What a writer does beside the jobs it is given.
pub(crate) trait Beside: Send + 'static {
    /// Whether there is something to do in the transaction under way.
    fn is_due(&self) -> bool;
    /// Does it behind the jobs of the transaction. What fails is undone by itself: the jobs stand.
    fn run(&mut self, executor: &dyn Executor) -> Result<(), Failure>;
    /// The transaction stands, or nothing of it does. Nobody has been answered yet.
    fn over(&mut self, stands: bool);
}

impl Beside for () {
    fn is_due(&self) -> bool {
        false
    }

    fn run(&mut self, _: &dyn Executor) -> Result<(), Failure> {
        Ok(())
    }

    fn over(&mut self, _: bool) {}
}

/// A job as the writer sees it.
trait Job: Send {
    /// Has that begun which must be durable before the work is; whether there is anything.
    fn urge(&self) -> bool;
    /// Does the work; whether it is to be kept.
    fn run(&mut self, executor: &dyn Executor) -> bool;
    /// Waits for what must be durable before the work is.
    fn settle(&mut self) -> Result<(), Failure>;
    /// Hands the result over, or why nothing was committed.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

struct Work<T, F, S> {
    todo: Option<F>,
    before: Option<S>,
    result: Option<Result<T, Failure>>,
    reply: mpsc::SyncSender<Result<T, Failure>>,
}

/// What the writer is told.
enum Told {
    /// To do a job.
    Do(Box<dyn Job>),
    /// To do a job with the next others, or when it is urged.
    DoLater(Box<dyn Job>),
    /// Somebody waits for what was to be done later.
    Urge,
}

/// By which a writer is told that somebody waits for what it was to do later.
#[derive(Clone, Debug)]
pub(crate) struct Urge(mpsc::Sender<Told>);

impl Urge {
    pub(crate) fn urge(&self) {
        // A writer that has ended says so to whoever waits for it.
        let _ = self.0.send(Told::Urge);
    }
}

impl<T, F, S> Job for Work<T, F, S>
where
    T: Send,
    F: FnOnce(&dyn Executor) -> Result<T, Failure> + Send,
    S: Before,
{
    fn urge(&self) -> bool {
        self.before.as_ref().is_some_and(S::urge)
    }

    fn run(&mut self, executor: &dyn Executor) -> bool {
        let Some(work) = self.todo.take() else { return false };
        let result = work(executor);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn settle(&mut self) -> Result<(), Failure> {
        // Whoever gets an error waits for what it has begun by itself.
        let is_kept = self.result.as_ref().is_some_and(Result::is_ok);
        self.before.take().filter(|_| is_kept).map_or(Ok(()), Before::settle)
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let not_run = || Err(Failure::Storage("the job was not run".to_owned()));
        let result = match (self.result, committed) {
            (Some(Err(failure)), _) | (_, Err(failure)) => Err(failure),
            (Some(ok), Ok(())) => ok,
            (None, Ok(())) => not_run(),
        };
        // A caller that went away needs no answer.
        let _ = self.reply.send(result);
    }
}

#[derive(Default)]
struct Status {
    waiting: AtomicUsize,
    stopped: AtomicBool,
    /// Jobs that were ever handed over.
    handed_over: AtomicUsize,
    /// How many of them, from the first, were urged.
    urged: AtomicUsize,
    /// How many of them, from the first, were taken into a commit.
    taken: AtomicUsize,
    /// How many the next commit is to have.
    wanted: AtomicUsize,
}

impl Status {
    /// One more job is handed over; whether those that wait are enough for the next commit: then
    /// what must be durable before becomes so beside the commit under way.
    fn hand_over(&self) -> bool {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let handed_over = self.handed_over.fetch_add(1, Ordering::Relaxed) + 1;
        let waiting = handed_over.saturating_sub(self.taken.load(Ordering::Relaxed));
        waiting >= self.wanted.load(Ordering::Relaxed)
    }

    /// All that were handed over are urged. Nobody hands over meanwhile.
    fn has_urged(&self) {
        self.urged.store(self.handed_over.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Jobs are taken into a commit; how many of them are urged.
    fn take(&self, count: usize) -> usize {
        let taken = self.taken.fetch_add(count, Ordering::Relaxed);
        self.urged.load(Ordering::Relaxed).saturating_sub(taken)
    }

    /// Jobs are over; half of those under way are wanted for the next commit.
    fn over(&self, count: usize) {
        let wanted = self.waiting.fetch_sub(count, Ordering::Relaxed) / 2;
        self.wanted.store(wanted, Ordering::Relaxed);
    }
}

/// The writer of one database. Its thread ends when it is dropped.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Told>>>,
    status: Arc<Status>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        name: &str,
        connection: Box<dyn Connection>,
        mut beside: impl Beside,
    ) -> Result<Self, Failure> {
        let (sender, receiver) = mpsc::channel();
        let status = Arc::new(Status::default());
        let shared = Arc::clone(&status);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serve(connection.as_ref(), &receiver, &shared, &mut beside))
            .map_err(|error| Failure::Storage(error.to_string()))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), status, thread: Some(thread) })
    }

    /// Runs `work` in the writer's transaction. On return it is durable, or nothing happened.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.write_after((), work)
    }

    /// As [`Writer::write`]; `before` is what must be durable before the work is. When it cannot
    /// be, nothing of the transaction stands, so that fails only where writing has come to an end
    /// altogether.
    pub(crate) fn write_after<T: Send + 'static>(
        &self,
        before: impl Before + 'static,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.post_after(before, work, false)?.recv().map_err(|_| ended())?
    }

    /// As [`Writer::write_after`] without waiting for it; with `is_followed` it is done with what
    /// is handed over next.
    pub(crate) fn post_after<T: Send + 'static>(
        &self,
        before: impl Before + 'static,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
        is_followed: bool,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        self.hand_over(if is_followed { Told::DoLater } else { Told::Do }, before, work)
    }

    /// Hands `work` to the writer without waiting for it: it is done before whatever is handed
    /// over later. Who takes the answer learns what became of it.
    pub(crate) fn post<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        self.hand_over(Told::Do, (), work)
    }

    /// As [`Writer::post`], and nobody waits for it yet: it is done with the next others, or when
    /// it is urged.
    pub(crate) fn post_for_later<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        self.hand_over(Told::DoLater, (), work)
    }

    /// By which what was handed over for later is urged.
    pub(crate) fn urge(&self) -> Result<Urge, Failure> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.clone().map(Urge).ok_or_else(ended)
    }

    fn hand_over<T: Send + 'static>(
        &self,
        how: fn(Box<dyn Job>) -> Told,
        before: impl Before + 'static,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        let (reply, answer) = mpsc::sync_channel(1);
        let job = Box::new(Work { todo: Some(work), before: Some(before), result: None, reply });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let are_enough = self.status.hand_over();
        let told = how(job);
        if let Told::Do(job) = &told
            && are_enough
            && job.urge()
        {
            self.status.has_urged();
        }
        jobs.as_ref().ok_or_else(ended)?.send(told).map_err(|_| ended())?;
        Ok(answer)
    }

    /// Waits until everything is done that was handed over before.
    pub(crate) fn drain(&self) -> Result<(), Failure> {
        if self.waiting() == 0 { Ok(()) } else { self.write(|_| Ok(())) }
    }

    /// Jobs not yet answered.
    pub(crate) fn waiting(&self) -> usize {
        self.status.waiting.load(Ordering::Relaxed)
    }

    /// Whether writing has ended for good: after an input/output error nothing is promised.
    pub(crate) fn is_stopped(&self) -> bool {
        let has_ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        self.status.stopped.load(Ordering::Relaxed) || has_ended
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    connection: &dyn Connection,
    receiver: &mpsc::Receiver<Told>,
    status: &Status,
    beside: &mut impl Beside,
) {
    while let Ok(first) = receiver.recv() {
        let mut batch = Batch::default();
        batch.add(first);
        batch.gather(receiver, status.wanted.load(Ordering::Relaxed));
        let Batch { mut jobs, .. } = batch;
        if jobs.is_empty() {
            continue;
        }
        let count = jobs.len();
        // For those that are not urged yet it is time.
        for job in jobs.iter().skip(status.take(count)) {
            job.urge();
        }
        let outcome = if status.stopped.load(Ordering::Relaxed) {
            Err(stopped())
        } else {
            commit(connection, &mut jobs, beside)
        };
        // An fsync that failed may have lost pages that a later fsync would call written.
        if let Err(Failure::Storage(text)) = &outcome
            && text.contains("SystemIoFailure")
        {
            status.stopped.store(true, Ordering::Relaxed);
        }
        beside.over(outcome.is_ok());
        status.over(count);
        for job in jobs {
            job.answer(outcome.clone());
        }
    }
}

/// The jobs of one commit.
#[derive(Default)]
struct Batch {
    jobs: Vec<Box<dyn Job>>,
    /// Whether others are gathered for it: somebody waits for a job, and did not urge.
    gathers: bool,
    is_urged: bool,
}

impl Batch {
    fn add(&mut self, told: Told) {
        match told {
            Told::Do(job) => {
                self.jobs.push(job);
                self.gathers = true;
            }
            Told::DoLater(job) => self.jobs.push(job),
            Told::Urge => self.is_urged = true,
        }
    }

    fn is_full(&self) -> bool {
        self.jobs.len() >= GROUP_COMMIT_JOBS_MAX
    }

    /// Takes what there is, and what comes until somebody waits.
    fn gather(&mut self, receiver: &mpsc::Receiver<Told>, wanted: usize) {
        let begun = Instant::now();
        self.take(receiver);
        while !self.jobs.is_empty() && !self.is_full() && !self.gathers && !self.is_urged {
            let left = LATER_WAIT_MAX.saturating_sub(begun.elapsed());
            let Ok(next) = receiver.recv_timeout(left) else { return };
            self.add(next);
            self.take(receiver);
        }
        if self.gathers {
            self.gather_more(receiver, wanted.min(GROUP_COMMIT_JOBS_MAX));
        }
    }

    fn take(&mut self, receiver: &mpsc::Receiver<Told>) {
        while !self.is_full()
            && let Ok(next) = receiver.try_recv()
        {
            self.add(next);
        }
    }

    /// Takes the jobs that follow each other closely, up to half of those that were under way the
    /// time before: while these are committed, who asks for the others makes them ready. If all
    /// were waited for, everybody would wait for the disk at once.
    fn gather_more(&mut self, receiver: &mpsc::Receiver<Told>, wanted: usize) {
        let begun = Instant::now();
        while self.jobs.len() < wanted && begun.elapsed() < JOBS_WAIT_MAX {
            match receiver.recv_timeout(NEXT_JOB_WAIT) {
                Ok(next) => self.add(next),
                Err(_) => return,
            }
        }
    }
}

fn ended() -> Failure {
    Failure::Storage("the writer has ended".to_owned())
}

fn stopped() -> Failure {
    Failure::Storage("writing has ended after an input/output error".to_owned())
}

fn commit(
    connection: &dyn Connection,
    jobs: &mut [Box<dyn Job>],
    beside: &mut impl Beside,
) -> Result<(), Failure> {
    connection.begin_write()?;
    let result = run(connection, jobs).and_then(|is_any| {
        if !is_any {
            connection.leave();
            return Ok(());
        }
        if beside.is_due() {
            one(connection, || beside.run(connection).is_ok())?;
        }
        jobs.iter_mut().try_for_each(|job| job.settle())?;
        connection.commit()
    });
    if result.is_err() {
        connection.leave();
    }
    result
}

/// Does the jobs; whether any of them may be kept.
fn run(connection: &dyn Connection, jobs: &mut [Box<dyn Job>]) -> Result<bool, Failure> {
    if let [only] = jobs
        && !connection.always_needs_savepoint()
    {
        // It has the transaction to itself.
        return Ok(only.run(connection));
    }
    for job in jobs {
        one(connection, || job.run(connection))?;
    }
    Ok(true)
}

/// Does something by itself: it is kept or undone.
fn one(connection: &dyn Connection, work: impl FnOnce() -> bool) -> Result<(), Failure> {
    connection.savepoint()?;
    if work() { connection.keep() } else { connection.undo() }
}
