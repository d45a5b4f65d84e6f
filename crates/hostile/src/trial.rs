//! Trials of CTML, registries and FHIR, one or many (NDJSON): any object is a trial with findings,
//! or it is said why not.

use formats::trial_documents::{TrialForm, read};
use knowledge::oncology::OncologyNames;
use serde_json::Value;
use std::sync::OnceLock;
use trials::ctml::Names;
use trials::{Trial, ctml, lint, registry, research_study};
use tumor::{Genes, OncoTree};

static WORLD: OnceLock<(Genes, OncoTree)> = OnceLock::new();

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let (genes, tree) = WORLD.get_or_init(|| {
        let names = OncologyNames::built_in().expect("the names load");
        (Genes::new(&names), OncoTree::new(&names))
    });
    let (documents, problems) = read(bytes);
    assert!(!documents.is_empty() || !problems.is_empty() || is_empty(bytes), "nothing is said");
    for document in documents {
        let fields = &document.fields;
        let mut made = vec![
            ctml::import(fields, Names { genes, tree }),
            registry::import(fields),
            research_study::import(fields),
        ];
        made.extend(Trial::parse(Value::Object(fields.clone())));
        let _ = TrialForm::of(fields);
        for trial in &made {
            let _ = lint::lint(trial);
            for cohort in &trial.cohorts {
                assert!(!trial.parts(cohort).is_empty(), "a cohort asks nothing");
            }
        }
    }
}

/// Whether there is no document in it: an empty list, a Bundle without entries.
fn is_empty(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_ok()
        || bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte > 127)
}
