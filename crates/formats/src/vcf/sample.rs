//! What one sample's fields mean. The only place that decides it, for one sample and for many.

use super::record::{Head, is_passed};

/// Most alleles of one genotype; no chromosome of ours has more copies in a call.
pub(super) const PLOIDY_MAX: usize = 16;
/// Lowest GQ (Phred) that lets a record without variants prove reference: 1 error in 100.
const REFERENCE_QUALITY_MIN: u32 = 20;
/// Digits that always fit 32 bits.
const DIGITS_SHORT: usize = 9;
/// Said of a record whose 0/0 was not believed.
pub(super) const WEAK: &str = "a reference genotype without enough evidence was taken as no call";

/// Keys of FORMAT that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Genotype,
    PhaseSet,
    Quality,
    ReferenceQuality,
    Depth,
    LowestDepth,
    Filter,
    Length,
}

impl Key {
    /// All, in the order of their numbers.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Genotype, "GT"),
        (Self::PhaseSet, "PS"),
        (Self::Quality, "GQ"),
        (Self::ReferenceQuality, "RGQ"),
        (Self::Depth, "DP"),
        (Self::LowestDepth, "MIN_DP"),
        (Self::Filter, "FT"),
        (Self::Length, "LEN"),
    ];
}

/// FORMAT: which key stands where.
#[derive(Debug)]
pub(super) struct Format {
    /// Place of each key that is there, ascending; the first if a key stands twice.
    places: Vec<(usize, Key)>,
    /// GT stands first.
    pub(super) starts_with_genotype: bool,
    /// GT is all that matters, and it stands first.
    pub(super) genotype_only: bool,
    /// Beside GT, only what a genotype other than 0/0 does not need: depth and quality.
    pub(super) no_filter_or_phase_set: bool,
}

impl Format {
    pub(super) fn of(keys: &[u8]) -> Self {
        let mut places: Vec<(usize, Key)> = Vec::new();
        for (place, name) in keys.split(|byte| *byte == b':').enumerate() {
            let known = Key::ALL.iter().find(|(_, known)| known.as_bytes() == name);
            let Some((key, _)) = known else { continue };
            if !places.iter().any(|(_, seen)| seen == key) {
                places.push((place, *key));
            }
        }
        let relevant = |(_, key): &&(usize, Key)| *key != Key::Length;
        let genotype_only = places.iter().filter(relevant).eq([&(0, Key::Genotype)]);
        let starts_with_genotype = places.first() == Some(&(0, Key::Genotype));
        let no_filter_or_phase_set =
            !places.iter().any(|(_, key)| matches!(key, Key::Filter | Key::PhaseSet));
        Self { places, starts_with_genotype, genotype_only, no_filter_or_phase_set }
    }

    /// Where a key stands.
    pub(super) fn place(&self, wanted: Key) -> Option<usize> {
        self.places.iter().find(|(_, key)| *key == wanted).map(|(place, _)| *place)
    }
}

/// The text of each sample column, in order.
#[derive(Clone, Debug)]
pub(super) struct Texts<'l> {
    rest: Option<&'l [u8]>,
}

impl<'l> Texts<'l> {
    pub(super) fn of(columns: Option<&'l [u8]>) -> Self {
        Self { rest: columns }
    }
}

impl<'l> Iterator for Texts<'l> {
    type Item = &'l [u8];

    #[inline]
    fn next(&mut self) -> Option<&'l [u8]> {
        let rest = self.rest?;
        // Most columns of a large file are `0/0` and nothing else; no search is needed there.
        if let [first, b'/' | b'|', second, b'\t', after @ ..] = rest
            && *first != b'\t'
            && *second != b'\t'
        {
            self.rest = Some(after);
            return rest.get(..3);
        }
        let Some(end) = memchr::memchr(b'\t', rest) else {
            self.rest = None;
            return Some(rest);
        };
        self.rest = rest.get(end + 1..);
        rest.get(..end)
    }
}

/// GT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Genotype {
    alleles: [Option<u16>; PLOIDY_MAX],
    ploidy: usize,
    /// Every separator is `|`.
    pub(super) phased: bool,
}

impl Genotype {
    /// `.`, or no GT.
    const UNKNOWN: Self = Self { alleles: [None; PLOIDY_MAX], ploidy: 1, phased: false };

    /// Allele numbers; `None` = `.`.
    pub(super) fn alleles(&self) -> &[Option<u16>] {
        self.alleles.get(..self.ploidy).unwrap_or_default()
    }

