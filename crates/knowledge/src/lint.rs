//! The linter: what must hold in a pack before anybody is advised with it.
//!
//! Loading proves that the tables can be read; the linter proves that they answer every question
//! the engines can ask, and each only once. It runs in CI, on import and at start.

mod actions;
mod alleles;
mod domain;
mod drugs;
mod functions;
mod inhibitors;
mod positions;
mod special;
mod text;

pub(crate) use text::{IMPLICATION_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};

use crate::digest::sha256_hex;
use crate::pack::Pack;
use model::{Problem, problem::Severity};

/// Every fault of a pack, tables in the order genes, drugs, actions, text. A pack with an error
/// among them must not be used; notes tell what is incomplete by nature, such as alleles that no
/// function has been assigned to.
pub fn lint(pack: &Pack) -> Vec<Problem> {
    let mut problems = Vec::new();
    digests(pack, &mut problems);
    positions::unique(&pack.pgx, &mut problems);
    for gene in &pack.pgx.genes {
        positions::check(gene, &mut problems);
        alleles::check(gene, &mut problems);
        functions::check(gene, &mut problems);
        special::check(gene, &mut problems);
    }
    drugs::check(pack, &mut problems);
    actions::check(pack, &domain::Domains::new(&pack.pgx), &mut problems);
    inhibitors::check(&pack.pgx, &mut problems);
    text::check(pack, &mut problems);
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    problems
}

fn digests(pack: &Pack, problems: &mut Vec<Problem>) {
    for entry in &pack.manifest.files {
        let found = pack.files.get(&entry.name).map(|bytes| sha256_hex(bytes));
        if found.as_ref() != Some(&entry.sha256) {
            let text = "is not the file that pack.toml was written for";
            problems.push(Problem::error("digest", entry.name.as_str(), text));
        }
    }
    if pack.manifest.sources.is_empty() {
        problems.push(Problem::error("no-source", "pack.toml", "names no source"));
    }
}

/// Adds an error if the condition does not hold.
fn expect(
    holds: bool,
    problems: &mut Vec<Problem>,
    code: &str,
    place: &str,
    text: impl FnOnce() -> String,
) {
    if !holds {
        problems.push(Problem::new(Severity::Error, code, place, text()));
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
