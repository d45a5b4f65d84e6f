//! The brief of a patient for a tumour board: one page of statements, which the page and the
//! document both show.
//!
//! The brief holds words in the order in which they are read: sections of labelled facts and of
//! rows. Whoever renders it adds nothing and leaves nothing out, so what is printed is what was on
//! the screen, and two versions of a brief can be compared statement by statement.
//!
//! Contents: who, the question, the diagnosis, what was tested and what was not, findings with both
//! tiers, therapies with what speaks against them, trials with what is missing, what is inherited,
//! sources and limits; the order of result, meaning and limits is that of EJHG 2020, PMC7316722.

mod build;
mod change;
pub mod material;

pub use change::{Difference, differences};

use model::patient::Sex;
use model::time::PartialDate;
use serde::{Deserialize, Serialize};

/// The whole brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// What it is; what was issued before there were several is for a tumour board.
    #[serde(default)]
    pub kind: Kind,
    /// Whom it is about, and which version it is.
    pub head: Head,
    /// With which knowledge, for the foot of each page.
    pub made_with: String,
    /// The sections, in the order in which they are read.
    pub sections: Vec<Section>,
}

/// What a document of statements is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What a tumour board reads of a patient.
    #[default]
    TumourBoard,
    /// The patient page on paper.
    Summary,
}

impl Kind {
    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::TumourBoard => "Tumour-board brief",
            Self::Summary => "Molecular summary",
        }
    }

    /// The word for it in codes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TumourBoard => "tumour-board-brief",
            Self::Summary => "molecular-summary",
        }
    }
}

/// Whom the brief is about, and which version it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The report's id; the same in all its versions.
    pub id: String,
    /// Draft, or a version.
    pub issue: Issue,
    /// Name as clinical banners write it, `EXAMPLE, Ana`.
    pub name: Option<String>,
    /// Identifiers with their authority, the most used first: `100001 (urn:example:mrn)`.
    pub identifiers: Vec<String>,
    /// Birth date, as far as it is known.
    pub born: Option<PartialDate>,
    /// Administrative sex.
    pub sex: Sex,
    /// The day it was made; handed in, because nothing here has a clock.
    pub made: PartialDate,
}

/// Whether the brief was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Issue {
    /// Made just now, of what the record holds; nobody has issued it.
    Draft {
        /// The version that was issued last.
        after: Option<u64>,
    },
    /// Issued, and since then not changed.
    Issued {
        /// Counted from 1; from 2 on it is amended.
        version: u64,
        /// By whom.
        by: String,
    },
}

/// A part of the brief.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// A word for it: `findings`.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What must be seen first.
    pub remark: Option<String>,
    /// The first sentence.
    pub lead: Option<String>,
    /// Facts: a label, then what is known.
    pub facts: Vec<Row>,
    /// Heads of the columns of the rows.
    pub heads: Vec<String>,
    /// Rows, each with as many cells as there are heads.
    pub rows: Vec<Row>,
    /// Sentences at the end.
    pub notes: Vec<String>,
}

/// A row of cells, or a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is about; the same in the next version of the brief.
    pub key: String,
    /// Its cells, each of lines.
    pub cells: Vec<Vec<Line>>,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// How it is said.
    pub kind: LineKind,
    /// What is said.
    pub text: String,
}

/// How a line is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// As it is.
    Plain,
    /// What the row is about.
    Strong,
    /// Where it comes from; it makes no version differ from another.
    Quiet,
    /// Nothing is known, in the fixed words for absence.
    Absent,
    /// It must be seen: a difference, a contradiction, a test to order.
    Remark,
}

impl Line {
    fn new(kind: LineKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    fn plain(text: impl Into<String>) -> Self {
        Self::new(LineKind::Plain, text)
    }

    fn strong(text: impl Into<String>) -> Self {
        Self::new(LineKind::Strong, text)
    }

    fn quiet(text: impl Into<String>) -> Self {
        Self::new(LineKind::Quiet, text)
    }

    fn absent(text: impl Into<String>) -> Self {
        Self::new(LineKind::Absent, text)
    }

    fn remark(text: impl Into<String>) -> Self {
        Self::new(LineKind::Remark, text)
    }
}

impl Section {
    fn new(id: &str, heading: impl Into<String>) -> Self {
        Self { id: id.to_owned(), heading: heading.into(), ..Self::default() }
    }

    fn heads(mut self, heads: &[&str]) -> Self {
        self.heads = heads.iter().map(|head| (*head).to_owned()).collect();
        self
    }

    fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = Some(lead.into());
        self
    }

    fn fact(&mut self, label: &str, lines: Vec<Line>) {
        let cells = vec![vec![Line::quiet(label)], lines];
        self.facts.push(Row { key: label.to_owned(), cells });
    }

    /// Every text of the section, in the order in which it stands.
    pub fn texts(&self) -> Vec<&str> {
        let rows = self.facts.iter().chain(&self.rows);
        let lines = rows.flat_map(|row| row.cells.iter().flatten()).map(|line| line.text.as_str());
        let first = [Some(&self.heading), self.remark.as_ref(), self.lead.as_ref()];
        let first = first.into_iter().flatten().map(String::as_str);
        // Heads stand over rows only.
        let heads = self.heads.iter().filter(|_| !self.rows.is_empty()).map(String::as_str);
        first.chain(heads).chain(lines).chain(self.notes.iter().map(String::as_str)).collect()
    }
}

impl Brief {
    /// Version and state in words: `Version 2, amended, issued by Dr. Demo`.
    pub fn issue_words(&self) -> String {
        match &self.head.issue {
            Issue::Draft { after: None } => "Draft: nobody has issued it".to_owned(),
            Issue::Draft { after: Some(version) } => {
                format!("Draft after version {version}: nobody has issued it")
            }
            Issue::Issued { version: 1, by } => format!("Version 1, issued by {by}"),
            Issue::Issued { version, by } => format!("Version {version}, amended, issued by {by}"),
        }
    }

    /// The question to the board; `None` where nobody has asked one.
    pub fn question(&self) -> Option<&str> {
        let section = self.sections.iter().find(|section| section.id == build::QUESTION)?;
        let line = section.facts.first()?.cells.get(1)?.first()?;
        (line.kind == LineKind::Plain).then_some(line.text.as_str())
    }
}

#[cfg(test)]
mod tests;
