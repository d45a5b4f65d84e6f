//! HL7 v2.5.1 result messages (ORU^R01) as text, segment by segment.

use crate::patients::AUTHORITY;
use model::patient::{Patient, Sex};

/// Builds one message about one patient. Segments end with a carriage return, as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oru {
    control_id: String,
    result_status: char,
    segments: Vec<String>,
    observations: usize,
}

impl Oru {
    /// A message with MSH, PID, ORC and OBR.
    pub fn new(patient: &Patient, control_id: &str) -> Self {
        let mut oru = Self {
            control_id: control_id.into(),
            result_status: 'F',
            segments: Vec::new(),
            observations: 0,
        };
        oru.segments.push(pid(patient));
        oru.segments.push("ORC|RE|PL-1^COGNATE-DEMO|NS-1^NSML||CM".into());
        oru
    }

    /// The result status of OBR-25 and OBX-11 (HL7 table 0123 and 0085): `F`, `P`, `C`.
    #[must_use]
    pub fn result_status(mut self, status: char) -> Self {
        self.result_status = status;
        self
    }

    /// One gene with its genotype in words and the metabolizer phenotype's LOINC answer:
    /// `("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer")`.
    #[must_use]
    pub fn gene(self, gene: &str, genotype: &str, phenotype: &str) -> Self {
        let group = format!("{}a", self.observations + 1);
        let hgnc = crate::pgx::hgnc(gene);
        self.observation("CWE", "48018-6^Gene studied^LN", &group, &format!("{hgnc}^{gene}^HGNC"))
            .observation("ST", "84413-4^Genotype display name^LN", &group, genotype)
            .observation(
                "CWE",
                "53040-2^Genetic variation's effect on drug metabolism^LN",
                &group,
                &format!("{phenotype}^LN"),
            )
    }

    /// One OBX with its value as it stands, already escaped.
    #[must_use]
    pub fn observation(mut self, kind: &str, code: &str, group: &str, value: &str) -> Self {
        self.observations += 1;
        let number = self.observations;
        let status = self.result_status;
        self.segments.push(format!("OBX|{number}|{kind}|{code}|{group}|{value}||||||{status}"));
        self
    }

    /// Any further segment, without its carriage return.
    #[must_use]
    pub fn segment(mut self, text: &str) -> Self {
        self.segments.push(text.into());
        self
    }

    /// The message.
    pub fn text(&self) -> String {
        let head = format!(
            "MSH|^~\\&|NSML-LIS|NSML|COGNATE|DEMO|20260112093000+0000||ORU^R01^ORU_R01|{}|P|2.5.1",
            self.control_id
        );
        let order = format!(
            "OBR|1|PL-1^COGNATE-DEMO|NS-1^NSML|81247-9^Master HL7 genetic variant reporting \
             panel^LN|||20260107081500+0000|||||||||||||||20260112092500+0000||GE|{}",
            self.result_status
        );
        let mut lines = vec![head];
        for segment in &self.segments {
            lines.push(segment.clone());
            if segment.starts_with("ORC|") {
                lines.push(order.clone());
            }
        }
        lines.join("\r") + "\r"
    }
}

fn pid(patient: &Patient) -> String {
    let number = |identifier: &model::patient::Identifier| {
        format!("{}^^^{}^MR", identifier.value, identifier.authority)
    };
    let mut numbers: Vec<String> = patient.identifiers.iter().map(number).collect();
    if numbers.is_empty() {
        numbers.push(format!("{}^^^{AUTHORITY}^MR", patient.id));
    }
    let name = patient.names.first().cloned().unwrap_or_default();
    let given = name.given.first().cloned().unwrap_or_default();
    let born = patient.birth_date.map(|date| date.to_string().replace('-', "")).unwrap_or_default();
    let sex = match patient.sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Other => "O",
        Sex::Unknown => "U",
    };
    let family = name.family.to_uppercase();
    format!("PID|1||{}||{family}^{given}^^^^^L||{born}|{sex}", numbers.join("~"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patients::ana_example;

    #[test]
    fn a_message_has_its_segments_in_order() {
        let text = Oru::new(&ana_example(), "MSG-1")
            .result_status('P')
            .gene("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer")
            .text();
        let lines: Vec<&str> = text.split_terminator('\r').collect();
        let kinds: Vec<&str> = lines.iter().map(|line| line.split('|').next().unwrap()).collect();
        assert_eq!(kinds, ["MSH", "PID", "ORC", "OBR", "OBX", "OBX", "OBX"]);
        assert_eq!(lines[1], "PID|1||100001^^^COGNATE-DEMO^MR||EXAMPLE^Ana^^^^^L||19610402|F");
        assert!(lines[3].ends_with("||GE|P"), "{}", lines[3]);
        assert_eq!(lines[5], "OBX|2|ST|84413-4^Genotype display name^LN|1a|*2/*2||||||P");
    }
}
