//! The longitudinal record: raw archive, versioned resources, facts, statements, search, feed.
//!
//! For: keeping what was received and what was concluded, and letting nobody read it without
//! access, audit and keys, which therefore live in here.
//! Never: HTTP, parsing laboratory formats, a read that is not audited, a filter applied to a
//! result instead of to the query.
//! Rules come from `docs/ARCHITECTURE.md`, HL7 FHIR R4 (REST, search, Patient compartment),
//! 45 CFR 164.312 (access, audit, integrity) and NIST SP 800-38D (AES-GCM).
//!
//! Every call blocks; an asynchronous caller runs it on a thread made for that.

mod access;
mod account;
mod adoption;
mod alert;
mod archive;
mod audit;
mod backup;
mod care;
mod carriers;
mod compartment;
mod consent;
mod decision;
mod emergency;
mod erasure;
mod export;
mod extraction;
mod fact;
mod failure;
mod feed;
mod finding;
mod genome;
mod grant;
mod health;
mod identity;
mod key;
mod keys;
mod label;
pub mod limit;
mod outbox;
mod pack;
mod patient;
mod policies;
mod project;
mod record;
mod resource;
mod review;
mod search;
mod sql;
mod statement;
mod store;
mod subscription;
#[cfg(test)]
mod tests;
mod together;
mod trial;
mod vault;
mod walk;

pub use access::{Access, Action, Purpose, Role, Scope};
pub use account::{Account, Client};
pub use adoption::{Adoption, AdoptionCounts, PatientChange};
pub use alert::{Alert, AlertKind, AlertsDue, Delivery};
pub use archive::{
    Archived, FeedTraffic, HELD, NewRaw, NewReading, RawMessage, RawPage, RawQuery, RawState,
    RawSummary, Reading, TRAFFIC_HOURS,
};
pub use audit::{
    AUDIT_YEARS_MIN, AuditEvent, AuditPage, AuditProof, AuditQuery, AuditRetention, AuditTail,
    AuditThinned, AuditVerification, BadVerifier, CheckpointKey, Disclosure, ReviewFacts,
    ReviewFinding, ReviewRules, SegmentProof, Verifier, check_audit_proof, prove_audit_log,
    reads_audit, review_audit, unsigned_audit_segments, verifiers, verify_audit_log,
};
pub use backup::{
    AuditSegment, Cut, CutFile, Examined, KEYRING_FILES, Loading, ReadBack, ResourceDigest,
    backup_key, examine, examine_log, read_back, schema_versions, schemas,
};
pub use care::{ActorReference, Care};
pub use carriers::{Carriers, ChangedPatients, MarkedPatient, NewMark};
pub use decision::{CardSeen, Feedback, Shown, StoredFeedback};
pub use emergency::{
    EMERGENCY_MINUTES, Emergency, EmergencyReason, EmergencyReview, NewEmergency,
    REASON_LETTERS_MIN, REVIEW_HOURS,
};
pub use erasure::{Erasure, ErasureCertificate, read_certificate};
pub use export::{ExportForResearch, ExportJob, ExportLevel, ExportPage, ExportRequest};
pub use extraction::{Extraction, ExtractionState};
pub use failure::Failure;
pub use feed::{Change, ChangeKind};
pub use finding::{FINDING_DAYS, Finding, FindingAnswer, Looked, PrivacyQueue, Reviewed};
pub use genome::{ChooseRanges, Genome, GenomeBlock, GenomeFiling, GenomeRange, NewGenomeBlock};
pub use health::{AlertState, BackupState, Health};
pub use identity::{
    Credential, CredentialKind, LinkKind, Registration, Session, SigningKey, Taken, Ticket,
    TicketKind,
};
pub use key::{
    DestroyedKey, HeldKey, Keyring, MasterKey, TenantKey, random_bytes, rotate_master_key,
    show_keyring,
};
pub use keys::Rewrapped;
pub use outbox::{
    Dispatch, DispatchState, Held, NewDispatch, OutboxStanding, Settled, Settlement, Steer,
};
pub use policies::{
    AdoptedPolicies, Explained, PolicyCheck, ProposedPolicies, Seer, Shadow, ShadowDifference,
    lint_policies,
};
/// What policies are read into: part of what this crate takes and gives.
pub use policy::{Policies, Refusal as PolicyRefusal};
pub use project::{
    Clearance, ExpertDetermination, NewProject, PROJECTS_MAX, Project, Received, Transfer,
};
pub use record::{Clock, Record, Settings, derived_id};
pub use resource::{
    Commit, Committed, CompartmentPage, CompartmentQuery, Condition, Head, HistoryPage,
    HistoryQuery, Literals, Preparing, Ready, ResourceChange, Stored, resource_text,
};
pub use review::{NewReview, Resolution, Review, ReviewNote, ReviewWork};
pub use search::{
    Found, Include, Page, Parameter, ParameterKind, Query, Search, SortKey, Term, Total,
    patient_compartment, search_parameters, searched_types,
};
pub use statement::{StatementsPut, StoredStatement};
pub use store::{CopiedTable, PostgresUrl, Store, copy_to_postgres};
pub use subscription::{NewEvent, Subscription, SubscriptionEvent, SubscriptionStatus};
pub use together::ReadAhead;
pub use trial::{
    EVIDENCE, NewTrial, PutTo, PutToTrials, StoredTrial, TRIAL_STATUS_OUT, TrialChange,
    TrialStanding, TrialWatch,
};
pub use walk::Walk;
