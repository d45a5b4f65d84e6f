//! Which of the waiting messages may be filed beside each other.
//!
//! Results of people who are not the same touch nothing in common, and the record makes what is
//! filed at one time durable at once. So results go in lanes, and whatever may be about the same
//! person or the same result is in one lane, in the order of arrival: a birth date in common, by
//! which a person is matched, or any number in common of patient, order, result or specimen.
//! Everything else (merges, orders, documents, files) is filed alone: after all that came before
//! it, and before all that came after it.

use super::Worker;
use crate::beside::{self, BYTES_MAX};
use crate::failure::Failure;
use crate::receive::HL7_V2;
use formats::hl7v2::Message;
use record::RawMessage;
use std::collections::BTreeMap;

/// Lanes of which messages are committed at once.
const BUNCH_LANES_MAX: usize = 32;
/// Fields with numbers of a patient, an order, a result or a specimen, and how many components of
/// them are numbers: where there are two, the orderer's and the laboratory's.
const NUMBERS: [(&str, &[(usize, usize)]); 4] = [
    ("PID", &[(2, 1), (3, 1), (4, 1), (18, 1)]),
    ("ORC", &[(2, 1), (3, 1), (4, 1)]),
    ("OBR", &[(2, 1), (3, 1), (29, 2)]),
    ("SPM", &[(2, 2), (30, 1)]),
];

/// The messages in lanes that may be gone through beside each other, and these one after the
/// other.
pub(crate) fn lanes(messages: &[RawMessage]) -> Vec<Vec<Vec<&RawMessage>>> {
    let mut steps = Vec::new();
    let mut beside: Vec<(&RawMessage, Vec<String>)> = Vec::new();
    for message in messages {
        if let Some(keys) = shared(message) {
            beside.push((message, keys));
        } else {
            steps.extend(parted(&std::mem::take(&mut beside)));
            steps.push(vec![vec![message]]);
        }
    }
    steps.extend(parted(&beside));
    steps
}

impl Worker {
    /// Files lanes of messages beside each other: how many were filed, and the last failure.
    pub(super) fn go_through(&self, lanes: &[Vec<&RawMessage>]) -> (usize, Option<Failure>) {
        let (mut done, mut failed) = (0, None);
        let threads = threads();
        let bunches = bunches(lanes, threads);
        for (filed, failure) in beside::each_by(threads, &bunches, |bunch| self.file_bunch(bunch)) {
            done += filed;
            failed = failure.or(failed);
        }
        (done, failed)
    }

    /// Files the first message of each of some lanes, then the second ones, and so on: how many
    /// were filed, and the last failure.
    fn file_bunch(&self, lanes: &[Vec<&RawMessage>]) -> (usize, Option<Failure>) {
        let (mut done, mut failed) = (0, None);
        for place in 0..lanes.iter().map(Vec::len).max().unwrap_or_default() {
            let round: Vec<_> = lanes.iter().filter_map(|lane| lane.get(place).copied()).collect();
            let filed = match round.as_slice() {
                [only] => Ok(vec![self.file(only)]),
                several => self.file_some(several),
            };
            for one in filed.unwrap_or_else(|failure| vec![Err(failure)]) {
                match one {
                    Ok(_) => done += 1,
                    Err(failure) => failed = Some(failure),
                }
            }
        }
        (done, failed)
    }
}

/// One for each processor, which reading and building keep busy; the record's writer has work for
/// one, too, and who sends waits for an acknowledgement.
fn threads() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    processors.clamp(1, beside::THREADS_MAX)
}

/// Lanes of which one thread takes several at a time: what it files of them is committed at once,
/// which costs little more than the commit of one message.
fn bunches<'l, 'm>(
    lanes: &'l [Vec<&'m RawMessage>],
    threads: usize,
) -> Vec<&'l [Vec<&'m RawMessage>]> {
    let most = lanes.len().div_ceil(threads).clamp(1, BUNCH_LANES_MAX);
    let longest = |lane: &[&RawMessage]| lane.iter().map(|one| one.body.len()).max();
    let (mut bunches, mut rest) = (Vec::new(), lanes);
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |lane: &&Vec<&RawMessage>| {
            bytes += longest(lane).unwrap_or_default();
            bytes <= BYTES_MAX
        };
        // The first one goes whatever its length.
        let count = rest.iter().take(most).take_while(fits).count().max(1);
        let (bunch, others) = rest.split_at(count);
        bunches.push(bunch);
        rest = others;
    }
    bunches
}

