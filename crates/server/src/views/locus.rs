//! A place of a patient's genome: the same reads and answers as `$find-subject-variants`.

mod place;
mod read;

pub(crate) use place::LocusAsked;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::views::allergies::allergies;
use crate::views::identity::{demographics, identity, session};
use ::genomics::allele::Reference as _;
use axum::http::StatusCode;
use model::PatientId;
use model::problem::Problem;
use place::{Place, place_of};
use read::{Found, found};
use serde_json::{Value, json};
use web::view::{
    LocusCall, LocusCoverage, LocusPlace, LocusSeen, LocusState, LocusView, LocusViewer,
};

/// Calls that the page lists; the browser draws more.
const CALLS_MAX: usize = 500;
/// Variants without a place that the page lists.
const UNPLACED_MAX: usize = 50;
/// Calls that are drawn.
const FEATURES_MAX: usize = 20_000;

/// The page about a patient whom the caller may see.
pub(crate) fn locus_page(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    asked: &LocusAsked,
) -> Result<LocusView, Error> {
    let stored = app.record().read(&caller.access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let (mut fault, mut place) = (None, None);
    match place_of(app.pack(), asked) {
        Ok(None) => {}
        Ok(Some(wanted)) => match found(app, caller, id, &wanted) {
            Ok(found) => place = Some(shown(app, id, &wanted, found)),
            // What cannot be answered here is said above the form.
            Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
                fault = Some(error.text());
            }
            Err(error) => return Err(error),
        },
        Err(wrong) => fault = Some(wrong),
    }
    Ok(LocusView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        id: id.clone(),
        identity: identity(&demographics(&stored)?),
        allergies: allergies(app, &caller.access, id)?,
        gene: asked.gene.clone().unwrap_or_default(),
        region: asked.region.clone().unwrap_or_default(),
        build: asked.build().to_owned(),
        builds: place::BUILDS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        fault,
        place,
    })
}

fn shown(app: &App, id: &PatientId, place: &Place, found: Found) -> LocusPlace {
    let Found { coverage, mut calls, mut unplaced } = found;
    let more = |list: &mut Vec<LocusCall>, most: usize| {
        let more = list.len().saturating_sub(most);
        list.truncate(most);
        more
    };
    let (more_calls, more_unplaced) =
        (more(&mut calls, CALLS_MAX), more(&mut unplaced, UNPLACED_MAX));
    LocusPlace {
        chromosome: place.chromosome.clone(),
        start: place.range.start + 1,
        end: place.range.end,
        about: place.about.clone(),
        coverage,
        calls,
        more_calls,
        unplaced,
        more_unplaced,
        viewer: viewer(app, id, place),
    }
}

fn viewer(app: &App, id: &PatientId, place: &Place) -> LocusViewer {
    let Some(viewer) = app.viewer() else { return LocusViewer::None };
    let (sequence, start) = (&place.range.sequence, place.range.start);
    let references = &app.genomics().references;
    if !references.fill(sequence, start, start + 1, &mut Vec::new()) {
        return LocusViewer::WithoutReference;
    }
    LocusViewer::Here {
        script: viewer.path(),
        sequence: web::path::reference(sequence),
        features: web::path::locus_features(id, &place.region(), place.build),
        build: place.build.to_owned(),
    }
}

/// What the browser draws: calls, and what was not looked at. Positions from 0, half-open, as in
/// BED.
pub(crate) fn locus_features(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    asked: &LocusAsked,
) -> Result<Value, Error> {
    let refused = |text: String| {
        let problem = Problem::error("bad-value", "region", text);
        Error::problems(StatusCode::BAD_REQUEST, vec![problem])
    };
    let place = place_of(app.pack(), asked).map_err(refused)?;
    let place = place.ok_or_else(|| refused("gives no gene and no region".to_owned()))?;
    let Found { coverage, calls, .. } = found(app, caller, id, &place)?;
    if calls.len() > FEATURES_MAX {
        return Err(refused(format!("holds more than {FEATURES_MAX} calls; ask for less")));
    }
    let feature = |(first, end): (u64, u64), name: String| {
        let start = first.saturating_sub(1);
        json!({"chr": place.chromosome, "start": start, "end": end, "name": name})
    };
    let drawn = calls.iter().filter_map(|call| {
        let state = match call.state {
            LocusState::Found => String::new(),
            state => format!(" ({})", state.words()),
        };
        Some(feature(call.place?, format!("{}{state}", call.name)))
    });
    let whole = (place.range.start + 1, place.range.end);
    let gaps = coverage.iter().flat_map(|of| gaps(of, whole));
    Ok(json!({
        "calls": drawn.collect::<Vec<_>>(),
        "gaps": gaps.map(|(range, name)| feature(range, name)).collect::<Vec<_>>(),
    }))
}

/// What tests of a kind did not look at, or may not have.
fn gaps(of: &LocusCoverage, whole: (u64, u64)) -> Vec<((u64, u64), String)> {
    let said = |words: &str| format!("{}: {words}", of.about);
    match &of.seen {
        LocusSeen::Whole => Vec::new(),
        LocusSeen::Partly(gaps) => gaps.iter().map(|gap| (*gap, said("not tested"))).collect(),
        LocusSeen::Nothing => vec![(whole, said("not tested"))],
        LocusSeen::NotKnown => vec![(whole, said("not known whether tested"))],
    }
}
