//! The pages and their parts. A part gives markup, a page a whole document.

pub(crate) mod access;
pub(crate) mod account;
mod action;
pub(crate) mod api;
mod banner;
mod capsule;
pub(crate) mod cards;
mod clinical;
pub(crate) mod consent;
pub(crate) mod emergency;
pub(crate) mod error;
pub(crate) mod explain;
mod frame;
mod gene;
mod lifestyle;
pub(crate) mod login;
mod medicine;
pub(crate) mod passkey;
pub(crate) mod patient;
pub(crate) mod patients;
pub(crate) mod privacy;
mod recommendation;
mod report;
pub(crate) mod reviews;
mod shape;
pub(crate) mod trials;
mod words;
