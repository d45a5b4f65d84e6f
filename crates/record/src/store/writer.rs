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

/// A job as the writer sees it.
trait Job: Send {
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

impl<T, F, S> Job for Work<T, F, S>
where
    T: Send,
    F: FnOnce(&dyn Executor) -> Result<T, Failure> + Send,
    S: FnOnce() -> Result<(), Failure> + Send,
{
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
        self.before.take().filter(|_| is_kept).map_or(Ok(()), |settle| settle())
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
}

/// The writer of one database. Its thread ends when it is dropped.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    status: Arc<Status>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; `committed` runs after every commit.
    pub(crate) fn start(
        name: &str,
        connection: Box<dyn Connection>,
        committed: impl Fn() + Send + 'static,
    ) -> Result<Self, Failure> {
        let (sender, receiver) = mpsc::channel();
        let status = Arc::new(Status::default());
        let shared = Arc::clone(&status);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serve(connection.as_ref(), &receiver, &shared, &committed))
            .map_err(|error| Failure::Storage(error.to_string()))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), status, thread: Some(thread) })
    }

    /// Runs `work` in the writer's transaction. On return it is durable, or nothing happened.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.write_after(|| Ok(()), work)
    }

    /// As [`Writer::write`]; `settle` waits for what must be durable before the work is. When it
    /// cannot, nothing of the transaction stands, so it fails only where writing has come to an
    /// end altogether.
    pub(crate) fn write_after<T: Send + 'static>(
        &self,
        settle: impl FnOnce() -> Result<(), Failure> + Send + 'static,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.post_after(settle, work)?.recv().map_err(|_| ended())?
    }

    /// Hands `work` to the writer without waiting for it: it is done before whatever is handed
    /// over later. Who takes the answer learns what became of it.
    pub(crate) fn post<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        self.post_after(|| Ok(()), work)
    }

    fn post_after<T: Send + 'static>(
        &self,
        settle: impl FnOnce() -> Result<(), Failure> + Send + 'static,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<T, Failure>>, Failure> {
        let (reply, answer) = mpsc::sync_channel(1);
        let job = Box::new(Work { todo: Some(work), before: Some(settle), result: None, reply });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        self.status.waiting.fetch_add(1, Ordering::Relaxed);
        jobs.as_ref().ok_or_else(ended)?.send(job).map_err(|_| ended())?;
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
    receiver: &mpsc::Receiver<Box<dyn Job>>,
    status: &Status,
    committed: &impl Fn(),
) {
    let mut under_way = 0;
    while let Ok(first) = receiver.recv() {
        let mut jobs = vec![first];
        jobs.extend(receiver.try_iter().take(GROUP_COMMIT_JOBS_MAX - 1));
        gather(receiver, &mut jobs, under_way / 2);
        let count = jobs.len();
        let outcome = if status.stopped.load(Ordering::Relaxed) {
            Err(stopped())
        } else {
            commit(connection, &mut jobs)
        };
        // An fsync that failed may have lost pages that a later fsync would call written.
        if let Err(Failure::Storage(text)) = &outcome
            && text.contains("SystemIoFailure")
        {
            status.stopped.store(true, Ordering::Relaxed);
        }
        if outcome.is_ok() {
            committed();
        }
        under_way = status.waiting.fetch_sub(count, Ordering::Relaxed);
        for job in jobs {
            job.answer(outcome.clone());
        }
    }
}

/// Takes the jobs that follow each other closely, up to half of those that were under way the time
/// before: while these are committed, who asks for the others makes them ready. If all were waited
/// for, everybody would wait for the disk at once.
fn gather(receiver: &mpsc::Receiver<Box<dyn Job>>, jobs: &mut Vec<Box<dyn Job>>, wanted: usize) {
    let (begun, wanted) = (Instant::now(), wanted.min(GROUP_COMMIT_JOBS_MAX));
    while jobs.len() < wanted && begun.elapsed() < JOBS_WAIT_MAX {
        match receiver.recv_timeout(NEXT_JOB_WAIT) {
            Ok(job) => jobs.push(job),
            Err(_) => return,
        }
    }
}

fn ended() -> Failure {
    Failure::Storage("the writer has ended".to_owned())
}

fn stopped() -> Failure {
    Failure::Storage("writing has ended after an input/output error".to_owned())
}

fn commit(connection: &dyn Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    connection.begin_write()?;
    let result = jobs.iter_mut().try_for_each(|job| one(connection, job.as_mut()));
    let result = result.and_then(|()| jobs.iter_mut().try_for_each(|job| job.settle()));
    let result = result.and_then(|()| connection.commit());
    if result.is_err() {
        connection.leave();
    }
    result
}

fn one(connection: &dyn Connection, job: &mut dyn Job) -> Result<(), Failure> {
    connection.savepoint()?;
    if job.run(connection) { connection.keep() } else { connection.undo() }
}
