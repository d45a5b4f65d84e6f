//! What evidence says of the tumour.

use crate::app::App;
use interpret::matching::{Event, PatientFacts};
use interpret::therapies::{
    AmpTier, Assessed, Cited, Comparison, Effect, EvidenceRow, Interpretation, LaboratoryJudgement,
    Oncogenicity, RANKING, State, Therapies, Truth,
};
use model::words::once;
use web::view::{
    AlterationRow, EvidenceLine, LaboratoryLine, OncogenicityView, OpenTherapyRow, TherapiesView,
    TherapyRow,
};

/// The view; `None` where no evidence is in use or nothing is known of a tumour.
pub(super) fn therapies(app: &App, facts: &PatientFacts) -> Option<TherapiesView> {
    let therapies = app.therapies().filter(|_| facts.has_tumor())?;
    let found = therapies.interpret(facts);
    let of = |effect| rows(&found, effect, facts, therapies);
    let open = found.open.iter().map(|one| OpenTherapyRow {
        therapies: one.therapies.join(" + "),
        missing: one.missing.iter().cloned().collect(),
        evidence: lines(&one.evidence, therapies),
    });
    Some(TherapiesView {
        basis: format!(
            "Evidence {} of {}; rules of {}.",
            found.knowledge.version, found.knowledge.date, found.rules
        ),
        ranking: RANKING.to_owned(),
        findings: findings(&found, facts),
        benefit: of(Effect::Benefit),
        less: of(Effect::LessBenefit),
        harm: of(Effect::Harm),
        markers: lines(&found.markers, therapies),
        open: open.collect(),
    })
}

fn reported(event: usize, facts: &PatientFacts) -> String {
    let found = facts.patient.tumor.events.get(event);
    found.map_or_else(String::new, |event| event.reported.clone())
}

fn findings(found: &Interpretation, facts: &PatientFacts) -> Vec<AlterationRow> {
    let row = |one: &interpret::therapies::VariantMeaning| {
        let event = facts.patient.tumor.events.get(one.event)?;
        Some(AlterationRow {
            reported: event.reported.clone(),
            marks: super::profile::marks(event),
            laboratory: event.judgements.iter().map(|said| laboratory(said, one.tier)).collect(),
            tier: one.tier.code().to_owned(),
            oncogenicity: one.oncogenicity.as_ref().map(oncogenicity),
        })
    };
    found.variants.iter().filter_map(row).collect()
}

/// Findings as reported, where there is no evidence that a tier could rest on.
pub(super) fn unjudged(facts: &PatientFacts) -> Vec<AlterationRow> {
    let row = |event: &Event| AlterationRow {
        reported: event.reported.clone(),
        marks: super::profile::marks(event),
        laboratory: event
            .judgements
            .iter()
            .map(|said| line(said, "there is no tier of ours".to_owned(), false))
            .collect(),
        ..AlterationRow::default()
    };
    facts.patient.tumor.events.iter().map(row).collect()
}

/// A judgement of the laboratory in its words and system, and how it stands to our tier.
fn laboratory(said: &LaboratoryJudgement, ours: AmpTier) -> LaboratoryLine {
    let comparison = Comparison::of(said, ours);
    line(said, comparison.words().to_owned(), comparison == Comparison::Differs)
}

fn line(said: &LaboratoryJudgement, comparison: String, differs: bool) -> LaboratoryLine {
    let regarding = said.regarding.as_ref().map(|medicine| format!("for {medicine}"));
    let system: Vec<String> = said.system.clone().into_iter().chain(regarding).collect();
    LaboratoryLine {
        words: format!("{}: {}", said.kind, said.words),
        system: system.join(", "),
        comparison,
        differs,
        source: said.source.clone(),
    }
}

fn oncogenicity(found: &Oncogenicity) -> OncogenicityView {
    let of = |test: &dyn Fn(State) -> bool| -> Vec<(String, String)> {
        let pair = |one: &Assessed| {
            let (code, points) = (one.criterion.code(), one.criterion.points());
            let points =
                if one.state == State::Met { format!(" {points:+}") } else { String::new() };
            (format!("{code}{points}"), one.why.clone())
        };
        found.criteria.iter().filter(|one| test(one.state)).map(pair).collect()
    };
    OncogenicityView {
        class: found.words().to_owned(),
        points: found.points,
        counted: of(&|state| state == State::Met),
        others: of(&|state| matches!(state, State::NotMet | State::NotCounted)),
        not_assessed: of(&|state| state == State::NotAssessed),
    }
}

fn rows(
    found: &Interpretation,
    effect: Effect,
    facts: &PatientFacts,
    therapies: &Therapies,
) -> Vec<TherapyRow> {
    let options = found.options.iter().filter(|one| one.effect == effect);
    let row = |one: &interpret::therapies::TherapyOption| TherapyRow {
        therapies: one.therapies.join(" + "),
        tier: one.tier.code().to_owned(),
        escat: one.escat.code().to_owned(),
        findings: once(one.events.iter().map(|event| reported(*event, facts))),
        evidence: lines(&one.evidence, therapies),
        against: lines(&one.against, therapies),
    };
    options.map(row).collect()
}

fn lines(cited: &[Cited], therapies: &Therapies) -> Vec<EvidenceLine> {
    let line = |one: &Cited| {
        let row = therapies.row(one);
        EvidenceLine {
            id: one.id.clone(),
            words: row.map(words).unwrap_or_default(),
            tier: one.tier.code().to_owned(),
            tumor_type: match one.same_type {
                Truth::Yes => "of this type of tumour",
                Truth::No => "of another type of tumour",
                Truth::Unknown => "the type of tumour is not known to be the same",
            }
            .to_owned(),
            citation: row.map(|row| row.citation.clone()).unwrap_or_default(),
            url: row.map(|row| row.url.clone()).unwrap_or_default(),
        }
    };
    cited.iter().map(line).collect()
}

/// `BRAF V600E in Melanoma: sensitivity to Vemurafenib, level A`.
fn words(row: &EvidenceRow) -> String {
    let denied = match row.direction {
        interpret::therapies::Direction::Supports => "",
        interpret::therapies::Direction::DoesNotSupport => "no ",
    };
    let to = match row.therapies.as_slice() {
        [] => String::new(),
        therapies => format!(" to {}", therapies.join(", ")),
    };
    let significance = row.significance.word().replace('-', " ");
    format!(
        "{} in {}: {denied}{significance}{to}, level {}",
        row.profile, row.tumor_type, row.source_level
    )
}
