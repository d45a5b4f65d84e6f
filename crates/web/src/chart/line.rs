//! Values over time: one line a series, each with a mark of its own shape and its name at its end,
//! or beside it where the days are those of a timeline above.

use super::axis::{Axis, days_of};
use super::label::shortened;
use super::timeline::{LABEL_WIDTH, RIGHT as TIMELINE_RIGHT, days_with};
use super::{figure, px};
use crate::view::{CourseRow, ValueSeries};
use maud::{Markup, html};
use model::time::PartialDate;
use model::words::date as date_words;

const WIDTH: u32 = 880;
const HEIGHT: u32 = 240;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;
/// Characters of a name beside the lines.
const NAME_CHARACTERS_MAX: usize = 18;
/// ValueSeries that are drawn; more are in the table only.
const SERIES_MAX: usize = 6;

/// The lines from 0 to the greatest value; nothing without any value.
pub(crate) fn line(title: &str, unit: &str, series: &[ValueSeries]) -> Markup {
    let days = series.iter().flat_map(|one| &one.values_thousandths).map(|(on, _)| days_of(*on));
    let width = f64::from(WIDTH) - LEFT - RIGHT;
    let Some(axis) = Axis::new(days.collect(), LEFT, width) else { return html! {} };
    drawing(title, unit, series, &Frame { axis, left: LEFT, width, is_beside: false })
}

/// The same on the axis of a timeline.
pub(crate) fn line_below(
    title: &str,
    unit: &str,
    series: &[ValueSeries],
    (rows, today): (&[CourseRow], PartialDate),
) -> Markup {
    if series.iter().all(|one| one.values_thousandths.is_empty()) {
        return html! {};
    }
    let (left, width) = (LABEL_WIDTH, f64::from(WIDTH) - LABEL_WIDTH - TIMELINE_RIGHT);
    let axis = Axis::new(days_with(rows, series, today), left, width);
    let Some(axis) = axis else { return html! {} };
    drawing(title, unit, series, &Frame { axis, left, width, is_beside: true })
}

/// Where the lines are drawn.
struct Frame {
    axis: Axis,
    left: f64,
    width: f64,
    /// Whether the names stand beside the lines, and not at their ends.
    is_beside: bool,
}

fn drawing(title: &str, unit: &str, series: &[ValueSeries], frame: &Frame) -> Markup {
    let all = series.iter().flat_map(|one| &one.values_thousandths).map(|(_, value)| real(*value));
    let greatest = ceiling(all.fold(0.0, f64::max));
    let height = f64::from(HEIGHT) - TOP - BOTTOM;
    let up = |value: f64| TOP + height - (value / greatest).clamp(0.0, 1.0) * height;
    let (left, right) = (frame.left, frame.left + frame.width);
    let picture = html! {
        @for part in [0.0, 0.5, 1.0] {
            line.grid x1=(px(left)) y1=(px(up(greatest * part))) x2=(px(right))
                y2=(px(up(greatest * part))) {}
            text.tick x=(px(left - LEFT)) y=(px(up(greatest * part) + 4.0)) {
                (greatest * part) " " (unit)
            }
        }
        @for (tick, at) in frame.axis.ticks() {
            line.grid x1=(px(at)) y1=(px(TOP)) x2=(px(at)) y2=(px(TOP + height)) {}
            text.tick x=(px(at + 2.0)) y=(px(TOP + height + 18.0)) { (tick) }
        }
        @for (number, one) in series.iter().take(SERIES_MAX).enumerate() {
            (drawn(number, one, frame, &up))
        }
    };
    figure(title, (WIDTH, HEIGHT), &picture, &values(series, unit))
}

/// A value out of its thousandths.
#[expect(clippy::cast_precision_loss, reason = "a picture needs three digits")]
fn real(thousandths: i64) -> f64 {
    thousandths as f64 / 1_000.0
}

/// A round number above a value.
fn ceiling(value: f64) -> f64 {
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 10_000.0];
    steps.into_iter().find(|step| value <= *step).unwrap_or_else(|| value.max(1.0))
}

