//! Documents of statements, the brief for a tumour board and the molecular summary, as a page and
//! as a document.
//!
//! What it says stands in [`Brief`]; here is only how it is set. Nothing is added but the title
//! block and the lines that run on every page, and nothing is left out.

use crate::html::board;
use crate::pgx::Shown;
use crate::sheet::Fact;
use crate::sheet::head::{absent, many, not_recorded, one, running_of, sex};
use crate::words::head as words;
use guidance::board::Brief;
use serde::Serialize;

#[cfg(feature = "pdf")]
use crate::typeset::{self, Failure};

/// Where the page leads: words and address. On paper there is none of it.
pub type Links<'l> = &'l [(&'l str, String)];

/// The brief as one HTML page, under [`crate::content_security_policy`]. The same brief gives the
/// same bytes.
pub fn html(brief: &Brief, links: Links<'_>) -> String {
    board::page(&BriefSheet::of(brief), links)
}

/// The brief as a tagged PDF (PDF/UA-1, A4). The same brief gives the same bytes.
///
/// # Errors
/// When it is longer than [`crate::VIEW_BYTES_MAX`] or cannot be typeset.
#[cfg(feature = "pdf")]
pub fn pdf(brief: &Brief) -> Result<Vec<u8>, Failure> {
    typeset::brief(brief)
}

/// What the page and the document show beside the brief's sections.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BriefSheet<'b> {
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) running: Vec<String>,
    pub(crate) made_with: &'b str,
    pub(crate) printed: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) labels: BriefLabels,
    pub(crate) brief: &'b Brief,
}

/// Words that are the same in every brief.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BriefLabels {
    pub(crate) report: &'static str,
    pub(crate) nameless: &'static str,
}

impl<'b> BriefSheet<'b> {
    pub(crate) fn of(brief: &'b Brief) -> Self {
        let head = &brief.head;
        let name = head.name.clone().filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| not_recorded("Name"));
        // In the running lines an identifier stands without its authority.
        let first = head.identifiers.first().and_then(|one| one.split(" (").next());
        let running = running_of(&name, head.born, first);
        Self {
            title: format!("{}: {}", brief.kind.words(), running.join(", ")),
            name,
            running,
            made_with: &brief.made_with,
            printed: format!("Made {} · {}", words::date(head.made), brief.issue_words()),
            facts: facts(brief),
            labels: BriefLabels { report: brief.kind.words(), nameless: "Name not recorded" },
            brief,
        }
    }
}

fn facts(brief: &Brief) -> Vec<Fact> {
    let head = &brief.head;
    let born = head.born.map(|born| Shown::Value(words::born(born, head.made)));
    vec![
        one("Born", born.unwrap_or_else(absent)),
        one("Sex", sex(head.sex)),
        many("Identifiers", head.identifiers.iter().cloned().map(Shown::Value).collect()),
        one("Version", Shown::Value(brief.issue_words())),
        one("Report", Shown::Value(head.id.clone())),
        one("Made", Shown::Value(words::date(head.made))),
    ]
}
