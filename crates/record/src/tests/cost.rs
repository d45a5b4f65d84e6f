//! What the audit log costs: the same work with it and without it, by turns.

use super::{access, observe, open};
use crate::{CompartmentQuery, Record, Role};
use model::PatientId;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const THREADS: usize = 8;
const ROUNDS: usize = 5;
/// Filings and pages of one thread in a round, and with `COGNATE_ASSURE`.
const EACH: usize = 5;
const EACH_ASSURED: usize = 400;
const PATIENTS: usize = 40;
const GOAL_PERCENT: f64 = 10.0;

/// The time of a round by all threads.
fn timed(work: impl Fn(usize, usize) + Sync, each: usize) -> Duration {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || (0..each).for_each(|number| work(thread, number)));
        }
    });
    begun.elapsed()
}

/// What part of the throughput the log takes, in percent: medians of rounds by turns.
fn cost(record: &Record, each: usize, work: impl Fn(usize, usize, usize) + Sync) -> f64 {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (is_silent, times) in [(true, &mut without), (false, &mut with)] {
            record.inner.audit.is_silent.store(is_silent, Ordering::Relaxed);
            let part = round * 2 + usize::from(is_silent);
            times.push(timed(|thread, number| work(part, thread, number), each));
        }
    }
    let middle = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let (with, without) = (middle(&mut with), middle(&mut without));
    (1.0 - without / with).max(0.0) * 100.0
}

#[test]
fn the_audit_log_takes_little_of_the_throughput() {
    let (record, _directory) = open();
    let is_assured = std::env::var_os("COGNATE_ASSURE").is_some();
    let each = if is_assured { EACH_ASSURED } else { EACH };
    for number in 0..PATIENTS * 5 {
        observe(&record, &format!("o{number}"), &format!("p{}", number % PATIENTS));
    }
    let reader = access(Role::Prescriber);
    let reading = cost(&record, each, |_, thread, number| {
        let patient = PatientId::new(format!("p{}", (thread * 7 + number) % PATIENTS));
        let query = CompartmentQuery { count: 20, ..CompartmentQuery::default() };
        record.compartment(&reader, &patient, &query).unwrap();
    });
    let filing = cost(&record, each, |part, thread, number| {
        observe(&record, &format!("f{part}-{thread}-{number}"), "p1");
    });
    for (what, percent) in [("filing", filing), ("reading a page of a patient", reading)] {
        let outcome = if percent < GOAL_PERCENT { "met" } else { "NOT MET" };
        let built = if cfg!(debug_assertions) { "debug" } else { "release" };
        println!(
            "figure: audit, {what} | < 10 % of throughput | {percent:.1} % ({built}) | {outcome}"
        );
    }
    record.inner.audit.is_silent.store(false, Ordering::Relaxed);
    assert!(record.verify_audit().is_intact());
}
