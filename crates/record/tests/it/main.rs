//! What callers rely on, through the public interface only.

#[cfg(test)]
mod adoption;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod audit_events;
#[cfg(test)]
mod audit_log;
#[cfg(test)]
mod audit_retention;
#[cfg(test)]
mod browse;
#[cfg(test)]
mod carriers;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod extractions;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod genome;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod history;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod search;
#[cfg(test)]
mod search_examples;
#[cfg(test)]
mod search_linked;
#[cfg(test)]
mod search_many;
#[cfg(test)]
mod search_model;
#[cfg(test)]
mod smaller;
#[cfg(test)]
mod smoke;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod store;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod support;
#[cfg(test)]
mod trial_standings;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod walk;
