use super::*;
use crate::fhir::{check, facts};
use model::assay::{Assay, Coverage, Region};
use model::fact::FactContent;
use model::patient::{Patient, PersonName, Sex};
use model::reported::{Report, ReportedGeneResult};
use model::specimen::Specimen;
use model::variant::{GenomeBuild, ReportedVariant, Spdi};
use model::{PartialDate, PatientId, Problem, RawId, Timestamp};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// The facts of a built resource, which must be valid and read without a remark.
fn back(resource: &Value) -> Vec<FactContent> {
    assert_eq!(check::check(resource), vec![], "{resource:#}");
    let (facts, problems) = facts::facts_of(resource, None, "x");
    assert_eq!(problems, vec![], "{resource:#}");
    facts.into_iter().map(|fact| fact.content).collect()
}

fn head<'a>() -> Head<'a> {
    Head {
        id: "o1",
        subject: "Patient/1",
        specimen: Some("Specimen/1"),
        status: ResultStatus::Final,
        origin: Origin::Germline,
        effective: Some("2026-01-05"),
        issued: Some("2026-01-09T16:20:00Z"),
        performer: Some("Northside Molecular Laboratory"),
        derived_from: &[],
    }
}

fn words() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9 .'é-]{0,10}[a-z]"
}

fn number() -> impl Strategy<Value = Identifier> {
    let authority = select(vec!["NSML", "COGNATE-DEMO", "urn:oid:2.999.1", "http://a.example/mrn"]);
    (authority, "[A-Z0-9-]{1,12}")
        .prop_map(|(authority, value)| Identifier { authority: authority.into(), value })
}

fn date() -> impl Strategy<Value = PartialDate> {
    (1900_i16..2030, of((1_u8..=12, of(1_u8..=28)))).prop_map(|(year, month)| PartialDate {
        year,
        month: month.map(|(month, _)| month),
        day: month.and_then(|(_, day)| day),
    })
}

fn a_concept() -> impl Strategy<Value = CodeableConcept> {
    let code = (select(vec!["http://snomed.info/sct", "urn:x"]), "[A-Z0-9]{1,8}", of(words()));
    let code =
        code.prop_map(|(system, code, display)| Coding { system: system.into(), code, display });
    (prop::collection::vec(code, 1..3), of(words()))
        .prop_map(|(coding, text)| CodeableConcept { coding, text })
}

prop_compose! {
    fn a_patient()(
        identifiers in prop::collection::vec(number(), 0..3),
        names in prop::collection::vec((words(), prop::collection::vec(words(), 0..3)), 0..3),
        birth_date in of(date()),
        sex in select(vec![Sex::Female, Sex::Male, Sex::Other, Sex::Unknown]),
    ) -> Patient {
        let names = names.into_iter().map(|(family, given)| PersonName { family, given }).collect();
        Patient {
            id: PatientId::new("p-1"),
            identifiers,
            names,
            birth_date,
            sex,
            links: model::patient::Links::default(),
        }
    }
}

prop_compose! {
    fn a_gene_result()(
        gene in select(vec!["CYP2C19", "TPMT", "HLA-B", "MT-RNR1", "ABC1"]),
        diplotype in of(select(vec!["*1/*2", "*1/*3A", "*57:01/*57:01", "*4x2/*10", "A/G"])),
        phenotype in of(select(vec![
            "Poor Metabolizer", "poor metaboliser", "Likely Intermediate Metabolizer",
            "Increased Function", "Possible Decreased Function", "Indeterminate", "own words",
        ])),
        activity in of(select(vec!["0", "1.25", "≥3"])),
    ) -> ReportedGeneResult {
        // A result that says nothing is none.
        let nothing = diplotype.is_none() && phenotype.is_none() && activity.is_none();
        ReportedGeneResult {
            gene: gene.into(),
            diplotype: if nothing { Some("*1/*1".into()) } else { diplotype.map(Into::into) },
            phenotype: phenotype.map(Into::into),
            activity_score: activity.map(Into::into),
        }
    }
}

prop_compose! {
    fn a_variant()(
        gene in of(select(vec!["CYP2C19", "BRCA2"])),
        transcript in of(Just("NM_000769.4")),
        coding in of(Just("NM_000769.4:c.681G>A")),
        protein in of(Just("NP_000760.1:p.Pro227=")),
        identifiers in prop::collection::vec(select(vec![
            "rs4244285", "ClinVar:16897", "VCV000016897", "http://reg.example|CA127", "my name",
        ]), 0..3),
        assessment in select(vec!["LA9633-4", "LA9634-2", "LA18198-4", "LA11884-6"]),
        significance in of(select(vec!["Pathogenic", "likely benign", "drug response"])),
        state in of(select(vec!["heterozygous", "Homozygous", "mosaic"])),
        base in of((0_u64..100_000_000, select(vec![("A", "G"), ("CT", "GA")]))),
    ) -> ReportedVariant {
        let canonical = base.map(|(position, (deleted, inserted))| Spdi {
            sequence: "NC_000010.11".into(),
            position,
            deleted: deleted.into(),
            inserted: inserted.into(),
        });
        ReportedVariant {
            gene: gene.map(Into::into),
            build: canonical.as_ref().map(|_| GenomeBuild::GRCh38),
            transcript: transcript.map(Into::into),
            hgvs_coding: Some(coding.unwrap_or("NM_000769.4:c.1A>G").into()),
            hgvs_protein: protein.map(Into::into),
            hgvs_genomic: None,
            identifiers: identifiers.into_iter().map(Into::into).collect(),
            assessment: Some(assessment.into()),
            significance: significance.map(Into::into),
            allelic_state: state.map(Into::into),
            canonical,
        }
    }
}

