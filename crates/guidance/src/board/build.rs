//! From what is known to the sections of a brief.

mod findings;
mod inherited;
mod options;
mod tumor;

use super::material::{Material, Told};
use super::{Brief, Kind, Line, Section};
use model::absence::Absence;

/// Id of the section with the question.
pub(super) const QUESTION: &str = "question";
/// Id of the section that says what changed since the version before.
pub(super) const CHANGES: &str = "changes";

/// Packs and rules that are named at the foot of each page; the section of sources has all.
const FOOT_MAX: usize = 3;

/// What the brief cannot say.
const LIMITS: [&str; 4] = [
    "The brief shows what the record holds and what evidence says of alterations like these; it \
     chooses no therapy. The decision is the board’s.",
    "What was not tested is not known: silence of a report is absence only where its assay looked.",
    "The criteria of trials that a computer can read are a part of the protocol: screen before \
     you offer.",
    "Other illnesses, organ function and allergies count only as far as a criterion or a \
     medicine above names them.",
];

impl Brief {
    /// The brief of what is known, without what changed.
    pub fn of(material: &Material) -> Self {
        let mut sections = vec![question(material)];
        sections.extend(tumor::sections(material));
        sections.extend(findings::sections(material));
        sections.extend(options::sections(material));
        sections.extend(inherited::sections(material));
        sections.push(sources(material));
        sections.push(Section { notes: LIMITS.map(str::to_owned).to_vec(), ..limits() });
        let first = material.knowledge.iter().take(FOOT_MAX);
        let made_with = first.map(|(name, words)| format!("{name} {words}"));
        Self {
            kind: Kind::TumourBoard,
            head: material.head.clone(),
            made_with: made_with.collect::<Vec<_>>().join(" · "),
            sections,
        }
    }
}

fn limits() -> Section {
    Section::new("limits", "Limits")
}

fn question(material: &Material) -> Section {
    let mut section = Section::new(QUESTION, "Question to the board");
    let asked = material.question.as_deref().map(str::trim).filter(|asked| !asked.is_empty());
    section.fact("Question", vec![asked.map_or_else(not_recorded, Line::plain)]);
    section
}

fn sources(material: &Material) -> Section {
    let mut section = Section::new("sources", "Sources and versions");
    for (name, words) in &material.knowledge {
        section.fact(name, vec![Line::plain(words)]);
    }
    if material.unread > 0 {
        let remarks = if material.unread == 1 { "remark" } else { "remarks" };
        section.notes.push(format!(
            "{} {remarks} on reading: what was not read counts as not known; the page of the \
             tumour lists them.",
            material.unread
        ));
    }
    section
}

/// The fixed word where the record holds nothing.
fn not_recorded() -> Line {
    Line::absent(Absence::NotRecorded.words())
}

/// What is known and where it comes from, or that it is not recorded.
fn told(known: Option<&Told>) -> Vec<Line> {
    known.map_or_else(|| vec![not_recorded()], one)
}

fn one(known: &Told) -> Vec<Line> {
    let words = std::iter::once(Line::plain(&known.words));
    words.chain(known.sources.iter().map(Line::quiet)).collect()
}

fn many(known: &[Told]) -> Vec<Line> {
    if known.is_empty() { vec![not_recorded()] } else { known.iter().flat_map(one).collect() }
}

/// The first of a list as lines, and how many more there are: what a brief leaves out it says.
fn some(lines: &[String], most: usize, what: &str, line: fn(String) -> Line) -> Vec<Line> {
    let mut shown: Vec<Line> = lines.iter().take(most).cloned().map(line).collect();
    if lines.len() > most {
        shown.push(Line::quiet(format!("and {} more {what}", lines.len() - most)));
    }
    shown
}
