//! The handlers: one file a noun. They call the record, intake, interpret and guidance, and hold
//! no rules of their own.

pub(crate) mod access_log;
pub(crate) mod account;
pub(crate) mod administration;
pub(crate) mod auth;
pub(crate) mod cards;
pub(crate) mod cds;
pub(crate) mod console;
pub(crate) mod deliver;
pub(crate) mod destinations;
pub(crate) mod documents;
pub(crate) mod emergency;
pub(crate) mod fhir;
pub(crate) mod genomics;
pub(crate) mod health;
pub(crate) mod knowledge;
pub(crate) mod launch;
pub(crate) mod lifestyle;
pub(crate) mod locus;
pub(crate) mod login;
pub(crate) mod metrics;
pub(crate) mod pages;
pub(crate) mod paper;
pub(crate) mod passkey;
pub(crate) mod policies;
pub(crate) mod privacy;
pub(crate) mod reports;
pub(crate) mod trials;
