//! Criteria and facts in words.

use crate::criteria::{Criterion, EventAsked, EventKind, Group, Partner, Sex};
use crate::patient::{Born, Day, Patient};
use model::absence::Absence;
use tumor::protein::AskedChange;

pub(super) fn not_recorded() -> String {
    Absence::NotRecorded.words().to_owned()
}

pub(super) fn not_tested() -> String {
    Absence::NotTested.words().to_owned()
}

pub(super) fn or_not_recorded(text: &str) -> String {
    if text.is_empty() { not_recorded() } else { text.to_owned() }
}

pub(super) fn sex(sex: Option<Sex>) -> String {
    sex.map_or_else(not_recorded, |sex| sex_word(sex).to_owned())
}

fn sex_word(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "female",
        Sex::Male => "male",
    }
}

pub(super) fn born(born: Born) -> String {
    let shown = |day: Day| format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
    match (born.earliest, born.latest) {
        (Some(one), Some(other)) if one == other => format!("born {}", shown(one)),
        (Some(one), Some(other)) => format!("born from {} to {}", shown(one), shown(other)),
        (None, Some(latest)) => format!("born {} or earlier", shown(latest)),
        (Some(earliest), None) => format!("born {} or later", shown(earliest)),
        (None, None) => format!("date of birth {}", not_recorded()),
    }
}

/// What a criterion asks, in words.
pub fn expected(criterion: &Criterion) -> String {
    match criterion {
        Criterion::Event(asked) => event(asked),
        Criterion::Biomarker(asked) => {
            let levels: Vec<&str> = asked.levels.iter().map(|level| level.words()).collect();
            let mut parts = vec![asked.kind.words().to_owned()];
            if !levels.is_empty() {
                parts.push(levels.join(" or "));
            }
            if let Some(bound) = asked.bound {
                parts.push(format!("{} {}", bound.comparison.sign(), bound.value));
            }
            if !asked.methods.is_empty() {
                parts.push(format!("by {}", asked.methods.join(" or ")));
            }
            parts.join(" ")
        }
        Criterion::Diagnosis(asked) => {
            let group = asked.group.map(|group| match group {
                Group::Solid => "any solid tumour",
                Group::Liquid => "any tumour of blood or lymph",
            });
            let names = asked.any_of.iter().map(|one| one.name.as_str());
            names.chain(group).collect::<Vec<_>>().join(" or ")
        }
        Criterion::Stage(stages) => format!("stage {}", stages.join(" or ")),
        Criterion::Age(asked) => {
            let months = match asked.months {
                0 => String::new(),
                months => format!(" and {months} months"),
            };
            format!("age {} {} years{months}", asked.comparison.sign(), asked.years)
        }
        Criterion::Sex(asked) => sex_word(*asked).to_owned(),
        Criterion::Performance(asked) => format!("ECOG at most {}", asked.ecog_max),
        Criterion::PriorTherapy(asked) => format!("treated before with {}", asked.name),
        Criterion::Lab(asked) => {
            let bound = asked.bound;
            format!("{} {} {} {}", asked.name, bound.comparison.sign(), bound.value, asked.unit)
        }
        Criterion::Text(text) => text.clone(),
        Criterion::Unresolved(key) => format!("`{}`: {}", key.key, key.value),
    }
}

fn event(asked: &EventAsked) -> String {
    let gene = asked.gene.as_ref().map_or("any gene", |gene| gene.symbol.as_str());
    let mut text = match (&asked.change, &asked.partner) {
        (Some(AskedChange::Residue(residue)), _) => format!("{gene} missense change at {residue}"),
        (Some(AskedChange::DeletionWithin(from, to)), _) => {
            format!("{gene} in-frame deletion within {from} to {to}")
        }
        (Some(AskedChange::InsertionWithin(from, to)), _) => {
            format!("{gene} in-frame insertion within {from} to {to}")
        }
        (Some(change), _) => format!("{gene} {change}"),
        (None, Some(Partner::Gene(partner))) => {
            format!("{gene} rearrangement with {}", partner.symbol)
        }
        (None, Some(Partner::AnyGene)) => format!("{gene} rearrangement with some gene"),
        (None, Some(Partner::Intergenic)) => format!("{gene} rearrangement, intergenic"),
        (None, None) => format!("{gene} {}", kinds(asked)),
    };
    if let Some(exon) = asked.exon {
        text.push_str(" in exon ");
        text.push_str(&exon.to_string());
    }
    if !asked.consequences.is_empty() {
        let words: Vec<&str> = asked.consequences.iter().map(|one| one.words()).collect();
        text = format!("{text} ({})", words.join(" or "));
    }
    if let Some(function) = asked.function {
        text.push_str(match function {
            tumor::Function::Activating => ", activating",
            tumor::Function::Inactivating => ", inactivating",
        });
    }
    text
}

fn kinds(asked: &EventAsked) -> String {
    let words: Vec<String> = asked
        .kinds
        .iter()
        .map(|kind| match kind {
            EventKind::Short => "small variant".to_owned(),
            EventKind::Copy if asked.copies.is_empty() => "change of copy number".to_owned(),
            EventKind::Copy => {
                let words: Vec<&str> = asked.copies.iter().map(|one| one.words()).collect();
                words.join(" or ")
            }
            EventKind::Rearrangement => "rearrangement".to_owned(),
        })
        .collect();
    words.join(" or ")
}

/// Which fact is missing and what would supply it.
pub fn missing(criterion: &Criterion, patient: &Patient) -> String {
    match criterion {
        Criterion::Event(asked) => {
            let gene = asked.gene.as_ref();
            let name = gene.map_or("the gene", |gene| gene.symbol.as_str());
            let untested: Vec<&str> = asked
                .classes()
                .into_iter()
                .filter(|(class, exon)| {
                    !gene.is_some_and(|gene| patient.tumor.tested(gene.hgnc, *class, *exon))
                })
                .map(|(class, _)| class.words())
                .collect();
            if untested.is_empty() {
                format!("{name}: a report that states more of what was found")
            } else {
                format!("{name}: a test of {}", untested.join(" and "))
            }
        }
        Criterion::Biomarker(asked) => format!("a test of {}", asked.kind.words()),
        Criterion::Diagnosis(_) => "the type of the tumour, exactly".to_owned(),
        Criterion::Stage(_) => "the stage".to_owned(),
        Criterion::Age(_) => "the date of birth".to_owned(),
        Criterion::Sex(_) => "the sex".to_owned(),
        Criterion::Performance(_) => "the performance status (ECOG)".to_owned(),
        Criterion::PriorTherapy(asked) => format!("whether {} was given before", asked.name),
        Criterion::Lab(asked) => format!("{} in {}", asked.name, asked.unit),
        Criterion::Text(text) => format!("a person to read: {text}"),
        Criterion::Unresolved(key) => format!("a curator to map `{}`", key.key),
    }
}
