//! What fields and components are called (HL7 v2.5.1, chapters 2, 3, 4, 7 and 9), for people who
//! look at a message. Fields that laboratories' messages do not use have no name here.

type Names = &'static [(usize, &'static str)];

const MSH: Names = &[
    (1, "Field separator"),
    (2, "Encoding characters"),
    (3, "Sending application"),
    (4, "Sending facility"),
    (5, "Receiving application"),
    (6, "Receiving facility"),
    (7, "Date/time of message"),
    (9, "Message type"),
    (10, "Message control ID"),
    (11, "Processing ID"),
    (12, "Version ID"),
    (15, "Accept acknowledgment type"),
    (16, "Application acknowledgment type"),
    (17, "Country code"),
    (18, "Character set"),
    (19, "Principal language of message"),
    (21, "Message profile identifier"),
];
const MSA: Names = &[(1, "Acknowledgment code"), (2, "Message control ID"), (3, "Text message")];
const ERR: Names = &[
    (1, "Error code and location"),
    (2, "Error location"),
    (3, "HL7 error code"),
    (4, "Severity"),
    (5, "Application error code"),
    (7, "Diagnostic information"),
    (8, "User message"),
];
const EVN: Names = &[(1, "Event type code"), (2, "Recorded date/time"), (6, "Event occurred")];
const PID: Names = &[
    (1, "Set ID"),
    (2, "Patient ID"),
    (3, "Patient identifier list"),
    (4, "Alternate patient ID"),
    (5, "Patient name"),
    (6, "Mother’s maiden name"),
    (7, "Date/time of birth"),
    (8, "Administrative sex"),
    (9, "Patient alias"),
    (10, "Race"),
    (11, "Patient address"),
    (13, "Phone number, home"),
    (18, "Patient account number"),
    (19, "SSN number"),
    (22, "Ethnic group"),
    (30, "Patient death indicator"),
];
const MRG: Names =
    &[(1, "Prior patient identifier list"), (4, "Prior patient ID"), (7, "Prior patient name")];
const PV1: Names = &[
    (1, "Set ID"),
    (2, "Patient class"),
    (3, "Assigned patient location"),
    (7, "Attending doctor"),
    (8, "Referring doctor"),
    (19, "Visit number"),
];
const ORC: Names = &[
    (1, "Order control"),
    (2, "Placer order number"),
    (3, "Filler order number"),
    (4, "Placer group number"),
    (5, "Order status"),
    (9, "Date/time of transaction"),
    (12, "Ordering provider"),
    (21, "Ordering facility name"),
];
const OBR: Names = &[
    (1, "Set ID"),
    (2, "Placer order number"),
    (3, "Filler order number"),
    (4, "Universal service identifier"),
    (7, "Observation date/time"),
    (8, "Observation end date/time"),
    (13, "Relevant clinical information"),
    (14, "Specimen received date/time"),
    (15, "Specimen source"),
    (16, "Ordering provider"),
    (22, "Results reported/status changed"),
    (24, "Diagnostic service section ID"),
    (25, "Result status"),
    (26, "Parent result"),
    (29, "Parent"),
    (31, "Reason for study"),
    (32, "Principal result interpreter"),
];
const OBX: Names = &[
    (1, "Set ID"),
    (2, "Value type"),
    (3, "Observation identifier"),
    (4, "Observation sub-ID"),
    (5, "Observation value"),
    (6, "Units"),
    (7, "References range"),
    (8, "Abnormal flags"),
    (11, "Observation result status"),
    (14, "Date/time of the observation"),
    (15, "Producer’s ID"),
    (16, "Responsible observer"),
    (17, "Observation method"),
    (19, "Date/time of the analysis"),
    (23, "Performing organization name"),
    (24, "Performing organization address"),
    (25, "Performing organization medical director"),
];
const NTE: Names = &[(1, "Set ID"), (2, "Source of comment"), (3, "Comment"), (4, "Comment type")];
const SPM: Names = &[
    (1, "Set ID"),
    (2, "Specimen ID"),
    (4, "Specimen type"),
    (7, "Specimen collection method"),
    (8, "Specimen source site"),
    (11, "Specimen role"),
    (14, "Specimen description"),
    (17, "Specimen collection date/time"),
    (18, "Specimen received date/time"),
    (30, "Accession ID"),
];
const TXA: Names = &[
    (1, "Set ID"),
    (2, "Document type"),
    (4, "Activity date/time"),
    (6, "Origination date/time"),
    (9, "Originator code/name"),
    (12, "Unique document number"),
    (13, "Parent document number"),
    (17, "Document completion status"),
];

