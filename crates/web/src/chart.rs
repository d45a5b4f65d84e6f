//! Charts as inline SVG, from plain data: drawn without a script, printed as they are, each with a
//! title and its numbers in a table. Meaning is never in a colour alone.

mod axis;
mod copies;
mod label;
mod line;
pub(crate) mod locus;
mod lollipop;
pub(crate) mod risk_bar;
mod sparkline;
mod timeline;

pub(crate) use copies::copies;
pub(crate) use line::{line, line_below};
pub(crate) use locus::locus;
pub(crate) use lollipop::lollipop;
pub(crate) use risk_bar::risk_bar;
pub(crate) use sparkline::sparkline;
pub(crate) use timeline::timeline;

use maud::{Markup, html};

/// A picture with its title, and what it shows as a table.
fn figure(title: &str, size: (u32, u32), picture: &Markup, values: &Markup) -> Markup {
    let (width, height) = size;
    html! {
        figure.chart tabindex="0" {
            svg role="img" viewBox={ "0 0 " (width) " " (height) }
                preserveAspectRatio="xMinYMin meet" {
                title { (title) }
                (picture)
            }
            figcaption { (title) }
            details { summary { "Values" } (values) }
        }
    }
}

/// A length with one digit after the point, as SVG reads it.
fn px(length: f64) -> String {
    format!("{length:.1}")
}

/// A height in whole pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "heights are sums of a few hundred small positive numbers"
)]
fn whole(height: f64) -> u32 {
    height.ceil() as u32
}
