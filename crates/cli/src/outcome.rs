//! How a command ends.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// Done, and something was found to be wrong.
    Problem,
    /// What was asked for is not there, or may not be seen.
    NotFound,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Problem => Self::from(1),
            Outcome::NotFound => Self::from(3),
        }
    }
}

/// Says what failed, with every cause.
#[expect(clippy::print_stderr, reason = "the terminal is this crate's business")]
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        text.push_str("\n  because ");
        text.push_str(&cause.to_string());
    }
    eprintln!("cognate: {text}");
    ExitCode::from(1)
}
