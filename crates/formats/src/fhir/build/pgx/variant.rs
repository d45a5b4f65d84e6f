//! Variants at known positions, and variants by name.

use super::entry::Writer;
use super::value::{own, own_words};
use super::{head, observation};
use crate::fhir::build::variant as reported;
use crate::fhir::build::{component, loinc, source_class_component, worded};
use crate::fhir::codes::{self, loinc as code};
use model::code::system;
use model::specimen::Origin;
use model::statement::{GeneState, GeneStatement};
use model::variant::{ReportedVariant, Spdi};
use serde_json::{Value, json};

/// A genotype at one known position, for one alternate allele. A position with two alternate
/// alleles is given twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PositionVariant {
    /// HGNC symbol of the gene that the position belongs to.
    pub gene: String,
    /// Accession of the chromosome with version, `NC_000010.11`.
    pub sequence: String,
    /// Position of the first base of `reference`, counted from 1 (VCF `POS`).
    pub position: u64,
    /// Bases of the reference.
    pub reference: String,
    /// Bases of the alternate allele.
    pub alternate: String,
    /// The alleles found, as bases: `G/A`, phased `G|A`, of a single copy `A`; `.` = not known.
    pub genotype: String,
    /// Name of the set in which phase holds (VCF `PS`).
    pub phase_set: Option<String>,
    /// dbSNP id, `rs4244285`.
    pub rsid: Option<String>,
    /// HGVS on the genome, `NC_000010.11:g.94781859G>A`.
    pub hgvs: Option<String>,
    /// The filter that the record failed; `None` if it passed. A variant of such a record is a
    /// "no call", and nothing is derived from it.
    pub filter: Option<String>,
}

impl PositionVariant {
    fn alleles(&self) -> Vec<&str> {
        self.genotype.split(['/', '|']).map(str::trim).collect()
    }

    /// Copies of the alternate allele.
    fn copies(&self) -> usize {
        let same = |allele: &&&str| allele.eq_ignore_ascii_case(&self.alternate);
        if self.alternate.is_empty() { 0 } else { self.alleles().iter().filter(same).count() }
    }

    /// Heterozygous and so on; `None` if an allele is not known.
    fn state(&self) -> Option<&'static str> {
        let alleles = self.alleles();
        if alleles.iter().any(|allele| allele.is_empty() || *allele == ".") {
            return None;
        }
        match (alleles.len(), self.copies()) {
            (1, 1) if self.sequence.starts_with("NC_012920.") => Some("Homoplasmic"),
            (1, 1) => Some("Hemizygous"),
            (2, 1) => Some("Heterozygous"),
            (2, 2) => Some("Homozygous"),
            _ => None,
        }
    }
}

/// A variant that was written and that a gene's result may be derived from.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) gene: String,
    pub(super) reference: String,
}

/// Writes the variants that are there; gives those that results can be derived from.
pub(super) fn at_positions(writer: &mut Writer<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for variant in writer.input.variants.iter().filter(|variant| variant.copies() > 0) {
        let PositionVariant { sequence, position, reference, alternate, .. } = variant;
        let key = format!("{sequence}:{position}:{reference}:{alternate}");
        let id = writer.id("variant", &key);
        let resource = at_position(writer, &id, variant);
        let reference = writer.add(&id, resource);
        if variant.filter.is_none() {
            found.push(Found { gene: variant.gene.clone(), reference });
        }
    }
    found
}

