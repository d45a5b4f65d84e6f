//! A row of small bars: how much there was of something in each of some steps, the latest on the
//! right. It stands within a line of a table, so its numbers are told in words beside it.

use super::px;
use maud::{Markup, html};

/// Height, in pixels.
const HEIGHT: f64 = 24.0;
/// Width of one step, in pixels.
const STEP: f64 = 5.0;
/// Height of a step in which there was something, at least.
const BAR_MIN: f64 = 2.0;

/// Bars of these counts under a title that says what they are. A step without anything has a line
/// at the bottom, so that nothing is told from not counted.
pub(crate) fn sparkline(title: &str, counts: &[u64]) -> Markup {
    let most = counts.iter().copied().max().unwrap_or_default();
    let steps = u32::try_from(counts.len()).unwrap_or(u32::MAX);
    let width = f64::from(steps) * STEP;
    html! {
        svg.sparkline role="img" width=(px(width)) height=(px(HEIGHT))
            viewBox={ "0 0 " (px(width)) " " (px(HEIGHT)) } {
            title { (title) }
            @for (step, count) in (0_u32..).zip(counts) {
                @let height = height(*count, most);
                rect.bar x=(px(f64::from(step) * STEP)) y=(px(HEIGHT - height))
                    width=(px(STEP - 1.0)) height=(px(height)) {}
            }
        }
    }
}

/// The height of a bar. The whole is as high as the most there was.
fn height(count: u64, most: u64) -> f64 {
    if count == 0 || most == 0 {
        return 1.0;
    }
    let thousandths = u128::from(count) * 1_000 / u128::from(most);
    let share = f64::from(u32::try_from(thousandths).unwrap_or(1_000)) / 1_000.0;
    BAR_MIN + share * (HEIGHT - BAR_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_share_and_nothing_is_a_line() {
        for (count, most, expected) in [
            (0, 0, 1.0),
            (0, 9, 1.0),
            (9, 9, HEIGHT),
            (1, 1_000_000, BAR_MIN),
            (u64::MAX, u64::MAX, HEIGHT),
        ] {
            assert!((height(count, most) - expected).abs() < 1.0, "{count} of {most}");
        }
        assert!(height(1, 1_000) > height(0, 1_000));
    }

    #[test]
    fn a_title_is_text_and_each_step_has_a_bar() {
        let svg = sparkline("<script>", &[0, 3, 6]).into_string();
        assert!(svg.contains("<title>&lt;script&gt;</title>"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(!sparkline("none", &[]).into_string().contains("rect"));
    }
}
