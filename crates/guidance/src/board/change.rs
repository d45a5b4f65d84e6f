//! What a later brief says otherwise.

use super::build::CHANGES;
use super::{Brief, Line, LineKind, Row, Section};
use std::collections::BTreeMap;

/// One difference between two briefs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Heading of the section.
    pub section: String,
    /// What it is about.
    pub about: String,
    /// What was said; `None` if nothing was.
    pub before: Option<String>,
    /// What is said now; `None` if nothing is any more.
    pub after: Option<String>,
}

/// Section, and what the statement is about.
type Key<'b> = (&'b str, &'b str);

/// What a brief says, statement by statement, without where it comes from.
fn said(brief: &Brief) -> Vec<(Key<'_>, (&str, String))> {
    let sections = brief.sections.iter().filter(|section| section.id != CHANGES);
    let statements = sections.flat_map(|section| {
        section.facts.iter().chain(&section.rows).map(move |row| {
            let key = (section.id.as_str(), row.key.as_str());
            (key, (section.heading.as_str(), words(row)))
        })
    });
    let mut said: Vec<(Key<'_>, (&str, String))> = Vec::new();
    for (key, (heading, words)) in statements {
        // Two reports may find the same: what both say of it is one statement.
        match said.iter_mut().find(|(known, _)| *known == key) {
            Some((_, (_, known))) if *known == words => {}
            Some((_, (_, known))) => *known = format!("{known} / {words}"),
            None => said.push((key, (heading, words))),
        }
    }
    said
}

fn words(row: &Row) -> String {
    let lines = row.cells.iter().flatten().filter(|line| line.kind != LineKind::Quiet);
    lines.map(|line| line.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// What is new, what is gone and what is said otherwise, in the order of the brief.
pub fn differences(before: &Brief, after: &Brief) -> Vec<Difference> {
    let (was, is) = (said(before), said(after));
    let known: BTreeMap<Key<'_>, &str> =
        was.iter().map(|(key, (_, words))| (*key, words.as_str())).collect();
    let mut found = Vec::new();
    for (key, (section, words)) in &is {
        let before = known.get(key);
        if before.is_none_or(|before| before != words) {
            found.push(Difference {
                section: (*section).to_owned(),
                about: key.1.to_owned(),
                before: before.map(|before| (*before).to_owned()),
                after: Some(words.clone()),
            });
        }
    }
    for (key, (section, words)) in was.iter().filter(|(key, _)| !is.iter().any(|one| one.0 == *key))
    {
        found.push(Difference {
            section: (*section).to_owned(),
            about: key.1.to_owned(),
            before: Some(words.clone()),
            after: None,
        });
    }
    found
}

impl Brief {
    /// The brief with what changed since a version of it in front.
    #[must_use]
    pub fn since(mut self, version: u64, before: &Self) -> Self {
        let found = differences(before, &self);
        let mut section = Section::new(CHANGES, format!("Changed since version {version}"))
            .heads(&["What", "Before", "Now"]);
        if found.is_empty() {
            section.lead = Some("Nothing has changed.".to_owned());
        }
        let side = |said: Option<String>, none: &str| {
            vec![said.map_or_else(|| Line::absent(none), Line::plain)]
        };
        let row = |one: Difference| Row {
            key: format!("{} {}", one.section, one.about),
            cells: vec![
                vec![Line::strong(one.about), Line::quiet(one.section)],
                side(one.before, "not said"),
                side(one.after, "no longer said"),
            ],
        };
        section.rows = found.into_iter().map(row).collect();
        self.sections.retain(|section| section.id != CHANGES);
        self.sections.insert(0, section);
        self
    }
}