proptest! {
    #[test]
    fn a_patient_comes_back(made in a_patient()) {
        prop_assert_eq!(back(&patient(&made)), [FactContent::Patient(made)]);
    }

    #[test]
    fn a_gene_result_comes_back(made in a_gene_result()) {
        let resource = gene_result(&made, &head());
        prop_assert!(!resource.to_string().contains("53040-2"));
        prop_assert_eq!(back(&resource), [FactContent::GeneResult(made)]);
    }

    #[test]
    fn a_variant_comes_back(made in a_variant()) {
        prop_assert_eq!(back(&variant(&made, &head())), [FactContent::Variant(made)]);
    }

    #[test]
    fn a_specimen_comes_back(
        identifiers in prop::collection::vec(number(), 0..2),
        kind in a_concept(),
        collected in of(date()),
        origin in select(vec![
            Origin::Germline, Origin::Somatic, Origin::CirculatingDna, Origin::Donor,
            Origin::Unknown,
        ]),
    ) {
        let made = Specimen { identifiers, kind, collected, origin };
        prop_assert_eq!(back(&specimen(&made, "s1", "Patient/1")), [FactContent::Specimen(made)]);
    }

    #[test]
    fn a_report_and_its_assay_come_back(
        (filler, placer) in (of(number()), of(number())),
        service in a_concept(),
        laboratory in of(words()),
        issued in of(0_i64..2_000_000_000_000),
        collected in of(date()),
        status in select(vec![ResultStatus::Final, ResultStatus::Partial, ResultStatus::Corrected]),
        genes in prop::sample::subsequence(vec!["CYP2C19", "TPMT", "ABC1"], 0..=3),
    ) {
        let issued = issued.map(|millis| Timestamp::from_micros(millis * 1000));
        // A placer number alone would be taken as the laboratory's if it had no type; it has one.
        let made = Report { filler, placer, service, laboratory, issued, collected, status };
        let chromosome = "chr10".to_owned();
        let region = Region { build: GenomeBuild::GRCh38, chromosome, start: 1, end: 9 };
        let assay = Assay {
            laboratory: made.laboratory.clone(),
            method: Some("Sequencing".into()),
            panel: Some("PGx panel 2".into()),
            coverage: Coverage {
                genes: genes.into_iter().map(str::to_owned).collect(),
                regions: vec![region],
                ..Coverage::default()
            },
        };
        let parts = ReportParts { assay: Some(&assay), ..ReportParts::default() };
        let resource = diagnostic_report(&made, "d1", "Patient/1", &parts);
        prop_assert_eq!(back(&resource), [FactContent::Report(made), FactContent::Assay(assay)]);
    }
}

#[test]
fn statuses_and_origins_come_back() {
    let made = ReportedGeneResult {
        gene: "TPMT".into(),
        diplotype: Some("*1/*3A".into()),
        ..ReportedGeneResult::default()
    };
    for status in [ResultStatus::Final, ResultStatus::Preliminary, ResultStatus::EnteredInError] {
        for origin in [Origin::Germline, Origin::Somatic, Origin::Unknown] {
            let resource = gene_result(&made, &Head { status, origin, ..head() });
            let (facts, _) = facts::facts_of(&resource, Some(RawId::new("r")), "x");
            assert_eq!((facts[0].status, facts[0].origin), (status, origin));
        }
    }
}

#[test]
fn a_phenotype_without_a_genotype_says_so() {
    let made = ReportedGeneResult {
        gene: "CYP2D6".into(),
        phenotype: Some("Poor Metabolizer".into()),
        ..ReportedGeneResult::default()
    };
    let resource = phenotype(&made, &head());
    assert!(resource.get("valueCodeableConcept").is_none(), "the profile forbids a value");
    assert_eq!(resource["derivedFrom"][0]["display"], "genotype not reported");
    assert_eq!(resource["component"][2]["valueCodeableConcept"]["coding"][0]["code"], "LA9657-3");
    let from = ["Observation/g".to_owned()];
    let resource = phenotype(&made, &Head { derived_from: &from, ..head() });
    assert_eq!(resource["derivedFrom"], json!([{"reference": "Observation/g"}]));
}

