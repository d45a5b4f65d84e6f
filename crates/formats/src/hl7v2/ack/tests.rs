use super::*;

const TIME: &str = "2026-01-12T09:30:01.250Z";

fn answer(message: &[u8], outcome: Outcome, faults: &[Fault]) -> String {
    let (message, _) = Message::parse(message.to_vec());
    let time = Timestamp::parse(TIME).unwrap();
    let reply = Reply { outcome, control_id: "C-1", time, faults };
    String::from_utf8_lossy(&acknowledge(message.as_ref(), &reply)).replace('\r', "\n")
}

fn faults(message: &[u8]) -> Vec<Fault> {
    Message::parse(message.to_vec()).1.iter().map(Fault::from).collect()
}

#[test]
fn original_mode_accepts() {
    let sent = b"MSH|^~\\&|LIS|NS^1.2^ISO|COG|DEMO|20260112||ORU^R01^ORU_R01|a\\T\\7 |T^A|2.5.1";
    assert_eq!(
        answer(sent, Outcome::Accepted, &[]),
        "MSH|^~\\&|COG|DEMO|LIS|NS^1.2^ISO|20260112093001.250+0000||ACK^R01^ACK|C-1|T^A|2.5.1\n\
         MSA|AA|a\\T\\7 \n"
    );
}

#[test]
fn enhanced_mode_with_the_senders_separators_and_charset() {
    let sent = b"MSH#@$%*#LIS#NS#COG#DEMO###ORU@R01#7#P#2.3###AL#NE##8859/1\rPID###\xE9";
    assert_eq!(
        answer(sent, Outcome::Failed, &[]),
        "MSH#@$%*#COG#DEMO#LIS#NS#20260112093001.250+0000##ACK@R01#C-1#P#2.3######8859/1\n\
         MSA#CE#7\n"
    );
    assert!(answer(sent, Outcome::Rejected, &[]).contains("MSA#CR#7"));
    let accept_only = b"MSH|^~\\&|L|N|C|D|||ORU^R01|7|P|2.5.1|||AL|";
    assert!(answer(accept_only, Outcome::Accepted, &[]).contains("MSA|CA|7"));
}

#[test]
fn a_malformed_message_is_rejected_with_its_segment_named() {
    let sent = b"MSH|^~\\&|L|N|C|D|||ORU^R01||P|2.5.1\rOB|1";
    assert_eq!(
        answer(sent, Outcome::Rejected, &faults(sent)),
        "MSH|^~\\&|C|D|L|N|20260112093001.250+0000||ACK^R01^ACK|C-1|P|2.5.1\n\
         MSA|AR|\n\
         ERR|||100^Segment sequence error^HL70357|E||||segment 2: segment 2, after MSH[1], does \
         not begin with a segment id of three capitals or digits\n\
         ERR||MSH^1^10^1|101^Required field missing^HL70357|E||||MSH-10: the control id is \
         missing\n"
    );
}

#[test]
fn before_version_2_5_the_error_is_in_err_1() {
    let sent = b"MSH|^~\\&|L|N|C|D|||ORU^R01||P|2.3";
    assert!(answer(sent, Outcome::Rejected, &faults(sent)).ends_with(
        "MSA|AR||MSH-10: the control id is missing\n\
         ERR|MSH^1^10^101&Required field missing&HL70357\n"
    ));
}

#[test]
fn bytes_without_a_header_are_rejected_too() {
    let sent = b"<html>";
    assert_eq!(
        answer(sent, Outcome::Rejected, &faults(sent)),
        "MSH|^~\\&|||||20260112093001.250+0000||ACK|C-1|P|2.5.1\n\
         MSA|AR|\n\
         ERR||MSH^1|100^Segment sequence error^HL70357|E||||MSH: the message does not begin with a \
         header\n"
    );
}

#[test]
fn the_sender_says_which_acknowledgements_it_wants() {
    for (msh15, accepted, failed) in [
        ("", true, true),
        ("AL", true, true),
        ("NE", false, false),
        ("ER", false, true),
        ("SU", true, false),
    ] {
        let text = format!("MSH|^~\\&|L|N|C|D|||ORU^R01|7|P|2.5.1|||{msh15}|");
        let message = Message::parse(text.into_bytes()).0.unwrap();
        assert_eq!(is_wanted(&message, Outcome::Accepted), accepted, "{msh15}");
        assert_eq!(is_wanted(&message, Outcome::Failed), failed, "{msh15}");
    }
}

#[test]
fn an_application_acknowledgement_is_a_message_that_asks_to_be_committed() {
    let sent = b"MSH|^~\\&|LIS|NS|COG|DEMO|20260112||ORU^R01^ORU_R01|a 7|P|2.5.1|||AL|AL";
    let message = Message::parse(sent.to_vec()).0.unwrap();
    let fault = Fault {
        place: "OBX[2]-5".parse().ok(),
        code: ErrorCode::DataType,
        severity: Severity::Error,
        text: "OBX[2]-5: bad-value".to_owned(),
    };
    let reply = Reply {
        outcome: Outcome::Failed,
        control_id: "C-1",
        time: Timestamp::parse(TIME).unwrap(),
        faults: &[fault],
    };
    assert_eq!(
        String::from_utf8(application(&message, &reply)).unwrap().replace('\r', "\n"),
        "MSH|^~\\&|COG|DEMO|LIS|NS|20260112093001.250+0000||ACK^R01^ACK|C-1|P|2.5.1|||AL|NE\n\
         MSA|AE|a 7\n\
         ERR||OBX^2^5^1|102^Data type error^HL70357|E||||OBX[2]-5: bad-value\n"
    );
}

#[test]
fn which_application_acknowledgements_are_wanted() {
    use Outcome::{Accepted, Failed, Rejected};
    // HL7 table 0155; an empty MSH-16 asks for none, and what is not in the table for all.
    for (word, asks, wanted) in [
        ("AL", true, [true, true, true]),
        ("ER", true, [false, true, true]),
        ("SU", true, [true, false, false]),
        ("NE", false, [false, false, false]),
        ("", false, [false, false, false]),
        ("XX", true, [true, true, true]),
    ] {
        let sent = format!("MSH|^~\\&|L|N|C|D|||ORU^R01|7|P|2.5.1|||NE|{word}");
        let message = Message::parse(sent.into_bytes()).0.unwrap();
        let is_wanted =
            [Accepted, Failed, Rejected].map(|one| is_application_wanted(&message, one));
        assert_eq!((asks_application(&message), is_wanted), (asks, wanted), "{word}");
    }
}
