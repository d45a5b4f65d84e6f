//! How long a decision and the filter of a query take: `cargo run --release -p policy --example
//! decide`. Fails beyond 50 µs a decision or 1 ms a filter, at the 99th percentile.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use policy::{Asked, Compartment, Item, Policies, SHIPPED, schema_actions};
use std::time::{Duration, Instant};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Times that each is measured.
const ROUNDS: usize = 20_000;
const DECISION_MAX: Duration = Duration::from_micros(50);
const FILTER_MAX: Duration = Duration::from_millis(1);

fn asked(role: &str, action: &str) -> Asked {
    let [tenant, actor, role, purpose, action] =
        ["t1", "account:a", role, "treatment", action].map(str::to_owned);
    Asked { tenant, actor, role, purpose, action }
}

fn report(what: &str, mut taken: Vec<Duration>, most: Duration) -> bool {
    taken.sort_unstable();
    let at = |percent: usize| taken.get(taken.len() * percent / 100).copied().unwrap_or_default();
    let is_met = at(99) <= most;
    let outcome = if is_met { "met" } else { "NOT MET" };
    println!(
        "figure: {what} | < {most:?} | median {:?}, 99 % within {:?} | {outcome}",
        at(50),
        at(99)
    );
    is_met
}

fn main() -> std::process::ExitCode {
    let item = Item {
        tenant: "t1".to_owned(),
        compartment: Compartment::Patient,
        labels: ["GDIS".to_owned()].into(),
        in_care: true,
        emergency: false,
        refused: ["research".to_owned()].into(),
        consented: ["treatment".to_owned()].into(),
    };
    let actions = schema_actions();
    let mut is_well = true;
    for name in SHIPPED {
        let Ok(policies) = Policies::shipped(name) else { return std::process::ExitCode::FAILURE };
        let read = asked("prescriber", "read-clinical");
        let (mut decisions, mut filters) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let decision = policies.decide(&read, &item);
            decisions.push(begun.elapsed());
            is_well &= decision.is_permitted;
        }
        for action in actions.iter().cycle().take(ROUNDS / 10) {
            let asked = asked("prescriber", action);
            let begun = Instant::now();
            let grant = policies.grant(&asked);
            filters.push(begun.elapsed());
            is_well &= grant.problems.is_empty();
        }
        is_well &= report(&format!("{name}: decision"), decisions, DECISION_MAX);
        is_well &= report(&format!("{name}: filter"), filters, FILTER_MAX);
    }
    if is_well { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
