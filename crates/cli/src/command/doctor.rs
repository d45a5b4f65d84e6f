//! `cognate doctor`

use super::{print, print_json};
use crate::arguments::DoctorArguments;
use crate::outcome::Outcome;
use crate::store;
use model::Severity;
use serde_json::{Value, json};

/// One thing looked at.
struct Finding {
    what: &'static str,
    fine: bool,
    text: String,
}

/// Looks for what is wrong with an installation. It reads nothing about patients.
pub(crate) fn run(arguments: &DoctorArguments) -> anyhow::Result<Outcome> {
    let mut findings = vec![knowledge()];
    match store::open(&arguments.store) {
        Err(error) => findings.push(Finding {
            what: "store",
            fine: false,
            text: error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "),
        }),
        Ok(record) => {
            let health = record.health();
            findings.push(Finding {
                what: "store",
                fine: health.writable,
                text: format!(
                    "schema {}, {}, {} changes",
                    health.schema_version, health.store_version, health.last_sequence
                ),
            });
            if let Some(failure) = &health.checkpoint_failure {
                let text = format!("no checkpoint is written: {failure}");
                findings.push(Finding { what: "audit", fine: false, text });
            }
            findings.push(in_use(&record));
            let states: Vec<String> = health
                .raw_states
                .iter()
                .map(|(state, count)| format!("{count} {}", state.word()))
                .collect();
            let waiting = health.reviews_open;
            findings.push(Finding {
                what: "messages",
                fine: true,
                text: if states.is_empty() {
                    "none received yet".to_owned()
                } else {
                    format!("{}; {waiting} wait for a person", states.join(", "))
                },
            });
            let audit = record.verify_audit();
            findings.push(Finding {
                what: "audit",
                fine: audit.is_intact(),
                text: match audit.problems.first() {
                    Some(problem) => problem.to_string(),
                    None => format!("{} events in {} segments", audit.events, audit.segments),
                },
            });
        }
    }
    let fine = findings.iter().all(|finding| finding.fine);
    if arguments.json {
        let list: Vec<Value> = findings
            .iter()
            .map(|f| json!({ "what": f.what, "fine": f.fine, "text": f.text }))
            .collect();
        print_json(&list)?;
    } else {
        for finding in &findings {
            let mark = if finding.fine { "fine" } else { "WRONG" };
            print(&format!("{mark:5}  {:9}  {}\n", finding.what, finding.text))?;
        }
    }
    Ok(if fine { Outcome::Done } else { Outcome::Problem })
}

/// The pack in use, without changing anything.
fn in_use(record: &record::Record) -> Finding {
    let access = store::engine();
    let text = record.active_pack(&access).map_err(anyhow::Error::from).and_then(|active| {
        let Some(active) = active else { return Ok("none yet".to_owned()) };
        let pack = interpret::load_kept(record, &access, &active)?;
        let named = format!("{} {} of {}", active.pack, active.version, active.date);
        let remarks = store::pack_remarks(record, &pack)?;
        Ok(std::iter::once(named).chain(remarks).collect::<Vec<_>>().join("; "))
    });
    let fine = text.is_ok();
    Finding { what: "pack", fine, text: text.unwrap_or_else(|error| format!("{error:#}")) }
}

fn knowledge() -> Finding {
    let (fine, text) = match store::built_in_pack() {
        Err(error) => (false, format!("{error:#}")),
        Ok(pack) => {
            let reference = pack.reference();
            let problems = ::knowledge::lint(&pack);
            let worst = problems.iter().find(|p| p.severity != Severity::Note);
            let text = match worst {
                Some(problem) => problem.to_string(),
                None => format!("{} {} of {}", reference.pack, reference.version, reference.date),
            };
            (worst.is_none(), text)
        }
    };
    Finding { what: "knowledge", fine, text }
}
