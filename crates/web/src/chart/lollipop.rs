//! Small variants along a protein: a stem a change, as high as the reports that found it, with a
//! mark of its own shape for each kind.

use super::label::{Placed, placed};
use super::{figure, px, whole};
use crate::page::words;
use crate::view::{HitKind, LollipopHit, LollipopView};
use maud::{Markup, html};

const WIDTH: u32 = 880;
const LEFT: f64 = 12.0;
const RIGHT: f64 = 30.0;
/// Below the protein, for its numbers.
const FOOT: f64 = 34.0;
/// Rows of labels above the marks.
const TIERS_MAX: usize = 4;
const TIER_HEIGHT: f64 = 15.0;
/// The height of a stem of one report, and what each further one adds.
const STEM: f64 = 24.0;
const STEM_STEP: f64 = 11.0;
/// Reports that still make a stem higher.
const REPORTS_DRAWN_MAX: u8 = 5;

/// The picture; nothing where no change has a position.
pub(crate) fn lollipop(view: &LollipopView) -> Markup {
    let end = view.hits.iter().map(|hit| hit.residues.1).max().unwrap_or(0);
    if end == 0 {
        return html! {};
    }
    // The protein's length is not among the tables: the axis ends a little after the last change.
    let axis_end = ceiling(end);
    let width = f64::from(WIDTH) - LEFT - RIGHT;
    let place = |residue: u32| LEFT + f64::from(residue) / f64::from(axis_end) * width;
    let mut hits: Vec<&LollipopHit> = view.hits.iter().collect();
    hits.sort_by(|a, b| a.residues.cmp(&b.residues).then_with(|| a.words.cmp(&b.words)));
    let middle = |hit: &LollipopHit| f64::midpoint(place(hit.residues.0), place(hit.residues.1));
    let labels: Vec<(f64, &str)> =
        hits.iter().map(|hit| (middle(hit), hit.words.as_str())).collect();
    let labels = placed(&labels, f64::from(WIDTH), TIERS_MAX);
    let tallest = hits.iter().map(|hit| stem_height(hit)).fold(0.0, f64::max);
    let tiers = labels.iter().filter_map(|label| label.tier).max().map_or(0, |tier| tier + 1);
    let axis = TIER_HEIGHT * small(tiers) + tallest + 26.0;
    let unlabelled = labels.iter().filter(|label| label.tier.is_none()).count();
    let picture = html! {
        rect.protein x=(px(LEFT)) y=(px(axis - 6.0)) width=(px(width)) height="12" rx="3" {}
        @for step in 0..=4 {
            @let residue = axis_end / 4 * step;
            text.tick x=(px(place(residue))) y=(px(axis + 26.0)) text-anchor="middle" {
                (residue.max(1))
            }
        }
        @for (hit, label) in hits.iter().zip(&labels) {
            (stem(hit, label, (place(hit.residues.0), place(hit.residues.1)), (axis, tiers)))
        }
    };
    let title = format!("{}: small variants along the protein", view.gene);
    html! {
        (figure(&title, (WIDTH, whole(axis + FOOT)), &picture, &values(view, &hits)))
        p.note {
            (legend(&hits)) " The higher the stem, the more reports found it. The length of the "
            "protein is not known here: the axis ends after the last position that a report names."
            @if unlabelled > 0 {
                " " (words::count(unlabelled, "label has", "labels have")) " no room in the "
                "picture: the values have all."
            }
        }
    }
}

/// A round number after the last residue, in four equal parts.
fn ceiling(residue: u32) -> u32 {
    let after = residue.saturating_add(residue / 10).saturating_add(4);
    let step = match after {
        0..=400 => 40,
        401..=4_000 => 200,
        _ => 2_000,
    };
    after.div_ceil(step).saturating_mul(step)
}

/// A count of a few as a number for lengths.
fn small(count: usize) -> f64 {
    f64::from(u8::try_from(count).unwrap_or(u8::MAX))
}

fn stem_height(hit: &LollipopHit) -> f64 {
    let reports = u8::try_from(hit.reports.len()).unwrap_or(u8::MAX).clamp(1, REPORTS_DRAWN_MAX);
    STEM + f64::from(reports - 1) * STEM_STEP
}

fn stem(
    hit: &LollipopHit,
    label: &Placed,
    (left, right): (f64, f64),
    (axis, tiers): (f64, usize),
) -> Markup {
    let x = f64::midpoint(left, right);
    let top = axis - 6.0 - stem_height(hit);
    html! {
        g.hit {
            title { (hit.words) ", " (hit.class) }
            @if right - left > 2.0 {
                rect.span x=(px(left)) y=(px(axis - 6.0)) width=(px(right - left)) height="12" {}
            }
            line.stem x1=(px(x)) y1=(px(axis - 6.0)) x2=(px(x)) y2=(px(top)) {}
            (mark(hit.kind, x, top))
            @if let Some(tier) = label.tier {
                // The lowest row is the first.
                @let y = TIER_HEIGHT * small(tiers.saturating_sub(tier + 1)) + 12.0;
                line.leader x1=(px(x)) y1=(px(top - 6.0)) x2=(px(label.x)) y2=(px(y + 3.0)) {}
                text.label x=(px(label.x)) y=(px(y)) text-anchor="middle" { (label.text) }
            }
        }
    }
}

