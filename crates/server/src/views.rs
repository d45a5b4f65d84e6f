//! View building: from what the record holds to what a page shows.

mod identity;
mod patient;
mod review;
mod statement;

pub(crate) use patient::{patient_list, patient_page};
pub(crate) use review::review_list;
pub(crate) use statement::explain_page;
