//! Charts as inline SVG, from plain data: drawn without a script, printed as they are, each with a
//! title and its numbers in a table. Meaning is never in a colour alone.

mod axis;
mod line;
mod sparkline;
mod timeline;

pub(crate) use line::line;
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
