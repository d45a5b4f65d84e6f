//! A request: the operations, their parameters, and what a caller gave for them.

mod table;

pub use table::{Given, Kind, Operation, Parameter, Subject, operation};

use crate::allele::{Allele, NoReference, Reference};
use crate::answer::Fault;
use crate::date::{Condition, Span};
use crate::finding::{Filter, SourceClass};
use crate::hgvs::{self, Place};
use crate::range::Range;
use crate::spdi;
use crate::token::{Token, split_list, unescape};

/// Items that one parameter may list.
pub const ITEMS_MAX: usize = 200;
/// Bytes that one value may have.
pub const VALUE_BYTES_MAX: usize = 20_000;

/// A variant asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As the caller wrote it.
    pub text: String,
    /// The expression's name, by which spellings to the letter are found.
    pub name: String,
    /// Its form, if the expression alone gives its place.
    pub allele: Option<Allele>,
}

/// A range asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRange {
    /// As the caller wrote it.
    pub text: String,
    /// The range.
    pub range: Range,
}

/// Whether narrowing is needed for an answer, and what is shown by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// The guide's.
    Guide,
    /// That of HL7's public reference server, for its clients: variants are included by default,
    /// and implications without a narrowing parameter are none.
    ReferenceServer,
}

/// What is asked. Lists of lists: all of the outer ones, any of an inner one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The patient, as the caller wrote it.
    pub subject: String,
    /// Variants.
    pub variants: Vec<Vec<Wanted>>,
    /// Ranges.
    pub ranges: Vec<AskedRange>,
    /// Haplotypes and genotypes.
    pub haplotypes: Vec<Vec<Token>>,
    /// Genes.
    pub genes: Vec<Token>,
    /// Treatments.
    pub treatments: Vec<Token>,
    /// Conditions.
    pub conditions: Vec<Token>,
    /// Consequences of the Sequence Ontology.
    pub consequences: Vec<Token>,
    /// Which findings.
    pub filter: Filter,
    /// Whether variants are in the answer.
    pub include_variants: bool,
    /// Whether their phases are.
    pub include_phasing: bool,
    /// Whether a count names its patients.
    pub include_patients: bool,
}

impl Asked {
    /// Reads what was given for an operation.
    ///
    /// # Errors
    /// A parameter that is missing, unknown, given too often or malformed, named with its item.
    pub fn read(
        operation: &Operation,
        contract: Contract,
        given: &[(String, Given)],
        reference: &dyn Reference,
    ) -> Result<Self, Fault> {
        let includes = contract == Contract::ReferenceServer;
        let mut asked = Self { include_variants: includes, ..Self::default() };
        for (name, _) in given {
            if operation.parameter(name).is_none() {
                return Err(Fault::invalid(name.as_str(), "is no parameter of this operation"));
            }
        }
        for parameter in operation.parameters {
            let values: Vec<&Given> =
                given.iter().filter(|(name, _)| name == parameter.name).map(|(_, g)| g).collect();
            if values.is_empty() && parameter.is_required {
                return Err(Fault::invalid(parameter.name, "is missing"));
            }
            if values.len() > 1 && !parameter.repeats {
                return Err(Fault::invalid(parameter.name, "is given more than once"));
            }
            asked.take(parameter, &values, reference)?;
        }
        if !operation.repeats_are_and {
            asked.variants = merged(asked.variants);
            asked.haplotypes = merged(asked.haplotypes);
        }
        asked.include_variants |= asked.include_phasing;
        Ok(asked)
    }

    fn take(
        &mut self,
        parameter: &Parameter,
        values: &[&Given],
        reference: &dyn Reference,
    ) -> Result<(), Fault> {
        let name = parameter.name;
        for value in values {
            match (parameter.kind, value) {
                (Kind::Flag, value) => {
                    let flag = flag(name, value)?;
                    match name {
                        "includeVariants" => self.include_variants = flag,
                        "includePhasing" => self.include_phasing = flag,
                        _ => self.include_patients = flag,
                    }
                }
                (Kind::Dates, value) => self.filter.dates.extend(dates(name, value)?),
                (Kind::Subject, Given::Text(text)) => text.trim().clone_into(&mut self.subject),
                (Kind::SourceClass, Given::Text(text)) => {
                    self.filter.source_class = Some(source_class(name, text)?);
                }
                (Kind::Variants, Given::Text(text)) => {
                    let read = |item: &String| wanted(name, item, reference);
                    let items = items(name, text)?;
                    self.variants.push(items.iter().map(read).collect::<Result<_, _>>()?);
                }
                (Kind::Ranges, Given::Text(text)) => {
                    for item in items(name, text)? {
                        let range = Range::parse(&item)
                            .map_err(|bad| Fault::invalid(name, format!("`{item}` {bad}")))?;
                        self.ranges.push(AskedRange { text: item, range });
                    }
                }
                (Kind::Tokens, Given::Text(text)) => self.tokens(name, text)?,
                _ => return Err(Fault::invalid(name, "has a value of another type")),
            }
        }
        let most = self.ranges.len().max(self.genes.len()).max(self.variants.len());
        if most > ITEMS_MAX {
            return Err(Fault::invalid(name, format!("lists more than {ITEMS_MAX} items")));
        }
        Ok(())
    }

