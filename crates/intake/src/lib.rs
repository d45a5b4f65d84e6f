//! Receive → archive → acknowledge → parse → match → normalise → gate → file.
//!
//! For: every door a result comes in by (MLLP, FHIR, files); nothing acknowledged is ever lost,
//! and nothing is filed to a patient who is not proven to be the right one.
//! Never: engines, pages.
//! Rules: HL7 v2.5.1 chapters 2 and 7, MLLP release 1, FHIR R4 §3.1 (transactions).

mod adt;
mod beside;
mod content;
pub mod difference;
mod document;
mod dropped;
pub mod extraction;
mod failure;
pub mod feed;
pub mod fhir;
pub mod file;
pub mod folder;
pub mod hold;
pub mod inspect;
pub mod matching;
pub mod mllp;
pub mod ndjson;
mod order;
pub mod oru;
mod part_id;
mod reading;
pub mod receive;
pub mod replay;
pub mod unmapped;
pub mod variants;
pub mod vendor;
mod version;
pub mod work;

pub use failure::Failure;
pub use feed::Feed;
