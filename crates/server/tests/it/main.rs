//! What callers of the HTTP side rely on: the whole router over a real record, in one process.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_log;
#[cfg(test)]
mod administration;
#[cfg(test)]
mod alert;
#[cfg(test)]
mod allergies;
#[cfg(test)]
mod app;
#[cfg(test)]
mod audit;
#[path = "../../../identity/tests/it/authenticator.rs"]
#[cfg(test)]
mod authenticator;
#[cfg(test)]
mod authorization;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod board;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod bundle;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod cards;
#[cfg(test)]
mod cds;
#[cfg(test)]
mod clinical;
#[cfg(test)]
mod compression;
#[cfg(test)]
mod console;
#[cfg(test)]
mod course;
#[cfg(test)]
mod crud;
#[path = "../../../../bench/decade.rs"]
#[cfg(test)]
mod decade;
#[cfg(test)]
mod deliver;
#[cfg(test)]
mod destinations;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod emergency;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod feedback;
#[cfg(test)]
mod genomics;
#[cfg(test)]
mod health;
#[cfg(test)]
mod hostile_text;
#[cfg(test)]
mod knowledge;
#[cfg(test)]
mod launch;
#[cfg(test)]
mod lifestyle;
#[cfg(test)]
mod locus;
#[cfg(test)]
mod log;
#[cfg(test)]
mod login;
#[cfg(test)]
mod merged;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod molecular;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod page_size;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod report;
#[cfg(test)]
mod research;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod search;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
#[path = "../../../identity/tests/it/signing.rs"]
#[cfg(test)]
mod signing;
#[cfg(test)]
mod smart;
#[cfg(test)]
mod store_down;
#[cfg(test)]
mod subscription;
#[cfg(test)]
mod summary;
#[cfg(test)]
mod trial_work;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod view;
