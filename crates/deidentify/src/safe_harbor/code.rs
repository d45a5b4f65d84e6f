//! Codes that pass: of known systems, by the grammar or the check digit of each.
//!
//! A code of a system that is not here may be anything, a number of a record included.

/// How the codes of a system look.
enum Grammar {
    /// Digits, at most so many, the first one not zero.
    Digits(usize),
    /// Digits with the check digit of SNOMED CT.
    Snomed,
    /// LOINC: digits, a hyphen and the check digit; answers and parts with their prefix.
    Loinc,
    /// ICD-10 and ICD-10-CM.
    Icd10,
    /// The anatomical therapeutic chemical classification.
    Atc,
    /// `HGNC:` and digits, or digits.
    Hgnc,
    /// One of these.
    Words(&'static [&'static str]),
    /// Nomenclature of variants; passes with genotypes only.
    Hgvs,
}

const SYSTEMS: &[(&str, Grammar)] = &[
    ("http://loinc.org", Grammar::Loinc),
    ("http://snomed.info/sct", Grammar::Snomed),
    ("http://www.nlm.nih.gov/research/umls/rxnorm", Grammar::Digits(8)),
    ("http://hl7.org/fhir/sid/icd-10-cm", Grammar::Icd10),
    ("http://hl7.org/fhir/sid/icd-10", Grammar::Icd10),
    ("http://hl7.org/fhir/sid/cvx", Grammar::Digits(3)),
    ("http://www.whocc.no/atc", Grammar::Atc),
    ("http://www.genenames.org", Grammar::Hgnc),
    ("http://www.genenames.org/geneId", Grammar::Hgnc),
    ("http://varnomen.hgvs.org", Grammar::Hgvs),
    (
        "http://terminology.hl7.org/CodeSystem/observation-category",
        Grammar::Words(&[
            "social-history",
            "vital-signs",
            "imaging",
            "laboratory",
            "procedure",
            "survey",
            "exam",
            "therapy",
            "activity",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        Grammar::Words(&[
            "A", "AA", "D", "E", "H", "HH", "I", "IND", "L", "LL", "MS", "N", "NEG", "ND", "NR",
            "POS", "R", "RR", "S", "U", "DET", "EXP", "UNE", "W", "B", "HU", "LU", "SDD", "SYN-R",
            "SYN-S", "TOX", "WR", "NCL", "EX", "HX", "LX", "NS", "CAR", "Carrier",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/v2-0074",
        Grammar::Words(&[
            "AU", "BG", "BLB", "CG", "CH", "CP", "CT", "CTH", "CUS", "EC", "EN", "GE", "HM", "ICU",
            "IMM", "LAB", "MB", "MCB", "MYC", "NMR", "NMS", "NRS", "OSL", "OT", "OTH", "OUS",
            "PAR", "PAT", "PF", "PHR", "PHY", "PT", "RAD", "RC", "RT", "RUS", "RX", "SP", "SR",
            "TX", "VR", "VUS", "XRC",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        Grammar::Words(&[
            "unknown",
            "asked-unknown",
            "temp-unknown",
            "not-asked",
            "asked-declined",
            "masked",
            "not-applicable",
            "unsupported",
            "as-text",
            "error",
            "not-a-number",
            "negative-infinity",
            "positive-infinity",
            "not-performed",
            "not-permitted",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/condition-clinical",
        Grammar::Words(&["active", "recurrence", "relapse", "inactive", "remission", "resolved"]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
        Grammar::Words(&[
            "unconfirmed",
            "provisional",
            "differential",
            "confirmed",
            "refuted",
            "entered-in-error",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/condition-category",
        Grammar::Words(&["problem-list-item", "encounter-diagnosis"]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
        Grammar::Words(&["active", "inactive", "resolved"]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
        Grammar::Words(&["unconfirmed", "presumed", "confirmed", "refuted", "entered-in-error"]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
        Grammar::Words(&[
            "type",
            "normal",
            "recommended",
            "treatment",
            "therapeutic",
            "pre",
            "post",
            "endocrine",
            "pre-puberty",
            "follicular",
            "midcycle",
            "luteal",
            "postmenopausal",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
        Grammar::Words(&["A", "C", "D", "I", "L", "M", "P", "S", "T", "U", "W"]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
        Grammar::Words(&[
            "FTH", "MTH", "NFTH", "NMTH", "BRO", "SIS", "NBRO", "NSIS", "SIB", "SON", "DAU",
            "CHILD", "GRFTH", "GRMTH", "MGRFTH", "MGRMTH", "PGRFTH", "PGRMTH", "AUNT", "MAUNT",
            "PAUNT", "UNCLE", "MUNCLE", "PUNCLE", "COUSN", "MCOUSN", "PCOUSN", "NIECE", "NEPHEW",
            "TWIN", "TWINSIS", "TWINBRO", "ITWIN", "FTWIN", "HSIB", "HBRO", "HSIS", "FAMMEMB",
            "PRN", "NPRN",
        ]),
    ),
    (
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        Grammar::Words(&[
            "AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR",
        ]),
    ),
];

/// Codes of units, longest.
const UNIT_BYTES_MAX: usize = 24;
const HGVS_BYTES_MAX: usize = 200;
/// Unified Code for Units of Measure.
pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// The system of a code that passes, as it is written here.
pub(super) fn known(system: &str, code: &str, with_genotypes: bool) -> Option<&'static str> {
    let (name, grammar) = SYSTEMS.iter().find(|(name, _)| *name == system)?;
    let fits = match grammar {
        Grammar::Digits(most) => is_number(code, *most),
        Grammar::Snomed => is_number(code, 18) && code.len() >= 6 && snomed_checks(code),
        Grammar::Loinc => is_loinc(code),
        Grammar::Icd10 => is_icd10(code),
        Grammar::Atc => is_atc(code),
        Grammar::Hgnc => is_number(code.strip_prefix("HGNC:").unwrap_or(code), 6),
        Grammar::Words(words) => words.contains(&code),
        Grammar::Hgvs => with_genotypes && is_hgvs(code),
    };
    fits.then_some(*name)
}

fn is_number(code: &str, most: usize) -> bool {
    let is_digits = code.bytes().all(|digit| digit.is_ascii_digit());
    !code.is_empty() && code.len() <= most && is_digits && !code.starts_with('0')
}

/// LOINC's check digit: every second digit from the right doubled (Luhn, "mod 10"). Answers,
/// parts and groups have a prefix, which counts in theirs in a way of its own: not checked here.
fn is_loinc(code: &str) -> bool {
    let of_prefix = ["LA", "LP", "LL", "LG"].iter().find_map(|prefix| code.strip_prefix(prefix));
    let Some((digits, check)) = of_prefix.unwrap_or(code).split_once('-') else { return false };
    let Ok(check) = check.parse::<u8>() else { return false };
    if !is_number(digits, 7) || check > 9 {
        return false;
    }
    let mut sum = 0;
    for (place, digit) in digits.bytes().rev().enumerate() {
        let value = digit.wrapping_sub(b'0') * if place % 2 == 0 { 2 } else { 1 };
        sum += value / 10 + value % 10;
    }
    of_prefix.is_some() || check == (10 - sum % 10) % 10
}

/// Verhoeff's permutation; it is applied once more for each place.
const FIRST: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The dihedral check of Verhoeff, which every identifier of SNOMED CT ends with (SNOMED CT
/// Technical Implementation Guide, "Check-digit").
fn snomed_checks(code: &str) -> bool {
    let dihedral = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + (b - 5)) % 5 + 5,
        (false, true) => ((a - 5) + 5 - b) % 5 + 5,
        (false, false) => ((a - 5) + 5 - (b - 5)) % 5,
    };
    let mut check = 0_u8;
    for (place, digit) in code.bytes().rev().enumerate() {
        let mut value = digit.wrapping_sub(b'0');
        for _ in 0..place % 8 {
            let Some(next) = FIRST.get(usize::from(value)) else { return false };
            value = *next;
        }
        check = dihedral(check, value);
    }
    check == 0
}

fn is_icd10(code: &str) -> bool {
    let (category, rest) = code.split_once('.').unwrap_or((code, ""));
    let is_category = match category.as_bytes() {
        [a, b, c] => a.is_ascii_uppercase() && b.is_ascii_digit() && is_capital_or_digit(*c),
        _ => false,
    };
    is_category && rest.len() <= 4 && rest.bytes().all(is_capital_or_digit)
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// One letter, two digits, two letters, two digits, from the left (levels 1 to 5).
fn is_atc(code: &str) -> bool {
    const LETTER: [bool; 7] = [true, false, false, true, true, false, false];
    matches!(code.len(), 1 | 3 | 4 | 5 | 7)
        && code.bytes().zip(LETTER).all(|(byte, is_letter)| {
            if is_letter { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() }
        })
}

fn is_hgvs(code: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:>*=()+-[];?/".contains(&byte);
    code.len() <= HGVS_BYTES_MAX && code.contains(':') && code.bytes().all(is_part)
}

/// Parts of units; a code of UCUM is made of them, of digits and of signs.
const UNITS: &[&str] = &[
    "a",
    "mo",
    "wk",
    "d",
    "h",
    "min",
    "s",
    "ms",
    "kg",
    "g",
    "mg",
    "ug",
    "ng",
    "pg",
    "L",
    "dL",
    "mL",
    "uL",
    "fL",
    "nL",
    "mol",
    "mmol",
    "umol",
    "nmol",
    "pmol",
    "U",
    "mU",
    "kU",
    "uU",
    "[iU]",
    "m[iU]",
    "k[iU]",
    "u[iU]",
    "m",
    "cm",
    "mm",
    "um",
    "nm",
    "m2",
    "mm3",
    "Cel",
    "[degF]",
    "[lb_av]",
    "[in_i]",
    "mm[Hg]",
    "kPa",
    "Pa",
    "osm",
    "mosm",
    "meq",
    "eq",
    "kcal",
    "J",
    "kJ",
    "cal",
    "W",
    "Hz",
    "[pH]",
    "[ppm]",
    "{score}",
    "{copies}",
    "{ratio}",
    "{cells}",
    "{index}",
    "{reads}",
    "{INR}",
    "{mutations}",
    "[arb'U]",
    "[HPF]",
    "Mb",
    "[drp]",
    "{tbl}",
    "{#}",
];

/// Whether a text is a code of a unit: nothing else can be in its place.
pub(super) fn is_unit(code: &str) -> bool {
    if code.is_empty() || code.len() > UNIT_BYTES_MAX {
        return false;
    }
    if matches!(code, "1" | "%") {
        return true;
    }
    code.split(['/', '.']).enumerate().all(|(place, part)| {
        let is_power = matches!(part, "10*3" | "10*6" | "10*9" | "10*12" | "1" | "10");
        let is_per = place == 0 && part.is_empty() && code.starts_with('/');
        let part = part.strip_prefix("100").unwrap_or(part);
        is_power || is_per || UNITS.contains(&part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOINC: &str = "http://loinc.org";
    const SNOMED: &str = "http://snomed.info/sct";

    #[test]
    fn codes_pass_by_their_grammar_and_check_digit() {
        for (system, code, passes) in [
            // Glucose, genetic variant assessment, an answer of the latter.
            (LOINC, "2345-7", true),
            (LOINC, "69548-6", true),
            (LOINC, "LA9633-4", true),
            (LOINC, "2345-8", false),
            (LOINC, "Smith", false),
            // Diabetes mellitus type 2, blood, clinical finding.
            (SNOMED, "44054006", true),
            (SNOMED, "119297000", true),
            (SNOMED, "404684003", true),
            (SNOMED, "44054007", false),
            (SNOMED, "02138", false),
            ("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", true),
            ("http://hl7.org/fhir/sid/icd-10-cm", "C7A.010", true),
            ("http://hl7.org/fhir/sid/icd-10-cm", "Smith", false),
            ("http://www.whocc.no/atc", "B01AC04", true),
            ("http://www.whocc.no/atc", "B01AC0X", false),
            ("http://www.nlm.nih.gov/research/umls/rxnorm", "32968", true),
            ("http://www.nlm.nih.gov/research/umls/rxnorm", "02138", false),
            ("http://www.genenames.org/geneId", "HGNC:2621", true),
            ("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", true),
            ("http://terminology.hl7.org/CodeSystem/observation-category", "smith", false),
            ("http://varnomen.hgvs.org", "NM_000769.4:c.681G>A", false),
            ("https://hospital.example/codes", "2345-7", false),
        ] {
            assert_eq!(known(system, code, false), passes.then_some(system), "{system} {code}");
        }
        let hgvs = "http://varnomen.hgvs.org";
        assert_eq!(known(hgvs, "NM_000769.4:c.681G>A", true), Some(hgvs));
        assert_eq!(known(hgvs, "Jane Smith", true), None);
    }

    #[test]
    fn units_are_units_and_no_words() {
        for (unit, is) in [
            ("mg/dL", true),
            ("10*3/uL", true),
            ("mL/min", true),
            ("mg/kg/d", true),
            ("%", true),
            ("/uL", true),
            ("Smith", false),
            ("mg/Smith", false),
            ("", false),
            ("{smith}", false),
        ] {
            assert_eq!(is_unit(unit), is, "{unit}");
        }
    }
}