/// By what a result may be tied to another one; `None` for what is filed alone.
fn shared(raw: &RawMessage) -> Option<Vec<String>> {
    if raw.summary.media_type != HL7_V2 || raw.body.len() > BYTES_MAX {
        return None;
    }
    let message = Message::parse(raw.body.clone()).0?;
    if message.kind().0 != "ORU" {
        return None;
    }
    let mut keys = Vec::new();
    for segment in message.segments() {
        if segment.id() == "PID" {
            // The day, with or without a time.
            let born = segment.field(7).value().unwrap_or_default();
            keys.push(format!("born {}", born.chars().take(8).collect::<String>()));
        }
        let Some((_, fields)) = NUMBERS.iter().find(|(id, _)| *id == segment.id()) else {
            continue;
        };
        for (field, components) in *fields {
            for repetition in segment.field(*field).repetitions() {
                let parts = (1..=*components).map(|part| repetition.component(part));
                keys.extend(parts.filter_map(|part| part.value()).map(|number| plain(&number)));
            }
        }
    }
    Some(keys)
}

/// A number without blanks, as matching reads it.
fn plain(number: &str) -> String {
    number.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Parts messages by what they have in common, directly or by way of others.
fn parted<'m>(messages: &[(&'m RawMessage, Vec<String>)]) -> Option<Vec<Vec<&'m RawMessage>>> {
    let mut lane_of: Vec<usize> = (0..messages.len()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, (_, keys)) in messages.iter().enumerate() {
        for key in keys {
            let earlier = *first.entry(key).or_insert(place);
            let lane_with = |place: usize| lane_of.get(place).copied().unwrap_or(place);
            let (one, other) = (lane_with(earlier), lane_with(place));
            let (kept, joined) = (one.min(other), one.max(other));
            for lane in lane_of.iter_mut().filter(|lane| **lane == joined) {
                *lane = kept;
            }
        }
    }
    let mut lanes: BTreeMap<usize, Vec<&RawMessage>> = BTreeMap::new();
    for ((message, _), lane) in messages.iter().zip(lane_of) {
        lanes.entry(lane).or_default().push(message);
    }
    (!lanes.is_empty()).then(|| lanes.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::as_archived;
    use crate::feed::Feed;
    use model::{TenantId, Timestamp};

    fn result(patient: &str, born: &str, filler: &str) -> String {
        format!(
            "MSH|^~\\&|L|N|C|D|||ORU^R01|{filler}|P|2.5.1\r\
             PID|1||{patient}^^^H^MR||A^B||{born}|F\r\
             OBR|1|P-{filler}^H|{filler}^L|1^Panel^99L\r\
             SPM|1|S-{filler}&H^T-{filler}&L||1^Blood^L\r"
        )
    }

    /// The lanes of each step, every message by its place.
    fn parted(texts: &[String]) -> Vec<Vec<Vec<usize>>> {
        let feed = Feed::production("north", &TenantId::new("t"));
        let archived = texts
            .iter()
            .flat_map(|text| as_archived(&feed, text.as_bytes(), Timestamp::from_micros(0)));
        let messages: Vec<RawMessage> = archived.collect();
        let place = |message: &&RawMessage| {
            messages.iter().position(|one| std::ptr::eq(one, *message)).unwrap()
        };
        let lane = |lane: Vec<&RawMessage>| lane.iter().map(place).collect();
        let step = |step: Vec<Vec<&RawMessage>>| step.into_iter().map(lane).collect();
        lanes(&messages).into_iter().map(step).collect()
    }

    #[test]
    fn what_has_a_number_or_a_birth_date_in_common_stays_in_order() {
        let plain = result("1", "19610402", "F-1");
        let cases = [
            ("nothing in common", result("2", "19610403", "F-2"), false),
            ("the patient", result("1", "", "F-2"), true),
            ("the patient, written with blanks", result(" 1", "", "F-2"), true),
            ("the birth date", result("2", "19610402", "F-2"), true),
            ("the birth date with a time", result("2", "196104020000", "F-2"), true),
            ("the result", result("2", "19610403", "F-1"), true),
            ("the order", result("2", "19610403", "F-2").replace("P-F-2", "P-F-1"), true),
            (
                "the order's specimen",
                result("2", "19610403", "F-2").replace("S-F-2", "S-F-1"),
                true,
            ),
            ("the specimen", result("2", "19610403", "F-2").replace("T-F-2", "T-F-1"), true),
            ("an order that is a result", result("2", "19610403", "P-F-1"), true),
        ];
        for (what, other, is_one) in cases {
            let expected = if is_one { vec![vec![0, 1]] } else { vec![vec![0], vec![1]] };
            assert_eq!(parted(&[plain.clone(), other]), [expected], "{what}");
        }
    }

    #[test]
    fn a_third_message_joins_two_lanes() {
        let texts = [
            result("1", "19610402", "F-1"),
            result("2", "19610403", "F-2"),
            result("3", "19610404", "F-3"),
            result("1", "19610403", "F-4"),
        ];
        assert_eq!(parted(&texts), [vec![vec![0, 1, 3], vec![2]]]);
    }

    #[test]
    fn merges_and_what_is_large_go_alone_between_what_came_before_and_after() {
        let large = result("3", "19610404", "F-3") + &"NTE|1||x\r".repeat(BYTES_MAX / 9 + 1);
        let merge = "MSH|^~\\&|L|N|C|D|||ADT^A40|7|P|2.5.1\rPID|1||1^^^H\rMRG|2^^^H\r".to_owned();
        let (one, two) = (result("1", "19610402", "F-1"), result("2", "19610403", "F-2"));
        assert_eq!(
            parted(&[one.clone(), two.clone(), merge, two, large, one]),
            [vec![vec![0], vec![1]], vec![vec![2]], vec![vec![3]], vec![vec![4]], vec![vec![5]]]
        );
    }

    #[test]
    fn few_and_large_messages_are_shared_out_among_the_threads() {
        let texts: Vec<String> =
            (0..40).map(|number| result(&number.to_string(), "", &format!("F-{number}"))).collect();
        let large = |text: &String| text.clone() + &"NTE|1||x\r".repeat(BYTES_MAX / 20);
        let mut mixed: Vec<String> = texts.iter().take(6).map(large).collect();
        mixed.extend(texts.iter().skip(6).cloned());
        let feed = Feed::production("north", &TenantId::new("t"));
        let counts = |texts: &[String], threads: usize| {
            let archived = texts
                .iter()
                .flat_map(|text| as_archived(&feed, text.as_bytes(), Timestamp::from_micros(0)));
            let messages: Vec<RawMessage> = archived.collect();
            let lanes: Vec<Vec<&RawMessage>> = messages.iter().map(|one| vec![one]).collect();
            let bunches = bunches(&lanes, threads);
            let all: Vec<&Vec<&RawMessage>> = bunches.iter().copied().flatten().collect();
            assert_eq!(all, lanes.iter().collect::<Vec<_>>(), "each of them, in order");
            bunches.iter().map(|bunch| bunch.len()).collect::<Vec<_>>()
        };
        assert_eq!(counts(&texts[..1], 2), [1]);
        assert_eq!(counts(&texts[..5], 2), [3, 2]);
        assert_eq!(counts(&texts, 2), [20, 20]);
        assert_eq!(counts(&texts, 1), [32, 8], "no more at once than that");
        assert_eq!(counts(&texts, 8), [5; 8]);
        // Of those that are large no more than one of the largest.
        assert_eq!(counts(&mixed, 2), [2, 2, 20, 16]);
    }
}
