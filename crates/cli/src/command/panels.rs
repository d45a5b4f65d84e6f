//! Panels out of files that an operator names.

use super::trials::{bytes, tell};
use anyhow::{Context as _, anyhow};
use formats::{cbioportal, panels};
use knowledge::oncology::OncologyNames;
use model::problem::first_error;
use std::path::PathBuf;
use tumor::normalise::{Panels, panel, registry};
use tumor::{AlterationClass, Genes};

/// The panels of files, by the names inside the program.
pub(super) fn built_in(files: &[PathBuf]) -> anyhow::Result<Panels> {
    let names = OncologyNames::built_in().context("the built-in names cannot be read")?;
    read(files, &Genes::new(&names))
}

/// The panels of registries, and of lists of genes as cBioPortal has them, which say nothing of
/// classes and count for small variants. What is not understood of them is told.
pub(super) fn read(files: &[PathBuf], genes: &Genes) -> anyhow::Result<Panels> {
    let (mut all, mut rows) = (Panels::new(), Vec::new());
    for file in files {
        let (shown, bytes) = (file.display().to_string(), bytes(file)?);
        let problems = if panels::is_registry(&bytes) {
            let (read, problems) = panels::read(&bytes, &shown);
            rows.extend(read);
            problems
        } else {
            let (read, mut problems) = cbioportal::panels(&bytes, &shown);
            for one in read {
                let small = [AlterationClass::SmallVariant];
                let (covered, noticed) = panel(&one.name, &one.genes, &small, genes);
                problems.extend(noticed);
                all.insert(one.name, covered.into());
            }
            problems
        };
        tell(&shown, &problems);
        if let Some(problem) = first_error(&problems) {
            return Err(anyhow!("`{shown}` cannot be used: {problem}"));
        }
    }
    let (registered, problems) = registry(&rows, genes);
    tell("panels", &problems);
    // What a site has written down counts for more than a list without classes.
    all.extend(registered);
    Ok(all)
}
