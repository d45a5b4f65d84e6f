//! What the measurements of the intake share: time, processor time and memory.

use std::time::Instant;

/// Time that passed, and processor time of this process.
pub(crate) struct Measure {
    begun: Instant,
    processor: f64,
}

impl Measure {
    pub(crate) fn begin() -> Self {
        Self { begun: Instant::now(), processor: processor_seconds() }
    }

    pub(crate) fn end(&self, what: &str, count: usize) {
        let many = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let (taken, processor) =
            (self.begun.elapsed().as_secs_f64(), processor_seconds() - self.processor);
        println!(
            "{what}: {count} in {taken:.2} s, {:.0}/s; {:.3} ms of processor each; {} MB",
            many / taken,
            processor / many * 1e3,
            resident_megabytes()
        );
    }
}

/// User and system time of this process, as the kernel counts it in hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|one| one.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}
