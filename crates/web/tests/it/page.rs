//! Every page with the sample views, and ways to read a page.

use crate::{lifestyle, sample};

/// Name and document of each page.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("login", web::login(&sample::login(false))),
        ("login-error", web::login(&sample::login(true))),
        ("patients", web::patients(&sample::patients())),
        ("patient", web::patient(&sample::patient())),
        ("patient-empty", web::patient(&sample::empty_patient())),
        ("patient-search", web::patient(&searched("CLOPI"))),
        ("patient-search-none", web::patient(&searched("zolpidem"))),
        ("explain-drug", web::explain(&sample::explain_drug())),
        ("explain-gene", web::explain(&sample::explain_gene())),
        ("lifestyle-form", web::lifestyle_form(&lifestyle::form("12.5", Some("is wrong")))),
        ("reviews", web::reviews(&sample::reviews())),
        ("error", web::error(&sample::failure())),
        ("not-found", web::not_found(&web::NotFoundView { session: None })),
    ]
}

/// The sample patient with something typed into "What about drug".
pub(crate) fn searched(query: &str) -> web::PatientView {
    web::PatientView { drug_query: query.into(), ..sample::patient() }
}

/// The words of a page in reading order, one line for each block; a drawn shape is `[shape]`.
pub(crate) fn words(html: &str) -> String {
    let (_, body) = html.split_once("<body").unwrap();
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match name {
            "svg" if !tag.starts_with('/') => text.push_str("[shape] "),
            "a" | "b" | "strong" | "code" | "svg" | "rect" | "path" | "circle" => {}
            "span" => text.push(' '),
            _ => text.push('\n'),
        }
        text.push_str(after);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines
        .join("\n")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The values of an attribute, in order.
pub(crate) fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|r| r.split('"').next()).collect()
}