const SEGMENTS: &[(&str, &str, Names)] = &[
    ("MSH", "Message header", MSH),
    ("MSA", "Message acknowledgment", MSA),
    ("ERR", "Error", ERR),
    ("EVN", "Event type", EVN),
    ("PID", "Patient identification", PID),
    ("MRG", "Merge patient information", MRG),
    ("PV1", "Patient visit", PV1),
    ("ORC", "Common order", ORC),
    ("OBR", "Observation request", OBR),
    ("OBX", "Observation/result", OBX),
    ("NTE", "Notes and comments", NTE),
    ("SPM", "Specimen", SPM),
    ("TXA", "Transcription document header", TXA),
];

const CODED: Names = &[
    (1, "Identifier"),
    (2, "Text"),
    (3, "Name of coding system"),
    (4, "Alternate identifier"),
    (5, "Alternate text"),
    (6, "Name of alternate coding system"),
    (9, "Original text"),
];
const IDENTIFIER: Names = &[
    (1, "ID number"),
    (4, "Assigning authority"),
    (5, "Identifier type code"),
    (6, "Assigning facility"),
];
const PERSON: Names = &[
    (1, "Family name"),
    (2, "Given name"),
    (3, "Further given names"),
    (4, "Suffix"),
    (5, "Prefix"),
];
const ENTITY: Names =
    &[(1, "Entity identifier"), (2, "Namespace ID"), (3, "Universal ID"), (4, "Universal ID type")];
const ADDRESS: Names = &[
    (1, "Street address"),
    (3, "City"),
    (4, "State or province"),
    (5, "Zip or postal code"),
    (6, "Country"),
];
const MESSAGE: Names = &[(1, "Message code"), (2, "Trigger event"), (3, "Message structure")];
const HIERARCHIC: Names = &[(1, "Namespace ID"), (2, "Universal ID"), (3, "Universal ID type")];

/// Which components a field has, where that is the same in every message.
const COMPONENTS: &[(&str, &[usize], Names)] = &[
    ("MSH", &[3, 4, 5, 6], HIERARCHIC),
    ("MSH", &[9], MESSAGE),
    ("PID", &[3], IDENTIFIER),
    ("PID", &[5, 9], PERSON),
    ("PID", &[11], ADDRESS),
    ("PID", &[10, 22], CODED),
    ("MRG", &[1], IDENTIFIER),
    ("MRG", &[7], PERSON),
    ("ORC", &[2, 3, 4], ENTITY),
    ("OBR", &[2, 3], ENTITY),
    ("OBR", &[4, 31], CODED),
    ("OBX", &[3, 6, 17], CODED),
    ("SPM", &[4, 7, 8, 11], CODED),
    ("SPM", &[30], IDENTIFIER),
    ("TXA", &[12, 13], ENTITY),
];

fn name(names: Names, number: usize) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// What a segment is called, `Observation/result`.
pub fn segment(id: &str) -> Option<&'static str> {
    SEGMENTS.iter().find(|(known, ..)| *known == id).map(|(_, name, _)| *name)
}

/// What a field is called, `Observation value`.
pub fn field(id: &str, number: usize) -> Option<&'static str> {
    SEGMENTS.iter().find(|(known, ..)| *known == id).and_then(|(.., names)| name(names, number))
}

/// What a component of a field is called, `Text`. OBX-5 is what OBX-2 says: its value type.
pub fn component(id: &str, field: usize, value_type: &str, number: usize) -> Option<&'static str> {
    if (id, field) == ("OBX", 5) {
        let is_coded = ["CE", "CWE", "CNE", "CF"].contains(&value_type);
        return if is_coded { name(CODED, number) } else { None };
    }
    let found =
        COMPONENTS.iter().find(|(known, fields, _)| *known == id && fields.contains(&field));
    found.and_then(|(.., names)| name(names, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_standard_and_unknown_ones_have_none() {
        assert_eq!(segment("OBX"), Some("Observation/result"));
        assert_eq!(segment("ZGX"), None);
        assert_eq!(field("OBX", 11), Some("Observation result status"));
        assert_eq!((field("OBX", 99), field("ZGX", 1)), (None, None));
        assert_eq!(component("PID", 5, "", 2), Some("Given name"));
        assert_eq!(component("OBX", 5, "CWE", 2), Some("Text"));
        assert_eq!(component("OBX", 5, "TX", 2), None);
    }

    #[test]
    fn no_number_has_two_names() {
        for (id, _, names) in SEGMENTS {
            assert!(names.is_sorted_by(|one, next| one.0 < next.0), "{id}");
        }
    }
}
