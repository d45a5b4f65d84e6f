//! A molecular profile as a question with three answers.

use crate::asked::{EventAsked, GeneAsked};
use crate::biomarker::{BiomarkerKind, Level};
use crate::event::EventOrigin;
use crate::oncogenicity::OncogenicityClass;
use crate::profile::TumorView;
use crate::{Alteration, AlterationClass, Event, Truth};
use knowledge::evidence::VariantOrigin;
use std::collections::BTreeSet;

/// What evidence asks of a tumour.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// All of it.
    All(Vec<Asked>),
    /// Any of it.
    Any(Vec<Asked>),
    /// Not that.
    Not(Box<Asked>),
    /// An alteration.
    Event(Box<EventAsked>),
    /// A small variant of the gene that drives tumours.
    Oncogenic(GeneAsked),
    /// A measurement in words.
    Biomarker(BiomarkerKind, Level),
    /// A name that is not understood.
    Unresolved(String),
}

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The tumour.
    pub view: &'a TumorView,
    /// For each of its events the class of oncogenicity; `None` where the event has none.
    pub classes: &'a [Option<OncogenicityClass>],
}

impl Asked {
    /// The answer for a tumour; evidence about inherited variants is not met by somatic ones, and
    /// the other way round.
    pub fn judge(&self, subject: &Subject<'_>, origin: VariantOrigin) -> Truth {
        match self {
            Self::All(parts) => Truth::all(parts.iter().map(|one| one.judge(subject, origin))),
            Self::Any(parts) => Truth::any(parts.iter().map(|one| one.judge(subject, origin))),
            Self::Not(part) => !part.judge(subject, origin),
            Self::Event(asked) => {
                let answers =
                    subject.view.events.iter().map(|event| of_event(asked, event, origin));
                let found = Truth::any(answers);
                let saw = |gene, class, exon| subject.view.tested(gene, class, exon);
                if found == Truth::No && !asked.tested(saw) { Truth::Unknown } else { found }
            }
            Self::Oncogenic(gene) => subject.oncogenic(gene, origin),
            Self::Biomarker(kind, level) => subject.biomarker(*kind, *level),
            Self::Unresolved(_) => Truth::Unknown,
        }
    }

    /// The events that meet a part of it which is not under a negation, by their places.
    pub fn met_by(&self, subject: &Subject<'_>, origin: VariantOrigin) -> BTreeSet<usize> {
        let places = |test: &dyn Fn(usize, &Event) -> bool| -> BTreeSet<usize> {
            let events = subject.view.events.iter().enumerate();
            events.filter(|(at, event)| test(*at, event)).map(|(at, _)| at).collect()
        };
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(|one| one.met_by(subject, origin)).collect()
            }
            Self::Event(asked) => places(&|_, event| of_event(asked, event, origin) == Truth::Yes),
            Self::Oncogenic(gene) => places(&|at, event| {
                subject.class(at).is_some_and(OncogenicityClass::is_oncogenic)
                    && of_gene(gene, event)
            }),
            Self::Not(_) | Self::Biomarker(..) | Self::Unresolved(_) => BTreeSet::new(),
        }
    }

    /// What leaves the answer open, in words.
    pub fn open(&self, subject: &Subject<'_>, origin: VariantOrigin) -> Vec<String> {
        if self.judge(subject, origin) != Truth::Unknown {
            return Vec::new();
        }
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(|one| one.open(subject, origin)).collect()
            }
            Self::Not(part) => part.open(subject, origin),
            Self::Event(asked) => vec![subject.missing(asked, origin)],
            Self::Oncogenic(gene) => {
                vec![format!("whether a variant of {} drives the tumour", gene.symbol)]
            }
            Self::Biomarker(kind, _) => vec![format!("{} is not known", kind.words())],
            Self::Unresolved(name) => vec![format!("`{name}` is not understood")],
        }
    }
}

fn of_event(asked: &EventAsked, event: &Event, origin: VariantOrigin) -> Truth {
    let arose = match (origin, event.origin) {
        (VariantOrigin::Any, _)
        | (VariantOrigin::Somatic, EventOrigin::Somatic | EventOrigin::Unknown)
        | (VariantOrigin::Germline, EventOrigin::Germline) => Truth::Yes,
        (VariantOrigin::Germline, EventOrigin::Unknown) => Truth::Unknown,
        (VariantOrigin::Somatic, EventOrigin::Germline)
        | (VariantOrigin::Germline, EventOrigin::Somatic) => Truth::No,
    };
    asked.judge(event).and(arose)
}

fn of_gene(gene: &GeneAsked, event: &Event) -> bool {
    matches!(event.alteration, Alteration::Short(_))
        && event.genes().iter().any(|one| one.is(gene.hgnc) == Some(true))
}

impl Subject<'_> {
    fn class(&self, at: usize) -> Option<OncogenicityClass> {
        self.classes.get(at).copied().flatten()
    }

    fn oncogenic(&self, gene: &GeneAsked, origin: VariantOrigin) -> Truth {
        let any = EventAsked::of(gene.clone(), [crate::EventKind::Short]);
        let answers = self.view.events.iter().enumerate().map(|(at, event)| {
            let found = of_event(&any, event, origin);
            let drives = match self.class(at) {
                Some(class) if class.is_oncogenic() => Truth::Yes,
                Some(class) if class.is_benign() => Truth::No,
                _ => Truth::Unknown,
            };
            found.and(drives)
        });
        let found = Truth::any(answers);
        let tested = self.view.tested(gene.hgnc, AlterationClass::SmallVariant, None);
        if found == Truth::No && !tested { Truth::Unknown } else { found }
    }

    fn biomarker(&self, kind: BiomarkerKind, asked: Level) -> Truth {
        let measured = self.view.biomarkers.iter().filter(|one| one.kind.answers(kind));
        let mut answers = measured.filter_map(|one| one.level).map(|level| level == asked);
        let Some(first) = answers.next() else { return Truth::Unknown };
        if answers.all(|one| one == first) { Truth::from(first) } else { Truth::Unknown }
    }

    /// Why an event is not known: found but not in enough detail, or not looked for.
    fn missing(&self, asked: &EventAsked, origin: VariantOrigin) -> String {
        let vague =
            self.view.events.iter().find(|event| of_event(asked, event, origin) == Truth::Unknown);
        if let Some(event) = vague {
            return format!(
                "`{}` is not reported in enough detail, or not for sure",
                event.reported
            );
        }
        let Some(gene) = &asked.gene else { return "no gene is named".into() };
        let classes = asked.classes().into_iter();
        let blind: Vec<&str> = classes
            .filter(|(class, exon)| !self.view.tested(gene.hgnc, *class, *exon))
            .map(|(class, _)| class.words())
            .collect();
        format!("{}: {} not tested", gene.symbol, blind.join(", "))
    }
}