fn mark(kind: HitKind, x: f64, y: f64) -> Markup {
    let (left, top) = (px(x - 5.0), px(y - 5.0));
    html! {
        @match kind {
            HitKind::Missense => circle cx=(px(x)) cy=(px(y)) r="5" {},
            HitKind::Truncating => rect x=(left) y=(top) width="10" height="10" {},
            HitKind::InFrame => path d={ "M" (px(x)) " " (top) "l6 10h-12z" } {},
            HitKind::Other => path d={ "M" (px(x)) " " (px(y - 6.0)) "l6 6l-6 6l-6 -6z" } {},
        }
    }
}

/// What the marks mean, of those that are there.
fn legend(hits: &[&LollipopHit]) -> String {
    let shape = |kind| match kind {
        HitKind::Missense => "Circle",
        HitKind::Truncating => "Square",
        HitKind::InFrame => "Triangle",
        HitKind::Other => "Diamond",
    };
    let there = HitKind::ALL.into_iter().filter(|kind| hits.iter().any(|hit| hit.kind == *kind));
    let words = there.map(|kind| format!("{}: {}.", shape(kind), kind.words()));
    words.collect::<Vec<_>>().join(" ")
}

fn values(view: &LollipopView, hits: &[&LollipopHit]) -> Markup {
    html! {
        table {
            caption { "The same in numbers" }
            thead {
                tr {
                    th scope="col" { "Change" }
                    th scope="col" { "Residues" }
                    th scope="col" { "Kind" }
                    th scope="col" { "Greatest share of reads" }
                    th scope="col" { "Reports" }
                }
            }
            tbody {
                @for hit in hits {
                    tr {
                        th scope="row" data-label="Change" { (hit.words) }
                        td data-label="Residues" {
                            (hit.residues.0)
                            @if hit.residues.1 != hit.residues.0 { "–" (hit.residues.1) }
                        }
                        td data-label="Kind" { (hit.class) }
                        td data-label="Greatest share of reads" {
                            (hit.fraction.as_deref().unwrap_or("not stated"))
                        }
                        td data-label="Reports" {
                            @for one in &hit.reports {
                                span.line {
                                    (words::date_or_absent(one.date)) " " code { (one.resource) }
                                }
                            }
                        }
                    }
                }
                @for one in &view.unplaced {
                    tr {
                        th scope="row" data-label="Change" { (one) }
                        td data-label="Residues" { "no position in the protein" }
                        td data-label="Kind" { "–" }
                        td data-label="Greatest share of reads" { "–" }
                        td data-label="Reports" { "–" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::SourceLine;

    fn hit(words: &str, residues: (u32, u32), kind: HitKind, reports: usize) -> LollipopHit {
        let source =
            SourceLine { resource: "DiagnosticReport/<i>/_history/1".to_owned(), date: None };
        LollipopHit {
            words: words.to_owned(),
            residues,
            kind,
            class: kind.words().to_owned(),
            reports: vec![source; reports],
            fraction: Some("31 %".to_owned()),
        }
    }

    fn view(hits: Vec<LollipopHit>) -> LollipopView {
        LollipopView { gene: "EGFR <b>".to_owned(), hits, unplaced: vec!["<s>".to_owned()] }
    }

    #[test]
    fn every_change_is_in_the_picture_and_in_the_table() {
        let made = lollipop(&view(vec![
            hit("p.L858R <script>", (858, 858), HitKind::Missense, 3),
            hit("p.E746_A750del", (746, 750), HitKind::InFrame, 1),
            hit("p.R521*", (521, 521), HitKind::Truncating, 1),
        ]))
        .into_string();
        assert_eq!(made.matches("class=\"hit\"").count(), 3);
        assert_eq!(made.matches("<circle").count(), 1);
        assert_eq!(made.matches("data-label=\"Residues\"").count(), 4, "with the unplaced one");
        for said in [
            "746–750",
            "p.L858R &lt;script&gt;",
            "EGFR &lt;b&gt;: small variants",
            "Circle: missense.",
            "Square: stop",
            "no position in the protein",
            "length of the protein is not known here",
        ] {
            assert!(made.contains(said), "{said}: {made}");
        }
        assert!(!made.contains("Diamond") && !made.contains("<script") && !made.contains("<s>"));
        assert!(made.contains("role=\"img\"") && made.contains("<title>EGFR"));
        assert_eq!(lollipop(&view(vec![])).into_string(), "");
    }

    #[test]
    fn more_reports_make_a_higher_stem_and_order_is_that_of_the_protein() {
        let height = |reports| {
            let made = lollipop(&view(vec![hit("x", (5, 5), HitKind::Other, reports)]));
            let made = made.into_string();
            let (_, stem) = made.split_once("class=\"stem\"").unwrap();
            let y = |name: &str| {
                let (_, y) = stem.split_once(name).unwrap();
                y.split_once('"').unwrap().0.parse::<f64>().unwrap()
            };
            y("y1=\"") - y("y2=\"")
        };
        assert!(height(3) > height(2) && height(2) > height(1));
        assert!(height(1_000) < 100.0, "it stays in the picture");
    }

    #[test]
    fn odd_positions_draw_no_odd_pictures() {
        for residues in [(0, 0), (1, 1), (u32::MAX, u32::MAX), (0, u32::MAX), (9, 3)] {
            let made = lollipop(&view(vec![hit("x", residues, HitKind::Other, 0)])).into_string();
            let picture = made.split_once("</svg>").map_or("", |(picture, _)| picture);
            assert!(!picture.contains("NaN") && !picture.contains("inf"), "{residues:?}");
        }
    }
}
