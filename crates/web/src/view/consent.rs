//! What an application asks for.

use super::identity::Session;
use super::patient::PatientListRow;
use model::time::PartialDate;

/// The page on which a person grants an application what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentView {
    /// The signed-in person.
    pub session: Session,
    /// The day, for ages.
    pub today: PartialDate,
    /// Name of the application, as the operator registered it.
    pub application: String,
    /// Where the person goes afterwards: scheme and host.
    pub destination: String,
    /// The request, sent back with the decision.
    pub request: String,
    /// Why the decision was not taken, one sentence.
    pub error: Option<String>,
    /// What the application may do, each a phrase after “may”.
    pub may: Vec<String>,
    /// The patient that the application is opened with.
    pub patient: Option<PatientListRow>,
    /// The patients to choose from, if there is one to be chosen.
    pub choices: Option<Vec<PatientListRow>>,
    /// What the list was searched for.
    pub query: String,
    /// Whether there are more than are listed.
    pub more: bool,
}
