//! Where a gene lies on the chromosomes, by cytogenetic band. Source: ISCN 2020, HGNC's locations.

use std::fmt;

/// An arm of a chromosome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arm {
    /// 1 to 22; 23 is X and 24 is Y.
    chromosome: u8,
    is_long: bool,
}

impl Arm {
    /// Every arm, in the order of the chromosomes, the short one first.
    pub fn all() -> impl Iterator<Item = Self> {
        let arms = |chromosome| [false, true].map(|is_long| Self { chromosome, is_long });
        (1..=24).flat_map(arms)
    }

    /// Whether it is the long arm.
    pub fn is_long(self) -> bool {
        self.is_long
    }

    /// Name of its chromosome: `7`, `X`.
    pub fn chromosome(self) -> String {
        match self.chromosome {
            23 => "X".to_owned(),
            24 => "Y".to_owned(),
            number => number.to_string(),
        }
    }
}

/// `7p`.
impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.chromosome(), if self.is_long { 'q' } else { 'p' })
    }
}

/// A band, or only an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cytoband {
    /// The arm.
    pub arm: Arm,
    /// Region and band, counted from the centromere: 11 of `7p11.2`; 0 where only the arm is
    /// known.
    number: u16,
    /// What stands after the point, with its digits, `.22` is `(22, 2)`; none if `(0, 0)`.
    part: (u16, u8),
}

impl Cytoband {
    /// Reads `7p11.2`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, letter) = text.char_indices().find(|(_, letter)| matches!(letter, 'p' | 'q'))?;
        let (chromosome, band) = (text.get(..at)?, text.get(at + 1..)?);
        let chromosome = match chromosome {
            "X" => 23,
            "Y" => 24,
            number => number.parse().ok().filter(|number| (1..=22).contains(number))?,
        };
        let (number, part) = band.split_once('.').unwrap_or((band, ""));
        let digits = u8::try_from(part.len()).ok()?;
        let read = |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok() };
        let arm = Arm { chromosome, is_long: letter == 'q' };
        Some(Self { arm, number: read(number)?, part: (read(part)?, digits) })
    }

    /// What it is sorted by from the end of the short arm to that of the long one.
    pub fn place(self) -> (Arm, i64) {
        // `.2` lies beside `.21`, so that digits count as those of a fraction.
        let part = match self.part {
            (part, 0 | 1) => i64::from(part) * 100,
            (part, 2) => i64::from(part) * 10,
            (part, _) => i64::from(part).min(999),
        };
        let from_centromere = i64::from(self.number) * 1_000 + part;
        (self.arm, if self.arm.is_long { from_centromere } else { -from_centromere })
    }
}

/// `7p11.2`.
impl fmt::Display for Cytoband {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.arm)?;
        if self.number > 0 {
            write!(f, "{}", self.number)?;
        }
        match self.part {
            (_, 0) => Ok(()),
            (part, digits) => write!(f, ".{part:0width$}", width = usize::from(digits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gene::Genes;
    use knowledge::oncology::OncologyNames;

    #[test]
    fn bands_are_written_as_they_are_read() {
        for text in ["7p11.2", "17q12", "Xq28", "1p36.33", "Yp11.32", "3p", "9q34.12", "5q35.3"] {
            assert_eq!(Cytoband::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "7", "mitochondria", "0p1", "23q1", "7p11.2 alternate", "7p-", "p", "7px"]
        {
            assert_eq!(Cytoband::parse(text), None, "{text}");
        }
        assert_eq!(Arm::all().count(), 48);
        assert_eq!(Arm::all().last().unwrap().to_string(), "Yq");
    }

    #[test]
    fn they_stand_in_the_order_of_the_chromosome() {
        let mut bands: Vec<Cytoband> =
            ["7q36.3", "7p11.2", "17p13.1", "7p22.3", "7q11", "7q11.22", "7q11.23", "7p11.1"]
                .iter()
                .map(|text| Cytoband::parse(text).unwrap())
                .collect();
        bands.sort_by_key(|band| band.place());
        let words: Vec<String> = bands.iter().map(ToString::to_string).collect();
        let expected =
            ["7p22.3", "7p11.2", "7p11.1", "7q11", "7q11.22", "7q11.23", "7q36.3", "17p13.1"];
        assert_eq!(words, expected);
    }

    #[test]
    fn genes_have_the_bands_of_hgnc() {
        let genes = Genes::new(&OncologyNames::built_in().unwrap());
        // genenames.org, 2025-06.
        for (symbol, band) in [
            ("EGFR", Some("7p11.2")),
            ("ERBB2", Some("17q12")),
            ("CDKN2A", Some("9p21.3")),
            ("AR", Some("Xq12")),
            ("MT-ND1", None),
        ] {
            let gene = genes.resolve(symbol).0.candidates()[0];
            assert_eq!(genes.band(gene).map(|band| band.to_string()).as_deref(), band, "{symbol}");
        }
    }
}
