//! Views of the patient list and of the patient page.

use super::course::{CourseRow, ValueSeries};
use super::identity::{Identity, Known, Session};
use super::lifestyle::LifestyleView;
use super::trials::{ReinterpretedRow, StandingRow};
use model::conversion::{ClinicalAdvice, Conversion};
use model::id::{PatientId, RawId, ResourceRef, StatementId};
use model::patient::Links;
use model::problem::Problem;
use model::provenance::Door;
use model::reported::ResultStatus;
use model::request::PendingTest;
use model::statement::{Capsule, DrugStatement, GeneStatement};
use model::time::{PartialDate, Timestamp};

/// The patient list with its search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientListView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// What was searched for; empty = everybody the caller may see.
    pub query: String,
    /// Who was found, in the order to show.
    pub patients: Vec<PatientListRow>,
    /// Whether more were found than are listed.
    pub more: bool,
}

/// One patient of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientListRow {
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is.
    pub identity: Identity,
}

/// The patient page. What needs action is derived from it by the page itself, so that the list
/// and the rows cannot disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// Day of the knowledge in use, if that is a year or more ago.
    pub old_knowledge: Option<PartialDate>,
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Records of the same person that were merged with this one.
    pub merged: Links,
    /// Who it is.
    pub identity: Identity,
    /// Allergies in words; `Known::Value(vec![])` = recorded that there are none.
    pub allergies: Known<Vec<String>>,
    /// What was typed into "What about drug …?"; empty = nothing.
    pub drug_query: String,
    /// One row for each drug with a statement and for each current medicine, in any order.
    pub drugs: Vec<DrugRow>,
    /// One row for each gene with a statement, in any order.
    pub genes: Vec<GeneRow>,
    /// Trials that are or may be for the patient, as the log has it.
    pub trials: Vec<StandingRow>,
    /// What happened when.
    pub course: Vec<CourseRow>,
    /// Responses of a tumour that nobody gave a day, in words.
    pub course_undated: Vec<String>,
    /// Shares of reads, in percent, of what more than one report of a tumour found.
    pub fractions: Vec<ValueSeries>,
    /// How the patient lives, as far as anybody asked.
    pub lifestyle: LifestyleView,
    /// What evidence said otherwise of the tumour than before, the latest first.
    pub reinterpreted: Vec<ReinterpretedRow>,
    /// Every report and document received, newest first.
    pub reports: Vec<ReportRow>,
    /// Whether the reader may issue a version of the summary.
    pub may_issue: bool,
}

/// Something concluded, with what lets anyone check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained<T> {
    /// Id for `cognate explain` and for the link.
    pub id: StatementId,
    /// What it says.
    pub content: T,
    /// How it came about.
    pub capsule: Capsule,
}

/// A drug: what the patient takes of it and what the genes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrugRow {
    /// Ingredient name, lower case; for a medicine without an ingredient its own words.
    pub drug: String,
    /// Orders in force; empty = not a current medicine.
    pub current: Vec<CurrentMedicine>,
    /// The advice; `None` = the loaded knowledge says nothing about this drug.
    pub advice: Option<Explained<DrugStatement>>,
    /// What the patient's medicines make of it today; `None` if there is no advice.
    pub clinical: Option<ClinicalAdvice>,
    /// Laboratory reports the advice rests on.
    pub reports: Vec<ResultSource>,
}

/// One order or statement that makes a drug a current medicine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentMedicine {
    /// The product, as sent.
    pub words: String,
    /// Dosage, as sent.
    pub dosage: Option<String>,
    /// FHIR `medicationrequest-status`, as sent: `active`, `on-hold`.
    pub status: String,
    /// When it was ordered or asserted.
    pub authored: Option<Timestamp>,
    /// The first day it is to be taken, as far as that was sent.
    pub start: Option<PartialDate>,
    /// The last day it is to be taken, as far as that was sent.
    pub end: Option<PartialDate>,
}

/// A gene result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneRow {
    /// The result with its capsule.
    pub gene: Explained<GeneStatement>,
    /// What the patient's medicines make of it today; `None` if no known drug changes the gene.
    pub conversion: Option<Conversion>,
    /// A test of the gene that is under way.
    pub pending: Option<PendingTest>,
    /// Laboratory reports it rests on.
    pub reports: Vec<ResultSource>,
}

/// Where a result came from, for the source column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultSource {
    /// The laboratory or file, as it names itself.
    pub laboratory: Option<String>,
    /// Day of the report, or of the specimen where the report has none.
    pub date: Option<PartialDate>,
    /// How final it is.
    pub status: ResultStatus,
}

/// One received report or document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// The resource version that holds it; `None` for a file filed as facts only.
    pub resource: Option<ResourceRef>,
    /// The service or the file, in words: `Pharmacogenetic panel`.
    pub title: String,
    /// The laboratory, as it names itself.
    pub laboratory: Option<String>,
    /// The laboratory's number for it.
    pub number: Option<String>,
    /// The day the specimen was taken.
    pub collected: Option<PartialDate>,
    /// When the laboratory released it.
    pub issued: Option<Timestamp>,
    /// When it came in; `None` = ordered, not yet received.
    pub received: Option<Timestamp>,
    /// The door it came in by.
    pub door: Option<Door>,
    /// The archived message or file.
    pub raw: Option<RawId>,
    /// In whose record it stands: after a merge, not always the record of the page.
    pub owner: Option<PatientId>,
    /// How final it is.
    pub status: ResultStatus,
    /// What an amended or corrected report changed, in words.
    pub change: Option<String>,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
}
