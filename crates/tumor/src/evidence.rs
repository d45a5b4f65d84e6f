//! Evidence of a pack, with what its words mean: alterations as questions, tumour types as nodes.
//!
//! A name that cannot be read becomes a finding, and the question about it stays open for
//! everybody: it never matches and never rules out by itself.

mod disease;
mod molecular;
mod name;
mod parse;

pub use disease::{Diseases, TumorTypes};
pub use molecular::{Asked, Subject};
pub use parse::profile;

use crate::gene::Genes;
use crate::oncotree::OncoTree;
use knowledge::evidence::{EvidencePack, EvidenceRow};
use knowledge::oncology::OncologyNames;
use model::Problem;
use model::statement::KnowledgeRef;

/// One piece of evidence.
#[derive(Clone, Debug)]
pub struct EvidenceItem {
    /// The row, as its source has it.
    pub row: EvidenceRow,
    /// What it asks of a tumour.
    pub asked: Asked,
    /// Of which types of tumours it is known.
    pub tumor_types: TumorTypes,
}

/// All evidence of a pack.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Which pack.
    pub reference: KnowledgeRef,
    /// The items, in the order of the pack.
    pub items: Vec<EvidenceItem>,
}

impl Catalogue {
    /// Reads what the rows say; names that are not understood are findings.
    pub fn new(
        pack: &EvidencePack,
        names: &OncologyNames,
        genes: &Genes,
        tree: &OncoTree,
    ) -> (Self, Vec<Problem>) {
        let diseases = Diseases::new(names);
        let mut problems = Vec::new();
        let items = pack.evidence.iter().map(|row| {
            let (asked, unread) = profile(&row.profile, genes);
            for text in unread {
                let text = format!("`{text}` is not understood; the question stays open");
                problems.push(Problem::warning("profile-not-read", row.id.as_str(), text));
            }
            let tumor_types = diseases.resolve(&row.tumor_code, &row.tumor_type, tree);
            if let TumorTypes::Unresolved(name) = &tumor_types {
                let text = format!("`{name}` is no tumour type that is known");
                problems.push(Problem::warning("tumor-type-not-known", row.id.as_str(), text));
            }
            EvidenceItem { row: row.clone(), asked, tumor_types }
        });
        (Self { items: items.collect(), reference: pack.reference() }, problems)
    }
}
