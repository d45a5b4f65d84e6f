//! The HTTP side: one router that lists every route.
//!
//! For: FHIR, CDS Hooks, the pages and health, each under an authenticated `Access`.
//! Never: parsing formats by hand; SQL; clinical rules.
//! Rules: FHIR R4 §3.1 (RESTful API), CDS Hooks 2.0, OWASP ASVS for sessions.

pub mod administration;
mod app;
mod authorization;
mod board;
mod caller;
mod checked;
mod compress;
mod controllers;
mod emergency;
mod erasing;
mod error;
mod filing;
mod hook_token;
mod kept;
mod lifestyle;
mod limiter;
mod multipart;
mod openapi;
mod page;
mod provider;
mod refusal;
mod research;
mod route;
mod router;
mod second_factor;
mod smart;
mod trial_work;
mod viewer;
mod views;

pub use app::{App, Genomics, Settings};
pub use authorization::new_signing_key;
pub use board::{board_brief, issued_brief};
pub use caller::token_digest;
pub use controllers::genomics::Carriers;
pub use controllers::login::{password_hash, random_token};
pub use erasing::Erasing;
pub use error::Error;
pub use identity::password::is_right as password_is_right;
pub use limiter::PeerAddress;
pub use openapi::openapi;
pub use provider::{Provider, ProviderCalls, ProviderKind, ProviderSettings};
pub use research::count::count;
pub use research::table::{CountTable, count_table};
pub use router::{router, routes};
pub use smart::{Level, Permission, Scopes};
pub use viewer::{VIEWER_BYTES_MAX, Viewer};
