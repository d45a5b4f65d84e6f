//! Figures as bars from nothing up, with the thresholds that a source names. No risk is drawn: a
//! figure that nobody knows is hatched over its whole scale, and never a bar of no length.

use super::label::{placed, shortened};
use super::{figure, px, whole};
use crate::view::{ScaleFigure, ScaleRow};
use maud::{Markup, html};

const WIDTH: u32 = 880;
const LEFT: f64 = 230.0;
const BAR_WIDTH: f64 = 400.0;
const ROW_HEIGHT: f64 = 58.0;
/// Below the top of a row, for the numbers of its thresholds.
const ABOVE: f64 = 20.0;
const TRACK: f64 = 14.0;
/// Characters beside a bar; the table has all.
const LABEL_CHARACTERS_MAX: usize = 30;
const WORDS_CHARACTERS_MAX: usize = 30;

/// The bars; nothing without a figure that somebody could have asked.
pub(crate) fn risk_bar(title: &str, rows: &[ScaleRow]) -> Markup {
    let rows: Vec<&ScaleRow> = rows.iter().filter(|row| row.end > 0).collect();
    if rows.is_empty() {
        return html! {};
    }
    let mut height = 0.0;
    let mut at = Vec::new();
    for row in &rows {
        at.push((height, *row));
        height += ROW_HEIGHT;
    }
    let picture = html! { @for (top, row) in &at { (bar(*top, row)) } };
    html! {
        (figure(title, (WIDTH, whole(height)), &picture, &values(&rows)))
        p.note {
            "A figure beside a threshold is no risk of this person. Hatched: not known."
            @if rows.iter().any(|row| row.figure == ScaleFigure::None) {
                " Without a scale: there is no figure, for the reason given."
            }
            @if rows.iter().any(|row| row.asked_for.is_some()) {
                " The line below a scale is what the source asks for."
            }
            @for row in rows.iter().filter(|row| row.asked_for.is_none()) {
                @let words: Vec<&str> = row.thresholds.iter().map(|(_, words)| &**words).collect();
                " " (row.asked) ": " (words.join("; ")) "."
            }
        }
    }
}

/// Where a number is on its scale, in pixels.
fn place(row: &ScaleRow, thousandths: i64) -> f64 {
    LEFT + (real(thousandths) / real(row.end)).clamp(0.0, 1.0) * BAR_WIDTH
}

/// A picture needs three digits.
#[expect(clippy::cast_precision_loss, reason = "a picture needs three digits")]
fn real(thousandths: i64) -> f64 {
    thousandths as f64
}

