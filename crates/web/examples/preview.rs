//! Writes each page with made-up views into a directory, to be looked at in a browser:
//! `cargo run -p web --example preview -- DIRECTORY`.

use std::path::Path;
use std::{env, fs, io};

#[path = "../tests/it/sample.rs"]
mod sample;

fn main() -> io::Result<()> {
    let Some(directory) = env::args().nth(1) else {
        return Err(io::Error::other("usage: preview DIRECTORY"));
    };
    let directory = Path::new(&directory);
    let searched = |query: &str| web::PatientView { drug_query: query.into(), ..sample::patient() };
    let pages = [
        ("login", web::login(&sample::login(false))),
        ("login-error", web::login(&sample::login(true))),
        ("patients", web::patients(&sample::patients())),
        ("patient", web::patient(&sample::patient())),
        ("patient-empty", web::patient(&sample::empty_patient())),
        ("patient-search", web::patient(&searched("clopidogrel"))),
        ("patient-search-none", web::patient(&searched("no-such-drug"))),
        ("explain-drug", web::explain(&sample::explain_drug())),
        ("explain-gene", web::explain(&sample::explain_gene())),
        ("reviews", web::reviews(&sample::reviews())),
        ("error", web::error(&sample::failure())),
        ("not-found", web::not_found(&web::NotFoundView { session: Some(sample::session()) })),
    ];
    for (name, html) in pages {
        let file = directory.join(format!("{name}.html"));
        fs::create_dir_all(directory)?;
        write_assets(directory, &html)?;
        fs::write(file, html)?;
    }
    Ok(())
}

/// Writes the assets that a page names, under the names it uses.
fn write_assets(directory: &Path, html: &str) -> io::Result<()> {
    let folder = directory.join("assets");
    fs::create_dir_all(&folder)?;
    for name in html.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next()) {
        let asset = web::asset(name).ok_or_else(|| io::Error::other(name.to_owned()))?;
        fs::write(folder.join(name), asset.bytes)?;
    }
    Ok(())
}
