//! Specimens, report heads, and what an assay looked at.

use super::Reader;
use super::gene::symbol;
use super::person::identifiers;
use crate::fhir::access::{self, text};
use crate::fhir::codes;
use model::assay::{AbsentPosition, Assay, Coverage, Region};
use model::fact::FactContent;
use model::patient::Identifier;
use model::reported::{Report, ResultStatus};
use model::specimen::{Origin, Specimen};
use model::variant::GenomeBuild;
use serde_json::Value;

pub(super) fn specimen(reader: &mut Reader<'_>) {
    let resource = reader.resource;
    let mut numbers = identifiers(reader, "identifier");
    for number in identifiers(reader, "accessionIdentifier") {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let origin = specimen_origin(reader);
    let collected = access::date(resource, "collection.collectedDateTime")
        .or_else(|| access::date(resource, "collection.collectedPeriod.start"));
    let status = match text(resource, "status") {
        Some("available" | "unavailable") => ResultStatus::Final,
        Some("unsatisfactory") => ResultStatus::Cancelled,
        Some("entered-in-error") => ResultStatus::EnteredInError,
        _ => ResultStatus::Unknown,
    };
    let kind = access::concept(resource, "type").unwrap_or_default();
    let specimen = Specimen { identifiers: numbers, kind, collected, origin };
    reader.push(status, origin, FactContent::Specimen(specimen));
}

fn specimen_origin(reader: &mut Reader<'_>) -> Origin {
    let found = access::extensions(reader.resource, codes::SPECIMEN_ORIGIN);
    let Some(word) = found.first().and_then(|e| text(e, "valueCode")) else {
        return Origin::Unknown;
    };
    codes::origin_of_word(word).unwrap_or_else(|| {
        reader.warn("bad-code", "extension", "the origin of the specimen is not a known word");
        Origin::Unknown
    })
}

pub(super) fn report(reader: &mut Reader<'_>) {
    let resource = reader.resource;
    let status = reader.status();
    let (filler, placer) = numbers(reader);
    let issued = access::instant(resource, "issued");
    if issued.is_none() && resource.get("issued").is_some() {
        reader.warn("bad-date", "issued", "the issue time is not an instant");
    }
    let collected = access::date(resource, "effectiveDateTime")
        .or_else(|| access::date(resource, "effectivePeriod.start"));
    let report = Report {
        filler,
        placer,
        service: access::concept(resource, "code").unwrap_or_default(),
        laboratory: laboratory(resource),
        issued,
        collected,
        status,
    };
    reader.push(status, Origin::Unknown, FactContent::Report(report));
    if resource.get("presentedForm").is_some() && resource.get("result").is_none() {
        let text = "the report is a document without results that can be read";
        reader.warn("document-only", "presentedForm", text);
    }
    for part in access::all(resource, "contained") {
        if access::resource_type(part) == Some("Procedure") && is_analysis(part) {
            analysis(reader, part, status);
        }
    }
}

/// The performer that is an organization, by name; a person only if nobody else is named.
fn laboratory(report: &Value) -> Option<String> {
    let performers = access::all(report, "performer");
    let is_person = |performer: &&&Value| {
        let literal = access::reference_of(performer).unwrap_or_default();
        literal.contains("Practitioner") || text(performer, "type") == Some("Practitioner")
    };
    let named = |performer: &&&Value| text(performer, "display").is_some();
    let mut shown = performers.iter().filter(named);
    let organization = shown.clone().find(|performer| !is_person(performer));
    let chosen = organization.or_else(|| shown.next())?;
    text(chosen, "display").map(str::to_owned)
}

/// The laboratory's and the orderer's number. Without a type (HL7 table 0203) a number on a
/// report is the laboratory's.
fn numbers(reader: &mut Reader<'_>) -> (Option<Identifier>, Option<Identifier>) {
    let kept = identifiers(reader, "identifier");
    let typed = |wanted: &str| {
        access::all(reader.resource, "identifier")
            .into_iter()
            .find(|value| access::codings(value, "type.coding").iter().any(|c| c.code == wanted))
    };
    let placer = typed("PLAC").and_then(access::identifier);
    let ordered = || access::first(reader.resource, "basedOn.identifier");
    let placer = placer.or_else(|| ordered().and_then(access::identifier));
    let filler = typed("FILL").and_then(access::identifier);
    let other = || kept.into_iter().find(|number| Some(number) != placer.as_ref());
    let filler = filler.or_else(other);
    let owned = |number: &Identifier| !number.authority.is_empty();
    (filler.filter(owned), placer.filter(owned))
}

/// A `Procedure`: only a genomic study analysis says what was tested.
pub(super) fn study(reader: &mut Reader<'_>) {
    if is_analysis(reader.resource) {
        let status = match text(reader.resource, "status") {
            Some("completed") => ResultStatus::Final,
            Some("entered-in-error") => ResultStatus::EnteredInError,
            Some("not-done" | "stopped") => ResultStatus::Cancelled,
            Some("preparation" | "in-progress" | "on-hold") => ResultStatus::Registered,
            _ => ResultStatus::Unknown,
        };
        analysis(reader, reader.resource, status);
    }
}

fn url(name: &str) -> String {
    format!("{}genomic-study-analysis{name}", codes::PROFILES)
}

fn is_analysis(procedure: &Value) -> bool {
    let profiled = access::texts(procedure, "meta.profile").contains(&url("").as_str());
    let part = format!("{}-", url(""));
    let mut extensions = access::texts(procedure, "extension.url").into_iter();
    // A study only points to its analyses.
    profiled || extensions.any(|u| u.starts_with(&part) && u != url("-ext"))
}

fn analysis(reader: &mut Reader<'_>, procedure: &Value, status: ResultStatus) {
    let methods: Vec<String> = access::extensions(procedure, &url("-method-type"))
        .into_iter()
        .filter_map(|e| access::concept(e, "valueCodeableConcept"))
        .filter_map(|concept| concept.words().map(str::to_owned))
        .collect();
    let mut coverage =
        Coverage { absent_position: AbsentPosition::NotTested, ..Coverage::default() };
    for regions in access::extensions(procedure, &url("-regions")) {
        read_regions(reader, regions, &mut coverage);
    }
    let title = access::extensions(procedure, &url("-title"));
    let titled = title.first().and_then(|e| text(e, "valueString")).map(str::to_owned);
    let named = access::concept(procedure, "code").and_then(|c| c.words().map(str::to_owned));
    let assay = Assay {
        laboratory: text(procedure, "performer.actor.display").map(str::to_owned),
        method: (!methods.is_empty()).then(|| methods.join("; ")),
        panel: titled.or(named),
        coverage,
    };
    let origin = access::extensions(procedure, &url("-genomic-source-class"))
        .first()
        .and_then(|e| access::concept(e, "valueCodeableConcept"));
    let origin =
        match origin.as_ref().and_then(|c| codes::answer_in(&c.coding, codes::SOURCE_CLASSES)) {
            Some(answer) if answer.code == "LA6683-2" => Origin::Germline,
            Some(answer) if answer.code == "LA6684-0" => Origin::Somatic,
            _ => Origin::Unknown,
        };
    reader.push(status, origin, FactContent::Assay(assay));
}

/// Genes studied that were not found uncallable, and regions proven callable.
fn read_regions(reader: &mut Reader<'_>, regions: &Value, coverage: &mut Coverage) {
    let mut uncalled: Vec<String> = Vec::new();
    for part in access::all(regions, "extension") {
        let kind = text(part, "url").unwrap_or_default();
        match (kind, access::concept(part, "valueCodeableConcept")) {
            ("studied" | "called", Some(concept)) => match symbol(reader, &concept, "extension") {
                Some(gene) if !coverage.genes.contains(&gene) => coverage.genes.push(gene),
                Some(_) => {}
                None => reader.warn("no-gene", "extension", "a studied region names no gene"),
            },
            ("uncalled", Some(concept)) => uncalled.extend(symbol(reader, &concept, "extension")),
            ("studied" | "called" | "uncalled", None) => {
                let text = "regions in another file are not read; they count as not tested";
                reader.warn("regions-elsewhere", "extension", text);
            }
            (codes::CALLABLE_REGION, _) => match text(part, "valueString").and_then(region) {
                Some(region) => coverage.regions.push(region),
                None => reader.warn("bad-region", "extension", "the region cannot be read"),
            },
            _ => {}
        }
    }
    if coverage.genes.iter().any(|gene| uncalled.contains(gene)) {
        let text = "a gene that was studied but not called counts as not tested";
        reader.warn("uncalled", "extension", text);
        coverage.genes.retain(|gene| !uncalled.contains(gene));
    }
}

fn region(text: &str) -> Option<Region> {
    let mut parts = text.split(':');
    let build = match parts.next()? {
        "GRCh37" => GenomeBuild::GRCh37,
        "GRCh38" => GenomeBuild::GRCh38,
        _ => return None,
    };
    let chromosome = parts.next().filter(|name| name.starts_with("chr"))?.to_owned();
    let (start, end) = parts.next()?.split_once('-')?;
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    (parts.next().is_none() && start < end).then_some(Region { build, chromosome, start, end })
}
