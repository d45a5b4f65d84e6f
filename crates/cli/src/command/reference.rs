//! `cognate completions` and the reference that the documentation is generated from.

use super::{print, print_json};
use crate::arguments::Arguments;
use crate::outcome::Outcome;
use clap::CommandFactory;
use clap_complete::Shell;
use std::fmt::Write as _;

/// Completions for a shell.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<Outcome> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cognate", &mut bytes);
    print(&String::from_utf8(bytes)?)?;
    Ok(Outcome::Done)
}

/// The HTTP interfaces as OpenAPI 3.1.
pub(crate) fn openapi(base_url: &str) -> anyhow::Result<Outcome> {
    print_json(&server::openapi(base_url.trim_end_matches('/')))?;
    Ok(Outcome::Done)
}

/// The command reference as markdown.
pub(crate) fn markdown() -> anyhow::Result<Outcome> {
    let mut text = String::from(
        "# Command line\n\nGenerated from the binary by `cargo xtask generate`; do not edit.\n\
         Data goes to standard output, talk to standard error. Exit codes: 0 done, 1 a problem \
         was\nfound, 2 usage, 3 not found or refused.\n",
    );
    let mut command = Arguments::command();
    command.build();
    describe(&command, &mut text)?;
    print(&text)?;
    Ok(Outcome::Done)
}

fn describe(command: &clap::Command, text: &mut String) -> anyhow::Result<()> {
    for sub in command.get_subcommands() {
        if sub.is_hide_set() || sub.get_name() == "help" {
            continue;
        }
        let mut sub = sub.clone().term_width(96).color(clap::ColorChoice::Never);
        let name = sub.get_bin_name().unwrap_or_else(|| sub.get_name()).to_owned();
        let help = sub.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end())?;
        describe(&sub, text)?;
    }
    Ok(())
}
