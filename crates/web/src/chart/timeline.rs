//! What happened when: therapies as bars, specimens and reports as marks, on one axis.

use super::axis::{Axis, days_of};
use super::label::shortened;
use super::{figure, px, whole};
use crate::view::{CourseRow, CourseSpan, ValueSeries};
use maud::{Markup, html};
use model::time::PartialDate;
use model::words::date as date_words;

const WIDTH: u32 = 880;
/// Pixels beside the axis, for labels.
pub(super) const LABEL_WIDTH: f64 = 220.0;
/// Pixels behind it.
pub(super) const RIGHT: f64 = 10.0;
const ROW_HEIGHT: f64 = 26.0;
const TOP: f64 = 24.0;
/// Characters of a label beside its row.
const LABEL_CHARACTERS_MAX: usize = 28;

/// The timeline; nothing without any span. Its axis is that of the values drawn beside it.
pub(crate) fn timeline(
    title: &str,
    rows: &[CourseRow],
    beside: &[ValueSeries],
    today: PartialDate,
) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    let width = f64::from(WIDTH) - LABEL_WIDTH - RIGHT;
    let Some(axis) = Axis::new(days_with(rows, beside, today), LABEL_WIDTH, width) else {
        return html! {};
    };
    let height = TOP + rows.iter().fold(0.0, |height, _| height + ROW_HEIGHT) + 8.0;
    let mut places = Vec::new();
    rows.iter().fold(TOP, |at, row| {
        places.push((at, row));
        at + ROW_HEIGHT
    });
    let picture = html! {
        @for (tick, at) in axis.ticks() {
            line.grid x1=(px(at)) y1=(px(TOP - 4.0)) x2=(px(at)) y2=(px(height)) {}
            text.tick x=(px(at + 2.0)) y=(px(TOP - 8.0)) { (tick) }
        }
        @for at in axis.breaks() {
            line.break x1=(px(at)) y1=(px(TOP - 4.0)) x2=(px(at)) y2=(px(height)) {
                title { "a gap of more than two years" }
            }
        }
        @for (at, row) in &places {
            text.label x="0" y=(px(at + 17.0)) { (shortened(&row.label, LABEL_CHARACTERS_MAX)) }
            @for span in &row.spans { (shape(&axis, *at, row.is_bars, span, today)) }
        }
    };
    figure(title, (WIDTH, whole(height)), &picture, &values(rows))
}

/// The days of what happened and of the values beside it.
pub(super) fn days_with(
    rows: &[CourseRow],
    series: &[ValueSeries],
    today: PartialDate,
) -> Vec<(i64, i64)> {
    let spans = rows.iter().flat_map(|row| &row.spans).map(|span| days(span, today));
    let values = series.iter().flat_map(|one| &one.values_thousandths);
    spans.chain(values.map(|(on, _)| days_of(*on))).collect()
}

fn days(span: &CourseSpan, today: PartialDate) -> (i64, i64) {
    let (first, last) = days_of(span.from);
    let until = span.until.map_or_else(|| days_of(today).1, |until| days_of(until).1);
    (first, until.max(last))
}

fn shape(axis: &Axis, at: f64, is_bar: bool, span: &CourseSpan, today: PartialDate) -> Markup {
    let (first, last) = days(span, today);
    let (left, right) = (axis.place(first), axis.place(last));
    let middle = f64::midpoint(left, right);
    html! {
        @if is_bar {
            rect.bar x=(px(left)) y=(px(at + 6.0)) width=(px((right - left).max(3.0)))
                height="14" rx="2" { title { (span.words) } }
            @if span.until.is_none() {
                path.goes-on d={ "M" (px(right)) " " (px(at + 6.0)) "l7 7l-7 7z" } {
                    title { "goes on" }
                }
            }
        } @else {
            path.mark d={ "M" (px(middle)) " " (px(at + 6.0)) "l7 7l-7 7l-7 -7z" } {
                title { (span.words) }
            }
        }
    }
}

fn values(rows: &[CourseRow]) -> Markup {
    html! {
        table {
            caption { "The same in numbers" }
            thead {
                tr {
                    th scope="col" { "What" }
                    th scope="col" { "From" }
                    th scope="col" { "Until" }
                }
            }
            tbody {
                @for row in rows {
                    @for span in &row.spans {
                        tr {
                            th scope="row" data-label="What" { (row.label) ": " (span.words) }
                            td data-label="From" { (date_words(span.from)) }
                            td data-label="Until" {
                                @match span.until {
                                    Some(until) if until == span.from => "–",
                                    Some(until) => (date_words(until)),
                                    None => "goes on",
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

    fn date(text: &str) -> PartialDate {
        PartialDate::parse(text).unwrap()
    }

    #[test]
    fn bars_and_marks_stand_in_the_picture_and_in_the_table() {
        let span = |words: &str, from: &str, until: Option<&str>| CourseSpan {
            words: words.into(),
            from: date(from),
            until: until.map(date),
        };
        let rows = [
            CourseRow {
                label: "Carboplatin <b>".into(),
                is_bars: true,
                spans: vec![
                    span("two courses", "2026-01-02", Some("2026-03-01")),
                    span("again", "2026-08", None),
                ],
            },
            CourseRow {
                label: "Reports".into(),
                is_bars: false,
                spans: vec![span("panel", "2015-05-04", Some("2015-05-04"))],
            },
        ];
        let svg = timeline("Course", &rows, &[], date("2026-11-26")).into_string();
        assert_eq!(svg.matches("class=\"bar\"").count(), 2);
        assert_eq!(svg.matches("class=\"goes-on\"").count(), 1);
        assert_eq!(svg.matches("class=\"mark\"").count(), 1);
        assert_eq!(svg.matches("class=\"break\"").count(), 1, "from 2015 to 2026");
        assert!(svg.contains("Carboplatin &lt;b&gt;: again") && !svg.contains("<b>"));
        assert!(svg.contains("<title>Course</title>") && svg.contains("role=\"img\""));
        assert!(!svg.contains("NaN"));
        assert_eq!(timeline("Course", &[], &[], date("2026-11-26")).into_string(), "");
    }
}
