//! The same leaves as the crate `hl7-parser` on well-formed messages.

use super::samples::sample;
use formats::hl7v2::Message;
use proptest::prelude::*;

/// Compares every part of every field. `hl7-parser` counts MSH-1 as a field too.
fn compare(text: &str) {
    let theirs = hl7_parser::Message::parse_with_lenient_newlines(text, true).unwrap();
    let (ours, problems) = Message::parse(text.as_bytes().to_vec());
    let ours = ours.unwrap();
    assert_eq!(model::problem::first_error(&problems), None);
    assert_eq!(ours.segments().len(), theirs.segments().count());
    for (ours, theirs) in ours.segments().zip(theirs.segments()) {
        assert_eq!(ours.id(), theirs.name);
        assert_eq!(ours.field_count(), theirs.fields().count(), "{}", ours.place());
        for (index, field) in theirs.fields().enumerate() {
            let own = ours.field(index + 1);
            let place = ours.place_of(index + 1);
            assert_eq!(own.raw(), field.raw_value().as_bytes(), "{place}");
            if own.is_empty() {
                continue;
            }
            assert_eq!(own.repetitions().count(), field.repeats().count(), "{place}");
            for (own, repeat) in own.repetitions().zip(field.repeats()) {
                for (c, component) in repeat.components().enumerate() {
                    for (s, subcomponent) in component.subcomponents().enumerate() {
                        let part = own.component(c + 1).subcomponent(s + 1);
                        let same = subcomponent.raw_value().as_bytes();
                        assert_eq!(part.raw(), same, "{place}.{}.{}", c + 1, s + 1);
                    }
                }
            }
        }
    }
}

#[test]
fn hand_written_messages() {
    for text in [
        include_str!("../../data/hl7v2/pgx-cyp2c19.hl7"),
        include_str!("../../data/hl7v2/variant.hl7"),
        include_str!("../../data/hl7v2/narrative.hl7"),
        include_str!("../../data/hl7v2/preliminary.hl7"),
    ] {
        compare(text);
    }
}

#[test]
fn samples_of_laboratories() {
    for name in [
        "ORU-multiline-short-mixed.hl7",
        "manchester-ORU_R01_PDF.txt",
        "manchester-OML_O21_PDF.txt",
    ] {
        let Some(bytes) = sample(name) else { return };
        compare(&String::from_utf8(bytes).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn generated_messages(
        segments in prop::collection::vec(
            ("[DGOPZ][A-Z0-9]{2}", prop::collection::vec("[a-c^~&é .]{0,8}", 1..8)),
            0..8,
        ),
    ) {
        let mut text = String::from("MSH|^~\\&|L|N|C|D|||ORU^R01|1|P|2.5.1");
        for (id, fields) in &segments {
            text.extend(["\r", id, "|", &fields.join("|"), "|end"]);
        }
        compare(&text);
    }
}
