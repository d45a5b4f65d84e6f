//! What the record says of a place: asked of each kind of test, since what one has looked at says
//! nothing about another.

use super::place::Place;
use crate::app::App;
use crate::caller::Caller;
use crate::controllers::genomics::{Question, Seen, see};
use crate::error::Error;
use ::genomics::answer::{Coverage, Part, Value as AnswerValue};
use ::genomics::asked::{Asked, AskedRange, Contract, operation};
use ::genomics::finding::{Content, Filter, Finding, Presence, SourceClass, Variant};
use ::genomics::hgvs;
use ::genomics::operation::Tools;
use ::genomics::range::Range;
use ::genomics::sequence::known;
use formats::fhir::access::{all, concept};
use formats::fhir::codes::loinc;
use model::{CodeableConcept, PatientId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use web::view::{LocusCall, LocusCoverage, LocusSeen, LocusState};

/// The kinds of tests, each asked on its own.
const CLASSES: [(SourceClass, &str); 2] =
    [(SourceClass::Germline, "Inherited genome"), (SourceClass::Somatic, "Tumour")];

/// What the record says of a place.
pub(super) struct Found {
    pub(super) coverage: Vec<LocusCoverage>,
    /// In the order of their places.
    pub(super) calls: Vec<LocusCall>,
    pub(super) unplaced: Vec<LocusCall>,
}

/// Asks the operations. Whatever an answer names was found; of the rest of the record it is told
/// what was looked for there, and what has no place.
pub(super) fn found(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    place: &Place,
) -> Result<Found, Error> {
    let mut coverage = Vec::new();
    let mut calls: BTreeMap<String, LocusCall> = BTreeMap::new();
    let mut unplaced: BTreeMap<String, LocusCall> = BTreeMap::new();
    let mut take = |seen: &Seen| {
        let named = named(&seen.parts);
        for finding in &seen.dossier.findings {
            let Content::Variant(variant) = &finding.content else { continue };
            if !finding.is_standing {
                continue;
            }
            let is_found = named.contains(finding.reference.as_str());
            let here = here(variant, &place.range);
            let resource = seen.resources.get(&finding.reference);
            if is_found || here.is_some() && !variant.is_carried() {
                let call = call(finding, variant, here, is_found, resource);
                calls.entry(finding.reference.clone()).or_insert(call);
            } else if variant.is_carried() && is_unplaced(variant) && may_be_of(finding, place) {
                let call = call(finding, variant, None, true, resource);
                unplaced.entry(finding.reference.clone()).or_insert(call);
            }
        }
    };
    for (class, about) in CLASSES {
        let seen = asked(app, caller, id, place, ("find-subject-variants", Some(class)))?;
        coverage.push(LocusCoverage { about: about.to_owned(), seen: looked_at(&seen.parts) });
        take(&seen);
    }
    let structural = "find-subject-structural-intersecting-variants";
    take(&asked(app, caller, id, place, (structural, None))?);
    let mut calls: Vec<LocusCall> = calls.into_values().collect();
    calls.sort_by(|a, b| (a.place, &a.name).cmp(&(b.place, &b.name)));
    Ok(Found { coverage, calls, unplaced: unplaced.into_values().collect() })
}

fn asked(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    place: &Place,
    (name, class): (&str, Option<SourceClass>),
) -> Result<Seen, Error> {
    let operation =
        operation(name).ok_or_else(|| Error::internal(format!("no operation {name}")))?;
    let range = AskedRange { text: place.region(), range: place.range.clone() };
    let asked = Asked {
        subject: id.to_string(),
        ranges: vec![range],
        filter: Filter { source_class: class, ..Filter::default() },
        include_variants: true,
        ..Asked::default()
    };
    let lift_over = app.genomics().lift_over.as_deref();
    let tools = Tools { lift_over, contract: Contract::Guide };
    see(app, caller, id, Question { operation, asked: &asked, tools })
}

/// The resources that an answer names.
fn named(parts: &[Part]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for part in parts {
        if let AnswerValue::Resource(reference) = &part.value {
            found.insert(reference.as_str());
        }
        found.extend(named(&part.parts));
    }
    found
}

/// What an answer says was looked at. One that says nothing of it is not known.
fn looked_at(parts: &[Part]) -> LocusSeen {
    let mut inner = parts.iter().flat_map(|part| &part.parts);
    let coverage = inner.find_map(|part| match &part.value {
        AnswerValue::Presence(_, coverage) => Some(coverage),
        _ => None,
    });
    match coverage {
        Some(Coverage::Studied) => LocusSeen::Whole,
        Some(Coverage::Partly(gaps)) => {
            LocusSeen::Partly(gaps.iter().map(|gap| (gap.start + 1, gap.end)).collect())
        }
        Some(Coverage::NotStudied) => LocusSeen::Nothing,
        Some(Coverage::Unknown) | None => LocusSeen::NotKnown,
    }
}

/// Where a variant is in a range, as first and last position.
fn here(variant: &Variant, range: &Range) -> Option<(u64, u64)> {
    let mut places = variant.exact_places();
    places.extend(variant.structural_places());
    let found = places.into_iter().find(|place| place.intersects(range))?;
    let (start, end) = found.occupied();
    Some((start.max(range.start) + 1, end.min(range.end)))
}

/// Whether it has no place on a chromosome of a known build: it may be anywhere.
fn is_unplaced(variant: &Variant) -> bool {
    let mut places = variant.exact_places();
    places.extend(variant.structural_places());
    !places.iter().any(|place| known(&place.sequence).is_some())
}

/// Whether something without a place may be of the gene that was asked for.
fn may_be_of(finding: &Finding, place: &Place) -> bool {
    let Some(gene) = &place.gene else { return true };
    let genes = genes(finding);
    genes.is_empty() || genes.iter().any(|named| named.eq_ignore_ascii_case(gene))
}

fn genes(finding: &Finding) -> Vec<String> {
    finding.genes.iter().filter_map(CodeableConcept::words).map(str::to_owned).collect()
}

fn call(
    finding: &Finding,
    variant: &Variant,
    place: Option<(u64, u64)>,
    is_found: bool,
    resource: Option<&Value>,
) -> LocusCall {
    let name = variant.alleles.first().map(hgvs::genomic);
    let name = name.or_else(|| variant.names.first().cloned());
    let state = match variant.presence {
        _ if is_found => LocusState::Found,
        Presence::Absent => LocusState::Absent,
        // A call of the reference says that the change is not there.
        Presence::Present if variant.is_reference => LocusState::Absent,
        Presence::Present | Presence::Unknown => LocusState::NotSure,
    };
    LocusCall {
        name: name.unwrap_or_else(|| "a variant without a name".to_owned()),
        place,
        state,
        zygosity: resource.and_then(zygosity),
        about: match finding.source_class {
            Some(SourceClass::Germline) => "Inherited genome",
            Some(SourceClass::Somatic) => "Tumour",
            None => "Whose genome is not said",
        }
        .to_owned(),
        genes: genes(finding),
        test: finding.tests.first().map(|label| label.value.clone()),
        resource: finding.reference.clone(),
    }
}

/// The allelic state that a resource states.
fn zygosity(resource: &Value) -> Option<String> {
    all(resource, "component").into_iter().find_map(|component| {
        let code = concept(component, "code")?;
        code.coding.iter().find(|one| one.code == loinc::ALLELIC_STATE)?;
        let state = concept(component, "valueCodeableConcept")?;
        state.words().map(str::to_owned)
    })
}
