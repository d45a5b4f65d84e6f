//! View to HTML and SVG, and the assets the pages need.
//!
//! For: turning view structs into pages that work without JavaScript (passkeys excepted), read well
//! by screen reader, on paper and at 320 px. A page is a pure function of its view struct.
//! Never: the record, tokio, HTTP, the clock.
//! Rules come from WCAG 2.2 AA, the banner conventions of the NHS common user interface (name as
//! `SURNAME, Given`, dates as `02-Apr-1961`) and the fixed words of `model::absence`.

mod asset;
mod chart;
mod page;
pub mod path;
pub mod view;

pub use asset::{Asset, CONTENT_SECURITY_POLICY, JAVASCRIPT, asset, asset_path};
pub use page::access::access_log;
pub use page::account::{account, code, offer, recovery, step_up};
pub use page::administration::administration;
pub use page::adopted::{adoption, adoptions};
pub use page::api::api;
pub use page::cards::cards;
pub use page::consent::consent;
pub use page::console::{console, feed};
pub use page::destinations::destinations;
pub use page::document::{document, documents};
pub use page::emergency::{emergencies, emergency};
pub use page::erasure::{erased, erasure};
pub use page::error::{error, not_found};
pub use page::explain::explain;
pub use page::knowledge::{
    knowledge, knowledge_allele, knowledge_drug, knowledge_gene, knowledge_variant,
};
pub use page::lifestyle::form::{lifestyle_form, speaker};
pub use page::locus::locus;
pub use page::login::login;
pub use page::message::{message, source};
pub use page::messages::messages;
pub use page::passkey::{passkey_login, passkeys};
pub use page::patient::patient;
pub use page::patients::patients;
pub use page::policies::{policies, proposal};
pub use page::privacy::{findings, privacy};
pub use page::queue::queue;
pub use page::release::releases;
pub use page::replay::{replay, try_file};
pub use page::reviews::reviews;
pub use page::summary::summary;
pub use page::trials::brief::QUESTION_CHARS_MAX;
pub use page::trials::decision::trial_work;
pub use page::trials::{sites, status as trial_status, trial, trial_options, trials};
pub use page::visible::tamed;
pub use view::{
    AccessLogView, AccessRow, AccountView, AlertRow, AnswerRow, BearingRow, Candidate, CodeView,
    ConsentView, CurrentMedicine, DrugRow, EmergencyFormView, EmergencyListView, EmergencyRow,
    ErasedView, ErasureFormView, ErrorView, ExplainView, Explained, FindingListView, FindingRow,
    GeneRow, Identity, Known, LifestyleView, LoginView, NotFoundView, OfferView, PasskeyLoginView,
    PasskeyRow, PasskeysView, PatientListRow, PatientListView, PatientView, PreventionRow,
    PrivacyView, ProjectRow, ReceivedRow, RecoveryView, ReleasesView, ReportRow, ResultSource,
    ReviewListView, ReviewRow, Session, StepUpView, Subject,
};
