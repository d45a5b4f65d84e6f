//! The archive is enough: a new record, given the same raw messages in order, holds the same.

use crate::support::{Fixture, POOR, fixture, result};
use intake::receive::HL7_V2;
use model::Fact;
use proptest::prelude::*;
use record::RawState;

/// What a laboratory may send, in any order.
fn messages() -> impl Strategy<Value = Vec<String>> {
    let issued = prop::sample::select(vec![
        "20260112092500+0000",
        "20260113092500+0000",
        "20260114092500+0000",
        "",
    ]);
    let status = prop::sample::select(vec!['F', 'F', 'C', 'P', 'D', 'X']);
    let filler = prop::sample::select(vec!["F-1", "F-2"]);
    let control = 0_u8..6;
    let genes = prop::sample::subsequence(vec!["CYP2C19", "TPMT", "SLCO1B1"], 0..=3);
    let genotype = prop::sample::select(vec!["*1/*1", "*1/*2", "*2/*2"]);
    let known = prop::bool::weighted(0.9);
    let one = (control, filler, issued, status, genes, genotype, known).prop_map(
        |(control, filler, issued, status, genes, genotype, known)| {
            let genes: Vec<_> = genes.into_iter().map(|gene| (gene, genotype, POOR)).collect();
            let text = result(&format!("M-{control}"), filler, issued, status, &genes);
            if known { text } else { text.replace("100001^", "999999^") }
        },
    );
    prop::collection::vec(one, 1..12)
}

/// Facts and current versions without ids of messages and times of the record.
fn contents(fixture: &Fixture) -> Vec<(String, Fact)> {
    let facts = fixture.facts("ana-example").into_iter().map(|mut filed| {
        filed.fact.source.raw = None;
        (format!("{} {}", filed.resource, filed.ordinal), filed.fact)
    });
    facts.collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_record_can_be_rebuilt_from_its_archive(messages in messages(), at_once in any::<bool>()) {
        let first = fixture();
        for message in &messages {
            first.receive(message);
            if !at_once {
                first.work_off();
            }
        }
        first.work_off();
        let again = fixture();
        let mut archived = first.record.raw_list(&first.access(), None, 1000).unwrap();
        archived.sort_by_key(|summary| summary.sequence);
        let mut states = Vec::new();
        for summary in archived.iter().filter(|summary| summary.media_type == HL7_V2) {
            let raw = first.record.raw(&first.access(), &summary.id).unwrap().unwrap();
            let kept = again.file(&String::from_utf8(raw.body).unwrap());
            prop_assert_eq!(kept.state, summary.state);
            prop_assert_eq!(&kept.problems, &summary.problems);
            states.push(kept.state);
        }
        prop_assert!(!states.contains(&RawState::Received));
        prop_assert_eq!(contents(&again), contents(&first));
        prop_assert_eq!(
            again.record.reviews(&again.access(), true).unwrap().len(),
            first.record.reviews(&first.access(), true).unwrap().len()
        );
    }
}
