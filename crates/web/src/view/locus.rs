//! View of a place of a patient's genome.

use super::identity::{Identity, Known, Session};
use model::id::PatientId;
use model::time::PartialDate;

/// A place of a patient's genome, or the form that asks for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocusView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is.
    pub identity: Identity,
    /// Allergies in words; `Known::Value(vec![])` = recorded that there are none.
    pub allergies: Known<Vec<String>>,
    /// The gene, as typed.
    pub gene: String,
    /// The region, as typed.
    pub region: String,
    /// The build asked for.
    pub build: String,
    /// The builds that can be asked for.
    pub builds: Vec<String>,
    /// Why there is no answer.
    pub fault: Option<String>,
    /// What the record says.
    pub place: Option<LocusPlace>,
}

/// What the record says of a place. Positions are counted from 1, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocusPlace {
    /// `chr10`.
    pub chromosome: String,
    /// First position.
    pub start: u64,
    /// Last position.
    pub end: u64,
    /// What the place is, where a gene was asked for.
    pub about: Option<String>,
    /// What was looked at, for each kind of test.
    pub coverage: Vec<LocusCoverage>,
    /// What was found there, and what was looked for.
    pub calls: Vec<LocusCall>,
    /// Calls that are not shown, since there are too many.
    pub more_calls: usize,
    /// Variants that the record gives no place for: they may lie here.
    pub unplaced: Vec<LocusCall>,
    /// Those of them that are not shown.
    pub more_unplaced: usize,
    /// The browser of genomes, if the operator has set one up.
    pub viewer: LocusViewer,
}

/// What tests of one kind looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocusCoverage {
    /// Whose genome: `Inherited genome`.
    pub about: String,
    /// How much.
    pub seen: LocusSeen,
}

/// How much of a place was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocusSeen {
    /// All of it.
    Whole,
    /// All but these positions.
    Partly(Vec<(u64, u64)>),
    /// Nothing.
    Nothing,
    /// The record does not tell.
    NotKnown,
}

/// What a call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocusState {
    /// It was found.
    Found,
    /// Looked for and not there.
    Absent,
    /// No call, or one that failed a filter.
    NotSure,
}

impl LocusState {
    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Found => "Found",
            Self::Absent => "Looked for, not there",
            Self::NotSure => "Not sure: neither found nor absent",
        }
    }
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocusCall {
    /// What it is called: `NC_000010.11:g.94781859G>A`.
    pub name: String,
    /// First and last position, if it has a place here.
    pub place: Option<(u64, u64)>,
    /// What it says.
    pub state: LocusState,
    /// Allelic state, if it is said.
    pub zygosity: Option<String>,
    /// Whose genome.
    pub about: String,
    /// Genes that it names.
    pub genes: Vec<String>,
    /// The test, as the record names it.
    pub test: Option<String>,
    /// The resource.
    pub resource: String,
}

/// What draws the place in more detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocusViewer {
    /// Nothing: the operator has set up no browser.
    None,
    /// The operator has a browser and no reference of this build.
    WithoutReference,
    /// A browser.
    Here {
        /// Address of its script.
        script: String,
        /// Address of the sequence; that of its index ends with `.fai`.
        sequence: String,
        /// Address of what is drawn.
        features: String,
        /// `GRCh38`.
        build: String,
    },
}
