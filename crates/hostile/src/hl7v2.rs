//! HL7 v2: any bytes give a message or problems, and every part of a message can be read.

use formats::hl7v2::Message;

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let (message, problems) = Message::parse(bytes.to_vec());
    let Some(message) = message else {
        assert!(!problems.is_empty(), "refused without a reason");
        return;
    };
    assert_eq!(message.raw(), bytes, "the bytes are kept as they came");
    for segment in message.segments() {
        for number in 0..40 {
            for repetition in segment.field(number).repetitions() {
                let _ = repetition.component(1).subcomponent(1).value();
                let _ = repetition.content();
                let _ = repetition.whole();
            }
        }
    }
    for place in ["MSH-9.2", "PID-3[2].4.1", "OBX[3]-5", "OBR[99]-99.9.9"] {
        let _ = message.value(place);
    }
}
