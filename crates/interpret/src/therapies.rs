//! What evidence says of the tumour of a patient of the record.

use crate::follow::Failure;
use crate::matching::PatientFacts;
use knowledge::evidence::EvidencePack;
use knowledge::oncology::OncologyNames;
use model::statement::KnowledgeRef;
use model::{Problem, TenantId};
use record::{Access, Purpose, Record, Role, Scope};
use std::collections::BTreeMap;
use std::path::Path;
use tumor::therapy::{Library, interpret};
use tumor::{Genes, OncoTree};

pub use knowledge::evidence::{Direction, EvidenceRow};
pub use model::tumor::LaboratoryJudgement;
pub use tumor::Truth;
pub use tumor::oncogenicity::{Assessed, Oncogenicity, State};
pub use tumor::therapy::{
    Cited, Effect, Interpretation, RANKING, RULES_VERSION, TherapyOption, VariantMeaning,
};
pub use tumor::tier::{AmpTier, Comparison};

/// An evidence pack, made ready.
#[derive(Debug)]
pub struct Therapies {
    library: Library,
    /// Names of the pack that are not understood; what they ask stays open.
    pub problems: Vec<Problem>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Therapies {
    /// The pack of a directory.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub fn from_directory(directory: &Path) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::Knowledge(format!("the evidence pack `{}`: {error}", directory.display()))
        };
        let files = knowledge::evidence::files(directory).map_err(|error| failed(&error))?;
        Self::from_files(files).map_err(|error| failed(&error))
    }

    /// The pack of these files.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub fn from_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, Failure> {
        let failed = |error: knowledge::LoadError| Failure::Knowledge(error.to_string());
        let pack = EvidencePack::from_files(&files).map_err(failed)?;
        let names = OncologyNames::built_in().map_err(failed)?;
        let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
        let (library, problems) = Library::new(&pack, &names, &genes, &tree);
        Ok(Self { library, problems, files })
    }

    /// Keeps the pack in the record by its digest, so that what it said can be made again.
    ///
    /// # Errors
    /// When the record fails.
    pub fn keep(&self, record: &Record, tenant: &TenantId) -> Result<(), Failure> {
        let (tenant, role) = (tenant.clone(), Role::Engine);
        let engine = Access::new(tenant, "interpret", role, Purpose::Treatment, Scope::Tenant);
        record.keep_pack(&engine, &self.library.catalogue.reference, &self.files)?;
        Ok(())
    }

    /// Which pack it is.
    pub fn reference(&self) -> &KnowledgeRef {
        &self.library.catalogue.reference
    }

    /// What the evidence says of a tumour, with what was read of the patient.
    pub fn interpret(&self, facts: &PatientFacts) -> Interpretation {
        self.interpret_patient(&facts.patient)
    }

    /// The same of a patient in the engine's terms.
    pub(crate) fn interpret_patient(&self, patient: &trials::Patient) -> Interpretation {
        interpret(&patient.tumor, &patient.diagnoses, &self.library)
    }

    /// The row that something rests on.
    pub fn row(&self, cited: &Cited) -> Option<&EvidenceRow> {
        self.library.catalogue.items.get(cited.item).map(|item| &item.row)
    }
}
