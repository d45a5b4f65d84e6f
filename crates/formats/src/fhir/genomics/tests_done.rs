//! Tests: reports and analyses, what they are known as, and which observations came from them.

use super::super::access::{self, text};
use super::super::codes;
use super::{label, labels, local, references, regions, source_class};
use genomics::finding::{Finding, SourceClass, Study};
use genomics::token::Label;
use model::variant::GenomeBuild;
use model::{CodeableConcept, Coding, Problem};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Levels of grouped results that are followed.
const LEVELS_MAX: usize = 6;

/// The tests among a patient's resources.
pub(super) struct Tests<'r> {
    by_reference: BTreeMap<String, &'r Value>,
    /// Observation to the reports and procedures that it came from.
    sources: BTreeMap<String, BTreeSet<String>>,
    /// Study to its analyses, report to its studies, and the other way round.
    kin: BTreeMap<String, BTreeSet<String>>,
}

fn url(name: &str) -> String {
    format!("{}genomic-study-analysis{name}", codes::PROFILES)
}

impl<'r> Tests<'r> {
    pub(super) fn read(resources: &'r [Value]) -> Self {
        let mut tests =
            Self { by_reference: BTreeMap::new(), sources: BTreeMap::new(), kin: BTreeMap::new() };
        for resource in resources {
            tests.keep(resource);
            for part in access::all(resource, "contained") {
                tests.keep(part);
                if let (Some(whole), Some(part)) = (own(resource), own(part)) {
                    tests.join(&whole, &part);
                }
            }
        }
        for (reference, resource) in tests.by_reference.clone() {
            match access::resource_type(resource) {
                Some("DiagnosticReport") => {
                    tests.results(&reference, references(resource, "result"));
                    let study = format!("{}genomic-study-reference", codes::PROFILES);
                    tests.join_all(&reference, resource, &study);
                }
                Some("Procedure") => tests.join_all(&reference, resource, &url("-ext")),
                Some("Observation") => {
                    let part_of = references(resource, "partOf").into_iter();
                    let procedures = part_of.filter(|other| other.starts_with("Procedure/"));
                    tests.sources.entry(reference).or_default().extend(procedures);
                }
                _ => {}
            }
        }
        tests
    }

    fn keep(&mut self, resource: &'r Value) {
        if let Some(reference) = own(resource) {
            self.by_reference.insert(reference, resource);
        }
    }

    fn join(&mut self, one: &str, two: &str) {
        self.kin.entry(one.to_owned()).or_default().insert(two.to_owned());
        self.kin.entry(two.to_owned()).or_default().insert(one.to_owned());
    }

    fn join_all(&mut self, reference: &str, resource: &Value, extension: &str) {
        for extension in access::extensions(resource, extension) {
            if let Some(other) = text(extension, "valueReference.reference") {
                self.join(reference, &local(other.trim_start_matches('#')));
            }
        }
    }

    /// Notes the report of its results, of the members of groups and of what these rest on.
    fn results(&mut self, report: &str, mut next: Vec<String>) {
        for _ in 0..LEVELS_MAX {
            let mut further = Vec::new();
            for result in next {
                let held = self.sources.entry(result.clone()).or_default();
                if held.insert(report.to_owned())
                    && let Some(observation) = self.by_reference.get(&result)
                {
                    further.extend(references(observation, "hasMember"));
                    further.extend(references(observation, "derivedFrom"));
                }
            }
            next = further;
        }
    }

    /// The names of the tests that an observation came from.
    pub(super) fn of(&self, observation: &Value) -> Vec<Label> {
        let mut names = BTreeSet::new();
        let sources = own(observation).and_then(|reference| self.sources.get(&reference));
        for source in sources.into_iter().flatten() {
            for test in self.relatives(source) {
                names.extend(self.by_reference.get(&test).into_iter().flat_map(|r| labels(r)));
                names.insert(Label::plain(test));
            }
        }
        for order in access::all(observation, "basedOn") {
            names.extend(access::first(order, "identifier").and_then(label));
            names.extend(access::reference_of(order).map(|r| Label::plain(local(r))));
        }
        names.into_iter().collect()
    }

    /// A test and its study, analyses and reports.
    fn relatives(&self, reference: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([reference.to_owned()]);
        // A report, its study, that study's analyses.
        for _ in 0..2 {
            let next: Vec<&String> =
                found.iter().filter_map(|one| self.kin.get(one)).flatten().collect();
            let next: Vec<String> = next.into_iter().cloned().collect();
            found.extend(next);
        }
        found
    }

    /// The names of the specimens that a reference element points at.
    pub(super) fn specimens_of(&self, resource: &Value, path: &str) -> Vec<Label> {
        let mut names = Vec::new();
        for element in access::all(resource, path) {
            names.extend(access::first(element, "identifier").and_then(label));
            let Some(reference) = access::reference_of(element).map(local) else { continue };
            if let Some(specimen) = self.by_reference.get(&reference) {
                names.extend(labels(specimen));
            } else {
                let id = reference.split('/').nth(1).unwrap_or(&reference);
                names.extend([Label::plain(id), Label::plain(reference.as_str())]);
            }
        }
        names
    }

