//! Writes reports about made-up people into a directory, to be looked at: as pages, and with the
//! feature `pdf` as documents. `cargo run -p report --example preview -- DIRECTORY`.

use std::path::Path;
use std::{env, fs, io};

#[path = "../tests/it/sample.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod sample;

fn main() -> io::Result<()> {
    let Some(directory) = env::args().nth(1) else {
        return Err(io::Error::other("usage: preview DIRECTORY"));
    };
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let reports = [("full", sample::full()), ("rare", sample::rare()), ("file", sample::of_file())];
    for (name, report) in reports {
        fs::write(directory.join(format!("{name}.html")), report::html(&report))?;
        #[cfg(feature = "pdf")]
        fs::write(
            directory.join(format!("{name}.pdf")),
            report::pdf(&report).map_err(io::Error::other)?,
        )?;
    }
    Ok(())
}