#[test]
fn an_insertion_is_written_with_its_place_and_read_as_unnormalised() {
    let canonical = Spdi {
        sequence: "NC_000010.11".into(),
        position: 99,
        deleted: String::new(),
        inserted: "GA".into(),
    };
    let made = ReportedVariant {
        assessment: Some("LA9633-4".into()),
        canonical: Some(canonical),
        ..ReportedVariant::default()
    };
    let resource = variant(&made, &head());
    assert_eq!(check::check(&resource), vec![]);
    let (facts, problems) = facts::facts_of(&resource, None, "x");
    let FactContent::Variant(found) = &facts[0].content else { panic!() };
    assert_eq!(found.canonical, None);
    assert!(problems.iter().any(|p| p.code == "unnormalised"));
}

#[test]
fn documents_and_provenance_are_valid() {
    let attachment = Attachment {
        content_type: "application/pdf".into(),
        data: Some(b"%PDF-1.7".to_vec()),
        url: None,
        title: Some("Report".into()),
    };
    let contents = [attachment];
    let document = Document { contents: &contents, ..Document::default() };
    let resource = document_reference(&document, "d", "Patient/1");
    assert_eq!(check::check(&resource), vec![]);
    assert_eq!(resource["content"][0]["attachment"]["data"], "JVBERi0xLjc=");
    let agent = Agent { kind: "author".into(), name: "NSML".into(), reference: None };
    let at = Timestamp::from_micros(1_000_000);
    let raw = RawId::new("raw-1");
    let resource = provenance("v", &["Observation/1".into()], at, &[agent], Some(&raw));
    assert_eq!(check::check(&resource), vec![]);
    assert_eq!(resource["recorded"], "1970-01-01T00:00:01.000Z");
    assert_eq!(resource["entity"][0]["what"]["identifier"]["value"], "raw-1");
}

#[test]
fn outcomes_carry_severity_place_and_log_id() {
    let problems = [
        Problem::error("bad-code", "Observation.status", "no such status"),
        Problem::note("wrong-system", "Observation.code", "odd"),
    ];
    let outcome = outcome_of_problems(&problems, Some("log-7"));
    assert_eq!(
        outcome["issue"][0],
        json!({"severity": "error", "code": "code-invalid", "diagnostics": "log id log-7",
            "details": {"text": "no such status (bad-code)"}, "expression": ["Observation.status"]})
    );
    assert_eq!(outcome["issue"][1]["severity"], "information");
    assert_eq!(operation_outcome(&[], None)["issue"][0]["severity"], "information");
}

#[test]
fn a_transaction_is_answered_entry_by_entry() {
    let answer = TransactionAnswer {
        status: "201 Created".into(),
        etag: Some("W/\"1\"".into()),
        ..TransactionAnswer::default()
    };
    let response = transaction_response(vec![answer], false);
    let response: Value = serde_json::from_slice(&response).unwrap();
    assert_eq!(response["entry"][0]["response"]["etag"], "W/\"1\"");
}

#[test]
fn the_capability_statement_says_what_is_routed() {
    let capability = Capability {
        base: "https://x/fhir".into(),
        version: "0.1.0".into(),
        date: "2026-01-31".into(),
        resources: vec![ResourceCapability {
            resource_type: "Patient".into(),
            interactions: vec![Interaction::Read, Interaction::Create],
            search_parameters: vec![SearchParameter {
                name: "birthdate".into(),
                kind: "date".into(),
                definition: None,
            }],
            search_includes: vec!["Patient:organization".into()],
            search_reverse_includes: vec![],
            has_conditional_create: true,
            has_conditional_update: true,
            profiles: vec!["urn:profile".to_owned()],
            topics: vec!["urn:topic".to_owned()],
        }],
        system_interactions: vec![Interaction::Transaction],
        operations: vec![],
    };
    let statement = capability_statement(&capability);
    let rest = &statement["rest"][0];
    assert_eq!(rest["resource"][0]["interaction"], json!([{"code": "read"}, {"code": "create"}]));
    assert_eq!(rest["resource"][0]["searchParam"], json!([{"name": "birthdate", "type": "date"}]));
    assert_eq!(rest["resource"][0]["searchInclude"], json!(["Patient:organization"]));
    assert!(rest["resource"][0].get("searchRevInclude").is_none());
    assert_eq!(rest["resource"][0]["conditionalCreate"], true);
    assert_eq!(rest["resource"][0]["supportedProfile"], json!(["urn:profile"]));
    assert_eq!(rest["resource"][0]["extension"][0]["valueCanonical"], "urn:topic");
    assert!(rest["resource"][0].get("conditionalUpdate").is_none());
    assert_eq!(rest["interaction"], json!([{"code": "transaction"}]));
    assert!(rest.get("operation").is_none());
}
