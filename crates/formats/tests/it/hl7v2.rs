//! HL7 v2: whole messages, the laboratories' samples, and properties.

mod differential;
mod fixtures;
mod properties;
mod samples;
