//! Destinations: systems that results and changes are sent on to, as messages or webhooks, in order
//! for each patient and at least once.
//!
//! Rules: HL7 v2.5.1 §2.9 (acknowledgements), MLLP release 2; Standard Webhooks 1.0.0. Why the
//! change feed is the outbox: decision 0008.

mod acknowledge;
mod chance;
mod compose;
mod deliver;
mod find;
mod pace;
mod profile;

pub use chance::Chance;
pub use deliver::{Deliverer, Delivering};
pub use pace::DeliveryPace;
pub use profile::{
    DESTINATIONS_BYTES_MAX, Destination, Destinations, Kind, Messages, Sends, Webhook, destinations,
};
