//! One question about one patient: yes, no, or not known.

use crate::Truth;
use crate::criteria::{
    AgeAsked, BiomarkerAsked, Comparison, Criterion, DiagnosisAsked, EventAsked, Group, LabAsked,
    Sex,
};
use crate::date::months_before;
use crate::patient::{Born, Day, Patient};
use tumor::oncotree::{Found, Relation};
use tumor::{Biomarker, Node, OncoTree};

/// What answers depend on besides criteria and patient.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The tree of tumour types.
    pub tree: &'a OncoTree,
    /// The day that ages are counted to.
    pub as_of: Day,
    /// Whether the dead are asked as well, as studies of the past do.
    pub deceased: bool,
}

/// Whether the patient meets a criterion.
pub fn judge(criterion: &Criterion, patient: &Patient, context: &Context<'_>) -> Truth {
    match criterion {
        Criterion::Event(asked) => event(asked, patient),
        Criterion::Biomarker(asked) => biomarker(asked, &patient.tumor.biomarkers),
        Criterion::Diagnosis(asked) => diagnosis(asked, &patient.diagnoses, context.tree),
        Criterion::Stage(asked) => stage(asked, patient.stage.as_deref()),
        Criterion::Age(asked) => age(*asked, patient.born, context.as_of),
        Criterion::Sex(asked) => sex(*asked, patient.sex),
        Criterion::Performance(asked) => {
            Truth::from(patient.ecog.map(|found| found <= asked.ecog_max))
        }
        Criterion::PriorTherapy(asked) => therapy(&asked.name, &patient.therapies),
        Criterion::Lab(asked) => lab(asked, patient),
        Criterion::Text(_) | Criterion::Unresolved(_) => Truth::Unknown,
    }
}

/// An alteration: found, perhaps found, or looked for and not found.
fn event(asked: &EventAsked, patient: &Patient) -> Truth {
    let found = Truth::any(patient.tumor.events.iter().map(|event| asked.judge(event)));
    let saw = |gene, class, exon| patient.tumor.tested(gene, class, exon);
    if found == Truth::No && !asked.tested(saw) { Truth::Unknown } else { found }
}

/// A measurement. Several that agree are one answer; several that do not are none.
pub(crate) fn biomarker(asked: &BiomarkerAsked, measured: &[Biomarker]) -> Truth {
    let mut answers = measured
        .iter()
        .filter(|one| one.kind.answers(asked.kind))
        .filter_map(|one| measurement(asked, one));
    let Some(first) = answers.next() else { return Truth::Unknown };
    answers.fold(first, |all, one| if all == one { all } else { Truth::Unknown })
}

/// What one measurement says; `None` if its method is not accepted.
fn measurement(asked: &BiomarkerAsked, found: &Biomarker) -> Option<Truth> {
    let method = match (&found.method, asked.methods.is_empty()) {
        (_, true) => Truth::Yes,
        (None, false) => Truth::Unknown,
        (Some(method), false) => {
            if !asked.methods.iter().any(|accepted| accepted.eq_ignore_ascii_case(method)) {
                return None;
            }
            Truth::Yes
        }
    };
    let level = match (asked.levels.is_empty(), found.level) {
        (true, _) => Truth::Yes,
        (false, None) => Truth::Unknown,
        (false, Some(level)) => Truth::from(asked.levels.contains(&level)),
    };
    let bound = match (asked.bound, found.value) {
        (None, _) => Truth::Yes,
        (Some(_), None) => Truth::Unknown,
        (Some(bound), Some(value)) => Truth::from(bound.comparison.holds(&value, &bound.value)),
    };
    let told = level.and(bound);
    Some(if method == Truth::Unknown { Truth::Unknown } else { told })
}

/// The type of the tumour. One recorded less exactly than asked is not known to be another.
pub(crate) fn diagnosis(asked: &DiagnosisAsked, found: &[Node], tree: &OncoTree) -> Truth {
    let mut answers = found.iter().map(|node| diagnosis_of(asked, *node, tree));
    let Some(first) = answers.next() else { return Truth::Unknown };
    answers.fold(first, |all, one| if all == one { all } else { Truth::Unknown })
}