fn drawn(number: usize, one: &ValueSeries, frame: &Frame, up: &impl Fn(f64) -> f64) -> Markup {
    let mut values: Vec<(i64, f64)> =
        one.values_thousandths.iter().map(|(on, value)| (days_of(*on).0, real(*value))).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let places: Vec<(f64, f64)> =
        values.iter().map(|(day, value)| (frame.axis.place(*day), up(*value))).collect();
    let points: Vec<String> =
        places.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
    // Six names have room between the top and the bottom.
    let beside = TOP + 8.0 + f64::from(u32::try_from(number).unwrap_or_default()) * 32.0;
    let dashes = ["none", "6 3", "2 3", "8 3 2 3", "4 4", "1 2"];
    html! {
        g class={ "series series-" (number) } {
            polyline points=(points.join(" ")) fill="none"
                stroke-dasharray=(dashes.get(number).copied().unwrap_or("none")) {}
            @for (x, y) in &places { (mark(number, *x, *y)) }
            @if frame.is_beside {
                (mark(number, 5.0, beside))
                text.label x="16" y=(px(beside + 4.0)) {
                    (shortened(&one.name, NAME_CHARACTERS_MAX))
                }
            } @else if let Some((x, y)) = places.last() {
                text.label x=(px(x + 10.0)) y=(px(y + 4.0)) { (one.name) }
            }
        }
    }
}

fn mark(number: usize, x: f64, y: f64) -> Markup {
    let (left, top) = (px(x - 4.0), px(y - 4.0));
    html! {
        @match number % 3 {
            0 => circle cx=(px(x)) cy=(px(y)) r="4" {},
            1 => rect x=(left) y=(top) width="8" height="8" {},
            _ => path d={ "M" (px(x)) " " (top) "l5 8h-10z" } {},
        }
    }
}

fn values(series: &[ValueSeries], unit: &str) -> Markup {
    html! {
        table {
            caption { "The same in numbers" }
            thead {
                tr {
                    th scope="col" { "What" }
                    th scope="col" { "Day" }
                    th scope="col" { "Value" }
                }
            }
            tbody {
                @for one in series {
                    @for (on, value) in &one.values_thousandths {
                        tr {
                            th scope="row" data-label="What" { (one.name) }
                            td data-label="Day" { (date_words(*on)) }
                            td data-label="Value" { (real(*value)) " " (unit) }
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
    use model::time::PartialDate;

    #[test]
    fn every_value_is_drawn_and_in_the_table() {
        let date = |text: &str| PartialDate::parse(text).unwrap();
        let series = [
            ValueSeries {
                name: "EGFR <i>".into(),
                values_thousandths: vec![
                    (date("2026-05-01"), 12_500),
                    (date("2026-01-01"), 31_000),
                ],
            },
            ValueSeries { name: "TP53".into(), values_thousandths: vec![(date("2026-01-01"), 0)] },
        ];
        let svg = line("Variant allele fraction", "%", &series).into_string();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert_eq!(svg.matches("<td data-label=\"Value\"").count(), 3);
        assert!(svg.contains("50 %") && svg.contains("EGFR &lt;i&gt;") && !svg.contains("<i>"));
        assert!(svg.contains("12.5 %"));
        let (_, points) = svg.split_once("points=\"").unwrap();
        let (points, _) = points.split_once('"').unwrap();
        let points = points.split(' ').map(|point| point.split(',').next().unwrap());
        let x: Vec<f64> = points.map(|x| x.parse().unwrap()).collect();
        assert!(x[0] < x[1], "in the order of time: {x:?}");
        assert_eq!(line("t", "%", &[]).into_string(), "");
    }

    #[test]
    fn below_a_timeline_the_same_day_is_at_the_same_place() {
        use crate::chart::timeline;
        use crate::view::CourseSpan;
        let date = |text: &str| PartialDate::parse(text).unwrap();
        let (on, today) = (date("2026-05-01"), date("2026-11-26"));
        let mark = CourseSpan { words: "panel".into(), from: on, until: Some(on) };
        let rows = [CourseRow { label: "Reports".into(), is_bars: false, spans: vec![mark] }];
        let values_thousandths = vec![(on, 31_000), (date("2026-09-01"), 1_000)];
        let series = [ValueSeries { name: "EGFR <p.Leu858Arg>".into(), values_thousandths }];
        let below = line_below("t", "%", &series, (&rows, today)).into_string();
        let above = timeline("t", &rows, &series, today).into_string();
        let after = |text: &str, start: &str, end: char| {
            let (_, rest) = text.split_once(start).unwrap();
            rest.split(end).next().unwrap().to_owned()
        };
        assert_eq!(after(&above, "class=\"mark\" d=\"M", ' '), after(&below, "points=\"", ','));
        assert!(below.contains("EGFR &lt;p.Leu858") && !below.contains("<p."), "{below}");
        assert_eq!(line_below("t", "%", &[], (&rows, today)).into_string(), "");
    }

    #[test]
    fn odd_numbers_draw_no_odd_pictures() {
        let on = PartialDate::parse("2026").unwrap();
        let odd = [-3, i64::MAX, i64::MIN];
        let series = odd
            .map(|value| ValueSeries { name: "x".into(), values_thousandths: vec![(on, value)] });
        let svg = line("t", "", &series).into_string();
        let (picture, _) = svg.split_once("</svg>").unwrap();
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
    }
}
