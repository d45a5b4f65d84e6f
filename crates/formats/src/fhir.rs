//! FHIR R4 JSON: strict reading, structural checks, facts from resources and resources from facts.
//!
//! A resource stays a [`serde_json::Value`]; there are no generated types. Readers give what they
//! could read together with every [`model::Problem`] they met.
//!
//! Never: the store, the network, references followed outside the resource, a guess.
//! Rules come from HL7 FHIR R4 (4.0.1) and the HL7 Genomics Reporting guide (STU3).

pub mod access;
pub mod build;
pub mod bundle;
pub mod check;
pub mod codes;
pub mod facts;
pub mod genomics;
pub mod json;
pub mod lifestyle;
pub mod mcode;
pub mod panel;
pub mod patch;
pub mod path;
pub mod profile;
pub mod tumor;
pub mod view;

#[cfg(test)]
mod corpus;
