//! A cohort says of each sample what reading that sample alone says.

use super::binary::bcf;
use super::*;
use crate::vcf::{ReadSettings, read_genotypes};
use model::genotype::{Evidence, GenotypeCall};
use proptest::prelude::*;
use std::io::Write;

/// A record's first columns and how many ALT alleles it has.
const HEADS: [(&str, u16); 9] = [
    ("chr10 94781859 . G A . PASS .", 1),
    ("chr10 94781859 . G A,T . . .", 2),
    ("chr10 94781859 . G . . . .", 0),
    ("chr10 94781859 . GA G,<NON_REF> . q10 .", 2),
    ("chr10 94781000 . A <NON_REF> . . END=94782000", 1),
    ("chr10 94781000 . A <DEL> . PASS END=94782000", 1),
    ("chr12 21178615 . T C,* . . .", 2),
    ("chr12 21178615 . T <NON_REF> . . .", 1),
    ("chr12 21178000 . A . . q10 END=21179000", 0),
];

/// FORMAT; GT comes first, as the specification has it.
const KEYS: [&str; 7] =
    ["GT", "GT:AD:DP:GQ", "GT:PS", "GT:GQ:FT:PS", "GT:MIN_DP:RGQ", "DP:GQ", "GT:AD"];

fn value(key: &str, alternates: u16) -> BoxedStrategy<String> {
    let allele = move || {
        prop_oneof![
            6 => (0..=alternates).prop_map(|number| number.to_string()),
            1 => Just(".".to_owned()),
        ]
    };
    let separator = || prop_oneof![Just("/"), Just("|")];
    match key {
        "GT" => prop_oneof![
            1 => allele(),
            8 => (allele(), separator(), allele()).prop_map(|(a, s, b)| format!("{a}{s}{b}")),
            1 => (allele(), separator(), allele(), separator(), allele())
                .prop_map(|(a, s, b, t, c)| format!("{a}{s}{b}{t}{c}")),
        ]
        .boxed(),
        "PS" => prop_oneof![Just("."), Just("0"), Just("94781000"), Just("7")]
            .prop_map(str::to_owned)
            .boxed(),
        "FT" => prop_oneof![Just("."), Just("PASS"), Just("q10")].prop_map(str::to_owned).boxed(),
        "AD" => Just((0..=alternates).map(|_| "3").collect::<Vec<_>>().join(",")).boxed(),
        _ => prop_oneof![Just("."), Just("0"), Just("19"), Just("20"), Just("300")]
            .prop_map(str::to_owned)
            .boxed(),
    }
}

fn sample(keys: &'static str, alternates: u16) -> BoxedStrategy<String> {
    let values: Vec<_> = keys.split(':').map(|key| value(key, alternates)).collect();
    values.prop_map(|values| values.join(":")).boxed()
}

fn record(samples: usize) -> BoxedStrategy<String> {
    (0..HEADS.len(), 0..KEYS.len())
        .prop_flat_map(move |(head, keys)| {
            let ((head, alternates), keys) = (HEADS[head], KEYS[keys]);
            prop::collection::vec(sample(keys, alternates), samples)
                .prop_map(move |texts| format!("{head} {keys} {}", texts.join(" ")))
        })
        .boxed()
}

fn text() -> BoxedStrategy<(usize, String)> {
    (1_usize..6)
        .prop_flat_map(|samples| {
            prop::collection::vec(record(samples), 0..8).prop_map(move |records| {
                let records: Vec<&str> = records.iter().map(String::as_str).collect();
                (samples, file(samples, &records))
            })
        })
        .boxed()
}

