//! A place of the genome: what was looked at, for each kind of test, and the calls above it.

use super::label::placed;
use super::{figure, px, whole};
use crate::view::{LocusCall, LocusCoverage, LocusPlace, LocusSeen, LocusState};
use maud::{Markup, html};

const WIDTH: u32 = 880;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 20.0;
/// Rows of labels above the calls.
const TIERS_MAX: usize = 4;
const TIER_HEIGHT: f64 = 15.0;
/// Height of the marks.
const MARKS: f64 = 24.0;
const ROW: f64 = 26.0;
const BAR: f64 = 12.0;
/// Below, for positions.
const FOOT: f64 = 24.0;
/// Calls that are drawn; the table has more.
const DRAWN_MAX: usize = 200;

/// The picture.
pub(crate) fn locus(place: &LocusPlace) -> Markup {
    let calls: Vec<&LocusCall> =
        place.calls.iter().filter(|call| call.place.is_some()).take(DRAWN_MAX).collect();
    let labels: Vec<(f64, &str)> =
        calls.iter().map(|call| (middle(place, call), short(&call.name))).collect();
    let labels = placed(&labels, f64::from(WIDTH), TIERS_MAX);
    let tiers = labels.iter().filter_map(|label| label.tier).max().map_or(0, |tier| tier + 1);
    let marks = TIER_HEIGHT * small(tiers) + 6.0;
    let rows = marks + MARKS + 8.0;
    let mut bottom = rows;
    let mut at = Vec::new();
    for of in &place.coverage {
        at.push((bottom, of));
        bottom += ROW;
    }
    let picture = html! {
        text.label x="0" y=(px(marks + 16.0)) { "Calls" }
        line.grid x1=(px(LEFT)) y1=(px(marks + MARKS)) x2=(px(f64::from(WIDTH) - RIGHT))
            y2=(px(marks + MARKS)) {}
        @for (call, label) in calls.iter().zip(&labels) {
            (mark(place, call, marks))
            @if let Some(tier) = label.tier {
                @let y = TIER_HEIGHT * small(tiers.saturating_sub(tier + 1)) + 12.0;
                text.label x=(px(label.x)) y=(px(y)) text-anchor="middle" { (label.text) }
            }
        }
        @for (top, of) in &at { (seen(place, of, *top)) }
        @for step in 0..=4_u64 {
            @let position = place.start + (place.end - place.start) * step / 4;
            @let anchor = match step { 0 => "start", 4 => "end", _ => "middle" };
            text.tick x=(px(x(place, position))) y=(px(bottom + 14.0)) text-anchor=(anchor) {
                (grouped(position))
            }
        }
    };
    let title = format!(
        "{}:{}–{}: calls and what was looked at",
        place.chromosome,
        grouped(place.start),
        grouped(place.end)
    );
    html! {
        (figure(&title, (WIDTH, whole(bottom + FOOT)), &picture, &values(place)))
        p.note {
            "Filled: found. Hollow: looked for and not there. Crossed: not sure. Hatched: not "
            "tested; dashed edge: not known whether it was tested. No mark where nothing was "
            "tested is no absence."
            @if place.calls.len() > calls.len() {
                " " (place.calls.len() - calls.len()) " calls are in the table only."
            }
        }
    }
}

fn small(count: usize) -> f64 {
    f64::from(u8::try_from(count).unwrap_or(u8::MAX))
}

/// The last part of a name, which says the change.
fn short(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, change)| change)
}

/// A number with its thousands apart: `94,781,859`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// Where a position begins, in pixels.
#[expect(clippy::cast_precision_loss, reason = "a place has at most a million bases")]
fn x(place: &LocusPlace, position: u64) -> f64 {
    let width = f64::from(WIDTH) - LEFT - RIGHT;
    let length = (place.end + 1).saturating_sub(place.start).max(1) as f64;
    LEFT + (position.saturating_sub(place.start) as f64 / length).min(1.0) * width
}

