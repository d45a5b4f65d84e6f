//! Who is signed in and whom a page is about.

use model::absence::Absence;
use model::patient::{Identifier, PersonName, Sex};
use model::time::PartialDate;

/// The signed-in person, for the head of each page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Name shown, `Dr. Demo Prescriber`.
    pub name: String,
    /// Role in words, `prescriber`.
    pub role: String,
    /// CSRF token for the forms of the page.
    pub csrf: String,
    /// Whether this role may list patients.
    pub lists_patients: bool,
    /// Emergencies and findings that wait; `None` if this role does not look at them.
    pub privacy_waiting: Option<u64>,
    /// Messages waiting for a person; `None` if this role does not review messages.
    pub reviews_waiting: Option<usize>,
    /// Whether this role sees trials.
    pub sees_trials: bool,
    /// Whether this role looks after feeds and their messages.
    pub sees_console: bool,
    /// Whether this role looks after accounts and clients.
    pub administers: bool,
    /// Whether this role reads policies.
    pub sees_policies: bool,
}

/// A value, or the fixed word for why it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// The record holds it.
    Value(T),
    /// It is not there, for this reason.
    Absent(Absence),
}

/// What identifies a patient to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Name to use; shown as `EXAMPLE, Ana`.
    pub name: Option<PersonName>,
    /// Administrative sex.
    pub sex: Sex,
    /// Birth date, as far as it is known.
    pub born: Option<PartialDate>,
    /// Medical record number with its authority.
    pub mrn: Option<Identifier>,
}