fn bgzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// What a cell must be if reading the sample alone gives this call.
fn expected(call: &GenotypeCall, kind: RecordKind) -> GenotypeCell {
    let block = matches!(kind, RecordKind::ReferenceBlock { .. });
    let fits = |number: u16| number <= GenotypeCell::ALLELE_MAX && !(block && number > 0);
    let phase_set =
        call.phase_set.map_or(Some(0), |set| u32::try_from(set).ok().filter(|n| *n > 0));
    let mut cell = GenotypeCell::no_call();
    if call.alleles.len() <= 2
        && call.alleles.iter().flatten().all(|number| fits(*number))
        && let Some(phase_set) = phase_set
    {
        let number = |index: usize| call.alleles.get(index).copied().flatten();
        let number = |index| number(index).map_or(NONE, |n| u8::try_from(n).unwrap());
        (cell.first, cell.second, cell.phase_set) = (number(0), number(1), phase_set);
    } else {
        cell.flags |= GenotypeCell::ODD;
    }
    for (flag, set) in [
        (GenotypeCell::HAPLOID, call.alleles.len() == 1),
        (GenotypeCell::PHASED, call.phased),
        (GenotypeCell::FILTERED, matches!(call.evidence, Evidence::Filtered { .. })),
    ] {
        cell.flags |= if set { flag } else { 0 };
    }
    cell
}

fn check(samples: usize, text: &str, bytes: &[u8]) {
    let (cohort, problems) = read_with(bytes, &CohortSettings::default());
    let cohort = cohort.unwrap_or_else(|| panic!("{text}\n{problems:?}"));
    let columns = columns(&cohort);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(columns.len(), samples);
    for (number, cells) in columns.iter().enumerate() {
        let settings =
            ReadSettings { sample: Some(format!("S{number}")), ..ReadSettings::default() };
        let (alone, _) = read_genotypes(text.as_bytes(), &sites(), &settings);
        let alone = alone.unwrap();
        assert_eq!(alone.calls.len(), cohort.records.len());
        for ((call, record), cell) in alone.calls.iter().zip(&cohort.records).zip(cells) {
            let place = |chromosome: &str, position: u64, line: u64| {
                (chromosome.to_owned(), position, line)
            };
            assert_eq!(
                place(&call.chromosome, call.position, call.line),
                place(&record.chromosome, record.position, record.line)
            );
            assert_eq!(
                (&call.reference, &call.alternates),
                (&record.reference, &record.alternates)
            );
            let line = lines[usize::try_from(record.line).unwrap() - 1];
            assert_eq!(*cell, expected(call, record.kind), "S{number} of {line}");
            let kind = match (&call.evidence, record.kind) {
                // A block whose genotype has an ALT: the cell is odd.
                (_, kind) if cell.has(GenotypeCell::ODD | GenotypeCell::FILTERED) => kind,
                (Evidence::ReferenceBlock { end }, _) => RecordKind::ReferenceBlock { end: *end },
                (Evidence::Structural { end }, _) => RecordKind::Structural { end: *end },
                _ => RecordKind::Variant,
            };
            assert_eq!(kind, record.kind, "S{number} of {line}");
        }
    }
}

proptest! {
    #[test]
    fn each_sample_is_what_it_is_alone((samples, text) in text()) {
        check(samples, &text, text.as_bytes());
        check(samples, &text, &bgzip(text.as_bytes()));
        let binary = bcf(&text);
        check(samples, &text, &binary);
        check(samples, &text, &bgzip(&binary));
    }

    #[test]
    fn a_broken_file_is_an_error((_, text) in text(), at: prop::sample::Index, byte: u8) {
        for whole in [text.clone().into_bytes(), bcf(&text)] {
            let mut broken = whole.clone();
            let index = at.index(broken.len());
            broken[index] = byte;
            let cut = bgzip(&whole);
            let cut = &cut[..at.index(cut.len())];
            for bytes in [&broken[..], &whole[..index], &bgzip(&broken), cut] {
                let (cohort, problems) = read_with(bytes, &CohortSettings::default());
                prop_assert_eq!(cohort.is_none(), model::problem::first_error(&problems).is_some());
            }
        }
    }
}
