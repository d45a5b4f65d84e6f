//! Where each fact about a patient comes from, and from when it is.

use crate::Truth;
use crate::criteria::{Criterion, EventAsked};
use crate::patient::Day;
use model::PartialDate;
use serde::Serialize;
use tumor::TumorProfile;

/// A resource that says something, and the day it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `Observation/stage` with its version: `Observation/stage/_history/2`.
    pub resource: String,
    /// The day of the observation, the therapy or the report.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub date: Option<PartialDate>,
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands it over like this"
)]
fn as_text<S: serde::Serializer>(
    date: &Option<PartialDate>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

/// A fact that is there and counts no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfDate {
    /// LOINC code of a laboratory value; `None` for performance.
    pub code: Option<String>,
    /// In words: the value, its day and how long it counts.
    pub words: String,
}

/// Where each fact about a patient comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    /// Birth, sex and death.
    pub person: Vec<Source>,
    /// The type of the tumour.
    pub diagnoses: Vec<Source>,
    /// The stage.
    pub stage: Vec<Source>,
    /// Performance.
    pub performance: Vec<Source>,
    /// Therapies by name.
    pub therapies: Vec<(String, Source)>,
    /// Laboratory values by code, each with the later ones behind the earlier ones.
    pub labs: Vec<(String, Source)>,
    /// What counts no more.
    pub out_of_date: Vec<OutOfDate>,
    /// Reports on the tumour.
    pub reports: Vec<(TumorProfile, Source)>,
    /// The first day on which one of the facts counts no more.
    pub expires: Option<Day>,
}

impl Sources {
    /// What says something about what a criterion asks.
    pub fn of(&self, criterion: &Criterion) -> Vec<Source> {
        match criterion {
            Criterion::Event(asked) => self.of_event(asked),
            Criterion::Biomarker(asked) => self.of_findings(|profile| {
                let all = profile.biomarkers.iter();
                let meant = all.filter(|one| one.kind.answers(asked.kind));
                meant.map(|one| one.source.as_deref()).collect()
            }),
            Criterion::Diagnosis(_) => self.diagnoses.clone(),
            Criterion::Stage(_) => self.stage.clone(),
            Criterion::Age(_) | Criterion::Sex(_) => self.person.clone(),
            Criterion::Performance(_) => self.performance.clone(),
            Criterion::PriorTherapy(asked) => {
                let plain = asked.name.trim().to_lowercase();
                let given = self.therapies.iter().filter(|(name, _)| *name == plain);
                given.map(|(_, source)| source.clone()).collect()
            }
            Criterion::Lab(asked) => {
                let last = self.labs.iter().rfind(|(code, _)| *code == asked.code);
                last.map(|(_, source)| source.clone()).into_iter().collect()
            }
            Criterion::Text(_) | Criterion::Unresolved(_) => Vec::new(),
        }
    }

    /// Events that may be meant; where there is none, reports that looked for it.
    fn of_event(&self, asked: &EventAsked) -> Vec<Source> {
        let found = self.of_findings(|profile| {
            let meant = profile.events.iter().filter(|event| asked.judge(event) != Truth::No);
            meant.map(|event| event.source.as_deref()).collect()
        });
        if !found.is_empty() {
            return found;
        }
        self.of_reports(|profile| {
            profile.supports_negatives()
                && asked.tested(|gene, class, exon| {
                    profile.negatives.contains(&(gene, class))
                        || profile.coverage.covers(gene, class, exon)
                })
        })
    }

    /// The resources of findings; the report stands in for one that names none.
    fn of_findings<'s>(
        &'s self,
        findings: impl Fn(&'s TumorProfile) -> Vec<Option<&'s str>>,
    ) -> Vec<Source> {
        let mut found: Vec<Source> = Vec::new();
        for (profile, report) in self.reports.iter().filter(|(profile, _)| !profile.withdrawn) {
            for resource in findings(profile) {
                let resource = resource.unwrap_or(&report.resource).to_owned();
                let source = Source { resource, date: report.date };
                if !found.contains(&source) {
                    found.push(source);
                }
            }
        }
        found
    }

    fn of_reports(&self, says: impl Fn(&TumorProfile) -> bool) -> Vec<Source> {
        let mut found: Vec<Source> = Vec::new();
        for (profile, source) in &self.reports {
            if says(profile) && !found.contains(source) {
                found.push(source.clone());
            }
        }
        found
    }

    /// What is there of what a criterion asks, and counts no more.
    pub fn out_of_date(&self, criterion: &Criterion) -> Option<&str> {
        let code = match criterion {
            Criterion::Performance(_) => None,
            Criterion::Lab(asked) => Some(asked.code.as_str()),
            _ => return None,
        };
        let old = self.out_of_date.iter().find(|old| old.code.as_deref() == code);
        old.map(|old| old.words.as_str())
    }
}
