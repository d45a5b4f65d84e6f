//! The SQL texts: one for every database, in the subset that SQLite and PostgreSQL share.
//!
//! `$n` appear in ascending order (SQLite numbers them by first appearance), the tenant leads
//! every key, no JSON operators, no OFFSET, times are microseconds, booleans 0 or 1.

pub(crate) mod archive;
pub(crate) mod care;
pub(crate) mod erasure;
pub(crate) mod extraction;
pub(crate) mod finding;
pub(crate) mod genome;
pub(crate) mod identity;
pub(crate) mod label;
pub(crate) mod outbox;
pub(crate) mod policy;
pub(crate) mod record;
pub(crate) mod research;
pub(crate) mod schema;
pub(crate) mod trial;

/// Named statements, and the list of all of them for the lint.
macro_rules! statements {
    ($($name:ident = $text:literal;)*) => {
        $(pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $text),)*];
    };
}
pub(crate) use statements;

#[cfg(test)]
pub(crate) mod lint;