fn middle(place: &LocusPlace, call: &LocusCall) -> f64 {
    call.place.map_or(LEFT, |(first, last)| f64::midpoint(x(place, first), x(place, last + 1)))
}

fn mark(place: &LocusPlace, call: &LocusCall, top: f64) -> Markup {
    let Some((first, last)) = call.place else { return html! {} };
    let (left, right) = (x(place, first), x(place, last + 1));
    let at = f64::midpoint(left, right);
    let (y, kind) = (
        top + 8.0,
        match call.state {
            LocusState::Found => "call",
            LocusState::Absent => "call call-absent",
            LocusState::NotSure => "call call-unsure",
        },
    );
    html! {
        g class=(kind) {
            title { (call.name) ": " (call.state.words()) }
            line.stem x1=(px(at)) y1=(px(y + 6.0)) x2=(px(at)) y2=(px(top + MARKS)) {}
            @if right - left > 8.0 {
                rect x=(px(left)) y=(px(y - 4.0)) width=(px(right - left)) height="8" {}
            } @else {
                path d={ "M" (px(at)) " " (px(y - 6.0)) "l6 6l-6 6l-6 -6z" } {}
            }
            @if call.state == LocusState::NotSure {
                path.cross d={ "M" (px(at - 4.0)) " " (px(y - 4.0)) "l8 8m0 -8l-8 8" } {}
            }
        }
    }
}

fn seen(place: &LocusPlace, of: &LocusCoverage, top: f64) -> Markup {
    let (left, right) = (LEFT, f64::from(WIDTH) - RIGHT);
    let bar = |class: &str, from: f64, to: f64| {
        html! {
            rect class=(class) x=(px(from)) y=(px(top + 4.0)) width=(px(to - from))
                height=(px(BAR)) {}
        }
    };
    html! {
        g {
            title { (of.about) ": " (words(&of.seen)) }
            text.label x="0" y=(px(top + 14.0)) { (of.about) }
            @match &of.seen {
                LocusSeen::Whole => (bar("arm", left, right)),
                LocusSeen::NotKnown => (bar("arm arm-unknown", left, right)),
                LocusSeen::Nothing => {
                    (bar("arm arm-untested", left, right)) (hatch(left, right, top + 4.0))
                }
                LocusSeen::Partly(gaps) => {
                    (bar("arm", left, right))
                    @for (first, last) in gaps.iter().take(DRAWN_MAX) {
                        @let (from, to) = (x(place, *first), x(place, last + 1));
                        (bar("arm arm-untested", from, to)) (hatch(from, to, top + 4.0))
                    }
                }
            }
        }
    }
}

/// Strokes between two places, cut to them.
fn hatch(from: f64, to: f64, top: f64) -> Markup {
    let bottom = px(top + BAR);
    let strokes = std::iter::successors(Some(from), |x| Some(x + BAR));
    let strokes = strokes.take_while(|x| x + BAR <= to);
    let path: Vec<String> = strokes.map(|x| format!("M{} {bottom}l12 -12", px(x))).collect();
    html! { path.hatch d=(path.concat()) {} }
}

/// What was looked at, in words.
pub(crate) fn words(seen: &LocusSeen) -> String {
    match seen {
        LocusSeen::Whole => "tested throughout: what is not listed was not seen".to_owned(),
        LocusSeen::Nothing => "not tested: nothing is known of this place".to_owned(),
        LocusSeen::NotKnown => {
            "not known what was tested: what is not listed is not known".to_owned()
        }
        LocusSeen::Partly(gaps) => {
            let bases: u64 = gaps.iter().map(|(first, last)| last + 1 - first).sum();
            let many = if gaps.len() == 1 { "1 gap" } else { &format!("{} gaps", gaps.len()) };
            format!("tested except for {many} of {} bases in all", grouped(bases))
        }
    }
}

