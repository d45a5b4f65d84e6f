//! Citations, each once, numbered in the order in which the report names them.

use crate::pgx::Reference;
use model::statement::Citation;

#[derive(Debug, Default)]
pub(super) struct References(Vec<Reference>);

impl References {
    /// The number of a citation, from 1; the same citation has the same number.
    pub(super) fn number(&mut self, citation: &Citation) -> usize {
        let Citation { title, pmid, url } = citation;
        let same =
            |known: &Reference| known.title == *title && known.pmid == *pmid && known.url == *url;
        if let Some(at) = self.0.iter().position(same) {
            return at + 1;
        }
        let reference = Reference { title: title.clone(), pmid: pmid.clone(), url: url.clone() };
        self.0.push(reference);
        self.0.len()
    }

    pub(super) fn into_list(self) -> Vec<Reference> {
        self.0
    }
}