    /// The tests: each analysis, and each genomic report that has none.
    pub(super) fn studies(&self, findings: &[Finding], problems: &mut Vec<Problem>) -> Vec<Study> {
        let documents: BTreeMap<String, &Value> = self
            .by_reference
            .iter()
            .filter(|(reference, _)| reference.starts_with("DocumentReference/"))
            .map(|(reference, document)| (reference.clone(), *document))
            .collect();
        let mut studies = Vec::new();
        for (reference, resource) in &self.by_reference {
            let status = text(resource, "status").unwrap_or_default();
            if ["entered-in-error", "not-done", "cancelled", "registered"].contains(&status) {
                continue;
            }
            if is_analysis(resource) {
                studies.push(self.analysis(reference, resource, &documents, problems));
            } else if access::resource_type(resource) == Some("DiagnosticReport")
                && self.is_genomic(reference, resource, findings)
                && !self.has_analysis(reference)
            {
                studies.push(self.report(resource));
            }
        }
        studies
    }

    fn has_analysis(&self, report: &str) -> bool {
        let relatives = self.relatives(report);
        relatives.iter().any(|one| self.by_reference.get(one).is_some_and(|r| is_analysis(r)))
    }

    fn is_genomic(&self, reference: &str, report: &Value, findings: &[Finding]) -> bool {
        let is_section = |c: &Coding| c.is(codes::DIAGNOSTIC_SECTION, "GE");
        access::codings(report, "category.coding").iter().any(is_section)
            || findings.iter().any(|finding| {
                let sources = self.sources.get(&finding.reference);
                sources.is_some_and(|sources| sources.contains(reference))
            })
    }

    fn report(&self, report: &Value) -> Study {
        Study {
            labels: labels(report),
            date: date(report, "effective").or_else(|| text(report, "issued").map(str::to_owned)),
            specimens: self.specimens_of(report, "specimen"),
            ..Study::default()
        }
    }

    fn analysis(
        &self,
        reference: &str,
        analysis: &Value,
        documents: &BTreeMap<String, &Value>,
        problems: &mut Vec<Problem>,
    ) -> Study {
        let concepts = |name: &str| -> Vec<CodeableConcept> {
            let found = access::extensions(analysis, &url(name)).into_iter();
            found.filter_map(|e| access::concept(e, "valueCodeableConcept")).collect()
        };
        let build = concepts("-genome-build").into_iter().next();
        let (studied, uncallable) =
            regions::read(analysis, build.as_ref().and_then(build_of), documents);
        if studied.has_more || uncallable.has_more {
            let text = "regions named by gene or in a file elsewhere are not read";
            problems.push(Problem::note("regions-elsewhere", reference, text));
        }
        let mut names = labels(analysis);
        let others = self.relatives(reference);
        let others = others.iter().filter(|other| other.as_str() != reference);
        let others: Vec<&Value> =
            others.filter_map(|other| self.by_reference.get(other).copied()).collect();
        let tests = others.iter().filter(|other| !is_analysis(other));
        names.extend(tests.flat_map(|test| labels(test)));
        let mut specimens = Vec::new();
        for extension in access::extensions(analysis, &url("-specimen")) {
            specimens.extend(self.specimens_of(extension, "valueReference"));
        }
        let by_others = || {
            others
                .iter()
                .find_map(|other| date(other, "performed").or_else(|| date(other, "effective")))
        };
        let class: Option<SourceClass> =
            concepts("-genomic-source-class").iter().find_map(source_class);
        Study {
            labels: names,
            date: date(analysis, "performed").or_else(by_others),
            specimens,
            change_types: concepts("-change-type").into_iter().flat_map(|c| c.coding).collect(),
            source_class: class,
            build,
            studied,
            uncallable,
        }
    }
}

fn own(resource: &Value) -> Option<String> {
    Some(format!("{}/{}", access::resource_type(resource)?, access::id(resource)?))
}

/// A date or the start of a period, as sent.
fn date(resource: &Value, name: &str) -> Option<String> {
    let at = |path: String| text(resource, &path).map(str::to_owned);
    at(format!("{name}DateTime")).or_else(|| at(format!("{name}Period.start")))
}

fn is_analysis(procedure: &Value) -> bool {
    if access::resource_type(procedure) != Some("Procedure") {
        return false;
    }
    let part = format!("{}-", url(""));
    let mut extensions = access::texts(procedure, "extension.url").into_iter();
    // A study only points to its analyses.
    access::texts(procedure, "meta.profile").contains(&url("").as_str())
        || extensions.any(|u| u.starts_with(&part) && u != url("-ext"))
}

/// The build that an answer to LOINC 62374-4 names.
pub(super) fn build_of(concept: &CodeableConcept) -> Option<GenomeBuild> {
    let answer = codes::answer_in(&concept.coding, codes::ASSEMBLIES);
    let words = answer.and_then(|answer| codes::words_of(codes::ASSEMBLIES, &answer.code));
    match words.or(concept.words())? {
        "GRCh37" | "hg19" => Some(GenomeBuild::GRCh37),
        "GRCh38" | "hg38" => Some(GenomeBuild::GRCh38),
        _ => None,
    }
}
