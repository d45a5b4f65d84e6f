//! `cognate trials match --semantics both`: where the answers of matchengine-V2 and ours differ.

use super::files::Read;
use super::matching::{findings_of, is_asked};
use crate::command::say;
use serde_json::{Value, json};
use trials::compat::{Matched, Options, Record, Sides, migrate, run as run_compat};
use trials::{Context, Patient};

/// Samples of differences that are named to people; JSON has all.
const NAMED: usize = 5;

/// The two answers of a trial, cohort by cohort.
pub(super) fn compared(
    read: &Read,
    records: &[Record],
    (options, context, samples): (&Options<'_>, &Context<'_>, &[(&Record, &Patient)]),
) -> Value {
    let trial = &read.trial;
    let Some(document) = &read.ctml else {
        say(&format!("trial `{}` is no CTML; there is nothing to compare it with", trial.id));
        return json!({"trial": trial.id, "cohorts": [], "findings": trial.findings});
    };
    let Matched { matches, problems } = run_compat(document, records, options);
    let sides = Sides { trial, document, options, context, samples };
    let cohorts = trial.cohorts.iter().map(|cohort| {
        let asked =
            [trial.status, cohort.status].into_iter().all(|one| is_asked(one, options.closed));
        let told = migrate(&sides, cohort, asked, &matches);
        json!({
            "id": cohort.id,
            "path": cohort.path,
            "code": cohort.code,
            "both": told.both,
            "neither": told.neither,
            "differences": told.differences,
        })
    });
    let cohorts: Vec<Value> = cohorts.collect();
    json!({"trial": trial.id, "cohorts": cohorts, "findings": findings_of(read, &problems)})
}

/// A few lines a cohort: what differs, why, and for whom.
pub(super) fn for_people(answer: &Value) -> String {
    let at = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let list = |value: &Value, name: &str| at(value, name).as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let word = |value: &Value, name: &str| text(&at(value, name));
    let mut lines = vec![word(answer, "trial")];
    for cohort in list(answer, "cohorts") {
        lines.push(format!(
            "  {} ({}): {} by both, {} by neither",
            word(&cohort, "path"),
            word(&cohort, "code"),
            at(&cohort, "both"),
            at(&cohort, "neither"),
        ));
        for one in list(&cohort, "differences") {
            let samples: Vec<String> = list(&one, "samples").iter().map(text).collect();
            let v2 = if at(&one, "compat") == true { "reported" } else { "not reported" };
            lines.push(format!(
                "    {} samples: V2 {v2}, ours {}",
                samples.len(),
                word(&one, "three_valued"),
            ));
            for cause in list(&one, "causes") {
                let [code, asked, text, pointer] =
                    ["code", "asked", "text", "pointer"].map(|name| word(&cause, name));
                lines.push(format!("      {code}: {asked} - {text} ({pointer})"));
            }
            let more = samples.len().saturating_sub(NAMED);
            let named: Vec<String> = samples.into_iter().take(NAMED).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            lines.push(format!("      {}{more}", named.join(", ")));
        }
    }
    let findings = list(answer, "findings").len();
    lines.push(format!("  {findings} findings for a curator\n"));
    lines.join("\n")
}
