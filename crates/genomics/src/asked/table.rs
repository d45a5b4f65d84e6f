//! The operations of the Genomics Reporting guide and their parameters, as its
//! OperationDefinitions have them.

/// What a caller gave for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Text; of a list, with its commas.
    Text(String),
    /// A boolean.
    Flag(bool),
    /// A period.
    Period {
        /// Its start as sent.
        start: Option<String>,
        /// Its end as sent.
        end: Option<String>,
    },
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The patient.
    Subject,
    /// Variants: HGVS or SPDI.
    Variants,
    /// Ranges.
    Ranges,
    /// Tokens.
    Tokens,
    /// A range of dates.
    Dates,
    /// `germline` or `somatic`.
    SourceClass,
    /// A boolean.
    Flag,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be given.
    pub is_required: bool,
    /// Whether it may be given several times.
    pub repeats: bool,
}

/// About whom an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One patient.
    Patient,
    /// Everybody whom the caller may see.
    Population,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name without `$`.
    pub name: &'static str,
    /// About whom.
    pub subject: Subject,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Whether all of a repeated `variants` or `haplotypes` must hold; else repeats add to a list.
    pub repeats_are_and: bool,
    /// The folder of HL7's reference server it is in: `genotype`, `phenotype` or `metadata`.
    pub group: &'static str,
}

impl Operation {
    /// A parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// All of them.
    pub const ALL: &'static [Self] = OPERATIONS;
}

/// An operation by its name without `$`.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

const fn one(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, is_required: false, repeats: false }
}

const fn many(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, is_required: false, repeats: true }
}

const fn needed(parameter: Parameter) -> Parameter {
    Parameter { is_required: true, ..parameter }
}

const SUBJECT: Parameter = needed(one("subject", Kind::Subject));
const VARIANTS: Parameter = many("variants", Kind::Variants);
const RANGES: Parameter = many("ranges", Kind::Ranges);
const HAPLOTYPES: Parameter = many("haplotypes", Kind::Tokens);
const GENES: Parameter = needed(many("genes", Kind::Tokens));
const TREATMENTS: Parameter = many("treatments", Kind::Tokens);
const CONDITIONS: Parameter = many("conditions", Kind::Tokens);
const CONSEQUENCES: Parameter = many("featureConsequences", Kind::Tokens);
const TESTS: Parameter = many("testIdentifiers", Kind::Tokens);
/// One period, or, in an address, several dates with prefixes.
const DATES: Parameter = many("testDateRange", Kind::Dates);
const SPECIMENS: Parameter = many("specimenIdentifiers", Kind::Tokens);
const SOURCE: Parameter = one("genomicSourceClass", Kind::SourceClass);
const SHOW_VARIANTS: Parameter = one("includeVariants", Kind::Flag);
const SHOW_PHASING: Parameter = one("includePhasing", Kind::Flag);
const SHOW_PATIENTS: Parameter = one("includePatientList", Kind::Flag);

const STRUCTURAL: &[Parameter] =
    &[SUBJECT, needed(RANGES), TESTS, DATES, SPECIMENS, SOURCE, SHOW_VARIANTS];
const STRUCTURAL_OF_ALL: &[Parameter] = &[needed(RANGES), SOURCE, SHOW_PATIENTS];

const fn of_patient(
    name: &'static str,
    group: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    let subject = Subject::Patient;
    Operation { name, subject, parameters, repeats_are_and: false, group }
}

const fn of_all(
    name: &'static str,
    group: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    let subject = Subject::Population;
    Operation { name, subject, parameters, repeats_are_and: true, group }
}

const OPERATIONS: &[Operation] = &[
    of_patient(
        "find-subject-variants",
        "genotype",
        &[SUBJECT, needed(RANGES), TESTS, DATES, SPECIMENS, SOURCE, SHOW_VARIANTS, SHOW_PHASING],
    ),
    of_patient(
        "find-subject-specific-variants",
        "genotype",
        &[SUBJECT, needed(VARIANTS), TESTS, DATES, SPECIMENS, SOURCE],
    ),
    of_patient("find-subject-structural-intersecting-variants", "genotype", STRUCTURAL),
    of_patient("find-subject-structural-subsuming-variants", "genotype", STRUCTURAL),
    of_patient(
        "find-subject-haplotypes",
        "genotype",
        &[SUBJECT, GENES, TESTS, DATES, SPECIMENS, SOURCE],
    ),
    of_patient(
        "find-subject-specific-haplotypes",
        "genotype",
        &[SUBJECT, needed(HAPLOTYPES), TESTS, DATES, SPECIMENS, SOURCE],
    ),
    of_patient(
        "find-subject-tx-implications",
        "phenotype",
        &[
            SUBJECT, VARIANTS, RANGES, HAPLOTYPES, TREATMENTS, CONDITIONS, TESTS, DATES, SPECIMENS,
            SOURCE,
        ],
    ),
    of_patient(
        "find-subject-dx-implications",
        "phenotype",
        &[SUBJECT, VARIANTS, RANGES, CONDITIONS, TESTS, DATES, SPECIMENS, SOURCE],
    ),
    of_patient(
        "find-subject-molecular-consequences",
        "phenotype",
        &[SUBJECT, VARIANTS, RANGES, CONSEQUENCES, TESTS, DATES, SPECIMENS, SOURCE],
    ),
    of_patient("find-study-metadata", "metadata", &[SUBJECT, TESTS, DATES, SPECIMENS, RANGES]),
    of_all(
        "find-population-specific-variants",
        "genotype",
        &[needed(VARIANTS), SOURCE, SHOW_PATIENTS],
    ),
    of_all("find-population-structural-intersecting-variants", "genotype", STRUCTURAL_OF_ALL),
    of_all("find-population-structural-subsuming-variants", "genotype", STRUCTURAL_OF_ALL),
    of_all(
        "find-population-specific-haplotypes",
        "genotype",
        &[needed(HAPLOTYPES), SOURCE, SHOW_PATIENTS],
    ),
    of_all(
        "find-population-tx-implications",
        "phenotype",
        &[VARIANTS, HAPLOTYPES, TREATMENTS, CONDITIONS, SOURCE, SHOW_PATIENTS],
    ),
    of_all(
        "find-population-dx-implications",
        "phenotype",
        &[VARIANTS, HAPLOTYPES, CONDITIONS, SOURCE, SHOW_PATIENTS],
    ),
    of_all(
        "find-population-molecular-consequences",
        "phenotype",
        &[VARIANTS, CONSEQUENCES, SOURCE, SHOW_PATIENTS],
    ),
];
