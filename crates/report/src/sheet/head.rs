//! The title block: whom the report is about, where the data came from, what it was made with.

use super::Fact;
use crate::pgx::{Person, PgxReport, Shown, Source};
use crate::words::head as words;
use model::absence::Absence;
use model::patient::Sex;
use model::time::PartialDate;

/// Characters of a name or identifier in the lines that run on every page.
const RUNNING_CHARS_MAX: usize = 40;

pub(crate) fn not_recorded(what: &str) -> String {
    format!("{what} {}", Absence::NotRecorded.words())
}

fn sample(report: &PgxReport) -> String {
    let sample = report.head.sample.as_ref().map(|sample| format!("Sample {sample}"));
    sample.unwrap_or_else(|| not_recorded("Sample"))
}

pub(super) fn name(report: &PgxReport) -> String {
    match &report.head.patient {
        Some(person) => person.name.clone().unwrap_or_else(|| not_recorded("Name")),
        None => sample(report),
    }
}

/// Two identifiers of the person, or the sample, each short enough for a line.
pub(super) fn running(report: &PgxReport) -> Vec<String> {
    let Some(person) = &report.head.patient else { return vec![clipped(&sample(report))] };
    let first = person.identifiers.first().map(|one| one.value.as_str());
    running_of(&name(report), person.born, first)
}

/// Name, birth date and first identifier of a person, each short enough for a line.
pub(crate) fn running_of(
    name: &str,
    born: Option<PartialDate>,
    identifier: Option<&str>,
) -> Vec<String> {
    let mut parts = vec![clipped(name)];
    parts.extend(born.map(|born| format!("born {}", words::date(born))));
    parts.push(identifier.map_or_else(|| not_recorded("ID"), |id| format!("ID {}", clipped(id))));
    parts
}

fn clipped(text: &str) -> String {
    if text.chars().count() <= RUNNING_CHARS_MAX {
        return text.to_owned();
    }
    let short: String = text.chars().take(RUNNING_CHARS_MAX - 1).collect();
    format!("{}…", short.trim_end())
}

pub(super) fn made_with(report: &PgxReport) -> String {
    let (pack, engine) = (&report.knowledge, &report.engine);
    format!(
        "Pack {} {} of {} · engine {} {}",
        pack.pack,
        pack.version,
        words::date_text(&pack.date),
        engine.name,
        engine.version
    )
}

pub(super) fn facts(report: &PgxReport) -> Vec<Fact> {
    let head = &report.head;
    let mut facts = match &head.patient {
        Some(person) => person_facts(person, report),
        None => vec![one("Patient", absent())],
    };
    let text = |text: Option<&String>| text.cloned().map_or_else(absent, Shown::Value);
    facts.push(one("Sample", text(head.sample.as_ref())));
    facts.push(laboratories(report));
    let sources: Vec<Shown> = head.sources.iter().map(|one| Shown::Value(source(one))).collect();
    facts.push(many("Source", sources));
    let digests = head.sources.iter().filter_map(|one| one.sha256.clone()).map(Shown::Value);
    let digests: Vec<Shown> = digests.collect();
    if !digests.is_empty() {
        facts.push(many("File SHA-256", digests));
    }
    facts.push(one("Printed", Shown::Value(words::date(head.printed))));
    let pack = &report.knowledge;
    let knowledge = format!("{} {} of {}", pack.pack, pack.version, words::date_text(&pack.date));
    facts.push(one("Knowledge pack", Shown::Value(knowledge)));
    facts.push(one("Pack SHA-256", Shown::Value(pack.digest.clone())));
    let engine = format!("{} {}", report.engine.name, report.engine.version);
    facts.push(one("Engine", Shown::Value(engine)));
    facts
}

fn person_facts(person: &Person, report: &PgxReport) -> Vec<Fact> {
    let born = person.born.map(|born| words::born(born, report.head.printed));
    let identifiers = person.identifiers.iter();
    let identifiers =
        identifiers.map(|one| Shown::Value(format!("{} ({})", one.value, one.authority)));
    vec![
        one("Born", born.map_or_else(absent, Shown::Value)),
        one("Sex", sex(person.sex)),
        many("Identifiers", identifiers.collect()),
    ]
}

pub(crate) fn sex(sex: Sex) -> Shown {
    match sex {
        Sex::Unknown => absent(),
        sex => Shown::Value(words::sex(sex).to_owned()),
    }
}

/// Each laboratory once.
fn laboratories(report: &PgxReport) -> Fact {
    let mut names: Vec<Shown> = Vec::new();
    for name in report.head.sources.iter().filter_map(|source| source.laboratory.clone()) {
        let name = Shown::Value(name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    many("Laboratory", names)
}

/// `Pharmacogenetic panel, no. 4711, 12-May-2026, amended`.
fn source(source: &Source) -> String {
    let mut parts = vec![source.title.clone()];
    parts.extend(source.number.as_ref().map(|number| format!("no. {number}")));
    parts.push(source.date.map_or_else(|| not_recorded("date"), words::date));
    parts.extend(source.status.map(|status| status.words().to_owned()));
    parts.join(", ")
}

pub(crate) fn absent() -> Shown {
    Shown::Absent(Absence::NotRecorded.words().to_owned())
}

pub(crate) fn one(label: &'static str, value: Shown) -> Fact {
    Fact { label, values: vec![value] }
}

pub(crate) fn many(label: &'static str, values: Vec<Shown>) -> Fact {
    Fact { label, values: if values.is_empty() { vec![absent()] } else { values } }
}