    fn tokens(&mut self, name: &'static str, text: &str) -> Result<(), Fault> {
        let read = |item: &String| {
            Token::parse(item).ok_or_else(|| Fault::invalid(name, "has an empty item"))
        };
        let tokens: Vec<Token> =
            items(name, text)?.iter().map(read).collect::<Result<_, Fault>>()?;
        match name {
            "haplotypes" => self.haplotypes.push(tokens),
            "genes" => self.genes.extend(tokens),
            "treatments" => self.treatments.extend(tokens),
            "conditions" => self.conditions.extend(tokens),
            "featureConsequences" => self.consequences.extend(tokens),
            "testIdentifiers" => self.filter.tests.extend(tokens),
            _ => self.filter.specimens.extend(tokens),
        }
        Ok(())
    }

    /// Whether anything narrows the answer but the filter.
    pub fn is_narrowed(&self) -> bool {
        !(self.variants.is_empty()
            && self.ranges.is_empty()
            && self.haplotypes.is_empty()
            && self.treatments.is_empty()
            && self.conditions.is_empty()
            && self.consequences.is_empty())
    }
}

/// One list of what several lists hold.
fn merged<T>(lists: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let all: Vec<T> = lists.into_iter().flatten().collect();
    if all.is_empty() { Vec::new() } else { vec![all] }
}

/// The items of a list.
fn items(name: &str, text: &str) -> Result<Vec<String>, Fault> {
    if text.len() > VALUE_BYTES_MAX {
        return Err(Fault::invalid(name, format!("has more than {VALUE_BYTES_MAX} bytes")));
    }
    let items: Vec<String> = split_list(text).iter().map(|item| item.trim().to_owned()).collect();
    if items.iter().any(String::is_empty) {
        return Err(Fault::invalid(name, "has an empty item"));
    }
    if items.len() > ITEMS_MAX {
        return Err(Fault::invalid(name, format!("lists more than {ITEMS_MAX} items")));
    }
    Ok(items)
}

/// Reads a variant asked for: HGVS or SPDI.
fn wanted(name: &str, text: &str, reference: &dyn Reference) -> Result<Wanted, Fault> {
    let plain = unescape(text);
    let (change, read_name) = match (spdi::parse(&plain), hgvs::parse(&plain)) {
        (Some(change), _) => (Some(change), plain.clone()),
        (None, Some(hgvs)) => match hgvs.place {
            Place::Change(change) => (Some(change), hgvs.name),
            Place::Bounds { .. } | Place::Elsewhere => (None, hgvs.name),
        },
        (None, None) => {
            let text = format!("`{text}` is neither an HGVS expression nor an SPDI");
            return Err(Fault::invalid(name, text));
        }
    };
    let allele = change.map(|change| change.canonical(reference)).transpose().map_err(|_| {
        Fault::invalid(name, format!("`{text}` contradicts the bases of its reference sequence"))
    })?;
    Ok(Wanted { text: plain, name: read_name, allele })
}

impl Wanted {
    /// Reads a variant without a reference sequence at hand; for tests and stored spellings.
    ///
    /// # Errors
    /// As in a request.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        wanted("variants", text, &NoReference)
    }
}

fn flag(name: &str, value: &Given) -> Result<bool, Fault> {
    match value {
        Given::Flag(flag) => Ok(*flag),
        Given::Text(text) if text == "true" => Ok(true),
        Given::Text(text) if text == "false" => Ok(false),
        _ => Err(Fault::invalid(name, "is neither true nor false")),
    }
}

fn dates(name: &str, value: &Given) -> Result<Vec<Condition>, Fault> {
    let bad = || Fault::invalid(name, "is no date with a prefix, such as ge2020-06-01");
    match value {
        Given::Text(text) => {
            items(name, text)?.iter().map(|d| Condition::parse(d).ok_or_else(bad)).collect()
        }
        Given::Period { start, end } => {
            let period = Span::period(start.as_deref(), end.as_deref());
            period.map(Condition::within).ok_or_else(|| Fault::invalid(name, "is no period"))
        }
        Given::Flag(_) => Err(bad()),
    }
}

/// `germline`, `somatic`, or their LOINC answers, with or without a system.
fn source_class(name: &str, text: &str) -> Result<SourceClass, Fault> {
    let code = text.rsplit('|').next().unwrap_or(text).trim();
    match code.to_ascii_lowercase().as_str() {
        "germline" | "la6683-2" => Ok(SourceClass::Germline),
        "somatic" | "la6684-0" => Ok(SourceClass::Somatic),
        _ => Err(Fault::invalid(name, format!("`{text}` is neither germline nor somatic"))),
    }
}

#[cfg(test)]
mod tests;
