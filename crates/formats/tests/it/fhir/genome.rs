//! A filed genome as resources: within the rules of the profiles that they claim, and read back.

use super::profile::{Guide, Known};
use formats::fhir::build::{GenomeStudy, GenomeVariant, Head, genome_study, genome_variant};
use formats::fhir::genomics::dossier;
use genomics::allele::NoReference;
use genomics::finding::{Content, Presence};
use genomics::genome::{Alternate, Call, Genotype, Structural, finding};
use model::specimen::Origin;
use model::variant::GenomeBuild;
use serde_json::Value;

const SEQUENCE: &str = "NC_000007.14";

fn study() -> [Value; 2] {
    genome_study(&GenomeStudy {
        study: "s",
        analysis: "a",
        subject: "Patient/p",
        document: "DocumentReference/d",
        genome: "g",
        name: "x.vcf.gz",
        sample: "S",
        build: GenomeBuild::GRCh38,
        note: "GRCh38 by lengths of 24 contigs",
    })
}

fn calls() -> Vec<Call> {
    let bases = |deleted: &str, inserted: &str, repeat| Alternate::Bases {
        deleted: deleted.to_owned(),
        inserted: inserted.to_owned(),
        repeat,
    };
    let structural = |alternate: &str, bounds| {
        Alternate::Structural(Structural {
            alternate: alternate.to_owned(),
            length: Some(-100),
            start_bounds: bounds,
            end_bounds: bounds,
            copies: Some(1),
        })
    };
    let call = |start: u64, end: u64, alternate: Alternate, filter: Option<&str>| Call {
        start,
        end,
        alternate,
        genotype: Genotype { alleles: vec![Some(0), Some(1)], is_phased: true },
        number: 1,
        phase_set: Some(7),
        quality: Some(60),
        depth: Some(31),
        allele_depths: Some((15, 16)),
        filter: filter.map(str::to_owned),
        line: 9,
    };
    vec![
        call(99, 100, bases("A", "T", Some(0)), None),
        call(99, 100, bases("A", "G", Some(0)), Some("LowQual")),
        call(200, 202, bases("CA", "", Some(4)), None),
        call(300, 300, bases("", "CAT", Some(0)), None),
        call(400, 402, bases("CA", "", None), None),
        call(500, 600, structural("<DEL>", None), None),
        call(700, 800, structural("<CNV>", Some((-10, 10))), None),
    ]
}

fn observation(call: &Call, id: &str) -> Value {
    let head = Head { id, subject: "Patient/p", origin: Origin::Germline, ..Head::default() };
    genome_variant(
        &GenomeVariant {
            call,
            sequence: SEQUENCE,
            build: GenomeBuild::GRCh38,
            identifier: Some("ga4gh:VA.x"),
            analysis: Some("Procedure/a"),
        },
        &head,
    )
}

#[test]
fn resources_keep_the_rules_of_their_profiles() {
    let Some(guide) = Guide::load() else { return };
    let [analysis, whole] = study();
    let mut known = Known::new();
    known.insert("Procedure/a".to_owned(), &analysis);
    let mut all = vec![analysis.clone(), whole];
    all.extend(calls().iter().map(|call| observation(call, "o")));
    for resource in &all {
        assert_eq!(guide.faults(resource, &known), Vec::<String>::new(), "{resource:#}");
    }
}

/// Whoever stores an answer's observation reads the same finding from it.
#[test]
fn an_observation_says_what_its_call_says() {
    let [analysis, whole] = study();
    for (at, call) in calls().iter().enumerate() {
        let id = format!("o{at}");
        let resources = [analysis.clone(), whole.clone(), observation(call, &id)];
        let (read, _) = dossier(&resources, &NoReference);
        let [study] = &read.studies[..] else { panic!("{:?}", read.studies) };
        assert!(study.labels.iter().any(|label| label.value == "g"));
        let own = finding(call, SEQUENCE, format!("Observation/{id}"), study);
        let [found] = &read.findings[..] else { panic!("{:?}", read.findings) };
        let (Content::Variant(found_variant), Content::Variant(own_variant)) =
            (&found.content, &own.content)
        else {
            panic!("{found:?}");
        };
        assert_eq!(found_variant.presence, own_variant.presence);
        let is_filtered = call.filter.is_some();
        assert_eq!(own_variant.presence == Presence::Unknown, is_filtered);
        assert_eq!(found_variant.structural_places(), own_variant.structural_places(), "{id}");
        assert_eq!(found.source_class, own.source_class);
        // By its names it is found again, in either.
        for name in &own_variant.names {
            let is_spdi = name.matches(':').count() == 3;
            assert!(found_variant.names.contains(name) || is_spdi, "{name} {found_variant:?}");
        }
        let mut tests = own.tests.clone();
        tests.sort();
        assert_eq!(found.tests, tests);
    }
}
