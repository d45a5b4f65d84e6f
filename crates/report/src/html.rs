//! The view as one HTML page that stands alone: no script, nothing from elsewhere.
//!
//! Order and words are those of the PDF; both come from the sheet.

pub(crate) mod board;
mod drug;
mod gene;
mod piece;

use crate::mark;
use crate::pgx::{PgxReport, Reference};
use crate::sheet::{Count, Fact, Sheet};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use piece::{absent_or, lead, remark, section, state_label};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The style of the page, which is inline.
const STYLE: &str = include_str!("../templates/page.css");

/// A fact longer than this takes a line of its own.
const FACT_BYTES_MAX: usize = 32;

/// Lets in the one style by its digest, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    )
});

/// The content security policy that the page states in its head. A server that sends the page
/// sends it as a header, too, with `frame-ancestors` as it likes.
pub fn content_security_policy() -> &'static str {
    &POLICY
}

/// The report as one HTML page. The same view gives the same bytes.
pub fn html(report: &PgxReport) -> String {
    let sheet = Sheet::of(report);
    let body = markup! {
        (title_block(&sheet))
        main id="main" tabindex="-1" {
            (overview(&sheet.states))
            (drug::sections(&sheet))
            (gene::sections(&sheet))
            (gaps(&sheet))
            (references(&sheet))
        }
        (footer(&sheet.running, &sheet.made_with, &sheet.printed))
    };
    whole(&sheet.title, &body)
}

/// A page that stands alone, with the style of all reports.
pub(crate) fn whole(title: &str, body: &Markup) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(content_security_policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped("")) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    };
    with_style(&shown(&page.into_string()))
}

/// The style goes in last: its line ends are no characters of the data.
fn with_style(page: &str) -> String {
    page.replacen("<style></style>", &format!("<style>{STYLE}</style>"), 1)
}

/// Every character of the data as a reader may see it; the page itself holds none of these.
fn shown(page: &str) -> String {
    let mut shown = String::with_capacity(page.len());
    for character in page.chars() {
        match character {
            '\n' | '\r' | '\t' => shown.push(' '),
            other if mark::is_misleading(other) => mark::push(&mut shown, other),
            other => shown.push(other),
        }
    }
    shown
}

fn title_block(sheet: &Sheet<'_>) -> Markup {
    markup! {
        header.title-block {
            p.kind { (sheet.labels.report) }
            h1 { bdi { (piece::named(&sheet.name, &sheet.labels)) } }
            dl.facts { @for fact in &sheet.facts { (fact_row(fact)) } }
            @for change in &sheet.changes {
                (remark(&markup! { b { (sheet.labels.amended) ":" } " " (change) }))
            }
        }
    }
}

pub(crate) fn fact_row(fact: &Fact) -> Markup {
    let is_long = fact.values.iter().any(|value| value.text().len() > FACT_BYTES_MAX);
    markup! {
        div class=[is_long.then_some("long")] {
            dt { (fact.label) }
            @for value in &fact.values { dd { (absent_or(value)) } }
        }
    }
}

fn overview(states: &[Count]) -> Markup {
    markup! {
        ul.overview {
            @for count in states {
                li {
                    p.overview-head {
                        (state_label(count.state))
                        " "
                        span { b { (count.drugs) } " " span.quiet { (count.noun) } }
                    }
                    p.meaning { (count.meaning) }
                }
            }
        }
    }
}

fn gaps(sheet: &Sheet<'_>) -> Markup {
    let labels = &sheet.labels;
    let rows = markup! {
        @for gap in &sheet.report.gaps {
            tr role="row" {
                th scope="row" role="rowheader" { (piece::named(&gap.gene, labels)) }
                (piece::cell(labels.missing, &markup! { (gap.words) }))
                (piece::cell(labels.left_open, &markup! {
                    @if gap.drugs.is_empty() {
                        span.quiet { (labels.none) }
                    } @else {
                        (gap.drugs.join(", "))
                    }
                }))
            }
        }
    };
    section(
        "gaps",
        &sheet.parts.gaps,
        &markup! {
            (lead(&sheet.parts.gaps))
            @if !sheet.report.gaps.is_empty() {
                (piece::table(
                    ("gaps", "gaps"),
                    &[labels.gene, labels.missing, labels.left_open],
                    &markup! { tbody role="rowgroup" { (rows) } },
                ))
            }
            ul.limits { @for limit in &sheet.report.limits { li { (limit) } } }
        },
    )
}

fn references(sheet: &Sheet<'_>) -> Markup {
    markup! {
        @if !sheet.report.references.is_empty() {
            (section("references", &sheet.parts.references, &markup! {
                ol.references {
                    @for (at, one) in sheet.report.references.iter().enumerate() {
                        li id={ "reference-" (at + 1) } { (reference(one, sheet)) }
                    }
                }
            }))
        }
    }
}

fn reference(one: &Reference, sheet: &Sheet<'_>) -> Markup {
    // Only an address of the web is a link; a script could be one, too.
    let is_link = one.url.starts_with("https://") || one.url.starts_with("http://");
    markup! {
        (one.title)
        @if let Some(pmid) = &one.pmid { ". " (sheet.labels.pmid) " " (pmid) }
        ". "
        @if is_link { a href=(one.url) rel="noreferrer noopener" { (one.url) } }
        @else { (one.url) }
    }
}

/// On paper it stands at the foot of every page.
pub(crate) fn footer(running: &[String], made_with: &str, printed: &str) -> Markup {
    markup! {
        footer {
            p {
                @for (at, part) in running.iter().enumerate() {
                    @if at > 0 { " · " }
                    bdi { (part) }
                }
            }
            p { (made_with) " · " span.day { (printed) } }
        }
    }
}