/// A number of thousandths as people write it: `2.5`, `20`.
fn number(thousandths: i64) -> String {
    let (units, rest) = (thousandths.div_euclid(1_000), thousandths.rem_euclid(1_000));
    let digits = format!("{units}.{rest:03}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn bar(top: f64, row: &ScaleRow) -> Markup {
    let track = top + ABOVE;
    let right = LEFT + BAR_WIDTH;
    let bottom = px(track + TRACK);
    html! {
        g.scale {
            title { (row.asked) ": " (row.words) }
            text.label x="0" y=(px(track + 11.0)) {
                (shortened(&row.asked, LABEL_CHARACTERS_MAX))
            }
            @match row.figure {
                // No scale, so that it is neither nothing nor not known.
                ScaleFigure::None => {
                    line.grid x1=(px(LEFT)) y1=(bottom) x2=(px(right)) y2=(bottom) {}
                }
                ScaleFigure::NotKnown => (frame("arm arm-untested", track)),
                ScaleFigure::Known(..) => (frame("arm", track)),
            }
            (filling(track, row))
            @if let Some((from, to)) = row.asked_for {
                line.asked x1=(px(place(row, from))) y1=(px(track + TRACK + 5.0))
                    x2=(px(place(row, to))) y2=(px(track + TRACK + 5.0)) {}
            }
            (thresholds(track, row))
            text.tick x=(px(LEFT)) y=(px(track + TRACK + 20.0)) text-anchor="middle" { "0" }
            text.tick x=(px(right)) y=(px(track + TRACK + 20.0)) text-anchor="middle" {
                (number(row.end))
            }
            text.label x=(px(right + 20.0)) y=(px(track + 11.0)) {
                (shortened(&row.words, WORDS_CHARACTERS_MAX))
            }
        }
    }
}

fn frame(class: &str, track: f64) -> Markup {
    html! {
        rect class=(class) x=(px(LEFT)) y=(px(track)) width=(px(BAR_WIDTH)) height=(px(TRACK)) {}
    }
}

/// What fills a scale: the figure, or hatching.
fn filling(track: f64, row: &ScaleRow) -> Markup {
    match row.figure {
        ScaleFigure::None => html! {},
        ScaleFigure::NotKnown => {
            let strokes = std::iter::successors(Some(LEFT), |x| Some(x + TRACK));
            let strokes = strokes.take_while(|x| x + TRACK <= LEFT + BAR_WIDTH);
            let bottom = px(track + TRACK);
            let hatch: Vec<String> =
                strokes.map(|x| format!("M{} {bottom}l14 -14", px(x))).collect();
            html! { path.hatch d=(hatch.concat()) {} }
        }
        ScaleFigure::Known(least, most) => {
            let (sure, open) = (place(row, least), place(row, most));
            html! {
                rect.bar x=(px(LEFT)) y=(px(track + 3.0)) width=(px(sure - LEFT))
                    height=(px(TRACK - 6.0)) {}
                @if most > least {
                    rect.span x=(px(sure)) y=(px(track + 3.0)) width=(px(open - sure))
                        height=(px(TRACK - 6.0)) {}
                }
                // What is known to be nothing is a mark, so that it is told from what is not.
                line.edge x1=(px(open)) y1=(px(track - 2.0)) x2=(px(open))
                    y2=(px(track + TRACK + 2.0)) {}
                @if most > row.end {
                    path.goes-on d={ "M" (px(LEFT + BAR_WIDTH)) " " (px(track)) "l7 7l-7 7z" } {
                        title { "beyond the scale" }
                    }
                }
            }
        }
    }
}

fn thresholds(track: f64, row: &ScaleRow) -> Markup {
    let numbers: Vec<String> = row.thresholds.iter().map(|(at, _)| number(*at)).collect();
    let labels: Vec<(f64, &str)> = row
        .thresholds
        .iter()
        .zip(&numbers)
        .map(|((at, _), number)| (place(row, *at), number.as_str()))
        .collect();
    let labels = placed(&labels, f64::from(WIDTH), 1);
    html! {
        @for ((at, words), label) in row.thresholds.iter().zip(&labels) {
            @let x = px(place(row, *at));
            line.threshold x1=(x) y1=(px(track - 5.0)) x2=(x) y2=(px(track + TRACK + 8.0)) {
                title { (words) }
            }
            @if label.tier.is_some() {
                text.tick x=(px(label.x)) y=(px(track - 8.0)) text-anchor="middle" { (label.text) }
            }
        }
    }
}

/// Heads of the columns of figures.
pub(crate) const HEADS: [&str; 4] = ["What", "Figure", "Thresholds", "Source"];

/// What is said of a figure, cell by cell, in the order of the heads.
pub(crate) fn cells(row: &ScaleRow) -> [Markup; 4] {
    let figure = html! {
        @match row.figure {
            ScaleFigure::Known(..) => (row.words),
            ScaleFigure::None => { "No figure: " (row.words) }
            ScaleFigure::NotKnown => { "Not known: " (row.words) }
        }
    };
    let thresholds = html! {
        @for (_, words) in &row.thresholds { span.line { (words) } }
    };
    [html! { (row.asked) }, figure, thresholds, html! { (row.source) }]
}

fn values(rows: &[&ScaleRow]) -> Markup {
    html! {
        table {
            caption { "The same in numbers" }
            thead { tr { @for head in HEADS { th scope="col" { (head) } } } }
            tbody {
                @for [asked, figure, thresholds, source] in rows.iter().map(|row| cells(row)) {
                    tr {
                        th scope="row" data-label="What" { (asked) }
                        td data-label="Figure" { (figure) }
                        td data-label="Thresholds" { (thresholds) }
                        td data-label="Source" { (source) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(figure: ScaleFigure, words: &str) -> ScaleRow {
        ScaleRow {
            asked: "Pack-years <b>".to_owned(),
            figure,
            words: words.to_owned(),
            end: 60_000,
            thresholds: vec![(20_000, "20 or more <i>".to_owned())],
            asked_for: Some((20_000, 60_000)),
            source: "somewhere <s>".to_owned(),
        }
    }

    fn drawn(figure: ScaleFigure) -> String {
        risk_bar("Figures", &[row(figure, "as said")]).into_string()
    }

    /// The width of the bar in a picture.
    fn width(svg: &str) -> f64 {
        let (_, bar) = svg.split_once("class=\"bar\"").unwrap();
        let (_, width) = bar.split_once("width=\"").unwrap();
        width.split_once('"').unwrap().0.parse().unwrap()
    }

    #[test]
    fn a_bar_is_as_long_as_its_figure_and_a_threshold_is_where_it_is() {
        use ScaleFigure::Known;
        for (figure, expected) in [
            (Known(0, 0), 0.0),
            (Known(20_000, 20_000), BAR_WIDTH / 3.0),
            (Known(14_000, 15_000), BAR_WIDTH * 14.0 / 60.0),
            (Known(900_000, 900_000), BAR_WIDTH),
            (Known(i64::MAX, i64::MAX), BAR_WIDTH),
        ] {
            let svg = drawn(figure);
            assert!((width(&svg) - expected).abs() < 0.1, "{figure:?}");
            let is_beyond = matches!(figure, Known(_, most) if most > 60_000);
            assert_eq!(svg.contains("beyond the scale"), is_beyond);
            assert_eq!(svg.contains("class=\"span\""), figure == Known(14_000, 15_000));
        }
        let at = px(LEFT + BAR_WIDTH / 3.0);
        let threshold = format!("class=\"threshold\" x1=\"{at}\"");
        assert!(drawn(Known(0, 0)).contains(&threshold), "{threshold}");
    }

    #[test]
    fn what_nobody_knows_is_hatched_and_has_no_bar() {
        let unknown = drawn(ScaleFigure::NotKnown);
        assert!(unknown.contains("class=\"hatch\"") && !unknown.contains("class=\"bar\""));
        assert!(unknown.contains("Not known: as said") && !unknown.contains("class=\"edge\""));
        let none = drawn(ScaleFigure::None);
        assert!(none.contains("No figure: as said") && !none.contains("class=\"bar\""));
        assert!(!none.contains("class=\"hatch\""), "it is known that there is none");
        assert!(!none.contains("class=\"arm") && none.contains("Without a scale"));
        let nothing = drawn(ScaleFigure::Known(0, 0));
        assert!(nothing.contains("class=\"edge\"") && !nothing.contains("class=\"hatch\""));
    }

    #[test]
    fn it_has_a_title_its_values_and_no_markup_of_others() {
        let svg = drawn(ScaleFigure::Known(1_000, 1_000));
        assert!(svg.contains("<title>Figures</title>") && svg.contains("role=\"img\""));
        assert!(svg.contains("20 or more &lt;i&gt;") && svg.contains("somewhere &lt;s&gt;"));
        for tag in ["<b>", "<i>", "<s>", "NaN"] {
            assert!(!svg.contains(tag), "{tag}");
        }
        assert!(!svg.contains("Pack-years &lt;b&gt;: 20 or more"), "the line says it");
        let open = ScaleRow { asked_for: None, ..row(ScaleFigure::NotKnown, "x") };
        let open = risk_bar("open", &[open]).into_string();
        assert!(open.contains("Pack-years &lt;b&gt;: 20 or more &lt;i&gt;."), "{open}");
        assert_eq!(risk_bar("none", &[]).into_string(), "");
        let odd = ScaleRow { end: 0, ..row(ScaleFigure::Known(1, 1), "x") };
        assert_eq!(risk_bar("none", &[odd]).into_string(), "");
        assert_eq!(number(2_500), "2.5");
        assert_eq!(number(100_000), "100");
    }
}