    #[inline]
    fn parse(text: &[u8]) -> Result<Self, String> {
        if let [first, separator @ (b'/' | b'|'), second] = text
            && first.is_ascii_digit()
            && second.is_ascii_digit()
        {
            let mut genotype = Self { ploidy: 2, phased: *separator == b'|', ..Self::UNKNOWN };
            let digit = |digit: &u8| Some(u16::from(digit - b'0'));
            [genotype.alleles[0], genotype.alleles[1]] = [digit(first), digit(second)];
            return Ok(genotype);
        }
        let text = std::str::from_utf8(text).map_err(|_| "GT cannot be read".to_owned())?;
        // VCF 4.4 lets the first allele carry its own phasing.
        let (first, text) = match text.strip_prefix(['|', '/']) {
            Some(rest) => (text.bytes().next(), rest),
            None => (None, text),
        };
        let mut genotype = Self { ploidy: 0, ..Self::UNKNOWN };
        for allele in text.split(['/', '|']) {
            let too_many = || format!("GT has more than {PLOIDY_MAX} alleles");
            let place = genotype.alleles.get_mut(genotype.ploidy).ok_or_else(too_many)?;
            *place = match allele {
                "." => None,
                number => Some(number.parse().map_err(|_| "GT cannot be read".to_owned())?),
            };
            genotype.ploidy += 1;
        }
        genotype.phased = first != Some(b'/') && text.contains('|') && !text.contains('/');
        Ok(genotype)
    }
}

/// One sample's fields at one record, and what they mean.
#[derive(Debug)]
pub(super) struct Sample<'l> {
    values: [&'l [u8]; Key::ALL.len()],
    /// GT, with alleles taken as unknown where [`Sample::weak`].
    pub(super) genotype: Genotype,
    /// GT said reference, but nobody can know that from so little.
    pub(super) weak: bool,
}

impl<'l> Sample<'l> {
    /// The sample whose column has this text.
    #[inline]
    pub(super) fn of(text: &'l [u8], head: &Head) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the sample's column is empty".into());
        }
        let mut sample =
            Self { values: [b""; Key::ALL.len()], genotype: Genotype::UNKNOWN, weak: false };
        let mut fields = text.split(|byte| *byte == b':');
        let mut next = 0;
        for (place, key) in &head.format.places {
            let Some(value) = fields.nth(place - next) else { break };
            next = place + 1;
            if let Some(cell) = sample.values.get_mut(*key as usize) {
                *cell = value;
            }
        }
        if let Some(text) = sample.get(Key::Genotype) {
            sample.genotype = Genotype::parse(text)?;
        }
        let alternates = head.record.alternates.len();
        let known = sample.genotype.alleles().iter().flatten();
        if known.clone().any(|allele| usize::from(*allele) > alternates) {
            return Err("GT uses an allele number that ALT does not have".into());
        }
        sample.weigh(head.reference_only);
        Ok(sample)
    }

    /// Some callers write 0/0 where they saw no read or are not sure; nobody knows there.
    fn weigh(&mut self, reference_only: bool) {
        if !self.genotype.alleles().iter().all(|allele| *allele == Some(0)) {
            return;
        }
        let lowest_depth = self.number(Key::LowestDepth).or_else(|| self.depth());
        let quality_min = if reference_only { REFERENCE_QUALITY_MIN } else { 1 };
        self.weak =
            lowest_depth == Some(0) || self.quality().is_some_and(|quality| quality < quality_min);
        if self.weak {
            self.genotype.alleles = Genotype::UNKNOWN.alleles;
        }
    }

    /// The value of a key; `None` if it is not there or `.`.
    fn get(&self, key: Key) -> Option<&'l [u8]> {
        self.values.get(key as usize).copied().filter(|value| !matches!(*value, b"" | b"."))
    }

    fn text(&self, key: Key) -> Option<&'l str> {
        std::str::from_utf8(self.get(key)?).ok()
    }

    /// A number that is not negative; fractions are cut off.
    #[inline]
    fn number(&self, key: Key) -> Option<u32> {
        let value = self.get(key)?;
        if value.len() <= DIGITS_SHORT && value.iter().all(u8::is_ascii_digit) {
            return Some(value.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')));
        }
        self.text(key)?.split('.').next()?.parse().ok()
    }

    /// DP.
    pub(super) fn depth(&self) -> Option<u32> {
        self.number(Key::Depth).or_else(|| self.number(Key::LowestDepth))
    }

    /// GQ.
    pub(super) fn quality(&self) -> Option<u32> {
        self.number(Key::Quality).or_else(|| self.number(Key::ReferenceQuality))
    }

    /// PS of a phased genotype.
    pub(super) fn phase_set(&self) -> Option<u64> {
        if self.genotype.phased { self.text(Key::PhaseSet)?.parse().ok() } else { None }
    }

    /// FT, unless passed.
    pub(super) fn filter(&self) -> Option<&'l str> {
        self.text(Key::Filter).filter(|filter| !is_passed(filter))
    }
}
