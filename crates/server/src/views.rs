//! View building: from what the record holds to what a page shows.

mod access_log;
mod administration;
mod adopted;
mod allergies;
mod brief;
mod clinical;
mod console;
mod course;
mod document;
mod identity;
mod knowledge;
mod lifestyle;
mod locus;
pub(crate) mod message;
mod patient;
mod patients;
mod pgx_report;
mod policies;
pub(crate) mod queue;
mod review;
mod statement;
mod summary;
mod trials;

pub(crate) use access_log::access_log;
pub(crate) use administration::administration;
pub(crate) use adopted::{adoption, adoptions};
pub(crate) use brief::{Made, brief};
pub(crate) use console::{console, feed};
pub(crate) use document::{decides, document, documents};
pub(crate) use identity::{home, session};
pub(crate) use knowledge::{
    knowledge, knowledge_of_allele, knowledge_of_drug, knowledge_of_gene, knowledge_of_variant,
};
pub(crate) use lifestyle::{FormState, answers_of, lifestyle_form};
pub(crate) use locus::{LocusAsked, locus_features, locus_page};
pub(crate) use patient::patient_page;
pub(crate) use patients::{patient_list, patient_row};
pub(crate) use pgx_report::pgx_report;
pub(crate) use policies::{Look, PROPOSALS_MAX, policies, proposal};
pub(crate) use review::review_list;
pub(crate) use statement::explain_page;
pub(crate) use summary::summary;
pub(crate) use trials::{
    PatientsAsked, TrialOfPatient, trial, trial_of_patient, trial_options, trial_work, trials,
};
