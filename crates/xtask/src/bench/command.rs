//! Times whole processes, one after another.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::Summary;

/// The most runs of one measurement.
pub const RUNS_MAX: usize = 1000;

/// Runs `command` three times to warm up and then `runs` times, its output thrown away.
///
/// # Errors
/// No command, too many runs, or a run that fails.
pub fn run(command: &[String], runs: usize) -> Result<Summary> {
    let Some((program, arguments)) = command.split_first() else {
        bail!("give the command to time after `--`");
    };
    if !(1..=RUNS_MAX).contains(&runs) {
        bail!("`--runs` is 1 to {RUNS_MAX}");
    }
    let mut measured = Vec::with_capacity(runs);
    for at in 0..runs + 3 {
        let started = Instant::now();
        let status = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("cannot run `{program}`"))?;
        let elapsed = started.elapsed();
        if !status.success() {
            bail!("`{program}` failed: {status}");
        }
        if at >= 3 {
            measured.push(elapsed);
        }
    }
    Ok(Summary::new(measured))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn times_successful_runs_only() {
        assert_eq!(run(&words("true"), 5).unwrap().count(), 5);
        assert!(run(&words("false"), 5).is_err());
        assert!(run(&[], 5).is_err());
        assert!(run(&words("true"), RUNS_MAX + 1).is_err());
        assert!(run(&words("true"), 0).is_err());
    }
}
