//! Measurements of the whole tumour, and proteins.

use crate::vendor::field::Field;
use crate::vendor::finding::Measure;
use crate::vendor::report::VendorReport;
use crate::vendor::value::leading_number;
use model::Problem;

/// Proteins by how a name of theirs begins, as `tumor` knows them.
const PROTEINS: &[(&str, &str)] = &[
    ("pd-l1", "pd-l1"),
    ("er", "er"),
    ("pr", "pr"),
    ("her2", "her2"),
    ("mismatch repair", "mmr-ihc"),
    ("mmr", "mmr-ihc"),
];

/// Reads a result that is no alteration. One that is not understood is told.
pub(super) fn read(
    result: &Field<'_>,
    method: Option<&str>,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    let at = |paths: &[&str]| result.text_at(paths);
    let read = |name: &str, number: Option<String>, level: Option<String>| {
        let number = number.as_deref().and_then(leading_number);
        Measure {
            name: name.to_owned(),
            value: number.as_ref().map(|(value, _)| *value),
            unit: number.map(|(_, unit)| unit).filter(|unit| !unit.is_empty()),
            level,
            raw_path: result.path(),
            ..Measure::default()
        }
    };
    let measure = match result.name() {
        "tumorMutationBurden" => {
            let score = at(&["mutationBurdenScore"]);
            let mut measure = read("tmb", score, at(&["mutationBurdenCall"]));
            // `22 per Mb` are mutations.
            measure.unit = measure.value.map(|_| "mutations/Mb".to_owned());
            measure
        }
        "microsatelliteInstability" => read("msi", None, at(&["msiCall", "result"])),
        "lossOfHeterozygosity" | "genomicLevelHeterozygosity" => {
            let percent = at(&["LOHpercentage", "lohPercentage"]);
            let mut measure = read("loh", percent, at(&["result"]));
            measure.unit = measure.value.map(|_| "%".to_owned());
            measure
        }
        "expressionAlteration" => {
            let name = at(&["biomarkerName", "gene"]).unwrap_or_default();
            let Some(known) = protein(&name) else {
                let text = format!("expression of `{name}` is not read; it is kept with the file");
                problems.push(Problem::note("not-read", result.path(), text));
                return;
            };
            let mut measure = read(known, at(&["stainPercent"]), at(&["result"]));
            measure.unit = measure.value.map(|_| "%".to_owned());
            let clone = name.split_once('(').map(|(_, rest)| rest.trim_end_matches(')').trim());
            let by = at(&["expressionType"]).or(method.map(str::to_owned));
            let by = by.unwrap_or_else(|| "IHC".to_owned());
            let of_clone = clone.filter(|_| known == "pd-l1");
            measure.method = Some(of_clone.map_or(by.clone(), |clone| format!("{by} {clone}")));
            measure.cut_off = at(&["threshold"]);
            measure
        }
        other => {
            let text = format!("`{other}` is not read; it is kept with the file");
            // Names that are not known were told when the file was looked through.
            if super::call::KNOWN.contains(&other) {
                problems.push(Problem::note("not-read", result.path(), text));
            }
            return;
        }
    };
    if measure.value.is_none() && measure.level.is_none() {
        let text = format!("`{}` has no result", result.name());
        problems.push(Problem::warning("no-result", result.path(), text));
        return;
    }
    report.measures.push(measure);
}

/// `PD-L1 (22c3)`, `ER/ESR1`, `HER2/Neu`: the name up to what is no letter of it.
fn protein(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let bare = lower.split(['(', '/']).next().unwrap_or_default().trim();
    PROTEINS
        .iter()
        .find(|(known, _)| bare == *known || (known.len() > 3 && bare.starts_with(known)))
        .map(|(_, name)| *name)
}
