//! `cognate knowledge adopt`

use super::changes::{ListWriter, lines};
use crate::arguments::AdoptArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::bail;
use interpret::{Adopted, Adopter};
use model::problem::first_error;
use model::statement::KnowledgeRef;
use serde_json::{Value, json};

/// Puts a pack into use, or tells what that would change.
pub(super) fn run(arguments: &AdoptArguments) -> anyhow::Result<Outcome> {
    let pack = store::named_pack(&arguments.pack, &arguments.trust)?;
    let mut problems = knowledge::lint(&pack);
    problems.extend(::pgx::lint_self_calls(&pack.pgx));
    if let Some(fault) = first_error(&problems) {
        bail!("the pack has a fault and is not adopted: {fault}");
    }
    let record = store::open(&arguments.store)?;
    let adopter = Adopter::new(record, &store::tenant(), "cli");
    if arguments.dry_run {
        let mut list = ListWriter::new(arguments.json, &json!({ "pack": pack.reference() }))?;
        let mut failed = None;
        let adopted = adopter.dry_run(&pack, &mut |changes| {
            if failed.is_none() {
                let written = list.add(&json!(changes), || lines(changes));
                failed = written.err();
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        list.end()?;
        told(&adopted, "would change")?;
        return Ok(Outcome::Done);
    }
    let adopted = adopter.adopt(&pack)?;
    if arguments.json {
        print_json(&described(&adopted))?;
    }
    told(&adopted, "changed")?;
    if !adopted.in_use_already {
        say("`cognate knowledge changes` shows the list; restart `cognate serve` to use the pack");
    }
    Ok(Outcome::Done)
}

fn named(pack: &KnowledgeRef) -> String {
    format!("{} {} of {}", pack.pack, pack.version, pack.date)
}

fn told(adopted: &Adopted, verb: &str) -> anyhow::Result<()> {
    let pack = named(&adopted.pack);
    if adopted.in_use_already {
        say(&format!("{pack} is in use already"));
        return print("");
    }
    let former = match &adopted.former {
        Some(former) => format!(", after {}", named(former)),
        None => String::new(),
    };
    say(&format!(
        "{pack}{former}: {verb} something for {} of {} patients, {} of whom take a medicine that \
         is concerned",
        adopted.changed, adopted.patients, adopted.current_medicine
    ));
    if adopted.behind > 0 {
        say(&format!(
            "{} changes of the record were not interpreted yet: what they change is in the list, \
             too",
            adopted.behind
        ));
    }
    if let Some(why) = &adopted.former_unusable {
        say(&format!(
            "the former pack cannot be loaded ({why}): what was filed since is in the list, too"
        ));
    }
    Ok(())
}

fn described(adopted: &Adopted) -> Value {
    json!({
        "pack": adopted.pack,
        "former": adopted.former,
        "inUseAlready": adopted.in_use_already,
        "patients": adopted.patients,
        "changed": adopted.changed,
        "currentMedicine": adopted.current_medicine,
        "formerUnusable": adopted.former_unusable,
    })
}