fn diagnosis_of(asked: &DiagnosisAsked, node: Node, tree: &OncoTree) -> Truth {
    let of_types = Truth::any(asked.any_of.iter().map(|wanted| match tree.by_code(&wanted.code) {
        Found::One(wanted) | Found::Renamed(wanted) => match tree.relation(node, wanted) {
            Relation::Within => Truth::Yes,
            Relation::Above => Truth::Unknown,
            Relation::Elsewhere => Truth::No,
        },
        Found::Several(_) | Found::None => Truth::Unknown,
    }));
    let of_group = asked.group.map_or(Truth::No, |group| {
        if tree.parent(node).is_none() || tree.is_lymphoma_of_organ(node) {
            return Truth::Unknown;
        }
        Truth::from(tree.is_liquid(node) == (group == Group::Liquid))
    });
    of_types.or(of_group)
}

/// The age on a day, by days: the birthday itself is the first day of the new age.
pub(crate) fn age(asked: AgeAsked, born: Born, as_of: Day) -> Truth {
    let months = i32::from(asked.years) * 12 + i32::from(asked.months);
    let day = months_before(as_of, months);
    let holds = |birth: Day| match asked.comparison {
        Comparison::AtLeast => birth <= day,
        Comparison::More => birth < day,
        Comparison::AtMost => birth >= day,
        Comparison::Less => birth > day,
        // That age for a year.
        Comparison::Equal => birth <= day && birth > months_before(day, 12),
    };
    let answers = [born.earliest.map(holds), born.latest.map(holds)];
    match (asked.comparison, answers) {
        (Comparison::Equal, [Some(one), Some(other)]) if born.earliest == born.latest => {
            Truth::from(one && other)
        }
        (Comparison::Equal, answers) => equal_age(born, day, answers),
        // The latest birth is the youngest: if even that is old enough, all are.
        (Comparison::AtLeast | Comparison::More, [_, Some(true)])
        | (Comparison::AtMost | Comparison::Less, [Some(true), _]) => Truth::Yes,
        (Comparison::AtLeast | Comparison::More, [Some(false), _])
        | (Comparison::AtMost | Comparison::Less, [_, Some(false)]) => Truth::No,
        _ => Truth::Unknown,
    }
}

fn equal_age(born: Born, day: Day, answers: [Option<bool>; 2]) -> Truth {
    let all_before = born.latest.is_some_and(|latest| latest <= months_before(day, 12));
    let all_after = born.earliest.is_some_and(|earliest| earliest > day);
    match answers {
        [Some(true), Some(true)] => Truth::Yes,
        _ if all_before || all_after => Truth::No,
        _ => Truth::Unknown,
    }
}

fn sex(asked: Sex, found: Option<Sex>) -> Truth {
    Truth::from(found.map(|found| found == asked))
}

/// `III` holds for `IIIB`; whether `III` is `IIIB` is not known.
pub(crate) fn stage(asked: &[String], found: Option<&str>) -> Truth {
    let Some(found) = found else { return Truth::Unknown };
    let (number, letters) = parts(found);
    Truth::any(asked.iter().map(|wanted| {
        let upper = wanted.trim().to_ascii_uppercase();
        let (wanted_number, wanted_letters) = parts(&upper);
        match (number == wanted_number, letters, wanted_letters) {
            (true, _, "") => Truth::Yes,
            (true, "", _) => Truth::Unknown,
            (true, found, wanted) if found.starts_with(wanted) => Truth::Yes,
            (true, found, wanted) if wanted.starts_with(found) => Truth::Unknown,
            _ => Truth::No,
        }
    }))
}

/// The Roman number of a stage, and the letters behind it.
fn parts(stage: &str) -> (&str, &str) {
    let end = stage.bytes().take_while(|byte| matches!(byte, b'I' | b'V' | b'0')).count();
    stage.split_at_checked(end).unwrap_or((stage, ""))
}

/// A therapy that is listed was given; one that is not may have been.
fn therapy(asked: &str, given: &[String]) -> Truth {
    let plain = asked.trim().to_lowercase();
    if given.contains(&plain) { Truth::Yes } else { Truth::Unknown }
}

fn lab(asked: &LabAsked, patient: &Patient) -> Truth {
    let found = patient.labs.iter().rfind(|lab| lab.code == asked.code && lab.unit == asked.unit);
    Truth::from(found.map(|lab| asked.bound.comparison.holds(&lab.value, &asked.bound.value)))
}