fn at_position(writer: &Writer<'_>, id: &str, found: &PositionVariant) -> Value {
    let hgvs = found.hgvs.as_deref().filter(|text| text.contains(':'));
    let coding = hgvs.filter(|text| text.contains(":c."));
    let genomic = hgvs.filter(|text| text.contains(":g.") || text.contains(":m."));
    let spdi = found.position.checked_sub(1).map(|position| Spdi {
        sequence: found.sequence.clone(),
        position,
        deleted: found.reference.to_ascii_uppercase(),
        inserted: found.alternate.to_ascii_uppercase(),
    });
    let variant = ReportedVariant {
        gene: Some(found.gene.clone()),
        build: codes::build_of(&found.sequence),
        hgvs_coding: coding.map(str::to_owned),
        hgvs_genomic: genomic.map(str::to_owned),
        identifiers: found.rsid.iter().cloned().collect(),
        assessment: Some(if found.filter.is_none() { "LA9633-4" } else { "LA18198-4" }.to_owned()),
        allelic_state: found.state().map(str::to_owned),
        canonical: spdi,
        ..ReportedVariant::default()
    };
    let effective = writer.input.effective.map(|date| date.to_string());
    let issued = writer.input.issued.map(|at| at.to_string());
    let head = head(writer, id, effective.as_deref(), issued.as_deref(), &[]);
    let mut resource = reported::variant(&variant, &head);
    let genotype = (!found.genotype.trim().is_empty())
        .then(|| own_words("genotype-bases", "Alleles found", &found.genotype));
    let set = found.phase_set.as_deref();
    let set = set.map(|set| own_words("phase-set", "Set in which phase holds", set));
    if let Some(parts) = resource.get_mut("component").and_then(Value::as_array_mut) {
        parts.extend(genotype.into_iter().chain(set));
    }
    if let (Some(filter), Some(object)) = (&found.filter, resource.as_object_mut()) {
        let text = format!("the record failed the filter {filter} and was not used");
        object.insert("note".to_owned(), json!([{"text": text}]));
    }
    resource
}

/// Writes the variants by which a gene is read, once for each name (DPYD, RYR1). Those of a
/// research call are left out.
pub(super) fn by_name(writer: &mut Writer<'_>, statement: &GeneStatement) -> Vec<String> {
    if statement.research || statement.state != GeneState::Called {
        return Vec::new();
    }
    let mut names: Vec<&str> = statement.variants.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let mut made = Vec::new();
    for name in names {
        let copies = statement.variants.iter().filter(|other| *other == name).count();
        let id = writer.id("variant", &format!("{} {name}", statement.gene));
        let state = if copies > 1 { "Homozygous" } else { "Heterozygous" };
        let answer = codes::code_of(codes::ALLELIC_STATES, state).unwrap_or_default();
        let identifier = loinc(code::VARIATION_CODE, "Genetic variant [ID]");
        let mut parts = vec![super::value::gene_component(&statement.gene, &statement.hgnc)];
        parts.extend(source_class_component(Origin::Germline));
        parts.push(component(identifier, worded(&format!("{} {name}", statement.gene))));
        parts.push(component(loinc(code::ALLELIC_STATE, "Allelic state"), loinc(answer, state)));
        parts.push(json!({"code": own("copies", "Copies of the variant"), "valueInteger": copies}));
        let assessment = loinc(code::VARIANT, "Genetic variant assessment");
        let present = json!({"coding": [{"system": system::LOINC, "code": "LA9633-4",
            "display": "Present"}]});
        let resource = observation(writer, &id, "variant", assessment, &[])
            .with("valueCodeableConcept", present)
            .list("component", parts)
            .build();
        made.push(writer.add(&id, resource));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zygosity_is_that_of_the_alternate_allele() {
        for (genotype, copies, state) in [
            ("G/A", 1, Some("Heterozygous")),
            ("A|A", 2, Some("Homozygous")),
            ("A", 1, Some("Hemizygous")),
            ("G/G", 0, None),
            ("./A", 1, None),
            ("A/A/G", 2, None),
            ("", 0, None),
        ] {
            let variant = PositionVariant {
                sequence: "NC_000010.11".into(),
                reference: "G".into(),
                alternate: "A".into(),
                genotype: genotype.into(),
                ..PositionVariant::default()
            };
            assert_eq!((variant.copies(), variant.state()), (copies, state), "{genotype}");
        }
    }
}
