//! Marks as texts, and the sets of the record as those that a count reads.

use crate::error::Error;
use ::genomics::finding::{Regions, SourceClass};
use ::genomics::operation::{Mark, Numbers, Said, Sets, Studied, Taken};
use ::genomics::range::Range;
use record::{Carriers, NewMark};
use serde_json::{Value, json};

/// Kinds of marks that are listed.
const HAPLOTYPE: &str = "haplotype";
const STUDIED: &str = "studied";

/// A mark as the record keeps it.
pub(super) fn new_mark(mark: &Mark) -> NewMark {
    let kind = match mark.said {
        Said::Haplotype(_) => Some(HAPLOTYPE),
        Said::Studied(_) => Some(STUDIED),
        _ => None,
    };
    NewMark { text: text(mark), kind }
}

/// A text that is equal for equal marks.
fn text(mark: &Mark) -> String {
    let class = match mark.class {
        None => "",
        Some(SourceClass::Germline) => "germline",
        Some(SourceClass::Somatic) => "somatic",
    };
    let taken = |taken: &Taken| match taken {
        Taken::Any => json!("*"),
        Taken::NotKnown => Value::Null,
        Taken::These(bases) => json!([bases]),
    };
    let said = match &mark.said {
        Said::Tested => json!(["tested"]),
        Said::Allele(key, bases) => json!(["allele", key, taken(bases)]),
        Said::AlleleOfOneBuild(key, bases) => json!(["allele-of-one-build", key, taken(bases)]),
        Said::Named(name) => json!(["named", name]),
        Said::Known(name) => json!(["known", name]),
        Said::Reached(name) => json!(["reached", name]),
        Said::OfOneBuild(sequence) => json!(["of-one-build", sequence]),
        Said::Doubt(sequence, bin) => json!(["doubt", sequence, bin]),
        Said::DoubtAllOver(sequence) => json!(["doubt-all-over", sequence]),
        Said::DoubtOn(sequence) => json!(["doubt-on", sequence]),
        Said::DoubtAnywhere => json!(["doubt-anywhere"]),
        Said::Structural(sequence, bin) => json!(["structural", sequence, bin]),
        Said::StructuralAllOver(sequence) => json!(["structural-all-over", sequence]),
        Said::StructuralOn(sequence) => json!(["structural-on", sequence]),
        Said::Haplotype(value) => json!([HAPLOTYPE, value]),
        Said::Studied(studied) => json!([STUDIED, tests(studied)]),
    };
    json!([class, said]).to_string()
}

fn tests(studied: &Studied) -> Value {
    let ranges = |ranges: &[Range]| -> Value {
        ranges.iter().map(|range| json!([range.sequence, range.start, range.end])).collect()
    };
    let test = |(seen, unseen): &(Vec<Range>, Regions)| {
        json!([ranges(seen), ranges(&unseen.ranges), unseen.has_more])
    };
    studied.0.iter().map(test).collect()
}

/// A listed mark out of its text.
fn listed(text: &str) -> Option<Mark> {
    let (class, (kind, value)): (String, (String, Value)) = serde_json::from_str(text).ok()?;
    let class = match class.as_str() {
        "" => None,
        "germline" => Some(SourceClass::Germline),
        "somatic" => Some(SourceClass::Somatic),
        _ => return None,
    };
    let said = match kind.as_str() {
        HAPLOTYPE => Said::Haplotype(serde_json::from_value(value).ok()?),
        STUDIED => {
            type Ranges = Vec<(String, u64, u64)>;
            let tests: Vec<(Ranges, Ranges, bool)> = serde_json::from_value(value).ok()?;
            let ranges = |ranges: Ranges| -> Vec<Range> {
                ranges.into_iter().map(|(name, start, end)| Range::new(name, start, end)).collect()
            };
            let test = |(seen, unseen, has_more)| {
                (ranges(seen), Regions { ranges: ranges(unseen), has_more })
            };
            Said::Studied(Studied(tests.into_iter().map(test).collect()))
        }
        _ => return None,
    };
    Some(Mark { class, said })
}

/// The sets of the record.
pub(super) struct Kept<'k>(pub(super) &'k Carriers<'k>);

impl Kept<'_> {
    fn listed(&self, kind: &str) -> Result<Vec<Mark>, Error> {
        let read = |text: &String| {
            listed(text).ok_or_else(|| Error::internal("a listed mark cannot be read".to_owned()))
        };
        self.0.listed(kind)?.iter().map(read).collect()
    }
}

impl Sets for Kept<'_> {
    type Error = Error;

    fn holders(&mut self, marks: &[Mark]) -> Result<Numbers, Error> {
        let texts: Vec<String> = marks.iter().map(text).collect();
        Ok(Numbers(self.0.holders(texts.iter().map(String::as_str))?))
    }

    fn haplotypes(&mut self) -> Result<Vec<Mark>, Error> {
        self.listed(HAPLOTYPE)
    }

    fn studied(&mut self) -> Result<Vec<Mark>, Error> {
        self.listed(STUDIED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CodeableConcept, Coding};

    #[test]
    fn listed_marks_come_back() {
        let value = CodeableConcept {
            coding: vec![Coding::new("http://www.pharmvar.org", "PV1").shown_as("*1")],
            text: Some("\"*1\"".to_owned()),
        };
        let ranges = vec![Range::new("NC_000007.14", 5, 9)];
        let unseen = Regions { ranges: ranges.clone(), has_more: true };
        let studied = Studied(vec![(ranges, unseen), (Vec::new(), Regions::default())]);
        for said in [Said::Haplotype(value), Said::Studied(studied)] {
            for class in [None, Some(SourceClass::Germline), Some(SourceClass::Somatic)] {
                let mark = Mark { class, said: said.clone() };
                assert_eq!(listed(&text(&mark)), Some(mark));
            }
        }
    }
}
