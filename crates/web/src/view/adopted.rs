//! Views of what knowledge was in use before, and what its successor changed for whom.

use super::identity::{Identity, Session};
use model::statement::KnowledgeRef;
use model::time::Timestamp;
use model::{PatientId, StatementId};

/// Packs that were put into use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptionsView {
    /// Who is looking.
    pub session: Session,
    /// Each time a pack was put into use, the latest first.
    pub rows: Vec<AdoptionRow>,
}

/// A pack that was put into use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptionRow {
    /// The adoption's id.
    pub id: String,
    /// The pack.
    pub pack: KnowledgeRef,
    /// The pack in use before; none = it was the first.
    pub former: Option<KnowledgeRef>,
    /// Who put it into use.
    pub actor: String,
    /// When that was begun.
    pub started: Timestamp,
    /// When every patient had been looked at; none = that is not over.
    pub finished: Option<Timestamp>,
    /// Patients looked at.
    pub patients: u64,
}

/// What one adoption changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptionView {
    /// Who is looking.
    pub session: Session,
    /// Which.
    pub adoption: AdoptionRow,
    /// What the packs say differently.
    pub differences: Compared,
    /// Whom it concerns.
    pub affected: Affected,
    /// The gene or drug that alone is asked about; none = all.
    pub about: Option<String>,
}

/// What two packs say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// There was no pack before.
    First,
    /// They cannot be compared, and why.
    Failed(String),
    /// By gene and drug; those without a difference are left out.
    Subjects(Vec<ComparedSubject>),
}

/// A gene or drug of which two packs say something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedSubject {
    /// Gene symbol or name of the drug.
    pub name: String,
    /// What differs: part, what, before, since. None = not in that pack.
    pub rows: Vec<(&'static str, String, Option<String>, Option<String>)>,
}

/// Whom an adoption concerns, as far as the reader may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// The reader is not told of patients beyond those of the reader's own.
    NotTold,
    /// Patients by id.
    Patients {
        /// Those of this page.
        rows: Vec<AffectedRow>,
        /// After whom the next page begins, if there is one.
        next: Option<PatientId>,
    },
}

/// A patient of whom something else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedRow {
    /// Who.
    pub id: PatientId,
    /// As lists show it.
    pub identity: Identity,
    /// What is said otherwise.
    pub changes: Vec<AffectedChange>,
}

/// What is said otherwise of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedChange {
    /// Gene symbol or name of the drug.
    pub name: String,
    /// Phenotype, advice or wording.
    pub kind: &'static str,
    /// What was said; none = the pack did not know the subject.
    pub before: Option<String>,
    /// What is said since.
    pub after: Option<String>,
    /// Whether the patient takes the drug, or a drug that the gene is asked for.
    pub current_medicine: bool,
    /// The statement.
    pub statement: StatementId,
}

/// What packs that were put into use said otherwise of one gene, drug or variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectHistory {
    /// The reader may not know what was in use.
    NotTold,
    /// As far as it was looked through.
    Told {
        /// The latest adoptions of which one compared something, the latest first.
        adoptions: Vec<SubjectAdoption>,
        /// Whether there are earlier ones that were not looked at.
        are_more: bool,
    },
}

/// What one adoption changed of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectAdoption {
    /// Which.
    pub adoption: AdoptionRow,
    /// What the packs say differently of it.
    pub differences: Compared,
    /// The gene or drug that statements about patients are of.
    pub about: String,
}