fn values(place: &LocusPlace) -> Markup {
    html! {
        table {
            caption { "What was looked at" }
            thead { tr { th scope="col" { "Tests of" } th scope="col" { "Looked at" } } }
            tbody {
                @for of in &place.coverage {
                    tr {
                        th scope="row" data-label="Tests of" { (of.about) }
                        td data-label="Looked at" {
                            (words(&of.seen))
                            @if let LocusSeen::Partly(gaps) = &of.seen {
                                @for (first, last) in gaps.iter().take(DRAWN_MAX) {
                                    span.line {
                                        "not tested: " (grouped(*first)) "–" (grouped(*last))
                                    }
                                }
                                @if gaps.len() > DRAWN_MAX {
                                    span.line { (gaps.len() - DRAWN_MAX) " more gaps" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::LocusViewer;

    fn call(name: &str, place: (u64, u64), state: LocusState) -> LocusCall {
        LocusCall {
            name: name.to_owned(),
            place: Some(place),
            state,
            zygosity: None,
            about: "Tumour".to_owned(),
            genes: Vec::new(),
            test: None,
            resource: "Observation/<i>".to_owned(),
        }
    }

    fn place(coverage: Vec<LocusSeen>, calls: Vec<LocusCall>) -> LocusPlace {
        let of = |seen| LocusCoverage { about: "Tumour <b>".to_owned(), seen };
        LocusPlace {
            chromosome: "chr10".to_owned(),
            start: 1_001,
            end: 2_000,
            about: None,
            coverage: coverage.into_iter().map(of).collect(),
            calls,
            more_calls: 0,
            unplaced: Vec::new(),
            more_unplaced: 0,
            viewer: LocusViewer::None,
        }
    }

    #[test]
    fn what_was_not_tested_is_hatched_and_what_is_not_known_is_dashed() {
        use LocusSeen::{NotKnown, Nothing, Partly, Whole};
        for (seen, hatches, dashed, said) in [
            (Whole, 0, 0, "tested throughout"),
            (Nothing, 1, 0, "not tested: nothing is known"),
            (NotKnown, 0, 1, "not known what was tested"),
            (Partly(vec![(1_101, 1_200), (1_901, 2_000)]), 2, 0, "2 gaps of 200 bases"),
        ] {
            let svg = locus(&place(vec![seen], vec![])).into_string();
            assert_eq!(svg.matches("class=\"hatch\"").count(), hatches, "{said}");
            assert_eq!(svg.matches("arm-unknown").count(), dashed, "{said}");
            assert!(svg.contains(said) && svg.contains("is no absence"), "{said}: {svg}");
            assert!(!svg.contains("<b>"));
        }
    }

    #[test]
    fn calls_are_where_they_are_and_say_what_they_are() {
        use LocusState::{Absent, Found, NotSure};
        let calls = vec![
            call("NC_000010.11:g.1001G>A", (1_001, 1_001), Found),
            call("<script>", (1_500, 1_500), Absent),
            call("del", (1_600, 1_900), NotSure),
        ];
        let svg = locus(&place(vec![LocusSeen::Whole], calls)).into_string();
        assert_eq!(svg.matches("class=\"call\"").count(), 1);
        assert_eq!(svg.matches("class=\"call call-absent\"").count(), 1);
        assert_eq!(svg.matches("class=\"cross\"").count(), 1);
        assert!(svg.contains("g.1001G&gt;A") && svg.contains("chr10:1,001–2,000"), "{svg}");
        assert!(!svg.contains("<script") && !svg.contains("NaN"));
        let one = place(vec![], vec![]);
        assert!((x(&one, 1_001) - LEFT).abs() < 1e-9);
        assert!((x(&one, 2_001) - (f64::from(WIDTH) - RIGHT)).abs() < 1e-9);
        assert_eq!((grouped(7), grouped(94_781_859)), ("7".into(), "94,781,859".into()));
    }
}
