//! View structs: everything a page shows, as plain data. The server fills them; the page and the
//! document take the same ones.

mod access;
mod account;
mod administration;
mod adopted;
mod api;
mod cards;
mod consent;
mod console;
mod course;
mod destination;
mod document;
mod emergency;
mod explain;
mod identity;
mod knowledge;
mod lifestyle;
mod locus;
mod message;
mod molecular;
mod notice;
mod patient;
mod policies;
mod privacy;
mod release;
mod review;
mod scale;
mod summary;
mod therapies;
mod trial_work;
mod trials;
mod work;

pub use access::{AccessLogView, AccessRow};
pub use account::{
    AccountView, CodeView, OfferView, PasskeyLoginView, PasskeyRow, PasskeysView, RecoveryView,
    StepUpView,
};
pub use administration::{
    AccountLine, AdministrationView, CheckRow, ClientProof, ClientRow, KeysView, NewSecret,
};
pub use adopted::{
    AdoptionRow, AdoptionView, AdoptionsView, Affected, AffectedChange, AffectedRow, Compared,
    ComparedSubject, SubjectAdoption, SubjectHistory,
};
pub use api::{ApiGroup, ApiOperation, ApiView};
pub use cards::{CardRow, CardsView, RateRow, RatesView};
pub use consent::ConsentView;
pub use console::{
    ConsoleView, FeedRow, FeedState, FeedView, MappedRow, ReplayRow, ReplayView, ReplayedView,
    TriedRow, TryView,
};
pub use course::{CourseRow, CourseSpan, ValueSeries};
pub use destination::{DestinationRow, DestinationsView, ParkedRow};
pub use document::{
    DocumentListView, DocumentRow, DocumentView, ReadDisagreement, ReadField, ReadFinding,
    ReadPlace,
};
pub use emergency::{EmergencyFormView, EmergencyListView, EmergencyRow};
pub use explain::{ExplainView, Subject};
pub use identity::{Identity, Known, Session};
pub use knowledge::{
    AlleleKnowledgeView, AllelePosition, DrugKnowledgeView, GeneKnowledgeView, KnowledgeView,
    RuleView, VariantKnowledgeView, VariantOfGene,
};
pub use lifestyle::{
    BearingRow, LifestyleFormView, LifestyleQuestion, LifestyleView, PreventionRow, QuestionKind,
};
pub use locus::{
    LocusCall, LocusCoverage, LocusPlace, LocusSeen, LocusState, LocusView, LocusViewer,
};
pub use message::{
    FoundRow, MessageContent, MessageFilter, MessageHead, MessagePart, MessageSegment, MessageView,
    MessagesView, RawLine, SourceView,
};
pub use molecular::{
    ArmSeen, CopyArm, CopyLevel, CopyRow, CopyStripView, HitKind, LollipopHit, LollipopView,
    OneSided,
};
pub use notice::{ErrorView, LoginView, NotFoundView, Typed};
pub use patient::{
    CurrentMedicine, DrugRow, Explained, GeneRow, PatientListRow, PatientListView, PatientView,
    ReportRow, ResultSource,
};
pub use policies::{
    DecisionChange, PoliciesView, PolicyChange, PolicySetRow, ProposalRow, ProposalView, ShadowView,
};
pub use privacy::{AlertRow, AnswerRow, FindingListView, FindingRow, PrivacyView};
pub use release::{ErasedView, ErasureFormView, ProjectRow, ReceivedRow, ReleasesView};
pub use review::{Candidate, ReviewListView, ReviewRow};
pub use scale::{ScaleFigure, ScaleRow};
pub use summary::{SummaryLine, SummaryRow, SummarySection, Tone};
pub use therapies::{
    AlterationRow, EvidenceLine, LaboratoryLine, OncogenicityView, OpenTherapyRow, TherapiesView,
    TherapyRow,
};
pub use trial_work::{RefusedForm, TaskRow, TrialDecisionRow, TrialWorkView};
pub use trials::{
    BinRow, BriefOffer, GeneTestedRow, MissingRow, MissingView, ReasonView, ReinterpretedRow,
    SourceLine, Sourced, StandingRow, TrialHead, TrialOffer, TrialOptionsView, TrialPatientRow,
    TrialView, TrialsView, TumorProfileView, TumorReportRow,
};
pub use work::{HeldRow, MayDo, NoteRow, QueuePage, QueueView, UnmappedCode, Urgency};
