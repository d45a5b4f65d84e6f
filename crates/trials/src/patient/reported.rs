//! A patient out of what a file states.

use super::{Born, Day, Patient};
use crate::criteria::Sex;
use crate::date;
use model::Problem;
use model::tumor::ReportedTumor;
use tumor::normalise::{Normaliser, Panels};
use tumor::oncotree::Found;
use tumor::{Genes, Node, OncoTree, TumorView};

/// Reads patients with the same names and panels.
#[derive(Debug)]
pub struct Reader<'a> {
    tree: &'a OncoTree,
    normaliser: Normaliser<'a>,
    as_of: Day,
}

impl<'a> Reader<'a> {
    /// An age that is stated without its day is at least reached on `as_of`.
    pub fn new(genes: &'a Genes, panels: &'a Panels, tree: &'a OncoTree, as_of: Day) -> Self {
        Self { tree, normaliser: Normaliser::new(genes, panels), as_of }
    }

    /// The patient, with what could not be read.
    pub fn patient(&mut self, reported: &ReportedTumor) -> (Patient, Vec<Problem>) {
        let (profile, mut problems) = self.normaliser.profile(reported);
        let patient = Patient {
            id: reported.sample.clone(),
            born: self.born(reported),
            sex: reported.sex.as_deref().and_then(sex),
            alive: reported.vital.as_deref().and_then(alive),
            diagnoses: self.diagnoses(reported, &mut problems),
            stage: reported.stage.as_deref().and_then(stage),
            ecog: reported.performance.as_deref().and_then(|text| text.trim().parse().ok()),
            tumor: TumorView::of(&[profile]),
            ..Patient::default()
        };
        (patient, problems)
    }

    fn born(&self, reported: &ReportedTumor) -> Born {
        if let Some(birth) = reported.birth {
            let day = |month: Option<u8>, day: Option<u8>, or: (u8, u8)| {
                date::day(birth.year, month.unwrap_or(or.0), day.unwrap_or(or.1))
            };
            let earliest = day(birth.month, birth.day, (1, 1));
            let latest = day(birth.month, birth.day, (12, 31));
            return Born { earliest: Some(earliest), latest: Some(latest) };
        }
        let years = reported.age_years.as_deref().and_then(|text| text.trim().parse::<f64>().ok());
        let Some(years) = years.filter(|years| (0.0..=130.0).contains(years)) else {
            return Born::default();
        };
        let months = date::whole(years.floor() * 12.0);
        let on = reported
            .age_on
            .map(|on| date::day(on.year, on.month.unwrap_or(12), on.day.unwrap_or(31)));
        let latest = date::months_before(on.unwrap_or(self.as_of), months);
        // The day is not known: older since, and nobody knows by how much.
        let earliest = on.map(|on| date::months_before(on, months.saturating_add(12)) + 1);
        Born { earliest, latest: Some(latest) }
    }

    fn diagnoses(&self, reported: &ReportedTumor, problems: &mut Vec<Problem>) -> Vec<Node> {
        let code = reported.diagnosis_code.as_deref().filter(|code| !code.is_empty());
        let name = reported.diagnosis_name.as_deref().filter(|name| !name.is_empty());
        let found = match (code.map(|code| self.tree.by_code(code)), name) {
            (None | Some(Found::None), Some(name)) => self.tree.by_name(name),
            (Some(found), _) => found,
            (None, None) => return Vec::new(),
        };
        let stated = code.or(name).unwrap_or_default();
        let fault = match &found {
            Found::One(_) => None,
            Found::Renamed(node) => {
                Some(("diagnosis-renamed", format!("is now `{}`", self.tree.code(*node))))
            }
            Found::Several(_) => Some(("diagnosis-ambiguous", "may be several types".to_owned())),
            Found::None => Some(("diagnosis-not-known", "is no type of OncoTree".to_owned())),
        };
        if let Some((code, text)) = fault {
            problems.push(Problem::note(code, &reported.place, format!("`{stated}` {text}")));
        }
        found.nodes()
    }
}

fn sex(text: &str) -> Option<Sex> {
    match text.trim().to_ascii_lowercase().as_str() {
        "male" | "m" => Some(Sex::Male),
        "female" | "f" => Some(Sex::Female),
        _ => None,
    }
}

fn alive(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "alive" | "living" | "0:living" | "0" | "0:alive" => Some(true),
        "dead" | "deceased" | "1:deceased" | "1" | "1:dead" => Some(false),
        _ => None,
    }
}

/// `Stage IIIB` to `IIIB`; nothing for words that are no stage.
pub(crate) fn stage(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let plain = upper.strip_prefix("STAGE").unwrap_or(&upper).trim().to_owned();
    let number = plain.trim_start_matches(['I', 'V']);
    let is_stage = plain.len() > number.len() || plain.starts_with('0');
    (is_stage && plain.len() <= 6).then_some(plain)
}
